"""How Ecwid calls us: one address for the app, whose secret signs time and ID of each message, but not its body.

What a message says is therefore never believed: it only wakes flows. Pure but for the app's secret.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from integrations.manifest import Hooks, NotSigned
from portal.kit import json
from portal.kit.json import Json

OLDEST = 2 * 86_400
"""Seconds; a message that was not answered is repeated for a day, with its first time stamp."""
AHEAD = 300
_WAKES = {
    "order": ("orders",),
    "unfinished_order": ("orders",),
    "product": ("products",),
    "profile": ("locations",),
    "application": ("orders",),  # it was removed there, perhaps: the next call tells
}


def verify(headers: Mapping[str, str], body: bytes, secret: str) -> str:
    """Return the ID of a message that the app's secret has signed. Raises NotSigned."""
    try:
        told = json.loads(body)
    except json.NotJson as error:
        raise NotSigned from error
    created, id = (told.get("eventCreated"), told.get("eventId")) if isinstance(told, dict) else (None, None)
    if not secret or not isinstance(created, int) or isinstance(created, bool) or not isinstance(id, str) or not id:
        raise NotSigned
    wanted = hmac.new(secret.encode(), f"{created}.{id}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    given = headers.get("x-ecwid-webhook-signature", "").encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(base64.b64encode(wanted), given):
        raise NotSigned
    if not -AHEAD <= time.time() - created <= OLDEST:
        raise NotSigned
    return id


def topic(body: Json) -> str:
    """Return what happened, such as `order.updated`."""
    return str(body.get("eventType") or "")[:100]


def wakes(_body: Json, topic: str) -> Sequence[str]:
    """Return the flows that may find something new."""
    return _WAKES.get(topic.partition(".")[0].lower(), ())


def account_key(body: Json) -> str:
    """Return the store."""
    store = body["storeId"]
    return str(store) if isinstance(store, int | str) and not isinstance(store, bool) else ""


def secret() -> str:
    """Return the secret of the installation's app; empty where there is none: then nothing is believed."""
    return str(settings.CONNECTOR_APPS["ecwid"]["client_secret"])


HOOKS = Hooks(
    verify=verify,
    wakes=wakes,
    account_key=account_key,
    secret=secret,
    topic=topic,
    strength=_("Each message is signed with the secret of the app. Its content is never believed: it is asked for."),
)
