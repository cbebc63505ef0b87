"""History is append-only in the database itself (invariant I15).

No row is ever changed. Rows go only with their whole organization, and only in a transaction that says
so: `SET LOCAL switchyard.erase_organization = '<its number>'`. TRUNCATE is left to the table's owner.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION portal_history_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('switchyard.erase_organization', true) = OLD.organization_id::text THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'History is append-only: % refused.', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER portal_history_append_only BEFORE UPDATE OR DELETE ON portal_history
    FOR EACH ROW EXECUTE FUNCTION portal_history_keep();
"""

BACKWARD = """
DROP TRIGGER portal_history_append_only ON portal_history;
DROP FUNCTION portal_history_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
