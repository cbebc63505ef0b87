"""A place where stock lies."""

import pytest

from orders.models import Location, Source
from tests.factories import make_location


@pytest.fixture
def warehouse(source: Source) -> Location:
    return make_location(source)
