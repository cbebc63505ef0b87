"""What asking a warehouse again would come to: only it can say, but what makes asking vain is known here."""

import pytest

from integrations.capabilities import CancelAnswer
from orders.exceptions.foresee import foresee
from orders.models import OrderException, ShippingRequest, Source
from orders.requests.cancel import cancel
from portal.audit.actor import Actor
from tests.integrations.outbound.conftest import go
from tests.integrations.outbound.house import House, declined
from tests.orders.requests.making import S, fresh, request_for
from tests.whole import everything

pytestmark = pytest.mark.django_db
OLIVE = Actor("user", "1", "Olive Owner")


def told() -> tuple[str, str]:
    """Return fate and reason of the one active exception."""
    one = OrderException.across.select_related("organization").get(state="active")
    found = foresee([one])[one.pk]
    return found.fate.value, found.why


@pytest.fixture
def refused(request_of_two: ShippingRequest, house: House) -> ShippingRequest:
    """A request that the warehouse did not take."""
    house.refuses = {"TEA-1": declined("sku_unknown", "TEA-1 is not a product")}
    go()
    return fresh(request_of_two)


def test_whether_a_refused_request_is_taken_now_only_its_warehouse_tells(
    refused: ShippingRequest, house: House
) -> None:
    before, calls = everything(), list(house.calls)
    assert told() == ("asks", "Acme Reno is asked again: only its answer tells whether it takes it.")
    assert (everything(), house.calls) == (before, calls)


def test_one_whose_units_are_asked_for_elsewhere_stays(refused: ShippingRequest) -> None:
    request_for(refused.order, refused.location)
    assert told() == ("stays", "Its units are in another shipping request by now: cancel this one.")


def test_one_that_the_warehouse_has_is_mended_there(refused: ShippingRequest) -> None:
    OrderException.across.update(cause_key=f"{refused.public_id}:there")
    assert told() == ("stays", "The warehouse has it: only there it can be mended.")


def test_one_that_was_canceled_is_over(refused: ShippingRequest) -> None:
    ShippingRequest.across.filter(pk=refused.pk).update(status=S.CANCELED)
    assert told() == ("clears", "Its cause is over already.")


def test_where_people_tell_the_warehouse_it_waits_for_them(refused: ShippingRequest) -> None:
    Source.across.filter(name="Acme").update(connector="nobody")
    assert told() == ("clears", "It becomes ready again, and waits for whoever tells the warehouse.")


def test_whether_a_cancellation_is_agreed_now_only_the_warehouse_tells(
    request_of_two: ShippingRequest, house: House
) -> None:
    go()
    cancel(fresh(request_of_two), OLIVE)
    house.cancels = lambda reference: CancelAnswer(agreed=False, reason="it is picked")
    go()
    assert told() == ("asks", "Acme Reno is asked again: only its answer tells whether it stops it.")
    Source.across.filter(name="Acme").update(connector="nobody")
    assert told() == ("stays", "Acme Reno takes no cancellation from here: call them.")
    ShippingRequest.across.filter(pk=request_of_two.pk).update(cancellation="agreed")
    assert told() == ("clears", "Its cause is over already.")
