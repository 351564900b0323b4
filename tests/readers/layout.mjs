// layout.mjs NPM-FOLDER FILE.html...: pages as Chromium sets them, at desk and phone width with every fold open: nothing wider than the screen outside a box that scrolls,
// no character without a glyph, in drawings no text that leaves its drawing, lies on another, or is too small to read; no heading without a text below it.
import fs from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , place, ...files] = process.argv;
const puppeteer = createRequire(`${place}/package.json`)("puppeteer-core");
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((f) => fs.existsSync(f));
const browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"] });
let bad = 0;
for (const file of files) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file), { waitUntil: "load" });
  for (const width of [1280, 390]) {
    await page.setViewport({ width, height: 1200 });
    const found = await page.evaluate(() => {
      const wrong = [], root = document.documentElement;
      document.querySelectorAll("details").forEach((d) => (d.open = true));
      if (root.scrollWidth > root.clientWidth) wrong.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
      for (const e of document.body.querySelectorAll("h1,h2,h3,h4,h5,p,li,figure,svg,dl,dd,table,pre,aside")) {
        const r = e.getBoundingClientRect();
        if (r.width && r.right > root.clientWidth + 1 && !e.closest(".scroll")) wrong.push(`<${e.tagName} ${e.className.baseVal ?? e.className}> reaches ${Math.round(r.right)}`);
      }
      const c = document.createElement("canvas"), x = c.getContext("2d", { willReadFrequently: true });
      c.width = c.height = 48;
      const look = (ch) => { x.clearRect(0, 0, 48, 48); x.fillText(ch, 8, 36); return x.getImageData(0, 0, 48, 48).data.join(); };
      x.font = "28px " + getComputedStyle(document.body).fontFamily;
      const none = [look("\u{10FFFD}"), look("\uF8F1")];
      const seen = new Set([...document.body.textContent].filter((ch) => ch > " " && ch !== "\u00a0" && ch !== "\u200b" && ch !== "\u2060"));
      for (const ch of seen) if (none.includes(look(ch))) wrong.push(`no glyph for U+${ch.codePointAt(0).toString(16)}`);
      let texts = 0, drawings = 0;
      for (const s of document.querySelectorAll("svg")) {
        const box = s.getBoundingClientRect();
        if (!box.width) continue;
        drawings++;
        const t = [...s.querySelectorAll("text")].map((e) => [e, e.getBoundingClientRect()]);
        texts += t.length;
        t.forEach(([e, a], i) => {
          const where = `${s.querySelector("title")?.textContent.slice(0, 40)}: "${e.textContent}"`;
          if (a.left < box.left - 2 || a.right > box.right + 2 || a.top < box.top - 2 || a.bottom > box.bottom + 4) wrong.push(`${where} leaves its drawing`);
          const size = (parseFloat(getComputedStyle(e).fontSize) * box.width) / s.viewBox.baseVal.width;
          if (size < 9) wrong.push(`${where} is ${size.toFixed(1)} px high`);
          for (const [g, b] of t.slice(i + 1))
            if (a.left < b.right - 1 && b.left < a.right - 1 && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2) wrong.push(`${where} lies on "${g.textContent}"`);
        });
      }
      const heads = [...document.querySelectorAll("main h2,main h3,main h4,main h5")];
      for (const h of heads) { // what follows is text, or a heading below it
        let n = h.nextElementSibling;
        const level = +h.tagName[1];
        if (!n && h.parentElement.tagName === "MAIN") wrong.push(`the heading "${h.textContent}" has nothing below it`);
        if (n && /^H[2-5]$/.test(n.tagName) && +n.tagName[1] <= level) wrong.push(`the heading "${h.textContent}" has nothing below it`);
      }
      return { wrong, texts, drawings, heads: heads.length, characters: seen.size };
    });
    console.log(`${file.split("/").pop()} ${width}: ${found.drawings} drawings, ${found.texts} texts, ${found.characters} characters, ${found.heads} headings, ${found.wrong.length} wrong`);
    for (const w of found.wrong.slice(0, 12)) console.log(`  ${w}`);
    bad += found.wrong.length + (found.heads ? 0 : 1);
  }
  await page.close();
}
await browser.close();
process.exit(bad ? 1 : 0);
