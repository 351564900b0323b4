/* accounts_shapley.c: what one factor has in the change of a product.
 *
 *   E_k = (y_k - x_k) sum_{S subset of the others} |S|! (n - 1 - |S|)!/n! prod_{j in S} y_j prod_{j not in S} x_j
 *
 * is the average, over the n! orders in which factors may change, of the change that factor k makes when its turn comes (Shapley 1953). For
 * n = 2 it is Kitagawa's (1955) (y_1 - x_1)(x_2 + y_2)/2, for n = 3 Das Gupta's (1978; 1993, P23-186, ch. 2)
 *
 *   E_1 = (y_1 - x_1) [ (x_2 x_3 + y_2 y_3)/3 + (x_2 y_3 + y_2 x_3)/6 ].
 *
 * The parts add up to y_1 ... y_n - x_1 ... x_n. Written as a formula of the algebra, so that errors and replicates follow. */
#include "accounts_compare_priv.h"

const char *const sx_accounts__shapley_before[SX_ACCOUNTS__SHAPLEY_MAX] = {"x1", "x2", "x3", "x4", "x5", "x6"};
const char *const sx_accounts__shapley_after[SX_ACCOUNTS__SHAPLEY_MAX] = {"y1", "y2", "y3", "y4", "y5", "y6"};

static unsigned factorial(size_t n) {
  unsigned product = 1;
  for (size_t k = 2; k <= n; k++) product *= (unsigned)k;
  return product;
}

static size_t members(unsigned set) {
  size_t n = 0;
  for (; set; set &= set - 1) n++;
  return n;
}

static void add_product(sx_buf *text, size_t n, size_t k, unsigned set, size_t times) {
  sx_buf_printf(text, "%zu", times);
  for (size_t j = 0; j < n; j++) {
    if (j == k) continue;
    const char *const *names = set >> j & 1U ? sx_accounts__shapley_after : sx_accounts__shapley_before;
    sx_buf_printf(text, " * %s", names[j]);
  }
}

sx_status sx_accounts__shapley(sx_expr **out, const sx_ctx *ctx, size_t n, size_t k, sx_account_weighting weighting,
                               sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, ctx);
  sx_buf_printf(&text, "(%s - %s) * (", sx_accounts__shapley_after[k], sx_accounts__shapley_before[k]);
  if (weighting == SX_ACCOUNT_AT_BEFORE) {
    add_product(&text, n, k, 0, 1);
    sx_buf_add(&text, ")");
  } else {
    for (unsigned set = 0; set < 1U << n; set++) {
      if (set >> k & 1U) continue;
      const size_t size = members(set);
      if (set) sx_buf_add(&text, " + ");
      add_product(&text, n, k, set, factorial(size) * factorial(n - 1 - size));
    }
    sx_buf_printf(&text, ") / %u", factorial(n));
  }
  sx_status status = sx_buf_status(&text, err);
  if (status == SX_OK) status = sx_expr_parse(out, ctx, text.data, err);
  sx_buf_clear(&text);
  return status;
}
