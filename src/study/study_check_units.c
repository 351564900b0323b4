/* study_check_units.c: what a number is in - an amount of some unit, a share, growth in per cent, percentage points - told before anything is run: formats
 * that say another unit, factors of accounts whose units cannot be multiplied to the account's, constants outside their range. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study_account.h"
#include "study_balance.h"
#include "study_blocks.h"
#include "study_kind.h"
#include "study_names.h"

/* ---- units -------------------------------------------------------------------------------------------------------------- */

typedef enum measure { M_UNKNOWN, M_AMOUNT, M_SHARE, M_GROWTH, M_POINTS } measure;
typedef struct quantity {
  measure is;
  const char *unit; /* of an amount */
} quantity;

static const struct {
  const char *word;
  int family;
} units[] = {{"元", 1},      {"yuan", 1},          {"CNY", 1},      {"RMB", 1},     {"人民币", 1}, {"美元", 2},
             {"dollars", 2}, {"USD", 2},           {"US$", 2},      {"欧元", 3},    {"euro", 3},   {"EUR", 3},
             {"港元", 4},    {"HKD", 4},           {"日元", 5},     {"JPY", 5},     {"英镑", 6},   {"GBP", 6},
             {"人", 20},     {"people", 20},       {"persons", 20}, {"person", 20}, {"名", 20},    {"位", 20},
             {"户", 21},     {"households", 21},   {"次", 22},      {"times", 22},  {"件", 23},    {"items", 23},
             {"个", 24},     {"units", 24},        {"家", 25},      {"firms", 25},  {"岁", 26},    {"years", 26},
             {"人次", 27},   {"visits", 27},       {"小时", 28},    {"hours", 28},  {"天", 29},    {"days", 29},
             {"分钟", 30},   {"minutes", 30},      {"倍", 31},      {"台", 32},     {"部", 33},    {"辆", 34},
             {"元/人", 1},   {"yuan per head", 1}, {"单", 35},      {"orders", 35}, {"吨", 36},    {"tonnes", 36}};
enum { N_UNITS = sizeof units / sizeof *units, OTHER = -1, NONE = 0, MONEY_LAST = 19 };

/* The family of a unit without its scale: 万元 and yuan are money of one currency. */
static int family(const char *unit) {
  const char *rest = "";
  (void)study__unit_scale(unit, &rest);
  if (!*rest) return NONE;
  for (size_t i = 0; i < N_UNITS; i++) {
    if (strcmp(rest, units[i].word) == 0) return units[i].family;
  }
  return OTHER;
}

bool study__unit_counts(const char *unit) {
  return unit && family(unit) > MONEY_LAST;
}

static const char *nearest_unit(const char *unit) {
  const char *words[N_UNITS], *rest = "";
  (void)study__unit_scale(unit, &rest);
  if (strlen(rest) < 3 || (unsigned char)rest[0] >= 0x80) return NULL;
  for (size_t i = 0; i < N_UNITS; i++) words[i] = units[i].word;
  return sx_text_nearest(rest, words, N_UNITS);
}

static bool is_percent(const char *unit) {
  return unit && (strcmp(unit, "%") == 0 || strcmp(unit, "％") == 0);
}
static bool is_points(const char *unit) {
  return unit && (strcmp(unit, "pp") == 0 || strcmp(unit, "百分点") == 0);
}

/* ---- what a statistic is in --------------------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

static quantity amount_of(const char *unit) {
  if (is_percent(unit) || is_points(unit)) return (quantity){M_UNKNOWN, NULL}; /* numbers of 0 to 100, not shares */
  return unit && *unit ? (quantity){M_AMOUNT, unit} : (quantity){M_UNKNOWN, NULL};
}

static bool is_relative(const char *stat) {
  return strstr(stat, "_relative") || strstr(stat, "_ratio");
}

const char *study__account_unit(const st_account *a, const char *stat) {
  if (begins(stat, "constant_")) stat += strlen("constant_");
  if (begins(stat, "growth") || begins(stat, "share_of_change") || begins(stat, "effect_share_")) return "%";
  if (begins(stat, "contribution") || begins(stat, "structure_difference")) return "pp";
  return begins(stat, "share_") ? NULL : a->unit;
}

static quantity of_account(const st_account *a, const char *stat) {
  if (begins(stat, "p_")) return (quantity){M_UNKNOWN, NULL};
  if (begins(stat, "change") || begins(stat, "yoy")) {
    const bool share = strstr(stat, "_share_") != NULL;
    if (is_relative(stat)) return (quantity){M_UNKNOWN, NULL};
    return share ? (quantity){M_POINTS, NULL} : amount_of(a->unit);
  }
  const char *unit = study__account_unit(a, stat);
  if (is_percent(unit)) return (quantity){M_GROWTH, NULL};
  if (is_points(unit)) return (quantity){M_POINTS, NULL};
  return begins(stat, "share_") ? (quantity){M_SHARE, NULL} : amount_of(unit);
}

static quantity of_indicator(const sx_study *s, const st_indicator *ind, const char *stat) {
  const bool difference = begins(stat, "gap") || begins(stat, "change") || begins(stat, "yoy");
  const bool own = !*stat || strcmp(stat, study__stat_name(ind)) == 0;
  if (begins(stat, "p_") || is_relative(stat) || ind->kind->no_algebra) return (quantity){M_UNKNOWN, NULL};
  if (ind->unit && *ind->unit) return difference || own ? amount_of(ind->unit) : (quantity){M_UNKNOWN, NULL};
  if (study__is_formula(ind)) return (quantity){M_UNKNOWN, NULL}; /* a share, a ratio, a lead in points */
  if (!study__is_share(s, ind->id, stat) || ind->n_stats > 1) return (quantity){M_UNKNOWN, NULL};
  return (quantity){difference ? M_POINTS : M_SHARE, NULL};
}

static quantity of_figure(const sx_study *s, const char *id, const char *stat) {
  for (size_t i = 0; i < s->published.n; i++) {
    const st_figure *f = &s->published.figures[i];
    if (!f->id || strcmp(f->id, id) != 0) continue;
    const bool difference = strcmp(stat, "difference") == 0;
    if (is_percent(f->unit)) return (quantity){difference ? M_POINTS : M_SHARE, NULL};
    if (is_points(f->unit)) return (quantity){M_POINTS, NULL};
    const char *rest = "";
    (void)study__unit_scale(f->unit, &rest);
    return amount_of(rest);
  }
  return (quantity){M_UNKNOWN, NULL};
}

static quantity of_reference(const sx_study *s, const sx_reference *ref) {
  const char *slash = strchr(ref->indicator, '/');
  const quantity unknown = {M_UNKNOWN, NULL};
  for (size_t i = 0; i < ref->n_terms; i++) {
    if (strcmp(ref->variable[i], "input") == 0) return unknown;
  }
  if (begins(ref->indicator, "published/")) return of_figure(s, slash + 1, ref->statistic);
  if (slash) {
    const size_t a = study__find_account(s, ref->indicator, (size_t)(slash - ref->indicator));
    return a == ST_NONE ? unknown : of_account(&s->accounts[a], ref->statistic);
  }
  const size_t i = study__find_indicator(s, ref->indicator, strlen(ref->indicator));
  return i == ST_NONE ? unknown : of_indicator(s, &s->indicators[i], ref->statistic);
}

/* ---- formats ------------------------------------------------------------------------------------------------------------ */

const char *study__format_unit(const char *format) {
  static const char automatic[] = "auto ";
  const char *at = format + strspn(format, " ");
  if (!begins(at, automatic)) return at;
  at += strlen(automatic) + strspn(at + strlen(automatic), " ");
  return begins(at, "plain") ? "" : at;
}

/* What a format says: "% 1", "pp 1", "亿人 2", "billion yuan 2", "auto 元"; its noun into noun. */
static measure format_of(const char *format, char noun[48]) {
  const char *at = study__format_unit(format), *rest = "";
  const size_t n = strcspn(at, " ");
  char word[48];
  noun[0] = '\0';
  if (n == 0 || n >= sizeof word) return M_UNKNOWN;
  memcpy(word, at, n);
  word[n] = '\0';
  if (is_percent(word)) return M_SHARE;
  if (is_points(word)) return M_POINTS;
  (void)study__unit_scale(word, &rest);
  if (!*rest) { /* a scale alone: the noun may follow */
    at += n + strspn(at + n, " ");
    const size_t k = strcspn(at, " ");
    if (k && k < sizeof word) {
      memcpy(word, at, k);
      word[k] = '\0';
      rest = word;
    }
  }
  memcpy(noun, rest, strlen(rest) + 1);
  return M_AMOUNT;
}

static void misfit(const quantity *q, const char *format, char message[256]) {
  char noun[48];
  const measure says = format_of(format, noun);
  const int named = family(noun), own = family(q->unit);
  message[0] = '\0';
  if (says == M_UNKNOWN || q->is == M_UNKNOWN) return;
  if (q->is == M_POINTS && says == M_SHARE) {
    (void)snprintf(message, 256, "a difference of shares is in percentage points: 'pp 1', not '%.40s'", format);
  } else if (q->is == M_SHARE && says == M_POINTS) {
    (void)snprintf(message, 256, "a share is in per cent, only differences are in points: '%% 1', not '%.40s'", format);
  } else if (q->is == M_GROWTH && says == M_POINTS) {
    (void)snprintf(message, 256, "growth and shares of a change are in per cent: '%% 1', not '%.40s'", format);
  } else if (q->is != M_AMOUNT && named > 0) {
    (void)snprintf(message, 256, "it is in %s and no amount: '%s 1', not '%.40s'",
                   q->is == M_POINTS ? "percentage points" : "per cent", q->is == M_POINTS ? "pp" : "%", format);
  } else if (q->is == M_AMOUNT && says != M_AMOUNT) {
    (void)snprintf(message, 256, "it is in %.40s, not in %s: '%.40s' does not print it", q->unit,
                   says == M_SHARE ? "per cent" : "percentage points", format);
  } else if (q->is == M_AMOUNT && named > 0 && own > 0 && named != own) {
    (void)snprintf(message, 256, "it is in %.40s, and the format '%.40s' says %.40s", q->unit, format, noun);
  }
}

void study__unit_format(const sx_study *s, const sx_reference *ref, const char *format, char message[256]) {
  static const char *const fields[] = {"estimate", "se", "low", "high"};
  bool measured = ref->field[0] == '\0';
  message[0] = '\0';
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) measured = measured || strcmp(ref->field, fields[i]) == 0;
  if (!format || !*format || !measured) return;
  const quantity q = of_reference(s, ref);
  misfit(&q, format, message);
}

static void check_own_format(st_load *l, const sx_node *node, const char *unit, const char *format) {
  char message[256];
  const quantity q = amount_of(unit);
  const sx_node *at = node && node->kind == SX_NODE_MAP ? sx_node_get(node, "format") : NULL;
  if (!at || !format) return;
  misfit(&q, format, message);
  char noun[48];
  const bool pair =
      format_of(format, noun) == M_AMOUNT && ((strcmp(unit ? unit : "", "元") == 0 && family(noun) == 20) ||
                                              (strcmp(unit ? unit : "", "人") == 0 && family(noun) == 1));
  if (message[0] && !pair) study__problem(l, at, "%s", message); /* the pair is told with the format itself */
}

void study__check_block_format(st_load *l, const sx_node *block) {
  const sx_node *at = sx_node_get(block, "format"), *list = sx_node_get(block, "indicators");
  const char *format = study__scalar_of(block, "format"), *account = study__scalar_of(block, "account");
  char message[256];
  if (!format || !at || sx_node_get(block, "statistic")) return;
  for (size_t i = 0; list && list->kind == SX_NODE_LIST && i < list->n; i++) {
    const char *id = list->items[i]->kind == SX_NODE_SCALAR ? list->items[i]->text : "";
    const size_t k = study__find_indicator(l->s, id, strlen(id));
    if (k == ST_NONE) continue;
    const quantity q = of_indicator(l->s, &l->s->indicators[k], "");
    misfit(&q, format, message);
    if (message[0]) study__problem(l, at, "'%s': %s", id, message);
  }
  const size_t a = account ? study__find_account(l->s, account, strlen(account)) : ST_NONE;
  if (a == ST_NONE) return;
  const quantity q = amount_of(l->s->accounts[a].unit);
  if (q.is == M_AMOUNT && format[0] != '%' && !begins(format, "pp"))
    misfit(&q, format, message);
  else
    message[0] = '\0';
  if (message[0]) study__problem(l, at, "'%s': %s", account, message);
}

/* ---- one scale for a figure ---------------------------------------------------------------------------------------------- */

/* A drawing prints all its numbers in one unit: what each of them is in, the first that is known, and whether another was told. */
typedef struct scale {
  st_load *l;
  const char *figure, *format; /* the figure's own format, NULL: that of its first indicator */
  quantity first;
  const char *name; /* of the first */
  bool told;
} scale;

/* Where nothing else is known, a number is in what its own format says. */
static quantity by_format(const char *format, bool difference, sx_arena *arena) {
  char noun[48];
  const bool plain = begins(format, "plain") || !*study__format_unit(format);
  const measure says = plain ? M_AMOUNT : format_of(format, noun);
  if (says == M_SHARE) return (quantity){difference ? M_POINTS : M_SHARE, NULL};
  if (says != M_AMOUNT) return (quantity){says, NULL};
  const char *unit = plain ? "" : sx_arena_strdup(arena, noun);
  return (quantity){unit ? M_AMOUNT : M_UNKNOWN, unit};
}

static quantity drawn(const scale *f, const st_indicator *ind, const char *stat) {
  const quantity q = of_indicator(f->l->s, ind, stat);
  const bool difference = begins(stat, "gap") || begins(stat, "change") || begins(stat, "yoy");
  if (q.is != M_UNKNOWN || begins(stat, "p_")) return q;
  if (is_relative(stat)) return (quantity){M_GROWTH, NULL};
  if (is_percent(ind->unit) || is_points(ind->unit)) return q; /* numbers of 0 to 100 */
  return f->format ? q : by_format(ind->format, difference, f->l->s->arena);
}

static bool unlike(const quantity *a, const quantity *b) {
  const char *rest_a = "", *rest_b = "";
  const bool percent = (a->is == M_SHARE || a->is == M_GROWTH) && (b->is == M_SHARE || b->is == M_GROWTH);
  if (a->is == M_UNKNOWN || b->is == M_UNKNOWN || percent) return false;
  if (a->is != b->is) return true;
  if (a->is != M_AMOUNT) return false;
  if (study__unit_scale(a->unit, &rest_a) != study__unit_scale(b->unit, &rest_b)) return true;
  const int of_a = family(a->unit), of_b = family(b->unit);
  return of_a != of_b || (of_a == OTHER && strcmp(rest_a, rest_b) != 0);
}

static const char *in_words(const quantity *q) {
  if (q->is == M_POINTS) return "in percentage points";
  if (q->is != M_AMOUNT) return "in per cent";
  return *q->unit ? q->unit : "a number without a unit";
}

static void put_on_scale(scale *f, const sx_node *node, const char *name, quantity q) {
  const char *before = f->first.is == M_AMOUNT && *f->first.unit ? "in " : "",
             *now = q.is == M_AMOUNT && *q.unit ? "in " : "";
  if (q.is == M_UNKNOWN || f->told) return;
  if (f->first.is == M_UNKNOWN) {
    f->first = q;
    f->name = name;
  } else if (unlike(&f->first, &q)) {
    f->told = true;
    study__problem(f->l, node,
                   "the figure '%s' has one scale, and '%s' is %s%s while '%s' is %s%s: make two figures of them, or a "
                   "table",
                   f->figure, f->name, before, in_words(&f->first), name, now, in_words(&q));
  }
}

/* A format of the figure that does not fit one of them is told where the format is checked. */
static bool misfits(const scale *f, const quantity *q) {
  char message[256] = "";
  if (f->format) misfit(q, f->format, message);
  return message[0] != '\0';
}

static void reference_on_scale(scale *f, const sx_node *node) {
  sx_reference ref;
  sx_error err = SX_ERROR_INIT;
  const sx_study *s = f->l->s;
  if (!node || node->kind != SX_NODE_SCALAR || sx_reference_parse(&ref, node->text, strlen(node->text), &err) != SX_OK)
    return;
  const bool cases = strcmp(ref.field, "n") == 0 || strcmp(ref.field, "n_eff") == 0;
  const bool plain = strcmp(ref.field, "df") == 0 || strcmp(ref.field, "deff") == 0;
  const size_t i =
      strchr(ref.indicator, '/') ? ST_NONE : study__find_indicator(s, ref.indicator, strlen(ref.indicator));
  quantity q = i == ST_NONE ? of_reference(s, &ref) : drawn(f, &s->indicators[i], ref.statistic);
  if (strcmp(ref.field, "cv") == 0) q = (quantity){M_GROWTH, NULL};
  if (cases || plain) q = (quantity){M_AMOUNT, cases ? "cases" : ""};
  if (cases || plain || !misfits(f, &q)) put_on_scale(f, node, node->text, q);
}

void study__check_one_scale(st_load *l, const sx_node *figure) {
  const char *id = study__scalar_of(figure, "id"), *stat = study__scalar_of(figure, "statistic");
  scale f = {.l = l, .figure = id ? id : "", .format = study__scalar_of(figure, "format"), .first = {M_UNKNOWN, NULL}};
  const sx_node *list = sx_node_get(figure, "indicators"), *rows = sx_node_get(figure, "cells");
  for (size_t i = 0; list && list->kind == SX_NODE_LIST && i < list->n; i++) {
    const char *name = list->items[i]->kind == SX_NODE_SCALAR ? list->items[i]->text : "";
    const size_t at = study__find_indicator(l->s, name, strlen(name));
    if (at == ST_NONE) continue;
    const quantity q = drawn(&f, &l->s->indicators[at], stat ? stat : "");
    if (stat || !misfits(&f, &q)) put_on_scale(&f, list->items[i], name, q);
  }
  for (size_t i = 0; !list && rows && rows->kind == SX_NODE_LIST && i < rows->n; i++) {
    const sx_node *row = rows->items[i];
    for (size_t k = 0; row->kind == SX_NODE_LIST && k < row->n; k++) reference_on_scale(&f, row->items[k]);
  }
  reference_on_scale(&f, sx_node_get(figure, "centre"));
}

/* ---- units of accounts ---------------------------------------------------------------------------------------------------- */

/* Told once for each name, however often it is used. */
static void unknown_unit(st_load *l, const sx_node *node, const char *name, const char *unit) {
  if (!unit || !*unit || family(unit) != OTHER) return;
  const char *near = nearest_unit(unit);
  const sx_node *at = node && node->kind == SX_NODE_MAP ? sx_node_get(node, "unit") : NULL;
  char message[256];
  (void)snprintf(message, sizeof message, "'%.60s': unknown unit '%.40s'%s%s%s", name, unit,
                 near ? ", did you mean '" : "", near ? near : "",
                 near ? "'?" : ": money, people, households, items ... with 万, 亿, million or without");
  for (size_t i = 0; i < l->problems->n; i++) {
    if (strcmp(l->problems->items[i].message, message) == 0) return;
  }
  study__problem(l, at ? at : node, "%s", message);
}

/* The one operand that a formula is, and nothing else; NULL: it computes. */
static const st_operand *single(const st_formula *f) {
  const char *text = f->value.expr ? sx_expr_text(f->value.expr) : NULL;
  if (!text || f->n != 1) return NULL;
  text += strspn(text, " ");
  size_t n = strlen(text);
  while (n && text[n - 1] == ' ') n--;
  return strlen(f->operands[0].name) == n && memcmp(text, f->operands[0].name, n) == 0 ? &f->operands[0] : NULL;
}

static quantity of_operand(const sx_study *s, const st_operand *op) {
  const char *stat = op->statistic ? op->statistic : "";
  switch (op->kind) {
  case ST_OPERAND_BENCHMARK:
    if (is_percent(s->benchmarks[op->index].unit)) return (quantity){M_SHARE, NULL};
    return amount_of(s->benchmarks[op->index].unit);
  case ST_OPERAND_INDICATOR:
    return of_indicator(s, &s->indicators[op->index], stat);
  case ST_OPERAND_ACCOUNT:
    return of_account(&s->accounts[op->index], stat);
  case ST_OPERAND_BALANCE:
    return amount_of(study__balance_unit(s, op));
  }
  return (quantity){M_UNKNOWN, NULL};
}

static void check_operand_units(st_load *l, const st_formula *f) {
  for (size_t i = 0; i < f->n; i++) {
    const st_operand *op = &f->operands[i];
    if (op->kind == ST_OPERAND_BENCHMARK)
      unknown_unit(l, l->s->benchmarks[op->index].node, op->name, l->s->benchmarks[op->index].unit);
    if (op->kind == ST_OPERAND_INDICATOR)
      unknown_unit(l, l->s->indicators[op->index].node, l->s->indicators[op->index].id,
                   l->s->indicators[op->index].unit);
  }
}

/* An amount in the account's own unit: spend, total, benchmark. */
static void check_amount(st_load *l, const st_account *a, const st_formula *f, const char *what) {
  const st_operand *op = single(f);
  if (!op) return;
  const quantity q = of_operand(l->s, op);
  if (q.is == M_SHARE || q.is == M_POINTS || q.is == M_GROWTH) {
    study__problem(l, f->value.node, "%s is an amount, and '%s' is a share", what, op->name);
    return;
  }
  if (q.is != M_AMOUNT || a->scale.value.node || !a->unit) return;
  const int own = family(a->unit), other = family(q.unit);
  const char *rest = NULL;
  if (own <= 0 || other <= 0) return;
  if (own != other || study__unit_scale(a->unit, &rest) != study__unit_scale(q.unit, &rest))
    study__problem(l, f->value.node, "%s is in the account's unit %s, and '%s' is in %s", what, a->unit, op->name,
                   q.unit);
}

static void check_population(st_load *l, const st_formula *f) {
  const st_operand *op = single(f);
  if (!op) return;
  const quantity q = of_operand(l->s, op);
  const int own = q.is == M_AMOUNT ? family(q.unit) : NONE;
  if (q.is == M_SHARE || q.is == M_POINTS || q.is == M_GROWTH) {
    study__problem(l, f->value.node, "population is a number of people or units, and '%s' is a share", op->name);
  } else if (own > 0 && own <= MONEY_LAST) {
    study__problem(l, f->value.node, "population is a number of people or units, and '%s' is in %s", op->name, q.unit);
  }
}

static void check_penetration(st_load *l, const st_formula *f) {
  const st_operand *op = single(f);
  if (!op) return;
  const quantity q = of_operand(l->s, op);
  if (q.is == M_AMOUNT) study__problem(l, f->value.node, "penetration is a share, and '%s' is in %s", op->name, q.unit);
}

/* ---- formulas of several names ---------------------------------------------------------------------------------------------- */

typedef struct slot {
  const char *what;
  int own;       /* family that it is in to the power 1: NONE for a share, OTHER for any count of people or things */
  int low, high; /* what other counts may be to: an amount per head, or of all heads */
} slot;

static bool fits(const st_dimension *d, const slot *s) {
  int counted = 0;
  bool fit = true;
  for (size_t i = 0; i < d->n; i++) {
    const bool money = d->family[i] <= MONEY_LAST;
    if (s->own == OTHER && !money && d->power[i] == 1 && counted == 0) {
      counted = 1;
      continue;
    }
    const int power = d->family[i] == s->own ? d->power[i] - 1 : d->power[i];
    const bool free = d->family[i] != s->own && !money && s->own > 0;
    fit = fit && (free ? power >= s->low && power <= s->high : power == 0);
  }
  bool there = s->own == NONE || (s->own == OTHER && counted);
  for (size_t i = 0; i < d->n; i++) there = there || d->family[i] == s->own;
  return fit && there;
}

/* The formula's unit, worked out from those of its names; silent where one is not known. */
static void check_dimension(st_load *l, const st_formula *f, const slot *s, const char *unit) {
  st_dimension d = {.n = 0};
  int family_of[ST_DIMENSION_NAMES];
  const char *units_of[ST_DIMENSION_NAMES];
  if (!f->value.expr || f->n == 0 || f->n > ST_DIMENSION_NAMES || single(f)) return;
  for (size_t i = 0; i < f->n; i++) {
    const quantity q = of_operand(l->s, &f->operands[i]);
    family_of[i] = q.is == M_AMOUNT ? family(q.unit) : NONE;
    units_of[i] = q.is == M_AMOUNT ? q.unit : NULL;
    if (q.is == M_UNKNOWN || (q.is == M_AMOUNT && family_of[i] <= 0)) return;
  }
  char text[200];
  study__dimension(&d, f, family_of, MONEY_LAST);
  if (d.unknown) return;
  study__dimension_text(text, &d, f, family_of, units_of);
  if (d.mixed) {
    study__problem(l, f->value.node, "%s adds what is in different units: %s in '%s'", s->what, text,
                   sx_expr_text(f->value.expr));
  } else if (!fits(&d, s)) {
    study__problem(l, f->value.node, "%s is %s%s, and '%s' comes out %s%s", s->what,
                   s->own == NONE    ? "a share"
                   : s->own == OTHER ? "a number of people or things"
                                     : "in ",
                   s->own > 0 ? unit : "", sx_expr_text(f->value.expr), *text ? "in " : "as a share", text);
  }
}

static void check_dimensions(st_load *l, const st_account *a, const st_node *n) {
  const int own = a->unit && !a->scale.value.node ? family(a->unit) : NONE;
  const slot population = {"population", OTHER, 0, 0}, penetration = {"penetration", NONE, 0, 0};
  const slot spend = {"spend", own, -1, 0}, total = {"a total", own, 0, 1};
  check_dimension(l, &n->population, &population, NULL);
  check_dimension(l, &n->penetration, &penetration, NULL);
  if (own <= 0) return;
  check_dimension(l, &n->spend, &spend, a->unit);
  check_dimension(l, &n->total, &total, a->unit);
}

/* ---- ranges of what is no estimate ------------------------------------------------------------------------------------------ */

static double constant(const sx_study *s, const st_formula *f) {
  double out = (double)NAN;
  if (!f->value.node) return out;
  if (sx_node_number(&out, f->value.node)) return out;
  const st_operand *op = single(f);
  return op && op->kind == ST_OPERAND_BENCHMARK ? s->benchmarks[op->index].value : (double)NAN;
}

static void check_price(st_load *l, const st_given *g) {
  enum { FAR = 5 };
  const double v = constant(l->s, &g->value);
  if (v > FAR || (v > 0 && v < 1.0 / FAR))
    study__problem(l, g->value.value.node,
                   "a price index of %g is far from 1: an index of 100 is written 1.00, 105 is 1.05", v);
}

static void check_ranges(st_load *l, const st_node *n) {
  const double population = constant(l->s, &n->population), penetration = constant(l->s, &n->penetration);
  const double spend = constant(l->s, &n->spend), ratio = constant(l->s, &n->ratio);
  if (population < 0) study__problem(l, n->population.value.node, "a population is not negative, as %g is", population);
  if (penetration < 0 || penetration > 1)
    study__problem(l, n->penetration.value.node, "penetration is a share between 0 and 1, not %g", penetration);
  if (spend < 0) study__problem(l, n->spend.value.node, "spending is not negative, as %g is", spend);
  if (ratio < 0) study__problem(l, n->ratio.value.node, "a ratio is not negative, as %g is", ratio);
  check_price(l, &n->price);
}

void study__check_account_units(st_load *l, const st_account *a) {
  st_formula *f = NULL;
  bool domains = false;
  if (l->wave) return; /* the study itself told */
  unknown_unit(l, a->node, a->id, a->unit);
  check_own_format(l, a->node, a->unit, a->format);
  for (size_t i = 0; (f = study__account_formula(a, i, &domains)) != NULL && !study__stop(l); i++)
    check_operand_units(l, f);
  check_amount(l, a, &a->benchmark, "the benchmark");
  const slot benchmark = {"the benchmark", a->unit && !a->scale.value.node ? family(a->unit) : NONE, 0, 1};
  if (benchmark.own > 0) check_dimension(l, &a->benchmark, &benchmark, a->unit);
  check_price(l, &a->price);
  for (size_t i = 0; i < a->n_nodes && !study__stop(l); i++) {
    const st_node *n = &a->nodes[i];
    check_population(l, &n->population);
    check_penetration(l, &n->penetration);
    check_amount(l, a, &n->spend, "spend");
    check_amount(l, a, &n->total, "a total");
    check_dimensions(l, a, n);
    check_ranges(l, n);
  }
}

void study__check_indicator_units(st_load *l) {
  for (size_t i = 0; i < l->s->n_indicators && !l->wave; i++) {
    const st_indicator *ind = &l->s->indicators[i];
    if (ind->unit && nearest_unit(ind->unit)) unknown_unit(l, ind->node, ind->id, ind->unit);
    check_own_format(l, ind->node, ind->unit, ind->format);
  }
}
