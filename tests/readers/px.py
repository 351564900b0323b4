#!/usr/bin/env python3
"""px.py TIDY.csv FILE.px...: a second reader of PC-Axis files, written from the public specification alone, and every cell against the CSV of the same run.

Rules are cited as [section, page] of "PX-file format specification AXIS-VERSION 2013", Statistics Sweden, 27 February 2013 (30 pages; scb.se, also
pxtools.net/px-file-format/px-2013), and [SCB data] of scb.se, "Data in the PX-file". Prints "N files, N cells, N values"; exit 1 with every breach."""
import re
import sys
from itertools import product

import tidy

TEXT, SMALL = 256, 20  # characters [3.2 p. 6-9]
# [3.1 p. 3-5] name: (mandatory, language dependent); keywords that stand in no file of ours are left out of the table and so are unknown words here.
KEYWORDS = {
    "CHARSET": (0, 0), "AXIS-VERSION": (0, 0), "CODEPAGE": (0, 0), "LANGUAGE": (1, 0), "LANGUAGES": (0, 0), "CREATION-DATE": (1, 0),
    "TABLEID": (0, 0), "DECIMALS": (1, 0), "SHOWDECIMALS": (0, 0), "MATRIX": (1, 0), "AGGREGALLOWED": (0, 0), "SUBJECT-CODE": (1, 0),
    "SUBJECT-AREA": (1, 1), "COPYRIGHT": (0, 0), "DESCRIPTION": (0, 1), "TITLE": (1, 1), "CONTENTS": (1, 1), "UNITS": (1, 1), "STUB": (0, 1),
    "HEADING": (0, 1), "CONTVARIABLE": (0, 1), "VALUES": (1, 1), "TIMEVAL": (0, 1), "CODES": (1, 1), "DOMAIN": (0, 0), "PRECISION": (0, 1),
    "LAST-UPDATED": (0, 0), "SOURCE": (0, 1), "NOTE": (0, 1), "NOTEX": (0, 1), "VALUENOTE": (0, 1), "DATASYMBOL1": (0, 1), "DATASYMBOL2": (0, 1),
    "DATASYMBOL3": (0, 1), "DATASYMBOL4": (0, 1), "DATASYMBOL5": (0, 1), "DATASYMBOL6": (0, 1), "DATASYMBOLNIL": (0, 1), "DATA": (1, 0)}
# CODES: the table says "no", PxWeb wants them for each language (Px.Utils, docs: "defined for each language and in the same order as VALUES").
NUMBERS = {"DECIMALS", "SHOWDECIMALS", "PRECISION"}
WORDS = {"AGGREGALLOWED", "COPYRIGHT"}
# [3.4 p. 28-29] the recommended order, of the keywords above; UNITS is there twice: for the table, and by value of the contents variable.
ORDER = ("CHARSET AXIS-VERSION CODEPAGE LANGUAGE LANGUAGES CREATION-DATE TABLEID DECIMALS SHOWDECIMALS MATRIX AGGREGALLOWED SUBJECT-CODE SUBJECT-AREA COPYRIGHT "
         "DESCRIPTION TITLE CONTENTS UNITS STUB HEADING CONTVARIABLE VALUES TIMEVAL CODES DOMAIN PRECISION LAST-UPDATED UNITS() SOURCE NOTEX NOTE VALUENOTE "
         "DATASYMBOL1 DATASYMBOL2 DATASYMBOL3 DATASYMBOL4 DATASYMBOL5 DATASYMBOL6 DATASYMBOLNIL DATA").split()

breaches = tidy.Breaches()


class Px:
    def __init__(self, path):
        self.path, self.entries, self.order, self.data = path, {}, [], []
        raw = open(path, "rb").read()
        self.check(not raw.startswith(b"\xef\xbb\xbf"), "a byte order mark stands before the first keyword", "2 p. 2")
        head = raw[:400].decode("ascii", "replace")
        page = re.search(r'CODEPAGE="([^"]*)"', head)
        # [3.3 CHARSET p. 13] before any text beyond A-Z, 0-9
        self.check(head.startswith('CHARSET="ANSI"'), "CHARSET is not the first keyword", "3.3 CHARSET p. 13")
        self.text = raw.decode(page.group(1) if page else "iso-8859-1")  # [3.3 CODEPAGE p. 13] the default
        self.parse()

    def check(self, right, what, rule):
        return breaches.check(right, self.path.split("/")[-1], what, rule)

    def parse(self):
        """KEYWORD[LANGUAGE](SUB-KEY)="VALUE","VALUE"; [2 p. 2-3]"""
        t, at = self.text, 0
        for line in t[:t.rfind("DATA=")].splitlines():  # "lines of 256 characters"; records of DATA have no length
            self.check(len(line) <= TEXT, f"a line of {len(line)} characters: {line[:40]}", "3.2 p. 6-10")
        key = re.compile(r'\s*([A-Z0-9-]+)(?:\[([^\]]*)\])?(?:\(((?:\s*"[^"]*"\s*,?)*)\))?=')
        while t[at:].strip():
            m = key.match(t, at)
            if not self.check(m is not None, f"no keyword at '{t[at:at + 40]!r}'", "2 p. 2"):
                return
            word, lang, sub = m.groups()
            subs = tuple(re.findall(r'"([^"]*)"', re.sub(r'"\s*\n\s*"', "", sub))) if sub is not None else ()
            if word == "DATA":
                end = t.find(";", m.end())
                self.check(end > 0 and not t[end + 1:].strip(), "DATA is not the last keyword, or has no end", "3.2 DATA p. 6")
                self.cells(t[m.end():end])
                values = []
                at = len(t)
            else:
                values, at = self.values(word, m.end())
            known = KEYWORDS.get(word)
            if self.check(known is not None, f"{word} is no keyword that this reader knows", "3.1 p. 3-5"):
                self.check(not lang or known[1], f"{word} is not of a language", "3.1 p. 3-5")
            self.check((word, lang, subs) not in self.entries, f"{word}[{lang}]{subs} stands twice", "3.1 p. 3-5")
            self.entries[word, lang, subs] = values
            self.order.append((word, lang, subs))

    def values(self, word, at):
        t, values = self.text, []
        while True:
            m = re.compile(r'\s*"([^"]*)"').match(t, at)
            if m:
                text, at = m.group(1), m.end()
                while (m := re.compile(r'\s*\n\s*"([^"]*)"').match(t, at)):  # a longer text goes on in the next record [2 p. 3]
                    text, at = text + m.group(1), m.end()
                values.append(text)
                self.check("\n" not in text, f"{word}: a value runs over two lines", "3.2 VALUES p. 9")
            else:
                m = re.compile(r"\s*([A-Za-z0-9-]+)").match(t, at)  # one value without quotation marks [2 p. 3]
                if not self.check(m is not None and not values, f"{word}: no value", "2 p. 3"):
                    return values, len(t)
                values.append(m.group(1))
                at = m.end()
                self.check(word in NUMBERS or word in WORDS, f"{word} is a text without quotation marks", "3.2 p. 6")
            m = re.compile(r"\s*([,;])").match(t, at)
            if not self.check(m is not None, f"{word}: neither ',' nor ';' after a value", "2 p. 3"):
                return values, len(t)
            at = m.end()
            if m.group(1) == ";":
                return values, at

    def cells(self, text):
        for line in text.strip("\n").split("\n")[:-1]:  # the last one ends with the semicolon
            if line:
                self.check(line.endswith(" "), f"no space ends the record '{line[-20:]}'", "SCB data")
        self.data = [c for c in re.split(r"[ ,\t\n\r]+", text) if c]
        for c in self.data:
            quoted = re.fullmatch(r'"(\.{1,6}|-)"', c)
            self.check(quoted or re.fullmatch(r"-?\d+(\.\d+)?", c), f"a cell is {c}", "3.2 DATA p. 6-7")

    def one(self, word, lang=None, subs=()):
        return self.entries.get((word, lang, subs))

    def rules(self):
        first = self.one("LANGUAGE")
        languages = self.one("LANGUAGES") or first
        if not self.check(bool(first), "no LANGUAGE", "3.1 p. 4"):
            return
        self.check(all(len(x) == 2 for x in languages), f"LANGUAGES {languages}", "3.3 LANGUAGES p. 20")
        self.check(languages[0] == first[0], "LANGUAGES does not begin with LANGUAGE", "3.3 LANGUAGES p. 20")
        for word, lang, subs in self.entries:
            self.check(lang is None or (lang in languages and lang != first[0]), f"{word}[{lang}] is of no second language", "2 p. 3")
        for lang in [None] + languages[1:]:
            self.of_language(lang)
        # lengths [3.2, 3.3]
        for (word, lang, subs), values in self.entries.items():
            limit = SMALL if word in ("MATRIX", "SUBJECT-CODE", "CHARSET", "CODEPAGE", "AXIS-VERSION") or word.startswith("DATASYMBOL") else TEXT
            for v in values:
                self.check(word in ("TITLE", "NOTE", "NOTEX", "DESCRIPTION") or len(v) <= limit, f"{word} of {len(v)} characters", f"3.2 {word} p. 6-9")
            for s in subs:
                self.check(len(s) <= TEXT, f"{word}: a name of {len(s)} characters", "3.2 VALUES p. 9")
        # order: what must precede, then what is recommended
        at = {}
        for i, (word, lang, subs) in enumerate(self.order):
            at.setdefault(word + ("()" if word == "UNITS" and subs else ""), i)
        for a, b in (("STUB", "VALUES"), ("HEADING", "VALUES"), ("STUB", "CODES"), ("HEADING", "CODES"), ("VALUES", "TIMEVAL")):
            self.check(a not in at or b not in at or at[a] < at[b], f"{a} does not precede {b}", "3.4 p. 28")
        self.check("UNITS()" not in at or at.get("CONTVARIABLE", 1 << 30) < at["UNITS()"], "CONTVARIABLE does not precede what it indexes", "3.3 CONTVARIABLE p. 14")
        seen = sorted((i, w) for w, i in at.items() if w in ORDER)
        for (_, a), (_, b) in zip(seen, seen[1:]):
            self.check(ORDER.index(a) < ORDER.index(b), f"{a} stands before {b}", "3.4 p. 28-29")
        decimals, show = self.one("DECIMALS"), self.one("SHOWDECIMALS")
        if self.check(bool(decimals) and decimals[0].isdigit() and int(decimals[0]) <= 15, f"DECIMALS {decimals}", "3.2 DECIMALS p. 7"):
            most = max((len(c.partition(".")[2]) for c in self.data if c[0] != '"'), default=0)
            self.check(most <= int(decimals[0]), f"a cell has {most} decimals of {decimals[0]}", "3.2 DECIMALS p. 7")
            self.check(not show or int(show[0]) <= min(6, int(decimals[0])), f"SHOWDECIMALS {show}", "3.3 SHOWDECIMALS p. 24")
            self.check(show or int(decimals[0]) <= 6, "more than 6 decimals without SHOWDECIMALS", "3.2 DECIMALS p. 7")
            for (word, lang, subs), v in self.entries.items():
                if word == "PRECISION":
                    self.check(v[0] in "123456" and int(v[0]) > int((show or decimals)[0]), f"PRECISION{subs}={v[0]} has no effect", "3.3 PRECISION p. 22")
        date = self.one("CREATION-DATE")
        self.check(date and re.fullmatch(r"\d{8} \d\d:\d\d", date[0]), f"CREATION-DATE {date}", "3.3 CREATION-DATE p. 15")
        sizes = [len(self.one("VALUES", None, (v,)) or []) for v in self.variables()]
        n = 1
        for size in sizes:
            n *= size
        self.check(n == len(self.data), f"{len(self.data)} cells of {' x '.join(map(str, sizes))}", "3.2 DATA p. 6")
        rows = 1
        for v in self.one("STUB") or []:
            rows *= len(self.one("VALUES", None, (v,)) or [])
        self.check(self.text[self.text.rfind("DATA="):].count("\n") >= rows, "fewer records than rows of the stub", "3.2 DATA p. 6")

    def of_language(self, lang):
        for word, (mandatory, dependent) in KEYWORDS.items():
            if mandatory and (lang is None or dependent) and word not in ("VALUES", "CODES", "UNITS"):
                self.check((word, lang, ()) in self.entries, f"no {word}{f'[{lang}]' if lang else ''}", f"3.1 p. 3-5")
        variables, other = self.variables(lang), self.variables()
        self.check(variables and len(variables) == len(other) <= 16, f"{len(variables)} variables in STUB and HEADING", "3.2 STUB p. 8")
        self.check(len(set(variables)) == len(variables), "two variables of one name", "3.2 STUB p. 8")
        for mine, theirs in zip(variables, other):
            values, codes = self.one("VALUES", lang, (mine,)), self.one("CODES", lang, (mine,))
            if not self.check(values, f"no VALUES of {mine}", "3.2 VALUES p. 9"):
                continue
            self.check(len(values) == len(self.one("VALUES", None, (theirs,)) or []), f"{mine} has another number of values", "3.2 VALUES p. 9")
            self.check(len(set(values)) == len(values), f"two values of {mine} have one name", "3.2 VALUES p. 9")
            self.check(codes and len(codes) == len(values) == len(set(codes)), f"CODES of {mine}", "3.3 CODES p. 13")
            self.check(codes == self.one("CODES", None, (theirs,)), f"CODES of {mine} differ between languages", "3.3 CODES p. 13")
        contents = self.one("CONTVARIABLE", lang)
        if contents:
            self.check(contents[0] in variables, "CONTVARIABLE is no variable", "3.3 CONTVARIABLE p. 14")
            for v in self.one("VALUES", lang, (contents[0],)) or []:
                self.check(self.one("UNITS", lang, (v,)), f"no UNITS of '{v}'", "3.2 UNITS p. 9")
        self.check(self.one("UNITS", lang), "no UNITS of the table", "3.2 UNITS p. 9")

    def variables(self, lang=None):
        return (self.one("STUB", lang) or []) + (self.one("HEADING", lang) or [])


# ---- the cells against the CSV, by the codes that docs/outputs.md describes

def by_file(path):
    """rows by the set of variables that they are crossed by, then by codes"""
    out = {}
    for r, crossed, period in tidy.rows(path):
        key = (f"{r['indicator'].replace('/', '_')}.{r['statistic']}", *crossed.values(), period)
        out.setdefault("_x_".join(crossed) or "total", {})[key] = r
    return out


def compare(px, rows):
    """every cell; returns how many hold a number"""
    codes = [px.one("CODES", None, (v,)) for v in px.variables()]
    measure = {"estimate": "estimate", "std_error": "std.error", "conf_low": "conf.low", "conf_high": "conf.high"}
    first = px.variables()[0]
    units = {c: px.one("UNITS", None, (v,)) for c, v in zip(codes[0], px.one("VALUES", None, (first,)))}
    n, met = 0, set()
    for cell, key in zip(px.data, product(*codes)):
        row = rows.get(key[:-1])
        met.add(key[:-1])
        want = row[measure[key[-1]]] if row else ""
        if want == "":
            px.check(cell in (('"."',) if row is None else ('".."', '"..."')), f"{' '.join(key)} is {cell}, not there in the CSV", "docs/outputs.md")
            continue
        if not px.check(cell[0] != '"', f"{' '.join(key)} is {cell}, not {want}", "docs/outputs.md"):
            continue
        px.check(tidy.agrees(cell, row, measure[key[-1]], (units[key[0]] or [""])[0]), f"{' '.join(key)} is {cell}, not {want}", "docs/outputs.md")
        n += 1
    for key in rows.keys() - met:
        px.check(False, f"{' '.join(key)} of the CSV is not there", "docs/outputs.md")
    return n


def main():
    rows, cells, values, files = by_file(sys.argv[1]), 0, 0, sys.argv[2:]
    for path in files:
        px = Px(path)
        px.rules()
        matrix = (px.one("MATRIX") or [""])[0]
        if px.check(matrix in rows, f"MATRIX {matrix} is no set of variables of the CSV", "3.2 MATRIX p. 8"):
            values += compare(px, rows.pop(matrix))
        cells += len(px.data)
    breaches.summary()
    for left in rows:
        print(f"no file has the rows crossed by {left}")
    print(f"{len(files)} files, {cells} cells, {values} values, {breaches.n} breaches")
    sys.exit(breaches.n > 0 or bool(rows) or not values)


main()
