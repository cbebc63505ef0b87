"""An integration that cannot do its work."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

_GONE = """
x.entity_type = 'integration' AND NOT EXISTS (
    SELECT 1 FROM integrations_integration i WHERE i.id = x.entity_id AND i.cause <> '')
"""
"""It works again, or was deleted: an integration in trouble names the cause."""

INTEGRATION_FAILED = exception_type(
    "integration_failed",
    label=_("Integration does not work"),
    category="connection",
    cure=_("Open the integration: it says what is wrong and offers to connect again."),
    gone=_GONE,
    share=("title", "message"),
)
