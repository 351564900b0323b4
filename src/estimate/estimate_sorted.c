/* estimate_sorted.c: one sort of a variable for all its quantiles in all domains. Doubles are mapped to integers of the same order
 * and sorted by the least significant digit first, eleven bits at a time (Knuth, TAOCP 3, 5.2.5); a digit that is the same in all
 * keys is skipped, and the lower three are left to insertions where few are needed. Equal values stay in the order of the rows. */
#include <stdio.h>
#include <string.h>

#include "estimate_priv.h"

enum { DIGIT_BITS = 11, DIGITS = 6, BUCKETS = 1 << DIGIT_BITS };

typedef struct sort_space {
  uint64_t *key, *other_key;
  uint32_t *row, *other_row;
  size_t *count; /* [DIGITS*BUCKETS] */
} sort_space;

static double number_at(const sx_column *c, size_t row) {
  return c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row];
}

static uint64_t key_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key) {
  const uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static int32_t domain_at(const sx_quantile_request *r, size_t row) {
  if (r->where && r->where[row] != 1) return -1;
  return r->by ? r->by->group[row] : 0;
}

static size_t digit_of(uint64_t key, int digit) {
  return (size_t)(key >> (digit * DIGIT_BITS)) & (BUCKETS - 1);
}

static void count_digits(sort_space *s, size_t n) {
  memset(s->count, 0, (size_t)DIGITS * BUCKETS * sizeof *s->count);
  for (size_t i = 0; i < n; i++)
    for (int d = 0; d < DIGITS; d++) s->count[(size_t)d * BUCKETS + digit_of(s->key[i], d)]++;
}

static bool same_digit(const sort_space *s, size_t n, int d) {
  return s->count[(size_t)d * BUCKETS + digit_of(s->key[0], d)] == n;
}

static void sort_digit(sort_space *s, size_t n, int d) {
  size_t *count = s->count + (size_t)d * BUCKETS, at = 0;
  for (size_t b = 0; b < BUCKETS; b++) {
    const size_t here = count[b];
    count[b] = at;
    at += here;
  }
  for (size_t i = 0; i < n; i++) {
    const size_t to = count[digit_of(s->key[i], d)]++;
    s->other_key[to] = s->key[i];
    s->other_row[to] = s->row[i];
  }
  uint64_t *key = s->key;
  uint32_t *row = s->row;
  s->key = s->other_key;
  s->row = s->other_row;
  s->other_key = key;
  s->other_row = row;
}

static void sort_digits(sort_space *s, size_t n, int first) {
  for (int d = first; d < DIGITS; d++)
    if (!same_digit(s, n, d)) sort_digit(s, n, d);
}

/* Insertion into an array that is nearly sorted; false (still a stable rearrangement) when that takes more than `moves`. */
static bool finish_order(sort_space *s, size_t n, size_t moves) {
  for (size_t i = 1; i < n; i++) {
    const uint64_t key = s->key[i];
    const uint32_t row = s->row[i];
    size_t k = i;
    while (k > 0 && s->key[k - 1] > key && moves > 0) {
      s->key[k] = s->key[k - 1];
      s->row[k] = s->row[k - 1];
      k--;
      moves--;
    }
    s->key[k] = key;
    s->row[k] = row;
    if (moves == 0) return false;
  }
  return true;
}

/* The upper half of the digits nearly always decides: then the rest is a few insertions. Else all digits are sorted. */
static void radix_sort(sort_space *s, size_t n) {
  if (n < 2) return;
  count_digits(s, n);
  bool low = false;
  for (int d = 0; d < DIGITS / 2; d++) low = low || !same_digit(s, n, d);
  sort_digits(s, n, DIGITS / 2);
  if (!low || finish_order(s, n, 4 * n)) return;
  count_digits(s, n);
  sort_digits(s, n, 0);
}

/* The cases of the base into key and row; counts by domain into start[g+1]. */
static sx_status collect(sort_space *s, size_t *n, est_sorted *out, const sx_design *design,
                         const sx_quantile_request *r, bool keep_zero, sx_error *err) {
  const double *w = sx_design_weights(design);
  const sx_column *y = r->y;
  size_t k = 0;
  for (size_t i = 0; i < y->n; i++) {
    const int32_t g = domain_at(r, i);
    if (g < 0 || sx_column_missing(y, i)) continue;
    const double x = number_at(y, i) + 0.0;
    if (!isfinite(x)) {
      char where[SX_ERROR_WHERE_MAX];
      (void)snprintf(where, sizeof where, "%s: case %zu", y->name, i + 1);
      return sx_error_set(err, SX_E_DATA, where, "the value is not finite: make it missing, or correct it");
    }
    if (!(w[i] > 0) && !keep_zero) continue;
    s->key[k] = key_of(x);
    s->row[k++] = (uint32_t)i;
    out->start[g + 1]++;
  }
  for (size_t g = 0; g < out->n_domains; g++) out->start[g + 1] += out->start[g];
  *n = k;
  return SX_OK;
}

/* Neumaier's sum, rounded at every step: what is printed does not depend on the order of equal values. */
void sx_estimate__cumulate(double *cum, const double *w, size_t n) {
  double sum = 0, comp = 0, last = 0;
  for (size_t k = 0; k < n; k++) {
    const double t = sum + w[k];
    comp += sum >= w[k] ? (sum - t) + w[k] : (w[k] - t) + sum;
    sum = t;
    const double now = sum + comp;
    last = now > last ? now : last;
    cum[k] = last;
  }
}

/* From sorted keys to values and weights by domain, the order within a domain kept. next [n_domains]. */
static void place(est_sorted *out, const sort_space *s, size_t n, size_t *next, const sx_design *design,
                  const sx_quantile_request *r) {
  const double *w = sx_design_weights(design);
  memcpy(next, out->start, out->n_domains * sizeof *next);
  for (size_t i = 0; i < n; i++) {
    const size_t row = s->row[i], to = next[r->by ? r->by->group[row] : 0]++;
    out->row[to] = (uint32_t)row;
    out->x[to] = value_of(s->key[i]);
    out->w[to] = w[row];
  }
  for (size_t g = 0; g < out->n_domains; g++)
    sx_estimate__cumulate(out->cum + out->start[g], out->w + out->start[g], out->start[g + 1] - out->start[g]);
}

sx_status sx_estimate__sort(est_sorted *out, const sx_design *design, const sx_quantile_request *r, bool keep_zero,
                            sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t rows = sx_design_rows(design);
  sx_status st = SX_OK;
  sort_space s = {NULL, NULL, NULL, NULL, NULL};
  est_sorted q = {*ctx, r->by ? r->by->n_groups : 1, NULL, NULL, NULL, NULL, NULL};
  size_t n = 0, *next = NULL;
  s.key = sx_mem_alloc(ctx, rows, sizeof *s.key);
  s.row = sx_mem_alloc(ctx, rows, sizeof *s.row);
  q.start = sx_mem_zalloc(ctx, q.n_domains + 1, sizeof *q.start);
  if (!s.key || !s.row || !q.start) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, collect(&s, &n, &q, design, r, keep_zero, err), done);
  s.other_key = sx_mem_alloc(ctx, n, sizeof *s.other_key);
  s.other_row = sx_mem_alloc(ctx, n, sizeof *s.other_row);
  s.count = sx_mem_alloc(ctx, (size_t)DIGITS * BUCKETS, sizeof *s.count);
  if (!s.other_key || !s.other_row || !s.count) {
    st = sx_error_memory(err);
    goto done;
  }
  radix_sort(&s, n);
  q.row = sx_mem_alloc(ctx, n, sizeof *q.row);
  q.x = sx_mem_alloc(ctx, n, sizeof *q.x);
  q.w = sx_mem_alloc(ctx, n, sizeof *q.w);
  q.cum = sx_mem_alloc(ctx, n, sizeof *q.cum);
  next = sx_mem_alloc(ctx, q.n_domains, sizeof *next);
  if (!q.row || !q.x || !q.w || !q.cum || !next) {
    st = sx_error_memory(err);
    goto done;
  }
  place(&q, &s, n, next, design, r);
  *out = q;
  memset(&q, 0, sizeof q);
  q.ctx = *ctx;
done:
  sx_mem_free(ctx, s.key);
  sx_mem_free(ctx, s.row);
  sx_mem_free(ctx, s.other_key);
  sx_mem_free(ctx, s.other_row);
  sx_mem_free(ctx, s.count);
  sx_mem_free(ctx, next);
  sx_estimate__sorted_clear(&q);
  return st;
}

void sx_estimate__sorted_clear(est_sorted *q) {
  sx_mem_free(&q->ctx, q->start);
  sx_mem_free(&q->ctx, q->row);
  sx_mem_free(&q->ctx, q->x);
  sx_mem_free(&q->ctx, q->w);
  sx_mem_free(&q->ctx, q->cum);
}
