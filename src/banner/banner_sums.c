/* banner_sums.c: the fast engine: one pass of the rows per line fills the sums of every cell by PSU; values, errors and tests of the
 * items of the line are then passes over vectors of PSUs. Every variance is sx_design_cov of a carrier, as in the algebra of estimates. */
#include <string.h>

#include "banner_kernel.h"

/* Grows, never shrinks: a task's questions share it. */
typedef struct room {
  double *at;
  size_t n;
} room;
struct banner_scratch {
  sx_ctx ctx;
  room sum, cross, w, z, y, base, rhs, pair, cells;
  uint32_t *count;
  size_t n_count;
  uint8_t *bits;
  size_t n_bits;
};

enum { MAX_SUMS = 1 << 26 }; /* doubles: half a gigabyte per thread */

banner_scratch *sx_banner__scratch_new(const sx_ctx *ctx) {
  banner_scratch *s = sx_mem_zalloc(ctx, 1, sizeof *s);
  if (s) s->ctx = *ctx;
  return s;
}

void sx_banner__scratch_free(banner_scratch *s) {
  if (!s) return;
  const sx_ctx ctx = s->ctx;
  room *const rooms[] = {&s->sum, &s->cross, &s->w, &s->z, &s->y, &s->base, &s->rhs, &s->pair, &s->cells};
  for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++) sx_mem_free(&ctx, rooms[k]->at);
  sx_mem_free(&ctx, s->count);
  sx_mem_free(&ctx, s->bits);
  sx_mem_free(&ctx, s);
}

static bool make_room(const sx_ctx *ctx, room *r, size_t n) {
  if (n <= r->n && r->at) return true;
  sx_mem_free(ctx, r->at);
  r->at = sx_mem_alloc(ctx, n, sizeof *r->at);
  r->n = r->at ? n : 0;
  return r->at != NULL;
}

/* A line at work. Sums by channel (code; or 1 and y), domain, PSU. */
typedef struct work {
  const banner_kernel *k;
  const banner_plan *plan;
  const banner_question *q;
  banner_result *r;
  banner_scratch *s;
  const banner_line *line;
  size_t at_line, channels, D, P, J, bitmap;
  double *sum;   /* [channels][D][P] */
  double *cross; /* [J][channels][D] */
  double *w;     /* [channels][D] sums over PSUs */
  double *n_w;   /* [D] sums of weights of the base */
  double *base;  /* [D][P] sums of weights of the base */
  double *y;     /* [D][P] numerators of the item */
  double *z;     /* [D][P] carriers of the item */
  double *rhs;   /* [2J+1] right-hand sides, then what the projection needs */
  double *pair;  /* [P] a carrier more */
  uint8_t *bits; /* [D+1][bitmap] PSUs of the base in the domain; the last for unions */
  /* The vectors are over groups and codes instead of PSUs, P is their number (banner_groups.c) */
  bool grouped;
  banner_cells cells;
} work;

/* ---- the pass ------------------------------------------------------------------------------------------------------------------- */

/* Room for the sums of the groups. */
static sx_status cells_new(work *t, sx_error *err) {
  const banner_kernel *k = t->k;
  banner_cells *c = &t->cells;
  *c = (banner_cells){.L = k->n_groups * (t->line->n_codes + 1)};
  for (size_t g = 0; k->n_beta && g < k->n_groups; g++) {
    const size_t m = k->entry[k->member[g] + 1] - k->entry[k->member[g]];
    if (m > c->margins) c->margins = m;
  }
  if (!make_room(&t->s->ctx, &t->s->cells, c->L * (3 + c->margins))) return sx_error_memory(err);
  c->w = t->s->cells.at;
  c->q = c->w + c->L;
  c->d = c->q + c->L;
  c->n = (uint32_t *)(c->d + c->margins * c->L);
  return SX_OK;
}

static sx_status work_new(work *t, bool *fits, sx_error *err) {
  banner_scratch *s = t->s;
  const sx_ctx *ctx = &s->ctx;
  size_t sums = 0, crosses = 0;
  t->grouped = sx_banner__grouped_suits(t->k, t->line);
  if (t->grouped) SX_TRY(cells_new(t, err));
  t->P = t->grouped ? t->cells.L : t->k->n_psus;
  *fits = sx_size_mul(&sums, t->channels * t->D, t->grouped ? 1 : t->P) && sums <= MAX_SUMS &&
          sx_size_mul(&crosses, t->J, t->channels * t->D) && crosses <= MAX_SUMS && t->D * t->P <= MAX_SUMS / 4;
  if (!*fits) return SX_OK;
  const size_t counts = t->channels * t->k->n_patterns, bits = (t->D + 1) * t->bitmap;
  if (s->n_count < counts) {
    sx_mem_free(ctx, s->count);
    s->count = sx_mem_alloc(ctx, counts, sizeof *s->count);
    s->n_count = s->count ? counts : 0;
  }
  if (s->n_bits < bits) {
    sx_mem_free(ctx, s->bits);
    s->bits = sx_mem_alloc(ctx, bits, 1);
    s->n_bits = s->bits ? bits : 0;
  }
  if (!make_room(ctx, &s->sum, sums) || !make_room(ctx, &s->cross, crosses) ||
      !make_room(ctx, &s->w, (t->channels + 1) * t->D) || !make_room(ctx, &s->z, t->D * t->P) ||
      !make_room(ctx, &s->y, t->D * t->P) || !make_room(ctx, &s->base, t->D * t->P) ||
      !make_room(ctx, &s->rhs, 2 * t->J + 2) || !make_room(ctx, &s->pair, t->P) || s->n_count < counts ||
      s->n_bits < bits)
    return sx_error_memory(err);
  t->sum = s->sum.at;
  t->cross = s->cross.at;
  t->w = s->w.at;
  t->n_w = s->w.at + t->channels * t->D;
  t->z = s->z.at;
  t->y = s->y.at;
  t->base = s->base.at;
  t->rhs = s->rhs.at;
  t->pair = s->pair.at;
  t->bits = s->bits;
  memset(t->sum, 0, sums * sizeof *t->sum);
  memset(t->cross, 0, crosses * sizeof *t->cross);
  memset(s->count, 0, counts * sizeof *s->count);
  memset(t->bits, 0, bits);
  return SX_OK;
}

/* One case: its weight, and its entries, to the cells of its code in every domain it is in. */
static inline void add_case(const work *t, size_t i, size_t channel, double times) {
  const banner_kernel *k = t->k;
  const uint16_t *at = k->list + k->first[k->pattern[i]], *end = k->list + k->first[k->pattern[i] + 1];
  const double w = times * k->w[i];
  double *to = t->sum + channel * t->D * t->P + sx_design_position_psu(k->design)[i];
  for (const uint16_t *d = at; d < end; d++) to[*d * t->P] += w;
  if (!t->J) return;
  for (size_t e = k->entry[i]; e < k->entry[i + 1]; e++) {
    double *cell = t->cross + (k->entry_cell[e] * t->channels + channel) * t->D;
    const double v = times * k->entry_value[e];
    for (const uint16_t *d = at; d < end; d++) cell[*d] += v;
  }
}

static void pass_rows(const work *t) {
  const banner_kernel *k = t->k;
  const uint32_t *order = sx_design_order(k->design);
  const uint16_t *code = t->line->code;
  const double *y = t->line->y;
  uint32_t *count = t->s->count;
  for (size_t i = 0; i < k->n; i++) {
    const size_t row = order[i], c = code[row];
    if (c == BANNER_OUTSIDE) continue;
    count[c * k->n_patterns + k->pattern[i]]++;
    add_case(t, i, c, 1);
    if (y) add_case(t, i, 1, y[row]);
  }
}

/* What the pass of the rows would have found, from the sums of the groups. */
static void pass_groups(const work *t) {
  const banner_kernel *k = t->k;
  const banner_cells *c = &t->cells;
  const size_t codes = t->line->n_codes;
  memset(t->w, 0, t->channels * t->D * sizeof *t->w);
  memset(t->base, 0, t->D * t->P * sizeof *t->base);
  for (size_t g = 0; g < k->n_groups; g++) {
    const size_t at = k->member[g], pattern = k->pattern[at];
    const uint16_t *first = k->list + k->first[pattern], *end = k->list + k->first[pattern + 1];
    for (size_t v = 0; first < end && v < codes; v++) {
      const size_t l = g * (codes + 1) + v;
      if (c->n[l] == 0) continue;
      t->s->count[v * k->n_patterns + pattern] += c->n[l];
      for (const uint16_t *d = first; d < end; d++) {
        t->w[v * t->D + *d] += c->w[l];
        t->base[*d * t->P + l] = 1;
      }
      for (size_t e = 0; t->J && e < k->entry[at + 1] - k->entry[at]; e++) {
        double *cell = t->cross + (k->entry_cell[k->entry[at] + e] * t->channels + v) * t->D;
        for (const uint16_t *d = first; d < end; d++) cell[*d] += c->d[e * c->L + l];
      }
    }
  }
}

static void pass(work *t) {
  if (!t->grouped) {
    pass_rows(t);
    return;
  }
  sx_banner__grouped_pass(t->k, t->line, &t->cells);
  pass_groups(t);
}

/* Cases and squared weights of the bases; cases of the codes into count_of [channels][D]. */
static void spread_counts(const work *t, double *count_of) {
  const banner_kernel *k = t->k;
  memset(count_of, 0, t->channels * t->D * sizeof *count_of);
  for (size_t c = 0; c < t->line->n_codes; c++)
    for (size_t g = 0; g < k->n_patterns; g++) {
      const uint32_t n = t->s->count[c * k->n_patterns + g];
      for (size_t e = k->first[g]; n && e < k->first[g + 1]; e++) count_of[c * t->D + k->list[e]] += n;
    }
  double *n = t->r->base_n + t->at_line * t->D;
  for (size_t d = 0; d < t->D; d++) {
    n[d] = 0;
    for (size_t c = 0; c < t->line->n_codes; c++) n[d] += count_of[c * t->D + d];
  }
}

static void squares(const work *t) {
  const banner_kernel *k = t->k;
  const uint32_t *order = sx_design_order(k->design);
  double *to = t->r->base_w2 + t->at_line * t->D;
  for (size_t d = 0; d < t->D; d++) to[d] = 0;
  for (size_t i = 0; i < k->n; i++) {
    if (t->line->code[order[i]] == BANNER_OUTSIDE) continue;
    const size_t g = k->pattern[i];
    for (size_t e = k->first[g]; e < k->first[g + 1]; e++) to[k->list[e]] += k->w[i] * k->w[i];
  }
}

/* Totals of the channels, and the base by PSU with its bitmap. */
static void add_up(const work *t) {
  const size_t P = t->P, bases = t->line->y ? 1 : t->line->n_codes;
  if (!t->grouped) {
    for (size_t c = 0; c < t->channels * t->D; c++) t->w[c] = sx_num_sum(t->sum + c * P, P);
    memset(t->base, 0, t->D * P * sizeof *t->base);
    for (size_t c = 0; c < bases; c++)
      for (size_t j = 0; j < t->D * P; j++) t->base[j] += t->sum[c * t->D * P + j];
  }
  for (size_t d = 0; d < t->D; d++) {
    t->n_w[d] = 0;
    for (size_t c = 0; c < bases; c++) t->n_w[d] += t->w[c * t->D + d];
    t->r->base_w[t->at_line * t->D + d] = t->n_w[d];
    for (size_t p = 0; !t->grouped && p < P; p++)
      if (t->base[d * P + p] != 0) t->bits[d * t->bitmap + p / 8] |= (uint8_t)(1U << (p % 8));
  }
}

/* ---- values --------------------------------------------------------------------------------------------------------------------- */

/* z -= T beta, beta from the right-hand sides in t->rhs. */
static void project(const work *t, double *z) {
  const banner_kernel *k = t->k;
  if (!t->J) return;
  sx_design_project(t->rhs, k->design, t->rhs + t->J + 1);
  const size_t width = t->line->n_codes + 1;
  for (size_t g = 0; t->grouped && g < k->n_groups; g++) {
    double b = 0;
    for (size_t e = k->entry[k->member[g]]; e < k->entry[k->member[g] + 1]; e++) b += t->rhs[k->entry_cell[e]];
    for (size_t l = g * width; l < (g + 1) * width; l++) z[l] -= b;
  }
  if (t->grouped) return;
  for (size_t j = 0; j < t->J; j++) {
    const double b = t->rhs[j], *T = k->total + j * t->P;
    if (b == 0) continue;
    for (size_t p = k->range[j][0]; p < k->range[j][1]; p++) z[p] -= b * T[p];
  }
}

static double variance(const work *t, const double *z) {
  if (t->grouped) return sx_banner__grouped_variance(t->k, &t->cells, z);
  return sx_design_cov(t->k->design, z, z, 0, 0);
}

/* Sum over the item's channels of cross [j][channel][d]; of the base with item NULL. */
static double cross_of(const work *t, const banner_item *item, size_t j, size_t d) {
  const double *x = t->cross + j * t->channels * t->D + d;
  double s = 0;
  if (t->line->y) return item ? x[t->D] : x[0];
  for (size_t c = 0; c < t->line->n_codes; c++) s += (item ? item->coef[c] : 1) * x[c * t->D];
  return s;
}

static double total_of(const work *t, const banner_item *item, size_t d) {
  double s = 0;
  if (t->line->y) return t->w[t->D + d];
  for (size_t c = 0; c < t->line->n_codes; c++) s += item->coef[c] * t->w[c * t->D + d];
  return s;
}

static void numerators(const work *t, const banner_item *item) {
  const size_t n = t->D * t->P, width = t->line->n_codes + 1;
  for (size_t j = 0; t->grouped && j < n; j++) t->y[j] = t->base[j] != 0 ? item->coef[j % t->P % width] : 0;
  if (t->grouped) return;
  if (t->line->y) {
    memcpy(t->y, t->sum + n, n * sizeof *t->y);
    return;
  }
  memset(t->y, 0, n * sizeof *t->y);
  for (size_t c = 0; c < t->line->n_codes; c++) {
    const double a = item->coef[c], *from = t->sum + c * n;
    if (a == 0) continue;
    for (size_t j = 0; j < n; j++) t->y[j] += a * from[j];
  }
}

/* Weighted mean of squares about the mean over the base, for the variance under simple random sampling. */
static double spread(const work *t, const banner_item *item, size_t d, double mean) {
  const banner_kernel *k = t->k;
  double s = 0;
  if (t->line->y) {
    const uint32_t *order = sx_design_order(k->design);
    const uint8_t *mask = t->plan->domains.mask[d];
    for (size_t i = 0; i < k->n; i++) {
      const size_t row = order[i];
      if (t->line->code[row] == BANNER_OUTSIDE || (mask && !mask[row])) continue;
      s += k->w[i] * (t->line->y[row] - mean) * (t->line->y[row] - mean);
    }
  } else {
    for (size_t c = 0; c < t->line->n_codes; c++)
      s += t->w[c * t->D + d] * (item->coef[c] - mean) * (item->coef[c] - mean);
  }
  return s / t->n_w[d];
}

static double df_of(const work *t, size_t a, size_t b) {
  if (t->grouped) return sx_banner__grouped_df(t->k, &t->cells, t->base + a * t->P, t->base + b * t->P);
  uint8_t *all = t->bits + t->D * t->bitmap;
  const uint8_t *x = t->bits + a * t->bitmap, *y = t->bits + b * t->bitmap;
  for (size_t i = 0; i < t->bitmap; i++) all[i] = x[i] | y[i];
  return sx_design_df_of(t->k->design, all);
}

/* df over the PSUs where x is not 0. */
static double df_where(const work *t, const double *x) {
  if (t->grouped) return sx_banner__grouped_df(t->k, &t->cells, x, NULL);
  uint8_t *all = t->bits + t->D * t->bitmap;
  memset(all, 0, t->bitmap);
  for (size_t p = 0; p < t->P; p++)
    if (x[p] != 0) all[p / 8] |= (uint8_t)(1U << (p % 8));
  return sx_design_df_of(t->k->design, all);
}

static banner_value missing(sx_na na) {
  return (banner_value){(double)NAN, (double)NAN, (double)NAN, (double)NAN, na};
}

static bool is_share(const banner_item *item) {
  return item->measure == SX_BANNER_COL_PCT;
}

/* The value without an error where its PSUs are too few for one. */
static banner_value value_of(double value, double v, double df) {
  if (!isfinite(value)) return missing(SX_NA_TOO_LARGE);
  if (!(df >= 1)) return (banner_value){value, (double)NAN, df, (double)NAN, SX_NA_TOO_FEW_PSU};
  return (banner_value){value, sx_banner__variance(v, value), df, (double)NAN, SX_NA_NONE};
}

/* The mean of the item in domain d, its carrier into z. */
static banner_value mean_of(const work *t, const banner_item *item, size_t d, double *df_d) {
  const size_t P = t->P;
  const double n = t->r->base_n[t->at_line * t->D + d], N = t->n_w[d];
  double *z = t->z + d * P;
  const double *y = t->y + d * P, *base = t->base + d * P;
  if (n == 0) {
    memset(z, 0, P * sizeof *z);
    return missing(SX_NA_EMPTY_DOMAIN);
  }
  const double p = total_of(t, item, d) / N;
  for (size_t i = 0; i < P; i++) z[i] = (y[i] - p * base[i]) / N;
  for (size_t j = 0; j < t->J; j++) t->rhs[j] = (cross_of(t, item, j, d) - p * cross_of(t, NULL, j, d)) / N;
  project(t, z);
  if (isnan(*df_d)) *df_d = df_of(t, d, d);
  banner_value v = value_of(p, is_share(item) && (p <= 0 || p >= 1) ? 0 : variance(t, z), *df_d);
  if (v.variance > 0) v.n_eff = spread(t, item, d, p) * n / (n - 1) / v.variance;
  return v;
}

/* Shares of the row and of the table, and populations. */
static void other_measures(const work *t, const banner_item *item, size_t i) {
  banner_result *r = t->r;
  const size_t P = t->P;
  const double all = total_of(t, item, 0), N = t->n_w[0];
  for (size_t d = 0; d < t->D; d++) {
    const double here = total_of(t, item, d);
    const double *y = t->y + d * P, *y0 = t->y, *base = t->base;
    const size_t at = i * t->D + d;
    for (int m = 0; m < 3; m++) {
      banner_value *to = m == 0 ? r->row_pct : m == 1 ? r->total_pct : r->count;
      if (!to) continue;
      const double den = m == 0 ? all : m == 1 ? N : 1, q = m == 2 ? 0 : here / den;
      if (den == 0 || r->base_n[t->at_line * t->D] == 0) {
        to[at] = missing(SX_NA_EMPTY_DOMAIN);
        continue;
      }
      const double *of = m == 0 ? y0 : base;
      for (size_t p = 0; p < P; p++) t->pair[p] = (y[p] - q * of[p]) / den;
      for (size_t j = 0; j < t->J; j++)
        t->rhs[j] = (cross_of(t, item, j, d) - (q != 0 ? q * cross_of(t, m == 0 ? item : NULL, j, 0) : 0)) / den;
      project(t, t->pair);
      const bool edge = m < 2 && (q <= 0 || q >= 1);
      const double df = df_where(t, m == 0 ? y0 : m == 1 ? base : y);
      to[at] = value_of(m == 2 ? here : q, edge ? 0 : variance(t, t->pair), m == 2 && here == 0 ? 1 : df);
      if (m == 2 && here == 0) to[at] = missing(SX_NA_EMPTY_DOMAIN);
      const double n = m == 0 ? r->cases[i * t->D] : r->base_n[t->at_line * t->D];
      if (m < 2 && to[at].variance > 0) to[at].n_eff = q * (1 - q) * n / (n - 1) / to[at].variance;
    }
  }
}

/* ---- tests ---------------------------------------------------------------------------------------------------------------------- */

/* Differences of columns nearly the same cases have no variance that is more than rounding. */
static double difference_variance(const work *t, const double *a, const double *b, const banner_value *va,
                                  const banner_value *vb) {
  for (size_t p = 0; p < t->P; p++) t->pair[p] = a[p] - b[p];
  const double v = variance(t, t->pair);
  return v > 1e-20 * (va->variance + vb->variance) ? sx_banner__variance(v, fmax(fabs(va->value), fabs(vb->value))) : 0;
}

static void test_pairs(const work *t, size_t i, double *df_pair) {
  const banner_plan *plan = t->plan;
  const banner_value *v = t->r->value + i * t->D;
  double *p = t->r->p + i * plan->n_pairs;
  for (size_t k = 0; k < plan->n_pairs; k++) {
    const size_t a = plan->pair[k][0], b = plan->pair[k][1];
    p[k] = (double)NAN;
    if (!sx_banner__testable(plan, t->q, t->r, i, a) || !sx_banner__testable(plan, t->q, t->r, i, b)) continue;
    const double var = difference_variance(t, t->z + a * t->P, t->z + b * t->P, &v[a], &v[b]);
    if (isnan(df_pair[k])) df_pair[k] = df_of(t, a, b);
    p[k] = sx_banner__p(v[a].value - v[b].value, var, df_pair[k]);
  }
}

/* The domain against all others of the base: their sums are those of everyone less those of the domain. */
static void test_rest(const work *t, const banner_item *item, size_t i, double df_all) {
  const banner_plan *plan = t->plan;
  banner_result *r = t->r;
  const size_t P = t->P;
  const double *n = r->base_n + t->at_line * t->D;
  for (size_t d = 1; d < t->D; d++) {
    const size_t at = i * t->D + d;
    const double N = t->n_w[0] - t->n_w[d];
    if (!sx_banner__testable(plan, t->q, r, i, d) || n[0] - n[d] < 1 ||
        n[0] - n[d] < (double)plan->request->sig.min_base)
      continue;
    const double p = (total_of(t, item, 0) - total_of(t, item, d)) / N;
    double *z = t->pair;
    const double *y0 = t->y, *yd = t->y + d * P, *b0 = t->base, *bd = t->base + d * P;
    for (size_t k = 0; k < P; k++) z[k] = fabs(b0[k] - bd[k]) > 1e-9 * fabs(b0[k]) ? 1 : 0;
    const double df = df_where(t, z);
    for (size_t k = 0; k < P; k++) z[k] = (y0[k] - yd[k] - p * (b0[k] - bd[k])) / N;
    for (size_t j = 0; j < t->J; j++)
      t->rhs[j] = (cross_of(t, item, j, 0) - cross_of(t, item, j, d) -
                   p * (cross_of(t, NULL, j, 0) - cross_of(t, NULL, j, d))) /
                  N;
    project(t, z);
    r->rest[at] = p;
    if (!(df >= 1) || (is_share(item) && (p <= 0 || p >= 1))) continue;
    const double *zd = t->z + d * P;
    for (size_t k = 0; k < P; k++) z[k] = zd[k] - z[k];
    const double here = r->value[at].value, v = sx_banner__variance(variance(t, z), fmax(fabs(here), fabs(p)));
    r->p_rest[at] = sx_banner__p(here - p, v, df_all);
  }
}

/* ---- a question ------------------------------------------------------------------------------------------------------------------ */

static void run_item(const work *t, size_t i, const double *count_of, double *df, double *df_pair) {
  const banner_item *item = &t->q->item[i];
  banner_result *r = t->r;
  numerators(t, item);
  for (size_t d = 0; d < t->D; d++) r->value[i * t->D + d] = mean_of(t, item, d, &df[d]);
  for (size_t d = 0; is_share(item) && d < t->D; d++) {
    double *cases = &r->cases[i * t->D + d];
    *cases = 0;
    for (size_t c = 0; c < t->line->n_codes; c++)
      if (item->coef[c] != 0) *cases += count_of[c * t->D + d];
  }
  if (is_share(item)) other_measures(t, item, i);
  if (r->p) test_pairs(t, i, df_pair);
  if (r->p_rest) test_rest(t, item, i, df_of(t, 0, 0));
}

static sx_status run_line(bool *done, work *t, sx_error *err) {
  const banner_question *q = t->q;
  const banner_plan *plan = t->plan;
  const sx_ctx *ctx = &t->s->ctx;
  bool used = t->at_line == q->base_line;
  for (size_t i = 0; i < q->n_items; i++) used = used || q->item[i].line == t->at_line;
  if (!used) return SX_OK;
  t->line = &q->line[t->at_line];
  t->channels = t->line->y ? 2 : t->line->n_codes ? t->line->n_codes : 1;
  SX_TRY(work_new(t, done, err));
  if (!*done) return SX_OK;
  const size_t counts = t->channels * t->D;
  double *own = sx_mem_alloc(ctx, counts + t->D + plan->n_pairs, sizeof *own);
  if (!own) return sx_error_memory(err);
  for (size_t k = counts; k < counts + t->D + plan->n_pairs; k++) own[k] = (double)NAN;
  pass(t);
  add_up(t);
  spread_counts(t, own);
  if (t->at_line == q->base_line && sx_banner__has(plan->stats, SX_BANNER_BASE_EFFECTIVE)) squares(t);
  for (size_t i = 0; i < q->n_items; i++)
    if (q->item[i].line == t->at_line && !q->item[i].median) run_item(t, i, own, own + counts, own + counts + t->D);
  sx_mem_free(ctx, own);
  return SX_OK;
}

sx_status sx_banner__fast(bool *done, banner_result *r, const banner_plan *plan, const banner_question *q,
                          const banner_kernel *k, banner_scratch *s, sx_error *err) {
  work t;
  memset(&t, 0, sizeof t);
  t.k = k;
  t.plan = plan;
  t.q = q;
  t.r = r;
  t.s = s;
  t.D = k->n_domains;
  t.P = k->n_psus;
  t.J = k->n_beta;
  t.bitmap = sx_design_bitmap_bytes(k->design);
  *done = true;
  for (t.at_line = 0; *done && t.at_line < q->n_lines; t.at_line++) SX_TRY(run_line(done, &t, err));
  return SX_OK;
}
