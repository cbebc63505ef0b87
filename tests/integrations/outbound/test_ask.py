"""What a failed call means for the delivery that it was made for, and what waits for an integration."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.db.models import F

from integrations import lifecycle
from integrations.kit.errors import NOT_UNDERSTOOD, UNREACHABLE, OutsideFailed
from integrations.manifest import Client
from integrations.models import Credential, Integration
from integrations.outbound import held
from integrations.outbound.ask import Declined, ask, ask_whether
from orders.models import OrderException
from portal.deliveries.models import Delivery
from portal.deliveries.send import request, send_due
from portal.deliveries.senders import HeldBack, Intent, Later, Refused, Sender, Unclear, senders
from portal.kit import http
from portal.kit.jobs import watchers
from portal.kit.json import Json
from tests.integrations.conftest import TESTER, reread
from tests.integrations.outbound.conftest import connect
from tests.integrations.outbound.house import answered, declined, unanswered

pytestmark = pytest.mark.django_db
KIND = "asking"


def _fail(error: Exception) -> Callable[[Client], str]:
    def act(client: Client) -> str:
        raise error

    return act


MEANS: dict[str, tuple[OutsideFailed, type[Exception], dict[str, object]]] = {
    "a pause": (answered(429, pause=7), Later, {"delay": dt.timedelta(seconds=7), "counts": False}),
    "not now": (answered(503), Later, {"counts": True}),
    "no connection": (unanswered(http.Unreachable("no"), UNREACHABLE), Later, {"counts": True}),
    "no answer": (unanswered(http.TimedOut("slow"), UNREACHABLE), Unclear, {}),
    "half an answer": (unanswered(http.Cut("cut"), UNREACHABLE), Unclear, {}),
    "an odd answer": (OutsideFailed(NOT_UNDERSTOOD), Unclear, {}),
    "a fault": (answered(500), Unclear, {}),
    "a bad gateway": (answered(502), Unclear, {}),
    "a wrong request": (answered(422), Declined, {}),
    "an address": (declined("address_refused", "No such town"), Declined, {}),
}


@pytest.mark.parametrize("case", MEANS)
def test_each_failure_has_one_word_of_deliveries_and_stops_nothing_else(warehouse: Integration, case: str) -> None:
    failed, word, told = MEANS[case]
    with pytest.raises(word) as raised:
        ask(warehouse, _fail(failed))
    assert {key: getattr(raised.value, key) for key in told} == told
    assert reread(warehouse).status == "connected"
    # A question that is refused says nothing about what it asks for.
    expected = Unclear if issubclass(word, Refused) else word
    with pytest.raises(expected):
        ask_whether(warehouse, _fail(failed))


def test_what_the_call_brings_is_handed_back(warehouse: Integration) -> None:
    assert ask(warehouse, lambda client: client.account().name, flow="shipping_requests") == "Acme"


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_lost_access_stops_the_integration_once_and_holds_everything_back(
    warehouse: Integration, status: int
) -> None:
    for _ in range(2):
        with pytest.raises(HeldBack) as raised:
            ask(warehouse, _fail(answered(status)))
        assert (raised.value.cause, raised.value.told) == (held.cause_of(warehouse), True)
    assert reread(warehouse).status == "error"
    assert [one.type for one in OrderException.across.filter(state="active")] == ["integration_failed"]


def test_a_credential_that_cannot_be_opened_is_said_by_the_integration(warehouse: Integration) -> None:
    Credential.objects.update(sealed=b"broken")
    with pytest.raises(HeldBack):
        ask(warehouse, lambda client: client.account())
    assert reread(warehouse).status == "error"


@pytest.fixture
def sent(warehouse: Integration) -> Iterator[list[str]]:
    """Deliveries of a kind that make one call each; what has gone out."""
    out: list[str] = []

    def send(intent: Intent) -> Json:
        ask(warehouse, lambda client: out.append(intent.key), flow="shipping_requests")
        return {}

    senders.register(KIND, Sender(KIND, send))
    yield out
    del senders._entries[KIND]


def _off(integration: Integration) -> None:
    lifecycle.disable(integration, by=TESTER)


def _broken(integration: Integration) -> None:
    lifecycle.failed(integration, cause="Gone", cure="Connect", by=TESTER)


def _flow_off(integration: Integration) -> None:
    lifecycle.save_flows(integration, {"shipping_requests": "disabled"}, by=TESTER)


def _flow_on(integration: Integration) -> None:
    lifecycle.save_flows(integration, {"shipping_requests": "push"}, by=TESTER)


@pytest.mark.parametrize(
    ("stop", "go_on"),
    [
        (_off, lambda integration: lifecycle.enable(integration, by=TESTER)),
        (_broken, connect),
        (_flow_off, _flow_on),
    ],
)
def test_what_waits_for_an_integration_goes_out_once_when_it_works_again(
    warehouse: Integration,
    sent: list[str],
    stop: Callable[[Integration], None],
    go_on: Callable[[Integration], object],
) -> None:
    stop(warehouse)
    request(warehouse.organization, KIND, "a", {})
    request(warehouse.organization, KIND, "b", {})
    assert send_due() == 2
    assert (sent, send_due()) == ([], 0)
    assert not OrderException.across.filter(type__in=("messages_held_back", "delivery_parked")).exists()
    go_on(warehouse)
    send_due()
    assert sent == ["a", "b"]
    assert set(Delivery.across.values_list("state", "held_for")) == {("done", "")}


def test_what_was_held_back_while_the_integration_came_back_is_found_by_the_watch(
    warehouse: Integration, sent: list[str]
) -> None:
    _off(warehouse)
    request(warehouse.organization, KIND, "a", {})
    send_due()
    Integration.across.filter(pk=warehouse.pk).update(enabled=True)
    look = watchers.get("deliveries held back for an integration that works").job
    assert look() == 0
    Delivery.across.update(next_at=F("next_at") - dt.timedelta(minutes=2))
    assert look() == 1
    send_due()
    assert sent == ["a"]


def test_a_deleted_integration_refuses(warehouse: Integration) -> None:
    lifecycle.delete(warehouse, typed_name="Acme", by=TESTER)
    with pytest.raises(Refused, match="deleted"):
        ask(warehouse, lambda client: client.account())
