"""What all pages share: the frame around the content, and dates and statuses in words."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from integrations.connectors.shipbob.sandbox.api.guard import world

routes = Blueprint("pages", __name__)

TONES = {
    "good": ("Completed", "Delivered", "Fulfilled"),
    "busy": ("Picked",),
    "bad": ("Exception", "Cancelled"),
}
WORDS = {"Processing": "Waiting", "OnHold": "On hold", "Completed": "Shipped", "Exception": "Problem"}


def show(template: str, **more: Any) -> str:
    """Render a page inside the frame."""
    return render_template(template, trouble=len(world().faults.active()), automatic=world().automatic, **more)


def back_to(endpoint: str, **more: Any) -> Response:
    """Go on to a page, read afresh."""
    return redirect(url_for(endpoint, **more), 303)


@routes.app_template_filter()
def moment(told: Any) -> str:
    """Write a moment as date and time, UTC."""
    seconds = _seconds(told)
    return "?" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%-d %b %Y, %H:%M:%S UTC")


@routes.app_template_filter()
def ago(told: Any) -> str:
    """Write how long ago a moment was."""
    seconds = _seconds(told)
    if seconds is None:
        return "at an unknown time"
    passed = world().now() - seconds
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if passed >= size:
            count = int(passed // size)
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"


@routes.app_template_filter()
def words(name: Any) -> str:
    """Write a name of the API as a person would: On hold, Invalid address."""
    text = str(name)
    if text in WORDS:
        return WORDS[text]
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in text.replace("_", " "))
    return spaced.strip().capitalize()


@routes.app_template_filter()
def tone(name: Any) -> str:
    """The colour class of a status; its text says the same without colour."""
    return next((key for key, names in TONES.items() if name in names), "wait")


def _seconds(told: Any) -> float | None:
    if isinstance(told, int | float):
        return float(told)
    try:
        return datetime.fromisoformat(str(told)).timestamp()
    except ValueError:
        return None
