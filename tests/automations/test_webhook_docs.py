"""What docs/webhooks.md says to receivers is true."""

import re
from typing import Any

import pytest

from automations.messages import webhook
from automations.messages.template import EXTRAS, json_problems, problems
from orders.documents.catalogue import ORDER
from portal.deliveries import signing
from portal.kit.clock import now
from tools.steps import ROOT

PAGE = (ROOT / "docs" / "webhooks.md").read_text()


def documented() -> Any:
    code = re.search(r"```python\n(.+?)```", PAGE, re.DOTALL)
    assert code is not None
    told: dict[str, Any] = {}
    exec(code[1], told)
    return told["is_genuine"]


def test_the_code_of_the_page_knows_our_calls_from_others() -> None:
    is_genuine, old, new = documented(), "whsec_" + "QUJD" * 8, "whsec_" + "REVG" * 8
    headers = signing.headers([new, old], id="run:a:0", body=b'{"a": 1}', at=now())
    assert is_genuine(new, headers, b'{"a": 1}') is True
    assert is_genuine(old, headers, b'{"a": 1}') is True
    assert is_genuine("whsec_" + "WFla" * 8, headers, b'{"a": 1}') is False
    assert is_genuine(new, headers, b'{"a": 2}') is False
    assert is_genuine(new, headers | {"webhook-id": "run:a:1"}, b'{"a": 1}') is False
    late = signing.headers([new], id="run:a:0", body=b"", at=now().replace(year=2020))
    assert is_genuine(new, late, b"") is False


def test_the_templates_of_the_page_can_be_saved() -> None:
    (template,) = re.findall(r'^    (\{"order": \{\{.+?\}\}"\})$', PAGE, re.MULTILINE | re.DOTALL)
    assert json_problems(template, ORDER) == []
    named = set(re.findall(r"^\| `(\{\{ .+? \}\})` \|", PAGE, re.MULTILINE))
    assert {f"{{{{ {path} }}}}" for path in EXTRAS} <= named
    assert problems(" ".join(named - {"{{ record }}"}), ORDER) == []


@pytest.mark.parametrize("told", ["It is tried ten times", "The receiver has 15 seconds", "the first 2,000 characters"])
def test_the_figures_of_the_page_are_those_of_the_code(told: str) -> None:
    assert told in PAGE
    assert (len(webhook.PAUSES), webhook.LIMITS.total, webhook.KEPT) == (9, 15.0, 2_000)
    assert [pause / 3600 for pause in webhook.PAUSES[-5:]] == [1, 3, 6, 12, 24]
