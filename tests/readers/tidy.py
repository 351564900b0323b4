"""tidy.py: the CSV of a run, its levels as the codes that docs/outputs.md ("Codes of the data files") describes, and a check that counts what is wrong."""
import csv
import re

COLUMNS = {"province": "REF_AREA", "residence": "URBANISATION"}


class Breaches:
    """What is wrong: a few of each rule are printed, with the place in the specification. A reader that gives {rule: place} can only name rules of these,
    and mutants.py asks that each of them has been broken once."""

    def __init__(self, rules=None, silent=False):
        self.n, self.told, self.rules, self.silent = 0, {}, rules, silent

    def check(self, right, where, what, rule):
        place = self.rules[rule] if self.rules else rule
        if not right:
            self.n += 1
            self.told[rule] = self.told.get(rule, 0) + 1
            if self.told[rule] < 5 and not self.silent:
                print(f"{where}: {what} [{f'{rule}: {place}' if self.rules else rule}]")
        return bool(right)

    def summary(self):
        for rule, n in self.told.items():
            if n > 4:
                print(f"[{rule}]: {n} breaches")


def code(column, level):
    if column == "province":
        return "CN-" + level
    if column == "sex":
        return {"male": "M", "female": "F"}.get(level, level)
    if column == "age":
        m = re.fullmatch(r"(\d+)-(\d+)", level)
        return f"Y{m[1]}T{m[2]}" if m else re.sub(r"^(\d+)\+$", r"Y_GE\1", level)
    return "".join({"<": "L", ">": "G", "+": "P"}.get(c) or (c if re.fullmatch(r"[A-Za-z0-9_-]", c) else "_" if c < "\x80" else f"U{ord(c):X}") for c in level)


def rows(path):
    """(row, {dimension: code} of the variables that it is crossed by, period) of every line"""
    with open(path, newline="", encoding="utf-8") as f:
        lines = csv.DictReader(f)
        crossed = [c for c in lines.fieldnames[3:lines.fieldnames.index("estimate")] if c != "by.wave"]
        for r in lines:
            yield r, {COLUMNS.get(c, c.upper()): code(c, r[c]) for c in crossed if r[c]}, r.get("by.wave") or r["wave"]


def scale(row):
    """shares are per cent in the data files"""
    return 100 if row["unit"] in ("", "%", "pp") else 1


def agrees(printed, row, column):
    """does the text print the number of the row, rounded once to its decimals?"""
    want = float(row[column]) * scale(row)
    return abs(float(printed) - want) <= 0.5 * 10 ** -len(printed.partition(".")[2]) * (1 + 1e-6) + 1e-12 * abs(want)
