"""What pushing brings to the portal: the card of the order page, and the words of its states."""

from django.utils.translation import gettext_lazy as _

from orders.panels import Panel, panels
from orders.pushes.shown import cards
from portal.ui.statuses import Shape, Status, Tone, statuses

panels.register("orders.pushes", Panel(_("Other systems"), "orders/order_pushes.html", cards, 30, side=True))
statuses.register("submitted", Status(_("Submitted"), Tone.GREY, Shape.RING))
statuses.register("processing", Status(_("Processing"), Tone.BLUE, Shape.HALF))
