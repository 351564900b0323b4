/* release_records.c: cells of count tables as sums over records: how many there are, and the cell key that decides the noise of the count. */
#include <math.h>
#include <string.h>

#include "release_priv.h"
#include "shuxiao/release_tables.h"

typedef struct counter {
  const sx_release_plan *plan;
  const sx_table *records;
  const double *key; /* [rows] of the records */
  sx_arena *arena;
  uint8_t *in; /* [rows] */
} counter;

/* The level itself, or a part of it by the hierarchies; their depth is limited by their number. */
static bool belongs(const sx_release_plan *plan, const char *dimension, const char *own, const char *level,
                    size_t depth) {
  if (strcmp(own, level) == 0) return true;
  for (size_t b = 0; b < plan->n_branches && depth <= plan->n_branches; b++) {
    const sx_release_branch *br = &plan->branches[b];
    if (strcmp(br->dimension, dimension) != 0 || strcmp(br->parent, level) != 0) continue;
    for (size_t k = 0; k < br->n_children; k++)
      if (belongs(plan, dimension, own, br->children[k], depth + 1)) return true;
  }
  return false;
}

/* "region=north" of a cell's key. */
static sx_status restrict_to(const counter *c, const char *cell, const char *term, size_t n, sx_error *err) {
  const char *equals = memchr(term, '=', n);
  char number[SX_DOUBLE_TEXT_MAX];
  char *name = equals ? sx_arena_strndup(c->arena, term, (size_t)(equals - term)) : NULL;
  char *level = equals ? sx_arena_strndup(c->arena, equals + 1, n - (size_t)(equals - term) - 1) : NULL;
  const sx_column *column = NULL;
  if (!equals) return sx_error_set(err, SX_E_DATA, cell, "its levels cannot be told apart: one has a '*' in it");
  if (!name || !level) return sx_error_memory(err);
  const sx_status status = sx_table_need(&column, c->records, name, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "records");
    return status;
  }
  const size_t rows = sx_table_rows(c->records), n_codes = column->dict ? sx_dict_count(column->dict) : 0;
  signed char *known = sx_arena_zalloc(c->arena, n_codes + 1, 1); /* [codes] 1 yes, -1 no, 0 not asked yet */
  if (!known) return sx_error_memory(err);
  for (size_t i = 0; i < rows; i++) {
    const bool coded = column->dict && !sx_column_missing(column, i);
    signed char *code = coded ? &known[column->data.code[i]] : NULL;
    if (!c->in[i]) continue;
    if (!code || !*code) {
      const bool yes = belongs(c->plan, name, sx_release__text(number, column, i), level, 0);
      if (code) *code = yes ? 1 : -1;
      c->in[i] = yes;
    } else {
      c->in[i] = *code > 0;
    }
  }
  return SX_OK;
}

static sx_status one_cell(double *key, uint64_t *count, const counter *c, const char *cell, sx_error *err) {
  const size_t rows = sx_table_rows(c->records);
  memset(c->in, 1, rows);
  for (const char *term = cell; *term && strcmp(cell, "total") != 0;) {
    const size_t n = strcspn(term, "*");
    SX_TRY(restrict_to(c, cell, term, n, err));
    term += n + (term[n] == '*');
  }
  *key = 0;
  *count = 0;
  for (size_t i = 0; i < rows; i++) {
    if (!c->in[i]) continue;
    (*count)++;
    *key += c->key[i];
    *key -= floor(*key);
  }
  return SX_OK;
}

static sx_status record_keys(double *out, const sx_table *records, const char *id, uint64_t seed, sx_error *err) {
  const sx_column *column = NULL;
  char number[SX_DOUBLE_TEXT_MAX];
  sx_dict *seen = NULL;
  sx_status status = sx_table_need(&column, records, id, err);
  if (status == SX_OK) status = sx_dict_new(&seen, sx_table_ctx(records), err);
  for (size_t i = 0; status == SX_OK && i < sx_table_rows(records); i++) {
    const char *text = sx_release__text(number, column, i);
    int32_t code = 0;
    if (!*text)
      status = sx_error_set(err, SX_E_DATA, id, "case %zu has none, and every record needs its own", i + 1);
    else
      status = sx_dict_add(&code, seen, text, strlen(text), err);
    if (status == SX_OK && (size_t)code != i)
      status = sx_error_set(err, SX_E_DATA, id, "'%s' stands in cases %d and %zu, and every record needs its own", text,
                            code + 1, i + 1);
    if (status == SX_OK) out[i] = sx_release_record_key(seed, text);
  }
  sx_dict_free(seen);
  return status;
}

sx_status sx_release_perturb_tables(double *out, const sx_release_tables *tables, const sx_release_plan *plan,
                                    const sx_release_records *records, const sx_release_ptable *ptable, sx_error *err) {
  const sx_release_problem *p = &tables->problem;
  const size_t rows = sx_table_rows(records->table);
  counter c = {.plan = plan, .records = records->table};
  sx_status status = SX_OK;
  SX_TRY(sx_arena_new(&c.arena, &tables->ctx, err));
  double *key = sx_arena_alloc(c.arena, rows + 1, sizeof *key);
  c.key = key;
  c.in = sx_arena_alloc(c.arena, rows + 1, 1);
  if (!key || !c.in)
    status = sx_error_memory(err);
  else
    status = record_keys(key, records->table, records->id, records->seed, err);
  for (size_t i = 0; i < p->n_cells && status == SX_OK; i++) {
    const sx_arena_mark mark = sx_arena_get_mark(c.arena);
    double cell_key = 0;
    uint64_t count = 0;
    int64_t noise = 0;
    status = one_cell(&cell_key, &count, &c, p->cells[i].key, err);
    if (status == SX_OK && p->cells[i].value != (double)count)
      status = sx_error_set(err, SX_E_DATA, p->cells[i].key, "the tables count %g and the records %llu",
                            p->cells[i].value, (unsigned long long)count);
    if (status == SX_OK) status = sx_release_perturb(&noise, ptable, count, cell_key, err);
    if (status == SX_OK) out[i] = (double)count + (double)noise;
    sx_arena_release(c.arena, mark);
  }
  sx_arena_free(c.arena);
  return status;
}
