// What is pressed by key in a part that is being drawn afresh (see late.js): HTMX would let it wait, and drop it with
// the old part. It is kept, and done in the new part: the same act on the same item, or the order that was asked for.
import { isBusy, partOf } from "./late.js";
import { arrange, keys } from "./reorder.js";
import { leftUndone } from "./toasts.js";

const MOST = 5; // a key that is held down is pressed some thirty times a second
const waiting = new Map(); // id of a part -> [what was asked for in it]

const act = (button) => button.value.replace(/(:\d+)+$/, ""); // without the places, which the answer may change
const itemOf = (element) => element.closest("[data-item]")?.dataset.item ?? "";

const alike = (part, does, item) => [...part.querySelectorAll("button[name=do]")].filter((one) => act(one) === does && itemOf(one) === item);

/** Press the button of the new part that does the same. Where several could be it, the one that has the focus; where
    there are fewer of them or more than before, none: it may have been that one that is gone. Says whether it is sure. */
function press(part, { does, item, among }) {
  const same = alike(part, does, item);
  if (!same.length) return true; // done already
  const [only] = same.length === 1 ? same : same.filter((one) => one === document.activeElement);
  if (!only || same.length !== among) return false;
  only.click(); // one that is disabled by now has nothing left to do
  return true;
}

/** Bring the items of the list that has them into the order that was asked for; the new ones stay behind them. */
function order(part, wanted) {
  const shared = (list) => keys(list).filter((key) => wanted.includes(key)).length;
  const [list] = [...part.querySelectorAll("[data-reorder]")].sort((a, b) => shared(b) - shared(a));
  if (!list) return;
  const there = keys(list);
  const next = [...wanted.filter((key) => there.includes(key)), ...there.filter((key) => !wanted.includes(key))];
  if (next.join() === there.join()) return;
  arrange(list, next);
  list.dispatchEvent(new CustomEvent("reorder", { bubbles: true, detail: next }));
}

function keep(part, asked) {
  const all = waiting.get(part.id) ?? [];
  if (asked.order && all.at(-1)?.order?.some((key) => asked.order.includes(key))) all.pop(); // the last order says where everything is
  waiting.set(part.id, [...all, asked].slice(0, MOST));
}

document.addEventListener("htmx:confirm", (event) => {
  const { elt } = event.detail;
  const part = partOf(elt);
  if (!part || !isBusy(part)) return;
  if (elt.matches("[data-reorder]")) keep(part, { order: keys(elt) });
  else if (elt.matches("button[name=do]")) keep(part, { does: act(elt), item: itemOf(elt), among: alike(part, act(elt), itemOf(elt)).length });
  else return;
  event.preventDefault();
});

document.addEventListener("late:drawn", ({ detail }) => {
  const part = document.getElementById(detail);
  const all = waiting.get(detail) ?? [];
  let sure = true;
  while (part && all.length && !isBusy(part)) {
    const next = all.shift();
    if (next.order) order(part, next.order);
    else sure = press(part, next) && sure;
  }
  if (!sure) leftUndone(part);
});
