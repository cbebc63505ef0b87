// The list that opens under an input: in the top layer, so that no card or menu cuts it off.
import { say } from "./pick-words.js";

const MOST = 300;
const ROOM = 8;
let numbers = 0;

function element(tag, css, text) {
  const made = document.createElement(tag);
  made.className = css;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The options of one input. `take` is called with the one that is chosen by the pointer, `close` by Escape. */
export class List {
  constructor(input, take, close) {
    this.input = input;
    this.take = take;
    this.close = close;
    this.shown = [];
    this.at = -1;
    this.box = element("div", "pick-list");
    this.box.id = `pick-list-${++numbers}`;
    this.box.popover = "manual";
    this.box.role = "listbox";
    this.box.ariaLabel = input.ariaLabel || say("found", { n: "" });
    this.box.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-at]");
      if (row) this.take(this.shown[Number(row.dataset.at)]);
    });
    for (const type of ["input", "change"]) this.box.addEventListener(type, (event) => event.stopPropagation());
  }

  get open() {
    return this.box.isConnected && this.box.matches(":popover-open");
  }

  get active() {
    return this.shown[this.at];
  }

  show(options, { first = false, empty = say("nothing") } = {}) {
    this.shown = options.slice(0, MOST);
    this.at = -1;
    this.box.replaceChildren(...this.groups(empty));
    if (!this.box.isConnected) this.input.after(this.box);
    this.input.setAttribute("aria-controls", this.box.id);
    this.input.setAttribute("aria-expanded", "true");
    if (!this.open) this.begin();
    this.place();
    this.go(first && this.shown.length ? 0 : -1);
  }

  begin() {
    this.box.showPopover();
    this.watching = new AbortController();
    const { signal } = this.watching;
    const escape = (event) => {
      if (event.key !== "Escape" || event.target !== this.input) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // before the menu or dialog around it hears of it: that stays
      this.close();
    };
    window.addEventListener("keydown", escape, { signal, capture: true });
    const place = () => (this.input.isConnected ? this.place() : this.hide());
    for (const target of [window, window.visualViewport]) {
      target?.addEventListener("resize", place, { signal });
      target?.addEventListener("scroll", place, { signal, capture: true, passive: true });
    }
  }

  hide() {
    this.watching?.abort();
    if (this.open) this.box.hidePopover();
    this.box.remove();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.input.removeAttribute("aria-controls");
    this.at = -1;
  }

  go(index) {
    this.box.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    this.at = index;
    const row = this.box.querySelector(`[data-at="${index}"]`);
    if (!row) return this.input.removeAttribute("aria-activedescendant");
    row.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", row.id);
    return row.scrollIntoView({ block: "nearest" });
  }

  step(by) {
    const count = this.shown.length;
    if (count) this.go(this.at < 0 ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count);
  }

  groups(empty) {
    if (!this.shown.length) return [this.nothing(empty)];
    const made = [];
    let group;
    let holder = { append: (row) => made.push(row) };
    for (const [at, option] of this.shown.entries()) {
      if (option.group && option.group !== group) {
        holder = element("div", "pick-group");
        holder.role = "group";
        holder.ariaLabel = option.group;
        const head = element("div", "pick-group-name", option.group);
        head.ariaHidden = "true";
        holder.append(head);
        made.push(holder);
      }
      group = option.group;
      holder.append(this.row(option, at));
    }
    return made;
  }

  nothing(text) {
    const row = element("div", "pick-nothing", text);
    row.role = "option";
    row.ariaDisabled = "true";
    row.ariaSelected = "false";
    return row;
  }

  row(option, at) {
    const row = element("div", `pick-option${option.chosen ? " is-chosen" : ""}`);
    row.role = "option";
    row.id = `${this.box.id}-${at}`;
    row.dataset.at = at;
    row.setAttribute("aria-selected", "false");
    row.append(element("span", "pick-option-label", option.label));
    if (option.note) row.append(" ", element("span", "pick-option-note", option.note));
    if (option.count !== undefined) row.append(" ", element("span", "pick-option-count", option.count.toLocaleString(document.documentElement.lang)));
    return row;
  }

  place() {
    const anchor = (this.input.closest(".pick-tokens") ?? this.input).getBoundingClientRect();
    const view = window.visualViewport;
    const [top, height, width] = view ? [view.offsetTop, view.height, view.width] : [0, innerHeight, innerWidth];
    const below = top + height - anchor.bottom - ROOM;
    const above = anchor.top - top - ROOM;
    const up = below < 180 && above > below;
    const { style } = this.box;
    style.minWidth = `${Math.min(anchor.width, width - 2 * ROOM)}px`;
    style.maxWidth = `${Math.min(Math.max(anchor.width, 360), width - 2 * ROOM)}px`;
    style.maxHeight = `${Math.max(120, Math.min(320, up ? above : below))}px`;
    style.left = `${Math.max(ROOM, Math.min(anchor.left, width - this.box.offsetWidth - ROOM))}px`;
    style.top = `${up ? Math.max(0, anchor.top - this.box.offsetHeight - 4) : anchor.bottom + 4}px`;
  }
}
