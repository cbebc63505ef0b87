"""Related documents that code may ask for: found by being there (`automations.engine.related`)."""
