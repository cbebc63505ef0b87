"""What people fill in about a location, its groups, and with what it is merged."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.locations.write import Settings
from orders.models import Location, LocationGroup, Source
from portal.kit.json import Json
from portal.tenancy.models import Organization
from portal.ui.countries import CODES

ADDRESS = (
    ("company", gettext_lazy("Company")),
    ("address1", gettext_lazy("Street and number")),
    ("address2", gettext_lazy("More of the address")),
    ("zipCodeOrPostalCode", gettext_lazy("Postal code")),
    ("city", gettext_lazy("City")),
    ("stateOrProvince", gettext_lazy("State or province")),
    ("country", gettext_lazy("Country")),
    ("phone", gettext_lazy("Phone")),
    ("email", gettext_lazy("E-mail")),
)
SWITCHES: dict[str, tuple[StrOrPromise, StrOrPromise]] = {
    "active": (
        gettext_lazy("Active"),
        gettext_lazy("Off: nothing is routed here, and no system writes stock here."),
    ),
    "paused": (
        gettext_lazy("Paused"),
        gettext_lazy("Nothing new is routed here for now; what is under way goes on."),
    ),
    "pickup": (gettext_lazy("Customers collect here"), ""),
    "infinite": (
        gettext_lazy("Stock is always enough"),
        gettext_lazy("Routing does not count stock here, for example because everything is made to order."),
    ),
    "preserve_bundles": (
        gettext_lazy("Bundles go out as they are"),
        gettext_lazy("The warehouse keeps bundles ready packed. Otherwise it is told their components."),
    ),
    "exclude_from_totals": (
        gettext_lazy("Leave out of totals"),
        gettext_lazy("What is here is not counted in what can be sold, in no channel."),
    ),
}
ROUTING = ("fulfillment", "paused", "preserve_bundles", "groups")
STOCK = ("inventory", "infinite", "exclude_from_totals", "excluded_for")


def _many(placeholder: Any) -> forms.SelectMultiple:
    return forms.SelectMultiple(attrs={"data-picker": "many", "data-placeholder": placeholder})


HAND = "hand"
"""The choice of a location that no integration ships from, but people; no public ID is written so."""


class LocationForm(forms.Form):
    """The settings of a location; choices are those of its organization."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    fulfillment = forms.ChoiceField(
        label=gettext_lazy("Who ships from here"),
        required=False,
        help_text=gettext_lazy(
            "The fulfillment channel that owns this location, or people by hand. Without, nothing is routed here."
        ),
    )
    inventory = forms.ChoiceField(
        label=gettext_lazy("Whose word on stock counts"),
        required=False,
        help_text=gettext_lazy("The integration that reports what lies here."),
    )
    excluded_for = forms.MultipleChoiceField(
        label=gettext_lazy("Leave out of the totals of"),
        required=False,
        widget=_many(gettext_lazy("Add a channel")),
        help_text=gettext_lazy("These channels are told totals without what is here."),
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Groups"),
        required=False,
        widget=_many(gettext_lazy("Add a group")),
        help_text=gettext_lazy("Orders can prefer a group of locations."),
    )

    def __init__(
        self, organization: Organization, data: Mapping[str, Any] | None = None, location: Location | None = None
    ) -> None:
        super().__init__(data, initial=_initial(location), auto_id="location-%s")
        self._sources = _sources(organization, location)
        self._groups = {one.public_id: one for one in LocationGroup.objects.within(organization).order_by("name")}
        self._was = location
        self._offer()
        for name, (label, help_text) in SWITCHES.items():
            self.fields[name] = forms.BooleanField(label=label, help_text=help_text, required=False)
        for name, label in ADDRESS:
            self.fields[name] = _address_field(name, label)

    def _offer(self) -> None:
        sources = [(one.public_id, _label(one)) for one in self._sources.values()]
        fields: dict[str, Any] = self.fields
        fields["fulfillment"].choices = [("", _("Nobody")), (HAND, _("People, by hand")), *sources]
        fields["inventory"].choices = [("", _("Any system that names it")), *sources]
        fields["excluded_for"].choices = sources
        fields["groups"].choices = [(key, one.name) for key, one in self._groups.items()]

    def clean_name(self) -> str:
        """Leave no white space but single blanks."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_country(self) -> str:
        """Refuse what is no country; what a system has told stays as it is."""
        code = str(self.cleaned_data["country"]).strip()
        if code.upper() in CODES:
            return code.upper()
        if code and code != self.initial.get("country"):
            raise forms.ValidationError(_("Choose a country from the list, or write its two letters."))
        return code

    def settings(self) -> Settings:
        """Return what was filled in."""
        told = self.cleaned_data
        ids = {key: one.pk for key, one in self._sources.items()}
        return Settings(
            name=told["name"],
            address=self._address(),
            fulfillment_source_id=ids.get(told["fulfillment"]),
            ships_by_hand=told["fulfillment"] == HAND,
            inventory_source_id=ids.get(told["inventory"]),
            excluded_for=frozenset(ids[key] for key in told["excluded_for"]),
            groups=frozenset(self._groups[key].pk for key in told["groups"]),
            **{name: told[name] for name in SWITCHES},
        )

    def _address(self) -> Json:
        """Return the address: what the form does not know of it stays."""
        kept = dict(self._was.address) if self._was else {}
        typed = {name: str(self.cleaned_data[name]).strip() for name, _label in ADDRESS}
        return {name: value for name, value in (kept | typed).items() if value}

    def address_fields(self) -> list[forms.BoundField]:
        """Return the fields of the address, in their order."""
        return [self[name] for name, _label in ADDRESS]

    def routing_fields(self) -> list[forms.BoundField]:
        """Return what decides whether and how orders go there."""
        return [self[name] for name in ROUTING]

    def stock_fields(self) -> list[forms.BoundField]:
        """Return what is said of the stock there."""
        return [self[name] for name in STOCK]


class GroupForm(forms.Form):
    """The name of a group."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_name(self) -> str:
        """Leave no white space but single blanks."""
        return " ".join(str(self.cleaned_data["name"]).split())


def _initial(location: Location | None) -> dict[str, Any]:
    if location is None:
        return {"active": True}
    told: dict[str, Any] = {name: getattr(location, name) for name in SWITCHES}
    told |= {name: location.address.get(name, "") for name, _label in ADDRESS}
    return told | {
        "version": location.version,
        "name": location.name,
        "fulfillment": _shipper(location),
        "inventory": location.inventory_source.public_id if location.inventory_source else "",
        "excluded_for": [one.public_id for one in location.excluded_for.all()],
        "groups": [one.public_id for one in location.groups.all()],
    }


def _shipper(location: Location) -> str:
    if location.fulfillment_source is not None:
        return location.fulfillment_source.public_id
    return HAND if location.ships_by_hand else ""


def _sources(organization: Organization, location: Location | None) -> dict[str, Source]:
    """Return the integrations to choose from, by public ID; those that are gone only where they are chosen already."""
    chosen: Iterable[int | None] = ()
    if location is not None:
        chosen = (location.fulfillment_source_id, location.inventory_source_id, *_excluded(location))
    rows = Source.objects.within(organization).order_by("name")
    return {one.public_id: one for one in rows if one.state != Source.State.DELETED or one.pk in chosen}


def _excluded(location: Location) -> list[int]:
    return [one.pk for one in location.excluded_for.all()]


def _label(source: Source) -> str:
    if source.state == Source.State.ACTIVE:
        return source.name
    return f"{source.name} ({source.get_state_display()})"


def _address_field(name: str, label: Any) -> forms.CharField:
    attributes = {"autocomplete": "off"}
    if name == "country":
        attributes |= {
            "data-picker": "country",
            "data-countries": " ".join(CODES),
            "data-placeholder": _("Find a country"),
            "placeholder": _("Two-letter code"),
        }
    return forms.CharField(label=label, max_length=300, required=False, widget=forms.TextInput(attrs=attributes))
