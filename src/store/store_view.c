/* store_view.c: the rows of one run, read once and held in memory with an index, for who asks for thousands of them. What is written, hidden or let go drops
 * it, so that it never says anything but what the tables say. */
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
};

void sx_store__view_drop(sx_store *store) {
  struct store_view *v = store->view;
  if (!v) return;
  sx_dict_free(v->keys);
  sx_mem_free(&store->ctx, v->first);
  sx_arena_free(v->arena);
  sx_mem_free(&store->ctx, v);
  store->view = NULL;
}

void sx_store__rows_changed(sx_store *store) {
  sx_store__view_drop(store);
  store->n_changes++;
}

const sx_store_row *sx_store__view_rows(size_t *n, const sx_store *store, int64_t run) {
  const struct store_view *v = store->view;
  *n = v && v->run == run && v->state == sx_store_rows_state(store) ? v->n : 0;
  return *n ? v->rows : NULL;
}

static const char MAIN[] = "\n"; /* no statistic */

/* What SQL_ROW_FIND_MAIN leaves out. */
static bool is_main(const char *statistic) {
  return strcmp(statistic, "gap") != 0 && strncmp(statistic, "gap_", 4) != 0 && strncmp(statistic, "share_of_", 9) != 0;
}

static void put_key(sx_buf *out, const char *indicator, const char *statistic, const sx_buf *domain) {
  sx_buf_reset(out);
  sx_buf_add(out, indicator);
  sx_buf_add_char(out, '\t');
  sx_buf_add(out, statistic);
  sx_buf_add_char(out, '\t');
  sx_buf_add_n(out, domain->data, domain->n);
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
  sx_buf key;
} filling;

static sx_status take_row(void *data, const sx_store_row *row, sx_error *err) {
  filling *f = data;
  struct store_view *v = f->view;
  if (!sx_arena_grow(v->arena, (void **)&v->rows, &v->cap, v->n + 1, sizeof *v->rows)) return sx_error_memory(err);
  SX_TRY(sx_store_row_copy(&v->rows[v->n], v->arena, row, err));
  SX_TRY(sx_store__domain_key(f->store, row->terms, row->n_terms, err));
  put_key(&f->key, row->indicator, row->statistic, &f->store->key);
  SX_TRY(add_key(v, f->store, &f->key, v->n, err));
  if (is_main(row->statistic)) {
    put_key(&f->key, row->indicator, MAIN, &f->store->key);
    SX_TRY(add_key(v, f->store, &f->key, v->n, err));
  }
  v->n++;
  return SX_OK;
}

sx_status sx_store_keep_rows(sx_store *store, int64_t run, sx_error *err) {
  if (store->view && store->view->run == run && store->view->state == sx_store_rows_state(store)) return SX_OK;
  sx_store__view_drop(store);
  filling f = {.store = store, .view = sx_mem_zalloc(&store->ctx, 1, sizeof *f.view)};
  if (!f.view) return sx_error_memory(err);
  sx_buf_init(&f.key, &store->ctx);
  f.view->run = run;
  f.view->state = sx_store_rows_state(store);
  sx_status status = sx_arena_new(&f.view->arena, &store->ctx, err);
  if (status == SX_OK) status = sx_dict_new(&f.view->keys, &store->ctx, err);
  if (status == SX_OK) status = sx_store_each_row(store, run, NULL, take_row, &f, err);
  sx_buf_clear(&f.key);
  store->view = f.view;
  if (status != SX_OK) sx_store__view_drop(store);
  return status;
}

sx_status sx_store__view_find(bool *found, sx_store_row *out, sx_store *store, const char *indicator,
                              const char *statistic, const sx_store_term *terms, size_t n_terms, sx_error *err) {
  const struct store_view *v = store->view;
  sx_buf key;
  SX_TRY(sx_store__domain_key(store, terms, n_terms, err));
  sx_buf_init(&key, &store->ctx);
  put_key(&key, indicator, statistic ? statistic : MAIN, &store->key);
  const sx_status status = sx_buf_status(&key, err);
  const int32_t code = status == SX_OK ? sx_dict_find(v->keys, key.data, key.n) : -1;
  *found = code >= 0;
  if (*found) *out = v->rows[v->first[code]];
  sx_buf_clear(&key);
  return status;
}
