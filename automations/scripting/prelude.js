// Runs in a fresh instance before any rule is seen: takes away what could harm or remember, freezes
// the rest, and returns the functions through which the child feeds the rule.
// What a rule cannot change it cannot use to leave a mark for the next record.
(function (makeHelpers, options) {
  "use strict";

  const RealDate = Date;
  const realNow = Date.now;
  const progress = new Int32Array(new ArrayBuffer(8));
  const NO_ANSWER = "it returned nothing. Did you forget “return”?";
  let nowMs = 0;

  // ---- take away: what a rule has no use for, above all what waits, shares memory or remembers

  const kept = new Set([
    "Object", "Function", "Array", "Number", "parseFloat", "parseInt", "Infinity", "NaN", "undefined", "Boolean",
    "String", "Symbol", "Date", "Promise", "RegExp", "Error", "AggregateError", "EvalError", "RangeError",
    "ReferenceError", "SyntaxError", "TypeError", "URIError", "globalThis", "JSON", "Math", "Intl", "Map", "BigInt",
    "Set", "Iterator", "WeakMap", "WeakSet", "Proxy", "Reflect", "decodeURI", "decodeURIComponent", "encodeURI",
    "encodeURIComponent", "eval", "isFinite", "isNaN",
  ]);
  const keptIntl = new Set(["Collator", "DateTimeFormat", "NumberFormat", "PluralRules"]);
  function take(from, keep) {
    for (const name of Reflect.ownKeys(from)) {
      if (typeof name === "symbol" || keep.has(name)) continue;
      // Some of these are `var`s, which `delete` leaves in place.
      from[name] = undefined;
      Reflect.deleteProperty(from, name);
    }
  }
  take(globalThis, kept);
  take(Intl, keptIntl);
  // The last match of any expression is readable here (`RegExp.$1`): a way from one record to the next.
  for (const name of Reflect.ownKeys(RegExp)) {
    if (!["length", "name", "prototype", "escape", Symbol.species].includes(name)) delete RegExp[name];
  }

  // ---- the recorded now

  function RuleDate(...parts) {
    if (new.target === undefined) return new RealDate(nowMs).toString();
    return Reflect.construct(RealDate, parts.length === 0 ? [nowMs] : parts, new.target);
  }
  const now = () => nowMs;
  Object.defineProperties(RuleDate, {
    name: { value: "Date" },
    length: { value: 7 },
    prototype: { value: RealDate.prototype },
    now: { value: now },
    parse: { value: RealDate.parse },
    UTC: { value: RealDate.UTC },
  });
  RealDate.prototype.constructor = RuleDate;
  globalThis.Date = RuleDate;

  const Format = Intl.DateTimeFormat.prototype;
  const getFormat = Object.getOwnPropertyDescriptor(Format, "format").get;
  const toParts = Format.formatToParts;
  Object.defineProperty(Format, "format", {
    configurable: true,
    get() {
      const format = Reflect.apply(getFormat, this, []);
      return (date) => format(date === undefined ? nowMs : date);
    },
  });
  Format.formatToParts = function formatToParts(date) {
    return Reflect.apply(toParts, this, [date === undefined ? nowMs : date]);
  };
  Math.random = function random() {
    throw new Error("Math.random is not available: a rule must give the same answer every time");
  };

  // ---- console

  let lines = [];
  let room = 0;

  function shown(value) {
    if (typeof value === "string") return value;
    if (typeof value === "object" && value !== null && !(value instanceof Error)) {
      try {
        const text = JSON.stringify(value);
        if (typeof text === "string") return text;
      } catch {
        return "(cannot be shown)";
      }
    }
    return String(value);
  }
  function print(...values) {
    if (room <= 0) return;
    let text = values.map(shown).join(" ");
    if (text.length > room) text = text.slice(0, room) + " … (the console is cut here)";
    room -= text.length + 1;
    lines.push(text);
  }
  globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };

  // ---- freeze

  // Once a prototype is frozen, `thing.name = …` fails on every object below it, even on the user's own.
  // For the names people do set, an accessor stands in that sets them on the object itself.
  function allowOverride(prototype) {
    for (const key of Reflect.ownKeys(prototype)) {
      const old = Object.getOwnPropertyDescriptor(prototype, key);
      if (!("value" in old) || !old.writable || !old.configurable) continue;
      const { value, enumerable } = old;
      Object.defineProperty(prototype, key, {
        configurable: true,
        enumerable,
        get: () => value,
        set(next) {
          if (this === prototype) throw new TypeError(`“${String(key)}” cannot be changed here`);
          Object.defineProperty(this, key, { value: next, writable: true, enumerable: true, configurable: true });
        },
      });
    }
  }

  // Prototypes that no name leads to.
  function hiddenIntrinsics() {
    return [
      function* () {}, async function () {}, async function* () {}, (function* () {})(), (async function* () {})(),
      [].values(), ""[Symbol.iterator](), new Map().entries(), new Set().values(), "a".matchAll(/a/g),
      [].values().map((x) => x), Iterator.from({ next() {} }),
    ].map((thing) => Object.getPrototypeOf(thing));
  }

  function freezeAll(roots) {
    const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
    const seen = new Set();
    const todo = [...roots];
    const note = (thing) => {
      if (thing !== null && (typeof thing === "object" || typeof thing === "function")) todo.push(thing);
    };
    while (todo.length > 0) {
      const thing = todo.pop();
      if (seen.has(thing)) continue;
      seen.add(thing);
      for (const key of ownKeys(thing)) {
        if (typeof thing === "function" && (key === "length" || key === "name")) continue;
        const descriptor = getOwnPropertyDescriptor(thing, key);
        note(descriptor.value ?? descriptor.get ?? null);
        note(descriptor.set ?? null);
      }
      note(getPrototypeOf(thing));
      Object.freeze(thing);
    }
  }

  function freezeDeep(value) {
    if (typeof value !== "object" || value === null) return value;
    for (const key of Object.keys(value)) freezeDeep(value[key]);
    return Object.freeze(value);
  }

  const library = makeHelpers(now);
  Error.stackTraceLimit = 30;
  allowOverride(Object.prototype);
  for (const kind of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError]) {
    allowOverride(kind.prototype);
  }
  freezeAll([globalThis, library, ...hiddenIntrinsics()]);

  // ---- errors, in words

  function cut(text) {
    return text.length > options.message ? text.slice(0, options.message) + "…" : text;
  }

  // The first place in the rule itself that the stack names; the rule starts on the script's second line.
  function place(error) {
    const stack = error.stack;
    if (typeof stack !== "string") return [null, null];
    const found = /\brule\.js:(\d+):(\d+)/.exec(stack.slice(Math.max(0, stack.indexOf("\n    at "))));
    return found ? [Number(found[1]) - 1, Number(found[2])] : [null, null];
  }

  // [text, line, column]; line is 0 when a bare value was thrown, and the child looks for it in another way.
  function describe(thrown) {
    if (thrown instanceof Error) {
      const [line, column] = place(thrown);
      const name = String(thrown.name);
      const message = String(thrown.message);
      return [cut(message === "" ? name : `${name}: ${message}`), line, column];
    }
    if (typeof thrown === "string") return [cut(`The code threw the text “${thrown}”`), 0, null];
    return [cut(`The code threw ${shown(thrown)}`), 0, null];
  }

  function failed(thrown) {
    let told = ["The code threw something that cannot be shown", 0, null];
    try {
      told = describe(thrown);
    } catch {
      // A getter of the thrown value threw in its turn; the sentence above says enough.
    }
    return ["error", null, ...told, lines];
  }

  const refused = (message) => ["error", null, message, null, null, lines];

  // ---- what may come back

  function named(value) {
    if (value === null) return "null";
    if (typeof value === "object" || typeof value === "function") {
      const tag = Object.prototype.toString.call(value).slice(8, -1);
      return tag === "Object" ? "an object" : /^[AEIOU]/.test(tag) ? `an ${tag}` : `a ${tag}`;
    }
    if (typeof value === "string") return `the text “${cut(value).slice(0, 60)}”`;
    return typeof value === "symbol" || typeof value === "bigint" ? `a ${typeof value}` : String(value);
  }

  function isPromise(value) {
    return typeof value === "object" && value !== null && (value instanceof Promise || typeof value.then === "function");
  }

  function judgeFilter(value) {
    if (value === true || value === false) return lines.length === 0 ? value : ["ok", value, null, null, null, lines];
    if (value === undefined) return refused(`The filter must return true or false; ${NO_ANSWER}`);
    if (isPromise(value)) return refused("The filter returned a Promise. Promises are not supported: remove “async” and “await”.");
    return refused(`The filter must return true or false; it returned ${named(value)}.`);
  }

  function checked(key, value) {
    const raw = this[key];
    const where = key === "" ? "The result" : `“${key}” in the result`;
    if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${where} is ${value}, which is not a number JSON can hold`);
    if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") throw new TypeError(`${where} is ${named(value)}`);
    if (typeof value === "string" && !value.isWellFormed()) throw new TypeError(`${where} contains half of a character (a lone surrogate)`);
    if (!key.isWellFormed()) throw new TypeError("A name in the result contains half of a character (a lone surrogate)");
    if (value === null && raw !== null && typeof raw === "object") throw new TypeError(`${where} is not a valid date`);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const prototype = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`${where} is ${named(value)}; only plain objects, lists, texts, numbers, true, false and null may be returned`);
    }
    return value;
  }

  function judgeAction(value) {
    if (value === undefined) return refused(`The code must return an object of changes; ${NO_ANSWER}`);
    if (isPromise(value)) return refused("The code returned a Promise. Promises are not supported: remove “async” and “await”.");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return refused(`The code must return an object of changes; it returned ${named(value)}.`);
    const text = JSON.stringify(value, checked);
    if (typeof text !== "string" || text[0] !== "{") return refused("The code must return an object of changes.");
    if (text.length > options.result) return refused(`The result is larger than ${Math.round(options.result / 1024)} KB.`);
    return ["ok", text, null, null, null, lines];
  }

  // ---- feeding

  let make = null;
  let judge = null;
  let helpers = null;
  let text = "";
  let places = [];
  let first = 0;
  let next = 0;

  const sourceOf = Function.prototype.toString;

  // True when the rule is exactly one function body: text that closes the wrapper and opens another one differs.
  function load(factory, { outer, inner, kind }) {
    if (typeof factory !== "function" || Reflect.apply(sourceOf, factory, []) !== outer) return false;
    const sample = factory();
    if (typeof sample !== "function" || Reflect.apply(sourceOf, sample, []) !== inner) return false;
    make = factory;
    judge = kind === "filter" ? judgeFilter : judgeAction;
    return true;
  }

  // Parsed here and never pasted into a source: as text in a source, a key `__proto__` would set the prototype.
  function read(index) {
    const [at, middle, end] = places[index];
    const entity = JSON.parse(text.slice(at, middle));
    return [entity, end > middle ? freezeDeep(JSON.parse(text.slice(middle, end))) : Object.freeze({})];
  }

  function one(index) {
    let record;
    lines = [];
    room = options.console;
    try {
      record = read(index);
    } catch {
      return refused("The record is not readable as JSON.");
    }
    try {
      return judge(make()(record[0], record[1], helpers));
    } catch (thrown) {
      return failed(thrown);
    }
  }

  // Answers as many records as fit into the slice: what has been answered cannot be lost by a later record.
  function step(slice) {
    const began = realNow();
    const results = [];
    let size = 0;
    do {
      progress[0] = first + next;
      const result = one(next);
      results.push(result);
      next += 1;
      size += result === true || result === false ? 1 : (result[1]?.length ?? 0) + options.console - room;
    } while (next < places.length && realNow() - began < slice && size < options.answer);
    const answer = JSON.stringify(results);
    lines = [];
    room = 0;
    progress[0] = -1;
    return answer;
  }

  // Runs one record without catching, so that the engine itself says where a bare value was thrown.
  function probe(index) {
    const [entity, related] = read(index);
    progress[0] = first + index;
    make()(entity, related, helpers);
  }

  // The only way in. `message` is a line of JSON, then the records' texts: one argument, because each one costs
  // the child a round trip. `factory` comes with the first message of a rule.
  function answer(message, factory) {
    const cutAt = message.indexOf("\n");
    const order = JSON.parse(message.slice(0, cutAt));
    if (factory !== undefined && !load(factory, order)) return "null";
    if (order.probe !== undefined) return probe(order.probe);
    if (order.lengths !== undefined) {
      let at = 0;
      nowMs = RealDate.parse(order.now);
      helpers = Object.freeze({ ...library, now: new RealDate(nowMs).toISOString() });
      text = message.slice(cutAt + 1);
      places = order.lengths.map(([entity, related]) => [at, (at += entity), (at += related)]);
      first = order.first;
      next = 0;
    }
    return next < places.length ? step(order.slice) : "[]";
  }

  return [answer, progress.buffer];
})
