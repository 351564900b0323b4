#!/usr/bin/env python3
"""What a person can change of a published file without touching a digit that is a result: labels, number formats, names, lists, scripts, other numerals.
`shuxiao audit` of the file alone must name each with its place.

  audit_published.py PROGRAM RESULTS.db OUT BANNER.db BANNER.xlsx NATIVE.db NATIVE.docx STEP [SAVED]

SAVED: a folder with files of OUT that LibreOffice saved, and with its native.docx; they are attacked too. STEP: every STEP-th attack is made. Every attack: the file, the part, what is replaced, by what, and where it has to be named."""
import io, os, re, subprocess, sys, tempfile, zipfile
from concurrent.futures import ThreadPoolExecutor

program, store, out, banner_store, banner, native_store, native, step = sys.argv[1:9]
page, book, word = out + "/report.en.html", out + "/tiny_tables.en.xlsx", out + "/tiny.en.docx"
saved = sys.argv[9] if len(sys.argv) > 9 else ""
saved_word, saved_zh, saved_book, saved_native = (os.path.join(saved, n) for n in ("tiny.en.docx", "tiny.zh.docx", "tiny_tables.en.xlsx", "native.docx"))
page_zh, book_zh, word_zh = out + "/report.zh.html", out + "/tiny_tables.zh.xlsx", out + "/tiny.zh.docx"


def parts_of(path):
    if path.endswith(".html"): return {"": open(path, encoding="utf-8").read()}
    with zipfile.ZipFile(path) as z: return {n: z.read(n) for n in z.namelist()}


def once(pattern, new):
    def change(text):
        text, n = re.subn(pattern, new, text, count=1, flags=re.S)
        assert n, pattern
        return text
    return change


def exchange(a, b):
    """The first match of the one pattern stands where that of the other does."""
    def change(text):
        x, y = re.search(a, text, re.S), re.search(b, text, re.S)
        assert x and y and x.group(0) != y.group(0), (a, b)
        if x.start() > y.start(): x, y = y, x
        return text[:x.start()] + y.group(0) + text[x.end():y.start()] + x.group(0) + text[y.end():]
    return change


def exchange_values(a, b):
    """The values of two cells of a sheet, which keep their styles."""
    def change(text):
        values = [re.search(r'<c r="%s"[^>]*t="s"[^>]*><v>(\d+)</v>' % c, text) for c in (a, b)]
        assert all(values) and values[0].group(1) != values[1].group(1), (a, b)
        (x, y) = sorted(values, key=lambda m: m.start())
        return text[:x.start(1)] + y.group(1) + text[x.end(1):y.start(1)] + x.group(1) + text[y.end(1):]
    return change


def style_of(a, b):
    """Cell a with the style of cell b."""
    def change(text):
        s = re.search(r'<c r="%s" s="(\d+)"' % b, text).group(1)
        return once(r'(<c r="%s" s=)"\d+"' % a, r'\1"%s"' % s)(text)
    return change


ARABIC, WIDE = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"), str.maketrans("0123456789", "０１２３４５６７８９")
T1, T2, F1 = "xl/worksheets/sheet4.xml", "xl/worksheets/sheet5.xml", "xl/worksheets/sheet8.xml"
DOC = "word/document.xml"
BOX = ('<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps"><w:drawing><wps:txbx xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
       '<w:txbxContent><w:p><w:r><w:t>9731 people</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice></mc:AlternateContent></w:r>')
PARAGRAPH = r'(<w:p>(?:<w:pPr>(?:(?!</w:pPr>).)*</w:pPr>)?)(<w:r>)'


def typed(run):
    return once(PARAGRAPH, lambda m: m.group(1) + run + m.group(2))


def through_empty(row, a, b):
    """Two cells of the row of a table whose first cell shows this: the one is empty, so that no text changes its place among the others."""
    def change(text):
        for old in re.findall(r"<w:tr[ >].*?</w:tr>", text, re.S):
            cells = re.findall(r"<w:tc>.*?</w:tc>", old, re.S)
            shows = ["".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)", c)) for c in cells]
            if shows[0] != row: continue
            assert [shows[a] == "", shows[b] == ""].count(True) == 1, shows
            cells[a], cells[b] = cells[b], cells[a]
            return text.replace(old, old[:old.index("<w:tc>")] + "".join(cells) + old[old.rindex("</w:tc>") + 7:], 1)
        raise AssertionError(row)
    return change


EQUATION = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>9731</m:t></m:r></m:oMath>'


def moved(row, column, was):
    return r'table \d+, row %d, column %d"?,[^,]*,"?row %d, column %d' % (row, column, row, was)


ATTACKS = [
    # ---- workbook
    ("decimals of a format", book, "xl/styles.xml", once('formatCode="0.0%"', 'formatCode="0%"'), r"Table_1!F5.*44%.*43\.7%"),
    ("a number of the format's own", book, "xl/styles.xml", once('formatCode="0.0%"', 'formatCode="&quot;46.5%&quot;"'), r"Table_1!F5.*46\.5%.*43\.7%"),
    ("a scaling comma", book, "xl/styles.xml", once('formatCode="#,##0"', 'formatCode="#,##0,"'), r"Table_2!B\d+"),
    ("no per cent", book, "xl/styles.xml", once('formatCode="0.0%"', 'formatCode="0.0"'), r"Table_1!F5.*0\.4.*43\.7%"),
    ("the style of another cell", book, T1, style_of("F5", "B5"), r"Table_1!F5"),
    ("a condition with a format", book, "xl/styles.xml", lambda t: once(r'<dxfs count="0"/>', '<dxfs count="1"><dxf><numFmt numFmtId="190" formatCode="&quot;9.7%&quot;"/></dxf></dxfs>')(t), None),
    ("labels of rows exchanged", book, T1, exchange_values("A6", "A7"), r"Table_1!A6.*\n.*Table_1!A7"),
    ("labels of columns exchanged", book, T1, exchange_values("B4", "F4"), r"Table_1!B4"),
    ("labels in Chinese", book_zh, T1, exchange_values("A6", "A7"), r"表1!A6"),
    ("a title", book, T2, exchange_values("A1", "A2"), r"Table_2!A1"),
    ("a sheet renamed", book, "xl/workbook.xml", lambda t: t.replace("Table_2", "Table_9"), r"Table_9.*another name"),
    ("two sheets exchanged", book, "xl/workbook.xml", exchange(r'(?<=<sheet name=")Table_1(?=")', r'(?<=<sheet name=")Table_2(?=")'), r"Table_[12]!"),
    ("a row moved", book, T1, lambda t: re.sub(r'r="([A-Z])7"', r'r="\g<1>9"', t.replace('<row r="7"', '<row r="9"')), r"Table_1!A[79]"),
    ("a name leads elsewhere", book, "xl/workbook.xml", once(r"'Table_1'!\$B\$5", r"'Table_1'!$C$5"), r"name!_money_all__total_level"),
    ("a name put in", book, "xl/workbook.xml", once("<definedNames>", "<definedNames><definedName name=\"share\">'Table_1'!$F$5</definedName>"), r"name!share"),
    ("Arabic-Indic digits", book, "xl/sharedStrings.xml", once("<t>Users</t>", "<t>Users " + "46%".translate(ARABIC) + "</t>"), r"!A\d+"),
    ("wide digits", book, "xl/sharedStrings.xml", once("<t>Users</t>", "<t>Users " + "46%".translate(WIDE) + "</t>"), r"!A\d+"),
    ("categories of a chart exchanged", book, "xl/charts/chart1.xml", exchange("<c:v>young</c:v>", "<c:v>middle</c:v>"), r"Figure_1 \(xl/charts/chart1.xml\)"),
    ("units of a chart's axis", book, "xl/charts/chart1.xml", once("</c:valAx>", '<c:dispUnits><c:builtInUnit val="thousands"/></c:dispUnits></c:valAx>'), r"chart1.xml"),
    ("charts exchanged", book, "xl/drawings/_rels/drawing1.xml.rels", once("chart1.xml", "chart2.xml"), r"drawing1.xml.rels"),
    ("a formula", book, F1, once(r"<f>B6-C6</f>", "<f>B6-C6+0</f>"), r"Figure_1!E6"),
    ("a formula for a number", book, T1, once(r'(<c r="F5"[^>]*>)<v>', r"\1<f>0.9-0.463</f><v>"), r"Table_1!F5"),
    ("a part put in", book, "xl/comments1.xml", None, r"xl/comments1.xml"),
    ("a row that is hidden", book, T1, once('<row r="6"', '<row r="6" hidden="1"'), r"Table_1!6"),
    ("a row without height", book, T1, once('<row r="6"', '<row r="6" ht="0.5" customHeight="1"'), r"Table_1!6"),
    ("a column that is hidden", book, T1, once('<col min="6" max="6"', '<col hidden="1" min="6" max="6"'), r"Table_1!F"),
    ("a column without width", book, T1, once(r'(<col min="6" max="6" width=)"[^"]*"', r'\1"0.1"'), r"Table_1!F"),
    ("a sheet that is hidden", book, "xl/workbook.xml", once('<sheet name="Table_2"', '<sheet state="veryHidden" name="Table_2"'), r"Table_2"),
    ("white letters", book, "xl/styles.xml", lambda t: re.sub(r'(<font>(?:(?!</font>).)*<color )(?:theme|rgb)="[^"]*"', r'\1rgb="FFFFFFFF"', t, flags=re.S), r"Table_1![A-Z]\d+"),
    ("the title of the file", book, "docProps/core.xml", once("A tiny study", "A tiny study 2019"), r"core.xml, title"),
    ("nothing by a format", book, "xl/styles.xml", once('formatCode="0.0%"', 'formatCode=";;;"'), r"Table_1!F5"),
    ("an alternative text", book, "xl/drawings/drawing1.xml", once(r'(descr="[^"]*)young', r"\1elder"), r"Figure_1"),
    ("a range of a chart", book, "xl/charts/chart1.xml", once(r"\$B\$\d+:", "$C$6:"), r"Figure_1"),
    # ---- banner book
    ("a hidden column of a banner", banner, "xl/worksheets/sheet2.xml", once("<cols>", '<cols><col min="3" max="3" width="9" hidden="1"/>'), r"!C"),
    ("a letter", banner, "xl/sharedStrings.xml", once("<t>A</t>", "<t>B</t>"), r"![A-Z]+\d+"),
    ("the legend", banner, "xl/sharedStrings.xml", once("significantly larger", "significantly smaller"), r"![A-Z]+\d+"),
    ("levels in words", banner, "xl/sharedStrings.xml", once("5 ?%|0\\.05|95 ?%", "10%"), r"![A-Z]+\d+"),
    ("heads of a banner", banner, "xl/sharedStrings.xml", exchange("(?<=<t>)Low(?=</t>)", "(?<=<t>)Mean(?=</t>)"), r"![A-Z]+\d+.*\n.*![A-Z]+\d+"),
    # ---- Word
    ("labels of rows exchanged", word, DOC, exchange("(?<=>)Rate of use(?=</w:t></w:r></w:p>\\s*</w:tc>)", "(?<=>)Users(?=</w:t></w:r></w:p>\\s*</w:tc>)"), r"table \d+, row \d+, column 1.*\n.*table \d+, row \d+, column 1"),
    ("heads of columns exchanged", word, DOC, exchange("(?<=>)middle(?=</w:t></w:r></w:p>\\s*</w:tc>)", "(?<=>)old(?=</w:t></w:r></w:p>\\s*</w:tc>)"), r"table \d+, row 1, column \d+"),
    ("labels in Chinese", word_zh, DOC, exchange("(?<=>)使用率(?=</w:t></w:r></w:p>\\s*</w:tc>)", "(?<=>)用户(?=</w:t></w:r></w:p>\\s*</w:tc>)"), r"table \d+, row \d+, column 1"),
    ("a number in an empty cell beside", word, DOC, through_empty("All", 1, 2), moved(2, 3, 2)),
    ("a number in an empty cell before it", word, DOC, through_empty("All", 2, 3), moved(2, 3, 4)),
    ("a fact in an empty cell beside", word, DOC, through_empty("Interviews", 2, 3), moved(5, 4, 3)),
    ("a number in an empty cell, in Chinese", word_zh, DOC, through_empty("全部", 1, 2), moved(2, 3, 2)),
    ("a cell that spans two columns", word, DOC, once(r"(<w:tr[ >](?:(?!<w:tc>).)*<w:tc><w:tcPr>)(?=(?:(?!</w:tr>).)*>Level</w:t>)", r'\1<w:gridSpan w:val="2"/>'), r"table \d+, row 1, column 3.*row 1, column 2"),
    ("a row that begins a column later", word, DOC, once(r"(<w:tr[ >](?:(?!</w:tr>|<w:tc>).)*<w:trPr>)(?=(?:(?!</w:tr>).)*>All</w:t>)", r'\1<w:gridBefore w:val="1"/>'), r"table \d+, row 2, column 2.*row 2, column 1"),
    ("the first text of a row taken out", word, DOC, once(r">All(?=</w:t></w:r></w:p>\s*</w:tc>)", ">"), r"table 1, row 2, column 1\"?,,All"),
    ("an equation in the title", word, DOC, once(r'(w:val="Title"/>(?:(?!</w:p>).)*)(?=</w:p>)', r"\1" + EQUATION), r"paragraph 1,.*9731"),
    ("a caption", word, DOC, lambda t: re.sub(r"(.*>)Beside(?=</w:t>)", r"\1Spending", t, count=1, flags=re.S), r"paragraph \d+.*Beside"),
    ("signs of a font", word, DOC, typed('<w:r><w:sym w:font="Symbol" w:char="F034"/><w:sym w:font="Symbol" w:char="F036"/></w:r><w:r><w:t xml:space="preserve"> people </w:t></w:r>'), r"paragraph \d+,.?46 people"),
    ("the number of a list", word, DOC, once(r'<w:p>(<w:pPr>)((?:(?!</w:pPr>).)*</w:pPr><w:r>(?:(?!</w:p>).)*DOCPROPERTY)', r'<w:p>\1<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>\2'), r"(paragraph|table) \d+.*list"),
    ("levels of lists", word, "word/numbering.xml", once(r"(<w:lvlText w:val=)\"[^\"]*\"", r'\1"46 people"'), r"numbering.xml"),
    ("Arabic-Indic digits", word, DOC, typed("<w:r><w:t>" + "4631".translate(ARABIC) + " people </w:t></w:r>"), r"paragraph \d+"),
    ("wide digits", word, DOC, typed("<w:r><w:t>" + "4631".translate(WIDE) + " people </w:t></w:r>"), r"paragraph \d+"),
    ("a text box", word, DOC, typed(BOX), r"paragraph \d+"),
    ("a number in pieces", word, DOC, typed("<w:r><w:t>46</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>31 people </w:t></w:r>"), r"paragraph \d+,.?4631 people"),
    ("a tracked insertion", word, DOC, typed('<w:ins w:id="90" w:author="a"><w:r><w:t>4631 people </w:t></w:r></w:ins>'), r"paragraph \d+,.?4631 people"),
    ("a tracked deletion", word, DOC, once(r'(<w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?<w:t[^>]*>)Users(</w:t></w:r>)(?=</w:p>\s*</w:tc>)', r'<w:del w:id="91" w:author="a">\1Users\2</w:del><w:ins w:id="92" w:author="a">\1Rate of use\2</w:ins>'), r"table \d+, row \d+, column 1"),
    ("key and number", word, DOC, lambda t: once(r"(DOCPROPERTY &quot;)users\.old( \| e0 \.0[^&]*&quot;(?:(?!<w:t ).)*<w:t [^>]*>)383(?=<)", r"\1users.total\g<2>3,489")(t), r"(paragraph|table) \d+"),
    ("a footnote", word, "word/footnotes.xml", once("NOTED", "NOTED 9731 people"), r"note, paragraph \d+"),
    ("words of a drawing", word, "word/media/figure1.svg", exchange("(?<=>)young(?=<)", "(?<=>)middle(?=<)"), r"figure 1 \(word/media/figure1.svg\)"),
    ("an alternative text", word, DOC, once(r'(descr="[^"]*)young', r"\1elder"), r"alternative text"),
    ("a hidden number", word, DOC, once(r"(users\.total \|(?:(?!<w:t ).)*<w:rPr>)(</w:rPr><w:t [^>]*>3,489)", r"\1<w:vanish/>\2"), r"paragraph \d+"),
    ("a white number", word, DOC, once(r"(users\.total \|(?:(?!<w:t ).)*<w:rPr>)(</w:rPr><w:t [^>]*>3,489)", r'\1<w:color w:val="FFFFFF"/>\2'), r"paragraph \d+"),
    ("the number of a figure", word, DOC, once(r"(REF _Ref_f1 (?:(?!<w:t ).)*<w:t [^>]*>)Figure\W+1", r"\1Figure 99"), r"paragraph \d+.*Figure 99.*Figure"),
    ("the number of a caption", word, DOC, once(r"(SEQ Table (?:(?!<w:t ).)*<w:t [^>]*>)1", r"\g<1>8"), r"paragraph \d+"),
    ("a chapter that is not there", word, DOC, typed('<w:r><w:t xml:space="preserve">Chapter 12 shows Figure 99. </w:t></w:r>'), r"paragraph \d+.*no (figure|chapter)"),
    ("a numeral of Rome", word, DOC, once("Lines are 95%", "Lines are ⅩⅭⅤ%"), r"paragraph \d+"),
    ("a month", word, DOC, once("December 2025", "October 2025"), r"paragraph \d+"),
    ("a unit behind a field", word_zh, DOC, once(r"(3489</w:t>(?:(?!</w:p>).)*?> ?)人", r"\1亿人"), r"paragraph \d+"),
    ("the title of the file", word, "docProps/core.xml", once("A tiny study", "A tiny study 2019"), r"core.xml"),
    ("the head of pages", word, "word/header1.xml", once("A tiny study", "A tiny study 2019"), r"header1.xml"),
    ("labels of a chart", native, "word/charts/sxchart1.xml", exchange("<c:v>young</c:v>", "<c:v>middle</c:v>"), r"word/charts/sxchart1.xml"),
    # ---- page
    ("row heads exchanged", page, "", exchange('(?<=<th scope="row">)Users(?=</th>)', '(?<=<th scope="row">)Rate of use(?=</th>)'), r":\d+:\d+.*\n.*:\d+:\d+"),
    ("column heads exchanged", page, "", exchange('(?<=<th scope="col">)Old(?=</th>)', '(?<=<th scope="col">)middle(?=</th>)'), r":\d+:\d+"),
    ("heads in Chinese", page_zh, "", exchange('(?<=<th scope="row">)用户(?=</th>)', '(?<=<th scope="row">)使用率(?=</th>)'), r":\d+:\d+"),
    ("a script", page, "", once("</body>", "<script>document.querySelector('.num').textContent = 9731</script></body>"), r":\d+:\d+,<script>"),
    ("within a script", page, "", once(r"(<script>[^<{]*\{)", r"\1 var x = 9731; "), r":\d+:\d+"),
    ("a handler", page, "", once('<p>', '<p onclick="this.textContent=9731">'), r":\d+:\d+"),
    ("an input", page, "", once("<p>", '<p><input value="9731 people">'), r":\d+:\d+"),
    ("a placeholder", page, "", once("<p>", '<p><input placeholder="9731 people">'), r":\d+:\d+"),
    ("the start of a list", page, "", once("<ol>", '<ol start="46">'), r":\d+:\d+"),
    ("the value of an item", page, "", once('<li value="1"', '<li value="46"'), r":\d+:\d+"),
    ("content of a style sheet", page, "", once("</style>", "td::after{content:'\\\\34\\\\36 %'}</style>"), r":\d+:\d+"),
    ("a style", page, "", once("<td>", '<td style="counter-reset:a 46">'), r":\d+:\d+"),
    ("a meter", page, "", once("<p>", '<p><meter value="0.97"></meter>'), r":\d+:\d+"),
    ("progress", page, "", once("<p>", '<p><progress value="97" max="100"></progress>'), r":\d+:\d+"),
    ("an attribute of ours", page, "", exchange('data-ref="users.total"', 'data-ref="users.old"'), r":\d+:\d+"),
    ("an alternative text", page, "", once('role="img" aria-label(ledby)?="', 'role="img" aria-label="nearly all" aria-label\\1="'), r":\d+:\d+"),
    ("a label for readers of the screen", page, "", once("<p>", '<p aria-label="' + "9731".translate(ARABIC) + ' people">'), r":\d+:\d+"),
    ("Arabic-Indic digits", page, "", once("<p>", "<p>" + "9731".translate(ARABIC) + " people "), r":\d+:\d+"),
    ("words", page, "", once("95% confidence", "ninety per cent confidence"), r":\d+:\d+"),
    ("a row that is hidden", page, "", once("<tr>(?=\\s*<th scope=\"row\">)", "<tr hidden>"), r":\d+:\d+"),
    ("a row out of sight", page, "", once("<tr>(?=\\s*<th scope=\"row\">)", '<tr style="display:none">'), r":\d+:\d+"),
    ("white numbers", page, "", once("</style>", "td{color:#fff}</style>"), r":\d+:\d+"),
    ("a column too narrow", page, "", once("</style>", "td{max-width:1px;overflow:hidden}</style>"), r":\d+:\d+"),
    ("no letters", page, "", once("<table", '<table style="font-size:0"'), r":\d+:\d+"),
    ("a rule of the style sheet", page, "", once("<style>", "<style>.num{letter-spacing:-1em}"), r":\d+:\d+"),
    ("a style sheet from elsewhere", page, "", once("</head>", '<link rel="stylesheet" href="a.css"></head>'), r":\d+:\d+"),
    ("a page within the page", page, "", once("</body>", '<iframe srcdoc="97%"></iframe></body>'), r":\d+:\d+"),
    ("from right to left", page, "", once("<p>", '<p dir="rtl">'), r":\d+:\d+"),
    ("a mark of direction", page, "", once("<p>", "<p>\u202e"), r":\d+:\d+"),
    ("the title of the page", page, "", once("<title>", "<title>2019: "), r":\d+:\d+"),
    ("the title of a drawing", page, "", once("(<svg[^>]*>\\s*<title[^>]*>)", r"\g<1>2019: "), r":\d+:\d+"),
    ("the length of a bar", page, "", once(r'(<rect[^>]*width=")\d', r"\g<1>9"), r":\d+:\d+"),
    ("the place of a point", page, "", once(r'(<(?:line|path|circle|polyline|polygon)[^>]* (?:x1|d|cx|points)=")', r"\g<1>9"), r":\d+:\d+"),
    ("two numbers of a sentence", page, "", exchange(r'<span[^>]*data-ref="users\.total"[^>]*>.*?</span>', r'<span[^>]*data-ref="rate\.total"[^>]*>.*?</span>'), r":\d+:\d+"),
    ("per cent for points", page, "", once("percentage points", "per cent"), r":\d+:\d+"),
    ("a power of ten", page_zh, "", once("万元", "亿元"), r":\d+:\d+"),
    ("the level of intervals", page, "", once("95% confidence", "90% confidence"), r":\d+:\d+"),
    ("a date", page, "", once("2025-12|December 2025", "2024-12"), r":\d+:\d+"),
    ("the number of a figure", page, "", once("Figure\\W*1", "Figure 9"), r":\d+:\d+"),
    ("the number of a heading", page, "", once(r"1\.1(?=[\s<])", "1.7"), r":\d+:\d+"),
    ("a note", page, "", once("NOTED", "NOTED twelve"), r":\d+:\d+"),
    ("words of a drawing", page, "", exchange("(?<=>)young(?=</text>)", "(?<=>)middle(?=</text>)"), r":\d+:\d+"),
]


def field(key):
    """A whole field of a Word file, as we and LibreOffice write it."""
    return r'<w:r>(?:(?!<w:r>).)*?fldCharType="begin"(?:(?!fldCharType="begin").)*?%s(?:(?!</w:p>).)*?fldCharType="end"/></w:r>' % key


USERS, RATE, GAP, FIGURE = (field(k) for k in (r"&quot;users\.total ", r"&quot;rate\.total ", r"&quot;rate\.old\.gap ", r"REF _Ref_f1 "))
CHART = "word/charts/chart1.xml"
SENTENCE = r"paragraph \d+"


def shown(key, old, new):
    """What a field shows."""
    return once(r"(%s(?:(?!fldCharType=\"end\").)*?<w:t[^>]*>)%s(?=<)" % (key, old), r"\g<1>" + new)


SAVED = [
    ("two numbers exchanged", saved_word, DOC, exchange(USERS, RATE), SENTENCE),
    ("the first and the last number exchanged", saved_word, DOC, exchange(USERS, GAP), SENTENCE),
    ("two numbers exchanged, in Chinese", saved_zh, DOC, exchange(USERS, RATE), SENTENCE),
    ("two numbers exchanged and a word changed", saved_word, DOC, lambda t: exchange(USERS, RATE)(t).replace(", gap of the old ", ", distance of the old "), SENTENCE),
    ("the text of a field", saved_word, DOC, shown(r"&quot;rate\.total ", r"58\.2%", "52.8%"), SENTENCE + ".*52.8%.*58.2%"),
    ("the texts of two fields exchanged", saved_word, DOC, lambda t: shown(r"&quot;rate\.total ", r"58\.2%", "3,489")(shown(r"&quot;users\.total ", "3,489", "58.2%")(t)), SENTENCE),
    ("the sign of a gap", saved_word, DOC, once("−32.6 percentage points", "+32.6 percentage points"), SENTENCE),
    ("per cent for points", saved_word, DOC, once("−32.6 percentage points", "−32.6%"), SENTENCE),
    ("a power of ten behind a field", saved_zh, DOC, once(r"(3489(?:(?!</w:p>).)*?> ?)人", r"\1万人"), SENTENCE),
    ("a field made text", saved_word, DOC, once(USERS, "<w:r><w:t>3,489</w:t></w:r>"), SENTENCE + ".*3,489"),
    ("the number of a figure", saved_word, DOC, shown("REF _Ref_f1 ", "Figure 1", "Figure 99"), SENTENCE + ".*Figure 99.*Figure 1"),
    ("the number of a figure without a field", saved_word, DOC, once(FIGURE, "<w:r><w:t>Figure 99</w:t></w:r>"), SENTENCE + ".*99"),
    ("a reference to another figure", saved_word, DOC, lambda t: t.replace("REF _Ref_f1 ", "REF _Ref_f2 ").replace("Figure 1</w:t></w:r><w:r><w:rPr></w:rPr><w:fldChar w:fldCharType=\"end\"/></w:r><w:r><w:rPr></w:rPr><w:t>.", "Figure 2</w:t></w:r><w:r><w:rPr></w:rPr><w:fldChar w:fldCharType=\"end\"/></w:r><w:r><w:rPr></w:rPr><w:t>."), SENTENCE),
    ("a chapter and a figure that are not there", saved_word, DOC, once(r"(<w:t xml:space=\"preserve\">Users )(?=</w:t>)", r"\1of Chapter 12 and Figure 99 "), SENTENCE + ".*no (figure|chapter)"),
    ("a chapter that is not there, in Chinese", saved_zh, DOC, once(r"(<w:t xml:space=\"preserve\">用户 )(?=</w:t>)", r"\1第 12 章图 99"), SENTENCE + ".*no (figure|chapter)"),
    ("the number of a caption", saved_word, DOC, shown("SEQ Figure ", "2", "7"), SENTENCE),
    ("the number of a heading", saved_word, DOC, once(r'(w:name="_sxe_section_\d+"/><w:r><w:rPr></w:rPr><w:t>)1\.1(?=<)', r"\g<1>1.7"), SENTENCE),
    ("a numeral of Rome", saved_word, DOC, once("Note: Lines are 95% confidence", "Note: Lines are ⅩⅭ% confidence"), SENTENCE),
    ("the level of intervals", saved_word, DOC, once("Note: Lines are 95% confidence", "Note: Lines are 90% confidence"), SENTENCE + ".*90%.*95%"),
    ("the level of intervals, in Chinese", saved_zh, DOC, once("95%", "90%"), r"(paragraph|table|figure) \d+"),
    ("a date", saved_word, DOC, once("December 2025", "December 2024"), SENTENCE + ".*2024.*2025"),
    ("a month", saved_word, DOC, once("December 2025", "January 2025, revised"), SENTENCE),
    ("a caption", saved_word, DOC, once(r"(preserve\">  )Age(?=</w:t>)", r"\1Region"), SENTENCE + ".*Age"),
    ("labels of rows exchanged", saved_word, DOC, exchange("(?<=>)Rate of use(?=</w:t></w:r></w:p></w:tc>)", "(?<=>)Users(?=</w:t></w:r></w:p></w:tc>)"), r"table \d+, row \d+, column 1"),
    ("heads of columns exchanged", saved_word, DOC, exchange("(?<=>)middle(?=</w:t></w:r></w:p></w:tc>)", "(?<=>)young(?=</w:t></w:r></w:p></w:tc>)"), r"table \d+, row 1, column \d+"),
    ("a number in an empty cell beside", saved_word, DOC, through_empty("All", 1, 2), moved(2, 3, 2)),
    ("a number in an empty cell before it", saved_word, DOC, through_empty("All", 2, 3), moved(2, 3, 4)),
    ("a fact in an empty cell beside", saved_word, DOC, through_empty("Interviews", 2, 3), moved(5, 4, 3)),
    ("a number in an empty cell, in Chinese", saved_zh, DOC, through_empty("全部", 1, 2), moved(2, 3, 2)),
    ("a cell that spans two columns", saved_word, DOC, once(r"(<w:tr[ >](?:(?!<w:tc>).)*<w:tc><w:tcPr>)(?=(?:(?!</w:tr>).)*>Level</w:t>)", r'\1<w:gridSpan w:val="2"/>'), r"table \d+, row 1, column 3.*row 1, column 2"),
    ("a row that begins a column later", saved_word, DOC, once(r"(<w:tr[ >](?:(?!</w:tr>|<w:tc>).)*<w:trPr>)(?=(?:(?!</w:tr>).)*>All</w:t>)", r'\1<w:gridBefore w:val="1"/>'), r"table \d+, row 2, column 2.*row 2, column 1"),
    ("two numbers of a cell exchanged", saved_word, DOC, exchange(field(r"&quot;rate\.old\.se "), field(r"&quot;rate\.old\.n ")), r"table \d+, row \d+"),
    ("the number of a list", saved_word, DOC, once(r'(<w:pStyle w:val="TextBody"/>)', r'\1<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'), SENTENCE + ".*list"),
    ("levels of lists", saved_word, "word/numbering.xml", once(r'(<w:lvlText w:val=)"[^"]*"', r'\1"46 people"'), r"numbering.xml"),
    ("the start of a list", saved_word, "word/numbering.xml", once(r'<w:start w:val="1"/><w:numFmt w:val="decimal"/>|<w:start w:val="1"/>', '<w:start w:val="46"/><w:numFmt w:val="decimal"/>'), r"numbering.xml"),
    ("a footnote", saved_word, "word/footnotes.xml", once("NOTED ", "NOTED 9731 people "), r"note, paragraph \d+"),
    ("a number of a footnote", saved_word, "word/footnotes.xml", once("3,489", "3,498"), r"note, paragraph \d+.*3,498.*3,?489"),
    ("the head of pages", saved_word, "word/header1.xml", once("A tiny study", "A tiny study 2019"), r"header1.xml"),
    ("the foot of pages", saved_word, "word/footer1.xml", once("(<w:p>(?:<w:pPr>.*?</w:pPr>)?)", r"\1<w:r><w:t>1 of 99 people </w:t></w:r>"), r"footer1.xml"),
    ("the title of the file", saved_word, "docProps/core.xml", once("A tiny study", "A tiny study 2019"), r"core.xml"),
    ("an alternative text", saved_word, DOC, once(r'(descr="[^"]*)young', r"\1elder"), r"alternative text"),
    ("the interval of an alternative text", saved_word, DOC, once("24.8 to 73.2", "24.8 to 53.2"), r"alternative text"),
    ("a property", saved_word, "docProps/custom.xml", once(">3,489<", ">3,498<"), r"custom.xml"),
    ("a text box", saved_word, DOC, typed(BOX), SENTENCE),
    ("a comment", saved_word, "word/comments.xml", None, r"comments.xml"),
    ("a hidden number", saved_word, DOC, once(r"(%s(?:(?!</w:t>).)*?<w:rPr>)(</w:rPr><w:t>3,489)" % r"&quot;users\.total ", r"\1<w:vanish/>\2"), SENTENCE),
    ("white numbers", saved_word, DOC, once(r"(%s(?:(?!</w:t>).)*?<w:rPr>)(</w:rPr><w:t>3,489)" % r"&quot;users\.total ", r'\1<w:color w:val="FFFFFF"/>\2'), SENTENCE),
    ("a paragraph taken out and a number changed", saved_word, DOC, lambda t: once("Note: Lines are 95% confidence", "Note: Lines are 90% confidence")(re.sub(r"<w:p>(?:(?!<w:p>).)*?%s.*?</w:p>" % r"&quot;users\.total ", "", t, count=1, flags=re.S)), SENTENCE + ".*90%"),
    ("a value of a chart", saved_native, CHART, once("<c:v>0.4866068", "<c:v>0.5866068"), r"chart 1, series 1, value 1"),
    ("two values of a chart", saved_native, CHART, exchange(r"(?<=<c:v>)0\.4866068\d*", r"(?<=<c:v>)0\.7993150\d*"), r"chart 1, series 1, value 1.*\n.*value 2"),
    ("an end of an interval", saved_native, CHART, once("<c:v>0.2452626", "<c:v>0.1452626"), r"chart 1, series 1, upper end 1"),
    ("categories of a chart", saved_native, CHART, exchange("<c:v>young</c:v>", "<c:v>middle</c:v>"), r"chart 1, series 1, category 1"),
    ("the name of a series", saved_native, CHART, once("<c:v>Rate of use</c:v>", "<c:v>Users</c:v>"), r"chart 1, series 1, name"),
    ("labels of a chart", saved_native, CHART, once(r'formatCode="0\.0%" sourceLinked="0"', 'formatCode="0%" sourceLinked="0"'), r"chart 1, series 1, format of its labels"),
    ("a number in labels", saved_native, CHART, once(r'formatCode="0\.0%" sourceLinked="0"', 'formatCode="&quot;97%&quot;" sourceLinked="0"'), r"chart 1, series 1, format of its labels"),
    ("the end of an axis", saved_native, CHART, once('<c:max val="1"/>', '<c:max val="0.9"/>'), r"chart 1, axis of values 1, max"),
    ("the title of a chart", saved_native, CHART, once("<c:autoTitleDeleted", "<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>97 people</a:t></a:r></a:p></c:rich></c:tx></c:title><c:autoTitleDeleted"), r"chart 1"),
    ("labels typed into a chart", saved_native, CHART, once("<c:dLbls>", '<c:dLbls><c:dLbl><c:idx val="1"/><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>97%</a:t></a:r></a:p></c:rich></c:tx><c:showVal val="1"/></c:dLbl>'), r"chart 1"),
    ("a cell of a chart's workbook", saved_native, "word/embeddings/sxchart1.xlsx", None, r"chart 1"),
    # ---- workbook
    ("a number", saved_book, T1, once(r'(<c r="F5"[^>]*><v>)0\.43', r"\g<1>0.34"), r"Table_1!F5"),
    ("two numbers of a row exchanged", saved_book, T1, exchange(r'(?<=<c r="F5")[^>]*><v>[\d.]+(?=</v>)', r'(?<=<c r="F6")[^>]*><v>[\d.]+(?=</v>)'), r"Table_1!F[56]"),
    ("labels of rows exchanged", saved_book, T1, exchange_values("A6", "A7"), r"Table_1!A6.*\n.*Table_1!A7"),
    ("labels of columns exchanged", saved_book, T1, exchange_values("B4", "F4"), r"Table_1!B4"),
    ("a format", saved_book, "xl/styles.xml", once(r'formatCode="0\.0%"', 'formatCode="0%"'), r"Table_1!F5.*44%.*43\.7%"),
    ("a number of the format's own", saved_book, "xl/styles.xml", once(r'formatCode="0\.0%"', 'formatCode="&quot;46.5%&quot;"'), r"Table_1!F5.*46\.5%.*43\.7%"),
    ("a scaling comma", saved_book, "xl/styles.xml", once('formatCode="#,##0"', 'formatCode="#,##0,"'), r"Table_2!B\d+"),
    ("a text of a number", saved_book, T1, once(r'<c r="F5"( s="\d+")[^>]*><v>[^<]*</v>', r'<c r="F5"\1 t="inlineStr"><is><t>34.7%</t></is>'), r"Table_1!F5"),
    ("a formula's value", saved_book, F1, once(r'(<c r="E6"[^>]*>(?:<f[^>]*>)B6-C6</f><v>)[^<]*', r"\g<1>0.123"), r"Figure_1!E6"),
    ("a formula", saved_book, F1, once(r"(<f[^>]*>)B6-C6</f>", r"\1B6-C6+0</f>"), r"Figure_1!E6"),
    ("a name", saved_book, "xl/workbook.xml", once(r"Table_1'?!\$B\$5", "Table_1!$C$5"), r"name!_money_all__total_level"),
    ("a sheet renamed", saved_book, "xl/workbook.xml", lambda t: t.replace('name="Table_2"', 'name="Table_9"'), r"Table_9"),
    ("a value of a chart", saved_book, "xl/charts/chart1.xml", once("<c:v>0.4866068", "<c:v>0.5866068"), r"Figure_1"),
    ("categories of a chart exchanged", saved_book, "xl/charts/chart1.xml", exchange("<c:v>young</c:v>", "<c:v>middle</c:v>"), r"Figure_1, chart 1, series 1, category 1"),
    ("the name of a series", saved_book, "xl/charts/chart1.xml", once("<c:v>Rate of use</c:v>", "<c:v>Users</c:v>"), r"Figure_1, chart 1, series 1, name"),
    ("the title of a chart", saved_book, "xl/charts/chart1.xml", once("<c:autoTitleDeleted", "<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>nearly all</a:t></a:r></a:p></c:rich></c:tx></c:title><c:autoTitleDeleted"), r"Figure_1, chart 1, title"),
    ("labels of a chart", saved_book, "xl/charts/chart1.xml", once(r'(<c:dLbls>(?:(?!</c:dLbls>).)*?formatCode=)"[^"]*"', r'\1"0"'), r"Figure_1, chart 1, series 1, format"),
    ("a text box", saved_book, "xl/drawings/drawing1.xml", once("</xdr:wsDr>", '<xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col></xdr:from><xdr:sp><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>nearly all</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>'), r"Figure_1"),
    ("a comment", saved_book, "xl/comments1.xml", None, r"comments1"),
    ("the head of a sheet", saved_book, T1, once("<oddHeader>[^<]*</oddHeader>", "<oddHeader>97 people</oddHeader>"), r"Table_1!oddHeader"),
    ("a hidden row", saved_book, T1, once(r'(<row r="6"[^>]*?hidden=)"false"', r'\1"true"'), r"Table_1!6"),
    ("a hidden column", saved_book, T1, once("<cols>", '<cols><col min="6" max="6" width="9" hidden="1"/>'), r"Table_1!F"),
    ("a column without width", saved_book, T1, once("<cols>", '<cols><col min="6" max="6" width="0.1" customWidth="1"/>'), r"Table_1!F"),
    ("a hidden sheet", saved_book, "xl/workbook.xml", once(r'(<sheet name="Table_2"[^>]*?state=)"visible"', r'\1"hidden"'), r"Table_2"),
    ("the title of the file", saved_book, "docProps/core.xml", once("A tiny study", "A tiny study 2019"), r"core.xml"),
]


def audit(path, against):
    r = subprocess.run([program, "audit", path, "--against", against, "--lang", "en", "--format", "csv"], capture_output=True, text=True)
    return r.returncode, [l for l in r.stdout.splitlines() if l.startswith(("differs,", "unbound,"))], r.stdout + r.stderr


def against(path):
    return banner_store if path == banner else native_store if path in (native, saved_native) else store


def attack(job):
    name, path, part, change, where = job
    title = f"{os.path.basename(path)}: {name}"
    with tempfile.TemporaryDirectory() as d:
        parts = parts_of(path)
        to = os.path.join(d, os.path.basename(path))
        try:
            if change is None and part.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(parts[part])) as z: inner = {n: z.read(n) for n in z.namelist()}
                inner["xl/worksheets/sheet1.xml"] = once(r"(<v>)0\.48", r"\g<1>0.84")(inner["xl/worksheets/sheet1.xml"].decode()).encode()
                packed = io.BytesIO()
                with zipfile.ZipFile(packed, "w") as z:
                    for n, data in inner.items(): z.writestr(n, data)
                parts[part] = packed.getvalue()
            elif part == "word/comments.xml":
                parts[part] = ('<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment w:id="1"><w:p><w:r><w:t>9731 people</w:t></w:r></w:p>'
                               "</w:comment></w:comments>").encode()
            elif change is None and path == saved_book:
                parts[part] = (b'<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><commentList><comment ref="F5"><text><t>9731 people</t></text></comment>'
                               b"</commentList></comments>")
            elif change is None:
                parts[part] = b'<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><commentList/></comments>'
            elif part:
                parts[part] = change(parts[part].decode()).encode()
            else:
                parts[part] = change(parts[part])
        except (AssertionError, KeyError, AttributeError, re.error) as e:
            return f"{title}: nothing to change: {e}"
        if name == "a condition with a format":
            parts[T1] = once("</sheetData>", '</sheetData><conditionalFormatting sqref="F5"><cfRule type="expression" dxfId="0" priority="1"><formula>TRUE</formula></cfRule></conditionalFormatting>')(parts[T1].decode()).encode()
            where = r"Table_1!F5"
        if part:
            with zipfile.ZipFile(to, "w") as z:
                for n, data in parts.items(): z.writestr(n, data)
        else:
            open(to, "w", encoding="utf-8").write(parts[""])
        code, rows, said = audit(to, against(path))
    if code != 3 or not rows: return f"{title}: not found (exit {code}): {said[-300:]}"
    if where and not re.search(where, "\n".join(rows)): return f"{title}: not named at {where}: {rows[:3]}"
    return None


faults = []
if saved: ATTACKS += SAVED
ATTACKS = ATTACKS[::int(step)]
for path in sorted({a[1] for a in ATTACKS}):
    code, rows, said = audit(path, against(path))
    if code != 0: faults.append(f"{path} as it was made: exit {code}: {rows[:3]} {said[-200:]}")
with ThreadPoolExecutor(2) as pool: faults += [f for f in pool.map(attack, ATTACKS) if f]
print(f"{len(ATTACKS)} attacks without a result's digit, {len(faults)} faults")
for f in faults: print("FAULT", f)
sys.exit(bool(faults))
