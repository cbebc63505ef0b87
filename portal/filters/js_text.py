"""Pieces of JavaScript: literals that cannot break out, paths to fields, and how code is laid out on lines. Pure."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from portal.filters.fields import Catalogue, Field

WIDTH = 110
"""Columns that code is laid out for; a literal may be longer."""
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_HIDDEN = {"Cc", "Cf", "Zl", "Zp"}
DEFAULT_KEYED = ("name", "value")


def quote(text: str) -> str:
    """Return a text as a JavaScript string: nothing in it ends it, a script element, or a line."""
    plain = json.dumps(text, ensure_ascii=False).replace("</", "<\\/").replace("<!--", "<\\!--")
    return "".join(_escaped(char) if unicodedata.category(char) in _HIDDEN else char for char in plain)


def _escaped(char: str) -> str:
    """Escape what an editor does not show: a text that reads backwards is not what it seems."""
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def literal(value: str | int | Decimal) -> str:
    """Return a text or an exact number as JavaScript."""
    if isinstance(value, str):
        return quote(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def comment(text: str, most: int = 300) -> str:
    """Return a text as one line of comment, cut where it gets long."""
    shown = "".join(" " if unicodedata.category(char) in _HIDDEN else char for char in text)
    return f"// {shown if len(shown) <= most else shown[:most] + '…'}"


def member(root: str, path: str) -> str:
    """Return the path below a variable: `entity.shippingAddress?.city`; what is missing on the way does no harm."""
    shown = root
    for index, name in enumerate(path.split(".")):
        dot = "?." if index else "."
        named = _NAME.fullmatch(name)
        shown += f"{dot}{name}" if named else f"{dot if index else ''}[{quote(name)}]"
    return shown


def path_to(field: Field, catalogue: Catalogue, root: str) -> str:
    """Return the expression of a field's raw value; `root` is the variable of the record, or of the line."""
    key = field.base or field.path
    if field.line:
        key = key.removeprefix(catalogue.lines_path + ".")
    if field.keyed_name and field.keyed:
        others = "" if field.keyed == DEFAULT_KEYED else "".join(f", {quote(name)}" for name in field.keyed)
        return f"named({member(root, key)}, {quote(field.keyed_name)}{others})"
    if "[]." in key:
        head, rest = key.split("[].", 1)
        return f"pick({member(root, head)}, {quote(rest)})"
    return member(root, key)


# ---- layout


@dataclass(frozen=True, slots=True)
class Items:
    """A list of literals with what stands before and after it; long ones fill lines."""

    before: str
    items: Sequence[str]
    after: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Pieces joined by && or ||."""

    sign: str
    pieces: Sequence["Code"]


@dataclass(frozen=True, slots=True)
class Wrap:
    """A piece inside something: parentheses, a function's body."""

    before: str
    inner: "Code"
    after: str


Code: TypeAlias = str | Items | Chain | Wrap


def flat(code: Code) -> str:
    """Return the code on one line."""
    if isinstance(code, str):
        return code
    if isinstance(code, Items):
        return f"{code.before}[{', '.join(code.items)}]{code.after}"
    if isinstance(code, Chain):
        return f" {code.sign} ".join(map(flat, code.pieces))
    return f"{code.before}{flat(code.inner)}{code.after}"


def laid_out(code: Code, indent: int, *, broken: bool = False) -> str:
    """Return the code on as many lines as it needs; all but the first are indented."""
    line = flat(code)
    if isinstance(code, str) or (not broken and indent + len(line) + 4 <= WIDTH):
        return line
    pad = "\n" + " " * indent
    if isinstance(code, Items):
        return f"{code.before}[{pad}  {_filled(code.items, indent + 2)}{pad}]{code.after}"
    if isinstance(code, Chain):
        return f"{pad}{code.sign} ".join(laid_out(piece, indent) for piece in code.pieces)
    return f"{code.before}{pad}  {laid_out(code.inner, indent + 2)}{pad}{code.after}"


def _filled(items: Sequence[str], indent: int) -> str:
    rows: list[str] = []
    for item in items:
        if rows and indent + len(rows[-1]) + len(item) + 2 <= WIDTH:
            rows[-1] += f" {item},"
        else:
            rows.append(f"{item},")
    return ("\n" + " " * indent).join(rows)
