"""The automations app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

REGISTERING = (
    "automations.consumers",
    "automations.engine_key",
    "automations.engines",
    "automations.hold_engine.listed",
    "automations.invariants",
    "automations.links",
    "automations.rerun",
    "automations.retention",
    "automations.sweeps",
    "automations.waiting.explain",
    "automations.waiting.listen",
)
"""Modules that are there once they are imported."""


class AutomationsConfig(AppConfig):
    """Registers what the automations app brings when the process starts."""

    name = "automations"
    label = "automations"

    def ready(self) -> None:
        """Find the actions and triggers, and listen to events."""
        from django.urls import reverse

        from automations.engine.actions import actions
        from automations.engine.entities import entities
        from automations.engine.related import relations
        from automations.engine.triggers import triggers
        from automations.inputs.kind import kinds
        from automations.lists.runs import run_list
        from automations.panels import runs_of, runs_of_exception
        from orders.exceptions import shown
        from orders.panels import Panel, panels
        from portal.ui.lists import list_pages
        from portal.ui.menu import menu

        entities.discover("automations.entities")
        relations.discover("automations.relations")
        kinds.discover("automations.inputs")
        actions.discover("automations.actions")
        triggers.discover("automations.triggers")
        for module in REGISTERING:
            import_module(module)
        panels.register(
            "automations.runs", Panel(_("Rules that ran"), "automations/panels/runs.html", runs_of, position=30)
        )
        shown.panels.register(
            "automations.runs", shown.Panel(_("Rules"), "automations/panels/runs.html", runs_of_exception)
        )
        shown.record_pages.register("rule", lambda public_id: reverse("automations:edit", args=[public_id]))
        list_pages.register("history", run_list)
        import_module("automations.api")
        menu.register(
            "automations", _("Automations"), icon="git-branch", url_name="automations:list", position=60, shortcut="r"
        )
