"""The records of the automations house."""

from automations.models.hold_engine import HoldEngine, HoldEngineRow
from automations.models.rule import Rule, RuleSet, RuleSetVersion, RuleVersion
from automations.models.run import CodeTime, RuleCounter, RuleOnce, Run
from automations.models.sweep import Sweep

__all__ = [
    "CodeTime",
    "HoldEngine",
    "HoldEngineRow",
    "Rule",
    "RuleCounter",
    "RuleOnce",
    "RuleSet",
    "RuleSetVersion",
    "RuleVersion",
    "Run",
    "Sweep",
]
