"""``responseFields=total,items(id,email)``: only what is listed comes back."""

import re
from typing import Any

Tree = dict[str, Any]

TOKEN = re.compile(r"\s*([A-Za-z0-9_]+|[(),])")


class NotAFieldList(ValueError):
    """The text is not a list of names with parentheses that match."""


def parse(text: str) -> Tree:
    """Return the wanted names as nested dictionaries; an empty one means everything below. Raises NotAFieldList."""
    tokens = _tokens(text)
    tree, rest = _names(tokens)
    if rest:
        raise NotAFieldList(text)
    return tree


def pick(value: Any, tree: Tree) -> Any:
    """Return ``value`` with nothing but the wanted fields, in lists too."""
    if not tree:
        return value
    if isinstance(value, list):
        return [pick(item, tree) for item in value]
    if isinstance(value, dict):
        return {key: pick(value[key], below) for key, below in tree.items() if key in value}
    return value


def _tokens(text: str) -> list[str]:
    found = TOKEN.findall(text)
    if "".join(found) != re.sub(r"\s", "", text):
        raise NotAFieldList(text)
    return list(found)


def _names(tokens: list[str]) -> tuple[Tree, list[str]]:
    tree: Tree = {}
    while tokens and tokens[0] != ")":
        name, *tokens = tokens
        if name in "(,":
            raise NotAFieldList(name)
        tree[name] = {}
        if tokens and tokens[0] == "(":
            tree[name], tokens = _names(tokens[1:])
            if not tokens:
                raise NotAFieldList(name)
            tokens = tokens[1:]
        if tokens and tokens[0] == ",":
            tokens = tokens[1:]
    return tree, tokens
