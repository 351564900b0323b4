#!/usr/bin/env bash
# Two small studies of odd words through the readers of SDMX, JSON-stat, PC-Axis and DDI: levels and labels with markup, commas, quotes, line ends, blanks and of 200 characters, levels that
# make one code, labels of blanks, variables called as components of the formats, no wave or none that SDMX knows, empty and hidden cells.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
readers=$PWD/tests/readers
cd "$tmp" || exit 1
python3 - <<'P'
levels = ["=cmd|'/c calc'!A1", '<b>x</b> & "y"', "العربية", "a b", "a_b", "two\nlines, one", "长" * 200, "长" * 199 + "短", " a b ", "1", "_T", "M"]
with open("n.csv", "w", newline="") as f:
    f.write("w,st,psu,lev,x,y,s,o,freq,obs_value,_u\n")
    for i in range(1200):
        few = "rare" if i < 6 else "often" if i % 2 else "seldom"
        f.write('%d,%d,%d,"%s",%s,%d,%s,%s,%d,%s,%d\n' % (10 + i % 3, i % 4, i % 24, levels[i % 12].replace('"', '""'), "NA" if i % 5 == 0 else i % 7, i % 2, "male" if i % 3 else "female",
                                                  ["", "r1", "R1", "r-1"][i % 4], i % 3, few, i % 2))
long, word = "很长的标签" * 40, "Anunbrokenword" * 15
data = '''
data:
  people:
    file: n.csv
    missing: ["NA"]
    text: [lev, o]
    variables:
      y: {label: {zh: "=a+a \\x02 <b>, \\"引\\"", en: "=a+a, \\"q\\" \\x02 <b>\\nnew line"}, values: {0: {zh: "=no", en: "=no, never"}, 1: {zh: "LONG", en: "WORD"}}}
      lev: {label: "=cmd"}
design: {weights: w, strata: st, clusters: psu, nest: true}
'''.replace("LONG", long).replace("WORD", word)
open("odd.yaml", "w").write(f'''study: odd-study.1
title: {{zh: "=cmd|'/c calc'!A <b>粗</b> & \\"引\\", 逗", en: "<script>alert(x)</script> & \\"q\\", comma\\nline ]]> \\x07bell"}}
publisher: {{zh: "العربية", en: "@SUM(A), \\"x\\""}}
note: {{zh: "+a+b <i>注</i>", en: "-a+b & \\x01"}}
date: 2025-12
{data}
groups:
  lev: {{label: {{zh: "=组 <b>", en: "=group <b>, \\"g\\""}}, by: lev}}
  o: {{label: " ", by: o}}
  sex: {{label: {{zh: 性别, en: Sex}}, by: s}}
  young: {{label: {{zh: 青, en: Young}}, where: x < 3}}
  empty: {{label: {{zh: 空, en: Nobody}}, where: x > 100}}
indicators:
  a: {{mean: x, label: {{zh: "=cmd|'/c calc'!A <b>&, 逗", en: "=cmd|'/c calc'!A <b>&, comma"}}, unit: 元, by: [lev, o, empty, sex, "sex*lev", young], question: {{zh: "+问 <b>", en: "@q \\x03, \\"q\\"\\nline"}}, gap: [young]}}
  b: {{prop: y == 1, label: {{zh: "{long}", en: "{word}"}}, by: [lev, empty]}}
  c: {{shares: lev, label: {{zh: "العربية \\u202E翻转", en: "العربية \\u202Eesrever"}}}}
  t: {{total: x, label: {{zh: 合计, en: Total}}, unit: "人, \\"次\\"", by: [sex]}}
  q: {{count: true, label: {{zh: 人, en: People}}, unit: 人, by: [sex]}}
  f: {{formula: t / q, label: {{zh: 比, en: "Ratio & <more>"}}}}
tables:
  - {{id: t1, title: {{zh: "=表 <b>&", en: "=T \\x04 <b>&"}}, indicators: [a, b, c], domains: [total, lev], show: [estimate, se, n]}}
''')
for wave in "2025-S1", "2025-S9", "first":
    open(f"hidden-{wave}.yaml", "w").write(f'''study: hidden-{wave}
title: {{zh: 题, en: T}}
wave: {wave}
{data}
disclosure: {{min_n: 10}}
groups:
  freq: {{by: freq}}
  obs: {{by: obs_value}}
  u: {{by: _u}}
indicators:
  people: {{count: true, unit: 人, by: [obs, freq]}}
  m: {{mean: x, label: {{zh: 均, en: " "}}, by: [freq, obs, u]}}
tables:
  - {{id: t1, title: {{zh: 表, en: T}}, indicators: [people, m], domains: [total, obs]}}
''')
P
for study in odd hidden-2025-S1 hidden-2025-S9 hidden-first; do
  name=$study
  [ $study = odd ] && name=odd-study.1
  "$program" run $study.yaml --to csv,sdmx,json-stat,px,ddi --out "$study" --quiet >out.txt 2>&1 || { fail "$study: $(head -c 800 out.txt)"; continue; }
  python3 "$readers/sdmx.py" "$study/$name".csv "$study/$name".sdmx.csv "$study/$name".sdmx10.csv "$study/$name".sdmx.xml >read.txt 2>&1 || fail "$study: SDMX: $(cut -c1-300 read.txt)"
  python3 "$readers/jsonstat.py" "$study/$name".csv "$study/$name".jsonstat.{zh,en}.json >read.txt 2>&1 || fail "$study: JSON-stat: $(cut -c1-300 read.txt)"
  python3 "$readers/px.py" "$study/$name".csv "$study"/*.px >read.txt 2>&1 || fail "$study: PC-Axis: $(cut -c1-300 read.txt)"
  python3 "$readers/ddi.py" "$study/$name".ddi.xml "$study/$name".csv >read.txt 2>&1 || fail "$study: DDI: $(cut -c1-300 read.txt)"
done
grep -q '^STRUCTURE,.*,FREQ_2,.*,TIME_PERIOD,' hidden-2025-S1/*.sdmx.csv && grep -q ',Q,N,' hidden-2025-S1/*.sdmx.csv || fail "no hidden cell: $(head -3 hidden-2025-S1/*.sdmx.csv)"
grep -q ',people,count,.*,PURE_NUMB,\|,people,count,.*,PS,' hidden-2025-S1/*.sdmx.csv && grep -q ',m,mean,.*,PURE_NUMB,' hidden-2025-S1/*.sdmx.csv || fail "a mean without a unit is no pure number: $(grep ',m,mean,' hidden-2025-S1/*.sdmx.csv | head -1)"
for study in odd hidden-2025-S9 hidden-first; do
  grep -q '^STRUCTURE,.*,WAVE,OBS_VALUE' "$study"/*.sdmx.csv && ! grep -q TimeDimension "$study"/*.sdmx.xml && ! grep -q '"time"' "$study"/*.en.json || fail "$study: what is no period is told as time"
done
finish
