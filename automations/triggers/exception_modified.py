"""Exception modified: runs when an exception is raised or changed, while it is active (behaviour.md 4.1).

What rules change does not run it again. Exceptions that tell of a rule which failed on an exception
are judged by no rule: else that rule would fail on them too, and so on without end.
"""

from automations.engine.triggers import Trigger, triggers
from orders.documents.exception import catalogue
from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json


def holds(document: Json) -> bool:
    """Say whether rules may judge an exception: it is active, and not about another exception."""
    return bool(document["state"] == "active") and document.get("entity", {}).get("type") != "exception"


EXCEPTION_MODIFIED = triggers.register(
    "EXCEPTION_MODIFIED",
    Trigger(
        "EXCEPTION_MODIFIED",
        _("Exception modified"),
        "exception",
        frozenset({"exception.modified"}),
        catalogue().updated(),
        holds,
        explains=_(
            "Runs when something goes wrong, and when the same goes wrong again, while the exception is active."
        ),
        position=10,
    ),
)
