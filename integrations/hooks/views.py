"""Where outside systems call: no session and no permission, only the signature counts."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations.hooks.address import ensure, hashed, secrets_of
from integrations.hooks.inbox import Kept, Message, Outcome, keep
from integrations.manifest import Hooks, NotSigned
from integrations.models import Hook, Integration
from integrations.registry import connectors
from portal.kit import json
from portal.kit.json import Json
from portal.kit.secrets import CannotOpen

log = logging.getLogger(__name__)
MAX_BODY = 1024 * 1024
T = TypeVar("T")


class Answered(Exception):
    """The message is answered already: it goes no further."""

    def __init__(self, status: int, said: str, *, retry_after: int = 0) -> None:
        super().__init__(said)
        self.status = status
        self.said = said
        self.retry_after = retry_after

    def response(self) -> HttpResponse:
        """Return the answer."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else None
        return JsonResponse({"message": self.said}, status=self.status, headers=headers)


@csrf_exempt
@never_cache
@require_POST
def own(request: HttpRequest, connector: str, token: str, topic: str = "") -> HttpResponse:
    """Take a message that came to the address of one integration."""
    try:
        body = _body(request)
        hook = Hook.objects.filter(token_hash=hashed(token), integration__deleted_at=None)
        found = hook.select_related("integration").first()
        if found is None or found.integration.connector != connector:
            raise _unknown()
        hooks = _hooks(connector)
        id = _verified(request, body, hooks, _secrets(found.integration, hooks), [found])
        return _taken(hooks, [found.integration], body, id, topic)
    except Answered as answered:
        return answered.response()


@csrf_exempt
@never_cache
@require_POST
def shared(request: HttpRequest, connector: str) -> HttpResponse:
    """Take a message that came to the one address which an outside system knows for all its accounts."""
    try:
        body, hooks = _body(request), _hooks(connector)
        if hooks.account_key is None or hooks.secret is None:
            raise _unknown()
        id = _verified(request, body, hooks, hooks.secret(), [])
        account = _safely(hooks.account_key, _parsed(body))
        rows = Integration.across.filter(connector=connector, account_key=account, deleted_at=None)
        return _taken(hooks, list(rows.exclude(account_key="")), body, id, "")
    except Answered as answered:
        return answered.response()


def _hooks(connector: str) -> Hooks:
    hooks = connectors.get(connector).hooks if connector in connectors else None
    if hooks is None:
        raise _unknown()
    return hooks


def _unknown() -> Answered:
    """One answer for whatever is not here: nobody learns which address was nearly right."""
    return Answered(404, "There is nothing here.")


def _body(request: HttpRequest) -> bytes:
    """Return the raw body, at most so much of it as is taken."""
    too_large = Answered(413, "A message may be 1 MiB at most.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        raise too_large
    try:
        body = request.read(MAX_BODY + 1)
    except UnreadablePostError as error:
        raise Answered(400, "The message broke off.") from error
    if len(body) > MAX_BODY:
        raise too_large
    return body


def _secrets(integration: Integration, hooks: Hooks) -> str:
    try:
        return secrets_of(integration, hooks)
    except CannotOpen as error:
        log.error("The signing secret of integration %s cannot be opened", integration.pk)
        raise Answered(503, "Try again later.", retry_after=60) from error


def _verified(request: HttpRequest, body: bytes, hooks: Hooks, secret: str, noted: Sequence[Hook]) -> str:
    """Return the message's ID; 401 without a word of why where its signature is not good."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        return hooks.verify(headers, body, secret)
    except (NotSigned, ValueError, TypeError, KeyError, AttributeError) as error:
        Hook.objects.filter(pk__in=[one.pk for one in noted]).update(refused_at=Now())
        raise Answered(401, "The signature is not good.") from error


def _parsed(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except json.NotJson as error:
        raise Answered(400, "The message is not JSON.") from error
    if not isinstance(found, dict):
        raise Answered(400, "The message is not an object.")
    return found


def _safely(read: Callable[[Json], T], body: Json) -> T:
    """Read something out of a message of an unexpected shape without falling over it."""
    try:
        return read(body)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise Answered(400, "The message is not understood.") from error


def _taken(hooks: Hooks, integrations: Sequence[Integration], body: bytes, id: str, topic: str) -> HttpResponse:
    """Keep a message for each integration that it is for, and answer.

    A genuine message of an account that nobody here has is answered as if it had come twice: the sender shall not go
    on trying, and learns nothing.
    """
    parsed = _parsed(body)
    named = topic or (_safely(hooks.topic, parsed) if hooks.topic else "")
    flows = _safely(lambda told: list(hooks.wakes(told, named)), parsed)
    outcomes = [_keep(hooks, one, Message(id, named, body), flows, parsed) for one in integrations]
    for outcome in outcomes:
        if outcome.kept is Kept.TOO_MANY:
            raise Answered(429, "Too many messages at once.", retry_after=max(outcome.wait, 1))
        if outcome.kept is Kept.OTHER:
            raise Answered(409, "This ID was used for another message.")
    worst = max(outcomes, key=lambda one: one.status, default=Outcome(Kept.KNOWN))
    return JsonResponse(worst.answer, status=worst.status)


def _keep(hooks: Hooks, integration: Integration, message: Message, flows: Sequence[str], parsed: Json) -> Outcome:
    take = partial(hooks.take, integration, message.topic, parsed) if hooks.take else None
    return keep(integration, ensure(integration), message, flows, take)
