/* report_style.c: house styles taken apart, and the signs that they print. */
#include "shuxiao/report_style.h"

#include <math.h>
#include <string.h>

#include "report_format.h"

static const struct {
  const char *name;
  sx_style style;
} styles[] = {
    {"cn", {.separators = SX_STYLE_SEPARATORS_NONE, .range = SX_STYLE_RANGE_EM_DASH}},
    {"uk",
     {.separators = SX_STYLE_SEPARATORS_COMMA, .range = SX_STYLE_RANGE_TO, .missing = SX_STYLE_MISSING_SHORTHAND}},
    {"iso", {.separators = SX_STYLE_SEPARATORS_SPACE}},
    {"language", {.separators = SX_STYLE_SEPARATORS_LANGUAGE}},
};

enum { SEPARATORS, MINUS, RANGE, MISSING, PER_CENT, POINTS, BETWEEN, KEYS };
static const struct {
  const char *name, *values[5];
} keys[KEYS] = {
    {"separators", {"language", "none", "comma", "space", NULL}},
    {"minus", {"sign", "hyphen", NULL}},
    {"range", {"dash", "em-dash", "to", "tilde", NULL}},
    {"missing", {"dash", "ellipsis", "shorthand", NULL}},
    {"per_cent", {"sign", "words", NULL}},
    {"points", {"long", "short", NULL}},
    {"between", {"words", "dash", NULL}},
};

static void set(sx_style *style, size_t key, size_t value) {
  unsigned char *const numbers[] = {&style->separators, &style->minus, &style->range, &style->missing};
  bool *const flags[] = {&style->per_cent, &style->points, &style->between};
  if (key < PER_CENT)
    *numbers[key] = (unsigned char)value;
  else
    *flags[key - PER_CENT] = value != 0;
}

static sx_status unknown(sx_error *err, const char *what, const char *word, size_t n, const char *const *names,
                         size_t n_names) {
  char text[64], all[160] = "";
  n = sx_utf8_cut(word, n, sizeof text - 1);
  memcpy(text, word, n);
  text[n] = '\0';
  size_t used = 0;
  for (size_t i = 0; i < n_names; i++) {
    const size_t k = strlen(names[i]);
    if (used + k + 3 > sizeof all) break;
    if (i) memcpy(all + used, ", ", 2), used += 2;
    memcpy(all + used, names[i], k + 1);
    used += k;
  }
  const char *nearest = sx_text_nearest(text, names, n_names);
  return sx_error_set(err, SX_E_PARSE, NULL, "unknown %s '%s'%s%s%s: one of %s", what, text,
                      nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "", all);
}

/* "minus=hyphen", or the name of a style. */
static sx_status take(sx_style *style, bool first, const char *word, size_t n, sx_error *err) {
  enum { N_STYLES = sizeof styles / sizeof *styles };
  const char *equal = memchr(word, '=', n), *names[KEYS];
  const size_t n_name = equal ? (size_t)(equal - word) : n;
  for (size_t i = 0; !equal && i < N_STYLES; i++) {
    names[i] = styles[i].name;
    if (strlen(names[i]) != n || memcmp(names[i], word, n) != 0) continue;
    if (!first) return sx_error_set(err, SX_E_PARSE, NULL, "a style is named first, then what differs from it");
    *style = styles[i].style;
    return SX_OK;
  }
  if (!equal) return unknown(err, "house style", word, n, names, N_STYLES);
  for (size_t k = 0; k < KEYS; k++) {
    names[k] = keys[k].name;
    if (strlen(names[k]) != n_name || memcmp(names[k], word, n_name) != 0) continue;
    size_t n_values = 0;
    while (keys[k].values[n_values]) n_values++;
    for (size_t v = 0; v < n_values; v++) {
      if (strlen(keys[k].values[v]) != n - n_name - 1 || memcmp(keys[k].values[v], equal + 1, n - n_name - 1) != 0)
        continue;
      set(style, k, v);
      return SX_OK;
    }
    return unknown(err, keys[k].name, equal + 1, n - n_name - 1, keys[k].values, n_values);
  }
  return unknown(err, "word of a house style", word, n_name, names, KEYS);
}

sx_status sx_style_parse(sx_style *out, const char *text, size_t n, sx_error *err) {
  sx_style style = {0};
  bool first = true;
  for (size_t i = 0; i < n;) {
    size_t k = 0;
    while (i + k < n && !strchr(" \t\r\n,", text[i + k])) k++;
    if (k) SX_TRY(take(&style, first, text + i, k, err));
    first = first && !k;
    i += k + 1;
  }
  *out = style;
  return SX_OK;
}

/* ---- signs ------------------------------------------------------------------------------------------------------- */

const char *sx_report__minus(const sx_style *style) {
  return style->minus == SX_STYLE_MINUS_HYPHEN ? "-" : "−";
}

const char *sx_report__missing(const sx_style *style) {
  return style->missing == SX_STYLE_MISSING_SHORTHAND ? "[x]" : style->missing == SX_STYLE_MISSING_ELLIPSIS ? "…" : "—";
}

const char *sx_report__held_back(const sx_style *style) {
  return style->missing == SX_STYLE_MISSING_SHORTHAND  ? "[c]"
         : style->missing == SX_STYLE_MISSING_ELLIPSIS ? "…×"
                                                       : "—×";
}

const char *sx_report__range(const sx_style *style, bool chinese) {
  switch ((sx_style_range)style->range) {
  case SX_STYLE_RANGE_EM_DASH:
    return "—";
  case SX_STYLE_RANGE_TO:
    return chinese ? "至" : " to ";
  case SX_STYLE_RANGE_TILDE:
    return "～";
  case SX_STYLE_RANGE_DASH:
  default:
    return " – ";
  }
}

/* Words of a unit in running text. */
void sx_report__style_words(sx_spec *spec, const sx_format *format, sx_lang lang) {
  const sx_style *style = &spec->style;
  const char *unit = NULL;
  if (format->kind == SX_FORMAT_PERCENT && style->per_cent && lang == SX_LANG_EN) unit = " per cent";
  if (format->kind == SX_FORMAT_POINTS && style->points) unit = lang == SX_LANG_ZH ? "百分点" : " pp";
  if (!unit) return;
  char *to = spec->hidden[0] ? spec->hidden : spec->unit;
  memcpy(to, unit, strlen(unit) + 1);
}

sx_status sx_report_format_style(sx_buf *out, double value, const char *format, int lang, const sx_style *style,
                                 sx_error *err) {
  sx_format parsed;
  sx_spec spec;
  SX_TRY(sx_report__format_parse(&parsed, format, strlen(format), err));
  sx_report__format_spec(&spec, &parsed, fabs(value), (sx_lang)lang);
  if (style) spec.style = *style;
  sx_report__style_words(&spec, &parsed, (sx_lang)lang);
  sx_report__format_value(out, value, &spec, false);
  return sx_buf_status(out, err);
}
