"""The order shows the types of its active exceptions, so that lists and rules can ask for them.

Kept by the database: exceptions are raised, counted up, settled and cleared in several places, and none
of them must forget it. The orders are locked first, in the order in which everybody locks them; the
update is a statement of its own, which sees what others wrote while it waited.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION orders_show_exceptions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT entity_id) INTO touched FROM new_rows
        WHERE entity_type = 'order' AND state = 'active';
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT array_agg(DISTINCT n.entity_id) INTO touched FROM new_rows n JOIN old_rows o USING (id)
        WHERE n.entity_type = 'order' AND n.state <> o.state;
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
CREATE TRIGGER orders_exception_raised AFTER INSERT ON orders_orderexception
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_show_exceptions();
CREATE TRIGGER orders_exception_settled AFTER UPDATE ON orders_orderexception
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION orders_show_exceptions();
CREATE TRIGGER orders_exception_gone AFTER DELETE ON orders_orderexception
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION orders_show_exceptions();
UPDATE orders_order o SET exceptions = x.types FROM (
    SELECT entity_id, array_agg(DISTINCT type::text ORDER BY type::text) AS types FROM orders_orderexception
    WHERE entity_type = 'order' AND state = 'active' GROUP BY entity_id) x
WHERE o.id = x.entity_id;
"""

BACKWARD = """
DROP TRIGGER orders_exception_raised ON orders_orderexception;
DROP TRIGGER orders_exception_settled ON orders_orderexception;
DROP TRIGGER orders_exception_gone ON orders_orderexception;
DROP FUNCTION orders_show_exceptions();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_indexes_of_lines_and_sizes")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="exceptions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), editable=False, null=True, size=None
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
