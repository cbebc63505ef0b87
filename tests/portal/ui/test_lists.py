"""A declared list, over HTTP: what is found, what may be seen, what it costs, what it exports."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.ingest.take import take
from orders.models import Order, Source
from portal.kit import json
from portal.savedviews.models import SavedView
from portal.tenancy.models import Membership
from tests.factories import CHANNEL, make_record

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.ui.demo")]
HTMX = {"HX-Request": "true", "HX-Target": "list"}


@pytest.fixture
def orders(source: Source) -> list[Order]:
    """Ten orders of 10, 20 … 100 USD; #1003 is on hold, and its customer is a formula."""
    records = [make_record(1000 + n, totalPrice=f"{n * 10}.00") for n in range(1, 10)]
    records.append(make_record(1010, totalPrice="100.00", customer={"firstName": "=cmd()", "lastName": "x"}))
    take(source, records, by=CHANNEL)
    Order.across.filter(ext_order_id="#1003").update(status="onHold")
    return list(Order.across.order_by("pk"))


def numbers(response: Any) -> list[str]:
    return [row["order"] for row in json.loads(response.content)["rows"]]


def test_the_list_shows_the_organizations_rows_and_nobody_elses(
    orders: list[Order], as_owner: Client, as_colleague: Client, as_stranger: Client
) -> None:
    assert "#1003" in as_owner.get("/demo/").content.decode()
    assert "#1003" in as_colleague.get("/demo/").content.decode()
    page = as_stranger.get("/demo/").content.decode()
    assert "#1003" not in page
    assert "No orders yet" in page
    assert Client().get("/demo/").headers["Location"] == "/login?next=/demo/"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("f=totalPrice~gte~90&sort=total", ["#1009", "#1010"]),
        ("f=status~is_one_of~onHold", ["#1003"]),
        ("view=on-hold", ["#1003"]),
        ("f=totalPrice~lt~30&sort=-total&unknown=1", ["#1002", "#1001"]),
        ("f=totalPrice~gte~lots", []),
        ("sort=nonsense&f=totalPrice~lte~10", ["#1001"]),
    ],
)
def test_the_address_says_what_is_shown(orders: list[Order], as_owner: Client, query: str, found: list[str]) -> None:
    assert numbers(as_owner.get(f"/demo/.json?{query}")) == found


def test_a_wrong_filter_shows_no_rows_and_says_why(orders: list[Order], as_owner: Client) -> None:
    page = as_owner.get("/demo/?f=totalPrice~gte~lots").content.decode()
    assert "This filter cannot be used" in page
    assert "The value is not a number." in page
    assert "#1001" not in page


def test_nothing_found_is_not_the_same_as_nothing_there(orders: list[Order], as_owner: Client) -> None:
    page = as_owner.get("/demo/?f=totalPrice~gte~5000").content.decode()
    assert "Nothing found" in page
    assert "No orders yet" not in page


def test_a_list_page_costs_at_most_twelve_queries(orders: list[Order], as_owner: Client) -> None:
    as_owner.get("/demo/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        as_owner.get("/demo/?f=totalPrice~gte~10&view=on-hold")
    assert len(queries) <= 12, [query["sql"][:90] for query in queries]


def test_a_part_has_no_shell_and_the_address_it_pushes_is_the_canonical_one(
    orders: list[Order], as_owner: Client
) -> None:
    response = as_owner.get("/demo/?columns=total&columns=status&unknown=1", headers=HTMX)
    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"] == "/demo/?columns=total,status"
    assert "HX-Request" in response["Vary"]


def test_a_chip_is_changed_in_place_and_the_address_follows(orders: list[Order], as_owner: Client) -> None:
    query = "f=status~equals~new&f=totalPrice~gte~10&edit=1&field=totalPrice&operator=lte&value=20"
    response = as_owner.get(f"/demo/?{query}", headers=HTMX)
    assert response["HX-Push-Url"] == "/demo/?f=status~equals~new&f=totalPrice~lte~20"
    assert as_owner.get(f"/demo/?{query}").headers["Location"] == "/demo/?f=status~equals~new&f=totalPrice~lte~20"


def test_a_chip_with_a_wrong_value_keeps_it_and_says_what_helps(orders: list[Order], as_owner: Client) -> None:
    response = as_owner.get("/demo/?edit=new&field=totalPrice&operator=gte&value=lots", headers=HTMX)
    page = response.content.decode()
    assert 'value="lots"' in page
    assert "The value is not a number." in page
    assert response["HX-Push-Url"] == "false"


def csv_rows(response: Any) -> list[list[str]]:
    assert isinstance(response, StreamingHttpResponse)
    text = b"".join(part for part in response).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_csv_holds_every_matching_row_and_no_formula(orders: list[Order], as_owner: Client) -> None:
    rows = csv_rows(as_owner.get("/demo/.csv?columns=customer,total&sort=-total&size=25"))
    assert rows[0] == ["Order", "Customer", "Total", "Total currency"]
    assert rows[1] == ["#1010", "'=cmd() x", "100.000000", "USD"]
    assert len(rows) == 11


def test_a_page_beyond_the_end_is_the_last_one(orders: list[Order], as_owner: Client) -> None:
    assert "rows 1–10 of 10" in as_owner.get("/demo/?page=99").content.decode()


def selected(response: Any) -> Sequence[str]:
    return list(json.loads(response.content)["rows"])


def test_a_bulk_act_gets_the_ticked_rows_or_all_that_match(
    orders: list[Order], as_owner: Client, as_colleague: Client, as_stranger: Client
) -> None:
    ticked = {"row": [orders[0].public_id, orders[1].public_id, "nonsense"]}
    assert selected(as_owner.post("/demo-bulk", ticked)) == ["#1001", "#1002"]
    matching = {"all": "1", "query": "f=totalPrice~gte~90"}
    assert selected(as_owner.post("/demo-bulk", matching)) == ["#1009", "#1010"]
    assert selected(as_owner.post("/demo-bulk", {"all": "1", "query": "f=totalPrice~gte~lots"})) == []
    assert selected(as_stranger.post("/demo-bulk", ticked)) == []
    assert as_colleague.post("/demo-bulk", ticked).status_code == 403


def keep(client: Client, **data: str) -> Any:
    return client.post("/views", {"list": "demo", "back": "/demo/", "query": "f=status~equals~onHold", **data})


def test_a_view_is_saved_shown_changed_and_deleted(orders: list[Order], as_owner: Client, owner: Membership) -> None:
    response = keep(as_owner, name="Waits")
    view = SavedView.across.get()
    assert response.headers["Location"] == f"/demo/?view={view.public_id}"
    assert numbers(as_owner.get(f"/demo/.json?view={view.public_id}")) == ["#1003"]
    assert 'class="dirty-mark"' not in as_owner.get(f"/demo/?view={view.public_id}").content.decode()
    assert 'class="dirty-mark"' in as_owner.get(f"/demo/?view={view.public_id}&sort=total").content.decode()
    as_owner.post(f"/views/{view.public_id}", {"act": "update", "query": "f=totalPrice~gte~100", "back": "/demo/"})
    assert numbers(as_owner.get(f"/demo/.json?view={view.public_id}")) == ["#1010"]
    as_owner.post(f"/views/{view.public_id}", {"act": "delete", "back": "/demo/"})
    view.refresh_from_db()
    assert view.deleted_at is not None
    as_owner.get("/demo/")  # the toast names it once more
    assert "Waits" not in as_owner.get("/demo/").content.decode()


def test_a_private_view_is_seen_by_its_owner_alone_and_a_shared_one_by_the_organization(
    as_owner: Client, as_colleague: Client, as_stranger: Client
) -> None:
    keep(as_owner, name="Mine")
    keep(as_owner, name="Ours", shared="1")
    page = as_colleague.get("/demo/").content.decode()
    assert "Ours" in page
    assert "Mine" not in page
    assert "Ours" not in as_stranger.get("/demo/").content.decode()
    ours = SavedView.across.get(name="Ours")
    for client in (as_colleague, as_stranger):
        assert client.post(f"/views/{ours.public_id}", {"act": "delete"}).status_code == 404
    assert SavedView.across.filter(deleted_at=None).count() == 2


def test_who_may_only_look_cannot_share_a_view(as_colleague: Client) -> None:
    keep(as_colleague, name="Try", shared="1")
    assert SavedView.across.get().shared is False


def test_a_name_that_is_taken_is_said_beside_the_field_and_kept(as_owner: Client) -> None:
    keep(as_owner, name="Waits")
    response = as_owner.post(
        "/views",
        {"list": "demo", "name": " Waits ", "query": "q=tea", "back": "/demo/"},
        headers={"HX-Request": "true"},
    )
    assert response.status_code == 422
    assert "You already have a view of this name here" in response.content.decode()
    assert 'value=" Waits "' in response.content.decode()
    assert SavedView.across.count() == 1


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_saving_a_view_never_leads_to_another_site(as_owner: Client, back: str) -> None:
    assert keep(as_owner, name="Waits", back=back).headers["Location"].startswith("/?")
