/* banner_slow.c: the obvious engine: an estimate per cell from the engine of estimates, comparisons by sx_est_linear and sx_est_change.
 * It serves replicate designs, several stages and outside figures, medians, and the comparison with an earlier wave; and it is the twin
 * that the fast engine is tested against. */
#include <string.h>

#include "banner_priv.h"

/* The estimates of one item: a row per domain, owned by its set. */
typedef struct cells {
  const sx_ctx *ctx;
  sx_est_set **set; /* [n] */
  size_t n;
  const sx_est_row **row; /* [n], borrowed */
  sx_est **inner;         /* [n] medians that are not compared as they are: what is; else NULL */
} cells;

static void cells_clear(cells *c) {
  for (size_t d = 0; c->set && d < c->n; d++) sx_est_set_free(c->set[d]);
  for (size_t d = 0; c->inner && d < c->n; d++) sx_est_free(c->inner[d]);
  sx_mem_free(c->ctx, (void *)c->inner);
  sx_mem_free(c->ctx, (void *)c->set);
  sx_mem_free(c->ctx, (void *)c->row);
  c->set = NULL;
  c->row = NULL;
  c->inner = NULL;
}

/* What is compared, and its value as it is printed. */
static const sx_est *est_of(const cells *c, size_t d) {
  return c->inner ? c->inner[d] : c->row[d]->est;
}
static double number_of(const cells *c, size_t d) {
  return c->inner ? sx_est_value(c->inner[d]) : c->row[d]->estimate;
}

static sx_status cells_new(cells *c, const sx_ctx *ctx, size_t n, sx_error *err) {
  *c = (cells){ctx, sx_mem_zalloc(ctx, n, sizeof(sx_est_set *)), n, sx_mem_zalloc(ctx, n, sizeof(sx_est_row *)), NULL};
  if (c->set && c->row) return SX_OK;
  cells_clear(c);
  return sx_error_memory(err);
}

typedef struct slow {
  const banner_plan *plan;
  const banner_question *q;
  banner_result *r;
  const banner_item *item;
  size_t rows, D;
  sx_column y;         /* the item's numbers in the base of its line, missing elsewhere */
  uint8_t **where;     /* [D+1] of [rows]; the last is for what is made on the way */
  sx_est_request *ask; /* [D] */
  sx_arena *arena;
} slow;

static sx_status run_requests(cells *c, const slow *s, size_t n, sx_error *err) {
  SX_TRY(cells_new(c, s->plan->ctx, n, err));
  const sx_status st = sx_estimate_run_many(c->set, s->plan->design, s->ask, n, NULL, err);
  if (st != SX_OK) {
    memset(c->set, 0, n * sizeof(sx_est_set *));
    cells_clear(c);
    return st;
  }
  for (size_t d = 0; d < n; d++) c->row[d] = &c->set[d]->rows[0];
  return SX_OK;
}

static banner_value value_of(const sx_est_row *row) {
  const double se = row->se;
  banner_value v = {row->estimate, se * se, row->df, row->n_eff, row->na};
  if (isnan(row->estimate) && v.na == SX_NA_NONE) v.na = SX_NA_TOO_LARGE;
  if (v.na == SX_NA_ALL_MISSING) v.na = SX_NA_EMPTY_DOMAIN; /* the base of a question is its answers */
  if (!isnan(v.value) && isnan(v.variance)) v.na = SX_NA_TOO_FEW_PSU;
  return v;
}

static void fill_item(slow *s, const banner_item *item) {
  const banner_line *l = &s->q->line[item->line];
  s->item = item;
  for (size_t i = 0; i < s->rows; i++) {
    const bool out = l->code[i] == BANNER_OUTSIDE;
    s->y.miss[i] = out ? SX_MISS_SYSTEM : SX_MISS_NONE;
    s->y.data.f64[i] = out ? (double)NAN : item->coef ? item->coef[l->code[i]] : l->y ? l->y[i] : 0;
  }
}

static bool is_share(const banner_item *item) {
  return item->measure == SX_BANNER_COL_PCT;
}

/* The d-th of n medians among the cases of `where`. */
static sx_status median_of(cells *c, size_t d, slow *s, const uint8_t *where, sx_error *err) {
  static const double half = 0.5;
  const sx_quantile_request ask = {s->item->median, &half, 1, where, NULL};
  SX_TRY(sx_estimate_quantile(&c->set[d], s->plan->design, &ask, NULL, err));
  c->row[d] = &c->set[d]->rows[0];
  if (!c->inner) return SX_OK;
  if (s->item->compared == BANNER_MID_DISTRIBUTION)
    return sx_banner__mid_median(&c->inner[d], s->plan, s->item->median, where, &s->y, err);
  return sx_banner__interpolated(&c->inner[d], s->plan, s->item, where, &s->y, err);
}

/* The medians of the cases of the line's base in each of of [n], minus those in `without` (NULL: none). */
static sx_status medians(cells *c, slow *s, uint8_t *const *of, const uint8_t *without, size_t n, sx_error *err) {
  const banner_line *l = &s->q->line[s->item->line];
  uint8_t *where = s->where[s->D];
  SX_TRY(cells_new(c, s->plan->ctx, n, err));
  const bool inner = s->item->compared != BANNER_ITSELF;
  if (inner) c->inner = sx_mem_zalloc(c->ctx, n, sizeof(sx_est *));
  sx_status st = inner && !c->inner ? sx_error_memory(err) : SX_OK;
  for (size_t d = 0; st == SX_OK && d < n; d++) {
    for (size_t k = 0; k < s->rows; k++)
      where[k] = l->code[k] != BANNER_OUTSIDE && of[d][k] && !(without && without[k]);
    st = median_of(c, d, s, where, err);
  }
  if (st != SX_OK) cells_clear(c);
  return st;
}

/* The item in every domain. */
static sx_status estimates_of(cells *c, slow *s, sx_error *err) {
  if (s->item->median) return medians(c, s, s->where, NULL, s->D, err);
  const bool share = is_share(s->item);
  for (size_t d = 0; d < s->D; d++)
    s->ask[d] = (sx_est_request){share ? SX_STAT_PROP : SX_STAT_MEAN, &s->y, NULL, share, s->where[d], NULL};
  return run_requests(c, s, s->D, err);
}

static banner_value item_value(const slow *s, const sx_est_row *row) {
  banner_value v = value_of(row);
  if (!s->item->median) return v;
  if (row->na == SX_NA_OUTSIDE) v.na = SX_NA_OUTSIDE;
  v.n_eff = (double)NAN;
  return v;
}

/* Of the item with estimates c, row i of r: what is shown, and what is compared. */
static void keep_values(const slow *s, size_t i, const cells *c) {
  for (size_t d = 0; d < s->D; d++) {
    const size_t at = i * s->D + d;
    s->r->value[at] = item_value(s, c->row[d]);
    if (!c->inner) continue;
    const sx_est *m = c->inner[d];
    banner_value *v = &s->r->inner[at];
    *v = (banner_value){sx_est_value(m), sx_est_variance(m), sx_est_df(m), (double)NAN, sx_est_na(m)};
    if (v->na == SX_NA_NONE && !(v->df >= 1)) v->variance = (double)NAN;
    if (v->na == SX_NA_NONE && isnan(v->variance)) v->na = SX_NA_TOO_FEW_PSU;
  }
}

/* ---- values --------------------------------------------------------------------------------------------------------------------- */

static void count_bases(const slow *s) {
  const double *w = sx_design_weights(s->plan->design);
  for (size_t l = 0; l < s->q->n_lines; l++)
    for (size_t d = 0; d < s->D; d++) {
      double n = 0, sum = 0, squares = 0;
      for (size_t i = 0; i < s->rows; i++) {
        if (s->q->line[l].code[i] == BANNER_OUTSIDE || !s->where[d][i] || w[i] == 0) continue;
        n++;
        sum += w[i];
        squares += w[i] * w[i];
      }
      s->r->base_n[l * s->D + d] = n;
      s->r->base_w[l * s->D + d] = sum;
      s->r->base_w2[l * s->D + d] = squares;
    }
}

/* One of the other measures in every domain: 0 of the row, 1 of the table, 2 populations. */
static sx_status other_measure(slow *s, size_t i, int m, banner_value *to, sx_error *err) {
  const banner_line *l = &s->q->line[s->item->line];
  uint8_t *where = s->where[s->D];
  for (size_t d = 0; d < s->D; d++) {
    cells c;
    for (size_t k = 0; k < s->rows; k++) {
      const bool base = l->code[k] != BANNER_OUTSIDE, in = base && s->item->coef[l->code[k]] != 0 && s->where[0][k];
      where[k] = m == 0 ? in : m == 1 ? base && s->where[0][k] : in && s->where[d][k];
      s->y.data.f64[k] = in && s->where[d][k] ? 1 : 0;
      s->y.miss[k] = SX_MISS_NONE;
    }
    s->ask[0] = (sx_est_request){m == 2 ? SX_STAT_COUNT : SX_STAT_PROP, &s->y, NULL, m < 2, where, NULL};
    SX_TRY(run_requests(&c, s, 1, err));
    to[i * s->D + d] = value_of(c.row[0]);
    cells_clear(&c);
  }
  fill_item(s, s->item);
  return SX_OK;
}

static sx_status values_of(slow *s, size_t i, const cells *c, sx_error *err) {
  banner_result *r = s->r;
  const banner_line *l = &s->q->line[s->item->line];
  const double *w = sx_design_weights(s->plan->design);
  keep_values(s, i, c);
  for (size_t d = 0; d < s->D; d++) {
    double *cases = &r->cases[i * s->D + d];
    *cases = 0;
    for (size_t k = 0; is_share(s->item) && k < s->rows; k++)
      *cases += l->code[k] != BANNER_OUTSIDE && s->where[d][k] && w[k] != 0 && s->item->coef[l->code[k]] != 0;
  }
  if (!is_share(s->item)) return SX_OK;
  banner_value *const to[] = {r->row_pct, r->total_pct, r->count};
  for (int m = 0; m < 3; m++)
    if (to[m]) SX_TRY(other_measure(s, i, m, to[m], err));
  return SX_OK;
}

/* ---- tests ---------------------------------------------------------------------------------------------------------------------- */

sx_status sx_banner__compare(double *p, const banner_plan *plan, const sx_est *a, const sx_est *b, sx_error *err) {
  static const double minus[] = {1, -1};
  const sx_est *const both[] = {a, b};
  sx_est *est = NULL;
  SX_TRY(sx_est_linear(&est, plan->ctx, minus, both, 2, err));
  sx_est_need_errors(est, both, 2);
  const double sum = sx_est_variance(a) + sx_est_variance(b), v = sx_est_variance(est);
  const double size = fmax(fabs(sx_est_value(a)), fabs(sx_est_value(b)));
  *p = sx_banner__p(sx_est_value(est), v > 1e-20 * sum ? sx_banner__variance(v, size) : 0, sx_est_df(est));
  sx_est_free(est);
  return SX_OK;
}

static sx_status test_pairs(const slow *s, size_t i, const cells *c, sx_error *err) {
  const banner_plan *plan = s->plan;
  for (size_t k = 0; k < plan->n_pairs; k++) {
    const size_t a = plan->pair[k][0], b = plan->pair[k][1];
    if (!sx_banner__testable(plan, s->q, s->r, i, a) || !sx_banner__testable(plan, s->q, s->r, i, b)) continue;
    SX_TRY(sx_banner__compare(&s->r->p[i * plan->n_pairs + k], plan, est_of(c, a), est_of(c, b), err));
  }
  return SX_OK;
}

/* The item among the cases of domain 0 that are not in d. */
static sx_status rest_of(cells *rest, slow *s, size_t d, sx_error *err) {
  uint8_t *where = s->where[s->D];
  if (s->item->median) return medians(rest, s, s->where, s->where[d], 1, err);
  for (size_t k = 0; k < s->rows; k++) where[k] = s->where[0][k] && !s->where[d][k];
  s->ask[0] =
      (sx_est_request){is_share(s->item) ? SX_STAT_PROP : SX_STAT_MEAN, &s->y, NULL, is_share(s->item), where, NULL};
  return run_requests(rest, s, 1, err);
}

/* Carriers of medians are linearised (docs/methods/quantiles.md): their differences have errors as those of means have. */
static sx_status test_rest(slow *s, size_t i, const cells *c, sx_error *err) {
  const banner_line *l = &s->q->line[s->item->line];
  const double *w = sx_design_weights(s->plan->design);
  for (size_t d = 1; d < s->D; d++) {
    cells rest;
    size_t n = 0;
    for (size_t k = 0; k < s->rows; k++)
      n += s->where[0][k] && !s->where[d][k] && l->code[k] != BANNER_OUTSIDE && w[k] != 0;
    if (!sx_banner__testable(s->plan, s->q, s->r, i, d) || n == 0 || n < s->plan->request->sig.min_base) continue;
    SX_TRY(rest_of(&rest, s, d, err));
    const double p = number_of(&rest, 0);
    s->r->rest[i * s->D + d] = p;
    sx_status st = SX_OK;
    if (!isnan(rest.inner ? sx_est_se(rest.inner[0]) : rest.row[0]->se) && !(is_share(s->item) && (p <= 0 || p >= 1)))
      st = sx_banner__compare(&s->r->p_rest[i * s->D + d], s->plan, est_of(c, d), est_of(&rest, 0), err);
    cells_clear(&rest);
    SX_TRY(st);
  }
  return SX_OK;
}

/* ---- the earlier wave ------------------------------------------------------------------------------------------------------------ */

/* The present estimate less the earlier one of the same row and column. */
static sx_status test_wave(slow *now, slow *then, const sx_link *link, size_t i, const cells *c, sx_error *err) {
  banner_apart *apart = now->r->apart;
  size_t other = 0, at = 0;
  SX_TRY(sx_banner__earlier_item(&other, apart, then->plan, now->q, i, then->q, now->arena, err));
  if (other == then->q->n_items) return SX_OK;
  cells before;
  sx_status st = SX_OK;
  fill_item(then, &then->q->item[other]);
  SX_TRY(estimates_of(&before, then, err));
  keep_values(then, other, &before);
  const sx_banner_columns *columns = now->plan->columns;
  for (size_t k = 0; st == SX_OK && k < columns->n_columns; k++) {
    const size_t d = now->plan->domains.of_column[k];
    st = sx_banner__earlier_column(&at, apart, then->plan, now->plan, k, now->arena, err);
    if (st != SX_OK || at == then->plan->columns->n_columns) continue;
    const size_t e = then->plan->domains.of_column[at], base = then->q->item[other].line * then->D + e;
    now->r->wave[i * now->D + d] = number_of(&before, e);
    if (then->r->base_n[base] < (double)then->plan->request->sig.min_base)
      st = sx_banner__apart_base(apart, now->plan, k, now->arena, err);
    if (st != SX_OK || !sx_banner__testable(now->plan, now->q, now->r, i, d) ||
        !sx_banner__testable(then->plan, then->q, then->r, other, e))
      continue;
    sx_est *change = NULL;
    st = sx_est_change(&change, link, est_of(&before, e), est_of(c, d), SX_CHANGE_DIFFERENCE, err);
    if (st != SX_OK) break;
    const double size = fmax(fabs(number_of(c, d)), fabs(number_of(&before, e)));
    now->r->p_wave[i * now->D + d] =
        sx_banner__p(sx_est_value(change), sx_banner__variance(sx_est_variance(change), size), sx_est_df(change));
    sx_est_free(change);
  }
  cells_clear(&before);
  return st;
}

/* ---- a question ------------------------------------------------------------------------------------------------------------------ */

static sx_status slow_new(slow *s, const banner_plan *plan, const banner_question *q, banner_result *r, sx_arena *arena,
                          sx_error *err) {
  memset(s, 0, sizeof *s);
  s->plan = plan;
  s->q = q;
  s->r = r;
  s->arena = arena;
  s->rows = sx_table_rows(plan->table);
  s->D = plan->domains.n;
  s->y.name = (char *)(uintptr_t)q->stub->id;
  s->y.type = SX_NUMBER;
  s->y.n = s->rows;
  s->y.data.f64 = sx_arena_alloc(arena, s->rows, sizeof *s->y.data.f64);
  s->y.miss = sx_arena_alloc(arena, s->rows, 1);
  s->where = sx_arena_alloc(arena, s->D + 1, sizeof *s->where);
  s->ask = sx_arena_alloc(arena, s->D, sizeof *s->ask);
  if (!s->y.data.f64 || !s->y.miss || !s->where || !s->ask) return sx_error_memory(err);
  for (size_t d = 0; d <= s->D; d++) {
    s->where[d] = sx_arena_alloc(arena, s->rows, 1);
    if (!s->where[d]) return sx_error_memory(err);
    const uint8_t *mask = d < s->D ? plan->domains.mask[d] : NULL;
    for (size_t i = 0; i < s->rows; i++) s->where[d][i] = plan->in[i] && (!mask || mask[i]);
  }
  return SX_OK;
}

static sx_status run_item(slow *s, size_t i, unsigned parts, slow *then, const sx_link *link, sx_error *err) {
  cells c;
  sx_status st = SX_OK;
  fill_item(s, &s->q->item[i]);
  const bool own = parts & (BANNER_ALL | (s->item->median ? BANNER_MEDIANS : 0U));
  const bool wave = parts & BANNER_WAVES && then && s->r->p_wave;
  if (!own && !wave) return SX_OK;
  SX_TRY(estimates_of(&c, s, err));
  if (own) SX_TRY_GOTO(st, values_of(s, i, &c, err), done);
  if (own && s->r->p) SX_TRY_GOTO(st, test_pairs(s, i, &c, err), done);
  if (own && s->r->p_rest) SX_TRY_GOTO(st, test_rest(s, i, &c, err), done);
  if (wave) SX_TRY_GOTO(st, test_wave(s, then, link, i, &c, err), done);
done:
  cells_clear(&c);
  return st;
}

/* Amounts are compared as the present wave's are, whether or not those of the earlier one are heaped too. */
static void compare_alike(banner_question *then, const banner_question *now) {
  for (size_t i = 0; i < then->n_items; i++)
    for (size_t k = 0; k < now->n_items; k++) {
      banner_item *a = &then->item[i];
      const banner_item *b = &now->item[k];
      const bool amounts =
          a->median && b->median && a->compared != BANNER_WITHIN_LEVEL && b->compared != BANNER_WITHIN_LEVEL;
      if (amounts && strcmp(a->median->name, b->median->name) == 0) a->compared = b->compared;
    }
}

/* The same question of the earlier wave, or *found false. */
static sx_status earlier_question(bool *found, banner_question *out, banner_result *r, slow *then,
                                  const banner_plan *earlier, const banner_question *q, sx_arena *arena,
                                  sx_error *err) {
  *found = false;
  for (size_t k = 0; k < earlier->n_stubs && !*found; k++) {
    if (strcmp(earlier->stub[k].id, q->stub->id) != 0) continue;
    SX_TRY(sx_banner__question(out, earlier, &earlier->stub[k], arena, err));
    compare_alike(out, q);
    SX_TRY(sx_banner__result_new(r, earlier, out, arena, err));
    SX_TRY(slow_new(then, earlier, out, r, arena, err));
    count_bases(then);
    *found = true;
  }
  return SX_OK;
}

sx_status sx_banner__slow(banner_result *r, const banner_plan *plan, const banner_question *q, unsigned parts,
                          const banner_plan *earlier, const sx_link *link, sx_arena *arena, sx_error *err) {
  slow s, then;
  banner_question before;
  banner_result of_before;
  bool found = false;
  SX_TRY(slow_new(&s, plan, q, r, arena, err));
  if (parts & BANNER_ALL) count_bases(&s);
  if (parts & BANNER_WAVES && earlier && r->p_wave) {
    r->apart = sx_arena_zalloc(arena, 1, sizeof *r->apart);
    if (!r->apart) return sx_error_memory(err);
    SX_TRY(earlier_question(&found, &before, &of_before, &then, earlier, q, arena, err));
    if (!found) SX_TRY(sx_banner__apart_question(r->apart, q, arena, err));
  }
  for (size_t i = 0; i < q->n_items; i++) SX_TRY(run_item(&s, i, parts, found ? &then : NULL, link, err));
  if (r->p_items && parts & (BANNER_ALL | BANNER_GRIDS)) SX_TRY(sx_banner__grid_tests(r, plan, q, &s.y, err));
  return SX_OK;
}
