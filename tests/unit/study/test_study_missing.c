/* Estimates without a value: an empty domain or a variable without values is a row with its reason, and what rests on it is missing
 * for the same reason; the run ends and the report prints a dash. */
#include "tiny_run.h"

static void make(void) {
  tiny_copy("missing");
  tiny_replace("study.yaml", "  old: {label: {zh: 老年人, en: Old}, where: older == 1}\n",
               "  old: {label: {zh: 老年人, en: Old}, where: older == 1}\n"
               "  kids: {label: {zh: 儿童, en: Kids}, where: age < 0}\n");
  tiny_replace("study.yaml", "prop: user == 1, by: [old, young, age, \"old*region\"], gap: [old,",
               "prop: user == 1, by: [old, kids, young, age, \"old*region\"], gap: [old, kids,");
  tiny_replace("study.yaml", "formula: users / people, by: [old], gap: [old]",
               "formula: users / people, by: [old, kids], gap: [old, kids]");
  tiny_replace("study.yaml", "  twice: {",
               "  mx: {label: {zh: 均值, en: Mean}, mean: age, by: [kids, old]}\n"
               "  idle: {label: {zh: 空, en: Idle}, mean: spend, base: user == 0}\n"
               "  kid_ratio: {label: {zh: 比, en: Kid ratio}, formula: mx.kids / mx.old}\n"
               "  idle_sum: {label: {zh: 和, en: Idle sum}, formula: idle + population}\n"
               "  chained: {label: {zh: 链, en: Chained}, formula: 2 * kid_ratio}\n"
               "  twice: {");
  tiny_replace("study.yaml", "spend: spend, scope: narrow", "spend: mx.kids, scope: narrow");
  tiny_replace("study.yaml", "rows: [{label: {zh: 用户, en: Users}, cells: [{ref: users.total}]}]",
               "rows: [{label: {zh: 比, en: Kid ratio}, cells: [{ref: kid_ratio.total}]}]");
  tiny_replace("narrative/en.md", "{{ users.total | plain 0 }}", "{{ kid_ratio.total | plain 2 }}");
  tiny_replace("narrative/zh.md", "{{ users.total | plain 0 }}", "{{ kid_ratio.total | plain 2 }}");
  tiny_replace("published.csv", "users.total", "mx.kids");
  tiny_replace("published.csv", "rate.old.gap", "rate.kids.gap");
}

static void is_missing(int64_t run, const char *indicator, const char *statistic, const char *domain,
                       const char *reason) {
  const tiny_row row = tiny_find(run, indicator, statistic, domain);
  CHECK(isnan(row.estimate) && isnan(row.se));
  if (strcmp(row.reason, reason) != 0) SXT_FAIL("%s %s: '%s', not '%s'", indicator, domain, row.reason, reason);
}

static void all_rows(int64_t run) {
  is_missing(run, "mx", "mean", "kids:1", "empty domain");
  is_missing(run, "idle", "mean", "total", "all missing");
  is_missing(run, "kid_ratio", "formula", "total", "empty domain");
  is_missing(run, "chained", "formula", "total", "empty domain");
  is_missing(run, "idle_sum", "formula", "total", "all missing");
  is_missing(run, "rate", "gap", "kids:1", "empty domain");
  is_missing(run, "money/phone", "level", "total", "empty domain");
  is_missing(run, "money/all", "level", "total", "empty domain");
  is_missing(run, "money/all", "share_of_benchmark", "total", "empty domain");
  is_missing(run, "money/all", "level", "scope:narrow", "empty domain");
  is_missing(run, "money/rest", "share_of_parent", "total", "empty domain");
  CHECK(isfinite(tiny_find(run, "money/rest", "level", "total").estimate));
  is_missing(run, "user_share", "formula", "kids:1", "empty domain");
  is_missing(run, "user_share", "gap", "kids:1", "empty domain");
}

static void rows(void) {
  make();
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  all_rows(result->run);
  sx_run_result_free(result);
  tiny_remove();
}

/* The same from the store, when only what rests on the missing ones is computed again. */
static void reused(void) {
  make();
  sx_run_result_free(tiny_run());
  tiny_replace("study.yaml", "formula: mx.kids / mx.old", "formula: 1 * mx.kids / mx.old");
  tiny_replace("study.yaml", "formula: idle + population", "formula: 1 * idle + population");
  tiny_replace("study.yaml", "total: users * 10", "total: 10 * users");
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  bool again = false;
  for (size_t i = 0; i < result->n_steps; i++) {
    if (strcmp(result->steps[i].id, "indicator:kid_ratio") == 0) again = !result->steps[i].reused;
    if (strcmp(result->steps[i].id, "indicator:mx") == 0) CHECK(result->steps[i].reused);
  }
  CHECK(again);
  all_rows(result->run);
  sx_run_result_free(result);
  tiny_remove();
}

static void published(void) {
  make();
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  is_missing(result->run, "published/P1", "estimate", "total", "empty domain");
  is_missing(result->run, "published/P1", "difference", "total", "empty domain");
  CHECK_STR(tiny_find(result->run, "published/P1", "published", "total").quality, "no-estimate");
  CHECK_STR(tiny_find(result->run, "published/P3", "published", "total").quality, "no-estimate");
  sx_run_result_free(result);
  tiny_remove();
}

static void report(void) {
  make();
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  char *en = tiny_report("en"), *zh = tiny_report("zh");
  REQUIRE(en && zh);
  CHECK(strstr(en, "title=\"cannot be estimated: empty domain\">—</span>"));
  CHECK(strstr(en, "no estimate"));
  CHECK(strstr(zh, "title=\"无法估计：该群体无样本\">—</span>"));
  CHECK(strstr(zh, "无估计"));
  free(en);
  free(zh);
  sx_run_result_free(result);
  tiny_remove();
}

SXT_MAIN(SXT_CASE(rows), SXT_CASE(reused), SXT_CASE(published), SXT_CASE(report))
