"""`make bench`: every benchmark on a database of its own, and one table.

`make bench ARGS="--only whole --orders 2000 --no-write"` measures a part; then nothing is written.
`make bench ARGS=--million` measures filters over a million orders, which takes minutes to make them the
first time and has a table of its own.
"""

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from bench.table import Figure

PARTS = ("whole", "memory", "pages", "builder", "holds", "inventory", "filters", "routing", "loop", "scripting")


def main() -> int:
    """Measure, print, write. Returns the exit code: 1 where a goal was missed."""
    options = _options()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    django.setup()
    if options.million:
        return _million(options)
    from bench import table
    from bench.database import database

    with database():
        figures = _measure(options)
        print(f"\n{table.show(figures)}\n")
        if set(options.only) == set(PARTS) and not options.no_write:
            table.write(figures)
            print(f"Written to {table.PAGE.relative_to(table.PAGE.parent.parent)}.")
    return 1 if any(figure.met is False for figure in figures) else 0


def _million(options: argparse.Namespace) -> int:
    from bench import hub_pages, million, sql_filters, table

    with million.database(options.million):
        figures = _step(f"pages over {options.million:,} orders", hub_pages.measure)
        figures += _step(f"filters over {options.million:,} orders", sql_filters.measure)
        print(f"\n{table.show(figures)}\n\nThe plans are in {sql_filters.PLANS.relative_to(table.ROOT)}.")
        if options.million == million.ORDERS and not options.no_write:
            table.write(figures, "bench million")
    return 1 if any(figure.met is False for figure in figures) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run the benchmarks.")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="measure only these")
    parser.add_argument("--orders", type=int, default=10_000, help="orders of the whole path")
    parser.add_argument("--plain", type=int, default=1_000, help="orders of the plain Django reference")
    parser.add_argument("--pages", type=int, default=100_000, help="orders under the pages")
    parser.add_argument("--holds", type=int, default=50_000, help="holds that come due")
    parser.add_argument("--requests", type=int, default=10_000, help="shipping requests that want the same SKU")
    parser.add_argument("--loop", type=int, default=5_000, help="orders that travel to the warehouse and back")
    parser.add_argument(
        "--million", type=int, nargs="?", const=1_000_000, help="measure filters over so many orders, and nothing else"
    )
    parser.add_argument("--no-write", action="store_true", help="leave docs/performance.md as it is")
    return parser.parse_args()


def _measure(options: argparse.Namespace) -> list["Figure"]:
    from bench import builder, database, holds, inventory, memory, multiply, pages, routing, scripting, whole_path
    from bench.shop import open_shop

    shop, figures = open_shop(), []
    if "whole" in options.only:
        figures += _step("whole path", lambda: whole_path.measure(shop, options.orders, options.plain))
    if "memory" in options.only:
        database.empty()
        figures += _step("memory at rest", lambda: memory.measure(shop))
    if {"pages", "builder", "holds"} & set(options.only):
        _step(f"{options.pages:,} orders are made", lambda: multiply.make(shop, options.pages, options.orders))
    if "pages" in options.only:
        figures += _step("pages", lambda: pages.measure(shop))
    if "builder" in options.only:
        figures += _step("filter builder", lambda: builder.measure(shop))
    if "holds" in options.only:
        figures += _step("holds", lambda: holds.measure(options.holds))
    if "inventory" in options.only:
        figures += _step("stock", lambda: inventory.measure(shop, options.requests))
    if "filters" in options.only:
        from bench import filters  # the engines it compares with are only there for `make bench`

        figures += _step("filters in memory", lambda: filters.measure(options.orders))
    if "routing" in options.only:
        figures += _step("routing", routing.measure)
    if "loop" in options.only:
        from bench import loop  # the sandboxes are only there for development

        figures += _step("the loop", lambda: loop.measure(options.loop))
    if "scripting" in options.only:
        figures += _step("JavaScript", scripting.measure)
    return figures


def _step(name: str, measure: Callable[[], list["Figure"]]) -> list["Figure"]:
    print(f"· {name} …", file=sys.stderr, flush=True)
    return measure()


if __name__ == "__main__":
    sys.exit(main())
