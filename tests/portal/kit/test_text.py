"""Text is compared by one rule, and made storable without losing what can be kept."""

import pytest

from portal.kit.text import fold, storable


@pytest.mark.parametrize(
    ("one", "other"),
    [("TEA-1", "tea-1"), ("Café", "CAFE"), ("Stra\u00dfe", "STRASSE"), ("\u0130stanbul", "istanbul"), (" a ", "a")],
)
def test_case_accents_and_unicode_forms_do_not_count(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("a\x00b", "a\ufffdb"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("whole 😀 pair", "whole 😀 pair"),
        ("joined \ud83d\ude00 pair", "joined 😀 pair"),
    ],
)
def test_only_what_cannot_be_stored_is_replaced(text: str, kept: str) -> None:
    assert storable(text) == kept
