// The formatter: a bundle of its own, brought when somebody first presses *Format*.
import * as acorn from "prettier/plugins/acorn";
import * as estree from "prettier/plugins/estree";
import { formatWithCursor } from "prettier/standalone";

window.switchyardFormat = (code, cursorOffset) =>
  formatWithCursor(code, { cursorOffset, parser: "acorn", plugins: [acorn, estree], printWidth: 100 });
