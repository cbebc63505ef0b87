"""Filters of the order pages: `{% load order_tags %}`."""

from decimal import Decimal

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.ui import amounts, html

register = template.Library()


@register.filter
def quantity(value: Decimal | int) -> str:
    """`{{ line.quantity|quantity }}`: grouped, with the decimals it has and no more: 1,200 and 2.5."""
    number = Decimal(value).normalize()
    exponent = number.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return formats.number_format(number, places, use_l10n=True, force_grouping=True)


@register.filter
def web_address(value: object) -> str:
    """`{{ order.content.extOrderUrl|web_address }}`: what a store gave as an address, if it may be followed.

    Empty for everything that does not begin with https:// or http://, such as `javascript:…`.
    """
    text = str(value or "").strip()
    return text if text.lower().startswith(("https://", "http://")) else ""


@register.simple_tag
def amount(value: Decimal | int | None, currency: str) -> SafeString:
    """`{% amount line.price order.currency %}`: an amount under a head that names the currency."""
    if value is None:
        return html.nothing()
    return format_html('<span class="money">{}</span>', amounts.amount(value, currency))
