#!/usr/bin/env python3
"""mutants.py [PREFIX]: do the readers find what is wrong? Each valid document of specimens/ is broken in one place at a time, by hand where a rule is about meaning
and element by element where it is about the schema; the reader must name the rule that was broken, and each rule of a reader must have been broken once. With
PREFIX, the files of a run: they are read as right, and wrong once a code, a number, a row or a reference in them is changed. Exit 1 with every mutant that lives."""
import json
import os
import re
import sys
import xml.etree.ElementTree as ET

import ddi
import jsonstat
import schema
import sdmx
import tidy

HOME = os.path.join(os.path.dirname(os.path.abspath(__file__)), "specimens")

# (rule, what stands there, what stands there now); the first place only
DDI = [
    ("well-formed", "</codeBook>", ""), ("encoding", "UTF-8", "US-ASCII"), ("root", "ddi:codebook:2_5\" xmlns:xsi", "ddi:codebook:2_6\" xmlns:xsi"),
    ("location", "ddi:codebook:2_5 http:", "http:"), ("element", "<h:p>", "<weird xmlns='elsewhere'/><h:p>"), ("children", "<titl>A codebook</titl>", ""),
    ("type", 'level="study" URI', 'level="the study" URI'), ("enumeration", 'intrvl="contin"', 'intrvl="continuous"'),
    ("required", 'name="a"', ""), ("attribute", 'name="a"', 'name="a" label="a"'), ("foreign", "<labl>the form</labl>", "<titl>the form</titl>"), ("text", "<dataDscr>", "<dataDscr>text"),
    ("unique", 'ID="G2"', 'ID="G1"'), ("reference", 'files="F1"', 'files="F9"'), ("content type", "<sampleSize>12", "<sampleSize>twelve"), ("content type", "2024-01-01<", "new year<"),
    ("xml-lang", 'level="study">', 'level="study" xml-lang="en">'), ("varGrp nCube", 'var="V_c"', 'var="V_c" nCube="n"'), ("form or xhtml", "<h:p>", "<p>text</p><h:p>"),
    ("concept or text", "all of it</concept>", "all of it</concept> and more"), ("other", 'type="other" otherType="kind"', 'type="grid" otherType="kind"'),
    ("other", ' otherSchema="none"', ""), ("files", 'files="F1"', 'files="G1"'), ("files", 'files="F1" qstn', 'qstn'),
    ("fileid", 'fileid="F1"', 'fileid="V_a"'), ("wgt-var", 'wgt-var="V_w"', 'wgt-var="V_b"'), ("wgt", 'wgt="wgt"', 'wgt="wgt" wgt-var="V_w"'), ("wgtd", 'wgtd="wgtd" ', ""),
    ("weight", 'weight="weighting"', 'weight="V_w"'), ("qstn", 'qstn="Q1"', 'qstn="V_b"'), ("qstn", '"Q1" var="V_a"', '"Q1" var="G1"'), ("group", 'var="V_a V_b"', 'var="V_a Q1"'),
    ("nested", 'otherType="kind"', 'otherType="kind" varGrp="G1"'), ("sdatrefs", 'sdatrefs="nation"', 'sdatrefs="may"'), ("methrefs", 'methrefs="sampling"', 'methrefs="may"'),
    ("pubrefs", 'pubrefs="paper"', 'pubrefs="cite"'), ("access", 'access="may">', 'access="nation">'), ("catgry", 'catgry="C1"', 'catgry="L1"'), ("catgry", 'level="L1"', 'level="C1"'),
    ("derivation", 'derivation var="V_a"', 'derivation var="G1"'), ("dates", 'date="2024-05-01"', 'date="May 2024"'), ("dates", 'date="2024-04-02"', 'date="2024-02-30"'),
    ("event", 'date="2024-03"', 'date="2023-03"'), ("event", 'event="end"', 'event="single"'), ("title", ">Baskets<", "> <"), ("quantity", "<caseQnty>10", "<caseQnty>ten"),
    ("varQnty", "<varQnty>4", "<varQnty>5"), ("position", 'EndPos="2"', 'EndPos="3"'), ("position", 'StartPos="1"', 'StartPos="first"'), ("range", 'min="2" maxExclusive="3"', 'min="2" maxExclusive="1"'),
    ("range", 'min="2" maxExclusive="3"', 'min="2" minExclusive="1" maxExclusive="3"'), ("units", 'VALUE="1"', 'VALUE="1.5"'), ("units", 'maxExclusive="3"', 'maxExclusive="3.5"'),
    ("catValu", "<catValu>2", "<catValu>1"), ("valrng", "<catValu>2", "<catValu>4"), ("invalrng", "<catValu>9", "<catValu>8"), ("invalrng", "<catValu>2", "<catValu>9"),
    ("catQnty", 'catQnty="3"', 'catQnty="4"'), ("dcml", 'dcml="1"', 'dcml="one"'), ("intrvl", 'representationType="text"', 'representationType="text" intrvl="contin"'),
    ("character", 'representationType="text"', 'representationType="numeric"'), ("statistic", 'type="medn">2.9', 'type="mean">2.9'), ("statistic", ">0.5<", ">half<"),
    ("order", ">3.2<", ">9.2<"), ("order", ">1.4<", ">-1.4<"), ("valid", "<caseQnty>10", "<caseQnty>11"), ("valid", '"vald">8', '"vald">7.5'), ("frequency", '"freq">6', '"freq">-6'),
    ("frequency", '"freq">6', '"freq">most'), ("added", '"freq">6', '"freq">5'), ("percent", ">70.1<", ">60.1<"), ("label", "what else", " "), ("language", 'xml:lang="zh"', 'xml:lang="en"'),
    ("box", "<northBL>53.5", "<northBL>93.5"), ("box", re.compile("<geoBndBox>.*</geoBndBox>"), ""), ("polygon", "<point><gringLat>18</gringLat><gringLon>73.5</gringLon></point>\n", ""),
    ("polygon", "<gringLon>73.5</gringLon></point>\n        </polygon>", "<gringLon>74.5</gringLon></point>\n        </polygon>"),
]
XML = [
    ("well-formed", "</m:Structure>", ""), ("root", re.compile("(</?m:Structure)([ >].*)(</m:Structure)>", re.S), r"\1d\2\3d>"), ("element", "<m:Test>", "<m:Tested/><m:Test>"), ("root", "v2_1/message", "v2_2/message"),
    ("foreign", "<s:Code id=\"A\"><c:Name>Annual</c:Name>", "<s:Code id=\"A\"><c:Name>Annual</c:Name><s:Group/>"), ("children", "<m:Test>false</m:Test>", ""), ("text", "<s:Codelists>", "<s:Codelists>text"),
    ("attribute", 'Codelist id="CL_FREQ"', 'Codelist id="CL_FREQ" name="x"'), ("required", ' id="SIBLING"', ""), ("required", 'agencyID="ME" version="1.0" isFinal="true" urn', 'version="1.0" isFinal="true" urn'),
    ("enumeration", 'assignmentStatus="Mandatory"', 'assignmentStatus="mandatory"'), ("enumeration", 'DimensionDescriptor', 'Dimensions'), ("type", 'id="CL_FREQ" agencyID', 'id="1_FREQ" agencyID'),
    ("type", 'Code id="A"', 'Code id="A B"'), ("type", 'version="1.0" isFinal', 'version="1.0-beta" isFinal'), ("type", 'isFinal="true"', 'isFinal="yes"'), ("header", "2024-05-01T00:00:00Z", "1 May 2024"),
    ("header", "<m:ID>BASKETS", "<m:ID>BAS KETS"), ("header", ">false<", ">no<"), ("header", "+08:00", "+8"), ("language", 'xml:lang="zh"', 'xml:lang="en"'), ("name", "<c:Name>Annual", "<c:Name> "),
    ("unique", 'id="CL_FREQ" agencyID="ME" version="1.0" isFinal', 'id="CL_FRUIT" agencyID="ME" version="1.0" isFinal'), ("unique item", 'Code id="PEAR"', 'Code id="APPLE"'),
    ("urn", "Dataflow=ME:DF(1.0)", "Dataflow=ME:DF(1.1)"), ("urn", "CL_FRUIT(1.0)._T", "CL_FRUIT(1.0)._U"), ("reference", 'Ref id="CL_FRUIT"', 'Ref id="CL_FRUITS"'), ("reference", 'Ref id="DSD"', 'Ref id="DSD2"'),
    ("class", 'class="Codelist"', 'class="ConceptScheme"'), ("class", 'class="PrimaryMeasure"', 'class="Dimension"'), ("full reference", 'Ref id="CL_FRUIT" agencyID="ME"', 'Ref id="CL_FRUIT"'),
    ("full reference", '<Ref id="SIBLING"/>', '<Ref id="SIBLING" agencyID="ME"/>'), ("ref and urn", "CS(1.0).FREQ", "CS(1.0).FREQUENCY"), ("parent", 'Parent><Ref id="_T"', 'Parent><Ref id="_U"'),
    ("cycle", '<c:Name xml:lang="en">All</c:Name>', '<c:Name xml:lang="en">All</c:Name><s:Parent><Ref id="PEAR"/></s:Parent>'), ("external", ' structureURL="https://example.org/flow"', ""),
    ("external", re.compile(r"<s:Structure><Ref.*?</s:Structure>"), ""), ("final", ' isFinal="true"', ""), ("component id", 'Attribute id="NOTE"', 'Attribute id="FREQ"'), ("reserved", 'Dimension id="FRUIT"', 'Dimension id="OBS_VALUE"'),
    ("one time", re.compile(r"<s:TimeDimension.*?</s:TimeDimension>", re.S), r"\g<0>\g<0>"), ("frequency", re.compile(r'<s:Dimension id="FREQ".*?</s:Dimension>', re.S), ""),
    ("time format", 'textType="ObservationalTimePeriod"', 'textType="String"'), ("time format", 'textType="ObservationalTimePeriod"', 'textType="GregorianYear" pattern="x"'),
    ("text format", 'textType="Double"', 'textType="XHTML"'), ("sequence", 'minValue="0"', 'minValue="0" interval="1"'), ("sequence", 'minValue="0"', 'minValue="0" isSequence="true"'),
    ("code format", 'textType="String" maxLength', 'textType="Double" maxLength'), ("group", 'DimensionReference><Ref id="FRUIT"', 'DimensionReference><Ref id="UNIT"'),
    ("group", re.compile(r'<s:Group id="SIBLING">(.*?)</s:Group>'), r'\g<0><s:Group id="AGAIN">\1</s:Group>'), ("position", 'position="1"', 'position="2"'),
    ("relationship", '<s:Dimension><Ref id="FRUIT"', '<s:Dimension><Ref id="FRUITS"'), ("relationship", 'Group><Ref id="SIBLING"', 'Group><Ref id="FRUIT"'), ("item reference", 'Ref id="NOTE"', 'Ref id="NOTES"'),
]
CSV = [
    ("utf-8", "STRUCTURE[", "\ufeffSTRUCTURE["), ("utf-8", b"\xe5\x85\xa8", b"\xe5\x28\xa8"), ("line", "\r\n", "\n"), ("quote", '""it""', '"it"'), ("fields", ",5,x;y", ",5,x;y,"), ("fields", ",NaN,kg,,,x;y", ",NaN,kg,,"),
    ("separator", "STRUCTURE[;],", "STRUCTURE[;]:"), ("first column", "STRUCTURE[;]", "DATAFLOW"), ("id column", "STRUCTURE_ID", "STRUCTUREID"), ("action column", ",ACTION,", ",OPERATION,"),
    ("action column", "STRUCTURE_ID,ACTION,SERIES_KEY,OBS_KEY,", "STRUCTURE_ID,SERIES_KEY,OBS_KEY,ACTION,"), ("key column", "SERIES_KEY,OBS_KEY,FREQ", "FREQ,OBS_KEY,SERIES_KEY"),
    ("sub-field", "STRUCTURE[;]", "STRUCTURE"), ("sub-field", "STRUCTURE[;]", '"STRUCTURE[,]"'), ("column", ",COUNT,", ",COUNTS,"), ("column once", ",UNIT,", ",COUNT,"), ("column order", "OBS_VALUE,UNIT,", "UNIT,OBS_VALUE,"),
    ("dimensions", ",FRUIT,", ",FRUITS,"), ("structure type", "\ndataflow", "\nflow"), ("structure id", "ME:DF(1.0)", "ME.DF.1.0"), ("artefact", "ME:DF(1.0)", "ME:DF(2.0)"), ("action", ",R,", ",Replace,"), ("action", ",R,", ",U,"),
    ("deprecated", ",R,", ",I,"), ("deprecated", ",R,", ",A,"), ("key value", "A,APPLE,2023", "A,,2023"), ("key text", "A._T.2023", "A._T.2024"), ("key text", ",A._T,A._T", ",A,A._T"), ("present", "2023,3,kg,,2,", "2023,,,,,"),
    ("code", ",APPLE,2023", ",QUINCE,2023"), ("value", ",12.5,", ",12;5,"), ("value", ",12.5,", ",-12.5,"), ("value", ",12.5,", ",12.555,"), ("value", ",2024,NaN", ",2024-Q5,NaN"), ("value", "kg,,2,", "kg,,two,"),
    ("missing", ",NaN,", ",#N/A,"), ("missing", "kg,,2,", "kg,,NaN,"), ("key", "A,_T,2024", "A,_T,2023"), ("mandatory", "3,kg,,2,", "3,,,2,"), ("level", "NaN,kg", "NaN,g"), ("level", "NaN,kg,,,x;y", "NaN,kg,,,x;z"),
    ("multi-lingual", "en:all", "all"), ("multi-lingual", "zh:", "fr:"),
]
LABELS = [("label", "A: Annual", "A: Yearly"), ("label", "FRUIT: Fruit", "FRUIT: Fruits"), ("code", "_T: All", "_S: All"), ("structure id", "DF(1.0): ", "DF(1.0) ")]
CSV10 = [
    ("1.0 first", "DATAFLOW", "STRUCTURE"), ("1.0 column", ",COUNT,", ",COUNTS,"), ("1.0 column", ",UNIT,", ",NOTE,"), ("1.0 dataflow", "ME:DF(1.0)", "ME:DF"), ("1.0 dataflow", "ME:DF(1.0)", "DF(1.0)"),
    ("1.0 code", ",APPLE,", ",QUINCE,"), ("1.0 measure", "OBS_VALUE", "VALUE"), ("1.0 value", ",12.5,", ",many,"), ("1.0 value", "3,kg,,2", "3,,,2"), ("1.0 same", ",9.5,", ",9.6,"), ("1.0 same", "PEAR,2023", "PEAR,2025"),
    ("line", "\r\n", "\n"), ("fields", "DATAFLOW,", "DATAFLOW,FREQ,"),
]
JSON = [
    ("json", "{\"version\"", "\"version\""), ("name twice", '"label": "Baskets",', '"label": "Baskets", "label": "Again",'), ("number", "40.0", "NaN"), ("version", '"2.0"', '"2.1"'), ("class", '"collection"', '"bundle"'),
    ("class", '"class": "dataset"', '"class": "table"'), ("property", '"source"', '"origin"'), ("property", '{"class": "dataset"', '{"version": "2.0", "class": "dataset"'), ("required", '"value": {"1": 3.5}, ', ""),
    ("property type", '"size": [2, 3, 2]', '"size": 12'), ("property type", '"note": ["of 2024"]', '"note": "of 2024"'), ("item", '"item"', '"items"'), ("item", '"item"', '"related"'), ("relation", "describedby", "explained-by"),
    ("link type", '"type": "text/html", ', ""), ("id", '"what", "place", "year"', '"what", "what", "year"'), ("size", "[2, 3, 2]", "[2, 3]"), ("size", "[2, 3, 2]", "[2, 4, 2]"), ("dimension", '"year": {"category"', '"years": {"category"'),
    ("value", "57.1]", "57.1, 1]"), ("value type", "57.1]", "true]"), ("sparse", '{"1": 3.5}', '{"2": 3.5}'), ("sparse", '{"1": 3.5}', '{"01": 3.5}'), ("status", '{"10": "m"}', '{"12": "m"}'), ("status", '"status": ["a", "b"]', '"status": ["a", "b", "c"]'),
    ("single status", '"status": ["a", "b"]', '"status": ["a"]'), ("role", '"geo": ["place"]', '"geo": ["area"]'), ("index", '["a", "b"]}}', '["a", "a"]}}'), ("index needed", '"index": ["n", "share"], ', ""),
    ("positions", '"S": 2}', '"S": 3}'), ("labels", '"S": "south"', '"W": "south"'), ("labels", ', "share": "share of all"', ""), ("label", '"Sparse"', '"Sparse\\nand long"'), ("label case", '"n": "baskets"', '"n": "baskets (pieces)"'),
    ("child", '"T": ["N", "S"]', '"T": ["N", "W"]'), ("direct", '"child": {"T": ["N", "S"]', '"child": {"T": ["N", "S"], "N": ["S"]'), ("cycle", '"child": {"T": ["N", "S"]', '"child": {"T": ["N"], "N": ["T"]'),
    ("coordinates", "[116.4, 39.9]", "[39.9, 116.4]"), ("coordinates", '"geo": ["place"], ', ""), ("unit", '"metric": ["what"]', '"metric": []'), ("unit", '"share": {"decimals"', '"shares": {"decimals"'),
    ("decimals", '"decimals": 0, ', ""), ("decimals", '"decimals": 1', '"decimals": 1.5'), ("position", '"end"', '"after"'), ("note", '{"N": ["with islands"]}', '{"W": ["with islands"]}'), ("note", '["by hand"]', '["by hand", "by hand"]'),
    ("updated", "2024-05-01", "May 2024"), ("time order", '["2023", "2024"]', '["2024", "2023"]'),
]

lives, seen = [], {}


def broken(raw, old, new):
    if isinstance(old, re.Pattern):
        out = old.sub(new, raw.decode(), count=1).encode()
    elif isinstance(old, bytes):
        out = raw.replace(old, new, 1)
    else:
        out = raw.replace(old.encode(), new.encode(), 1)
    assert out != raw, f"'{old}' is not in the specimen"
    return out


def tried(reader, rule, name, told):
    seen.setdefault(reader, set()).update(told)
    if rule not in told:
        lives.append(f"{name}: '{rule}' is not broken, {sorted(told) or 'nothing'} is")


def by_hand(reader, rules, run, raw, mutants, name):
    b = tidy.Breaches(rules)
    run(raw, b)
    if b.n:
        lives.append(f"{name}: the specimen is read as wrong")
    for rule, old, new in mutants:
        b = tidy.Breaches(rules, silent=True)
        run(broken(raw, old, new), b)
        tried(reader, rule, f"{name}: {getattr(old, 'pattern', old)!r} as {new!r}", b.told)
    return len(mutants)


def by_element(reader, rules, run, raw, models, name_of, name):
    """each element of a document once: a child that is not its own, a child gone that must be there, one twice that may be once, two in the other order, an attribute
    that it has not, a required one gone, a value that is not of its type"""
    ET.register_namespace("", "ddi:codebook:2_5")
    n, done = 0, set()

    def lives_on(change, rule, what):
        nonlocal n
        root = ET.fromstring(raw)
        e = list(root.iter())[at]
        change(e)
        b = tidy.Breaches(rules, silent=True)
        run(ET.tostring(root, encoding="utf-8", xml_declaration=True), b)
        n += 1
        tried(reader, rule, f"{name}: {here}: {what}", b.told)
    everything = list(ET.fromstring(raw).iter())
    names = name_of(raw)
    for at, e in enumerate(everything):
        here = names[at]
        model = models.get(here)
        if model is None or here in done:
            continue
        done.add(here)
        children = [names[everything.index(c)] for c in e]
        lives_on(lambda x: x.append(ET.Element("{elsewhere}thing")), "foreign", "with a foreign child")
        lives_on(lambda x: x.set("unheard", "of"), "attribute", "with an attribute that it has not")
        if not model.mixed:
            lives_on(lambda x: setattr(x, "text", "words"), "text", "with text")
            for i in range(len(children)):
                rest = children[:i] + children[i + 1:]
                if not model.pattern.fullmatch("".join(c + ";" for c in rest)):
                    lives_on(lambda x: x.remove(x[i]), "children", f"without {children[i]}")
                twice = children[:i + 1] + children[i:]
                if not model.pattern.fullmatch("".join(c + ";" for c in twice)):
                    lives_on(lambda x: x.insert(i, x[i]), "children", f"with {children[i]} twice")
                other = children[:i] + children[i + 1:i + 2] + children[i:i + 1] + children[i + 2:]
                if i + 1 < len(children) and children[i] != children[i + 1] and not model.pattern.fullmatch("".join(c + ";" for c in other)):
                    def swap(x):
                        c = x[i]
                        x.remove(c)
                        x.insert(i + 1, c)
                    lives_on(swap, "children", f"with {children[i]} after {children[i + 1]}")
        for key, (kind, required) in model.attributes.items():
            if key in e.attrib:
                if required:
                    lives_on(lambda x: x.attrib.pop(key), "required", f"without @{key}")
                if isinstance(kind, list):
                    lives_on(lambda x: x.set(key, "unheard_of"), "enumeration", f"@{key}='unheard_of'")
                elif kind not in ("string", "anyURI"):
                    lives_on(lambda x: x.set(key, "<> <>"), "type", f"@{key}='<> <>'")
    return n


def unbroken(reader, rules):
    left = set(rules) - seen.get(reader, set())
    if left:
        lives.append(f"{reader}: no mutant breaks {sorted(left)}")


def of_run(prefix):
    """the files of a run, as they are and changed"""
    def raw(end):
        with open(prefix + end, "rb") as f:
            return f.read()
    files = {end: raw(end) for end in (".sdmx.xml", ".sdmx.csv", ".sdmx10.csv", ".ddi.xml", ".jsonstat.en.json")}
    row = files[".sdmx.csv"].split(b"\r\n")[1].decode()
    n = 0

    def data(changed):
        b = tidy.Breaches(sdmx.RULES, silent=True)
        f = {**files, **changed}
        _, table, _ = sdmx.check(f[".sdmx.xml"], f[".sdmx.csv"], f[".sdmx10.csv"], b)
        sdmx.against_study(table, prefix + ".csv", b, "")
        return b.told

    def codebook(changed):
        b = tidy.Breaches(ddi.RULES, silent=True)
        book = ddi.check(changed[".ddi.xml"], b)
        ddi.against_study(book, prefix + ".csv", b, "")
        return b.told

    def cube(changed):
        b = tidy.Breaches(jsonstat.RULES, silent=True)
        jsonstat.against_study(jsonstat.check(changed[".jsonstat.en.json"], b), prefix + ".csv")
        return b.told
    value = re.search(rb'"value":\[([\d.]+),', files[".jsonstat.en.json"])
    number = next(x for x in row.split(",")[5:] if re.fullmatch(r"\d+\.\d+", x))
    for reader, run, end, rule, old, new in (
            ("sdmx", data, ".sdmx.csv", "study", number, str(float(number) * 1.5 + 1)), ("sdmx", data, ".sdmx.csv", "study", row + "\r\n", ""),
            ("sdmx", data, ".sdmx.csv", "key", row + "\r\n", row + "\r\n" + row + "\r\n"), ("sdmx", data, ".sdmx.xml", "code", 'Code id="S"', 'Code id="S2"'),
            ("ddi", codebook, ".ddi.xml", "enumeration", 'intrvl="contin"', 'intrvl="continuous"'), ("ddi", codebook, ".ddi.xml", "study", re.compile(r'(<var ID="I_\w+" name=")'), r"\1not_"),
            ("jsonstat", cube, ".jsonstat.en.json", "study", value[0], b'"value":[' + str(float(value[1]) * 2 + 1).encode() + b",")):
        tried(reader, rule, f"{end}: {getattr(old, 'pattern', old)!r} as {new!r}", run({end: broken(files[end], old, new)}))
        n += 1
    return n


def main():
    specimens = {name: open(os.path.join(HOME, name), "rb").read() for name in os.listdir(HOME)}
    xml, data, data10 = specimens["structure.xml"], specimens["data.csv"], specimens["data10.csv"]

    def structure_names(raw):
        structure = sdmx.Structure(raw, tidy.Breaches(sdmx.RULES, silent=True), "")
        return [e.tag for e in structure.root.iter()]

    def structure(raw, b):
        sdmx.check(raw, data, data10, b)
    n = by_hand("ddi", ddi.RULES, ddi.check, specimens["codebook.xml"], DDI, "codebook")
    n += by_element("ddi", ddi.RULES, ddi.check, specimens["codebook.xml"], ddi.MODELS, lambda raw: [ddi.short(e.tag) for e in ET.fromstring(raw).iter()], "codebook")
    n += by_hand("sdmx", sdmx.RULES, structure, xml, XML, "structure")
    n += by_element("sdmx", sdmx.RULES, lambda raw, b: sdmx.Structure(raw, b, ""), xml, sdmx.MODELS, structure_names, "structure")
    n += by_hand("sdmx", sdmx.RULES, lambda raw, b: sdmx.check(xml, raw, None, b), data, CSV, "2.1")
    n += by_hand("sdmx", sdmx.RULES, lambda raw, b: sdmx.check(xml, raw, None, b), specimens["labels.csv"], LABELS, "2.1 with labels")
    n += by_hand("sdmx", sdmx.RULES, lambda raw, b: sdmx.check(xml, data, raw, b), data10, CSV10, "1.0")
    n += by_hand("jsonstat", jsonstat.RULES, jsonstat.check, specimens["cube.json"], JSON, "cube")
    if len(sys.argv) > 1:
        n += of_run(sys.argv[1])
    for reader, rules in (("ddi", ddi.RULES), ("sdmx", sdmx.RULES), ("jsonstat", jsonstat.RULES)):
        unbroken(reader, [r for r in rules if r != "study" or len(sys.argv) > 1])
    for line in lives:
        print(line)
    print(f"{n} mutants, {sum(len(r) for r in (ddi.RULES, sdmx.RULES, jsonstat.RULES))} rules, {len(lives)} live")
    sys.exit(bool(lives))


main()
