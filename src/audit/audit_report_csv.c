/* audit_report_csv.c: the results of a run as CSV (the columns of sx_store_rows_csv), number by number against the store: each row is found
 * by its indicator, statistic and groups, whatever the order, and each number must be what the result rounds to at the digits that the file has. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "audit_csv.h"
#include "audit_report_priv.h"

enum { MAX_TERMS = 8 };

typedef enum column_kind { C_OTHER, C_INDICATOR, C_STATISTIC, C_BY, C_NUMBER } column_kind;
typedef struct column {
  column_kind kind;
  const char *name; /* of the variable, or of the number */
} column;

typedef struct result_file {
  sx_tracer *t;
  au_csv in;
  column columns[AU_CSV_COLUMNS];
  size_t n;
  bool spreadsheet; /* an apostrophe stands before texts that a spreadsheet would compute */
} result_file;

typedef struct result_row {
  const char *indicator, *statistic;
  sx_store_term terms[MAX_TERMS];
  size_t n_terms, line;
  const char *number[AU_CSV_COLUMNS]; /* by column; NULL */
  size_t at[AU_CSV_COLUMNS];
} result_row;

static const char *const numbers[] = {"estimate", "std.error", "conf.low", "conf.high", "conf.level",
                                      "df",       "n",         "n_eff",    "deff",      "cv"};
static const char *const others[] = {"wave",      "unit",   "quality",
                                     "na_reason", "method", "run"}; /* "run": of files of earlier versions */

static sx_status file_error(const result_file *f, size_t line, sx_status code, const char *message) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%s:%zu", f->t->file, line);
  return sx_error_set(f->t->err, code, where, "%s", message);
}

static column column_of(const char *name, size_t at) {
  if (strcmp(name, "indicator") == 0) return (column){C_INDICATOR, name};
  if (strcmp(name, "statistic") == 0) return (column){C_STATISTIC, name};
  if (SX_ONE_OF(name, numbers)) return (column){C_NUMBER, name};
  if (at == 0 || SX_ONE_OF(name, others)) return (column){C_OTHER, name};
  return (column){C_BY, strncmp(name, "by.", 3) == 0 ? name + 3 : name}; /* a variable that is called like a column */
}

static sx_status read_head(result_file *f) {
  bool last = false, indicator = false, statistic = false, estimate = false;
  for (f->n = 0; !last; f->n++) {
    if (f->n == AU_CSV_COLUMNS) return file_error(f, 1, SX_E_LIMIT, "too many columns");
    const column c = column_of(sx_audit__csv_field(&f->in, &last), f->n);
    indicator = indicator || c.kind == C_INDICATOR;
    statistic = statistic || c.kind == C_STATISTIC;
    estimate = estimate || (c.kind == C_NUMBER && strcmp(c.name, "estimate") == 0);
    f->columns[f->n] = c;
  }
  if (indicator && statistic && estimate) return SX_OK;
  return file_error(f, 1, SX_E_DATA, "no results of a run: the header needs wave, indicator, statistic and estimate");
}

static sx_status read_row(result_row *row, bool *blank, result_file *f) {
  bool last = false;
  size_t k = 0;
  *row = (result_row){.line = f->in.line};
  *blank = true;
  for (; !last; k++) {
    const char *text = sx_audit__csv_field(&f->in, &last);
    *blank = *blank && !*text;
    if (k >= f->n) continue;
    const column *c = &f->columns[k];
    row->at[k] = f->in.column;
    if (c->kind == C_INDICATOR) row->indicator = text;
    if (c->kind == C_STATISTIC) row->statistic = text;
    if (c->kind == C_NUMBER) row->number[k] = text;
    if (c->kind != C_BY || (!*text && !f->in.quoted)) continue;
    if (f->spreadsheet && text[0] == '\'' && text[1] && strchr("=+-@\t\r", text[1]))
      text++; /* as sx_csv_for_spreadsheet wrote it */
    if (row->n_terms == MAX_TERMS) return file_error(f, row->line, SX_E_DATA, "too many groups in one row");
    row->terms[row->n_terms++] = (sx_store_term){c->name, text, {NULL, NULL}, {NULL, NULL}};
  }
  if (f->in.bad) return file_error(f, row->line, SX_E_PARSE, "a quoted field is not closed properly");
  if (k != f->n && !(k == 1 && *blank))
    return file_error(f, row->line, SX_E_DATA, "as many fields as the header has are needed");
  return SX_OK;
}

static double value_of(const sx_store_row *row, const char *name) {
  const double values[] = {
      row->estimate, row->se,   row->low, row->high, row->ci_level, row->df, row->n >= 0 ? (double)row->n : (double)NAN,
      row->n_eff,    row->deff, row->cv};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    if (strcmp(numbers[i], name) == 0) return values[i];
  }
  return (double)NAN;
}

/* One unit of the last digit: 0.1 of 46.5, 1e7 of 9.5e8. */
static double last_digit(const char *text) {
  const char *point = strchr(text, '.'), *e = strpbrk(text, "eE");
  double exponent = 0;
  if (e) (void)sx_text_to_double(&exponent, e + 1, strlen(e + 1));
  const size_t end = e ? (size_t)(e - text) : strlen(text);
  const size_t decimals = point && (size_t)(point - text) < end ? end - (size_t)(point - text) - 1 : 0;
  return pow(10, exponent - (double)decimals);
}

static bool says(const char *text, double value) {
  double printed = 0;
  if (!*text) return isnan(value);
  if (isinf(value)) return strcmp(text, value > 0 ? "Inf" : "-Inf") == 0;
  if (isnan(value) || !sx_text_to_double(&printed, text, strlen(text))) return false;
  return fabs(printed - value) <= (0.5 + 1e-6) * last_digit(text) + 1e-12 * fabs(value);
}

static const char *reference_of(const result_file *f, const result_row *row, const char *number) {
  sx_buf out;
  sx_buf_init(&out, &f->t->ctx);
  sx_buf_printf(&out, "%s.", row->indicator);
  if (!row->n_terms) sx_buf_add(&out, "total");
  for (size_t i = 0; i < row->n_terms; i++) {
    sx_buf_printf(&out, "%s%s", i ? "*" : "", row->terms[i].variable);
    if (strcmp(row->terms[i].level, "1") != 0) sx_buf_printf(&out, ":%s", row->terms[i].level);
  }
  sx_buf_printf(&out, ".%s", row->statistic);
  if (strcmp(number, "estimate") != 0) sx_buf_printf(&out, " %s", number);
  const char *copy = out.failed ? NULL : sx_arena_strdup(f->t->out->arena, out.data);
  sx_buf_clear(&out);
  return copy;
}

static sx_status check_number(result_file *f, const result_row *row, size_t k, bool found, double value) {
  const char *text = row->number[k];
  char expected[SX_DOUBLE_TEXT_MAX] = "";
  sx_audit_trace trace = {.verdict = SX_TRACE_AGREES, .line = row->line, .column = row->at[k]};
  if (found && !*text && isnan(value)) return SX_OK; /* nothing, and nothing is right */
  trace.reference = reference_of(f, row, f->columns[k].name);
  if (!trace.reference) return sx_error_memory(f->t->err);
  if (!found || !says(text, value)) {
    trace.verdict = SX_TRACE_DIFFERS;
    trace.reason = !found   ? "the run has no such result"
                   : !*text ? "the number is missing"
                            : "not the result at the digits of the file";
    if (found && !isnan(value)) (void)sx_text_from_double(expected, value);
    trace.expected = expected;
  }
  return sx_audit__trace(f->t, &trace, text, strlen(text));
}

static sx_status check_row(result_file *f, const result_row *row) {
  sx_store_row stored;
  bool found = false;
  if (!row->indicator || !*row->indicator || !*row->statistic)
    return file_error(f, row->line, SX_E_DATA, "a row needs its indicator and its statistic");
  SX_TRY(sx_store_find(&found, &stored, f->t->store, f->t->run, row->indicator, row->statistic, row->terms,
                       row->n_terms, f->t->err));
  for (size_t k = 0; k < f->n; k++) {
    if (!row->number[k] || (!found && strcmp(f->columns[k].name, "estimate") != 0)) continue;
    SX_TRY(check_number(f, row, k, found, found ? value_of(&stored, f->columns[k].name) : (double)NAN));
  }
  return SX_OK;
}

sx_status sx_audit__results_csv(sx_tracer *t, const sx_file_parts *file) {
  const char *path = file->path;
  char *text = NULL;
  size_t n = 0, bad = 0;
  result_file *f = sx_arena_zalloc(t->out->arena, 1, sizeof *f);
  t->file = sx_arena_strdup(t->out->arena, path);
  if (!f || !t->file) return sx_error_memory(t->err);
  SX_TRY(sx_audit__bytes(&text, &n, t, file));
  f->t = t;
  f->spreadsheet = strlen(path) > 10 && strcmp(path + strlen(path) - 10, ".excel.csv") == 0;
  f->in = sx_audit__csv(text, n);
  sx_status status = SX_OK;
  if (!sx_utf8_valid(text, n, &bad)) {
    size_t line = 1;
    for (size_t i = 0; i < bad && i < n; i++) line += text[i] == '\n';
    status = file_error(f, line, SX_E_PARSE, "the file is not UTF-8 text: save it as UTF-8");
  }
  if (status == SX_OK) status = read_head(f);
  while (status == SX_OK && f->in.at < f->in.end) {
    result_row row;
    bool blank;
    status = read_row(&row, &blank, f);
    if (status == SX_OK && !blank) status = check_row(f, &row);
  }
  sx_mem_free(&t->ctx, text);
  return status;
}
