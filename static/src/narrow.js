// Typing in <input data-narrow="#id"> hides the items below it that do not fit; Enter takes the first that does.
import { on } from "./everywhere.js";

on("input", "[data-narrow]", (_event, input) => {
  const wanted = input.value.trim().toLocaleLowerCase();
  const place = document.querySelector(input.dataset.narrow);
  for (const item of place.querySelectorAll("[data-narrow-item]")) item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
  for (const group of place.querySelectorAll("[data-narrow-group]")) group.hidden = !group.querySelector("[data-narrow-item]:not([hidden])");
});
on("keydown", "[data-narrow]", (event, input) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  document.querySelector(input.dataset.narrow)?.querySelector("[data-narrow-item]:not([hidden])")?.click();
});
