"""Which condition, question about lines or measure a piece of code is. Pure."""

import datetime as dt
import difflib
from collections.abc import Callable
from typing import TypeAlias

from portal.filters.check import COUNTED, comparable
from portal.filters.fields import Catalogue, Field, Type, keyed_path
from portal.filters.js_match import Holes, Pattern, helper, patterns
from portal.filters.js_pieces import (
    as_written,
    calls,
    holds_for_nothing,
    names_from,
    operand_of,
    place_of,
    plain,
    source,
)
from portal.filters.js_syntax import CannotShow, Expr, fault
from portal.filters.js_text import DEFAULT_KEYED
from portal.filters.mark import gettext_noop as _
from portal.filters.operands import BadValue, args_of, zone_name
from portal.filters.shape import NUMBERS, TEXTS, Operator
from portal.filters.to_js import needs_zone
from portal.filters.tree import Condition, FieldRef, Group, Lines, Measure, Value
from portal.filters.tree import Node as TreeNode

Decide: TypeAlias = "Callable[[Expr, str | None], TreeNode | bool]"
_SAYS = _("The builder cannot show {code}")


class Conditions:
    """Finds conditions in expressions. `decide` returns what a whole expression comes to."""

    def __init__(self, catalogue: Catalogue, zone: dt.tzinfo, decide: Decide) -> None:
        self.catalogue = catalogue
        self.zone = zone
        self.decide = decide

    def need(self, code: Expr, line: str | None, shown: Expr) -> TreeNode:
        """Return the condition that the code is. Raises CannotShow when it is none."""
        found = self.find(code, line)
        if found is None:
            raise fault(place_of(shown, code), _SAYS, self.cure(code, line))
        return found

    def find(self, code: Expr, line: str | None) -> TreeNode | None:
        """Return the condition that the code is, None when it is none. Raises CannotShow for one that is wrong."""
        quantified = self.quantified(code, line)
        if quantified is not None:
            return quantified
        wrong: CannotShow | None = None
        for pattern in patterns():
            holes = pattern.match(code)
            if holes is None:
                continue
            try:
                found = self.read(pattern, holes, code, line)
            except CannotShow as error:
                wrong = wrong or error
                continue
            if found is not None:
                return found
        if wrong is not None and code.kind not in ("chain", "not"):
            raise wrong
        return None

    # ---- one condition

    def read(self, pattern: Pattern, holes: Holes, code: Expr, line: str | None) -> TreeNode | None:
        """Return the condition that a pattern makes of its holes; None when its types are others."""
        if "value" in holes:
            measured = self.measure(pattern, holes, code)
            if measured is not None:
                return measured
        path = self.path_in(holes)
        field = self.field(path, line) if path is not None else None
        if field is None or field.type not in pattern.types:
            return None
        operator = pattern.operator
        if line is not None and not field.line:
            raise fault(place_of(code), _("This does not speak of the line: {code}"), _("Move it out of the function."))
        if operator.looks_back and (not self.catalogue.changes or field.line):
            raise fault(place_of(code), _("It is not known here what the value was before: {code}"))
        value = self.value(operator, field, holes, code, line)
        if "bare" in holes and holds_for_nothing(operator, value):
            cure = _("It holds where there is no number: write number({code}).").format(code=source(holes["bare"]))
            raise fault(place_of(code), _SAYS, cure)
        return Condition(field.path, operator.key, value)

    def path_in(self, holes: Holes) -> Expr | None:
        """Return the expression of the field."""
        if "value" not in holes:
            return holes.get("path") or holes.get("bare") or holes.get("of")
        value = holes["value"]
        return value.parts[1] if calls(value, helper("number")) and len(value.parts) == 2 else None

    def value(self, operator: Operator, field: Field, holes: Holes, code: Expr, line: str | None) -> Value:
        """Return the condition's value. Raises CannotShow for one that the operator does not take."""
        other = self.reference(operator, field, holes["a"], line) if "a" in holes and "b" not in holes else None
        if other is not None:
            return other
        value = operand_of(operator, holes, code)
        if needs_zone(operator, field, value):
            self.check_zone(holes, code)
        try:
            args_of(field, operator, value, self.zone)
        except BadValue as error:
            raise fault(place_of(code), f"{plain(error.message)} {{code}}", error.cure) from None
        return value

    def check_zone(self, holes: Holes, code: Expr) -> None:
        """Refuse days of another timezone than the builder's."""
        given, ours = holes.get("zone"), zone_name(self.zone)
        name = given.value if given is not None and given.kind == "literal" else "UTC" if given is None else ""
        if name != ours:
            cure = _("The builder counts days in {zone}: give that timezone.").format(zone=ours)
            raise fault(place_of(code), _("Here days are those of another timezone: {code}"), cure)

    def reference(self, operator: Operator, field: Field, code: Expr, line: str | None) -> FieldRef | None:
        """Return the other field that a condition compares with, None for a value of its own."""
        if code.kind in ("literal", "array"):
            return None
        wanted = {**dict.fromkeys(NUMBERS, helper("number")), Type.ENUM: helper("choice")}.get(field.type)
        if field.type is Type.DATETIME:
            wanted = Expr("member", "ms", (helper("dates"),))
        inner = code if wanted is None else code.parts[1] if calls(code, wanted) and len(code.parts) == 2 else None
        other = None if inner is None else self.field(inner, line)
        if other is None:
            cure = _("Compare with a value, or with another field.")
            raise fault(place_of(code), _SAYS, cure if wanted is None else f"{as_written(wanted)}({source(code)})?")
        if not operator.compares(field.type) or not comparable(field, other):
            raise fault(place_of(code), _("The two fields cannot be compared: {code}"))
        return FieldRef(other.path)

    # ---- fields

    def field(self, code: Expr, line: str | None) -> Field | None:
        """Return the field whose value the code takes, None when it takes something else."""
        path = self.path(code, line)
        if path is None:
            return None
        field = self.catalogue.get(path)
        if field is None or field.is_template:
            known = [each.path for each in self.catalogue if not each.is_template]
            near = difflib.get_close_matches(path, known, 1, 0.5)
            cure = _("Did you mean {path}?").format(path=near[0]) if near else ""
            raise fault(place_of(code), _("The builder has no field {code}."), cure)
        return field

    def path(self, code: Expr, line: str | None) -> str | None:
        """Return the path of a field as the catalogue has it."""
        if calls(code, helper("named")) and len(code.parts) in (3, 5):
            base = self.path(code.parts[1], line)
            texts = [each.value if each.kind == "literal" else None for each in code.parts[2:]]
            field = self.catalogue.get(base) if base else None
            if field is None or not isinstance(texts[0], str) or tuple(texts[1:] or DEFAULT_KEYED) != field.keyed:
                return None
            return keyed_path(field.path, texts[0])
        if calls(code, helper("pick")) and len(code.parts) == 3 and isinstance(code.parts[2].value, str):
            base = self.path(code.parts[1], line)
            return f"{base}[].{code.parts[2].value}" if base else None
        if code.kind == "call" and len(code.parts) == 2 and code.parts[1].kind == "arrow":
            called, function = code.parts
            base = self.path(called.parts[0], line) if called.kind == "member" and called.value == "map" else None
            rest = names_from(function.parts[0], f"${function.value}")
            return f"{base}[].{'.'.join(rest)}" if base and rest else None
        names = names_from(code, "entity") or names_from(code, "$1" if line is None else "")
        if names:
            return ".".join(names)
        names = names_from(code, line) if line else None
        return ".".join((self.catalogue.lines_path, *names)) if names else None

    # ---- lines

    def rows(self, code: Expr) -> bool:
        """Say whether the code is the list of all lines."""
        inner = code.parts[1] if calls(code, helper("lines")) and len(code.parts) == 2 else code
        return names_from(inner, "entity") == [self.catalogue.lines_path]

    def _of_lines(self, code: Expr, *methods: str) -> tuple[str, Expr] | None:
        """Return the method and the function of `lines.method(function)`."""
        if code.kind != "call" or len(code.parts) != 2 or code.parts[1].kind != "arrow":
            return None
        called, function = code.parts
        if called.kind != "member" or called.value not in methods or not self.rows(called.parts[0]):
            return None
        return called.value, function

    def quantified(self, code: Expr, line: str | None) -> TreeNode | None:
        """Return a question about some or every line."""
        asked = self._of_lines(code, "some", "every")
        if asked is None:
            return None
        if line is not None:
            raise fault(place_of(code), _("The builder cannot ask about lines inside a question about a line: {code}"))
        method, function = asked
        lines: Lines = "any" if method == "some" else "all"
        inner = self.inside(function)
        if isinstance(inner, Group):
            return Group(inner.match, inner.items, lines)
        if isinstance(inner, Condition):
            return Condition(inner.field, inner.operator, inner.value, lines)
        raise fault(place_of(code), _SAYS, _("Ask for the number of lines."))

    def inside(self, function: Expr) -> TreeNode:
        """Return what is asked of one line."""
        inner = self.decide(function.parts[0], f"${function.value}")
        if isinstance(inner, bool):
            raise fault(place_of(function), _("This is the same for every line: {code}"))
        return inner

    def measure(self, pattern: Pattern, holes: Holes, code: Expr) -> Measure | None:
        """Return a count of lines or a sum over them."""
        number = holes["value"]
        found = self.counted(number) or self.summed(number)
        if found is None:
            return None
        where, key = found
        field = self.catalogue.get(f"{self.catalogue.lines_path}.{key}") if key else COUNTED
        if field is None or field.type not in pattern.types:
            raise fault(
                place_of(number), _("This cannot be summed: {code}"), _("Choose a line field that holds a number.")
            )
        value = operand_of(pattern.operator, holes, code)
        try:
            args_of(field, pattern.operator, value, self.zone)
        except BadValue as error:
            raise fault(place_of(code), f"{plain(error.message)} {{code}}", error.cure) from None
        return Measure("sum" if key else "count", pattern.operator.key, value, field.path, where)

    def counted(self, code: Expr) -> tuple[Group, str] | None:
        """Return which lines are counted by `lines.length`."""
        where = self.chosen(code.parts[0]) if code.kind == "member" and code.value == "length" else None
        return None if where is None else (where, "")

    def summed(self, code: Expr) -> tuple[Group, str] | None:
        """Return which lines and which of their fields are summed."""
        sums = [Expr("member", "sum", (helper(name),)) for name in ("number", "money")]
        if len(code.parts) != 3 or not any(calls(code, each) for each in sums):
            return None
        where, of = self.chosen(code.parts[1]), code.parts[2]
        names = names_from(of.parts[0], f"${of.value}") if of.kind == "arrow" else [of.value]
        if where is None or not names or not isinstance(names[0], str):
            return None
        return where, ".".join(names)

    def chosen(self, code: Expr) -> Group | None:
        """Return which lines a list holds, None when it is no list of lines."""
        if self.rows(code):
            return Group()
        asked = self._of_lines(code, "filter")
        if asked is None:
            return None
        inner = self.inside(asked[1])
        plain = isinstance(inner, Group) and inner.lines is None
        return inner if plain and isinstance(inner, Group) else Group("all", (inner,))

    # ---- cures

    def cure(self, code: Expr, line: str | None) -> str:
        """Return what to write instead, where that is easy to tell."""
        if code.kind == "compare" and str(code.value).endswith("=") and len(code.parts) == 2:
            path = self.path(code.parts[0], line)
            field = self.catalogue.get(path) if path else None
            if field is not None and field.type in TEXTS:
                return _("Compare texts by text.equal(a, b): case and accents do not count there.")
        if code.kind == "call" and code.parts[0].kind == "member" and code.parts[0].value in ("includes", "startsWith"):
            return _("Use text.contains, text.startsWith or, for lists, text.hasAny.")
        if code.kind in ("member", "not"):
            return _("Say what it is compared with, as in number(…) > 0 or !text.isEmpty(…).")
        return ""
