"""What taking refused records again would come to: they are read anew, and nothing is taken."""

import pytest

from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration
from orders.exceptions import settle
from orders.exceptions.foresee import foresee
from orders.models import Order, OrderException
from tests.integrations.conftest import TESTER, reread, run_flow
from tests.whole import everything

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    some = list(OrderException.across.filter(state="active").select_related("organization").order_by("pk"))
    before = everything()
    found = foresee(some)
    assert everything() == before
    return [(found[one.pk].fate.value, found[one.pk].why) for one in some]


def test_a_record_that_cannot_be_read_still_stays_with_the_reason_of_today(
    integration: Integration, sandbox: Sandbox
) -> None:
    sandbox.spoil("negative_quantity")
    run_flow(integration)
    ((fate, why),) = told()
    assert fate == "stays"
    assert why in OrderException.across.get().message


def test_a_record_that_can_be_read_by_now_clears_and_does(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.place_order()
    sandbox.set_fault("unknown_currency", currency="XQQ")
    run_flow(integration, "locations")
    run_flow(reread(integration))
    assert [fate for fate, _why in told()] == ["stays"]
    sandbox.clear_faults()
    run_flow(reread(integration), "locations")
    assert told() == [("clears", "It can be read now.")]
    assert Order.across.count() == 0
    settle.retry(OrderException.across.get(), by=TESTER)
    assert (Order.across.count(), OrderException.across.filter(state="active").count()) == (1, 0)


def test_one_whose_store_is_not_here_any_more_has_nothing_behind_it(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.spoil("negative_quantity")
    run_flow(integration)
    Integration.across.update(connector="gone")
    assert told() == [("stays", "There is no work behind it any more that could be tried again.")]
