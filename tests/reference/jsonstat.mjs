// jsonstat.mjs TOOLKIT CSV FILE...: JSON-stat collections read by jsonstat-toolkit (jsonstat.com), an outside reader; every row of the CSV of the same run (but cells of banner tables) is looked up by the codes
// of docs/outputs.md, "Codes of the data files", with its four numbers, and no cell is left over. Prints "N files, N datasets, N rows, N numbers"; exit 1 where one is not the same.
import fs from "node:fs";
import { pathToFileURL } from "node:url";
const [, , toolkit, csv, ...files] = process.argv;
const { default: JSONstat } = await import(pathToFileURL(toolkit));
const MEASURES = { estimate: "estimate", std_error: "std.error", conf_low: "conf.low", conf_high: "conf.high" };
const COLUMNS = { province: "REF_AREA", residence: "URBANISATION" }, AGE = /^(\d+)-(\d+)$/;

function records(text) { // RFC 4180
  const out = [];
  let record = [], at = 0;
  while (at < text.length) {
    const m = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
    m.lastIndex = at;
    const hit = m.exec(text);
    if (!hit) throw new Error(`no CSV at ${at}`);
    record.push(hit[1] !== undefined ? hit[1].replaceAll('""', '"') : hit[2]);
    at = m.lastIndex;
    if (hit[3] !== ",") out.push(record), (record = []);
  }
  return out;
}

function code(column, level) {
  if (column === "province") return `CN-${level}`;
  if (column === "sex" && ["male", "female"].includes(level)) return level[0].toUpperCase();
  if (column === "age" && AGE.test(level)) return level.replace(AGE, "Y$1T$2");
  if (column === "age" && /^\d+\+$/.test(level)) return `Y_GE${level.slice(0, -1)}`;
  return [...level].map((c) => ({ "<": "L", ">": "G", "+": "P" })[c] ?? (/[A-Za-z0-9_-]/.test(c) ? c : c < "\x80" ? "_" : `U${c.codePointAt(0).toString(16).toUpperCase()}`)).join("");
}

const [head, ...all] = records(fs.readFileSync(csv, "utf8"));
// cells of banner tables, whose every head has a base, are in the CSV alone
const name = (line) => line[head.indexOf("indicator")].split("/"), statistic = head.indexOf("statistic");
const tables = new Set(all.filter((line) => name(line).length > 1 && line[statistic] === "base_cases").map((line) => name(line)[0]));
const lines = all.filter((line) => name(line).length === 1 || !tables.has(name(line)[0]));
const crossed = head.slice(3, head.indexOf("estimate")).filter((c) => c !== "by.wave");
let rows = 0, numbers = 0, datasets = 0;
for (const file of files) {
  const j = JSONstat(JSON.parse(fs.readFileSync(file, "utf8"))), sets = new Map();
  if (j.class !== "collection" || !j.length) throw new Error(`${file}: no collection`);
  let left = 0;
  for (let i = 0; i < j.length; i++) {
    const d = j.Dataset(i);
    if (!d || d.class !== "dataset" || d.n !== d.value.length) throw new Error(`${file}: dataset ${i} is not read`);
    if (!d.role.time.includes("TIME_PERIOD") || !d.role.metric.includes("INDICATOR")) throw new Error(`${file}: dataset ${i}: roles`);
    sets.set(d.id.filter((x) => !["INDICATOR", "TIME_PERIOD", "STATISTIC"].includes(x)).sort().join(" "), d);
    left += d.value.filter((x) => x !== null).length;
  }
  datasets += j.length;
  for (const line of lines) {
    const row = Object.fromEntries(head.map((c, i) => [c, line[i]])), by = crossed.filter((c) => row[c] !== "");
    const place = Object.fromEntries(by.map((c) => [COLUMNS[c] ?? c.toUpperCase(), code(c, row[c])]));
    const d = sets.get(Object.keys(place).sort().join(" "));
    for (const [statistic, column] of Object.entries(MEASURES)) {
      const query = { INDICATOR: `${row.indicator.replace("/", "_")}.${row.statistic}`, TIME_PERIOD: row["by.wave"] || row.wave, STATISTIC: statistic, ...place };
      const what = `${file}: ${Object.values(query).join(" ")}`;
      const got = d?.Data(query)?.value;
      if (got === undefined) throw new Error(`${what} is not there`);
      if (row[column] === "") {
        if (got !== null) throw new Error(`${what} is ${got}, missing in the CSV`);
        continue;
      }
      const percent = ["%", "pp"].includes(row.unit) || (row.unit === "" && Math.abs(got) > 50 * Math.abs(Number(row[column]))); // without a unit either: tests/readers tells which
      const want = Number(row[column]) * (percent ? 100 : 1), decimals = (String(got).split(".")[1] ?? "").length;
      if (got === null || Math.abs(got - want) > 0.5 * 10 ** -decimals * (1 + 1e-6) + 1e-12 * Math.abs(want)) throw new Error(`${what} is ${got}, not ${want}`);
      numbers++;
      left--;
    }
    rows++;
  }
  if (left) throw new Error(`${file}: ${left} cells are of no row`);
}
console.log(`${files.length} files, ${datasets} datasets, ${rows} rows, ${numbers} numbers`);
if (!rows || rows !== lines.length * files.length) process.exit(1);
