// Bundles the workbench into the folder given, with the licences of all that is in the bundle;
// or another script of this folder, which may follow. benchmarks/run-typing has such.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const [folder, script = "src/workbench.js"] = process.argv.slice(2);
const done = await build({
  entryPoints: [join(import.meta.dirname, script)],
  outfile: join(folder, basename(script)),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  banner: { js: "// The licences of the packages in this file are in workbench.licences.txt beside it." },
  metafile: true,
});

const modules = join(import.meta.dirname, "node_modules");
const packages = new Set();
for (const input of Object.keys(done.metafile.inputs)) {
  const inside = input.split("node_modules/")[1];
  if (inside) packages.add(inside.split("/").slice(0, inside.startsWith("@") ? 2 : 1).join("/"));
}
const parts = [...packages].sort().map((name) => {
  const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  const file = readdirSync(join(modules, name)).find((each) => /^licen[cs]e/i.test(each));
  if (!license || !file) throw new Error(`The package ${name} does not say under which licence it stands.`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(modules, name, file), "utf8").trim()}\n`;
});
writeFileSync(
  join(folder, basename(script).replace(/\.js$/, ".licences.txt")),
  `What the bundled editor of the SPARQL workbench is made of.\n\n${parts.join(`\n${"-".repeat(72)}\n\n`)}`,
);
