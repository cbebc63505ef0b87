"""The Connection and Files tabs: secrets shown once, an address that is checked, files that count once."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from integrations.custom import keys
from integrations.models import Credential, ExchangedFile, Integration
from orders.models import Order
from tests.integrations.conftest import reread
from tests.integrations.custom.conftest import an_order
from tests.portal.api.conftest import Program

pytestmark = pytest.mark.django_db
Made = tuple[Integration, keys.Secrets]


def at(name: str, integration: Integration, *more: str) -> str:
    return reverse(f"integrations:{name}", args=[integration.public_id, *more])


def test_adding_one_connects_it_and_shows_its_secrets_this_once(as_owner: Client) -> None:
    flows = {"flow-orders": "pull", "flow-products": "pull", "flow-fulfillments": "disabled",
             "flow-inventory": "disabled"}  # fmt: skip
    url = reverse("integrations:add", args=["custom_store"])
    page = as_owner.post(url, {"name": "Corner shop", **flows}).content.decode()
    integration = Integration.across.get()
    assert integration.status == "connected"
    secret = page.split("sy_")[1].split("<")[0]
    assert "whsec_" in page
    assert Program(f"sy_{secret}").post("/store/orders", an_order()).status_code == 200
    for name in ("connection", "detail", "activity", "mappings", "files"):
        shown = as_owner.get(at(name, integration))
        assert (shown.status_code, secret in shown.content.decode()) == (200, False), name
    assert as_owner.get(at("connect", integration)).url == at("connection", integration)  # type: ignore[attr-defined]
    assert as_owner.get(reverse("integrations:list")).status_code == 200


def test_keys_and_the_secret_are_made_anew_and_revoked(as_owner: Client, store: Made, warehouse: Made) -> None:
    integration, made = store
    page = as_owner.post(at("make_key", integration)).content.decode()
    second = page.split("sy_")[1].split("<")[0]
    assert Program(f"sy_{second}").get("/store/stock").status_code == 200
    first = made.key.split("_")[1]
    assert as_owner.post(at("revoke_key", warehouse[0], first)).status_code == 404
    assert as_owner.post(at("revoke_key", integration, first)).status_code == 302
    assert Program(made.key).get("/store/stock").status_code == 401
    rotated = as_owner.post(at("rotate_secret", integration)).content.decode()
    assert "whsec_" in rotated
    assert made.signing in keys.signing_secrets(integration).split()
    assert len(keys.signing_secrets(integration).split()) == 2


@pytest.mark.parametrize(
    ("url", "problem"),
    [("http://example.com/x", "https"), ("https://127.0.0.1/x", "private"), ("https://no-such.invalid/", "spelled")],
)
def test_an_address_inside_is_refused(as_owner: Client, store: Made, url: str, problem: str) -> None:
    page = as_owner.post(at("save_address", store[0]), {"url": url})
    assert page.status_code == 422
    assert problem in page.content.decode()
    assert not Credential.objects.filter(field="address").exists()


def test_an_address_has_flows_told_and_without_it_they_are_fetched(
    as_owner: Client, store: Made, settings: Any
) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:1"]
    as_owner.post(at("save_address", store[0]), {"url": "http://127.0.0.1:1/hooks/secret-part"})
    row = reread(store[0])
    assert (row.flows["fulfillments"], row.flows["inventory"]) == ("push", "push")
    page = as_owner.get(at("connection", row)).content.decode()
    assert "127.0.0.1" in page
    assert "secret-part" not in page
    failed = as_owner.post(at("test_address", row))
    assert (failed.status_code, "cannot be reached" in failed.content.decode()) == (422, True)
    assert not [call for call in row.calls.all() if "secret-part" in f"{call.url} {call.error}"]
    as_owner.post(at("save_address", row), {"url": ""})
    assert reread(row).flows["fulfillments"] == "disabled"


def test_who_may_do_what(as_colleague: Client, as_stranger: Client, store: Made, integration: Integration) -> None:
    posts = ["make_key", "rotate_secret", "save_address", "test_address"]
    for name in posts:
        assert as_colleague.post(at(name, store[0])).status_code == 403
        assert as_stranger.post(at(name, store[0])).status_code == 404
    assert as_colleague.get(at("files", store[0])).status_code == 200
    assert as_colleague.post(at("files", store[0]), {"kind": "orders"}).status_code == 403
    assert as_stranger.get(at("files", store[0])).status_code == 404


def upload(client: Client, integration: Integration, kind: str, data: bytes) -> Any:
    file = SimpleUploadedFile("orders.csv", data)
    return client.post(at("files", integration), {"kind": kind, "file": file})


def test_a_file_is_taken_once_and_tells_what_was_wrong(as_owner: Client, store: Made, integration: Integration) -> None:
    head = b"id,number,created_at,currency,ship_to_city,lines_id,lines_sku,lines_quantity\n"
    good, bad = b"1,A1,2026-01-05T10:00:00Z,USD,Reno,l1,TEA-1,2\n", b"2,A2,2026-01-05T10:00:00Z,USD,Reno,l1,TEA-1,0\n"
    answer = upload(as_owner, store[0], "orders", head + good + bad)
    assert (answer.status_code, "lines_quantity" in answer.content.decode()) == (200, True)
    assert Order.across.count() == 1
    assert upload(as_owner, store[0], "orders", head + good + bad).status_code in (200, 302)
    (row,) = ExchangedFile.objects.all()
    assert (row.rows, row.refused) == (2, 1)
    errors = as_owner.get(at("file_errors", store[0], row.public_id)).content.decode()
    assert errors.splitlines()[0] == "row,column,message"
    assert errors.splitlines()[1].startswith("3,lines_quantity,")
    assert upload(as_owner, store[0], "fulfillments", head).status_code == 422
    assert as_owner.get(at("file_errors", integration, row.public_id)).status_code == 404
    assert as_owner.get(at("download", store[0], "fulfillments")).status_code == 302
