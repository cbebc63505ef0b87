"""CSV files of custom integrations, in and out (docs/custom-integrations.md)."""
