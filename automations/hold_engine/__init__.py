"""The Order Hold Engine, which organizations had before rules, and its migration to rules (behaviour.md 4.11)."""
