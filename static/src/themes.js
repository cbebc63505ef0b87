// The theme menu: switches at once, and tells the server so that the next page comes that way.
import { on } from "./everywhere.js";

on("submit", "form[data-theme-form]", (event, form) => {
  const chosen = event.submitter?.value;
  if (!chosen) return;
  event.preventDefault();
  document.dispatchEvent(new CustomEvent("theme:choose", { detail: chosen }));
  for (const button of form.querySelectorAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
  const body = new FormData(form);
  body.set("theme", chosen);
  fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
});
