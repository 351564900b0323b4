/* Every allocation of designs, weighting and estimates fails once. */
#include "est_help.h"
#include "oom.h"

static sx_table *short_table, *long_table;

static const char *const psu_name[] = {"psu"};
static const char *const rep_names[] = {"r0", "r1", "r2", "r3"};
static const double jkn[] = {1, 0.5, 0.5, 1};

static sx_design_spec spec_of(int kind) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  if (kind == 3) {
    s.repweights = rep_names;
    s.n_repweights = 4;
    s.rep_type = SX_REP_JKN;
    s.rscales = jkn;
    return s;
  }
  s.strata = kind == 4 ? "h4" : "h";
  s.lonely = kind == 4 ? SX_LONELY_ADJUST : SX_LONELY_FAIL;
  s.fpc = kind == 2 ? "N" : NULL;
  s.clusters = psu_name;
  s.n_clusters = kind == 2 ? 1 : 0;
  return s;
}

static sx_status rake(sx_design **out, const sx_design *d, const sx_table *t, sx_error *err) {
  static const char *const a[] = {"a"}, *const b[] = {"b"};
  static const char *const v[4][1] = {{"0"}, {"1"}, {"2"}, {"3"}};
  static const char *const *const levels[4] = {v[0], v[1], v[2], v[3]};
  static const double ta[] = {300, 500, 200}, tb[] = {100, 250, 250, 400};
  const sx_target targets[] = {{a, 1, levels, ta, 3, NULL}, {b, 1, levels, tb, 4, NULL}};
  sx_weight_report report;
  return sx_weighting_rake(out, d, t, targets, 2, NULL, &report, err);
}

/* kind 0 no cluster, 1 raked and raked again, 2 clustered with fpc, 3 replicates, 4 lonely. */
static sx_status make(sx_design **out, const sx_ctx *ctx, const sx_table *t, int kind, sx_error *err) {
  const sx_design_spec s = spec_of(kind);
  sx_design *d = NULL, *raked = NULL;
  sx_status st = sx_design_new(&d, ctx, t, &s, err);
  if (st == SX_OK && (kind == 1 || kind == 3)) {
    st = rake(&raked, d, t, err);
    sx_design_free(d);
    d = raked;
    raked = NULL;
    if (st == SX_OK && kind == 1) {
      st = rake(&raked, d, t, err);
      sx_design_free(d);
      d = raked;
    }
  }
  if (st == SX_OK) *out = d;
  return st;
}

typedef struct job {
  const sx_table *t;
  int kind;
} job;

static sx_status call_design(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  sx_design *d = NULL;
  const sx_status st = make(&d, ctx, j->t, j->kind, err);
  sx_design_free(d);
  return st;
}

static sx_status call_estimates(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  const sx_table *t = j->t;
  sx_design *d = NULL;
  sx_status st = make(&d, ctx, t, j->kind, err);
  if (st != SX_OK) return st;
  const sx_column *y = sx_table_find(t, "y"), *x = sx_table_find(t, "x"), *u = sx_table_find(t, "u"),
                  *c = sx_table_find(t, "c");
  sx_groups *g = NULL;
  const char *by = "g";
  if (sx_groups_new(&g, t, &by, 1, NULL) != SX_OK) eh_die("group");
  const sx_est_request r[] = {{SX_STAT_TOTAL, u, NULL, false, NULL, g},      {SX_STAT_MEAN, y, NULL, false, NULL, g},
                              {SX_STAT_RATIO, y, x, false, NULL, NULL},      {SX_STAT_PROP, c, NULL, false, NULL, g},
                              {SX_STAT_PROP, u, NULL, true, NULL, NULL},     {SX_STAT_PROP, u, NULL, false, NULL, NULL},
                              {SX_STAT_COUNT, NULL, NULL, false, NULL, NULL}};
  enum { N = sizeof r / sizeof *r };
  sx_est_set *sets[N] = {NULL};
  st = sx_estimate_run_many(sets, d, r, N, NULL, err);
  for (size_t k = 0; k < N; k++) sx_est_set_free(sets[k]);
  sx_groups_free(g);
  sx_design_free(d);
  return st;
}

/* Estimates made with memory at hand; the algebra on them without. */
static sx_est *ops[6];
static sx_design *ops_design;

static sx_status call_algebra(const sx_ctx *ctx, void *data, sx_error *err) {
  const sx_expr *e = data;
  static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
  const sx_est *const values[] = {ops[0], ops[1], ops[2], ops[3], ops[4], ops[5]};
  sx_est *out = NULL, *gap = NULL, *own = NULL, *sum = NULL, *again = NULL;
  void *bytes = NULL;
  size_t n = 0;
  sx_est_row row = {0};
  sx_status st = sx_est_formula(&out, ctx, e, names, values, 6, err);
  if (st == SX_OK) st = sx_est_linear(&gap, ctx, (const double[]){1, -1}, values, 2, err);
  if (st == SX_OK) st = sx_est_outside(&own, ctx, 10, 1, 5, err);
  const sx_est *const mixed[] = {gap, own, out, ops[2]};
  if (st == SX_OK) st = sx_est_linear(&sum, ctx, NULL, mixed, 4, err);
  if (st == SX_OK) st = sx_est_pack(&bytes, &n, ctx, sum, err);
  if (st == SX_OK) st = sx_est_unpack(&again, ctx, bytes, n, ops_design, err);
  if (st == SX_OK) st = sx_est_describe(&row, again, true, NULL, err);
  sx_est_free(row.est);
  sx_est_free(out);
  sx_est_free(gap);
  sx_est_free(own);
  sx_est_free(sum);
  sx_est_free(again);
  sx_mem_free(ctx, bytes);
  return st;
}

static void setup(void) {
  eh_state = 19;
  const size_t rows[] = {60, 1200};
  sx_table **tables[] = {&short_table, &long_table};
  for (size_t k = 0; k < 2; k++) {
    sx_table *t = *tables[k] = eh_sample(rows[k], 3, 5);
    const char **c = malloc(rows[k] * sizeof *c);
    double *h4 = eh_number(t, "h4", NULL)->data.f64;
    for (size_t i = 0; i < rows[k]; i++) {
      c[i] = i % 3 ? "yes" : "no";
      h4[i] = i == 0 ? 9 : (double)(i % 2);
    }
    eh_text(t, "c", SX_TEXT, c);
    free(c);
    for (size_t r = 0; r < 4; r++) {
      double *v = eh_number(t, rep_names[r], NULL)->data.f64;
      for (size_t i = 0; i < rows[k]; i++) v[i] = 0.5 + eh_uniform();
    }
  }
}

static void test_short(void) {
  setup();
  for (int kind = 0; kind <= 4; kind++) {
    job j = {short_table, kind};
    oom_run("design", call_design, &j);
    oom_run("estimates", call_estimates, &j);
  }
  sx_table_free(short_table);
  sx_table_free(long_table);
}

/* Compact carriers need a long design. */
static void test_long(void) {
  setup();
  const int kinds[] = {0, 1, 4};
  for (size_t k = 0; k < 3; k++) {
    job j = {long_table, kinds[k]};
    oom_run("estimates", call_estimates, &j);
  }
  sx_table_free(short_table);
  sx_table_free(long_table);
}

static void test_algebra(void) {
  setup();
  sx_expr *e = NULL;
  REQUIRE_OK(sx_expr_parse(&e, NULL, "a * b / c + exp(log(d)) - e * f", err));
  const struct {
    const sx_table *t;
    int kind;
  } cases[] = {{short_table, 0}, {short_table, 3}, {long_table, 0}, {long_table, 1}};
  for (size_t k = 0; k < 4; k++) {
    const sx_table *t = cases[k].t;
    if (make(&ops_design, NULL, t, cases[k].kind, NULL) != SX_OK) eh_die("design");
    ops[0] = eh_one(ops_design, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
    ops[1] = eh_one(ops_design, SX_STAT_MEAN, sx_table_find(t, "u"), NULL, NULL);
    ops[2] = eh_one(ops_design, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
    ops[3] = eh_one(ops_design, SX_STAT_COUNT, NULL, NULL, NULL);
    ops[4] = eh_one(ops_design, SX_STAT_RATIO, sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
    ops[5] = eh_one(ops_design, SX_STAT_TOTAL, sx_table_find(t, "x"), NULL, NULL);
    oom_run("algebra", call_algebra, e);
    for (size_t i = 0; i < 6; i++) sx_est_free(ops[i]);
    sx_design_free(ops_design);
    ops_design = NULL;
  }
  sx_expr_free(e);
  sx_table_free(short_table);
  sx_table_free(long_table);
}

SXT_MAIN(SXT_CASE(test_short), SXT_CASE(test_long), SXT_CASE(test_algebra))
