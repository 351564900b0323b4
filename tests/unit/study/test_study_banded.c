/* test_study_banded.c: banded amounts as an indicator: the estimates are those of the library on the same data and weights, and faults are
 * named at their line. */
#include "shuxiao/estimate_banded.h"
#include "tiny_run.h"

#define BAND  "  older: age >= 60\n  band: (spend >= 200) + (spend >= 400) + (spend >= 800)\n"
#define BANDS "0=0..200, 1=200..400, 2=400..800, 3=800.."
#define MAP   "{0: 0..200, 1: 200..400, 2: 400..800, 3: 800..}"
#define GIVE  "give: [mean, total, median, open_share, mean_rpme, sigma]"
#define INDICATE                                                                                                       \
  "  banded: {label: {zh: 分档支出, en: Banded}, banded: {of: band, bands: " MAP ", " GIVE                             \
  "}, by: [region], gap: [region]}\n"
#define FORMULA "  twice_banded: {label: {zh: 两倍, en: Twice}, formula: 2 * banded}\n"

static void copy(const char *name, const char *indicator) {
  tiny_copy(name);
  tiny_replace("study.yaml", "  older: age >= 60\n", BAND);
  tiny_replace("study.yaml", "  twice: {", indicator);
}

static const sx_est_row *row_of(const sx_banded_result *r, size_t domain, const char *statistic) {
  return &r->set->rows[domain * r->set->n_levels + sx_banded_find(r, statistic)];
}

static void test_numbers(void) {
  static const double half[] = {0.5};
  static const char *const names[] = {"mean", "total", "quantile_0.5", "open_share", "mean_rpme", "sigma"};
  copy("banded", INDICATE FORMULA "  twice: {");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  sx_study *study = tiny_load(NULL);
  sx_table *table = NULL;
  sx_design *design = NULL;
  sx_bands *bands = NULL;
  sx_groups *groups = NULL;
  sx_banded_result *whole = NULL, *by = NULL;
  const char *region = "region";
  REQUIRE_OK(sx_study_open_data(&table, &design, study, err));
  REQUIRE_OK(sx_bands_parse(&bands, NULL, BANDS, err));
  REQUIRE_OK(sx_groups_new(&groups, table, &region, 1, err));
  sx_banded_request q = SX_BANDED_REQUEST_INIT;
  q.codes = sx_table_find(table, "band");
  q.bands = bands;
  q.probs = half;
  q.n_probs = 1;
  REQUIRE_OK(sx_estimate_banded(&whole, design, &q, NULL, err));
  q.by = groups;
  REQUIRE_OK(sx_estimate_banded(&by, design, &q, NULL, err));
  for (size_t k = 0; k < 6; k++) {
    const tiny_row got = tiny_find(result->run, "banded", names[k], "total");
    CHECK_NEAR(got.estimate, row_of(whole, 0, names[k])->estimate, 1e-14);
    CHECK_NEAR(got.se, row_of(whole, 0, names[k])->se, 1e-12);
    for (size_t g = 0; g < 2; g++) {
      char domain[40];
      snprintf(domain, sizeof domain, "region:%s", groups->level_text[0][groups->key_level[g]]);
      CHECK_NEAR(tiny_find(result->run, "banded", names[k], domain).estimate, row_of(by, g, names[k])->estimate, 1e-12);
    }
  }
  CHECK_NEAR(tiny_find(result->run, "twice_banded", "formula", "total").estimate,
             2 * row_of(whole, 0, "mean")->estimate, 1e-14);
  CHECK(tiny_find(result->run, "banded", "gap", "region:north").se > 0);
  sx_banded_result_free(whole);
  sx_banded_result_free(by);
  sx_bands_free(bands);
  sx_groups_free(groups);
  sx_design_free(design);
  sx_table_free(table);
  sx_study_free(study);
  sx_run_result_free(result);
  tiny_remove();
}

/* One faulty indicator: its first problem. */
static void faulty(const char *banded, const char *message) {
  char line[600], path[600];
  snprintf(line, sizeof line, "  x: {label: {zh: 例, en: X}, banded: %s}\n  twice: {", banded);
  copy("banded-bad", line);
  tiny_path(path, "study.yaml");
  sx_study *study = NULL;
  CHECK_FAILS(sx_study_load(&study, NULL, path, NULL, err), SX_E_PARSE, "study.yaml:39:", message);
  sx_study_free(study);
  tiny_remove();
}

static void test_faults(void) {
  faulty("{of: band, bands: \"0=0..200, 1=100..\"}", "overlap");
  faulty("{of: band, bands: {0: 0..200, 1: 300..}}", "leave a gap");
  faulty("{of: band, bands: {0: 0..200, 1: many}}", "'1=many' is no band");
  faulty("{of: band, fit: lognorml}", "lognormal");
  faulty("{of: band, give: [mean, meen]}", "there is no result 'meen'");
  faulty("{of: band, give: [median, quantile_0.5]}", "stands twice");
  faulty("{of: band, tail_bands: 1}", "between 2 and 1000");
  faulty("{fit: gb2}", "needs what it is of");
  faulty("{of: band, bans: labels}", "unknown key 'bans'");
}

/* What only the data show is said when the study runs. */
static void test_no_statistic(void) {
  copy("banded-run", "  x: {label: {zh: 例, en: X}, banded: {of: band, bands: " MAP ", give: tail_index}}\n  twice: {");
  sx_study *study = tiny_load(NULL);
  sx_run_result *result = NULL;
  CHECK_FAILS(sx_study_run(&result, study, NULL, err), SX_E_ARGUMENT, "",
              "the lognormal fit of these bands has no 'tail_index'");
  sx_study_free(study);
  sx_run_result_free(result);
  tiny_remove();
}

SXT_MAIN(SXT_CASE(test_numbers), SXT_CASE(test_faults), SXT_CASE(test_no_statistic))
