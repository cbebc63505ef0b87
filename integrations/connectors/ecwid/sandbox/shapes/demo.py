"""The demo shop's twelve products, invented: tracked, unlimited, with variations, with stock that is shared."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variation:
    """One choice of a product. ``sku`` None means it shares the product's SKU and stock."""

    value: str
    sku: str | None
    extra: str = "0"
    quantity: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One product. ``quantity`` None means unlimited; prices are in the store's currency, weights in pounds."""

    sku: str
    name: str
    price: str
    quantity: int | None
    weight: str
    about: str
    mark: str
    option: str = ""
    variations: tuple[Variation, ...] = ()


SAMPLES = (
    Sample("TEA-ASSAM-100", "Morning Assam, 100 g", "9.50", 240, "0.25", "Strong, malty, made for milk.", "leaf"),
    Sample(
        "TEA-OOLONG-050", "Mountain Oolong, 50 g", "14.20", 86, "0.15", "Rolled leaves, five good infusions.", "leaf"
    ),
    Sample(
        "TEA-SENCHA-100", "Spring Sencha, 100 g", "12.80", 132, "0.25", "Fresh and grassy; water at 70 degrees.", "leaf"
    ),
    Sample("TEA-MINT-080", "Garden Mint, 80 g", "6.40", None, "0.20", "Cut in our own garden, caffeine free.", "leaf"),
    Sample(
        "TIN-ROUND",
        "Round tin",
        "7.00",
        0,
        "0.40",
        "Airtight, with an inner lid.",
        "tin",
        "Size",
        (
            Variation("Small", "TIN-ROUND-S", "0", 64),
            Variation("Medium", "TIN-ROUND-M", "2.50", 41),
            Variation("Large", "TIN-ROUND-L", "5.00", 17),
        ),
    ),
    Sample(
        "TIN-SQUARE",
        "Square tin",
        "8.50",
        48,
        "0.45",
        "Stacks neatly on a shelf.",
        "tin",
        "Colour",
        (
            Variation("Forest green", "TIN-SQUARE-GRN", "0", 22),
            Variation("Brick red", "TIN-SQUARE-RED", "0", 9),
            Variation("Plain", None),
        ),
    ),
    Sample("POT-STONE-06", "Stoneware pot, 0.6 l", "38.00", 23, "2.10", "Holds two generous cups.", "pot"),
    Sample("POT-GLASS-10", "Glass pot, 1 l", "44.90", 12, "1.60", "Watch the leaves open.", "pot"),
    Sample("CUP-SET-2", "Pair of cups", "19.00", 57, "1.20", "Thin rim, warm hands.", "cup"),
    Sample("INFUSER-STEEL", "Steel infuser", "5.75", 310, "0.10", "Fine mesh, fits every mug.", "tool"),
    Sample("SCOOP-BAMBOO", "Bamboo scoop", "3.20", 5, "0.05", "One scoop, one cup.", "tool"),
    Sample("GIFT-CARD-25", "Gift voucher 25", "25.00", None, "0", "Sent by e-mail, never spoils.", "card"),
)


def numbered(first: int) -> Iterator[tuple[int, Sample]]:
    """Pair every sample with a product id."""
    yield from enumerate(SAMPLES, first)
