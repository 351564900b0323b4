#!/usr/bin/env python3
"""pages.py REPORT.docx FILE.pdf...: pages as they were set, ours and those that LibreOffice makes of the Word file, by the boxes of their words (pdftotext -bbox): no word
beyond the page, none on another, no heading as the last line above the foot, no empty page, no character that stands for a missing one, fonts embedded; then by their pictures: no ink at the
edge of the paper, where a drawing would be cut off. The headings are those of the Word file. From the second PDF on they are laid out from the Word file itself: every number
of its text and tables stands in them, in one piece and as often. Prints a line a file; exit 1 with every place."""
import collections
import html
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def squeeze(text):
    return re.sub(r"\s+", "", text)


def headings(docx):
    with zipfile.ZipFile(docx) as z:
        styles = {s.get(W + "styleId"): s.find(W + "name").get(W + "val").lower() for s in ET.fromstring(z.read("word/styles.xml")).iter(W + "style")}
        out = set()
        for p in ET.fromstring(z.read("word/document.xml")).iter(W + "p"):
            style = p.find(f"{W}pPr/{W}pStyle")
            if style is not None and re.fullmatch(r"heading [1-4]", styles.get(style.get(W + "val"), "")):
                out.add(squeeze("".join(t.text or "" for t in p.iter(W + "t"))))
        return {h for h in out if h}


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


NUMBER = re.compile(r"\d(?:[\d,.]*\d)?")


def numbers_of(docx):
    """(number, where) of text, tables and notes, not of drawings: where is the table's number in the file, from 1, or 'text'"""
    with zipfile.ZipFile(docx) as z:
        for part in ("word/document.xml", "word/footnotes.xml"):
            if part not in z.namelist():
                continue
            root = ET.fromstring(z.read(part))
            places = {p: f"table {n}" for n, table in enumerate(root.iter(W + "tbl"), 1) for p in table.iter(W + "p")}
            for p in root.iter(W + "p"):
                text = "".join(t.text or "" if t.tag == W + "t" else " " for t in p.iter() if t.tag in (W + "t", W + "br", W + "tab"))
                text = re.sub(r"[0-9a-f]{64}", " ", text)  # a hash breaks anywhere
                for number in NUMBER.findall(text):
                    yield number, places.get(p, "text")


def lost(docx, pdf):
    """numbers of the Word file that the PDF has not, or has less often, with a place where they stand"""
    there = collections.Counter(NUMBER.findall(run("pdftotext", "-raw", pdf, "-")))
    want, places = collections.Counter(), {}
    for number, place in numbers_of(docx):
        want[number] += 1
        places.setdefault(number, place)
    assert sum(want.values()) > 5000
    return [f"{number} ({places[number]}): {n} times in the Word file, {there[number]} here" for number, n in want.items() if there[number] < n]


def pages(pdf):
    """(width, height, [(xMin, yMin, xMax, yMax, text)]) of each page"""
    for page in re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', run("pdftotext", "-bbox", pdf, "-"), re.S):
        words = [(float(a), float(b), float(c), float(d), html.unescape(t))
                 for a, b, c, d, t in re.findall(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', page[2], re.S)]
        yield float(page[0]), float(page[1]), words


def overlaps(words):
    """pairs whose letters lie on one another: boxes have room above and below the letters, which is taken off"""
    boxes = sorted((y0 + 0.3 * (y1 - y0), y1 - 0.3 * (y1 - y0), x0 + 0.6, x1 - 0.6, t) for x0, y0, x1, y1, t in words)
    for i, (top, bottom, left, right, text) in enumerate(boxes):
        for t2, b2, l2, r2, other in boxes[i + 1:]:
            if t2 >= bottom:
                break
            if l2 < right and left < r2 and min(right, r2) - max(left, l2) > 1:
                yield text, other


def lines(words):
    """texts of lines from top to bottom"""
    out = []
    for x0, y0, x1, y1, t in sorted(words, key=lambda w: ((w[1] + w[3]) / 2, w[0])):
        middle = (y0 + y1) / 2
        if out and abs(out[-1][0] - middle) < 4:
            out[-1][1].append((x0, t))
        else:
            out.append((middle, [(x0, t)]))
    return [squeeze("".join(t for _, t in sorted(line))) for _, line in out]


def pictures(pdf):
    """(page, share of points with ink, points at the edge that are not the paper's) of each page at 36 dots an inch"""
    with tempfile.TemporaryDirectory() as folder:
        run("pdftoppm", "-r", "36", "-gray", pdf, folder + "/p")
        for n, name in enumerate(sorted(os.listdir(folder)), 1):
            data = open(f"{folder}/{name}", "rb").read()
            width, height = (int(x) for x in data.split(b"\n", 3)[1].split())
            points = data[-width * height:]
            rows = [points[i * width:(i + 1) * width] for i in range(height)]
            edge = b"".join(rows[:4] + rows[-4:]) + b"".join(r[:4] + r[-4:] for r in rows)
            yield n, sum(p < 215 for p in points) / len(points), sum(p < 200 for p in edge)


def main():
    known, bad, name = headings(sys.argv[1]), 0, ""

    def wrong(text):
        nonlocal bad
        bad += 1
        if bad < 30:
            print(f"{name}: {text}")

    for nth, pdf in enumerate(sys.argv[2:]):
        name, n, found = pdf.split("/")[-1], 0, 0
        for place in lost(sys.argv[1], pdf) if nth else []:
            wrong(place)
        for n, (width, height, words) in enumerate(pages(pdf), 1):
            if not words:
                wrong(f"page {n} is empty")
                continue
            for x0, y0, x1, y1, t in words:
                if x0 < -0.5 or y0 < -0.5 or x1 > width + 0.5 or y1 > height + 0.5:
                    wrong(f"page {n}: '{t}' leaves the page")
                if re.search("[\ufffd\ue000-\uf8ff\u25a1]", t):
                    wrong(f"page {n}: '{t}' has a character that is missing")
            for a, b in overlaps(words):
                wrong(f"page {n}: '{a}' lies on '{b}'")
            body = [line for line in lines(words) if not re.fullmatch(r"[-–—]?[\divxlc]+[-–—]?", line)]  # page numbers
            found += sum(line in known for line in body)
            if len(body) > 1 and body[-1] in known and n > 3:
                wrong(f"page {n} ends with the heading '{body[-1]}'")
        for page, dark, edge in pictures(pdf):
            if not dark:
                wrong(f"page {page} has nothing on it")
            if edge and page > 1:  # a cover may be coloured to its edge
                wrong(f"page {page} has ink at the edge of the paper")
        for font in run("pdffonts", pdf).splitlines()[2:]:
            if not re.search(r" yes +(yes|no) +(yes|no) +\d+ +\d+$", font):
                wrong(f"not embedded: {font}")
        print(f"{name}: {n} pages, {found} headings seen")
        if found < 20 or n < 20:
            wrong("that is too few to have looked at the report")
    sys.exit(bad > 0)


main()
