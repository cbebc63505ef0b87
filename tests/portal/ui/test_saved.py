"""Views over HTTP: on a list and on the page that arranges them, by each who may and who may not."""

import json
from typing import Any

import pytest
from django.test import Client

from orders.models import Order, Source
from portal.audit.models import History
from portal.filters.text import to_address
from portal.filters.tree import Condition, Group, Lines, Measure
from portal.savedviews import services
from portal.savedviews.models import SavedView, ViewArrangement
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import Role
from tests.conftest import _client
from tests.factories import make_location, make_member, make_orders

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
HELD = "f=status~equals~onHold"


@pytest.fixture
def orders(source: Source) -> list[Order]:
    """#1, #2 and #3; #2 is on hold."""
    made = make_orders(source, (1, 2, 3))
    Order.across.filter(ext_order_id="#2").update(status="onHold")
    return made


@pytest.fixture
def view(owner: Membership) -> SavedView:
    return services.keep(owner.organization, by=owner.user, list_key="orders", name="Waits", query=HELD, shared=True)


@pytest.fixture
def operator(organization: Organization) -> Membership:
    return make_member(organization, Role.USER, name="Uma User")


def numbers(client: Client, query: str = "") -> list[str]:
    return sorted(row["order"] for row in json.loads(client.get(f"/orders.json?{query}").content)["rows"])


def act(client: Client, view: SavedView, what: str, **data: Any) -> Any:
    given = {"act": what, "list": "orders", "back": "/orders", "seen": view.version} | data
    return client.post(f"/views/{view.public_id}", given, headers=HTMX)


def toast(response: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(response["HX-Trigger"])["toast"]
    return found


def test_a_view_is_named_in_the_address_by_its_key_or_its_name(
    as_owner: Client, orders: list[Order], view: SavedView
) -> None:
    for name in (view.public_id, "Waits", "wAITS", "on-hold", "On hold"):
        assert numbers(as_owner, f"view={name}") == ["#2"], name
    assert numbers(as_owner, "view=all") == numbers(as_owner, "view=ALL") == ["#1", "#2", "#3"]


@pytest.mark.parametrize("name", ["Wait", "0000000000000000", "x" * 300])
def test_a_view_that_is_not_there_shows_nothing_and_says_so(as_owner: Client, orders: list[Order], name: str) -> None:
    assert numbers(as_owner, f"view={name}") == []
    page = as_owner.get("/orders", {"view": name}).content.decode()
    assert "The view that this address asks for is not there, or not shared with you." in page


def test_saving_answers_with_the_list_in_the_view(as_owner: Client, orders: list[Order]) -> None:
    data = {"list": "orders", "name": "Held", "query": f"{HELD}&size=25", "back": "/orders"}
    response = as_owner.post("/views", data, headers=HTMX)
    made = SavedView.across.get()
    assert response["HX-Push-Url"] == f"/orders?view={made.public_id}"
    assert response["HX-Retarget"] == "#list"
    assert toast(response)["text"] == "View “Held” saved"
    assert numbers(as_owner, "view=Held") == ["#2"]
    assert response.context["list"].state.size == 25


@pytest.mark.parametrize("more", ["&sort=total", "&size=100", "&columns=total", "&q=tea", "&f=tags~is_empty"])
def test_what_differs_from_the_view_is_marked_and_offered(as_owner: Client, view: SavedView, more: str) -> None:
    same = as_owner.get(f"/orders?view={view.public_id}").content.decode()
    assert "is changed" not in same
    page = as_owner.get(f"/orders?view={view.public_id}&{HELD}{more}").content.decode()
    for words in ("<strong>Waits</strong> is changed", "Update view", "Save as new", "Discard changes"):
        assert words in page


def test_the_page_size_of_a_view_is_kept_and_can_be_left(as_owner: Client, view: SavedView) -> None:
    services.update(view, by=view.owner, query=f"{HELD}&size=100")

    def shown(query: str) -> Any:
        return as_owner.get(f"/orders?view={view.public_id}{query}").context["list"]

    assert shown("").state.size == 100
    assert shown("").address() == f"/orders?view={view.public_id}"
    assert shown("&size=50").address() == f"/orders?view={view.public_id}&size=50"
    assert shown("&size=50").bar.dirty


def test_the_second_of_two_people_is_told_who_was_first(
    as_owner: Client, operator: Membership, view: SavedView
) -> None:
    SavedView.across.update(owner=operator.user)
    first = act(_client(operator.user), view, "update", query="q=tea")
    assert toast(first)["text"] == "View “Waits” updated"
    second = act(as_owner, view, "update", query="q=tins")
    assert second.status_code == 422
    said = second.content.decode()
    assert "Uma User has changed the view “Waits” in the meantime:" in said
    assert "Overwrite with mine" in said
    assert 'name="seen" value="2"' in said
    assert 'name="query" value="q=tins"' in said
    assert SavedView.across.get().query == "q=tea"


@pytest.mark.parametrize("name", ["update", "rename", "share", "unshare", "delete"])
def test_a_view_is_changed_by_its_owner_and_administrators_alone(
    as_owner: Client, as_colleague: Client, as_stranger: Client, operator: Membership, view: SavedView, name: str
) -> None:
    for client in (as_colleague, as_stranger, _client(operator.user)):
        assert act(client, view, name, query="q=x", name="X").status_code == 404
    SavedView.across.update(owner=operator.user, shared=False)
    assert act(as_owner, view, name, query="q=x", name="X").status_code == 404, "a private view of somebody else"
    assert History.across.filter(entity_type="saved_view").count() == 1


def test_who_may_only_look_shares_nothing(as_colleague: Client, colleague: Membership) -> None:
    mine = services.keep(colleague.organization, by=colleague.user, list_key="orders", name="Mine", query=HELD)
    assert act(as_colleague, mine, "share").status_code == 403
    assert SavedView.across.get().shared is False
    assert "Share with everybody" not in as_colleague.get(f"/orders?view={mine.public_id}").content.decode()


def test_a_deleted_view_comes_back_by_undo(as_owner: Client, as_stranger: Client, view: SavedView) -> None:
    undo = toast(act(as_owner, view, "delete"))["undo"]
    assert "Waits" not in as_owner.get("/orders").content.decode()
    assert as_stranger.post(undo).status_code == 404
    response = as_owner.post(undo, headers=HTMX)
    assert (response.status_code, toast(response)["text"]) == (204, "View “Waits” is back")
    assert "viewsChanged" in json.loads(response["HX-Trigger"])
    assert "Waits" in as_owner.get("/orders").content.decode()
    assert as_owner.post(undo).status_code == 404, "it is no longer deleted"


def test_a_name_that_is_taken_is_said_where_it_was_typed(as_owner: Client, view: SavedView) -> None:
    other = services.keep(view.organization, by=view.owner, list_key="orders", name="Other", query=HELD)
    response = act(as_owner, other, "rename", name="waits")
    assert response.status_code == 422
    assert "You already have a view of this name here" in response.content.decode()
    assert 'value="waits"' in response.content.decode()


def test_a_role_opens_the_list_with_what_an_administrator_has_set(
    as_owner: Client, as_colleague: Client, orders: list[Order], view: SavedView
) -> None:
    assert as_colleague.post("/views/of/orders/roles", {"viewer": view.public_id}).status_code == 403
    as_owner.post("/views/of/orders/roles", {"viewer": view.public_id, "back": "/orders"})
    assert numbers(as_colleague) == ["#2"]
    assert numbers(as_owner) == ["#1", "#2", "#3"]
    page = as_colleague.get("/orders").content.decode()
    assert 'href="/orders?view=all"' in page
    assert f'hx-get="/orders?view={view.public_id}"' in page
    assert numbers(as_colleague, "view=all") == ["#1", "#2", "#3"]
    assert numbers(as_colleague, "q=") == ["#1", "#2", "#3"]
    as_colleague.post("/views/of/orders/default", {"key": "ready", "back": "/orders"})
    assert numbers(as_colleague) == []
    as_colleague.post("/views/of/orders/default", {"key": "", "back": "/orders"})
    assert numbers(as_colleague) == ["#2"]


def test_no_list_opens_with_a_view_that_others_do_not_see(
    as_owner: Client, as_stranger: Client, view: SavedView, organization: Organization
) -> None:
    services.unshare(view, by=view.owner)
    assert as_owner.post("/views/of/orders/roles", {"viewer": view.public_id}).status_code == 404
    assert as_stranger.post("/views/of/orders/default", {"key": view.public_id}).status_code == 404
    assert as_owner.post("/views/of/nothing/default", {"key": ""}).status_code == 404
    assert not ViewArrangement.across.exclude(default="").exists()


def test_the_tabs_stand_in_ones_own_order(as_owner: Client, as_colleague: Client, view: SavedView) -> None:
    def keys(client: Client) -> list[str]:
        return [one.key for one in client.get("/orders").context["list"].views]

    response = as_owner.post("/views/of/orders/order", {"order": [view.public_id, "archived"]}, headers=HTMX)
    assert response.status_code == 204
    assert keys(as_owner) == [view.public_id, "archived", "person", "on-hold", "ready", "canceled"]
    assert keys(as_colleague) == ["person", "on-hold", "ready", "canceled", "archived", view.public_id]


def test_the_page_of_views_shows_what_one_may(as_owner: Client, as_colleague: Client, view: SavedView) -> None:
    page = as_owner.get("/views/of/orders").content.decode()
    for words in ("Yours, shared with everybody", "Stop sharing", "For the people of a role", "Saved the view “Waits”"):
        assert words in page
    page = as_colleague.get("/views/of/orders").content.decode()
    assert "Shared by Olive Owner" in page
    assert "Stop sharing" not in page
    assert "For the people of a role" not in page
    assert as_owner.get("/views/of/nothing").status_code == 404


def test_an_act_on_the_page_of_views_answers_with_that_page(as_owner: Client, view: SavedView) -> None:
    data = {"from": "views", "back": "/views/of/orders", "name": "Stuck"}
    response = act(as_owner, view, "rename", **data)
    assert response["HX-Retarget"] == "#views"
    assert "Stuck" in response.content.decode()
    plain = as_owner.post(f"/views/{view.public_id}", {"act": "unshare"} | data)
    assert plain["Location"].startswith("/views/of/orders")


BROKEN = {
    "an unknown field": "f=nofield~equals~1",
    "an unknown operator": "f=status~nope~new",
    "a version of later": "filter=jeyJ2ZXJzaW9uIjo5OX0",
    "nonsense": "filter=zzz",
    "an unknown field deep inside": f"filter={to_address(Group('any', (Condition('x', 'equals', '1'),)))}",
    "a sum of no number": f"filter={to_address(Group('all', (Measure('sum', 'gt', 1, 'lineItems.name'),)))}",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_view_that_cannot_be_read_is_shown_as_broken_and_never_as_everything(
    as_owner: Client, orders: list[Order], view: SavedView, kind: str
) -> None:
    services.update(view, by=view.owner, query=BROKEN[kind])
    address = f"/orders?view={view.public_id}"
    page = as_owner.get(address)
    text = page.content.decode()
    assert "The view “Waits” cannot be shown: its filter cannot be read any more." in text
    assert "Edit filter" in text
    assert numbers(as_owner, f"view={view.public_id}") == []
    assert page.context["list"].address() == address
    assert "The filter of this view cannot be read any more" in as_owner.get("/orders").content.decode()
    assert "cannot be read" in as_owner.get("/views/of/orders").content.decode()
    assert as_owner.get(f"/filters/orders?view={view.public_id}").status_code == 200
    assert SavedView.across.get().query == BROKEN[kind]


def test_a_filter_that_cannot_be_read_stays_so_when_the_list_reads_itself_afresh(
    as_owner: Client, orders: list[Order]
) -> None:
    assert as_owner.get("/orders?filter=zzz").context["list"].address() == "/orders?filter=zzz"


def test_the_parts_beside_an_edited_chip_stay_as_they_are(as_owner: Client, orders: list[Order]) -> None:
    inner = Group("any", (Condition("status", "equals", "onHold"), Measure("count", "gt", 5)))
    line = Condition("lineItems.sku", "equals", "TEA-1", "all")
    tree = Group("all", (inner, Condition("totalPrice", "gte", 10), line))
    edit = {"filter": to_address(tree), "edit": "1", "field": "totalPrice", "operator": "lte", "value": "90"}
    changed = as_owner.get("/orders", edit, headers=HTMX | {"HX-Target": "list"}).context["list"].state.tree
    assert changed == Group("all", (inner, Condition("totalPrice", "lte", 90), line))
    edit = {"filter": to_address(tree), "edit": "2", "field": "lineItems.sku", "operator": "equals", "value": "TEA-1"}
    wanted: tuple[tuple[str, Lines | None], ...] = (("none", "none"), ("", None), ("any", None), ("nonsense", None))
    for lines, kept in wanted:
        state = (
            as_owner.get("/orders", edit | {"lines": lines}, headers=HTMX | {"HX-Target": "list"}).context["list"].state
        )
        assert state.tree == Group("all", (inner, tree.items[1], Condition("lineItems.sku", "equals", "TEA-1", kept)))


def test_chips_stand_in_fixed_places_and_only_what_is_complex_opens_the_builder(as_owner: Client) -> None:
    tree = Group("all", (Measure("count", "gt", 5), Condition("totalPrice", "gte", 10), Condition("email", "is_empty")))
    slots = as_owner.get("/orders", {"filter": to_address(tree)}).context["list"].chip_bar.slots
    shown = [(slot.key, slot.filled, bool(slot.form_url), bool(slot.advanced_url)) for slot in slots]
    quick = [one for one in shown if not one[0].startswith("#")]
    assert [one[0] for one in quick] == [
        "extOrderCreatedAt",
        "integration",
        "status",
        "tags",
        "lineItems.locationId",
        "totalPrice",
        "exceptions",
    ]
    assert [one for one in quick if one[1]] == [("totalPrice", True, True, False)]
    assert shown[7:] == [("#0", True, False, True), ("#1", True, True, False)]
    form = as_owner.get(slots[5].form_url, headers=HTMX).content.decode()
    assert 'name="edit" value="1"' in form


def test_the_source_and_the_location_are_chosen_by_name(as_owner: Client, source: Source) -> None:
    make_location(source, "w1", "Warehouse")
    for field, label in (("integration", "Tea shop"), ("lineItems.locationId", "Warehouse")):
        form = as_owner.get("/orders", {"form": "new", "field": field}, headers=HTMX).content.decode()
        assert label in form
        assert 'value="is_one_of"\n              selected' in form or 'value="is_one_of" selected' in form
    page = as_owner.get("/orders?f=lineItems.locationId~is_one_of~w1").content.decode()
    assert "location is Warehouse" in page
