"""Settings, Notifications: who is written to about which exceptions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from orders.engines import setting
from orders.exceptions.catalogue import CATEGORIES, exception_types
from orders.exceptions.look_after import members
from orders.exceptions.mail import next_time, recipients_of
from orders.models import EngineSetting, ExceptionMail, ExceptionMailWaiting
from portal.kit.clock import database_now
from portal.pages.audited import changes_of, note
from portal.pages.settings_frame import render_settings
from portal.tenancy.models import User
from portal.tenancy.roles import Permission
from portal.ui.access import PageRequest, may, page
from portal.ui.htmx import add_message

Mode = ExceptionMail.Mode
MOST = 20
"""So many addresses beside members one category has."""


class MailForm(forms.Form):
    """How an organization hears of a category."""

    mode = forms.ChoiceField(label=gettext_lazy("Write e-mails"), choices=Mode.choices)
    at = forms.TimeField(
        label=gettext_lazy("Time of the daily e-mail"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("To members"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    addresses = forms.CharField(
        label=gettext_lazy("To other addresses"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, for example the mailbox of your support."),
    )

    def __init__(self, data: Any, row: ExceptionMail, people: list[User]) -> None:
        super().__init__(
            data,
            initial={"mode": row.mode, "at": row.at, "members": row.members, "addresses": "\n".join(row.addresses)},
        )
        self.fields["members"].choices = [(one.pk, f"{one} <{one.email}>") for one in people]  # type: ignore[attr-defined]

    def clean_addresses(self) -> list[str]:
        """Return the addresses, each once. Raises ValidationError for what is none."""
        lines = [one.strip() for one in self.cleaned_data["addresses"].replace(",", "\n").splitlines()]
        found = list({one.casefold(): one for one in reversed(lines) if one}.values())[::-1]
        if len(found) > MOST:
            raise ValidationError(_("Give %(most)s addresses at most.") % {"most": MOST})
        for one in found:
            try:
                validate_email(one)
            except ValidationError:
                raise ValidationError(_("“%(text)s” is no e-mail address.") % {"text": one}) from None
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse mails to nobody, and a daily mail without a time."""
        cleaned: dict[str, Any] = super().clean() or {}
        wants = cleaned.get("mode") != Mode.OFF
        if wants and not self.errors and not (cleaned.get("members") or cleaned.get("addresses")):
            self.add_error("members", _("Choose at least one member, or give an address."))
        if cleaned.get("mode") == Mode.DAILY and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", _("Say at which time."))
        return cleaned


def _rows(request: PageRequest) -> dict[str, ExceptionMail]:
    rows = ExceptionMail.objects.within(request.organization)
    return {row.category: row for row in rows}


@require_GET
@page()
def notifications(request: PageRequest) -> HttpResponse:
    """Show of each category of exceptions who is written to, and when."""
    kept, people = _rows(request), {one.pk: str(one) for one in members(request.organization)}
    used = {one.category for one in exception_types.all()}
    named = sorted(((key, _(label)) for key, label in CATEGORIES.items() if key in used), key=lambda one: one[1])
    told = [
        {"key": key, "label": label, "row": kept.get(key),
         "to": recipients_of(kept[key], people) if key in kept else []}
        for key, label in named
    ]  # fmt: skip
    context = {"categories": told, "may_change": may(request, Permission.EDIT_RULES), "Mode": Mode}
    return render_settings(request, "orders/notifications.html", context)


@page(Permission.EDIT_RULES)
def notification(request: PageRequest, category: str) -> HttpResponse:
    """Show how the organization hears of one category, and change it."""
    if category not in CATEGORIES:
        raise Http404
    row = _rows(request).get(category) or ExceptionMail(organization=request.organization, category=category)
    form = MailForm(request.POST if request.method == "POST" else None, row, members(request.organization))
    types = [one.label for one in exception_types.all() if one.category == category]
    context = {"form": form, "label": _(CATEGORIES[category]), "types": types}
    if request.method != "POST":
        return render_settings(request, "orders/notification.html", context)
    if not form.is_valid():
        return render_settings(request, "orders/notification.html", context, status=422)
    _save(request, category, form.cleaned_data)
    add_message(request, _("Saved"))
    return HttpResponseRedirect(reverse("orders:notifications"))


def _save(request: PageRequest, category: str, told: dict[str, Any]) -> None:
    """Keep it. What waited for a mail at once goes when the mode is another."""
    with transaction.atomic():
        rows = ExceptionMail.objects.within(request.organization)
        rows.get_or_create(category=category, defaults={"organization": request.organization})
        row: ExceptionMail = rows.select_for_update().get(category=category)
        before = _plain(row)
        moved = row.mode != told["mode"] or row.at != told["at"]
        row.mode, row.members, row.addresses = told["mode"], told["members"], told["addresses"]
        row.at = told["at"] or row.at
        if moved:
            daily = row.mode == Mode.DAILY
            row.next_at = next_time(row.at, request.organization, database_now()) if daily else None
            ExceptionMailWaiting.objects.within(request.organization).filter(mail=row).delete()
        row.save()
        if changes := changes_of(before, _plain(row)):
            words = f"Changed the e-mails about “{CATEGORIES[category]}”."
            note(request, "exception_mail", row.pk, "edited", words, changes)
        _keep_address(request)


def _plain(row: ExceptionMail) -> dict[str, Any]:
    return {"mode": row.mode, "at": f"{row.at:%H:%M}", "members": row.members, "addresses": row.addresses}


def _keep_address(request: PageRequest) -> None:
    """Remember where the portal is, for links in mails of an installation that does not say so itself."""
    address = request.build_absolute_uri("/").rstrip("/")
    rows = EngineSetting.objects.within(request.organization)
    row, _made = rows.get_or_create(engine=setting.EXCEPTIONS, defaults={"organization": request.organization})
    if row.settings.get("address") != address:
        row.settings = {**row.settings, "address": address}
        row.save(update_fields=["settings"])
