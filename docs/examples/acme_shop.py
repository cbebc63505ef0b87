"""A connector in one file: the shop “Acme”, whose orders are pulled with a key. A test runs it as it stands.

As one of your own it is a folder, integrations/connectors/acme/, with client.py, mapping.py and manifest.py.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from integrations import manifest
from integrations.kit import pages
from integrations.kit.client import server_seconds
from integrations.kit.mapped import DoesNotFit, Verdict
from integrations.kit.windows import Window
from integrations.manifest import Access, Account, Caller, Deleted, Direction, Flow, Item, Limits, Manifest, Page, Role
from integrations.registry import connectors
from orders.records.location import LocationRecord
from orders.records.order import LineItem, OrderRecord
from portal.kit.json import Json

# client.py: what to ask, and how to read the answer. It decides nothing, waits for nothing, repeats nothing.


class AcmeClient:
    """One shop, as its key sees it."""

    def __init__(self, call: Caller, access: Access) -> None:
        self._call, self._base = call, access.endpoints["api"].rstrip("/")
        self._headers = {"Authorization": f"Bearer {access.secrets['key']}"}

    def account(self) -> Account:
        """Ask whose key it is."""
        answer = self._get("/shop")
        told = answer.json()
        clock = dt.datetime.fromtimestamp(server_seconds(answer), dt.UTC)
        return Account(key=str(told["id"]), name=told["name"], currency=told["currency"], clock=clock,
                       details={"currency": told["currency"]})  # fmt: skip

    def locations(self) -> Sequence[LocationRecord]:
        """Return none: this shop names no place."""
        return ()

    def gate(self) -> tuple[str, dt.datetime | None]:
        """Return no mark: the list itself is asked. The time has to be theirs."""
        return "", self.account().clock

    def orders(self, window: Window, offset: int, limit: int) -> Page:
        """Return one page of what changed within the window."""
        asked = {"since": window.since, "until": window.until, "offset": offset, "limit": limit}
        around, found = pages.read(self._get("/orders", asked, quiet=True).body, key="orders")
        return Page(tuple(_item(one) for one in found), int(around["total"]), offset)

    def order_name(self, window: Window, offset: int) -> tuple[Item, int]:
        """Return the numbers of an order that is too large: where the API can leave fields out, ask for those."""
        page = self.orders(window, offset, 1)
        return page.items[0], page.total

    def deleted(self, window: Window) -> Iterator[Deleted]:
        """Return none: nothing is deleted there."""
        return iter(())

    def _get(self, path: str, params: Mapping[str, str | int] | None = None, *, quiet: bool = False) -> Any:
        return self._call("GET", self._base + path, headers=self._headers, params=params, quiet=quiet)


def _item(one: pages.RawItem) -> Item:
    told = one.value if isinstance(one.value, dict) else {}
    return Item(str(told.get("id", "")), one.raw(), one.value, told.get("updated"), told.get("created"), one.problem)


# mapping.py: their order becomes ours. Pure. What is not said here is checked by the record itself.


class Settings(BaseModel):
    """What a person may choose."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    unpaid: Literal["draft", "new"] = Field(
        "draft",
        title="Orders that are not paid yet",
        json_schema_extra={"labels": {"draft": "Keep as a draft until paid", "new": "Take as a new order at once"}},
    )


def order(raw: Json, account: Json, settings: BaseModel) -> Verdict:
    """Map an order; an open one that is not paid waits as a draft."""
    assert isinstance(settings, Settings)
    if raw.get("state") not in ("open", "paid", "shipped", "cancelled"):
        raise DoesNotFit("state", "is none that is known")
    record = OrderRecord(
        ext_order_id=raw["number"],
        ext_order_api_id=str(raw["id"]),
        order_source="Acme",
        ext_order_created_at=dt.datetime.fromtimestamp(raw["created"], dt.UTC),
        ext_order_updated_at=dt.datetime.fromtimestamp(raw["updated"], dt.UTC),
        canceled=raw["state"] == "cancelled",
        draft=raw["state"] == "open" and settings.unpaid == "draft",
        email=raw.get("email"),
        currency=account["currency"],
        total_price=raw["total"],
        line_items=tuple(
            LineItem(unique_id=str(line["id"]), sku=line["sku"], name=line["title"], quantity=line["count"],
                     item_price=line["price"])
            for line in raw["lines"]
        ),
    )  # fmt: skip
    return Verdict(record, settled=raw["state"] == "shipped")


# manifest.py: what it is. `CONNECTOR_ENDPOINTS["acme"] = {"api": "https://api.acme.example/v1"}` is in the settings.

ACME = connectors.register(
    "acme",
    Manifest(
        key="acme",
        name="Acme",
        role=Role.SELLING_CHANNEL,
        summary="A shop. Its orders come here as they are placed.",
        logo="img/connectors/acme.svg",
        flows=(
            Flow(
                "orders",
                "Orders",
                {Direction.PULL: "Pull from Acme", Direction.DISABLED: "Disabled"},
                initial=Direction.PULL,
                built=frozenset({Direction.PULL, Direction.DISABLED}),
            ),
        ),
        settings=Settings,
        limits=Limits.a_minute(300),
        poll_seconds=10,
        client=AcmeClient,
        order=order,
        token=(manifest.Field("key", "Key", "Under Settings, API.", secret=True, pattern=r"\S{8,100}"),),
    ),
)
