"""What ShipBob means when it refuses: two shapes of errors, read into a code and a sentence. Pure."""

import re
from collections.abc import Iterator
from typing import Any

EXISTS = "reference_exists"
PROBLEMS = ("address_refused", "sku_unknown", "request_refused")
"""Codes that are types of exceptions as well."""
_ADDRESS = re.compile(r"address|recipient|zip|postal|country", re.IGNORECASE)
_SKU = re.compile(r"sku|product.*(not|unknown|exist)", re.IGNORECASE)
_AMOUNT = re.compile(r"quantity|external_?line_?id|price", re.IGNORECASE)


def error_code(body: Any) -> tuple[str, str]:
    """Read (code, message) out of an error's body: `{field: [texts]}`, `{"errors": …}` or `{"message": text}`."""
    if not isinstance(body, dict):
        return "", ""
    if "statusCode" in body and isinstance(body.get("message"), str):
        return "", body["message"]
    said = list(_sentences(body))
    message = "; ".join(dict.fromkeys(f"{field}: {text}" if field else text for field, text in said))
    return _code(said), message[:1000]


def _sentences(body: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield (field, sentence) however deep they stand."""
    if isinstance(body, dict):
        for name, below in body.items():
            plain = name in ("errors", "error", "message", "title", "detail", "")
            yield from _sentences(below, field if plain else f"{field}.{name}" if field else str(name))
    elif isinstance(body, list):
        for one in body:
            yield from _sentences(one, field)
    elif isinstance(body, str) and body.strip():
        yield field, body.strip()


def _code(said: list[tuple[str, str]]) -> str:
    if any("existing referenceid" in text.casefold() for _, text in said):
        return EXISTS
    if any(_ADDRESS.search(field or text) for field, text in said):
        return "address_refused"
    if any(_SKU.search(f"{field} {text}") and not _AMOUNT.search(field) for field, text in said):
        return "sku_unknown"
    return ""
