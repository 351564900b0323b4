#!/usr/bin/env python3
"""ddi.py FILE.ddi.xml [TIDY.csv]: a second reader of DDI-Codebook 2.5, written from the public specification alone: the field-level documentation of its schema
codebook.xsd (ddialliance.org, DDI-Codebook/2.5/XMLSchema/field_level_documentation_files/schemas/codebook_xsd; a page for each complexType). Each breach names
the page. Elements that no file of ours has are left out of the table and so are unknown here. With a CSV: every indicator of the run is described.
Prints "N variables, N indicators"; exit 1 with every breach."""
import csv
import re
import sys
import xml.etree.ElementTree as ET

import tidy

DDI, XML, XSI = "{ddi:codebook:2_5}", "{http://www.w3.org/XML/1998/namespace}", "{http://www.w3.org/2001/XMLSchema-instance}"
GLOBALS = {"ID", XML + "lang", "source", "elementVersion", "elementVersionDate", "ddiLifecycleUrn", "ddiCodebookUrn"}  # attributeGroups/GLOBALS
TEXT = None  # no children
LOGICAL = {"Y", "N"}
# element: (its complexType's page, the sequence of its children with how often (? * + or once), attributes with their values)
MODEL = {
    "codeBook": ("codeBookType", "docDscr* stdyDscr+ fileDscr* dataDscr* otherMat*", {"version": {"2.5"}, "codeBookAgency": ".", XSI + "schemaLocation": "."}),
    "docDscr": ("docDscrType", "citation? guide* docStatus* docSrc* controlledVocabUsed* notes*", {}),
    "stdyDscr": ("stdyDscrType", "citation+ studyAuthorization* stdyInfo* studyDevelopment* method* dataAccs* otherStdyMat* notes*", {}),
    "citation": ("citationType", "titlStmt rspStmt? prodStmt? distStmt? serStmt* verStmt* biblCit* holdings* notes*", {}),
    "titlStmt": ("titlStmtType", "titl subTitl* altTitl* parTitl* IDNo*", {}),
    "titl": ("simpleTextType", TEXT, {}),
    "parTitl": ("simpleTextType", TEXT, {}),
    "IDNo": ("IDNoType", TEXT, {"agency": ".", "level": "."}),
    "stdyInfo": ("stdyInfoType", "studyBudget* subject* abstract* sumDscr* qualityStatement* notes* exPostEvaluation*", {}),
    "abstract": ("abstractType", TEXT, {"date": ".", "contentType": {"abstract", "purpose", "mixed"}}),
    "fileDscr": ("fileDscrType", "fileTxt* locMap? notes*", {"URI": "."}),
    "dataDscr": ("dataDscrType", "varGrp* nCubeGrp* var* nCube* notes*", {}),
    "varGrp": ("varGrpType", "labl* txt* concept* defntn? universe* notes*", {
        "type": set("section multipleResp grid display repetition subject version iteration analysis pragmatic record file randomized other".split()),
        "otherType": "NMTOKEN", "var": "IDREFS", "varGrp": "IDREFS", "name": "."}),
    "var": ("varType", "location* labl* imputation* security* embargo* respUnit* anlysUnit* qstn* valrng* invalrng* undocCod* universe* TotlResp* sumStat* txt* "
            "stdCatgry* catgryGrp* catgry* codInstr* verStmt* concept* derivation? varFormat? geoMap* catLevel* notes*", {
                "name": ".", "wgt": {"wgt", "not-wgt"}, "wgt-var": "IDREFS", "weight": "IDREFS", "dcml": ".", "intrvl": {"contin", "discrete"},
                "nature": {"nominal", "ordinal", "interval", "ratio", "percent", "other"}, "aggrMeth": set("sum average count mode median maximum minimum percent other".split()),
                "otherAggrMeth": "NMTOKEN", "measUnit": ".", "scale": ".", "temporal": LOGICAL, "geog": LOGICAL, "catQnty": ".", "files": "IDREFS",
                "representationType": {"text", "numeric", "code", "datetime", "other"}, "otherRepresentationType": "NMTOKEN"}),
    "labl": ("lablType", TEXT, {"level": ".", "vendor": ".", "country": "."}),
    "txt": ("txtType", TEXT, {"level": "."}),
    "qstn": ("qstnType", "preQTxt* qstnLit* postQTxt* forward* backward* ivuInstr*", {"qstn": "IDREFS", "var": "IDREFS", "seqNo": "."}),
    "qstnLit": ("qstnLitType", TEXT, {"callno": "."}),
    "universe": ("universeType", TEXT, {"level": ".", "clusion": {"I", "E"}}),
    "TotlResp": ("simpleTextType", TEXT, {}),
    "sumStat": ("sumStatType", TEXT, {"type": {"mean", "medn", "mode", "vald", "invd", "min", "max", "stdev", "other"}, "otherType": "NMTOKEN",
                                      "wgtd": {"wgtd", "not-wgtd"}, "wgt-var": "IDREFS", "weight": "IDREFS"}),
    "catgry": ("catgryType", "catValu? labl* txt* catStat* mrow? catgry*", {"missing": LOGICAL, "missType": ".", "country": ".", "excls": {"true", "false"}, "level": "."}),
    "catValu": ("simpleTextType", TEXT, {}),
    "catStat": ("catStatType", TEXT, {"type": {"freq", "percent", "crosstab", "other"}, "otherType": "NMTOKEN", "wgtd": {"wgtd", "not-wgtd"}, "wgt-var": "IDREFS", "weight": "IDREFS"}),
    "concept": ("conceptType", TEXT, {"vocab": ".", "vocabURI": "."}),
    "varFormat": ("varFormatType", TEXT, {"type": {"numeric", "character"}, "formatname": ".", "schema": {"SAS", "SPSS", "IBM", "ANSI", "ISO", "XML-Data", "other"},
                                          "category": {"date", "time", "currency", "other"}}),
    "notes": ("notesType", TEXT, {"type": ".", "subject": ".", "level": ".", "resp": "."}),
}
NCNAME, NMTOKEN = re.compile(r"[A-Za-z_][\w.\-]*"), re.compile(r"[\w.:\-]+")
LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")  # xs:language

breaches = tidy.Breaches()


def name_of(e):
    return e.tag.replace(DDI, "")


def walk(e, ids, refs):
    tag = name_of(e)
    known = MODEL.get(tag)
    if not breaches.check(e.tag.startswith(DDI) and known, tag, "is no element that this reader knows", "namespace ddi:codebook:2_5"):
        return
    page, sequence, attributes = known
    for a, value in e.attrib.items():
        if not breaches.check(a in GLOBALS or a in attributes, tag, f"has no attribute {a}", page):
            continue
        form = attributes.get(a, ".")
        if a == "ID":
            breaches.check(NCNAME.fullmatch(value), tag, f"ID {value!r} is no NCName", "GLOBALS")
            breaches.check(value not in ids, tag, f"ID {value} stands twice", "GLOBALS")
            ids.add(value)
        elif a == XML + "lang":
            breaches.check(LANGUAGE.fullmatch(value), tag, f"language {value!r}", "GLOBALS")
        elif form == "IDREFS":
            refs.update(value.split())
            breaches.check(value.split(), tag, f"{a} refers to nothing", page)
        elif form == "NMTOKEN":
            breaches.check(NMTOKEN.fullmatch(value), tag, f"{a}={value!r} is no token", page)
        elif isinstance(form, set):
            breaches.check(value in form, tag, f"{a}={value!r}, not one of {' '.join(sorted(form))}", page)
    children = [name_of(c) for c in e]
    if sequence is TEXT:
        breaches.check(not children, tag, f"has children {children}", page)
        breaches.check((e.text or "").strip() or tag == "varFormat", tag, "is empty", page)
    else:
        breaches.check(not (e.text or "").strip(), tag, f"has text {e.text!r}", page)
        pattern = "".join(f"(?:<{m[1]}>){m[2]}" for m in re.finditer(r"(\w+)([?*+]?)", sequence))
        breaches.check(re.fullmatch(pattern, "".join(f"<{c}>" for c in children)), tag, f"its children are {' '.join(dict.fromkeys(children))}, not {sequence}", page)
    # repeated for languages only: one of each language
    for repeated in {"labl", "universe", "qstnLit", "titl", "parTitl", "abstract", "txt"} & set(children):
        languages = [c.get(XML + "lang") for c in e.findall(DDI + repeated)]
        breaches.check(len(set(languages)) == len(languages), tag, f"{repeated} stands twice in a language", page)
    for c in e:
        walk(c, ids, refs)


def statistics(var):
    """the cases and shares of a variable's values are within those of the variable, and all of them where every value has a category"""
    name, valid = var.get("name"), [int(s.text) for s in var.findall(DDI + "sumStat") if s.get("type") == "vald"]
    invalid = [int(s.text) for s in var.findall(DDI + "sumStat") if s.get("type") == "invd"]
    cases = {"Y": 0, "N": 0}
    percent = 0.0
    categories = var.findall(DDI + "catgry")
    for c in categories:
        for s in c.findall(DDI + "catStat"):
            if s.get("type") == "freq":
                cases[c.get("missing", "N")] += int(s.text)
            else:
                breaches.check(s.get("wgtd") == "wgtd" and 0 <= float(s.text) <= 100, name, f"{s.text} per cent", "catStatType")
                percent += float(s.text)
    if valid and categories:
        breaches.check(cases["N"] <= valid[0] and cases["Y"] <= invalid[0], name, f"{cases} cases in categories, {valid[0]} valid, {invalid[0]} not", "sumStatType")
        slack = 0.005 * len(categories) + 1e-9
        whole = cases["N"] == valid[0] and percent > 0
        breaches.check(abs(percent - 100) <= slack if whole else percent <= 100 + slack, name, f"shares add up to {percent:.2f}", "catStatType")
    return bool(valid)


def main():
    root = ET.parse(sys.argv[1]).getroot()
    ids, refs = set(), set()
    breaches.check(root.tag == DDI + "codeBook", root.tag, "is not the root codeBook", "codeBookType")
    walk(root, ids, refs)
    for r in sorted(refs - ids):
        breaches.check(False, r, "is referred to, but no element has this ID", "GLOBALS")
    variables = root.findall(f"{DDI}dataDscr/{DDI}var")
    names = [v.get("name") for v in variables]
    breaches.check(all(names), "var", "has no name", "varType")
    breaches.check(all(v.find(DDI + "labl") is not None for v in variables), "var", "has no label", "varType")
    counted = sum(statistics(v) for v in variables)
    for v in variables:
        values = [c.findtext(DDI + "catValu") for c in v.findall(DDI + "catgry")]
        breaches.check(len(set(values)) == len(values), v.get("name"), "two categories have one value", "catgryType")
    indicators = {v.get("name") for v in variables if v.get("ID", "").startswith("I_")}
    if len(sys.argv) > 2:
        with open(sys.argv[2], newline="", encoding="utf-8") as f:
            for wanted in {r["indicator"] for r in csv.DictReader(f)} - indicators:
                breaches.check(False, wanted, "is in the CSV and not described", "docs/outputs.md")
    breaches.summary()
    print(f"{len(variables) - len(indicators)} variables, {len(indicators)} indicators, {counted} counted, {breaches.n} breaches")
    sys.exit(breaches.n > 0)


main()
