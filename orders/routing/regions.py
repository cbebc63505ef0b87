"""Regions of a routing card, and which addresses lie in them. Pure."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from portal.filters.mark import gettext_noop as _
from portal.kit.json import Json
from portal.kit.text import fold


def _there(text: str) -> str:
    if not text.strip():
        raise ValueError(_("This entry is empty. Fill it in, or remove it."))
    return text.strip()


Entry = Annotated[str, Field(max_length=100), AfterValidator(_there)]
Entries = Annotated[tuple[Entry, ...], Field(max_length=1_000)]


class Region(BaseModel):
    """Countries, or states or postal codes of them; an address must fit every part that is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    countries: Entries = ()
    """ISO codes of two letters."""
    states: Entries = ()
    """As orders have them: two letters in the United States."""
    postal: Entries = ()
    """What postal codes begin with; blanks and hyphens do not count."""

    @model_validator(mode="after")
    def _has_country(self) -> "Region":
        """A state or a postal code alone could lie in several countries."""
        if not self.countries:
            raise ValueError(_("The region names no country. Add one, or remove the region to ship everywhere."))
        return self

    def holds(self, address: Json) -> bool:
        """Say whether a shipping address lies in the region; upper and lower case do not count."""
        country, state, postal = (str(address.get(key) or "") for key in _KEYS)
        if fold(country) not in map(fold, self.countries):
            return False
        if self.states and fold(state) not in map(fold, self.states):
            return False
        return not self.postal or any(_bare(postal).startswith(_bare(start)) for start in self.postal)


_KEYS = ("country", "stateOrProvince", "zipCodeOrPostalCode")


def _bare(postal: str) -> str:
    return fold(postal).replace(" ", "").replace("-", "")


def matches(regions: Sequence[Region], address: Json | None) -> bool:
    """Say whether an address lies in one of the regions; without regions every address does."""
    return not regions or any(region.holds(address or {}) for region in regions)
