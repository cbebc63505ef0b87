"""Everything that one person sees of a list's views, with one query."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import BigIntegerField, BooleanField, F, Func, IntegerField, Q, QuerySet, TextField, Value

from portal.savedviews.built_in import ALL
from portal.savedviews.models import SavedView, ViewArrangement
from portal.tenancy.models import Organization, User


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved view as it is read, without its list."""

    key: str
    name: str
    query: str
    owner_id: int
    owner: str
    shared: bool
    version: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The saved views that a person sees, oldest first, and how they want to find all views."""

    views: tuple[Kept, ...]
    own_default: str = ""
    role_default: str = ""
    order: tuple[str, ...] = ()

    def default(self, known: Container[str]) -> str:
        """Return the key of the view that opens by itself: one's own wish, else the role's, else "".

        A wish for a view that is gone, or that this person no longer sees, is none.
        """
        wishes = (self.own_default, self.role_default)
        return next((wish for wish in wishes if wish and (wish == ALL or wish in known)), "")

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Return the keys as this person has put them; those that never were put come last, as given."""
        places = {key: place for place, key in enumerate(self.order)}
        return sorted(keys, key=lambda key: places.get(key, len(places)))


def seen_by(organization: Organization, user: User | None, list_key: str) -> QuerySet[SavedView]:
    """Return the views of a list that a person sees: their own and the shared ones; those alone for nobody."""
    rows = cast("QuerySet[SavedView]", SavedView.objects.within(organization))
    own = Q(shared=True) if user is None else Q(shared=True) | Q(owner=user)
    return rows.filter(own, list_key=list_key, deleted_at=None).order_by("pk")


def shelf(organization: Organization, user: User, role: str, list_key: str) -> Shelf:
    """Read the shelf of a member. One query, although it reads two tables: every list page asks."""
    views = seen_by(organization, user, list_key).order_by().values_list(*_columns(_VIEW))
    wishes = cast("QuerySet[ViewArrangement]", ViewArrangement.objects.within(organization))
    wishes = wishes.filter(Q(user=user) | Q(user=None, role=role), list_key=list_key)
    rows = list(views.union(wishes.values_list(*_columns(_WISH)), all=True))
    rows.sort(key=lambda row: row[1])
    kept = tuple(Kept(*row[2:]) for row in rows if row[0] == "view")
    own, of_role = _wish(rows, "own"), _wish(rows, "role")
    return Shelf(kept, own[2], of_role[2], tuple(key for key in own[3].split(",") if key))


def _wish(rows: list[Any], kind: str) -> Any:
    return next((row for row in rows if row[0] == kind), (kind, 0, "", ""))


_VIEW: tuple[tuple[Any, Any], ...] = (
    (Value("view"), TextField()),
    (F("pk"), BigIntegerField()),
    (F("public_id"), TextField()),
    (F("name"), TextField()),
    (F("query"), TextField()),
    (F("owner_id"), BigIntegerField()),
    (F("owner__name"), TextField()),
    (F("shared"), BooleanField()),
    (F("version"), IntegerField()),
)
_WISH: tuple[tuple[Any, Any], ...] = (
    (
        Func(F("role"), template="(CASE WHEN %(expressions)s = '' THEN 'own' ELSE 'role' END)"),
        TextField(),
    ),
    (F("pk"), BigIntegerField()),
    (F("default"), TextField()),
    (Func(F("order"), Value(","), function="array_to_string", output_field=TextField()), TextField()),
    (Value(""), TextField()),
    (Value(0), BigIntegerField()),
    (Value(""), TextField()),
    (Value(False), BooleanField()),
    (Value(0), IntegerField()),
)
_SQL_TYPES = {TextField: "text", BigIntegerField: "bigint", BooleanField: "boolean", IntegerField: "integer"}


def _columns(parts: tuple[tuple[Any, Any], ...]) -> list[Func]:
    """Give each column its SQL type, so that the two halves fit together."""
    return [
        Func(value, template=f"(%(expressions)s)::{_SQL_TYPES[type(field)]}", output_field=field)
        for value, field in parts
    ]
