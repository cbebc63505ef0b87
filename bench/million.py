"""A million orders with three million lines, in a database that is kept from one run to the next.

`python -m bench.million` makes it (some minutes on two cores) beside the product's own, below `var` or
`SWITCHYARD_VAR`; a second run finds it and only brings its tables up to date. It is made anew when the form
of the columns has changed since (`_mark`), or with `--fresh`. `--drop` removes it.
"""

import argparse
import datetime as dt
import hashlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django

ORDERS = 1_000_000
CHUNK = 5_000
PROCESSES = 2
SOURCES = ("Web shop", "Marketplace", "Wholesale", "Pop-up store")


def main() -> int:
    """Make the database and say what is in it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    parser = argparse.ArgumentParser(prog="python -m bench.million", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS, help="how many orders")
    parser.add_argument("--fresh", action="store_true", help="make it anew even if it is there")
    parser.add_argument("--drop", action="store_true", help="remove it")
    options = parser.parse_args()
    django.setup()
    if options.drop:
        from bench.database import drop

        drop(name(options.orders))
        return 0
    with database(options.orders, fresh=options.fresh):
        from bench.database import scalar

        orders, lines = (scalar(f"SELECT count(*) FROM {table}") for table in ("orders_order", "orders_orderline"))
        size = scalar("SELECT pg_size_pretty(pg_database_size(current_database()))")
        print(f"{orders:,} orders with {lines:,} lines, {size}, in the database {name(options.orders)}.")
    return 0


def name(orders: int) -> str:
    """Return what the database of so many orders is called."""
    return f"switchyard_bench_{orders}"


@contextmanager
def database(orders: int = ORDERS, *, fresh: bool = False) -> Iterator[None]:
    """Connect to the database of so many orders, made or brought up to date where that is needed."""
    from bench.database import connected, create, drop

    mark = _mark(orders)
    with connected(name(orders)) as there:
        if there and (fresh or _found_mark() != mark):
            there = False
        if not there:
            drop(name(orders))
            create(name(orders))
        _migrate()
        if not there:
            fill(orders)
            _leave_mark(mark)
        yield


def fill(orders: int, *, processes: int = PROCESSES, end: dt.datetime | None = None) -> None:
    """Write the orders into the connected, migrated, empty database."""
    from django.db import connection

    from bench import million_hub, shapes
    from bench.database import settle, without_indexes

    started = time.perf_counter()
    end = end or dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    organization, sources = _organization()
    shapes.shape()  # read once, before the processes part
    spans = [(start, min(start + CHUNK, orders)) for start in range(0, orders, CHUNK)]
    work = [(span, orders, organization, sources, end) for span in spans]
    with without_indexes("orders_order", "orders_orderline"):
        if processes == 1:
            for part in work:
                _write(*part)
        else:
            connection.close()  # a connection does not survive a fork
            with multiprocessing.get_context("fork").Pool(processes) as pool:
                pool.starmap(_write, work, chunksize=1)
        _say(f"rows written after {time.perf_counter() - started:.0f} s")
        _holds()
        _set_sequences()
    _say(f"orders indexed after {time.perf_counter() - started:.0f} s")
    million_hub.fill()
    settle()
    _say(f"indexed and analyzed after {time.perf_counter() - started:.0f} s")


def _write(span: tuple[int, int], of: int, organization: int, sources: list[tuple[int, str]], end: dt.datetime) -> None:
    """Write orders `span` with their lines, in one transaction."""
    from django.db import transaction

    from bench import shapes
    from orders.documents.columns import columns
    from orders.documents.lines import line_rows, write_lines
    from orders.ingest.create import COLUMNS
    from orders.models import Order
    from portal.kit import json
    from portal.kit.bulk import copy_rows

    made = shapes.shape()
    rows: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    for number in range(*span):
        content, status = shapes.document(number, of, made, end)
        pk, (source, integration) = number + 1, sources[number % 4 if number % 40 else 3]
        told = columns(content, integration)
        public_id = hashlib.blake2b(str(number).encode(), digest_size=8).hexdigest()
        rows.append((
            pk, organization, public_id, source, told.ext_order_id, content["extOrderApiId"], status.value, 3,
            json.dumps_text(content), None, public_id * 2, "{}", told.placed_at, content["extOrderUpdatedAt"],
            told.total, told.currency, told.customer_name, told.number_folded, told.email_folded, told.tags_folded,
            json.dumps_text(told.facets), told.line_count, told.unit_count, told.terms, told.country_folded,
            told.placed_at, content["extOrderUpdatedAt"],
            None if status != "onHold" else end + dt.timedelta(minutes=number % 2880),
        ))  # fmt: skip
        lines += line_rows(organization, pk, content)
    with transaction.atomic():
        copy_rows(Order, (*COLUMNS, "created_at", "updated_at", "hold_until"), rows)
        write_lines(lines)


def _organization() -> tuple[int, list[tuple[int, str]]]:
    from bench.shop import open_shop
    from orders.models import Source

    shop = open_shop(rules=False)
    sources = [
        Source.across.create(organization=shop.organization, name=one, connector="import", public_id=f"{n:016x}")
        for n, one in enumerate(SOURCES, 1)
    ]
    return shop.organization.pk, [(source.pk, source.public_id) for source in sources]


def _holds() -> None:
    _run(
        """
        INSERT INTO orders_hold (organization_id, public_id, order_id, kind, reason, placed_by_kind, placed_by_id,
                                 placed_by_name, due_at, next_status, period)
        SELECT organization_id, substr(md5(id::text), 1, 16), id, 'timed', 'Wait', 'system', '', 'Benchmark',
               hold_until, 'readyForFulfillment', version
        FROM orders_order WHERE status = 'onHold'
        """
    )


def _set_sequences() -> None:
    _run("SELECT setval(pg_get_serial_sequence('orders_order', 'id'), (SELECT max(id) FROM orders_order))")


def _run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)


def _mark(orders: int) -> str:
    """Return what tells whether the rows would come out the same today: the columns of some orders."""
    from bench import shapes
    from orders.documents.columns import columns
    from portal.kit import json

    sample, end = shapes.shape(200), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    told = [columns(shapes.document(number, 500, sample, end)[0], "x") for number in range(0, 500, 10)]
    digest = hashlib.blake2b(digest_size=8)
    for one in told:
        digest.update(json.dumps({key: getattr(one, key) for key in one.__slots__}))
    return f"{orders} orders and what became of them, form {digest.hexdigest()}"


def _found_mark() -> str:
    from bench.database import scalar

    return str(
        scalar("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")
    )


def _leave_mark(mark: str) -> None:
    from django.db import connection

    _run(f"COMMENT ON DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])} IS '{mark}'")


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
