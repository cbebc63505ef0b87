// The filter builder (templates/ui/filter/). Every change of what it consists of is posted and drawn afresh by
// the server; what is typed is only looked at, so that nothing is taken away under somebody's hands. Here:
// which change is which, where the focus goes, the count beside it, the drawer. See also filter-history.js
// (undo), filter-move.js (dragging, keys) and filter-menu.js.
import { announce, everywhere, on } from "./everywhere.js";
import { entries, history, record, settled } from "./filter-history.js";
import { after, GONE, UNSURE } from "./filter-paths.js";
import { leftUndone } from "./toasts.js";

const TYPING = 350;
const COUNTING = 450;
const TRIES = 5;
const spans = new Map(); // which records are counted, by the name of the choice
const queues = new WeakMap(); // builder -> edits that wait for their turn; the first is under way

export const builderOf = (element) => element.closest("[data-filter]");
export const body = (builder) => builder.querySelector("[data-filter-body]");
const pathOf = (element) => element.closest("[data-node]")?.dataset.path ?? "";
const current = (builder) => queues.get(builder)?.[0];
const state = (builder) => JSON.stringify(entries(builder));

function post(builder, what, typing = "") {
  const looks = what === "look";
  window.htmx.ajax("POST", builder.dataset.step, {
    source: builder,
    target: looks ? builder : body(builder),
    swap: looks ? "none" : "outerHTML show:none",
    values: { do: `${builder.dataset.scope}filter:${what}`, typing },
  });
}

/** Carry out an edit (“add:0”): the server answers with the conditions afresh. `restore` is what undo goes back to. */
export function step(builder, what, restore = null) {
  if (!("editable" in builder.dataset) && what !== "look:again") return; // who may not edit may still try
  clearTimeout(builder.lookTimer);
  const queue = queues.get(builder) ?? [];
  queues.set(builder, queue);
  queue.push({ what, restore, tries: 0 });
  if (queue.length === 1) post(builder, what);
}

function done(builder, carriedOut = false) {
  const queue = queues.get(builder) ?? [];
  const edit = queue.shift();
  if (carriedOut) queue.splice(0, queue.length, ...rebased(builder, queue, edit));
  if (queue.length) post(builder, queue[0].what);
}

/** The edits that wait, each at what it was pressed at. */
function rebased(builder, queue, { what, restore }) {
  const landed = body(builder).dataset.focus;
  for (const edit of queue) if (!edit.restore) edit.what = after(edit.what, restore ? "undo:" : what, landed);
  if (queue.some((edit) => edit.what === UNSURE)) leftUndone(builder);
  return queue.filter((edit) => edit.what !== UNSURE && edit.what !== GONE);
}

/** Whose edit a request was; nothing for a mere look, and for requests of others. */
function edited(detail) {
  const builder = detail.requestConfig?.elt ?? detail.elt;
  const what = String((detail.requestConfig ?? detail).formData?.get("do") ?? "");
  return builder?.matches?.("[data-filter]") && !what.endsWith("filter:look") ? builder : null;
}

// What the form holds goes with each request; for undo it is what it held before.
document.addEventListener("htmx:configRequest", (event) => {
  const builder = edited(event.detail);
  const edit = builder && current(builder);
  if (!edit) return;
  const data = event.detail.formData;
  if (edit.restore) {
    for (const [name] of entries(builder)) data.delete(name);
    for (const [name, value] of edit.restore) data.append(name, value);
  }
  edit.sent = state(builder);
});

// Somebody has typed since the question was asked: the answer would take it away, so it is asked again.
document.addEventListener("htmx:beforeSwap", (event) => {
  const builder = edited(event.detail);
  const edit = builder && current(builder);
  if (!edit || event.detail.xhr.status >= 300) return;
  if (!edit.restore && edit.tries < TRIES && state(builder) !== edit.sent) {
    event.detail.shouldSwap = false;
    edit.tries += 1;
    edit.again = true;
    return;
  }
  edit.focus = remembered(builder);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const builder = edited(event.detail);
  const edit = builder && current(builder);
  if (!edit) return;
  if (edit.again) {
    edit.again = false;
    post(builder, edit.what);
  } else if (!event.detail.successful) {
    if (edit.restore) settled(builder, true);
    done(builder);
  }
});

function remembered(builder) {
  const active = document.activeElement;
  if (!body(builder).contains(active)) return null;
  return {
    id: active.id,
    name: active.name,
    path: pathOf(active),
    part: active.closest("[data-part]")?.dataset.part,
    caret: active.selectionStart ?? null,
  };
}

const FOCUSABLE = "button:not([disabled]), input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])";
const visible = (element) => element.checkVisibility?.() !== false && element.tabIndex >= 0;

/** Return the element of a builder that stands at a path. */
export function nodeAt(builder, path) {
  return builder.querySelector(`[data-node][data-path="${CSS.escape(path)}"]`);
}

function within(node, selector) {
  return [...node.querySelectorAll(selector)].find((one) => one.closest("[data-node]") === node);
}

function partOf(node, part) {
  if (part === "handle") return within(node, "[data-filter-handle]") ?? within(node, "[data-part=match]") ?? within(node, "[data-part=add]");
  const place = within(node, `[data-part="${part}"]`);
  if (!place || place.matches(FOCUSABLE)) return place;
  return [...place.querySelectorAll(FOCUSABLE)].find(visible);
}

function focusAfter(builder, kept) {
  const { focus, part } = body(builder).dataset;
  const node = part ? nodeAt(builder, focus) : null;
  if (node) {
    const target = partOf(node, part) ?? partOf(node, "handle");
    target?.focus();
    target?.scrollIntoView({ block: "nearest" });
    return;
  }
  const active = document.activeElement;
  if (!kept || (builder.contains(active) && visible(active))) return;
  const same = (kept.id && document.getElementById(kept.id)) || (kept.name && builder.querySelector(`[name="${CSS.escape(kept.name)}"]`));
  const home = nodeAt(builder, kept.path);
  const target = same && visible(same) ? same : home && ((kept.part && partOf(home, kept.part)) || partOf(home, "handle"));
  target?.focus({ preventScroll: true });
  if (target && kept.caret !== null && /^(text|search|textarea)$/.test(target.type)) target.setSelectionRange(kept.caret, kept.caret);
}

document.addEventListener("htmx:afterSettle", (event) => {
  const builder = edited(event.detail);
  const edit = builder?.isConnected && current(builder);
  if (!edit) return;
  marked(builder);
  settled(builder, Boolean(edit.restore));
  focusAfter(builder, edit.focus);
  const { said } = body(builder).dataset;
  if (said) announce(said);
  builder.dispatchEvent(new CustomEvent("filter:changed", { bubbles: true }));
  builder.closest("form")?.dispatchEvent(new CustomEvent("guard:look"));
  done(builder, true);
});
// What is only looked at swaps nothing but the sentence and the errors, which come out of band.
document.addEventListener("htmx:afterRequest", (event) => {
  const builder = event.detail.elt;
  if (builder.matches?.("[data-filter]") && builder.isConnected) setTimeout(() => marked(builder));
});

// Says of each control whether it is wrong, after the errors have come.
function marked(builder) {
  for (const node of builder.querySelectorAll("[data-node=condition], .filter-measure > .filter-condition")) {
    const holder = node.querySelector(":scope > .filter-errors");
    const wrong = new Set([...holder.querySelectorAll("[data-wrong]")].map((one) => one.dataset.wrong));
    node.classList.toggle("is-wrong", wrong.size > 0);
    for (const control of node.querySelectorAll("[data-part=value] :is(input, select, textarea):not([type=hidden])")) {
      if (wrong.has("value")) {
        control.setAttribute("aria-invalid", "true");
        control.setAttribute("aria-describedby", holder.id);
      } else if (control.getAttribute("aria-describedby") === holder.id) {
        control.removeAttribute("aria-invalid");
        control.classList.remove("is-invalid");
      }
    }
  }
}

// A field, an operator, what a group is bound to: what stands beside it changes. All else is only looked at.
const RESTEP = /\.(field|other|operator|measure)$/;

on("change", "[data-filter-body] *", (event) => {
  const control = event.target;
  const builder = builderOf(control);
  if (!builder || !control.name) return;
  if (RESTEP.test(control.name) || "restep" in control.dataset) step(builder, "look:again");
  else changed(builder, "");
});
on("input", "[data-filter-body] *", (event) => {
  const builder = builderOf(event.target);
  if (!builder || event.target.matches("select")) return;
  clearTimeout(builder.lookTimer);
  const typing = pathOf(event.target);
  builder.lookTimer = setTimeout(() => changed(builder, typing), TYPING);
});

function changed(builder, typing) {
  clearTimeout(builder.lookTimer);
  record(builder);
  post(builder, "look", typing);
  builder.dispatchEvent(new CustomEvent("filter:changed", { bubbles: true }));
}

on("click", "[data-filter] [data-do]", (_event, button) => step(builderOf(button), button.dataset.do));
on("click", "[data-filter-clear]", (_event, button) => step(document.getElementById(button.dataset.filterClear), "clear:"));

// The count comes after, on its own: it may take longer than an edit, and only the last one is of interest.
async function ask(place, signal) {
  const body = new URLSearchParams([...new FormData(place.closest("form"))].filter(([, value]) => typeof value === "string"));
  body.append("scope", builderOf(place).dataset.scope);
  const answer = await fetch(place.dataset.filterCount, { method: "POST", body, headers: { "HX-Request": "true" }, signal, redirect: "error" });
  return answer.ok ? answer.text() : "";
}

function count(builder) {
  const place = builder.querySelector("[data-filter-count]");
  if (!place || builder.checkVisibility?.() === false) return;
  clearTimeout(builder.countTimer);
  builder.counting?.abort();
  builder.counting = new AbortController();
  const { signal } = builder.counting;
  place.classList.add("is-waiting");
  builder.countTimer = setTimeout(async () => {
    const told = await ask(place, signal).catch(() => "");
    if (signal.aborted) return;
    place.classList.remove("is-waiting");
    if (told) place.innerHTML = told;
    else place.querySelector(".filter-number").textContent = "–";
  }, COUNTING);
}
on("filter:changed", "[data-filter]", (_event, builder) => count(builder));
on("change", "[data-filter-span]", (_event, select) => {
  spans.set(select.name, select.value);
  count(builderOf(select));
});

everywhere("[data-filter]", (builder) => {
  const span = builder.querySelector("[data-filter-span]");
  if (span && spans.has(span.name)) span.value = spans.get(span.name); // what is counted stays, whatever is drawn afresh
  history(builder);
  marked(builder);
  count(builder);
  if (builder.closest("dialog[open]")) setTimeout(() => begin(builder)); // when the inputs are what people see
});

// One begins at the field of the only, empty condition, otherwise at the top.
function begin(builder) {
  if (builder.querySelector("[aria-invalid=true]") || builder.contains(document.activeElement)) return;
  const [only, more] = builder.querySelectorAll("[data-node=condition]");
  const empty = only && !more && !only.querySelector("select[name$='.operator']");
  (empty ? partOf(only, "field") : builder.querySelector("[data-part=match]"))?.focus();
}

// The drawer brings its builder when it is opened; one that was closed half-way stands there as it was.
document.addEventListener(
  "dialog:open",
  (event) => {
    const place = event.target.querySelector("[data-filter-place]");
    if (!place || place.childElementCount) return;
    window.htmx.ajax("GET", event.target.dataset.filterDrawer, { source: place, target: place, swap: "innerHTML" });
  },
  true,
);
const OPENER = "[data-open=advanced-filter]";
let back = ""; // what had opened the drawer: its like has the focus again once the filtered list is there
on("htmx:afterRequest", "[data-filter-form]", (event, form) => {
  if (event.detail.elt !== form || !event.detail.xhr.getResponseHeader("HX-Location")) return;
  form.closest("dialog")?.close(); // which leads back to the opener
  back = document.activeElement?.matches(`${OPENER}[data-chip-open]`) ? `${OPENER}[data-chip-open]` : `${OPENER}:not([data-chip-open])`;
});
// The list refreshes by itself, too: only the one with the new filter brings the button that stays.
document.addEventListener("htmx:afterSettle", (event) => {
  if (!back || event.detail.elt?.id !== "list") return;
  (document.querySelector(back) ?? document.querySelector(OPENER))?.focus({ preventScroll: true });
  back = "";
});
document.addEventListener("request:failed", () => {
  back = ""; // that list does not come, and the next one is somebody else's
});
on("keydown", "[data-filter-record]", (event, input) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  input.parentElement.querySelector("button")?.click();
});
