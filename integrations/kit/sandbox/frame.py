"""What the pages of every sandbox share: the style of their frame, and what keeps other sites out."""

from flask import Blueprint, Response, g, request

routes = Blueprint("frame", __name__, static_folder="static", static_url_path="/frame")

# form-action stands last: a sign-in page adds the address it sends people back to.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def is_foreign() -> bool:
    """Say whether a form of another site was sent here."""
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and request.method != "GET"


def harden(response: Response) -> Response:
    """Let a page run only what is its own; `g.form_targets` are further places that its forms may lead to."""
    if response.mimetype == "text/html":
        targets = "".join(f" {origin}" for origin in g.get("form_targets", []))
        response.headers["Content-Security-Policy"] = POLICY + targets
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
