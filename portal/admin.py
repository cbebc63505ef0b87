"""Django's administration, for support: to look at what pages do not show. Mostly read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from portal.audit.models import History
from portal.events.models import Event, Handoff
from portal.savedviews.models import SavedView
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Membership, Organization, User

admin.site.site_header = admin.site.site_title = "Switchyard"


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only their own services may change: the administration shows them."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes rows here."""
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """People: support may switch an account off, and mend a name or an e-mail address."""

    list_display = ("email", "name", "is_active", "is_staff", "created_at")
    search_fields = ("email", "name")
    fields = ("email", "name", "timezone", "is_active", "is_staff", "is_superuser", "last_login", "created_at")
    readonly_fields = ("last_login", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Only who is everything may make somebody everything."""
        fixed = ("last_login", "created_at")
        return fixed if request.user.is_superuser else (*fixed, "is_staff", "is_superuser")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People are added as members, or by create_organization."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Somebody who leaves is switched off; what they did keeps their name."""
        return False


class Members(admin.TabularInline):  # type: ignore[type-arg]
    """The members of an organization."""

    model = Membership
    extra = 0
    raw_id_fields = ("user",)


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Organizations and who belongs to them; made by create_organization, which brings the default rules."""

    list_display = ("name", "public_id", "timezone", "created_at")
    search_fields = ("name", "public_id")
    readonly_fields = ("public_id", "created_at")
    inlines = (Members,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An organization made here would have no rules."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Its history cannot be deleted by a click (docs/security.md says how)."""
        return False


@admin.register(History)
class HistoryAdmin(ReadOnly):
    """Who changed what."""

    list_display = ("at", "organization", "entity_type", "entity_id", "version", "actor_name", "verb", "summary")
    list_filter = ("entity_type", "actor_kind")
    list_select_related = ("organization",)


@admin.register(Event)
class EventAdmin(ReadOnly):
    """What happened."""

    list_display = ("id", "created_at", "organization", "name", "entity_type", "entity_id")
    list_filter = ("name",)
    list_select_related = ("organization",)


@admin.register(Handoff)
class HandoffAdmin(ReadOnly):
    """What has still to be dealt with, and by whom."""

    list_display = ("id", "organization", "consumer", "entity_type", "entity_id", "state", "attempts", "error")
    list_filter = ("state", "consumer")
    list_select_related = ("organization",)

    @admin.display(description="last error")
    def error(self, row: Any) -> str:
        """The beginning of the last error."""
        return str(row.last_error)[:120]


@admin.register(SavedView)
class SavedViewAdmin(ReadOnly):
    """Views that people have saved."""

    list_display = ("name", "organization", "owner", "list_key", "shared")
    list_select_related = ("organization", "owner")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    """Keys of other programs; never what they are, nor the hash of it."""

    list_display = ("name", "organization", "public_id", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("organization",)
    exclude = ("secret_hash",)
