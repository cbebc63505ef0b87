"""docs/javascript.md is true: helpers, limits and related documents; its examples run in test_worked_examples.py."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings

from automations.engine.budget import Budget
from automations.engine.related import BEFORE, relations
from automations.scripting.limits import Limits
from tests.automations.scripting.conftest import Run

PAGE = (Path(__file__).parents[3] / "docs" / "javascript.md").read_text()


def test_every_helper_stands_in_the_table_and_the_table_names_no_other(run: Run) -> None:
    source = """
      const names = Object.keys(helpers).filter((name) => typeof helpers[name] === "function");
      const parts = Object.keys(helpers).flatMap((top) => Object.keys(helpers[top]).map((name) => `${top}.${name}`));
      return { names: [...names, ...parts.filter((name) => !name.startsWith("now."))] }"""
    (result,) = run(source, kind="action")
    there: Any = set(result.value["names"])
    table = PAGE.split("## Helpers")[1].split("## Converting a filter")[0]
    assert set(re.findall(r"`([a-z]\w*(?:\.\w+)?)\(", table)) == there
    assert "`helpers.now`" in PAGE


def test_the_limits_in_the_table_are_the_real_ones() -> None:
    limits, told = Limits(), PAGE.split("## When something goes wrong")[1].split("## Helpers")[0]
    budget = Budget()
    assert limits == Limits(**settings.SCRIPT_LIMITS)
    assert budget == Budget(**settings.SCRIPT_BUDGET)
    for row in (
        f"| source | {limits.source_bytes // 1024} KB |",
        f"| result of an action | {limits.result_bytes // 1024} KB, {limits.result_depth} levels deep |",
        f"| console | {limits.console_bytes // 1024} KB a run | `SCRIPT_CONSOLE_KB` |",
        f"| error message | {limits.message_chars} characters |",
        f"| time of a filter | {limits.filter_ms} ms | `SCRIPT_FILTER_MS` |",
        f"| time of an action | {limits.action_ms // 1000} s | `SCRIPT_ACTION_MS` |",
        f"| wall clock | {limits.grace_ms} ms more",
        f"| memory | {limits.heap_mb} MB | `SCRIPT_HEAP_MB` |",
        f"| waiting for a free process | {limits.queue_seconds:g} s | `SCRIPT_QUEUE_SECONDS` |",
        f"in one evaluation | {budget.order_seconds} s | `SCRIPT_ORDER_SECONDS` |",
        f"in a minute | {budget.organization_seconds} s | `SCRIPT_ORGANIZATION_SECONDS` |",
        f"| broken limits in one batch of records | {limits.losses_per_request} |",
        f"| broken limits in a minute, all rules together | {limits.losses_per_minute} |",
        f"| {budget.failures}, or {budget.timeouts} that did not end in time |",
    ):
        assert row in told


def test_every_related_document_stands_in_the_table() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| an? (\w+)", PAGE.split("| `related.` |")[1].split("Good to know")[0], re.MULTILINE
    )
    told = {f"{entity}.{name}" for name, entity in rows}
    assert told == {*relations.keys(), f"order.{BEFORE}"}
