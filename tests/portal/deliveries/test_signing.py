"""Signatures that a receiver can check, and secrets that can be changed without losing a call."""

import base64
import datetime as dt
import hashlib
import hmac

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from pytest_django import Settings

from portal.deliveries import signing
from portal.deliveries.models import SigningSecret
from portal.kit.secrets import CannotOpen
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 1, 5, 10, 0, tzinfo=dt.UTC)


def test_a_signature_is_that_of_the_standard_webhooks_convention() -> None:
    """The example of the convention's own text: its id, time, body and secret."""
    told = signing.headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        body=b'{"test": 2432232314}',
        at=dt.datetime.fromtimestamp(1614265330, tz=dt.UTC),
    )
    assert told == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_receiver_checks_it_as_the_documentation_says(organization: Organization) -> None:
    secret, body = signing.rotate(organization), b'{"a": 1}'
    told = signing.headers(signing.secrets_in_use(organization.pk), id="run:r:0", body=body, at=AT)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{told['webhook-id']}.{told['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert told["webhook-signature"] == f"v1,{wanted}"


def test_after_a_rotation_both_secrets_sign_for_a_day(organization: Organization) -> None:
    first = signing.rotate(organization)
    second = signing.rotate(organization)
    assert first != second
    assert signing.secrets_in_use(organization.pk) == [second, first]
    both = signing.headers([second, first], id="i", body=b"", at=AT)["webhook-signature"].split(" ")
    assert len(set(both)) == 2
    SigningSecret.across.update(former_until=Now())
    assert signing.secrets_in_use(organization.pk) == [second]


def test_the_first_secret_is_made_where_it_is_needed_and_not_kept_in_the_open(organization: Organization) -> None:
    assert signing.secret_of(organization) is None
    (secret,) = signing.secrets_in_use(organization.pk)
    assert signing.secrets_in_use(organization.pk) == [secret]
    row = SigningSecret.across.get()
    assert row.last_four == secret[-4:]
    assert secret.encode() not in bytes(row.sealed)


def test_a_secret_opens_for_its_organization_alone(organization: Organization, stranger: object) -> None:
    other = Organization.objects.exclude(pk=organization.pk).get()
    signing.rotate(organization)
    SigningSecret.across.update(organization=other)
    with pytest.raises(CannotOpen):
        signing.secrets_in_use(other.pk)


def test_secrets_are_sealed_again_with_the_key_in_front(
    organization: Organization, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    first = signing.rotate(organization)
    second = signing.rotate(organization)
    settings.CREDENTIAL_KEYS = ["a-newer-key-4711", *settings.CREDENTIAL_KEYS]
    assert signing.seal_again(dry_run=True) == (2, 0)
    call_command("rotate_keys")
    assert "Sealed with the first key: 2" in capsys.readouterr().out
    assert signing.seal_again() == (0, 0)
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS[:1]
    assert signing.secrets_in_use(organization.pk) == [second, first]
    settings.CREDENTIAL_KEYS = ["another-one-4711"]
    assert signing.seal_again() == (0, 2)
