"""The built-in engines: which there are, whether they are on in an organization, and their settings."""
