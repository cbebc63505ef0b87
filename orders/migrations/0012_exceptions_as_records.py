"""Exceptions get a version, what filters look for, and the store that they have to do with."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

import portal.kit.fields

BATCH = 1_000

LOOK_UP = """
UPDATE orders_orderexception x SET entity_public_id = o.public_id, source_id = o.source_id
FROM orders_order o WHERE x.entity_type = 'order' AND o.id = x.entity_id;
UPDATE orders_orderexception x SET entity_public_id = s.public_id, source_id = s.id
FROM orders_source s WHERE x.entity_type = 'source' AND s.id = x.entity_id;
UPDATE orders_orderexception x SET entity_public_id = split_part(x.cause_key, ':', 1)
WHERE x.entity_type IN ('integration', 'rule') AND split_part(x.cause_key, ':', 1) ~ '^[0-9a-f]{16}$';
UPDATE orders_orderexception x SET updated_at = coalesce(x.closed_at, x.last_seen_at);
SET CONSTRAINTS ALL IMMEDIATE;
"""

SHOW = """
CREATE OR REPLACE FUNCTION orders_show_exceptions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT entity_id) INTO touched FROM new_rows
        WHERE entity_type = 'order' AND state = 'active';
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT array_agg(DISTINCT entity_id) INTO touched FROM (
            SELECT id, entity_id, state FROM new_rows WHERE entity_type = 'order'
            EXCEPT SELECT id, entity_id, state FROM old_rows WHERE entity_type = 'order') AS changed;
    ELSE
        SELECT array_agg(DISTINCT entity_id) INTO touched FROM old_rows
        WHERE entity_type = 'order' AND state = 'active';
    END IF;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM orders_order WHERE id = ANY(touched) ORDER BY id FOR NO KEY UPDATE;
    UPDATE orders_order o SET exceptions = (
        SELECT array_agg(DISTINCT x.type::text ORDER BY x.type::text) FROM orders_orderexception x
        WHERE x.entity_type = 'order' AND x.entity_id = o.id AND x.state = 'active')
    WHERE o.id = ANY(touched);
    RETURN NULL;
END
$$;
"""
"""As in 0008, but what an update has changed is found by EXCEPT: a join of the two has no statistics, and
its plan is kept, so that ten thousand rows would be compared with ten thousand."""


def fill(apps, schema_editor):
    from orders.documents.exception import entity, facets

    model = apps.get_model("orders", "OrderException")
    rows = model.across.defer("raw").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        for row in batch:
            told = {"title": row.title, "message": row.message, "cure": row.cure, "closedBy": row.closed_by}
            if row.entity_type:
                told["entity"] = entity(row.entity_type, row.entity_public_id, row.entity_label)
            row.facets = facets().of({name: value for name, value in told.items() if value})
        model.across.bulk_update(batch, ["facets"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_hold_checked")]

    operations = [
        migrations.RunSQL(SHOW, migrations.RunSQL.noop),
        migrations.AddField("orderexception", "version", models.PositiveIntegerField(default=1, db_default=1)),
        migrations.AddField(
            "orderexception",
            "source",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="orders.source",
            ),
        ),
        migrations.AddField("orderexception", "entity_public_id", models.CharField(max_length=16, null=True)),
        migrations.AddField(
            "orderexception",
            "facets",
            portal.kit.fields.DocumentField(default=dict, db_default=models.Value({}, output_field=models.JSONField())),
        ),
        migrations.AddField("orderexception", "updated_at", models.DateTimeField(db_default=Now())),
        migrations.AddIndex(
            "orderexception",
            models.Index(fields=("organization", "id"), name="exception_to_sweep", condition=models.Q(state="active")),
        ),
        migrations.RunSQL(LOOK_UP, migrations.RunSQL.noop, elidable=True),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
