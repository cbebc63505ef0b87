// Unpacks the Chromium of @sparticuz/chromium into the folder named on the command line.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

const [packed, target] = process.argv.slice(2);
mkdirSync(join(target, "lib"), { recursive: true });
writeFileSync(join(target, "chromium"), brotliDecompressSync(readFileSync(join(packed, "chromium.br"))), { mode: 0o755 });
for (const name of ["al2023", "swiftshader", "fonts"]) {
  const tar = join(target, `${name}.tar`);
  writeFileSync(tar, brotliDecompressSync(readFileSync(join(packed, `${name}.tar.br`))));
  execFileSync("tar", ["-xf", tar, "-C", target, "--no-same-owner"]);
  rmSync(tar);
}
