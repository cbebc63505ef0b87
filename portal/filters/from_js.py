"""Code back to a tree: what the builder can show of a code filter, and where code leaves it.

It reads what `to_js` prints, in any layout, and what people write with the same meaning. The operators'
own templates are the patterns (`js_match`), so that no operator is written down twice. Code means the
same as the tree for canonical documents: `entity.totalPrice > 100` is taken for “total is over 100”.
"""

import datetime as dt

from tree_sitter import Node

from portal.filters.check import check
from portal.filters.fields import Catalogue
from portal.filters.js_conditions import Conditions
from portal.filters.js_match import BASE
from portal.filters.js_syntax import CannotShow, Expr, Piece, Reader, fault, named, parse, part, text_of
from portal.filters.mark import gettext_noop as _
from portal.filters.shape import operators
from portal.filters.tree import ALWAYS, Condition, Group, Match
from portal.filters.tree import Node as TreeNode

Formula = TreeNode | bool
"""A node, or what always or never holds."""
MAX_CODE = 64_000
MOST_DECIDED = 10_000
"""Expressions that are looked at: constants that use each other twice would double with each line."""
_OPPOSITE = {"===": "!==", "!==": "===", "== null": "!= null", "!= null": "== null"}


def from_js(code: str, catalogue: Catalogue, zone: dt.tzinfo = dt.UTC) -> Group:
    """Return the filter that code means.

    `zone` is the timezone in which the builder counts days. Raises CannotShow, which names the lines
    and pieces that the builder cannot show.
    """
    if len(code) > MAX_CODE:
        raise CannotShow([Piece(_("The code is longer than 64,000 characters."), _("Shorten it."), 1, 1, "")])
    root = parse(code)
    try:
        formula = _Body(catalogue, zone).run(named(root), dict(BASE), root)
    except RecursionError:
        raise fault(root, _("The code is nested too deep.")) from None
    if formula is False:
        raise fault(root, _("This code never holds, and the builder has no filter for that."))
    tree = _tidy(_as_group(formula))
    problems = check(tree, catalogue, zone=zone)
    if problems:
        raise fault(root, str(problems[0]).replace("{", "(").replace("}", ")"))
    return tree


def _as_group(formula: Formula) -> Group:
    if isinstance(formula, bool):
        return ALWAYS
    return formula if isinstance(formula, Group) else Group("all", (formula,))


def _tidy(group: Group) -> Group:
    """Leave out what goes without saying: the lines that a condition asks about by default."""
    items: list[TreeNode] = []
    for item in group.items:
        if isinstance(item, Group):
            items.append(_tidy(item))
        elif isinstance(item, Condition) and item.lines == operators.get(item.operator).default_lines:
            items.append(Condition(item.field, item.operator, item.value))
        else:
            items.append(item)
    return Group(group.match, tuple(items), group.lines)


class _Body:
    """Walks through statements and joins what they decide."""

    def __init__(self, catalogue: Catalogue, zone: dt.tzinfo) -> None:
        self.catalogue = catalogue
        self.conditions = Conditions(catalogue, zone, self.formula)
        self.decided = 0

    # ---- statements

    def run(self, statements: list[Node], scope: dict[str, Expr], around: Node) -> Formula:
        """Return what statements come to."""
        for index, node in enumerate(statements):
            if node.type == "lexical_declaration":
                scope = self._declare(node, scope)
            elif node.type == "return_statement":
                if not named(node):
                    raise fault(node, _("Nothing is returned here."), _("Return true or false."))
                return self.formula(Reader(scope).read(named(node)[0]), None)
            elif node.type == "if_statement":
                return self._branch(node, statements[index + 1 :], scope, around)
            elif node.type != "empty_statement":
                raise fault(
                    node, _("The builder cannot show this step: {code}"), _("Only const, if and return can be.")
                )
        raise fault(around, _("The code does not return an answer everywhere."), _("End it with “return …;”."))

    def _branch(self, node: Node, rest: list[Node], scope: dict[str, Expr], around: Node) -> Formula:
        condition = Reader(scope).read(part(node, "condition"))
        holds = self.run(_block(part(node, "consequence")), dict(scope), node)
        otherwise = node.child_by_field_name("alternative")
        # What follows is reached only where the condition did not hold: what is done then has to return.
        after = [*_block(named(otherwise)[0]), *rest] if otherwise is not None else rest
        return self._choose(condition, holds, self.run(after, dict(scope), around), None)

    def _declare(self, node: Node, scope: dict[str, Expr]) -> dict[str, Expr]:
        if text_of(part(node, "kind")) != "const":
            raise fault(node, _("The builder cannot show a variable that may change: {code}"), _("Use const."))
        for one in named(node):
            name, value = part(one, "name"), Reader(scope).read(part(one, "value"))
            if name.type == "identifier":
                scope = {**scope, text_of(name): value}
            elif name.type == "object_pattern":
                scope = {**scope, **_taken(name, value)}
            else:
                raise fault(one, _("The builder cannot show {code}"))
        return scope

    # ---- expressions

    def formula(self, code: Expr, line: str | None) -> Formula:
        """Return what an expression decides; `line` is the variable of the line that it speaks of."""
        self.decided += 1
        if self.decided > MOST_DECIDED and code.node is not None:
            raise fault(code.node, _("The code decides too much for the builder."))
        if code.kind == "wrong":
            raise code.value
        if code.kind == "literal" and isinstance(code.value, bool):
            return code.value
        found = self.conditions.find(code, line)
        if found is not None:
            return found
        if code.kind == "chain":
            return self._chain(code, line)
        if code.kind == "not":
            inner = code.parts[0]
            if inner.kind == "compare" and inner.value in _OPPOSITE:
                return self.formula(Expr("compare", _OPPOSITE[inner.value], inner.parts, code.node), line)
            return _negated(self.formula(inner, line))
        if code.kind == "choose":
            holds, otherwise = (self.formula(each, line) for each in code.parts[1:])
            return self._choose(code.parts[0], holds, otherwise, line)
        if code.kind == "compare" and code.value == "!==":
            positive = Expr("compare", "===", code.parts, code.node)
            return _negated(self.conditions.need(positive, line, code))
        return self.conditions.need(code, line, code)

    def _choose(self, code: Expr, holds: Formula, otherwise: Formula, line: str | None) -> Formula:
        """Return “if … then … else …” as a tree."""
        condition = self.formula(code, line)
        inner = code.parts[0] if code.kind == "not" else Expr("not", None, (code,), code.node)
        negation = self.formula(inner, line)
        if holds is False:
            return _flat("all", negation, otherwise)
        if holds is True:
            return _flat("any", condition, otherwise)
        if otherwise is False:
            return _flat("all", condition, holds)
        if otherwise is True:
            return _flat("any", negation, holds)
        return _joined("any", [_joined("all", [condition, holds]), _joined("all", [negation, otherwise])])

    def _chain(self, code: Expr, line: str | None) -> Formula:
        """Join the parts, and gather what is wrong with all of them."""
        items: list[Formula] = []
        pieces: list[Piece] = []
        for each in code.parts:
            try:
                items.append(self.formula(each, line))
            except CannotShow as error:
                pieces += error.pieces
        if pieces:
            raise CannotShow(pieces)
        return _joined("all" if code.value == "&&" else "any", items)


def _block(node: Node) -> list[Node]:
    return named(node) if node.type == "statement_block" else [node]


def _taken(pattern: Node, value: Expr) -> dict[str, Expr]:
    """Return the names that `const { a, b: c } = value` gives."""
    found = {}
    for each in named(pattern):
        if each.type == "shorthand_property_identifier_pattern":
            found[text_of(each)] = Expr("member", text_of(each), (value,), each)
        elif each.type == "pair_pattern" and part(each, "value").type == "identifier":
            found[text_of(part(each, "value"))] = Expr("member", text_of(part(each, "key")), (value,), each)
        else:
            raise fault(each, _("The builder cannot show {code}"))
    return found


def _joined(match: Match, items: list[Formula]) -> Formula:
    """Join formulas, without those that change nothing."""
    idle = match == "all"
    if any(item is (not idle) for item in items):
        return not idle
    kept = [item for item in items if not isinstance(item, bool)]
    if not kept:
        return idle
    return kept[0] if len(kept) == 1 else Group(match, tuple(kept))


def _negated(formula: Formula) -> Formula:
    if isinstance(formula, bool):
        return not formula
    if isinstance(formula, Group) and formula.lines is None and formula.match != "all":
        return _joined("any", list(formula.items)) if formula.match == "none" else Group("none", formula.items)
    if isinstance(formula, Group) and formula.lines == "any":
        return Group(formula.match, formula.items, "none")
    if isinstance(formula, Condition) and formula.lines == "any":
        return Condition(formula.field, formula.operator, formula.value, "none")
    return Group("none", (formula,))


def _flat(match: Match, one: Formula, other: Formula) -> Formula:
    """Join two formulas without a group inside a group of its kind: a chain of `if` stays a list."""
    items: list[Formula] = []
    for each in (one, other):
        inside = isinstance(each, Group) and each.match == match and each.lines is None
        items += each.items if inside and isinstance(each, Group) else (each,)
    return _joined(match, items)
