/* banner_levels.c: the levels of a variable and the members of a set, as rows and columns are made of them. */
#include <string.h>

#include "banner_priv.h"
#include "shuxiao/table_order.h"

const char *sx_banner__label_of(const sx_column *column) {
  return column->label && *column->label ? column->label : column->name;
}

static sx_status copy_texts(const char ***out, char *const *from, size_t n, sx_arena *arena, sx_error *err) {
  const char **to = sx_arena_alloc(arena, n, sizeof *to);
  if (!to) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    to[k] = sx_arena_strdup(arena, from[k]);
    if (!to[k]) return sx_error_memory(err);
  }
  *out = to;
  return SX_OK;
}

static sx_status from_groups(banner_levels *out, const sx_groups *g, sx_arena *arena, sx_error *err) {
  const size_t n = g->n_groups;
  out->n = n;
  out->code = sx_arena_alloc(arena, g->n_rows, sizeof *out->code);
  out->value = sx_arena_alloc(arena, n, sizeof *out->value);
  if (!out->code || !out->value) return sx_error_memory(err);
  for (size_t i = 0; i < g->n_rows; i++) out->code[i] = g->group[i] < 0 ? -1 : g->group[i];
  SX_TRY(copy_texts(&out->text, g->level_text[0], n, arena, err));
  SX_TRY(copy_texts(&out->label, g->level_label[0], n, arena, err));
  for (size_t k = 0; out->value && k < n; k++)
    if (!sx_text_to_double(&out->value[k], out->text[k], strlen(out->text[k]))) out->value = NULL;
  return SX_OK;
}

sx_status sx_banner__levels(banner_levels *out, const sx_table *table, const sx_column *column, sx_arena *arena,
                            sx_error *err) {
  sx_groups *g = NULL;
  const char *name = column->name;
  memset(out, 0, sizeof *out);
  SX_TRY(sx_groups_new(&g, table, &name, 1, err));
  sx_status st = SX_OK;
  if (g->n_groups > BANNER_MAX_LEVELS)
    st = sx_error_set(err, SX_E_LIMIT, name, "%zu levels are more than %d: group the variable first", g->n_groups,
                      (int)BANNER_MAX_LEVELS);
  else
    st = from_groups(out, g, arena, err);
  sx_groups_free(g);
  return st;
}

sx_banner_text sx_banner__level_text(const char *label) {
  return *label ? (sx_banner_text){label, label} : (sx_banner_text){"（空）", "(empty)"};
}

/* ---- the ends of a scale ------------------------------------------------------------------------------------------------------ */

static bool occurs(const banner_levels *levels, double value) {
  for (size_t k = 0; k < levels->n; k++)
    if (levels->value[k] == value) return true;
  return false;
}

/* Levels of the scale beyond `value`: those that occur, and the labelled ones that do not, where all that occur are labelled. */
static size_t beyond(const banner_levels *levels, const sx_column *c, double value, bool top, bool labelled) {
  size_t n = 0;
  for (size_t k = 0; k < levels->n; k++) n += top ? levels->value[k] > value : levels->value[k] < value;
  for (size_t k = 0; labelled && k < c->n_labels; k++) {
    const double x = c->labels[k].value;
    if (c->labels[k].text || sx_column_missing_label(c, &c->labels[k]) || occurs(levels, x)) continue;
    n += top ? x > value : x < value;
  }
  return n;
}

bool sx_banner__box(uint8_t *in, const banner_levels *levels, const sx_column *column, bool top) {
  enum { BOX = 2 };
  if (column->type == SX_CATEGORY) { /* the declared order */
    const size_t n = sx_dict_count(column->dict);
    for (size_t k = 0; k < levels->n; k++) {
      const size_t code = (size_t)sx_dict_find(column->dict, levels->text[k], strlen(levels->text[k]));
      in[k] = top ? code + BOX >= n : code < BOX;
    }
    return n > BOX;
  }
  if (!levels->value || (column->type != SX_NUMBER && column->type != SX_INTEGER)) return false;
  bool labelled = column->n_labels > 0;
  for (size_t k = 0; k < levels->n; k++) labelled = labelled && sx_column_value_label(column, levels->value[k]) != NULL;
  for (size_t k = 0; k < levels->n; k++) in[k] = beyond(levels, column, levels->value[k], top, labelled) < BOX;
  const size_t all =
      levels->n == 0 ? 0 : beyond(levels, column, top ? -(double)INFINITY : (double)INFINITY, top, labelled);
  return all > BOX;
}

/* ---- sets ------------------------------------------------------------------------------------------------------------------------ */

const sx_mrset *sx_banner__find_set(const sx_table *table, const char *name) {
  const sx_mrset *set = sx_table_find_mrset(table, name);
  if (strncmp(name, "set:", 4) == 0 && !set) set = sx_banner__find_set(table, name + 4);
  if (!set && *name == '$') set = sx_table_find_mrset(table, name + 1);
  for (size_t k = 0; !set && k < sx_table_mrsets(table); k++) {
    const sx_mrset *s = sx_table_mrset(table, k);
    if (*s->name == '$' && strcmp(s->name + 1, name) == 0) set = s;
  }
  return set;
}

static sx_status members_new(banner_members *out, size_t n, size_t rows, sx_arena *arena, sx_error *err) {
  out->n = n;
  out->mask = sx_arena_alloc(arena, n, sizeof *out->mask);
  out->text = sx_arena_alloc(arena, n, sizeof *out->text);
  out->label = sx_arena_alloc(arena, n, sizeof *out->label);
  out->base = sx_arena_zalloc(arena, rows, 1);
  if (!out->mask || !out->text || !out->label || !out->base) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    out->mask[k] = sx_arena_zalloc(arena, rows, 1);
    if (!out->mask[k]) return sx_error_memory(err);
  }
  return SX_OK;
}

static bool counts(const sx_mrset *set, const sx_column *c, int32_t code, size_t row) {
  if (sx_column_missing(c, row)) return false;
  if (set->counted_text) return code >= 0 && c->data.code[row] == code;
  return sx_column_number(c, row) == set->counted;
}

static sx_status dichotomies(banner_members *out, const sx_table *table, const sx_mrset *set, sx_arena *arena,
                             sx_error *err) {
  const size_t rows = sx_table_rows(table);
  SX_TRY(members_new(out, set->n_variables, rows, arena, err));
  for (size_t k = 0; k < out->n; k++) {
    const sx_column *c = NULL;
    SX_TRY(sx_table_need(&c, table, set->variables[k], err));
    const bool coded = c->type == SX_CATEGORY || c->type == SX_TEXT;
    if (coded != (set->counted_text != NULL))
      return sx_error_set(err, SX_E_ARGUMENT, c->name, "it is %s, and the set '%s' counts %s", sx_type_name(c->type),
                          set->name, set->counted_text ? "a text" : "a number");
    const int32_t code = coded ? sx_dict_find(c->dict, set->counted_text, strlen(set->counted_text)) : -1;
    out->text[k] = sx_arena_strdup(arena, c->name);
    out->label[k] = sx_arena_strdup(arena, sx_banner__label_of(c));
    if (!out->text[k] || !out->label[k]) return sx_error_memory(err);
    for (size_t i = 0; i < rows; i++) out->mask[k][i] = counts(set, c, code, i);
  }
  return SX_OK;
}

/* text and label [n] in the order in which the set's categories are shown. */
static sx_status order_members(const char **text, const char **label, size_t n, const sx_ctx *ctx,
                               const sx_column *first, sx_arena *arena, sx_error *err) {
  size_t *order = sx_arena_alloc(arena, n, sizeof *order);
  const char **was = sx_arena_alloc(arena, 2 * n, sizeof *was);
  if (!order || !was) return sx_error_memory(err);
  SX_TRY(sx_member_order(order, ctx, first, text, n, err));
  memcpy(was, text, n * sizeof *was);
  memcpy(was + n, label, n * sizeof *was);
  for (size_t m = 0; m < n; m++) {
    text[m] = was[order[m]];
    label[m] = was[n + order[m]];
  }
  return SX_OK;
}

/* The categories of all columns. */
static sx_status categories(banner_members *out, const sx_table *table, const sx_mrset *set, sx_arena *arena,
                            sx_error *err) {
  const size_t rows = sx_table_rows(table);
  banner_levels *levels = sx_arena_alloc(arena, set->n_variables, sizeof *levels);
  const char **text = sx_arena_alloc(arena, BANNER_MAX_LEVELS, sizeof *text);
  const char **label = sx_arena_alloc(arena, BANNER_MAX_LEVELS, sizeof *label);
  const sx_column *first = NULL;
  size_t n = 0;
  if (!levels || !text || !label) return sx_error_memory(err);
  for (size_t k = 0; k < set->n_variables; k++) {
    const sx_column *c = NULL;
    SX_TRY(sx_table_need(&c, table, set->variables[k], err));
    if (!first) first = c;
    SX_TRY(sx_banner__levels(&levels[k], table, c, arena, err));
    for (size_t v = 0; v < levels[k].n; v++) {
      size_t m = 0;
      while (m < n && strcmp(text[m], levels[k].text[v]) != 0) m++;
      if (m == BANNER_MAX_LEVELS)
        return sx_error_set(err, SX_E_LIMIT, set->name, "more than %d categories: group them first",
                            (int)BANNER_MAX_LEVELS);
      if (m < n) continue;
      text[n] = levels[k].text[v];
      label[n++] = levels[k].label[v];
    }
  }
  if (first) SX_TRY(order_members(text, label, n, sx_table_ctx(table), first, arena, err));
  SX_TRY(members_new(out, n, rows, arena, err));
  for (size_t m = 0; m < n; m++) {
    out->text[m] = text[m];
    out->label[m] = label[m];
    for (size_t k = 0; k < set->n_variables; k++)
      for (size_t v = 0; v < levels[k].n; v++) {
        if (strcmp(levels[k].text[v], text[m]) != 0) continue;
        for (size_t i = 0; i < rows; i++)
          if (levels[k].code[i] == (int32_t)v) out->mask[m][i] = 1;
      }
  }
  return SX_OK;
}

sx_status sx_banner__members(banner_members *out, const sx_table *table, const sx_mrset *set, sx_arena *arena,
                             sx_error *err) {
  const size_t rows = sx_table_rows(table);
  memset(out, 0, sizeof *out);
  const sx_status st =
      set->dichotomous ? dichotomies(out, table, set, arena, err) : categories(out, table, set, arena, err);
  if (st != SX_OK) sx_error_add_where(err, "%s", set->name);
  SX_TRY(st);
  for (size_t m = 0; m < out->n; m++)
    for (size_t i = 0; i < rows; i++) out->base[i] |= out->mask[m][i];
  return SX_OK;
}
