"""The shelves: how much of what lies where, goods that arrive, and warehouses that close."""

from flask import flash, request
from werkzeug.wrappers import Response

from integrations.connectors.shipbob.sandbox.api.guard import world
from integrations.connectors.shipbob.sandbox.pages.frame import back_to, routes, show

MOST = 100_000


@routes.get("/stock")
def stock() -> str:
    """Show the shelves of one warehouse."""
    shelf = world().shelf
    places = [one for one in shelf.locations(all_of_them=True) if one["is_shipping_enabled"]]
    place = request.args.get("place", places[0]["id"], type=int)
    levels, gone = shelf.levels(), shelf.gone()
    rows = [one | {"counts": levels.get(one["id"], {}).get(place)} for one in shelf.products()]
    return show("stock.html", places=places, place=place, gone=gone, rows=rows)


@routes.post("/stock")
def change() -> Response:
    """Put pieces on a shelf, or count what is there afresh."""
    form, shelf = request.form, world().shelf
    place, number = form.get("place", 0, type=int), form.get("product", 0, type=int)
    pieces = min(max(form.get("pieces", 0, type=int), 0), MOST)
    now = shelf.counts(number, place)
    if form.get("do") == "announce":
        shelf.move(number, place, awaiting=pieces)
        flash(f"{pieces} pieces are announced.", "good")
    elif form.get("do") == "count":
        shelf.move(number, place, on_hand=pieces - now["on_hand"])
        flash(f"{pieces} pieces lie there now.", "good")
    else:
        shelf.move(number, place, on_hand=pieces, awaiting=-pieces)
        flash(f"{pieces} pieces have arrived.", "good")
    return back_to("pages.stock", place=place)


@routes.post("/stock/new")
def add() -> Response:
    """Make a product known."""
    form = request.form
    sku, place = form.get("sku", "").strip(), form.get("place", 156, type=int)
    if not sku:
        flash("A product needs a SKU.", "bad")
    else:
        pieces = min(max(form.get("pieces", 0, type=int), 0), MOST)
        world().shelf.add(sku, form.get("name", "").strip() or sku, {place: pieces})
        flash(f"{sku} lies on the shelf.", "good")
    return back_to("pages.stock", place=place)


@routes.post("/stock/place")
def close() -> Response:
    """Delete a warehouse, or bring it back."""
    place, gone = request.form.get("place", 0, type=int), request.form.get("do") == "close"
    world().shelf.close_location(place, gone=gone)
    flash("The warehouse is gone from the list." if gone else "The warehouse is back.", "good")
    return back_to("pages.stock", place=place)
