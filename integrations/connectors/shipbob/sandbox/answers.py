"""Answers in the vendor's form: JSON; errors as a map from the field to what is wrong with it."""

from typing import Any

from flask import Response

from integrations.kit.sandbox.database import dump

JSON_TYPE = "application/json; charset=utf-8"


class Refusal(Exception):
    """The call is answered with an error: HTTP status and the body; without one it is empty."""

    def __init__(self, status: int, body: Any = None) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body

    def response(self) -> Response:
        """The error as the client sees it."""
        return answer(self.body, self.status) if self.body is not None else Response(status=self.status)


class Broken(Refusal):
    """An answer made up by the fault panel."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self._response = response

    def response(self) -> Response:
        """The made-up answer."""
        return self._response


def wrong(field: str, why: str, status: int = 422) -> Refusal:
    """Refuse a request for one of its fields; an empty name is the request as a whole."""
    return Refusal(status, {field: [why]})


def answer(value: Any, status: int = 200) -> Response:
    """Return ``value`` as JSON."""
    return raw(dump(value), status)


def raw(text: str, status: int = 200) -> Response:
    """Return a text that is JSON already."""
    return Response(text.encode("utf-8", "surrogatepass"), status, content_type=JSON_TYPE)
