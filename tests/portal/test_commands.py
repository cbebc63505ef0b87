"""The commands for those who look after an installation."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from automations.services import ensure_defaults
from orders.lifecycle import edits
from orders.lifecycle.order import OrderStatus
from orders.models import Order, Source
from portal.audit.actor import Actor
from portal.events.models import Handoff
from portal.kit import jobs
from portal.management.commands.work import Keeper
from portal.tenancy.models import Organization
from tests.factories import make_order, make_orders

pytestmark = pytest.mark.django_db


def said(command: str, **options: object) -> str:
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def show_life(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_heartbeat (name, at, generation) "
            "VALUES ('pulse', clock_timestamp() - make_interval(secs => %s), 1) "
            "ON CONFLICT (name) DO UPDATE SET at = excluded.at",
            [seconds_ago],
        )


def test_replay_puts_back_what_was_set_aside(source: Source) -> None:
    ensure_defaults(source.organization)
    make_orders(source, (1, 2))
    Handoff.across.update(state="parked", attempts=5)
    event = Handoff.across.order_by("pk").first()
    assert event
    assert said("replay", event=event.event_id) == "1 put back; they are tried again now.\n"
    assert said("replay", organization=source.organization.public_id) == "1 put back; they are tried again now.\n"
    assert said("replay") == "0 put back; they are tried again now.\n"
    assert set(Handoff.across.values_list("state", "attempts")) == {("pending", 0)}


def test_replay_of_another_organization_touches_nothing(source: Source) -> None:
    make_order(source, 1)
    Handoff.across.update(state="parked")
    other = Organization.objects.create(name="Elsewhere")
    assert said("replay", organization=other.public_id) == "0 put back; they are tried again now.\n"
    with pytest.raises(CommandError, match="There is no organization nobody"):
        said("replay", organization="nobody")
    with pytest.raises(CommandError, match="There is no part called nothing; there are: automations"):
        said("replay", consumer="nothing")


def test_due_holds_are_released_by_hand(source: Source) -> None:
    order = make_order(source, 1)
    past = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    edits.hold(order.pk, until=past, next_status=OrderStatus.READY_FOR_FULFILLMENT, reason="x", by=Actor.system())
    assert said("release_holds", dry_run=True) == "1 holds are due.\n"
    assert said("release_holds") == "1 holds ended.\n"
    assert Order.across.get().status == "readyForFulfillment"


def test_the_doctor_finds_what_needs_a_cure(source: Source) -> None:
    show_life(300)
    ensure_defaults(source.organization)
    make_order(source, 1)
    Handoff.across.update(state="parked")
    out = io.StringIO()
    with pytest.raises(CommandError, match="Something needs a cure"):
        call_command("doctor", stdout=out)
    lines = out.getvalue().splitlines()
    assert "CURE  Background work: last sign of life 300 s ago" in lines
    assert "      Start it again: manage.py work" in lines
    assert "CURE  Set aside: 1 events failed too often" in lines
    assert "ok    Tables: up to date" in lines


def keeper(started_seconds_ago: float) -> Keeper:
    made = Keeper(silence=180, grace=90)
    import time

    made._started = time.monotonic() - started_seconds_ago
    return made


@pytest.mark.parametrize(
    ("running_for", "last_life", "silent"),
    [(10, 1, False), (10, 86_400, False), (200, 5, False), (200, 181, True), (200, None, True), (10, None, False)],
)
def test_only_a_cluster_that_had_its_time_and_is_silent_is_started_again(
    running_for: float, last_life: int | None, silent: bool
) -> None:
    if last_life is not None:
        show_life(last_life)
    assert (jobs.seconds_since_heartbeat() is None) == (last_life is None)
    assert keeper(running_for)._is_silent() is silent
