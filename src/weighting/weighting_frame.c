/* weighting_frame.c: composite weights of a sample from two overlapping frames, A and B.
 *
 * The population is a (A alone), b (B alone) and ab. Y = Y_a + lambda Y_ab(A) + (1 - lambda) Y_ab(B) + Y_b for any fixed lambda:
 * Hartley (1962) Proc. Social Statistics Section ASA, 203-206. lambda by effective sizes: O'Muircheartaigh & Pedlow (2002) Proc. Survey
 * Research Methods Section ASA, 2557-2562; Brick et al. (2011) Survey Methodology 37:1-12. Single frame: a case of ab is drawn with
 * pi_A + pi_B, w = 1/(pi_A + pi_B): Bankier (1986) JASA 81:1074-1079; Kalton & Anderson (1986) JRSS A 149:65-82. The two samples are
 * independent, frames being strata: V is that of the stacked sample. */
#include <stdio.h>
#include <string.h>

#include "shuxiao/weighting_frame.h"

/* What is read of the columns. */
typedef struct frames {
  const sx_ctx *ctx;
  size_t n;
  sx_groups *frame;
  uint8_t *of, *overlap; /* [rows] 0 or 1; of cases with weight */
  double *other;         /* [rows], or NULL */
} frames;

static sx_status at_case(const char *name, size_t row, sx_error *err, const char *message, double x) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.100s: case %zu", name, row + 1);
  return sx_error_set(err, SX_E_DATA, where, "%s, not %g", message, x);
}

static sx_status read_frame(frames *f, const sx_table *table, const char *name, const double *d, sx_error *err) {
  SX_TRY(sx_groups_new(&f->frame, table, &name, 1, err));
  if (f->frame->n_groups != 2)
    return sx_error_set(err, SX_E_DATA, name, "the frame has %zu values: it names the two frames", f->frame->n_groups);
  for (size_t i = 0; i < f->n; i++) {
    const int32_t g = f->frame->group[i];
    if (g < 0 && d[i] > 0) return at_case(name, i, err, "the frame of every case is one of two values", (double)NAN);
    f->of[i] = g == 1;
  }
  return SX_OK;
}

static sx_status read_overlap(frames *f, const sx_table *table, const char *name, const double *d, sx_error *err) {
  const sx_column *c = NULL;
  SX_TRY(sx_table_need(&c, table, name, err));
  for (size_t i = 0; i < f->n; i++) {
    const double x = sx_column_number(c, i);
    f->overlap[i] = x == 1;
    if (d[i] > 0 && x != 0 && x != 1)
      return at_case(name, i, err, "the overlap is 1 where the other frame covers the case too, else 0", x);
  }
  return SX_OK;
}

static sx_status read_other(frames *f, const sx_table *table, const char *name, const double *d, sx_error *err) {
  const sx_column *c = NULL;
  if (!name)
    return sx_error_set(err, SX_E_ARGUMENT, "frames",
                        "the single-frame weights need the weight that a case would have from the other frame");
  SX_TRY(sx_table_need(&c, table, name, err));
  f->other = sx_mem_alloc(f->ctx, f->n, sizeof *f->other);
  if (!f->other) return sx_error_memory(err);
  for (size_t i = 0; i < f->n; i++) {
    f->other[i] = sx_column_number(c, i);
    if (d[i] > 0 && f->overlap[i] && !(f->other[i] >= 1 && isfinite(f->other[i])))
      return at_case(name, i, err, "the other frame's weight of a case of the overlap is at least 1", f->other[i]);
  }
  return SX_OK;
}

/* Every stratum is of one frame; replicates carry their design with them. */
static sx_status check_strata(const frames *f, const sx_design *design, const double *d, sx_error *err) {
  if (sx_design_replicates(design)) return SX_OK;
  const size_t strata = sx_design_strata(design);
  const size_t *start = sx_design_stratum_start(design);
  const int32_t *psu = sx_design_psu_of_row(design);
  sx_status st = SX_OK;
  uint8_t *seen = sx_mem_zalloc(f->ctx, strata, 1);
  int32_t *of_psu = sx_mem_alloc(f->ctx, sx_design_psus(design), sizeof *of_psu);
  if (!seen || !of_psu) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t h = 0; h < strata; h++)
    for (size_t p = start[h]; p < start[h + 1]; p++) of_psu[p] = (int32_t)h;
  for (size_t i = 0; i < f->n; i++) {
    if (!(d[i] > 0)) continue;
    uint8_t *s = &seen[of_psu[psu[i]]];
    *s = (uint8_t)(*s | 1U << f->of[i]);
    if (*s != 3) continue;
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "case %zu", i + 1);
    st = sx_error_set(err, SX_E_DATA, where,
                      "its stratum holds cases of both frames: the frames are separate samples, cross the strata with "
                      "the frame");
    goto done;
  }
done:
  sx_mem_free(f->ctx, seen);
  sx_mem_free(f->ctx, of_psu);
  return st;
}

static void count(sx_frame_report *r, const frames *f, const double *d) {
  double square[2] = {0, 0};
  memset(r, 0, sizeof *r);
  for (size_t i = 0; i < f->n; i++) {
    if (!(d[i] > 0)) continue;
    const size_t k = f->of[i];
    if (!f->overlap[i]) {
      r->n_only[k]++;
      continue;
    }
    r->n_overlap[k]++;
    r->overlap_total[k] += d[i];
    square[k] += d[i] * d[i];
  }
  for (size_t k = 0; k < 2; k++)
    r->n_eff[k] = square[k] > 0 ? r->overlap_total[k] * r->overlap_total[k] / square[k] : 0;
}

static double factor(const frames *f, const sx_frame_spec *spec, double lambda, double d, size_t i) {
  if (!f->overlap[i]) return 1;
  if (spec->method == SX_COMPOSITION_SINGLE_FRAME) return f->other[i] / (f->other[i] + d);
  return f->of[i] ? 1 - lambda : lambda;
}

/* Replicate weights of every row times its factor. */
static sx_status rows_times(double **out, const sx_design *design, const frames *f, const double *t, sx_error *err) {
  const size_t reps = sx_design_replicates(design);
  size_t size = 0;
  double *repw = sx_size_mul(&size, f->n, reps) ? sx_mem_alloc(f->ctx, size, sizeof *repw) : NULL;
  if (!repw) return sx_error_memory(err);
  sx_design_replicate_rows(repw, design, 0, f->n);
  for (size_t i = 0; i < f->n; i++)
    for (size_t k = 0; k < reps; k++) repw[i * reps + k] *= t[i];
  *out = repw;
  return SX_OK;
}

/* A fixed lambda has three factors: 1, lambda, 1 - lambda. */
static sx_status cells_times(uint32_t **cell, double **rep, const sx_design *design, const frames *f, double lambda,
                             sx_error *err) {
  const size_t reps = sx_design_replicates(design);
  const double of[3] = {1, lambda, 1 - lambda};
  *cell = sx_mem_alloc(f->ctx, f->n, sizeof **cell);
  *rep = sx_mem_alloc(f->ctx, 3 * reps, sizeof **rep);
  if (!*cell || !*rep) return sx_error_memory(err);
  for (size_t i = 0; i < f->n; i++) (*cell)[i] = f->overlap[i] ? 1 + (uint32_t)f->of[i] : 0;
  for (size_t k = 0; k < 3 * reps; k++) (*rep)[k] = of[k / reps];
  return SX_OK;
}

static sx_status compose(sx_design **out, const sx_design *design, const frames *f, const sx_frame_spec *spec,
                         sx_frame_report *r, sx_error *err) {
  const size_t n = f->n, reps = sx_design_replicates(design);
  const double *d = sx_design_weights(design);
  const bool single = spec->method == SX_COMPOSITION_SINGLE_FRAME;
  sx_status st = SX_OK;
  char note[96];
  uint32_t *cell = NULL;
  double *rep = NULL, *w = sx_mem_alloc(f->ctx, n, sizeof *w), *t = sx_mem_alloc(f->ctx, n, sizeof *t);
  if (!w || !t) {
    st = sx_error_memory(err);
    goto done;
  }
  r->lambda = single                                     ? (double)NAN
              : spec->method == SX_COMPOSITION_EFFECTIVE ? r->n_eff[0] / (r->n_eff[0] + r->n_eff[1])
                                                         : spec->lambda;
  for (size_t i = 0; i < n; i++) {
    t[i] = d[i] > 0 ? factor(f, spec, r->lambda, d[i], i) : 1;
    w[i] = d[i] * t[i];
  }
  sx_adjustment a = SX_ADJUSTMENT_INIT;
  a.w = w;
  if (reps && single) {
    SX_TRY_GOTO(st, rows_times(&rep, design, f, t, err), done);
    a.repw = rep;
  } else if (reps) {
    SX_TRY_GOTO(st, cells_times(&cell, &rep, design, f, r->lambda, err), done);
    a.rep_cell = cell;
    a.rep_factor = rep;
    a.n_rep_cells = 3;
  }
  if (single)
    (void)snprintf(note, sizeof note, "two frames, single-frame weights");
  else
    (void)snprintf(note, sizeof note, "two frames, lambda %.4g", r->lambda);
  a.note = note;
  SX_TRY_GOTO(st, sx_design_adjust(out, design, &a, err), done);
  r->kish_deff = sx_weighting_kish_deff(w, n);
done:
  sx_mem_free(f->ctx, w);
  sx_mem_free(f->ctx, t);
  sx_mem_free(f->ctx, cell);
  sx_mem_free(f->ctx, rep);
  return st;
}

static sx_status check_spec(const sx_design *design, const sx_table *table, const sx_frame_spec *s, sx_error *err) {
  if (sx_table_rows(table) != sx_design_rows(design))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "the table has %zu cases, the design %zu", sx_table_rows(table),
                        sx_design_rows(design));
  if (!s->frame || !s->overlap)
    return sx_error_set(err, SX_E_ARGUMENT, "frames", "name the variable of the frame and that of the overlap");
  if (s->method == SX_COMPOSITION_FIXED && !(s->lambda >= 0 && s->lambda <= 1))
    return sx_error_set(err, SX_E_ARGUMENT, "lambda", "lambda is %g: it lies between 0 and 1", s->lambda);
  return SX_OK;
}

sx_status sx_weighting_frames(sx_design **out, const sx_design *design, const sx_table *table,
                              const sx_frame_spec *spec, sx_frame_report *report, sx_error *err) {
  SX_TRY(check_spec(design, table, spec, err));
  const double *d = sx_design_weights(design);
  sx_status st = SX_OK;
  sx_frame_report r;
  frames f = {sx_design_ctx(design), sx_design_rows(design), NULL, NULL, NULL, NULL};
  f.of = sx_mem_zalloc(f.ctx, f.n, 1);
  f.overlap = sx_mem_zalloc(f.ctx, f.n, 1);
  if (!f.of || !f.overlap) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, read_frame(&f, table, spec->frame, d, err), done);
  SX_TRY_GOTO(st, read_overlap(&f, table, spec->overlap, d, err), done);
  if (spec->method == SX_COMPOSITION_SINGLE_FRAME) SX_TRY_GOTO(st, read_other(&f, table, spec->other, d, err), done);
  SX_TRY_GOTO(st, check_strata(&f, design, d, err), done);
  count(&r, &f, d);
  for (size_t k = 0; k < 2; k++) {
    if (r.n_overlap[k]) continue;
    st = sx_error_set(err, SX_E_DATA, spec->overlap, "the frame '%s' has no case in the overlap",
                      f.frame->level_text[0][f.frame->key_level[k]]);
    goto done;
  }
  SX_TRY_GOTO(st, compose(out, design, &f, spec, &r, err), done);
  if (report) *report = r;
done:
  sx_groups_free(f.frame);
  sx_mem_free(f.ctx, f.of);
  sx_mem_free(f.ctx, f.overlap);
  sx_mem_free(f.ctx, f.other);
  return st;
}
