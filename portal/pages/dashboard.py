"""The first page: what needs a person, what waits, what happens."""

from django.http import HttpResponse
from django.shortcuts import render

from portal.ui.access import PageRequest, page


@page()
def dashboard(request: PageRequest) -> HttpResponse:
    """Show the dashboard of the organization."""
    return render(request, "portal/dashboard.html", {})
