"""A list of texts, one on each line."""

from typing import Any

from automations.engine.actions import Input
from automations.inputs.kind import Kind, Settings, Values, Where, kinds


def _read(input: Input, values: Values, where: Where) -> dict[str, Any]:
    if input.name not in values:
        return {}
    typed = (line.strip() for value in values[input.name] for line in value.splitlines())
    return {input.name: [line for line in typed if line]}


def _write(input: Input, settings: Settings, where: Where) -> dict[str, tuple[str, ...]]:
    return {input.name: ("\n".join(map(str, settings.get(input.name) or ())),)}


LINES = kinds.register("lines", Kind("lines", _read, _write))
