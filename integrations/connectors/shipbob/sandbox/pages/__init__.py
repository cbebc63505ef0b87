"""The pages a person opens: the packing bench, stock, access, faults and the log of calls."""

from importlib import import_module

from flask import Response, render_template
from werkzeug.exceptions import HTTPException

from integrations.connectors.shipbob.sandbox.pages.frame import routes

# Each module adds its own routes to the one blueprint.
for _name in ("bench", "stock", "faults"):
    import_module(f"{__name__}.{_name}")


def missing(trouble: HTTPException) -> Response:
    """The page for an address that leads nowhere."""
    return Response(render_template("error.html", title=trouble.name), trouble.code or 500)


__all__ = ["missing", "routes"]
