/* store_read.c: finished runs read back: rows by name, rows and blocks in order, carriers. Texts that are lent live in an
 * arena of the store until the next call of the same kind. */
#include "store_priv.h"

#include <math.h>
#include <string.h>

/* ---- columns ----------------------------------------------------------------------------------------------------- */

typedef struct reader {
  sqlite3_stmt *statement;
  sx_arena *arena;
  bool failed; /* out of memory */
} reader;

static const char *text_at(reader *r, int column) {
  const unsigned char *text = sqlite3_column_text(r->statement, column);
  if (!text) {
    r->failed = r->failed || sqlite3_column_type(r->statement, column) != SQLITE_NULL;
    return NULL;
  }
  const char *copy = sx_arena_strdup(r->arena, (const char *)text);
  r->failed = r->failed || !copy;
  return copy;
}

static sx_text2 text2_at(reader *r, int column) {
  const sx_text2 out = {text_at(r, column), text_at(r, column + 1)};
  return out;
}

static double number_at(reader *r, int column) {
  return sqlite3_column_type(r->statement, column) == SQLITE_NULL ? (double)NAN
                                                                  : sqlite3_column_double(r->statement, column);
}

sx_status sx_store__take_blob(void **data, size_t *n, sx_store *store, sqlite3_stmt *statement, int column,
                              sx_error *err) {
  const int code = sqlite3_step(statement);
  sx_status status = SX_OK;
  if (code == SQLITE_ROW) {
    const int64_t size = sqlite3_column_int64(statement, column + 1);
    const void *packed = sqlite3_column_blob(statement, column + 2);
    const int n_packed = sqlite3_column_bytes(statement, column + 2);
    if (size < 0) {
      status = sx_error_set(err, SX_E_DATA, store->path, "a stored carrier has an impossible size");
    } else {
      status = sx_store__unpack(data, &store->ctx, (sx_store_packing)sqlite3_column_int(statement, column), packed,
                                (size_t)n_packed, (size_t)size, err);
    }
    if (status == SX_OK) *n = (size_t)size;
  } else if (code == SQLITE_DONE) {
    *data = NULL;
    *n = 0;
  } else {
    status = sx_store__fail(store, code, "reading", err);
  }
  sqlite3_reset(statement);
  return status;
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

/* The columns of SX_STORE_RUN_SELECT. */
static sx_store_run run_at(reader *r) {
  const sx_store_run run = {.id = sqlite3_column_int64(r->statement, 0),
                            .study = text_at(r, 1),
                            .wave = text_at(r, 2),
                            .title_zh = text_at(r, 3),
                            .title_en = text_at(r, 4),
                            .version = text_at(r, 5),
                            .options_json = text_at(r, 6),
                            .started = text_at(r, 7),
                            .finished = text_at(r, 8),
                            .synthetic = text_at(r, 9)};
  return run;
}

static sx_status prepare(sqlite3_stmt **out, sx_store *store, const char *sql, sx_error *err) {
  const int code = sqlite3_prepare_v2(store->db, sql, -1, out, NULL);
  return code == SQLITE_OK ? SX_OK : sx_store__fail(store, code, "reading", err);
}

/* One run of a statement that gives at most one; texts live in store->latest. */
static sx_status one_run(bool *found, sx_store_run *out, sx_store *store, sqlite3_stmt *statement, sx_error *err) {
  reader r = {statement, store->latest, false};
  const int code = sqlite3_step(statement);
  *found = code == SQLITE_ROW;
  if (!*found) return code == SQLITE_DONE ? SX_OK : sx_store__fail(store, code, "reading the runs", err);
  sx_arena_release(store->latest, (sx_arena_mark){NULL, 0});
  const sx_store_run run = run_at(&r);
  if (r.failed) return sx_error_memory(err);
  *out = run;
  return SX_OK;
}

sx_status sx_store_latest(sx_store_run *out, sx_store *store, sx_error *err) {
  sqlite3_stmt *statement = NULL;
  bool found = false;
  SX_TRY(sx_store__statement(&statement, store, SQL_RUN_LATEST, err));
  const sx_status status = one_run(&found, out, store, statement, err);
  sqlite3_reset(statement);
  if (status == SX_OK && !found)
    return sx_error_set(err, SX_E_DATA, store->path, "the store has no finished run: run the study first");
  return status;
}

sx_status sx_store_which_run(int64_t *run, sx_store *store, sx_error *err) {
  sx_store_run latest;
  if (*run >= 0) return SX_OK;
  SX_TRY(sx_store_latest(&latest, store, err));
  *run = latest.id;
  return SX_OK;
}

sx_status sx_store_get_run(bool *found, sx_store_run *out, sx_store *store, int64_t run, sx_error *err) {
  sqlite3_stmt *statement = NULL;
  if (sx_store__view_of(store, run)) {
    const sx_store_run *held = sx_store__view_run(store);
    *found = held != NULL;
    if (held) *out = *held;
    return SX_OK;
  }
  SX_TRY(prepare(&statement, store, SX_STORE_RUN_SELECT " WHERE id = ?1", err));
  (void)sqlite3_bind_int64(statement, 1, run);
  const sx_status status = one_run(found, out, store, statement, err);
  sqlite3_finalize(statement);
  return status;
}

/* The columns of SX_STORE_INDICATOR_SELECT. */
static sx_store_indicator indicator_at(reader *r) {
  const sx_store_indicator out = {.id = text_at(r, 0),
                                  .label = text2_at(r, 1),
                                  .question = text2_at(r, 3),
                                  .base = text2_at(r, 5),
                                  .unit = text_at(r, 7),
                                  .scale = number_at(r, 8),
                                  .assumed = sqlite3_column_int(r->statement, 9) != 0};
  return out;
}

sx_status sx_store__each_indicator(sx_store *store, int64_t run, sx_arena *arena, sx_store__indicator_fn fn, void *data,
                                   sx_error *err) {
  reader r = {NULL, arena, false};
  sx_status status = SX_OK;
  int code;
  SX_TRY(prepare(&r.statement, store, SX_STORE_INDICATOR_SELECT, err));
  (void)sqlite3_bind_int64(r.statement, 1, run);
  while ((code = sqlite3_step(r.statement)) == SQLITE_ROW) {
    const sx_store_indicator read = indicator_at(&r);
    SX_TRY_GOTO(status, r.failed ? sx_error_memory(err) : fn(data, &read, err), done);
  }
  if (code != SQLITE_DONE) status = sx_store__fail(store, code, "reading the indicators", err);
done:
  sqlite3_finalize(r.statement);
  return status;
}

sx_status sx_store_get_indicator(bool *found, sx_store_indicator *out, sx_store *store, int64_t run, const char *id,
                                 sx_error *err) {
  reader r = {NULL, store->indicator, false};
  if (sx_store__view_of(store, run)) {
    const sx_store_indicator *held = sx_store__view_indicator(store, id);
    *found = held != NULL;
    if (held) *out = *held;
    return SX_OK;
  }
  SX_TRY(sx_store__statement(&r.statement, store, SQL_INDICATOR_GET, err));
  (void)sqlite3_bind_int64(r.statement, 1, run);
  sx_store__bind_text(r.statement, 2, id);
  const int code = sqlite3_step(r.statement);
  sx_status status = SX_OK;
  if (code == SQLITE_ROW) {
    sx_arena_release(store->indicator, (sx_arena_mark){NULL, 0});
    const sx_store_indicator read = indicator_at(&r);
    if (r.failed) {
      status = sx_error_memory(err);
    } else {
      *out = read;
      *found = true;
    }
  } else if (code == SQLITE_DONE) {
    *found = false;
  } else {
    status = sx_store__fail(store, code, "reading an indicator", err);
  }
  sqlite3_reset(r.statement);
  return status;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static const char *keep(sx_arena *arena, const char *text, bool *failed) {
  const char *copy = text ? sx_arena_strdup(arena, text) : NULL;
  *failed = *failed || (text && !copy);
  return copy;
}

static sx_text2 keep2(sx_arena *arena, sx_text2 text, bool *failed) {
  return (sx_text2){keep(arena, text.zh, failed), keep(arena, text.en, failed)};
}

sx_status sx_store_row_copy(sx_store_row *out, sx_arena *arena, const sx_store_row *row, sx_error *err) {
  bool failed = false;
  sx_store_term *terms = sx_arena_alloc(arena, row->n_terms, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  for (size_t i = 0; i < row->n_terms; i++) {
    const sx_store_term *t = &row->terms[i];
    terms[i] = (sx_store_term){keep(arena, t->variable, &failed), keep(arena, t->level, &failed),
                               keep2(arena, t->variable_label, &failed), keep2(arena, t->level_label, &failed)};
  }
  sx_store_row copy = *row;
  copy.terms = terms;
  const char **texts[] = {&copy.wave,    &copy.indicator, &copy.statistic, &copy.unit,
                          &copy.quality, &copy.na_reason, &copy.method,    &copy.step};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = keep(arena, *texts[i], &failed);
  if (failed) return sx_error_memory(err);
  *out = copy;
  return SX_OK;
}

/* A place for the terms of a domain. Ids are counted up from 1. */
static sx_status domain_place(struct store_domain **out, sx_store *store, int64_t id, sx_error *err) {
  struct store_domains *d = &store->domains;
  *out = NULL;
  if (!d->arena) SX_TRY(sx_arena_new(&d->arena, &store->ctx, err));
  if (id < 0 || id > 1 << 20) return SX_OK; /* none of ours: not remembered */
  if ((size_t)id >= d->n) {
    size_t n = d->n ? d->n : 64;
    while (n <= (size_t)id) n *= 2;
    struct store_domain *items = sx_arena_zalloc(d->arena, n, sizeof *items);
    if (!items) return sx_error_memory(err);
    if (d->n) memcpy(items, d->items, d->n * sizeof *items);
    d->items = items;
    d->n = n;
  }
  *out = &d->items[id];
  return SX_OK;
}

static sx_status ask_terms(sx_store_row *out, sx_store *store, sx_arena *arena, int64_t domain, sx_error *err) {
  sx_store_term terms[SX_STORE_TERMS];
  size_t n = 0;
  reader r = {NULL, arena, false};
  SX_TRY(sx_store__statement(&r.statement, store, SQL_TERMS, err));
  (void)sqlite3_bind_int64(r.statement, 1, domain);
  int code;
  while ((code = sqlite3_step(r.statement)) == SQLITE_ROW && n < SX_STORE_TERMS) {
    const sx_store_term term = {text_at(&r, 0), text_at(&r, 1), text2_at(&r, 2), text2_at(&r, 4)};
    terms[n++] = term;
  }
  sqlite3_reset(r.statement);
  if (code != SQLITE_DONE && code != SQLITE_ROW) return sx_store__fail(store, code, "reading a domain", err);
  out->terms = NULL;
  out->n_terms = n;
  if (!n) return r.failed ? sx_error_memory(err) : SX_OK;
  sx_store_term *copy = sx_arena_alloc(arena, n, sizeof *copy);
  if (r.failed || !copy) return sx_error_memory(err);
  memcpy(copy, terms, n * sizeof *copy);
  out->terms = copy;
  return SX_OK;
}

/* Terms live as long as the store is open. */
static sx_status read_terms(sx_store_row *out, sx_store *store, int64_t domain, sx_error *err) {
  struct store_domain *known = NULL;
  SX_TRY(domain_place(&known, store, domain, err));
  if (!known) return ask_terms(out, store, store->domains.arena, domain, err);
  if (!known->known) {
    sx_store_row row;
    SX_TRY(ask_terms(&row, store, store->domains.arena, domain, err));
    *known = (struct store_domain){row.terms, row.n_terms, true};
  }
  out->terms = known->terms;
  out->n_terms = known->n;
  return SX_OK;
}

/* The present row of a statement made from SX_STORE_ROW_SELECT. */
static sx_status read_row(sx_store_row *out, sx_store *store, reader *r, sx_error *err) {
  sqlite3_stmt *s = r->statement;
  sx_store_row row = {.id = sqlite3_column_int64(s, 0),
                      .wave = text_at(r, 1),
                      .indicator = text_at(r, 2),
                      .statistic = text_at(r, 3),
                      .estimate = number_at(r, 5),
                      .se = number_at(r, 6),
                      .low = number_at(r, 7),
                      .high = number_at(r, 8),
                      .ci_level = number_at(r, 9),
                      .df = number_at(r, 10),
                      .n = sqlite3_column_type(s, 11) == SQLITE_NULL ? -1 : sqlite3_column_int64(s, 11),
                      .n_eff = number_at(r, 12),
                      .deff = number_at(r, 13),
                      .cv = number_at(r, 14),
                      .unit = text_at(r, 15),
                      .quality = text_at(r, 16),
                      .na_reason = text_at(r, 17),
                      .method = text_at(r, 18),
                      .step = text_at(r, 19)};
  if (r->failed) return sx_error_memory(err);
  SX_TRY(read_terms(&row, store, sqlite3_column_int64(s, 4), err));
  if (store->hidden) SX_TRY(sx_store__mask(store, &row, err));
  *out = row;
  return SX_OK;
}

sx_status sx_store_find(bool *found, sx_store_row *out, sx_store *store, int64_t run, const char *indicator,
                        const char *statistic, const sx_store_term *terms, size_t n_terms, sx_error *err) {
  reader r = {NULL, store->found, false};
  if (sx_store__view_of(store, run))
    return sx_store__view_find(found, out, store, indicator, statistic, terms, n_terms, err);
  SX_TRY(sx_store__domain_key(store, terms, n_terms, err));
  SX_TRY(sx_store__statement(&r.statement, store, statistic ? SQL_ROW_FIND : SQL_ROW_FIND_MAIN, err));
  (void)sqlite3_bind_int64(r.statement, 1, run);
  sx_store__bind_text(r.statement, 2, indicator);
  sx_store__bind_text(r.statement, 3, store->key.data);
  if (statistic) sx_store__bind_text(r.statement, 4, statistic);
  const int code = sqlite3_step(r.statement);
  sx_status status = SX_OK;
  if (code == SQLITE_ROW) {
    sx_arena_release(store->found, (sx_arena_mark){NULL, 0});
    status = read_row(out, store, &r, err);
    if (status == SX_OK) *found = true;
  } else if (code == SQLITE_DONE) {
    *found = false;
  } else {
    status = sx_store__fail(store, code, "reading a result", err);
  }
  sqlite3_reset(r.statement);
  return status;
}

/* Walks use statements of their own, so that the callback may walk too. */
sx_status sx_store_each_run(sx_store *store, sx_store_run_fn fn, void *data, sx_error *err) {
  reader r = {NULL, NULL, false};
  sx_status status = SX_OK;
  int code;
  SX_TRY(sx_arena_new(&r.arena, &store->ctx, err));
  SX_TRY_GOTO(status, prepare(&r.statement, store, SX_STORE_RUN_SELECT " WHERE finished IS NOT NULL ORDER BY id", err),
              done);
  while ((code = sqlite3_step(r.statement)) == SQLITE_ROW) {
    const sx_store_run run = run_at(&r);
    if (r.failed) {
      status = sx_error_memory(err);
      goto done;
    }
    SX_TRY_GOTO(status, fn(data, &run, err), done);
    sx_arena_release(r.arena, (sx_arena_mark){NULL, 0});
  }
  if (code != SQLITE_DONE) status = sx_store__fail(store, code, "reading the runs", err);
done:
  sqlite3_finalize(r.statement);
  sx_arena_free(r.arena);
  return status;
}

uint64_t sx_store_rows_state(const sx_store *store) {
  return store->n_changes + 1;
}

/* Of the rows that are held. */
static sx_status each_held(const sx_store_row *rows, size_t n, const char *indicator, sx_store_row_fn fn, void *data,
                           sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    if (indicator && strcmp(rows[i].indicator, indicator) != 0) continue;
    SX_TRY(fn(data, &rows[i], err));
  }
  return SX_OK;
}

/* All rows of a statement that is bound; it is reset. */
static sx_status each_of(reader *r, sx_store *store, sx_store_row_fn fn, void *data, sx_error *err) {
  const sx_arena_mark mark = sx_arena_get_mark(r->arena);
  sx_status status = SX_OK;
  int code = SQLITE_DONE;
  while (status == SX_OK && (code = sqlite3_step(r->statement)) == SQLITE_ROW) {
    sx_store_row row;
    sx_arena_release(r->arena, mark);
    status = read_row(&row, store, r, err);
    if (status == SX_OK) status = fn(data, &row, err);
  }
  if (status == SX_OK && code != SQLITE_DONE) status = sx_store__fail(store, code, "reading the results", err);
  (void)sqlite3_reset(r->statement);
  return status;
}

static sx_status each_in_spans(reader *r, sx_store *store, int64_t run, sx_store_row_fn fn, void *data, sx_error *err) {
  sx_store__span *spans = NULL;
  size_t n = 0;
  sx_status status = SX_OK;
  SX_TRY(sx_store__row_spans(&spans, &n, &run, store, r->arena, err));
  SX_TRY(prepare(&r->statement, store, SX_STORE_ROW_SPAN, err));
  (void)sqlite3_bind_int64(r->statement, 1, run);
  for (size_t i = 0; i < n && status == SX_OK; i++) {
    (void)sqlite3_bind_int64(r->statement, 2, spans[i].low);
    (void)sqlite3_bind_int64(r->statement, 3, spans[i].high);
    status = each_of(r, store, fn, data, err);
  }
  return status;
}

static sx_status each_of_indicator(reader *r, sx_store *store, int64_t run, const char *indicator, sx_store_row_fn fn,
                                   void *data, sx_error *err) {
  SX_TRY(prepare(&r->statement, store, SX_STORE_ROW_SELECT " AND indicator = ?2" SX_STORE_ROW_ORDER, err));
  (void)sqlite3_bind_int64(r->statement, 1, run);
  sx_store__bind_text(r->statement, 2, indicator);
  return each_of(r, store, fn, data, err);
}

static sx_status each_row(sx_store *store, int64_t run, const char *indicator, sx_store_row_fn fn, void *data,
                          sx_error *err) {
  reader r = {NULL, NULL, false};
  SX_TRY(sx_arena_new(&r.arena, &store->ctx, err));
  const sx_status status = indicator ? each_of_indicator(&r, store, run, indicator, fn, data, err)
                                     : each_in_spans(&r, store, run, fn, data, err);
  sqlite3_finalize(r.statement);
  sx_arena_free(r.arena);
  return status;
}

static sx_status each_block(sx_store *store, int64_t run, sx_store_block_fn fn, void *data, sx_error *err) {
  sqlite3_stmt *s = NULL;
  sx_status status = SX_OK;
  int code;
  SX_TRY_GOTO(
      status,
      prepare(&s, store, "SELECT position, kind, id, json FROM block WHERE run = ?1 ORDER BY position, rowid", err),
      done);
  (void)sqlite3_bind_int64(s, 1, run);
  while ((code = sqlite3_step(s)) == SQLITE_ROW) {
    const char *kind = (const char *)sqlite3_column_text(s, 1), *id = (const char *)sqlite3_column_text(s, 2);
    const char *json = (const char *)sqlite3_column_text(s, 3);
    if (!kind || !json) {
      status = sx_error_memory(err);
      goto done;
    }
    SX_TRY_GOTO(status, fn(data, sqlite3_column_int64(s, 0), kind, id, json, err), done);
  }
  if (code != SQLITE_DONE) status = sx_store__fail(store, code, "reading the blocks", err);
done:
  sqlite3_finalize(s);
  return status;
}

static sx_status each_input(sx_store *store, int64_t run, sx_store_input_fn fn, void *data, sx_error *err) {
  sqlite3_stmt *s = NULL;
  sx_status status = SX_OK;
  int code;
  SX_TRY_GOTO(status, prepare(&s, store, "SELECT path, sha256, bytes FROM input WHERE run = ?1 ORDER BY rowid", err),
              done);
  (void)sqlite3_bind_int64(s, 1, run);
  while ((code = sqlite3_step(s)) == SQLITE_ROW) {
    const sx_store_input input = {(const char *)sqlite3_column_text(s, 0), (const char *)sqlite3_column_text(s, 1),
                                  sqlite3_column_int64(s, 2)};
    if (!input.path || !input.sha256) {
      status = sx_error_memory(err);
      goto done;
    }
    SX_TRY_GOTO(status, fn(data, &input, err), done);
  }
  if (code != SQLITE_DONE) status = sx_store__fail(store, code, "reading the inputs", err);
done:
  sqlite3_finalize(s);
  return status;
}

sx_status sx_store_each_row(sx_store *store, int64_t run, const char *indicator, sx_store_row_fn fn, void *data,
                            sx_error *err) {
  if (sx_store__view_of(store, run)) {
    size_t n = 0;
    const sx_store_row *held = sx_store__view_rows(&n, store);
    return each_held(held, n, indicator, fn, data, err);
  }
  sx_store__enter(store);
  const sx_status status = each_row(store, run, indicator, fn, data, err);
  sx_store__leave(store);
  return status;
}

sx_status sx_store_each_block(sx_store *store, int64_t run, sx_store_block_fn fn, void *data, sx_error *err) {
  bool held = false;
  const sx_status given = sx_store__each_held_block(&held, store, run, fn, data, err);
  if (held) return given;
  sx_store__enter(store);
  const sx_status status = each_block(store, run, fn, data, err);
  sx_store__leave(store);
  return status;
}

sx_status sx_store_each_input(sx_store *store, int64_t run, sx_store_input_fn fn, void *data, sx_error *err) {
  sx_store__enter(store);
  const sx_status status = each_input(store, run, fn, data, err);
  sx_store__leave(store);
  return status;
}

sx_status sx_store_plan_hash(char out[SX_HASH_TEXT], sx_store *store, int64_t run, sx_error *err) {
  void *data = NULL;
  size_t n = 0;
  out[0] = '\0';
  if (!store) return sx_error_set(err, SX_E_ARGUMENT, "", "a store is needed");
  SX_TRY(sx_store_run_step(&data, &n, store, run, SX_STORE_PLAN_STEP, err));
  if (data && n == SX_HASH_TEXT - 1) {
    memcpy(out, data, n);
    out[n] = '\0';
  }
  sx_mem_free(&store->ctx, data);
  return SX_OK;
}

sx_status sx_store_carrier(void **data, size_t *n, sx_store *store, int64_t estimate, sx_error *err) {
  sqlite3_stmt *s;
  sx_store__enter(store);
  sx_status status = sx_store__statement(&s, store, SQL_CARRIER_GET, err);
  if (status == SX_OK) {
    (void)sqlite3_bind_int64(s, 1, estimate);
    status = sx_store__take_blob(data, n, store, s, 0, err);
  }
  sx_store__leave(store);
  return status;
}
