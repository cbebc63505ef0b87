"""The YAML of rules: what is written is read back as it was, and what is no such text is refused with its line."""

import time
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from automations.exchange.reading import MAX_BYTES, Unreadable, read
from automations.exchange.shape import rules_of
from automations.exchange.writing import write

HARD = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXT = st.text(st.one_of(HARD, st.sampled_from(" \n\t#:-|>'\"{}[]&*!%@`,?")), max_size=40)
TRICKY = st.sampled_from(
    ["on", "NO", "yes", "1e5", "1.", "0x1f", "null", "~", "", "12:30", "2026-01-01", "=", "<<", "1_000", "+1", "007"]
)
NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12),
    st.decimals(-(10**6), 10**6, places=3),
    st.sampled_from([Decimal("1E+3"), Decimal("1E-7"), Decimal("0.10")]),
)
VALUES = st.recursive(
    st.one_of(TEXT, TRICKY, NUMBERS, st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(TEXT, TRICKY), inner, max_size=4)
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from([0, 6]))
def test_what_is_written_is_read_back_exactly(value: Any, indent: int) -> None:
    text = write({"a": [value]}, indent=indent)
    got = read((f"x:\n{text}" if indent else text).encode()).plain()
    assert repr(got["x"] if indent else got) == repr({"a": [value]})


@settings(max_examples=80, deadline=None)
@given(TEXT)
def test_other_readers_of_yaml_read_the_same_text(value: str) -> None:
    assert yaml.safe_load(write({"a": value})) == {"a": value}


def test_code_with_tabs_and_blanks_stands_as_a_block() -> None:
    assert write({"code": "if (x) {\n\treturn true; \n\n}\n"}) == "code: |\n  if (x) {\n  \treturn true; \n\n  }\n"


def test_a_country_stays_a_text_and_an_amount_exact() -> None:
    assert read(b"{a: NO, b: yes, c: 10.10, d: true, e: 1e5, f: ~}").plain() == {
        "a": "NO", "b": "yes", "c": Decimal("10.10"), "d": True, "e": Decimal("1E+5"), "f": None,
    }  # fmt: skip


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(8)
)
REFUSED = {
    "a bomb of aliases": (BOMB, 1, "The anchor “&a” is not allowed."),
    "an alias": (b"a: 1\nb: *a", 2, "The alias “*a” is not allowed."),
    "an anchor": (b"a: 1\nb: &x 2", 2, "The anchor “&x” is not allowed."),
    "an anchor of a name": (b"a: 1\n&x b: 2", 2, "A name must be a plain text."),
    "a merge": (b"a: 1\n<<: {b: 2}\n? [x]\n: 1", 3, "A name must be a plain text."),
    "a tag that makes objects": (
        b"a: !!python/object/apply:os.system [id]", 1,
        "The tag “tag:yaml.org,2002:python/object/apply:os.system” is not allowed. Write a plain value.",
    ),
    "a tag of the language": (b"a:\n  !!binary aGk=", 2, "The tag “tag:yaml.org,2002:binary” is not allowed."),
    "a tag of its own": (b"a: !x y", 1, "The tag “!x” is not allowed."),
    "a name twice": (b"a: 1\nb: 2\na: 3", 3, "“a” stands here twice."),
    "two documents": (b"a: 1\n---\nb: 2", 2, "A second document begins here."),
    "nothing": (b"", 1, "There is nothing in it."),
    "only a comment": (b"# hello\n", 1, "There is nothing in it."),
    "too deep": (b"a: " + b"[" * 5_000 + b"]" * 5_000, 1, "This is nested more than 64 levels deep."),
    "deep by blocks": (b"".join(b" " * n + b"a:\n" for n in range(200)), 66, "This is nested more than 64"),
    "too many values": (b"a: [" + b"1," * 150_000 + b"1]", 1, "There are more than 100,000 values."),
    "too large": (b"a: " + b"x" * 10_000_000, 0, "The text is larger than 1 MB."),
    "a giant number": (b"a: 1\nb: " + b"9" * 5_000, 2, "The number has more than 40 digits."),
    "a NUL": (b"a: 1\nb: x\x00y", 2, "A character here is not allowed in YAML."),
    "no UTF-8": (b"a: 1\nb: \xff", 2, "This is not UTF-8 text."),
    "UTF-16": ("a: 1".encode("utf-16"), 1, "This is not UTF-8 text."),
    "a lone surrogate": (b'a: "\xed\xa0\x80"', 1, "This is not UTF-8 text."),
    "an open bracket": (b"a: [1, 2\nb: 3", 2, "This is not YAML: did not find expected ',' or ']'."),
    "a tab as indentation": (b"a:\n\tb: 1", 2, "This is not YAML: found character that cannot start any token."),
}  # fmt: skip


@pytest.mark.parametrize(("data", "line", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_plain_is_refused_with_its_line_and_soon(data: bytes, line: int, message: str) -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        read(data)
    assert (refused.value.line, refused.value.message[: len(message)]) == (line, message)
    assert time.monotonic() - began < 5


def test_a_document_of_the_allowed_size_is_read_soon() -> None:
    line = b"- {a: 1, b: some words here, c: [1, 2]}\n"
    data = line * min(MAX_BYTES // len(line), 12_000)
    began = time.monotonic()
    assert len(read(data).value) == 12_000
    assert time.monotonic() - began < 10


FRAMES = {
    "a list": (b"- a", 1, "The document has parts with names: switchyard, version, organization, triggers."),
    "another kind": (b"switchyard: orders\nversion: 1\ntriggers: []", 2, "It must begin with “switchyard: rules”"),
    "a later version": (b"switchyard: rules\nversion: 2\ntriggers: []", 2, "It must begin with"),
    "an unknown part": (b"switchyard: rules\nversion: 1\nrules: []", 3, "“rules” is not known in the document."),
    "no triggers": (b"switchyard: rules\nversion: 1", 1, "“triggers” must be a list."),
    "triggers that are none": (b"switchyard: rules\nversion: 1\ntriggers: 7", 3, "“triggers” must be a list."),
    "a trigger without rules": (
        b"switchyard: rules\nversion: 1\ntriggers:\n  - trigger: NEW_ORDER", 4, "“rules” must be a list.",
    ),
    "a trigger that is a text": (b"switchyard: rules\nversion: 1\ntriggers: [x]", 3, "A trigger has parts with names"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "line", "message"), FRAMES.values(), ids=FRAMES.keys())
def test_a_frame_that_does_not_fit_is_refused_with_its_line(data: bytes, line: int, message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        rules_of(read(data))
    assert (refused.value.line, refused.value.message[: len(message)]) == (line, message)


def test_more_rules_than_there_may_be_are_refused() -> None:
    data = b"switchyard: rules\nversion: 1\ntriggers:\n  - trigger: NEW_ORDER\n    rules:\n" + b"      - {}\n" * 501
    with pytest.raises(Unreadable, match="Line 506: There are more than 500 rules"):
        rules_of(read(data))
