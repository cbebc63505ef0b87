"""The Products tab of a warehouse, as the owner, a colleague who may only look, and a stranger see it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations import lifecycle
from integrations.connectors.shipbob.sandbox.server import Sandbox
from integrations.models import Integration
from integrations.views.items import SIZE
from orders.models import Product, Publication
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER, run_flow
from tests.integrations.connectors.shipbob.test_products import TEA, make, pulled, warehouse

pytestmark = pytest.mark.django_db
__all__ = ["warehouse"]


def address(name: str, integration: Integration, *more: str) -> str:
    return reverse(f"integrations:{name}", args=[integration.public_id, *more])


@pytest.fixture
def ours(organization: Organization, warehouse: Integration) -> Product:
    made = make(organization, "OUR-TEA")
    pulled(warehouse)
    return made


def acts(warehouse: Integration, ours: Product) -> list[tuple[str, dict[str, str]]]:
    return [
        (address("join_product", warehouse), {"ours": "OUR-TEA", "theirs": TEA}),
        (address("part_product", warehouse, ours.public_id), {}),
        (address("make_product", warehouse, ours.public_id), {}),
    ]


def test_owner_and_colleague_may_look_and_a_stranger_finds_nothing(
    warehouse: Integration, ours: Product, as_owner: Client, as_colleague: Client, as_stranger: Client
) -> None:
    path = address("products", warehouse)
    page = as_owner.get(path).content.decode()
    assert "Not known at ShipBob" in page
    assert 'aria-label="What ShipBob calls OUR-TEA"' in page
    looked = as_colleague.get(path).content.decode()
    assert ("OUR-TEA" in looked, "What ShipBob calls OUR-TEA" in looked) == (True, False)
    assert as_stranger.get(path).status_code == 404


def test_a_colleague_and_a_stranger_change_nothing(
    warehouse: Integration, ours: Product, as_colleague: Client, as_stranger: Client
) -> None:
    lifecycle.save_flows(warehouse, {"products": "push"}, by=TESTER)
    for path, data in acts(warehouse, ours):
        assert as_colleague.post(path, data).status_code == 403
        assert as_stranger.post(path, data).status_code == 404
    assert not Publication.across.exists()


def test_a_person_maps_sees_it_and_takes_it_back(warehouse: Integration, ours: Product, as_owner: Client) -> None:
    (join, data), (part, _none), _make = acts(warehouse, ours)
    told = as_owner.post(join, data | {"asked": "q=tea"}, follow=True)
    page = told.content.decode()
    assert told.redirect_chain[0][0].endswith("?q=tea")
    assert ("Mapped: called otherwise there" in page, f"OUR-TEA is {TEA} at ShipBob." in page) == (True, True)
    assert page.count(part) == 2, "In its row, and as Undo."
    as_owner.post(part)
    assert not Publication.across.exists()


def test_what_does_not_fit_stands_at_its_row(warehouse: Integration, ours: Product, as_owner: Client) -> None:
    answer = as_owner.post(address("join_product", warehouse), {"ours": "OUR-TEA", "theirs": "<b>NOPE"})
    page = answer.content.decode()
    assert (answer.status_code, 'value="&lt;b&gt;NOPE"' in page, page.count('id="item-fault"')) == (422, True, 1)


def test_what_has_no_sku_there_cannot_be_mapped_and_the_page_says_what_to_do(
    warehouse: Integration, ours: Product, sandbox: Sandbox, as_owner: Client
) -> None:
    sandbox.put("", 1, name="Loose leaf")
    pulled(warehouse)
    page = as_owner.get(address("products", warehouse)).content.decode()
    row = page[page.index("Loose leaf") :]
    assert ("No SKU" in row, "Give it a SKU at ShipBob" in row, "item-form" in row) == (True, True, False)
    assert '<option value="">' not in page


def test_it_is_made_there_only_where_a_person_has_chosen_push(
    warehouse: Integration, ours: Product, as_owner: Client
) -> None:
    path = address("make_product", warehouse, ours.public_id)
    assert path not in as_owner.get(address("products", warehouse)).content.decode()
    assert as_owner.post(path).status_code == 404
    lifecycle.save_flows(warehouse, {"products": "push"}, by=TESTER)
    assert path in as_owner.get(address("products", warehouse)).content.decode()
    page = as_owner.post(path, follow=True).content.decode()
    assert ("Being made" in page, Publication.across.get().state) == (True, "tobepublished")


def test_a_product_of_another_organization_is_not_found(
    warehouse: Integration, as_owner: Client, stranger_product: Product
) -> None:
    answer = as_owner.post(address("part_product", warehouse, stranger_product.public_id))
    assert answer.status_code == 404
    answer = as_owner.post(address("join_product", warehouse), {"ours": stranger_product.sku, "theirs": TEA})
    assert answer.status_code == 422


@pytest.fixture
def stranger_product() -> Product:
    return make(Organization.objects.create(name="Strangers"), "STRANGE")


def test_the_search_narrows_and_long_lists_have_pages(
    organization: Organization, warehouse: Integration, sandbox: Sandbox, as_owner: Client
) -> None:
    for number in range(SIZE + 1):
        sandbox.put(f"THEIRS-{number:03}", 1)
        make(organization, f"OURS-{number:03}")
    run_flow(warehouse, "products")
    path = address("products", warehouse)
    with CaptureQueriesContext(connection) as many:
        page = as_owner.get(path).content.decode()
    assert ("OURS-049" in page, "OURS-050" in page, "rows 1–50 of 51" in page) == (True, False, True)
    with CaptureQueriesContext(connection) as few:
        found = as_owner.get(path, {"q": "s-050"}).content.decode()
    assert ("OURS-050" in found, "THEIRS-050" in found, "OURS-049" in found) == (True, True, False)
    assert (len(many), len(few)) == (QUERIES, QUERIES)


def test_a_page_of_one_list_leaves_the_others_and_is_come_back_to(
    organization: Organization, warehouse: Integration, sandbox: Sandbox, as_owner: Client
) -> None:
    for number in range(SIZE + 1):
        make(organization, f"OURS-{number:03}")
    run_flow(warehouse, "products")
    path = address("products", warehouse)
    asked = {"HX-Request": "true", "HX-Target": "items"}
    part = as_owner.get(path, {"ours": "2"}, headers=asked).content.decode()
    assert ("OURS-050" in part, "OURS-049" in part, TEA in part, "<html" in part) == (True, False, True, False)
    assert f'href="{path}"' in part, "To the first page, which has no number."
    join = address("join_product", warehouse)
    fails = as_owner.post(join, {"ours": "OURS-050", "theirs": "NOPE", "asked": "ours=2"}).content.decode()
    assert ("OURS-050" in fails, "keeps nothing under the SKU" in fails) == (True, True)
    told = as_owner.post(join, {"ours": "OURS-050", "theirs": TEA, "asked": "ours=2"}, follow=True)
    assert told.redirect_chain[0][0] == f"{path}?ours=2"
    assert "OURS-049" in told.content.decode(), "The second page has become empty, so the last one is shown."


@pytest.mark.parametrize("asked", ["q=%00", "&" * 1200, "ours=x&theirs=-1&mapped=%F0%9F%92%A9"])
def test_what_a_form_says_of_its_page_may_be_anything(
    warehouse: Integration, ours: Product, as_owner: Client, asked: str
) -> None:
    answer = as_owner.post(address("join_product", warehouse), {"ours": "OUR-TEA", "theirs": "NOPE", "asked": asked})
    assert (answer.status_code, "keeps nothing under the SKU" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30])
def test_a_page_that_is_none_is_the_first_or_the_last(
    organization: Organization, warehouse: Integration, as_owner: Client, number: str
) -> None:
    make(organization, "OUR-TEA")
    assert "OUR-TEA" in as_owner.get(address("products", warehouse), {"ours": number}).content.decode()


QUERIES = 19


def test_while_the_flow_is_off_the_tab_says_so(warehouse: Integration, as_owner: Client) -> None:
    lifecycle.save_flows(warehouse, {"products": "disabled"}, by=TESTER)
    assert "The flow “Products” is off" in as_owner.get(address("products", warehouse)).content.decode()


def test_a_store_has_no_such_tab(organization: Organization, as_owner: Client) -> None:
    store = lifecycle.add(organization, "ecwid", name="Tea shop", by=TESTER)
    assert as_owner.get(address("products", store)).status_code == 404
    assert address("products", store) not in as_owner.get(address("detail", store)).content.decode()
