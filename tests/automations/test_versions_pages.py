"""The pages of versions, export and import: what each person sees and may, and that nothing is half done."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from automations import services
from automations.definition import ActionSpec, Definition, FilterSpec
from automations.exchange.exports import export_all
from automations.models import Rule, RuleVersion
from orders.models import Source
from portal.audit.actor import Actor
from portal.tenancy.models import Membership, Organization
from portal.tenancy.roles import Role
from tests.conftest import _client
from tests.factories import make_member

pytestmark = pytest.mark.django_db
ANN, BEN = Actor("user", "1", "Ann"), Actor("user", "2", "Ben")
OVER = {
    "version": 1,
    "root": {"match": "all", "items": [{"field": "totalPrice", "operator": "gt", "value": Decimal("100.50")}]},
}
CANCEL = (ActionSpec(key="cancel"),)


@pytest.fixture
def rule(source: Source) -> Rule:
    """A rule with code that Ann wrote and Ben made simple."""
    before = Definition(name="Dear", filter=FilterSpec(kind="code", code="return entity.x < 1;\n"), actions=CANCEL)
    made = services.create_rule(source.organization, "NEW_ORDER", before, by=ANN)
    return services.save_rule(made, Definition(name="Dear", filter=FilterSpec(tree=OVER), actions=CANCEL), by=BEN)


@pytest.fixture
def as_user(organization: Organization) -> Client:
    """Somebody who edits rules, but writes no code."""
    return _client(make_member(organization, Role.USER, name="Ulla User").user)


def page(client: Client, name: str, *args: Any, status: int = 200, query: str = "") -> str:
    response = client.get(reverse(f"automations:{name}", args=args) + query)
    assert response.status_code == status
    return response.content.decode()


def test_the_list_of_versions_says_who_and_what(as_colleague: Client, rule: Rule) -> None:
    told = page(as_colleague, "versions", rule.public_id)
    assert told.index(">Ben<") < told.index(">Ann<")
    assert "Changed: filter" in told
    assert "Created." in told
    assert "Restore version" not in told


def test_the_comparison_shows_both_sentences_and_each_line(as_colleague: Client, rule: Rule) -> None:
    told = page(as_colleague, "compare", rule.public_id, query="?from=1&to=2")
    assert "when its code says so → cancel" in told
    assert "when total is over 100.50 → cancel" in told
    assert '<del class="difference-text depth-0">return entity.x &lt; 1;</del>' in told
    assert '<ins class="difference-text depth-0">total is over 100.50</ins>' in told


def test_without_numbers_the_last_two_are_compared(as_colleague: Client, rule: Rule) -> None:
    assert "Version 1 and version 2" in page(as_colleague, "compare", rule.public_id)


@pytest.mark.parametrize("query", ["?from=0", "?from=1&to=9", "?from=1&to=99999999999999999999"])
def test_a_version_that_is_not_there_is_not_found(as_owner: Client, rule: Rule, query: str) -> None:
    if query.endswith("99999999999999999999"):
        assert "Version 1 and version 2" in page(as_owner, "compare", rule.public_id, query=query)
    else:
        page(as_owner, "compare", rule.public_id, status=404, query=query)


def test_the_versions_of_a_deleted_rule_stay_readable(as_colleague: Client, rule: Rule) -> None:
    services.delete_rule(rule, by=ANN)
    assert "Deleted" in page(as_colleague, "versions", rule.public_id)
    page(as_colleague, "compare", rule.public_id)


def test_the_owner_brings_a_version_back(as_owner: Client, rule: Rule) -> None:
    url = reverse("automations:restore", args=[rule.public_id])
    assert as_owner.post(url, {"number": "1", "seen": "2"}).status_code == 302
    current = Rule.across.select_related("current").get().current
    assert current is not None
    assert (current.number, current.by_name, current.summary) == (3, "Olive Owner", "Restored version 1.")
    assert "Restored version 1." in page(as_owner, "versions", rule.public_id)


def test_code_comes_back_only_by_those_who_may_write_it(as_user: Client, rule: Rule) -> None:
    url = reverse("automations:restore", args=[rule.public_id])
    assert as_user.post(url, {"number": "1"}).status_code == 403
    assert RuleVersion.across.count() == 2


def test_restoring_what_somebody_else_saved_over_says_so(as_owner: Client, rule: Rule) -> None:
    response = as_owner.post(reverse("automations:restore", args=[rule.public_id]), {"number": "1", "seen": "1"})
    assert response.status_code == 422
    assert "Somebody has saved this rule in the meantime." in response.content.decode()


def test_restoring_what_does_not_fit_says_why(as_owner: Client, rule: Rule, source: Source) -> None:
    limited = Definition(name="Dear", sources=(source.public_id,), actions=CANCEL)
    services.save_rule(rule, limited, by=ANN)
    services.restore(rule, 2, by=ANN)
    Source.across.update(state="deleted")
    response = as_owner.post(reverse("automations:restore", args=[rule.public_id]), {"number": "3"})
    assert response.status_code == 422
    assert "“Tea shop” is not there any more." in response.content.decode()
    assert RuleVersion.across.count() == 4


def test_the_list_has_versions_too(as_colleague: Client, rule: Rule) -> None:
    services.set_enabled(rule, True, by=BEN)
    services.create_rule(rule.organization, "NEW_ORDER", Definition(name="Second", actions=CANCEL), by=ANN)
    order = [Rule.across.get(name=name).public_id for name in ("Second", "Dear")]
    services.reorder(rule.organization, "NEW_ORDER", order, by=BEN, seen=4)
    told = page(as_colleague, "list_versions", "NEW_ORDER")
    assert "Switched on “Dear”" in told
    assert "Reordered the rules" in told
    assert "moved from place" in told
    page(as_colleague, "list_versions", "FULL_MOON", status=404)


def test_an_export_is_shown_and_sent_as_a_file(as_colleague: Client, rule: Rule) -> None:
    assert "total is over 100.50" in page(as_colleague, "export")
    url = reverse("automations:export")
    response = as_colleague.get(f"{url}?rule={rule.public_id}&download=1")
    assert response["Content-Disposition"] == 'attachment; filename="rules-dear.yaml"'
    assert response.content.decode() == export_all(rule.organization)
    assert as_colleague.get(f"{url}?trigger=FULL_MOON").status_code == 404


def post(client: Client, text: str, do: str = "look") -> Any:
    return client.post(reverse("automations:import"), {"text": text, "do": do})


def test_a_look_at_an_import_changes_nothing_and_shows_what_differs(as_user: Client, rule: Rule) -> None:
    text = export_all(rule.organization).replace("100.50", "200")
    response = post(as_user, text)
    told = response.content.decode()
    assert response.status_code == 200
    assert "1 changed" in told
    assert "Import 1 rule" in told
    assert ">        value: 100.50</del>" in told
    assert ">        value: 200</ins>" in told
    assert RuleVersion.across.count() == 2


def test_an_import_is_done_when_it_is_confirmed(as_user: Client, rule: Rule) -> None:
    services.set_enabled(rule, True, by=ANN)
    text = export_all(rule.organization).replace("100.50", "200")
    assert post(as_user, text.replace("\n", "\r\n"), "import").status_code == 302
    made = Rule.across.select_related("current").get()
    assert made.current is not None
    assert (made.enabled, made.current.number, made.current.by_name, made.current.summary) == (
        False, 3, "Ulla User", "Imported.",
    )  # fmt: skip


def test_what_is_refused_names_line_and_place_and_keeps_the_text(as_owner: Client, rule: Rule) -> None:
    text = export_all(rule.organization).replace("action: cancel", "action: explode")
    response = post(as_owner, text, "import")
    told = response.content.decode()
    assert response.status_code == 422
    assert "<code>actions.0</code>: There is no action “explode”." in told
    assert "action: explode" in told
    assert "Import 1 rule" not in told
    assert RuleVersion.across.count() == 2


def test_a_file_is_read_instead_of_the_text(as_owner: Client, rule: Rule) -> None:
    file = SimpleUploadedFile("rules.yaml", export_all(rule.organization).encode(), "application/yaml")
    response = as_owner.post(reverse("automations:import"), {"file": file, "text": "", "do": "look"})
    assert "1 unchanged" in response.content.decode()


@pytest.mark.parametrize("data", [b"a: " + b"x" * 10_000_000, b"a: &a [1]\nb: *a", b"\xff\xfe", b"- [" * 40_000])
def test_a_hostile_file_is_refused_and_nothing_is_changed(as_owner: Client, rule: Rule, data: bytes) -> None:
    file = SimpleUploadedFile("rules.yaml", data, "application/yaml")
    response = as_owner.post(reverse("automations:import"), {"file": file, "do": "import"})
    assert response.status_code == 422
    assert "This cannot be read. Nothing was changed." in response.content.decode()
    assert RuleVersion.across.count() == 2


def test_ten_megabytes_of_pasted_text_are_refused(as_owner: Client, rule: Rule) -> None:
    assert post(as_owner, "x" * 10_000_000, "import").status_code in (400, 413, 422)
    assert RuleVersion.across.count() == 2


def test_code_is_imported_only_by_those_who_may_write_it(as_user: Client, as_owner: Client, rule: Rule) -> None:
    services.restore(rule, 1, by=ANN)
    text = export_all(rule.organization).replace("entity.x", "entity.y")
    response = post(as_user, text, "import")
    assert response.status_code == 422
    assert "It holds JavaScript, which your role may not write." in response.content.decode()
    assert post(as_owner, text, "import").status_code == 302


def test_who_may_only_look_imports_nothing(as_colleague: Client, rule: Rule) -> None:
    assert post(as_colleague, export_all(rule.organization), "import").status_code == 403
    assert as_colleague.post(reverse("automations:restore", args=[rule.public_id]), {"number": "1"}).status_code == 403
    assert RuleVersion.across.count() == 2


def test_a_stranger_finds_none_of_it(as_stranger: Client, rule: Rule, stranger: Membership) -> None:
    page(as_stranger, "versions", rule.public_id, status=404)
    page(as_stranger, "compare", rule.public_id, status=404)
    page(as_stranger, "export", status=404, query=f"?rule={rule.public_id}")
    assert "Dear" not in page(as_stranger, "export")
    assert "Dear" not in page(as_stranger, "list_versions", "NEW_ORDER")
    assert as_stranger.post(reverse("automations:restore", args=[rule.public_id]), {"number": "1"}).status_code == 404
    assert post(as_stranger, export_all(rule.organization), "import").status_code == 302
    assert Rule.across.get(organization=stranger.organization).public_id != rule.public_id
    assert RuleVersion.across.filter(rule=rule).count() == 2


def test_what_people_type_is_shown_as_text(as_owner: Client, rule: Rule) -> None:
    services.rename(rule, "<img src=x onerror=alert(1)>", by=Actor("user", "3", "<b>Eve</b>"))
    for name, args in (("versions", [rule.public_id]), ("compare", [rule.public_id]), ("list_versions", ["NEW_ORDER"]),
                       ("export", [])):  # fmt: skip
        told = page(as_owner, name, *args)
        assert "<img src=x" not in told
        assert "<b>Eve" not in told
    response = post(as_owner, export_all(rule.organization).replace("alert(1)", "alert(2)"))
    assert "<img src=x" not in response.content.decode()


def test_many_versions_cost_no_more_queries(as_owner: Client, rule: Rule, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        services.rename(rule, f"Dear {number}", by=ANN)
    with django_assert_max_num_queries(10):
        told = page(as_owner, "versions", rule.public_id)
    assert told.count('class="version ') == 50
    assert "Created." in page(as_owner, "versions", rule.public_id, query="?before=13")
    with django_assert_max_num_queries(10):
        page(as_owner, "list_versions", "NEW_ORDER")
