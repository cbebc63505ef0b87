"""Answers in the vendor's form: JSON in UTF-8, errors with a sentence and a code."""

from typing import Any

from flask import Response

from integrations.kit.sandbox.database import dump

JSON_TYPE = "application/json;charset=UTF-8"


class Refusal(Exception):
    """The call is answered with an error: HTTP status, sentence, and the vendor's code where it has one."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code

    def response(self) -> Response:
        """The error as the client sees it."""
        body = {"errorMessage": self.message}
        if self.code:
            body["errorCode"] = self.code
        return answer(body, self.status)


def answer(value: Any, status: int = 200) -> Response:
    """Return ``value`` as JSON."""
    return raw(dump(value), status)


def raw(text: str, status: int = 200) -> Response:
    """Return a text that is meant to be JSON as it is."""
    return Response(text.encode("utf-8", "surrogatepass"), status, content_type=JSON_TYPE)


def wrong_parameter(name: str, why: str) -> Refusal:
    """A 400 that names the parameter."""
    return Refusal(400, f"Wrong parameter '{name}' value: {why}", "WRONG_PARAMETER")
