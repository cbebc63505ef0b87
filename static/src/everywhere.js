// Runs what makes an element alive: once for each element, now and whenever HTMX brings more.
const behaviours = [];
const alive = new WeakMap();

function enliven(root) {
  for (const { selector, start } of behaviours) {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.unshift(root);
    for (const element of found) {
      const seen = alive.get(element) || new Set();
      if (seen.has(start)) continue;
      seen.add(start);
      alive.set(element, seen);
      start(element);
    }
  }
}

/** Call `start(element)` once for every element that fits the selector, now and later. */
export function everywhere(selector, start) {
  behaviours.push({ selector, start });
}

everywhere.start = () => {
  enliven(document);
  document.body.addEventListener("htmx:load", (event) => enliven(event.detail.elt));
};

/** Listen to an event of any element that fits the selector, also of those that come later. */
export function on(type, selector, handle, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target instanceof Element && event.target.closest(selector);
      if (element) handle(event, element);
    },
    options,
  );
}

/** Whether the person is typing, so that no single key may act. */
export function typing(target) {
  return target instanceof Element && Boolean(target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], .code-editor"));
}

let said = { text: "", at: -Infinity };

/** Say something to screen readers; what follows at once is said with it, so that neither is lost. */
export function announce(text) {
  const line = document.getElementById("announcer");
  if (!line) return;
  const at = performance.now();
  said = { text: at - said.at < 1000 ? `${said.text} ${text}` : text, at };
  line.textContent = "";
  requestAnimationFrame(() => {
    line.textContent = said.text;
  });
}
