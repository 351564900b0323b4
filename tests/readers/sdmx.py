#!/usr/bin/env python3
"""sdmx.py TIDY.csv SDMX.csv SDMX10.csv STRUCTURE.xml: a second reader of SDMX-CSV and of an SDMX-ML structure, written from the public specifications alone;
every row against the CSV of the same run. Rules are cited as
  [CSV2 section]  SDMX-CSV data message field guide, version 2 (github.com/sdmx-twg/sdmx-csv, docs/data_message_field_guide.md)
  [CSV1 section]  the same for version 1.0, release of 16 April 2018 (data-message/docs/sdmx-csv-field-guide.md)
  [4180 n]        RFC 4180, section 2, rule n
  [S6 n]          SDMX 2.1, section 6: technical notes
  [S3A file type] SDMX 2.1, section 3A: schemas SDMXMessage, SDMXStructure, SDMXCommon, the type whose rule it is
Prints "N observations, N codes"; exit 1 with every breach."""
import csv
import io
import re
import sys
import xml.etree.ElementTree as ET

import tidy

MES, STR, COM = (f"{{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/{n}}}" for n in ("message", "structure", "common"))
ID = re.compile(r"[A-Za-z0-9_@$\-]+")  # SDMXCommon IDType
NCNAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*")  # SDMXCommon NCNameIDType
NESTED = re.compile(r"[A-Za-z][A-Za-z0-9_\-]*(\.[A-Za-z][A-Za-z0-9_\-]*)*")  # SDMXCommon NestedNCNameIDType: agencies
VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")  # SDMXCommon VersionType
PERIOD = {"A": r"\d{4}", "S": r"\d{4}-S[12]", "Q": r"\d{4}-Q[1-4]", "M": r"\d{4}-(0[1-9]|1[0-2])"}  # S6 4.2.4 and 4.2.6
LISTS = "OrganisationSchemes Dataflows Metadataflows CategorySchemes Categorisations Codelists HierarchicalCodelists Concepts MetadataStructures DataStructures".split()

breaches = tidy.Breaches()


# ---- the structure message

class Structure:
    def __init__(self, path):
        self.codes, self.concepts, self.dimensions, self.attributes, self.flow = {}, set(), [], {}, None
        root = ET.parse(path).getroot()
        if not self.check(root.tag == MES + "Structure", f"the root is {root.tag}", "S3A SDMXMessage Structure"):
            return
        self.header(root)
        parts = root.find(MES + "Structures")
        order = [LISTS.index(p.tag.replace(STR, "")) for p in parts]
        self.check(order == sorted(order), "the lists stand in another order", "S3A SDMXStructure StructuresType")
        self.artefacts = {}
        for part in parts:
            for a in part:
                key = a.get("id"), a.get("agencyID"), a.get("version")
                kind = a.tag.replace(STR, "")
                self.check((kind, *key) not in self.artefacts, f"{kind} {key} stands twice", "S3A SDMXStructureBase MaintainableType")
                self.artefacts[(kind, *key)] = a
                self.check(ID.fullmatch(key[0] or "") and NESTED.fullmatch(key[1] or "") and VERSION.fullmatch(key[2] or ""), f"{kind} {key}", "S3A SDMXCommon IDType, NestedNCNameIDType, VersionType")
                self.named(a, f"{kind} {key[0]}")
        for (kind, *key), a in self.artefacts.items():
            {"Codelist": self.codelist, "ConceptScheme": self.scheme}.get(kind, lambda *_: None)(tuple(key), a)
        for (kind, *key), a in self.artefacts.items():
            {"Dataflow": self.dataflow, "DataStructure": self.data_structure}.get(kind, lambda *_: None)(tuple(key), a)

    def check(self, right, what, rule):
        return breaches.check(right, "structure", what, rule)

    def header(self, root):
        h = root[0]
        tags = [c.tag.replace(MES, "") for c in h]
        self.check(tags[:4] == ["ID", "Test", "Prepared", "Sender"], f"the header is {tags}", "S3A SDMXMessage BaseHeaderType")
        self.check(ID.fullmatch(h.findtext(MES + "ID")) and ID.fullmatch(h.find(MES + "Sender").get("id")), "ids of the header", "S3A SDMXMessage BaseHeaderType")
        self.check(h.findtext(MES + "Test") in ("true", "false"), "Test", "S3A SDMXMessage BaseHeaderType")
        self.check(re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?)?", h.findtext(MES + "Prepared")), "Prepared", "S3A SDMXMessage HeaderTimeType")

    def named(self, element, what):
        names = element.findall(COM + "Name")
        languages = [n.get("{http://www.w3.org/XML/1998/namespace}lang") for n in names]
        self.check(names and all((n.text or "").strip() for n in names), f"{what} has no name", "S3A SDMXStructureBase NameableType")
        self.check(len(set(languages)) == len(languages), f"{what} has two names in a language", "S3A SDMXCommon TextType")
        self.check(list(element)[:len(names)] == names, f"{what}: its names do not come first", "S3A SDMXStructureBase NameableType")

    def codelist(self, key, a):
        ids = [c.get("id") for c in a.findall(STR + "Code")]
        for c in a.findall(STR + "Code"):
            self.check(ID.fullmatch(c.get("id") or ""), f"code {c.get('id')!r} of {key[0]}", "S3A SDMXCommon IDType")
            self.named(c, f"code {c.get('id')} of {key[0]}")
        self.check(ids and len(set(ids)) == len(ids), f"{key[0]}: {len(ids)} codes, {len(set(ids))} differ", "S3A SDMXStructureCodelist CodelistType")
        self.codes[key] = set(ids)

    def scheme(self, key, a):
        for c in a.findall(STR + "Concept"):
            self.check(NCNAME.fullmatch(c.get("id") or ""), f"concept {c.get('id')!r}", "S3A SDMXStructureConcept ConceptType, NCNameIDType")
            self.check((key, c.get("id")) not in self.concepts, f"concept {c.get('id')} stands twice", "S3A SDMXStructureConcept")
            self.named(c, f"concept {c.get('id')}")
            self.concepts.add((key, c.get("id")))

    def ref(self, element, kind):
        r = element.find("Ref")
        if not self.check(r is not None and r.get("class") == kind, f"no reference to a {kind}", "S3A SDMXCommonReferences MaintainableRefBaseType"):
            return None
        key = r.get("id"), r.get("agencyID"), r.get("version")
        self.check((kind, *key) in self.artefacts, f"{kind} {key} is not there", "S3A SDMXCommonReferences")
        return key

    def dataflow(self, key, a):
        self.flow = f"{key[1]}:{key[0]}({key[2]})"
        self.ref(a.find(STR + "Structure"), "DataStructure")

    def data_structure(self, key, a):
        parts = a.find(STR + "DataStructureComponents")
        tags = [(p.tag.replace(STR, ""), p.get("id")) for p in parts]
        self.check(tags == [("DimensionList", "DimensionDescriptor"), ("AttributeList", "AttributeDescriptor"), ("MeasureList", "MeasureDescriptor")], f"components {tags}", "S3A SDMXStructureDataStructure DataStructureComponentsType")
        for n, d in enumerate(parts[0], 1):
            self.check(d.get("position") == str(n), f"{d.get('id')} has position {d.get('position')}", "S3A SDMXStructureDataStructure BaseDimensionType")
            self.check((d.tag == STR + "TimeDimension") == (n == len(parts[0])), f"{d.get('id')}: the time is the last dimension", "S3A SDMXStructureDataStructure DimensionListType")
            self.dimensions.append((d.get("id"), self.component(d)))
        self.check(self.dimensions[-1][0] == "TIME_PERIOD", "the time is not called TIME_PERIOD", "S3A SDMXStructureDataStructure TimeDimensionType")
        for x in parts[1]:
            self.check(x.get("assignmentStatus") in ("Mandatory", "Conditional"), f"{x.get('id')}: assignmentStatus", "S3A SDMXStructureDataStructure UsageStatusType")
            measure = x.find(f"{STR}AttributeRelationship/{STR}PrimaryMeasure/Ref")
            self.check(measure is not None and measure.get("id") == "OBS_VALUE", f"{x.get('id')}: relationship", "S3A SDMXStructureDataStructure AttributeRelationshipType")
            self.attributes[x.get("id")] = self.component(x), x.get("assignmentStatus")
        self.check([m.get("id") for m in parts[2]] == ["OBS_VALUE"], "the primary measure is not OBS_VALUE", "S3A SDMXStructureDataStructure PrimaryMeasureType")
        self.component(parts[2][0])

    def component(self, c):
        """its codes, or the type of its values"""
        r = c.find(f"{STR}ConceptIdentity/Ref")
        if self.check(r is not None, f"{c.get('id')} has no concept", "S3A SDMXStructureDataStructure ComponentType"):
            scheme = r.get("maintainableParentID"), r.get("agencyID"), r.get("maintainableParentVersion")
            self.check((scheme, r.get("id")) in self.concepts, f"{c.get('id')}: concept {r.get('id')} is not there", "S3A SDMXCommonReferences ConceptRefType")
        local = c.find(STR + "LocalRepresentation")
        listed = local.find(STR + "Enumeration")
        if listed is None:
            kind = local.find(STR + "TextFormat").get("textType")
            self.check(kind in ("Double", "Integer", "String", "ObservationalTimePeriod"), f"{c.get('id')}: {kind}", "S3A SDMXCommon DataType")
            return kind
        return self.codes.get(self.ref(listed, "Codelist"), set())


# ---- the tables

def table(path, first):
    where = path.split("/")[-1]
    raw = open(path, "rb").read()
    breaches.check(not raw.startswith(b"\xef\xbb\xbf"), where, "a byte order mark stands before the header", "CSV2 Column headers")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8")), strict=True))
    head = lines[0]
    breaches.check(head[:len(first)] == first, where, f"the first columns are {head[:len(first)]}", "CSV2 Column headers" if len(first) > 1 else "CSV1 Column headers")
    breaches.check(len(set(head)) == len(head), where, "two columns have one name", "CSV2 Column headers")
    breaches.check(raw.endswith(b"\n") and b"\r" not in raw.replace(b"\r\n", b""), where, "line ends", "4180 1")
    for n, line in enumerate(lines[1:], 2):
        breaches.check(len(line) == len(head), where, f"line {n} has {len(line)} fields of {len(head)}", "4180 4")
        breaches.check(all(f == f.strip() for f in line), where, f"line {n}: blanks are part of a field", "4180 4")
    return where, head, [dict(zip(head, line)) for line in lines[1:]]


def observations(where, head, lines, s, first, missing, guide):
    names = [d for d, _ in s.dimensions]
    rest = head[len(first):]
    breaches.check(rest[:len(names)] == names, where, "the dimensions are not those of the data structure, in its order", guide + " Columns")
    breaches.check(rest[len(names):] == ["OBS_VALUE"] + list(s.attributes), where, "after the dimensions stand measure and attributes", guide + " Columns")
    keys = {}
    for n, r in enumerate(lines, 2):
        at = f"{where}:{n}"
        for d, codes in s.dimensions[:-1]:
            breaches.check(r[d] in codes, at, f"{d}={r[d]} is in no code list", guide + " Column content")
        breaches.check(re.fullmatch(PERIOD.get(r["FREQ"], ".*"), r["TIME_PERIOD"]), at, f"{r['TIME_PERIOD']} is no period of FREQ {r['FREQ']}", "S6 4.2.4, 4.2.6")
        for a, (kind, status) in s.attributes.items():
            if isinstance(kind, set):
                breaches.check(r[a] in kind or (r[a] == "" and status == "Conditional"), at, f"{a}={r[a]} is in no code list", guide + " Column content")
            else:
                number(at, a, r[a], kind, missing, guide)
        number(at, "OBS_VALUE", r["OBS_VALUE"], "Double", missing, guide)
        if r["OBS_VALUE"] != missing:
            breaches.check(len(r["OBS_VALUE"].partition(".")[2]) == int(r["DECIMALS"]), at, f"{r['OBS_VALUE']} has not {r['DECIMALS']} decimals", "S6 DECIMALS")
        breaches.check((r["OBS_VALUE"] == missing) == (r["OBS_STATUS"] in ("O", "Q")), at, f"{r['OBS_VALUE']!r} has status {r['OBS_STATUS']}", "CL_OBS_STATUS O, Q")
        key = tuple(r[d] for d in names)
        breaches.check(key not in keys, at, f"a second observation of {' '.join(key)}", guide + " Design principles")
        keys[key] = r
    return keys


def number(at, name, text, kind, missing, guide):
    if text != missing:
        breaches.check(re.fullmatch(r"-?\d+" if kind == "Integer" else r"-?\d+(\.\d+)?", text), at, f"{name}={text!r} is no {kind}", guide + " Column content")


def main():
    plain, new, old, structure = sys.argv[1:]
    s = Structure(structure)
    where, head, lines = table(new, ["STRUCTURE", "STRUCTURE_ID", "ACTION"])
    for n, r in enumerate(lines, 2):
        breaches.check(r["STRUCTURE"] == "dataflow" and r["STRUCTURE_ID"] == s.flow and r["ACTION"] in "IARDM", f"{where}:{n}", f"{r['STRUCTURE']} {r['STRUCTURE_ID']} {r['ACTION']}, the structure is {s.flow}", "CSV2 Column content")
    keys = observations(where, head, lines, s, head[:3], "NaN", "CSV2")
    where, head, lines = table(old, ["DATAFLOW"])
    for n, r in enumerate(lines, 2):
        breaches.check(r["DATAFLOW"] == s.flow, f"{where}:{n}", f"{r['DATAFLOW']}, the structure is {s.flow}", "CSV1 Column content")
    before = observations(where, head, lines, s, head[:1], "", "CSV1")
    breaches.check(before.keys() == keys.keys(), where, "other observations than in the newer version", "docs/outputs.md")
    for key, r in before.items():
        other = keys.get(key, {})
        breaches.check(all(v == other.get(k, "").replace("NaN", "") for k, v in r.items() if k != "DATAFLOW"), where, f"{' '.join(key)} differs from the newer version", "docs/outputs.md")
    # every row of the CSV
    names, left = [d for d, _ in s.dimensions], set(keys)
    columns = {"OBS_VALUE": "estimate", "STD_ERROR": "std.error", "CONF_LOW": "conf.low", "CONF_HIGH": "conf.high"}
    for row, crossed, period in tidy.rows(plain):
        key = tuple({"INDICATOR": row["indicator"].replace("/", "_"), "STAT_TYPE": row["statistic"], "TIME_PERIOD": period}.get(d) or crossed.get(d, "_T") for d in names[1:])
        match = [k for k in (tuple([f, *key]) for f in "ASQM") if k in keys] + [k for k in [("_Z", *key)] if k in keys]
        if not breaches.check(len(match) == 1, "CSV", f"{' '.join(key)} is not there", "docs/outputs.md"):
            continue
        left.discard(match[0])
        for mine, theirs in columns.items():
            got = keys[match[0]][mine]
            right = got == "NaN" if row[theirs] == "" else got != "NaN" and tidy.agrees(got, row, theirs)
            breaches.check(right, "CSV", f"{' '.join(key)}: {mine} is {got}, not {row[theirs]}", "docs/outputs.md")
    for key in left:
        breaches.check(False, "CSV", f"{' '.join(key)} is not in it", "docs/outputs.md")
    breaches.summary()
    print(f"{len(keys)} observations, {sum(map(len, s.codes.values()))} codes, {breaches.n} breaches")
    sys.exit(breaches.n > 0 or len(keys) < 100)


main()
