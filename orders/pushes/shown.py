"""What the page of an order shows of systems that it was pushed to. No query of its own (`orders.queries.one`)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, Func, JSONField, OuterRef
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from orders.models import Order, OrderPush
from orders.pushes.told import digest_of
from orders.templatetags.order_tags import web_address

S = OrderPush.State
LABELS = {S.SUBMITTED.value: "submitted", S.PROCESSING.value: "processing"}


@dataclass(frozen=True, slots=True)
class Card:
    """An order in one system."""

    name: str
    state: str
    at: dt.datetime
    number: str
    url: str
    reason: str
    is_stale: bool
    """The order was changed since, and the system does not know."""
    sentence: str


def beside() -> ArraySubquery:
    """Return what reads an order's pushes beside it, as lists of texts, by the system's name."""
    rows = OrderPush.across.filter(order=OuterRef("pk")).order_by("source__name", "pk")
    told = Func(
        F("source__name"), F("state"), Cast("changed_at", CharField()), F("number"), F("url"), F("reason"), F("digest"),
        function="jsonb_build_array", output_field=JSONField(),
    )  # fmt: skip
    return ArraySubquery(rows.values_list(told))


def mark(order: Order) -> str:
    """Return what changes whenever the cards do."""
    return ".".join(f"{one[1][:1]}{one[2]}" for one in order.__dict__.get("line_pushes") or ())


def cards(order: Order) -> dict[str, Any]:
    """Return the cards of an order; nothing where it was never pushed."""
    rows = order.__dict__.get("line_pushes") or ()
    digest = digest_of(order) if rows else ""
    found = [_card(one, digest) for one in rows]
    return {"pushes": found, "again": any(one.is_stale or one.state == S.FAILED for one in found)} if found else {}


def _card(told: list[str], digest: str) -> Card:
    name, state, at, number, url, reason, was = told
    return Card(name, state, dt.datetime.fromisoformat(at), number, web_address(url), reason,
                state == S.COMPLETED and was != digest, _sentence(name, state, number))  # fmt: skip


def _sentence(name: str, state: str, number: str) -> str:
    words = {"name": name, "number": number}
    if state == S.COMPLETED:
        return _("In %(name)s as %(number)s") % words if number else _("In %(name)s") % words
    if state == S.FAILED:
        return _("%(name)s does not have it as it is now") % words if number else _("%(name)s does not have it") % words
    return (
        _("Known to %(name)s as %(number)s; a change is on its way") % words
        if number
        else _("On its way to %(name)s") % words
    )
