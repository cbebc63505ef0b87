"""Rules over shipping requests and fulfillments: what fires them, what they see, and that notes fire nothing."""

from typing import Any

import pytest

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.entities import NoSuchRecord, entities
from automations.engine.related import load_related
from automations.models import Run
from orders.lifecycle.shipping_request import RequestStatus
from orders.models import Order, ShippingRequest, Source
from orders.products import editing
from orders.products.checks import Wanted
from orders.requests.move import move
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.deliveries.models import Delivery
from portal.events.dispatch import drain
from portal.filters.codec import encode
from portal.filters.tree import Condition, Group
from portal.tenancy.models import Organization
from tests.factories import make_location
from tests.orders.fulfillments.parcels import parcel, report
from tests.orders.requests.making import ready_order, request_for, stock

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
NOTE = ActionSpec(key="add_note", settings={"text": "{{ extShipmentId }} is on its way"})
MAIL = ActionSpec(
    key="notify_email",
    settings={"recipients": ["ana@example.com"], "subject": "{{ extOrderId }}", "body": "Look at {{ extOrderId }}"},
)


def a_rule(organization: Organization, trigger: str, spec: FilterSpec, *does: ActionSpec) -> None:
    definition = Definition(name="Tell", filter=spec, actions=does)
    services.set_enabled(services.create_rule(organization, trigger, definition, by=ANN), True, by=ANN)


def simple(*conditions: Condition) -> FilterSpec:
    return FilterSpec(tree=encode(Group("all", conditions)))


@pytest.fixture
def request_of_two(source: Source) -> ShippingRequest:
    reno = make_location(source, name="Reno")
    stock(reno, "TEA-1", 10)
    return request_for(ready_order(source), reno)


def notes(kind: str, pk: int) -> list[tuple[str, str]]:
    rows = History.across.filter(entity_type=kind, entity_id=pk, actor_kind="rule")
    return list(rows.values_list("actor_name", "summary"))


def test_a_request_that_is_sent_runs_the_rules_of_its_trigger_once(request_of_two: ShippingRequest) -> None:
    sent = simple(Condition("status", "changed_to", "sentToFulfillment"))
    a_rule(request_of_two.organization, "UPDATED_SHIPMENT", sent, NOTE, MAIL)
    move([request_of_two.pk], RequestStatus.SENT_TO_FULFILLMENT, ANN)
    drain("automations")
    assert notes("shippingRequest", request_of_two.pk) == [("Tell", "#1001 is on its way")]
    run = Run.across.get()
    assert (run.entity_type, run.entity_public_id, run.trigger) == (
        "shippingRequest", request_of_two.public_id, "UPDATED_SHIPMENT",
    )  # fmt: skip
    about = Delivery.across.get(kind="email").payload["about"]
    assert (about["type"], about["id"]) == ("shippingRequest", request_of_two.public_id)
    assert drain("automations") == 0
    move([request_of_two.pk], RequestStatus.FAILED, ANN)
    drain("automations")
    assert Run.across.count() == 1


def test_a_parcel_runs_its_rules_with_its_order_at_hand_and_the_note_stands_on_the_order(
    request_of_two: ShippingRequest,
) -> None:
    code = FilterSpec(kind="code", code="return related.order.extOrderId === entity.extOrderId;")
    note = ActionSpec(key="add_note", settings={"text": "by {{ shippingCarrier }}"})
    a_rule(request_of_two.organization, "NEW_FULFILLMENT", code, note)
    move([request_of_two.pk], RequestStatus.SENT_TO_FULFILLMENT, ANN)
    report(request_of_two.order.source, parcel(shippingCarrier="DHL"))
    drain("automations")
    assert notes("order", request_of_two.order_id) == [("Tell", "Fulfillment P1: by DHL")]
    report(request_of_two.order.source, parcel(shippingCarrier="DHL"))
    assert (drain("automations"), Run.across.count()) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [("shippingRequest", "1001"), ("shippingRequest", "#1001"), ("fulfillment", "P1"), ("fulfillment", "1001")],
)
def test_they_are_found_by_what_people_call_them(request_of_two: ShippingRequest, kind: str, wanted: str) -> None:
    move([request_of_two.pk], RequestStatus.SENT_TO_FULFILLMENT, ANN)
    report(request_of_two.order.source, parcel())
    entity, organization = entities.get(kind), request_of_two.organization
    found = entity.find(organization, wanted)
    assert entity.url(found.public_id).endswith(found.public_id)
    assert [one[0] for one in entity.recent(organization)] == [found.public_id]
    with pytest.raises(NoSuchRecord, match="nothing"):
        entity.find(organization, "nothing like it")


def test_an_order_has_its_requests_and_parcels_at_hand(request_of_two: ShippingRequest) -> None:
    move([request_of_two.pk], RequestStatus.SENT_TO_FULFILLMENT, ANN)
    report(request_of_two.order.source, parcel())
    organization = request_of_two.organization
    order = entities.get("order").load(organization, [request_of_two.order_id])[request_of_two.order_id]
    names = frozenset({"shippingRequests", "fulfillments"})
    told: dict[str, Any] = load_related(organization, "order", names, [order])[order.id]
    assert [one["extShipmentId"] for one in told["shippingRequests"]] == ["#1001"]
    assert [one["extFulfillmentId"] for one in told["fulfillments"]] == ["P1"]
    assert Order.across.get().status == "fulfilled"


def test_a_product_that_changes_runs_its_rules_and_keeps_the_note(organization: Organization) -> None:
    heavy = simple(Condition("weight", "changed"))
    a_rule(organization, "UPDATED_PRODUCT", heavy, ActionSpec(key="add_note", settings={"text": "{{ sku }} weighed"}))
    product = editing.add(
        organization, Wanted({"sku": "TEA-1", "name": "Tea", "weight": 1, "weightUnit": "kg"}), by=ANN
    )
    drain("automations")
    assert Run.across.count() == 0
    editing.save(product, Wanted({"sku": "TEA-1", "name": "Tea", "weight": 2, "weightUnit": "kg"}), by=ANN)
    drain("automations")
    assert notes("product", product.pk) == [("Tell", "TEA-1 weighed")]
    assert (drain("automations"), entities.get("product").find(organization, "tea-1").id) == (0, product.pk)
