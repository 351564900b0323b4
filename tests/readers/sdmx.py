#!/usr/bin/env python3
"""sdmx.py TIDY.csv DATA.sdmx.csv DATA.sdmx10.csv STRUCTURE.xml: a second reader of SDMX, written from the published specifications alone.

[CSV 2.1 SECTION] "Data Message Field Guide", SDMX-CSV 2.1 (SDMX 3.1), github.com/sdmx-twg/sdmx-csv, docs/data_message_field_guide.md; [CSV 1.0 SECTION] its
version 1.0 of April 2018; [RFC 4180 2.N]; [Message|Structure|Base|Codelist|Concept|Dataflow|DataStructure|Common|References TYPE] the complex and simple types
of the XML Schemas of SDMX-ML 2.1 (SDMXMessage.xsd, SDMXStructureDataStructure.xsd, ...; April 2011) and what their documentation says. Then every observation
is held against the CSV of the same run. Prints "N structures, N codes, N observations, N values, N breaches"; exit 1 with every breach."""
import re
import sys

import schema
import tidy

PREFIX = {"message": "", "message/footer": "ftr:", "structure": "", "common": "com:"}
BASE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"
NAMED = "com:Annotations? com:Name+ com:Description*"
IDENTIFIED = "urn:anyURI uri:anyURI"
VERSIONED = f"{IDENTIFIED} version:Version validFrom:dateTime validTo:dateTime agencyID:NestedNCName! isFinal:boolean isExternalReference:boolean serviceURL:anyURI structureURL:anyURI"
FACETS = ("textType isSequence:boolean interval:decimal startValue:decimal endValue:decimal timeInterval:duration startTime:TimePeriod endTime:TimePeriod "
          "minLength:positiveInteger maxLength:positiveInteger minValue:decimal maxValue:decimal decimals:positiveInteger pattern")
REF = "Ref URN?|URN"

MODELS = schema.table(f"""
Structure = Header Structures? ftr:Footer?
Header = ID Test Prepared Sender Receiver* com:Name* Source*
ID Test Prepared Timezone Telephone Fax X400 URI Email = text
Sender = com:Name* Contact* Timezone? ; id:ID_!
Receiver = com:Name* Contact* ; id:ID_!
Contact = com:Name* Department* Role* (Telephone|Fax|X400|URI|Email)*
com:Name com:Description com:AnnotationText Source Department Role = text ; xml:lang:language
com:Annotations = com:Annotation+
com:Annotation = com:AnnotationTitle? com:AnnotationType? com:AnnotationURL? com:AnnotationText* ; id
com:AnnotationTitle com:AnnotationType com:AnnotationURL = text
Structures = OrganisationSchemes? Dataflows? Metadataflows? CategorySchemes? Categorisations? Codelists? HierarchicalCodelists? Concepts? MetadataStructures?
  DataStructures? StructureSets? ReportingTaxonomies? Processes? Constraints? ProvisionAgreements?
Dataflows = Dataflow+
Codelists = Codelist+
Concepts = ConceptScheme*
DataStructures = DataStructure+
Dataflow = {NAMED} StructureRef? ; id:ID_! {VERSIONED}
Codelist = {NAMED} Code* ; id:NCNameID! isPartial:boolean {VERSIONED}
Code = {NAMED} Parent? ; id:ID_! {IDENTIFIED}
ConceptScheme = {NAMED} Concept* ; id:NCNameID! isPartial:boolean {VERSIONED}
Concept = {NAMED} Parent? CoreRepresentation? ISOConceptReference? ; id:NCNameID! {IDENTIFIED}
ISOConceptReference = ConceptAgency ConceptSchemeID ConceptID
ConceptAgency ConceptSchemeID ConceptID = text
DataStructure = {NAMED} DataStructureComponents? ; id:ID_! {VERSIONED}
DataStructureComponents = DimensionList Group* AttributeList? MeasureList
DimensionList = com:Annotations? (Dimension|MeasureDimension|TimeDimension)+ ; id=DimensionDescriptor {IDENTIFIED}
AttributeList = com:Annotations? (Attribute|ReportingYearStartDay)+ ; id=AttributeDescriptor {IDENTIFIED}
MeasureList = com:Annotations? PrimaryMeasure ; id=MeasureDescriptor {IDENTIFIED}
Group = com:Annotations? GroupDimension+ ; id:ID_! {IDENTIFIED}
GroupDimension = com:Annotations? DimensionReference
Dimension = com:Annotations? ConceptIdentity LocalRepresentation? ConceptRole* ; id:NCNameID position:int type=Dimension {IDENTIFIED}
MeasureDimension = com:Annotations? ConceptIdentity LocalRepresentation ConceptRole* ; id:NCNameID position:int type=MeasureDimension {IDENTIFIED}
TimeDimension = com:Annotations? ConceptIdentity LocalRepresentation ; id=TIME_PERIOD position:int type=TimeDimension {IDENTIFIED}
Attribute = com:Annotations? ConceptIdentity LocalRepresentation? ConceptRole* AttributeRelationship ; id:NCNameID assignmentStatus=Mandatory|Conditional! {IDENTIFIED}
ReportingYearStartDay = com:Annotations? ConceptIdentity LocalRepresentation AttributeRelationship ; id=REPORTING_YEAR_START_DAY assignmentStatus=Mandatory|Conditional! {IDENTIFIED}
PrimaryMeasure = com:Annotations? ConceptIdentity LocalRepresentation? ; id=OBS_VALUE {IDENTIFIED}
AttributeRelationship = None|DimensionRef+ AttachmentGroup*|GroupRef|PrimaryMeasureRef
None = empty
LocalRepresentation CoreRepresentation = TextFormat|Enumeration EnumerationFormat?
TextFormat EnumerationFormat = empty ; {FACETS} isMultiLingual:boolean
Enumeration ConceptIdentity ConceptRole StructureRef = {REF}
Parent DimensionRef GroupRef AttachmentGroup PrimaryMeasureRef DimensionReference = Ref
URN = text
Ref = empty ; id:NestedID! agencyID:NestedNCName maintainableParentID:ID_ maintainableParentVersion:Version containerID:NestedID version:Version local:boolean class:NMTOKEN package:NMTOKEN
""")

ID = r"[A-Za-z0-9_@$\-]+"
NC = r"[A-Za-z][A-Za-z0-9_\-]*"
ZONE = r"(Z|[+-](14:00|(0\d|1[0-3]):[0-5]\d))?"
REPORTING = re.compile(r"\d{4}-(A1|S[12]|T[1-3]|Q[1-4]|M(0[1-9]|1[0-2])|W(0[1-9]|[1-4]\d|5[0-3])|D(0\d[1-9]|[12]\d\d|3[0-5]\d|36[0-6]))" + ZONE)


def is_period(t):
    """ObservationalTimePeriodType"""
    start, _, duration = t.partition("/")
    if duration:
        return (schema.is_date(start) or schema.is_date_time(start)) and schema.TYPES["duration"](duration)
    return schema.is_year(t) and len(t) == 4 or schema.is_year_month(t) or schema.is_date(t) or schema.is_date_time(t) or REPORTING.fullmatch(t) is not None


def is_float(t):
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", t) is not None


TYPES = {"ID_": schema.matches(ID), "NCNameID": schema.matches(NC), "NestedID": schema.matches(rf"{ID}(\.{ID})*"), "NestedNCName": schema.matches(rf"{NC}(\.{NC})*"),
         "Version": schema.matches(r"\d+(\.\d+)*"), "TimePeriod": is_period}
INTEGER = schema.matches(r"[+-]?\d+")
ANY = schema.TYPES["string"]
TIME = {"ObservationalTimePeriod": is_period, "StandardTimePeriod": lambda t: is_period(t) and "/" not in t, "TimeRange": lambda t: is_period(t) and "/" in t,
        "BasicTimePeriod": lambda t: is_period(t) and "/" not in t and not REPORTING.fullmatch(t), "ReportingTimePeriod": lambda t: REPORTING.fullmatch(t) is not None,
        "GregorianTimePeriod": lambda t: schema.is_year(t) or schema.is_year_month(t) or schema.is_date(t), "GregorianYear": schema.is_year,
        "GregorianYearMonth": schema.is_year_month, "GregorianDay": schema.is_date, "DateTime": schema.is_date_time,
        **{f"Reporting{n}": schema.matches(rf"\d{{4}}-{n[0]}\d+" + ZONE) for n in ("Semester", "Trimester", "Quarter", "Month", "Week", "Day")},
        "ReportingYear": schema.matches(r"\d{4}-A1" + ZONE)}
TEXTS = {"String": ANY, "Alpha": schema.matches("[A-Za-z]+"), "AlphaNumeric": schema.matches("[A-Za-z0-9]+"), "Numeric": schema.matches("[0-9]+"), "BigInteger": INTEGER,
         "Integer": lambda t: INTEGER(t) and abs(int(t)) < 1 << 31, "Long": INTEGER, "Short": lambda t: INTEGER(t) and abs(int(t)) < 1 << 15,
         "Decimal": schema.TYPES["decimal"], "Float": is_float, "Double": is_float, "Boolean": schema.TYPES["boolean"], "URI": schema.TYPES["anyURI"], "Count": INTEGER,
         "InclusiveValueRange": schema.TYPES["decimal"], "ExclusiveValueRange": schema.TYPES["decimal"], "Incremental": schema.TYPES["decimal"], **TIME,
         "Month": schema.matches(r"--(0[1-9]|1[0-2])"), "MonthDay": schema.matches(r"--\d\d-\d\d"), "Day": schema.matches(r"---\d\d"),
         "Time": schema.matches(r"\d\d:\d\d:\d\d(\.\d+)?" + ZONE), "Duration": schema.TYPES["duration"]}  # SimpleDataType: no XHTML
NUMBERS = {"BigInteger", "Integer", "Long", "Short", "Decimal", "Float", "Double", "Count", "InclusiveValueRange", "ExclusiveValueRange", "Incremental"}
PACKAGES = {"Dataflow": "datastructure", "DataStructure": "datastructure", "Codelist": "codelist", "Code": "codelist", "ConceptScheme": "conceptscheme", "Concept": "conceptscheme",
            "Dimension": "datastructure", "TimeDimension": "datastructure", "MeasureDimension": "datastructure", "Attribute": "datastructure", "PrimaryMeasure": "datastructure",
            "Group": "datastructure"}
CLASSES = {"Attribute": "DataAttribute", "Group": "GroupDimensionDescriptor"}  # where the class of the model has another name than the element

RULES = {
    "well-formed": "XML 1.0 2.1", "root": "Message Structure", "element": "Structure, global and local elements", "foreign": "complex type of the element",
    "children": "complex type of the element: order and number", "text": "complex type of the element: no mixed content", "attribute": "attributes of the type",
    "required": "use=required", "enumeration": "fixed values and xs:enumeration", "type": "simple type of the attribute: References IDType, NCNameIDType, VersionType, ...",
    "header": "Message BaseHeaderType", "language": "Base NameableType: parallel language-equivalent forms", "name": "Base NameableType: a human-readable name",
    "unique": "Structure StructuresType: xs:unique", "unique item": "Structure CodelistsType, ConceptsType: xs:unique", "urn": "References ReferenceType: the general URN structure",
    "reference": "Structure StructuresType: what is referenced is included", "class": "References: class and package are fixed", "full reference": "References MaintainableRefBaseType, ConceptRefType",
    "ref and urn": "References ReferenceType: Ref and URN identify the same", "parent": "Codelist CodeType Parent: a code of the same list", "cycle": "Codelist CodeType Parent: a hierarchy",
    "external": "Dataflow DataflowType, Base MaintainableType isExternalReference", "final": "Base MaintainableType isFinal: all production objects must be final",
    "component id": "DataStructure DataStructureComponents: ids are unique, also inherited ones", "reserved": "DataStructure DataStructureComponents: reserved identifiers",
    "one time": "DataStructure BaseDimensionType type: one measure and one time dimension", "frequency": "DataStructure DimensionListType: a frequency dimension beside time",
    "time format": "Base TimeTextFormatType", "text format": "Base SimpleComponentTextFormatType", "sequence": "Base TextFormatType isSequence, interval, startValue",
    "code format": "Base CodededTextFormatType", "group": "DataStructure GroupType: unique partial keys", "position": "DataStructure BaseDimensionType position",
    "relationship": "DataStructure AttributeRelationshipType: components of the same structure", "item reference": "Structure: a reference within the structure is to what is there",
    "utf-8": "RFC 4180 3 charset; CSV 2.1 RFC 4180", "line": "RFC 4180 2.1: each record is ended by CRLF", "quote": "RFC 4180 2.5-2.7: quotes enclose a field, are doubled in it",
    "fields": "RFC 4180 2.4: the same number of fields in each record", "separator": "CSV 2.1 Design principles: comma; the character after STRUCTURE",
    "first column": "CSV 2.1 Column headers: STRUCTURE", "id column": "CSV 2.1 Column headers: STRUCTURE_ID, STRUCTURE_NAME", "action column": "CSV 2.1 Column headers: ACTION",
    "key column": "CSV 2.1 Column headers: SERIES_KEY, OBS_KEY", "sub-field": "CSV 2.1 Multi-valued components: the delimiter of STRUCTURE[]",
    "column": "CSV 2.1 Columns: a component of the structure", "column once": "CSV 2.1 Column headers: unique terms", "column order": "CSV 2.1 Columns: dimensions, measures, attributes in the order of the structure",
    "dimensions": "CSV 2.1 Columns: all dimensions that identify", "structure type": "CSV 2.1 Column content: dataflow, datastructure, dataprovision",
    "structure id": "CSV 2.1 Column content: AGENCY:ARTEFACT_ID(VERSION)", "artefact": "CSV 2.1 Column content: the artefact of the data", "action": "CSV 2.1 Column content: I, A, M, R, D",
    "deprecated": "CSV 2.1 Column content: Information and Append are deprecated", "key value": "CSV 2.1 Further details: dimensions of Merge and Replace are not omitted",
    "key text": "CSV 2.1 keys: the values of the dimensions, with a dot", "present": "CSV 2.1 Column content: Merge, a component is present", "code": "CSV 2.1 Column content: the ID of a code of the list",
    "value": "CSV 2.1 Column content: a value of the format", "missing": "CSV 2.1 Intentionally missing values: NaN, #N/A", "key": "DataStructure DimensionList: the key identifies the observation",
    "mandatory": "Base UsageStatusType Mandatory", "level": "DataStructure AttributeRelationshipType: the value does not vary within its dimensions", "label": "CSV 2.1 labels=both, name",
    "multi-lingual": "CSV 2.1 Non-coded multi-lingual components: xx:value", "1.0 first": "CSV 1.0 Column headers: DATAFLOW", "1.0 column": "CSV 1.0 Columns: one for each component",
    "1.0 dataflow": "CSV 1.0 Column content: AGENCY:DATAFLOW_ID(VERSION)", "1.0 code": "CSV 1.0 Column content: the ID of the code", "1.0 measure": "CSV 1.0 Column headers: OBS_VALUE",
    "1.0 value": "CSV 1.0 Column content: the value", "1.0 same": "one data set in two versions", "study": "the study's own CSV"}


class Structure(schema.Document):
    """A structure message: its lists, concepts and data structures."""

    def __init__(self, raw, breaches, where):
        self.lists, self.schemes, self.flows, self.dsds = {}, {}, {}, {}
        root, why = schema.parse(raw)
        self.ok = breaches.check(root is not None, where, why, "well-formed") and breaches.check(root.tag == f"{{{BASE}message}}Structure", where, f"the root is {root.tag}", "root")
        if not self.ok:
            return
        super().__init__(root, MODELS, self.short, breaches, where, TYPES)
        self.names = {}
        self.label(root)
        self.short = lambda tag: tag
        for e in root.iter():
            e.tag = self.names[e]
        self.grammar()
        self.header()
        self.maintained()
        for e in root.iter():
            self.named(e)
            if "urn" in e.attrib:
                self.urn(e)
        for key, (e, items) in {**self.lists, **self.schemes}.items():
            self.items(e, items)
        for e in self.dsds.values():
            self.data_structure(e)
        for e in root.iter("Ref"):
            self.reference(e)

    def short(self, tag):
        namespace, _, name = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        if not namespace:  # only Ref and URN are unqualified
            return name if name in ("Ref", "URN") else "?" + name
        prefix = PREFIX.get(namespace[len(BASE):]) if namespace.startswith(BASE) else None
        return "?" + name if prefix is None or name in ("Ref", "URN") else prefix + name

    def label(self, e):
        """names in the table: an element that is another type in another place has another name"""
        name, parent = self.short(e.tag), self.names.get(self.parent.get(e))
        own = {"message": {"Structure", "Header", "ID", "Test", "Prepared", "Sender", "Receiver", "Source", "Structures", "Contact", "Timezone", "Department", "Role",
                           "Telephone", "Fax", "X400", "URI", "Email"}}
        if e.tag.startswith("{" + BASE) and not name.startswith(("com:", "ftr:", "?")):
            space = e.tag[1 + len(BASE):].partition("}")[0]
            if (name in own["message"]) != (space == "message") and not (name == "Structure" and parent == "Dataflow"):
                name = "?" + name
        if parent == "AttributeRelationship" and name in ("Dimension", "Group", "PrimaryMeasure"):
            name += "Ref"
        if parent == "Dataflow" and name == "Structure":
            name = "StructureRef"
        self.names[e] = name
        for c in e:
            self.label(c)

    def of_flow(self, flow):
        """the data structure of a dataflow; None where the file has it not"""
        ref = flow.find("StructureRef/Ref") if flow is not None else None
        return self.dsds.get((ref.get("agencyID"), ref.get("id"), ref.get("version", "1.0"))) if ref is not None else None

    def header(self):
        for e in self.root.iter("Header"):
            text = {c.tag: (c.text or "").strip() for c in e}
            self.check(TYPES["ID_"](text.get("ID", "")), f"ID '{text.get('ID')}'", "header")
            self.check(schema.TYPES["boolean"](text.get("Test", "")), f"Test '{text.get('Test')}'", "header")
            self.check(schema.TYPES["date"](text.get("Prepared", "")), f"Prepared '{text.get('Prepared')}'", "header")
            self.test = text.get("Test") in ("true", "1")
        for e in self.root.iter("Timezone"):
            self.check(re.fullmatch(ZONE, e.text or "") and e.text, f"Timezone '{e.text}'", "header")

    def maintained(self):
        self.test = getattr(self, "test", False)
        for kind, into in (("Codelist", self.lists), ("ConceptScheme", self.schemes), ("Dataflow", self.flows), ("DataStructure", self.dsds)):
            for e in self.root.iter(kind):
                key = (e.get("agencyID"), e.get("id"), e.get("version", "1.0"))
                self.check(key not in into, f"two of {kind} {key}", "unique")
                item = {"Codelist": "Code", "ConceptScheme": "Concept"}.get(kind)
                into[key] = (e, [c for c in e if c.tag == item]) if item else e
                self.check(self.test or e.get("isFinal") in ("true", "1"), f"{self.path(e)} is not final", "final")
                full = {"Dataflow": "StructureRef", "DataStructure": "DataStructureComponents"}.get(kind)
                if full and e.get("isExternalReference") not in ("true", "1"):
                    self.check(e.find(full) is not None, f"{self.path(e)} is neither external nor whole", "external")
                if e.get("isExternalReference") in ("true", "1"):
                    self.check(e.get("structureURL") or e.get("serviceURL"), f"{self.path(e)} is external, of no place", "external")

    def named(self, e):
        for tag in ("com:Name", "com:Description"):
            langs = [c.get(schema.XML + "lang", "en") for c in e if c.tag == tag]
            self.check(len(set(langs)) == len(langs), f"{self.path(e)} has two of {tag} of one language", "language")
            self.check(all((c.text or "").strip() for c in e if c.tag == tag), f"{self.path(e)} has an empty {tag}", "name")

    def owner(self, e):
        while e is not None and not (e.get("agencyID") and e.tag != "Ref"):
            e = self.parent.get(e)
        return e

    def urn(self, e):
        """urn:sdmx:org.sdmx.infomodel.PACKAGE.CLASS=AGENCY:ID(VERSION)[.ITEM]"""
        m = self.owner(e)
        if e.tag not in PACKAGES or m is None:
            return
        want = f"urn:sdmx:org.sdmx.infomodel.{PACKAGES[e.tag]}.{CLASSES.get(e.tag, e.tag)}={m.get('agencyID')}:{m.get('id')}({m.get('version', '1.0')})" + ("" if e is m else "." + self.id_of(e))
        self.check(e.get("urn") == want, f"{self.path(e)} has the URN {e.get('urn')}, not {want}", "urn")

    def items(self, scheme, items):
        ids = {}
        for c in items:
            self.check(c.get("id") not in ids, f"{self.path(scheme)} has {c.get('id')} twice", "unique item")
            ids[c.get("id")] = c
        above = {}
        for c in items:
            p = c.find("Parent/Ref")
            if p is not None and self.check(p.get("id") in ids, f"{self.path(c)} has the parent {p.get('id')}, which is not there", "parent"):
                above[c.get("id")] = p.get("id")
        for c in above:
            seen, at = set(), c
            while at in above and at not in seen:
                seen.add(at)
                at = above[at]
            self.check(at not in above, f"{self.path(scheme)}: {c} is above itself", "cycle")

    def id_of(self, component):
        ref = component.find("ConceptIdentity/Ref")
        return component.get("id") or (ref.get("id") if ref is not None else "") or {"TimeDimension": "TIME_PERIOD", "PrimaryMeasure": "OBS_VALUE"}.get(component.tag, "")

    def components(self, dsd):
        """(dimensions, attributes, [measure]) in the order of the structure"""
        out = []
        for box, kinds in (("DimensionList", ("Dimension", "MeasureDimension", "TimeDimension")), ("AttributeList", ("Attribute", "ReportingYearStartDay")), ("MeasureList", ("PrimaryMeasure",))):
            found = dsd.find("DataStructureComponents/" + box)
            out.append([c for c in found if c.tag in kinds] if found is not None else [])
        return out

    def data_structure(self, dsd):
        dimensions, attributes, measures = self.components(dsd)
        groups = dsd.findall("DataStructureComponents/Group")
        seen = set()
        for c in dimensions + attributes + measures + groups:
            name = c.get("id") if c.tag == "Group" else self.id_of(c)
            self.check(name not in seen, f"{self.path(dsd)} has two components {name}", "component id")
            seen.add(name)
            mine = {"TimeDimension": "TIME_PERIOD", "PrimaryMeasure": "OBS_VALUE", "ReportingYearStartDay": "REPORTING_YEAR_START_DAY"}.get(c.tag)
            self.check(name not in ("TIME_PERIOD", "OBS_VALUE", "REPORTING_YEAR_START_DAY") or name == mine, f"{self.path(c)} has the reserved id {name}", "reserved")
        times = [d for d in dimensions if d.tag == "TimeDimension"]
        self.check(len(times) <= 1 and sum(d.tag == "MeasureDimension" for d in dimensions) <= 1, f"{self.path(dsd)} has {len(times)} time dimensions", "one time")
        self.check(not times or any("FREQ" in self.id_of(d) or any("FREQ" in r.get("id", "") for r in d.findall("ConceptRole/Ref")) for d in dimensions), f"{self.path(dsd)} has time, no frequency", "frequency")
        for i, d in enumerate(dimensions):
            self.check(d.get("position") in (None, str(i + 1)), f"{self.path(d)} is at {i + 1}, its position {d.get('position')}", "position")
        for c in dimensions + attributes + measures:
            for f in c.findall("LocalRepresentation/TextFormat"):
                self.text_format(c, f)
            for f in c.findall("LocalRepresentation/EnumerationFormat"):
                self.check(f.get("textType", "String") in TEXTS and f.get("textType") not in ("Decimal", "Float", "Double", "DateTime", "TimeRange", "Time") and f.get("decimals") is None,
                           f"{self.path(c)}: {f.attrib}", "code format")
            if c.tag == "TimeDimension":
                self.check(c.find("LocalRepresentation/Enumeration") is None, f"{self.path(c)} is coded", "time format")
        ids, keys = {self.id_of(d) for d in dimensions}, set()
        for g in groups:
            key = frozenset(r.get("id") for r in g.findall("GroupDimension/DimensionReference/Ref"))
            self.check(key <= ids, f"{self.path(g)} has {sorted(key - ids)}", "group")
            self.check(key not in keys, f"{self.path(g)} is another group again", "group")
            keys.add(key)
        for a in attributes:
            r = a.find("AttributeRelationship")
            for tag, known in (("DimensionRef", ids), ("GroupRef", {g.get("id") for g in groups}), ("AttachmentGroup", {g.get("id") for g in groups}), ("PrimaryMeasureRef", {"OBS_VALUE"})):
                for ref in r.findall(tag + "/Ref") if r is not None else ():
                    self.check(ref.get("id") in known, f"{self.path(a)} goes with {ref.get('id')}, which is no {tag[:-3]}", "relationship")

    def text_format(self, c, f):
        kind = f.get("textType", "ObservationalTimePeriod" if c.tag == "TimeDimension" else "String")
        if c.tag == "TimeDimension":
            self.check(kind in TIME and set(f.attrib) <= {"textType", "startTime", "endTime"}, f"{self.path(c)}: {f.attrib}", "time format")
            return
        self.check(kind in TEXTS and "isMultiLingual" not in f.attrib, f"{self.path(c)}: {f.attrib}", "text format")
        sequence = f.get("isSequence") in ("true", "1")
        self.check(sequence or not {"interval", "startValue", "endValue", "timeInterval", "startTime", "endTime"} & set(f.attrib), f"{self.path(c)}: {f.attrib} without isSequence", "sequence")
        self.check(not sequence or {"interval", "startValue"} <= set(f.attrib) or {"timeInterval", "startTime"} <= set(f.attrib), f"{self.path(c)}: {f.attrib}", "sequence")

    def reference(self, ref):
        """a Ref points at what is in the message, with the class and package of it"""
        holder = self.parent[ref]
        want = {"Enumeration": ("Codelist", "codelist", self.lists), "ConceptIdentity": ("Concept", "conceptscheme", self.schemes), "ConceptRole": ("Concept", "conceptscheme", self.schemes),
                "StructureRef": ("DataStructure", "datastructure", self.dsds)}.get(holder.tag)
        kind = holder.tag
        if want and kind == "Enumeration" and self.parent[self.parent[holder]].tag == "MeasureDimension":
            want = ("ConceptScheme", "conceptscheme", self.schemes)
        if not want:
            fixed = {"Parent": {"Code", "Concept"}, "DimensionRef": {"Dimension", "TimeDimension", "MeasureDimension"}, "DimensionReference": {"Dimension", "TimeDimension", "MeasureDimension"},
                     "GroupRef": {"GroupDimensionDescriptor"}, "AttachmentGroup": {"GroupDimensionDescriptor"}, "PrimaryMeasureRef": {"PrimaryMeasure"}}.get(kind, set())
            self.check(ref.get("class") in fixed | {None} and ref.get("package") in ("datastructure", "codelist", "conceptscheme", None), f"{self.path(ref)}: {ref.attrib}", "class")
            self.check("agencyID" not in ref.attrib and ref.get("local") in (None, "true", "1"), f"{self.path(ref)} is local: {ref.attrib}", "full reference")
            return
        name, package, known = want
        self.check(ref.get("class", name) == name and ref.get("package", package) == package and ref.get("local") in (None, "false", "0"), f"{self.path(ref)}: {ref.attrib}", "class")
        item = name == "Concept"
        need = {"agencyID", "maintainableParentID"} if item else {"agencyID"}
        self.check(need <= set(ref.attrib) and (item or not {"maintainableParentID", "maintainableParentVersion", "containerID"} & set(ref.attrib)) and not (item and "version" in ref.attrib),
                   f"{self.path(ref)}: {sorted(ref.attrib)}", "full reference")
        key = (ref.get("agencyID"), ref.get("maintainableParentID"), ref.get("maintainableParentVersion", "1.0")) if item else (ref.get("agencyID"), ref.get("id"), ref.get("version", "1.0"))
        if self.check(key in known, f"{self.path(ref)} points at {name} {key}, which is not there", "reference") and item:
            self.check(ref.get("id") in {c.get("id") for c in known[key][1]}, f"{self.path(ref)} points at {ref.get('id')}, not in {key[1]}", "item reference")
        urn = holder.find("URN")
        text = f"urn:sdmx:org.sdmx.infomodel.{package}.{name}={key[0]}:{key[1]}({key[2]})" + (f".{ref.get('id')}" if item else "")
        self.check(urn is None or urn.text == text, f"{self.path(holder)}: {urn.text if urn is not None else ''} is not {text}", "ref and urn")


class Component:
    """How the values of a column are written: {code: {names}} of a list, or the format of a text."""

    def __init__(self, structure, e):
        self.id, self.kind, self.codes, self.format, self.mandatory = structure.id_of(e), e.tag, None, {}, e.get("assignmentStatus") == "Mandatory"
        r = e.find("LocalRepresentation")
        ref = e.find("ConceptIdentity/Ref")
        scheme = structure.schemes.get((ref.get("agencyID"), ref.get("maintainableParentID"), ref.get("maintainableParentVersion", "1.0"))) if ref is not None else None
        concept = next((c for c in scheme[1] if c.get("id") == ref.get("id")), None) if scheme else None
        self.names = {n.text for n in concept.findall("com:Name")} if concept is not None else set()
        r = r if r is not None else concept.find("CoreRepresentation") if concept is not None else None
        if r is not None and r.find("Enumeration/Ref") is not None:
            x = r.find("Enumeration/Ref")
            self.codes = {c.get("id"): {n.text for n in c.findall("com:Name")} for c in structure.lists.get((x.get("agencyID"), x.get("id"), x.get("version", "1.0")), (None, []))[1]}
        elif r is not None and r.find("TextFormat") is not None:
            self.format = dict(r.find("TextFormat").attrib)
        self.type = self.format.get("textType", "ObservationalTimePeriod" if self.kind == "TimeDimension" else "String")
        self.known = {}  # faults by value: most values stand in many records
        rel = e.find("AttributeRelationship")
        self.within = None  # an attribute of the observation
        if rel is not None and rel.find("PrimaryMeasureRef") is None:
            self.within = [x.get("id") for x in rel.findall("DimensionRef/Ref")]
            for g in rel.findall("GroupRef/Ref"):
                self.within += [x.get("id") for grp in structure.root.iter("Group") if grp.get("id") == g.get("id") for x in grp.findall("GroupDimension/DimensionReference/Ref")]

    def fault(self, value, comma=False):
        """what is wrong with a value: "code", "missing", "value" or nothing"""
        key = value, comma
        if key not in self.known:
            self.known[key] = self.fault_of(value, comma)
        return self.known[key]

    def fault_of(self, value, comma):
        if self.codes is not None:
            return None if value in self.codes or value == "#N/A" else "code"
        if value in ("#N/A", "NaN"):
            return None if (value == "NaN") == (self.type in ("Float", "Double")) else "missing"
        if comma and self.type in NUMBERS:
            value = value.replace(",", ".")
        f = self.format
        right = TEXTS.get(self.type, ANY)(value)
        if right and self.type in NUMBERS and value not in ("INF", "-INF"):
            x = float(value)
            right = x >= float(f.get("minValue", x)) and x <= float(f.get("maxValue", x)) and len(value.partition(".")[2]) <= int(f.get("decimals", 99))
        return None if right and int(f.get("minLength", 0)) <= len(value) <= int(f.get("maxLength", 1 << 30)) else "value"


class Table:
    """Records by RFC 4180: fields, and whether each was quoted."""

    def __init__(self, raw, breaches, where):
        self.check = lambda right, what, rule: breaches.check(right, where, what, rule)
        self.records = []
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as e:
            self.check(False, str(e), "utf-8")
            text = raw.decode("utf-8", "replace")
        self.check(not text.startswith("\ufeff"), "a byte order mark stands before the first term", "utf-8")
        m = re.match(r"(?:STRUCTURE(?:\[[^\]]*\])?|DATAFLOW)(.)", text)
        self.separator = m[1] if m else ","
        self.check(self.separator in ",;\t|", f"fields are separated by '{self.separator}'", "separator")
        s = re.escape(self.separator)
        field = re.compile(rf'(?:"((?:[^"]|"")*)"|([^"{s}\r\n]*))({s}|\r\n|\n|\r|$)')
        at, record, ends = 0, [], set()
        while at < len(text):
            m = field.match(text, at)
            if m is None:
                self.check(False, f"record {len(self.records) + 1}: '{text[at:at + 40]!r}' is no field", "quote")
                nl = text.find("\n", at)
                at, record = (len(text) if nl < 0 else nl + 1), []
                continue
            record.append(m[1].replace('""', '"') if m[1] is not None else m[2])
            at = m.end()
            if m[3] != self.separator:
                ends.add(m[3])
                self.records.append(record)
                record = []
                if m[3] == "":
                    break
        self.check(ends <= {"\r\n", ""}, f"records are ended by {sorted(ends)!r}", "line")
        width = len(self.records[0]) if self.records else 0
        for i, r in enumerate(self.records):
            self.check(len(r) == width, f"record {i + 1} has {len(r)} fields of {width}", "fields")
        self.rows = [r for r in self.records[1:] if len(r) == width]


class Data(Table):
    """SDMX-CSV 2.1"""

    def __init__(self, raw, structure, breaches, where):
        super().__init__(raw, breaches, where)
        self.observations = {}
        if not self.check(bool(self.records), "nothing is there", "first column"):
            return
        head = self.records[0]
        m = re.fullmatch(r"STRUCTURE(?:\[(.)[^\]]*\])?", head[0])
        if not self.check(m is not None, f"the first column is '{head[0]}'", "first column"):
            return
        self.sub = m[1]
        self.check(self.sub != self.separator, "the sub-field separator is that of fields", "sub-field")
        if not self.check(len(head) > 1 and head[1] == "STRUCTURE_ID", f"the second column is '{head[1:2]}'", "id column"):
            return
        at, self.named = 2, head[2:3] == ["STRUCTURE_NAME"]
        at += self.named
        self.action = at if head[at:at + 1] == ["ACTION"] else None
        self.check(self.action is not None, "no column ACTION", "action column")
        at += self.action is not None
        self.keys = {}
        for name in ("SERIES_KEY", "OBS_KEY"):
            if head[at:at + 1] == [name]:
                self.keys[name] = at
                at += 1
        for i, h in enumerate(head):
            self.check(h not in ("SERIES_KEY", "OBS_KEY") or self.keys.get(h) == i, f"{h} is column {i + 1}", "key column")
            self.check(h != "ACTION" or self.action == i, f"ACTION is column {i + 1}", "action column")
        self.check(len(set(head)) == len(head), f"a column stands twice: {sorted({h for h in head if head.count(h) > 1})}", "column once")
        dsd = self.artefacts(structure)
        if dsd is None:
            return
        dimensions, attributes, measures = ([Component(structure, e) for e in box] for box in structure.components(dsd))
        self.columns(head, at, dimensions, measures, attributes)
        missing = [d.id for d in dimensions if d.id not in self.place]
        if not self.check(not missing, f"no column of {missing}", "dimensions"):
            return
        self.dimensions, self.attributes = dimensions, attributes
        for i, r in enumerate(self.rows):
            self.row(i + 2, r, dimensions, measures, attributes)
        self.levels(attributes)

    def artefacts(self, structure):
        """the data structure of the rows"""
        dsd = None
        for kind, name in sorted({(r[0], r[1]) for r in self.rows}):
            self.check(kind in ("dataflow", "datastructure", "dataprovision"), f"the structure is a '{kind}'", "structure type")
            m = re.fullmatch(rf"({NC}(?:\.{NC})*):({ID})(?:\((\d+(?:\.\d+)*)\))?(: .*)?", name)
            if not self.check(m is not None, f"the structure is '{name}'", "structure id"):
                continue
            key = (m[1], m[2], m[3] or "1.0")
            found = {"dataflow": structure.flows, "datastructure": structure.dsds}.get(kind, {}).get(key)
            self.check(found is not None, f"there is no {kind} {key}", "artefact")
            got = structure.of_flow(found) if kind == "dataflow" else found
            dsd = dsd if got is None else got
        return dsd

    def columns(self, head, at, dimensions, measures, attributes):
        """places of the components; also ID: name, ID[] and ID[en;fr]"""
        every = {c.id: c for c in dimensions + measures + attributes}
        self.place, self.many, self.langs, order, i = {}, set(), {}, [], at
        self.both = False
        while i < len(head):
            name, _, text = head[i].partition(": ")
            m = re.fullmatch(r"([\w@$.-]+)(?:\[(.*)\])?", name)
            c = every.get(m[1]) if m else None
            if c is None:
                self.check(False, f"'{head[i]}' is no component", "column")
                i += 1
                continue
            if text:
                self.both = True
                self.check(text in c.names, f"{c.id} is named '{text}'", "label")
            if m[2] is not None:
                self.check(self.sub is not None, f"{head[i]}: STRUCTURE names no sub-field separator", "sub-field")
                self.many.add(c.id)
                if m[2]:
                    self.langs[c.id] = m[2].split(self.sub or ";")
            self.place[c.id] = i
            order.append(list(every).index(c.id))
            i += 1
            if self.named and i < len(head) and head[i] in c.names:
                i += 1
        self.check(order == sorted(order), f"columns are in the order {[list(every)[k] for k in order][:12]}", "column order")

    def row(self, n, r, dimensions, measures, attributes):
        action = r[self.action] if self.action is not None else "M"
        self.check(action in ("I", "A", "M", "R", "D") , f"record {n}: the action is '{action}'", "action")
        self.check(action not in ("I", "A"), f"record {n}: the action is '{action}'", "deprecated")
        value = {}
        for c in dimensions + measures + attributes:
            if c.id not in self.place:
                continue
            text = r[self.place[c.id]]
            if text in ("", "~") or action == "D":
                value[c.id] = text
                continue
            parts = text.split(self.sub) if c.id in self.many and self.sub else [text]
            for p in parts:
                if c.id in self.langs:
                    self.check(p[2:3] == ":" and p[:2] in self.langs[c.id], f"record {n}: {c.id} is '{p[:30]}'", "multi-lingual")
                    p = p[3:]
                if self.both and c.codes is not None:
                    p, _, name = p.partition(": ")
                    self.check(name in c.codes.get(p, {name}), f"record {n}: {p} is named '{name}'", "label")
                fault = c.fault(p, self.separator == ";")
                if fault is not None:
                    self.check(False, f"record {n}: {c.id} is '{p}'" + (", not in its list" if fault == "code" else f", no {c.type}"), fault)
            value[c.id] = parts[0].partition(": ")[0] if self.both and c.codes is not None else text
        if action != "D":
            self.check(all(value[d.id] for d in dimensions), f"record {n}: a dimension is omitted: {[d.id for d in dimensions if not value[d.id]]}", "key value")
            self.check(any(value.get(c.id) for c in measures + attributes), f"record {n} has neither measure nor attribute", "present")
            for c in attributes:
                self.check(not c.mandatory or c.id not in self.place or value[c.id], f"record {n} has no {c.id}, which is mandatory", "mandatory")
        key = tuple(value[d.id] for d in dimensions)
        series = [value[d.id] for d in dimensions if d.kind != "TimeDimension"]
        for name, i in self.keys.items():
            want = ".".join(key if name == "OBS_KEY" else series)
            self.check(r[i] == want, f"record {n}: {name} is '{r[i]}', not '{want}'", "key text")
        self.check((r[1], key) not in self.observations, f"record {n}: the key {'.'.join(key)} stands twice", "key")
        self.observations[r[1], key] = value

    def levels(self, attributes):
        for a in attributes:
            if a.within is None or a.id not in self.place:
                continue
            seen = {}
            for (_, key), value in self.observations.items():
                at = tuple(value[d] for d in a.within if d in value)
                self.check(seen.setdefault(at, value[a.id]) == value[a.id], f"{a.id} of {'.'.join(at) or 'the data set'} is '{seen.get(at)}' and '{value[a.id]}'", "level")


class Data10(Table):
    """SDMX-CSV 1.0"""

    def __init__(self, raw, structure, data, breaches, where):
        super().__init__(raw, breaches, where)
        if not self.check(bool(self.records) and self.records[0][0] == "DATAFLOW", f"the first column is '{self.records[0][0] if self.records else ''}'", "1.0 first"):
            return
        head = self.records[0]
        names = [h.partition(": ")[0] for h in head]
        both = any(": " in h for h in head)
        flows = sorted({r[0] for r in self.rows})
        dsd = None
        for name in flows:
            m = re.fullmatch(rf"({NC}(?:\.{NC})*):({ID})\((\d+(?:\.\d+)*)\)(: .*)?", name)
            flow = structure.flows.get((m[1], m[2], m[3])) if m else None
            self.check(flow is not None and bool(m[4]) == both, f"the dataflow is '{name}'", "1.0 dataflow")
            got = structure.of_flow(flow)
            dsd = dsd if got is None else got
        if dsd is None:
            return
        dimensions, attributes, measures = ([Component(structure, e) for e in box] for box in structure.components(dsd))
        self.check("OBS_VALUE" in head, "no column OBS_VALUE", "1.0 measure")
        for c in dimensions + attributes:
            self.check(names.count(c.id) == 1, f"{names.count(c.id)} columns of {c.id}", "1.0 column")
        self.check(len(set(head)) == len(head), "a column stands twice", "1.0 column")
        place = {n: i for i, n in enumerate(names)}
        mine = {}
        for n, r in enumerate(self.rows):
            value = {}
            for c in dimensions + attributes + measures:
                if c.id not in place:
                    continue
                text = value[c.id] = r[place[c.id]].partition(": ")[0] if both and c.codes is not None else r[place[c.id]]
                if text == "":
                    self.check(c.kind == "Attribute" and not c.mandatory or c.kind == "PrimaryMeasure", f"record {n + 2} has no {c.id}", "1.0 value")
                    continue
                fault = c.fault(text, self.separator == ";")
                if fault == "code":
                    self.check(False, f"record {n + 2}: {c.id} is '{text}', not in its list", "1.0 code")
                elif fault is not None:
                    self.check(False, f"record {n + 2}: {c.id} is '{text}', no {c.type}", "1.0 value")
            mine[tuple(value.get(d.id) for d in dimensions)] = value
        if data is not None and data.observations:
            theirs = {key: value for (_, key), value in data.observations.items()}
            self.check(mine.keys() == theirs.keys() and len(mine) == len(self.rows), f"{len(self.rows)} observations, {len(theirs)} in version 2.1", "1.0 same")
            for key in mine.keys() & theirs.keys():
                a, b = ({k: "" if x in ("NaN", "#N/A") else x for k, x in v.items()} for v in (mine[key], theirs[key]))
                self.check(a == b, f"{'.'.join(key)}: {[(k, a[k], b.get(k)) for k in a if a[k] != b.get(k)][:3]}", "1.0 same")


def check(xml, csv, csv10, breaches, where=("structure", "2.1", "1.0")):
    structure = Structure(xml, breaches, where[0])
    data = Data(csv, structure, breaches, where[1]) if structure.ok else None
    old = Data10(csv10, structure, data, breaches, where[2]) if structure.ok and csv10 is not None else None
    return structure, data, old


MEASURES = {"OBS_VALUE": "estimate", "STD_ERROR": "std.error", "CONF_LOW": "conf.low", "CONF_HIGH": "conf.high"}


def against_study(data, path, breaches, where):
    """every row of the CSV is an observation, by its codes, with its numbers; and no observation is beside them"""
    names = [d.id for d in data.dimensions]
    mine = {tuple(c for n, c in zip(names, key) if n != "FREQ"): value for (_, key), value in data.observations.items()}
    values = 0
    for row, crossed, period in tidy.rows(path):
        here = {"INDICATOR": row["indicator"].replace("/", "_"), "STAT_TYPE": row["statistic"], "WAVE" if "WAVE" in names else "TIME_PERIOD": period, **crossed}
        value = mine.pop(tuple(here.get(n, "_T") for n in names if n != "FREQ"), None)
        if not breaches.check(value is not None, where, f"{here} is not there", "study"):
            continue
        for name, column in MEASURES.items():
            got = value.get(name, "")
            if row[column] == "" or got in ("", "NaN"):
                breaches.check(row[column] == "" and got in ("", "NaN"), where, f"{here}: {name} is '{got}', not {row[column]}", "study")
                continue
            breaches.check(tidy.agrees(got, row, column, value.get("UNIT_MEASURE")), where, f"{here}: {name} is {got} {value.get('UNIT_MEASURE')}, not {row[column]}", "study")
            values += 1
    breaches.check(not mine, where, f"observations of no row: {list(mine)[:3]}", "study")
    return values


def main():
    breaches = tidy.Breaches(RULES)
    csv, csv10, xml = sys.argv[2:5]
    structure, data, _ = check(*(open(p, "rb").read() for p in (xml, csv, csv10)), breaches, [p.split("/")[-1] for p in (xml, csv, csv10)])
    ok = data is not None and bool(data.observations)
    values = against_study(data, sys.argv[1], breaches, csv.split("/")[-1]) if ok else 0
    breaches.summary()
    codes = sum(len(items) for _, items in structure.lists.values())
    print(f"{len(structure.dsds)} structures, {codes} codes, {len(data.observations) if ok else 0} observations, {values} values, {breaches.n} breaches")
    sys.exit(breaches.n > 0 or not ok)


if __name__ == "__main__":
    main()
