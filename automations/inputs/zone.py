"""A timezone by its name; nothing chosen is the organization's own."""

import functools
import zoneinfo
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from automations.engine.actions import Input
from automations.inputs.kind import Said, Shown, Values, Where, first, plain

_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@functools.cache
def zones() -> tuple[str, ...]:
    """Return the timezones that are offered: those of places, and UTC."""
    places = sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in _AREAS)
    return ("UTC", *places)


def _faults(input: Input, values: Values, where: Where) -> Sequence[Said]:
    wanted = first(values, input.name).strip()
    if not wanted or wanted in zoneinfo.available_timezones():
        return ()
    return [(input.name, _("There is no timezone “{name}”. Choose one from the list.").format(name=wanted[:60]))]


def _show(shown: Shown) -> dict[str, Any]:
    return {"zones": zones(), "own": str(shown.where.zone)}


ZONE = plain("zone", str.strip, _faults, _show)
