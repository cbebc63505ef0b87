"""Where the runs that history names can be looked at: whoever has runs registers how to find them.

from portal.audit.runs import run_links
run_links.register("automations", links)
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from portal.kit.registry import Registry
from portal.tenancy.models import Organization


@dataclass(frozen=True, slots=True)
class RunLink:
    """What is told of a run beside a change that it made."""

    url: str
    under: str = ""
    """The key under which it acted, in words: “with the Automation Engine key …abcd”."""


Links = Callable[[Organization, Collection[int]], dict[int, RunLink]]
"""(organization, ids of runs as history keeps them) to where they are; what is gone is left out."""
run_links: Registry[Links] = Registry("kind of run")


def links_of(organization: Organization, run_ids: Collection[int]) -> dict[int, RunLink]:
    """Return where runs are, by id; nothing is asked where there are none."""
    found: dict[int, RunLink] = {}
    for links in run_links if run_ids else ():
        found |= links(organization, run_ids)
    return found
