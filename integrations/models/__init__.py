"""The tables of the integrations app."""

from integrations.models.call import Call
from integrations.models.credential import Credential
from integrations.models.custom import ExchangedFile, IntegrationKey, KeptAnswer, ToldFile
from integrations.models.flow import FlowState, SyncRun
from integrations.models.hook import Hook, HookMessage
from integrations.models.integration import Connection, Integration, Status
from integrations.models.item import WarehouseItem
from integrations.models.oauth import OAuthAttempt
from integrations.models.pace import Pace
from integrations.models.stock import StockChannel, StockNumber
from integrations.models.written import Written

__all__ = (
    "Call",
    "Connection",
    "Credential",
    "ExchangedFile",
    "FlowState",
    "Hook",
    "HookMessage",
    "Integration",
    "IntegrationKey",
    "KeptAnswer",
    "OAuthAttempt",
    "Pace",
    "Status",
    "StockChannel",
    "StockNumber",
    "SyncRun",
    "ToldFile",
    "WarehouseItem",
    "Written",
)
