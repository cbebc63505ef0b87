"""One pace for all processes, kept in a row."""

import pytest

from integrations import lifecycle
from integrations.kit import pace
from integrations.manifest import Limits
from integrations.models import Integration, Pace
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER

pytestmark = pytest.mark.django_db

SLOW = Limits(per_second=0.001, burst=3)


@pytest.fixture
def paced(organization: Organization) -> Integration:
    return lifecycle.add(organization, "ecwid", name="Tea shop", by=TESTER)


def test_a_burst_goes_out_at_once_and_the_next_ones_queue_up(paced: Integration) -> None:
    assert [pace.take(paced.pk, SLOW) for _ in range(3)] == pytest.approx([0, 0, 0], abs=0.01)
    fourth, fifth = pace.take(paced.pk, SLOW), pace.take(paced.pk, SLOW)
    assert fourth == pytest.approx(1_000, rel=0.01)
    assert fifth == pytest.approx(2_000, rel=0.01)


def test_time_fills_the_bucket_up_to_the_burst_and_no_further(paced: Integration) -> None:
    pace.take(paced.pk, SLOW)
    Pace.objects.update(at="2020-01-01T00:00:00Z")
    assert [pace.take(paced.pk, SLOW) for _ in range(3)] == pytest.approx([0, 0, 0], abs=0.01)
    assert pace.take(paced.pk, SLOW) > 900


def test_a_pause_is_told_to_everyone_and_costs_no_token(paced: Integration) -> None:
    pace.take(paced.pk, SLOW)
    pace.pause(paced.pk, 60)
    before = Pace.objects.get().tokens
    assert 59 < pace.take(paced.pk, SLOW) <= 60
    assert Pace.objects.get().tokens == before
    assert 59 <= pace.rest(paced.pk) <= 60


def test_a_shorter_pause_does_not_shorten_a_longer_one(paced: Integration) -> None:
    pace.pause(paced.pk, 60)
    pace.pause(paced.pk, 5)
    assert pace.rest(paced.pk) > 50


def test_without_a_pause_there_is_no_rest(paced: Integration) -> None:
    assert pace.rest(paced.pk) == 0
