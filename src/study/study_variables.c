/* study_variables.c: what a study says of the variables of a data file that the file itself does not: labels, values, codes that stand for
 * missing, types (`variables` of a table under `data`). */
#include "study_names.h"
#include "study_variables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What stands in the data: the English label, else the Chinese. */
static const char *label_of(const st_value_label *v) {
  return v->label.en ? v->label.en : v->label.zh;
}

const st_variable *study__find_variable(const st_table *t, const char *name) {
  for (size_t i = 0; i < t->n_variables; i++)
    if (strcmp(t->variables[i].name, name) == 0) return &t->variables[i];
  return NULL;
}

/* ---- reading -------------------------------------------------------------------------------------------------------- */

/* "99", or "97..99". */
static bool read_range(st_range *r, const char *text) {
  const char *dots = strstr(text, "..");
  const size_t n = dots ? (size_t)(dots - text) : strlen(text);
  r->text = text;
  r->low = r->high = (double)NAN;
  if (!sx_text_to_double(&r->low, text, n)) return !dots;
  r->high = r->low;
  return !dots || (sx_text_to_double(&r->high, dots + 2, strlen(dots + 2)) && r->low <= r->high);
}

static void read_missing(st_load *l, st_variable *v, const sx_node *map) {
  const st_list list = study__list(l, map, "missing");
  v->missing = study__take(l, list.n, sizeof *v->missing);
  for (size_t i = 0; v->missing && i < list.n; i++) {
    st_range *r = &v->missing[v->n_missing++];
    r->node = list.nodes[i];
    if (!read_range(r, list.items[i]))
      study__problem(l, r->node, "'%s' is no range of codes: write 97..99", list.items[i]);
  }
}

static void read_values(st_load *l, st_variable *v, const sx_node *map) {
  if (!study__is_map(l, map, "values")) return;
  v->values = study__take(l, map->n, sizeof *v->values);
  for (size_t i = 0; v->values && i < map->n; i++) {
    st_value_label *value = &v->values[v->n_values];
    *value = (st_value_label){map->keys[i], map->keys[i]->text, (double)NAN, study__text2_of(l, map->items[i])};
    (void)sx_text_to_double(&value->number, value->text, strlen(value->text));
    if (label_of(value))
      v->n_values++;
    else
      study__problem(l, map->items[i], "the value '%s' has no label", value->text);
  }
}

void study__read_variables(st_load *l, st_table *t, const sx_node *map) {
  static const char *const types[] = {"number", "text"};
  if (!study__is_map(l, map, "variables")) return;
  t->variables = study__take(l, map->n, sizeof *t->variables);
  for (size_t i = 0; t->variables && i < map->n; i++) {
    const sx_node *node = map->items[i];
    size_t type = 0;
    if (!study__is_map(l, node, "a variable")) continue;
    ST_KEYS(l, node, "label", "type", "missing", "values");
    st_variable *v = &t->variables[t->n_variables++];
    *v = (st_variable){.name = map->keys[i]->text, .node = map->keys[i], .label = study__text2(l, node, "label")};
    if (sx_node_get(node, "type") && study__choice(&type, l, node, "type", types, 2, "type")) {
      v->number = type == 0;
      v->is_text = type == 1;
    }
    read_missing(l, v, node);
    read_values(l, v, sx_node_get(node, "values"));
  }
}

/* ---- columns that are read as text, or have to be numbers -------------------------------------------------------------- */

sx_status study__variable_types(sx_read_options *o, const st_table *t, sx_arena *arena, sx_error *err) {
  const size_t n = t->n_variables + t->text.n;
  if (!t->n_variables) return SX_OK;
  const char **text = sx_arena_alloc(arena, n, sizeof *text), **number = sx_arena_alloc(arena, n, sizeof *number);
  if (!text || !number) return sx_error_memory(err);
  o->as_text = text;
  o->as_number = number;
  o->n_as_text = o->n_as_number = 0;
  for (size_t i = 0; i < t->text.n; i++) text[o->n_as_text++] = t->text.items[i];
  for (size_t i = 0; i < t->n_variables; i++) {
    if (t->variables[i].is_text) text[o->n_as_text++] = t->variables[i].name;
    if (t->variables[i].number) number[o->n_as_number++] = t->variables[i].name;
  }
  return SX_OK;
}

/* ---- onto the table that was read -------------------------------------------------------------------------------------- */

static sx_status apply(const sx_ctx *ctx, sx_column *c, const st_variable *v, const sx_study *s, sx_error *err) {
  const bool coded = c->type == SX_TEXT || c->type == SX_CATEGORY;
  const char *label = v->label.zh ? v->label.zh : v->label.en;
  if (label) SX_TRY(sx_column_set_label(ctx, c, label, err));
  for (size_t i = 0; i < v->n_missing; i++) {
    const st_range *r = &v->missing[i];
    if (!coded && isnan(r->low))
      return sx_node_error(err, s->doc, r->node, "'%s' is %s: the code '%s' is no number", v->name,
                           sx_type_name(c->type), r->text);
    SX_TRY(sx_column_add_range(ctx, c, coded ? 0 : r->low, coded ? 0 : r->high, coded ? r->text : NULL, err));
  }
  for (size_t i = 0; i < v->n_values; i++) {
    const st_value_label *value = &v->values[i];
    if (!coded && isnan(value->number))
      return sx_node_error(err, s->doc, value->node, "'%s' is %s: the value '%s' is no number", v->name,
                           sx_type_name(c->type), value->text);
    SX_TRY(sx_column_add_label(ctx, c, coded ? 0 : value->number, coded ? value->text : NULL, 0, label_of(value), err));
  }
  return SX_OK;
}

sx_status study__apply_variables(sx_table *table, const sx_study *s, const st_table *t, const char *const *columns,
                                 size_t n_columns, sx_error *err) {
  for (size_t i = 0; i < t->n_variables; i++) {
    const st_variable *v = &t->variables[i];
    const sx_column *column = sx_table_find(table, v->name);
    if (column) { /* the table has just been read, and is not yet anyone's */
      SX_TRY(apply(sx_table_ctx(table), (sx_column *)(uintptr_t)column, v, s, err));
    } else if (!columns || !n_columns) {
      const sx_column *none = NULL;
      sx_error why = SX_ERROR_INIT;
      if (sx_table_need(&none, table, v->name, &why) == SX_E_MEMORY) return sx_error_memory(err);
      return sx_node_error(err, s->doc, v->node, "%s", why.message);
    }
  }
  return SX_OK;
}

const sx_text2 *study__variable_words(const sx_study *s, const char *variable, const char *level) {
  const st_variable *v = s->n_tables && variable ? study__find_variable(&s->tables[s->unit], variable) : NULL;
  double number = (double)NAN;
  if (!v || study__find_derived(s, variable) != ST_NONE) return NULL;
  (void)sx_text_to_double(&number, level, strlen(level));
  for (size_t i = 0; i < v->n_values; i++)
    if (strcmp(v->values[i].text, level) == 0 || v->values[i].number == number) return &v->values[i].label;
  return NULL;
}
