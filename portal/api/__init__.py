"""The JSON API: docs/api.md says how it is used. To add a resource or a route, read `portal.api.resources`."""
