"""Who may work with the store: the private token to copy, and the apps that were let in."""

from flask import flash, request
from werkzeug.wrappers import Response

from integrations.connectors.ecwid.sandbox.api.guard import world
from integrations.connectors.ecwid.sandbox.config import PRIVATE_SCOPES, SCOPES
from integrations.connectors.ecwid.sandbox.pages.frame import back_to, looked_at, routes, show


@routes.get("/access")
def access() -> str:
    """Show store number, token and connected apps."""
    books = looked_at()
    store_id = books.store.id
    return show(
        "access.html",
        books,
        token=world().tokens.private(store_id),
        connected=world().tokens.working(store_id, "oauth"),
        api=f"{request.host_url}api/v3",
        grants=[SCOPES[scope] for scope in PRIVATE_SCOPES],
    )


@routes.post("/access/renew")
def renew() -> Response:
    """Replace the private token; the old one stops working."""
    books = looked_at()
    world().tokens.revoke(books.store.id, "private")
    flash("There is a new token. The old one no longer works.", "good")
    return back_to("pages.access", books)


@routes.post("/access/revoke")
def revoke() -> Response:
    """Remove the connected app, as a shop owner does who uninstalls it."""
    books = looked_at()
    world().tokens.revoke(books.store.id, "oauth")
    if world().webhooks.url:
        world().webhooks.send(books.store.id, "application.uninstalled", str(books.store.id), None)
    flash(f"{world().config.app_name} can no longer work with this store.", "good")
    return back_to("pages.access", books)
