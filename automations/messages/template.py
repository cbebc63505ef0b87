"""Texts with fields in them, as messages have them: `Order {{ extOrderId }} of {{ customer.firstName }}`. Pure.

A placeholder names a field of the record's catalogue by its path, a custom field by its name
(`{{ customFields["Gift wrap"] }}`), or one of `EXTRAS`. There is no logic, and nothing is walked but
paths that the catalogue has: what a template can say is what the record's document says.

In a text, a value reads as people read it: money with its currency, times in the organization's
timezone, lists joined by commas, nothing where the record has nothing. In a JSON body a placeholder
inside quotes is the same text, escaped; one outside quotes is the JSON of the value itself.
"""

import datetime as dt
import difflib
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.filters import normal
from portal.filters.fields import KEYED, Catalogue, Field, Type
from portal.filters.mark import gettext_noop as _
from portal.kit import json
from portal.kit.json import Json
from portal.ui.amounts import decimals

MAX_TEMPLATE = 20_000
"""Characters of a template."""
MAX_FILLED = 256 * 1024
"""Characters of a text with its fields in: templates can name a long field many times."""

RUN = "\ue000run\ue000"
"""Stands for the run's ID until there is one (`with_run`): an action is planned before its run is written."""
EXTRAS = {
    "rule.name": _("Name of the rule"),
    "run.id": _("ID of the run"),
    "now": _("Time of the run"),
    "record": _("The whole record (in a JSON body, outside quotes)"),
}
"""What templates can name beside the fields, with its label."""

_INSIDE = re.compile(r'((?:"(?:[^"\\\n]|\\.)*+"|[^{}"\n])*+)\}\}')
"""The rest of a placeholder; possessive, so that no text can make it slow."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What a message knows beside the record."""

    rule_name: str = ""
    now: dt.datetime | None = None
    zone: dt.tzinfo = dt.UTC
    """The organization's timezone."""
    run_id: str = RUN


class TooLong(ValueError):
    """The text with its fields in is longer than 262,144 characters."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A placeholder: the path as typed, and whether it stands inside a JSON text."""

    path: str
    quoted: bool = True


class _Unclosed(ValueError):
    """`{{` without its end; the message is what follows it."""


def fill(text: str, document: Json, catalogue: Catalogue, extra: Extra | None = None) -> str:
    """Return the text with every placeholder replaced, for people to read. Raises TooLong."""
    return _fill(text, _Reader(document, catalogue, extra or Extra()), _as_text)


def fill_json(text: str, document: Json, catalogue: Catalogue, extra: Extra | None = None) -> str:
    """Return a JSON body with every placeholder replaced; it is JSON when `json_problems` has found nothing."""
    return _fill(text, _Reader(document, catalogue, extra or Extra()), _as_json)


def with_run(text: str, run_id: str) -> str:
    """Return a filled text with the ID of its run, which was not known when it was filled."""
    return text.replace(RUN, run_id)


def problems(text: str, catalogue: Catalogue) -> list[str]:
    """Return what is wrong with a template, each with its cure; empty when it can be filled."""
    return [*_problems(text, catalogue, in_json=False)]


def json_problems(text: str, catalogue: Catalogue) -> list[str]:
    """Return what is wrong with the template of a JSON body, each with its cure."""
    found = [*_problems(text, catalogue, in_json=True)]
    if not found:
        sample = "".join(part if isinstance(part, str) else "" if part.quoted else "null" for part in _parse(text))
        try:
            json.loads(sample)
        except json.NotJson as error:
            found.append(f"The body is not JSON ({error}). Check commas, quotes and braces.")
    return found


def offered(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return (path, label) of what can be inserted into a text; fields named by users are left to be typed."""
    fields = [(field.path, field.label) for field in catalogue if not field.is_template]
    return fields + [(path, label) for path, label in EXTRAS.items() if path != "record"]


# Taking a template apart


@functools.lru_cache(maxsize=500)
def _parse(text: str) -> tuple[str | _Place, ...]:
    """Return literal pieces and placeholders in turn. Raises _Unclosed."""
    parts: list[str | _Place] = []
    at, quoted = 0, False
    while (start := text.find("{{", at)) >= 0:
        literal = text[at:start]
        quoted = _quoted_after(literal, quoted)
        match = _INSIDE.match(text, start + 2)
        if match is None:
            raise _Unclosed(text[start : start + 30].split("\n")[0])
        parts += [literal, _Place(match[1].strip(), quoted)]
        at = match.end()
    return (*parts, text[at:])


def _quoted_after(literal: str, quoted: bool) -> bool:
    """Say whether a JSON text is open behind a piece of JSON."""
    escaped = False
    for char in literal:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = quoted
        elif char == '"':
            quoted = not quoted
    return quoted


def _problems(text: str, catalogue: Catalogue, *, in_json: bool) -> Iterator[str]:
    if len(text) > MAX_TEMPLATE:
        yield f"The text has more than {MAX_TEMPLATE:,} characters. Shorten it."
        return
    if any("\ud800" <= char <= "\udfff" or char == "\x00" for char in text):
        yield "The text holds a character that no message can hold. Remove it."
        return
    try:
        places = [part for part in _parse(text) if isinstance(part, _Place)]
    except _Unclosed as error:
        yield f"“{error}” begins a field and does not end it. Close it with }}}}, or remove the two braces."
        return
    for place in dict.fromkeys(places):
        yield from _misfit(place, catalogue, in_json=in_json)


def _misfit(place: _Place, catalogue: Catalogue, *, in_json: bool) -> Iterator[str]:
    path = place.path
    if path == "record":
        if not in_json or place.quoted:
            yield "“record” is the whole record: it stands in a JSON body alone, without quotes around it."
        return
    if path in EXTRAS:
        return
    field = catalogue.get(path)
    if field is None:
        yield f"There is no field “{path}”. {_nearest(path, catalogue)}"
    elif field.is_template:
        yield f"“{path}” are many. Name one of them: {path}[“its name” in straight quotes]."


def _nearest(path: str, catalogue: Catalogue) -> str:
    by_name: dict[str, str] = {}
    for known, label in offered(catalogue):
        by_name[known.lower()] = known
        by_name.setdefault(label.lower(), known)
        by_name.setdefault(known.rpartition(".")[2].lower(), known)
    asked = KEYED.fullmatch(path)
    wanted = (asked["base"] if asked else path).lower()
    found = dict.fromkeys(by_name[name] for name in difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.6))
    return f"Did you mean {' or '.join(found)}?" if found else "Choose one from the list of fields."


# Filling it


@dataclass(frozen=True, slots=True)
class _Reader:
    """Gives the values of placeholders for one record."""

    document: Json
    catalogue: Catalogue
    extra: Extra

    def value(self, path: str) -> tuple[Field | None, Any]:
        """Return the field, if it is one, and its raw value."""
        match path:
            case "rule.name":
                return None, self.extra.rule_name
            case "run.id":
                return None, self.extra.run_id
            case "now":
                return None, self.extra.now
            case "record":
                return None, {key: value for key, value in self.document.items() if not key.startswith("$")}
        field = self.catalogue.get(path)
        return field, None if field is None or field.is_template else self._raw(field)

    def _raw(self, field: Field) -> Any:
        get = normal.getter(field, self.catalogue.key(field))
        if field.line:
            return [get(line) for line in normal.lines_of(self.document, self.catalogue.lines_path)]
        return get(self.document)

    def currency(self, field: Field) -> str:
        """Return the currency of a money field."""
        return str(normal.dig(self.document, field.currency) or "") if field.currency else ""


def _fill(text: str, reader: _Reader, told: Callable[[_Reader, _Place], str]) -> str:
    try:
        parts: Sequence[str | _Place] = _parse(text)
    except _Unclosed:  # nothing that is saved is; what cannot be read is said as it stands
        parts = (text,)
    written: list[str] = []
    room = MAX_FILLED
    for part in parts:
        piece = part if isinstance(part, str) else told(reader, part)
        room -= len(piece)
        if room < 0:
            raise TooLong(TooLong.__doc__)
        written.append(piece)
    return "".join(written)


def _as_text(reader: _Reader, place: _Place) -> str:
    field, value = reader.value(place.path)
    if field is None:
        return _clean(_moment(value, reader.extra.zone) if isinstance(value, dt.datetime) else value, place)
    items = value if isinstance(value, list) else [value]
    told = (_item(field, item, reader) for item in items)
    return ", ".join(one for one in told if one)


def _as_json(reader: _Reader, place: _Place) -> str:
    if place.quoted:
        return json.dumps_text(_as_text(reader, place))[1:-1]
    value = reader.value(place.path)[1]
    if isinstance(value, dt.datetime):
        value = _instant(value)
    return json.dumps_text(value)


def _clean(value: Any, place: _Place) -> str:
    """Return what is no field; the stand-in of the run stays where it belongs, and nowhere else."""
    return str(value or "") if place.path == "run.id" else _no_mark(str(value or ""))


def _item(field: Field, value: Any, reader: _Reader) -> str:
    """Return one value as people read it; what is not of the field's type is said as it is."""
    if value is None or isinstance(value, dict | list):
        return ""
    if field.type is Type.MONEY and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _money(Decimal(value), reader.currency(field))
    if field.type is Type.DATETIME and (moment := normal.moment(value)):
        return _moment(moment, reader.extra.zone)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.type is Type.ENUM:
        return str(field.choice_label(value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _no_mark(str(value))


def _money(value: Decimal, currency: str) -> str:
    exponent = value.normalize().as_tuple().exponent
    places = max(decimals(currency), -exponent if isinstance(exponent, int) else 0)
    return f"{value:,.{places}f} {currency}".rstrip()


def _moment(moment: dt.datetime, zone: dt.tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}"


def _instant(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"


def _no_mark(text: str) -> str:
    return text.replace("\ue000", "") if "\ue000" in text else text
