"""``python -m integrations.connectors.shipbob.sandbox``: the demo warehouse on a port of this machine."""

import argparse
import signal
import sqlite3
import sys
import threading
from dataclasses import replace
from pathlib import Path

from integrations.connectors.shipbob.sandbox.config import DEFAULT_DATA, from_environment
from integrations.connectors.shipbob.sandbox.server import serve
from integrations.kit.sandbox.database import below_var


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or a termination signal; returns the exit code."""
    wanted = _parser().parse_args(arguments)
    config = from_environment()
    if wanted.automatic is not None:
        config = replace(config, automatic=wanted.automatic)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        with serve(host=wanted.host, port=wanted.port, data=wanted.data, config=config) as sandbox:
            print(f"Sandbox warehouse: {sandbox.url}/  (orders are kept in {wanted.data})", flush=True)
            stop.wait()
    except (OSError, sqlite3.Error) as trouble:
        print(f"The sandbox warehouse cannot start on {wanted.host}:{wanted.port}: {trouble}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox", description="A local stand-in for the ShipBob API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--data", type=Path, default=below_var(DEFAULT_DATA), help="SQLite file that keeps the orders")
    parser.add_argument("--automatic", type=float, help="ship whatever comes after so many seconds")
    return parser


if __name__ == "__main__":
    sys.exit(main())
