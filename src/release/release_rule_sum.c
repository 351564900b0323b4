/* release_rule_sum.c: numbers of whole columns, and of the groups of `by` (do_by, sum_by, ...), as R computes them:
 *   mean and variance in two passes with a wide accumulator; median and quantile by R's type 7; NA where a value is missing, unless na.rm. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "release_rule_priv.h"

#define MISSING ((double)NAN)

typedef struct bag {
  double *x; /* [n] values that are there */
  size_t n;
  size_t gone; /* values that are missing */
} bag;

static double number_at(const sx_release__value *v, size_t row) {
  return sx_column_number(v->column, sx_release__row(v, row));
}

/* ---- one number of many -------------------------------------------------------------------------------------------------------------- */

static double sum_of(bag *b) {
  long double sum = 0;
  for (size_t i = 0; i < b->n; i++) sum += (long double)b->x[i];
  return (double)sum;
}

static double mean_of(bag *b) {
  long double sum = 0, rest = 0;
  if (!b->n) return MISSING;
  for (size_t i = 0; i < b->n; i++) sum += (long double)b->x[i];
  const long double mean = sum / (long double)b->n;
  for (size_t i = 0; i < b->n && isfinite((double)mean); i++) rest += (long double)b->x[i] - mean;
  return (double)(mean + rest / (long double)b->n);
}

static double var_of(bag *b) {
  const long double mean = (long double)mean_of(b);
  long double sum = 0;
  if (b->n < 2) return MISSING;
  for (size_t i = 0; i < b->n; i++) sum += ((long double)b->x[i] - mean) * ((long double)b->x[i] - mean);
  return (double)(sum / (long double)(b->n - 1));
}

static double sd_of(bag *b) {
  return sqrt(var_of(b));
}

static double min_of(bag *b) {
  double least = (double)INFINITY;
  for (size_t i = 0; i < b->n; i++) least = fmin(least, b->x[i]);
  return least;
}

static double max_of(bag *b) {
  double most = -(double)INFINITY;
  for (size_t i = 0; i < b->n; i++) most = fmax(most, b->x[i]);
  return most;
}

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double quantile_of(bag *b, double p) {
  if (!b->n) return MISSING;
  qsort(b->x, b->n, sizeof *b->x, by_size);
  const double at = (double)(b->n - 1) * p, low = floor(at + 4 * 2.220446e-16);
  const size_t i = (size_t)low;
  const double part = fabs(at - low) < 1e-12 ? 0 : at - low;
  if (i + 1 >= b->n) return b->x[b->n - 1];
  if (part == 0 || b->x[i + 1] == b->x[i]) return b->x[i];
  if (isinf(b->x[i])) return (1 - part) * b->x[i] + part * b->x[i + 1];
  return b->x[i] + part * (b->x[i + 1] - b->x[i]);
}

static double median_of(bag *b) {
  if (!b->n) return MISSING;
  qsort(b->x, b->n, sizeof *b->x, by_size);
  const double upper = b->x[b->n / 2];
  return b->n % 2 ? upper : (b->x[b->n / 2 - 1] + upper) / 2;
}

static double count_of(bag *b) {
  return (double)(b->n + b->gone);
}

static const struct {
  const char *name;
  double (*of)(bag *b);
} STATISTICS[] = {{"sum", sum_of}, {"mean", mean_of}, {"min", min_of},       {"max", max_of},
                  {"sd", sd_of},   {"var", var_of},   {"median", median_of}, {NULL, NULL}};

static double (*find_statistic(const char *name))(bag *b) {
  for (size_t i = 0; STATISTICS[i].name; i++)
    if (strcmp(STATISTICS[i].name, name) == 0) return STATISTICS[i].of;
  return NULL;
}

/* ---- columns ------------------------------------------------------------------------------------------------------------------------ */

static sx_status need_numbers(const sx_release__call *c, const sx_release__value *v, bool dates) {
  const sx_type type = v->column->type;
  if (type == SX_NUMBER || type == SX_INTEGER || (dates && !v->column->dict)) return SX_OK;
  return sx_release__call_error(c, "'%s' is %s: it needs numbers", v->column->name, sx_type_name(type));
}

/* The values of the arguments together; dates are given as their days. */
static sx_status fill(bag *b, sx_release__call *c, const sx_rule_tree *const *trees, size_t n, bool dates) {
  sx_release__value *v = sx_mem_zalloc(c->ctx, n + 1, sizeof *v);
  size_t size = 0;
  sx_status status = v ? SX_OK : sx_error_memory(c->err);
  for (size_t i = 0; i < n && status == SX_OK; i++) {
    status = sx_release__call_value(&v[i], c, trees[i]);
    if (status == SX_OK) status = need_numbers(c, &v[i], dates);
    if (status == SX_OK) size += v[i].scalar ? 1 : sx_table_rows(c->table);
    if (status == SX_OK && !i && dates && v[i].column->type != SX_INTEGER)
      status = sx_release__call_retype(c, v[i].column->type);
  }
  b->x = status == SX_OK ? sx_mem_alloc(c->ctx, size + 1, sizeof *b->x) : NULL;
  if (status == SX_OK && !b->x) status = sx_error_memory(c->err);
  for (size_t i = 0; i < n && status == SX_OK; i++) {
    const size_t rows = v[i].scalar ? 1 : sx_table_rows(c->table);
    for (size_t k = 0; k < rows; k++) {
      const double value = number_at(&v[i], k);
      if (isnan(value))
        b->gone++;
      else
        b->x[b->n++] = value;
    }
  }
  sx_mem_free(c->ctx, v);
  return status;
}

/* One statistic of what is in `trees`; slot: the place of na.rm. */
static sx_status one(sx_release__call *c, const sx_rule_tree *const *trees, size_t n, size_t slot, bool dates) {
  bag b = {NULL, 0, 0};
  bool na_rm = false;
  if (!n || !trees[0]) return sx_release__call_error(c, "of which variable?");
  SX_TRY(sx_release__call_truth(&na_rm, c, c->slot[slot]));
  sx_status status = fill(&b, c, trees, n, dates);
  double (*const of)(bag *) = find_statistic(c->name);
  if (status == SX_OK) status = sx_release__call_result(c, 0, (b.gone && !na_rm) || !of ? MISSING : of(&b));
  sx_mem_free(c->ctx, b.x);
  return status;
}

static sx_status run_plain(sx_release__call *c) {
  return one(c, &c->slot[0], 1, 1, false);
}
static sx_status run_several(sx_release__call *c) {
  return one(c, c->rest, c->n_rest, 0, false);
}
static sx_status run_extreme(sx_release__call *c) {
  return one(c, c->rest, c->n_rest, 0, true);
}

static sx_status run_quantile(sx_release__call *c) {
  bag b = {NULL, 0, 0};
  bool na_rm = false;
  double p = MISSING;
  SX_TRY(sx_release__call_truth(&na_rm, c, c->slot[2]));
  SX_TRY(sx_release__call_number(&p, c, c->slot[1]));
  if (!c->slot[0] || !(p >= 0 && p <= 1))
    return sx_release__call_error(c, "it wants a variable and one number from 0 to 1");
  sx_status status = fill(&b, c, &c->slot[0], 1, false);
  if (status == SX_OK && b.gone && !na_rm) status = sx_release__call_error(c, "values are missing: say na.rm=TRUE");
  if (status == SX_OK) status = sx_release__call_result(c, 0, quantile_of(&b, p));
  sx_mem_free(c->ctx, b.x);
  return status;
}

/* all(): false where one is false, else missing where one is missing; any() the other way round. */
static sx_status run_truths(sx_release__call *c) {
  bag b = {NULL, 0, 0};
  bool na_rm = false, met = false;
  const double end = strcmp(c->name, "any") == 0 ? 1 : 0;
  if (!c->n_rest) return sx_release__call_error(c, "of which condition?");
  SX_TRY(sx_release__call_truth(&na_rm, c, c->slot[0]));
  sx_status status = fill(&b, c, c->rest, c->n_rest, false);
  for (size_t i = 0; i < b.n; i++) met = met || (b.x[i] != 0) == (end != 0);
  if (status == SX_OK) status = sx_release__call_result(c, 0, met ? end : b.gone && !na_rm ? MISSING : 1 - end);
  sx_mem_free(c->ctx, b.x);
  return status;
}

static bool is_dot(const sx_rule_tree *t) {
  return t && t->kind == NODE_NAME && strcmp(t->text, ".") == 0;
}

static sx_status run_size(sx_release__call *c) {
  sx_release__value v = {NULL, false};
  const bool columns = strcmp(c->name, "ncol") == 0 || (strcmp(c->name, "length") == 0 && is_dot(c->slot[0]));
  if (!is_dot(c->slot[0])) {
    if (!c->slot[0] || c->name[0] == 'n') return sx_release__call_error(c, "the data are written '.', as in nrow(.)");
    SX_TRY(sx_release__call_value(&v, c, c->slot[0]));
  }
  const size_t n = columns ? sx_table_columns(c->table) : v.scalar ? 1 : sx_table_rows(c->table);
  return sx_release__call_result(c, 0, (double)n);
}

static sx_status run_type(sx_release__call *c) {
  sx_release__value v = {NULL, false};
  if (!c->slot[0]) return sx_release__call_error(c, "of which variable?");
  SX_TRY(sx_release__call_value(&v, c, c->slot[0]));
  const bool number = v.column->type == SX_NUMBER || v.column->type == SX_INTEGER;
  return sx_release__call_result(c, 0, strcmp(c->name, "is.numeric") == 0 ? number : v.column->dict != NULL);
}

/* ---- by groups -------------------------------------------------------------------------------------------------------------------------- */

/* Rows of one class after another: order[start[k]..start[k+1]-1]. */
static sx_status sorted_rows(size_t **order, size_t **start, const sx_release__call *c, const sx_release__classes *by) {
  const size_t rows = sx_table_rows(c->table);
  *order = sx_mem_alloc(c->ctx, rows + 1, sizeof **order);
  *start = sx_mem_zalloc(c->ctx, by->n + 2, sizeof **start);
  if (!*order || !*start) return sx_error_memory(c->err);
  for (size_t i = 0; i < rows; i++) (*start)[by->of[i] + 2]++;
  for (size_t k = 2; k < by->n + 2; k++) (*start)[k] += (*start)[k - 1];
  for (size_t i = 0; i < rows; i++) (*order)[(*start)[by->of[i] + 1]++] = i;
  return SX_OK;
}

/* What is wanted of each group. */
typedef struct grouping {
  double (*of)(bag *b, const void *how);
  const void *how;
  bool tells;     /* `of` is asked where values are missing, too */
  double outside; /* of rows whose group is missing */
} grouping;

static sx_status group_values(sx_release__call *c, const sx_release__value *v, const sx_release__classes *classes,
                              const grouping *g, const size_t *order, const size_t *start, bag *b) {
  for (size_t k = 0; k < classes->n; k++) {
    b->n = b->gone = 0;
    for (size_t i = start[k]; i < start[k + 1]; i++) {
      const double value = number_at(v, order[i]);
      if (isnan(value))
        b->gone++;
      else
        b->x[b->n++] = value;
    }
    const double number = b->gone && !g->tells ? MISSING : g->of(b, g->how);
    for (size_t i = start[k]; i < start[k + 1]; i++)
      SX_TRY(sx_release__call_result(c, order[i], classes->gone[order[i]] ? g->outside : number));
  }
  return SX_OK;
}

static sx_status by_groups(sx_release__call *c, const sx_release__value *v, const sx_rule_tree *by, const grouping *g) {
  sx_release__classes classes = {NULL, 0, NULL};
  size_t *order = NULL, *start = NULL;
  bag b = {NULL, 0, 0};
  sx_status status = sx_release__classes_by(&classes, c, by);
  if (status == SX_OK) status = sorted_rows(&order, &start, c, &classes);
  if (status == SX_OK) {
    b.x = sx_mem_alloc(c->ctx, sx_table_rows(c->table) + 1, sizeof *b.x);
    status = b.x ? group_values(c, v, &classes, g, order, start, &b) : sx_error_memory(c->err);
  }
  sx_mem_free(c->ctx, b.x);
  sx_mem_free(c->ctx, order);
  sx_mem_free(c->ctx, start);
  sx_release__classes_clear(&classes, c->ctx);
  return status;
}

static double by_statistic(bag *b, const void *how) {
  double (*const *of)(bag *) = how;
  return (*of)(b);
}

static sx_status statistic_by(sx_release__call *c, double (*of)(bag *), size_t slot) {
  sx_release__value v = {NULL, false};
  bool na_rm = false;
  if (!c->slot[0] || !c->slot[1]) return sx_release__call_error(c, "it wants a variable and by=");
  SX_TRY(sx_release__call_truth(&na_rm, c, c->slot[slot]));
  SX_TRY(sx_release__call_value(&v, c, c->slot[0]));
  SX_TRY(need_numbers(c, &v, false));
  return by_groups(c, &v, c->slot[1], &(grouping){by_statistic, &of, na_rm || of == count_of, MISSING});
}

static sx_status run_by(sx_release__call *c) {
  char name[16] = "";
  const size_t length = strcspn(c->name, "_");
  memcpy(name, c->name, length < sizeof name ? length : 0);
  return statistic_by(c, find_statistic(name), 2);
}

static sx_status run_do_by(sx_release__call *c) {
  const sx_rule_tree *fun = c->slot[2];
  double (*of)(bag *) = fun && fun->kind == NODE_NAME ? find_statistic(fun->text) : NULL;
  if (fun && fun->kind == NODE_NAME && strcmp(fun->text, "length") == 0) of = count_of;
  if (!of) return sx_release__call_error(c, "fun is sum, mean, min, max, sd, var, median or length");
  return statistic_by(c, of, 3);
}

/* ---- linear sequences ------------------------------------------------------------------------------------------------------------------ */

typedef struct sequence {
  double begin, end; /* NaN: not asked */
  bool sort;
} sequence;

static const double SEQUENCE_TOLERANCE = 1e-8; /* validate's, of steps and ends */

static double is_sequence(bag *b, const void *how) {
  const sequence *s = how;
  const bool open = isnan(s->begin) && isnan(s->end);
  if (!b->n && b->gone <= 2) return open ? 1 : 0;
  if (b->gone) return MISSING;
  const double least = min_of(b), most = max_of(b);
  if (!isnan(s->begin) && fabs(s->begin - least) > SEQUENCE_TOLERANCE) return 0;
  if (!isnan(s->end) && fabs(s->end - most) > SEQUENCE_TOLERANCE) return 0;
  if (s->sort) qsort(b->x, b->n, sizeof *b->x, by_size);
  for (size_t i = 2; i < b->n; i++)
    if (fabs(b->x[i] - b->x[i - 1] - (b->x[1] - b->x[0])) > SEQUENCE_TOLERANCE) return 0;
  return 1;
}

/* The end of a sequence: a number, or a date or period in quotes for a column of such. */
static sx_status end_of(double *out, const sx_release__call *c, const sx_rule_tree *t, const sx_column *x) {
  const char *text = NULL;
  int64_t value = 0;
  if (!t) return SX_OK;
  if (x->type != SX_DATE && x->type != SX_PERIOD) return sx_release__call_number(out, c, t);
  SX_TRY(sx_release__call_text(&text, c, sx_release__is_call(t, "as.Date") && t->n ? t->args[0] : t));
  if (!(x->type == SX_DATE ? sx_date_parse : sx_period_parse)(&value, text, strlen(text)))
    return sx_release__call_error(c, "'%s' is no %s", text, sx_type_name(x->type));
  *out = (double)value;
  return SX_OK;
}

static sx_status run_sequence(sx_release__call *c) {
  sequence s = {MISSING, MISSING, true};
  sx_release__value v = {NULL, false};
  if (!c->slot[0]) return sx_release__call_error(c, "of which variable?");
  SX_TRY(sx_release__call_value(&v, c, c->slot[0]));
  SX_TRY(need_numbers(c, &v, v.column->type == SX_DATE));
  SX_TRY(end_of(&s.begin, c, c->slot[2], v.column));
  SX_TRY(end_of(&s.end, c, c->slot[3], v.column));
  SX_TRY(sx_release__call_truth(&s.sort, c, c->slot[4]));
  if (c->name[1] == 'n') return by_groups(c, &v, c->slot[1], &(grouping){is_sequence, &s, true, MISSING});
  /* one verdict: false where a group fails, else missing where one cannot be told */
  sx_release__call rows = *c;
  sx_column *whole = NULL;
  double verdict = 1;
  SX_TRY(sx_column_new(&whole, c->ctx, "sequence", SX_INTEGER, sx_table_rows(c->table), c->err));
  rows.out = whole;
  sx_status status = by_groups(&rows, &v, c->slot[1], &(grouping){is_sequence, &s, true, 1});
  for (size_t i = 0; i < whole->n && status == SX_OK && verdict != 0; i++) {
    const double value = sx_column_number(whole, i);
    verdict = isnan(value) ? MISSING : value != 0 ? verdict : 0;
  }
  if (status == SX_OK) status = sx_release__call_result(c, 0, verdict);
  sx_column_free(c->ctx, whole);
  return status;
}

const sx_release__function sx_release__sums[] = {
    {"mean", "x,na.rm", SX_NUMBER, true, run_plain},
    {"sd", "x,na.rm", SX_NUMBER, true, run_plain},
    {"var", "x,na.rm", SX_NUMBER, true, run_plain},
    {"median", "x,na.rm", SX_NUMBER, true, run_plain},
    {"quantile", "x,probs,na.rm", SX_NUMBER, true, run_quantile},
    {"sum", "...,na.rm", SX_NUMBER, true, run_several},
    {"min", "...,na.rm", SX_NUMBER, true, run_extreme},
    {"max", "...,na.rm", SX_NUMBER, true, run_extreme},
    {"all", "...,na.rm", SX_INTEGER, true, run_truths},
    {"any", "...,na.rm", SX_INTEGER, true, run_truths},
    {"nrow", "x", SX_INTEGER, true, run_size},
    {"ncol", "x", SX_INTEGER, true, run_size},
    {"length", "x", SX_INTEGER, true, run_size},
    {"is.numeric", "x", SX_INTEGER, true, run_type},
    {"is.character", "x", SX_INTEGER, true, run_type},
    {"is_linear_sequence", "x,by,begin,end,sort", SX_INTEGER, true, run_sequence},
    {"in_linear_sequence", "x,by,begin,end,sort", SX_INTEGER, false, run_sequence},
    {"do_by", "x,by,fun,na.rm", SX_NUMBER, false, run_do_by},
    {"sum_by", "x,by,na.rm", SX_NUMBER, false, run_by},
    {"mean_by", "x,by,na.rm", SX_NUMBER, false, run_by},
    {"min_by", "x,by,na.rm", SX_NUMBER, false, run_by},
    {"max_by", "x,by,na.rm", SX_NUMBER, false, run_by},
    {NULL, NULL, SX_NUMBER, false, NULL}};
