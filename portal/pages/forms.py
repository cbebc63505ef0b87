"""What people fill in about their organization, its members and themselves."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from portal.tenancy.models import Organization, User
from portal.tenancy.roles import Role


def _timezones() -> list[tuple[str, str]]:
    names = sorted(
        name
        for name in zoneinfo.available_timezones()
        if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix", "right"))
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class TimezoneField(forms.ChoiceField):
    """A timezone to choose from all there are."""

    def __init__(self, **options: object) -> None:
        super().__init__(choices=lazy(_timezones, list)(), **options)  # type: ignore[arg-type]


class OrganizationForm(forms.ModelForm[Organization]):
    """The organization's name and timezone."""

    name = forms.CharField(label=_("Name"), max_length=120)
    timezone = TimezoneField(label=_("Timezone"), help_text=_("Rules read days and hours in it."))

    class Meta:
        model = Organization
        fields = ("name", "timezone")


class MemberForm(forms.Form):
    """A new member."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.USER)


class AccountForm(forms.ModelForm[User]):
    """What a person chooses for themselves."""

    name = forms.CharField(label=_("Name"), max_length=120)
    timezone = TimezoneField(label=_("Timezone"), help_text=_("Times are shown in it."))
    theme = forms.ChoiceField(label=_("Light or dark"), choices=User.Theme.choices)

    class Meta:
        model = User
        fields = ("name", "timezone", "theme")


class PasswordForm(PasswordChangeForm):
    """One's own password, changed with the old one."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        self.fields["new_password1"].help_text = _("At least 10 characters, and not one of the common ones.")
        self.fields["new_password2"].label = _("New password again")
        self.fields["new_password2"].help_text = ""
