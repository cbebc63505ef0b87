"""A product that is published on a channel is there once, as it is here, whatever dies on the way."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from integrations import lifecycle
from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.models import Integration
from orders.models import OrderException, Product, Publication
from orders.products.rows import lock
from orders.products.write import Parent, Step, commit, create
from portal.deliveries.models import Delivery
from portal.deliveries.send import send_due
from portal.events.dispatch import drain
from portal.kit import failpoints
from portal.kit.jobs import bells, watchers
from tests.integrations.conftest import TESTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(integration: Integration) -> Integration:
    """A shop that is told of products."""
    return lifecycle.save_flows(integration, {"products": "push"}, by=TESTER)


def make(shop: Integration, sku: str, *, parent: Product | None = None, **fields: Any) -> Product:
    """Make a product, as a person does, that is to be published on the shop."""
    product = Product(organization=shop.organization, sku=sku, name=sku, kind="child" if parent else "simple")
    told = {"sku": sku, "name": f"Name of {sku}", "prices": [{"name": "price", "value": Decimal("3.5")}]} | fields
    above = Parent(parent) if parent else None
    channels = {shop.source: {"state": "tobepublished"}}
    with transaction.atomic():
        create([(product, Step(TESTER, "added", "Added.", told, channels=channels, parent=above))])
    return product


def change(product: Product, shop: Integration, *, state: str = "", **fields: Any) -> None:
    channels = {shop.source: {"state": state}} if state else {}
    with transaction.atomic():
        commit({product.pk: Step(TESTER, "changed", "Changed.", fields, channels=channels)}, lock([product.pk]))


def settle() -> None:
    """Hand over events and send what is due until nothing is left."""
    for _ in range(6):
        bells.get("events:catalogue")()
        Delivery.across.filter(state="pending").update(next_at=Now())
        if not send_due():
            return


def there(sandbox: Sandbox, sku: str) -> list[dict[str, Any]]:
    return [one for one in sandbox.store.shelf.all() if one["sku"] == sku]


def writes(sandbox: Sandbox) -> list[str]:
    calls = [one for one in sandbox.ledger() if one["method"] != "GET" and one["status"] == 200]
    return [f"{one['method']} {one['path'].partition('/1003')[2]}" for one in calls]


def test_a_new_product_is_made_there_once_and_then_follows_what_changes(shop: Integration, sandbox: Sandbox) -> None:
    tea = make(shop, "NEW-TEA", weight=Decimal("0.5"))
    settle()
    (product,) = there(sandbox, "NEW-TEA")
    assert (product["name"], product["price"], product["weight"], product["enabled"]) == (
        "Name of NEW-TEA",
        3.5,
        0.5,
        True,
    )
    publication = Publication.across.get(product=tea)
    assert (publication.state, publication.ext_product_api_id) == ("published", str(product["id"]))
    settle()
    assert writes(sandbox) == ["POST /products"]
    change(tea, shop, name="Another name")
    drain("catalogue")
    change(tea, shop, name="Newest name")
    settle()
    assert there(sandbox, "NEW-TEA")[0]["name"] == "Newest name"
    assert writes(sandbox) == ["POST /products", f"PUT /products/{product['id']}"]
    answers = list(Delivery.across.filter(kind="product").order_by("pk").values_list("answer", flat=True))
    assert {"overtakenBy": 4} in answers
    change(tea, shop, state="tobeunpublished")
    settle()
    assert not there(sandbox, "NEW-TEA")[0]["enabled"]
    assert Publication.across.get(product=tea).state == "unpublished"


def test_a_product_that_the_shop_has_under_the_sku_is_taken_for_the_same(shop: Integration, sandbox: Sandbox) -> None:
    cup = make(shop, "CUP-SET-2", name="Two cups")
    settle()
    assert (len(there(sandbox, "CUP-SET-2")), there(sandbox, "CUP-SET-2")[0]["name"]) == (1, "Two cups")
    assert Publication.across.get(product=cup).ext_product_api_id == str(there(sandbox, "CUP-SET-2")[0]["id"])


def test_variants_come_after_their_parent(shop: Integration, sandbox: Sandbox) -> None:
    parent = Product(organization=shop.organization, sku="HAT", name="Hat", kind="parent")
    with transaction.atomic():
        create([(parent, Step(TESTER, "added", "Added.", {"sku": "HAT", "name": "Hat"}))])
    for size in ("S", "L"):
        make(shop, f"HAT-{size}", parent=parent, variantOptions=[{"name": "Size", "value": size}])
    settle()
    assert there(sandbox, "HAT") == []
    change(parent, shop, state="tobepublished")
    watchers.get("products to be published").job()
    settle()
    (hat,) = there(sandbox, "HAT")
    assert [(one["sku"], one["options"][0]["value"]) for one in hat["combinations"]] == [("HAT-S", "S"), ("HAT-L", "L")]
    ids = set(Publication.across.filter(product__parent=parent).values_list("ext_product_api_id", flat=True))
    assert ids == {f"{hat['id']}-{one['id']}" for one in hat["combinations"]}


def test_a_worker_that_dies_after_the_call_makes_no_second_product(
    shop: Integration, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(shop, "NEW-TEA")
    monkeypatch.setattr(failpoints, "_points", {"product.before_record": ("raise", 1)})
    settle()
    assert (len(there(sandbox, "NEW-TEA")), Publication.across.get().state) == (1, "published")
    assert writes(sandbox) == ["POST /products"]


def test_what_a_shop_does_not_accept_is_told_and_forgotten_when_it_is_mended(
    shop: Integration, sandbox: Sandbox
) -> None:
    tea = make(shop, "NEW-TEA", prices=[{"name": "price", "value": Decimal(-1)}])
    settle()
    (problem,) = OrderException.across.filter(state="active")
    assert (problem.type, problem.entity_public_id) == ("product_refused", tea.public_id)
    assert "price" in problem.message
    change(tea, shop, prices=[{"name": "price", "value": Decimal(4)}])
    settle()
    assert there(sandbox, "NEW-TEA")[0]["price"] == 4
    assert not OrderException.across.filter(state="active").exists()
