/* report_format.c: formats of numbers. A value is scaled on its shortest decimal text, rounded once, grouped, and given the
 * unit of the language. A scale word of one language becomes the nearest one of the other with the resolution kept: 9.57亿 is
 * 957 million. */
#include "report_format.h"

#include <math.h>
#include <string.h>

enum {
  DECIMALS_MAX = 12,
  AUTO_DIGITS =
      3, /* of the greatest number, where a format is automatic: as many as a relative error of a per cent leaves */
  AUTO_LEAST = 2, /* of the least, an error mostly, */
  AUTO_MORE = 4   /* while that makes no more digits of the greatest than these beyond its own */
};

static const struct {
  const char *text;
  int exponent;
  bool chinese;
} scales[] = {/* longest first */
              {"万亿", 12, true},    {"百万", 6, true},     {"亿", 8, true},
              {"万", 4, true},       {"千", 3, true},       {"trillion", 12, false},
              {"billion", 9, false}, {"million", 6, false}, {"thousand", 3, false}};

static const struct {
  const char *zh, *en;
} nouns[] = {{"人", "people"},  {"元", "yuan"},  {"美元", "dollars"}, {"户", "households"},      {"次", "times"},
             {"件", "items"},   {"个", "units"}, {"家", "firms"},     {"岁", "years"},           {"人次", "visits"},
             {"小时", "hours"}, {"天", "days"},  {"分钟", "minutes"}, {"元/人", "yuan per head"}};

static const char *const unit_names[] = {"亿人",    "亿元",    "亿",         "万亿元",    "万亿",      "万人",   "万元",
                                         "万",      "billion", "million",    "trillion",  "thousand",  "%",      "pp",
                                         "百分点",  "plain",   "yuan",       "元",        "人",        "people", "美元",
                                         "dollars", "户",      "households", "unit:none", "sign:none", "auto"};

double sx_report__shift10(double value, int k) {
  char text[SX_DOUBLE_TEXT_MAX + 16];
  if (!isfinite(value) || k == 0) return value;
  size_t n = sx_text_from_double(text, value);
  const char *e = memchr(text, 'e', n);
  int64_t exponent = 0;
  if (e) {
    const size_t at = (size_t)(e - text) + 1 + (e[1] == '+');
    if (!sx_text_to_int64(&exponent, text + at, n - at)) return value * pow(10, k);
    n = (size_t)(e - text);
  }
  exponent += k;
  char digits[8];
  size_t d = 0;
  uint64_t rest = (uint64_t)(exponent < 0 ? -exponent : exponent);
  do digits[d++] = (char)('0' + rest % 10);
  while ((rest /= 10) != 0 && d < sizeof digits);
  text[n++] = 'e';
  if (exponent < 0) text[n++] = '-';
  while (d) text[n++] = digits[--d];
  double out;
  return sx_text_to_double(&out, text, n) ? out : value * pow(10, k);
}

/* ---- parsing ----------------------------------------------------------------------------------------------------- */

static bool same(const char *word, size_t n, const char *name) {
  return strlen(name) == n && memcmp(word, name, n) == 0;
}

static void copy_words(char *out, size_t cap, const char *text, size_t n) {
  n = sx_utf8_cut(text, n, cap - 1);
  memcpy(out, text, n);
  out[n] = '\0';
}

static bool find_noun(sx_format *out, const char *word, size_t n) {
  for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
    if (!same(word, n, nouns[i].zh) && !same(word, n, nouns[i].en)) continue;
    copy_words(out->noun_zh, sizeof out->noun_zh, nouns[i].zh, strlen(nouns[i].zh));
    copy_words(out->noun_en, sizeof out->noun_en, nouns[i].en, strlen(nouns[i].en));
    return true;
  }
  return false;
}

const char *sx_report__noun(const char *zh) {
  for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
    if (strcmp(nouns[i].zh, zh) == 0) return nouns[i].en;
  }
  return NULL;
}

/* "亿人", "billion", "yuan": a scale word, a noun, or both in one. */
static bool parse_unit(sx_format *out, const char *word, size_t n) {
  if (same(word, n, "plain")) return true;
  if (same(word, n, "auto")) return out->automatic = true;
  if (same(word, n, "%") || same(word, n, "％")) {
    out->kind = SX_FORMAT_PERCENT;
    return true;
  }
  if (same(word, n, "pp") || same(word, n, "百分点")) {
    out->kind = SX_FORMAT_POINTS;
    out->sign = 1;
    return true;
  }
  if (find_noun(out, word, n)) return true;
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
    const size_t k = strlen(scales[i].text);
    if (n < k || memcmp(word, scales[i].text, k) != 0) continue;
    if (n > k && (!scales[i].chinese || !find_noun(out, word + k, n - k))) continue;
    out->exponent = scales[i].exponent;
    out->chinese = scales[i].chinese;
    return true;
  }
  return false;
}

static bool parse_option(sx_format *out, const char *word, size_t n) {
  if (same(word, n, "unit:none")) {
    out->bare = true;
  } else if (same(word, n, "sign:none")) {
    out->sign = -1;
  } else if (same(word, n, "sign:plus")) {
    out->sign = 1;
  } else {
    return false;
  }
  return true;
}

static sx_status unknown_unit(sx_error *err, const char *word, size_t n) {
  char text[64];
  copy_words(text, sizeof text, word, n);
  const char *nearest = sx_text_nearest(text, unit_names, sizeof unit_names / sizeof *unit_names);
  return nearest
             ? sx_error_set(err, SX_E_PARSE, NULL, "unknown unit '%s' in a format: did you mean '%s'?", text, nearest)
             : sx_error_set(err, SX_E_PARSE, NULL,
                            "unknown unit '%s' in a format: a format is a unit and decimals, as in '%% 1', '亿人 2', "
                            "'billion yuan 2', 'plain 0'",
                            text);
}

/* Words after the unit: a noun ("billion yuan"), the decimals, options. */
static sx_status parse_rest(sx_format *out, const char *word, size_t n, sx_error *err) {
  int64_t decimals;
  if (parse_option(out, word, n)) return SX_OK;
  if (sx_text_to_int64(&decimals, word, n)) {
    if (out->automatic)
      return sx_error_set(
          err, SX_E_PARSE, NULL,
          "an automatic format finds its decimals by itself: 'auto', or a unit and decimals as in '亿人 2'");
    if (decimals < 0 || decimals > DECIMALS_MAX) {
      return sx_error_set(err, SX_E_PARSE, NULL, "a format has 0 to %d decimals", (int)DECIMALS_MAX);
    }
    out->decimals = (int)decimals;
    return SX_OK;
  }
  if (out->decimals >= 0 || out->kind != SX_FORMAT_AMOUNT) return unknown_unit(err, word, n);
  if (out->automatic && same(word, n, "plain")) {
    out->unscaled = true;
    return SX_OK;
  }
  if (!out->noun_en[0] && find_noun(out, word, n)) return SX_OK;
  char *const fields[] = {out->noun_zh, out->noun_en};
  for (size_t i = 0; i < 2; i++) { /* a noun of the author's own, in both languages as it is */
    const size_t have = strlen(fields[i]);
    if (have + n + 2 > sizeof out->noun_zh) return unknown_unit(err, word, n);
    if (have) fields[i][have] = ' ';
    memcpy(fields[i] + have + (have != 0), word, n);
    fields[i][have + (have != 0) + n] = '\0';
  }
  return SX_OK;
}

sx_status sx_report__format_parse(sx_format *out, const char *text, size_t n, sx_error *err) {
  sx_format format = {.kind = SX_FORMAT_AMOUNT, .decimals = -1};
  bool unit = false;
  for (size_t i = 0; i < n;) {
    if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
      i++;
      continue;
    }
    size_t end = i;
    while (end < n && text[end] != ' ' && text[end] != '\t' && text[end] != '\n' && text[end] != '\r') end++;
    int64_t number;
    if (!unit && !sx_text_to_int64(&number, text + i, end - i) && !parse_option(&format, text + i, end - i)) {
      if (!parse_unit(&format, text + i, end - i)) return unknown_unit(err, text + i, end - i);
      unit = true;
    } else {
      SX_TRY(parse_rest(&format, text + i, end - i, err));
    }
    i = end;
  }
  *out = format;
  return SX_OK;
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

/* The scale word of the language for an amount written with another language's. */
static int target_exponent(const sx_format *format, double magnitude, sx_lang lang) {
  const int e = format->exponent;
  if (lang == SX_LANG_ZH && !format->chinese) {
    if (e == 9) return magnitude >= 1e12 ? 12 : 8;
    if (e == 6) return magnitude >= 1e8 ? 8 : 4;
    if (e == 3) return magnitude >= 1e4 ? 4 : 0;
  }
  if (lang == SX_LANG_EN && format->chinese) {
    if (e == 8) return magnitude >= 1e9 ? 9 : 6;
    if (e == 4) return magnitude >= 1e6 ? 6 : 0;
  }
  return e;
}

static const char *scale_word(int exponent, sx_lang lang) {
  switch (exponent) {
  case 12:
    return lang == SX_LANG_ZH ? "万亿" : "trillion";
  case 9:
    return "billion";
  case 8:
    return "亿";
  case 6:
    return lang == SX_LANG_ZH ? "百万" : "million";
  case 4:
    return "万";
  case 3:
    return lang == SX_LANG_ZH ? "千" : "thousand";
  default:
    return "";
  }
}

static int default_decimals(const sx_format *format, double magnitude) {
  if (format->kind != SX_FORMAT_AMOUNT) return 1;
  if (format->exponent) return 2;
  if (!(magnitude < 100)) return 0;
  return magnitude >= 1 ? 2 : 4;
}

static void append(char *out, size_t cap, const char *text) {
  const size_t have = strlen(out), n = sx_utf8_cut(text, strlen(text), cap - 1 - have);
  memcpy(out + have, text, n);
  out[have + n] = '\0';
}

static void amount_unit(sx_spec *out, const sx_format *format, int exponent, sx_lang lang) {
  const char *scale = scale_word(exponent, lang);
  if (lang == SX_LANG_ZH) {
    append(out->unit, sizeof out->unit, scale);
    append(out->unit, sizeof out->unit, format->noun_zh);
    return;
  }
  const bool dollars = strcmp(format->noun_en, "dollars") == 0;
  if (dollars) append(out->prefix, sizeof out->prefix, "$");
  if (scale[0]) append(out->unit, sizeof out->unit, " ");
  append(out->unit, sizeof out->unit, scale);
  if (!format->noun_en[0] || dollars) return;
  append(out->unit, sizeof out->unit, " ");
  append(out->unit, sizeof out->unit, format->noun_en);
}

/* Amounts: value * 10^-exponent, rounded to 10^resolution. */
static void amount_spec(sx_spec *out, const sx_format *format, int exponent, int resolution, sx_lang lang) {
  const int shown = exponent - resolution;
  out->decimals = shown > 0 ? shown : 0;
  out->zeros = shown < 0 ? -shown : 0;
  out->shift = shown < 0 ? -resolution : -exponent;
  amount_unit(out, format, exponent, lang);
}

static void rate_spec(sx_spec *out, const sx_format *format, sx_lang lang) {
  const char *points = lang == SX_LANG_ZH ? "个百分点" : " percentage points";
  out->shift = 2;
  out->decimals = format->decimals >= 0 ? format->decimals : default_decimals(format, 0);
  append(out->unit, sizeof out->unit, format->kind == SX_FORMAT_PERCENT ? "%" : points);
}

static void hide_unit(sx_spec *out, const sx_format *format) {
  if (!format->bare) return;
  append(out->hidden, sizeof out->hidden, out->prefix);
  append(out->hidden, sizeof out->hidden, out->unit);
  out->unit[0] = out->prefix[0] = '\0';
}

/* ---- automatic formats ------------------------------------------------------------------------------------------- */

void sx_report__extent_add(sx_extent *extent, double value) {
  if (!isfinite(value)) return;
  extent->most = fmax(extent->most, fabs(value));
  sx_report__extent_add_error(extent, value);
}

void sx_report__extent_add_error(sx_extent *extent, double error) {
  if (!isfinite(error) || error == 0) return;
  extent->least = extent->least > 0 ? fmin(extent->least, fabs(error)) : fabs(error);
}

static int first_digit(double value) {
  return (int)floor(log10(value));
}

static int auto_exponent(const sx_format *format, double most, sx_lang lang) {
  static const int exponents[2][2] = {[SX_LANG_ZH] = {8, 4}, [SX_LANG_EN] = {9, 6}};
  if (format->unscaled || !(most > 0)) return 0;
  for (size_t i = 0; i < 2; i++) {
    if (first_digit(most) >= exponents[lang][i]) return exponents[lang][i];
  }
  return 0;
}

/* Whole units, cases and persons mostly, are not divided for the sake of their errors' second digit. */
static int auto_decimals(const sx_extent *extent, int exponent) {
  if (!(extent->most > 0)) return 0;
  const int most = exponent - first_digit(extent->most) + AUTO_DIGITS - 1;
  int least = most;
  if (extent->least > 0) least = exponent - first_digit(extent->least) + (exponent ? AUTO_LEAST - 1 : 0);
  if (least > most + AUTO_MORE) least = most + AUTO_MORE;
  const int decimals = least > most ? least : most;
  return decimals < 0 ? 0 : decimals > DECIMALS_MAX ? DECIMALS_MAX : decimals;
}

static void auto_spec(sx_spec *out, const sx_format *format, const sx_extent *extent, sx_lang lang) {
  const int exponent = auto_exponent(format, extent->most, lang);
  amount_spec(out, format, exponent, exponent - auto_decimals(extent, exponent), lang);
}

/* ---- specs ------------------------------------------------------------------------------------------------------- */

void sx_report__format_spec(sx_spec *out, const sx_format *format, double magnitude, sx_lang lang) {
  sx_spec spec = {.sign = format->sign, .group_from_four = lang == SX_LANG_EN};
  const int decimals = format->decimals >= 0 ? format->decimals : default_decimals(format, magnitude);
  if (format->automatic)
    auto_spec(&spec, format, &(sx_extent){magnitude, magnitude}, lang);
  else if (format->kind == SX_FORMAT_AMOUNT)
    amount_spec(&spec, format, target_exponent(format, magnitude, lang), format->exponent - decimals, lang);
  else
    rate_spec(&spec, format, lang);
  hide_unit(&spec, format);
  *out = spec;
}

void sx_report__format_spec_of(sx_spec *out, const sx_format *format, const sx_extent *extent, sx_lang lang) {
  sx_spec spec = {.sign = format->sign, .group_from_four = lang == SX_LANG_EN};
  if (format->automatic) {
    auto_spec(&spec, format, extent, lang);
  } else if (format->kind != SX_FORMAT_AMOUNT) {
    rate_spec(&spec, format, lang);
  } else {
    const int decimals = format->decimals >= 0 ? format->decimals : default_decimals(format, extent->most);
    int exponent = target_exponent(format, extent->most, lang), resolution = format->exponent - decimals;
    while (lang == SX_LANG_EN && exponent < resolution && exponent < 12) exponent += 3;
    if (resolution > exponent) resolution = exponent;
    amount_spec(&spec, format, exponent, resolution, lang);
  }
  hide_unit(&spec, format);
  *out = spec;
}

void sx_report__spec_shows(sx_spec *spec, double value, int more) {
  char text[SX_FIXED_TEXT_MAX];
  if (value == 0 || !isfinite(value)) return;
  for (; more > 0 && spec->decimals < DECIMALS_MAX; more--) {
    const size_t n = sx_text_fixed(text, sx_report__shift10(value, spec->shift), spec->decimals);
    if (strspn(text, "-0.") != n) return;
    if (spec->zeros)
      spec->zeros--, spec->shift++;
    else
      spec->decimals++;
  }
}

static void put_grouped(sx_buf *out, const char *digits, size_t n, size_t zeros, const sx_spec *spec) {
  const size_t all = n + zeros;
  const unsigned kind = spec->style.separators;
  const bool from_four =
      kind == SX_STYLE_SEPARATORS_COMMA || (spec->group_from_four && kind != SX_STYLE_SEPARATORS_SPACE);
  const bool group = kind != SX_STYLE_SEPARATORS_NONE && all >= (from_four ? 4u : 5u);
  const char *sign = kind == SX_STYLE_SEPARATORS_SPACE ? "\xE2\x80\xAF" : ",";
  for (size_t i = 0; i < all; i++) {
    if (group && i && (all - i) % 3 == 0) sx_buf_add(out, sign);
    sx_buf_add_char(out, i < n ? digits[i] : '0');
  }
}

void sx_report__format_value(sx_buf *out, double value, const sx_spec *spec, bool bare) {
  char text[SX_FIXED_TEXT_MAX];
  if (isnan(value)) {
    sx_buf_add(out, sx_report__missing(&spec->style));
    return;
  }
  if (isinf(value)) {
    if (value < 0) sx_buf_add(out, sx_report__minus(&spec->style));
    sx_buf_add(out, "∞");
    return;
  }
  const size_t n = sx_text_fixed(text, sx_report__shift10(value, spec->shift), spec->decimals);
  const char *digits = text + (text[0] == '-');
  const size_t n_digits = n - (size_t)(digits - text);
  const bool zero = strspn(digits, "0.") == n_digits;
  const size_t whole = strcspn(digits, ".");
  if (!zero && spec->sign >= 0 && text[0] == '-') sx_buf_add(out, sx_report__minus(&spec->style));
  if (!zero && spec->sign > 0 && text[0] != '-') sx_buf_add_char(out, '+');
  if (!bare) sx_buf_add(out, spec->prefix);
  put_grouped(out, digits, whole, zero ? 0 : (size_t)spec->zeros, spec);
  sx_buf_add_n(out, digits + whole, n_digits - whole);
  if (!bare) sx_buf_add(out, spec->unit);
}

sx_status sx_report_format(sx_buf *out, double value, const char *format, sx_lang lang, sx_error *err) {
  sx_format parsed;
  sx_spec spec;
  SX_TRY(sx_report__format_parse(&parsed, format, strlen(format), err));
  sx_report__format_spec(&spec, &parsed, fabs(value), lang);
  sx_report__format_value(out, value, &spec, false);
  return sx_buf_status(out, err);
}
