/* test_study_open.c: a study's data and design in the hands of a caller: the estimates made from them are those of the run. */
#include "shuxiao/estimate.h"
#include "shuxiao/io.h"
#include "tiny_run.h"

static sx_est_row first_row(sx_est_set **set, const sx_design *design, const sx_table *table, const char *name,
                            sx_stat stat) {
  const sx_est_options options = SX_EST_OPTIONS_INIT;
  const sx_est_request request = {.stat = stat, .y = sx_table_find(table, name)};
  const sx_est_row none = {.estimate = (double)NAN};
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_run(set, design, &request, &options, &err) != SX_OK) {
    SXT_FAIL("%s: %s", err.where, err.message);
    return none;
  }
  return (*set)->rows[0];
}

static void test_data(void) {
  tiny_copy("open");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  const tiny_row users = tiny_find(result->run, "users", "total", "total");
  sx_study *study = tiny_load(NULL);
  sx_table *table = NULL;
  sx_design *design = NULL;
  REQUIRE_OK(sx_study_open_data(&table, &design, study, err));
  CHECK_INT(sx_table_rows(table), 48);
  CHECK(sx_table_find(table, "id") != NULL);       /* not used by the study */
  CHECK(sx_table_find(table, "double_k") != NULL); /* derived */
  CHECK(sx_table_find(table, "urban") != NULL);    /* joined */
  sx_est_set *set = NULL;
  const sx_est_row row = first_row(&set, design, table, "user", SX_STAT_TOTAL);
  CHECK_NEAR(row.estimate, users.estimate, 1e-15);
  CHECK_NEAR(row.se, users.se, 1e-15);
  sx_est_set_free(set);
  sx_design_free(design);
  sx_table_free(table);
  sx_study_free(study);
  sx_run_result_free(result);
  tiny_remove();
}

/* The same words over a table of the caller's: a file of the design alone, and the whole study. */
static void test_design(void) {
  tiny_copy("open-design");
  tiny_write("design.yaml", "derived: {age10: floor(age / 10)}\n"
                            "design: {weights: weight, strata: stratum, clusters: [psu]}\n"
                            "weighting:\n"
                            "  - rake:\n"
                            "      - {by: [region], totals: {file: pop.csv, value: people}}\n"
                            "      - {by: [sex], totals: {m: 2900, f: 3100}}\n");
  sx_study *study = tiny_load(NULL);
  sx_table *whole = NULL, *table = NULL;
  sx_design *expected = NULL, *design = NULL;
  char path[600];
  REQUIRE_OK(sx_study_open_data(&whole, &expected, study, err));
  tiny_path(path, "people.csv");
  sx_read_options options = SX_READ_OPTIONS_INIT;
  const char *missing[] = {"NA"};
  options.missing = missing;
  options.n_missing = 1;
  REQUIRE_OK(sx_io_read(&table, NULL, path, &options, err));
  tiny_path(path, "design.yaml");
  REQUIRE_OK(sx_study_open_design(&design, table, path, err));
  CHECK(sx_table_find(table, "age10") != NULL);
  for (size_t i = 0; i < 48; i++) CHECK_NEAR(sx_design_weights(design)[i], sx_design_weights(expected)[i], 0);
  CHECK(sx_design_fingerprint(design) == sx_design_fingerprint(expected));
  sx_design_free(design);
  sx_design_free(expected);
  sx_table_free(whole);
  sx_table_free(table);
  sx_study_free(study);
  tiny_remove();
}

static void test_problems(void) {
  tiny_copy("open-bad");
  sx_table *table = NULL;
  sx_design *design = NULL;
  char path[600];
  tiny_path(path, "people.csv");
  REQUIRE_OK(sx_io_read(&table, NULL, path, NULL, err));
  tiny_path(path, "d.yaml");
  tiny_write("d.yaml", "design: {weights: weight, stata: stratum}\n");
  CHECK_FAILS(sx_study_open_design(&design, table, path, err), SX_E_PARSE, "d.yaml:1:27", "did you mean 'strata'");
  tiny_write("d.yaml", "design: {weights: wieght}\n");
  CHECK_FAILS(sx_study_open_design(&design, table, path, err), SX_E_ARGUMENT, "d.yaml", "did you mean 'weight'");
  tiny_write("d.yaml", "- 1\n");
  CHECK_FAILS(sx_study_open_design(&design, table, path, err), SX_E_PARSE, "d.yaml", "a design file is a map");
  CHECK(design == NULL);
  sx_table_free(table);
  tiny_remove();
}

SXT_MAIN(SXT_CASE(test_data), SXT_CASE(test_design), SXT_CASE(test_problems))
