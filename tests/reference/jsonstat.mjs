// jsonstat.mjs TOOLKIT FILE CSV: a JSON-stat collection read by jsonstat-toolkit (jsonstat.com), an outside reader; every estimate of the CSV of the same run
// that is crossed by nothing is looked up by name. Prints "N datasets, N estimates"; exit 1 where one is not the same.
import fs from "node:fs";
import { pathToFileURL } from "node:url";
const [, , toolkit, file, csv] = process.argv;
const { default: JSONstat } = await import(pathToFileURL(toolkit));
const j = JSONstat(JSON.parse(fs.readFileSync(file, "utf8")));
if (j.class !== "collection" || !j.length) throw new Error("no collection");
for (let i = 0; i < j.length; i++) {
  const d = j.Dataset(i);
  if (!d || d.class !== "dataset" || d.n !== d.value.length) throw new Error(`dataset ${i} is not read`);
  if (!d.role.time.includes("TIME_PERIOD") || !d.role.metric.includes("INDICATOR")) throw new Error(`dataset ${i}: roles`);
}
const total = j.Dataset(0);
const lines = fs.readFileSync(csv, "utf8").trim().split("\n").map((l) => l.split(","));
const head = lines.shift(), first = head.indexOf("estimate"), unit = head.indexOf("unit");
let n = 0;
for (const l of lines) {
  if (l.length !== head.length || l.slice(3, first).some((x) => x !== "") || l[first] === "" || !["", "人", "元"].includes(l[unit])) continue;
  const c = total.Data({ INDICATOR: `${l[1].replace("/", "_")}.${l[2]}`, TIME_PERIOD: l[0], STATISTIC: "estimate" });
  const want = Number(l[first]) * (l[unit] === "" ? 100 : 1);
  if (!c || c.value === null) throw new Error(`${l[1]} ${l[2]} is not there`);
  if (Math.abs(c.value - want) > 0.006 * Math.abs(want) + 0.06) throw new Error(`${l[1]} ${l[2]}: ${c.value}, not ${want}`);
  n++;
}
console.log(`${j.length} datasets, ${n} estimates`);
if (n < 5) process.exit(1);
