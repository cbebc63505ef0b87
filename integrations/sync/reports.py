"""What the pulls of a warehouse's reports share: page by page, each with its cursor in one transaction."""

from collections.abc import Callable, Iterator, Sequence

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from integrations.capabilities import Reports
from integrations.manifest import Item
from integrations.models import FlowState, Integration
from integrations.sync.orders import Stopped, start_of
from integrations.sync.outcome import Outcome
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from portal.audit.actor import Actor
from portal.kit.failpoints import failpoint
from portal.kit.json import Json

REFUSED = "report_refused"
Take = Callable[[Reports, Actor], Outcome]
"""Writes a page, in the caller's transaction, and returns what came of it."""


def cursor_of(state: FlowState) -> Json:
    """Return where the other side is asked from: the saved cursor, with the moment of enabling as `start`."""
    cursor: Json = state.cursor
    return {"start": start_of(state.integration)} | cursor


def walk(
    state: FlowState, pages: Iterator[Reports], hold_on: Callable[[], bool], take: Take,
    tell: Callable[[Sequence[str]], None] | None = None, *, keeps_refused: bool = True,
) -> Outcome:  # fmt: skip
    """Take page after page; `tell` says afterwards, outside the transaction, what has arrived.

    Without `keeps_refused` it is the business of `take` what becomes of what could not be read.

    Raises Stopped, OutsideFailed.
    """
    by, outcome = actor(state.integration), Outcome()
    rows = FlowState.objects.filter(pk=state.pk)
    for page in pages:
        failpoint("pull.before_take")
        with transaction.atomic():
            if not hold_on():
                raise Stopped
            outcome = outcome.plus(take(page, by))
            if keeps_refused:
                refuse(state.integration, page.refused, by)
            rows.update(cursor={"start": start_of(state.integration)} | page.cursor)
        failpoint("pull.after_take")
        if tell and page.taken:
            tell(page.taken)
    with transaction.atomic():
        if not hold_on():
            raise Stopped
        rows.update(last_full_at=Now(), asked_at=None)
    return outcome


def refuse(integration: Integration, items: Sequence[Item], by: Actor) -> None:
    """Keep reports that could not be read, each as an exception with its raw bytes."""
    problems = [
        Problem(
            REFUSED, integration.organization_id, key(integration, item.id),
            _("%(name)s: report %(id)s could not be read") % {"name": integration.name, "id": item.id or "?"},
            item.problem, entity_type="source", entity_id=integration.source_id, entity_label=integration.name,
            raw=item.raw,
        )
        for item in items
    ]  # fmt: skip
    raise_exceptions(problems, by=by)


def forgive(integration: Integration, ids: Sequence[str], by: Actor) -> None:
    """Close the exceptions of reports that could be read this time."""
    if keys := [key(integration, one) for one in ids]:
        close(integration.organization_id, REFUSED, cause_key=keys, by=by)


def key(integration: Integration, report_id: str) -> str:
    """Return what makes two refused reports the same one."""
    return f"{integration.source.public_id}:{report_id}"


def actor(integration: Integration) -> Actor:
    """Return the integration as who has done something."""
    return Actor.integration(integration.public_id, integration.name)
