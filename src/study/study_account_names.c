/* study_account_names.c: what the rows of an account are called: statistics of comparisons, inputs of the sensitivity and their words. */
#include <stdio.h>
#include <string.h>

#include "study_account.h"

const char *const study__input_statistics[ST_N_INPUT_STATISTICS] = {
    "elasticity", "variance_share", "variance_alone", "low_se", "high_se", "low_tenth", "high_tenth", "input_value"};

static bool is(const char *stat, size_t n, const char *word) {
  return strlen(word) == n && memcmp(stat, word, n) == 0;
}

bool study__change_word(const char *stat, size_t n, bool effects) {
  static const char of_effect[] = "effect_", of_share[] = "effect_share_";
  const size_t k = sizeof of_effect - 1, j = sizeof of_share - 1;
  if (is(stat, n, "gap")) return true;
  for (int m = SX_ACCOUNT_GROWTH; m <= SX_ACCOUNT_CHANGE_MEASURE_LAST; m++) {
    if (is(stat, n, sx_account_change_measure_name((sx_account_change_measure)m))) return true;
  }
  for (int e = SX_ACCOUNT_EFFECT_POPULATION; effects && e <= SX_ACCOUNT_EFFECT_LAST; e++) {
    const char *word = sx_account_effect_name((sx_account_effect)e);
    if (n > j && memcmp(stat, of_share, j) == 0 && is(stat + j, n - j, word)) return true;
    if (n > k && memcmp(stat, of_effect, k) == 0 && is(stat + k, n - k, word)) return true;
  }
  return false;
}

/* ---- inputs -------------------------------------------------------------------------------------------------------------- */

static bool plain_name(const char *text) {
  bool plain = *text != '\0';
  for (const char *c = text; *c; c++) {
    plain = plain && ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_');
  }
  return plain;
}

/* The formula is nothing but one indicator or benchmark. */
static bool is_bare(const st_account *a, const st_formula *f) {
  return !a->scale.value.expr && f && f->n == 1 && f->value.expr && plain_name(f->operands[0].name) &&
         strcmp(sx_expr_text(f->value.expr), f->operands[0].name) == 0;
}

const char *study__input_name(const st_account *a, const st_node *n, const st_formula *f, const char *factor,
                              sx_arena *arena) {
  return is_bare(a, f) ? f->operands[0].name : sx_arena_printf(arena, "%s_%s", n->id, factor);
}

/* The inputs of one node, one by one: its formula (NULL: none of its own) and factor; false past the last. */
static bool input_at(const st_node *n, size_t i, const st_formula **f, const char **factor, bool *given) {
  const struct {
    const st_formula *f;
    const char *factor;
  } list[] = {{&n->population, "population"}, {&n->penetration, "penetration"},
              {&n->spend, "spend"},           {&n->total, "total"},
              {&n->ratio, "ratio"},           {&n->period.value, "factor"}};
  if (i >= sizeof list / sizeof *list) return false;
  *f = list[i].f;
  *factor = list[i].factor;
  *given = list[i].f->value.node != NULL;
  return true;
}

static bool names_input(const st_account *a, const st_node *n, const st_formula *f, const char *factor,
                        const char *name) {
  char own[300];
  if (is_bare(a, f)) return strcmp(f->operands[0].name, name) == 0;
  (void)snprintf(own, sizeof own, "%.200s_%s", n->id, factor);
  return strcmp(own, name) == 0;
}

/* The node whose input it is, ST_NONE: none; *factor: which of its factors, "" for an adjustment. */
static size_t input_node(const st_account *a, const char *name, const char **factor, const st_formula **formula) {
  for (size_t k = 0; k < a->n_nodes; k++) {
    const st_node *n = &a->nodes[k];
    *formula = NULL;
    *factor = "";
    if (n->adjustment && strcmp(n->id, name) == 0) return k;
    bool given = false;
    for (size_t i = 0; !n->adjustment && input_at(n, i, formula, factor, &given); i++) {
      if (given && names_input(a, n, *formula, *factor, name)) return k;
    }
  }
  *factor = "factor";
  *formula = NULL;
  if (a->n_nodes && a->period.value.value.node) {
    char own[300];
    (void)snprintf(own, sizeof own, "%.200s_factor", a->nodes[0].id);
    if (strcmp(own, name) == 0) return 0;
  }
  return ST_NONE;
}

bool study__is_input(const sx_study *s, const st_account *a, const char *name) {
  const char *factor = NULL;
  const st_formula *formula = NULL;
  (void)s;
  return input_node(a, name, &factor, &formula) != ST_NONE;
}

static sx_text2 factor_word(const char *factor) {
  static const struct {
    const char *factor;
    sx_text2 word;
  } words[] = {{"population", {"人数", "population"}},
               {"penetration", {"付费率", "penetration"}},
               {"spend", {"人均支出", "spend per head"}},
               {"total", {"金额", "amount"}},
               {"ratio", {"比率", "ratio"}},
               {"factor", {"时期系数", "period factor"}}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i].factor, factor) == 0) return words[i].word;
  }
  return (sx_text2){factor, factor};
}

sx_text2 study__input_label(const sx_study *s, const st_account *a, const char *name, sx_arena *arena) {
  const char *factor = "";
  const st_formula *f = NULL;
  const size_t k = input_node(a, name, &factor, &f);
  if (k == ST_NONE) return (sx_text2){name, name};
  const st_node *n = &a->nodes[k];
  if (!*factor) return n->label;
  if (is_bare(a, f)) {
    const st_operand *op = &f->operands[0];
    const sx_text2 own = op->kind == ST_OPERAND_BENCHMARK   ? s->benchmarks[op->index].label
                         : op->kind == ST_OPERAND_INDICATOR ? s->indicators[op->index].label
                                                            : (sx_text2){NULL, NULL};
    if (own.zh || own.en) return own;
  }
  const sx_text2 word = factor_word(factor);
  const char *zh = n->label.zh ? n->label.zh : n->label.en, *en = n->label.en ? n->label.en : n->label.zh;
  return (sx_text2){sx_arena_printf(arena, "%s：%s", zh, word.zh), sx_arena_printf(arena, "%s: %s", en, word.en)};
}

/* ---- what an account has ---------------------------------------------------------------------------------------------------- */

bool study__has_price(const st_account *a) {
  bool has = a->price.value.value.node != NULL;
  for (size_t i = 0; i < a->n_nodes; i++) has = has || a->nodes[i].price.value.value.node;
  return has;
}

bool study__has_period(const st_account *a) {
  bool has = a->period.value.value.node != NULL;
  for (size_t i = 0; i < a->n_nodes; i++) has = has || a->nodes[i].period.value.value.node;
  return has;
}

const char *study__adjustment_word(sx_account_adjustment kind, bool english) {
  switch (kind) {
  case SX_ACCOUNT_COVERAGE:
    return english ? "share covered" : "覆盖比例";
  case SX_ACCOUNT_OVERLAP:
    return english ? "share counted twice" : "重复计算比例";
  case SX_ACCOUNT_AMOUNT:
    return english ? "amount counted twice" : "重复计算金额";
  case SX_ACCOUNT_FACTOR:
  default:
    return english ? "factor" : "系数";
  }
}
