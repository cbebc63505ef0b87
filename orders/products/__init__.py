"""Products: taken in from integrations, kept by people, known to each channel by its own name."""
