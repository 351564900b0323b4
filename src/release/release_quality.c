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

void sx_quality_judge(sx_quality *out, const sx_quality_input *in, const sx_quality_options *options) {
  const sx_quality_options usual = SX_QUALITY_OPTIONS_INIT, *o = options ? options : &usual;
  char text[64];
  *out = (sx_quality){.low = (double)NAN, .high = (double)NAN};
  (void)snprintf(text, sizeof text, "n<%.6g", o->min_n);
  if (in->n > 0 && in->n < o->min_n) mark(out, text);
  (void)snprintf(text, sizeof text, "n_eff<%.6g", o->min_n_eff);
  if (in->n_eff > 0 && in->n_eff < o->min_n_eff) mark(out, text);
  (void)snprintf(text, sizeof text, "cv>%.6g", o->max_cv);
  if (!in->difference && o->max_cv > 0 && in->cv > o->max_cv) mark(out, text);
  (void)snprintf(text, sizeof text, "df<%.6g", o->min_df);
  if (in->df < o->min_df && in->se > 0) mark(out, text);
  if (o->standard == SX_QUALITY_NCHS && in->proportion && !in->difference) judge_nchs(out, in);
}
