"""The form of the Order Hold Engine: the default row, and a row for each store that differs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from automations.hold_engine.meaning import MOST_MINUTES
from automations.hold_engine.settings import RowSetting, Setting
from automations.models.hold_engine import Following
from orders.models import Source
from portal.tenancy.models import Organization

MOST_ROWS = 100
TAKEN = _("There is a row for this store already. Change that one, or choose another store.")


class HoldForm(forms.Form):
    """How long, and where to afterwards."""

    minutes = forms.IntegerField(
        label=_("Hold minutes"), required=False, min_value=0, max_value=MOST_MINUTES,
        help_text=_("Counted from when the order came in. Empty: no hold, the order goes on at once."),
    )  # fmt: skip
    next_status = forms.ChoiceField(label=_("Next status after hold"), choices=Following.choices)


class DefaultForm(HoldForm):
    """The default row, and whether the engine is on."""

    enabled = forms.BooleanField(
        label=_("Hold new orders"), required=False,
        help_text=_("Switched off, the rules for new orders under Automations act in its place."),
    )  # fmt: skip
    field_order = ("enabled", "minutes", "next_status")


class RowForm(HoldForm):
    """What is different for the orders of one store."""

    source: forms.ModelChoiceField[Source] = forms.ModelChoiceField(
        label=_("Store"), queryset=None, to_field_name="public_id", empty_label=_("Choose a store"),
        error_messages={"required": _("Choose the store that this row is for, or remove the row.")},
    )  # fmt: skip
    field_order = ("source", "minutes", "next_status")

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["minutes"].help_text = _("Empty: no hold.")
        field = self.fields["source"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Source.objects.within(organization).order_by("name", "pk")


class EngineForm:
    """All rows together, as they were typed."""

    def __init__(self, organization: Organization, default: DefaultForm, rows: Sequence[RowForm], seen: int) -> None:
        self.organization, self.default, self.rows, self.seen = organization, default, list(rows), seen
        self.notice = ""

    @classmethod
    def of(cls, organization: Organization, setting: Setting, seen: int) -> "EngineForm":
        """Return what is set, to be changed."""
        default = DefaultForm(
            initial={"enabled": setting.enabled, "minutes": setting.minutes, "next_status": setting.next_status}
        )
        rows = [
            RowForm(
                initial={"source": row.source.public_id, "minutes": row.minutes, "next_status": row.next_status},
                prefix=f"row.{index}", organization=organization,
            )
            for index, row in enumerate(setting.rows)
        ]  # fmt: skip
        return cls(organization, default, rows, seen)

    @classmethod
    def read(cls, organization: Organization, data: QueryDict) -> "EngineForm":
        """Return what was typed; the rows are those whose number stands in `row`."""
        numbers = [one for one in data.getlist("row") if one.isdecimal() and len(one) < 5][:MOST_ROWS]
        rows = [RowForm(data, prefix=f"row.{number}", organization=organization) for number in dict.fromkeys(numbers)]
        seen = data.get("seen", "")
        return cls(organization, DefaultForm(data), rows, int(seen) if seen.isdecimal() and len(seen) < 10 else 0)

    def add_row(self) -> None:
        """Add an empty row below the others."""
        if len(self.rows) < MOST_ROWS:
            self.rows.append(RowForm(prefix=f"row.{self._next()}", organization=self.organization))

    def remove_row(self, number: str) -> None:
        """Take a row out of the form."""
        self.rows = [row for row in self.rows if row.prefix != f"row.{number}"]

    def _next(self) -> int:
        return 1 + max((int(self.number(row)) for row in self.rows), default=-1)

    @staticmethod
    def number(row: RowForm) -> str:
        """Return the number of a row in the form."""
        return str(row.prefix).removeprefix("row.")

    @property
    def numbered(self) -> list[tuple[str, RowForm]]:
        """The rows with their numbers."""
        return [(self.number(row), row) for row in self.rows]

    def is_valid(self) -> bool:
        """Say whether it can be saved; what is wrong stands at its field."""
        good = [form.is_valid() for form in (self.default, *self.rows)]
        taken: set[int] = set()
        for row in self.rows:
            source = row.cleaned_data.get("source")
            if source is not None and source.pk in taken:
                row.add_error("source", str(TAKEN))
                good.append(False)
            elif source is not None:
                taken.add(source.pk)
        return all(good)

    def setting(self) -> Setting:
        """Return what the form means."""
        told = self.default.cleaned_data
        rows = [RowSetting(**row.cleaned_data) for row in self.rows]
        return Setting(told["enabled"], told["minutes"], told["next_status"], rows)
