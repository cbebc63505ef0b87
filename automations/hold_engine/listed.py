"""The Order Hold Engine on the list of integrations, for organizations that have it."""

from django.utils.translation import gettext_lazy as _

from automations.hold_engine.settings import engine_of
from portal.tenancy.models import Organization
from portal.ui.engines import Engine, EngineState, engines


def state(organization: Organization) -> EngineState | None:
    """Return how the engine stands in an organization."""
    engine = engine_of(organization)
    if engine is None:
        return None
    if engine.migrated_at is not None:
        return EngineState("disabled", _("Migrated"), _("Its settings stand in the rules for new orders."))
    if not engine.enabled:
        return EngineState("disabled", _("Off"), _("The rules for new orders act in its place."))
    return EngineState("connected", _("On"), ENGINE.does)


ENGINE = engines.register(
    "order_hold",
    Engine(
        "order_hold",
        _("Order Hold Engine"),
        _("Holds new orders for some minutes, until you migrate to rules."),
        "clock-pause",
        "automations:hold_engine",
        state,
    ),
)
