/* estimate_inequality_names.c: the measures by name, and what their parameters may be. */
#include <stdio.h>
#include <string.h>

#include "estimate_inequality_priv.h"

typedef struct measure_word {
  const char *word;
  sx_inequality_stat stat;
  bool takes_a; /* after a colon or an underscore */
  bool needs_a;
  double a, b; /* without one */
} measure_word;

/* The first word of a stat is its name. */
static const measure_word words[] = {
    {"gini", SX_INEQUALITY_GINI, false, false, 0, 0},
    {"theil", SX_INEQUALITY_GE, false, false, 1, 0},
    {"mld", SX_INEQUALITY_GE, false, false, 0, 0},
    {"ge", SX_INEQUALITY_GE, true, true, 0, 0},
    {"atkinson", SX_INEQUALITY_ATKINSON, true, false, 1, 0},
    {"zenga", SX_INEQUALITY_ZENGA, false, false, 0, 0},
    {"qsr", SX_INEQUALITY_SHARE_RATIO, true, false, 0.2, 0},
    {"palma", SX_INEQUALITY_PALMA, false, false, 0, 0},
    {"top", SX_INEQUALITY_TOP, true, true, 0, 0},
    {"bottom", SX_INEQUALITY_BOTTOM, true, true, 0, 0},
    {"lorenz", SX_INEQUALITY_LORENZ, false, false, 0, 0},
    {"arpt", SX_POVERTY_LINE, false, false, 0, 0},
    {"arpr", SX_POVERTY_RATE, false, false, 0, 0},
    {"fgt", SX_POVERTY_FGT, true, true, 0, 0},
    {"fgt0", SX_POVERTY_FGT, false, false, 0, 0},
    {"fgt1", SX_POVERTY_FGT, false, false, 1, 0},
    {"fgt2", SX_POVERTY_FGT, false, false, 2, 0},
    {"poormed", SX_POVERTY_MEDIAN, false, false, 0, 0},
    {"rmpg", SX_POVERTY_MEDIAN_GAP, false, false, 0, 0},
    {"watts", SX_POVERTY_WATTS, false, false, 0, 0},
    {"sen", SX_POVERTY_SEN, false, false, 0, 0},
    {"sst", SX_POVERTY_SST, false, false, 0, 0},
};
enum { N_WORDS = sizeof words / sizeof *words };

bool sx_inequality_is_poverty(sx_inequality_stat stat) {
  return stat >= SX_POVERTY_LINE && stat <= SX_POVERTY_SST;
}

static sx_status refuse(const sx_inequality_measure *m, const char *rule, sx_error *err) {
  char text[SX_INEQUALITY_TEXT_MAX];
  return sx_error_set(err, SX_E_ARGUMENT, sx_inequality_text(text, m), "the parameter %s", rule);
}

static bool between(double x, double low, double high) {
  return x > low && x < high;
}

sx_status sx_estimate__ineq_check_measure(const sx_inequality_measure *m, sx_error *err) {
  /* This near to 0 or 1 the entropy loses its digits to cancellation. */
  static const double NEAR = 1e-4;
  const double a = m->a;
  switch (m->stat) {
  case SX_INEQUALITY_GE:
    if (!isfinite(a) || fabs(a) > 100) return refuse(m, "is a number between -100 and 100", err);
    if ((a != 0 && fabs(a) < NEAR) || (a != 1 && fabs(a - 1) < NEAR))
      return refuse(m, "is 0 (mld) or 1 (theil), or further away from them", err);
    break;
  case SX_INEQUALITY_ATKINSON:
    if (!between(a, 0, 100)) return refuse(m, "is above 0 and below 100", err);
    if (a != 1 && fabs(a - 1) < NEAR) return refuse(m, "is 1, or further away from it", err);
    break;
  case SX_INEQUALITY_SHARE_RATIO:
    if (!(a > 0 && a <= 0.5)) return refuse(m, "is a share above 0, at most 0.5", err);
    break;
  case SX_INEQUALITY_TOP:
  case SX_INEQUALITY_BOTTOM:
    if (!between(a, 0, 1)) return refuse(m, "is a share between 0 and 1", err);
    break;
  case SX_INEQUALITY_QUANTILE_RATIO:
    if (!between(a, 0, 1) || !between(m->b, 0, 1)) return refuse(m, "is a per cent between 0 and 100", err);
    break;
  case SX_POVERTY_FGT:
    if (!(a == 0 || (a >= 1 && a <= 100))) return refuse(m, "is 0, or 1 and above", err);
    break;
  case SX_INEQUALITY_GINI:
  case SX_INEQUALITY_ZENGA:
  case SX_INEQUALITY_PALMA:
  case SX_INEQUALITY_LORENZ:
  case SX_POVERTY_LINE:
  case SX_POVERTY_RATE:
  case SX_POVERTY_MEDIAN:
  case SX_POVERTY_MEDIAN_GAP:
  case SX_POVERTY_WATTS:
  case SX_POVERTY_SEN:
  case SX_POVERTY_SST:
    break;
  default:
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "an unknown measure of inequality");
  }
  return SX_OK;
}

/* "p90/p10", also with an underscore. */
static bool parse_quantile_ratio(sx_inequality_measure *out, const char *text) {
  const char *slash = strpbrk(text, "/_");
  double high = 0, low = 0;
  if (text[0] != 'p' || !slash || slash[1] != 'p') return false;
  if (!sx_text_to_double(&high, text + 1, (size_t)(slash - text) - 1) ||
      !sx_text_to_double(&low, slash + 2, strlen(slash + 2)))
    return false;
  *out = (sx_inequality_measure){SX_INEQUALITY_QUANTILE_RATIO, low / 100, high / 100};
  return true;
}

sx_status sx_inequality_parse(sx_inequality_measure *out, const char *text, sx_error *err) {
  sx_inequality_measure m = {SX_INEQUALITY_GINI, 0, 0};
  bool known = parse_quantile_ratio(&m, text);
  for (size_t k = 0; !known && k < N_WORDS; k++) {
    const measure_word *w = &words[k];
    const size_t n = strlen(w->word);
    if (strncmp(text, w->word, n) != 0 || (text[n] && text[n] != ':' && text[n] != '_')) continue;
    m = (sx_inequality_measure){w->stat, w->a, w->b};
    if (!text[n] && w->needs_a)
      return sx_error_set(err, SX_E_ARGUMENT, text, "give its parameter after a colon, as in %s:%s", w->word,
                          w->stat == SX_INEQUALITY_GE || w->stat == SX_POVERTY_FGT ? "2" : "0.1");
    if (text[n] && (!w->takes_a || !sx_text_to_double(&m.a, text + n + 1, strlen(text + n + 1))))
      return sx_error_set(err, SX_E_ARGUMENT, text, "%s",
                          w->takes_a ? "what stands after the colon is not a number" : "it takes no parameter");
    known = true;
  }
  if (!known)
    return sx_error_set(err, SX_E_ARGUMENT, text,
                        "not a measure: gini, theil, mld, ge:2, atkinson:0.5, zenga, qsr, palma, top:0.1, bottom:0.4, "
                        "p90/p10, lorenz; arpt, arpr, fgt0, fgt1, fgt2, poormed, rmpg, watts, sen, sst");
  SX_TRY(sx_estimate__ineq_check_measure(&m, err));
  *out = m;
  return SX_OK;
}

const char *sx_inequality_text(char *text, const sx_inequality_measure *m) {
  char a[SX_DOUBLE_TEXT_MAX], b[SX_DOUBLE_TEXT_MAX];
  (void)sx_text_from_double(a, m->a);
  if (m->stat == SX_INEQUALITY_QUANTILE_RATIO) {
    (void)snprintf(a, sizeof a, "%.10g", 100 * m->a);
    (void)snprintf(b, sizeof b, "%.10g", 100 * m->b);
    (void)snprintf(text, SX_INEQUALITY_TEXT_MAX, "p%s/p%s", b, a);
    return text;
  }
  const measure_word *named = NULL;
  for (size_t k = 0; k < N_WORDS; k++) {
    if (words[k].stat != m->stat) continue;
    const bool same = words[k].a == m->a && !words[k].needs_a;
    if (!named || (same && (named->needs_a || named->a != m->a))) named = &words[k];
    if (same) break;
  }
  /* a parameter that no word stands for: the word that takes one */
  for (size_t k = 0; named && !(named->a == m->a && !named->needs_a) && k < N_WORDS; k++)
    if (words[k].stat == m->stat && words[k].takes_a) named = &words[k];
  if (!named)
    (void)snprintf(text, SX_INEQUALITY_TEXT_MAX, "unknown");
  else if (named->takes_a && (named->needs_a || named->a != m->a || m->stat == SX_INEQUALITY_ATKINSON))
    (void)snprintf(text, SX_INEQUALITY_TEXT_MAX, "%s:%s", named->word, a);
  else
    (void)snprintf(text, SX_INEQUALITY_TEXT_MAX, "%s", named->word);
  return text;
}

const char *sx_inequality_statistic(char *text, const sx_inequality_measure *m) {
  (void)sx_inequality_text(text, m);
  for (char *c = text; *c; c++)
    if (*c == ':' || *c == '/') *c = '_';
  return text;
}

sx_status sx_estimate__ineq_check_threshold(const sx_poverty_threshold *t, sx_error *err) {
  if (t->kind == SX_POVERTY_ABSOLUTE) {
    if (t->value > 0 && isfinite(t->value)) return SX_OK;
    return sx_error_set(err, SX_E_ARGUMENT, "threshold", "%g is no threshold: give an amount above 0", t->value);
  }
  if ((unsigned)t->kind > SX_POVERTY_ABSOLUTE)
    return sx_error_set(err, SX_E_ARGUMENT, "threshold", "an unknown kind of threshold");
  if (!(t->fraction > 0) || !isfinite(t->fraction))
    return sx_error_set(err, SX_E_ARGUMENT, "threshold", "%g is no fraction: it is above 0", t->fraction);
  if (t->kind == SX_POVERTY_OF_QUANTILE && !(t->order > 0 && t->order < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "threshold", "%g is no order of a quantile: it lies between 0 and 1",
                        t->order);
  return SX_OK;
}

sx_status sx_poverty_threshold_parse(sx_poverty_threshold *out, const char *text, sx_error *err) {
  sx_poverty_threshold t = {SX_POVERTY_OF_QUANTILE, (double)NAN, 0.6, 0.5, out->of_domain};
  const char *star = strchr(text, '*'), *what = star ? star + 1 : NULL;
  bool good = sx_text_to_double(star ? &t.fraction : &t.value, text, star ? (size_t)(star - text) : strlen(text));
  if (!what)
    t.kind = SX_POVERTY_ABSOLUTE;
  else if (strcmp(what, "mean") == 0)
    t.kind = SX_POVERTY_OF_MEAN;
  else if (what[0] == 'q')
    good = good && sx_text_to_double(&t.order, what + 1, strlen(what + 1));
  else
    good = good && strcmp(what, "median") == 0;
  if (!good)
    return sx_error_set(err, SX_E_ARGUMENT, NULL,
                        "'%s' is no threshold: give an amount, 0.6*median, 0.5*q0.4 or 0.6*mean", text);
  SX_TRY(sx_estimate__ineq_check_threshold(&t, err));
  *out = t;
  return SX_OK;
}
