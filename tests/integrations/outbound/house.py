"""A warehouse of our own making: a client that implements the protocols over a few lists, and its manifest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from integrations.capabilities import CancelAnswer, Outgoing, Placed, Reports
from integrations.kit.errors import Declined, OutsideFailed, Reaction, react
from integrations.manifest import Access, Account, Caller, Client, Direction, Field, Flow, Limits, Manifest, Role
from orders.records.location import LocationRecord
from portal.kit.json import Json

KEY = "house"
_OFF = Direction.DISABLED
_SEES = {Direction.PULL: "Pulled", Direction.PUSH: "Sent", _OFF: "Off"}


class Options(BaseModel):
    """It has none."""


def flow(key: str, direction: Direction, *, fixed: bool = False) -> Flow:
    directions = {direction: _SEES[direction]} | ({} if fixed else {_OFF: _SEES[_OFF]})
    return Flow(key, key.capitalize(), directions, direction, fixed, frozenset(directions))


@dataclass
class House:
    """The warehouse's own books, and how it answers."""

    requests: dict[str, Outgoing] = field(default_factory=dict)
    canceled: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    """Raised by the next calls, one each."""
    fails_at: dict[str, list[Exception]] = field(default_factory=dict)
    """The same, by the name of the call."""
    breaks: list[Exception] = field(default_factory=list)
    """Raised by the next calls that place or cancel, one each, after they have acted: their answer is lost."""
    refuses: dict[str, Exception] = field(default_factory=dict)
    """By SKU: why a request with it is not taken."""
    cancels: Callable[[str], CancelAnswer] = lambda reference: CancelAnswer(agreed=True)
    during: Callable[[], None] | None = None
    """Called once while a request is placed, and before each page of parcels: what happens here meanwhile."""
    reports: list[Reports] = field(default_factory=list)
    counts: list[Reports] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def client(self, call: Caller, access: Access) -> Client:
        return HouseClient(self)

    def manifest(self) -> Manifest:
        flows = (
            flow("locations", Direction.PULL, fixed=True),
            flow("shipping_requests", Direction.PUSH),
            flow("fulfillments", Direction.PULL),
            flow("inventory", Direction.PULL),
        )
        return Manifest(
            key=KEY, name="Warehouse", role=Role.FULFILLMENT_CHANNEL, summary="Ships.", logo="img/x.svg", flows=flows,
            settings=Options, limits=Limits(1000, 1000), poll_seconds=5, client=self.client,
            token=(Field("token", "Token", secret=True),),
        )  # fmt: skip


@dataclass
class HouseClient:
    house: House

    def _called(self, name: str) -> None:
        self.house.calls.append(name)
        for fails in (self.house.fails, self.house.fails_at.get(name)):
            if fails:
                raise fails.pop(0)

    def _lost(self) -> None:
        if self.house.breaks:
            raise self.house.breaks.pop(0)

    def account(self) -> Account:
        return Account("acme", "Acme", "USD")

    def locations(self) -> Sequence[LocationRecord]:
        return [LocationRecord.model_validate({"extLocationId": "w1", "name": "Acme Reno"})]

    def find_request(self, reference: str) -> Placed | None:
        self._called("find")
        if reference not in self.house.requests:
            return None
        return Placed(f"H-{reference}", "https://house.test/1", canceled=reference in self.house.canceled)

    def place_request(self, request: Outgoing) -> Placed:
        self._called("place")
        if request.document["shippingAddress"]["city"] == "Nowhere":
            raise declined("address_refused", "There is no such town")
        for line in request.lines:
            if line.sku in self.house.refuses:
                raise self.house.refuses[line.sku]
        if request.reference in self.house.requests:
            raise AssertionError(f"{request.reference} was placed twice")
        self.house.requests[request.reference] = request
        if self.house.during:
            during, self.house.during = self.house.during, None
            during()
        self._lost()
        return Placed(f"H-{request.reference}", "https://house.test/1")

    def cancel_request(self, reference: str, request_id: str) -> CancelAnswer:
        self._called("cancel")
        answer = self.house.cancels(reference)
        if answer.agreed:
            self.house.canceled[reference] = request_id
        self._lost()
        return answer

    def parcels(self, cursor: Json) -> Iterator[Reports]:
        self._called("parcels")
        for page in self.house.reports[int(cursor.get("page", 0)) :]:
            if self.house.during:
                self.house.during()
            yield page

    def parcels_taken(self, ids: Sequence[str]) -> None:
        self._called("taken")
        self.house.told += ids

    def levels(self, cursor: Json) -> Iterator[Reports]:
        self._called("levels")
        yield from self.house.counts


def answered(status: int, *, pause: int | None = None) -> OutsideFailed:
    """Return how an answer with an error status ends a call."""
    return OutsideFailed(react(status), status=status, message="said", pause=pause)


def unanswered(cause: Exception, reaction: Reaction) -> OutsideFailed:
    """Return how a call ends to which no whole answer came."""
    failed = OutsideFailed(reaction, message=str(cause))
    failed.__cause__ = cause
    return failed


def declined(problem: str, message: str) -> Declined:
    return Declined(problem, message, status=422)
