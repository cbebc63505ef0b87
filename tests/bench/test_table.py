from pathlib import Path

import pytest

from bench import table
from bench.rules import CODE_RULES, RULES
from bench.table import Figure

FIGURES = (
    Figure("whole path", "1,000/s", "at least 30%", True),
    Figure("order page", "120 ms", "under 100 ms", False),
    Figure("– its half", "2,000/s"),
)


@pytest.mark.django_db
def test_the_page_keeps_its_words_and_gets_the_new_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    begin, end = table.markers("bench")
    page.write_text(f"# Before\n{begin}\nold\n{end}\n## After\n")
    monkeypatch.setattr(table, "PAGE", page)
    table.write(FIGURES)
    table.write(FIGURES)
    lines = page.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("# Before", "## After")
    assert lines[-6:-2] == [
        "| --- | ---: | --- |",
        "| whole path | 1,000/s | at least 30% ✔ |",
        "| order page | 120 ms | under 100 ms ✘ |",
        "| – its half | 2,000/s |  |",
    ]
    assert "old" not in page.read_text()
    assert lines[2].startswith("Measured on ")


@pytest.mark.django_db
def test_a_page_without_its_markers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "performance.md"
    page.write_text("# Before\n")
    monkeypatch.setattr(table, "PAGE", page)
    with pytest.raises(ValueError, match=r"performance\.md must hold the lines"):
        table.write(FIGURES)


@pytest.mark.parametrize("name", ["bench", "bench million"])
def test_the_page_of_the_project_has_the_markers(name: str) -> None:
    text = table.PAGE.read_text()
    begin, end = table.markers(name)
    assert text.index(begin) < text.index(end)


def test_there_are_twenty_rules_with_the_default_and_five_are_javascript() -> None:
    assert (len(RULES) + 1, CODE_RULES) == (20, 5)
