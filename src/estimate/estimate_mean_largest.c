/* estimate_mean_largest.c: the largest contributions to a total, for the rules of disclosure control.
 *
 * A case of weight w > 1 stands for w units of the population with |y| each, one of weight w <= 1 for a unit of w |y|. With the cases in descending
 * order of that size s_1 >= s_2 >= ... and c_i = max(1, w_i) copies of each, the j-th largest unit is what the step function of the s_i over
 * [0, sum c) holds between j - 1 and j. Hundepool et al. (2012), Statistical Disclosure Control, Wiley, p. 151. */
#include <math.h>
#include <string.h>

#include "estimate_priv.h"
#include "shuxiao/estimate_mean.h"

typedef struct unit {
  double size, copies;
} unit;

/* The k largest cases suffice: each fills one unit at least. best [k], descending, *n of them. */
static void keep(unit *best, size_t *n, size_t k, double weight, double y) {
  const unit own = weight > 1 ? (unit){fabs(y), weight} : (unit){fabs(weight * y), 1};
  if (k == 0 || !(own.size > 0) || (*n == k && !(own.size > best[k - 1].size))) return;
  size_t at = *n < k ? (*n)++ : k - 1;
  for (; at > 0 && best[at - 1].size < own.size; at--) best[at] = best[at - 1];
  best[at] = own;
}

static void spread(double *top, size_t k, const unit *best, size_t n) {
  size_t i = 0;
  double left = n ? best[0].copies : 0;
  for (size_t j = 0; j < k; j++) {
    double room = 1;
    top[j] = 0;
    while (i < n && room > 0) {
      const double take = fmin(room, left);
      top[j] += take * best[i].size;
      room -= take;
      left -= take;
      if (left > 0) continue;
      if (++i < n) left = best[i].copies;
    }
  }
}

void sx_estimate_largest(double *top, size_t k, const double *weights, const double *y, const uint8_t *in,
                         size_t rows) {
  enum { MOST = 1000 };
  unit best[MOST];
  size_t n = 0;
  if (k > MOST) k = MOST;
  for (size_t i = 0; i < rows; i++)
    if (in[i] == 1 && weights[i] != 0 && !isnan(y[i])) keep(best, &n, k, weights[i], y[i]);
  spread(top, k, best, n);
}

sx_status sx_estimate_contributions(sx_contributions *out, const sx_design *design, const sx_est_request *request,
                                    size_t k, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t domains = request->by ? request->by->n_groups : 1, rows = sx_design_rows(design);
  const double *w = sx_design_weights(design);
  if (request->y && request->y->type != SX_NUMBER && request->y->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, request->y->name, "contributions are those of a number");
  SX_TRY(sx_estimate__mean_check(design, request, err));
  unit *best = sx_mem_zalloc(ctx, domains * (k + 1), sizeof *best);
  size_t *filled = sx_mem_zalloc(ctx, domains + 1, sizeof *filled);
  const sx_status status = best && filled ? SX_OK : sx_error_memory(err);
  for (size_t g = 0; status == SX_OK && g < domains; g++) {
    out->weight[g] = out->sum[g] = 0;
    out->n[g] = 0;
    out->amount[g] = false;
  }
  for (size_t i = 0; status == SX_OK && i < rows; i++) {
    const int32_t g = sx_estimate__mean_domain(request, i);
    if (g < 0 || w[i] == 0) continue;
    const sx_column *c = request->y;
    const double y = c ? sx_estimate__mean_number(c, i) : 1;
    out->weight[g] += w[i];
    out->sum[g] += w[i] * y;
    out->n[g]++;
    out->amount[g] = out->amount[g] || (y != 0 && y != 1);
    keep(best + (size_t)g * k, &filled[g], k, w[i], y);
  }
  for (size_t g = 0; status == SX_OK && g < domains && k > 0; g++) spread(out->top + g * k, k, best + g * k, filled[g]);
  sx_mem_free(ctx, best);
  sx_mem_free(ctx, filled);
  return status;
}
