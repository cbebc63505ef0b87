"""What custom integrations bring when the process starts: scopes, doors, routes, tidying."""

import datetime as dt

import integrations.custom.take_store
import integrations.custom.take_system
import integrations.custom.take_warehouse  # noqa: F401 - they register
from integrations.custom import api, keys
from integrations.models import KeptAnswer
from portal.api.resources import routers
from portal.kit.clock import database_now
from portal.kit.jobs import watcher

KEPT_FOR = dt.timedelta(days=3)
"""How long an answer is given again for its `Idempotency-Key`."""

routers.register("custom", api.router())


@watcher("old answers and signing secrets of custom integrations", every=3600)
def tidy() -> int:
    """Forget answers of three days ago, and signing secrets that were replaced yesterday. Returns how many."""
    gone, _ = KeptAnswer.objects.filter(at__lt=database_now() - KEPT_FOR).delete()
    return int(gone) + keys.forget_former()
