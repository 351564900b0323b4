/* store_hide.c: the view for release: rows that must not be published are read without their values. What is stored stays as it is. */
#include "store_priv.h"

#include <math.h>
#include <string.h>

/* The present domain key with what stands before it: "users\ttotal\t" + key. */
static sx_status key_of(sx_buf *out, sx_store *store, const char *before, const char *indicator, const char *statistic,
                        const sx_store_term *terms, size_t n_terms, sx_error *err) {
  SX_TRY(sx_store__domain_key(store, terms, n_terms, err));
  sx_buf_reset(out);
  sx_buf_printf(out, "%s%s\t%s\t", before, indicator, statistic);
  sx_buf_add(out, store->key.data);
  return sx_buf_status(out, err);
}

/* A line: indicator, statistic, then variable and level of each term. "~" before the indicator: its value stays, the error and all that tells it go;
 * "~~": the number of cases too. */
static sx_status add_line(sx_store *store, sx_buf *key, char *line, sx_error *err) {
  sx_store_term terms[SX_STORE_TERMS];
  char *field[2 + 2 * SX_STORE_TERMS];
  size_t n = 0;
  int32_t code = 0;
  memset(terms, 0, sizeof terms);
  if (*line == '#' || *line == '\0') return SX_OK;
  for (char *at = line; at && n < sizeof field / sizeof *field; n++) {
    field[n] = at;
    at = strchr(at, '\t');
    if (at) *at++ = '\0';
  }
  if (n < 2 || n % 2) return sx_error_set(err, SX_E_DATA, store->path, "the list of what is not published is damaged");
  for (size_t k = 2; k < n; k += 2) {
    terms[k / 2 - 1].variable = field[k];
    terms[k / 2 - 1].level = field[k + 1];
  }
  SX_TRY(key_of(key, store, "", field[0], field[1], terms, n / 2 - 1, err));
  return sx_dict_add(&code, store->hidden, key->data, key->n, err);
}

sx_status sx_store_hide(sx_store *store, const char *list, sx_error *err) {
  sx_store__rows_changed(store);
  sx_dict_free(store->hidden);
  store->hidden = NULL;
  store->hides_errors = list && strstr(list, "\n~");
  if (!list) return SX_OK;
  sx_buf key;
  sx_buf_init(&key, &store->ctx);
  char *lines = sx_mem_strdup(&store->ctx, list), *next = lines;
  sx_status status = lines ? sx_dict_new(&store->hidden, &store->ctx, err) : sx_error_memory(err);
  while (status == SX_OK && next) {
    char *line = next;
    next = strchr(line, '\n');
    if (next) *next++ = '\0';
    status = add_line(store, &key, line, err);
  }
  if (status != SX_OK) {
    sx_dict_free(store->hidden);
    store->hidden = NULL;
  }
  sx_mem_free(&store->ctx, lines);
  sx_buf_clear(&key);
  return status;
}

sx_status sx_store_hide_run(sx_store *store, int64_t run, sx_error *err) {
  void *data = NULL;
  size_t n = 0;
  SX_TRY(sx_store_which_run(&run, store, err));
  SX_TRY(sx_store_run_step(&data, &n, store, run, "disclosure", err));
  char *list = data ? sx_mem_strndup(&store->ctx, data, n) : NULL;
  sx_status status = data && !list ? sx_error_memory(err) : SX_OK;
  sx_mem_free(&store->ctx, data);
  if (status == SX_OK) status = sx_store_hide(store, list, err);
  sx_mem_free(&store->ctx, list);
  return status;
}

sx_status sx_store__mask(sx_store *store, sx_store_row *row, sx_error *err) {
  enum { VALUES = 3, CASES = 5, ALL = 7 }; /* up to here lines hide values, then errors and cases, then errors alone */
  const char *const asked[ALL][3] = {{"", "*", "*"},
                                     {"", row->indicator, "*"},
                                     {"", row->indicator, row->statistic},
                                     {"~~", row->indicator, "*"},
                                     {"~~", row->indicator, row->statistic},
                                     {"~", row->indicator, "*"},
                                     {"~", row->indicator, row->statistic}};
  const size_t n = store->hides_errors ? ALL : VALUES;
  size_t at = n;
  sx_buf key;
  sx_buf_init(&key, &store->ctx);
  sx_status status = SX_OK;
  for (size_t i = 0; i < n && at == n && status == SX_OK; i++) {
    status = key_of(&key, store, asked[i][0], asked[i][1], asked[i][2], row->terms, row->n_terms, err);
    if (status == SX_OK && sx_dict_find(store->hidden, key.data, key.n) >= 0) at = i;
  }
  sx_buf_clear(&key);
  if (status != SX_OK || at == n) return status;
  const bool hidden = at < VALUES;
  row->se = row->low = row->high = row->df = row->n_eff = row->deff = row->cv = (double)NAN;
  if (at < CASES) row->n = -1;
  if (hidden) {
    row->estimate = (double)NAN;
    row->quality = row->na_reason = "suppressed";
  } else if (isfinite(row->estimate)) {
    row->na_reason = SX_STORE_ERROR_SUPPRESSED;
  }
  return SX_OK;
}
