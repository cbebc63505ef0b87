"""docs/filters.md tells of every operator what its truth table says."""

from pathlib import Path

import pytest

from portal.filters.shape import Operator, operators
from tests.portal.filters.reference import section

PAGE = Path(__file__).resolve().parents[3] / "docs" / "filters.md"


@pytest.mark.parametrize("operator", operators.all(), ids=lambda operator: operator.key)
def test_the_page_shows_the_operator_as_it_is(operator: Operator) -> None:
    assert section(operator) in PAGE.read_text(encoding="utf-8")
