"""API keys never stand in a log, wherever they turned up: a filter of the log hides them by their shape."""

import logging
import re

KEY = re.compile(r"sy_(?P<id>[0-9a-f]{16})_[0-9a-f]{64}", re.ASCII)
"""An API key: which one it is, then its secret part."""


def mask(text: str) -> str:
    """Return the text with the secret part of every API key in it replaced by dots."""
    return KEY.sub(r"sy_\g<id>_••••", text) if "sy_" in text else text


class MaskFilter(logging.Filter):
    """Hide API keys in what is logged: message, arguments and traceback."""

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
