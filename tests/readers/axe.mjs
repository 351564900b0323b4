// axe.mjs NPM-FOLDER FILE.html...: axe-core's checks of each page, every rule that it has on by default (WCAG 2.0 to 2.2 A and AA, best practices), with every
// fold open: at desk and phone width; the rules on colours in dark colours where the page has them; then contrast alone with wide tables laid out in full, since what is
// scrolled away has no background to judge. Prints a line a state; exit 1 with every violation and its place.
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , place, ...files] = process.argv;
const require = createRequire(`${place}/package.json`);
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((f) => fs.existsSync(f));
const states = [
  { name: "1280 wide", width: 1280 },
  { name: "390 wide", width: 390 },
  { name: "dark", width: 1280, dark: true },
  { name: "contrast, laid out", width: 1280, laidOut: true },
];
const wide = ".scroll{overflow:visible!important;width:max-content}.toc{display:none!important}.page{display:block!important;max-width:none!important}";

const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
let bad = 0;
for (const file of files) {
  const page = await browser.newPage();
  await page.setBypassCSP(true);
  await page.goto(pathToFileURL(file), { waitUntil: "load" });
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
  // axe-core looks for the cells of a heading of rows (scope=rowgroup) to its right and leaves it open whatever stands below: that rows of cells follow it is
  // judged here, and axe judges the other headers
  const empty = await page.evaluate(() => [...document.querySelectorAll("th[scope=rowgroup]")].filter((th) => {
    const below = th.parentElement.nextElementSibling;
    const alone = !below || !below.querySelector("td");
    const cell = document.createElement("td");
    cell.colSpan = th.colSpan;
    cell.append(...th.childNodes);
    th.replaceWith(cell);
    return alone;
  }).length);
  if (empty) { bad++; console.log(`${file.split("/").pop()}: ${empty} headings of rows without rows`); }
  await page.evaluate(axe);
  const colours = await page.evaluate(() => [...document.querySelectorAll("style")].some((s) => s.textContent.includes("prefers-color-scheme")));
  for (const s of states) {
    if (s.dark && !colours) continue;
    await page.setViewport({ width: s.width, height: 1200 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: s.dark ? "dark" : "light" }]);
    if (s.laidOut) await page.addStyleTag({ content: wide });
    const found = await page.evaluate(async (rules) => {
      const r = await axe.run(document, { ...rules, resultTypes: ["violations"] });
      return {
        rules: r.passes.length,
        open: r.incomplete.map((v) => v.id),
        violations: r.violations.map((v) => ({ id: v.id, help: v.help, n: v.nodes.length,
          nodes: v.nodes.slice(0, 5).map((n) => `${n.target.join(" ")}: ${n.failureSummary.split("\n").slice(1).join(" ").trim()}`) })),
      };
    }, s.laidOut ? { runOnly: ["color-contrast"] } : s.dark ? { runOnly: ["color-contrast", "link-in-text-block"] } : {});
    console.log(`${file.split("/").pop()}, ${s.name}: ${found.rules} rules hold, ${found.violations.length} violated`);
    if (found.rules < (s.laidOut || s.dark ? 1 : 20)) { bad++; console.log("  too few rules were applied"); }
    if (found.open.some((id) => id !== "color-contrast")) { bad++; console.log(`  left open: ${found.open.join(" ")}`); }
    for (const v of found.violations) {
      bad++;
      console.log(`  ${v.id} (${v.n}): ${v.help}`);
      for (const n of v.nodes) console.log(`    ${n}`);
    }
  }
  await page.close();
}
await browser.close();
process.exit(bad ? 1 : 0);
