"""CSV files in and out: hostile ones, half-written ones, the same one twice, and a crash between taking and moving."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integrations.custom import keys
from integrations.custom.files import exchange
from integrations.custom.files.columns import layout
from integrations.custom.files.sheet import Sheet, read
from integrations.models import ExchangedFile, Integration
from orders.models import Fulfillment, InventoryLevel, Order, ShippingRequest
from orders.requests.cancel import cancel
from tests.integrations.conftest import TESTER
from tests.portal.api.conftest import Program

pytestmark = pytest.mark.django_db
Made = tuple[Integration, keys.Secrets]
HEAD = "id,number,created_at,currency,ship_to_name,ship_to_country,note,lines_id,lines_sku,lines_quantity"
ONE = "o1,A1,2026-01-05T10:00:00Z,USD,Ana,US"


def sheet(text: str | bytes, kind: str = "orders") -> Sheet:
    return read(text if isinstance(text, bytes) else text.encode(), layout(kind))


HOSTILE: list[tuple[str, str | bytes, int, list[tuple[int, str]]]] = [
    ("bom and crlf", b"\xef\xbb\xbf" + f"{HEAD}\r\n{ONE},,l1,TEA-1,2\r\n".encode(), 1, []),
    ("semicolons", f"{HEAD}\n{ONE},,l1,TEA-1,2".replace(",", ";"), 1, []),
    ("quotes and a line break", f'{HEAD}\n{ONE},"say ""hi"",\nplease",l1,TEA-1,2\n', 1, []),
    ("two lines of one order", f"{HEAD}\n{ONE},,l1,TEA-1,2\n{ONE},,l2,TIN-1,1\n", 1, []),
    ("blank rows", f"{HEAD}\n\n{ONE},,l1,TEA-1,2\n,,,,,,,,,\n", 1, []),
    ("two orders with one id", f"{HEAD}\n{ONE},,l1,TEA-1,2\n{ONE},other,l2,TIN-1,1\n", 0, [(3, "note")]),
    ("missing column", f"{HEAD.replace('lines_sku', 'color')}\n{ONE},,l1,TEA-1,2\n", 0, [(1, "lines_sku")]),
    ("column twice", f"{HEAD},note\n{ONE},,l1,TEA-1,2,x\n", 0, [(1, "note")]),
    ("short row", f"{HEAD}\n{ONE},,l1,TEA-1,2\no2,A2\n", 1, [(3, "")]),
    ("quote never closed", f'{HEAD}\n{ONE},"never,l1,TEA-1,2\n', 0, [(2, "")]),
    ("latin-1", f"{HEAD}\n{ONE},café,l1,TEA-1,2\n".encode("latin-1"), 0, [(1, "")]),
    ("empty", b"", 0, [(1, "")]),
]


@pytest.mark.parametrize(("text", "messages", "wrong"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_hostile_files(text: str | bytes, messages: int, wrong: list[tuple[int, str]]) -> None:
    found = sheet(text)
    assert (len(found.messages), [(one.row, one.column) for one in found.wrong]) == (messages, wrong)


def test_unknown_columns_are_kept_and_cells_read_by_their_kind() -> None:
    text = f"{HEAD},tags,custom_gift,colour,line_requires_shipping\n{ONE},,l1,TEA-1,2,a|b,yes,red,no\n"
    (message,) = sheet(text).messages
    assert message["ship_to"] == {"name": "Ana", "country": "US"}
    assert (message["tags"], message["custom"], message["colour"]) == (["a", "b"], {"gift": "yes"}, "red")
    assert message["lines"] == [{"id": "l1", "sku": "TEA-1", "quantity": 2, "requires_shipping": False}]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in exchange.FOLDERS:
        (tmp_path / name).mkdir()
    return tmp_path


def put(root: Path, name: str, text: str, *, age: float = 60) -> Path:
    path = root / "inbound" / name
    path.write_text(text)
    os.utime(path, (time.time() - age,) * 2)
    return path


def names(root: Path) -> dict[str, list[str]]:
    return {folder: sorted(one.name for one in (root / folder).iterdir()) for folder in exchange.FOLDERS}


ORDERS = "orders_20260105T100000Z_1.csv"


def test_a_directory_is_taken_in_and_what_is_half_written_waits(store: Made, root: Path) -> None:
    put(root, ORDERS, f"{HEAD}\n{ONE},,l1,TEA-1,2\no2,A2,2026-01-05T10:00:00Z,USD,Ben,US,,l1,TEA-1,0\n")
    put(root, "orders_20260105T100000Z_2.csv.part", HEAD)
    put(root, "orders_20260105T100000Z_3.csv", f"{HEAD}\no3", age=0)
    put(root, "whatever.csv", "a,b\n")
    put(root, "inventory_20260105T100000Z_1.csv", "sku\nTEA-1\n")
    call_command("exchange_csv", store[0].public_id, "--in", str(root))
    assert names(root) == {
        "inbound": ["orders_20260105T100000Z_2.csv.part", "orders_20260105T100000Z_3.csv"],
        "outbound": [],
        "processed": [ORDERS],
        "error": [
            "inventory_20260105T100000Z_1.csv", "inventory_20260105T100000Z_1.csv.errors.csv",
            f"{ORDERS}.errors.csv", "whatever.csv", "whatever.csv.errors.csv",
        ],
    }  # fmt: skip
    assert "3,lines_quantity," in (root / "error" / f"{ORDERS}.errors.csv").read_text()
    assert [order.ext_order_id for order in Order.across.all()] == ["A1"]


class Killed(Exception):
    """The process has died here."""


def test_a_crash_between_taking_and_moving_takes_nothing_twice(
    barn: Program, warehouse: Made, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "sku,location_id,mode,available,updated_at,event_id\n"
    rows = "".join(f"TEA-1,w1,delta,5,2026-01-05T10:00:00Z,{event}\n" for event in ("e1", "e1", "e2"))
    name = "inventory_20260105T100000Z_1.csv"
    put(root, name, head + rows)
    with monkeypatch.context() as patch:
        patch.setattr(exchange, "failpoint", _die)
        with pytest.raises(Killed):
            list(exchange.take_in(warehouse[0], root))
    assert names(root)["inbound"] == [name]
    assert list(exchange.take_in(warehouse[0], root)) == [f"{name}: taken before, left alone."]
    put(root, "inventory_20260106T100000Z_1.csv", head + rows)
    list(exchange.take_in(warehouse[0], root))
    assert InventoryLevel.across.get(location__name="Barn").on_hand == 10
    assert len(names(root)["processed"]) == 2
    assert ExchangedFile.objects.count() == 1


def _die(name: str) -> None:
    raise Killed(name)


def test_requests_are_written_once_shipped_by_file_and_told_to_the_shop(
    warehouse: Made, store: Made, routed: Callable[..., ShippingRequest], root: Path,
    monkeypatch: pytest.MonkeyPatch, shop: Program,
) -> None:  # fmt: skip
    request = routed("o-1")
    with monkeypatch.context() as patch:
        patch.setattr(exchange, "failpoint", _die)
        with pytest.raises(Killed):
            list(exchange.write_out(warehouse[0], root))
    for _again in range(2):
        call_command("exchange_csv", warehouse[0].public_id, "--out", str(root))
    written = names(root)["outbound"]
    assert len(written) == 2  # once more after the crash, under the same ID
    texts = [(root / "outbound" / name).read_text() for name in written]
    assert texts[0] == texts[1]
    lines = texts[0].splitlines()
    assert lines[1].startswith(f"sr-{request.public_id},")
    assert ",l1,TEA-1,Green tea,2,20" in lines[1]
    request.refresh_from_db()
    assert request.status == "sentToFulfillment"

    head = "id,shipping_request_id,shipped_at,carrier,tracking_number,lines_line_id,lines_sku,lines_quantity\n"
    own = f"F1,sr-{request.public_id},2026-01-06T10:00:00Z,UPS,1Z1"
    put(root, "fulfillments_20260106T100000Z_1.csv", f"{head}{own},l1,TEA-1,2\n{own},l2,TIN-1,1\n")
    call_command("exchange_csv", warehouse[0].public_id, "--in", str(root))
    assert Fulfillment.across.get().content["trackingNumber"] == ["1Z1"]
    call_command("exchange_csv", store[0].public_id, "--out", str(root))
    (told,) = [name for name in names(root)["outbound"] if name.startswith("fulfillments_")]
    assert "o-1,A-o-1" in (root / "outbound" / told).read_text()

    other = routed("o-2")
    call_command("exchange_csv", warehouse[0].public_id, "--out", str(root))
    cancel(ShippingRequest.across.get(pk=other.pk), TESTER)
    for _again in range(2):
        call_command("exchange_csv", warehouse[0].public_id, "--out", str(root))
    (gone,) = [name for name in names(root)["outbound"] if name.startswith("shipping_request_cancels_")]
    assert f"sr-{other.public_id}" in (root / "outbound" / gone).read_text()


def test_the_command_says_what_it_cannot_do(store: Made, integration: Integration, root: Path) -> None:
    wrong: list[list[Any]] = [
        [store[0].public_id],
        ["nothing", "--in", str(root)],
        [integration.public_id, "--in", "x"],
    ]
    for args in wrong:
        with pytest.raises(CommandError):
            call_command("exchange_csv", *args)
