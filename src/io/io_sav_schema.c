/* io_sav_schema.c: the dictionary's records into variables and a table without rows. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "io_sav_priv.h"

typedef struct named {
  const char *name;
  size_t var;
} named;

typedef struct builder {
  sx_io__savfile *f;
  const sx_read_options *options;
  size_t *very_long;    /* [n_recs] width of a very long string, 0 */
  const char **long_of; /* [n_recs] long name, NULL */
  named *index;         /* [n_vars] sorted by name */
  const char **full_label;
  const char *const **levels; /* [n_vars] of categories */
  size_t *n_levels;
} builder;

/* ---- very long strings and long names ------------------------------------------------------------------ */

enum { SEGMENT_STEP = 252, SEGMENT_BYTES = 255 };

static sx_status join_segments(builder *b, size_t rec, size_t width, size_t offset, sx_error *err) {
  sx_io__savfile *f = b->f;
  const size_t n = (width + SEGMENT_STEP - 1) / SEGMENT_STEP;
  if (n > f->n_recs - rec)
    return sx_io__sav_error(err, f, SX_E_PARSE, offset, "a string of %zu bytes lacks its segments", width);
  for (size_t i = 0; i < n; i++) {
    const sx_io__sav_rec *r = &f->recs[rec + i];
    if (r->width <= 0 || (i + 1 < n && r->width != SEGMENT_BYTES) || r->segment || b->very_long[rec + i])
      return sx_io__sav_error(err, f, SX_E_PARSE, offset, "segment %zu of a string of %zu bytes has another width",
                              i + 1, width);
    if (i) f->recs[rec + i].segment = true;
  }
  b->very_long[rec] = width;
  return SX_OK;
}

/* NAME=VALUE pairs; `stop` ends one. */
static bool next_pair(sx_io__span *name, sx_io__span *value, const sx_io__sav_ext *e, size_t *at) {
  const unsigned char *p = e->data.p;
  while (*at < e->data.n && (p[*at] == 0 || p[*at] == '\t')) (*at)++;
  const size_t from = *at;
  while (*at < e->data.n && p[*at] != '=') (*at)++;
  if (*at >= e->data.n) return false;
  *name = (sx_io__span){p + from, *at - from};
  const size_t start = ++*at;
  while (*at < e->data.n && p[*at] != '\t' && p[*at] != 0) (*at)++;
  *value = (sx_io__span){p + start, *at - start};
  return true;
}

static sx_status read_very_long(builder *b, sx_error *err) {
  const sx_io__sav_ext *e = sx_io__sav_find_ext(b->f, 14);
  sx_io__span name = {NULL, 0}, value = {NULL, 0};
  for (size_t at = 0; e && next_pair(&name, &value, e, &at);) {
    const int32_t rec = sx_io__sav_find_short(b->f, name.p, name.n);
    int64_t width = 0;
    if (rec < 0 || !sx_text_to_int64(&width, (const char *)value.p, value.n) || width < 1 || width > 32767)
      return sx_io__sav_error(err, b->f, SX_E_PARSE, e->offset,
                              "the record of very long strings names an unknown variable or no width");
    if (width > SEGMENT_BYTES) SX_TRY(join_segments(b, (size_t)rec, (size_t)width, e->offset, err));
  }
  return SX_OK;
}

static sx_status read_long_names(builder *b, sx_error *err) {
  const sx_io__sav_ext *e = sx_io__sav_find_ext(b->f, 13);
  sx_io__span name = {NULL, 0}, value = {NULL, 0};
  for (size_t at = 0; e && next_pair(&name, &value, e, &at);) {
    const int32_t rec = sx_io__sav_find_short(b->f, name.p, name.n);
    if (rec >= 0 && value.n)
      SX_TRY(sx_io__sav_string(&b->long_of[rec], b->f, value.p, value.n, e->offset, "a variable name", err));
  }
  return SX_OK;
}

/* ---- variables ----------------------------------------------------------------------------------------- */

/* Display formats by their code; a date is a number of seconds that is shown as a day, month, quarter or week. */
static const struct {
  const char *name;
  bool date;
} FORMATS[] = {[1] = {"A", false},      [2] = {"AHEX", false},      [3] = {"COMMA", false},  [4] = {"DOLLAR", false},
               [5] = {"F", false},      [6] = {"IB", false},        [7] = {"PIBHEX", false}, [8] = {"P", false},
               [9] = {"PIB", false},    [10] = {"PK", false},       [11] = {"RB", false},    [12] = {"RBHEX", false},
               [15] = {"Z", false},     [16] = {"N", false},        [17] = {"E", false},     [20] = {"DATE", true},
               [21] = {"TIME", false},  [22] = {"DATETIME", false}, [23] = {"ADATE", true},  [24] = {"JDATE", true},
               [25] = {"DTIME", false}, [26] = {"WKDAY", false},    [27] = {"MONTH", false}, [28] = {"MOYR", true},
               [29] = {"QYR", true},    [30] = {"WKYR", true},      [31] = {"PCT", false},   [32] = {"DOT", false},
               [33] = {"CCA", false},   [34] = {"CCB", false},      [35] = {"CCC", false},   [36] = {"CCD", false},
               [37] = {"CCE", false},   [38] = {"EDATE", true},     [39] = {"SDATE", true},  [40] = {"MTIME", false},
               [41] = {"YMDHMS", false}};

enum { N_FORMATS = sizeof FORMATS / sizeof *FORMATS };

const char *sx_io__sav_format_name(unsigned code) {
  return code < N_FORMATS ? FORMATS[code].name : NULL;
}
bool sx_io__sav_format_date(unsigned code) {
  return code < N_FORMATS && FORMATS[code].date;
}
unsigned sx_io__sav_format_code(const char *name, size_t n) {
  for (unsigned i = 1; i < N_FORMATS; i++)
    if (FORMATS[i].name && strlen(FORMATS[i].name) == n && memcmp(FORMATS[i].name, name, n) == 0) return i;
  return 0;
}

static sx_status make_vars(builder *b, sx_error *err) {
  sx_io__savfile *f = b->f;
  f->vars = sx_arena_zalloc(f->arena, f->n_recs, sizeof *f->vars);
  f->rec_var = sx_arena_zalloc(f->arena, f->n_recs, sizeof *f->rec_var);
  if (!f->vars || !f->rec_var) return sx_error_memory(err);
  for (size_t i = 0; i < f->n_recs; i++) {
    const sx_io__sav_rec *r = &f->recs[i];
    if (r->segment) {
      f->rec_var[i] = f->n_vars - 1;
      f->vars[f->n_vars - 1].n_segments++;
      continue;
    }
    sx_io__sav_var *v = &f->vars[f->n_vars];
    f->rec_var[i] = f->n_vars++;
    *v = (sx_io__sav_var){.rec = i, .n_segments = 1, .wanted = true, .name = b->long_of[i]};
    v->width = b->very_long[i] ? b->very_long[i] : (size_t)r->width;
    if (!v->name) SX_TRY(sx_io__sav_string(&v->name, f, r->name, 8, r->offset, "a variable name", err));
    v->type = v->width ? SX_TEXT : SX_NUMBER;
    if (!v->width && sx_io__sav_format_date(r->print >> 16 & 0xFF)) v->type = SX_DATE;
  }
  return SX_OK;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

static sx_status index_names(builder *b, sx_error *err) {
  sx_io__savfile *f = b->f;
  b->index = sx_arena_alloc(f->arena, f->n_vars, sizeof *b->index);
  const char **names = sx_arena_alloc(f->arena, f->n_vars, sizeof *names);
  if (!b->index || !names) return sx_error_memory(err);
  for (size_t i = 0; i < f->n_vars; i++) {
    names[i] = f->vars[i].name;
    b->index[i] = (named){f->vars[i].name, i};
  }
  qsort(b->index, f->n_vars, sizeof *b->index, by_name);
  SX_TRY(sx_io__check_columns(b->options, f->source->name, names, f->n_vars, err));
  for (size_t i = 0; i < f->n_vars; i++) f->vars[i].wanted = sx_io__wants(b->options, names[i]);
  return SX_OK;
}

static sx_io__sav_var *find_var(const builder *b, const char *name) {
  const named key = {name, 0};
  const named *hit = bsearch(&key, b->index, b->f->n_vars, sizeof *b->index, by_name);
  return hit ? &b->f->vars[hit->var] : NULL;
}

/* A text with line breaks is written as one value per line. */
static sx_status join_lines(const char **out, builder *b, const char *const *values, size_t n, sx_error *err) {
  size_t bytes = 0, at = 0;
  for (size_t i = 0; i < n; i++) bytes += strlen(values[i]) + 1;
  char *text = sx_arena_alloc(b->f->arena, bytes, 1);
  if (!text) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    const size_t k = strlen(values[i]);
    memcpy(text + at, values[i], k);
    at += k;
    text[at++] = i + 1 < n ? '\n' : 0;
  }
  *out = text;
  return SX_OK;
}

/* Our own attributes: what the format has no record for. Those of others are not kept. */
static sx_status take_attribute(void *data, const char *variable, const char *name, const char *const *values,
                                size_t n_values, sx_error *err) {
  builder *b = data;
  if (!variable) {
    const char *text = NULL;
    SX_TRY(join_lines(&text, b, values, n_values, err));
    return *name ? sx_table_set_meta(b->f->schema, name, text, err) : SX_OK;
  }
  sx_io__sav_var *v = find_var(b, variable);
  if (!v) return SX_OK;
  const size_t i = (size_t)(v - b->f->vars);
  if (strcmp(name, SX_IO__SAV_ATTR_LABEL) == 0) return join_lines(&b->full_label[i], b, values, n_values, err);
  if (strcmp(name, SX_IO__SAV_ATTR_LEVELS) == 0 && v->width) {
    v->type = SX_CATEGORY;
    b->levels[i] = values;
    b->n_levels[i] = n_values;
  }
  if (strcmp(name, SX_IO__SAV_ATTR_TYPE) == 0) {
    if (!v->width && strcmp(values[0], "integer") == 0) v->type = SX_INTEGER;
    if (v->width && strcmp(values[0], "period") == 0) v->type = SX_PERIOD;
    if (v->width && strcmp(values[0], "category") == 0) v->type = SX_CATEGORY;
  }
  return SX_OK;
}

/* ---- columns ------------------------------------------------------------------------------------------- */

static const sx_ctx *ctx_of(const builder *b) {
  return sx_table_ctx(b->f->schema);
}
static sx_column *column_of(const builder *b, const sx_io__sav_var *v) {
  return (sx_column *)(uintptr_t)sx_table_get(b->f->schema, v->column); /* the schema is ours until it is handed out */
}

static sx_status bad_range(builder *b, const sx_io__sav_var *v, sx_error *err) {
  return sx_io__sav_error(err, b->f, SX_E_DATA, b->f->recs[v->rec].offset,
                          "variable %s declares a missing range that is empty", v->name);
}

static double in_days(double seconds) {
  return floor(seconds / 86400) - SX_IO__SAV_EPOCH_DAYS;
}

static sx_status number_range(builder *b, sx_io__sav_var *v, double lo, double hi, sx_error *err) {
  const sx_io__savfile *f = b->f;
  if (lo <= f->lowest) lo = -HUGE_VAL;
  if (hi >= f->highest) hi = HUGE_VAL;
  if (v->type == SX_DATE) {
    lo = in_days(lo);
    hi = in_days(hi);
  }
  if (!(lo <= hi)) return bad_range(b, v, err);
  return sx_column_add_range(ctx_of(b), column_of(b, v), lo, hi, NULL, err);
}

static sx_status one_value(builder *b, sx_io__sav_var *v, double x, sx_error *err) {
  if (isnan(x)) return bad_range(b, v, err);
  if (v->type == SX_DATE) x = in_days(x);
  return sx_column_add_range(ctx_of(b), column_of(b, v), x, x, NULL, err);
}

static sx_status period_range(builder *b, sx_io__sav_var *v, const char *text, sx_error *err) {
  int64_t at = 0;
  if (!sx_period_parse(&at, text, strlen(text))) return bad_range(b, v, err);
  return sx_column_add_range(ctx_of(b), column_of(b, v), (double)at, (double)at, NULL, err);
}

static sx_status text_range(builder *b, sx_io__sav_var *v, const unsigned char *p, size_t n, size_t offset,
                            sx_error *err) {
  const char *text = NULL;
  SX_TRY(sx_io__sav_string(&text, b->f, p, n, offset, "a missing value", err));
  if (v->type == SX_PERIOD) return period_range(b, v, text, err);
  return sx_column_add_range(ctx_of(b), column_of(b, v), 0, 0, text, err);
}

static sx_status add_missing(builder *b, sx_io__sav_var *v, sx_error *err) {
  const sx_io__sav_rec *r = &b->f->recs[v->rec];
  const int32_t n = r->n_missing;
  const unsigned char *p = r->missing;
  if (v->width) {
    for (int32_t i = 0; i < n; i++) SX_TRY(text_range(b, v, p + 8 * i, v->width < 8 ? v->width : 8, r->offset, err));
    return SX_OK;
  }
  if (n < 0) {
    SX_TRY(number_range(b, v, sx_io__sav_f64(b->f, p), sx_io__sav_f64(b->f, p + 8), err));
    return n == -3 ? one_value(b, v, sx_io__sav_f64(b->f, p + 16), err) : SX_OK;
  }
  for (int32_t i = 0; i < n; i++) SX_TRY(one_value(b, v, sx_io__sav_f64(b->f, p + 8 * i), err));
  return SX_OK;
}

static sx_status add_format(builder *b, sx_column *column, const sx_io__sav_var *v, sx_error *err) {
  char text[32] = "";
  const uint32_t print = b->f->recs[v->rec].print;
  const char *name = sx_io__sav_format_name(print >> 16 & 0xFF);
  const unsigned width = print >> 8 & 0xFF, decimals = print & 0xFF;
  if (v->width > SEGMENT_BYTES)
    snprintf(text, sizeof text, "A%zu", v->width);
  else if (name && decimals)
    snprintf(text, sizeof text, "%s%u.%u", name, width, decimals);
  else if (name)
    snprintf(text, sizeof text, "%s%u", name, width);
  return sx_column_set_format(ctx_of(b), column, text, err);
}

static sx_status add_column(builder *b, sx_io__sav_var *v, sx_error *err) {
  sx_io__savfile *f = b->f;
  const size_t i = (size_t)(v - f->vars);
  const sx_io__sav_rec *r = &f->recs[v->rec];
  sx_column *column = NULL;
  const char *label = b->full_label[i];
  v->column = sx_table_columns(f->schema);
  const sx_status st = sx_table_add(&column, f->schema, v->name, v->type, err);
  if (st != SX_OK) {
    char place[48];
    snprintf(place, sizeof place, "byte %zu", r->offset);
    sx_error_add_where(err, "%s: %s", f->source->name, place);
    return st == SX_E_ARGUMENT ? SX_E_DATA : st;
  }
  if (!label) SX_TRY(sx_io__sav_string(&label, f, r->label.p, r->label.n, r->offset, "the label of a variable", err));
  SX_TRY(sx_column_set_label(ctx_of(b), column, label, err));
  SX_TRY(add_format(b, column, v, err));
  for (size_t k = 0; k < b->n_levels[i]; k++) {
    int32_t code = 0;
    const char *level = b->levels[i][k];
    SX_TRY(sx_dict_add(&code, column->dict, level, strlen(level), err));
  }
  return add_missing(b, v, err);
}

/* ---- value labels -------------------------------------------------------------------------------------- */

static sx_status label_number(builder *b, sx_io__sav_var *v, const unsigned char *value, const char *label,
                              sx_error *err) {
  const double x = sx_io__sav_f64(b->f, value);
  if (isnan(x)) return SX_OK;
  return sx_column_add_label(ctx_of(b), column_of(b, v), v->type == SX_DATE ? in_days(x) : x, NULL, 0, label, err);
}

static sx_status label_text(builder *b, sx_io__sav_var *v, const unsigned char *value, size_t n, size_t offset,
                            const char *label, sx_error *err) {
  const char *text = NULL;
  SX_TRY(sx_io__sav_string(&text, b->f, value, n, offset, "a labelled value", err));
  int64_t at = 0;
  if (v->type == SX_PERIOD && !sx_period_parse(&at, text, strlen(text))) return SX_OK;
  if (v->type == SX_PERIOD) return sx_column_add_label(ctx_of(b), column_of(b, v), (double)at, NULL, 0, label, err);
  return sx_column_add_label(ctx_of(b), column_of(b, v), 0, text, 0, label, err);
}

static sx_status add_set_to(builder *b, const sx_io__sav_set *set, const char *const *labels, sx_io__sav_var *v,
                            sx_error *err) {
  const unsigned char *p = set->labels;
  for (uint32_t i = 0; i < set->n_labels; i++) {
    if (v->width)
      SX_TRY(label_text(b, v, p, v->width < 8 ? v->width : 8, set->offset, labels[i], err));
    else
      SX_TRY(label_number(b, v, p, labels[i], err));
    p += 8 + ((size_t)p[8] + 8) / 8 * 8;
  }
  return SX_OK;
}

static sx_status add_value_labels(builder *b, const sx_io__sav_set *set, sx_error *err) {
  sx_io__savfile *f = b->f;
  const char **labels = sx_arena_alloc(f->arena, set->n_labels, sizeof *labels);
  if (!labels) return sx_error_memory(err);
  const unsigned char *p = set->labels;
  for (uint32_t i = 0; i < set->n_labels; i++) {
    SX_TRY(sx_io__sav_string(&labels[i], f, p + 9, p[8], set->offset, "a value label", err));
    p += 8 + ((size_t)p[8] + 8) / 8 * 8;
  }
  for (uint32_t i = 0; i < set->n_vars; i++) {
    const uint32_t slot = sx_io__sav_u32(f, set->vars + 4 * (size_t)i);
    if (slot < 1 || slot > f->n_slots || f->slot_rec[slot - 1] < 0)
      return sx_io__sav_error(err, f, SX_E_PARSE, set->offset,
                              "value labels for variable index %u, which does not exist", slot);
    sx_io__sav_var *v = &f->vars[f->rec_var[f->slot_rec[slot - 1]]];
    if (v->wanted && !f->recs[f->slot_rec[slot - 1]].segment) SX_TRY(add_set_to(b, set, labels, v, err));
  }
  return SX_OK;
}

/* Reads of the records for long strings: lengths and bytes, bounds checked inside one extension. */
typedef struct field_reader {
  const builder *b;
  const sx_io__sav_ext *e;
  size_t at;
} field_reader;

static sx_status field_bytes(sx_io__span *out, field_reader *r, size_t n, sx_error *err) {
  if (n > r->e->data.n - r->at)
    return sx_io__sav_error(err, r->b->f, SX_E_PARSE, r->e->offset,
                            "an extension record for long strings is cut short");
  *out = (sx_io__span){r->e->data.p + r->at, n};
  r->at += n;
  return SX_OK;
}
static sx_status field_u32(uint32_t *out, field_reader *r, sx_error *err) {
  sx_io__span s = {NULL, 0};
  SX_TRY(field_bytes(&s, r, 4, err));
  *out = sx_io__sav_u32(r->b->f, s.p);
  return SX_OK;
}
static sx_status field_counted(sx_io__span *out, field_reader *r, sx_error *err) {
  uint32_t n = 0;
  SX_TRY(field_u32(&n, r, err));
  return field_bytes(out, r, n, err);
}
static sx_status field_var(sx_io__sav_var **out, field_reader *r, sx_error *err) {
  sx_io__span name = {NULL, 0};
  const char *text = NULL;
  SX_TRY(field_counted(&name, r, err));
  SX_TRY(sx_io__sav_string(&text, r->b->f, name.p, name.n, r->e->offset, "a variable name", err));
  *out = find_var(r->b, text);
  if (!*out) {
    const int32_t rec = sx_io__sav_find_short(r->b->f, name.p, name.n);
    if (rec >= 0) *out = &r->b->f->vars[r->b->f->rec_var[rec]];
  }
  if (*out && (!(*out)->wanted || !(*out)->width)) *out = NULL;
  return SX_OK;
}

static sx_status add_long_labels(builder *b, const sx_io__sav_ext *e, sx_error *err) {
  field_reader r = {b, e, 0};
  while (r.at < e->data.n) {
    sx_io__sav_var *v = NULL;
    uint32_t width = 0, n = 0;
    SX_TRY(field_var(&v, &r, err));
    SX_TRY(field_u32(&width, &r, err));
    SX_TRY(field_u32(&n, &r, err));
    for (uint32_t i = 0; i < n; i++) {
      sx_io__span value = {NULL, 0}, label = {NULL, 0};
      const char *text = NULL;
      SX_TRY(field_counted(&value, &r, err));
      SX_TRY(field_counted(&label, &r, err));
      if (!v) continue;
      SX_TRY(sx_io__sav_string(&text, b->f, label.p, label.n, e->offset, "a value label", err));
      SX_TRY(label_text(b, v, value.p, value.n, e->offset, text, err));
    }
  }
  return SX_OK;
}

static sx_status add_long_missing(builder *b, const sx_io__sav_ext *e, sx_error *err) {
  field_reader r = {b, e, 0};
  while (r.at < e->data.n) {
    sx_io__sav_var *v = NULL;
    sx_io__span count = {NULL, 0}, value = {NULL, 0};
    uint32_t n = 0;
    SX_TRY(field_var(&v, &r, err));
    SX_TRY(field_bytes(&count, &r, 1, err));
    SX_TRY(field_u32(&n, &r, err));
    for (unsigned i = 0; i < count.p[0]; i++) {
      SX_TRY(field_bytes(&value, &r, n, err));
      if (v) SX_TRY(text_range(b, v, value.p, n, e->offset, err));
    }
  }
  return SX_OK;
}

/* ---- measures, notes ----------------------------------------------------------------------------------- */

/* (measure, width, alignment) or (measure, alignment) for each record, segments included. */
static void add_measures(builder *b) {
  sx_io__savfile *f = b->f;
  const sx_io__sav_ext *e = sx_io__sav_find_ext(f, 11);
  if (!e || e->size != 4) return;
  const size_t step = e->count == 3 * f->n_recs ? 3 : e->count == 2 * f->n_recs ? 2 : 0;
  for (size_t i = 0; step && i < f->n_vars; i++) {
    if (!f->vars[i].wanted) continue;
    const int32_t measure = sx_io__sav_i32(f, e->data.p + 4 * step * f->vars[i].rec);
    sx_column *c = column_of(b, &f->vars[i]);
    c->measure = measure == 1   ? SX_MEASURE_NOMINAL
                 : measure == 2 ? SX_MEASURE_ORDINAL
                 : measure == 3 ? SX_MEASURE_SCALE
                                : SX_MEASURE_UNKNOWN;
  }
}

static sx_status add_notes(builder *b, sx_error *err) {
  sx_io__savfile *f = b->f;
  const char *text = NULL;
  sx_buf notes;
  sx_status st = SX_OK;
  sx_buf_init(&notes, f->source->ctx);
  SX_TRY_GOTO(st, sx_io__sav_string(&text, f, f->file_label.p, f->file_label.n, 109, "the file label", err), done);
  if (*text) SX_TRY_GOTO(st, sx_table_set_meta(f->schema, "title", text, err), done);
  for (size_t i = 0; i + 80 <= f->documents.n; i += 80) {
    SX_TRY_GOTO(st,
                sx_io__sav_string(&text, f, f->documents.p + i, 80, (size_t)(f->documents.p - f->source->data) + i,
                                  "the documents", err),
                done);
    if (i) sx_buf_add_char(&notes, '\n');
    sx_buf_add(&notes, text);
  }
  SX_TRY_GOTO(st, sx_buf_status(&notes, err), done);
  if (notes.n) SX_TRY_GOTO(st, sx_table_set_meta(f->schema, "notes", notes.data, err), done);
  if (f->weight > 0 && (size_t)f->weight <= f->n_slots && f->slot_rec[f->weight - 1] >= 0)
    st = sx_table_set_meta(f->schema, "weight", f->vars[f->rec_var[f->slot_rec[f->weight - 1]]].name, err);
done:
  sx_buf_clear(&notes);
  return st;
}

static sx_status builder_init(builder *b, sx_error *err) {
  const size_t n = b->f->n_recs;
  sx_arena *a = b->f->arena;
  b->very_long = sx_arena_zalloc(a, n, sizeof *b->very_long);
  b->long_of = sx_arena_zalloc(a, n, sizeof *b->long_of);
  b->full_label = sx_arena_zalloc(a, n, sizeof *b->full_label);
  b->levels = sx_arena_zalloc(a, n, sizeof *b->levels);
  b->n_levels = sx_arena_zalloc(a, n, sizeof *b->n_levels);
  if (!b->very_long || !b->long_of || !b->full_label || !b->levels || !b->n_levels) return sx_error_memory(err);
  return SX_OK;
}

sx_status sx_io__sav_build(sx_io__savfile *f, const sx_read_options *options, sx_error *err) {
  builder b = {.f = f, .options = options};
  SX_TRY(builder_init(&b, err));
  SX_TRY(sx_table_new(&f->schema, f->source->ctx, 0, err)); /* owned by f: freed by its close */
  SX_TRY(read_very_long(&b, err));
  SX_TRY(read_long_names(&b, err));
  SX_TRY(make_vars(&b, err));
  SX_TRY(index_names(&b, err));
  SX_TRY(add_notes(&b, err));
  SX_TRY(sx_io__sav_read_attributes(f, take_attribute, &b, err));
  for (size_t i = 0; i < f->n_vars; i++)
    if (f->vars[i].wanted) SX_TRY(add_column(&b, &f->vars[i], err));
  add_measures(&b);
  for (size_t i = 0; i < f->n_sets; i++) SX_TRY(add_value_labels(&b, &f->sets[i], err));
  for (size_t i = 0; i < f->n_exts; i++) {
    if (f->exts[i].subtype == 21) SX_TRY(add_long_labels(&b, &f->exts[i], err));
    if (f->exts[i].subtype == 22) SX_TRY(add_long_missing(&b, &f->exts[i], err));
  }
  return sx_io__sav_read_sets(f, err);
}
