"""Who set a field of an order: what the small window beside it says."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from django.utils.translation import gettext as _

from orders.documents import writable
from orders.documents.catalogue import ORDER
from orders.documents.dispositions import plain
from orders.lifecycle import pins
from orders.models import Order
from portal.audit.provenance import Origin, provenance
from portal.audit.runs import RunLink, links_of
from portal.entities.patch import Change
from portal.kit.json import Json
from portal.ui.components import DiffRow, diff_rows

TOP = frozenset(field.path.partition(".")[0].partition("[")[0] for field in ORDER)
_NOT_GIVEN_BACK = ("/status", "/lineItems", "/disposition", "/dispositions")
_NO_RUN = RunLink("")
_ICONS = {"user": "user", "rule": "bolt", "integration": "plug", "api_key": "key"}


@dataclass(frozen=True)
class Setter:
    """One change of the field: who, when, what it was and became, and where more is told."""

    icon: str
    who: str
    what: str
    """“set it”, “emptied it”, “brought it in”: after the name."""
    at: dt.datetime
    rows: Sequence[DiffRow]
    url: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Pin:
    """That the field is kept as it was set here, in a sentence."""

    text: str
    by_person: bool


@dataclass(frozen=True)
class Who:
    """Everything that is known of where a field comes from."""

    label: str
    path: str
    last: Setter | None
    older: Sequence[Setter]
    pin: Pin | None
    may_give_back: bool


def who(order: Order, path: str) -> Who | None:
    """Return where a field of an order comes from, or None where an order has no such field."""
    if path.partition("/")[0] or path.split("/")[1] not in TOP:
        return None
    origins = provenance(order.organization, "order", order.pk, *_paths(path))
    runs = links_of(order.organization, {one.run_id for one in origins if one.run_id is not None})
    setters = [_setter(one, path, runs.get(one.run_id or 0, _NO_RUN)) for one in origins]
    pin = pinned(order, path)
    kept_out = any(pins.touches(path, other) for other in _NOT_GIVEN_BACK)
    may_give_back = pin is not None and (not kept_out or (path.startswith("/lineItems") and "/lineItems" in order.kept))
    return Who(_label(order, path), path, setters[0] if setters else None, setters[1:], pin, may_give_back)


def as_json(found: Who) -> Json:
    """Return the same for programs and for *View JSON*."""
    setters = [*([found.last] if found.last else []), *found.older]
    return {
        "path": found.path,
        "label": found.label,
        "pinned": found.pin.text if found.pin else None,
        "setBy": [
            {
                "kind": one.kind, "name": one.who, "at": one.at, "run": one.url or None,
                "changes": [{"field": row.path, "before": row.before, "after": row.after} for row in one.rows],
            }
            for one in setters
        ],
    }  # fmt: skip


def pinned(order: Order, path: str) -> Pin | None:
    """Return by whom a field is kept as it is here; a person counts before a rule."""
    marks = sorted(
        (mark for key, mark in order.kept.items() if pins.touches(key, path)), key=lambda mark: mark["kind"] != "user"
    )
    if not marks:
        return None
    names = {"who": marks[0]["name"], "source": order.source.name}
    if marks[0]["kind"] == "user":
        return Pin(_("Pinned by %(who)s: rules and %(source)s leave it as it is.") % names, by_person=True)
    return Pin(_("Kept as the rule “%(who)s” set it: %(source)s does not change it.") % names, by_person=False)


def _paths(path: str) -> list[str]:
    """Return what belongs to a field: to a line also what was taken out of it."""
    unique_id = path.removeprefix("/lineItems")
    return [path, f"/dispositions{unique_id}"] if unique_id != path else [path]


def _label(order: Order, path: str) -> str:
    if path.startswith("/lineItems/"):
        wanted = path.removeprefix("/lineItems/").replace("~1", "/").replace("~0", "~")
        line = next((one for one in order.content["lineItems"] if one["uniqueId"] == wanted), None)
        return str((line and (line.get("name") or line["sku"])) or _("Line"))
    return _(writable.label_at(path))


def _setter(origin: Origin, path: str, run: RunLink) -> Setter:
    name = origin.actor_name
    if origin.actor_kind == "rule":
        number = origin.actor_id.rpartition(":")[2]
        name = _("Rule “%(name)s”, version %(number)s") % {"name": name, "number": number}
        name = f"{name}, {run.under}," if run.under else name
    return Setter(
        _ICONS.get(origin.actor_kind, "settings"), name, _what(origin), origin.at, _rows(origin.changes, path), run.url,
        origin.actor_kind,
    )  # fmt: skip


def _what(origin: Origin) -> str:
    if origin.begins:
        return _("brought it in with the order")
    if origin.changes and all(change["op"] == "remove" for change in origin.changes):
        return _("emptied it")
    return _("set it")


def _rows(changes: Sequence[Change], path: str) -> list[DiffRow]:
    """Return what changed, each named from where one stands: an address says “city”, a field of its own nothing."""
    return [
        replace(row, path=_inside(str(change["path"]), path))
        for change, row in zip(changes, diff_rows([_said(change) for change in changes]), strict=True)
    ]


def _inside(changed: str, path: str) -> str:
    if changed == path:
        return ""
    if changed.startswith("/dispositions"):
        return _("Taken out")
    return diff_rows([{"op": "add", "path": changed.removeprefix(path), "value": ""}])[0].path


def _said(change: Change) -> Change:
    """Put lists in words: tags with commas between them, what was taken out of a line as “2 rejected”."""
    out = change["path"].startswith("/dispositions/")
    said = {key: _out(change[key]) if out else _listed(change[key]) for key in ("old", "value") if key in change}
    return change | said


def _listed(value: object) -> object:
    texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return (", ".join(cast("list[str]", value)) or _("none")) if texts else value


def _out(value: Json | list[Json]) -> str:
    values = value.get("values", []) if isinstance(value, dict) else value
    words = {"canceled": _("canceled"), "rejected": _("rejected")}
    return ", ".join(f"{plain(one['quantity'])} {words.get(one['type'], one['type'])}" for one in values)
