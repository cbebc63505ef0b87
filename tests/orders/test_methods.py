"""Shipping methods: which one a warehouse is told, and the page on which people say so."""

from typing import Any

import pytest
from django.test import Client

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.methods.choose import Method, Unmapped, method_for, remember
from orders.methods.write import Chosen, add, on_mapped, save, take_methods
from orders.models import MethodPolicy, OrderException, OrderMethod, ShippingMethod, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.kit.json import Json
from portal.tenancy.models import Organization
from tests.factories import make_location

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
U = MethodPolicy.Unmapped


@pytest.fixture
def warehouse(organization: Organization) -> Source:
    made: Source = Source.across.create(organization=organization, name="North", connector="shipbob")
    make_location(made, name="Reno", fulfillment_source=made)
    with_methods = [("std", "Standard"), ("2d", "Two days")]
    take_methods(made, with_methods)
    return made


def told(warehouse: Source, document: Json) -> str | None:
    found = method_for(warehouse.organization_id, warehouse, document)
    return found.code if found else None


def mapping(warehouse: Source, unmapped: str = U.AS_IS, default: str = "", **mapped: str) -> Chosen:
    offered = {one.code: one.public_id for one in ShippingMethod.across.filter(source=warehouse)}
    asked = {str(one): one.public_id for one in OrderMethod.across.all()}
    return Chosen(unmapped, offered.get(default, ""), {asked[key]: offered[value] for key, value in mapped.items()})


EXPRESS: Json = {"shippingCode": "Express", "shippingCarrier": "DHL"}


@pytest.mark.parametrize(
    ("unmapped", "document", "expected"),
    [
        (U.AS_IS, {"shippingCode": "express"}, "2d"),  # mapped, however it is written
        (U.STOP, {"shippingCode": "EXPRESS ", "shippingClass": "Air"}, "2d"),  # the code first
        (U.AS_IS, {"shippingCarrier": "UPS", "shippingClass": "Ground"}, "UPS Ground"),
        (U.DEFAULT, {"shippingClass": "Ground"}, "std"),
        (U.STOP, {}, "std"),
        (U.STOP, {"shippingClass": "Ground"}, Unmapped),
        (U.STOP, {"shippingClass": "Ground", "shippingMethodMapping": False}, "Ground"),
        (U.AS_IS, {"shippingClass": "Ground", "shippingMethodMapping": True}, Unmapped),
    ],
)
def test_what_a_warehouse_is_told(warehouse: Source, unmapped: str, document: Json, expected: Any) -> None:
    remember(warehouse.organization_id, [EXPRESS, EXPRESS, {"shippingCode": "eXPress"}])
    assert [str(one) for one in OrderMethod.across.all()] == ["Express"]
    save(warehouse, mapping(warehouse, unmapped, "std", Express="2d"), version=0, by=ANN)
    if expected is Unmapped:
        with pytest.raises(Unmapped, match="“Ground” is not mapped to a shipping method of North"):
            told(warehouse, document)
    else:
        assert told(warehouse, document) == expected


def test_a_warehouse_that_nobody_has_set_up_reads_what_the_order_says(warehouse: Source) -> None:
    assert method_for(warehouse.organization_id, warehouse, EXPRESS) == Method("Express", "Express")
    assert told(warehouse, {}) is None


def test_what_a_warehouse_offers_no_more_is_not_told_any_more(warehouse: Source) -> None:
    add(warehouse, "own", "By our van", by=ANN)
    remember(warehouse.organization_id, [EXPRESS])
    save(warehouse, mapping(warehouse, Express="2d"), version=0, by=ANN)
    assert take_methods(warehouse, [("std", "Standard")]) == 1
    assert told(warehouse, EXPRESS) == "Express"
    active = ShippingMethod.across.filter(active=True).order_by("code")
    assert list(active.values_list("code", flat=True)) == ["own", "std"]


def test_what_waited_for_a_mapping_is_told_and_its_exception_closes(
    warehouse: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_mapped, "_entries", {})
    woken: list[Any] = []
    on_mapped.register("test", lambda source, causes: woken.extend(causes))
    remember(warehouse.organization_id, [EXPRESS])
    save(warehouse, mapping(warehouse, U.STOP), version=0, by=ANN)
    with pytest.raises(Unmapped) as stopped:
        told(warehouse, EXPRESS)
    cause = stopped.value.cause
    raise_exceptions([Problem("method_unmapped", warehouse.organization_id, cause, "T", "M")])
    save(warehouse, mapping(warehouse, U.STOP, Express="std"), version=1, by=ANN)
    assert (woken, OrderException.across.get().state) == ([cause], "resolved")
    assert History.across.filter(entity_type="shipping_methods").count() == 2


def test_people_map_methods_on_the_page(as_owner: Client, warehouse: Source) -> None:
    remember(warehouse.organization_id, [EXPRESS])
    page = as_owner.get("/routing/methods").content.decode()
    assert page.index("North") < page.index("Two days") < page.index("Express")
    assert "1 method of orders is not mapped" in page
    chosen = mapping(warehouse, Express="2d")
    (asked, method), *_none = chosen.mapped.items()
    given = {"version": "0", "unmapped": "stop", "default": "", f"m.{asked}": method}
    where = f"/routing/methods/{warehouse.public_id}"
    assert as_owner.post(where, given).status_code == 302
    assert told(warehouse, EXPRESS) == "2d"
    late = as_owner.post(where, given | {"unmapped": "as_is"})
    assert (late.status_code, "Somebody else has changed" in late.content.decode()) == (409, True)
    nothing = as_owner.post(where, given | {"version": "1", "unmapped": "default"})
    assert (nothing.status_code, "Choose the method that is used instead." in nothing.content.decode()) == (422, True)
    again = as_owner.post(f"{where}/add", {"code": "std", "name": "Mine"})
    assert (again.status_code, 'value="Mine"' in again.content.decode()) == (422, True)
    assert as_owner.post(f"{where}/add", {"code": "van"}).status_code == 302
    assert ShippingMethod.across.get(code="van").name == "van"
