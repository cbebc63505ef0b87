"""The web application: API, switches and pages on one world."""

import secrets
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from integrations.connectors.shipbob.sandbox import pages
from integrations.connectors.shipbob.sandbox.answers import Refusal
from integrations.connectors.shipbob.sandbox.api import controls, guard, orders, products, rest
from integrations.connectors.shipbob.sandbox.world import World
from integrations.kit.sandbox import frame

HERE = Path(__file__).parent
MAX_BODY = 8 * 1024 * 1024


def create(world: World) -> Flask:
    """Build the application."""
    app = Flask("sandbox", root_path=str(HERE), static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    # Cookies do not know ports: a name of its own keeps the portal and the other sandboxes on the same host signed in.
    app.config["SESSION_COOKIE_NAME"] = "warehouse_notes"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.secret_key = secrets.token_bytes(32)
    app.extensions["world"] = world
    app.url_map.strict_slashes = False
    guard.install(app)
    app.before_request(_own_pages_only)
    app.after_request(frame.harden)
    app.register_error_handler(Refusal, lambda trouble: trouble.response())
    app.register_error_handler(HTTPException, _http_error)
    for module in (orders, products, rest, controls, pages, frame):
        app.register_blueprint(module.routes)
    return app


def _own_pages_only() -> Response | None:
    """A form of another site must not ship or cancel anything here."""
    return Refusal(403).response() if frame.is_foreign() and not guard.is_api() else None


def _http_error(trouble: HTTPException) -> Response:
    """Errors of the router, in the API's form where the API was meant."""
    if guard.is_api() or request.path.startswith("/sandbox/"):
        return Refusal(trouble.code or 500).response()
    return pages.missing(trouble)
