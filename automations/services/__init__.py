"""What people do with rules: one transaction each, with versions and history, and a list that is
published whole, so that no evaluation ever sees half of an edit."""

from automations.services.editing import (
    add_version,
    annotate,
    create_rule,
    duplicate,
    ensure_defaults,
    rename,
    restore,
    save_rule,
)
from automations.services.listing import delete_rule, move, reorder, set_enabled, switch_off
from automations.services.sets import ChangedMeanwhile, Pinned, check
from automations.validation import RuleInvalid

__all__ = [
    "ChangedMeanwhile", "Pinned", "RuleInvalid", "add_version", "annotate", "check", "create_rule", "delete_rule",
    "duplicate", "ensure_defaults", "move", "rename", "reorder", "restore", "save_rule", "set_enabled", "switch_off",
]  # fmt: skip
