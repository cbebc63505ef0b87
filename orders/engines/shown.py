"""How engines stand, for the list of integrations."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from orders.engines import setting
from portal.tenancy.models import Organization
from portal.ui.engines import EngineState, engines


def state_of(engine: str, rests: StrOrPromise) -> Callable[[Organization], EngineState]:
    """Return what says how an engine stands; `rests` says what that means while it is off."""

    def state(organization: Organization) -> EngineState:
        if setting.state(organization, engine).enabled:
            return EngineState("connected", _("On"), engines.get(engine).does)
        return EngineState("disabled", _("Off"), rests)

    return state
