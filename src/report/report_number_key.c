/* report_number_key.c: keys of printed numbers: written, read back, looked up and printed again. */
#include "shuxiao/report_number_key.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report_format.h"

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void put_style(sx_buf *out, const sx_document_number *number) {
  const sx_style *s = &number->style;
  if (!s->separators && !s->minus && !s->range && !s->missing) return;
  const bool chinese = s->range == SX_STYLE_RANGE_TO && number->chinese;
  sx_buf_printf(out, " ~%d%d%d%d", s->separators, s->minus, chinese ? 4 : s->range, s->missing);
}

void sx_number_key_put(sx_buf *out, const sx_document_number *number) {
  char text[SX_DOUBLE_TEXT_MAX];
  if (number->reference) {
    sx_buf_add(out, number->reference);
  } else if (isfinite(number->value)) {
    const size_t n = sx_text_from_double(text, number->value);
    sx_buf_add_char(out, '#');
    sx_buf_add_n(out, text, n);
  } else {
    return;
  }
  sx_buf_printf(out, " | e%d .%d", number->scale, number->decimals);
  if (number->zeros) sx_buf_printf(out, " z%d", number->zeros);
  if (number->sign) sx_buf_add(out, number->sign > 0 ? " +" : " abs");
  if (number->grouped) sx_buf_add(out, " ,");
  put_style(out, number);
  if (number->prefix && *number->prefix) sx_buf_printf(out, " %s", number->prefix);
  if (!number->reference && number->exempt) sx_buf_printf(out, " %s", number->exempt);
  sx_buf_printf(out, number->bare ? ";(%s)" : ";%s", number->unit ? number->unit : "");
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static sx_status no_key(sx_error *err, const char *text, size_t n) {
  return sx_error_set(err, SX_E_PARSE, NULL, "'%.*s' is not the key of a number: REFERENCE | e0 .0;UNIT",
                      (int)(n < 200 ? n : 200), text);
}

static bool small_int(int *out, const char *text, size_t n) {
  int64_t value;
  if (!sx_text_to_int64(&value, text, n) || value < -400 || value > 400) return false;
  *out = (int)value;
  return true;
}

static bool keep(char *out, size_t cap, const char *text, size_t n) {
  if (n >= cap || memchr(text, 0, n)) return false;
  if (n) memcpy(out, text, n);
  out[n] = '\0';
  return true;
}

static bool read_style(sx_number_key *key, const char *digits, size_t n) {
  static const char most[] = "3142";
  if (n != 4) return false;
  for (size_t i = 0; i < 4; i++) {
    if (digits[i] < '0' || digits[i] > most[i]) return false;
  }
  key->chinese = digits[2] == '4';
  key->style = (sx_style){.separators = (unsigned char)(digits[0] - '0'),
                          .minus = (unsigned char)(digits[1] - '0'),
                          .range = key->chinese ? SX_STYLE_RANGE_TO : (unsigned char)(digits[2] - '0'),
                          .missing = (unsigned char)(digits[3] - '0')};
  return true;
}

/* One word between the bar and the semicolon. */
static bool read_word(sx_number_key *key, const char *word, size_t n) {
  if (word[0] == 'e' && small_int(&key->scale, word + 1, n - 1)) return true;
  if (word[0] == '.') return small_int(&key->decimals, word + 1, n - 1) && key->decimals >= 0 && key->decimals <= 17;
  if (word[0] == 'z' && n > 1) return small_int(&key->zeros, word + 1, n - 1) && key->zeros >= 0 && key->zeros <= 30;
  if (n == 1 && *word == '+') return (key->sign = 1) != 0;
  if (n == 3 && memcmp(word, "abs", 3) == 0) return (key->sign = -1) != 0;
  if (n == 1 && *word == ',') return key->grouped = true;
  if (*word == '~') return read_style(key, word + 1, n - 1);
  if (*word == '$') return keep(key->prefix, sizeof key->prefix, word, n);
  for (size_t i = 0; i < n; i++) {
    if (word[i] < 'a' || word[i] > 'z') return false;
  }
  return keep(key->exempt, sizeof key->exempt, word, n);
}

static bool read_unit(sx_number_key *key, const char *unit, size_t n) {
  key->bare = n >= 2 && unit[0] == '(' && unit[n - 1] == ')';
  return keep(key->unit, sizeof key->unit, unit + key->bare, n - 2 * (size_t)key->bare);
}

sx_status sx_number_key_parse(sx_number_key *out, const char *text, size_t n, sx_error *err) {
  static const char bar[] = " | ", interval[] = ".interval";
  sx_number_key key = {.decimals = -1};
  size_t at = n;
  for (size_t i = 0; i + 3 <= n; i++) {
    if (memcmp(text + i, bar, 3) == 0) at = i;
  }
  const char *end = at < n ? memchr(text + at + 3, ';', n - at - 3) : NULL;
  if (!at || !end || !sx_utf8_valid(text, n, NULL) || !keep(key.reference, sizeof key.reference, text, at))
    return no_key(err, text, n);
  if (key.reference[0] == '#') key.reference[0] = '=';
  for (const char *p = text + at + 3; p < end;) {
    size_t k = 0;
    while (p + k < end && p[k] != ' ') k++;
    if (k && !read_word(&key, p, k)) return no_key(err, text, n);
    p += k + 1;
  }
  if (key.decimals < 0 || !read_unit(&key, end + 1, (size_t)(text + n - end - 1))) return no_key(err, text, n);
  const size_t k = strlen(key.reference), m = sizeof interval - 1;
  key.interval = k > m && strcmp(key.reference + k - m, interval) == 0;
  *out = key;
  return SX_OK;
}

/* ---- what the run says ------------------------------------------------------------------------------------------- */

sx_status sx_number_key_look_up(bool *found, double *value, double *high, const sx_number_key *key, sx_store *store,
                                int64_t run, sx_error *err) {
  sx_reference r;
  sx_store_row row;
  size_t n = strlen(key->reference);
  *found = false;
  *value = *high = (double)NAN;
  if (key->reference[0] == '=') {
    *found = sx_text_to_double(value, key->reference + 1, n - 1);
    return SX_OK;
  }
  if (key->interval) n -= strlen(".interval");
  if (sx_reference_parse(&r, key->reference, n, NULL) != SX_OK) return SX_OK;
  SX_TRY(sx_reference_find(found, &row, store, run, &r, err));
  if (!*found) return SX_OK;
  *value = key->interval ? row.low : sx_reference_field(&row, r.field);
  if (key->interval) *high = row.high;
  return SX_OK;
}

/* A p value is never printed as 0. The limit that it lies below; 0 for other numbers. */
static double below(const sx_number_key *key, double value) {
  if (key->interval || key->scale || key->decimals < 1 || !(value >= 0) || !strstr(key->reference, ".p_")) return 0;
  const double limit = sx_report__shift10(1, -key->decimals);
  return value < limit / 2 ? limit : 0;
}

void sx_number_key_print(sx_buf *out, const sx_number_key *key, double value, double high) {
  sx_spec spec = {.shift = key->scale,
                  .decimals = key->decimals,
                  .zeros = key->zeros,
                  .sign = key->sign,
                  .group_from_four = key->grouped,
                  .style = key->style};
  (void)snprintf(spec.prefix, sizeof spec.prefix, "%s", key->prefix);
  (void)snprintf(spec.unit, sizeof spec.unit, "%.*s",
                 (int)sx_utf8_cut(key->unit, strlen(key->unit), sizeof spec.unit - 1), key->unit);
  const double limit = below(key, value);
  if (limit > 0) sx_buf_add(out, "< ");
  sx_report__format_value(out, limit > 0 ? limit : value, &spec, key->bare);
  if (!key->interval || isnan(value)) return;
  sx_buf_add(out, sx_report__range(&key->style, key->chinese));
  sx_report__format_value(out, high, &spec, key->bare);
}
