/* accounts_second.c: the variance that the linear one leaves out where independent factors are multiplied.
 *
 * A level is a sum of terms t_i = prod_k u_ik, one for each leaf (and amount) under the node: the leaf's factors and those of the
 * adjustments, periods and prices on the way up. Factors that share a source of error form one component u (a product of the algebra);
 * components are independent. For two terms, with m_k = u_ik u_jk and C_k = Cov(u_ik, u_jk) in component k (0 where only one of them has it),
 *
 *   Cov(t_i, t_j) = prod_k (m_k + C_k) - prod_k m_k         exact for independent components
 *
 * whose part of first order in the C is the linear covariance. What is left, the sum of all products of two or more C, is summed over
 * pairs of terms. One term of two factors: V(a) V(b), so that V = a^2 V(b) + b^2 V(a) + V(a) V(b): Goodman (1960), JASA 55:708-713, whose
 * formula for three factors (Goodman 1962, JASA 57:54-60) is the same product written out. Terms that share a component (one
 * population for many leaves) are added first: N u_1 + N u_2 = N (u_1 + u_2). */
#include "accounts_priv.h"

#include <math.h>
#include <string.h>

enum { MAX_PARTS = 32 }; /* components of a term, before they are joined */

typedef struct term {
  double coef;
  sx_est *part[MAX_PARTS]; /* [n] referenced; independent of one another once the term is closed */
  size_t n;
} term;

struct sx_accounts__second {
  const sx_accounts__raw *raw;
  bool possible; /* some product of two factors with errors */
  term **leaf;   /* [n_nodes] the leaf as measured, closed; NULL: not made yet */
  /* [n_nodes] what the declared estimates multiply by; NULL: not made yet */
  sx_est **factor, **change;     /* adjustment: f and f - 1 */
  sx_est **deflator, **deflated; /* price at the node that declares it: 1/P and 1 - 1/P */
};

/* ---- terms ------------------------------------------------------------------------------------------------------------------ */

static void term_clear(term *t) {
  for (size_t k = 0; k < t->n; k++) sx_est_free(t->part[k]);
  t->n = 0;
}

/* Multiplies by an estimate: by its value where it has no error. */
static sx_status multiply(term *t, const sx_est *est, const char *id, sx_error *err) {
  if (sx_est_variance(est) == 0) {
    t->coef *= sx_est_value(est);
    return SX_OK;
  }
  if (t->n == MAX_PARTS)
    return sx_error_set(err, SX_E_LIMIT, id, "more than %d factors with an error of their own are multiplied",
                        MAX_PARTS);
  t->part[t->n++] = sx_est_ref(est);
  return SX_OK;
}

static size_t root_of(const size_t *up, size_t k) {
  while (up[k] != k) k = up[k];
  return k;
}

/* Joins what depends on one another, directly or through others: up [n] leads to the first of each component. */
static void join(size_t *up, sx_est *const *part, size_t n) {
  for (size_t k = 0; k < n; k++) {
    up[k] = k;
    for (size_t j = 0; j < k; j++) {
      const size_t a = root_of(up, j), b = root_of(up, k);
      if (a == b || sx_est_independent(part[j], part[k])) continue;
      if (a < b)
        up[b] = a;
      else
        up[a] = b;
    }
  }
}

/* The product of the parts from..to-1 that lie under `root`; *out NULL where there is none. */
static sx_status product(sx_est **out, const sx_ctx *ctx, sx_est *const *part, const size_t *up, size_t from, size_t to,
                         size_t root, sx_error *err) {
  sx_est *all = NULL;
  for (size_t k = from; k < to; k++) {
    if (root_of(up, k) != root) continue;
    if (!all) {
      all = sx_est_ref(part[k]);
      continue;
    }
    const sx_est *const values[] = {all, part[k]};
    sx_est *next = NULL;
    const sx_status status = sx_accounts__formula(&next, ctx, "a * b", values, 2, false, err);
    sx_est_free(all);
    SX_TRY(status);
    all = next;
  }
  *out = all;
  return SX_OK;
}

/* Parts become components. */
static sx_status close_term(term *t, const sx_ctx *ctx, sx_error *err) {
  size_t up[MAX_PARTS], n = 0;
  sx_est *made[MAX_PARTS];
  sx_status status = SX_OK;
  join(up, t->part, t->n);
  for (size_t k = 0; status == SX_OK && k < t->n; k++) {
    if (up[k] != k) continue;
    status = product(&made[n], ctx, t->part, up, 0, t->n, k, err);
    if (status == SX_OK) n++;
  }
  term_clear(t);
  t->n = n;
  memcpy((void *)t->part, (const void *)made, n * sizeof *made);
  return status;
}

/* The leaf's own factors. A ratio to a spend leads on to the other leaf's factors. */
static sx_status leaf_factors(term *t, const sx_accounts__raw *raw, size_t i, sx_error *err) {
  const sx_account *account = raw->account;
  const sx_account_node *node = &account->nodes[i];
  const char *id = node->id;
  if (node->est[SX_ACCOUNTS__TOTAL]) return multiply(t, node->est[SX_ACCOUNTS__TOTAL], id, err);
  if (node->est[SX_ACCOUNTS__POPULATION]) {
    SX_TRY(multiply(t, node->est[SX_ACCOUNTS__POPULATION], id, err));
    SX_TRY(multiply(t, node->est[SX_ACCOUNTS__PENETRATION], id, err));
  }
  while (node->ratio_to) {
    const size_t to = (size_t)sx_accounts__find(account, node->ratio_to);
    SX_TRY(multiply(t, node->est[SX_ACCOUNTS__RATIO], id, err));
    if (node->ratio_base == SX_ACCOUNT_OF_LEVEL) return multiply(t, raw->level[to], id, err);
    node = &account->nodes[to];
  }
  return multiply(t, node->est[SX_ACCOUNTS__SPEND], id, err);
}

static sx_status leaf_term(term **out, sx_accounts__second *s, size_t i, sx_error *err) {
  const sx_ctx *ctx = &s->raw->account->ctx;
  if (!s->leaf[i]) {
    term *t = sx_mem_zalloc(ctx, 1, sizeof *t);
    if (!t) return sx_error_memory(err);
    t->coef = 1;
    sx_status status = leaf_factors(t, s->raw, i, err);
    if (status == SX_OK) status = close_term(t, ctx, err);
    if (status != SX_OK) {
      term_clear(t);
      sx_mem_free(ctx, t);
      return status;
    }
    s->leaf[i] = t;
  }
  *out = s->leaf[i];
  return SX_OK;
}

/* ---- what is on the way up ------------------------------------------------------------------------------------------------------ */

static sx_status made(sx_est **slot, const sx_ctx *ctx, const char *text, const sx_est *est, sx_error *err) {
  return *slot ? SX_OK : sx_accounts__formula(slot, ctx, text, &est, 1, false, err);
}

static sx_status by_adjustment(term *t, sx_accounts__second *s, size_t a, bool effect, sx_error *err) {
  static const char *const text[][2] = {{"a", "a - 1"}, {"1 / a", "1 / a - 1"}, {"1 - a", "-a"}};
  const sx_account *account = s->raw->account;
  const sx_account_node *node = &account->nodes[a];
  if (node->adjustment == SX_ACCOUNT_AMOUNT) return SX_OK; /* multiplies nothing: a term of its own */
  sx_est **slot = effect ? &s->change[a] : &s->factor[a];
  SX_TRY(made(slot, &account->ctx, text[node->adjustment][effect], node->est[SX_ACCOUNTS__ADJUST], err));
  return multiply(t, *slot, node->id, err);
}

/* What a row is of: up to which adjustment of the node, and whether that one counts, not, or only as its effect. */
typedef enum last { LAST_ALL, LAST_EXCLUDED, LAST_INCLUDED, LAST_EFFECT } last;
typedef struct target {
  size_t node;
  ptrdiff_t until;
  last how;
  const sx_accounts__levels *levels;
  bool price_effect;
} target;

static sx_status by_node(term *t, sx_accounts__second *s, const target *to, size_t i, ptrdiff_t after, sx_error *err) {
  const sx_account *account = s->raw->account;
  for (ptrdiff_t j = account->nodes[i].first_child; j >= 0; j = account->nodes[j].next) {
    if (account->nodes[j].kind != SX_ACCOUNT_ADJUSTMENT || j <= after) continue;
    const bool stop = i == to->node && to->how != LAST_ALL && j == to->until;
    if (stop && to->how == LAST_EXCLUDED) break;
    SX_TRY(by_adjustment(t, s, (size_t)j, stop && to->how == LAST_EFFECT, err));
    if (stop) break;
  }
  return SX_OK;
}

static sx_status by_price(term *t, sx_accounts__second *s, const target *to, size_t i, sx_error *err) {
  const sx_account *account = s->raw->account;
  const ptrdiff_t price = sx_accounts__declares(account, i, SX_ACCOUNTS__PRICE);
  if (to->price_effect && price < 0) t->coef = 0;
  if (price < 0 || (!to->price_effect && to->levels->mode != SX_ACCOUNTS__CONSTANT)) return SX_OK;
  sx_est **slot = to->price_effect ? &s->deflated[price] : &s->deflator[price];
  SX_TRY(made(slot, &account->ctx, to->price_effect ? "1 - 1 / a" : "1 / a",
              account->nodes[price].est[SX_ACCOUNTS__PRICE], err));
  return multiply(t, *slot, account->nodes[price].id, err);
}

/* From node i (its adjustments after `from`) up to the target. */
static sx_status climb(term *t, sx_accounts__second *s, const target *to, size_t i, ptrdiff_t from, sx_error *err) {
  const sx_account *account = s->raw->account;
  SX_TRY(by_node(t, s, to, i, from, err));
  while (i != to->node) {
    i = (size_t)account->nodes[i].parent;
    SX_TRY(by_node(t, s, to, i, SX_ACCOUNTS__NONE, err));
  }
  return close_term(t, &account->ctx, err);
}

static sx_status copy_leaf(term *t, sx_accounts__second *s, const target *to, size_t i, sx_error *err) {
  const sx_account *account = s->raw->account;
  const ptrdiff_t period = sx_accounts__declares(account, i, SX_ACCOUNTS__PERIOD);
  term *own = NULL;
  SX_TRY(leaf_term(&own, s, i, err));
  t->coef = own->coef;
  for (; t->n < own->n; t->n++) t->part[t->n] = sx_est_ref(own->part[t->n]);
  if (period >= 0 && to->levels->mode != SX_ACCOUNTS__MEASURED)
    SX_TRY(multiply(t, account->nodes[period].est[SX_ACCOUNTS__PERIOD], account->nodes[period].id, err));
  SX_TRY(by_price(t, s, to, i, err));
  return climb(t, s, to, i, SX_ACCOUNTS__NONE, err);
}

/* The period factor that an amount is divided by. */
static sx_status by_own_period(term *t, sx_accounts__second *s, size_t a, sx_error *err) {
  const sx_account *account = s->raw->account;
  const ptrdiff_t period = sx_accounts__declares(account, a, SX_ACCOUNTS__PERIOD);
  if (period < 0) return SX_OK;
  sx_est **slot = &s->factor[period]; /* no adjustment: the place is free */
  SX_TRY(made(slot, &account->ctx, "1 / a", account->nodes[period].est[SX_ACCOUNTS__PERIOD], err));
  return multiply(t, *slot, account->nodes[period].id, err);
}

/* An amount; in a scope that has only a part of its node it is one estimate. */
static sx_status copy_amount(term *t, sx_accounts__second *s, const target *to, size_t a, sx_error *err) {
  const sx_account *account = s->raw->account;
  const sx_account_node *node = &account->nodes[a];
  if (sx_accounts__complete(account, (size_t)node->parent, to->levels->scope)) {
    t->coef = -1;
    SX_TRY(multiply(t, node->est[SX_ACCOUNTS__ADJUST], node->id, err));
    SX_TRY(by_price(t, s, to, a, err));
    if (to->levels->mode == SX_ACCOUNTS__MEASURED) SX_TRY(by_own_period(t, s, a, err));
  } else {
    SX_TRY(multiply(t, to->levels->level[a], node->id, err));
    if (to->price_effect) SX_TRY(by_price(t, s, to, a, err));
  }
  return climb(t, s, to, (size_t)node->parent, (ptrdiff_t)a, err);
}

/* ---- sums over terms ---------------------------------------------------------------------------------------------------------- */

typedef struct terms {
  term *list;
  size_t n, cap;
} terms;

static void terms_clear(terms *all, const sx_ctx *ctx) {
  for (size_t i = 0; i < all->n; i++) term_clear(&all->list[i]);
  sx_mem_free(ctx, all->list);
}

static bool is_under(const sx_account *account, size_t i, size_t node) {
  ptrdiff_t up = (ptrdiff_t)i;
  while (up > (ptrdiff_t)node) up = account->nodes[up].parent;
  return up == (ptrdiff_t)node;
}

/* Whether source j (leaf, or amount) reaches the target. */
static bool reaches(const sx_account *account, const target *to, size_t j) {
  const sx_account_node *node = &account->nodes[j];
  if (!to->levels->level[j] || !is_under(account, j, to->node)) return false;
  if (node->kind == SX_ACCOUNT_LEAF) return true;
  if (node->kind != SX_ACCOUNT_ADJUSTMENT || node->adjustment != SX_ACCOUNT_AMOUNT) return false;
  if (to->how == LAST_ALL || node->parent != (ptrdiff_t)to->node) return true;
  return (ptrdiff_t)j < to->until || ((ptrdiff_t)j == to->until && to->how == LAST_INCLUDED);
}

/* Terms of one component leave nothing out, alone or with others. */
static sx_status collect(terms *all, sx_accounts__second *s, const target *to, sx_error *err) {
  const sx_account *account = s->raw->account;
  for (size_t j = to->node; j < account->n_nodes; j++) {
    if (!reaches(account, to, j)) continue;
    if (!sx_mem_grow(&account->ctx, (void **)&all->list, &all->cap, all->n + 1, sizeof *all->list))
      return sx_error_memory(err);
    term *t = &all->list[all->n++];
    t->n = 0;
    t->coef = 1;
    SX_TRY(account->nodes[j].kind == SX_ACCOUNT_LEAF ? copy_leaf(t, s, to, j, err) : copy_amount(t, s, to, j, err));
    if (t->n >= 2 && t->coef != 0) continue;
    term_clear(t);
    all->n--;
  }
  return SX_OK;
}

/* t += other where both are two components of which one is the same estimate; *added tells whether. */
static sx_status add_term(bool *added, term *t, const term *other, const sx_accounts__raw *raw, sx_error *err) {
  *added = false;
  if (t->n != 2 || other->n != 2) return SX_OK;
  for (size_t k = 0; k < 4; k++) {
    const size_t a = k / 2, b = k % 2;
    if (t->part[a] != other->part[b]) continue;
    const double coefficients[] = {t->coef, other->coef};
    const sx_est *const values[] = {t->part[1 - a], other->part[1 - b]};
    sx_est *sum = NULL;
    SX_TRY(sx_accounts__memo_linear(&sum, raw->memo, &raw->account->ctx, coefficients, values, 2, err));
    sx_est_free(t->part[1 - a]);
    t->part[1 - a] = sum;
    t->coef = 1;
    *added = true;
    return SX_OK;
  }
  return SX_OK;
}

static sx_status merge(terms *all, const sx_accounts__raw *raw, sx_error *err) {
  for (size_t i = 0; i < all->n; i++) {
    for (size_t j = i + 1; j < all->n;) {
      bool added = false;
      SX_TRY(add_term(&added, &all->list[i], &all->list[j], raw, err));
      if (!added) {
        j++;
        continue;
      }
      term_clear(&all->list[j]);
      all->list[j] = all->list[--all->n];
    }
  }
  return SX_OK;
}

/* The coefficients of z^2 and above in prod_k (m_k + c_k z), added. */
static double beyond_first(const double *m, const double *c, size_t n) {
  double p[2 * MAX_PARTS + 1] = {1};
  for (size_t k = 0; k < n; k++) {
    for (size_t r = k + 1; r > 0; r--) p[r] = p[r] * m[k] + p[r - 1] * c[k];
    p[0] *= m[k];
  }
  double sum = 0;
  for (size_t r = n; r >= 2; r--) sum += p[r];
  return sum;
}

/* What the linear covariance of two terms leaves out. */
static sx_status pair(double *out, const sx_accounts__raw *raw, const term *a, const term *b, sx_error *err) {
  const sx_ctx *ctx = &raw->account->ctx;
  sx_est *part[2 * MAX_PARTS] = {NULL};
  size_t up[2 * MAX_PARTS], n = 0, both = 0;
  double m[2 * MAX_PARTS], c[2 * MAX_PARTS];
  for (size_t k = 0; k < a->n; k++) part[n++] = a->part[k];
  for (size_t k = 0; k < b->n; k++) part[n++] = b->part[k];
  join(up, part, n);
  size_t groups = 0;
  for (size_t k = 0; k < n; k++) {
    if (up[k] != k) continue;
    sx_est *u = NULL, *v = NULL;
    sx_status status = product(&u, ctx, part, up, 0, a->n, k, err);
    if (status == SX_OK) status = product(&v, ctx, part, up, a->n, n, k, err);
    if (status == SX_OK) {
      m[groups] = (u ? sx_est_value(u) : 1) * (v ? sx_est_value(v) : 1);
      c[groups] = 0;
      if (u && v) status = sx_accounts__memo_cov(&c[groups], raw->memo, u, v, err);
      both += u && v;
      groups++;
    }
    sx_est_free(u);
    sx_est_free(v);
    SX_TRY(status);
  }
  *out = both < 2 ? 0 : a->coef * b->coef * beyond_first(m, c, groups);
  return SX_OK;
}

static target make_target(const sx_account *account, const sx_accounts__place *place) {
  target to = {.node = place->node, .until = SX_ACCOUNTS__NONE, .how = LAST_ALL, .levels = place->levels};
  to.price_effect = place->measure == SX_ACCOUNT_PRICE_EFFECT;
  if (account->nodes[place->node].kind == SX_ACCOUNT_ADJUSTMENT) {
    to.until = (ptrdiff_t)place->node;
    to.node = (size_t)account->nodes[place->node].parent;
    to.how = place->measure == SX_ACCOUNT_LEVEL_BEFORE  ? LAST_EXCLUDED
             : place->measure == SX_ACCOUNT_LEVEL_AFTER ? LAST_INCLUDED
                                                        : LAST_EFFECT;
  } else if (place->measure == SX_ACCOUNT_LEVEL_BEFORE) {
    to.how = LAST_EXCLUDED;
    to.until = account->nodes[to.node].first_child;
    while (account->nodes[to.until].kind != SX_ACCOUNT_ADJUSTMENT) to.until = account->nodes[to.until].next;
  }
  return to;
}

sx_status sx_accounts__second_of(double *out, sx_accounts__second *second, const sx_accounts__place *place,
                                 sx_error *err) {
  const sx_account *account = second->raw->account;
  const sx_account_node *node = &account->nodes[place->node];
  *out = 0;
  if (!second->possible) return SX_OK;
  const target to = make_target(account, place);
  if (to.how == LAST_EFFECT && node->adjustment == SX_ACCOUNT_AMOUNT) return SX_OK;
  terms all = {NULL, 0, 0};
  double sum = 0;
  sx_status status = collect(&all, second, &to, err);
  if (status == SX_OK) status = merge(&all, second->raw, err);
  for (size_t i = 0; status == SX_OK && i < all.n; i++) {
    for (size_t j = 0; status == SX_OK && j <= i; j++) {
      double left = 0;
      status = pair(&left, second->raw, &all.list[i], &all.list[j], err);
      sum += i == j ? left : 2 * left;
    }
  }
  terms_clear(&all, &account->ctx);
  if (status == SX_OK) *out = sum;
  return status;
}

/* ---- life --------------------------------------------------------------------------------------------------------------------- */

/* Whether anything that multiplies a leaf, beside its first factor, has an error. */
static bool possible(const sx_account *account) {
  for (size_t i = 0; i < account->n_nodes; i++) {
    const sx_account_node *node = &account->nodes[i];
    size_t n = node->ratio_to != NULL;
    for (size_t f = 0; f < SX_ACCOUNTS__FACTORS; f++) {
      if (!node->est[f] || sx_est_variance(node->est[f]) == 0) continue;
      if (f > SX_ACCOUNTS__RATIO) return true;
      n++;
    }
    if (n >= 2) return true;
  }
  return false;
}

sx_status sx_accounts__second_new(sx_accounts__second **out, const sx_accounts__raw *raw, sx_error *err) {
  const sx_ctx *ctx = &raw->account->ctx;
  const size_t n = raw->account->n_nodes;
  sx_accounts__second *s = sx_mem_zalloc(ctx, 1, sizeof *s);
  if (!s) return sx_error_memory(err);
  s->raw = raw;
  s->possible = possible(raw->account);
  s->leaf = sx_mem_zalloc(ctx, n, sizeof *s->leaf);
  s->factor = sx_mem_zalloc(ctx, n, sizeof *s->factor);
  s->change = sx_mem_zalloc(ctx, n, sizeof *s->change);
  s->deflator = sx_mem_zalloc(ctx, n, sizeof *s->deflator);
  s->deflated = sx_mem_zalloc(ctx, n, sizeof *s->deflated);
  if (!s->leaf || !s->factor || !s->change || !s->deflator || !s->deflated) {
    sx_accounts__second_free(s);
    return sx_error_memory(err);
  }
  *out = s;
  return SX_OK;
}

void sx_accounts__second_free(sx_accounts__second *s) {
  if (!s) return;
  const sx_account *account = s->raw->account;
  const sx_ctx *ctx = &account->ctx;
  sx_est **const lists[] = {s->factor, s->change, s->deflator, s->deflated};
  for (size_t i = 0; s->leaf && i < account->n_nodes; i++) {
    if (s->leaf[i]) term_clear(s->leaf[i]);
    sx_mem_free(ctx, s->leaf[i]);
  }
  for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
    for (size_t i = 0; lists[k] && i < account->n_nodes; i++) sx_est_free(lists[k][i]);
    sx_mem_free(ctx, lists[k]);
  }
  sx_mem_free(ctx, s->leaf);
  sx_mem_free(ctx, s);
}
