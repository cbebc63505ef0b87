"""The kinds of records that rules act on: one module each, found by being there (`automations.engine.entities`)."""
