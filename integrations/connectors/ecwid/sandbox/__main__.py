"""``python -m integrations.connectors.ecwid.sandbox``: the demo store on a port of this machine."""

import argparse
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from integrations.connectors.ecwid.sandbox.config import DEFAULT_DATA, from_environment
from integrations.connectors.ecwid.sandbox.server import serve
from integrations.kit.sandbox.database import below_var


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C or a termination signal; returns the exit code."""
    wanted = _parser().parse_args(arguments)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        with serve(host=wanted.host, port=wanted.port, data=wanted.data, config=from_environment()) as sandbox:
            print(f"Sandbox store: {sandbox.url}/  (orders are kept in {wanted.data})", flush=True)
            stop.wait()
    except (OSError, sqlite3.Error) as trouble:
        print(f"The sandbox store cannot start on {wanted.host}:{wanted.port}: {trouble}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox", description="A local stand-in for the Ecwid store API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--data", type=Path, default=below_var(DEFAULT_DATA), help="SQLite file that keeps the orders")
    return parser


if __name__ == "__main__":
    sys.exit(main())
