"""The routing cards of an organization: adding, saving, switching, ordering, copying, deleting. One person at a time.

`definition` is the stored form of `orders.routing.card`; what is wrong with it is said by `orders.routing.card_form`.
"""

import datetime as dt
from collections.abc import Sequence
from hashlib import sha256
from typing import cast

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from orders.documents.instants import instant
from orders.models import Location, RoutingCard
from orders.routing.card import Fault, faults
from portal.audit.actor import Actor
from portal.audit.record import Entry, record
from portal.entities.patch import diff
from portal.kit.json import Json
from portal.tenancy.models import Organization

ENTITY = "routing_card"
COPY_LENGTH = 110


class ChangedMeanwhile(ValueError):
    """Somebody else has saved this card, or changed the list, since the page was loaded."""


class CardInvalid(ValueError):
    """The card cannot be saved or switched on; `faults` says why, by place."""

    def __init__(self, found: Sequence[Fault]) -> None:
        self.faults = tuple(found)
        super().__init__(" ".join(fault.message for fault in found))


def cards(organization: Organization) -> QuerySet[RoutingCard]:
    """Return the cards in their order."""
    rows = cast("QuerySet[RoutingCard]", RoutingCard.objects.within(organization))
    return rows.filter(deleted_at=None).order_by("position", "pk")


def cards_with(location: Location) -> list[RoutingCard]:
    """Return the cards that name a location, in their order."""
    return [card for card in cards(location.organization) if location.public_id in _locations(card.definition)]


def signature(rows: Sequence[RoutingCard]) -> str:
    """Return what an outdated page is told by: which cards there are, and in which order."""
    return sha256(" ".join(card.public_id for card in rows).encode()).hexdigest()[:16]


def document(card: RoutingCard) -> Json:
    """Return the document of a card, as *View JSON* and history show it."""
    return {
        "cardId": card.public_id,
        "name": card.name,
        "enabled": card.enabled,
        "position": card.position,
        "createdAt": instant(card.created_at),
        "updatedAt": instant(card.updated_at),
        **said(card),
    }


def said(card: RoutingCard) -> Json:
    """Return what a card says: its name and its definition. Only this makes a new version."""
    return {"name": card.name, **{key: value for key, value in card.definition.items() if key != "version"}}


def create(
    organization: Organization, name: str, definition: Json, *, by: Actor, enabled: bool = True, summary: str = ""
) -> RoutingCard:
    """Add a card below all others. Raises CardInvalid."""
    check(organization, definition)
    with transaction.atomic():
        rows = _lock(organization)
        card = RoutingCard.across.create(
            organization=organization,
            name=name,
            enabled=enabled,
            position=max((row.position for row in rows), default=0) + 1,
            definition=definition,
        )
        _log(card, by, "created", summary or "Added.", {})
    return card


def save(card: RoutingCard, name: str, definition: Json, *, by: Actor, seen: int | None = None) -> RoutingCard:
    """Save what a card says as its next version. `seen` is the version the person edited.

    Raises CardInvalid, and ChangedMeanwhile when a colleague saved it in between.
    """
    check(card.organization, definition)
    with transaction.atomic():
        card = _locked(card)
        if seen is not None and seen != card.version:
            raise ChangedMeanwhile(_("“{name}” was saved by somebody else meanwhile.").format(name=card.name))
        before = said(card)
        card.name, card.definition = name, definition
        if said(card) != before:
            _write(card, by, "edited", f"Saved version {card.version + 1}.", before)
    return card


def set_enabled(card: RoutingCard, enabled: bool, *, by: Actor) -> RoutingCard:
    """Switch a card on or off. One that is switched on must be valid now. Raises CardInvalid, ChangedMeanwhile."""
    with transaction.atomic():
        card = _locked(card)
        if card.enabled == enabled:
            return card
        if enabled:
            check(card.organization, card.definition)
        card.enabled = enabled
        RoutingCard.across.filter(pk=card.pk).update(enabled=enabled, updated_at=Now())
        line = "Switched on." if enabled else "Switched off."
        _log(card, by, "enabled" if enabled else "disabled", line, said(card))
    return card


def reorder(organization: Organization, public_ids: Sequence[str], *, by: Actor, seen: str) -> str:
    """Put the cards into a new order, as they were dragged. `seen` is the `signature` of the list the person saw.

    Returns that of the new list. Raises ChangedMeanwhile when it is another one by now, or when the IDs are not exactly
    those of the list.
    """
    with transaction.atomic():
        rows = _lock(organization)
        by_id = {card.public_id: card for card in rows}
        if seen != signature(rows) or sorted(public_ids) != sorted(by_id):
            raise ChangedMeanwhile(_("The list was changed by somebody else meanwhile. Look again, then order it."))
        old = {card.public_id: place for place, card in enumerate(rows, start=1)}
        for place, public_id in enumerate(public_ids, start=1):
            card = by_id[public_id]
            if card.position != place:
                RoutingCard.across.filter(pk=card.pk).update(position=place)
            if old[public_id] != place:
                _log(card, by, "moved", f"Moved from place {old[public_id]} to place {place}.", said(card))
    return signature([by_id[public_id] for public_id in public_ids])


def duplicate(card: RoutingCard, *, by: Actor) -> RoutingCard:
    """Add a copy of a card below all others, switched off. Raises CardInvalid."""
    name = f"{card.name[:COPY_LENGTH]} (copy)"
    summary = f"Copied from “{card.name}”, version {card.version}."
    return create(card.organization, name, card.definition, by=by, enabled=False, summary=summary)


def delete(card: RoutingCard, *, by: Actor) -> None:
    """Take a card out of the list; its history, and that of the orders it routed, stays."""
    with transaction.atomic():
        _lock(card.organization)
        if RoutingCard.across.filter(pk=card.pk, deleted_at=None).update(deleted_at=Now(), enabled=False):
            _log(card, by, "deleted", "Deleted.", said(card))


def replace_location(old: Location, new: Location, *, by: Actor) -> int:
    """Have every card that names one location name another one, in the caller's transaction; returns how many."""
    changed = 0
    for card in _lock(old.organization):
        if old.public_id not in _locations(card.definition):
            continue
        before = said(card)
        rows = [
            row | {"locations": list(dict.fromkeys(new.public_id if one == old.public_id else one for one in named))}
            for row in card.definition["destinations"]
            for named in [row["locations"]]
        ]
        card.definition = card.definition | {"destinations": rows}
        _write(card, by, "edited", f"“{old.name}” was merged into “{new.name}”.", before)
        changed += 1
    return changed


def check(organization: Organization, definition: Json, *, zone: dt.tzinfo | None = None) -> None:
    """Raise CardInvalid with everything that is wrong with a stored form, also locations that are gone."""
    found = list(faults(definition, zone=zone or organization.zone))
    if not found:
        wanted = _locations(definition)
        rows = Location.objects.within(organization).filter(public_id__in=wanted, deleted_at=None)
        known = set(rows.values_list("public_id", flat=True))
        for index, row in enumerate(definition["destinations"]):
            if not known.issuperset(row["locations"]):
                message = _("A location in this list is not there any more. Remove it.")
                found.append(Fault(f"destinations.{index}.locations", message))
    if found:
        raise CardInvalid(found)


def _locations(definition: Json) -> set[str]:
    """Return the locations that a stored form names; none of one that cannot be read."""
    rows = definition.get("destinations")
    if not isinstance(rows, list):
        return set()
    return {str(one) for row in rows if isinstance(row, dict) for one in row.get("locations") or ()}


def _lock(organization: Organization) -> list[RoutingCard]:
    """Let one person at a time change the cards; returns them in their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('orders.routing.cards'), %s)", [organization.pk % 2**31])
    return list(cards(organization).select_related("organization"))


def _locked(card: RoutingCard) -> RoutingCard:
    _lock(card.organization)
    found = RoutingCard.across.select_related("organization").filter(pk=card.pk, deleted_at=None).first()
    if found is None:
        raise ChangedMeanwhile(_("“{name}” was deleted by somebody else meanwhile.").format(name=card.name))
    return found


def _write(card: RoutingCard, by: Actor, verb: str, summary: str, before: Json) -> None:
    card.version += 1
    card.save(update_fields=["name", "definition", "version"])
    RoutingCard.across.filter(pk=card.pk).update(updated_at=Now())
    _log(card, by, verb, summary, before)


def _log(card: RoutingCard, by: Actor, verb: str, summary: str, before: Json) -> None:
    changes = diff(before, said(card))
    record([Entry(card.organization_id, ENTITY, card.pk, card.version, by, verb, summary, changes)])
