"""An integration that cannot do its work."""

from django.utils.translation import gettext_lazy as _

from orders.exceptions.catalogue import exception_type

INTEGRATION_FAILED = exception_type(
    "integration_failed",
    label=_("Integration does not work"),
    category="connection",
    cure=_("Open the integration: it says what is wrong and offers to connect again."),
    share=("title", "message"),
)
