"""Answers that are broken on purpose."""

from collections.abc import Iterator

from flask import Response

PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr></body></html>"


def web_page(status: int) -> Response:
    """Return the page that a machine in front of the server shows when the server fails."""
    return Response(PAGE.format(f"{status} Bad Gateway"), status, content_type="text/html")


def cut(response: Response, share: float = 0.5) -> Response:
    """Promise the whole length, send a share of it; the server then closes the connection."""
    body = response.get_data()
    headers = [(name, value) for name, value in response.headers.items() if name.lower() != "content-length"]

    def some() -> Iterator[bytes]:
        yield body[: int(len(body) * share)]

    short = Response(some(), response.status_code, headers)
    short.headers["Content-Length"] = str(max(len(body), 1))
    return short
