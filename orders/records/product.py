"""A product as connectors hand it in. Pure.

Names and meaning follow behaviour.md 2.4. Whoever made a product owns it: the owner's report is the product, another
integration's report only tells what the product is called there (`orders.products.take`).
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orders.records.order import Currency, Moment, Quantity, Record, Short, Text
from portal.kit.text import fold

MOST_PARTS = 200
"""Components of a bundle; thousands are a mistake."""
MOST_IMAGES = 250
MOST_OPTIONS = 50

Kind = Literal["simple", "parent", "child", "bundle"]


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _present(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


Sku = Annotated[Short, BeforeValidator(_stripped), AfterValidator(_present)]
"""A SKU; spaces around it are never meant."""


class Price(Record):
    """One price of a product: of one currency, and where there are several, with a name."""

    name: Short | None = None
    value: Quantity
    currency: Currency | None = None


class VariantOption(Record):
    """What makes one variant differ from its brothers: size, colour."""

    name: Short
    value: Short


class BundlePart(Record):
    """One component of a bundle and how many of it one bundle holds."""

    sku: Sku
    quantity: Annotated[int, Field(gt=0, le=100_000)]


class ProductRecord(Record):
    """A product, or one variant of one, as an integration has it now.

    `kind` is `parent` for what only groups its variants, `child` for a variant: it names its parent by
    `parent_ext_api_id`, which may come before it or after it, in this page or in another.
    """

    ext_product_api_id: Annotated[Short, Field(min_length=1)]
    """What the other side calls it, for machines; of a variant: unique among all products and variants there."""
    ext_product_id: Short | None = None
    """What the other side calls it, for people."""
    sku: Sku
    """As the other side writes it."""
    name: Annotated[Text, Field(min_length=1)]
    kind: Kind = "simple"
    parent_ext_api_id: Short | None = None
    status: Literal["active", "inactive"] = "active"
    """Inactive: it is there, but cannot be bought there."""
    description: Text | None = None
    upc: Short | None = None
    part_id: Short | None = None
    vendor: Short | None = None
    cost: Quantity | None = None
    cost_currency: Currency | None = None
    prices: Annotated[tuple[Price, ...], Field(max_length=50)] = ()
    taxable: bool | None = None
    country_of_origin: Short | None = None
    harmonized_code: Short | None = None
    weight: Quantity | None = None
    weight_unit: Literal["lb", "oz", "kg", "g"] | None = None
    length: Quantity | None = None
    width: Quantity | None = None
    height: Quantity | None = None
    dimensions_unit: Literal["cm", "in", "ft"] | None = None
    image_urls: Annotated[tuple[Text, ...], Field(alias="imageURLs", max_length=MOST_IMAGES)] = ()
    variant_options: Annotated[tuple[VariantOption, ...], Field(max_length=MOST_OPTIONS)] = ()
    bundle_items: Annotated[tuple[BundlePart, ...], Field(max_length=MOST_PARTS)] = ()
    """Only of a bundle, and of a bundle whose parts the other side does not tell: empty."""
    hide_in_store: bool | None = None
    not_tracked: bool = False
    """Its stock is not counted there (`inventoryNotTracked`)."""
    ext_product_created_at: Moment | None = None
    ext_product_updated_at: Moment | None = None
    source_doc: dict[str, Any] | None = None
    """The other side's own document, shown as it came."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == "child" and not self.parent_ext_api_id:
            raise ValueError("a child must name its parent (parentExtApiId)")
        if self.parent_ext_api_id == self.ext_product_api_id:
            raise ValueError("a product cannot be its own parent")
        if self.bundle_items and self.kind != "bundle":
            raise ValueError("only a bundle has bundleItems")
        if fold(self.sku) in {fold(one.sku) for one in self.bundle_items}:
            raise ValueError("a bundle cannot hold itself")
        return self
