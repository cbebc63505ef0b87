// A part with data-refresh="seconds" and hx-get reads itself afresh, without moving what is looked at:
// the row under the pointer stays where it is, ticked rows stay ticked, the focus stays. It rests
// while the tab is hidden, a menu in it is open, something in it is pressed or being sent, or a dialog stands above it.
import { everywhere } from "./everywhere.js";

// A press on what is replaced before it is let go is no click: the part waits, and reads itself afresh right after.
let pressed = null;
const waiting = new Set();
const press = (event) => (pressed = event.target);
const release = () =>
  setTimeout(() => {
    pressed = null;
    for (const element of waiting) if (element.isConnected && !busy(element)) element.dispatchEvent(new CustomEvent("refresh"));
    waiting.clear();
  }); // the click itself comes after this event
for (const begun of ["pointerdown", "keydown"]) document.addEventListener(begun, press, true);
for (const ended of ["pointerup", "pointercancel", "keyup"]) document.addEventListener(ended, release, true);
addEventListener("blur", release); // keys that are let go elsewhere are not told

function busy(element) {
  return element.contains(pressed) || document.hidden || element.querySelector(".dropdown-menu.show, [data-busy], [data-sending], .htmx-request") || document.querySelector("dialog[open]") || element.contains(document.getSelection()?.isCollapsed === false ? document.getSelection().anchorNode : null);
}

function anchor(element) {
  const rows = [...element.querySelectorAll("[data-row]")];
  const hovered = rows.find((row) => row.matches(":hover") || row.contains(document.activeElement) || row.classList.contains("is-at"));
  if (hovered) return hovered;
  return window.scrollY > 0 ? rows.find((row) => row.getBoundingClientRect().bottom > 120) : undefined;
}

function remember(element) {
  const row = anchor(element);
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const at = active?.closest("[data-row]");
  return {
    rows: new Map([...element.querySelectorAll("[data-row]")].map((one) => [one.dataset.row, one.dataset.version])),
    ticked: [...element.querySelectorAll("[data-pick]:checked")].map((box) => box.value),
    at: element.querySelector("[data-row].is-at")?.dataset.row,
    anchor: row && { key: row.dataset.row, top: row.getBoundingClientRect().top },
    focus: active && { row: at?.dataset.row, index: focusable(at ?? element).indexOf(active), id: active.id },
  };
}

// What can have the focus in a row; of the whole part, what stands outside its rows.
function focusable(part) {
  const all = [...part.querySelectorAll("a, button, input")];
  return part.matches("[data-row]") ? all : all.filter((one) => !one.closest("[data-row]"));
}

function find(element, key) {
  return key ? element.querySelector(`[data-row="${CSS.escape(key)}"]`) : null;
}

function restore(element, kept) {
  for (const box of element.querySelectorAll("[data-pick]")) box.checked = kept.ticked.includes(box.value);
  find(element, kept.at)?.classList.add("is-at");
  const row = find(element, kept.anchor?.key);
  if (row) window.scrollBy({ top: row.getBoundingClientRect().top - kept.anchor.top, behavior: "instant" });
  if (kept.focus) {
    const { row: key, index, id } = kept.focus;
    const part = key ? find(element, key) : element;
    const target = (id && document.getElementById(id)) || (part && focusable(part)[index]);
    target?.focus({ preventScroll: true });
  }
  for (const one of element.querySelectorAll("[data-row]")) {
    const before = kept.rows.get(one.dataset.row);
    if (before !== one.dataset.version) one.classList.add(before === undefined ? "is-new" : "is-changed");
  }
}

// The element itself is replaced, so what was remembered is kept here, by its id.
const memory = new Map();

everywhere("[data-refresh]", (element) => {
  const timer = setInterval(
    () => {
      if (!element.isConnected) clearInterval(timer);
      else if (!busy(element)) element.dispatchEvent(new CustomEvent("refresh"));
    },
    Number(element.dataset.refresh) * 1000,
  );
  // A question that comes while an answer is on its way waits for that one, and would be gone with the element that it
  // replaces: a list then showed for long what was before the last of several changes. An answer to an older question
  // is not shown, so the element stays and the newest question is asked.
  let older = false;
  element.addEventListener("htmx:trigger", (event) => {
    if (event.target === element) older = element.classList.contains("htmx-request");
  });
  element.addEventListener("htmx:afterRequest", (event) => {
    if (event.target === element) older = false;
  });
  // The server ends a session that nobody uses, and a page that reads itself is nobody.
  element.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type === "refresh") event.detail.headers["X-Refresh"] = "1";
  });
  element.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== element || event.detail.requestConfig?.elt !== element) return;
    if (older || busy(element)) event.detail.shouldSwap = false;
    if (element.contains(pressed)) waiting.add(element);
    if (event.detail.shouldSwap) memory.set(element.id, remember(element));
  });
});

document.addEventListener("htmx:afterSettle", () => {
  for (const [id, kept] of memory) {
    const element = document.getElementById(id);
    memory.delete(id);
    if (!element) continue;
    restore(element, kept);
    element.dispatchEvent(new CustomEvent("selection:look", { bubbles: true }));
  }
});
