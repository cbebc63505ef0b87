"""A filter inside an action: the builder or code, as the rule itself has it. Its names begin with “a.0.<name>.”."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from automations.engine.actions import Input
from automations.inputs.kind import Kind, Said, Settings, Shown, Values, Where, beneath, first, kinds
from automations.inputs.newlines import unix
from portal.filters import builder, codec
from portal.filters.builder import DraftCondition, DraftGroup
from portal.filters.problems import BadFilter
from portal.filters.settle import settle

EMPTY = {"kind": "simple", "tree": {"version": 1, "root": {"match": "all", "items": []}}, "code": ""}


def draft(input: Input, values: Values, where: Where) -> DraftGroup:
    """Return the conditions as typed. Raises BadFilter when there are more than a filter may have."""
    return settle(builder.read(beneath(values, input.name)), where.catalogue)


def kind_of(input: Input, values: Values) -> str:
    """Return which of the two counts: “simple” or “code”."""
    return "code" if first(values, f"{input.name}.kind") == "code" else "simple"


def _read(input: Input, values: Values, where: Where) -> dict[str, Any]:
    if not beneath(values, input.name):
        return {}
    if kind_of(input, values) == "code":
        return {input.name: EMPTY | {"kind": "code", "code": unix(first(values, f"{input.name}.code"))}}
    try:
        tree = builder.tree_of(draft(input, values, where), where.catalogue, zone=where.zone)
    except BadFilter:
        return {input.name: EMPTY}
    return {input.name: EMPTY | {"tree": codec.encode(tree)}}


def _write(input: Input, settings: Settings, where: Where) -> dict[str, tuple[str, ...]]:
    stored = settings.get(input.name) or EMPTY
    try:
        tree = builder.draft_of(codec.decode(stored["tree"], whole=True), where.catalogue, zone=where.zone)
    except (BadFilter, KeyError, TypeError):
        # What cannot be read any more must not come back as “always”: an open condition is refused on save.
        tree = DraftGroup("all", (DraftCondition(),))
    made: dict[str, tuple[str, ...]] = {
        f"{input.name}.kind": (str(stored.get("kind", "simple")),),
        f"{input.name}.code": (str(stored.get("code", "")),),
    }
    return made | values_of(input, tree)


def values_of(input: Input, conditions: DraftGroup) -> dict[str, tuple[str, ...]]:
    """Return conditions as the form's names of this input."""
    made: dict[str, tuple[str, ...]] = {}
    for name, value in builder.names(conditions, f"{input.name}.{builder.PREFIX}"):
        made[name] = (*made.get(name, ()), value)
    return made


def _faults(input: Input, values: Values, where: Where) -> Sequence[Said]:
    if kind_of(input, values) == "code":
        return ()
    try:
        found = builder.judge(draft(input, values, where), where.catalogue, zone=where.zone)
    except BadFilter as error:
        found = list(error.problems)
    return [
        (".".join([input.name, "filter", *map(str, one.path)]), f"{one.message} {one.cure}".strip()) for one in found
    ]


def _show(shown: Shown) -> dict[str, Any]:
    try:
        conditions = draft(shown.input, shown.values, shown.where)
    except BadFilter:
        conditions = DraftGroup()
    return {
        "kind": kind_of(shown.input, shown.values),
        "code": unix(first(shown.values, f"{shown.input.name}.code")),
        "builder": shown.desk.builder(conditions, f"{shown.name}.", _(shown.input.label)),
        "faults": [words for place, words in shown.said if not place.startswith(f"{shown.input.name}.filter.")],
    }


FILTER = kinds.register("filter", Kind("filter", _read, _write, _faults, show=_show))
