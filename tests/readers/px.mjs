// px.mjs NPM-FOLDER SDMX.csv FILE.px...: PC-Axis files read by px.js (github.com/fod/px.js), an outside reader; its variables, codes and cells are held against the
// SDMX-CSV of the same run: an estimate by its codes. px.js of 2012 knows one language, so the second one's keywords are left out before.
import fs from "node:fs";
import { createRequire } from "node:module";

const [, , place, csv, ...files] = process.argv;
const Px = createRequire(`${place}/package.json`)("px");
const lines = fs.readFileSync(csv, "utf8").trim().split("\r\n").map((l) => l.split(","));
const head = lines.shift(), at = (name) => head.indexOf(name);
const first = at("STAT_TYPE") + 1, time = at("TIME_PERIOD"), area = at("REF_AREA");
const want = new Map();
for (const l of lines) {
  const levels = [area, ...Array.from({ length: time - first }, (_, i) => first + i)].filter((i) => l[i] !== "_T");
  want.set([`${l[at("INDICATOR")]}.${l[at("STAT_TYPE")]}`, ...levels.map((i) => l[i]), l[time], "|" + levels.map((i) => head[i]).join("_")].join(" "), l[at("OBS_VALUE")]);
}
let n = 0;
for (const file of files) {
  const text = fs.readFileSync(file, "utf8").split(/(?<=;)\n/).filter((e) => !/^[A-Z0-9-]+\[/.test(e)).join("\n");
  const px = new Px(text);
  const variables = px.variables(), counts = px.valCounts(), total = counts.reduce((a, b) => a * b);
  if (px.data.length !== total) throw new Error(`${file}: px.js finds ${px.data.length} cells of ${total}`);
  const matrix = px.keyword("MATRIX"), dims = matrix === "total" ? "" : matrix;
  const codes = variables.map((_, i) => [].concat(px.codes(i)));
  const index = variables.map(() => 0);
  for (let cell = 0; cell < total; cell += 4) { // the last variable is the measure; its first value the estimate
    let left = cell;
    for (let i = variables.length - 1; i >= 0; i--) { index[i] = left % counts[i]; left = Math.floor(left / counts[i]); }
    const value = want.get([...index.slice(0, -1).map((x, i) => codes[i][x]), "|" + dims].join(" "));
    const got = px.datum(index);
    if (value === undefined || value === "" || value === "NaN" ? !/^\.+$/.test(got) : Number(got) !== Number(value))
      throw new Error(`${file}: ${index.map((x, i) => codes[i][x]).join(" ")} is ${got}, not ${value}`);
    if (value && value !== "NaN") n++;
  }
}
console.log(`${files.length} files, ${n} estimates`);
if (n < 1000) process.exit(1);
