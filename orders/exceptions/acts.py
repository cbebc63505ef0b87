"""What people do with exceptions, one or many: try again, resolve, dismiss, open again, assign, snooze; and undo it.

An act is done to what it fits; of the others it says why they stay as they are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_stubs_ext import StrOrPromise

from orders.documents.instants import parse
from orders.exceptions import settle
from orders.exceptions.clear import over
from orders.exceptions.look_after import assigned, change, reopened, snoozed
from orders.exceptions.raise_ import GONE
from orders.exceptions.write import Step, commit, lock
from orders.many import Done
from orders.models import OrderException
from portal.audit.actor import Actor
from portal.kit.json import Json
from portal.kit.text import fold

ACTIVE = OrderException.State.ACTIVE
Rows = Mapping[int, OrderException]


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `why_not` says why it does not fit an exception; `do` is done to those that it fits, locked."""

    key: str
    label: StrOrPromise
    why_not: Callable[[OrderException], StrOrPromise]
    do: Callable[[Rows, Json, Actor, Done], None]
    undone: bool = True
    """Whether it can be taken back."""
    over: Callable[[Rows, Actor], set[int]] | None = None
    """Closes before all else what needs no act any more; returns which."""


def act_on(key: str, ids: Sequence[int], values: Json, *, by: Actor) -> Done:
    """Do an act to exceptions, in one transaction. Returns what became of each."""
    act, done = ACTS[key], Done()
    with transaction.atomic():
        rows = lock(ids)
        before = {pk: _before(row) for pk, row in rows.items()}
        closed = act.over(rows, by) if act.over else set()
        with override("en"):  # kept with the work, in the language of all that is kept
            why_not = {pk: _moved_on(row, values) or act.why_not(row) for pk, row in rows.items() if pk not in closed}
            done.left = {pk: str(why) for pk, why in why_not.items() if why}
        if fitting := {pk: row for pk, row in rows.items() if pk not in done.left and pk not in closed}:
            act.do(fitting, values, by, done)
    done.before = {pk: was for pk, was in before.items() if pk not in done.left}
    return done


def _moved_on(row: OrderException, values: Json) -> StrOrPromise:
    """Say where an exception is of another cause by now than the one that the act is for."""
    if row.state != ACTIVE or "cause" not in values or fold(row.shared) == fold(values["cause"]):
        return ""
    return _("It has another cause by now, and was left for that.")


def put_back(before: Mapping[int, Json], *, by: Actor) -> Done:
    """Undo an act: make exceptions what they were before it, by what was kept then."""
    done = Done()
    with transaction.atomic():
        rows = lock(list(before))
        for pk, row in rows.items():
            if before[pk]["state"] == ACTIVE != row.state and _open_again(row):
                done.left[pk] = "It has been raised again since."
        fitting = {pk: row for pk, row in rows.items() if pk not in done.left}
        done.before = {pk: _before(row) for pk, row in fitting.items()}
        values = {pk: _values(before[pk], row) for pk, row in fitting.items()}
        change(rows, values, by=by, verb="undone", summary="What was done last is undone.", cause="person")
    return done


def _before(row: OrderException) -> Json:
    return {
        "state": row.state,
        "to": row.assigned_to,
        "name": row.assigned_name,
        "until": row.snoozed_until.isoformat() if row.snoozed_until else "",
    }


def _values(before: Json, row: OrderException) -> dict[str, object]:
    until = before["until"]
    looked_after = assigned(before["to"], before["name"]) | snoozed(parse(until) if until else None)
    if before["state"] == ACTIVE:
        return looked_after | (reopened() if row.state != ACTIVE else {})
    return looked_after


def _open_again(row: OrderException) -> bool:
    """Say whether the same problem was raised anew: there is one active exception of a cause."""
    same = OrderException.across.filter(
        organization_id=row.organization_id, type=row.type, cause_key=row.cause_key, state=ACTIVE
    )
    return same.exclude(pk=row.pk).exists()


def _closed_already(row: OrderException) -> StrOrPromise:
    return "" if row.state == ACTIVE else _("Somebody has dealt with it already.")


def _no_retry(row: OrderException) -> StrOrPromise:
    if row.state != ACTIVE:
        return _("Somebody has dealt with it already.")
    if settle.can_retry(row):
        return ""
    return settle.why_no_cure(row.type) or _("Only a person can mend what it is about.")


def _close_over(rows: Rows, by: Actor) -> set[int]:
    """Close what is over: it is not tried again, or a message would go out twice."""
    ids: dict[str, list[int]] = {}
    for pk, row in rows.items():
        if row.state == ACTIVE:
            ids.setdefault(row.type, []).append(pk)
    found = {pk for kind, some in ids.items() for pk in over(kind, some)}
    commit([Step(pk, by, "resolved", GONE, "resolved") for pk in sorted(found)], rows, cause="person")
    return found


def _still_open(row: OrderException) -> StrOrPromise:
    if row.state == ACTIVE:
        return _("It is open.")
    return _("It has been raised again since.") if _open_again(row) else ""


def _rests_not(row: OrderException) -> StrOrPromise:
    if row.state != ACTIVE:
        return _("Somebody has dealt with it already.")
    return "" if row.snoozed_until else _("It is not snoozed.")


def _close(state: str, words: str) -> Callable[[Rows, Json, Actor, Done], None]:
    def do(rows: Rows, values: Json, by: Actor, done: Done) -> None:
        reason = str(values.get("reason", "")).strip()
        told = f"{words}: {reason}" if reason else f"{words}."
        commit([Step(pk, by, state, told, state) for pk in rows], rows, cause="person")

    return do


def _retry(rows: Rows, values: Json, by: Actor, done: Done) -> None:
    for pk, row in rows.items():
        try:
            with transaction.atomic():
                count = settle.try_again(row, rows, by=by)
                if not count:
                    raise settle.NothingToTry
        except settle.NothingToTry:
            row.refresh_from_db(fields=["state", "version"])
            done.left[pk] = "There is no work behind it any more that could be tried again."


def _assign(rows: Rows, values: Json, by: Actor, done: Done) -> None:
    to, name = str(values.get("to", "")), str(values.get("name", ""))
    wanted = {pk: assigned(to, name) for pk, row in rows.items() if row.assigned_folded != (fold(to) if to else None)}
    summary = f"Assigned to {name or to}." if to else "Assigned to nobody."
    change(rows, wanted, by=by, verb="assigned", summary=summary, cause="person")


def _snooze(rows: Rows, values: Json, by: Actor, done: Done) -> None:
    until = parse(str(values["until"]))
    local = until.astimezone(next(iter(rows.values())).organization.zone)
    summary = f"Snoozed until {local:%d %b %Y, %H:%M}."
    change(rows, dict.fromkeys(rows, snoozed(until)), by=by, verb="snoozed", summary=summary, cause="person")


def _wake(rows: Rows, values: Json, by: Actor, done: Done) -> None:
    wanted = dict.fromkeys(rows, snoozed(None))
    change(rows, wanted, by=by, verb="came back", summary="Its snooze was ended.", cause="person")


def _reopen(rows: Rows, values: Json, by: Actor, done: Done) -> None:
    change(
        rows, dict.fromkeys(rows, reopened()), by=by, verb="reopened", summary="Opened again.", cause="person"
    )  # fmt: skip


ACTS = {
    act.key: act
    for act in (
        Act("retry", _("Try again"), _no_retry, _retry, undone=False, over=_close_over),
        Act("assign", _("Assign"), _closed_already, _assign),
        Act("snooze", _("Snooze"), _closed_already, _snooze),
        Act("wake", _("End snooze"), _rests_not, _wake),
        Act("resolve", _("Mark resolved"), _closed_already, _close("resolved", "Marked as resolved")),
        Act("dismiss", _("Dismiss"), _closed_already, _close("dismissed", "Dismissed")),
        Act("reopen", _("Open again"), _still_open, _reopen),
    )
}
