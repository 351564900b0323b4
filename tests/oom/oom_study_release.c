/* Every allocation fails once in a study with rules, marks of a standard, and results that are not published. */
#include "oom_study.h"

static const char study_text[] = "study: r\ntitle: R\nlanguages: [en]\n"
                                 "data: {p: {file: p.csv}}\n"
                                 "design: {weights: none}\n"
                                 "rules: {file: r.yaml, id: id}\n"
                                 "quality: {min_n: 2, standard: nchs}\n"
                                 "disclosure: {min_n: 2, p: 10, secondary: greedy}\n"
                                 "groups: {g: {by: g}}\n"
                                 "indicators:\n"
                                 "  t: {total: x, by: g}\n"
                                 "  s: {prop: x > 2, by: g, gap: g}\n"
                                 "  f: {formula: t / s, by: g}\n"
                                 "  m: {median: x, by: g}\n"
                                 "tables: [{id: a, title: A, indicators: [t, s, f], domains: [total, g]},\n"
                                 "         {id: b, rows: x, cols: total + g, stats: [col_pct, mean]}]\n"
                                 "annex: [design, rules]\n";

static void make(void) {
  make_folder("release");
  put("study.yaml", study_text);
  put("r.yaml", "rules:\n- {expr: x < 6, name: small, label: {zh: a, en: b}}\n- {expr: 'if (x > 1) id > 0', meta: "
                "{severity: info}}\n");
  put("p.csv", "id,g,x\n1,a,1\n2,a,3\n3,b,2\n4,b,5\n5,c,7\n");
}

static void gates(const sx_run_result *result) {
  CHECK(result->n_failed_rules == 1 && result->n_open_results == 0);
}

static void running(void) {
  target t = {false, true, gates};
  make();
  CHECK_OK(run_study(NULL, &t, err));
  load_and_then("run", t);
  drop_folder();
}

SXT_MAIN(SXT_CASE(running))
