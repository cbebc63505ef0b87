"""What Ecwid is to us: its flows, ways to connect, limits and baseline mapping."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from integrations.connectors.ecwid import client, mapping, products
from integrations.connectors.ecwid.hooks import HOOKS
from integrations.connectors.ecwid.rows import LOCATIONS, ORDERS, PRODUCTS
from integrations.kit.errors import Kind, Reaction
from integrations.manifest import Direction, Field, Flow, Limits, Manifest, OAuth, Role
from integrations.registry import connectors

SCOPES = (
    "read_store_profile",
    "read_catalog",
    "update_catalog",
    "create_catalog",
    "read_orders",
    "update_orders",
)
_PULL, _PUSH, _OFF = Direction.PULL, Direction.PUSH, Direction.DISABLED

FLOWS = (
    Flow(
        "orders",
        _("Orders"),
        {_PULL: _("Pull orders from Ecwid"), _OFF: _("Disabled")},
        built=frozenset({_PULL, _OFF}),
        note=_("From the moment the integration is enabled, or from a date in its settings."),
    ),
    Flow(
        "products",
        _("Products"),
        {_PULL: _("Pull from Ecwid"), _PUSH: _("Push to Ecwid"), _OFF: _("Disabled")},
        built=frozenset({_PULL, _PUSH, _OFF}),
        note=_("What changes from the moment the integration is enabled; pulled whole if the settings say so."),
    ),
    Flow(
        "inventory",
        _("Inventory"),
        {_PUSH: _("Push to Ecwid"), _OFF: _("Disabled")},
        built=frozenset({_PUSH, _OFF}),
        note=_("What can be promised of each SKU that is counted here; what nobody counts stays as it is there."),
    ),
    Flow(
        "fulfillments",
        _("Fulfillments"),
        {_PUSH: _("Push to Ecwid"), _OFF: _("Disabled")},
        built=frozenset({_PUSH, _OFF}),
        note=_("Tracking numbers and status, of what is shipped from the moment this is switched on."),
    ),
    Flow(
        "locations",
        _("Locations"),
        {_PULL: _("Pull from Ecwid")},
        initial=_PULL,
        fixed=True,
        built=frozenset({_PULL}),
        note=_("Always on: processing orders depends on locations."),
    ),
)

ERRORS = {
    (403, "INSUFFICIENT_APP_SCOPE"): Reaction(
        Kind.PERSON,
        _("The store has not granted a right that is needed."),
        _("Press Connect again and approve all rights it asks for."),
    ),
    (402, "STORE_IS_SUSPENDED"): Reaction(
        Kind.PERSON,
        _("The store is suspended."),
        _("Clear this up with Ecwid, then press Connect again."),
    ),
    (404, "STORE_NOT_FOUND"): Reaction(
        Kind.PERSON,
        _("There is no store with this number."),
        _("Check the store ID, or press Connect and choose the store there."),
    ),
    (400, "invalid_grant"): Reaction(
        Kind.SIGN_IN,
        _("Ecwid did not accept the confirmation; it works once and for a few minutes only."),
        _("Press Connect and approve the access again."),
    ),
    (401, "invalid_client"): Reaction(
        Kind.PERSON,
        _("Ecwid does not know this installation's app, or its secret is wrong."),
        _("Ask whoever runs this installation to check ECWID_CLIENT_ID and ECWID_CLIENT_SECRET."),
    ),
}

ECWID = connectors.register(
    "ecwid",
    Manifest(
        key="ecwid",
        name="Ecwid",
        role=Role.SELLING_CHANNEL,
        summary=_("An online shop by Lightspeed. Its orders come here as soon as they are placed."),
        logo="img/connectors/ecwid.svg",
        flows=FLOWS,
        settings=mapping.Settings,
        # The vendor allows 600 a minute for a token and punishes going beyond it.
        limits=Limits.a_minute(settings.CONNECTOR_CALLS_PER_MINUTE["ecwid"]),
        poll_seconds=5,
        client=client.EcwidClient,
        order=mapping.order,
        product=products.product,
        hooks=HOOKS,
        oauth=OAuth(scopes=SCOPES, pkce=False, authorize=client.authorize, exchange=client.exchange),
        token=(
            Field("store_id", _("Store ID"), _("The number at the bottom of your Ecwid admin."), pattern=r"\d{1,12}",
                  example="20345678"),
            Field("token", _("Secret token"), _("Starts with secret_."), secret=True, pattern=r"\S{16,200}"),
        ),
        token_help=_("In the Ecwid admin open #develop-apps, choose your app, Details, and copy the secret token."),
        mappings={"orders": ORDERS, "products": PRODUCTS, "locations": LOCATIONS},
        errors=ERRORS,
        error_code=client.error_code,
    ),
)  # fmt: skip
