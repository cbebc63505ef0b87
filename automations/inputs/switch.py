"""Yes or no. An empty value is sent beside the box, so that one not ticked is not taken for one not shown."""

from typing import Any

from automations.engine.actions import Input
from automations.inputs.kind import Kind, Settings, Values, Where, kinds

ON = "on"


def _read(input: Input, values: Values, where: Where) -> dict[str, Any]:
    return {input.name: any(values[input.name])} if input.name in values else {}


def _write(input: Input, settings: Settings, where: Where) -> dict[str, tuple[str, ...]]:
    return {input.name: (ON,) if settings.get(input.name) else ("",)}


SWITCH = kinds.register("switch", Kind("switch", _read, _write))
