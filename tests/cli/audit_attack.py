#!/usr/bin/env python3
"""One digit changed by hand, in every kind of place of a run's Word files, workbooks and pages; `shuxiao audit` of the file alone must find each, with its place.

  audit_attack.py PROGRAM RESULTS.db SEED SAMPLES FILE...

Every digit of every part of a file has a kind: the part's, the element's and, of an attribute, its name. EXEMPT says by rule which kinds stand for no
result; of every other kind SAMPLES digits are changed, one at a time. PLACES says where a change of a part has to be named. A kind of place that the audit
does not read fails here: nothing is left out but by a rule of the table."""
import io, os, random, re, subprocess, sys, tempfile, zipfile
from concurrent.futures import ThreadPoolExecutor

# kinds "PART ELEMENT@ATTRIBUTE" or "PART ELEMENT" that stand for no result, and why
EXEMPT = [
    (r"(document|footnotes|header|footer|comments|numbering|styles|settings|fontTable|theme)\S* \S+@(w|r|wp|a|pic|mc|asvg|xml|cx|cy|xmlns\S*|\S*:(?!descr|title)\S+)$", "Word: sizes, identifiers, styles"),
    (r"(document|header|footer)\S* (wp:(extent|effectExtent|docPr)|a:\S+|pic:\S+|asvg:\S+|c:chart)@(?!descr|title)\S+$", "Word: geometry and identifiers of drawings"),
    (r"(styles|settings|fontTable|numbering|theme)\S* ", "definitions of looks"),
    (r"(document|footnotes|header|footer)\S* w:instrText$", "Word: keys of fields (a wrong key has a wrong number)"),
    (r"custom \S+@(pid|fmtid|name|xmlns\S*)$", "Word: keys of properties (a wrong key has a wrong number)"),
    (r"custom words$", "Word: hashes of words, no number (a wrong one has refill list the words as a person's own)"),
    (r"(rels|types|app|core) ", "lists of parts, the program's name, dates of the file"),
    (r"(svg|html) (?!desc|title|text$|tspan$)\S+@(?!title$|alt$|aria-label$|data-what$)\S+$", "geometry, colours, identifiers, names of results"),
    (r"(svg|html) (desc|title|text|tspan)@\S+$", "geometry, colours, identifiers, names of results"),
    (r"(svg|html) (style|script)$", "looks; the script of the panel; in its data which definition and which terms"),
    (r"sheet \S+@", "Excel: places, styles, widths of cells"),
    (r"sheet f$", "Excel: formulas that a program computes anew; those of one or two cells are held against what they keep"),
    (r"sheet pageMargins", "Excel: margins"),
    (r"workbook (?!definedName$)\S+$", "Excel: identifiers, names of sheets"),
    (r"workbook definedName@", "Excel: names of cells (their cells are held against them)"),
    (r"(table|drawing|chart) \S+@(?!descr$|title$|formatCode$)\S+$", "Excel and charts: identifiers, colours, sizes"),
    (r"drawing xdr:(col|row|colOff|rowOff)$", "Excel: places of drawings"),
    (r"chart c:(f|formatCode|ptCount)$", "charts: which cells, formats"),
    (r"table \S+@name$", "Excel: names of tables, heads (the cells have them too)"),
    (r"sheet v@shared$", "Excel: numbers of shared texts"),
    (r"(strings|svg|html) (sst|si|svg)@(?!aria-label)", "names of formats"),
]
# texts in which digits stand for no result: kinds that the audit knows and counts as such
NUMBERLESS = [
    (r"95\s?%", "levels of intervals"),
    (r"20\d\d(-S?\d+|年(\d+月)?|H\d|\s|$)", "dates and waves"),
    (r"(Table|Figure|表|图|Note|Notes|note|注|Section|\[note|注释?)\s*\d+", "numbers of tables, figures and notes"),
    (r"^\s*([A-Z]\.)?\d{1,3}(\.\d+)*\.?\s*$", "numbers of sections, pages, notes; whole counts of one to three digits are tried where they are results"),
    (r"\bP\d+\b|users\.|rate\.|T\d\b", "names of results and of published figures"),
    (r"\d+(-|–|至)\d+\s*(岁|years)?\s*$", "ages"),
    (r"(Sheet|sheet|_)\d", "names of sheets"),
    (r"\(\d\)", "numbers of repeated heads"),
    (r"\b[0-9a-f]{64}\b", "sums of files: held against the run on pages, and in the fields of Word files"), (r"SHA-256|Shuxiao [\d.]+", "names: a method, the program's version"), (r"&#x?\d+;", "characters"), (r"e-\d+", "powers of ten"),
]
# where a change of a part has to be named
PLACES = [
    (r"book", r"chart \d+"),     (r"svg", r"figure \d+ \(word/media/"), (r"header|footer|comments", r"word/(header|footer|comments)"), (r"custom", r"docProps/custom.xml"),
    (r"document \S+@(descr|title)", r"figure \d+, (alternative text|title)"), (r"document", r"(paragraph|table) \d+"), (r"footnotes", r"note, paragraph \d+"),
    (r"html", r":LINE:"), (r"sheet|strings", r"![A-Z]+\d+"), (r"workbook definedName", r"name!"), (r"chart", r"(chart|drawn)"), (r"drawing", r"drawing"),
    ]
NAMES = [("word/document.xml", "document"), ("word/footnotes", "footnotes"), ("word/endnotes", "footnotes"), ("word/header", "header"), ("word/footer", "footer"),
         ("word/comments", "comments"), ("docProps/custom", "custom"), ("docProps/app", "app"), ("docProps/core", "core"), ("[Content_Types]", "types"),
         ("xl/sharedStrings", "strings"), ("xl/workbook.xml", "workbook"), ("xl/tables/", "table"), ("xl/drawings/", "drawing"), ("xl/worksheets/sheet", "sheet"),
         ("xl/styles", "styles"), ("xl/theme", "theme"), ("word/styles", "styles"), ("word/settings", "settings"), ("word/fontTable", "fontTable"),
         ("word/numbering", "numbering"), ("word/theme", "theme")]


def part_kind(name):
    if "!" in name:
        kind = part_kind(name.split("!")[1])
        return "book." + kind if kind in ("sheet", "strings", "chart", "drawing", "workbook") else kind
    if name.endswith(".rels"): return "rels"
    if name.endswith(".svg"): return "svg"
    if "/charts/" in name: return "chart"
    if name.endswith(".html"): return "html"
    return next((k for begin, k in NAMES if name.startswith(begin)), None)


TOKEN = re.compile(r"<!--.*?-->|<style[^>]*>.*?</style>|<\?[^>]*\?>|<!D[^>]*>|<(/?)([A-Za-z][^\s/>]*)((?:\s+[^\s=>]+(?:=(?:\"[^\"]*\"|'[^']*'))?)*)\s*/?>|[^<]+", re.S)
ATTRIBUTE = re.compile(r"\s([^\s=]+)=(\"|')(.*?)\2", re.S)
# the panel's data: numbers in full precision, what names stand for, benchmarks
PANEL = [("number", r"(?<=,)(-?\d+\.\d+)(?=[,\]])"), ("words", r'"(?:label|question|base|of|where|formula|source)":"([^"]*)"'), ("benchmark", r'"(?:value|se)":([0-9.]+)')]
DIGIT = re.compile(r"[0-9]")
VOID = {"br", "img", "hr", "meta", "link", "input", "col", "wbr"}


def pieces(kind, text):
    """(kind of place, start of the piece, its text, all of the element's words around it)"""
    stack = []
    for m in TOKEN.finditer(text):
        whole = m.group(0)
        if whole.startswith("<style"):
            yield f"{kind} style", m.start(), whole
        elif m.group(2):
            if m.group(1):
                while stack and stack.pop() != m.group(2): pass
                continue
            for a in ATTRIBUTE.finditer(m.group(3)):
                yield f"{kind} {m.group(2)}@{a.group(1)}", m.start(3) + a.start(3), a.group(3)
            if not whole.endswith("/>") and m.group(2) not in VOID: stack.append(m.group(2))
        elif not whole.startswith("<"):
            name = stack[-1] if stack else ""
            if name == "script" and whole.lstrip().startswith("{"):
                for what, pattern in PANEL:
                    for n in re.finditer(pattern, whole): yield f"{kind} script {what}", m.start() + n.start(1), n.group(1)
                continue
            if kind.endswith("sheet") and name == "v" and re.search(r't="s"[^>]*>(<f>[^<]*</f>)?<v>$', text[max(0, m.start() - 200):m.start()]): name = "v@shared"
            if kind == "custom" and re.search(r'name="sxw_[^"]*"><vt:lpwstr>$', text[max(0, m.start() - 120):m.start()]): name = "words"
            yield f"{kind} {name}", m.start(), whole


def exempt(kind, piece, at):
    inner = kind.removeprefix("book.")
    for pattern, why in EXEMPT:
        if re.match(pattern, inner): return why
    kind = inner
    if re.search(r"html \S+@|svg ", kind) and kind.endswith("@data-what"): return None
    if re.match(r"(sheet v|chart c:v|html script number)", kind):
        figures = re.sub(r"^[-0.]+", "", piece[:at + 1]).replace(".", "")
        return "beyond the ninth figure" if len(figures) > 9 or "E" in piece or not re.search("[1-9]", piece[:at + 1]) else None
    for pattern, why in NUMBERLESS:
        for m in re.finditer(pattern, piece):
            if m.start() <= at < m.end(): return why
    return None


def digits_of(path):
    """{kind: [(part, offset)]}, {rule: count}"""
    found, rules = {}, {}
    if path.endswith(".html"):
        parts = {os.path.basename(path): open(path, encoding="utf-8").read()}
    else:
        with zipfile.ZipFile(path) as z:
            parts = {n: z.read(n).decode("utf-8") for n in z.namelist() if not n.endswith((".png", ".xlsx"))}
            for book in [n for n in z.namelist() if n.endswith(".xlsx")]:
                with zipfile.ZipFile(io.BytesIO(z.read(book))) as inner: parts.update({book + "!" + n: inner.read(n).decode("utf-8") for n in inner.namelist()})
    for name, text in parts.items():
        kind = part_kind(name)
        if kind is None: sys.exit(f"{path}: {name} is a kind of part that the table does not know")
        for place, start, piece in pieces(kind, text):
            for d in DIGIT.finditer(piece):
                why = exempt(place, piece, d.start())
                if why: rules[why] = rules.get(why, 0) + 1
                else: found.setdefault(place, []).append((name, start + d.start()))
    return parts, found, rules


def write(path, to, name, text):
    if path.endswith(".html"):
        open(to, "w", encoding="utf-8").write(text)
        return
    with zipfile.ZipFile(path) as a, zipfile.ZipFile(to, "w") as b:
        for i in a.infolist():
            data = text.encode() if i.filename == name else a.read(i)
            if name.startswith(i.filename + "!"):
                packed = io.BytesIO()
                with zipfile.ZipFile(io.BytesIO(data)) as c, zipfile.ZipFile(packed, "w") as e:
                    for k in c.infolist(): e.writestr(k, text.encode() if name == i.filename + "!" + k.filename else c.read(k))
                data = packed.getvalue()
            b.writestr(i, data)


def wrong(program, store, path):
    r = subprocess.run([program, "audit", path, "--against", store, "--lang", "en", "--format", "csv"], capture_output=True, text=True)
    return r.returncode, [l for l in r.stdout.splitlines() if l.startswith(("differs,", "unbound,"))], r.stderr


def main():
    program, store, seed, samples, *files = sys.argv[1:]
    rng, faults, tried = random.Random(int(seed)), [], {}
    jobs, all_rules = [], {}
    for path in files:
        code, rows, err = wrong(program, store, path)
        if code != 0: faults.append(f"{path} as it was made: exit {code}: {rows[:3]} {err}")
        parts, found, rules = digits_of(path)
        for why, n in rules.items(): all_rules[why] = all_rules.get(why, 0) + n
        for kind in sorted(found):
            for name, at in rng.sample(found[kind], min(int(samples), len(found[kind]))):
                text, old = parts[name], parts[name][at]
                begin = not text[at - 1].isdigit() and text[at - 1] != "."
                left, right = re.search(r"[\d.,]*$", text[:at]).group(0), re.match(r"[\d.,]*", text[at + 1:]).group(0)
                digits = [d for d in "0123456789" if d != old and not (begin and d == "0")]
                # what becomes another number of the same part (the other end of an interval, the total in the next row) may be told only by its words
                new = rng.choice([d for d in digits if left + d + right not in text] or digits)
                jobs.append((path, kind, name, at, new, parts[name]))

    def attack(job):
        path, kind, name, at, new, text = job
        with tempfile.TemporaryDirectory() as d:
            to = os.path.join(d, os.path.basename(path))
            write(path, to, name, text[:at] + new + text[at + 1:])
            code, rows, err = wrong(program, store, to)
        line = text.count("\n", 0, at) + 1
        around = text[max(0, at - 30):at] + "[" + text[at] + "->" + new + "]" + text[at + 1:at + 30]
        where = next((p for k, p in PLACES if re.match(k, kind)), ".").replace("LINE", str(line))
        if code == 0 or not rows: return kind, f"{os.path.basename(path)} {kind}: not found: {around!r}"
        if not any(re.search(where, r) for r in rows): return kind, f"{os.path.basename(path)} {kind}: not named at {where}: {rows[:2]}: {around!r}"
        return kind, None

    with ThreadPoolExecutor(2) as pool:
        for kind, fault in pool.map(attack, jobs):
            tried[kind] = tried.get(kind, 0) + 1
            if fault: faults.append(fault)
    for kind in sorted(tried): print(f"changed {tried[kind]:4d}  {kind}")
    for why in sorted(all_rules): print(f"exempt {all_rules[why]:6d}  {why}")
    print(f"{len(jobs)} digits changed, {len(faults)} faults")
    for f in faults: print("FAULT", f)
    sys.exit(bool(faults))


main()
