// The navigation on small screens: a button that shows and hides it.
import { on } from "./everywhere.js";

on("click", "[data-toggle-class]", (_event, button) => {
  const shown = document.body.classList.toggle(button.dataset.toggleClass);
  button.setAttribute("aria-expanded", String(shown));
});
