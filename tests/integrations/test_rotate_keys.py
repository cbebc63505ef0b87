"""`manage.py rotate_keys`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from integrations import lifecycle
from integrations.models import Credential, Integration
from integrations.models.credential import store
from portal.kit import secrets
from portal.tenancy.models import Organization
from tests.integrations.conftest import TESTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(organization: Organization, settings: Settings) -> Integration:
    settings.CREDENTIAL_KEYS = ["old"]
    integration = lifecycle.add(organization, "ecwid", name="Tea shop", by=TESTER)
    store(integration, {"token": "secret_marker_0001"})
    return integration


def rotate(*words: str) -> str:
    out = StringIO()
    call_command("rotate_keys", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_every_credential_is_sealed_with_the_first_key_once(kept: Integration, settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ["new", "old"]
    assert rotate("--dry-run") == "To seal with the first key: 1\n"
    assert rotate() == "Sealed with the first key: 1\n"
    assert rotate() == "Sealed with the first key: 0\n"
    settings.CREDENTIAL_KEYS = ["new"]
    assert Credential.objects.get().open() == "secret_marker_0001"


def test_what_no_key_opens_is_named_and_left_alone(kept: Integration, settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ["new"]
    with pytest.raises(CommandError, match="1 could not be opened"):
        rotate()
    settings.CREDENTIAL_KEYS = ["old"]
    assert Credential.objects.get().open() == "secret_marker_0001"


def test_a_sealed_secret_moved_to_another_integration_does_not_open(kept: Integration) -> None:
    other = lifecycle.add(kept.organization, "ecwid", name="Other", by=TESTER)
    moved = Credential.objects.get()
    moved.pk, moved.integration = None, other
    with pytest.raises(secrets.CannotOpen):
        moved.open()
