/* estimate_interval.c: standard error, interval and coefficient of variation.
 *
 *   wald   estimate -+ t se
 *   shares strictly inside (0, 1): estimate_share.c
 *   of a range (sx_estimate__interval_in): (0, 1) expit(logit x -+ t se/(x (1 - x))), above 0 x exp(-+ t se/x)
 * with t the quantile of Student's distribution on the estimate's df. A proportion of exactly 0 or 1 has no variance
 * estimate that means anything; its interval is Clopper-Pearson's with n* = n (t_{n-1}/t_df)^2, which for p = 0 is
 * [0, 1 - (alpha/2)^(1/n*)]: Korn & Graubard (1998), Survey Methodology 24. docs/methods/proportions.md. */
#include "estimate_priv.h"

const char *sx_stat_name(sx_stat stat) {
  static const char *const names[] = {"total", "mean", "prop", "ratio", "count"};
  return (unsigned)stat < sizeof names / sizeof *names ? names[stat] : "unknown";
}

const char *sx_na_text(sx_na na) {
  static const char *const texts[] = {"",
                                      "empty domain",
                                      "all missing",
                                      "too few sampling units for an error",
                                      "zero denominator",
                                      "missing operand",
                                      "interval beyond the data",
                                      "variance estimated below 0",
                                      "too few bands with cases for the fit",
                                      "the fit has no solution",
                                      "the fitted tail is too heavy for a mean",
                                      "no answer in a cell of the standard",
                                      "the values or weights are too large for a finite result"};
  return (unsigned)na < sizeof texts / sizeof *texts ? texts[na] : "unknown";
}

static double t_of(est_t *cache, double level, double df) {
  if (!(cache->df == df && cache->level == level)) *cache = (est_t){level, df, sx_num_t_quantile((1 + level) / 2, df)};
  return cache->t;
}

static void extreme_share(sx_est_row *row, double t) {
  const double alpha = 1 - row->ci_level, n = (double)row->n;
  if (row->n < 2) return;
  const double ratio = sx_num_t_quantile(1 - alpha / 2, n - 1) / t;
  const double miss = 1 - pow(alpha / 2, 1 / (n * ratio * ratio));
  row->low = row->estimate == 0 ? 0 : 1 - miss;
  row->high = row->estimate == 0 ? miss : 1;
}

/* What is left of an error that is 0 by the design, as of a total that weights are calibrated to: its residuals y - x'b are a solution of the normal
 * equations in rounded numbers, each some 1e-16 of y, and a sum of n of them is within n of that of the total. No file tells values apart so far down. */
static const double rounding = 1e-12;

void sx_estimate__interval(sx_est_row *row, double variance, bool is_prop, const sx_est_options *o, est_t *cache) {
  row->ci_level = o->ci_level;
  row->se = row->low = row->high = row->cv = (double)NAN;
  if (!isnan(o->df)) row->df = o->df;
  if (isnan(row->estimate)) return;
  if (isinf(variance) || (isnan(variance) && isinf(row->estimate * row->estimate))) { /* its squares overflowed */
    row->na = SX_NA_TOO_LARGE;
    return;
  }
  if (!(row->df >= 1) || isnan(variance)) {
    row->na = SX_NA_TOO_FEW_PSU;
    return;
  }
  if (variance < 0) {
    row->na = SX_NA_NEGATIVE_VARIANCE;
    return;
  }
  if (sqrt(variance) <= rounding * fabs(row->estimate)) variance = 0;
  row->se = sqrt(variance);
  if (row->estimate != 0) row->cv = row->se / fabs(row->estimate);
  const double t = t_of(cache, o->ci_level, row->df), p = row->estimate;
  const bool logit = o->ci == SX_CI_LOGIT || (o->ci == SX_CI_DEFAULT && is_prop);
  if (is_prop && o->ci != SX_CI_WALD && (p == 0 || p == 1) && row->n > 0) {
    extreme_share(row, t);
  } else if (p > 0 && p < 1 && (is_prop || logit)) {
    const est_share share = {p, variance, (double)row->n, row->df, t, o->ci_level};
    sx_estimate__share(&row->low, &row->high, o->ci, &share);
  } else {
    row->low = p - t * row->se;
    row->high = p + t * row->se;
  }
}

void sx_estimate__interval_in(sx_est_row *row, est_range range, const sx_est_options *o) {
  const double x = row->estimate;
  if (o->ci == SX_CI_WALD || !(row->se > 0) || !(row->df >= 1)) return;
  const double half = sx_num_t_quantile((1 + o->ci_level) / 2, row->df) * row->se;
  if (range == EST_RANGE_UNIT && x > 0 && x < 1) {
    const double odds = x / (1 - x), factor = exp(half / (x * (1 - x)));
    row->low = odds / (odds + factor);
    row->high = 1 / (1 + 1 / (odds * factor));
  } else if (range == EST_RANGE_POSITIVE && x > 0) {
    const double factor = exp(half / x);
    row->low = x / factor;
    row->high = isfinite(x * factor) ? x * factor : (double)NAN;
  }
}

sx_status sx_est_describe(sx_est_row *row, const sx_est *est, bool is_prop, const sx_est_options *options,
                          sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  const sx_est_options *o = options ? options : &plain;
  if (!est) return sx_error_set(err, SX_E_ARGUMENT, NULL, "there is no estimate to describe");
  if (!(o->ci_level > 0 && o->ci_level < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "ci_level", "the level is %g: it lies between 0 and 1", o->ci_level);
  est_t cache = {0, 0, 0};
  *row = (sx_est_row){0,       -1, est->value,  (double)NAN, (double)NAN, (double)NAN, o->ci_level,
                      est->df, 0,  (double)NAN, (double)NAN, (double)NAN, est->na,     sx_est_ref(est)};
  sx_estimate__interval(row, est->variance, is_prop, o, &cache);
  return SX_OK;
}
