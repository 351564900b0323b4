/* Every allocation of the measures of inequality and poverty fails once. */
#include "est_help.h"
#include "oom.h"
#include "shuxiao/estimate_inequality.h"

static const char *const rep_names[] = {"r0", "r1", "r2"};

typedef struct job {
  const sx_table *t;
  bool replicates;
} job;

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  static const double probs[] = {0.25, 0.5};
  static const char *const words[] = {"gini", "zenga", "palma", "lorenz", "rmpg", "sen"};
  enum { N = sizeof words / sizeof *words };
  const job *j = data;
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
  sx_est_set *sets[N] = {NULL};
  sx_inequality_request requests[N];
  for (size_t k = 0; k < N; k++) {
    requests[k] = (sx_inequality_request)SX_INEQUALITY_REQUEST_INIT;
    if (sx_inequality_parse(&requests[k].measure, words[k], NULL) != SX_OK) eh_die("parse");
    requests[k].y = sx_table_find(j->t, "y");
    requests[k].probs = probs;
    requests[k].n_probs = 2;
    requests[k].by = g;
  }
  sx_status st = sx_design_new(&d, ctx, j->t, &s, err);
  if (st == SX_OK) st = sx_estimate_inequality_many(sets, d, requests, N, NULL, err);
  for (size_t k = 0; k < N; k++) sx_est_set_free(sets[k]);
  sx_groups_free(g);
  sx_design_free(d);
  return st;
}

static void test_all(void) {
  eh_state = 4;
  sx_table *t = eh_sample(30, 2, 3);
  double *y = (double *)(uintptr_t)sx_table_find(t, "y")->data.f64;
  for (size_t i = 0; i < 30; i++) y[i] += 1;
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
