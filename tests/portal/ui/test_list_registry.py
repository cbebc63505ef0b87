"""Every list is found by its key: by the API, by commands, by the builder."""

import pytest
from django.urls import reverse

from portal.kit.registry import Unknown
from portal.ui.lists import list_page, list_pages


def test_the_lists_there_are() -> None:
    assert {"exceptions", "history", "orders"} <= set(list_pages.keys())


@pytest.mark.parametrize("key", list_pages.keys())
def test_a_list_bears_the_key_it_is_found_by_and_knows_its_page(key: str) -> None:
    page = list_page(key)
    assert (page.key, page) == (key, list_page(key))
    assert reverse(page.url_name)
    assert page.default_sort.removeprefix("-") in page.by_key


def test_an_unknown_list_is_told_with_those_there_are() -> None:
    with pytest.raises(Unknown, match=r"There is no list “nothing”; known are: .*exceptions, .*history, .*orders"):
        list_page("nothing")
