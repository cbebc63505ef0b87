"""Suggestions for a condition's value: `/lists/<key>/suggest?field=PATH&q=TEXT`.

An app says once which fields of its list it has suggestions for::

    suggestions.register("orders", Suggestions("orders", "order", lambda: ORDER, knows=…, find=…))

Whoever finds them bounds the work: a suggestion that needs a million rows is not worth having.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.filters.fields import Catalogue, Choice, Field
from portal.kit.registry import Registry
from portal.tenancy.models import Organization
from portal.ui.access import PageRequest, page

MOST = 20
MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value to take: what stands in the filter, what people read, and how often it was seen."""

    value: str
    label: str = ""
    note: str = ""
    count: int | None = None

    def told(self) -> dict[str, object]:
        """Return it as the browser's picker wants it."""
        told: dict[str, object] = {"value": self.value}
        if self.label:
            told["label"] = self.label
        if self.note:
            told["note"] = self.note
        if self.count is not None:
            told["count"] = self.count
        return told


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What the list of this key suggests. `find` returns the best first; no more than `MOST` are shown."""

    key: str
    entity: str
    catalogue: Callable[[], Catalogue]
    knows: Callable[[Field], bool]
    find: Callable[[Organization, Field, str], Sequence[Suggestion]]
    named: Callable[[Organization, Field], Sequence[Choice]] = lambda organization, field: ()
    """Every value of a field whose values have names (stores), with its name."""


suggestions: Registry[Suggestions] = Registry("list with suggestions")


def named(entity: str, field: Field, organization: Organization) -> Sequence[Choice]:
    """Return the values of a field with their names, where they are few and have names."""
    return next(
        (found for own in suggestions if own.entity == entity and (found := own.named(organization, field))), ()
    )


def address(entity: str, field: Field | None) -> str:
    """Return the address that suggests values of this field, or nothing; of a field that stands for many, names."""
    for own in suggestions:
        if field is not None and own.entity == entity and own.knows(field):
            return f"{reverse('ui:suggest', args=[own.key])}?{urlencode({'field': field.path})}"
    return ""


def address_of(entity: str, path: str) -> str:
    """Return the address that suggests values of the field of this path, or nothing."""
    for own in suggestions:
        if own.entity == entity:
            return address(entity, own.catalogue().get(path))
    return ""


@require_GET
@page()
def suggest(request: PageRequest, key: str) -> HttpResponse:
    """Answer with values to take for a field that contain what was typed; nothing where none are known."""
    if key not in suggestions:
        raise Http404(_("There is no such list."))
    own = suggestions.get(key)
    field = own.catalogue().get(request.GET.get("field", ""))
    if field is None:
        raise Http404(_("There is no such field."))
    text = request.GET.get("q", "").replace("\x00", "").strip()[:MOST_TEXT]
    found = own.find(request.organization, field, text)[:MOST] if own.knows(field) else ()
    return JsonResponse({"options": [one.told() for one in found]})
