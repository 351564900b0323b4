/* Every allocation of a statistic given by value and score fails once, on a linearised and a replicate design. */
#include "shuxiao/estimate_statistic.h"

#include "est_help.h"
#include "oom.h"

static const char *const rep_names[] = {"r0", "r1", "r2"};

static sx_status value(double *out, sx_na *na, const sx_cases *c, const void *data, sx_error *err) {
  const double *y = data;
  double w = 0, wy = 0;
  (void)na;
  (void)err;
  for (size_t i = 0; i < c->n; i++) {
    w += c->w[i];
    wy += c->w[i] * y[c->row[i]];
  }
  *out = wy / w;
  return SX_OK;
}

static sx_status score(double *out, const double *mean, const sx_cases *c, const void *data, sx_error *err) {
  const double *y = data;
  double w = 0;
  (void)err;
  for (size_t i = 0; i < c->n; i++) w += c->w[i];
  for (size_t i = 0; i < c->n; i++) out[i] = (y[c->row[i]] - *mean) / w;
  return SX_OK;
}

typedef struct job {
  const sx_table *t;
  bool replicates, sorted;
} job;

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  const sx_column *y = sx_table_find(j->t, "y");
  static const char *const text[] = {"mean"};
  const sx_statistic s = {1, "mean", 1, text, false, y->data.f64, value, score};
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  if (j->replicates) {
    spec.repweights = rep_names;
    spec.n_repweights = 3;
    spec.rep_type = SX_REP_JK1;
  } else {
    spec.strata = "h";
  }
  sx_groups *g = NULL;
  const char *by = "g";
  if (sx_groups_new(&g, j->t, &by, 1, NULL) != SX_OK) eh_die("group");
  sx_statistic_request r = SX_STATISTIC_REQUEST_INIT;
  r.columns = &y;
  r.n_columns = 1;
  r.sort = j->sorted ? y : NULL;
  r.by = g;
  sx_design *d = NULL;
  sx_est_set *set = NULL;
  sx_status st = sx_design_new(&d, ctx, j->t, &spec, err);
  if (st == SX_OK) st = sx_estimate_statistic(&set, d, &s, &r, NULL, err);
  sx_est_set_free(set);
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
  for (int k = 0; k < 4; k++) {
    job j = {t, k % 2 == 1, k >= 2};
    oom_run("statistic", call, &j);
  }
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_all))
