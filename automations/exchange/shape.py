"""A rule as it stands in the document, and back: its parts under the names that people read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from automations.definition import Definition, FilterSpec
from automations.engine.actions import actions
from automations.exchange.reading import Node, Unreadable
from portal.kit.json import Json

KIND = "rules"
VERSION = 1
MAX_RULES = 500
_TREE = FilterSpec().tree
_RULE = ("id", "name", "description", "enabled", "watch", "default", "once", "sources", "filter", "actions")
_FILTER = ("kind", "match", "lines", "off", "items", "code", "version")
_ACTION = ("action", "settings", "off", "note")
_NAMES = """
kind version root off match lines measure field operator value where items tree code days start end
"""
_ORDER = {name: place for place, name in enumerate(_NAMES.split())}
"""How the parts of filters and settings follow each other; the database does not keep their order."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong in the document: its line from 1, its place as a path of names, and the cure."""

    line: int
    place: str
    message: str


@dataclass(slots=True)
class RuleText:
    """A rule as it was read; `definition` is None when it has troubles."""

    line: int
    trigger: str
    node: Node
    id: str = ""
    name: str = ""
    enabled: bool = False
    watch: bool = False
    is_default: bool = False
    sources: list[tuple[int, str, str]] = field(default_factory=list)
    """(line, public ID or "", name or "") of each source."""
    definition: Definition | None = None
    troubles: list[Trouble] = field(default_factory=list)

    def trouble(self, place: str, message: str) -> None:
        """Note what is wrong at a place such as `filter.0.value`, with the line of what stands there."""
        self.troubles.append(Trouble(line_of(self.node, place), place, message))


def plain_rule(
    stored: Json, *, public_id: str, enabled: bool, watch: bool, is_default: bool, sources: Mapping[str, str]
) -> dict[str, Any]:
    """Return a stored definition as the document has it, in the order of its parts; what is usual is left out."""
    rule: dict[str, Any] = {"id": public_id, "name": stored["name"]}
    if stored.get("description"):
        rule["description"] = stored["description"]
    rule["enabled"] = enabled
    rule |= {"watch": True} if watch else {}
    rule |= {"default": True} if is_default else {}
    rule |= {"once": True} if stored.get("once") else {}
    rule["sources"] = [{"id": one, "name": sources.get(one, "")} for one in stored.get("sources", ())] or "all"
    rule["filter"] = _plain_filter(stored["filter"])
    rule["actions"] = [_plain_action(spec) for spec in stored["actions"]]
    return rule


def _plain_filter(spec: Json) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": spec["kind"]}
    if spec["kind"] == "code" or spec.get("code"):
        told["code"] = spec.get("code", "")
    tree = spec.get("tree", _TREE)
    if spec["kind"] != "code" or tree != _TREE:
        told |= tree.get("root", {}) | ({} if tree.get("version") == 1 else {"version": tree.get("version")})
    ordered: dict[str, Any] = _ordered(told)
    return ordered


def _plain_action(spec: Json) -> dict[str, Any]:
    told: dict[str, Any] = {"action": spec["key"]}
    told |= {"off": True} if spec.get("off") else {}
    told |= {"note": spec["note"]} if spec.get("note") else {}
    settings = spec["settings"]
    known = list(actions.get(spec["key"]).settings.model_fields) if spec["key"] in actions else []
    names = [name for name in known if name in settings] + sorted(settings.keys() - set(known))
    return told | ({"settings": {name: _ordered(settings[name]) for name in names}} if names else {})


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=lambda name: (_ORDER.get(name, 99), name))}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def rules_of(root: Node) -> list[RuleText]:
    """Return the rules of a document in their order. Raises Unreadable where the frame around them is wrong."""
    top = _object(root, ("switchyard", "version", "organization", "triggers"), "the document")
    if _value(top, "switchyard") != KIND or _value(top, "version") != VERSION:
        line = top["version"].line if "version" in top else root.line
        raise Unreadable(line, f"It must begin with “switchyard: {KIND}” and “version: {VERSION}”.")
    found: list[RuleText] = []
    for group in _items(top.get("triggers"), root, "triggers"):
        parts = _object(group, ("trigger", "rules"), "a trigger")
        for node in _items(parts.get("rules"), group, "rules"):
            found.append(_rule(node, str(_value(parts, "trigger"))))
            if len(found) > MAX_RULES:
                raise Unreadable(node.line, f"There are more than {MAX_RULES} rules. Import one trigger at a time.")
    return found


def line_of(node: Node, place: str) -> int:
    """Return the line of what stands at a place, or of the nearest thing around it.

    Numbers in the place of a filter count the items of groups; `settings` and `items` are not named in places.
    """
    for part in place.split(".") if place else ():
        inside = node.value
        if isinstance(inside, dict):
            inside = _inside(inside, part)
        if isinstance(inside, list):
            inside = inside[int(part)] if part.isdecimal() and int(part) < len(inside) else None
        if not isinstance(inside, Node):
            return node.line
        node = inside
    return node.line


def _inside(parts: dict[str, Node], part: str) -> Any:
    if part in parts:
        return parts[part]
    if "settings" in parts and isinstance(parts["settings"].value, dict):
        return parts["settings"].value.get(part)
    if "where" in parts and part == "0":
        return parts["where"]
    return parts["items"].value if part.isdecimal() and "items" in parts else None


def _rule(node: Node, trigger: str) -> RuleText:
    rule = RuleText(node.line, trigger, node)
    if not isinstance(node.value, dict):
        rule.trouble("", "A rule has parts with names: name, filter, actions and so on.")
        return rule
    parts = node.value
    _known(rule, "", parts, _RULE)
    for name in ("name", "filter", "actions"):
        if name not in parts:
            rule.trouble("", f"“{name}” is missing.")
    rule.id = _text(rule, parts, "id")
    rule.name = _text(rule, parts, "name")
    rule.enabled, rule.watch = _flag(rule, parts, "enabled"), _flag(rule, parts, "watch")
    rule.is_default = _flag(rule, parts, "default")
    _sources(rule, parts.get("sources"))
    said = {
        "name": rule.name,
        "description": _text(rule, parts, "description"),
        "once": _flag(rule, parts, "once"),
        "filter": _filter(rule, parts.get("filter")),
        "actions": _actions(rule, parts.get("actions")),
    }
    if not rule.troubles:
        _define(rule, said)
    return rule


def _define(rule: RuleText, said: dict[str, Any]) -> None:
    try:
        rule.definition = Definition.model_validate(said)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            rule.trouble(".".join(map(str, one["loc"])), str(one["msg"]))


def _sources(rule: RuleText, node: Node | None) -> None:
    if node is None or node.value == "all":
        return
    if not isinstance(node.value, list) or not node.value:
        rule.trouble("sources", "Write “all”, or a list of sources with their id and name.")
        return
    for index, one in enumerate(node.value):
        parts = one.value if isinstance(one.value, dict) else {"name": one}
        place = f"sources.{index}"
        _known(rule, place, parts, ("id", "name"))
        known = {name: part.value for name, part in parts.items() if name in ("id", "name")}
        if not known or not all(isinstance(value, str) for value in known.values()):
            rule.trouble(place, "Give the id or the name of the source as text.")
        else:
            rule.sources.append((one.line, known.get("id", ""), known.get("name", "")))


def _filter(rule: RuleText, node: Node | None) -> Any:
    if node is None or not isinstance(node.value, dict):
        if node is not None:
            rule.trouble("filter", "Give kind, and match and items or code.")
        return {}
    parts = node.value
    _known(rule, "filter", parts, _FILTER)
    kind, code = parts["kind"].plain() if "kind" in parts else "simple", parts.get("code")
    if kind not in ("simple", "code"):
        rule.trouble("filter.kind", "A filter is “simple” or “code”.")
    if code is not None and not isinstance(code.value, str):
        rule.trouble("filter.code", "Give the code as text.")
    if kind == "simple" and not {"match", "items"} <= parts.keys():
        rule.trouble("filter", "A simple filter has match and items. No items: every record.")
    if kind == "code" and code is None:
        rule.trouble("filter", "“code” is missing.")
    root = {name: parts[name].plain() for name in ("match", "items", "lines", "off") if name in parts}
    version = parts["version"].plain() if "version" in parts else 1
    tree = {"tree": {"version": version, "root": root}} if root else {}
    return tree | {"kind": kind, "code": code.value if code is not None else ""}


def _actions(rule: RuleText, node: Node | None) -> list[Any]:
    if node is None or not isinstance(node.value, list):
        if node is not None:
            rule.trouble("actions", "Give a list of actions.")
        return []
    return [_action(rule, f"actions.{index}", one) for index, one in enumerate(node.value)]


def _action(rule: RuleText, place: str, node: Node) -> dict[str, Any]:
    if not isinstance(node.value, dict) or not isinstance(_value(node.value, "action"), str):
        rule.trouble(place, "An action has a name under “action”, and its settings.")
        return {}
    parts = node.value
    _known(rule, place, parts, _ACTION)
    settings = parts.get("settings")
    if settings is not None and not isinstance(settings.value, dict):
        rule.trouble(f"{place}.settings", "Settings are names with values.")
        return {}
    return {
        "key": parts["action"].value,
        "settings": {} if settings is None else settings.plain(),
        "off": _flag(rule, parts, "off", place),
        "note": _text(rule, parts, "note", place),
    }


def _known(rule: RuleText, place: str, parts: dict[str, Node], names: tuple[str, ...]) -> None:
    for name in parts:
        if name not in names:
            where = f"{place}.{name}" if place else name
            rule.trouble(where[:120], f"“{name[:60]}” is not known here. There are {', '.join(names)}.")


def _text(rule: RuleText, parts: dict[str, Node], name: str, place: str = "") -> str:
    value = _value(parts, name)
    if value is None or isinstance(value, str):
        return value or ""
    rule.trouble(f"{place}.{name}" if place else name, "This must be a text. Put it in quotes.")
    return ""


def _flag(rule: RuleText, parts: dict[str, Node], name: str, place: str = "") -> bool:
    value = _value(parts, name)
    if value is not None and not isinstance(value, bool):
        rule.trouble(f"{place}.{name}" if place else name, "Write true or false.")
    return value is True


def _value(parts: dict[str, Node], name: str) -> Any:
    return parts[name].value if name in parts else None


def _object(node: Node, names: tuple[str, ...], what: str) -> dict[str, Node]:
    if not isinstance(node.value, dict):
        raise Unreadable(node.line, f"{what[:1].upper()}{what[1:]} has parts with names: {', '.join(names)}.")
    for name, part in node.value.items():
        if name not in names:
            raise Unreadable(part.line, f"“{name[:60]}” is not known in {what}. There are {', '.join(names)}.")
    return node.value


def _items(node: Node | None, around: Node, name: str) -> list[Node]:
    if node is None or not isinstance(node.value, list):
        raise Unreadable((node or around).line, f"“{name}” must be a list.")
    return node.value
