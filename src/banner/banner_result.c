/* banner_result.c: what the engines fill, and when two cells may be compared. */
#include <math.h>

#include "banner_priv.h"

static sx_status values_new(banner_value **out, size_t n, sx_arena *arena, sx_error *err) {
  *out = sx_arena_alloc(arena, n, sizeof **out);
  if (!*out) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++)
    (*out)[i] = (banner_value){(double)NAN, (double)NAN, (double)NAN, (double)NAN, SX_NA_EMPTY_DOMAIN};
  return SX_OK;
}

static sx_status numbers_new(double **out, size_t n, double start, sx_arena *arena, sx_error *err) {
  *out = sx_arena_alloc(arena, n, sizeof **out);
  if (!*out) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) (*out)[i] = start;
  return SX_OK;
}

sx_status sx_banner__result_new(banner_result *out, const banner_plan *plan, const banner_question *q, sx_arena *arena,
                                sx_error *err) {
  const size_t D = plan->domains.n, n = q->n_items * D, lines = q->n_lines * D;
  const unsigned compare = plan->request->sig.compare;
  *out = (banner_result){.n_domains = D};
  bool inner = false;
  for (size_t i = 0; i < q->n_items; i++) inner = inner || q->item[i].compared != BANNER_ITSELF;
  SX_TRY(values_new(&out->value, n, arena, err));
  if (inner) SX_TRY(values_new(&out->inner, n, arena, err));
  if (sx_banner__has(plan->stats, SX_BANNER_ROW_PCT)) SX_TRY(values_new(&out->row_pct, n, arena, err));
  if (sx_banner__has(plan->stats, SX_BANNER_TOTAL_PCT)) SX_TRY(values_new(&out->total_pct, n, arena, err));
  if (sx_banner__has(plan->stats, SX_BANNER_COUNT)) SX_TRY(values_new(&out->count, n, arena, err));
  SX_TRY(numbers_new(&out->cases, n, 0, arena, err));
  SX_TRY(numbers_new(&out->base_n, lines, 0, arena, err));
  SX_TRY(numbers_new(&out->base_w, lines, 0, arena, err));
  SX_TRY(numbers_new(&out->base_w2, lines, 0, arena, err));
  const bool grid = q->n_scale > 0; /* its columns are shares of one base: its items are compared */
  const size_t pairs = sx_banner__grid_pairs(q);
  if (pairs && compare & SX_BANNER_WITHIN_SPAN)
    SX_TRY(numbers_new(&out->p_items, q->n_scale * pairs, (double)NAN, arena, err));
  if (!grid && compare & SX_BANNER_WITHIN_SPAN)
    SX_TRY(numbers_new(&out->p, q->n_items * plan->n_pairs, (double)NAN, arena, err));
  if (!grid && compare & SX_BANNER_VERSUS_REST) {
    SX_TRY(numbers_new(&out->p_rest, n, (double)NAN, arena, err));
    SX_TRY(numbers_new(&out->rest, n, (double)NAN, arena, err));
  }
  if (!grid && compare & SX_BANNER_PREVIOUS_WAVE) {
    SX_TRY(numbers_new(&out->p_wave, n, (double)NAN, arena, err));
    SX_TRY(numbers_new(&out->wave, n, (double)NAN, arena, err));
  }
  return SX_OK;
}

const banner_value *sx_banner__compared(const banner_question *q, const banner_result *r, size_t item, size_t domain) {
  return (q->item[item].compared != BANNER_ITSELF ? r->inner : r->value) + item * r->n_domains + domain;
}

bool sx_banner__testable(const banner_plan *plan, const banner_question *q, const banner_result *r, size_t item,
                         size_t domain) {
  const banner_item *it = &q->item[item];
  const banner_value *v = sx_banner__compared(q, r, item, domain);
  if (v->na != SX_NA_NONE || isnan(v->value) || isnan(v->variance)) return false;
  if (it->compared != BANNER_ITSELF && !(v->variance > 0)) return false; /* all cases at one level */
  if (it->measure == SX_BANNER_COL_PCT && (v->value <= 0 || v->value >= 1)) return false;
  return r->base_n[it->line * r->n_domains + domain] >= (double)plan->request->sig.min_base;
}

double sx_banner__variance(double variance, double size) {
  const double rounding =
      1e-12; /* as of errors elsewhere (estimate_interval.c): no file tells values apart so far down */
  return sqrt(variance) <= rounding * fabs(size) ? 0 : variance;
}

double sx_banner__p(double difference, double variance, double df) {
  if (!(variance > 0) || !(df >= 1) || isnan(difference)) return (double)NAN;
  return 2 * sx_num_t_cdf(-fabs(difference) / sqrt(variance), df);
}
