// What the code editor says, in the reader's language: the words stand in <meta name="editor-words">.
/** Return a sentence by its key, with its places filled. */
export function word(key, places = {}) {
  const text = document.querySelector("meta[name=editor-words]")?.dataset[key] ?? "";
  return Object.entries(places).reduce((said, [name, value]) => said.replace(`{${name}}`, () => value), text);
}
