/* estimate_sorted.c: one sort of a variable for all its quantiles in all domains. Doubles are mapped to integers of the same order
 * and sorted by the least significant digit first, eleven bits at a time (Knuth, TAOCP 3, 5.2.5); a digit that is the same in all
 * keys is skipped, and the lower three are left to insertions where few are needed. Long files are first parted by their upper bits into
 * buckets that stand in the cache (estimate_bucket.c). Equal values stay in the order of the rows.
 *
 * All of it is cut into pieces, of which threads take one at a time: each piece counts its keys by digit; with c_p(b) keys of digit b
 * in piece p, those go from sum_{a<b} sum_q c_q(a) + sum_{q<p} c_q(b) on, in their order. So every pass is stable, and a stable order
 * is the same for any number of pieces. */
#include <stdio.h>
#include <string.h>

#include "estimate_bucket.h"
#include "estimate_priv.h"

enum { DIGIT_BITS = 11, DIGITS = 6, BUCKETS = 1 << DIGIT_BITS, PIECE_ROWS = 16384, MAX_PIECES = 16 };
enum { BY_DOMAIN = -1, BY_BUCKET = -2, AHEAD = 32, SPLIT_ROWS = 1 << 17 };

typedef struct piece {
  size_t n;                 /* cases in the base */
  size_t first;             /* those of the pieces before */
  uint64_t any, all;        /* bits set in any, in all of its keys */
  uint64_t least, greatest; /* of its keys */
  bool ordered;
} piece;

typedef struct sorting {
  const sx_design *design;
  const sx_quantile_request *request;
  bool keep_zero;
  size_t rows, n, n_domains, n_pieces;
  uint64_t *key, *other_key;
  uint32_t *row, *other_row;
  int digit;      /* of the pass, or BY_DOMAIN, BY_BUCKET */
  uint64_t least; /* of all keys: buckets are (key - least) >> shift */
  int shift;
  size_t *count; /* [n_pieces][buckets] */
  piece piece[MAX_PIECES];
} sorting;

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

/* Where piece p of n things begins; p = n_pieces: n. */
static size_t piece_start(const sorting *s, size_t n, size_t p) {
  return p == s->n_pieces ? n : n / s->n_pieces * p;
}

static sx_status in_pieces(sorting *s, sx_task task, sx_error *err) {
  const sx_ctx quiet = sx_ctx_quiet(sx_design_ctx(s->design));
  return sx_parallel_for(&quiet, s->n_pieces, task, s, err);
}

/* ---- passes by digit or by domain ------------------------------------------------------------------------------------ */

static size_t buckets_of(const sorting *s) {
  return s->digit == BY_DOMAIN ? s->n_domains : BUCKETS;
}

static inline size_t bucket_of(const sorting *s, size_t i) {
  if (s->digit == BY_DOMAIN) return (size_t)s->request->by->group[s->row[i]];
  if (s->digit == BY_BUCKET) return (size_t)((s->key[i] - s->least) >> s->shift);
  return (size_t)(s->key[i] >> (s->digit * DIGIT_BITS)) & (BUCKETS - 1);
}

static sx_status count_piece(void *data, size_t p, sx_error *err) {
  (void)err;
  const sorting s = *(const sorting *)data; /* a copy: its fields are then known not to change */
  const size_t end = piece_start(&s, s.n, p + 1), buckets = buckets_of(&s);
  size_t *count = s.count + p * buckets;
  memset(count, 0, buckets * sizeof *count);
  for (size_t i = piece_start(&s, s.n, p); i < end; i++) count[bucket_of(&s, i)]++;
  return SX_OK;
}

static sx_status move_piece(void *data, size_t p, sx_error *err) {
  (void)err;
  const sorting s = *(const sorting *)data;
  const size_t end = piece_start(&s, s.n, p + 1);
  size_t *place = s.count + p * buckets_of(&s);
  for (size_t i = piece_start(&s, s.n, p); i < end; i++) {
    const size_t to = place[bucket_of(&s, i)]++;
    s.other_key[to] = s.key[i];
    s.other_row[to] = s.row[i];
  }
  return SX_OK;
}

/* From counts to the place of the first of each bucket and piece. */
static void set_places(const sorting *s) {
  const size_t buckets = buckets_of(s);
  size_t at = 0;
  for (size_t b = 0; b < buckets; b++)
    for (size_t p = 0; p < s->n_pieces; p++) {
      const size_t here = s->count[p * buckets + b];
      s->count[p * buckets + b] = at;
      at += here;
    }
}

/* After the counting: keys and rows to their places in the other memory, which becomes theirs. */
static sx_status move_pass(sorting *s, sx_error *err) {
  set_places(s);
  SX_TRY(in_pieces(s, move_piece, err));
  uint64_t *key = s->key;
  uint32_t *row = s->row;
  s->key = s->other_key;
  s->row = s->other_row;
  s->other_key = key;
  s->other_row = row;
  return SX_OK;
}

static sx_status pass(sorting *s, int digit, sx_error *err) {
  s->digit = digit;
  SX_TRY(in_pieces(s, count_piece, err));
  return move_pass(s, err);
}

/* Bits that are not the same in all keys. */
static uint64_t varying(const sorting *s) {
  uint64_t any = 0, all = UINT64_MAX;
  for (size_t p = 0; p < s->n_pieces; p++) {
    any |= s->piece[p].any;
    all &= s->piece[p].all;
  }
  return any & ~all;
}

static sx_status sort_digits(sorting *s, int first, sx_error *err) {
  const uint64_t bits = varying(s);
  for (int d = first; d < DIGITS; d++)
    if (bits >> (d * DIGIT_BITS) & (BUCKETS - 1)) SX_TRY(pass(s, d, err));
  return SX_OK;
}

/* ---- insertions ------------------------------------------------------------------------------------------------------ */

enum { LOW_BITS = DIGITS / 2 * DIGIT_BITS };

/* A piece begins where the upper digits change, so that nothing is inserted across. */
static size_t change_from(const sorting *s, size_t p) {
  size_t i = piece_start(s, s->n, p);
  while (i > 0 && i < s->n && s->key[i] >> LOW_BITS == s->key[i - 1] >> LOW_BITS) i++;
  return i;
}

static sx_status find_change(void *data, size_t p, sx_error *err) {
  (void)err;
  sorting *s = data;
  s->piece[p].first = change_from(s, p);
  return SX_OK;
}

static sx_status insert_piece(void *data, size_t p, sx_error *err) {
  (void)err;
  sorting *s = data;
  const size_t from = s->piece[p].first, to = p + 1 == s->n_pieces ? s->n : s->piece[p + 1].first;
  s->piece[p].ordered = sx_estimate__insert(s->key + from, s->row + from, to - from, 4 * (to - from) + 1);
  return SX_OK;
}

static sx_status finish_order(bool *ordered, sorting *s, sx_error *err) {
  SX_TRY(in_pieces(s, find_change, err));
  SX_TRY(in_pieces(s, insert_piece, err));
  *ordered = true;
  for (size_t p = 0; p < s->n_pieces; p++) *ordered = *ordered && s->piece[p].ordered;
  return SX_OK;
}

/* ---- more keys than a cache holds ------------------------------------------------------------------------------------ */

/* One pass by the upper bits of what keys are above the least; each bucket is then sorted where it stands in the cache. */
static void set_buckets(sorting *s) {
  uint64_t least = UINT64_MAX, greatest = 0;
  for (size_t p = 0; p < s->n_pieces; p++) {
    if (s->piece[p].least < least) least = s->piece[p].least;
    if (s->piece[p].greatest > greatest) greatest = s->piece[p].greatest;
  }
  s->least = least;
  s->shift = 0;
  while ((greatest - least) >> s->shift >= BUCKETS) s->shift++;
}

/* A bucket is its piece's where it begins. ends[b]: one behind the last key of bucket b, for all pieces. */
static sx_status sort_buckets(void *data, size_t p, sx_error *err) {
  (void)err;
  const sorting *s = data;
  const size_t *ends = s->count + (s->n_pieces - 1) * BUCKETS;
  const size_t begin = piece_start(s, s->n, p), end = piece_start(s, s->n, p + 1);
  for (size_t b = 0, from = 0; b < BUCKETS && from < end; from = ends[b++]) {
    if (from < begin) continue;
    sx_estimate__sort_bucket(s->key + from, s->row + from, s->other_key + from, s->other_row + from, ends[b] - from,
                             s->least + ((uint64_t)b << s->shift), s->shift);
  }
  return SX_OK;
}

/* False where one bucket holds too much: then nothing was moved. */
static sx_status split_sort(bool *done, sorting *s, sx_error *err) {
  set_buckets(s);
  s->digit = BY_BUCKET;
  SX_TRY(in_pieces(s, count_piece, err));
  *done = true;
  for (size_t b = 0; b < BUCKETS && *done; b++) {
    size_t here = 0;
    for (size_t p = 0; p < s->n_pieces; p++) here += s->count[p * BUCKETS + b];
    *done = here <= s->n / 32;
  }
  if (!*done) return SX_OK;
  SX_TRY(move_pass(s, err));
  return in_pieces(s, sort_buckets, err);
}

/* The upper half of the digits nearly always decides: then the rest is a few insertions. Else all digits are sorted. */
static sx_status radix_sort(sorting *s, sx_error *err) {
  bool ordered = true, done = false;
  if (s->n < 2) return SX_OK;
  if (s->n >= SPLIT_ROWS) SX_TRY(split_sort(&done, s, err));
  if (done) return SX_OK;
  SX_TRY(sort_digits(s, DIGITS / 2, err));
  if (varying(s) & ((UINT64_C(1) << LOW_BITS) - 1)) SX_TRY(finish_order(&ordered, s, err));
  return ordered ? SX_OK : sort_digits(s, 0, err);
}

/* ---- the base -------------------------------------------------------------------------------------------------------- */

static sx_status not_finite(const sx_column *y, size_t i, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%s: case %zu", y->name, i + 1);
  return sx_error_set(err, SX_E_DATA, where, "the value is not finite: make it missing, or correct it");
}

static bool in_base(const sorting *s, const double *w, size_t i) {
  return domain_at(s->request, i) >= 0 && !sx_column_missing(s->request->y, i) && (w[i] != 0 || s->keep_zero);
}

static sx_status count_base(void *data, size_t p, sx_error *err) {
  sorting *s = data;
  const sx_column *y = s->request->y;
  const double *w = sx_design_weights(s->design);
  const size_t end = piece_start(s, s->rows, p + 1);
  size_t n = 0;
  for (size_t i = piece_start(s, s->rows, p); i < end; i++) {
    if (domain_at(s->request, i) < 0 || sx_column_missing(y, i)) continue;
    if (!isfinite(number_at(y, i))) return not_finite(y, i, err);
    n += w[i] != 0 || s->keep_zero;
  }
  s->piece[p].n = n;
  return SX_OK;
}

/* The cases of the base into key and row. */
static sx_status collect(void *data, size_t p, sx_error *err) {
  (void)err;
  sorting *s = data;
  const double *w = sx_design_weights(s->design);
  const size_t end = piece_start(s, s->rows, p + 1);
  size_t k = s->piece[p].first;
  uint64_t any = 0, all = UINT64_MAX, least = UINT64_MAX, greatest = 0;
  for (size_t i = piece_start(s, s->rows, p); i < end; i++) {
    if (!in_base(s, w, i)) continue;
    const uint64_t key = key_of(number_at(s->request->y, i) + 0.0);
    any |= key;
    all &= key;
    least = key < least ? key : least;
    greatest = key > greatest ? key : greatest;
    s->key[k] = key;
    s->row[k++] = (uint32_t)i;
  }
  s->piece[p].any = any;
  s->piece[p].all = all;
  s->piece[p].least = least;
  s->piece[p].greatest = greatest;
  return SX_OK;
}

/* Pieces by the threads at hand; their tables of domains together no longer than the file. */
static size_t pieces_for(const sorting *s) {
  const size_t threads = (size_t)sx_ctx_threads(sx_design_ctx(s->design));
  size_t n = threads > 1 ? 2 * threads : 1;
  if (n > MAX_PIECES) n = MAX_PIECES;
  while (n > 1 && (s->rows / n < PIECE_ROWS || s->n_domains > s->rows / n)) n--;
  return n;
}

static sx_status sorting_new(sorting *s, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(s->design);
  s->n_pieces = pieces_for(s);
  SX_TRY(in_pieces(s, count_base, err));
  for (size_t p = 0; p < s->n_pieces; p++) {
    s->piece[p].first = s->n;
    s->n += s->piece[p].n;
  }
  const size_t buckets = s->n_domains > BUCKETS ? s->n_domains : BUCKETS;
  s->key = sx_mem_alloc(ctx, s->n, sizeof *s->key);
  s->row = sx_mem_alloc(ctx, s->n, sizeof *s->row);
  s->other_key = sx_mem_alloc(ctx, s->n, sizeof *s->other_key);
  s->other_row = sx_mem_alloc(ctx, s->n, sizeof *s->other_row);
  s->count = sx_mem_alloc(ctx, s->n_pieces * buckets, sizeof *s->count);
  if (!s->key || !s->row || !s->other_key || !s->other_row || !s->count) return sx_error_memory(err);
  return in_pieces(s, collect, err);
}

/* The sums from the first weight below 0 on: they may fall. */
static void cumulate_signed(double *cum, const double *w, size_t n, double sum, double comp) {
  for (size_t k = 0; k < n; k++) {
    const double t = sum + w[k];
    comp += fabs(sum) >= fabs(w[k]) ? (sum - t) + w[k] : (w[k] - t) + sum;
    sum = t;
    cum[k] = sum + comp;
  }
}

/* Neumaier's sum, rounded at every step: what is printed does not depend on the order of equal values. */
bool sx_estimate__cumulate(double *cum, const double *w, size_t n) {
  double sum = 0, comp = 0, last = 0;
  for (size_t k = 0; k < n; k++) {
    if (w[k] < 0) {
      cumulate_signed(cum + k, w + k, n - k, sum, comp);
      return true;
    }
    const double t = sum + w[k];
    comp += sum >= w[k] ? (sum - t) + w[k] : (w[k] - t) + sum;
    sum = t;
    const double now = sum + comp;
    last = now > last ? now : last;
    cum[k] = last;
  }
  return false;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------- */

/* Values into the other keys' memory; then each key's own is free for its weight. */
static sx_status values_piece(void *data, size_t p, sx_error *err) {
  (void)err;
  const sorting *s = data;
  const double *w = sx_design_weights(s->design);
  const size_t from = piece_start(s, s->n, p), end = piece_start(s, s->n, p + 1);
  for (size_t i = from; i < end; i++) {
    if (i + AHEAD < end) __builtin_prefetch(&w[s->row[i + AHEAD]]); /* in the order of values, weights stand anywhere */
    const double x = value_of(s->key[i]);
    memcpy(&s->other_key[i], &x, sizeof x);
    memcpy(&s->key[i], &w[s->row[i]], sizeof *w);
  }
  return SX_OK;
}

/* Sorted by domain too, and start: after the pass the last piece's place in a bucket is the start of the next. */
static sx_status by_domain(sorting *s, est_sorted *q, sx_error *err) {
  q->start[q->n_domains] = s->n;
  if (!s->request->by) return SX_OK;
  SX_TRY(pass(s, BY_DOMAIN, err));
  const size_t *ends = s->count + (s->n_pieces - 1) * s->n_domains;
  for (size_t g = 0; g < s->n_domains; g++) q->start[g + 1] = ends[g];
  return SX_OK;
}

/* The memory of the sort becomes that of the answer. */
static void take(est_sorted *q, sorting *s) {
  q->row = s->row;
  q->x = (double *)(void *)s->other_key;
  q->w = (double *)(void *)s->key;
  s->row = NULL;
  s->other_key = s->key = NULL;
  for (size_t g = 0; g < q->n_domains; g++)
    if (sx_estimate__cumulate(q->cum + q->start[g], q->w + q->start[g], q->start[g + 1] - q->start[g]))
      q->negative = true;
}

sx_status sx_estimate__sort(est_sorted *out, const sx_design *design, const sx_quantile_request *r, bool keep_zero,
                            sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  sx_status st = SX_OK;
  sorting s = {.design = design, .request = r, .keep_zero = keep_zero, .rows = sx_design_rows(design)};
  est_sorted q = {*ctx, r->by ? r->by->n_groups : 1, NULL, NULL, NULL, NULL, NULL, false};
  s.n_domains = q.n_domains;
  SX_TRY_GOTO(st, sorting_new(&s, err), done);
  q.start = sx_mem_zalloc(ctx, q.n_domains + 1, sizeof *q.start);
  if (!q.start) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, radix_sort(&s, err), done);
  SX_TRY_GOTO(st, by_domain(&s, &q, err), done);
  sx_mem_free(ctx, s.other_row);
  s.other_row = NULL;
  q.cum = sx_mem_alloc(ctx, s.n, sizeof *q.cum);
  if (!q.cum) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, in_pieces(&s, values_piece, err), done);
  take(&q, &s);
  *out = q;
  memset(&q, 0, sizeof q);
  q.ctx = *ctx;
done:
  sx_mem_free(ctx, s.key);
  sx_mem_free(ctx, s.row);
  sx_mem_free(ctx, s.other_key);
  sx_mem_free(ctx, s.other_row);
  sx_mem_free(ctx, s.count);
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
