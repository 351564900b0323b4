/* banner_heaped.c: medians of amounts that people round, as they can be compared. Where many cases share the values near the median, it steps from one to the next,
 * with an error that is now a step and now none; what letters and arrows compare there is the median of the mid-distribution
 *
 *   F(x) = P(Y < x) + P(Y = x)/2,   between the values that occur as a line through these shares,
 *
 * which has a normal limit for discrete variables too (Ma, Genton & Parzen 2011, Ann. Inst. Stat. Math. 63:227-243). Its error is Woodruff's:
 * the share that the line has at the median is a mean of scores 0 to 1, and the density is taken from the interval. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "banner_priv.h"
#include "shuxiao/num.h"

typedef struct answer {
  double x, w;
  size_t row;
} answer;

/* The values that occur, rising, with the mid-distribution at each. */
typedef struct distribution {
  size_t n;
  answer *at; /* w: the share */
} distribution;

static int rising(const void *left, const void *right) {
  const answer *a = left, *b = right;
  if (a->x != b->x) return a->x < b->x ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

static sx_status answers_of(answer **out, size_t *n, const banner_plan *plan, const sx_column *c, const uint8_t *where,
                            sx_error *err) {
  const double *w = sx_design_weights(plan->design);
  answer *all = sx_mem_alloc(plan->ctx, c->n ? c->n : 1, sizeof *all);
  *n = 0;
  if (!all) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++)
    if (where[i] && w[i] != 0 && !sx_column_missing(c, i)) all[(*n)++] = (answer){sx_column_number(c, i), w[i], i};
  qsort(all, *n, sizeof *all, rising);
  *out = all;
  return SX_OK;
}

sx_status sx_banner__is_heaped(bool *out, const banner_plan *plan, const sx_column *c, sx_error *err) {
  answer *all = NULL;
  size_t n = 0, most = 0, from = 0;
  SX_TRY(answers_of(&all, &n, plan, c, plan->in, err));
  for (size_t i = 0; i < n; i++) {
    if (all[i].x != all[from].x) from = i;
    const bool near = i >= n * 2 / 5 && from <= n * 3 / 5;
    if (near && i - from + 1 > most) most = i - from + 1;
  }
  *out = most > 1 && (double)most > sqrt((double)n) / 4;
  sx_mem_free(plan->ctx, all);
  return SX_OK;
}

/* false: weights that add up to nothing. */
static bool distribute(distribution *d, answer *all, size_t n) {
  double sum = 0, below = 0;
  for (size_t i = 0; i < n; i++) sum += all[i].w;
  *d = (distribution){0, all};
  if (!(sum > 0)) return false;
  for (size_t i = 0; i < n;) {
    const double x = all[i].x;
    double here = 0;
    for (; i < n && all[i].x == x; i++) here += all[i].w;
    all[d->n++] = (answer){x, (below + here / 2) / sum, 0};
    below += here;
  }
  return true;
}

/* The first of the two values between which the share lies; n where it lies beyond them. */
static size_t place_of(const distribution *d, double share) {
  if (d->n == 0 || share < d->at[0].w || share > d->at[d->n - 1].w) return d->n;
  size_t k = 0;
  while (k + 2 < d->n && d->at[k + 1].w <= share) k++;
  return k;
}

static double part_of(const distribution *d, size_t k, double share) {
  return k + 1 < d->n ? (share - d->at[k].w) / (d->at[k + 1].w - d->at[k].w) : 0;
}

static double value_at(const distribution *d, double share) {
  const size_t k = place_of(d, share);
  if (k == d->n) return (double)NAN;
  return k + 1 < d->n ? d->at[k].x + part_of(d, k, share) * (d->at[k + 1].x - d->at[k].x) : d->at[k].x;
}

/* A case's part in the share at the median, whose mean over the domain is one half. */
static void score(sx_column *y, const sx_column *c, const uint8_t *where, const distribution *d, size_t k) {
  const double t = part_of(d, k, 0.5), low = d->at[k].x, high = k + 1 < d->n ? d->at[k + 1].x : low;
  for (size_t i = 0; i < c->n; i++) {
    const double x = where[i] ? sx_column_number(c, i) : 0;
    y->data.f64[i] = x < low ? 1 : x == low ? (1 + t) / 2 : x == high ? t / 2 : 0;
    y->miss[i] = where[i] && sx_column_missing(c, i) ? SX_MISS_SYSTEM : SX_MISS_NONE;
  }
}

static sx_status linearised(sx_est **out, const banner_plan *plan, const distribution *d, const sx_est_row *share,
                            sx_error *err) {
  static const char *const names[] = {"u"};
  const double t = sx_num_t_quantile(0.975, share->df);
  const double low = value_at(d, 0.5 - t * share->se), high = value_at(d, 0.5 + t * share->se);
  char text[120];
  sx_expr *formula = NULL;
  if (!(high > low)) return sx_est_missing(out, plan->ctx, SX_NA_OUTSIDE, err);
  (void)snprintf(text, sizeof text, "(%.17g) - %.17g * (u - 0.5)", value_at(d, 0.5),
                 (high - low) / (2 * t * share->se));
  SX_TRY(sx_expr_parse(&formula, plan->ctx, text, err));
  const sx_est *const one[] = {share->est};
  const sx_status st = sx_est_formula(out, plan->ctx, formula, names, one, 1, err);
  sx_expr_free(formula);
  return st;
}

sx_status sx_banner__mid_median(sx_est **out, const banner_plan *plan, const sx_column *c, const uint8_t *where,
                                sx_column *y, sx_error *err) {
  answer *all = NULL;
  size_t n = 0;
  sx_est_set *share = NULL;
  distribution d;
  SX_TRY(answers_of(&all, &n, plan, c, where, err));
  sx_status st = SX_OK;
  const size_t k = distribute(&d, all, n) ? place_of(&d, 0.5) : d.n;
  if (k == d.n) {
    st = sx_est_missing(out, plan->ctx, d.n ? SX_NA_OUTSIDE : SX_NA_EMPTY_DOMAIN, err);
    goto done;
  }
  score(y, c, where, &d, k);
  const sx_est_request ask = {SX_STAT_MEAN, y, NULL, false, where, NULL};
  SX_TRY_GOTO(st, sx_estimate_run(&share, plan->design, &ask, NULL, err), done);
  if (!(share->rows[0].df >= 1) || isnan(share->rows[0].se))
    st = sx_est_missing(out, plan->ctx, SX_NA_TOO_FEW_PSU, err);
  else
    st = linearised(out, plan, &d, &share->rows[0], err);
done:
  sx_est_set_free(share);
  sx_mem_free(plan->ctx, all);
  return st;
}
