"""Requests that wait until somebody has said which of the warehouse's shipping methods they go by."""

import hashlib
from collections.abc import Sequence

from django.utils.translation import gettext as _

from integrations.models import Integration
from orders.exceptions.raise_ import Problem, raise_exceptions
from orders.methods.choose import Unmapped
from orders.methods.write import UNMAPPED, on_mapped
from orders.models import ShippingRequest, Source
from portal.deliveries import send
from portal.deliveries.senders import HeldBack


def held_back(request: ShippingRequest, integration: Integration, unmapped: Unmapped) -> HeldBack:
    """Tell people which method is not mapped, once for all requests that ask for it; those wait."""
    title = _("%(name)s: a shipping method is not mapped") % {"name": integration.name}
    problem = Problem(
        UNMAPPED, request.organization_id, unmapped.cause, title, str(unmapped), entity_type="source",
        entity_id=integration.source_id, entity_label=integration.name,
    )  # fmt: skip
    raise_exceptions([problem])
    return HeldBack(str(unmapped), _short(unmapped.cause), told=True)


def release(source: Source, causes: Sequence[str]) -> None:
    """Send the requests that waited for methods that are mapped now, in the transaction that maps them."""
    for cause in causes:
        send.release(source.organization, _short(cause))


def _short(cause: str) -> str:
    """Return a cause as a delivery can keep it."""
    return "method:" + hashlib.blake2b(cause.encode(), digest_size=16).hexdigest()


on_mapped.register("shipping requests", release)
