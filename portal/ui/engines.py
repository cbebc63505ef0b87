"""The built-in engines, as the list of integrations shows them beside the connected systems; apps bring theirs."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.kit.registry import Registry
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class EngineState:
    """How an engine stands in an organization: a status with its word, and what that means."""

    status: str
    label: StrOrPromise
    sentence: StrOrPromise

    @property
    def on(self) -> bool:
        """Whether it works."""
        return self.status != "disabled"


@dataclass(frozen=True, slots=True)
class Engine:
    """A part of Switchyard that works on orders by itself."""

    key: str
    name: StrOrPromise
    does: StrOrPromise
    icon: str
    url_name: str
    """Where its work is seen."""
    state: Callable[[Organization], EngineState | None] | None = None
    """How it stands in an organization; None: this one does not have it. Without: it is on everywhere."""
    switchable: bool = False
    """It has a switch and a page of settings; without, `url_name` has what there is."""
    stops: StrOrPromise = ""
    """What stops when it is switched off: said before it is."""
    goes_on: StrOrPromise = ""
    """What it catches up with when it is switched on again."""
    danger: StrOrPromise = ""
    """Why it had better stay on, where that is so."""
    form: type[forms.Form] | None = None
    """Its settings; None: there is nothing to set."""


engines: Registry[Engine] = Registry("engine")


def engines_of(organization: Organization) -> list[tuple[Engine, EngineState]]:
    """Return the engines that an organization has, each as it stands there."""
    found = ((one, _state(one, organization)) for one in engines.all())
    return [(one, state) for one, state in found if state is not None]


def _state(one: Engine, organization: Organization) -> EngineState | None:
    return EngineState("connected", _("On"), one.does) if one.state is None else one.state(organization)
