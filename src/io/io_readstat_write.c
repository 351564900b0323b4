/* io_readstat_write.c: Stata .dta (release 118, UTF-8) through ReadStat.
 *
 * Stata has no declared missing values: the values of the k-th declared range are written as the tagged missing .a, .b, ...
 * with their label, so that nobody computes with a refusal. Categories and periods become strings; dates %td. Metadata goes into
 * the label and into notes "shuxiao.KEY=VALUE", which our reader takes back. What Stata has no place for (labels of texts,
 * multiple-response sets, measures) is left out with a note to the caller. */
#include <math.h>
#include <readstat.h>
#include <stdio.h>
#include <string.h>

#include "io_readstat_priv.h"

enum {
  EPOCH_1960 = 3653,
  STRING_BYTES = 2045,
  LABEL_CHARS = 80,
  TIMESTAMP = 946728000 /* fixed: the same bits each time */
};

typedef struct out_var {
  readstat_variable_t *variable;
  char *name;
  sx_type type;
  size_t width;
} out_var;

typedef struct export {
  sx_io__sink *sink;
  const sx_ctx *ctx;
  readstat_writer_t *writer;
  out_var *vars;
  size_t n_vars;
  uint64_t row;
  sx_status status; /* of the sink */
  sx_error error;
}
export;

static ssize_t write_out(const void *data, size_t n, void *ctx) {
  export *e = ctx;
  if (e->status == SX_OK) e->status = sx_io__sink_write(e->sink, data, n, &e->error);
  return e->status == SX_OK ? (ssize_t)n : -1;
}

static sx_status failed(export *e, readstat_error_t code, const char *variable, sx_error *err) {
  if (e->status != SX_OK) {
    if (err) *err = e->error;
    return e->status;
  }
  if (code == READSTAT_ERROR_MALLOC) return sx_error_memory(err);
  const bool argument =
      code >= READSTAT_ERROR_NAME_BEGINS_WITH_ILLEGAL_CHARACTER && code <= READSTAT_ERROR_NAME_IS_TOO_LONG;
  sx_error_set(err, argument ? SX_E_ARGUMENT : SX_E_DATA, variable, "Stata does not accept this: %s",
               readstat_error_message(code));
  sx_error_add_where(err, "%s", sx_io__sink_name(e->sink));
  return argument ? SX_E_ARGUMENT : SX_E_DATA;
}

/* Bytes of the first LABEL_CHARS characters. */
static size_t label_bytes(const char *text) {
  size_t n = strlen(text), at = 0;
  for (int i = 0; i < LABEL_CHARS && at < n; i++) {
    uint32_t c = 0;
    const size_t k = sx_utf8_next(&c, text + at, n - at);
    if (!k) break;
    at += k;
  }
  return at;
}

static void short_label(char out[4 * LABEL_CHARS + 1], const char *text) {
  const size_t n = label_bytes(text);
  memcpy(out, text, n);
  out[n] = 0;
}

/* ---- labels -------------------------------------------------------------------------------------------- */

/* The tag that stands for a declared missing value, or 0. */
static char tag_of(const sx_column *c, double value) {
  const size_t range = sx_column_find_range(c, value, NULL);
  return range < c->n_ranges && range < 26 ? (char)('a' + range) : 0;
}

static sx_status add_labels(export *e, const sx_column *c, readstat_variable_t *variable, size_t index, sx_error *err) {
  char name[32];
  size_t left_out = 0;
  readstat_label_set_t *set = NULL;
  if (!c->n_labels) return SX_OK;
  if (c->dict || c->type == SX_PERIOD) {
    sx_ctx_note(e->ctx, SX_SEV_WARNING, c->name, "labels of texts are left out: Stata labels numbers only");
    return SX_OK;
  }
  snprintf(name, sizeof name, "labels%zu", index + 1);
  set = readstat_add_label_set(e->writer, READSTAT_TYPE_DOUBLE, name);
  if (!set) return sx_error_memory(err);
  for (size_t i = 0; i < c->n_labels; i++) {
    const sx_label *l = &c->labels[i];
    const double v = c->type == SX_DATE ? l->value + EPOCH_1960 : l->value;
    const char tag = l->tag ? l->tag : tag_of(c, l->value);
    if (tag)
      readstat_label_tagged_value(set, tag, l->label);
    else if (v == floor(v) && fabs(v) < 2147483620)
      readstat_label_int32_value(set, (int32_t)v, l->label);
    else
      left_out++;
  }
  if (left_out)
    sx_ctx_note(e->ctx, SX_SEV_WARNING, c->name, "%zu labels are left out: Stata labels whole numbers only", left_out);
  readstat_variable_set_label_set(variable, set);
  return SX_OK;
}

/* ---- variables ----------------------------------------------------------------------------------------- */

static size_t text_width(const sx_column *c, size_t n_rows) {
  size_t width = 0;
  int64_t declared = 0;
  const char *f = c->format;
  if (*f == 'A' && sx_text_to_int64(&declared, f + 1, strlen(f + 1)) && declared > 0 && declared <= STRING_BYTES)
    width = (size_t)declared;
  for (size_t i = 0; i < sx_dict_count(c->dict); i++) {
    size_t n = 0;
    (void)sx_dict_get(c->dict, (int32_t)i, &n);
    if (n > width) width = n;
  }
  return width ? width : n_rows ? 1 : 255;
}

static sx_status add_variable(export *e, const sx_table *schema, size_t i, sx_error *err) {
  const sx_column *c = sx_table_get(schema, i);
  out_var *v = &e->vars[i];
  char label[4 * LABEL_CHARS + 1];
  const bool text = c->dict || c->type == SX_PERIOD;
  v->type = c->type;
  v->name = sx_mem_strdup(e->ctx, c->name);
  if (!v->name) return sx_error_memory(err);
  if (text) v->width = c->dict ? text_width(c, sx_table_rows(schema)) : 8;
  if (v->width > STRING_BYTES) {
    sx_error_set(err, SX_E_LIMIT, c->name, "a text of %zu bytes: Stata strings hold %d", v->width, STRING_BYTES);
    sx_error_add_where(err, "%s", sx_io__sink_name(e->sink));
    return SX_E_LIMIT;
  }
  v->variable = readstat_add_variable(e->writer, c->name, text ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE, v->width);
  if (!v->variable) return sx_error_memory(err);
  short_label(label, c->label);
  if (label[strlen(label)] != c->label[strlen(label)])
    sx_ctx_note(e->ctx, SX_SEV_WARNING, c->name, "the label is cut to %d characters", LABEL_CHARS);
  readstat_variable_set_label(v->variable, label);
  if (c->type == SX_DATE)
    readstat_variable_set_format(v->variable, "%td");
  else if (c->format[0] == '%' && text == (c->format[strlen(c->format) - 1] == 's'))
    readstat_variable_set_format(v->variable, c->format);
  if (c->n_ranges && !c->dict)
    sx_ctx_note(e->ctx, SX_SEV_NOTE, c->name, "declared missing values are written as .a, .b, ...");
  if (c->n_ranges && c->dict)
    sx_ctx_note(e->ctx, SX_SEV_WARNING, c->name, "declared missing texts are written as empty: Stata declares none");
  return add_labels(e, c, v->variable, i, err);
}

static sx_status add_meta(export *e, const sx_table *schema, sx_error *err) {
  char label[4 * LABEL_CHARS + 1], whole[600];
  const char *title = sx_table_meta(schema, "title"), *synthetic = sx_table_meta(schema, "synthetic");
  snprintf(whole, sizeof whole, "%s%.500s", synthetic && *synthetic ? "SYNTHETIC DATA: " : "", title ? title : "");
  whole[sx_utf8_cut(whole, strlen(whole), sizeof whole - 1)] = 0;
  short_label(label, whole);
  readstat_writer_set_file_label(e->writer, label);
  if (sx_table_mrsets(schema))
    sx_ctx_note(e->ctx, SX_SEV_WARNING, sx_io__sink_name(e->sink),
                "multiple-response sets are left out: Stata has none");
  for (size_t i = 0; i < sx_table_metas(schema); i++) {
    const char *key = NULL;
    const char *value = sx_table_meta_at(schema, i, &key);
    sx_buf b;
    sx_buf_init(&b, e->ctx);
    if (strcmp(key, "notes") != 0) sx_buf_printf(&b, "shuxiao.%s=", key);
    sx_buf_add(&b, value);
    const sx_status st = sx_buf_status(&b, err);
    if (st == SX_OK) readstat_add_note(e->writer, b.data);
    sx_buf_clear(&b);
    SX_TRY(st);
  }
  return SX_OK;
}

static sx_status start(export *e, const sx_table *schema, size_t n_rows, sx_error *err) {
  e->writer = readstat_writer_init();
  e->vars = sx_mem_zalloc(e->ctx, sx_table_columns(schema), sizeof *e->vars);
  if (!e->writer || !e->vars) return sx_error_memory(err);
  e->n_vars = sx_table_columns(schema);
  readstat_set_data_writer(e->writer, write_out);
  readstat_writer_set_file_format_version(e->writer, 118);
  readstat_writer_set_file_timestamp(e->writer, TIMESTAMP);
  for (size_t i = 0; i < e->n_vars; i++) SX_TRY(add_variable(e, schema, i, err));
  SX_TRY(add_meta(e, schema, err));
  const readstat_error_t code = readstat_begin_writing_dta(e->writer, e, (long)n_rows);
  if (code != READSTAT_OK) return failed(e, code, NULL, err);
  for (size_t i = 0; i < e->n_vars; i++) {
    const readstat_error_t ok = readstat_validate_variable(e->writer, e->vars[i].variable);
    if (ok != READSTAT_OK) return failed(e, ok, e->vars[i].name, err);
  }
  return SX_OK;
}

sx_status sx_io__dta_create(void **state, sx_io__sink *sink, const sx_table *schema, size_t n_rows, sx_error *err) {
  const sx_ctx *ctx = sx_io__sink_ctx(sink);
  if (n_rows > INT32_MAX)
    return sx_error_set(err, SX_E_ARGUMENT, sx_io__sink_name(sink), "the number of rows must be known, and below 2^31");
  if (!sx_table_columns(schema)) return sx_error_set(err, SX_E_DATA, sx_io__sink_name(sink), "a table without columns");
  export *e = sx_mem_zalloc(ctx, 1, sizeof *e);
  if (!e) return sx_error_memory(err);
  e->sink = sink;
  e->ctx = ctx;
  const sx_status st = start(e, schema, n_rows, err);
  if (st != SX_OK) {
    sx_io__dta_discard(e);
    return st;
  }
  *state = e;
  return SX_OK;
}

/* ---- cells --------------------------------------------------------------------------------------------- */

static sx_status text_cell(export *e, const out_var *v, const sx_column *c, size_t row, readstat_error_t *code,
                           sx_error *err) {
  char period[16] = "";
  const char *text = period;
  const uint8_t miss = c->miss ? c->miss[row] : SX_MISS_NONE;
  if (miss == SX_MISS_NONE && c->dict && c->data.code[row] >= 0) text = sx_dict_get(c->dict, c->data.code[row], NULL);
  if (miss == SX_MISS_NONE && !c->dict) sx_period_text(period, c->data.i64[row]);
  if (strlen(text) > v->width) {
    char place[48];
    snprintf(place, sizeof place, "case %llu", (unsigned long long)e->row + 1);
    sx_error_set(err, SX_E_DATA, place,
                 "variable %s: a text of %zu bytes does not fit its %zu: declare the format A%zu beforehand", v->name,
                 strlen(text), v->width, strlen(text));
    sx_error_add_where(err, "%s", sx_io__sink_name(e->sink));
    return SX_E_DATA;
  }
  *code = readstat_insert_string_value(e->writer, v->variable, text);
  return SX_OK;
}

static readstat_error_t number_cell(export *e, const out_var *v, const sx_column *c, size_t row) {
  const uint8_t miss = c->miss ? c->miss[row] : SX_MISS_NONE;
  double x = c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
  const char tag = miss >= 'a' ? (char)miss : miss == SX_MISS_USER ? tag_of(c, x) : 0;
  if (tag) return readstat_insert_tagged_missing_value(e->writer, v->variable, tag);
  if (miss != SX_MISS_NONE || isnan(x)) return readstat_insert_missing_value(e->writer, v->variable);
  if (c->type == SX_DATE) x += EPOCH_1960;
  return readstat_insert_double_value(e->writer, v->variable, x);
}

sx_status sx_io__dta_add(void *state, const sx_table *rows, sx_error *err) {
  export *e = state;
  for (size_t r = 0; r < sx_table_rows(rows); r++, e->row++) {
    if (r % 4096 == 0) SX_TRY(sx_ctx_poll(e->ctx, err));
    readstat_error_t code = readstat_begin_row(e->writer);
    if (code != READSTAT_OK) return failed(e, code, NULL, err);
    for (size_t i = 0; i < e->n_vars; i++) {
      const sx_column *c = sx_table_get(rows, i);
      if (c->dict || c->type == SX_PERIOD)
        SX_TRY(text_cell(e, &e->vars[i], c, r, &code, err));
      else
        code = number_cell(e, &e->vars[i], c, r);
      if (code != READSTAT_OK) return failed(e, code, e->vars[i].name, err);
    }
    code = readstat_end_row(e->writer);
    if (code != READSTAT_OK) return failed(e, code, NULL, err);
  }
  return SX_OK;
}

sx_status sx_io__dta_finish(void *state, sx_error *err) {
  export *e = state;
  const readstat_error_t code = readstat_end_writing(e->writer);
  return code == READSTAT_OK && e->status == SX_OK ? SX_OK : failed(e, code, NULL, err);
}

void sx_io__dta_discard(void *state) {
  export *e = state;
  if (!e) return;
  if (e->writer) readstat_writer_free(e->writer);
  for (size_t i = 0; i < e->n_vars; i++) sx_mem_free(e->ctx, e->vars[i].name);
  sx_mem_free(e->ctx, e->vars);
  sx_mem_free(e->ctx, e);
}
