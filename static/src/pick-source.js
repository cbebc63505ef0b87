// Where a picker's options come from: its own <option>s, the fields told once on the page, the
// countries (codes from the server, names from the browser), or an address that suggests.
import { matching } from "./pick-match.js";

const known = new Map();

/** Options of a <select>, without the empty one. */
export function ofSelect(select) {
  return [...select.options].filter((one) => one.value).map((one) => ({ value: one.value, label: one.label }));
}

/** Options of the fields that stand once on the page, of the types and the place that are asked for. */
export function ofFields(control) {
  const { pickerOptions, types, lines, without } = control.dataset;
  const told = document.getElementById(pickerOptions)?.dataset.options ?? "[]";
  if (!known.has(told)) known.set(told, JSON.parse(told));
  const wanted = types?.split(" ");
  return known
    .get(told)
    .filter((one) => (!wanted || wanted.includes(one.type)) && one.value !== without)
    .filter((one) => !lines || (lines === "only") === Boolean(one.line));
}

/** Countries by name. */
export function ofCountries(codes) {
  const key = `countries ${codes}`;
  if (!known.has(key)) {
    const language = document.documentElement.lang || "en";
    const names = new Intl.DisplayNames([language], { type: "region" });
    const all = codes.split(" ").map((value) => ({ value, label: names.of(value) ?? value, note: value }));
    known.set(key, all.sort((a, b) => a.label.localeCompare(b.label, language)));
  }
  return known.get(key);
}

/** Ask an address for options; what it once answered is kept for as long as the page stands. */
export async function ofAddress(url, text) {
  const address = `${url}&q=${encodeURIComponent(text.trim())}`;
  if (!known.has(address)) {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const { options } = await answer.json();
    known.set(address, options.map((one) => ({ ...one, label: one.label || one.value })));
  }
  return known.get(address);
}

/** Return a function of the typed text for a list that is here already. */
export function among(list) {
  return (text) => matching(list(), text);
}
