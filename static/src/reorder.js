// A list whose items are put in order: by the handle, by up and down buttons, by a number, or by
// keys on the handle. Each move is announced.
//   <ol data-reorder="/address" data-reorder-name="order"> <li data-item="id" data-item-name="Hold big orders">
//     <button data-handle>  <button data-up>  <button data-down>  <input type="number" data-position>
// With an address the new order is posted there as order=id&order=id…; without one the list only
// fires `reorder` (a draft that a form saves). What is moved while an order is being saved is saved after it, with the
// `seen` that the answer gives for the next (event `reordered`). A failed post puts back what is not saved.
import Sortable from "sortablejs";
import { announce, everywhere } from "./everywhere.js";
import { toast } from "./toasts.js";

const lists = new WeakMap(); // list -> {saved, wanted}: orders; while one is sent, the list has data-sending

const items = (list) => [...list.querySelectorAll(":scope > [data-item]")];
export const keys = (list) => items(list).map((item) => item.dataset.item);
const name = (item) => item.dataset.itemName || item.textContent.trim().slice(0, 60);

function number(list) {
  const all = items(list);
  all.forEach((item, index) => {
    for (const place of item.querySelectorAll("[data-number]")) place.textContent = String(index + 1);
    for (const input of item.querySelectorAll("[data-position]")) {
      input.value = String(index + 1);
      input.max = String(all.length);
    }
    for (const up of item.querySelectorAll("[data-up]")) up.disabled = index === 0;
    for (const down of item.querySelectorAll("[data-down]")) down.disabled = index === all.length - 1;
  });
}

export function arrange(list, order) {
  const byKey = new Map(items(list).map((item) => [item.dataset.item, item]));
  const after = items(list).at(-1)?.nextSibling || null;
  for (const key of order) list.insertBefore(byKey.get(key), after);
  number(list);
}

function post(list) {
  list.dispatchEvent(new CustomEvent("reorder", { bubbles: true, detail: keys(list) }));
  list.closest("form")?.dispatchEvent(new CustomEvent("guard:look"));
  if (!list.dataset.reorder) return;
  const own = lists.get(list);
  own.wanted = keys(list);
  if (!("sending" in list.dataset)) send(list, own);
}

/** Send the order until it is the last that somebody asked for; only then does the page hear of it. */
async function send(list, own) {
  list.dataset.sending = "";
  let told = {};
  while (own.wanted.join() !== own.saved.join()) {
    const order = own.wanted;
    const answer = await ask(list, order);
    told = events(answer);
    if (!answer?.ok) {
      refuse(list, own, answer);
      break;
    }
    own.saved = order;
    if (told.reordered) list.dataset.reorder = list.dataset.reorder.replace(/seen=[^&]*/, `seen=${told.reordered.seen}`);
  }
  delete list.dataset.sending;
  const from = list.isConnected ? list : document.body;
  for (const [event, detail] of Object.entries(told)) from.dispatchEvent(new CustomEvent(event, { bubbles: true, detail }));
}

function ask(list, order) {
  const body = new URLSearchParams(order.map((key) => [list.dataset.reorderName || "order", key]));
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  return fetch(list.dataset.reorder, { method: "POST", body, keepalive: true, headers: { ...headers, "HX-Request": "true" } }).catch(() => null);
}

function events(answer) {
  const told = answer?.headers.get("HX-Trigger");
  return told?.startsWith("{") ? JSON.parse(told) : {};
}

function refuse(list, own, answer) {
  arrange(list, own.saved);
  own.wanted = own.saved;
  const said = "The order could not be saved and was put back.";
  if (answer?.headers.has("HX-Trigger")) announce(said); // the answer itself says why
  else toast({ text: said, tone: "error" });
  list.classList.add("is-refused");
  setTimeout(() => list.classList.remove("is-refused"), 1500);
}

function move(list, item, to, focus) {
  const all = items(list);
  const from = all.indexOf(item);
  const place = Math.max(0, Math.min(all.length - 1, to));
  if (place === from) return number(list);
  const order = keys(list).filter((key) => key !== item.dataset.item);
  order.splice(place, 0, item.dataset.item);
  arrange(list, order);
  item.classList.add("is-moved");
  setTimeout(() => item.classList.remove("is-moved"), 900);
  announce(`${name(item)}: position ${place + 1} of ${all.length}`);
  if (focus) (focus.disabled ? item.querySelector("[data-handle]") : focus)?.focus();
  return post(list);
}

everywhere("[data-reorder]", (list) => {
  let before = [];
  number(list);
  lists.set(list, { saved: keys(list), wanted: keys(list) });
  Sortable.create(list, {
    handle: "[data-handle]",
    draggable: "[data-item]",
    animation: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    ghostClass: "is-ghost",
    onStart: () => {
      before = keys(list);
      list.dataset.busy = "";
    },
    onEnd: ({ item }) => {
      delete list.dataset.busy;
      number(list);
      if (keys(list).join() === before.join()) return;
      announce(`${name(item)}: position ${items(list).indexOf(item) + 1} of ${items(list).length}`);
      post(list);
    },
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-up], [data-down]");
    if (!button || !list.contains(button)) return;
    const item = button.closest("[data-item]");
    move(list, item, items(list).indexOf(item) + (button.hasAttribute("data-up") ? -1 : 1), button);
  });
  list.addEventListener("change", (event) => {
    if (!event.target.matches("[data-position]")) return;
    event.stopPropagation();
    move(list, event.target.closest("[data-item]"), Number(event.target.value) - 1, event.target);
  });
  list.addEventListener("keydown", (event) => {
    const handle = event.target.closest("[data-handle]");
    const by = { ArrowUp: -1, ArrowDown: 1, Home: -1e9, End: 1e9 }[event.key];
    if (!handle || !by) return;
    event.preventDefault();
    const item = handle.closest("[data-item]");
    move(list, item, items(list).indexOf(item) + by, handle);
  });
});
