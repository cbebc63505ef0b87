"""What the code editor completes, explains and has checked: true to the documentation, to V8 and to the catalogue."""

import re
from pathlib import Path

import pytest
from django.test import Client

from automations.code_words import HELPERS, words_of
from automations.engine.triggers import triggers
from automations.scripting.contract import CodeRequest
from automations.scripting.pool import default_pool
from portal.tenancy.models import Organization
from portal.tenancy.roles import Role
from tests.conftest import _client
from tests.factories import make_member

DOCS = Path(__file__).resolve().parent.parent.parent / "docs" / "javascript.md"


def documented() -> list[tuple[tuple[str, ...], str]]:
    table = DOCS.read_text().partition("| function | gives |")[2].partition("\n\n")[0]
    rows = [line.strip("|").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    return [(tuple(re.findall("`([^`]+)`", calls)), gives.strip().replace("`", "")) for calls, gives in rows]


def test_every_documented_helper_is_offered_with_its_words() -> None:
    assert documented() == [(calls, gives) for calls, gives in HELPERS]


def test_every_helper_that_is_offered_is_there() -> None:
    names = sorted({call.partition("(")[0] for calls, _gives in HELPERS for call in calls})
    source = (
        f"const missing = {names}.filter((name) => typeof name.split('.').reduce((at, step) => at?.[step], helpers)"
    )
    source += " !== 'function'); console.log(missing.join()); return missing.length === 0"
    request = CodeRequest("test", source, "filter", [b"{}"], "2026-01-01T00:00:00Z")
    [[result]] = default_pool().run([request])
    assert (result.value, result.console, result.error) == (True, ("",), None)


def test_fields_are_told_with_what_helps_to_write_them() -> None:
    told = words_of(triggers.get("NEW_ORDER"))
    by_path = {one["path"]: one for one in told["fields"]}
    assert by_path["totalPrice"]["label"] == "Total"
    assert by_path["totalPrice"]["type"] == "number"
    assert ["onHold", "On hold"] in by_path["status"]["choices"]
    assert by_path["tags"]["type"] == "list of texts"
    assert told["lines"] == "lineItems"
    assert {"path": "now", "call": "now", "help": "the recorded instant of the run, as ISO text"} in told["helpers"]
    assert "before" not in {one["path"] for one in told["related"]}


def test_what_a_record_was_is_told_where_updates_are_looked_at() -> None:
    told = words_of(triggers.get("UPDATED_ORDER"))
    before = next(one for one in told["related"] if one["path"] == "before")
    assert {"totalPrice"} <= {field["path"] for field in before["fields"]}


@pytest.mark.django_db
def test_the_words_are_to_be_had_by_those_who_see_rules(as_owner: Client) -> None:
    answer = as_owner.get("/automations/code/words/NEW_ORDER/")
    assert answer.json()["lines"] == "lineItems"
    assert as_owner.get("/automations/code/words/NO_SUCH/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "kind", "place"),
    [
        ("return true;", "filter", []),
        ("", "action", []),
        ("const a = 1;\nreturn a +* 2;", "filter", [(2, 11)]),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_column(
    as_owner: Client, code: str, kind: str, place: list[tuple[int, int]]
) -> None:
    answer = as_owner.post("/automations/code/check/", {"code": code, "kind": kind})
    assert [(one["line"], one["column"]) for one in answer.json()["problems"]] == place


@pytest.mark.django_db
def test_only_those_who_may_write_code_have_it_checked(organization: Organization, as_owner: Client) -> None:
    data = {"code": "return 1 +", "kind": "filter"}
    assert (
        _client(make_member(organization, Role.USER, name="Robin").user)
        .post("/automations/code/check/", data)
        .status_code
        == 403
    )
    assert as_owner.post("/automations/code/check/", data | {"kind": "x"}).status_code == 400
