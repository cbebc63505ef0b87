"""Converters of addresses. Import this module in an `urls.py` to write `<record:public_id>`."""

from django.urls import register_converter


class RecordId:
    """A public ID as `portal.kit.ids.new_public_id` makes them; anything else is 404 without a query."""

    regex = "[0-9a-f]{16}"

    def to_python(self, value: str) -> str:
        """Return it as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it stands."""
        return value


register_converter(RecordId, "record")
