/* accounts_memo.c: what was computed from the same estimates before is taken again, not computed again.
 *
 * The levels of a scope that leaves nothing out are those of the whole tree, a share of the parent under the root is the share of the total, the
 * sums of terms at constant prices are those of the price effect. An estimate does not change and its operands tell what it is: the key is the
 * operation (a formula's text or expression by its address, or coefficients) and the operands by theirs, which are held so that no other estimate
 * comes to stand there. A result is the very estimate, so that what rests on it is found as well. */
#include <string.h>

#include "accounts_priv.h"

typedef struct entry {
  uint64_t hash;
  const void *what; /* the text or the expression, COVARIANCE, or NULL: linear */
  const double *coef;
  const sx_est **values; /* [n] referenced */
  size_t n;
  sx_est *est;
  double cov;
  size_t next; /* in its bucket, + 1; 0: the last */
} entry;

static const char COVARIANCE[] = "covariance";
enum { BUCKETS = 4096 };
struct sx_accounts__memo {
  sx_ctx ctx;
  sx_arena *arena; /* keys */
  entry *entries;
  size_t n, cap;
  size_t bucket[BUCKETS]; /* entry + 1 */
};

/* ---- keys ---------------------------------------------------------------------------------------------------------------------- */

static uint64_t stir(uint64_t h, uint64_t x) { /* FNV-1a by words, its high bits folded down */
  h = (h ^ x) * UINT64_C(0x100000001b3);
  return h ^ h >> 29;
}

static uint64_t hash_of(const entry *key) {
  uint64_t h = stir(UINT64_C(0xcbf29ce484222325), (uint64_t)(uintptr_t)key->what);
  for (size_t j = 0; j < key->n; j++) {
    uint64_t bits = 0;
    if (key->coef) memcpy(&bits, &key->coef[j], sizeof bits);
    h = stir(stir(h, (uint64_t)(uintptr_t)key->values[j]), bits);
  }
  return h;
}

static bool same(const entry *a, const entry *b) {
  return a->hash == b->hash && a->what == b->what && a->n == b->n && !a->coef == !b->coef &&
         memcmp((const void *)a->values, (const void *)b->values, a->n * sizeof *a->values) == 0 &&
         (!a->coef || memcmp(a->coef, b->coef, a->n * sizeof *a->coef) == 0);
}

static const entry *find(const sx_accounts__memo *memo, const entry *key) {
  for (size_t at = memo->bucket[key->hash % BUCKETS]; at; at = memo->entries[at - 1].next)
    if (same(&memo->entries[at - 1], key)) return &memo->entries[at - 1];
  return NULL;
}

/* References what it keeps. */
static sx_status keep(sx_accounts__memo *memo, const entry *key, sx_error *err) {
  entry e = *key;
  double *coef = key->coef ? sx_arena_alloc(memo->arena, key->n, sizeof *coef) : NULL;
  e.values = sx_arena_alloc(memo->arena, key->n, sizeof *e.values);
  if (!e.values || (key->coef && !coef) ||
      !sx_mem_grow(&memo->ctx, (void **)&memo->entries, &memo->cap, memo->n + 1, sizeof *memo->entries))
    return sx_error_memory(err);
  if (coef) memcpy(coef, key->coef, key->n * sizeof *coef);
  e.coef = coef;
  for (size_t j = 0; j < key->n; j++) e.values[j] = sx_est_ref(key->values[j]);
  e.est = sx_est_ref(key->est);
  size_t *bucket = &memo->bucket[e.hash % BUCKETS];
  e.next = *bucket;
  memo->entries[memo->n++] = e;
  *bucket = memo->n;
  return SX_OK;
}

/* ---- operations ------------------------------------------------------------------------------------------------------------------ */

typedef struct request {
  const sx_ctx *ctx;
  const char *text;
  const sx_expr *expr;
  const char *const *names; /* of expr */
  bool late;
  entry key;
} request;

static sx_status compute(sx_est **out, const request *q, sx_error *err) {
  const entry *k = &q->key;
  if (q->text) return sx_accounts__formula(out, q->ctx, q->text, k->values, k->n, q->late, err);
  if (q->expr) return sx_est_formula(out, q->ctx, q->expr, q->names, k->values, k->n, err);
  return q->late ? sx_est_linear_late(out, q->ctx, k->coef, k->values, k->n, err)
                 : sx_est_linear(out, q->ctx, k->coef, k->values, k->n, err);
}

static sx_status recall(sx_est **out, sx_accounts__memo *memo, request *q, sx_error *err) {
  if (!memo) return compute(out, q, err);
  q->key.hash = hash_of(&q->key);
  const entry *there = find(memo, &q->key);
  if (there) {
    *out = sx_est_ref(there->est);
    return SX_OK;
  }
  sx_est *est = NULL;
  SX_TRY(compute(&est, q, err));
  q->key.est = est;
  const sx_status status = keep(memo, &q->key, err);
  if (status != SX_OK)
    sx_est_free(est);
  else
    *out = est;
  return status;
}

sx_status sx_accounts__memo_formula(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const char *text,
                                    const sx_est *const *values, size_t n, sx_error *err) {
  request q = {.ctx = ctx, .text = text, .key = {.what = text, .values = (const sx_est **)(uintptr_t)values, .n = n}};
  return recall(out, memo, &q, err);
}

sx_status sx_accounts__memo_formula_late(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const char *text,
                                         const sx_est *const *values, size_t n, sx_error *err) {
  request q = {.ctx = ctx,
               .late = true,
               .text = text,
               .key = {.what = text, .values = (const sx_est **)(uintptr_t)values, .n = n}};
  return recall(out, memo, &q, err);
}

sx_status sx_accounts__memo_expr(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const sx_expr *expr,
                                 const char *const *names, const sx_est *const *values, size_t n, sx_error *err) {
  request q = {.ctx = ctx,
               .expr = expr,
               .names = names,
               .key = {.what = expr, .values = (const sx_est **)(uintptr_t)values, .n = n}};
  return recall(out, memo, &q, err);
}

sx_status sx_accounts__memo_linear(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const double *coef,
                                   const sx_est *const *values, size_t n, sx_error *err) {
  request q = {.ctx = ctx, .key = {.coef = coef, .values = (const sx_est **)(uintptr_t)values, .n = n}};
  return recall(out, memo, &q, err);
}

sx_status sx_accounts__memo_linear_late(sx_est **out, sx_accounts__memo *memo, const sx_ctx *ctx, const double *coef,
                                        const sx_est *const *values, size_t n, sx_error *err) {
  request q = {.ctx = ctx, .late = true, .key = {.coef = coef, .values = (const sx_est **)(uintptr_t)values, .n = n}};
  return recall(out, memo, &q, err);
}

sx_status sx_accounts__memo_cov(double *out, sx_accounts__memo *memo, const sx_est *a, const sx_est *b, sx_error *err) {
  const sx_est *values[] = {a, b};
  entry key = {.what = COVARIANCE, .values = values, .n = 2};
  if (memo) {
    key.hash = hash_of(&key);
    const entry *there = find(memo, &key);
    if (there) {
      *out = there->cov;
      return SX_OK;
    }
  }
  *out = key.cov = sx_est_cov(a, b);
  const bool known = isfinite(sx_est_variance(a)) && isfinite(sx_est_variance(b));
  if (isnan(*out) && known) return sx_error_memory(err);
  return memo ? keep(memo, &key, err) : SX_OK;
}

/* ---- life ------------------------------------------------------------------------------------------------------------------------ */

sx_status sx_accounts__memo_new(sx_accounts__memo **out, const sx_ctx *ctx, sx_error *err) {
  sx_accounts__memo *memo = sx_mem_zalloc(ctx, 1, sizeof *memo);
  if (!memo) return sx_error_memory(err);
  memo->ctx = *ctx;
  const sx_status status = sx_arena_new(&memo->arena, ctx, err);
  if (status != SX_OK) {
    sx_mem_free(ctx, memo);
    return status;
  }
  *out = memo;
  return SX_OK;
}

void sx_accounts__memo_free(sx_accounts__memo *memo) {
  if (!memo) return;
  const sx_ctx ctx = memo->ctx;
  for (size_t i = 0; i < memo->n; i++) {
    for (size_t j = 0; j < memo->entries[i].n; j++) sx_est_free((sx_est *)(uintptr_t)memo->entries[i].values[j]);
    sx_est_free(memo->entries[i].est);
  }
  sx_mem_free(&ctx, memo->entries);
  sx_arena_free(memo->arena);
  sx_mem_free(&ctx, memo);
}
