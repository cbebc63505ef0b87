"""Cancel or reject line items: lines by SKU or name are not shipped, the rest of the order goes on (seed 002)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from automations.engine.actions import Action, Context, Input, Refusal, actions
from automations.engine.plan import Move, SetFields, Write
from orders.documents import dispositions
from orders.lifecycle.order import BEFORE_ROUTING, CLOSED, OrderStatus
from portal.entities import patch
from portal.filters.mark import gettext_noop as _
from portal.filters.wildcard import BadPattern, Wildcard
from portal.kit.json import Json
from portal.kit.text import fold

if TYPE_CHECKING:
    from automations.engine.triggers import Trigger
    from portal.tenancy.models import Organization

MOST = 500
NAMED = 5
Pattern = Annotated[str, StringConstraints(max_length=300)]
DONE = {"canceled": _("canceled"), "rejected": _("rejected")}
KINDS: dict[str, dispositions.Kind] = {"cancel": "canceled", "reject": "rejected"}
LEFT = {
    "cancel": _("cancel the order"),
    "review": _("mark it for review"),
    "leave": _("leave it as it is"),
}


class LineSettings(BaseModel):
    """Which lines, what becomes of them, and of the order when no line is left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["cancel", "reject"] = "cancel"
    skus: tuple[Pattern, ...] = Field(default=(), max_length=MOST)
    names: tuple[Pattern, ...] = Field(default=(), max_length=MOST)
    match: Literal["any", "all"] = "any"
    """Whether the SKU or the name must fit, or both."""
    nothing_left: Literal["cancel", "review", "leave"] = "review"


def plan(settings: LineSettings, context: Context) -> list[Write]:
    """Take the lines out. An order that is closed is left alone; one that has gone to a warehouse is refused."""
    before = context.document
    lines = _open(settings, before)
    status = OrderStatus(before["status"])
    if not lines or status in CLOSED:
        return []
    if status not in BEFORE_ROUTING:
        raise Refusal(f"An order that is “{status.label}” has gone to fulfillment: its lines cannot be taken out here.")
    kind = KINDS[settings.mode]
    after = dispositions.take_out(before, [line["uniqueId"] for line in lines], kind)
    summary = f"Rule “{context.rule_name}” {kind} {_named(lines, before)}."
    found: list[Write] = [SetFields(patch.diff(before, after), summary, f"lines {kind}")]
    if dispositions.nothing_is_left(after):
        found += _then(settings.nothing_left, status, context.rule_name)
    return found


def _then(what: str, status: OrderStatus, rule: str) -> Sequence[Write]:
    target = {"cancel": OrderStatus.CANCELED, "review": OrderStatus.REVIEW_REQUIRED}.get(what)
    if target is None or target is status:
        return ()
    verb = "canceled" if target is OrderStatus.CANCELED else "marked for review"
    return (Move(target, verb, f"Rule “{rule}”: no line is left to ship, so now “{target.label}”."),)


def _open(settings: LineSettings, document: Json) -> list[Json]:
    """Return the lines that are meant and still have units to ship."""
    skus, names = _patterns(settings.skus), _patterns(settings.names)
    out = dispositions.taken_out(document)
    found = [line for line in document.get("lineItems", ()) if _fits(line, skus, names, settings.match)]
    return [line for line in found if dispositions.open_quantity(line, out) > 0]


def _patterns(texts: Sequence[str]) -> list[Wildcard]:
    try:
        return [Wildcard(text) for text in texts if text.strip()]
    except BadPattern as error:
        raise Refusal(f"{error.message} {error.cure}") from error


def _fits(line: Json, skus: Sequence[Wildcard], names: Sequence[Wildcard], match: str) -> bool:
    sku, name = fold(line.get("sku") or ""), fold(line.get("name") or "")
    asked = [any(one(text) for one in patterns) for text, patterns in ((sku, skus), (name, names)) if patterns]
    return bool(asked) and (all(asked) if match == "all" else any(asked))


def _named(lines: Sequence[Json], document: Json) -> str:
    """Return the lines by number and SKU: “2 × TEA-1, 1 × CUP-3 and 4 more lines”."""
    out = dispositions.taken_out(document)
    units = [dispositions.plain(dispositions.open_quantity(line, out)) for line in lines]
    told = [f"{n} × {line['sku'] or line.get('name') or '?'}" for n, line in zip(units, lines, strict=True)]
    more = len(told) - NAMED
    return ", ".join(told[:NAMED]) + (f" and {more} more line{'s' if more > 1 else ''}" if more > 0 else "")


def check(settings: LineSettings, trigger: "Trigger", organization: "Organization | None") -> Iterator[tuple[str, str]]:
    """Say what is wrong with the patterns, each with its cure."""
    if not any(text.strip() for text in (*settings.skus, *settings.names)):
        yield "skus", gettext("Give at least one SKU or name, one a line. * stands for any characters: TEA-*.")
    for name, texts in (("skus", settings.skus), ("names", settings.names)):
        for text in texts:
            try:
                Wildcard(text) if text.strip() else None
            except BadPattern as error:
                cure = _("Name them, or cancel the whole order instead.") if not text.strip("* ") else error.cure
                yield name, f"“{text}”: {gettext(error.message)} {gettext(cure)}"


def words(settings: LineSettings) -> str:
    """Return the action in words: “cancel lines whose SKU is TEA-* or CUP-1; with none left, mark it for review”."""
    joint = gettext(" or ") if settings.match == "any" else gettext(" and ")
    parts = [
        told.format(patterns=_listed(texts))
        for told, texts in ((gettext("whose SKU is {patterns}"), settings.skus),
                            (gettext("whose name is {patterns}"), settings.names))
        if texts
    ]  # fmt: skip
    act = gettext("cancel lines") if settings.mode == "cancel" else gettext("reject lines")
    which = joint.join(parts) or gettext("that are not chosen yet")
    return gettext("{act} {which}; with none left, {then}").format(
        act=act, which=which, then=gettext(LEFT[settings.nothing_left])
    )


def _listed(texts: Sequence[str]) -> str:
    shown = gettext(" or ").join(texts[:NAMED])
    return f"{shown}…" if len(texts) > NAMED else shown


CANCEL_LINES = actions.register(
    "cancel_lines",
    Action(
        "cancel_lines", _("Cancel or reject line items"), frozenset({"order"}), LineSettings, plan, words,
        inputs=(
            Input("mode", _("What becomes of them"), "choice",
                  (("cancel", _("Canceled: they are not wanted any more")),
                   ("reject", _("Rejected: they cannot be shipped")))),
            Input("skus", _("SKUs"), "lines",
                  help=_("One a line. * stands for any characters, ? for one: TEA-*. Case does not count.")),
            Input("names", _("Names of lines"), "lines", help=_("One a line, with the same signs: *gift card*.")),
            Input("match", _("When both are given"), "choice",
                  (("any", _("SKU or name must fit")), ("all", _("SKU and name must fit")))),
            Input("nothing_left", _("When no line is left to ship"), "choice",
                  (("review", _("Mark the order for review")), ("cancel", _("Cancel the order")),
                   ("leave", _("Leave it as it is")))),
        ),
        check=check,
        reversible=False,
        help=_("The lines stay on the order and are not shipped. The channel is not told."),
    ),
)  # fmt: skip
