"""*Convert to code* and back: the form keeps what it means, and code outside the builder names its lines."""

import datetime as dt
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from automations.engine.code import answerer
from automations.engine.evaluate import Question
from orders.documents.catalogue import ORDER
from orders.models import Source
from portal.filters.to_js import to_js
from portal.filters.tree import Condition, Group
from portal.tenancy.roles import Role
from tests.automations.test_views import FORM
from tests.factories import make_member

pytestmark = pytest.mark.django_db
CODE = """// Matches when total is over 100
const { number } = helpers;

return number(entity.totalPrice) > 100;
"""


def convert(client: Client, **fields: str) -> HttpResponse:
    url = reverse("automations:convert", args=["NEW_ORDER"])
    return client.post(url, FORM | fields, headers={"HX-Request": "true"})  # type: ignore[return-value]


def checked(answer: HttpResponse) -> str:
    """Return which kind of filter is chosen."""
    page = " ".join(answer.content.decode().split())
    return "code" if 'value="code" checked' in page else "simple" if 'value="simple" checked' in page else ""


def test_a_filter_becomes_code_and_the_builder_keeps_it(as_owner: Client, source: Source) -> None:
    answer = convert(as_owner, do="code")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert checked(answer) == "code"
    assert "return number(entity.totalPrice) &gt; 100;" in page
    assert 'name="f.0.value"' in page


def test_unchanged_code_goes_back_without_loss(as_owner: Client, source: Source) -> None:
    answer = convert(as_owner, do="builder", kind="code", code=CODE.replace("\n", "\r\n"))
    assert checked(answer) == "simple"
    assert 'value="100"' in answer.content.decode()


def test_changed_code_becomes_the_builders_filter(as_owner: Client, source: Source) -> None:
    code = 'return entity.totalPrice >= 250 && helpers.text.hasAny(entity.tags, ["vip"]);'
    answer = convert(as_owner, do="builder", kind="code", code=code)
    assert checked(answer) == "simple"
    assert "total is at least 250 and any tag is “vip”" in answer.content.decode()


def test_code_outside_the_builder_stays_and_each_line_is_named(as_owner: Client, source: Source) -> None:
    code = "return entity.totalPrice > 100\n  && entity.total > 5\n  && Math.random() > 1;"
    answer = convert(as_owner, do="builder", kind="code", code=code)
    page = answer.content.decode()
    assert checked(answer) == "code"
    assert "entity.totalPrice &gt; 100\n  &amp;&amp; entity.total &gt; 5" in page
    assert "Line 2: The builder has no field entity.total. Did you mean totalPrice?" in page
    assert "Line 3: “Math” is not known here." in page
    assert "&quot;line&quot;: 2" in page or "&quot;line&quot;:2" in page


def test_conditions_that_are_not_complete_do_not_become_code(as_owner: Client, source: Source) -> None:
    answer = convert(as_owner, do="code", **{"f.0.value": "many"})
    assert checked(answer) == "simple"
    assert "Complete the conditions first" in answer.content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_only_who_may_write_code_converts_to_it_and_who_edits_rules_goes_back(source: Source, role: Role) -> None:
    client = Client()
    client.force_login(make_member(source.organization, Role(role), name=role).user)
    may = {Role.ADMINISTRATOR: (200, 200), Role.DEVELOPER: (200, 200), Role.USER: (403, 200)}
    forth, back = convert(client, do="code"), convert(client, do="builder", kind="code", code=CODE)
    assert (forth.status_code, back.status_code) == may.get(Role(role), (403, 403))


def question(code: str, document: dict[str, Any]) -> Question:
    return Question(f"test:{code}:filter", code, "filter", document, {})


def test_code_about_an_update_finds_the_former_record_in_related_and_nowhere_else() -> None:
    converted = to_js(Group("all", (Condition("status", "changed_to", "new"),)), ORDER.updated())
    looking = 'return !Object.hasOwn(entity, "$before");'
    document = {"status": "new", "$before": {"status": "draft"}}
    asked = [question(converted, document), question(converted, {"status": "new"}), question(looking, document)]
    told = answerer(dt.datetime(2026, 1, 10, tzinfo=dt.UTC))(asked)
    assert [(one.error, one.value) for one in told] == [(None, True), (None, False), (None, True)]
