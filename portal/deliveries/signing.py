"""Signing what is sent to other programs, so that they can tell it from what somebody else sends them.

The headers are those of the Standard Webhooks convention: `webhook-id`, `webhook-timestamp` and
`webhook-signature`, the latter `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. There is
one secret for each organization. After it was rotated both sign for a day, each with a signature of
its own, so that the receiver can be changed without losing a call.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets as random
from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from portal.deliveries.models import SigningSecret
from portal.kit import secrets
from portal.kit.clock import database_now
from portal.tenancy.models import Organization

PREFIX = "whsec_"
OVERLAP = dt.timedelta(days=1)
"""How long the secret before a rotation goes on signing beside the new one."""


def rotate(organization: Organization) -> str:
    """Make an organization's first secret, or a new one. Returns it: it is shown this once."""
    text = PREFIX + base64.b64encode(random.token_bytes(32)).decode()
    sealed = secrets.seal(text, context=_context(organization.pk))
    with transaction.atomic():
        row, made = SigningSecret.across.select_for_update().get_or_create(
            organization=organization, defaults={"sealed": sealed, "last_four": secrets.last_four(text)}
        )
        if not made:
            SigningSecret.across.filter(pk=row.pk).update(
                sealed=sealed, last_four=secrets.last_four(text), made_at=Now(), former=row.sealed,
                former_until=Now() + OVERLAP,
            )  # fmt: skip
    return text


def secret_of(organization: Organization) -> SigningSecret | None:
    """Return what pages may show of an organization's secret; None where there is none yet."""
    found: SigningSecret | None = SigningSecret.objects.within(organization).first()
    return found


def secrets_in_use(organization_id: int) -> list[str]:
    """Return the secrets that sign now, the newest first; makes the first one on first use.

    Raises portal.kit.secrets.CannotOpen.
    """
    row = SigningSecret.across.filter(organization_id=organization_id).first()
    if row is None:
        return [_first(organization_id)]
    sealed = [row.sealed]
    if row.former is not None and row.former_until is not None and row.former_until > database_now():
        sealed.append(row.former)
    return [secrets.open_sealed(bytes(one), context=_context(organization_id)) for one in sealed]


def _first(organization_id: int) -> str:
    """Make the first secret, unless another worker was faster."""
    text = PREFIX + base64.b64encode(random.token_bytes(32)).decode()
    sealed = secrets.seal(text, context=_context(organization_id))
    row, _ = SigningSecret.across.get_or_create(
        organization_id=organization_id, defaults={"sealed": sealed, "last_four": secrets.last_four(text)}
    )
    return secrets.open_sealed(bytes(row.sealed), context=_context(organization_id))


def headers(keys: Sequence[str], *, id: str, body: bytes, at: dt.datetime) -> dict[str, str]:
    """Return the headers that sign a body, with one signature for each secret."""
    stamp = str(int(at.timestamp()))
    signed = b".".join((id.encode(), stamp.encode(), body))
    signatures = " ".join(f"v1,{_sign(key, signed)}" for key in keys)
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signatures}


def _sign(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def seal_again(*, dry_run: bool = False) -> tuple[int, int]:
    """Seal every secret with the key in front (`manage.py rotate_keys`). Returns how many, and how many do not open."""
    sealed = failed = 0
    for row in SigningSecret.across.iterator(chunk_size=100):
        for name in ("sealed", "former"):
            old = getattr(row, name)
            if old is None or secrets.sealed_with_first_key(bytes(old)):
                continue
            try:
                text = secrets.open_sealed(bytes(old), context=_context(row.organization_id))
            except secrets.CannotOpen:
                failed += 1
                continue
            sealed += 1
            if not dry_run:
                again = secrets.seal(text, context=_context(row.organization_id))
                SigningSecret.across.filter(pk=row.pk, **{name: old}).update(**{name: again})
    return sealed, failed


def _context(organization_id: int) -> str:
    """Return the place a secret is bound to."""
    return f"{organization_id}:webhooks:signing"
