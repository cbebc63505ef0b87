"""Plain values to YAML that people read and git compares: stable order, code and texts as blocks. Pure."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import yaml

from automations.exchange.reading import NUMBER

WIDE = 1_000_000
SHORT_LIST = 80
"""A list of plain values up to so many characters stands on one line."""
# What a block may hold so that every reader gives it back as it was: nothing invisible, no other line breaks.
_PLAIN = re.compile("[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffe]*")


class _Dumper(yaml.SafeDumper):
    """Writes what `reading` reads, and quotes all that it or an older reader would take for more than text."""

    def analyze_scalar(self, scalar: str) -> Any:
        """Allow blocks also for code with tabs and with spaces at the ends of lines."""
        found = super().analyze_scalar(scalar)
        found.allow_block = _block_fits(scalar)
        return found

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their names."""
        super().increase_indent(flow, False)


def _block_fits(text: str) -> bool:
    """Whether a block gives the text back: no tab where indentation is looked for, no empty lines at the end."""
    ends = text.removesuffix("\n")[-1:]
    return "\n" in text and text[0] != "\t" and bool(ends.strip()) and _PLAIN.fullmatch(text) is not None


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    style = None if _PLAIN.fullmatch(value) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if _block_fits(value) else style)


def _number(dumper: _Dumper, value: Decimal) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:float", str(value))


def _list(dumper: _Dumper, value: Sequence[Any]) -> yaml.Node:
    plain = all(isinstance(one, (str, int, Decimal)) and "\n" not in str(one) for one in value)
    short = plain and sum(len(str(one)) + 2 for one in value) <= SHORT_LIST
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _number)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(tuple, _list)
# “1e5” and “1.” are numbers to `reading`; the resolver that decides about quotes must know.
_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(f"^(?:{NUMBER.pattern})$"), list("-+.0123456789"))


def write(value: Any, *, indent: int = 0) -> str:
    """Return a value as YAML, every line moved to the right by `indent`."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=WIDE
    )
    return "\n".join(f"{' ' * indent}{line}" if line else line for line in text.split("\n"))


def comment(text: str, *, indent: int = 0) -> str:
    """Return a comment of one line."""
    return f"{' ' * indent}# {' '.join(text.split())}\n"
