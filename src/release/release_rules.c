/* release_rules.c: rules read and checked. */
#include "shuxiao/release_rules.h"

#include <stdio.h>
#include <string.h>

static const char *const severities[] = {"error", "warning", "info"};

const char *sx_rule_severity_name(sx_rule_severity severity) {
  return (size_t)severity < 3 ? severities[severity] : "?";
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

static sx_status text_of(const char **out, const sx_doc *doc, const sx_node *map, const char *key, sx_error *err) {
  const sx_node *node = sx_node_get(map, key);
  *out = NULL;
  if (!node || node->kind == SX_NODE_NULL) return SX_OK;
  if (node->kind != SX_NODE_SCALAR) return sx_node_error(err, doc, node, "%s is a text", key);
  *out = node->text;
  return SX_OK;
}

/* One text for both languages, or {zh, en}. */
static sx_status texts_of(const char **zh, const char **en, const sx_doc *doc, const sx_node *map, const char *key,
                          sx_error *err) {
  const sx_node *node = sx_node_get(map, key);
  if (node && node->kind == SX_NODE_MAP) {
    static const char *const both[] = {"zh", "en"};
    SX_TRY(sx_node_keys(doc, node, both, 2, err));
    SX_TRY(text_of(zh, doc, node, "zh", err));
    return text_of(en, doc, node, "en", err);
  }
  SX_TRY(text_of(zh, doc, map, key, err));
  *en = *zh;
  return SX_OK;
}

static sx_status severity_of(sx_rule *rule, const sx_doc *doc, const sx_node *meta, sx_error *err) {
  const sx_node *node = sx_node_get(meta, "severity");
  if (!node) return SX_OK;
  for (int i = 0; i < 3 && node->kind == SX_NODE_SCALAR; i++) {
    if (strcmp(node->text, severities[i]) != 0) continue;
    rule->severity = (sx_rule_severity)i;
    return SX_OK;
  }
  const char *near = node->kind == SX_NODE_SCALAR ? sx_text_nearest(node->text, severities, 3) : NULL;
  return sx_node_error(err, doc, node, "a severity is error, warning or info%s%s", near ? ": did you mean " : "",
                       near ? near : "");
}

static sx_status parse_expr(sx_rule *rule, const sx_rules *rules, const sx_doc *doc, const sx_node *node,
                            sx_error *err) {
  sx_buf text;
  sx_error own = SX_ERROR_INIT;
  sx_buf_init(&text, &rules->ctx);
  sx_status status = sx_rules_translate(&text, rule->text, &own);
  if (status == SX_OK) status = sx_expr_parse(&rule->expr, &rules->ctx, text.data ? text.data : "", &own);
  if (status == SX_E_PARSE && strstr(own.message, "no function called ")) { /* of R: the others go on */
    rule->error = sx_arena_strdup(rules->arena, own.message);
    status = rule->error ? SX_OK : sx_error_memory(err);
  } else if (status == SX_E_MEMORY) {
    (void)sx_error_memory(err);
  } else if (status != SX_OK) {
    const bool same = text.data && strcmp(text.data, rule->text) == 0;
    (void)sx_node_error(err, doc, node, "rule %s, %s%s%s: %s", rule->name, own.where, same ? "" : " of ",
                        same ? "" : text.data, own.message);
    status = SX_E_PARSE;
  }
  sx_buf_clear(&text);
  return status;
}

static sx_status read_rule(sx_rules *rules, const sx_doc *doc, const sx_node *node, sx_error *err) {
  static const char *const keys[] = {"expr",    "name",   "label",    "description", "meta",
                                     "created", "origin", "language", "severity"};
  sx_rule *rule = &rules->items[rules->n];
  if (node->kind != SX_NODE_MAP) return sx_node_error(err, doc, node, "a rule is {expr: CONDITION, name: NAME, ...}");
  SX_TRY(sx_node_keys(doc, node, keys, sizeof keys / sizeof *keys, err));
  *rule = (sx_rule){.node = node, .severity = SX_RULE_ERROR};
  SX_TRY(text_of(&rule->name, doc, node, "name", err));
  SX_TRY(text_of(&rule->text, doc, node, "expr", err));
  SX_TRY(texts_of(&rule->label_zh, &rule->label_en, doc, node, "label", err));
  SX_TRY(texts_of(&rule->description_zh, &rule->description_en, doc, node, "description", err));
  SX_TRY(severity_of(rule, doc, node, err));
  const sx_node *meta = sx_node_get(node, "meta");
  if (meta && meta->kind == SX_NODE_MAP) SX_TRY(severity_of(rule, doc, meta, err));
  if (!rule->text || !*rule->text) return sx_node_error(err, doc, node, "the rule has no expr");
  if (!rule->name || !*rule->name) {
    rule->name = sx_arena_printf(rules->arena, "V%zu", rules->n + 1);
    if (!rule->name) return sx_error_memory(err);
  }
  for (size_t i = 0; i < rules->n; i++) {
    if (strcmp(rules->items[i].name, rule->name) == 0)
      return sx_node_error(err, doc, node, "two rules are called %s", rule->name);
  }
  SX_TRY(parse_expr(rule, rules, doc, sx_node_get(node, "expr"), err));
  rules->n++;
  return SX_OK;
}

static sx_status read_all(sx_rules *rules, const sx_doc *doc, const sx_node *node, sx_error *err) {
  static const char *const keys[] = {"rules", "options"};
  const sx_node *list = node;
  if (node && node->kind == SX_NODE_MAP) {
    SX_TRY(sx_node_keys(doc, node, keys, 2, err));
    list = sx_node_get(node, "rules");
    const sx_node *options = sx_node_get(node, "options");
    if (sx_node_get(options, "include"))
      return sx_node_error(err, doc, options, "include is not supported: name each file, or put the rules into one");
  }
  if (!list || list->kind != SX_NODE_LIST || list->n == 0)
    return sx_node_error(err, doc, node, "rules are a list: 'rules:' with '- expr: CONDITION' under it");
  rules->items = sx_arena_zalloc(rules->arena, list->n, sizeof *rules->items);
  if (!rules->items) return sx_error_memory(err);
  for (size_t i = 0; i < list->n; i++) SX_TRY(read_rule(rules, doc, list->items[i], err));
  return SX_OK;
}

sx_status sx_rules_read(sx_rules **out, const sx_ctx *ctx, const sx_doc *doc, const sx_node *node, sx_error *err) {
  const sx_ctx standard = SX_CTX_INIT;
  sx_rules *rules = sx_mem_zalloc(ctx, 1, sizeof *rules);
  if (!rules) return sx_error_memory(err);
  rules->ctx = ctx ? *ctx : standard;
  sx_status status = sx_arena_new(&rules->arena, &rules->ctx, err);
  if (status == SX_OK) status = read_all(rules, doc, node, err);
  if (status != SX_OK) {
    sx_rules_free(rules);
    return status;
  }
  *out = rules;
  return SX_OK;
}

void sx_rules_free(sx_rules *rules) {
  if (!rules) return;
  const sx_ctx ctx = rules->ctx;
  for (size_t i = 0; i < rules->n; i++) sx_expr_free(rules->items[i].expr);
  sx_arena_free(rules->arena);
  sx_mem_free(&ctx, rules);
}

/* ---- checking ----------------------------------------------------------------------------------------------------------------- */

static sx_status count(sx_rule_outcome *out, const sx_ctx *ctx, const uint8_t *held, size_t n, size_t max_cases,
                       sx_error *err) {
  out->items = n;
  for (size_t i = 0; i < n; i++) {
    out->passes += held[i] == 1;
    out->fails += held[i] == 0;
    out->n_na += held[i] == 2;
  }
  const size_t listed = out->fails < max_cases ? out->fails : max_cases;
  out->cases = sx_mem_alloc(ctx, listed, sizeof *out->cases);
  if (!out->cases) return sx_error_memory(err);
  for (size_t i = 0; i < n && out->n_cases < listed; i++)
    if (held[i] == 0) out->cases[out->n_cases++] = i;
  return SX_OK;
}

static sx_status check_rule(sx_rule_outcome *out, const sx_rules *rules, const sx_rule *rule, const sx_table *table,
                            uint8_t *held, size_t max_cases, sx_error *err) {
  sx_error own = SX_ERROR_INIT;
  const sx_status status = rule->expr ? sx_expr_test(held, rule->expr, table, &own)
                                      : sx_error_set(&own, SX_E_PARSE, "", "%s", rule->error ? rule->error : "");
  if (status == SX_OK) return count(out, &rules->ctx, held, sx_table_rows(table), max_cases, err);
  if (status == SX_E_MEMORY) return sx_error_memory(err);
  if (status == SX_E_CANCELLED) return sx_error_set(err, status, own.where, "%s", own.message);
  char text[SX_ERROR_WHERE_MAX + SX_ERROR_MESSAGE_MAX];
  (void)snprintf(text, sizeof text, "%s%s%s", own.where, *own.where ? ": " : "", own.message);
  out->error = sx_mem_strdup(&rules->ctx, text);
  return out->error ? SX_OK : sx_error_memory(err);
}

sx_status sx_rules_check(sx_rules_outcome **out, const sx_rules *rules, const sx_table *table, size_t max_cases,
                         sx_error *err) {
  const sx_ctx *ctx = &rules->ctx;
  sx_rules_outcome *o = sx_mem_zalloc(ctx, 1, sizeof *o);
  if (!o) return sx_error_memory(err);
  o->ctx = *ctx;
  o->items = sx_mem_zalloc(ctx, rules->n, sizeof *o->items);
  uint8_t *held = sx_mem_alloc(ctx, sx_table_rows(table), sizeof *held);
  sx_status status = o->items && held ? SX_OK : sx_error_memory(err);
  if (o->items) o->n = rules->n;
  for (size_t i = 0; i < rules->n && status == SX_OK; i++) {
    sx_ctx_progress(ctx, "checking rules", i, rules->n);
    status = sx_ctx_poll(ctx, err);
    if (status == SX_OK) status = check_rule(&o->items[i], rules, &rules->items[i], table, held, max_cases, err);
    o->n_failed[rules->items[i].severity] += o->items[i].fails > 0 || o->items[i].error;
  }
  sx_mem_free(ctx, held);
  if (status != SX_OK) {
    sx_rules_outcome_free(o);
    return status;
  }
  *out = o;
  return SX_OK;
}

void sx_rules_outcome_free(sx_rules_outcome *o) {
  if (!o) return;
  const sx_ctx ctx = o->ctx;
  for (size_t i = 0; i < o->n; i++) {
    sx_mem_free(&ctx, o->items[i].error);
    sx_mem_free(&ctx, o->items[i].cases);
  }
  sx_mem_free(&ctx, o->items);
  sx_mem_free(&ctx, o);
}
