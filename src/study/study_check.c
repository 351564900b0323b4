/* study_check.c: the whole study against the variables of its files. Every problem is noted, none ends the check.
 *
 * The check runs the study's own steps (joins, derived variables, conditions) on the first rows of the data, so that what
 * it accepts is what the run does. */
#include "study_adjust.h"
#include "study_balance.h"
#include "study_disclosure.h"
#include "study_kind.h"
#include "study_names.h"
#include "study_rules.h"
#include "study_seen.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_ROWS = 200 };

/* ---- order and circles --------------------------------------------------------------------------------------- */

typedef struct graph {
  size_t n;
  size_t **deps;
  size_t *n_deps;
  const char **names;
  const sx_node **nodes;
  const char *what;
  bool *circular; /* members of a circle */
} graph;

static bool graph_init(st_load *l, graph *g, size_t n, const char *what) {
  g->n = n;
  g->what = what;
  g->deps = study__take(l, n, sizeof *g->deps);
  g->n_deps = study__take(l, n, sizeof *g->n_deps);
  g->names = study__take(l, n, sizeof *g->names);
  g->nodes = study__take(l, n, sizeof *g->nodes);
  g->circular = study__take(l, n, sizeof *g->circular);
  return g->deps && g->n_deps && g->names && g->nodes && g->circular;
}

/* A circle among the parts that are not done: follow the first open dependency until one comes back. */
static void name_circle(st_load *l, const graph *g, bool *done) {
  size_t at = 0, n = 0;
  size_t *path = study__take(l, g->n + 1, sizeof *path);
  bool *seen = study__take(l, g->n, sizeof *seen);
  if (!path || !seen) return;
  while (done[at]) at++;
  while (!seen[at]) {
    seen[at] = true;
    path[n++] = at;
    for (size_t k = 0; k < g->n_deps[at]; k++) {
      if (!done[g->deps[at][k]]) {
        at = g->deps[at][k];
        break;
      }
    }
  }
  size_t first = 0;
  while (path[first] != at) first++;
  char text[400];
  size_t used = 0;
  for (size_t i = first; i < n && used < sizeof text - 100; i++) {
    const int k = snprintf(text + used, sizeof text - used, "%.60s -> ", g->names[path[i]]);
    used += k > 0 ? (size_t)k : 0;
  }
  (void)snprintf(text + used, sizeof text - used, "%.60s", g->names[at]);
  study__problem(l, g->nodes[at], "%s in a circle: %s", g->what, text);
  for (size_t i = first; i < n; i++) done[path[i]] = g->circular[path[i]] = true;
}

/* What the others rest on first. Circles are problems; their members stand last. */
static size_t *ordered(st_load *l, const graph *g) {
  size_t *order = study__take(l, g->n, sizeof *order);
  bool *done = study__take(l, g->n, sizeof *done), *placed = study__take(l, g->n, sizeof *placed);
  if (!order || !done || !placed) return NULL;
  size_t n = 0, settled = 0;
  while (settled < g->n && !study__stop(l)) {
    const size_t before = n;
    for (size_t i = 0; i < g->n; i++) {
      bool ready = !placed[i] && !done[i];
      for (size_t k = 0; ready && k < g->n_deps[i]; k++) ready = done[g->deps[i][k]];
      if (!ready) continue;
      order[n++] = i;
      done[i] = placed[i] = true;
    }
    if (n == before) name_circle(l, g, done);
    settled = 0;
    for (size_t i = 0; i < g->n; i++) settled += done[i];
  }
  for (size_t i = 0; i < g->n; i++) {
    if (!placed[i]) order[n++] = i;
  }
  return order;
}

void study__order_derived(st_load *l) {
  sx_study *s = l->s;
  graph g;
  if (!graph_init(l, &g, s->n_derived, "derived variables")) return;
  for (size_t i = 0; i < s->n_derived; i++) {
    const sx_expr *e = s->derived[i].value.expr;
    const size_t n = e ? sx_expr_names(e) : 0;
    g.names[i] = s->derived[i].id;
    g.nodes[i] = s->derived[i].node;
    if (!(g.deps[i] = study__take(l, n, sizeof **g.deps))) return;
    for (size_t k = 0; k < n; k++) {
      const size_t d = study__find_derived(s, sx_expr_name(e, k));
      if (d != ST_NONE) g.deps[i][g.n_deps[i]++] = d;
    }
  }
  s->derived_order = ordered(l, &g);
  for (size_t i = 0; i < s->n_derived; i++) s->derived[i].circular = g.circular[i];
}

/* Formula indicators and accounts rest on each other; other indicators on neither. */
static void add_operands(const sx_study *s, size_t *deps, size_t *n, const st_formula *f) {
  for (size_t k = 0; k < f->n; k++) {
    const st_operand *op = &f->operands[k];
    if (op->kind == ST_OPERAND_INDICATOR) deps[(*n)++] = op->index;
    if (op->kind == ST_OPERAND_ACCOUNT) deps[(*n)++] = op->index + s->n_indicators;
    if (op->kind == ST_OPERAND_BALANCE) deps[(*n)++] = op->index + s->n_indicators + s->n_accounts;
  }
}

static size_t account_operands(const st_account *a) {
  size_t n = 0;
  const st_formula *f = NULL;
  bool domains = false;
  for (size_t i = 0; (f = study__account_formula(a, i, &domains)) != NULL; i++) n += f->n;
  return n;
}

static void order_formulas(st_load *l) {
  sx_study *s = l->s;
  graph g;
  if (!graph_init(l, &g, s->n_indicators + s->n_accounts + s->n_balances, "formulas")) return;
  for (size_t i = 0; i < s->n_indicators; i++) {
    g.names[i] = s->indicators[i].id;
    g.nodes[i] = s->indicators[i].node;
    if (!(g.deps[i] = study__take(l, s->indicators[i].formula.n, sizeof **g.deps))) return;
    add_operands(s, g.deps[i], &g.n_deps[i], &s->indicators[i].formula);
  }
  for (size_t i = 0; i < s->n_accounts; i++) {
    const st_account *a = &s->accounts[i];
    const size_t at = i + s->n_indicators;
    g.names[at] = a->id;
    g.nodes[at] = a->node;
    const st_formula *f = NULL;
    bool domains = false;
    if (!(g.deps[at] = study__take(l, account_operands(a) + a->n_compares, sizeof **g.deps))) return;
    for (size_t k = 0; (f = study__account_formula(a, k, &domains)) != NULL; k++)
      add_operands(s, g.deps[at], &g.n_deps[at], f);
    for (size_t k = 0; k < a->n_compares; k++) {
      if (a->compares[k].with != ST_NONE) g.deps[at][g.n_deps[at]++] = a->compares[k].with + s->n_indicators;
    }
  }
  for (size_t i = 0; i < s->n_balances; i++) {
    const size_t at = i + s->n_indicators + s->n_accounts;
    const st_formula *f = NULL;
    size_t n = 0;
    g.names[at] = study__balance_id(s, i, &g.nodes[at]);
    for (size_t k = 0; (f = study__balance_figure_formula(s, i, k)) != NULL; k++) n += f->n;
    if (!(g.deps[at] = study__take(l, n, sizeof **g.deps))) return;
    for (size_t k = 0; (f = study__balance_figure_formula(s, i, k)) != NULL; k++)
      add_operands(s, g.deps[at], &g.n_deps[at], f);
  }
  size_t *order = ordered(l, &g);
  s->formula_order = study__take(l, g.n, sizeof *s->formula_order);
  if (!order || !s->formula_order) return;
  for (size_t i = 0; i < g.n; i++) {
    const bool formula = order[i] >= s->n_indicators || study__is_formula(&s->indicators[order[i]]);
    if (formula) s->formula_order[s->n_formula_order++] = order[i];
  }
}

/* ---- files and tables ----------------------------------------------------------------------------------------- */

static bool file_there(st_load *l, const sx_node *node, const char *path) {
  if (!path) {
    l->oom = true;
    return false;
  }
  if (sx_file_exists(path)) return true;
  study__problem(l, node, "there is no file '%s'", path);
  return false;
}

static void keep_texts(st_load *l, st_list *out, size_t n) {
  out->items = study__take(l, n, sizeof *out->items);
  out->n = out->items ? n : 0;
}

/* What plan and annex want of a model. */
static void keep_model(st_load *l, st_table *t, const sx_synth_model *model) {
  keep_texts(l, &t->inputs, sx_synth_inputs(model));
  for (size_t i = 0; i < t->inputs.n; i++) t->inputs.items[i] = study__copy(l, sx_synth_input(model, i));
  keep_texts(l, &t->assumed, sx_synth_assumptions(model));
  keep_texts(l, &t->statement, sx_synth_assumptions(model));
  keep_texts(l, &t->statement_en, sx_synth_assumptions(model));
  for (size_t i = 0; i < t->assumed.n && i < t->statement.n && i < t->statement_en.n; i++) {
    const char *name = NULL, *zh = sx_synth_assumption_in(model, i, "zh", &name);
    const char *en = sx_synth_assumption_in(model, i, "en", NULL);
    t->assumed.items[i] = study__copy(l, name ? name : "");
    t->statement.items[i] = study__copy(l, zh ? zh : "");
    t->statement_en.items[i] = study__copy(l, en ? en : "");
  }
}

/* The interviews are there and the run before made them of this model: it need not be solved again. What is wrong with the model is told
 * where it is loaded whole. */
static bool model_known(st_load *l, st_table *t, const char *path) {
  sx_synth_model *model = NULL;
  sx_error err = SX_ERROR_INIT;
  const char *of = NULL;
  char key[SX_HASH_TEXT];
  bool solved = false;
  sx_status status = study__seen_words(&of, l, t, path, &err);
  if (status == SX_OK && of) status = study__model_solved(&solved, key, l->s, t, l->kept, &err);
  solved = solved && status == SX_OK && strcmp(of, key) == 0; /* else the words may be of other inputs */
  if (!solved && l->kept && status != SX_E_MEMORY) {
    status = sx_synth_load_words(&model, &l->s->ctx, path, t->wave, &err);
    if (status == SX_OK) keep_model(l, t, model);
    sx_synth_free(model);
    if (status == SX_OK && !study__stop(l)) status = study__model_solved(&solved, key, l->s, t, l->kept, &err);
  }
  l->oom = l->oom || status == SX_E_MEMORY;
  return status == SX_OK && solved;
}

/* The model is loaded once. */
static bool check_model(st_load *l, st_table *t) {
  sx_synth_model *model = NULL;
  sx_error err = SX_ERROR_INIT;
  const char *path = study__path(l->s, l->s->arena, t->model);
  if (!file_there(l, sx_node_get(t->node, "generate"), path)) return false;
  if (model_known(l, t, path) || study__stop(l)) return !study__stop(l);
  if (sx_synth_load_wave(&model, &l->s->ctx, path, t->wave, &err) != SX_OK) {
    study__error_problem(l, sx_node_get(t->node, "generate"), &err);
    return false;
  }
  keep_model(l, t, model);
  t->solved = model; /* for those that draw from it */
  return !study__stop(l);
}

static void check_table(st_load *l, size_t i) {
  sx_study *s = l->s;
  st_table *t = &s->tables[i];
  bool there = t->files.n > 0;
  for (size_t k = 0; k < t->files.n; k++) {
    const char *path = study__data_path(s, s->arena, t, t->files.items[k]);
    if (t->model && path && !sx_file_exists(path)) continue; /* made by the run */
    there = file_there(l, t->files.nodes[k], path) && there;
  }
  if (!study__stop(l)) study__seen_begin(l, t);
  if (t->model && !study__stop(l)) there = check_model(l, t) && there;
  for (size_t k = 0; t->add && k < t->add->n; k++) there = there && t->add->items[k]->n == t->files.n;
  if (!there || study__stop(l)) return;
  sx_error err = SX_ERROR_INIT;
  const sx_status status = study__read_table(&s->schemas[i], s, i, NULL, 0, HEAD_ROWS, &err);
  study__seen_end(t);
  if (status != SX_OK) {
    study__error_problem(l, t->node, &err);
    return;
  }
  if (i == s->unit && !sx_table_rows(s->schemas[i])) {
    study__problem(l, t->node, "the table has no cases: an estimate wants some");
    sx_table_free(s->schemas[i]); /* what a variable would hold is not known */
    s->schemas[i] = NULL;
    return;
  }
  if (!t->where.expr) return;
  uint8_t *keep = study__take(l, sx_table_rows(s->schemas[i]), 1);
  if (keep && sx_expr_test(keep, t->where.expr, s->schemas[i], &err) != SX_OK)
    study__expr_problem(l, t->where.node, &err);
}

/* The name must be a variable of the table. */
static const sx_column *need_variable(st_load *l, const sx_table *table, const sx_node *node, const char *name) {
  const sx_column *column = NULL;
  sx_error err = SX_ERROR_INIT;
  if (!name) return NULL;
  if (sx_table_need(&column, table, name, &err) != SX_OK) {
    study__problem(l, node, "%s", err.message);
    return NULL;
  }
  return column;
}

static bool check_join(st_load *l, const sx_table *unit, const st_join *j) {
  if (j->from == ST_NONE || !l->s->schemas[j->from]) return false;
  const sx_table *from = l->s->schemas[j->from];
  const size_t before = l->problems->n;
  for (size_t i = 0; i < j->by.n; i++) {
    (void)need_variable(l, unit, j->by.nodes[i], j->by.items[i]);
    (void)need_variable(l, from, j->by.nodes[i], j->by.items[i]);
  }
  for (size_t i = 0; i < j->columns.n; i++) (void)need_variable(l, from, j->columns.nodes[i], j->columns.items[i]);
  if (j->pivot) (void)need_variable(l, from, sx_node_get(j->node, "pivot"), j->pivot);
  if (j->pivot && j->sum) (void)need_variable(l, from, sx_node_get(j->node, "sum"), j->sum);
  return l->problems->n == before && j->by.n > 0 && (!j->pivot || (j->sum && j->prefix));
}

static void check_joins(st_load *l, sx_table *unit) {
  for (size_t i = 0; i < l->s->n_joins && !study__stop(l); i++) {
    const st_join *j = &l->s->joins[i];
    sx_error err = SX_ERROR_INIT;
    if (!check_join(l, unit, j)) continue;
    if (study__apply_join(unit, l->s, j, l->s->schemas[j->from], &err) != SX_OK) study__error_problem(l, j->node, &err);
  }
}

/* A faulty variable is replaced by an empty one, so that those which use it are not called unknown. */
static void check_derived(st_load *l, sx_table *unit) {
  sx_study *s = l->s;
  for (size_t i = 0; s->derived_order && i < s->n_derived && !study__stop(l); i++) {
    const st_derived *d = &s->derived[s->derived_order[i]];
    sx_error err = SX_ERROR_INIT;
    if (sx_table_find(unit, d->id)) {
      study__problem(l, d->node, "the data already have a variable '%s': give the derived one another name", d->id);
      continue;
    }
    const bool usable = d->value.expr && !d->circular && (!d->cut || d->labels);
    if (usable && study__derive(unit, s, s->derived_order[i], &err) == SX_OK) continue;
    if (usable) study__expr_problem(l, d->value.node, &err);
    sx_column *stand_in = NULL;
    if (sx_table_add(&stand_in, unit, d->id, SX_INTEGER, &err) != SX_OK) study__error_problem(l, d->node, &err);
  }
}

/* ---- design and weighting ---------------------------------------------------------------------------------------- */

static bool is_number(const sx_column *c) {
  return c->type == SX_NUMBER || c->type == SX_INTEGER;
}

/* ---- groups, indicators, accounts ----------------------------------------------------------------------------------- */

static void check_condition(st_load *l, const sx_table *unit, const st_expr *e) {
  if (!e->expr || !unit) return;
  sx_error err = SX_ERROR_INIT;
  uint8_t *keep = study__take(l, sx_table_rows(unit), 1);
  if (keep && sx_expr_test(keep, e->expr, unit, &err) != SX_OK) study__expr_problem(l, e->node, &err);
}

static void check_set(st_load *l, const sx_table *unit, const st_measure *m) {
  const char *near = NULL;
  if (sx_table_find_mrset(unit, m->name)) return;
  const size_t n = sx_table_mrsets(unit);
  const char **names = study__take(l, n, sizeof *names);
  for (size_t i = 0; names && i < n; i++) names[i] = sx_table_mrset(unit, i)->name;
  if (names) near = sx_text_nearest(m->name, names, n);
  study__problem(l, m->e.node, "the data have no multiple-response set '%s'%s%s%s", m->name,
                 near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void check_measure(st_load *l, const sx_table *unit, const char *word, const st_measure *m) {
  const st_expr *e = &m->e;
  if (unit && m->type == ST_SET) check_set(l, unit, m);
  if (!e->expr || !unit) return;
  sx_error err = SX_ERROR_INIT;
  sx_column *column = NULL;
  if (sx_expr_eval(&column, e->expr, unit, "y", &err) != SX_OK) {
    study__expr_problem(l, e->node, &err);
    return;
  }
  if (!is_number(column) && m->type == ST_CONDITION) {
    study__problem(l, e->node, "%s needs a condition, '%s' is %s: write '%s == \"LEVEL\"'", word, sx_expr_text(e->expr),
                   sx_type_name(column->type), sx_expr_text(e->expr));
  } else if (!is_number(column) && m->type == ST_NUMBER) {
    study__problem(l, e->node, "'%s' is %s, not a number", sx_expr_text(e->expr), sx_type_name(column->type));
  }
  sx_column_free(sx_table_ctx(unit), column);
}

static void check_format(st_load *l, const sx_node *node, const char *format, const char *unit) {
  if (!format) return;
  sx_buf buf;
  sx_error err = SX_ERROR_INIT;
  sx_buf_init(&buf, &l->s->ctx);
  if (sx_report_format(&buf, 0.5, format, SX_LANG_ZH, &err) != SX_OK) study__error_problem(l, node, &err);
  sx_buf_clear(&buf);
  const char *word = NULL;
  (void)study__unit_scale(study__format_unit(format), &word);
  const bool people = strncmp(word, "人", strlen("人")) == 0, money = strncmp(word, "元", strlen("元")) == 0;
  if (unit && ((people && strcmp(unit, "元") == 0) || (money && strcmp(unit, "人") == 0))) {
    study__problem(l, node, "the format '%s' does not print the unit '%s'", format, unit);
  }
}

static void check_indicators(st_load *l, const sx_table *unit) {
  sx_study *s = l->s;
  for (size_t i = 0; i < s->n_indicators && !study__stop(l); i++) {
    st_indicator *ind = &s->indicators[i];
    const size_t before = l->problems->n;
    for (size_t k = 0; k < ind->n_measures; k++) check_measure(l, unit, ind->kind->word, &ind->measures[k]);
    check_condition(l, unit, &ind->base);
    check_condition(l, unit, &ind->where);
    const sx_node *format = sx_node_get(ind->node, "format");
    check_format(l, format ? format : ind->node, ind->format, ind->unit);
    if (unit && ind->kind->check && l->problems->n == before) ind->kind->check(l, unit, ind);
  }
  for (size_t i = 0; i < s->n_indicators && !study__stop(l); i++) study__resolve_formula(l, &s->indicators[i].formula);
}

void study__check_domain_level(st_load *l, const sx_table *unit, const st_domain *d) {
  for (size_t i = 0; i < d->n; i++) {
    const st_group *g = &l->s->groups[d->terms[i].group];
    const char *level = d->terms[i].level;
    const sx_column *c = g->by && level ? sx_table_find(unit, g->by) : NULL;
    const char *near = NULL;
    if (!c || study__known_level(l, c, level, &near)) continue;
    study__problem(l, d->node, "the group '%s' has no level '%s'%s%s%s", g->id, level, near ? ", did you mean '" : "",
                   near ? near : "", near ? "'?" : "");
  }
}

/* The label whose words these are; NULL: they are a code, or none. */
static const sx_label *label_of_words(const sx_column *c, const char *words) {
  const sx_label *found = NULL;
  double number = 0;
  const bool is_number = sx_text_to_double(&number, words, strlen(words));
  if (c->dict && sx_dict_find(c->dict, words, strlen(words)) >= 0) return NULL;
  for (size_t k = 0; k < c->n_labels; k++) {
    const sx_label *label = &c->labels[k];
    if (label->text ? strcmp(label->text, words) == 0 : is_number && label->value == number) return NULL;
    if (!found && !label->tag && label->label && strcmp(label->label, words) == 0) found = label;
  }
  return found;
}

/* A side of a gap whose group is estimated with all of its levels is found by the code, as the results are named. */
static void check_gap_side(st_load *l, const sx_table *unit, const st_indicator *ind, const st_domain *d) {
  for (size_t i = 0; i < ind->n_by; i++)
    if (study__same_domain(&ind->by[i], d)) return;
  for (size_t i = 0; i < d->n; i++) {
    const st_group *g = &l->s->groups[d->terms[i].group];
    const sx_column *c = g->by && d->terms[i].level ? sx_table_find(unit, g->by) : NULL;
    const sx_label *label = c ? label_of_words(c, d->terms[i].level) : NULL;
    char code[SX_DOUBLE_TEXT_MAX + 1];
    if (!label) continue;
    if (!label->text) code[sx_text_from_double(code, label->value)] = '\0';
    const char *own = label->text ? label->text : code;
    study__problem(l, d->node,
                   "'%s' is the label of the level '%s' of the group '%s': a gap names levels by their codes, '%s:%s'",
                   d->terms[i].level, own, g->id, g->id, own);
  }
}

static void check_levels(st_load *l, const sx_table *unit) {
  for (size_t i = 0; unit && i < l->s->n_indicators && !study__stop(l); i++) {
    const st_indicator *ind = &l->s->indicators[i];
    for (size_t k = 0; k < ind->n_by; k++) study__check_domain_level(l, unit, &ind->by[k]);
    for (size_t k = 0; k < ind->n_gaps; k++) {
      check_gap_side(l, unit, ind, &ind->gaps[k].of);
      check_gap_side(l, unit, ind, &ind->gaps[k].to);
    }
  }
}

static void check_groups(st_load *l, const sx_table *unit) {
  for (size_t i = 0; unit && i < l->s->n_groups && !study__stop(l); i++) {
    st_group *g = &l->s->groups[i];
    check_condition(l, unit, &g->where);
    (void)need_variable(l, unit, sx_node_get(g->node, "by"), g->by);
    study__note_levels(l, g, unit);
  }
}

static void check_accounts(st_load *l, const sx_table *unit) {
  sx_study *s = l->s;
  for (size_t i = 0; i < s->n_accounts && !study__stop(l); i++) {
    st_account *a = &s->accounts[i];
    const sx_node *format = sx_node_get(a->node, "format");
    check_format(l, format ? format : a->node, a->format, a->unit);
    for (size_t k = 0; k < a->n_nodes && !study__stop(l); k++) {
      const st_node *n = &a->nodes[k];
      const size_t before = l->problems->n;
      if (n->data_total.expr && unit)
        check_measure(l, unit, "total", &(st_measure){.type = ST_NUMBER, .e = n->data_total});
      if (l->problems->n != before) break;
    }
    study__check_account(l, a, unit);
  }
  study__check_indicator_units(l);
  if (!study__stop(l)) study__check_recombined(l);
}

/* What is an operand of a formula keeps its carrier; backwards, so that a formula's own groups reach what it rests on. */
static void mark_needed(st_load *l) {
  sx_study *s = l->s;
  for (size_t i = s->n_formula_order; i-- > 0;) {
    const size_t at = s->formula_order[i];
    if (at < s->n_indicators) {
      const st_indicator ind = s->indicators[at];
      study__need_operands(l, &ind.formula, ind.by, ind.n_by);
      continue;
    }
    if (at < s->n_indicators + s->n_accounts) {
      study__need_account(l, &s->accounts[at - s->n_indicators]);
    } else {
      study__need_balance(l, at - s->n_indicators - s->n_accounts);
    }
  }
}

/* The order of levels that the groups declare: of the file's variables, as the codebook lists them too, and of the derived ones. */
static void order_levels(st_load *l, sx_table *table, bool labels) {
  sx_error err = SX_ERROR_INIT;
  if (!table || study__stop(l)) return;
  if (study__order_levels(table, l->s, &err) != SX_OK || (labels && study__order_labels(table, &err) != SX_OK))
    l->oom = true;
}

static sx_table *working_table(st_load *l) {
  sx_study *s = l->s;
  sx_table *unit = NULL, *head = s->n_tables ? s->schemas[s->unit] : NULL;
  sx_error err = SX_ERROR_INIT;
  if (!head) return NULL;
  uint8_t *keep = study__take(l, sx_table_rows(head), 1);
  if (!keep) return NULL;
  memset(keep, 1, sx_table_rows(head));
  if (sx_table_select(&unit, head, keep, &err) != SX_OK) study__error_problem(l, NULL, &err);
  return unit;
}

void study__check(st_load *l) {
  sx_study *s = l->s;
  study__order_derived(l);
  if (study__stop(l) || !(s->schemas = study__take(l, s->n_tables, sizeof *s->schemas))) return;
  if (!s->skipped) {
    for (size_t i = 0; i < s->n_accounts && !study__stop(l); i++) {
      if (study__account_tree(l, &s->accounts[i]) != SX_OK) l->oom = true;
    }
    for (size_t i = 0; i < s->n_tables && !study__stop(l); i++) check_table(l, i);
  }
  if (s->n_tables) order_levels(l, s->schemas[s->unit], true);
  sx_table *unit = study__stop(l) ? NULL : working_table(l);
  if (unit) {
    check_joins(l, unit);
    check_derived(l, unit);
    order_levels(l, unit, false);
    study__check_design(l, unit);
  }
  if (!study__stop(l)) check_groups(l, unit);
  if (!study__stop(l)) check_levels(l, unit);
  if (!study__stop(l)) study__check_weighting(l, unit);
  if (!study__stop(l)) check_indicators(l, unit);
  if (!study__stop(l) && !s->skipped) check_accounts(l, unit);
  if (!study__stop(l) && !s->skipped) study__check_balances(l);
  if (!study__stop(l)) study__check_rules(l, unit);
  if (!study__stop(l)) study__check_banner_names(l, unit);
  if (!study__stop(l)) study__check_disclosure(l);
  sx_table_free(unit);
  if (study__stop(l)) return;
  order_formulas(l);
  if (study__stop(l)) return;
  study__check_balanced_operands(l);
  mark_needed(l);
  study__check_formula_groups(l);
  if (!study__stop(l)) study__check_blocks(l);
}
