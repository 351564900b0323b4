/* io_csv_help.h: what the tests of delimited text share: reading from memory, and a table written out as one string. */
#ifndef IO_CSV_HELP_H
#define IO_CSV_HELP_H

#include "shuxiao/io.h"
#include "sxt.h"

/* One cell: the value ("3", "0.5", "2024-02-29", text as it is), "~" system missing, "!v" declared missing. */
static inline void dump_cell(sx_buf *out, const sx_column *c, size_t row) {
  char text[64];
  size_t n = 0;
  if (sx_column_missing(c, row)) {
    if (c->miss[row] != SX_MISS_USER) {
      if (c->miss[row] == SX_MISS_SYSTEM)
        sx_buf_add(out, "~");
      else
        sx_buf_printf(out, ".%c", c->miss[row]);
      return;
    }
    sx_buf_add(out, "!");
  }
  switch (c->type) {
  case SX_NUMBER:
    n = sx_text_from_double(text, c->data.f64[row]);
    break;
  case SX_INTEGER:
    n = (size_t)snprintf(text, sizeof text, "%lld", (long long)c->data.i64[row]);
    break;
  case SX_DATE:
    n = sx_date_text(text, c->data.i64[row]);
    break;
  case SX_PERIOD:
    n = sx_period_text(text, c->data.i64[row]);
    break;
  case SX_CATEGORY:
  case SX_TEXT:
    sx_buf_add(out, sx_dict_get(c->dict, c->data.code[row], NULL));
    return;
  }
  sx_buf_add_n(out, text, n);
}

/* "name type: cell|cell|...\n" per column, for text with "{level,level}" in the order of the codes. */
static inline char *dump(const sx_table *t) {
  sx_buf out;
  sx_buf_init(&out, NULL);
  for (size_t i = 0; i < sx_table_columns(t); i++) {
    const sx_column *c = sx_table_get(t, i);
    sx_buf_printf(&out, "%s %s:", c->name, sx_type_name(c->type));
    for (size_t r = 0; r < c->n; r++) {
      sx_buf_add(&out, r ? "|" : " ");
      dump_cell(&out, c, r);
    }
    if (c->dict) {
      sx_buf_add(&out, " {");
      for (size_t k = 0; k < sx_dict_count(c->dict); k++)
        sx_buf_printf(&out, "%s%s", k ? "," : "", sx_dict_get(c->dict, (int32_t)k, NULL));
      sx_buf_add(&out, "}");
    }
    sx_buf_add(&out, "\n");
  }
  sx_buf_add(&out, "");
  return sx_buf_take(&out);
}

static inline sx_status read_n(sx_table **t, const char *name, const char *text, size_t n, const sx_read_options *o,
                               sx_error *err) {
  return sx_io_read_memory(t, NULL, name, text, n, o, err);
}

static inline sx_status read_text(sx_table **t, const char *text, const sx_read_options *o, sx_error *err) {
  return read_n(t, "t.csv", text, strlen(text), o, err);
}

/* text read with o (NULL: usual) dumps as want. */
#define CHECK_READS(text, o, want) check_reads(__LINE__, text, strlen(text), o, want)
static inline void check_reads(int line, const char *text, size_t n, const sx_read_options *o, const char *want) {
  sx_table *t = NULL;
  sx_error err = SX_ERROR_INIT;
  if (read_n(&t, "t.csv", text, n, o, &err) != SX_OK) {
    SXT_FAIL("line %d: %s: %s", line, err.where, err.message);
    return;
  }
  char *got = dump(t);
  if (!got || strcmp(got, want) != 0) SXT_FAIL("line %d: got\n%s, not\n%s", line, got ? got : "(none)", want);
  sx_mem_free(NULL, got);
  sx_table_free(t);
}

/* text does not read: status, exact where, part of the message; and *out stays as it was. */
#define CHECK_BAD(text, o, code, where, message) check_bad(__LINE__, text, strlen(text), o, code, where, message)
static inline void check_bad(int line, const char *text, size_t n, const sx_read_options *o, sx_status code,
                             const char *where, const char *message) {
  static char untouched;
  sx_table *const before = (sx_table *)(void *)&untouched;
  sx_table *t = before;
  sx_error err = SX_ERROR_INIT;
  const sx_status st = read_n(&t, "t.csv", text, n, o, &err);
  if (st == SX_OK) sx_table_free(t);
  if (st != code || err.status != code || strcmp(err.where, where) != 0 || !strstr(err.message, message))
    SXT_FAIL("line %d: status %d, where '%s', message '%s'", line, (int)st, err.where, err.message);
  if (st != SX_OK && t != before) SXT_FAIL("line %d: *out was touched", line);
}

/* A generator of its own: the same on every machine. */
static inline uint32_t roll(uint64_t *state, uint32_t n) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*state >> 33) % n;
}

#endif
