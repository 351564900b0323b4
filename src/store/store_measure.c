/* store_measure.c: what the number of a row is: a pure number or an amount, a fraction that is read as per cent, a difference of such fractions. */
#include <string.h>

#include "store_priv.h"

static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with) {
  const size_t n = strlen(text), k = strlen(with);
  return n >= k && strcmp(text + n - k, with) == 0;
}

static bool either(const char *text, const char *one, const char *other) {
  return strcmp(text, one) == 0 || strcmp(text, other) == 0;
}

static bool is_difference(const char *s) {
  return begins(s, "gap") || begins(s, "change") || begins(s, "yoy") || strcmp(s, "difference") == 0;
}

/* Of any indicator: p values, tests, quotients of two levels, counts. */
static bool is_number(const char *s) {
  static const char *const whole[] = {"p", "chi_square", "elasticity", "count", "moved_se", "at_bound"};
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
    if (strcmp(s, whole[i]) == 0) return true;
  return begins(s, "p_") || begins(s, "test_") || begins(s, "base_") ||
         ((begins(s, "change") || begins(s, "yoy")) && strstr(s, "_ratio"));
}

/* Growth and shares of a change, whatever their indicator is in. */
static bool is_relative(const char *s) {
  return begins(s, "growth") || begins(s, "constant_growth") || begins(s, "share_of_change") ||
         begins(s, "constant_share_of_change") || begins(s, "effect_share_") || begins(s, "constant_effect_share_") ||
         (is_difference(s) && strstr(s, "_relative"));
}

static bool is_share(const char *s) {
  return strcmp(s, "prop") == 0 || begins(s, "prop_") || strcmp(s, "share") == 0 || begins(s, "share_") ||
         ends(s, "_share") || ends(s, "_pct") || strcmp(s, "arpr") == 0;
}

sx_row_measure sx_store_measure(double *factor, const char *statistic, const char *unit,
                                const sx_store_indicator *indicator) {
  const char *s = statistic ? statistic : "", *u = unit ? unit : "",
             *own = indicator && indicator->unit ? indicator->unit : "";
  const bool percent = indicator && indicator->scale == 100;
  const bool written = !percent && strcmp(own, u) == 0; /* the study's own unit: its numbers are in it already */
  *factor = 1;
  if (*u && !either(u, "%", "％") && !either(u, "pp", "百分点")) return SX_ROW_NUMBER;
  if (!*u && is_number(s)) return SX_ROW_NUMBER;
  const bool points =
      either(u, "pp", "百分点") || (!*u && percent && (is_difference(s) || either(own, "pp", "百分点")));
  if (!*u && !points && !percent && !is_share(s) && !is_relative(s)) return SX_ROW_NUMBER;
  if (!*u || !written || is_relative(s)) *factor = 100;
  return points && !is_relative(s) ? SX_ROW_POINTS : SX_ROW_PERCENT;
}
