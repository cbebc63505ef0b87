"""The repository keeps its own promises: locks, documents and addresses."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from json import loads

import pytest

from tools.steps import ROOT

LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-node.txt", "requirements-bench.txt"]
NPM_LOCKS = ["package-lock.json", "tools/browser/package-lock.json"]
# In pieces, so that this file does not name what it forbids.
FORBIDDEN_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
        ("registry", "yarnpkg", "com"),
    )
]
READS_A_VARIABLE = re.compile(r"""env\.(?:text|flag|number|optional_number|choice|words|secret)\(\s*"([A-Z_]+)""")


@cache
def committed_files() -> tuple[str, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


CONSTANT = {"organization", "source"}
"""What a row never changes to another one of."""


def locks_and_joins(function: ast.AST) -> set[str]:
    """Return what a function that locks rows joins to rows."""
    calls = [one for one in ast.walk(function) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
    named = [(one.func.attr, one.args) for one in calls if isinstance(one.func, ast.Attribute)]
    if "select_for_update" not in {name for name, _ in named}:
        return set()
    return {str(ast.literal_eval(word)) for name, args in named if name == "select_related" for word in args}


def test_what_may_become_another_row_is_not_joined_to_what_is_locked() -> None:
    """Who has waited for a lock gets the locked row as it is now, joined to what it named before the wait.

    In PostgreSQL (read committed) the join fails then: the row is not found, or what it names is missing.
    """
    found = {
        f"{name}: {function.name}": wrong
        for name in committed_files()
        if name.endswith(".py") and not name.startswith("tests/")
        for function in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(function, ast.FunctionDef) and (wrong := locks_and_joins(function) - CONSTANT)
    }
    assert found == {}


@cache
def project() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=~! ;]", requirement)[0].lower()


def first_column(document: str) -> set[str]:
    """Return what stands in backticks in the first column of the document's tables."""
    rows = [line for line in (ROOT / document).read_text().splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_no_file_names_a_registry(host: str) -> None:
    named = [name for name in committed_files() if host.encode() in (ROOT / name).read_bytes()]
    assert named == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_python_lock_names_no_registry_and_has_a_hash_for_each_release(lock: str) -> None:
    text = (ROOT / lock).read_text()
    releases = re.findall(r"^[a-z0-9].*==.* \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert releases
    assert len(releases) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    assert "://" not in text
    assert "--index" not in text


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_an_npm_lock_names_no_registry_and_has_a_hash_for_each_release(lock: str) -> None:
    packages = loads((ROOT / lock).read_text())["packages"]
    assert [path for path, package in packages.items() if "resolved" in package] == []
    assert [path for path, package in packages.items() if path and "integrity" not in package] == []


def test_every_listed_dependency_is_in_its_lock() -> None:
    groups = project()["dependency-groups"]
    wanted = {
        "requirements.txt": project()["project"]["dependencies"],
        "requirements-dev.txt": groups["dev"],
        "requirements-node.txt": groups["node"],
        "requirements-bench.txt": groups["bench"],
    }
    for lock, requirements in wanted.items():
        locked = {line.split("==")[0] for line in (ROOT / lock).read_text().splitlines() if "==" in line}
        assert {name_of(requirement) for requirement in requirements} - locked == set()


def imported(folder: str) -> set[str]:
    """Return the packages that the files of a folder import, without Python's own and ours."""
    files = [ROOT / name for name in committed_files() if name.startswith(f"{folder}/") and name.endswith(".py")]
    named: set[str] = set()
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text()))):
        if isinstance(node, ast.Import):
            named |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            named.add(str(node.module))
    ours = {path.name for path in ROOT.iterdir()}
    return {name.partition(".")[0] for name in named} - sys.stdlib_module_names - ours


@pytest.mark.parametrize(
    ("folder", "locks"),
    [
        *((folder, LOCKS[:1]) for folder in ("portal", "orders", "integrations", "automations")),
        ("bench", [LOCKS[0], LOCKS[3]]),
    ],
)
def test_what_is_imported_is_installed_for_that_use(folder: str, locks: list[str]) -> None:
    """`make run` and `make bench` install less than `make test`, whose machine would hide what is missing there."""
    lines = [line for lock in locks for line in (ROOT / lock).read_text().splitlines()]
    locked = {line.split("==")[0] for line in lines if "==" in line}
    known, missing = packages_distributions(), []
    for name in sorted(imported(folder)):
        alike = [one for one in locked if one.startswith(name.replace("_", "-"))]  # what is not installed here
        if not {one.lower().replace("_", "-") for one in known.get(name, alike)} & locked:
            missing.append(name)
    assert missing == []


def test_every_dependency_is_explained_and_nothing_else() -> None:
    groups = project()["dependency-groups"]
    python = [*project()["project"]["dependencies"], *groups["dev"], *groups["node"], *groups["bench"]]
    manifests = [loads((ROOT / name).read_text()) for name in ("package.json", "tools/browser/package.json")]
    browser = [
        name for file in manifests for kind in ("dependencies", "devDependencies") for name in file.get(kind, {})
    ]
    assert first_column("docs/dependencies.md") == {name_of(requirement) for requirement in python} | set(browser)


def test_every_environment_variable_is_documented() -> None:
    readers = ["portal/settings.py", "portal/kit/postgres/place.py", "tools/run.py"]
    read = {name for file in readers for name in READS_A_VARIABLE.findall((ROOT / file).read_text())}
    read |= set(re.findall(r"""[^.]text\("([A-Z_]+)""", (ROOT / "portal/kit/postgres/place.py").read_text()))
    assert read - first_column("docs/settings.md") == set()


def test_every_documented_environment_variable_is_read() -> None:
    sources = [
        name for name in committed_files() if name.endswith((".py", "Makefile")) and not name.startswith("tests/")
    ]
    code = "\n".join((ROOT / name).read_text() for name in sources)
    assert {name for name in first_column("docs/settings.md") if name not in code} == set()


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documents = [name for name in committed_files() if name.endswith(".md")]
    named = {target for name in documents for target in re.findall(r"`make ([a-z]+)", (ROOT / name).read_text())}
    assert named - targets == set()


def test_no_file_of_code_is_longer_than_450_lines() -> None:
    code = [name for name in committed_files() if name.endswith((".py", ".js", ".mjs", ".html", ".css"))]
    assert [name for name in code if len((ROOT / name).read_bytes().splitlines()) > 450] == []
