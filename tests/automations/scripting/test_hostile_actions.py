"""What code of actions returns to do harm: each ends with a sentence that names the place, or as plain data.

Beside test_hostile.py, which is about code that does not end, takes memory, or reaches out.
"""

from typing import Any

import pytest

from automations.scripting.contract import CodeRequest
from automations.scripting.pool import Pool
from portal.kit import json
from tests.automations.scripting.conftest import NOW, Run
from tests.automations.scripting.test_hostile import ends_well

REFUSED: dict[str, tuple[str, str]] = {
    "a getter that throws": ("return { get tags() { throw new Error('boo') } }", "Error: boo"),
    "a getter that throws itself deep": (
        "const e = {}; Object.defineProperty(e, 'a', { enumerable: true, get() { throw e } }); return e",
        "The code threw (cannot be shown)",
    ),
    "a getter that gives a function": (
        "return { get a() { return () => 1 } }",
        "TypeError: “a” in the result is a Function",
    ),
    "a proxy that lists no keys": (
        "return new Proxy({}, { ownKeys() { return 7 } })",
        "TypeError: CreateListFromArrayLike",
    ),
    "a proxy that throws everywhere": (
        "return new Proxy({}, { get() { throw new Error('got') }, ownKeys() { throw 1 } })",
        "Error: got",
    ),
    "a proxy of a class": ("return { a: new Proxy(new Map(), {}) }", "TypeError: “a” in the result is"),
    "a proxy that says it is no object": (
        "return { a: new Proxy({}, { getPrototypeOf() { return Array.prototype } }) }",
        "TypeError: “a” in the result is an object; only plain objects",
    ),
    "a thenable": ("return { then(done) { done({ tags: [] }) } }", "The code returned a Promise."),
    "an async body": ("return (async () => ({ tags: [] }))()", "The code returned a Promise."),
    "a promise inside": (
        "return { tags: Promise.resolve([]) }",
        "TypeError: “tags” in the result is a Promise",
    ),
    "a generator": ("return (function* () { yield { tags: [] } })()", "TypeError: The result is a Generator"),
    "a generator inside": (
        "return { tags: (function* () { yield 1 })() }", "TypeError: “tags” in the result is a Generator",
    ),
    "a prototype in the literal": (
        "return { __proto__: { tags: ['x'] } }",
        "TypeError: The result is an object; only plain",
    ),
    "an object from another prototype": (
        "return Object.create({ tags: ['x'] })",
        "TypeError: The result is an object",
    ),
    "half a character": (
        "return { customerNote: '\\ud800' }",
        "TypeError: “customerNote” in the result contains half of a character",
    ),
    "half a character in a name": (
        "return { ['\\udc00']: 1 }",
        "TypeError: A name in the result contains half of a character",
    ),
    "half a character in a list": (
        "return { tags: ['ok', 'a\\ud800b'] }",
        "TypeError: “1” in the result contains half",
    ),
    "NaN": (
        "return { totalPrice: NaN }",
        "TypeError: “totalPrice” in the result is NaN, which is not a number JSON can hold",
    ),
    "Infinity in a list": ("return { a: [1, -Infinity] }", "TypeError: “1” in the result is -Infinity"),
    "a BigInt": ("return { totalPrice: 1n }", "TypeError: “totalPrice” in the result is a bigint"),
    "a symbol": ("return { a: Symbol('s') }", "TypeError: “a” in the result is a symbol"),
    "an invalid date": ("return { a: new Date(NaN) }", "TypeError: “a” in the result is not a valid date"),
    "an expression": ("return { a: /x/ }", "TypeError: “a” in the result is a RegExp"),
    "a set": ("return { tags: new Set(['a']) }", "TypeError: “tags” in the result is a Set"),
    "an error": ("return { a: new Error('x') }", "TypeError: “a” in the result is an Error"),
    "a boxed number": ("return { a: Object(1n) }", "TypeError: “a” in the result is"),
    "a boxed text": ("return { a: Object('x') }", "TypeError: “a” in the result is a String"),
    "a cycle through a list": (
        "const a = { tags: [] }; a.tags.push(a); return a",
        "TypeError: Converting circular structure",
    ),
    "toJSON that gives a function": (
        "return { a: { toJSON() { return () => 1 } } }",
        "TypeError: “a” in the result is a Function",
    ),
    "a text": ("return 'tags'", "The code must return an object of changes; it returned the text “tags”."),
    "a list": ("return [{ tags: [] }]", "The code must return an object of changes; it returned an Array."),
    "nothing": (
        "const tags = []",
        "The code must return an object of changes; it returned nothing. Did you forget “return”?",
    ),
    "null": ("return null", "The code must return an object of changes; it returned null."),
    "a long list of long texts": (
        "return { tags: Array(20000).fill('x'.repeat(100)) }",
        "The result is larger than 256 KB.",
    ),
    "many names": (
        "const r = {}; for (let i = 0; i < 40000; i++) r['n' + i] = i; return r",
        "The result is larger than 256 KB.",
    ),
    "a giant name": ("return { ['x'.repeat(300000)]: 1 }", "The result is larger than 256 KB."),
    "text that grows when it is written": (
        "return { a: '\\u0001'.repeat(50000) }",
        "The result is larger than 256 KB.",
    ),
    "65 levels": (
        "let r = {}; for (let i = 0; i < 65; i++) r = { r }; return r",
        "The result is nested more than 64 levels deep.",
    ),
    "a frozen intrinsic": (
        "Array.prototype.map = null; return {}",
        "TypeError: Cannot assign to read only property 'map'",
    ),
    "a related document": ("related.order.total = 1; return {}", "TypeError: Cannot"),
}  # fmt: skip
DATA: dict[str, tuple[str, Any]] = {
    "a getter is read once": ("let n = 0; return { get a() { n += 1; return n } }", {"a": 1}),
    "a proxy of a plain object is plain data": ("return new Proxy({ tags: ['a'] }, {})", {"tags": ["a"]}),
    "__proto__ as a name of its own": (
        "return JSON.parse('{\"__proto__\": {\"admin\": true}, \"tags\": [\"a\"]}')",
        {"__proto__": {"admin": True}, "tags": ["a"]},
    ),
    "constructor and toString as names": (
        "return { constructor: 1, toString: 2 }",
        {"constructor": 1, "toString": 2},
    ),
    "an object without a prototype": ("const r = Object.create(null); r.a = 1; return r", {"a": 1}),
    "what is hidden or named by a symbol is left out": (
        "return Object.defineProperty({ a: 1, [Symbol('s')]: 2 }, 'b', { value: 3 })", {"a": 1},
    ),
    "undefined leaves a field, also in objects": ("return { a: undefined, b: { c: undefined } }", {"b": {}}),
    "a hole in a list is null": ("return { a: [1, , undefined] }", {"a": [1, None, None]}),
    "minus nothing is nothing": ("return { a: -0 }", {"a": 0}),
    "the console in a getter is kept": ("return { get a() { console.log('read'); return 1 } }", {"a": 1}),
    "an emoji is whole": ("return { a: '😀' }", {"a": "😀"}),
    "ten thousand tags come whole": (
        "return { tags: Array.from({ length: 10000 }, (_, i) => 't' + i) }", {"tags": [f"t{i}" for i in range(10_000)]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_stored_is_refused_by_name(pool: Pool, source: str, message: str) -> None:
    status, error = ends_well(pool, source, "action")
    assert (status, error[: len(message)]) == ("error", message)


@pytest.mark.parametrize(("source", "value"), DATA.values(), ids=DATA.keys())
def test_what_is_plain_comes_as_plain_data(run: Run, source: str, value: Any) -> None:
    (result,) = run(source, kind="action")
    assert (result.error, result.value) == (None, value)


def test_a_prototype_from_a_result_reaches_no_later_record(run: Run) -> None:
    source = """
      if (entity.n === 0) return JSON.parse('{"__proto__": {"marked": true}}');
      return { marked: ({}).marked === true, keys: Object.keys(Object.getPrototypeOf(entity)).length }"""
    results = run(source, b'{"n": 0}', b'{"n": 1}', kind="action")
    assert results[1].value == {"marked": False, "keys": 0}


FROZEN = """
  const tries = {
    "set": () => { related.order.total = 1 },
    "deep": () => { related.order.lineItems[0].sku = "x" },
    "push": () => { related.order.tags.push("x") },
    "delete": () => { delete related.order.total },
    "add": () => { related.extra = 1 },
    "replace": () => { related = {} },
    "define": () => { Object.defineProperty(related.order, "total", { value: 1 }) },
    "prototype": () => { Object.setPrototypeOf(related.order, null) },
    "sort": () => { related.order.tags.sort() },
    "getter": () => { related.order.__defineGetter__("total", () => 1) },
  };
  const through = Object.keys(tries).filter((name) => {
    try { tries[name](); return name !== "replace"; } catch { return false; }
  });
  return { through, total: arguments[1].order.total, tags: arguments[1].order.tags }
"""


def test_related_documents_are_frozen_to_their_last_member(pool: Pool) -> None:
    document = json.dumps({"order": {"total": 5, "tags": ["b", "a"], "lineItems": [{"sku": "TEA-1"}]}})
    ask = CodeRequest("org:frozen:action:0", FROZEN, "action", [b"{}", b"{}"], NOW, [document, document])
    for result in pool.run([ask])[0]:
        assert (result.error, result.value) == (None, {"through": [], "total": 5, "tags": ["b", "a"]})


def test_the_entity_is_a_copy_of_its_own(run: Run) -> None:
    source = "entity.tags.push('x'); entity.total = 9; return { tags: entity.tags, total: entity.total }"
    results = run(source, *[b'{"tags": ["a"], "total": 1}'] * 3, kind="action")
    assert [result.value for result in results] == [{"tags": ["a", "x"], "total": 9}] * 3
