"""Why a filter held or not, made ready to be shown: line by line, each with the value it saw."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import json
from portal.kit.json import Json

_JOINS = {"all": gettext_lazy("all of"), "any": gettext_lazy("any of"), "none": gettext_lazy("none of")}
_ON_LINES = {
    "any": gettext_lazy("any line with {join}"),
    "all": gettext_lazy("every line with {join}"),
    "none": gettext_lazy("no line with {join}"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explained filter: a condition with the value it saw, or the head of a group."""

    depth: int
    text: str
    outcome: bool
    seen: str
    is_group: bool
    blocker: bool


def why_lines(why: Json) -> list[Line]:
    """Return the lines of what `portal.filters.why` says, indented by depth; none for the empty filter."""
    items = why.get("items", [])
    if why["match"] == "all" and items:
        return [line for item in items for line in _lines(item, 0, why.get("blocker"))]
    return list(_lines(why, 0, why.get("blocker"))) if items or why.get("rows") else []


def _lines(node: Json, depth: int, blocker: str | None) -> Iterator[Line]:
    is_blocker = blocker is not None and node.get("path") == blocker
    if "field" in node:
        yield Line(depth, node["text"], node["outcome"], _seen(node), False, is_blocker)
        return
    head = str(_JOINS[node["match"]])
    if "rows" in node:
        text = str(_ON_LINES[node["lines"]]).format(join=head)
        yield Line(depth, text, node["outcome"], "", True, is_blocker)
        for row in node["rows"]:
            yield Line(depth + 1, _("line {number}").format(number=row["line"] + 1), row["outcome"], "", True, False)
            for item in row["items"]:
                yield from _lines(item, depth + 2, None)
        return
    yield Line(depth, head, node["outcome"], "", True, is_blocker)
    for item in node["items"]:
        yield from _lines(item, depth + 1, blocker)


def _seen(node: Json) -> str:
    seen = _told(node.get("seen"))
    return f"{seen} · {_told(node['other'])}" if "other" in node else seen


def _told(seen: object) -> str:
    if seen is None:
        return _("empty")
    if isinstance(seen, list):
        return ", ".join(_("empty") if one is None else str(one) for one in seen) or _("empty")
    return str(seen) if not isinstance(seen, dict) else json.dumps_text(seen)
