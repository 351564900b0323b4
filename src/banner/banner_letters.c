/* banner_letters.c: from p values to letters, arrows and marks.
 *
 * The p of one family are adjusted together: the pairs of one row and span, or the columns of one row and span against the rest, or
 * against the earlier wave. Pairs that were not tested do not count. */
#include <math.h>
#include <string.h>

#include "banner_priv.h"

typedef struct marker {
  const banner_plan *plan;
  const banner_question *q;
  banner_result *r;
  size_t item;
  sx_banner_cell *cell;
  sx_arena *arena;
} marker;

static double compared(const marker *m, size_t column) {
  return sx_banner__compared(m->q, m->r, m->item, m->plan->domains.of_column[column])->value;
}

/* The columns of a span stand side by side. */
static size_t span_end(const sx_banner_columns *c, size_t from) {
  size_t end = from;
  while (end < c->n_columns && c->column[end].span == c->column[from].span) end++;
  return end;
}

sx_status sx_banner__append_letter(sx_banner_cell *cell, const char *letter, bool upper, sx_arena *arena,
                                   sx_error *err) {
  char *own = sx_arena_strdup(arena, letter);
  if (!own) return sx_error_memory(err);
  for (char *c = own; !upper && *c; c++) *c = (char)(*c - 'A' + 'a');
  const bool apart = *cell->letters && (letter[1] || strchr(cell->letters, ' '));
  cell->letters = *cell->letters ? sx_arena_printf(arena, "%s%s%s", cell->letters, apart ? " " : "", own) : own;
  return cell->letters ? SX_OK : sx_error_memory(err);
}

static sx_status letters_of_span(const marker *m, size_t first, size_t n, sx_error *err) {
  const banner_plan *plan = m->plan;
  const sx_banner_sig *sig = &plan->request->sig;
  const sx_banner_columns *c = plan->columns;
  double *p = m->r->p + m->item * plan->n_pairs + first;
  SX_TRY(sx_p_adjust(p, n, sig->adjust, plan->ctx, err));
  for (size_t k = 0; k < n; k++) {
    if (isnan(p[k]) || !(p[k] < sig->upper || p[k] < sig->lower)) continue;
    const size_t *at = plan->pair_column + 2 * (first + k);
    const bool first_larger = compared(m, at[0]) > compared(m, at[1]);
    const size_t larger = at[first_larger ? 0 : 1], smaller = at[first_larger ? 1 : 0];
    SX_TRY(sx_banner__append_letter(&m->cell[larger], c->column[smaller].letter, p[k] < sig->upper, m->arena, err));
  }
  return SX_OK;
}

/* Pairs are ordered by span, so that a span's are together. */
static sx_status all_letters(const marker *m, sx_error *err) {
  const banner_plan *plan = m->plan;
  const sx_banner_columns *c = plan->columns;
  for (size_t k = 0; k < plan->n_pairs;) {
    const size_t span = c->column[plan->pair_column[2 * k]].span;
    size_t n = 0;
    while (k + n < plan->n_pairs && c->column[plan->pair_column[2 * (k + n)]].span == span) n++;
    SX_TRY(letters_of_span(m, k, n, err));
    k += n;
  }
  return SX_OK;
}

/* Arrows from the p of domains against another value of their own. */
static sx_status arrows(const marker *m, double *p_of, const double *other_of, bool wave, sx_error *err) {
  const banner_plan *plan = m->plan;
  const sx_banner_columns *c = plan->columns;
  const size_t D = m->r->n_domains;
  double *p = sx_mem_alloc(plan->ctx, c->n_columns, sizeof *p);
  if (!p) return sx_error_memory(err);
  sx_status st = SX_OK;
  for (size_t from = 0; st == SX_OK && from < c->n_columns; from = span_end(c, from)) {
    const size_t n = span_end(c, from) - from;
    for (size_t k = 0; k < n; k++) p[k] = p_of[m->item * D + plan->domains.of_column[from + k]];
    st = sx_p_adjust(p, n, plan->request->sig.adjust, plan->ctx, err);
    for (size_t k = 0; st == SX_OK && k < n; k++) {
      if (isnan(p[k]) || !(p[k] < plan->request->sig.arrow)) continue;
      sx_banner_cell *cell = &m->cell[from + k];
      const double other = other_of[m->item * D + plan->domains.of_column[from + k]];
      const int8_t sign = compared(m, from + k) > other ? 1 : -1;
      if (wave)
        cell->versus_wave = sign;
      else
        cell->versus_rest = sign;
    }
  }
  sx_mem_free(plan->ctx, p);
  return st;
}

/* Cells that no test has set beside the earlier wave. */
static void mark_no_wave(const marker *m) {
  const banner_plan *plan = m->plan;
  const bool alone = plan->request->sig.compare == SX_BANNER_PREVIOUS_WAVE;
  for (size_t c = 0; m->r->apart && c < plan->columns->n_columns; c++) {
    if (!isnan(m->r->p_wave[m->item * m->r->n_domains + plan->domains.of_column[c]])) continue;
    m->cell[c].flags |= (uint8_t)(SX_BANNER_NO_WAVE | (alone ? SX_BANNER_NOT_TESTED : 0));
  }
}

sx_status sx_banner__letters(sx_banner_cell *cell, const banner_plan *plan, const banner_question *q, banner_result *r,
                             size_t item, sx_arena *arena, sx_error *err) {
  const marker m = {plan, q, r, item, cell, arena};
  if (!plan->request->sig.compare) return SX_OK;
  for (size_t c = 0; c < plan->columns->n_columns; c++)
    if (!sx_banner__testable(plan, q, r, item, plan->domains.of_column[c])) cell[c].flags |= SX_BANNER_NOT_TESTED;
  if (r->p) SX_TRY(all_letters(&m, err));
  if (r->p_rest) SX_TRY(arrows(&m, r->p_rest, r->rest, false, err));
  if (r->p_wave) SX_TRY(arrows(&m, r->p_wave, r->wave, true, err));
  mark_no_wave(&m);
  return SX_OK;
}
