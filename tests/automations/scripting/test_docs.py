"""docs/javascript.md is true: its examples give what it says, its helpers and limits are the real ones."""

import re
from pathlib import Path
from typing import Any

import pytest

from automations.scripting.contract import Kind
from portal.kit import json as kit_json
from tests.automations.scripting.conftest import Run

PAGE = (Path(__file__).parents[3] / "docs" / "javascript.md").read_text()
EXAMPLES = re.findall(
    r"^### (\d+\. .+?)\n.*?^```js (filter|action)\n(.*?)^```.*?^```json entity\n(.*?)^```.*?^```json result\n(.*?)^```",
    PAGE,
    re.MULTILINE | re.DOTALL,
)


def test_there_are_ten_examples() -> None:
    assert [title.split(".")[0] for title, *_ in EXAMPLES] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize(("title", "kind", "source", "entity", "answer"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_an_example_gives_the_answer_beside_it(
    run: Run, title: str, kind: Kind, source: str, entity: str, answer: str
) -> None:
    (result,) = run(source, entity.encode(), kind=kind)
    assert (result.error, result.value) == (None, kit_json.loads(answer))


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
