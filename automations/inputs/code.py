"""JavaScript: the code editor of the page."""

from automations.inputs.kind import plain
from automations.inputs.newlines import unix

CODE = plain("code", unix)
