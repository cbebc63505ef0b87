"""Model fields of our own."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.kit import json


class DocumentField(models.JSONField):
    """A `jsonb` column whose numbers come back exact: `int` or `Decimal`, never a float."""

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        """Parse what the database sends; values of transforms arrive parsed already."""
        return json.loads(value) if isinstance(value, str | bytes) else value

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        """Write exact numbers."""
        if isinstance(value, models.expressions.BaseExpression) or value is None:
            return super().get_db_prep_value(value, connection, prepared)
        from psycopg.types.json import Jsonb

        return Jsonb(value, dumps=json.dumps_text)
