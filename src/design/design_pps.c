/* design_pps.c: sampling without replacement with unequal probabilities.
 *
 * With z_i = w_i u_i and d_ij = (pi_ij - pi_i pi_j)/pi_ij, d_ii = 1 - pi_i:
 *   Horvitz-Thompson  V = sum_ij d_ij z_i z_j               Horvitz & Thompson (1952) JASA 47:663-685
 *   Yates-Grundy-Sen  V = -1/2 sum_ij d_ij (z_i - z_j)^2     fixed size; Yates & Grundy (1953) JRSS B 15:253-261
 *   Poisson sampling  V = sum_i (1 - pi_i) z_i^2, pi_ij = pi_i pi_j        Sarndal, Swensson & Wretman (1992) sec. 3.5
 * Without joint probabilities, within a stratum of n units and for i != j
 *   Overton      d_ij = 1 - (n - (pi_i + pi_j)/2)/(n - 1)      Overton & Stehman (1995) Am. Stat. 49:261-268
 *   Hartley-Rao  d_ij = 1 - (n - pi_i - pi_j + S/n)/(n - 1)    Hartley & Rao (1962) Ann. Math. Stat. 33:350-374
 * S = sum of pi^2 over the population, or its estimate sum of pi over the sample (Berger 2004, J. Appl. Stat. 31:305-315).
 * Both are alpha + beta (pi_i + pi_j), so the double sum is three sums: O(n), no matrix. A unit taken for sure (pi = 1) is
 * independent of the others: it leaves the formula, and n. Brewer's form is in design_tree.c. docs/methods/pps.md. */
#include <stdio.h>
#include <string.h>

#include "design_priv.h"

static const double certain = 1e-7;   /* 1 - pi below this is a unit taken for sure */
static const double agreement = 1e-6; /* relative, of a matrix's diagonal with the probabilities and of its halves */

void sx_design__pps_free(design_sample *s) {
  sx_mem_free(&s->ctx, s->prob);
  if (!s->pps) return;
  sx_mem_free(&s->ctx, s->pps->joint);
  sx_mem_free(&s->ctx, s->pps->alpha);
  sx_mem_free(&s->ctx, s->pps->beta);
  sx_design__phase_free(s->pps->phase);
  sx_mem_free(&s->ctx, s->pps);
}

sx_status sx_design__check_stages(const sx_design_spec *spec, sx_error *err) {
  if (spec->n_fpcs && !spec->fpcs) return sx_error_set(err, SX_E_ARGUMENT, "fpc", "the names are missing");
  if (spec->n_fpcs && spec->fpc) return sx_error_set(err, SX_E_ARGUMENT, "fpc", "it is given twice");
  const bool reps = spec->rep_type != SX_REP_NONE || spec->n_repweights;
  if (reps && (spec->n_fpcs || spec->pps != SX_PPS_NONE))
    return sx_error_set(err, SX_E_ARGUMENT, "fpc",
                        "replicate weights carry their own variance: leave the fpc and the probabilities out");
  const size_t stages = spec->n_fpcs + (spec->pps == SX_PPS_BREWER ? 1 : 0);
  const bool exact = stages > 1 || (spec->n_fpcs == 1 && !spec->weights && !spec->unweighted);
  if (exact && (spec->n_clusters > stages || spec->n_clusters + 1 < stages))
    return sx_error_set(err, SX_E_ARGUMENT, "fpc",
                        "%zu stages have an fpc, %zu have clusters: give one for each, the last stage may be the cases",
                        stages, spec->n_clusters);
  if (spec->n_later_strata && (!exact || spec->n_later_strata >= stages))
    return sx_error_set(err, SX_E_ARGUMENT, "strata",
                        "strata are given for %zu stages, an fpc for %zu: strata of a later stage need its fpc",
                        spec->n_later_strata + 1, stages);
  if (spec->pps == SX_PPS_NONE) {
    if (spec->prob || spec->joint)
      return sx_error_set(err, SX_E_ARGUMENT, "pps", "probabilities are given without the method that uses them");
    return SX_OK;
  }
  if (!spec->prob)
    return sx_error_set(err, SX_E_ARGUMENT, "pps", "the method needs the inclusion probabilities of the PSUs");
  if (spec->fpc || (spec->n_fpcs && spec->pps != SX_PPS_BREWER))
    return sx_error_set(err, SX_E_ARGUMENT, "pps",
                        "the probabilities take the place of the fpc (Brewer: of the first stage's)");
  if ((spec->pps == SX_PPS_HT || spec->pps == SX_PPS_YG) != (spec->joint != NULL))
    return sx_error_set(err, SX_E_ARGUMENT, "pps",
                        spec->joint ? "joint probabilities belong to the methods ht and yg"
                                    : "the method needs a matrix of joint probabilities");
  if (!isnan(spec->psum) && (spec->pps != SX_PPS_HR || !(spec->psum > 0 && isfinite(spec->psum))))
    return sx_error_set(err, SX_E_ARGUMENT, "pps", "the sum of squared probabilities is for hr, and above 0");
  return SX_OK;
}

sx_status sx_design__prob(design_sample *s, const sx_column *column, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  if (column->type != SX_NUMBER && column->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, column->name, "the probability is %s, a number is needed",
                        sx_type_name(column->type));
  s->prob = sx_mem_zalloc(&s->ctx, s->n_psus, sizeof *s->prob);
  if (!s->prob) return sx_error_memory(err);
  for (size_t i = 0; i < s->n_rows; i++) {
    const double x = sx_column_number(column, i);
    double *p = &s->prob[s->psu[i]];
    (void)snprintf(where, sizeof where, "%s: case %zu", column->name, i + 1);
    if (!(x > 0 && x <= 1))
      return sx_error_set(err, SX_E_DATA, where, "the inclusion probability is missing or not in (0, 1]");
    if (*p > 0 && x != *p)
      return sx_error_set(err, SX_E_DATA, where, "the inclusion probability varies within a PSU: %g and %g", *p, x);
    *p = x;
  }
  return SX_OK;
}

/* place[k]: the PSU that appears k-th in the file. */
static void file_order(size_t *place, const design_sample *s, uint8_t *seen) {
  size_t k = 0;
  for (size_t i = 0; i < s->n_rows; i++) {
    if (seen[s->psu[i]]) continue;
    seen[s->psu[i]] = 1;
    place[k++] = (size_t)s->psu[i];
  }
}

static sx_status check_joint(const sx_design_spec *spec, const double *prob, const size_t *place, sx_error *err) {
  const size_t n = spec->n_joint;
  char where[80];
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j <= i; j++) {
      const double x = spec->joint[i * n + j], y = spec->joint[j * n + i];
      const double pi = prob[place[i]], pj = prob[place[j]];
      (void)snprintf(where, sizeof where, "joint: row %zu, column %zu", i + 1, j + 1);
      if (!(x > 0) || x > (pi < pj ? pi : pj) * (1 + agreement))
        return sx_error_set(err, SX_E_DATA, where,
                            "the joint probability %g is not above 0 and at most the smaller of %g and %g", x, pi, pj);
      if (!(fabs(x - y) <= agreement * x))
        return sx_error_set(err, SX_E_DATA, where, "the matrix is not symmetric: %g and %g", x, y);
      if (i == j && !(fabs(x - pi) <= agreement * pi))
        return sx_error_set(err, SX_E_DATA, where, "the diagonal is %g, the inclusion probability %g", x, pi);
    }
  }
  return SX_OK;
}

/* d by PSU numbers from the matrix in the order of the file. */
static sx_status read_joint(design_sample *s, const sx_design_spec *spec, sx_error *err) {
  const sx_ctx *ctx = &s->ctx;
  const size_t n = s->n_psus;
  if (spec->n_joint != n)
    return sx_error_set(err, SX_E_DATA, "joint", "the matrix has %zu rows, the sample %zu PSUs", spec->n_joint, n);
  sx_status st = SX_OK;
  size_t size = 0;
  size_t *place = sx_mem_alloc(ctx, n, sizeof *place);
  uint8_t *seen = sx_mem_zalloc(ctx, n, 1);
  double *d = sx_size_mul(&size, n, n) ? sx_mem_alloc(ctx, size, sizeof *d) : NULL;
  s->pps->joint = d;
  if (!place || !seen || !d) {
    st = sx_error_memory(err);
    goto done;
  }
  file_order(place, s, seen);
  SX_TRY_GOTO(st, check_joint(spec, s->prob, place, err), done);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      const double x = spec->joint[i * n + j];
      d[place[i] * n + place[j]] = i == j ? 1 - x : (x - spec->joint[i * n + i] * spec->joint[j * n + j]) / x;
    }
done:
  sx_mem_free(ctx, place);
  sx_mem_free(ctx, seen);
  return st;
}

/* Products off the diagonal: units drawn one by one, where the Yates-Grundy-Sen form is 0 whatever the data. */
static sx_status check_fixed_size(const design_sample *s, sx_error *err) {
  const size_t n = s->n_psus;
  size_t pairs = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++) {
      if (1 - s->prob[i] < certain || 1 - s->prob[j] < certain) continue;
      if (fabs(s->pps->joint[i * n + j]) > agreement) return SX_OK;
      pairs++;
    }
  if (pairs == 0) return SX_OK;
  return sx_error_set(err, SX_E_DATA, "joint",
                      "every joint probability is the product of its two: Poisson sampling, whose size varies; Yates "
                      "and Grundy's form is for a fixed size and would be 0: choose poisson");
}

static sx_status by_formula(design_sample *s, const sx_design_spec *spec, sx_error *err) {
  design_pps *p = s->pps;
  p->alpha = sx_mem_zalloc(&s->ctx, s->n_strata, sizeof *p->alpha);
  p->beta = sx_mem_zalloc(&s->ctx, s->n_strata, sizeof *p->beta);
  if (!p->alpha || !p->beta) return sx_error_memory(err);
  if (s->n_lonely && s->lonely == SX_LONELY_ADJUST)
    return sx_error_set(err, SX_E_SUPPORT, "lonely",
                        "the policy 'adjust' has no form for this method: choose remove, "
                        "certainty or average, or merge strata");
  if (!isnan(spec->psum) && s->n_strata > 1)
    return sx_error_set(err, SX_E_ARGUMENT, "pps", "one sum of squared probabilities for %zu strata: leave it out",
                        s->n_strata);
  for (size_t h = 0; h < s->n_strata; h++) {
    double n = 0, sum = 0;
    for (size_t i = s->start[h]; i < s->start[h + 1]; i++) {
      if (1 - s->prob[i] < certain) continue;
      n++;
      sum += s->prob[i];
    }
    if (n < 2) continue;
    const double mean_square = isnan(spec->psum) ? sum / n : spec->psum / n;
    p->alpha[h] = p->method == SX_PPS_OVERTON ? 1 - n / (n - 1) : 1 - (n + mean_square) / (n - 1);
    p->beta[h] = (p->method == SX_PPS_OVERTON ? 0.5 : 1) / (n - 1);
  }
  return SX_OK;
}

sx_status sx_design__pps(design_sample *s, const sx_design_spec *spec, sx_error *err) {
  s->pps = sx_mem_zalloc(&s->ctx, 1, sizeof *s->pps);
  if (!s->pps) return sx_error_memory(err);
  s->pps->method = spec->pps;
  if (spec->pps == SX_PPS_POISSON) return SX_OK;
  if (!spec->joint) return by_formula(s, spec, err);
  SX_TRY(read_joint(s, spec, err));
  return spec->pps == SX_PPS_YG ? check_fixed_size(s, err) : SX_OK;
}

static double joint_cov(const design_sample *s, const double *a, const double *b) {
  const size_t n = s->n_psus;
  const bool grundy = s->pps->method == SX_PPS_YG;
  double v = 0;
  for (size_t i = 0; i < n; i++) {
    const double *d = s->pps->joint + i * n;
    double row = 0;
    for (size_t j = 0; j < n; j++) row += grundy ? d[j] * (a[i] - a[j]) * (b[i] - b[j]) : d[j] * b[j];
    v += grundy ? -0.5 * row : a[i] * row;
  }
  return v;
}

static double poisson_cov(const design_sample *s, const double *a, const double *b) {
  double v = 0;
  for (size_t i = 0; i < s->n_psus; i++) v += (1 - s->prob[i]) * a[i] * b[i];
  return v;
}

/* sum_{i != j} (alpha + beta(pi_i + pi_j)) a_i b_j + sum_i (1 - pi_i) a_i b_i over the units not taken for sure. */
double sx_design__pps_cov(const design_sample *s, const double *a, const double *b) {
  if (s->pps->phase) return sx_design__phase_cov(s->pps->phase, a, b);
  if (s->pps->method == SX_PPS_POISSON) return poisson_cov(s, a, b);
  if (s->pps->joint) return joint_cov(s, a, b);
  double v = 0;
  for (size_t h = 0; h < s->n_strata; h++) {
    const double alpha = s->pps->alpha[h], beta = s->pps->beta[h];
    double sa = 0, sb = 0, pa = 0, pb = 0, own = 0;
    if (s->start[h + 1] - s->start[h] == 1) continue; /* lonely, or taken for sure */
    for (size_t i = s->start[h]; i < s->start[h + 1]; i++) {
      const double p = s->prob[i];
      if (1 - p < certain) continue;
      sa += a[i];
      sb += b[i];
      pa += p * a[i];
      pb += p * b[i];
      own += (1 - p - alpha - 2 * beta * p) * a[i] * b[i];
    }
    v += own + alpha * sa * sb + beta * (pa * sb + sa * pb);
  }
  return v * s->lonely_scale;
}
