/* Every allocation of the adjustments for response, of frames and of calibration to estimated totals fails once. */
#include "est_help.h"
#include "oom.h"
#include "shuxiao/weighting_frame.h"
#include "shuxiao/weighting_response.h"

static const char *const a_name[] = {"a"}, *const b_name[] = {"b"}, *const covariates[] = {"x", "a"};
static const char *const v1[] = {"1"}, *const psu[] = {"psu"}, *const prob[] = {"p"};

enum { BASE, CLASSES, MERGED, PROPENSITY, STRATA, CHAIN, ESTIMATED, FRAMES, SINGLE, INFEASIBLE, KINDS };
enum { N = 60 };

typedef struct job {
  const sx_table *t;
  const uint8_t *status;
  int kind;
  bool replicates;
} job;

static sx_status design(sx_design **out, const sx_ctx *ctx, const job *j, sx_error *err) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  sx_design *d = NULL;
  s.weights = "w";
  s.strata = "h";
  s.clusters = psu;
  s.n_clusters = 1;
  SX_TRY(sx_design_new(&d, ctx, j->t, &s, err));
  if (!j->replicates) {
    *out = d;
    return SX_OK;
  }
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  make.method = SX_MAKE_BOOTSTRAP;
  make.n_reps = 6;
  const sx_status st = sx_design_make_replicates(out, d, &make, err);
  sx_design_free(d);
  return st;
}

static sx_status respond(sx_design **out, const sx_design *d, const job *j, sx_error *err) {
  sx_design *known = NULL;
  sx_response_report r;
  sx_class_options o = SX_CLASS_OPTIONS_INIT;
  o.variables = a_name;
  o.n_variables = 1;
  if (j->kind == MERGED) o.min_respondents = 12;
  sx_propensity_options p = SX_PROPENSITY_OPTIONS_INIT;
  p.covariates = covariates;
  p.n_covariates = 2;
  p.factors = a_name;
  p.n_factors = 1;
  p.strata = j->kind == STRATA ? 3 : 0;
  sx_status st = sx_weighting_eligibility(&known, d, j->t, j->status, NULL, &r, err);
  if (st == SX_OK)
    st = j->kind == CLASSES || j->kind == MERGED ? sx_weighting_nonresponse(out, known, j->t, j->status, &o, &r, err)
                                                 : sx_weighting_propensity(out, known, j->t, j->status, &p, &r, err);
  sx_design_free(known);
  return st;
}

static sx_status totals(sx_design **out, const sx_design *d, const job *j, sx_error *err) {
  const sx_control c[] = {{NULL, NULL, 0, NULL, 120, 0}, {b_name, v1, 1, NULL, 30, 0}, {NULL, NULL, 0, "x", 350, 0}};
  static const double cov[9] = {0, 0, 0, 0, 4, 1, 0, 1, 9};
  sx_calibrate_report r = {.achieved = NULL};
  double total[3], other[9];
  SX_TRY(sx_weighting_estimate_totals(total, other, d, j->t, c, 3, err));
  return j->kind == CHAIN ? sx_weighting_calibrate(out, d, j->t, c, 3, NULL, NULL, err)
                          : sx_weighting_calibrate_estimated(out, d, j->t, c, 3, cov, 9, NULL, &r, err);
}

static sx_status frames(sx_design **out, const sx_design *d, const job *j, sx_error *err) {
  sx_frame_spec s = SX_FRAME_SPEC_INIT;
  sx_frame_report r;
  s.frame = "frame";
  s.overlap = "both";
  s.method = j->kind == SINGLE ? SX_COMPOSITION_SINGLE_FRAME : SX_COMPOSITION_EFFECTIVE;
  s.other = "other";
  return sx_weighting_frames(out, d, j->t, &s, &r, err);
}

static sx_status infeasible(const sx_design *d, const job *j, sx_error *err) {
  static const char *const v0[] = {"0"}, *const v2[] = {"2"}, *const one[] = {"1"};
  static const char *const *const levels[] = {v0, one, v2};
  static const double ta[] = {30, 30, 60}, tb[] = {30, 60, 30};
  const sx_target t[] = {{a_name, 1, levels, ta, 3, NULL}, {psu, 0, NULL, NULL, 0, NULL}};
  static const char *const twin[] = {"twin"};
  const sx_target both[] = {t[0], {twin, 1, levels, tb, 3, NULL}};
  sx_design *out = NULL;
  const sx_status st = sx_weighting_rake(&out, d, j->t, both, 2, NULL, NULL, err);
  sx_design_free(out);
  return st == SX_E_NUMERIC ? SX_OK : st; /* as it should end */
}

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  sx_design *d = NULL, *n = NULL, *c = NULL;
  double w[N];
  sx_base_spec base = SX_BASE_SPEC_INIT;
  base.prob = prob;
  base.n_prob = 1;
  if (j->kind == BASE) return sx_weighting_base(w, j->t, &base, err);
  sx_status st = design(&d, ctx, j, err);
  if (st == SX_OK && j->kind == INFEASIBLE) {
    st = infeasible(d, j, err);
    sx_design_free(d);
    return st;
  }
  if (st == SX_OK)
    st = j->kind == FRAMES || j->kind == SINGLE ? frames(&n, d, j, err)
         : j->kind == ESTIMATED                 ? totals(&n, d, j, err)
                                                : respond(&n, d, j, err);
  if (st == SX_OK && j->kind == CHAIN) st = totals(&c, n, j, err);
  if (st == SX_OK) {
    const sx_est_request r = {SX_STAT_MEAN, sx_table_find(j->t, "y"), NULL, false, NULL, NULL};
    sx_est_set *set = NULL;
    st = sx_estimate_run(&set, c ? c : n, &r, NULL, err);
    sx_est_set_free(set);
  }
  sx_design_free(c);
  sx_design_free(n);
  sx_design_free(d);
  return st;
}

static void test_response(void) {
  eh_state = 29;
  sx_table *t = eh_sample(N, 2, 6);
  uint8_t status[N];
  double *both = eh_number(t, "both", NULL)->data.f64, *other = eh_number(t, "other", NULL)->data.f64;
  double *p = eh_number(t, "p", NULL)->data.f64, *twin = eh_number(t, "twin", NULL)->data.f64;
  const char *frame[N];
  for (size_t i = 0; i < N; i++) {
    status[i] = i % 11 == 0          ? SX_RESPONSE_UNKNOWN
                : i % 13 == 0        ? SX_RESPONSE_INELIGIBLE
                : eh_uniform() < 0.6 ? SX_RESPONSE_RESPONDENT
                                     : SX_RESPONSE_NONRESPONDENT;
    both[i] = i % 5 < 2;
    other[i] = 3;
    p[i] = 0.5;
    twin[i] = sx_table_find(t, "a")->data.f64[i];
    frame[i] = sx_table_find(t, "h")->data.f64[i] > 0 ? "B" : "A";
  }
  eh_text(t, "frame", SX_TEXT, frame);
  for (int kind = 0; kind < KINDS; kind++)
    for (int replicates = 0; replicates < (kind == BASE || kind == INFEASIBLE ? 1 : 2); replicates++) {
      job j = {t, status, kind, replicates};
      char name[64];
      snprintf(name, sizeof name, "kind %d%s", kind, replicates ? ", replicates" : "");
      oom_run(name, call, &j);
    }
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_response))
