"""What people write about exceptions, and what acts on them need."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.exceptions.look_after import next_week, tomorrow
from portal.kit.clock import now
from portal.kit.json import Json
from portal.kit.text import storable
from portal.tenancy.models import Organization, User

MAX_NOTE = 5_000
LONGEST = dt.timedelta(days=366)


class NoteForm(forms.Form):
    """A word to colleagues."""

    text = forms.CharField(
        label=_("Note"),
        max_length=MAX_NOTE,
        widget=forms.Textarea(
            attrs={"rows": 2, "class": "form-control", "placeholder": _("Tell your colleagues what you know of this")}
        ),
    )

    def clean_text(self) -> str:
        """Refuse what the database cannot hold."""
        return str(self.cleaned_data["text"]).replace("\x00", "")


class ActForm(forms.Form):
    """What one act needs beyond the exceptions; most need nothing."""

    def __init__(self, data: Any, organization: Organization, people: Sequence[User]) -> None:
        super().__init__(data)
        self.organization = organization
        self.people = people

    def values(self) -> Json:
        """Return what the act is done with (`orders.exceptions.acts`)."""
        return {}


class ReasonForm(ActForm):
    """Why it is dismissed."""

    reason = forms.CharField(
        label=_("Dismiss it because"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Stands in the activity for everybody. May stay empty."),
    )

    def values(self) -> Json:
        """Return the reason, as the database can hold it."""
        return {"reason": storable(str(self.cleaned_data["reason"]))}


class AssignForm(ActForm):
    """Who looks after it."""

    to = forms.ChoiceField(label=_("Assign to"), required=False)

    def __init__(self, data: Any, organization: Organization, people: Sequence[User]) -> None:
        super().__init__(data, organization, people)
        choices = [("", _("Nobody")), *((one.email, str(one)) for one in people)]
        self.fields["to"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> Json:
        """Return e-mail and name of the member; both empty for nobody."""
        to = self.cleaned_data["to"]
        return {"to": to, "name": next((str(one) for one in self.people if one.email == to), "")}


class SnoozeForm(ActForm):
    """Until when it rests."""

    when = forms.ChoiceField(
        label=_("Snooze until"),
        choices=(
            ("tomorrow", _("Tomorrow morning, 8:00")),
            ("week", _("Next Monday morning, 8:00")),
            ("time", _("A time of your own")),
        ),
        initial="tomorrow",
    )
    until = forms.DateTimeField(
        label=_("Time of your own"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a time of one's own that is missing, over, or more than a year away."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("when") == "time" and "until" in cleaned:
            until = cleaned["until"]
            if until is None:
                self.add_error("until", _("Say until when."))
            elif not now() < until <= now() + LONGEST:
                self.add_error("until", _("Choose a time that is to come, within a year."))
        return cleaned

    def values(self) -> Json:
        """Return the instant at which it comes back."""
        return {"until": self._until().astimezone(dt.UTC).isoformat()}

    def _until(self) -> dt.datetime:
        when = self.cleaned_data["when"]
        if when == "time":
            until: dt.datetime = self.cleaned_data["until"]
            return until
        return (tomorrow if when == "tomorrow" else next_week)(self.organization, now())


FORMS: dict[str, type[ActForm]] = {"dismiss": ReasonForm, "assign": AssignForm, "snooze": SnoozeForm}


def form_of(act: str, data: Any, organization: Organization, people: Sequence[User]) -> ActForm:
    """Return the form of an act."""
    return FORMS.get(act, ActForm)(data, organization, people)
