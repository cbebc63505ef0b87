"""An order as it was at any moment: the present one with the newer changes of its history undone."""

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from orders.documents.instants import instant
from orders.lifecycle.pins import touches
from orders.models import Order
from portal.audit.models import History
from portal.entities import patch
from portal.entities.patch import Change
from portal.kit import clock
from portal.kit.json import Json

_MOST_DIGITS = 9
_TOGETHER = dt.timedelta(seconds=2)
"""How long one transaction takes at most, near enough."""


class NoSuchMoment(ValueError):
    """What stands under `at` is neither a version nor an instant."""


@dataclass(frozen=True)
class Then:
    """An order at one of its versions. `row` is the change that made it so."""

    order: Order
    version: int
    row: History | None
    moments: Sequence[History]
    """Every change, the oldest first: one for each version."""
    changes: Sequence[Change]
    """What is different now."""
    before: bool = False
    """The instant asked for lies before the order came in; the first version is shown."""
    asked: dt.datetime | None = None
    """The instant asked for; None: a version was."""

    read_at: dt.datetime = field(default_factory=clock.now)

    @property
    def moment(self) -> dt.datetime:
        """The instant at which the records around the order are shown: of a version, shortly before it ended.

        Not at its very end: what was written together with the next version carries moments from just before that.
        """
        if self.asked is not None and not self.before:
            return self.asked
        if (until := self.until) is None:
            return self.read_at
        return until - min((until - self.at) / 2, _TOGETHER)

    @property
    def at(self) -> dt.datetime:
        """When it became so."""
        return self.row.at if self.row else self.order.created_at

    @property
    def until(self) -> dt.datetime | None:
        """When it stopped being so; None: it is so now."""
        return next((one.at for one in self.moments if one.version > self.version), None)

    @property
    def earlier(self) -> int | None:
        """The version before, if there is one."""
        return next((one.version for one in reversed(self.moments) if one.version < self.version), None)

    @property
    def later(self) -> int | None:
        """The version after, if there is one."""
        return next((one.version for one in self.moments if one.version > self.version), None)

    @property
    def last(self) -> int:
        """The present version."""
        return self.moments[-1].version if self.moments else self.version

    def differs(self, path: str) -> bool:
        """Say whether what stands at a path of the document is different now."""
        return any(touches(path, change["path"]) for change in self.changes)


def then(order: Order, asked: str) -> Then:
    """Return the order as it was: `asked` is a version, or an instant in ISO 8601 (without a zone: the reader's).

    One query. Raises NoSuchMoment.
    """
    rows = History.objects.within(order.organization).filter(entity_type="order", entity_id=order.pk)
    moments = list({row.version: row for row in rows.order_by("-version", "-id")}.values())[::-1]
    moment = None if _is_version(asked) else _instant(asked, order.organization.zone)
    version = int(asked) if moment is None else max((one.version for one in moments if one.at <= moment), default=0)
    first = moments[0].version if moments else order.version
    shown = min(max(version, first), order.version)
    now = document(order)
    was = now
    for newer in reversed(moments):
        was = patch.revert(was, newer.changes) if newer.version > shown else was
    row = next((one for one in moments if one.version == shown), None)
    past = _order(order, was, shown, row)
    found = Then(past, shown, row, moments, _told(was, now), version < first, moment)
    past.__dict__["_then"] = found  # the buttons “Who set this?” say instead what is different now
    return found


def of(order: Order) -> Then | None:
    """Return the moment that a row shows; None for the present one."""
    found: Then | None = order.__dict__.get("_then")
    return found


def document(order: Order) -> Json:
    """Return what the history of an order describes changes of."""
    state = {"status": order.status} | ({"holdUntil": instant(order.hold_until)} if order.hold_until else {})
    told: Json = order.content | state
    return told


def _is_version(asked: str) -> bool:
    return asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS


def _instant(asked: str, zone: dt.tzinfo) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(asked)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise NoSuchMoment(asked) from error
    return moment


def _order(order: Order, was: Json, version: int, row: History | None) -> Order:
    """Return the row as it was: to be looked at, never to be saved."""
    past = copy.copy(order)
    past.__dict__ = dict(order.__dict__)
    past.content = {key: value for key, value in was.items() if key not in ("status", "holdUntil")}
    past.status = was.get("status", order.status)
    past.hold_until = dt.datetime.fromisoformat(was["holdUntil"]) if was.get("holdUntil") else None
    past.version, past.kept, past.exceptions, past.source_doc = version, {}, None, None
    past.updated_at = row.at if row else order.created_at
    past.ext_order_id = was.get("extOrderId", order.ext_order_id)
    past.currency = was.get("currency", order.currency)
    past.total = Decimal(was.get("totalPrice", order.total))
    customer = was.get("customer") or {}
    name = f"{customer.get('firstName', '')} {customer.get('lastName', '')}".strip()
    past.customer_name = name or customer.get("company", "")
    return past


def _told(was: Json, now: Json) -> list[Change]:
    """Return what is different, line items and custom fields each by itself instead of as whole lists."""
    changes = patch.diff(_spread(was), _spread(now))
    return [one for one in changes if one["path"] != "/extOrderUpdatedAt"]


def _spread(document: Json) -> Json:
    lines = {str(line["uniqueId"]): line for line in document.get("lineItems") or ()}
    named = {str(one["name"]): one["value"] for one in document.get("customFields") or ()}
    gone = ("dispositions", "disposition")
    told: Json = {key: value for key, value in document.items() if key not in gone}
    return told | {"lineItems": lines, "customFields": named}
