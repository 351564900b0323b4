/* test_study_inequality.c: inequality and poverty as indicators: numbers by hand (those of test_estimate_inequality.c), domains, gaps and
 * formulas; faults are named at their line. */
#include "tiny_run.h"

static void folder(const char *name, const char *indicators) {
  const char *build = getenv("SX_BUILD");
  char command[900], yaml[3000];
  snprintf(tiny_dir, sizeof tiny_dir, "%s/inequality-%s-%d", build ? build : "/tmp", name, (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", tiny_dir, tiny_dir);
  if (system(command) != 0) SXT_FAIL("cannot make %s", tiny_dir);
  snprintf(yaml, sizeof yaml,
           "study: four\ntitle: Four\nlanguages: [en]\ndata: {p: {file: four.csv}}\ndesign: {weights: w}\n"
           "groups:\n  g: {by: g}\nindicators:\n%s",
           indicators);
  tiny_write("study.yaml", yaml);
  /* 1, 2, 3, 4 with weights 4, 3, 2, 1 in group A; the same times ten in B */
  tiny_write("four.csv", "w,g,y\n2,A,3\n4,A,1\n1,A,4\n3,A,2\n2,B,30\n4,B,10\n1,B,40\n3,B,20\n");
}

static void near(const sx_run_result *result, const char *indicator, const char *statistic, const char *domain,
                 double want) {
  const tiny_row row = tiny_find(result->run, indicator, statistic, domain);
  const int before = sxt_failures;
  CHECK_NEAR(row.estimate, want, 1e-12);
  CHECK(row.se >= 0);
  if (sxt_failures > before) fprintf(stderr, "in %s %s %s\n", indicator, statistic, domain);
}

static void test_numbers(void) {
  folder("numbers", "  gini: {gini: y, by: g, gap: [g]}\n"
                    "  theil: {theil: y * 1, where: g == \"A\"}\n"
                    "  several: {inequality: {of: y, give: [p90/p10, \"ge:2\", \"top:0.1\"]}, by: g}\n"
                    "  curve: {lorenz: {of: y, probs: [0.4, 0.5]}, where: g == \"B\"}\n"
                    "  own: {poverty: {of: y, give: [arpt, arpr, rmpg], threshold_of: domain}, by: g}\n"
                    "  line: {arpt: {of: y, threshold: 1*mean}}\n"
                    "  rate: {arpr: {of: y, threshold: 2}, by: g}\n"
                    "  all: {arpr: y, by: g}\n"
                    "  twice: {formula: 2 * gini}\n"
                    "  ratio: {formula: \"`own.g:A.rmpg` / gini\"}\n");
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  near(result, "gini", "gini", "g:A", 0.27);
  near(result, "gini", "gini", "g:B", 0.27);
  const double whole = tiny_find(result->run, "gini", "gini", "total").estimate;
  near(result, "gini", "gap", "g:B", 0.27 - whole);
  near(result, "twice", "formula", "total", 2 * whole);
  near(result, "theil", "theil", "total", 0.4 * 0.5 * log(0.5) + 0.2 * 1.5 * log(1.5) + 0.1 * 2 * log(2));
  near(result, "several", "p90_p10", "g:A", 3);
  near(result, "several", "ge_2", "g:B", 0.125);
  near(result, "several", "top_0.1", "g:A", 0.2);
  near(result, "curve", "lorenz_0.4", "total", 0.2);
  near(result, "curve", "lorenz_0.5", "total", 0.3);
  near(result, "own", "arpt", "g:A", 1.2);
  near(result, "own", "arpt", "g:B", 12);
  near(result, "own", "arpr", "g:B", 0.4);
  near(result, "own", "rmpg", "g:A", 1 / 6.0);
  near(result, "ratio", "formula", "total", 1 / 6.0 / whole);
  near(result, "line", "arpt", "total", 11);
  near(result, "rate", "arpr", "g:A", 0.7);
  near(result, "rate", "arpr", "g:B", 0);
  /* the median of all is 4, six tenths of it 2.4 */
  near(result, "all", "arpr", "g:A", 0.7);
  near(result, "all", "arpr", "total", 0.35);
  sx_run_result_free(result);
  tiny_remove();
}

static void faulty(const char *indicator, const char *message) {
  char line[400], path[600];
  snprintf(line, sizeof line, "  x: {%s}\n", indicator);
  folder("bad", line);
  tiny_path(path, "study.yaml");
  sx_study *study = NULL;
  CHECK_FAILS(sx_study_load(&study, NULL, path, NULL, err), SX_E_PARSE, "study.yaml:9:", message);
  sx_study_free(study);
  tiny_remove();
}

static void test_faults(void) {
  faulty("gini: {of: y, probs: [0.5]}", "unknown key 'probs'");
  faulty("gini: {form: convey}", "needs what it is of");
  faulty("gini: {of: y, form: R}", "R");
  faulty("arpr: {of: y, threshold: half}", "'half' is no threshold");
  faulty("arpr: {of: y, threshold: 0}", "above 0");
  faulty("arpr: {of: y, threshold_of: region}", "region");
  faulty("lorenz: {of: y, probs: [1.5]}", "1.5 is not between 0 and 1");
  faulty("lorenz: {of: y, probs: [0.5, 0.5]}", "stands twice");
  faulty("inequality: {of: y}", "name the measures");
  faulty("inequality: {of: y, give: [gini, arpr]}", "'arpr' is not given by inequality");
  faulty("inequality: {of: y, give: lorenz}", "a word of its own");
  faulty("inequality: {of: y, give: [geni]}", "'geni'");
  faulty("inequality: {of: y, give: [\"ge:1\", theil]}", "stands twice");
  faulty("poverty: {of: y, give: [\"fgt:0.5\"]}", "1 and above");
  faulty("gini: {of: y, bandwidth: -1}", "above 0");
}

SXT_MAIN(SXT_CASE(test_numbers), SXT_CASE(test_faults))
