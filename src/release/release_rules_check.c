/* release_rules_check.c: rules checked on a table: the verdicts of each are counted. */
#include <stdio.h>
#include <string.h>

#include "release_rule_priv.h"

static sx_status count(sx_rule_outcome *out, const sx_rules *rules, uint8_t *held, size_t n, size_t max_cases,
                       sx_error *err) {
  out->items = n;
  for (size_t i = 0; i < n; i++) {
    if (held[i] == 2 && rules->na_value >= 0) held[i] = (uint8_t)rules->na_value;
    out->passes += held[i] == 1;
    out->fails += held[i] == 0;
    out->n_na += held[i] == 2;
  }
  const size_t listed = out->whole ? 0 : out->fails < max_cases ? out->fails : max_cases;
  out->cases = sx_mem_alloc(&rules->ctx, listed, sizeof *out->cases);
  if (!out->cases) return sx_error_memory(err);
  for (size_t i = 0; i < n && out->n_cases < listed; i++)
    if (held[i] == 0) out->cases[out->n_cases++] = i;
  return SX_OK;
}

/* The place in the expression that was written is none in the rule; that of a case stays. */
static const char *place_in(const char *where) {
  const char *at = strstr(where, ": ");
  if (strncmp(where, "column ", 7) != 0) return where;
  return at ? at + 2 : "";
}

static sx_status check_rule(sx_rule_outcome *out, const sx_rules *rules, const sx_rule *rule, const sx_table *table,
                            uint8_t *held, size_t max_cases, sx_error *err) {
  sx_error own = SX_ERROR_INIT;
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, &rules->ctx, err));
  sx_release__bound b = {.ctx = &rules->ctx, .table = table, .rules = rules, .arena = arena};
  const sx_status status = sx_release__eval_test(held, &out->whole, &b, rule->tree, &own);
  sx_release__bound_clear(&b);
  sx_arena_free(arena);
  if (status == SX_OK) return count(out, rules, held, out->whole ? 1 : sx_table_rows(table), max_cases, err);
  if (status == SX_E_MEMORY) return sx_error_memory(err);
  if (status == SX_E_CANCELLED) return sx_error_set(err, status, own.where, "%s", own.message);
  char text[SX_ERROR_WHERE_MAX + SX_ERROR_MESSAGE_MAX];
  const char *where = place_in(own.where);
  (void)snprintf(text, sizeof text, "%s%s%s", where, *where ? ": " : "", own.message);
  out->error = sx_mem_strdup(&rules->ctx, text);
  return out->error ? SX_OK : sx_error_memory(err);
}

sx_status sx_rules_check(sx_rules_outcome **out, const sx_rules *rules, const sx_table *table, size_t max_cases,
                         sx_error *err) {
  const sx_ctx *ctx = &rules->ctx;
  sx_rules_outcome *o = sx_mem_zalloc(ctx, 1, sizeof *o);
  if (!o) return sx_error_memory(err);
  o->ctx = *ctx;
  o->items = sx_mem_zalloc(ctx, rules->n ? rules->n : 1, sizeof *o->items);
  uint8_t *held = sx_mem_alloc(ctx, sx_table_rows(table) + 1, sizeof *held);
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
