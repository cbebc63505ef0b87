"""Editing an order on its page, seeing who set a field, and giving it back: what each of the three people may."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automations import services
from automations.definition import ActionSpec, Definition
from automations.engine_key import engine_key_of
from automations.models import Run
from orders.edit_form import PATHS, values
from orders.edit_lines import MOST, WINDOW
from orders.lifecycle import edits
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.audit.models import History
from portal.events.dispatch import drain
from portal.kit import json
from tests.factories import CHANNEL, ingest, make_order, make_record

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ANA = Actor("user", "7", "Ana Ruiz")


@pytest.fixture
def order(source: Source) -> Order:
    return make_order(source, 1001)


def fresh(order: Order) -> Order:
    return Order.across.get(pk=order.pk)


def typed(order: Order, **changed: str) -> dict[str, str]:
    """Return what the browser sends of the form as it was loaded now, with some fields changed."""
    now = values(fresh(order).content)
    names = {name.replace("__", "."): value for name, value in changed.items()}
    return {f"initial-{path}": now[path] for path in PATHS} | now | {"version": str(fresh(order).version)} | names


def post(client: Client, order: Order, data: dict[str, str], tail: str = "edit") -> Any:
    return client.post(f"/orders/{order.public_id}/{tail}", data, headers=HTMX)


def text(response: Any) -> str:
    """Return an answer as it reads, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_what_is_typed_is_saved_and_pinned_and_nothing_else(as_owner: Client, order: Order) -> None:
    data = typed(order, tags="vip\n gift \n\n", giftNote="Hello\r\nAna", shippingAddress__city="Lyon")
    response = post(as_owner, order, data)
    assert (response.status_code, "orderChanged" in response["HX-Trigger"]) == (204, True)
    told = fresh(order)
    assert (told.content["tags"], told.content["giftNote"]) == (["vip", "gift"], "Hello\nAna")
    assert set(told.kept) == {"/tags", "/giftNote", "/shippingAddress/city"}
    row = History.across.filter(entity_id=order.pk).latest("id")
    assert (row.actor_name, row.verb) == ("Olive Owner", "edited")


def test_a_field_can_be_emptied(as_owner: Client, order: Order) -> None:
    assert post(as_owner, order, typed(order, tags="", shippingAddress__city="")).status_code == 204
    told = fresh(order)
    assert (told.content["tags"], "city" in told.content["shippingAddress"]) == ([], False)


def test_the_form_shows_what_there_is_also_as_a_page_of_its_own(as_owner: Client, order: Order) -> None:
    whole = as_owner.get(f"/orders/{order.public_id}/edit")
    assert "Edit #1001" in text(whole)
    part = as_owner.get(f"/orders/{order.public_id}/edit", headers=HTMX).content.decode()
    assert 'value="Reno"' in part
    assert "<html" not in part


def test_faults_stand_beside_their_fields_and_what_was_typed_stays(as_owner: Client, order: Order) -> None:
    response = post(as_owner, order, typed(order, giftNote="x" * 10_001, shippingCarrier="y" * 301, tags="kept"))
    assert response.status_code == 422
    assert "Gift note must be at most 10,000 characters long." in text(response)
    assert "Shipping carrier must be at most 300 characters long." in text(response)
    assert ">\nkept</textarea>" in response.content.decode()
    assert fresh(order).version == 1


def test_the_second_of_two_people_is_told_what_the_first_has_done_and_may_save_again(
    as_owner: Client, order: Order
) -> None:
    data = typed(order, giftNote="Mine", shippingCarrier="DHL")
    edits.set_fields(order.pk, {"giftNote": "Theirs", "orderNote": "Also theirs"}, by=ANA)
    response = post(as_owner, order, data)
    assert response.status_code == 422
    assert "#1001 was changed by Ana Ruiz while you edited it." in text(response)
    assert "Ana Ruiz has set this to “Theirs” meanwhile." in text(response)
    again = response.content.decode()
    assert ">\nMine</textarea>" in again
    assert ">\nAlso theirs</textarea>" in again
    assert 'name="version" value="2"' in again
    now = {f"initial-{path}": value for path, value in values(fresh(order).content).items()}
    sent = data | now | {"version": "2", "orderNote": "Also theirs"}
    assert post(as_owner, order, sent).status_code == 204
    told = fresh(order).content
    assert (told["giftNote"], told["shippingCarrier"], told["orderNote"]) == ("Mine", "DHL", "Also theirs")


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_version_that_is_none_is_refused(as_owner: Client, order: Order, version: str) -> None:
    assert post(as_owner, order, typed(order, tags="x") | {"version": version}).status_code == 422
    assert fresh(order).version == 1


def test_an_order_that_its_store_has_deleted_is_not_edited(as_owner: Client, order: Order, source: Source) -> None:
    from orders.ingest.take import take_deleted

    take_deleted(source, ["1001"], by=CHANNEL)
    response = post(as_owner, order, typed(order, tags="x"))
    assert response.status_code == 422
    assert "was deleted in its store" in text(response)
    assert "edit-drawer" not in as_owner.get(f"/orders/{order.public_id}").content.decode()


def test_the_colleague_sees_who_set_a_field_and_changes_nothing(as_colleague: Client, order: Order) -> None:
    edits.set_fields(order.pk, {"tags": ["mine"]}, by=ANA)
    answer = as_colleague.get(f"/orders/{order.public_id}/who", {"path": "/tags"}, headers=HTMX)
    assert "Ana Ruiz set it" in text(answer)
    assert "Give back" not in text(answer)
    assert post(as_colleague, order, {"path": "/tags"}, "unpin").status_code == 403
    assert as_colleague.get(f"/orders/{order.public_id}/edit").status_code == 403
    assert "edit-drawer" not in as_colleague.get(f"/orders/{order.public_id}").content.decode()
    assert set(fresh(order).kept) == {"/tags"}


def test_the_stranger_finds_nothing(as_stranger: Client, order: Order) -> None:
    for tail in ("who", "who.json", "edit"):
        assert as_stranger.get(f"/orders/{order.public_id}/{tail}", {"path": "/tags"}).status_code == 404
    for tail in ("unpin", "edit"):
        assert post(as_stranger, order, {"path": "/tags"}, tail).status_code == 404


def who(client: Client, order: Order, path: str) -> str:
    response = client.get(f"/orders/{order.public_id}/who", {"path": path}, headers=HTMX)
    assert response.status_code == 200, path
    return text(response)


def test_a_field_as_the_channel_brought_it_says_so(as_owner: Client, order: Order) -> None:
    told = who(as_owner, order, "/totalPrice")
    assert told.startswith("Total")
    assert "Tea shop brought it in with the order," in told
    assert "Before that" not in told


def test_the_rule_its_version_and_its_run_are_named(as_owner: Client, source: Source) -> None:
    add = {"path": "tags", "operation": "ADD_ARRAY_ITEMS", "values": ["gift"]}
    definition = Definition(name="Gifts", actions=(ActionSpec(key="update_property", settings=add),))
    services.set_enabled(services.create_rule(source.organization, "NEW_ORDER", definition, by=ANA), True, by=ANA)
    order = make_order(source, 1002)
    drain("automations")
    told = who(as_owner, order, "/tags")
    key = engine_key_of(source.organization)
    assert f"Rule “Gifts”, version 1, with the Automation Engine key …{key[-4:]}, set it," in told
    assert "Before: vip After: vip, gift" in told
    assert "Kept as the rule “Gifts” set it: Tea shop does not change it." in told
    run = Run.across.get()
    answer = as_owner.get(f"/orders/{order.public_id}/who", {"path": "/tags"}, headers=HTMX).content.decode()
    assert f"/automations/history/{run.public_id}/" in answer


def test_a_pinned_field_is_given_back_by_the_owner(as_owner: Client, order: Order) -> None:
    edits.set_fields(order.pk, {"shippingAddress.city": "Lyon"}, by=ANA)
    told = who(as_owner, order, "/shippingAddress")
    assert "Pinned by Ana Ruiz: rules and Tea shop leave it as it is." in told
    assert "City Before: Reno After: Lyon" in told
    assert "Give back" in told
    response = post(as_owner, order, {"path": "/shippingAddress"}, "unpin")
    assert (response.status_code, fresh(order).kept) == (204, {})
    response = post(as_owner, order, {"path": "/shippingAddress"}, "unpin")
    assert response.status_code == 422
    assert "This field was given back already" in text(response)


def test_the_status_says_how_it_came_about(as_owner: Client, order: Order) -> None:
    edits.move(order.pk, "archive", by=ANA)
    told = who(as_owner, order, "/status")
    assert "Ana Ruiz set it" in told
    assert "Before: New After: Archived" in told
    assert "Before that Tea shop brought it in with the order" in told


def test_every_button_of_the_page_leads_to_an_answer(as_owner: Client, source: Source) -> None:
    full = make_record(
        1003, billingAddress={"city": "Lyon"}, customFields=[{"name": "Gift/Wrap & “more”", "value": "x"}],
        orderTax="1.00", subTotalPrice="40.00", discounts=[{"code": "SPR", "amount": "1.00"}], paymentStatus="paid",
        payments=[{"method": "Card"}], shipByDate=dt.datetime(2026, 1, 9, tzinfo=dt.UTC),
        lineItems=[{"uniqueId": "a/b~c %&", "sku": "S", "quantity": 1}],
    )  # fmt: skip
    ingest(source, full)
    order = Order.across.get(ext_order_api_id="1003")
    page = as_owner.get(f"/orders/{order.public_id}").content.decode()
    buttons = [address.replace("&amp;", "&") for address in re.findall(r'data-who="([^"]+)"', page)]
    assert len(buttons) >= 13
    for address in buttons:
        response = as_owner.get(address, headers=HTMX)
        assert response.status_code == 200, address
        assert "Tea shop brought it in with the order" in text(response), address
    ids = re.findall(r'id="(who-[^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_what_an_order_does_not_have_is_not_found(as_owner: Client, order: Order) -> None:
    for path in ("", "tags", "/nothing", "/kept", "//", "/tags/" + "x" * 800):
        assert as_owner.get(f"/orders/{order.public_id}/who", {"path": path}).status_code == 404, path


def test_the_same_is_answered_as_json(as_owner: Client, order: Order) -> None:
    edits.set_fields(order.pk, {"giftNote": "Hello"}, by=ANA)
    told = json.loads(as_owner.get(f"/orders/{order.public_id}/who.json", {"path": "/giftNote"}).content)
    assert (told["path"], told["label"]) == ("/giftNote", "Gift note")
    assert told["pinned"] == "Pinned by Ana Ruiz: rules and Tea shop leave it as it is."
    first, began = told["setBy"]
    assert (first["kind"], first["name"], first["changes"]) == (
        "user", "Ana Ruiz", [{"field": "", "before": None, "after": "Hello"}],
    )  # fmt: skip
    assert (began["kind"], began["run"]) == ("integration", None)


def test_the_window_costs_one_query_more_with_a_run_and_none_with_more_history(as_owner: Client, order: Order) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            who(as_owner, order, "/giftNote")
        return len(asked)

    cost()
    before = cost()
    for number in range(5):
        edits.set_fields(order.pk, {"giftNote": str(number)}, by=ANA)
    assert cost() == before


def test_the_activity_leads_to_the_run_of_each_rule(as_owner: Client, source: Source) -> None:
    note = ActionSpec(key="add_note", settings={"text": "Noted for {{ extOrderId }}"})
    definition = Definition(name="Notes", actions=(note, ActionSpec(key="review_required")))
    services.set_enabled(services.create_rule(source.organization, "NEW_ORDER", definition, by=ANA), True, by=ANA)
    order = make_order(source, 1005)
    drain("automations")
    answer = as_owner.get(f"/orders/{order.public_id}")
    assert "Notes Noted for #1005 Open the run" in text(answer)
    assert f'<a href="/automations/history/{Run.across.get().public_id}/">Open the run</a>' in answer.content.decode()


def test_lines_that_were_taken_out_say_so_and_by_whom(as_owner: Client, source: Source) -> None:
    settings = {"skus": ["TEA-1"], "mode": "reject", "nothing_left": "leave"}
    definition = Definition(name="No tea", actions=(ActionSpec(key="cancel_lines", settings=settings),))
    services.set_enabled(services.create_rule(source.organization, "NEW_ORDER", definition, by=ANA), True, by=ANA)
    order = make_order(source, 1004)
    drain("automations")
    page = text(as_owner.get(f"/orders/{order.public_id}"))
    assert "2 rejected by “No tea”" in page
    told = who(as_owner, order, "/lineItems/l1")
    assert told.startswith("Green tea")
    assert "Rule “No tea”, version 1, with the Automation Engine key …" in told
    assert "Taken out" in told
    assert "2 rejected" in told
    assert "Give back" not in told


def test_lines_dates_and_custom_fields_come_from_the_form_and_faults_stand_at_their_line(
    as_owner: Client, order: Order
) -> None:
    more = {
        "new-abc1-sku": "POT-9", "new-abc1-quantity": "two", "new-abc1-price": "35", "new-abc1-ships": "on",
        "new-abc2-sku": "", "custom-name": "Gift wrap", "custom-value": "red",
    }  # fmt: skip
    told = post(as_owner, order, typed(order, shipByDate="2026-01-09T10:00") | more)
    assert told.status_code == 422
    assert "The quantity must be a number such as 12 or 12.50" in text(told)
    assert 'value="POT-9"' in told.content.decode()
    fits = typed(order, shipByDate="2026-01-09T10:00") | more | {"new-abc1-quantity": "2"}
    assert post(as_owner, order, fits).status_code == 204
    content = fresh(order).content
    assert [(one["sku"], one["quantity"]) for one in content["lineItems"]] == [("TEA-1", 2), ("POT-9", 2)]
    assert content["customFields"] == [{"name": "Gift wrap", "value": "red"}]
    assert content["shipByDate"] == "2026-01-09T10:00:00.000Z"
    assert "/lineItems" in fresh(order).kept
    part = as_owner.get(f"/orders/{order.public_id}/edit/line", headers=HTMX).content.decode()
    assert part.count("<input") == 5


def test_an_order_that_only_went_on_is_saved_without_a_question(as_owner: Client, order: Order) -> None:
    data = typed(order, giftNote="Hello")
    Order.across.filter(pk=order.pk).update(version=2)  # as when one of its requests is sent
    assert post(as_owner, order, data).status_code == 204
    assert fresh(order).content["giftNote"] == "Hello"


def test_of_a_large_order_the_lines_that_are_looked_for_are_changed(as_owner: Client, source: Source) -> None:
    lines = [
        {"uniqueId": f"l{n}", "sku": f"SKU-{n:03}", "name": f"Thing {n}", "quantity": 1, "itemPrice": "1.00"}
        for n in range(MOST + 60)
    ]
    order = make_order(source, 1, lineItems=lines)
    address = f"/orders/{order.public_id}/edit"
    shown = as_owner.get(address)
    assert shown.content.decode().count('class="edit-line"') == WINDOW
    assert "Lines 1 to 50 of 260. What you change stays" in text(shown)
    assert "Lines 251 to 260 of 260" in text(as_owner.get(address, {"from": "250"}))
    assert "Lines 1 to 50 of 260" in text(as_owner.get(address, {"from": "9999"}))
    assert "None of the 260 lines has this" in text(as_owner.get(address, {"find": "nowhere"}))
    found = as_owner.get(address, {"find": "sku-25", "from": "x"})
    assert "Lines 1 to 10 of 10 that fit; the order has 260." in text(found)
    told = dict(re.findall(r'name="(initial-line-[^"]+)" value="([^"]*)"', found.content.decode()))
    line = next(name for name in told if name.endswith("-quantity")).removeprefix("initial-")
    data = typed(order) | told | {name.removeprefix("initial-"): value for name, value in told.items()}
    wrong = post(as_owner, order, data | {line: "none", "find": "sku-25", "from": "0"})
    assert "Lines 1 to 10 of 10 that fit; the order has 260." in text(wrong)
    assert (wrong.status_code, wrong.content.decode().count('class="edit-line"')) == (422, 10)
    other = typed(order, giftNote="Hello")
    moved = post(as_owner, order, data | {line: "7", "giftNote": "typed", "seek": "", "go": "50"})
    assert (moved.status_code, moved.content.decode().count('class="edit-line"')) == (200, WINDOW + 1)
    assert "Lines 51 to 100 of 260. One line that you have changed stays here until you save." in text(moved)
    page = moved.content.decode()
    assert (page.count(">changed</span>"), page.count(">Next lines<"), "autofocus" in page) == (1, 2, True)
    assert '<details class="edit-new" >' in page  # nobody has begun a new line
    assert f'name="{line}" value="7"' in page
    assert re.search(r"<textarea[^>]+name=\"giftNote\"[^>]*>\s*typed", page)
    back = post(as_owner, order, data | {line: "7", "find": "sku-25", "seek": "sku-25", "go": "0"})
    assert back.content.decode().count('class="edit-line"') == 10
    carried = dict(re.findall(r'name="((?:initial-)?line-[^"]+)" value="([^"]*)"', back.content.decode()))
    assert post(as_owner, order, typed(order) | carried).status_code == 204
    assert [one["quantity"] for one in fresh(order).content["lineItems"]].count(7) == 1
    assert len(fresh(order).content["lineItems"]) == MOST + 60
    assert post(as_owner, order, data | {line: "8"}).status_code == 422  # changed meanwhile, by the save before
    assert post(as_owner, order, other).status_code == 204  # without any line in the form
