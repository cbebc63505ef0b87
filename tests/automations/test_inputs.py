"""Each kind of input: what is meant by what was typed, and how it comes back into the form."""

import datetime as dt
import zoneinfo
from typing import Any

import pytest

from automations.engine.actions import Input, actions
from automations.inputs import filter as filters
from automations.inputs import hours, property
from automations.inputs.kind import UnknownRow, Values, Where, kinds
from automations.inputs.says import say
from orders.documents.catalogue import ORDER
from portal.filters import codec
from portal.filters.fields import Catalogue, Field, Type
from portal.filters.tree import Condition, Group

WHERE = Where(ORDER, zoneinfo.ZoneInfo("Asia/Tokyo"))
TREE = codec.encode(Group("all", (Condition("tags", "contains_any", ("vip", "gift")),)))
CODE = {"kind": "code", "tree": filters.EMPTY["tree"], "code": "return true;"}
SHOP = [{"days": ["monday", "friday"], "start": "09:00", "end": "17:00"}]

MEANT = [
    ("number", {"x": ("45",)}, {"x": "45"}),
    ("number", {"x": (" ",)}, {"x": None}),
    ("text", {"x": (" Ann ",)}, {"x": "Ann"}),
    ("textarea", {"x": ("one\r\ntwo",)}, {"x": "one\ntwo"}),
    ("template", {"x": ("{{ orderId }}\r\n",)}, {"x": "{{ orderId }}\n"}),
    ("code", {"x": ("return 1;\r\n",)}, {"x": "return 1;\n"}),
    ("choice", {"x": ("createdAt",)}, {"x": "createdAt"}),
    ("switch", {"x": ("", "on")}, {"x": True}),
    ("switch", {"x": ("",)}, {"x": False}),
    ("lines", {"x": ("vip\r\n\r\n gift ",)}, {"x": ["vip", "gift"]}),
    ("times", {"x": ("15:30, 9:00; 9 10.15",)}, {"x": ["09:00", "10:15", "15:30"]}),
    ("zone", {"x": ("Europe/Berlin",)}, {"x": "Europe/Berlin"}),
    ("hours", {"x": ("",)}, {"x": []}),
    (
        "hours",
        {"x": ("",), "x.0.days": ("friday", "monday"), "x.0.start": ("09:00",), "x.0.end": ("17:00",)},
        {"x": SHOP},
    ),
    ("filter", {"x.kind": ("code",), "x.code": ("return true;",)}, {"x": CODE}),
    (
        "filter",
        {
            "x.kind": ("simple",),
            "x.f.match": ("all",),
            "x.f.0.field": ("tags",),
            "x.f.0.operator": ("contains_any",),
            "x.f.0.value": ("vip\ngift",),
        },
        {"x": {"kind": "simple", "tree": TREE, "code": ""}},
    ),
]


def _input(kind: str, name: str = "x") -> Input:
    return Input(name, "Setting", kind)


@pytest.mark.parametrize(("kind", "typed", "meant"), MEANT)
def test_what_is_typed_is_read(kind: str, typed: Values, meant: dict[str, Any]) -> None:
    assert kinds.get(kind).read(_input(kind), typed, WHERE) == meant
    assert list(kinds.get(kind).faults(_input(kind), typed, WHERE)) == []


@pytest.mark.parametrize(("kind", "typed", "meant"), MEANT)
def test_a_setting_comes_back_as_it_was(kind: str, typed: Values, meant: dict[str, Any]) -> None:
    shown = kinds.get(kind).write(_input(kind), meant, WHERE)
    assert kinds.get(kind).read(_input(kind), shown, WHERE) == meant


@pytest.mark.parametrize("kind", sorted({case[0] for case in MEANT} | {"property"}))
def test_an_input_that_is_not_in_the_form_says_nothing(kind: str) -> None:
    assert kinds.get(kind).read(_input(kind), {"y": ("1",)}, WHERE) == {}


def test_every_kind_that_an_action_names_is_there() -> None:
    wanted = {one.kind for action in actions.all() for one in action.inputs}
    assert wanted <= set(kinds.keys())


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("times", {"x": ("10:00, 25:00",)}, [("x", "“25:00” is not a time of day. Write it as 09:30.")]),
        ("zone", {"x": ("Moon/Sea",)}, [("x", "There is no timezone “Moon/Sea”. Choose one from the list.")]),
        (
            "hours",
            {"x.0.start": ("09:00",), "x.0.end": ("09:00",)},
            [
                ("x.0", "Choose at least one day of the week."),
                ("x.0", "The hours end when they begin. For the whole day give 00:00 and 00:00."),
            ],
        ),
        ("hours", {"x.0.days": ("friday",), "x.0.start": ("22:00",), "x.0.end": ("06:00",)}, []),
        ("hours", {"x.3.days": ("monday",)}, [("x.0", "Give both times, such as 09:00 and 17:00.")]),
    ],
)
def test_what_is_wrong_is_said_with_its_cure(kind: str, typed: Values, said: list[tuple[str, str]]) -> None:
    assert list(kinds.get(kind).faults(_input(kind), typed, WHERE)) == said


def test_what_cannot_be_read_stays_as_it_was_typed() -> None:
    assert kinds.get("number").read(_input("number"), {"x": ("soon",)}, WHERE) == {"x": "soon"}
    assert kinds.get("times").read(_input("times"), {"x": ("noon",)}, WHERE) == {"x": ["noon"]}


def test_rows_of_hours_are_added_and_taken_away() -> None:
    one = _input("hours")
    added = kinds.get("hours").row(one, {"x": ("",), "minutes": ("5",)}, "add", 0)
    assert added["minutes"] == ("5",)
    assert kinds.get("hours").read(one, added, WHERE)["x"] == [
        {"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "start": "09:00", "end": "17:00"}
    ]
    gone = kinds.get("hours").row(one, added, "remove", 0)
    assert kinds.get("hours").read(one, gone, WHERE) == {"x": []}
    with pytest.raises(UnknownRow):
        kinds.get("hours").row(one, gone, "remove", 0)
    with pytest.raises(UnknownRow):
        kinds.get("text").row(_input("text"), {}, "add", 0)


def test_no_more_rows_of_hours_than_there_may_be() -> None:
    one, values = _input("hours"), dict[str, tuple[str, ...]]()
    for _number in range(hours.MOST):
        values = dict(kinds.get("hours").row(one, values, "add", 0))
    with pytest.raises(UnknownRow):
        kinds.get("hours").row(one, values, "add", 0)


def _change(path: str, operation: str, *given: str) -> dict[str, tuple[str, ...]]:
    return {"update.path": (path,), "update.operation": (operation,), "update.value": given}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (
            _change("shippingCarrier", "SET_VALUE", "UPS"),
            {"path": "shippingCarrier", "operation": "SET_VALUE", "value": "UPS"},
        ),
        (
            _change("tags", "ADD_ARRAY_ITEMS", "vip\ngift"),
            {"path": "tags", "operation": "ADD_ARRAY_ITEMS", "values": ["vip", "gift"]},
        ),
        (_change("tags", "RESET_VALUE", "vip"), {"path": "tags", "operation": "RESET_VALUE"}),
        (
            _change("shipByDate", "SET_VALUE", "2026-01-05T18:59"),
            {"path": "shipByDate", "operation": "SET_VALUE", "value": "2026-01-05T09:59:00Z"},
        ),
        # A text has no items: what was chosen for a list before becomes the first of what it can do.
        (
            _change("shippingCarrier", "ADD_ARRAY_ITEMS", "UPS"),
            {"path": "shippingCarrier", "operation": "SET_VALUE", "value": "UPS"},
        ),
    ],
)
def test_a_change_of_a_property_fills_its_four_settings(typed: Values, meant: dict[str, Any]) -> None:
    kind, one = kinds.get("property"), _input("property", "update")
    assert kind.read(one, typed, WHERE) == meant
    assert list(kind.faults(one, typed, WHERE)) == []
    assert kind.read(one, kind.write(one, meant, WHERE), WHERE) == meant
    assert kind.settings(one) == ("path", "operation", "value", "values")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (_change("", "SET_VALUE"), ("path", "Choose the property that is to change.")),
        (
            _change("orderId", "SET_VALUE", "x"),
            ("path", "Rules cannot change “orderId”. Choose another property."),
        ),
        (
            _change("tags", "ADD_ARRAY_ITEMS", " "),
            ("value", "Give the value. To leave the property empty, choose “Empty”."),
        ),
    ],
)
def test_a_change_that_is_not_complete_says_what_is_open(typed: Values, said: tuple[str, str]) -> None:
    assert list(kinds.get("property").faults(_input("property", "update"), typed, WHERE)) == [said]


def test_a_yes_or_no_is_stored_as_such() -> None:
    catalogue = Catalogue("thing", "thing", [Field("gift", "Gift", Type.BOOLEAN, writable=True)])
    where, kind, one = Where(catalogue, dt.UTC), kinds.get("property"), _input("property", "update")
    assert kind.read(one, _change("gift", "SET_VALUE", "true"), where)["value"] is True
    assert kind.read(one, _change("gift", "SET_VALUE", "false"), where)["value"] is False
    assert kind.write(one, {"path": "gift", "operation": "SET_VALUE", "value": False}, where)["update.value"] == (
        "false",
    )
    assert property.writable(ORDER).get("tags") is not None
    assert property.writable(ORDER).get("orderId") is None


def test_a_filter_that_cannot_be_read_any_more_comes_back_open_and_not_as_always() -> None:
    kind, one = kinds.get("filter"), _input("filter")
    shown = kind.write(one, {"x": {"kind": "simple", "tree": {"version": 99}, "code": ""}}, WHERE)
    assert [place for place, _words in kind.faults(one, shown, WHERE)] == ["x.filter.0"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"type": "int_parsing", "msg": "…"}, "Give a whole number, such as 10."),
        ({"type": "greater_than_equal", "msg": "…", "ctx": {"ge": 0}}, "It must be at least 0."),
        ({"type": "less_than_equal", "msg": "less than"}, "It must be at most {le}."),
        ({"type": "value_error", "msg": "Value error, Give an address."}, "Give an address."),
    ],
)
def test_what_validation_found_is_said_in_words(error: dict[str, Any], words: str) -> None:
    assert say(error) == words
