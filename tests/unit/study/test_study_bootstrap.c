/* test_study_bootstrap.c: the standard errors of a small account, weights raked, beside 200 replicates of Rao and Wu's bootstrap made before the weighting.
 * The table of docs/bootstrap.md is the same with 4,000 replicates on the bundled study (bench/bench_accounts.sh); here the ratio of the two
 * errors must lie within what 200 replicates let it be. */
#include "property/study_rows.h"
#include "tiny_run.h"

enum { CASES = 600, REPLICATES = 200 };

static uint64_t state = 20250630;
static double uniform(void) {
  state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (double)(state >> 11) / 9007199254740992.0;
}

static void write_cases(void) {
  static char text[CASES * 40];
  size_t n = (size_t)snprintf(text, sizeof text, "st,w,sex,age,pg,ag,pv,av\n");
  for (int i = 0; i < CASES; i++) {
    const int stratum = 1 + i % 4, sex = uniform() < 0.52, age = (int)(3 * uniform());
    const bool goods = uniform() < 0.55 + 0.1 * sex, video = uniform() < 0.3 + 0.1 * age;
    n += (size_t)snprintf(text + n, sizeof text - n, "%d,%.3f,%s,%d,%d,", stratum, 8 + 4 * uniform() + stratum,
                          sex ? "f" : "m", age, goods);
    if (goods) n += (size_t)snprintf(text + n, sizeof text - n, "%.1f", 100 + 200 * uniform() + 40 * sex);
    n += (size_t)snprintf(text + n, sizeof text - n, ",%d,", video);
    if (video) n += (size_t)snprintf(text + n, sizeof text - n, "%.1f", 20 + 60 * uniform() + 10 * age);
    n += (size_t)snprintf(text + n, sizeof text - n, "\n");
  }
  tiny_write("d.csv", text);
}

static void write_study(const char *design) {
  char text[3000];
  snprintf(text, sizeof text,
           "study: b\nwave: 2025-S1\ntitle: {zh: 账, en: B}\nlanguages: [en]\ndata: {p: {file: d.csv}}\n"
           "design: {weights: w, strata: st%s}\n"
           "weighting: [{rake: [{by: [sex], totals: {f: 4000, m: 3500}}, {by: [age], totals: {0: 2500, 1: 2600, 2: "
           "2400}}]}]\n"
           "benchmarks: {hh: {value: 3000000, se: 20000, unit: 元}}\n"
           "groups: {sex: {by: sex}}\n"
           "indicators:\n"
           "  people: {count: true, unit: 人, by: [sex]}\n"
           "  pay_g: {prop: pg == 1, by: [sex]}\n  pay_v: {prop: pv == 1, by: [sex]}\n"
           "  mean_g: {mean: ag, unit: 元, by: [sex]}\n  mean_v: {mean: av, unit: 元, by: [sex]}\n"
           "accounts:\n  a:\n    unit: 元\n    benchmark: hh\n    domains: [sex]\n    min_n: 1\n    max_cv: 9\n"
           "    compare: [{from: \"sex:m\", to: \"sex:f\", decompose: true}]\n    nodes:\n"
           "      - {id: t}\n"
           "      - {id: g, parent: t, population: people, penetration: pay_g, spend: mean_g, coverage: {share: 0.95, "
           "se: 0.01, why: w}}\n"
           "      - {id: v, parent: t, population: people, penetration: pay_v, spend: mean_v}\n",
           design);
  tiny_write("study.yaml", text);
}

static bool take(rows *out) {
  char path[600];
  sx_run_result *r = tiny_run();
  tiny_path(path, "out/results.db");
  const bool ok = r && rows_read(out, path);
  sx_run_result_free(r);
  return ok;
}

/* Divided by a difference near 0, or constant but for rounding: first-order errors say nothing there. */
static bool comparable(const srow *x, const srow *y) {
  const double e = fabs(x->v[V_ESTIMATE]);
  return strncmp(x->indicator, "a/", 2) == 0 && !strstr(x->quality, "near 0") && y && !strstr(y->quality, "near 0") &&
         x->v[V_SE] > 1e-9 * e && y->v[V_SE] > 1e-9 * e && isfinite(x->v[V_SE]) && isfinite(y->v[V_SE]) &&
         (strncmp(x->statistic, "growth", 6) != 0 && strncmp(x->statistic, "effect_share", 12) != 0);
}

static void test_ratio(void) {
  rows linear = {0}, boot = {0};
  char design[80];
  tiny_copy("bootstrap");
  write_cases();
  write_study("");
  REQUIRE(take(&linear));
  snprintf(design, sizeof design, ", make: {type: raowu, replicates: %d, seed: 7}", (int)REPLICATES);
  write_study(design);
  REQUIRE(take(&boot));
  /* log of a ratio of standard errors from R replicates: standard deviation 1/sqrt(2 R) = 0.05 for normal estimates */
  const double one = 1 / sqrt(2.0 * REPLICATES);
  size_t n = 0, levels = 0;
  double sum = 0;
  for (size_t i = 0; i < linear.n; i++) {
    const srow *x = &linear.items[i], *y = rows_find(&boot, x->indicator, x->statistic, x->domain);
    if (!comparable(x, y)) continue;
    CHECK_NEAR(y->v[V_ESTIMATE], x->v[V_ESTIMATE], 1e-9);
    const double off = log(x->v[V_SE] / y->v[V_SE]);
    if (fabs(off) > 4 * one)
      SXT_FAIL("%s %s %s: se %g, bootstrap %g", x->indicator, x->statistic, x->domain, x->v[V_SE], y->v[V_SE]);
    n++;
    levels += strcmp(x->statistic, "level") == 0;
    sum += off;
  }
  printf("%zu errors beside %d replicates, mean ratio %.3f\n", n, (int)REPLICATES, exp(sum / (double)n));
  CHECK(levels >= 9 && n >= 60);
  CHECK(fabs(sum / (double)n) < 2 * one); /* of estimates that go together */
  rows_free(&linear);
  rows_free(&boot);
  tiny_remove();
}

SXT_MAIN(SXT_CASE(test_ratio))
