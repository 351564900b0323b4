/* test_study_file_words.c: what a study file says beyond totals, means and shares: its numbers are R's (ref_study_words.R), those worked out
 * by hand in tests/cli/test_sampling.sh, and those of the library on the same data. */
#include "shuxiao/estimate.h"
#include "shuxiao/io.h"
#include "shuxiao/weighting.h"
#include "unit/study/tiny_run.h"

#define SHOPS                                                                                                          \
  "study: shops\ntitle: Shops\nlanguages: [en, zh]\ndata: {shops: {file: shops.csv}}\n"                                \
  "design: {weights: weight, strata: stratum, clusters: [psu]}\n"                                                      \
  "groups:\n  res: {by: residence}\n  city: {where: residence == \"urban\"}\n"

static void folder(const char *name, const char *yaml) {
  static const char *const files[] = {"shops.csv", "schools.csv"};
  const char *build = getenv("SX_BUILD");
  char command[900];
  snprintf(tiny_dir, sizeof tiny_dir, "%s/words-%s-%d", build ? build : "/tmp", name, (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", tiny_dir, tiny_dir);
  if (system(command) != 0) SXT_FAIL("cannot make %s", tiny_dir);
  for (size_t i = 0; i < 2; i++) {
    char from[600];
    snprintf(from, sizeof from, "tests/cli/data/%s", files[i]);
    char *text = tiny_read(from);
    if (text) tiny_write(files[i], text);
    free(text);
  }
  tiny_write("study.yaml", yaml);
}

/* ---- against R ------------------------------------------------------------------------------------------------------ */

static const char against_r[] =
    SHOPS "weighting:\n  - calibrate: {distance: raking, totals: {(intercept): 130, \"residence=urban\": 70}}\n"
          "level: 0.9\n"
          "indicators:\n"
          "  q: {quantile: {of: spend, probs: [0.4, 0.5], rule: school, interval: mean, centre: share}, level: 0.95}\n"
          "  v: {variance: online}\n"
          "  m: {mean: spend, deff: wor, level: 0.8}\n"
          "  p_logit: {prop: online}\n"
          "  p_beta: {prop: online == 1, ci: beta, by: res}\n"
          "  p_asin: {prop: online == 1, ci: asin}\n"
          "  p_xlogit: {prop: online == 1, ci: xlogit}\n"
          "  t: {test: [residence, online]}\n"
          "  tot: {total: online}\n";

typedef struct row {
  const char *indicator, *statistic, *domain;
  double estimate, se, low, high, deff, level, df;
  size_t n;
} row;

static sx_status take_row(void *data, const sx_store_row *from, sx_error *err) {
  row *r = data;
  char domain[200] = "total";
  (void)err;
  for (size_t i = 0; i < from->n_terms; i++)
    snprintf(domain, sizeof domain, "%s:%s", from->terms[i].variable, from->terms[i].level);
  if (strcmp(from->indicator, r->indicator) != 0 || strcmp(from->statistic, r->statistic) != 0 ||
      strcmp(domain, r->domain) != 0)
    return SX_OK;
  r->estimate = from->estimate;
  r->se = from->se;
  r->low = from->low;
  r->high = from->high;
  r->deff = from->deff;
  r->level = from->ci_level;
  r->df = from->df;
  r->n++;
  return SX_OK;
}

static row find(int64_t run, const char *indicator, const char *statistic, const char *domain) {
  char path[600];
  row r = {.indicator = indicator, .statistic = statistic, .domain = domain, .estimate = (double)NAN};
  sx_store *store = NULL;
  sx_error err = SX_ERROR_INIT;
  tiny_path(path, "out/results.db");
  sx_status status = sx_store_open(&store, NULL, path, SX_STORE_READ, &err);
  if (status == SX_OK) status = sx_store_each_row(store, run, NULL, take_row, &r, &err);
  if (status != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  if (r.n != 1) SXT_FAIL("%zu rows of %s %s %s", r.n, indicator, statistic, domain);
  sx_store_close(store);
  return r;
}

static void test_r(void) {
  folder("r", against_r);
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  FILE *f = fopen("tests/reference/ref_study_words.csv", "r");
  REQUIRE(f);
  char line[400];
  size_t n = 0;
  while (fgets(line, sizeof line, f)) {
    char id[40], stat[40], domain[40], se[40], low[40], high[40];
    double estimate = 0;
    if (sscanf(line, "%39[^,],%39[^,],%39[^,],%lf,%39[^,],%39[^,],%39s", id, stat, domain, &estimate, se, low, high) !=
        7)
      continue;
    n++;
    if (strcmp(stat, "deff") == 0) {
      CHECK_NEAR(find(result->run, id, "mean", domain).deff, estimate, 1e-9);
      continue;
    }
    const row r = find(result->run, id, stat, domain);
    CHECK_NEAR(r.estimate, estimate, 1e-9);
    if (strcmp(se, "NA") != 0) CHECK_NEAR(r.se, atof(se), 1e-9);
    if (strcmp(low, "NA") != 0) CHECK_NEAR(r.low, atof(low), 1e-9);
    if (strcmp(high, "NA") != 0) CHECK_NEAR(r.high, atof(high), 1e-9);
  }
  fclose(f);
  CHECK_INT(n, 13);
  CHECK_NEAR(find(result->run, "m", "mean", "total").level, 0.8, 0);
  CHECK_NEAR(find(result->run, "tot", "total", "total").level, 0.9, 0);
  char *zh = tiny_report("zh");
  sx_run_result_free(result);
  free(zh);
  tiny_remove();
}

/* ---- how the sample was drawn, by hand -------------------------------------------------------------------------------- */

static row one_total(const char *name, const char *design, const char *words_en, const char *words_zh) {
  char yaml[2000];
  snprintf(yaml, sizeof yaml,
           "study: s\ntitle: S\nlanguages: [en, zh]\ndata: {d: {file: %s}}\ndesign: %s\n"
           "indicators: {t: {total: %s}}\nannex: [design]\n",
           strstr(design, "psu") && strstr(design, "stratum") ? "shops.csv" : "schools.csv", design,
           strstr(design, "psu") && strstr(design, "stratum") ? "spend" : "pupils");
  folder(name, yaml);
  tiny_write("joint.csv", ".5,.2\n.2,.5\n");
  row r = {.estimate = (double)NAN};
  sx_run_result *result = tiny_run();
  if (!result) return r;
  r = find(result->run, "t", "total", "total");
  char *en = tiny_report("en"), *zh = tiny_report("zh");
  if (!en || !strstr(en, words_en)) SXT_FAIL("the annex has no '%s'", words_en);
  if (!zh || !strstr(zh, words_zh)) SXT_FAIL("the annex has no '%s'", words_zh);
  free(en);
  free(zh);
  sx_run_result_free(result);
  tiny_remove();
  return r;
}

static void test_sampling(void) {
  row r = one_total("stages", "{clusters: [district, school], fpc: [districts, schools]}", "2 stages of sampling",
                    "2 个抽样阶段");
  CHECK_NEAR(r.estimate, 28, 1e-12);
  CHECK_NEAR(r.se, 3.7416573867739413, 1e-12);
  r = one_total("brewer", "{clusters: [district], pps: brewer, prob: p}", "Brewer", "用 Brewer 方法");
  CHECK_NEAR(r.estimate, 24, 1e-12);
  CHECK_NEAR(r.se, 5.656854249492381, 1e-12);
  r = one_total("yg", "{clusters: [district], pps: yg, prob: p, joint: joint.csv}", "Yates", "Yates");
  CHECK_NEAR(r.se, 4, 1e-12);
  r = one_total("hr", "{clusters: [district], pps: hr, prob: p, psum: 1}", "Hartley", "Hartley");
  CHECK_NEAR(r.se, 5.656854249492381, 1e-12);
  const row plain = one_total("plain", "{weights: weight, strata: stratum, clusters: [psu]}", "primary sampling", "层");
  const row jkn = one_total("jkn", "{weights: weight, strata: stratum, clusters: [psu], make: {type: jkn, mse: true}}",
                            "stratified jackknife", "分层刀切法");
  CHECK_NEAR(jkn.estimate, plain.estimate, 1e-14);
  CHECK_NEAR(jkn.se, plain.se, 1e-12); /* the jackknife of a total */
  static const char raowu[] =
      "{weights: weight, strata: stratum, clusters: [psu], make: {type: raowu, replicates: 50, seed: %d}}";
  char design[200];
  double se[3];
  for (int i = 0; i < 3; i++) {
    snprintf(design, sizeof design, raowu, i == 2 ? 4 : 3);
    se[i] = one_total("raowu", design, "50 sets of replicate weights", "50 组重复权数").se;
  }
  CHECK(se[0] == se[1] && se[0] != se[2]);
}

/* Two phases as in test_twophase.c (twophase_expected.csv, case strata), base weights by their definition. */
static void test_phases(void) {
  char from[] = "tests/reference/twophase_data.csv";
  folder("phases", "study: s\ntitle: S\nlanguages: [en, zh]\ndata: {d: {file: two.csv}}\n"
                   "design: {strata: h, fpc: [N], phase2: {where: in2 == 1, strata: [g2]}}\n"
                   "indicators: {t: {total: y}, m: {mean: y}}\nannex: [design]\n");
  char *text = tiny_read(from);
  REQUIRE(text);
  tiny_write("two.csv", text);
  free(text);
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  FILE *f = fopen("tests/reference/twophase_expected.csv", "r");
  REQUIRE(f);
  char line[300], stat[40];
  double value = 0, se = 0;
  size_t n = 0;
  while (fgets(line, sizeof line, f)) {
    if (sscanf(line, "strata,%39[^,],%lf,%lf", stat, &value, &se) != 3) continue;
    if (strcmp(stat, "total") != 0 && strcmp(stat, "mean") != 0) continue;
    const row r = find(result->run, strcmp(stat, "total") == 0 ? "t" : "m", stat, "total");
    CHECK_NEAR(r.estimate, value, 1e-12);
    CHECK_NEAR(r.se, se, 1e-10);
    n++;
  }
  fclose(f);
  CHECK_INT(n, 2);
  char *zh = tiny_report("zh");
  CHECK(zh && strstr(zh, "两相抽样，方差含两相"));
  free(zh);
  sx_run_result_free(result);
  tiny_remove();

  folder("base", "study: s\ntitle: S\ndata: {d: {file: b.csv}}\n"
                 "design: {base: {prob: [p1, p2], persons: \"n<=3\", lines: k}}\nindicators: {t: {total: y}}\n");
  tiny_write("b.csv", "p1,p2,n,k,y\n0.5,0.25,2,1,1\n0.2,0.5,5,2,10\n");
  result = tiny_run();
  REQUIRE(result);
  CHECK_NEAR(find(result->run, "t", "total", "total").estimate, 2 / (0.5 * 0.25) * 1 + 3 / (0.2 * 0.5 * 2) * 10, 1e-14);
  sx_run_result_free(result);
  tiny_remove();
}

/* ---- the weighting steps are those of the library ------------------------------------------------------------------------- */

static sx_table *shops_table(void) {
  sx_table *table = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_io_read(&table, NULL, "tests/cli/data/shops.csv", NULL, &err) != SX_OK) SXT_FAIL("%s", err.message);
  return table;
}

static sx_design *shops_design(const sx_table *table) {
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  const char *psu = "psu";
  sx_design *design = NULL;
  sx_error err = SX_ERROR_INIT;
  spec.weights = "weight";
  spec.strata = "stratum";
  spec.clusters = &psu;
  spec.n_clusters = 1;
  if (sx_design_new(&design, NULL, table, &spec, &err) != SX_OK) SXT_FAIL("%s", err.message);
  return design;
}

static void same_weights(const char *weighting, const sx_design *expected) {
  char yaml[2000];
  sx_table *table = NULL;
  sx_design *design = NULL;
  sx_study *study = NULL;
  snprintf(yaml, sizeof yaml, SHOPS "weighting:\n%s", weighting);
  folder("weights", yaml);
  study = tiny_load(NULL);
  REQUIRE(study);
  REQUIRE_OK(sx_study_open_data(&table, &design, study, err));
  for (size_t i = 0; i < sx_design_rows(design); i++)
    CHECK_NEAR(sx_design_weights(design)[i], sx_design_weights(expected)[i], 1e-14);
  sx_design_free(design);
  sx_table_free(table);
  sx_study_free(study);
  tiny_remove();
}

static void test_weighting(void) {
  sx_table *table = shops_table();
  sx_design *design = shops_design(table), *adjusted = NULL, *trimmed = NULL;
  const char *residence = "residence", *urban = "urban", *rural = "rural";
  const sx_control controls[] = {{&residence, &urban, 1, NULL, 90, 0},
                                 {&residence, &rural, 1, NULL, 80, 0},
                                 {NULL, NULL, 0, "online", 120, 0.05},
                                 {&residence, &urban, 1, "online", 75, 0}};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.aggregate = "psu";
  o.lower = 0.2;
  o.upper = 4;
  REQUIRE_OK(sx_weighting_calibrate(&adjusted, design, table, controls, 4, &o, NULL, err));
  same_weights("  - calibrate:\n      distance: truncated\n      totals: {residence: {urban: 90, rural: 80}, online: "
               "\"120~0.05\", residence=urban*online: 75}\n      bounds: [0.2, 4]\n      aggregate: psu\n",
               adjusted);
  REQUIRE_OK(sx_weighting_trim(&trimmed, adjusted, 5, 20, true, NULL, err));
  same_weights(
      "  - calibrate:\n      distance: truncated\n      margins: [{by: [residence], totals: {urban: 90, rural: "
      "80}}]\n      totals: {online: 120~0.05, residence=urban*online: 75}\n      bounds: [0.2, 4]\n      "
      "aggregate: psu\n  - trim: [5, 20]\n",
      trimmed);
  sx_design_free(trimmed);
  sx_design_free(adjusted);
  const sx_control soft[] = {{NULL, NULL, 0, NULL, 200, 0.1}, {NULL, NULL, 0, "online", 120, 0.1}};
  sx_calibrate_options q = SX_CALIBRATE_OPTIONS_INIT;
  q.q = "weight";
  REQUIRE_OK(sx_weighting_calibrate(&adjusted, design, table, soft, 2, &q, NULL, err));
  same_weights("  - calibrate: {totals: {(intercept): 200, online: 120}, slack: 0.1, q: weight}\n", adjusted);
  sx_design_free(adjusted);
  sx_design_free(design);
  sx_table_free(table);
}

/* ---- several statistics of one indicator ------------------------------------------------------------------------------------ */

static const char several[] = SHOPS
    "indicators:\n"
    "  q: {label: Spending, quantile: {of: spend, probs: [0.4, 0.6]}, by: [res], gap: [res, {of: city, to: total}]}\n"
    "  half: {median: {of: spend, rule: hf7}}\n"
    "  range: {formula: \"`q.total.quantile_0.6` - q\"}\n"
    "  t: {label: Test, test: {of: [residence, online], statistic: Chisq}, by: [res]}\n"
    "  g: {test: {of: residence, shares: {urban: 2, rural: 2}}}\n"
    "  s: {label: Satisfied, shares: satisfied, by: res, gap: res}\n"
    "  r: {correlation: [spend, online]}\n"
    "  c: {covariance: [spend, online], by: city}\n"
    "tables:\n  - {id: t1, title: One, indicators: [q, t, s], domains: [total, res], show: [gap], note: Weighted., "
    "tests: "
    "[t, g]}\n"
    "narrative: {en: [text.md]}\n";

static void test_several(void) {
  folder("several", several);
  tiny_write("text.md",
             "At most {{ q.total.`quantile_0.6` | plain 2 }}, p {{ t.total.test_p | plain 5 }}.\n\n{{table t1}}\n");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  const row low = find(result->run, "q", "quantile_0.4", "total"),
            high = find(result->run, "q", "quantile_0.6", "total");
  CHECK_NEAR(find(result->run, "range", "formula", "total").estimate, high.estimate - low.estimate, 1e-12);
  const row of = find(result->run, "q", "quantile_0.6", "res:rural");
  CHECK_NEAR(find(result->run, "q", "gap_quantile_0.6", "res:rural").estimate, of.estimate - high.estimate, 1e-12);
  CHECK_NEAR(find(result->run, "q", "gap", "res:rural").estimate,
             find(result->run, "q", "quantile_0.4", "res:rural").estimate - low.estimate, 1e-12);
  sx_table *table = shops_table();
  sx_design *design = shops_design(table);
  sx_test_result test;
  REQUIRE_OK(sx_estimate_independence(&test, design, sx_table_find(table, "residence"), sx_table_find(table, "online"),
                                      NULL, SX_TEST_CHISQ, NULL, err));
  const row p = find(result->run, "t", "test_p", "total");
  CHECK_NEAR(find(result->run, "t", "test_Chisq", "total").estimate, test.statistic, 1e-14);
  CHECK_NEAR(p.estimate, test.p, 1e-14);
  CHECK(isnan(find(result->run, "t", "test_p", "res:rural").estimate)); /* one row: no test */
  const sx_est_request shares = {.stat = SX_STAT_PROP, .y = sx_table_find(table, "satisfied")};
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_estimate_run(&set, design, &shares, NULL, err));
  for (size_t i = 0; i < set->n_rows; i++) {
    char name[60];
    snprintf(name, sizeof name, "prop_%s", set->level_text[set->rows[i].level]);
    const row s = find(result->run, "s", name, "total");
    CHECK_NEAR(s.estimate, set->rows[i].estimate, 0);
    CHECK_NEAR(s.low, set->rows[i].low, 0);
  }
  CHECK_INT(set->n_rows, 3);
  sx_est_set_free(set);
  const double good = find(result->run, "s", "prop_good", "res:urban").estimate;
  CHECK_NEAR(find(result->run, "s", "gap", "res:urban").estimate,
             good - find(result->run, "s", "prop_good", "total").estimate, 1e-12);
  char *en = tiny_report("en"), text[100];
  REQUIRE(en);
  snprintf(text, sizeof text, "%.2f", high.estimate);
  CHECK(strstr(en, text) != NULL);
  snprintf(text, sizeof text, "%.5f", p.estimate);
  CHECK(strstr(en, text) != NULL);
  CHECK(strstr(en, "Spending: 60% quantile") && strstr(en, "Test: p") && strstr(en, "Satisfied: fair"));
  snprintf(text, sizeof text, "Weighted. Test: X²(1) = %.3g, p = %.3f. g: ", test.statistic, test.p);
  CHECK(strstr(en, text) != NULL);
  free(en);
  sx_run_result_free(result);
  /* nothing changed: everything is taken over; another level: the indicators are made again */
  result = tiny_run();
  REQUIRE(result);
  for (size_t i = 0; i < result->n_steps; i++) CHECK(result->steps[i].reused);
  sx_run_result_free(result);
  tiny_replace("study.yaml", "indicators:", "level: 0.9\nindicators:");
  result = tiny_run();
  REQUIRE(result);
  CHECK_NEAR(find(result->run, "half", "quantile_0.5", "total").level, 0.9, 0);
  sx_run_result_free(result);
  sx_design_free(design);
  sx_table_free(table);
  tiny_remove();
}

/* ---- what is refused -------------------------------------------------------------------------------------------------------- */

static void refused(const char *yaml, const char *where, const char *message) {
  sx_problems problems = SX_PROBLEMS_INIT;
  sx_study *study = NULL;
  sx_error err = SX_ERROR_INIT;
  char path[600];
  bool found = false;
  folder("refused", yaml);
  tiny_path(path, "study.yaml");
  if (sx_study_load(&study, NULL, path, &problems, &err) != SX_E_PARSE) SXT_FAIL("accepted: %s", yaml);
  for (size_t i = 0; i < problems.n; i++)
    found = found || (strstr(problems.items[i].where, where) && strstr(problems.items[i].message, message));
  if (!found) SXT_FAIL("no '%s' at %s but %s: %s", message, where, err.where, err.message);
  sx_problems_clear(&problems);
  sx_study_free(study);
  tiny_remove();
}

static void bad_indicator(const char *text, const char *column, const char *message) {
  char yaml[2000], where[60];
  snprintf(yaml, sizeof yaml, SHOPS "indicators:\n  i: %s\n", text);
  snprintf(where, sizeof where, "study.yaml:10:%s", column);
  refused(yaml, where, message);
}

static void bad_design(const char *text, const char *column, const char *message) {
  char yaml[2000], where[60];
  snprintf(yaml, sizeof yaml, "study: s\ntitle: S\ndata: {d: {file: schools.csv}}\ndesign: %s\n", text);
  snprintf(where, sizeof where, "study.yaml:4:%s", column);
  refused(yaml, where, message);
}

static void bad_weighting(const char *text, const char *column, const char *message) {
  char yaml[2000], where[60];
  snprintf(yaml, sizeof yaml, SHOPS "weighting:\n  - %s\n", text);
  snprintf(where, sizeof where, "study.yaml:10:%s", column);
  refused(yaml, where, message);
}

static void test_refused(void) {
  bad_indicator("{quantile: spend}", "17", "a quantile is {of: EXPRESSION, probs:");
  bad_indicator("{quantile: {of: spend}}", "17", "needs its probabilities");
  bad_indicator("{quantile: {of: spend, probs: [1.5]}}", "", "the probability 1.5 is not between 0 and 1");
  bad_indicator("{quantile: {of: spend, probs: [0.5, 0.5]}}", "", "stands twice");
  bad_indicator("{median: {of: spend, rule: hf77}}", "", "unknown rule of quantiles 'hf77', did you mean 'hf7'?");
  bad_indicator("{median: {of: spend, intervall: mean}}", "", "did you mean 'interval'?");
  bad_indicator("{median: {of: spend, interval: replicate}}", "", "needs replicate weights");
  bad_indicator("{median: spent}", "15", "did you mean 'spend'");
  bad_indicator("{median: residence}", "15", "not a number");
  bad_indicator("{covariance: spend}", "", "a covariance is of two");
  bad_indicator("{mean: spend, ci: beta}", "", "'beta' is an interval of shares, not of a mean");
  bad_indicator("{prop: online == 1, ci: wilsen}", "30", "unknown interval 'wilsen', did you mean 'wilson'?");
  bad_indicator("{prop: online == 1, level: 95}", "", "lies between 0 and 1");
  bad_indicator("{mean: spend, df: 0}", "", "a number above 0");
  bad_indicator("{mean: spend, deff: without}", "", "one of replace, wor");
  bad_indicator("{test: residence}", "13", "a test is 'test: [ROW, COLUMN]'");
  bad_indicator("{test: [residence, online], gap: res}", "", "has no gap");
  bad_indicator("{test: [residence, onlin]}", "25", "did you mean 'online'");
  refused(SHOPS "indicators:\n  t: {test: [residence, online]}\n  f: {formula: 2 * t}\n", "study.yaml:11:20",
          "'t' is a test: no formula can use it");
  bad_indicator("{shares: spend}", "15", "no levels that are known before its data are read");
  bad_indicator("{mena: spend}", "7", "did you mean 'mean'?");
  bad_indicator("{mean: spend, total: spend}", "", "exactly one of total, mean");
  refused(SHOPS "indicators:\n  i: {mean: spend}\ntables: [{id: t, title: T, indicators: [i], domains: [total], tests: "
                "[i, k]}]\n",
          "study.yaml:11:", "'i' is no test");
  bad_design("{weights: none, pps: brewr, prob: p}", "30", "did you mean 'brewer'?");
  bad_design("{pps: brewer}", "", "need 'prob: NAME'");
  bad_design("{pps: ht, prob: p}", "", "needs 'joint: FILE'");
  bad_design("{pps: ht, prob: p, joint: absent.csv}", "", "there is no file");
  bad_design("{clusters: [district], fpc: [districts, schools, p]}", "", "an fpc for 3 stages, but 1 cluster:");
  bad_design("{clusters: [district, school], fpc: [districts, schols]}", "57", "did you mean 'schools'");
  bad_design("{weights: p, make: {type: jk9}}", "35", "unknown type of replicates to make 'jk9'");
  bad_design("{weights: p, make: {type: fay}}", "", "between 0 and 1");
  bad_design("{weights: p, make: {type: jkn, replicates: 1.5}}", "", "whole number");
  bad_design("{clusters: [district]}", "", "names no weights");
  bad_design("{weights: p, base: {prob: [p]}}", "", "given by 'weights', not both");
  bad_design("{base: {persons: \"pupils<=many\"}}", "", "is not VARIABLE or");
  bad_design("{base: {prob: [q]}}", "24", "'q'");
  bad_design("{weights: p, phase2: {strata: [district]}}", "", "needs its cases");
  bad_design("{weights: p, phase2: {where: pupls > 1}}", "", "did you mean 'pupils'");
  bad_design("{weights: p, phase2: {where: pupils > 1}, make: {type: jk1}}", "", "does not take 'make'");
  bad_weighting("{calibrate: {totals: {incom: 5}}}", "", "'incom'");
  bad_weighting("{calibrate: {totals: {residence: 5}}}", "", "not a number: a total of its levels is");
  bad_weighting("{calibrate: {totals: {residence=urbn: 5}}}", "", "no level 'urbn', did you mean 'urban'?");
  bad_weighting("{calibrate: {totals: {spend: many}}}", "", "a total is a number");
  bad_weighting("{calibrate: {distance: logit, totals: {spend: 5}}}", "", "needs bounds");
  bad_weighting("{calibrate: {distance: liner, totals: {spend: 5}}}", "", "did you mean 'linear'?");
  bad_weighting("{calibrate: {totals: {spend: 5}, bounds: [2, 3]}}", "", "two numbers around 1");
  bad_weighting("{calibrate: {}}", "", "needs 'totals");
  bad_weighting("{trim: [3, 1]}", "", "trim names the least");
  bad_weighting("{trimm: [3, 1]}", "", "did you mean 'trim'?");
  bad_weighting("{trim: [1, 3], rake: []}", "", "exactly one of");
}

SXT_MAIN(SXT_CASE(test_r), SXT_CASE(test_sampling), SXT_CASE(test_phases), SXT_CASE(test_weighting),
         SXT_CASE(test_several), SXT_CASE(test_refused))
