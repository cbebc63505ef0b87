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


class Methods:
    """The methods of one warehouse, read once for any number of requests."""

    def __init__(self, organization_id: int, source: Source) -> None:
        self._source = source
        policies = MethodPolicy.across.filter(organization_id=organization_id, source=source)
        self._policy = policies.select_related("default").first()
        rows = MethodMapping.across.filter(organization_id=organization_id, source=source, method__active=True)
        rows = rows.select_related("method", "order_method")
        self._mapped = {one.order_method.key: Method(one.method.code, one.method.name) for one in rows}

    def of(self, document: Json) -> Method | None:
        """Return the method that the warehouse is told for a shipping request's document, as `method_for`."""
        asked = asked_by(document)
        default = self._default()
        if asked is None:
            return default
        if found := self._mapped.get(asked.key):
            return found
        unmapped = _unmapped(self._policy, document)
        if unmapped == U.STOP:
            raise Unmapped(self._source, asked)
        return default if unmapped == U.DEFAULT and default else Method(asked.words, asked.words)

    def _default(self) -> Method | None:
        found = self._policy.default if self._policy else None
        return Method(found.code, found.name) if found and found.active else None


def method_for(organization_id: int, source: Source, document: Json) -> Method | None:
    """Return the method that a warehouse is told for a shipping request's document.

    `shippingMethodMapping` of the document overrides what the warehouse's settings say of methods that are not mapped
    (behaviour.md 5.7): true stops them, false passes them on. Raises Unmapped.
    """
    return Methods(organization_id, source).of(document)


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
