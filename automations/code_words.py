"""What the code editor completes and explains: the record's fields, what belongs to it, and the helpers."""

from typing import Any

from django.utils.translation import gettext as _

from automations.engine.entities import entities
from automations.engine.related import relations_of
from automations.engine.triggers import Trigger
from portal.filters.fields import Catalogue, Field
from portal.filters.mark import gettext_noop

HELPERS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("money.round(value, decimals = 2)",),
        gettext_noop("rounded half away from zero, by its decimal digits: 1.005 becomes 1.01"),
    ),
    (
        ("money.sum(list, of)",),
        gettext_noop("exact sum; of is a field's name or a function of the item; empty values count as 0"),
    ),
    (("money.add(a, b, …)", "money.subtract(a, b, …)", "money.multiply(a, b, …)"), gettext_noop("exact results")),
    (("money.equal(a, b)",), gettext_noop("whether two amounts are the same")),
    (("dates.parse(text, zone)",), gettext_noop("a Date; an error when it is none")),
    (("dates.addMinutes(date, n)", "dates.addHours(date, n)"), gettext_noop("that much later")),
    (("dates.addDays(date, n, zone)",), gettext_noop("the same wall-clock time n days later")),
    (("dates.addBusinessDays(date, n, zone)",), gettext_noop("the same, counting Monday to Friday")),
    (("dates.day(date, zone)",), gettext_noop('"2026-03-04"')),
    (("dates.time(date, zone)",), gettext_noop('"05:06"')),
    (("dates.hour(date, zone)", "dates.minute(date, zone)"), gettext_noop("0 to 23, 0 to 59")),
    (("dates.weekday(date, zone)",), gettext_noop('"monday" to "sunday"')),
    (("dates.isWeekend(date, zone)",), gettext_noop("true on Saturday and Sunday")),
    (("dates.startOfDay(date, zone)",), gettext_noop("the first instant of that day")),
    (("dates.minutesBetween(from, to)", "dates.hoursBetween(from, to)"), gettext_noop("may be negative and broken")),
    (("dates.daysBetween(from, to, zone)",), gettext_noop("calendar days from one to the other")),
    (
        ("dates.ms(value)",),
        gettext_noop(
            "milliseconds since 1970 of a text with a timezone (or a Date); NaN for everything else, never an error"
        ),
    ),
    (("dates.isEmpty(value)",), gettext_noop("whether that is NaN")),
    (
        ("dates.isBefore(value, when, zone)", "dates.isAfter(value, when, zone)", "dates.isOn(value, when, zone)"),
        gettext_noop('when is a day ("2026-03-04"), an instant, or milliseconds'),
    ),
    (("dates.isBetween(value, from, to, zone)",), gettext_noop("both ends count, a day to its last moment")),
    (
        ("dates.isInLast(value, n, unit)", "dates.isInNext(value, n, unit)", "dates.isOlderThan(value, n, unit)"),
        gettext_noop('counted from helpers.now; the unit is "minutes", "hours", "days" or "weeks"'),
    ),
    (("dates.isOnWeekday(value, days, zone)",), gettext_noop('days is a list such as ["saturday", "sunday"]')),
    (
        ("dates.isBetweenTimes(value, from, to, zone)",),
        gettext_noop('"22:00" to just before "06:00", also over midnight'),
    ),
    (("text.fold(value)",), gettext_noop("the form in which texts are compared; an empty text for what is no text")),
    (
        (
            "text.equal(a, b)",
            "text.contains(value, part)",
            "text.startsWith(value, part)",
            "text.endsWith(value, part)",
        ),
        gettext_noop("true or false"),
    ),
    (("text.matches(value, pattern)",), gettext_noop("the whole text fits a pattern: * is any characters, ? one")),
    (("text.length(value)",), gettext_noop("the characters of the folded text; NaN where there is none")),
    (("text.isEmpty(value)",), gettext_noop("nothing but white space, or missing")),
    (("text.isOneOf(value, list)", "text.containsAny(value, list)"), gettext_noop("one value against several")),
    (("text.hasAny(values, list)", "text.hasAll(values, list)"), gettext_noop("a list (tags) against a list")),
    (("text.hasSome(values)",), gettext_noop("the list holds any text at all")),
    (
        ("text.count(values)", "text.set(values)"),
        gettext_noop("how many different texts a list holds (NaN for none), and which"),
    ),
    (("text.words(value)",), gettext_noop("the folded words of a text")),
    (("text.digits(value)",), gettext_noop("only its digits")),
    (
        ("number(value)", "number.isEmpty(value)"),
        gettext_noop("the number; NaN for what is none, and whether it is none"),
    ),
    (("number.sum(list, path)",), gettext_noop("the exact sum of what are numbers at a path of a list's objects")),
    (
        ("choice(value)", "choice.isEmpty(value)"),
        gettext_noop("the text exactly as it is; NaN for what is none, and whether it is none"),
    ),
    (
        ("flag(value)", "flag.isEmpty(value)"),
        gettext_noop("true or false; NaN for what is neither, and whether it is neither"),
    ),
    (("lines(list)",), gettext_noop("the objects of a list; nothing of what is no list")),
    (("pick(list, path)",), gettext_noop("the values at a path of a list's objects")),
    (
        ("named(list, name)",),
        gettext_noop(
            "the value of the first object of that name, as in customFields; "
            'other members: named(list, name, "key", "content")'
        ),
    ),
    (
        ("changed(before, now, of)",),
        gettext_noop("whether what of gives differs between two records; false where there is no before"),
    ),
    (
        ("changedTo(before, now, of)", "changedFrom(before, now, of)"),
        gettext_noop("whether what of asks has come to hold, or has ceased to"),
    ),
)
"""Each helper as it is called, and what it gives: the table of docs/javascript.md, which a test compares with this."""
_NOW = gettext_noop("the recorded instant of the run, as ISO text")
_BEFORE = gettext_noop("What the record was before the update.")
_TYPES = {
    "text": "text", "country": "text", "enum": "text", "datetime": "ISO text", "number": "number", "money": "number",
    "boolean": "true or false", "list": "list of texts",
}  # fmt: skip
"""What the value of a field is in JavaScript."""


def words_of(trigger: Trigger) -> dict[str, Any]:
    """Return what the editor of a rule of this trigger offers, translated."""
    return {
        "fields": fields_of(trigger.catalogue),
        "related": _related(trigger),
        "helpers": [{"path": "now", "call": "now", "help": _(_NOW)}, *_helpers()],
        "lines": trigger.catalogue.lines_path,
    }


def fields_of(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the fields of a record as code finds them."""
    return [_field(one) for one in catalogue]


def _field(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"path": field.path, "label": _(field.label), "type": _TYPES[field.type]}
    if field.group:
        told["group"] = _(field.group)
    if field.choices:
        told["choices"] = [[choice.value, _(choice.label)] for choice in field.choices]
    if field.writable:
        told["writable"] = True
    if field.help:
        told["help"] = _(field.help)
    if field.keyed:
        told["keyed"] = list(field.keyed)
    return told


def _related(trigger: Trigger) -> list[dict[str, Any]]:
    found = [
        {"path": one.name, "help": _(one.help), "fields": _of_entity(one.name)} for one in relations_of(trigger.entity)
    ]
    if trigger.catalogue.changes:
        found.insert(0, {"path": "before", "help": _(_BEFORE), "fields": fields_of(trigger.catalogue)})
    return found


def _of_entity(name: str) -> list[dict[str, Any]]:
    return fields_of(entities.get(name).catalogue()) if name in entities else []


def _helpers() -> list[dict[str, str]]:
    return [
        {"path": call.partition("(")[0], "call": call, "help": _(gives)} for calls, gives in HELPERS for call in calls
    ]
