"""The packing bench: what waits, and what a person in the warehouse does with it."""

import json
from typing import Any

from flask import Response as PlainResponse
from flask import abort, flash, request
from werkzeug.wrappers import Response

from integrations.connectors.shipbob.sandbox.answers import answer
from integrations.connectors.shipbob.sandbox.api.guard import world
from integrations.connectors.shipbob.sandbox.demo import CARRIERS, HOLDS, PROBLEMS
from integrations.connectors.shipbob.sandbox.pages.frame import back_to, routes, show
from integrations.connectors.shipbob.sandbox.state.bench import NotPossible

Json = dict[str, Any]

PAGE = 20
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "waiting": ("Waiting", ("Processing",)),
    "trouble": ("Trouble", ("Exception", "OnHold")),
    "shipped": ("Shipped", ("Completed",)),
    "canceled": ("Canceled", ("Cancelled",)),
}


@routes.get("/")
def bench() -> str:
    """Show the shipments of one tab: what waits with the oldest first, what is done with the newest."""
    tab = request.args.get("tab", "waiting")
    if tab not in TABS:
        abort(404)
    page, text = max(request.args.get("page", 1, type=int), 1), request.args.get("q", "").strip()
    counts = _counts()
    slips, found = _slips(tab, text, page)
    return show(
        "bench.html", tab=tab, tabs={key: label for key, (label, _) in TABS.items()}, counts=counts, slips=slips,
        page=page, pages=-(-found // PAGE), text=text, carriers=list(CARRIERS), problems=PROBLEMS, holds=HOLDS,
        mark=_mark(),
    )  # fmt: skip


@routes.get("/pulse")
def pulse() -> PlainResponse:
    """Return a mark that changes when something on the bench did."""
    return answer({"mark": _mark()})


@routes.post("/bench/<int:number>/<act>")
def act(number: int, act: str) -> Response:
    """Do something with a shipment, and come back to the same place."""
    order = world().orders.of_shipment(number)
    if order is None or act not in ACTS:
        abort(404)
    try:
        flash(f"{order['order_number']}: {ACTS[act](number)}", "good")
    except NotPossible as trouble:
        flash(f"{order['order_number']}: {trouble}", "bad")
    kept = {name: request.form[name] for name in ("tab", "q", "page") if request.form.get(name)}
    return back_to("pages.bench", **kept)


@routes.post("/automatic")
def automatic() -> Response:
    """Let the warehouse ship by itself, or not."""
    seconds = request.form.get("seconds", type=float)
    on = request.form.get("do") == "on" and seconds is not None and 0 <= seconds <= 86_400
    world().automatic = seconds if on else None
    flash(f"Whatever comes is shipped by itself after {seconds:g} seconds." if on else "A person packs again.", "good")
    return back_to("pages.bench")


def _pick(number: int) -> str:
    world().bench.pick(number)
    return "picked; it cannot be canceled from outside any more."


def _pack(number: int) -> str:
    form = request.form
    wanted = {name.removeprefix("units-"): int(value) for name, value in form.items()
              if name.startswith("units-") and value.isdecimal()}  # fmt: skip
    world().bench.pack(number, wanted or None, carrier=form.get("carrier", ""), tracking=form.get("tracking", ""))
    return "shipped."


def _hold(number: int) -> str:
    world().bench.hold(number, request.form.get("why", "MerchantRequestedHold"))
    return "on hold."


def _problem(number: int) -> str:
    what = request.form.get("what", "InvalidAddress")
    world().bench.problem(number, what if what in PROBLEMS else "InvalidAddress", request.form.get("words", "").strip())
    return "the problem has been reported."


def _release(number: int) -> str:
    world().bench.release(number)
    return "goes on; it waits to be packed."


def _cancel(number: int) -> str:
    world().bench.cancel(number)
    return "canceled; its goods are free again."


def _deliver(number: int) -> str:
    world().bench.deliver(number)
    return "delivered."


ACTS = {"pick": _pick, "pack": _pack, "hold": _hold, "problem": _problem, "release": _release, "cancel": _cancel,
        "deliver": _deliver}  # fmt: skip


def _counts() -> dict[str, int]:
    rows = world().database.rows("SELECT status, count(*) AS n FROM shipments GROUP BY status")
    found = {row["status"]: row["n"] for row in rows}
    return {key: sum(found.get(status, 0) for status in statuses) for key, (_, statuses) in TABS.items()}


def _mark() -> str:
    row = world().database.row("SELECT count(*) AS n, max(updated) AS at FROM orders")
    return f"{row['n']}-{row['at']}" if row else ""


def _slips(tab: str, text: str, page: int) -> tuple[list[Json], int]:
    """Return a page of packing slips (a shipment with its order), and how many there are."""
    statuses = TABS[tab][1]
    where = f"s.status IN ({', '.join('?' * len(statuses))}) AND instr(o.words, ?)"
    start = f"FROM shipments s JOIN orders o ON o.id = s.order_id WHERE {where}"
    values = (*statuses, text.casefold())
    order = "s.id" if tab in ("waiting", "trouble") else "s.since DESC, s.id DESC"
    sql = f"SELECT s.id, s.picked, o.body {start} ORDER BY {order} LIMIT ? OFFSET ?"
    slips = []
    for row in world().database.rows(sql, *values, PAGE, (page - 1) * PAGE):
        order_ = json.loads(row["body"])
        shipment = next(one for one in order_["shipments"] if one["id"] == row["id"])
        slips.append({"order": order_, "shipment": shipment, "picked": bool(row["picked"])})
    count = world().database.row(f"SELECT count(*) AS n {start}", *values)
    return slips, int(count["n"]) if count else 0
