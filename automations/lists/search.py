"""The search box of the history: a run, a record or a rule by its ID, a number, a name, or words of an error.

What is exactly an ID or a record's number is found alone. Else runs are found whose record's number
begins with the text, whose rule is (or was) called so, or whose error has it. Records and rules are
asked first, over their own indexes, and runs by what was found: a run's own texts have no index,
because every match of every rule would pay for it. Errors are read, of the newest `NEWEST` that have one.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automations.models import Rule, Run
from orders.models import Order, OrderException
from portal.kit.ids import is_public_id
from portal.kit.text import fold
from portal.tenancy.models import Organization
from portal.ui.found import Found, Match

MOST = 1_000
"""Records that a number or the beginning of one may mean, and runs that they and errors give."""
NEWEST = 20_000
"""Runs with an error that are read for the words of one."""
WIDER = "*"
_AROUND = 40
"""Characters of an error that are shown on either side of what was found in it."""

Rows = QuerySet[Run]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked for, folded, and whether all of an ID or number was typed."""

    text: str
    exact: bool


def search(rows: Rows, text: str) -> Found:
    """Find runs of `rows`, which are the runs of one organization, by what people know of them."""
    typed = text.strip()
    words = typed.removesuffix(WIDER).strip()
    wanted = fold(words)
    if not wanted:
        return Found(rows)
    organization = _organization(rows)
    if not typed.endswith(WIDER):
        ids = _by_id(rows, organization, wanted) or _by_number(rows, organization, wanted)
        if ids:
            matched = partial(_matched, _Asked(wanted, exact=True))
            return Found(rows.filter(_having(ids)), _sentence_exactly, matched, wanted + WIDER)
    some = _having([*_beginning(rows, organization, wanted), *_by_error(rows, words)])
    named = _rules_called(organization, wanted)
    found = rows.filter(some | Q(rule__in=named)) if named else rows.filter(some)
    return Found(found, _sentence_beginning, partial(_matched, _Asked(wanted, exact=False)))


def _having(ids: Sequence[int]) -> Q:
    """Return the condition for these runs; one array costs less than a thousand parameters do."""
    return Q(RawSQL("automations_run.id = ANY(%s)", (sorted(set(ids)),), BooleanField()))


def _organization(rows: Rows) -> Organization:
    """Return whose rows these are: records and rules are asked beside them, and never without this."""
    for child in rows.query.where.children:
        lhs, rhs = getattr(child, "lhs", None), getattr(child, "rhs", None)
        if lhs is not None and getattr(lhs, "target", None) is Run._meta.get_field("organization"):
            return Organization(pk=int(cast(int, rhs)))
    raise ValueError("Runs are searched within one organization.")


# by records


def _by_id(rows: Rows, organization: Organization, wanted: str) -> list[int]:
    """Return the runs that an ID means: the run itself, or those of the record or rule that it names."""
    if not is_public_id(wanted):
        return []
    if found := _ids(rows.filter(public_id=wanted)):
        return found
    if found := _ids(rows.filter(records_with(organization, [wanted]))):
        return found
    return _ids(rows.filter(rule__public_id=wanted))


def records_with(organization: Organization, ids: Collection[str]) -> Q:
    """Return the condition for runs on the records with these public IDs, which an index serves."""
    orders = Order.objects.within(organization).filter(public_id__in=ids).values_list("pk", flat=True)
    raised = OrderException.objects.within(organization).filter(public_id__in=ids).values_list("pk", flat=True)
    return _on(list(orders), list(raised))


def _by_number(rows: Rows, organization: Organization, wanted: str) -> list[int]:
    orders = Order.objects.within(organization).filter(number_folded__in=(wanted, f"#{wanted}"))
    return _of_orders(rows, organization, orders)


def _beginning(rows: Rows, organization: Organization, wanted: str) -> list[int]:
    starts = Q(number_folded__startswith=wanted) | Q(number_folded__startswith=f"#{wanted}")
    return _of_orders(rows, organization, Order.objects.within(organization).filter(starts))


def _of_orders(rows: Rows, organization: Organization, orders: QuerySet[Order]) -> list[int]:
    """Return the runs of orders and of the exceptions that were raised for them."""
    ids = list(orders.values_list("pk", flat=True)[:MOST])
    if not ids:
        return []
    raised = OrderException.objects.within(organization).filter(entity_type="order", entity_id__in=ids)
    return _of_records(rows, ids, list(raised.values_list("pk", flat=True)[:MOST]))


def _of_records(rows: Rows, orders: Sequence[int], raised: Sequence[int]) -> list[int]:
    return _ids(rows.filter(_on(orders, raised))) if orders or raised else []


def _on(orders: Sequence[int], raised: Sequence[int]) -> Q:
    return Q(entity_type="order", entity_id__in=orders) | Q(entity_type="exception", entity_id__in=raised)


def _ids(rows: Rows) -> list[int]:
    return list(rows.order_by().values_list("pk", flat=True)[:MOST])


# by words


def _by_error(rows: Rows, words: str) -> list[int]:
    """Return the newest runs whose error has these words, among the newest that went wrong."""
    wrong = rows.exclude(status=Run.Status.COMPLETED).order_by("-created_at", "-id")
    oldest = wrong.values_list("created_at", flat=True)[NEWEST : NEWEST + 1].first()
    if oldest:
        wrong = wrong.filter(created_at__gt=oldest)
    return list(wrong.filter(error__icontains=words).values_list("pk", flat=True)[:MOST])


def _rules_called(organization: Organization, wanted: str) -> list[int]:
    """Return the rules that are called so, or were when they were saved at some time."""
    names = Rule.objects.within(organization).values_list("pk", "name", "versions__definition__name")
    return sorted({pk for pk, *called in names if any(wanted in fold(name or "") for name in called)})


# what it says


def _matched(asked: _Asked, records: Sequence[Run]) -> dict[int, list[Match]]:
    """Say for each run of a page what matched."""
    return {run.pk: list(_fitting(asked, run)) for run in records}


def _fitting(asked: _Asked, run: Run) -> Iterator[Match]:
    text = asked.text
    if text in (run.public_id, run.entity_public_id, run.rule.public_id):
        yield Match(
            _("Run ID") if text == run.public_id else _("Rule ID") if text == run.rule.public_id else _("Entity ID")
        )
        return
    number = fold(run.entity_label).removeprefix("#")
    if number == text.removeprefix("#") or (not asked.exact and number.startswith(text.removeprefix("#"))):
        yield Match(_("Entity"), run.entity_label)
    if asked.exact:
        return
    if text in fold(run.rule_name):
        yield Match(_("Rule"), run.rule_name)
    elif text in fold(run.rule.name):
        yield Match(_("Rule, now called"), run.rule.name)
    if text in fold(run.error):
        yield Match(_("Error"), _around(run.error, text))


def _around(error: str, text: str) -> str:
    """Return the part of an error in which the words stand; all of it where folding has moved them."""
    at = error.casefold().find(text)
    start, end = max(0, at - _AROUND), at + len(text) + _AROUND
    if at < 0:
        return error[: 2 * _AROUND]
    return f"{'…' * (start > 0)}{error[start:end]}{'…' * (end < len(error))}"


def _sentence_exactly(count: int, about: bool) -> str:
    told = {"count": f"{count:,}"}
    return (
        ngettext("%(count)s run with exactly this ID or number", "%(count)s runs with exactly this ID or number", count)
        % told
    )


def _sentence_beginning(count: int, about: bool) -> str:
    told = {"count": ("≈ " if about else "") + f"{count:,}"}
    return (
        ngettext(
            "%(count)s run whose record's number begins with it, or whose rule or error has it",
            "%(count)s runs whose record's number begins with it, or whose rule or error has it",
            count,
        )
        % told
    )
