// What is followed in a list is replaced together with it. htmx gives the focus to what has the same ID afterwards;
// where that is not there any more (“Clear filters”) or was in a menu, it goes to the menu's button or to the list,
// and not to the beginning of the page. After chips.js, which knows better where chips are concerned.
let way = null; // the IDs to try, the first that is there

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, shouldSwap, requestConfig } = event.detail;
  const from = requestConfig?.elt;
  if (target?.id !== "list" || !shouldSwap || !target.contains(from)) return;
  way = [from.closest(".dropdown")?.querySelector("[data-bs-toggle]")?.id, target.id];
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!way || event.detail.elt?.id !== "list") return;
  const target = way.map((id) => id && document.getElementById(id)).find(Boolean);
  way = null;
  if (document.activeElement === document.body) target?.focus({ preventScroll: true });
});
