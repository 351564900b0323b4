/* accounts_sensitivity.c: derivatives, shares of the variance and swings of a level by each of its inputs.
 *
 * The tree is evaluated in plain numbers with dual arithmetic, (v, d) + (w, e) = (v + w, d + e), (v, d)(w, e) = (vw, dw + ve), so that the
 * derivative dL/dX of a level by one estimate is exact. With it
 *
 *   elasticity        X/L dL/dX
 *   variance share    dL/dX Cov(X, L)/V(L)       adds up to 1, as L = const + sum dL/dX (X - X0) to first order
 *   variance alone    (dL/dX)^2 V(X)/V(L)
 *
 * An input that several leaves have is the sum over its uses. Swings evaluate the tree again at the ends, without linearisation. */
#include "shuxiao/accounts_sensitivity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "accounts_priv.h"

typedef struct dual {
  double v, d;
} dual;

static dual mul(dual a, dual b) {
  return (dual){a.v * b.v, a.d * b.v + a.v * b.d};
}
static dual add(dual a, dual b) {
  return (dual){a.v + b.v, a.d + b.d};
}
static dual divide(dual a, dual b) {
  const double q = a.v / b.v;
  return (dual){q, (a.d - q * b.d) / b.v};
}

/* One estimate of one node. */
typedef struct use {
  size_t node, factor, input;
  double derivative;
} use;

typedef struct sense {
  const sx_account *account;
  size_t target;
  ptrdiff_t scope;
  size_t *order, n_order;
  dual *raw, *spend, *level, *whole, *before; /* [n_nodes]; whole, before: of the whole tree */
  bool *in;                                   /* [n_nodes] has a level in the scope */
  use *uses;
  size_t n_uses, cap_uses;
  size_t *of;  /* [n_nodes * FACTORS] its use + 1; 0: none */
  double *at;  /* [n_inputs] value of each input for the evaluation at hand */
  size_t seed; /* the use that is derived by; SIZE_MAX: none */
  sx_est *est; /* the level by the algebra */
  sx_account_sensitivity *result;
  size_t cap_rows;
} sense;

/* ---- the level in numbers ------------------------------------------------------------------------------------------------------- */

static dual value_of(const sense *s, size_t i, sx_accounts__factor f) {
  const size_t at = s->of[i * SX_ACCOUNTS__FACTORS + f];
  if (!at) return (dual){sx_est_value(s->account->nodes[i].est[f]), 0};
  return (dual){s->at[s->uses[at - 1].input], at - 1 == s->seed ? 1 : 0};
}

static void measure(sense *s) {
  const sx_account *account = s->account;
  for (size_t k = 0; k < s->n_order; k++) {
    const size_t i = s->order[k];
    const sx_account_node *node = &account->nodes[i];
    s->raw[i] = (dual){0, 0};
    for (ptrdiff_t j = node->first_child; j >= 0; j = account->nodes[j].next)
      if (node->kind == SX_ACCOUNT_BRANCH && account->nodes[j].kind != SX_ACCOUNT_ADJUSTMENT)
        s->raw[i] = add(s->raw[i], s->raw[j]);
    if (node->kind != SX_ACCOUNT_LEAF) continue;
    if (node->est[SX_ACCOUNTS__TOTAL]) {
      s->raw[i] = value_of(s, i, SX_ACCOUNTS__TOTAL);
      continue;
    }
    if (node->ratio_to) {
      const size_t to = (size_t)sx_accounts__find(account, node->ratio_to);
      s->spend[i] =
          mul(value_of(s, i, SX_ACCOUNTS__RATIO), node->ratio_base == SX_ACCOUNT_OF_SPEND ? s->spend[to] : s->raw[to]);
    } else {
      s->spend[i] = value_of(s, i, SX_ACCOUNTS__SPEND);
    }
    s->raw[i] = s->spend[i];
    if (node->est[SX_ACCOUNTS__POPULATION])
      s->raw[i] =
          mul(mul(value_of(s, i, SX_ACCOUNTS__POPULATION), value_of(s, i, SX_ACCOUNTS__PENETRATION)), s->spend[i]);
  }
}

static dual adjusted(const sense *s, dual level, size_t a, bool part) {
  const sx_account_node *node = &s->account->nodes[a];
  const dual x = value_of(s, a, SX_ACCOUNTS__ADJUST), minus = {-1, 0}, one = {1, 0};
  switch (node->adjustment) {
  case SX_ACCOUNT_FACTOR:
    return mul(level, x);
  case SX_ACCOUNT_COVERAGE:
    return divide(level, x);
  case SX_ACCOUNT_OVERLAP:
    return mul(level, add(one, mul(minus, x)));
  case SX_ACCOUNT_AMOUNT:
    break;
  }
  return add(level, mul(minus, part ? divide(mul(x, level), s->before[a]) : x));
}

static void evaluate_scope(sense *s, dual *level, bool *in, ptrdiff_t scope) {
  const sx_account *account = s->account;
  for (size_t i = account->n_nodes; i-- > 0;) {
    const sx_account_node *node = &account->nodes[i];
    in[i] = node->kind == SX_ACCOUNT_LEAF && (scope < 0 || node->in_scope[scope]);
    level[i] = (dual){0, 0};
    if (in[i]) {
      const ptrdiff_t period = sx_accounts__declares(account, i, SX_ACCOUNTS__PERIOD);
      level[i] = s->raw[i];
      if (period >= 0) level[i] = mul(level[i], value_of(s, (size_t)period, SX_ACCOUNTS__PERIOD));
    }
    for (ptrdiff_t j = node->first_child; j >= 0; j = account->nodes[j].next) {
      if (account->nodes[j].kind == SX_ACCOUNT_ADJUSTMENT || !in[j]) continue;
      level[i] = add(level[i], level[j]);
      in[i] = true;
    }
    for (ptrdiff_t j = node->first_child; in[i] && j >= 0; j = account->nodes[j].next) {
      if (account->nodes[j].kind != SX_ACCOUNT_ADJUSTMENT) continue;
      if (scope < 0) s->before[j] = level[i];
      level[i] = adjusted(s, level[i], (size_t)j, !sx_accounts__complete(account, i, scope));
    }
  }
}

static dual evaluate(sense *s) {
  measure(s);
  evaluate_scope(s, s->whole, s->in, -1);
  if (s->scope < 0) return s->whole[s->target];
  evaluate_scope(s, s->level, s->in, s->scope);
  return s->level[s->target];
}

/* ---- inputs ----------------------------------------------------------------------------------------------------------------------- */

static const char *const factor_names[SX_ACCOUNTS__FACTORS] = {"population", "penetration", "spend",  "total",
                                                               "ratio",      "adjustment",  "period", "price"};

static char *input_name(const sx_ctx *ctx, const sx_account_node *node, size_t f) {
  if (node->input[f]) return sx_mem_strdup(ctx, node->input[f]);
  if (f == SX_ACCOUNTS__ADJUST) return sx_mem_strdup(ctx, node->id);
  sx_buf text;
  sx_buf_init(&text, ctx);
  sx_buf_printf(&text, "%s.%s", node->id, factor_names[f]);
  return sx_buf_take(&text);
}

static bool same_number(double a, double b) {
  return a == b || (isnan(a) && isnan(b));
}

/* The input of that name, made where it is new. Takes name. */
static sx_status find_input(size_t *out, sense *s, char *name, const sx_account_node *node, size_t f, sx_error *err) {
  sx_account_sensitivity *r = s->result;
  const sx_ctx *ctx = &s->account->ctx;
  const double value = sx_est_value(node->est[f]);
  sx_status status = SX_OK;
  size_t k = 0;
  if (!name) return sx_error_memory(err);
  while (k < r->n_rows && strcmp(r->rows[k].id, name) != 0) k++;
  if (k < r->n_rows) {
    if (!same_number(r->rows[k].value, value))
      status =
          sx_error_set(err, SX_E_DATA, node->id, "the input '%s' is %.9g here and %.9g at '%s': give them two names",
                       name, value, r->rows[k].value, r->rows[k].node);
    sx_mem_free(ctx, name);
    *out = k;
    return status;
  }
  if (!sx_mem_grow(ctx, (void **)&r->rows, &s->cap_rows, r->n_rows + 1, sizeof *r->rows)) {
    sx_mem_free(ctx, name);
    return sx_error_memory(err);
  }
  r->rows[r->n_rows++] = (sx_account_input){
      .id = name, .node = node->id, .factor = factor_names[f], .value = value, .se = sx_est_se(node->est[f])};
  *out = k;
  return SX_OK;
}

static sx_status add_use(sense *s, size_t i, size_t f, sx_error *err) {
  const sx_ctx *ctx = &s->account->ctx;
  const sx_account_node *node = &s->account->nodes[i];
  size_t input = 0;
  SX_TRY(find_input(&input, s, input_name(ctx, node, f), node, f, err));
  if (!sx_mem_grow(ctx, (void **)&s->uses, &s->cap_uses, s->n_uses + 1, sizeof *s->uses)) return sx_error_memory(err);
  s->uses[s->n_uses++] = (use){i, f, input, 0};
  s->of[i * SX_ACCOUNTS__FACTORS + f] = s->n_uses;
  s->result->rows[input].n_uses++;
  return SX_OK;
}

static void mark_periods(const sense *s, bool *wanted, size_t leaf) {
  const ptrdiff_t at = sx_accounts__declares(s->account, leaf, SX_ACCOUNTS__PERIOD);
  if (at >= 0) wanted[(size_t)at * SX_ACCOUNTS__FACTORS + SX_ACCOUNTS__PERIOD] = true;
}

/* What a ratio refers to: the spend of a leaf, or a level. */
enum { REFERRED_SPEND = 1, REFERRED_LEVEL = 2 };

/* The leaf's own factors; only its spend where nothing but that is referred to. */
static void mark_leaf(const sense *s, bool *wanted, char *referred, size_t i, bool only_spend) {
  const sx_account_node *node = &s->account->nodes[i];
  for (size_t f = 0; f < SX_ACCOUNTS__LEAF_FACTORS; f++) {
    const bool spend = f == SX_ACCOUNTS__SPEND || f == SX_ACCOUNTS__RATIO;
    if (node->est[f] && (spend || !only_spend)) wanted[i * SX_ACCOUNTS__FACTORS + f] = true;
  }
  if (!node->ratio_to) return;
  char *to = &referred[sx_accounts__find(s->account, node->ratio_to)];
  *to = (char)(*to | (node->ratio_base == SX_ACCOUNT_OF_SPEND ? REFERRED_SPEND : REFERRED_LEVEL));
}

/* What is at and under a node; all: whatever the scope. */
static void mark_under(const sense *s, bool *wanted, char *referred, size_t top, bool all) {
  const sx_account *account = s->account;
  for (size_t i = top; i < account->n_nodes; i++) {
    ptrdiff_t up = (ptrdiff_t)i;
    while (up > (ptrdiff_t)top) up = account->nodes[up].parent;
    if (up != (ptrdiff_t)top) continue;
    const sx_account_node *node = &account->nodes[i];
    if (node->kind == SX_ACCOUNT_ADJUSTMENT && (all || s->in[node->parent])) {
      wanted[i * SX_ACCOUNTS__FACTORS + SX_ACCOUNTS__ADJUST] = true;
      const size_t parent = (size_t)node->parent;
      if (!all && node->adjustment == SX_ACCOUNT_AMOUNT && !sx_accounts__complete(account, parent, s->scope))
        mark_under(s, wanted, referred, parent, true); /* its part of the amount is by the whole level */
    }
    if (node->kind != SX_ACCOUNT_LEAF || !(all || s->in[i])) continue;
    mark_leaf(s, wanted, referred, i, false);
    mark_periods(s, wanted, i);
  }
}

/* wanted [n_nodes * FACTORS]: what enters the level. Ratios are followed from the last of the order to the first. */
static void mark(const sense *s, bool *wanted, char *referred) {
  const sx_account *account = s->account;
  mark_under(s, wanted, referred, s->target, false);
  for (size_t k = s->n_order; k-- > 0;) {
    const size_t i = s->order[k];
    if (!referred[i]) continue;
    if (account->nodes[i].kind == SX_ACCOUNT_LEAF) mark_leaf(s, wanted, referred, i, !(referred[i] & REFERRED_LEVEL));
    for (ptrdiff_t j = account->nodes[i].first_child; j >= 0; j = account->nodes[j].next)
      if (account->nodes[j].kind != SX_ACCOUNT_ADJUSTMENT) referred[j] |= REFERRED_LEVEL;
  }
}

static sx_status find_inputs(sense *s, sx_error *err) {
  const size_t n = s->account->n_nodes;
  const sx_ctx *ctx = &s->account->ctx;
  bool *wanted = sx_mem_zalloc(ctx, n * SX_ACCOUNTS__FACTORS, sizeof *wanted);
  char *referred = sx_mem_zalloc(ctx, n, sizeof *referred);
  sx_status status = wanted && referred ? SX_OK : sx_error_memory(err);
  if (status == SX_OK) mark(s, wanted, referred);
  for (size_t k = 0; status == SX_OK && k < n * SX_ACCOUNTS__FACTORS; k++)
    if (wanted[k]) status = add_use(s, k / SX_ACCOUNTS__FACTORS, k % SX_ACCOUNTS__FACTORS, err);
  sx_mem_free(ctx, wanted);
  sx_mem_free(ctx, referred);
  return status;
}

/* ---- derivatives, shares, swings ---------------------------------------------------------------------------------------------------- */

static const sx_est *est_of(const sense *s, const use *u) {
  return s->account->nodes[u->node].est[u->factor];
}

static sx_status checked_cov(double *out, const sx_est *a, const sx_est *b, sx_error *err) {
  const bool known = isfinite(sx_est_variance(a)) && isfinite(sx_est_variance(b));
  *out = sx_est_cov(a, b);
  return isnan(*out) && known ? sx_error_memory(err) : SX_OK;
}

static sx_status derive(sense *s, sx_error *err) {
  const double variance = sx_est_variance(s->est);
  for (size_t k = 0; k < s->n_uses; k++) {
    s->seed = k;
    s->uses[k].derivative = evaluate(s).d;
    sx_account_input *row = &s->result->rows[s->uses[k].input];
    row->derivative += s->uses[k].derivative;
    double cov = 0;
    if (s->uses[k].derivative != 0) SX_TRY(checked_cov(&cov, est_of(s, &s->uses[k]), s->est, err));
    row->variance_share += s->uses[k].derivative * cov / variance;
  }
  s->seed = SIZE_MAX;
  for (size_t k = 0; k < s->n_uses; k++) {
    for (size_t j = 0; j < s->n_uses; j++) {
      const use *a = &s->uses[k], *b = &s->uses[j];
      double cov = 0;
      if (a->input != b->input || a->derivative == 0 || b->derivative == 0) continue;
      SX_TRY(checked_cov(&cov, est_of(s, a), est_of(s, b), err));
      s->result->rows[a->input].variance_alone += a->derivative * b->derivative * cov / variance;
    }
  }
  for (size_t k = 0; k < s->result->n_rows; k++) {
    sx_account_input *row = &s->result->rows[k];
    row->elasticity = row->derivative * row->value / s->result->level;
  }
  return SX_OK;
}

/* How far an input may go. low: it must be above (strictly where `open`). */
typedef struct range {
  double low, high;
  bool open;
} range;

static range range_of(const sense *s, const sx_account_input *row) {
  const sx_account_node *node = &s->account->nodes[sx_accounts__find(s->account, row->node)];
  const range share = {0, row->value <= 1 ? 1 : (double)INFINITY, false}, factor = {0, (double)INFINITY, true};
  if (strcmp(row->factor, "penetration") == 0) return share;
  if (strcmp(row->factor, "period") == 0) return factor;
  if (strcmp(row->factor, "adjustment") != 0) return (range){-(double)INFINITY, (double)INFINITY, false};
  switch (node->adjustment) {
  case SX_ACCOUNT_FACTOR:
    return factor;
  case SX_ACCOUNT_COVERAGE:
    return (range){0, 1, true};
  case SX_ACCOUNT_OVERLAP:
    return share;
  case SX_ACCOUNT_AMOUNT:
    break;
  }
  return (range){0, (double)INFINITY, false};
}

static double level_at(sense *s, size_t input, double x, range r) {
  const double value = s->at[input];
  if (x > r.high) x = r.high;
  if (x < r.low && !r.open) x = r.low;
  if (isnan(x) || (x <= r.low && r.open)) return (double)NAN;
  s->at[input] = x;
  const double level = evaluate(s).v;
  s->at[input] = value;
  return isfinite(level) ? level : (double)NAN;
}

static void swing(sense *s) {
  for (size_t k = 0; k < s->result->n_rows; k++) {
    sx_account_input *row = &s->result->rows[k];
    const range r = range_of(s, row);
    row->low_se = level_at(s, k, row->value - row->se, r);
    row->high_se = level_at(s, k, row->value + row->se, r);
    row->low_tenth = level_at(s, k, 0.9 * row->value, r);
    row->high_tenth = level_at(s, k, 1.1 * row->value, r);
  }
}

/* ---- order and life ------------------------------------------------------------------------------------------------------------------- */

static double width(const sx_account_input *row) {
  const double w = fabs(row->high_se - row->low_se);
  return isnan(w) ? -1 : w;
}

static int by_width(const void *a, const void *b) {
  const sx_account_input *x = a, *y = b;
  const double v = width(x), w = width(y), e = fabs(x->elasticity), f = fabs(y->elasticity);
  if (v != w) return v > w ? -1 : 1;
  if (e != f && !isnan(e) && !isnan(f)) return e > f ? -1 : 1;
  return strcmp(x->id, y->id);
}

static sx_status find_target(sense *s, const char *node, const char *scope, sx_error *err) {
  const sx_account *account = s->account;
  const ptrdiff_t at = node ? sx_accounts__find(account, node) : 0;
  if (at < 0) return sx_error_set(err, SX_E_DATA, node, "no node '%s' in the account", node);
  if (account->nodes[at].kind == SX_ACCOUNT_ADJUSTMENT)
    return sx_error_set(err, SX_E_DATA, node, "'%s' is an adjustment: name the leaf or branch that it adjusts", node);
  s->target = (size_t)at;
  s->scope = SX_ACCOUNTS__NONE;
  for (size_t k = 0; scope && k < account->n_scopes; k++)
    if (strcmp(account->scopes[k], scope) == 0) s->scope = (ptrdiff_t)k;
  if (scope && s->scope < 0) return sx_error_set(err, SX_E_DATA, scope, "no scope '%s' in the account", scope);
  return SX_OK;
}

static sx_status level_by_algebra(sense *s, sx_error *err) {
  sx_accounts__raw raw;
  sx_accounts__levels whole = {NULL, -1, SX_ACCOUNTS__CURRENT, NULL, NULL, NULL, NULL}, part = whole;
  SX_TRY(sx_accounts__raw_init(&raw, s->account, NULL, err));
  sx_status status = sx_accounts__levels_init(&whole, &raw, -1, SX_ACCOUNTS__CURRENT, NULL, err);
  if (status == SX_OK && s->scope >= 0)
    status = sx_accounts__levels_init(&part, &raw, s->scope, SX_ACCOUNTS__CURRENT, &whole, err);
  const sx_est *level = status == SX_OK ? (s->scope >= 0 ? &part : &whole)->level[s->target] : NULL;
  if (status == SX_OK && !level)
    status = sx_error_set(err, SX_E_DATA, s->account->nodes[s->target].id, "has nothing in the scope '%s'",
                          s->account->scopes[s->scope]);
  if (level) {
    s->est = sx_est_ref(level);
    s->result->level = sx_est_value(level);
    s->result->se = sx_est_se(level);
  }
  sx_accounts__levels_clear(&part);
  sx_accounts__levels_clear(&whole);
  sx_accounts__raw_clear(&raw);
  return status;
}

static sx_status allocate(sense *s, sx_error *err) {
  const sx_ctx *ctx = &s->account->ctx;
  const size_t n = s->account->n_nodes;
  s->result = sx_mem_zalloc(ctx, 1, sizeof *s->result);
  if (!s->result) return sx_error_memory(err);
  s->result->ctx = *ctx;
  s->raw = sx_mem_zalloc(ctx, 5 * n, sizeof *s->raw);
  s->in = sx_mem_zalloc(ctx, n, sizeof *s->in);
  s->of = sx_mem_zalloc(ctx, n * SX_ACCOUNTS__FACTORS, sizeof *s->of);
  if (!s->raw || !s->in || !s->of) return sx_error_memory(err);
  s->spend = s->raw + n;
  s->level = s->spend + n;
  s->whole = s->level + n;
  s->before = s->whole + n;
  return sx_accounts__order(&s->order, &s->n_order, s->account, err);
}

static sx_status analyse(sense *s, sx_error *err) {
  s->seed = SIZE_MAX;
  SX_TRY(level_by_algebra(s, err));
  (void)evaluate(s); /* finds what is in the scope */
  SX_TRY(find_inputs(s, err));
  s->at = sx_mem_alloc(&s->account->ctx, s->result->n_rows, sizeof *s->at);
  if (!s->at) return sx_error_memory(err);
  for (size_t k = 0; k < s->result->n_rows; k++) s->at[k] = s->result->rows[k].value;
  SX_TRY(derive(s, err));
  swing(s);
  if (s->result->n_rows) qsort(s->result->rows, s->result->n_rows, sizeof *s->result->rows, by_width);
  return SX_OK;
}

sx_status sx_account_get_sensitivity(sx_account_sensitivity **out, const sx_account *account, const char *node,
                                     const char *scope, sx_error *err) {
  if (!out || !account) return sx_error_set(err, SX_E_ARGUMENT, "", "out and account are needed");
  SX_TRY(sx_account_check(account, err));
  sense s = {.account = account};
  SX_TRY(find_target(&s, node, scope, err));
  sx_status status = allocate(&s, err);
  if (status == SX_OK) status = analyse(&s, err);
  const sx_ctx *ctx = &account->ctx;
  sx_mem_free(ctx, s.raw);
  sx_mem_free(ctx, s.in);
  sx_mem_free(ctx, s.of);
  sx_mem_free(ctx, s.at);
  sx_mem_free(ctx, s.order);
  sx_mem_free(ctx, s.uses);
  sx_est_free(s.est);
  if (status != SX_OK) {
    sx_account_sensitivity_free(s.result);
    return status;
  }
  *out = s.result;
  return SX_OK;
}

void sx_account_sensitivity_free(sx_account_sensitivity *sensitivity) {
  if (!sensitivity) return;
  const sx_ctx ctx = sensitivity->ctx;
  for (size_t k = 0; k < sensitivity->n_rows; k++) sx_mem_free(&ctx, sensitivity->rows[k].id);
  sx_mem_free(&ctx, sensitivity->rows);
  sx_mem_free(&ctx, sensitivity);
}
