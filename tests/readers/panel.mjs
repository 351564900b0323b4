// panel.mjs NPM-FOLDER RESULTS.json FILE.html...: what stands behind a number, one click away: pages opened from their files without a network, at desk and phone
// width, driven by mouse and keys. RESULTS.json: [[indicator, estimate, se, low, high, n, n_eff]] of the run, read from its store by others.
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , place, results, ...files] = process.argv;
const require = createRequire(`${place}/package.json`);
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const rows = JSON.parse(fs.readFileSync(results, "utf8"));
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((f) => fs.existsSync(f));
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"] });
let bad = 0, checks = 0;
for (const file of files) {
  const name = file.split("/").pop(), both = name.includes("zh-en"), zh = name.includes(".zh");
  for (const width of [1280, 390]) {
    const page = await browser.newPage();
    const ok = (held, what) => { checks++; if (!held) { bad++; console.log(`${name} ${width}: ${what}`); } };
    page.on("console", (m) => { if (["error", "warn"].includes(m.type())) ok(false, `console: ${m.text()}`); });
    page.on("pageerror", (e) => ok(false, `script: ${e.message}`));
    page.on("request", (r) => { if (!/^(file|data):/.test(r.url())) ok(false, `asks for ${r.url()}`); });
    await page.setViewport({ width, height: 900 });
    await page.setOfflineMode(true);
    await page.goto(pathToFileURL(file), { waitUntil: "load" });
    await page.evaluate(() => (document.documentElement.style.scrollBehavior = "auto"));
    const state = () => page.evaluate(() => {
      const d = document.querySelector("dialog"), a = document.activeElement, r = d.getBoundingClientRect(), lines = {};
      let dt = "";
      for (const e of d.querySelectorAll("dl>*")) e.tagName === "DT" ? (dt = e.textContent) : (lines[dt] = e.textContent);
      return { open: d.open, head: d.querySelector("h2")?.textContent, lines, inside: d.contains(a), active: a.getAttribute("data-ref") || a.parentElement?.getAttribute("data-ref") || a.tagName,
        label: document.getElementById(d.getAttribute("aria-labelledby"))?.textContent, terms: [...d.querySelectorAll("li")].map((e) => e.textContent),
        fits: r.left >= -1 && r.right <= innerWidth + 1 && r.top >= -1 && r.bottom <= innerHeight + 1 && d.scrollWidth <= d.clientWidth + 1 && document.documentElement.scrollWidth <= innerWidth };
    });
    // every line is held against the store; full precision means all digits
    const judge = (s, ref, indicator) => {
      const row = rows.find((r) => r[0] === indicator), all = Object.values(s.lines).join("\n");
      ok(s.open && s.inside, `${ref}: no panel, or the keys are not in it`);
      ok(s.fits, `${ref}: the panel does not fit the screen`);
      ok(s.head && s.head === s.label, `${ref}: the panel has no name`);
      if (!row) return ok(false, `no result ${indicator}`);
      const line = (word) => Object.entries(s.lines).find(([k]) => k.includes(word))?.[1] ?? "";
      const [est, se, iv, n, eff] = zh || both ? ["估计值", "标准误", "置信区间", "样本量（未加权）", "有效样本量"] : ["Estimate", "Standard error", "confidence interval", "Base n", "Effective n"];
      ok(line(est).startsWith(String(row[1])), `${ref}: estimate ${line(est)}, not ${row[1]}`);
      ok(line(se).startsWith(String(row[2])), `${ref}: standard error ${line(se)}, not ${row[2]}`);
      ok(line(iv).includes(String(row[3])) && line(iv).includes(String(row[4])), `${ref}: interval ${line(iv)}, not ${row[3]} ${row[4]}`);
      if (row[5] !== null) ok(line(n) === String(row[5]), `${ref}: n ${line(n)}, not ${row[5]}`);
      if (row[6] !== null) ok(line(eff) === String(Math.round(row[6] * 10) / 10), `${ref}: effective n ${line(eff)}, not ${row[6]}`);
      for (const w of zh || both ? ["方法", "调查设计", "结果", "步骤", "运行", "输入指纹"] : ["Method", "Survey design", "Result", "Step", "Run", "Fingerprint"]) ok(line(w), `${ref}: no line ${w}`);
      if (both) ok(/Standard error/.test(Object.keys(s.lines).join()), `${ref}: the words are not in both languages`);
      return all;
    };
    const settled = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))); // the event of closing comes later
    const shut = async (ref, back) => {
      await page.keyboard.press("Escape");
      await settled();
      const s = await state();
      ok(!s.open, `${ref}: Escape leaves the panel open`);
      ok(s.active === back, `${ref}: the focus goes to ${s.active}, not back to ${back}`);
    };
    const names = await page.evaluate(() => ({ role: [...document.querySelectorAll("main p .num[tabindex]")].every((e) => e.getAttribute("role") === "button" && e.getAttribute("aria-haspopup") === "dialog"),
      stops: [...document.querySelectorAll("main table")].map((t) => [t.querySelectorAll(".cell").length, t.querySelectorAll(".cell[tabindex='0']").length]),
      cells: [...document.querySelectorAll("main td")].filter((td) => td.matches("[data-ref]:not([data-exempt])") || td.querySelector("[data-ref]:not([data-exempt])")).length, buttons: document.querySelectorAll("main td .cell").length }));
    ok(names.role, "numbers of texts are no buttons");
    ok(names.cells > 5 && names.cells === names.buttons, `${names.buttons} of ${names.cells} cells are buttons`);
    ok(names.stops.every(([n, t]) => t === (n ? 1 : 0)), "a table is not one stop of the Tab key");
    // a number of a text: by mouse, by the keys; a formula with its terms, a step into a term and back
    for (const [ref, indicator] of [["users.total", "users"], ["rate.total", "rate"], ["penetration.total", "penetration"]]) {
      const e = await page.$(`main p .num[data-ref="${ref}"]`);
      if (!e) { ok(false, `no number ${ref} in a text`); continue; }
      await e.click();
      judge(await state(), ref, indicator);
      await shut(ref, ref);
      await page.keyboard.press("Enter");
      judge(await state(), `${ref} by Enter`, indicator);
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press("Tab");
        ok(await page.evaluate(() => document.querySelector("dialog").contains(document.activeElement) || document.activeElement === document.body), `${ref}: Tab leaves the open panel`);
      }
      await shut(ref, ref);
    }
    await page.click('main p .num[data-ref="penetration.total"]');
    let s = await state();
    ok(Object.values(s.lines).includes("users / population"), `no formula: ${JSON.stringify(s.lines)}`);
    ok(s.terms.length === 2 && s.terms[0].includes(String(rows.find((r) => r[0] === "users")[1])) && /10000/.test(s.terms[1]), `terms: ${s.terms.join(" | ")}`);
    await page.click("dialog li button");
    judge(await state(), "a term", "users");
    await page.click("dialog .bar button");
    judge(await state(), "back from a term", "penetration");
    // with the panel open nothing is against the rules of accessibility
    await page.evaluate(axe).catch(() => {});
    const found = await page.evaluate(async () => (window.axe ? (await axe.run(document.querySelector("dialog"))).violations.map((v) => `${v.id}: ${v.nodes[0].html}`) : ["axe-core is not there"]));
    ok(!found.length, `axe-core: ${found.join("; ")}`);
    // on paper there is none of it
    await page.emulateMediaType("print");
    ok(await page.evaluate(() => getComputedStyle(document.querySelector("dialog")).display === "none"), "the panel is printed");
    await page.emulateMediaType("screen");
    await page.click("dialog p a");
    await settled();
    ok(await page.evaluate(() => !document.querySelector("dialog").open && location.hash.length > 1 && !!document.getElementById(location.hash.slice(1))), "the link to the definitions");
    // a cell by mouse, its neighbour by the arrows
    await page.click('main figure.tab .cell[data-ref="users.total"]');
    judge(await state(), "a cell", "users");
    await shut("a cell", "users.total");
    await page.keyboard.press("ArrowRight");
    const next = await page.evaluate(() => (document.activeElement.dataset.ref ?? document.activeElement.closest("[data-ref]")?.dataset.ref));
    ok(next && next !== "users.total", `the arrow leads to ${next}`);
    await page.keyboard.press(" ");
    ok((await state()).open, "the blank opens nothing");
    await page.mouse.click(3, 3); // beside it
    ok(!(await state()).open, "a click beside the panel leaves it open");
    // a label of a drawing
    const label = await page.evaluateHandle(() => [...document.querySelectorAll("svg text[data-ref]")].find((t) => t.getBoundingClientRect().width && !t.dataset.ref.startsWith("=")));
    const ref = await label.evaluate((t) => t.dataset.ref);
    await label.evaluate((t) => t.scrollIntoView({ block: "center" }));
    const at = await label.evaluate((t) => { const r = t.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; });
    await page.mouse.click(...at);
    s = await state();
    ok(s.open && Object.values(s.lines).some((v) => v.startsWith(ref.replace(/\.(interval|low|high)$/, ""))), `the label ${ref} opens ${JSON.stringify(s.lines)}`);
    await page.keyboard.press("Escape");
    await settled();
    ok(await page.evaluate(() => document.activeElement.tagName === "FIGURE"), "the focus does not go back to the figure");
    await page.close();
    // without scripts the tip and the definition stand below the number
    const plain = await browser.newPage();
    await plain.setJavaScriptEnabled(false);
    await plain.goto(pathToFileURL(file), { waitUntil: "load" });
    const shown = await plain.evaluate(() => { const e = document.querySelector('main p .num[data-ref="penetration.total"]'); e.focus(); return getComputedStyle(e, "::after").content + getComputedStyle(e, "::after").display; });
    ok(/users \/ population/.test(shown) && !/none$/.test(shown), `without a script: ${shown}`);
    await plain.close();
  }
}
await browser.close();
console.log(`${checks} checks, ${bad} failed`);
process.exit(bad || checks < 100 ? 1 : 0);
