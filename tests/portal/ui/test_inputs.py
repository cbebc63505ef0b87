"""Which control a condition's value gets, and what stands in it."""

import datetime as dt
import json
from typing import Any

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from portal.filters.fields import Catalogue, Choice, Field, Type, choices
from portal.filters.operators import operators_for
from portal.ui.countries import CODES
from portal.ui.inputs import date_presets, field_shown, told_fields, value_input

STATUS = Field("status", "Status", Type.ENUM, "State", choices=choices({"new": "New", "onHold": "On hold"}))
NOTE = Field("note", "Note", Type.TEXT, "State", help="What was written")
TAGS = Field("tags", "Tags", Type.LIST, "State")
TOTAL = Field("total", "Total", Type.MONEY, "Totals", currency="currency")
COUNT = Field("count", "Count", Type.NUMBER, "Totals")
PLACED = Field("placed", "Placed", Type.DATETIME, "Dates")
COUNTRY = Field("country", "Country", Type.COUNTRY)
PAID = Field("paid", "Paid", Type.BOOLEAN)
CUSTOM = Field("custom", "Custom field", Type.TEXT, keyed=("name", "value"))
SKU = Field("lineItems.sku", "SKU", Type.TEXT, "Lines", line=True)
THING = Catalogue("thing", "thing", [STATUS, NOTE, TAGS, TOTAL, COUNT, PLACED, COUNTRY, PAID, CUSTOM, SKU])


@pytest.mark.parametrize(
    ("field", "operator", "kind"),
    [
        (STATUS, "equals", "choice"),
        (STATUS, "is_one_of", "choices"),
        (STATUS, "is_empty", "none"),
        (NOTE, "contains", "text"),
        (NOTE, "is_one_of", "many"),
        (NOTE, "matches", "text"),
        (NOTE, "length_gt", "length"),
        (TAGS, "contains_any", "many"),
        (TAGS, "length_equals", "length"),
        (TOTAL, "gt", "number"),
        (TOTAL, "between", "numbers"),
        (PLACED, "after", "moment"),
        (PLACED, "between", "moments"),
        (PLACED, "in_last", "duration"),
        (PLACED, "on_weekday", "weekdays"),
        (PLACED, "time_between", "clock"),
        (COUNTRY, "equals", "country"),
        (COUNTRY, "is_one_of", "countries"),
        (PAID, "is_true", "none"),
        (None, "equals", "text"),
        (NOTE, "nonsense", "text"),
    ],
)
def test_each_kind_of_value_has_its_control(field: Field | None, operator: str, kind: str) -> None:
    assert value_input(field, operator, (), entity="thing").kind == kind


def test_a_text_with_known_values_is_chosen_from_them() -> None:
    named = value_input(NOTE, "is_one_of", ("a",), entity="thing", options=[Choice("a", "Shop A")])
    assert (named.kind, named.choices) == ("choices", (Choice("a", "Shop A"),))


def render(field: Field | None, operator: str, *values: str, **look: Any) -> str:
    template = engines["django"].from_string('{% include "ui/filter/value.html" %}')
    return " ".join(template.render({"input": value_input(field, operator, values, entity="thing", **look)}).split())


@pytest.mark.parametrize("field", [STATUS, NOTE, TAGS, TOTAL, COUNT, PLACED, COUNTRY, PAID], ids=lambda one: one.path)
def test_nothing_typed_is_lost_in_any_control(field: Field) -> None:
    for operator in operators_for(field.type, changes=True):
        shown = render(field, operator.key, 'x"1', name="f.0")
        assert "x&quot;1" in shown or value_input(field, operator.key, (), entity="thing").kind == "weekdays"
        assert 'name="f.0.value"' in shown


def test_the_names_are_those_of_the_form() -> None:
    of_builder = render(TOTAL, "between", "1", "2", name="f.0.1")
    assert 'name="f.0.1.value"' in of_builder
    assert 'name="f.0.1.value2"' in of_builder
    of_chip = render(PLACED, "in_last", "3")
    assert of_chip.count(' name="value"') == 1
    assert 'name="unit"' in of_chip


def test_what_is_wrong_is_said_of_the_control() -> None:
    shown = render(COUNT, "equals", "x", invalid=True, described_by="errors-1")
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="errors-1"' in shown


def test_an_amount_and_a_time_say_what_they_are_in() -> None:
    assert "its own currency" in render(TOTAL, "gt", "1")
    assert "currency" not in render(COUNT, "gt", "1")
    with timezone.override("Asia/Tokyo"):
        assert "Asia/Tokyo" in render(PLACED, "after", "2026-01-05")
        assert "Asia/Tokyo" in render(PLACED, "time_between", "08:00", "09:00")


def test_short_cuts_are_told_for_today_and_marked_where_they_are_chosen() -> None:
    told = {one.label: (one.operator, one.values, one.unit) for one in date_presets(dt.date(2024, 2, 1))}
    assert told == {
        "Today": ("equals", ("2024-02-01",), ""),
        "Yesterday": ("equals", ("2024-01-31",), ""),
        "Last 7 days": ("in_last", ("7",), "days"),
        "Last 30 days": ("in_last", ("30",), "days"),
        "This month": ("between", ("2024-02-01", "2024-02-29"), ""),
    }
    assert value_input(PLACED, "in_last", ("7",), "days", entity="thing").chosen_preset == "Last 7 days"
    assert value_input(PLACED, "in_last", ("7",), "hours", entity="thing").chosen_preset == ""
    assert value_input(PLACED, "on_weekday", (), entity="thing").presets == []


def test_the_fields_are_told_once_with_group_type_help_and_names() -> None:
    told = {str(one["value"]): one for one in told_fields(THING)}
    assert told["note"] == {
        "value": "note", "label": "Note", "group": "State", "type": "text", "note": "What was written"
    }  # fmt: skip
    assert (told["custom"]["label"], told["custom"]["group"], told["custom"]["names"]) == ("Custom field…", "Other", "")
    assert told["lineItems.sku"]["line"] is True


def test_told_fields_stand_escaped_in_the_page() -> None:
    odd = Catalogue("odd", "odd", [Field("x", '"><script>', Type.TEXT)])
    shown = engines["django"].from_string("{% load ui %}{% filter_fields odd %}").render({"odd": odd})
    assert "<script>" not in shown
    assert json.dumps('"><script>')[1:-1].replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;") in shown


def test_a_chosen_field_is_shown_also_when_it_is_named_by_users_or_unknown() -> None:
    assert field_shown(THING, "note").label == "Note"
    assert field_shown(THING, "gone.field").label == "gone.field"
    named = field_shown(THING, 'custom["Gift wrap"]')
    assert (named.label, named.base, named.name, named.settled) == ("Custom field…", "custom", "Gift wrap", True)
    assert not field_shown(THING, "custom").settled


def picker(path: str, **headers: str) -> str:
    request = RequestFactory().get("/", headers=headers)
    request.htmx = bool(headers)  # type: ignore[attr-defined]
    template = engines["django"].from_string('{% include "ui/filter/field.html" with name="f.0.field" %}')
    return template.render({"path": path, "catalogue": THING, "request": request}, request)


def test_the_plain_list_of_fields_is_there_only_where_no_script_runs() -> None:
    whole = picker("note")
    assert whole.count("<noscript>") == 1
    assert whole.count("<option") == len(THING.fields) + 3
    part = picker("note", **{"HX-Request": "true"})
    assert "<noscript>" not in part
    assert part.count("<option") == 2  # none, and the chosen one


def test_a_country_has_the_codes_of_all_countries() -> None:
    assert (len(CODES), len(set(CODES))) == (249, 249)
    assert "AD AE AF" in render(COUNTRY, "equals", "AT")
