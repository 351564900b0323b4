/* Every allocation of the small-area model fails once. */
#include "oom.h"
#include "shuxiao/estimate_area.h"

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  static const double y[] = {1, 4, 2, 8, 5, 7}, psi[] = {1, 2, 1, 1, 2, 1}, x[] = {1, 2, 3, 4, 5, 7};
  sx_area_request r = SX_AREA_REQUEST_INIT;
  r.n = 6;
  r.direct = y;
  r.variance = psi;
  r.n_covariates = 1;
  r.covariates = x;
  sx_area_fit *f = NULL;
  const sx_status st = sx_estimate_area(&f, ctx, &r, err);
  (void)data;
  sx_area_free(f);
  return st;
}

static void test_area(void) {
  CHECK(oom_run("area", call, NULL) >= 15);
}

SXT_MAIN(SXT_CASE(test_area))
