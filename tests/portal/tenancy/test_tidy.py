"""Sessions that have ended do not pile up."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from portal.kit.clock import now
from portal.kit.jobs import watchers
from portal.tenancy.tidy import tidy


@pytest.mark.django_db
def test_only_sessions_that_have_ended_are_removed(as_owner: Client, as_colleague: Client) -> None:
    ended = Session.objects.get(pk=as_colleague.session.session_key)
    ended.expire_date = now() - dt.timedelta(minutes=1)
    ended.save()
    assert watchers.get("old sessions").job is tidy
    assert tidy() == 1
    assert list(Session.objects.values_list("pk", flat=True)) == [as_owner.session.session_key]
