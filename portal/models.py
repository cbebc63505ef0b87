"""Every model of the portal's rooms, gathered for Django."""

from portal.audit.models import History
from portal.deliveries.models import Delivery, DeliveryPace, SigningSecret
from portal.events.models import Event, Handoff
from portal.kit.models import Bell, Heartbeat
from portal.savedviews.models import SavedView, ViewArrangement
from portal.tenancy.keys import ApiKey
from portal.tenancy.models import Membership, Organization, User

__all__ = [
    "ApiKey",
    "Bell",
    "Delivery",
    "DeliveryPace",
    "Event",
    "Handoff",
    "Heartbeat",
    "History",
    "Membership",
    "Organization",
    "SavedView",
    "SigningSecret",
    "User",
    "ViewArrangement",
]
