"""The forms of a record of stock: its figures, locking and unlocking, copying; and those of many records at once."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.inventory.editing import EDITABLE
from orders.inventory.locking import Lock, Unlock
from orders.inventory.movements import LABELS, MOST
from orders.models import InventoryLevel, LedgerEntry, Location

MOST_NOTE = 500


def _figure(name: str, *, required: bool = True, help: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=_(LABELS[name]),
        required=required,
        min_value=0,
        max_value=MOST,
        help_text=help,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def _reason() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=MOST_NOTE,
        help_text=gettext_lazy("It stands in the ledger beside the change."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class FiguresForm(forms.Form):
    """The figures that people may set. What each was when the page was loaded travels with it, hidden.

    So only what somebody has changed is written, and what moved meanwhile elsewhere in the record stays.
    """

    def __init__(self, level: InventoryLevel, data: Mapping[str, Any] | None = None) -> None:
        now = {name: getattr(level, name) for name in EDITABLE}
        super().__init__(data, initial=now, auto_id="figures-%s")
        for name in EDITABLE:
            self.fields[name] = _figure(name)
        self.fields["note"] = _reason()
        if data is not None:
            self._keep_what_was(now)

    def _keep_what_was(self, now: Mapping[str, int]) -> None:
        """Compare with what the person saw; a figure below zero that stays as it is is no fault of theirs."""
        for name in EDITABLE:
            seen = str(self.data.get(f"was-{name}", now[name]))
            self.initial[name] = int(seen) if seen.removeprefix("-").isdecimal() and len(seen) < 12 else now[name]
            if str(self.data.get(name, "")).strip() == str(self.initial[name]):
                self.fields[name] = forms.IntegerField(label=_(LABELS[name]), widget=self.fields[name].widget)

    def figures(self) -> list[forms.BoundField]:
        """Return the fields of units."""
        return [self[name] for name in EDITABLE]

    def were(self) -> SafeString:
        """Return what the figures were when the page was loaded, as hidden inputs."""
        told = ((name, self.initial[name]) for name in EDITABLE)
        return format_html_join("", '<input type="hidden" name="was-{}" value="{}">', told)

    def changes(self) -> dict[str, int]:
        """Return what somebody has typed that was not there before."""
        return {name: self.cleaned_data[name] for name in EDITABLE if self.cleaned_data[name] != self.initial[name]}


def meanwhile(form: FiguresForm, level: InventoryLevel) -> FiguresForm | None:
    """Return the form anew after somebody else's change: what was typed stays, all else is as it is now.

    None where nobody has touched a figure that was typed: then it can be saved after all.
    """
    both = [name for name in form.changes() if getattr(level, name) != form.initial[name]]
    if not both:
        return None
    typed = form.changes()
    data = {name: str(typed.get(name, getattr(level, name))) for name in EDITABLE}
    data |= {f"was-{name}": str(getattr(level, name)) for name in EDITABLE}
    again = FiguresForm(level, data | {"note": form.cleaned_data["note"]})
    again.full_clean()
    who = _last(level)
    again.add_error(
        None,
        _("%(who)s has changed this record while you edited it. What you typed stands below: save it again, or not.")
        % {"who": who},
    )
    for name in both:
        again.add_error(name, _("It is %(now)s by now.") % {"now": getattr(level, name)})
    return again


def _last(level: InventoryLevel) -> str:
    rows = LedgerEntry.objects.within(level.organization).filter(level=level).order_by("-id")
    return rows.values_list("actor_name", flat=True).first() or _("Somebody else")


class LockForm(forms.Form):
    """How a record is locked (behaviour.md 6.3); the figures count for *Set the figures by hand* only."""

    way = forms.ChoiceField(label=gettext_lazy("What becomes of the figures"), widget=forms.RadioSelect)

    def __init__(self, data: Mapping[str, Any] | None = None, *, by_hand: bool = True) -> None:
        super().__init__(data, initial={"way": Lock.KEEP}, auto_id="lock-%s")
        self._by_hand = by_hand
        ways: Any = self.fields["way"]
        ways.choices = [(way.value, _(way.label)) for way in Lock if by_hand or way is not Lock.BY_HAND]
        for name in EDITABLE if by_hand else ():
            self.fields[name] = _figure(name, required=False)

    def figures(self) -> list[forms.BoundField]:
        """Return the fields of units."""
        return [self[name] for name in EDITABLE if self._by_hand]

    @property
    def values(self) -> dict[str, int] | None:
        """What was typed by hand; empty fields stay as they are."""
        if self.cleaned_data["way"] != Lock.BY_HAND:
            return None
        return {name: self.cleaned_data[name] for name in EDITABLE if self.cleaned_data[name] is not None}


class UnlockForm(forms.Form):
    """How a record is unlocked."""

    way = forms.ChoiceField(
        label=gettext_lazy("What becomes of the figures"), widget=forms.RadioSelect, initial=Unlock.KEEP
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="unlock-%s")
        ways: Any = self.fields["way"]
        ways.choices = [(way.value, _(way.label)) for way in Unlock]


class CopyForm(forms.Form):
    """Where a copy begins: an active location that has no record of the SKU yet."""

    location = forms.ChoiceField(label=gettext_lazy("Location"))
    with_quantities = forms.BooleanField(
        label=gettext_lazy("With the same units"),
        required=False,
        help_text=gettext_lazy("Only where they really are there too: they are promised to customers at once."),
    )

    def __init__(self, level: InventoryLevel, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="copy-%s")
        rows = Location.objects.within(level.organization).filter(deleted_at=None, active=True)
        taken = InventoryLevel.objects.within(level.organization).filter(sku_folded=level.sku_folded)
        found = rows.exclude(pk__in=taken.exclude(location=None).values("location")).order_by("name")
        self.places = {one.public_id: one for one in found}
        choose: Any = self.fields["location"]
        choose.choices = [(key, one.name) for key, one in self.places.items()]


class SetManyForm(forms.Form):
    """What on hand becomes in many records."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="set-%s")
        self.fields["on_hand"] = _figure("on_hand", help=_("Each of these records gets this figure."))
        self.fields["note"] = _reason()
