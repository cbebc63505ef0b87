"""`export_rules` and `import_rules`: out to a file and in again, with codes that scripts can read."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from automations import services
from automations.definition import ActionSpec, Definition
from automations.exchange.exports import export_all, export_one
from automations.models import Rule, RuleVersion
from orders.models import Source
from portal.audit.actor import Actor
from portal.tenancy.models import Organization

pytestmark = pytest.mark.django_db
ANN = Actor("user", "1", "Ann")


@pytest.fixture
def rule(source: Source) -> Rule:
    services.ensure_defaults(source.organization)
    definition = Definition(name="Cancel all", actions=(ActionSpec(key="cancel"),))
    return services.create_rule(source.organization, "NEW_ORDER", definition, by=ANN)


def call(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def fails(*arguments: str) -> tuple[int, str, str]:
    out = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command(*arguments, stdout=out)
    return failed.value.returncode, str(failed.value), out.getvalue()


def test_rules_are_written_to_the_screen_or_to_a_file(rule: Rule, tmp_path: Path) -> None:
    assert call("export_rules") == export_all(rule.organization)
    assert call("export_rules", "--rule", rule.public_id) == export_one(rule)
    assert call("export_rules", "--trigger", "NEW_ORDER") == export_all(rule.organization, trigger="NEW_ORDER")
    file = tmp_path / "rules.yaml"
    assert call("export_rules", "--output", str(file)).endswith(f" lines to {file}.\n")
    assert file.read_text() == export_all(rule.organization)


def test_what_is_not_there_cannot_be_exported(rule: Rule) -> None:
    code, message, _ = fails("export_rules", "--rule", "00000000deadbeef")
    assert (code, message) == (2, "There is no rule 00000000deadbeef in Tea & Tins Ltd.")
    assert fails("export_rules", "--trigger", "FULL_MOON")[0] == 2
    assert fails("export_rules", "--organization", "Nobody")[:2] == (
        2,
        f"There is no organization “Nobody”; name one with --organization: "
        f"{rule.organization.public_id} (Tea & Tins Ltd).",
    )


def test_several_organizations_need_a_name(rule: Rule) -> None:
    Organization.objects.create(name="Another")
    assert fails("export_rules")[1].startswith("There are several organizations; name one with --organization: ")
    assert "Cancel all" in call("export_rules", "--organization", "tea & tins ltd")


def test_a_file_is_taken_in_switched_off(rule: Rule, tmp_path: Path) -> None:
    services.set_enabled(rule, True, by=ANN)
    file = tmp_path / "rules.yaml"
    file.write_text(export_all(rule.organization).replace("name: Cancel all", "name: Cancel everything"))
    told = call("import_rules", str(file), "--dry-run")
    assert "  changed  NEW_ORDER  Cancel everything  It is switched off.\n" in told
    assert told.endswith("Nothing was written (--dry-run).\n")
    assert Rule.across.get(pk=rule.pk).name == "Cancel all"
    assert call("import_rules", str(file)).endswith(
        "Imported 1; they are switched off until somebody switches them on.\n"
    )
    rule = Rule.across.select_related("current").get(pk=rule.pk)
    assert rule.current is not None
    assert (rule.name, rule.enabled, rule.current.by_name) == ("Cancel everything", False, "import_rules")


def test_what_does_not_fit_is_told_and_nothing_is_imported(rule: Rule, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(export_one(rule).replace("action: cancel", "action: explode"))
    for arguments, message in ((["--dry-run"], "The file cannot be imported as it is."), ([], "Nothing was imported.")):
        code, said, told = fails("import_rules", str(file), *arguments)
        assert (code, said) == (1, message)
        assert (
            "  refused  NEW_ORDER  Cancel all\n           line 18: actions.0: There is no action “explode”.\n" in told
        )
    file.write_bytes(b"\xff")
    assert fails("import_rules", str(file))[2] == "Line 1: This is not UTF-8 text.\n"
    assert fails("import_rules", str(tmp_path / "none.yaml"))[0] == 2
    assert RuleVersion.across.filter(rule=rule).count() == 1
