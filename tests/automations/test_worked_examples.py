"""The ten worked examples of docs/javascript.md: read from the page, run as rules by the evaluator, and true."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from automations.definition import ActionSpec, Definition, FilterSpec
from automations.engine.code import answerer
from automations.engine.evaluate import Firing, Outcome, Subject, evaluate
from automations.engine.rules import make_ready, rule_list
from automations.engine.triggers import triggers
from portal.filters.fields import BEFORE
from portal.kit import json

PAGE = (Path(__file__).parents[2] / "docs" / "javascript.md").read_text()
ORDER = json.loads(re.search(r"```json the order\n(.*?)```", PAGE, re.DOTALL)[1])  # type: ignore[index]
ARCHIVE = ActionSpec(key="archive")
NOW = dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
SECTIONS = re.findall(r"^### (\d+\. .+?)\n(.*?)(?=^### |\Z)", PAGE.split("## Ten worked examples")[1], re.M | re.S)


def block(text: str, name: str) -> str | None:
    found = re.search(rf"^```{name}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else None


def value(text: str, name: str) -> Any:
    found = block(text, f"json {name}")
    return None if found is None else json.loads(found)


def judged(text: str) -> tuple[Outcome, dict[str, Any]]:
    """Run an example as the only rule of its trigger; return the outcome and the order that it was run on."""
    code, action = block(text, "js filter"), block(text, "js action")
    related = value(text, "related") or {}
    trigger = triggers.get("UPDATED_ORDER" if "before" in related else "NEW_ORDER")
    document = {**ORDER, **(value(text, "the order differs in") or {})}
    subject = Subject(1, 1, "feedfacefeedface", document | _before(related), _beside(related))
    rule = make_ready(
        Definition(
            name="Example",
            filter=FilterSpec(kind="code", code=code) if code else FilterSpec(),
            actions=(ActionSpec(key="update_by_code", settings={"code": action}) if action else ARCHIVE,),
        ),
        trigger, rule_id=1, version_id=1, public_id="r", number=1, organization="examples",
    )  # fmt: skip
    (outcome,) = evaluate(rule_list(0, trigger, [rule], dt.UTC), [subject], NOW, answerer(NOW))
    return outcome, document


def _before(related: dict[str, Any]) -> dict[str, Any]:
    return {BEFORE: {**ORDER, **related["before"]}} if "before" in related else {}


def _beside(related: dict[str, Any]) -> dict[str, Any]:
    return {name: told for name, told in related.items() if name != "before"}


def only(outcome: Outcome) -> Firing:
    (firing,) = outcome.firings
    return firing


def test_there_are_ten_and_actions_and_refusals_are_among_them() -> None:
    assert [title.split(".")[0] for title, _ in SECTIONS] == [str(number) for number in range(1, 11)]
    assert sum(block(text, "js filter") is not None for _, text in SECTIONS) == 6
    assert sum(value(text, "changes") is not None for _, text in SECTIONS) == 3


@pytest.mark.parametrize(("title", "text"), SECTIONS, ids=[title for title, _ in SECTIONS])
def test_an_example_does_what_the_page_says(title: str, text: str) -> None:
    outcome, document = judged(text)
    if (expected := value(text, "result")) is not None:
        assert [firing.status for firing in outcome.firings] == (["completed"] if expected else [])
    elif (names := value(text, "refused")) is not None:
        firing = only(outcome)
        assert (firing.status, outcome.document) == ("refused", document)
        assert all(name in firing.error for name in names)
        assert firing.writes == []
    else:
        changes = value(text, "changes")
        firing = only(outcome)
        assert (firing.status, firing.error) == ("completed", "")
        after = {name: outcome.document.get(name) for name in outcome.document.keys() | document.keys()}
        assert {name: got for name, got in after.items() if got != document.get(name)} == changes
    assert console(outcome) == (value(text, "console") or [])


def console(outcome: Outcome) -> list[str]:
    told = [part for firing in outcome.firings for part in (firing.trace["filter"], *firing.trace.get("actions", ()))]
    return [line for part in told for line in part.get("console", ())]
