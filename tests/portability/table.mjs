// What came of the launches: `node table.mjs PAGE LABEL=RESULT…`. Prints a table of kernels and implementations, and fails where a number is wrong, where nothing of a
// kernel was compared, where a planted mistake went unnoticed, and where PAGE, with all implementations there, has another table.
import { readFileSync, writeFileSync } from "node:fs";

const [page, ...given] = process.argv.slice(2);
const problems = [];
const implementations = given.map((pair) => {
  const [label, file] = pair.split("=");
  return { label, ...JSON.parse(readFileSync(file, "utf8")) };
});

// The words for a kernel's launches, and what is wrong with them.
function verdict(label, kernel, launches) {
  const lacking = launches.flatMap((launch) => launch.lacking ?? []);
  if (lacking.length) return `not run: no ${[...new Set(lacking)].join(", ")}`;
  const wrong = launches.find((launch) => launch.wrong);
  if (wrong) problems.push(`${label}: ${kernel}: ${wrong.wrong}`);
  const compared = launches.reduce((sum, { tally }) => sum + Object.values(tally ?? {}).reduce((a, b) => a + b, 0), 0);
  if (!wrong && compared === 0) problems.push(`${label}: ${kernel}: nothing was compared`);
  return wrong ? "WRONG" : "equal";
}

const rows = new Map();
const ran = [];
for (const { label, name, adapter, absent, failed, count, unnoticed, results } of implementations) {
  if (absent) {
    console.log(`SKIPPED: ${label}: ${absent}`);
    continue;
  }
  ran.push(label);
  if (failed || results.length !== count) problems.push(`${label}: ${failed ?? `${results.length} of ${count} launches`}`);
  if (failed) continue;
  if (unnoticed) problems.push(`${label}: ${unnoticed} planted mistakes went unnoticed`);
  const total = { same: 0, bounded: 0, near: 0 };
  for (const { tally } of results) for (const rule in total) total[rule] += tally?.[rule] ?? 0;
  const numbers = `${total.same} equal bits, ${total.bounded} reals within WGSL's bounds, ${total.near} reals near`;
  console.log(`${label}: ${name}, ${adapter}: ${results.length} launches, ${numbers}`);
  for (const [key, launches] of Map.groupBy ? Map.groupBy(results, keyOf) : grouped(results)) {
    const row = rows.get(key) ?? rows.set(key, new Map()).get(key);
    row.set(label, verdict(label, key, launches));
  }
}
function keyOf({ source, kernel }) {
  return `${source} | \`${kernel}\``;
}
function grouped(results) {
  const groups = new Map();
  for (const result of results) groups.set(keyOf(result), [...(groups.get(keyOf(result)) ?? []), result]);
  return groups;
}

const line = (cells) => `| ${cells.join(" | ")} |`;
const cells = ([key, row]) => [key, ...ran.map((label) => row.get(label) ?? "")];
const body = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(cells);
const table = [line(["from", "kernel", ...ran]), line(["---", "---", ...ran.map(() => "---")]), ...body.map(line)].join("\n");

const [begin, end] = ["<!-- table -->\n", "\n<!-- end of table -->"];
const text = readFileSync(page, "utf8");
const [before, rest] = text.split(begin);
const [old, after] = rest.split(end);
if (process.env.ALL && ran.length === implementations.length && old !== table) {
  if (process.env.UPDATE) writeFileSync(page, before + begin + table + end + after);
  else {
    console.log(table);
    problems.push(`${page} has another table; UPDATE=1 writes this one there`);
  }
}
for (const problem of problems) console.log(`WRONG: ${problem}`);
if (!problems.length && ran.length) console.log(`${rows.size} kernels are equal in ${ran.length} implementations`);
process.exit(problems.length ? 1 : 0);
