"""Stock from files: looked at first, applied whole or not at all, and the same twice changes nothing."""

import pytest

from orders.inventory import editing, files
from orders.inventory.files import Faulty, MovedOn
from orders.inventory.sheet import MAX_BYTES, MOST_ROWS, read
from orders.models import InventoryLevel, LedgerEntry, Location, Source
from portal.audit.actor import Actor
from tests.factories import make_location
from tests.orders.inventory.stock import figures, stock

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")
HEAD = "SKU,Location,On hand,Future\n"


def bring(place: Location, text: str) -> files.Preview:
    seal = files.preview(place.organization, text.encode()).seal
    return files.apply(place.organization, text.encode(), seal=seal, by=BY, note="Counted")


def faults(place: Location, text: str | bytes) -> list[tuple[int, str, str, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    found = files.preview(place.organization, data).faults
    return [(one.line, one.column, one.message, one.cure) for one in found]


def test_a_file_sets_what_it_names_and_the_second_time_nothing(warehouse: Location) -> None:
    stock(warehouse, "TEA-1", on_hand=10, incoming=4)
    text = f"{HEAD}TEA-1,Warehouse,12,\ncup-3,{warehouse.public_id},5,3\nNEW-0,WAREHOUSE,0,\n"
    found = files.preview(warehouse.organization, text.encode())
    assert (found.count("new"), found.count("changed"), found.count("unchanged"), found.writes) == (2, 1, 0, 3)
    assert InventoryLevel.across.count() == 1
    bring(warehouse, text)
    assert figures(warehouse, "TEA-1", "on_hand", "future", "incoming") == (12, 0, 4)
    assert figures(warehouse, "CUP-3", "on_hand", "future") == (5, 3)
    assert figures(warehouse, "NEW-0", "on_hand", "version") == (0, 1)
    entry = LedgerEntry.across.get(level__sku_folded="tea-1", on_hand=2)
    assert (entry.event, entry.note, entry.actor_name) == ("edit", "Counted", "Test")
    before = LedgerEntry.across.count()
    assert bring(warehouse, text).count("unchanged") == 3
    assert LedgerEntry.across.count() == before


def test_one_fault_and_nothing_is_set(warehouse: Location) -> None:
    text = f"{HEAD}TEA-1,Warehouse,12,\nCUP-3,Warehouse,twelve,\n"
    with pytest.raises(Faulty) as refused:
        bring(warehouse, text)
    assert [one.line for one in refused.value.preview.faults] == [3]
    assert not InventoryLevel.across.exists()


def test_what_is_applied_is_what_was_looked_at(warehouse: Location) -> None:
    level = stock(warehouse, "TEA-1", on_hand=10)
    text = f"{HEAD}TEA-1,Warehouse,12,\n".encode()
    seal = files.preview(warehouse.organization, text).seal
    editing.set_quantities(level, {"on_hand": 11}, by=BY)
    with pytest.raises(MovedOn) as refused:
        files.apply(warehouse.organization, text, seal=seal, by=BY)
    assert refused.value.preview.entries[0].changes == {"on_hand": (11, 12)}
    assert figures(warehouse) == (11, 0)


WHOLE = "Write a whole number from 0 to 1000000000 without separators, or leave the cell empty."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, "", "The file is empty.", "Its first line names the columns: SKU, Location, On hand.")),
        ("SKU,On hand\nA,1\n", (1, "Location", "There is no column with the location.",
         "Call a column “Location” in the first line; it holds the name or the ID of the location.")),
        ("Location,On hand\nWarehouse,1\n", (1, "SKU", "There is no column with the SKU.",
         "Call a column “SKU” in the first line.")),
        ("SKU,Location,Available\nA,Warehouse,1\n", (1, "On hand", "There is no column with units.",
         "Call a column “On hand”, “Future”, “Inbound” or “Unavailable” in the first line.")),
        ("SKU,Location,On hand,onHand\n", (1, "On hand", "This column is there twice.", "Take one of the two away.")),
        (f"{HEAD},Warehouse,1,\n", (2, "SKU", "The SKU is missing.", "Write it, or take the row away.")),
        (f"{HEAD}A,,1,\n", (2, "Location", "The location is missing.",
         "Write its name or its ID, or take the row away.")),
        (f"{HEAD}A,Warehosue,1,\n", (2, "Location", "There is no location “Warehosue”.", "Do you mean “Warehouse”?")),
        (f"{HEAD}A,Moon,1,\n", (2, "Location", "There is no location “Moon”.",
         "Write one of the locations there are: “Warehouse”.")),
        (f"{HEAD}A,Warehouse,1.5,\n", (2, "On hand", "“1.5” is no number of units.", WHOLE)),
        (f"{HEAD}A,Warehouse,\"1,000\",\n", (2, "On hand", "“1,000” is no number of units.", WHOLE)),
        (f"{HEAD}A,Warehouse,-1,\n", (2, "On hand", "-1 units cannot be there.", WHOLE)),
        (f"{HEAD}A,Warehouse,1,9999999999\n", (2, "Future", "9999999999 units cannot be there.", WHOLE)),
        (f"{HEAD}\nA,Warehouse,1,\n\na,Warehouse,2,\n", (5, "SKU", "“a” at “Warehouse” stands in line 3 already.",
         "Keep one of the two rows.")),
        (HEAD.encode() + b"T\xe9,Warehouse,1,\n", (2, "", "A character here is not UTF-8.",
         "Save the file as “CSV UTF-8”.")),
        (b"x" * (MAX_BYTES + 1), (0, "", "The file is larger than 1 MB.",
         "Split it and bring the parts one after the other.")),
        (HEAD + "A,Warehouse,1\n" * (MOST_ROWS + 1), (0, "", "The file has 10001 rows, more than 10000.",
         "Split it and bring the parts one after the other.")),
    ],
)  # fmt: skip
def test_every_fault_names_line_column_and_cure(
    warehouse: Location, text: str | bytes, expected: tuple[int, str, str, str]
) -> None:
    assert faults(warehouse, text) == [expected]


def test_a_name_that_two_locations_have_asks_for_the_id(source: Source, warehouse: Location) -> None:
    twin = make_location(source, "w2", "warehouse")
    [(line, _column, message, cure)] = faults(warehouse, f"{HEAD}A,Warehouse,1,\n")
    assert (line, message) == (2, "2 locations are called “Warehouse”.")
    assert cure == f"Write the ID instead: {warehouse.public_id}, {twin.public_id}."


def test_nothing_begins_at_a_location_that_is_switched_off(warehouse: Location) -> None:
    stock(warehouse, "OLD", on_hand=1)
    Location.across.update(active=False)
    assert faults(warehouse, f"{HEAD}OLD,Warehouse,2,\n") == []
    [(line, column, message, _cure)] = faults(warehouse, f"{HEAD}NEW,Warehouse,2,\n")
    assert (line, column, message) == (2, "Location", "“Warehouse” is switched off, so nothing new begins there.")


def test_another_organization_s_location_is_not_there(warehouse: Location, stranger: object) -> None:
    foreign = Location.across.create(organization=stranger.organization, name="Elsewhere")  # type: ignore[attr-defined]
    [(_line, _column, message, _cure)] = faults(warehouse, f"{HEAD}A,{foreign.public_id},1,\n")
    assert message == f"There is no location “{foreign.public_id}”."


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_separators_and_marks_of_spreadsheets_are_understood(mark: str) -> None:
    text = "\ufeff" + mark.join(("sku", "LOCATION ID", "on-hand", "Available")) + "\r\n"
    text += mark.join(("'=1+1", "abc", "12.0", "9")) + "\r\n"
    sheet = read(text.encode())
    assert sheet.faults == []
    assert [(row.line, row.sku, row.place, dict(row.units)) for row in sheet.rows] == [
        (2, "=1+1", "abc", {"on_hand": 12})
    ]
    assert sheet.passed_over == ["Available"]
