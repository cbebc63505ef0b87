"""What stands before every API call (token, limits, faults) and behind it (headers, compression, the ledger)."""

import gzip
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from urllib.parse import parse_qsl, urlencode

from flask import Flask, Response, current_app, g, request

from integrations.connectors.ecwid.sandbox.api.answers import Refusal
from integrations.connectors.ecwid.sandbox.state.faults import KINDS
from integrations.connectors.ecwid.sandbox.state.tokens import Token
from integrations.connectors.ecwid.sandbox.world import Books, World
from integrations.kit.sandbox import broken
from integrations.kit.sandbox.faults import Fault
from integrations.kit.sandbox.ledger import Call

View = Callable[..., Response]

SECRETS = ("token", "client_secret", "code")
COMPRESS_FROM = 400
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


def world() -> World:
    """The world of the running application."""
    found = current_app.extensions["world"]
    assert isinstance(found, World)
    return found


def books() -> Books:
    """The store of the current API call."""
    found: Books = g.books
    return found


def needs(scope: str) -> Callable[[View], View]:
    """Refuse the call when the token lacks ``scope``."""

    def around(view: View) -> View:
        @wraps(view)
        def checked(*args: object, **kwargs: object) -> Response:
            if scope not in g.token.scopes:
                raise Refusal(403, f"Access token doesn't have {scope} scope", "INSUFFICIENT_APP_SCOPE")
            return view(*args, **kwargs)

        return checked

    return around


def install(app: Flask) -> None:
    """Put the guard around every path below /api/."""
    app.before_request(_before)
    app.after_request(_after)


def is_api() -> bool:
    """Whether the current request is one the ledger and the faults are for."""
    return request.path.startswith("/api/")


def disturb() -> None:
    """Apply the faults that replace the answer. Raises Refusal; may wait."""
    if (fault := take("slow")) is not None:
        # Ends at once when the sandbox is shut down.
        world().closing.wait(float(fault.settings["seconds"]))
    if (fault := take("rate_limited")) is not None:
        raise _rate_limited(fault)
    if (fault := take("server_error")) is not None:
        raise _server_error(fault)


def take(kind: str) -> Fault | None:
    """Use a fault once if it is on for this path, and note it for the ledger."""
    fault = world().faults.peek(kind, request.path)
    # The sign-in is left alone unless the fault's path names it.
    if fault is None or (
        request.path.startswith("/api/oauth/") and KINDS[kind].area == "api" and "oauth" not in fault.path
    ):
        return None
    fault = world().faults.take(kind, request.path)
    if fault is not None:
        g.fault = f"{g.get('fault', '')} {kind}".strip()
    return fault


class Disturbed(Refusal):
    """An answer made up by the fault panel, with headers and a body of its own."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code, "")
        self._response = response

    def response(self) -> Response:
        """The made-up answer."""
        return self._response


def _before() -> None:
    g.started = time.perf_counter()
    if not request.path.startswith("/api/v3/"):
        return
    g.books = _store()
    if (key := _bearer()) is not None:
        g.token_tail = key[-4:]
    disturb()
    g.token = _admitted(key)
    if take("suspended") is not None:
        raise Refusal(402, "Store is suspended", "STORE_IS_SUSPENDED")
    if request.method in ("POST", "PUT") and request.mimetype not in ("application/json", "text/json"):
        raise Refusal(415, "Unsupported content-type: expected application/json or text/json")


def _store() -> Books:
    number = request.path.split("/")[3]
    found = world().books(int(number)) if number.isdecimal() and len(number) < 19 else None
    if found is None:
        raise Refusal(404, "Store not found", "STORE_NOT_FOUND")
    return found


def _bearer() -> str | None:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else request.args.get("token")


def _admitted(key: str | None) -> Token:
    token = world().tokens.find(key) if key else None
    if token is not None and (token.store_id != books().store.id or take("revoked") is not None):
        token = None
    wait = world().limits.wait(key or "", works=token is not None)
    if wait:
        raise Disturbed(_too_many(str(wait)))
    if token is None:
        raise Refusal(403, "Token is invalid", "INVALID_API_TOKEN")
    return token


def _too_many(retry_after: str | None) -> Response:
    response = Refusal(429, "Too many requests", "RATE_LIMITED").response()
    if retry_after is not None:
        response.headers["Retry-After"] = retry_after
    return response


def _rate_limited(fault: Fault) -> Disturbed:
    seconds = int(float(fault.settings["seconds"]))
    moment = datetime.fromtimestamp(world().now(), UTC) + timedelta(seconds=seconds)
    forms = {
        "seconds": str(seconds),
        "date": moment.strftime(HTTP_DATE),
        "huge": "99999999999",
        "garbage": "a while; please",
        "negative": "-5",
        "missing": None,
    }
    return Disturbed(_too_many(forms[fault.settings["retry_after"]]))


def _server_error(fault: Fault) -> Disturbed:
    status, body = int(fault.settings["status"]), fault.settings["body"]
    if body == "json":
        return Disturbed(Refusal(status, "Internal server error", "INTERNAL_ERROR").response())
    return Disturbed(broken.web_page(status) if body == "html" else Response("", status))


def _after(response: Response) -> Response:
    if not is_api():
        return response
    if request.path.startswith("/api/v3/"):
        given = request.headers.get("X-Ecwid-Api-Request-Id", "")
        response.headers["X-Ecwid-Api-Request-Id"] = given or f"{random.getrandbits(32):08x}"
        _compress(response)
        if response.status_code == 200 and take("cut") is not None:
            response = broken.cut(response)
    _book(response)
    return response


def _compress(response: Response) -> None:
    body = response.get_data()
    if "gzip" not in request.headers.get("Accept-Encoding", "") or len(body) < COMPRESS_FROM:
        return
    response.set_data(gzip.compress(body, 1))
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"


def _book(response: Response) -> None:
    query = urlencode(
        [(key, "***" if key in SECRETS else value) for key, value in parse_qsl(request.query_string.decode("latin-1"))]
    )
    world().ledger.write(
        Call(
            method=request.method,
            path=request.path,
            query=query,
            status=response.status_code,
            ms=(time.perf_counter() - g.started) * 1000,
            bytes=response.content_length or 0,
            fault=g.get("fault", ""),
            token=g.get("token_tail", ""),
        )
    )
