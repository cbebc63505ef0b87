"""Who gets a page, what the others are told, and what the shell shows of it."""

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from orders.ingest.take import take
from orders.models import Order, Source
from portal.tenancy.models import Membership, User
from portal.ui import counting
from portal.ui.menu import _current
from tests.factories import CHANNEL, make_record

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.ui.demo")]


def test_a_visitor_is_led_to_the_sign_in_and_a_part_reloads_the_whole_page() -> None:
    assert Client().get("/demo/?q=tea").headers["Location"] == "/login?next=/demo/%3Fq%3Dtea"
    part = Client().get("/demo/?q=tea", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/demo/?q=x"})
    assert part.headers["HX-Redirect"] == "/login?next=/demo/%3Fq%3Dx"


def test_who_may_not_is_told_why_and_how_to_change_it(as_colleague: Client) -> None:
    response = as_colleague.post("/demo-bulk")
    assert response.status_code == 403
    assert "Your role here, Viewer, does not include this." in response.content.decode()


def test_somebody_without_an_organization_is_told_so(db: None) -> None:
    lonely = Client()
    lonely.force_login(
        User.objects.create_user("lonely@example.com", name="L"), backend="django.contrib.auth.backends.ModelBackend"
    )
    response = lonely.get("/demo/")
    assert response.status_code == 403
    assert "You belong to no organization yet." in response.content.decode()


def test_a_page_is_never_kept_by_a_shared_cache(as_owner: Client) -> None:
    assert {"private", "no-cache"} <= set(as_owner.get("/demo/").headers["Cache-Control"].split(", "))


def test_the_theme_stands_in_the_document_before_any_script_runs(as_owner: Client, owner: Membership) -> None:
    owner.user.theme = "dark"
    owner.user.save()
    assert 'data-bs-theme="dark"' in as_owner.get("/demo/").content.decode()


@override_settings(DEBUG=False)
def test_an_error_page_says_the_id_of_the_request(as_owner: Client) -> None:
    response = as_owner.get("/there-is-nothing-here")
    assert response.status_code == 404
    assert response.headers["X-Request-Id"] in response.content.decode()


def test_the_style_guide_is_for_staff(as_owner: Client, owner: Membership) -> None:
    assert as_owner.get("/ui-kit").status_code == 404
    owner.user.is_staff = True
    owner.user.save()
    assert as_owner.get("/ui-kit").status_code == 200


@pytest.mark.parametrize(
    ("path", "current"),
    [("/", "home"), ("/orders", "orders"), ("/orders/5f0c", "orders"), ("/orders/import", "import"), ("/ui-kit", "")],
)
def test_the_entry_of_the_page_one_is_on_is_marked(path: str, current: str) -> None:
    assert _current({"home": "/", "orders": "/orders", "import": "/orders/import"}, path) == current


def test_a_count_is_exact_up_to_the_bound_and_marked_as_an_estimate_beyond(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(source, [make_record(1000 + n) for n in range(5)], by=CHANNEL)
    rows = Order.objects.within(source.organization)
    assert counting.count(rows) == (5, False)
    monkeypatch.setattr(counting, "EXACT", 3)
    with CaptureQueriesContext(connection) as queries:
        total, about = counting.count(rows)
    assert about
    assert total >= 3
    assert len(queries) == 2
