"""E-mails about exceptions: at once, gathered for ten minutes by category, or as a daily digest.

What is raised reaches `listen` as an event, once; it waits in a table, and goes with the mail that tells of
it. A mail is asked for as a delivery in the transaction that takes what waited off the table: none is lost
and none goes out twice, whatever dies.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from orders.engines.setting import EXCEPTIONS, is_on, off
from orders.exceptions.mail_words import Section, digest, fresh
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.models import ExceptionMail, ExceptionMailWaiting, OrderException
from portal.deliveries import email, send
from portal.events.dispatch import consumer
from portal.events.models import Event
from portal.kit.clock import database_now
from portal.kit.failpoints import failpoint
from portal.kit.jobs import watcher
from portal.kit.json import Json
from portal.tenancy.models import Organization, User

NAME = "exceptions.mail"
GATHER = dt.timedelta(minutes=10)
"""At most one mail for a category in this time; what comes meanwhile goes with the next."""
OWN = "email:exceptions-"
"""How the cause of a failed mail of this kind begins: nobody is written to about that."""
Mode = ExceptionMail.Mode


def wanted(organization_id: int, event_name: str) -> bool:
    """Say whether an organization hears of any category at once."""
    rows = ExceptionMail.across.filter(organization_id=organization_id, mode=Mode.NOW)
    return rows.exclude(organization_id__in=off(EXCEPTIONS)).exists()


def parked(event: Event, error: str) -> None:
    """Tell people that nobody was written to about an exception."""
    title = "Nobody was written to about an exception"
    raise_exceptions(
        [
            Problem(
                "event_parked", event.organization_id, f"{NAME}:{event.pk}", title, error,
                entity_type="exception", entity_id=event.entity_id,
            )
        ]
    )  # fmt: skip


@consumer(NAME, events=["exception.modified"], on_parked=parked, wants=wanted)
def listen(events: Sequence[Event]) -> None:
    """Put new exceptions where the next mail of their category finds them."""
    raised = [one.entity_id for one in events if one.payload.get("cause") == "raised"]
    rows = OrderException.across.filter(pk__in=raised).exclude(cause_key__startswith=OWN)
    found = list(rows.values_list("pk", "organization_id", "category"))
    asked = ExceptionMail.across.filter(organization_id__in={one[1] for one in found}, mode=Mode.NOW)
    mails = {(one.organization_id, one.category): one for one in asked}
    waiting = [
        ExceptionMailWaiting(organization_id=organization_id, mail=mails[organization_id, category], exception_id=pk)
        for pk, organization_id, category in found
        if (organization_id, category) in mails
    ]
    ExceptionMailWaiting.across.bulk_create(waiting, ignore_conflicts=True)
    due = ExceptionMail.across.filter(pk__in={one.mail_id for one in waiting}, next_at=None)
    due.filter(sent_at=None).update(next_at=Now())
    due.exclude(sent_at=None).update(next_at=Greatest(Now(), F("sent_at") + GATHER))


@watcher("e-mails about exceptions", every=15)
def send_due() -> int:
    """Ask for the mails that are due. Returns how many."""
    due = ExceptionMail.across.filter(next_at__lte=Now()).exclude(mode=Mode.OFF)
    organizations = Organization.objects.filter(pk__in=due.values("organization_id"))
    return sum(_of(one) for one in organizations)


def _of(organization: Organization) -> int:
    """Ask for what is due in an organization, in one transaction with what says that it was."""
    with transaction.atomic():
        rows = ExceptionMail.across.select_for_update(skip_locked=True).filter(
            organization=organization, next_at__lte=Now()
        )
        due = list(rows.exclude(mode=Mode.OFF).order_by("pk"))
        resting = not is_on(organization.pk, EXCEPTIONS)
        wanted_mails = [] if resting else _mails(organization, due)
        for row in due:
            _told(row, organization, resting=resting)
        send.request_many(organization, wanted_mails)
        failpoint("exceptions.mail_before_commit")
    return len(wanted_mails)


def _told(row: ExceptionMail, organization: Organization, *, resting: bool) -> None:
    row.number += 1
    if row.mode == Mode.DAILY:
        row.next_at = next_time(row.at, organization, database_now())
    else:
        row.next_at = None
        ExceptionMailWaiting.across.filter(mail=row).delete()
    if not resting:
        row.sent_at = database_now()
    row.save()


def next_time(at: dt.time, organization: Organization, now: dt.datetime) -> dt.datetime:
    """Return when it is this time of day next, by the organization's clock."""
    local = now.astimezone(organization.zone)
    for days in (0, 1, 2):
        then = dt.datetime.combine(local.date() + dt.timedelta(days=days), at, organization.zone).astimezone(dt.UTC)
        if then > now:
            return then
    raise AssertionError("One of three days has this time to come.")


def _mails(organization: Organization, due: Iterable[ExceptionMail]) -> list[tuple[str, str, Json]]:
    """Return the deliveries to ask for: kind, key, payload."""
    found: list[tuple[str, str, Json]] = []
    digests: dict[str, list[Section]] = {}
    numbers: dict[str, str] = {}
    people = _people(organization)
    for row in due:
        recipients = recipients_of(row, people)
        if row.mode == Mode.NOW:
            new = _waiting(row)
            if new:
                told = fresh(organization, row.category, new)
                found += [_delivery(f"{row.pk}-{row.number}", to, told) for to in recipients]
            continue
        section = Section.of(organization, row.category)
        for to in recipients if section.count else ():
            digests.setdefault(to, []).append(section)
            numbers.setdefault(to, f"{row.pk}-{row.number}")
    return found + [_delivery(numbers[to], to, digest(organization, told)) for to, told in digests.items()]


def _waiting(row: ExceptionMail) -> list[OrderException]:
    """Return what waits for a mail and is open still: what was dealt with meanwhile is no news."""
    rows = OrderException.across.filter(
        pk__in=ExceptionMailWaiting.across.filter(mail=row).values("exception_id"),
        state=OrderException.State.ACTIVE,
        snoozed_until=None,
    )
    return list(rows.defer("raw", "facets").order_by("pk"))


def _delivery(number: str, to: str, told: Mapping[str, str]) -> tuple[str, str, Json]:
    who = hashlib.blake2b(to.casefold().encode(), digest_size=8).hexdigest()
    return email.KIND, f"exceptions-{number}-{who}", {"to": to, **told}


def _people(organization: Organization) -> dict[int, str]:
    rows = User.objects.filter(memberships__organization=organization, is_active=True)
    return dict(rows.values_list("pk", "email"))


def recipients_of(row: ExceptionMail, people: Mapping[int, str]) -> list[str]:
    """Return the addresses of a category, each once; members who have left get nothing."""
    found = [people[pk] for pk in row.members if pk in people] + list(row.addresses)
    return list({one.casefold(): one for one in found}.values())
