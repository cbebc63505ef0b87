"""The one door to JSON: exact decimals in, exact decimals out, nothing that is not JSON.

Documents hold money as `decimal.Decimal` in Python and as plain numbers in JSON. The standard
library turns them into floats on the way in and refuses them on the way out, so every document
passes through here.
"""

from decimal import Decimal
from typing import Any

import msgspec

Json = dict[str, Any]

_decoder = msgspec.json.Decoder(Any, float_hook=Decimal)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder(decimal_format="number")


class NotJson(ValueError):
    """The text is not JSON, or the value cannot be written as JSON."""


def loads(text: str | bytes) -> Any:
    """Parse JSON text. Whole numbers become `int`, all others an exact `Decimal`.

    Raises NotJson for malformed text, NaN, Infinity, lone surrogates and nesting that is too deep.
    """
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError, ArithmeticError) as error:
        raise NotJson(str(error)) from error


def pieces(text: bytes, member: str) -> list[bytes]:
    """Return the items of a list that is a member of an object, each as it is written. Raises NotJson."""
    try:
        return [bytes(one) for one in _items.decode(_members.decode(text)[member])]
    except (msgspec.DecodeError, KeyError, RecursionError, UnicodeError) as error:
        raise NotJson(str(error)) from error


def dumps(value: Any) -> bytes:
    """Write a value as compact UTF-8 JSON; `Decimal` as a number, datetimes as ISO 8601.

    Raises NotJson when the value holds something JSON has no word for.
    """
    try:
        return _encoder.encode(value)
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise NotJson(str(error)) from error


def dumps_text(value: Any) -> str:
    """Write a value as JSON in a `str`. See `dumps`."""
    return dumps(value).decode()


def pretty(value: Any) -> str:
    """Write a value as indented JSON for people (*View JSON*)."""
    return msgspec.json.format(dumps(value), indent=2).decode()
