"""Code that attacks: each row ends within its limit with a clear word, and the next call works.

The rows are the hostile set of the reliability notes. After each the parent must not have grown.
"""

import os
import time
from pathlib import Path

import pytest

from automations.scripting.contract import Kind
from automations.scripting.pool import Pool
from tests.automations.scripting.conftest import Run, request

SLOW = "The code did not finish within 100 ms."
LONGEST = 6.0  # seconds; generous, because the machine may be busy: the limit itself is processor time

ENDLESS = {
    "loop": "for (;;) {}",
    "async loop": "(async () => { for (;;) await null })(); return true",
    "microtasks": "const again = () => Promise.resolve().then(again); again(); return true",
    "microtask with a loop": "Promise.resolve().then(() => { for (;;) {} }); return true",
    "getter of a thrown value": "throw { get message() { for (;;) {} }, toJSON() { for (;;) {} } }",
    "stack getter": "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { for (;;) {} } }); throw e",
    "toString of a thrown error": "const e = new Error('x'); e.message = { toString() { for (;;) {} } }; throw e",
    "proxy of a thrown value": "throw new Proxy({}, { getPrototypeOf() { for (;;) {} } })",
    "then of a returned value": "return { get then() { for (;;) {} } }",
    "generator": "const all = (function* () { for (;;) yield 1 })(); for (const one of all); return true",
    "backtracking expression": "return /^(a+)+$/.test('a'.repeat(40) + 'b')",
    "big sort": """const slowly = (a, b) => { for (let n = 0; n < 1000; n++); return a - b };
        return Array.from({length: 100000}, (_, i) => -i).sort(slowly).length > 0""",
    "big power": "return 7n ** 9000000n > 0n",
    "console of an endless value": "console.log({ toJSON() { for (;;) {} } }); return true",
    "finally that goes on": "for (;;) { try { throw 1 } finally { continue } }",
}
ENDLESS_ACTIONS = {
    "getter of a result": "return { get a() { for (;;) {} } }",
    "toJSON of a result": "return { toJSON() { for (;;) {} } }",
    "keys of a result": "return new Proxy({}, { ownKeys() { for (;;) {} } })",
}
BOMBS = {
    "array": "const all = []; for (;;) all.push({ a: [1, 2, 3] })",
    "list filled": "const all = []; for (;;) all.push(new Array(100000).fill(1.5))",
    "strings": "const all = []; for (let i = 0; ; i++) all.push(('x' + i).padEnd(10000, 'y').split('').join('z'))",
    "map": "const all = new Map(); for (let i = 0; ; i++) all.set(i, { i })",
    "one giant list": "return 'x'.repeat(2 ** 28).split('').length > 0",
    "one giant fill": "return new Array(2 ** 25).fill(1.5).length > 0",
    "parsed text": "const text = '[' + '[1],'.repeat(3000000) + '1]'; return JSON.parse(text).length > 0",
    "closures": "let f = null; for (;;) { const g = f; f = () => g }",
}
ERRORS: dict[str, tuple[str, Kind, str]] = {
    "recursion": (
        "const down = () => down() + 1; return down()",
        "filter",
        "RangeError: Maximum call stack size exceeded",
    ),
    "recursion by getter": (
        "const o = { get a() { return this.a } }; return o.a",
        "filter",
        "RangeError: Maximum call stack",
    ),
    "deep result": (
        "let r = {}; for (let i = 0; i < 20000; i++) r = { r }; return r",
        "action",
        "RangeError: Maximum call stack",
    ),
    "deep thrown value": ("let r = {}; for (let i = 0; i < 20000; i++) r = { r }; throw r", "filter", "The code threw"),
    "string too long": ("let s = 'x'; for (;;) s += s", "filter", "RangeError: Invalid string length"),
    "repeat too long": ("return 'x'.repeat(2 ** 30).length > 0", "filter", "RangeError: Invalid string length"),
    "join too long": ("return new Array(2 ** 31).join('xx') === ''", "filter", "RangeError: Invalid string length"),
    "typed array": ("return new Uint8Array(1e9).length > 0", "filter", "ReferenceError: Uint8Array is not defined"),
    "array buffer": (
        "return new ArrayBuffer(1e9).byteLength > 0",
        "filter",
        "ReferenceError: ArrayBuffer is not defined",
    ),
    "shared memory": ("return new SharedArrayBuffer(8)", "filter", "ReferenceError: SharedArrayBuffer is not defined"),
    "waiting": ("Atomics.wait(1, 0, 0); return true", "filter", "ReferenceError: Atomics is not defined"),
    "wasm": ("new WebAssembly.Memory({ initial: 1000 })", "filter", "ReferenceError: WebAssembly is not defined"),
    "timer": ("setTimeout(() => {}, 0); return true", "filter", "TypeError: setTimeout is not a function"),
    "promise": ("return Promise.resolve(true)", "filter", "The filter returned a Promise. Promises are not supported"),
    "async body": ("return (async () => true)()", "filter", "The filter returned a Promise."),
    "promise of changes": ("return Promise.resolve({})", "action", "The code returned a Promise."),
    "import": ("return import('fs')", "filter", "The filter returned a Promise."),
    "eval": ("return eval('true')", "filter", "EvalError: Code generation from strings disallowed"),
    "indirect eval": ("return (0, eval)('true')", "filter", "EvalError: Code generation from strings disallowed"),
    "Function": ("return Function('return true')()", "filter", "EvalError: Code generation from strings disallowed"),
    "constructor of a constructor": ("return entity.constructor.constructor('return true')()", "filter", "EvalError"),
    "constructor of a generator": ("return (function* () {}).constructor('yield 1')", "filter", "EvalError"),
    "constructor of async": ("return (async () => {}).constructor('return 1')", "filter", "EvalError"),
    "require": ("return require('fs')", "filter", "ReferenceError: require is not defined"),
    "process": ("return process.env", "filter", "ReferenceError: process is not defined"),
    "fetch": ("return fetch('http://localhost')", "filter", "ReferenceError: fetch is not defined"),
    "caller": (
        "return (function f() { return f.caller })() === 1",
        "filter",
        "TypeError: 'caller', 'callee', and 'arguments'",
    ),
    "throwing undefined": ("throw undefined", "filter", "The code threw undefined"),
    "throwing a symbol": ("throw Symbol('s')", "filter", "The code threw Symbol(s)"),
    "throwing a function": ("throw () => 1", "filter", "The code threw () => 1"),
    "throwing what throws": (
        "throw { toString() { throw 1 }, toJSON() { throw 2 } }",
        "filter",
        "The code threw (cannot be shown)",
    ),
    "error that throws": (
        "const e = new Error; Object.defineProperty(e, 'message', { get() { throw 1 } }); throw e",
        "filter",
        "The code threw something that cannot be shown",
    ),
    "throwing a proxy that throws": (
        "throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
        "filter",
        "The code threw something",
    ),
    "cycle": ("const a = {}; a.a = a; return a", "action", "TypeError: Converting circular structure to JSON"),
    "revoked proxy": (
        "const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy",
        "action",
        "TypeError: Cannot perform",
    ),
    "map as result": ("return { a: new Map() }", "action", "TypeError: “a” in the result is a Map; only plain objects"),
    "class as result": (
        "class A {}; return { a: new A() }",
        "action",
        "TypeError: “a” in the result is an object; only plain",
    ),
    "ten megabytes": ("return { a: 'x'.repeat(10000000) }", "action", "The result is larger than 256 KB."),
    "result that becomes text": (
        "return { toJSON() { return 'x' } }",
        "action",
        "The code must return an object of changes.",
    ),
    "set on Object.prototype": ("Object.prototype.x = 1; return true", "filter", "TypeError: Cannot add property x"),
    "proto of an object": ("({}).__proto__.x = 1; return true", "filter", "TypeError: Cannot add property x"),
    "replace JSON": (
        "JSON.parse = () => ({}); return true",
        "filter",
        "TypeError: Cannot assign to read only property 'parse'",
    ),
    "replace a global": ("Date = null; return true", "filter", "TypeError: Cannot assign to read only property 'Date'"),
    "define a global": (
        "Object.defineProperty(globalThis, 'x', { value: 1 })",
        "filter",
        "TypeError: Cannot define property x",
    ),
    "prototype of a prototype": ("Object.setPrototypeOf(Array.prototype, null)", "filter", "TypeError:"),
    "with": (
        "with (entity) { return true }",
        "filter",
        "SyntaxError: Strict mode code may not include a with statement",
    ),
}


def parent_memory() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


def ends_well(pool: Pool, source: str, kind: Kind = "filter") -> tuple[str, str]:
    """Run it, and prove that it took its time, that the next call works and that we have not grown."""
    pool.run([request("return true")])
    before, began = parent_memory(), time.monotonic()
    (result,) = pool.run([request(source, kind=kind, key="org:hostile:1")])[0]
    took = time.monotonic() - began
    assert pool.run([request("return entity.total === 150")])[0][0].value is True
    assert took < LONGEST
    assert parent_memory() - before < 5_000_000
    assert result.value is None
    return result.status, str(result.error)


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
def test_what_does_not_end_is_ended(pool: Pool, source: str) -> None:
    assert ends_well(pool, source) == ("timeout", SLOW)


@pytest.mark.parametrize("source", ENDLESS_ACTIONS.values(), ids=ENDLESS_ACTIONS.keys())
def test_a_result_that_does_not_end_is_ended(pool: Pool, source: str) -> None:
    assert ends_well(pool, source, "action") == ("timeout", SLOW)


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS.keys())
def test_what_takes_all_memory_is_ended(small_pool: Pool, source: str) -> None:
    assert ends_well(small_pool, source) == ("memory", "The code used more memory than it may (16 MB).")


@pytest.mark.parametrize(("source", "kind", "message"), ERRORS.values(), ids=ERRORS.keys())
def test_what_is_not_allowed_is_refused_with_a_sentence(pool: Pool, source: str, kind: Kind, message: str) -> None:
    status, error = ends_well(pool, source, kind)
    assert status == "error"
    assert error.startswith(message)


def test_a_deep_record_fails_alone(run: Run) -> None:
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    results = run("return true", b"{}", deep, b"{}")
    assert [result.status for result in results][::2] == ["ok", "ok"]
    assert results[1].status in {"ok", "error"}


def test_what_is_left_of_the_globals_is_known(run: Run) -> None:
    """A new name in V8 is looked at before rules get it."""
    source = """
      const there = (name) => typeof name === "string" && globalThis[name] !== undefined;
      return { names: Reflect.ownKeys(globalThis).filter(there).sort() }"""
    (result,) = run(source, kind="action")
    assert " ".join(result.value["names"]) == (
        "AggregateError Array BigInt Boolean Date Error EvalError Function Infinity Intl Iterator JSON Map Math NaN "
        "Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError "
        "URIError WeakMap WeakSet console decodeURI decodeURIComponent encodeURI encodeURIComponent eval globalThis "
        "isFinite isNaN parseFloat parseInt"
    )


def test_everything_within_reach_is_frozen(run: Run) -> None:
    source = """
      const seen = new Set(), open = [], todo = [
        globalThis, helpers, console, Object.getPrototypeOf(function* () {}), (async () => {})(), [].values(),
        "a".matchAll(/a/g), new Map().entries(), new Set().values(), [].values().map(x => x),
        Iterator.from({ next() {} }),
      ];
      const roots = new Set(todo);
      while (todo.length) {
        const thing = todo.pop();
        if (seen.has(thing)) continue;
        seen.add(thing);
        if (!Object.isFrozen(thing) && !roots.has(thing)) open.push(String(thing.name ?? thing));
        for (const key of Reflect.ownKeys(thing)) {
          const { value, get, set } = Object.getOwnPropertyDescriptor(thing, key);
          for (const next of [value, get, set]) if (next === Object(next)) todo.push(next);
        }
        const up = Object.getPrototypeOf(thing);
        if (up) todo.push(up);
      }
      return { open, many: seen.size > 500, global: Object.isFrozen(globalThis), helpers: Object.isFrozen(helpers) }"""
    (result,) = run(source, kind="action")
    assert result.value == {"open": [], "many": True, "global": True, "helpers": True}


def test_five_broken_limits_end_a_batch(run: Run) -> None:
    results = run("for (;;) {}", *[b"{}"] * 8)
    assert [result.status for result in results] == ["timeout"] * 5 + ["refused"] * 3
    assert results[7].error == "Not run: this code broke its limits 5 times among these records."


def test_a_thousand_errors_in_a_row_are_only_errors(run: Run) -> None:
    results = run("throw new Error(`n${entity.n}`)", *[b'{"n": %d}' % number for number in range(1000)])
    assert [result.error for result in results] == [f"Error: n{number}" for number in range(1000)]
    assert run("return true")[0].ok
