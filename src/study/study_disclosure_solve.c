/* study_disclosure_solve.c: results as tables with totals. A value in the levels of a group, in groups that divide the whole between them, adds up to
 * that of the whole; whatever adds up in the numbers is a relation. First the cases themselves decide which groups go with the small ones, then
 * each indicator that adds up asks for more, until none does. */
#include "study_disclosure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double ADDS_UP = 1e-9; /* of the total */

typedef struct dc_table {
  dc_run *d;
  sx_release_cell *cells;
  size_t *domain;  /* [n] of each cell */
  size_t *cell_of; /* [n_domains]; SIZE_MAX: not in this table */
  size_t n;
  sx_release_relation *relations;
  size_t n_relations, cap_relations;
} dc_table;

/* ---- relations ---------------------------------------------------------------------------------------------------------------- */

static bool same_term(const sx_store_term *a, const sx_store_term *b) {
  return strcmp(a->variable, b->variable) == 0 && strcmp(a->level, b->level) == 0;
}

/* Is child the parent and one term more? That term. */
const sx_store_term *study__dc_one_more(const dc_domain *child, const dc_domain *parent) {
  const sx_store_term *extra = NULL;
  if (child->n_terms != parent->n_terms + 1) return NULL;
  for (size_t i = 0; i < child->n_terms; i++) {
    bool there = false;
    for (size_t k = 0; k < parent->n_terms && !there; k++) there = same_term(&child->terms[i], &parent->terms[k]);
    if (there) continue;
    if (extra) return NULL;
    extra = &child->terms[i];
  }
  return extra;
}

/* A relation where the parts' values are the whole's. */
static sx_status add_relation(dc_table *t, size_t whole, const size_t *parts, size_t n, sx_error *err) {
  double sum = 0;
  for (size_t k = 0; k < n; k++) sum += t->cells[parts[k]].value;
  if (n < 2 || fabs(sum - t->cells[whole].value) > ADDS_UP * fmax(fabs(sum), fabs(t->cells[whole].value))) return SX_OK;
  sx_release_term *terms = sx_arena_alloc(t->d->arena, n + 1, sizeof *terms);
  if (!terms ||
      !sx_arena_grow(t->d->arena, (void **)&t->relations, &t->cap_relations, t->n_relations + 1, sizeof *t->relations))
    return sx_error_memory(err);
  terms[0] = (sx_release_term){whole, 1};
  for (size_t k = 0; k < n; k++) terms[k + 1] = (sx_release_term){parts[k], -1};
  t->relations[t->n_relations++] = (sx_release_relation){t->cells[whole].key, terms, n + 1, 0, 0};
  return SX_OK;
}

/* The levels of each variable below a parent; and pairs of single groups that divide it. */
static sx_status relations_of(dc_table *t, size_t whole, sx_error *err) {
  dc_run *d = t->d;
  const dc_domain *parent = &d->domains[t->domain[whole]];
  const sx_store_term **extra = sx_arena_zalloc(d->arena, t->n, sizeof *extra);
  size_t *parts = sx_arena_alloc(d->arena, t->n, sizeof *parts);
  bool *done = sx_arena_zalloc(d->arena, t->n, sizeof *done);
  if (!extra || !parts || !done) return sx_error_memory(err);
  for (size_t i = 0; i < t->n; i++) extra[i] = study__dc_one_more(&d->domains[t->domain[i]], parent);
  for (size_t i = 0; i < t->n; i++) {
    size_t n = 0;
    if (!extra[i] || done[i]) continue;
    for (size_t k = i; k < t->n; k++) {
      if (!extra[k] || strcmp(extra[k]->variable, extra[i]->variable) != 0) continue;
      done[k] = true;
      parts[n++] = k;
    }
    SX_TRY(add_relation(t, whole, parts, n, err));
    for (size_t k = i + 1; k < t->n && n == 1; k++) {
      const size_t pair[2] = {i, k};
      if (extra[k] && !done[k]) SX_TRY(add_relation(t, whole, pair, 2, err));
    }
  }
  return SX_OK;
}

/* ---- one table ------------------------------------------------------------------------------------------------------------------ */

static sx_status table_open(dc_table *t, dc_run *d, sx_error *err) {
  *t = (dc_table){.d = d};
  t->cells = sx_arena_zalloc(d->arena, d->n_domains, sizeof *t->cells);
  t->domain = sx_arena_alloc(d->arena, d->n_domains, sizeof *t->domain);
  t->cell_of = sx_arena_alloc(d->arena, d->n_domains, sizeof *t->cell_of);
  if (!t->cells || !t->domain || !t->cell_of) return sx_error_memory(err);
  for (size_t i = 0; i < d->n_domains; i++) t->cell_of[i] = SIZE_MAX;
  return SX_OK;
}

/* small: sensitive; hidden: not published in any case. */
static void add_cell(dc_table *t, size_t domain, double value, double n, bool small, bool hidden) {
  const sx_release_cell none = SX_RELEASE_CELL_INIT;
  const double width = t->d->own->rules.width * fabs(value);
  if (!isfinite(value) || t->cell_of[domain] != SIZE_MAX) return;
  sx_release_cell *c = &t->cells[t->n];
  *c = none;
  c->key = t->d->domains[domain].name;
  c->value = value;
  c->n = n;
  if (value < 0) c->low = -(double)INFINITY;
  if (small || hidden) c->mark = small && value != 0 ? SX_RELEASE_PRIMARY : SX_RELEASE_UNKNOWN;
  c->upper = fmax(width, 1e-6 * fabs(value));
  c->lower = isinf(c->low) ? c->upper : fmin(c->upper, value);
  t->domain[t->n] = domain;
  t->cell_of[domain] = t->n++;
}

/* The protection that a rule for amounts asks for. */
static void protect_to(sx_release_cell *c, double level) {
  c->upper = fmax(c->upper, level);
  c->lower = isinf(c->low) ? c->upper : fmin(c->upper, c->value);
}

static bool any_small(const dc_table *t) {
  for (size_t i = 0; i < t->n; i++)
    if (t->cells[i].mark == SX_RELEASE_PRIMARY) return true;
  return false;
}

static sx_status protect(bool *changed, dc_table *t, const char *indicator, bool whole_domain, sx_error *err) {
  dc_run *d = t->d;
  sx_release_result *result = NULL;
  if (!any_small(t)) return SX_OK;
  for (size_t i = 0; i < t->n; i++) SX_TRY(relations_of(t, i, err));
  sx_release_problem p = {t->cells, t->n, t->relations, t->n_relations};
  sx_status status = sx_release_suppress(&result, &d->r->ctx, &p, NULL, &d->own->options, err);
  if (status != SX_OK && status != SX_E_MEMORY && indicator) sx_error_add_where(err, "%s", indicator);
  if (status == SX_OK) {
    d->proven = d->proven && (result->proven || d->own->options.method != SX_RELEASE_OPTIMAL);
    d->n_open += result->attacked->n_open;
  }
  for (size_t i = 0; i < t->n && status == SX_OK; i++) {
    if (t->cells[i].mark != SX_RELEASE_SECONDARY) continue;
    *changed = true;
    d->n_secondary++;
    if (whole_domain)
      d->domains[t->domain[i]].hidden = true;
    else
      status = study__dc_hide_pair(d, indicator, t->domain[i], err);
  }
  sx_release_result_free(result);
  return status;
}

/* ---- all of them ------------------------------------------------------------------------------------------------------------------ */

bool study__dc_adds_up(const char *statistic) {
  return strcmp(statistic, "total") == 0 || strcmp(statistic, "count") == 0 || strcmp(statistic, "level") == 0 ||
         strcmp(statistic, "formula") == 0 || strncmp(statistic, "total_", 6) == 0;
}

static sx_status protect_cases(dc_run *d, sx_error *err) {
  dc_table t;
  bool changed = false;
  SX_TRY(table_open(&t, d, err));
  for (size_t i = 0; i < d->n_domains; i++)
    if (d->domains[i].n > 0) add_cell(&t, i, d->domains[i].n, d->domains[i].n, d->domains[i].small, false);
  return protect(&changed, &t, NULL, true, err);
}

/* The rows of one indicator and statistic, from row `first` on. */
static sx_status protect_indicator(bool *changed, dc_run *d, size_t first, sx_error *err) {
  const dc_row *of = &d->rows[first];
  dc_table t;
  bool domains = false;
  SX_TRY(table_open(&t, d, err));
  for (size_t i = first; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    if (strcmp(row->indicator, of->indicator) != 0 || strcmp(row->statistic, of->statistic) != 0) continue;
    const bool hidden = study__dc_hidden(d, row->indicator, row->domain);
    const bool few = row->n > 0 && row->n < d->own->rules.min_n;
    domains = domains || d->domains[row->domain].small;
    add_cell(&t, row->domain, row->estimate, row->n, d->domains[row->domain].small || few || row->few || row->level > 0,
             hidden);
    if (t.n > 0 && t.domain[t.n - 1] == row->domain) protect_to(&t.cells[t.n - 1], row->level);
  }
  return protect(changed, &t, of->indicator, domains, err);
}

static bool seen_before(const dc_run *d, size_t row) {
  for (size_t i = 0; i < row; i++)
    if (strcmp(d->rows[i].indicator, d->rows[row].indicator) == 0 &&
        strcmp(d->rows[i].statistic, d->rows[row].statistic) == 0)
      return true;
  return false;
}

sx_status study__dc_solve(dc_run *d, sx_error *err) {
  enum { MOST_PASSES = 8 };
  bool changed = true;
  SX_TRY(protect_cases(d, err));
  for (int pass = 0; pass < MOST_PASSES && changed; pass++) {
    changed = false;
    d->n_open = 0;
    for (size_t i = 0; i < d->n_rows; i++) {
      const sx_arena_mark mark = sx_arena_get_mark(d->arena);
      if (!study__dc_adds_up(d->rows[i].statistic) || seen_before(d, i)) continue;
      SX_TRY(sx_ctx_poll(&d->r->ctx, err));
      SX_TRY(protect_indicator(&changed, d, i, err));
      sx_arena_release(d->arena, mark);
    }
  }
  return SX_OK;
}
