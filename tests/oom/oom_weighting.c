/* Every allocation of calibration and trimming fails once. */
#include "est_help.h"
#include "oom.h"

static const char *const a_name[] = {"a"}, *const b_name[] = {"b"}, *const ab_name[] = {"a", "b"};
static const char *const v0[] = {"0"}, *const v1[] = {"1"}, *const v2[] = {"2"}, *const both[] = {"1", "2"};
static const char *const rep_names[] = {"r0", "r1", "r2", "r3"};

enum { PLAIN, BOUNDED, UNITS, SOFT, INFEASIBLE, REPLICATES, STACKED_TRIMMED, KINDS };

typedef struct job {
  const sx_table *t;
  int kind;
} job;

static double total_of(const sx_table *t, const char *value, double factor) {
  double sum = 0;
  for (size_t i = 0; i < sx_table_rows(t); i++)
    sum += sx_table_find(t, "w")->data.f64[i] * (value ? sx_table_find(t, value)->data.f64[i] : 1);
  return factor * sum;
}

static sx_status design(sx_design **out, const sx_ctx *ctx, const job *j, sx_error *err) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = j->kind == UNITS ? "even" : "w";
  if (j->kind == REPLICATES) {
    s.repweights = rep_names;
    s.n_repweights = 4;
    s.rep_type = SX_REP_BOOTSTRAP;
  } else {
    s.strata = "h";
  }
  return sx_design_new(out, ctx, j->t, &s, err);
}

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  const sx_table *t = j->t;
  sx_design *d = NULL, *c = NULL, *second = NULL, *trimmed = NULL;
  const double n = j->kind == UNITS ? 2 * (double)sx_table_rows(t) : total_of(t, NULL, 1);
  const sx_control controls[] = {{NULL, NULL, 0, NULL, n, 0},
                                 {a_name, v1, 1, NULL, 0.35 * n, j->kind == SOFT ? 0.1 : 0},
                                 {b_name, v0, 1, NULL, 0.26 * n, 0},
                                 {b_name, v2, 1, NULL, 0.24 * n, 0},
                                 {ab_name, both, 2, "x", 0.09 * 3 * n, j->kind == SOFT ? 0.1 : 0}};
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  o.distance = j->kind == PLAIN ? SX_DISTANCE_LINEAR : SX_DISTANCE_RAKING;
  o.q = j->kind == PLAIN ? "q" : NULL;
  if (j->kind == BOUNDED) o.lower = 0.2;
  if (j->kind == UNITS) o.aggregate = "psu";
  if (j->kind == INFEASIBLE) o.upper = 1.001;
  double achieved[5];
  sx_calibrate_report report = {.achieved = achieved};
  sx_status st = design(&d, ctx, j, err);
  if (st == SX_OK) st = sx_weighting_calibrate(&c, d, t, controls, j->kind == UNITS ? 3 : 5, &o, &report, err);
  if (j->kind == INFEASIBLE && st == SX_E_NUMERIC) st = SX_OK; /* as it should end */
  if (st == SX_OK && j->kind == STACKED_TRIMMED) {
    const sx_control x = {NULL, NULL, 0, "x", total_of(t, "x", 1.02), 0};
    st = sx_weighting_calibrate(&second, c, t, &x, 1, &o, NULL, err);
  }
  if (st == SX_OK && (second || (c && j->kind == REPLICATES)))
    st = sx_weighting_trim(&trimmed, second ? second : c, 0.3, 20, true, NULL, err);
  if (st == SX_OK && c) {
    const sx_est_request r = {SX_STAT_MEAN, sx_table_find(t, "y"), NULL, false, NULL, NULL};
    sx_est_set *set = NULL;
    st = sx_estimate_run(&set, trimmed ? trimmed : c, &r, NULL, err);
    sx_est_set_free(set);
  }
  sx_design_free(trimmed);
  sx_design_free(second);
  sx_design_free(c);
  sx_design_free(d);
  return st;
}

static void test_calibrate(void) {
  eh_state = 23;
  sx_table *t = eh_sample(90, 3, 5);
  double *q = eh_number(t, "q", NULL)->data.f64, *even = eh_number(t, "even", NULL)->data.f64;
  for (size_t i = 0; i < 90; i++) {
    q[i] = 0.5 + eh_uniform();
    even[i] = 2;
  }
  for (size_t r = 0; r < 4; r++) {
    double *v = eh_number(t, rep_names[r], NULL)->data.f64;
    for (size_t i = 0; i < 90; i++) v[i] = sx_table_find(t, "w")->data.f64[i] * (0.5 + eh_uniform());
  }
  for (int kind = 0; kind < KINDS; kind++) {
    job j = {t, kind};
    char name[32];
    snprintf(name, sizeof name, "calibrate, kind %d", kind);
    oom_run(name, call, &j);
  }
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_calibrate))
