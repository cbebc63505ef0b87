"""Filters of the order pages: `{% load order_tags %}`."""

from decimal import Decimal
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from orders.models import Order
from orders.shown import then
from orders.shown.facts import Mark
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
def counted(lines: int, units: Decimal | int) -> str:
    """`{% counted lines.count lines.units %}`: 1 line, 1 unit. Half a unit is not one."""
    many = 1 if units == 1 else 2
    units_told = ngettext("%(n)s unit", "%(n)s units", many) % {"n": quantity(units)}
    return ngettext("%(n)s line, %(units)s", "%(n)s lines, %(units)s", lines) % {
        "n": amounts.count(lines),
        "units": units_told,
    }


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


@register.simple_tag
def who(order: Order, path: str, label: StrOrPromise, mark: Mark | None = None) -> SafeString:
    """`{% who order "/tags" _("Tags") tags_set_by %}`: a quiet button that tells who set a field.

    It shows itself beside what the pointer or the focus is on; where a person or a rule has set the field it stays.
    On the order as it was at a moment (`?at=`) it says instead where the field is different now.
    """
    past = then.of(order)
    if past is not None:
        told = _("different now") if past.differs(path) else ""
        return format_html('<span class="tag then-differs">{}</span>', told) if told else SafeString("")
    name = _("Who set “%(field)s”?") % {"field": label}
    if mark is not None:
        told = _("Pinned by %(who)s") if mark.by_person else _("Set by the rule “%(who)s”")
        name = f"{name} {told % {'who': mark.name}}"
    icon = "history" if mark is None else "pin" if mark.by_person else "bolt"
    return format_html(
        '<button type="button" class="who{}" id="who{}" data-who="{}?{}" aria-haspopup="dialog" title="{}" '
        'aria-label="{}">{}</button>',
        "" if mark is None else " is-set",
        path.replace("/", "-").replace(" ", "_"),
        reverse("orders:who", args=[order.public_id]),
        urlencode({"path": path}),
        name,
        name,
        html.icon(icon, "icon-small"),
    )
