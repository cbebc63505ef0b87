// Moving in the filter builder: by the handle with a mouse or a finger, also from group to group, and by the
// arrow keys on it: up, down, right into the group beside it, left out of its own.
import Sortable from "sortablejs";
import { announce, everywhere, on } from "./everywhere.js";
import { builderOf, step } from "./filter.js";

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function target(list, index, from, old) {
  const shift = list === from && index > old ? 1 : 0;
  return [list.dataset.path, index + shift].filter((part) => part !== "").join(".");
}

everywhere("[data-filter][data-editable] [data-filter-items]", (list) => {
  Sortable.create(list, {
    group: builderOf(list).id,
    handle: "[data-filter-handle]",
    draggable: "[data-node]",
    animation: calm() ? 0 : 120,
    ghostClass: "is-ghost",
    emptyInsertThreshold: 24,
    fallbackOnBody: true,
    onStart: () => builderOf(list).classList.add("is-dragging"),
    onEnd: ({ item, from, to, oldDraggableIndex: old, newDraggableIndex: index }) => {
      const builder = builderOf(list);
      builder.classList.remove("is-dragging");
      if (from === to && old === index) return;
      const place = target(to, index, from, old);
      const before = [...from.querySelectorAll(":scope > [data-node]")].filter((one) => one !== item)[old] ?? null;
      from.insertBefore(item, before); // the server's answer moves it; until then, and if it fails, it is where it was
      step(builder, `move:${item.dataset.path}>${place}`);
    },
  });
});

/** Whether a node can go this way, so that no button promises what cannot be. */
export function can(node, way) {
  const list = node.parentElement.closest("[data-filter-items]");
  if (!list || "fixed" in node.dataset) return false;
  const beside = [...list.querySelectorAll(":scope > [data-node]")];
  const place = beside.indexOf(node);
  const holds = (one) => one && one.dataset.node !== "condition";
  return {
    up: place > 0,
    down: place < beside.length - 1,
    into: holds(beside[place - 1]) || holds(beside[place + 1]),
    out: list.dataset.path !== "",
  }[way];
}

const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "into" };

on("keydown", "[data-filter-handle]", (event, handle) => {
  const node = handle.closest("[data-node]");
  const way = KEYS[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Delete") {
    event.preventDefault();
    step(builderOf(handle), `remove:${node.dataset.path}`);
  } else if (way) {
    event.preventDefault();
    move(node, way);
  }
});

/** Move a node one step. */
export function move(node, way) {
  const builder = builderOf(node);
  if (can(node, way)) step(builder, `${way}:${node.dataset.path}`);
  else announce(builder.dataset.stays || "It cannot go further that way.");
}
