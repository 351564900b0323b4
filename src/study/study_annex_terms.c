/* study_annex_terms.c: the annex `definitions`: groups and submarkets as the study file defines them. */
#include <string.h>

#include "study_names.h"
#include "study_run.h"

static void label_or(sx_buf *out, sx_text2 label, size_t side, const char *id) {
  study__plain_markdown(out, study__on_side(label, side) ? study__on_side(label, side) : id);
}

/* Code in a cell of a table: a bar would end the cell, a backquote the code. */
static void code(sx_buf *out, const char *text) {
  sx_buf_add_char(out, '`');
  for (const char *c = text; *c; c++) {
    if (*c == '|') sx_buf_add_char(out, '\\');
    if (*c != '`') sx_buf_add_char(out, *c == '\n' ? ' ' : *c);
  }
  sx_buf_add_char(out, '`');
}

static void groups(sx_buf *const sides[2], const sx_study *s) {
  if (s->n_groups == 0) return;
  sx_buf_add(sides[0], "\n### 群体\n\n| 群体 | 定义 |\n|---|---|\n");
  sx_buf_add(sides[1], "\n### Groups\n\n| Group | Definition |\n|---|---|\n");
  for (size_t i = 0; i < s->n_groups; i++) {
    const st_group *g = &s->groups[i];
    for (size_t side = 0; side < 2; side++) {
      sx_buf_add(sides[side], "| ");
      label_or(sides[side], g->label, side, g->id);
      sx_buf_add(sides[side], " | ");
      if (g->by) {
        sx_buf_add(sides[side], side ? "each level of " : "各取值：");
        code(sides[side], g->by);
      } else if (g->where.expr) {
        code(sides[side], sx_expr_text(g->where.expr));
      }
      sx_buf_add(sides[side], " |\n");
    }
  }
}

/* A formula that is the name of an indicator prints as its label, any other as it stands. */
static void factor(sx_buf *out, const sx_study *s, const st_formula *f, size_t side) {
  const char *text = f->value.expr ? sx_expr_text(f->value.expr) : NULL;
  if (!text) return;
  const size_t at = study__find_indicator(s, text, strlen(text));
  if (at != ST_NONE && study__on_side(s->indicators[at].label, side)) {
    study__plain_markdown(out, study__on_side(s->indicators[at].label, side));
  } else {
    code(out, text);
  }
}

typedef struct shape { /* which columns the leaves of an account need */
  bool products, codes;
} shape;

static bool is_leaf(const st_node *n) {
  return n->leaf && !n->adjustment;
}

static shape shape_of(const st_account *a) {
  shape is = {false, false};
  for (size_t k = 0; k < a->n_nodes; k++) {
    if (!is_leaf(&a->nodes[k])) continue;
    is.products = is.products || a->nodes[k].population.value.expr;
    is.codes = is.codes || a->nodes[k].codes.n;
  }
  return is;
}

static void leaf(sx_buf *out, const sx_study *s, const st_node *n, shape is, size_t side) {
  const bool product = n->population.value.expr != NULL;
  const st_formula *columns[3] = {product ? &n->population : &n->total, &n->penetration, &n->spend};
  sx_buf_add(out, "| ");
  label_or(out, n->label, side, n->id);
  for (size_t k = 0; k < (is.products ? 3u : 1u); k++) {
    sx_buf_add(out, " | ");
    if (k == 0 || product) factor(out, s, columns[k], side);
  }
  for (size_t k = 0; is.codes && (k == 0 || k < n->codes.n); k++) {
    sx_buf_add(out, k == 0 ? " | " : ", ");
    if (k < n->codes.n) study__plain_markdown(out, n->codes.items[k]);
  }
  sx_buf_add(out, " |\n");
}

/* Trees that come from a table have leaves by the hundred, which the table lists itself. */
static void account(sx_buf *const sides[2], const sx_study *s, const st_account *a) {
  static const char *const heads[2][4] = {
      {"部分", "金额", "人数 | 付费率 | 付费者人均支出", "题号"},
      {"Part", "Amount", "People | Share who pay | Spending per payer", "Questions"}};
  const shape is = shape_of(a);
  for (size_t side = 0; side < 2; side++) {
    sx_buf *out = sides[side];
    sx_buf_add(out, "\n### ");
    label_or(out, a->label, side, a->id);
    sx_buf_printf(out, "\n\n| %s | %s%s%s |\n|---|---%s%s|\n", heads[side][0], heads[side][is.products ? 2 : 1],
                  is.codes ? " | " : "", is.codes ? heads[side][3] : "", is.products ? "|---|---" : "",
                  is.codes ? "|---" : "");
    for (size_t k = 0; k < a->n_nodes; k++) {
      if (is_leaf(&a->nodes[k])) leaf(out, s, &a->nodes[k], is, side);
    }
  }
}

void study__terms_annex(sx_buf *zh, sx_buf *en, const sx_study *s) {
  sx_buf *const sides[2] = {zh, en};
  sx_buf_add(zh, "## 定义\n\n下列定义取自研究文件。指标的题目、基数和取值见代码本。\n");
  sx_buf_add(en, "## Definitions\n\nAs the study file has them. Questions, bases and values of the indicators are in "
                 "the codebook.\n");
  groups(sides, s);
  for (size_t i = 0; i < s->n_accounts; i++) {
    if (s->accounts[i].tree == ST_NONE) account(sides, s, &s->accounts[i]);
  }
}

void study__terms_spec(sx_buf *spec, const sx_study *s) {
  for (size_t i = 0; i < s->n_groups; i++) sx_node_to_json(spec, s->groups[i].node);
  for (size_t i = 0; i < s->n_accounts; i++) sx_node_to_json(spec, s->accounts[i].node);
  for (size_t i = 0; i < s->n_indicators; i++) {
    const sx_node *label = sx_node_get(s->indicators[i].node, "label");
    if (label) sx_node_to_json(spec, label);
  }
}
