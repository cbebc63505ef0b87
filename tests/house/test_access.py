"""Every address there is, asked for by everybody there is. A new address must be listed here.

`URLS` says what each needs: a permission, or why it needs none. Nobody's word is taken for it: the
addresses are walked as a passer-by, as the member of another organization, and in each role.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.template import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from automations.models import Rule, Run
from automations.services import ensure_defaults
from integrations.models import Integration
from orders.by_hand.acts import ACTS as ORDER_ACTS
from orders.by_hand.work import ask as ask_for_orders
from orders.exceptions.acts import ACTS as EXCEPTION_ACTS
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.exceptions.work import ask as ask_for
from orders.models import Hold, InventoryLevel, LocationGroup, Order, OrderException, RoutingRun, Source
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.savedviews.models import SavedView
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import Permission, Role, allows
from tests.conftest import _client
from tests.factories import make_card, make_location, make_member, make_order
from tests.house.answers import faults_of, is_private
from tests.orders.fulfillments.parcels import make_fulfillment
from tests.orders.inventory.stock import make_product
from tests.orders.requests.making import request_for

pytestmark = pytest.mark.django_db

VIEW, OPERATE, USERS = Permission.VIEW, Permission.OPERATE, Permission.USERS
CREDENTIALS, EDIT_RULES = Permission.CREDENTIALS, Permission.EDIT_RULES
PUBLIC = "for everybody: signing in and out, the watchman's question whether we live, messages that are signed"

URLS: dict[str, Permission | str] = {
    "portal:login": PUBLIC,
    "portal:logout": PUBLIC,
    "portal:health": PUBLIC,
    "hooks:own": PUBLIC,
    "hooks:shared": PUBLIC,
    "hooks:topic": PUBLIC,
    "portal:dashboard": VIEW,
    "portal:switch_organization": VIEW,
    "portal:choose_theme": VIEW,
    "portal:settings": VIEW,
    "portal:members": VIEW,
    "portal:add_member": USERS,
    "portal:member": USERS,
    "portal:api_keys": CREDENTIALS,
    "portal:make_api_key": CREDENTIALS,
    "portal:revoke_api_key": CREDENTIALS,
    "portal:rotate_webhook_secret": CREDENTIALS,
    "portal:account": VIEW,
    "portal:password": VIEW,
    "api:docs": VIEW,
    "ui:views": VIEW,
    "ui:view": VIEW,
    "ui:view_restore": VIEW,
    "ui:views_of": VIEW,
    "ui:views_order": VIEW,
    "ui:views_default": VIEW,
    "ui:views_roles": USERS,
    "ui:filter": VIEW,
    "ui:filter_step": VIEW,
    "ui:filter_count": VIEW,
    "ui:filter_why": VIEW,
    "ui:filter_apply": VIEW,
    "ui:kit": VIEW,
    "ui:suggest": VIEW,
    "orders:list": VIEW,
    "orders:list_json": VIEW,
    "orders:list_csv": VIEW,
    **{f"orders:bulk_{key}": OPERATE for key in ORDER_ACTS},
    "orders:order_work": VIEW,
    "orders:order_work_undo": OPERATE,
    "orders:clone": OPERATE,
    "orders:push": OPERATE,
    "orders:fulfillment_tell": OPERATE,
    "orders:delete": OPERATE,
    "orders:restore": OPERATE,
    "orders:edit_line": OPERATE,
    "orders:request_by_hand": OPERATE,
    "orders:search": VIEW,
    "orders:detail": VIEW,
    "orders:json": VIEW,
    "orders:document": VIEW,
    "orders:hold": OPERATE,
    "orders:cancel_asked": OPERATE,
    "orders:release_hold": OPERATE,
    "orders:comment": OPERATE,
    "orders:edit": OPERATE,
    "orders:who": VIEW,
    "orders:who_json": VIEW,
    "orders:unpin": OPERATE,
    "orders:act": OPERATE,
    "orders:order_routing": VIEW,
    "orders:order_routing_try": VIEW,
    "orders:order_routing_again": OPERATE,
    "orders:order_routing_run": VIEW,
    "orders:inventory": VIEW,
    "orders:inventory_json": VIEW,
    "orders:inventory_csv": VIEW,
    "orders:inventory_totals": VIEW,
    "orders:inventory_totals_json": VIEW,
    "orders:inventory_totals_csv": VIEW,
    "orders:inventory_import": OPERATE,
    "orders:inventory_bulk_set": OPERATE,
    "orders:inventory_bulk_lock": OPERATE,
    "orders:inventory_bulk_unlock": OPERATE,
    "orders:inventory_record": VIEW,
    "orders:inventory_record_json": VIEW,
    "orders:inventory_edit": OPERATE,
    "orders:inventory_lock": OPERATE,
    "orders:inventory_unlock": OPERATE,
    "orders:inventory_copy": OPERATE,
    "orders:products": VIEW,
    "orders:products_json": VIEW,
    "orders:products_csv": VIEW,
    "orders:product": VIEW,
    "orders:product_json": VIEW,
    "orders:product_new": OPERATE,
    "orders:product_part": OPERATE,
    "orders:products_import": OPERATE,
    "orders:products_undo": OPERATE,
    "orders:products_bulk_publish": OPERATE,
    "orders:products_bulk_unpublish": OPERATE,
    "orders:products_bulk_tracking": OPERATE,
    "orders:products_bulk_delete": OPERATE,
    "orders:product_edit": OPERATE,
    "orders:product_channel": OPERATE,
    "orders:product_give_back": OPERATE,
    "orders:product_delete": OPERATE,
    "orders:product_restore": OPERATE,
    "orders:locations": VIEW,
    "orders:locations_json": VIEW,
    "orders:locations_csv": VIEW,
    "orders:location_new": EDIT_RULES,
    "orders:location_groups": VIEW,
    "orders:location_group_rename": EDIT_RULES,
    "orders:location_group_delete": EDIT_RULES,
    "orders:location": VIEW,
    "orders:location_json": VIEW,
    "orders:location_merge": EDIT_RULES,
    "orders:location_act": EDIT_RULES,
    "orders:routing": VIEW,
    "orders:routing_new": EDIT_RULES,
    "orders:routing_draft": VIEW,
    "orders:routing_reorder": EDIT_RULES,
    "orders:routing_card": VIEW,
    "orders:routing_json": VIEW,
    "orders:routing_meanwhile": VIEW,
    "orders:routing_toggle": EDIT_RULES,
    "orders:shipping_methods": VIEW,
    "orders:shipping_methods_save": EDIT_RULES,
    "orders:shipping_method_add": EDIT_RULES,
    "orders:routing_duplicate": EDIT_RULES,
    "orders:routing_delete": EDIT_RULES,
    "orders:shipping_requests": VIEW,
    "orders:shipping_requests_json": VIEW,
    "orders:shipping_requests_csv": VIEW,
    "orders:bulk_cancel_requests": OPERATE,
    "orders:shipping_request": VIEW,
    "orders:shipping_request_json": VIEW,
    "orders:shipping_request_cancel": OPERATE,
    "orders:shipping_request_sent": OPERATE,
    "orders:shipping_request_ready": OPERATE,
    "orders:fulfillments": VIEW,
    "orders:fulfillments_json": VIEW,
    "orders:fulfillments_csv": VIEW,
    "orders:fulfillment": VIEW,
    "orders:fulfillment_json": VIEW,
    "orders:report_shipment": OPERATE,
    "orders:exceptions": VIEW,
    "orders:exceptions_json": VIEW,
    "orders:exceptions_csv": VIEW,
    "orders:exception": VIEW,
    "orders:exception_json": VIEW,
    "orders:exception_note": OPERATE,
    "orders:exception_raw": VIEW,
    "orders:exception_act": OPERATE,
    "orders:exception_causes": VIEW,
    "orders:exception_cause": VIEW,
    "orders:exception_cure": OPERATE,
    "orders:exception_work": VIEW,
    "orders:exception_work_undo": OPERATE,
    **{f"orders:bulk_exceptions_{key}": OPERATE for key in EXCEPTION_ACTS},
    "orders:engine": VIEW,
    "orders:engine_toggle": CREDENTIALS,
    "orders:notifications": VIEW,
    "orders:notification": EDIT_RULES,
    "integrations:list": VIEW,
    "integrations:catalogue": VIEW,
    "integrations:add": CREDENTIALS,
    "integrations:callback": CREDENTIALS,
    "integrations:detail": VIEW,
    "integrations:mappings": VIEW,
    "integrations:activity": VIEW,
    "integrations:products": VIEW,
    "integrations:join_product": OPERATE,
    "integrations:part_product": OPERATE,
    "integrations:make_product": OPERATE,
    "integrations:flows": CREDENTIALS,
    "integrations:connect": CREDENTIALS,
    "integrations:authorize": CREDENTIALS,
    "integrations:token": CREDENTIALS,
    "integrations:returned": CREDENTIALS,
    "integrations:connection": CREDENTIALS,
    "integrations:make_key": CREDENTIALS,
    "integrations:revoke_key": CREDENTIALS,
    "integrations:rotate_secret": CREDENTIALS,
    "integrations:save_address": CREDENTIALS,
    "integrations:test_address": CREDENTIALS,
    "integrations:files": VIEW,
    "integrations:renew_hook": CREDENTIALS,
    "integrations:download": VIEW,
    "integrations:file_errors": VIEW,
    "integrations:toggle": CREDENTIALS,
    "integrations:sync": OPERATE,
    "integrations:delete": CREDENTIALS,
    "automations:list": VIEW,
    "automations:new": EDIT_RULES,
    "automations:draft": VIEW,
    "automations:convert": EDIT_RULES,
    "automations:test": VIEW,
    "automations:record": VIEW,
    "automations:meanwhile": VIEW,
    "automations:code_words": VIEW,
    "automations:code_check": Permission.EDIT_CODE_RULES,
    "automations:reorder": EDIT_RULES,
    "automations:edit": VIEW,
    "automations:toggle": EDIT_RULES,
    "automations:rename_here": EDIT_RULES,
    "automations:duplicate": EDIT_RULES,
    "automations:delete": EDIT_RULES,
    "automations:versions": VIEW,
    "automations:compare": VIEW,
    "automations:restore": EDIT_RULES,
    "automations:list_versions": VIEW,
    "automations:export": VIEW,
    "automations:import": EDIT_RULES,
    "automations:hold_engine": VIEW,
    "automations:hold_engine_migrate": EDIT_RULES,
    "automations:history": VIEW,
    "automations:history_json": VIEW,
    "automations:history_csv": VIEW,
    "automations:run": VIEW,
    "automations:run_document": VIEW,
    "automations:run_json": VIEW,
    "automations:run_record": VIEW,
    "automations:run_as_it_was": VIEW,
    "automations:run_replay": OPERATE,
    "automations:replay_many": OPERATE,
}
OWN_RECORDS = ("orders:", "integrations:", "automations:", "ui:view", "portal:member")
SECRET = "Only-ours-4711"


@dataclass(frozen=True)
class Address:
    """One address: its name, what it takes, and what its view says it needs."""

    name: str
    takes: tuple[str, ...]
    permission: Permission | None


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            # admin: Django's own, for staff alone, tested below. v1: for keys, tested in tests/portal/api.
            if entry.namespace not in ("admin", "v1"):
                yield from walk(entry, entry.namespace or namespace)
        elif isinstance(entry, URLPattern):
            takes = tuple(entry.pattern.converters)
            yield Address(f"{namespace}:{entry.name}", takes, getattr(entry.callback, "required_permission", None))


ADDRESSES = {address.name: address for address in walk(get_resolver())}


@pytest.fixture
def world(organization: Organization, source: Source, owner: Membership) -> dict[str, Any]:
    """One record of everything, whose names give it away."""
    ensure_defaults(organization)
    order = make_order(source, 1, extOrderId=SECRET, email=f"{SECRET}@example.com")
    drain("automations")
    problem = Problem("record_refused", organization.pk, "key", SECRET, SECRET, entity_label=SECRET, raw=b"{}")
    raise_exceptions([problem])
    other = Source.across.create(organization=organization, name=SECRET, connector="ecwid")
    shop = Integration.across.create(organization=organization, name=SECRET, connector="ecwid", source=other)
    place = make_location(source, name=SECRET)
    group = LocationGroup.across.create(organization=organization, name=SECRET)
    card = make_card(organization, place, name=SECRET)
    asked = request_for(order, place, 1)
    shipped = make_fulfillment(asked, ext_fulfillment_id=SECRET)
    view = SavedView.across.create(organization=organization, owner=owner.user, list_key="orders", name=SECRET)
    return {
        "orders:": order.public_id,
        "orders:exception": OrderException.across.get().public_id,
        "orders:exception_work": ask_for(
            organization, "assign", [OrderException.across.get().pk], {"to": "", "name": ""}, user=owner.user
        ).public_id,
        "orders:order_work": ask_for_orders(
            organization, "tag", [order.pk], {"tags": ["x"]}, user=owner.user
        ).public_id,
        "orders:inventory_": InventoryLevel.across.create(
            organization=organization, location=place, sku=SECRET, sku_folded=SECRET.lower()
        ).public_id,
        "orders:location": place.public_id,
        "orders:product": make_product(place, SECRET).public_id,
        "orders:location_group": group.public_id,
        "orders:routing": card.public_id,
        "orders:shipping_request": asked.public_id,
        "orders:report_shipment": asked.public_id,
        "orders:fulfillment": shipped.public_id,
        "integrations:": shop.public_id,
        "automations:": Rule.across.get(trigger="NEW_ORDER").public_id,
        "automations:run": Run.across.get().public_id,
        "ui:view": view.public_id,
        "hold": Hold.across.get(order=order).public_id,
        "routing_run": _routed(order).public_id,
        "portal:revoke_api_key": ApiKey.across.create(organization=organization, name=SECRET).public_id,
        "portal:member": make_member(organization, Role.USER, name=SECRET).pk,
    }


def _routed(order: Order) -> RoutingRun:
    trace = {"outcome": "nothing", "cards": [], "needs": {"lines": []}}
    return RoutingRun.across.create(
        organization=order.organization, order=order, trigger="auto", outcome="nothing", sentence=SECRET, trace=trace,
        order_version=1, actor_kind="system", actor_id="", actor_name=SECRET,
    )  # fmt: skip


def path_of(address: Address, world: dict[str, Any]) -> str:
    prefix = max((prefix for prefix in world if address.name.startswith(prefix)), key=len, default="")
    values = {"key": "cancel", "connector": "ecwid", "trigger": "NEW_ORDER", "public_id": world.get(prefix)}
    if address.name == "orders:exception_act":
        values["key"] = "dismiss"
    if address.name.startswith("orders:engine"):
        values["key"] = "routing"
    values["category"], values["moment"] = "routing", 1
    values["member"] = world["portal:member"]
    values["list_key"] = "orders"
    values["hold_id"] = world["hold"]
    values["run_id"] = world["routing_run"]
    values |= {"token": "nobody's", "topic": "order.updated", "kind": "fulfillments"}
    values |= {"key_id": "0" * 16, "file_id": "0" * 16, "product_id": "0" * 16}
    return reverse(address.name, kwargs={name: values[name] for name in address.takes})


def ask(client: Client, method: str, path: str) -> HttpResponse:
    """Ask, undo whatever it did, and look at what every answer carries."""
    with transaction.atomic():
        response = getattr(client, method)(path)
        transaction.set_rollback(True)
    assert response.status_code < 500, f"{method} {path}"
    assert faults_of(response) == [], f"{method} {path}"
    return response  # type: ignore[no-any-return]


def test_every_address_is_listed_with_what_it_needs() -> None:
    declared = {name: address.permission or PUBLIC for name, address in ADDRESSES.items()}
    assert declared == URLS


def test_a_passer_by_is_sent_to_the_sign_in_page(world: dict[str, Any]) -> None:
    for name, address in ADDRESSES.items():
        for method in ("get", "post"):
            if URLS[name] == PUBLIC:
                continue
            response = ask(Client(), method, path_of(address, world))
            assert response.status_code in (302, 405), name
            assert response.status_code == 405 or response["Location"].startswith("/login?next="), name


def test_the_member_of_another_organization_finds_nothing_of_ours(world: dict[str, Any], stranger: Membership) -> None:
    before = (History.across.count(), OrderException.across.filter(state="active").count())
    client = _client(stranger.user)
    for name, address in ADDRESSES.items():
        for method in ("get", "post") if name != "portal:logout" else ():
            response = ask(client, method, path_of(address, world))
            text = response.getvalue()
            assert URLS[name] == PUBLIC or response.status_code in (302, 405) or is_private(response), name
            assert SECRET.encode() not in text, f"{method} {name}"
            if "public_id" in address.takes or "member" in address.takes:
                assert response.status_code in (404, 405), f"{method} {name} answered {response.status_code}"
    assert (History.across.count(), OrderException.across.filter(state="active").count()) == before


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_exactly_what_it_carries(
    world: dict[str, Any], organization: Organization, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setattr(Template, "render", lambda *_: "")  # what may be asked counts here, not how it looks
    client = _client(make_member(organization, role, name="Robin").user)
    for name, address in ADDRESSES.items():
        if isinstance(needed := URLS[name], Permission):
            codes = _codes(client, path_of(address, world), also_post=not allows(role, needed))
            if allows(role, needed):
                assert codes[-1] != 403, f"{name} answered {codes} to the {role.label}"
            else:
                assert 403 in codes, f"{name} answered {codes} to the {role.label}"
                assert set(codes) <= {403, 405}, f"{name} answered {codes} to the {role.label}"


def _codes(client: Client, path: str, *, also_post: bool) -> list[int]:
    """Ask by GET, and by POST where that is refused as a method or `also_post` says so."""
    got = ask(client, "get", path).status_code
    return [got, ask(client, "post", path).status_code] if also_post or got == 405 else [got]


def test_only_staff_enter_the_administration(owner: Membership) -> None:
    assert ask(_client(owner.user), "get", "/admin/").status_code == 302
    owner.user.is_staff = owner.user.is_superuser = True
    owner.user.save()
    assert ask(_client(owner.user), "get", "/admin/").status_code == 200
