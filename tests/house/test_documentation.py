"""The documentation tells of everything there is, names nothing that is not, and its links lead somewhere."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from automations.engine.actions import actions
from automations.engine.triggers import triggers
from integrations.registry import connectors
from orders.exceptions.catalogue import exception_types
from orders.imports.format import formats
from orders.lifecycle.order import EDGES, OrderStatus
from orders.models import Hold
from portal.deliveries.senders import senders
from portal.events.catalogue import event_types
from portal.events.dispatch import subscribers
from portal.filters.shape import operators
from portal.kit.invariants import invariants
from portal.kit.jobs import bells, watchers
from tests.house import pages
from tools.steps import ROOT


def commands() -> list[str]:
    return sorted(path.stem for path in ROOT.glob("*/management/commands/[!_]*.py"))


def import_formats() -> list[str]:
    formats.discover("orders.imports.formats")
    return formats.keys()


@dataclass(frozen=True)
class Kind:
    """One kind of extension: the keys there are, the table that must list them, where tests name them."""

    entries: Callable[[], list[str]]
    page: str
    heading: str
    tests: str
    together: tuple[str, str] | None = None
    """A test that goes through the whole registry, and what it calls for that: no entry needs to be named."""


KINDS = {
    "event": Kind(event_types.keys, "docs/events.md", "event", "tests"),
    "action": Kind(actions.keys, "docs/automations.md", "action", "tests/automations"),
    "trigger": Kind(triggers.keys, "docs/automations.md", "trigger", "tests/automations"),
    "exception type": Kind(exception_types.keys, "docs/orders.md", "type", "tests"),
    "import format": Kind(import_formats, "docs/orders.md", "format", "tests/orders/imports"),
    "bell": Kind(bells.keys, "docs/events.md", "bell", "tests"),
    "watcher": Kind(watchers.keys, "docs/events.md", "watcher", "tests"),
    "sender": Kind(senders.keys, "docs/deliveries.md", "sender", "tests"),
    "command": Kind(commands, "docs/commands.md", "command", "tests"),
    "invariant": Kind(invariants.keys, "docs/reliability.md", "invariant", "tests"),
    "operator": Kind(
        operators.keys,
        "docs/filters.md",
        "",
        "tests",
        together=("tests/portal/filters/test_docs.py", "operators.all()"),
    ),
    "connector": Kind(connectors.keys, "docs/connectors.md", "", "tests/integrations/connectors"),
}

NAMED_BY_NO_TEST = {
    (
        "bell",
        "events:automations",
    ): "a bell rings nothing but `drain`, which tests/portal/events/test_dispatch.py calls itself",
    ("bell", "events:products"): "a bell rings nothing but `drain`: tests/orders/products/test_pages.py",
    ("bell", "events:exceptions.mail"): "a bell rings nothing but `drain`: tests/orders/exceptions/test_mail.py",
    ("bell", "events:routing"): "a bell rings nothing but `drain`: tests/orders/routing/test_run_again.py",
    ("bell", "events:pushing"): "a bell rings nothing but `drain`: tests/integrations/connectors/custom_system",
    ("bell", "events:telling"): "a bell rings nothing but `drain`: tests/integrations/outbound/test_fulfillments.py",
    ("bell", "hooks"): "a bell rings nothing but `register_due`: tests/integrations/hooks",
    ("bell", "events:waiting"): "a bell rings nothing but `drain`: tests/automations/test_waiting.py",
    (
        "bell",
        "integrations.pull",
    ): "a bell rings nothing but `pull.run_due`, which tests/integrations/sync calls itself",
    ("watcher", "deliveries left behind"): "its function `sweep` rings; what it rings for is tested beside it",
    ("watcher", "events left behind"): "its function `sweep` is tested in tests/portal/events/test_dispatch.py",
    ("watcher", "release holds"): "its function `release_all_due` is tested in tests/orders/test_holds.py",
    ("watcher", "flows that are due"): "rings where `pull.anything_due` says so, which tests/integrations/sync covers",
    ("watcher", "sign-ins that nobody finished"): "its function is tested in tests/integrations/test_oauth.py",
    ("watcher", "addresses that outside systems do not know yet"): "its function is tested in tests/integrations/hooks",
    ("watcher", "old calls"): "deletes by age; nothing depends on it",
}
"""What a test need not name, and why."""

_NOT_CODE = {*bells.keys(), *invariants.keys()}
"""Keys that look like the name of a module."""
ENTRIES = [(kind, key) for kind in KINDS for key in KINDS[kind].entries()]


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_something_of_every_kind(kind: str) -> None:
    assert KINDS[kind].entries() != []


@pytest.mark.parametrize(("kind", "key"), ENTRIES)
def test_every_entry_is_documented(kind: str, key: str) -> None:
    assert key in documented(kind)


def documented(kind: str) -> set[str]:
    """Return the entries that the page of a kind tells of."""
    told = KINDS[kind]
    if not told.heading:
        return {name.rpartition("/")[2] for name in pages.code(told.page)}
    named = pages.keys(told.page, told.heading)
    return {name.split()[0] for name in named} if kind == "command" else set(named)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].heading])
def test_the_tables_list_nothing_that_is_gone(kind: str) -> None:
    assert documented(kind) == set(KINDS[kind].entries())


@cache
def _tests_below(folder: str) -> str:
    files = [path for path in (ROOT / folder).rglob("*.py") if path.parent != ROOT / "tests" / "house"]
    return "\n".join(path.read_text() for path in files)


def is_tested(kind: str, key: str) -> bool:
    told = KINDS[kind]
    if told.together:
        file, call = told.together
        return call in (ROOT / file).read_text()
    if kind == "connector":
        return (ROOT / told.tests / key / "test_conformance.py").is_file()
    return (
        re.search(
            rf"[\"'(]{re.escape(key)}[\"') ]|commands?[. ](?:import )?{re.escape(key)}\b", _tests_below(told.tests)
        )
        is not None
    )


@pytest.mark.parametrize(("kind", "key"), [one for one in ENTRIES if one not in NAMED_BY_NO_TEST])
def test_every_entry_is_tested(kind: str, key: str) -> None:
    assert is_tested(kind, key)


@pytest.mark.parametrize("exempt", NAMED_BY_NO_TEST)
def test_an_exemption_is_still_needed(exempt: tuple[str, str]) -> None:
    assert exempt in ENTRIES
    assert not is_tested(*exempt)


@pytest.mark.parametrize("name", pages.pages())
def test_every_link_leads_somewhere(name: str) -> None:
    broken = []
    for link in pages.links(name):
        path, _, heading = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        if not target.exists() or (heading and heading not in pages.headings(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", pages.pages())
def test_a_page_names_only_files_and_code_that_exist(name: str) -> None:
    assert sorted({one for one in pages.code(name) if pages.missing(one) and one not in _NOT_CODE}) == []


def test_the_index_leads_to_every_page() -> None:
    linked = {(pages.DOCS / link.partition("#")[0]).resolve() for link in pages.links("docs/README.md")}
    assert [
        page for page in pages.DOCS.rglob("*.md") if page.name != "README.md" and page.resolve() not in linked
    ] == []


def test_decisions_are_numbered_without_gaps_and_are_a_page_each() -> None:
    decisions = sorted((pages.DOCS / "adr").glob("*.md"))
    assert [int(page.name[:4]) for page in decisions] == list(range(1, len(decisions) + 1))
    for number, page in enumerate(decisions, start=1):
        told = page.read_text()
        assert told.startswith(f"# {number}. ")
        assert re.findall(r"^## (.+)$", told, re.MULTILINE) == ["Context", "Choice", "Consequences"]
        assert len(told.splitlines()) <= 30


def test_the_table_of_statuses_is_the_state_machine() -> None:
    table = {
        row[0].strip("`"): (row[1], re.findall(r"`(\w+)`", row[2])) for row in pages.rows("docs/orders.md", "status")
    }
    assert table == {
        status.value: (status.label, [to.value for to in OrderStatus if to in EDGES.get(status, frozenset())])
        for status in OrderStatus
    }


@pytest.mark.parametrize("key", invariants.keys())
def test_the_table_of_invariants_uses_their_words(key: str) -> None:
    row = next(row for row in pages.rows("docs/reliability.md", "invariant") if row[0] == f"`{key}`")
    assert row[1] == invariants.get(key).says


def test_every_outcome_of_a_hold_is_told() -> None:
    assert set(pages.keys("docs/orders.md", "outcome of a hold")) == set(Hold.Outcome.values)


@pytest.mark.parametrize("name", event_types.keys())
def test_the_table_of_events_names_words_and_consumers(name: str) -> None:
    row = next(row for row in pages.rows("docs/events.md", "event") if row[0] == f"`{name}`")
    assert row[1] == str(event_types.get(name).label)
    assert re.findall(r"`(.+?)`", row[4]) == [one.name for one in subscribers(name)]


@pytest.mark.parametrize("name", watchers.keys())
def test_the_table_of_watchers_says_how_often_each_is_called(name: str) -> None:
    row = next(row for row in pages.rows("docs/events.md", "watcher") if row[0] == f"`{name}`")
    amount, unit = row[1].split()
    assert float(amount) * {"s": 1, "min": 60, "h": 3600}[unit] == watchers.get(name).every


@pytest.mark.parametrize("key", exception_types.keys())
def test_the_table_of_exceptions_uses_their_words(key: str) -> None:
    row = next(row for row in pages.rows("docs/orders.md", "type") if row[0] == f"`{key}`")
    assert row[1] == str(exception_types.get(key).label)


@pytest.mark.parametrize("key", actions.keys())
def test_the_table_of_actions_tells_what_they_are(key: str) -> None:
    action = actions.get(key)
    row = next(row for row in pages.rows("docs/automations.md", "action") if row[0] == f"`{key}`")
    assert (row[1], row[3], row[4]) == (
        action.label,
        "yes" if action.terminal else "no",
        "yes" if action.reversible else "no",
    )


def test_every_failpoint_is_told_and_no_other() -> None:
    sources = [
        path for house in ("portal", "orders", "automations", "integrations") for path in (ROOT / house).rglob("*.py")
    ]
    placed = {name for path in sources for name in re.findall(r"failpoint\(\"([\w.]+)\"\)", path.read_text())}
    assert set(pages.keys("docs/reliability.md", "failpoint")) == placed


def test_every_picture_can_be_read_aloud() -> None:
    pictures = [Path(path) for path in (ROOT / "docs" / "img").glob("*.svg")]
    assert [
        path.name
        for path in pictures
        if "<title" not in path.read_text() or "prefers-color-scheme" not in path.read_text()
    ] == []
