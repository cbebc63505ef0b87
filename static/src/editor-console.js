// The console of a test stands under the code that wrote it: <… data-console-of="code"> in the result of a test
// names the control whose code it was.
import { everywhere } from "./everywhere.js";

everywhere("[data-console-of]", (told) => {
  const area = document.querySelector(`textarea[data-code-editor][name="${CSS.escape(told.dataset.consoleOf)}"]`);
  const place = area?.parentElement;
  if (!place) return;
  place.querySelector(":scope > .code-console")?.remove();
  const box = document.createElement("div");
  box.className = "code-console";
  const title = document.createElement("div");
  title.className = "code-console-title";
  title.textContent = document.querySelector("meta[name=editor-words]")?.dataset.console ?? "";
  const text = document.createElement("pre");
  text.tabIndex = 0;
  text.textContent = told.textContent;
  box.append(title, text);
  (place.querySelector(":scope > .code-bar") ?? area).after(box);
});
