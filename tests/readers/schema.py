"""schema.py: documents held against tables of content models. A table is written by hand from the XML Schema that a reader cites; no schema is read here.

A line of a table is "NAME(S) = CHILDREN ; ATTRIBUTES". CHILDREN is a regular expression over the names of children, a name alone being one of them:
"titl subTitl* IDNo*", "(item|range)+ key?", "empty", "text" (characters only), "mixed(NAMES)" (characters and any of these, in any order).
ATTRIBUTES are "name:TYPE" (string where nothing is said), "name=a|b" for an enumeration, and end with "!" where they are required.
"""
import re
import xml.etree.ElementTree as ET
from datetime import date

XML = "{http://www.w3.org/XML/1998/namespace}"
NCNAME = r"[^\W\d][\w.\-·]*"
ZONE = r"(Z|[+-]\d\d:\d\d)?"


def is_date(text):
    m = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)" + ZONE, text)
    try:
        return bool(m and date(int(m[1]), int(m[2]), int(m[3])))
    except ValueError:
        return False


def is_date_time(text):
    day, _, clock = text.partition("T")
    m = re.fullmatch(r"(\d\d):(\d\d):(\d\d)(\.\d+)?" + ZONE, clock)
    return is_date(day) and bool(m and int(m[1]) < 24 and int(m[2]) < 60 and int(m[3]) < 60)


def is_year_month(text):
    return bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])" + ZONE, text))


def is_year(text):
    return bool(re.fullmatch(r"-?\d{4,}" + ZONE, text))


def matches(pattern):
    return lambda text: re.fullmatch(pattern, text) is not None


# the simple types of XML Schema that the tables name; both readers add their own
TYPES = {
    "string": lambda t: True, "anyURI": matches(r"[^\s<>\"{}|\\^`]*"), "NMTOKEN": matches(r"[\w.:\-·]+"), "NCName": matches(NCNAME), "ID": matches(NCNAME),
    "IDREF": matches(NCNAME), "IDREFS": matches(rf"{NCNAME}( {NCNAME})*"), "boolean": matches("true|false|0|1"), "int": matches(r"[+-]?\d+"),
    "positiveInteger": matches(r"\+?0*[1-9]\d*"), "decimal": matches(r"[+-]?(\d+(\.\d*)?|\.\d+)"), "duration": matches(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.).*)?"),
    "dateTime": is_date_time, "date": lambda t: is_date_time(t) or is_date(t), "anyDate": lambda t: is_date_time(t) or is_date(t) or is_year_month(t) or is_year(t),
    "language": matches(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")}


class Model:
    def __init__(self, children, attributes, common):
        m = re.fullmatch(r"mixed\((.*)\)", children)
        self.mixed = bool(m) or children == "text"
        self.expression = "" if children in ("empty", "text") else f"({'|'.join(m[1].split())})*" if m else children
        self.names = set(re.findall(r"[A-Za-z:]\w*(?::\w+)?", self.expression))
        self.pattern = re.compile(re.sub(r"\s+", "", re.sub(r"[A-Za-z:]\w*(?::\w+)?", lambda n: f"(?:{n[0]};)", self.expression)))
        self.attributes = {}
        for a in (attributes + " " + common).split():
            name, kind, values = re.fullmatch(r"(xml:lang|[\w-]+)(?:([:=])(.+?))?!?", a).groups()
            self.attributes[name] = (values.split("|") if kind == "=" else values or "string", a.endswith("!"))


def table(text, common=""):
    """{name: Model} of the lines of a table; a line that begins with spaces goes on"""
    models = {}
    for line in re.sub(r"\n\s+", " ", text.strip()).split("\n"):
        names, rest = line.split(" = ", 1)
        children, _, attributes = rest.partition(" ; ")
        for name in names.split():
            models[name] = Model(children.strip(), attributes.strip(), common)
    return models


def parse(raw):
    """the tree of a document, or None and what the parser says; comments and instructions are of no matter"""
    try:
        return ET.fromstring(raw), None
    except ET.ParseError as e:
        return None, str(e)


class Document:
    """A tree held against a table: every element has the children, the characters and the attributes that its model says."""

    def __init__(self, root, models, short, breaches, where, types=None, loose=()):
        """short(tag) is the name in the table; what stands below an element of `loose` is not looked at"""
        self.root, self.models, self.short, self.breaches, self.where = root, models, short, breaches, where
        self.types, self.loose, self.paths = {**TYPES, **(types or {})}, loose, {}
        self.parent = {c: p for p in root.iter() for c in p}

    def check(self, right, what, rule):
        return self.breaches.check(right, self.where, what, rule)

    def path(self, e):
        """its name below that of its parent; kept, since every check has it at hand"""
        if e not in self.paths:
            name = e.get("id") or e.get("ID") or e.get("name")
            above = self.parent.get(e)
            self.paths[e] = (self.path(above).split("/", 1)[-1] + "/" if above is not None else "") + self.short(e.tag) + (f"[{name}]" if name else "")
        return self.paths[e]

    def grammar(self, e=None):
        e = self.root if e is None else e
        name = self.short(e.tag)
        if name in self.loose:
            return
        model = self.models.get(name)
        if not self.check(model is not None, f"{self.path(e)} is no element of the schema", "element"):
            return
        children = [self.short(c.tag) for c in e]
        known = [c for c in children if c in model.names]
        if self.check(len(known) == len(children), f"{self.path(e)} cannot hold {sorted(set(children) - set(known))}", "foreign"):
            self.check(model.pattern.fullmatch("".join(c + ";" for c in children)), f"{self.path(e)} holds '{' '.join(children)[:120]}', not '{model.expression}'", "children")
        if not model.mixed:
            text = (e.text or "") + "".join(c.tail or "" for c in e)
            self.check(not text.strip(), f"{self.path(e)} has the characters '{text.strip()[:30]}'", "text")
        for key, value in e.attrib.items():
            key = key.replace(XML, "xml:")
            if key.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
                continue
            kind = model.attributes.get(key, (None,))[0]
            if not self.check(kind is not None, f"{self.path(e)} has no attribute {key}", "attribute"):
                continue
            if isinstance(kind, list):
                self.check(value in kind, f"{self.path(e)}/@{key} is '{value}', not one of {' '.join(kind)}", "enumeration")
            else:
                self.check(self.types[kind](value.strip()), f"{self.path(e)}/@{key} is '{value}', no {kind}", "type")
        for key, (_, required) in model.attributes.items():
            self.check(not required or e.get(key.replace("xml:", XML)) is not None, f"{self.path(e)} has no @{key}", "required")
        for c in e:
            self.grammar(c)

    def identifiers(self):
        """xs:ID is unique, xs:IDREF points at one; {ID: element}, and the list of (element, attribute, [target elements])"""
        ids, references = {}, []
        for e in self.root.iter():
            for key, (kind, _) in getattr(self.models.get(self.short(e.tag)), "attributes", {}).items():
                if kind == "ID" and e.get(key) is not None:
                    self.check(e.get(key) not in ids, f"two elements have the ID {e.get(key)}", "unique")
                    ids[e.get(key)] = e
        for e in self.root.iter():
            for key, (kind, _) in getattr(self.models.get(self.short(e.tag)), "attributes", {}).items():
                if kind in ("IDREF", "IDREFS") and e.get(key) is not None:
                    targets = e.get(key).split()
                    for t in targets:
                        self.check(t in ids, f"{self.path(e)}/@{key} points at {t}, which is not there", "reference")
                    references.append((e, key, [ids[t] for t in targets if t in ids]))
        return ids, references
