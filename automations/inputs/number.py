"""A number, as text: its settings' type says which, and refuses what is none."""

from automations.inputs.kind import plain


def _clean(text: str) -> str | None:
    return text.strip() or None


NUMBER = plain("number", _clean)
