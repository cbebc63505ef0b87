"""First tries of one kind that go out together: a call for each, everything around the calls by one statement for all.

Before the first call every row says that its effect may have happened; whoever finds the rows of a worker that died
asks the other side about each. What nobody has called for when the time is up is put back untouched, so that nothing
goes out by what was read long ago.
"""

import datetime as dt
import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from django.db import connection, transaction

from portal.deliveries import settle
from portal.deliveries.models import Delivery
from portal.deliveries.senders import BySets, Calls, Intent
from portal.kit import claims
from portal.kit.claims import Claim
from portal.kit.failpoints import failpoint

log = logging.getLogger(__name__)

MOST = 50
SECONDS = 2.0
"""How long a set goes on making calls: what it goes by must be fresh, and its lease must outlast its last call."""
Taken = dict[int, tuple[Delivery, Claim]]
"""Rows that this worker has, with their claims, by id."""


def intent_of(row: Delivery, taken: Claim) -> Intent:
    """Return what a sender gets of a delivery."""
    return Intent(row.organization_id, row.key, row.payload, taken.attempt, approved=bool(row.held_for))


def send(
    by_sets: BySets, first: Delivery, taken: Claim, *, lease: dt.timedelta
) -> tuple[int, list[tuple[Delivery, Claim]]]:
    """Send a delivery and the due ones like it. Returns how many were dealt with, and those to be sent alone."""
    mine = _with_others(first, taken, lease)
    if len(mine) == 1:
        return 0, list(mine.values())
    _begin(mine)
    if not mine:
        return 0, []
    with ExitStack() as until_noted:
        try:
            calls = until_noted.enter_context(by_sets.calls([intent_of(*one) for one in mine.values()]))
        except Exception:
            # Whatever it is about one of them or all, each will find out for itself.
            log.exception("%s deliveries “%s” could not be sent together", len(mine), first.kind)
            return 0, list(mine.values())
        alone = [pk for pk, (row, _claim) in mine.items() if row.key not in calls]
        brought = _call({pk: one for pk, one in mine.items() if pk not in alone}, calls)
        _finish(by_sets, {pk: (*mine[pk], one) for pk, one in brought.items()})
    return len(mine) - len(alone), [mine[pk] for pk in alone]


def _with_others(first: Delivery, taken: Claim, lease: dt.timedelta) -> Taken:
    alike = "t.kind = %s AND t.organization_id = %s AND t.state <> 'done' AND t.attempts = 0 AND NOT t.uncertain"
    params = [first.kind, first.organization_id]
    others = claims.claim(Delivery, limit=MOST - 1, lease=lease, where=alike, params=params)
    rows = Delivery.across.in_bulk([one.id for one in others])
    return {first.pk: (first, taken)} | {one.id: (rows[one.id], one) for one in others if one.id in rows}


def _begin(mine: Taken) -> None:
    """Note before the calls that they may happen, and give up what another worker has by now."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [list(mine), [claim.attempt for _row, claim in mine.values()]])
        begun = {row[0] for row in cursor.fetchall()}
    for pk in mine.keys() - begun:
        del mine[pk]


_BEGIN = """
UPDATE portal_delivery d SET uncertain = TRUE
FROM unnest(%s::bigint[], %s::int[]) AS mine(id, attempt)
WHERE d.id = mine.id AND d.attempts = mine.attempt AND d.state = 'running' RETURNING d.id
"""


def _call(mine: Taken, calls: Calls) -> dict[int, Any]:
    """Make the calls, and return what they brought; what failed is settled at once."""
    brought: dict[int, Any] = {}
    ends, late = time.monotonic() + SECONDS, []
    for pk, (row, claim) in mine.items():
        if time.monotonic() > ends:
            late.append(claim)
            continue
        try:
            failpoint("deliveries.before_call")
            brought[pk] = calls[row.key]()
            failpoint("deliveries.after_call")
        except Exception as error:
            settle.failed(row, claim, error)
    if late:
        settle.untouched(late)
    return brought


Brought = Mapping[int, tuple[Delivery, Claim, Any]]


def _finish(by_sets: BySets, brought: Brought) -> None:
    """Write what the calls have brought, all together as far as possible."""
    try:
        noted = _note(by_sets, brought)
    except Exception:
        log.exception("What %s calls brought could not be noted together", len(brought))
        noted = set()
    _one_by_one(by_sets, (one for pk, one in brought.items() if pk not in noted))


def _note(by_sets: BySets, brought: Brought) -> set[int]:
    if not brought:
        return set()
    with transaction.atomic():
        still = claims.still_mine(Delivery, [claim for _row, claim, _one in brought.values()])
        keys = {brought[one.id][0].key: one for one in still}
        answers = by_sets.note({key: brought[one.id][2] for key, one in keys.items()})
        settle.done_many([keys[key] for key in answers], {keys[key].id: told for key, told in answers.items()})
        failpoint("deliveries.before_commit")
    failpoint("deliveries.after_commit")
    return {keys[key].id for key in answers}


def _one_by_one(by_sets: BySets, left: Iterable[tuple[Delivery, Claim, Any]]) -> None:
    for row, claim, one in left:
        try:
            answer = by_sets.finish(intent_of(row, claim), one)
        except Exception as error:
            settle.failed(row, claim, error)
        else:
            settle.done(claim, answer)
