/* estimate_area.c: small areas by Fay & Herriot (1979) JASA 74:269-277: y_i = x_i'b + v_i + e_i. With the variance A between areas
 * (estimate_area_fit.c), g_i = A/(A + psi_i), B = 1 - g and Q = (sum x x'/(A + psi))^-1:
 *
 *   EBLUP   g_i y_i + (1 - g_i) x_i'b
 *   g1 = g_i psi_i,  g2 = B^2 x_i'Q x_i,  g3 = psi_i^2/(A + psi_i)^3 Var(A)
 *   mse = g1 + g2 + 2 g3 - bias(A) B^2
 *
 * and without a direct estimate x_i'b with mse A + x_i'Q x_i. Prasad & Rao (1990) JASA 85:163-171; Datta & Lahiri (2000) Stat. Sinica
 * 10:613-627; Rao & Molina (2015) sec. 6.2. */
#include <stdio.h>
#include <string.h>

#include "estimate_area_priv.h"

static const char *const methods[] = {"reml", "ml", "fh", "pr"};

const char *sx_area_method_name(sx_area_method method) {
  return (unsigned)method < sizeof methods / sizeof *methods ? methods[method] : "unknown";
}

sx_status sx_area_method_parse(sx_area_method *out, const char *text, sx_error *err) {
  for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
    if (strcmp(text, methods[k]) != 0) continue;
    *out = (sx_area_method)k;
    return SX_OK;
  }
  return sx_error_set(err, SX_E_ARGUMENT, NULL, "'%s' is not a method: reml, ml, fh or pr", text);
}

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

static const char *area_name(char *text, const sx_area_request *r, size_t i) {
  if (r->names)
    (void)snprintf(text, SX_ERROR_WHERE_MAX, "%s", r->names[i]);
  else
    (void)snprintf(text, SX_ERROR_WHERE_MAX, "area %zu", i + 1);
  return text;
}

static const char *covariate_name(char *text, const sx_area_request *r, size_t j) {
  if (r->covariate_names)
    (void)snprintf(text, SX_ERROR_WHERE_MAX, "%s", r->covariate_names[j]);
  else
    (void)snprintf(text, SX_ERROR_WHERE_MAX, "covariate %zu", j + 1);
  return text;
}

static sx_status check_area(const sx_area_request *r, size_t i, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX], name[SX_ERROR_WHERE_MAX];
  if (!isnan(r->direct[i]) && !isfinite(r->direct[i]))
    return sx_error_set(err, SX_E_DATA, area_name(where, r, i), "the direct estimate is not finite");
  if (!isnan(r->direct[i]) && !(r->variance[i] > 0 && isfinite(r->variance[i])))
    return sx_error_set(err, SX_E_DATA, area_name(where, r, i),
                        "the sampling variance is %g: it is above 0, or the area has no direct estimate",
                        r->variance[i]);
  for (size_t j = 0; j < r->n_covariates; j++)
    if (!isfinite(r->covariates[i * r->n_covariates + j]))
      return sx_error_set(err, SX_E_DATA, area_name(where, r, i),
                          "%.200s is missing or not finite: every area needs it", covariate_name(name, r, j));
  if (r->benchmark != SX_AREA_NO_BENCHMARK && !(r->share[i] >= 0 && isfinite(r->share[i])))
    return sx_error_set(err, SX_E_DATA, area_name(where, r, i), "its share in the benchmark is %g: it is 0 or above",
                        r->share[i]);
  return SX_OK;
}

static sx_status check(const sx_area_request *r, sx_error *err) {
  const size_t p = r->n_covariates + (r->no_intercept ? 0U : 1U);
  size_t direct = 0;
  if ((unsigned)r->method > SX_AREA_PR || (unsigned)r->benchmark > SX_AREA_DIFFERENCE)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "an unknown method or benchmark");
  if (!(r->ci_level > 0 && r->ci_level < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "ci_level", "the level is %g: it lies between 0 and 1", r->ci_level);
  if (r->n == 0 || p == 0) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the model needs areas and a covariate");
  if (r->benchmark != SX_AREA_NO_BENCHMARK && (!r->share || !isfinite(r->total)))
    return sx_error_set(err, SX_E_ARGUMENT, "benchmark", "it needs a total and the share of every area");
  for (size_t i = 0; i < r->n; i++) {
    SX_TRY(check_area(r, i, err));
    direct += isnan(r->direct[i]) ? 0U : 1U;
  }
  if (direct > p) return SX_OK;
  return sx_error_set(err, SX_E_DATA, NULL, "%zu areas have a direct estimate: a model of %zu coefficients needs more",
                      direct, p);
}

/* ---- the model ---------------------------------------------------------------------------------------------------- */

static void model_clear(area_model *m) {
  void *const all[] = {m->x,    m->y, m->psi, m->centre, m->scale, m->w,    m->r,
                       m->beta, m->q, m->xwx, m->work,   m->other, m->pivot};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) sx_mem_free(&m->ctx, all[k]);
}

static sx_status model_alloc(area_model *m, sx_error *err) {
  size_t mp = 0, pp = 0;
  if (!sx_size_mul(&mp, m->m, m->p) || !sx_size_mul(&pp, m->p, m->p)) return sx_error_memory(err);
  m->x = sx_mem_alloc(&m->ctx, mp, sizeof(double));
  m->y = sx_mem_alloc(&m->ctx, m->m, sizeof(double));
  m->psi = sx_mem_alloc(&m->ctx, m->m, sizeof(double));
  m->w = sx_mem_alloc(&m->ctx, m->m, sizeof(double));
  m->r = sx_mem_alloc(&m->ctx, m->m, sizeof(double));
  m->centre = sx_mem_zalloc(&m->ctx, m->p, sizeof(double));
  m->scale = sx_mem_alloc(&m->ctx, m->p, sizeof(double));
  m->beta = sx_mem_alloc(&m->ctx, m->p, sizeof(double));
  m->work = sx_mem_alloc(&m->ctx, m->p, sizeof(double));
  m->q = sx_mem_alloc(&m->ctx, pp, sizeof(double));
  m->xwx = sx_mem_alloc(&m->ctx, pp, sizeof(double));
  m->other = sx_mem_alloc(&m->ctx, pp, sizeof(double));
  m->pivot = sx_mem_alloc(&m->ctx, m->p, sizeof *m->pivot);
  const bool ok = m->x && m->y && m->psi && m->w && m->r && m->centre && m->scale && m->beta && m->work && m->q &&
                  m->xwx && m->other && m->pivot;
  return ok ? SX_OK : sx_error_memory(err);
}

static double raw(const sx_area_request *r, size_t i, size_t j) {
  if (!r->no_intercept) return j == 0 ? 1 : r->covariates[i * r->n_covariates + j - 1];
  return r->covariates[i * r->n_covariates + j];
}

/* Centre and root mean square of the columns, over the areas with a direct estimate. */
static void column_scales(area_model *m, const sx_area_request *r) {
  const double n = (double)m->m;
  for (size_t j = 0; j < m->p; j++) {
    double sum = 0, square = 0;
    for (size_t i = 0; i < r->n; i++)
      if (!isnan(r->direct[i])) sum += raw(r, i, j);
    m->centre[j] = r->no_intercept || j == 0 ? 0 : sum / n;
    for (size_t i = 0; i < r->n; i++)
      if (!isnan(r->direct[i])) square += (raw(r, i, j) - m->centre[j]) * (raw(r, i, j) - m->centre[j]);
    m->scale[j] = square > 0 ? sqrt(square / n) : 1;
    /* rounding of a constant: leave it to be found collinear */
    if (m->scale[j] < 1e-12 * fabs(m->centre[j])) m->scale[j] = fabs(m->centre[j]);
  }
}

static void scaled_row(double *x, const area_model *m, const sx_area_request *r, size_t i) {
  for (size_t j = 0; j < m->p; j++) x[j] = (raw(r, i, j) - m->centre[j]) / m->scale[j];
}

static sx_status model_new(area_model *m, const sx_ctx *ctx, const sx_area_request *r, sx_error *err) {
  *m = (area_model){.ctx = *ctx, .p = r->n_covariates + (r->no_intercept ? 0U : 1U)};
  for (size_t i = 0; i < r->n; i++) m->m += isnan(r->direct[i]) ? 0U : 1U;
  SX_TRY(model_alloc(m, err));
  column_scales(m, r);
  size_t k = 0;
  for (size_t i = 0; i < r->n; i++) {
    if (isnan(r->direct[i])) continue;
    scaled_row(m->x + k * m->p, m, r, i);
    m->y[k] = r->direct[i];
    m->psi[k++] = r->variance[i];
  }
  return SX_OK;
}

/* ---- results ------------------------------------------------------------------------------------------------------ */

void sx_area_free(sx_area_fit *fit) {
  if (!fit) return;
  const sx_ctx ctx = fit->ctx;
  sx_mem_free(&ctx, fit->rows);
  sx_mem_free(&ctx, fit->beta);
  sx_mem_free(&ctx, fit->beta_se);
  sx_mem_free(&ctx, fit);
}

static sx_status fit_new(sx_area_fit **out, const area_model *m, size_t n, sx_error *err) {
  sx_area_fit *fit = sx_mem_zalloc(&m->ctx, 1, sizeof *fit);
  if (!fit) return sx_error_memory(err);
  fit->ctx = m->ctx;
  fit->n = n;
  fit->n_direct = m->m;
  fit->n_coefficients = m->p;
  fit->adjustment = (double)NAN;
  fit->rows = sx_mem_zalloc(&m->ctx, n, sizeof *fit->rows);
  fit->beta = sx_mem_alloc(&m->ctx, m->p, sizeof *fit->beta);
  fit->beta_se = sx_mem_alloc(&m->ctx, m->p, sizeof *fit->beta_se);
  if (!fit->rows || !fit->beta || !fit->beta_se) {
    sx_area_free(fit);
    return sx_error_memory(err);
  }
  *out = fit;
  return SX_OK;
}

/* From the scaled columns back: b_j/s_j, and the intercept less what the centres took. */
static void coefficients(sx_area_fit *fit, area_model *m) {
  for (size_t j = 0; j < m->p; j++) {
    fit->beta[j] = m->beta[j] / m->scale[j];
    fit->beta_se[j] = sqrt(m->q[j * m->p + j]) / m->scale[j];
  }
  /* with centres the first column is the intercept: row [1, -c/s] of the coefficients */
  for (size_t j = 0; j < m->p; j++) m->work[j] = j == 0 ? 1 / m->scale[0] : -m->centre[j] / m->scale[j];
  bool centred = false;
  for (size_t j = 1; j < m->p; j++) centred = centred || m->centre[j] != 0;
  if (!centred) return;
  fit->beta[0] = 0;
  for (size_t j = 0; j < m->p; j++) fit->beta[0] += m->work[j] * m->beta[j];
  fit->beta_se[0] = sqrt(sx_estimate__area_leverage(m, m->work));
}

static void area_row(sx_area_row *row, const area_model *m, const sx_area_request *r, size_t i, double a,
                     double variance, double bias) {
  const double *x = m->work, psi = r->variance ? r->variance[i] : 0;
  const double spread = sx_estimate__area_leverage(m, x);
  for (size_t j = 0; j < m->p; j++) row->synthetic += x[j] * m->beta[j];
  row->direct = r->direct[i];
  row->direct_se = (double)NAN;
  row->eblup = row->synthetic;
  row->g1 = a;
  row->g2 = spread;
  if (!isnan(row->direct)) {
    const double v = a + psi, b = psi / v;
    row->direct_se = sqrt(psi);
    row->gamma = a / v;
    row->eblup += row->gamma * (row->direct - row->synthetic);
    row->g1 = row->gamma * psi;
    row->g2 = b * b * spread;
    row->g3 = b * b / v * variance;
    row->mse = row->g1 + row->g2 + 2 * row->g3 - bias * b * b;
  } else {
    row->mse = row->g1 + row->g2;
  }
}

/* Brings sum share * estimate to the total. */
static sx_status benchmark(sx_area_fit *fit, const sx_area_request *r, sx_error *err) {
  double sum = 0, shares = 0;
  for (size_t i = 0; i < fit->n; i++) {
    fit->rows[i].estimate = fit->rows[i].eblup;
    if (r->benchmark == SX_AREA_NO_BENCHMARK) continue;
    sum += r->share[i] * fit->rows[i].eblup;
    shares += r->share[i];
  }
  if (r->benchmark == SX_AREA_NO_BENCHMARK) return SX_OK;
  fit->adjustment = r->benchmark == SX_AREA_RATIO ? r->total / sum : (r->total - sum) / shares;
  if (!isfinite(fit->adjustment))
    return sx_error_set(err, SX_E_DATA, "benchmark", "the areas' shares give a total of %g, which cannot be adjusted",
                        sum);
  for (size_t i = 0; i < fit->n; i++) {
    double *x = &fit->rows[i].estimate;
    *x = r->benchmark == SX_AREA_RATIO ? *x * fit->adjustment : *x + fit->adjustment;
  }
  return SX_OK;
}

static double log_likelihood(const area_model *m, double a) {
  double sum = (double)m->m * log(2 * 3.14159265358979323846);
  for (size_t i = 0; i < m->m; i++) {
    const double v = a + m->psi[i];
    sum += log(v) + m->r[i] * m->r[i] / v;
  }
  return -sum / 2;
}

static sx_status results(sx_area_fit *fit, area_model *m, const sx_area_request *r, sx_error *err) {
  double variance = 0, bias = 0;
  SX_TRY(sx_estimate__area_sigma2(&fit->sigma2, &fit->iterations, m, r->method, err));
  sx_estimate__area_moments(&variance, &bias, m, r->method, fit->sigma2);
  fit->sigma2_se = sqrt(variance);
  fit->log_likelihood = log_likelihood(m, fit->sigma2);
  for (size_t i = 0; i < r->n; i++) {
    scaled_row(m->work, m, r, i);
    area_row(&fit->rows[i], m, r, i, fit->sigma2, variance, bias);
  }
  coefficients(fit, m);
  SX_TRY(benchmark(fit, r, err));
  const double z = sx_num_norm_quantile((1 + r->ci_level) / 2);
  for (size_t i = 0; i < r->n; i++) {
    sx_area_row *row = &fit->rows[i];
    row->low = row->estimate - z * sqrt(row->mse);
    row->high = row->estimate + z * sqrt(row->mse);
  }
  return SX_OK;
}

sx_status sx_estimate_area(sx_area_fit **out, const sx_ctx *ctx, const sx_area_request *r, sx_error *err) {
  const sx_ctx plain = SX_CTX_INIT;
  if (!ctx) ctx = &plain;
  SX_TRY(check(r, err));
  area_model m = {.collinear = SIZE_MAX};
  sx_area_fit *fit = NULL;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, model_new(&m, ctx, r, err), done);
  m.collinear = SIZE_MAX;
  SX_TRY_GOTO(st, fit_new(&fit, &m, r->n, err), done);
  SX_TRY_GOTO(st, results(fit, &m, r, err), done);
  *out = fit;
  fit = NULL;
done:
  if (st == SX_E_DATA && m.collinear < m.p) {
    char name[SX_ERROR_WHERE_MAX];
    const bool intercept = !r->no_intercept && m.collinear == 0;
    sx_error_add_where(err, "%s",
                       intercept ? "(intercept)" : covariate_name(name, r, m.collinear - (r->no_intercept ? 0U : 1U)));
  }
  sx_area_free(fit);
  model_clear(&m);
  return st;
}
