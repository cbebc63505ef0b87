"""How each kind of flow is pulled: a function for each, found by the flow's key.

pulls.register("products", pull_products)       # a module that integrations.apps imports at the start
"""

from collections.abc import Callable

from integrations.manifest import Client
from integrations.models import FlowState
from integrations.sync.outcome import Outcome
from portal.kit.registry import Registry

Pull = Callable[[FlowState, Client, Callable[[], bool]], Outcome]
"""(flow, client, hold_on): pulls what is new. `hold_on` is asked inside each transaction that writes; where it says
no, nothing may be written and `Stopped` is raised. Raises OutsideFailed, Stopped."""

pulls: Registry[Pull] = Registry("flow that is pulled")


class Unable(TypeError):
    """A client does not implement what a flow of its manifest needs: a fault of the connector."""

    def __init__(self, client: Client, ability: str) -> None:
        super().__init__(f"{type(client).__name__} does not implement {ability}")
