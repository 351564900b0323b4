"""tidy.py: the CSV of a run, its levels as the codes that docs/outputs.md ("Codes of the data files") describes, and a check that counts what is wrong."""
import csv
import re

LONGEST = 120  # characters of a code made of a text
RESERVED = set("""FREQ INDICATOR STAT_TYPE TIME_PERIOD WAVE STATISTIC OBS_VALUE OBS_STATUS CONF_STATUS UNIT_MEASURE UNIT_MULT DECIMALS STD_ERROR CONF_LOW CONF_HIGH STRUCTURE
STRUCTURE_ID STRUCTURE_NAME ACTION DATAFLOW SERIES_KEY OBS_KEY REPORTING_YEAR_START_DAY""".split())
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
    return "".join({"<": "L", ">": "G", "+": "P"}.get(c) or (c if re.fullmatch(r"[A-Za-z0-9_-]", c) else "_" if c < "\x80" else f"U{ord(c):X}") for c in level)[:LONGEST]


PERIOD = re.compile(r"(\d{4})(?:-?([SHQshq])(\d)|-(0?[1-9]|1[0-2]))?")


def period(wave):
    m = PERIOD.fullmatch(wave)
    if not m or (m[2] and not 1 <= int(m[3]) <= (4 if m[2] in "Qq" else 2)):
        return code("wave", wave) or "_Z"
    return f"{m[1]}-{'Q' if m[2] in 'Qq' else 'S'}{m[3]}" if m[2] else f"{m[1]}-{int(m[4]):02d}" if m[4] else m[1]


def code_of(codes, dimension, made, level):
    """two levels that make one code: the later one is numbered"""
    of = codes.setdefault(dimension, {} if dimension == "statistic" else {"": "_T"})
    if level not in of:
        taken, base, k = set(of.values()), made, 2
        while made in taken:
            made, k = f"{base}_{k}", k + 1
        of[level] = made
    return of[level]


def dimensions(variables):
    """{column: id of its dimension}: words of the formats' own, and ids that another has, are numbered"""
    out = {}
    for v in variables:
        made = COLUMNS.get(v) or code("", v.removeprefix("by.").upper())
        made = base = made if re.match("[A-Z]", made) else "D_" + made
        k = 2
        while made in RESERVED or made in out.values():
            made, k = f"{base}_{k}", k + 1
        out[v] = made
    return out


def banners(lines):
    """ids of banner tables: `b1` of `b1/q1`, whose every head has a base; their cells are in the CSV alone"""
    return {r["indicator"].split("/")[0] for r in lines if "/" in r["indicator"] and r["statistic"] == "base_cases"}


def rows(path):
    """(row, {dimension: code} of the variables that it is crossed by, period) of every line; the row's indicator and statistic as codes"""
    codes = {}
    with open(path, newline="", encoding="utf-8") as f:
        lines = csv.DictReader(f)
        names = lines.fieldnames[3:lines.fieldnames.index("estimate")]
        lines = list(lines)
        tables = banners(lines)
        lines = [r for r in lines if "/" not in r["indicator"] or r["indicator"].split("/")[0] not in tables]
        crossed = [c for c in names if c != "by.wave" and any(r[c] for r in lines)]
        ids = dimensions(crossed)
        for r in lines:
            r["statistic"] = code_of(codes, "statistic", code("statistic", r["statistic"]), r["statistic"])
            yield r, {ids[c]: code_of(codes, c, code(c, r[c]), r[c]) for c in crossed if r[c]}, period(r.get("by.wave") or r["wave"])


PERCENT = {"%", "％", "PT", "pp", "PP", "百分点"}
COUNTED = r"count|total|mean|median|level.*|base_.*|chi_square|p|p_.*|test_.*|elasticity|moved_se|units|later|earlier|input_value|change_ratio.*|.*_wald_.*"  # of no indicator here in per cent
SHARES = r"prop(_.*)?|share(_.*)?|.*_share|.*_pct|growth.*|.*_relative.*"


def scale(row, unit):
    """what the file's unit says: per cent and points are a hundred times the fraction of the CSV, all else is its number; None: that unit is not the row's. A row without a unit is a
    number by itself, or a share, by its statistic; a formula or an average by what the study prints it in, which the file alone says"""
    percent = unit in PERCENT
    if row["unit"]:
        return None if percent != (row["unit"] in PERCENT) else 100 if percent else 1
    if percent and re.fullmatch(COUNTED, row["statistic"]) or not percent and re.fullmatch(SHARES, row["statistic"]) and not re.fullmatch(COUNTED, row["statistic"]):
        return None
    return 100 if percent else 1


def agrees(printed, row, column, unit):
    """does the text print the number of the row in that unit, rounded once to its decimals?"""
    factor = scale(row, unit)
    if factor is None:
        return False
    want = float(row[column]) * factor
    return abs(float(printed) - want) <= 0.5 * 10 ** -len(printed.partition(".")[2]) * (1 + 1e-6) + 1e-12 * abs(want)
