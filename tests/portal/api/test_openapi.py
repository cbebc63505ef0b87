"""The OpenAPI document: every operation is told once, with its key and its failures."""

from typing import Any

import pytest
from django.test import Client

from portal.api.resources import resources
from portal.api.urls import api


@pytest.fixture
def document(capsys: pytest.CaptureFixture[str]) -> Any:
    found = api.get_openapi_schema()
    assert capsys.readouterr().out == ""  # the library prints what is told twice
    return found


def operations(document: Any) -> dict[str, Any]:
    return {one["operationId"]: one for methods in document["paths"].values() for one in methods.values()}


def test_every_operation_has_a_name_words_and_failures(document: Any) -> None:
    found = operations(document)
    asked = {"check_filter", "entity_schema", "explain_filter", "filter_schema", "list_fields", "list_views"}
    own = {name for name in found if name.split("_")[1] in ("store", "warehouse", "system")}
    assert len(own) == 13
    assert set(found) - own == asked | {f"{act}_{key}" for key in resources.keys() for act in ("get", "list")}  # noqa: SIM118
    for name, one in found.items():
        assert one["summary"], name
        assert one["description"], name
        assert {200, 400, 422} <= one["responses"].keys(), name


def test_only_the_schemas_need_no_key(document: Any) -> None:
    public = [name for name, one in operations(document).items() if not one.get("security")]
    assert sorted(public) == ["entity_schema", "filter_schema"]
    for one in operations(document).values():
        assert ({401, 403, 429} <= one["responses"].keys()) == bool(one.get("security"))


def test_both_headers_are_told(document: Any) -> None:
    assert document["components"]["securitySchemes"] == {
        "Bearer": {"type": "http", "scheme": "bearer"},
        "KeyHeader": {"type": "apiKey", "in": "header", "name": "X-Switchyard-Key"},
    }


@pytest.mark.django_db
def test_the_document_is_for_everybody() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.json()["info"]["title"]) == (200, "Switchyard")
