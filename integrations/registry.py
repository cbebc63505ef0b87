"""The connectors there are. Existing is registering: each folder in `connectors/` brings its manifest."""

import importlib
import pkgutil

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from integrations.manifest import Direction, Manifest
from portal.kit.registry import Registry

connectors: Registry[Manifest] = Registry("connector")


def discover() -> None:
    """Import the manifest of every connector's folder."""
    package = importlib.import_module("integrations.connectors")
    for module in pkgutil.iter_modules(package.__path__):
        if module.ispkg:
            importlib.import_module(f"integrations.connectors.{module.name}.manifest")


@register("integrations")
def check_manifests(**_: object) -> list[CheckMessage]:
    """Find at the start what would go wrong later (style.md, habit 6)."""
    return [problem for manifest in connectors.all() for problem in _problems(manifest)]


def _problems(manifest: Manifest) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    where = f"integrations/connectors/{manifest.key}/manifest.py"

    def say(message: str, hint: str) -> None:
        found.append(Error(message, hint=hint, obj=where, id="integrations.E001"))

    if manifest.key not in settings.CONNECTOR_ENDPOINTS and manifest.own_api is None:
        say(f"{manifest.name} has no addresses.", f"Add CONNECTOR_ENDPOINTS[“{manifest.key}”] to portal/settings.py.")
    if manifest.oauth is None and not manifest.token and manifest.own_api is None:
        say(f"{manifest.name} cannot be connected.", "Give its manifest `oauth`, `token`, `own_api` or several.")
    keys = [flow.key for flow in manifest.flows]
    if len(set(keys)) != len(keys):
        say(f"{manifest.name} lists a flow twice.", "Give each flow its own key.")
    for flow in manifest.flows:
        if flow.initial not in flow.directions and flow.initial is not Direction.DISABLED:
            say(f"The flow “{flow.key}” starts in a direction it does not have.", "Change `initial` or `directions`.")
        if flow.fixed and Direction.DISABLED in flow.directions:
            say(f"The flow “{flow.key}” is fixed, yet can be disabled.", "Drop one of the two.")
    return found
