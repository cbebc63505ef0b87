"""Whoever began before a mark is waited for, whoever began later is not."""

import threading

import pytest
from django.db import connections, transaction

from portal.kit import elders
from portal.kit.models import Bell
from tests.crash.workers import until


@pytest.mark.django_db(transaction=True)
def test_only_those_who_wrote_when_the_mark_was_taken_are_waited_for() -> None:
    seen: list[bool] = []

    def take() -> None:
        mark = elders.newest()
        seen.append(elders.are_gone(mark))
        marks.append(mark)
        connections.close_all()

    marks: list[int] = []
    beside = threading.Thread(target=take)
    with transaction.atomic():
        Bell.objects.create(name="elder")
        beside.start()
        beside.join(timeout=30)
    with transaction.atomic():
        Bell.objects.create(name="younger")
        # Tests beside this one write to the same server and may be older still.
        until(lambda: elders.are_gone(marks[0]), seconds=30, what="The end of those who wrote")
    assert seen == [False]
