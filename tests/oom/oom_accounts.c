/* Every allocation of building and computing an account fails once. */
#include "oom/oom.h"

#include "shuxiao/accounts.h"

static sx_status add_nodes(sx_account *account, const sx_account_leaf *product, const sx_account_leaf *total,
                           sx_error *err) {
  const char *const narrow[] = {"narrow", "broad"}, *const broad[] = {"broad"}, *const codes[] = {"D1", "D2"};
  SX_TRY(sx_account_add(account, "total", NULL, NULL, 0, NULL, err));
  SX_TRY(sx_account_add(account, "goods", "total", broad, 1, total, err));
  SX_TRY(sx_account_add(account, "content", "total", narrow, 2, NULL, err));
  SX_TRY(sx_account_add(account, "games", "content", NULL, 0, product, err));
  return sx_account_set_codes(account, "games", codes, 2, err);
}

static sx_status call(const sx_ctx *ctx, void *data, sx_error *err) {
  (void)data;
  sx_est *a = NULL, *b = NULL;
  sx_account *account = NULL;
  sx_account_result *result = NULL;
  sx_status status = sx_est_outside(&a, ctx, 10, 1, (double)INFINITY, err);
  if (status == SX_OK) status = sx_est_outside(&b, ctx, 0.5, 0.1, (double)INFINITY, err);
  if (status == SX_OK) status = sx_account_new(&account, ctx, err);
  const sx_account_leaf product = {.population = a, .penetration = b, .spend = a}, total = {.total = a};
  if (status == SX_OK) status = add_nodes(account, &product, &total, err);
  if (status == SX_OK) status = sx_account_compute(&result, account, a, err);
  sx_account_result_free(result);
  sx_account_free(account);
  sx_est_free(a);
  sx_est_free(b);
  return status;
}

static void accounts(void) {
  oom_run("accounts", call, NULL);
}

SXT_MAIN(SXT_CASE(accounts))
