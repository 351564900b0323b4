/* Every allocation of checking, explaining and running a study of three waves fails once: one with data, mapped and broken, one known as
 * published figures; overlap, changes, gaps, formulas, accounts, significance, series in a table and a figure. */
#include "oom_study.h"

static const char study_text[] =
    "study: waves\n"
    "wave: 2025-S1\n"
    "languages: [en]\n"
    "data: {p: {file: p.csv}}\n"
    "derived: {old: x >= 3, unused: x + 1}\n"
    "design: {weights: w, strata: s}\n"
    "benchmarks: {pop: {value: 100, se: 1}}\n"
    "groups: {g: {by: g}, old: {where: old == 1}}\n"
    "indicators:\n"
    "  n: {total: y, by: [g], change: true}\n"
    "  r: {prop: y == 1, by: [old], gap: [old]}\n"
    "  f: {formula: n / pop}\n"
    "  other: {mean: z}\n"
    "accounts: {k: {benchmark: pop, change: true, nodes: [{id: t}, {id: l, parent: t, total: n * 2}]}}\n"
    "waves:\n"
    "  unit: id\n"
    "  changes: [r, f]\n"
    "  previous: 2024-S2\n"
    "  series:\n"
    "    - {wave: 2024-S1, published: [{reference: n.total, value: 2, se: 1}, {reference: \"n.g:a\", value: 1}]}\n"
    "    - {wave: 2024-S2, data: {p: {file: q.csv}}, map: {g: {from: area, codes: {1: a, 2: b}, break: {why: new "
    "words}}, u: {absent: true}}, "
    "breaks: [{indicators: [r], why: asked anew}], published: {file: known.csv}}\n"
    "tables: [{id: t, indicators: [n, r], domains: [total], show: [estimate, change, change_se, p, yoy]}, {id: u, "
    "indicators: [n], "
    "domains: [total, g], waves: all, show: [change]}]\n"
    "figures: [{id: v, type: lines, title: V, indicators: [n], waves: all}]\n"
    "narrative: {en: [en.md]}\n"
    "annex: [design]\n";

/* Two waves and an account that is compared with the one before, nothing else. */
static const char compare_text[] =
    "study: waves\n"
    "wave: 2025-S1\n"
    "languages: [en]\n"
    "data: {p: {file: p.csv}}\n"
    "design: {weights: w, strata: s}\n"
    "indicators: {n: {total: y}}\n"
    "accounts: {k: {price_index: {value: 1.1, why: w}, compare: [{wave: previous, decompose: true}], nodes: [{id: t}, "
    "{id: l, parent: t, total: n}]}}\n"
    "waves: {unit: id, changes: [k], series: [{wave: 2024-S2, data: {p: {file: q.csv}}}]}\n"
    "tables: [{id: x, account: k, decompose: {wave: previous}, measures: [gap, effect_level]}]\n"
    "figures: [{id: w, type: waterfall, title: W, account: k, decompose: {wave: previous}}]\n";

static void make_study(void) {
  make_folder("waves");
  put("study.yaml", study_text);
  put("p.csv",
      "id,s,w,g,x,y,z,u\n1,1,10,a,1,1,1,1\n2,1,10,b,3,0,1,1\n3,1,10,a,3,1,2,1\n4,2,10,b,1,1,1,2\n5,2,10,a,2,1,1,1\n"
      "6,2,10,b,3,0,3,1\n");
  put("q.csv", "id,s,w,area,x,y\n1,1,10,1,1,0\n2,1,10,2,3,0\n8,1,10,1,3,1\n4,2,10,2,1,1\n9,2,10,1,2,1\n7,2,10,2,3,0\n");
  put("known.csv", "reference,value,unit,se\nother.total,15,,0.5\nk/l.total,90,,\n");
  put("en.md", "{{ n.total.change | plain 0 }} since {{ n.wave:2024-S2 | plain 0 }}, {{ r.total.change | pp 1 }}\n");
}

static void loading(void) {
  make_study();
  CHECK(oom_run("load", load_only, NULL) > 100);
  put("faulty.yaml",
      "study: x\nwave: b\ndata: {p: {file: p.csv}}\ndesign: {weights: w}\nindicators: {i: {total: y, change: true}, j: "
      "{mean: z}}\nwaves: {unit: idd, changes: [k, j], series: [{wave: a, data: {p: {file: q.csv}}, map: {g: {codes: "
      "{1: "
      "[a, b]}}}, breaks: [{groups: [h]}], published: [{reference: l.total, value: 1}]}, {wave: b}]}\n");
  CHECK(oom_run("faulty", load_faulty, NULL) > 50);
  drop_folder();
}

static void running(void) {
  make_study();
  const long loads = oom_run_threads("load", load_only, NULL, 1);
  target t = {false, true, NULL};
  from_there("run", &t, loads, 0);
  t = (target){true, false, NULL};
  from_there("explain", &t, loads, 0);
  drop_folder();
}

static void comparing(void) {
  make_study();
  put("study.yaml", compare_text);
  const long loads = oom_run_threads("load", load_only, NULL, 1);
  target t = {false, true, NULL};
  from_there("compare", &t, loads, 2); /* every third: the run is that of `running` but for the comparison */
  drop_folder();
}

SXT_MAIN(SXT_CASE(loading), SXT_CASE(running), SXT_CASE(comparing))
