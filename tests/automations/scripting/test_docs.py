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
      const names = {};
      for (const part of ["money", "dates", "text"]) names[part] = Object.keys(helpers[part]);
      return { names, top: Object.keys(helpers) }"""
    (result,) = run(source, kind="action")
    value: dict[str, Any] = result.value
    there = {f"{part}.{name}" for part, names in value["names"].items() for name in names}
    table = PAGE.split("## Helpers")[1].split("## Ten examples")[0]
    assert set(re.findall(r"`((?:money|dates|text)\.\w+)\(", table)) == there
    assert value["top"] == ["money", "dates", "text", "now"]
