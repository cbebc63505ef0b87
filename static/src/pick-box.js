// A combobox as the ARIA practices describe it: typing narrows, arrows move, Enter takes, Escape closes.
import { announce } from "./everywhere.js";
import { List } from "./pick-list.js";
import { say } from "./pick-words.js";

const PAUSE = 120; // so that a word is one question and not five

/**
 * Make an input a combobox. `find(text)` returns options, or a promise of them; `take(option)` is called with
 * the chosen one. `first` says that Enter takes the best fit; `typed(text)` may offer the text itself; `stays`
 * keeps the list open after a choice; `slow` waits for a pause in typing.
 */
export function combobox(input, { find, take, first = false, typed, stays = false, slow = false }) {
  const list = new List(input, choose, close);
  let asked = 0;
  let timer;
  Object.assign(input, { role: "combobox", autocomplete: "off", spellcheck: false, ariaAutoComplete: "list" });
  input.ariaHasPopup = "listbox";
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("autocapitalize", "none");

  async function look(text) {
    const mine = ++asked;
    let found;
    let empty;
    try {
      found = await find(text);
    } catch {
      [found, empty] = [[], say("failed")];
    }
    if (mine !== asked || document.activeElement !== input) return;
    const own = typed?.(text, found);
    const all = own ? [...found, own] : found;
    if (!all.length && !text.trim()) return list.hide();
    list.show(all, { first: first && text.trim() !== "", empty });
    if (text.trim()) announce(found.length ? say("found", { n: found.length }) : (empty ?? say("nothing")));
  }

  function choose(option) {
    asked += 1;
    list.hide();
    take(option);
    if (stays && input.isConnected) look("");
  }

  function close() {
    clearTimeout(timer);
    timer = undefined;
    asked += 1;
    list.hide();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      look(input.value);
    }, slow ? PAUSE : 0);
  });
  input.addEventListener("click", () => {
    if (!list.open && !input.readOnly) look(first ? "" : input.value);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.open) list.step(event.key === "ArrowDown" ? 1 : -1);
      else look(first ? "" : input.value);
    } else if (event.key === "Enter" && list.open && list.active) {
      event.preventDefault();
      event.stopImmediatePropagation();
      choose(list.active);
    } else if (event.key === "Enter" && timer && first) {
      event.preventDefault(); // typed faster than the list came: it takes the best fit all the same
      event.stopImmediatePropagation();
      clearTimeout(timer);
      timer = undefined;
      look(input.value).then(() => list.active && choose(list.active));
    }
  });
  return { close, list, look };
}
