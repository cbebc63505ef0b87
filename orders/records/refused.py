"""What could not be taken in: never lost, always named. Pure."""

from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class Refused:
    """An outside record that does not fit, kept as it came so that a person can mend and replay it."""

    external_id: str
    """The channel's ID where it could be read, else a short hash of the record."""
    field: str
    """Path of the first field that does not fit, in the words of the channel where they are known."""
    reason: str
    """One sentence: what is wrong with it and what would be right."""
    raw: bytes


def explain(error: ValidationError) -> tuple[str, str]:
    """Return the path of the first field that does not fit, and the sentence about it."""
    first = error.errors(include_url=False, include_context=False)[0]
    path = ".".join(str(part) for part in first["loc"]) or "record"
    message = str(first["msg"]).removeprefix("Value error, ")
    more = error.error_count() - 1
    return path, message if not more else f"{message} (and {more} more)"
