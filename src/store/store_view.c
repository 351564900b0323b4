/* store_view.c: the rows and indicators of one run, read once and held in memory with an index, for who asks for thousands of them, from several threads if need
 * be. What is written, hidden or let go drops it, so that it never says anything but what the tables say. */
#include <string.h>

#include "store_priv.h"

struct store_view {
  int64_t run;
  uint64_t state; /* of the store, by sx_store_rows_state */
  sx_arena *arena;
  sx_store_row *rows; /* in the order of the plan, as sx_store_each_row gives them */
  size_t n, cap;
  sx_dict *keys; /* "indicator TAB statistic TAB domain key"; MAIN for the main one */
  size_t *first; /* by code: the first row of the key */
  size_t cap_first;
  sx_dict *names; /* of indicators: a code is a place */
  sx_store_indicator *indicators;
  size_t n_indicators, cap_indicators;
  bool has_about; /* there is such a run: */
  sx_store_run about;
};

void sx_store__view_drop(sx_store *store) {
  struct store_view *v = store->view;
  if (!v) return;
  sx_dict_free(v->keys);
  sx_dict_free(v->names);
  sx_mem_free(&store->ctx, v->first);
  sx_arena_free(v->arena);
  sx_mem_free(&store->ctx, v);
  store->view = NULL;
}

void sx_store__rows_changed(sx_store *store) {
  sx_store__view_drop(store);
  store->n_changes++;
}

bool sx_store__view_of(const sx_store *store, int64_t run) {
  const struct store_view *v = store->view;
  return v && v->run == run && v->state == sx_store_rows_state(store);
}

const sx_store_row *sx_store__view_rows(size_t *n, const sx_store *store) {
  *n = store->view->n;
  return store->view->rows;
}

const sx_store_run *sx_store__view_run(const sx_store *store) {
  return store->view->has_about ? &store->view->about : NULL;
}

const sx_store_indicator *sx_store__view_indicator(const sx_store *store, const char *id) {
  const struct store_view *v = store->view;
  const int32_t code = sx_dict_find(v->names, id, strlen(id));
  return code >= 0 ? &v->indicators[code] : NULL;
}

static const char MAIN[] = "\n"; /* no statistic */

/* What SQL_ROW_FIND_MAIN leaves out. */
static bool is_main(const char *statistic) {
  return strcmp(statistic, "gap") != 0 && strncmp(statistic, "gap_", 4) != 0 && strncmp(statistic, "share_of_", 9) != 0;
}

static void put_names(sx_buf *out, const char *indicator, const char *statistic) {
  sx_buf_reset(out);
  sx_buf_add(out, indicator);
  sx_buf_add_char(out, '\t');
  sx_buf_add(out, statistic);
  sx_buf_add_char(out, '\t');
}

/* The first row of a key is the one that is found. */
static sx_status add_key(struct store_view *v, sx_store *store, const sx_buf *key, size_t row, sx_error *err) {
  int32_t code = 0;
  void *first = v->first;
  const size_t known = sx_dict_count(v->keys);
  SX_TRY(sx_buf_status(key, err));
  const bool grown = sx_mem_grow(&store->ctx, &first, &v->cap_first, known + 1, sizeof *v->first);
  v->first = first;
  if (!grown) return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, v->keys, key->data, key->n, err));
  if ((size_t)code == known) v->first[code] = row;
  return SX_OK;
}

typedef struct filling {
  sx_store *store;
  struct store_view *view;
  const sx_ctx *polled; /* NULL: nobody interrupts it */
  sx_buf key;
} filling;

/* Texts of a row are mostly those of the row before. */
static const char *like(sx_arena *arena, const char *text, const char *before, bool *failed) {
  if (!text) return NULL;
  if (before && strcmp(text, before) == 0) return before;
  const char *copy = sx_arena_strdup(arena, text);
  *failed = *failed || !copy;
  return copy;
}

static bool copy_row(struct store_view *v, const sx_store_row *row) {
  static const sx_store_row none = {.id = 0};
  const sx_store_row *b = v->n ? &v->rows[v->n - 1] : &none;
  sx_store_row *own = &v->rows[v->n];
  bool failed = false;
  *own = *row; /* terms live as long as the store */
  own->wave = like(v->arena, row->wave, b->wave, &failed);
  own->indicator = like(v->arena, row->indicator, b->indicator, &failed);
  own->statistic = like(v->arena, row->statistic, b->statistic, &failed);
  own->unit = like(v->arena, row->unit, b->unit, &failed);
  own->quality = like(v->arena, row->quality, b->quality, &failed);
  own->na_reason = like(v->arena, row->na_reason, b->na_reason, &failed);
  own->method = like(v->arena, row->method, b->method, &failed);
  own->step = like(v->arena, row->step, b->step, &failed);
  return !failed;
}

static sx_status take_row(void *data, const sx_store_row *row, sx_error *err) {
  filling *f = data;
  struct store_view *v = f->view;
  SX_TRY(sx_ctx_poll(f->polled, err));
  if (!sx_arena_grow(v->arena, (void **)&v->rows, &v->cap, v->n + 1, sizeof *v->rows)) return sx_error_memory(err);
  if (!copy_row(v, row)) return sx_error_memory(err);
  put_names(&f->key, row->indicator, row->statistic);
  SX_TRY(sx_store__put_domain_key(&f->key, f->store, row->terms, row->n_terms, err));
  SX_TRY(add_key(v, f->store, &f->key, v->n, err));
  if (is_main(row->statistic)) {
    put_names(&f->key, row->indicator, MAIN);
    SX_TRY(sx_store__put_domain_key(&f->key, f->store, row->terms, row->n_terms, err));
    SX_TRY(add_key(v, f->store, &f->key, v->n, err));
  }
  v->n++;
  return SX_OK;
}

static sx_status take_indicator(void *data, const sx_store_indicator *indicator, sx_error *err) {
  struct store_view *v = data;
  int32_t code = 0;
  if (!sx_arena_grow(v->arena, (void **)&v->indicators, &v->cap_indicators, v->n_indicators + 1, sizeof *v->indicators))
    return sx_error_memory(err);
  v->indicators[v->n_indicators++] = *indicator;
  return sx_dict_add(&code, v->names, indicator->id, strlen(indicator->id), err);
}

static sx_status take_about(struct store_view *v, sx_store *store, sx_error *err) {
  bool failed = false;
  SX_TRY(sx_store_get_run(&v->has_about, &v->about, store, v->run, err));
  if (!v->has_about) return SX_OK;
  sx_store_run *a = &v->about;
  const char **const texts[] = {&a->study,        &a->wave,    &a->title_zh, &a->title_en, &a->version,
                                &a->options_json, &a->started, &a->finished, &a->synthetic};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = like(v->arena, *texts[i], NULL, &failed);
  return failed ? sx_error_memory(err) : SX_OK;
}

static sx_status fill_rows(struct store_view *v, sx_store *store, const sx_ctx *polled, sx_error *err) {
  filling f = {.store = store, .view = v, .polled = polled};
  SX_TRY(sx_arena_new(&v->arena, &store->ctx, err));
  SX_TRY(sx_dict_new(&v->keys, &store->ctx, err));
  sx_buf_init(&f.key, &store->ctx);
  const sx_status status = sx_store_each_row(store, v->run, NULL, take_row, &f, err);
  sx_buf_clear(&f.key);
  return status;
}

static sx_status fill_about(struct store_view *v, sx_store *store, sx_error *err) {
  SX_TRY(sx_dict_new(&v->names, &store->ctx, err));
  SX_TRY(take_about(v, store, err));
  return sx_store__each_indicator(store, v->run, v->arena, take_indicator, v, err);
}

/* ---- read ahead ------------------------------------------------------------------------------------------------------------------ */

/* The rows of a finished run, read by a connection of their own. The writer's lock is held meanwhile: nobody else changes them. */
struct store_ahead {
  sx_loop *loop; /* of one task; NULL: it has been ended */
  const char *path;
  sx_store *store; /* has the terms of the rows, as long as these are held */
  struct store_view *view;
};

static sx_status read_ahead(void *data, size_t i, sx_error *err) {
  struct store_ahead *a = data;
  const sx_ctx *ctx = sx_loop_ctx(a->loop);
  sx_store_run latest;
  (void)i;
  SX_TRY(sx_store_open(&a->store, ctx, a->path, SX_STORE_READ, err));
  SX_TRY(sx_store_latest(&latest, a->store, err));
  if (!(a->view = sx_mem_zalloc(ctx, 1, sizeof *a->view))) return sx_error_memory(err);
  a->view->run = latest.id;
  return fill_rows(a->view, a->store, ctx, err);
}

/* What goes wrong is told by who asks for the rows, and reads them then. */
void sx_store_read_ahead(sx_store *store) {
  if (store->ahead || store->is_new || store->lock < 0 || sx_ctx_threads(&store->ctx) < 2) return;
  struct store_ahead *a = sx_mem_zalloc(&store->ctx, 1, sizeof *a);
  if (!a) return;
  a->path = store->path;
  if (sx_loop_new(&a->loop, &store->ctx, 1, read_ahead, a, NULL) != SX_OK) {
    sx_mem_free(&store->ctx, a);
    return;
  }
  store->ahead = a;
  sx_loop_begin(a->loop);
}

void sx_store_leave_ahead(sx_store *store) {
  struct store_ahead *a = store->ahead;
  sx_store__blocks_leave(store);
  if (!a) return;
  sx_loop_free(a->loop);
  if (!a->view) sx_store__view_drop(store); /* it may have them */
  if (a->store) a->store->view = a->view;   /* freed with it */
  sx_store_close(a->store);
  sx_mem_free(&store->ctx, a);
  store->ahead = NULL;
}

static sx_status rows_of(int64_t *out, sx_store *store, int64_t run, sx_error *err) {
  sqlite3_stmt *s = NULL;
  int code = sqlite3_prepare_v2(store->db, "SELECT " SX_STORE_ROWS_OF, -1, &s, NULL);
  if (code == SQLITE_OK) {
    (void)sqlite3_bind_int64(s, 1, run);
    code = sqlite3_step(s);
  }
  *out = code == SQLITE_ROW ? sqlite3_column_int64(s, 0) : run;
  sqlite3_finalize(s);
  return code == SQLITE_ROW ? SX_OK : sx_store__fail(store, code, "reading the results", err);
}

/* *view: the rows that were read ahead, where they are those of the run as it is read now; NULL. */
static sx_status take_ahead(struct store_view **view, sx_store *store, int64_t run, sx_error *err) {
  struct store_ahead *a = store->ahead;
  int64_t own = 0, ahead = -1;
  *view = NULL;
  if (!a || !a->loop) return SX_OK; /* they are given once */
  sx_error lost = SX_ERROR_INIT;
  const sx_status status = sx_loop_end(a->loop, &lost);
  sx_loop_free(a->loop);
  a->loop = NULL;
  if (status == SX_E_CANCELLED) return sx_error_set(err, status, lost.where, "%s", lost.message);
  if (status != SX_OK || store->hidden) return SX_OK;
  SX_TRY(rows_of(&own, store, run, err));
  SX_TRY(rows_of(&ahead, store, a->view->run, err));
  if (own != ahead) return SX_OK;
  *view = a->view;
  a->view = NULL;
  sx_store__blocks_ahead(store); /* the thread is free */
  return SX_OK;
}

/* ---- held ------------------------------------------------------------------------------------------------------------------------ */

sx_status sx_store_keep_rows(sx_store *store, int64_t run, sx_error *err) {
  struct store_view *v = NULL;
  sx_status status = SX_OK;
  if (sx_store__view_of(store, run)) return SX_OK;
  sx_store__view_drop(store);
  SX_TRY(take_ahead(&v, store, run, err));
  const bool has_rows = v != NULL;
  if (!v && !(v = sx_mem_zalloc(&store->ctx, 1, sizeof *v))) return sx_error_memory(err);
  v->run = run;
  v->state = sx_store_rows_state(store);
  if (!has_rows) status = fill_rows(v, store, NULL, err);
  if (status == SX_OK) status = fill_about(v, store, err);
  store->view = v;
  if (status != SX_OK) sx_store__view_drop(store);
  return status;
}

/* The key is of the caller's thread, not of the store. */
sx_status sx_store__view_find(bool *found, sx_store_row *out, const sx_store *store, const char *indicator,
                              const char *statistic, const sx_store_term *terms, size_t n_terms, sx_error *err) {
  const struct store_view *v = store->view;
  sx_buf key;
  sx_buf_init(&key, &store->ctx);
  put_names(&key, indicator, statistic ? statistic : MAIN);
  const sx_status status = sx_store__put_domain_key(&key, store, terms, n_terms, err);
  const int32_t code = status == SX_OK ? sx_dict_find(v->keys, key.data, key.n) : -1;
  *found = code >= 0;
  if (*found) *out = v->rows[v->first[code]];
  sx_buf_clear(&key);
  return status;
}
