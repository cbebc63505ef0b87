"""One line of text."""

from automations.inputs.kind import plain

TEXT = plain("text", str.strip)
