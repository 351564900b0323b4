/* io_sav_read.c: .sav and .zsav into tables. Own reader; ReadStat reads the same files in the tests as the oracle
 * (docs/dev/foreign.md says why it does not read them here).
 *
 * What becomes of what: numbers SX_NUMBER (with labels, user-missing ranges, measure, format); dates (DATE, ADATE, QYR,
 * ...) SX_DATE; other times numbers in SPSS seconds, format kept; strings SX_TEXT, a blank string being system-missing. Meta:
 * title, notes (the documents), weight, and the file's custom attributes. */
#include <math.h>
#include <stdio.h>

#include "io_sav_priv.h"

enum { ROWS_AT_ONCE = 64, ROWS_PER_POLL = 4096 };

typedef struct state {
  sx_io__savfile f;
  sx_io__sav_data *data;
  uint64_t n_rows, row; /* of the file; delivered */
  unsigned char *rows;  /* [ROWS_AT_ONCE * n_slots * 8] */
  sx_buf cell;          /* a very long string put together */
  char stage[128];
} state;

/* ---- one column, a few rows ---------------------------------------------------------------------------- */

typedef struct part {
  state *s;
  const sx_io__sav_var *var;
  sx_column *column;
  size_t first, n;     /* rows of the table */
  bool blank_declared; /* a blank string is a declared missing value, not a system-missing one */
} part;

static sx_status mark(const part *p, size_t row, sx_error *err) {
  if (p->column->miss) {
    p->column->miss[row] = SX_MISS_SYSTEM;
    return SX_OK;
  }
  return sx_column_set_missing(p->s->f.source->ctx, p->column, row, SX_MISS_SYSTEM, err);
}

static sx_status cell_error(const part *p, size_t i, sx_status st, sx_error *err) {
  if (st == SX_E_MEMORY) return st;
  sx_error_add_where(err, "%s: case %llu: variable %s", p->s->f.source->name, (unsigned long long)(p->s->row + i + 1),
                     p->var->name);
  return st;
}

static sx_status fill_number(const part *p, const unsigned char *cell, size_t stride, sx_error *err) {
  const sx_io__savfile *f = &p->s->f;
  double *to = p->column->data.f64 + p->first;
  for (size_t i = 0; i < p->n; i++, cell += stride) {
    const double v = sx_io__sav_f64(f, cell);
    to[i] = v;
    if (v == f->sysmis || isnan(v)) {
      to[i] = (double)NAN;
      SX_TRY(mark(p, p->first + i, err));
    }
  }
  return SX_OK;
}

static sx_status fill_whole(const part *p, const unsigned char *cell, size_t stride, sx_error *err) {
  const sx_io__savfile *f = &p->s->f;
  int64_t *to = p->column->data.i64 + p->first;
  for (size_t i = 0; i < p->n; i++, cell += stride) {
    double v = sx_io__sav_f64(f, cell);
    if (v == f->sysmis || isnan(v)) {
      SX_TRY(mark(p, p->first + i, err));
      continue;
    }
    if (p->var->type == SX_DATE) v = floor(v / 86400) - SX_IO__SAV_EPOCH_DAYS;
    if (!(fabs(v) < 0x1p63) || v != (double)(int64_t)v) {
      sx_error_set(err, SX_E_DATA, NULL, "%g is not a whole number, which the file says this variable holds", v);
      return cell_error(p, i, SX_E_DATA, err);
    }
    to[i] = (int64_t)v;
  }
  return SX_OK;
}

/* Bytes of a string: segments of 255 bytes out of 256 each. */
static sx_status string_cell(const unsigned char **out, const part *p, const unsigned char *cell, sx_error *err) {
  const size_t width = p->var->width;
  *out = cell;
  if (p->var->n_segments == 1) return SX_OK;
  const sx_io__savfile *f = &p->s->f;
  const sx_io__sav_rec *r = &f->recs[p->var->rec];
  sx_buf_reset(&p->s->cell);
  for (size_t k = 0, done = 0; k < p->var->n_segments && done < width; k++) {
    const size_t n = width - done < 255 ? width - done : 255;
    const size_t room = r[k].n_slots * 8;
    sx_buf_add_n(&p->s->cell, (const char *)cell + 8 * (r[k].slot - r->slot), n < room ? n : room);
    done += n;
  }
  while (p->s->cell.n < width && !p->s->cell.failed) sx_buf_add_char(&p->s->cell, ' ');
  SX_TRY(sx_buf_status(&p->s->cell, err));
  *out = (const unsigned char *)p->s->cell.data;
  return SX_OK;
}

static sx_status fill_text(const part *p, const unsigned char *cell, size_t stride, sx_error *err) {
  sx_io__savfile *f = &p->s->f;
  const size_t width = p->var->width;
  const unsigned char *last = NULL; /* equal neighbours are looked up once */
  int32_t last_code = -1;
  for (size_t i = 0; i < p->n; i++, cell += stride) {
    const unsigned char *bytes = NULL;
    const char *text = NULL;
    size_t n = 0;
    SX_TRY(string_cell(&bytes, p, cell, err));
    if (last && memcmp(last, bytes, width) == 0) {
      p->column->data.code[p->first + i] = last_code;
      if (last_code < 0) SX_TRY(mark(p, p->first + i, err));
      continue;
    }
    sx_status st = sx_io__sav_decode(&text, &n, f, bytes, width, err);
    int32_t code = -1;
    if (st == SX_OK && (n || p->blank_declared)) st = sx_dict_add(&code, p->column->dict, text, n, err);
    if (st != SX_OK) return cell_error(p, i, st, err);
    if (code < 0) SX_TRY(mark(p, p->first + i, err));
    p->column->data.code[p->first + i] = code;
    last_code = code;
    last = p->var->n_segments == 1 ? bytes : NULL;
  }
  return SX_OK;
}

static sx_status fill_period(const part *p, const unsigned char *cell, size_t stride, sx_error *err) {
  for (size_t i = 0; i < p->n; i++, cell += stride) {
    const char *text = NULL;
    size_t n = 0;
    const sx_status st = sx_io__sav_decode(&text, &n, &p->s->f, cell, p->var->width, err);
    if (st != SX_OK) return cell_error(p, i, st, err);
    if (!n) {
      SX_TRY(mark(p, p->first + i, err));
    } else if (!sx_period_parse(&p->column->data.i64[p->first + i], text, n)) {
      sx_error_set(err, SX_E_DATA, NULL, "'%.*s' is not a period such as 2025-Q3", (int)(n < 64 ? n : 64), text);
      return cell_error(p, i, SX_E_DATA, err);
    }
  }
  return SX_OK;
}

static sx_status fill(const part *p, sx_error *err) {
  const size_t stride = p->s->f.n_slots * 8;
  const unsigned char *cell = p->s->rows + 8 * p->s->f.recs[p->var->rec].slot;
  switch (p->var->type) {
  case SX_NUMBER:
    return fill_number(p, cell, stride, err);
  case SX_INTEGER:
  case SX_DATE:
    return fill_whole(p, cell, stride, err);
  case SX_CATEGORY:
  case SX_TEXT:
    return fill_text(p, cell, stride, err);
  case SX_PERIOD:
    return fill_period(p, cell, stride, err);
  }
  return SX_E_INTERNAL;
}

/* ---- tables --------------------------------------------------------------------------------------------- */

/* Where a number can be neither wrong nor a new level, nothing is learnt from rows that are not kept. */
static bool says_nothing(const part *p) {
  return p->var->type == SX_NUMBER && p->column->miss;
}

/* n rows of the file, of which the table keeps `keep`; where these are fewer it has ROWS_AT_ONCE more, over which the others pass. */
static sx_status fill_table(sx_table *t, state *s, size_t n, size_t keep, sx_error *err) {
  const sx_ctx *ctx = s->f.source->ctx;
  for (size_t done = 0; done < n;) {
    size_t got = 0;
    const size_t want = n - done < ROWS_AT_ONCE ? n - done : ROWS_AT_ONCE, at = done < keep ? done : keep;
    SX_TRY(sx_io__sav_data_next(&got, s->data, s->rows, want, err));
    if (got < want) return sx_error_set(err, SX_E_INTERNAL, s->f.source->name, "fewer cases than were counted");
    for (size_t i = 0; i < s->f.n_vars; i++) {
      const sx_io__sav_var *v = &s->f.vars[i];
      if (!v->wanted) continue;
      part p = {.s = s, .var = v, .first = at, .n = got, .column = (sx_column *)(uintptr_t)sx_table_get(t, v->column)};
      if (done > keep && says_nothing(&p)) continue;
      const sx_column *like = sx_table_get(s->f.schema, v->column);
      for (size_t k = 0; k < like->n_ranges; k++)
        p.blank_declared = p.blank_declared || (like->ranges[k].text && !*like->ranges[k].text);
      SX_TRY(fill(&p, err));
    }
    done += got;
    s->row += got;
    if (s->row % ROWS_PER_POLL < ROWS_AT_ONCE) {
      SX_TRY(sx_ctx_poll(ctx, err));
      sx_ctx_progress(ctx, s->stage, s->row, s->n_rows);
    }
  }
  return SX_OK;
}

/* ---- the back end -------------------------------------------------------------------------------------- */

/* Decodes everything once without keeping it: for files that do not say how many cases they hold, or lie. */
static sx_status count_rows(state *s, sx_error *err) {
  sx_io__sav_data *d = NULL;
  sx_status st = SX_OK;
  uint64_t n = 0;
  size_t got = ROWS_AT_ONCE;
  SX_TRY(sx_io__sav_data_open(&d, &s->f, err));
  while (got == ROWS_AT_ONCE) {
    SX_TRY_GOTO(st, sx_io__sav_data_next(&got, d, s->rows, ROWS_AT_ONCE, err), done);
    n += got;
    SX_TRY_GOTO(st, sx_ctx_poll(s->f.source->ctx, err), done);
  }
  s->n_rows = n;
done:
  sx_io__sav_data_close(d);
  return st;
}

static void sav_close(void *data) {
  state *s = data;
  if (!s) return;
  const sx_ctx *ctx = s->f.source->ctx;
  sx_io__sav_data_close(s->data);
  sx_mem_free(ctx, s->rows);
  sx_buf_clear(&s->cell);
  sx_buf_clear(&s->f.text);
  if (s->f.cd != (iconv_t)-1) iconv_close(s->f.cd);
  sx_table_free(s->f.schema);
  sx_arena_free(s->f.arena);
  sx_mem_free(ctx, s);
}

static sx_status start(state *s, const sx_read_options *options, sx_error *err) {
  sx_io__savfile *f = &s->f;
  const sx_ctx *ctx = f->source->ctx;
  SX_TRY(sx_arena_new(&f->arena, ctx, err));
  SX_TRY(sx_io__sav_walk(f, err));
  SX_TRY(sx_io__sav_set_encoding(f, options->encoding, err));
  SX_TRY(sx_io__sav_build(f, options, err));
  s->rows = sx_mem_alloc(ctx, ROWS_AT_ONCE * 8, f->n_slots);
  if (!s->rows) return sx_error_memory(err);
  SX_TRY(sx_io__sav_data_open(&s->data, f, err));
  if (f->n_cases < 0 || (uint64_t)f->n_cases > sx_io__sav_data_at_most(s->data))
    SX_TRY(count_rows(s, err));
  else
    s->n_rows = (uint64_t)f->n_cases;
  snprintf(s->stage, sizeof s->stage, "reading %.100s", f->source->name);
  return SX_OK;
}

static sx_status sav_open(void **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  state *s = sx_mem_zalloc(source->ctx, 1, sizeof *s);
  if (!s) return sx_error_memory(err);
  s->f.source = source;
  s->f.cd = (iconv_t)-1;
  sx_buf_init(&s->cell, source->ctx);
  sx_buf_init(&s->f.text, source->ctx);
  const sx_status st = start(s, options, err);
  if (st != SX_OK) {
    sav_close(s);
    return st;
  }
  *out = s;
  return SX_OK;
}

/* The next n rows; where fewer are kept the table has these and some rows more. */
static sx_status read_rows(sx_table **out, state *s, size_t n, size_t keep, sx_error *err) {
  const bool all = keep >= n || n - keep <= ROWS_AT_ONCE;
  sx_table *t = NULL;
  sx_status st = SX_OK;
  SX_TRY(sx_io__sav_like(&t, s->f.schema, all ? n : keep + ROWS_AT_ONCE, err));
  SX_TRY_GOTO(st, fill_table(t, s, n, all ? n : keep, err), done);
  SX_TRY_GOTO(st, sx_io__sav_copy_ranges(t, s->f.schema, err), done);
  *out = t;
  t = NULL;
done:
  sx_table_free(t);
  return st;
}

static sx_status sav_next(sx_table **out, void *data, size_t max_rows, sx_error *err) {
  state *s = data;
  const uint64_t left = s->n_rows - s->row;
  if (!left) {
    *out = NULL;
    return SX_OK;
  }
  const size_t n = left < max_rows ? (size_t)left : max_rows;
  return read_rows(out, s, n, n, err);
}

static sx_status sav_read(sx_table **out, const sx_io__source *source, const sx_read_options *options, sx_error *err) {
  void *data = NULL;
  SX_TRY(sav_open(&data, source, options, err));
  const size_t n = (size_t)((state *)data)->n_rows, first = options->first_rows;
  const sx_status st = read_rows(out, data, n, first && first < n ? first : n, err);
  sav_close(data);
  return st;
}

static bool sav_sniff(const sx_io__source *source) {
  return source->n >= 4 && memcmp(source->data, "$FL2", 4) == 0;
}
static bool zsav_sniff(const sx_io__source *source) {
  return source->n >= 4 && memcmp(source->data, "$FL3", 4) == 0;
}

const sx_io__backend sx_io__sav = {.sniff = sav_sniff,
                                   .read = sav_read,
                                   .open = sav_open,
                                   .next = sav_next,
                                   .close = sav_close,
                                   .create = sx_io__sav_create,
                                   .add = sx_io__sav_add,
                                   .finish = sx_io__sav_finish,
                                   .discard = sx_io__sav_discard};
const sx_io__backend sx_io__zsav = {.sniff = zsav_sniff,
                                    .read = sav_read,
                                    .open = sav_open,
                                    .next = sav_next,
                                    .close = sav_close,
                                    .create = sx_io__zsav_create,
                                    .add = sx_io__sav_add,
                                    .finish = sx_io__sav_finish,
                                    .discard = sx_io__sav_discard};
