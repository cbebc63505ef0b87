// Presses in the filter builder wait for the answer to the one before, and tell of their conditions by where these
// stood when they were pressed. Here: where that is after the answer (portal/filters/edits.py says what edits do).
export const GONE = "gone"; // nothing is left to do
export const UNSURE = "unsure"; // rather nothing than the wrong condition

const STAY = /^(add|add_group|add_measure|compare|off|look)$/; // new ones go to the end of their group
const MOVE = /^(up|down|into|out|move)$/;
const SWAPPED = { up: 1, down: -1 };

const within = (path, outer) => path === outer || path.startsWith(`${outer}.`);

function beside(path, by) {
  const parts = path.split(".");
  return [...parts.slice(0, -1), Number(parts.at(-1)) + by].join(".");
}

/** The path without one node before it, if that stood in the same group or in one around it. */
function closedUp(path, gone) {
  const [parts, taken] = [path.split("."), gone.split(".")];
  const depth = taken.length - 1;
  const follows = parts.length > depth && parts.slice(0, depth).join(".") === taken.slice(0, -1).join(".") && Number(parts[depth]) > Number(taken[depth]);
  if (follows) parts[depth] = String(Number(parts[depth]) - 1);
  return parts.join(".");
}

/** Where the node at a path stands after an edit, which has led to `landed`; or GONE, or UNSURE. */
function moved(path, [verb, source], landed) {
  if (path === "" || STAY.test(verb)) return path;
  if (verb === "clear") return GONE;
  if (verb === "remove") return within(path, source) ? GONE : closedUp(path, source);
  if (!MOVE.test(verb)) return UNSURE;
  if (within(path, source)) return landed + path.slice(source.length);
  if (!(verb in SWAPPED)) return UNSURE;
  const passed = beside(source, -SWAPPED[verb]);
  return within(path, passed) ? beside(passed, SWAPPED[verb]) + path.slice(passed.length) : path;
}

const split = (what) => [what.slice(0, what.indexOf(":")), what.slice(what.indexOf(":") + 1).split(">")[0]];

/** An edit (“remove:0.1”) as it reads after another one, whose node stands at `landed` now; or GONE, or UNSURE. */
export function after(what, done, landed) {
  if (!what.includes(":") || /^(clear:|look)/.test(what)) return what;
  const edit = split(done);
  const [verb, ...paths] = [split(what)[0], ...what.slice(what.indexOf(":") + 1).split(">")];
  const found = paths.map((path) => moved(path, edit, landed));
  return found.find((one) => one === GONE || one === UNSURE) ?? `${verb}:${found.join(">")}`;
}
