"""The tables of the integrations app."""

from integrations.models.call import Call
from integrations.models.credential import Credential
from integrations.models.flow import FlowState, SyncRun
from integrations.models.integration import Connection, Integration, Status
from integrations.models.oauth import OAuthAttempt
from integrations.models.pace import Pace

__all__ = (
    "Call",
    "Connection",
    "Credential",
    "FlowState",
    "Integration",
    "OAuthAttempt",
    "Pace",
    "Status",
    "SyncRun",
)
