"""What an exception can be asked, and its document."""

from functools import cache

from django.utils.translation import override

from orders.documents.instants import instant
from orders.exceptions.catalogue import CATEGORIES, CONCERNS, exception_types
from orders.models import OrderException
from portal.filters.facets import Facets
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json

_PROBLEM, _CONCERNS, _DATES = _("Exception"), _("Concerns"), _("Dates")
VOLATILE = ("message", "times", "lastSeenAt", "updatedAt")
"""What a repeat of the same failure may change without a new version (`orders.exceptions.raise_`)."""


def _moment(path: str, label: str, column: str, help: str = "") -> Field:
    return Field(path, label, Type.DATETIME, _DATES, column=column, help=help)


def catalogue() -> Catalogue:
    """Return the fields; the types are those that all apps have declared by now."""
    with override("en"):  # labels are kept in English, and translated when they are shown
        types = {one.key: str(one.label) for one in exception_types.all()}
        states = {value: str(label) for value, label in OrderException.State.choices}
    return Catalogue(
        "exception",
        _("exception"),
        [
            Field("state", _("State"), Type.ENUM, _PROBLEM, choices=choices(states), column="state"),
            Field("type", _("Type"), Type.ENUM, _PROBLEM, choices=choices(types), column="type"),
            Field("category", _("Category"), Type.ENUM, _PROBLEM, choices=choices(CATEGORIES), column="category"),
            _moment("createdAt", _("First seen"), "created_at", _("How long it is open is asked by this date")),
            _moment("lastSeenAt", _("Last seen"), "last_seen_at"),
            _moment("updatedAt", _("Changed"), "updated_at", _("Seen again, noted or closed")),
            _moment("closedAt", _("Closed"), "closed_at"),
            Field("times", _("How often"), Type.NUMBER, _PROBLEM, column="times",
                  help=_("How many times the same failure has been met")),
            Field("title", _("What is wrong"), Type.TEXT, _PROBLEM),
            Field("message", _("Why"), Type.TEXT, _PROBLEM),
            Field("cure", _("What helps"), Type.TEXT, _PROBLEM),
            Field("closedBy", _("Closed by"), Type.TEXT, _PROBLEM),
            Field("cause", _("Cause"), Type.TEXT, _PROBLEM, folded="shared_folded",
                  help=_("What it shares with others: the message without number, amounts and times")),
            Field("assignedTo", _("Assigned to"), Type.TEXT, _PROBLEM, folded="assigned_folded",
                  help=_("The e-mail of the member who looks after it")),
            _moment("snoozedUntil", _("Snoozed until"), "snoozed_until", _("It is not counted until then")),
            _moment("returnedAt", _("Came back"), "returned_at", _("When a snooze was over")),
            Field("exceptionId", _("Exception ID"), Type.TEXT, _PROBLEM, folded="public_id"),
            Field("integration", _("Source"), Type.TEXT, _CONCERNS, folded="source__public_id",
                  help=_("The store of the order, or the store that fails")),
            Field("entity.type", _("Kind of record"), Type.ENUM, _CONCERNS, choices=choices(CONCERNS)),
            Field("entity.id", _("Record ID"), Type.TEXT, _CONCERNS, folded="entity_public_id"),
            Field("entity.number", _("Record"), Type.TEXT, _CONCERNS,
                  help=_("The order number, or what the store, integration or rule is called")),
        ],
    )  # fmt: skip


@cache
def facets() -> Facets:
    """Return what writes the facets of exceptions; they do not depend on the types there are."""
    return Facets(catalogue())


def document(one: OrderException) -> Json:
    """Return the document of an exception; absent members are left out, and so is the record as it came.

    Reads the source and the organization of `one`: have them joined where there are many.
    """
    told: Json = {
        "exceptionId": one.public_id,
        "orgKey": one.organization.public_id,
        "type": one.type,
        "category": one.category,
        "state": one.state,
        "title": one.title,
        "message": one.message,
        "times": one.times,
        "createdAt": instant(one.created_at),
        "lastSeenAt": instant(one.last_seen_at),
        "updatedAt": instant(one.updated_at),
    }
    if one.source is not None:
        told["integration"] = one.source.public_id
    if one.cure:
        told["cure"] = one.cure
    if one.entity_type:
        told["entity"] = entity(one.entity_type, one.entity_public_id, one.entity_label)
    told |= {name: value for name, value in worked_on(one).items() if value}
    if one.closed_at:
        told |= {"closedAt": instant(one.closed_at), "closedBy": one.closed_by}
    return told


def worked_on(one: OrderException) -> Json:
    """Return the members that people change while an exception is active; empty where there is none."""
    return {
        "cause": one.shared,
        "assignedTo": one.assigned_to,
        "snoozedUntil": instant(one.snoozed_until) if one.snoozed_until else "",
        "returnedAt": instant(one.returned_at) if one.returned_at else "",
    }


def entity(kind: str, public_id: str | None, label: str) -> Json:
    """Return the member that says which record an exception is about."""
    told = {"type": kind}
    if public_id:
        told["id"] = public_id
    return told | ({"number": label} if label else {})
