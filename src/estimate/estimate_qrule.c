/* estimate_qrule.c: the quantile of a weighted distribution by thirteen rules. With sorted x_k, weights w_k, C_k = w_1 + .. + w_k,
 * W = C_n, F_k = C_k/W:
 *
 *   math hf1    the first x_k with F_k >= p
 *   school hf2  the same, but (x_k + x_{k+1})/2 where F_k = p
 *   hf3         over distinct values: x_k where F_k = p and k is even, else the next
 *   hf4         linear between the points (F_k, x_k)
 *   hf5 .. hf9  linear between (p_k, x_k), flat outside:
 *     hf5 (C_k - w_k/2)/W             hf6 C_k/(W + w_n)             hf7 C_{k-1}/C_{n-1}
 *     hf8 (C_{k-1} + 2 C_k)/3 /(W + w_n/3)     hf9 (3 C_{k-1} + 5 C_k)/8 /(W + w_n/4)
 *   shahvaish   the x_k with the largest p_k <= p, p_k = (C_k n/W + 1/2 - w_k/2)/(n+1); scaled: w_k n/W for w_k there too
 *
 * Hyndman & Fan (1996) Am. Stat. 50:361-365, carried to weights as R survey's qrule does. Below F_1 R takes the second value for
 * math and continues hf4's line beyond the data; here both give x_1. F_k = p is decided to TIE times W, so that rounding
 * of p W or of the sums does not move an estimate.
 *
 * Weights below 0 (of calibration) count with their sign, and F may fall: then the value is the one after the last x with F(x) <= p,
 * F(x) taken where a run of equal values ends, which is R's choice; where F rises it is the same as above. hf5 .. hf9 are lines
 * through points in order and have no value then. */
#include <string.h>

#include "estimate_priv.h"

/* Relative size of what counts as equal sums of weights: a few hundred roundings, far below any one weight's share. */
static const double TIE = 1e-13;

/* The same where sums fall: behind the last run of equal values at whose end C_k <= p W. */
static size_t count_to_last(const est_view *v, double at) {
  size_t k = v->n;
  while (k > 0 && !(v->cum[k - 1] <= at && (k == v->n || v->x[k] != v->x[k - 1]))) k--;
  return k;
}

/* How many C_k are <= p W. */
static size_t count_to(const est_view *v, double p) {
  const double at = (p + TIE) * v->cum[v->n - 1];
  if (v->negative) return count_to_last(v, at);
  size_t lo = 0, hi = v->n;
  while (lo < hi) {
    const size_t mid = lo + (hi - lo) / 2;
    if (v->cum[mid] <= at)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

static bool at_jump(const est_view *v, size_t k, double p) {
  const double total = v->cum[v->n - 1];
  return k > 0 && fabs(v->cum[k - 1] - p * total) <= TIE * total;
}

static double inverse(const est_view *v, double p, bool halve) {
  const size_t k = count_to(v, p);
  if (k == v->n) return v->x[v->n - 1];
  if (!at_jump(v, k, p)) return v->x[k];
  return halve ? v->x[k - 1] + (v->x[k] - v->x[k - 1]) / 2 : v->x[k - 1];
}

static double nearest_even(const est_view *v, double p) {
  size_t k = count_to(v, p), distinct = 0;
  /* a sum inside a run of equal values belongs to the value before */
  while (k > 0 && k < v->n && v->x[k] == v->x[k - 1]) k--;
  for (size_t i = 0; i < k; i++) distinct += i + 1 == v->n || v->x[i + 1] != v->x[i];
  if (k == v->n) return v->x[v->n - 1];
  return at_jump(v, k, p) && distinct % 2 == 0 ? v->x[k - 1] : v->x[k];
}

static double between(double x0, double x1, double p0, double p1, double p) {
  if (!(p1 > p0) || p <= p0) return x0;
  return x0 + (x1 - x0) * ((p - p0) / (p1 - p0));
}

static double by_line(const est_view *v, double p) {
  const size_t k = count_to(v, p);
  if (k == 0) return v->x[0];
  if (k == v->n) return v->x[v->n - 1];
  const double total = v->cum[v->n - 1];
  size_t end = k; /* sums that fall are those of whole runs */
  while (v->negative && end + 1 < v->n && v->x[end + 1] == v->x[k]) end++;
  return between(v->x[k - 1], v->x[k], v->cum[k - 1] / total, v->cum[end] / total, p);
}

static double plot_at(sx_qrule rule, const est_view *v, size_t k) {
  const size_t n = v->n;
  const double total = v->cum[n - 1], c = v->cum[k], before = k ? v->cum[k - 1] : 0, last = v->w[n - 1];
  if (rule == SX_QRULE_HF5) return (c - v->w[k] / 2) / total;
  if (rule == SX_QRULE_HF6) return c / (total + last);
  if (rule == SX_QRULE_HF7) return before / v->cum[n - 2];
  if (rule == SX_QRULE_HF8) return (before / 3 + c * 2 / 3) / (total + last / 3);
  return (before * 3 / 8 + c * 5 / 8) / (total + last / 4);
}

static double by_plot(sx_qrule rule, const est_view *v, double p) {
  if (v->n == 1 || p <= plot_at(rule, v, 0)) return v->x[0];
  if (p >= plot_at(rule, v, v->n - 1)) return v->x[v->n - 1];
  size_t lo = 0, hi = v->n - 1; /* plot_at(lo) <= p < plot_at(hi) */
  while (hi - lo > 1) {
    const size_t mid = lo + (hi - lo) / 2;
    if (plot_at(rule, v, mid) <= p)
      lo = mid;
    else
      hi = mid;
  }
  return between(v->x[lo], v->x[hi], plot_at(rule, v, lo), plot_at(rule, v, hi), p);
}

/* The points need not be in order: R sorts them and takes the mean of x where two coincide. */
static double by_step(const est_view *v, double p, bool scaled) {
  const double n = (double)v->n, scale = n / v->cum[v->n - 1];
  double best = -(double)INFINITY, least = (double)INFINITY, sum = 0, count = 0, sum_least = 0, count_least = 0;
  for (size_t k = 0; k < v->n; k++) {
    const double at = (v->cum[k] * scale + 0.5 - v->w[k] * (scaled ? scale : 1) / 2) / (n + 1);
    if (at < least) {
      least = at;
      sum_least = count_least = 0;
    }
    if (at == least) {
      sum_least += v->x[k];
      count_least++;
    }
    if (at > p || at < best) continue;
    if (at > best) sum = count = 0;
    best = at;
    sum += v->x[k];
    count++;
  }
  return count > 0 ? sum / count : sum_least / count_least;
}

bool sx_estimate__rule_weighs(sx_qrule rule) {
  return rule == SX_QRULE_SHAHVAISH || rule == SX_QRULE_SHAHVAISH_SCALED || rule == SX_QRULE_HF5 ||
         rule == SX_QRULE_HF6 || rule == SX_QRULE_HF7 || rule == SX_QRULE_HF8 || rule == SX_QRULE_HF9;
}

bool sx_estimate__rule_rises(sx_qrule rule) {
  return rule >= SX_QRULE_HF5 && rule <= SX_QRULE_HF9;
}

double sx_estimate__quantile(sx_qrule rule, const est_view *v, double p) {
  if (!(v->cum[v->n - 1] > 0)) return (double)NAN;
  switch (rule) {
  case SX_QRULE_MATH:
  case SX_QRULE_HF1:
    return inverse(v, p, false);
  case SX_QRULE_SCHOOL:
  case SX_QRULE_HF2:
    return inverse(v, p, true);
  case SX_QRULE_HF3:
    return nearest_even(v, p);
  case SX_QRULE_HF4:
    return by_line(v, p);
  case SX_QRULE_SHAHVAISH:
    return by_step(v, p, false);
  case SX_QRULE_SHAHVAISH_SCALED:
    return by_step(v, p, true);
  case SX_QRULE_HF5:
  case SX_QRULE_HF6:
  case SX_QRULE_HF7:
  case SX_QRULE_HF8:
  case SX_QRULE_HF9:
    break;
  }
  return by_plot(rule, v, p);
}

static const char *const rule_names[] = {
    "math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9", "shahvaish-scaled"};
static const char *const interval_names[] = {"mean", "score", "beta", "xlogit", "asin", "replicate"};

const char *sx_qrule_name(sx_qrule rule) {
  return (unsigned)rule < sizeof rule_names / sizeof *rule_names ? rule_names[rule] : "unknown";
}

sx_status sx_qrule_parse(sx_qrule *out, const char *text, sx_error *err) {
  for (size_t k = 0; k < sizeof rule_names / sizeof *rule_names; k++)
    if (strcmp(rule_names[k], text) == 0) {
      *out = (sx_qrule)k;
      return SX_OK;
    }
  return sx_error_set(err, SX_E_ARGUMENT, NULL,
                      "'%s' is not a rule: math, school, shahvaish, shahvaish-scaled, hf1 to hf9", text);
}

sx_status sx_qinterval_parse(sx_qinterval *out, const char *text, sx_error *err) {
  for (size_t k = 0; k < sizeof interval_names / sizeof *interval_names; k++)
    if (strcmp(interval_names[k], text) == 0) {
      *out = (sx_qinterval)k;
      return SX_OK;
    }
  return sx_error_set(err, SX_E_ARGUMENT, NULL, "'%s' is not an interval: mean, score, beta, xlogit, asin or replicate",
                      text);
}
