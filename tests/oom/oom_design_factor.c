/* Every allocation of replicates as products fails once: made, read, multiplied, summed, written out. */
#include "est_help.h"
#include "oom.h"

enum { ROWS = 60, REPS = 9 };

typedef struct job {
  const sx_table *t;
  sx_make method;
  bool raked, read, many;
} job;

static const char *const rep_names[] = {"r0", "r1", "r2", "r3"}, *const many_names[] = {"q0", "q1", "q2", "q3"};
static const char *const a_name[] = {"a"}, *const b_name[] = {"b"}, *const value[] = {"0", "1", "2", "3"};
static const char *const *const levels[] = {&value[0], &value[1], &value[2], &value[3]};

static sx_status design(sx_design **out, const sx_ctx *ctx, const job *j, sx_error *err) {
  static const char *const psu[] = {"psu"};
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  if (j->read) {
    s.repweights = j->many ? many_names : rep_names;
    s.n_repweights = 4;
    s.rep_type = SX_REP_BOOTSTRAP;
    return sx_design_new(out, ctx, j->t, &s, err);
  }
  sx_design *d = NULL;
  s.strata = "h";
  s.clusters = psu;
  s.n_clusters = j->many ? 0 : 1;
  const bool random = j->method >= SX_MAKE_BOOTSTRAP && j->method != SX_MAKE_SDR;
  const sx_make_spec spec = {1, j->method, random ? REPS : 0, 0.2, false};
  SX_TRY(sx_design_new(&d, ctx, j->t, &s, err));
  const sx_status st = sx_design_make_replicates(out, d, &spec, err);
  sx_design_free(d);
  return st;
}

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  sx_design *d = NULL, *raked = NULL, *again = NULL;
  const double ta[] = {30, 50, 20}, tb[] = {10, 25, 25, 40};
  const sx_target t[] = {{a_name, 1, levels, ta, 3, NULL}, {b_name, 1, levels, tb, 4, NULL}};
  sx_status st = design(&d, ctx, j, err);
  if (st == SX_OK && j->raked) st = sx_weighting_rake(&raked, d, j->t, t, 2, NULL, NULL, err);
  if (st == SX_OK && j->raked) st = sx_weighting_poststratify(&again, raked, j->t, t, NULL, err);
  const sx_design *last = again ? again : d;
  if (st == SX_OK) {
    const sx_est_request r = {SX_STAT_MEAN, sx_table_find(j->t, "y"), NULL, false, NULL, NULL};
    sx_est_set *set = NULL;
    st = sx_estimate_run(&set, last, &r, NULL, err);
    sx_est_set_free(set);
  }
  if (st == SX_OK) (void)sx_design_repweights(last); /* NULL where there is no memory */
  sx_design_free(again);
  sx_design_free(raked);
  sx_design_free(d);
  return st;
}

static void test_all(void) {
  eh_state = 2;
  sx_table *t = eh_sample(ROWS, 5, 2);
  const double *w = sx_table_find(t, "w")->data.f64, *psu = sx_table_find(t, "psu")->data.f64;
  for (size_t r = 0; r < 4; r++) {
    double *x = eh_number(t, rep_names[r], NULL)->data.f64, *q = eh_number(t, many_names[r], NULL)->data.f64;
    for (size_t i = 0; i < ROWS; i++) {
      x[i] = w[i] * (double)(((size_t)psu[i] + r * r) % 4);
      q[i] = w[i] * eh_uniform();
    }
  }
  static const sx_make methods[] = {SX_MAKE_JKN,   SX_MAKE_BRR,     SX_MAKE_BOOTSTRAP,
                                    SX_MAKE_RAOWU, SX_MAKE_PRESTON, SX_MAKE_SDR};
  for (size_t k = 0; k < 6; k++) {
    job j = {t, methods[k], false, false, false};
    CHECK(oom_run("replicates", call, &j) > 10);
  }
  job j = {t, SX_MAKE_RAOWU, true, false, false};
  CHECK(oom_run("raked replicates", call, &j) > 30);
  j.many = true;
  CHECK(oom_run("raked replicates of rows", call, &j) > 30);
  j = (job){t, SX_MAKE_JKN, false, true, false};
  CHECK(oom_run("replicates read", call, &j) > 10);
  j.many = true;
  CHECK(oom_run("full replicates read", call, &j) > 10);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_all))
