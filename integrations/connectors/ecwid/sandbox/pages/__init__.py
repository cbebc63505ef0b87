"""The pages a person opens: shop, orders, access, faults and the log of calls."""

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import HTTPException

routes = Blueprint("pages", __name__)


def missing(trouble: HTTPException) -> Response:
    """The page for an address that leads nowhere."""
    return Response(render_template("error.html", title=trouble.name), trouble.code or 500)
