/* weighting_rake.c: raking and post-stratification of a design, replicate by replicate where it has replicate weights. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

static sx_status check_options(const sx_rake_options *o, sx_error *err) {
  if (!(o->tolerance >= 0) || !(o->lower >= 0) || !(o->upper > 0) || !(o->lower < o->upper) || o->lower > 1 ||
      o->upper < 1)
    return sx_error_set(err, SX_E_ARGUMENT, "bounds",
                        "bounds %g to %g and tolerance %g: the bounds must enclose 1, the tolerance be 0 or more",
                        o->lower, o->upper, o->tolerance);
  return SX_OK;
}

static void fill_report(sx_weight_report *report, const wt_problem *p, const wt_solution *s, const sx_rake_options *o,
                        const double *d, const double *w) {
  double sum = 0, sum2 = 0, n = 0;
  memset(report, 0, sizeof *report);
  report->iterations = s->iterations;
  report->worst = s->worst;
  report->n_at_bound = s->n_at_bound;
  sx_weighting__cell_name(report->worst_cell, p, s->worst_cell);
  report->min_weight = report->min_factor = (double)INFINITY;
  for (size_t i = 0; i < p->n_rows; i++) {
    if (!(d[i] > 0) || p->excluded[i]) continue;
    const double g = fmin(fmax(w[i] / d[i], o->lower), o->upper); /* the quotient of a rounded product */
    report->min_weight = fmin(report->min_weight, w[i]);
    report->max_weight = fmax(report->max_weight, w[i]);
    report->min_factor = fmin(report->min_factor, g);
    report->max_factor = fmax(report->max_factor, g);
    sum += w[i];
    sum2 += w[i] * w[i];
    n++;
  }
  report->kish_deff = n * sum2 / (sum * sum);
}

/* The calibrated design from solved weights, or from factors by cell (w NULL). */
static sx_status finish(sx_design **out, const sx_design *design, const wt_problem *p, const double *w,
                        const wt_factors *f, const sx_rake_options *options, const char *note, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t n = p->n_rows;
  sx_status st = SX_OK;
  wt_replicates r = {NULL, NULL, 0, NULL};
  sx_margin *margins = sx_mem_zalloc(ctx, p->n_margins, sizeof *margins);
  if (!margins) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t m = 0; m < p->n_margins; m++)
    margins[m] = (sx_margin){p->targets[m].name, p->targets[m].n_cells, p->cell + m * n, p->targets[m].totals};
  if (sx_design_replicates(design)) SX_TRY_GOTO(st, sx_weighting__rake_replicates(&r, p, design, options, err), done);
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = w;
  if (!w) {
    a.cell = f->cell;
    a.factor = f->factor;
    a.n_cells = f->n;
  }
  a.repw = r.full;
  a.rep_cell = r.cell;
  a.rep_factor = r.factor;
  a.n_rep_cells = r.n_cells;
  a.margins = margins;
  a.n_margins = p->n_margins;
  a.note = note;
  st = sx_design_adjust(out, design, &a, err);
done:
  sx_mem_free(ctx, margins);
  sx_weighting__replicates_clear(&r, ctx);
  return st;
}

/* Factors by cell where there are few and the record of the calibration may be made from them; else weights, the caller's to free. */
static sx_status solve(double **w, wt_factors *f, wt_solution *s, const wt_problem *p, const sx_design *design,
                       const sx_rake_options *options, sx_error *err) {
  const double *d = sx_design_weights(design);
  if (!sx_design_replicates(design)) SX_TRY(sx_weighting__factors(f, s, p, d, options, "", err));
  if (f->n) return SX_OK;
  *w = sx_mem_alloc(p->ctx, p->n_rows, sizeof **w);
  if (!*w) return sx_error_memory(err);
  return sx_weighting__solve(*w, s, p, d, options, "", err);
}

static sx_status calibrate(sx_design **out, const sx_design *design, const sx_table *table, const sx_target *targets,
                           size_t n_targets, const sx_rake_options *options, const char *note, sx_weight_report *report,
                           sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const double *d = sx_design_weights(design);
  sx_status st = SX_OK;
  wt_problem p = {ctx, NULL, 0, 0, 0, NULL, NULL, NULL, NULL};
  wt_solution s = {0, 0, 0, 0};
  wt_factors f = {NULL, NULL, 0};
  double *w = NULL;
  sx_design *raked = NULL;
  if (n_targets && !targets)
    return sx_error_set(err, SX_E_ARGUMENT, "targets", "%zu margins are announced, but the array is NULL", n_targets);
  if (sx_table_rows(table) != sx_design_rows(design))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the table has %zu cases, the design %zu", sx_table_rows(table),
                        sx_design_rows(design));
  SX_TRY_GOTO(st, check_options(options, err), done);
  SX_TRY_GOTO(st, sx_weighting__problem(&p, ctx, table, targets, n_targets, d, options->total_tolerance, err), done);
  st = solve(&w, &f, &s, &p, design, options, err);
  if (st == SX_E_NUMERIC) st = sx_weighting__rake_diagnosis(design, table, &p, options, err);
  if (st != SX_OK) goto done;
  SX_TRY_GOTO(st, finish(&raked, design, &p, w, &f, options, note, err), done);
  if (report) fill_report(report, &p, &s, options, d, sx_design_weights(raked));
  *out = raked;
done:
  sx_weighting__problem_clear(&p);
  sx_weighting__factors_clear(&f, ctx);
  sx_mem_free(ctx, w);
  return st;
}

sx_status sx_weighting_rake(sx_design **out, const sx_design *design, const sx_table *table, const sx_target *targets,
                            size_t n_targets, const sx_rake_options *options, sx_weight_report *report, sx_error *err) {
  const sx_rake_options plain = SX_RAKE_OPTIONS_INIT;
  char note[64];
  (void)snprintf(note, sizeof note, "raked to %zu margin%s", n_targets, n_targets == 1 ? "" : "s");
  return calibrate(out, design, table, targets, n_targets, options ? options : &plain, note, report, err);
}

sx_status sx_weighting_poststratify(sx_design **out, const sx_design *design, const sx_table *table,
                                    const sx_target *target, sx_weight_report *report, sx_error *err) {
  const sx_rake_options plain = SX_RAKE_OPTIONS_INIT;
  char note[64];
  if (!target) return sx_error_set(err, SX_E_ARGUMENT, "target", "the post-strata are NULL");
  (void)snprintf(note, sizeof note, "post-stratified to %zu cells", target->n_cells);
  return calibrate(out, design, table, target, 1, &plain, note, report, err);
}
