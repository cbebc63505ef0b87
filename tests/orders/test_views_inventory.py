"""Stock on pages: the lists, a record, acts on many, and files."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from orders.inventory import editing, locking
from orders.inventory.commits import commit
from orders.models import InventoryLevel, LedgerEntry, Location, Order, Source
from portal.audit.actor import Actor
from portal.kit import json
from portal.tenancy.models import Membership
from tests.factories import make_location, make_order
from tests.orders.inventory.stock import figures, make_product, make_request, stock
from tests.portal.api.conftest import Make, Program, make_key

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")


@pytest.fixture
def warehouse(source: Source) -> Location:
    return make_location(source)


@pytest.fixture
def tea(warehouse: Location) -> InventoryLevel:
    return stock(warehouse, "TEA-1", on_hand=10)


@pytest.fixture
def program_with(warehouse: Location) -> Make:
    """Return a program whose key has these scopes."""
    return lambda *allowed: Program(make_key(warehouse.organization, *allowed, name=" ".join(allowed)).secret)


def address(level: InventoryLevel, act: str = "record") -> str:
    return reverse(f"orders:inventory_{act}", args=[level.public_id])


def typed(level: InventoryLevel, **values: object) -> dict[str, object]:
    """Return what the form of a record sends: what was there, and what somebody has typed over it."""
    now = {name: getattr(level, name) for name in editing.EDITABLE}
    return {f"was-{name}": n for name, n in now.items()} | now | {"note": ""} | values


def rows(client: Client, path: str) -> list[str]:
    return [row["sku"] for row in client.get(path).json()["rows"]]


def test_the_list_says_what_to_do_while_it_is_empty(as_owner: Client, as_stranger: Client, tea: InventoryLevel) -> None:
    assert "TEA-1" in as_owner.get("/inventory").content.decode()
    text = as_stranger.get("/inventory").content.decode()
    assert "TEA-1" not in text
    assert "Import stock" in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["CUP-3", "TEA-1"]),
        ("?view=out", ["CUP-3"]),
        ("?view=locked", ["CUP-3"]),
        ("?view=virtual", ["TEA-1"]),
        ("?f=available~lt~10", ["CUP-3"]),
        ("?f=availableToPromise~gte~10", ["TEA-1"]),
        ("?f=sku~equals~tea-1", ["TEA-1"]),
        ("?q=cup", ["CUP-3"]),
        ("?sort=-available", ["TEA-1", "CUP-3"]),
        ("?sort=location", ["CUP-3", "TEA-1"]),
    ],
)
def test_chips_and_views_of_the_list(
    as_owner: Client, warehouse: Location, tea: InventoryLevel, query: str, expected: list[str]
) -> None:
    locking.lock(stock(warehouse, "CUP-3"), locking.Lock.KEEP, by=BY)
    InventoryLevel.across.create(organization=warehouse.organization, sku="TEA-1", sku_folded="tea-1", committed=2)
    found = rows(as_owner, f"/inventory.json{query}")
    assert found == expected if "sort=location" not in query else sorted(found) == expected


def test_totals_by_sku_and_what_a_channel_is_told(as_owner: Client, source: Source, tea: InventoryLevel) -> None:
    aside = make_location(source, "w2", "Aside")
    aside.excluded_for.add(source)
    stock(aside, "TEA-1", on_hand=5)
    stock(aside, "CUP-3", on_hand=1)
    told = {row["sku"]: row for row in as_owner.get("/inventory/by-sku.json").json()["rows"]}
    assert (told["TEA-1"]["on_hand"], told["TEA-1"]["locations"], told["CUP-3"]["available"]) == (15, 2, 1)
    product = make_product(aside, "TEA-1")
    product.publications.create(organization=source.organization, source=source, sku="T", sku_folded="t", buffer=3)
    query = f"?f=simulate~is_one_of~{source.public_id}"
    told = {row["sku"]: row for row in as_owner.get(f"/inventory/by-sku.json{query}").json()["rows"]}
    assert [told["TEA-1"][name] for name in ("on_hand", "available", "promise")] == [10, 10, 7]
    assert [told["CUP-3"][name] for name in ("on_hand", "available", "promise")] == [0, 0, 0]
    assert "Simulate totals for is Tea shop" in as_owner.get(f"/inventory/by-sku{query}").content.decode()
    assert rows(as_owner, "/inventory/by-sku.json?f=available~gt~5&sort=-promise") == ["TEA-1"]


def test_a_record_says_what_each_figure_means_and_what_happened(
    as_owner: Client, as_colleague: Client, source: Source, tea: InventoryLevel
) -> None:
    request = make_request(make_order(source, 1001), tea.location)  # type: ignore[arg-type]
    commit([request], by=BY)
    answer = as_owner.get(address(tea))
    text = answer.content.decode()
    assert "Physically there and fit to be shipped." in text
    assert "8 available of 10 on hand." in text
    assert f'href="/shipping-requests/{request.public_id}"' in text
    assert [(line.what, line.on_hand, line.available) for line in answer.context["ledger"]] == [
        ("Committed for a shipping request", 10, 8),
        ("Edited", 10, 10),
    ]
    assert "Save figures" not in as_colleague.get(address(tea)).content.decode()
    told = json.loads(as_owner.get(address(tea, "record_json")).content)
    assert (told["sku"], told["type"], told["onHand"], told["committed"], told["available"]) == (
        "TEA-1", "physical", 10, 2, 8,
    )  # fmt: skip


def test_the_ledger_has_pages_and_each_says_what_there_was(as_owner: Client, tea: InventoryLevel) -> None:
    for count in range(11, 41):
        editing.set_quantities(tea, {"on_hand": count}, by=BY)
    answer = as_owner.get(f"{address(tea)}?page=2", headers={"HX-Request": "true", "HX-Target": "ledger"})
    text = answer.content.decode()
    assert re.findall(r'data-label="On hand">(\d+)<', text) == ["15", "14", "13", "12", "11", "10"]
    assert "<h1" not in text
    chart = as_owner.get(address(tea)).context["chart"]
    assert chart["series"][0]["values"][-1] == 40
    assert chart["times"] == sorted(set(chart["times"]))


def test_figures_are_set_one_or_all_with_a_reason(as_owner: Client, warehouse: Location, tea: InventoryLevel) -> None:
    answer = as_owner.post(address(tea, "edit"), typed(tea, on_hand=12, unavailable=1, note="Counted twice"))
    assert answer.status_code == 302
    assert figures(warehouse, "TEA-1", "on_hand", "unavailable") == (12, 1)
    entry = LedgerEntry.across.latest("id")
    assert (entry.on_hand, entry.unavailable, entry.note) == (2, 1, "Counted twice")
    assert entry.actor_name == "Olive Owner"


@pytest.mark.parametrize("text", ["-1", "", "1.5", "9999999999", "x"])
def test_a_figure_that_cannot_be_stands_beside_its_fault(as_owner: Client, tea: InventoryLevel, text: str) -> None:
    answer = as_owner.post(address(tea, "edit"), typed(tea, on_hand=text, future=3))
    assert answer.status_code == 422
    assert answer.context["figures_form"].errors.keys() == {"on_hand"}
    assert LedgerEntry.across.count() == 1


def test_who_comes_second_is_told_and_keeps_what_was_typed(
    as_owner: Client, warehouse: Location, tea: InventoryLevel
) -> None:
    mine = typed(tea, on_hand=12, note="Mine")
    editing.set_quantities(tea, {"on_hand": 7}, by=Actor("user", "7", "Colin Colleague"))
    answer = as_owner.post(address(tea, "edit"), mine)
    assert answer.status_code == 422
    form = answer.context["figures_form"]
    assert "Colin Colleague has changed this record" in str(form.non_field_errors())
    assert (form["on_hand"].value(), form["note"].value()) == ("12", "Mine")
    assert "It is 7 by now." in str(form["on_hand"].errors)
    assert figures(warehouse) == (7, 0)
    again = {bound.html_name: bound.value() for bound in form} | {f"was-{n}": form.initial[n] for n in editing.EDITABLE}
    assert as_owner.post(address(tea, "edit"), again).status_code == 302
    assert figures(warehouse) == (12, 0)


def test_an_order_in_between_does_not_stop_a_person(
    as_owner: Client, source: Source, warehouse: Location, tea: InventoryLevel
) -> None:
    mine = typed(tea, on_hand=12)
    commit([make_request(make_order(source, 1001), warehouse)], by=BY)
    editing.set_quantities(tea, {"future": 5}, by=BY)
    assert as_owner.post(address(tea, "edit"), mine).status_code == 302
    assert figures(warehouse, "TEA-1", "on_hand", "committed", "future") == (12, 2, 5)


def test_a_record_is_locked_in_four_ways_and_unlocked_in_two(
    as_owner: Client, warehouse: Location, tea: InventoryLevel
) -> None:
    for way, on_hand in (("keep", 10), ("zero", 0), ("untilNoneAvailable", 0), ("byHand", 4)):
        assert as_owner.post(address(tea, "lock"), {"way": way, "on_hand": 4}).status_code == 302
        assert figures(warehouse, "TEA-1", "on_hand", "locked") == (on_hand, True)
        assert as_owner.post(address(tea, "lock"), {"way": "keep"}).status_code == 409
        assert as_owner.post(address(tea, "unlock"), {"way": "restore"}).status_code == 302
        assert figures(warehouse, "TEA-1", "on_hand", "locked") == (10, False)
    as_owner.post(address(tea, "lock"), {"way": "zero"})
    as_owner.post(address(tea, "unlock"), {"way": "keep"})
    assert figures(warehouse, "TEA-1", "on_hand", "locked") == (0, False)
    assert as_owner.post(address(tea, "lock"), {"way": "sideways"}).status_code == 422


def test_a_record_is_copied_where_there_is_none(
    as_owner: Client, source: Source, tea: InventoryLevel, stranger: Membership
) -> None:
    other = make_location(source, "w2", "Shop")
    foreign = Location.across.create(organization=stranger.organization, name="Elsewhere")
    for bad in (foreign, tea.location):
        assert as_owner.post(address(tea, "copy"), {"location": bad.public_id}).status_code == 422  # type: ignore[union-attr]
    answer = as_owner.post(address(tea, "copy"), {"location": other.public_id})
    made = InventoryLevel.across.get(location=other)
    assert answer["Location"] == address(made)
    assert made.on_hand == 0
    assert "Every active location has a record" in as_owner.get(address(made)).content.decode()


def test_a_virtual_record_shows_the_orders_that_wait_and_cannot_be_changed(
    as_owner: Client, source: Source, tea: InventoryLevel
) -> None:
    from orders.inventory.virtual import settle_virtual

    order = make_order(source, 1001)
    Order.across.update(status="new")
    settle_virtual([order.pk], BY)
    level = InventoryLevel.across.get(location=None)
    text = as_owner.get(address(level)).content.decode()
    assert "2 units are needed." in text
    assert "Orders that wait for it" in text
    assert "Save figures" not in text
    answer = as_owner.post(address(level, "edit"), typed(level, on_hand=5))
    assert answer.status_code == 422
    assert "cannot be edited" in answer.content.decode()


BULK = {
    "set": {"on_hand": "7", "note": "Year end"},
    "lock": {"way": "zero"},
    "unlock": {"way": "restore"},
}


@pytest.mark.parametrize(
    ("key", "fitting", "expected"), [("set", 2, [7, 7]), ("lock", 1, [1, 0]), ("unlock", 1, [3, 10])]
)
def test_acts_on_many_say_first_how_many(
    as_owner: Client, warehouse: Location, tea: InventoryLevel, key: str, fitting: int, expected: list[int]
) -> None:
    cup = locking.lock(stock(warehouse, "CUP-3", on_hand=3), locking.Lock.BY_HAND, by=BY, values={"on_hand": 1})
    virtual = InventoryLevel.across.create(organization=warehouse.organization, sku="X", sku_folded="x")
    ticked = {"row": [tea.public_id, cup.public_id, virtual.public_id], "back": "/inventory?q=x"}
    answer = as_owner.post(f"/inventory/bulk/{key}", ticked)
    assert (answer.status_code, answer.context["fitting"], answer.context["total"]) == (200, fitting, 3)
    assert LedgerEntry.across.count() == 3
    wrong = as_owner.post(f"/inventory/bulk/{key}", ticked | {"sure": "1", "on_hand": "-3", "way": "sideways"})
    assert wrong.status_code == 422
    done = as_owner.post(f"/inventory/bulk/{key}", ticked | {"sure": "1"} | BULK[key])
    assert (done.status_code, done["Location"]) == (302, "/inventory?q=x")
    assert [figures(warehouse, sku, "on_hand")[0] for sku in ("CUP-3", "TEA-1")] == expected


def test_an_act_on_all_matching_means_what_the_list_shows(
    as_owner: Client, warehouse: Location, tea: InventoryLevel
) -> None:
    InventoryLevel.across.create(organization=warehouse.organization, sku="TEA-1", sku_folded="tea-1")
    stock(warehouse, "CUP-3", on_hand=3)
    answer = as_owner.post("/inventory/bulk/set", {"all": "1", "query": "f=sku~starts_with~tea"})
    assert (answer.context["fitting"], answer.context["left"]) == (1, [])


def test_a_file_is_looked_at_then_set(as_owner: Client, warehouse: Location, tea: InventoryLevel) -> None:
    exported = as_owner.get("/inventory.csv?columns=location,on_hand,available").getvalue().decode()
    assert exported == "\ufeffSKU,Location,Available,On hand\r\nTEA-1,Warehouse,10,10\r\n"
    text = exported.replace("10,10", "10,25") + "CUP-3,Warehouse,,4\r\n"
    looked = as_owner.post("/inventory/import", {"do": "look", "text": text})
    assert (looked.status_code, looked.context["preview"].writes) == (200, 2)
    assert "Set 2 records" in looked.content.decode()
    assert figures(warehouse) == (10, 0)
    sent = {"do": "import", "text": text, "seal": looked.context["preview"].seal, "note": "Stocktaking"}
    assert as_owner.post("/inventory/import", sent)["Location"] == "/inventory"
    assert figures(warehouse) == (25, 0)
    assert LedgerEntry.across.latest("id").note == "Stocktaking"
    stale = as_owner.post("/inventory/import", sent)
    assert stale.status_code == 409
    assert "There is nothing to set" in stale.content.decode()


@pytest.mark.parametrize(
    "sku", ["=1+1", "@SUM(1)*cmd|' /C calc'!A0", "'; DROP", "a,b;c", 'say "tea"', "-5", "<b>İıß</b>"]
)
def test_what_is_exported_comes_back_as_it_was(as_owner: Client, warehouse: Location, sku: str) -> None:
    stock(warehouse, sku, on_hand=3)
    text = as_owner.get("/inventory.csv").getvalue().decode()
    found = as_owner.post("/inventory/import", {"do": "look", "text": text}).context["preview"]
    assert (found.faults, found.count("unchanged"), found.entries[0].sku) == ([], 1, sku)


def test_programs_read_records_with_a_key_for_them(tea: InventoryLevel, program_with: Make) -> None:
    program = program_with("inventory:read")
    told = program.get("/inventory", {"f": "available~gte~10"}).data["rows"]
    assert [(one["sku"], one["available"]) for one in told] == [("TEA-1", 10)]
    assert program.get(f"/inventory/{tea.public_id}").data["inventoryId"] == tea.public_id
    assert program_with("orders:read").get("/inventory").status_code == 403


def test_faults_of_a_file_are_told_with_their_cure(as_owner: Client, warehouse: Location) -> None:
    answer = as_owner.post("/inventory/import", {"do": "import", "text": "SKU,Location,On hand\nA,Moon,1\n"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "There is no location “Moon”." in text
    assert "Write one of the locations there are: “Warehouse”." in text
    assert not InventoryLevel.across.exists()
