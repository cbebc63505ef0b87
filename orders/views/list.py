"""The list of orders, and the search box on top of every page."""

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from orders.lists.orders import ORDERS
from orders.search import search
from portal.ui.access import PageRequest, page


@require_GET
@page()
def order_list(request: PageRequest, extension: str = "") -> HttpResponseBase:
    """Show the orders."""
    return ORDERS.answer(request, "orders/list.html", extension)


@require_GET
@page()
def find(request: PageRequest) -> HttpResponse:
    """Answer the search box on top: the one order that fits, else the list of those that do."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = list(search(ORDERS.rows(request.organization), text).rows[:2]) if text else []
    if len(found) == 1:
        return HttpResponseRedirect(ORDERS.url(found[0]))
    return HttpResponseRedirect(f"{reverse('orders:list')}?{urlencode({'q': text})}")
