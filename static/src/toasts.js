// Toasts: from the page, or from the answer's `toast` event. They say success, stay 10 s, and wait
// while the pointer or the focus is on them.
import { announce, everywhere, on } from "./everywhere.js";

const STAYS = 10_000;

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.querySelector("meta[name=assets]")?.dataset.icons || ""}#${name}`);
  svg.append(use);
  return svg;
}

function button(className, content, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.dataset.toastClose = "";
  made.append(content);
  if (label) made.setAttribute("aria-label", label);
  return made;
}

/** The place for toasts; of a dialog its own, since it stands above all else, and goes with it. */
function place(dialog) {
  const home = document.getElementById("toasts");
  if (!home || !dialog) return home;
  const own = dialog.querySelector(":scope > .toasts") ?? home.cloneNode();
  own.removeAttribute("id");
  dialog.append(own);
  return own;
}

/** Show a toast; `undo` is an address that a POST undoes at, `dialog` the one that it is about. */
export function toast({ text, undo = "", tone = "success", dialog = null }) {
  const region = place(dialog);
  if (!region) return;
  const card = document.createElement("div");
  card.className = `toast-card tone-${{ error: "red", warning: "amber" }[tone] || "green"}`;
  card.dataset.toast = "";
  const words = document.createElement("span");
  words.className = "toast-text";
  words.textContent = text;
  card.append(icon(tone === "success" ? "circle-check" : "alert-triangle"), words);
  if (undo) {
    const back = button("btn-undo", region.dataset.undoLabel || "Undo");
    back.setAttribute("hx-post", undo);
    back.setAttribute("hx-swap", "none");
    card.append(back);
  }
  card.append(button("btn-plain", icon("x"), region.dataset.closeLabel || "Close"));
  region.append(card);
  window.htmx?.process(card);
  announce(text);
  stay(card);
}

/** Say that presses were left undone, because it is not sure any more what they meant. */
export const leftUndone = (element) => toast({ text: "The last press was not done: press again.", tone: "warning", dialog: element.closest("dialog[open]") });

function stay(card) {
  let timer = setTimeout(() => card.remove(), STAYS);
  const wait = () => clearTimeout(timer);
  const go = () => {
    wait();
    timer = setTimeout(() => card.remove(), STAYS);
  };
  card.addEventListener("pointerenter", wait);
  card.addEventListener("pointerleave", go);
  card.addEventListener("focusin", wait);
  card.addEventListener("focusout", go);
}

everywhere("#toasts > [data-toast]", stay);
document.addEventListener("toast", (event) => toast(event.detail));
// After HTMX has taken the click, so that *Undo* is sent before its button goes.
on("click", "[data-toast-close]", (_event, element) => {
  const card = element.closest("[data-toast]");
  if (element.hasAttribute("hx-post")) element.addEventListener("htmx:afterRequest", () => card.remove(), { once: true });
  else card.remove();
});
