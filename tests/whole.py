"""All that the database holds, for tests that something writes nothing."""

from typing import Any

from django.apps import apps
from django.db import connection

from orders.models import Order, OrderException


def everything() -> dict[str, Any]:
    """Return the number of rows of each table, where each sequence stands, and orders and exceptions as they are."""
    with connection.cursor() as cursor:
        tables = sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True))
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        sequences = cursor.fetchall()
    rows = [list(model.across.order_by("pk").values()) for model in (Order, OrderException)]
    return {"counts": counts, "sequences": sequences, "rows": rows}
