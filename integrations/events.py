"""What can happen to an integration."""

from django.utils.translation import gettext_lazy as _

from portal.events.catalogue import event

INTEGRATION_CONNECTED = event("integration.connected", _("Integration connected"), "integration")
INTEGRATION_FAILED = event("integration.failed", _("Integration stopped working"), "integration")
INTEGRATION_ENABLED = event("integration.enabled", _("Integration switched on"), "integration")
INTEGRATION_DISABLED = event("integration.disabled", _("Integration switched off"), "integration")
INTEGRATION_DELETED = event("integration.deleted", _("Integration deleted"), "integration")
