"""The engines of orders on the list of integrations, and how each catches up after it was switched off."""

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from orders.engines.forms import ExceptionsForm, RoutingForm
from orders.engines.setting import EXCEPTIONS, INVENTORY, ROUTING, on_again
from orders.engines.shown import state_of
from orders.exceptions.sweep import sweep_now
from orders.inventory.listen import count_anew
from orders.models import Order
from orders.routing.retry import BELL
from orders.routing.run import ROUTABLE
from portal.kit.jobs import ring
from portal.tenancy.models import Organization
from portal.ui.engines import Engine, engines


def route_anew(organization: Organization) -> None:
    """Have all orders routed now that wait, or that stock has come for meanwhile."""
    waiting = Order.objects.within(organization).filter(
        status__in=ROUTABLE, routing_status__in=("pending", "failed", "pendingInventory"), deleted_at=None
    )
    waiting.update(route_at=Now())
    ring(BELL)


on_again.register(EXCEPTIONS, sweep_now)
on_again.register(INVENTORY, count_anew)
on_again.register(ROUTING, route_anew)

engines.register(
    EXCEPTIONS,
    Engine(
        EXCEPTIONS,
        _("Exceptions Engine"),
        _("Looks after what goes wrong: closes what is over, finds orders that are stuck, and sends e-mails."),
        "alert-triangle",
        "orders:exceptions",
        state_of(EXCEPTIONS, _("What goes wrong is noted, and nothing looks after it.")),
        switchable=True,
        stops=_(
            "Exceptions do not close by themselves any more, nobody looks for orders that are stuck, and no e-mails "
            "about exceptions are sent. What fails is still noted in the list of exceptions."
        ),
        goes_on=_("All exceptions are then looked at again. E-mails tell only of what goes wrong from then on."),
        form=ExceptionsForm,
    ),
)
engines.register(
    INVENTORY,
    Engine(
        INVENTORY,
        _("Inventory Engine"),
        _(
            "Takes what open orders need off what you can promise, before a location is chosen for them, and lets "
            "your stores be told."
        ),
        "box",
        "orders:inventory",
        state_of(INVENTORY, _("What open orders need is not counted, and no store is told what it may promise.")),
        switchable=True,
        stops=_(
            "What new orders need is no longer taken off what can be promised, until they are routed. Stores are told "
            "no numbers: they keep the last ones they had. Shipments and reports of warehouses are still booked, so "
            "what is on hand stays right."
        ),
        danger=_(
            "While it is off you can sell more than you have: stores hear nothing of what other stores sell, nor of "
            "what your warehouses report."
        ),
        goes_on=_(
            "What all open orders need is then counted anew, and after that stores are told every number that differs."
        ),
    ),
)
engines.register(
    ROUTING,
    Engine(
        ROUTING,
        _("Order Routing Engine"),
        _("Chooses the locations that ship each order, by your routing cards and the stock."),
        "route",
        "orders:routing",
        state_of(ROUTING, _("Nothing is routed. Orders stay Ready for fulfillment.")),
        switchable=True,
        stops=_(
            "Orders stay Ready for fulfillment, nothing is routed: no shipping request is made, whether by itself or "
            "with “Re-run routing”. Shipping requests that are there go on."
        ),
        goes_on=_("Orders that wait are then routed at once."),
        form=RoutingForm,
    ),
)
