// Drawers and dialogs: <dialog> elements, opened by data-open="<id>", closed by data-close, Escape
// or a click beside them. The browser keeps the focus inside and gives it back to the opener.
import { on } from "./everywhere.js";

/** Open a dialog; an open drawer stands in the address, so that reload and Back restore it. */
export function open(dialog) {
  if (dialog.open) return;
  dialog.dispatchEvent(new CustomEvent("dialog:open"));
  dialog.showModal();
  if (dialog.hasAttribute("data-drawer")) history.replaceState(history.state, "", `#${dialog.id}`);
}

on("click", "[data-open]", (event, element) => {
  const dialog = document.getElementById(element.dataset.open);
  if (!dialog) return;
  event.preventDefault();
  open(dialog);
});
on("click", "[data-close]", (event, element) => {
  const dialog = element.closest("dialog");
  if (dialog && element.matches("a")) event.preventDefault(); // on a page of its own it leads back
  dialog?.close();
});
on("pointerdown", "dialog[open]", (event, dialog) => {
  if (event.target !== dialog) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) dialog.close();
});
document.addEventListener(
  "close",
  (event) => {
    if (event.target.matches?.("[data-drawer]") && location.hash === `#${event.target.id}`) {
      history.replaceState(history.state, "", location.pathname + location.search);
    }
  },
  true,
);

document.addEventListener("DOMContentLoaded", () => {
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (named && named.matches("dialog[data-drawer]")) open(named);
});
