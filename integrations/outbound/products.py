"""Telling channels of products: one delivery for each version of a product on each channel it is published on.

What is sent is the product as it is when it is sent, so a version that was overtaken is passed over. The client
writes only what differs, so a repeat writes nothing; a product without an ID there is looked for by its SKU before it
is made. What the channel calls it is written beside its publication.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from integrations.capabilities import TakesProducts
from integrations.manifest import Client, Direction, Role
from integrations.models import Integration
from integrations.outbound.ask import ask
from integrations.registry import connectors
from integrations.sync.flows import Unable
from orders.documents.product import document as document_of
from orders.exceptions.deliveries import parked_as
from orders.exceptions.raise_ import Problem, close, raise_exceptions
from orders.models import Product, Publication
from orders.products.rows import lock, whole
from orders.products.write import Step, commit
from portal.audit.actor import Actor
from portal.deliveries.models import Delivery
from portal.deliveries.send import request_many
from portal.deliveries.senders import Intent, Later, Refused, Sender, senders
from portal.events.dispatch import consumer
from portal.events.models import Event
from portal.kit.claims import State
from portal.kit.failpoints import failpoint
from portal.kit.jobs import watcher
from portal.kit.json import Json

KIND, FLOW, NAME = "product", "products", "catalogue"
PROBLEM = "product_refused"
OWN = "push"
"""The cause of our own writing of what a channel calls a product: nobody has to be told of it."""
_S = Publication.State
_SENT = (_S.TO_BE_PUBLISHED, _S.PUBLISHED, _S.TO_BE_UNPUBLISHED)
_ASKED = (_S.TO_BE_PUBLISHED, _S.TO_BE_UNPUBLISHED)
MOST = 200


def is_told(organization_id: int, event_name: str) -> bool:
    """Say whether an organization tells any channel of products."""
    return _pushing().filter(organization_id=organization_id).exists()


def parked(event: Event, error: str) -> None:
    """Tell people that channels were not told of a product."""
    title = "Channels could not be told of a product"
    raise_exceptions([Problem("event_parked", event.organization_id, f"{NAME}:{event.pk}", title, error)])


@consumer(NAME, events=["product.created", "product.updated"], on_parked=parked, wants=is_told)
def listen(events: Sequence[Event]) -> None:
    """Ask for a delivery for each product that has changed, on each channel that is told of it."""
    ids = {one.entity_id for one in events if one.payload.get("cause") != OWN}
    _request(Publication.across.filter(product_id__in=ids, state__in=_SENT))


@watcher("products to be published", every=30)
def look() -> None:
    """Ask for what people have said shall be published or taken away, whatever happened since."""
    sources = _pushing().values("source_id")
    _request(Publication.across.filter(state__in=_ASKED, source_id__in=sources).order_by("pk")[:MOST])


def _pushing() -> "QuerySet[Integration]":
    return Integration.across.filter(**{f"flows__{FLOW}": Direction.PUSH.value}, deleted_at=None)


def _request(publications: Iterable[Publication], *, suffix: str = "") -> None:
    rows = list(publications)
    integrations = {one.source_id: one for one in _pushing().filter(source_id__in=[row.source_id for row in rows])}
    products = Product.across.filter(pk__in=[row.product_id for row in rows], deleted_at=None)
    known = {one.pk: one for one in products.select_related("organization")}
    for row in rows:
        integration, product = integrations.get(row.source_id), known.get(row.product_id)
        if integration is not None and product is not None:
            request_many(
                product.organization, [(KIND, _key(product, integration) + suffix, _told(product, integration))]
            )


def _key(product: Product, integration: Integration) -> str:
    return f"{product.public_id}:{integration.public_id}:{product.version}"


def _told(product: Product, integration: Integration) -> Json:
    title = _("%(name)s was not told of the product %(sku)s") % {"name": integration.name, "sku": product.sku}
    about = {"type": "product", "id": product.public_id, "title": title}
    return {
        "product": product.public_id,
        "integration": integration.public_id,
        "version": product.version,
        "about": about,
    }


def send(intent: Intent) -> Json:
    """Tell a channel of a product as it is now, and write down what the channel calls it."""
    integration, product, publication = _found(intent)
    if product.version > int(intent.payload["version"]) and _is_overtaken(product, integration):
        return {"overtakenBy": product.version}
    told = _document(integration, product, publication)
    try:
        api_id = ask(integration, partial(_put, told, publication.ext_product_api_id), flow=FLOW)
    except Refused as refused:
        _tell_people(integration, product, str(refused))
        raise Refused(str(refused), told=True) from refused
    failpoint("product.before_record")
    _record(integration, product, publication, api_id)
    return {"extProductApiId": api_id}


def _found(intent: Intent) -> tuple[Integration, Product, Publication]:
    """Return whom to tell of what. Raises Refused where one of it is gone."""
    rows = Integration.across.filter(organization_id=intent.organization_id, public_id=intent.payload["integration"])
    integration = rows.select_related("organization", "source").first()
    products = Product.across.filter(organization_id=intent.organization_id, public_id=intent.payload["product"])
    product = whole(products.filter(deleted_at=None)).first()
    channels = product.channels if product else []
    found = next((one for one in channels if integration and one.source_id == integration.source_id), None)
    if integration is None or product is None or found is None or found.state not in _SENT:
        raise Refused(_("The product is not to be sold there any more."), told=True)
    return integration, product, found


def _is_overtaken(product: Product, integration: Integration) -> bool:
    """Say whether a delivery of the newest version waits: it says everything that this one would."""
    rows = Delivery.across.filter(organization_id=product.organization_id, kind=KIND, key=_key(product, integration))
    return rows.exclude(state=State.PARKED).exists()


def _document(integration: Integration, product: Product, publication: Publication) -> Json:
    """Return the product's document in the channel's words. Raises Later while its parent is not there yet."""
    told = document_of(product) | {
        "sku": publication.sku or product.sku,
        "name": publication.name or product.name,
        "inventoryNotTracked": product.not_tracked or publication.not_tracked,
        "unpublish": publication.state == _S.TO_BE_UNPUBLISHED,
    }
    told.pop("parentExtProductApiId", None)
    if product.parent_id is not None and not _keeps_items(integration):
        above = Publication.across.filter(product_id=product.parent_id, source_id=publication.source_id).first()
        if above is None or not above.ext_product_api_id:
            raise Later(_("Its parent is not there yet; it is sent first."))
        told["parentExtProductApiId"] = above.ext_product_api_id
    return told


def _keeps_items(integration: Integration) -> bool:
    """Say whether it is a warehouse: there each variant is a thing by itself."""
    return connectors.get(integration.connector).role is Role.FULFILLMENT_CHANNEL


def _put(told: Json, api_id: str, client: Client) -> str:
    if not isinstance(client, TakesProducts):
        raise Unable(client, "TakesProducts")
    if not api_id and (found := client.find_product(told["sku"])):
        api_id = found[0]
    return client.put_product(told, api_id)


def _record(integration: Integration, product: Product, publication: Publication, api_id: str) -> None:
    """Write what the channel calls the product and that it is there; a second time nothing changes."""
    by = Actor.integration(integration.public_id, integration.name)
    gone = publication.state == _S.TO_BE_UNPUBLISHED
    values = {"ext_product_api_id": api_id, "state": _S.UNPUBLISHED if gone else _S.PUBLISHED}
    summary = (_("Taken away from %(name)s.") if gone else _("Published on %(name)s.")) % {"name": integration.name}
    with transaction.atomic():
        products = lock([product.pk])
        now = next((one for one in products[product.pk].channels if one.pk == publication.pk), None)
        if now is not None and now.state == publication.state:  # else somebody has decided otherwise meanwhile
            step = Step(by, "published", summary, channels={integration.source: values})
            commit({product.pk: step}, products, cause=OWN)
        close(product.organization_id, PROBLEM, cause_key=_cause(integration, product), by=by)
        below = Publication.across.filter(
            product__parent_id=product.pk, source_id=integration.source_id, ext_product_api_id="", state__in=_SENT
        )
        _request(below, suffix=":below")


def _tell_people(integration: Integration, product: Product, reason: str) -> None:
    by = Actor.integration(integration.public_id, integration.name)
    title = _("%(name)s did not accept the product %(sku)s") % {"name": integration.name, "sku": product.sku}
    problem = Problem(
        PROBLEM, product.organization_id, _cause(integration, product), title, reason, entity_type="product",
        entity_id=product.pk, entity_label=product.sku, entity_public_id=product.public_id,
        source_id=integration.source_id,
    )  # fmt: skip
    raise_exceptions([problem], by=by)


def _cause(integration: Integration, product: Product) -> str:
    return f"{product.public_id}:{integration.public_id}"


senders.register(KIND, Sender(KIND, send, repeats_are_safe=True))
parked_as.register(KIND, PROBLEM)
