"""Statuses, times, amounts: what people read."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.lifecycle.order import CHOICES
from portal.ui import amounts, html, statuses, times
from portal.ui.components import Pager, diff_rows

NOON = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)


def at(**before: float) -> dt.datetime:
    return NOON - dt.timedelta(**before)


@pytest.mark.parametrize(("value", "label"), CHOICES)
def test_every_order_status_is_in_the_vocabulary_under_its_own_label(value: str, label: str) -> None:
    assert value in statuses.statuses
    assert str(statuses.shown(value).label) == label


def test_an_unknown_status_is_grey_words_and_no_error() -> None:
    shown = statuses.shown("waitingForTheMoon")
    assert (str(shown.label), shown.tone) == ("Waiting for the moon", statuses.Tone.GREY)


def test_a_status_is_text_shape_and_colour() -> None:
    drawn = html.status("onHold")
    assert drawn.startswith('<span class="status-badge tone-amber"><svg')
    assert drawn.endswith("On hold</span>")
    assert statuses.Shape.PAUSE.value in drawn


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(seconds=20), "just now"),
        (at(minutes=12, seconds=50), "12 min ago"),
        (at(hours=3), "3 h ago"),
        (at(days=1), "1 day ago"),
        (at(days=6), "6 days ago"),
        (at(days=30), "8 Feb"),
        (at(days=300), "14 May 2025"),
        (at(minutes=-22), "in 22 min · 12:22"),
        (at(hours=-20), "in 20 h · Wed 11 Mar 08:00"),
    ],
)
def test_a_time_is_relative_and_a_future_one_says_both(moment: dt.datetime, words: str) -> None:
    assert times.relative(moment, NOON) == words


def test_the_exact_time_is_told_in_the_persons_zone() -> None:
    with timezone.override("Europe/Berlin"):
        assert times.exact(NOON) == "10 Mar 2026, 13:00:00 CET"
        assert 'title="10 Mar 2026, 13:00:00 CET"' in html.ago(NOON, NOON)


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (Decimal("12840.5"), "USD", "12,840.50"),
        (Decimal("1280"), "JPY", "1,280"),
        (Decimal("1.5"), "KWD", "1.500"),
        (Decimal("0.0025"), "EUR", "0.0025"),
        (Decimal("NaN"), "EUR", "NaN"),
        (0, "EUR", "0.00"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency_and_loses_none(
    value: Decimal | int, currency: str, shown: str
) -> None:
    assert amounts.amount(value, currency) == shown


def test_nothing_that_is_put_into_a_piece_can_become_markup() -> None:
    evil = '"><script>alert(1)</script>'
    pieces = [
        html.status(evil),
        html.copy(evil, evil),
        html.link(evil, evil),
        html.tags([evil]),
        html.money(evil, evil),
    ]
    assert all("<script" not in piece for piece in pieces)


def test_a_pager_names_the_first_last_and_neighbouring_pages() -> None:
    pager = Pager(7, 50, 1284, False, "/orders/", (("f", "status~equals~new"),), shown=50)
    assert [number for number, _ in pager.links()] == [1, 0, 6, 7, 8, 0, 26]
    assert (pager.first, pager.last, pager.pages) == (301, 350, 26)
    assert pager.next == "/orders/?f=status~equals~new&page=8"
    assert Pager(2, 50, 60, False, "/orders/", (), shown=10).previous == "/orders/"


def test_a_change_is_told_as_field_before_and_after() -> None:
    rows = diff_rows(
        [
            {"op": "replace", "path": "/lineItems/0/quantity", "value": 2, "old": 1},
            {"op": "add", "path": "/tags/0", "value": "vip"},
            {"op": "remove", "path": "/note", "old": "call first"},
            {"op": "replace", "path": "/status", "value": "onHold", "old": "new"},
            {"op": "add", "path": "/holdUntil", "value": "2026-01-05T10:10:00.000Z"},
            {"op": "add", "path": "/orderNote", "value": "2026-19-39T29:10:00.000Z"},
        ]
    )
    assert [(row.path, row.before, row.after) for row in rows] == [
        ("Line items › 1 › quantity", "1", "2"),
        ("Tags › 1", None, "vip"),
        ("Note", "call first", None),
        ("Status", "New", "On hold"),
        ("Hold until", None, "5 Jan 2026, 10:10:00 UTC"),
        ("Order note", None, "2026-19-39T29:10:00.000Z"),
    ]
