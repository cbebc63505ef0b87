"""Signing in to a store: the page where the shop owner agrees, and the exchange of the code for a token."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from integrations.connectors.ecwid.sandbox.api.answers import answer
from integrations.connectors.ecwid.sandbox.api.guard import disturb, take, world
from integrations.connectors.ecwid.sandbox.config import SCOPES
from integrations.connectors.ecwid.sandbox.state.tokens import ExchangeRefused

routes = Blueprint("oauth", __name__, url_prefix="/api/oauth")

PARTS = ("client_id", "redirect_uri", "response_type", "scope", "state")


class CannotAsk(Exception):
    """The request to sign in is wrong. The person reads why here: the address to go back to may be anybody's."""


@routes.get("/authorize")
def authorize() -> Response:
    """Ask the shop owner."""
    try:
        scopes = _wanted(request.args)
    except CannotAsk as trouble:
        return Response(render_template("oauth_error.html", why=str(trouble)), 400)
    g.form_targets = [_origin(request.args["redirect_uri"])]
    words = [SCOPES[scope] for scope in scopes]
    kept = {name: request.args.get(name, "") for name in PARTS}
    page = render_template(
        "consent.html",
        scopes=words,
        kept=kept,
        stores=world().stores.all(),
        app=world().config.app_name,
        target=urlsplit(kept["redirect_uri"]).netloc,
    )
    return Response(page)


@routes.post("/authorize")
def decide() -> AnyResponse:
    """Send the shop owner back with a code, or with a refusal."""
    try:
        scopes = _wanted(request.form)
    except CannotAsk as trouble:
        return Response(render_template("oauth_error.html", why=str(trouble)), 400)
    back = request.form["redirect_uri"]
    g.form_targets = [_origin(back)]
    if request.form.get("decision") != "approve":
        return redirect(_extended(back, {"error": "access_denied"} | _state()))
    store = world().stores.get(request.form.get("store_id", 0, type=int)) or world().first().store
    if take("fewer_scopes") is not None:
        scopes = ("read_store_profile",)
    code = world().tokens.new_code(store.id, scopes, back, minutes=world().config.code_minutes)
    return redirect(_extended(back, {"code": code} | _state()))


@routes.route("/token", methods=["GET", "POST"])
@routes.route("/token/<int:store_id>", methods=["GET", "POST"])
def token(store_id: int | None = None) -> Response:
    """Exchange a code. Errors come in the form RFC 6749 gives them."""
    disturb()
    sent = request.form if request.method == "POST" else request.args
    config = world().config
    if (sent.get("client_id"), sent.get("client_secret")) != (config.client_id, config.client_secret):
        return _refused("invalid_client", "Client id or secret is wrong", 401)
    if sent.get("grant_type") != "authorization_code":
        return _refused("unsupported_grant_type", "grant_type must be authorization_code")
    if take("token_refused") is not None:
        return _refused("invalid_grant", "Code is invalid or was already used")
    try:
        found = world().tokens.exchange(sent.get("code", ""), sent.get("redirect_uri", ""), store_id)
    except ExchangeRefused as trouble:
        return _refused("invalid_grant", str(trouble))
    store = world().stores.get(found.store_id)
    body = {
        "access_token": found.token,
        "token_type": "bearer",
        "scope": " ".join(found.scopes),
        "store_id": found.store_id,
    }
    if "public_storefront" in found.scopes:
        body["public_token"] = "public_" + found.token.removeprefix("secret_")[::-1]
    return answer(body | {"email": store.email if store else ""})


def _refused(error: str, why: str, status: int = 400) -> Response:
    return answer({"error": error, "error_description": why}, status)


def _wanted(sent: "MultiDict[str, str]") -> tuple[str, ...]:
    """Check the request and return the scopes. Raises CannotAsk."""
    config = world().config
    if sent.get("client_id") != config.client_id:
        raise CannotAsk("No app with this client id is known here.")
    if sent.get("response_type") != "code":
        raise CannotAsk("The app asked for an answer other than a code.")
    _check_target(sent.get("redirect_uri", ""))
    scopes = tuple(dict.fromkeys(["read_store_profile", *sent.get("scope", "").split()]))
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise CannotAsk(f"The app is not allowed to ask for {', '.join(unknown)}.")
    return scopes


def _check_target(address: str) -> None:
    registered = world().config.redirect_url
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotAsk("The address to come back to is missing or is no web address.")
    # A deeper path below the registered address is allowed, another host is not.
    if registered and (_origin(registered) != _origin(address) or not parts.path.startswith(urlsplit(registered).path)):
        raise CannotAsk("The address to come back to is not the one registered for this app.")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _state() -> dict[str, str]:
    state = request.form.get("state", "")
    return {"state": state} if state and take("state_dropped") is None else {}


def _extended(address: str, more: dict[str, str]) -> str:
    """Add parameters to an address that may have some already."""
    parts = urlsplit(address)
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True) + list(more.items()))
    return urlunsplit(parts._replace(query=query))
