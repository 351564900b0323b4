/* banner_grid.c: letters of a grid by its scale: at each level of the scale its items are compared with one another. They are answered by the same cases, so
 * that the error of a difference is that of dependent samples: V(p_a) + V(p_b) - 2 Cov(p_a, p_b), each share among the cases that answered its item. */
#include <math.h>

#include "banner_priv.h"

size_t sx_banner__grid_items(const banner_question *q) {
  return q->stub->kind == BANNER_GRID && q->n_scale ? q->n_items / q->n_scale : 0;
}

size_t sx_banner__grid_pairs(const banner_question *q) {
  const size_t k = sx_banner__grid_items(q);
  return k > 1 ? k * (k - 1) / 2 : 0;
}

/* The share of the item in everyone, its carrier written out: each is in as many differences as there are items. */
static sx_status share_of(sx_est **out, const banner_plan *plan, const banner_question *q, const banner_item *item,
                          sx_column *y, sx_error *err) {
  const banner_line *l = &q->line[item->line];
  sx_est_set *set = NULL;
  for (size_t i = 0; i < y->n; i++) {
    const bool gone = l->code[i] == BANNER_OUTSIDE;
    y->miss[i] = gone ? SX_MISS_SYSTEM : SX_MISS_NONE;
    y->data.f64[i] = gone ? (double)NAN : item->coef[l->code[i]];
  }
  const sx_est_request ask = {SX_STAT_PROP, y, NULL, true, plan->in, NULL};
  SX_TRY(sx_estimate_run(&set, plan->design, &ask, NULL, err));
  const sx_status st = sx_est_expand(out, set->rows[0].est, err);
  sx_est_set_free(set);
  return st;
}

/* p of the pairs of items at one level; share [items] is NULL on entry. */
static sx_status test_level(sx_est **share, banner_result *r, const banner_plan *plan, const banner_question *q,
                            size_t level, sx_column *y, sx_error *err) {
  const size_t n = sx_banner__grid_items(q);
  double *p = r->p_items + level * sx_banner__grid_pairs(q);
  for (size_t k = 0; k < n; k++) {
    const size_t i = k * q->n_scale + level;
    if (sx_banner__testable(plan, q, r, i, 0)) SX_TRY(share_of(&share[k], plan, q, &q->item[i], y, err));
  }
  for (size_t a = 0; a < n; a++)
    for (size_t b = a + 1; b < n; b++, p++)
      if (share[a] && share[b]) SX_TRY(sx_banner__compare(p, plan, share[a], share[b], err));
  return SX_OK;
}

sx_status sx_banner__grid_tests(banner_result *r, const banner_plan *plan, const banner_question *q, sx_column *y,
                                sx_error *err) {
  const size_t n = sx_banner__grid_items(q);
  sx_est **share = sx_mem_zalloc(plan->ctx, n, sizeof(sx_est *));
  sx_status st = share ? SX_OK : sx_error_memory(err);
  for (size_t level = 0; st == SX_OK && level < q->n_scale; level++) {
    st = test_level(share, r, plan, q, level, y, err);
    for (size_t k = 0; k < n; k++) {
      sx_est_free(share[k]);
      share[k] = NULL;
    }
  }
  sx_mem_free(plan->ctx, (void *)share);
  return st;
}

/* The family is the pairs of items at one level. */
static sx_status letters_of_level(sx_banner_row *row, sx_banner_cell *const *cell, const banner_plan *plan,
                                  const banner_question *q, banner_result *r, size_t level, sx_arena *arena,
                                  sx_error *err) {
  const sx_banner_sig *sig = &plan->request->sig;
  const size_t n = sx_banner__grid_items(q), pairs = sx_banner__grid_pairs(q);
  double *p = r->p_items + level * pairs;
  SX_TRY(sx_p_adjust(p, pairs, sig->adjust, plan->ctx, err));
  for (size_t a = 0; a < n; a++)
    for (size_t b = a + 1; b < n; b++, p++) {
      if (isnan(*p) || !(*p < sig->upper || *p < sig->lower)) continue;
      const bool first = cell[a][level].value > cell[b][level].value;
      SX_TRY(sx_banner__append_letter(&cell[first ? a : b][level], row[first ? b : a].letter, *p < sig->upper, arena,
                                      err));
    }
  return SX_OK;
}

sx_status sx_banner__grid_letters(sx_banner_row *row, sx_banner_cell *const *cell, const banner_plan *plan,
                                  const banner_question *q, banner_result *r, sx_arena *arena, sx_error *err) {
  if (!r->p_items) return SX_OK;
  for (size_t k = 0; k < sx_banner__grid_items(q); k++) {
    row[k].letter = sx_banner__letter(arena, k);
    if (!row[k].letter) return sx_error_memory(err);
    row[k].tested = true;
    for (size_t level = 0; level < q->n_scale; level++)
      if (!sx_banner__testable(plan, q, r, k * q->n_scale + level, 0)) cell[k][level].flags |= SX_BANNER_NOT_TESTED;
  }
  for (size_t level = 0; level < q->n_scale; level++)
    SX_TRY(letters_of_level(row, cell, plan, q, r, level, arena, err));
  return SX_OK;
}
