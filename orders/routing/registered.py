"""What routing brings to the page of an order."""

from django.utils.translation import gettext_lazy as _

from orders.panels import Panel, panels
from orders.routing.history import panel

panels.register("orders.routing", Panel(_("Routing"), "orders/routing_run_panel.html", panel, 15))
