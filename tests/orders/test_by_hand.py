"""What people do to an order by hand: editing lines, a request of their own, copies, deleting and bringing back."""

from decimal import Decimal

import pytest
from django.test import Client

from orders.by_hand import remove
from orders.by_hand.clone import COPIED, clone
from orders.by_hand.edit import edit
from orders.by_hand.lines import LineWishes
from orders.by_hand.request import Key, NotThat, make, open_lines
from orders.documents.values import NotWritable
from orders.lifecycle import edits
from orders.lifecycle.editable import EDITABLE, Part, part_of
from orders.lifecycle.order import OrderStatus as S
from orders.lifecycle.shipping_request import RequestStatus
from orders.lifecycle.write import MoveRefused
from orders.models import BundleItem, Location, Order, Product, ShippingRequest, Source
from orders.requests.cancel import cancel as cancel_request
from orders.requests.create import Part as PartOf
from orders.requests.create import PartLine
from portal.audit.actor import Actor
from portal.audit.models import History
from tests.factories import ingest, make_location, make_order, make_record
from tests.orders.requests.making import level, ready_order, request_for, requests_for, stock
from tools.steps import ROOT

pytestmark = pytest.mark.django_db
ANA = Actor("user", "7", "Ana Ruiz")
HTMX = {"HX-Request": "true"}
TEA = {"uniqueId": "l1", "sku": "TEA-1", "name": "Green tea", "quantity": 5, "itemPrice": "20.00"}
TIN = {"uniqueId": "l2", "sku": "TIN", "name": "Tin", "quantity": 1, "itemPrice": "4.00"}


@pytest.fixture
def reno(source: Source) -> Location:
    made = make_location(source, name="Reno")
    Location.across.filter(pk=made.pk).update(ships_by_hand=True)
    stock(made, "TEA-1", 10)
    return Location.across.get(pk=made.pk)


@pytest.fixture
def order(source: Source) -> Order:
    return ready_order(source, lineItems=[TEA, TIN])


def fresh(order: Order) -> Order:
    return Order.across.get(pk=order.pk)


def lines(order: Order) -> dict[str, dict[str, object]]:
    return {one["uniqueId"]: one for one in fresh(order).content["lineItems"]}


def said(order: Order) -> str:
    return History.across.filter(entity_type="order", entity_id=order.pk, verb="edited").latest("id").summary


def test_the_table_of_the_docs_is_the_one_that_counts() -> None:
    told = (ROOT / "docs/orders.md").read_text()
    for part, allowed in EDITABLE.items():
        row = next(line for line in told.splitlines() if line.startswith(f"| {part.label} |"))
        missing = [status for status in S if status not in allowed]
        wanted = "always" if not missing else ", ".join(f"`{status}`" for status in S if status in allowed)
        assert row == f"| {part.label} | {wanted} |"


@pytest.mark.parametrize("path", ["shippingAddress.city", "/shippingAddress/city", "shippingAddress"])
def test_a_path_belongs_to_its_part(path: str) -> None:
    assert part_of(path) is Part.SHIP_TO


def test_lines_are_changed_added_and_removed_and_the_total_stays_the_stores(order: Order) -> None:
    new = {"uniqueId": "hand-1", "sku": "POT-9", "quantity": "2", "itemPrice": "35", "requiresShipping": True}
    edit(order.pk, {}, LineWishes({"l1": {"quantity": "3"}}, frozenset({"l2"}), [new]), by=ANA)
    told = lines(order)
    assert {key: one["quantity"] for key, one in told.items()} == {"l1": 3, "hand-1": 2}
    assert fresh(order).total == Decimal("48.20")
    assert set(fresh(order).kept) == {"/lineItems"}
    assert said(order) == "Lines by hand: Tin removed, Green tea 5 → 3, 2 × POT-9 added."
    assert fresh(order).line_count == 2


def test_lines_stay_as_people_left_them_whatever_the_store_reports(order: Order, source: Source) -> None:
    edit(order.pk, {}, LineWishes({"l1": {"quantity": "3"}}), by=ANA)
    later = make_record(1001).ext_order_created_at.replace(year=2027)
    ingest(source, make_record(1001, lineItems=[TEA], extOrderUpdatedAt=later, giftNote="Hello"))
    assert (lines(order)["l1"]["quantity"], fresh(order).content["giftNote"]) == (3, "Hello")


def test_a_quantity_never_falls_below_what_is_shipped_or_with_a_warehouse(order: Order, reno: Location) -> None:
    request_for(order, reno, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
    for wishes in (LineWishes({"l1": {"quantity": "1"}}), LineWishes(removed=frozenset({"l1"}))):
        with pytest.raises(NotWritable, match=r"At least 2: 2 in a request at a warehouse\. Cancel the request first"):
            edit(order.pk, {}, wishes, by=ANA)
    with pytest.raises(NotWritable, match="it needs shipping"):
        edit(order.pk, {}, LineWishes({"l1": {"requiresShipping": False}}), by=ANA)
    edit(order.pk, {}, LineWishes({"l1": {"quantity": "2"}}, frozenset({"l2"})), by=ANA)
    assert fresh(order).status == S.SENT_TO_FULFILLMENT  # nothing is open any more


def test_what_no_warehouse_has_yet_is_canceled_and_routed_again(order: Order, reno: Location) -> None:
    made = request_for(order, reno, 4)
    assert level(reno) == (10, 4, 0)
    edited = edit(order.pk, {"shippingAddress.city": "Sparks"}, LineWishes({"l1": {"quantity": "3"}}), by=ANA)
    assert edited.canceled == 1
    assert ShippingRequest.across.get(pk=made.pk).status == RequestStatus.CANCELED_RESTOCK
    assert level(reno) == (10, 0, 0)
    assert (fresh(order).routing_status, fresh(order).route_at is not None) == ("pending", True)


def test_an_edit_that_reaches_no_warehouse_leaves_requests_alone(order: Order, reno: Location) -> None:
    request_for(order, reno, 4)
    assert edit(order.pk, {"tags": ["gift"], "email": "new@example.com"}, by=ANA).canceled == 0
    assert edit(order.pk, {}, LineWishes({"l1": {"quantity": "4"}}), by=ANA).canceled == 0


@pytest.mark.parametrize(
    ("status", "fields", "words"),
    [
        ("archive", {"shippingAddress.city": "Lyon"}, "Ship to cannot be changed while the order is “Archived”."),
        ("cancel", {"email": "x@example.com"}, "Customer cannot be changed while the order is “Canceled”."),
    ],
)
def test_what_the_status_does_not_allow_is_refused(
    order: Order, status: str, fields: dict[str, str], words: str
) -> None:
    edits.move(order.pk, status, by=ANA)
    for change in (edit, edits.set_fields):
        with pytest.raises(NotWritable, match=words):
            change(order.pk, fields, by=ANA)
    edit(order.pk, {"tags": ["late"]}, by=ANA)


def test_a_request_by_hand_takes_stock_as_routing_does(as_owner: Client, order: Order, reno: Location) -> None:
    address = f"/orders/{order.public_id}/requests/new"
    text = as_owner.get(address, {"location": reno.public_id}, headers=HTMX).content.decode()
    assert 'name="units-0" value="5"' in " ".join(text.split())
    short = {"location": reno.public_id, "units-0": "5", "units-1": "1", "version": str(fresh(order).version)}
    told = as_owner.post(address, short)
    assert told.status_code == 422
    assert "Reno has too little: 0 of 1 × TIN." in told.content.decode()
    assert level(reno) == (10, 0, 0)
    assert as_owner.post(address, short | {"unchecked": "on"}).status_code == 302
    made = ShippingRequest.across.get(order=order)
    assert (int(made.unit_count), level(reno), fresh(order).routing_status) == (6, (10, 5, 0), "ready")
    assert as_owner.post(address, short).status_code == 422  # the form is outdated, and nothing is open


def test_more_than_is_open_is_told_at_its_line(order: Order, reno: Location) -> None:
    request_for(order, reno, 4)
    with pytest.raises(NotThat) as refusal:
        make(order.pk, reno, {"l1": Decimal(2)}, by=ANA)
    assert refusal.value.lines == {"l1": "1 are open."}
    Location.across.filter(pk=reno.pk).update(paused=True)
    with pytest.raises(NotThat, match="Reno: It is paused"):
        make(order.pk, reno, {"l1": Decimal(1)}, by=ANA)
    edits.move(order.pk, "review", by=ANA)
    with pytest.raises(MoveRefused, match="Review required"):
        make(order.pk, reno, {"l1": Decimal(1)}, by=ANA)


def test_a_bundle_goes_out_as_its_components_unless_the_location_ships_it_whole(source: Source, reno: Location) -> None:
    order = ready_order(source, 7, lineItems=[{"uniqueId": "b", "sku": "SET", "quantity": 2}])
    bundle_of(source, "SET", **{"TEA-1": 3})
    assert [(one.available, list(one.parts)) for one in open_lines(order, reno)] == [(3, [("TEA-1", 3)])]
    made = make(order.pk, reno, {"b": Decimal(2)}, by=ANA)
    assert [(one.sku, int(one.quantity), one.bundle_sku) for one in made.lines.all()] == [("TEA-1", 6, "SET")]
    assert level(reno) == (10, 6, 0)


def bundle_of(source: Source, sku: str, **parts: int) -> None:
    """A bundle of components, each with how many units of it one bundle holds."""
    made = Product.across.create(organization=source.organization, sku=sku, sku_folded=sku.lower(), kind="bundle")
    for place, (part, count) in enumerate(parts.items()):
        names = {"sku": part, "sku_folded": part.lower(), "quantity": count, "position": place}
        BundleItem.across.create(organization=source.organization, bundle=made, **names)


@pytest.fixture
def begun(source: Source, reno: Location) -> Order:
    """Three sets are ordered: the tea of two is at a warehouse, their tins were canceled; one set is not begun."""
    bundle_of(source, "SET", TEA=3, TIN=1)
    order = ready_order(source, 7, lineItems=[{"uniqueId": "b", "sku": "SET", "name": "Gift set", "quantity": 3}, TIN])
    tea, tins = PartLine("b", "TEA", "Tea", 6, "SET", 3), PartLine("b", "TIN", "Tin", 2, "SET", 1)
    _kept, gone = requests_for(order, [PartOf(reno, [tea]), PartOf(reno, [tins, PartLine("l2", "TIN", "Tin", 1)])])
    cancel_request(gone, by=ANA)
    return fresh(order)


def test_a_component_that_begun_bundles_lack_is_offered_and_asked_for(
    as_owner: Client, begun: Order, reno: Location
) -> None:
    stock(reno, "TIN", 5)
    assert [(one.key, one.sku, one.open, one.available, one.bundle) for one in open_lines(begun, reno)] == [
        ("b", "SET", 1, 0, ""),
        (("b", "tin"), "TIN", 2, 5, "SET"),
        ("l2", "TIN", 1, 5, ""),
    ]
    with pytest.raises(NotThat) as refusal:
        make(begun.pk, reno, {("b", "tin"): Decimal(3)}, by=ANA)
    assert refusal.value.lines == {("b", "tin"): "2 are open."}
    with pytest.raises(NotThat) as refusal:
        make(begun.pk, reno, {("b", "tin"): Decimal("1.5")}, by=ANA)
    assert refusal.value.lines == {("b", "tin"): "A bundle is asked for in whole units."}
    address = f"/orders/{begun.public_id}/requests/new"
    assert "completes SET" in as_owner.get(address, {"location": reno.public_id}).content.decode()
    wanted = {"location": reno.public_id, "units-0": "0", "units-1": "2", "units-2": "0"}
    assert as_owner.post(address, wanted | {"version": str(begun.version)}).status_code == 302
    made = ShippingRequest.across.latest("id").lines.get()
    assert (made.unique_id, made.sku, int(made.quantity), made.bundle_sku, made.per_bundle) == ("b", "TIN", 2, "SET", 1)
    assert level(reno, "tin") == (5, 2, 0)
    assert [one.key for one in open_lines(fresh(begun), reno)] == ["b", "l2"]


def test_too_little_of_a_component_is_told_at_it(begun: Order, reno: Location) -> None:
    stock(reno, "TIN", 1)
    with pytest.raises(NotThat) as refusal:
        make(begun.pk, reno, {("b", "tin"): Decimal(2)}, by=ANA)
    assert refusal.value.lines == {("b", "tin"): "1 × TIN there."}


def test_routing_rests_only_when_no_component_is_missing_either(begun: Order, reno: Location) -> None:
    one_by_one: list[dict[Key, Decimal]] = [{"b": Decimal(1), "l2": Decimal(1)}, {("b", "tin"): Decimal(2)}]
    for units in one_by_one:
        assert fresh(begun).routing_status == "pending"
        make(begun.pk, reno, units, by=ANA, check_stock=False)
    assert (fresh(begun).routing_status, fresh(begun).route_at) == ("ready", None)


NOTHING = "Nothing can be asked for now"


@pytest.mark.parametrize(
    ("move", "words"),
    [
        ("review", "Mark it ready first. Shipping requests are made of orders that are ready."),
        ("cancel", "The order is canceled. Clone it to ship it after all."),
        ("archive", "The order is archived. Bring it back for review, and mark it ready."),
    ],
)
def test_of_an_order_that_is_not_ready_nothing_can_be_asked_for_and_it_says_what_leads_there(
    as_owner: Client, order: Order, reno: Location, move: str, words: str
) -> None:
    edits.move(order.pk, move, by=ANA)
    page = as_owner.get(f"/orders/{order.public_id}/requests/new").content.decode()
    assert NOTHING in page
    assert words in page
    assert "Choose a location" not in page


def test_where_nothing_is_open_no_form_is_offered(as_owner: Client, order: Order, reno: Location) -> None:
    own, form = f"/orders/{order.public_id}", f"/orders/{order.public_id}/requests/new"
    assert form in as_owner.get(own).content.decode()
    assert "Choose a location" in as_owner.get(form).content.decode()
    make(order.pk, reno, {"l1": Decimal(5), "l2": Decimal(1)}, by=ANA, check_stock=False)
    page = as_owner.get(form).content.decode()
    assert NOTHING in page
    assert "To ask another location, cancel a request." in page
    assert "Choose a location" not in page
    assert form not in as_owner.get(own).content.decode()
    left_open = as_owner.get(form, {"location": reno.public_id}, headers=HTMX)  # somebody has the form before them
    assert left_open["HX-Redirect"] == form


def test_what_needs_no_shipping_is_asked_of_no_warehouse(as_owner: Client, source: Source) -> None:
    order = ready_order(source, 8, lineItems=[TEA | {"requiresShipping": False}])
    page = as_owner.get(f"/orders/{order.public_id}/requests/new").content.decode()
    assert "None of its lines needs shipping" in page


def test_a_copy_is_a_draft_of_our_own_and_both_tell_of_it(source: Source) -> None:
    order = make_order(
        source, 1001, payments=[{"method": "Card"}], paymentStatus="paid", extOrderUrl="https://shop.example/1",
        customer={"firstName": "Ana", "extCustomerId": "c7"}, giftNote="Hello",
    )  # fmt: skip
    first, second = clone(order.pk, by=ANA), clone(order.pk, by=ANA)
    assert (first.ext_order_id, second.ext_order_id, first.status) == ("#1001-copy", "#1001-copy2", "draft")
    assert first.source.connector == "hand"
    told = first.content
    same = [key for key in COPIED if key in order.content and key != "customer"]
    assert {key: told[key] for key in same} == {key: order.content[key] for key in same}
    assert told["customer"] == {"firstName": "Ana"}
    assert not {"paymentStatus", "extOrderUrl", "dispositions"} & told.keys()
    assert not told["payments"]
    sentences = History.across.filter(verb="copied").order_by("id").values_list("summary", flat=True)
    assert list(sentences[:2]) == [
        "Copied as #1001-copy, a draft.",
        "A copy of #1001. Its payments, dates and links were not taken over.",
    ]
    edit(first.pk, {}, LineWishes({"l1": {"quantity": "1"}}), by=ANA)
    assert fresh(first).total == Decimal("28.20")  # nobody has paid it: amounts follow the lines


def test_a_deleted_order_is_hidden_and_comes_back(as_owner: Client, order: Order, reno: Location) -> None:
    made = request_for(order, reno, 4)
    address = f"/orders/{order.public_id}"
    assert as_owner.post(f"{address}/delete", {"version": fresh(order).version}).status_code == 302
    assert ShippingRequest.across.get(pk=made.pk).status == RequestStatus.CANCELED_RESTOCK
    assert "#1001" not in as_owner.get("/orders.json").content.decode()
    page = as_owner.get(address).content.decode()
    assert "Deleted by Olive Owner" in page
    assert "Bring back" in page
    assert as_owner.post(f"{address}/do/ready").status_code == 409
    assert as_owner.post(f"{address}/restore").status_code == 302
    assert (fresh(order).deleted_at, fresh(order).status) == (None, "readyForFulfillment")
    assert fresh(order).route_at is not None
    with pytest.raises(MoveRefused, match="nothing to bring back"):
        remove.restore(order.pk, by=ANA)


def test_what_a_warehouse_has_is_not_deleted(order: Order, reno: Location) -> None:
    request_for(order, reno, 2, status=RequestStatus.SENT_TO_FULFILLMENT)
    with pytest.raises(MoveRefused, match="cancel it first, or archive the order"):
        remove.delete(order.pk, by=ANA)
    assert fresh(order).deleted_at is None


def test_a_new_order_that_comes_back_waits_for_a_person(source: Source) -> None:
    order = make_order(source)
    remove.delete(order.pk, by=ANA)
    remove.restore(order.pk, by=ANA)
    assert fresh(order).status == "reviewRequired"
