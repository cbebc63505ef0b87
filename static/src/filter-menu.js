// The menu of a condition or group: there is one, and it goes to where it is asked for.
import { on } from "./everywhere.js";
import { builderOf, step } from "./filter.js";
import { can } from "./filter-move.js";

let open = null; // {menu, button, builder}

function close(focus) {
  if (!open) return;
  const { menu, button, builder } = open;
  open = null;
  menu.hidden = true;
  menu.classList.remove("is-above");
  button.setAttribute("aria-expanded", "false");
  builder.append(menu);
  if (focus) button.focus();
}

const items = (menu) => [...menu.querySelectorAll("[role=menuitem]:not([hidden]):not([disabled])")];

function prepare(menu, node) {
  const group = node.dataset.node === "group";
  for (const item of menu.querySelectorAll("[data-act]")) {
    const { act } = item.dataset;
    if (["up", "down", "into", "out"].includes(act)) item.disabled = !can(node, act);
    if (act === "unwrap") item.hidden = !group;
    if (act === "off") {
      const off = node.classList.contains("is-off");
      item.querySelector("[data-when-on]").hidden = off;
      item.querySelector("[data-when-off]").hidden = !off;
    }
  }
}

on("click", "[data-filter-menu]", (_event, button) => {
  const again = open?.button === button;
  close(false);
  if (again) return;
  const builder = builderOf(button);
  const menu = builder.querySelector("[data-filter-actions]");
  prepare(menu, button.closest("[data-node]"));
  button.after(menu);
  menu.hidden = false;
  button.setAttribute("aria-expanded", "true");
  open = { menu, button, builder };
  const room = (button.closest(".filter-scroll") ?? document.documentElement).getBoundingClientRect();
  const below = Math.min(room.bottom, window.innerHeight) - button.getBoundingClientRect().bottom;
  menu.classList.toggle("is-above", below < menu.offsetHeight + 8 && button.getBoundingClientRect().top - Math.max(room.top, 0) > menu.offsetHeight);
  items(menu)[0]?.focus();
});

on("click", "[data-filter-actions] [data-act]", (_event, item) => {
  const { builder, button } = open;
  const { path } = button.closest("[data-node]").dataset;
  close(false);
  step(builder, `${item.dataset.act}:${path}`);
});

on("keydown", "[data-filter-actions]", (event, menu) => {
  const all = items(menu);
  const place = all.indexOf(document.activeElement);
  const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    all[(next + all.length) % all.length]?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close(true);
  }
});
document.addEventListener("pointerdown", (event) => {
  if (open && !open.menu.contains(event.target) && !open.button.contains(event.target)) close(false);
});
// Before the conditions are drawn afresh, the menu goes home, or it would go with them.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (open && event.detail.target !== open.builder && event.detail.target.contains(open.menu)) close(false);
});
