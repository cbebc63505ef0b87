"""What a rule can do: one module each, found by being there (`automations.actions.catalogue`)."""
