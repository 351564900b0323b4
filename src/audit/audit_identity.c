/* audit_identity.c: the identities of an audit file: one kind word each, its figures found by id. */
#include <stdio.h>
#include <string.h>

#include "audit_priv.h"

enum { MAX_KEYS = 3 };
typedef struct kind_row {
  const char *word;
  const char *keys[MAX_KEYS]; /* figures after the kind word, in order */
  bool list;                  /* the last figure key is a list; without keys: the kind word itself is */
} kind_row;

static const kind_row kinds[AU_KINDS] = {
    [AU_SUM] = {"sum", {"of"}, true},
    [AU_SHARE] = {"share", {"part", "whole"}, false},
    [AU_GAP] = {"gap", {"of", "over"}, false},
    [AU_PRODUCT] = {"product", {"of"}, true},
    [AU_BASE] = {"base", {"users", "rate"}, false},
    [AU_GROWTH] = {"growth", {"from", "to"}, false},
    [AU_CAGR] = {"cagr", {"from", "to"}, false},
    [AU_SUBSET] = {"subset", {"of"}, false},
    [AU_SAME] = {"same", {NULL}, true},
    [AU_ORDER] = {"order", {NULL}, true},
    [AU_CHANGE] = {"change", {"from", "to"}, false},
    [AU_FORMULA] = {"formula", {NULL}, false},
};
static const char *const common[] = {"id", "why", "within", "unstated", "same_base", "same_period"};
enum { N_COMMON = sizeof common / sizeof *common };

static sx_status find_kind(au_identity *out, const sx_doc *doc, const sx_node *node, sx_error *err) {
  int found = -1;
  for (int k = 0; k < AU_KINDS; k++) {
    if (!sx_node_get(node, kinds[k].word)) continue;
    if (found >= 0)
      return sx_node_error(err, doc, node, "the identity has two kinds, '%s' and '%s': write two identities",
                           kinds[found].word, kinds[k].word);
    found = k;
  }
  if (found < 0)
    return sx_node_error(err, doc, node,
                         "the identity has no kind: one of sum, share, gap, product, base, growth, cagr, subset, same, "
                         "order, change, formula");
  out->kind = (au_kind)found;
  out->pub.kind = kinds[found].word;
  const char *allowed[N_COMMON + MAX_KEYS + 2];
  size_t n = 0;
  for (size_t i = 0; i < N_COMMON; i++) allowed[n++] = common[i];
  allowed[n++] = kinds[found].word;
  for (size_t i = 0; i < MAX_KEYS && kinds[found].keys[i]; i++) allowed[n++] = kinds[found].keys[i];
  if (found == AU_CAGR) allowed[n++] = "years";
  return sx_node_keys(doc, node, allowed, n, err);
}

/* The nearest id, for small files: a look at every figure. */
static const char *nearest_id(sx_audit *audit, const char *text) {
  enum { LOOK_AT = 20000 };
  if (!text[0] || !text[1]) return NULL; /* one letter is near to every other */
  const size_t n = audit->n_figures < LOOK_AT ? audit->n_figures : LOOK_AT;
  const char **ids = sx_arena_alloc(audit->arena, n + 1, sizeof *ids);
  for (size_t i = 0; ids && i < n; i++) ids[i] = audit->figures[i].pub.id;
  return ids ? sx_text_nearest(text, ids, n) : NULL;
}

static sx_status one_figure(uint32_t *out, sx_audit *audit, const sx_doc *doc, const sx_node *node, sx_error *err) {
  if (node->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, node, "a figure's id is needed here");
  const size_t at = sx_audit__find(audit, node->text, strlen(node->text));
  if (at == SIZE_MAX) {
    const char *near = nearest_id(audit, node->text);
    if (near) return sx_node_error(err, doc, node, "unknown figure '%s': did you mean '%s'?", node->text, near);
    return sx_node_error(err, doc, node, "unknown figure '%s'", node->text);
  }
  *out = (uint32_t)at;
  return SX_OK;
}

static sx_status read_args(sx_audit *audit, au_identity *out, const sx_doc *doc, const sx_node *node, sx_error *err) {
  const kind_row *row = &kinds[out->kind];
  const sx_node *words[MAX_KEYS + 1];
  size_t n_words = 0, n = 0;
  words[n_words++] = sx_node_get(node, row->word);
  for (size_t i = 0; i < MAX_KEYS && row->keys[i]; i++) {
    const sx_node *word = sx_node_get(node, row->keys[i]);
    if (!word) return sx_node_error(err, doc, node, "%s: needs %s", row->word, row->keys[i]);
    words[n_words++] = word;
  }
  const sx_node *list = row->list ? words[n_words - 1] : NULL;
  const size_t least = row->keys[0] ? 1 : 2;
  if (list && (list->kind != SX_NODE_LIST || list->n < least))
    return sx_node_error(err, doc, list, "%s: a list of at least %zu figures is needed here", row->word, least);
  uint32_t *args = sx_arena_alloc(audit->arena, n_words + (list ? list->n : 0), sizeof *args);
  if (!args) return sx_error_memory(err);
  for (size_t i = 0; i < n_words - (list ? 1 : 0); i++) SX_TRY(one_figure(&args[n++], audit, doc, words[i], err));
  for (size_t i = 0; list && i < list->n; i++) SX_TRY(one_figure(&args[n++], audit, doc, list->items[i], err));
  out->args = args;
  out->n_args = n;
  return SX_OK;
}

/* "1 百分点", "0.5": without a unit it is in that of the first figure (of a formula whose left side is one figure: of that), else a plain
 * number. */
static sx_status read_within(const sx_audit *audit, au_identity *out, const sx_doc *doc, const sx_node *node,
                             sx_error *err) {
  char number[32];
  int decimals;
  const char *text = node->kind == SX_NODE_SCALAR ? node->text : "";
  const size_t digits = strspn(text, "0123456789.");
  const bool formula = out->kind == AU_FORMULA, plain = formula && out->left->op != AU_FIG;
  const au_figure *of = &audit->figures[out->pub.figures[formula && !plain ? out->left->var : 0]];
  sx_audit_unit unit = plain ? (sx_audit_unit){.mul = 1, .any = true} : of->unit;
  snprintf(number, sizeof number, "%.*s", (int)(digits < sizeof number ? digits : 0), text);
  const char *rest = text + digits;
  if (!sx_audit__num_read(&out->within, &decimals, number) || (*rest && !sx_audit__unit(&unit, rest, strlen(rest))))
    return sx_node_error(err, doc, node, "within: a tolerance like 1, '1 百分点' or '50 亿元', not '%s'", text);
  if (!plain && !unit.any && !of->unit.any && memcmp(unit.dims, of->unit.dims, sizeof unit.dims) != 0)
    return sx_node_error(err, doc, node, "within: the unit is not that of '%s'", of->pub.id);
  if (!sx_audit__num_mul(&out->within, out->within, (au_num){unit.mul, unit.exp10}))
    return sx_node_error(err, doc, node, "within: too many digits");
  out->has_within = out->within.m != 0;
  return SX_OK;
}

static sx_status read_why(sx_audit *audit, au_identity *out, const sx_doc *doc, const sx_node *node, sx_error *err) {
  static const char *const keys[] = {"zh", "en"};
  out->pub.why[0] = out->pub.why[1] = "";
  if (!node) return SX_OK;
  if (node->kind == SX_NODE_MAP) SX_TRY(sx_node_keys(doc, node, keys, 2, err));
  for (size_t k = 0; k < 2; k++) {
    const sx_node *text = node->kind == SX_NODE_MAP ? sx_node_get(node, keys[k]) : node;
    if (!text) continue;
    if (text->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, node, "why: a text or {zh: ..., en: ...}");
    out->pub.why[k] = sx_arena_strdup(audit->arena, text->text);
    if (!out->pub.why[k]) return sx_error_memory(err);
  }
  for (size_t k = 0; k < 2; k++) {
    if (!*out->pub.why[k]) out->pub.why[k] = out->pub.why[1 - k];
  }
  return SX_OK;
}

static sx_status read_common(sx_audit *audit, au_identity *out, const sx_doc *doc, const sx_node *node, sx_error *err) {
  const sx_node *unstated = sx_node_get(node, "unstated"), *same = sx_node_get(node, "same_base"),
                *period = sx_node_get(node, "same_period");
  SX_TRY(read_why(audit, out, doc, sx_node_get(node, "why"), err));
  out->pub.unstated = "";
  if (unstated) {
    const char *text = unstated->kind == SX_NODE_SCALAR ? unstated->text : "";
    static const char *const what[] = {"definition", "base", "period"};
    for (size_t i = 0; i < 3; i++) {
      if (strcmp(text, what[i]) == 0) out->pub.unstated = what[i];
    }
    if (!*out->pub.unstated)
      return sx_node_error(err, doc, unstated, "unstated: definition, base or period, not '%s'", text);
  }
  if (same && !sx_node_bool(&out->same_base, same)) return sx_node_error(err, doc, same, "same_base: true or false");
  if (period && !sx_node_bool(&out->same_period, period))
    return sx_node_error(err, doc, period, "same_period: true or false");
  return SX_OK;
}

/* pub.figures: args without repeats. */
static sx_status set_figures(sx_audit *audit, au_identity *out, sx_error *err) {
  size_t *figures = sx_arena_alloc(audit->arena, out->n_args, sizeof *figures), n = 0;
  if (!figures) return sx_error_memory(err);
  for (size_t i = 0; i < out->n_args; i++) {
    bool seen = false;
    for (size_t k = 0; k < n && !seen; k++) seen = figures[k] == out->args[i];
    if (!seen) figures[n++] = out->args[i];
  }
  out->pub.figures = figures;
  out->pub.n_figures = n;
  return SX_OK;
}

static sx_status read_years(au_identity *out, const sx_doc *doc, const sx_node *node, sx_error *err) {
  const sx_node *years = sx_node_get(node, "years");
  if (!years || !sx_node_number(&out->years, years) || !(out->years > 0 && out->years <= 200))
    return sx_node_error(err, doc, years ? years : node, "cagr: needs years, a number above 0 (at most 200)");
  return SX_OK;
}

static sx_status place_error(const sx_doc *doc, const sx_node *node, sx_status status, sx_error *err) {
  if (status == SX_E_PARSE || status == SX_E_DATA) {
    char message[SX_ERROR_MESSAGE_MAX];
    snprintf(message, sizeof message, "%s", err ? err->message : "");
    (void)sx_node_error(err, doc, node, "%s", message);
    if (err) err->status = status;
  }
  return status;
}

static sx_status read_identity(sx_audit *audit, au_identity *out, const sx_doc *doc, const sx_node *node,
                               sx_error *err) {
  if (node->kind != SX_NODE_MAP)
    return sx_node_error(err, doc, node, "an identity is a map like {id: i1, sum: F1, of: [F2, F3]}");
  const sx_node *id = sx_node_get(node, "id");
  if (!id || id->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, node, "the identity needs an id");
  SX_TRY(find_kind(out, doc, node, err));
  out->pub.id = sx_arena_strdup(audit->arena, id->text);
  if (!out->pub.id) return sx_error_memory(err);
  out->pub.line = node->line;
  SX_TRY(read_common(audit, out, doc, node, err));
  sx_error own = SX_ERROR_INIT;
  if (!err) err = &own;
  if (out->kind == AU_FORMULA) {
    const sx_node *text = sx_node_get(node, "formula");
    if (text->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, text, "formula: a text like F1 == F2 + F3");
    SX_TRY(place_error(doc, text, sx_audit__parse_formula(audit, out, text->text, err), err));
  } else {
    SX_TRY(read_args(audit, out, doc, node, err));
    SX_TRY(set_figures(audit, out, err));
  }
  if (out->kind == AU_CAGR) SX_TRY(read_years(out, doc, node, err));
  if ((out->kind == AU_SAME || out->kind == AU_ORDER) && out->pub.n_figures != out->n_args)
    return sx_node_error(err, doc, node, "%s: a figure stands twice in the list", out->pub.kind);
  const sx_node *within = sx_node_get(node, "within");
  if (within) SX_TRY(read_within(audit, out, doc, within, err));
  SX_TRY(place_error(doc, node, sx_audit__check_units(audit, out, err), err));
  return place_error(doc, node, sx_audit__compile(audit, out, err), err);
}

/* Two identities of one id: by a table of hashes, so that many identities stay quick. */
static sx_status check_ids(sx_audit *audit, const sx_doc *doc, const sx_node *list, sx_error *err) {
  size_t n = 16;
  while (n < 2 * audit->n_identities + 1) n *= 2;
  const sx_arena_mark mark = sx_arena_get_mark(audit->arena);
  uint32_t *slots = sx_arena_zalloc(audit->arena, n, sizeof *slots);
  sx_status status = slots ? SX_OK : sx_error_memory(err);
  for (size_t i = 0; status == SX_OK && i < audit->n_identities; i++) {
    const char *id = audit->identities[i].pub.id;
    uint64_t h = 1469598103934665603ULL;
    for (const char *p = id; *p; p++) h = (h ^ (unsigned char)*p) * 1099511628211ULL;
    size_t at = (size_t)(h ^ (h >> 32)) & (n - 1);
    while (slots[at] && strcmp(audit->identities[slots[at] - 1].pub.id, id) != 0) at = (at + 1) & (n - 1);
    if (slots[at])
      status = sx_node_error(err, doc, list->items[i], "the identity '%s' stands twice: first in line %zu", id,
                             audit->identities[slots[at] - 1].pub.line);
    slots[at] = (uint32_t)i + 1;
  }
  sx_arena_release(audit->arena, mark);
  return status;
}

sx_status sx_audit__read_identities(sx_audit *audit, const sx_doc *doc, const sx_node *list, sx_error *err) {
  if (list->kind != SX_NODE_LIST) return sx_node_error(err, doc, list, "identities: a list");
  if (list->n > UINT32_MAX / 4) return sx_node_error(err, doc, list, "too many identities");
  audit->identities = sx_arena_zalloc(audit->arena, list->n, sizeof *audit->identities);
  if (!audit->identities) return sx_error_memory(err);
  for (size_t i = 0; i < list->n; i++) {
    SX_TRY(read_identity(audit, &audit->identities[i], doc, list->items[i], err));
    audit->n_identities = i + 1;
  }
  return check_ids(audit, doc, list, err);
}
