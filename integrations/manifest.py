"""What a connector says about itself. Frozen values; pure.

A connector is a folder: `manifest.py` registers one of these, `client.py` speaks the outside API and
nothing else, `mapping.py` turns outside shapes into canonical records. docs/connectors.md shows how
to write one.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from django_stubs_ext import StrOrPromise
from pydantic import BaseModel

from integrations.kit.errors import Reaction
from integrations.kit.mapped import Verdict
from orders.records.location import LocationRecord
from portal.kit.json import Json

Text = StrOrPromise


class Role(StrEnum):
    """Where a system stands in the order's way."""

    SELLING_CHANNEL = "selling_channel"
    FULFILLMENT_CHANNEL = "fulfillment_channel"
    BACK_OFFICE = "back_office"
    """It keeps the orders too, and neither sells nor ships: an ERP, the books."""


class Direction(StrEnum):
    """Which way the records of a flow travel."""

    PULL = "pull"
    PUSH = "push"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of record that travels between us and the outside system (behaviour.md 8.3)."""

    key: str
    label: Text
    directions: Mapping[Direction, Text]
    """What may be chosen, each with the sentence that the page shows."""
    initial: Direction = Direction.DISABLED
    fixed: bool = False
    """Cannot be switched off."""
    built: frozenset[Direction] = frozenset()
    """The directions that work today; the page shows the others as not available yet."""
    note: Text = ""
    asked: bool = True
    """False: the other side brings it by itself (`Manifest.own_api`), and nothing is asked."""
    asks_while_pushed: bool = False
    """What is there is asked for also while it is pushed: who is told has to know what is there already."""
    every: int = 0
    """Seconds between two pulls; 0: those of this kind of flow (`sync.settle.EVERY`), else `Manifest.poll_seconds`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a person types in to connect."""

    key: str
    label: Text
    help: Text = ""
    secret: bool = False
    pattern: str = ".+"
    example: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often the outside system may be called, by all our processes together."""

    per_second: float
    burst: int

    @classmethod
    def a_minute(cls, calls: int) -> "Limits":
        """Return a pace that keeps below so many calls in any minute: what comes at once is part of them."""
        burst = max(1, calls // 10)
        return cls(per_second=max(1, calls - burst) / 60, burst=burst)


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One line of the baseline mapping, as the page shows it."""

    target: str
    source: str
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What the outside system says about the account that was connected. Holds no secret."""

    key: str
    """What is the same only for the same account; one integration per account and organization."""
    name: str
    currency: str
    url: str = ""
    clock: dt.datetime | None = None
    """The other side's time at the moment of its answer: cursors are compared with that clock."""
    details: Json = field(default_factory=dict)
    """What the client and the mapping need: store number, currency precision and the like."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs to call: where, as whom, and with which secrets."""

    endpoints: Mapping[str, str]
    details: Json
    secrets: Mapping[str, str] = field(repr=False)
    settings: Json = field(default_factory=dict)
    """What a person has chosen (`Manifest.settings`), where the calls depend on it."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What an OAuth exchange brought."""

    details: Json
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One outside record of a page: parsed, or kept raw with the reason why it could not be."""

    id: str
    raw: bytes
    value: Json | None = None
    updated_at: int | None = None
    """The other side's time stamp of the record in seconds; moves the cursor."""
    created_at: int | None = None
    """When it was placed, in seconds; records from before the start are left out."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a window; `total` is what the other side says the window holds."""

    items: tuple[Item, ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """Records the other side has deleted."""

    ids: tuple[str, ...]
    latest: int | None = None
    """Time stamp of the last deletion among them, in seconds."""


class Client(Protocol):
    """What every client can do. What flows to and from it stands in `integrations.capabilities`."""

    def account(self) -> Account:
        """Ask who we are there: the check of the credentials."""

    def locations(self) -> Sequence[LocationRecord]:
        """Return the pools of stock the account has."""


class Caller(Protocol):
    """The way out that the kit gives to clients: paced, logged, failures as `kit.errors`."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        form: Mapping[str, str] | None = None,
        body: Any = None,
        quiet: bool = False,
    ) -> Any:
        """Make one call; `quiet` ones are logged only when they fail or something came of them."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """How to get a credential by sending a person to the other side and back."""

    scopes: tuple[str, ...]
    pkce: bool
    authorize: Callable[[Mapping[str, str], "Ask"], str]
    """Builds the address to send the person to."""
    exchange: Callable[[Caller, Mapping[str, str], "Ask", Mapping[str, str]], Granted]
    """(call, endpoints, ask, parameters of the answer) to credential: one call that is never repeated."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One attempt at OAuth, as the connector sees it."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    scopes: tuple[str, ...]


class NotSigned(ValueError):
    """A message does not carry the signature that it must carry."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """How the other side tells us that something happened (`integrations.hooks`).

    A message only wakes flows, which then ask for the truth: a lost, late or repeated one does no harm.
    """

    verify: Callable[[Mapping[str, str], bytes, str], str]
    """(headers in lower case, raw body, secret) -> the message's own ID, the same when it is sent again.
    Raises NotSigned."""
    wakes: Callable[[Json, str], Sequence[str]]
    """(parsed body, topic of the address) -> keys of the flows to run now."""
    account_key: Callable[[Json], str] | None = None
    """Where the outside system knows one address for all accounts: whose message it is (`Account.key`)."""
    secret: Callable[[], str] | None = None
    """Where all accounts share one secret (that of the app); otherwise each integration has its own."""
    register: Callable[[Client, str, str], Json] | None = None
    """(client, address, secret): asks the other side to call that address. Returns what ending it needs."""
    unregister: Callable[[Client, Json], None] | None = None
    topic: Callable[[Json], str] | None = None
    """What a message is about, where its address does not say it: for people."""
    signing: Callable[[Any], str] | None = None
    """(integration) -> the secrets it signs with, separated by spaces, where they are not made by the kit."""
    take: Callable[[Any, str, Json], tuple[int, Json]] | None = None
    """(integration, topic, parsed body): takes in what a message carries, in the transaction that keeps it. Returns
    status and body of the answer; from 400 on nothing is kept, and the message may come again."""
    strength: Text = ""
    """How surely a message is known to be theirs, in a sentence for the page."""


@dataclass(frozen=True, slots=True)
class OwnApi:
    """The other side calls our API with keys of its integration, and is called at an address it gives."""

    scopes: tuple[str, ...]
    """What its keys may do; each opens what is its integration's alone."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything the kit and the pages know about a connector."""

    key: str
    name: str
    role: Role
    summary: Text
    logo: str
    """Path of the picture below static/."""
    flows: tuple[Flow, ...]
    settings: type[BaseModel]
    limits: Limits
    poll_seconds: int
    client: Callable[[Caller, Access], Client]
    order: Callable[[Json, Json, BaseModel], Verdict] | None = None
    """Maps (outside order, account details, settings). Raises ValueError or pydantic's error."""
    product: Callable[[Json, Json, BaseModel], Sequence[BaseModel]] | None = None
    """Maps (outside product, account details, settings) to `orders.records.product.ProductRecord`, one for each SKU:
    a product with variations is a parent and its children. Raises ValueError or pydantic's error."""
    hooks: "Hooks | None" = None
    """How the other side calls us; without it, it is only asked."""
    oauth: OAuth | None = None
    token: tuple[Field, ...] = ()
    """Fields of the other way to connect: a key copied by hand."""
    token_help: Text = ""
    own_api: OwnApi | None = None
    """The third way: nothing is signed in to, a key of ours is handed out."""
    mappings: Mapping[str, tuple[MappingRow, ...]] = field(default_factory=dict)
    errors: Mapping[tuple[int, str], Reaction] = field(default_factory=dict)
    """Reactions to (status, code) that differ from the kit's table; code "" is any."""
    error_code: Callable[[Any], tuple[str, str]] | None = None
    """Reads (code, message) out of an error's parsed body."""

    def flow(self, key: str) -> Flow:
        """Return the flow of that key. Raises KeyError."""
        return next(flow for flow in self.flows if flow.key == key)
