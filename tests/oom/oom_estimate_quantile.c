/* Every allocation of quantiles, moments and tests of tables fails once. */
#include "est_help.h"
#include "oom.h"

static const char *const rep_names[] = {"r0", "r1", "r2"};

typedef struct job {
  const sx_table *t;
  bool replicates;
} job;

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  static const double probs[] = {0.25, 0.5};
  static const char *const level[] = {"0", "1", "2"};
  static const double share[] = {1, 1, 1};
  const job *j = data;
  const sx_column *y = sx_table_find(j->t, "y"), *x = sx_table_find(j->t, "x"), *a = sx_table_find(j->t, "a"),
                  *b = sx_table_find(j->t, "b");
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  if (j->replicates) {
    s.repweights = rep_names;
    s.n_repweights = 3;
    s.rep_type = SX_REP_JK1;
  } else {
    s.strata = "h";
  }
  sx_design *d = NULL;
  sx_groups *g = NULL;
  const char *by = "g";
  if (sx_groups_new(&g, j->t, &by, 1, NULL) != SX_OK) eh_die("group");
  sx_est_set *set[4] = {NULL, NULL, NULL, NULL};
  sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT, last = o;
  o.centre = SX_QCENTRE_AT_P;
  last.interval = j->replicates ? SX_QINTERVAL_REPLICATE : SX_QINTERVAL_SCORE;
  const sx_quantile_request q = {y, probs, 2, NULL, g};
  const sx_est_request m = {SX_STAT_MEAN, y, x, false, NULL, g};
  const sx_given_shares given = {level, share, 3};
  sx_test_result r;
  sx_status st = sx_design_new(&d, ctx, j->t, &s, err);
  if (st == SX_OK) st = sx_estimate_quantile_many(&set[0], d, &q, 1, &o, err);
  if (st == SX_OK) st = sx_estimate_quantile(&set[1], d, &q, &last, err);
  if (st == SX_OK) st = sx_estimate_moment(&set[2], d, SX_MOMENT_CORRELATION, &m, NULL, err);
  if (st == SX_OK) st = sx_estimate_moment(&set[3], d, SX_MOMENT_VARIANCE, &m, NULL, err);
  if (st == SX_OK) st = sx_estimate_independence(&r, d, a, b, NULL, SX_TEST_F, NULL, err);
  if (st == SX_OK) st = sx_estimate_independence(&r, d, a, b, NULL, SX_TEST_WALD, NULL, err);
  if (st == SX_OK) st = sx_estimate_goodness(&r, d, a, &given, NULL, err);
  for (size_t k = 0; k < 4; k++) sx_est_set_free(set[k]);
  sx_groups_free(g);
  sx_design_free(d);
  return st;
}

static void test_all(void) {
  eh_state = 4;
  sx_table *t = eh_sample(30, 2, 3);
  for (size_t r = 0; r < 3; r++) {
    double *v = eh_number(t, rep_names[r], NULL)->data.f64;
    for (size_t i = 0; i < 30; i++) v[i] = 0.5 + eh_uniform();
  }
  job linearised = {t, false}, replicates = {t, true};
  oom_run("linearised", call, &linearised);
  oom_run("replicates", call, &replicates);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_all))
