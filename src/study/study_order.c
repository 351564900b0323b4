/* study_order.c: the order in which the study names the levels of a group is the order in which they are shown: in tables, figures, banner tables, data files,
 * the codebook. Where a group's `levels` leave out a level of the data it does not count (table_order.h). */
#include "study_data.h"
#include "study_names.h"
#include "study_plan.h"
#include "shuxiao/table_order.h"

#include <string.h>

/* Of several groups by one variable the first that names levels. */
static const sx_node *levels_of(const sx_study *s, const char *variable) {
  for (size_t i = 0; i < s->n_groups; i++) {
    const st_group *g = &s->groups[i];
    if (g->by && g->levels && g->levels->kind == SX_NODE_MAP && g->levels->n && strcmp(g->by, variable) == 0)
      return g->levels;
  }
  return NULL;
}

/* A date or period is shown in the order of time. */
static bool is_timed(const sx_column *c) {
  return c->type == SX_DATE || c->type == SX_PERIOD;
}

sx_status study__order_levels(sx_table *table, const sx_study *s, sx_error *err) {
  const sx_ctx *ctx = sx_table_ctx(table);
  for (size_t i = 0; i < s->n_groups; i++) {
    const sx_node *levels = s->groups[i].by ? levels_of(s, s->groups[i].by) : NULL;
    const sx_column *c = levels ? sx_table_find(table, s->groups[i].by) : NULL;
    if (!c || c->n_order || is_timed(c)) continue;
    const char **text = sx_mem_alloc(ctx, levels->n, sizeof *text);
    if (!text) return sx_error_memory(err);
    for (size_t k = 0; k < levels->n; k++) text[k] = levels->keys[k]->text;
    /* the table was read for this study, and is not yet anyone's */
    const sx_status status = sx_column_set_order(ctx, (sx_column *)(uintptr_t)c, text, levels->n, err);
    sx_mem_free(ctx, (void *)text);
    SX_TRY(status);
  }
  return SX_OK;
}

/* ---- labels, as the codebook lists them ----------------------------------------------------------------------------- */

/* The declared levels' places in the list of labels; those of missing values keep theirs, behind the others. */
static sx_status order_labels(sx_column *c, const sx_ctx *ctx, sx_error *err) {
  const size_t n = c->n_labels;
  sx_status status = SX_OK;
  size_t *order = sx_mem_alloc(ctx, n, sizeof *order), *at = sx_mem_alloc(ctx, n, sizeof *at), valid = 0, rest = 0;
  char(*number)[SX_DOUBLE_TEXT_MAX] = sx_mem_alloc(ctx, n, sizeof *number);
  const char **text = sx_mem_alloc(ctx, n, sizeof *text);
  sx_label *labels = sx_mem_alloc(ctx, n, sizeof *labels);
  if (!order || !at || !number || !text || !labels) {
    status = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < n; i++) {
    const sx_label *l = &c->labels[i];
    if (sx_column_missing_label(c, l)) continue;
    if (!l->text) number[i][sx_text_from_double(number[i], l->value)] = '\0';
    text[valid] = l->text ? l->text : number[i];
    at[valid++] = i;
  }
  SX_TRY_GOTO(status, sx_level_order(order, ctx, c, text, valid, err), done);
  for (size_t i = 0; i < valid; i++) labels[i] = c->labels[at[order[i]]];
  for (size_t i = 0; i < n; i++)
    if (sx_column_missing_label(c, &c->labels[i])) labels[valid + rest++] = c->labels[i];
  memcpy(c->labels, labels, n * sizeof *labels);
done:
  sx_mem_free(ctx, order);
  sx_mem_free(ctx, at);
  sx_mem_free(ctx, number);
  sx_mem_free(ctx, (void *)text);
  sx_mem_free(ctx, labels);
  return status;
}

sx_status study__order_labels(sx_table *table, sx_error *err) {
  for (size_t i = 0; i < sx_table_columns(table); i++) {
    sx_column *c = (sx_column *)(uintptr_t)sx_table_get(table, i);
    if (c->n_order && c->n_labels > 1) SX_TRY(order_labels(c, sx_table_ctx(table), err));
  }
  return SX_OK;
}

/* ---- the plan ----------------------------------------------------------------------------------------------------------- */

void study__spec_order(sx_buf *out, const sx_study *s, const char *name) {
  const sx_table *head = s->schemas && s->n_tables ? s->schemas[s->unit] : NULL;
  const sx_mrset *set = head && !sx_table_find(head, name) ? sx_table_find_mrset(head, name) : NULL;
  const sx_node *levels = levels_of(s, name);
  for (size_t i = 0; levels && i < levels->n; i++) {
    sx_buf_printf(out, i ? " " : "order of %s ", name);
    sx_json_string(out, levels->keys[i]->text);
  }
  if (levels) sx_buf_add_char(out, '\n');
  for (size_t i = 0; set && i < set->n_variables; i++) study__spec_order(out, s, set->variables[i]);
}
