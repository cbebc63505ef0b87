"""Pieces of the published schema: references, objects, and what is switched off. See `schema.py`."""

from collections.abc import Sequence

from portal.filters.check import MAX_NAME, MAX_NODES
from portal.filters.operands import MAX_LIST, MAX_TEXT
from portal.filters.tree import KINDS, LINES, MATCHES, UNITS
from portal.kit.json import Json

ON: Json = {"const": False}
"""What is judged is not switched off."""


def ref(name: str) -> Json:
    """Return a reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def object_of(required: Sequence[str], properties: Json, **more: object) -> Json:
    """Return an object of these members and no others."""
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": properties,
        **more,
    }


def switched_off() -> Json:
    """Return the shape of what is switched off: of what it is made, whatever it is worth."""
    off: Json = {"type": "boolean"}
    name: Json = {"type": "string", "maxLength": MAX_NAME}
    lines: Json = {"enum": [*LINES, None]}
    scalar: Json = {"anyOf": [{"type": "string", "maxLength": MAX_TEXT}, {"type": "number"}]}
    span = {"amount": {"type": "integer"}, "unit": {"enum": list(UNITS)}}
    value: Json = {
        "anyOf": [
            {"type": "null"},
            scalar,
            {"type": "array", "items": scalar, "maxItems": MAX_LIST},
            object_of(("amount", "unit"), span),
            object_of(("field",), {"field": name}),
        ]
    }
    items: Json = {"type": "array", "items": ref("unjudged"), "maxItems": MAX_NODES - 1}
    group: Json = {"match": {"enum": list(MATCHES)}, "items": items, "lines": lines}
    condition = {"field": name, "operator": name, "value": value, "lines": lines, "off": off}
    where = object_of(("match", "items"), group)
    measure = {"measure": {"enum": list(KINDS)}, "operator": name, "value": value, "field": name, "where": where}
    return {
        "unjudged": {
            "anyOf": [
                object_of(("match", "items"), group | {"off": off}),
                object_of(("field", "operator"), condition),
                object_of(("measure", "operator", "value"), measure | {"off": off}),
            ]
        },
        "switchedOff": {
            "title": "Something that is switched off: it means nothing and may be unfinished",
            "required": ["off"],
            "properties": {"off": {"const": True}},
            "allOf": [ref("unjudged")],
        },
    }
