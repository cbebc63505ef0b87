"""What custom integrations bring when the process starts: scopes, routes, tidying."""

import integrations.custom.keys
import integrations.custom.take_store
import integrations.custom.take_warehouse  # noqa: F401 - they register
