"""The log of calls: short, and without secrets."""

import pytest

from integrations import lifecycle
from integrations.kit import calls
from integrations.models import Call
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER


def test_a_secret_is_hidden_wherever_it_turns_up() -> None:
    mask = calls.Mask(["secret_abc", "secret_abcdef", "x"])
    assert mask("GET /?token=secret_abcdef&x=secret_abc") == "GET /?token=••••&x=••••"


@pytest.mark.django_db
def test_only_the_newest_calls_of_each_integration_are_kept(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "KEPT", 2)
    both = [lifecycle.add(organization, "ecwid", name=name, by=TESTER) for name in ("A", "B")]
    for one in both:
        calls.write(calls.entry(one.pk, "GET", f"/{n}", ms=1) for n in range(3))
    assert calls.clear_old() == 2
    assert sorted(Call.objects.values_list("url", flat=True)) == ["/1", "/1", "/2", "/2"]
