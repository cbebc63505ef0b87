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


@register.simple_tag
def amount(value: Decimal | int | None, currency: str) -> SafeString:
    """`{% amount line.price order.currency %}`: an amount under a head that names the currency."""
    if value is None:
        return html.nothing()
    return format_html('<span class="money">{}</span>', amounts.amount(value, currency))
