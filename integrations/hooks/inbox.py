"""Keeping a message before it is answered: each once, and no more of one integration than its pace allows."""

import hashlib
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Enum

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Least, Now

from integrations import lifecycle
from integrations.hooks.address import BURST
from integrations.models import FlowState, Hook, HookMessage, Integration
from integrations.sync.pull import BELL
from portal.kit.jobs import ring
from portal.kit.json import Json

PER_SECOND = 200.0
KEPT_DAYS = 7
"""Longer than any sender goes on repeating a message."""
_ID = re.compile(r"[\x21-\x7e]{1,200}")


class Kept(Enum):
    """What became of a message."""

    NEW = "new"
    KNOWN = "known"
    OTHER = "other"
    """Its ID is known, with another body."""
    TOO_MANY = "too many"
    REFUSED = "refused"
    """What it carries does not fit; nothing of it is kept."""


REFUSED = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message, and what is answered."""

    kept: Kept
    status: int = 200
    answer: Json = field(default_factory=dict)
    wait: int = 0
    """Seconds, where it came too fast."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message whose signature was good."""

    id: str
    topic: str
    body: bytes


Take = Callable[[], tuple[int, Json]]


class _Refused(Exception):
    """What a message carries was not taken: it is not kept either, so that it may come again."""


def keep(
    integration: Integration, hook: Hook, message: Message, flows: Collection[str], take: Take | None = None
) -> Outcome:
    """Keep a message, take in what it carries, and wake the flows, in one transaction. Returns what became of it."""
    digest = hashlib.sha256(message.body).hexdigest()
    if wait := _take_token(hook, message.topic):
        return Outcome(Kept.TOO_MANY, wait=wait)
    status, answer = 202, Json()
    try:
        with transaction.atomic():
            known = _insert(integration, message, digest)
            if known is not None:
                return Outcome(Kept.KNOWN if known == digest else Kept.OTHER)
            if take is not None:
                status, answer = take()
            if status >= REFUSED:
                raise _Refused
            wake(integration, flows)
    except _Refused:
        return Outcome(Kept.REFUSED, status, answer)
    return Outcome(Kept.NEW, status, answer)


def _take_token(hook: Hook, topic: str) -> int:
    """Take one token and note that a message came; return the seconds to wait where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_PACED, {"id": hook.pk, "burst": BURST, "rate": PER_SECOND, "topic": topic[:200]})
        row = cursor.fetchone()
    left = float(row[0]) if row else 0.0
    return 0 if left >= 0 else math.ceil(-left / PER_SECOND)


_PACED = """
WITH now AS (
    SELECT id, least(%(burst)s, tokens + %(rate)s * extract(epoch FROM clock_timestamp() - paced_at)) AS had
    FROM integrations_hook WHERE id = %(id)s FOR UPDATE)
UPDATE integrations_hook h
SET tokens = CASE WHEN had >= 1 THEN had - 1 ELSE had END, paced_at = clock_timestamp(),
    last_at = CASE WHEN had >= 1 THEN clock_timestamp() ELSE last_at END,
    last_topic = CASE WHEN had >= 1 THEN %(topic)s ELSE last_topic END
FROM now WHERE h.id = now.id
RETURNING CASE WHEN had >= 1 THEN 0 ELSE had - 1 END
"""


def _insert(integration: Integration, message: Message, digest: str) -> str | None:
    """Store a message; return the digest of the one that has its ID already."""
    id = message_id(message)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO integrations_hookmessage (integration_id, message_id, topic, digest, body)
            VALUES (%s, %s, %s, %s, %s) ON CONFLICT (integration_id, message_id) DO NOTHING RETURNING id
            """,
            [integration.pk, id, message.topic[:200], digest, message.body],
        )
        if cursor.fetchone() is not None:
            return None
    return HookMessage.objects.values_list("digest", flat=True).get(integration=integration, message_id=id)


def message_id(message: Message) -> str:
    """Return the name under which a message is remembered; one without an ID is known by its topic and body."""
    if _ID.fullmatch(message.id):
        return message.id
    named = message.id.encode("utf-8", "surrogatepass") or message.topic.encode() + b"\0" + message.body
    return "sha256:" + hashlib.sha256(named).hexdigest()


def wake(integration: Integration, flows: Collection[str]) -> int:
    """Have flows look now, those of them that are on; one that runs looks once more afterwards. Returns how many."""
    keys = set(flows) & set(lifecycle.running(integration))
    rows = FlowState.objects.filter(integration=integration, flow__in=keys)
    count = rows.update(next_at=Least(F("next_at"), Now()), woken_at=Now()) if keys else 0
    if count:
        ring(BELL)
    return count


def clear_old() -> int:
    """Forget messages that nobody repeats any more. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM integrations_hookmessage WHERE received_at < clock_timestamp() - %s * interval '1 day'",
            [KEPT_DAYS],
        )
        return int(cursor.rowcount)
