// Chips by keyboard: Backspace or Delete on a chip takes it away; after a change the focus is on the same
// chip again, or on the one that has taken its place. (Enter and Escape are those of buttons and menus.)
//   <div data-chip="status"> <button data-chip-open>…</button> <a data-chip-away>×</a> </div>   <button data-chip-new>
import { everywhere, on } from "./everywhere.js";

// The tab of the open view is in sight, however many there are.
everywhere("#list-views .is-current", (tab) => {
  const row = tab.closest(".tab-row");
  const by = tab.getBoundingClientRect().right - row.getBoundingClientRect().right;
  if (by > 0) row.scrollLeft += by;
});

const all = () => [...document.querySelectorAll("[data-chip]")];
let kept = null;

on("keydown", "[data-chip-open]", (event, open) => {
  if (!["Backspace", "Delete"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const away = open.closest("[data-chip]").querySelector("[data-chip-away]");
  if (!away) return;
  event.preventDefault();
  away.click();
});

function remember() {
  const active = document.activeElement;
  const chip = active?.closest("[data-chip]");
  const added = active?.closest(".dropdown")?.querySelector("[data-chip-new]");
  if (!chip && !added) return null;
  return { key: chip?.dataset.chip, index: chip ? all().indexOf(chip) : -1, before: all().map((one) => one.dataset.chip), filled: filled() };
}

const filled = () => all().filter((one) => one.querySelector("[data-chip-away]")).map((one) => one.dataset.chip);

// Two chips with nothing to tell them apart are counted: the one that was not there before is the new one.
function place({ key, index, filled: before }) {
  const chips = all();
  if (index < 0) {
    const fresh = filled().filter((one) => !before.includes(one)).at(-1);
    return chips.find((one) => one.dataset.chip === fresh);
  }
  const same = chips.find((one) => one.dataset.chip === key);
  return same || chips[Math.min(index, chips.length - 1)];
}

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "list" && event.detail.shouldSwap) kept = remember();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!kept || event.detail.elt?.id !== "list") return;
  const chip = place(kept);
  kept = null;
  const target = chip?.querySelector("[data-chip-open]") || document.querySelector("[data-chip-new]");
  target?.focus({ preventScroll: true });
});
