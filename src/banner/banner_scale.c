/* banner_scale.c: medians of scales (few values, or labelled) as they can be compared. The median of a scale moves in steps and has no error that a test
 * could rest on; what the letters compare is the median interpolated within its level, as of grouped data:
 *
 *   m = a + (b - a) (1/2 - F)/p,   F the share below the level v of the median, p that of v, a and b half way to the next levels of the scale
 *
 * a smooth function of two shares of one domain, with the error of a formula over their estimates. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "banner_priv.h"

static sx_status add_value(banner_scale *s, size_t *cap, double value, sx_arena *arena, sx_error *err) {
  size_t at = s->n;
  while (at > 0 && s->value[at - 1] >= value) at--;
  if (at < s->n && s->value[at] == value) return SX_OK;
  if (!sx_arena_grow(arena, (void **)&s->value, cap, s->n + 1, sizeof *s->value)) return sx_error_memory(err);
  memmove(s->value + at + 1, s->value + at, (s->n - at) * sizeof *s->value);
  s->value[at] = value;
  s->n++;
  return SX_OK;
}

sx_status sx_banner__scale(banner_scale *out, const sx_column *column, sx_arena *arena, sx_error *err) {
  size_t cap = 0;
  *out = (banner_scale){0, NULL};
  for (size_t i = 0; i < column->n; i++) {
    const double x = sx_column_missing(column, i) ? (double)NAN : sx_column_number(column, i);
    if (isfinite(x)) SX_TRY(add_value(out, &cap, x, arena, err));
  }
  for (size_t k = 0; k < out->n; k++)
    if (!sx_column_value_label(column, out->value[k])) return SX_OK;
  for (size_t k = 0; k < column->n_labels; k++) { /* labelled values that do not occur are levels all the same */
    const sx_label *l = &column->labels[k];
    if (!l->text && isfinite(l->value) && !sx_column_missing_label(column, l))
      SX_TRY(add_value(out, &cap, l->value, arena, err));
  }
  return SX_OK;
}

/* The level of the median: the lowest with half of the weight at or below it; n where there is none. */
static size_t level_of(const banner_scale *s, const sx_column *c, const double *w, const uint8_t *where) {
  const double slack = 1e-12;
  double all = 0;
  for (size_t i = 0; i < c->n; i++)
    if (where[i] && !sx_column_missing(c, i)) all += w[i];
  for (size_t k = 0; all > 0 && k < s->n; k++) {
    double below = 0;
    for (size_t i = 0; i < c->n; i++)
      if (where[i] && !sx_column_missing(c, i) && sx_column_number(c, i) <= s->value[k]) below += w[i];
    if (below >= (0.5 - slack) * all) return k;
  }
  return s->n;
}

/* The share of the domain below the level (or, not below, in it). */
static sx_status share_of(sx_est_set **out, const banner_plan *plan, const sx_column *c, double level, bool below,
                          const uint8_t *where, sx_column *y, sx_error *err) {
  for (size_t i = 0; i < c->n; i++) {
    const double x = where[i] ? sx_column_number(c, i) : 0;
    y->data.f64[i] = below ? x < level : x == level;
    y->miss[i] = SX_MISS_NONE;
  }
  const sx_est_request ask = {SX_STAT_PROP, y, NULL, true, where, NULL};
  return sx_estimate_run(out, plan->design, &ask, NULL, err);
}

sx_status sx_banner__interpolated(sx_est **out, const banner_plan *plan, const banner_item *item, const uint8_t *where,
                                  sx_column *y, sx_error *err) {
  static const char *const names[] = {"f", "p"};
  const banner_scale *s = &item->scale;
  const size_t k = level_of(s, item->median, sx_design_weights(plan->design), where);
  sx_est_set *set[2] = {NULL, NULL};
  sx_expr *formula = NULL;
  char text[160];
  sx_status st = SX_OK;
  if (k == s->n) return sx_est_missing(out, plan->ctx, SX_NA_EMPTY_DOMAIN, err);
  const double v = s->value[k], up = k + 1 < s->n ? s->value[k + 1] - v : k ? v - s->value[k - 1] : 1;
  const double down = k ? v - s->value[k - 1] : up;
  (void)snprintf(text, sizeof text, "(%.17g) + %.17g * (0.5 - f) / p", v - down / 2, (down + up) / 2);
  for (int m = 0; m < 2; m++) SX_TRY_GOTO(st, share_of(&set[m], plan, item->median, v, m == 0, where, y, err), done);
  SX_TRY_GOTO(st, sx_expr_parse(&formula, plan->ctx, text, err), done);
  const sx_est *const share[] = {set[0]->rows[0].est, set[1]->rows[0].est};
  st = sx_est_formula(out, plan->ctx, formula, names, share, 2, err);
done:
  sx_expr_free(formula);
  for (int m = 0; m < 2; m++) sx_est_set_free(set[m]);
  return st;
}
