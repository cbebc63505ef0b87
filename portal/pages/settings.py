"""The settings: the organization, its members, and one's own account."""

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.pages.audited import changes_of, note
from portal.pages.forms import AccountForm, MemberForm, OrganizationForm, PasswordForm
from portal.pages.invitation import welcome
from portal.pages.settings_frame import render_settings
from portal.tenancy import members as service
from portal.tenancy.models import Membership
from portal.tenancy.roles import Permission, Role
from portal.ui.access import PageRequest, check, may, page
from portal.ui.htmx import add_message


@page()
def organization(request: PageRequest) -> HttpResponse:
    """Show the organization; an administrator may change name and timezone."""
    may_change = may(request, Permission.USERS)
    if request.method != "POST":
        form = OrganizationForm(instance=request.organization)
        return render_settings(request, "portal/settings.html", {"form": form, "may_change": may_change})
    check(request, Permission.USERS)
    form = OrganizationForm(request.POST, instance=request.organization)
    if not form.is_valid():
        return render_settings(request, "portal/settings.html", {"form": form, "may_change": True}, status=422)
    with transaction.atomic():
        form.save()
        if changes := changes_of({name: form.initial[name] for name in form.changed_data}, form.cleaned_data):
            note(request, "organization", request.organization.pk, "edited", "Changed the organization.", changes)
    add_message(request, _("Saved"))
    return HttpResponseRedirect(reverse("portal:settings"))


@require_GET
@page()
def members(request: PageRequest) -> HttpResponse:
    """Show who belongs to the organization."""
    return _members(request)


def _members(
    request: PageRequest,
    *,
    form: MemberForm | None = None,
    notice: str = "",
    added: service.Added | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = (
        Membership.objects.filter(organization=request.organization).select_related("user").order_by("user__name", "pk")
    )
    context = {
        "members": rows,
        "roles": Role.choices,
        "form": form or MemberForm(),
        "notice": notice,
        "added": added,
        "may_change": may(request, Permission.USERS),
    }
    return render_settings(request, "portal/settings_members.html", context, status=status)


@require_POST
@page(Permission.USERS)
def add_member(request: PageRequest) -> HttpResponse:
    """Add a member. The first password of somebody new is shown this one time."""
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _members(request, form=form, status=422)
    try:
        with transaction.atomic():
            added = service.add_member(
                request.organization,
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                role=Role(form.cleaned_data["role"]),
            )
            member, role = added.membership, added.membership.get_role_display()
            note(request, "membership", member.pk, "added", f"Added {member.user} as {role}.")
            welcome(added.membership, by=request.user, address=request.build_absolute_uri(reverse("portal:login")))
    except service.MemberRefused as refusal:
        form.add_error("email", str(refusal))
        return _members(request, form=form, status=422)
    response = _members(request, added=added)
    patch_cache_control(response, no_store=True)
    return response


@require_POST
@page(Permission.USERS)
def change_member(request: PageRequest, member: int) -> HttpResponse:
    """Change the role of a member, or remove them."""
    membership = Membership.objects.filter(organization=request.organization, pk=member).first()
    if membership is None:
        raise Http404
    role = request.POST.get("role", "")
    if role and role not in Role.values:
        raise Http404
    try:
        with transaction.atomic():
            _change(request, membership, role)
    except service.MemberRefused as refusal:
        return _members(request, notice=str(refusal), status=422)
    add_message(request, _("Role changed") if role else _("Removed"))
    return HttpResponseRedirect(reverse("portal:members"))


def _change(request: PageRequest, membership: Membership, role: str) -> None:
    """Give another role, or end the membership where there is none, and note it."""
    pk, before, person = membership.pk, membership.role, membership.user
    if not role:
        service.remove_member(membership)
        note(request, "membership", pk, "removed", f"Removed {person}.")
    elif role != before:
        service.change_role(membership, Role(role))
        changes = changes_of({"role": before}, {"role": role})
        note(request, "membership", pk, "role_changed", f"Made {person} {membership.get_role_display()}.", changes)


@page()
def account(request: PageRequest) -> HttpResponse:
    """Show and change one's own name, timezone and theme."""
    form = AccountForm(request.POST if request.method == "POST" else None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        add_message(request, _("Saved"))
        return HttpResponseRedirect(reverse("portal:account"))
    context = {"form": form, "password_form": PasswordForm(request.user)}
    return render_settings(request, "portal/settings_account.html", context, status=422 if form.is_bound else 200)


@require_POST
@page()
def password(request: PageRequest) -> HttpResponse:
    """Change one's own password; other sessions end, this one stays."""
    form = PasswordForm(request.user, request.POST)
    if not form.is_valid():
        request.user.refresh_from_db()
        context = {"form": AccountForm(instance=request.user), "password_form": form}
        return render_settings(request, "portal/settings_account.html", context, status=422)
    with transaction.atomic():
        form.save()
        note(request, "user", request.user.pk, "password_changed", "Changed their password.")
    update_session_auth_hash(request, request.user)
    add_message(request, _("Password changed"))
    return HttpResponseRedirect(reverse("portal:account"))
