"""What an exception can be asked, and its document."""

from orders.documents.instants import instant
from orders.exceptions.catalogue import CATEGORIES, exception_types
from orders.models import OrderException
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json


def catalogue() -> Catalogue:
    """Return the fields; the types are those that all apps have declared by now."""
    types = {one.key: str(one.label) for one in exception_types.all()}
    states = dict(OrderException.State.choices)
    return Catalogue(
        "exception",
        _("exception"),
        [
            Field(
                "state", _("State"), Type.ENUM, choices=choices({k: str(v) for k, v in states.items()}), column="state"
            ),
            Field("type", _("Type"), Type.ENUM, choices=choices(types), column="type"),
            Field("category", _("Category"), Type.ENUM, choices=choices(CATEGORIES), column="category"),
            Field("createdAt", _("First seen"), Type.DATETIME, column="created_at"),
            Field("lastSeenAt", _("Last seen"), Type.DATETIME, column="last_seen_at"),
            Field("times", _("How often"), Type.NUMBER, column="times"),
        ],
    )


def document(one: OrderException) -> Json:
    """Return the document of an exception; absent members are left out, and so is the record as it came."""
    told: Json = {
        "exceptionId": one.public_id,
        "type": one.type,
        "category": one.category,
        "state": one.state,
        "title": one.title,
        "message": one.message,
        "times": one.times,
        "createdAt": instant(one.created_at),
        "lastSeenAt": instant(one.last_seen_at),
    }
    if one.cure:
        told["cure"] = one.cure
    if one.entity_type:
        told["entity"] = {"type": one.entity_type, "number": one.entity_label}
    if one.closed_at:
        told |= {"closedAt": instant(one.closed_at), "closedBy": one.closed_by}
    return told
