"""The Automation Engine key: under which rules stand in history, one for each organization (seed 004).

It has no secret and opens nothing; `portal.tenancy.keyring` makes it. Whoever revokes it finds a new
one within a minute or, where a rule acts before that, at once.
"""

import time

from django.db import transaction
from django.utils.translation import gettext

from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.kit.jobs import watcher
from portal.tenancy import keyring
from portal.tenancy.models import Organization

BY = Actor.system()
SECONDS = 10.0
"""How long a worker goes by what it knows: the runs of so long may still name a key just revoked."""

_known: dict[int, tuple[str, float]] = {}


def engine_key_of(organization: Organization) -> str:
    """Return the public ID of an organization's Automation Engine key; makes it where there is none (any more)."""
    known, until = _known.get(organization.pk, ("", 0.0))
    if time.monotonic() < until:
        return known
    key, made = _ensure(organization)
    if not made:  # a new one may still be rolled back with the caller's transaction
        _known[organization.pk] = (key, time.monotonic() + SECONDS)
    return key


def ensure_engine_key(organization: Organization) -> None:
    """Give an organization its key, if it has none."""
    _ensure(organization)


@watcher("automation engine keys", every=60)
def ensure_engine_keys() -> int:
    """Make the key again wherever it was revoked, and where there was none yet. Returns how many."""
    return sum(_ensure(organization)[1] for organization in keyring.without_engine_key())


def said(key_id: str) -> str:
    """Return a key as history tells it: “with the Automation Engine key …abcd”; "" for runs from before there were."""
    return gettext("with the Automation Engine key …%(end)s") % {"end": key_id[-4:]} if key_id else ""


def _ensure(organization: Organization) -> tuple[str, bool]:
    with transaction.atomic():
        key, made = keyring.engine_key(organization)
        if made:
            summary = f"Made the API key “{key.name}”, which stands for the rules in history."
            record([Entry(organization.pk, "api_key", key.pk, 1, BY, "made", summary)])
    return key.public_id, made
