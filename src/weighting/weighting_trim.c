/* weighting_trim.c: trimming with redistribution, and the design effect of unequal weights.
 *
 * Weights outside [L, U] are brought to the bound; what was cut (or added) is shared equally among the weights inside, so
 * that the sum stays: Potter (1990) Proc. Survey Research Methods Section ASA, 225-230; the rule is that of R survey's
 * trimWeights. Strict: repeated, weights that were brought to a bound staying there, until none is outside.
 * Kish (1965) Survey Sampling, sec. 11.7: deff_w = n sum w^2 / (sum w)^2. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

double sx_weighting_kish_deff(const double *w, size_t n) {
  double sum = 0, sum2 = 0, used = 0;
  for (size_t i = 0; i < n; i++) {
    sum += w[i];
    sum2 += w[i] * w[i];
    used += w[i] != 0;
  }
  return used > 0 && sum != 0 ? used * sum2 / (sum * sum) : (double)NAN;
}

typedef struct trim {
  double lower, upper;
  bool strict;
  uint8_t *at_bound; /* [rows] work */
} trim;

static double sum_of(const double *w, size_t n) {
  return sx_num_sum(w, n);
}

static sx_status check_mean(const trim *t, const double *w, size_t n, const char *who, sx_error *err) {
  double used = 0;
  for (size_t i = 0; i < n; i++) used += w[i] != 0;
  const double mean = sum_of(w, n) / used;
  if (used == 0 || (mean >= t->lower && mean <= t->upper)) return SX_OK;
  return sx_error_set(err, SX_E_DATA, "bounds",
                      "%s%sthe mean weight is %.6g, outside the bounds %.6g to %.6g: no weights within them have the "
                      "same sum",
                      who, who[0] ? ": " : "", mean, t->lower, t->upper);
}

/* w in place; n_trimmed may be NULL. Weights of 0 take no part. */
static sx_status trim_weights(double *w, size_t *n_trimmed, const trim *t, size_t n, const char *who, sx_error *err) {
  SX_TRY(check_mean(t, w, n, who, err));
  memset(t->at_bound, 0, n);
  size_t trimmed = 0;
  for (size_t round = 0; round <= n; round++) {
    double cut = 0, inside = 0;
    size_t outside = 0;
    for (size_t i = 0; i < n; i++) {
      if (w[i] == 0) continue;
      const double to = w[i] < t->lower ? t->lower : w[i] > t->upper ? t->upper : w[i];
      if (to != w[i]) {
        cut += w[i] - to;
        w[i] = to;
        t->at_bound[i] = 1;
        outside++;
      }
      inside += !t->at_bound[i];
    }
    trimmed += outside;
    if (outside == 0) break;
    if (inside == 0)
      return sx_error_set(err, SX_E_DATA, "bounds", "%s%sno weight is left inside %.6g to %.6g to take up what is cut",
                          who, who[0] ? ": " : "", t->lower, t->upper);
    for (size_t i = 0; i < n; i++)
      if (w[i] != 0 && !t->at_bound[i]) w[i] += cut / inside;
    if (!t->strict) break;
  }
  if (n_trimmed) *n_trimmed = trimmed;
  return SX_OK;
}

static sx_status trim_replicates(double *repw, const sx_design *design, const trim *t, double *column, sx_error *err) {
  const size_t n = sx_design_rows(design), reps = sx_design_replicates(design);
  for (size_t r = 0; r < reps; r++) {
    char who[64];
    (void)snprintf(who, sizeof who, "replicate %zu", r + 1);
    sx_design_replicate(column, design, r);
    SX_TRY(trim_weights(column, NULL, t, n, who, err));
    for (size_t i = 0; i < n; i++) repw[i * reps + r] = column[i];
  }
  return SX_OK;
}

sx_status sx_weighting_trim(sx_design **out, const sx_design *design, double lower, double upper, bool strict,
                            size_t *n_trimmed, sx_error *err) {
  if (!(lower >= 0) || !(upper > lower))
    return sx_error_set(err, SX_E_ARGUMENT, "bounds", "weights are cut to %g .. %g: 0 <= lower < upper", lower, upper);
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t n = sx_design_rows(design), reps = sx_design_replicates(design);
  sx_status st = SX_OK;
  size_t size = 0, trimmed = 0;
  char note[96];
  double *w = sx_mem_alloc(ctx, n, sizeof *w), *column = sx_mem_alloc(ctx, n, sizeof *column), *repw = NULL;
  trim t = {lower, upper, strict, sx_mem_alloc(ctx, n, 1)};
  if (!w || !column || !t.at_bound) {
    st = sx_error_memory(err);
    goto done;
  }
  memcpy(w, sx_design_weights(design), n * sizeof *w);
  SX_TRY_GOTO(st, trim_weights(w, &trimmed, &t, n, "", err), done);
  if (reps) {
    repw = sx_size_mul(&size, n, reps) ? sx_mem_alloc(ctx, size, sizeof *repw) : NULL;
    if (!repw) {
      st = sx_error_memory(err);
      goto done;
    }
    SX_TRY_GOTO(st, trim_replicates(repw, design, &t, column, err), done);
  }
  (void)snprintf(note, sizeof note, "trimmed to %g..%g", lower, upper);
  SX_TRY_GOTO(st, sx_design_reweight(out, design, w, repw, NULL, 0, note, err), done);
  if (n_trimmed) *n_trimmed = trimmed;
done:
  sx_mem_free(ctx, w);
  sx_mem_free(ctx, column);
  sx_mem_free(ctx, repw);
  sx_mem_free(ctx, t.at_bound);
  return st;
}
