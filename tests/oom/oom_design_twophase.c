/* Every allocation of a design of two phases fails once. */
#include "est_help.h"
#include "oom.h"
#include "shuxiao/design_twophase.h"

typedef struct job {
  const sx_table *t;
  uint8_t in[24];
} job;

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  static const char *const second[] = {"a", "g2"};
  sx_twophase_spec s = SX_TWOPHASE_SPEC_INIT;
  sx_design *d = NULL;
  s.weights = "w";
  s.strata = "h";
  s.cluster = "psu";
  s.fpc = "N";
  s.in = j->in;
  s.strata2 = second;
  s.n_strata2 = 2;
  sx_status st = sx_design_twophase_new(&d, ctx, j->t, &s, err);
  if (st != SX_OK) return st;
  const sx_est_request r = {SX_STAT_MEAN, sx_table_find(j->t, "y"), NULL, false, NULL, NULL};
  sx_est_set *set = NULL;
  st = sx_estimate_run(&set, d, &r, NULL, err);
  sx_est_set_free(set);
  sx_design_free(d);
  return st;
}

static void test_all(void) {
  job j = {.t = NULL};
  eh_state = 5;
  sx_table *t = eh_sample(24, 2, 4);
  double *a = eh_number(t, "g2", NULL)->data.f64;
  for (size_t i = 0; i < 24; i++) {
    a[i] = i < 12;
    j.in[i] = i % 4 != 3;
  }
  for (size_t i = 0; i < 24; i++) sx_table_find(t, "a")->data.f64[i] = (double)(i % 2);
  j.t = t;
  oom_run("two phases", call, &j);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_all))
