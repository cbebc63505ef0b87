"""`manage.py check_ledger`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from orders.models import InventoryLevel, Location
from tests.orders.inventory.stock import stock

pytestmark = pytest.mark.django_db


def _run(*arguments: str) -> str:
    out = StringIO()
    call_command("check_ledger", *arguments, stdout=out)
    return out.getvalue()


def test_it_says_that_levels_agree_or_names_what_differs(warehouse: Location) -> None:
    stock(warehouse, on_hand=5)
    stock(warehouse, "TEA-2", on_hand=5)
    assert _run() == "2 levels are the sum of their ledger.\n"
    InventoryLevel.across.filter(sku="TEA-2").update(on_hand=6)
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 2 levels differ") as error:
        call_command("check_ledger", stdout=out)
    assert (error.value.returncode, out.getvalue()) == (1, "TEA-2 at Warehouse: onHand 6 instead of 5\n")
    own = warehouse.organization.public_id
    assert _run("--organization", own, "--sku", "tea-1") == "1 levels are the sum of their ledger.\n"


def test_an_organization_that_there_is_not_is_told() -> None:
    with pytest.raises(CommandError, match="no organization nowhere") as error:
        _run("--organization", "nowhere")
    assert error.value.returncode == 2
