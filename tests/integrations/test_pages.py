"""The pages of integrations, as the owner, a colleague who may only look, and a stranger see them."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.manifest import Direction
from integrations.models import Credential, FlowState, Integration
from integrations.registry import connectors
from orders.models import Order, Source
from tests.integrations.conftest import TESTER, reread, run_flow

pytestmark = pytest.mark.django_db


def address(name: str, integration: Integration) -> str:
    return reverse(f"integrations:{name}", args=[integration.public_id])


FLOWS = {
    "flow-orders": "pull",
    "flow-products": "disabled",
    "flow-inventory": "disabled",
    "flow-fulfillments": "disabled",
}
SETTINGS = {"name": "Tea shop", "unpaid": "draft", "finished": "leave", "sync_from": "", **FLOWS}


@pytest.mark.parametrize("name", ["detail", "mappings", "activity"])
def test_owner_and_colleague_may_look_and_a_stranger_finds_nothing(
    name: str, integration: Integration, as_owner: Client, as_colleague: Client, as_stranger: Client
) -> None:
    assert as_owner.get(address(name, integration)).status_code == 200
    assert as_colleague.get(address(name, integration)).status_code == 200
    assert as_stranger.get(address(name, integration)).status_code == 404
    assert Client().get(address(name, integration)).status_code == 302


@pytest.mark.parametrize("name", ["connect", "flows", "delete", "returned"])
def test_what_changes_an_integration_is_for_those_with_the_right(
    name: str, integration: Integration, as_owner: Client, as_colleague: Client, as_stranger: Client
) -> None:
    assert as_owner.get(address(name, integration)).status_code == 200
    assert as_colleague.get(address(name, integration)).status_code == 403
    assert as_stranger.get(address(name, integration)).status_code == 404


@pytest.mark.parametrize("name", ["toggle", "delete", "token", "sync"])
def test_a_colleague_and_a_stranger_change_nothing(
    name: str, integration: Integration, as_colleague: Client, as_stranger: Client
) -> None:
    before = reread(integration).version
    data = {"name": "Tea shop", "store_id": "1", "token": "secret_" + "x" * 32}
    assert as_colleague.post(address(name, integration), data).status_code == 403
    assert as_stranger.post(address(name, integration), data).status_code == 404
    assert (reread(integration).version, reread(integration).enabled) == (before, True)


def test_the_list_shows_the_store_its_status_and_what_it_brought(
    integration: Integration, sandbox: Sandbox, as_owner: Client, as_stranger: Client
) -> None:
    sandbox.place_orders(2)
    run_flow(integration)
    text = as_owner.get(reverse("integrations:list")).content.decode()
    assert "Tea shop" in text
    assert "Pulled 2 orders" in text
    assert "Automation Engine" in text
    assert "Tea shop" not in as_stranger.get(reverse("integrations:list")).content.decode()


def test_an_empty_list_says_what_to_do(as_owner: Client) -> None:
    assert "No store is connected yet" in as_owner.get(reverse("integrations:list")).content.decode()


def test_the_list_takes_as_many_queries_for_ten_stores_as_for_one(
    integration: Integration, as_owner: Client, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(9):
        lifecycle.add(integration.organization, "ecwid", name=f"Store {number}", by=TESTER)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        as_owner.get(reverse("integrations:list"))


@pytest.mark.parametrize("name", ["list", "detail", "activity", "mappings"])
def test_no_page_reads_how_far_a_flow_has_come_which_is_a_megabyte_in_a_rush(
    name: str, integration: Integration, as_owner: Client
) -> None:
    url = reverse("integrations:list") if name == "list" else address(name, integration)
    with CaptureQueriesContext(connection) as asked:
        assert as_owner.get(url).status_code == 200
    assert [one["sql"] for one in asked if '"integrations_flowstate"."cursor"' in one["sql"]] == []


def test_the_catalogue_finds_by_word_and_by_role(as_owner: Client) -> None:
    url = reverse("integrations:catalogue")
    assert "Ecwid" in as_owner.get(url).content.decode()
    assert "Ecwid" in as_owner.get(url, {"q": "LIGHTSPEED"}).content.decode()
    assert "Nothing found" in as_owner.get(url, {"q": "nonesuch"}).content.decode()
    ships = as_owner.get(url, {"role": "fulfillment_channel"}).content.decode()
    assert ("Custom warehouse" in ships, "Lightspeed" in ships) == (True, False)
    assert "None of this kind yet" in as_owner.get(url, {"role": "other"}).content.decode()


@pytest.fixture
def products_unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have products of Ecwid travel no way yet."""
    ecwid = connectors.get("ecwid")
    flows = [
        replace(one, built=frozenset({Direction.DISABLED})) if one.key == "products" else one for one in ecwid.flows
    ]
    monkeypatch.setitem(connectors._entries, "ecwid", replace(ecwid, flows=tuple(flows)))


def test_the_wizard_adds_an_integration_and_leads_to_its_connection(as_owner: Client, products_unbuilt: None) -> None:
    url = reverse("integrations:add", args=["ecwid"])
    page = as_owner.get(url).content.decode()
    assert "(not available yet)" in page
    assert "Selling channel" in page
    answer = as_owner.post(url, {"name": "My shop", **FLOWS})
    added = Integration.across.get()
    assert answer["Location"] == address("connect", added)
    assert (added.name, added.status, added.flows["orders"], added.flows["locations"]) == (
        "My shop",
        "not_configured",
        "pull",
        "pull",
    )


def test_going_back_in_the_wizard_keeps_what_was_chosen(as_owner: Client) -> None:
    as_owner.post(reverse("integrations:add", args=["ecwid"]), {"name": "My shop", **FLOWS})
    added = Integration.across.get()
    text = as_owner.get(address("flows", added)).content.decode()
    assert 'value="My shop"' in text
    assert '<option value="pull" selected>Pull orders from Ecwid' in text


def test_a_flow_that_is_not_built_cannot_be_chosen_by_hand_either(as_owner: Client, products_unbuilt: None) -> None:
    url = reverse("integrations:add", args=["ecwid"])
    answer = as_owner.post(url, {"name": "My shop", **FLOWS, "flow-products": "pull"})
    assert answer.status_code == 422
    assert Integration.across.count() == 0


def test_a_connector_that_does_not_exist_is_not_found(as_owner: Client) -> None:
    assert as_owner.get(reverse("integrations:add", args=["nonesuch"])).status_code == 404


def test_switching_off_and_on_again(integration: Integration, as_owner: Client) -> None:
    answer = as_owner.post(address("toggle", integration), {"on": "no"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "integrationChanged" in answer["HX-Trigger"]
    off = reread(integration)
    assert (off.status, off.source.state) == ("disabled", Source.State.DISABLED)
    as_owner.post(address("toggle", integration), {"on": "yes"})
    on = reread(integration)
    assert (on.status, on.source.state) == ("connected", Source.State.ACTIVE)


def test_deleting_asks_for_the_name_and_keeps_the_orders(
    integration: Integration, sandbox: Sandbox, as_owner: Client
) -> None:
    sandbox.place_order()
    run_flow(integration)
    assert as_owner.post(address("delete", integration), {"name": "tea"}).status_code == 422
    assert reread(integration).deleted_at is None
    assert as_owner.post(address("delete", integration), {"name": "Tea shop"}).status_code == 302
    gone = reread(integration)
    assert gone.deleted_at is not None
    assert gone.source.state == Source.State.DELETED
    assert (Credential.objects.count(), FlowState.objects.count(), Order.across.count()) == (0, 0, 1)
    assert as_owner.get(address("detail", integration)).status_code == 404


def test_settings_are_saved_and_act_at_once(integration: Integration, as_owner: Client) -> None:
    answer = as_owner.post(
        address("detail", integration),
        SETTINGS | {"name": "Tea & co", "unpaid": "new", "sync_from": "2026-01-02T03:04"},
    )
    assert answer.status_code == 302
    saved = reread(integration)
    assert (saved.name, saved.source.name, saved.settings["unpaid"]) == ("Tea & co", "Tea & co", "new")
    assert saved.sync_from is not None
    assert saved.sync_from.isoformat() == "2026-01-02T03:04:00+00:00"


def test_settings_of_a_colleague_are_refused(integration: Integration, as_colleague: Client) -> None:
    assert as_colleague.post(address("detail", integration), SETTINGS | {"name": "Mine"}).status_code == 403
    assert reread(integration).name == "Tea shop"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"unpaid": "maybe"}, {"sync_from": "soon"}, {"sync_from": "2999-01-01T00:00"}]
)
def test_wrong_settings_are_said_where_they_stand(
    wrong: dict[str, str], integration: Integration, as_owner: Client
) -> None:
    assert as_owner.post(address("detail", integration), SETTINGS | wrong).status_code == 422
    assert reread(integration).settings == {}


def test_a_token_typed_in_connects_and_is_never_shown_again(
    integration: Integration, sandbox: Sandbox, as_owner: Client
) -> None:
    other = sandbox.add_store(2002, "Second shop")
    second = lifecycle.add(integration.organization, "ecwid", name="Second", by=TESTER)
    secret = sandbox.issue_token(store_id=other.store.id)
    answer = as_owner.post(address("token", second), {"store_id": "2002", "token": secret})
    assert answer.status_code == 302
    assert (reread(second).status, reread(second).account_name) == ("connected", "Second shop")
    for name in ("detail", "activity", "connect", "mappings"):
        assert secret not in as_owner.get(address(name, second)).content.decode()
    assert f"••••{secret[-4:]}" in as_owner.get(address("detail", second)).content.decode()


def test_a_wrong_token_is_said_beside_the_form(integration: Integration, as_owner: Client) -> None:
    second = lifecycle.add(integration.organization, "ecwid", name="Second", by=TESTER)
    answer = as_owner.post(address("token", second), {"store_id": "1003", "token": "secret_" + "w" * 32})
    assert answer.status_code == 422
    assert reread(second).status == "error"
    assert "secret_www" not in answer.content.decode()


def test_the_same_store_cannot_be_connected_twice(integration: Integration, sandbox: Sandbox, as_owner: Client) -> None:
    second = lifecycle.add(integration.organization, "ecwid", name="Second", by=TESTER)
    answer = as_owner.post(address("token", second), {"store_id": "1003", "token": sandbox.private_token})
    assert "is connected already, as “Tea shop”" in answer.content.decode()
    assert Credential.objects.filter(integration=second).count() == 0


def test_the_activity_shows_what_could_not_be_read(
    integration: Integration, sandbox: Sandbox, as_owner: Client
) -> None:
    sandbox.spoil("negative_quantity")
    run_flow(integration)
    text = as_owner.get(address("activity", integration)).content.decode()
    assert "1 order could not be read" in text
    assert "must not be negative" in text


def test_sync_now_makes_the_flows_due(integration: Integration, as_owner: Client) -> None:
    run_flow(integration)
    assert as_owner.post(address("sync", integration)).status_code == 302
    assert FlowState.objects.get(integration=integration, flow="orders").asked_at is not None


@pytest.mark.parametrize("public", ["", "https://hub.example"])
def test_the_settings_say_how_the_store_calls(
    public: str, integration: Integration, as_owner: Client, settings: Settings
) -> None:
    settings.PUBLIC_URL = public
    text = as_owner.get(address("detail", integration)).content.decode()
    assert (f"{public or 'http://testserver'}/hooks/ecwid" in text, "none yet" in text) == (True, True)
    assert ("cannot call it. It is asked every 5 seconds instead." in text) == (public == "")
