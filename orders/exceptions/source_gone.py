"""What is the same for every type that is about what an integration sends."""

SOURCE_GONE = """x.entity_type = 'source' AND EXISTS (
    SELECT 1 FROM orders_source s WHERE s.id = x.entity_id AND s.state = 'deleted')"""
"""Its integration was deleted: nothing comes from there any more."""

NAMED = "substr(x.cause_key, strpos(x.cause_key, ':') + 1)"
"""What the other side calls the record: the cause is the source's public ID and that."""
