"""The answers have the shapes they promise: those described here, and the samples wherever those are at hand."""

import json
from pathlib import Path

import pytest

from integrations.connectors.ecwid.sandbox.server import Sandbox
from integrations.connectors.ecwid.sandbox.webhooks import signature
from tests.integrations.connectors.ecwid.sandbox.contract import CASES, Case, differences, get, shape
from tests.integrations.connectors.ecwid.sandbox.test_sign_in import decide, exchange

HERE = Path(__file__).parent
OWN = json.loads((HERE / "shapes.json").read_text())
# The samples lie beside a checkout where this project is made, not inside it.
SAMPLES = HERE.parents[5] / "shared" / "apis" / "ecwid-samples"


def sample(name: str) -> object:
    """The sample of this name, or None where the samples are not at hand."""
    file = SAMPLES / name
    return json.loads(file.read_text()) if file.exists() else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sample)
def test_an_answer_has_its_shape(sandbox: Sandbox, case: Case) -> None:
    ours = shape(case.fetch(sandbox))
    assert ours == OWN[case.sample]
    theirs = sample(case.sample)
    assert theirs is None or differences(ours, shape(theirs), case) == []


def test_every_described_shape_is_asked_for() -> None:
    assert sorted(OWN) == sorted(case.sample for case in CASES)


def test_the_comparison_notices_what_is_missing_invented_or_of_another_type() -> None:
    case = Case("x", lambda sandbox: None, absent=(".may",))
    theirs = shape({"id": 1, "name": "a", "may": 1, "at": [{"b": None}]})
    ours = shape({"id": "1", "at": [{"b": None, "c": True}]})
    assert differences(ours, theirs, case) == ["missing .name", "invented .at[].c", "another type .id"]


def test_errors_are_worded_as_in_the_samples(sandbox: Sandbox) -> None:
    answer = get(sandbox, "orders/601249999")
    assert answer == {"errorMessage": "Order #601249999 not found", "errorCode": "ORDER_NOT_FOUND"}
    known = sample("errors.json")
    codes = {error["body"]["errorCode"] for error in known if error["body"] and "errorCode" in error["body"]} if (
        isinstance(known, list)
    ) else {"ORDER_NOT_FOUND"}  # fmt: skip
    assert answer["errorCode"] in codes


def test_signatures_are_those_of_the_samples() -> None:
    known = sample("webhooks/signature-vectors.json")
    vectors = known["vectors"] if isinstance(known, dict) else []
    secret = known["client_secret"] if isinstance(known, dict) else ""
    for vector in vectors:
        created, _, event_id = vector["signedString"].partition(".")
        assert signature(secret, int(created), event_id) == vector["X-Ecwid-Webhook-Signature"]
    assert signature("s", 1, "e") == "mFzTFJRCDntgdTE+mUDylN/ZIVYkDHLh4BmUDnqbFIs="


def test_the_sample_of_a_whole_sign_in_matches(sandbox: Sandbox) -> None:
    found = exchange(sandbox, decide(sandbox, "approve")["code"][0])
    assert sorted(found) == ["access_token", "email", "scope", "store_id", "token_type"]
