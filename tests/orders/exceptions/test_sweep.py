"""The sweep over exceptions, and of each type when its cause is over."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import override_settings

from integrations.models import Integration, StockChannel
from integrations.models.stock import StockNumber
from orders.engines import setting
from orders.exceptions import sweep
from orders.exceptions.catalogue import CATEGORIES, exception_types, retry_of
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import (
    ExceptionSweep,
    Fulfillment,
    Location,
    MethodMapping,
    Order,
    OrderException,
    OrderMethod,
    Publication,
    ShippingMethod,
    ShippingRequest,
    Source,
)
from portal.audit.actor import Actor
from portal.kit.jobs import bells, watchers
from tests.factories import make_location, make_order
from tests.orders.fulfillments.parcels import make_fulfillment
from tests.orders.inventory.stock import make_product
from tests.orders.requests.making import ready_order, request_for

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


def stuck(source: Source, *numbers: int) -> None:
    """Raise that holds cannot be released, of orders that have no hold: their cause is over."""
    for number in numbers:
        order = make_order(source, number)
        raise_exceptions(
            [
                Problem(
                    "hold_stuck", source.organization_id, order.public_id, "T", "M",
                    entity_type="order", entity_id=order.pk,
                )
            ]
        )  # fmt: skip


def test_a_pass_closes_what_is_over_in_batches_and_the_next_is_due_in_three_hours(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    stuck(source, 1, 2, 3)
    raise_exceptions([Problem("record_refused", source.organization_id, "a", "T", "M")])
    watchers.get("sweeps over exceptions").job()
    assert sweep.run_due(seconds=0) == 2  # cut off after a batch
    assert bells.get("exceptions.sweep")() == 2  # goes on behind it
    row = ExceptionSweep.across.get(organization=source.organization)
    assert (row.looked, row.closed, row.began_at) == (4, 3, None)
    assert row.finished_at is not None
    assert 10_790 < (row.next_at - row.finished_at).total_seconds() <= 10_800
    assert list(OrderException.across.filter(state="active").values_list("cause_key", flat=True)) == ["a"]


def test_its_hours_are_those_of_the_organization_and_off_it_looks_at_nothing(source: Source) -> None:
    organization = source.organization
    setting.save(organization, setting.EXCEPTIONS, {"sweep_hours": 12, "stuck_hours": 2}, version=0, by=ANN)
    setting.switch(organization, setting.EXCEPTIONS, on=False, by=ANN)
    stuck(source, 1)
    assert watchers.get("exceptions whose cause is gone").job() == 0
    watchers.get("sweeps over exceptions").job()
    assert sweep.run_due() == 0
    row = ExceptionSweep.across.get(organization=organization)
    assert row.finished_at is not None
    assert (row.next_at - row.finished_at).total_seconds() > 43_000
    setting.switch(organization, setting.EXCEPTIONS, on=True, by=ANN)
    assert sweep.run_due() == 1
    assert OrderException.across.get().state == "resolved"


@override_settings(ORDER_STUCK_HOURS=24)
def test_how_long_an_order_may_be_ready_is_the_organizations_own(source: Source) -> None:
    from orders.routing.stuck import tell_stuck
    from tests.orders.routing.running import card, ready, warehouse
    from tests.orders.routing.test_run_again import _age

    card(warehouse(source))
    order = ready(source)
    _age(order, 3)
    assert tell_stuck() == 0
    setting.save(source.organization, setting.EXCEPTIONS, {"stuck_hours": 2}, version=0, by=ANN)
    for engine in (setting.ROUTING, setting.EXCEPTIONS):
        setting.switch(source.organization, engine, on=False, by=ANN)
        assert tell_stuck() == 0
        setting.switch(source.organization, engine, on=True, by=ANN)
    assert tell_stuck() == 1
    assert OrderException.across.get().title == "#1001 has been ready for more than 2 hours"


@pytest.mark.parametrize("key", exception_types.keys())
def test_every_type_has_a_category_and_says_in_sql_that_holds_when_its_cause_is_over(source: Source, key: str) -> None:
    """That each says so at the right moment is tested beside what raises it; here that it can be asked at all."""
    declared = exception_types.get(key)
    assert declared.category in CATEGORIES
    cure: Any = retry_of(key)
    assert cure is None or (str(cure.label), callable(cure.run)) == (str(cure.label), True)
    if declared.gone:
        raise_exceptions([Problem(key, source.organization_id, "kind:key", "T", "M")])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({declared.gone}) FROM orders_orderexception x")
            assert cursor.fetchone() is not None


def test_an_integration_that_works_again_and_a_parcel_that_is_known_are_no_trouble_any_more(source: Source) -> None:
    shop = Integration.across.create(
        organization=source.organization, name="Shop", connector="ecwid", source=source, cause="No answer"
    )
    about: dict[str, Any] = {"entity_type": "integration", "entity_id": shop.pk}
    raise_exceptions([Problem("integration_failed", source.organization_id, shop.public_id, "T", "M", **about)])
    asked = request_for(ready_order(source), make_location(source), 1)
    about = {"entity_type": "source", "entity_id": source.pk}
    key = f"{source.public_id}:P-1"
    raise_exceptions([Problem("fulfillment_unmatched", source.organization_id, key, "T", "M", **about)])
    close = watchers.get("exceptions whose cause is gone").job
    assert close() == 0
    Integration.across.update(cause="")
    Fulfillment.across.filter(pk=make_fulfillment(asked, ext_fulfillment_id="P-1").pk).update(source=source)
    assert close() == 2


def test_what_only_a_person_can_close_is_written_down() -> None:
    table = Path("docs/exceptions.md").read_text().partition("## What only a person can close")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == {
        one.key for one in exception_types.all() if one.is_a_persons
    }


def _tea_product(source: Source) -> None:
    product = make_product(make_location(source), "TEA-9")
    Publication.across.create(
        organization=source.organization, source=source, product=product, sku="TEA-9", sku_folded="tea-9",
        ext_product_api_id="K1",
    )  # fmt: skip


def _mapping(source: Source) -> None:
    own = {"organization": source.organization}
    method = ShippingMethod.across.create(**own, source=source, code="UPS")
    asked = OrderMethod.across.create(**own, key="K1", code="Fast")
    MethodMapping.across.create(**own, source=source, order_method=asked, method=method)


def _number(source: Source) -> None:
    shop = Integration.across.create(organization=source.organization, name="S", connector="ecwid", source=source)
    own = {"organization": source.organization, "source": source}
    channel = StockChannel.across.create(integration=shop, check_at=Now(), **own)
    key = f"{channel.pk}:tea"
    StockNumber.across.create(
        organization=source.organization, channel=channel, sku="TEA", sku_folded="tea", failures=1
    )
    OrderException.across.filter(type="stock_not_told").update(cause_key=key)


def _waits(source: Source) -> ShippingRequest:
    return request_for(ready_order(source), make_location(source, "K2"), 1)


def _untold(source: Source) -> None:
    asked = _waits(source)
    ShippingRequest.across.filter(pk=asked.pk).update(status="canceled", canceled_at=Now(), cancellation="notTold")
    OrderException.across.filter(type="canceled_too_late").update(entity_type="order", entity_id=asked.order_id)


OVER: dict[str, tuple[Callable[[Source], object] | None, Callable[[Source], object]]] = {
    "record_refused": (
        None,
        lambda source: Order.across.filter(pk=make_order(source).pk).update(ext_order_api_id="K1"),
    ),
    "product_unreadable": (None, _tea_product),
    "report_refused": (
        _waits,
        lambda source: Fulfillment.across.filter(
            pk=make_fulfillment(ShippingRequest.across.get(), ext_fulfillment_id="K1").pk
        ).update(source=source),
    ),
    "stock_refused": (
        lambda source: make_location(source, "K1", active=False),
        lambda source: Location.across.update(active=True),
    ),
    "method_unmapped": (_waits, _mapping),
    "stock_not_told": (_number, lambda source: StockNumber.across.update(failures=0)),
    "canceled_too_late": (_untold, lambda source: ShippingRequest.across.update(cancellation="agreed")),
}
"""What stands beside an exception while its cause lasts, and what ends it without whoever raised it."""


@pytest.mark.parametrize("key", OVER)
def test_a_cause_that_ends_without_a_word_closes_its_exception(source: Source, key: str) -> None:
    before, after = OVER[key]
    about: dict[str, Any] = {"entity_type": "source", "entity_id": source.pk}
    cause = f"method:{source.public_id}:K1" if key == "method_unmapped" else f"{source.public_id}:K1"
    raise_exceptions([Problem(key, source.organization_id, cause, "T", "M", **about)])
    if before:
        before(source)
    close = watchers.get("exceptions whose cause is gone").job
    assert close() == 0
    after(source)
    assert close() == 1


def test_what_a_deleted_integration_has_sent_wrongly_is_over(source: Source) -> None:
    keys = ("record_refused", "product_unreadable", "report_refused", "stock_refused", "method_unmapped")
    about: dict[str, Any] = {"entity_type": "source", "entity_id": source.pk}
    _waits(source)
    raise_exceptions(
        [Problem(key, source.organization_id, f"{source.public_id}:a:b", "T", "M", **about) for key in keys]
    )
    close = watchers.get("exceptions whose cause is gone").job
    assert close() == 0
    Source.across.update(state="deleted")
    assert close() == len(keys)


def test_a_lease_that_ran_out_is_taken_over(source: Source) -> None:
    ExceptionSweep.across.create(organization=source.organization, state="running", attempts=1, lease_until=Now())
    watchers.get("sweeps over exceptions").job()
    assert sweep.run_due() == 0
    assert ExceptionSweep.across.get().state == "pending"
