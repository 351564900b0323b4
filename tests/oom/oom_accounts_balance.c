/* Every allocation of balancing fails once. */
#include "oom/oom.h"

#include "est_help.h"
#include "shuxiao/accounts_balance.h"

static const sx_balance_term sum[] = {{2, 1}, {0, -1}, {1, -1}}, same[] = {{2, 1}, {3, -1}},
                             again[] = {{3, 2}, {2, -2}};
static const sx_balance_identity identities[] = {{"sum", sum, 3, 0}, {"same", same, 2, 0}, {"again", again, 2, 0}};
static sx_balance_figure figures[] = {
    {"a", 10, 1, 0, 100}, {"b", 20, 2, 22, 100}, {"c", 33, 3, 0, 31.5}, {"d", 34, 0, 0, 100}};
static const double covariance[] = {1, 0.5, 0, 0, 0.5, 4, 0, 0, 0, 0, 9, 1, 0, 0, 1, 4};

static sx_status balance(const sx_ctx *ctx, sx_balance_request *q, sx_error *err) {
  sx_balance_result *r = NULL;
  q->figures = figures;
  q->n_figures = 4;
  q->identities = identities;
  q->n_identities = 3;
  q->with_covariance = true;
  const sx_status status = sx_account_balance(&r, ctx, q, err);
  sx_balance_result_free(r);
  return status;
}

static sx_status matrix(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_balance_request q = SX_BALANCE_REQUEST_INIT;
  q.covariance = covariance;
  return balance(ctx, &q, err);
}

static sx_status relative(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_balance_request q = SX_BALANCE_REQUEST_INIT;
  q.covariance = covariance;
  q.distance = SX_BALANCE_RELATIVE;
  return balance(ctx, &q, err);
}

static sx_status estimates(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_balance_request q = SX_BALANCE_REQUEST_INIT;
  sx_est *e[4] = {NULL};
  sx_status status = SX_OK;
  const double se[] = {1, 2, 3, 2};
  for (size_t k = 0; k < 4 && status == SX_OK; k++)
    status = sx_est_outside(&e[k], ctx, figures[k].value, se[k], 9, err);
  const sx_est *const list[] = {e[0], e[1], e[2], e[3]};
  q.estimates = list;
  if (status == SX_OK) status = balance(ctx, &q, err);
  for (size_t k = 0; k < 4; k++) sx_est_free(e[k]);
  return status;
}

static sx_status parse(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_balance_term *t = NULL;
  size_t n = 0;
  double constant = 0;
  const sx_status status = sx_balance_parse(&t, &n, &constant, ctx, "c == a + 2 * b - 1", figures, 4, err);
  sx_mem_free(ctx, t);
  return status;
}

/* Of estimates of a design, with compact carriers: the matrix alone. */
static sx_status covariances(const sx_ctx *ctx, void *data, sx_error *err) {
  const sx_est *const *list = data;
  double v[9];
  return sx_est_covariances(v, ctx, list, 3, err);
}

static void test_covariances(void) {
  sx_table *t = eh_sample(2500, 5, 6);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  spec.strata = "h";
  sx_design *d = eh_design(NULL, t, &spec);
  sx_est *e[3] = {eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL),
                  eh_one(d, SX_STAT_MEAN, sx_table_find(t, "x"), NULL, NULL), NULL};
  CHECK_OK(sx_est_outside(&e[2], NULL, 5, 1, 9, err));
  const sx_est *list[] = {e[0], e[1], e[2]};
  CHECK(oom_run("covariances", covariances, (void *)list) > 0);
  for (size_t k = 0; k < 3; k++) sx_est_free(e[k]);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_matrix(void) {
  oom_run("covariance", matrix, NULL);
}
static void test_relative(void) {
  oom_run("relative", relative, NULL);
}
static void test_estimates(void) {
  oom_run("estimates", estimates, NULL);
}
static void test_parse(void) {
  oom_run("parse", parse, NULL);
}

SXT_MAIN(SXT_CASE(test_matrix), SXT_CASE(test_relative), SXT_CASE(test_estimates), SXT_CASE(test_parse),
         SXT_CASE(test_covariances))
