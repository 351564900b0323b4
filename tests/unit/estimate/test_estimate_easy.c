/* test_estimate_easy.c: estimates by names are those of the requests that they stand for. */
#include "shuxiao/estimate_easy.h"

#include "est_help.h"

static sx_table *table;
static sx_design *design;

static void make(void) {
  static const double w[] = {2, 3, 1, 4, 2, 2, 3, 1}, y[] = {5, 7, NAN, 2, 9, 4, 6, 1}, x[] = {1, 2, 2, 1, 3, 1, 2, 1};
  static const char *const g[] = {"a", "b", "a", "b", "a", "a", "b", "b"};
  table = eh_table(NULL, 8);
  eh_number(table, "w", w);
  eh_number(table, "spend.all", y);
  eh_number(table, "n", x);
  eh_text(table, "g", SX_CATEGORY, g);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  design = eh_design(NULL, table, &spec);
}

static void drop(void) {
  sx_design_free(design);
  sx_table_free(table);
}

static void same_row(const sx_easy_row *row, const sx_est_row *expected, const char *variable, const char *statistic,
                     const char *domain) {
  CHECK_STR(row->variable, variable);
  CHECK_STR(row->statistic, statistic);
  CHECK_STR(row->domain, domain);
  CHECK_NEAR(row->est.estimate, expected->estimate, 0);
  CHECK_NEAR(row->est.se, expected->se, 0);
  CHECK_NEAR(row->est.high, expected->high, 0);
}

static void names(void) {
  make();
  const char *by = "g";
  sx_groups *groups = NULL;
  sx_easy *easy = NULL;
  sx_est_set *set = NULL;
  REQUIRE_OK(sx_groups_new(&groups, table, &by, 1, err));
  sx_est_request request = {.stat = SX_STAT_MEAN, .y = sx_table_find(table, "spend.all"), .by = groups};
  REQUIRE_OK(sx_estimate_run(&set, design, &request, NULL, err));
  REQUIRE_OK(sx_easy_mean(&easy, design, table, "spend.all, n * 2", "g", err));
  CHECK_INT(easy->n_rows, 4);
  same_row(&easy->rows[0], &set->rows[0], "spend.all", "mean", "g=a");
  same_row(&easy->rows[1], &set->rows[1], "spend.all", "mean", "g=b");
  CHECK_STR(easy->rows[2].variable, "n * 2");
  CHECK_NEAR(easy->rows[2].est.estimate, 2 * (2 * 1 + 1 * 2 + 2 * 3 + 2 * 1) / 7.0, 1e-14);
  sx_easy_free(easy);
  sx_est_set_free(set);
  request =
      (sx_est_request){.stat = SX_STAT_RATIO, .y = sx_table_find(table, "spend.all"), .x = sx_table_find(table, "n")};
  REQUIRE_OK(sx_estimate_run(&set, design, &request, NULL, err));
  REQUIRE_OK(sx_easy_ratio(&easy, design, table, "spend.all / n", NULL, err));
  CHECK_INT(easy->n_rows, 1);
  same_row(&easy->rows[0], &set->rows[0], "spend.all / n", "ratio", "");
  sx_easy_free(easy);
  sx_est_set_free(set);
  sx_groups_free(groups);
  drop();
}

static void shares(void) {
  make();
  sx_easy *easy = NULL;
  REQUIRE_OK(sx_easy_prop(&easy, design, table, "g, n > 1", NULL, err));
  CHECK_INT(easy->n_rows, 3);
  CHECK_STR(easy->rows[0].variable, "g=a");
  CHECK_STR(easy->rows[2].variable, "n > 1");
  CHECK_NEAR(easy->rows[0].est.estimate, 7.0 / 18, 1e-14);
  CHECK_NEAR(easy->rows[2].est.estimate, 9.0 / 18, 1e-14);
  sx_easy_free(easy);
  REQUIRE_OK(sx_easy_total(&easy, design, table, "n", "g", err));
  CHECK_NEAR(easy->rows[0].est.estimate + easy->rows[1].est.estimate, 29, 1e-14);
  sx_easy_free(easy);
  drop();
}

static void requests(void) {
  make();
  sx_easy *easy = NULL;
  const double probs[] = {0.25, 0.5};
  sx_easy_request request = SX_EASY_REQUEST_INIT;
  request.vars = "n";
  request.where = "g == \"b\"";
  request.probs = probs;
  request.n_probs = 2;
  request.options.ci_level = 0.8;
  REQUIRE_OK(sx_easy_run(&easy, design, table, &request, err));
  CHECK_INT(easy->n_rows, 2);
  CHECK_STR(easy->rows[1].variable, "n p=0.5");
  CHECK_STR(easy->rows[1].statistic, "quantile");
  CHECK_NEAR(easy->rows[1].est.estimate, 2, 0); /* 1 1 1 1 1 2 2 2 2 2 2: the smallest with half below it */
  CHECK_NEAR(easy->rows[1].est.ci_level, 0.8, 0);
  sx_easy_free(easy);
  drop();
}

static void refused(void) {
  make();
  sx_easy *easy = NULL;
  CHECK_FAILS(sx_easy_mean(&easy, design, table, "m", NULL, err), SX_E_ARGUMENT, "", "'m'");
  CHECK_FAILS(sx_easy_mean(&easy, design, table, "n,", "h", err), SX_E_ARGUMENT, "", "'h'");
  CHECK_FAILS(sx_easy_mean(&easy, design, table, "n,,n", NULL, err), SX_E_ARGUMENT, "", "a name is missing in 'n,,n'");
  CHECK_FAILS(sx_easy_mean(&easy, design, table, "", NULL, err), SX_E_ARGUMENT, "", "no variable is named");
  CHECK_FAILS(sx_easy_ratio(&easy, design, table, "n", NULL, err), SX_E_ARGUMENT, "n", "NUMERATOR/DENOMINATOR");
  CHECK_FAILS(sx_easy_mean(&easy, design, table, "n +", NULL, err), SX_E_PARSE, "", "");
  CHECK_FAILS(sx_easy_mean(&easy, design, table, "g", NULL, err), SX_E_ARGUMENT, "", "");
  CHECK_FAILS(sx_easy_mean(&easy, design, table, NULL, NULL, err), SX_E_ARGUMENT, "", "variables are needed");
  CHECK(easy == NULL);
  drop();
}

SXT_MAIN(SXT_CASE(names), SXT_CASE(shares), SXT_CASE(requests), SXT_CASE(refused))
