/* banner_words.c: the words of a request: statistics, profiles of significance, nets. */
#include <stdio.h>
#include <string.h>

#include "banner_priv.h"

/* ---- statistics ----------------------------------------------------------------------------------------------------------- */

static const char *const stat_names[BANNER_STATS] = {"col_pct", "row_pct", "total_pct", "count", "cases",
                                                     "mean",    "median",  "n_unw",     "n_w",   "n_eff",
                                                     "top2",    "bottom2", "se"};
static const sx_banner_text measure_labels[SX_BANNER_MEASURES] = {
    {"列百分比", "Column %"},      {"行百分比", "Row %"},
    {"总百分比", "Total %"},       {"人数", "Population"},
    {"样本量", "Cases"},           {"均值", "Mean"},
    {"中位数", "Median"},          {"未加权基数", "Unweighted base"},
    {"加权基数", "Weighted base"}, {"有效基数", "Effective base"}};

const char *sx_banner_measure_name(sx_banner_measure measure) {
  return (unsigned)measure < SX_BANNER_MEASURES ? stat_names[measure] : "unknown";
}

sx_banner_text sx_banner_measure_label(sx_banner_measure measure) {
  const sx_banner_text none = {"", ""};
  return (unsigned)measure < SX_BANNER_MEASURES ? measure_labels[measure] : none;
}

/* The word at `at`, without blanks around it; *next is behind its comma, NULL at the end. */
static size_t word_at(const char **from, const char **next, const char *at) {
  const char *comma = strchr(at, ',');
  const char *end = comma ? comma : at + strlen(at);
  *next = comma ? comma + 1 : NULL;
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n')) at++;
  while (end > at && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\n')) end--;
  *from = at;
  return (size_t)(end - at);
}

enum { WORD_MAX = 64 };
static void cut_word(char out[WORD_MAX], const char *text, size_t n) {
  n = sx_utf8_cut(text, n, WORD_MAX - 1);
  memcpy(out, text, n);
  out[n] = '\0';
}

static sx_status unknown(const char *where, const char *what, const char *word, const char *const *names, size_t n,
                         sx_error *err) {
  const char *near = sx_text_nearest(word, names, n);
  return sx_error_set(err, SX_E_ARGUMENT, where, "unknown %s '%s'%s%s%s", what, word, near ? ": did you mean " : "",
                      near ? near : "", near ? "?" : "");
}

sx_status sx_banner__stats(uint32_t *bits, const char *text, sx_error *err) {
  const uint32_t cells = 1U << SX_BANNER_COL_PCT | 1U << SX_BANNER_ROW_PCT | 1U << SX_BANNER_TOTAL_PCT |
                         1U << SX_BANNER_COUNT | 1U << SX_BANNER_CASES | 1U << SX_BANNER_MEAN | 1U << SX_BANNER_MEDIAN |
                         1U << BANNER_TOP2 | 1U << BANNER_BOTTOM2;
  uint32_t found = 0;
  for (const char *at = text ? text : "", *next = NULL; at; at = next) {
    const char *from = NULL;
    char word[WORD_MAX];
    const size_t n = word_at(&from, &next, at);
    if (n == 0) continue;
    cut_word(word, from, n);
    size_t k = 0;
    while (k < BANNER_STATS && strcmp(word, stat_names[k]) != 0) k++;
    if (k == BANNER_STATS) return unknown("stats", "statistic", word, stat_names, BANNER_STATS, err);
    found |= 1U << k;
  }
  if (!(found & cells)) found |= 1U << SX_BANNER_COL_PCT;
  *bits = found | 1U << SX_BANNER_BASE_CASES | 1U << SX_BANNER_BASE_WEIGHTED;
  return SX_OK;
}

/* ---- significance --------------------------------------------------------------------------------------------------------- */

typedef struct profile {
  const char *name;
  unsigned compare;
  double upper, lower, arrow;
  sx_adjust_p adjust;
} profile;
static const profile profiles[] = {
    {"spss", SX_BANNER_WITHIN_SPAN, 0.05, 0.10, 0.05, SX_ADJUST_P_BONFERRONI},
    {"displayr", SX_BANNER_WITHIN_SPAN, 0.001, 0.05, 0.05, SX_ADJUST_P_BH},
    {"waves", SX_BANNER_PREVIOUS_WAVE, 0.05, 0, 0.05, SX_ADJUST_P_NONE},
    {"none", 0, 0.05, 0, 0.05, SX_ADJUST_P_NONE},
};
enum { N_PROFILES = sizeof profiles / sizeof *profiles };

static sx_status set_profile(sx_banner_sig *sig, const char *value, sx_error *err) {
  const char *names[N_PROFILES];
  for (size_t k = 0; k < N_PROFILES; k++) {
    const profile *p = &profiles[k];
    names[k] = p->name;
    if (strcmp(p->name, value) != 0) continue;
    sig->profile = p->name;
    sig->compare = p->compare;
    sig->upper = p->upper;
    sig->lower = p->lower;
    sig->arrow = p->arrow;
    sig->adjust = p->adjust;
    return SX_OK;
  }
  return unknown("profile", "profile", value, names, N_PROFILES, err);
}

static sx_status set_compare(sx_banner_sig *sig, const char *value, sx_error *err) {
  static const char *const names[] = {"within_span", "versus_rest", "previous_wave"};
  unsigned compare = 0;
  for (const char *at = value; *at;) {
    const size_t n = strcspn(at, "+ ");
    char word[WORD_MAX];
    cut_word(word, at, n);
    size_t k = 0;
    while (k < 3 && strcmp(word, names[k]) != 0) k++;
    if (k == 3) return unknown("compare", "comparison", word, names, 3, err);
    compare |= 1U << k;
    at += n + strspn(at + n, "+ ");
  }
  sig->compare = compare;
  return SX_OK;
}

static sx_status set_level(double *out, const char *word, const char *value, bool zero, sx_error *err) {
  double x = 0;
  if (!sx_text_to_double(&x, value, strlen(value)) || !(x < 1) || !(zero ? x >= 0 : x > 0))
    return sx_error_set(err, SX_E_ARGUMENT, word, "'%s' is not a level between 0 and 1", value);
  *out = x;
  return SX_OK;
}

sx_status sx_banner_sig_set(sx_banner_sig *sig, const char *word, const char *value, sx_error *err) {
  static const char *const words[] = {"profile", "adjust", "upper", "lower", "level", "min_base", "compare"};
  enum { N_WORDS = sizeof words / sizeof *words };
  size_t k = 0;
  while (k < N_WORDS && strcmp(word, words[k]) != 0) k++;
  switch (k) {
  case 0:
    return set_profile(sig, value, err);
  case 1: {
    const sx_status st = sx_adjust_p_parse(&sig->adjust, value, err);
    if (st != SX_OK) sx_error_add_where(err, "adjust");
    return st;
  }
  case 2:
    return set_level(&sig->upper, word, value, false, err);
  case 3:
    return set_level(&sig->lower, word, value, true, err);
  case 4: /* one level for everything */
    SX_TRY(set_level(&sig->upper, word, value, false, err));
    sig->lower = 0;
    sig->arrow = sig->upper;
    return SX_OK;
  case 5: {
    int64_t n = 0;
    if (!sx_text_to_int64(&n, value, strlen(value)) || n < 0)
      return sx_error_set(err, SX_E_ARGUMENT, word, "'%s' is not a number of cases", value);
    sig->min_base = (size_t)n;
    return SX_OK;
  }
  case 6:
    return set_compare(sig, value, err);
  default:
    return unknown("sig", "word", word, words, N_WORDS, err);
  }
}

sx_status sx_banner_sig_check(const sx_banner_sig *sig, sx_error *err) {
  if (sig->lower == 0 || sig->lower > sig->upper) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, "lower",
                      "small letters at %g and capitals at %g: the level of small letters is the looser, a larger "
                      "number; lower=0 has no small letters, level= is one for all",
                      sig->lower, sig->upper);
}

sx_status sx_banner_sig_parse(sx_banner_sig *out, const char *text, sx_error *err) {
  sx_banner_sig sig = SX_BANNER_SIG_INIT;
  for (const char *at = text ? text : "", *next = NULL; at; at = next) {
    const char *from = NULL;
    const size_t n = word_at(&from, &next, at);
    if (n == 0) continue;
    const char *equals = memchr(from, '=', n);
    char word[WORD_MAX] = "profile", value[WORD_MAX];
    if (equals) cut_word(word, from, (size_t)(equals - from));
    const char *at_value = equals ? equals + 1 : from;
    cut_word(value, at_value, n - (size_t)(at_value - from));
    SX_TRY(sx_banner_sig_set(&sig, word, value, err));
  }
  SX_TRY(sx_banner_sig_check(&sig, err));
  *out = sig;
  return SX_OK;
}

/* ---- nets ------------------------------------------------------------------------------------------------------------------- */

typedef struct reader {
  const char *text, *at;
  sx_arena *arena;
} reader;

static void skip(reader *r) {
  while (*r->at == ' ' || *r->at == '\t' || *r->at == '\n') r->at++;
}

static sx_status wanted(const reader *r, const char *what, sx_error *err) {
  char where[WORD_MAX];
  (void)snprintf(where, sizeof where, "net: column %zu", sx_utf8_count(r->text, (size_t)(r->at - r->text)) + 1);
  return sx_error_set(err, SX_E_PARSE, where, "%s is wanted: a net is {name: [1, 2], other: [3]}", what);
}

/* A word up to one of `ends`, or in quotes. */
static sx_status take_word(const char **out, reader *r, const char *ends, const char *what, sx_error *err) {
  skip(r);
  const char quote = *r->at == '"' || *r->at == '\'' ? *r->at : '\0';
  const char *from = quote ? r->at + 1 : r->at;
  const char *end = quote ? strchr(from, quote) : from + strcspn(from, ends);
  if (!end) return wanted(r, "the closing quotation mark", err);
  r->at = quote ? end + 1 : end;
  while (!quote && end > from && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\n')) end--;
  if (end == from) return wanted(r, what, err);
  *out = sx_arena_strndup(r->arena, from, (size_t)(end - from));
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status take_char(reader *r, char c, const char *what, sx_error *err) {
  skip(r);
  if (*r->at != c) return wanted(r, what, err);
  r->at++;
  return SX_OK;
}

static sx_status take_levels(sx_banner_net *net, reader *r, sx_error *err) {
  const char **level = NULL;
  size_t cap = 0;
  SX_TRY(take_char(r, '[', "'['", err));
  for (;;) {
    if (!sx_arena_grow(r->arena, (void **)&level, &cap, net->n_levels + 1, sizeof *level)) return sx_error_memory(err);
    SX_TRY(take_word(&level[net->n_levels++], r, ",]}[{", "a level", err));
    skip(r);
    if (*r->at != ',') break;
    r->at++;
  }
  net->level = level;
  return take_char(r, ']', "',' or ']'", err);
}

sx_status sx_banner_nets_parse(sx_banner_net **out, size_t *n, sx_arena *arena, const char *text, sx_error *err) {
  reader r = {text, text, arena};
  sx_banner_net *net = NULL;
  size_t cap = 0, count = 0;
  SX_TRY(take_char(&r, '{', "'{'", err));
  for (;;) {
    if (!sx_arena_grow(arena, (void **)&net, &cap, count + 1, sizeof *net)) return sx_error_memory(err);
    net[count] = (sx_banner_net){NULL, NULL, 0};
    SX_TRY(take_word(&net[count].name, &r, ":,[]{}", "the name of a net", err));
    SX_TRY(take_char(&r, ':', "':'", err));
    SX_TRY(take_levels(&net[count], &r, err));
    count++;
    skip(&r);
    if (*r.at != ',') break;
    r.at++;
  }
  SX_TRY(take_char(&r, '}', "',' or '}'", err));
  skip(&r);
  if (*r.at) return wanted(&r, "the end", err);
  *out = net;
  *n = count;
  return SX_OK;
}
