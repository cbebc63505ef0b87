"""Making, finding, pacing and revoking API keys."""

import datetime as dt
import hashlib
import hmac
import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Now

from portal.kit.clock import database_now, now
from portal.kit.ids import new_public_id
from portal.kit.masking import KEY
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Organization, User
from portal.tenancy.scopes import scopes

MOST = 100
USED_EVERY = dt.timedelta(minutes=1)
"""How exact `last_used_at` is: it is not worth a write for each request."""
ENGINE = "Automation Engine"
"""The key that stands for the rules of an organization in history (seed 004)."""
_NO_SECRET = "-"  # noqa: S105 - stands where there is none
"""In the place of a secret's hash: no text has it, so the key opens nothing from outside."""


class KeyRefused(ValueError):
    """The key could not be made; the message says why and what helps."""


class KeyNameMissing(KeyRefused):
    """A key needs a name: which program shall use it?"""


class KeyNameTaken(KeyRefused):
    """There is a key of this name; choose another name, or revoke that key first."""


class ScopeMissing(KeyRefused):
    """Choose at least one thing that the key may do."""


class KeyNameReserved(KeyRefused):
    """The portal's own engine has a key of this name; choose another one."""


class TooManyKeys(KeyRefused):
    """There are 100 keys in use; revoke one that nobody needs any more."""


@dataclass(frozen=True)
class Made:
    """A new key and its secret, which is known here and now and never again."""

    key: ApiKey
    secret: str


def make(
    organization: Organization,
    *,
    name: str,
    allowed: Iterable[str],
    by: User | None,
    expires_at: dt.datetime | None = None,
) -> Made:
    """Make a key. Raises KeyRefused: KeyNameMissing, KeyNameReserved, KeyNameTaken, ScopeMissing or TooManyKeys."""
    name = " ".join(name.split())[:80]
    chosen = sorted({scope for scope in allowed if scope in scopes})
    if not name:
        raise KeyNameMissing(KeyNameMissing.__doc__)
    if name.casefold() == ENGINE.casefold():
        raise KeyNameReserved(KeyNameReserved.__doc__)
    if not chosen:
        raise ScopeMissing(ScopeMissing.__doc__)
    if ApiKey.objects.within(organization).filter(revoked_at=None, system=False).count() >= MOST:
        raise TooManyKeys(TooManyKeys.__doc__)
    public_id = new_public_id()
    secret = f"sy_{public_id}_{secrets.token_hex(32)}"
    key = ApiKey(
        organization=organization, public_id=public_id, name=name, secret_hash=_hash(secret), last_four=secret[-4:],
        scopes=chosen, created_by=by, expires_at=expires_at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:
        raise KeyNameTaken(KeyNameTaken.__doc__) from None
    return Made(key, secret)


def engine_key(organization: Organization) -> tuple[ApiKey, bool]:
    """Return the key of an organization's Automation Engine, and whether it had to be made.

    It has no secret: nothing can be opened with it. It names the rules in history, and nothing else.
    """
    found = _engine_keys(organization).first()
    if found is not None:
        return found, False
    for name in (ENGINE, f"{ENGINE} (Switchyard)"):  # people could take the name before it was reserved
        public_id = new_public_id()
        key = ApiKey(
            organization=organization, public_id=public_id, name=name, secret_hash=_NO_SECRET,
            last_four=public_id[-4:], scopes=[], system=True,
        )  # fmt: skip
        try:
            with transaction.atomic():
                key.save(force_insert=True)
            return key, True
        except IntegrityError:
            found = _engine_keys(organization).first()  # another worker may have been faster
            if found is not None:
                return found, False
    raise KeyNameTaken(KeyNameTaken.__doc__)


def _engine_keys(organization: Organization) -> QuerySet[ApiKey]:
    return ApiKey.objects.within(organization).filter(system=True, revoked_at=None).order_by("pk")


def without_engine_key() -> QuerySet[Organization]:
    """Return the organizations whose Automation Engine has no key (any more)."""
    keys = ApiKey.across.filter(organization=OuterRef("pk"), system=True, revoked_at=None)
    return Organization.objects.filter(~Exists(keys)).order_by("pk")


def revoke(key: ApiKey) -> bool:
    """End a key at once. Returns False where it had ended before."""
    return bool(ApiKey.objects.within(key.organization).filter(pk=key.pk, revoked_at=None).update(revoked_at=now()))


def keys_of(organization: Organization) -> list[ApiKey]:
    """Return the keys of an organization: the engine's, those in use, then those that are over; the newest on top."""
    rows = ApiKey.objects.within(organization).select_related("created_by").order_by("-created_at", "-pk")[:500]
    return sorted(cast("Iterable[ApiKey]", rows), key=lambda key: (key.revoked_at is not None, not key.system))


def find(secret: str) -> ApiKey | None:
    """Return the key of a secret, whatever its organization; None for what is none, revoked or expired.

    It is looked up by its public part; the secret one is compared in constant time, and also where
    there is no such key, so that the time taken tells nothing.
    """
    shape = KEY.fullmatch(secret)
    rows = ApiKey.across.select_related("organization")
    key = rows.filter(public_id=shape["id"]).first() if shape else None
    same = hmac.compare_digest(_hash(secret), key.secret_hash if key else "0" * 64)
    return key if key is not None and same and key.usable and not key.system else None


def take_turn(key: ApiKey) -> int:
    """Count one request against the pace of a key: 0 when it may go on, else the seconds to wait.

    A token bucket kept as one instant: each request moves it on by its share of a minute, and it may
    run ahead of the clock by as much as `API_BURST` requests. One statement, so that any number of
    web processes share it; the database's clock decides. A request that is refused costs nothing.
    """
    share = dt.timedelta(minutes=1) / int(settings.API_REQUESTS_PER_MINUTE)
    ahead = share * (int(settings.API_BURST) - 1)
    stale = Q(last_used_at=None) | Q(last_used_at__lt=Now() - USED_EVERY)
    taken = ApiKey.across.filter(pk=key.pk, paced_until__lte=Now() + Value(ahead)).update(
        paced_until=Greatest(F("paced_until"), Now()) + Value(share),
        last_used_at=Case(When(stale, then=Now()), default=F("last_used_at")),
    )
    if taken:
        return 0
    until = ApiKey.across.values_list("paced_until", flat=True).get(pk=key.pk)
    return max(1, math.ceil((until - ahead - database_now()).total_seconds()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


__all__ = ["ENGINE", "Made", "engine_key", "find", "keys_of", "make", "revoke", "take_turn", "without_engine_key"]
