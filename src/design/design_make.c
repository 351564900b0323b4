/* design_make.c: replicate weights made from strata, PSUs and fpc: the jackknives, half-samples, successive differences;
 * the bootstraps are in design_make_boot.c.
 *
 * A replicate is a factor per unit times the full weight. The scales make the variance of a linear statistic equal to the
 * linearised one exactly for JK1 and JKn, and for BRR and Fay with two PSUs in every stratum and full orthogonal balance:
 *   JK1  0 for the dropped PSU, n/(n-1) for the others; scale (n-1)/n (1-f)
 *   JKn  within the stratum the same, 1 outside it; rscales (n_h-1)/n_h (1-f_h)
 *   BRR  2 and 0 by row h of a Hadamard matrix (row 0 is all ones and stays out); 1/R.  Fay 2-rho and rho; 1/(R(1-rho)^2)
 *   SDR  1 + 2^{-3/2} (H[a_i, r] - H[b_i, r]), a_i = 1 + i mod, b_i = 1 + (i+1) mod, i the place of the PSU in
 *        the file; 4/R
 * McCarthy (1969) ISR 37:239-264; Judkins (1990) JOS 6:223-239; Fay & Train (1995) ASA Proc. Gov. Stat.; Wolter (2007).
 * docs/methods/replicates.md. */
#include <stdio.h>
#include <string.h>

#include "design_priv.h"

enum { SDR_DEFAULT = 80, BOOT_DEFAULT = 200 };

/* What is made before it is spread over the cases. */
typedef struct made {
  design_factor *f;
  double *rscales; /* [reps] */
  size_t units, reps;
  double scale, df;
  sx_rep_type type;
} made;

/* The factors without their values, of which each takes `each` bytes. */
static sx_status room_for(made *m, const sx_design *d, size_t units, size_t reps, size_t each, sx_error *err) {
  size_t size = 0, bytes = 0;
  m->units = units;
  m->reps = reps;
  if (!sx_size_mul(&size, units, reps) || !sx_size_mul(&bytes, size, each) || bytes > SIZE_MAX / 4 ||
      (d->ctx.memory_limit && bytes > d->ctx.memory_limit))
    return sx_error_set(
        err, SX_E_LIMIT, "replicates",
        "%zu cases in %zu units by %zu replicates do not fit in memory: a bootstrap of some hundred does",
        d->sample->n_rows, units, reps);
  m->rscales = sx_mem_alloc(&d->ctx, reps, sizeof *m->rscales);
  if (!m->rscales) return sx_error_memory(err);
  for (size_t r = 0; r < reps; r++) m->rscales[r] = 1;
  return sx_design__factor_new(&m->f, &d->ctx, d->sample->n_rows, units, reps, err);
}

/* Codes of a jackknife: 0 is 0, 1 is 1, then n/(n-1) of each size of stratum. code [strata] */
static sx_status jackknife_codes(size_t *code, design_factor *f, const design_sample *s, sx_error *err) {
  size_t n_codes = 2;
  size_t *of_size = sx_mem_zalloc(&s->ctx, s->max_psus + 1, sizeof *of_size);
  if (!of_size) return sx_error_memory(err);
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t n = s->start[h + 1] - s->start[h];
    if (of_size[n] == 0) of_size[n] = n_codes++;
    code[h] = of_size[n];
  }
  const sx_status st = n_codes <= UINT16_MAX ? sx_design__factor_table(f, n_codes, err)
                                             : sx_error_set(err, SX_E_LIMIT, "replicates", "too many sizes of stratum");
  if (st == SX_OK) {
    f->table[0] = 0;
    f->table[1] = 1;
    for (size_t n = 1; n <= s->max_psus; n++)
      if (of_size[n]) f->table[of_size[n]] = n > 1 ? (double)n / (double)(n - 1) : 1;
  }
  sx_mem_free(&s->ctx, of_size);
  return st;
}

static void drop_each(made *m, const design_sample *s, const size_t *code, bool one_scale) {
  const size_t reps = m->reps;
  double scale = 1;
  for (size_t k = 0; k < s->n_psus * reps; k++) sx_design__factor_put(m->f, k, 1);
  for (size_t h = 0, r = 0; h < s->n_strata; h++) {
    if (s->factor[h] <= 0) continue;
    const double n = (double)(s->start[h + 1] - s->start[h]);
    scale = (n - 1) / n * (s->fraction ? 1 - s->fraction[h] : 1);
    for (size_t drop = s->start[h]; drop < s->start[h + 1]; drop++, r++) {
      for (size_t p = s->start[h]; p < s->start[h + 1]; p++)
        sx_design__factor_put(m->f, p * reps + r, p == drop ? 0 : code[h]);
      m->rscales[r] = one_scale ? 1 : scale;
    }
  }
  m->type = one_scale ? SX_REP_JK1 : SX_REP_JKN;
  m->scale = one_scale ? scale : s->lonely_scale;
}

static sx_status jackknife(made *m, const sx_design *d, const sx_make_spec *spec, sx_error *err) {
  const design_sample *s = d->sample;
  size_t reps = 0;
  if (spec->method == SX_MAKE_JK1 && s->n_strata > 1)
    return sx_error_set(err, SX_E_DATA, "replicates", "JK1 is for a design without strata, this has %zu: choose jkn",
                        s->n_strata);
  if (s->n_lonely && s->lonely == SX_LONELY_ADJUST)
    return sx_error_set(err, SX_E_SUPPORT, "replicates",
                        "the lonely-PSU policy 'adjust' has no jackknife: choose remove, certainty or average");
  for (size_t h = 0; h < s->n_strata; h++) reps += s->factor[h] > 0 ? s->start[h + 1] - s->start[h] : 0;
  if (reps < 2)
    return sx_error_set(err, SX_E_DATA, "replicates", "every PSU was taken for sure: there is nothing to replicate");
  if (spec->n_reps && spec->n_reps != reps)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "a jackknife has a replicate per PSU: %zu here, not %zu",
                        reps, spec->n_reps);
  SX_TRY(room_for(m, d, s->n_psus, reps, 1, err));
  size_t *code = sx_mem_alloc(&d->ctx, s->n_strata, sizeof *code);
  if (!code) return sx_error_memory(err);
  const sx_status st = jackknife_codes(code, m->f, s, err);
  if (st == SX_OK) drop_each(m, s, code, spec->method == SX_MAKE_JK1);
  sx_mem_free(&d->ctx, code);
  return st;
}

/* The order: as asked, else the smallest that holds `need` rows. */
static sx_status pick_order(size_t *order, size_t asked, size_t need, const char *what, sx_error *err) {
  *order = sx_num_hadamard_order(asked ? asked : need);
  if (*order == 0)
    return sx_error_set(err, SX_E_LIMIT, "replicates", "%s needs more than %d replicates", what, (int)SX_HADAMARD_MAX);
  if (asked && *order != asked)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates",
                        "%zu replicates do not fit: %s takes the order of a Hadamard matrix, the next is %zu", asked,
                        what, *order);
  if (*order < need)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "%zu replicates do not fit: %s needs %zu or more", asked,
                        what, sx_num_hadamard_order(need));
  return SX_OK;
}

static sx_status half_samples(made *m, const sx_design *d, const sx_make_spec *spec, sx_error *err) {
  const design_sample *s = d->sample;
  const bool fay = spec->method == SX_MAKE_FAY;
  const double low = fay ? spec->rho : 0;
  sx_status st = SX_OK;
  size_t halved = 0, order = 0, row = 0;
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t n = s->start[h + 1] - s->start[h];
    if (n > 2 || (n == 1 && s->lonely == SX_LONELY_ADJUST))
      return sx_error_set(err, SX_E_DATA, "replicates",
                          "half-samples need two PSUs in every stratum, stratum %zu of %zu has %zu: choose jkn or a "
                          "bootstrap, or pair the PSUs into strata of two",
                          h + 1, s->n_strata, n);
    halved += n == 2 ? 1 : 0;
  }
  if (halved == 0) return sx_error_set(err, SX_E_DATA, "replicates", "no stratum has two PSUs: nothing to halve");
  SX_TRY(pick_order(&order, spec->n_reps, halved + 1, "a half-sample of these strata", err));
  int8_t *had = sx_mem_alloc(&d->ctx, order * order, 1);
  if (!had) return sx_error_memory(err);
  SX_TRY_GOTO(st, sx_num_hadamard(had, order, err), done);
  SX_TRY_GOTO(st, room_for(m, d, s->n_psus, order, 1, err), done);
  SX_TRY_GOTO(st, sx_design__factor_table(m->f, 3, err), done);
  memcpy(m->f->table, (const double[]){low, 1, 2 - low}, 3 * sizeof(double));
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t p = s->start[h];
    const bool pair = s->start[h + 1] - p == 2;
    row += pair ? 1 : 0;
    for (size_t r = 0; r < order; r++) {
      const bool first = had[row * order + r] > 0;
      m->f->code8[p * order + r] = !pair ? 1 : first ? 2 : 0;
      if (pair) m->f->code8[(p + 1) * order + r] = first ? 0 : 2;
    }
  }
  m->type = fay ? SX_REP_FAY : SX_REP_BRR;
  m->scale = s->lonely_scale / ((double)order * (1 - low) * (1 - low));
done:
  sx_mem_free(&d->ctx, had);
  return st;
}

/* df of successive differences: the factors of at most R - 1 kinds of PSU, their rank less one. */
static sx_status sdr_df(made *m, const sx_design *d, const int8_t *had, sx_error *err) {
  const size_t reps = m->reps, kinds = m->units < reps - 1 ? m->units : reps - 1;
  double *a = sx_mem_alloc(&d->ctx, kinds * reps, sizeof *a);
  if (!a) return sx_error_memory(err);
  for (size_t i = 0; i < kinds; i++)
    for (size_t r = 0; r < reps; r++)
      a[i + r * kinds] =
          1 + sqrt(0.125) * (had[(i % (reps - 1) + 1) * reps + r] - had[((i + 1) % (reps - 1) + 1) * reps + r]);
  size_t rank = 0;
  const sx_status st = sx_num_rank(&rank, a, kinds, reps, 1e-5, &d->ctx, err);
  if (st == SX_OK) m->df = (double)rank - 1;
  sx_mem_free(&d->ctx, a);
  return st;
}

static sx_status successive(made *m, const sx_design *d, const sx_make_spec *spec, sx_error *err) {
  const design_sample *s = d->sample;
  sx_status st = SX_OK;
  size_t order = 0, place = 0;
  uint8_t *seen = NULL;
  int8_t *had = NULL;
  SX_TRY(pick_order(&order, spec->n_reps ? spec->n_reps : SDR_DEFAULT, 4, "successive differences", err));
  had = sx_mem_alloc(&d->ctx, order * order, 1);
  seen = sx_mem_zalloc(&d->ctx, s->n_psus, 1);
  if (!had || !seen) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_num_hadamard(had, order, err), done);
  SX_TRY_GOTO(st, room_for(m, d, s->n_psus, order, 1, err), done);
  SX_TRY_GOTO(st, sx_design__factor_table(m->f, 5, err), done);
  for (int k = 0; k < 5; k++) m->f->table[k] = 1 + sqrt(0.125) * (k - 2);
  for (size_t i = 0; i < s->n_rows; i++) {
    const size_t p = (size_t)s->psu[i];
    if (seen[p]) continue;
    seen[p] = 1;
    const int8_t *a = had + (place % (order - 1) + 1) * order, *b = had + ((place + 1) % (order - 1) + 1) * order;
    for (size_t r = 0; r < order; r++) m->f->code8[p * order + r] = (uint8_t)(2 + a[r] - b[r]);
    place++;
  }
  m->type = SX_REP_SDR;
  m->scale = 4 / (double)order;
  SX_TRY_GOTO(st, sdr_df(m, d, had, err), done);
done:
  sx_mem_free(&d->ctx, had);
  sx_mem_free(&d->ctx, seen);
  return st;
}

/* Harmonic mean of the PSUs per stratum: the scale of R survey's bootweights(). */
static double mean_psus(const design_sample *s) {
  double sum = 0;
  for (size_t h = 0; h < s->n_strata; h++) sum += 1 / (double)(s->start[h + 1] - s->start[h]);
  return (double)s->n_strata / sum;
}

static sx_status bootstrap(made *m, const sx_design *d, const sx_make_spec *spec, sx_error *err) {
  const design_sample *s = d->sample;
  const size_t reps = spec->n_reps ? spec->n_reps : BOOT_DEFAULT;
  const double divisor = spec->mse ? (double)reps : (double)reps - 1;
  sx_make_spec full = *spec;
  full.n_reps = reps;
  if (reps < 2)
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "a variance needs 2 replicates or more, %zu is asked for",
                        reps);
  if (s->n_lonely && s->lonely == SX_LONELY_ADJUST)
    return sx_error_set(err, SX_E_SUPPORT, "replicates",
                        "the lonely-PSU policy 'adjust' has no bootstrap: choose remove, certainty or average");
  const bool preston = spec->method == SX_MAKE_PRESTON;
  SX_TRY(room_for(m, d, preston ? s->n_slots : s->n_psus, reps, preston ? sizeof(double) : 1, err));
  const double n = mean_psus(s);
  if (spec->method == SX_MAKE_BOOTSTRAP && !(n > 1))
    return sx_error_set(err, SX_E_DATA, "replicates", "every stratum has a single PSU: there is nothing to resample");
  m->type = SX_REP_BOOTSTRAP;
  m->scale = s->lonely_scale / divisor * (spec->method == SX_MAKE_BOOTSTRAP ? n / (n - 1) : 1);
  return sx_design__boot(m->f, s, &full, err);
}

static void say_what_is_lost(const sx_design *d, const sx_make_spec *spec) {
  const design_sample *s = d->sample;
  const bool none = spec->method == SX_MAKE_BRR || spec->method == SX_MAKE_FAY || spec->method == SX_MAKE_SDR;
  if (none && s->fraction)
    sx_ctx_note(&d->ctx, SX_SEV_WARNING, "replicates",
                "the finite population correction has no place in these "
                "replicates: errors are those without it");
  else if (s->tree && s->tree->n_stages > 1 && spec->method != SX_MAKE_PRESTON)
    sx_ctx_note(&d->ctx, SX_SEV_WARNING, "replicates",
                "only the first stage is replicated: 'preston' replicates every stage");
}

static sx_status check(const sx_design *d, const sx_make_spec *spec, sx_error *err) {
  const design_sample *s = d->sample;
  if (s->n_reps) return sx_error_set(err, SX_E_ARGUMENT, "replicates", "the design has replicate weights already");
  if ((unsigned)spec->method > SX_MAKE_SDR) return sx_error_set(err, SX_E_ARGUMENT, "replicates", "unknown method");
  if (d->n_adjusts)
    return sx_error_set(err, SX_E_SUPPORT, "replicates",
                        "replicates of calibrated weights would miss what the calibration does: make the replicates "
                        "first, then calibrate");
  if (s->pps && s->pps->phase)
    return sx_error_set(err, SX_E_SUPPORT, "replicates", "designs of two phases have no replicates here");
  if (s->pps || s->prob)
    return sx_error_set(err, SX_E_SUPPORT, "replicates",
                        "unequal probabilities without replacement have no replicates here: describe the design as "
                        "drawn with replacement, or use its linearised variance");
  if (spec->method == SX_MAKE_FAY && !(spec->rho >= 0 && spec->rho < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "replicates", "Fay's rho is %g: it lies in [0, 1)", spec->rho);
  return SX_OK;
}

static sx_status make(made *m, const sx_design *d, const sx_make_spec *spec, sx_error *err) {
  switch (spec->method) {
  case SX_MAKE_JK1:
  case SX_MAKE_JKN:
    return jackknife(m, d, spec, err);
  case SX_MAKE_BRR:
  case SX_MAKE_FAY:
    return half_samples(m, d, spec, err);
  case SX_MAKE_SDR:
    return successive(m, d, spec, err);
  case SX_MAKE_BOOTSTRAP:
  case SX_MAKE_RAOWU:
  case SX_MAKE_PRESTON:
    break;
  }
  return bootstrap(m, d, spec, err);
}

/* The design over cases; takes the factors and rscales. */
static sx_status spread(sx_design *out, made *m, const sx_design *d, bool mse, sx_error *err) {
  const design_sample *s = d->sample;
  design_sample *to = out->sample;
  const size_t reps = m->reps;
  const uint32_t *unit = m->units == s->n_psus ? s->psu_at : s->slot_at;
  m->f->base = sx_mem_alloc(&d->ctx, s->n_rows, sizeof *m->f->base);
  m->f->unit = sx_mem_alloc(&d->ctx, s->n_rows, sizeof *m->f->unit);
  if (!m->f->base || !m->f->unit) return sx_error_memory(err);
  memcpy(m->f->base, d->w, s->n_rows * sizeof *d->w);
  for (size_t k = 0; k < s->n_rows; k++) m->f->unit[s->order[k]] = unit[k];
  SX_TRY(sx_design__reps_new(&out->reps, m->f, err));
  m->f = NULL;
  memcpy(out->w, d->w, s->n_rows * sizeof *out->w);
  memcpy(out->wpos, d->w, s->n_rows * sizeof *out->wpos);
  to->rep_type = m->type;
  to->n_reps = reps;
  to->rep_scale = m->scale;
  to->rscales = m->rscales;
  m->rscales = NULL;
  to->mse = mse;
  out->df = s->df_declared;
  if (isnan(out->df)) {
    out->df = isnan(m->df) ? d->df : m->df;
    if (out->df > (double)reps - 1) out->df = (double)reps - 1;
  }
  return sx_design__finish(out, err);
}

sx_status sx_design_make_replicates(sx_design **out, const sx_design *d, const sx_make_spec *spec, sx_error *err) {
  const sx_make_spec plain = SX_MAKE_SPEC_INIT;
  if (!spec) spec = &plain;
  if (!d) return sx_error_set(err, SX_E_ARGUMENT, "replicates", "a design is needed");
  SX_TRY(check(d, spec, err));
  made m = {NULL, NULL, 0, 0, 1, (double)NAN, SX_REP_NONE};
  design_sample *s = NULL;
  sx_design *rep = NULL;
  sx_status st = SX_OK;
  SX_TRY_GOTO(st, make(&m, d, spec, err), done);
  SX_TRY_GOTO(st, sx_design__sample_new(&s, &d->ctx, d->sample->n_rows, err), done);
  s->df_declared = d->sample->df_declared;
  s->unweighted = d->sample->unweighted && strncmp(d->text, "unweighted, ", 12) == 0; /* and not adjusted since */
  SX_TRY_GOTO(st, sx_design__alloc(&rep, s, err), done);
  s = NULL; /* rep's */
  SX_TRY_GOTO(st, sx_design__one_psu_each(rep->sample, err), done);
  SX_TRY_GOTO(st, spread(rep, &m, d, spec->mse, err), done);
  say_what_is_lost(d, spec);
  *out = rep;
  rep = NULL;
done:
  sx_design__factor_free(m.f);
  sx_mem_free(&d->ctx, m.rscales);
  sx_design__sample_free(s);
  sx_design_free(rep);
  return st;
}

sx_rep_type sx_design_rep_type(const sx_design *d) {
  return d->sample->rep_type;
}
double sx_design_rep_scale(const sx_design *d) {
  return d->sample->n_reps ? d->sample->rep_scale : (double)NAN;
}
const double *sx_design_rep_rscales(const sx_design *d) {
  return d->sample->rscales;
}
