#!/usr/bin/env python3
"""ddi.py CODEBOOK.xml [TIDY.csv]: a second reader of DDI-Codebook 2.5, written from the published schema alone.

The table is the content models of codebook.xsd, "DDI 2.5 XML Schema", DDI Alliance, 17 January 2012, by its complex types; the other rules are what the
documentation in that schema says of an element ("doc ELEMENT"). What XHTML inside a text holds is not looked at. With TIDY.csv, the cases of the study in the
file are held against the codebook. Prints "N elements, N variables, N categories, N statistics, N breaches"; exit 1 with every breach."""
import re
import sys
from datetime import date

import schema
import tidy

NAMESPACE, XHTML, DC = "ddi:codebook:2_5", "http://www.w3.org/1999/xhtml", "http://purl.org/dc/terms/"
GLOBALS = "ID:ID xml-lang:NMTOKEN xml:lang:language source=archive|producer elementVersion elementVersionDate:anyDate ddiLifecycleUrn:anyURI ddiCodebookUrn:anyURI"
REFS = "sdatrefs:IDREFS methrefs:IDREFS pubrefs:IDREFS access:IDREFS"
GROUPS = "section|multipleResp|grid|display|repetition|subject|version|iteration|analysis|pragmatic|record|file|randomized|other"
AGGREGATES = "sum|average|count|mode|median|maximum|minimum|percent|other"
TEXT = "mixed(ExtLink Link div emph head hi list p xhtml)"  # simpleTextType: PHRASE, FORM, XHTML blocks
CONCEPT = TEXT[:-1] + " concept txt)"  # conceptualTextType
TABLE = TEXT[:-1] + " table)"  # tableAndTextType
CITED = TEXT[:-1] + " citation)"  # materialReferenceType
CITATION = "titlStmt rspStmt? prodStmt? distStmt? serStmt* verStmt* biblCit? holdings* notes*"
ALIGN, VALIGN = "align=left|right|center|justify|char char charoff:NMTOKEN", "valign=top|middle|bottom"

MODELS = schema.table(f"""
codeBook = docDscr* stdyDscr+ fileDscr* dataDscr* otherMat* ; version=2.5 codeBookAgency:NCName
docDscr = citation? guide? docStatus? docSrc* controlledVocabUsed* notes*
docSrc = {CITATION} ; MARCURI
citation fileCitation sourceCitation = {CITATION} dc* ; MARCURI
titlStmt = titl subTitl* altTitl* parTitl* IDNo*
rspStmt = AuthEnty* othId*
prodStmt = producer* copyright? prodDate* prodPlac* software* fundAg* grantNo*
distStmt = distrbtr* contact* depositr* depDate* distDate?
serStmt = serName* serInfo* ; URI
verStmt = version? verResp? notes*
stdyDscr = citation+ studyAuthorization* stdyInfo* studyDevelopment* method* dataAccs* othrStdyMat* notes* ; access:IDREFS
studyAuthorization = authorizingAgency* authorizationStatement* ; date:anyDate
studyDevelopment = developmentActivity*
developmentActivity = description? participant* resource* outcome? ; type
resource = dataSrc? srcOrig? srcChar? srcDocu?
stdyInfo = studyBudget* subject* abstract* sumDscr* qualityStatement? notes* exPostEvaluation*
subject = keyword* topcClas*
sumDscr = timePrd* collDate* nation* geogCover* geogUnit* geoBndBox? boundPoly? anlyUnit* universe* dataKind*
qualityStatement = standardsCompliance* otherQualityStatement*
standardsCompliance = standard complianceDescription*
standard = standardName* producer*
exPostEvaluation = evaluator* evaluationProcess* outcomes* ; completionDate:anyDate type
geoBndBox = westBL eastBL southBL northBL
boundPoly = polygon+
polygon = point+
point = gringLat gringLon
method = dataColl* notes* anlyInfo? stdyClas? dataProcessing* codingInstructions*
dataColl = timeMeth* dataCollector* collectorTraining* frequenc* sampProc* sampleFrame* targetSampleSize* deviat* collMode* resInstru* instrumentDevelopment*
  sources? collSitu* actMin* ConOps* weight* cleanOps*
sampleFrame = sampleFrameName* labl* txt* validPeriod* custodian* useStmt? universe? frameUnit* referencePeriod* updateProcedure*
frameUnit = unitType txt* ; isPrimary:boolean
targetSampleSize = sampleSize? sampleSizeFormula?
sources = dataSrc* sourceCitation* srcOrig* srcChar* srcDocu* sources*
anlyInfo = respRate* EstSmpErr* dataAppr*
codingInstructions = txt* command* ; type relatedProcesses:IDREFS
dataAccs = setAvail* useStmt* notes*
setAvail = accsPlac* origArch? avlStatus* collSize? complete? fileQnty? notes* ; media callno label type
useStmt = confDec? specPerm? restrctn? contact* citReq? deposReq? conditions? disclaimer?
othrStdyMat = relMat* relStdy* relPubl* othRefs*
fileDscr = fileTxt* locMap? notes* ; URI {REFS}
fileTxt = fileName? fileCitation? fileCont? fileStrc? dimensns? fileType? format? filePlac? dataChck* ProcStat? dataMsng? software* verStmt?
fileStrc = recGrp* notes* ; type=rectangular|hierarchical|relational|nested|other otherType:NMTOKEN fileStrcRef:IDREF
recGrp = labl* recDimnsn? ; recGrp:IDREFS rectype keyvar:IDREFS rtypeloc rtypewidth rtypevtype=numeric|character recidvar
recDimnsn = varQnty? caseQnty? logRecL? ; level
dimensns = caseQnty* varQnty* logRecL* recPrCas* recNumTot*
locMap = dataItem*
dataItem = CubeCoord* physLoc* ; varRef:IDREF nCubeRef:IDREF
CubeCoord = empty ; coordNo coordVal coordValRef:IDREF
physLoc = empty ; type recRef:IDREF startPos width endPos
dataDscr = varGrp* nCubeGrp* var* nCube* notes*
varGrp = labl* txt* concept* defntn? universe? notes* ; type={GROUPS} otherType:NMTOKEN var:IDREFS varGrp:IDREFS name {REFS} nCube
nCubeGrp = labl* txt* concept* defntn? universe? notes* ; type={GROUPS} otherType:NMTOKEN nCube:IDREFS nCubeGrp:IDREFS name {REFS}
var = location* labl* imputation? security? embargo? respUnit? anlysUnit? qstn* valrng* invalrng* undocCod* universe* TotlResp? sumStat* txt* stdCatgry* catgryGrp*
  catgry* codInstr* verStmt* concept* derivation? varFormat? geoMap* catLevel* notes* ; name! wgt=wgt|not-wgt wgt-var:IDREFS weight:IDREFS qstn:IDREFS
  files:IDREFS vendor dcml intrvl=contin|discrete rectype {REFS} aggrMeth={AGGREGATES} otherAggrMeth:NMTOKEN measUnit scale origin
  nature=nominal|ordinal|interval|ratio|percent|other additivity=stock|flow|non-additive|other otherAdditivity:NMTOKEN temporal=Y|N geog=Y|N geoVocab catQnty
  representationType=text|numeric|code|datetime|other otherRepresentationType:NMTOKEN
nCube = location* labl* txt* universe* imputation? security? embargo? respUnit? anlysUnit? verStmt* purpose? dmns* measure* notes* ; name {REFS} dmnsQnty cellQnty
dmns = cohort* ; rank varRef:IDREF
cohort = range* ; catRef:IDREF value
measure = empty ; varRef:IDREF aggrMeth={AGGREGATES} otherAggrMeth:NMTOKEN measUnit scale origin additivity=stock|flow|non-additive
location = empty ; StartPos EndPos width RecSegNo fileid:IDREF locMap:IDREF
valrng invalrng = (item|range)+ key? notes*
item = empty ; UNITS=INT|REAL VALUE!
range = empty ; UNITS=INT|REAL min minExclusive max maxExclusive
catgry = catValu? labl* txt* catStat* mrow? ; missing=Y|N missType country sdatrefs:IDREFS excls=true|false catgry:IDREFS level:IDREF access:IDREF
catgryGrp = labl* catStat* txt* ; missing=Y|N missType catgry:IDREFS catGrp:IDREFS levelno levelnm compl=true|false excls=true|false
catLevel = empty ; levelnm geoMap:IDREFS
mrow = mi*
derivation = drvdesc? drvcmd? ; var:IDREFS
otherMat = labl* txt? notes* table* citation? otherMat* ; type level:NMTOKEN! URI
controlledVocabUsed = codeListID? codeListName? codeListAgencyName? codeListVersionID? codeListURN? codeListSchemeURN? usage+
table = titl? tgroup+ ; frame=top|bottom|topbot|all|sides|none colsep rowsep pgwide
tgroup = colspec* thead? tbody ; cols! colsep rowsep align=left|right|center|justify|char
thead tbody = row+ ; {VALIGN}
row = entry+ ; rowsep {VALIGN}
colspec = empty ; colnum colname:NMTOKEN colwidth colsep rowsep {ALIGN}
entry = text ; colname:NMTOKEN namest:NMTOKEN nameend:NMTOKEN morerows colsep rowsep {ALIGN} {VALIGN}
geoMap = empty ; URI mapformat levelno
ExtLink = text ; URI! role title
Link = text ; refs:IDREFS! role title
div = (div|emph|head|hi|list|p)* ; n rend
emph = mixed(hi list) ; n rend
hi = mixed(emph list) ; n rend
head = mixed(ExtLink Link emph hi list) ; n rend type
p = mixed(ExtLink Link emph hi list) ; n rend
list = (itm|label)* ; n rend type=ordered|bulleted|simple|gloss
itm = mixed(ExtLink Link emph hi list p label) ; n rend
label = mixed(ExtLink Link emph hi) ; n rend
abstract = {TEXT} ; date contentType=abstract|purpose|mixed
accsPlac = {TEXT} ; URI
AuthEnty verResp = {TEXT} ; affiliation
backward forward = {TEXT} ; qstn:IDREFS
biblCit = {TEXT} ; format
catStat = {TEXT} ; type=freq|percent|crosstab|other otherType:NMTOKEN URI methrefs:IDREFS wgtd=wgtd|not-wgtd wgt-var:IDREFS weight:IDREFS sdatrefs:IDREFS
cleanOps ConOps = {TEXT} ; agency
collDate timePrd = {TEXT} ; date event=start|end|single cycle
collectorTraining dataAppr dataProcessing instrumentDevelopment stdyClas = {TEXT} ; type
concept keyword topcClas = {TEXT} ; vocab vocabURI
confDec specPerm = {TEXT} ; required=yes|no formNo URI
contact = {TEXT} ; affiliation URI email
dataCollector producer = {TEXT} ; abbr affiliation role
depositr = {TEXT} ; abbr affiliation
distrbtr = {TEXT} ; abbr affiliation URI
depDate distDate prodDate security = {TEXT} ; date
drvcmd = {TEXT} ; syntax
embargo = {TEXT} ; date event=notBefore|notAfter format
fileType = {TEXT} ; charset
frequenc = {TEXT} ; freq
fundAg = {TEXT} ; abbr role
grantNo = {TEXT} ; agency role
holdings = {TEXT} ; location callno URI media
IDNo = {TEXT} ; agency level=study|file|project
labl = {TEXT} ; level vendor country sdatrefs:IDREFS
othId = {TEXT} ; type role affiliation
purpose = {TEXT} ; sdatrefs:IDREFS methrefs:IDREFS pubrefs:IDREFS URI
qstn = {TEXT[:-1]} preQTxt qstnLit postQTxt forward backward ivuInstr) ; qstn:IDREF var:IDREFS seqNo sdatrefs:IDREFS
  responseDomainType=text|numeric|code|category|datetime|geographic|multiple|other otherResponseDomainType:NMTOKEN
qstnLit = {TEXT} ; sdatrefs:IDREFS
serName = {TEXT} ; abbr
software = {TEXT} ; date version
stdCatgry = {TEXT} ; date URI
sumStat = {TEXT} ; wgtd=wgtd|not-wgtd wgt-var:IDREFS weight:IDREFS type=mean|medn|mode|vald|invd|min|max|stdev|other! otherType:NMTOKEN access:IDREFS
varFormat = {TEXT} ; type=character|numeric formatname schema=SAS|SPSS|IBM|ANSI|ISO|XML-Data|other otherSchema:NMTOKEN category=date|time|currency|other otherCategory:NMTOKEN URI
version = {TEXT} ; date type
anlyUnit = {CONCEPT} ; unit
anlysUnit collMode geogCover geogUnit sampProc srcOrig = {CONCEPT}
dataKind resInstru = {CONCEPT} ; type
nation = {CONCEPT} ; abbr
timeMeth = {CONCEPT} ; method
universe = {CONCEPT} ; level clusion=I|E
key = {TABLE}
notes = {TABLE} ; type subject level resp sdatrefs:IDREFS parent:IDREFS sameNote:IDREF
txt = {TABLE} ; level sdatrefs:IDREFS
relMat = {CITED} ; callno label media type
relPubl relStdy othRefs = {CITED}
actMin altTitl authorizationStatement avlStatus caseQnty catValu citReq codInstr collSitu collSize complete complianceDescription conditions copyright dataChck
  dataMsng dataSrc defntn deposReq description deviat disclaimer docStatus drvdesc EstSmpErr evaluationProcess fileCont fileName filePlac fileQnty format guide
  imputation ivuInstr logRecL origArch otherQualityStatement outcome outcomes parTitl postQTxt preQTxt prodPlac ProcStat recNumTot recPrCas respRate respUnit
  restrctn serInfo srcChar srcDocu studyBudget subTitl titl TotlResp undocCod updateProcedure varQnty weight = {TEXT}
eastBL northBL southBL westBL gringLat gringLon = mixed(ExtLink Link)
mi = mixed(ExtLink Link) ; varRef:IDREF!
authorizingAgency custodian = text ; affiliation abbr
evaluator participant = text ; affiliation abbr role
command = text ; formalLanguage
codeListID codeListName codeListAgencyName codeListVersionID codeListURN codeListSchemeURN sampleFrameName sampleSizeFormula sampleSize = text
validPeriod referencePeriod = text ; event=start|end|single
standardName = text ; date:anyDate version URI:anyURI
unitType = text ; numberOfUnits:int
""", GLOBALS)
MODELS.update(schema.table("""
usage = (selector|specificElements) attribute?
selector attribute = text
specificElements = empty ; refs:IDREFS! authorizedCodeValue:NMTOKEN
"""))  # these have none of the attributes of all others

RULES = {
    "well-formed": "XML 1.0 2.1", "encoding": "XML 1.0 4.3.3", "root": "codebook.xsd targetNamespace, codeBook", "location": "XML Schema 1 4.3.2 schemaLocation",
    "element": "codebook.xsd global elements", "foreign": "codebook.xsd, complex type of the element", "children": "codebook.xsd, complex type of the element: order, number",
    "text": "codebook.xsd, no mixed content", "attribute": "codebook.xsd, attributes of the type", "required": "codebook.xsd use=required",
    "enumeration": "codebook.xsd xs:enumeration", "type": "codebook.xsd type of the attribute", "unique": "codebook.xsd GLOBALS ID: xs:ID", "reference": "codebook.xsd xs:IDREF(S)",
    "content type": "codebook.xsd integerType, dateType", "xml-lang": "doc GLOBALS xml-lang: do not use", "varGrp nCube": "doc varGrp nCube: do not use",
    "form or xhtml": "doc simpleTextType: PHRASE and FORM or XHTML", "concept or text": "doc conceptualTextType: no other content beside concept, txt",
    "other": "doc, attributes other*: with the value other only, and then given", "files": "doc var files: the file of the variable", "fileid": "doc location fileid: a fileDscr",
    "wgt-var": "doc var wgt-var: the weight variable", "wgt": "doc var wgt: whether the variable is a weight", "wgtd": "doc sumStat wgtd: whether the statistics are weighted",
    "weight": "doc sumStat weight: weight elements of the study", "qstn": "doc var qstn: the ID of a question", "group": "doc varGrp var, varGrp: constituent variables, groups",
    "nested": "doc varGrp varGrp: groups nest", "sdatrefs": "doc var sdatrefs: within sumDscr", "methrefs": "doc var methrefs: within method",
    "pubrefs": "doc var pubrefs: citations of othrStdyMat or otherMat", "access": "doc var access: within dataAccs", "catgry": "doc catgry catgry, level: categories, a catLevel",
    "derivation": "doc derivation var: variables", "dates": "doc collDate, timePrd, prodDate: ISO dates", "event": "doc collDate event: start before end, single alone",
    "title": "doc titl: required in the study's citation", "quantity": "doc caseQnty, varQnty: a number", "varQnty": "doc varQnty: the number of variables",
    "position": "doc location: StartPos, EndPos, width", "range": "doc range: lowest and highest", "units": "doc item UNITS: integer or real numbers",
    "catValu": "doc catValu: the response, each once", "valrng": "doc valrng: legitimate responses", "invalrng": "doc invalrng: missing data", "catQnty": "doc var catQnty",
    "dcml": "doc var dcml: the number of decimal points", "intrvl": "doc var intrvl: discrete or continuous", "character": "doc varFormat type: character or numeric",
    "statistic": "doc sumStat: one of each type, a number", "order": "doc sumStat: minimum, median, mean, maximum", "valid": "doc sumStat vald, invd: the cases of the file",
    "frequency": "doc catStat freq, percent: frequencies, percentages", "added": "doc TotlResp: added case counts", "percent": "doc catStat percent: of all",
    "label": "doc labl: a short description", "language": "doc xml:lang: one text in each language", "box": "doc geoBndBox, boundPoly: degrees, both", "polygon": "doc polygon: 4 points, closed",
    "study": "the study's own CSV"}


def short(tag):
    namespace, _, name = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    return name if namespace == NAMESPACE else {XHTML: "xhtml", DC: "dc"}.get(namespace, "?" + name)


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


class Codebook(schema.Document):
    def __init__(self, raw, breaches, where):
        self.elements = 0
        bad = None
        m = re.match(rb"<\?xml[^>]*encoding=[\"']([\w-]+)", raw)
        try:
            raw.decode(m[1].decode() if m else "utf-8")
        except (UnicodeDecodeError, LookupError) as e:
            bad = str(e)
        breaches.check(bad is None, where, bad, "encoding")
        root, why = schema.parse(raw)
        self.ok = breaches.check(root is not None, where, why, "well-formed") and \
            breaches.check(root.tag == f"{{{NAMESPACE}}}codeBook", where, f"the root is {root.tag}", "root")
        if not self.ok:
            return
        super().__init__(root, MODELS, short, breaches, where, loose=("xhtml", "dc"))
        self.elements = sum(1 for _ in root.iter())
        place = root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
        self.check(place is None or (len(place.split()) % 2 == 0 and NAMESPACE in place.split()[::2]), f"schemaLocation '{place}'", "location")
        self.grammar()
        self.ids, self.references = self.identifiers()
        self.texts()
        self.attributes()
        self.targets()
        self.study()
        self.files = self.data_files()
        self.variables = [e for e in root.iter() if short(e.tag) == "var"]
        for v in self.variables:
            self.variable(v)

    def all(self, *names):
        return [e for e in self.root.iter() if short(e.tag) in names]

    def children(self, e, name):
        return [c for c in e if short(c.tag) == name]

    def inside(self, e, *names):
        while e is not None and short(e.tag) not in names:
            e = self.parent.get(e)
        return e

    def number(self, e, rule, what="number"):
        value = number("".join(e.itertext()))
        self.check(value is not None and value == value and abs(value) != float("inf"), f"{self.path(e)} is '{e.text}', no {what}", rule)
        return value

    def texts(self):
        for e in self.root.iter():
            name, children = short(e.tag), {short(c.tag) for c in e}
            self.check("xhtml" not in children or not children & {"ExtLink", "Link", "div", "emph", "head", "hi", "list", "p"}, f"{self.path(e)} mixes XHTML and other mark-up", "form or xhtml")
            if children & {"concept", "txt"} and name in MODELS and {"concept", "txt"} <= MODELS[name].names and MODELS[name].mixed:
                text = (e.text or "") + "".join(c.tail or "" for c in e)
                self.check(children <= {"concept", "txt"} and not text.strip(), f"{self.path(e)} has more than concept and txt", "concept or text")
            if name == "labl":
                self.check("".join(e.itertext()).strip(), f"{self.path(e)} is empty", "label")
            if name == "sampleSize":
                self.check(re.fullmatch(r"\s*[+-]?\d+\s*", e.text or ""), f"{self.path(e)} is '{e.text}'", "content type")
            if name in ("validPeriod", "referencePeriod"):
                self.check(self.types["anyDate"]((e.text or "").strip()), f"{self.path(e)} is '{e.text}'", "content type")
            self.check("xml-lang" not in e.attrib, f"{self.path(e)} has xml-lang", "xml-lang")
        self.check(not any("nCube" in e.attrib for e in self.all("varGrp")), "a varGrp has the attribute nCube", "varGrp nCube")
        for e in self.root.iter():  # a text in several languages is the element again: each language once
            for name in ("labl", "titl", "universe", "qstnLit", "preQTxt"):
                same = [(c.get("level"), c.get("vendor"), c.get("country"), c.get("clusion"), c.get(schema.XML + "lang")) for c in self.children(e, name)]
                self.check(len(set(same)) == len(same), f"{self.path(e)} has two {name} of one language", "language")

    def attributes(self):
        pairs = {"otherAggrMeth": "aggrMeth", "otherAdditivity": "additivity", "otherRepresentationType": "representationType", "otherType": "type", "otherSchema": "schema",
                 "otherCategory": "category", "otherResponseDomainType": "responseDomainType"}
        for e in self.root.iter():
            for other, name in pairs.items():
                known = getattr(self.models.get(short(e.tag)), "attributes", {})
                if other in known:
                    given = e.get(name, "other" if short(e.tag) in ("varGrp", "nCubeGrp") and other in e.attrib else None)
                    self.check((other in e.attrib) <= (given == "other"), f"{self.path(e)} has {other} with {name}='{given}'", "other")
                    if e.get(name) == "other" and short(e.tag) in ("sumStat", "catStat", "varFormat", "var"):
                        self.check(other in e.attrib or name == "category", f"{self.path(e)} has {name}='other' without {other}", "other")
            when = e.get("date")
            if when is not None:
                self.check(self.types["anyDate"](when), f"{self.path(e)}/@date is '{when}'", "dates")

    def targets(self):
        """what an IDREF may point at"""
        def is_a(*names):
            return lambda t: short(t.tag) in names

        def within(*names):
            return lambda t: self.inside(t, *names) is not None
        want = {
            ("var", "files"): (is_a("fileDscr"), "files"), ("location", "fileid"): (is_a("fileDscr"), "fileid"), ("var", "qstn"): (is_a("qstn"), "qstn"),
            ("qstn", "var"): (is_a("var"), "qstn"), ("forward", "qstn"): (is_a("qstn"), "qstn"), ("backward", "qstn"): (is_a("qstn"), "qstn"),
            ("varGrp", "var"): (is_a("var"), "group"), ("varGrp", "varGrp"): (is_a("varGrp"), "group"), ("catgry", "catgry"): (is_a("catgry"), "catgry"),
            ("catgry", "level"): (is_a("catLevel"), "catgry"), ("catgryGrp", "catgry"): (is_a("catgry"), "catgry"), ("derivation", "var"): (is_a("var"), "derivation"),
            ("*", "weight"): (is_a("weight"), "weight"), ("*", "wgt-var"): (lambda t: short(t.tag) == "var" and t.get("wgt") == "wgt", "wgt-var"),
            ("*", "sdatrefs"): (within("sumDscr"), "sdatrefs"), ("*", "methrefs"): (within("method"), "methrefs"),
            ("*", "pubrefs"): (lambda t: within("othrStdyMat", "otherMat")(t) and short(t.tag) in ("citation", "relMat", "relStdy", "relPubl", "othRefs"), "pubrefs"),
            ("*", "access"): (within("dataAccs"), "access")}
        for e, key, found in self.references:
            right, rule = want.get((short(e.tag), key)) or want.get(("*", key)) or (None, None)
            for t in found if right else ():
                self.check(right(t), f"{self.path(e)}/@{key} points at {self.path(t)}", rule)
        nests = {e: [t for t in found if short(t.tag) == "varGrp"] for e, key, found in self.references if short(e.tag) == key == "varGrp"}
        for e in nests:
            seen, todo = set(), list(nests[e])
            while todo:
                t = todo.pop()
                if t not in seen:
                    seen.add(t)
                    todo += nests.get(t, [])
            self.check(e not in seen, f"{self.path(e)} is within itself", "nested")
        for e in self.all("sumStat", "catStat"):
            self.check(not (e.get("wgt-var") or e.get("weight")) or e.get("wgtd") == "wgtd", f"{self.path(e)} has a weight and is not weighted", "wgtd")
        for e in self.all("var"):
            self.check(not (e.get("wgt") == "wgt" and e.get("wgt-var")), f"{self.path(e)} is a weight and has one", "wgt")

    def study(self):
        for e in self.all("stdyDscr"):
            for c in self.children(e, "citation"):
                titles = [t for t in c.iter() if short(t.tag) == "titl"]
                self.check(titles and all("".join(t.itertext()).strip() for t in titles), "the study has no title", "title")
        for e in self.all("sumDscr"):
            for name in ("timePrd", "collDate"):
                by = {}
                for c in self.children(e, name):
                    by.setdefault(c.get("cycle"), {}).setdefault((c.get("event", "single"), c.get(schema.XML + "lang")), c.get("date"))
                for cycle in by.values():
                    for (event, lang), when in cycle.items():
                        end = cycle.get(("end", lang))
                        if event == "start" and when and end:
                            n = min(len(when), len(end))
                            self.check(when[:n] <= end[:n], f"{name} ends at {end}, before {when}", "event")
                        self.check(event != "single" or not {"start", "end"} & {k for k, la in cycle if la == lang}, f"a single {name} beside a start or an end", "event")
        for e in self.all("geoBndBox"):
            v = {short(c.tag): number((c.text or "").replace(",", ".")) for c in e}
            w, ea, s, n = (v.get(k) for k in ("westBL", "eastBL", "southBL", "northBL"))
            right = None not in (w, ea, s, n) and -180 <= w <= 180 and -180 <= ea <= 180 and -90 <= s <= n <= 90
            self.check(right, f"{self.path(e)} is {v}", "box")
        for e in self.all("boundPoly"):
            self.check(self.children(self.parent[e], "geoBndBox"), f"{self.path(e)} without geoBndBox", "box")
        for e in self.all("polygon"):
            points = ["".join(p.itertext()).split() for p in e]
            self.check(len(points) >= 4 and points[0] == points[-1], f"{self.path(e)} has {len(points)} points", "polygon")

    def data_files(self):
        out = {}
        for f in self.all("fileDscr"):
            cases, own = None, [v for v in self.all("var") if f.get("ID") in v.get("files", "").split()]
            for q in [c for c in f.iter() if short(c.tag) in ("caseQnty", "varQnty", "logRecL", "recPrCas", "recNumTot")]:
                value = self.number(q, "quantity")
                self.check(value is None or (value >= 0 and value == int(value)), f"{self.path(q)} is {q.text}", "quantity")
                if short(q.tag) == "caseQnty":
                    cases = value
                if short(q.tag) == "varQnty" and short(self.parent[q].tag) == "dimensns":
                    self.check(value == len(own), f"{self.path(q)} is {q.text}; {len(own)} variables are of {f.get('ID')}", "varQnty")
            out[f.get("ID")] = cases
        if len(out) > 1 or any(out):
            for v in self.all("var"):
                at = [c.get("fileid") for c in self.children(v, "location")]
                self.check(set(at) - {None} <= set(v.get("files", "").split()), f"{self.path(v)} is placed in {at}, of {v.get('files')}", "files")
                self.check(v.get("files") or len(out) < 2, f"{self.path(v)} is of no file", "files")
        return out

    def variable(self, v):
        for at in self.children(v, "location"):
            a, b, w = (number(at.get(k)) for k in ("StartPos", "EndPos", "width"))
            right = all(x is None or (x > 0 and x == int(x)) for x in (a, b, w)) and (a is None or b is None or a <= b) and (None in (a, b, w) or b - a + 1 == w)
            self.check(right and all(at.get(k) is None or number(at.get(k)) is not None for k in ("StartPos", "EndPos", "width")), f"{self.path(at)} is {at.attrib}", "position")
        self.check(v.get("dcml") is None or re.fullmatch(r"\d+", v.get("dcml")), f"{self.path(v)}/@dcml is '{v.get('dcml')}'", "dcml")
        text = any(f.get("type") == "character" for f in self.children(v, "varFormat"))
        self.check(not text or v.get("representationType") in (None, "text", "code", "datetime", "other"), f"{self.path(v)} is of characters and {v.get('representationType')}", "character")
        self.check(not text or v.get("intrvl") != "contin", f"{self.path(v)} is of characters and continuous", "intrvl")
        ranges = {name: self.ranges(v, name) for name in ("valrng", "invalrng")}
        categories = self.children(v, "catgry")
        values = [c.findtext(f"{{{NAMESPACE}}}catValu") for c in categories]
        self.check(len(set(values)) == len(values), f"{self.path(v)} has a value twice: {values[:12]}", "catValu")
        self.check(all(x is None or x != "" for x in values), f"{self.path(v)} has an empty value", "catValu")
        self.check(v.get("catQnty") is None or number(v.get("catQnty")) == len(categories), f"{self.path(v)}/@catQnty is {v.get('catQnty')} of {len(categories)}", "catQnty")
        for c, x in zip(categories, values):
            missing = c.get("missing") == "Y"
            for name in ("valrng", "invalrng"):
                if ranges[name] and x is not None:
                    inside = any(r(x) for r in ranges[name])
                    self.check(inside == ((name == "invalrng") == missing), f"{self.path(v)}: {x} (missing={c.get('missing', 'N')}) {'is' if inside else 'is not'} in {name}", name)
            self.check(not (text is False and v.get("representationType") == "numeric" and x is not None and number(x) is None), f"{self.path(v)}: '{x}' is no number", "character")
        self.statistics(v, categories)

    def ranges(self, v, name):
        tests = []
        for box in self.children(v, name):
            for c in box:
                if short(c.tag) == "item":
                    x = c.get("VALUE")
                    if c.get("UNITS"):
                        self.check(number(x) is not None and (c.get("UNITS") == "REAL" or number(x) == int(number(x))), f"{self.path(c)} is '{x}', of {c.get('UNITS')}", "units")
                    tests.append(lambda t, x=x: t == x or (number(t) is not None and number(t) == number(x)))
                elif short(c.tag) == "range":
                    b = {k: number(c.get(k)) for k in ("min", "minExclusive", "max", "maxExclusive")}
                    low = b["min"] if b["min"] is not None else b["minExclusive"]
                    high = b["max"] if b["max"] is not None else b["maxExclusive"]
                    self.check((low is not None or high is not None) and None in (b["min"], b["minExclusive"]) and None in (b["max"], b["maxExclusive"])
                               and all(c.get(k) is None or b[k] is not None for k in b), f"{self.path(c)} is {c.attrib}", "range")
                    self.check(low is None or high is None or low <= high, f"{self.path(c)} is from {low} to {high}", "range")
                    if c.get("UNITS", "INT") == "INT":
                        self.check(all(x is None or x == int(x) for x in b.values()), f"{self.path(c)} is {c.attrib}, of integers", "units")
                    tests.append(lambda t, b=b: number(t) is not None and (b["min"] is None or number(t) >= b["min"]) and (b["max"] is None or number(t) <= b["max"])
                                 and (b["minExclusive"] is None or number(t) > b["minExclusive"]) and (b["maxExclusive"] is None or number(t) < b["maxExclusive"]))
        return tests

    def statistics(self, v, categories):
        stat = {}
        for s in self.children(v, "sumStat"):
            key = (s.get("wgtd", "not-wgtd"), s.get("type"), s.get("otherType"), s.get("wgt-var"), s.get("weight"))
            self.check(key not in stat, f"{self.path(v)} has two statistics {key[:3]}", "statistic")
            stat[key] = self.number(s, "statistic")
        for wgtd in ("wgtd", "not-wgtd"):
            by = {k[1]: x for k, x in stat.items() if k[0] == wgtd and x is not None}
            for a, b in (("min", "medn"), ("min", "mean"), ("medn", "max"), ("mean", "max"), ("min", "max"), ("min", "mode"), ("mode", "max")):
                self.check(a not in by or b not in by or by[a] <= by[b], f"{self.path(v)}: {a} {by.get(a)}, {b} {by.get(b)}", "order")
            self.check(by.get("stdev", 0) >= 0, f"{self.path(v)}: stdev {by.get('stdev')}", "order")
        by = {k[1]: x for k, x in stat.items() if k[0] == "not-wgtd"}
        for name in ("vald", "invd"):
            self.check(name not in by or by[name] is None or (by[name] >= 0 and by[name] == int(by[name])), f"{self.path(v)}: {name} {by.get(name)}", "valid")
        cases = [self.files.get(f) for f in v.get("files", "").split()]
        if len(cases) == 1 and cases[0] is not None:
            if None not in (by.get("vald"), by.get("invd")):
                self.check(by["vald"] + by["invd"] == cases[0], f"{self.path(v)}: {by['vald']} and {by['invd']} of {cases[0]} cases", "valid")
            self.check(by.get("vald") is None or by["vald"] <= cases[0], f"{self.path(v)}: {by.get('vald')} of {cases[0]} cases", "valid")
        freq, percent, complete = {"Y": 0, "N": 0}, {}, bool(categories)
        for c in categories:
            seen = set()
            for s in self.children(c, "catStat"):
                key = (s.get("type", "freq"), s.get("otherType"), s.get("wgtd", "not-wgtd"), s.get("wgt-var"), s.get("weight"))
                self.check(key not in seen, f"{self.path(s)}: two statistics {key[:3]}", "frequency")
                seen.add(key)
                if key[0] not in ("freq", "percent"):
                    continue
                x = self.number(s, "frequency")
                if x is None:
                    continue
                self.check(x >= 0 and (key[0] != "freq" or key[2] == "wgtd" or x == int(x)) and (key[0] != "percent" or x <= 100), f"{self.path(s)}: {s.text}", "frequency")
                if key[0] == "freq" and key[2] == "not-wgtd":
                    freq[c.get("missing", "N")] += x
                if key[0] == "percent":
                    percent.setdefault((key, c.get("missing", "N") if c.get("missing") == "Y" else "N"), []).append(x)
            complete &= any(k[0] == "freq" and k[2] == "not-wgtd" for k in seen)
        total = [number("".join(t.itertext()).replace(",", "")) for t in self.children(v, "TotlResp")]
        if complete and v.get("intrvl") != "contin" and any(c.get("missing") != "Y" for c in categories):
            want = by.get("vald") if not total else total[0]
            self.check(want is None or freq["N"] == want or (total and freq["N"] + freq["Y"] == want), f"{self.path(v)}: frequencies add to {freq['N']:g}, cases are {want}", "added")
            self.check(by.get("invd") is None or freq["Y"] <= by["invd"], f"{self.path(v)}: {freq['Y']:g} missing by frequencies, {by.get('invd')} by invd", "added")
        for (key, missing), shares in percent.items():
            if missing == "N" and len(shares) == len([c for c in categories if c.get("missing") != "Y"]):
                self.check(abs(sum(shares) - 100) <= 0.05 * len(shares) + 0.001 or sum(shares) == 0, f"{self.path(v)}: {key[2]} percentages add to {sum(shares):g}", "percent")


def check(raw, breaches, where="codebook"):
    return Codebook(raw, breaches, where)


def against_study(book, path, breaches, where):
    """each indicator is described; the cases of a file, or of a variable, are at least those behind an estimate of the whole"""
    rows = [(r, crossed) for r, crossed, _ in tidy.rows(path)]
    names = {e.get("name") for e in book.root.iter() if short(e.tag) == "var"}
    for wanted in sorted({r["indicator"] for r, _ in rows} - names):
        breaches.check(False, where, f"{wanted} is in the CSV and not described", "study")
    most = max((int(float(r["n"])) for r, crossed in rows if not crossed and r.get("n")), default=None)
    cases = [x for x in book.files.values() if x] + [sum(int(s.text) for s in v if short(s.tag) == "sumStat" and s.get("type") in ("vald", "invd"))
                                                     for v in book.root.iter() if short(v.tag) == "var"]
    breaches.check(most is None or not any(cases) or max(cases) >= most, where, f"an estimate is of {most} cases, the codebook has {max(cases, default=0)}", "study")


def main():
    breaches = tidy.Breaches(RULES)
    where = sys.argv[1].split("/")[-1]
    book = check(open(sys.argv[1], "rb").read(), breaches, where)
    if book.ok and len(sys.argv) > 2:
        against_study(book, sys.argv[2], breaches, where)
    breaches.summary()
    counts = {name: sum(1 for e in book.root.iter() if short(e.tag) in name.split()) for name in ("var", "catgry", "catStat sumStat")} if book.ok else {}
    print(f"{book.elements} elements, {', '.join(f'{n} {name}' for name, n in counts.items())}, {breaches.n} breaches")
    sys.exit(breaches.n > 0 or not book.ok)


if __name__ == "__main__":
    main()
