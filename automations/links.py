"""Where the runs are that the history of records names, and under which key they acted."""

from collections.abc import Collection

from django.urls import reverse

from automations.engine_key import said
from automations.models import Run
from automations.shown.around import read_before
from portal.audit.runs import RunLink, run_links
from portal.tenancy.models import Organization


def links(organization: Organization, run_ids: Collection[int]) -> dict[int, RunLink]:
    """Return where runs are, by id; one query, none where the page has read them already."""
    known = read_before(organization)
    found = [(pk, known[pk].public_id, known[pk].key_id) for pk in run_ids if pk in known]
    if len(found) < len(run_ids):
        rows = Run.objects.within(organization).filter(pk__in=run_ids)
        found = list(rows.values_list("pk", "public_id", "key_id"))
    return {pk: RunLink(reverse("automations:run", args=[public_id]), said(key_id)) for pk, public_id, key_id in found}


run_links.register("automations", links)
