/* io_readstat.c: .por, .dta, .sas7bdat and .xpt through ReadStat 1.1.8. ReadStat reads from our memory through its handler
 * table and pushes metadata, variables, labels and cells into the handlers here. What it does wrong, and the tests that
 * show it, is in docs/dev/foreign.md. Its own allocations are not ours: some of them crash it when they fail.
 *
 * What becomes of what: numbers SX_NUMBER with labels; Stata %td, SAS date formats and SPSS dates SX_DATE; strings SX_TEXT, an
 * empty one being missing (as in Stata and SAS); .a-.z and .A-.Z tagged missing; title, notes, weight metadata. */
#include <math.h>
#include <readstat.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io_readstat_priv.h"

enum { EPOCH_1960 = 3653 /* days 1960-01-01 to 1970-01-01 */, EPOCH_SPSS = 141428, ROWS_PER_POLL = 4096 };

typedef enum kind { POR, DTA, SAS7BDAT, XPT } kind;

typedef struct label_item {
  char *set, *label, *text;
  double value;
  char tag;
} label_item;

typedef struct variable_item {
  char *name, *set;
  sx_column *column; /* in the table; NULL when not wanted */
  double per_day;    /* dates: units in a day, 0 for no date */
  int64_t epoch;
  size_t n_ranges;
  double range[6];
  char *text_range[3];
} variable_item;

typedef struct import {
  const sx_io__source *source;
  const sx_read_options *options;
  kind format;
  size_t at; /* of the reading */
  bool counting;
  int64_t n_rows, seen; /* cases declared (-1 unknown), seen so far */
  sx_table *table;
  variable_item *vars;
  size_t n_vars, cap_vars;
  label_item *labels;
  size_t n_labels, cap_labels;
  sx_buf notes;
  char stage[128], message[200]; /* ReadStat's own words */
  sx_status status;              /* of our handlers */
  sx_error *err;
} import;

static const sx_ctx *ctx_of(const import *m) {
  return m->source->ctx;
}

/* For handlers: keeps the status, tells ReadStat to stop. */
static int stop(import *m, sx_status status) {
  m->status = status;
  return READSTAT_HANDLER_ABORT;
}
static int stop_memory(import *m) {
  return stop(m, sx_error_memory(m->err));
}

/* ---- reading from memory ------------------------------------------------------------------------------- */

static int io_open(const char *path, void *data) {
  (void)path;
  ((import *)data)->at = 0;
  return 0;
}
static int io_close(void *data) {
  (void)data;
  return 0;
}
static readstat_off_t io_seek(readstat_off_t offset, readstat_io_flags_t whence, void *data) {
  import *m = data;
  const int64_t base = whence == READSTAT_SEEK_SET   ? 0
                       : whence == READSTAT_SEEK_CUR ? (int64_t)m->at
                                                     : (int64_t)m->source->n;
  int64_t to = 0;
  if (__builtin_add_overflow(base, (int64_t)offset, &to) || to < 0 || to > (int64_t)m->source->n) return -1;
  m->at = (size_t)to;
  return to;
}
/* Never -1: ReadStat compares with unsigned sizes. */
static ssize_t io_read(void *buf, size_t n, void *data) {
  import *m = data;
  const size_t left = m->source->n - m->at;
  if (n > left) n = left;
  if (n) memcpy(buf, m->source->data + m->at, n);
  m->at += n;
  return (ssize_t)n;
}
static readstat_error_t io_update(long size, readstat_progress_handler progress, void *user, void *data) {
  (void)size;
  (void)progress;
  (void)user;
  (void)data;
  return READSTAT_OK;
}

/* ---- handlers: the dictionary -------------------------------------------------------------------------- */

static int on_metadata(readstat_metadata_t *metadata, void *data) {
  import *m = data;
  if (m->table || m->counting) return READSTAT_HANDLER_OK;
  if (m->n_rows < 0) m->n_rows = metadata->row_count;
  if (m->n_rows > (int64_t)m->source->n) { /* a case takes a byte at least */
    sx_error_set(m->err, SX_E_PARSE, m->source->name, "%lld cases are declared in a file of %zu bytes: it is truncated",
                 (long long)m->n_rows, m->source->n);
    return stop(m, SX_E_PARSE);
  }
  const sx_status st = sx_table_new(&m->table, ctx_of(m), m->n_rows < 0 ? 0 : (size_t)m->n_rows, m->err);
  if (st != SX_OK) return stop(m, st);
  const char *title = metadata->file_label;
  if (title && *title && sx_utf8_valid(title, strlen(title), NULL)) {
    const sx_status set = sx_table_set_meta(m->table, "title", title, m->err);
    if (set != SX_OK) return stop(m, set);
  }
  return READSTAT_HANDLER_OK;
}

static int on_note(int index, const char *note, void *data) {
  import *m = data;
  (void)index;
  if (m->counting || !note || !sx_utf8_valid(note, strlen(note), NULL)) return READSTAT_HANDLER_OK;
  if (m->notes.n) sx_buf_add_char(&m->notes, '\n');
  sx_buf_add(&m->notes, note);
  return READSTAT_HANDLER_OK;
}

static int on_weight(readstat_variable_t *variable, void *data) {
  import *m = data;
  if (m->counting || !m->table) return READSTAT_HANDLER_OK;
  const sx_status st = sx_table_set_meta(m->table, "weight", readstat_variable_get_name(variable), m->err);
  return st == SX_OK ? READSTAT_HANDLER_OK : stop(m, st);
}

static bool starts(const char *text, const char *with) {
  return strncasecmp(text, with, strlen(with)) == 0;
}

/* Whether numbers shown in this format are dates, and their unit and epoch. */
static void date_format(variable_item *v, kind format, const char *text) {
  static const char *const sas[] = {"DATE9", "DATE7", "DATE", "DDMMYY",   "MMDDYY",   "YYMMDD",  "JULIAN",  "MONYY",
                                    "YYMON", "YYQ",   "MMYY", "WORDDATE", "WEEKDATE", "E8601DA", "B8601DA", "IS8601DA"};
  static const char *const spss[] = {"DATE", "ADATE", "EDATE", "SDATE", "JDATE", "QYR", "MOYR", "WKYR"};
  if (format == DTA && (starts(text, "%td") || starts(text, "%d") || starts(text, "%-td") || starts(text, "%-d"))) {
    v->per_day = 1;
    v->epoch = EPOCH_1960;
  }
  for (size_t i = 0; (format == SAS7BDAT || format == XPT) && i < sizeof sas / sizeof *sas; i++) {
    if (!starts(text, sas[i]) || starts(text, "DATETIME") || starts(text, "DATEAMPM")) continue;
    v->per_day = 1;
    v->epoch = EPOCH_1960;
  }
  for (size_t i = 0; format == POR && i < sizeof spss / sizeof *spss; i++) {
    if (!starts(text, spss[i]) || starts(text, "DATETIME")) continue;
    v->per_day = 86400;
    v->epoch = EPOCH_SPSS;
  }
}

static double as_days(const variable_item *v, double x) {
  return v->per_day > 0 ? floor(x / v->per_day) - (double)v->epoch : x;
}

static int keep_ranges(import *m, variable_item *v, const readstat_variable_t *variable) {
  const int n = readstat_variable_get_missing_ranges_count(variable);
  for (int i = 0; i < n && v->n_ranges < 3; i++) {
    const readstat_value_t lo = readstat_variable_get_missing_range_lo(variable, i);
    const readstat_value_t hi = readstat_variable_get_missing_range_hi(variable, i);
    if (readstat_value_type_class(lo) == READSTAT_TYPE_CLASS_STRING) {
      const char *text = readstat_string_value(lo);
      char *copy = sx_mem_strdup(ctx_of(m), text ? text : "");
      if (!copy) return stop_memory(m);
      v->text_range[v->n_ranges++] = copy;
      continue;
    }
    const double a = as_days(v, readstat_double_value(lo)), b = as_days(v, readstat_double_value(hi));
    if (!(a <= b)) continue;
    v->range[2 * v->n_ranges] = a <= -1.7e308 ? -HUGE_VAL : a;
    v->range[2 * v->n_ranges + 1] = b >= 1.7e308 ? HUGE_VAL : b;
    v->n_ranges++;
  }
  return READSTAT_HANDLER_OK;
}

static sx_status make_column(import *m, variable_item *v, const readstat_variable_t *variable, bool text) {
  const char *label = readstat_variable_get_label(variable), *format = readstat_variable_get_format(variable);
  SX_TRY(sx_table_add(&v->column, m->table, v->name, text ? SX_TEXT : v->per_day > 0 ? SX_DATE : SX_NUMBER, m->err));
  if (label && !sx_utf8_valid(label, strlen(label), NULL))
    return sx_error_set(m->err, SX_E_DATA, v->name, "the label of the variable is not valid UTF-8: name the encoding");
  SX_TRY(sx_column_set_label(ctx_of(m), v->column, label ? label : "", m->err));
  SX_TRY(sx_column_set_format(ctx_of(m), v->column, format ? format : "", m->err));
  switch (readstat_variable_get_measure(variable)) {
  case READSTAT_MEASURE_NOMINAL:
    v->column->measure = SX_MEASURE_NOMINAL;
    break;
  case READSTAT_MEASURE_ORDINAL:
    v->column->measure = SX_MEASURE_ORDINAL;
    break;
  case READSTAT_MEASURE_SCALE:
    v->column->measure = SX_MEASURE_SCALE;
    break;
  case READSTAT_MEASURE_UNKNOWN:
    break;
  }
  return SX_OK;
}

static int on_variable(int index, readstat_variable_t *variable, const char *set, void *data) {
  import *m = data;
  if (m->counting) return READSTAT_HANDLER_OK;
  void *vars = m->vars;
  if (!m->table || index != (int)m->n_vars) {
    sx_error_set(m->err, SX_E_PARSE, m->source->name, "the file describes its variables out of order");
    return stop(m, SX_E_PARSE);
  }
  if (!sx_mem_grow(ctx_of(m), &vars, &m->cap_vars, m->n_vars + 1, sizeof *m->vars)) return stop_memory(m);
  m->vars = vars;
  variable_item *v = &m->vars[m->n_vars++];
  memset(v, 0, sizeof *v);
  const char *format = readstat_variable_get_format(variable);
  const bool text = readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING;
  v->name = sx_mem_strdup(ctx_of(m), readstat_variable_get_name(variable));
  v->set = sx_mem_strdup(ctx_of(m), set ? set : "");
  if (!v->name || !v->set) return stop_memory(m);
  if (format && !text) date_format(v, m->format, format);
  if (!sx_io__wants(m->options, v->name)) return READSTAT_HANDLER_SKIP_VARIABLE;
  const sx_status st = make_column(m, v, variable, text);
  if (st != SX_OK) {
    sx_error_add_where(m->err, "%s: variable %zu", m->source->name, m->n_vars);
    return stop(m, st == SX_E_ARGUMENT ? SX_E_DATA : st);
  }
  return keep_ranges(m, v, variable);
}

static int on_label(const char *set, readstat_value_t value, const char *label, void *data) {
  import *m = data;
  if (m->counting || !set || !label || !sx_utf8_valid(label, strlen(label), NULL)) return READSTAT_HANDLER_OK;
  void *labels = m->labels;
  if (!sx_mem_grow(ctx_of(m), &labels, &m->cap_labels, m->n_labels + 1, sizeof *m->labels)) return stop_memory(m);
  m->labels = labels;
  label_item *l = &m->labels[m->n_labels++];
  memset(l, 0, sizeof *l);
  l->set = sx_mem_strdup(ctx_of(m), set);
  l->label = sx_mem_strdup(ctx_of(m), label);
  if (!l->set || !l->label) return stop_memory(m);
  if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING) {
    const char *text = readstat_string_value(value);
    l->text = sx_mem_strdup(ctx_of(m), text ? text : "");
    return l->text ? READSTAT_HANDLER_OK : stop_memory(m);
  }
  if (readstat_value_is_tagged_missing(value))
    l->tag = readstat_value_tag(value);
  else
    l->value = readstat_double_value(value);
  return READSTAT_HANDLER_OK;
}

static void on_error(const char *message, void *data) {
  import *m = data;
  if (m->message[0]) return;
  snprintf(m->message, sizeof m->message, "%s", message);
  m->message[strcspn(m->message, "\n")] = 0;
}

/* ---- handlers: cells ----------------------------------------------------------------------------------- */

static int cell_failed(import *m, size_t row, const variable_item *v, sx_status st) {
  if (st != SX_E_MEMORY) sx_error_add_where(m->err, "%s: case %zu: variable %s", m->source->name, row + 1, v->name);
  return stop(m, st);
}

static char lower_tag(char tag) {
  if (tag >= 'A' && tag <= 'Z') tag = (char)(tag + 32);
  return tag >= 'a' && tag <= 'z' ? tag : 0; /* the SAS missing ._ is kept as system-missing */
}

static sx_status text_cell(import *m, variable_item *v, size_t row, readstat_value_t value) {
  const char *text = readstat_string_value(value);
  const size_t n = text ? strlen(text) : 0;
  int32_t code = -1;
  if (!n) return sx_column_set_missing(ctx_of(m), v->column, row, SX_MISS_SYSTEM, m->err);
  if (!sx_utf8_valid(text, n, NULL))
    return sx_error_set(m->err, SX_E_DATA, NULL, "the text is not valid UTF-8: name the file's encoding");
  SX_TRY(sx_dict_add(&code, v->column->dict, text, n, m->err));
  v->column->data.code[row] = code;
  return SX_OK;
}

static int on_value(int obs, readstat_variable_t *variable, readstat_value_t value, void *data) {
  import *m = data;
  if (obs >= m->seen) {
    m->seen = (int64_t)obs + 1;
    if (m->seen % ROWS_PER_POLL == 0) {
      const sx_status st = sx_ctx_poll(ctx_of(m), m->err);
      if (st != SX_OK) return stop(m, st);
      sx_ctx_progress(ctx_of(m), m->stage, (uint64_t)m->seen, m->n_rows > 0 ? (uint64_t)m->n_rows : 0);
    }
  }
  const int index = readstat_variable_get_index(variable);
  if (m->counting || obs < 0 || obs >= m->n_rows || index < 0 || (size_t)index >= m->n_vars) return READSTAT_HANDLER_OK;
  variable_item *v = &m->vars[index];
  const size_t row = (size_t)obs;
  sx_status st = SX_OK;
  if (!v->column) return READSTAT_HANDLER_OK;
  if (v->column->dict) {
    st = text_cell(m, v, row, value);
  } else if (readstat_value_is_tagged_missing(value) && lower_tag(readstat_value_tag(value))) {
    st = sx_column_set_missing(ctx_of(m), v->column, row, (uint8_t)lower_tag(readstat_value_tag(value)), m->err);
  } else {
    const double x = as_days(v, readstat_double_value(value));
    if (readstat_value_is_system_missing(value) || readstat_value_is_tagged_missing(value) || !isfinite(x))
      st = sx_column_set_missing(ctx_of(m), v->column, row, SX_MISS_SYSTEM, m->err);
    else if (v->column->type == SX_NUMBER)
      v->column->data.f64[row] = x;
    else
      v->column->data.i64[row] = fabs(x) < 1e15 ? (int64_t)x : 0;
  }
  return st == SX_OK ? READSTAT_HANDLER_OK : cell_failed(m, row, v, st);
}

/* ---- after the parse ----------------------------------------------------------------------------------- */

static sx_status attach_labels(import *m, variable_item *v) {
  for (size_t i = 0; *v->set && i < m->n_labels; i++) {
    const label_item *l = &m->labels[i];
    if (strcmp(l->set, v->set) != 0) continue;
    const char tag = lower_tag(l->tag);
    if ((l->tag && !tag) || (!tag && (l->text != NULL) != (v->column->dict != NULL))) continue;
    if (!tag && !l->text && isnan(l->value)) continue;
    SX_TRY(sx_column_add_label(ctx_of(m), v->column, tag ? 0 : as_days(v, l->value), l->text, tag, l->label, m->err));
  }
  for (size_t i = 0; i < v->n_ranges; i++) {
    if ((v->text_range[i] != NULL) != (v->column->dict != NULL)) continue;
    SX_TRY(sx_column_add_range(ctx_of(m), v->column, v->range[2 * i], v->range[2 * i + 1], v->text_range[i], m->err));
  }
  return SX_OK;
}

/* Notes "shuxiao.KEY=VALUE" are metadata that our writer left; the rest is the user's. */
static sx_status attach_notes(import *m) {
  static const char mark[] = "shuxiao.";
  sx_buf rest;
  sx_status st = SX_OK;
  sx_buf_init(&rest, ctx_of(m));
  SX_TRY_GOTO(st, sx_buf_status(&m->notes, m->err), done);
  for (char *line = m->notes.n ? m->notes.data : NULL, *end = NULL; line; line = end) {
    end = strchr(line, '\n');
    if (end) *end++ = 0;
    char *equals = strncmp(line, mark, sizeof mark - 1) == 0 ? strchr(line, '=') : NULL;
    if (equals && equals > line + sizeof mark - 1) {
      *equals = 0;
      SX_TRY_GOTO(st, sx_table_set_meta(m->table, line + sizeof mark - 1, equals + 1, m->err), done);
      continue;
    }
    if (rest.n) sx_buf_add_char(&rest, '\n');
    sx_buf_add(&rest, line);
  }
  SX_TRY_GOTO(st, sx_buf_status(&rest, m->err), done);
  if (rest.n) st = sx_table_set_meta(m->table, "notes", rest.data, m->err);
done:
  sx_buf_clear(&rest);
  return st;
}

static sx_status check_wanted(import *m) {
  const char **names = sx_mem_alloc(ctx_of(m), m->n_vars, sizeof *names);
  if (!names) return sx_error_memory(m->err);
  for (size_t i = 0; i < m->n_vars; i++) names[i] = m->vars[i].name;
  const sx_status st = sx_io__check_columns(m->options, m->source->name, names, m->n_vars, m->err);
  sx_mem_free(ctx_of(m), names);
  return st;
}

static sx_status complete(import *m) {
  if (!m->table) return sx_error_set(m->err, SX_E_PARSE, m->source->name, "the file has no header that can be read");
  if (!m->n_vars) return sx_error_set(m->err, SX_E_DATA, m->source->name, "the file has no variables");
  SX_TRY(check_wanted(m));
  if (sx_table_columns(m->table) && m->seen < m->n_rows) {
    char place[48];
    snprintf(place, sizeof place, "case %lld", (long long)m->seen + 1);
    sx_error_set(m->err, SX_E_PARSE, place, "the data end before this case of %lld: the file is truncated",
                 (long long)m->n_rows);
    sx_error_add_where(m->err, "%s", m->source->name);
    return SX_E_PARSE;
  }
  for (size_t i = 0; i < m->n_vars; i++)
    if (m->vars[i].column) SX_TRY(attach_labels(m, &m->vars[i]));
  return attach_notes(m);
}

/* ReadStat's code as ours, with the place. */
static sx_status failed(import *m, readstat_error_t code) {
  char place[64] = "";
  if (code == READSTAT_ERROR_USER_ABORT && m->status != SX_OK) return m->status;
  if (code == READSTAT_ERROR_MALLOC) return sx_error_memory(m->err);
  const sx_status st = code == READSTAT_ERROR_UNSUPPORTED_COMPRESSION || code == READSTAT_ERROR_UNSUPPORTED_CHARSET ||
                               code == READSTAT_ERROR_UNSUPPORTED_FILE_FORMAT_VERSION
                           ? SX_E_SUPPORT
                           : SX_E_PARSE;
  if (m->seen)
    snprintf(place, sizeof place, "case %lld", (long long)m->seen + 1);
  else
    snprintf(place, sizeof place, "byte %zu", m->at);
  if (code == READSTAT_ERROR_READ || code == READSTAT_ERROR_SEEK)
    sx_error_set(m->err, st, place, "the file ends early: it is truncated (%zu bytes)", m->source->n);
  else
    sx_error_set(m->err, st, place, "%s%s%s", readstat_error_message(code), m->message[0] ? ": " : "", m->message);
  sx_error_add_where(m->err, "%s", m->source->name);
  return st;
}

/* ---- a run --------------------------------------------------------------------------------------------- */

static readstat_error_t run_parser(import *m, readstat_parser_t *p) {
  readstat_set_metadata_handler(p, on_metadata);
  readstat_set_note_handler(p, on_note);
  readstat_set_variable_handler(p, on_variable); /* without one ReadStat 1.1.8 crashes in some formats */
  readstat_set_fweight_handler(p, on_weight);
  readstat_set_value_handler(p, on_value);
  readstat_set_value_label_handler(p, on_label);
  readstat_set_error_handler(p, on_error);
  readstat_set_open_handler(p, io_open);
  readstat_set_close_handler(p, io_close);
  readstat_set_seek_handler(p, io_seek);
  readstat_set_read_handler(p, io_read);
  readstat_set_update_handler(p, io_update);
  readstat_set_io_ctx(p, m);
  if (m->options->encoding) readstat_set_file_character_encoding(p, sx_io__encoding_name(m->options->encoding));
  switch (m->format) {
  case POR:
    return readstat_parse_por(p, m->source->name, m);
  case DTA:
    return readstat_parse_dta(p, m->source->name, m);
  case SAS7BDAT:
    return readstat_parse_sas7bdat(p, m->source->name, m);
  case XPT:
    return readstat_parse_xport(p, m->source->name, m);
  }
  return READSTAT_ERROR_PARSE;
}

static sx_status parse(import *m) {
  readstat_parser_t *p = readstat_parser_init();
  if (!p) return sx_error_memory(m->err);
  m->seen = 0;
  m->status = SX_OK;
  const readstat_error_t code = run_parser(m, p);
  readstat_parser_free(p);
  return code == READSTAT_OK ? SX_OK : failed(m, code);
}

static void release(import *m) {
  const sx_ctx *ctx = ctx_of(m);
  for (size_t i = 0; i < m->n_vars; i++) {
    sx_mem_free(ctx, m->vars[i].name);
    sx_mem_free(ctx, m->vars[i].set);
    for (size_t k = 0; k < 3; k++) sx_mem_free(ctx, m->vars[i].text_range[k]);
  }
  for (size_t i = 0; i < m->n_labels; i++) {
    sx_mem_free(ctx, m->labels[i].set);
    sx_mem_free(ctx, m->labels[i].label);
    sx_mem_free(ctx, m->labels[i].text);
  }
  sx_mem_free(ctx, m->vars);
  sx_mem_free(ctx, m->labels);
  sx_buf_clear(&m->notes);
  sx_table_free(m->table);
}

static sx_status read_with(sx_table **out, const sx_io__source *source, const sx_read_options *options, kind format,
                           sx_error *err) {
import m = {.source = source, .options = options, .format = format, .n_rows = - 1, .err = err };
  sx_status st = SX_OK;
  sx_buf_init(&m.notes, source->ctx);
  snprintf(m.stage, sizeof m.stage, "reading %.100s", source->name);
  if (format == POR || format == XPT) { /* these do not say how many cases there are: count first */
    m.counting = true;
    SX_TRY_GOTO(st, parse(&m), done);
    m.counting = false;
    m.n_rows = m.seen;
  }
  SX_TRY_GOTO(st, parse(&m), done);
  SX_TRY_GOTO(st, complete(&m), done);
  *out = m.table;
  m.table = NULL;
done:
  release(&m);
  return st;
}

/* ---- the back ends ------------------------------------------------------------------------------------- */

static bool has(const sx_io__source *s, size_t at, const char *text) {
  const size_t n = strlen(text);
  return s->n >= at + n && memcmp(s->data + at, text, n) == 0;
}

static sx_status not_this(const sx_io__source *s, const char *what, sx_error *err) {
  return sx_error_set(err, SX_E_PARSE, s->name, "not %s: it does not begin like one", what);
}

static bool por_sniff(const sx_io__source *s) {
  return has(s, 0, "ASCII SPSS PORT FILE") || has(s, 40, "ASCII SPSS PORT FILE");
}
static sx_status por_read(sx_table **out, const sx_io__source *s, const sx_read_options *options, sx_error *err) {
  if (s->n < 461) return not_this(s, "an SPSS portable file", err);
  return read_with(out, s, options, POR, err);
}

/* Release 104..115 in the first byte with a byte order of 1 or 2 behind it, or the tag of 117 and later. */
static bool dta_sniff(const sx_io__source *s) {
  if (has(s, 0, "<stata_dta><header><release>")) return true;
  return s->n > 109 && s->data[0] >= 104 && s->data[0] <= 115 && (s->data[1] == 1 || s->data[1] == 2) &&
         s->data[2] == 1 && s->data[3] == 0;
}
static sx_status dta_read(sx_table **out, const sx_io__source *s, const sx_read_options *options, sx_error *err) {
  if (!dta_sniff(s)) return not_this(s, "a Stata data file", err);
  return read_with(out, s, options, DTA, err);
}

static bool sas7bdat_sniff(const sx_io__source *s) {
  static const unsigned char magic[] = {0xc2, 0xea, 0x81, 0x60, 0xb3, 0x14, 0x11, 0xcf};
  return s->n > 1024 && memcmp(s->data + 12, magic, sizeof magic) == 0;
}
static sx_status sas7bdat_read(sx_table **out, const sx_io__source *s, const sx_read_options *options, sx_error *err) {
  if (!sas7bdat_sniff(s)) return not_this(s, "a SAS data file", err);
  return read_with(out, s, options, SAS7BDAT, err);
}

static bool xpt_sniff(const sx_io__source *s) {
  return has(s, 0, "HEADER RECORD*******LIB") && s->n >= 80;
}
static sx_status xpt_read(sx_table **out, const sx_io__source *s, const sx_read_options *options, sx_error *err) {
  if (!xpt_sniff(s)) return not_this(s, "a SAS transport file", err);
  return read_with(out, s, options, XPT, err);
}

const sx_io__backend sx_io__por = {.sniff = por_sniff, .read = por_read};
const sx_io__backend sx_io__sas7bdat = {.sniff = sas7bdat_sniff, .read = sas7bdat_read};
const sx_io__backend sx_io__xpt = {.sniff = xpt_sniff, .read = xpt_read};
const sx_io__backend sx_io__dta = {.sniff = dta_sniff,
                                   .read = dta_read,
                                   .create = sx_io__dta_create,
                                   .add = sx_io__dta_add,
                                   .finish = sx_io__dta_finish,
                                   .discard = sx_io__dta_discard};
