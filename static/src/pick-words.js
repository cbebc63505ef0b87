// What the pickers say, in the reader's language: the words stand in <meta name="pick-words">.
const words = () => document.querySelector("meta[name=pick-words]")?.dataset ?? {};

/** Return a sentence with its places filled: say("remove", {name: "vip"}). */
export function say(key, places = {}) {
  return Object.entries(places).reduce((text, [name, value]) => text.replace(`{${name}}`, () => value), words()[key] ?? "");
}

/** Tell the form that a control has changed, as if a person had changed it. */
export function fire(control) {
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}
