/* Every allocation of banded amounts fails once: bands from text and labels, fits on linearised and replicate designs, exact
 * amounts beside, midpoints. */
#include "est_help.h"
#include "oom.h"
#include "shuxiao/estimate_banded.h"

typedef struct job {
  const sx_table *t;
  bool replicates;
  sx_banded_fit fit;
} job;

static const char *const rep_names[] = {"r0", "r1", "r2"};
static const double probs[] = {0.5};

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const job *j = data;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  sx_bands *b = NULL, *labels = NULL;
  sx_design *d = NULL;
  sx_groups *g = NULL;
  sx_banded_result *r = NULL;
  const char *by = "a";
  if (sx_groups_new(&g, j->t, &by, 1, NULL) != SX_OK) eh_die("group");
  s.weights = "w";
  s.strata = j->replicates ? NULL : "h";
  s.repweights = j->replicates ? rep_names : NULL;
  s.n_repweights = j->replicates ? 3 : 0;
  s.rep_type = j->replicates ? SX_REP_JK1 : SX_REP_NONE;
  sx_banded_request q = SX_BANDED_REQUEST_INIT;
  q.codes = sx_table_find(j->t, "code");
  q.exact = sx_table_find(j->t, "exact");
  q.fit = j->fit;
  q.probs = probs;
  q.n_probs = 1;
  q.by = g;
  sx_status st = sx_design_new(&d, ctx, j->t, &s, err);
  if (st == SX_OK) st = sx_bands_parse(&b, ctx, "0=0, 1=0..5, 2=5..10, 3=10..15, 4=15..20, 5=20.., 9=missing", err);
  if (st == SX_OK) st = sx_bands_of_labels(&labels, ctx, sx_table_find(j->t, "text"), err);
  q.bands = b;
  if (st == SX_OK) st = sx_estimate_banded(&r, d, &q, NULL, err);
  sx_banded_result_free(r);
  sx_bands_free(b);
  sx_bands_free(labels);
  sx_groups_free(g);
  sx_design_free(d);
  return st;
}

static void test_all(void) {
  eh_state = 9;
  sx_table *t = eh_sample(60, 2, 3);
  const double *y = sx_table_find(t, "y")->data.f64;
  double exact[60], *code = eh_number(t, "code", NULL)->data.f64;
  const char *text[60];
  for (size_t i = 0; i < 60; i++) {
    code[i] = i % 7 == 0 ? 0 : y[i] < 5 ? 1 : y[i] < 10 ? 2 : y[i] < 15 ? 3 : y[i] < 20 ? 4 : 5;
    exact[i] = i % 5 == 0 ? y[i] : (double)NAN;
    text[i] = i % 3 ? "1-99" : "100+";
  }
  eh_number(t, "exact", exact);
  eh_text(t, "text", SX_TEXT, text);
  for (size_t r = 0; r < 3; r++) {
    double *v = eh_number(t, rep_names[r], NULL)->data.f64;
    for (size_t i = 0; i < 60; i++) v[i] = 0.5 + eh_uniform();
  }
  job jobs[] = {{t, false, SX_BANDED_LOGNORMAL}, {t, true, SX_BANDED_FISK}, {t, false, SX_BANDED_RPME}};
  for (size_t k = 0; k < 3; k++) oom_run(sx_banded_fit_name(jobs[k].fit), call, &jobs[k]);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_all))
