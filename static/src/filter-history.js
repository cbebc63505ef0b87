// Undo and redo in the filter builder, also of what was typed: what the form held before each change, kept by
// the builder's id, so that it outlives what the server draws afresh. In a form that has a history of its own
// (form-history.js) a builder keeps none: what changes in it is a step of the form.
import { on } from "./everywhere.js";
import { builderOf, step } from "./filter.js";
import { record as recordForm } from "./form-history.js";

const MOST = 200;
const kept = new Map(); // id -> {past, future, now, travels}: what the form held, as text; how many undos are under way

/** What the builder's controls hold, by name, as the form would send it. */
export function entries(builder) {
  const form = builder.closest("form");
  const own = new Set([...builder.querySelectorAll("[data-filter-body] [name]")].map((control) => control.name));
  return form ? [...new FormData(form)].filter(([name, value]) => own.has(name) && !name.endsWith("judged") && typeof value === "string") : [];
}

const formOf = (builder) => builder.closest("form[data-history]");
const text = (builder) => JSON.stringify(entries(builder));

function show(builder) {
  const { past, future } = kept.get(builder.id);
  for (const button of builder.querySelectorAll("[data-filter-undo]")) button.disabled = !past.length;
  for (const button of builder.querySelectorAll("[data-filter-redo]")) button.disabled = !future.length;
}

/** Begin, or go on where the same builder was before something around it was drawn afresh. */
export function history(builder) {
  if (formOf(builder)) return;
  const before = kept.get(builder.id);
  if (!before || builder.closest("[data-filter-place], .filter-page")) kept.set(builder.id, { past: [], future: [], now: text(builder), travels: 0 });
  else record(builder);
  show(builder);
}

/** Remember a change as one step back. */
export function record(builder) {
  const form = formOf(builder);
  if (form) return recordForm(form);
  const own = kept.get(builder.id);
  const now = text(builder);
  if (!own || own.travels || own.now === now) return; // during an undo the form still holds what is left behind
  own.past.push(own.now);
  own.past.splice(0, Math.max(0, own.past.length - MOST));
  own.future = [];
  own.now = now;
  show(builder);
}

/** The server has drawn the conditions: after an undo that is where one stands, otherwise it is a step. */
export function settled(builder, restored) {
  if (formOf(builder)) return record(builder);
  const own = kept.get(builder.id);
  if (restored) own.travels = Math.max(0, own.travels - 1);
  if (!restored) record(builder);
  else if (!own.travels) own.now = text(builder);
  show(builder);
}

function travel(builder, from, to) {
  record(builder); // what was typed last may not have been looked at yet
  const own = kept.get(builder.id);
  if (!own?.[from].length) return;
  own[to].push(own.now);
  own.now = own[from].pop();
  own.travels += 1;
  show(builder);
  step(builder, to === "future" ? "undo" : "redo", JSON.parse(own.now));
}

const undo = (builder) => travel(builder, "past", "future");
const redo = (builder) => travel(builder, "future", "past");

on("click", "[data-filter-undo]", (_event, button) => undo(builderOf(button)));
on("click", "[data-filter-redo]", (_event, button) => redo(builderOf(button)));
on("keydown", "[data-filter], [data-filter-form]", (event, place) => {
  const builder = place.matches("[data-filter]") ? place : place.querySelector("[data-filter]");
  if (!builder || formOf(builder) || !(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest("[data-unguarded]")) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) redo(builder);
  else undo(builder);
});
