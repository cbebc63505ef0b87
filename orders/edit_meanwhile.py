"""Two people edit one order: the second is told what the first has changed, and chooses where both have."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.edit_form import EditForm, custom_values, values
from orders.edit_lines import LineRows
from orders.models import Order
from portal.audit.models import History
from portal.ui.components import DiffRow, diff_rows

MOST = 20


@dataclass(frozen=True)
class TheirChange:
    """One field that somebody else has changed since the form was loaded."""

    who: str
    row: DiffRow


def changed_since(order: Order, version: int) -> list[TheirChange]:
    """Return what others have changed of the content since a version, the newest first; one query."""
    rows = History.objects.within(order.organization).filter(
        entity_type="order", entity_id=order.pk, version__gt=version
    )
    found = []
    for row in rows.order_by("-id")[:MOST]:
        changes = [one for one in row.changes if not one["path"].startswith(("/disposition", "/fulfilledAt"))]
        found += [TheirChange(row.actor_name, told) for told in diff_rows(changes)]
    return found[:MOST]


def only_moved(form: EditForm, order: Order) -> bool:
    """Say whether the order has gone on without any field of the form being another: then nobody needs to be asked."""
    shown = [name for name in form.fields if form.add_initial_prefix(name) in form.data]
    now = _now(order, form)
    return all(form.was(name) == now.get(name, "") for name in shown)


def _now(order: Order, form: EditForm) -> dict[str, str]:
    lines = LineRows(order, form.data).initial  # of a large order those that the form came with
    return values(order.content, order.organization.zone) | custom_values(order.content) | lines


def meanwhile(form: EditForm, order: Order) -> EditForm:
    """Return the form anew after somebody else's change: what was typed stays, all else is as it is now.

    Where both have changed the same field, it says who made what of it, and asks whose shall count.
    """
    now, who = _now(order, form), _last(order, form)
    data = {
        name: value
        for name, value in form.data.items()
        if name.startswith(("new-", "custom-")) or name.endswith("-remove")
    }
    both = {}
    for name in form.fields:
        if name not in now:
            continue
        typed = name in form.typed()
        if typed and form.was(name) != now[name]:
            both[name] = now[name]
        data[name] = form.data.get(name, "") if typed else now[name]
        data[form.add_initial_prefix(name)] = now[name]
        if not data[name] and name.endswith("-ships"):
            del data[name]  # an unticked box sends nothing
    again = EditForm(order, data | {"version": str(order.version)}, form.lines.look)
    again.full_clean()
    again.theirs = {name: value for name, value in both.items() if name in again.fields}
    again.add_error(
        None,
        _("%(number)s was changed by %(who)s while you edited it. What you typed stands below: save it again.")
        % {"number": order.ext_order_id, "who": who},
    )
    for name in again.theirs:
        shown = now[name].replace("\n", ", ") or _("empty")
        again.add_error(name, _("%(who)s has set this to “%(value)s” meanwhile.") % {"who": who, "value": shown})
    return again


def _last(order: Order, form: EditForm) -> str:
    """Return by whom the order was changed since the form was loaded: one name, or “somebody else”."""
    names = {one.who for one in changed_since(order, form.cleaned_data.get("version") or order.version)}
    return names.pop() if len(names) == 1 else _("somebody else")
