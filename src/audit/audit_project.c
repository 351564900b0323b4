/* audit_project.c: is there a point? For groups of thousands of identities, where the simplex method is too slow.
 *
 * Columns are scaled to half-widths, so that the box is [-1, 1]^n, and each row gets a slack where it is no equality: find z in the box with
 * A z = b. Douglas-Rachford: with P the projection on the box and Q the one on {A z = b} (conjugate gradients on A A'),
 *     z <- z + Q(2 P(z) - z) - P(z);      Q(2 P(z) - z) is a solution as soon as it is in the box.
 * J. Douglas, H. H. Rachford, Trans. AMS 82 (1956) 421-439; Lions and Mercier, SIAM J. Numer. Anal. 16 (1979) 964-979. For an empty
 * intersection the multipliers of Q grow along a separating direction: the rows where they are large are where to look for the fault. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "audit_lp.h"

enum { MAX_CG = 400 };
static const double INSIDE = 1 - 1e-5; /* open ends are moved in by that, as for the simplex method */
static const double RESIDUAL = 1e-9;   /* of a row, in units of its norm */

typedef struct matrix {
  size_t m, n; /* rows; columns with slacks */
  const size_t *start;
  const uint32_t *col;
  double *value; /* scaled, rows of norm 1 */
  double *slack; /* [m] coefficient of the row's slack column n_cols + r; 0: none */
  size_t n_cols;
  double *low, *high; /* [n] */
} matrix;

static void times(double *restrict out, const matrix *a, const double *restrict z) {
  for (size_t r = 0; r < a->m; r++) {
    double sum = a->slack[r] * z[a->n_cols + r];
    for (size_t k = a->start[r]; k < a->start[r + 1]; k++) sum += a->value[k] * z[a->col[k]];
    out[r] = sum;
  }
}

static void add_transposed(double *restrict z, const matrix *a, const double *restrict y) {
  for (size_t r = 0; r < a->m; r++) {
    z[a->n_cols + r] += a->slack[r] * y[r];
    for (size_t k = a->start[r]; k < a->start[r + 1]; k++) z[a->col[k]] += a->value[k] * y[r];
  }
}

static double dot(const double *a, const double *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

typedef struct space {
  double *z, *p, *q, *y, *r, *d, *ad, *w, *b;
} space;

/* q <- projection of q on {A q = b}, y the multipliers: to RESIDUAL, or to a thousandth of what was missing, which is enough on the way. */
static void project(const matrix *a, space *s, double *q, bool roughly) {
  times(s->ad, a, q);
  for (size_t i = 0; i < a->m; i++) {
    s->r[i] = s->b[i] - s->ad[i];
    s->d[i] = s->r[i];
    s->y[i] = 0;
  }
  double rr = dot(s->r, s->r, a->m);
  const double tight = RESIDUAL * RESIDUAL * 0.01, enough = roughly ? fmax(tight, 1e-6 * rr) : tight;
  for (int k = 0; k < MAX_CG && rr > enough; k++) {
    memset(s->w, 0, a->n * sizeof *s->w);
    add_transposed(s->w, a, s->d);
    times(s->ad, a, s->w);
    const double down = dot(s->d, s->ad, a->m);
    if (!(down > 0)) break;
    const double step = rr / down;
    for (size_t i = 0; i < a->m; i++) {
      s->y[i] += step * s->d[i];
      s->r[i] -= step * s->ad[i];
    }
    const double next = dot(s->r, s->r, a->m), turn = next / rr;
    for (size_t i = 0; i < a->m; i++) s->d[i] = s->r[i] + turn * s->d[i];
    rr = next;
  }
  add_transposed(q, a, s->y);
}

static double clamp(double v, double low, double high) {
  return v < low ? low : v > high ? high : v;
}

static bool in_box(const matrix *a, const double *q) {
  for (size_t j = 0; j < a->n; j++) {
    if (q[j] < a->low[j] || q[j] > a->high[j]) return false;
  }
  return true;
}

/* q is rough: made exact before it is believed. */
static bool is_solution(const matrix *a, space *s, double *q) {
  if (!in_box(a, q)) return false;
  memcpy(s->p, q, a->n * sizeof *q);
  project(a, s, s->p, false);
  if (!in_box(a, s->p)) return false;
  times(s->ad, a, s->p);
  for (size_t i = 0; i < a->m; i++) {
    if (fabs(s->ad[i] - s->b[i]) > RESIDUAL) return false;
  }
  return true;
}

static double now(void) {
  struct timespec t;
  return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec : 0;
}

static bool search(const matrix *a, space *s, int rounds, double seconds) {
  const double end = now() + seconds;
  memset(s->z, 0, a->n * sizeof *s->z);
  for (int round = 0; round < rounds && now() < end; round++) {
    const double tighter = 0.98; /* aims at the inside, so that a point is reached and not only approached */
    for (size_t j = 0; j < a->n; j++) {
      const double t = round < 50 ? tighter : 1;
      s->p[j] = clamp(s->z[j], a->low[j] * (a->low[j] < 0 && isfinite(a->low[j]) ? t : 1),
                      a->high[j] * (a->high[j] > 0 && isfinite(a->high[j]) ? t : 1));
      s->q[j] = 2 * s->p[j] - s->z[j];
    }
    project(a, s, s->q, true);
    for (size_t j = 0; j < a->n; j++) s->z[j] += s->q[j] - s->p[j];
    if (is_solution(a, s, s->q)) return true;
  }
  return false;
}

/* Half-widths and middles; columns without an end get the width of what they are printed with: 10 units. */
static void scale_columns(const au_lp *lp, double *half, double *middle, matrix *a) {
  for (size_t c = 0; c < lp->n_cols; c++) {
    const bool low = isfinite(lp->col_low[c]), high = isfinite(lp->col_high[c]);
    const double width = low && high ? lp->col_high[c] - lp->col_low[c] : 10;
    half[c] = width > 0 ? width / 2 : 1;
    middle[c] = low && high ? lp->col_low[c] + width / 2 : low ? lp->col_low[c] : high ? lp->col_high[c] : 0;
    a->low[c] = low ? (lp->col_low[c] - middle[c]) / half[c] : -HUGE_VAL;
    a->high[c] = high ? (lp->col_high[c] - middle[c]) / half[c] : HUGE_VAL;
    if (low && lp->low_open[c]) a->low[c] *= INSIDE;
    if (high && lp->high_open[c]) a->high[c] *= INSIDE;
  }
}

static void scale_rows(const au_lp *lp, const double *half, const double *middle, matrix *a, double *b) {
  for (size_t r = 0; r < lp->n_rows; r++) {
    double norm = 0, moved = 0;
    for (size_t k = lp->start[r]; k < lp->start[r + 1]; k++) {
      a->value[k] = lp->coef[k] * half[lp->col[k]];
      norm += a->value[k] * a->value[k];
      moved += lp->coef[k] * middle[lp->col[k]];
    }
    norm = norm > 0 ? sqrt(norm) : 1;
    const bool equal = lp->row_low[r] == lp->row_high[r];
    const size_t s = lp->n_cols + r;
    a->slack[r] = equal ? 0 : -1;
    a->low[s] = equal ? 0 : (lp->row_low[r] - moved) / norm;
    a->high[s] = equal ? 0 : (lp->row_high[r] - moved) / norm;
    b[r] = equal ? (lp->row_low[r] - moved) / norm : 0;
    const double both = equal ? 1 : sqrt(2); /* the slack counts in the norm */
    for (size_t k = lp->start[r]; k < lp->start[r + 1]; k++) a->value[k] /= norm * both;
    if (!equal) a->slack[r] /= both;
    b[r] /= both;
  }
}

sx_status sx_audit__lp_project(au_lp_answer *out, double *weight, const au_lp *lp, const sx_ctx *ctx, int rounds,
                               double seconds, sx_error *err) {
  const size_t m = lp->n_rows, n = lp->n_cols + m;
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, ctx, err));
  matrix a = {.m = m, .n = n, .start = lp->start, .col = lp->col, .n_cols = lp->n_cols};
  double *all = sx_arena_alloc(arena, 9 * n + 8 * m, sizeof *all);
  a.value = sx_arena_alloc(arena, lp->start[m], sizeof *a.value);
  if (!all || !a.value) {
    sx_arena_free(arena);
    return sx_error_memory(err);
  }
  double *half = all, *middle = all + n;
  space s = {.z = all + 2 * n, .p = all + 3 * n, .q = all + 4 * n, .w = all + 5 * n};
  a.low = all + 6 * n;
  a.high = all + 7 * n;
  double *rows = all + 8 * n;
  a.slack = rows;
  s.b = rows + m;
  s.y = rows + 2 * m;
  s.r = rows + 3 * m;
  s.d = rows + 4 * m;
  s.ad = rows + 5 * m;
  scale_columns(lp, half, middle, &a);
  scale_rows(lp, half, middle, &a, s.b);
  const bool found = search(&a, &s, rounds, seconds);
  for (size_t r = 0; r < m; r++) weight[r] = fabs(s.y[r]);
  *out = found ? AU_LP_YES : AU_LP_LATE;
  sx_arena_free(arena);
  return SX_OK;
}
