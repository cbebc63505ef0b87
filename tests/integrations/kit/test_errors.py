"""What an outside answer means for us."""

import pytest

from integrations.kit.errors import Kind, OutsideFailed, Reaction, pause_of, react


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Kind.RECORD), (401, Kind.SIGN_IN), (402, Kind.PERSON), (403, Kind.SIGN_IN), (404, Kind.RECORD),
        (408, Kind.LATER), (425, Kind.LATER), (429, Kind.LATER), (500, Kind.LATER), (502, Kind.LATER),
        (503, Kind.LATER), (504, Kind.LATER), (599, Kind.LATER), (418, Kind.RECORD), (302, Kind.RECORD),
    ],
)  # fmt: skip
def test_each_status_says_what_happens_next(status: int, kind: Kind) -> None:
    assert react(status).kind is kind


def test_a_connector_knows_better_about_a_code_than_the_table() -> None:
    own = Reaction(Kind.PERSON, "Rights are missing.", "Grant them.")
    special = {(403, "INSUFFICIENT_APP_SCOPE"): own}
    assert react(403, "INSUFFICIENT_APP_SCOPE", special=special) is own
    assert react(403, "INVALID_API_TOKEN", special=special).kind is Kind.SIGN_IN


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7), ("0", 0), ("86400", 900), ("9" * 5000, 900), ("-5", None), ("soon", None), ("", None), (None, None),
        ("١٢", None), ("1.5", None),
        ("Wed, 21 Oct 2015 07:28:30 GMT", 31), ("Wed, 21 Oct 2015 07:27:00 GMT", 0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 900),
    ],
)  # fmt: skip
def test_a_pause_is_read_in_both_forms_and_capped(value: str | None, seconds: int | None) -> None:
    assert pause_of(value, now=1_445_412_480) == seconds


def test_the_sentence_holds_the_cause_and_what_the_other_side_said() -> None:
    failed = OutsideFailed(react(403), status=403, message="Token revoked")
    assert failed.sentence() == "The access was taken back or has ended (Token revoked)."
