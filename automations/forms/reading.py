"""The posted form into a draft."""

from django.http import QueryDict

from automations.forms.drafts import ActionDraft, RuleDraft
from automations.inputs.newlines import unix
from portal.filters import builder


def read(data: QueryDict) -> RuleDraft:
    """Read the posted form. Raises BadFilter when its filter is larger than a filter may be."""
    return RuleDraft(
        data.get("name", "").strip(),
        unix(data.get("description", "")).strip(),
        bool(data.get("once")),
        tuple(data.getlist("sources")),
        "code" if data.get("kind") == "code" else "simple",
        builder.read(data.lists()),
        unix(data.get("code", "")),
        _actions(data),
    )


def _actions(data: QueryDict) -> tuple[ActionDraft, ...]:
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for name, given in data.lists():
        start, _, rest = name.partition(".")
        number, _, part = rest.partition(".")
        if start == "a" and part and _is_number(number):
            found.setdefault(int(number), {})[part] = tuple(map(str, given))
    wanted = [int(number) for number in data.getlist("a.order") if _is_number(number)]
    order = [*dict.fromkeys(one for one in wanted if one in found), *sorted(found.keys() - set(wanted))]
    return tuple(_action(found[number], str(number)) for number in order)


def _action(row: dict[str, tuple[str, ...]], number: str) -> ActionDraft:
    values = {name: given for name, given in row.items() if name not in ("key", "own.off", "own.note", "own.id")}
    id = _one(row, "own.id")
    return ActionDraft(
        _one(row, "key"),
        values,
        bool(_one(row, "own.off")),
        unix(_one(row, "own.note")).strip(),
        id if _is_number(id) else number,
    )


def _one(row: dict[str, tuple[str, ...]], name: str) -> str:
    return next(iter(row.get(name, ())), "")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4
