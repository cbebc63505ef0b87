"""Every model of the portal's rooms, gathered for Django."""

from portal.audit.models import History
from portal.events.models import Event, Handoff
from portal.kit.models import Bell, Heartbeat
from portal.savedviews.models import SavedView
from portal.tenancy.models import Membership, Organization, User

__all__ = ["Bell", "Event", "Handoff", "Heartbeat", "History", "Membership", "Organization", "SavedView", "User"]
