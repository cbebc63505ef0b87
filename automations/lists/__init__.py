"""Lists of the automations house."""
