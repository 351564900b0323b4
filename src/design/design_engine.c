/* design_engine.c: the variance engine on positions (rows sorted by stratum, PSU and row).
 *
 * The carrier of an estimate is z_p = sum over the rows of PSU p of w (u - x'b). Its variance is
 *   V = sum_h (1-f_h) n_h/(n_h-1) sum_p (z_p - zbar_h)^2      (num_var.c)
 * plus the policy for strata of one PSU, docs/methods/variance.md: remove and certainty add 0, adjust adds
 * (1-f_h)(z - zbar)^2 with zbar the mean of all PSU totals (Rust & Kalton 1987, JOS 3:69-81), average scales V by
 * H/(H - lonely). Designs with an fpc at every stage: design_tree.c; with unequal probabilities: design_pps.c.
 *
 * Bulk form: the scores of many domains differ only by a small table over codes, so eight estimates share one pass: per
 * row one code, one margin cell per margin and one weight are read, and eight lanes are updated. Each lane's arithmetic
 * is that of a pass alone, so results do not depend on which estimates share a batch. */
#include <string.h>

#include "design_priv.h"

enum { LANES = 8 };

size_t sx_design_carrier_length(const sx_design *d) {
  return d->sample->n_reps ? d->sample->n_reps : d->sample->n_slots;
}
size_t sx_design_beta_length(const sx_design *d) {
  return d->n_cells;
}
size_t sx_design_scratch_length(const sx_design *d) {
  return d->sample->n_rows + 2 * d->n_cells + 1;
}
size_t sx_design_bitmap_bytes(const sx_design *d) {
  return (d->sample->n_psus + 63) / 64 * 8;
}

/* Bits from..end-1 of a map of whole words. */
SX_INLINE size_t bits_between(const uint8_t *in, size_t from, size_t end) {
  size_t n = 0;
  for (size_t at = from / 64; at * 64 < end; at++) {
    uint64_t word;
    memcpy(&word, in + at * 8, 8);
    if (at * 64 < from) word &= UINT64_MAX << (from % 64);
    if (end - at * 64 < 64) word &= UINT64_MAX >> (64 - end % 64);
    n += (size_t)__builtin_popcountll(word);
  }
  return n;
}

SX_WIDEST
static void count_units(size_t *psus, size_t *strata, const design_sample *s, const uint8_t *in) {
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t here = bits_between(in, s->start[h], s->start[h + 1]);
    *psus += here;
    *strata += here > 0;
  }
}

double sx_design_df_of(const sx_design *d, const uint8_t *in) {
  const design_sample *s = d->sample;
  if (s->n_reps) return d->df;
  if (!isnan(s->df_declared)) return s->df_declared;
  size_t psus = 0, strata = 0;
  count_units(&psus, &strata, s, in);
  return (double)psus - (double)strata;
}

/* ---- projection ------------------------------------------------------------------------------------------ */

void sx_design_project(double *beta, const sx_design *d, double *work) {
  for (size_t a = d->n_adjusts; a-- > 0;) {
    const design_adjust *adj = &d->adjusts[a];
    double *b = beta + adj->first_cell;
    const double *after = b + adj->n_cells;
    for (size_t j = 0; j < adj->n_cells && adj->n_later; j++) {
      const double *row = adj->later + j * adj->n_later;
      for (size_t l = 0; l < adj->n_later; l++) b[j] -= row[l] * after[l];
    }
    if (adj->factor)
      sx_num_chol_solve(adj->factor, adj->n_cells, adj->piv, adj->rank, b, work);
    else
      for (size_t j = 0; j < adj->n_cells; j++) b[j] = adj->diag[j] > 0 ? b[j] / adj->diag[j] : 0;
  }
  beta[d->n_cells] = 0;
}

void sx_design_carry(double *z, const sx_design *d, const double *u, double *scratch) {
  const design_sample *s = d->sample;
  const size_t n = s->n_rows, p = d->n_cells;
  double *at = scratch, *beta = scratch + n, *work = beta + p + 1;
  for (size_t i = 0; i < n; i++) at[i] = u[s->order[i]];
  memset(beta, 0, (p + 1) * sizeof *beta);
  for (size_t a = 0; a < d->n_adjusts; a++) {
    const design_adjust *adj = &d->adjusts[a];
    for (size_t m = adj->first_margin; m < adj->first_margin + adj->n_margins; m++) {
      for (size_t i = 0; i < n; i++) {
        const size_t cell = sx_design__cell(d, m * n + i);
        if (cell != p) beta[cell] += adj->d[i] * sx_design__value(d, m, i) * at[i];
      }
    }
  }
  sx_design_project(beta, d, work);
  memset(z, 0, s->n_slots * sizeof *z);
  for (size_t i = 0; i < n; i++) {
    double e = d->carried ? d->wpos[i] * at[i] : at[i];
    if (d->carried) {
      for (size_t m = 0; m < d->n_margins; m++) e -= beta[sx_design__cell(d, m * n + i)] * d->carried[m][i];
      z[s->slot_at[i]] += e;
      continue;
    }
    for (size_t m = 0; m < d->n_margins; m++) e -= beta[sx_design__cell(d, m * n + i)] * sx_design__value(d, m, i);
    z[s->slot_at[i]] += d->wpos[i] * e;
  }
}

/* ---- variances ------------------------------------------------------------------------------------------- */

/* What strata of one PSU add, from the PSU totals. */
static double lonely_cov(const design_sample *s, const double *a, const double *b) {
  double sum_a = 0, sum_b = 0, add = 0;
  for (size_t p = 0; p < s->n_psus; p++) {
    sum_a += a[p];
    sum_b += b[p];
  }
  const double ma = sum_a / (double)s->n_psus, mb = sum_b / (double)s->n_psus;
  for (size_t h = 0; h < s->n_strata; h++) {
    if (s->start[h + 1] - s->start[h] != 1) continue;
    const double left = s->fraction ? 1 - s->fraction[h] : 1;
    if (left < 1e-7) continue;
    const size_t p = s->start[h];
    add += left * (a[p] - ma) * (b[p] - mb);
  }
  return add;
}

static double rep_cov(const design_sample *s, const double *a, const double *b, double ca, double cb) {
  const size_t reps = s->n_reps;
  if (!s->mse) {
    double sa = 0, sb = 0, used = 0;
    for (size_t r = 0; r < reps; r++) {
      if (s->rscales[r] <= 0) continue;
      sa += a[r];
      sb += b[r];
      used++;
    }
    ca = sa / used;
    cb = sb / used;
  }
  double v = 0;
  for (size_t r = 0; r < reps; r++)
    if (s->rscales[r] > 0) v += s->rscales[r] * (a[r] - ca) * (b[r] - cb);
  return s->rep_scale * v;
}

double sx_design_cov(const sx_design *d, const double *a, const double *b, double centre_a, double centre_b) {
  const design_sample *s = d->sample;
  if (s->n_reps) return rep_cov(s, a, b, centre_a, centre_b);
  if (s->tree) return sx_design__tree_cov(s, a, b);
  if (s->pps) return sx_design__pps_cov(s, a, b);
  double v = sx_num_cov_strata(a, b, s->start, s->n_strata, s->fraction);
  if (s->n_lonely && s->lonely == SX_LONELY_ADJUST) v += lonely_cov(s, a, b);
  return v * s->lonely_scale;
}

bool sx_design_has_centres(const sx_design *d) {
  const design_sample *s = d->sample;
  return !s->n_reps && !s->tree && !s->pps && !(s->n_lonely && s->lonely == SX_LONELY_ADJUST);
}

void sx_design_centre(double *z, const sx_design *d) {
  sx_num_centre_strata(z, d->sample->start, d->sample->n_strata);
}

double sx_design_cov_centred(const sx_design *d, const double *a, const double *b) {
  const design_sample *s = d->sample;
  return sx_num_cov_centred(a, b, s->start, s->n_strata, s->fraction) * s->lonely_scale;
}

double sx_design_mix(double *z, const sx_design *d, const double *const *carriers, const double *coef, size_t n) {
  const design_sample *s = d->sample;
  if (s->tree || s->pps) {
    memset(z, 0, s->n_slots * sizeof *z);
    for (size_t j = 0; j < n; j++)
      for (size_t i = 0; i < s->n_slots; i++) z[i] += coef[j] * carriers[j][i];
    return sx_design_cov(d, z, z, 0, 0);
  }
  double v = sx_num_mix_strata(z, carriers, coef, n, s->start, s->n_strata, s->fraction);
  if (s->n_lonely && s->lonely == SX_LONELY_ADJUST) v += lonely_cov(s, z, z);
  return v * s->lonely_scale;
}

double sx_design_mix_variance(double *scratch, const sx_design *d, const double *const *carriers, const double *coef,
                              size_t n) {
  const design_sample *s = d->sample;
  const bool whole = s->tree || s->pps || (s->n_lonely && s->lonely == SX_LONELY_ADJUST);
  if (whole) return sx_design_mix(scratch, d, carriers, coef, n);
  return sx_num_mix_variance(scratch, carriers, coef, n, s->start, s->n_strata, s->fraction) * s->lonely_scale;
}

/* Tables of a batch, interleaved by lane. */
typedef struct batch {
  const sx_design *d;
  const sx_codes *codes;
  double *a, *b, *c; /* [n_codes*lanes]; b, c only with y, x */
  double *beta;      /* [(n_cells+1)*lanes] */
  double *z;         /* [max_psus*lanes] */
  double *lonely;    /* [n_lonely*lanes], for SX_LONELY_ADJUST */
} batch;

typedef double four __attribute__((vector_size(32), may_alias, aligned(8)));

/* One row's residuals: fours that a processor adds at once where its registers are as wide, else in pairs. */
SX_INLINE void row_scores(double *z, const batch *t, size_t i, bool add) {
  const sx_design *d = t->d;
  const size_t n = d->sample->n_rows;
  const size_t code = sx_codes_at(t->codes, i) * (size_t)LANES;
  const four *a = (const four *)(t->a + code);
  four u0 = a[0], u1 = a[1];
  if (t->b) {
    const four *b = (const four *)(t->b + code);
    const double y = t->codes->y[i];
    u0 += b[0] * y;
    u1 += b[1] * y;
  }
  if (t->c) {
    const four *c = (const four *)(t->c + code);
    const double x = t->codes->x[i];
    u0 += c[0] * x;
    u1 += c[1] * x;
  }
  for (size_t m = 0; m < d->n_margins; m++) {
    const four *beta = (const four *)(t->beta + sx_design__cell(d, m * n + i) * LANES);
    if (d->values && d->values[m]) {
      const double x = d->values[m][i];
      u0 -= beta[0] * x;
      u1 -= beta[1] * x;
      continue;
    }
    u0 -= beta[0];
    u1 -= beta[1];
  }
  const double w = d->wpos[i];
  four *out = (four *)z;
  if (add) {
    out[0] += u0 * w;
    out[1] += u1 * w;
  } else {
    out[0] = u0 * w;
    out[1] = u1 * w;
  }
}

/* z of a PSU in every lane. */
SX_INLINE void psu_scores(double *z, const batch *t, size_t p) {
  const uint32_t *start = t->d->sample->psu_start + p;
  size_t i = start[0];
  row_scores(z, t, i, false);
  for (i++; i < start[1]; i++) row_scores(z, t, i, true);
}

/* sum [LANES] of z [n*LANES] in the order of n, and of (z - mean)^2. */
SX_INLINE void lane_sums(double *restrict sum, const double *restrict z, size_t n) {
  four s0 = {0, 0, 0, 0}, s1 = s0;
  const four *at = (const four *)z;
  for (size_t p = 0; p < n; p++, at += 2) {
    s0 += at[0];
    s1 += at[1];
  }
  four *out = (four *)sum;
  out[0] = s0;
  out[1] = s1;
}

SX_INLINE void lane_squares(double *restrict sum, const double *restrict z, const double *restrict mean, size_t n) {
  const four *m = (const four *)mean;
  const four m0 = m[0], m1 = m[1];
  four s0 = {0, 0, 0, 0}, s1 = s0;
  const four *at = (const four *)z;
  for (size_t p = 0; p < n; p++, at += 2) {
    const four e0 = at[0] - m0, e1 = at[1] - m1;
    s0 += e0 * e0;
    s1 += e1 * e1;
  }
  four *out = (four *)sum;
  out[0] = s0;
  out[1] = s1;
}

/* Whether a stratum of one PSU counts, and by what root. */
SX_INLINE bool is_lonely(double *root, const design_sample *s, size_t h) {
  const double left = s->fraction ? 1 - s->fraction[h] : 1;
  if (s->start[h + 1] - s->start[h] != 1 || left < 1e-7) return false;
  *root = s->fraction ? sqrt(left) : 1;
  return true;
}

SX_WIDEST
static void variances_of_lanes(double *restrict v, const batch *t) {
  const design_sample *s = t->d->sample;
  double all[LANES] = {0}, sum[LANES], mean[LANES], acc[LANES], root = 0;
  size_t lonely = 0;
  for (size_t k = 0; k < LANES; k++) v[k] = 0;
  for (size_t h = 0; h < s->n_strata; h++) {
    const size_t first = s->start[h], nh = s->start[h + 1] - first;
    if (s->factor[h] <= 0 && !t->lonely) continue;
    for (size_t p = 0; p < nh; p++) psu_scores(t->z + p * LANES, t, first + p);
    lane_sums(sum, t->z, nh);
    for (size_t k = 0; k < LANES; k++) all[k] += sum[k];
    if (t->lonely && is_lonely(&root, s, h)) {
      for (size_t k = 0; k < LANES; k++) t->lonely[lonely * LANES + k] = sum[k];
      t->lonely[s->n_lonely * LANES + lonely] = root;
      lonely++;
    }
    if (s->factor[h] <= 0) continue;
    for (size_t k = 0; k < LANES; k++) mean[k] = sum[k] / (double)nh;
    lane_squares(acc, t->z, mean, nh);
    for (size_t k = 0; k < LANES; k++) v[k] += s->factor[h] * acc[k];
  }
  for (size_t j = 0; j < lonely; j++) {
    const double root_of = t->lonely[s->n_lonely * LANES + j];
    for (size_t k = 0; k < LANES; k++) {
      const double e = root_of * (t->lonely[j * LANES + k] - all[k] / (double)s->n_psus);
      v[k] += e * e;
    }
  }
  for (size_t k = 0; k < LANES; k++) v[k] *= s->lonely_scale;
}

/* Sets (or, with clear, zeroes again) the tables of lane k. */
static void set_lane(batch *t, const sx_score *score, size_t k, bool clear) {
  for (size_t j = 0; j < score->n; j++) {
    const size_t at = ((size_t)score->lo + j) * LANES + k;
    t->a[at] = clear ? 0 : score->a[j];
    if (t->b) t->b[at] = clear ? 0 : score->b;
    if (t->c) t->c[at] = clear ? 0 : score->c;
  }
  for (size_t j = 0; j < t->d->n_cells; j++) t->beta[j * LANES + k] = clear || !score->beta ? 0 : score->beta[j];
}

static void run_batch(double *var, batch *t, const sx_score *scores, size_t n) {
  double v[LANES];
  for (size_t k = 0; k < n; k++) set_lane(t, &scores[k], k, false);
  variances_of_lanes(v, t);
  for (size_t k = 0; k < n; k++) {
    var[k] = v[k];
    set_lane(t, &scores[k], k, true);
  }
}

/* By batches of LANES. */
static sx_status var_by_lanes(double *var, const sx_design *d, const sx_codes *codes, const sx_score *scores, size_t n,
                              sx_error *err) {
  const sx_ctx *ctx = &d->ctx;
  const design_sample *s = d->sample;
  const bool adjust = s->n_lonely && s->lonely == SX_LONELY_ADJUST;
  const size_t table = codes->n_codes * LANES;
  batch t = {d, codes, NULL, NULL, NULL, NULL, NULL, NULL};
  t.a = sx_mem_zalloc(ctx, table, sizeof *t.a);
  t.b = codes->y ? sx_mem_zalloc(ctx, table, sizeof *t.b) : NULL;
  t.c = codes->x ? sx_mem_zalloc(ctx, table, sizeof *t.c) : NULL;
  t.beta = sx_mem_zalloc(ctx, (d->n_cells + 1) * LANES, sizeof *t.beta);
  t.z = sx_mem_alloc(ctx, s->max_psus * LANES, sizeof *t.z);
  t.lonely = adjust ? sx_mem_alloc(ctx, s->n_lonely * (LANES + 1), sizeof *t.lonely) : NULL;
  const bool known = t.a && (!codes->y || t.b) && (!codes->x || t.c) && t.beta && t.z && (!adjust || t.lonely);
  for (size_t j = 0; known && j < n; j += LANES) run_batch(var + j, &t, scores + j, n - j < LANES ? n - j : LANES);
  sx_mem_free(ctx, t.a);
  sx_mem_free(ctx, t.b);
  sx_mem_free(ctx, t.c);
  sx_mem_free(ctx, t.beta);
  sx_mem_free(ctx, t.z);
  sx_mem_free(ctx, t.lonely);
  return known ? SX_OK : sx_error_memory(err);
}

/* ---- one or two estimates: the carrier, then its strata ---------------------------------------------------------------- */

enum { CHAINS = 4 };

/* Four strata at a time: a sum waits for the sum before it, four of them do not wait for one another. */
typedef struct chains {
  const double *at[CHAINS];
  double mean[CHAINS], sum[CHAINS];
  size_t left[CHAINS], stratum[CHAINS];
} chains;

/* The next n PSUs of each. */
SX_INLINE void go_on(chains *c, size_t n, bool squares) {
  const double *restrict x0 = c->at[0], *restrict x1 = c->at[1], *restrict x2 = c->at[2], *restrict x3 = c->at[3];
  const double m0 = c->mean[0], m1 = c->mean[1], m2 = c->mean[2], m3 = c->mean[3];
  double s0 = c->sum[0], s1 = c->sum[1], s2 = c->sum[2], s3 = c->sum[3];
  for (size_t p = 0; p < n; p++) {
    s0 += squares ? (x0[p] - m0) * (x0[p] - m0) : x0[p];
    s1 += squares ? (x1[p] - m1) * (x1[p] - m1) : x1[p];
    s2 += squares ? (x2[p] - m2) * (x2[p] - m2) : x2[p];
    s3 += squares ? (x3[p] - m3) * (x3[p] - m3) : x3[p];
  }
  c->sum[0] = s0;
  c->sum[1] = s1;
  c->sum[2] = s2;
  c->sum[3] = s3;
}

/* out [strata]: of z, or with means (sums over the PSUs, divided here) of (z - mean)^2, each in the order of its PSUs. */
SX_INLINE void sums_of_strata(double *out, const design_sample *s, const double *z, const double *sums) {
  chains c = {.at = {z, z, z, z}};
  size_t next = 0, running = 0;
  for (;;) {
    size_t least = SIZE_MAX;
    for (size_t k = 0; k < CHAINS; k++) {
      if (c.left[k] == 0 && next < s->n_strata) {
        const size_t h = next++, n = s->start[h + 1] - s->start[h];
        c.at[k] = z + s->start[h];
        c.mean[k] = sums ? sums[h] / (double)n : 0;
        c.sum[k] = 0;
        c.left[k] = n;
        c.stratum[k] = h;
        running++;
      }
      if (c.left[k] > 0 && c.left[k] < least) least = c.left[k];
    }
    if (running == 0) return;
    go_on(&c, least, sums != NULL);
    for (size_t k = 0; k < CHAINS; k++) {
      if (c.left[k] == 0) continue; /* nothing was left for it: what it adds up again is not read */
      c.at[k] += least;
      c.left[k] -= least;
      if (c.left[k] > 0) continue;
      out[c.stratum[k]] = c.sum[k];
      c.at[k] = z;
      running--;
    }
  }
}

/* sums, squares [strata]. */
SX_WIDEST
static double variance_of_carrier(const design_sample *s, const double *z, double *sums, double *squares) {
  const bool adjust = s->n_lonely && s->lonely == SX_LONELY_ADJUST;
  double v = 0, all = 0, root = 0;
  sums_of_strata(sums, s, z, NULL);
  sums_of_strata(squares, s, z, sums);
  for (size_t h = 0; h < s->n_strata; h++) {
    all += sums[h];
    if (s->factor[h] > 0) v += s->factor[h] * squares[h];
  }
  for (size_t h = 0; adjust && h < s->n_strata; h++) {
    if (!is_lonely(&root, s, h)) continue;
    const double e = root * (sums[h] - all / (double)s->n_psus);
    v += e * e;
  }
  return v * s->lonely_scale;
}

static sx_status var_by_carriers(double *var, const sx_design *d, const sx_codes *codes, const sx_score *scores,
                                 size_t n, sx_error *err) {
  const design_sample *s = d->sample;
  double *z = sx_mem_alloc(&d->ctx, s->n_slots + 2 * s->n_strata, sizeof *z);
  if (!z) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    memset(z, 0, s->n_slots * sizeof *z);
    sx_design_expand(z, d, codes, &scores[k], 1);
    var[k] = variance_of_carrier(s, z, z + s->n_slots, z + s->n_slots + s->n_strata);
  }
  sx_mem_free(&d->ctx, z);
  return SX_OK;
}

/* Designs whose variance is not a sum over strata of PSUs: a carrier and its variance at a time. */
static sx_status var_one_by_one(double *var, const sx_design *d, const sx_codes *codes, const sx_score *scores,
                                size_t n, sx_error *err) {
  const size_t length = sx_design_carrier_length(d);
  double *z = sx_mem_alloc(&d->ctx, length, sizeof *z);
  if (!z) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    memset(z, 0, length * sizeof *z);
    sx_design_expand(z, d, codes, &scores[k], 1);
    var[k] = sx_design_cov(d, z, z, 0, 0);
  }
  sx_mem_free(&d->ctx, z);
  return SX_OK;
}

sx_status sx_design_var_scores(double *var, const sx_design *d, const sx_codes *codes, const sx_score *scores, size_t n,
                               sx_error *err) {
  const design_sample *s = d->sample;
  if (s->tree || s->pps || d->carried) return var_one_by_one(var, d, codes, scores, n, err);
  const size_t few = n % LANES > 2 ? 0 : n % LANES, many = n - few;
  if (many) SX_TRY(var_by_lanes(var, d, codes, scores, many, err));
  return few ? var_by_carriers(var + many, d, codes, scores + many, few, err) : SX_OK;
}
