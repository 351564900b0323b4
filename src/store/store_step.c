/* store_step.c: steps of a plan remembered by the hash of all that they rest on, so that an unchanged step is copied, not computed. */
#include <string.h>

#include "store_priv.h"

sx_status sx_store_put_place(sx_store *store, const char *step, size_t place, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__need_run(store, err));
  SX_TRY(sx_store__statement(&s, store, SQL_PLAN_ADD, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  sx_store__bind_text(s, 2, step);
  (void)sqlite3_bind_int64(s, 3, (int64_t)place);
  store->n_changes++;
  return sx_store__run(store, s, "writing the plan", err);
}

sx_status sx_store_put_step(sx_store *store, const char *step, const char *key, const void *payload, size_t n,
                            sx_error *err) {
  sqlite3_stmt *s;
  int64_t blob;
  SX_TRY(sx_store__need_run(store, err));
  SX_TRY(sx_store__put_blob(&blob, store, payload, n, err));
  SX_TRY(sx_store__statement(&s, store, SQL_STEP_ADD, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  sx_store__bind_text(s, 2, step);
  sx_store__bind_text(s, 3, key);
  (void)sqlite3_bind_int64(s, 4, blob);
  return sx_store__run(store, s, "writing a step", err);
}

/* The newest finished run that has the step under this key and still its carriers; 0 when none has. */
static sx_status find_run(int64_t *run, sx_store *store, const char *step, const char *key, sx_error *err) {
  sqlite3_stmt *s;
  *run = 0;
  SX_TRY(sx_store__statement(&s, store, SQL_STEP_FIND, err));
  sx_store__bind_text(s, 1, step);
  sx_store__bind_text(s, 2, key);
  const int code = sqlite3_step(s);
  if (code == SQLITE_ROW) *run = sqlite3_column_int64(s, 0);
  sqlite3_reset(s);
  return code == SQLITE_ROW || code == SQLITE_DONE ? SX_OK : sx_store__fail(store, code, "reading a step", err);
}

/* A carrier is copied by reference: its blob is kept once however many runs use it. */
static sx_status copy_row(sx_store *store, const struct store_owned *row, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, SQL_ROW_COPY, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  (void)sqlite3_bind_int64(s, 2, row->id);
  store->n_changes++;
  SX_TRY(sx_store__run(store, s, "copying a result", err));
  if (!row->carrier) return SX_OK;
  const int64_t id = sqlite3_last_insert_rowid(store->db);
  SX_TRY(sx_store__statement(&s, store, SQL_CARRIER_COPY, err));
  (void)sqlite3_bind_int64(s, 1, id);
  (void)sqlite3_bind_int64(s, 2, row->id);
  return sx_store__run(store, s, "copying a carrier", err);
}

void sx_store__copy_clear(sx_store *store) {
  sx_arena_free(store->copy.arena);
  store->copy = (struct store_copy){.run = 0};
}

static sx_status add_owned(sx_store *store, sqlite3_stmt *s, sx_error *err) {
  struct store_copy *c = &store->copy;
  const char *step = (const char *)sqlite3_column_text(s, 0);
  if (!step || !sx_arena_grow(c->arena, (void **)&c->rows, &c->cap, c->n + 1, sizeof *c->rows))
    return sx_error_memory(err);
  const char *last = c->n ? c->rows[c->n - 1].step : ""; /* rows of one step stand together */
  const char *kept = strcmp(last, step) == 0 ? last : sx_arena_strdup(c->arena, step);
  if (!kept) return sx_error_memory(err);
  c->rows[c->n++] = (struct store_owned){kept, sqlite3_column_int64(s, 1), sqlite3_column_int(s, 2) != 0};
  return SX_OK;
}

/* Whose every row of the run is, read once: asked step by step, each question would pass all rows. Finished runs do not change. */
static sx_status list_rows(sx_store *store, int64_t run, sx_error *err) {
  sqlite3_stmt *s;
  int code;
  sx_status status = SX_OK;
  if (store->copy.run == run) return SX_OK;
  sx_store__copy_clear(store);
  SX_TRY(sx_arena_new(&store->copy.arena, &store->ctx, err));
  SX_TRY(sx_store__statement(&s, store, SQL_ROW_STEPS, err));
  (void)sqlite3_bind_int64(s, 1, run);
  while ((code = sqlite3_step(s)) == SQLITE_ROW) SX_TRY_GOTO(status, add_owned(store, s, err), done);
  if (code != SQLITE_DONE) status = sx_store__fail(store, code, "copying results", err);
done:
  sqlite3_reset(s);
  if (status != SX_OK) return status;
  store->copy.run = run;
  return SX_OK;
}

static sx_status copy_rows(sx_store *store, int64_t run, const char *step, sx_error *err) {
  SX_TRY(list_rows(store, run, err));
  const struct store_copy *c = &store->copy;
  size_t low = 0, high = c->n;
  while (low < high) { /* the first of the step */
    const size_t middle = low + (high - low) / 2;
    if (strcmp(c->rows[middle].step, step) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  for (size_t i = low; i < c->n && strcmp(c->rows[i].step, step) == 0; i++) SX_TRY(copy_row(store, &c->rows[i], err));
  return SX_OK;
}

sx_status sx_store_reuse(bool *reused, sx_store *store, const char *step, const char *key, sx_error *err) {
  sqlite3_stmt *s;
  int64_t run;
  SX_TRY(sx_store__need_run(store, err));
  SX_TRY(find_run(&run, store, step, key, err));
  if (!run) {
    *reused = false;
    return SX_OK;
  }
  SX_TRY(copy_rows(store, run, step, err));
  SX_TRY(sx_store__statement(&s, store, SQL_STEP_COPY, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  (void)sqlite3_bind_int64(s, 2, run);
  sx_store__bind_text(s, 3, step);
  SX_TRY(sx_store__run(store, s, "copying a step", err));
  *reused = true;
  return SX_OK;
}

sx_status sx_store_run_step(void **data, size_t *n, sx_store *store, int64_t run, const char *step, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, SQL_STEP_OF_RUN, err));
  (void)sqlite3_bind_int64(s, 1, run);
  sx_store__bind_text(s, 2, step);
  return sx_store__take_blob(data, n, store, s, 0, err);
}

sx_status sx_store_has_step(bool *has, sx_store *store, const char *step, const char *key, sx_error *err) {
  int64_t run = 0;
  SX_TRY(find_run(&run, store, step, key, err));
  *has = run != 0;
  return SX_OK;
}

sx_status sx_store_step_payload(void **data, size_t *n, sx_store *store, const char *step, const char *key,
                                sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, SQL_STEP_PAYLOAD, err));
  sx_store__bind_text(s, 1, step);
  sx_store__bind_text(s, 2, key);
  (void)sqlite3_bind_int64(s, 3, store->run);
  return sx_store__take_blob(data, n, store, s, 0, err);
}
