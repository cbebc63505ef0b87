import pytest

from orders.imports.countries import country_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United Kingdom", "GB"),
        ("EIRE", "IE"),
        (" usa ", "US"),
        ("Channel Islands", None),
        ("European Community", None),
        ("Unspecified", None),
        ("", None),
    ],
)
def test_a_country_name_becomes_its_code_where_it_means_one_country(name: str, code: str | None) -> None:
    assert country_code(name) == code
