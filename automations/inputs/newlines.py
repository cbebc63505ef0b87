"""Browsers send a text area's lines with a carriage return; nothing else here has any. Pure."""


def unix(text: str) -> str:
    """Return the text with lines as they are stored."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
