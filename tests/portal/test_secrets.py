"""Credentials at rest."""

import pytest
from pytest_django import Settings

from portal.kit import secrets

PLACE = "org:integration:token"


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> None:
    settings.CREDENTIAL_KEYS = ["first key"]


def test_what_was_sealed_opens_in_its_place() -> None:
    assert secrets.open_sealed(secrets.seal("sécret_123", context=PLACE), context=PLACE) == "sécret_123"


def test_the_sealed_text_is_not_in_it_and_two_seals_differ() -> None:
    first, second = secrets.seal("marker", context=PLACE), secrets.seal("marker", context=PLACE)
    assert b"marker" not in first
    assert first != second


def test_it_does_not_open_in_another_place() -> None:
    sealed = secrets.seal("marker", context=PLACE)
    with pytest.raises(secrets.CannotOpen):
        secrets.open_sealed(sealed, context="org:other:token")


def test_a_changed_byte_is_noticed() -> None:
    sealed = bytearray(secrets.seal("marker", context=PLACE))
    sealed[-1] ^= 1
    with pytest.raises(secrets.CannotOpen):
        secrets.open_sealed(bytes(sealed), context=PLACE)


@pytest.mark.parametrize("sealed", [b"", b"\x01short", b"\x02" + b"x" * 60])
def test_what_is_no_sealed_secret_is_refused(sealed: bytes) -> None:
    with pytest.raises(secrets.CannotOpen):
        secrets.open_sealed(sealed, context=PLACE)


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(settings: Settings) -> None:
    old = secrets.seal("marker", context=PLACE)
    settings.CREDENTIAL_KEYS = ["second key", "first key"]
    new = secrets.seal("marker", context=PLACE)
    assert secrets.open_sealed(old, context=PLACE) == "marker"
    assert (secrets.sealed_with_first_key(old), secrets.sealed_with_first_key(new)) == (False, True)


def test_a_key_that_is_gone_says_so(settings: Settings) -> None:
    sealed = secrets.seal("marker", context=PLACE)
    settings.CREDENTIAL_KEYS = ["second key"]
    with pytest.raises(secrets.CannotOpen, match="CREDENTIAL_KEYS"):
        secrets.open_sealed(sealed, context=PLACE)


def test_only_the_end_of_a_long_secret_is_ever_shown() -> None:
    assert secrets.last_four("secret_abcdefgh1234") == "1234"
    assert secrets.last_four("short") == ""
