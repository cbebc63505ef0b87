// Ticking rows: the box in the head ticks the page, shift ticks a range, and the bar at the bottom
// says how many and what can be done. *Select all matching* reaches beyond this page.
import { announce, everywhere, on } from "./everywhere.js";

const plural = (text, count) => text.replace("{n}", count.toLocaleString(document.documentElement.lang));
let last = null;

function boxes(region) {
  return [...region.querySelectorAll("[data-pick]")];
}

function look(region, say = false) {
  const all = boxes(region);
  const ticked = all.filter((box) => box.checked);
  const bar = region.querySelector("[data-bulk]");
  const head = region.querySelector("[data-pick-page]");
  for (const box of all) box.closest("[data-row]").classList.toggle("is-picked", box.checked);
  if (head) {
    head.checked = ticked.length > 0 && ticked.length === all.length;
    head.indeterminate = ticked.length > 0 && ticked.length < all.length;
  }
  if (!bar) return;
  bar.hidden = ticked.length === 0;
  const whole = bar.querySelector("[data-pick-all]");
  if (whole && ticked.length < all.length) setAll(bar, false);
  const matching = bar.querySelector("input[name=all]")?.value === "1";
  const count = matching ? Number(bar.dataset.count) : ticked.length;
  const label = bar.querySelector("[data-bulk-count]");
  label.textContent = plural(bar.dataset.label, count);
  if (whole) whole.hidden = matching || ticked.length < all.length || Number(bar.dataset.count) <= all.length;
  if (say && ticked.length) announce(label.textContent);
}

function setAll(bar, yes) {
  const field = bar.querySelector("input[name=all]");
  if (field) field.value = yes ? "1" : "";
}

function region(element) {
  return element.closest("[data-selection]");
}

on("click", "[data-pick]", (event, box) => {
  const all = boxes(region(box));
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  look(region(box), true);
});
on("change", "[data-pick]", (_event, box) => look(region(box)));
on("change", "[data-pick-page]", (_event, head) => {
  for (const box of boxes(region(head))) box.checked = head.checked;
  look(region(head), true);
});
on("click", "[data-pick-all]", (_event, button) => {
  setAll(button.closest("[data-bulk]"), true);
  look(region(button), true);
});
on("click", "[data-pick-none]", (_event, button) => {
  const place = region(button);
  for (const box of boxes(place)) box.checked = false;
  setAll(button.closest("[data-bulk]"), false);
  look(place, true);
});
on("selection:look", "[data-selection] *, [data-selection]", (_event, element) => look(region(element)));
everywhere("[data-selection]", (place) => look(place));
