"""Systems that a merchant has built: they call our API, we call their address (docs/custom-integrations.md)."""
