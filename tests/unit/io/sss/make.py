#!/usr/bin/env python3
"""A made-up survey as Triple-S XML: definition and data, fixed (panel.sss, panel.asc) and comma-separated (panel_csv.xml, panel_data.csv), and the
same answers as a plain table (plain.csv). Writes the files beside itself: python3 tests/unit/io/sss/make.py."""
import os

HERE = os.path.dirname(os.path.abspath(__file__))
# id, date, time, visits, seen (codes of 1-5 and 9; None: not asked), other, favourites (order kept), money, again, when, weight
CASES = [
    (1, "20250601", "093000", 0, [1, 2], "", [2, 1], 12.5, 1, "A", 1.25),
    (2, "20250601", "101530", 1, [3, 9], "the café", [9], 0, 0, "", 0.75),
    (3, "20250602", "", 2, [], "", [], 500, 1, "B", 1),
    (4, "20250602", "173059", 1, None, "", None, 999, None, "", 2.5),
    (5, "", "000000", None, [5], "", [5], None, 1, "C", 0.5),
    (6, "20250630", "235959", 2, [1, 2, 3, 4, 5, 9], "Müller's", [1, 9], 49.99, 1, "A", 1),
    (7, "20250615", "120000", 0, [4], "", [4], 3, 0, "", 1.5),
    (8, "20250616", "120001", 1, [2, 4], "", [4, 2], 7.25, 1, "B", 0.5),
]
SEEN = {1: "Old tower", 2: "Castle", 3: "\"Friar\" inn", 4: "Mine", 5: "Market &amp; square", 9: "Other"}


def variable(ident, kind, name, label, position, inside="", attributes=""):
    return f'      <variable ident="{ident}" type="{kind}"{attributes}>\n        <name>{name}</name>\n        <label>{label}</label>\n        <position {position}/>\n{inside}      </variable>\n'


def values(pairs, ranges=""):
    return "        <values>\n" + ranges + "".join(f'          <value code="{c}">{t}</value>\n' for c, t in pairs) + "        </values>\n"


def definition(csv):
    def at(field, start, finish=None):
        return f'start="{field}"' if csv else f'start="{start}"' + (f' finish="{finish}"' if finish else "")

    seen = values(SEEN.items())
    out = '<?xml version="1.0" encoding="%s"?>\n' % ("UTF-8" if csv else "windows-1252")
    if not csv:
        out += '<!DOCTYPE sss PUBLIC "-//triple-s//DTD Survey Interchange v2.0//EN" "http://www.triple-s.org/dtd/sss_v20.dtd">\n'
    out += '<sss version="2.0" languages="en zh" modes="interview analysis">\n  <date>2025-07-01</date>\n  <survey>\n    <name>exit</name>\n    <title>Exit survey<br/>first wave</title>\n'
    out += '    <record ident="A"%s>\n' % (' format="csv" skip="1" href="panel_data.csv"' if csv else "")
    out += variable(1, "quantity", "ID", "Respondent", at(1, 1, 4), values([], '          <range from="0001" to="9999"/>\n'), ' use="serial"')
    out += variable(2, "date", "day", "Day of visit", at(2, 5, 12))
    out += variable(3, "time", "hour", "Time of visit", at(3, 13, 18))
    out += variable(4, "single", "visits", 'Visits<text mode="interview">Have you been here before?</text><text mode="analysis" xml:lang="zh">来过几次</text><text mode="analysis">Earlier visits</text>', at(4, 19), values([(0, "None"), (1, "One"), (2, "More")]))
    out += variable(5, "multiple", "seen", "Sights seen", at(5, 20, 28), seen)
    out += variable(6, "character", "other", "Other sight", at(6, 29, 40), "        <size>12</size>\n")
    out += variable(7, "multiple", "best", "Two favourites", at(7, 41, 44), '        <spread subfields="2" width="2"/>\n' + seen)
    out += variable(8, "quantity", "money", "Money spent", at(8, 45, 50), values([(500, "500 or more"), (999, "Not stated")], '          <range from="0.00" to="499.99"/>\n'))
    out += variable(9, "logical", "again", "Would come again", at(9, 51))
    out += variable(10, "single", "when", "When", at(10, 52), "        <filter>again</filter>\n" + values([("A", "This year"), ("B", "Next year"), ("C", "Later")]), ' format="literal"')
    out += variable(11, "quantity", "w", "Weight", at(11, 53, 58), values([], '          <range from="0.0000" to="9.9999"/>\n'), ' use="weight"')
    return out + "    </record>\n  </survey>\n</sss>\n"


def bits(seen, length):
    return " " * length if seen is None else "".join("1" if k in seen else "0" for k in range(1, length + 1))


def fixed():
    for ident, day, hour, visits, seen, other, best, money, again, when, w in CASES:
        spread = " " * 4 if best is None else "".join(f"{k:2d}" for k in best).ljust(4, "0" if not best else " ")
        amount = "" if money is None else f"{money:g}"
        yield (f"{ident:04d}{day:8s}{hour:6s}{'' if visits is None else visits!s:1s}{bits(seen, 9)}{other:12s}{spread}{amount:>6s}"
               f"{'' if again is None else again!s:1s}{when:1s}{w:6.4f}")


def fields():
    yield "ID,day,hour,visits,seen,other,best,money,again,when,w"
    for ident, day, hour, visits, seen, other, best, money, again, when, w in CASES:
        spread = "" if best is None else "".join(f"{k:2d}" for k in best) or "0000"
        row = [ident, day, hour, "" if visits is None else visits, f'"{bits(seen, 9)}"' if seen is not None else "", f'"{other}"' if other else "",
               f'"{spread}"' if spread else "", "" if money is None else f"{money:g}", "" if again is None else again, when, f"{w:g}"]
        yield ",".join(map(str, row))


def plain():
    yield "ID,visits,seen_1,seen_2,seen_3,seen_4,seen_5,seen_9,best_1,best_2,money,again,w"
    for ident, _, _, visits, seen, _, best, money, again, _, w in CASES:
        pair = list(best or []) + ["", ""]
        row = [ident, "" if visits is None else visits] + ["" if seen is None else int(k in seen) for k in SEEN] + pair[:2]
        yield ",".join(map(str, row + ["" if money is None else money, "" if again is None else again, w]))


def write(path, text, encoding="utf-8"):
    with open(os.path.join(HERE, path), "w", encoding=encoding, newline="\n") as f:
        f.write(text)


english = definition(False).replace('<text mode="analysis" xml:lang="zh">来过几次</text>', "")
write("panel.sss", english, "cp1252")
write("panel.asc", "".join(line + "\r\n" for line in fixed()), "cp1252")
write("panel_csv.xml", definition(True))
write("panel_data.csv", "".join(line + "\n" for line in fields()))
write("plain.csv", "".join(line + "\n" for line in plain()))
