// Which options fit what was typed: every word, in any order, somewhere in the label, the group or the value.
// The best come first: labels that begin so, then labels with a word that begins so.

/** Return a text as it is compared: no case, no accents. */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase().trim();
}

const apart = (path) => path.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[.[\]]+/g, " ");

function searched(option) {
  option.folded ??= fold(option.label);
  option.searched ??= `${option.folded} ${fold(option.group ?? "")} ${fold(apart(option.value))} ${option.value.toLowerCase()}`;
  return option;
}

function rank(option, text, words) {
  if (option.folded === text) return 0;
  if (option.folded.startsWith(text)) return 1;
  return option.folded.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(words[0])) ? 2 : 3;
}

/** Return the options that fit, the best first; those of a group stay together. */
export function matching(options, typed) {
  const text = fold(typed);
  if (!text) return options;
  const words = text.split(/\s+/);
  const fit = options
    .filter((option) => words.every((word) => searched(option).searched.includes(word)))
    .map((option) => ({ option, rank: rank(option, text, words) }));
  const groups = new Map();
  for (const { option, rank: own } of fit) groups.set(option.group, Math.min(own, groups.get(option.group) ?? 9));
  fit.sort((a, b) => groups.get(a.option.group) - groups.get(b.option.group) || order(groups, a, b) || a.rank - b.rank);
  return fit.map(({ option }) => option);
}

function order(groups, a, b) {
  const names = [...groups.keys()];
  return names.indexOf(a.option.group) - names.indexOf(b.option.group);
}

/** Return the option that is meant by a text: its label, its value. */
export function meant(options, typed) {
  const text = fold(typed);
  return text ? options.find((option) => fold(option.value) === text || fold(option.label) === text) : undefined;
}
