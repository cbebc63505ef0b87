"""Where the runs are that the history of records names."""

from collections.abc import Collection

from django.urls import reverse

from automations.models import Run
from portal.audit.runs import run_addresses
from portal.tenancy.models import Organization


def addresses(organization: Organization, run_ids: Collection[int]) -> dict[int, str]:
    """Return the addresses of runs by id; one query."""
    rows = Run.objects.within(organization).filter(pk__in=run_ids).values_list("pk", "public_id")
    return {pk: reverse("automations:run", args=[public_id]) for pk, public_id in rows}


run_addresses.register("automations", addresses)
