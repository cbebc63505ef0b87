"""The warehouse program of the documentation, as a process of its own, over real HTTP."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from integrations.custom import keys
from integrations.models import Integration
from orders.models import ShippingRequest

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "tiny_wms.py"


@pytest.mark.django_db(transaction=True)
def test_the_example_ships_what_is_ready_once(
    live_server: LiveServer, warehouse: tuple[Integration, keys.Secrets], routed: Callable[..., ShippingRequest]
) -> None:
    request = routed()
    environment = os.environ | {"SWITCHYARD_URL": live_server.url, "SWITCHYARD_KEY": warehouse[1].key}
    said = [
        subprocess.run(
            [sys.executable, EXAMPLE], env=environment, capture_output=True, text=True, timeout=60, check=True
        )
        for _again in range(2)
    ]
    assert [one.stdout.splitlines()[-1] for one in said] == ["1 shipped", "0 shipped"]
    assert "(2, 'TEA-1')" in said[0].stdout
    request.refresh_from_db()
    assert (request.status, request.ext_reference_id) == ("fulfilled", f"sr-{request.public_id}")
