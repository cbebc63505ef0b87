"""The records of the automations house."""

from automations.models.rule import Rule, RuleSet, RuleSetVersion, RuleVersion
from automations.models.run import CodeTime, RuleCounter, RuleOnce, Run

__all__ = ["CodeTime", "Rule", "RuleCounter", "RuleOnce", "RuleSet", "RuleSetVersion", "RuleVersion", "Run"]
