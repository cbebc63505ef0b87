"""Bells are queued once, and the watch lasts until the next one begins."""

import datetime as dt

import pytest
from django.db.models.functions import Now

from portal.kit import jobs
from portal.kit.models import Bell, Heartbeat


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    answered: list[str] = []
    monkeypatch.setitem(jobs.bells._entries, "test", lambda: answered.append("test"))
    return answered


@pytest.mark.django_db(transaction=True)
def test_a_bell_rung_many_times_is_queued_once_until_it_is_answered(rung: list[str]) -> None:
    from django_q.models import OrmQ

    for _ in range(3):
        jobs.ring("test")
    assert OrmQ.objects.count() == 1
    jobs.answer("test")
    assert (rung, Bell.objects.get().queued_at) == (["test"], None)
    jobs.ring("test")
    assert OrmQ.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("waited", "but", "told"), [(0, "b", False), (2, "b", True), (2, "a", False), (30, "b", False), (None, "b", False)]
)
def test_a_bell_that_nobody_answers_for_a_while_shows_that_workers_are_busy(
    waited: int | None, but: str, told: bool
) -> None:
    Bell.objects.create(name="a", queued_at=None if waited is None else Now() - dt.timedelta(seconds=waited))
    assert jobs.others_wait(but=but) is told


@pytest.mark.django_db(transaction=True)
def test_only_what_comes_out_of_the_queue_is_a_sign_of_life() -> None:
    jobs._begin()
    jobs.pulse()
    assert jobs.seconds_since_heartbeat() is None
    jobs.answer("pulse")
    age = jobs.seconds_since_heartbeat()
    assert age is not None
    assert age < 60


@pytest.mark.django_db
def test_the_watch_ends_when_a_newer_one_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def look() -> None:
        calls.append("looked")
        if len(calls) == 2:
            jobs._begin()

    monkeypatch.setattr(jobs.watchers, "_entries", {"test": jobs.Watcher("test", 0.0, look)})
    jobs.watch(seconds=20)
    assert len(calls) == 2
    assert Heartbeat.objects.get().generation == 2


@pytest.mark.django_db
def test_a_watcher_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    calls: list[str] = []

    def fail() -> None:
        raise ValueError("broken")

    def look() -> None:
        calls.append("looked")
        jobs._begin()

    entries = {"a": jobs.Watcher("a", 0.0, fail), "b": jobs.Watcher("b", 0.0, look)}
    monkeypatch.setattr(jobs.watchers, "_entries", entries)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    jobs.watch(seconds=20)
    assert calls == ["looked"]
    assert "The watcher “a” failed" in caplog.text


@pytest.mark.django_db
def test_schedules_are_written_once_however_many_workers_start() -> None:
    from django_q.models import Schedule

    jobs.ensure_schedules()
    jobs.ensure_schedules()
    assert list(Schedule.objects.values_list("name", "minutes")) == [("watch", 1)]
