"""The code in a rule: to write it is a permission of its own. Pure."""

from collections.abc import Iterator

from automations.engine.actions import actions
from portal.kit.json import Json


def code_of(said: Json) -> frozenset[str]:
    """Return every piece of JavaScript in a definition: its filter, and the settings of its actions."""
    return frozenset(_of_filter(said.get("filter"))) | frozenset(_of_actions(said.get("actions", ())))


def writes_code(said: Json, before: Json | None = None) -> bool:
    """Say whether a definition holds code that was not in what the rule said before."""
    return bool(code_of(said) - (code_of(before) if before else frozenset()))


def _of_filter(spec: object) -> Iterator[str]:
    if isinstance(spec, dict) and spec.get("kind") == "code":
        yield str(spec.get("code", ""))


def _of_actions(specs: object) -> Iterator[str]:
    for spec in specs if isinstance(specs, list | tuple) else ():
        if spec.get("key") not in actions:
            continue
        for one in actions.get(spec["key"]).inputs:
            value = spec.get("settings", {}).get(one.name)
            if one.kind == "code" and value:
                yield str(value)
            elif one.kind == "filter":
                yield from _of_filter(value)
