/* study_account_rows.c: rows of accounts into the store: levels, shares and what else a tree has, in the whole, in scopes and in groups. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study_account.h"
#include "study_balance.h"
#include "study_kind.h"
#include "study_names.h"

static const double MANY_DF = 1e9;

/* ---- carriers ------------------------------------------------------------------------------------------------------------- */

static bool asks_for(const st_formula *f, const st_account_run *w, const char *node, const char *domain,
                     const char *statistic, bool levels, const st_domain *by, size_t n_by) {
  const sx_study *s = w->r->s;
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind != ST_OPERAND_ACCOUNT || op->index != w->index) continue;
    if (strcmp(s->accounts[w->index].nodes[op->node].id, node) != 0 || strcmp(op->statistic, statistic) != 0) continue;
    if (op->levels || levels) {
      if (op->levels && levels && study__level_asked(s, op->levels, domain)) return true;
      continue;
    }
    if (op->scope) {
      if (strncmp(domain, "scope:", 6) == 0 && strcmp(domain + 6, op->scope) == 0) return true;
      continue;
    }
    for (size_t k = 0; op->own && k < n_by; k++)
      if (study__level_asked(s, &by[k], domain)) return true;
    const char *own = study__domain_text(s, &op->domain, w->r->arena);
    if (own && strcmp(own, domain) == 0) return true;
  }
  return false;
}

/* Whether some formula or other account rests on this very row. */
static bool is_operand(const st_account_run *w, const char *node, const char *domain, const char *statistic) {
  const sx_study *s = w->r->s;
  for (size_t i = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    if (asks_for(&ind->formula, w, node, domain, statistic, false, ind->by, ind->n_by)) return true;
  }
  for (size_t i = 0; i < s->n_accounts; i++) {
    const st_formula *f = NULL;
    bool domains = false;
    for (size_t k = 0; (f = study__account_formula(&s->accounts[i], k, &domains)) != NULL; k++) {
      const st_account *a = &s->accounts[i];
      if (asks_for(f, w, node, domain, statistic, false, a->domains, domains ? a->n_domains : 0)) return true;
    }
  }
  const st_formula *f = NULL;
  for (size_t i = 0; (f = study__balance_formula(s, i)) != NULL; i++)
    if (asks_for(f, w, node, domain, statistic, false, NULL, 0)) return true;
  return false;
}

/* Whether a balance takes the row as one level of a figure: kept in memory alone, for there may be very many. */
static bool is_level(const st_account_run *w, const char *node, const char *domain, const char *statistic) {
  const st_formula *f = NULL;
  for (size_t i = 0; (f = study__balance_formula(w->r->s, i)) != NULL; i++)
    if (asks_for(f, w, node, domain, statistic, true, NULL, 0)) return true;
  return false;
}

/* ---- one row ----------------------------------------------------------------------------------------------------------------- */

static bool is_difference(const char *statistic) {
  static const char *const words[] = {"gap",    "growth",    "contribution", "share_of_change", "structure_difference",
                                      "effect", "constant_", "price_"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strncmp(statistic, words[i], strlen(words[i])) == 0) return true;
  }
  return false;
}

/* What a series of waves takes from an account: levels and shares of the whole and of its scopes. */
static bool is_followed(const st_account_put *put) {
  bool measure = false;
  for (int m = SX_ACCOUNT_LEVEL; m <= SX_ACCOUNT_SHARE_OF_BENCHMARK; m++)
    measure = measure || strcmp(put->statistic, sx_account_measure_name((sx_account_measure)m)) == 0;
  measure = measure || strcmp(put->statistic, sx_account_measure_name(SX_ACCOUNT_CONSTANT)) == 0;
  return measure && (put->where->n == 0 || strcmp(put->where->terms[0].variable, "scope") == 0);
}

sx_status study__put_account_row(const st_account_run *w, const st_account_put *put, sx_error *err) {
  st_run *r = w->r;
  sx_est_row out = {.estimate = (double)NAN};
  sx_status status = SX_OK;
  int64_t id = 0;
  const char *indicator = sx_arena_printf(r->arena, "%s/%s", w->a->id, put->node);
  if (!indicator) return sx_error_memory(err);
  if (put->row) {
    out = *put->row;
  } else {
    SX_TRY(sx_est_describe(&out, put->est, false, &w->options, err));
  }
  out.n = 0;
  out.deff = out.n_eff = (double)NAN;
  if (out.df > MANY_DF) out.df = (double)INFINITY; /* Satterthwaite's over a source whose share is rounding */
  const st_put row = {.step = w->step,
                      .indicator = indicator,
                      .statistic = put->statistic,
                      .unit = put->unit,
                      .where = put->where,
                      .row = &out,
                      .difference = is_difference(put->statistic),
                      .mark = put->mark,
                      .method = put->method};
  if (!r->again) status = study__put(&id, r, &row, err);
  const sx_est *est = put->est ? put->est : out.est;
  const bool operand = est && is_operand(w, put->node, put->where->name, put->statistic);
  const bool followed = est && w->a->followed && is_followed(put);
  if (status == SX_OK && operand && !r->again) status = study__put_carrier(r, id, est, err);
  if (status == SX_OK && est && (operand || followed || is_level(w, put->node, put->where->name, put->statistic))) {
    const char *name = sx_arena_printf(r->arena, "%s|%s|%s", indicator, put->where->name, put->statistic);
    status = name ? study__keep_value(r, name, (sx_est *)(uintptr_t)est, err) : sx_error_memory(err);
    if (status == SX_OK) r->values[r->n_values - 1].model = put->mark && strstr(put->mark, "model");
  }
  if (!put->row) sx_est_free(out.est);
  return status;
}

/* ---- a computed tree ------------------------------------------------------------------------------------------------------------ */

/* A penetration that is no plain share may be estimated outside 0 to 1, a spend below 0: the level is then marked. */
static sx_status out_of_range(bool *out, const st_account_run *w, const char *id, const char *domain, sx_error *err) {
  const size_t at = study__find_node(w->a, id);
  *out = false;
  if (at == ST_NONE || !w->a->nodes[at].leaf) return SX_OK;
  const st_formula *const list[] = {&w->a->nodes[at].penetration, &w->a->nodes[at].spend};
  for (size_t i = 0; i < 2; i++) {
    sx_est *est = NULL;
    const st_operand *op = list[i]->n == 1 ? &list[i]->operands[0] : NULL;
    const char *text = list[i]->value.expr ? sx_expr_text(list[i]->value.expr) : NULL;
    const bool plain = op && text && strcmp(text, op->name) == 0 && op->kind == ST_OPERAND_INDICATOR;
    if (!text || (plain && i == 0 && w->r->s->indicators[op->index].kind->shares)) continue; /* within by itself */
    SX_TRY(study__formula_value(&est, w->r, list[i], domain, err));
    const double v = sx_est_value(est);
    *out = *out || v < 0 || (i == 0 && v > 1);
    sx_est_free(est);
  }
  return SX_OK;
}

/* Marks of docs/study-file.md, "Quality". */
static const char *marks_of(char out[80], const sx_account_row *row, bool range) {
  size_t n = 0;
  out[0] = '\0';
  if ((row->flags & SX_ACCOUNT_SECOND_ORDER) && row->se > 0)
    n += (size_t)snprintf(out, 80, "product term %.1f%%", 100 * row->second_order / (row->se * row->se));
  if (row->flags & SX_ACCOUNT_MODEL_BASED) n += (size_t)snprintf(out + n, 80 - n, "%smodel", n ? ";" : "");
  if (row->flags & SX_ACCOUNT_WEAK) n += (size_t)snprintf(out + n, 80 - n, "%sweak", n ? ";" : "");
  if (range) (void)snprintf(out + n, 80 - n, "%srange", n ? ";" : "");
  return out;
}

static bool is_amount(sx_account_measure m) {
  return m != SX_ACCOUNT_SHARE_OF_PARENT && m != SX_ACCOUNT_SHARE_OF_TOTAL && m != SX_ACCOUNT_SHARE_OF_BENCHMARK;
}

static sx_status put_row(const st_account_run *w, const sx_account_row *row, const st_where *where, sx_error *err) {
  st_run *r = w->r;
  st_where at = *where;
  char mark[80];
  sx_est_row out = {.estimate = (double)NAN};
  if (row->scope) {
    at.terms[at.n++] = (sx_store_term){"scope", row->scope, {"范围", "scope"}, {row->scope, row->scope}};
    at.name = sx_arena_printf(r->arena, "scope:%s", row->scope);
    if (!at.name) return sx_error_memory(err);
  }
  bool range = false;
  if (row->measure == SX_ACCOUNT_LEVEL && !row->scope)
    SX_TRY(out_of_range(&range, w, row->id, where->n ? where->name : "total", err));
  SX_TRY(sx_account_describe(&out, row, &w->options, err));
  const st_account_put put = {.node = row->id,
                              .statistic = sx_account_measure_name(row->measure),
                              .unit = is_amount(row->measure) ? w->a->unit : NULL,
                              .where = &at,
                              .row = &out,
                              .mark = marks_of(mark, row, range),
                              .method = row->flags & SX_ACCOUNT_MODEL_BASED ? "small areas" : NULL};
  const sx_status status = study__put_account_row(w, &put, err);
  sx_est_free(out.est);
  return status;
}

sx_status study__put_account_result(const st_account_run *w, const sx_account_result *result, const st_where *where,
                                    sx_error *err) {
  for (size_t i = 0; i < result->n_rows; i++) {
    if (where->n && result->rows[i].scope) continue;
    SX_TRY(put_row(w, &result->rows[i], where, err));
  }
  return SX_OK;
}
