"""The conditions of a filter as lines that can be compared. Pure but for translation."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from automations.comparing.lines import Deep, Line, of_lines, of_texts
from portal.filters.codec import decode
from portal.filters.fields import Catalogue
from portal.filters.problems import BadFilter
from portal.filters.to_words import Names, nameless, sentence
from portal.filters.tree import Group, Node
from portal.kit import json
from portal.kit.json import Json


def filter_lines(
    before: Json, after: Json, catalogue: Catalogue, zone: dt.tzinfo, names: Names = nameless
) -> list[Line]:
    """Return what went and came between two filters, stored as {kind, tree, code}: code line by line, or conditions."""
    if before.get("kind") == after.get("kind") == "code":
        return of_texts(before.get("code", ""), after.get("code", ""))
    return of_lines(_told(before, catalogue, zone, names), _told(after, catalogue, zone, names))


def _told(spec: Json, catalogue: Catalogue, zone: dt.tzinfo, names: Names) -> list[Deep]:
    if spec.get("kind") == "code":
        return [(0, line) for line in str(spec.get("code", "")).splitlines()]
    try:
        root = decode(spec.get("tree"))
    except BadFilter:
        return [(0, line) for line in json.pretty(spec.get("tree")).splitlines()]
    if not root.items:
        return [(0, _("every record"))]
    if root.match == "all" and root.lines is None:
        return [line for item in root.items for line in _lines(item, 0, catalogue, zone, names)]
    return list(_lines(root, 0, catalogue, zone, names))


def _lines(node: Node, depth: int, catalogue: Catalogue, zone: dt.tzinfo, names: Names) -> Iterator[Deep]:
    off = f" ({_('switched off')})" if getattr(node, "off", False) else ""
    if isinstance(node, Group):
        yield depth, _head(node) + off
        for item in node.items:
            yield from _lines(item, depth + 1, catalogue, zone, names)
        return
    shown = replace(node, off=False) if off else node
    yield depth, sentence(Group("all", (shown,)), catalogue, say=_bare, zone=zone, names=names) + off


def _head(group: Group) -> str:
    joined = {"all": _("all of"), "any": _("any of"), "none": _("none of")}.get(group.match, group.match)
    bound = {
        "any": _("on some line, {join}"),
        "all": _("on every line, {join}"),
        "none": _("on no line, {join}"),
    }
    return bound.get(group.lines or "", "{join}").format(join=joined)


def _bare(message: str) -> str:
    """Say a message; of the whole sentence only its conditions."""
    return "{conditions}" if message == "when {conditions}" else _(message)
