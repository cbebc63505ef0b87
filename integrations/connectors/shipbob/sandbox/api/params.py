"""Reads parameters and bodies; whatever does not fit is refused with its name."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import request

from integrations.connectors.shipbob.sandbox.answers import Refusal, wrong
from integrations.kit.sandbox.door import HEADERS

Json = dict[str, Any]


def words(name: str) -> tuple[str, ...]:
    """Read a list: repeated, or separated by commas."""
    return tuple(part.strip() for one in request.args.getlist(name) for part in one.split(",") if part.strip())


def numbers(name: str) -> tuple[int, ...]:
    """Read a list of numbers."""
    if not all(word.isdecimal() for word in words(name)):
        raise wrong(name, "The value is not valid.", 400)
    return tuple(int(word) for word in words(name))


def number(name: str, plain: int, *, low: int = 1, high: int = 10**9) -> int:
    """Read a number."""
    text = request.args.get(name, "")
    if not text:
        return plain
    if not text.isdecimal() or not low <= int(text) <= high:
        raise wrong(name, f"The value must be between {low} and {high}.", 400)
    return int(text)


def flag(name: str) -> bool | None:
    """Read a yes or no; None when it is not asked for."""
    text = request.args.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise wrong(name, f"The value '{text}' is not valid.", 400)
    return None if not text else text == "true"


def moment(name: str) -> float | None:
    """Read a moment as UNIX seconds."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise wrong(name, f"The value '{text}' is not valid.", 400) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def channel() -> int | None:
    """Read the channel that the call is made for."""
    sent = request.environ.get(HEADERS, request.headers)
    text = sent.get("shipbob_channel_id") or ""
    return int(text) if text.isdecimal() else None


def payload() -> Json:
    """Read the body, which has to be a JSON object."""
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise Refusal(400, {"errors": ["The body is not valid JSON."]}) from None
    if not isinstance(body, dict):
        raise Refusal(400, {"errors": ["The body is not a JSON object."]})
    return body
