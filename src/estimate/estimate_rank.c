/* estimate_rank.c: rankings of m items, or of the m best of more. With r_kj the rank that case k gave item j:
 *
 *   mean rank   sum w r_j / sum w               over the cases that ranked j
 *   top t       sum w [r_j <= t] / sum w        over the cases that ranked any item
 *   Borda       sum w (m + 1 - r_j)^+ / sum w   likewise, an item that is not ranked scoring 0
 *
 * Borda's count gives m - r points to rank r among m items (de Borda 1784; Emerson 2013, Social Choice and Welfare 40:353-358); one
 * point more sets the least of the ranked items apart from one that was not ranked. docs/methods/rankings.md. */
#include <stdio.h>
#include <string.h>

#include "estimate_several.h"
#include "shuxiao/estimate_set.h"

typedef struct ranking {
  const sx_rank_request *request;
  const sx_ctx *ctx;
  size_t n_rows, n_items;
  uint16_t *rank;       /* [n_items][n_rows], 0: not ranked */
  char **text, **label; /* places: [n_items] */
  uint8_t *base;        /* [n_rows] */
} ranking;

enum { MAX_ITEMS = 1000 };

static sx_status check(const ranking *r, sx_error *err) {
  const sx_rank_request *q = r->request;
  if (q->n_columns == 0 || q->n_columns > MAX_ITEMS)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "a ranking has 1 to %d columns, not %zu", (int)MAX_ITEMS,
                        q->n_columns);
  if ((unsigned)q->stat > SX_RANK_BORDA)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "unknown statistic of a ranking %d", (int)q->stat);
  if (q->stat == SX_RANK_TOP && (q->top < 1 || q->top > q->n_columns))
    return sx_error_set(err, SX_E_ARGUMENT, "top", "the best %zu of %zu places cannot be asked for", q->top,
                        q->n_columns);
  for (size_t k = 0; k < q->n_columns; k++) {
    const sx_column *c = q->columns[k];
    if (c->n != r->n_rows)
      return sx_error_set(err, SX_E_ARGUMENT, c->name, "the variable has %zu cases, the design %zu", c->n, r->n_rows);
    if (!q->places && c->type != SX_NUMBER && c->type != SX_INTEGER)
      return sx_error_set(err, SX_E_ARGUMENT, c->name,
                          "it is %s: a column of ranks holds numbers (columns that hold the items are places)",
                          sx_type_name(c->type));
  }
  return SX_OK;
}

/* Column k holds the ranks of item k. */
static sx_status ranks_of_items(ranking *r, sx_error *err) {
  const sx_rank_request *q = r->request;
  size_t size = 0;
  r->n_items = q->n_columns;
  r->rank = sx_size_mul(&size, r->n_items, r->n_rows) ? sx_mem_zalloc(r->ctx, size, sizeof *r->rank) : NULL;
  if (!r->rank) return sx_error_memory(err);
  for (size_t k = 0; k < r->n_items; k++) {
    const sx_column *c = q->columns[k];
    for (size_t i = 0; i < r->n_rows; i++) {
      if (sx_column_missing(c, i) || (q->where && q->where[i] != 1)) continue;
      const double x = sx_column_number(c, i);
      if (!(x >= 1 && x <= (double)q->n_columns && x == floor(x))) {
        char where[SX_ERROR_WHERE_MAX];
        (void)snprintf(where, sizeof where, "%s: case %zu", c->name, i + 1);
        return sx_error_set(err, SX_E_DATA, where, "the rank is %g: ranks of %zu items are 1 to %zu, or missing", x,
                            q->n_columns, q->n_columns);
      }
      r->rank[k * r->n_rows + i] = (uint16_t)x;
    }
  }
  return SX_OK;
}

/* The item of a text, added where it is new; room for one more item's ranks is made. */
static sx_status item_of(size_t *out, ranking *r, const char *text, const char *label, sx_error *err) {
  size_t n = 0;
  for (*out = 0; *out < r->n_items; (*out)++)
    if (strcmp(r->text[*out], text) == 0) return SX_OK;
  if (r->n_items == MAX_ITEMS) return sx_error_set(err, SX_E_ARGUMENT, NULL, "more than %d items", (int)MAX_ITEMS);
  if (!sx_size_mul(&n, r->n_items + 1, r->n_rows)) return sx_error_memory(err);
  uint16_t *wider = sx_mem_resize(r->ctx, r->rank, n, sizeof *wider);
  if (!wider) return sx_error_memory(err);
  r->rank = wider;
  memset(r->rank + r->n_items * r->n_rows, 0, r->n_rows * sizeof *r->rank);
  char *own = sx_mem_strdup(r->ctx, text), *words = sx_mem_strdup(r->ctx, label);
  if (!own || !words) {
    sx_mem_free(r->ctx, own);
    sx_mem_free(r->ctx, words);
    return sx_error_memory(err);
  }
  r->text[r->n_items] = own;
  r->label[r->n_items++] = words;
  return SX_OK;
}

static sx_status one_place(ranking *r, size_t place, int32_t *level, sx_error *err) {
  char **text = NULL, **label = NULL;
  size_t n = 0;
  SX_TRY(sx_estimate__levels(level, &n, &text, &label, r->ctx, r->request->columns[place], err));
  sx_status st = SX_OK;
  for (size_t v = 0; st == SX_OK && v < n; v++) {
    size_t item = 0;
    st = item_of(&item, r, text[v], label[v], err);
    for (size_t i = 0; st == SX_OK && i < r->n_rows; i++) {
      uint16_t *rank = &r->rank[item * r->n_rows + i];
      if (level[i] == (int32_t)v && *rank == 0) *rank = (uint16_t)(place + 1);
    }
  }
  sx_estimate__free_texts(r->ctx, text, n);
  sx_estimate__free_texts(r->ctx, label, n);
  return st;
}

/* Column k holds the items at place k; the levels of all columns together are the items. */
static sx_status ranks_of_places(ranking *r, sx_error *err) {
  r->text = sx_mem_zalloc(r->ctx, MAX_ITEMS, sizeof *r->text);
  r->label = sx_mem_zalloc(r->ctx, MAX_ITEMS, sizeof *r->label);
  int32_t *level = sx_mem_alloc(r->ctx, r->n_rows, sizeof *level);
  sx_status st = r->text && r->label && level ? SX_OK : sx_error_memory(err);
  for (size_t k = 0; st == SX_OK && k < r->request->n_columns; k++) st = one_place(r, k, level, err);
  sx_mem_free(r->ctx, level);
  if (st == SX_OK && r->n_items == 0)
    st = sx_error_set(err, SX_E_DATA, r->request->columns[0]->name, "no case has an answer");
  return st;
}

static sx_status find_base(ranking *r, sx_error *err) {
  const uint8_t *where = r->request->where;
  r->base = sx_mem_zalloc(r->ctx, r->n_rows, 1);
  if (!r->base) return sx_error_memory(err);
  for (size_t j = 0; j < r->n_items; j++)
    for (size_t i = 0; i < r->n_rows; i++) r->base[i] |= r->rank[j * r->n_rows + i] != 0;
  for (size_t i = 0; where && i < r->n_rows; i++) r->base[i] = r->base[i] && where[i] == 1;
  return SX_OK;
}

static void fill(int64_t *y, uint8_t *miss, const void *data, size_t item) {
  const ranking *r = data;
  const sx_rank_request *q = r->request;
  const uint16_t *rank = r->rank + item * r->n_rows;
  for (size_t i = 0; i < r->n_rows; i++) {
    switch (q->stat) {
    case SX_RANK_MEAN:
      y[i] = rank[i];
      miss[i] = rank[i] ? SX_MISS_NONE : SX_MISS_SYSTEM;
      break;
    case SX_RANK_TOP:
      y[i] = rank[i] >= 1 && rank[i] <= q->top;
      break;
    case SX_RANK_BORDA:
      y[i] = rank[i] ? (int64_t)q->n_columns + 1 - rank[i] : 0;
      break;
    }
  }
}

static const char *text_of(const void *data, size_t item) {
  const ranking *r = data;
  return r->text ? r->text[item] : r->request->columns[item]->name;
}

static const char *label_of(const void *data, size_t item) {
  const ranking *r = data;
  if (r->label) return r->label[item];
  const sx_column *c = r->request->columns[item];
  return c->label && *c->label ? c->label : c->name;
}

sx_status sx_estimate_rank(sx_est_set **out, const sx_design *design, const sx_rank_request *request,
                           const sx_est_options *options, sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  ranking r;
  memset(&r, 0, sizeof r);
  r.request = request;
  r.ctx = sx_design_ctx(design);
  r.n_rows = sx_design_rows(design);
  SX_TRY(check(&r, err));
  sx_status st = request->places ? ranks_of_places(&r, err) : ranks_of_items(&r, err);
  if (st == SX_OK) st = find_base(&r, err);
  if (st == SX_OK) {
    const est_several several = {
        .design = design,
        .name = request->columns[0]->name,
        .n_members = r.n_items,
        .stat = request->stat == SX_RANK_TOP ? SX_STAT_PROP : SX_STAT_MEAN,
        .is_prop = request->stat == SX_RANK_TOP,
        .fill = fill,
        .data = &r,
        .where = r.base,
        .by = request->by,
        .options = options ? options : &plain,
        .text = text_of,
        .label = label_of,
    };
    st = sx_estimate__several(out, &several, err);
  }
  sx_mem_free(r.ctx, r.rank);
  sx_estimate__free_texts(r.ctx, r.text, r.n_items);
  sx_estimate__free_texts(r.ctx, r.label, r.n_items);
  sx_mem_free(r.ctx, r.base);
  return st;
}
