"""The records of the automations house."""

from automations.models.rule import Rule, RuleSet, RuleSetVersion, RuleVersion
from automations.models.run import RuleCounter, Run

__all__ = ["Rule", "RuleCounter", "RuleSet", "RuleSetVersion", "RuleVersion", "Run"]
