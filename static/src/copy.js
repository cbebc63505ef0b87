// Copy buttons, and exact times in whatever is copied from the page.
import { announce, on } from "./everywhere.js";
import { toast } from "./toasts.js";

/** Put a text on the clipboard; says whether the browser let it. */
async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text); // a portal on plain http in one's own network, or a page that has not the focus
  }
}

function byHand(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  const holder = document.querySelector("dialog[open]") || document.body;
  const before = document.activeElement;
  holder.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  return done;
}

async function copied(element, text) {
  if (await put(text)) {
    element.classList.add("is-copied");
    announce("Copied");
    setTimeout(() => element.classList.remove("is-copied"), 1200);
  } else toast({ text: "The browser did not let it be copied. Select the text, and press Ctrl-C.", tone: "error", dialog: element.closest("dialog[open]") });
}

on("click", "[data-copy]", (event, element) => {
  event.preventDefault();
  copied(element, element.dataset.copy);
});
on("click", "[data-copy-from]", (_event, element) => {
  const source = document.getElementById(element.dataset.copyFrom);
  if (source) copied(element, source.value ?? source.textContent);
});

document.addEventListener("copy", (event) => {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !event.clipboardData) return;
  const part = selection.getRangeAt(0).cloneContents();
  const times = part.querySelectorAll("time[data-ago][title]");
  if (!times.length) return;
  for (const time of times) time.textContent = time.title;
  const holder = document.createElement("div");
  holder.className = "copy-holder";
  holder.append(part);
  document.body.append(holder); // innerText needs layout to put cells and lines apart
  event.clipboardData.setData("text/plain", holder.innerText);
  holder.remove();
  event.preventDefault();
});
