/* study_annex_levels.c: what the weighting does to the composition of the sample: for every variable of its margins and each of its levels the
 * cases, the sum of the weights before the first step and after the last, and the ratio of the two (the mean factor). They are lines of the
 * weighting's payload, "level \t VARIABLE \t LEVEL \t cases \t before \t after", and a table of the annex on the design. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shuxiao/table_order.h"
#include "study_data.h"
#include "study_run.h"

enum { MAX_LEVELS = 64, FIELDS = 6 };

typedef struct level {
  const char *text;
  double number; /* of numeric columns */
  int32_t code;  /* of the others */
  size_t n;
  double before, after;
} level;

typedef struct levels {
  level items[MAX_LEVELS];
  size_t n;
} levels;

/* *out is NULL where there are too many levels. */
static sx_status level_of(level **out, levels *all, const sx_column *c, size_t row, bool coded, sx_arena *arena,
                          sx_error *err) {
  const double number = coded ? 0 : sx_column_number(c, row);
  const int32_t at = coded ? c->data.code[row] : 0;
  *out = NULL;
  for (size_t i = 0; i < all->n && !*out; i++) {
    if (coded ? all->items[i].code == at : all->items[i].number == number) *out = &all->items[i];
  }
  if (*out || all->n == MAX_LEVELS) return SX_OK;
  const char *text = study__cell_text(c, row, arena);
  if (!text) return sx_error_memory(err);
  *out = &all->items[all->n++];
  **out = (level){.text = text, .number = number, .code = at};
  return SX_OK;
}

static int by_value(const void *a, const void *b) {
  const level *x = a, *y = b;
  if (x->code != y->code) return x->code < y->code ? -1 : 1;
  return (x->number > y->number) - (x->number < y->number);
}

/* As tables show them. */
static sx_status order_levels(levels *all, const sx_ctx *ctx, const sx_column *c, sx_arena *arena, sx_error *err) {
  const char *text[MAX_LEVELS];
  size_t order[MAX_LEVELS];
  level *before = sx_arena_alloc(arena, all->n, sizeof *before);
  if (!before) return sx_error_memory(err);
  qsort(all->items, all->n, sizeof *all->items, by_value);
  for (size_t i = 0; i < all->n; i++) text[i] = all->items[i].text;
  SX_TRY(sx_level_order(order, ctx, c, text, all->n, err));
  memcpy(before, all->items, all->n * sizeof *before);
  for (size_t i = 0; i < all->n; i++) all->items[i] = before[order[i]];
  return SX_OK;
}

static sx_status lines_of(sx_buf *out, const sx_table *unit, const char *name, const double *before,
                          const double *after, sx_arena *arena, sx_error *err) {
  const sx_column *c = sx_table_find(unit, name);
  if (!c) return SX_OK;
  const bool coded = c->type == SX_TEXT || c->type == SX_CATEGORY;
  levels all = {.n = 0};
  if (strchr(name, '\t') || strchr(name, '\n')) return SX_OK;
  for (size_t row = 0; row < c->n; row++) {
    if (sx_column_missing(c, row)) continue;
    level *at = NULL;
    SX_TRY(level_of(&at, &all, c, row, coded, arena, err));
    if (!at) return SX_OK; /* a code of many values is no composition */
    at->n++;
    at->before += before[row];
    at->after += after[row];
  }
  SX_TRY(order_levels(&all, sx_table_ctx(unit), c, arena, err));
  for (size_t i = 0; i < all.n; i++) {
    if (strpbrk(all.items[i].text, "\t\n")) continue;
    sx_buf_printf(out, "level\t%s\t%s\t%zu\t%.0f\t%.0f\n", name, all.items[i].text, all.items[i].n, all.items[i].before,
                  all.items[i].after);
  }
  return SX_OK;
}

/* Without a variable. */
static void line_of_all(sx_buf *out, size_t n, const double *before, const double *after) {
  double sums[2] = {0, 0};
  for (size_t i = 0; i < n; i++) {
    sums[0] += before[i];
    sums[1] += after[i];
  }
  sx_buf_printf(out, "level\t\t\t%zu\t%.0f\t%.0f\n", n, sums[0], sums[1]);
}

static bool seen_before(const sx_study *s, size_t step, size_t margin, size_t by) {
  const char *name = s->weightings[step].margins[margin].by.items[by];
  for (size_t i = 0; i <= step; i++) {
    const st_weighting *w = &s->weightings[i];
    for (size_t m = 0; m < w->n_margins && (i < step || m <= margin); m++) {
      const st_list *list = &w->margins[m].by;
      for (size_t k = 0; k < list->n && (i < step || m < margin || k < by); k++) {
        if (strcmp(list->items[k], name) == 0) return true;
      }
    }
  }
  return false;
}

sx_status study__level_lines(sx_buf *out, const sx_study *s, const sx_table *unit, const double *before,
                             const double *after, size_t n, sx_arena *arena, sx_error *err) {
  bool any = false;
  if (s->disclosure) return SX_OK; /* counts of cases are results, and these are not protected */
  for (size_t i = 0; i < s->n_weightings; i++) {
    for (size_t m = 0; m < s->weightings[i].n_margins; m++) {
      const st_list *by = &s->weightings[i].margins[m].by;
      for (size_t k = 0; k < by->n; k++) {
        if (seen_before(s, i, m, k) || !sx_table_find(unit, by->items[k])) continue;
        if (!any) line_of_all(out, n, before, after);
        any = true;
        SX_TRY(lines_of(out, unit, by->items[k], before, after, arena, err));
      }
    }
  }
  return SX_OK;
}

/* ---- the table ----------------------------------------------------------------------------------------------------- */

static const st_group *group_by(const sx_study *s, const char *variable) {
  for (size_t i = 0; i < s->n_groups; i++) {
    if (s->groups[i].by && strcmp(s->groups[i].by, variable) == 0) return &s->groups[i];
  }
  return NULL;
}

/* The words that a group of the study has for the variable and its level, else their names. */
static void words(sx_buf *out, const sx_study *s, const char *variable, const char *text, size_t side) {
  if (!*variable) {
    sx_buf_add(out, side ? "**All cases**" : "**全部个案**");
    return;
  }
  const st_group *g = group_by(s, variable);
  const char *name = g ? study__on_side(g->label, side) : NULL;
  const sx_node *own = g ? sx_node_get(g->levels, text) : NULL;
  const sx_node *label = own && own->kind == SX_NODE_MAP ? sx_node_get(own, side ? "en" : "zh") : own;
  study__plain_markdown(out, name ? name : variable);
  sx_buf_add(out, side ? ": " : "：");
  study__plain_markdown(out, label && label->text ? label->text : text);
}

/* In a table: with separators from 1,000 on, in both languages. */
static sx_status count(sx_buf *out, double value, sx_error *err) {
  sx_buf_add(out, " | ");
  return sx_report_format(out, value, "plain 0", SX_LANG_EN, err);
}

bool study__is_level_line(const char *line) {
  return strncmp(line, "level\t", 6) == 0;
}

sx_status study__level_row(sx_buf *zh, sx_buf *en, const sx_study *s, char *line, bool first, sx_error *err) {
  char *field[FIELDS] = {NULL};
  size_t n = 0;
  for (char *at = line; at && n < FIELDS; n++) {
    field[n] = at;
    at = strchr(at, '\t');
    if (at) *at++ = '\0';
  }
  if (n < FIELDS) return SX_OK;
  if (first) {
    sx_buf_add(zh, "\n### 样本构成与加权\n\n系数是加权后与加权前权数之和的比：高于全部个案的类别，在样本中偏少。\n\n"
                   "| 类别 | 个案 | 基础权数之和 | 加权后之和 | 系数 |\n|---|---:|---:|---:|---:|\n");
    sx_buf_add(en,
               "\n### The sample and what weighting does to it\n\nThe factor is the sum of the weights after over "
               "that before: levels above the factor of all cases have too few in the sample.\n\n"
               "| Level | Cases | Sum of base weights | Sum of final weights | Factor |\n|---|---:|---:|---:|---:|\n");
  }
  sx_buf *const sides[2] = {zh, en};
  const double before = strtod(field[4], NULL), after = strtod(field[5], NULL);
  for (size_t side = 0; side < 2; side++) {
    sx_buf_add(sides[side], "| ");
    words(sides[side], s, field[1], field[2], side);
    SX_TRY(count(sides[side], strtod(field[3], NULL), err));
    SX_TRY(count(sides[side], before, err));
    SX_TRY(count(sides[side], after, err));
    if (before > 0) {
      sx_buf_printf(sides[side], " | %.3f |\n", after / before);
    } else {
      sx_buf_add(sides[side], " | |\n");
    }
  }
  return SX_OK;
}
