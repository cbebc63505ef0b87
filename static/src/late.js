// A part of a form that the server draws afresh: <section id data-redrawn>. What somebody types or chooses in it while
// an answer is under way would be gone with the old part. Such an answer is left, and asked for again with what
// stands there by then; while a list of choices is open, not before the choice is made. What is pressed by key
// meanwhile is kept for the new part: late-press.js. The mouse presses nothing in a part that is busy.
const TRIES = 5;
const touches = new WeakMap(); // part -> how often something in it was typed or chosen
const asked = new WeakMap(); // request -> {part, touches, again}
const tries = new WeakMap(); // part -> how many answers in a row were left
const drawn = new WeakMap(); // request -> the parts that its answer draws
const busy = new WeakSet(); // parts whose next answer is under way, or about to be asked for again

export const isBusy = (part) => busy.has(part);
export const partOf = (element) => (element instanceof Element ? element.closest("[data-redrawn]") : null);
const touched = (part) => touches.get(part) ?? 0;

for (const type of ["input", "change"]) {
  document.addEventListener(
    type,
    (event) => {
      const part = partOf(event.target);
      if (part) touches.set(part, touched(part) + 1);
    },
    true, // pickers keep their own events to themselves
  );
}

/** The picker of a part that somebody is in the middle of, if there is one. */
function choosing(part) {
  const active = document.activeElement;
  return part.contains(active) && active.matches("[role=combobox][aria-expanded=true]") ? active : null;
}

function again(request, part) {
  if (!part.isConnected) return; // drawn afresh by another answer, with what stood there
  const value = request.formData.get("do");
  window.htmx.ajax(request.verb.toUpperCase(), request.path, {
    source: part,
    target: part,
    swap: part.getAttribute("hx-swap"),
    values: value === null ? {} : { do: value },
  });
}

function afterChoice(input, act) {
  const done = () => {
    input.removeEventListener("blur", done);
    watch.disconnect();
    setTimeout(act); // what the choice changes comes first
  };
  const watch = new MutationObserver(() => input.getAttribute("aria-expanded") !== "true" && done());
  watch.observe(input, { attributeFilter: ["aria-expanded"] });
  input.addEventListener("blur", done);
}

document.addEventListener("htmx:configRequest", (event) => {
  const { target } = event.detail;
  if (!(target instanceof Element)) return;
  const parts = [...target.querySelectorAll("[data-redrawn]")];
  if (target.matches("[data-redrawn]")) {
    asked.set(event.detail, { part: target, touches: touched(target), again: false });
    parts.push(target);
  }
  drawn.set(event.detail, parts);
  for (const part of parts) busy.add(part);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const own = asked.get(event.detail.requestConfig);
  if (!own || !event.detail.shouldSwap || touched(own.part) === own.touches) return;
  const left = tries.get(own.part) ?? 0;
  if (left >= TRIES && !choosing(own.part)) return;
  tries.set(own.part, left + 1);
  event.detail.shouldSwap = false;
  own.again = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const own = asked.get(event.detail.requestConfig);
  if (!own?.again) {
    for (const part of drawn.get(event.detail.requestConfig) ?? []) {
      busy.delete(part);
      setTimeout(() => document.dispatchEvent(new CustomEvent("late:drawn", { detail: part.id }))); // HTMX first ends its own request
    }
    return;
  }
  const input = choosing(own.part);
  const act = () => again(event.detail.requestConfig, own.part);
  if (input) afterChoice(input, act);
  else setTimeout(act);
});
