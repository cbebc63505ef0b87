"""One of the values that the action offers."""

from automations.inputs.kind import plain

CHOICE = plain("choice", str.strip)
