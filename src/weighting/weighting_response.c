/* weighting_response.c: adjustment by weighting classes for unknown eligibility and for nonresponse.
 *
 * w = d N_c/R_c for those who take part in class c, N_c = sum of d over the class, R_c over its respondents. The total of u is
 * sum_c N_c ubar_c, ubar_c = sum_r d u / R_c, so that a case i owes it
 *   z_i = d_i [(N_c/R_c) (u_i - ubar_c) r_i + ubar_c]
 * (Sarndal, Swensson & Wretman 1992 sec. 15.6; Sarndal & Lundstrom 2005 ch. 11): the record of a calibration to the sample's
 * own class totals, design_estimated.c. Replicates are adjusted one by one in the same classes. */
#include <stdio.h>
#include <string.h>

#include "weighting_response_priv.h"

void sx_weighting__response_report(sx_response_report *report, size_t n, const uint8_t *role, const double *d,
                                   const double *w) {
  report->n_respondents = report->n_nonrespondents = 0;
  report->min_factor = (double)INFINITY;
  report->max_factor = report->sum_before = report->sum_after = 0;
  for (size_t i = 0; i < n; i++) {
    report->sum_before += d[i];
    report->sum_after += w[i];
    if (!(d[i] > 0)) continue;
    if (role[i] == WT_GIVER) report->n_nonrespondents++;
    if (role[i] != WT_TAKER) continue;
    report->n_respondents++;
    report->min_factor = fmin(report->min_factor, w[i] / d[i]);
    report->max_factor = fmax(report->max_factor, w[i] / d[i]);
  }
  report->kish_deff = sx_weighting_kish_deff(w, n);
}

/* Factors of every class and replicate, with a row of zeros for the cases that give their weight away: cell [rows], factor
 * [(classes + 1) * replicates]. */
typedef struct rep_factors {
  uint32_t *cell;
  double *factor;
} rep_factors;

static sx_status rep_sums(double *sum, uint32_t *code, const sx_design *design, const wt_classes *c,
                          const uint8_t *role, sx_error *err) {
  for (size_t i = 0; i < c->n_rows; i++)
    code[i] = c->of[i] < 0 ? 0 : 1 + 2 * (uint32_t)c->of[i] + (role[i] == WT_TAKER);
  const sx_codes codes = {.n_codes = 1 + 2 * c->n, .code32 = code};
  return sx_design_replicate_sums(sum, NULL, NULL, design, &codes, err);
}

static sx_status no_taker(const wt_classes *c, size_t k, size_t r, sx_error *err) {
  char name[256];
  return sx_error_set(
      err, SX_E_DATA, sx_weighting__class_name(name, c, k),
      "replicate %zu: the class has no respondent to take up its weight: merge classes (least number of "
      "respondents, fewer variables)",
      r + 1);
}

static sx_status rep_fill(rep_factors *f, const sx_design *design, const wt_classes *c, const uint8_t *role,
                          sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t reps = sx_design_replicates(design);
  size_t size = 0, sums = 0;
  if (!sx_size_mul(&size, c->n + 1, reps) || !sx_size_mul(&sums, 1 + 2 * c->n, reps)) return sx_error_memory(err);
  f->cell = sx_mem_alloc(ctx, c->n_rows, sizeof *f->cell);
  f->factor = sx_mem_zalloc(ctx, size, sizeof *f->factor);
  double *sum = sx_mem_alloc(ctx, sums, sizeof *sum);
  sx_status st = f->cell && f->factor && sum ? rep_sums(sum, f->cell, design, c, role, err) : sx_error_memory(err);
  for (size_t k = 0; st == SX_OK && k < c->n; k++)
    for (size_t r = 0; st == SX_OK && r < reps; r++) {
      const double giver = sum[(1 + 2 * k) * reps + r], taker = sum[(2 + 2 * k) * reps + r];
      if (giver + taker > 0 && !(taker > 0)) st = no_taker(c, k, r, err);
      f->factor[k * reps + r] = taker > 0 ? (giver + taker) / taker : 0;
    }
  for (size_t i = 0; st == SX_OK && i < c->n_rows; i++)
    f->cell[i] = c->of[i] >= 0 && role[i] == WT_TAKER ? (uint32_t)c->of[i] : (uint32_t)c->n;
  sx_mem_free(ctx, sum);
  return st;
}

/* The adjusted design; classes and role as made from the design's weights. */
static sx_status adjust(sx_design **out, const sx_design *design, const wt_classes *c, const uint8_t *role,
                        const char *what, sx_response_report *report, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t n = c->n_rows, reps = sx_design_replicates(design);
  sx_status st = SX_OK;
  char note[128];
  rep_factors f = {NULL, NULL};
  double *w = sx_mem_alloc(ctx, n, sizeof *w), *q = sx_mem_alloc(ctx, n, sizeof *q);
  double *total = sx_mem_zalloc(ctx, c->n, sizeof *total);
  if (!w || !q || !total) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, sx_weighting__class_factors(w, c, role, sx_design_weights(design), "", err), done);
  for (size_t i = 0; i < n; i++) q[i] = role[i] == WT_TAKER ? 1 : 0;
  if (reps) SX_TRY_GOTO(st, rep_fill(&f, design, c, role, err), done);
  (void)snprintf(note, sizeof note, "%s in %zu class%s", what, c->n, c->n == 1 ? "" : "es");
  const sx_margin margin = {what, c->n, c->of, total};
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = w;
  if (reps) {
    a.rep_cell = f.cell;
    a.rep_factor = f.factor;
    a.n_rep_cells = c->n + 1;
  }
  a.margins = &margin;
  a.n_margins = 1;
  a.q = q;
  a.estimated = true;
  a.note = note;
  SX_TRY_GOTO(st, sx_design_adjust(out, design, &a, err), done);
  if (report) {
    memset(report, 0, sizeof *report);
    report->n_classes = c->n;
    report->n_merged = c->n_merged;
    sx_weighting__response_report(report, n, role, sx_design_weights(design), w);
  }
done:
  sx_mem_free(ctx, w);
  sx_mem_free(ctx, q);
  sx_mem_free(ctx, f.cell);
  sx_mem_free(ctx, f.factor);
  sx_mem_free(ctx, total);
  return st;
}

static sx_status check_rows(const sx_design *design, const sx_table *table, sx_error *err) {
  if (sx_table_rows(table) == sx_design_rows(design)) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, NULL, "the table has %zu cases, the design %zu", sx_table_rows(table),
                      sx_design_rows(design));
}

static sx_status bad_status(size_t row, unsigned status, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "case %zu", row + 1);
  return sx_error_set(err, SX_E_ARGUMENT, where, "the response status %u is none of 0 to 3", status);
}

sx_status sx_weighting__response_roles(uint8_t *role, const sx_design *design, const sx_table *table,
                                       const uint8_t *status, sx_error *err) {
  const double *d = sx_design_weights(design);
  size_t takers = 0;
  SX_TRY(check_rows(design, table, err));
  for (size_t i = 0; i < sx_design_rows(design); i++) {
    role[i] = WT_OUT;
    if (status[i] > SX_RESPONSE_UNKNOWN) return bad_status(i, status[i], err);
    if (!(d[i] > 0) || status[i] == SX_RESPONSE_INELIGIBLE) continue;
    if (status[i] == SX_RESPONSE_UNKNOWN) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "case %zu", i + 1);
      return sx_error_set(err, SX_E_DATA, where,
                          "it is not known whether the case is eligible: adjust for unknown eligibility first");
    }
    role[i] = status[i] == SX_RESPONSE_RESPONDENT ? WT_TAKER : WT_GIVER;
    takers += role[i] == WT_TAKER;
  }
  return takers ? SX_OK : sx_error_set(err, SX_E_DATA, "nonresponse", "no case with a weight above 0 responded");
}

static sx_status eligibility_roles(uint8_t *role, const sx_design *design, const sx_table *table, const uint8_t *status,
                                   sx_error *err) {
  const double *d = sx_design_weights(design);
  size_t takers = 0;
  SX_TRY(check_rows(design, table, err));
  for (size_t i = 0; i < sx_design_rows(design); i++) {
    if (status[i] > SX_RESPONSE_UNKNOWN) return bad_status(i, status[i], err);
    role[i] = !(d[i] > 0) ? WT_OUT : status[i] == SX_RESPONSE_UNKNOWN ? WT_GIVER : WT_TAKER;
    takers += role[i] == WT_TAKER;
  }
  return takers ? SX_OK
                : sx_error_set(err, SX_E_DATA, "eligibility", "the eligibility of no case with a weight is known");
}

static sx_status by_classes(sx_design **out, const sx_design *design, const sx_table *table, const uint8_t *status,
                            const sx_class_options *options, bool eligibility, sx_response_report *report,
                            sx_error *err) {
  const sx_class_options plain = SX_CLASS_OPTIONS_INIT;
  const sx_ctx *ctx = sx_design_ctx(design);
  sx_status st = SX_OK;
  wt_classes c = {ctx, 0, 0, 0, NULL, NULL, NULL};
  uint8_t *role = sx_mem_alloc(ctx, sx_design_rows(design), 1);
  if (!role) return sx_error_memory(err);
  SX_TRY_GOTO(st,
              eligibility ? eligibility_roles(role, design, table, status, err)
                          : sx_weighting__response_roles(role, design, table, status, err),
              done);
  SX_TRY_GOTO(st,
              sx_weighting__classes(&c, ctx, table, role, sx_design_weights(design), options ? options : &plain, err),
              done);
  st = adjust(out, design, &c, role, eligibility ? "adjusted for unknown eligibility" : "adjusted for nonresponse",
              report, err);
done:
  sx_weighting__classes_clear(&c);
  sx_mem_free(ctx, role);
  return st;
}

sx_status sx_weighting_eligibility(sx_design **out, const sx_design *design, const sx_table *table,
                                   const uint8_t *status, const sx_class_options *options, sx_response_report *report,
                                   sx_error *err) {
  return by_classes(out, design, table, status, options, true, report, err);
}

sx_status sx_weighting_nonresponse(sx_design **out, const sx_design *design, const sx_table *table,
                                   const uint8_t *status, const sx_class_options *options, sx_response_report *report,
                                   sx_error *err) {
  return by_classes(out, design, table, status, options, false, report, err);
}
