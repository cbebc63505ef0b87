"""Removing what nobody needs any more: sessions that have ended, and old lines of the sign-in log."""

import datetime as dt

from axes.models import AccessLog
from django.contrib.sessions.models import Session

from portal.kit.clock import now
from portal.kit.jobs import watcher

LOG_DAYS = 90


@watcher("old sessions", every=3600)
def tidy() -> int:
    """Remove them. Returns how many rows went."""
    ended, _ = Session.objects.filter(expire_date__lt=now()).delete()
    old, _ = AccessLog.objects.filter(attempt_time__lt=now() - dt.timedelta(days=LOG_DAYS)).delete()
    return int(ended + old)
