/* io_csv.c: delimited text as a backend: whole files and batches. */
#include "io_csv_priv.h"
#include "io_csv_write_priv.h"

/* ---- whole files ---------------------------------------------------------------------------------------------- */

sx_status sx_io__csv_read(sx_table **out, const sx_io__source *source, const sx_read_options *options, char delimiter,
                          size_t block, sx_error *err) {
  csv_file file;
  SX_TRY(sx_io__csv_open_file(&file, source, options, delimiter, block, err));
  const sx_status st = sx_io__csv_read_all(out, &file, err);
  sx_io__csv_close_file(&file);
  return st;
}

static sx_status read_csv(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  return sx_io__csv_read(out, source, options, 0, 0, err);
}

static sx_status read_tsv(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  return sx_io__csv_read(out, source, options, '\t', 0, err);
}

/* ---- batches -------------------------------------------------------------------------------------------------- */

typedef struct batches {
  csv_file file;
  size_t at; /* the chunk to read next; it is shortened as it is read */
} batches;

static void close_batches(void *state) {
  batches *b = state;
  if (!b) return;
  const sx_ctx *ctx = b->file.ctx;
  sx_io__csv_close_file(&b->file);
  sx_mem_free(ctx, b);
}

static sx_status open_delimited(void **state, const sx_io__source *source, const sx_read_options *options,
                                char delimiter, sx_error *err) {
  batches *b = sx_mem_zalloc(source->ctx, 1, sizeof *b);
  if (!b) return sx_error_memory(err);
  sx_status st = sx_io__csv_open_file(&b->file, source, options, delimiter, 0, err);
  if (st != SX_OK) {
    sx_mem_free(source->ctx, b);
    return st;
  }
  st = sx_io__csv_check(&b->file, err);
  if (st != SX_OK) {
    close_batches(b);
    return st;
  }
  *state = b;
  return SX_OK;
}

static sx_status open_csv(void **state, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  return open_delimited(state, source, options, 0, err);
}

static sx_status open_tsv(void **state, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  return open_delimited(state, source, options, '\t', err);
}

/* The chunks from b->at on that make up to max_rows rows, into part[]; the last one may be cut. */
static size_t take_chunks(const batches *b, csv_chunk *part, size_t max_rows) {
  size_t n = 0;
  for (size_t k = b->at; k < b->file.n_chunks && max_rows; k++) {
    part[n] = b->file.chunks[k];
    if (part[n].n_rows > max_rows) part[n].n_rows = max_rows;
    max_rows -= part[n++].n_rows;
  }
  return n;
}

static sx_status next_batch(sx_table **out, void *state, size_t max_rows, sx_error *err) {
  batches *b = state;
  const sx_ctx *ctx = b->file.ctx;
  while (b->at < b->file.n_chunks && !b->file.chunks[b->at].n_rows) b->at++;
  const size_t left = b->file.n_chunks - b->at;
  if (!left) {
    *out = NULL;
    return SX_OK;
  }
  csv_chunk *part = sx_mem_alloc(ctx, left, sizeof *part);
  const char **stop = sx_mem_alloc(ctx, left, sizeof *stop);
  sx_status st = part && stop ? SX_OK : sx_error_memory(err);
  if (st != SX_OK) goto done;
  const size_t n = take_chunks(b, part, max_rows);
  SX_TRY_GOTO(st, sx_io__csv_read_some(out, &b->file, part, n, stop, err), done);
  csv_chunk *last = &b->file.chunks[b->at + n - 1];
  last->begin = stop[n - 1];
  last->n_rows -= part[n - 1].n_rows;
  b->at += n - 1;
done:
  sx_mem_free(ctx, part);
  sx_mem_free(ctx, stop);
  return st;
}

const sx_io__backend sx_io__csv = {.read = read_csv,
                                   .open = open_csv,
                                   .next = next_batch,
                                   .close = close_batches,
                                   .create = sx_io__csv_create,
                                   .add = sx_io__csv_add,
                                   .finish = sx_io__csv_finish,
                                   .discard = sx_io__csv_discard};
const sx_io__backend sx_io__tsv = {.read = read_tsv,
                                   .open = open_tsv,
                                   .next = next_batch,
                                   .close = close_batches,
                                   .create = sx_io__tsv_create,
                                   .add = sx_io__csv_add,
                                   .finish = sx_io__csv_finish,
                                   .discard = sx_io__csv_discard};
