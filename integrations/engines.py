"""The engine that every organization has, on the list of integrations; others register with `portal.ui.engines`."""

from django.utils.translation import gettext_lazy as _

from portal.ui.engines import Engine, engines

engines.register(
    "automation",
    Engine(
        "automation",
        _("Automation Engine"),
        _("Runs your rules on every order that arrives, and releases holds when they are due."),
        "bolt",
        "automations:list",
    ),
)
