"""What stands before every API call (token, limits, faults) and behind it (headers, the book of calls)."""

import time

from flask import Flask, Response, current_app, g, request

from integrations.connectors.shipbob.sandbox.answers import Broken, Refusal, answer
from integrations.connectors.shipbob.sandbox.config import VERSIONS
from integrations.connectors.shipbob.sandbox.world import World
from integrations.kit.sandbox import broken
from integrations.kit.sandbox.faults import Fault
from integrations.kit.sandbox.ledger import Call

_MADE = ("/order", "/product")
"""Where something is made, whose answer may go astray."""


def world() -> World:
    """The world of the running application."""
    found = current_app.extensions["world"]
    assert isinstance(found, World)
    return found


def install(app: Flask) -> None:
    """Put the guard around every path of the API."""
    app.before_request(_before)
    app.after_request(_after)


def is_api() -> bool:
    """Whether the current request is one the book and the faults are for."""
    first = request.path.split("/")[1]
    return first in VERSIONS or first in ("1.0", "2.0")


def take(kind: str) -> Fault | None:
    """Use a fault once if it is on for this path, and note it for the book."""
    fault = world().faults.take(kind, request.path)
    if fault is not None:
        g.fault = f"{g.get('fault', '')} {kind}".strip()
    return fault


def _before() -> None:
    g.started = time.perf_counter()
    if not is_api():
        return
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    g.tail = token[-4:]
    _disturb()
    if kind.lower() != "bearer" or not world().works(token) or take("revoked"):
        raise Refusal(401)
    if take("forbidden"):
        raise Refusal(403)
    wait, g.remaining = world().limits.take(token)
    if wait:
        raise Broken(_too_many(wait))
    if request.path.split("/")[1] not in VERSIONS:
        raise Refusal(404)


def _disturb() -> None:
    """Apply the faults that replace the answer. Raises Refusal; may wait."""
    if fault := take("slow"):
        world().closing.wait(float(fault.settings["seconds"]))
    if fault := take("rate_limited"):
        raise Broken(_too_many(int(float(fault.settings["seconds"]))))
    if fault := take("server_error"):
        raise Broken(broken.web_page(int(fault.settings["status"])))


def _too_many(seconds: int) -> Response:
    words = f"Rate limit is exceeded. Try again in {seconds} seconds."
    response = answer({"statusCode": 429, "message": words}, 429)
    response.headers["x-retry-after"] = str(seconds)
    g.remaining = 0
    return response


def _after(response: Response) -> Response:
    if not is_api():
        return response
    if "remaining" in g:
        response.headers["x-remaining-calls"] = str(g.remaining)
    placed = request.method == "POST" and request.path.endswith(_MADE) and response.status_code == 201
    if placed and (fault := take("answer_lost")):
        response = _lost(response, str(fault.settings["how"]))
    elif response.status_code == 200 and take("cut"):
        response = broken.cut(response)
    _book(response)
    return response


def _lost(response: Response, how: str) -> Response:
    """Let the answer to an order that has been taken, or a product that has been made, go astray."""
    if how == "504":
        return broken.web_page(504)
    if how == "slow":
        world().closing.wait(120)
    return broken.cut(response, 0.0)


def _book(response: Response) -> None:
    world().ledger.write(
        Call(
            method=request.method,
            path=request.path,
            query=request.query_string.decode("latin-1"),
            status=response.status_code,
            ms=(time.perf_counter() - g.started) * 1000,
            bytes=response.content_length or 0,
            fault=g.get("fault", ""),
            token=g.get("tail", ""),
        )
    )
