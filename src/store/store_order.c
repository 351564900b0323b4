/* store_order.c: the order in which the rows of a run are read, SX_STORE_ROW_ORDER, as stretches of ids: rows of a step mostly stand together, and steps
 * mostly in the order of the plan. SQLite would sort whole rows for it, with a question for the place of each. */
#include <stdlib.h>
#include <string.h>

#include "store_priv.h"

typedef struct stretch {
  int64_t low, high; /* ids: all rows of the run between them are of one step */
  int64_t place;     /* of the step in the plan */
  int32_t code;      /* of the step; -1: in no plan, and last */
  size_t at;         /* among all, by ids */
} stretch;

typedef struct ordering {
  sx_store *store;
  int64_t run; /* that has the rows */
  sx_arena *arena;
  sx_dict *steps; /* of the plan */
  int64_t *places;
  size_t cap_places;
  stretch *items;
  size_t n, cap;
} ordering;

/* A statement of one walk, ids and run bound. */
static sx_status ask(sqlite3_stmt **out, const ordering *o, const char *sql, sx_error *err) {
  const int code = sqlite3_prepare_v2(o->store->db, sql, -1, out, NULL);
  if (code != SQLITE_OK) return sx_store__fail(o->store, code, "reading the results", err);
  (void)sqlite3_bind_int64(*out, 1, o->run);
  return SX_OK;
}

static sx_status done(sqlite3_stmt *s, int code, sx_status status, sx_store *store, sx_error *err) {
  if (status == SX_OK && code != SQLITE_DONE && code != SQLITE_ROW)
    status = sx_store__fail(store, code, "reading the results", err);
  sqlite3_finalize(s);
  return status;
}

/* Which run has the rows, and between which ids; *some false: it has none. */
static sx_status find_bounds(bool *some, int64_t bounds[2], ordering *o, sx_error *err) {
  sqlite3_stmt *s = NULL;
  SX_TRY(ask(&s, o, "SELECT " SX_STORE_ROWS_OF, err));
  int code = sqlite3_step(s);
  if (code == SQLITE_ROW) o->run = sqlite3_column_int64(s, 0);
  SX_TRY(done(s, code, SX_OK, o->store, err));
  SX_TRY(ask(&s, o, "SELECT min(id), max(id) FROM estimate WHERE run = ?1", err));
  code = sqlite3_step(s);
  *some = code == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL;
  for (int i = 0; i < 2; i++) bounds[i] = *some ? sqlite3_column_int64(s, i) : 0;
  return done(s, code, SX_OK, o->store, err);
}

static sx_status add_place(ordering *o, sqlite3_stmt *s, sx_error *err) {
  const char *step = (const char *)sqlite3_column_text(s, 0);
  int32_t code = 0;
  if (!step) return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, o->steps, step, strlen(step), err));
  if (!sx_arena_grow(o->arena, (void **)&o->places, &o->cap_places, (size_t)code + 1, sizeof *o->places))
    return sx_error_memory(err);
  o->places[code] = sqlite3_column_int64(s, 1);
  return SX_OK;
}

static sx_status read_plan(ordering *o, sx_error *err) {
  sqlite3_stmt *s = NULL;
  sx_status status = SX_OK;
  int code = SQLITE_DONE;
  SX_TRY(ask(&s, o, "SELECT step, place FROM plan WHERE run = ?1", err));
  while (status == SX_OK && (code = sqlite3_step(s)) == SQLITE_ROW) status = add_place(o, s, err);
  return done(s, code, status, o->store, err);
}

/* The row of this id, of the step of this code (-1: of none in the plan), is the next by ids. */
static sx_status add_row(ordering *o, int64_t id, int32_t code, sx_error *err) {
  if (o->n && o->items[o->n - 1].code == code) {
    o->items[o->n - 1].high = id;
    return SX_OK;
  }
  if (!sx_arena_grow(o->arena, (void **)&o->items, &o->cap, o->n + 1, sizeof *o->items)) return sx_error_memory(err);
  o->items[o->n] = (stretch){id, id, code < 0 ? 0 : o->places[code], code, o->n};
  o->n++;
  return SX_OK;
}

static sx_status read_steps(ordering *o, const int64_t bounds[2], sx_error *err) {
  sqlite3_stmt *s = NULL;
  sx_status status = SX_OK;
  int code = SQLITE_DONE;
  SX_TRY(
      ask(&s, o, "SELECT id, step FROM estimate NOT INDEXED WHERE id BETWEEN ?2 AND ?3 AND run = ?1 ORDER BY id", err));
  for (int i = 0; i < 2; i++) (void)sqlite3_bind_int64(s, 2 + i, bounds[i]);
  while (status == SX_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
    const char *step = (const char *)sqlite3_column_text(s, 1);
    if (!step && sqlite3_column_type(s, 1) != SQLITE_NULL)
      status = sx_error_memory(err);
    else
      status = add_row(o, sqlite3_column_int64(s, 0), step ? sx_dict_find(o->steps, step, strlen(step)) : -1, err);
  }
  return done(s, code, status, o->store, err);
}

static int by_place(const void *a, const void *b) {
  const stretch *x = a, *y = b;
  if ((x->code < 0) != (y->code < 0)) return x->code < 0 ? 1 : -1;
  if (x->place != y->place) return x->place < y->place ? -1 : 1;
  return x->low < y->low ? -1 : x->low > y->low;
}

/* What stands one after the other in both orders is one. */
static sx_status join(sx_store__span **out, size_t *n, const ordering *o, sx_error *err) {
  sx_store__span *spans = sx_arena_alloc(o->arena, o->n, sizeof *spans);
  if (!spans) return sx_error_memory(err);
  *n = 0;
  for (size_t i = 0; i < o->n; i++) {
    if (i && o->items[i].at == o->items[i - 1].at + 1)
      spans[*n - 1].high = o->items[i].high;
    else
      spans[(*n)++] = (sx_store__span){o->items[i].low, o->items[i].high};
  }
  *out = spans;
  return SX_OK;
}

sx_status sx_store__row_spans(sx_store__span **out, size_t *n, int64_t *run, sx_store *store, sx_arena *arena,
                              sx_error *err) {
  ordering o = {.store = store, .run = *run, .arena = arena};
  int64_t bounds[2];
  bool some = false;
  *n = 0;
  SX_TRY(find_bounds(&some, bounds, &o, err));
  *run = o.run;
  if (!some) return SX_OK;
  SX_TRY(sx_dict_new(&o.steps, &store->ctx, err));
  sx_status status = read_plan(&o, err);
  if (status == SX_OK) status = read_steps(&o, bounds, err);
  sx_dict_free(o.steps);
  if (status != SX_OK) return status;
  if (o.n) qsort(o.items, o.n, sizeof *o.items, by_place);
  return join(out, n, &o, err);
}
