/* study_disclosure_leaves.c: leaves of accounts that are totals of the data, and medians of banner tables: judged by the cases as the results of indicators
 * are. */
#include "study_disclosure.h"
#include "study_kind.h"
#include "study_names.h"
#include "study_waves.h"

#include <string.h>

#include "shuxiao/estimate_mean.h"

/* ---- leaves ------------------------------------------------------------------------------------------------------------------------------ */

/* *level: its protection where it is an amount that a few make up; else 0. */
static sx_status largest_of(double *level, bool *fails, const dc_cases *c, const st_node *node, const st_run *of,
                            sx_error *err) {
  const sx_release_rules *rules = &c->d->own->rules;
  const size_t k = study__dc_largest(rules);
  double weight = 0, sum = 0, *top = sx_arena_zalloc(c->d->arena, k + 1, sizeof *top);
  size_t n = 0;
  bool amount = false;
  sx_column *y = NULL;
  if (!study__dc_amount_rules(rules)) return SX_OK;
  if (!top) return sx_error_memory(err);
  SX_TRY(sx_expr_eval(&y, node->data_total.expr, of->unit, "y", err));
  sx_contributions made = {.weight = &weight, .sum = &sum, .top = top, .n = &n, .amount = &amount};
  const sx_est_request request = {.stat = SX_STAT_TOTAL, .y = y};
  const sx_status status = sx_estimate_contributions(&made, of->design, &request, k, err);
  if (status == SX_OK && amount) *fails = study__dc_fails(level, rules, sum, (double)n, top, k);
  sx_column_free(sx_table_ctx(of->unit), y);
  return status;
}

/* Leaves of an account that are totals of the data: as an indicator's total would be. */
static sx_status mark_leaf(dc_cases *c, const st_account *a, const st_node *node, const st_run *of, sx_error *err) {
  dc_run *d = c->d;
  st_measure m = {.type = ST_NUMBER, .e = node->data_total};
  const char *id = sx_arena_printf(d->arena, "%s/%s", a->id, node->id);
  if (!id) return sx_error_memory(err);
  const st_indicator as = {.id = id, .kind = &study__kind_total, .measures = &m, .n_measures = 1};
  SX_TRY(study__dc_mark_indicator(c, &as, of, err));
  double level = 0;
  bool fails = false;
  SX_TRY(largest_of(&level, &fails, c, node, of, err));
  for (size_t i = 0; i < d->n_rows; i++) {
    dc_row *row = &d->rows[i];
    if (strcmp(row->indicator, id) != 0 || c->of[row->domain] != of || study__dc_compares(row->statistic)) continue;
    row->leaf = row->few || fails;
    if (!fails) continue;
    row->level = level;
    SX_TRY(study__dc_hide_pair(d, id, row->domain, err));
  }
  return SX_OK;
}

sx_status study__dc_mark_leaves(dc_cases *c, sx_error *err) {
  st_run *r = c->d->r;
  for (size_t i = 0; i < r->plan->n; i++) {
    const st_step *step = &r->plan->steps[i];
    if (step->kind != ST_STEP_ACCOUNT) continue;
    st_run *of = (st_run *)(uintptr_t)study__run_of(r, step);
    const st_account *a = &of->s->accounts[step->index];
    for (size_t k = 0; k < a->n_nodes; k++) {
      if (!a->nodes[k].data_total.expr) continue;
      SX_TRY(study__materialise(of, err));
      SX_TRY(mark_leaf(c, a, &a->nodes[k], of, err));
    }
  }
  return SX_OK;
}

bool study__dc_of_leaf(const dc_run *d, const dc_row *leaf, const st_indicator *ind) {
  const sx_study *s = d->r->s;
  const char *slash = strchr(leaf->indicator, '/');
  const size_t a = slash ? study__find_account(s, leaf->indicator, (size_t)(slash - leaf->indicator)) : ST_NONE;
  const size_t k = a == ST_NONE ? ST_NONE : study__find_node(&s->accounts[a], slash + 1);
  const sx_expr *e = k == ST_NONE ? NULL : s->accounts[a].nodes[k].data_total.expr;
  for (size_t i = 0; e && i < sx_expr_names(e); i++)
    if (study__dc_uses(s, ind, sx_expr_name(e, i))) return true;
  return false;
}

/* ---- medians ----------------------------------------------------------------------------------------------------------------------------- */

sx_status study__dc_mark_medians(dc_cases *c, sx_error *err) {
  dc_run *d = c->d;
  for (size_t i = 0; i < d->n_banner; i++) {
    dc_banner *b = &d->banner[i];
    const st_run *of = c->of[b->domain];
    const sx_column *y = b->kind == 'D' && of ? sx_table_find(of->unit, *b->row ? b->row : b->question) : NULL;
    if (!y || b->hidden || (y->type != SX_NUMBER && y->type != SX_INTEGER)) continue;
    const dc_values v = {y, c->mask[b->domain], NULL, sx_design_weights(of->design), sx_table_rows(of->unit)};
    SX_TRY(study__dc_median_few(&b->order, d, &v, err));
    b->hidden = b->order;
    d->n_small += b->order;
  }
  return SX_OK;
}
