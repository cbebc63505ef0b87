"""Small filters of the automation pages."""

from collections.abc import Sequence
from typing import Any

from django import template

from portal.kit import json
from portal.ui.components import diff_rows

register = template.Library()


@register.filter
def words(text: str) -> list[str]:
    """`{{ "minutes hours"|words }}`: the words of a text, to loop over."""
    return text.split()


@register.filter
def lines(values: Sequence[str]) -> str:
    """Join values for a text area, one a line."""
    return "\n".join(values)


@register.filter
def to_json(value: Any) -> str:
    """Write a value as JSON, for a data attribute (escaped by the template)."""
    return json.dumps_text(value)


@register.filter
def field_words(pointer: str) -> str:
    """`{{ "/shippingAddress/city"|field_words }}`: a place in a document as people say it."""
    return diff_rows([{"op": "remove", "path": pointer, "old": None}])[0].path
