/* Every allocation of loading and running a study with a section `balance` fails once. */
#include "oom_study.h"

static const char study_text[] =
    "study: b\ntitle: B\nlanguages: [en]\n"
    "data: {p: {file: p.csv}}\n"
    "design: {weights: w, strata: s}\n"
    "benchmarks: {k: {value: 70, se: 2}}\n"
    "groups: {g: {by: g}}\n"
    "indicators: {x: {total: x}, f: {formula: \"`agreed/part` / `agreed/t`\"}}\n"
    "accounts: {a: {domains: [g], nodes: [{id: t}, {id: l, parent: t, total: x}]}}\n"
    "balance:\n"
    "  levels:\n"
    "    figures: {n: {value: \"`a/t`\", held: true}, l: {value: \"`a/l`\", by: g}, m: {value: \"`a/t`\", by: g}}\n"
    "    identities: [{id: a, sum: n, of: [l]}, {id: b, each: true, formula: m == l}]\n"
    "  agreed:\n"
    "    figures: {t: x, part: {value: x, by: g}, k: {value: k, upper: 71}}\n"
    "    identities: [{id: a, sum: t, of: [part]}, {id: b, formula: t == k}]\n"
    "tables: [{id: a, title: A, note: N., balance: agreed}, {id: b, title: B, columns: [{label: c}],\n"
    "  rows: [{label: r, cells: [{ref: agreed/t.total.moved_se}]}]}, {id: c, title: C, balance: levels, by: g}]\n";

static void running(void) {
  make_folder("balance");
  put("study.yaml", study_text);
  put("p.csv", "s,w,g,x\n1,10,a,1\n1,10,b,2\n1,10,a,3\n2,10,b,1\n2,10,a,2\n2,10,b,3\n");
  load_and_then("run", (target){false, true, NULL});
  drop_folder();
}

SXT_MAIN(SXT_CASE(running))
