// The input that people see instead of a plain control.
let left = ""; // the input that had the focus when its part of the page was drawn afresh

/** Make the input that people see instead of a plain control, and put the control away. */
export function before(control) {
  control.parentElement.querySelector(`:scope > [data-made-for="${CSS.escape(control.id)}"]`)?.remove();
  const input = document.createElement("input");
  input.type = "text";
  input.id = `${control.id}-shown`;
  input.className = control.className.replace("form-select", "form-control pick-arrow").replace("form-select-sm", "form-control-sm").replace("pick-native", "");
  input.ariaLabel = control.getAttribute("aria-label") || control.labels?.[0]?.textContent.trim();
  input.placeholder = control.dataset.placeholder ?? "";
  input.disabled = control.disabled;
  for (const name of ["aria-invalid", "aria-describedby"]) if (control.hasAttribute(name)) input.setAttribute(name, control.getAttribute(name));
  for (const type of ["input", "change"]) input.addEventListener(type, (event) => event.stopPropagation());
  control.hidden = true;
  return input;
}

/** Give the focus to a new input where the old control had it, or was to have it. */
export function refocus(control, input) {
  const had = left !== "" && left === input.id;
  if (control.autofocus || had) input.focus({ preventScroll: true });
  control.autofocus = false;
  if (had) left = "";
}

document.addEventListener("htmx:beforeSwap", () => {
  const { id } = document.activeElement ?? {};
  left = id && document.activeElement.closest(".picker, .pick-field, .pick-value") ? id : "";
});
