/* Every allocation of RAS fails once: zeros, forced zeros and both signs. */
#include "oom/oom.h"

#include "shuxiao/accounts_ras.h"

static sx_status fit(const sx_ctx *ctx, const double *table, const double *u, const double *v, sx_error *err) {
  static const size_t dims[] = {3, 3}, row[] = {0}, col[] = {1};
  const sx_ras_margin margins[] = {{"rows", row, 1, u}, {"columns", col, 1, v}};
  sx_ras_request q = SX_RAS_REQUEST_INIT;
  q.n_dims = 2;
  q.dims = dims;
  q.table = table;
  q.margins = margins;
  q.n_margins = 2;
  sx_ras_result *r = NULL;
  const sx_status status = sx_account_ras(&r, ctx, &q, err);
  sx_ras_result_free(r);
  return status;
}

static sx_status zeros(const sx_ctx *ctx, void *data, sx_error *err) {
  static const double a[] = {1, 0, 0, 2, 0, 0, 1, 1, 1}, u[] = {30, 20, 50}, v[] = {50, 30, 20};
  (void)data;
  return fit(ctx, a, u, v, err);
}

static sx_status signs(const sx_ctx *ctx, void *data, sx_error *err) {
  static const double a[] = {5, -1, 2, 3, 4, 1, 1, 1, -1}, u[] = {7, 8, 2}, v[] = {8, 5, 4};
  (void)data;
  return fit(ctx, a, u, v, err);
}

static void test_zeros(void) {
  oom_run("zeros", zeros, NULL);
}
static void test_signs(void) {
  oom_run("signs", signs, NULL);
}

SXT_MAIN(SXT_CASE(test_zeros), SXT_CASE(test_signs))
