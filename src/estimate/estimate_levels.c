/* estimate_levels.c: the levels of a discrete column: declared levels of a category, observed ones of a text, observed values else; in the order of
 * table_order.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "estimate_priv.h"
#include "shuxiao/table_order.h"

void sx_estimate__free_texts(const sx_ctx *ctx, char **texts, size_t n) {
  for (size_t k = 0; texts && k < n; k++) sx_mem_free(ctx, texts[k]);
  sx_mem_free(ctx, texts);
}

static bool has_dict(const sx_column *c) {
  return c->type == SX_CATEGORY || c->type == SX_TEXT;
}

/* Distinct observed values ascending, found by binary insertion. */
static sx_status distinct_values(double *values, size_t *n, const sx_column *c, sx_error *err) {
  *n = 0;
  double last = (double)NAN;
  for (size_t i = 0; i < c->n; i++) {
    if (sx_column_missing(c, i)) continue;
    const double x = sx_column_number(c, i) + 0.0;
    if (x == last) continue;
    if (!isfinite(x)) return sx_error_set(err, SX_E_DATA, c->name, "case %zu is not finite", i + 1);
    last = x;
    size_t lo = 0, hi = *n;
    while (lo < hi) {
      const size_t mid = (lo + hi) / 2;
      if (values[mid] < x)
        lo = mid + 1;
      else
        hi = mid;
    }
    if (lo < *n && values[lo] == x) continue;
    if (*n == EST_MAX_LEVELS)
      return sx_error_set(err, SX_E_ARGUMENT, c->name,
                          "more than %d distinct values: a proportion needs a discrete variable, group it first",
                          (int)EST_MAX_LEVELS);
    memmove(values + lo + 1, values + lo, (*n - lo) * sizeof *values);
    values[lo] = x;
    (*n)++;
  }
  return SX_OK;
}

static size_t value_text(char out[SX_DOUBLE_TEXT_MAX], const sx_column *c, double value) {
  switch (c->type) {
  case SX_DATE:
    return sx_date_text(out, (int64_t)value);
  case SX_PERIOD:
    return sx_period_text(out, (int64_t)value);
  case SX_NUMBER:
  case SX_INTEGER:
  case SX_CATEGORY:
  case SX_TEXT:
    break;
  }
  return sx_text_from_double(out, value);
}

static sx_status number_levels(int32_t *level, size_t *n, char ***text, char ***label, const sx_ctx *ctx,
                               const sx_column *c, sx_error *err) {
  sx_status st = SX_OK;
  double *values = sx_mem_alloc(ctx, EST_MAX_LEVELS, sizeof *values);
  char **texts = NULL, **labels = NULL;
  size_t k = 0;
  if (!values) return sx_error_memory(err);
  SX_TRY_GOTO(st, distinct_values(values, &k, c, err), done);
  texts = sx_mem_zalloc(ctx, k, sizeof *texts);
  labels = sx_mem_zalloc(ctx, k, sizeof *labels);
  if (!texts || !labels) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t v = 0; v < k; v++) {
    char buffer[SX_DOUBLE_TEXT_MAX];
    (void)value_text(buffer, c, values[v]);
    const char *known = sx_column_value_label(c, values[v]);
    texts[v] = sx_mem_strdup(ctx, buffer);
    labels[v] = sx_mem_strdup(ctx, known ? known : buffer);
    if (!texts[v] || !labels[v]) {
      st = sx_error_memory(err);
      goto done;
    }
  }
  for (size_t i = 0; i < c->n; i++) {
    level[i] = -1;
    if (sx_column_missing(c, i)) continue;
    const double x = sx_column_number(c, i);
    size_t lo = 0, hi = k;
    while (lo < hi) {
      const size_t mid = (lo + hi) / 2;
      if (values[mid] < x)
        lo = mid + 1;
      else
        hi = mid;
    }
    level[i] = (int32_t)lo;
  }
  *n = k;
  *text = texts;
  *label = labels;
  texts = labels = NULL;
done:
  sx_estimate__free_texts(ctx, texts, k);
  sx_estimate__free_texts(ctx, labels, k);
  sx_mem_free(ctx, values);
  return st;
}

static const char *text_label(const sx_column *c, const char *text) {
  for (size_t k = 0; k < c->n_labels; k++)
    if (c->labels[k].text && strcmp(c->labels[k].text, text) == 0) return c->labels[k].label;
  return text;
}

/* to[code]: level of each dictionary code, or -1: declared levels all, texts where they occur unmissing. */
static size_t dict_order(int32_t *to, size_t codes, const sx_column *c) {
  size_t n = 0;
  for (size_t k = 0; k < codes; k++) to[k] = c->type == SX_CATEGORY ? (int32_t)n++ : -1;
  for (size_t i = 0; c->type == SX_TEXT && i < c->n; i++) {
    const int32_t code = c->data.code[i];
    if (code >= 0 && !sx_column_missing(c, i)) to[code] = 0;
  }
  for (size_t k = 0; c->type == SX_TEXT && k < codes; k++)
    if (to[k] >= 0) to[k] = (int32_t)n++;
  return n;
}

static sx_status dict_levels(int32_t *level, size_t *n, char ***text, char ***label, const sx_ctx *ctx,
                             const sx_column *c, sx_error *err) {
  sx_status st = SX_OK;
  const size_t codes = sx_dict_count(c->dict);
  char **texts = NULL, **labels = NULL;
  int32_t *to = sx_mem_alloc(ctx, codes, sizeof *to);
  if (!to) return sx_error_memory(err);
  const size_t k = dict_order(to, codes, c);
  if (k > EST_MAX_LEVELS) {
    st = sx_error_set(err, SX_E_ARGUMENT, c->name, "%zu levels are more than %d: group the variable first", k,
                      (int)EST_MAX_LEVELS);
    goto done;
  }
  texts = sx_mem_zalloc(ctx, k, sizeof *texts);
  labels = sx_mem_zalloc(ctx, k, sizeof *labels);
  if (!texts || !labels) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t code = 0; code < codes; code++) {
    if (to[code] < 0) continue;
    const char *t = sx_dict_get(c->dict, (int32_t)code, NULL);
    texts[to[code]] = sx_mem_strdup(ctx, t);
    labels[to[code]] = sx_mem_strdup(ctx, text_label(c, t));
    if (!texts[to[code]] || !labels[to[code]]) {
      st = sx_error_memory(err);
      goto done;
    }
  }
  for (size_t i = 0; i < c->n; i++)
    level[i] = c->data.code[i] < 0 || sx_column_missing(c, i) ? -1 : to[c->data.code[i]];
  *n = k;
  *text = texts;
  *label = labels;
  texts = labels = NULL;
done:
  sx_estimate__free_texts(ctx, texts, texts ? k : 0);
  sx_estimate__free_texts(ctx, labels, labels ? k : 0);
  sx_mem_free(ctx, to);
  return st;
}

/* Levels [n] into the order in which they are shown. */
static sx_status order_levels(int32_t *level, size_t n, char **text, char **label, const sx_ctx *ctx,
                              const sx_column *c, sx_error *err) {
  if (n < 2 || (c->type != SX_TEXT && !c->n_order)) return SX_OK;
  char **room = sx_mem_alloc(ctx, 2 * n, sizeof *room);
  size_t *order = sx_mem_alloc(ctx, n, sizeof *order);
  int32_t *place = sx_mem_alloc(ctx, n, sizeof *place);
  sx_status st = room && order && place ? SX_OK : sx_error_memory(err);
  if (st == SX_OK) st = sx_level_order(order, ctx, c, (const char *const *)text, n, err);
  if (st == SX_OK) {
    memcpy(room, text, n * sizeof *room);
    memcpy(room + n, label, n * sizeof *room);
    for (size_t i = 0; i < n; i++) {
      place[order[i]] = (int32_t)i;
      text[i] = room[order[i]];
      label[i] = room[n + order[i]];
    }
    for (size_t i = 0; i < c->n; i++)
      if (level[i] >= 0) level[i] = place[level[i]];
  }
  sx_mem_free(ctx, room);
  sx_mem_free(ctx, order);
  sx_mem_free(ctx, place);
  return st;
}

sx_status sx_estimate__levels(int32_t *level, size_t *n, char ***text, char ***label, const sx_ctx *ctx,
                              const sx_column *c, sx_error *err) {
  char **texts = NULL, **labels = NULL;
  size_t k = 0;
  SX_TRY(has_dict(c) ? dict_levels(level, &k, &texts, &labels, ctx, c, err)
                     : number_levels(level, &k, &texts, &labels, ctx, c, err));
  const sx_status st = order_levels(level, k, texts, labels, ctx, c, err);
  if (st != SX_OK) {
    sx_estimate__free_texts(ctx, texts, k);
    sx_estimate__free_texts(ctx, labels, k);
    return st;
  }
  *n = k;
  *text = texts;
  *label = labels;
  return SX_OK;
}
