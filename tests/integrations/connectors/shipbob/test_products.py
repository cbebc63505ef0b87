"""What ShipBob keeps finds our products by SKU or by a mapping, and is made there only where a person wants it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from integrations import items, lifecycle
from integrations.connect import with_token
from integrations.connectors.shipbob.sandbox.server import Sandbox
from integrations.manifest import Direction
from integrations.models import Integration, WarehouseItem
from integrations.sync import pull
from integrations.sync.outcome import Outcome
from orders.models import OrderException, Product, Publication
from orders.products import editing
from orders.products.checks import Wanted
from orders.products.skus import our_skus, their_skus
from orders.products.write import Part
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.events.models import Event
from portal.kit import failpoints, http
from portal.kit.invariants import broken
from portal.kit.jobs import bells
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER, reread, run_flow, state_of

pytestmark = pytest.mark.django_db
TEA, POT = "TEA-ASSAM-100", "POT-GLASS-10"
"""Two of the sandbox's goods."""


@pytest.fixture(autouse=True)
def _all_is_well_afterwards(db: None) -> Iterator[None]:
    yield
    assert broken() == []


@pytest.fixture
def warehouse(organization: Organization, sandbox: Sandbox) -> Integration:
    added = lifecycle.add(organization, "shipbob", name="ShipBob", flows={"products": "pull"}, by=TESTER)
    made = with_token(added, {"token": sandbox.token}, by=TESTER)
    assert made.connection == "connected", made.cause
    return made


def make(organization: Organization, sku: str, **fields: Any) -> Product:
    return editing.add(organization, Wanted({"sku": sku, "name": f"Our {sku}", **fields}), by=TESTER)


def pulled(warehouse: Integration) -> Outcome:
    outcome = run_flow(warehouse, "products")
    assert outcome is not None, state_of(warehouse, "products").last_error
    return outcome


def there(product: Product) -> Publication:
    return Publication.across.get(product=product)


def questions(sandbox: Sandbox) -> list[str]:
    return [one["query"] for one in sandbox.ledger() if one["method"] == "GET" and one["path"].endswith("/product")]


def test_equal_skus_find_each_other_whoever_comes_first_and_no_product_is_made(
    organization: Organization, warehouse: Integration, sandbox: Sandbox
) -> None:
    tea = make(organization, TEA.lower())
    first = pulled(warehouse)
    number = sandbox.world.shelf.find(TEA)["id"]  # type: ignore[index]
    own = there(tea)
    assert (own.sku, own.ext_product_id, own.state) == (TEA, str(number), "published")
    assert (own.ext_product_api_id, own.name) == (str(number + 500_000_000), "Morning Assam, 100 g")
    assert (first.created, Product.across.count()) == (len(sandbox.world.shelf.products()), 1)
    tea.refresh_from_db()
    assert (tea.name, tea.owner_id) == (f"Our {TEA.lower()}", None), "The warehouse does not write a product."
    pot = make(organization, POT)
    assert pulled(warehouse).updated == 1
    assert there(pot).ext_product_api_id
    events = Event.across.count()
    assert (pulled(warehouse).is_news, Event.across.count()) == (False, events), "The same again changes nothing."


def test_only_what_changed_is_asked_for_and_everything_when_a_person_wants_it(
    warehouse: Integration, sandbox: Sandbox
) -> None:
    pulled(warehouse)
    pulled(warehouse)
    lifecycle.sync_now(warehouse, flow="products")
    pulled(warehouse)
    asked = ["LastUpdatedTimestamp" in one for one in questions(sandbox)]
    assert asked == [False, True, False]


def test_a_catalogue_of_many_pages_is_read_whole(warehouse: Integration, sandbox: Sandbox) -> None:
    for number in range(600):
        sandbox.put(f"MANY-{number}", 1)
    sandbox.set_fault("duplicates")
    pulled(warehouse)
    assert WarehouseItem.across.count() == len(sandbox.world.shelf.products())
    assert len(questions(sandbox)) == 3


def test_a_person_maps_what_differs_and_orders_and_stock_go_by_it(
    organization: Organization, warehouse: Integration, sandbox: Sandbox
) -> None:
    ours = make(organization, "OUR-TEA")
    pulled(warehouse)
    assert [one.sku for one in items.unknown_products(warehouse)] == ["OUR-TEA"]
    items.join(warehouse, "our-tea", TEA, by=TESTER)
    own = there(ours)
    assert (own.sku, own.state, bool(own.ext_product_api_id)) == (TEA, "published", True)
    assert their_skus(warehouse.source, ["OUR-TEA"]) == {"OUR-TEA": TEA}
    assert our_skus(warehouse.source, [TEA]) == {TEA: "OUR-TEA"}
    mapped = items.mapped(warehouse)
    assert (items.matched(warehouse), [one.sku for one in mapped], items.ours(warehouse).count()) == (1, [TEA], 0)
    assert TEA not in {one.sku for one in items.unmatched_items(warehouse)}
    items.part(warehouse, ours, by=TESTER)
    assert not Publication.across.exists()
    assert TEA in {one.sku for one in items.unmatched_items(warehouse)}


def test_what_a_person_has_mapped_stays_and_a_mapping_taken_away_lets_equal_skus_meet(
    organization: Organization, warehouse: Integration, sandbox: Sandbox
) -> None:
    tea, pot = make(organization, TEA), make(organization, "OUR-POT")
    pulled(warehouse)
    sandbox.put("TEA-OLD", 3)
    pulled(warehouse)
    items.join(warehouse, TEA, "TEA-OLD", by=TESTER)
    assert (there(tea).sku, TEA in {one.sku for one in items.unmatched_items(warehouse)}) == ("TEA-OLD", True)
    items.join(warehouse, "OUR-POT", TEA, by=TESTER)
    lifecycle.sync_now(warehouse, flow="products")
    pulled(warehouse)
    assert (there(tea).sku, there(pot).sku) == ("TEA-OLD", TEA)
    items.part(warehouse, pot, by=TESTER)
    items.part(warehouse, tea, by=TESTER)
    assert there(tea).sku == TEA


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        ("NOWHERE", TEA, "No product here has the SKU “NOWHERE”"),
        ("OUR-TEA", "NOT-THERE", "keeps nothing under the SKU “NOT-THERE”"),
        ("FAMILY", TEA, "only groups its variants"),
        ("OUR-TEA", POT, f"is “{POT}” here already"),
    ],
)
def test_what_cannot_be_mapped_is_said_and_changes_nothing(
    organization: Organization, warehouse: Integration, ours: str, theirs: str, why: str
) -> None:
    make(organization, "OUR-TEA")
    make(organization, POT)
    make(organization, "FAMILY", kind="parent")
    pulled(warehouse)
    with pytest.raises(items.CannotMap, match=why):
        items.join(warehouse, ours, theirs, by=TESTER)
    assert list(Publication.across.values_list("sku", flat=True)) == [POT]


def test_a_sku_that_was_changed_there_is_followed_but_not_against_a_person(
    organization: Organization, warehouse: Integration, sandbox: Sandbox
) -> None:
    tea = make(organization, TEA)
    pulled(warehouse)
    sandbox.rename(TEA, "TEA-NEW")
    pulled(warehouse)
    assert (there(tea).sku, their_skus(warehouse.source, [TEA])) == ("TEA-NEW", {TEA: "TEA-NEW"})
    editing.set_channel(tea, warehouse.source, {"sku": POT}, by=TESTER)
    sandbox.rename("TEA-NEW", "TEA-NEWER")
    pulled(warehouse)
    own = there(tea)
    assert (own.sku, own.name) == (POT, "Glass pot, 1 l")


def test_what_has_no_sku_there_is_no_product_and_people_see_which_it_is(
    organization: Organization, warehouse: Integration, sandbox: Sandbox
) -> None:
    tea, box = make(organization, TEA), make(organization, "BOX")
    Publication.across.create(organization=organization, product=box, source=warehouse.source, sku="", sku_folded="")
    pulled(warehouse)
    sandbox.rename(TEA, "")
    pulled(warehouse)
    assert there(box).ext_product_api_id == ""
    assert (there(tea).sku, there(tea).ext_product_api_id) == (TEA, ""), "Nobody is renamed to nothing."
    assert [one.sku for one in items.unknown_products(warehouse)] == ["BOX", TEA]
    last = list(items.unmatched_items(warehouse))[-1]
    assert (last.sku, last.name) == ("", "Morning Assam, 100 g")
    with pytest.raises(items.CannotMap, match="keeps nothing under the SKU"):
        items.join(warehouse, TEA, " ", by=TESTER)
    sandbox.rename("", TEA)
    pulled(warehouse)
    assert bool(there(tea).ext_product_api_id)
    sandbox.rename(TEA, "")
    sandbox.retire("")
    lifecycle.sync_now(warehouse, flow="products")
    pulled(warehouse)
    lifecycle.sync_now(warehouse, flow="products")
    assert pulled(warehouse).deleted == 1, "What can be neither named nor ordered is no news to anybody."


def test_what_is_inactive_there_is_unpublished_and_what_is_gone_is_forgotten_after_two_looks(
    organization: Organization, warehouse: Integration, sandbox: Sandbox
) -> None:
    tea, pot = make(organization, TEA), make(organization, POT)
    pulled(warehouse)
    sandbox.retire(TEA)
    pulled(warehouse)
    assert (there(tea).state, bool(there(tea).ext_product_api_id)) == ("unpublished", True)
    sandbox.retire(TEA, active=True)
    pulled(warehouse)
    assert there(tea).state == "published"
    sandbox.remove(POT)
    lifecycle.sync_now(warehouse, flow="products")
    pulled(warehouse)
    assert there(pot).state == "published", "One look may have missed it."
    lifecycle.sync_now(warehouse, flow="products")
    assert pulled(warehouse).deleted == 1
    assert (there(pot).state, there(pot).ext_product_api_id) == ("unpublished", "")
    assert [one.sku for one in items.unknown_products(warehouse)] == [POT]


def test_a_product_that_cannot_be_read_is_told_until_it_can(warehouse: Integration, sandbox: Sandbox) -> None:
    sandbox.set_fault("broken_product", times=1)
    assert pulled(warehouse).refused == 1
    told = OrderException.across.get()
    assert (told.type, told.state, "variant" in told.message or "id" in told.message) == (
        "product_unreadable",
        "active",
        True,
    )
    assert WarehouseItem.across.count() == len(sandbox.world.shelf.products()) - 1
    lifecycle.sync_now(warehouse, flow="products")
    pulled(warehouse)
    told.refresh_from_db()
    assert told.state != "active"


def test_a_run_that_fails_in_the_middle_loses_nothing(
    organization: Organization, warehouse: Integration, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        sandbox.put(f"MANY-{number}", 1)
    last = make(organization, "MANY-299")
    monkeypatch.setattr(failpoints, "_points", {"pull.after_take": ("raise", 1)})
    monkeypatch.setattr(failpoints, "_seen", {})
    assert run_flow(warehouse, "products") is None
    assert (WarehouseItem.across.count(), Publication.across.exists()) == (250, False)
    pulled(warehouse)
    assert there(last).ext_product_api_id


def test_a_product_that_was_deleted_here_gives_its_item_to_the_next_one(
    organization: Organization, warehouse: Integration
) -> None:
    first = make(organization, TEA)
    pulled(warehouse)
    editing.delete([first.pk], by=TESTER)
    second = make(organization, TEA)
    pulled(warehouse)
    assert (there(second).ext_product_api_id != "", there(first).ext_product_api_id) == (True, "")


def test_what_cannot_be_shipped_by_itself_is_not_missed(organization: Organization, warehouse: Integration) -> None:
    make(organization, "FAMILY", kind="parent")
    off = make(organization, "ELSEWHERE")
    make(organization, POT)
    bundle = Wanted({"sku": "SET", "name": "Set", "kind": "bundle"}, [Part(POT, 2)])
    editing.add(organization, bundle, by=TESTER)
    editing.set_channel(off, warehouse.source, {"state": "disabled"}, by=TESTER)
    pulled(warehouse)
    assert list(items.unknown_products(warehouse)) == []


# What is made there.


@pytest.fixture
def making(warehouse: Integration) -> Integration:
    return lifecycle.save_flows(warehouse, {"products": "push"}, by=TESTER)


def settle() -> None:
    """Hand over events and send what is due until nothing is left."""
    for _ in range(6):
        bells.get("events:catalogue")()
        Delivery.across.filter(state="pending").update(next_at=Now())
        if not send_due():
            return


def made_there(sandbox: Sandbox, sku: str) -> list[dict[str, Any]]:
    return sandbox.world.shelf.products(sku)


def test_while_it_is_made_there_what_is_there_is_still_read(making: Integration) -> None:
    assert pulled(making).created > 0


def test_a_store_that_is_pushed_to_is_not_pulled_from() -> None:
    assert "('shipbob', 'products')" in pull.runnable()
    assert "ecwid" not in pull.runnable()


def test_what_a_person_wants_there_is_made_once_and_nothing_else(
    organization: Organization, making: Integration, sandbox: Sandbox
) -> None:
    sizes = {
        "weight": Decimal("0.5"), "weightUnit": "kg", "length": Decimal(10), "width": Decimal(5),
        "height": Decimal("2.54"), "dimensionsUnit": "cm", "upc": "4012345678901", "countryOfOrigin": "IN",
    }  # fmt: skip
    wanted, other = make(organization, "NEW-TEA", **sizes), make(organization, "NOT-WANTED")
    pulled(making)
    items.have_made(making, wanted, by=TESTER)
    settle()
    settle()
    (kept,) = made_there(sandbox, "NEW-TEA")
    assert kept["body"]["weight"] == pytest.approx(17.64)
    assert kept["body"]["dimension"] == {"length": 3.94, "width": 1.97, "height": 1.0}
    assert (kept["body"]["upc"], kept["body"]["customs"]) == ("4012345678901", {"country_code_of_origin": "IN"})
    assert (made_there(sandbox, "NOT-WANTED"), Publication.across.filter(product=other).count()) == ([], 0)
    assert (there(wanted).state, there(wanted).ext_product_id) == ("published", "")
    pulled(making)
    assert there(wanted).ext_product_id == str(kept["id"])
    with transaction.atomic():
        editing.save(wanted, Wanted({"name": "Another name"}), by=TESTER)
    settle()
    assert made_there(sandbox, "NEW-TEA")[0]["name"] == "Our NEW-TEA", "What it has is its own."


def test_an_answer_that_is_lost_makes_no_second_product(
    organization: Organization, making: Integration, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = make(organization, "NEW-TEA")
    monkeypatch.setattr(http, "DEFAULT", http.Limits(read=0.3, total=0.6))
    sandbox.set_fault("answer_lost", times=1)
    items.have_made(making, wanted, by=TESTER)
    settle()
    monkeypatch.setattr(http, "DEFAULT", http.Limits())
    settle()
    assert (len(made_there(sandbox, "NEW-TEA")), there(wanted).state) == (1, "published")
    posts = [one for one in sandbox.ledger() if one["method"] == "POST" and one["path"].endswith("/product")]
    assert len(posts) == 1


def test_what_is_refused_is_told_with_its_words(
    organization: Organization, making: Integration, sandbox: Sandbox
) -> None:
    wanted = make(organization, "NEW-TEA")
    sandbox.set_fault("refuse_product")
    items.have_made(making, wanted, by=TESTER)
    settle()
    told = OrderException.across.get(state="active")
    assert (told.type, "name field does not fit" in told.message) == ("product_refused", True)


def test_a_variant_is_made_by_itself(organization: Organization, making: Integration, sandbox: Sandbox) -> None:
    family = make(organization, "FAMILY", kind="parent")
    child = editing.add(
        organization, Wanted({"sku": "SIZE-L", "name": "Large", "kind": "child"}, parent_sku="FAMILY"), by=TESTER
    )
    assert child.parent_id == family.pk
    items.have_made(making, child, by=TESTER)
    settle()
    assert (len(made_there(sandbox, "SIZE-L")), made_there(sandbox, "FAMILY")) == (1, [])


def test_nothing_is_made_while_it_is_only_pulled(
    organization: Organization, warehouse: Integration, sandbox: Sandbox
) -> None:
    wanted = make(organization, "NEW-TEA")
    editing.publish([wanted.pk], warehouse.source, by=TESTER)
    settle()
    assert (made_there(sandbox, "NEW-TEA"), reread(warehouse).flows["products"]) == ([], Direction.PULL)


def test_who_has_no_token_any_more_is_told_to_make_one(warehouse: Integration, sandbox: Sandbox) -> None:
    sandbox.revoke()
    assert run_flow(warehouse, "products") is None
    told = reread(warehouse)
    assert (told.connection, told.cure) == ("error", "Make a new token in ShipBob, then press Connect and enter it.")
