"""Facets: the normal forms of a document's fields, kept beside the row so that SQL agrees.

`lower()`, accents and Unicode forms differ between PostgreSQL and Python, so text is folded once,
here, and stored folded. One jsonb column `facets` on the row of the entity and one on the row of
each line hold, by field path, the normal form of every present field that has no column of its
own (`Field.sql_column`): folded text, exact numbers, true/false, instants as microseconds since
1970, lists as sorted arrays of folded texts. Absent fields are left out. A field that stands for many
(`Field.keyed`) leaves an entry for each of its names, by the path of the folded name.

Whoever writes a row writes its facets in the same statement::

    ORDER_FACETS = Facets(ORDER)
    row.facets = ORDER_FACETS.of(document)
    line_row.facets = ORDER_FACETS.of_line(document["lineItems"][0])

When a field's type changes, or it gains or loses its column, the facets of stored rows must be
written again (a batched job).
"""

from collections.abc import Callable
from typing import Any

from portal.filters.fields import Catalogue, Field, Type, keyed_path
from portal.filters.normal import FORMS, dig, digger, to_micros
from portal.kit.json import Json
from portal.kit.text import fold


class Facets:
    """Writes the facets of one catalogue's documents and lines."""

    def __init__(self, catalogue: Catalogue) -> None:
        kept = [field for field in catalogue if field.sql_column is None and field.keyed is None]
        self._plan = [_step(catalogue, field) for field in kept if not field.line]
        self._line_plan = [_step(catalogue, field) for field in kept if field.line]
        named = [(catalogue.key(field), field) for field in catalogue if field.keyed is not None]
        self._named = [(key, *field.keyed) for key, field in named if field.keyed and not field.line]
        self._line_named = [(key, *field.keyed) for key, field in named if field.keyed and field.line]

    def of(self, document: Json) -> Json:
        """Return the facets of the document itself."""
        return _project(self._plan, document) | _by_name(self._named, document)

    def of_line(self, line: Json) -> Json:
        """Return the facets of one of its lines."""
        return _project(self._line_plan, line) | _by_name(self._line_named, line)


_Step = tuple[str, Callable[[Any], Any] | None, Callable[[Any], Any]]
"""Path, the way to what is nested, and what makes the normal form of it."""


def _step(catalogue: Catalogue, field: Field) -> _Step:
    key = catalogue.key(field)
    return key, digger(key) if "." in key or "[]" in key else None, _writers[field.type]


def _project(plan: list[_Step], holder: Json) -> Json:
    facets = {}
    for key, way, write in plan:
        raw = way(holder) if way is not None else holder.get(key)
        if raw is not None and (value := write(raw)) is not None:
            facets[key] = value
    return facets


def _by_name(many: list[tuple[str, str, str]], holder: Json) -> Json:
    """Return an entry for each name in lists of names and values; the first item of a name counts."""
    facets: Json = {}
    for base, name, value in many:
        items, seen = dig(holder, base), set()
        for item in items if items.__class__ is list else ():
            key = _name(item, name)
            if key and key not in seen:
                seen.add(key)
                if (text := FORMS[Type.TEXT](item.get(value))) is not None:
                    facets[keyed_path(base, key)] = text
    return facets


def _name(item: Any, name: str) -> str:
    given = item.get(name) if item.__class__ is dict else None
    return fold(given) if given.__class__ is str else ""


def _instant(raw: Any) -> int | None:
    value = FORMS[Type.DATETIME](raw)
    return None if value is None else to_micros(value)


def _sorted(raw: Any) -> list[str] | None:
    value = FORMS[Type.LIST](raw)
    return None if value is None else sorted(value)


_writers = {**FORMS, Type.DATETIME: _instant, Type.LIST: _sorted}
