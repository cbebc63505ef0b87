"""Code as a small tree of expressions: what the builder might show, and nothing else. Pure.

What is written in several ways comes out as one: constants are put where they are used, helpers are
`helpers.x` however they were named, parameters of functions are numbered, `==` is `===`, the
literal of a comparison stands on the right, `a?.b` is `a.b`, and `list ?? []` is the list.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from portal.filters.mark import gettext_noop as _

_LANGUAGE = Language(tree_sitter_javascript.language())
_DECIMAL = re.compile(r"\d[\d_]*(\.\d+)?|\.\d+", re.ASCII)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "===": "===", "!==": "!=="}
_SAME = {"==": "===", "!=": "!=="}
SHOWN = 60
"""Characters of a piece of code that a message shows."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of code that the builder cannot show. `line` and `column` count from 1."""

    message: str
    cure: str
    line: int
    column: int
    code: str

    def __str__(self) -> str:
        return f"{self.message.format(code=self.code)} {self.cure}".strip()


class CannotShow(ValueError):
    """Code leaves what the builder can show; `pieces` says where, in the order of the lines."""

    def __init__(self, pieces: list[Piece]) -> None:
        super().__init__("; ".join(f"Line {piece.line}: {piece}" for piece in pieces))
        self.pieces = sorted(pieces, key=lambda piece: (piece.line, piece.column))


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression. What `value` and `parts` hold depends on `kind`:

    name, hole (value: the name); member (value: the name; of the one part); literal (value);
    call (what is called, then the arguments); not; chain (value: && or ||; two or more parts);
    compare (value: the sign; two parts, for the signs “== null” and “!= null” one); array; arrow
    (the body); choose (condition, then, else); wrong (value: the error), where a part of a chain cannot be read.
    """

    kind: str
    value: Any = None
    parts: tuple["Expr", ...] = ()
    node: Node | None = field(default=None, compare=False)
    wrapped: bool = field(default=False, compare=False)
    """Whether it stands in parentheses."""


Scope: TypeAlias = Mapping[str, Expr]


def fault(node: Node, message: str, cure: str = "") -> CannotShow:
    """Return the error of one piece of code."""
    code = " ".join((node.text or b"").decode().split())
    shown = code if len(code) <= SHOWN else code[:SHOWN] + "…"
    row, column = node.start_point
    return CannotShow([Piece(message, cure, row + 1, column + 1, shown)])


def parse(code: str) -> Node:
    """Return the syntax tree of a function's body. Raises CannotShow where the text is no JavaScript."""
    root = Parser(_LANGUAGE).parse(code.encode("utf-8", "replace")).root_node
    if root.has_error:
        raise fault(_mistake(root), _("The code has a mistake here: {code}"), _("Mend it first."))
    return root


def _mistake(node: Node) -> Node:
    while True:
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None or node.is_error:
            return node
        node = inner


def named(node: Node) -> list[Node]:
    """Return the parts of a node without signs and comments."""
    return [child for child in node.named_children if child.type != "comment"]


def part(node: Node, name: str) -> Node:
    """Return a part that the grammar promises."""
    found = node.child_by_field_name(name)
    if found is None:
        raise fault(node, _("The builder cannot show {code}"))
    return found


def text_of(node: Node) -> str:
    """Return the source of a node."""
    return (node.text or b"").decode()


class Reader:
    """Turns syntax into expressions, under the names that are known where it stands."""

    def __init__(self, scope: Scope, depth: int = 0) -> None:
        self.scope = scope
        self.depth = depth

    def read(self, node: Node) -> Expr:
        """Return the expression of a node. Raises CannotShow."""
        reader = getattr(self, f"_{node.type}", None)
        if reader is None:
            raise fault(node, _("The builder cannot show {code}"))
        found: Expr = reader(node)
        return found

    def _parenthesized_expression(self, node: Node) -> Expr:
        inner = self.read(named(node)[0])
        return Expr(inner.kind, inner.value, inner.parts, inner.node, wrapped=True)

    def _identifier(self, node: Node) -> Expr:
        name = text_of(node)
        known = self.scope.get(name)
        if known is None:
            raise fault(node, _("“{code}” is not known here."), _("Take helpers from “helpers” in the first line."))
        return Expr(known.kind, known.value, known.parts, node)

    def _undefined(self, node: Node) -> Expr:
        return Expr("literal", None, (), node)

    _null = _undefined

    def _true(self, node: Node) -> Expr:
        return Expr("literal", node.type == "true", (), node)

    _false = _true

    def _number(self, node: Node) -> Expr:
        text = text_of(node)
        if not _DECIMAL.fullmatch(text):
            raise fault(node, _("The builder cannot show the number {code}."), _("Write it as in 12 or 12.50."))
        plain = text.replace("_", "")
        return Expr("literal", int(plain) if plain.isdigit() else Decimal(plain), (), node)

    def _string(self, node: Node) -> Expr:
        return Expr("literal", "".join(_unescaped(node)), (), node)

    def _template_string(self, node: Node) -> Expr:
        if any(child.type == "template_substitution" for child in node.children):
            raise fault(node, _("The builder cannot show a text that is put together: {code}"))
        return self._string(node)

    def _array(self, node: Node) -> Expr:
        return Expr("array", None, tuple(self.read(child) for child in named(node)), node)

    def _member_expression(self, node: Node) -> Expr:
        return Expr("member", text_of(part(node, "property")), (self.read(part(node, "object")),), node)

    def _subscript_expression(self, node: Node) -> Expr:
        index = self.read(part(node, "index"))
        if not isinstance(index.value, str) or index.kind != "literal":
            raise fault(node, _("The builder cannot show {code}"))
        return Expr("member", index.value, (self.read(part(node, "object")),), node)

    def _call_expression(self, node: Node) -> Expr:
        arguments = part(node, "arguments")
        if arguments.type != "arguments" or any(child.type == "optional_chain" for child in node.children):
            raise fault(node, _("The builder cannot show {code}"))
        called = self.read(part(node, "function"))
        return Expr("call", None, (called, *(self.read(child) for child in named(arguments))), node)

    def _arrow_function(self, node: Node) -> Expr:
        given = node.child_by_field_name("parameter") or named(part(node, "parameters"))
        params = given if isinstance(given, list) else [given]
        if len(params) != 1 or params[0].type != "identifier":
            raise fault(node, _("The builder cannot show {code}"), _("Use a function of one value."))
        depth = self.depth + 1
        inner = Reader({**self.scope, text_of(params[0]): Expr("name", f"${depth}")}, depth)
        return Expr("arrow", depth, (inner.body(part(node, "body")),), node)

    def body(self, node: Node) -> Expr:
        """Return what a function returns: its expression, or that of its only statement."""
        if node.type != "statement_block":
            return self.read(node)
        inside = named(node)
        if len(inside) != 1 or inside[0].type != "return_statement" or not named(inside[0]):
            raise fault(node, _("The builder cannot show {code}"), _("Return one condition: line => condition."))
        return self.read(named(inside[0])[0])

    def _unary_expression(self, node: Node) -> Expr:
        sign, inner = text_of(part(node, "operator")), self.read(part(node, "argument"))
        if sign == "!":
            return inner.parts[0] if inner.kind == "not" else Expr("not", None, (inner,), node)
        if sign in "+-" and inner.kind == "literal" and inner.value.__class__ in (int, Decimal):
            return Expr("literal", -inner.value if sign == "-" else inner.value, (), node)
        raise fault(node, _("The builder cannot show {code}"))

    def _binary_expression(self, node: Node) -> Expr:
        sign = text_of(part(node, "operator"))
        if sign in ("&&", "||", "??"):
            return self._chain(node, sign)
        left, right = self.read(part(node, "left")), self.read(part(node, "right"))
        if left.kind == "literal" and right.kind != "literal":
            left, right = right, left
            sign = _FLIPPED.get(sign, sign)
        if sign in ("==", "!=") and right.kind == "literal" and right.value is None:
            return Expr("compare", f"{sign} null", (left,), node)
        sign = _SAME.get(sign, sign)
        if sign not in _FLIPPED:
            raise fault(node, _("The builder cannot show {code}"))
        return Expr("compare", sign, (left, right), node)

    def _chain(self, node: Node, sign: str) -> Expr:
        pieces: list[Node] = []
        left = node
        # A long chain leans to the left: walked here, it does not get as deep as it is long.
        while left.type == "binary_expression" and text_of(part(left, "operator")) == sign:
            pieces.append(part(left, "right"))
            left = part(left, "left")
        parts = [self._joined(piece) for piece in (left, *reversed(pieces))]
        while len(parts) > 1 and sign != "&&" and parts[-1].kind == "array" and not parts[-1].parts:
            parts.pop()
        if len(parts) == 1:
            return parts[0]
        if sign == "??":
            raise fault(node, _("The builder cannot show {code}"), _("What is missing needs no other value here."))
        return Expr("chain", sign, tuple(parts), node)

    def _joined(self, node: Node) -> Expr:
        """Return a part of a chain, or what is wrong with it: the other parts are looked at all the same."""
        try:
            return self.read(node)
        except CannotShow as error:
            return Expr("wrong", error, (), node)

    def _ternary_expression(self, node: Node) -> Expr:
        names = ("condition", "consequence", "alternative")
        return Expr("choose", None, tuple(self.read(part(node, name)) for name in names), node)


def _unescaped(node: Node) -> Iterator[str]:
    """Yield the characters of a string; halves of surrogate pairs join where they meet."""
    units = "".join(_unit(child) for child in node.named_children)
    yield units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unit(node: Node) -> str:
    text = text_of(node)
    if node.type != "escape_sequence":
        return text
    code = text[1:]
    if code[0] in "ux":
        return chr(int(code[1:].strip("{}"), 16))
    return "" if code[0] in "\r\n\u2028\u2029" else _ESCAPES.get(code, code)
