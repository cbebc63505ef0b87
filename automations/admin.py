"""Automations in Django's administration, for support."""

from django.contrib import admin
from django.http import HttpRequest

from automations.models import HoldEngine
from portal.admin import ReadOnly


@admin.register(HoldEngine)
class HoldEngineAdmin(ReadOnly):
    """Organizations that have the Order Hold Engine; support may give it to one, and change nothing else."""

    list_display = ("organization", "enabled", "minutes", "next_status", "migrated_at", "migrated_by")
    list_select_related = ("organization",)
    fields = ("organization", "enabled")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever is everything gives an organization the engine."""
        return bool(request.user.is_active and request.user.is_superuser)
