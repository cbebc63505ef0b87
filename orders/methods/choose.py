"""Choosing the method that a warehouse is told.

method_for(organization_id, source, document) -> Method, or None where the warehouse is to choose
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.methods.asked import Asked, asked_by
from orders.models import MethodMapping, MethodPolicy, OrderMethod, Source
from portal.kit.json import Json

U = MethodPolicy.Unmapped


@dataclass(frozen=True, slots=True)
class Method:
    """What the warehouse understands, and what people call it."""

    code: str
    name: str


class Unmapped(LookupError):
    """What an order asks for is not mapped, and its warehouse wants no other method; `cause` names the two."""

    def __init__(self, source: Source, asked: Asked) -> None:
        super().__init__(
            _("“{asked}” is not mapped to a shipping method of {warehouse}.").format(
                asked=asked.words, warehouse=source.name
            )
        )
        self.cause = cause(source, asked.key)


def cause(source: Source, key: str) -> str:
    """Return what exceptions and held back requests of one unmapped method share."""
    return f"method:{source.public_id}:{key}"


def method_for(organization_id: int, source: Source, document: Json) -> Method | None:
    """Return the method that a warehouse is told for a shipping request's document.

    `shippingMethodMapping` of the document overrides what the warehouse's settings say of methods that are not mapped
    (behaviour.md 5.7): true stops them, false passes them on. Raises Unmapped.
    """
    asked = asked_by(document)
    policy = (
        MethodPolicy.across.filter(organization_id=organization_id, source=source).select_related("default").first()
    )
    default = policy.default if policy and policy.default and policy.default.active else None
    if asked is None:
        return Method(default.code, default.name) if default else None
    mapping = MethodMapping.across.filter(
        organization_id=organization_id, source=source, order_method__key=asked.key, method__active=True
    )
    if found := mapping.select_related("method").first():
        return Method(found.method.code, found.method.name)
    unmapped = _unmapped(policy, document)
    if unmapped == U.STOP:
        raise Unmapped(source, asked)
    if unmapped == U.DEFAULT and default:
        return Method(default.code, default.name)
    return Method(asked.words, asked.words)


def remember(organization_id: int, documents: Iterable[Json]) -> None:
    """Keep the methods that orders ask for, so that people can map them; known ones cost one statement together."""
    wanted: dict[str, Asked] = {}
    for one in map(asked_by, documents):
        if one is not None:
            wanted.setdefault(one.key, one)
    if not wanted:
        return
    rows = [
        OrderMethod(organization_id=organization_id, key=key, code=one.code, carrier=one.carrier, service=one.service)
        for key, one in sorted(wanted.items())
    ]
    OrderMethod.across.bulk_create(rows, ignore_conflicts=True)


def _unmapped(policy: MethodPolicy | None, document: Json) -> str:
    told = document.get("shippingMethodMapping")
    if isinstance(told, bool):
        return U.STOP if told else U.AS_IS
    return policy.unmapped if policy else U.AS_IS
