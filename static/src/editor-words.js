// What code can speak of, as the server tells it (automations/code_words.py): completed while one types and
// explained under the pointer. `entity.shippingAddress.city`, `related.…`, `helpers.…`, names that stand for a
// part of them, the line in `lineItems.some((line) => …)`, the values of a choice, the keys that an action returns.
import { syntaxTree } from "@codemirror/language";
import { hoverTooltip } from "@codemirror/view";
import { word } from "./editor-say.js";

const NAME = "[A-Za-z_$][\\w$]*";
const CHAIN = `${NAME}(?:\\s*\\??\\.\\s*${NAME}|\\s*(?:\\?\\.)?\\[[^\\]]*\\])*`;
const BEFORE_DOT = new RegExp(`(${CHAIN})\\s*\\??\\.\\s*([\\w$]*)$`);
const COMPARED = new RegExp(`(${CHAIN})\\s*(?:===?|!==?)\\s*["']([^"']*)$`);
const LISTS = ["every", "filter", "find", "flatMap", "includes", "length", "map", "some"];
const coming = new Map();

/** Fetch the words of an address once; nothing where they cannot be had, so that the editor still edits. */
export function wordsAt(url) {
  if (!coming.has(url)) {
    const got = fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    coming.set(url, got.then((answer) => (answer.ok ? answer.json() : null)).then((told) => told && tree(told)).catch(() => null));
  }
  return coming.get(url);
}

const node = (name, about = {}) => ({ name, about, inner: new Map(), list: false });

function put(root, path, about) {
  let at = root;
  const steps = path.split(".");
  for (const [index, step] of steps.entries()) {
    const name = step.replace("[]", "");
    if (!at.inner.has(name)) at.inner.set(name, node(name));
    at = at.inner.get(name);
    if (step.endsWith("[]")) at.list = true;
    if (index === steps.length - 1) at.about = about;
  }
  return at;
}

function record(fields, lines) {
  const root = node("");
  for (const field of fields) {
    const at = put(root, field.path, field);
    at.list ||= field.type.startsWith("list") || Boolean(field.keyed);
    for (const name of field.keyed ?? []) put(at, name, { type: "text" });
  }
  if (root.inner.has(lines)) root.inner.get(lines).list = true;
  return root;
}

function tree(told) {
  const root = node("");
  const entity = record(told.fields, told.lines);
  const related = node("related");
  for (const one of told.related) related.inner.set(one.path, { ...record(one.fields, told.lines), name: one.path, about: { help: one.help } });
  const helpers = node("helpers");
  for (const one of told.helpers) put(helpers, one.path, one);
  root.inner.set("entity", { ...entity, name: "entity" }).set("related", related).set("helpers", helpers);
  put(root, "console.log", {});
  return { root, lines: told.lines };
}

const steps = (chain) => chain.replace(/\[[^\]]*\]/g, "").split(/\s*\??\.\s*/).map((one) => one.trim()).filter(Boolean);

function follow(from, names) {
  return names.reduce((at, name) => at?.inner.get(name), from);
}

/** What names in this code stand for: parts of the record, helpers taken out, the line of a function. */
function aliases(words, code) {
  const found = new Map();
  for (const [, name, chain] of code.matchAll(new RegExp(`(?:const|let|var)\\s+(${NAME})\\s*=\\s*(${CHAIN})\\s*(?:;|$|\\n|\\?\\?)`, "g"))) found.set(name, chain);
  for (const [, names, from] of code.matchAll(new RegExp(`(?:const|let|var)\\s*\\{([^}]*)\\}\\s*=\\s*(${CHAIN})`, "g"))) {
    for (const one of names.split(",")) {
      const [taken, called] = one.split(":").map((part) => part.trim().split(/\s|=/)[0]);
      if (taken) found.set(called || taken, `${from}.${taken}`);
    }
  }
  const line = new RegExp(`(?:${words.lines}|\\blines\\([^()]*\\))\\s*(?:\\?\\?\\s*\\[\\]\\)?)?(?:\\s*\\??\\.\\s*\\w+\\(|\\s*,)\\s*\\(?\\s*(${NAME})`, "g");
  for (const [, name] of code.matchAll(line)) found.set(name, `entity.${words.lines}`);
  return found;
}

/** Return what a chain of names means here, or nothing. */
function meaning(words, code, chain) {
  const known = aliases(words, code);
  let names = steps(chain);
  for (let turn = 0; turn < 4 && known.has(names[0]) && !words.root.inner.has(names[0]); turn += 1) names = [...steps(known.get(names[0])), ...names.slice(1)];
  return follow(words.root, names);
}

function line(tag, text, css) {
  const made = document.createElement(tag);
  made.className = css;
  made.textContent = text;
  return made;
}

/** What is known of a word, to be read. */
function told(at) {
  const { about } = at;
  const box = document.createElement("div");
  box.className = "cm-about";
  if (about.call) box.append(line("code", `helpers.${about.call}`, "cm-about-call"));
  if (about.label) box.append(line("strong", about.label, "cm-about-label"));
  if (about.type) box.append(line("span", about.type, "cm-about-type"));
  if (about.help) box.append(line("p", about.help, "cm-about-help"));
  if (about.choices) box.append(line("p", `${word("values")} ${about.choices.map(([value]) => `"${value}"`).join(", ")}`, "cm-about-help"));
  if (about.writable) box.append(line("p", word("writable"), "cm-about-help"));
  return box.childElementCount ? box : null;
}

function option(at, boost = 0) {
  const { about } = at;
  const type = about.call ? (about.call.includes("(") ? "function" : "constant") : at.inner.size ? "namespace" : "property";
  return { label: at.name, type, boost, detail: about.label || (about.call?.includes("(") ? about.call.slice(about.call.indexOf("(")) : ""), info: () => told(at) };
}

function afterDot(words, code, before, pos) {
  const found = BEFORE_DOT.exec(before);
  if (!found) return null;
  const at = meaning(words, code, found[1]);
  if (!at) return null;
  const element = !at.list || /\]\s*$/.test(found[1]) || !steps(found[1]).join(".").endsWith(at.name);
  const options = element ? [...at.inner.values()].map((one) => option(one)) : LISTS.map((label) => ({ label, type: "method" }));
  return options.length ? { from: pos - found[2].length, options, validFor: /^[\w$]*$/ } : null;
}

function inText(words, code, before, pos) {
  const found = COMPARED.exec(before);
  const choices = found && meaning(words, code, found[1])?.about.choices;
  if (!choices) return null;
  return { from: pos - found[2].length, options: choices.map(([label, detail]) => ({ label, detail, type: "enum" })), validFor: /^[^"']*$/ };
}

/** The keys above this place in the object that an action returns; nothing where it is no key. */
function keysHere(state, pos) {
  const names = [];
  let inner = syntaxTree(state).resolveInner(pos, -1);
  if (!/^(PropertyDefinition|ObjectExpression|Property|\{|,|⚠)$/.test(inner.name)) return null;
  for (let at = inner.parent; at; inner = at, at = at.parent) {
    if (at.name === "ReturnStatement") return names.reverse();
    if (at.name === "Property" && inner.name === "ObjectExpression") names.push(state.sliceDoc(at.firstChild.from, at.firstChild.to));
    else if (!/^(Property|ObjectExpression)$/.test(at.name)) return null;
  }
  return null;
}

const writable = (at) => at.about.writable || [...at.inner.values()].some(writable);

function returned(words, state, pos) {
  const keys = keysHere(state, pos);
  const at = keys && follow(words.root.inner.get("entity"), keys);
  if (!at) return null;
  const typed = /[\w$]*$/.exec(state.sliceDoc(Math.max(0, pos - 80), pos))[0];
  return { from: pos - typed.length, options: [...at.inner.values()].filter(writable).map((one) => option(one, 2)), validFor: /^[\w$]*$/ };
}

/** Completion for code of a kind (“filter”, “action”); `coming` is the promise of the words. */
export function completes(coming, kind) {
  return async (context) => {
    const words = await coming;
    if (!words) return null;
    const { state, pos } = context;
    const code = state.doc.toString();
    const before = code.slice(Math.max(0, pos - 400), pos);
    if (/^(String|TemplateString)$/.test(syntaxTree(state).resolveInner(pos, -1).name)) return inText(words, code, before, pos);
    if (/Comment/.test(syntaxTree(state).resolveInner(pos, -1).name)) return null;
    const found = afterDot(words, code, before, pos) || (kind === "action" && returned(words, state, pos));
    if (found || /\.\s*[\w$]*$/.test(before)) return found || null;
    const typed = context.matchBefore(/[\w$]+/);
    if (!typed && !context.explicit) return null;
    const own = [...words.root.inner.values()].map((one) => option(one, 1));
    const taken = [...aliases(words, code).keys()].map((label) => ({ label, type: "variable" }));
    return { from: typed?.from ?? pos, options: [...own, ...taken], validFor: /^[\w$]*$/ }; // a dot asks anew: what follows it is another list
  };
}

/** What stands under the pointer, explained. */
export function explains(coming) {
  return hoverTooltip(async (view, pos) => {
    const words = await coming;
    if (!words) return null;
    const { from, text } = view.state.doc.lineAt(pos);
    for (const found of text.matchAll(new RegExp(CHAIN, "g"))) {
      const start = from + found.index;
      if (pos < start || pos > start + found[0].length) continue;
      const rest = /^[\w$]*/.exec(text.slice(pos - from))[0].length;
      const at = meaning(words, view.state.doc.toString(), text.slice(found.index, pos - from + rest));
      const dom = at && told(at);
      if (dom) return { pos: start, end: pos + rest, above: true, create: () => ({ dom }) };
    }
    return null;
  });
}
