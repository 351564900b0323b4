/* banner_who.c: who the cells of a row are made of. */
#include <math.h>

#include "banner_priv.h"
#include "shuxiao/estimate_mean.h"

/* The amounts behind an item's line, NaN outside of its base; NULL: it is no amount. */
static sx_status amounts(double **out, const banner_plan *plan, const banner_question *q, const banner_item *item,
                         sx_arena *arena, sx_error *err) {
  const banner_line *line = &q->line[item->line];
  const size_t rows = sx_design_rows(plan->design);
  *out = NULL;
  if (item->coef || item->median || !line->y || plan->request->n_top == 0) return SX_OK;
  double *y = sx_arena_alloc(arena, rows, sizeof *y);
  if (!y) return sx_error_memory(err);
  for (size_t i = 0; i < rows; i++) y[i] = line->code[i] == BANNER_OUTSIDE ? (double)NAN : line->y[i];
  *out = y;
  return SX_OK;
}

sx_status sx_banner__who(const sx_banner_who **out, const banner_plan *plan, const banner_question *q,
                         const banner_result *r, const size_t *items, size_t n, sx_arena *arena, sx_error *err) {
  const size_t D = r->n_domains, k = plan->request->n_top, rows = sx_design_rows(plan->design);
  const bool grid = q->stub->kind == BANNER_GRID;
  *out = NULL;
  if (!plan->request->who) return SX_OK;
  sx_banner_who *who = sx_arena_zalloc(arena, n + 1, sizeof *who);
  double *y = NULL;
  if (!who) return sx_error_memory(err);
  SX_TRY(amounts(&y, plan, q, &q->item[items[0]], arena, err));
  for (size_t c = 0; c <= n; c++) {
    const banner_item *item = &q->item[items[grid && c < n ? c : 0]];
    const size_t d = grid || c == n ? 0 : plan->domains.of_column[c], at = (size_t)(item - q->item) * D + d;
    const bool share = item->measure == SX_BANNER_COL_PCT;
    who[c].base_n = r->base_n[item->line * D + d];
    who[c].base_w = r->base_w[item->line * D + d];
    who[c].cases = share ? r->cases[at] : who[c].base_n;
    who[c].value = r->value[at].value;
    if (!y) continue;
    double *top = sx_arena_zalloc(arena, k, sizeof *top);
    if (!top) return sx_error_memory(err);
    sx_estimate_largest(top, k, sx_design_weights(plan->design), y, d ? plan->domains.mask[d] : plan->in, rows);
    who[c].top = top;
  }
  *out = who;
  return SX_OK;
}
