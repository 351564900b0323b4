/* study_balance.c: the section `balance` of a study read, checked and planned. */
#include "study_balance.h"
#include "study_data.h"
#include "study_names.h"
#include "study_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

static void read_bounds(st_load *l, st_balanced *f, const sx_node *map) {
  f->lower = study__number(l, map, "lower", -(double)INFINITY);
  f->upper = study__number(l, map, "upper", (double)INFINITY);
  if (f->lower > f->upper)
    study__problem(l, map, "the bounds of '%s' hold no number: %g to %g", f->id, f->lower, f->upper);
}

/* "spend/goods", or {value: FORMULA, by: GROUP, lower, upper, label, unit}. */
static void read_figure(st_load *l, st_balanced *f, const char *id, const sx_node *node) {
  *f = (st_balanced){.id = id, .node = node, .lower = -(double)INFINITY, .upper = (double)INFINITY};
  f->label.zh = f->label.en = id;
  if (node->kind == SX_NODE_SCALAR) {
    f->value.value = study__expr_of(l, node, node->text);
    return;
  }
  if (!study__is_map(l, node, "a figure")) return;
  ST_KEYS(l, node, "value", "by", "lower", "upper", "held", "label", "unit");
  f->value.value = study__expr(l, node, "value");
  if (!sx_node_get(node, "value"))
    study__problem(l, node, "the figure '%s' needs 'value: ESTIMATE', as formulas name estimates", id);
  const sx_text2 label = study__text2(l, node, "label");
  if (label.zh || label.en) f->label = label;
  f->unit = study__text(l, node, "unit");
  read_bounds(l, f, node);
  f->held = study__bool(l, node, "held", false);
  if (f->held && (sx_node_get(node, "lower") || sx_node_get(node, "upper")))
    study__problem(l, node, "the figure '%s' is held: bounds have nothing to hold", id);
  const char *by = study__text(l, node, "by");
  if (!by) return;
  f->grouped = true;
  (void)study__domain(l, &f->by, sx_node_get(node, "by"), by);
}

static void read_figures(st_load *l, struct st_balance *b) {
  const sx_node *map = sx_node_get(b->node, "figures");
  if (!map || !study__is_map(l, map, "figures") || !(b->figures = study__take(l, map->n, sizeof *b->figures))) {
    if (!map) study__problem(l, b->node, "the balance '%s' needs figures: {name: ESTIMATE, ...}", b->id);
    return;
  }
  for (size_t i = 0; i < map->n; i++) {
    const char *id = map->keys[i]->text;
    (void)study__id(l, map->keys[i], id, "the figure");
    if (strcmp(id, ST_BALANCE_ALL) == 0)
      study__problem(l, map->keys[i], "'%s' is the row of the chi-square: name the figure otherwise", id);
    read_figure(l, &b->figures[b->n_figures++], id, map->items[i]);
  }
}

/* {sum: total, of: [a, b]} as "`total` == `a` + `b`"; NULL and a problem where it is not that. */
static char *sum_text(st_load *l, const sx_node *map, const char *id) {
  const sx_node *sum = sx_node_get(map, "sum"), *of = sx_node_get(map, "of");
  bool ok = sum && sum->kind == SX_NODE_SCALAR && of && of->kind == SX_NODE_LIST && of->n > 0;
  for (size_t i = 0; ok && i < of->n; i++) ok = of->items[i]->kind == SX_NODE_SCALAR;
  for (size_t i = 0; ok && i < of->n; i++) {
    bool twice = strcmp(of->items[i]->text, sum->text) == 0;
    for (size_t k = 0; k < i && !twice; k++) twice = strcmp(of->items[i]->text, of->items[k]->text) == 0;
    if (!twice) continue;
    study__problem(l, of->items[i], "the identity '%s' names '%s' twice: a part counts once", id, of->items[i]->text);
    return NULL;
  }
  if (!ok) {
    study__problem(l, map, "the identity '%s' is {sum: total, of: [part, part]} or {formula: \"a == b + c\"}", id);
    return NULL;
  }
  sx_buf text;
  sx_buf_init(&text, &l->s->ctx);
  double number = 0;
  sx_buf_printf(&text, sx_node_number(&number, sum) ? "%s" : "`%s`", sum->text);
  for (size_t i = 0; i < of->n; i++) {
    sx_buf_printf(&text, "%s`%s`", i ? " + " : " == ", of->items[i]->text);
  }
  char *out = sx_buf_status(&text, NULL) == SX_OK ? study__copy(l, text.data) : NULL;
  l->oom = l->oom || !out;
  sx_buf_clear(&text);
  return out;
}

static void parse_identity(st_load *l, const struct st_balance *b, st_identity *id, const char *text) {
  sx_balance_figure *figures = study__take(l, b->n_figures, sizeof *figures);
  sx_balance_term *terms = NULL;
  sx_error err = SX_ERROR_INIT;
  if (!figures) return;
  for (size_t i = 0; i < b->n_figures; i++) figures[i].id = b->figures[i].id;
  const sx_status status =
      sx_balance_parse(&terms, &id->n_terms, &id->constant, &l->s->ctx, text, figures, b->n_figures, &err);
  if (status != SX_OK) {
    id->n_terms = 0;
    l->oom = l->oom || status == SX_E_MEMORY;
    if (status != SX_E_MEMORY) study__problem(l, id->node, "the identity '%s': %s", id->id, err.message);
    return;
  }
  id->terms = study__take(l, id->n_terms, sizeof *id->terms);
  if (id->terms && id->n_terms) memcpy(id->terms, terms, id->n_terms * sizeof *terms);
  sx_mem_free(&l->s->ctx, terms);
}

static void read_identity(st_load *l, const struct st_balance *b, st_identity *id, const sx_node *map) {
  *id = (st_identity){.node = map, .id = ""};
  if (!study__is_map(l, map, "an identity")) return;
  ST_KEYS(l, map, "id", "sum", "of", "formula", "each", "units", "why", "label");
  id->id = study__text(l, map, "id");
  if (!id->id) {
    id->id = "";
    study__problem(l, map, "an identity has an id");
    return;
  }
  const char *text = study__text(l, map, "formula");
  if (!text == !sx_node_get(map, "sum")) {
    study__problem(l, map, "the identity '%s' has either sum and of, or formula", id->id);
    return;
  }
  if (!text) text = sum_text(l, map, id->id);
  if (text) parse_identity(l, b, id, text);
  id->each = study__bool(l, map, "each", false);
  for (size_t e = 0; id->each && e < id->n_terms; e++) {
    const st_balanced *f = &b->figures[id->terms[e].figure], *first = &b->figures[id->terms[0].figure];
    if (f->grouped && first->grouped && study__same_domain(&f->by, &first->by)) continue;
    study__problem(l, map, "the identity '%s' holds in each level: all its figures are 'by' one group, and '%s' is not",
                   id->id, f->grouped ? first->id : f->id);
    break;
  }
}

static void read_identities(st_load *l, struct st_balance *b) {
  const sx_node *list = sx_node_get(b->node, "identities");
  if (!list || !study__is_list(l, list, "identities") ||
      !(b->identities = study__take(l, list->n, sizeof *b->identities))) {
    if (!list) study__problem(l, b->node, "the balance '%s' needs identities: [{id, sum, of}, ...]", b->id);
    return;
  }
  for (size_t i = 0; i < list->n; i++) {
    read_identity(l, b, &b->identities[b->n_identities++], list->items[i]);
    for (size_t k = 0; k < i; k++)
      if (*b->identities[i].id && strcmp(b->identities[k].id, b->identities[i].id) == 0)
        study__problem(l, list->items[i], "the identity '%s' stands twice", b->identities[i].id);
  }
}

static void read_balance(st_load *l, struct st_balance *b, const char *id, const sx_node *map) {
  static const char *const distances[] = {"absolute", "relative"};
  size_t distance = 0;
  *b = (struct st_balance){.id = id, .node = map, .format = "plain 0"};
  b->label.zh = b->label.en = id;
  if (!study__is_map(l, map, "a balance")) {
    study__problem(l, map, "a balance is {figures: {...}, identities: [...]}");
    return;
  }
  ST_KEYS(l, map, "label", "unit", "format", "distance", "figures", "identities");
  const sx_text2 label = study__text2(l, map, "label");
  if (label.zh || label.en) b->label = label;
  b->unit = study__text(l, map, "unit");
  const char *format = study__text(l, map, "format");
  if (format) b->format = format;
  (void)study__choice(&distance, l, map, "distance", distances, 2, "distance");
  b->distance = distance ? SX_BALANCE_RELATIVE : SX_BALANCE_ABSOLUTE;
  read_figures(l, b);
  if (!study__stop(l)) read_identities(l, b);
}

void study__read_balances(st_load *l, const sx_node *root) {
  sx_study *s = l->s;
  const sx_node *map = sx_node_get(root, "balance");
  if (l->wave || !study__is_map(l, map, "balance")) return; /* of the study itself, not of its earlier waves */
  s->balances = study__take(l, map->n, sizeof *s->balances);
  for (size_t i = 0; s->balances && i < map->n && !study__stop(l); i++) {
    const char *id = map->keys[i]->text;
    (void)study__id(l, map->keys[i], id, "the balance");
    if (study__find_account(s, id, strlen(id)) != ST_NONE)
      study__problem(l, map->keys[i], "'%s' is an account already: name the balance otherwise", id);
    read_balance(l, &s->balances[s->n_balances++], id, map->items[i]);
  }
}

size_t study__find_balance(const sx_study *s, const char *id, size_t n) {
  for (size_t i = 0; i < s->n_balances; i++)
    if (strlen(s->balances[i].id) == n && memcmp(s->balances[i].id, id, n) == 0) return i;
  return ST_NONE;
}

const st_formula *study__balance_formula(const sx_study *s, size_t i) {
  for (size_t b = 0; b < s->n_balances; b++) {
    if (i < s->balances[b].n_figures) return &s->balances[b].figures[i].value;
    i -= s->balances[b].n_figures;
  }
  return NULL;
}

/* ---- checking ------------------------------------------------------------------------------------------------------------ */

/* The unit of the one estimate that a figure is; NULL where it is more than one, or says none. */
static const char *unit_of(const sx_study *s, const st_balanced *f) {
  if (f->unit) return f->unit;
  if (f->value.n != 1 || !f->value.value.expr || strpbrk(sx_expr_text(f->value.value.expr), "+*^() ")) return NULL;
  const st_operand *op = &f->value.operands[0];
  if (op->kind == ST_OPERAND_BENCHMARK) return s->benchmarks[op->index].unit;
  if (op->kind == ST_OPERAND_INDICATOR) return s->indicators[op->index].unit;
  if (op->kind == ST_OPERAND_BALANCE) return study__balance_unit(s, op);
  return op->statistic && strcmp(op->statistic, "level") == 0 ? s->accounts[op->index].unit : NULL;
}

static void check_units(st_load *l, const struct st_balance *b, const st_identity *id) {
  const char *any = study__text(l, id->node, "units");
  const st_balanced *first = NULL;
  if (any && strcmp(any, "any") == 0) return;
  for (size_t e = 0; e < id->n_terms; e++) {
    const st_balanced *f = &b->figures[id->terms[e].figure];
    if (!f->unit) continue;
    if (!first) first = f;
    if (strcmp(first->unit, f->unit) == 0) continue;
    study__problem(
        l, id->node,
        "the identity '%s' mixes units: '%s' is in %s, '%s' in %s; convert one, or say 'units: any' where the "
        "coefficients do",
        id->id, first->id, first->unit, f->id, f->unit);
    return;
  }
}

static void check_figure(st_load *l, st_balanced *f) {
  sx_study *s = l->s;
  study__resolve_formula(l, &f->value);
  f->unit = unit_of(s, f);
  for (size_t i = 0; f->grouped && i < f->value.n; i++) {
    st_operand *op = &f->value.operands[i];
    if (op->kind != ST_OPERAND_ACCOUNT || strchr(op->name, '.')) continue; /* with a domain: that, in every level */
    const st_account *a = &s->accounts[op->index];
    bool made = false;
    for (size_t k = 0; k < a->n_domains; k++) made = made || study__covers(&a->domains[k], &f->by);
    op->levels = &f->by;
    if (!made)
      study__problem(l, f->node, "the account '%s' is not made for the levels of '%s': add the group to its 'domains'",
                     a->id, f->id);
  }
}

void study__need_balance(st_load *l, size_t balance) {
  const struct st_balance *b = &l->s->balances[balance];
  for (size_t k = 0; k < b->n_figures; k++)
    study__need_operands(l, &b->figures[k].value, b->figures[k].grouped ? &b->figures[k].by : NULL,
                         b->figures[k].grouped ? 1 : 0);
}

void study__check_balances(st_load *l) {
  sx_study *s = l->s;
  for (size_t i = 0; i < s->n_balances && !study__stop(l); i++) {
    struct st_balance *b = &s->balances[i];
    sx_buf shown;
    sx_error err = SX_ERROR_INIT;
    sx_buf_init(&shown, &s->ctx);
    const sx_node *format = sx_node_get(b->node, "format");
    if (sx_report_format(&shown, 0.5, b->format, SX_LANG_ZH, &err) != SX_OK)
      study__error_problem(l, format ? format : b->node, &err);
    sx_buf_clear(&shown);
    for (size_t k = 0; k < b->n_figures && !study__stop(l); k++) check_figure(l, &b->figures[k]);
    for (size_t k = 0; k < b->n_identities && !study__stop(l); k++) check_units(l, b, &b->identities[k]);
  }
}

static const st_balanced *find_figure(const struct st_balance *b, const char *id) {
  for (size_t i = 0; i < b->n_figures; i++)
    if (strcmp(b->figures[i].id, id) == 0) return &b->figures[i];
  return NULL;
}

/* "ID/FIGURE.total.moved_se", "ID/FIGURE.province:Beijing", "ID/all.total.p". */
void study__check_balance_reference(const sx_study *s, size_t balance, const sx_reference *ref, char message[256]) {
  const struct st_balance *b = &s->balances[balance];
  const char *name = strchr(ref->indicator, '/') + 1, *stat = ref->statistic;
  if (strcmp(name, ST_BALANCE_ALL) == 0) {
    if (*stat && strcmp(stat, "chi_square") != 0 && strcmp(stat, "p") != 0)
      (void)snprintf(message, 256, "'%.80s' has the statistics chi_square and p", ref->indicator);
    return;
  }
  const st_balanced *f = find_figure(b, name);
  if (!f) {
    (void)snprintf(message, 256, "the balance '%.60s' has no figure '%.60s'", b->id, name);
    return;
  }
  bool known = !*stat;
  for (size_t i = 0; study__balance_stats[i]; i++) known = known || strcmp(study__balance_stats[i], stat) == 0;
  if (!known)
    (void)snprintf(message, 256, "a balanced figure has no statistic '%.30s': balanced, before, moved_se, standardised",
                   stat);
  for (size_t i = 0; i < b->n_figures; i++) {
    if (b->figures[i].held && strcmp(stat, "standardised") == 0)
      (void)snprintf(message, 256, "the balance '%.60s' holds figures: it has no standardised adjustments", b->id);
  }
  if ((ref->n_terms > 0) != f->grouped)
    (void)snprintf(message, 256,
                   f->grouped ? "'%.80s' is a figure per level: name one" : "'%.80s' has the domain total",
                   ref->indicator);
}

const struct st_balance *study__block_balance(const sx_study *s, const sx_node *block) {
  const sx_node *node = sx_node_get(block, "balance");
  const size_t i =
      node && node->kind == SX_NODE_SCALAR ? study__find_balance(s, node->text, strlen(node->text)) : ST_NONE;
  return i == ST_NONE ? NULL : &s->balances[i];
}

void study__check_balance_form(st_load *l, const sx_node *block) {
  const sx_study *s = l->s;
  const char *name = study__text(l, block, "balance");
  if (name && study__block_balance(s, block)) study__check_balance_levels(l, block, study__block_balance(s, block));
  if (!name || study__block_balance(s, block)) return;
  const char **names = study__take(l, s->n_balances, sizeof *names);
  for (size_t i = 0; names && i < s->n_balances; i++) names[i] = s->balances[i].id;
  const char *near = names ? sx_text_nearest(name, names, s->n_balances) : NULL;
  study__problem(l, sx_node_get(block, "balance"), "unknown balance '%s'%s%s%s", name, near ? ", did you mean '" : "",
                 near ? near : "", near ? "'?" : "");
}

/* ---- planning -------------------------------------------------------------------------------------------------------------- */

static sx_status plan_figure(st_build *b, size_t step, const st_balanced *f, sx_error *err) {
  for (size_t i = 0; i < f->value.n; i++) {
    const st_operand *op = &f->value.operands[i];
    if (op->kind == ST_OPERAND_BENCHMARK)
      sx_node_to_json(&b->spec, b->s->benchmarks[op->index].node);
    else
      SX_TRY(study__plan_dep(b, step,
                             op->kind == ST_OPERAND_INDICATOR ? b->indicator[op->index]
                             : op->kind == ST_OPERAND_ACCOUNT ? b->account[op->index]
                                                              : b->balance[op->index],
                             err));
  }
  for (size_t i = 0; f->grouped && i < f->by.n; i++) {
    const st_group *g = &b->s->groups[f->by.terms[i].group];
    sx_node_to_json(&b->spec, g->node);
    if (g->by) study__spec_order(&b->spec, b->s, g->by);
  }
  return SX_OK;
}

/* Figures that formulas name: their carriers are stored. */
static void spec_asked(st_build *b, size_t balance) {
  const struct st_balance *own = &b->s->balances[balance];
  for (size_t k = 0; k < own->n_figures; k++)
    if (study__balance_asked(b->s, balance, k, NULL)) sx_buf_printf(&b->spec, "asked %s\n", own->figures[k].id);
}

sx_status study__plan_balance(st_build *b, size_t index, sx_error *err) {
  const sx_study *s = b->s;
  static const char *const own[] = {"level", "df"};
  const struct st_balance *balance = &s->balances[index];
  size_t step = 0;
  SX_TRY(study__plan_step(&step, b, ST_STEP_BALANCE, index, "balance", balance->id, err));
  sx_buf_printf(&b->spec, "wave %s\n", s->wave ? s->wave : "");
  sx_node_to_json(&b->spec, balance->node);
  spec_asked(b, index);
  for (size_t k = 0; k < 2; k++) {
    const sx_node *node = sx_node_get(sx_doc_root(s->doc), own[k]);
    if (node) sx_node_to_json(&b->spec, node);
  }
  SX_TRY(study__plan_dep(b, step, b->design, err));
  for (size_t k = 0; k < balance->n_figures; k++) SX_TRY(plan_figure(b, step, &balance->figures[k], err));
  SX_TRY(study__plan_seal(b, step, err));
  b->balance[index] = step;
  return SX_OK;
}
