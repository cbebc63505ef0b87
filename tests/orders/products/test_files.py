"""Products from a file: seen first, all or nothing, and what is exported comes back unchanged."""

from decimal import Decimal

import pytest
from django.test import Client

from orders.models import Product, Source
from orders.products import files
from portal.audit.models import History
from tests.orders.products.making import parts, product, record, report

pytestmark = pytest.mark.django_db
SHEET = """SKU;Product;Kind;Parent SKU;Components;Price;Price currency;Weight;Weight unit;Stock;Tags;Colour
MUG;Mug;parent;;;;;;;;;
MUG-R;Red mug;variant;MUG;;12;gbp;0.3;kg;;new, red;red
SET;Tea set;Bundle;;2 × TEA-1, 1 x MUG-R;30.50;GBP;;;;;
TEA-1;;;;;10.00;GBP;;;not counted;;
"""


def bring(client: Client, text: str) -> tuple[str, int]:
    """Look at a file and then bring it; return the last page and its status."""
    look = client.post("/products/import", {"text": text})
    if look.status_code != 200:
        return look.content.decode(), look.status_code
    send = {"text": text, "do": "import", "seal": look.context["preview"].seal}
    answer = client.post("/products/import", send)
    return answer.content.decode(), answer.status_code


def test_a_file_is_looked_at_and_then_brought_whole(as_owner: Client, source: Source) -> None:
    report(source, record())
    look = as_owner.post("/products/import", {"text": SHEET})
    assert look.status_code == 200
    assert [label for _n, label, _k in look.context["counts"]] == ["new", "changed"]
    assert "These columns are not read: Colour" in look.content.decode()
    assert Product.across.count() == 1
    assert bring(as_owner, SHEET)[1] == 302
    assert (parts(product("SET")), product("SET").content["prices"]) == (
        [("TEA-1", 2), ("MUG-R", 1)], [{"value": Decimal("30.50"), "currency": "GBP"}],
    )  # fmt: skip
    red, tea = product("MUG-R"), product("TEA-1")
    assert (red.parent and red.parent.sku, red.content["tags"], red.content["weight"]) == (
        "MUG",
        ["new", "red"],
        Decimal("0.3"),
    )
    assert (tea.not_tracked, tea.name, set(tea.kept)) == (True, "Green tea", {"/inventoryNotTracked", "/prices"})
    before = History.across.count()
    again = as_owner.post("/products/import", {"text": SHEET})
    assert "There is nothing to set" in again.content.decode()
    assert History.across.count() == before


FAULTS = [
    ("Product\nTea", "There is no column with the SKU."),
    ("SKU,Product\nA,Tea\na,Tea", "“a” stands in line 2 already."),
    ("SKU,Product\nA,", "“A” is new, and its name is missing."),
    ("SKU,Product,Kind\nA,Tea,odd", "“odd” is none of these: Simple"),
    ("SKU,Product,Price\nA,Tea,cheap", "Must be a number such as 12 or 12.50"),
    ("SKU,Product,Kind\nA,Tea,bundle", "Add at least one component"),
    ("SKU,Product,Kind,Components\nA,Tea,bundle,2 × NONE", "No product and no stock has the SKU “NONE”"),
    ("SKU,Product,Kind,Parent SKU\nA,Tea,child,", "Name the parent"),
    ("SKU,Product,Kind,Parent SKU\nA,Tea,child,NONE", "There is no product with the SKU “NONE”."),
    ("SKU,Product,Kind,Components\nA,Tea,bundle,B\nB,Box,bundle,C\nC,Tin,,", "“B” is a bundle itself."),
    ("SKU,Product,Kind,Parent SKU\nA,Tea,child,B\nB,Box,,", "“B” is no parent of variants."),
    ("SKU,Product,Stock\nA,Tea,maybe", "neither “counted” nor “not counted”"),
]


@pytest.mark.parametrize(("text", "told"), FAULTS)
def test_a_fault_is_told_with_its_line_and_nothing_is_lost(as_owner: Client, text: str, told: str) -> None:
    page, code = bring(as_owner, text)
    assert code == 422
    assert told in page
    assert "Tea" in page  # the text stands in its box
    assert not Product.across.exists()


def test_what_moved_on_is_shown_anew(as_owner: Client, source: Source) -> None:
    report(source, record())
    text = "SKU,Vendor\nTEA-1,Leaf Ltd"
    look = as_owner.post("/products/import", {"text": text})
    report(source, record(vendor="Other", extProductUpdatedAt="2026-04-01T00:00:00Z"))
    send = {"text": text, "do": "import", "seal": look.context["preview"].seal}
    assert as_owner.post("/products/import", send).status_code == 409
    assert product("TEA-1").content["vendor"] == "Other"


def test_what_is_exported_comes_back_and_changes_nothing(as_owner: Client, source: Source) -> None:
    prices = [{"value": "9.50", "currency": "GBP"}, {"name": "Trade", "value": "7", "currency": "GBP"}]
    more = {"weight": "0.25", "weightUnit": "kg", "description": "=Good\ntea", "countryOfOrigin": "JP"}
    report(source, record(upc="1", prices=prices, **more))
    assert bring(as_owner, SHEET)[1] == 302
    columns = as_owner.get("/products/import").context["every_column"]
    data = b"".join(as_owner.get(columns).streaming_content)  # type: ignore[attr-defined]
    assert b"2 \xc3\x97 TEA-1" in data
    found = files.preview(source.organization, data)
    assert (found.faults, [one.changes for one in found.entries if one.changes]) == ([], [])
    assert (len(found.entries), len(product("TEA-1").content["prices"])) == (4, 2)
