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
  sx_store__rows_changed(store);
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

/* ---- rows taken over, step by step ------------------------------------------------------------------------------------------ */

void sx_store__copy_clear(sx_store *store) {
  sx_arena_free(store->copy.arena);
  store->copy = (struct store_copy){.run = 0};
}

static sx_status add_span(sx_store *store, sqlite3_stmt *s, sx_error *err) {
  struct store_copy *c = &store->copy;
  const char *step = (const char *)sqlite3_column_text(s, 0);
  if (!step || !sx_arena_grow(c->arena, (void **)&c->spans, &c->cap, c->n + 1, sizeof *c->spans))
    return sx_error_memory(err);
  const char *kept = sx_arena_strdup(c->arena, step);
  if (!kept) return sx_error_memory(err);
  c->spans[c->n++] = (struct store_span){kept, sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2)};
  return SX_OK;
}

/* Where the rows of every step of the run are, read once: asked step by step, each question would pass all rows. Finished runs do not change. */
static sx_status list_spans(sx_store *store, int64_t run, sx_error *err) {
  sqlite3_stmt *s;
  int code;
  sx_status status = SX_OK;
  if (store->copy.run == run) return SX_OK;
  sx_store__copy_clear(store);
  SX_TRY(sx_arena_new(&store->copy.arena, &store->ctx, err));
  SX_TRY(sx_store__statement(&s, store, SQL_ROW_SPANS, err));
  (void)sqlite3_bind_int64(s, 1, run);
  while ((code = sqlite3_step(s)) == SQLITE_ROW) SX_TRY_GOTO(status, add_span(store, s, err), done);
  if (code != SQLITE_DONE) status = sx_store__fail(store, code, "copying results", err);
done:
  sqlite3_reset(s);
  if (status != SX_OK) return status;
  store->copy.run = run;
  return SX_OK;
}

static sx_status last_row(int64_t *id, sx_store *store, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, SQL_ROW_LAST, err));
  const int code = sqlite3_step(s);
  if (code == SQLITE_ROW) *id = sqlite3_column_int64(s, 0);
  sqlite3_reset(s);
  return code == SQLITE_ROW ? SX_OK : sx_store__fail(store, code, "copying results", err);
}

/* Rows or their carriers, moved behind the last row. A carrier is copied by reference: its blob is kept once however many runs use it. */
static sx_status copy_moved(sx_store *store, sx_store_sql which, int64_t run, const struct store_span *span,
                            int64_t moved, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, which, err));
  (void)sqlite3_bind_int64(s, 1, run);
  (void)sqlite3_bind_int64(s, 2, moved);
  (void)sqlite3_bind_int64(s, 3, store->run);
  (void)sqlite3_bind_int64(s, 4, span->low);
  (void)sqlite3_bind_int64(s, 5, span->high);
  sx_store__bind_text(s, 6, span->step);
  return sx_store__run(store, s, "copying results", err);
}

static sx_status copy_rows(sx_store *store, int64_t run, const char *step, sx_error *err) {
  int64_t last = 0;
  SX_TRY(list_spans(store, run, err));
  const struct store_copy *c = &store->copy;
  size_t low = 0, high = c->n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (strcmp(c->spans[middle].step, step) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == c->n || strcmp(c->spans[low].step, step) != 0) return SX_OK; /* a step without rows */
  const struct store_span *span = &c->spans[low];
  sx_store__rows_changed(store);
  SX_TRY(last_row(&last, store, err));
  const int64_t moved = last + 1 - span->low;
  SX_TRY(copy_moved(store, SQL_ROWS_COPY, run, span, moved, err));
  return copy_moved(store, SQL_CARRIERS_COPY, run, span, moved, err);
}

static sx_status copy_step(sx_store *store, int64_t run, const char *step, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, SQL_STEP_COPY, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  (void)sqlite3_bind_int64(s, 2, run);
  sx_store__bind_text(s, 3, step);
  return sx_store__run(store, s, "copying a step", err);
}

sx_status sx_store_reuse(bool *reused, sx_store *store, const char *step, const char *key, sx_error *err) {
  int64_t run;
  SX_TRY(sx_store__need_rows(store, step, err));
  SX_TRY(find_run(&run, store, step, key, err));
  *reused = run != 0;
  if (!run) return SX_OK;
  SX_TRY(copy_rows(store, run, step, err));
  return copy_step(store, run, step, err);
}

sx_status sx_store_reuse_payload(bool *reused, sx_store *store, const char *step, const char *key, sx_error *err) {
  int64_t run;
  SX_TRY(sx_store__need_run(store, err));
  SX_TRY(find_run(&run, store, step, key, err));
  *reused = run != 0;
  return run ? copy_step(store, run, step, err) : SX_OK;
}

/* ---- rows of an earlier run, shared ------------------------------------------------------------------------------------------- */

void sx_store__made_clear(sx_store *store) {
  sx_dict_free(store->made.steps);
  store->made = (struct store_made){.last = -1};
}

sx_status sx_store__need_rows(sx_store *store, const char *step, sx_error *err) {
  struct store_made *m = &store->made;
  size_t n = 0;
  SX_TRY(sx_store__need_run(store, err));
  if (m->shared)
    return sx_error_set(err, SX_E_ARGUMENT, store->path,
                        "the run shares the rows of an earlier one: it has none of its own");
  m->loose = m->loose || !step;
  if (!step) return SX_OK;
  if (!m->steps) SX_TRY(sx_dict_new(&m->steps, &store->ctx, err));
  if (m->last >= 0 && strcmp(sx_dict_get(m->steps, m->last, &n), step) == 0) return SX_OK;
  return sx_dict_add(&m->last, m->steps, step, strlen(step), err);
}

sx_status sx_store__put_row_set(sx_store *store, sx_error *err) {
  const struct store_made *m = &store->made;
  sqlite3_stmt *s;
  const size_t n_steps = m->steps ? sx_dict_count(m->steps) : 0;
  bool placed = !m->loose && !m->shared;
  for (size_t i = 0; placed && i < n_steps; i++) {
    size_t n = 0;
    SX_TRY(sx_store__statement(&s, store, SQL_PLAN_HAS, err));
    (void)sqlite3_bind_int64(s, 1, store->run);
    sx_store__bind_text(s, 2, sx_dict_get(m->steps, (int32_t)i, &n));
    const int code = sqlite3_step(s);
    sqlite3_reset(s);
    if (code != SQLITE_ROW && code != SQLITE_DONE) return sx_store__fail(store, code, "finishing the run", err);
    placed = code == SQLITE_ROW;
  }
  if (!placed) return SX_OK;
  SX_TRY(sx_store__statement(&s, store, SQL_ROW_SET_ADD, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  return sx_store__run(store, s, "finishing the run", err);
}

/* The newest finished run's plan is these steps, in this order, with these keys; and its rows are all theirs. */
static sx_status has_plan(bool *same, sx_store *store, int64_t run, const sx_store_step *steps, size_t n,
                          sx_error *err) {
  sqlite3_stmt *s;
  int code;
  size_t i = 0;
  *same = true;
  SX_TRY(sx_store__statement(&s, store, SQL_PLAN_KEYS, err));
  (void)sqlite3_bind_int64(s, 1, run);
  for (; (code = sqlite3_step(s)) == SQLITE_ROW && *same; i++) {
    const char *step = (const char *)sqlite3_column_text(s, 0), *key = (const char *)sqlite3_column_text(s, 1);
    *same = i < n && step && key && strcmp(step, steps[i].step) == 0 && strcmp(key, steps[i].key) == 0;
  }
  sqlite3_reset(s);
  if (code != SQLITE_ROW && code != SQLITE_DONE) return sx_store__fail(store, code, "reading the plan", err);
  *same = *same && i == n;
  return SX_OK;
}

sx_status sx_store_share_rows(bool *shared, sx_store *store, const sx_store_step *steps, size_t n, sx_error *err) {
  sqlite3_stmt *s;
  int64_t run = 0;
  *shared = false;
  SX_TRY(sx_store__need_run(store, err));
  if (n == 0 || store->made.steps || store->made.loose || store->made.shared) return SX_OK;
  SX_TRY(find_run(&run, store, steps[0].step, steps[0].key, err));
  if (run) SX_TRY(has_plan(shared, store, run, steps, n, err));
  if (!*shared) return SX_OK;
  sx_store__rows_changed(store);
  SX_TRY(sx_store__statement(&s, store, SQL_ROWS_SHARED, err));
  (void)sqlite3_bind_int64(s, 1, run);
  (void)sqlite3_bind_int64(s, 2, store->run);
  SX_TRY(sx_store__run(store, s, "sharing results", err));
  store->made.shared = true;
  for (size_t i = 0; i < n; i++) SX_TRY(copy_step(store, run, steps[i].step, err));
  return SX_OK;
}

/* ---- payloads ------------------------------------------------------------------------------------------------------------------ */

sx_status sx_store_run_step(void **data, size_t *n, sx_store *store, int64_t run, const char *step, sx_error *err) {
  sqlite3_stmt *s;
  sx_store__enter(store);
  sx_status status = sx_store__statement(&s, store, SQL_STEP_OF_RUN, err);
  if (status == SX_OK) {
    (void)sqlite3_bind_int64(s, 1, run);
    sx_store__bind_text(s, 2, step);
    status = sx_store__take_blob(data, n, store, s, 0, err);
  }
  sx_store__leave(store);
  return status;
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
  sx_store__enter(store);
  sx_status status = sx_store__statement(&s, store, SQL_STEP_PAYLOAD, err);
  if (status == SX_OK) {
    sx_store__bind_text(s, 1, step);
    sx_store__bind_text(s, 2, key);
    (void)sqlite3_bind_int64(s, 3, store->run);
    status = sx_store__take_blob(data, n, store, s, 0, err);
  }
  sx_store__leave(store);
  return status;
}
