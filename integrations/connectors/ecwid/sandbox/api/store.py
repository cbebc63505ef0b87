"""The store itself: profile, shipping options, statuses, and the cheap answer to "is there anything new?"."""

from flask import Blueprint, Response

from integrations.connectors.ecwid.sandbox.api import fields
from integrations.connectors.ecwid.sandbox.api.answers import answer
from integrations.connectors.ecwid.sandbox.api.guard import books, needs, take, world
from integrations.connectors.ecwid.sandbox.api.params import fieldlist
from integrations.connectors.ecwid.sandbox.shapes import profile as shapes
from integrations.connectors.ecwid.sandbox.shapes import shipping
from integrations.connectors.ecwid.sandbox.shapes.numbers import stamp

routes = Blueprint("store", __name__, url_prefix="/api/v3/<int:store_id>")

FOUNDED = 1_709_283_600


@routes.get("/profile")
@needs("read_store_profile")
def profile(store_id: int) -> Response:
    """Return the profile."""
    fault = take("unknown_currency")
    document = shapes.profile(books().store, currency=str(fault.settings["currency"]) if fault else None)
    return answer(fields.pick(document, fieldlist()))


@routes.get("/profile/shippingOptions")
@needs("read_store_profile")
def shipping_options(store_id: int) -> Response:
    """Return the shipping options as a bare list."""
    return answer(shipping.shipping_options(books().store))


@routes.get("/profile/order_statuses")
@needs("read_store_profile")
def order_statuses(store_id: int) -> Response:
    """Return every status and whether it is in use."""
    return answer(shapes.order_statuses())


@routes.get("/latest-stats")
@needs("read_store_profile")
def latest_stats(store_id: int) -> Response:
    """Return when each kind of record last changed."""
    orders = max(books().index.newest_change() or FOUNDED, _last_deletion())
    names = (
        "profileUpdated",
        "categoriesUpdated",
        "discountCouponsUpdated",
        "abandonedSalesUpdated",
        "customersUpdated",
    )
    quiet = dict.fromkeys(names, stamp(FOUNDED))
    return answer(
        {"productsUpdated": stamp(books().shelf.newest_change() or FOUNDED), "ordersUpdated": stamp(orders)} | quiet
    )


@routes.get("/application")
def application(store_id: int) -> Response:
    """Return the state of the application's subscription in this store."""
    start, end = stamp(FOUNDED), stamp(world().now() + 180 * 86_400)
    subscription = {"startDate": start, "expirationDate": end, "status": "ACTIVE"}
    return answer({"subscription": subscription, "subscriptionStatus": "ACTIVE"})


def _last_deletion() -> int:
    row = world().database.row("SELECT max(at) AS at FROM deleted_orders WHERE store_id = ?", books().store.id)
    return int(row["at"] or 0) if row else 0
