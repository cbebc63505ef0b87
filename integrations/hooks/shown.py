"""What the pages show of how an outside system calls us: where, since when, and how surely it is known to be theirs."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from integrations.hooks.address import STALE, ensure, hooks_of, is_shared, path_of, public_url
from integrations.manifest import Hooks, Manifest
from integrations.models import Hook, Integration
from integrations.registry import connectors
from portal.kit.secrets import CannotOpen


@dataclass(frozen=True, slots=True)
class Hearing:
    """How one integration is called."""

    sentence: str
    address: str
    """Empty where it is not to be shown: it is a secret, or of no use."""
    strength: StrOrPromise
    last_at: dt.datetime | None = None
    last_topic: str = ""
    refused_at: dt.datetime | None = None
    tone: str = ""
    can_renew: bool = False
    """Its secret is made here, so a person who may change it may have a new one made."""


def hearing(integration: Integration, *, site: str, may_change: bool) -> Hearing | None:
    """Return how an integration is called; None where its system never calls.

    `site` is where the person who looks has reached us, for installations without a public address. The address of
    one integration alone is a secret, shown to those who may change it.
    """
    hooks, manifest = hooks_of(integration), connectors.get(integration.connector)
    if hooks is None:
        return None
    hook = ensure(integration) if may_change else Hook.objects.filter(integration=integration).first()
    sentence, tone = _sentence(integration, hook, hooks, manifest)
    known = hook or Hook()
    address = _address(integration, hooks, site) if is_shared(hooks) or may_change else ""
    can_renew = may_change and hook is not None and hooks.secret is None and hooks.signing is None
    last = known.last_at, known.last_topic, known.refused_at
    return Hearing(sentence, address, hooks.strength, *last, tone, can_renew)


def _address(integration: Integration, hooks: Hooks, site: str) -> str:
    if not public_url() and hooks.register is not None:
        return ""  # it would have to be told, and cannot be reached
    try:
        return (public_url() or site.rstrip("/")) + path_of(integration, hooks)
    except CannotOpen:
        return ""


def _sentence(integration: Integration, hook: Hook | None, hooks: Hooks, manifest: Manifest) -> tuple[str, str]:
    name = {"name": manifest.name}
    if not public_url() and hook is not None and hook.last_at is not None:
        return _("%(name)s calls this address when something happens.") % name, ""
    if not public_url():
        return _("This installation has no public address, so %(name)s cannot call it.") % name + _asks(manifest), ""
    if hooks.register is None:
        if is_shared(hooks):
            return _("Whoever runs this installation enters this address in its app at %(name)s.") % name, ""
        return _("Enter this address in your system; it calls it when something happens."), ""
    if hook is not None and STALE in hook.registration:
        return _("%(name)s is told the new secret within a minute; the old one counts for a day.") % name, ""
    if hook is not None and hook.address.startswith(public_url()):
        return _("%(name)s knows this address and calls it when something happens.") % name, ""
    if hook is not None and hook.last_error:
        said = {**name, "why": hook.last_error}
        return _("%(name)s could not be told this address yet: %(why)s It is tried again.") % said, "amber"
    if integration.is_active:
        return _("%(name)s is told this address within a minute.") % name, ""
    return _("%(name)s is told this address when it is connected and on.") % name, ""


def _asks(manifest: Manifest) -> str:
    if manifest.own_api is not None:
        return " " + _("Within your own network it can, at the address below.")
    seconds = manifest.poll_seconds
    return " " + ngettext(
        "It is asked every %(n)s second instead.", "It is asked every %(n)s seconds instead.", seconds
    ) % {"n": seconds}  # fmt: skip
