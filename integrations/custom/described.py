"""How the API of custom systems is described in the OpenAPI document. Pure."""

from typing import Any

from integrations.custom.doors import Door

REPEAT = (
    "With the header `Idempotency-Key` it is done once, however often it is sent. One object is answered with what "
    "became of it; a list of up to 500 with `results`, one for each row, in their order."
)
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_WORDS = {
    404: "There is no such thing", 409: "The Idempotency-Key was sent with another body",
    503: "The integration or the flow is switched off",
}  # fmt: skip
ANSWERS: Any = {200: dict[str, Any], 202: dict[str, Any]}
"""200: taken; 202: taken, and a person has to look."""


def body_of(door: Door, *, but: str = "") -> dict[str, Any]:
    """Return what an operation takes, without the member that its address names."""
    one = inlined(door.shape.model_json_schema())
    if but:
        one["properties"].pop(but)
        one["required"] = [name for name in one.get("required", ()) if name != but]
    row = {"type": "object"}
    many = {"type": "array", "minItems": 1, "items": row, "description": "Each as one alone; 500 at most."}
    schema = one if but else {"anyOf": [one, many]}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}, "responses": _responses()}


def fed() -> dict[str, Any]:
    """Return what reading may be answered beside the rows."""
    return {"responses": _responses()}


def _responses() -> dict[int, Any]:
    return {status: {"description": words, "content": _PROBLEM} for status, words in _WORDS.items()}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its parts in their places, so that it can stand anywhere."""
    parts = schema.get("$defs", {})

    def put(node: Any) -> Any:
        if isinstance(node, list):
            return [put(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            part = put(parts[node["$ref"].rpartition("/")[2]])
            return {**part, **{key: value for key, value in node.items() if key != "$ref"}}
        return {key: put(value) for key, value in node.items() if key not in ("$defs", "default", "title")}

    found: dict[str, Any] = put(schema)
    return found
