/* estimate_banded_bands.c: what the codes of a banded answer stand for, from a line of text or from value labels. */
#include <stdio.h>
#include <string.h>

#include "estimate_banded_priv.h"

/* ---- a list of bands --------------------------------------------------------------------------------------------- */

static sx_status bands_new(sx_bands **out, const sx_ctx *ctx, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  sx_bands *b = sx_mem_zalloc(ctx, 1, sizeof *b);
  if (!b) return sx_error_memory(err);
  b->ctx = ctx ? *ctx : plain;
  *out = b;
  return SX_OK;
}

void sx_bands_free(sx_bands *bands) {
  if (!bands) return;
  const sx_ctx ctx = bands->ctx;
  for (size_t k = 0; k < bands->n; k++) sx_mem_free(&ctx, bands->band[k].code);
  sx_mem_free(&ctx, bands->band);
  sx_mem_free(&ctx, bands);
}

static sx_status add_band(sx_bands *b, size_t *cap, const char *code, size_t n, double low, double high,
                          sx_error *err) {
  if (!sx_mem_grow(&b->ctx, (void **)&b->band, cap, b->n + 1, sizeof *b->band)) return sx_error_memory(err);
  char *copy = sx_mem_strndup(&b->ctx, code, n);
  if (!copy) return sx_error_memory(err);
  b->band[b->n++] = (sx_band){copy, low, high};
  return SX_OK;
}

static bool before(const sx_band *a, const sx_band *b) {
  if (isnan(a->low) || isnan(b->low)) return !isnan(a->low) && isnan(b->low);
  return a->low < b->low || (a->low == b->low && a->high < b->high);
}

/* By insertion: the order of equals stays. */
static void sort_bands(sx_bands *b) {
  for (size_t k = 1; k < b->n; k++)
    for (size_t j = k; j > 0 && before(&b->band[j], &b->band[j - 1]); j--) {
      const sx_band t = b->band[j];
      b->band[j] = b->band[j - 1];
      b->band[j - 1] = t;
    }
}

static void text_of(char out[80], const sx_band *band) {
  char low[SX_DOUBLE_TEXT_MAX], high[SX_DOUBLE_TEXT_MAX];
  sx_text_from_double(low, band->low);
  sx_text_from_double(high, band->high);
  if (isinf(band->high))
    snprintf(out, 80, "%s..", low);
  else if (band->low == band->high)
    snprintf(out, 80, "%s", low);
  else
    snprintf(out, 80, "%s..%s", low, high);
}

static sx_status check_pair(const sx_band *last, const sx_band *band, sx_error *err) {
  char a[80], b[80];
  text_of(a, last);
  text_of(b, band);
  if (band->low < last->high)
    return sx_error_set(err, SX_E_ARGUMENT, "bands", "%s=%s and %s=%s overlap: an amount belongs to one band",
                        last->code, a, band->code, b);
  if (band->low > last->high)
    return sx_error_set(err, SX_E_ARGUMENT, "bands",
                        "%s=%s and %s=%s leave a gap: let the one end where the other begins", last->code, a,
                        band->code, b);
  return SX_OK;
}

/* The list in order, every code once, the intervals one beside the other. */
static sx_status check_bands(sx_bands *b, sx_error *err) {
  const sx_band *last = NULL;
  sort_bands(b);
  for (size_t k = 0; k < b->n; k++) {
    const sx_band *band = &b->band[k];
    for (size_t j = 0; j < k; j++)
      if (strcmp(b->band[j].code, band->code) == 0)
        return sx_error_set(err, SX_E_ARGUMENT, "bands", "the code '%s' is given twice", band->code);
    if (isnan(band->low)) continue;
    if (band->low < 0 || isinf(band->low))
      return sx_error_set(err, SX_E_ARGUMENT, "bands", "the code '%s' begins at %g: amounts are 0 or more", band->code,
                          band->low);
    if (band->low > band->high)
      return sx_error_set(err, SX_E_ARGUMENT, "bands", "the code '%s' has the lower limit %g above the upper, %g",
                          band->code, band->low, band->high);
    if (band->low == band->high) continue;
    if (last) SX_TRY(check_pair(last, band, err));
    last = band;
  }
  if (!last) return sx_error_set(err, SX_E_ARGUMENT, "bands", "none of them is an interval, as in 2=0..100");
  return SX_OK;
}

/* ---- "1=0, 2=0..100, 3=100.., 9=missing" ------------------------------------------------------------------------- */

static void trim(const char **text, size_t *n) {
  while (*n > 0 && (**text == ' ' || **text == '\t')) {
    ++*text;
    --*n;
  }
  while (*n > 0 && ((*text)[*n - 1] == ' ' || (*text)[*n - 1] == '\t')) --*n;
}

static bool number_of(double *out, const char *text, size_t n) {
  trim(&text, &n);
  return n > 0 && sx_text_to_double(out, text, n) && isfinite(*out);
}

static bool limits_of(double *low, double *high, const char *text, size_t n) {
  trim(&text, &n);
  *low = *high = (double)NAN;
  if (n == 7 && memcmp(text, "missing", 7) == 0) return true;
  for (size_t i = 0; i + 1 < n; i++) {
    if (text[i] != '.' || text[i + 1] != '.') continue;
    const char *rest = text + i + 2;
    size_t left = n - i - 2;
    trim(&rest, &left);
    *high = (double)INFINITY;
    return number_of(low, text, i) && (left == 0 || number_of(high, rest, left));
  }
  if (!number_of(low, text, n)) return false;
  *high = *low;
  return true;
}

static sx_status parse_piece(sx_bands *b, size_t *cap, const char *piece, size_t n, sx_error *err) {
  size_t equals = n;
  for (size_t i = 0; i < n; i++)
    if (piece[i] == '=') equals = i;
  const char *code = piece;
  size_t n_code = equals;
  double low = 0, high = 0;
  trim(&code, &n_code);
  if (equals == n || n_code == 0 || !limits_of(&low, &high, piece + equals + 1, n - equals - 1))
    return sx_error_set(err, SX_E_PARSE, "bands",
                        "'%.*s' is no band: write CODE=0, CODE=100..500, CODE=500.. or CODE=missing",
                        (int)(n < 60 ? n : 60), piece);
  return add_band(b, cap, code, n_code, low, high, err);
}

sx_status sx_bands_parse(sx_bands **out, const sx_ctx *ctx, const char *text, sx_error *err) {
  sx_bands *b = NULL;
  size_t cap = 0;
  SX_TRY(bands_new(&b, ctx, err));
  sx_status st = SX_OK;
  for (const char *at = text; st == SX_OK; at++) {
    const size_t n = strcspn(at, ",;");
    const char *piece = at;
    size_t length = n;
    trim(&piece, &length);
    if (length > 0) st = parse_piece(b, &cap, piece, length, err);
    at += n;
    if (!*at) break;
  }
  if (st == SX_OK) st = check_bands(b, err);
  if (st == SX_OK)
    *out = b;
  else
    sx_bands_free(b);
  return st;
}

/* ---- "1-99", "under 100", "5000+" -------------------------------------------------------------------------------- */

/* The numbers of a label, thousands with or without commas; at most three are looked for. */
static size_t numbers_of(double value[3], const char *label) {
  size_t found = 0;
  for (const char *at = label; *at && found < 3;) {
    if (*at < '0' || *at > '9') {
      at++;
      continue;
    }
    char digits[40];
    size_t n = 0;
    while (*at && n + 1 < sizeof digits) {
      const bool digit = *at >= '0' && *at <= '9', next = at[1] >= '0' && at[1] <= '9';
      if (!digit && !(*at == '.' && next) && !(*at == ',' && next)) break;
      if (*at != ',') digits[n++] = *at;
      at++;
    }
    if (!sx_text_to_double(&value[found], digits, n)) return 0;
    found++;
  }
  return found;
}

static bool has_word(const char *label, const char *const *words) {
  for (; *words; words++)
    if (strstr(label, *words)) return true;
  return false;
}

/* A label without a number: nothing spent, or no answer. */
static bool word_label(double *low, double *high, const char *label) {
  static const char *const zero[] = {"othing", "None",   "none",   "没有花", "没花",   "未花",
                                     "无支出", "无消费", "无收入", "未支出", "未消费", NULL};
  static const char *const no_answer[] = {"efus", "nswer", "say",  "now",  "Missing", "missing",
                                          "拒",   "不清",  "不知", "未答", "无回答",  NULL};
  *low = *high = has_word(label, zero) ? 0 : (double)NAN;
  return has_word(label, zero) || has_word(label, no_answer);
}

static sx_status read_label(double *low, double *high, const char *code, const char *label, sx_error *err) {
  static const char *const open[] = {"+",     "more",   "More", "over",   "Over", "above", "Above",
                                     "least", "higher", ">",    "\u2265", "以上", "超过",  NULL};
  static const char *const under[] = {"under", "Under", "less",   "Less", "below", "Below", "up to",
                                      "Up to", "<",     "\u2264", "以下", "以内",  "不足",  NULL};
  double value[3];
  const size_t n = numbers_of(value, label);
  *low = *high = (double)NAN;
  if (n == 0 && label[strcspn(label, "0123456789")] == '\0' && word_label(low, high, label)) return SX_OK;
  if (n == 2) {
    *low = value[0];
    *high = value[1];
    return SX_OK;
  }
  if (n == 1 && has_word(label, open)) {
    *low = value[0];
    *high = (double)INFINITY;
    return SX_OK;
  }
  if (n == 1 && (value[0] == 0 || has_word(label, under))) {
    *low = 0;
    *high = value[0];
    return SX_OK;
  }
  return sx_error_set(
      err, SX_E_DATA, NULL,
      "the label '%.60s' of code '%.20s' spells no band, as '100-499', 'under 100', '5000+', '0' and 'nothing' "
      "do: say what the codes stand for, as in '%.20s=100..500' or '%.20s=missing'",
      label, code, code, code);
}

static sx_status add_label(sx_bands *b, size_t *cap, const char *code, const char *label, sx_error *err) {
  double low = 0, high = 0;
  SX_TRY(read_label(&low, &high, code, label, err));
  return add_band(b, cap, code, strlen(code), low, high, err);
}

static sx_status labels_of(sx_bands *b, const sx_column *c, sx_error *err) {
  size_t cap = 0;
  const bool text = c->type == SX_TEXT || c->type == SX_CATEGORY;
  for (size_t k = 0; k < c->n_labels; k++) {
    const sx_label *l = &c->labels[k];
    char code[SX_DOUBLE_TEXT_MAX];
    if (sx_column_missing_label(c, l)) continue; /* no answer whatever it is called */
    if (!l->text) sx_text_from_double(code, l->value);
    SX_TRY(add_label(b, &cap, l->text ? l->text : code, l->label, err));
  }
  for (size_t k = 0; text && c->n_labels == 0 && k < sx_dict_count(c->dict); k++) {
    const char *level = sx_dict_get(c->dict, (int32_t)k, NULL);
    SX_TRY(add_label(b, &cap, level, level, err));
  }
  if (b->n == 0)
    return sx_error_set(err, SX_E_DATA, NULL,
                        "it has no value labels that say what its codes stand for: give the bands");
  return SX_OK;
}

/* How many times ten goes into a whole number: 100 is rounder than 99 and 101. */
static int roundness(double x) {
  int n = 0;
  for (double y = x; y != 0 && fmod(y, 10) == 0 && n < 15; y /= 10) n++;
  return n;
}

/* "1-99" beside "100-499", and "1-100" beside "101-499", meet at 100; "1-99" beside "0" begins there. */
static void close_gaps(sx_bands *b) {
  sort_bands(b);
  for (size_t k = 0; k + 1 < b->n; k++) {
    sx_band *band = &b->band[k], *next = &b->band[k + 1];
    const double gap = next->low - band->high;
    if (!(gap > 0 && gap <= 1)) continue;
    const bool point = band->low == band->high;
    if (!point && roundness(band->high) > roundness(next->low)) b->limit_below = true;
    if (point ? band->low == 0 : roundness(band->high) > roundness(next->low))
      next->low = band->high;
    else if (band->low < band->high)
      band->high = next->low;
  }
}

sx_status sx_bands_of_labels(sx_bands **out, const sx_ctx *ctx, const sx_column *column, sx_error *err) {
  sx_bands *b = NULL;
  SX_TRY(bands_new(&b, ctx, err));
  sx_status st = labels_of(b, column, err);
  if (st == SX_OK) {
    close_gaps(b);
    st = check_bands(b, err);
  }
  if (st == SX_OK) {
    *out = b;
  } else {
    sx_error_add_where(err, "%s", column->name);
    sx_bands_free(b);
  }
  return st;
}
