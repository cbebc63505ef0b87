"""What the page of a custom integration shows to try out: requests that work as they stand. Pure."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

_POST = (
    'curl -X POST ROOT/{path} \\\n  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\\n'
    "  -d '{body}'"
)
_GET = 'curl -H "Authorization: Bearer $KEY" "ROOT/{path}"'

EXAMPLES: dict[str, tuple[tuple[StrOrPromise, str], ...]] = {
    "custom_store": (
        (
            _("Send an order"),
            _POST.format(
                path="store/orders",
                body='{"id": "1", "number": "TEST-1", "created_at": "2026-01-05T10:00:00Z", "currency": "USD",\n'
                '       "payment_status": "unpaid", "ship_to": {"name": "Ana Ruiz", "city": "Reno", "country": "US"},\n'
                '       "lines": [{"id": "1", "sku": "TEA-1", "quantity": 2, "unit_price": "20.00"}]}',
            ),
        ),
        (_("Cancel it"), _POST.format(path="store/orders/1/cancel", body='{"reason": "Only a test"}')),
        (_("Fetch what was shipped"), _GET.format(path="store/fulfillments?since=2026-01-01T00:00:00Z")),
        (_("Fetch what you may sell"), _GET.format(path="store/stock")),
    ),
    "custom_system": (
        (_("Fetch orders that were pushed"), _GET.format(path="system/orders")),
        (
            _("Say that one is taken (put its id in)"),
            _POST.format(
                path="system/orders/ID/answer",
                body='{"status": "accepted", "external_id": "4711", "url": "https://erp.example.com/orders/4711"}',
            ),
        ),
        (
            _("Refuse it, with the reason"),
            _POST.format(
                path="system/orders/ID/answer", body='{"status": "rejected", "reason": "The customer is not known."}'
            ),
        ),
    ),
    "custom_warehouse": (
        (
            _("Tell a location"),
            _POST.format(path="warehouse/locations", body='{"id": "LOCATION", "name": "Main warehouse"}'),
        ),
        (
            _("Report stock"),
            _POST.format(
                path="warehouse/inventory",
                body='{"sku": "TEA-1", "location_id": "LOCATION", "mode": "absolute", "available": 10,\n'
                '       "updated_at": "2026-01-05T10:00:00Z"}',
            ),
        ),
        (_("Fetch shipping requests"), _GET.format(path="warehouse/shipping-requests?status=ready")),
        (
            _("Accept one (put its id in)"),
            _POST.format(
                path="warehouse/shipping-requests/ID/answer", body='{"status": "accepted", "external_id": "W-1"}'
            ),
        ),
        (
            _("Report what was shipped"),
            _POST.format(
                path="warehouse/fulfillments",
                body='{"id": "F-1", "shipping_request_id": "ID", "shipped_at": "2026-01-06T10:00:00Z",\n'
                '       "carrier": "UPS", "tracking_number": "1Z999",\n'
                '       "lines": [{"line_id": "1", "sku": "TEA-1", "quantity": 2}]}',
            ),
        ),
    ),
}
"""By connector: what it does, and the command. `ROOT/` and `LOCATION` are filled in by the page."""
