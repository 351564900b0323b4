/* study_disclosure.c: the results of a run that are not published: those of few interviews, those that would give them away, and what is computed from
 * either. The payload of the step `disclosure` is the list that sx_store_hide reads, after a line "# open small hidden secondary proven". */
#include "study_disclosure.h"
#include "study_names.h"
#include "study_waves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shuxiao/release_tables.h"

/* ---- words --------------------------------------------------------------------------------------------------------------------- */

void study__read_disclosure(st_load *l, const sx_node *root) {
  static const char *const keys[] = {"min_n",     "width", "dominance",   "p",        "pq",
                                     "secondary", "cost",  "max_attacks", "min_cell", "errors"};
  const sx_release_rules rules = SX_RELEASE_RULES_INIT;
  const sx_release_options options = SX_RELEASE_OPTIONS_INIT;
  const sx_node *node = sx_node_get(root, "disclosure");
  sx_error err = SX_ERROR_INIT;
  if (!node || l->wave || !study__is_map(l, node, "disclosure")) return;
  st_disclosure *out = study__take(l, 1, sizeof *out);
  if (!out) return;
  *out = (st_disclosure){node, rules, options, (double)NAN, false};
  if (sx_node_keys(l->s->doc, node, keys, sizeof keys / sizeof *keys, &err) != SX_OK ||
      sx_release_rules_read(&out->rules, &out->options, l->s->doc, node, &err) != SX_OK) {
    study__error_problem(l, node, &err);
    return;
  }
  if (!(out->rules.min_n > 1))
    study__problem(l, node, "disclosure says how many interviews a result needs: 'disclosure: {min_n: 10}'");
  const sx_node *cell = sx_node_get(node, "min_cell");
  out->min_cell = out->rules.min_n;
  if (cell && (!sx_node_number(&out->min_cell, cell) || !(out->min_cell >= 0)))
    study__problem(l, cell, "min_cell is the number of cases that a cell of a banner table needs, 0: any");
  static const char *const errors[] = {"hide", "keep"};
  size_t keep = 0;
  (void)study__choice(&keep, l, node, "errors", errors, 2, "treatment of errors");
  out->errors = keep == 1;
  l->s->disclosure = out;
}

sx_status study__plan_disclosure(st_build *b, sx_error *err) {
  const st_disclosure *own = b->s->disclosure;
  size_t step = 0;
  if (!own) return SX_OK;
  SX_TRY(study__plan_step(&step, b, ST_STEP_DISCLOSURE, 0, "disclosure", NULL, err));
  for (size_t i = 0; i < step; i++) {
    const st_step_kind kind = b->plan->steps[i].kind;
    if (kind >= ST_STEP_INDICATOR && kind < ST_STEP_DISCLOSURE) SX_TRY(study__plan_dep(b, step, i, err));
  }
  for (size_t i = 0; i < b->s->n_accounts; i++) sx_node_to_json(&b->spec, b->s->accounts[i].node);
  sx_node_to_json(&b->spec, own->node);
  return study__plan_seal(b, step, err);
}

/* ---- the rows ------------------------------------------------------------------------------------------------------------------ */

sx_status study__dc_put(const dc_run *d, sx_dict *set, const char *indicator, size_t domain, sx_error *err) {
  char *text = sx_arena_printf(d->r->arena, "%s\t%zu", indicator, domain);
  int32_t code = 0;
  if (!text) return sx_error_memory(err);
  return sx_dict_add(&code, set, text, strlen(text), err);
}

bool study__dc_in(const sx_dict *set, const char *indicator, size_t domain) {
  char text[300];
  const int n = snprintf(text, sizeof text, "%s\t%zu", indicator, domain);
  return n > 0 && sx_dict_find(set, text, (size_t)n) >= 0;
}

sx_status study__dc_hide_pair(dc_run *d, const char *indicator, size_t domain, sx_error *err) {
  return study__dc_put(d, d->pairs, indicator, domain, err);
}

bool study__dc_hidden_for_few(const dc_run *d, const char *indicator, size_t domain) {
  return d->domains[domain].hidden || study__dc_in(d->pairs, indicator, domain);
}

bool study__dc_hidden(const dc_run *d, const char *indicator, size_t domain) {
  return study__dc_hidden_for_few(d, indicator, domain) || study__dc_in(d->orders, indicator, domain);
}

sx_status study__dc_domain(size_t *out, dc_run *d, const sx_store_row *row, sx_error *err) {
  const char *name = study__row_domain(d->r, row);
  int32_t code = 0;
  if (!name) return sx_error_memory(err);
  SX_TRY(sx_dict_add(&code, d->names, name, strlen(name), err));
  *out = (size_t)code;
  if (*out < d->n_domains) return SX_OK;
  if (!sx_arena_grow(d->r->arena, (void **)&d->domains, &d->cap_domains, *out + 1, sizeof *d->domains))
    return sx_error_memory(err);
  sx_store_row copy;
  SX_TRY(sx_store_row_copy(&copy, d->r->arena, row, err));
  sx_store_term *terms = sx_arena_alloc(d->r->arena, copy.n_terms, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  for (size_t i = 0; i < copy.n_terms; i++) terms[i] = copy.terms[i];
  d->domains[d->n_domains++] = (dc_domain){.name = name, .terms = terms, .n_terms = copy.n_terms, .n = (double)NAN};
  return SX_OK;
}

bool study__dc_compares(const char *statistic) {
  static const char *const begins[] = {"gap",          "change", "yoy",       "p_",      "growth",
                                       "contribution", "effect", "structure", "constant"};
  for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
    if (strncmp(statistic, begins[i], strlen(begins[i])) == 0) return true;
  return false;
}

static sx_status take_row(void *data, const sx_store_row *row, sx_error *err) {
  dc_run *d = data;
  size_t domain = 0;
  if (strncmp(row->indicator, "rule/", 5) == 0 || strncmp(row->indicator, "published/", 10) == 0 ||
      study__dc_is_banner(d->r->s, row->indicator))
    return SX_OK;
  SX_TRY(study__dc_domain(&domain, d, row, err));
  if (!sx_arena_grow(d->r->arena, (void **)&d->rows, &d->cap_rows, d->n_rows + 1, sizeof *d->rows))
    return sx_error_memory(err);
  dc_row *out = &d->rows[d->n_rows++];
  *out = (dc_row){.domain = domain,
                  .estimate = row->estimate,
                  .low = row->low,
                  .high = row->high,
                  .n = row->n > 0 ? (double)row->n : (double)NAN};
  out->indicator = sx_arena_strdup(d->r->arena, row->indicator);
  out->statistic = sx_arena_strdup(d->r->arena, row->statistic);
  if (!out->indicator || !out->statistic) return sx_error_memory(err);
  dc_domain *of = &d->domains[domain];
  if (!study__dc_compares(row->statistic) && row->n > 0 && !(of->n >= (double)row->n)) of->n = (double)row->n;
  return SX_OK;
}

/* Totals and means that few contributors make up: the whole result in that domain. */
static sx_status mark_amounts(dc_run *d, sx_error *err) {
  for (size_t i = 0; i < d->n_rows && study__dc_amount_rules(&d->own->rules); i++) {
    dc_row *row = &d->rows[i];
    const dc_made *made = study__dc_made_of(d, row->indicator, row->domain);
    if (!made || !made->amount || study__dc_compares(row->statistic)) continue;
    if (!study__dc_fails(&row->level, &d->own->rules, made->sum, row->n, made->top, made->n_top)) continue;
    d->n_small += !study__dc_hidden(d, row->indicator, row->domain);
    SX_TRY(study__dc_hide_pair(d, row->indicator, row->domain, err));
  }
  return SX_OK;
}

static sx_status mark_small(dc_run *d, sx_error *err) {
  const double least = d->own->rules.min_n;
  for (size_t i = 0; i < d->n_domains; i++) {
    d->domains[i].small = d->domains[i].hidden = d->domains[i].n > 0 && d->domains[i].n < least;
    d->n_small += d->domains[i].small;
  }
  SX_TRY(mark_amounts(d, err));
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    if (!(row->n > 0 && row->n < least) || study__dc_compares(row->statistic) ||
        study__dc_hidden(d, row->indicator, row->domain))
      continue;
    SX_TRY(study__dc_hide_pair(d, row->indicator, row->domain, err));
    d->n_small++;
  }
  return SX_OK;
}

/* ---- what is computed from hidden results ---------------------------------------------------------------------------------------- */

/* Any node of the account in the domain. */
static bool account_is(const dc_run *d, const char *account, size_t domain, dc_is is) {
  const size_t n = strlen(account);
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    if (row->domain == domain && strncmp(row->indicator, account, n) == 0 && row->indicator[n] == '/' &&
        is(d, row->indicator, domain))
      return true;
  }
  return false;
}

static sx_status formula_is(bool *yes, const dc_run *d, const st_formula *f, size_t domain, dc_is is, sx_error *err) {
  for (size_t k = 0; k < f->n && !*yes; k++) {
    const st_operand *o = &f->operands[k];
    size_t at = domain;
    if (o->kind == ST_OPERAND_BENCHMARK) continue;
    if (o->fixed) {
      const char *name = study__domain_text(d->r->s, &o->domain, d->r->arena);
      if (!name) return sx_error_memory(err);
      const int32_t code = sx_dict_find(d->names, name, strlen(name));
      if (code < 0) continue;
      at = (size_t)code;
    }
    *yes = o->kind == ST_OPERAND_INDICATOR ? is(d, d->r->s->indicators[o->index].id, at)
                                           : account_is(d, d->r->s->accounts[o->index].id, at, is);
  }
  return SX_OK;
}

/* Indicators that measure what a leaf from the data does. */
static bool leaf_is(const dc_run *d, const st_node *n, size_t domain, dc_is is) {
  const sx_study *s = d->r->s;
  for (size_t i = 0; i < s->n_indicators; i++)
    for (size_t k = 0; k < sx_expr_names(n->data_total.expr); k++)
      if (study__dc_uses(s, &s->indicators[i], sx_expr_name(n->data_total.expr, k)) &&
          is(d, s->indicators[i].id, domain))
        return true;
  return false;
}

static sx_status account_rests_on(bool *yes, const dc_run *d, const st_account *a, size_t domain, dc_is is,
                                  sx_error *err) {
  for (size_t k = 0; k < a->n_nodes && !*yes; k++) {
    const st_node *n = &a->nodes[k];
    const st_formula *const parts[] = {&n->population, &n->penetration, &n->spend,
                                       &n->total,      &n->ratio,       &n->given.value};
    *yes = n->data_total.expr && leaf_is(d, n, domain, is);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !*yes; i++)
      SX_TRY(formula_is(yes, d, parts[i], domain, is, err));
  }
  return SX_OK;
}

sx_status study__dc_rests_on(bool *yes, const dc_run *d, const char *indicator, size_t domain, dc_is is,
                             sx_error *err) {
  const sx_study *s = d->r->s;
  const char *slash = strchr(indicator, '/');
  const size_t n = slash ? (size_t)(slash - indicator) : strlen(indicator);
  const size_t ind = slash ? ST_NONE : study__find_indicator(s, indicator, n);
  const size_t account = slash ? study__find_account(s, indicator, n) : ST_NONE;
  *yes = false;
  if (ind != ST_NONE && study__is_formula(&s->indicators[ind]))
    SX_TRY(formula_is(yes, d, &s->indicators[ind].formula, domain, is, err));
  if (account == ST_NONE) return SX_OK;
  *yes = account_is(d, s->accounts[account].id, domain, is);
  return *yes ? SX_OK : account_rests_on(yes, d, &s->accounts[account], domain, is, err);
}

/* Few make it: it is not hidden for others' sake alone. */
static bool is_sensitive(const dc_run *d, const char *indicator, size_t domain) {
  if (d->domains[domain].small) return true;
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    if (row->domain == domain && strcmp(row->indicator, indicator) == 0 &&
        (row->few || row->level > 0 ||
         (row->n > 0 && row->n < d->own->rules.min_n && !study__dc_compares(row->statistic))))
      return true;
  }
  return false;
}

/* A formula of a hidden result gives it away, and so do the other nodes of an account of one. */
static sx_status hide_dependents(bool *changed, dc_run *d, sx_error *err) {
  for (size_t i = 0; i < d->n_rows; i++) {
    dc_row *row = &d->rows[i];
    bool yes = false;
    if (study__dc_hidden(d, row->indicator, row->domain)) continue;
    SX_TRY(study__dc_rests_on(&yes, d, row->indicator, row->domain, study__dc_hidden, err));
    if (!yes) continue;
    SX_TRY(study__dc_hide_pair(d, row->indicator, row->domain, err));
    *changed = true;
  }
  for (size_t i = 0; i < d->n_rows; i++) { /* what adds up over groups must then not tell it by subtraction */
    dc_row *row = &d->rows[i];
    bool yes = false;
    if (row->few || study__dc_compares(row->statistic) || !study__dc_hidden(d, row->indicator, row->domain)) continue;
    SX_TRY(study__dc_rests_on(&yes, d, row->indicator, row->domain, is_sensitive, err));
    if (yes) row->few = *changed = true;
  }
  return SX_OK;
}

/* ---- the list -------------------------------------------------------------------------------------------------------------------- */

void study__dc_put_terms(sx_buf *out, const sx_store_term *terms, size_t n) {
  for (size_t i = 0; i < n; i++) sx_buf_printf(out, "\t%s\t%s", terms[i].variable, terms[i].level);
  sx_buf_add_char(out, '\n');
}

bool study__dc_has_term(const dc_domain *domain, const sx_store_term *term) {
  for (size_t i = 0; i < domain->n_terms; i++) {
    const sx_store_term *own = &domain->terms[i];
    if (strcmp(own->variable, term->variable) == 0 && strcmp(own->level, term->level) == 0) return true;
  }
  return false;
}

static void put_line(sx_buf *out, const char *indicator, const char *statistic, const dc_domain *domain) {
  sx_buf_printf(out, "%s\t%s", indicator, statistic);
  study__dc_put_terms(out, domain->terms, domain->n_terms);
}

/* Is other the row's own group in the earlier wave that the row is held against: "z*wave:2024-S2" for the change of "z"? A gap is within a wave; a
 * statistic that does not say from which wave may be from any. */
static bool is_earlier(const dc_run *d, const dc_domain *other, const dc_row *row) {
  const struct st_series *series = d->r->s->series;
  const sx_store_term *wave = study__dc_one_more(other, &d->domains[row->domain]);
  st_versus versus;
  if (!series || !wave || strcmp(wave->variable, "wave") != 0 || strncmp(row->statistic, "gap", 3) == 0) return false;
  if (!study__change_versus(&versus, row->statistic)) return true;
  for (size_t i = 0; i < series->n_pairs; i++) {
    const st_pair *pair = &series->pairs[i];
    if (pair->later == ST_NONE && pair->versus == versus && strcmp(series->waves[pair->earlier].id, wave->level) == 0)
      return true;
  }
  return false;
}

/* "urban" in "gap_urban", and in "gap_urban_quantile_0.75"; "total" in a gap, which may name a statistic alone: "gap_quantile_0.75". */
static bool names_domain(const char *statistic, const char *name) {
  const size_t n = strlen(name);
  if (strncmp(statistic, "gap", 3) == 0 && strcmp(name, "total") == 0) return true;
  for (const char *at = strchr(statistic, '_'); at; at = strchr(at + 1, '_'))
    if (strncmp(at + 1, name, n) == 0 && (at[1 + n] == '\0' || at[1 + n] == '_')) return true;
  return false;
}

bool study__dc_against(const dc_run *d, const dc_row *row, dc_is is) {
  if (!study__dc_compares(row->statistic)) return false;
  for (size_t i = 0; i < d->n_domains; i++)
    if ((names_domain(row->statistic, d->domains[i].name) || is_earlier(d, &d->domains[i], row)) &&
        is(d, row->indicator, i))
      return true;
  return false;
}

static sx_status write_list(sx_buf *out, dc_run *d, dc_cases *cases, sx_error *err) {
  size_t n_hidden = 0;
  sx_buf lines;
  sx_buf_init(&lines, &d->r->ctx);
  for (size_t i = 0; i < d->n_domains; i++)
    if (d->domains[i].hidden) put_line(&lines, "*", "*", &d->domains[i]);
  for (size_t i = 0; i < d->n_rows; i++) {
    const dc_row *row = &d->rows[i];
    const bool pair = study__dc_hidden(d, row->indicator, row->domain);
    const bool against = study__dc_against(d, row, study__dc_hidden);
    n_hidden += (pair || against) && isfinite(row->estimate);
    if (pair && !d->domains[row->domain].hidden) put_line(&lines, row->indicator, "*", &d->domains[row->domain]);
    if (!pair && against) put_line(&lines, row->indicator, row->statistic, &d->domains[row->domain]);
  }
  n_hidden += study__dc_banner_lines(&lines, d);
  const st_published *p = &d->r->s->published;
  for (size_t i = 0; i < p->n; i++) { /* the difference from a printed figure */
    const st_figure *f = &p->figures[i];
    const int32_t code = f->domain ? sx_dict_find(d->names, f->domain, strlen(f->domain)) : -1;
    if (code >= 0 && study__dc_hidden(d, f->indicator, (size_t)code)) {
      sx_buf_printf(&lines, "published/%s\testimate\npublished/%s\tdifference\n", f->id, f->id);
    }
  }
  sx_status status = d->own->errors ? SX_OK : study__dc_error_lines(&lines, d, cases, err);
  sx_buf_printf(out, "# %zu %zu %zu %zu %d\n", d->n_open + d->n_open_linked, d->n_small, n_hidden, d->n_secondary,
                d->proven);
  study__dc_lost_lines(out, d);
  if (lines.n) sx_buf_add_n(out, lines.data, lines.n);
  if (status == SX_OK) status = sx_buf_status(&lines, err);
  sx_buf_clear(&lines);
  return status == SX_OK ? sx_buf_status(out, err) : status;
}

static sx_status decide(sx_buf *out, dc_run *d, sx_error *err) {
  enum { MOST_PASSES = 40 };
  bool changed = true;
  dc_cases *cases = NULL;
  SX_TRY(sx_dict_new(&d->names, &d->r->ctx, err));
  SX_TRY(sx_dict_new(&d->pairs, &d->r->ctx, err));
  SX_TRY(sx_dict_new(&d->orders, &d->r->ctx, err));
  SX_TRY(sx_dict_new(&d->errors, &d->r->ctx, err));
  SX_TRY(sx_dict_new(&d->made_names, &d->r->ctx, err));
  SX_TRY(sx_arena_new(&d->arena, &d->r->ctx, err));
  SX_TRY(sx_store_each_row(d->r->store, d->r->run, NULL, take_row, d, err));
  SX_TRY(study__dc_read_made(d, err));
  SX_TRY(study__dc_read_banners(d, err));
  SX_TRY(mark_small(d, err));
  SX_TRY(study__dc_cases_open(&cases, d, err));
  SX_TRY(study__dc_mark_few(cases, err));
  SX_TRY(study__dc_mark_leaves(cases, err));
  SX_TRY(study__dc_mark_medians(cases, err));
  SX_TRY(study__dc_mark_waves(cases, err));
  for (int pass = 0; pass < MOST_PASSES && changed; pass++) {
    changed = false;
    SX_TRY(study__dc_solve(d, err));
    if (study__dc_close_banners(d)) changed = true;
    SX_TRY(study__dc_solve_linked(&changed, d, err));
    SX_TRY(study__dc_close_cases(&changed, cases, err));
    SX_TRY(hide_dependents(&changed, d, err));
  }
  if (changed)
    return sx_error_set(err, SX_E_DATA, "disclosure", "what is hidden does not come to an end: publish fewer groups");
  return write_list(out, d, cases, err);
}

sx_status study__run_disclosure(st_run *r, sx_error *err) {
  const size_t at = study__plan_find(r->plan, "disclosure");
  if (!r->s->disclosure || at == ST_NONE) return SX_OK;
  dc_run d = {.r = r, .own = r->s->disclosure, .proven = true};
  sx_buf list;
  sx_buf_init(&list, &r->ctx);
  sx_status status = SX_OK;
  if (!r->hidden_text) {
    sx_ctx_progress(&r->ctx, "disclosure control", 0, 0);
    status = decide(&list, &d, err);
    if (status != SX_OK && status != SX_E_MEMORY) study__add_place(err, r->s, d.own->node);
    if (status == SX_OK) {
      r->hidden_text = sx_arena_strdup(r->arena, list.data);
      if (!r->hidden_text) status = sx_error_memory(err);
    }
  }
  if (status == SX_OK) status = sx_store_hide(r->store, r->hidden_text, err);
  if (status == SX_OK) study__say_lost(r);
  sx_buf_clear(&list);
  sx_dict_free(d.names);
  sx_dict_free(d.pairs);
  sx_dict_free(d.orders);
  sx_dict_free(d.errors);
  sx_dict_free(d.made_names);
  sx_arena_free(d.arena);
  return status;
}

size_t study__open_results(const st_run *r) {
  size_t n = 0;
  return r->hidden_text && sscanf(r->hidden_text, "# %zu", &n) == 1 ? n : 0;
}

void study__disclosure_words(sx_buf *zh, sx_buf *en, const st_run *r) {
  const st_disclosure *own = r->s->disclosure;
  size_t open = 0, small = 0, hidden = 0, secondary = 0;
  int proven = 0;
  if (!own || !r->hidden_text ||
      sscanf(r->hidden_text, "# %zu %zu %zu %zu %d", &open, &small, &hidden, &secondary, &proven) != 5)
    return;
  const bool amounts = study__dc_amount_rules(&own->rules);
  sx_buf_printf(
      zh,
      "\n保密：少于 %.6g 个样本的结果%s不公布（×），由其他已公布数字能推出这些结果的数字也不公布；共 %zu 个数字。\n",
      own->rules.min_n, amounts ? "、由少数个体构成大部分的数额" : "", hidden);
  sx_buf_printf(en,
                "\nConfidentiality: results of fewer than %.6g interviews%s are not published (×), nor are those from "
                "which they could be worked out: %zu results.\n",
                own->rules.min_n, amounts ? ", and amounts that a few make up," : "", hidden);
  const bool errors = strstr(r->hidden_text, "\n~") != NULL;
  if (own->errors && hidden > 0) {
    sx_buf_add(zh, "\n各合计的误差照常公布：加权数已知者可能由此推出未公布的数字。\n");
    sx_buf_add(
        en, "\nErrors of totals over groups that are not published are published: who knows the weights may work out "
            "from them what is not.\n");
  } else if (errors) {
    sx_buf_add(zh, "\n凡包含未公布群体样本的数字，不公布其误差：误差会泄露未公布的数字。\n");
    sx_buf_add(en,
               "\nNumbers of groups that hold cases of a group that is not published have no published error: it would "
               "tell the hidden number.\n");
  }
}
