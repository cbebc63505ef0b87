"""Query parameters and bodies, read as strictly as the vendor does. Every function raises Refusal."""

import json
from typing import Any

from flask import request

from integrations.connectors.ecwid.sandbox.api import fields
from integrations.connectors.ecwid.sandbox.api.answers import Refusal, wrong_parameter
from integrations.connectors.ecwid.sandbox.api.dates import NotAMoment, seconds

Json = dict[str, Any]

PAGE = 100
LONGEST = 18


def number(name: str, default: int) -> int:
    """Read a whole number, not negative."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > LONGEST:
        raise wrong_parameter(name, "expected a whole number")
    return int(text)


def paging() -> tuple[int, int]:
    """Read offset and limit; a limit above 100 counts as 100."""
    limit = number("limit", PAGE)
    if limit < 1:
        raise wrong_parameter("limit", "expected a number above zero")
    return number("offset", 0), min(limit, PAGE)


def moment(name: str) -> int | None:
    """Read a moment in one of the four forms as UNIX seconds; None when the parameter is missing."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return seconds(text)
    except NotAMoment:
        raise wrong_parameter(name, "expected a date") from None


def choices(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Read a list of statuses separated by commas."""
    found = tuple(part.strip() for part in request.args.get(name, "").split(",") if part.strip())
    for part in found:
        if part not in known:
            raise wrong_parameter(name, f"expected one of {', '.join(known)}")
    return found


def fieldlist() -> fields.Tree:
    """Read ``responseFields``; empty means everything."""
    try:
        return fields.parse(request.args.get("responseFields", ""))
    except fields.NotAFieldList:
        raise wrong_parameter("responseFields", "expected names with matching parentheses") from None


def payload() -> Json:
    """Read the body, which has to be a JSON object."""
    try:
        body = json.loads(request.get_data(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal(400, "Request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Request body is not a JSON object")
    return body


def _no_constant(name: str) -> None:
    """NaN and Infinity are not JSON, though Python would read them."""
    raise ValueError(name)
