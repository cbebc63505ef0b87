// The inputs of a condition: found by typing, with suggestions. Each stands before a plain control that has the
// name and is what the form sends: <select data-picker="field|one">, <select multiple data-picker="many">,
// <textarea data-picker="many">, <input data-picker="text|country|moment">. See docs/pages.md.
import { everywhere } from "./everywhere.js";
import { combobox } from "./pick-box.js";
import { moment } from "./pick-dates.js";
import { meant } from "./pick-match.js";
import { before, refocus } from "./pick-shown.js";
import { among, ofAddress, ofCountries, ofFields, ofSelect } from "./pick-source.js";
import { tokens } from "./pick-tokens.js";
import { fire } from "./pick-words.js";

function place(control, input) {
  const holder = document.createElement("span");
  holder.className = "picker";
  holder.dataset.madeFor = control.id;
  holder.append(input);
  control.after(holder);
  refocus(control, input);
}

function one(select, list) {
  const input = before(select);
  const show = () => {
    input.value = select.value ? select.selectedOptions[0].label : "";
  };
  const take = (option) => {
    if (![...select.options].some((own) => own.value === option.value)) select.add(new Option(option.label, option.value));
    const changed = select.value !== option.value;
    select.value = option.value;
    show();
    if (document.activeElement === input) input.select(); // what is typed next looks for another one
    if (changed) fire(select);
  };
  place(select, input);
  show();
  const marked = (found) => found.map((option) => ({ ...option, chosen: option.value === select.value }));
  combobox(input, { find: (text) => marked(among(list)(text)), take, first: true });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    const wanted = input.value !== select.selectedOptions[0]?.label && meant(list(), input.value);
    if (wanted) take(wanted);
    else show();
  });
}

function country(control) {
  const list = () => ofCountries(control.dataset.countries);
  const input = before(control);
  input.classList.add("pick-arrow");
  const show = () => {
    input.value = list().find((one) => one.value === control.value.toUpperCase())?.label ?? control.value;
  };
  const set = (value) => {
    const changed = control.value !== value;
    control.value = value;
    show();
    if (changed) fire(control);
  };
  place(control, input);
  show();
  combobox(input, { find: among(list), take: (option) => set(option.value), first: true });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => set(meant(list(), input.value)?.value ?? input.value.trim())); // what is no country stays, and is told
}

// A text with suggestions is its own input; any text may be written.
function text(input) {
  const url = input.dataset.pickerUrl;
  const take = (option) => {
    input.value = option.value;
    fire(input);
  };
  const focused = document.activeElement === input; // moving it would take the focus away
  const holder = document.createElement("span");
  holder.className = "picker";
  input.before(holder);
  holder.append(input);
  if (url) combobox(input, { find: (typed) => ofAddress(url, typed), take, slow: true });
  if (focused) input.focus({ preventScroll: true });
  refocus(input, input);
}

// One of the fields that users named: the name beside the picker makes the path.
function named(input) {
  const select = input.form?.elements.namedItem(input.dataset.keyedName);
  const base = input.closest("[data-keyed]")?.dataset.keyed;
  if (!base || select?.tagName !== "SELECT") return;
  for (const type of ["input", "change"]) input.addEventListener(type, (event) => event.stopPropagation());
  input.addEventListener("change", () => {
    const name = input.value.trim();
    const path = name ? `${base}[${JSON.stringify(name)}]` : base;
    if (select.value === path) return;
    select.add(new Option(select.selectedOptions[0]?.label ?? path, path));
    select.value = path;
    fire(select);
  });
}

const kinds = {
  field: (control) => one(control, () => ofFields(control)),
  one: (control) => one(control, () => ofSelect(control)),
  many: tokens,
  country,
  text,
  moment,
};

everywhere("input[data-keyed-name]", named);
everywhere("[data-picker]", (control) => kinds[control.dataset.picker]?.(control));
everywhere("[data-currencies]:not([data-currencies=''])", async (shown) => {
  const found = await ofAddress(shown.dataset.currencies, "").catch(() => []);
  if (found.length === 1) shown.textContent = found[0].value;
});
