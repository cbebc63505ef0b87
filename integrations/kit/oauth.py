"""OAuth, the code flow: to the other side's sign-in page and back (reliability.md D).

The state has 256 random bits, is kept as a hash, works once, for ten minutes, and only for the person,
session, organization and connector it was made for. It travels as `state` and, for providers that
do not promise to return that, inside the address to come back to. The exchange of the code is never
repeated: some providers end the first token when a code comes twice.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from integrations import lifecycle
from integrations.connect import use
from integrations.kit.client import Way
from integrations.kit.errors import OutsideFailed
from integrations.manifest import Ask, Granted, Manifest, OAuth
from integrations.models import Integration, OAuthAttempt
from integrations.registry import connectors
from portal.audit.actor import Actor
from portal.kit import secrets
from portal.tenancy.models import Organization, User

MINUTES = 10
PARAMETER = "attempt"
"""Name under which the state travels inside the address to come back to."""


class NotOurs(ValueError):
    """The answer belongs to no attempt of this person, or came too late, or for the second time."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who goes there and comes back."""

    user: User
    session_key: str
    organization: Organization


def begin(integration: Integration, visitor: Visitor, *, callback: str) -> str:
    """Return the address to send the person to. Raises CannotDo when the app is not set up."""
    manifest = connectors.get(integration.connector)
    client = settings.CONNECTOR_APPS.get(manifest.key, {})
    if manifest.oauth is None or not client.get("client_id"):
        raise lifecycle.CannotDo(
            _("This installation has no %(name)s app yet. Connect with a secret token instead.")
            % {"name": manifest.name}
        )
    state = random.token_urlsafe(32)
    verifier = random.token_urlsafe(48) if manifest.oauth.pkce else ""
    redirect_uri = f"{callback}?{urlencode({PARAMETER: state})}"
    lifecycle.begin_connecting(integration, by=Actor.user(visitor.user))
    OAuthAttempt.objects.create(
        integration=integration,
        user=visitor.user,
        state_hash=_hash(state),
        session_hash=_hash(visitor.session_key),
        redirect_uri=redirect_uri,
        verifier=secrets.seal(verifier, context=_context(integration)) if verifier else b"",
    )
    ask = _ask(manifest, manifest.oauth, redirect_uri, state, verifier)
    return manifest.oauth.authorize(settings.CONNECTOR_ENDPOINTS[manifest.key], ask)


def finish(connector: str, visitor: Visitor, answer: Mapping[str, str]) -> Integration:
    """Take the answer: exchange the code, try the credential, and connect.

    Returns the integration, whose status says how it went. Raises NotOurs for an answer that must
    not be believed.
    """
    attempt = _use_up(connector, visitor, answer)
    integration = attempt.integration
    by = Actor.user(visitor.user)
    if refusal := answer.get("error"):
        cause, cure = _refused(connectors.get(connector), refusal)
        return lifecycle.attempt_failed(integration, cause=cause, cure=cure, by=by)
    try:
        granted = _exchange(attempt, answer)
    except OutsideFailed as failed:
        cure = _("Press Connect and approve the access again.")
        return lifecycle.attempt_failed(integration, cause=failed.sentence(), cure=_cure(failed, cure), by=by)
    return use(integration, details=granted.details, secrets=dict(granted.secrets), by=by)


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def give_up_stale() -> int:
    """Tell those that nothing came back for within ten minutes. Returns how many."""
    stale = Integration.across.filter(
        connection="connecting", deleted_at=None, connection_since__lt=Now() - dt.timedelta(minutes=MINUTES)
    )
    for integration in stale:
        name = connectors.get(integration.connector).name
        lifecycle.attempt_failed(
            integration,
            cause=_("Nothing came back from %(name)s within %(minutes)s minutes.") % {"name": name, "minutes": MINUTES},
            cure=_("Press Connect and finish the steps on the page that opens."),
            by=Actor.system(),
        )
    return len(stale)


def forget_old() -> int:
    """Delete the attempts of former days. Returns how many."""
    return OAuthAttempt.objects.filter(created_at__lt=Now() - dt.timedelta(days=1)).delete()[0]


def _use_up(connector: str, visitor: Visitor, answer: Mapping[str, str]) -> OAuthAttempt:
    """Find the attempt of an answer and mark it used, in one statement, before anything is done with it."""
    state = answer.get("state") or answer.get(PARAMETER) or ""
    mine = OAuthAttempt.objects.filter(
        state_hash=_hash(state),
        session_hash=_hash(visitor.session_key),
        user=visitor.user,
        used_at=None,
        created_at__gt=Now() - dt.timedelta(minutes=MINUTES),
        integration__organization=visitor.organization,
        integration__connector=connector,
        integration__deleted_at=None,
    )
    if not hmac.compare_digest(answer.get("state") or state, answer.get(PARAMETER) or state):
        raise NotOurs(_("The answer is not the one that was asked for."))
    found = mine.select_related("integration").first()
    if found is None or not OAuthAttempt.objects.filter(pk=found.pk, used_at=None).update(used_at=Now()):
        raise NotOurs(_("This confirmation was used already, is older than ten minutes, or was not asked for here."))
    return found


def _exchange(attempt: OAuthAttempt, answer: Mapping[str, str]) -> Granted:
    integration = attempt.integration
    manifest = connectors.get(integration.connector)
    assert manifest.oauth is not None
    sealed = bytes(attempt.verifier)
    verifier = secrets.open_sealed(sealed, context=_context(integration)) if sealed else ""
    ask = _ask(manifest, manifest.oauth, attempt.redirect_uri, "", verifier)
    call = Way(integration.pk, manifest, {"client_secret": ask.client_secret, "code": answer.get("code", "")})
    return manifest.oauth.exchange(call, settings.CONNECTOR_ENDPOINTS[manifest.key], ask, answer)


def _ask(manifest: Manifest, oauth: OAuth, redirect_uri: str, state: str, verifier: str) -> Ask:
    client = settings.CONNECTOR_APPS[manifest.key]
    return Ask(client["client_id"], client["client_secret"], redirect_uri, state, verifier, oauth.scopes)


def _refused(manifest: Manifest, error: str) -> tuple[str, str]:
    if error == "access_denied":
        cause = _("The access was refused on the page of %(name)s.") % {"name": manifest.name}
        return cause, _("Press Connect again and choose to approve.")
    cause = _("%(name)s could not give access (%(error)s).") % {"name": manifest.name, "error": error[:100]}
    return cause, _("Press Connect again; if it stays like this, connect with a secret token.")


def _cure(failed: OutsideFailed, otherwise: str) -> str:
    return otherwise if failed.kind == "later" else str(failed.reaction.cure)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _context(integration: Integration) -> str:
    return f"{integration.organization_id}:{integration.pk}:pkce"
