/* io_csv_pass.c: passes of the parser over all chunks, and columns from what they give.
 *
 * A pass writes each chunk's rows at their place in the columns, with system missing as NaN, CSV_NO_INTEGER or code -1
 * and texts as codes of the chunk's own dictionary. Afterwards the dictionaries are merged in chunk order, so that levels
 * are in order of first appearance, the codes translated, the missing classes set, and declared missing codes marked. */
#include "io_csv_priv.h"

#include <math.h>
#include <stdio.h>

enum { PASS_GROUP = 64 }; /* chunks between two reports of progress */

typedef struct pass {
  const csv_file *file;
  csv_job *jobs; /* [n] */
  size_t n, group;
  csv_kind *kinds;     /* [n_columns] */
  sx_column **columns; /* [n_columns] NULL where skipped; owned until moved into the table */
  void **out;          /* [n_columns] their data */
  uint8_t *state;      /* [n * n_columns] */
  csv_dict *dicts;     /* [n * n_columns], or NULL */
  uint8_t *any;        /* [n_columns] states of all jobs together */
} pass;

static void clear_dicts(pass *p) {
  for (size_t k = 0; k < p->n; k++) {
    if (p->jobs) sx_arena_free(p->jobs[k].arena);
    if (p->jobs) p->jobs[k].arena = NULL;
    for (size_t c = 0; c < p->file->n_columns && p->dicts; c++)
      sx_io__csv_dict_clear(&p->dicts[k * p->file->n_columns + c], p->file->ctx);
  }
}

static void clear(pass *p) {
  const sx_ctx *ctx = p->file->ctx;
  clear_dicts(p);
  for (size_t c = 0; c < p->file->n_columns && p->columns; c++) sx_column_free(ctx, p->columns[c]);
  sx_mem_free(ctx, p->jobs);
  sx_mem_free(ctx, p->kinds);
  sx_mem_free(ctx, p->columns);
  sx_mem_free(ctx, p->out);
  sx_mem_free(ctx, p->state);
  sx_mem_free(ctx, p->dicts);
  sx_mem_free(ctx, p->any);
}

/* A pass over chunks[n] as the file's columns now stand. keep: there will be columns. */
static sx_status prepare(pass *p, const csv_file *file, const csv_chunk *chunks, size_t n, bool keep, sx_error *err) {
  const sx_ctx *ctx = file->ctx;
  const size_t m = file->n_columns;
  size_t cells;
  *p = (pass){.file = file};
  if (!sx_size_mul(&cells, n, m)) return sx_error_memory(err);
  bool texts = false;
  for (size_t c = 0; c < m; c++) texts = texts || file->columns[c].kind == CSV_TEXT;
  p->jobs = sx_mem_zalloc(ctx, n, sizeof *p->jobs);
  p->kinds = sx_mem_alloc(ctx, m, sizeof *p->kinds);
  p->columns = sx_mem_zalloc(ctx, m, sizeof *p->columns);
  p->out = sx_mem_zalloc(ctx, m, sizeof *p->out);
  p->state = sx_mem_zalloc(ctx, cells, 1);
  p->any = sx_mem_zalloc(ctx, m, 1);
  if (!p->jobs || !p->kinds || !p->columns || !p->out || !p->state || !p->any) return sx_error_memory(err);
  p->n = n;
  if (keep && texts) {
    p->dicts = sx_mem_zalloc(ctx, cells, sizeof *p->dicts);
    if (!p->dicts) return sx_error_memory(err);
  }
  for (size_t c = 0; c < m; c++) p->kinds[c] = file->columns[c].kind;
  size_t first_row = 0;
  for (size_t k = 0; k < n; k++) {
    p->jobs[k] = (csv_job){.file = file, .kinds = p->kinds, .begin = chunks[k].begin, .end = chunks[k].end};
    p->jobs[k].max_rows = chunks[k].n_rows;
    p->jobs[k].first_row = first_row;
    p->jobs[k].out = keep ? (void *const *)p->out : NULL;
    p->jobs[k].state = p->state + k * m;
    p->jobs[k].dicts = p->dicts ? p->dicts + k * m : NULL;
    first_row += chunks[k].n_rows;
  }
  return SX_OK;
}

/* ---- columns ---------------------------------------------------------------------------------------------- */

static sx_type type_of(csv_kind kind) {
  switch (kind) {
  case CSV_NUMBER:
    return SX_NUMBER;
  case CSV_DATE:
    return SX_DATE;
  case CSV_TEXT:
    return SX_TEXT;
  case CSV_INTEGER:
  case CSV_SKIP:
    break;
  }
  return SX_INTEGER;
}

static sx_status check_memory(const csv_file *file, size_t n_rows, sx_error *err) {
  size_t cells = 0, bytes = SIZE_MAX;
  if (!file->ctx->memory_limit) return SX_OK;
  for (size_t c = 0; c < file->n_columns; c++) cells += file->columns[c].kind != CSV_SKIP;
  if (sx_size_mul(&cells, cells, n_rows) && sx_size_mul(&bytes, cells, 8) && bytes <= file->ctx->memory_limit)
    return SX_OK;
  return sx_error_set(err, SX_E_LIMIT, file->name,
                      "its columns need %zu bytes of memory, the limit is %zu: read fewer columns or in batches", bytes,
                      file->ctx->memory_limit);
}

/* New columns for those to parse. */
static sx_status make_columns(pass *p, size_t n_rows, sx_error *err) {
  const csv_file *file = p->file;
  SX_TRY(check_memory(file, n_rows, err));
  for (size_t c = 0; c < file->n_columns; c++) {
    if (p->kinds[c] == CSV_SKIP) continue;
    SX_TRY(sx_column_new(&p->columns[c], file->ctx, file->columns[c].name, type_of(p->kinds[c]), n_rows, err));
    p->out[c] = p->columns[c]->data.f64;
  }
  return SX_OK;
}

/* ---- running ------------------------------------------------------------------------------------------------ */

static sx_status parse_one(void *data, size_t i, sx_error *err) {
  pass *p = data;
  return sx_io__csv_parse(&p->jobs[p->group + i], err);
}

static sx_status run(pass *p, sx_error *err) {
  char stage[128];
  (void)snprintf(stage, sizeof stage, "reading %.100s", p->file->name);
  for (p->group = 0; p->group < p->n; p->group += PASS_GROUP) {
    const size_t left = p->n - p->group;
    sx_ctx_progress(p->file->ctx, stage, p->group, p->n);
    SX_TRY(sx_parallel_for(p->file->ctx, left < PASS_GROUP ? left : PASS_GROUP, parse_one, p, err));
  }
  sx_ctx_progress(p->file->ctx, stage, p->n, p->n);
  for (size_t k = 0; k < p->n; k++) {
    for (size_t c = 0; c < p->file->n_columns; c++) p->any[c] |= p->jobs[k].state[c];
  }
  return SX_OK;
}

/* Every chunk must have ended where the next begins, after the rows that the index counted. */
static bool sound(const pass *p) {
  for (size_t k = 0; k < p->n; k++) {
    const csv_job *j = &p->jobs[k];
    if (j->fault.kind != CSV_FINE || j->n_rows != j->max_rows || j->stop != j->end) return false;
  }
  return true;
}

static sx_status first_fault(const pass *p, sx_error *err) {
  for (size_t k = 0; k < p->n; k++) {
    if (p->jobs[k].fault.kind != CSV_FINE) return sx_io__csv_fault_error(p->file, &p->jobs[k].fault, err);
  }
  return sx_error_set(err, SX_E_INTERNAL, p->file->name, "rows were counted wrongly");
}

/* ---- after the parse ---------------------------------------------------------------------------------------- */

/* Codes of chunk dictionaries into one dictionary, in chunk order. One column. */
static sx_status merge_column(void *data, size_t c, sx_error *err) {
  pass *p = data;
  if (p->kinds[c] != CSV_TEXT || !p->columns[c]) return SX_OK;
  for (size_t k = 0; k < p->n; k++) {
    csv_dict *d = &p->dicts[k * p->file->n_columns + c];
    for (size_t i = 0; i < d->n; i++)
      SX_TRY(sx_dict_add(&d->entries[i].code, p->columns[c]->dict, d->entries[i].text, d->entries[i].n, err));
  }
  return SX_OK;
}

static void settle_cells(const pass *p, const csv_job *job, size_t c) {
  sx_column *column = p->columns[c];
  const size_t from = job->first_row, to = from + job->n_rows;
  uint8_t *miss = job->state[c] & CSV_COLUMN_MISSING ? column->miss : NULL;
  if (p->kinds[c] == CSV_TEXT) {
    const csv_entry *entries = job->dicts[c].entries;
    for (size_t r = from; r < to; r++) {
      if (column->data.code[r] >= 0)
        column->data.code[r] = entries[column->data.code[r]].code;
      else if (miss)
        miss[r] = SX_MISS_SYSTEM;
    }
  } else if (p->kinds[c] == CSV_NUMBER) {
    for (size_t r = from; miss && r < to; r++) {
      if (isnan(column->data.f64[r])) miss[r] = SX_MISS_SYSTEM;
    }
  } else {
    for (size_t r = from; miss && r < to; r++) {
      if (column->data.i64[r] == CSV_NO_INTEGER) column->data.i64[r] = 0, miss[r] = SX_MISS_SYSTEM;
    }
  }
}

static sx_status settle_job(void *data, size_t k, sx_error *err) {
  (void)err;
  const pass *p = data;
  for (size_t c = 0; c < p->file->n_columns; c++) {
    if (p->columns[c] && p->kinds[c] != CSV_SKIP) settle_cells(p, &p->jobs[k], c);
  }
  return SX_OK;
}

static sx_status declare_column(void *data, size_t c, sx_error *err) {
  const pass *p = data;
  if (!p->columns[c]) return SX_OK;
  return sx_io__csv_declare_missing(p->file->ctx, p->file->options, p->columns[c], err);
}

static sx_status finish(pass *p, sx_error *err) {
  const csv_file *file = p->file;
  for (size_t c = 0; c < file->n_columns; c++) {
    sx_column *column = p->columns[c];
    if (!column || !(p->any[c] & CSV_COLUMN_MISSING) || column->miss) continue;
    column->miss = sx_mem_zalloc(file->ctx, column->n, 1);
    if (!column->miss) return sx_error_memory(err);
  }
  if (p->dicts) SX_TRY(sx_parallel_for(file->ctx, file->n_columns, merge_column, p, err));
  SX_TRY(sx_parallel_for(file->ctx, p->n, settle_job, p, err));
  clear_dicts(p);
  if (!file->options->n_missing) return SX_OK;
  return sx_parallel_for(file->ctx, file->n_columns, declare_column, p, err);
}

static sx_status into_table(sx_table **out, pass *p, size_t n_rows, sx_error *err) {
  sx_table *table = NULL;
  SX_TRY(sx_table_new(&table, p->file->ctx, n_rows, err));
  for (size_t c = 0; c < p->file->n_columns; c++) {
    if (!p->columns[c]) continue;
    const sx_status st = sx_table_take(table, p->columns[c], err);
    if (st != SX_OK) {
      sx_table_free(table);
      return st;
    }
    p->columns[c] = NULL;
  }
  *out = table;
  return SX_OK;
}

/* ---- the passes ----------------------------------------------------------------------------------------------- */

/* Columns that did not fit their kind get their final one. *changed[c]: to be parsed again. */
static sx_status settle(csv_file *file, const pass *p, bool *changed, bool *any, sx_error *err) {
  bool look = false;
  *any = false;
  for (size_t c = 0; c < file->n_columns; c++) {
    changed[c] = (p->any[c] & CSV_COLUMN_MISFIT) || file->columns[c].open_text;
    look = look || changed[c];
  }
  if (!look) return SX_OK;
  SX_TRY(sx_io__csv_settle(file, changed, err));
  for (size_t c = 0; c < file->n_columns; c++) {
    changed[c] = (p->any[c] & CSV_COLUMN_MISFIT) || file->columns[c].kind != p->kinds[c];
    *any = *any || changed[c];
  }
  return SX_OK;
}

/* Parses the changed columns again, alone, and puts the new ones into their empty places in `first`. */
static sx_status parse_again(pass *first, const csv_file *file, const bool *changed, sx_error *err) {
  pass p;
  sx_status st;
  SX_TRY_GOTO(st, prepare(&p, file, file->chunks, file->n_chunks, true, err), done);
  for (size_t c = 0; c < file->n_columns; c++) {
    if (!changed[c]) p.kinds[c] = CSV_SKIP;
  }
  SX_TRY_GOTO(st, make_columns(&p, file->n_rows, err), done);
  SX_TRY_GOTO(st, run(&p, err), done);
  SX_TRY_GOTO(st, finish(&p, err), done);
  for (size_t c = 0; c < file->n_columns; c++) {
    if (!changed[c]) continue;
    if (p.any[c] & CSV_COLUMN_MISFIT)
      st = sx_error_set(err, SX_E_INTERNAL, file->name, "a column changed its kind twice");
    first->columns[c] = p.columns[c];
    p.columns[c] = NULL;
  }
done:
  clear(&p);
  return st;
}

/* One pass over everything; with the exact index where the quick one proves wrong. */
static sx_status pass_over(pass *p, csv_file *file, bool keep, sx_error *err) {
  for (;;) {
    SX_TRY(prepare(p, file, file->chunks, file->n_chunks, keep, err));
    if (keep) SX_TRY(make_columns(p, file->n_rows, err));
    SX_TRY(run(p, err));
    if (sound(p)) return SX_OK;
    if (file->exact) return first_fault(p, err);
    clear(p);
    *p = (pass){.file = file};
    SX_TRY(sx_io__csv_reopen(file, err));
  }
}

sx_status sx_io__csv_check(csv_file *file, sx_error *err) {
  pass p = {.file = file};
  bool *changed = NULL, any;
  sx_status st;
  SX_TRY_GOTO(st, pass_over(&p, file, false, err), done);
  changed = sx_mem_zalloc(file->ctx, file->n_columns, sizeof *changed);
  if (!changed) {
    st = sx_error_memory(err);
    goto done;
  }
  st = settle(file, &p, changed, &any, err);
done:
  sx_mem_free(file->ctx, changed);
  clear(&p);
  return st;
}

sx_status sx_io__csv_read_all(sx_table **out, csv_file *file, sx_error *err) {
  pass p = {.file = file};
  bool *changed = NULL, any = false;
  sx_status st;
  SX_TRY_GOTO(st, pass_over(&p, file, true, err), done);
  changed = sx_mem_zalloc(file->ctx, file->n_columns, sizeof *changed);
  if (!changed) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, settle(file, &p, changed, &any, err), done);
  for (size_t c = 0; c < file->n_columns; c++) {
    if (!changed[c]) continue;
    sx_column_free(file->ctx, p.columns[c]); /* finish must not see it */
    p.columns[c] = NULL;
  }
  SX_TRY_GOTO(st, finish(&p, err), done);
  if (any) SX_TRY_GOTO(st, parse_again(&p, file, changed, err), done);
  for (size_t c = 0; c < file->n_columns; c++)
    SX_TRY_GOTO(st, sx_io__csv_tell_blanks(file->ctx, file->name, p.columns[c], err), done);
  st = into_table(out, &p, file->n_rows, err);
done:
  sx_mem_free(file->ctx, changed);
  clear(&p);
  return st;
}

sx_status sx_io__csv_read_some(sx_table **out, const csv_file *file, const csv_chunk *chunks, size_t n,
                               const char **stop, sx_error *err) {
  pass p = {.file = file};
  sx_status st;
  size_t n_rows = 0;
  for (size_t k = 0; k < n; k++) n_rows += chunks[k].n_rows;
  SX_TRY_GOTO(st, prepare(&p, file, chunks, n, true, err), done);
  SX_TRY_GOTO(st, make_columns(&p, n_rows, err), done);
  SX_TRY_GOTO(st, run(&p, err), done);
  for (size_t k = 0; k < n; k++) {
    if (p.jobs[k].n_rows != chunks[k].n_rows) {
      st = first_fault(&p, err);
      goto done;
    }
    stop[k] = p.jobs[k].stop;
  }
  SX_TRY_GOTO(st, finish(&p, err), done);
  st = into_table(out, &p, n_rows, err);
done:
  clear(&p);
  return st;
}
