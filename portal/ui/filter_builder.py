"""The filter builder: one component for every list's *Advanced filter* and for rules.

    builder = build(draft, catalogue, urls=Urls(step=…, count=…, why=…), zone=zone)
    {% include "ui/filter/builder.html" with builder=builder %}      inside a form

What is pressed posts that form to `urls.step` with `do` = “filter:…”, an edit of `portal.filters.edits`
(or “filter:look”: only say what is there now). The answer is `answer(request, builder, …)`.

Where a form has several builders, each has a `scope` (“a.0.condition.”), with which its names, its
ids and its edits begin: `read(data, catalogue, scope)`, `build(…, scope=scope)`, `do` =
“a.0.condition.filter:add:0”. `asked(do)` says whose edit it is.
The drafts are pure (`portal.filters.builder`); the browser's half is `static/src/filter.js`.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.filters import builder as drafts
from portal.filters import builder_view
from portal.filters.builder import Draft, DraftGroup, DraftMeasure
from portal.filters.builder_view import GroupView
from portal.filters.edits import Edited, UnknownEdit, carry_out, node_at
from portal.filters.fields import Catalogue
from portal.filters.problems import Problem
from portal.filters.settle import settle
from portal.filters.shape import Takes, operators
from portal.filters.to_words import Names, nameless, sentence
from portal.filters.tree import LINES, Duration, Group, Lines, Measure, Node, NodePath, Value, live, show_path

SCOPE = re.compile(r"(?:[A-Za-z0-9_-]{1,60}\.){0,8}")
"""What the names of one of several builders begin with."""
LOOKS = ("", "look", "undo", "redo")
"""What changes nothing: it is only said what stands there."""
GAP = "…"
"""What the sentence says where something is still open."""


@dataclass(frozen=True)
class Urls:
    """Where the builder asks: for an edit, for the number of records, why a record fits; nothing where it cannot."""

    step: str
    count: str = ""
    why: str = ""


@dataclass(frozen=True)
class Builder:
    """What the templates of `ui/filter/` draw. `focus` and `said` tell the browser what an edit led to."""

    id: str
    catalogue: Catalogue
    root: GroupView
    sentence: str
    zone: str
    may_edit: bool
    urls: Urls
    judged: bool = False
    spans: bool = False
    """Whether the count is one of the last days, with the choice of all."""
    focus: str = ""
    part: str = ""
    said: str = ""
    scope: str = ""
    label: str = ""
    """What it is for, where several stand on one page."""
    nodes: Sequence[builder_view.View] = field(default=(), repr=False)

    @property
    def entity(self) -> str:
        """What the fields belong to (“order”)."""
        return self.catalogue.entity

    @property
    def fields_id(self) -> str:
        """Id of the element that tells the fields to choose from."""
        return f"{self.id}-fields" if self.scope else "filter-fields"

    @property
    def faults(self) -> int:
        """How many problems are shown."""
        return sum(len(node.faults) for node in self.nodes)

    @property
    def all_off(self) -> bool:
        """Whether there are conditions, and every one of them is switched off."""
        return bool(self.root.items) and all(_is_left_out(item) for item in self.root.draft.items)


def read(data: QueryDict, catalogue: Catalogue, scope: str = "") -> DraftGroup:
    """Read the posted form. Raises BadFilter when it is larger than a filter may be."""
    return settle(drafts.read(data.lists(), scope + drafts.PREFIX), catalogue)


def asked(do: str) -> tuple[str, str]:
    """Split what a button asks for into the scope of its builder and the edit: “a.0.condition.” and “add:0”."""
    scope, found, what = do.partition("filter:")
    return (scope, what) if found and SCOPE.fullmatch(scope) else ("", do)


def step(draft: DraftGroup, do: str, catalogue: Catalogue) -> Edited:
    """Carry out what a button asks for (“filter:add:0”). Raises UnknownEdit."""
    what = asked(do)[1]
    verb = what.partition(":")[0]
    if verb in LOOKS:
        return Edited(draft, verb, (), "")
    edited = carry_out(draft, what)
    return replace(edited, draft=settle(edited.draft, catalogue))


def build(
    draft: DraftGroup,
    catalogue: Catalogue,
    *,
    urls: Urls,
    zone: dt.tzinfo,
    id: str = "",
    scope: str = "",
    label: str = "",
    may_edit: bool = True,
    judged: bool = False,
    spans: bool = False,
    edited: Edited | None = None,
    typing: str = "",
    names: Names = nameless,
) -> Builder:
    """Return what is drawn of a draft. `names` gives what the values of a field are called.

    Without an `id` it is “filter”, and that of one with a scope “filter-a-0-condition”.
    Until somebody has tried to use the filter (`judged`), what is merely not finished yet is no
    problem; nor is what is wrong with the node at the path `typing`, where somebody is still writing.
    """
    problems = drafts.judge(draft, catalogue, zone=zone)
    shown = [
        one
        for one in problems
        if (judged or not is_open(one, draft, catalogue)) and (not typing or show_path(one.path) != typing)
    ]
    root = builder_view.view(draft, catalogue, shown, scope + drafts.PREFIX)
    return Builder(
        id=id or f"filter-{scope.replace('.', '-')}".rstrip("-"),
        scope=scope,
        label=label,
        catalogue=catalogue,
        root=root,
        sentence=sentence_of(draft, catalogue, zone, names),
        zone=str(zone),
        may_edit=may_edit,
        urls=urls,
        judged=judged,
        spans=spans,
        focus=show_path(edited.path) if edited else "",
        part=edited.part if edited else "",
        said=_said(edited) if edited else "",
        nodes=builder_view.walk(root),
    )


def _is_left_out(draft: Draft) -> bool:
    """As `portal.filters.tree.is_left_out`, of what stands in a form."""
    inner = draft.items if isinstance(draft, DraftGroup) else ()
    return draft.off or (bool(inner) and all(map(_is_left_out, inner)))


def is_open(problem: Problem, draft: DraftGroup, catalogue: Catalogue) -> bool:
    """Say whether a problem is only that somebody has not come to it yet."""
    try:
        node = node_at(draft, problem.path)
    except UnknownEdit:
        return False
    if isinstance(node, DraftGroup):
        return problem.part == "node" and not node.items
    given = any(value.strip() for value in node.values)
    if isinstance(node, DraftMeasure):
        return (problem.part == "field" and not node.field) or (problem.part == "value" and not given)
    if problem.part == "field":
        found = catalogue.get(node.field)
        return not node.field or (found is not None and found.is_template)
    return problem.part == "value" and not (node.other if node.against else given)


def _said(edited: Edited) -> str:
    verb = edited.verb
    if verb == "off" and not node_at(edited.draft, edited.path).off:
        verb = "on"
    words = _SAID.get(verb)
    if not words or not edited.path:
        return str(words or "")
    place = edited.path[-1] + 1
    above = items_at(edited.draft, edited.path[:-1])
    return str(words).format(place=place, count=above, depth=len(edited.path))


def items_at(draft: DraftGroup, path: NodePath) -> int:
    """Return how many items a node has; 0 where there is none."""
    try:
        return len(drafts.items_of(node_at(draft, path)))
    except UnknownEdit:
        return 0


_MOVED = gettext_lazy("Moved: now {place} of {count} on level {depth}.")
_SAID = {
    "add": gettext_lazy("Condition added."),
    "add_group": gettext_lazy("Group added."),
    "add_measure": gettext_lazy("Number of lines added."),
    "remove": gettext_lazy("Removed."),
    "duplicate": gettext_lazy("Duplicated: the copy is {place} of {count}."),
    "negate": gettext_lazy("Turned into its opposite."),
    "compare": gettext_lazy("Changed what it is compared with."),
    "off": gettext_lazy("Switched off."),
    "on": gettext_lazy("Switched on."),
    "wrap": gettext_lazy("Put into a group of its own."),
    "unwrap": gettext_lazy("The group was taken away, its conditions stay."),
    "clear": gettext_lazy("All conditions removed."),
    "undo": gettext_lazy("Undone."),
    "redo": gettext_lazy("Done again."),
    **dict.fromkeys(("move", "up", "down", "into", "out"), _MOVED),
}


def sentence_of(draft: DraftGroup, catalogue: Catalogue, zone: dt.tzinfo, names: Names = nameless) -> str:
    """Return the sentence of a draft; what is still open in it stands as “…”."""
    tree = _spoken(live(drafts.tree_of(draft, catalogue, zone=zone)))
    assert isinstance(tree, Group)
    text = sentence(tree, catalogue, say=_, zone=zone, names=names)
    return re.sub(rf"“?{GAP}”?( +\?)?(?!\w)", GAP, text)


def _spoken(node: Node) -> Node:
    if isinstance(node, Group):
        return replace(node, items=tuple(_spoken(item) for item in node.items), lines=_known(node.lines))
    value = _value(node.value, node.operator)
    if isinstance(node, Measure):
        where = _spoken(node.where)
        assert isinstance(where, Group)
        return replace(node, value=value, where=where)
    return replace(node, field=node.field or GAP, value=value, lines=_known(node.lines))


def _known(lines: Lines | None) -> Lines | None:
    """A form that somebody else wrote may say anything."""
    return lines if lines in LINES else None


def _value(value: Value, operator: str) -> Value:
    takes = operators.get(operator).takes if operator in operators else Takes.NONE
    if takes is Takes.MANY:
        return value or (GAP,)
    if takes is Takes.TWO:
        ends = (*(value if isinstance(value, tuple) else (value,)), None, None)[:2]
        return tuple(GAP if _is_blank(end) else end for end in ends)
    if takes is Takes.NONE or isinstance(value, Duration):
        return value
    return GAP if _is_blank(value) else value


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def sound(draft: DraftGroup, catalogue: Catalogue, zone: dt.tzinfo) -> tuple[Group, int]:
    """Return the filter that a draft means without what is open or wrong in it, and how many things were left out.

    What nobody has begun to fill in does not count as left out.
    """
    left, out = drafts.pruned(draft), 0
    for _round in range(5):
        problems = [one for one in drafts.judge(left, catalogue, zone=zone) if one.path]
        if not problems:
            break
        paths = {one.path for one in problems}
        out += len(paths)
        left = drafts.pruned(_without(left, paths, ()))
    return drafts.tree_of(left, catalogue, zone=zone), out


def _without(group: DraftGroup, paths: set[NodePath], here: NodePath) -> DraftGroup:
    kept: list[Draft] = []
    for index, item in enumerate(group.items):
        path = (*here, index)
        if path in paths:
            continue
        if isinstance(item, DraftMeasure):
            if any(bad[: len(path)] == path for bad in paths):
                continue
        elif isinstance(item, DraftGroup):
            item = _without(item, paths, path)
        kept.append(item)
    return replace(group, items=tuple(kept))
