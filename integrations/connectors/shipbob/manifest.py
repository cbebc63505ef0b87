"""What ShipBob is to us: its flows, way to connect, limits, messages and baseline mapping."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from integrations.connectors.shipbob import client, mapping, refusals
from integrations.connectors.shipbob.rows import FULFILLMENTS, INVENTORY, LOCATIONS, PRODUCTS, REQUESTS
from integrations.kit import standard_webhooks
from integrations.kit.errors import Kind, Reaction
from integrations.manifest import Client, Direction, Field, Flow, Hooks, Limits, Manifest, Role
from integrations.registry import connectors
from portal.kit.json import Json

TOPICS = ("order.shipped", "order.shipment.exception", "order.shipment.on_hold", "order.shipment.cancelled")
_PULL, _PUSH, _OFF = Direction.PULL, Direction.PUSH, Direction.DISABLED

FLOWS = (
    Flow(
        "shipping_requests",
        _("Shipping requests"),
        {_PUSH: _("Send to ShipBob"), _OFF: _("Disabled")},
        built=frozenset({_PUSH, _OFF}),
        note=_("Those whose location ships through ShipBob, as soon as they are ready."),
    ),
    Flow(
        "fulfillments",
        _("Fulfillments"),
        {_PULL: _("Pull from ShipBob"), _OFF: _("Disabled")},
        initial=_PULL,
        built=frozenset({_PULL, _OFF}),
        note=_("Parcels with their tracking numbers, and what ShipBob cannot ship."),
    ),
    Flow(
        "inventory",
        _("Inventory"),
        {_PULL: _("Pull from ShipBob"), _OFF: _("Disabled")},
        initial=_PULL,
        built=frozenset({_PULL, _OFF}),
    ),
    Flow(
        "products",
        _("Products"),
        {_PULL: _("Pull from ShipBob"), _PUSH: _("Push to ShipBob"), _OFF: _("Disabled")},
        initial=_PULL,
        built=frozenset({_PULL, _PUSH, _OFF}),
        note=_(
            "Each product finds by its SKU what ShipBob keeps; none is made here. Push also makes there what is "
            "published on it."
        ),
        asks_while_pushed=True,
        every=300,
    ),
    Flow(
        "locations",
        _("Locations"),
        {_PULL: _("Pull from ShipBob")},
        initial=_PULL,
        fixed=True,
        built=frozenset({_PULL}),
        note=_("Always on: a shipping request goes to one of them."),
    ),
)

_NOT_TAKEN = Reaction(
    Kind.RECORD,
    _("ShipBob did not accept it."),
    _("Mend what it names in the order or in ShipBob, then try again."),
)
ERRORS = {
    (400, ""): _NOT_TAKEN,
    (409, ""): _NOT_TAKEN,
    (422, ""): _NOT_TAKEN,
    (401, ""): Reaction(
        Kind.SIGN_IN,
        _("The access token was deleted in ShipBob, or is not complete."),
        _("Make a new token in ShipBob, then press Connect and enter it."),
    ),
    (403, ""): Reaction(
        Kind.PERSON,
        _("The access token lacks a right that is needed."),
        _("Make a token with all rights in ShipBob, then connect again with it."),
    ),
}


def wakes(body: Json, topic: str) -> Sequence[str]:
    """Say which flows a message wakes: it is not believed, only heard."""
    return ("fulfillments",)


def register(to: Client, address: str, secret: str) -> Json:
    """Ask ShipBob to call an address for all that concerns parcels."""
    assert isinstance(to, client.ShipBobClient)
    return to.subscribe(address, TOPICS, secret)


def unregister(to: Client, registration: Json) -> None:
    """Ask ShipBob not to call any more."""
    assert isinstance(to, client.ShipBobClient)
    if isinstance(registration.get("id"), int):
        to.unsubscribe(registration["id"])


SHIPBOB = connectors.register(
    "shipbob",
    Manifest(
        key="shipbob",
        name="ShipBob",
        role=Role.FULFILLMENT_CHANNEL,
        summary=_("Warehouses that pick, pack and ship for you. They get your shipping requests and report parcels."),
        logo="img/connectors/shipbob.svg",
        flows=FLOWS,
        settings=mapping.Settings,
        # The vendor counts over a window that slides, for all of the account's applications together.
        limits=Limits.a_minute(settings.CONNECTOR_CALLS_PER_MINUTE["shipbob"]),
        poll_seconds=20,
        client=client.ShipBobClient,
        hooks=Hooks(
            verify=standard_webhooks.verify,
            wakes=wakes,
            register=register,
            unregister=unregister,
            topic=lambda body: str(body.get("topic") or ""),
        ),
        token=(
            Field("token", _("Personal access token"), _("It needs the rights to read everything and to write orders, "
                  "products and webhooks."), secret=True, pattern=r"\S{16,2000}"),
        ),
        token_help=_("In ShipBob open Integrations, Manage API tokens, make a token and copy it."),
        mappings={
            "shipping_requests": REQUESTS, "fulfillments": FULFILLMENTS, "inventory": INVENTORY, "products": PRODUCTS,
            "locations": LOCATIONS,
        },
        errors=ERRORS,
        error_code=refusals.error_code,
    ),
)  # fmt: skip
