"""Products as rules change them, and as other programs read them."""

import pytest
from django.db import transaction

from automations.engine.entities import Act, Change, entities
from automations.engine.plan import Remark
from orders.documents.product import document
from orders.models import Source
from orders.products import queries
from orders.products.rows import lock
from orders.products.write import Step, commit
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.tenancy.models import Membership
from tests.orders.products.making import WHEN, product, record, report
from tests.portal.api.conftest import Program, make_key

pytestmark = pytest.mark.django_db
RULE = Actor.rule("abcd", "Name the vendor", 1)
KIND = entities.get("product")


def test_what_a_rule_sets_stays_until_it_takes_it_away(source: Source) -> None:
    report(source, record(vendor="Leaf Ltd"))
    found = KIND.find(source.organization, "tea-1")
    with transaction.atomic():
        KIND.lock([found.id])
        KIND.write(source.organization, [Change(found, [Act(Remark("Looked at."), RULE, 7)])])
        rows = lock([found.id])
        commit({found.id: Step(RULE, "changed", "Set the vendor.", {"vendor": "X"})}, rows, cause="rule")
    report(source, record(vendor="Other", extProductUpdatedAt=WHEN.replace(day=2)))
    one = product("TEA-1")
    assert (one.content["vendor"], one.kept["/vendor"]["kind"], one.kept["/vendor"]["theirs"]) == ("X", "rule", "Other")
    with transaction.atomic():
        commit({one.pk: Step(RULE, "changed", "Empty it.", {"vendor": None})}, lock([one.pk]), cause="rule")
    assert product("TEA-1").kept == {}
    told = History.across.filter(entity_type="product", actor_kind="rule").values_list("summary", flat=True)
    assert set(told) == {"Set the vendor.", "Looked at.", "Empty it."}
    found = KIND.find(source.organization, "tea-1")
    assert KIND.former({found.id: found}, {found.id: 1})[found.id]["vendor"] == "Leaf Ltd"


def test_other_programs_read_products_by_every_name(source: Source, stranger: Membership) -> None:
    report(
        source,
        record(),
        record("p2", "TIN-1", name="Tin", kind="bundle", bundleItems=[{"sku": "TEA-1", "quantity": 2}]),
    )
    program = Program(make_key(source.organization, "products:read").secret)
    told = program.get("/products", {"sort": "sku", "f": "kind~is_one_of~bundle"}).data
    assert (told["total"], [row["sku"] for row in told["rows"]]) == (1, ["TIN-1"])
    one = queries.in_list(source.organization).get(sku="TEA-1")
    for name in (one.public_id, "TEA-1", "tea-1", "ext:No p1", "api:p1"):
        assert program.get(f"/products/{name}").data == document(one), name
    assert document(one)["types"] == ["simple", "bundleItem"]
    assert program.get("/products/NONE").status_code == 404
    paths = {field["path"] for field in program.get("/fields/product").data["fields"]}
    assert {"sku", "kind", "published[].integrationId"} <= paths
    check = {"entity": "products", "filter": {"version": 1, "root": {"match": "all", "items": [
        {"field": "bundleItems[].sku", "operator": "contains_any", "value": ["tea-1"]}]}}}  # fmt: skip
    assert program.post("/filters/check", check).data["count"] == 1
    assert (
        Program(make_key(source.organization, "orders:read", name="Other").secret).get("/products").status_code == 403
    )
    assert Program(make_key(stranger.organization).secret).get("/products/TEA-1").status_code == 404
