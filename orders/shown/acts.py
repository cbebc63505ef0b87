"""What a person can do to an order, as it stands and as their role allows: one value per button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.by_hand import cancel
from orders.by_hand.remove import can_delete
from orders.fulfillments.by_hand import can_mark_unfulfilled
from orders.lifecycle import bulk
from orders.lifecycle.order import OrderStatus, can_move
from orders.models import Order
from orders.routing.run import ROUTABLE, nothing_open

S = OrderStatus


@dataclass(frozen=True)
class Act:
    """A button. `opens` names the dialog it opens instead of sending; `confirm` is asked first."""

    key: str
    label: StrOrPromise
    icon: str
    url: str
    done: StrOrPromise = ""
    confirm: str = ""
    confirm_title: str = ""
    confirm_yes: str = ""
    opens: str = ""
    danger: bool = False
    leads: bool = False
    """It is a page of its own that `url` leads to."""

    @property
    def css(self) -> str:
        """How it looks where it comes first: what only takes an order off its way is not what people shall press."""
        return "btn" if self.key in ("review", "hold") else "btn btn-primary"


@dataclass(frozen=True)
class Acts:
    """The acts of an order page: the first is what this status asks for, two more at hand, the rest in a menu."""

    first: Act | None
    more: tuple[Act, ...]
    menu: tuple[Act, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of act: its words, the status it leads to, what is said when it is done."""

    key: str
    label: StrOrPromise
    icon: str
    done: StrOrPromise
    to: OrderStatus | None = None
    warning: Callable[[Order], str] | None = None
    danger: bool = False
    elsewhere: str = ""
    """The address (a URL name) that does it, where that is one of its own."""


def _archive_warning(order: Order) -> str:
    return _("The order leaves the usual lists and is not worked on any more. You can bring it back for review.")


def _unfulfilled_warning(order: Order) -> str:
    return _(
        "What was shipped until now does not count any more: its units are asked for again, and can be shipped a "
        "second time. No warehouse is told, and stock stays as it is."
    )


def _clone_warning(order: Order) -> str:
    return _(
        "A new order, a draft, with the same customer, addresses, lines, amounts, shipping, notes, tags and custom "
        "fields. Payments, dates, the IDs and the link of %(source)s, and what was shipped or taken out, are not "
        "copied; %(source)s does not hear of it."
    ) % {"source": order.source.name}


def _delete_warning(order: Order) -> str:
    return _(
        "It disappears from lists and searches, its holds end, and what no warehouse has of it is canceled. "
        "%(source)s is not told. It can be brought back."
    ) % {"source": order.source.name}


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "request",
            gettext_lazy("New shipping request"),
            "truck-delivery",
            "",
            elsewhere="orders:request_by_hand",
        ),
        Kind("rerun", gettext_lazy("Re-run routing"), "refresh", "", elsewhere="orders:order_routing_again"),
        Kind("release", gettext_lazy("Release hold"), "player-play", gettext_lazy("Hold released")),
        Kind(
            "ready", gettext_lazy("Mark ready"), "circle-check", gettext_lazy("Marked ready"), S.READY_FOR_FULFILLMENT
        ),
        Kind(
            "hold",
            gettext_lazy("Hold…"),
            "clock-pause",
            gettext_lazy("Put on hold"),
            S.ON_HOLD,
            elsewhere="orders:hold",
        ),
        Kind("review", gettext_lazy("Mark for review"), "eye", gettext_lazy("Marked for review"), S.REVIEW_REQUIRED),
        Kind("draft", gettext_lazy("Set to draft"), "pencil", gettext_lazy("Set to draft"), S.DRAFT),
        Kind("cancel", gettext_lazy("Cancel order"), "ban", gettext_lazy("Canceled"), S.CANCELED, cancel.warning, True),
        Kind(
            "unfulfilled",
            gettext_lazy("Mark unfulfilled"),
            "arrow-back-up",
            gettext_lazy("Marked unfulfilled"),
            S.READY_FOR_FULFILLMENT,
            _unfulfilled_warning,
            True,
        ),
        Kind("archive", gettext_lazy("Archive"), "archive", gettext_lazy("Archived"), S.ARCHIVED, _archive_warning),
        Kind("push", gettext_lazy("Push…"), "send", "", elsewhere="orders:push"),
        Kind("clone", gettext_lazy("Clone"), "copy", "", None, _clone_warning, elsewhere="orders:clone"),
        Kind("delete", gettext_lazy("Delete"), "trash", "", None, _delete_warning, True, elsewhere="orders:delete"),
    )
}
"""In the order of the menu."""

_FIRST = {
    S.NEW: ("ready", "hold"),
    S.DRAFT: ("ready", "hold"),
    S.ON_HOLD: ("release", "hold"),
    S.TO_BE_VALIDATED: ("ready", "hold"),
    S.REVIEW_REQUIRED: ("ready", "hold"),
    S.READY_FOR_FULFILLMENT: ("request", "hold", "review"),
    S.SENT_TO_FULFILLMENT: ("review",),
    S.PARTIAL_FULFILLMENT: ("request", "review"),
    S.CANCELED: ("archive",),
    S.ARCHIVED: ("review",),
}


def acts(order: Order, *, may_operate: bool) -> Acts:
    """Return the acts that the status allows and the role includes; none for those who may only look."""
    if not may_operate or order.deleted_at:
        return Acts(None, (), ())
    allowed = {key: _act(kind, order) for key, kind in KINDS.items() if _fits(kind, order)}
    wanted = [allowed.pop(key) for key in _FIRST.get(S(order.status), ("review",)) if key in allowed]
    return Acts(wanted[0] if wanted else None, tuple(wanted[1:]), tuple(allowed.values()))


def _fits(kind: Kind, order: Order) -> bool:
    if kind.key in ("release", "hold") and order.status == S.ON_HOLD:
        return True
    if kind.key in _FITS:
        return _FITS[kind.key](order)
    return kind.to is not None and can_move(order.status, kind.to)


_FITS: Mapping[str, Callable[[Order], bool]] = {
    "ready": lambda order: bulk.can("ready", order.status),
    "unfulfilled": can_mark_unfulfilled,
    "request": lambda order: order.status in ROUTABLE and not nothing_open(order),
    "rerun": lambda order: order.status in ROUTABLE,
    "push": lambda order: True,
    "clone": lambda order: True,
    "delete": can_delete,
}
"""Acts that are no moves, or not by every move that there is: when they are offered."""


def _opens(kind: Kind, order: Order) -> str:
    """Return the dialog that asks what has to be known first."""
    if kind.key == "hold":
        return "hold-dialog"
    return "cancel-dialog" if kind.key == "cancel" and cancel.ending_of(order).count else ""


def _act(kind: Kind, order: Order) -> Act:
    label = kind.label
    if kind.key == "hold" and order.status == S.ON_HOLD:
        label = _("Hold longer…")
    if kind.key == "review" and order.status == S.ARCHIVED:
        label = _("Bring back for review")
    title = f"{label}: {order.ext_order_id}" if kind.warning else ""
    return Act(
        kind.key,
        label,
        kind.icon,
        reverse(kind.elsewhere, args=[order.public_id])
        if kind.elsewhere
        else reverse("orders:act", args=[order.public_id, kind.key]),
        done=kind.done,
        confirm=kind.warning(order) if kind.warning else "",
        confirm_title=title,
        confirm_yes=str(kind.label) if kind.warning else "",
        opens=_opens(kind, order),
        danger=kind.danger,
        leads=kind.key in ("request", "push"),
    )
