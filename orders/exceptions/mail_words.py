"""What e-mails about exceptions say: subject, plain text and simple HTML."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.engines.setting import EXCEPTIONS, settings_of
from orders.exceptions import groups
from orders.exceptions.catalogue import CATEGORIES, types_of
from orders.lists.exceptions import waiting
from orders.models import OrderException
from orders.queries import open_exceptions
from portal.tenancy.models import Organization
from portal.ui.amounts import count as grouped

NAMED = 10
"""So many exceptions or causes are named; the list has all of them."""


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


def fresh(organization: Organization, category: str, new: Sequence[OrderException]) -> dict[str, str]:
    """Return the mail that tells of new exceptions of a category."""
    name = _(CATEGORIES[category])
    count = len(new)
    subject = ngettext("%(name)s: %(count)s new exception", "%(name)s: %(count)s new exceptions", count)
    lines = [
        {"text": one.title, "more": one.message[:300], "cure": one.cure[:300]}
        for one in new[:NAMED]
    ]  # fmt: skip
    context = {"lines": lines, "more": max(0, count - NAMED), "url": _url(organization, category)}
    told = subject % {"name": name, "count": grouped(count)}
    return _mail(organization, told, "fresh", {"head": told, **context})


def digest(organization: Organization, sections: Sequence[Section]) -> dict[str, str]:
    """Return the daily mail about everything that is open."""
    count = sum(one.count for one in sections)
    told = ngettext("%(count)s exception is open", "%(count)s exceptions are open", count) % {"count": grouped(count)}
    with timezone.override(organization.zone):
        shown = [
            {"name": one.name, "count": one.count, "causes": one.causes, "url": one.url,
             "oldest": formats.date_format(timezone.localtime(one.oldest), "j M Y, H:i") if one.oldest else ""}
            for one in sections
        ]  # fmt: skip
    return _mail(organization, told, "digest", {"head": told, "sections": shown})


def _mail(organization: Organization, subject: str, kind: str, context: dict[str, Any]) -> dict[str, str]:
    context = {**context, "organization": organization}
    return {
        "subject": " ".join(f"[{organization.name}] {subject}".split())[:200],
        "text": render_to_string(f"orders/mail/{kind}.txt", context).strip() + "\n",
        "html": render_to_string(f"orders/mail/{kind}.html", context).strip(),
    }
