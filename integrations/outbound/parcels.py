"""A fulfillment as it goes back to the channel where its order was placed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from integrations.capabilities import OutgoingParcel
from orders.documents.fulfillment import document
from orders.lifecycle.order import OrderStatus
from orders.models import Fulfillment, ShippingRequestLine
from orders.products.skus import their_skus
from portal.kit.json import Json


def shipped_of(order_ids: Iterable[int]) -> dict[int, list[Fulfillment]]:
    """Return what was shipped of orders, by the order, oldest first, with what their documents need."""
    rows = Fulfillment.across.filter(order_id__in=list(order_ids), kind=Fulfillment.Kind.SHIPPED)
    rows = rows.select_related("organization", "order__source", "request", "location", "source").defer(*_UNUSED)
    found: dict[int, list[Fulfillment]] = {}
    for one in rows.order_by("pk"):
        found.setdefault(one.order_id, []).append(one)
    return found


_UNUSED = (
    "order__source_doc", "order__terms", "order__facets", "order__kept", "request__content", "request__facets",
)  # fmt: skip


def shipped_ids(order_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return only the ids of what was shipped of orders, by the order, oldest first."""
    rows = Fulfillment.across.filter(order_id__in=list(order_ids), kind=Fulfillment.Kind.SHIPPED)
    found: dict[int, list[int]] = {}
    for order_id, pk in rows.order_by("pk").values_list("order_id", "pk"):
        found.setdefault(order_id, []).append(pk)
    return found


def names_of(rows: Iterable[Fulfillment]) -> dict[str, str]:
    """Return what one channel calls the SKUs of its orders, of which these fulfillments are."""
    found = list(rows)
    skus = [line["sku"] for one in found for line in one.order.content.get("lineItems", ())]
    return their_skus(found[0].order.source, skus) if found else {}


def outgoing(
    one: Fulfillment, shipped: Sequence[Fulfillment], announce: Callable[[Json], None], *,
    names: Mapping[str, str],
) -> OutgoingParcel:  # fmt: skip
    """Return a fulfillment as its channel gets it; `shipped` is what was shipped of its order, oldest first.

    Lines are those of the order: of a bundle that went out as its components, the bundles that this parcel completes.
    `names` are those of `names_of`, read for many at once.
    """
    order, content = one.order, one.content
    earlier = [each for each in shipped if each.pk < one.pk]
    return OutgoingParcel(
        reference=one.public_id,
        order_api_id=order.ext_order_api_id,
        order_number=order.ext_order_id,
        order_updated_at=order.source_updated_at,
        tracking_numbers=tuple(content.get("trackingNumber") or ()),
        tracking_urls=tuple(content.get("trackingUrl") or ()),
        carrier=content.get("shippingCarrier") or "",
        service=content.get("shippingClass") or "",
        shipped_at=one.shipped_at,
        lines=_lines(one, earlier, names),
        complete=order.status == OrderStatus.FULFILLED,
        others=tuple(document(each) for each in earlier),
        later=tuple(document(each) for each in shipped if each.pk > one.pk),
        announce=announce,
    )


def _lines(
    one: Fulfillment, earlier: Sequence[Fulfillment], names: Mapping[str, str]
) -> tuple[tuple[str, str, Decimal], ...]:
    # Orders came in by our names (`orders.ingest.take`).
    skus = {line["uniqueId"]: names[line["sku"]] for line in one.order.content.get("lineItems", ())}
    is_parted = any(line.get("bundleSku") for line in one.content.get("lineItems") or ())
    parts = _components(one.order_id) if is_parted else {}
    before = _units([line for each in earlier for line in each.content.get("lineItems") or ()], parts)
    after = _units([line for each in (*earlier, one) for line in each.content.get("lineItems") or ()], parts)
    mine = dict.fromkeys(str(line.get("uniqueId", "")) for line in one.content.get("lineItems") or ())
    zero = Decimal(0)
    return tuple((key, skus.get(key, ""), after.get(key, zero) - before.get(key, zero)) for key in mine if key)


def _components(order_id: int) -> dict[str, set[str]]:
    """Return the SKUs of the components that order lines went out as, by the line's unique ID."""
    rows = ShippingRequestLine.across.filter(request__order_id=order_id, request__deleted_at=None)
    found: dict[str, set[str]] = {}
    for unique_id, sku in rows.exclude(bundle_sku="").values_list("unique_id", "sku"):
        found.setdefault(unique_id, set()).add(sku)
    return found


def _units(lines: Sequence[Json], parts: Mapping[str, set[str]]) -> dict[str, Decimal]:
    """Return how many units of each order line were shipped; of a bundle, as many as its scarcest component makes."""
    whole: dict[str, Decimal] = {}
    made = {key: dict.fromkeys(skus, Decimal(0)) for key, skus in parts.items()}
    for line in lines:
        key, units = str(line.get("uniqueId", "")), Decimal(line["quantity"])
        if line.get("bundleSku"):
            bundles = made.setdefault(key, {})
            bundles[line["sku"]] = bundles.get(line["sku"], Decimal(0)) + units / line.get("perBundle", 1)
        else:
            whole[key] = whole.get(key, Decimal(0)) + units
    for key, bundles in made.items():
        whole[key] = whole.get(key, Decimal(0)) + int(min(bundles.values(), default=Decimal(0)))
    return whole
