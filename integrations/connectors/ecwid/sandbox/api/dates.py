"""The four ways a client may write a moment."""

import re
from datetime import UTC, datetime

FORMATS = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


class NotAMoment(ValueError):
    """The text is in none of the four forms."""


def seconds(text: str) -> int:
    """Read UNIX seconds, date and time with or without offset, or a day (its first second, UTC). Raises NotAMoment."""
    if re.fullmatch(r"-?\d{1,11}", text):
        return int(text)
    for form in FORMATS:
        try:
            found = datetime.strptime(text, form)
        except ValueError:
            continue
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    raise NotAMoment(text)
