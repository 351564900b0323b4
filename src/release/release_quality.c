/* release_quality.c: marks of reliability. */
#include "shuxiao/release_quality.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/num.h"

void sx_quality_korn_graubard(double *low, double *high, double p, double se, double n, double df, double level) {
  const double tail = (1 - level) / 2;
  double m = n;
  if (se > 0 && p > 0 && p < 1) {
    m = p * (1 - p) / (se * se);
    if (df > 0 && n > 1) {
      const double ratio = sx_num_t_quantile(1 - tail, n - 1) / sx_num_t_quantile(1 - tail, df);
      m *= ratio * ratio;
    }
    if (n > 0) m = fmin(m, n);
  }
  const double x = p * m;
  *low = x > 0 ? sx_num_beta_quantile(tail, x, m - x + 1) : 0;
  *high = x < m ? sx_num_beta_quantile(1 - tail, x + 1, m - x) : 1;
}

static void mark(sx_quality *out, const char *text) {
  const size_t n = strlen(out->marks);
  (void)snprintf(out->marks + n, sizeof out->marks - n, "%s%s", n ? ";" : "", text);
}

static void suppress(sx_quality *out, const char *text) {
  if (out->verdict != SX_QUALITY_SUPPRESS) mark(out, text);
  out->verdict = SX_QUALITY_SUPPRESS;
}

/* The criteria in the order of the standard; the first that fails is named. */
static void judge_nchs(sx_quality *out, const sx_quality_input *in) {
  enum { LEAST = 30, LEAST_DF = 8 };
  char text[64];
  const double p = in->estimate,
               n_eff = in->se > 0 && p > 0 && p < 1 ? fmin(in->n, p * (1 - p) / (in->se * in->se)) : in->n;
  if (!(in->n > 0) || isnan(p)) return;
  sx_quality_korn_graubard(&out->low, &out->high, p, in->se, in->n, in->df, 0.95);
  const double width = out->high - out->low, relative = p > 0 ? width / p : (double)INFINITY;
  if (in->n < LEAST) suppress(out, "nchs suppress: n<30");
  if (n_eff < LEAST) suppress(out, "nchs suppress: n_eff<30");
  (void)snprintf(text, sizeof text, "nchs suppress: width %.2f", width);
  if (width >= 0.30) suppress(out, text);
  (void)snprintf(text, sizeof text, "nchs suppress: relative width %.0f%%", 100 * relative);
  if (width > 0.05 && p > 0 && relative > 1.3) suppress(out, text);
  out->complement = width > 0.05 && width / (1 - p) > 1.3;
  if (out->verdict == SX_QUALITY_SUPPRESS) return;
  const bool few = in->df < LEAST_DF, events = p <= 0 || p >= 1;
  if (few || events) {
    out->verdict = SX_QUALITY_REVIEW;
    mark(out, few ? "nchs review: df<8" : "nchs review: 0 or 100%");
  }
}

/* "n<30" */
static void mark_limit(sx_quality *out, const char *what, double limit) {
  char text[64];
  (void)snprintf(text, sizeof text, "%s%.6g", what, limit);
  mark(out, text);
}

void sx_quality_judge(sx_quality *out, const sx_quality_input *in, const sx_quality_options *options) {
  const sx_quality_options usual = SX_QUALITY_OPTIONS_INIT, *o = options ? options : &usual;
  *out = (sx_quality){.low = (double)NAN, .high = (double)NAN};
  if (in->n > 0 && in->n < o->min_n) mark_limit(out, "n<", o->min_n);
  if (in->n_eff > 0 && in->n_eff < o->min_n_eff) mark_limit(out, "n_eff<", o->min_n_eff);
  if (!in->difference && o->max_cv > 0 && in->cv > o->max_cv) mark_limit(out, "cv>", o->max_cv);
  if (in->df < o->min_df && in->se > 0) mark_limit(out, "df<", o->min_df);
  if (o->standard == SX_QUALITY_NCHS && in->proportion && !in->difference) judge_nchs(out, in);
}

bool sx_quality_is_low(const char *marks) {
  static const char *const low[] = {"n<",   "n_eff<",         "cv>",      "df<",    "nchs ",
                                    "weak", "few interviews", "large cv", "near 0", "heavy tail"};
  for (const char *p = marks ? marks : ""; *p; p += *p == ';') {
    for (size_t i = 0; i < sizeof low / sizeof *low; i++) {
      if (strncmp(p, low[i], strlen(low[i])) == 0) return true;
    }
    p += strcspn(p, ";");
  }
  return false;
}

static sx_status read_word(sx_quality_options *o, const char *word, size_t n, sx_error *err) {
  const struct {
    const char *name;
    double *to;
  } numbers[] = {
      {"min_n=", &o->min_n}, {"max_cv=", &o->max_cv}, {"min_df=", &o->min_df}, {"min_n_eff=", &o->min_n_eff}};
  const bool nchs = n == 13 && strncmp(word, "standard=nchs", n) == 0;
  if (nchs || (n == 14 && strncmp(word, "standard=plain", n) == 0)) {
    o->standard = nchs ? SX_QUALITY_NCHS : SX_QUALITY_PLAIN;
    return SX_OK;
  }
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    const size_t k = strlen(numbers[i].name);
    double x = 0;
    if (n <= k || strncmp(word, numbers[i].name, k) != 0) continue;
    if (!sx_text_to_double(&x, word + k, n - k) || !(x >= 0) || isinf(x))
      return sx_error_set(err, SX_E_ARGUMENT, NULL, "'%.*s': a threshold is a number from 0 on (0: off)", (int)n, word);
    *numbers[i].to = x;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_ARGUMENT, NULL,
                      "'%.*s' is none of min_n=, max_cv=, min_df=, min_n_eff=, standard=plain, standard=nchs", (int)n,
                      word);
}

sx_status sx_quality_parse(sx_quality_options *out, const char *text, sx_error *err) {
  sx_quality_options read = *out;
  for (const char *p = text + strspn(text, ", "); *p; p += strspn(p, ", ")) {
    const size_t n = strcspn(p, ", ");
    SX_TRY(read_word(&read, p, n, err));
    p += n;
  }
  *out = read;
  return SX_OK;
}
