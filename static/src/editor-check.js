// What is wrong with code, at its line and column: what came with the page, and what the server says of the
// syntax while one types (`data-code-check`). It is asked only once somebody pauses, and the last answer counts.
import { setDiagnostics } from "@codemirror/lint";

const PAUSE = 500;

/** Where a problem lies: from its column to the end of the word there; the whole line where no column is known. */
function place(state, { line, column, text }) {
  const row = state.doc.line(Math.max(1, Math.min(line ?? 1, state.doc.lines)));
  if (!line || !column) return { from: row.from, to: row.to, severity: "error", message: text };
  const from = Math.min(row.from + column - 1, row.to);
  const word = /^[\w$]+|^\S/.exec(row.text.slice(from - row.from))?.[0].length ?? 0;
  const back = from === row.to && from > row.from ? 1 : 0; // at the end of a line there is nothing to underline
  return { from: from - back, to: Math.min(row.to, from + word), severity: "error", message: text };
}

/** Mark problems: [{line, column, text}]. */
export function mark(view, problems) {
  view.dispatch(setDiagnostics(view.state, problems.map((one) => place(view.state, one)).sort((a, b) => a.from - b.from)));
}

async function ask(url, code, kind, signal) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  const body = new URLSearchParams({ code, kind });
  const answer = await fetch(url, { method: "POST", body, headers, signal, credentials: "same-origin", redirect: "error" });
  return answer.ok ? (await answer.json()).problems : null;
}

/** Return a function that has the code of a view checked after a pause. */
export function checker(url, kind) {
  let timer = 0;
  let asked = null;
  return (view) => {
    if (!url) return;
    clearTimeout(timer);
    asked?.abort();
    timer = setTimeout(async () => {
      asked = new AbortController();
      const code = view.state.doc.toString();
      const found = await ask(url, code, kind, asked.signal).catch(() => null);
      if (found && view.state.doc.toString() === code) mark(view, found);
    }, PAUSE);
  };
}
