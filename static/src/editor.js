// The code editor on <textarea data-code-editor>: JavaScript, with the textarea as what the form sends.
// data-problems='[{"line": 3, "text": "…"}]' marks lines; data-names='["entity", …]' are completed.
// data-code-editor says the kind of code, “filter” or “action”; data-code-words is the address of what is
// completed and explained (editor-words.js), data-code-check that of the check while one types (editor-check.js).
// Tab indents; Escape then Tab leaves. It lives in a shadow root: there its styles are adopted style
// sheets, which a strict policy allows, and not a <style> element, which it refuses.
import { autocompletion, closeBrackets, closeBracketsKeymap, completeFromList, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript, javascriptLanguage } from "@codemirror/lang-javascript";
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { checker, mark } from "./editor-check.js";
import { bar, format } from "./editor-format.js";
import { word } from "./editor-say.js";
import { completes, explains, wordsAt } from "./editor-words.js";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.comment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-function)" },
  { tag: [tags.invalid], color: "var(--tone-red-text)" },
]);

const look = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "13px", border: "1px solid var(--line)", borderRadius: "6px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", minHeight: "11rem", maxHeight: "60vh" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface-sunken)", color: "var(--text-quiet)", borderRight: "1px solid var(--line-soft)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--surface-hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--surface-raised)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-about": { maxWidth: "26rem", padding: "6px 9px", fontFamily: "var(--font, inherit)" },
  ".cm-about-call, .cm-about-label": { display: "block" },
  ".cm-about-call": { fontFamily: "var(--mono)", whiteSpace: "normal" },
  ".cm-about-type, .completionDetail": { color: "var(--text-quiet)" },
  "@media (max-width: 639.98px)": { ".cm-completionInfo": { display: "none" } }, // there it would cover the list
  ".cm-about-help": { margin: "2px 0 0", whiteSpace: "normal", overflowWrap: "anywhere" },
  ".cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-text)" },
});

// An id cannot be pointed at from inside a shadow root, so the help and the error are told as text.
function description(area) {
  const ids = (area.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
  return ids.map((id) => document.getElementById(id)?.textContent.trim() || "").join(" ");
}

// Where typed text replaces a selection, Chromium would write an inline style that the policy refuses
// (and says so); done here, it never gets that far.
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main, ranges } = view.state.selection;
    if (event.inputType !== "insertText" || !event.data || event.isComposing || ranges.length > 1 || main.empty) return false;
    event.preventDefault();
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, event.data, insert));
    if (!handled) view.dispatch(insert());
    return true;
  },
});

window.switchyardEditor = (area) => {
  const names = JSON.parse(area.dataset.names || "[]").map((label) => ({ label, type: "variable" }));
  const { codeEditor: kind, codeWords, codeCheck } = area.dataset;
  const coming = codeWords ? wordsAt(codeWords) : null;
  const check = checker(area.readOnly ? "" : codeCheck, kind || "filter");
  const label = area.labels?.[0]?.textContent.trim() || area.getAttribute("aria-label") || "Code";
  const host = document.createElement("div");
  host.className = "code-editor";
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    doc: area.value,
    extensions: [
      lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), history(), foldGutter(), drawSelection(),
      indentOnInput(), bracketMatching(), closeBrackets(), autocompletion({ icons: false }), lintGutter(), javascript(),
      javascriptLanguage.data.of({ autocomplete: coming ? completes(coming, kind) : completeFromList(names) }),
      coming ? explains(coming) : [],
      syntaxHighlighting(colours), look, replacing, EditorView.lineWrapping,
      EditorState.readOnly.of(area.readOnly),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-description": `${description(area)} ${word("keys")}`.trim() }),
      keymap.of([{ key: "Shift-Alt-f", run: (own) => (format(own), true) }, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        area.value = update.state.doc.toString();
        area.dispatchEvent(new Event("input", { bubbles: true }));
        check(update.view);
      }),
    ],
  });
  area.hidden = true;
  area.after(host);
  host.after(bar(view));
  const known = JSON.parse(area.dataset.problems || "[]");
  mark(view, known);
  if (!known.length && area.value.trim()) check(view);
  area.addEventListener("editor:problems", (event) => mark(view, event.detail));
  area.addEventListener("editor:set", (event) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: event.detail } }));
  area.form?.addEventListener("reset", () => setTimeout(() => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: area.value } })));
};
