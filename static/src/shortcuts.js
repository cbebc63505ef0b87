// Keys. What works on a page is written on its elements: data-shortcut="g o" (one key, or one after
// another) with data-shortcut-label for the sheet. Lists bring j, k, x, Enter and e; they act on the
// row that is "at". Nothing fires while typing, with a modifier, or when keys are switched off.
import { typing } from "./everywhere.js";
import { open } from "./dialogs.js";

const OFF = "switchyard.keys";
let first = "";
let timer;

const isOff = () => localStorage.getItem(OFF) === "off";
const usable = (element) => element.matches("dialog") || element.checkVisibility?.() !== false;

function act(element) {
  if (element.matches("dialog")) return element.open ? element.close() : open(element);
  if (element.matches("input, textarea, select")) {
    element.focus();
    return element.select?.();
  }
  return element.click();
}

const rows = () => [...document.querySelectorAll("[data-row]")];

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const now = all.findIndex((row) => row.classList.contains("is-at"));
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  for (const row of all) row.classList.toggle("is-at", row === next);
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("[data-row-link]")?.focus({ preventScroll: true });
  return true;
}

const at = () => document.querySelector("[data-row].is-at");
const inRow = (selector) => {
  const found = at()?.querySelector(selector);
  found?.click();
  return Boolean(found);
};

const list = [
  ["j", "Next row", () => step(1), "[data-row]"],
  ["k", "Row before", () => step(-1), "[data-row]"],
  ["x", "Select the row", () => inRow("[data-pick]"), "[data-row] [data-pick]"],
  ["Enter", "Open the row", () => !(document.activeElement?.closest("a, button, summary")) && inRow("[data-row-link]"), "[data-row] [data-row-link]"],
  ["e", "Edit the row", () => inRow("[data-row-edit]"), "[data-row] [data-row-edit]"],
];

function marked(keys) {
  return [...document.querySelectorAll("[data-shortcut]")].find((element) => element.dataset.shortcut === keys && usable(element));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isOff()) return;
  if (event.key === "Escape" && document.activeElement?.id === "global-search") return document.activeElement.blur();
  if (typing(event.target)) return;
  const dialog = document.querySelector("dialog[open]");
  const keys = first ? `${first} ${event.key}` : event.key;
  clearTimeout(timer);
  first = "";
  const element = marked(keys) || marked(keys.toUpperCase().length === 1 ? keys.toUpperCase() : keys);
  if (dialog && element !== dialog) return;
  const begins = !keys.includes(" ") && [...document.querySelectorAll("[data-shortcut]")].some((one) => one.dataset.shortcut.startsWith(`${event.key} `));
  if (element && (element.dataset.shortcut === keys || !keys.includes(" "))) {
    event.preventDefault();
    act(element);
  } else if (begins) {
    first = event.key;
    timer = setTimeout(() => {
      first = "";
    }, 1500);
  } else {
    const own = list.find(([key, , , needs]) => key === keys && document.querySelector(needs));
    if (own && own[2]() !== false) event.preventDefault();
  }
});

function line(sheet, keys, label) {
  const term = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const shown = document.createElement("kbd");
    shown.textContent = key;
    term.append(shown, " ");
  }
  const text = document.createElement("dd");
  text.textContent = label;
  sheet.append(term, text);
}

document.addEventListener(
  "dialog:open",
  (event) => {
    if (event.target.id !== "help") return;
    const sheet = event.target.querySelector("[data-keys]");
    sheet.replaceChildren();
    const seen = new Set();
    for (const element of document.querySelectorAll("[data-shortcut][data-shortcut-label]")) {
      if (seen.has(element.dataset.shortcut) || !usable(element)) continue;
      seen.add(element.dataset.shortcut);
      line(sheet, element.dataset.shortcut, element.dataset.shortcutLabel);
    }
    for (const [key, label, , needs] of list) if (document.querySelector(needs)) line(sheet, key, label);
    if (document.querySelector("form[data-guard]")) line(sheet, "Ctrl-S", "Save");
    event.target.querySelector("[data-keys-on]").checked = !isOff();
  },
  true,
);
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-keys-on]")) localStorage.setItem(OFF, event.target.checked ? "on" : "off");
});
