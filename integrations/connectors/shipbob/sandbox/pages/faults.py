"""The panel of faults with what became of messages, the access token, and the log of calls."""

from flask import abort, flash, request
from werkzeug.wrappers import Response

from integrations.connectors.shipbob.sandbox.api.guard import world
from integrations.connectors.shipbob.sandbox.pages.frame import back_to, routes, show
from integrations.connectors.shipbob.sandbox.state.faults import KINDS
from integrations.connectors.shipbob.sandbox.world import CHANNELS
from integrations.kit.sandbox.faults import UnknownFault

AREAS = (("warehouse", "In the warehouse"), ("api", "Calls"), ("messages", "Messages to the app"))
TIMES = (("", "until stopped"), ("1", "once"), ("3", "three times"), ("10", "ten times"))
PATHS = (("", "every call"), ("/order", "orders"), ("/inventory-level", "stock"), ("/location", "locations"))
SHOWN_CALLS = 200


@routes.get("/faults")
def faults() -> str:
    """Show what is on and what can be switched on."""
    return show(
        "faults.html", areas=AREAS, kinds=list(KINDS.values()), times=TIMES, paths=PATHS,
        active={fault.kind: fault for fault in world().faults.active()},
        subscriptions=world().sender.subscriptions(), deliveries=world().sender.log(12),
    )  # fmt: skip


@routes.post("/faults/<kind>")
def switch(kind: str) -> Response:
    """Switch one fault on or off."""
    form = request.form
    if kind not in KINDS:
        abort(404)
    if form.get("do") == "off":
        world().faults.clear(kind)
        return back_to("pages.faults", _anchor=kind)
    settings = {name: form[name] for name in KINDS[kind].settings if form.get(name)}
    try:
        world().faults.set(kind, times=form.get("times", type=int), path=form.get("path", ""), **settings)
    except UnknownFault as trouble:
        flash(str(trouble), "bad")
    return back_to("pages.faults", _anchor=kind)


@routes.post("/faults")
def all_off() -> Response:
    """Switch everything off."""
    world().faults.clear()
    flash("Everything works normally again.", "good")
    return back_to("pages.faults")


@routes.get("/access")
def access() -> str:
    """Show the token to copy, and what it may do."""
    return show("access.html", token=world().token, api=request.host_url.rstrip("/"), channels=CHANNELS)


@routes.post("/access/renew")
def renew() -> Response:
    """Replace the token; the old one stops working."""
    world().renew_token()
    flash("There is a new token. The old one no longer works.", "good")
    return back_to("pages.access")


@routes.get("/calls")
def calls() -> str:
    """Show the latest calls, the newest first."""
    return show("calls.html", calls=world().ledger.read(limit=SHOWN_CALLS, newest_first=True))
