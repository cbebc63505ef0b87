"""What the API reads of rules: their runs."""

from django.utils.translation import gettext_lazy as _

from automations.documents import run_document
from automations.models import Run
from portal.api.resources import Resource, Rows, resources
from portal.kit.json import Json
from portal.ui.lists import list_page


def _document(run: Run) -> Json:
    """The run as *View JSON* shows it, and the two IDs that filters name at the top."""
    return run_document(run) | {"ruleId": run.rule.public_id, "entityId": run.entity_public_id}


def _with_traces(rows: Rows) -> Rows:
    return rows.defer(None).select_related("rule", "rule_version", "rule_set_version")


resources.register(
    "runs",
    Resource(
        key="runs",
        label=_("Runs"),
        page=lambda: list_page("history"),
        rows=_with_traces,
        document=_document,
        by_id=lambda rows, text: rows.filter(public_id=text),
        ids="The run's ID.",
    ),
)
