/* Every allocation of checking, explaining and running a study fails once. The study is small but has every kind of part: join, pivot,
 * cut, raking, groups by condition and by level, gaps, formulas, accounts from nodes and from a table, published figures, all blocks. */
#include "oom_study.h"

static const char study_text[] =
    "study: small\n"
    "title: {zh: 小, en: Small}\n"
    "wave: 2025-S1\n"
    "data: {p: {files: [p.csv], add: {half: [1]}}, e: {file: e.csv}, b: {file: b.csv, where: n > 0}, t: {file: "
    "t.csv}}\n"
    "join: [{from: e, by: [g], columns: [u]}, {from: b, by: [id], pivot: c, sum: n, prefix: c_}]\n"
    "derived: {old: x >= 3, a: {cut: x, breaks: [2], labels: [low, high]}, y2: y * half}\n"
    "design: {weights: w, strata: s, lonely: certainty}\n"
    "weighting: [{rake: [{by: [g], totals: {file: m.csv, value: n}}, {by: [a], totals: {low: 30, high: 30}}]}]\n"
    "benchmarks: {pop: {value: 100, se: 1, label: {zh: 人口, en: Population}, source: {zh: 某局, en: Some office}}}\n"
    "groups: {old: {label: {zh: 老, en: Old}, where: old == 1}, a: {label: {zh: 级, en: Level}, by: a, levels: {low: "
    "{zh: 低, en: Low}}}}\n"
    "indicators:\n"
    "  n: {label: {zh: 数, en: N}, total: u, by: [old, a], unit: 人}\n"
    "  r: {label: {zh: 率, en: R}, prop: y == 1, base: x > 0, by: [old, a, \"old*a\"], gap: [old, {of: \"a:low\", to: "
    "\"a:high\"}], keep: true}\n"
    "  m: {label: {zh: 均, en: M}, ratio: [y2, x], assumed: true}\n"
    "  f: {label: {zh: 式, en: F}, formula: n / pop.total + r.old, by: [old], gap: [old]}\n"
    "accounts:\n"
    "  k: {label: {zh: 账, en: K}, benchmark: pop, scopes: [in, out], nodes: [{id: t, label: 总}, {id: l, parent: t, "
    "label: l, population: n, penetration: r, spend: m, scope: in, codes: [q]}, {id: o, parent: t, label: o, total: f "
    "* 2, scope: out}]}\n"
    "  tree: {label: {zh: 树, en: T}, tree: {from: t, code: code, level: level, label: label}, leaf: {total: "
    "\"c_{code}\"}, scale: 1 / n}\n"
    "published: {file: pub.csv}\n"
    "tables: [{id: a, title: A, indicators: [n, r], domains: [total, a], show: [estimate, se, gap]}, {id: b, title: B, "
    "account: k}, {id: c, title: C, published: true},\n"
    "  {id: d, title: D, columns: [{label: x}], rows: [{label: x, cells: [{ref: n.total}]}]}]\n"
    "figures: [{id: f, type: bars, title: F, indicators: [r], domains: [a]}, {id: g, type: shares, title: G, account: "
    "k, parent: t}]\n"
    "narrative: {zh: [zh.md], en: [en.md]}\n"
    "annex: [assumptions, definitions, design, provenance]\n";

static void make_study(void) {
  make_folder("study");
  put("study.yaml", study_text);
  put("p.csv", "id,s,w,g,x,y\n1,1,10,a,1,1\n2,1,10,b,2,0\n3,1,10,a,3,1\n4,2,10,b,1,\n5,2,10,a,2,1\n6,2,10,b,3,0\n");
  put("e.csv", "g,u\na,1\nb,2\n");
  put("b.csv", "id,c,n\n1,A1,5\n1,A1,2\n2,A2,3\n5,A2,1\n5,A2,0\n");
  put("t.csv", "code,level,label\nALL,1,All\nA1,2,First\nA2,2,Second\n");
  put("m.csv", "g,n\na,35\nb,25\n");
  put("pub.csv", "id,label_zh,label_en,value,unit,decimals,reference,reason\nP1,一,One,60,人,0,n.total,\nP2,二,Two,1,,"
                 "0,,design-fact\n");
  put("zh.md", "数 {{ n.total | plain 0 }}\n\n{{figure f}}\n");
  put("en.md", "N {{ n.total | plain 0 }}\n");
}

static sx_status load_noting(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_study *study = NULL;
  sx_problems problems = SX_PROBLEMS_INIT;
  const sx_status status = sx_study_load(&study, ctx, in_folder("study.yaml"), &problems, err);
  sx_problems_clear(&problems);
  sx_study_free(study);
  return status;
}

static void loading(void) {
  make_study();
  CHECK(oom_run("load", load_noting, NULL) > 100);
  put("faulty.yaml", "study: x\ndata: {p: {file: p.csv, whre: 1}}\nderived: {a: b + 1, b: a + 1, c: \"x >\"}\n"
                     "design: {weights: nothing}\nindicators: {i: {total: zz}, j: {formula: k}}\n");
  CHECK(oom_run("faulty", load_faulty, NULL) > 50);
  drop_folder();
}

static void running(void) {
  make_study();
  const long loads = oom_run_threads("load", load_noting, NULL, 1);
  target t = {false, true, NULL};
  from_there("run", &t, loads, 0);
  t = (target){false, false, NULL};
  from_there("reuse", &t, loads, 0);
  t = (target){true, false, NULL};
  from_there("explain", &t, loads, 0);
  drop_folder();
}

SXT_MAIN(SXT_CASE(loading), SXT_CASE(running))
