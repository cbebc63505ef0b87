"""Who asks: an API key in a header, and nothing else. A session's cookie opens nothing here, so no other
site can make a browser ask."""

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyHeader, HttpBearer

from portal.api.problems import ApiProblem
from portal.tenancy import keyring
from portal.tenancy.keys import ApiKey

HEADER = "X-Switchyard-Key"
_HOW = "Send `Authorization: Bearer <key>`. Keys are made under Settings, API keys."


class ApiRequest(HttpRequest):
    """The request of a program, as routes get it: `auth` is its key."""

    auth: ApiKey


class Bearer(HttpBearer):
    """`Authorization: Bearer <key>`."""

    def __call__(self, request: HttpRequest) -> Any | None:
        """Return the key, None where another header may hold it. The library's own way logs what it cannot read."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer":
            raise _unknown("The Authorization header is not of the kind Bearer.")
        return self.authenticate(request, secret.strip())

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        """Return the key of this secret. Raises ApiProblem."""
        return opened(token)


class KeyHeader(APIKeyHeader):
    """`X-Switchyard-Key: <key>`, for programs that cannot set Authorization."""

    param_name = HEADER

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        """Return the key of this secret, None where the header is missing. Raises ApiProblem."""
        return opened(key.strip()) if key else None


def opened(secret: str) -> ApiKey:
    """Return the key of a secret and count this request. Raises ApiProblem: 401, or 429 when it is too fast."""
    key = keyring.find(secret)
    if key is None:
        raise _unknown("The key is unknown, revoked or expired.")
    wait = keyring.take_turn(key)
    if wait:
        detail = f"This key has used up its requests for now. Wait {wait} s."
        raise ApiProblem(429, "too-fast", detail, headers={"Retry-After": str(wait)})
    return key


def missing() -> ApiProblem:
    """Return the problem of a request without a key."""
    return _unknown("There is no API key in the request.")


def _unknown(detail: str) -> ApiProblem:
    return ApiProblem(401, "no-key", f"{detail} {_HOW}", headers={"WWW-Authenticate": 'Bearer realm="Switchyard"'})


def need(request: HttpRequest, scope: str) -> ApiKey:
    """Return the key of a request that may do this. Raises ApiProblem: 403, naming the scope."""
    key: ApiKey = request.auth  # type: ignore[attr-defined]
    if scope not in key.scopes:
        detail = f"The key “{key.name}” does not have the scope {scope}. Make a key that has it."
        raise ApiProblem(403, "not-allowed", detail)
    return key
