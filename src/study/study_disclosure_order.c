/* study_disclosure_order.c: statistics of order in disclosure control. A quantile is a case's value, or lies between two; what a tail holds is what its
 * cases have. The rule of the field (thresholds for quantiles of output checking: as many contributors on either side as any result needs): at least
 * min_n cases at it or below, and at least min_n at it or above; so that a minimum or maximum is published only where min_n cases share it. The bounds
 * of its interval are values of the data too, and go where they do not have it. */
#include "study_disclosure.h"
#include "study_kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/estimate_inequality.h"
#include "shuxiao/estimate_mean.h"

typedef struct case_value {
  double y, w;
} case_value;

static int by_value(const void *a, const void *b) {
  const case_value *x = a, *y = b;
  return (x->y > y->y) - (x->y < y->y);
}

/* The cases of the group that have a value. */
static sx_status collect(case_value **out, size_t *n, const dc_values *v, sx_arena *arena, sx_error *err) {
  *n = 0;
  *out = sx_arena_alloc(arena, v->rows + 1, sizeof **out);
  if (!*out) return sx_error_memory(err);
  for (size_t i = 0; i < v->rows; i++) {
    if (!v->mask[i] || (v->base && !v->base[i]) || sx_column_missing(v->y, i) || !(v->w[i] > 0)) continue;
    (*out)[(*n)++] = (case_value){sx_column_number(v->y, i), v->w[i]};
  }
  return SX_OK;
}

/* The fewer of the cases at x or below and at x or above. */
static size_t fewer_side(const case_value *c, size_t n, double x) {
  size_t below = 0, above = 0;
  const double slack = 1e-12 * fabs(x);
  for (size_t i = 0; i < n; i++) {
    below += c[i].y <= x + slack;
    above += c[i].y >= x - slack;
  }
  return below < above ? below : above;
}

/* The value that a share p of the weights is at or below; c in order. */
static double value_at(const case_value *c, size_t n, double p) {
  double all = 0, sum = 0;
  for (size_t i = 0; i < n; i++) all += c[i].w;
  for (size_t i = 0; i < n; i++) {
    sum += c[i].w;
    if (sum >= p * all * (1 - 1e-12)) return c[i].y;
  }
  return n ? c[n - 1].y : 0;
}

/* Shares of the population that the statistic's tails begin at. */
static size_t tails_of(double p[2], const st_indicator *ind, const char *statistic) {
  sx_inequality_measure m;
  if (ind->kind == &study__kind_trimmed || ind->kind == &study__kind_winsorised) {
    const sx_mean_spec none = SX_MEAN_SPEC_INIT, *spec = ind->of_kind ? ind->of_kind : &none;
    p[0] = spec->lower;
    p[1] = 1 - spec->upper;
    return 2;
  }
  if (strncmp(statistic, "lorenz_", 7) == 0) return sx_text_to_double(&p[0], statistic + 7, strlen(statistic + 7));
  if (sx_inequality_parse(&m, statistic, NULL) != SX_OK) return 0;
  const bool ratio = m.stat == SX_INEQUALITY_SHARE_RATIO, quantiles = m.stat == SX_INEQUALITY_QUANTILE_RATIO;
  const bool palma = m.stat == SX_INEQUALITY_PALMA;
  p[0] = palma ? 0.4 : m.stat == SX_INEQUALITY_TOP ? 1 - m.a : m.a;
  p[1] = palma ? 0.9 : quantiles ? m.b : 1 - m.a;
  if (ratio || quantiles || palma) return 2;
  return m.stat == SX_INEQUALITY_TOP || m.stat == SX_INEQUALITY_BOTTOM;
}

static bool of_quantile(const st_indicator *ind) {
  return ind->kind == &study__kind_quantile || ind->kind == &study__kind_median;
}

bool study__dc_has_order(const st_indicator *ind, const char *statistic) {
  double p[2];
  return of_quantile(ind) || tails_of(p, ind, statistic) > 0;
}

sx_status study__dc_order(bool *few, bool *error, const dc_run *d, const st_indicator *ind, const dc_row *row,
                          const dc_values *v, sx_error *err) {
  const double need = d->own->rules.min_n, at[3] = {row->estimate, row->low, row->high};
  const sx_arena_mark mark = sx_arena_get_mark(d->arena);
  case_value *c = NULL;
  size_t n = 0;
  double p[2];
  SX_TRY(collect(&c, &n, v, d->arena, err));
  for (size_t i = 0; of_quantile(ind) && i < 3; i++) {
    const bool yes = isfinite(at[i]) && (double)fewer_side(c, n, at[i]) < need;
    if (i == 0)
      *few = *few || yes;
    else
      *error = *error || yes;
  }
  const size_t tails = of_quantile(ind) ? 0 : tails_of(p, ind, row->statistic);
  if (tails) qsort(c, n, sizeof *c, by_value);
  for (size_t i = 0; i < tails; i++)
    if (p[i] > 0 && p[i] < 1) *few = *few || (double)fewer_side(c, n, value_at(c, n, p[i])) < need;
  sx_arena_release(d->arena, mark);
  return SX_OK;
}

sx_status study__dc_median_few(bool *few, const dc_run *d, const dc_values *v, sx_error *err) {
  const sx_arena_mark mark = sx_arena_get_mark(d->arena);
  case_value *c = NULL;
  size_t n = 0;
  SX_TRY(collect(&c, &n, v, d->arena, err));
  qsort(c, n, sizeof *c, by_value);
  *few = (double)fewer_side(c, n, value_at(c, n, 0.5)) < d->own->rules.min_n;
  sx_arena_release(d->arena, mark);
  return SX_OK;
}
