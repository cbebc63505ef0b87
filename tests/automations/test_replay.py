"""Running again: alone, in bulk, by `manage.py replay_runs`; once for a run, whoever presses how often."""

import io
from collections import Counter
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automations import replay, services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.models import Rule, Run
from orders.exceptions import groups, settle, work
from orders.lifecycle import edits
from orders.models import Order, OrderException, Source
from portal.audit.actor import Actor
from portal.events.dispatch import drain
from portal.events.models import Event
from portal.tenancy.models import Membership
from portal.tenancy.roles import Role
from tests.conftest import _client
from tests.factories import make_member, make_order, make_orders

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")
BROKEN, MENDED = "return entity.nothing.here", "return entity.totalPrice > 10"
HISTORY = "/automations/history/"


def save(rule: Rule, code: str, *actions: str) -> Rule:
    rule = Rule.across.select_related("current", "organization").get(pk=rule.pk)
    specs = tuple(ActionSpec(key=key) for key in actions or ("cancel",))
    definition = Definition(name=rule.name, filter=FilterSpec(kind="code", code=code), actions=specs)
    return services.save_rule(rule, definition, by=ANN)


@pytest.fixture
def rule(source: Source) -> Rule:
    """A rule that cancels what is dear, and cannot be judged at first; the default rule stands below it."""
    services.ensure_defaults(source.organization)
    definition = Definition(
        name="Cancel dear ones", filter=FilterSpec(kind="code", code=BROKEN), actions=(ActionSpec(key="cancel"),)
    )
    made = services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)
    return services.set_enabled(made, True, by=ANN)


@pytest.fixture
def failed(source: Source, rule: Rule) -> Run:
    """The run that failed on #1001, which the default rule holds for review now."""
    make_order(source)
    drain("automations")
    return Run.across.select_related("rule", "organization").get(rule=rule)


def again(*runs: Run) -> replay.Result:
    fresh = Run.across.select_related("rule").filter(pk__in=[run.pk for run in runs])
    return replay.run_again(runs[0].organization, list(fresh), by=ANN)


def active() -> list[str]:
    return list(OrderException.across.filter(state="active").values_list("type", flat=True))


# what it does


def test_it_is_the_cure_of_its_exception(failed: Run, rule: Rule, owner: Membership) -> None:
    for code, told in ((BROKEN, {"again": 1}), (MENDED, {"cleared": 1})):
        save(rule, code)
        exception = OrderException.across.get(type="rule_failed", state="active")
        done = work.ask(exception.organization, "retry", [exception.pk], {}, user=owner.user)
        assert Counter(one.outcome for one in groups.results(done)) == told
    assert (Order.across.get().status, active()) == ("canceled", [])


def test_a_rule_that_was_mended_does_its_work_on_the_record_as_it_is_now(failed: Run, rule: Rule) -> None:
    assert active() == ["rule_failed"]
    save(rule, MENDED)
    result = again(failed)
    (run,) = result.runs
    assert (run.status, run.origin, run.replay_of_id, run.event_id) == ("completed", "replay", failed.pk, None)
    assert run.rule_version.number == 2
    assert run.input["by"] == "Ann"
    order = Order.across.get()
    assert (order.status, order.version, run.entity_version) == ("canceled", 3, 2)
    assert active() == []
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_only_that_one_rule_runs_again(failed: Run, rule: Rule) -> None:
    save(rule, "return false")
    before = Run.across.count()
    assert [run.pk for run in again(failed).unmatched] == [failed.pk]
    assert Run.across.count() == before
    assert Order.across.get().status == "onHold"
    assert active() == ["rule_failed"]


def test_a_rule_that_fails_again_leaves_a_run_that_can_be_run_again(failed: Run, rule: Rule) -> None:
    (second,) = again(failed).runs
    assert (second.status, second.replay_of_id) == ("failed", failed.pk)
    assert OrderException.across.get(type="rule_failed").times == 2
    save(rule, MENDED)
    assert again(failed).left[0][1] == "it has been run again already"
    (third,) = again(second).runs
    assert (third.status, third.replay_of_id) == ("completed", second.pk)


def test_a_refused_rule_runs_again_when_the_record_allows_it(source: Source, rule: Rule) -> None:
    services.set_enabled(rule, False, by=ANN)
    order = make_order(source)
    drain("automations")
    save(rule, MENDED, "cancel")
    edits.move(order.pk, "cancel", by=ANN)
    Run.across.filter(entity_id=order.pk).update(status="refused", rule=rule)
    services.set_enabled(rule, True, by=ANN)
    save(rule, MENDED, "hold")
    refused = Run.across.select_related("rule", "organization").get()
    (second,) = again(refused).runs
    assert (second.status, Order.across.get().status) == ("refused", "canceled")
    assert "Canceled" in second.error


def test_an_order_that_is_still_new_and_leaves_new_is_told_to_the_rules_on_updates(source: Source, rule: Rule) -> None:
    order = make_order(source)
    drain("automations")
    run = Run.across.select_related("rule", "organization").get(rule=rule)
    Order.across.filter(pk=order.pk).update(status="new", hold_until=None)
    save(rule, MENDED)
    known = set(Event.across.values_list("pk", flat=True))
    again(run)
    told = Event.across.exclude(pk__in=known).filter(entity_type="order")
    assert [event.name for event in told] == ["order.updated"]


def test_what_a_rule_run_again_changes_is_told_to_no_rule(failed: Run, rule: Rule) -> None:
    updated = Definition(name="Any update", actions=(ActionSpec(key="archive"),))
    services.set_enabled(services.create_rule(failed.organization, "UPDATED_ORDER", updated, by=ANN), True, by=ANN)
    save(rule, MENDED)
    again(failed)
    drain("automations")
    assert Run.across.filter(origin="live").count() == 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "completed"}, "only runs that failed or were refused can be run again"),
        ({"status": "waiting"}, "only runs that failed or were refused can be run again"),
        ({"entity_type": "dream"}, "this kind of record is not known any more"),
        ({"entity_id": 0}, "its record is not here any more"),
    ],
)
def test_what_cannot_be_run_again_is_left_with_the_reason(failed: Run, change: dict[str, Any], why: str) -> None:
    Run.across.filter(pk=failed.pk).update(**change)
    result = again(failed)
    assert (result.runs, [reason for _run, reason in result.left]) == ([], [why])


def test_a_rule_that_is_off_or_gone_is_not_run_again(failed: Run, rule: Rule) -> None:
    services.set_enabled(rule, False, by=ANN)
    assert again(failed).left[0][1] == "its rule is switched off"
    services.delete_rule(rule, by=ANN)
    assert again(failed).left[0][1] == "its rule has been deleted"


# once


def test_who_presses_twice_at_the_same_moment_has_it_done_once(failed: Run, rule: Rule) -> None:
    save(rule, MENDED)
    fresh = list(Run.across.select_related("rule").filter(pk=failed.pk))
    first = replay.run_again(failed.organization, fresh, by=ANN)
    second = replay.run_again(failed.organization, fresh, by=ANN)
    assert (len(first.runs), second.runs, second.left[0][1]) == (1, [], "it has been run again already")
    assert Order.across.get().version == 3


def test_the_database_allows_one_run_that_repeats_another(failed: Run, rule: Rule) -> None:
    again(failed)
    other = Run.across.exclude(pk=failed.pk).filter(replay_of=None).first()
    assert other is not None
    with pytest.raises(IntegrityError, match="run_again_once"):
        Run.across.filter(pk=other.pk).update(replay_of=failed.pk)


def test_a_set_in_which_one_collides_is_done_one_by_one(
    source: Source, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_orders(source, (1, 2, 3))
    drain("automations")
    save(rule, MENDED)
    runs = list(Run.across.select_related("rule", "organization").filter(rule=rule).order_by("pk"))
    real, calls = replay._run_locked, []

    def colliding(organization: Any, ids: Any, by: Any, result: Any) -> None:
        calls.append(list(ids))
        if runs[1].pk in ids:
            raise IntegrityError("run_again_once")
        real(organization, ids, by, result)

    monkeypatch.setattr(replay, "_run_locked", colliding)
    result = again(*runs)
    assert [len(ids) for ids in calls] == [3, 1, 1, 1]
    assert sorted(run.entity_label for run in result.runs) == ["#1", "#3"]
    assert [reason for _run, reason in result.left] == ["somebody else has run it again at the same moment"]


def test_of_several_runs_of_a_rule_on_a_record_the_newest_stands_for_all(failed: Run, rule: Rule) -> None:
    older = Run.across.get(pk=failed.pk)
    older.pk, older.public_id, older.event_id = None, "0123456789abcdef", None
    older.save()
    both = list(Run.across.select_related("rule").filter(rule=rule).order_by("pk"))
    wanted = replay.plan(both)
    assert [run.pk for run in wanted.fitting] == [both[1].pk]
    assert "is run again in its place" in wanted.left[0][1]


def test_many_runs_cost_few_queries_more_than_one(source: Source, rule: Rule) -> None:
    make_orders(source, range(1, 32))
    drain("automations")
    save(rule, MENDED)
    runs = list(Run.across.select_related("rule", "organization").filter(rule=rule).order_by("pk"))
    with CaptureQueriesContext(connection) as one:
        again(runs[0])
    with CaptureQueriesContext(connection) as many:
        again(*runs[1:])
    assert len(many) <= len(one) + 3 * 29  # for each the link to the old run, and two closed exceptions


# the page


def test_the_page_runs_it_again_and_opens_the_new_run(as_owner: Client, failed: Run, rule: Rule) -> None:
    save(rule, MENDED)
    assert "Run again" in as_owner.get(f"{HISTORY}{failed.public_id}/").content.decode()
    response = as_owner.post(f"{HISTORY}{failed.public_id}/replay/")
    new = Run.across.get(origin="replay")
    assert response["Location"] == f"{HISTORY}{new.public_id}/"
    page = " ".join(as_owner.get(response["Location"]).content.decode().split())
    assert "“Cancel dear ones” matched #1001 and did this: cancel." in page
    assert "run again by Olive Owner" in page
    assert f'href="{HISTORY}{failed.public_id}/"' in page
    old = as_owner.get(f"{HISTORY}{failed.public_id}/").content.decode()
    assert f'href="{HISTORY}{new.public_id}/"' in old
    assert f'action="{HISTORY}{failed.public_id}/replay/"' not in old


def test_a_second_press_opens_the_run_of_the_first(as_owner: Client, failed: Run, rule: Rule) -> None:
    save(rule, MENDED)
    first = as_owner.post(f"{HISTORY}{failed.public_id}/replay/")["Location"]
    assert as_owner.post(f"{HISTORY}{failed.public_id}/replay/")["Location"] == first
    assert Run.across.filter(origin="replay").count() == 1


def test_the_page_says_why_nothing_was_done(as_owner: Client, failed: Run, rule: Rule) -> None:
    save(rule, "return false")
    response = as_owner.post(f"{HISTORY}{failed.public_id}/replay/")
    assert response.status_code == 409
    assert "The rule does not match the record as it is now: nothing was done." in response.content.decode()
    services.set_enabled(rule, False, by=ANN)
    response = as_owner.post(f"{HISTORY}{failed.public_id}/replay/")
    assert "It was not run again: its rule is switched off." in response.content.decode()


def test_a_viewer_runs_nothing_again(as_colleague: Client, failed: Run) -> None:
    assert f"{failed.public_id}/replay/" not in as_colleague.get(f"{HISTORY}{failed.public_id}/").content.decode()
    assert as_colleague.post(f"{HISTORY}{failed.public_id}/replay/").status_code == 403
    assert as_colleague.post(f"{HISTORY}replay/", {"row": failed.public_id, "sure": "1"}).status_code == 403
    assert Run.across.filter(origin="replay").count() == 0


def test_a_user_may_run_again(failed: Run, rule: Rule) -> None:
    save(rule, MENDED)
    client = _client(make_member(failed.organization, Role.USER, name="Uma").user)
    client.post(f"{HISTORY}{failed.public_id}/replay/")
    assert Run.across.get(origin="replay").input["by"] == "Uma"


def test_a_stranger_finds_no_run(as_stranger: Client, failed: Run) -> None:
    for part in ("", "document/", "json/", "record/", "as-it-was/"):
        assert as_stranger.get(f"{HISTORY}{failed.public_id}/{part}").status_code == 404
    assert as_stranger.post(f"{HISTORY}{failed.public_id}/replay/").status_code == 404
    page = as_stranger.post(f"{HISTORY}replay/", {"row": failed.public_id, "sure": "1"}).content.decode()
    assert "None of these can be run again." in page
    assert Run.across.filter(origin="replay").count() == 0


# in bulk


def test_the_list_says_first_how_many_and_which_stay(as_owner: Client, source: Source, failed: Run, rule: Rule) -> None:
    make_orders(source, (1, 2))
    drain("automations")
    save(rule, MENDED)
    ids = list(Run.across.values_list("public_id", flat=True))
    form = {"row": ids, "back": f"{HISTORY}?view=failed"}
    page = " ".join(as_owner.post(f"{HISTORY}replay/", form).content.decode().split())
    assert "3 rules are judged anew" in page
    assert "3 × Cancel dear ones" in page
    assert "3 × only runs that failed or were refused can be run again" in page
    assert Run.across.filter(origin="replay").count() == 0
    response = as_owner.post(f"{HISTORY}replay/", form | {"sure": "1"})
    assert response["Location"] == f"{HISTORY}?view=failed"
    assert "Run again: 3 rules did their work." in as_owner.get(HISTORY).content.decode()
    assert set(Order.across.values_list("status", flat=True)) == {"canceled"}


def test_all_that_match_a_filter_are_run_again(as_owner: Client, source: Source, rule: Rule) -> None:
    make_orders(source, range(1, 13))
    drain("automations")
    odd = "const {extOrderId: number} = entity; if (number === '#8') throw Error('no'); return number !== '#7'"
    save(rule, odd)
    form = {"all": "1", "query": "f=status~is_one_of~failed", "sure": "1"}
    as_owner.post(f"{HISTORY}replay/", form)
    page = as_owner.get(HISTORY).content.decode()
    assert "Run again: 10 rules did their work, 1 failed again, 1 does not match any more." in page
    assert Order.across.filter(status="canceled").count() == 10


def test_an_address_elsewhere_is_not_followed(as_owner: Client, failed: Run) -> None:
    form = {"row": failed.public_id, "sure": "1", "back": "https://elsewhere.example/"}
    assert as_owner.post(f"{HISTORY}replay/", form)["Location"] == HISTORY


# the command


def said(*ids: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("replay_runs", *ids, stdout=out, **options)
    return out.getvalue()


def test_the_command_runs_again_what_a_filter_finds(source: Source, failed: Run, rule: Rule) -> None:
    save(rule, MENDED)
    wanted = {"filter": "f=status~is_one_of~failed"}
    assert said(**wanted, dry_run=True) == "1 would be run again. Nothing was done (--dry-run).\n"
    assert Order.across.get().status == "onHold"
    assert said(**wanted) == "1 did their work, 0 failed again, 0 do not match any more.\n"
    assert Order.across.get().status == "canceled"
    assert said(**wanted).startswith("1 left: it has been run again already.\n0 did their work")


def test_the_command_takes_ids_and_ends_with_one_where_something_failed_again(failed: Run) -> None:
    with pytest.raises(CommandError) as caught:
        said(failed.public_id)
    assert caught.value.returncode == 1
    assert said(search="Cancel dear", dry_run=True).startswith("1 left: it has been run again already.\n1 would be")


@pytest.mark.parametrize(
    ("ids", "options", "why"),
    [
        ((), {}, "Say which runs"),
        (("0000000000000000",), {}, "There is no run 0000000000000000 here."),
        ((), {"filter": "f=nothing~equals~1"}, "no such field"),
        (
            (),
            {"search": "x", "organization": "Nobody"},
            "There is no organization “Nobody”; name one with --organization: ",
        ),
    ],
)
def test_the_command_says_what_is_wrong(failed: Run, ids: tuple[str, ...], options: dict[str, str], why: str) -> None:
    with pytest.raises(CommandError, match=why) as caught:
        said(*ids, **options)
    assert caught.value.returncode == 2


def test_an_exception_that_a_person_has_closed_stays_closed(failed: Run, rule: Rule, owner: Membership) -> None:
    settle.settle(OrderException.across.get(type="rule_failed"), "dismissed", by=Actor.user(owner.user))
    save(rule, MENDED)
    again(failed)
    assert OrderException.across.get(type="rule_failed").state == "dismissed"
