/* store_write.c: a run from begin to finish. Everything between is one transaction: a run is whole or absent. */
#include "store_priv.h"

#include <math.h>
#include <string.h>

enum { MAX_TERMS = 16 };

/* ---- binding ----------------------------------------------------------------------------------------------------- */

/* SQLITE_STATIC and UTF-8 in a UTF-8 file: nothing is copied, so binding needs no memory and cannot fail; a value beyond SQLite's
 * size limit leaves NULL, which the NOT NULL columns refuse. */
void sx_store__bind_text(sqlite3_stmt *statement, int i, const char *text) {
  (void)sqlite3_bind_text(statement, i, text, -1, SQLITE_STATIC);
}

void sx_store__bind_text2(sqlite3_stmt *statement, int i, sx_text2 text) {
  sx_store__bind_text(statement, i, text.zh);
  sx_store__bind_text(statement, i + 1, text.en);
}

void sx_store__bind_number(sqlite3_stmt *statement, int i, double value) {
  (void)sqlite3_bind_double(statement, i, value);
}

/* ---- run --------------------------------------------------------------------------------------------------------- */

static sx_status put_inputs(sx_store *store, const sx_store_input *inputs, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    sqlite3_stmt *s;
    SX_TRY(sx_store__statement(&s, store, SQL_INPUT_ADD, err));
    (void)sqlite3_bind_int64(s, 1, store->run);
    sx_store__bind_text(s, 2, inputs[i].path);
    sx_store__bind_text(s, 3, inputs[i].sha256);
    (void)sqlite3_bind_int64(s, 4, inputs[i].bytes);
    SX_TRY(sx_store__run(store, s, "writing the inputs", err));
  }
  return SX_OK;
}

static sx_status put_run(sx_store *store, const sx_store_run *info, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, SQL_RUN_ADD, err));
  const char *const texts[] = {info->study,   info->wave,         info->title_zh, info->title_en,
                               info->version, info->options_json, info->started,  info->synthetic};
  for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) sx_store__bind_text(s, i + 1, texts[i]);
  SX_TRY(sx_store__run(store, s, "writing the run", err));
  store->run = sqlite3_last_insert_rowid(store->db);
  return SX_OK;
}

sx_status sx_store_begin(int64_t *run, sx_store *store, const sx_store_run *info, const sx_store_input *inputs,
                         size_t n_inputs, sx_error *err) {
  if (store->lock < 0) return sx_error_set(err, SX_E_ARGUMENT, store->path, "the store is open for reading only");
  if (store->run) return sx_error_set(err, SX_E_ARGUMENT, store->path, "a run is being written already");
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, SQL_BEGIN, err));
  SX_TRY(sx_store__run(store, s, "beginning a run", err));
  sx_status status = put_run(store, info, err);
  if (status == SX_OK) status = put_inputs(store, inputs, n_inputs, err);
  if (status != SX_OK) {
    (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->run = 0;
    store->broken = false;
    return status;
  }
  *run = store->run;
  sx_store__made_clear(store);
  sx_store__rows_changed(store);
  return SX_OK;
}

/* Drops the carriers of all but the newest two finished runs, and the bytes that nobody refers to any more. */
static sx_status prune(sx_store *store, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__statement(&s, store, SQL_CARRIER_PRUNE, err));
  SX_TRY(sx_store__run(store, s, "dropping old carriers", err));
  if (sqlite3_changes(store->db) == 0) return SX_OK;
  SX_TRY(sx_store__statement(&s, store, SQL_BLOB_PRUNE, err));
  return sx_store__run(store, s, "dropping old carriers", err);
}

sx_status sx_store_finish(sx_store *store, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__need_run(store, err));
  sx_store__view_drop(store);
  SX_TRY(sx_store__statement(&s, store, SQL_RUN_FINISH, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  SX_TRY(sx_store__run(store, s, "finishing the run", err));
  SX_TRY(sx_store__put_row_set(store, err));
  SX_TRY(prune(store, err));
  SX_TRY(sx_store__statement(&s, store, SQL_COMMIT, err));
  SX_TRY(sx_store__run(store, s, "finishing the run", err));
  store->run = 0;
  store->is_new = false;
  return SX_OK;
}

/* ---- indicators and rows ----------------------------------------------------------------------------------------- */

sx_status sx_store_put_indicator(sx_store *store, const sx_store_indicator *indicator, sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__need_run(store, err));
  sx_store__view_drop(store);
  SX_TRY(sx_store__statement(&s, store, SQL_INDICATOR_ADD, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  sx_store__bind_text(s, 2, indicator->id);
  sx_store__bind_text2(s, 3, indicator->label);
  sx_store__bind_text2(s, 5, indicator->question);
  sx_store__bind_text2(s, 7, indicator->base);
  sx_store__bind_text(s, 9, indicator->unit);
  sx_store__bind_number(s, 10, indicator->scale);
  (void)sqlite3_bind_int(s, 11, indicator->assumed);
  return sx_store__run(store, s, "writing an indicator", err);
}

static int compare_terms(const sx_store_term *a, const sx_store_term *b) {
  const int by_variable = strcmp(a->variable, b->variable);
  return by_variable ? by_variable : strcmp(a->level, b->level);
}

sx_status sx_store__put_domain_key(sx_buf *out, const sx_store *store, const sx_store_term *terms, size_t n_terms,
                                   sx_error *err) {
  const sx_store_term *sorted[MAX_TERMS];
  if (n_terms > MAX_TERMS) {
    return sx_error_set(err, SX_E_LIMIT, store->path, "a domain crosses %zu terms, at most %d are stored", n_terms,
                        (int)MAX_TERMS);
  }
  for (size_t i = 0; i < n_terms; i++) {
    size_t k = i;
    for (; k > 0 && compare_terms(&terms[i], sorted[k - 1]) < 0; k--) sorted[k] = sorted[k - 1];
    sorted[k] = &terms[i];
  }
  for (size_t i = 0; i < n_terms; i++) {
    sx_buf_add(out, sorted[i]->variable);
    sx_buf_add_char(out, '\x1f');
    sx_buf_add(out, sorted[i]->level);
    sx_buf_add_char(out, '\x1e');
  }
  return sx_buf_status(out, err);
}

sx_status sx_store__domain_key(sx_store *store, const sx_store_term *terms, size_t n_terms, sx_error *err) {
  sx_buf_reset(&store->key);
  sx_buf_add(&store->key, "");
  return sx_store__put_domain_key(&store->key, store, terms, n_terms, err);
}

/* All labels in one text, so that a set of terms labelled otherwise is another domain. */
static void labels_text(sx_buf *out, const sx_store_term *terms, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const char *const texts[] = {terms[i].variable, terms[i].variable_label.zh, terms[i].variable_label.en,
                                 terms[i].level_label.zh, terms[i].level_label.en};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
      if (texts[k]) sx_buf_add(out, texts[k]);
      sx_buf_add_char(out, '\x1f');
    }
  }
}

static sx_status put_terms(sx_store *store, int64_t domain, const sx_store_term *terms, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    sqlite3_stmt *s;
    SX_TRY(sx_store__statement(&s, store, SQL_TERM_ADD, err));
    (void)sqlite3_bind_int64(s, 1, domain);
    (void)sqlite3_bind_int64(s, 2, (int64_t)i);
    sx_store__bind_text(s, 3, terms[i].variable);
    sx_store__bind_text(s, 4, terms[i].level);
    sx_store__bind_text2(s, 5, terms[i].variable_label);
    sx_store__bind_text2(s, 7, terms[i].level_label);
    SX_TRY(sx_store__run(store, s, "writing a domain", err));
  }
  return SX_OK;
}

static sx_status add_domain(int64_t *id, sx_store *store, const char *labels, const sx_store_term *terms, size_t n,
                            sx_error *err) {
  sqlite3_stmt *s;
  sx_buf text;
  sx_buf_init(&text, &store->ctx);
  sx_buf_add(&text, n ? "" : "total");
  for (size_t i = 0; i < n; i++) {
    sx_buf_printf(&text, "%s%s:%s", i ? " * " : "", terms[i].variable, terms[i].level);
  }
  sx_status status = sx_buf_status(&text, err);
  if (status != SX_OK) goto done;
  SX_TRY_GOTO(status, sx_store__statement(&s, store, SQL_DOMAIN_ADD, err), done);
  sx_store__bind_text(s, 1, store->key.data);
  sx_store__bind_text(s, 2, labels);
  sx_store__bind_text(s, 3, text.data);
  SX_TRY_GOTO(status, sx_store__run(store, s, "writing a domain", err), done);
  *id = sqlite3_last_insert_rowid(store->db);
  status = put_terms(store, *id, terms, n, err);
done:
  sx_buf_clear(&text);
  return status;
}

static sx_status domain_id(int64_t *id, sx_store *store, const sx_store_term *terms, size_t n, sx_error *err) {
  sqlite3_stmt *s;
  sx_buf labels;
  sx_buf_init(&labels, &store->ctx);
  sx_buf_add(&labels, "");
  labels_text(&labels, terms, n);
  sx_status status = sx_buf_status(&labels, err);
  if (status != SX_OK) goto done;
  SX_TRY_GOTO(status, sx_store__domain_key(store, terms, n, err), done);
  SX_TRY_GOTO(status, sx_store__statement(&s, store, SQL_DOMAIN_ID, err), done);
  sx_store__bind_text(s, 1, store->key.data);
  sx_store__bind_text(s, 2, labels.data);
  const int code = sqlite3_step(s);
  if (code == SQLITE_ROW) {
    *id = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
  } else {
    sqlite3_reset(s);
    status = code == SQLITE_DONE ? add_domain(id, store, labels.data, terms, n, err)
                                 : sx_store__fail(store, code, "writing a domain", err);
  }
done:
  sx_buf_clear(&labels);
  return status;
}

sx_status sx_store_put_row(int64_t *id, sx_store *store, const char *step, const sx_store_row *row, sx_error *err) {
  sqlite3_stmt *s;
  int64_t domain = 0;
  SX_TRY(sx_store__need_rows(store, step, err));
  SX_TRY(domain_id(&domain, store, row->terms, row->n_terms, err));
  SX_TRY(sx_store__statement(&s, store, SQL_ROW_ADD, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  const char *const head[] = {step, row->wave, row->indicator, row->statistic};
  for (int i = 0; i < 4; i++) sx_store__bind_text(s, i + 2, head[i]);
  (void)sqlite3_bind_int64(s, 6, domain);
  const double numbers[] = {row->estimate, row->se, row->low, row->high, row->ci_level, row->df};
  for (int i = 0; i < 6; i++) sx_store__bind_number(s, i + 7, numbers[i]);
  if (row->n >= 0) (void)sqlite3_bind_int64(s, 13, row->n);
  sx_store__bind_number(s, 14, row->n_eff);
  sx_store__bind_number(s, 15, row->deff);
  sx_store__bind_number(s, 16, row->cv);
  const char *const tail[] = {row->unit, row->quality, row->na_reason, row->method};
  for (int i = 0; i < 4; i++) sx_store__bind_text(s, i + 17, tail[i]);
  sx_store__rows_changed(store);
  SX_TRY(sx_store__run(store, s, "writing a result", err));
  if (id) *id = sqlite3_last_insert_rowid(store->db);
  return SX_OK;
}

/* ---- carriers, blocks -------------------------------------------------------------------------------------------- */

sx_status sx_store__put_blob(int64_t *id, sx_store *store, const void *data, size_t n, sx_error *err) {
  *id = 0;
  if (!data) return SX_OK;
  sqlite3_stmt *s;
  void *packed = NULL;
  size_t n_packed = 0;
  sx_store_packing packing = SX_STORE_RAW;
  sx_status status = SX_OK;
  SX_TRY(sx_store__pack(&packed, &n_packed, &packing, &store->ctx, data, n, err));
  SX_TRY_GOTO(status, sx_store__statement(&s, store, SQL_BLOB_ADD, err), done);
  (void)sqlite3_bind_int(s, 1, (int)packing);
  (void)sqlite3_bind_int64(s, 2, (int64_t)n);
  (void)sqlite3_bind_blob64(s, 3, packed ? packed : data, n_packed, SQLITE_STATIC);
  SX_TRY_GOTO(status, sx_store__run(store, s, "writing a carrier", err), done);
  *id = sqlite3_last_insert_rowid(store->db);
done:
  sx_mem_free(&store->ctx, packed);
  return status;
}

sx_status sx_store_put_carrier(sx_store *store, int64_t estimate, const char *source, const void *data, size_t n,
                               sx_error *err) {
  sqlite3_stmt *s;
  int64_t blob;
  SX_TRY(sx_store__need_run(store, err));
  if (!data) return sx_error_set(err, SX_E_ARGUMENT, store->path, "a carrier needs data");
  SX_TRY(sx_store__put_blob(&blob, store, data, n, err));
  SX_TRY(sx_store__statement(&s, store, SQL_CARRIER_ADD, err));
  (void)sqlite3_bind_int64(s, 1, estimate);
  sx_store__bind_text(s, 2, source);
  (void)sqlite3_bind_int64(s, 3, blob);
  return sx_store__run(store, s, "writing a carrier", err);
}

sx_status sx_store_put_block(sx_store *store, int64_t order, const char *kind, const char *id, const char *json,
                             sx_error *err) {
  sqlite3_stmt *s;
  SX_TRY(sx_store__need_run(store, err));
  sx_store__blocks_drop(store);
  SX_TRY(sx_store__statement(&s, store, SQL_BLOCK_ADD, err));
  (void)sqlite3_bind_int64(s, 1, store->run);
  (void)sqlite3_bind_int64(s, 2, order);
  sx_store__bind_text(s, 3, kind);
  sx_store__bind_text(s, 4, id);
  sx_store__bind_text(s, 5, json);
  return sx_store__run(store, s, "writing a block", err);
}
