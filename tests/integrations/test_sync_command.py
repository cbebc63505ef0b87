"""`manage.py sync`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration
from orders.models import Order
from tests.integrations.conftest import TESTER, order_numbers

pytestmark = pytest.mark.django_db


def sync(*words: str) -> str:
    out = StringIO()
    call_command("sync", *words, stdout=out)
    return out.getvalue()


def test_it_pulls_by_name_or_by_id_and_says_what_came(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.place_orders(2)
    assert sync("Tea shop") == "orders: 2 new\nlocations: 2 new\n"
    assert sync(integration.public_id) == "orders: 2 unchanged\nlocations: nothing new\n"


def test_a_dry_run_counts_and_writes_nothing(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.place_orders(2)
    sandbox.spoil("negative_quantity")
    assert sync("Tea shop", "--dry-run") == "Dry run: nothing is written.\norders: 2 new, 1 not readable\n"
    assert Order.across.count() == 0


def test_from_brings_in_older_orders(integration: Integration, sandbox: Sandbox) -> None:
    placed = sandbox.place_order()
    day = 86_400
    old = placed | {
        "id": "OLD1",
        "internalId": 77,
        "createTimestamp": placed["createTimestamp"] - day,
        "updateTimestamp": placed["updateTimestamp"] - day,
    }
    sandbox.seed_orders([old])
    sync("Tea shop")
    assert order_numbers(integration) == [placed["id"]]
    sync("Tea shop", "--from", "2020-01-31")
    assert sorted(order_numbers(integration)) == sorted([placed["id"], "OLD1"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Nonesuch",), "There is no integration “Nonesuch”. There are: “Tea shop”."),
        (("Tea shop", "--from", "soon"), "is no date"),
        (("Tea shop", "--from", "2026-02-30"), "is no date"),
    ],
)
def test_what_cannot_be_done_is_said(integration: Integration, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        sync(*words)


def test_one_that_is_off_is_not_pulled(integration: Integration) -> None:
    lifecycle.disable(integration, by=TESTER)
    with pytest.raises(CommandError, match="Disabled"):
        sync("Tea shop")


def test_a_failure_has_its_cause(integration: Integration, sandbox: Sandbox) -> None:
    sandbox.set_fault("revoked")
    with pytest.raises(CommandError, match="taken back"):
        sync("Tea shop")
