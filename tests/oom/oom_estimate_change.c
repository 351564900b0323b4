/* Every allocation of links, changes between waves and adjusted tests fails once. */
#include "est_help.h"
#include "oom.h"

#include "shuxiao/estimate_change.h"

static const char *const rep_names[] = {"r0", "r1", "r2"};

typedef struct job {
  const sx_table *t[2];
  int kind; /* 0 partial, 1 full, 2 replicates */
} job;

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  if (j->kind == 2) {
    s.repweights = rep_names;
    s.n_repweights = 3;
    s.rep_type = SX_REP_JK1;
  } else {
    s.strata = "h";
  }
  sx_design *d[2] = {NULL, NULL};
  sx_est_set *set[2] = {NULL, NULL};
  sx_link *link = NULL;
  sx_est *change = NULL, *relative = NULL, *linked = NULL;
  sx_link_side side[2];
  const sx_column *id[2][2];
  double p[] = {0.5, 0.1, 0.2};
  sx_link_cov cov;
  sx_status st = SX_OK;
  for (size_t k = 0; k < 2 && st == SX_OK; k++) {
    const sx_table *t = j->t[j->kind == 0 ? k : 0];
    id[k][0] = sx_table_find(t, "id");
    id[k][1] = sx_table_find(t, "name");
    st = sx_design_new(&d[k], ctx, t, &s, err);
    side[k] = (sx_link_side){d[k], id[k], 2};
    const sx_est_request r = {SX_STAT_MEAN, sx_table_find(t, "y"), NULL, false, NULL, NULL};
    if (st == SX_OK) st = sx_estimate_run(&set[k], d[k], &r, NULL, err);
  }
  if (st == SX_OK) st = sx_link_new(&link, &side[0], &side[1], NULL, err);
  if (st == SX_OK) {
    const sx_est *a = set[0]->rows[0].est, *b = set[1]->rows[0].est;
    st = sx_est_change(&change, link, a, b, SX_CHANGE_DIFFERENCE, err);
    if (st == SX_OK) st = sx_est_change(&relative, link, a, b, SX_CHANGE_RELATIVE, err);
    if (st == SX_OK) st = sx_link_est(&linked, link, b, err);
    if (st == SX_OK) st = sx_link_covariance(&cov, link, a, b, err);
  }
  if (st == SX_OK) st = sx_p_adjust(p, 3, SX_ADJUST_P_HOLM, ctx, err);
  for (size_t k = 0; k < 2; k++) sx_est_set_free(set[k]);
  sx_est_free(change);
  sx_est_free(relative);
  sx_est_free(linked);
  sx_link_free(link);
  for (size_t k = 0; k < 2; k++) sx_design_free(d[k]);
  return st;
}

static sx_table *table(size_t first) {
  static char names[64][8];
  const char *name[20];
  sx_table *t = eh_sample(20, 2, 5);
  double *id = eh_number(t, "id", NULL)->data.f64;
  for (size_t i = 0; i < 20; i++) {
    id[i] = (double)(first + i);
    (void)snprintf(names[first + i], 8, "p%zu", first + i);
    name[i] = names[first + i];
  }
  eh_text(t, "name", SX_TEXT, name);
  for (size_t r = 0; r < 3; r++) {
    double *v = eh_number(t, rep_names[r], NULL)->data.f64;
    for (size_t i = 0; i < 20; i++) v[i] = 0.5 + eh_uniform();
  }
  return t;
}

static void test_all(void) {
  eh_state = 8;
  job j = {{table(1), table(9)}, 0};
  CHECK(oom_run("partial overlap", call, &j) > 40);
  j.kind = 1;
  CHECK(oom_run("full overlap", call, &j) > 40);
  j.kind = 2;
  CHECK(oom_run("replicates", call, &j) > 20);
  sx_table_free((sx_table *)(uintptr_t)j.t[0]);
  sx_table_free((sx_table *)(uintptr_t)j.t[1]);
}

static sx_status split(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_table *t = NULL, *out[2] = {NULL, NULL};
  sx_column *c = NULL;
  sx_status st = sx_table_new(&t, ctx, 4, err);
  if (st == SX_OK) st = sx_table_add(&c, t, "wave", SX_NUMBER, err);
  for (size_t i = 0; st == SX_OK && i < 4; i++) c->data.f64[i] = (double)(i % 2);
  if (st == SX_OK) st = sx_change_split(out, t, "wave", NULL, NULL, err);
  sx_table_free(out[0]);
  sx_table_free(out[1]);
  sx_table_free(t);
  return st;
}

static void test_split(void) {
  oom_run("split", split, NULL);
}

SXT_MAIN(SXT_CASE(test_all), SXT_CASE(test_split))
