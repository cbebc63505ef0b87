"""The ShipBob developer API and nothing else: what to ask, and how the answers are read."""

import datetime as dt
import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence

from pydantic import ValidationError

from integrations.capabilities import CancelAnswer, Outgoing, Placed, Reports
from integrations.connectors.shipbob import mapping, parcels
from integrations.connectors.shipbob.api import PAGE, Params, items_of, object_of
from integrations.connectors.shipbob.catalogue import Catalogue
from integrations.connectors.shipbob.progress import Progress
from integrations.connectors.shipbob.refusals import EXISTS, PROBLEMS
from integrations.kit import pages
from integrations.kit.client import server_seconds
from integrations.kit.errors import NOT_UNDERSTOOD, Declined, Kind, OutsideFailed, Reaction
from integrations.kit.mapped import DoesNotFit
from integrations.manifest import Account, Item
from orders.records.level import LevelRecord
from orders.records.location import LocationRecord
from orders.records.refused import explain
from portal.kit import json
from portal.kit.http import Answer
from portal.kit.json import Json

_AT_ONCE = 100
"""IDs in one question: an address has an end."""
_MOST_PAGES = 400
_NO_CHANNEL = Reaction(
    Kind.PERSON,
    "This token may not send orders through any channel of the account.",
    "Make a token with the right to write orders, then connect again.",
)


class ShipBobClient(Catalogue):
    """One account, as its access token sees it, and the channel of it that takes our orders."""

    def account(self) -> Account:
        """Find the channel that takes orders: the check of the token, and whose it is."""
        answer = self.get("/channel")
        found = [one for one in items_of(answer) if "orders_write" in (one.get("scopes") or ())]
        if not found:
            raise OutsideFailed(_NO_CHANNEL)
        channel = next((one for one in found if str(one.get("id")) == self.settings.channel), found[0])
        name = str(channel.get("name") or f"Channel {channel.get('id')}")
        details = {
            "channel_id": channel.get("id"), "channel": name, "application": channel.get("application_name"),
            "channels": [[str(one.get("id")), str(one.get("name") or one.get("id"))[:200]] for one in found],
        }  # fmt: skip
        # The first number alone: names change, a person may choose another channel, and a new token is another
        # application.
        clock = dt.datetime.fromtimestamp(server_seconds(answer), dt.UTC)
        return Account(key=str(found[0].get("id")), name=name, currency="", clock=clock, details=details)

    def locations(self) -> Sequence[LocationRecord]:
        """Return the warehouses that ship for the account."""
        return mapping.locations(one for page in self.walk("/location") for one in items_of(page))

    def methods(self) -> Sequence[tuple[str, str]]:
        """Return the shipping methods that are active: ShipBob knows each by its name."""
        found = [one for page in self.walk("/shipping-method") for one in items_of(page) if one.get("active")]
        return [(name, name) for one in found if (name := str(one.get("name") or ""))]

    def find_request(self, reference: str) -> Placed | None:
        """Return the order of a reference."""
        found = [one for one in self._orders({"ReferenceIds": reference}) if one.get("reference_id") == reference]
        return _placed(found[0]) if found else None

    def place_request(self, request: Outgoing) -> Placed:
        """Send an order; one that is there already under this reference is taken as sent."""
        make = self.settings.unknown_skus == "make"
        body = mapping.request(request, method=self.settings.shipping_method, make_products=make)
        try:
            return _placed(object_of(self.send("POST", "/order", body)))
        except OutsideFailed as failed:
            if failed.code == EXISTS and (known := self.find_request(request.reference)):
                return known
            if failed.code in PROBLEMS:
                raise Declined(failed.code, failed.message, status=failed.status) from failed
            raise

    def cancel_request(self, reference: str, request_id: str) -> CancelAnswer:
        """Cancel an order. ShipBob answers 200 also when it does not: the answer itself counts."""
        if not request_id:
            known = self.find_request(reference)
            if known is None:
                return CancelAnswer(agreed=True, reason="ShipBob does not have it.")
            request_id = known.id
        try:
            answer = object_of(self.send("POST", f"/order/{int(request_id)}:cancel"))
        except OutsideFailed as failed:
            if failed.status != 404:
                raise
            return CancelAnswer(agreed=True, reason="ShipBob does not have it.")
        if answer.get("status") == "Success":
            return CancelAnswer(agreed=True)
        results = [one for one in answer.get("canceled_shipment_results") or () if isinstance(one, dict)]
        said = dict.fromkeys(str(one.get("reason") or "") for one in results if not one.get("is_success"))
        return CancelAnswer(agreed=False, reason=" ".join(filter(None, said)) or str(answer.get("status") or ""))

    def parcels(self, cursor: Json) -> Iterator[Reports]:
        """Return what was shipped, canceled or held since the cursor.

        Asked are, in this order: what got new tracking, what changed at all, the orders that hung there, and last a
        page of parcels that ShipBob does not count as handed on: what an earlier run has missed, however old.
        """
        progress, seen = Progress.of(cursor, time.time()), set[int]()
        shipped: Params = {"HasTracking": "true", "LastTrackingUpdateStartDate": progress.since(progress.tracked)}
        for asked in (shipped, {"LastUpdateStartDate": progress.since(progress.changed)}):
            for page in self._order_pages(asked):
                yield _reports(page, progress, seen)
        ids = [str(one["id"]) for one in progress.troubles.values() if one["id"] not in seen | progress.same]
        for start in range(0, len(ids), _AT_ONCE):
            page = self._order_page({"IDs": ",".join(ids[start : start + _AT_ONCE]), "Limit": PAGE})
            yield _reports(page, progress, seen)
        missed = self._order_page({"HasTracking": "true", "IsTrackingUploaded": "false", "Limit": PAGE, **_OLDEST})
        last = _reports(missed, progress, seen, missed=True)
        yield Reports(last.parcels, (), last.refused, last.troubles, progress.after(), last.taken)

    def parcels_taken(self, ids: Sequence[str]) -> None:
        """Mark shipments as handed on; ShipBob then leaves them out of the last question above."""
        body = {"shipment_ids": [int(one) for one in ids], "is_tracking_uploaded": True}
        self.send("POST", "/shipment:batchUpdateTrackingUpload", body)

    def levels(self, cursor: Json) -> Iterator[Reports]:
        """Return what lies in each warehouse. A report from before the last one, out of a cache, is left aside."""
        counted = int(cursor.get("counted") or 0)
        for answer in self.walk("/inventory-level/locations", {"PageSize": PAGE}):
            at = int(server_seconds(answer))
            if at < counted:
                continue
            counted = at
            levels, refused = _levels(answer)
            yield Reports(levels=tuple(levels), refused=tuple(refused), cursor={"counted": counted})

    def subscribe(self, address: str, topics: Sequence[str], secret: str) -> Json:
        """Ask to be called at an address. Returns the number of the subscription."""
        body = {"url": address, "topics": list(topics), "description": "Switchyard", "secret": secret}
        return {"id": object_of(self.send("POST", "/webhook", body)).get("id")}

    def unsubscribe(self, number: int) -> None:
        """End a subscription; one that is not there any more has ended."""
        try:
            self.send("DELETE", f"/webhook/{number}")
        except OutsideFailed as failed:
            if failed.status != 404:
                raise

    def _order_pages(self, asked: Params) -> Iterator[list[pages.RawItem]]:
        for page in range(1, _MOST_PAGES + 1):
            found = self._order_page({**asked, **_OLDEST, "Page": page, "Limit": PAGE})
            yield found
            if len(found) < PAGE:
                return

    def _order_page(self, asked: Params) -> list[pages.RawItem]:
        answer = self.get("/order", asked, quiet=True)
        try:
            # A plain list, read like any other: one broken record spoils only itself.
            return pages.read(b'{"items":' + answer.body + b"}")[1]
        except pages.NotAPage as error:
            raise OutsideFailed(NOT_UNDERSTOOD, message=str(error)) from error

    def _orders(self, asked: Params) -> list[Json]:
        return [one.value for one in self._order_page(asked) if isinstance(one.value, dict)]


_OLDEST: Params = {"SortOrder": "Oldest"}


def _reports(page: Iterable[pages.RawItem], progress: Progress, seen: set[int], *, missed: bool = False) -> Reports:
    """Read a page of orders; those that this run has read already are passed over, and those that are no news.

    `missed` ones are read in any case: the run before may have failed to mark them.
    """
    found: list[parcels.Told] = []
    refused: list[Item] = []
    for one in page:
        number = one.value.get("id") if isinstance(one.value, dict) else None
        if number in seen:
            continue  # it answers to more than one of our questions
        if isinstance(number, int) and not missed and progress.is_known(number, one.raw()):
            continue
        try:
            told = parcels.read(_whole(one))
        except DoesNotFit as error:
            refused.append(Item(_name(one), one.raw(), problem=str(error)))
            continue
        if told is None:
            continue
        seen.add(told.id)
        found.append(told)
        refused += [Item(name, one.raw(), problem=problem) for name, problem in told.unread]
    return Reports(
        parcels=tuple(parcel for told in found for parcel in told.parcels),
        refused=tuple(refused),
        troubles=tuple(trouble for told in found for trouble in progress.note(told)),
        cursor=progress.during(),
        taken=tuple(name for told in found for name in told.taken),
    )


def _whole(one: pages.RawItem) -> Json:
    if not isinstance(one.value, dict):
        raise DoesNotFit("order", one.problem or "must be an object")
    return one.value


def _name(one: pages.RawItem) -> str:
    known = one.value.get("id") if isinstance(one.value, dict) else None
    return str(known) if isinstance(known, int) else hashlib.sha256(one.raw()).hexdigest()[:16]


def _levels(answer: Answer) -> tuple[list[LevelRecord], list[Item]]:
    found: list[LevelRecord] = []
    refused: list[Item] = []
    for item in items_of(answer):
        try:
            found += mapping.levels(item)
        except DoesNotFit as error:
            refused.append(Item(str(item.get("sku")), json.dumps(item), problem=str(error)))
        except ValidationError as error:
            refused.append(Item(str(item.get("sku")), json.dumps(item), problem=" ".join(explain(error))))
    return found, refused


def _placed(order: Json) -> Placed:
    number = order.get("id")
    if isinstance(number, bool) or not isinstance(number, int):
        raise OutsideFailed(NOT_UNDERSTOOD, message="The order has no number.")
    return Placed(str(number), canceled=order.get("status") == "Cancelled")
