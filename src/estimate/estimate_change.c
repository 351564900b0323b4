/* estimate_change.c: change between two waves, the cases of two waves of one table, tests of what is compared. */
#include <stdlib.h>
#include <string.h>

#include "estimate_link_priv.h"

const char *sx_change_name(sx_change kind) {
  static const char *const names[] = {"difference", "ratio", "relative"};
  return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

static sx_status by_formula(sx_est **out, const sx_ctx *ctx, const sx_est *const *values, const char *text,
                            sx_error *err) {
  static const char *const names[] = {"after", "before"};
  sx_expr *expr = NULL;
  SX_TRY(sx_expr_parse(&expr, ctx, text, err));
  const sx_status st = sx_est_formula(out, ctx, expr, names, values, 2, err);
  sx_expr_free(expr);
  return st;
}

sx_status sx_est_change(sx_est **out, const sx_link *link, const sx_est *before, const sx_est *after, sx_change kind,
                        sx_error *err) {
  static const double sign[] = {1, -1};
  if (!out || !before || !after) return sx_error_set(err, SX_E_ARGUMENT, NULL, "two estimates are needed");
  if (link) SX_TRY(sx_estimate__check_first(link, before, err));
  sx_est *linked = NULL;
  const sx_ctx *ctx = &before->ctx;
  sx_status st = SX_OK;
  if (link)
    SX_TRY(sx_link_est(&linked, link, after, err));
  else
    linked = sx_est_ref(after);
  const sx_est *const values[] = {linked, before};
  switch (kind) {
  case SX_CHANGE_DIFFERENCE:
    st = sx_est_linear(out, ctx, sign, values, 2, err);
    break;
  case SX_CHANGE_RATIO:
    st = by_formula(out, ctx, values, "after / before", err);
    break;
  case SX_CHANGE_RELATIVE:
    st = by_formula(out, ctx, values, "after / before - 1", err);
    break;
  default:
    st = sx_error_set(err, SX_E_ARGUMENT, "kind", "%d is no kind of change", (int)kind);
  }
  if (st == SX_OK) sx_est_need_errors(*out, (const sx_est *const[]){before, after}, 2);
  sx_est_free(linked);
  return st;
}

sx_status sx_link_covariance(sx_link_cov *out, const sx_link *link, const sx_est *first, const sx_est *second,
                             sx_error *err) {
  sx_est *linked = NULL;
  if (!out || !link || !first || !second) return sx_error_set(err, SX_E_ARGUMENT, NULL, "two estimates are needed");
  SX_TRY(sx_estimate__check_first(link, first, err));
  SX_TRY(sx_link_est(&linked, link, second, err));
  sx_link_cov c = {sx_est_variance(first), sx_est_variance(second), sx_est_cov(first, linked), 0};
  sx_est_free(linked);
  const double scale = sqrt(c.v_first) * sqrt(c.v_second);
  if (isnan(c.cov) && isfinite(scale) && !isnan(first->value) && !isnan(second->value)) return sx_error_memory(err);
  if (isnan(scale) || isnan(c.cov))
    c.rho = (double)NAN;
  else if (scale > 0)
    c.rho = c.cov / scale;
  *out = c;
  return SX_OK;
}

/* ---- the cases of a wave ----------------------------------------------------------------------------------------- */

static sx_status find_wave(size_t *out, const sx_groups *g, const char *wave, const char *text, sx_error *err) {
  for (int label = 0; label < 2; label++)
    for (size_t i = 0; i < g->n_groups; i++) {
      char **texts = label ? g->level_label[0] : g->level_text[0];
      if (strcmp(texts[g->key_level[i]], text) != 0) continue;
      *out = i;
      return SX_OK;
    }
  const char *near = sx_text_nearest(text, (const char *const *)g->level_text[0], g->n_levels[0]);
  return sx_error_set(err, SX_E_ARGUMENT, wave, "no case is of wave '%s'%s%s%s", text, near ? ": did you mean '" : "",
                      near ? near : "", near ? "'?" : "");
}

static sx_status find_waves(size_t at[2], const sx_groups *g, const char *wave, const char *from, const char *to,
                            sx_error *err) {
  if ((from == NULL) != (to == NULL))
    return sx_error_set(err, SX_E_ARGUMENT, wave, "name both waves, the one from which and the one to which");
  if (!from && g->n_groups != 2)
    return sx_error_set(err, SX_E_ARGUMENT, wave,
                        g->n_groups < 2 ? "the cases are of %zu wave: a comparison is of two"
                                        : "the cases are of %zu waves: name the two to compare",
                        g->n_groups);
  at[0] = 0;
  at[1] = 1;
  if (!from) return SX_OK;
  SX_TRY(find_wave(&at[0], g, wave, from, err));
  SX_TRY(find_wave(&at[1], g, wave, to, err));
  if (at[0] == at[1]) return sx_error_set(err, SX_E_ARGUMENT, wave, "both waves are '%s'", from);
  return SX_OK;
}

sx_status sx_change_split(sx_table *out[2], const sx_table *table, const char *wave, const char *from, const char *to,
                          sx_error *err) {
  const sx_ctx *ctx = sx_table_ctx(table);
  sx_groups *g = NULL;
  sx_table *parts[2] = {NULL, NULL};
  size_t at[2];
  SX_TRY(sx_groups_new(&g, table, &wave, 1, err));
  sx_status st = SX_OK;
  uint8_t *keep = sx_mem_alloc(ctx, g->n_rows, 1);
  if (!keep) st = sx_error_memory(err);
  if (st == SX_OK) st = find_waves(at, g, wave, from, to, err);
  for (size_t k = 0; k < 2 && st == SX_OK; k++) {
    for (size_t i = 0; i < g->n_rows; i++) keep[i] = g->group[i] == (int32_t)at[k];
    st = sx_table_select(&parts[k], table, keep, err);
  }
  sx_mem_free(ctx, keep);
  sx_groups_free(g);
  if (st != SX_OK) {
    sx_table_free(parts[0]);
    return st;
  }
  out[0] = parts[0];
  out[1] = parts[1];
  return SX_OK;
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

double sx_est_p(const sx_est *est, double null, double df) {
  if (!est || isnan(est->value)) return (double)NAN;
  const double d = est->value - null, se = sqrt(est->variance), n = isnan(df) ? est->df : df;
  if (isnan(se) || !(n >= 1)) return (double)NAN;
  if (se == 0) return d == 0 ? 1 : 0;
  return 2 * sx_num_t_cdf(-fabs(d / se), n);
}

static const char *const adjust_names[] = {"none", "holm", "bonferroni", "bh"};
enum { N_ADJUST = sizeof adjust_names / sizeof *adjust_names };

const char *sx_adjust_p_name(sx_adjust_p method) {
  return (unsigned)method < N_ADJUST ? adjust_names[method] : "unknown";
}

sx_status sx_adjust_p_parse(sx_adjust_p *out, const char *text, sx_error *err) {
  for (size_t k = 0; text && k < N_ADJUST; k++) {
    if (strcmp(text, adjust_names[k]) != 0) continue;
    *out = (sx_adjust_p)k;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_ARGUMENT, NULL, "'%s' is not holm, bonferroni, bh or none", text ? text : "");
}

typedef struct ranked {
  double p;
  size_t at;
} ranked;

static int by_p(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->p != y->p) return x->p < y->p ? -1 : 1;
  return (x->at > y->at) - (x->at < y->at);
}

sx_status sx_p_adjust(double *p, size_t n, sx_adjust_p method, const sx_ctx *ctx, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  if (method == SX_ADJUST_P_NONE) return SX_OK;
  ranked *r = sx_mem_alloc(ctx, n, sizeof *r);
  if (!r) return sx_error_memory(err);
  size_t m = 0;
  for (size_t i = 0; i < n; i++)
    if (!isnan(p[i])) r[m++] = (ranked){p[i], i};
  qsort(r, m, sizeof *r, by_p);
  double smallest = 1; /* Benjamini-Hochberg: no p is larger than one after it */
  for (size_t k = m; method == SX_ADJUST_P_BH && k-- > 0;) {
    const double x = r[k].p * (double)m / (double)(k + 1);
    smallest = x < smallest ? x : smallest;
    p[r[k].at] = smallest;
  }
  double largest = 0; /* Holm: no p is smaller than one before it */
  for (size_t k = 0; method != SX_ADJUST_P_BH && k < m; k++) {
    const double x = r[k].p * (double)(method == SX_ADJUST_P_HOLM ? m - k : m);
    largest = method == SX_ADJUST_P_HOLM && largest > x ? largest : x;
    p[r[k].at] = largest < 1 ? largest : 1;
  }
  sx_mem_free(ctx, r);
  return SX_OK;
}
