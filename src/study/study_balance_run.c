/* study_balance_run.c: balances computed, their rows, and the table that shows them.
 *
 * A figure that has no value or no error leaves nothing to weigh the others against: then all rows of the balance are missing, for its
 * reason. Contradictory identities and bounds that cannot hold end the run, at their place in the study file. */
#include "study_balance.h"
#include "study_blocks.h"
#include "study_names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const study__balance_stats[] = {"balanced", "before", "moved_se", "standardised", "at_bound", NULL};

/* ---- the problem ---------------------------------------------------------------------------------------------------------- */

typedef struct part { /* one figure of the problem */
  size_t figure;
  const st_where *where;
  sx_est *est;
  bool model; /* it rests on a small-area estimate */
} part;

typedef struct work {
  st_run *r;
  const struct st_balance *b;
  part *parts;
  size_t n, cap;
  size_t *first; /* [n_figures + 1] */
  sx_balance_figure *figures;
  const sx_est **values;
  sx_balance_identity *identities;
  size_t n_identities;
  bool *held; /* [n] */
  sx_na na;   /* why nothing can be balanced */
} work;

static const st_where whole = {.n = 0, .name = "total"};

static sx_status rests_on_model(bool *out, const st_run *r, const st_formula *f, const char *domain, sx_error *err) {
  for (size_t i = 0; i < f->n && !*out; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind != ST_OPERAND_ACCOUNT || !op->levels) continue;
    const st_account *a = &r->s->accounts[op->index];
    const char *name = sx_arena_printf(r->arena, "%s/%s|%s|%s", a->id, a->nodes[op->node].id, domain, op->statistic);
    if (!name) return sx_error_memory(err);
    for (size_t k = 0; k < r->n_values && !*out; k++) *out = r->values[k].model && strcmp(r->values[k].name, name) == 0;
  }
  return SX_OK;
}

static sx_status add_part(work *w, size_t figure, const st_where *where, sx_error *err) {
  if (!sx_mem_grow(&w->r->ctx, (void **)&w->parts, &w->cap, w->n + 1, sizeof *w->parts)) return sx_error_memory(err);
  part *p = &w->parts[w->n++];
  *p = (part){figure, where, NULL, false};
  SX_TRY(study__formula_value(&p->est, w->r, &w->b->figures[figure].value, where->name, err));
  SX_TRY(rests_on_model(&p->model, w->r, &w->b->figures[figure].value, where->name, err));
  if (w->na != SX_NA_NONE) return SX_OK;
  if (isnan(sx_est_value(p->est)))
    w->na = sx_est_na(p->est) == SX_NA_NONE ? SX_NA_OPERAND : sx_est_na(p->est);
  else if (!(sx_est_df(p->est) >= 1) || !isfinite(sx_est_variance(p->est)))
    w->na = SX_NA_TOO_FEW_PSU;
  return SX_OK;
}

static sx_status collect(work *w, sx_error *err) {
  const struct st_balance *b = w->b;
  w->first = sx_arena_zalloc(w->r->arena, b->n_figures + 1, sizeof *w->first);
  if (!w->first) return sx_error_memory(err);
  for (size_t i = 0; i < b->n_figures; i++) {
    st_where *list = NULL;
    size_t n = 0;
    if (!b->figures[i].grouped) {
      SX_TRY(add_part(w, i, &whole, err));
    } else {
      SX_TRY(study__expand(&list, &n, w->r, &b->figures[i].by, err));
      for (size_t k = 0; k < n; k++) SX_TRY(add_part(w, i, &list[k], err));
    }
    w->first[i + 1] = w->n;
  }
  return SX_OK;
}

static sx_status set_figures(work *w, sx_error *err) {
  sx_arena *arena = w->r->arena;
  w->figures = sx_arena_zalloc(arena, w->n, sizeof *w->figures);
  w->values = sx_arena_zalloc(arena, w->n, sizeof *w->values);
  w->held = sx_arena_zalloc(arena, w->n, sizeof *w->held);
  if (!w->figures || !w->values || !w->held) return sx_error_memory(err);
  for (size_t j = 0; j < w->n; j++) {
    const st_balanced *f = &w->b->figures[w->parts[j].figure];
    const char *id = f->grouped ? sx_arena_printf(arena, "%s:%s", f->id, w->parts[j].where->name) : f->id;
    if (!id) return sx_error_memory(err);
    w->figures[j] = (sx_balance_figure){id, 0, 0, f->lower, f->upper};
    w->values[j] = w->parts[j].est;
    w->held[j] = f->held;
  }
  return SX_OK;
}

/* One identity for every level; the levels of all its figures are in one order. */
static sx_status each_level(work *w, const st_identity *id, sx_error *err) {
  const size_t first = id->n_terms ? id->terms[0].figure : 0,
               n = id->n_terms ? w->first[first + 1] - w->first[first] : 0;
  for (size_t i = 0; i < n; i++) {
    sx_balance_term *terms = sx_arena_zalloc(w->r->arena, id->n_terms, sizeof *terms);
    const char *name = sx_arena_printf(w->r->arena, "%s:%s", id->id, w->parts[w->first[first] + i].where->name);
    if (!terms || !name) return sx_error_memory(err);
    for (size_t e = 0; e < id->n_terms; e++)
      terms[e] = (sx_balance_term){w->first[id->terms[e].figure] + i, id->terms[e].coefficient};
    w->identities[w->n_identities++] = (sx_balance_identity){name, terms, id->n_terms, id->constant};
  }
  return SX_OK;
}

static size_t count_identities(const work *w) {
  size_t n = 0;
  for (size_t k = 0; k < w->b->n_identities; k++) {
    const st_identity *id = &w->b->identities[k];
    const size_t f = id->n_terms ? id->terms[0].figure : 0;
    n += id->each && id->n_terms ? w->first[f + 1] - w->first[f] : 1;
  }
  return n;
}

static sx_status set_identities(work *w, sx_error *err) {
  const struct st_balance *b = w->b;
  w->identities = sx_arena_zalloc(w->r->arena, count_identities(w), sizeof *w->identities);
  if (!w->identities) return sx_error_memory(err);
  for (size_t k = 0; k < b->n_identities; k++) {
    const st_identity *id = &b->identities[k];
    size_t n = 0;
    if (id->each) {
      SX_TRY(each_level(w, id, err));
      continue;
    }
    for (size_t e = 0; e < id->n_terms; e++) n += w->first[id->terms[e].figure + 1] - w->first[id->terms[e].figure];
    sx_balance_term *terms = sx_arena_zalloc(w->r->arena, n, sizeof *terms);
    if (!terms) return sx_error_memory(err);
    n = 0;
    for (size_t e = 0; e < id->n_terms; e++)
      for (size_t j = w->first[id->terms[e].figure]; j < w->first[id->terms[e].figure + 1]; j++)
        terms[n++] = (sx_balance_term){j, id->terms[e].coefficient};
    w->identities[w->n_identities++] = (sx_balance_identity){id->id, terms, n, id->constant};
  }
  return SX_OK;
}

/* The node that an error of the library is about. */
static const sx_node *node_of(const work *w, const sx_error *err) {
  for (size_t k = 0; err && strncmp(err->where, "identity ", 9) == 0 && k < w->b->n_identities; k++) {
    const size_t n = strlen(w->b->identities[k].id);
    const char *rest = strncmp(w->b->identities[k].id, err->where + 9, n) == 0 ? err->where + 9 + n : NULL;
    if (rest && (*rest == '\0' || (*rest == ':' && w->b->identities[k].each))) return w->b->identities[k].node;
  }
  for (size_t j = 0; err && w->figures && strncmp(err->where, "figure ", 7) == 0 && j < w->n; j++)
    if (strcmp(w->figures[j].id, err->where + 7) == 0) return w->b->figures[w->parts[j].figure].node;
  return w->b->node;
}

/* ---- rows -------------------------------------------------------------------------------------------------------------------- */

static sx_status put_estimate(work *w, const part *p, const char *statistic, const sx_est *est, const char *mark,
                              sx_error *err) {
  st_run *r = w->r;
  const st_balanced *f = &w->b->figures[p->figure];
  sx_est_options options = SX_EST_OPTIONS_INIT;
  options.ci_level = r->s->est.ci_level;
  options.df = r->s->est.df;
  const char *id = sx_arena_printf(r->arena, "%s/%s", w->b->id, f->id);
  const char *step = sx_arena_printf(r->arena, "balance:%s", w->b->id);
  sx_est_row row = {.estimate = (double)NAN};
  int64_t row_id = 0;
  if (!id || !step) return sx_error_memory(err);
  SX_TRY(sx_est_describe(&row, est, false, &options, err));
  row.n = 0;
  row.deff = row.n_eff = (double)NAN;
  const st_put put = {.step = step,
                      .indicator = id,
                      .statistic = statistic,
                      .unit = f->unit ? f->unit : w->b->unit,
                      .where = p->where,
                      .row = &row,
                      .mark = mark};
  sx_status status = study__put(&row_id, r, &put, err);
  if (status == SX_OK && strcmp(statistic, study__balance_stats[0]) == 0) {
    const size_t balance = (size_t)(w->b - r->s->balances);
    const char *name = sx_arena_printf(r->arena, "%s|%s|%s", id, p->where->name, statistic);
    if (!name) status = sx_error_memory(err);
    if (status == SX_OK && study__balance_asked(r->s, balance, p->figure, p->where->name))
      status = study__put_carrier(r, row_id, est, err);
    if (status == SX_OK && study__balance_asked(r->s, balance, p->figure, NULL))
      status = study__keep_value(r, name, (sx_est *)(uintptr_t)est, err);
  }
  sx_est_free(row.est);
  return status;
}

/* A number that has no error: how far something moved, a test. */
static sx_status put_number(work *w, const char *name, const st_where *where, const char *statistic, double value,
                            double df, const char *unit, sx_error *err) {
  st_run *r = w->r;
  const double none = (double)NAN;
  const char *id = sx_arena_printf(r->arena, "%s/%s", w->b->id, name);
  const char *step = sx_arena_printf(r->arena, "balance:%s", w->b->id);
  const sx_est_row row = {.estimate = value,
                          .se = none,
                          .low = none,
                          .high = none,
                          .ci_level = none,
                          .df = df,
                          .cv = none,
                          .deff = none,
                          .n_eff = none,
                          .level = -1,
                          .na = isnan(value) ? w->na : SX_NA_NONE};
  int64_t row_id = 0;
  if (!id || !step) return sx_error_memory(err);
  return study__put_est(&row_id, r, step, id, statistic, unit, where, &row, err);
}

static sx_status put_missing(work *w, sx_error *err) {
  sx_est *missing = NULL;
  const double none = (double)NAN;
  SX_TRY(sx_est_missing(&missing, &w->r->ctx, w->na, err));
  sx_status status = SX_OK;
  for (size_t j = 0; j < w->n && status == SX_OK; j++) {
    const part *p = &w->parts[j];
    const char *name = w->b->figures[p->figure].id;
    status = put_estimate(w, p, "balanced", missing, NULL, err); /* first: the main statistic */
    if (status == SX_OK) status = put_estimate(w, p, "before", p->est, NULL, err);
    for (size_t k = 2; k < 4 && status == SX_OK; k++)
      status = put_number(w, name, p->where, study__balance_stats[k], none, none, NULL, err);
  }
  sx_est_free(missing);
  if (status == SX_OK) status = put_number(w, ST_BALANCE_ALL, &whole, "chi_square", none, none, NULL, err);
  return status == SX_OK ? put_number(w, ST_BALANCE_ALL, &whole, "p", none, none, NULL, err) : status;
}

static bool any_held(const work *w) {
  bool any = false;
  for (size_t j = 0; j < w->n; j++) any = any || w->held[j];
  return any;
}

static sx_status put_rows(work *w, const sx_balance_result *result, sx_error *err) {
  const double none = (double)NAN;
  for (size_t j = 0; j < w->n; j++) {
    const part *p = &w->parts[j];
    const st_balanced *f = &w->b->figures[p->figure];
    const sx_balance_row *row = &result->rows[j];
    const bool held = row->at == SX_BALANCE_AT_LOWER || row->at == SX_BALANCE_AT_UPPER;
    const char *mark = held ? (p->model ? "at bound;model" : "at bound") : p->model ? "model" : NULL;
    SX_TRY(put_estimate(w, p, "balanced", row->est, mark, err)); /* first: the main statistic */
    SX_TRY(put_estimate(w, p, "before", p->est, p->model ? "model" : NULL, err));
    SX_TRY(put_number(w, f->id, p->where, "moved_se", isnan(row->moved_se) ? 0 : row->moved_se, none, NULL, err));
    if (!any_held(w)) /* how far it would move by chance is not known where others may not */
      SX_TRY(put_number(w, f->id, p->where, "standardised", isnan(row->standardised) ? 0 : row->standardised, none,
                        NULL, err));
    if (held) SX_TRY(put_number(w, f->id, p->where, "at_bound", row->after, none, f->unit ? f->unit : w->b->unit, err));
  }
  const double df = (double)result->df;
  SX_TRY(put_number(w, ST_BALANCE_ALL, &whole, "chi_square", result->chi_square, df, NULL, err));
  return put_number(w, ST_BALANCE_ALL, &whole, "p", result->df ? result->p : 1, df, NULL, err);
}

static sx_status solve(work *w, sx_error *err) {
  SX_TRY(collect(w, err));
  if (w->na != SX_NA_NONE) return put_missing(w, err);
  SX_TRY(set_figures(w, err));
  SX_TRY(set_identities(w, err));
  sx_balance_request q = SX_BALANCE_REQUEST_INIT;
  q.figures = w->figures;
  q.n_figures = w->n;
  q.estimates = w->values;
  q.identities = w->identities;
  q.n_identities = w->n_identities;
  q.held = w->held;
  q.distance = w->b->distance;
  sx_balance_result *result = NULL;
  SX_TRY(sx_account_balance(&result, &w->r->ctx, &q, err));
  const sx_status status = put_rows(w, result, err);
  sx_balance_result_free(result);
  return status;
}

sx_status study__run_balance(st_run *r, size_t index, sx_error *err) {
  work w = {.r = r, .b = &r->s->balances[index]};
  const sx_status status = solve(&w, err);
  if (status != SX_OK) {
    const sx_node *node = node_of(&w, err);
    sx_error_add_where(err, "balance %s", w.b->id);
    study__add_place(err, r->s, node);
  }
  for (size_t j = 0; j < w.n; j++) sx_est_free(w.parts[j].est);
  sx_mem_free(&r->ctx, w.parts);
  return status;
}

sx_status study__put_balance_labels(st_run *r, sx_error *err) {
  for (size_t i = 0; i < r->s->n_balances; i++) {
    const struct st_balance *b = &r->s->balances[i];
    for (size_t k = 0; k < b->n_figures; k++) {
      const st_balanced *f = &b->figures[k];
      const char *id = sx_arena_printf(r->arena, "%s/%s", b->id, f->id);
      if (!id) return sx_error_memory(err);
      const sx_store_indicator out = {
          .id = id, .label = f->label, .base = b->label, .unit = f->unit ? f->unit : b->unit, .scale = 1.0};
      SX_TRY(sx_store_put_indicator(r->store, &out, err));
    }
  }
  return SX_OK;
}

/* ---- the table ------------------------------------------------------------------------------------------------------------- */

static void column(sx_buf *out, bool first, const char *zh, const char *en, const char *format) {
  sx_buf_add(out, first ? "{\"label\":" : ",{\"label\":");
  study__text2_json(out, zh, en);
  sx_buf_add(out, ",\"format\":");
  sx_json_string(out, format);
  sx_buf_add_char(out, '}');
}

static void table_row(sx_buf *out, sx_buf *scratch, const st_run *r, const char *id, const char *domain, sx_text2 label,
                      size_t n_shown, bool *first) {
  static const char *const shown[] = {"before", "balanced", "moved_se", "standardised"};
  sx_buf_add(out, *first ? "{\"label\":" : ",{\"label\":");
  *first = false;
  study__text2_json(out, label.zh, label.en);
  sx_buf_add(out, ",\"cells\":[");
  for (size_t k = 0; k < n_shown; k++) {
    if (k) sx_buf_add_char(out, ',');
    study__cell_json(out, scratch, r, id, domain, shown[k], NULL);
  }
  sx_buf_add(out, "]}");
}

static bool by_levels(const st_balanced *f, const st_domain *by) {
  return f->grouped && study__same_domain(&f->by, by);
}

/* Levels in the rows; of every figure by them the balanced value and how far it moved. */
static sx_status table_of_levels(sx_buf *out, sx_buf *scratch, st_run *r, const struct st_balance *b,
                                 const st_domain *by, sx_error *err) {
  size_t n = 0, of = 0;
  bool first = true;
  while (of + 1 < b->n_figures && !by_levels(&b->figures[of], by)) of++;
  /* the levels as the store has them: a run that computes words alone has not read the data */
  const char *rows = sx_arena_printf(r->arena, "%s/%s", b->id, b->figures[of].id);
  const st_row **list = sx_arena_alloc(r->arena, r->rows.n, sizeof *list);
  if (!rows || !list) return sx_error_memory(err);
  for (size_t k = 0; k < r->rows.n; k++) {
    const st_row *row = &r->rows.items[k];
    if (strcmp(row->indicator, rows) == 0 && strcmp(row->statistic, "balanced") == 0) list[n++] = row;
  }
  sx_buf_add(out, "\"columns\":[");
  for (size_t i = 0; i < b->n_figures; i++) {
    const sx_text2 label = b->figures[i].label;
    if (!by_levels(&b->figures[i], by)) continue;
    column(out, first, label.zh, label.en, b->format);
    first = false;
    const char *zh = sx_arena_printf(r->arena, "%s：移动（标准误）", label.zh ? label.zh : "");
    const char *en = sx_arena_printf(r->arena, "%s: moved (SE)", label.en ? label.en : "");
    if (!zh || !en) return sx_error_memory(err);
    column(out, false, zh, en, "plain 2 sign:plus");
  }
  sx_buf_add(out, "],\"errors\":true,\"bases\":false,\"rows\":[");
  for (size_t k = 0; k < n; k++) {
    const sx_text2 label = list[k]->label;
    sx_buf_add(out, k ? ",{\"label\":" : "{\"label\":");
    study__text2_json(out, label.zh, label.en);
    sx_buf_add(out, ",\"cells\":[");
    first = true;
    for (size_t i = 0; i < b->n_figures; i++) {
      if (!by_levels(&b->figures[i], by)) continue;
      const char *id = sx_arena_printf(r->arena, "%s/%s", b->id, b->figures[i].id);
      if (!id) return sx_error_memory(err);
      if (!first) sx_buf_add_char(out, ',');
      first = false;
      study__cell_json(out, scratch, r, id, list[k]->domain, "balanced", NULL);
      sx_buf_add_char(out, ',');
      study__cell_json(out, scratch, r, id, list[k]->domain, "moved_se", NULL);
    }
    sx_buf_add(out, "]}");
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}

/* The group whose levels a table of a balance has in its rows; its n is 0 where it lists the figures one by one. */
static st_domain levels_of(const sx_study *s, const sx_node *block) {
  const char *by = study__scalar_of(block, "by");
  const size_t group = by ? study__find_group(s, by, strlen(by)) : ST_NONE;
  st_domain out = {.n = group != ST_NONE};
  if (out.n) out.terms[0].group = group;
  return out;
}

void study__check_balance_levels(st_load *l, const sx_node *block, const struct st_balance *b) {
  const char *by = study__text(l, block, "by");
  const st_domain levels = levels_of(l->s, block);
  bool any = false;
  for (size_t i = 0; i < b->n_figures; i++) any = any || by_levels(&b->figures[i], &levels);
  if (by && !any)
    study__problem(l, sx_node_get(block, "by"), "the balance '%s' has no figures by the levels of '%s'", b->id, by);
}

static bool has_held(const struct st_balance *b) {
  bool any = false;
  for (size_t i = 0; i < b->n_figures; i++) any = any || b->figures[i].held;
  return any;
}

sx_status study__balance_table(sx_buf *out, sx_buf *scratch, st_run *r, const st_block *block,
                               const struct st_balance *b, sx_error *err) {
  const st_domain by = levels_of(r->s, block->node);
  if (by.n) return table_of_levels(out, scratch, r, b, &by, err);
  sx_buf_add(out, "\"columns\":[");
  column(out, true, "调整前", "Before", b->format);
  column(out, false, "平衡后", "Balanced", b->format);
  column(out, false, "移动量（以标准误计）", "Moved (standard errors)", "plain 2 sign:plus");
  if (!has_held(b)) column(out, false, "标准化调整量", "Standardised adjustment", "plain 2 sign:plus");
  sx_buf_add(out, "],\"errors\":true,\"bases\":false,\"rows\":[");
  bool first = true;
  for (size_t i = 0; i < b->n_figures; i++) {
    const char *id = sx_arena_printf(r->arena, "%s/%s", b->id, b->figures[i].id);
    if (!id) return sx_error_memory(err);
    for (size_t k = 0; k < r->rows.n; k++) {
      const st_row *row = &r->rows.items[k];
      if (strcmp(row->indicator, id) != 0 || strcmp(row->statistic, "balanced") != 0) continue;
      const sx_text2 label = b->figures[i].grouped ? row->label : b->figures[i].label;
      table_row(out, scratch, r, id, row->domain, label, has_held(b) ? 3 : 4, &first);
    }
  }
  sx_buf_add_char(out, ']');
  return SX_OK;
}

static void put_note(sx_buf *out, const st_row *chi, const st_row *p, size_t at_bound, bool chinese) {
  if (!chi || !p || isnan(chi->estimate)) return;
  if (chi->df > 0) {
    sx_buf_printf(out, chinese ? "失衡的卡方 X²(%.0f) = " : "Imbalances: X²(%.0f) = ", chi->df);
    study__put_figures(out, chi->estimate, 3, chinese);
    sx_buf_add(out, chinese ? "，" : ", ");
  }
  if (chi->df > 0 && p->estimate < 0.001)
    sx_buf_add(out, chinese ? "p < 0.001。" : "p < 0.001.");
  else if (chi->df > 0)
    sx_buf_printf(out, chinese ? "p = %.3f。" : "p = %.3f.", p->estimate);
  if (at_bound)
    sx_buf_printf(out,
                  chinese ? "%zu 个数字位于界上，其标准误只计恒等式。"
                          : " %zu at a bound; errors are those of the identities alone.",
                  at_bound);
}

sx_status study__balance_note(sx_buf *out, const st_run *r, const st_block *block, const struct st_balance *b,
                              sx_error *err) {
  const sx_node *note = sx_node_get(block->node, "note");
  const sx_node *own[2] = {note, note};
  const char *all = sx_arena_printf(r->arena, "%s/" ST_BALANCE_ALL, b->id);
  if (!all) return sx_error_memory(err);
  if (note && note->kind == SX_NODE_MAP) {
    own[0] = sx_node_get(note, "zh");
    own[1] = sx_node_get(note, "en");
  }
  const st_row *chi = study__find_row(&r->rows, all, "chi_square", "total"),
               *p = study__find_row(&r->rows, all, "p", "total");
  const size_t n = strlen(b->id);
  size_t at_bound = 0;
  for (size_t k = 0; k < r->rows.n; k++) {
    const st_row *row = &r->rows.items[k];
    at_bound +=
        strcmp(row->statistic, "at_bound") == 0 && strncmp(row->indicator, b->id, n) == 0 && row->indicator[n] == '/';
  }
  bool model = false;
  for (size_t k = 0; k < r->rows.n; k++) {
    const st_row *row = &r->rows.items[k];
    model = model || (strncmp(row->indicator, b->id, n) == 0 && row->indicator[n] == '/' && row->quality &&
                      strstr(row->quality, "model"));
  }
  sx_buf text[2];
  sx_status status = SX_OK;
  for (int k = 0; k < 2; k++) {
    sx_buf_init(&text[k], &r->ctx);
    const sx_node *mine = own[k] ? own[k] : own[1 - k];
    if (mine && mine->kind == SX_NODE_SCALAR) sx_buf_printf(&text[k], "%s%s", mine->text, k ? " " : "");
    put_note(&text[k], chi, p, at_bound, k == 0);
    if (model) sx_buf_add(&text[k], k ? " * holds a small-area estimate." : "* 含小域模型的估计。");
    if (status == SX_OK) status = sx_buf_status(&text[k], err);
  }
  if (status == SX_OK && text[0].n) {
    sx_buf_add(out, "\"note_counts\":true,\"note\":");
    study__text2_json(out, text[0].data, text[1].data);
    sx_buf_add_char(out, ',');
  }
  sx_buf_clear(&text[0]);
  sx_buf_clear(&text[1]);
  return status;
}
