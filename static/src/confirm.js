// Asks before what cannot be undone. On a button, link or form:
//   data-confirm="What will happen"  data-confirm-title="Cancel order #1042?"
//   data-confirm-yes="Cancel here"   data-confirm-name="My store" (must be typed)
import { on } from "./everywhere.js";

let allowed = null;

function ask(element) {
  const dialog = document.getElementById("confirm");
  const data = element.dataset;
  const yes = dialog.querySelector("[data-yes]");
  const nameBox = dialog.querySelector(".confirm-name");
  const input = nameBox.querySelector("input");
  dialog.querySelector("#confirm-title").textContent = data.confirmTitle || element.textContent.trim();
  dialog.querySelector("#confirm-text").textContent = data.confirm;
  yes.textContent = data.confirmYes || data.confirmTitle || yes.dataset.default;
  nameBox.hidden = !data.confirmName;
  nameBox.querySelector("[data-name]").textContent = data.confirmName || "";
  input.value = "";
  const fits = () => {
    yes.disabled = Boolean(data.confirmName) && input.value.trim() !== data.confirmName;
  };
  input.oninput = fits;
  fits();
  dialog.returnValue = "no";
  dialog.showModal();
  (data.confirmName ? input : dialog.querySelector("[data-no]")).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" && !yes.disabled), { once: true });
  });
}

// Enter in the name field means the first submit button, *Keep as it is*; it must mean nothing.
on("keydown", "#confirm-name", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const yes = document.querySelector("#confirm [data-yes]");
  if (!yes.disabled) yes.click();
});

async function intercept(event, element, again) {
  if (allowed === element) {
    allowed = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(element)) {
    allowed = element;
    again();
  }
}

on("click", "[data-confirm]:not(form)", (event, element) => intercept(event, element, () => element.click()), true);
on(
  "submit",
  "form[data-confirm]",
  (event, form) => {
    const { submitter } = event;
    intercept(event, form, () => form.requestSubmit(submitter));
  },
  true,
);
