"""The helper library: exact money, wall clocks that survive clock changes, text compared as in Python."""

import unicodedata

import pytest

from automations.scripting.pool import Pool
from portal.kit import json as kit_json
from portal.kit.text import fold
from tests.automations.scripting.conftest import Run, request


@pytest.fixture
def value(run: Run):  # type: ignore[no-untyped-def]
    """The value of one expression over the helpers."""

    def value(expression: str) -> object:
        (result,) = run(f"const {{ money, dates, text }} = helpers; return {{ value: {expression} }}", kind="action")
        assert result.error is None
        return result.value["value"]

    return value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("money.round(1.005)", "1.01"),
        ("money.round(-1.005)", "-1.01"),
        ("money.round(2.675)", "2.68"),
        ("money.round('0.5', 0)", "1"),
        ("money.round(1e-7)", "0"),
        ("money.round(1e21)", "1e21"),
        ("money.round(1234.5, 3)", "1234.5"),
        ("money.add(0.1, 0.2)", "0.3"),
        ("money.subtract(1, 0.9)", "0.1"),
        ("money.multiply(1.1, 1.1)", "1.21"),
        ("money.multiply(4.35, 100)", "435"),
        ("money.sum([{a: 0.1}, {a: '0.2'}, {a: null}, {}], 'a')", "0.3"),
        ("money.sum(null)", "0"),
        ("money.sum([])", "0"),
        ("money.equal(0.3, '0.30')", "true"),
        ("money.equal(0.3, 0.31)", "false"),
    ],
)
def test_money_is_exact(value, expression: str, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert value(expression) == kit_json.loads(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("dates.parse('2026-07-01T10:00', 'Europe/London')", "2026-07-01T09:00:00.000Z"),
        ("dates.parse('2026-07-01', 'Asia/Kathmandu')", "2026-06-30T18:15:00.000Z"),
        ("dates.parse('2026-07-01T10:00:00+02:00', 'Asia/Tokyo')", "2026-07-01T08:00:00.000Z"),
        ("dates.parse('2026-03-08T02:30', 'America/New_York')", "2026-03-08T07:30:00.000Z"),
        ("dates.parse('2026-11-01T01:30', 'America/New_York')", "2026-11-01T05:30:00.000Z"),
        ("dates.parse('2026-10-04T02:15', 'Australia/Lord_Howe')", "2026-10-03T15:45:00.000Z"),
        ("dates.addDays('2026-03-28T12:00:00Z', 1, 'Europe/London')", "2026-03-29T11:00:00.000Z"),
        ("dates.addDays('2026-03-28T12:00:00Z', -1)", "2026-03-27T12:00:00.000Z"),
        ("dates.addBusinessDays('2026-03-06T12:00:00Z', 1)", "2026-03-09T12:00:00.000Z"),
        ("dates.addBusinessDays('2026-03-09T12:00:00Z', -1)", "2026-03-06T12:00:00.000Z"),
        ("dates.addMinutes('2026-03-06T12:00:00Z', 90)", "2026-03-06T13:30:00.000Z"),
        ("dates.addHours('2026-03-06T12:00:00Z', 2)", "2026-03-06T14:00:00.000Z"),
        ("dates.startOfDay('2026-03-29T12:00:00Z', 'Europe/London')", "2026-03-29T00:00:00.000Z"),
        ("dates.startOfDay('2026-03-30T12:00:00Z', 'Europe/London')", "2026-03-29T23:00:00.000Z"),
        ("dates.day('2026-03-06T23:30:00Z', 'Asia/Tokyo')", "2026-03-07"),
        ("dates.time('2026-03-06T23:30:00Z', 'Asia/Kathmandu')", "05:15"),
        ("dates.weekday('2026-03-06T23:30:00Z', 'Asia/Tokyo')", "saturday"),
        ("dates.isWeekend('2026-03-06T23:30:00Z', 'Asia/Tokyo')", True),
        ("dates.isWeekend('2026-03-06T23:30:00Z')", False),
        ("dates.hour('2026-03-06T00:30:00Z', 'America/New_York')", 19),
        ("dates.minute('2026-03-06T00:30:00Z', 'Asia/Kathmandu')", 15),
        ("dates.minutesBetween('2026-03-06T00:30:00Z', '2026-03-06T00:00:00Z')", -30),
        ("dates.hoursBetween('2026-03-06T00:00:00Z', '2026-03-07T12:00:00Z')", 36),
        ("dates.daysBetween('2026-03-06T23:30:00Z', '2026-03-07T00:30:00Z')", 1),
        ("dates.daysBetween('2026-03-06T23:30:00Z', '2026-03-07T00:30:00Z', 'Asia/Tokyo')", 0),
        ("dates.isBefore('2026-03-06T23:59:59.999Z', '2026-03-07')", True),
    ],
)
def test_dates_keep_their_wall_clock(value, expression: str, expected: object) -> None:  # type: ignore[no-untyped-def]
    assert value(expression) == expected


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "0000-00-00T00:00", None])
def test_what_is_no_date_is_an_error(run: Run, text: str | None) -> None:
    (result,) = run("helpers.dates.parse(entity.text)", kit_json.dumps({"text": text}))
    assert str(result.error).endswith("is not a date")


def test_an_unknown_timezone_is_an_error(run: Run) -> None:
    (result,) = run("helpers.dates.hour(helpers.now, 'Mars/Base')")
    assert result.error == "RangeError: Invalid time zone specified: Mars/Base"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("text.fold('  Ünïcode STRASSE ß ﬁ ')", "unicode strasse ss fi"),
        ("text.equal('İzmir', 'izmir')", True),
        ("text.equal(null, '')", False),
        ("text.equal(12, '12')", False),
        ("text.contains('Café crème', 'CAFE')", True),
        ("text.startsWith('ABC-1', 'abc')", True),
        ("text.endsWith('ABC-1', '-1')", True),
        ("text.isEmpty('  ')", True),
        ("text.isOneOf('de', ['DE', 'AT'])", True),
        ("text.isOneOf('de', 'DE')", True),
        ("text.containsAny('PO Box 7', ['p.o. box', 'po box'])", True),
        ("text.hasAny(['Gift', 'VIP'], ['vip'])", True),
        ("text.hasAny(null, ['vip'])", False),
        ("text.hasAll(['Gift', 'VIP'], ['vip', 'gift'])", True),
        ("text.hasAll(['Gift'], ['vip', 'gift'])", False),
        ("text.words('Rue de l’Été, 7')", ["rue", "de", "l", "ete", "7"]),
        ("text.digits('+44 (20) 79')", "442079"),
    ],
)
def test_text_is_compared_without_case_and_accents(value, expression: str, expected: object) -> None:  # type: ignore[no-untyped-def]
    assert value(expression) == expected


def folds(pool: Pool, texts: list[str]) -> list[str]:
    parts = [texts[start : start + 2_000] for start in range(0, len(texts), 2_000)]
    source = "return { folded: entity.map(helpers.text.fold) }"
    answers = pool.run([request(source, *map(kit_json.dumps, parts), kind="action")])[0]
    assert [answer.error for answer in answers] == [None] * len(parts)
    return [text for answer in answers for text in answer.value["folded"]]


def test_text_is_folded_as_python_folds_it(pool: Pool) -> None:
    """Every character that both sides know, alone and between others: JavaScript has no case folding of its own."""
    unknown = {"Cn", "Cs", "Co"}
    known = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in unknown]
    texts = [*known, *(f"A{char}\u0327é" for char in known)]
    differing = {text: ours for text, ours in zip(texts, folds(pool, texts), strict=True) if ours != fold(text)}
    assert differing == {}


def test_a_character_newer_than_pythons_own_unicode_is_all_that_can_fold_otherwise(pool: Pool) -> None:
    unassigned = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cn"]
    # 16 at a time, as nearly all of them are alike; of what is not, character by character.
    rows = ["".join(unassigned[start : start + 16]) for start in range(0, len(unassigned), 16)]
    suspects = [char for row, ours in zip(rows, folds(pool, rows), strict=True) if ours != fold(row) for char in row]
    differing = [char for char, ours in zip(suspects, folds(pool, suspects), strict=True) if ours != fold(char)]
    assert len(differing) < 200
