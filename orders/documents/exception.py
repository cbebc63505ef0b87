"""What an exception can be asked: the field catalogue of the list of exceptions."""

from orders.exceptions.catalogue import CATEGORIES, exception_types
from orders.models import OrderException
from portal.filters.fields import Catalogue, Field, Type, choices
from portal.filters.mark import gettext_noop as _


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
