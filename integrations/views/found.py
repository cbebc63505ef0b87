"""Finding the integration of a page."""

from integrations.models import Integration
from portal.ui.access import PageRequest, get_or_404


def found(request: PageRequest, public_id: str) -> Integration:
    """Return an integration of the organization that has not been deleted. Raises Http404."""
    return get_or_404(Integration, request.organization, "source", public_id=public_id, deleted_at=None)
