"""The template tags of the components: `{% load ui %}`. docs/pages.md shows each in use."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.utils.safestring import SafeString
from django_stubs_ext import StrOrPromise

from portal.kit import json as kit_json
from portal.ui import amounts, components, html, inputs, times
from portal.ui.filter_options import choice_options

register = template.Library()
for tag in (*inputs.TAGS, choice_options):
    register.simple_tag(tag)
register.simple_tag(inputs.shown_input, takes_context=True, name="value_input")


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """`{% icon "package" %}`; decoration only, the text beside it says what it means."""
    return html.icon(name, css)


@register.simple_tag
def status(value: str, label: StrOrPromise = "") -> SafeString:
    """`{% status order.status %}`."""
    return html.status(value, label)


@register.simple_tag
def money(amount: Decimal | int | str | None, currency: str) -> SafeString:
    """`{% money order.total order.currency %}`."""
    return html.money(amount, currency)


@register.simple_tag
def ago(moment: dt.datetime | None) -> SafeString:
    """`{% ago order.placed_at %}`; a future time says both: “in 22 min · 14:30”."""
    return html.ago(moment)


@register.filter
def exact(moment: dt.datetime | None) -> str:
    """`{{ order.placed_at|exact }}`: the moment with seconds and zone."""
    return times.exact(moment) if moment else html.DASH


@register.simple_tag
def copy(text: str, label: StrOrPromise = "") -> SafeString:
    """`{% copy order.public_id _("order ID") %}`."""
    return html.copy(text, label)


@register.simple_tag
def nothing() -> SafeString:
    """A dash that is read as “empty”."""
    return html.nothing()


@register.filter
def grouped(value: int) -> str:
    """`{{ count|grouped }}` → 1,284."""
    return amounts.count(value)


@register.filter
def pretty(value: Any) -> str:
    """`{{ document|pretty }}`: indented JSON."""
    return kit_json.pretty(value)


@register.inclusion_tag("ui/empty.html")
def empty(
    title: StrOrPromise,
    text: StrOrPromise = "",
    icon: str = "inbox",
    url: str = "",
    label: StrOrPromise = "",
) -> dict[str, Any]:
    """`{% empty _("No orders yet") text=_("…") url=… label=_("Add integration") %}`: what, why, one next step."""
    return {"title": title, "text": text, "icon": icon, "url": url, "label": label}


@register.inclusion_tag("ui/crumbs.html")
def crumbs(*parts: StrOrPromise) -> dict[str, Any]:
    """`{% crumbs _("Orders") list_url order.ext_order_id %}`: label and address in turn, then this page's name."""
    return {"above": list(zip(parts[:-1:2], parts[1:-1:2], strict=True)), "here": parts[-1]}


@register.inclusion_tag("ui/tabs.html")
def tabs(entries: Sequence[components.Tab], label: StrOrPromise) -> dict[str, Any]:
    """`{% tabs entries _("Order") %}`: a row of links, each a `components.Tab`."""
    return {"entries": entries, "label": label}


@register.inclusion_tag("ui/steps.html")
def steps(entries: Sequence[components.Step]) -> dict[str, Any]:
    """`{% steps order_steps %}`: a progress bar of `components.Step`, each with time and who."""
    return {"entries": entries}


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: Sequence[components.Happening]) -> dict[str, Any]:
    """`{% timeline happenings %}`: newest first, each a `components.Happening`."""
    return {"entries": entries}


@register.inclusion_tag("ui/diff.html")
def diff(changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% diff history.changes %}`: before and after of each patch entry (`op`, `path`, `value`, `old`)."""
    return {"rows": components.diff_rows(changes)}


@register.inclusion_tag("ui/json.html")
def json_drawer(document: Any, title: StrOrPromise = "", id: str = "json-drawer") -> dict[str, Any]:
    """`{% json_drawer document _("Order #1042") %}`: opened by `J` or `{% drawer_button "json-drawer" %}`."""
    return {"text": kit_json.pretty(document), "title": title, "id": id}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, css: str = "") -> dict[str, Any]:
    """`{% field form.name %}`: label, input, help and the error next to it, tied together by aria-describedby."""
    return components.field_context(bound, css)


@register.inclusion_tag("ui/pager.html")
def pager(page: components.Pager) -> dict[str, Any]:
    """`{% pager pager %}`: rows 1–50 of 1,284, page numbers, page size."""
    return {"pager": page}


@register.inclusion_tag("ui/toast.html")
def message_toast(message: Message) -> dict[str, Any]:
    """A message of the messages framework as a toast."""
    return components.toast_context(message)


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and last word: “Ana Ruiz” → AR."""
    words = [word for word in name.replace("@", " ").split() if word]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
