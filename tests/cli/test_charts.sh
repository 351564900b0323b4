#!/usr/bin/env bash
# The kinds of charts in a study's `figures:`: stacked bars, opinions, slopes, heat tables, tiles; groups of rows; what is refused, where.
. tests/cli/lib.sh
need_program

# 12 provinces x 60 persons; trust on five steps, use of three services, money spent on two
awk 'BEGIN { split("11 12 13 21 31 32 33 42 44 50 51 65", p, " "); split("none little neither some full", t, " ")
  print "w,province,sex,age,trust,shop,video,ride,goods,meals"
  for (i = 1; i <= 12; i++) for (k = 1; k <= 60; k++) { u = (i * 7919 + k * 104729) % 997
    printf "%d,%d,%s,%s,%s,%d,%d,%d,%d,%d\n", 5 + u % 3, p[i], k % 2 ? "female" : "male", k % 3 ? "young" : "old", t[1 + int(u / 7) % 5],
      (u % 10) < 7, (u % 13) < 6 + i % 3, (u % 11) < 3, 100 + u % 301, 40 + u % 97 } }' >"$tmp/p.csv"

study() { cat >"$tmp/study.yaml" <<END
study: charts
title: {zh: 图, en: Charts}
data: {people: {file: p.csv}}
derived: {place: {value: province, label: {zh: 省份, en: Province}}}
design: {weights: w, strata: province}
groups:
  place: {label: {zh: 省份, en: Province}, by: province}
  sex: {label: {zh: 性别, en: Sex}, by: sex, levels: {female: {zh: 女, en: Women}, male: {zh: 男, en: Men}}}
  age: {label: {zh: 年龄, en: Age}, by: age, levels: {young: {zh: 年轻, en: Young}, old: {zh: 年长, en: Old}}}
indicators:
  none: {label: {zh: 很不信任, en: None}, prop: trust == "none", by: [sex, age]}
  little: {label: {zh: 不太信任, en: Little}, prop: trust == "little", by: [sex, age]}
  neither: {label: {zh: 一般, en: Neither}, prop: trust == "neither", by: [sex, age]}
  some: {label: {zh: 比较信任, en: Some}, prop: trust == "some", by: [sex, age]}
  full: {label: {zh: 非常信任, en: Full}, prop: trust == "full", by: [sex, age]}
  shop: {label: {zh: 网络购物, en: Shopping}, prop: shop == 1, by: [place, sex, age], format: "% 1"}
  video: {label: {zh: 在线视频, en: Video}, prop: video == 1, by: [sex, age]}
  ride: {label: {zh: 网约车, en: Ride hailing}, prop: ride == 1, by: [sex, age]}
  goods: {label: {zh: 商品, en: Goods}, mean: goods, by: [sex], unit: 元, format: "元 0"}
  meals: {label: {zh: 餐饮, en: Meals}, mean: meals, by: [sex], unit: 元, format: "元 0"}
figures:
  - {id: likert, type: likert, title: {zh: 信任, en: Trust}, indicators: [none, little, neither, some, full], domains: [total, sex, age]}
  - {id: stacked, type: stacked, title: {zh: 支出, en: Spending}, indicators: [goods, meals], domains: [sex]}
  - {id: heat, type: heat, title: {zh: 使用, en: Use}, indicators: [shop, video, ride], domains: [total, sex, age]}
  - {id: tiles, type: tiles, title: {zh: 各省, en: By province}, indicators: [shop], domains: [place]}
  - id: slopes
    type: slopes
    title: {zh: 男女, en: Men and women}
    format: "% 1"
    series: [{label: {zh: 网络购物, en: Shopping}}, {label: {zh: 网约车, en: Ride hailing}}]
    categories: [{label: {zh: 男, en: Men}}, {label: {zh: 女, en: Women}}]
    cells: [["shop.sex:male", "ride.sex:male"], ["shop.sex:female", "ride.sex:female"]]
  - id: dots
    type: dots
    title: {zh: 分组, en: Groups}
    format: "% 1"
    series: [{label: {zh: 网络购物, en: Shopping}}]
    categories: [{label: {zh: 男, en: Men}, group: {zh: 性别, en: Sex}}, {label: {zh: 女, en: Women}, group: {zh: 性别, en: Sex}}, {label: {zh: 年轻, en: Young}, group: {zh: 年龄, en: Age}}]
    cells: [["shop.sex:male"], ["shop.sex:female"], ["shop.age:young"]]
${extra:-}
END
}
study
"$program" run "$tmp/study.yaml" --out "$tmp/res" --quiet >"$tmp/said" 2>"$tmp/err" || fail "run: $(cat "$tmp/err")"
grep -q 'numbers: .* 0 differ, 0 unbound' "$tmp/said" || fail "the run's own audit: $(cat "$tmp/said")"
page=$tmp/res/report.en.html
drawing() { sed -n "/<svg class=\"wide\"[^>]*f$1wide-t/,/<\/svg>/p" "$page"; }
texts() { drawing "$1" | grep -c '<text'; }

# parts of a bar are the indicators, rows the groups; the value of every part is a bound number
drawing 1 | grep -q '<desc[^>]*>Diverging stacked bar chart. .*Women, None: ' || fail "the words of the opinions"
[ "$(drawing 1 | grep -c '<rect [^>]*fill="url(#f1wide-h1-')" -ge 10 ] || fail "the lower opinions have no pattern"
drawing 1 | grep -q '<text [^>]*data-ref="neither.total.interval"' || fail "no interval of an opinion"
drawing 2 | grep -q 'Stacked bar chart. Women, Goods: [0-9]* yuan (95% interval ' || fail "the words of the stack: $(drawing 2 | grep desc)"
[ "$(drawing 3 | grep -c 'data-ref="\(shop\|video\|ride\)\.[a-z:]*"')" = 15 ] || fail "15 cells of the heat table"
# a tile for every province, 12 with a value; the letters in English, characters in Chinese
[ "$(drawing 4 | grep -c '^<g>')" = 31 ] || fail "31 tiles"
[ "$(drawing 4 | grep -c 'data-ref="shop.place:[0-9]*"')" = 12 ] || fail "12 values: $(drawing 4 | grep data-ref | head -3)"
drawing 4 | grep -A3 '<title>Chongqing' | grep -q '>CQ<' || fail "CQ"
sed -n '/f4wide-t/,/<\/svg>/p' "$tmp/res/report.zh.html" | grep -A3 '<title>重庆' | grep -q '>渝<' || fail "渝"
drawing 5 | grep -q 'Slope chart' || fail "slopes"
[ "$(drawing 6 | grep -c '>Sex<\|>Age<')" = 2 ] || fail "headings of groups"
grep -q 'Small numbers are 95% confidence intervals' "$page" || fail "the note on small numbers"
# native charts of the workbook: values at the base of bars (the interval is at their end), in the middle of parts, at the ends of lines with their names; the
# axis holds the intervals and bars stand on 0
extra='  - {id: plain, type: bars, title: {zh: 使用, en: Use of shops}, indicators: [shop], domains: [total, sex, age]}' study
"$program" run "$tmp/study.yaml" --out "$tmp/native" --to xlsx --quiet >/dev/null 2>"$tmp/err" || fail "native: $(cat "$tmp/err")"
python3 - "$tmp/native/charts_tables.en.xlsx" <<'P' || fail "labels of native charts"
import re, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
charts = {re.search(r"<a:t>([^<]*)</a:t>", t).group(1): t for t in (z.read(n).decode() for n in z.namelist() if n.startswith("xl/charts/chart"))}
def need(title, *patterns):
    for p in patterns:
        assert re.search(p, charts[title], re.S), (title, p, charts[title][:3000])
need("Use of shops", r'<c:min val="0"/>', r'<c:dLblPos val="inBase"/>', r'<c:showVal val="1"/>')
need("Trust", r'<c:showVal val="1"/>', r'<c:max val="0\.60*1?"/><c:min val="-0\.60*1?"/>', r'formatCode="0.0%;0.0%"')
# opinions on both sides of the middle: what is to the left below zero, half of the answer between on either side, its label that of its cell; the legend in the order of the answers
series = re.findall(r"<c:ser>.*?</c:ser>", charts["Trust"], re.S)
names = [re.search(r"<c:tx><c:v>([^<]*)", s).group(1) for s in series]
values = [[float(v) for v in re.findall(r"<c:v>([^<]*)", re.search(r"<c:val>.*?</c:val>", s, re.S).group(0))] for s in series]
gone = {int(i) for i in re.findall(r'<c:legendEntry><c:idx val="(\d+)"/><c:delete val="1"/>', charts["Trust"])}
assert names == ["None", "Little", "Neither", "Neither", "Little", "None", "Neither", "Some", "Full"], names
assert [n for i, n in enumerate(names) if i not in gone] == ["None", "Little", "Neither", "Some", "Full"], gone
assert all(len(v) == 5 for v in values) and not any(v for i in range(3) for v in values[i])
assert all(v < 0 for i in (3, 4, 5) for v in values[i]) and all(v > 0 for i in (6, 7, 8) for v in values[i])
for c in range(5):
    assert values[3][c] == -values[6][c] and abs(sum(abs(values[i][c]) for i in range(3, 9)) - 1) < 1e-9, c
shown = re.findall(r"<c:v>([\d.]+)%", re.search(r"<c15:dlblRangeCache>.*?</c15:dlblRangeCache>", series[2], re.S).group(0))
assert [round(200 * v, 1) for v in values[6]] == [float(t) for t in shown], shown
# of everything that labels can show it is said whether they do, in the order of the schema; bars below zero keep their colour
shows = "".join(rf'<c:{w} val="[01]"/>' for w in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize"))
for title, t in charts.items():
    assert len(re.findall("<c:showVal", t)) == len(re.findall(shows, t)) and ("<c:showCatName val=\"1\"" not in t), title
    assert "<c:barChart>" not in t or t.count("<c:ser>") == t.count('<c:invertIfNegative val="0"/>'), title
need("Spending", r'<c:showVal val="1"/>')
need("Men and women", r'<c:delete val="1"/>', r'<c:showSerName val="1"/>')
low, high = (float(re.search(rf'<c:{w} val="([^"]*)"/>', charts["Groups"]).group(1)) for w in ("min", "max"))
assert low < 0.66 and high > 0.74, (low, high)  # the intervals, not the points alone
P
extra='  - {id: x, type: stackd, title: {zh: 错, en: Wrong}, indicators: [shop]}' study
run_fails 2 "study.yaml:.*unknown type 'stackd', did you mean 'stacked'" "$program" check "$tmp/study.yaml"
extra='  - {id: x, type: tiles, title: {zh: 错, en: Wrong}, indicators: [shop], domains: [sex]}' study
run_fails 2 "study.yaml:.*'female' of 'sex' is none of the 31 provinces" "$program" run "$tmp/study.yaml" --out "$tmp/other" --quiet --lang en
for bad in 'type: likert, indicators: [none, little, some, full, shop, video, ride, neither], domains: [sex], below: 4#8 answers, 4 of them below the middle' \
  'type: likert, indicators: [none, full], domains: [sex], below: 7#2 answers, 7 of them below' \
  'type: slopes, indicators: [shop], domains: [total]#slopes lead from wave to wave' \
  'type: tiles, indicators: [shop, video], domains: [place]#tiles show one indicator, not 2' \
  'type: heat, indicators: [shop], domains: [sex], centre: shoop.total#shoop'; do
  extra="  - {id: x, title: {zh: 错, en: Wrong}, ${bad%%#*}}" study
  run_fails 2 "study.yaml:[0-9]*:[0-9]*: .*${bad#*#}" "$program" check "$tmp/study.yaml"
done
extra='  - {id: x, type: heat, title: {zh: 心, en: Centre}, indicators: [shop, ride], domains: [sex, age], centre: shop.total}' study
"$program" run "$tmp/study.yaml" --out "$tmp/res" --quiet >"$tmp/said" 2>"$tmp/err" || fail "centre: $(cat "$tmp/err")"
drawing 7 | grep -q 'fill="url(#f7wide-h1-' || fail "nothing lies below the centre"

# ---- charts of Word's own: one with its workbook for each figure that Word has a chart for, drawings for the others; changed by hand they are found
extra='publish: {charts: native}' study
"$program" run "$tmp/study.yaml" --out "$tmp/word" --to docx --quiet >"$tmp/said" 2>"$tmp/err" || fail "native charts: $(cat "$tmp/err")"
"$program" run "$tmp/study.yaml" --out "$tmp/again" --to docx --quiet >"$tmp/said" 2>"$tmp/err" || fail "again: $(cat "$tmp/err")"
doc=$tmp/word/charts.en.docx
cmp -s "$doc" "$tmp/again/charts.en.docx" || fail "native charts: two runs differ"
"$program" audit "$doc" --against "$tmp/word/results.db" --lang en >"$tmp/out" || fail "audit of native charts: $(tail -3 "$tmp/out")"
python3 - "$doc" "$tmp" <<'P' || fail "the parts of native charts"
import io, re, sys, zipfile
doc, tmp = sys.argv[1:]
src = zipfile.ZipFile(doc)
names = src.namelist()
charts = [n for n in names if re.match(r"word/charts/sxchart\d+\.xml$", n)]
assert len(charts) == 4 and sum(n.endswith(".xlsx") for n in names) == 4 and sum(n.endswith(".svg") for n in names) == 2, names
for n in charts: # what Word draws without opening the workbook is there: every series has as many values as categories
    t = src.read(n).decode()
    for ser in re.findall(r"<c:ser>.*?</c:ser>", t, re.S):
        cat, val = (re.search(r"<c:%s>.*?</c:%s>" % (k, k), ser, re.S).group(0) for k in ("cat", "val"))
        assert cat.count("<c:pt ") == val.count("<c:pt ") > 0, (n, ser)
def changed(to, part, change):
    with zipfile.ZipFile(to, "w") as out:
        for n in names:
            data = src.read(n)
            out.writestr(n, change(data) if n == part else data)
def last_value(data): # of the last series: those to the left are formulas
    at = data.rindex(b"<c:val>")
    return data[:at] + re.sub(rb"(<c:v>)[^<]*", rb"\g<1>0.987654", data[at:], count=1)
def a_label(data):
    return re.sub(rb"(<c15:dlblRangeCache>.*?<c:v>)[^<]*", rb"\g<1>91.7%", data, count=1, flags=re.S)
def first_cell(data):
    book, packed = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for n in book.namelist():
            d = book.read(n)
            out.writestr(n, re.sub(rb'(<c r="B4"[^>]*><v>)[^<]*', rb"\g<1>0.987654", d) if n.endswith("sheet1.xml") else d)
    return packed.getvalue()
changed(tmp + "/drawn.docx", "word/charts/sxchart1.xml", last_value)
changed(tmp + "/label.docx", "word/charts/sxchart1.xml", a_label)
changed(tmp + "/cell.docx", "word/embeddings/sxchart1.xlsx", first_cell)
P
"$program" audit "$tmp/drawn.docx" --against "$tmp/word/results.db" --lang en --only differs --format csv >"$tmp/out"
[ $? = 3 ] && grep -q '^differs,"[^"]*drawn.docx: chart 1: drawn, Figure_1!V4",0.987654,[0-9.]*,full.total,' "$tmp/out" || fail "a changed chart: $(cat "$tmp/out")"
"$program" audit "$tmp/cell.docx" --against "$tmp/word/results.db" --lang en --only differs --format csv >"$tmp/out"
[ $? = 3 ] && grep -q '^differs,[^,]*cell.docx: chart 1: Figure_1!B4,0.987654,[0-9.]*,none.total,' "$tmp/out" || fail "a changed workbook of a chart: $(cat "$tmp/out")"
"$program" audit "$tmp/label.docx" --against "$tmp/word/results.db" --lang en --only differs --format csv >"$tmp/out"
[ $? = 3 ] && grep -q '^differs,"[^"]*label.docx: chart 1: drawn, Figure_1!L4",91.7%,[0-9.]*,neither.total,' "$tmp/out" || fail "a changed label of a chart: $(cat "$tmp/out")"
# a waterfall whose parts do not come to its total is no waterfall
falls() { echo "  - {id: x, type: waterfall, title: {zh: 落, en: Fall}, format: \"元 0\", series: [{label: {zh: 元, en: yuan}}], categories: [{label: {zh: 商品, en: Goods}}, {label: {zh: 餐饮, en: Meals}}, {label: {zh: 和, en: Sum}, whole: true}], cells: [[goods.sex:male], [meals.sex:male], [$1]]}"; }
extra=$(falls goods.sex:female) study
run_fails 1 "figure x.*the steps before '和' come to [0-9.]*, and it is [0-9.]*: a waterfall's parts add up; name what is missing" "$program" run "$tmp/study.yaml" --out "$tmp/other" --quiet --lang en
# parts below 0, and parts that are more than their whole, are no shares
shares() { echo "  - {id: x, type: shares, title: {zh: 份, en: Shares}, format: \"$1\", series: [$2], categories: [$3], cells: [$4]}"; }
extra=$(shares "元 0" "{label: {zh: 元, en: yuan}}" "{label: {zh: 商品, en: Goods}}, {label: {zh: 差, en: Gap}}" "[goods.total], [debt.total]") study
sed -i '/^  goods: /i\  debt: {label: {zh: 债, en: Debt}, formula: "0 - goods", unit: 元, format: "元 0"}' "$tmp/study.yaml"
run_fails 1 "figure x.*'差' is -[0-9.]*: a chart of shares shows the parts of a whole, and none is below 0" "$program" run "$tmp/study.yaml" --out "$tmp/other" --quiet --lang en
extra=$(shares "% 1" "$(for i in 1 2 3 4 5 6; do printf '{label: s%d}, ' $i; done)" "{label: {zh: 全体, en: All}}, {label: {zh: 又, en: Again}}" "[none.total, little.total, neither.total, some.total, full.total, full.total], [full.total, full.total, full.total, full.total, full.total, full.total]") study
run_fails 1 "figure x.*the parts of .* come to [0-9.]* %: a chart of shares" "$program" run "$tmp/study.yaml" --out "$tmp/other" --quiet --lang en
extra='publish: {charts: nativ}' study
run_fails 2 "did you mean 'native'" "$program" check "$tmp/study.yaml"
finish
