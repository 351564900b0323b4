/* accounts_effects.c: the change of every node as effects of population, penetration, spend, price and adjustments.
 *
 * A source is a leaf, a product of factors, or an amount that is taken off. Its part of the level of a node above it is the product of its
 * factors and of all that multiplies it on the way; the change of that product is parted by accounts_shapley.c. A node's effect is the sum
 * over the sources under it. Without adjustments between them a node's parts are those of the leaf itself. */
#include <stdlib.h>
#include <string.h>

#include "accounts_compare_priv.h"

enum { N_EFFECTS = SX_ACCOUNT_EFFECT_LAST + 1 };

static const char *const effect_names[] = {"total", "population", "penetration", "spend",
                                           "price", "adjustment", "level",       "interaction"};

const char *sx_account_effect_name(sx_account_effect effect) {
  const size_t i = (size_t)effect;
  return i < N_EFFECTS ? effect_names[i] : "unknown";
}

/* What a source adds to the effect of a node. */
typedef struct entry {
  size_t node, effect, turn;
  sx_est *est; /* owned */
} entry;

typedef struct effect_work {
  sx_accounts__two two;
  sx_account_weighting weighting;
  sx_est *one;
  sx_expr *formula[SX_ACCOUNTS__SHAPLEY_MAX + 1][SX_ACCOUNTS__SHAPLEY_MAX]; /* [n factors][k]; made when needed */
  entry *entries;
  size_t n_entries, cap_entries;
  bool occurs[N_EFFECTS];
  sx_account_effects *result;
  size_t cap_rows;
} effect_work;

/* A leaf or an amount on its way up. */
typedef struct source {
  size_t node; /* where it is now, by the first account */
  sx_account_effect effect[SX_ACCOUNTS__SHAPLEY_MAX];
  sx_est *factor[2][SX_ACCOUNTS__SHAPLEY_MAX]; /* [before, after][n], owned */
  size_t n;
  sx_est *times[2];        /* all that multiplies it; NULL: 1 */
  sx_est *part[N_EFFECTS]; /* its effects at this node; NULL: none */
} source;

static void source_clear(source *s) {
  for (size_t k = 0; k < 2; k++) {
    for (size_t f = 0; f < s->n; f++) sx_est_free(s->factor[k][f]);
    sx_est_free(s->times[k]);
  }
  for (size_t e = 0; e < N_EFFECTS; e++) sx_est_free(s->part[e]);
}

/* ---- factors ------------------------------------------------------------------------------------------------------------------- */

static const sx_account_node *node_of(const effect_work *w, size_t which, size_t i) {
  return &w->two.account[which]->nodes[which ? w->two.of[i] : i];
}

static const sx_est *declared(const effect_work *w, size_t which, size_t i, sx_accounts__factor factor) {
  const sx_account *account = w->two.account[which];
  const ptrdiff_t at = sx_accounts__declares(account, which ? w->two.of[i] : i, factor);
  return at >= 0 ? account->nodes[at].est[factor] : NULL;
}

/* Takes both, also on failure. */
static void put_factor(source *s, sx_account_effect effect, sx_est *before, sx_est *after) {
  s->effect[s->n] = effect;
  s->factor[0][s->n] = before;
  s->factor[1][s->n] = after;
  s->n++;
}

static sx_est *ref_or_one(const effect_work *w, const sx_est *est) {
  return sx_est_ref(est ? est : w->one);
}

static void add_refs(source *s, const effect_work *w, sx_account_effect effect, const sx_est *const *est) {
  put_factor(s, effect, ref_or_one(w, est[0]), ref_or_one(w, est[1]));
}

/* The amount per head, or the total, in the prices of the base period. */
static sx_status add_amount(source *s, const effect_work *w, sx_account_effect effect, const sx_est *const *est,
                            const sx_est *const *price, sx_error *err) {
  sx_est *two[2] = {NULL, NULL};
  sx_status status = SX_OK;
  for (size_t k = 0; k < 2 && status == SX_OK; k++) {
    const sx_est *const values[] = {est[k], price[k]};
    if (price[k])
      status = sx_accounts__memo_formula(&two[k], w->two.memo, w->two.ctx, "a / b", values, 2, err);
    else
      two[k] = sx_est_ref(est[k]);
  }
  put_factor(s, effect, two[0], two[1]);
  return status;
}

static sx_status leaf_factors(source *s, const effect_work *w, size_t i, sx_error *err) {
  const sx_account_node *node[2] = {node_of(w, 0, i), node_of(w, 1, i)};
  const sx_est *price[2], *amount[2], *population[2], *penetration[2];
  const bool product = node[0]->est[SX_ACCOUNTS__POPULATION] != NULL;
  for (size_t k = 0; k < 2; k++) {
    const sx_accounts__raw *raw = &w->two.raw[k];
    price[k] = declared(w, k, i, SX_ACCOUNTS__PRICE);
    population[k] = node[k]->est[SX_ACCOUNTS__POPULATION];
    penetration[k] = node[k]->est[SX_ACCOUNTS__PENETRATION];
    amount[k] = (product ? raw->spend : raw->level)[k ? w->two.of[i] : i];
  }
  if (product) {
    add_refs(s, w, SX_ACCOUNT_EFFECT_POPULATION, population);
    add_refs(s, w, SX_ACCOUNT_EFFECT_PENETRATION, penetration);
  }
  SX_TRY(add_amount(s, w, product ? SX_ACCOUNT_EFFECT_SPEND : SX_ACCOUNT_EFFECT_LEVEL, amount, price, err));
  if (price[0] || price[1]) add_refs(s, w, SX_ACCOUNT_EFFECT_PRICE, price);
  for (size_t k = 0; k < 2; k++) {
    const sx_est *period = declared(w, k, i, SX_ACCOUNTS__PERIOD);
    if (period) s->times[k] = sx_est_ref(period);
  }
  return SX_OK;
}

/* ---- on the way up ---------------------------------------------------------------------------------------------------------------- */

static sx_status times(source *s, const effect_work *w, size_t which, const sx_account_node *adjustment,
                       sx_error *err) {
  static const char *const one[] = {"a", "1 / a", "1 - a"}, *const two[] = {"a * b", "b / a", "b * (1 - a)"};
  const sx_est *const values[] = {adjustment->est[SX_ACCOUNTS__ADJUST], s->times[which]};
  sx_est *product = NULL;
  const char *text = (s->times[which] ? two : one)[adjustment->adjustment];
  SX_TRY(sx_accounts__memo_formula(&product, w->two.memo, w->two.ctx, text, values, s->times[which] ? 2 : 1, err));
  sx_est_free(s->times[which]);
  s->times[which] = product;
  return SX_OK;
}

/* By the adjustments of node i that are declared after `after`; *changed tells whether there are any. */
static sx_status climb(bool *changed, source *s, const effect_work *w, size_t i, ptrdiff_t after, sx_error *err) {
  const sx_account *account = w->two.account[0];
  for (ptrdiff_t j = account->nodes[i].first_child; j >= 0; j = account->nodes[j].next) {
    const sx_account_node *node = &account->nodes[j];
    if (node->kind != SX_ACCOUNT_ADJUSTMENT || node->adjustment == SX_ACCOUNT_AMOUNT || j <= after) continue;
    for (size_t k = 0; k < 2; k++) SX_TRY(times(s, w, k, node_of(w, k, (size_t)j), err));
    *changed = true;
  }
  return SX_OK;
}

static sx_status formula_of(const sx_expr **out, effect_work *w, size_t n, size_t k, sx_error *err) {
  if (!w->formula[n][k]) SX_TRY(sx_accounts__shapley(&w->formula[n][k], w->two.ctx, n, k, w->weighting, err));
  *out = w->formula[n][k];
  return SX_OK;
}

static sx_status part_of(sx_est **out, effect_work *w, const source *s, size_t n, size_t k, sx_error *err) {
  const char *names[2 * SX_ACCOUNTS__SHAPLEY_MAX];
  const sx_est *values[2 * SX_ACCOUNTS__SHAPLEY_MAX];
  const sx_expr *formula = NULL;
  SX_TRY(formula_of(&formula, w, n, k, err));
  for (size_t f = 0; f < n; f++) {
    names[2 * f] = sx_accounts__shapley_before[f];
    names[2 * f + 1] = sx_accounts__shapley_after[f];
    values[2 * f] = s->factor[0][f];
    values[2 * f + 1] = s->factor[1][f];
  }
  SX_TRY(sx_accounts__memo_expr(out, w->two.memo, w->two.ctx, formula, names, values, 2 * n, err));
  sx_est_need_errors(*out, values, 2 * n);
  return SX_OK;
}

/* All of what an amount does is adjustment: the change of the amount times what multiplies it. */
static sx_status amount_part(source *s, const effect_work *w, sx_error *err) {
  sx_est **part = &s->part[SX_ACCOUNT_EFFECT_ADJUSTMENT];
  const sx_est *const values[] = {s->factor[0][0], s->factor[1][0], s->times[0] ? s->times[0] : w->one,
                                  s->times[1] ? s->times[1] : w->one};
  sx_est_free(*part);
  *part = NULL;
  SX_TRY(sx_accounts__memo_formula(part, w->two.memo, w->two.ctx, "b * d - a * c", values, 4, err));
  sx_est_need_errors(*part, values, 4);
  return SX_OK;
}

static sx_status make_parts(source *s, effect_work *w, sx_error *err) {
  if (s->effect[0] == SX_ACCOUNT_EFFECT_ADJUSTMENT) return amount_part(s, w, err);
  const size_t own = s->n;
  sx_status status = SX_OK;
  if (s->times[0] || s->times[1])
    add_refs(s, w, SX_ACCOUNT_EFFECT_ADJUSTMENT, (const sx_est *const[]){s->times[0], s->times[1]});
  for (size_t k = 0; status == SX_OK && k < s->n; k++) {
    sx_est **part = &s->part[s->effect[k]];
    sx_est_free(*part);
    *part = NULL;
    status = part_of(part, w, s, s->n, k, err);
  }
  while (s->n > own) {
    s->n--;
    sx_est_free(s->factor[0][s->n]);
    sx_est_free(s->factor[1][s->n]);
  }
  return status;
}

static sx_status keep_parts(effect_work *w, const source *s, sx_error *err) {
  for (size_t e = 0; e < N_EFFECTS; e++) {
    if (!s->part[e]) continue;
    if (!sx_mem_grow(w->two.ctx, (void **)&w->entries, &w->cap_entries, w->n_entries + 1, sizeof *w->entries))
      return sx_error_memory(err);
    w->entries[w->n_entries] = (entry){s->node, e, w->n_entries, sx_est_ref(s->part[e])};
    w->n_entries++;
    w->occurs[e] = true;
  }
  return SX_OK;
}

static sx_status follow(effect_work *w, source *s, ptrdiff_t after, sx_error *err) {
  bool changed = true;
  SX_TRY(climb(&changed, s, w, s->node, after, err));
  for (;;) {
    if (changed) SX_TRY(make_parts(s, w, err));
    SX_TRY(keep_parts(w, s, err));
    const ptrdiff_t up = w->two.account[0]->nodes[s->node].parent;
    if (up < 0) return SX_OK;
    s->node = (size_t)up;
    changed = false;
    SX_TRY(climb(&changed, s, w, s->node, SX_ACCOUNTS__NONE, err));
  }
}

static sx_status walk_sources(effect_work *w, sx_error *err) {
  const sx_account *account = w->two.account[0];
  for (size_t i = 0; i < account->n_nodes; i++) {
    const sx_account_node *node = &account->nodes[i];
    const bool amount = node->kind == SX_ACCOUNT_ADJUSTMENT && node->adjustment == SX_ACCOUNT_AMOUNT;
    const sx_est *const level[] = {sx_accounts__two_level(&w->two, 0, SX_ACCOUNTS__CURRENT, i),
                                   sx_accounts__two_level(&w->two, 1, SX_ACCOUNTS__CURRENT, i)};
    if (!level[0] || !(amount || node->kind == SX_ACCOUNT_LEAF)) continue;
    source s = {.node = amount ? (size_t)node->parent : i};
    sx_status status = SX_OK;
    if (amount)
      add_refs(&s, w, SX_ACCOUNT_EFFECT_ADJUSTMENT, level);
    else
      status = leaf_factors(&s, w, i, err);
    if (status == SX_OK) status = follow(w, &s, amount ? (ptrdiff_t)i : SX_ACCOUNTS__NONE, err);
    source_clear(&s);
    if (status != SX_OK) {
      sx_error_add_where(err, "%s", node->id);
      return status;
    }
  }
  return SX_OK;
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b) {
  const entry *x = a, *y = b;
  if (x->node != y->node) return x->node < y->node ? -1 : 1;
  if (x->effect != y->effect) return x->effect < y->effect ? -1 : 1;
  return x->turn < y->turn ? -1 : 1;
}

static void drop_entries(effect_work *w) {
  for (size_t k = 0; k < w->n_entries; k++) sx_est_free(w->entries[k].est);
  w->n_entries = 0;
}

/* The sum of the entries from *at on that are of this node and effect; 0 where there are none. */
static sx_status sum_entries(sx_est **out, size_t *at, const effect_work *w, size_t node, size_t effect,
                             sx_error *err) {
  size_t n = 0;
  const sx_est **parts = sx_mem_alloc(w->two.ctx, w->n_entries, sizeof *parts);
  if (!parts) return sx_error_memory(err);
  while (*at < w->n_entries && w->entries[*at].node == node && w->entries[*at].effect == effect)
    parts[n++] = w->entries[(*at)++].est;
  const sx_status status = n > 0 ? sx_accounts__memo_linear(out, w->two.memo, w->two.ctx, NULL, parts, n, err)
                                 : sx_est_constant(out, w->two.ctx, 0, err);
  sx_mem_free(w->two.ctx, (void *)parts);
  return status;
}

static void row_clear(const sx_account_effect_row *row) {
  sx_est_free(row->est);
  sx_est_free(row->share);
  sx_est_free(row->root);
}

/* Takes est, also on failure. */
static sx_status add_row(effect_work *w, size_t i, ptrdiff_t scope, size_t effect, sx_est *est, const sx_est *change,
                         sx_error *err) {
  sx_account_effects *result = w->result;
  const sx_account *account = w->two.account[0];
  const sx_account_node *node = &account->nodes[i];
  const sx_est *const of_change[] = {est, change};
  sx_account_effect_row row = {.id = node->id,
                               .parent = node->parent >= 0 ? account->nodes[node->parent].id : NULL,
                               .depth = node->depth,
                               .scope = scope >= 0 ? account->scopes[scope] : NULL,
                               .kind = node->kind,
                               .effect = (sx_account_effect)effect,
                               .est = est,
                               .root = sx_est_ref(sx_accounts__two_level(&w->two, 0, SX_ACCOUNTS__CURRENT, 0))};
  sx_status status = SX_OK;
  if (effect != SX_ACCOUNT_EFFECT_TOTAL)
    status = sx_accounts__memo_formula_late(&row.share, w->two.memo, w->two.ctx, "a / b", of_change, 2, err);
  if (status == SX_OK &&
      !sx_mem_grow(w->two.ctx, (void **)&result->rows, &w->cap_rows, result->n_rows + 1, sizeof *result->rows))
    status = sx_error_memory(err);
  if (status == SX_OK) {
    result->rows[result->n_rows++] = row;
    return SX_OK;
  }
  row_clear(&row);
  return status;
}

/* What the effects leave of the change; effects [n]. */
static sx_status interaction(sx_est **out, const effect_work *w, const sx_est *change, size_t n_effects,
                             sx_error *err) {
  const sx_est *values[N_EFFECTS + 1] = {change};
  double coefficients[N_EFFECTS + 1] = {1};
  for (size_t k = 0; k < n_effects; k++) {
    values[k + 1] = w->result->rows[w->result->n_rows - n_effects + k].est;
    coefficients[k + 1] = -1;
  }
  return sx_accounts__memo_linear(out, w->two.memo, w->two.ctx, coefficients, values, n_effects + 1, err);
}

static sx_status effect_rows(effect_work *w, size_t i, ptrdiff_t scope, size_t *at, const sx_est *change,
                             sx_error *err) {
  size_t n = 0;
  SX_TRY(add_row(w, i, scope, SX_ACCOUNT_EFFECT_TOTAL, sx_est_ref(change), change, err));
  for (size_t e = 1; e < N_EFFECTS; e++) {
    if (!w->occurs[e]) continue;
    sx_est *sum = NULL;
    SX_TRY(sum_entries(&sum, at, w, i, e, err));
    SX_TRY(add_row(w, i, scope, e, sum, change, err));
    n++;
  }
  if (w->weighting != SX_ACCOUNT_AT_BEFORE) return SX_OK;
  sx_est *left = NULL;
  SX_TRY(interaction(&left, w, change, n, err));
  return add_row(w, i, scope, SX_ACCOUNT_EFFECT_INTERACTION, left, change, err);
}

static sx_status effect_scope(effect_work *w, ptrdiff_t scope, sx_error *err) {
  const sx_account *account = w->two.account[0];
  drop_entries(w);
  memset(w->occurs, 0, sizeof w->occurs);
  SX_TRY(sx_accounts__two_scope(&w->two, scope, err));
  SX_TRY(walk_sources(w, err));
  if (w->n_entries) qsort(w->entries, w->n_entries, sizeof *w->entries, by_place);
  for (size_t i = 0, at = 0; i < account->n_nodes; i++) {
    const sx_est *const level[] = {sx_accounts__two_level(&w->two, 0, SX_ACCOUNTS__CURRENT, i),
                                   sx_accounts__two_level(&w->two, 1, SX_ACCOUNTS__CURRENT, i)};
    if (!level[0] || account->nodes[i].kind == SX_ACCOUNT_ADJUSTMENT) continue;
    const double sign[] = {-1, 1};
    sx_est *change = NULL;
    SX_TRY(sx_accounts__memo_linear(&change, w->two.memo, w->two.ctx, sign, level, 2, err));
    sx_est_need_errors(change, level, 2);
    const sx_status status = effect_rows(w, i, scope, &at, change, err);
    sx_est_free(change);
    SX_TRY(status);
  }
  return SX_OK;
}

static void work_clear(effect_work *w) {
  drop_entries(w);
  if (w->two.ctx) sx_mem_free(w->two.ctx, w->entries);
  sx_est_free(w->one);
  sx_accounts__two_clear(&w->two); /* its memo knows the formulas by their addresses */
  for (size_t n = 0; n <= SX_ACCOUNTS__SHAPLEY_MAX; n++)
    for (size_t k = 0; k < SX_ACCOUNTS__SHAPLEY_MAX; k++) sx_expr_free(w->formula[n][k]);
}

sx_status sx_account_decompose(sx_account_effects **out, const sx_account *before, const sx_account *after,
                               const sx_link *link, sx_account_weighting weighting, sx_error *err) {
  if (!out) return sx_error_set(err, SX_E_ARGUMENT, "", "out is NULL");
  if ((unsigned)weighting > SX_ACCOUNT_AT_BEFORE)
    return sx_error_set(err, SX_E_ARGUMENT, "weighting", "%d is no weighting of effects", (int)weighting);
  effect_work w = {.weighting = weighting};
  sx_status status = sx_accounts__two_init(&w.two, before, after, link, err);
  if (status == SX_OK) status = sx_est_constant(&w.one, w.two.ctx, 1, err);
  if (status == SX_OK) {
    w.result = sx_mem_zalloc(w.two.ctx, 1, sizeof *w.result);
    if (w.result)
      w.result->ctx = *w.two.ctx;
    else
      status = sx_error_memory(err);
  }
  for (ptrdiff_t s = -1; status == SX_OK && s < (ptrdiff_t)before->n_scopes; s++) status = effect_scope(&w, s, err);
  work_clear(&w);
  if (status != SX_OK) {
    sx_account_effects_free(w.result);
    return status;
  }
  *out = w.result;
  return SX_OK;
}

void sx_account_effects_free(sx_account_effects *effects) {
  if (!effects) return;
  const sx_ctx ctx = effects->ctx;
  for (size_t i = 0; i < effects->n_rows; i++) row_clear(&effects->rows[i]);
  sx_mem_free(&ctx, effects->rows);
  sx_mem_free(&ctx, effects);
}

sx_status sx_account_effect_contribution(sx_est **out, const sx_account_effects *effects,
                                         const sx_account_effect_row *row, sx_error *err) {
  if (!out || !effects || !row) return sx_error_set(err, SX_E_ARGUMENT, "", "effects and one of their rows are needed");
  const sx_est *const values[] = {row->est, row->root};
  return sx_accounts__formula(out, &effects->ctx, "a / b", values, 2, false, err);
}
