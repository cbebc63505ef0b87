"""`manage.py list`: any list in a terminal, by views, filters and searches."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line

from orders.models import Order, Source
from portal.filters.codec import dumps
from portal.filters.tree import Condition, Group, Measure
from portal.management.commands.list import EPILOG
from portal.savedviews import services
from portal.tenancy.models import Membership, Organization
from tests.factories import ingest, make_record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def orders(source: Source) -> None:
    """#1001 to #1005 of 10, 20 … 50 USD; #1003 is on hold, #1004 is of somebody who steers terminals."""
    records = [make_record(1000 + n, totalPrice=f"{n * 10}.00") for n in range(1, 6)]
    records[3] = make_record(1004, totalPrice="40.00", customer={"firstName": "\x1b[31mRed", "lastName": "=1+1"})
    ingest(source, *records)
    Order.across.filter(ext_order_id="#1003").update(status="onHold")


def said(name: str, **options: object) -> str:
    out = io.StringIO()
    call_command("list", name, stdout=out, **options)
    return out.getvalue()


def numbers(**options: object) -> list[str]:
    text = said("orders", columns="order", format="csv", sort="order", **options)
    return [row[0] for row in csv.reader(io.StringIO(text))][1:]


def test_a_list_is_a_table_with_the_columns_one_wants() -> None:
    text = said("orders", columns="order,total,status", sort="-total", limit=2)
    assert text.splitlines() == [
        "Order          Total  Status",
        "-----  -------------  ------",
        "#1005  50.000000 USD  New",
        "#1004  40.000000 USD  New",
    ]


def test_no_value_steers_the_terminal() -> None:
    assert "\x1b" not in said("orders", columns="order,customer")
    assert "\ufffd[31mRed =1+1" in said("orders", columns="order,customer")


def test_csv_and_json_hold_the_same_rows() -> None:
    rows = list(csv.DictReader(io.StringIO(said("orders", columns="order,total", format="csv", sort="total"))))
    assert rows[0] == {"Order": "#1001", "Total": "10.000000", "Total currency": "USD"}
    documents = [
        json.loads(line, parse_float=Decimal)
        for line in said("orders", columns="order,total", format="json", sort="total").splitlines()
    ]
    assert documents[0] == {"order": "#1001", "total": {"amount": 10, "currency": "USD"}}
    assert [one["order"] for one in documents] == [row["Order"] for row in rows]


_COSTS_20, _ON_HOLD = Condition("totalPrice", "equals", 20), Condition("status", "equals", "onHold")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"view": "On hold"}, ["#1003"]),
        ({"view": "on-hold"}, ["#1003"]),
        ({"filter": "f=totalPrice~gte~40"}, ["#1004", "#1005"]),
        ({"filter": "https://portal.example/orders?f=totalPrice~lte~10&page=3"}, ["#1001"]),
        ({"filter": "/orders?view=On+hold"}, ["#1003"]),
        ({"filter": dumps(Group("any", (_COSTS_20, _ON_HOLD)))}, ["#1002", "#1003"]),
        ({"filter": dumps(Group("all", (Measure("sum", "gt", 2, "lineItems.quantity"),)))}, []),
        ({"filter": "f=totalPrice~gte~20", "view": "On hold"}, ["#1003"]),
        ({"filter": "f=totalPrice~gte~40", "view": "On hold"}, []),
        ({"search": "#1002"}, ["#1002"]),
    ],
)  # fmt: skip
def test_views_filters_and_searches_narrow_it(options: dict[str, str], found: list[str]) -> None:
    assert numbers(**options) == found
    assert said("orders", count=True, **options) == f"{len(found)}\n"


def test_a_private_view_is_found_for_its_person_alone(organization: Organization, owner: Membership) -> None:
    services.keep(organization, by=owner.user, list_key="orders", name="Dear", query="f=totalPrice~gte~50")
    assert numbers(view="dear", user=owner.user.email) == ["#1005"]
    with pytest.raises(CommandError, match="There is no view “dear” of the list “orders”"):
        numbers(view="dear")


@pytest.mark.parametrize(
    ("name", "options", "message", "code"),
    [
        ("nothing", {}, "There is no list “nothing”; known are: .*exceptions, .*history, .*orders", 2),
        ("orders", {"organization": "nobody"}, "There is no organization nobody", 2),
        ("orders", {"user": "x@example.com"}, "There is no member x@example.com", 2),
        ("orders", {"columns": "order,colour"}, "There is no column colour; there are: order, placed", 2),
        ("orders", {"sort": "source"}, "This list is not sorted by that column", 2),
        ("orders", {"view": "On holt"}, "There is no view “On holt” of the list “orders”. Did you mean “On hold”", 1),
        ("orders", {"filter": "f=totalPrice~gte~lots"}, "The value is not a number", 1),
        ("orders", {"filter": "{]"}, "filter", 1),
        ("orders", {"filter": "zz"}, "The filter in the address cannot be read", 1),
    ],
)
def test_what_cannot_be_done_is_said_with_its_cure(name: str, options: dict[str, str], message: str, code: int) -> None:
    with pytest.raises(CommandError, match=message) as error:
        said(name, **options)
    assert error.value.returncode == code


def test_with_several_organizations_one_says_which(organization: Organization) -> None:
    Organization.objects.create(name="Elsewhere")
    with pytest.raises(CommandError, match="There are several; say which with --organization"):
        said("orders", count=True)
    assert said("orders", count=True, organization=organization.public_id) == "5\n"
    assert said("orders", count=True, organization="Elsewhere") == "0\n"


def test_explain_says_it_in_a_sentence_and_reads_no_rows() -> None:
    text = said("orders", view="On hold", search="tea-1", explain=True)
    assert text.startswith("Orders: when status is On hold\nfound by the search “tea-1”\nsorted by -placed\n")
    assert "days and times are those of Europe/London" in text
    assert "In the database:\n  " in text


def test_every_list_can_be_printed() -> None:
    for name in ("exceptions", "history"):
        assert said(name, columns="all", format="csv").count("\n") >= 1


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "list", "--help"])
    assert ended.value.code == 0
    assert EPILOG.splitlines()[1].strip() in capsys.readouterr().out
