"""Every model of the portal's rooms, gathered for Django."""

from portal.audit.models import History
from portal.deliveries.models import Delivery
from portal.events.models import Event, Handoff
from portal.kit.models import Bell, Heartbeat
from portal.savedviews.models import SavedView, ViewArrangement
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Membership, Organization, User

__all__ = [
    "ApiKey",
    "Bell",
    "Delivery",
    "Event",
    "Handoff",
    "Heartbeat",
    "History",
    "Membership",
    "Organization",
    "SavedView",
    "User",
    "ViewArrangement",
]
