"""The entries of the navigation. An app adds its own in `apps.ready()`.

from portal.ui.menu import menu
menu.register("orders", _("Orders"), icon="package", url_name="orders:list", position=20,
              permission=Permission.VIEW, badge=needs_a_person, shortcut="o")
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django_stubs_ext import StrOrPromise

from portal.kit.registry import Registry
from portal.tenancy.models import Organization
from portal.tenancy.roles import Permission
from portal.ui.access import may

Badge = Callable[[Organization], int]


@dataclass(frozen=True)
class Entry:
    """A declared entry. `shortcut` is the key after `g`; `badge` counts what waits, with one query."""

    key: str
    label: StrOrPromise
    icon: str
    url_name: str
    position: int
    permission: Permission
    badge: Badge | None
    shortcut: str


@dataclass(frozen=True)
class Shown:
    """An entry as one person sees it on one page."""

    key: str
    label: StrOrPromise
    icon: str
    url: str
    count: int
    current: bool
    shortcut: str


class Menu:
    """The registry of entries, and the reading of it for one request."""

    def __init__(self) -> None:
        self.entries: Registry[Entry] = Registry("menu entry")

    def register(
        self,
        key: str,
        label: StrOrPromise,
        *,
        icon: str,
        url_name: str,
        position: int = 100,
        permission: Permission = Permission.VIEW,
        badge: Badge | None = None,
        shortcut: str = "",
    ) -> None:
        """Add an entry. Raises DuplicateKey when the key is taken."""
        self.entries.register(key, Entry(key, label, icon, url_name, position, permission, badge, shortcut))

    def shown(self, request: HttpRequest) -> list[Shown]:
        """Return the entries this member may open, in order, the current one marked."""
        allowed = [entry for entry in self.entries if may(request, entry.permission)]
        ordered = sorted(allowed, key=lambda entry: (entry.position, entry.key))
        urls = {entry.key: address for entry in ordered if (address := _address(entry))}
        current = _current(urls, request.path)
        organization: Organization = request.organization  # type: ignore[attr-defined]
        return [
            Shown(
                entry.key,
                entry.label,
                entry.icon,
                urls[entry.key],
                entry.badge(organization) if entry.badge else 0,
                entry.key == current,
                entry.shortcut,
            )
            for entry in ordered
            if entry.key in urls
        ]


def _address(entry: Entry) -> str:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:  # the app's page is not there (yet): no entry rather than no page at all
        return ""


def _current(urls: dict[str, str], path: str) -> str:
    """Return the key whose address is the longest beginning of the path."""
    fitting = [(len(url), key) for key, url in urls.items() if path == url or (url != "/" and path.startswith(url))]
    return max(fitting)[1] if fitting else ""


menu = Menu()
