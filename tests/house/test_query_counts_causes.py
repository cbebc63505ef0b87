"""What the preview of a cause may cost: the same for two exceptions as for nine, whatever their cure asks."""

from collections.abc import Callable

import pytest
from django.test import Client

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from integrations.models import Integration
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import OrderException, ShippingRequest, Source
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from tests.factories import make_orders
from tests.house.test_query_counts import queries
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import ready_order, request_for
from tests.orders.routing.running import card, ready, run, warehouse

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
NINE = range(1001, 1010)


def _raise(source: Source, kind: str, key: str, **values: object) -> None:
    raise_exceptions([Problem(kind, source.organization_id, key, "T", "M", **values)])  # type: ignore[arg-type]


def _routing(source: Source) -> None:
    card(warehouse(source))
    for number in NINE:
        run(ready(source, number))


def _deliveries(source: Source) -> None:
    for number in NINE:
        Delivery.across.create(organization=source.organization, kind="email", key=str(number), state="parked")
        _raise(source, "delivery_parked", f"email:{number}")


def _requests(source: Source) -> None:
    reno = warehouse(source)
    for number in NINE:
        request = request_for(ready_order(source, number), reno)
        ShippingRequest.across.filter(pk=request.pk).update(status=RequestStatus.FAILED)
        _raise(source, "request_refused", request.public_id)


def _cancellations(source: Source) -> None:
    reno = warehouse(source)
    for number in NINE:
        request = request_for(ready_order(source, number), reno)
        ShippingRequest.across.filter(pk=request.pk).update(status=RequestStatus.CANCELED, cancellation="refused")
        _raise(source, "cancel_refused", request.public_id)


def _reports(source: Source) -> None:
    report(source, *(parcel(shipment=f"W-{number}", number=f"P{number}") for number in NINE))


def _records(source: Source) -> None:
    Integration.across.create(organization=source.organization, name="Shop", connector="ecwid", source=source)
    named = {"entity_type": "source", "entity_id": source.pk, "raw": b"{}"}
    for number in NINE:
        _raise(source, "record_refused", f"{source.public_id}:{number}", **named)


def _rules(source: Source) -> None:
    code = FilterSpec(kind="code", code="return entity.nothing.here")
    definition = Definition(name="Cancel", filter=code, actions=(ActionSpec(key="cancel"),))
    rule = services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)
    services.set_enabled(rule, True, by=ANN)
    make_orders(source, NINE)
    drain("automations")


CAUSES: dict[str, tuple[Callable[[Source], None], int]] = {
    "out_of_stock": (_routing, 28),
    "delivery_parked": (_deliveries, 15),
    "request_refused": (_requests, 20),
    "cancel_refused": (_cancellations, 16),
    "fulfillment_unmatched": (_reports, 19),
    "record_refused": (_records, 16),
    "rule_failed": (_rules, 23),
}


@pytest.mark.parametrize("kind", CAUSES)
def test_the_preview_of_a_cause_costs_what_is_written_down(as_owner: Client, source: Source, kind: str) -> None:
    make, count = CAUSES[kind]
    make(source)
    rows = OrderException.across.filter(type=kind)
    rows.update(shared="Same", shared_folded="same")
    path = f"/exceptions/cause?type={kind}&cause=Same"
    many = queries(as_owner, path)
    rows.exclude(pk__in=list(rows.order_by("pk").values_list("pk", flat=True)[:2])).update(state="resolved")
    few = queries(as_owner, path)
    assert (len(few), len(many)) == (count, count), "\n".join(many)
