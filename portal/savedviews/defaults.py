"""Which view opens by itself, for a person or for the people of a role, and in what order one sees them."""

from collections.abc import Sequence
from typing import cast

from django.db import transaction
from django.db.models import QuerySet

from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities.patch import Change
from portal.savedviews.models import SavedView, ViewArrangement
from portal.tenancy.models import Organization, User
from portal.tenancy.roles import Role

ENTITY = "view_arrangement"
MOST_ORDERED = 200


def choose(organization: Organization, user: User, list_key: str, key: str) -> None:
    """Let the list open with this view for oneself; "" leaves it to the role."""
    ViewArrangement.across.update_or_create(
        organization=organization, list_key=list_key, user=user, role="", defaults={"default": key[:64]}
    )


def choose_for_role(organization: Organization, role: Role, list_key: str, key: str, *, by: User) -> None:
    """Let the list open with this view for the people of a role who chose none themselves; "" for all rows.

    Stands in History. Whoever calls it has made sure that `by` may, and that the view is shared or built in.
    """
    with transaction.atomic():
        row, _ = ViewArrangement.across.select_for_update().get_or_create(
            organization=organization, list_key=list_key, user=None, role=role
        )
        _change(row, key[:64], by)


def role_defaults(organization: Organization, list_key: str) -> dict[str, str]:
    """Return the key of the view that each role begins with; roles without one are left out."""
    rows = _rows(organization).filter(list_key=list_key, user=None).exclude(default="")
    return dict(rows.values_list("role", "default"))


def arrange(organization: Organization, user: User, list_key: str, keys: Sequence[str]) -> None:
    """Put one's tabs in this order. Keys that are no view's do no harm: they are never shown."""
    ViewArrangement.across.update_or_create(
        organization=organization,
        list_key=list_key,
        user=user,
        role="",
        defaults={"order": [key[:64] for key in dict.fromkeys(keys) if key and "," not in key][:MOST_ORDERED]},
    )


def forget_role_defaults(view: SavedView, *, by: User) -> None:
    """Let no role begin with this view any more, in the transaction of whoever takes it away."""
    rows = _rows(view.organization).select_for_update()
    for row in rows.filter(list_key=view.list_key, user=None, default=view.public_id):
        _change(row, "", by)


def _rows(organization: Organization) -> QuerySet[ViewArrangement]:
    return cast("QuerySet[ViewArrangement]", ViewArrangement.objects.within(organization))


def _change(row: ViewArrangement, key: str, by: User) -> None:
    if row.default == key:
        return
    change: Change = {"op": "replace", "path": "/default", "old": row.default, "value": key}
    row.default = key
    row.save(update_fields=["default"])
    summary = f"Changed what the list “{row.list_key}” opens with for the role “{Role(row.role).label}”"
    record([Entry(row.organization_id, ENTITY, row.pk, 1, Actor.user(by), "default", summary, [change])])
