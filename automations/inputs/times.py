"""Times of day: “10:00, 15:30”, kept in their order and each once."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from automations.engine.actions import Input
from automations.inputs.kind import Kind, Said, Settings, Values, Where, first, kinds

_APART = re.compile(r"[\s,;]+")
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)


def clock(text: str) -> str | None:
    """Return a time as it is stored: “9:30” as “09:30”, “15” as “15:00”; None when it is none."""
    found = _TIME.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return f"{int(found[1]):02}:{int(found[2] or 0):02}"


def _typed(input: Input, values: Values) -> list[str]:
    return [part for part in _APART.split(first(values, input.name)) if part]


def _read(input: Input, values: Values, where: Where) -> dict[str, Any]:
    if input.name not in values:
        return {}
    found = [clock(part) or part for part in _typed(input, values)]
    return {input.name: sorted(set(found))}


def _write(input: Input, settings: Settings, where: Where) -> dict[str, tuple[str, ...]]:
    return {input.name: (", ".join(map(str, settings.get(input.name) or ())),)}


def _faults(input: Input, values: Values, where: Where) -> Sequence[Said]:
    return [
        (input.name, _("“{text}” is not a time of day. Write it as 09:30.").format(text=part[:20]))
        for part in _typed(input, values)
        if clock(part) is None
    ]


TIMES = kinds.register("times", Kind("times", _read, _write, _faults))
