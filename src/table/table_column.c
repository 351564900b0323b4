/* table_column.c: one typed column: values, missing classes, labels, declared missing ranges. */
#include "shuxiao/table_order.h"
#include "table_priv.h"

const char *sx_type_name(sx_type type) {
  switch (type) {
  case SX_NUMBER:
    return "number";
  case SX_INTEGER:
    return "integer";
  case SX_CATEGORY:
    return "category";
  case SX_TEXT:
    return "text";
  case SX_DATE:
    return "date";
  case SX_PERIOD:
    return "period";
  }
  return "unknown";
}

bool sx_table__type_known(sx_type type) {
  return (int)type >= SX_NUMBER && (int)type <= SX_PERIOD;
}

bool sx_table__class_known(uint8_t c) {
  return c <= SX_MISS_USER || (c >= 'a' && c <= 'z');
}

static sx_status check_name(const char *name, sx_error *err) {
  if (!name || !*name) return sx_error_set(err, SX_E_ARGUMENT, NULL, "a column needs a name");
  size_t bad = 0;
  if (!sx_utf8_valid(name, strlen(name), &bad))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the name of a column is not valid UTF-8 (byte %zu)", bad + 1);
  return SX_OK;
}

sx_status sx_column_new(sx_column **out, const sx_ctx *ctx, const char *name, sx_type type, size_t n, sx_error *err) {
  if (!out || !sx_table__type_known(type))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_column_new: out is NULL or the type is unknown");
  SX_TRY(check_name(name, err));
  sx_status st = SX_E_MEMORY;
  sx_column *c = sx_mem_zalloc(ctx, 1, sizeof *c);
  if (!c) return sx_error_memory(err);
  c->type = type;
  c->n = n;
  c->name = sx_mem_strdup(ctx, name);
  c->label = sx_mem_strdup(ctx, "");
  c->format = sx_mem_strdup(ctx, "");
  if (!c->name || !c->label || !c->format) goto done;
  if (sx_table__is_coded(type)) {
    c->data.code = sx_mem_alloc(ctx, n, sizeof *c->data.code);
    if (!c->data.code) goto done;
    if (n) memset(c->data.code, 0xFF, n * sizeof *c->data.code);
    SX_TRY_GOTO(st, sx_dict_new(&c->dict, ctx, err), failed);
  } else {
    c->data.i64 = sx_mem_zalloc(ctx, n, 8);
    if (!c->data.i64) goto done;
  }
  *out = c;
  return SX_OK;
done:
  (void)sx_error_memory(err);
failed:
  sx_column_free(ctx, c);
  return st;
}

static void free_order(const sx_ctx *ctx, sx_column *c) {
  for (size_t i = 0; i < c->n_order; i++) sx_mem_free(ctx, c->order[i]);
  sx_mem_free(ctx, c->order);
  c->order = NULL;
  c->n_order = 0;
}

void sx_column_free(const sx_ctx *ctx, sx_column *c) {
  if (!c) return;
  for (size_t i = 0; i < c->n_labels; i++) {
    sx_mem_free(ctx, c->labels[i].text);
    sx_mem_free(ctx, c->labels[i].label);
  }
  for (size_t i = 0; i < c->n_ranges; i++) sx_mem_free(ctx, c->ranges[i].text);
  free_order(ctx, c);
  sx_mem_free(ctx, c->labels);
  sx_mem_free(ctx, c->ranges);
  sx_mem_free(ctx, c->name);
  sx_mem_free(ctx, c->label);
  sx_mem_free(ctx, c->format);
  sx_mem_free(ctx, c->miss);
  sx_mem_free(ctx, c->data.i64);
  sx_dict_free(c->dict);
  sx_mem_free(ctx, c);
}

static sx_status replace_text(const sx_ctx *ctx, char **field, const char *text, sx_error *err) {
  char *copy = sx_mem_strdup(ctx, text);
  if (!copy) return sx_error_memory(err);
  sx_mem_free(ctx, *field);
  *field = copy;
  return SX_OK;
}

sx_status sx_column_set_label(const sx_ctx *ctx, sx_column *column, const char *label, sx_error *err) {
  if (!column) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_column_set_label: column is NULL");
  return replace_text(ctx, &column->label, label ? label : "", err);
}

sx_status sx_column_set_format(const sx_ctx *ctx, sx_column *column, const char *format, sx_error *err) {
  if (!column) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_column_set_format: column is NULL");
  return replace_text(ctx, &column->format, format ? format : "", err);
}

sx_status sx_column_set_order(const sx_ctx *ctx, sx_column *column, const char *const *text, size_t n, sx_error *err) {
  if (!column) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_column_set_order: column is NULL");
  char **order = n ? sx_mem_zalloc(ctx, n, sizeof *order) : NULL;
  bool whole = !n || order;
  for (size_t i = 0; i < n && whole; i++) whole = (order[i] = sx_mem_strdup(ctx, text[i])) != NULL;
  if (!whole) {
    for (size_t i = 0; order && i < n; i++) sx_mem_free(ctx, order[i]);
    sx_mem_free(ctx, order);
    return sx_error_memory(err);
  }
  free_order(ctx, column);
  column->order = order;
  column->n_order = n;
  return SX_OK;
}

static bool same_value(const sx_label *a, double value, const char *text, char tag) {
  if (a->tag || tag) return a->tag == tag;
  if (a->text || text) return a->text && text && strcmp(a->text, text) == 0;
  return a->value == value;
}

sx_status sx_column_add_label(const sx_ctx *ctx, sx_column *c, double value, const char *text, char tag,
                              const char *label, sx_error *err) {
  if (!c || !label) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_column_add_label: an argument is NULL");
  if (tag && (tag < 'a' || tag > 'z'))
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "the tag of a missing value is a letter a..z");
  if (!tag && sx_table__is_coded(c->type) != (text != NULL))
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "a %s column labels %s", sx_type_name(c->type),
                        sx_table__is_coded(c->type) ? "texts, not numbers" : "numbers, not texts");
  if (!tag && !text && isnan(value)) return sx_error_set(err, SX_E_ARGUMENT, c->name, "a label needs a value");
  for (size_t i = 0; i < c->n_labels; i++)
    if (same_value(&c->labels[i], value, text, tag)) return replace_text(ctx, &c->labels[i].label, label, err);
  sx_label item = {tag ? (double)NAN : value, NULL, tag, NULL};
  sx_label *grown = sx_mem_resize(ctx, c->labels, c->n_labels + 1, sizeof *grown);
  if (!grown) return sx_error_memory(err);
  c->labels = grown;
  if (text && !tag) item.text = sx_mem_strdup(ctx, text);
  item.label = sx_mem_strdup(ctx, label);
  if ((text && !tag && !item.text) || !item.label) {
    sx_mem_free(ctx, item.text);
    sx_mem_free(ctx, item.label);
    return sx_error_memory(err);
  }
  c->labels[c->n_labels++] = item;
  return SX_OK;
}

sx_status sx_table__need_miss(const sx_ctx *ctx, sx_column *c, sx_error *err) {
  if (c->miss) return SX_OK;
  c->miss = sx_mem_zalloc(ctx, c->n, 1);
  return c->miss ? SX_OK : sx_error_memory(err);
}

static double raw_number(const sx_column *c, size_t row) {
  return c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
}

static bool in_range(const sx_column *c, size_t row, double lo, double hi, int32_t code) {
  if (sx_column_missing(c, row)) return false;
  if (sx_table__is_coded(c->type)) return c->data.code[row] == code;
  const double v = raw_number(c, row);
  return v >= lo && v <= hi;
}

sx_status sx_column_add_range(const sx_ctx *ctx, sx_column *c, double lo, double hi, const char *text, sx_error *err) {
  if (!c) return sx_error_set(err, SX_E_ARGUMENT, NULL, "sx_column_add_range: column is NULL");
  const bool coded = sx_table__is_coded(c->type);
  if (coded != (text != NULL))
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "a missing code of a %s column is a %s", sx_type_name(c->type),
                        coded ? "text" : "range of numbers");
  if (!coded && !(lo <= hi)) return sx_error_set(err, SX_E_ARGUMENT, c->name, "the missing range is empty");
  sx_missing_range *grown = sx_mem_resize(ctx, c->ranges, c->n_ranges + 1, sizeof *grown);
  if (!grown) return sx_error_memory(err);
  c->ranges = grown;
  const int32_t code = coded ? sx_dict_find(c->dict, text, strlen(text)) : -1;
  size_t first = 0;
  if (coded && code < 0) first = c->n; /* never occurs */
  while (first < c->n && !in_range(c, first, lo, hi, code)) first++;
  if (first < c->n) SX_TRY(sx_table__need_miss(ctx, c, err));
  sx_missing_range item = {coded ? 0 : lo, coded ? 0 : hi, NULL};
  if (coded) {
    item.text = sx_mem_strdup(ctx, text);
    if (!item.text) return sx_error_memory(err);
  }
  c->ranges[c->n_ranges++] = item;
  for (size_t i = first; i < c->n; i++)
    if (in_range(c, i, lo, hi, code)) c->miss[i] = SX_MISS_USER;
  return SX_OK;
}

size_t sx_column_find_range(const sx_column *c, double value, const char *text) {
  for (size_t i = 0; i < c->n_ranges; i++) {
    const sx_missing_range *r = &c->ranges[i];
    if (text ? r->text && strcmp(r->text, text) == 0 : !r->text && r->lo <= value && value <= r->hi) return i;
  }
  return c->n_ranges;
}

bool sx_column_missing_label(const sx_column *c, const sx_label *label) {
  return label->tag || sx_column_find_range(c, label->value, label->text) < c->n_ranges;
}

sx_status sx_column_set_missing(const sx_ctx *ctx, sx_column *c, size_t row, uint8_t miss_class, sx_error *err) {
  if (!c || row >= c->n)
    return sx_error_set(err, SX_E_ARGUMENT, c ? c->name : NULL, "sx_column_set_missing: no such row");
  if (!sx_table__class_known(miss_class))
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "unknown class of missing value %u", (unsigned)miss_class);
  if (!c->miss && miss_class == SX_MISS_NONE) return SX_OK;
  SX_TRY(sx_table__need_miss(ctx, c, err));
  c->miss[row] = miss_class;
  if (miss_class == SX_MISS_NONE || miss_class == SX_MISS_USER) return SX_OK;
  if (sx_table__is_coded(c->type))
    c->data.code[row] = -1;
  else if (c->type == SX_NUMBER)
    c->data.f64[row] = (double)NAN;
  else
    c->data.i64[row] = 0;
  return SX_OK;
}

double sx_column_number(const sx_column *c, size_t row) {
  if (!c || row >= c->n || sx_table__is_coded(c->type) || sx_column_missing(c, row)) return (double)NAN;
  return raw_number(c, row);
}

const char *sx_column_value_label(const sx_column *c, double value) {
  if (!c) return NULL;
  for (size_t i = 0; i < c->n_labels; i++)
    if (!c->labels[i].tag && !c->labels[i].text && c->labels[i].value == value) return c->labels[i].label;
  return NULL;
}

const char *sx_table__text_label(const sx_column *c, const char *text) {
  for (size_t i = 0; i < c->n_labels; i++)
    if (c->labels[i].text && strcmp(c->labels[i].text, text) == 0) return c->labels[i].label;
  return NULL;
}

static sx_status copy_labels(const sx_ctx *ctx, sx_column *c, const sx_column *like, sx_error *err) {
  if (!like->n_labels) return SX_OK;
  c->labels = sx_mem_zalloc(ctx, like->n_labels, sizeof *c->labels);
  if (!c->labels) return sx_error_memory(err);
  for (size_t i = 0; i < like->n_labels; i++) {
    const sx_label *from = &like->labels[i];
    sx_label *to = &c->labels[c->n_labels++];
    *to = (sx_label){from->value, NULL, from->tag, NULL};
    to->text = from->text ? sx_mem_strdup(ctx, from->text) : NULL;
    to->label = sx_mem_strdup(ctx, from->label);
    if ((from->text && !to->text) || !to->label) return sx_error_memory(err);
  }
  return SX_OK;
}

static sx_status copy_ranges(const sx_ctx *ctx, sx_column *c, const sx_column *like, sx_error *err) {
  if (!like->n_ranges) return SX_OK;
  c->ranges = sx_mem_zalloc(ctx, like->n_ranges, sizeof *c->ranges);
  if (!c->ranges) return sx_error_memory(err);
  for (size_t i = 0; i < like->n_ranges; i++) {
    const sx_missing_range *from = &like->ranges[i];
    sx_missing_range *to = &c->ranges[c->n_ranges++];
    *to = (sx_missing_range){from->lo, from->hi, NULL};
    to->text = from->text ? sx_mem_strdup(ctx, from->text) : NULL;
    if (from->text && !to->text) return sx_error_memory(err);
  }
  return SX_OK;
}

sx_status sx_table__column_like(sx_column **out, const sx_ctx *ctx, const sx_column *like, const char *name, size_t n,
                                sx_error *err) {
  sx_column *c = NULL;
  sx_status st = SX_OK;
  SX_TRY(sx_column_new(&c, ctx, name, like->type, n, err));
  c->measure = like->measure;
  if (c->dict) {
    sx_dict_free(c->dict);
    c->dict = sx_dict_ref(like->dict);
  }
  SX_TRY_GOTO(st, replace_text(ctx, &c->label, like->label, err), done);
  SX_TRY_GOTO(st, replace_text(ctx, &c->format, like->format, err), done);
  SX_TRY_GOTO(st, copy_labels(ctx, c, like, err), done);
  SX_TRY_GOTO(st, copy_ranges(ctx, c, like, err), done);
  SX_TRY_GOTO(st, sx_column_set_order(ctx, c, (const char *const *)like->order, like->n_order, err), done);
  *out = c;
  c = NULL;
done:
  sx_column_free(ctx, c);
  return st;
}

void sx_table__copy_row(sx_column *dst, size_t to, const sx_column *src, size_t from) {
  if (sx_table__is_coded(dst->type))
    dst->data.code[to] = src->data.code[from];
  else
    dst->data.i64[to] = src->data.i64[from];
  if (dst->miss) dst->miss[to] = src->miss ? src->miss[from] : SX_MISS_NONE;
}

bool sx_column_mostly_numbers(const sx_column *column) {
  const size_t n = column->dict ? sx_dict_count(column->dict) : 0;
  size_t numbers = 0;
  for (size_t k = 0; k < n; k++) {
    size_t length = 0;
    double value = 0;
    const char *text = sx_dict_get(column->dict, (int32_t)k, &length);
    numbers += sx_text_to_double(&value, text, length);
  }
  return n > 0 && 2 * numbers >= n;
}
