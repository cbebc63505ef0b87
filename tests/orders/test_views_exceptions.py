"""Exceptions: seen, dismissed, resolved, tried again."""

import pytest
from django.test import Client

from automations.services import ensure_defaults
from orders.documents.exception import catalogue
from orders.exceptions.catalogue import exception_type, exception_types
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import Order, OrderException, Source
from portal.events.models import Event, Handoff
from portal.kit import json
from portal.tenancy.models import Organization
from tests.factories import make_order

pytestmark = pytest.mark.django_db
RAW = b'{"id": 88213, "note": "<script>alert(1)</script>"}'


def make_exception(organization: Organization, key: str = "a", **fields: object) -> OrderException:
    values: dict[str, object] = {"type": "record_refused", "title": "An order could not be read", "message": "Line 3"}
    raise_exceptions([Problem(organization_id=organization.pk, cause_key=key, **(values | fields))])  # type: ignore[arg-type]
    return OrderException.across.get(organization=organization, cause_key=key)


def test_every_category_can_be_chosen_in_the_list() -> None:
    field = catalogue().get("category")
    assert field is not None
    assert {one.category for one in exception_types.all()} == {choice.value for choice in field.choices}


def test_a_type_of_a_category_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="“surprise”"):
        exception_type("test_surprise", label="Surprise", category="surprise", cure="")


@pytest.fixture
def exception(organization: Organization) -> OrderException:
    return make_exception(organization, raw=RAW)


def state(exception: OrderException) -> tuple[str, str]:
    return OrderException.across.values_list("state", "closed_by").get(pk=exception.pk)


def test_the_list_shows_what_is_wrong(as_owner: Client, as_stranger: Client, exception: OrderException) -> None:
    text = as_owner.get("/exceptions").content.decode()
    assert "An order could not be read" in text
    assert "An order could not be read" not in as_stranger.get("/exceptions").content.decode()


def test_the_menu_says_how_many_wait(as_owner: Client, as_stranger: Client, exception: OrderException) -> None:
    assert '<span class="count-badge">1' in as_owner.get("/settings").content.decode()
    assert "count-badge" not in as_stranger.get("/settings").content.decode()


def test_the_views_of_the_list_show_one_state(as_owner: Client, organization: Organization) -> None:
    kept, gone = (make_exception(organization, key, title=f"Case {key}") for key in ("kept", "gone"))
    as_owner.post(f"/exceptions/{gone.public_id}/dismiss")
    for view, titles in (("active", ["Case kept"]), ("dismissed", ["Case gone"]), ("resolved", [])):
        rows = json.loads(as_owner.get(f"/exceptions.json?view={view}").content)["rows"]
        assert [row["title"] for row in rows] == titles
    assert state(kept) == ("active", "")


def test_the_record_is_shown_and_never_run(as_owner: Client, exception: OrderException) -> None:
    text = as_owner.get(f"/exceptions/{exception.public_id}").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "Correct the order in the store" in text


def test_the_record_is_downloaded_as_it_came(as_owner: Client, exception: OrderException) -> None:
    response = as_owner.get(f"/exceptions/{exception.public_id}/raw")
    assert response.content == RAW
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == f'attachment; filename="record-{exception.public_id}.txt"'


@pytest.mark.usefixtures("nothing_collected")
@pytest.mark.parametrize("raw", [b"\xff\xfe\x00half", b"[" * 100_000, b'{"a": "\xed\xa0\x80"}'])
def test_a_record_that_is_no_text_is_shown_by_marks(as_owner: Client, organization: Organization, raw: bytes) -> None:
    exception = make_exception(organization, raw=raw)
    assert as_owner.get(f"/exceptions/{exception.public_id}").status_code == 200
    assert as_owner.get(f"/exceptions/{exception.public_id}/raw").content == raw


def test_without_a_record_there_is_nothing_to_download(as_owner: Client, organization: Organization) -> None:
    exception = make_exception(organization)
    assert as_owner.get(f"/exceptions/{exception.public_id}").status_code == 200
    assert as_owner.get(f"/exceptions/{exception.public_id}/raw").status_code == 404


@pytest.mark.parametrize(("key", "becomes"), [("resolve", "resolved"), ("dismiss", "dismissed")])
def test_the_owner_closes_it(as_owner: Client, exception: OrderException, key: str, becomes: str) -> None:
    response = as_owner.post(f"/exceptions/{exception.public_id}/{key}")
    assert (response.status_code, response["Location"]) == (302, "/exceptions")
    assert state(exception) == (becomes, "Olive Owner")


def test_what_somebody_else_has_closed_is_told(as_owner: Client, exception: OrderException) -> None:
    as_owner.post(f"/exceptions/{exception.public_id}/resolve")
    response = as_owner.post(f"/exceptions/{exception.public_id}/dismiss")
    assert response.status_code == 409
    assert "Somebody has dealt with it already" in response.content.decode()
    assert state(exception) == ("resolved", "Olive Owner")


def test_others_change_nothing(as_colleague: Client, as_stranger: Client, exception: OrderException) -> None:
    for key in ("resolve", "dismiss", "retry"):
        assert as_colleague.post(f"/exceptions/{exception.public_id}/{key}").status_code == 403
        assert as_stranger.post(f"/exceptions/{exception.public_id}/{key}").status_code == 404
    assert as_stranger.get(f"/exceptions/{exception.public_id}").status_code == 404
    assert as_stranger.get(f"/exceptions/{exception.public_id}/raw").status_code == 404
    assert state(exception) == ("active", "")


def test_only_work_that_was_set_aside_is_tried_again(as_owner: Client, exception: OrderException) -> None:
    assert as_owner.post(f"/exceptions/{exception.public_id}/retry").status_code == 404
    assert as_owner.post(f"/exceptions/{exception.public_id}/explode").status_code == 404
    assert state(exception) == ("active", "")


def test_work_that_was_set_aside_is_tried_again(as_owner: Client, source: Source) -> None:
    ensure_defaults(source.organization)
    order: Order = make_order(source, 1001)
    make_order(source, 1002)
    Handoff.across.update(state="parked", attempts=5, last_error="boom")
    event = Event.across.get(entity_id=order.pk)
    parked = make_exception(
        source.organization, f"automations:{event.pk}", type="event_parked", entity_type="order", entity_id=order.pk
    )
    assert "Try again" in as_owner.get(f"/exceptions/{parked.public_id}").content.decode()
    assert as_owner.post(f"/exceptions/{parked.public_id}/retry").status_code == 302
    assert list(Handoff.across.order_by("pk").values_list("state", "attempts")) == [("pending", 0), ("parked", 5)]
    assert state(parked) == ("resolved", "Olive Owner")


def test_an_order_shows_its_exceptions_with_the_cure(as_owner: Client, source: Source) -> None:
    order = make_order(source, 1001)
    make_exception(
        source.organization, type="rule_failed", title="Rule failed", entity_type="order", entity_id=order.pk
    )
    text = as_owner.get(f"/orders/{order.public_id}").content.decode()
    assert "Open the run to see where it failed" in text
