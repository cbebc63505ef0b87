"""The notice above the rules for new orders that the Order Hold Engine acts in their place."""

from typing import Any

from django import template
from django.template.context import RequestContext

from automations.hold_engine.run import handles

register = template.Library()


@register.inclusion_tag("automations/hold_engine/_notice.html", takes_context=True)
def hold_engine_notice(context: RequestContext, trigger: str) -> dict[str, Any]:
    """`{% hold_engine_notice trigger.key %}`: drawn for new orders of organizations that still have the engine."""
    return {"acts": trigger == "NEW_ORDER" and handles(context["request"].organization)}
