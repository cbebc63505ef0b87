"""A product as its page shows it: facts in groups, components with their names, channels with their forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orders.documents.product import KINDS, PRODUCT, STATUSES, fields_of
from orders.fulfillments.telling import Telling
from orders.inventory.promise import Promise, Total
from orders.models import BundleItem, Product, Publication, Source
from orders.products import lines, queries
from orders.products.channel_form import ChannelForm, free_channels
from orders.products.inputs import GROUPS
from orders.products.telling import tellings
from portal.filters.mark import gettext_noop
from portal.kit.text import fold
from portal.tenancy.models import Organization
from portal.ui.amounts import amount

_LISTS = {"variantOptions": lines.of_options}
_PLAIN_PRICE = "price"
"""What channels call the one price that everybody pays: saying so says nothing."""
_UNITS = {"weight": "weightUnit", "length": "dimensionsUnit", "width": "dimensionsUnit", "height": "dimensionsUnit"}
_LEFT_OUT = frozenset({"name", "kind", "parent", "costCurrency", "weightUnit", "dimensionsUnit"})
"""What stands elsewhere on the page; here only when somebody has set it, so that it can be given back."""
_WORDS = {"status": STATUSES, "kind": KINDS}
_LABELS = {
    "prices": gettext_noop("Prices"),
    "imageURLs": gettext_noop("Pictures"),
    "variantOptions": gettext_noop("Variant options"),
    "inventoryNotTracked": gettext_noop("Stock"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One field with its value. `path` is where its mark stands, `set_by` who has set it here."""

    label: str
    value: str
    path: str
    set_by: str = ""
    theirs: str = ""
    """What the channel says instead; only where it is set here."""
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a bundle, and its product where there is one."""

    part: BundleItem
    product: Product | None
    stock: Total | None
    """What there is of it; nothing where it is not counted."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with the product on it, and the form to change that; `form` None: whoever looks may not."""

    source: Source
    own: Publication | None
    form: ChannelForm | None
    is_owner: bool = False
    telling: Telling | None = None
    """What it was told of how much there is; None: it is told nothing."""


def groups(product: Product) -> list[tuple[str, list[Fact]]]:
    """Return what is said of a product, by group; what nobody says is left out."""
    told = fields_of(product)
    found = [(str(title), [fact for name in names if (fact := _fact(product, told, name))]) for title, names in GROUPS]
    return [(title, facts) for title, facts in found if facts]


def _fact(product: Product, told: Mapping[str, Any], name: str) -> Fact | None:
    value, mark = _shown(name, told), product.kept.get(f"/{name}")
    if not mark and (not value or name in _LEFT_OUT):
        return None
    theirs = _shown(name, {**told, name: mark.get("theirs")}) if mark else ""
    return Fact(_label(name), value, f"/{name}", mark["name"] if mark else "", theirs, name in ("sku", "upc", "partId"))


def _label(name: str) -> str:
    return _(_LABELS.get(name) or PRODUCT.label(name))


def _shown(name: str, told: Mapping[str, Any]) -> str:
    value = told.get(name)
    if name == "inventoryNotTracked":
        return _("Not counted: orders are routed whether there is stock or not") if value else _("Counted")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, "", []):
        return ""
    if name in _LISTS:
        return _LISTS[name](value)
    if name in _WORDS:
        return _(_WORDS[name].get(value, str(value)))
    if name == "prices":
        return "\n".join(_price(one) for one in value)
    if name == "cost":
        return f"{amount(value, told.get('costCurrency', ''))} {told.get('costCurrency', '')}".strip()
    if name in _UNITS:
        return f"{value} {told.get(_UNITS[name], '')}".strip()
    return "\n".join(value) if isinstance(value, list) else str(value)


def _price(told: Mapping[str, Any]) -> str:
    name, currency = told.get("name") or "", told.get("currency") or ""
    said = f"{amount(told['value'], currency)} {currency}".strip()
    return said if name in ("", _PLAIN_PRICE) else f"{name}: {said}"


def marked(product: Product, key: str) -> str:
    """Return who has set a part of a product here; nothing where nobody did."""
    return str(product.kept.get(f"/{key}", {}).get("name", ""))


def components(product: Product, promise: Promise) -> list[Component]:
    """Return the components of a bundle with their products and what can be promised of each."""
    known = queries.by_skus(product.organization, [one.sku for one in product.parts]) if product.parts else {}
    totals = {fold(one.sku): one.total for one in promise.components if not one.total.endless}
    return [Component(one, known.get(one.sku_folded), totals.get(one.sku_folded)) for one in product.parts]


def channels(product: Product, sources: Sequence[Source], *, may: bool, bound: ChannelForm | None = None,
             bound_to: str = "") -> list[Channel]:  # fmt: skip
    """Return the channels that a product is on; `bound` is the form that somebody has sent for one of them."""
    told = tellings(product.organization_id, product.sku) if product.channels else {}
    return [
        Channel(
            one.source,
            one,
            _form(product, one.source, one, bound, bound_to) if may else None,
            one.source_id == product.owner_id,
            told.get(one.source_id),
        )
        for one in product.channels
    ]


def new_channel(product: Product, sources: Sequence[Source], bound: ChannelForm | None, bound_to: str) -> ChannelForm:
    """Return the form by which a product is put on another channel."""
    on = {one.source.public_id for one in product.channels}
    return bound if bound is not None and bound_to not in on else ChannelForm(product, None, prefix="channel-new")


def _form(product: Product, source: Source, own: Publication, bound: ChannelForm | None, bound_to: str) -> ChannelForm:
    if bound is not None and bound_to == source.public_id:
        return bound
    return ChannelForm(product, own, prefix=f"channel-{source.public_id}")


def all_sources(organization: Organization) -> list[Source]:
    """Return the integrations that a product can be on."""
    return list(Source.objects.within(organization).exclude(state=Source.State.DELETED).order_by("name"))


__all__ = ["Channel", "Component", "Fact", "channels", "components", "free_channels", "groups", "marked"]
