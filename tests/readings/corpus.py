"""The shared corpus: trees, documents, what must come out and how it must read."""

from pathlib import Path
from typing import Any, NamedTuple

from portal.filters.codec import decode
from portal.filters.tree import Group
from portal.kit import json


class Case(NamedTuple):
    """One filter, its sentence, and its answer for each document of the corpus."""

    name: str
    root: Group
    sentence: str
    expected: list[bool]


_told: dict[str, Any] = json.loads((Path(__file__).parent / "corpus.json").read_bytes())
DOCUMENTS: list[dict[str, Any]] = _told["documents"]
CASES = [Case(case["name"], decode(case["filter"]), case["sentence"], case["expected"]) for case in _told["cases"]]
