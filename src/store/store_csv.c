/* store_csv.c: result rows as CSV, the one formatter of the tidy columns. RFC 4180 quoting, shortest numbers that read back the same,
 * a missing value is an empty field. */
#include <math.h>
#include <string.h>

#include "shuxiao/io.h"
#include "shuxiao/store.h"

static const char *const before[] = {"wave", "indicator", "statistic"};
static const char *const after[] = {"estimate", "std.error", "conf.low",  "conf.high", "conf.level",
                                    "df",       "n",         "n_eff",     "deff",      "cv",
                                    "unit",     "quality",   "na_reason", "method"};
enum { N_BEFORE = sizeof before / sizeof *before, N_AFTER = sizeof after / sizeof *after };

typedef struct by_names {
  const char **names;
  size_t n, cap;
} by_names;

static void put_number(sx_buf *out, double value) {
  char text[SX_DOUBLE_TEXT_MAX];
  sx_buf_add_char(out, ',');
  if (isnan(value)) return;
  if (isinf(value)) {
    sx_buf_add(out, value > 0 ? "Inf" : "-Inf");
    return;
  }
  sx_buf_add_n(out, text, sx_text_from_double(text, value));
}

static void put_text(sx_buf *out, const char *text) {
  sx_buf_add_char(out, ',');
  sx_csv_field(out, text);
}

/* "run" was a column once, and readers may take it for that. */
static bool fixed_name(const char *name) {
  if (strcmp(name, "run") == 0) return true;
  for (size_t i = 0; i < N_BEFORE; i++) {
    if (strcmp(before[i], name) == 0) return true;
  }
  for (size_t i = 0; i < N_AFTER; i++) {
    if (strcmp(after[i], name) == 0) return true;
  }
  return false;
}

/* By-variables in order of first appearance. */
static sx_status collect(by_names *by, const sx_ctx *ctx, const sx_store_row *rows, size_t n, sx_error *err) {
  for (size_t i = 0; i < n; i++) {
    for (size_t t = 0; t < rows[i].n_terms; t++) {
      const char *name = rows[i].terms[t].variable;
      size_t k = 0;
      while (k < by->n && strcmp(by->names[k], name) != 0) k++;
      if (k < by->n) continue;
      void *p = by->names;
      const bool grown = sx_mem_grow(ctx, &p, &by->cap, by->n + 1, sizeof *by->names);
      by->names = p;
      if (!grown) return sx_error_memory(err);
      by->names[by->n++] = name;
    }
  }
  return SX_OK;
}

static void put_header(sx_buf *out, const by_names *by) {
  for (size_t i = 0; i < N_BEFORE; i++) {
    if (i) sx_buf_add_char(out, ',');
    sx_buf_add(out, before[i]);
  }
  for (size_t i = 0; i < by->n; i++) {
    sx_buf_add_char(out, ',');
    if (fixed_name(by->names[i])) sx_buf_add(out, "by.");
    sx_csv_field(out, by->names[i]);
  }
  for (size_t i = 0; i < N_AFTER; i++) put_text(out, after[i]);
  sx_buf_add_char(out, '\n');
}

static void put_row(sx_buf *out, const by_names *by, const sx_store_row *row) {
  sx_csv_field(out, row->wave);
  put_text(out, row->indicator);
  put_text(out, row->statistic);
  for (size_t i = 0; i < by->n; i++) {
    const char *level = NULL;
    for (size_t t = 0; t < row->n_terms && !level; t++) {
      if (strcmp(row->terms[t].variable, by->names[i]) == 0) level = row->terms[t].level;
    }
    put_text(out, level);
    if (level && !*level) sx_buf_add(out, "\"\""); /* a level without a name is not the total */
  }
  put_number(out, row->estimate);
  put_number(out, row->se);
  put_number(out, row->low);
  put_number(out, row->high);
  put_number(out, row->ci_level);
  put_number(out, row->df);
  sx_buf_add_char(out, ',');
  if (row->n >= 0) sx_buf_printf(out, "%lld", (long long)row->n);
  put_number(out, row->n_eff);
  put_number(out, row->deff);
  put_number(out, row->cv);
  put_text(out, row->unit);
  put_text(out, row->quality);
  put_text(out, row->na_reason);
  put_text(out, row->method);
  sx_buf_add_char(out, '\n');
}

sx_status sx_store_rows_csv(sx_buf *out, const sx_store_row *rows, size_t n, sx_error *err) {
  by_names by = {NULL, 0, 0};
  sx_status status = SX_OK;
  SX_TRY_GOTO(status, collect(&by, out->ctx, rows, n, err), done);
  put_header(out, &by);
  for (size_t i = 0; i < n; i++) put_row(out, &by, &rows[i]);
  status = sx_buf_status(out, err);
done:
  sx_mem_free(out->ctx, by.names);
  return status;
}
