/* release_primary.c: which cells are sensitive, and how far they must be protected.
 *
 * With X the value and x1 >= x2 >= ... the contributions: threshold n < k; dominance x1 + ... + xk > (d/100) X; p% X - x1 - x2 < (p/100) x1;
 * pq with p/q in the place of p/100. Protection: the least by which X must be uncertain upwards so that an equally large cell would be safe:
 * (100/d)(x1 + ... + xk) - X, (p/100) x1 - (X - x1 - x2), (p/q) x1 - (X - x1 - x2). Cox (1981), JASA 76:520; Hundepool et al. (2012),
 * Statistical Disclosure Control, secs. 4.2.2 and 4.2.4; the threshold says nothing of a level: a declared share of X. A share of 0 is no
 * protection: that few contributors have nothing is as much told by a cell of 0, so it must be possible that they have something. */
#include <math.h>

#include "release_priv.h"

static const double LEAST =
    1e-6; /* of the value: a sensitive cell is not known to six digits, whatever the rule asks */
static const double ROUNDED = 1e-9; /* of the largest value: a smaller one is a 0 that sums left */

double sx_release__zero(const sx_release_problem *p, const sx_release_rules *rules) {
  double largest = 0, smallest = (double)INFINITY;
  if (rules && rules->zero_width > 0) return rules->zero_width;
  for (size_t i = 0; i < p->n_cells; i++) largest = fmax(largest, fabs(p->cells[i].value));
  for (size_t i = 0; i < p->n_cells; i++) {
    const double x = fabs(p->cells[i].value);
    if (x > ROUNDED * largest) smallest = fmin(smallest, x);
  }
  return fmax(LEAST, rules ? rules->width : 0) * (largest > 0 ? smallest : 1);
}

double sx_release__least(double value, double zero) {
  return value == 0 ? zero : LEAST * fabs(value);
}

void sx_release__levels(double *lower, double *upper, const sx_release_cell *c, double zero) {
  *lower = isnan(c->lower) ? 0 : c->lower;
  *upper = isnan(c->upper) ? 0 : c->upper;
  if (*lower > 0 || *upper > 0) return;
  *(c->high > c->value ? upper : lower) = sx_release__least(c->value, zero);
}

static double top_sum(const sx_release_cell *c, size_t k) {
  double sum = 0;
  for (size_t i = 0; i < k && i < c->n_top; i++) sum += c->top[i];
  return sum;
}

static void want(double *need, const char **why, bool fails, double level, const char *rule) {
  if (!fails) return;
  if (!*why) *why = rule;
  *need = fmax(*need, level);
}

bool sx_release__fails(double *need, const char **why, const sx_release_rules *r, const sx_release_cell *c) {
  const double x = fabs(c->value);
  *need = 0;
  *why = NULL;
  if (!r->zeros && (c->n == 0 || (isnan(c->n) && c->value == 0))) return false;
  if (r->min_n > 0) want(need, why, c->n < r->min_n, r->width * x, "threshold");
  if (r->dominance > 0) {
    const double held = top_sum(c, r->dominance_n);
    want(need, why, held > x * r->dominance / 100, held * 100 / r->dominance - x, "dominance");
  }
  const double x1 = top_sum(c, 1), rest = fmax(0, x - top_sum(c, 2));
  if (r->p > 0) want(need, why, rest < x1 * r->p / 100, x1 * r->p / 100 - rest, "p%");
  if (r->pq_p > 0) want(need, why, rest < x1 * r->pq_p / r->pq_q, x1 * r->pq_p / r->pq_q - rest, "pq");
  return *why != NULL;
}

static sx_status check_rules(const sx_release_rules *r, sx_error *err) {
  if (!(r->min_n >= 0) || !(r->width >= 0))
    return sx_error_set(err, SX_E_ARGUMENT, "min_n", "it is a number from 0 on, and so is its width");
  if (!(r->zero_width >= 0 && isfinite(r->zero_width)))
    return sx_error_set(err, SX_E_ARGUMENT, "zero_width", "it is a number above 0, in the unit of the values");
  if (!(r->dominance >= 0 && r->dominance < 100) || (r->dominance > 0 && r->dominance_n == 0))
    return sx_error_set(err, SX_E_ARGUMENT, "dominance", "n is at least 1 and k a percentage below 100");
  if (!(r->p >= 0 && r->p <= 100)) return sx_error_set(err, SX_E_ARGUMENT, "p", "p is a percentage, 0 to 100");
  if (!(r->pq_p >= 0) || (r->pq_p > 0 && !(r->pq_q > r->pq_p && r->pq_q <= 100)))
    return sx_error_set(err, SX_E_ARGUMENT, "pq", "0 < p < q <= 100");
  return SX_OK;
}

static sx_status check_known(const sx_release_rules *r, const sx_release_cell *c, sx_error *err) {
  if (r->min_n > 0 && isnan(c->n))
    return sx_error_set(err, SX_E_DATA, c->key, "the threshold rule needs the number of contributors of every cell");
  const bool shares = r->dominance > 0 || r->p > 0 || r->pq_p > 0;
  const size_t least = r->p > 0 || r->pq_p > 0 ? 2 : r->dominance_n;
  const double there = isnan(c->n) ? (double)least : fmin(c->n, (double)least);
  if (shares && c->value != 0 && (double)c->n_top < there)
    return sx_error_set(err, SX_E_DATA, c->key, "the rules need its %zu largest contributions, and it has %zu",
                        (size_t)there, c->n_top);
  return SX_OK;
}

sx_status sx_release_primary(size_t *n_marked, sx_release_problem *problem, const sx_release_rules *rules,
                             sx_error *err) {
  size_t marked = 0;
  SX_TRY(check_rules(rules, err));
  for (size_t i = 0; i < problem->n_cells; i++) {
    const sx_release_cell *c = &problem->cells[i];
    if (c->mark == SX_RELEASE_OPEN) SX_TRY(check_known(rules, c, err));
  }
  const double zero = sx_release__zero(problem, rules);
  for (size_t i = 0; i < problem->n_cells; i++) {
    sx_release_cell *c = &problem->cells[i];
    double need = 0;
    const char *why = NULL;
    if (c->mark != SX_RELEASE_OPEN && c->mark != SX_RELEASE_PRIMARY) continue;
    const bool fails = sx_release__fails(&need, &why, rules, c);
    if (c->mark == SX_RELEASE_OPEN && !fails) continue;
    if (c->mark == SX_RELEASE_OPEN) {
      c->mark = SX_RELEASE_PRIMARY;
      c->reason = why;
      marked++;
    }
    if (!fails) need = rules->width * fabs(c->value);
    need = fmax(need, sx_release__least(c->value, zero));
    if (isnan(c->upper)) c->upper = need;
    if (isnan(c->lower)) c->lower = fmin(need, c->value - c->low);
  }
  if (n_marked) *n_marked = marked;
  return SX_OK;
}
