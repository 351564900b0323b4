/* study_definitions.c: what the study's names stand for, as a part of the document block (docs/dev/blocks.md, "definitions"): what the page shows
 * behind a number. Nothing here is a result. */
#include <string.h>

#include "study_kind.h"
#include "study_run.h"

static void put_key(sx_buf *out, const char *key) {
  sx_buf_add_char(out, ',');
  sx_json_string(out, key);
  sx_buf_add_char(out, ':');
}

static void put_text(sx_buf *out, const char *key, const char *text) {
  if (!text || !*text) return;
  put_key(out, key);
  sx_json_string(out, text);
}

static void put_expr(sx_buf *out, const char *key, const st_expr *e) {
  if (e->expr) put_text(out, key, sx_expr_text(e->expr));
}

static void put_number(sx_buf *out, const char *key, double value) {
  char text[SX_DOUBLE_TEXT_MAX];
  if (!(value - value == 0)) return; /* not finite */
  const size_t n = sx_text_from_double(text, value);
  put_key(out, key);
  sx_buf_add_n(out, text, n);
}

/* ,"KEY":["a","b"] of what does not stand in it yet. */
typedef struct list {
  const char *key;
  size_t n;
} list;

static void put_item(sx_buf *out, list *l, const char *text) {
  if (!l->n++) {
    put_key(out, l->key);
    sx_buf_add_char(out, '[');
  } else {
    sx_buf_add_char(out, ',');
  }
  sx_json_string(out, text);
}

static void end_list(sx_buf *out, const list *l) {
  if (l->n) sx_buf_add_char(out, ']');
}

static bool names(const sx_expr *e, const char *name) {
  for (size_t i = 0; e && i < sx_expr_names(e); i++)
    if (strcmp(sx_expr_name(e, i), name) == 0) return true;
  return false;
}

/* What a formula names, once each. */
static void put_terms(sx_buf *out, const st_formula *const *formulas, size_t n) {
  list terms = {.key = "terms"};
  for (size_t i = 0; i < n; i++) {
    const sx_expr *e = formulas[i]->value.expr;
    for (size_t k = 0; e && k < sx_expr_names(e); k++) {
      bool seen = false;
      for (size_t j = 0; j < i && !seen; j++) seen = names(formulas[j]->value.expr, sx_expr_name(e, k));
      if (!seen) put_item(out, &terms, sx_expr_name(e, k));
    }
  }
  end_list(out, &terms);
}

/* "province = cut(...)": what a variable is made from, where the study makes it. */
static void put_variable(sx_buf *out, list *l, const sx_study *s, const char *name) {
  sx_buf text;
  sx_buf_init(&text, &s->ctx);
  sx_buf_add(&text, name);
  for (size_t i = 0; i < s->n_derived; i++) {
    const st_derived *d = &s->derived[i];
    if (strcmp(d->id, name) != 0 || !d->value.expr) continue;
    sx_buf_printf(&text, d->cut ? " = cut(%s" : " = %s", sx_expr_text(d->value.expr));
    for (size_t k = 0; d->cut && k < d->n_breaks; k++) {
      char number[SX_DOUBLE_TEXT_MAX];
      const size_t n = sx_text_from_double(number, d->breaks[k]);
      sx_buf_printf(&text, ", %.*s", (int)n, number);
    }
    if (d->cut) sx_buf_add_char(&text, ')');
  }
  if (text.failed)
    out->failed = true;
  else
    put_item(out, l, text.data);
  sx_buf_clear(&text);
}

static void put_variables(sx_buf *out, const sx_study *s, const st_indicator *ind) {
  list l = {.key = "variables"};
  for (size_t i = 0; i < ind->n_measures; i++) {
    const sx_expr *e = ind->measures[i].e.expr;
    for (size_t k = 0; e && k < sx_expr_names(e); k++) {
      bool seen = false;
      for (size_t j = 0; j < i && !seen; j++) seen = names(ind->measures[j].e.expr, sx_expr_name(e, k));
      if (!seen) put_variable(out, &l, s, sx_expr_name(e, k));
    }
    if (!e && ind->measures[i].name) put_variable(out, &l, s, ind->measures[i].name);
  }
  end_list(out, &l);
}

static void open_item(sx_buf *out, size_t *n, const char *id, const char *kind) {
  if ((*n)++) sx_buf_add_char(out, ',');
  sx_json_string(out, id);
  sx_buf_add(out, ":{\"kind\":");
  sx_json_string(out, kind);
}

static void put_indicators(sx_buf *out, size_t *n, const sx_study *s) {
  for (size_t i = 0; i < s->n_indicators; i++) {
    const st_indicator *ind = &s->indicators[i];
    open_item(out, n, ind->id, ind->kind ? ind->kind->word : "");
    list of = {.key = "of"};
    for (size_t k = 0; k < ind->n_measures; k++) {
      if (ind->measures[k].name) put_item(out, &of, ind->measures[k].name);
    }
    end_list(out, &of);
    put_expr(out, "base", &ind->base);
    put_expr(out, "where", &ind->where);
    put_expr(out, "formula", &ind->formula.value);
    const st_formula *const formula = &ind->formula;
    put_terms(out, &formula, 1);
    put_variables(out, s, ind);
    sx_buf_add_char(out, '}');
  }
}

static void put_benchmarks(sx_buf *out, size_t *n, const sx_study *s) {
  for (size_t i = 0; i < s->n_benchmarks; i++) {
    const st_benchmark *b = &s->benchmarks[i];
    open_item(out, n, b->id, "benchmark");
    put_number(out, "value", b->value);
    put_number(out, "se", b->se);
    put_text(out, "unit", b->unit);
    if (b->label.zh || b->label.en) {
      put_key(out, "label");
      study__text2_json(out, b->label.zh, b->label.en);
    }
    if (b->source.zh || b->source.en) {
      put_key(out, "source");
      study__text2_json(out, b->source.zh, b->source.en);
    }
    sx_buf_add_char(out, '}');
  }
}

/* "ACCOUNT/NODE" in a buffer of the caller's, which is emptied first. */
static const char *node_id(sx_buf *buf, const st_account *a, const st_node *node) {
  buf->n = 0;
  sx_buf_printf(buf, "%s/%s", a->id, node->id);
  return buf->failed ? "" : buf->data;
}

enum { NODES_MAX = 500 }; /* of a tree whose sums are written out: each node looks for its parts among all */

/* people * rate * spend, or the parts that it is the sum of. */
static void put_node(sx_buf *out, const sx_study *s, const st_account *a, const st_node *node) {
  const st_formula *const factors[] = {&node->population, &node->penetration, &node->spend, &node->total, &node->ratio};
  sx_buf text, id;
  sx_buf_init(&text, &s->ctx);
  sx_buf_init(&id, &s->ctx);
  for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
    const sx_expr *e = factors[i]->value.expr;
    if (e) sx_buf_printf(&text, "%s%s", text.n ? " × " : "", sx_expr_text(e));
  }
  list parts = {.key = "terms"};
  if (text.n) {
    put_text(out, "formula", text.data);
    put_terms(out, factors, sizeof factors / sizeof *factors);
  } else if (a->n_nodes <= NODES_MAX) {
    for (size_t i = 0; i < a->n_nodes; i++) {
      if (!a->nodes[i].parent || strcmp(a->nodes[i].parent, node->id) != 0) continue;
      sx_buf_printf(&text, "%s%s", text.n ? " + " : "", a->nodes[i].id);
      put_item(out, &parts, node_id(&id, a, &a->nodes[i]));
    }
    end_list(out, &parts);
    if (text.n) put_text(out, "formula", text.data);
  }
  if (text.failed || id.failed) out->failed = true;
  sx_buf_clear(&text);
  sx_buf_clear(&id);
}

static void put_accounts(sx_buf *out, size_t *n, const sx_study *s) {
  sx_buf id;
  sx_buf_init(&id, &s->ctx);
  for (size_t i = 0; i < s->n_accounts; i++) {
    const st_account *a = &s->accounts[i];
    for (size_t k = 0; k < a->n_nodes; k++) {
      open_item(out, n, node_id(&id, a, &a->nodes[k]), "account");
      put_node(out, s, a, &a->nodes[k]);
      sx_buf_add_char(out, '}');
    }
  }
  if (id.failed) out->failed = true;
  sx_buf_clear(&id);
}

static void put_groups(sx_buf *out, const sx_study *s) {
  size_t n = 0;
  sx_buf_add(out, "},\"groups\":{");
  for (size_t i = 0; i < s->n_groups; i++) {
    const st_group *g = &s->groups[i];
    const char *text = g->by ? g->by : g->where.expr ? sx_expr_text(g->where.expr) : NULL;
    if (!text) continue;
    if (n++) sx_buf_add_char(out, ',');
    sx_json_string(out, g->id);
    sx_buf_add_char(out, ':');
    sx_json_string(out, text);
  }
  sx_buf_add_char(out, '}');
}

void study__definitions_json(sx_buf *out, const sx_study *s) {
  size_t n = 0;
  list files = {.key = "files"};
  sx_buf_add(out, "{\"items\":{");
  put_indicators(out, &n, s);
  put_benchmarks(out, &n, s);
  put_accounts(out, &n, s);
  put_groups(out, s);
  for (size_t i = 0; i < s->n_tables; i++) {
    const st_table *t = &s->tables[i];
    if (t->model) put_item(out, &files, t->model);
    for (size_t k = 0; k < t->files.n; k++) put_item(out, &files, t->files.items[k]);
  }
  end_list(out, &files);
  sx_buf_add_char(out, '}');
}
