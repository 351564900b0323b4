/* Every allocation of other means, standardisation, sets, rankings, boxes and the share of the largest fails once. */
#include "est_help.h"
#include "oom.h"
#include "shuxiao/estimate_mean.h"
#include "shuxiao/estimate_set.h"

static const char *const rep_names[] = {"r0", "r1", "r2"};
enum { SETS = 9 };

typedef struct job {
  const sx_table *t;
  const sx_groups *by, *cells;
  bool replicates;
} job;

static sx_status sets(sx_est_set **out, const sx_design *d, const job *j, sx_error *err) {
  const sx_column *u = sx_table_find(j->t, "u"), *ranks[] = {u, sx_table_find(j->t, "v")};
  char *names[] = {(char[]){"u"}, (char[]){"v"}};
  sx_mrset of = {.name = (char[]){"s"}, .dichotomous = true, .counted = 1, .variables = names, .n_variables = 2};
  sx_set_request s = SX_SET_REQUEST_INIT;
  s.set = &of;
  s.by = j->by;
  SX_TRY(sx_estimate_set(&out[0], d, j->t, &s, NULL, err));
  of.dichotomous = false;
  s.of = SX_SET_OF_ANSWERS;
  SX_TRY(sx_estimate_set(&out[1], d, j->t, &s, NULL, err));
  sx_rank_request r = SX_RANK_REQUEST_INIT;
  r.columns = ranks;
  r.n_columns = 2;
  SX_TRY(sx_estimate_rank(&out[2], d, &r, NULL, err));
  r.places = true;
  SX_TRY(sx_estimate_rank(&out[3], d, &r, NULL, err));
  sx_box_request b = SX_BOX_REQUEST_INIT;
  b.y = u;
  b.n_top = b.n_bottom = 1;
  b.box = SX_BOX_NET;
  return sx_estimate_box(&out[4], d, &b, NULL, err);
}

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  static const double share[] = {1, 2, 3};
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
  sx_est_set *set[SETS] = {NULL};
  double tail[3], weight[3], sum[3], top[6];
  size_t n[3];
  bool amount[3];
  sx_contributions c = {weight, sum, top, n, amount};
  const sx_est_request r = {SX_STAT_MEAN, sx_table_find(j->t, "y"), NULL, false, NULL, j->by};
  const sx_mean_spec geometric = SX_MEAN_SPEC_INIT, wins = {1, SX_MEAN_WINSORISED, 0.1, 0.1};
  sx_standard standard = SX_STANDARD_INIT;
  standard.cells = j->cells;
  standard.share = share;
  sx_status st = sx_design_new(&d, ctx, j->t, &s, err);
  if (st == SX_OK) st = sx_estimate_mean_many(&set[0], d, &geometric, &r, 1, NULL, err);
  if (st == SX_OK) st = sx_estimate_mean(&set[1], d, &wins, &r, NULL, err);
  if (st == SX_OK) st = sx_estimate_standardized(&set[2], d, &r, &standard, NULL, err);
  if (st == SX_OK) st = sx_estimate_tail_share(tail, d, &r, SX_TAIL_TOP, err);
  if (st == SX_OK) st = sx_estimate_contributions(&c, d, &r, 2, err);
  if (st == SX_OK) st = sx_estimate_deff_wor(set[0], d, &r, err);
  if (st == SX_OK) st = sets(set + 4, d, j, err);
  for (size_t k = 0; k < SETS; k++) sx_est_set_free(set[k]);
  sx_design_free(d);
  return st;
}

static void test_all(void) {
  eh_state = 4;
  sx_table *t = eh_sample(30, 2, 3);
  double *u = eh_number(t, "v", NULL)->data.f64, *was = sx_table_find(t, "u")->data.f64;
  for (size_t i = 0; i < 30; i++) {
    u[i] = 1 + (double)eh_below(2);
    was[i] = 1 + (double)eh_below(2);
  }
  for (size_t r = 0; r < 3; r++) {
    double *v = eh_number(t, rep_names[r], NULL)->data.f64;
    for (size_t i = 0; i < 30; i++) v[i] = 0.5 + eh_uniform();
  }
  sx_groups *by = NULL, *cells = NULL;
  const char *g = "g", *a = "a";
  REQUIRE_OK(sx_groups_new(&by, t, &g, 1, err));
  REQUIRE_OK(sx_groups_new(&cells, t, &a, 1, err));
  job j = {t, by, cells, false};
  CHECK(oom_run("other means", call, &j) > 200);
  j.replicates = true;
  CHECK(oom_run("other means of replicates", call, &j) > 100);
  sx_groups_free(by);
  sx_groups_free(cells);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_all))
