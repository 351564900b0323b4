#!/usr/bin/env python3
"""office.py strip BOOK.xlsx OUT.xlsx: the workbook without the values that its formulas had, so that whoever opens it must compute them.
office.py compare BOOK.xlsx SAVED.xlsx: what LibreOffice made of the stripped workbook against the workbook: the same sheets, charts with their series, references,
error bars and titles, formulas in the same cells, each with the value that the workbook says, names that lead to the same cells. Exit 1 with what differs."""
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def strip(book, out):
    with zipfile.ZipFile(book) as a, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as b:
        for n in a.namelist():
            data = a.read(n)
            if n.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(<f[^>]*>[^<]*</f>)<v>[^<]*</v>", rb"\1", data)
            b.writestr(n, data)


class Book:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)
        root = self.part("xl/workbook.xml")
        targets = {r.get("Id"): r.get("Target") for r in self.part("xl/_rels/workbook.xml.rels")}
        self.sheets = {s.get("name"): "xl/" + targets[s.get(R + "id")].replace("/xl/", "") for s in root.iter(S + "sheet")}
        self.names = {d.get("name"): re.sub(r"['$]", "", d.text) for d in root.iter(S + "definedName") if not d.get("name").startswith("_xlnm")}
        shared = [n for n in self.zip.namelist() if n == "xl/sharedStrings.xml"]
        self.shared = ["".join(t.text or "" for t in si.iter(S + "t")) for si in self.part(shared[0]).findall(S + "si")] if shared else []
        self.cells = {name: self.read(part) for name, part in self.sheets.items()}
        self.charts = sorted(self.chart(n) for n in self.zip.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n))

    def part(self, name):
        return ET.fromstring(self.zip.read(name))

    def read(self, part):
        out = {}
        for c in self.part(part).iter(S + "c"):
            v, text = c.findtext(S + "v"), "".join(t.text or "" for t in c.iter(S + "t"))
            value = self.shared[int(v)] if c.get("t") == "s" and v else text or v
            out[c.get("r")] = (c.find(S + "f") is not None, value)
        return out

    def chart(self, name):
        root = self.part(name)
        series = []
        for s in root.iter(C + "ser"):
            refs = {re.sub(r"['$]", "", f.text) for f in s.iter(C + "f") if not f.text.startswith('"')}  # a name that is a text stays one
            series.append((tuple(sorted(refs)), len(s.findall(C + "errBars"))))
        return tuple(sorted(series))


def same(a, b):
    try:
        return abs(float(a) - float(b)) <= 1e-9 * max(abs(float(a)), abs(float(b)), 1e-6)
    except (TypeError, ValueError):
        return (a or "") == (b or "")


def compare(book, saved):
    a, b, bad, formulas = Book(book), Book(saved), [], 0
    if list(a.sheets) != list(b.sheets):
        bad.append("other sheets")
    if a.charts != b.charts:
        bad.append(f"charts: {[x for x in a.charts if x not in b.charts][:2]} became {[x for x in b.charts if x not in a.charts][:2]}")
    for name, cells in a.cells.items():
        for place, (formula, value) in cells.items():
            if formula:
                formulas += 1
                now = b.cells.get(name, {}).get(place, (False, None))
                if not now[0]:
                    bad.append(f"{name}!{place}: the formula is gone")
                elif not same(value, now[1]):
                    bad.append(f"{name}!{place}: computed {now[1]!r}, the workbook says {value!r}")
    for name, target in a.names.items():
        sheet, _, place = target.rpartition("!")
        if b.names.get(name) != target:
            bad.append(f"the name {name} leads to {b.names.get(name)}, not {target}")
        elif place.isalnum() and place not in a.cells.get(sheet, {}):
            bad.append(f"the name {name} leads to no cell")
    for line in bad[:10]:
        print(line)
    print(f"{len(a.charts)} charts, {sum(map(len, a.charts))} series, {formulas} formulas, {len(a.names)} names, {len(bad)} differ")
    sys.exit(bool(bad) or len(a.charts) < 5 or formulas < 50 or len(a.names) < 50)


if sys.argv[1] == "strip":
    strip(*sys.argv[2:4])
else:
    compare(*sys.argv[2:4])
