/* synth_parse.c: the variables of a model file, in the order in which they are drawn. */
#include "synth_priv.h"

static const struct {
  const char *key;
  sx_synth_kind kind;
  sx_type type;
} kinds[] = {
    {"id", SX_SYNTH_ID, SX_INTEGER},           {"attribute", SX_SYNTH_ATTRIBUTE, SX_INTEGER},
    {"phones", SX_SYNTH_PHONES, SX_INTEGER},   {"weight", SX_SYNTH_WEIGHT, SX_NUMBER},
    {"uniform", SX_SYNTH_UNIFORM, SX_INTEGER}, {"flag", SX_SYNTH_FLAG, SX_INTEGER},
    {"choice", SX_SYNTH_CHOICE, SX_INTEGER},   {"ordered", SX_SYNTH_ORDERED, SX_INTEGER},
    {"derive", SX_SYNTH_DERIVE, SX_INTEGER},   {"amount", SX_SYNTH_AMOUNT, SX_NUMBER},
    {"band", SX_SYNTH_BAND, SX_INTEGER},       {"threshold", SX_SYNTH_THRESHOLD, SX_INTEGER},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

bool sx_synth__is_flag(const sx_synth_var *v) {
  return v->kind == SX_SYNTH_FLAG || v->kind == SX_SYNTH_DERIVE || v->kind == SX_SYNTH_THRESHOLD;
}

/* FNV-1a of the name: a variable's draws do not depend on what stands around it. The low byte numbers its streams. */
static uint64_t stream_of(const char *name) {
  uint64_t h = 0xcbf29ce484222325U;
  for (const char *p = name; *p; p++) h = (h ^ (unsigned char)*p) * 0x100000001b3U;
  return h << 8;
}

/* ---- common parts ---- */

static sx_status parse_labels(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  if (!node) return SX_OK;
  if (node->kind == SX_NODE_SCALAR) {
    const sx_node *named = sx_node_get(sx_node_get(sx_doc_root(l->doc), "labels"), node->text);
    if (!named) return sx_node_error(l->err, l->doc, node, "no list '%s' under 'labels'", node->text);
    node = named;
  }
  if (node->kind != SX_NODE_MAP) return sx_node_error(l->err, l->doc, node, "expected a map of value: label");
  v->labels = sx_synth__alloc(l, node->n, sizeof *v->labels);
  if (!v->labels) return SX_E_MEMORY;
  for (size_t i = 0; i < node->n; i++) {
    sx_synth_label *label = &v->labels[i];
    label->key = sx_synth__keep(l, node->keys[i]->text);
    if (!label->key) return SX_E_MEMORY;
    if (v->type != SX_TEXT && !sx_text_to_double(&label->value, label->key, strlen(label->key)))
      return sx_node_error(l->err, l->doc, node->keys[i], "the value of a label must be a number here");
    SX_TRY(sx_synth__text(&label->text, l, node->items[i]));
  }
  v->n_labels = node->n;
  return SX_OK;
}

static sx_status parse_list(size_t **out, size_t *n, sx_synth_loader *l, const sx_node *list, size_t self) {
  if (!list) return SX_OK;
  if (list->kind != SX_NODE_LIST) return sx_node_error(l->err, l->doc, list, "expected a list of variables");
  size_t *vars = sx_synth__alloc(l, list->n, sizeof *vars);
  if (!vars) return SX_E_MEMORY;
  for (size_t i = 0; i < list->n; i++) {
    SX_TRY(sx_synth__need(&vars[i], l, list->items[i]));
    const sx_synth_var *v = &l->m->vars[vars[i]];
    if (vars[i] >= self)
      return sx_node_error(l->err, l->doc, list->items[i], "'%s' must stand before '%s'", v->name,
                           l->m->vars[self].name);
    if (!sx_synth__is_flag(v))
      return sx_node_error(l->err, l->doc, list->items[i], "'%s' is not a 0/1 variable", v->name);
  }
  *out = vars;
  *n = list->n;
  return SX_OK;
}

static sx_status parse_missing(sx_synth_loader *l, sx_synth_var *v, const sx_node *list) {
  if (!list) return SX_OK;
  if (list->kind != SX_NODE_LIST) return sx_node_error(l->err, l->doc, list, "expected a list of codes");
  v->missing = sx_synth__alloc(l, list->n, sizeof *v->missing);
  if (!v->missing) return SX_E_MEMORY;
  for (size_t i = 0; i < list->n; i++) SX_TRY(sx_synth__number(&v->missing[i], l, list->items[i], -1e15, 1e15));
  v->n_missing = list->n;
  return SX_OK;
}

static sx_status parse_type(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  if (!node) return SX_OK;
  const char *text = node->kind == SX_NODE_SCALAR ? node->text : "";
  const bool whole = v->kind == SX_SYNTH_ATTRIBUTE || v->kind == SX_SYNTH_UNIFORM;
  if (strcmp(text, "integer") == 0 && v->type != SX_NUMBER) return SX_OK;
  if (strcmp(text, "text") == 0 && v->kind == SX_SYNTH_ATTRIBUTE) {
    v->type = SX_TEXT;
  } else if (strcmp(text, "date") == 0 && whole) {
    v->type = SX_DATE;
  } else {
    return sx_node_error(l->err, l->doc, node,
                         "the type can be integer, text (attributes) or date (attributes, uniform)");
  }
  return SX_OK;
}

static sx_status register_variable(sx_synth_loader *l, const sx_node *node, sx_synth_var *v) {
  static const char *const keys[] = {"name",   "question", "zh",      "en",        "type",   "base",
                                     "only",   "labels",   "missing", "assumed",   "id",     "attribute",
                                     "phones", "weight",   "uniform", "flag",      "choice", "ordered",
                                     "derive", "amount",   "band",    "threshold", "stay"};
  SX_TRY(sx_node_keys(l->doc, node, keys, sizeof keys / sizeof *keys, l->err));
  const sx_node *name = sx_node_get(node, "name"), *question = sx_node_get(node, "question");
  if (!name || name->kind != SX_NODE_SCALAR || !*name->text)
    return sx_node_error(l->err, l->doc, node, "a variable needs a name");
  if (sx_synth__find(l->m, name->text) != SIZE_MAX)
    return sx_node_error(l->err, l->doc, name, "variable '%s' is declared twice", name->text);
  size_t found = N_KINDS;
  for (size_t i = 0; i < N_KINDS; i++)
    if (sx_node_get(node, kinds[i].key)) {
      if (found != N_KINDS)
        return sx_node_error(l->err, l->doc, node, "'%s' is both '%s' and '%s'", name->text, kinds[found].key,
                             kinds[i].key);
      found = i;
    }
  if (found == N_KINDS)
    return sx_node_error(l->err, l->doc, node,
                         "'%s' needs one of: id attribute phones weight uniform flag choice ordered derive amount band "
                         "threshold",
                         name->text);
  sx_synth_text zh, en;
  *v = (sx_synth_var){
      .kind = kinds[found].kind, .type = kinds[found].type, .node = node, .with = SIZE_MAX, .cover = SIZE_MAX};
  v->name = sx_synth__keep(l, name->text);
  v->question = question && question->kind == SX_NODE_SCALAR ? sx_synth__keep(l, question->text) : "";
  if (!v->name || !v->question) return SX_E_MEMORY;
  v->stream = stream_of(v->name);
  v->stay = (double)NAN;
  if (sx_node_get(node, "stay")) SX_TRY(sx_synth__number(&v->stay, l, sx_node_get(node, "stay"), 0, 1));
  SX_TRY(sx_synth__text(&zh, l, sx_node_get(node, "zh")));
  SX_TRY(sx_synth__text(&en, l, sx_node_get(node, "en")));
  v->label = (sx_synth_text){zh.zh, en.en};
  SX_TRY(parse_type(l, v, sx_node_get(node, "type")));
  SX_TRY(parse_labels(l, v, sx_node_get(node, "labels")));
  SX_TRY(parse_missing(l, v, sx_node_get(node, "missing")));
  v->assumed = sx_node_get(node, "assumed") != NULL;
  return sx_synth__text(&v->statement, l, sx_node_get(node, "assumed"));
}

/* ---- kinds ---- */

static sx_status parse_flag(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, size_t self) {
  static const char *const keys[] = {"rate", "among", "loading", "with", "cover", "ensure"};
  if (node->kind != SX_NODE_MAP) return sx_synth__cell_values(&v->rate, l, node, 0, 1);
  SX_TRY(sx_node_keys(l->doc, node, keys, 6, l->err));
  SX_TRY(sx_synth__cell_values(&v->rate, l, sx_node_get(node, "rate"), 0, 1));
  const sx_node *among = sx_node_get(node, "among"), *loading = sx_node_get(node, "loading");
  const sx_node *with = sx_node_get(node, "with"), *cover = sx_node_get(node, "cover");
  if (among && (among->kind != SX_NODE_SCALAR || strcmp(among->text, "eligible") != 0))
    return sx_node_error(l->err, l->doc, among, "'among' is only written as 'among: eligible'");
  v->among_eligible = among != NULL;
  if (loading) SX_TRY(sx_synth__number(&v->loading, l, loading, -0.95, 0.95));
  SX_TRY(parse_list(&v->ensure, &v->n_ensure, l, sx_node_get(node, "ensure"), self));
  if (with) {
    SX_TRY(sx_synth__need(&v->with, l, with));
    const sx_synth_var *leader = &l->m->vars[v->with];
    if (v->with >= self || leader->kind != SX_SYNTH_FLAG || leader->with != SIZE_MAX || leader->cover != SIZE_MAX ||
        leader->loading != v->loading)
      return sx_node_error(l->err, l->doc, with,
                           "'with' names a flag that stands before, with the same loading and no 'with' of its own");
  }
  if (cover) {
    SX_TRY(sx_synth__need(&v->cover, l, cover));
    if (v->cover >= self || l->m->vars[v->cover].kind != SX_SYNTH_FLAG)
      return sx_node_error(l->err, l->doc, cover, "'cover' names a flag that stands before");
  }
  if ((cover != NULL) + (with != NULL) + (v->n_ensure > 0) > 1 || (cover && (loading || v->n_only)))
    return sx_node_error(l->err, l->doc, node, "'cover' stands alone; 'with' and 'ensure' exclude each other");
  if (cover) v->loading = 0;
  return SX_OK;
}

static const char *code_text(sx_synth_loader *l, int32_t code) {
  const char *t = sx_arena_printf(l->m->arena, "%d", (int)code);
  if (!t) (void)sx_error_memory(l->err);
  return t;
}

static sx_status parse_codes(sx_synth_loader *l, sx_synth_var *v, const sx_node *at) {
  const char **text = sx_synth__alloc(l, SX_SYNTH_MAX_CODES, sizeof *text);
  if (!text) return SX_E_MEMORY;
  for (size_t i = 0; i < v->n_labels; i++) {
    bool missing = false;
    for (size_t k = 0; k < v->n_missing; k++) missing = missing || v->missing[k] == v->labels[i].value;
    if (missing) continue;
    if (v->n_codes == SX_SYNTH_MAX_CODES || v->labels[i].value != (double)(int32_t)v->labels[i].value)
      return sx_node_error(l->err, l->doc, at, "'%s' has too many codes, or one that is no whole number", v->name);
    v->codes[v->n_codes] = (int32_t)v->labels[i].value;
    if (!(text[v->n_codes] = code_text(l, v->codes[v->n_codes]))) return SX_E_MEMORY;
    v->n_codes++;
  }
  if (v->n_codes < 2) return sx_node_error(l->err, l->doc, at, "'%s' needs labels for at least two codes", v->name);
  v->levels = (sx_synth_levels){0, text}; /* published once parsed, so that it cannot key itself */
  return SX_OK;
}

/* codes: [1, 2, ...] for a choice without labels. */
static sx_status plain_codes(sx_synth_loader *l, sx_synth_var *v, const sx_node *list) {
  if (list->kind != SX_NODE_LIST || list->n < 2 || list->n > SX_SYNTH_MAX_CODES)
    return sx_node_error(l->err, l->doc, list, "expected a list of 2 to %d codes", SX_SYNTH_MAX_CODES);
  const char **text = sx_synth__alloc(l, list->n, sizeof *text);
  if (!text) return SX_E_MEMORY;
  for (size_t i = 0; i < list->n; i++) {
    double x = 0;
    SX_TRY(sx_synth__number(&x, l, list->items[i], -1e9, 1e9));
    v->codes[i] = (int32_t)x;
    if (!(text[i] = code_text(l, v->codes[i]))) return SX_E_MEMORY;
  }
  v->n_codes = list->n;
  v->levels = (sx_synth_levels){0, text};
  return SX_OK;
}

static sx_status parse_refuse(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  static const char *const keys[] = {"share", "code"};
  double code = 0;
  if (!node) return SX_OK;
  SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
  SX_TRY(sx_synth__number(&v->refuse, l, sx_node_get(node, "share"), 0, 1));
  SX_TRY(sx_synth__number(&code, l, sx_node_get(node, "code"), -1e9, 1e9));
  v->refuse_code = (int32_t)code;
  return SX_OK;
}

static sx_status parse_case(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, sx_synth_case *c, size_t self) {
  static const char *const keys[] = {"if", "code", "p"};
  SX_TRY(sx_node_keys(l->doc, node, keys, 3, l->err));
  const sx_node *flag = sx_node_get(node, "if"), *code = sx_node_get(node, "code");
  c->flag = SIZE_MAX;
  if (flag) {
    SX_TRY(sx_synth__need(&c->flag, l, flag));
    if (c->flag >= self || !sx_synth__is_flag(&l->m->vars[c->flag]))
      return sx_node_error(l->err, l->doc, flag, "'if' names a 0/1 variable that stands before");
  }
  if (!code) return sx_synth__probs(&c->probs, l, sx_node_get(node, "p"), v->levels.text, v->n_codes);
  double x = 0;
  SX_TRY(sx_synth__number(&x, l, code, -1e9, 1e9));
  c->fixed = true;
  c->code = (int32_t)x;
  for (size_t j = 0; j < v->n_codes; j++)
    if (v->codes[j] == c->code) return SX_OK;
  return sx_node_error(l->err, l->doc, code, "'%s' has no code %s", v->name, code->text);
}

static sx_status parse_choice(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, size_t self) {
  static const char *const keys[] = {"p", "cases", "refuse", "codes"};
  SX_TRY(sx_node_keys(l->doc, node, keys, 4, l->err));
  const sx_node *plain = sx_node_get(node, "codes");
  SX_TRY(plain ? plain_codes(l, v, plain) : parse_codes(l, v, node));
  SX_TRY(parse_refuse(l, v, sx_node_get(node, "refuse")));
  const sx_node *cases = sx_node_get(node, "cases"), *p = sx_node_get(node, "p");
  if ((p != NULL) == (cases != NULL)) return sx_node_error(l->err, l->doc, node, "a choice has either 'p' or 'cases'");
  if (cases && (cases->kind != SX_NODE_LIST || cases->n == 0))
    return sx_node_error(l->err, l->doc, cases, "expected a list of cases");
  v->n_cases = cases ? cases->n : 1;
  v->cases = sx_synth__alloc(l, v->n_cases, sizeof *v->cases);
  if (!v->cases) return SX_E_MEMORY;
  if (p) {
    v->cases[0].flag = SIZE_MAX;
    SX_TRY(sx_synth__probs(&v->cases[0].probs, l, p, v->levels.text, v->n_codes));
  } else {
    for (size_t i = 0; i < cases->n; i++) SX_TRY(parse_case(l, v, cases->items[i], &v->cases[i], self));
    if (v->cases[v->n_cases - 1].flag != SIZE_MAX)
      return sx_node_error(l->err, l->doc, cases,
                           "the last case must be without 'if', so that every person has an answer");
  }
  v->levels.n = v->n_codes;
  return SX_OK;
}

static sx_status parse_effect(sx_synth_loader *l, const sx_node *node, sx_synth_effect *e, size_t self) {
  static const char *const keys[] = {"by", "rows"};
  SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
  const sx_node *by = sx_node_get(node, "by"), *rows = sx_node_get(node, "rows");
  SX_TRY(sx_synth__need(&e->by, l, by));
  const sx_synth_var *v = &l->m->vars[e->by];
  if (e->by >= self || v->levels.n == 0 || !rows || rows->kind != SX_NODE_MAP)
    return sx_node_error(l->err, l->doc, node,
                         "expected {by: an attribute or choice that stands before, rows: {level: value}}");
  double *value = sx_synth__alloc(l, v->levels.n, sizeof *value);
  if (!value) return SX_E_MEMORY;
  for (size_t k = 0; k < v->levels.n; k++) {
    const sx_node *x = sx_node_get(rows, v->levels.text[k]);
    if (!x) return sx_node_error(l->err, l->doc, rows, "no value for level '%s' of '%s'", v->levels.text[k], v->name);
    SX_TRY(sx_synth__number(&value[k], l, x, -1e6, 1e6));
  }
  e->value = value;
  return SX_OK;
}

static sx_status parse_ordered(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, size_t self) {
  static const char *const keys[] = {"effects", "cuts", "refuse"};
  SX_TRY(sx_node_keys(l->doc, node, keys, 3, l->err));
  SX_TRY(parse_codes(l, v, node));
  SX_TRY(parse_refuse(l, v, sx_node_get(node, "refuse")));
  const sx_node *effects = sx_node_get(node, "effects"), *cuts = sx_node_get(node, "cuts");
  if (!effects || effects->kind != SX_NODE_LIST || !cuts || cuts->kind != SX_NODE_LIST || cuts->n + 1 != v->n_codes)
    return sx_node_error(l->err, l->doc, node, "'ordered' needs a list of effects and one cut fewer than codes");
  v->effects = sx_synth__alloc(l, effects->n, sizeof *v->effects);
  v->cuts = sx_synth__alloc(l, cuts->n, sizeof *v->cuts);
  if (!v->effects || !v->cuts) return SX_E_MEMORY;
  for (size_t i = 0; i < effects->n; i++) SX_TRY(parse_effect(l, effects->items[i], &v->effects[i], self));
  for (size_t i = 0; i < cuts->n; i++) {
    SX_TRY(sx_synth__number(&v->cuts[i], l, cuts->items[i], -1e6, 1e6));
    if (i && !(v->cuts[i] > v->cuts[i - 1]))
      return sx_node_error(l->err, l->doc, cuts->items[i], "the cuts must ascend");
  }
  v->n_effects = effects->n;
  v->n_cuts = cuts->n;
  v->levels.n = v->n_codes;
  return SX_OK;
}

static sx_status parse_derive(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, size_t self) {
  static const char *const keys[] = {"all", "any", "none"};
  SX_TRY(sx_node_keys(l->doc, node, keys, 3, l->err));
  SX_TRY(parse_list(&v->all, &v->n_all, l, sx_node_get(node, "all"), self));
  SX_TRY(parse_list(&v->any, &v->n_any, l, sx_node_get(node, "any"), self));
  SX_TRY(parse_list(&v->none, &v->n_none, l, sx_node_get(node, "none"), self));
  if (v->n_all + v->n_any + v->n_none == 0) return sx_node_error(l->err, l->doc, node, "nothing to derive from");
  return SX_OK;
}

static sx_status parse_uniform(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  if (node->kind != SX_NODE_LIST || node->n != 2)
    return sx_node_error(l->err, l->doc, node, "'uniform' is [first, last]: whole numbers or dates");
  int64_t at[2] = {0, 0};
  for (size_t i = 0; i < 2; i++) {
    const char *text = node->items[i]->kind == SX_NODE_SCALAR ? node->items[i]->text : "";
    const bool ok =
        v->type == SX_DATE ? sx_date_parse(&at[i], text, strlen(text)) : sx_text_to_int64(&at[i], text, strlen(text));
    if (!ok || at[i] < -2000000000 || at[i] > 2000000000)
      return sx_node_error(l->err, l->doc, node->items[i], "expected a %s within two thousand million of 0",
                           v->type == SX_DATE ? "date YYYY-MM-DD" : "whole number");
  }
  if (at[1] < at[0]) return sx_node_error(l->err, l->doc, node, "the last is below the first");
  v->lo = at[0];
  v->hi = at[1];
  return SX_OK;
}

/* ---- amounts ---- */

static sx_status parse_numbers(double *out, size_t *n, size_t max, sx_synth_loader *l, const sx_node *list) {
  if (!list) return SX_OK;
  if (list->kind != SX_NODE_LIST || list->n > max)
    return sx_node_error(l->err, l->doc, list, "expected a list of at most %zu ascending numbers", max);
  for (size_t i = 0; i < list->n; i++) {
    SX_TRY(sx_synth__number(&out[i], l, list->items[i], 0, 1e15));
    if (i && !(out[i] > out[i - 1])) return sx_node_error(l->err, l->doc, list->items[i], "the numbers must ascend");
  }
  *n = list->n;
  return SX_OK;
}

/* tail: {over: t, rate: r} where r is P(x > t, paid), or {up_to: t, rate: r} where r is P(x <= t, paid); both on the paying flag's base. */
static sx_status parse_tail(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  static const char *const keys[] = {"over", "up_to", "rate"};
  v->tail_at = (double)NAN;
  if (!node) return SX_OK;
  SX_TRY(sx_node_keys(l->doc, node, keys, 3, l->err));
  const sx_node *over = sx_node_get(node, "over"), *up_to = sx_node_get(node, "up_to");
  if ((over != NULL) == (up_to != NULL))
    return sx_node_error(l->err, l->doc, node, "a tail has either 'over' or 'up_to'");
  SX_TRY(sx_synth__number(&v->tail_at, l, over ? over : up_to, 1e-6, 1e15));
  SX_TRY(sx_synth__cell_values(&v->tail, l, sx_node_get(node, "rate"), 0, 1));
  const sx_synth_var *pay = &l->m->vars[v->of];
  for (size_t c = 0; c < l->m->n_cells; c++) {
    const double share = v->tail[c] / pay->rate[c];
    v->tail[c] = over ? share : 1 - share;
    if (!(v->tail[c] > 0 && v->tail[c] < 1))
      return sx_node_error(l->err, l->doc, node, "cell %s: the share of payers beyond %g would be %g",
                           l->m->cell_name[c], v->tail_at, v->tail[c]);
  }
  return SX_OK;
}

/* brackets: {edges: [e0, .., ek], rates: [r1, .., rk]}: P(e_{j-1} < x <= e_j, paid) on the flag's base; null is the rest. */
static sx_status parse_brackets(sx_synth_loader *l, sx_synth_var *v, const sx_node *node) {
  static const char *const keys[] = {"edges", "rates"};
  if (!node) return SX_OK;
  SX_TRY(sx_node_keys(l->doc, node, keys, 2, l->err));
  SX_TRY(parse_numbers(v->edges, &v->n_edges, SX_SYNTH_MAX_EDGES, l, sx_node_get(node, "edges")));
  const sx_node *list = sx_node_get(node, "rates");
  const size_t k = v->n_edges > 0 ? v->n_edges - 1 : 0, n = l->m->n_cells;
  if (k == 0 || !(v->edges[0] > 0) || !list || list->kind != SX_NODE_LIST || list->n != k)
    return sx_node_error(l->err, l->doc, node, "brackets need positive edges and one rate fewer than edges");
  v->bracket = sx_synth__alloc(l, n * k, sizeof *v->bracket);
  if (!v->bracket) return SX_E_MEMORY;
  size_t rest = SIZE_MAX;
  for (size_t j = 0; j < k; j++) {
    double *r = NULL;
    if (list->items[j]->kind == SX_NODE_NULL) {
      if (rest != SIZE_MAX) return sx_node_error(l->err, l->doc, list->items[j], "only one bracket can take the rest");
      rest = j;
      continue;
    }
    SX_TRY(sx_synth__cell_values(&r, l, list->items[j], 0, 1));
    for (size_t c = 0; c < n; c++) v->bracket[c * k + j] = r[c];
  }
  const double *pay = l->m->vars[v->of].rate;
  for (size_t c = 0; c < n; c++) {
    double *b = v->bracket + c * k, run = 0;
    const double sum = sx_num_sum(b, k);
    if (rest != SIZE_MAX) b[rest] = pay[c] - sum;
    if ((rest == SIZE_MAX && !(sum > pay[c] - 1e-9 && sum < pay[c] + 1e-9)) || (rest != SIZE_MAX && !(b[rest] >= 0)))
      return sx_node_error(l->err, l->doc, node, "cell %s: the brackets add to %g, but %g pay", l->m->cell_name[c], sum,
                           pay[c]);
    for (size_t j = 0; j < k; j++) b[j] = run += b[j] / pay[c];
    b[k - 1] = 1;
  }
  return SX_OK;
}

static sx_status parse_amount(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, size_t self) {
  static const char *const keys[] = {"of",   "total",    "mean", "sigma", "multiplier",
                                     "tail", "brackets", "keep", "refuse"};
  static const char *const inner[] = {"share", "codes", "second"};
  SX_TRY(sx_node_keys(l->doc, node, keys, sizeof keys / sizeof *keys, l->err));
  SX_TRY(sx_synth__need(&v->of, l, sx_node_get(node, "of")));
  const sx_synth_var *pay = &l->m->vars[v->of];
  if (v->of >= self || pay->kind != SX_SYNTH_FLAG)
    return sx_node_error(l->err, l->doc, sx_node_get(node, "of"), "'of' names a flag that stands before");
  v->base = pay->base;
  v->n_base = pay->n_base;
  const sx_node *total = sx_node_get(node, "total"), *sigma = sx_node_get(node, "sigma"),
                *keep = sx_node_get(node, "keep");
  v->total = v->sigma = (double)NAN;
  if (total) SX_TRY(sx_synth__number(&v->total, l, total, 1e-6, 1e18));
  if (sigma) SX_TRY(sx_synth__number(&v->sigma, l, sigma, 1e-3, 10));
  SX_TRY(parse_tail(l, v, sx_node_get(node, "tail")));
  SX_TRY(parse_brackets(l, v, sx_node_get(node, "brackets")));
  const sx_node *multiplier = sx_node_get(node, "multiplier");
  if (multiplier && multiplier->kind == SX_NODE_SCALAR) {
    const sx_node *named = sx_node_get(sx_node_get(sx_doc_root(l->doc), "multipliers"), multiplier->text);
    if (!named) return sx_node_error(l->err, l->doc, multiplier, "no list '%s' under 'multipliers'", multiplier->text);
    multiplier = named;
  }
  if (multiplier) SX_TRY(sx_synth__cell_values(&v->weight, l, multiplier, 1e-9, 1e9));
  const bool tail = v->tail != NULL, brackets = v->bracket != NULL;
  if (brackets ? (tail || total || sigma || multiplier)
      : tail   ? multiplier || (total != NULL) == (sigma != NULL)
               : !total || !sigma)
    return sx_node_error(l->err, l->doc, node,
                         "an amount has brackets; or a tail with either sigma or total; or total and sigma");
  if (keep) {
    v->keep = sx_synth__alloc(l, keep->n, sizeof *v->keep);
    if (!v->keep) return SX_E_MEMORY;
    SX_TRY(parse_numbers(v->keep, &v->n_keep, keep->n, l, keep));
  }
  const sx_node *refuse = sx_node_get(node, "refuse");
  if (!refuse) return SX_OK;
  SX_TRY(sx_node_keys(l->doc, refuse, inner, 3, l->err));
  SX_TRY(sx_synth__number(&v->refuse_amount, l, sx_node_get(refuse, "share"), 0, 1));
  const sx_node *codes = sx_node_get(refuse, "codes"), *second = sx_node_get(refuse, "second");
  if (!codes || codes->kind != SX_NODE_LIST || codes->n != 2)
    return sx_node_error(l->err, l->doc, refuse, "'codes' are two: refused, and cannot say");
  for (size_t i = 0; i < 2; i++) SX_TRY(sx_synth__number(&v->refuse_value[i], l, codes->items[i], -1e15, 1e15));
  if (second) SX_TRY(sx_synth__number(&v->refuse_split, l, second, 0, 1));
  return SX_OK;
}

static sx_status amount_of(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, size_t self) {
  SX_TRY(sx_synth__need(&v->of, l, sx_node_get(node, "of")));
  const sx_synth_var *x = &l->m->vars[v->of];
  if (v->of >= self || x->kind != SX_SYNTH_AMOUNT)
    return sx_node_error(l->err, l->doc, sx_node_get(node, "of"), "'of' names an amount that stands before");
  v->base = x->base;
  v->n_base = x->n_base;
  return SX_OK;
}

/* band 0 is nothing paid, band j is edges[j-2] < x <= edges[j-1], the last is above the last edge. */
static sx_status parse_band(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, size_t self) {
  static const char *const keys[] = {"of", "edges", "answered", "refused"};
  SX_TRY(sx_node_keys(l->doc, node, keys, 4, l->err));
  SX_TRY(amount_of(l, v, node, self));
  SX_TRY(parse_numbers(v->edges, &v->n_edges, SX_SYNTH_MAX_EDGES, l, sx_node_get(node, "edges")));
  if (v->n_edges == 0) return sx_node_error(l->err, l->doc, node, "a band needs edges");
  double code = 0;
  SX_TRY(sx_synth__number(&v->answered, l, sx_node_get(node, "answered"), 0, 1));
  SX_TRY(sx_synth__number(&code, l, sx_node_get(node, "refused"), -1e9, 1e9));
  v->refused_band = (int32_t)code;
  return SX_OK;
}

static sx_status parse_threshold(sx_synth_loader *l, sx_synth_var *v, const sx_node *node, size_t self) {
  static const char *const keys[] = {"of", "over", "up_to"};
  SX_TRY(sx_node_keys(l->doc, node, keys, 3, l->err));
  SX_TRY(amount_of(l, v, node, self));
  v->over = 0;
  v->up_to = (double)INFINITY;
  if (sx_node_get(node, "over")) SX_TRY(sx_synth__number(&v->over, l, sx_node_get(node, "over"), 0, 1e15));
  if (sx_node_get(node, "up_to")) SX_TRY(sx_synth__number(&v->up_to, l, sx_node_get(node, "up_to"), 0, 1e15));
  return SX_OK;
}

static sx_status parse_kind(sx_synth_loader *l, sx_synth_var *v, size_t self) {
  const sx_node *node = NULL;
  for (size_t i = 0; i < N_KINDS; i++)
    if (kinds[i].kind == v->kind) node = sx_node_get(v->node, kinds[i].key);
  const sx_node *base = sx_node_get(v->node, "base"), *only = sx_node_get(v->node, "only");
  const bool follows = v->kind == SX_SYNTH_AMOUNT || v->kind == SX_SYNTH_BAND || v->kind == SX_SYNTH_THRESHOLD;
  if (base && follows) return sx_node_error(l->err, l->doc, base, "the base of this kind is that of its paying flag");
  if (only && v->kind != SX_SYNTH_FLAG) return sx_node_error(l->err, l->doc, only, "'only' belongs to flags");
  SX_TRY(parse_list(&v->base, &v->n_base, l, base, self));
  SX_TRY(parse_list(&v->only, &v->n_only, l, only, self));
  switch (v->kind) {
  case SX_SYNTH_ID:
  case SX_SYNTH_ATTRIBUTE:
  case SX_SYNTH_PHONES:
  case SX_SYNTH_WEIGHT:
    return v->n_base ? sx_node_error(l->err, l->doc, base, "this kind is asked of everybody") : SX_OK;
  case SX_SYNTH_UNIFORM:
    return parse_uniform(l, v, node);
  case SX_SYNTH_FLAG:
    return parse_flag(l, v, node, self);
  case SX_SYNTH_CHOICE:
    return parse_choice(l, v, node, self);
  case SX_SYNTH_ORDERED:
    return parse_ordered(l, v, node, self);
  case SX_SYNTH_DERIVE:
    return parse_derive(l, v, node, self);
  case SX_SYNTH_AMOUNT:
    return parse_amount(l, v, node, self);
  case SX_SYNTH_BAND:
    return parse_band(l, v, node, self);
  case SX_SYNTH_THRESHOLD:
    return parse_threshold(l, v, node, self);
  }
  return sx_error_set(l->err, SX_E_INTERNAL, NULL, "unknown kind of variable");
}

/* The wave's own declaration of a variable stands in for that of the file. */
static const sx_node *of_wave(const sx_node *own, const sx_node *node) {
  const sx_node *name = sx_node_get(node, "name");
  for (size_t i = 0; own && name && i < own->n; i++) {
    const sx_node *other = sx_node_get(own->items[i], "name");
    if (other && other->text && name->text && strcmp(other->text, name->text) == 0) return own->items[i];
  }
  return node;
}

static sx_status check_wave_variables(sx_synth_loader *l, const sx_node *own) {
  if (own && own->kind != SX_NODE_LIST) return sx_node_error(l->err, l->doc, own, "expected a list of variables");
  for (size_t i = 0; own && i < own->n; i++) {
    size_t known = 0;
    const sx_node *name = sx_node_get(own->items[i], "name");
    if (!name) return sx_node_error(l->err, l->doc, own->items[i], "a variable needs a name");
    SX_TRY(sx_synth__need(&known, l, name));
  }
  return SX_OK;
}

sx_status sx_synth__parse_variables(sx_synth_loader *l) {
  sx_synth_model *m = l->m;
  const sx_node *list = sx_node_get(sx_doc_root(l->doc), "variables"), *own = sx_node_get(l->wave, "variables");
  if (!list || list->kind != SX_NODE_LIST || list->n == 0 || list->n > SX_SYNTH_MAX_VARS)
    return sx_node_error(l->err, l->doc, list ? list : sx_doc_root(l->doc), "'variables' lists 1 to %d variables",
                         SX_SYNTH_MAX_VARS);
  m->vars = sx_synth__alloc(l, list->n, sizeof *m->vars);
  if (!m->vars) return SX_E_MEMORY;
  for (size_t i = 0; i < list->n; i++) {
    SX_TRY(register_variable(l, of_wave(own, list->items[i]), &m->vars[i]));
    m->n_vars++;
  }
  SX_TRY(check_wave_variables(l, own));
  SX_TRY(sx_synth__population(l));
  for (size_t i = 0; i < m->n_vars; i++) SX_TRY(parse_kind(l, &m->vars[i], i));
  return SX_OK;
}
