"""What e-mails about exceptions say: subject, plain text and simple HTML."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.engines.setting import EXCEPTIONS, settings_of
from orders.exceptions import groups
from orders.exceptions.alike import One, Reason
from orders.exceptions.catalogue import CATEGORIES, exception_types, types_of
from orders.lists.exceptions import cause_url, type_label, waiting
from orders.models import OrderException
from orders.queries import open_exceptions
from portal.tenancy.models import Organization
from portal.ui.amounts import count as grouped

NAMED = 10
"""So many causes are named; the list has all of them."""
MOST = 400
"""So many characters of a message or a cure have room whole."""


@dataclass(frozen=True, slots=True)
class Section:
    """One category of a digest."""

    name: str
    count: int
    oldest: dt.datetime | None
    causes: Sequence[groups.Group]
    url: str

    @classmethod
    def of(cls, organization: Organization, category: str) -> "Section":
        """Return what is open of a category now."""
        types = types_of(category)
        rows = open_exceptions(organization).filter(type__in=types)
        causes = [one for one in groups.groups(organization, types) if one.count][:NAMED]
        oldest = rows.aggregate(oldest=Min("created_at"))["oldest"]
        return cls(_(CATEGORIES[category]), rows.count(), oldest, causes, _url(organization, category))


def _url(organization: Organization, category: str) -> str:
    """Return the address of the filtered list; relative where nobody has said where the portal is."""
    return root(organization.pk) + waiting(category=category)


def root(organization_id: int) -> str:
    """Return the address of the portal: that of the installation, else that by which people have set their mails."""
    return settings.PUBLIC_URL.rstrip("/") or str(settings_of(organization_id, EXCEPTIONS).get("address", ""))


@dataclass(frozen=True, slots=True)
class Cause:
    """Exceptions of a mail that share their cause: what it is, whom it concerns, what helps, and where they stand."""

    count: int
    text: str
    names: str
    more: str
    cure: str
    url: str


def fresh(organization: Organization, category: str, new: Sequence[OrderException]) -> dict[str, str]:
    """Return the mail that tells of new exceptions of a category: what shares a cause once, the largest first."""
    name, count, found = _(CATEGORIES[category]), len(new), by_cause(new)
    subject = ngettext("%(name)s: %(count)s new exception", "%(name)s: %(count)s new exceptions", count)
    told = subject % {"name": name, "count": grouped(count)}
    context = {
        "causes": [_cause(organization, some) for some in found[:NAMED]],
        "more": sum(len(some) for some in found[NAMED:]),
        "url": _url(organization, category),
    }
    return _mail(organization, told, "fresh", {"head": told, **context})


def by_cause(new: Sequence[OrderException]) -> list[list[OrderException]]:
    """Return exceptions by what they share, the most frequent cause first."""
    found: dict[tuple[str, str], list[OrderException]] = {}
    for one in new:
        found.setdefault((one.type, one.shared_folded or one.public_id), []).append(one)
    return sorted(found.values(), key=len, reverse=True)


def _cause(organization: Organization, some: Sequence[OrderException]) -> Cause:
    """Tell of one exception all that it says, of several what is the same for all."""
    first, count, cures = some[0], len(some), {one.cure for one in some}
    cure = first.cure if len(cures) == 1 else str(exception_types.get(first.type).cure)
    if count == 1:
        url = reverse("orders:exception", args=[first.public_id])
        return Cause(1, first.title, "", cut(first.message), cut(cure), root(organization.pk) + url)
    url = root(organization.pk) + cause_url(first.type, first.shared)
    names = Reason("", [One(one, "") for one in some]).names
    return Cause(count, first.shared or type_label(first.type), names, "", cut(cure), url)


def cut(text: str) -> str:
    """Return as much of a text as a mail has room for."""
    return str(Truncator(text).chars(MOST))


def digest(organization: Organization, sections: Sequence[Section]) -> dict[str, str]:
    """Return the daily mail about everything that is open."""
    count = sum(one.count for one in sections)
    told = ngettext("%(count)s exception is open", "%(count)s exceptions are open", count) % {"count": grouped(count)}
    with timezone.override(organization.zone):
        shown = [
            {"name": one.name, "count": one.count, "url": one.url,
             "causes": [_open(organization, cause) for cause in one.causes],
             "oldest": formats.date_format(timezone.localtime(one.oldest), "j M Y, H:i") if one.oldest else ""}
            for one in sections
        ]  # fmt: skip
    return _mail(organization, told, "digest", {"head": told, "sections": shown})


def _open(organization: Organization, group: groups.Group) -> Cause:
    url = root(organization.pk) + cause_url(group.type, group.shared)
    return Cause(group.count, group.shared or type_label(group.type), "", "", "", url)


def _mail(organization: Organization, subject: str, kind: str, context: dict[str, Any]) -> dict[str, str]:
    where = root(organization.pk) + reverse("orders:notifications")
    context = {**context, "organization": organization, "settings_url": where}
    return {
        "subject": " ".join(f"[{organization.name}] {subject}".split())[:200],
        "text": render_to_string(f"orders/mail/{kind}.txt", context).strip() + "\n",
        "html": render_to_string(f"orders/mail/{kind}.html", context).strip(),
    }
