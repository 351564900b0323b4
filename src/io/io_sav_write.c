/* io_sav_write.c: cases into .sav (compressed by bytes) and .zsav (that, in zlib blocks). Streams: memory does not grow with
 * the rows. Little-endian machines only, as the library as a whole. */
#include <math.h>
#include <stdio.h>
#include <zlib.h>

#include "io_sav_out.h"

enum { OUT_BYTES = 1 << 18, BIAS = 100, CMD_LITERAL = 253, CMD_BLANKS = 254, CMD_SYSMIS = 255 };

/* ---- the byte-compressed stream ------------------------------------------------------------------------ */

static void le64(sx_buf *b, uint64_t v) {
  sx_buf_add_n(b, (const char *)&v, 8);
}
static void le32(sx_buf *b, uint32_t v) {
  sx_buf_add_n(b, (const char *)&v, 4);
}

static sx_status pack_block(sx_io__sav_out *o, sx_error *err) {
  uLongf n = o->packed_cap;
  if (!o->n_out) return SX_OK;
  if (compress2(o->packed, &n, o->out, o->n_out, 1) != Z_OK) return sx_error_memory(err);
  le64(&o->blocks, o->plain_at);
  le64(&o->blocks, sx_io__sink_tell(o->sink));
  le32(&o->blocks, (uint32_t)o->n_out);
  le32(&o->blocks, (uint32_t)n);
  o->plain_at += o->n_out;
  o->n_out = 0;
  SX_TRY(sx_buf_status(&o->blocks, err));
  return sx_io__sink_write(o->sink, o->packed, n, err);
}

static sx_status flush_out(sx_io__sav_out *o, sx_error *err) {
  if (o->zlib) return pack_block(o, err);
  const size_t n = o->n_out;
  o->n_out = 0;
  return n ? sx_io__sink_write(o->sink, o->out, n, err) : SX_OK;
}

/* Blocks of a .zsav are all full but the last, so a group may lie in two. */
static sx_status put_bytes(sx_io__sav_out *o, const unsigned char *p, size_t n, sx_error *err) {
  while (n) {
    if (o->n_out == o->out_cap) SX_TRY(flush_out(o, err));
    const size_t room = o->out_cap - o->n_out, part = n < room ? n : room;
    memcpy(o->out + o->n_out, p, part);
    o->n_out += part;
    p += part;
    n -= part;
  }
  return SX_OK;
}

static sx_status flush_group(sx_io__sav_out *o, sx_error *err) {
  SX_TRY(put_bytes(o, o->command, 8, err));
  SX_TRY(put_bytes(o, o->literal, o->n_literal, err));
  o->n_command = o->n_literal = 0;
  return SX_OK;
}

static inline sx_status put_slot(sx_io__sav_out *o, unsigned char command, const void *literal, sx_error *err) {
  o->command[o->n_command++] = command;
  if (command == CMD_LITERAL) {
    memcpy(o->literal + o->n_literal, literal, 8);
    o->n_literal += 8;
  }
  return o->n_command == 8 ? flush_group(o, err) : SX_OK;
}

/* The command of a number. */
SX_INLINE unsigned char command_of(double v) {
  const bool near = v > -BIAS && v < 252 - BIAS;
  const int whole = near ? (int)v : 0;
  const bool same = near && whole == v && !(v == 0 && signbit(v));
  return isnan(v) ? CMD_SYSMIS : same ? (unsigned char)(whole + BIAS) : CMD_LITERAL;
}

/* ---- cells --------------------------------------------------------------------------------------------- */

static sx_status too_wide(const sx_io__sav_out *o, const sx_io__sav_out_var *v, size_t n, sx_error *err) {
  char place[64];
  snprintf(place, sizeof place, "case %llu", (unsigned long long)o->row + 1);
  sx_error_set(err, SX_E_DATA, place,
               "variable %s: a text of %zu bytes does not fit its %zu: declare the format A%zu beforehand", v->name, n,
               v->width, n);
  sx_error_add_where(err, "%s", sx_io__sink_name(o->sink));
  return SX_E_DATA;
}

static sx_status put_string(sx_io__sav_out *o, const sx_io__sav_out_var *v, const char *text, size_t n, sx_error *err) {
  if (n > v->width) return too_wide(o, v, n, err);
  unsigned char *p = o->wide;
  memset(p, ' ', v->n_slots * 8);
  if (v->n_segments == 1) {
    memcpy(p, text, n);
  } else {
    for (size_t k = 0, done = 0; done < n; k++) {
      const size_t part = n - done < SX_IO__SAV_SEGMENT_BYTES ? n - done : SX_IO__SAV_SEGMENT_BYTES;
      memcpy(p + 256 * k, text + done, part);
      done += part;
    }
  }
  for (size_t i = 0; i < v->n_slots; i++, p += 8)
    SX_TRY(put_slot(o, memcmp(p, "        ", 8) == 0 ? CMD_BLANKS : CMD_LITERAL, p, err));
  return SX_OK;
}

static sx_status put_text_cell(sx_io__sav_out *o, const sx_io__sav_out_var *v, const sx_column *c, size_t row,
                               sx_error *err) {
  const int32_t code = c->data.code[row];
  size_t n = 0;
  const char *text = code < 0 ? "" : sx_dict_get(c->dict, code, &n);
  return put_string(o, v, text, n, err);
}

static sx_status put_period_cell(sx_io__sav_out *o, const sx_io__sav_out_var *v, const sx_column *c, size_t row,
                                 sx_error *err) {
  char text[16] = "";
  size_t n = 0;
  if (!c->miss || c->miss[row] == SX_MISS_NONE || c->miss[row] == SX_MISS_USER)
    n = sx_period_text(text, c->data.i64[row]);
  return put_string(o, v, text, n, err);
}

/* Rows that are written together: the commands of each column of numbers are found first, down the column, then the rows are put
 * together across the columns. */
enum { ROWS_AT_ONCE = 64 };
typedef struct rows_out {
  const sx_column **columns; /* [n_vars] */
  unsigned char *command;    /* [n_vars * ROWS_AT_ONCE]; of texts nothing */
  size_t first;
} rows_out;

static bool is_text(const sx_column *c) {
  return c->dict || c->type == SX_PERIOD;
}

SX_INLINE double number_of(const sx_column *c, size_t row) {
  return c->type == SX_NUMBER ? c->data.f64[row] : sx_io__sav_out_number(c->type, (double)c->data.i64[row]);
}

SX_WIDEST
static void find_commands(unsigned char *restrict out, const sx_column *c, size_t first, size_t n) {
  const int64_t *whole = c->data.i64 + first;
  const double *number = c->data.f64 + first;
  if (c->type == SX_NUMBER)
    for (size_t i = 0; i < n; i++) out[i] = command_of(number[i]);
  else if (c->type == SX_INTEGER)
    for (size_t i = 0; i < n; i++)
      out[i] = whole[i] > -BIAS && whole[i] < 252 - BIAS ? (unsigned char)(whole[i] + BIAS) : CMD_LITERAL;
  else
    for (size_t i = 0; i < n; i++) out[i] = command_of(number_of(c, first + i));
  const uint8_t *miss = c->miss ? c->miss + first : NULL;
  for (size_t i = 0; miss && i < n; i++)
    out[i] = miss[i] != SX_MISS_NONE && miss[i] != SX_MISS_USER ? CMD_SYSMIS : out[i];
}

static sx_status put_row(sx_io__sav_out *o, const rows_out *rows, size_t at, sx_error *err) {
  const size_t row = rows->first + at;
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_io__sav_out_var *v = &o->vars[i];
    const sx_column *c = rows->columns[i];
    const unsigned char command = rows->command[i * ROWS_AT_ONCE + at];
    if (c->dict) {
      SX_TRY(put_text_cell(o, v, c, row, err));
    } else if (c->type == SX_PERIOD) {
      SX_TRY(put_period_cell(o, v, c, row, err));
    } else if (command == CMD_LITERAL) {
      const double x = number_of(c, row);
      SX_TRY(put_slot(o, CMD_LITERAL, &x, err));
    } else {
      SX_TRY(put_slot(o, command, NULL, err));
    }
  }
  return SX_OK;
}

/* ---- the back end -------------------------------------------------------------------------------------- */

static sx_status start_zlib(sx_io__sav_out *o, sx_error *err) {
  static const unsigned char zeros[24];
  o->packed_cap = compressBound(SX_IO__SAV_BLOCK);
  o->packed = sx_mem_alloc(o->ctx, o->packed_cap, 1);
  if (!o->packed) return sx_error_memory(err);
  o->zheader_at = o->plain_at = sx_io__sink_tell(o->sink);
  o->plain_at = o->zheader_at;
  return sx_io__sink_write(o->sink, zeros, sizeof zeros, err);
}

static sx_status create(void **state, bool zlib, sx_io__sink *sink, const sx_table *schema, size_t n_rows,
                        sx_error *err) {
  const sx_ctx *ctx = sx_io__sink_ctx(sink);
  sx_status st = SX_E_MEMORY;
  sx_io__sav_out *o = sx_mem_zalloc(ctx, 1, sizeof *o);
  if (!o) return sx_error_memory(err);
  o->sink = sink;
  o->ctx = ctx;
  o->zlib = zlib;
  o->n_rows = n_rows;
  o->out_cap = zlib ? SX_IO__SAV_BLOCK : OUT_BYTES;
  sx_buf_init(&o->blocks, ctx);
  o->out = sx_mem_alloc(ctx, o->out_cap, 1);
  if (!o->out) {
    sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_arena_new(&o->arena, ctx, err), done);
  SX_TRY_GOTO(st, sx_io__sav_plan(o, schema, err), done);
  SX_TRY_GOTO(st, sx_io__sav_write_dictionary(o, schema, err), done);
  if (zlib) SX_TRY_GOTO(st, start_zlib(o, err), done);
  *state = o;
  o = NULL;
done:
  sx_io__sav_discard(o);
  return st;
}

sx_status sx_io__sav_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err) {
  return create(state, false, sink, schema, n_rows, err);
}
sx_status sx_io__zsav_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err) {
  return create(state, true, sink, schema, n_rows, err);
}

sx_status sx_io__sav_add(void *state, const sx_table *rows, sx_error *err) {
  sx_io__sav_out *o = state;
  sx_status st = SX_OK;
  const size_t n = sx_table_rows(rows);
  rows_out out = {.columns = sx_mem_alloc(o->ctx, o->n_vars, sizeof *out.columns),
                  .command = sx_mem_zalloc(o->ctx, o->n_vars, ROWS_AT_ONCE)};
  size_t tagged = 0;
  if (!out.columns || !out.command) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < o->n_vars; i++) {
    const sx_column *c = out.columns[i] = sx_table_get(rows, i);
    for (size_t r = 0; c->miss && r < n; r++) tagged += c->miss[r] >= 'a';
  }
  if (tagged)
    sx_ctx_note(o->ctx, SX_SEV_WARNING, sx_io__sink_name(o->sink),
                "%zu tagged missing values are written as system-missing: SPSS has no tags", tagged);
  for (size_t r = 0; r < n; r++, o->row++) {
    if (r % 4096 == 0) SX_TRY_GOTO(st, sx_ctx_poll(o->ctx, err), done);
    if (r % ROWS_AT_ONCE == 0) {
      out.first = r;
      const size_t many = n - r < ROWS_AT_ONCE ? n - r : ROWS_AT_ONCE;
      for (size_t i = 0; i < o->n_vars; i++)
        if (!is_text(out.columns[i])) find_commands(out.command + i * ROWS_AT_ONCE, out.columns[i], r, many);
    }
    SX_TRY_GOTO(st, put_row(o, &out, r % ROWS_AT_ONCE, err), done);
  }
done:
  sx_mem_free(o->ctx, (void *)out.columns);
  sx_mem_free(o->ctx, out.command);
  return st;
}

static sx_status finish_zlib(sx_io__sav_out *o, sx_error *err) {
  sx_buf b;
  sx_status st = SX_OK;
  const uint64_t trailer = sx_io__sink_tell(o->sink);
  sx_buf_init(&b, o->ctx);
  le64(&b, (uint64_t)-BIAS);
  le64(&b, 0);
  le32(&b, SX_IO__SAV_BLOCK);
  le32(&b, (uint32_t)(o->blocks.n / 24));
  sx_buf_add_n(&b, o->blocks.n ? o->blocks.data : "", o->blocks.n);
  SX_TRY_GOTO(st, sx_buf_status(&b, err), done);
  SX_TRY_GOTO(st, sx_io__sink_write(o->sink, b.data, b.n, err), done);
  const uint64_t header[3] = {o->zheader_at, trailer, b.n};
  st = sx_io__sink_patch(o->sink, o->zheader_at, header, sizeof header, err);
done:
  sx_buf_clear(&b);
  return st;
}

sx_status sx_io__sav_finish(void *state, sx_error *err) {
  sx_io__sav_out *o = state;
  if (o->n_command) {
    memset(o->command + o->n_command, 0, 8 - o->n_command);
    SX_TRY(flush_group(o, err));
  }
  SX_TRY(flush_out(o, err));
  if (o->zlib) SX_TRY(finish_zlib(o, err));
  if (o->n_rows == SIZE_MAX && o->row <= INT32_MAX) {
    const int32_t n = (int32_t)o->row;
    SX_TRY(sx_io__sink_patch(o->sink, 80, &n, 4, err));
  }
  return SX_OK;
}

void sx_io__sav_discard(void *state) {
  sx_io__sav_out *o = state;
  if (!o) return;
  sx_buf_clear(&o->blocks);
  sx_mem_free(o->ctx, o->out);
  sx_mem_free(o->ctx, o->packed);
  sx_arena_free(o->arena);
  sx_mem_free(o->ctx, o);
}
