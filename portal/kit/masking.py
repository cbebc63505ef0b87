"""API keys and the addresses that outside systems call never stand in a log: a filter hides them by their shape."""

import logging
import re

KEY = re.compile(r"sy_(?P<id>[0-9a-f]{16})_[0-9a-f]{64}", re.ASCII)
"""An API key: which one it is, then its secret part."""
HOOK = re.compile(r"(?P<before>/hooks/[-\w]+/)[-\w]{20,}", re.ASCII)
"""The address of an integration: whoever knows it may knock there."""


def mask(text: str) -> str:
    """Return the text with the secret part of every API key and of every such address in it replaced by dots."""
    text = KEY.sub(r"sy_\g<id>_••••", text) if "sy_" in text else text
    return HOOK.sub(r"\g<before>••••", text) if "/hooks/" in text else text


class MaskFilter(logging.Filter):
    """Hide API keys and secret addresses in what is logged: message, arguments and traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record where it holds a key; keep every record."""
        told = record.getMessage()
        hidden = mask(told)
        if hidden != told:
            record.msg, record.args = hidden, None
        if record.exc_info and not record.exc_text:
            trace = logging.Formatter().formatException(record.exc_info)
            if (masked := mask(trace)) != trace:
                record.exc_text = masked
        return True
