// Builds what the browser gets into static/dist: one script per entry point, one style sheet, one sprite
// of icons. Nothing is done when nothing has changed.
//
// Of the library's style sheet only those rules are taken whose words (classes, elements, attributes) stand anywhere
// in what makes pages; every page parses the sheet, and the whole one is seven times as long.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { PurgeCSS } from "purgecss";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "static/dist");
const stamp = join(dist, ".stamp");
const scripts = ["theme", "app", "editor", "format", "chart"].map((name) => join(root, `static/src/${name}.js`)).filter(existsSync);
const styles = [join(root, "static/css/app.css")].filter(existsSync);
const library = join(root, "node_modules/@tabler/core/dist/css/tabler.min.css");

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

// What the words of the library's sheet are looked for in: templates, scripts, and Python, which makes some HTML too.
const speaking = ["templates", "static/src", "portal", "orders", "integrations", "automations"];
// What the library's own script puts on elements: nothing of ours says so.
const fromLibrary = ["show", "data-bs-popper", "data-popper-placement", "static"];
const word = /[A-Za-z][\w-]*/g;

// The words of the library's sheet that the portal uses. A new rule of ours that says none of them builds nothing anew.
function usedWords() {
  const known = new Set(readFileSync(library, "utf8").match(word));
  const files = speaking.flatMap((folder) => filesBelow(join(root, folder))).filter((file) => /\.(html|js|py)$/.test(file));
  const said = new Set([...fromLibrary, ...files.flatMap((file) => readFileSync(file, "utf8").match(word) ?? [])]);
  return [...said].filter((one) => known.has(one)).sort().join(" ");
}

// Lets esbuild read the library's sheet without what is not used.
const onlyUsed = (words) => ({
  name: "only-used",
  setup: (building) =>
    building.onLoad({ filter: /tabler\.min\.css$/ }, async () => {
      const css = [{ raw: readFileSync(library, "utf8") }];
      const [kept] = await new PurgeCSS().purge({ content: [{ raw: words, extension: "txt" }], css, keyframes: true });
      return { contents: kept.css, loader: "css" };
    }),
});

function fingerprint(words) {
  const hash = createHash("sha256").update(words);
  const own = [fileURLToPath(import.meta.url), join(root, "package-lock.json")];
  for (const file of [...own, ...filesBelow(join(root, "static/src")), ...filesBelow(join(root, "static/css"))]) {
    hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

// One <symbol> per icon named in static/src/icons.txt (a name, or "filled/name"), for <use href="icons.svg#name">.
function sprite(names) {
  const symbols = names.map((name) => {
    const [kind, icon] = name.includes("/") ? name.split("/") : ["outline", name];
    const file = join(root, `node_modules/@tabler/icons/icons/${kind}/${icon}.svg`);
    if (!existsSync(file)) throw new Error(`static/src/icons.txt names the unknown icon “${name}”.`);
    const shapes = readFileSync(file, "utf8").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
    const paint =
      kind === "filled"
        ? 'fill="currentColor"'
        : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
    return `<symbol id="${name.replace("/", "-")}" viewBox="0 0 24 24" ${paint}>${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

function iconNames() {
  const list = join(root, "static/src/icons.txt");
  if (!existsSync(list)) return [];
  const words = readFileSync(list, "utf8").split("\n").map((line) => line.replace(/#.*/, "").trim());
  return [...new Set(words.filter(Boolean))].sort();
}

async function main() {
  const words = usedWords();
  const now = fingerprint(words);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  const fresh = `${dist}.new`; // a build that fails leaves the last good one in place
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const common = { bundle: true, minify: true, outdir: fresh, logLevel: "warning", nodePaths: [join(root, "node_modules")] };
  await build({ ...common, entryPoints: scripts, format: "iife", target: "es2022", legalComments: "none" });
  await build({ ...common, entryPoints: styles, plugins: [onlyUsed(words)], loader: { ".svg": "dataurl", ".woff2": "file" } });
  writeFileSync(join(fresh, "icons.svg"), sprite(iconNames()));
  writeFileSync(join(fresh, ".stamp"), now);
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  console.log("· Built the pages' scripts, styles and icons");
}

main().catch((error) => {
  if (!error.errors) console.error(error.message); // esbuild has shown its own
  process.exit(1);
});
