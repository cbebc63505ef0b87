"""The JavaScript reading: a filter as the body of a code filter, as a person would write it.

What is printed runs unchanged as `(entity, related, helpers) => boolean` (docs/javascript.md) and gives
the answer of the Python reading for every document. Each operator says in its own file how it reads
(`Reading.javascript`); here the paths and literals are put in, and the groups around. `from_js` reads
it back.
"""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from portal.filters.fields import Catalogue, Field, Type
from portal.filters.js_text import Chain, Code, Items, Wrap, comment, laid_out, literal, member, path_to, quote
from portal.filters.operands import DAY, zone_name
from portal.filters.resolve import Bundle, Resolved, Tally, Test, resolve
from portal.filters.shape import NUMBERS, Operand, Operator, Takes
from portal.filters.to_words import sentence
from portal.filters.tree import Duration, Group, Value

HELPERS = frozenset(
    {"changed", "changedFrom", "changedTo", "choice", "dates", "flag", "lines", "money", "named", "number", "pick"}
    | {"text"}
)
"""The names that converted code takes from `helpers`."""
_USED = re.compile(rf"(?<![\w.])({'|'.join(sorted(HELPERS))})(?=[.(])")
_OTHERS = {**dict.fromkeys(NUMBERS, "number({})"), Type.DATETIME: "dates.ms({})", Type.ENUM: "choice({})"}
"""How another field is written that a condition compares with; texts are folded by what compares them."""
_LINES = {"any": ".some", "all": ".every", "none": ".some"}


def to_js(root: Group, catalogue: Catalogue, zone: dt.tzinfo = dt.UTC) -> str:
    """Return the filter as the body of a code filter. Raises BadFilter when it does not fit the catalogue.

    Days and times of day are those of `zone`.
    """
    printer = _Printer(catalogue)
    body = printer.root(resolve(root, catalogue, zone))
    told = comment(f"Matches {sentence(root, catalogue, zone=zone)}")
    head = [f"const {{ {', '.join(sorted(printer.helpers))} }} = helpers;"] if printer.helpers else []
    if printer.zoned:
        head.append(f"const zone = {quote(zone_name(zone))};")
    return "\n".join([told, *head, *([""] if head else []), f"return {body};", ""])


def needs_zone(operator: Operator, field: Field, value: Value) -> bool:
    """Say whether a condition counts in days or times of day, which differ from timezone to timezone."""
    if operator.operand in (Operand.WEEKDAY, Operand.TIME):
        return True
    values = value if isinstance(value, tuple) else (value,)
    return field.type is Type.DATETIME and any(isinstance(one, str) and DAY.fullmatch(one) for one in values)


def value_form(field: Field) -> str:
    """Return how {value} is written around the path of a field."""
    return "number({path})" if field.type in NUMBERS else "{path}"


class _Printer:
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.helpers: set[str] = set()
        self.zoned = False

    def use(self, template: str) -> str:
        """Note the helpers that a template takes."""
        self.helpers.update(_USED.findall(template))
        return template

    # ---- groups

    def root(self, bundle: Bundle) -> str:
        """Return what is returned: the conditions of the outermost group, each on a line of its own."""
        if not bundle.items:
            return "true"
        code = self.node(bundle, "entity")
        if isinstance(code, Chain):
            return laid_out(code, 2, broken=True)
        if isinstance(code, Wrap) and isinstance(code.inner, Chain) and bundle.lines is None and len(bundle.items) > 1:
            return f"{code.before}\n  {laid_out(code.inner, 2, broken=True)}\n{code.after}"
        return laid_out(code, 0)

    def node(self, node: Resolved, root: str) -> Code:
        """Return a node; where several things are joined in it, the caller puts the parentheses."""
        if isinstance(node, Tally):
            return self.tally(node)
        if node.lines is None:
            return self.plain(node, root)
        self.helpers.add("lines")
        before = f"{'!' if node.lines == 'none' else ''}{self.rows()}{_LINES[node.lines]}((line) => "
        return Wrap(before, self.plain(node, "line"), ")")

    def rows(self) -> str:
        return f"lines({member('entity', self.catalogue.lines_path)})"

    def plain(self, node: Bundle | Test, root: str) -> Code:
        """Return a node as it is asked of one record or line."""
        if isinstance(node, Test):
            return self.test(node, root)
        sign = "&&" if node.match == "all" else "||"
        alone = len(node.items) == 1
        pieces = [self.inside(item, root, alone=alone) for item in node.items]
        joined = pieces[0] if alone else Chain(sign, pieces)
        return Wrap("!(", joined, ")") if node.match == "none" else joined

    def inside(self, node: Resolved, root: str, *, alone: bool) -> Code:
        code = self.node(node, root)
        return Wrap("(", code, ")") if isinstance(code, Chain) and not alone else code

    # ---- conditions

    def test(self, test: Test, root: str) -> Code:
        """Return one condition."""
        path = self.path(test.field, root)
        names = {"path": path, "value": self.use(value_form(test.field)).format(path=path)}
        if test.operator.looks_back:
            names["of"] = self.path(test.field, "one")
        if test.other is not None:
            inner = self.path(test.other.field, "entity" if test.other.outside else root)
            names["a"] = self.use(_OTHERS.get(test.other.field.type, "{}")).format(inner)
        zoned = needs_zone(test.operator, test.field, test.condition.value)
        return self.fill(test.reading.javascript or "", test.operator, test.condition.value, names, zoned=zoned)

    def fill(self, template: str, operator: Operator, value: Value, names: dict[str, str], *, zoned: bool) -> Code:
        """Put paths and operands into an operator's template."""
        if not zoned:
            template = template.replace(", {zone}", "")
        self.zoned |= zoned
        names = {**operands(operator, value), "zone": "zone", **names}
        pieces = [self.piece(part, value, names) for part in self.use(template).split(" && ")]
        return pieces[0] if len(pieces) == 1 else Chain("&&", pieces)

    def piece(self, template: str, value: Value, names: dict[str, str]) -> Code:
        """Put the names into one comparison."""
        if "{values}" not in template:
            return template.format(**names)
        before, after = (part.format(**names) for part in template.split("{values}"))
        return Items(before, [literal(one) for one in _many(value)], after)

    def path(self, field: Field, root: str) -> str:
        """Return the expression of a field's raw value."""
        path = path_to(field, self.catalogue, root)
        self.helpers.update({"named"} if field.keyed_name else {"pick"} if "[]." in field.path else ())
        return path

    def tally(self, tally: Tally) -> Code:
        """Return a count of lines or a sum over them, and what it is compared with."""
        before, after = self.rows(), ".length"
        self.helpers.add("lines")
        if tally.measure.kind == "sum":
            before, after = self.use("number.sum(") + before, f", {quote(tally.key)})"
        where: Code = ""
        if tally.where.items:
            where = self.plain(tally.where, "line")
            before, after = f"{before}.filter((line) => ", f"){after}"
        names = operands(tally.operator, tally.measure.value)
        pieces: list[Code] = []
        for comparison in (tally.reading.javascript or "").split(" && "):
            left, right = (part.format(**names) for part in comparison.split("{value}"))
            pieces.append(Wrap(left + before, where, after + right) if where else left + before + after + right)
        return pieces[0] if len(pieces) == 1 else Chain("&&", pieces)


def operands(operator: Operator, value: Value) -> dict[str, str]:
    """Return the literals of a condition's value by their names in a template."""
    if isinstance(value, Duration):
        return {"amount": str(value.amount), "unit": quote(value.unit)}
    if isinstance(value, tuple) and operator.takes is Takes.TWO:
        return {"a": literal(value[0]), "b": literal(value[1])}
    return {"a": literal(value)} if isinstance(value, str | int | Decimal) else {}


def _many(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()
