"""The panel of faults, broken orders and webhooks, and the log of calls."""

from urllib.parse import urlsplit

from flask import abort, flash, request
from werkzeug.wrappers import Response

from integrations.connectors.ecwid.sandbox.api.guard import world
from integrations.connectors.ecwid.sandbox.pages.frame import back_to, looked_at, routes, show
from integrations.connectors.ecwid.sandbox.shapes.spoil import SPOILERS
from integrations.connectors.ecwid.sandbox.state.faults import KINDS
from integrations.kit.sandbox.faults import UnknownFault

AREAS = (("api", "Calls"), ("store", "The store"), ("sign-in", "Signing in"))
TIMES = (("", "until stopped"), ("1", "once"), ("3", "three times"), ("10", "ten times"))
PATHS = (("", "every call"), ("/orders", "orders"), ("/profile", "profile"), ("/products", "products"))
SHOWN_CALLS = 200


@routes.get("/faults")
def faults() -> str:
    """Show what is on and what can be switched on."""
    books = looked_at()
    return show(
        "faults.html",
        books,
        areas=AREAS,
        kinds=list(KINDS.values()),
        active={fault.kind: fault for fault in world().faults.active()},
        times=TIMES,
        paths=PATHS,
        spoilers={key: words for key, (words, _) in SPOILERS.items()},
        spoilt=books.orders.spoilt(),
        webhook_url=world().webhooks.url,
        deliveries=world().webhooks.log(12),
    )


@routes.post("/faults/<kind>")
def switch(kind: str) -> Response:
    """Switch one fault on or off."""
    books, form = looked_at(), request.form
    if kind not in KINDS:
        abort(404)
    if form.get("do") == "off":
        world().faults.clear(kind)
        return back_to("pages.faults", books, _anchor=kind)
    settings = {name: form[name] for name in KINDS[kind].settings if form.get(name)}
    try:
        world().faults.set(kind, times=form.get("times", type=int), path=form.get("path", ""), **settings)
    except UnknownFault as trouble:
        flash(str(trouble), "bad")
    return back_to("pages.faults", books, _anchor=kind)


@routes.post("/faults")
def all_off() -> Response:
    """Switch everything off and take broken orders out."""
    books = looked_at()
    world().faults.clear()
    books.orders.unspoil()
    flash("Everything works normally again.", "good")
    return back_to("pages.faults", books)


@routes.post("/broken")
def broken() -> Response:
    """Put broken orders into the store, or take them out."""
    books = looked_at()
    if request.form.get("do") == "out":
        flash(f"{books.orders.unspoil()} broken orders taken out.", "good")
        return back_to("pages.faults", books, _anchor="broken")
    kinds = [kind for kind in request.form.getlist("kind") if kind in SPOILERS]
    world().spoil(books, kinds)
    flash(
        f"{len(kinds)} broken orders put in." if kinds else "Choose what shall be broken.", "good" if kinds else "bad"
    )
    return back_to("pages.faults", books, _anchor="broken")


@routes.post("/webhooks")
def webhooks() -> Response:
    """Set where events are sent."""
    books, url = looked_at(), request.form.get("url", "").strip()
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        flash("That is no web address.", "bad")
    else:
        world().webhooks.url = url
        flash("Events are sent there from now on." if url else "No events are sent.", "good")
    return back_to("pages.faults", books, _anchor="webhooks")


@routes.get("/calls")
def calls() -> str:
    """Show the latest calls, the newest first."""
    return show("calls.html", looked_at(), calls=world().ledger.read(limit=SHOWN_CALLS, newest_first=True))
