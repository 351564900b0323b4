/* Every allocation of staged and unequal-probability designs and of making replicates fails once. */
#include "est_help.h"
#include "oom.h"

static sx_table *table;

static sx_table *sample(void) {
  enum { N = 48 };
  sx_table *t = eh_table(NULL, N);
  double *h = eh_number(t, "h", NULL)->data.f64, *p = eh_number(t, "p", NULL)->data.f64;
  double *n1 = eh_number(t, "N1", NULL)->data.f64, *n2 = eh_number(t, "N2", NULL)->data.f64;
  double *y = eh_number(t, "y", NULL)->data.f64, *pi = eh_number(t, "pi", NULL)->data.f64;
  for (size_t i = 0; i < N; i++) {
    h[i] = (double)(i % 6 / 2);
    p[i] = (double)(i % 6);
    n1[i] = 5;
    n2[i] = 10;
    pi[i] = 0.2 + 0.1 * p[i];
    y[i] = eh_uniform();
  }
  return t;
}

static sx_status design_of(sx_design **out, const sx_ctx *ctx, sx_pps pps, sx_error *err) {
  static const char *const cluster = "p", *const fpcs[] = {"N1", "N2"};
  static double joint[36];
  static const double pi[] = {0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
  for (size_t k = 0; k < 36; k++) joint[k] = pi[k / 6] * (k % 7 ? 0.9 * pi[k % 6] : 1);
  for (size_t k = 0; k < 6; k++) joint[k * 7] = 0.2 + 0.1 * (double)k;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.strata = "h";
  s.clusters = &cluster;
  s.n_clusters = 1;
  s.pps = pps;
  if (pps == SX_PPS_NONE || pps == SX_PPS_BREWER) {
    s.fpcs = fpcs + (pps == SX_PPS_BREWER ? 1 : 0);
    s.n_fpcs = pps == SX_PPS_BREWER ? 1 : 2;
  }
  s.prob = pps == SX_PPS_NONE ? NULL : "pi";
  s.joint = pps >= SX_PPS_HT ? joint : NULL;
  s.n_joint = 6;
  return sx_design_new(out, ctx, table, &s, err);
}

static sx_status call_design(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_design *d = NULL;
  sx_est_set *set = NULL;
  sx_status st = design_of(&d, ctx, *(const sx_pps *)data, err);
  const sx_est_request r = {SX_STAT_TOTAL, sx_table_find(table, "y"), NULL, false, NULL, NULL};
  if (st == SX_OK) st = sx_estimate_run(&set, d, &r, NULL, err);
  sx_est_set_free(set);
  sx_design_free(d);
  return st;
}

static sx_status call_make(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_design *d = NULL, *r = NULL;
  sx_make_spec spec = SX_MAKE_SPEC_INIT;
  spec.method = *(const sx_make *)data;
  spec.n_reps = spec.method >= SX_MAKE_BOOTSTRAP && spec.method != SX_MAKE_SDR ? 3 : 0;
  spec.rho = 0.5;
  sx_status st = design_of(&d, ctx, SX_PPS_NONE, err);
  if (st == SX_OK) st = sx_design_make_replicates(&r, d, &spec, err);
  sx_design_free(r);
  sx_design_free(d);
  return st;
}

/* The bulk path of a design whose carriers are long. */
static sx_status call_bulk(const sx_ctx *ctx, void *data, sx_error *err) {
  sx_design *d = NULL;
  sx_status st = design_of(&d, ctx, SX_PPS_NONE, err);
  if (st != SX_OK) return st;
  const double one = 1;
  uint8_t code[48];
  memset(code, 1, sizeof code);
  const sx_codes codes = {2, code, NULL, NULL, NULL, NULL};
  const sx_score scores[2] = {{1, 1, &one, 0, 0, NULL}, {1, 1, &one, 0, 0, NULL}};
  double var[2] = {0, 0};
  st = sx_design_var_scores(var, d, &codes, scores, 2, err);
  if (st == SX_OK) CHECK_NEAR(var[1], var[0], 0);
  (void)data;
  sx_design_free(d);
  return st;
}

static void test_designs(void) {
  for (int k = SX_PPS_NONE; k <= SX_PPS_YG; k++) {
    sx_pps pps = (sx_pps)k;
    CHECK(oom_run("design", call_design, &pps) > 10);
  }
  CHECK(oom_run("bulk", call_bulk, NULL) > 10);
}

static void test_make(void) {
  for (int k = SX_MAKE_JKN; k <= SX_MAKE_SDR; k++) {
    sx_make method = (sx_make)k;
    CHECK(oom_run("replicates", call_make, &method) > 10);
  }
}

int main(void) {
  eh_state = 5;
  table = sample();
  test_designs();
  test_make();
  sx_table_free(table);
  return sxt_failures != 0;
}
