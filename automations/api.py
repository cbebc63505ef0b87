"""What the API reads of rules: their runs."""

from django.utils.translation import gettext_lazy as _

from automations.lists.runs import whole
from automations.shown.around import whole_document
from portal.api.resources import Resource, resources
from portal.ui.lists import list_page

resources.register(
    "runs",
    Resource(
        key="runs",
        label=_("Runs"),
        page=lambda: list_page("history"),
        rows=whole,
        document=whole_document,
        by_id=lambda rows, text: rows.filter(public_id=text),
        ids="The run's ID.",
    ),
)
