"""What routing and warehouses made of a million orders: requests, parcels, runs, stock, exceptions and their history.

Written by SQL from the orders that are there (`bench.million`), so that it takes minutes and not hours.
"""

from collections.abc import Mapping

LOCATIONS = ("Reno", "Leeds", "Rotterdam", "Sydney")
SPLIT = 4
"""Every so many-th order, of those that have two lines or more, is shipped in two parts."""
HISTORY = 8
"""Lines of history of an order; with those of its requests, ten for each order in the mean."""
TABLES = (
    "orders_shippingrequest", "orders_shippingrequestline", "orders_fulfillment", "orders_routingrun",
    "orders_orderexception", "orders_inventorylevel", "portal_history",
)  # fmt: skip


def fill() -> None:
    """Write everything beside the orders of the connected database."""
    from bench.database import without_indexes

    _locations()
    with without_indexes(*TABLES):
        for statement in (
            _REQUESTS,
            _LINES,
            _FULFILLMENTS,
            _RUNS,
            _EXCEPTIONS,
            _LEVELS,
            _HISTORY,
            _HISTORY_OF_REQUESTS,
        ):
            _run(statement, {"split": SPLIT, "history": HISTORY})
    for table in TABLES:
        _run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))", {})


def _locations() -> None:
    from orders.models import Location
    from portal.tenancy.models import Organization

    organization = Organization.objects.get()
    for number, name in enumerate(LOCATIONS, 1):
        Location.across.create(
            pk=number, organization=organization, name=name, ships_by_hand=True, public_id=f"{number:016x}"
        )
    _run("SELECT setval(pg_get_serial_sequence('orders_location', 'id'), 4)", {})


def _run(statement: str, values: Mapping[str, int]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET work_mem = '256MB'")
        # Lines of history and the exceptions that orders show are the triggers' matter, which would cost an hour here.
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute(statement, values or None)
        finally:
            cursor.execute("RESET session_replication_role")
            cursor.execute("RESET work_mem")
            cursor.execute("RESET statement_timeout")


_PARTS = """
    SELECT o.id AS order_id, o.organization_id, o.public_id AS order_public_id, o.ext_order_id, o.number_folded,
        o.content, o.facets, o.status AS order_status, o.placed_at, p.ordinal, p.parts,
        'r' || o.id || '.' || p.ordinal AS seed, 1 + (o.id + p.ordinal) %% 4 AS location_id,
        CASE WHEN o.status IN ('fulfilled', 'archived', 'returned') THEN 'fulfilled'
             WHEN o.status = 'sentToFulfillment' THEN 'sentToFulfillment'
             WHEN o.status = 'canceled' THEN 'canceledRestock'
             WHEN o.id %% 3 = 0 THEN 'pendingInventory' ELSE 'readyForFulfillment' END AS status
    FROM orders_order o, LATERAL (
        SELECT ordinal, CASE WHEN o.id %% %(split)s = 0 AND o.line_count > 1 THEN 2 ELSE 1 END AS parts
        FROM generate_series(1, CASE WHEN o.id %% %(split)s = 0 AND o.line_count > 1 THEN 2 ELSE 1 END) ordinal) p
    WHERE o.status NOT IN ('new', 'onHold', 'reviewRequired', 'draft')
"""

_REQUESTS = f"""
INSERT INTO orders_shippingrequest (organization_id, public_id, order_id, location_id, ordinal, ext_shipment_id,
    ext_reference_id, status, version, content, on_future, commits_stock, skip_location, exclude_from_reuse, sent_at,
    number_folded, facets, unit_count, created_at, updated_at)
SELECT organization_id, substr(md5(seed), 1, 16), order_id, location_id, ordinal,
    ext_order_id || CASE ordinal WHEN 1 THEN '' ELSE '.' || ordinal END, 'wh-' || order_id || '-' || ordinal, status, 3,
    (content - 'payments' - 'billingAddress' - 'discounts' - 'lineItems') || jsonb_build_object(
        'orderId', order_public_id, 'orderIntegration', content ->> 'integration',
        'orderCreateTime', content ->> 'extOrderCreatedAt',
        'lineItems', (SELECT coalesce(jsonb_agg(line ORDER BY n), '[]')
                      FROM jsonb_array_elements(content -> 'lineItems') WITH ORDINALITY AS l(line, n)
                      WHERE (n - 1) %% parts = ordinal - 1)),
    false, true, false, false,
    CASE WHEN status IN ('fulfilled', 'sentToFulfillment') THEN placed_at + interval '1 hour' END,
    number_folded || CASE ordinal WHEN 1 THEN '' ELSE '.' || ordinal END, facets, 3,
    placed_at + interval '20 minutes', placed_at + interval '2 hours'
FROM ({_PARTS}) found
"""

_LINES = """
INSERT INTO orders_shippingrequestline (organization_id, request_id, position, unique_id, sku, sku_folded, name,
    quantity, fulfilled)
SELECT l.organization_id, r.id, row_number() OVER (PARTITION BY r.id ORDER BY l.position) - 1, l.unique_id, l.sku,
    l.sku_folded, coalesce(l.name_folded, ''), greatest(l.quantity, 1),
    CASE r.status WHEN 'fulfilled' THEN greatest(l.quantity, 1) ELSE 0 END
FROM orders_shippingrequest r JOIN orders_order o ON o.id = r.order_id JOIN orders_orderline l ON l.order_id = o.id
WHERE CASE WHEN o.id %% %(split)s = 0 AND o.line_count > 1 THEN l.position %% 2 = r.ordinal - 1 ELSE true END
"""

_FULFILLMENTS = """
INSERT INTO orders_fulfillment (organization_id, public_id, order_id, request_id, location_id, ext_fulfillment_id, kind,
    content, shipped_at, number_folded, facets, created_at)
SELECT organization_id, substr(md5('f' || id), 1, 16), order_id, id, location_id, 'P' || id, 'shipped',
    jsonb_build_object('lineItems', content -> 'lineItems', 'trackingNumber', jsonb_build_array('TRK' || id),
                       'shippingCarrier', 'DHL'),
    created_at + interval '1 day', 'p' || id, jsonb_build_object('trackingNumber', jsonb_build_array('trk' || id)),
    created_at + interval '1 day'
FROM orders_shippingrequest WHERE status = 'fulfilled'
"""

_RUNS = """
INSERT INTO orders_routingrun (organization_id, public_id, order_id, at, trigger, outcome, sentence, trace,
    order_version, actor_kind, actor_id, actor_name)
SELECT organization_id, substr(md5('t' || order_id), 1, 16), order_id, min(created_at), 'auto', 'routed',
    'Ships from Reno, by the card “All orders”.',
    '{"cards": [{"name": "All orders", "outcome": "won", "places": [{"name": "Reno", "outcome": "chosen"}]}]}', 2,
    'system', '', 'Order Routing Engine'
FROM orders_shippingrequest GROUP BY organization_id, order_id
"""

_EXCEPTIONS = """
INSERT INTO orders_orderexception (organization_id, public_id, type, category, state, cause_key, entity_type, entity_id,
    entity_public_id, entity_label, title, message, cure, facets, times, created_at, last_seen_at, updated_at)
SELECT organization_id, substr(md5('x' || id), 1, 16), kind, category,
    CASE WHEN id %% 500 = 0 THEN 'active' ELSE 'resolved' END, 'order:' || public_id, 'order', id, public_id,
    ext_order_id, 'Order ' || ext_order_id || ' cannot be routed', 'No location has all of it.', 'Add stock.', '{}', 1,
    placed_at, placed_at, placed_at
FROM orders_order, LATERAL (
    SELECT (ARRAY['out_of_stock', 'routing_failed', 'order_stuck', 'delivery_parked'])[1 + (id / 50) %% 4] AS kind,
           (ARRAY['out_of_stock', 'routing', 'stuck_order', 'delivery'])[1 + (id / 50) %% 4] AS category) what
WHERE id %% 50 = 0
"""

_LEVELS = """
INSERT INTO orders_inventorylevel (organization_id, public_id, location_id, sku, sku_folded, on_hand, committed, future,
    committed_future, incoming, unavailable, locked, version)
SELECT one.organization_id, substr(md5(p.id || one.sku_folded), 1, 16), p.id, one.sku, one.sku_folded, 1000, 10, 0, 0,
    0, 0, false, 1
FROM (SELECT DISTINCT ON (sku_folded) organization_id, sku, sku_folded FROM orders_orderline ORDER BY sku_folded) one,
     orders_location p
"""

_HISTORY = """
INSERT INTO portal_history (organization_id, entity_type, entity_id, version, at, actor_kind, actor_id, actor_name,
    verb, summary, changes)
SELECT o.organization_id, 'order', o.id, n, o.created_at + n * interval '7 minutes', 'system', '', 'Switchyard',
    (ARRAY['ingested', 'held', 'released', 'ready', 'settled', 'sent', 'settled', 'commented'])[n],
    'Step ' || n || ' in the life of the order.',
    jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/status', 'value', o.status, 'old', 'new'))
FROM orders_order o, generate_series(1, %(history)s) n
"""

_HISTORY_OF_REQUESTS = """
INSERT INTO portal_history (organization_id, entity_type, entity_id, version, at, actor_kind, actor_id, actor_name,
    verb, summary, changes)
SELECT r.organization_id, 'shippingRequest', r.id, n, r.created_at + n * interval '9 minutes', 'system', '',
    'Switchyard', (ARRAY['created', 'sent'])[n], 'Step ' || n || ' in the life of the request.',
    jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/status', 'value', r.status, 'old', 'new'))
FROM orders_shippingrequest r, generate_series(1, 2) n
"""
