/* Every allocation of estimates by names fails once. */
#include "est_help.h"
#include "oom.h"
#include "shuxiao/estimate_easy.h"

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  static const double probs[] = {0.5};
  const sx_table *t = data;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  sx_design *d = NULL;
  sx_easy *easy[4] = {NULL, NULL, NULL, NULL};
  sx_easy_request request = SX_EASY_REQUEST_INIT;
  request.vars = "y";
  request.by = "g";
  request.where = "x > 0";
  request.probs = probs;
  request.n_probs = 1;
  s.weights = "w";
  s.strata = "h";
  sx_status st = sx_design_new(&d, ctx, t, &s, err);
  if (st == SX_OK) st = sx_easy_mean(&easy[0], d, t, "y, 2 * x", "g", err);
  if (st == SX_OK) st = sx_easy_ratio(&easy[1], d, t, "y / x", NULL, err);
  if (st == SX_OK) st = sx_easy_prop(&easy[2], d, t, "a, y > 0", "g", err);
  if (st == SX_OK) st = sx_easy_run(&easy[3], d, t, &request, err);
  for (size_t k = 0; k < 4; k++) sx_easy_free(easy[k]);
  sx_design_free(d);
  return st;
}

static void test_all(void) {
  eh_state = 4;
  sx_table *t = eh_sample(24, 2, 3);
  oom_run("easy", call, t);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_all))
