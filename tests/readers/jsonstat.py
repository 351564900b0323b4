#!/usr/bin/env python3
"""jsonstat.py TIDY.csv FILE.json...: a second reader of JSON-stat 2.0, written from the published specification alone.

[NAME] is a section of the full specification, json-stat.org/full, of 4 July 2026; [schema NAME] the JSON-stat 2.0 schema of json-stat.org/format/schema/2.0.
Then every row of the CSV of the same run is looked up. Prints "N files, N datasets, N cells, N rows, N breaches"; exit 1 with every breach."""
import json
import math
import re
import sys

import schema
import tidy

RULES = {
    "json": "RFC 8259 2, 8.1", "name twice": "RFC 8259 4: names are unique", "number": "RFC 8259 6: no NaN, no Infinity", "version": "version", "class": "class",
    "property": "schema additionalProperties: false", "required": "schema required", "property type": "schema type", "item": "link, class: a collection links by item",
    "relation": "relation ID: an IANA link relation", "link type": "type: the media type of what is no JSON-stat", "id": "id: dimensions, each once", "size": "size: categories of each dimension",
    "dimension": "dimension ID: one object for each of id", "value": "value: of all cells, in row-major order", "value type": "schema value: number, null, string", "sparse": "value: an object by cell",
    "status": "status: of the size of value, by cell, or one text", "single status": "status: an array of one is deprecated", "role": "role: time, geo and metric of ids",
    "index": "index: each category once", "index needed": "index: required unless the dimension has one category", "positions": "index: a position for each",
    "labels": "label: of the categories", "label": "label: a short text of one line", "label case": "label: not the text of a unit", "child": "child: of categories",
    "direct": "child: only the direct descendants", "cycle": "child: a hierarchy", "coordinates": "coordinates: longitude, latitude, of a geo dimension",
    "unit": "unit: of the categories of a metric dimension", "decimals": "decimals: required in unit, an integer", "position": "position: start or end", "note": "note: texts in an array; of categories, by category",
    "updated": "updated: a date that Date.parse reads", "time order": "index: time in chronological order", "study": "the study's own CSV"}
RELATIONS = set("""about alternate appendix archives author blocked-by bookmark canonical chapter collection contents copyright create-form current derivedfrom describedby describes
disclosure duplicate edit edit-form edit-media enclosure first glossary help hosts hub icon index item last latest-version license lrdd memento monitor monitor-group next next-archive
nofollow noreferrer original payment predecessor-version prefetch prev preview previous prev-archive privacy-policy profile related replies search section self service start stylesheet
subsection successor-version tag terms-of-service timegate timemap type up version-history via webmention working-copy working-copy-of""".split())
COMMON = {"href": str, "label": str, "note": list, "link": dict, "updated": str, "source": str, "extension": dict}
DATASET = {"id": list, "size": list, "role": dict, "dimension": dict, "value": (list, dict), "status": (list, dict, str)}
ROOT = {"version": str, "class": str, "error": list, **COMMON}
MEMBERS = {"dataset": {**ROOT, **DATASET}, "dimension": {**ROOT, "category": dict}, "collection": ROOT,
           "item": {"type": str, "class": str, **COMMON, **DATASET, "category": dict}, "dimension ID": {**{k: v for k, v in COMMON.items() if k not in ("updated", "source")}, "category": dict},
           "category": {"index": (list, dict), "label": dict, "note": dict, "unit": dict, "coordinates": dict, "child": dict},
           "role": {"time": list, "geo": list, "metric": list}}
REQUIRED = {"dataset": "version class value id size dimension", "dimension": "version class category", "collection": "version class link", "dimension ID": "category"}


def is_number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool)


class Reader:
    def __init__(self, raw, breaches, where):
        self.breaches, self.where, self.datasets = breaches, where, []

        def pairs(items):
            names = [k for k, _ in items]
            self.check(len(set(names)) == len(names), f"an object has a name twice: {sorted({k for k in names if names.count(k) > 1})}" if len(set(names)) < len(names) else "", "name twice")
            return dict(items)

        def constant(word):
            self.check(False, f"a number is {word}", "number")
            return None
        try:
            text, why = raw.decode("utf-8"), ""
            root = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
        except (UnicodeDecodeError, ValueError) as e:
            root, why = None, str(e)
        if self.check(isinstance(root, dict), f"no JSON object: {why}", "json"):
            self.response(root)

    def check(self, right, what, rule):
        return self.breaches.check(right, self.where, what, rule)

    def members(self, o, kind, path):
        """the properties of an object, with their types; the object as it is then safe to read"""
        out = {}
        for key, value in o.items():
            want = MEMBERS[kind].get(key)
            if self.check(want is not None, f"{path} has a property '{key}'", "property") and self.check(isinstance(value, want), f"{path}.{key} is {str(value)[:40]}", "property type"):
                out[key] = value
        for key in REQUIRED.get(kind, "").split():
            self.check(key in o, f"{path} has no {key}", "required")
        if "updated" in out:
            self.check(schema.TYPES["date"](out["updated"]), f"{path}.updated is '{out['updated']}'", "updated")
        if "label" in out and kind != "category":
            self.text(out["label"], path)
        if "note" in out and kind != "category":
            self.check(all(isinstance(n, str) for n in out["note"]) and len(set(map(str, out["note"]))) == len(out["note"]), f"{path}.note is {str(out['note'])[:60]}", "note")
        return out

    def text(self, label, path):
        self.check(label.strip() and "\n" not in label and "\r" not in label, f"{path}: the label '{label[:40]!r}'", "label")

    def response(self, root):
        self.check(root.get("version") == "2.0", f"version is {root.get('version')}", "version")
        kind = root.get("class")
        if not self.check(kind in ("dataset", "dimension", "collection"), f"class is {kind}", "class"):
            return
        o = self.members(root, kind, kind)
        if kind == "dataset":
            self.dataset(o, kind)
        elif kind == "dimension":
            self.category(o.get("category", {}), kind, None, {})
        else:
            self.check(isinstance(o.get("link", {}).get("item"), list) and len(o["link"]) == 1, f"the collection links to {list(o.get('link', {}))}", "item")
        self.links(o, kind)

    def links(self, o, path):
        for relation, entries in o.get("link", {}).items():
            self.check(relation in RELATIONS, f"{path}.link.{relation}", "relation")
            if not self.check(isinstance(entries, list) and all(isinstance(e, dict) for e in entries), f"{path}.link.{relation} is no array of objects", "item"):
                continue
            for i, e in enumerate(entries):
                at = f"{relation}[{i}]"
                m = self.members(e, "item", at)
                if relation == "item":
                    self.check(m.get("class") in ("dataset", "dimension", "collection"), f"{at}.class is {m.get('class')}", "class")
                if "class" not in m:
                    self.check(re.fullmatch(r"[\w.+-]+/[\w.+-]+(\s*;.*)?", m.get("type", "")), f"{at}.type is '{m.get('type')}'", "link type")
                if m.get("class") == "dataset" and set(m) & set(DATASET):
                    for key in ("id", "size", "dimension", "value"):
                        self.check(key in e, f"{at} has no {key}", "required")
                    self.dataset(m, at)
                if m.get("class") == "dimension" and "category" in m:
                    self.category(m["category"], at, None, {})
                self.links(m, at)

    def dataset(self, o, path):
        ids, sizes, dimensions = o.get("id", []), o.get("size", []), o.get("dimension", {})
        self.check(all(isinstance(i, str) for i in ids) and len(set(map(str, ids))) == len(ids), f"{path}.id is {ids}", "id")
        self.check(all(isinstance(s, int) and not isinstance(s, bool) and s >= 0 for s in sizes) and len(sizes) == len(ids), f"{path}.size is {sizes} of {len(ids)} dimensions", "size")
        self.check(set(dimensions) == set(map(str, ids)), f"{path}.dimension has {sorted(dimensions)}, id {ids}", "dimension")
        n = math.prod(s for s in sizes if isinstance(s, int))
        cells = self.cells(o, n, path)
        role = self.members(o.get("role", {}), "role", path + ".role")
        for name, of in role.items():
            self.check(set(map(str, of)) <= set(map(str, ids)) and len(set(map(str, of))) == len(of), f"{path}.role.{name} is {of}", "role")
        codes = []
        for i, size in zip(ids, sizes):
            d = dimensions.get(i)
            if not isinstance(d, dict):
                self.check(d is None, f"{path}.dimension.{i} is {str(d)[:40]}", "property type")
                continue
            m = self.members(d, "dimension ID", f"{path}.{i}")
            codes.append(self.category(m.get("category", {}), f"{path}.{i}", size, {k for k, of in role.items() if i in of}))
            self.links(m, f"{path}.{i}")
        self.datasets.append((o, ids, codes, cells))

    def cells(self, o, n, path):
        """values by cell"""
        value, status = o.get("value", []), o.get("status")
        of = list(value.values()) if isinstance(value, dict) else value
        bad = [x for x in of if not (x is None or isinstance(x, str) or is_number(x))]
        self.check(not bad, f"{path}.value holds {bad[:1]}", "value type")
        if isinstance(value, dict):
            self.check(all(re.fullmatch(r"0|[1-9]\d*", k) and int(k) < n for k in value), f"{path}.value has a cell beyond {n}", "sparse")
        else:
            self.check(len(value) == n, f"{path}.value has {len(value)} cells of {n}", "value")
        if isinstance(status, list):
            self.check(len(status) != 1 or n == 1, f"{path}.status is one", "single status")
            self.check(len(status) in (n, 1) and all(s is None or isinstance(s, str) for s in status), f"{path}.status has {len(status)} cells of {n}", "status")
        if isinstance(status, dict):
            self.check(all(re.fullmatch(r"0|[1-9]\d*", k) and int(k) < n and isinstance(s, str) for k, s in status.items()), f"{path}.status has a cell beyond {n}", "status")
        return value if isinstance(value, list) else [value.get(str(i)) for i in range(n)]

    def category(self, c, path, size, roles):
        """the categories in their order"""
        m = self.members(c, "category", path + ".category")
        index, label = m.get("index"), m.get("label", {})
        self.check(index is not None or len(label) == 1, f"{path} has no index for {len(label)} categories", "index needed")
        if isinstance(index, dict):
            right = all(isinstance(p, int) for p in index.values()) and sorted(index.values()) == list(range(len(index)))
            self.check(right, f"{path}: positions {sorted(map(str, index.values()))[:12]}", "positions")
            codes = sorted(index, key=lambda k: index[k] if isinstance(index[k], int) else 0)
        else:
            codes = index if index is not None else list(label)
            self.check(all(isinstance(k, str) for k in codes) and len(set(map(str, codes))) == len(codes), f"{path} has a category twice", "index")
        self.check(size is None or len(codes) == size, f"{path} has {len(codes)} categories of {size}", "size")
        known = set(map(str, codes))
        self.check(set(label) <= known and (not label or known <= set(label)) and all(isinstance(t, str) for t in label.values()), f"{path}: labels of {sorted(set(label) ^ known)[:6]}", "labels")
        for k, t in label.items():
            self.text(str(t), f"{path}.{k}")
        self.children(m.get("child", {}), known, path)
        at = m.get("coordinates", {})
        right = all(isinstance(p, list) and len(p) == 2 and all(map(is_number, p)) and abs(p[0]) <= 180 and abs(p[1]) <= 90 for p in at.values())
        self.check(set(at) <= known and right and (not at or "geo" in roles), f"{path}: coordinates {str(at)[:60]}", "coordinates")
        note = m.get("note", {})
        self.check(set(note) <= known and all(isinstance(n, list) and all(isinstance(t, str) for t in n) for n in note.values()), f"{path}: notes {str(note)[:60]}", "note")
        unit = m.get("unit", {})
        self.check(set(unit) <= known and all(isinstance(u, dict) for u in unit.values()) and (not unit or "metric" in roles), f"{path}: units of {sorted(unit)[:6]}", "unit")
        for k, u in unit.items():
            if isinstance(u, dict):
                d = u.get("decimals")
                self.check(isinstance(d, int) and not isinstance(d, bool) and d >= 0, f"{path}: the decimals of {k} are {d}", "decimals")
                self.check(u.get("position", "end") in ("start", "end"), f"{path}: the unit of {k} stands at '{u.get('position')}'", "position")
                self.check(all(isinstance(u.get(x, ""), str) for x in ("label", "symbol")), f"{path}: the unit of {k} is {u}", "unit")
                text = u.get("label")
                self.check(not text or not re.search(rf"[(（]{re.escape(str(text))}[)）]", str(label.get(k, ""))), f"{path}: '{label.get(k)}' has its unit", "label case")
        if "time" in roles and all(schema.TYPES["anyDate"](str(k)) for k in codes):
            self.check(sorted(codes) == list(codes), f"{path} is in the order {codes[:6]}", "time order")
        return codes

    def children(self, child, known, path):
        lists = {k: v for k, v in child.items() if isinstance(v, list)}
        self.check(len(lists) == len(child) and set(child) <= known and all(set(map(str, v)) <= known and len(set(map(str, v))) == len(v) for v in lists.values()), f"{path}: child {str(child)[:60]}", "child")

        def below(k, seen=()):
            out = set()
            for c in lists.get(k, ()):
                if c not in seen:
                    out |= {c} | below(c, seen + (c,))
            return out
        for k, v in lists.items():
            self.check(k not in below(k), f"{path}: {k} is below itself", "cycle")
            far = {x for c in v for x in below(c, (k,))} - {k}
            self.check(not far & set(v), f"{path}: {sorted(far & set(v))} are not directly below {k}", "direct")


def check(raw, breaches, where="file"):
    return Reader(raw, breaches, where)


MEASURES = {"estimate": "estimate", "std_error": "std.error", "conf_low": "conf.low", "conf_high": "conf.high"}


def against_study(reader, path):
    """every row of the CSV, in the data set of the variables that it is crossed by; and no cell beside them"""
    sets, units, n = {}, {}, 0
    for o, ids, codes, cells in reader.datasets:
        crossed = frozenset(ids) - {"INDICATOR", "TIME_PERIOD", "WAVE", "STATISTIC"}
        units[crossed] = o["dimension"]["INDICATOR"]["category"].get("unit", {})
        sets[crossed] = (ids, [{c: i for i, c in enumerate(of)} for of in codes], cells)
    left = {key: sum(x is not None for x in cells) for key, (_, _, cells) in sets.items()}
    for row, crossed, period in tidy.rows(path):
        name = f"{row['indicator'].replace('/', '_')}.{row['statistic']}"
        ids, place, cells = sets.get(frozenset(crossed), ([], [], []))
        if not reader.check(bool(ids), f"no data set is crossed by {sorted(crossed)}", "study"):
            continue
        for code, column in MEASURES.items():
            at, here = 0, {"INDICATOR": name, "WAVE" if "WAVE" in ids else "TIME_PERIOD": period, "STATISTIC": code, **crossed}
            for i, of in zip(ids, place):
                at = None if at is None or here[i] not in of else at * len(of) + of[here[i]]
            got = cells[at] if at is not None else None
            if row[column] == "":
                reader.check(got is None, f"{here} is {got}, missing in the CSV", "study")
                continue
            right = got is not None and tidy.agrees(repr(got), row, column, units[frozenset(crossed)].get(name, {}).get("label"))
            reader.check(right, f"{here} is {got}, not {row[column]}", "study")
            left[frozenset(crossed)] -= got is not None
        n += 1
    reader.check(not any(left.values()), f"cells of no row: {[(sorted(k), v) for k, v in left.items() if v]}", "study")
    return n


def main():
    breaches, cells, rows, sets = tidy.Breaches(RULES), 0, 0, 0
    for path in sys.argv[2:]:
        reader = check(open(path, "rb").read(), breaches, path.split("/")[-1])
        rows += against_study(reader, sys.argv[1])
        sets += len(reader.datasets)
        cells += sum(len(c) for _, _, _, c in reader.datasets)
    breaches.summary()
    print(f"{len(sys.argv) - 2} files, {sets} datasets, {cells} cells, {rows} rows, {breaches.n} breaches")
    sys.exit(breaches.n > 0 or not rows)


if __name__ == "__main__":
    main()
