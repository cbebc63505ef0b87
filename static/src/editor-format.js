// The bar under the editor: formatting, and how one gets along without a mouse.
import { load } from "./load.js";
import { mark } from "./editor-check.js";
import { word } from "./editor-say.js";

/** Lay the code out afresh; where it cannot be read, say where. */
export async function format(view) {
  if (view.state.readOnly) return;
  await load("format");
  const before = view.state.doc.toString();
  try {
    const { formatted, cursorOffset } = await window.switchyardFormat(before, view.state.selection.main.head);
    if (view.state.doc.toString() !== before || formatted === before) return;
    view.dispatch({
      changes: { from: 0, to: before.length, insert: formatted },
      selection: { anchor: Math.max(0, Math.min(cursorOffset, formatted.length)) },
      userEvent: "format",
    });
  } catch (error) {
    const start = error.loc?.start;
    mark(view, [{ line: start?.line, column: start?.column, text: word("unformatted", { problem: String(error.message).split("\n")[0] }) }]);
  }
}

/** The bar itself; nothing where the words are missing. */
export function bar(view) {
  const made = document.createElement("div");
  made.className = "code-bar";
  if (!view.state.readOnly) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-quiet";
    button.textContent = word("format");
    button.title = "Shift-Alt-F";
    button.addEventListener("click", () => format(view).then(() => view.focus()));
    made.append(button);
  }
  const keys = document.createElement("span");
  keys.className = "code-keys";
  keys.textContent = word("keys");
  made.append(keys);
  return made;
}
