/* design_index.c: columns into codes and numbers: strata, PSUs, weights. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "design_priv.h"

static uint64_t mix(uint64_t x) { /* the finaliser of SplitMix64: Steele, Lea & Flood (2014) */
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9U;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/* Distinct values give distinct keys within one column. */
static uint64_t value_key(const sx_column *column, size_t row) {
  switch (column->type) {
  case SX_NUMBER: {
    const double x = column->data.f64[row] + 0.0; /* -0 becomes 0 */
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
  }
  case SX_CATEGORY:
  case SX_TEXT:
    return (uint64_t)(uint32_t)column->data.code[row];
  case SX_INTEGER:
  case SX_DATE:
  case SX_PERIOD:
    break;
  }
  return (uint64_t)column->data.i64[row];
}

void sx_design__value_text(char out[DESIGN_VALUE_TEXT], const sx_column *column, size_t row) {
  char number[SX_DOUBLE_TEXT_MAX];
  switch (column->type) {
  case SX_NUMBER:
    (void)sx_text_from_double(number, column->data.f64[row]);
    (void)snprintf(out, DESIGN_VALUE_TEXT, "%s", number);
    return;
  case SX_CATEGORY:
  case SX_TEXT: {
    size_t n = 0;
    const char *text = sx_dict_get(column->dict, column->data.code[row], &n);
    (void)snprintf(out, DESIGN_VALUE_TEXT, "%.*s", (int)sx_utf8_cut(text, n, DESIGN_VALUE_TEXT - 1), text);
    return;
  }
  case SX_INTEGER:
  case SX_DATE:
  case SX_PERIOD:
    break;
  }
  (void)snprintf(out, DESIGN_VALUE_TEXT, "%" PRId64, column->data.i64[row]);
}

typedef struct slot {
  uint64_t key;
  int32_t within, code; /* code -1: empty */
} slot;

sx_status sx_design__index(design_index *out, const sx_ctx *ctx, const sx_column *column, const int32_t *within,
                           const char *what, sx_error *err) {
  sx_status st = SX_OK;
  const size_t n = column->n;
  design_index index = {*ctx, NULL, NULL, 0};
  size_t cap = 16, first_cap = 0;
  while (cap < n * 2) cap *= 2;
  slot *slots = sx_mem_alloc(ctx, cap, sizeof *slots);
  index.code = sx_mem_alloc(ctx, n, sizeof *index.code);
  if (!slots || !index.code) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < cap; i++) slots[i].code = -1;
  for (size_t i = 0; i < n; i++) {
    if (sx_column_missing(column, i) ||
        ((column->type == SX_CATEGORY || column->type == SX_TEXT) && column->data.code[i] < 0)) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%s: case %zu", column->name, i + 1);
      st = sx_error_set(err, SX_E_DATA, where, "the %s is missing: every case needs one, also those outside a domain",
                        what);
      goto done;
    }
    const uint64_t key = value_key(column, i);
    const int32_t in = within ? within[i] : 0;
    size_t k = (size_t)mix(key ^ mix((uint64_t)(uint32_t)in + 0x9e3779b97f4a7c15U)) & (cap - 1);
    while (slots[k].code >= 0 && (slots[k].key != key || slots[k].within != in)) k = (k + 1) & (cap - 1);
    if (slots[k].code < 0) {
      if (!sx_mem_grow(ctx, (void **)&index.first, &first_cap, index.n + 1, sizeof *index.first)) {
        st = sx_error_memory(err);
        goto done;
      }
      slots[k].key = key;
      slots[k].within = in;
      slots[k].code = (int32_t)index.n;
      index.first[index.n++] = i;
    }
    index.code[i] = slots[k].code;
  }
  *out = index;
  index.code = NULL;
  index.first = NULL;
done:
  sx_mem_free(ctx, slots);
  sx_design__index_clear(&index);
  return st;
}

void sx_design__index_clear(design_index *index) {
  sx_mem_free(&index->ctx, index->code);
  sx_mem_free(&index->ctx, index->first);
  index->code = NULL;
  index->first = NULL;
}

/* The first value of a text that is no finite number: Inf, NaN and 1e400 make a column a text. */
static sx_status text_for_number(const sx_column *column, const char *what, sx_error *err) {
  if (column->type == SX_TEXT || column->type == SX_CATEGORY)
    for (size_t i = 0; i < column->n; i++) {
      if (sx_column_missing(column, i)) continue;
      double x = 0;
      size_t n = 0;
      const char *text = sx_dict_get(column->dict, column->data.code[i], &n);
      if (sx_text_to_double(&x, text, n) && isfinite(x)) continue;
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%s: case %zu", column->name, i + 1);
      return sx_error_set(
          err, SX_E_ARGUMENT, where,
          "the %s is '%.40s', which is not a finite number: give every case a finite number of 0 or more", what, text);
    }
  return sx_error_set(err, SX_E_ARGUMENT, column->name, "the %s is %s, a number is needed", what,
                      sx_type_name(column->type));
}

sx_status sx_design__read_weights(double *out, const sx_column *column, bool zero_missing, bool negative,
                                  const char *what, sx_error *err) {
  if (column->type != SX_NUMBER && column->type != SX_INTEGER) return text_for_number(column, what, err);
  for (size_t i = 0; i < column->n; i++) {
    const bool missing = sx_column_missing(column, i);
    const double x = missing ? 0 : column->type == SX_NUMBER ? column->data.f64[i] : (double)column->data.i64[i];
    const char *fault = missing && !zero_missing ? "missing"
                        : !isfinite(x)           ? "not finite"
                        : x < 0 && !negative     ? "negative"
                                                 : NULL;
    if (fault) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%s: case %zu", column->name, i + 1);
      return sx_error_set(err, SX_E_DATA, where, "the %s is %s: give every case a finite number of 0 or more", what,
                          fault);
    }
    out[i] = x;
  }
  return SX_OK;
}
