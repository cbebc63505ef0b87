import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer


@pytest.mark.django_db(transaction=True)
def test_a_visitor_is_asked_to_sign_in_and_the_styles_are_there(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)
    expect(page.get_by_label("E-mail")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).fontFamily") != ""
    sheets = page.evaluate("[...document.styleSheets].map(sheet => sheet.cssRules.length)")
    assert max(sheets) > 1000
