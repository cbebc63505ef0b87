"""Django's administration: every registered page opens for staff."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Source
from portal.tenancy.models import Membership
from tests.factories import make_order

pytestmark = pytest.mark.django_db
OURS = [model for model in admin.site._registry if model._meta.app_label in ("portal", "orders")]


@pytest.fixture
def as_staff(as_owner: Client, owner: Membership) -> Client:
    owner.user.is_staff = owner.user.is_superuser = True
    owner.user.save()
    return as_owner


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_list_and_record_open(as_staff: Client, source: Source, model: type) -> None:
    make_order(source, 1)
    raise_exceptions([Problem("rule_failed", source.organization_id, "k", "t", "m", raw=b"\xff")])
    name = model._meta.model_name  # type: ignore[attr-defined]
    app = model._meta.app_label  # type: ignore[attr-defined]
    assert as_staff.get(reverse(f"admin:{app}_{name}_changelist")).status_code == 200
    row = model._default_manager.first()  # type: ignore[attr-defined]
    if row is not None:
        assert as_staff.get(reverse(f"admin:{app}_{name}_change", args=[row.pk])).status_code == 200


def test_orders_cannot_be_changed_past_their_history(as_staff: Client, source: Source) -> None:
    order = make_order(source, 1)
    address = reverse("admin:orders_order_change", args=[order.pk])
    assert as_staff.post(address, {"status": "fulfilled"}).status_code == 403
    assert as_staff.post(reverse("admin:orders_order_delete", args=[order.pk]), {"post": "yes"}).status_code == 403
