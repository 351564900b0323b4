/* io_sss_build.c: variables of Triple-S out of the pieces of its data ("Individual Data Items", p. 41-49 of version 2.0):
 *   single     a code of its values, a whole number or (format literal) a text; blank: missing
 *   multiple   bitstring: 1 chosen, 0 and blank not chosen, all blank: missing; a variable of 0 and 1 per value, and their set.
 *              spread: codes in subfields, 0 and blank unused; a variable per subfield, and a set of categories
 *   quantity   a number with a point, blank: missing; values that have texts keep them as labels
 *   character  a text; logical 1 or 0; date YYYYMMDD; time HHMMSS */
#include "io_sss.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct build {
  sx_table *out;
  const sss_definition *d;
  const sx_table *pieces;
  const char *data_name;
  const sx_ctx *ctx;
  const sx_read_options *options;
  const sss_variable *v; /* at hand */
  size_t piece;          /* its first one */
  size_t strays, stray_row;
  const char *stray;
} build;

typedef struct span {
  const char *text;
  size_t n;
} span;

static sx_status SX_PRINTF(4, 5) fault(const build *b, size_t row, sx_error *err, const char *fmt, ...) {
  char where[SX_ERROR_WHERE_MAX], message[SX_ERROR_MESSAGE_MAX];
  (void)snprintf(where, sizeof where, "%.250s: case %zu, variable '%.100s'", b->data_name, row + 1, b->v->name);
  va_list args;
  va_start(args, fmt);
  (void)vsnprintf(message, sizeof message, fmt, args);
  va_end(args);
  return sx_error_set(err, SX_E_DATA, where, "%s", message);
}

/* ---- pieces ------------------------------------------------------------------------------------------------------------- */

static const sx_column *piece_column(const build *b, size_t k) {
  char name[32];
  if (!b->d->csv) return sx_table_get(b->pieces, b->piece + k);
  (void)snprintf(name, sizeof name, "V%zu", b->v->start);
  return sx_table_find(b->pieces, name);
}

static span cell(const sx_column *c, size_t row) {
  span s = {"", 0};
  if (c->dict && !sx_column_missing(c, row)) s.text = sx_dict_get(c->dict, c->data.code[row], &s.n);
  return s;
}

static span trimmed(span s) {
  sx_io__csv_trim(&s.text, &s.n);
  return s;
}

/* A piece of a variable of several answers: of fixed columns as it is, of a field the part at its place. */
static span part(const build *b, const sx_column *c, size_t row, size_t from, size_t n) {
  span s = cell(c, row);
  if (!b->d->csv) return trimmed(s);
  if (from >= s.n) return (span){"", 0};
  s.text += from;
  s.n = s.n - from < n ? s.n - from : n;
  return trimmed(s);
}

/* A whole number; leading zeros are padding here. */
static bool code_of(int64_t *out, span s) {
  while (s.n > 1 && *s.text == '0') s.text++, s.n--;
  return sx_text_to_int64(out, s.text, s.n);
}

/* ---- columns ------------------------------------------------------------------------------------------------------------ */

static sx_status add(sx_column **out, const build *b, const char *name, sx_type type, const char *label,
                     sx_error *err) {
  const sx_status status = sx_table_add(out, b->out, name, type, err);
  if (status == SX_E_ARGUMENT) { /* V_1 of one variable is the name of another */
    sx_error_add_where(err, "%.300s: variable '%.100s'", b->d->name, b->v->name);
    if (err) err->status = SX_E_DATA;
    return SX_E_DATA;
  }
  SX_TRY(status);
  return sx_column_set_label(b->ctx, *out, label, err);
}

static sx_status add_labels(const build *b, sx_column *c, sx_error *err) {
  const sss_variable *v = b->v;
  for (size_t i = 0; i < v->n_values; i++) {
    const sss_value *value = &v->values[i];
    double number = (double)value->number;
    if (!*value->text) continue;
    if (v->type == SSS_QUANTITY && !sx_text_to_double(&number, value->code, strlen(value->code))) continue;
    SX_TRY(sx_column_add_label(b->ctx, c, number, v->literal ? value->code : NULL, 0, value->text, err));
  }
  return SX_OK;
}

static sx_status set_missing(const build *b, sx_column *c, size_t row, sx_error *err) {
  return sx_column_set_missing(b->ctx, c, row, SX_MISS_SYSTEM, err);
}

static bool is_value(const sss_variable *v, const sss_value *value, double number, span s) {
  double own = (double)value->number;
  if (v->literal) return strlen(value->code) == s.n && memcmp(value->code, s.text, s.n) == 0;
  if (v->type == SSS_QUANTITY && !sx_text_to_double(&own, value->code, strlen(value->code))) return false;
  return own == number;
}

/* A code that is none of the values and in none of the ranges stays, and is told once. A quantity without a range may be anything. */
static void check_code(build *b, size_t row, double number, span s) {
  const sss_variable *v = b->v;
  bool known = v->open || (!v->n_ranges && (!v->n_values || v->type == SSS_QUANTITY));
  for (size_t i = 0; i < v->n_ranges && !known; i++) known = number >= v->ranges[i].low && number <= v->ranges[i].high;
  for (size_t i = 0; i < v->n_values && !known; i++) known = is_value(v, &v->values[i], number, s);
  if (known) return;
  if (!b->strays++) {
    b->stray_row = row;
    b->stray = v->name;
  }
}

static sx_status set_code(build *b, sx_column *c, size_t row, span s, sx_error *err) {
  int64_t number = 0;
  if (c->type == SX_TEXT) {
    check_code(b, row, code_of(&number, s) ? (double)number : (double)NAN, s);
    return sx_dict_add(&c->data.code[row], c->dict, s.text, s.n, err);
  }
  if (!code_of(&number, s))
    return fault(b, row, err, "'%.*s' is no code, which is a whole number", (int)(s.n < 60 ? s.n : 60), s.text);
  check_code(b, row, (double)number, s);
  c->data.i64[row] = number;
  return SX_OK;
}

/* ---- one answer ---------------------------------------------------------------------------------------------------------- */

static sx_status put_single(build *b, sx_error *err) {
  const sx_column *from = piece_column(b, 0);
  const bool text = b->v->literal || sx_io__listed(b->options->as_text, b->options->n_as_text, b->v->name);
  sx_column *c = NULL;
  SX_TRY(add(&c, b, b->v->name, text ? SX_TEXT : SX_INTEGER, b->v->label, err));
  for (size_t r = 0; r < c->n; r++) {
    const span s = trimmed(cell(from, r));
    SX_TRY(s.n ? set_code(b, c, r, s, err) : set_missing(b, c, r, err));
  }
  return text && !b->v->literal ? SX_OK : add_labels(b, c, err);
}

static sx_status put_text(build *b, sx_error *err) {
  const sx_column *from = piece_column(b, 0);
  sx_column *c = NULL;
  SX_TRY(add(&c, b, b->v->name, SX_TEXT, b->v->label, err));
  for (size_t r = 0; r < c->n; r++) {
    span s = cell(from, r);
    while (s.n && s.text[s.n - 1] == ' ') s.n--; /* padding */
    SX_TRY(s.n ? sx_dict_add(&c->data.code[r], c->dict, s.text, s.n, err) : set_missing(b, c, r, err));
  }
  return SX_OK;
}

/* Whole numbers where neither range, values nor data have a point. */
static sx_status put_quantity(build *b, sx_error *err) {
  const sx_column *from = piece_column(b, 0);
  const size_t rows = sx_table_rows(b->pieces);
  bool decimals = b->v->decimals;
  for (size_t r = 0; r < rows && !decimals; r++) {
    int64_t number;
    const span s = trimmed(cell(from, r));
    decimals = s.n && !code_of(&number, s);
  }
  sx_column *c = NULL;
  SX_TRY(add(&c, b, b->v->name, decimals ? SX_NUMBER : SX_INTEGER, b->v->label, err));
  for (size_t r = 0; r < rows; r++) {
    const span s = trimmed(cell(from, r));
    double number = 0;
    if (!s.n) {
      SX_TRY(set_missing(b, c, r, err));
    } else if (!decimals) {
      (void)code_of(&c->data.i64[r], s);
      check_code(b, r, (double)c->data.i64[r], s);
    } else {
      const size_t plus = *s.text == '+';
      if (!sx_text_to_double(&number, s.text + plus, s.n - plus))
        return fault(b, r, err, "'%.*s' is no number, and the variable is a quantity", (int)(s.n < 60 ? s.n : 60),
                     s.text);
      c->data.f64[r] = number;
      check_code(b, r, number, s);
    }
  }
  return add_labels(b, c, err);
}

static sx_status put_logical(build *b, sx_error *err) {
  const sx_column *from = piece_column(b, 0);
  sx_column *c = NULL;
  SX_TRY(add(&c, b, b->v->name, SX_INTEGER, b->v->label, err));
  for (size_t r = 0; r < c->n; r++) {
    const span s = trimmed(cell(from, r));
    if (s.n > 1 || (s.n && *s.text != '0' && *s.text != '1'))
      return fault(b, r, err, "'%.*s' is neither 1 nor 0, and the variable is logical", (int)(s.n < 60 ? s.n : 60),
                   s.text);
    if (!s.n) SX_TRY(set_missing(b, c, r, err));
    if (s.n) c->data.i64[r] = *s.text == '1';
  }
  return SX_OK;
}

/* YYYYMMDD, and with hyphens, which some programs write. */
static bool date_of(int64_t *out, span s) {
  char iso[11];
  if (s.n == 10) return sx_date_parse(out, s.text, s.n);
  if (s.n != 8) return false;
  (void)snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", s.text, s.text + 4, s.text + 6);
  return sx_date_parse(out, iso, 10);
}

/* HHMMSS; HHMM is read too, as is the form with colons. */
static bool time_of(double *out, span s) {
  int part[3] = {0, 0, 0};
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++) {
    const char c = s.text[i];
    if (c == ':' && n % 2 == 0 && n) continue;
    if (c < '0' || c > '9' || n >= 6) return false;
    part[n / 2] = part[n / 2] * 10 + (c - '0');
    n++;
  }
  *out = part[0] * 3600.0 + part[1] * 60.0 + part[2];
  return (n == 4 || n == 6) && part[0] < 24 && part[1] < 60 && part[2] < 60;
}

static sx_status put_moment(build *b, sx_error *err) {
  const sx_column *from = piece_column(b, 0);
  const bool date = b->v->type == SSS_DATE;
  sx_column *c = NULL;
  SX_TRY(add(&c, b, b->v->name, date ? SX_DATE : SX_NUMBER, b->v->label, err));
  if (!date) SX_TRY(sx_column_set_format(b->ctx, c, "TIME8", err));
  for (size_t r = 0; r < c->n; r++) {
    const span s = trimmed(cell(from, r));
    if (!s.n)
      SX_TRY(set_missing(b, c, r, err));
    else if (!(date ? date_of(&c->data.i64[r], s) : time_of(&c->data.f64[r], s)))
      return fault(b, r, err, "'%.*s' is no %s", (int)(s.n < 60 ? s.n : 60), s.text,
                   date ? "date, written as 20250630" : "time, written as 083000");
  }
  return SX_OK;
}

/* ---- several answers ------------------------------------------------------------------------------------------------------ */

static sx_status add_set(const build *b, char **names, size_t n, bool dichotomous, sx_error *err) {
  sx_mrset set = {.dichotomous = dichotomous, .counted = 1, .variables = names, .n_variables = n};
  set.name = sx_arena_printf(b->d->arena, "$%s", b->v->name);
  set.label = sx_arena_strdup(b->d->arena, b->v->label);
  return set.name && set.label ? sx_table_add_mrset(b->out, &set, err) : sx_error_memory(err);
}

static sx_status put_bit(build *b, const char *name, size_t k, const uint8_t *known, sx_error *err) {
  const sss_value *value = &b->v->values[k];
  const sx_column *from = piece_column(b, k);
  sx_column *c = NULL;
  SX_TRY(add(&c, b, name, SX_INTEGER, *value->text ? value->text : value->code, err));
  for (size_t r = 0; r < c->n; r++) {
    const span s = part(b, from, r, (size_t)value->number - 1, 1);
    if (!known[r]) {
      SX_TRY(set_missing(b, c, r, err));
    } else if (s.n && (s.n > 1 || (*s.text != '0' && *s.text != '1'))) {
      return fault(b, r, err, "'%.*s' for the value %s: 1 where it was chosen, 0 or a blank where not",
                   (int)(s.n < 60 ? s.n : 60), s.text, value->code);
    } else {
      c->data.i64[r] = s.n && *s.text == '1';
    }
  }
  return SX_OK;
}

static sx_status put_bitstring(build *b, char **names, sx_error *err) {
  const size_t rows = sx_table_rows(b->pieces), pieces = sx_io__sss_piece_count(b->d, b->v);
  uint8_t *known = sx_mem_zalloc(b->ctx, rows, 1); /* some piece of the case is not blank */
  if (!known) return sx_error_memory(err);
  for (size_t k = 0; k < pieces; k++) {
    const sx_column *from = piece_column(b, k);
    for (size_t r = 0; r < rows; r++) known[r] |= trimmed(cell(from, r)).n > 0;
  }
  sx_status status = SX_OK;
  for (size_t k = 0; k < b->v->n_values && status == SX_OK; k++) {
    names[k] = sx_arena_printf(b->d->arena, "%s_%lld", b->v->name, (long long)b->v->values[k].number);
    status = names[k] ? put_bit(b, names[k], k, known, err) : sx_error_memory(err);
  }
  sx_mem_free(b->ctx, known);
  return status == SX_OK ? add_set(b, names, b->v->n_values, true, err) : status;
}

static bool unused(span s, bool literal) {
  size_t zeros = 0;
  while (zeros < s.n && s.text[zeros] == '0') zeros++;
  return !s.n || (!literal && zeros == s.n);
}

static sx_status put_spread(build *b, char **names, sx_error *err) {
  for (size_t k = 0; k < b->v->subfields; k++) {
    const sx_column *from = piece_column(b, b->d->csv ? 0 : k);
    sx_column *c = NULL;
    names[k] = sx_arena_printf(b->d->arena, "%s_%zu", b->v->name, k + 1);
    if (!names[k]) return sx_error_memory(err);
    SX_TRY(add(&c, b, names[k], b->v->literal ? SX_TEXT : SX_INTEGER, b->v->label, err));
    for (size_t r = 0; r < c->n; r++) {
      const span s = part(b, from, r, k * b->v->width, b->v->width);
      SX_TRY(unused(s, b->v->literal) ? set_missing(b, c, r, err) : set_code(b, c, r, s, err));
    }
    SX_TRY(add_labels(b, c, err));
  }
  return add_set(b, names, b->v->subfields, false, err);
}

static sx_status put_multiple(build *b, sx_error *err) {
  const size_t n = b->v->subfields ? b->v->subfields : b->v->n_values;
  char **names = sx_arena_alloc(b->d->arena, n, sizeof *names);
  if (!names) return sx_error_memory(err);
  return b->v->subfields ? put_spread(b, names, err) : put_bitstring(b, names, err);
}

/* ---- the table ------------------------------------------------------------------------------------------------------------- */

static sx_status put_variable(build *b, sx_error *err) {
  switch (b->v->type) {
  case SSS_SINGLE:
    return put_single(b, err);
  case SSS_MULTIPLE:
    return put_multiple(b, err);
  case SSS_QUANTITY:
    return put_quantity(b, err);
  case SSS_LOGICAL:
    return put_logical(b, err);
  case SSS_DATE:
  case SSS_TIME:
    return put_moment(b, err);
  case SSS_CHARACTER:
  case SSS_NONE:
    break;
  }
  return put_text(b, err);
}

static sx_status put_meta(const build *b, sx_error *err) {
  const sss_definition *d = b->d;
  sx_buf filters;
  sx_buf_init(&filters, b->ctx);
  for (size_t i = 0; i < d->n; i++)
    if (d->variables[i].filter && *d->variables[i].filter)
      sx_buf_printf(&filters, "%s%s: %s", filters.n ? "; " : "", d->variables[i].name, d->variables[i].filter);
  sx_status status = sx_buf_status(&filters, err);
  if (status == SX_OK && filters.n) status = sx_table_set_meta(b->out, "filters", filters.data, err);
  if (status == SX_OK && d->title && *d->title) status = sx_table_set_meta(b->out, "title", d->title, err);
  if (status == SX_OK && d->weight && sx_table_find(b->out, d->weight))
    status = sx_table_set_meta(b->out, "weight", d->weight, err);
  if (status == SX_OK && d->serial && sx_table_find(b->out, d->serial))
    status = sx_table_set_meta(b->out, "serial", d->serial, err);
  sx_buf_clear(&filters);
  return status;
}

sx_status sx_io__sss_build(sx_table **out, const sss_definition *d, const sx_table *pieces, const char *data_name,
                           const sx_read_options *options, sx_error *err) {
  const sx_ctx *ctx = sx_table_ctx(pieces);
  build b = {.d = d, .pieces = pieces, .data_name = data_name, .ctx = ctx, .options = options};
  SX_TRY(sx_table_new(&b.out, ctx, sx_table_rows(pieces), err));
  sx_status status = SX_OK;
  for (size_t i = 0; i < d->n && status == SX_OK; i++) {
    b.v = &d->variables[i];
    status = sx_ctx_poll(ctx, err);
    if (status == SX_OK) status = put_variable(&b, err);
    b.piece += sx_io__sss_piece_count(d, b.v);
  }
  if (status == SX_OK) status = sx_io__finish(b.out, d->name, options, err);
  if (status == SX_OK) status = put_meta(&b, err);
  if (status != SX_OK) {
    sx_table_free(b.out);
    return status;
  }
  if (b.strays)
    sx_ctx_note(
        ctx, SX_SEV_WARNING, data_name,
        "%zu answers are none of their variable's values and in none of its ranges, the first in case %zu, variable "
        "'%s'",
        b.strays, b.stray_row + 1, b.stray);
  *out = b.out;
  return SX_OK;
}
