// A button with data-who="address" opens the small window #who beside itself: who set a field. The focus goes
// into it and comes back to the button, also when the part of the page around that was read afresh meanwhile.
import { on } from "./everywhere.js";

const ROOM = 8;
let opener = "";

function place(box, button) {
  const anchor = button.getBoundingClientRect();
  const up = innerHeight - anchor.bottom < box.offsetHeight + 2 * ROOM && anchor.top > innerHeight - anchor.bottom;
  box.style.maxHeight = `${Math.max(160, (up ? anchor.top : innerHeight - anchor.bottom) - 2 * ROOM)}px`;
  box.style.left = `${Math.max(ROOM, Math.min(anchor.left - 24, innerWidth - box.offsetWidth - ROOM))}px`;
  box.style.top = `${up ? Math.max(ROOM, anchor.top - box.offsetHeight - 4) : anchor.bottom + 4}px`;
}

async function open(button) {
  const box = document.getElementById("who");
  if (!box) return;
  await window.htmx.ajax("GET", button.dataset.who, { source: box, target: box, swap: "innerHTML" });
  const now = document.getElementById(button.id);
  if (!now || !box.querySelector("#who-title")) return;
  opener = button.id;
  box.showPopover();
  place(box, now);
  box.querySelector("[data-who-close]").focus();
}

on("click", "[data-who]", (_event, button) => {
  const box = document.getElementById("who");
  if (box?.matches(":popover-open") && opener === button.id) box.hidePopover();
  else open(button);
});
on("click", "[data-who-close]", (_event, button) => button.closest("[popover]")?.hidePopover());

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.id !== "who" || event.newState !== "closed") return;
    const active = document.activeElement;
    if (active === document.body || event.target.contains(active)) document.getElementById(opener)?.focus({ preventScroll: true });
  },
  true,
);
document.addEventListener("DOMContentLoaded", () => {
  document.body.addEventListener("orderChanged", () => {
    const box = document.getElementById("who");
    if (box?.matches(":popover-open")) box.hidePopover();
  });
});
