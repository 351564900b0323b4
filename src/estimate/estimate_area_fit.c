/* estimate_area_fit.c: the variance A between areas in y_i = x_i'b + v_i + e_i, v_i ~ (0, A), e_i ~ (0, psi_i), psi known. With
 * V_i = A + psi_i, w = 1/V, Q = (X'WX)^-1, r = y - Xb at the weighted b, and P = W - WXQX'W (so that Py = Wr):
 *
 *   REML  -tr P + sum (w r)^2 = 0, tr P = sum w - tr(Q X'W^2 X); slope tr PP = sum w^2 - 2 tr(Q X'W^3 X) + tr((Q X'W^2 X)^2)
 *   ML    -sum w + sum (w r)^2 = 0; slope sum w^2
 *   FH    sum w r^2 - (m - p) = 0; slope sum (w r)^2: Fay & Herriot (1979) JASA 74:269-277
 *   PR    [sum r^2 - sum psi_i (1 - h_ii)]/(m - p) with w = 1: Prasad & Rao (1990) JASA 85:163-171
 *
 * Each equation falls from positive to negative in A; steps of equation/slope from the median psi, halved into the bracket where they
 * leave it. Where it is negative at 0 the estimate is 0. Rao & Molina (2015) Small Area Estimation, 2nd ed., sec. 6.1.2.
 *
 * Asymptotic variance of A: 2/sum w^2 (REML, ML), 2m/(sum w)^2 (FH), 2 sum V^2/m^2 (PR); bias: -tr(Q X'W^2 X)/sum w^2 (ML),
 * 2 [m sum w^2 - (sum w)^2]/(sum w)^3 (FH), 0 else: Datta & Lahiri (2000) Stat. Sinica 10:613-627, Datta, Rao & Smith
 * (2005) Biometrika 92:183-196. */
#include <stdlib.h>
#include <string.h>

#include "estimate_area_priv.h"

/* Steps end when A moves by less than this part of A plus the median psi. */
static const double STEP_TOLERANCE = 1e-13;
static const double COLLINEAR = 1e-11;
enum { MAX_STEPS = 200 };

/* out [p*p] = sum_i f_i x_i x_i', f = w^power. */
static void cross(double *out, const area_model *m, int power) {
  memset(out, 0, m->p * m->p * sizeof *out);
  for (size_t i = 0; i < m->m; i++) {
    const double *x = m->x + i * m->p, f = power == 1 ? m->w[i] : power == 2 ? m->w[i] * m->w[i] : pow(m->w[i], 3);
    for (size_t j = 0; j < m->p; j++)
      for (size_t k = 0; k <= j; k++) out[j * m->p + k] += f * x[j] * x[k];
  }
  for (size_t j = 0; j < m->p; j++)
    for (size_t k = 0; k < j; k++) out[k * m->p + j] = out[j * m->p + k];
}

sx_status sx_estimate__area_regress(area_model *m, sx_error *err) {
  const size_t p = m->p;
  size_t rank = 0;
  cross(m->xwx, m, 1);
  SX_TRY(sx_num_chol_pivot(m->xwx, p, m->pivot, &rank, COLLINEAR, err));
  if (rank < p) {
    m->collinear = m->pivot[rank];
    return sx_error_set(err, SX_E_DATA, NULL, "it is a combination of the other covariates, or constant: leave it out");
  }
  for (size_t j = 0; j < p; j++) {
    for (size_t k = 0; k < p; k++) m->q[j * p + k] = j == k;
    sx_num_chol_solve(m->xwx, p, m->pivot, rank, m->q + j * p, m->work);
  }
  memset(m->beta, 0, p * sizeof *m->beta);
  for (size_t i = 0; i < m->m; i++)
    for (size_t j = 0; j < p; j++) m->beta[j] += m->w[i] * m->x[i * p + j] * m->y[i];
  sx_num_chol_solve(m->xwx, p, m->pivot, rank, m->beta, m->work);
  for (size_t i = 0; i < m->m; i++) {
    double fit = 0;
    for (size_t j = 0; j < p; j++) fit += m->x[i * p + j] * m->beta[j];
    m->r[i] = m->y[i] - fit;
  }
  return SX_OK;
}

double sx_estimate__area_leverage(const area_model *m, const double *x) {
  double sum = 0;
  for (size_t j = 0; j < m->p; j++)
    for (size_t k = 0; k < m->p; k++) sum += x[j] * m->q[j * m->p + k] * x[k];
  return sum;
}

/* tr(Q S) of symmetric matrices. */
static double trace_product(const double *q, const double *s, size_t p) {
  double sum = 0;
  for (size_t j = 0; j < p * p; j++) sum += q[j] * s[j];
  return sum;
}

/* tr(QSQS): sum of (QS)_jk (QS)_kj. */
static double trace_square(const double *q, const double *s, size_t p) {
  double sum = 0;
  for (size_t j = 0; j < p; j++)
    for (size_t k = 0; k < p; k++) {
      double jk = 0, kj = 0;
      for (size_t l = 0; l < p; l++) {
        jk += q[j * p + l] * s[l * p + k];
        kj += q[k * p + l] * s[l * p + j];
      }
      sum += jk * kj;
    }
  return sum;
}

/* The equation of the method and its slope at a. */
static sx_status equation(double *value, double *slope, area_model *m, sx_area_method method, double a, sx_error *err) {
  double w1 = 0, w2 = 0, wr2 = 0, w2r2 = 0;
  for (size_t i = 0; i < m->m; i++) m->w[i] = 1 / (a + m->psi[i]);
  SX_TRY(sx_estimate__area_regress(m, err));
  for (size_t i = 0; i < m->m; i++) {
    const double w = m->w[i], wr = w * m->r[i];
    w1 += w;
    w2 += w * w;
    wr2 += wr * m->r[i];
    w2r2 += wr * wr;
  }
  if (method == SX_AREA_FH) {
    *value = wr2 - (double)(m->m - m->p);
    *slope = w2r2;
    return SX_OK;
  }
  *value = w2r2 - w1;
  *slope = w2;
  if (method == SX_AREA_ML) return SX_OK;
  cross(m->other, m, 2);
  *value += trace_product(m->q, m->other, m->p);
  *slope += trace_square(m->q, m->other, m->p);
  cross(m->other, m, 3);
  *slope -= 2 * trace_product(m->q, m->other, m->p);
  return SX_OK;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median_psi(area_model *m) {
  memcpy(m->w, m->psi, m->m * sizeof *m->w);
  qsort(m->w, m->m, sizeof *m->w, ascending);
  return m->w[m->m / 2];
}

static sx_status solve(double *out, size_t *iterations, area_model *m, sx_area_method method, sx_error *err) {
  const double unit = median_psi(m);
  double a = unit, low = 0, high = (double)INFINITY, value = 0, slope = 0;
  for (*iterations = 1; *iterations <= MAX_STEPS; ++*iterations) {
    SX_TRY(equation(&value, &slope, m, method, a, err));
    if (!isfinite(value) || !isfinite(slope)) break;
    if (value > 0)
      low = a;
    else
      high = a;
    double next = slope > 0 ? a + value / slope : (double)NAN;
    if (!(next > low && next < high)) next = isinf(high) ? 2 * a + unit : low + (high - low) / 2;
    if (a == 0 && value <= 0) next = 0;
    if (low == 0 && next < STEP_TOLERANCE * unit) next = 0;
    const bool done = fabs(next - a) <= STEP_TOLERANCE * (a + unit);
    a = next;
    if (done) {
      *out = a;
      return equation(&value, &slope, m, method, a, err);
    }
  }
  return sx_error_set(err, SX_E_NUMERIC, sx_area_method_name(method),
                      "the variance between areas has no solution in %d steps: try another method", (int)MAX_STEPS);
}

static sx_status prasad_rao(double *out, area_model *m, sx_error *err) {
  double square = 0, noise = 0;
  for (size_t i = 0; i < m->m; i++) m->w[i] = 1;
  SX_TRY(sx_estimate__area_regress(m, err));
  for (size_t i = 0; i < m->m; i++) {
    square += m->r[i] * m->r[i];
    noise += m->psi[i] * (1 - sx_estimate__area_leverage(m, m->x + i * m->p));
  }
  const double a = (square - noise) / (double)(m->m - m->p);
  *out = a > 0 ? a : 0;
  for (size_t i = 0; i < m->m; i++) m->w[i] = 1 / (*out + m->psi[i]);
  return sx_estimate__area_regress(m, err);
}

sx_status sx_estimate__area_sigma2(double *out, size_t *iterations, area_model *m, sx_area_method method,
                                   sx_error *err) {
  *iterations = 0;
  return method == SX_AREA_PR ? prasad_rao(out, m, err) : solve(out, iterations, m, method, err);
}

void sx_estimate__area_moments(double *variance, double *bias, area_model *m, sx_area_method method, double a) {
  const double n = (double)m->m;
  double w1 = 0, w2 = 0, v2 = 0;
  for (size_t i = 0; i < m->m; i++) {
    const double v = a + m->psi[i];
    w1 += 1 / v;
    w2 += 1 / (v * v);
    v2 += v * v;
  }
  *bias = 0;
  *variance = 2 / w2;
  if (method == SX_AREA_ML) {
    cross(m->other, m, 2);
    *bias = -trace_product(m->q, m->other, m->p) / w2;
  } else if (method == SX_AREA_FH) {
    *variance = 2 * n / (w1 * w1);
    *bias = 2 * (n * w2 - w1 * w1) / (w1 * w1 * w1);
  } else if (method == SX_AREA_PR) {
    *variance = 2 * v2 / (n * n);
  }
}
