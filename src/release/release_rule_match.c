/* release_rule_match.c: what the cells of one variable look like: ranges, lengths, patterns, layouts of numbers. Texts are judged once per distinct text. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "release_rule_priv.h"

#define MISSING ((double)NAN)

/* The verdict on one text; NULL is a missing cell. */
typedef sx_status (*verdict)(double *out, const char *text, const void *how, sx_error *err);

static sx_status each_cell(sx_release__call *c, const sx_rule_tree *x, verdict of, const void *how) {
  sx_release__value v = {NULL, false};
  double gone = 0, value = 0, *known = NULL;
  char own[SX_RULE_NUMBER_TEXT];
  if (!x) return sx_release__call_error(c, "of which variable?");
  SX_TRY(sx_release__call_value(&v, c, x));
  sx_status status = of(&gone, NULL, how, c->err);
  const size_t n = v.column->dict ? sx_dict_count(v.column->dict) : 0;
  if (n) {
    known = sx_mem_alloc(c->ctx, n, sizeof *known);
    if (!known) return sx_error_memory(c->err);
  }
  for (size_t i = 0; i < n && status == SX_OK; i++)
    status = of(&known[i], sx_dict_get(v.column->dict, (int32_t)i, NULL), how, c->err);
  for (size_t i = 0; i < sx_table_rows(c->table) && status == SX_OK; i++) {
    const size_t row = sx_release__row(&v, i);
    const bool missing = sx_column_missing(v.column, row);
    value = missing ? gone : known ? known[v.column->data.code[row]] : 0;
    if (!missing && !known) status = of(&value, sx_release__cell_text(own, v.column, row), how, c->err);
    if (status == SX_OK) status = sx_release__call_result(c, i, value);
  }
  sx_mem_free(c->ctx, known);
  return status;
}

/* ---- patterns ------------------------------------------------------------------------------------------------------------------------- */

static sx_status matches(double *out, const char *text, const void *how, sx_error *err) {
  bool met = false;
  if (text) SX_TRY(sx_release__pattern_match(&met, how, text, err));
  *out = met;
  return SX_OK;
}

static sx_status by_pattern(sx_release__call *c, const sx_rule_tree *x, const char *pattern,
                            sx_release__pattern_kind kind, bool ignore_case) {
  sx_release__pattern *p = NULL;
  SX_TRY(sx_release__pattern_new(&p, c->ctx, pattern, kind, ignore_case, c->err));
  const sx_status status = each_cell(c, x, matches, p);
  sx_release__pattern_free(p);
  return status;
}

static sx_status run_grepl(sx_release__call *c) {
  const char *pattern = NULL;
  bool ignore_case = false, perl = false, fixed = false;
  SX_TRY(sx_release__call_text(&pattern, c, c->slot[0]));
  SX_TRY(sx_release__call_truth(&ignore_case, c, c->slot[2]));
  SX_TRY(sx_release__call_truth(&perl, c, c->slot[3]));
  SX_TRY(sx_release__call_truth(&fixed, c, c->slot[4]));
  if (!pattern) return sx_release__call_error(c, "which pattern?");
  return by_pattern(c, c->slot[1], pattern,
                    fixed  ? PATTERN_FIXED
                    : perl ? PATTERN_PERL
                           : PATTERN_EXTENDED,
                    ignore_case);
}

static sx_status by_glob(sx_release__call *c, const char *glob, bool ignore_case, bool numbers) {
  sx_buf own, digits;
  sx_buf_init(&own, c->ctx);
  sx_buf_init(&digits, c->ctx);
  sx_release__glob(&own, glob);
  for (const char *at = own.data; at && *at; at++) { /* of numbers: d is a digit, * any number of them */
    if (*at == 'd')
      sx_buf_add(&digits, "\\d");
    else if (at[0] == '.' && at[1] == '*' && (at == own.data || at[-1] != '\\'))
      sx_buf_add(&digits, "\\d"); /* its star follows */
    else
      sx_buf_add_char(&digits, *at);
  }
  sx_status status = sx_buf_status(numbers ? &digits : &own, c->err);
  if (status == SX_OK)
    status = by_pattern(c, c->slot[0], numbers ? digits.data : own.data, PATTERN_EXTENDED, ignore_case);
  sx_buf_clear(&own);
  sx_buf_clear(&digits);
  return status;
}

static sx_status run_format(sx_release__call *c) {
  const char *pattern = NULL, *type = "glob";
  bool ignore_case = false;
  SX_TRY(sx_release__call_text(&pattern, c, c->slot[1]));
  SX_TRY(sx_release__call_text(&type, c, c->slot[2]));
  SX_TRY(sx_release__call_truth(&ignore_case, c, c->slot[3]));
  if (!pattern || (strcmp(type, "glob") != 0 && strcmp(type, "regex") != 0))
    return sx_release__call_error(c, "it wants a pattern, and type \"glob\" or \"regex\"");
  return *type == 'g' ? by_glob(c, pattern, ignore_case, false)
                      : by_pattern(c, c->slot[0], pattern, PATTERN_EXTENDED, ignore_case);
}

typedef struct end_text {
  const char *text;
  bool last;
} end_text;

static sx_status has_end(double *out, const char *text, const void *how, sx_error *err) {
  const end_text *e = how;
  const size_t n = strlen(e->text), all = text ? strlen(text) : 0;
  (void)err;
  *out = text ? all >= n && memcmp(e->last ? text + all - n : text, e->text, n) == 0 : MISSING;
  return SX_OK;
}

static sx_status run_ends(sx_release__call *c) {
  end_text e = {NULL, c->name[0] == 'e'};
  SX_TRY(sx_release__call_text(&e.text, c, c->slot[1]));
  return e.text ? each_cell(c, c->slot[0], has_end, &e) : sx_release__call_error(c, "which text?");
}

/* ---- lengths ----------------------------------------------------------------------------------------------------------------------------- */

typedef struct lengths {
  double least, most;
} lengths;

static sx_status has_length(double *out, const char *text, const void *how, sx_error *err) {
  const lengths *l = how;
  const double n = text ? (double)sx_utf8_count(text, strlen(text)) : MISSING;
  (void)err;
  *out = !text || !l ? n : n >= l->least && n <= l->most;
  return SX_OK;
}

static sx_status run_length(sx_release__call *c) {
  double n = MISSING;
  lengths l = {MISSING, MISSING};
  SX_TRY(sx_release__call_number(&n, c, c->slot[1]));
  SX_TRY(sx_release__call_number(&l.least, c, c->slot[2]));
  SX_TRY(sx_release__call_number(&l.most, c, c->slot[3]));
  if (!isnan(n) && isnan(l.least) && isnan(l.most)) l.least = l.most = n;
  if (isnan(l.least) || isnan(l.most) || (!isnan(n) && n != l.least))
    return sx_release__call_error(c, "it wants n, or min and max");
  return each_cell(c, c->slot[0], has_length, &l);
}

static sx_status run_nchar(sx_release__call *c) {
  return each_cell(c, c->slot[0], has_length, NULL);
}

/* ---- layouts of numbers -------------------------------------------------------------------------------------------------------------------- */

typedef struct layout {
  double least, most;
  const char *mark;
} layout;

/* Behind the last mark, the whole where there is none, there are digits alone, from least to most. */
static sx_status has_decimals(double *out, const char *text, const void *how, sx_error *err) {
  const layout *l = how;
  const char *digits = text ? text : "-";
  (void)err;
  for (const char *next = digits; (next = strstr(next, l->mark)); next++) digits = next + strlen(l->mark);
  const size_t n = strspn(digits, "0123456789");
  *out = !digits[n] && (double)n >= l->least && (double)n <= l->most;
  return SX_OK;
}

static sx_status run_number(sx_release__call *c) {
  const char *format = NULL;
  layout l = {0, (double)INFINITY, "."};
  SX_TRY(sx_release__call_text(&format, c, c->slot[1]));
  SX_TRY(sx_release__call_number(&l.least, c, c->slot[2]));
  SX_TRY(sx_release__call_number(&l.most, c, c->slot[3]));
  SX_TRY(sx_release__call_text(&l.mark, c, c->slot[4]));
  if (format) return by_glob(c, format, false, true);
  if (!*l.mark) return sx_release__call_error(c, "dec is the decimal mark");
  return each_cell(c, c->slot[0], has_decimals, &l);
}

/* ---- ranges ------------------------------------------------------------------------------------------------------------------------------- */

/* Periods as the next whole number of their kind: 2020, 2020Q3 or 2020-Q3, 2020M01. Kind: A, Q, M, or 0 for none. */
static char period_of(double *out, const char *text) {
  int year = 0;
  for (int i = 0; i < 4; i++) {
    if (text[i] < '0' || text[i] > '9') return 0;
    year = 10 * year + (text[i] - '0');
  }
  if (text[0] != '1' && text[0] != '2') return 0;
  const char *rest = text + 4 + (text[4] == '-' && text[5] == 'Q');
  if (!*rest) {
    *out = year;
    return 'A';
  }
  if (*rest == 'Q' && rest[1] >= '1' && rest[1] <= '4' && !rest[2]) {
    *out = 4 * year + (rest[1] - '1');
    return 'Q';
  }
  if (*rest != 'M' || rest == text + 5 || (rest[1] != '0' && rest[1] != '1') || rest[2] < '0' || rest[2] > '9' ||
      rest[3])
    return 0;
  *out = 12 * year + 10 * (rest[1] - '0') + (rest[2] - '0');
  return 'M';
}

typedef struct range {
  double lo, hi;
  bool strict;
  char kind; /* of periods that are texts */
} range;

static double within(const range *r, double value) {
  if (isnan(value) || isnan(r->lo) || isnan(r->hi)) return MISSING;
  return r->strict ? value > r->lo && value < r->hi : value >= r->lo && value <= r->hi;
}

static sx_status in_periods(double *out, const char *text, const void *how, sx_error *err) {
  double value = MISSING;
  const range *r = how;
  (void)err;
  *out = text && period_of(&value, text) == r->kind ? within(r, value) : MISSING;
  return SX_OK;
}

/* Texts that are periods of the kind of the ends; of a case whose is missing, or another, nothing can be told. */
static sx_status range_of_texts(sx_release__call *c, range *r) {
  const char *ends[2] = {NULL, NULL}, *format = "auto";
  SX_TRY(sx_release__call_text(&ends[0], c, c->slot[1]));
  SX_TRY(sx_release__call_text(&ends[1], c, c->slot[2]));
  SX_TRY(sx_release__call_text(&format, c, c->slot[4]));
  if (strcmp(format, "auto") != 0)
    return sx_release__call_error(c, "formats of dates are not read: give the column the type date (2025-06-30)");
  if (!ends[0] || !ends[1]) return sx_release__call_error(c, "it wants min and max");
  r->kind = period_of(&r->lo, ends[0]);
  if (!r->kind || period_of(&r->hi, ends[1]) != r->kind)
    return sx_release__call_error(c, "'%s' and '%s' are no periods of one kind (2020, 2020Q3, 2020M01)", ends[0],
                                  ends[1]);
  return each_cell(c, c->slot[0], in_periods, r);
}

/* An end for numbers, dates and periods: a literal, or an expression of the case. */
static sx_status end_value(double *literal, sx_release__value *v, const sx_release__call *c, const sx_rule_tree *t,
                           const sx_column *x) {
  const bool date = x->type == SX_DATE, time = date || x->type == SX_PERIOD;
  int64_t value = 0;
  if (t && sx_release__is_call(t, "as.Date") && t->n) t = t->args[0];
  if (!t) return sx_release__call_error(c, "it wants min and max");
  if (sx_release__tree_number(literal, t)) return SX_OK;
  if (t->kind == NODE_TEXT && time) {
    if (!(date ? sx_date_parse : sx_period_parse)(&value, t->text, strlen(t->text)))
      return sx_release__call_error(c, "'%s' is no %s", t->text, sx_type_name(x->type));
    *literal = (double)value;
    return SX_OK;
  }
  SX_TRY(sx_release__call_value(v, c, t));
  return v->column->dict ? sx_release__call_error(c, "its ends are numbers, dates or periods") : SX_OK;
}

static sx_status run_range(sx_release__call *c) {
  range r = {0, 0, false, 0};
  sx_release__value x = {NULL, false}, lo = {NULL, false}, hi = {NULL, false};
  if (!c->slot[0]) return sx_release__call_error(c, "of which variable?");
  SX_TRY(sx_release__call_truth(&r.strict, c, c->slot[3]));
  SX_TRY(sx_release__call_value(&x, c, c->slot[0]));
  if (x.column->dict) return range_of_texts(c, &r);
  SX_TRY(end_value(&r.lo, &lo, c, c->slot[1], x.column));
  SX_TRY(end_value(&r.hi, &hi, c, c->slot[2], x.column));
  for (size_t i = 0; i < sx_table_rows(c->table); i++) {
    if (lo.column) r.lo = sx_column_number(lo.column, sx_release__row(&lo, i));
    if (hi.column) r.hi = sx_column_number(hi.column, sx_release__row(&hi, i));
    SX_TRY(sx_release__call_result(c, i, within(&r, sx_column_number(x.column, sx_release__row(&x, i)))));
  }
  return SX_OK;
}

const sx_release__function sx_release__matches[] = {
    {"grepl", "pattern,x,ignore.case,perl,fixed", SX_INTEGER, false, run_grepl},
    {"field_format", "x,pattern,type,ignore.case", SX_INTEGER, false, run_format},
    {"field_length", "x,n,min,max", SX_INTEGER, false, run_length},
    {"nchar", "x", SX_INTEGER, false, run_nchar},
    {"number_format", "x,format,min_dig,max_dig,dec", SX_INTEGER, false, run_number},
    {"startsWith", "x,prefix", SX_INTEGER, false, run_ends},
    {"endsWith", "x,suffix", SX_INTEGER, false, run_ends},
    {"in_range", "x,min,max,strict,format", SX_INTEGER, false, run_range},
    {NULL, NULL, SX_NUMBER, false, NULL}};
