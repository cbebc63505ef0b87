"""Forms that are made from a connector's manifest."""

import datetime as dt
import typing
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from integrations.manifest import Direction, Flow, Manifest
from portal.kit.json import Json


class DirectionSelect(forms.Select):
    """A choice of directions in which those that are not built yet can be seen, but not taken."""

    def __init__(self, flow: Flow) -> None:
        super().__init__(attrs={"class": "form-select"})
        self.flow = flow

    def create_option(
        self, name: str, value: Any, label: Any, selected: Any, *rest: Any, **more: Any
    ) -> dict[str, Any]:
        """Draw an option."""
        option = super().create_option(name, value, label, selected, *rest, **more)
        if Direction(str(value)) not in self.flow.built:
            option["attrs"]["disabled"] = True
            option["label"] = _("%(direction)s (not available yet)") % {"direction": label}
        return option


class FlowsForm(forms.Form):
    """Which way each flow goes; a fixed one is shown and cannot be changed."""

    def __init__(self, manifest: Manifest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"prefix": "flow"}))
        self.manifest = manifest
        for flow in manifest.flows:
            self.fields[flow.key] = forms.ChoiceField(
                label=flow.label,
                choices=[(direction.value, words) for direction, words in flow.directions.items()],
                initial=flow.initial.value,
                widget=DirectionSelect(flow),
                help_text=flow.note or _not_yet(flow),
                required=not flow.fixed,
                disabled=flow.fixed,
            )

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot flow yet, even if somebody sends it."""
        chosen = dict(self.cleaned_data)
        for flow in self.manifest.flows:
            if chosen.get(flow.key) and Direction(chosen[flow.key]) not in flow.built:
                self.add_error(flow.key, _("This cannot flow this way yet; choose another."))
        return chosen


class NameForm(forms.Form):
    """What an integration is called."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        strip=True,
        help_text=gettext_lazy("Orders and shipping requests show it. With several accounts, name the account."),
    )


class TokenForm(forms.Form):
    """The key that a person copied on the other side. Secrets are written, never shown again."""

    def __init__(self, manifest: Manifest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in manifest.token:
            widget = forms.PasswordInput() if field.secret else forms.TextInput()
            widget.attrs |= {"placeholder": field.example, "autocomplete": "off", "spellcheck": "false"}
            wrong = _("This does not look like one. Copy it again, without spaces.")
            self.fields[field.key] = forms.RegexField(
                rf"^(?:{field.pattern})$",
                label=field.label,
                help_text=field.help,
                widget=widget,
                error_messages={"invalid": wrong},
            )


class SettingsForm(forms.Form):
    """The settings of a connector, and the moment its orders begin."""

    sync_from = forms.DateTimeField(
        label=gettext_lazy("Sync orders from"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy(
            "Empty: from the moment the integration was enabled. An earlier date brings in older orders as well, "
            "and they go through your rules like new ones."
        ),
    )

    def __init__(self, manifest: Manifest, *args: Any, account: Json | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.model = manifest.settings
        if not any(flow.key == "orders" and Direction.PULL in flow.directions for flow in manifest.flows):
            del self.fields["sync_from"]
        for name, info in manifest.settings.model_fields.items():
            offered = _offered(info, account or {})
            if offered is None:
                self.fields[name] = _field(info)
            elif len(offered) > 1:
                self.fields[name] = _choice(info, offered)

    def clean_sync_from(self) -> dt.datetime | None:
        """Refuse a moment to come: nothing would be pulled, and nobody would know why."""
        from portal.kit.clock import now

        moment: dt.datetime | None = self.cleaned_data["sync_from"]
        if moment is not None and moment > now():
            raise forms.ValidationError(_("Choose a moment that has passed."))
        return moment

    def settings(self) -> BaseModel:
        """Return the settings that were chosen."""
        names: Iterable[str] = self.model.model_fields
        return self.model.model_validate({name: self.cleaned_data[name] for name in names if name in self.fields})


def _offered(info: FieldInfo, account: Json) -> list[tuple[str, str]] | None:
    """Return what the account there offers for a setting; None where it is no choice of the account's.

    A setting says where that stands in `Account.details`: `json_schema_extra={"offered": "channels"}`.
    """
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if "offered" not in extra:
        return None
    return [(str(key), str(label)) for key, label in account.get(str(extra["offered"])) or ()]


def _choice(info: FieldInfo, offered: list[tuple[str, str]]) -> forms.Field:
    label, help_text = _(info.title or ""), _(info.description or "")
    return forms.ChoiceField(choices=offered, label=label, help_text=help_text, initial=offered[0][0])


def _field(info: FieldInfo) -> forms.Field:
    """Make a form field from a setting: a choice, a switch or a number."""
    words = {"label": _(info.title or ""), "help_text": _(info.description or ""), "initial": info.default}
    choices = typing.get_args(info.annotation)
    if choices:
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        labels: Any = extra.get("labels") or {}
        return forms.ChoiceField(choices=[(one, _(labels.get(one, one))) for one in choices], **words)
    if info.annotation is bool:
        return forms.BooleanField(required=False, **words)
    return forms.IntegerField(**words) if info.annotation is int else forms.CharField(required=False, **words)


def _not_yet(flow: Flow) -> str:
    return _("Not available yet.") if flow.built <= {Direction.DISABLED} else ""
