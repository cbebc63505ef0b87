"""`manage.py cluster`: one cluster of django-q2, as `manage.py work` starts it."""

import gc
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal import env
from portal.kit.group import hold_together

_GARBAGE = 50_000
"""New objects after which Python looks for circles of them. A batch of orders makes millions and hardly any circle."""


class Command(BaseCommand):
    """Runs django-q2's own command, with all of its processes bound to each other."""

    help = "One cluster of workers. Started and watched by `manage.py work`; run that instead."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until SIGTERM, or until the process that started it is gone."""
        gc.freeze()  # what is loaded by now stays: no worker looks through it again and again
        gc.set_threshold(_GARBAGE, 20, 100)
        hold_together(grace=env.number("SWITCHYARD_WORK_GRACE", 90, low=1, high=3600))
        call_command("qcluster", skip_checks=True)
