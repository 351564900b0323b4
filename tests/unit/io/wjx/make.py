#!/usr/bin/env python3
"""Made-up answers to a small survey, as a survey platform exports them: by codes and by texts, as .xlsx and .csv; and the same answers as
a plain table (plain.csv). Writes the files beside itself: python3 tests/unit/io/wjx/make.py. Only the standard library is used."""
import os
import zipfile
from xml.sax.saxutils import escape

HERE = os.path.dirname(os.path.abspath(__file__))
SEX = {1: "男", 2: "女"}
PAY = {1: "微信支付", 2: "银行卡", 3: "其他"}
APPS = ["淘宝", "京东", "拼多多", "其他(请注明)"]
ORDER = ["价格", "质量", "物流"]
SCALE = {1: "很不满意", 2: "不满意", 3: "一般", 4: "满意", 5: "很满意"}
ROWS = ["物流速度", "售后(退换)"]

# sex, age, pay, text of pay, apps (None: skipped), text of apps, order (None: skipped), two rows of a grid, words (None: empty)
CASES = [
    (1, 25, 1, "", [1, 2], "", [1, 2, 3], (4, 5), "快一点"),
    (2, 34, 2, "", [1, 3], "", [2, 1, 3], (5, 5), None),
    (2, 19, 3, "现金", [4], "抖音商城", [3, 2, 1], (3, 2), "便宜，再便宜"),
    (1, 61, 3, "支票", None, "", None, (2, 1), None),
    (1, 45, 1, "", [1, 2, 3], "", [1, 3, 2], (4, 4), "没有"),
    (2, 28, 1, "", [2, 4], "唯品会", [2, 3, 1], (5, 3), None),
    (1, 33, 2, "", [3], "", [1, 2, 3], (4, 4), None),
    (2, 52, 1, "", None, "", None, (1, 4), "无"),
    (2, 40, 1, "", [1], "", [3, 1, 2], (3, 3), None),
    (1, 23, 2, "", [1, 2, 3, 4], "小红书", [1, 2], (4, 2), "界面太乱"),
]


def system(i):
    return [i + 1, f"2025/6/{i + 1} 9:0{i}:30", f"{100 + 7 * i}秒", "微信" if i % 2 else "手机提交", "直接访问",
            f"203.0.113.{i + 1}(北京)", 60 + i]


HEAD = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "总分"]
QUESTIONS = ["1、您的性别是", "2、您的年龄（周岁）", "3、您最常用的支付方式", "4、您用过哪些购物平台(多选)", "5、请按重要性排序", "6、您对下列方面的满意程度", "7、您的建议"]


def by_codes():
    head = HEAD + QUESTIONS[:3] + [f"{QUESTIONS[3]}({a})" for a in APPS] + [f"{QUESTIONS[4]}({o})" for o in ORDER]
    head += [f"{QUESTIONS[5]}—{r}" for r in ROWS] + [QUESTIONS[6]]
    yield head
    for i, (sex, age, pay, other, apps, named, order, grid, words) in enumerate(CASES):
        row = system(i) + [sex, age, f"{pay}〖{other}〗" if other else pay]
        for k in range(1, 5):
            row.append(-3 if apps is None else f"1〖{named}〗" if k in apps and k == 4 else int(k in apps))
        row += [-3 if order is None else order.index(k) + 1 if k in order else -2 for k in (1, 2, 3)]
        yield row + list(grid) + [words if words else -2]


def by_texts():
    yield HEAD + QUESTIONS[:5] + [f"{QUESTIONS[5]}—{r}" for r in ROWS] + [QUESTIONS[6]]
    for i, (sex, age, pay, other, apps, named, order, grid, words) in enumerate(CASES):
        row = system(i) + [SEX[sex], age, f"{PAY[pay]}〖{other}〗" if other else PAY[pay]]
        row.append("(跳过)" if apps is None else "┋".join(f"{APPS[a - 1]}〖{named}〗" if a == 4 else APPS[a - 1] for a in apps))
        row.append("(跳过)" if order is None else "→".join(ORDER[k - 1] for k in order))
        yield row + [SCALE[g] for g in grid] + [words if words else "(空)"]


def plain():
    yield ["id", "q1", "q2", "q3", "q4_1", "q4_2", "q4_3", "q4_4", "q5_1", "q5_2", "q5_3", "q6_1", "q6_2"]
    for i, (sex, age, pay, _, apps, _, order, grid, _) in enumerate(CASES):
        row = [i + 1, sex, age, pay] + ["" if apps is None else int(k in apps) for k in range(1, 5)]
        yield row + ["" if order is None or k not in order else order.index(k) + 1 for k in (1, 2, 3)] + list(grid)


def csv(path, rows, encoding="utf-8"):
    with open(os.path.join(HERE, path), "w", encoding=encoding, newline="\n") as f:
        for row in rows:
            f.write(",".join('"' + str(c).replace('"', '""') + '"' if "," in str(c) else str(c) for c in row) + "\n")


def cell(column, row, value):
    name = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        name = chr(65 + digit) + name
    if isinstance(value, int):
        return f'<c r="{name}{row}"><v>{value}</v></c>'
    return f'<c r="{name}{row}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def xlsx(path, rows):
    sheet = "".join(f'<row r="{r}">' + "".join(cell(c, r, v) for c, v in enumerate(row)) + "</row>" for r, row in enumerate(rows, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(os.path.join(HERE, path), "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, '<?xml version="1.0" encoding="UTF-8"?>\n' + text)


csv("codes.csv", by_codes(), "gb18030")
csv("texts.csv", by_texts(), "utf-8-sig")
csv("plain.csv", plain())
xlsx("codes.xlsx", by_codes())
xlsx("texts.xlsx", by_texts())
