"""Sign-in tries are counted before any password is hashed (reliability.md D).

Five failures of an account, or twenty from an address, within fifteen minutes, and no more are taken
until fifteen minutes have passed. django-axes counts by account; the limit by address stands here.
"""

import ipaddress
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

_NETWORK_BITS = 64
"""A household or server has at least this much of IPv6 to itself, so its addresses count as one."""


class Throttle(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts failures by account, and by address with a limit of its own."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return the failures of the account, or its limit where the address has used up its own."""
        of_account: int = super().get_failures(request, credentials)
        if _failures_from(request) >= settings.LOGIN_FAILURES_PER_ADDRESS:
            return max(of_account, int(settings.AXES_FAILURE_LIMIT))
        return of_account


def _failures_from(request: HttpRequest) -> int:
    address = request.axes_ip_address  # type: ignore[attr-defined]
    if address is None:
        return 0
    recent = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=get_cool_off_threshold(request))
    return recent.aggregate(failures=Sum("failures_since_start"))["failures"] or 0


def account(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the e-mail that a try is counted under: in lower case, as people sign in with either."""
    given = (credentials or {}).get("username") or request.POST.get("username") or ""
    return str(given).strip().casefold()[:255]


def client_address(request: HttpRequest) -> str | None:
    """Return the address of the person's machine, or None where there is none (a socket file).

    Only as many entries of `X-Forwarded-For` are believed as there are proxies of our own
    (`SWITCHYARD_PROXIES`): whatever stands before them was written by the client.
    """
    direct = request.META.get("REMOTE_ADDR", "")
    entries = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    proxies = settings.PROXIES
    said = entries[-proxies] if 0 < proxies <= len(entries) else direct
    return _counted(said) or _counted(direct)


def _counted(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _NETWORK_BITS), strict=False).network_address)
