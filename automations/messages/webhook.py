"""Calling webhooks: one signed POST for each delivery, tried again for two days, never to an address inside.

What an answer means stands in `docs/webhooks.md`. A call that comes twice has the same
`Idempotency-Key`, so that sending again is safe where nobody knows whether it has arrived.
"""

import datetime as dt
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from portal.deliveries import signing
from portal.deliveries.senders import Intent, Later, Refused, Sender, Unclear, senders
from portal.kit import addresses, http, masking, secrets
from portal.kit.clock import now
from portal.kit.json import Json
from portal.kit.retry_after import pause_of, seconds_of_date
from portal.kit.text import storable

KIND = "webhook"
MINUTE, HOUR = 60, 3600
PAUSES = (5, 30, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR)
LIMITS = http.Limits(connect=5.0, read=15.0, total=15.0, max_bytes=64 * 1024, cut=True)
KEPT = 2_000
"""Characters of an answer that are kept."""
_BUSY = (408, 425, 429, 503)
_DOTS = "••••"


def host_of(url: str) -> str:
    """Return the host that pages may name; the rest of an address can be a secret."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def address_problem(url: str) -> str:
    """Return why an address cannot be called, with the cure; "" when it can. Looks its name up."""
    if not url:
        return "Enter the address to call, such as https://example.com/orders."
    if len(url) > 2_000:
        return "The address is longer than 2,000 characters."
    try:
        addresses.check(url, allowed=settings.ALLOWED_PRIVATE_HOSTS)
    except addresses.AddressRefused as error:
        return f"{error} Enter a public address that starts with https://."
    except addresses.NameUnknown as error:
        return f"{error} Check how it is spelled."
    return ""


def send(intent: Intent) -> Json:
    """Make the call. Returns status, time and the beginning of the answer. Raises Refused, Later or Unclear."""
    url, body = intent.payload["url"], intent.payload["body"].encode()
    try:
        keys = signing.secrets_in_use(intent.organization_id)
    except secrets.CannotOpen as error:
        raise Later(f"The secret that signs webhooks cannot be opened. {error}") from error
    signed = signing.headers(keys, id=intent.key, body=body, at=now())
    headers = {"Content-Type": "application/json", "Idempotency-Key": intent.key, **signed}
    try:
        answer = http.call("POST", url, headers=headers, body=body, limits=LIMITS)
    except http.CallFailed as error:
        raise _failure(error) from error
    said = _mask(answer.body.decode("utf-8", "replace"), url, [*keys, *signed["webhook-signature"].split()])
    return _judge(answer, host_of(url), said)


def _failure(error: http.CallFailed) -> Exception:
    if error.maybe_arrived:
        return Unclear(str(error))
    return Refused(str(error)) if error.next is http.Next.ASK else Later(str(error))


def _judge(answer: http.Answer, host: str, said: str) -> Json:
    told = f"{host} answered {answer.status}" + (f": {said[:300]}" if said else ".")
    if answer.ok:
        return {"status": answer.status, "ms": answer.ms, "answer": said}
    if answer.status in _BUSY:
        raise Later(told, _pause(answer))
    if answer.status >= 500:
        raise Unclear(told)
    if 300 <= answer.status < 400:
        raise Refused(
            f"{host} answered {answer.status}: it sends callers on to another address, which is not followed. "
            "Enter the address that it leads to."
        )
    if answer.status == 410:
        raise Refused(f"{host} answered 410: nobody listens there any more. Take the action out of the rule.")
    raise Refused(told)


def _pause(answer: http.Answer) -> dt.timedelta | None:
    here = seconds_of_date(answer.headers.get("Date")) or time.time()
    seconds = pause_of(answer.headers.get("Retry-After"), now=here)
    return None if seconds is None else dt.timedelta(seconds=seconds)


def _mask(text: str, url: str, hidden: Sequence[str]) -> str:
    """Return the beginning of an answer without what was secret in the call, should it say it back."""
    for secret in (*hidden, *(one.removeprefix(signing.PREFIX).removeprefix("v1,") for one in hidden), *_inside(url)):
        text = text.replace(secret, _DOTS)
    return storable(masking.mask(text)).strip()[:KEPT]


def _inside(url: str) -> list[str]:
    """Return the parts of an address that may be secrets: long ones of its path, and its parameters."""
    parts = urlsplit(url)
    return sorted({one for one in (parts.query, *parts.path.split("/")) if len(one) >= 8}, key=len, reverse=True)


WEBHOOK = senders.register(KIND, Sender(KIND, send, repeats_are_safe=True, settle=dt.timedelta(0), pauses=PAUSES))
