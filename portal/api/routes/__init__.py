"""The routes of the API, one module each; each has a `router`, which `portal.api.frame` finds."""
