/* Every allocation of a pass by units fails once: values, levels, pairs, groups, a late value, and the carriers filled afterwards. */
#include "est_help.h"
#include "oom.h"

enum { ROWS = 8000, REQUESTS = 6 };

typedef struct job {
  const sx_table *t;
  const sx_groups *by;
  bool psus;
} job;

/* Twice the estimate, its carrier written out when it is packed. */
static sx_status twice(const sx_ctx *ctx, const sx_est *est, sx_error *err) {
  const sx_est *const both[] = {est, est};
  sx_est *late = NULL;
  void *bytes = NULL;
  size_t n = 0;
  sx_status st = sx_est_linear_late(&late, ctx, NULL, both, 2, err);
  if (st == SX_OK) st = sx_est_pack(&bytes, &n, ctx, late, err);
  sx_mem_free(ctx, bytes);
  sx_est_free(late);
  return st;
}

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  const char *psu = "psu";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = j->psus ? &psu : NULL;
  s.n_clusters = j->psus ? 1 : 0;
  const sx_column *y = sx_table_find(j->t, "y"), *u = sx_table_find(j->t, "u"), *late = sx_table_find(j->t, "late");
  const sx_est_request r[REQUESTS] = {
      {SX_STAT_MEAN, y, NULL, false, NULL, NULL},     {SX_STAT_MEAN, u, NULL, false, NULL, j->by},
      {SX_STAT_RATIO, y, u, false, NULL, NULL},       {SX_STAT_PROP, u, NULL, false, NULL, j->by},
      {SX_STAT_TOTAL, late, NULL, false, NULL, NULL}, {SX_STAT_COUNT, NULL, NULL, false, NULL, j->by}};
  sx_est_set *sets[REQUESTS] = {NULL};
  sx_design *d = NULL;
  sx_status st = sx_design_new(&d, ctx, j->t, &s, err);
  if (st == SX_OK) st = sx_estimate_run_many(sets, d, r, REQUESTS, NULL, err);
  for (size_t k = 0; k < REQUESTS; k++) { /* their carriers written out */
    for (size_t i = 0; st == SX_OK && i < sets[k]->n_rows; i++) {
      sx_est *whole = NULL;
      if (!sets[k]->rows[i].est) continue;
      st = sx_est_expand(&whole, sets[k]->rows[i].est, err);
      if (st == SX_OK && sx_est_value(whole) != sx_est_value(sets[k]->rows[i].est))
        st = sx_error_set(err, SX_E_INTERNAL, "", "written out it has another value");
      if (st == SX_OK) st = twice(ctx, whole, err);
      sx_est_free(whole);
    }
  }
  for (size_t k = 0; k < REQUESTS; k++) sx_est_set_free(sets[k]);
  sx_design_free(d);
  return st;
}

static void test_all(void) {
  sx_table *t = eh_table(NULL, ROWS);
  sx_column *w = eh_number(t, "w", NULL), *y = eh_number(t, "y", NULL), *u = eh_number(t, "u", NULL);
  sx_column *h = eh_number(t, "h", NULL), *psu = eh_number(t, "psu", NULL), *late = eh_number(t, "late", NULL);
  for (size_t i = 0; i < ROWS; i++) {
    w->data.f64[i] = 1 + eh_uniform();
    y->data.f64[i] = eh_uniform();
    u->data.f64[i] = (double)(i % 3);
    h->data.f64[i] = (double)(i % 2);
    psu->data.f64[i] = (double)(i % 10);
    late->data.f64[i] = i == ROWS - 1 ? 5 : (double)(i % 2);
  }
  const char *group = "h";
  sx_groups *by = NULL;
  REQUIRE_OK(sx_groups_new(&by, t, &group, 1, err));
  job j = {t, by, false};
  CHECK(oom_run("pass by strata", call, &j) > 100);
  j.psus = true;
  CHECK(oom_run("pass by PSUs", call, &j) > 100);
  sx_groups_free(by);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_all))
