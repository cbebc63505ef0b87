"""Telling outside systems where to call, where they can be told: when an integration works, and until it is deleted.

It is tried again by itself. Where the installation has no public address nobody is told, and the flows just ask.
"""

import datetime as dt
import logging

from django.db import connection

from integrations.connect import client_of
from integrations.hooks.address import BEFORE, STALE, ensure, hooks_of, path_of, public_url, secrets_of
from integrations.kit.errors import OutsideFailed
from integrations.models import Hook, Integration
from integrations.registry import connectors
from portal.kit import claims
from portal.kit.claims import Claim
from portal.kit.jobs import bell, ring, watcher
from portal.kit.secrets import CannotOpen

log = logging.getLogger(__name__)
BELL = "hooks"
LEASE = dt.timedelta(seconds=90)
STANDS = dt.timedelta(days=1)
_ACTIVE = "i.enabled AND i.deleted_at IS NULL AND i.connection = 'connected' AND i.connector = ANY(%s)"
_UNTOLD = f"""
(NOT starts_with(t.address, %s) OR jsonb_exists_any(t.registration, ARRAY['stale', 'before']))
AND EXISTS (SELECT 1 FROM integrations_integration i WHERE i.id = t.integration_id AND {_ACTIVE})
"""  # noqa: S608 - constants


@watcher("addresses that outside systems do not know yet", every=20)
def look() -> None:
    """Ring for integrations that work, whose other side was not told yet where to call."""
    told = _telling()
    if not told:
        return
    for integration in Integration.across.filter(
        connector__in=told, enabled=True, deleted_at=None, connection="connected", hook=None
    ):
        ensure(integration)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM integrations_hook t WHERE t.next_at <= clock_timestamp() AND {_UNTOLD})",  # noqa: S608
            [_prefix(), told],
        )
        row = cursor.fetchone()
    if row and row[0]:
        ring(BELL)


@bell(BELL)
def register_due() -> int:
    """Tell the other sides that are due. Returns how many were dealt with."""
    count, told = 0, _telling()
    while told and (taken := claims.claim(Hook, limit=1, lease=LEASE, where=_UNTOLD, params=[_prefix(), told])):
        _register(taken[0])
        count += 1
    return count


def _telling() -> list[str]:
    """Return the connectors whose other side can be told; none where nobody outside reaches us."""
    if not public_url():
        return []
    return [one.key for one in connectors.all() if one.hooks is not None and one.hooks.register is not None]


def _prefix() -> str:
    return f"{public_url()}/"


def _register(taken: Claim) -> None:
    hook = Hook.objects.select_related("integration").get(pk=taken.id)
    integration, hooks = hook.integration, hooks_of(hook.integration)
    assert hooks is not None
    assert hooks.register is not None
    try:
        client, _way = client_of(integration)
        if not hook.address.startswith(_prefix()) or STALE in hook.registration:
            # The new one first, and known here, so that no call is lost: what comes by both is known by its ID.
            before = {key: told for key, told in hook.registration.items() if key not in (STALE, BEFORE)}
            address = public_url() + path_of(integration, hooks)
            made = hooks.register(client, address, secrets_of(integration, hooks).partition(" ")[0])
            hook.registration = made | ({BEFORE: before} if hook.address else {})
            hook.address = address
            hook.save(update_fields=["address", "registration"])
        if BEFORE in hook.registration and hooks.unregister is not None:
            hooks.unregister(client, hook.registration[BEFORE])
    except (OutsideFailed, CannotOpen) as failed:
        said = failed.sentence() if isinstance(failed, OutsideFailed) else type(failed).__name__
        log.warning("“%s” could not be told where to call: %s", integration.name, said)
        claims.put_back(Hook, taken, error=said, delay=claims.backoff(min(taken.attempt, 5)))
        return
    told = {key: value for key, value in hook.registration.items() if key != BEFORE}
    Hook.objects.filter(pk=taken.id).update(registration=told, attempts=0)
    claims.put_back(Hook, Claim(taken.id, 0), delay=STANDS)


def end(integration: Integration) -> None:
    """Ask the other side not to call any more, before the integration is deleted; a failure is only logged.

    Whatever it sends afterwards finds nothing here.
    """
    hook, hooks = Hook.objects.filter(integration=integration).first(), hooks_of(integration)
    if hook is None or not hook.address or hooks is None or hooks.unregister is None:
        return
    try:
        hooks.unregister(client_of(integration)[0], hook.registration)
        Hook.objects.filter(pk=hook.pk).update(address="", registration={})
    except (OutsideFailed, CannotOpen) as failed:
        log.warning("“%s” could not be told to stop calling: %s", integration.name, type(failed).__name__)
