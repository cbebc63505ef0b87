"""`manage.py connect_sandboxes`: the demo's shop and warehouse, connected, stocked and routed: the loop runs."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations import lifecycle
from integrations.connect import with_token
from integrations.models import FlowState, Integration
from integrations.registry import connectors
from integrations.sync import pull
from orders.models import Location, RoutingCard
from orders.routing import cards
from portal.audit.actor import Actor
from portal.kit import http, json
from portal.kit.json import Json
from portal.tenancy.models import Organization

BY = Actor.system("Demo")
FLOWS = {
    "ecwid": {"orders": "pull", "products": "pull", "inventory": "push", "fulfillments": "push"},
    "shipbob": {"shipping_requests": "push", "fulfillments": "pull", "inventory": "pull"},
}
SETTINGS: dict[str, Json] = {"ecwid": {"whole_catalogue": True}}
"""So that all products of the shop are there to be looked at, not those alone that change."""
ORDERS = 3
PACKS_AFTER = 20
"""Seconds after which the demo's warehouse ships what came."""
_SECONDS = 60
_CARD = "Wherever there is stock"


class Command(BaseCommand):
    """Connects an organization to the sandboxes of this machine, as a person would by clicking."""

    help = "Connects the sandbox shop and the sandbox warehouse, makes a routing card, and places some orders."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the switches."""
        parser.add_argument("--organization", default="", help="its name; the oldest one without it")
        parser.add_argument("--by-hand", action="store_true", help="leave picking and packing to people")
        parser.add_argument("--if-new", action="store_true", help="do nothing where there was an integration before")

    def handle(self, *args: Any, **options: Any) -> None:
        """Connect. Raises CommandError with the cure."""
        shop, warehouse = settings.SANDBOX_URLS.get("ecwid"), settings.SANDBOX_URLS.get("shipbob")
        if not shop or not warehouse:
            raise CommandError("There are no sandboxes here. `make run` starts them and says where they are.")
        organization = _organization(options["organization"])
        if Integration.across.filter(organization=organization).exists():
            if options["if_new"]:
                return
            raise CommandError(f"{organization} has integrations already. Add another one on the page Integrations.")
        _connect(organization, "ecwid", "Tea & Tins shop", shop)
        house = _connect(organization, "shipbob", "ShipBob", warehouse)
        if not options["by_hand"]:
            _call("POST", f"{warehouse}/sandbox/automatic", {"seconds": PACKS_AFTER})
        _route(organization, house)
        _call("POST", f"{shop}/sandbox/orders", {"count": ORDERS})
        self.stdout.write(f"The sandbox shop and warehouse are connected, and {ORDERS} orders are placed.")


def _organization(name: str) -> Organization:
    rows = Organization.objects.order_by("pk")
    found = (rows.filter(name=name) if name else rows).first()
    if found is None:
        raise CommandError("There is no such organization. `manage.py create_organization` makes one.")
    return found


def _connect(organization: Organization, connector: str, name: str, sandbox: str) -> Integration:
    """Add and connect an integration with the token that its sandbox hands out on this machine."""
    access = {key: str(value) for key, value in _call("GET", f"{sandbox}/sandbox/access").items()}
    made = lifecycle.add(organization, connector, name=name, by=BY, flows=FLOWS[connector])
    if connector in SETTINGS:
        wanted = connectors.get(connector).settings.model_validate(SETTINGS[connector])
        made = lifecycle.save_settings(made, wanted, sync_from=made.sync_from, by=BY)
    made = with_token(made, access, by=BY)
    if not made.is_active:
        raise CommandError(f"{name} could not be connected: {made.cause} {made.cure}")
    return made


def _route(organization: Organization, house: Integration) -> None:
    """Make the card that sends orders to the warehouse's locations, as soon as those are known."""
    ends = time.monotonic() + _SECONDS
    while not FlowState.objects.filter(integration=house, flow="locations", last_ok_at__isnull=False).exists():
        if time.monotonic() > ends:
            raise CommandError(f"{house} did not tell its locations. See its page, Activity.")
        pull.run_due(seconds=5)  # whoever is first: this command, or the worker
    places = Location.across.filter(organization=organization, fulfillment_source_id=house.source_id, active=True)
    ids = list(places.order_by("pk").values_list("public_id", flat=True))
    if not RoutingCard.across.filter(organization=organization, deleted_at=None).exists():
        card = {"destinations": [{"locations": ids}], "check_stock": True, "allow_split": True}
        cards.create(organization, _CARD, card, by=BY)


def _call(method: str, url: str, body: Json | None = None) -> Json:
    headers = {"Content-Type": "application/json"}
    try:
        answer = http.call(method, url, headers=headers, body=None if body is None else json.dumps(body))
    except http.CallFailed as failed:
        raise CommandError(f"The sandbox at {url} does not answer: {failed}") from failed
    found = answer.json()
    if not answer.ok or not isinstance(found, dict):
        raise CommandError(f"The sandbox at {url} answered {answer.status}.")
    return found
