"""Where the runs that history names can be looked at: whoever has runs registers how to find them.

from portal.audit.runs import run_addresses
run_addresses.register("automations", addresses)
"""

from collections.abc import Callable, Collection

from portal.kit.registry import Registry
from portal.tenancy.models import Organization

Addresses = Callable[[Organization, Collection[int]], dict[int, str]]
"""(organization, ids of runs as history keeps them) to their addresses; what is gone is left out."""
run_addresses: Registry[Addresses] = Registry("kind of run")


def addresses_of(organization: Organization, run_ids: Collection[int]) -> dict[int, str]:
    """Return the addresses of runs by id; nothing is asked where there are none."""
    found: dict[int, str] = {}
    for addresses in run_addresses if run_ids else ():
        found |= addresses(organization, run_ids)
    return found
