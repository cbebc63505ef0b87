// After a form comes back with errors, the first one gets the focus.
import { everywhere } from "./everywhere.js";

everywhere("form[data-form], form", (form) => {
  const wrong = form.querySelector("[aria-invalid=true], [data-form-error]");
  if (wrong && !form.closest("dialog:not([open])")) wrong.focus();
});
