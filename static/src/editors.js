// Brings the code editor when a page has a place for it.
import { everywhere } from "./everywhere.js";
import { load } from "./load.js";

everywhere("textarea[data-code-editor]", async (area) => {
  await load("editor");
  window.switchyardEditor(area);
});
