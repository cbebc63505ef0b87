// Undo and redo for a whole form, also for what was typed: <form data-history="address" data-history-part="#id">.
// The part is what the server draws of the form; outside of it stand plain controls. One history for the form:
// the builders in it, its code and its buttons all make steps of this one (see filter-history.js).
import { announce, everywhere, on } from "./everywhere.js";
import { pristine } from "./pristine.js";

const MOST = 200;
const PAUSE = 800; // so long a pause makes what was typed a step of its own
const forms = new WeakMap(); // form -> {past, future, now, busy, again, timer}

const part = (form) => form.querySelector(form.dataset.historyPart);
const bar = (form) => form.querySelector("[data-form-history]");

/** What the form holds and saves, as names and values. */
export function entries(form) {
  const left = new Set(["csrfmiddlewaretoken"]);
  for (const control of form.querySelectorAll("[data-unguarded] [name]")) left.add(control.name);
  for (const control of form.querySelectorAll("input[type=hidden][name]")) if (!part(form)?.contains(control)) left.add(control.name);
  return [...new FormData(form)].filter(([name, value]) => !left.has(name) && !name.endsWith("judged") && typeof value === "string");
}

/** The same as one text, to be compared and kept. */
export const text = (form) => JSON.stringify(entries(form));

function show(form) {
  const { past, future } = forms.get(form);
  for (const button of form.querySelectorAll("[data-form-undo]")) button.disabled = !past.length;
  for (const button of form.querySelectorAll("[data-form-redo]")) button.disabled = !future.length;
  form.dispatchEvent(new CustomEvent("history:changed"));
}

/** Remember a change as one step back. */
export function record(form) {
  const own = forms.get(form);
  if (!own) return;
  clearTimeout(own.timer);
  own.timer = 0;
  const now = text(form);
  if (own.busy || own.now === now) return; // while the server draws a former state, the form holds what is left behind
  own.past.push(own.now);
  own.past.splice(0, Math.max(0, own.past.length - MOST));
  own.future = [];
  own.now = now;
  show(form);
}

/** The same, but what is asked for already becomes a step together with its answer, and what is dragged when it is dropped. */
const soon = (form) => setTimeout(() => form.querySelector(".htmx-request, [data-busy], .is-dragging") || record(form));

function fill(form, wanted) {
  const values = new Map();
  for (const [name, value] of wanted) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of form.elements) {
    if (!control.name || control.type === "hidden" || control.tagName === "BUTTON" || control.closest("[data-unguarded]") || part(form).contains(control)) continue;
    const own = values.get(control.name) ?? [];
    if (control.type === "checkbox" || control.type === "radio") control.checked = own.includes(control.value);
    else if (control.type !== "file") control.value = own.shift() ?? "";
  }
}

function post(form) {
  const own = forms.get(form);
  own.busy = true;
  own.again = false;
  own.focus = part(form).contains(document.activeElement) ? { id: document.activeElement.id, name: document.activeElement.name } : null;
  window.htmx.ajax("POST", form.dataset.history, { source: bar(form), target: part(form), swap: "outerHTML show:none", values: { do: "" } });
}

function draw(form) {
  const own = forms.get(form);
  fill(form, JSON.parse(own.now));
  if (own.busy) own.again = true; // the answer under way is of a state that is left already
  else post(form);
}

/** Go to a state of the form as one step, as if somebody had typed it. */
export function go(form, wanted) {
  record(form);
  const own = forms.get(form);
  if (own.now === wanted) return;
  own.past.push(own.now);
  own.future = [];
  own.now = wanted;
  show(form);
  draw(form);
}

function travel(form, from, to) {
  record(form); // what was typed last may not be a step yet
  const own = forms.get(form);
  if (!own?.[from].length) return;
  own[to].push(own.now);
  own.now = own[from].pop();
  show(form);
  draw(form);
  announce(bar(form).dataset[to === "future" ? "undone" : "redone"]);
}

export const undo = (form) => travel(form, "past", "future");
export const redo = (form) => travel(form, "future", "past");

const ours = (detail) => {
  const source = detail.requestConfig?.elt ?? detail.elt;
  return source?.matches?.("[data-form-history]") ? source.closest("form[data-history]") : null;
};

// With the request goes the state that is wanted, instead of what the form holds.
document.addEventListener("htmx:configRequest", (event) => {
  const form = ours(event.detail);
  if (!form) {
    const within = event.detail.elt.closest?.("form[data-history]");
    if (within && forms.get(within)?.timer) record(within); // what was typed before is a step of its own
    return;
  }
  const data = event.detail.formData;
  for (const [name] of entries(form)) data.delete(name);
  for (const [name, value] of JSON.parse(forms.get(form).now)) data.append(name, value);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = ours(event.detail);
  if (!form || event.detail.successful) return;
  const own = forms.get(form);
  own.busy = false;
  own.now = text(form);
  form.dispatchEvent(new CustomEvent("history:failed"));
});
document.addEventListener("htmx:afterSettle", (event) => {
  const form = ours(event.detail);
  if (!form) {
    const within = event.detail.elt?.closest?.("form[data-history]");
    if (within) soon(within);
    return;
  }
  const own = forms.get(form);
  if (own.again) return post(form);
  own.busy = false;
  own.now = text(form); // the server may write the same in another way
  const { id, name } = own.focus ?? {};
  const same = id ? document.getElementById(id) : null;
  const target = same ?? (name ? part(form).querySelector(`[name="${CSS.escape(name)}"]`) : null);
  target?.focus({ preventScroll: true });
  form.dispatchEvent(new CustomEvent("guard:look"));
  form.dispatchEvent(new CustomEvent("history:changed"));
});

everywhere("form[data-history]", (form) => {
  forms.set(form, { past: [], future: [], now: text(pristine(form)), busy: false, again: false });
  show(form);
  record(form);
});
// A builder says itself when something in it is a step; all else is one when it is left, or after a pause.
on("change", "form[data-history]", (event, form) => {
  if (event.target.closest("[data-filter-body], [data-unguarded]")) return;
  soon(form);
});
on("input", "form[data-history]", (event, form) => {
  const own = forms.get(form);
  if (!own || event.target.closest("[data-filter-body], [data-unguarded]")) return;
  clearTimeout(own.timer);
  own.timer = setTimeout(() => record(form), PAUSE);
});

on("click", "[data-form-undo]", (_event, button) => undo(button.form));
on("click", "[data-form-redo]", (_event, button) => redo(button.form));

const TEXT = "input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable=true], .code-editor";

// Where text is typed, the keys are the text's own; in a builder they are the form's, as everywhere else.
document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey || (key !== "z" && key !== "y") || event.defaultPrevented) return;
  const form = document.querySelector("form[data-history]");
  const { target } = event;
  if (!form || document.querySelector("dialog[open]")) return;
  if (target.closest(TEXT) && !(target.closest("[data-filter]") && form.contains(target))) return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) redo(form);
  else undo(form);
});
