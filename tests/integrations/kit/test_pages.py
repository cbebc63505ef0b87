"""One broken record of a page spoils only itself."""

from decimal import Decimal

import pytest

from integrations.kit import pages


def _page(*items: str) -> bytes:
    return ('{"total": 3, "count": 3, "items": [' + ", ".join(items) + '], "limit": 100}').encode(
        "utf-8", "surrogatepass"
    )


def test_a_sane_page_is_parsed_whole_with_exact_numbers() -> None:
    envelope, items = pages.read(_page('{"id": 1, "total": 10.10}', '{"id": 2}'))
    assert (envelope["total"], envelope["limit"]) == (3, 100)
    assert [item.value for item in items] == [{"id": 1, "total": Decimal("10.10")}, {"id": 2}]


def test_the_bytes_of_a_record_are_kept_as_they_came() -> None:
    _, items = pages.read(_page('{"id":  1, "a": "],}\\"["}', '{"id": 2, "b": [1, [2]]}'))
    assert [item.raw() for item in items] == [b'{"id":  1, "a": "],}\\"["}', b'{"id": 2, "b": [1, [2]]}']


@pytest.mark.parametrize(
    "poison",
    ['{"total": NaN}', '{"total": Infinity}', '{"name": "\\ud83d"}', '{"total": 1' + "0" * 400 + "}", '{"a": tru}'],
    ids=["NaN", "Infinity", "half a surrogate pair", "400 digits", "misspelt"],
)
def test_a_poisonous_record_is_named_and_the_others_are_read(poison: str) -> None:
    envelope, items = pages.read(_page('{"id": 1}', poison, '{"id": 3}'))
    assert envelope["total"] == 3
    assert (items[0].value, items[2].value) == ({"id": 1}, {"id": 3})
    assert items[1].raw() == poison.encode()
    if "000" not in poison:
        assert items[1].value is None
        assert items[1].problem.startswith("cannot be read: ")


def test_bytes_that_are_no_text_spoil_only_their_record() -> None:
    _, items = pages.read(b'{"items": [{"id": 1}, {"name": "\xff\xfe"}]}')
    assert items[0].value == {"id": 1}
    assert items[1].value is None


def test_a_key_of_the_same_name_further_down_is_not_taken_for_the_list() -> None:
    envelope, items = pages.read(b'{"more": {"items": [1]}, "note": "items", "items": [{"a": NaN}, {"id": 2}]}')
    assert envelope["more"] == {"items": [1]}
    assert [item.value for item in items] == [None, {"id": 2}]


def test_a_bare_number_and_nothing_are_records_too() -> None:
    _, items = pages.read(b'{"items": [42, null, {"a": NaN}, "text"]}')
    assert [item.value for item in items] == [42, None, None, "text"]
    assert [item.problem != "" for item in items] == [False, False, True, False]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"items": {}}', b'{"items": [1, 2', b'{"items": [NaN]', b"42"]
)
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(pages.NotAPage):
        pages.read(body)


def test_depth_is_measured_without_recursion() -> None:
    deep: object = 1
    for _ in range(50_000):
        deep = [deep]
    assert [pages.depth_of(one) for one in (1, "[[", [], {"a": 1}, {"a": [1]}, [{}, [[], 2]])] == [0, 0, 1, 1, 2, 3]
    assert pages.depth_of(deep) == pages.MAX_DEPTH + 1
