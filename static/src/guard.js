// A form with data-guard warns before what was typed is lost, and marks that there is something to save.
// Elements with data-when-dirty inside it (a save bar) show only then. What is typed inside data-unguarded
// is not saved by the form, and so not lost; nor is what form-work.js has kept in this browser.
import { everywhere } from "./everywhere.js";
import { pristine } from "./pristine.js";

function content(form) {
  const unguarded = new Set(["csrfmiddlewaretoken", ...[...form.querySelectorAll("[data-unguarded] [name]")].map((one) => one.name)]);
  return new URLSearchParams([...new FormData(form)].filter(([name, value]) => !unguarded.has(name) && typeof value === "string")).toString();
}

everywhere("form[data-guard]", (form) => {
  let saved = content(pristine(form));
  let leaving = false;
  const look = () => {
    const dirty = content(form) !== saved;
    form.classList.toggle("is-dirty", dirty);
    for (const element of form.querySelectorAll("[data-when-dirty]")) element.hidden = !dirty;
    return dirty;
  };
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.addEventListener("guard:look", look);
  form.addEventListener("reset", () => setTimeout(look));
  form.addEventListener("submit", () => {
    leaving = true;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    leaving = false;
    if (event.detail.elt === form && event.detail.successful) saved = content(form);
    look();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!form.isConnected || leaving || !look()) return;
    form.dispatchEvent(new CustomEvent("work:keep"));
    if (form.dataset.workKept !== "yes") event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s" && form.isConnected) {
      event.preventDefault();
      if (look()) form.requestSubmit();
    }
  });
  look();
});
