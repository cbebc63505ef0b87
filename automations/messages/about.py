"""What every message of a rule shares: the fields it may name, and the record it is about. Pure."""

from automations.engine.actions import Context, Refusal
from automations.messages.template import Extra, TooLong, fill, fill_json
from portal.filters.fields import Catalogue
from portal.kit.json import Json

EVERY_ENTITY = frozenset({"order", "exception", "shippingRequest", "fulfillment", "product"})
"""Messages can be sent about any kind of record."""
_NOTHING = Catalogue("record", "record", ())


def text(template: str, context: Context) -> str:
    """Fill a text for people. Raises Refusal."""
    try:
        return fill(template, context.document, context.catalogue or _NOTHING, _extra(context))
    except TooLong:
        raise Refusal(_LONG) from None


def json_text(template: str, context: Context) -> str:
    """Fill a JSON body. Raises Refusal."""
    try:
        return fill_json(template, context.document, context.catalogue or _NOTHING, _extra(context))
    except TooLong:
        raise Refusal(_LONG) from None


_LONG = "With the fields of this record the message would be longer than 262,144 characters, so it is not sent."


def record_of(context: Context, title: str) -> Json:
    """Return which record a delivery is about, and what its exception is called should it come to nothing."""
    entity = context.catalogue.entity if context.catalogue else ""
    # The API's older name of a shipping request is in its document (behaviour.md 1).
    key = "shipmentId" if entity == "shippingRequest" else f"{entity}Id"
    return {"type": entity, "id": str(context.document.get(key, "")), "title": title[:300]}


def _extra(context: Context) -> Extra:
    return Extra(context.rule_name, context.now, context.zone)
