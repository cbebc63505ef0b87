"""What every test may ask for: three people, an organization, a store."""

import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import connections
from django.test import Client
from pytest_django import DjangoDbBlocker

from orders.models import Source
from portal.events.dispatch import _yes
from portal.tenancy.models import Membership, Organization, User
from portal.tenancy.roles import Role
from tests.emptying import emptied_quickly
from tests.factories import make_member
from tests.startup import (
    collect_garbage,
    drop_template,
    load_each_from_another_place,
    migrate_template,
    run_led_by,
    template_of,
)

DEAR_FIRST = ("readings", "crash", "browser", "house", "bench", "integrations", "portal/filters")
"""Folders of tests that take seconds each: begun first, so that at the end no process waits for a long one."""
AMONG = {"crash": "browser"}
"""Tests that mostly wait for other programs are dealt among those of another folder, whose work uses the time."""


def pytest_configure() -> None:
    gc.disable()  # until the tests are loaded, see tests.startup


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    yield  # xdist starts its processes
    if run := run_led_by(session.config):
        migrate_template(session.config, run)
        collect_garbage()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if run := run_led_by(session.config):
        drop_template(session.config, run)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ and not sys.dont_write_bytecode:
        load_each_from_another_place(session.config)


def pytest_collection_finish() -> None:
    collect_garbage()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folders = [_dear(item) for item in items]
    sizes, seen, places = Counter(folders), Counter[str](), {}
    for item, folder in zip(items, folders, strict=True):
        seen[folder] += 1
        with_these = AMONG.get(folder, folder)
        rank = DEAR_FIRST.index(with_these) if folder else len(DEAR_FIRST)
        places[item] = (rank, seen[folder] / sizes[folder])
    items.sort(key=places.__getitem__)


def _dear(item: pytest.Item) -> str:
    """Return which of the dear folders a test stands in; nothing for the others, which keep their order behind them."""
    path = item.path.as_posix().rpartition("/tests/")[2]
    return next((folder for folder in DEAR_FIRST if path.startswith(folder + "/")), "")


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """Give each run its own databases, so that two runs beside each other do not drop each other's."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:8]
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    copied = {"TEMPLATE": template_of(run)} if worker else {}
    connections["default"].settings_dict["TEST"] |= {"NAME": f"test_{run}_{worker or 'alone'}", **copied}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empty tables quickly between tests; end the sessions that tests have left, and tell what each asked last."""
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(emptied_quickly())
        yield
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid), state, left(query, 300) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        for _, state, query in cursor.fetchall():
            print(f"A session was left, {state}: {query}", file=sys.stderr)


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Keys begin anew with each test: what an organization wanted says nothing of the next one with its key."""
    _yes.clear()


@pytest.fixture
def nothing_collected() -> Iterator[None]:
    """Let nobody look for garbage at the bottom of the stack: what other tests left behind could not end there."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(name="Tea & Tins Ltd", timezone="Europe/London")


@pytest.fixture
def owner(organization: Organization) -> Membership:
    """The administrator."""
    return make_member(organization, Role.ADMINISTRATOR, name="Olive Owner")


@pytest.fixture
def colleague(organization: Organization) -> Membership:
    """Somebody of the same organization who may only look."""
    return make_member(organization, Role.VIEWER, name="Colin Colleague")


@pytest.fixture
def stranger(db: None) -> Membership:
    """The administrator of another organization."""
    return make_member(Organization.objects.create(name="Elsewhere Inc"), Role.ADMINISTRATOR, name="Sam Stranger")


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_owner(owner: Membership) -> Client:
    return _client(owner.user)


@pytest.fixture
def as_colleague(colleague: Membership) -> Client:
    return _client(colleague.user)


@pytest.fixture
def as_stranger(stranger: Membership) -> Client:
    return _client(stranger.user)


@pytest.fixture
def source(organization: Organization) -> Source:
    """A store that orders come from."""
    return Source.across.create(organization=organization, name="Tea shop", connector="ecwid")
