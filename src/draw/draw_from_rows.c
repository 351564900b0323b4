/* draw_from_rows.c: a chart from rows, each an estimate with its label, its group and its series. */
#include <string.h>

#include "shuxiao/draw_chart.h"

typedef struct names {
  const char **text, **group, **code; /* group and code: NULL for series */
  size_t n;
} names;

static const char *or_empty(const char *text) {
  return text ? text : "";
}

static sx_status make_names(names *out, sx_arena *arena, size_t n, sx_error *err) {
  *out = (names){sx_arena_alloc(arena, n + 1, sizeof(char *)), sx_arena_alloc(arena, n + 1, sizeof(char *)),
                 sx_arena_alloc(arena, n + 1, sizeof(char *)), 0};
  return out->text && out->group && out->code ? SX_OK : sx_error_memory(err);
}

/* The place of a name, which is a new one where it has none yet. Rows come in order as a rule: the last is looked at first. */
static size_t place(names *all, const char *text, const char *group, const char *code) {
  for (size_t i = all->n; i-- > 0;) {
    if (strcmp(all->text[i], text) == 0 && strcmp(all->group[i], group) == 0) return i;
  }
  all->text[all->n] = text;
  all->group[all->n] = group;
  all->code[all->n] = code;
  return all->n++;
}

sx_status sx_chart_from_rows(sx_chart *chart, sx_arena *arena, const sx_chart_row *rows, size_t n, sx_error *err) {
  names categories, series;
  size_t n_cells = 0;
  SX_TRY(make_names(&categories, arena, n, err));
  SX_TRY(make_names(&series, arena, n, err));
  for (size_t i = 0; i < n; i++) {
    (void)place(&categories, or_empty(rows[i].label), or_empty(rows[i].group), or_empty(rows[i].code));
    (void)place(&series, or_empty(rows[i].series), "", "");
  }
  if (!sx_size_mul(&n_cells, categories.n, series.n)) return sx_error_memory(err);
  sx_chart_cell *cells = sx_arena_zalloc(arena, n_cells + 1, sizeof *cells);
  if (!cells) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    const size_t at = place(&categories, or_empty(rows[i].label), or_empty(rows[i].group), "") * series.n +
                      place(&series, or_empty(rows[i].series), "", "");
    if (cells[at].present)
      return sx_error_set(err, SX_E_DATA, NULL, "row %zu has the place of an earlier one: '%s'%s%s", i + 1,
                          or_empty(rows[i].label), rows[i].series ? ", " : "", or_empty(rows[i].series));
    cells[at] = (sx_chart_cell){
        .present = true, .value = rows[i].estimate, .low = rows[i].low, .high = rows[i].high, .text = rows[i].text};
  }
  chart->categories = categories.text;
  chart->groups = categories.group;
  chart->codes = categories.code;
  chart->n_categories = categories.n;
  chart->series = series.text;
  chart->n_series = series.n;
  chart->cells = cells;
  return SX_OK;
}
