"""The records of the automations house."""

from automations.models.rule import Rule, RuleSet, RuleSetVersion, RuleVersion
from automations.models.run import RuleCounter, RuleOnce, Run

__all__ = ["Rule", "RuleCounter", "RuleOnce", "RuleSet", "RuleSetVersion", "RuleVersion", "Run"]
