"""Text of several lines."""

from automations.inputs.kind import plain
from automations.inputs.newlines import unix

TEXTAREA = plain("textarea", unix)
