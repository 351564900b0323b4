/* estimate_banded_cells.c: the answers of a request as intervals, equal ones once: a fit then costs as much as there are bands,
 * not cases. */
#include <stdlib.h>
#include <string.h>

#include "estimate_banded_priv.h"

enum { EB_MEMO = 256 };

typedef struct eb_build {
  sx_ctx ctx;
  const sx_banded_request *request;
  size_t rows;
  double *low, *high; /* [rows]; low NaN: no answer */
  uint32_t *order;
  eb_answers *out;
  const sx_band *memo[EB_MEMO];
} eb_build;

/* ---- one answer -------------------------------------------------------------------------------------------------- */

static sx_status case_error(const sx_column *c, size_t row, const char *what, double value, sx_error *err) {
  char text[SX_DOUBLE_TEXT_MAX];
  sx_text_from_double(text, value);
  return sx_error_set(err, SX_E_DATA, c->name, "case %zu: %s %s: amounts are 0 or more", row + 1, what, text);
}

static bool is_number(const sx_column *c) {
  return c->type == SX_NUMBER || c->type == SX_INTEGER;
}

/* Whether a code means the band: as its value or text, or by its value label. */
static bool matches(const sx_column *c, const sx_band *band, const char *text, double value) {
  double number = 0;
  const size_t n = strlen(band->code);
  if (text && strcmp(text, band->code) == 0) return true;
  if (!text && sx_text_to_double(&number, band->code, n) && number == value) return true;
  for (size_t k = 0; k < c->n_labels; k++) {
    const sx_label *l = &c->labels[k];
    if (l->tag || strcmp(l->label, band->code) != 0) continue;
    if (text ? l->text && strcmp(l->text, text) == 0 : !l->text && l->value == value) return true;
  }
  return false;
}

/* What was found is kept for small codes, so that a file is searched once per code and not once per case. */
static const sx_band *band_of(eb_build *b, const sx_column *c, size_t row) {
  const bool discrete = c->type == SX_TEXT || c->type == SX_CATEGORY;
  const sx_bands *bands = b->request->bands;
  const char *text = discrete ? sx_dict_get(c->dict, c->data.code[row], NULL) : NULL;
  const double value = discrete ? c->data.code[row] : sx_column_number(c, row);
  const bool small = value >= 0 && value < EB_MEMO && value == floor(value);
  if (small && b->memo[(size_t)value]) return b->memo[(size_t)value];
  for (size_t k = 0; k < bands->n; k++) {
    if (!matches(c, &bands->band[k], text, value)) continue;
    if (small) b->memo[(size_t)value] = &bands->band[k];
    return &bands->band[k];
  }
  return NULL;
}

static sx_status unknown_code(const eb_build *b, size_t row, sx_error *err) {
  const sx_column *c = b->request->codes;
  char text[SX_DOUBLE_TEXT_MAX] = "";
  const bool discrete = c->type == SX_TEXT || c->type == SX_CATEGORY;
  if (!discrete) sx_text_from_double(text, sx_column_number(c, row));
  return sx_error_set(err, SX_E_DATA, c->name,
                      "case %zu holds '%.60s', which no band has: add it to the bands, or as '%.20s=missing'", row + 1,
                      discrete ? sx_dict_get(c->dict, c->data.code[row], NULL) : text,
                      discrete ? sx_dict_get(c->dict, c->data.code[row], NULL) : text);
}

static sx_status limits_of(double *low, double *high, const eb_build *b, size_t i, sx_error *err) {
  const sx_column *lower = b->request->lower, *upper = b->request->upper;
  *low = *high = (double)NAN;
  if (sx_column_missing(lower, i)) {
    if (sx_column_missing(upper, i)) return SX_OK;
    *low = 0; /* at most upper */
  } else {
    *low = sx_column_number(lower, i);
  }
  *high = sx_column_missing(upper, i) ? (double)INFINITY : sx_column_number(upper, i);
  if (!(*low >= 0) || isinf(*low)) return case_error(lower, i, "the lower limit is", *low, err);
  if (!(*low <= *high))
    return sx_error_set(err, SX_E_DATA, lower->name, "case %zu: the lower limit %g lies above the upper, %g", i + 1,
                        *low, *high);
  return SX_OK;
}

static sx_status answer_of(eb_build *b, size_t i, sx_error *err) {
  const sx_banded_request *r = b->request;
  b->low[i] = b->high[i] = (double)NAN;
  if (r->exact && !sx_column_missing(r->exact, i)) {
    b->low[i] = b->high[i] = sx_column_number(r->exact, i);
    if (!(b->low[i] >= 0) || isinf(b->low[i])) return case_error(r->exact, i, "the amount is", b->low[i], err);
  } else if (r->lower) {
    SX_TRY(limits_of(&b->low[i], &b->high[i], b, i, err));
  } else if (r->codes && !sx_column_missing(r->codes, i)) {
    const sx_band *band = band_of(b, r->codes, i);
    if (!band) return unknown_code(b, i, err);
    b->low[i] = band->low;
    b->high[i] = band->high;
  }
  return SX_OK;
}

/* ---- distinct ones ----------------------------------------------------------------------------------------------- */

static int compare(const eb_build *b, uint32_t x, uint32_t y) {
  if (b->low[x] != b->low[y]) return b->low[x] < b->low[y] ? -1 : 1;
  if (b->high[x] != b->high[y]) return b->high[x] < b->high[y] ? -1 : 1;
  return x < y ? -1 : x > y;
}

static void sift(const eb_build *b, size_t root, size_t n) {
  uint32_t *o = b->order;
  for (size_t child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && compare(b, o[child], o[child + 1]) < 0) child++;
    if (compare(b, o[root], o[child]) >= 0) return;
    const uint32_t t = o[root];
    o[root] = o[child];
    o[child] = t;
  }
}

/* Heapsort: no allocation and no state of its own. */
static void sort_order(const eb_build *b, size_t n) {
  for (size_t k = n / 2; k-- > 0;) sift(b, k, n);
  for (size_t k = n; k-- > 1;) {
    const uint32_t t = b->order[0];
    b->order[0] = b->order[k];
    b->order[k] = t;
    sift(b, 0, k);
  }
}

static sx_status make_cells(eb_build *b, sx_error *err) {
  eb_answers *o = b->out;
  size_t n = 0;
  for (size_t i = 0; i < b->rows; i++)
    if (!isnan(b->low[i])) b->order[n++] = (uint32_t)i;
  sort_order(b, n);
  for (size_t k = 0; k < n; k++) {
    const uint32_t i = b->order[k], last = k ? b->order[k - 1] : 0;
    o->n += k == 0 || b->low[i] != b->low[last] || b->high[i] != b->high[last];
    o->cell[i] = (uint32_t)(o->n - 1);
  }
  o->low = sx_mem_alloc(&b->ctx, o->n, sizeof *o->low);
  o->high = sx_mem_alloc(&b->ctx, o->n, sizeof *o->high);
  o->band = sx_mem_alloc(&b->ctx, o->n, sizeof *o->band);
  if (!o->low || !o->high || !o->band) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    const uint32_t i = b->order[k];
    o->low[o->cell[i]] = b->low[i];
    o->high[o->cell[i]] = b->high[i];
  }
  return SX_OK;
}

/* ---- bands ------------------------------------------------------------------------------------------------------- */

static sx_status add_band(eb_answers *o, const char *code, double low, double high, sx_error *err) {
  char text[80], a[SX_DOUBLE_TEXT_MAX], z[SX_DOUBLE_TEXT_MAX];
  if (!code) {
    sx_text_from_double(a, low);
    sx_text_from_double(z, high);
    size_t n = strlen(a);
    memcpy(text, a, n);
    text[n++] = '.';
    text[n++] = '.';
    memcpy(text + n, isinf(high) ? "" : z, isinf(high) ? 1 : strlen(z) + 1);
  }
  char *copy = sx_mem_strdup(&o->ctx, code ? code : text);
  if (!copy) return sx_error_memory(err);
  o->bands[o->n_bands++] = (sx_band){copy, low, high};
  return SX_OK;
}

/* Those declared, or the distinct intervals where they stand side by side. */
static sx_status find_bands(eb_build *b, sx_error *err) {
  eb_answers *o = b->out;
  const sx_bands *declared = b->request->lower ? NULL : b->request->codes ? b->request->bands : NULL;
  const size_t most = declared ? declared->n : o->n;
  size_t n = 0;
  double end = 0;
  if (!declared) {
    for (size_t k = 0; k < o->n; k++) {
      if (o->low[k] == o->high[k]) continue;
      if (n && o->low[k] != end) return SX_OK; /* overlapping or apart: no bands */
      end = o->high[k];
      n++;
    }
    if (n > EB_MAX_BANDS) return SX_OK;
  } else if (most > EB_MAX_BANDS) {
    return sx_error_set(err, SX_E_LIMIT, "bands", "%zu bands are more than %d", most, EB_MAX_BANDS);
  }
  o->bands = sx_mem_alloc(&b->ctx, most, sizeof *o->bands);
  if (!o->bands) return sx_error_memory(err);
  for (size_t k = 0; k < most; k++) {
    const double low = declared ? declared->band[k].low : o->low[k],
                 high = declared ? declared->band[k].high : o->high[k];
    if (low < high) SX_TRY(add_band(o, declared ? declared->band[k].code : NULL, low, high, err));
  }
  return SX_OK;
}

static void place_cells(eb_answers *o, bool below) {
  for (size_t k = 0; k < o->n; k++) {
    o->band[k] = -1;
    if (!(o->high[k] > 0)) continue;
    for (size_t j = 0; j < o->n_bands; j++) {
      const double low = o->low[k], high = o->high[k], from = o->bands[j].low, to = o->bands[j].high;
      const bool exact = low == high, on_limit = below ? low > from && high <= to : low >= from && high < to;
      if (exact ? on_limit : low >= from && high <= to) o->band[k] = (int32_t)j;
    }
  }
}

static sx_status check_columns(const sx_banded_request *r, size_t rows, sx_error *err) {
  const sx_column *const all[] = {r->codes, r->lower, r->upper, r->exact};
  for (size_t k = 0; k < 4; k++) {
    if (!all[k]) continue;
    if (all[k]->n != rows)
      return sx_error_set(err, SX_E_ARGUMENT, all[k]->name, "the variable has %zu cases, the design %zu", all[k]->n,
                          rows);
    if (k > 0 && !is_number(all[k]))
      return sx_error_set(err, SX_E_ARGUMENT, all[k]->name, "it is %s: amounts and limits are numbers",
                          sx_type_name(all[k]->type));
  }
  if (!r->lower != !r->upper)
    return sx_error_set(err, SX_E_ARGUMENT, (r->lower ? r->lower : r->upper)->name,
                        "limits need two variables, a lower and an upper");
  if (r->codes && r->lower)
    return sx_error_set(err, SX_E_ARGUMENT, r->codes->name, "an amount has codes of bands, or limits, not both");
  if (r->codes && !r->bands)
    return sx_error_set(err, SX_E_ARGUMENT, r->codes->name, "its codes need bands that say what they stand for");
  if (r->codes && (r->codes->type == SX_DATE || r->codes->type == SX_PERIOD))
    return sx_error_set(err, SX_E_ARGUMENT, r->codes->name, "it is %s: bands are of codes",
                        sx_type_name(r->codes->type));
  if (!r->codes && !r->lower && !r->exact)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the fit needs codes with bands, limits, or exact amounts");
  return SX_OK;
}

sx_status sx_estimate__eb_answers(eb_answers *out, const sx_ctx *ctx, size_t rows, const sx_banded_request *request,
                                  sx_error *err) {
  memset(out, 0, sizeof *out);
  out->ctx = *ctx;
  SX_TRY(check_columns(request, rows, err));
  if (rows > UINT32_MAX) return sx_error_set(err, SX_E_LIMIT, NULL, "%zu cases are too many", rows);
  eb_build b = {.ctx = *ctx, .request = request, .rows = rows, .out = out};
  sx_status st = SX_OK;
  const sx_column *named = request->codes ? request->codes : request->lower ? request->lower : request->exact;
  b.low = sx_mem_alloc(ctx, rows, sizeof *b.low);
  b.high = sx_mem_alloc(ctx, rows, sizeof *b.high);
  b.order = sx_mem_alloc(ctx, rows, sizeof *b.order);
  out->cell = sx_mem_zalloc(ctx, rows, sizeof *out->cell);
  out->known = (sx_column){.name = named->name, .type = SX_NUMBER, .n = rows};
  out->known.miss = sx_mem_zalloc(ctx, rows, 1);
  if (!b.low || !b.high || !b.order || !out->cell || !out->known.miss) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; st == SX_OK && i < rows; i++) {
    st = answer_of(&b, i, err);
    out->known.miss[i] = st == SX_OK && isnan(b.low[i]) ? SX_MISS_SYSTEM : SX_MISS_NONE;
  }
  if (st != SX_OK) goto done;
  SX_TRY_GOTO(st, make_cells(&b, err), done);
  SX_TRY_GOTO(st, find_bands(&b, err), done);
  place_cells(out, request->codes && request->bands->limit_below);
done:
  sx_mem_free(ctx, b.low);
  sx_mem_free(ctx, b.high);
  sx_mem_free(ctx, b.order);
  if (st != SX_OK) sx_estimate__eb_answers_clear(out);
  return st;
}

void sx_estimate__eb_answers_clear(eb_answers *a) {
  sx_mem_free(&a->ctx, a->low);
  sx_mem_free(&a->ctx, a->high);
  sx_mem_free(&a->ctx, a->band);
  sx_mem_free(&a->ctx, a->cell);
  sx_mem_free(&a->ctx, a->known.miss);
  for (size_t k = 0; k < a->n_bands; k++) sx_mem_free(&a->ctx, a->bands[k].code);
  sx_mem_free(&a->ctx, a->bands);
  memset(a, 0, sizeof *a);
}
