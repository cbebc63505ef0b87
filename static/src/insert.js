// Puts what is chosen in <select data-insert-into="id"> where the cursor is in that text, and goes on there.
import { on } from "./everywhere.js";

on("change", "select[data-insert-into]", (event, select) => {
  event.stopPropagation();
  const area = document.getElementById(select.dataset.insertInto);
  const { value } = select;
  if (!area || !value) return;
  select.value = "";
  const shown = select.parentElement.querySelector(`[data-made-for="${select.id}"] input`);
  if (shown) shown.value = "";
  area.setRangeText(value, area.selectionStart ?? area.value.length, area.selectionEnd ?? area.value.length, "end");
  area.focus();
  for (const type of ["input", "change"]) area.dispatchEvent(new Event(type, { bubbles: true }));
});
