"""A store's own settings: what the merchant chose, and what shapes every order of that store."""

from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is, or sends from."""

    name: str
    street: str
    city: str
    state: str
    postcode: str
    country: str
    phone: str


HOME = Address("Tea & Tins Ltd", "18 Kettle Row", "Portland", "OR", "97205", "US", "+1 503 555 0118")
WAREHOUSE = Address("Tea & Tins store room", "240 Dockside Way", "Portland", "OR", "97217", "US", "+1 503 555 0142")


@dataclass(frozen=True, slots=True)
class Store:
    """One store. ``tax_rate`` is a percentage; ``outlet`` is the id of the counter where orders are picked up."""

    id: int
    name: str
    currency: str = "USD"
    precision: int = 2
    prices_include_tax: bool = False
    tax_rate: str = "8"
    prefix: str = ""
    suffix: str = ""
    timezone: str = "America/Los_Angeles"
    outlet: str = "06bf537b-c7d7-11e7-ff13-0c871e79b103"
    features: tuple[str, ...] = field(
        default=("API", "COMBINATIONS", "INVENTORY_TRACKING", "LOCAL_PICKUP", "PREMIUM", "CUSTOM_ORDER_STATUSES")
    )

    @property
    def slug(self) -> str:
        """The name as it stands in web addresses."""
        return "-".join("".join(c if c.isalnum() else " " for c in self.name.lower()).split()) or "store"

    @property
    def email(self) -> str:
        """The owner's invented address."""
        return f"owner@{self.slug}.example"

    def settings(self) -> Json:
        """Everything but id and name, as kept in the file."""
        kept = asdict(self)
        return {key: value for key, value in kept.items() if key not in ("id", "name")}
