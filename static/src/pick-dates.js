// Dates: a day and perhaps a time over one control that holds both; short cuts; days of the week.
import { on } from "./everywhere.js";
import { before } from "./pick-shown.js";
import { fire } from "./pick-words.js";

const WRITTEN = /^(\d{4,}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?$/;

export function moment(control) {
  const stands = control.value.trim();
  const found = WRITTEN.exec(stands);
  if (stands && !found) return; // what was typed is no date: it stays to be seen and put right
  const day = before(control);
  const time = before(control);
  day.type = "date";
  time.type = "time";
  if (found?.[2]?.length > 5) time.step = 1;
  [day.value, time.value] = [found?.[1] ?? "", found?.[2] ?? ""];
  day.classList.add("pick-date");
  time.classList.add("pick-time");
  time.id = `${control.id}-time`;
  time.ariaLabel = `${day.ariaLabel}: ${control.dataset.timeLabel}`;
  time.title = control.dataset.timeLabel;
  const holder = document.createElement("span");
  holder.className = "pick-moment";
  holder.dataset.madeFor = control.id;
  holder.append(day, time);
  control.after(holder);
  const write = () => {
    const value = day.value && time.value ? `${day.value}T${time.value}` : day.value;
    if (value === control.value) return;
    control.value = value;
    fire(control);
  };
  for (const input of [day, time]) input.addEventListener("change", write);
  if (control.autofocus) day.focus({ preventScroll: true });
  control.autofocus = false;
}

const hidden = (name, value) => Object.assign(document.createElement("input"), { type: "hidden", name, value });

// A short cut puts its operator and value into the form; the form then draws the inputs that belong to them.
on("click", "[data-preset]", (_event, button) => {
  const bar = button.closest("[data-presets]");
  const { name, name2, unitName, operatorName, apply } = bar.dataset;
  const { operator, values, unit } = JSON.parse(button.dataset.preset);
  const form = bar.closest("form");
  const place = bar.closest(".pick-value");
  for (const old of place.querySelectorAll("[name]")) old.removeAttribute("name");
  place.append(...values.map((value, at) => hidden(at ? name2 : name, value)));
  if (unit) place.append(hidden(unitName, unit));
  form.elements.namedItem(operatorName.replace(/operator$/, "was"))?.remove(); // the value belongs to the new operator
  const select = form.elements.namedItem(operatorName);
  select.value = operator;
  if (apply === undefined) fire(select);
  else form.requestSubmit();
});

on("click", "[data-days]", (_event, button) => {
  const boxes = [...button.closest("[data-weekdays]").querySelectorAll("input[type=checkbox]")];
  const wanted = (box) => box.hasAttribute("data-weekend") === (button.dataset.days === "weekend");
  for (const box of boxes) box.checked = wanted(box);
  fire(boxes[0]);
});
