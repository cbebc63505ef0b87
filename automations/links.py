"""Where the runs are that the history of records names, and under which key they acted."""

from collections.abc import Collection

from django.urls import reverse

from automations.engine_key import said
from automations.models import Run
from portal.audit.runs import RunLink, run_links
from portal.tenancy.models import Organization


def links(organization: Organization, run_ids: Collection[int]) -> dict[int, RunLink]:
    """Return where runs are, by id; one query."""
    rows = Run.objects.within(organization).filter(pk__in=run_ids).values_list("pk", "public_id", "key_id")
    return {pk: RunLink(reverse("automations:run", args=[public_id]), said(key_id)) for pk, public_id, key_id in rows}


run_links.register("automations", links)
