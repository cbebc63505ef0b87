"""What people and warehouses change of shipping methods: each act one transaction, with a line of history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from orders.exceptions.raise_ import close
from orders.methods.choose import cause
from orders.models import MethodMapping, MethodPolicy, OrderMethod, ShippingMethod, Source
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.kit.registry import Registry

ENTITY = "shipping_methods"
UNMAPPED = "method_unmapped"

on_mapped: Registry[Callable[[Source, Sequence[str]], None]] = Registry("listener for mapped methods")
"""Called with (source, causes) in the transaction that has mapped what requests were waiting for."""


class ChangedMeanwhile(ValueError):
    """Somebody else has changed the methods of this warehouse since the page was loaded."""


class Known(ValueError):
    """The warehouse has a method with this code already."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person has chosen for a warehouse: methods by their public IDs, none for no mapping."""

    unmapped: str
    default: str
    mapped: Mapping[str, str]
    """The method of the warehouse by that of the orders."""


def policy_of(source: Source) -> MethodPolicy:
    """Return the policy of a warehouse, as it is before anybody has set one where there is none."""
    return policies_of([source])[source.pk]


def policies_of(sources: Sequence[Source]) -> dict[int, MethodPolicy]:
    """Return the policies of warehouses by their keys, as `policy_of` does; one query."""
    found = MethodPolicy.across.filter(source__in=sources).select_related("default")
    there = {one.source_id: one for one in found}
    return {
        one.pk: there.get(one.pk) or MethodPolicy(organization_id=one.organization_id, source=one, version=0)
        for one in sources
    }


def save(source: Source, chosen: Chosen, *, version: int, by: Actor) -> None:
    """Keep the mapping of a warehouse. Requests that waited for it go out. Raises ChangedMeanwhile."""
    with transaction.atomic():
        Source.across.select_for_update(no_key=True).get(pk=source.pk)
        policy = policy_of(source)
        if policy.version != version:
            raise ChangedMeanwhile(_("Somebody else has changed these methods while you looked at them."))
        methods = {one.public_id: one for one in ShippingMethod.across.filter(source=source)}
        policy.unmapped, policy.default = chosen.unmapped, methods.get(chosen.default)
        policy.version = version + 1
        policy.save()
        keys = _map(source, chosen.mapped, methods)
        summary = _("Mapped {count} shipping methods of orders.").format(count=len(keys))
        record([Entry(source.organization_id, ENTITY, source.pk, policy.version, by, "edited", summary)])
        _wake(source, policy, keys, by)


def _map(source: Source, mapped: Mapping[str, str], methods: Mapping[str, ShippingMethod]) -> list[str]:
    """Replace the mapping of a warehouse; returns the keys of what is mapped now."""
    asked = {one.public_id: one for one in OrderMethod.across.filter(organization_id=source.organization_id)}
    MethodMapping.across.filter(source=source).delete()
    pairs = [(asked[one], methods[other]) for one, other in sorted(mapped.items()) if one in asked and other in methods]
    MethodMapping.across.bulk_create(
        MethodMapping(organization_id=source.organization_id, order_method=one, source=source, method=other)
        for one, other in pairs
    )
    return [one.key for one, _other in pairs]


def _wake(source: Source, policy: MethodPolicy, keys: Sequence[str], by: Actor) -> None:
    """Close the exceptions of what is mapped now, and let its requests go."""
    if policy.unmapped != MethodPolicy.Unmapped.STOP:
        keys = list(OrderMethod.across.filter(organization_id=source.organization_id).values_list("key", flat=True))
    causes = [cause(source, key) for key in keys]
    if causes:
        close(source.organization_id, UNMAPPED, cause_key=causes, by=by)
        for listener in on_mapped.all():
            listener(source, causes)


def add(source: Source, code: str, name: str, *, by: Actor) -> ShippingMethod:
    """Add a method by hand. Raises Known."""
    with transaction.atomic():
        made, new = ShippingMethod.across.get_or_create(
            organization_id=source.organization_id, source=source, code=code, defaults={"name": name or code}
        )
        if not new and made.active:
            raise Known(_("{warehouse} has a method “{code}” already.").format(warehouse=source.name, code=code))
        if not new:
            ShippingMethod.across.filter(pk=made.pk).update(active=True, name=name or code)
        record(
            [Entry(source.organization_id, ENTITY, source.pk, 1, by, "added", _("Added “{code}”.").format(code=code))]
        )
    return made


def take_methods(source: Source, offered: Sequence[tuple[str, str]]) -> int:
    """Take in the methods (code, name) that a warehouse offers, in the caller's transaction. Returns how many changed.

    What it does not offer any more is switched off, unless a person has added it.
    """
    known = {one.code: one for one in ShippingMethod.across.filter(source=source)}
    fresh = [(code, name) for code, name in offered if code not in known]
    ShippingMethod.across.bulk_create(
        ShippingMethod(organization_id=source.organization_id, source=source, code=code, name=name, reported=True)
        for code, name in fresh
    )
    changed = len(fresh)
    for code, name in offered:
        one = known.get(code)
        if one and (one.name, one.active, one.reported) != (name, True, True):
            ShippingMethod.across.filter(pk=one.pk).update(name=name, active=True, reported=True)
            changed += 1
    gone = ShippingMethod.across.filter(source=source, reported=True, active=True)
    return changed + gone.exclude(code__in=[code for code, _name in offered]).update(active=False)
