/* Every allocation of outcome rates fails once. */
#include "est_help.h"
#include "oom.h"
#include "shuxiao/estimate_response.h"

enum { N = 50 };

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  const sx_table *t = data;
  sx_design *d = NULL;
  sx_groups *g = NULL;
  sx_est_set *set = NULL;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  const char *const by = "g";
  uint8_t disposition[N];
  s.weights = "w";
  s.strata = "h";
  sx_status st = sx_disposition_read(disposition, sx_table_find(t, "d"), NULL, 0, err);
  if (st == SX_OK) st = sx_design_new(&d, ctx, t, &s, err);
  if (st == SX_OK) st = sx_groups_new(&g, t, &by, 1, err);
  if (st == SX_OK) st = sx_estimate_response_rates(&set, d, disposition, NULL, g, NULL, NULL, err);
  sx_est_set_free(set);
  sx_groups_free(g);
  sx_design_free(d);
  return st;
}

static void test_rates(void) {
  static const double codes[] = {1.1, 1.1, 2.1, 3.1, 4};
  eh_state = 3;
  sx_table *t = eh_sample(N, 3, 4);
  double *d = eh_number(t, "d", NULL)->data.f64;
  for (size_t i = 0; i < N; i++) d[i] = codes[eh_below(5)];
  oom_run("response rates", call, t);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_rates))
