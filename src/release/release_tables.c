/* release_tables.c: rows of tables as cells, totals and hierarchies as relations. */
#include "release_priv.h"
#include "shuxiao/release_tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_DIMS = 8 };

typedef struct frame { /* one table */
  const char *name;
  const sx_table *t;
  const sx_column *dim[MOST_DIMS]; /* by name */
  size_t n_dims;
  const sx_column *value, *n, *cost, *low, *high, *mark;
  const sx_column *top[16];
  size_t n_top;
  const char ***level; /* [n_dims][rows] */
} frame;

typedef struct build {
  sx_release_tables *out;
  const sx_release_plan *plan;
  const char *total;
  sx_dict *keys;
  sx_release_cell *cells;
  size_t n_cells, cap_cells;
  size_t *at_source, *at_row;
  size_t cap_source, cap_row;
  sx_release_relation *relations;
  size_t n_relations, cap_relations;
} build;

/* ---- columns ------------------------------------------------------------------------------------------------------------------ */

const char *sx_release__text(char number[SX_DOUBLE_TEXT_MAX], const sx_column *c, size_t row) {
  if (sx_column_missing(c, row)) return "";
  if (c->dict) return sx_dict_get(c->dict, c->data.code[row], NULL);
  number[sx_text_from_double(number, sx_column_number(c, row))] = '\0';
  return number;
}

/* The same, to stay. */
static sx_status text_of(const char **out, sx_arena *arena, const sx_column *c, size_t row, sx_error *err) {
  char number[SX_DOUBLE_TEXT_MAX];
  const char *text = sx_release__text(number, c, row);
  *out = text == number ? sx_arena_strdup(arena, number) : text;
  return *out ? SX_OK : sx_error_memory(err);
}

/* Names the file and the line of a row. */
static sx_status place(sx_error *err, const frame *f, size_t row, const char *fmt, ...) SX_PRINTF(4, 5);
static sx_status place(sx_error *err, const frame *f, size_t row, const char *fmt, ...) {
  char where[300], what[300];
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(what, sizeof what, fmt, args);
  va_end(args);
  (void)snprintf(where, sizeof where, "%s: line %zu", f->name, row + 2);
  return sx_error_set(err, SX_E_DATA, where, "%s", what);
}

static bool is_number(const sx_column *c) {
  return c->type == SX_NUMBER || c->type == SX_INTEGER;
}

/* A column with numbers; absent leaves NULL. */
static sx_status numbers(const sx_column **out, const frame *f, const char *name, sx_error *err) {
  const sx_column *c = sx_table_find(f->t, name);
  if (c && !is_number(c)) {
    for (size_t row = 0; row < c->n; row++) {
      const char *text = c->dict && !sx_column_missing(c, row) ? sx_dict_get(c->dict, c->data.code[row], NULL) : NULL;
      double x = 0;
      if (text && !sx_text_to_double(&x, text, strlen(text))) return place(err, f, row, "'%s' is no number", text);
    }
    return sx_error_set(err, SX_E_DATA, f->name, "column '%s' has no numbers", name);
  }
  *out = c;
  return SX_OK;
}

static bool reserved(const frame *f, const sx_column *c) {
  const sx_column *const own[] = {f->value, f->n, f->cost, f->low, f->high, f->mark};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (own[i] == c) return true;
  for (size_t i = 0; i < f->n_top; i++)
    if (f->top[i] == c) return true;
  return false;
}

static sx_status find_tops(frame *f, const sx_release_plan *plan, sx_error *err) {
  for (size_t k = 0; k < sizeof f->top / sizeof *f->top; k++) {
    char usual[16];
    (void)snprintf(usual, sizeof usual, "top%zu", k + 1);
    const sx_column *c = NULL;
    if (plan->n_top ? k >= plan->n_top : !sx_table_find(f->t, usual)) break;
    SX_TRY(numbers(&c, f, plan->n_top ? plan->top[k] : usual, err));
    if (!c) return sx_error_set(err, SX_E_DATA, f->name, "there is no column '%s'", plan->top[k]);
    f->top[f->n_top++] = c;
  }
  return SX_OK;
}

static sx_status open_frame(frame *f, const build *b, const sx_release_source *source, sx_error *err) {
  const sx_release_plan *plan = b->plan;
  sx_error own = SX_ERROR_INIT;
  *f = (frame){.name = source->name, .t = source->table};
  const sx_column *unused = NULL;
  if (sx_table_need(&unused, f->t, plan->value ? plan->value : "value", &own) != SX_OK)
    return sx_error_set(err, SX_E_DATA, f->name, "%s", own.message);
  SX_TRY(numbers(&f->value, f, plan->value ? plan->value : "value", err));
  SX_TRY(numbers(&f->n, f, plan->n ? plan->n : "n", err));
  if (plan->n && !f->n) return sx_error_set(err, SX_E_DATA, f->name, "there is no column '%s'", plan->n);
  SX_TRY(numbers(&f->cost, f, "cost", err));
  SX_TRY(numbers(&f->low, f, "low", err));
  SX_TRY(numbers(&f->high, f, "high", err));
  f->mark = sx_table_find(f->t, "mark");
  SX_TRY(find_tops(f, plan, err));
  for (size_t i = 0; i < sx_table_columns(f->t); i++) {
    const sx_column *c = sx_table_get(f->t, i);
    if (reserved(f, c)) continue;
    if (f->n_dims == MOST_DIMS)
      return sx_error_set(err, SX_E_LIMIT, f->name, "a table has at most %d dimensions", MOST_DIMS);
    size_t at = f->n_dims++; /* by name, so that keys do not hang on the order of columns */
    for (; at > 0 && strcmp(f->dim[at - 1]->name, c->name) > 0; at--) f->dim[at] = f->dim[at - 1];
    f->dim[at] = c;
  }
  if (sx_table_rows(f->t) == 0) return sx_error_set(err, SX_E_DATA, f->name, "the table is empty");
  if (f->n_dims == 0)
    return sx_error_set(err, SX_E_DATA, f->name, "it has no dimension: every column is a number of the cell");
  return SX_OK;
}

static sx_status read_levels(frame *f, build *b, sx_error *err) {
  const size_t n = sx_table_rows(f->t);
  f->level = sx_arena_alloc(b->out->arena, f->n_dims, sizeof *f->level);
  if (!f->level) return sx_error_memory(err);
  for (size_t d = 0; d < f->n_dims; d++) {
    f->level[d] = sx_arena_alloc(b->out->arena, n, sizeof **f->level);
    if (!f->level[d]) return sx_error_memory(err);
    for (size_t row = 0; row < n; row++) {
      SX_TRY(text_of(&f->level[d][row], b->out->arena, f->dim[d], row, err));
      if (!*f->level[d][row]) return place(err, f, row, "the cell has no level of '%s'", f->dim[d]->name);
    }
  }
  return SX_OK;
}

/* ---- cells ---------------------------------------------------------------------------------------------------------------------- */

/* Its levels but the totals; `at`, with `level`, stands in for one dimension. */
static sx_status key_of(sx_buf *key, const build *b, const frame *f, size_t row, size_t at, const char *level,
                        sx_error *err) {
  sx_buf_reset(key);
  for (size_t d = 0; d < f->n_dims; d++) {
    const char *own = d == at ? level : f->level[d][row];
    if (strcmp(own, b->total) == 0) continue;
    sx_buf_printf(key, "%s%s=%s", key->n ? "*" : "", f->dim[d]->name, own);
  }
  if (key->n == 0) sx_buf_add(key, "total");
  return sx_buf_status(key, err);
}

static sx_status fill_cell(sx_release_cell *c, const build *b, const frame *f, size_t row, sx_error *err) {
  const sx_release_cell none = SX_RELEASE_CELL_INIT;
  const char *key = c->key, *mark = "";
  *c = none;
  c->key = key;
  c->value = sx_column_number(f->value, row);
  if (isnan(c->value)) return place(err, f, row, "the cell %s has no value", key);
  if (f->n) c->n = sx_column_number(f->n, row);
  if (f->cost) c->cost = sx_column_number(f->cost, row);
  double *top = sx_arena_alloc(b->out->arena, f->n_top, sizeof *top);
  if (!top) return sx_error_memory(err);
  for (size_t k = 0; k < f->n_top && !isnan(sx_column_number(f->top[k], row)); k++)
    top[c->n_top++] = sx_column_number(f->top[k], row);
  c->top = top;
  const double size = fabs(c->value);
  c->low = c->value < 0 ? c->value - (1 - b->plan->known_low) * size : b->plan->known_low * size;
  c->high = isinf(b->plan->known_high) ? (double)INFINITY : c->value + (b->plan->known_high - 1) * size;
  if (c->value < 0 && b->plan->known_low == 0) c->low = 0; /* said to be negative by the check */
  if (f->low && !isnan(sx_column_number(f->low, row))) c->low = sx_column_number(f->low, row);
  if (f->high && !isnan(sx_column_number(f->high, row))) c->high = sx_column_number(f->high, row);
  if (f->mark) SX_TRY(text_of(&mark, b->out->arena, f->mark, row, err));
  if (b->plan->keep_zeros && c->value == 0 && !(c->n > 0)) c->mark = SX_RELEASE_KEEP;
  if (strcmp(mark, "keep") == 0) c->mark = SX_RELEASE_KEEP;
  if (strcmp(mark, "primary") == 0) {
    c->mark = SX_RELEASE_PRIMARY;
    c->reason = "declared";
  }
  if (*mark && strcmp(mark, "keep") != 0 && strcmp(mark, "primary") != 0 && strcmp(mark, "published") != 0)
    return place(err, f, row, "the mark '%s' is not keep or primary", mark);
  return SX_OK;
}

static sx_status same_cell(const build *b, const frame *f, size_t row, size_t cell, const sx_release_source *sources,
                           sx_error *err) {
  const double value = sx_column_number(f->value, row), before = b->cells[cell].value;
  if (fabs(value - before) <= 1e-6 * fmax(fabs(value), fabs(before))) return SX_OK;
  return place(err, f, row, "the cell %s is %g here and %g in %s, line %zu", b->cells[cell].key, value, before,
               sources[b->at_source[cell]].name, b->at_row[cell] + 2);
}

static sx_status add_cells(build *b, const frame *f, size_t index, const sx_release_source *sources, sx_buf *key,
                           sx_error *err) {
  const size_t n = sx_table_rows(f->t);
  size_t *cell_of = sx_arena_alloc(b->out->arena, n, sizeof *cell_of);
  if (!cell_of) return sx_error_memory(err);
  for (size_t row = 0; row < n; row++) {
    int32_t code = 0;
    SX_TRY(key_of(key, b, f, row, SIZE_MAX, NULL, err));
    SX_TRY(sx_dict_add(&code, b->keys, key->data, key->n, err));
    const size_t c = cell_of[row] = (size_t)code;
    if (c < b->n_cells) {
      if (b->at_source[c] == index)
        return place(err, f, row, "the cell %s stands twice in this table", b->cells[c].key);
      SX_TRY(same_cell(b, f, row, c, sources, err));
      continue;
    }
    if (!sx_arena_grow(b->out->arena, (void **)&b->cells, &b->cap_cells, c + 1, sizeof *b->cells) ||
        !sx_arena_grow(b->out->arena, (void **)&b->at_source, &b->cap_source, c + 1, sizeof *b->at_source) ||
        !sx_arena_grow(b->out->arena, (void **)&b->at_row, &b->cap_row, c + 1, sizeof *b->at_row))
      return sx_error_memory(err);
    b->cells[c].key = sx_arena_strdup(b->out->arena, key->data);
    if (!b->cells[c].key) return sx_error_memory(err);
    b->at_source[c] = index;
    b->at_row[c] = row;
    b->n_cells++;
    SX_TRY(fill_cell(&b->cells[c], b, f, row, err));
  }
  b->out->cell_of[index] = cell_of;
  return SX_OK;
}

/* ---- relations -------------------------------------------------------------------------------------------------------------------- */

/* Is the level a part of the parent in this dimension? The total's parts are the levels that have no other parent. */
static bool is_part(const build *b, const char *dimension, const char *level, const char *parent) {
  const sx_release_branch *found = NULL;
  if (strcmp(level, b->total) == 0 || strcmp(level, parent) == 0) return false;
  for (size_t i = 0; i < b->plan->n_branches && !found; i++) {
    const sx_release_branch *br = &b->plan->branches[i];
    if (strcmp(br->dimension, dimension) != 0) continue;
    for (size_t k = 0; k < br->n_children && !found; k++)
      if (strcmp(br->children[k], level) == 0) found = br;
  }
  return strcmp(found ? found->parent : b->total, parent) == 0;
}

static bool is_parent(const build *b, const char *dimension, const char *level) {
  if (strcmp(level, b->total) == 0) return true;
  for (size_t i = 0; i < b->plan->n_branches; i++) {
    const sx_release_branch *br = &b->plan->branches[i];
    if (strcmp(br->dimension, dimension) == 0 && strcmp(br->parent, level) == 0) return true;
  }
  return false;
}

/* The distinct levels of a dimension, as a dictionary. */
static sx_status distinct(sx_dict **out, const build *b, const frame *f, size_t d, sx_error *err) {
  sx_dict *dict = NULL;
  int32_t code = 0;
  SX_TRY(sx_dict_new(&dict, &b->out->ctx, err));
  sx_status status = SX_OK;
  for (size_t row = 0; row < sx_table_rows(f->t) && status == SX_OK; row++)
    status = sx_dict_add(&code, dict, f->level[d][row], strlen(f->level[d][row]), err);
  if (status != SX_OK) {
    sx_dict_free(dict);
    return status;
  }
  *out = dict;
  return SX_OK;
}

static sx_status add_total(build *b, const frame *f, size_t row, size_t d, const sx_dict *levels, size_t cell,
                           sx_buf *key, sx_error *err) {
  const size_t n = sx_dict_count(levels);
  sx_release_term *terms = sx_arena_alloc(b->out->arena, n + 1, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  size_t k = 0;
  terms[k++] = (sx_release_term){cell, 1};
  for (size_t i = 0; i < n; i++) {
    const char *level = sx_dict_get(levels, (int32_t)i, NULL);
    if (!is_part(b, f->dim[d]->name, level, f->level[d][row])) continue;
    SX_TRY(key_of(key, b, f, row, d, level, err));
    const int32_t part = sx_dict_find(b->keys, key->data, key->n);
    if (part >= 0) terms[k++] = (sx_release_term){(size_t)part, -1};
  }
  if (k == 1) return SX_OK; /* no part is in the tables */
  if (!sx_arena_grow(b->out->arena, (void **)&b->relations, &b->cap_relations, b->n_relations + 1,
                     sizeof *b->relations))
    return sx_error_memory(err);
  const char *id = sx_arena_printf(b->out->arena, "%s: %s by %s", f->name, b->cells[cell].key, f->dim[d]->name);
  if (!id) return sx_error_memory(err);
  b->relations[b->n_relations++] = (sx_release_relation){id, terms, k, 0, 0};
  return SX_OK;
}

static sx_status add_relations(build *b, const frame *f, size_t index, sx_buf *key, sx_error *err) {
  for (size_t d = 0; d < f->n_dims; d++) {
    sx_dict *levels = NULL;
    SX_TRY(distinct(&levels, b, f, d, err));
    sx_status status = SX_OK;
    for (size_t row = 0; row < sx_table_rows(f->t) && status == SX_OK; row++) {
      if (is_parent(b, f->dim[d]->name, f->level[d][row]))
        status = add_total(b, f, row, d, levels, b->out->cell_of[index][row], key, err);
    }
    sx_dict_free(levels);
    SX_TRY(status);
  }
  return SX_OK;
}

/* ---- all ----------------------------------------------------------------------------------------------------------------------------- */

static sx_status build_all(build *b, const sx_release_source *sources, size_t n, sx_buf *key, sx_error *err) {
  frame *frames = sx_arena_zalloc(b->out->arena, n, sizeof *frames);
  b->out->cell_of = sx_arena_zalloc(b->out->arena, n, sizeof *b->out->cell_of);
  if (!frames || !b->out->cell_of) return sx_error_memory(err);
  if (n == 0) return sx_error_set(err, SX_E_DATA, NULL, "there is no table");
  for (size_t i = 0; i < n; i++) {
    SX_TRY(open_frame(&frames[i], b, &sources[i], err));
    SX_TRY(read_levels(&frames[i], b, err));
    SX_TRY(add_cells(b, &frames[i], i, sources, key, err));
  }
  for (size_t i = 0; i < n; i++) SX_TRY(add_relations(b, &frames[i], i, key, err));
  b->out->problem = (sx_release_problem){b->cells, b->n_cells, b->relations, b->n_relations};
  return sx_release_check(&b->out->problem, 1e-6, err);
}

sx_status sx_release_tables_new(sx_release_tables **out, const sx_ctx *ctx, const sx_release_source *sources,
                                size_t n_sources, const sx_release_plan *plan, sx_error *err) {
  const sx_release_plan usual = SX_RELEASE_PLAN_INIT;
  const sx_ctx standard = SX_CTX_INIT;
  build b = {.plan = plan ? plan : &usual};
  sx_buf key;
  b.total = b.plan->total ? b.plan->total : "total";
  b.out = sx_mem_zalloc(ctx, 1, sizeof *b.out);
  if (!b.out) return sx_error_memory(err);
  b.out->ctx = ctx ? *ctx : standard;
  b.out->n_sources = n_sources;
  sx_buf_init(&key, &b.out->ctx);
  sx_status status = sx_arena_new(&b.out->arena, &b.out->ctx, err);
  if (status == SX_OK) status = sx_dict_new(&b.keys, &b.out->ctx, err);
  if (status == SX_OK) status = build_all(&b, sources, n_sources, &key, err);
  sx_dict_free(b.keys);
  sx_buf_clear(&key);
  if (status != SX_OK) {
    sx_release_tables_free(b.out);
    return status;
  }
  *out = b.out;
  return SX_OK;
}

void sx_release_tables_free(sx_release_tables *tables) {
  if (!tables) return;
  const sx_ctx ctx = tables->ctx;
  sx_arena_free(tables->arena);
  sx_mem_free(&ctx, tables);
}
