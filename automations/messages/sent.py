"""What became of the messages of runs, for pages: found by their keys, told without what may be secret."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from automations.messages import webhook
from automations.messages.sending import key_of
from automations.models import Run
from portal.deliveries import email
from portal.deliveries.models import Delivery
from portal.tenancy.models import Organization

KINDS = (email.KIND, webhook.KIND)


def deliveries_of(organization: Organization, runs: Iterable[Run]) -> dict[str, list[Delivery]]:
    """Return what runs have asked to be delivered, by the run's public ID, each in its order.

    Every key is named, because how texts are ordered, and with it what lies between two of them, is
    up to the database that is used. One query.
    """
    places = {key_of(run.public_id, index): (run.public_id, index) for run in runs for index in range(_most(run))}
    if not places:
        return {}
    rows = Delivery.objects.within(organization).filter(kind__in=KINDS, key__in=list(places))
    found: dict[str, list[Delivery]] = {}
    for row in sorted(rows, key=lambda one: places[one.key]):
        found.setdefault(places[row.key][0], []).append(row)
    return found


def _most(run: Run) -> int:
    """Return how many messages a run can have asked for: each leaves a note with its action."""
    return sum(len(one.get("notes", ())) for one in run.trace.get("actions", ()))


def whom(row: Delivery) -> str:
    """Return who gets it: an address, or the host of a webhook; never the whole address of one."""
    if row.kind == webhook.KIND:
        return webhook.host_of(str(row.payload.get("url", "")))
    return str(row.payload.get("to", ""))


def what(row: Delivery) -> str:
    """Return what it is and for whom: “E-mail to ana@example.com”."""
    words = _("Webhook at %(whom)s") if row.kind == webhook.KIND else _("E-mail to %(whom)s")
    return words % {"whom": whom(row)}


def answered(row: Delivery) -> str:
    """Return what the other side said when it had arrived: “200: ok”; nothing for e-mails."""
    answer = row.answer or {}
    if row.kind != webhook.KIND or "status" not in answer:
        return ""
    said: Sequence[str] = [str(answer["status"]), str(answer.get("answer", ""))[:200]]
    return ": ".join(part for part in said if part)
