/* draw_prepare.c: a chart as it is handed in becomes one that can be drawn: sizes checked, labels cleaned, every cell with its texts. */
#include <math.h>
#include <string.h>

#include "draw_chart_priv.h"

enum {
  MOST_CATEGORIES = 1000,
  MOST_SERIES = 24,
  MOST_PERIODS = 6,
  MOST_SLOPES = 40,
  LEAST_WIDTH = 240,
  MOST_OPINIONS = 3
};
static const double MOST_VALUE = 1e300, LEAST_VALUE = 1e-280; /* beyond: missing, 0 */

/* ---- labels ------------------------------------------------------------------------------------------------------ */

/* Characters that move other characters, or end a line. */
static bool unwanted(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200E && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFFFE || code == 0xFFFF ||
         code == 0xFEFF;
}

static bool is_clean(const char *text, size_t n) {
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    const size_t k = sx_utf8_next(&code, text + i, n - i);
    if (k == 0 || unwanted(code)) return false;
    i += k;
  }
  return true;
}

static sx_status clean(const char **out, const char *text, sx_arena *arena, sx_error *err) {
  if (!text) text = "";
  const size_t n = strlen(text);
  *out = text;
  if (is_clean(text, n)) return SX_OK;
  char *copy = sx_arena_alloc(arena, 3, n + 1); /* U+FFFD has three bytes */
  if (!copy) return sx_error_memory(err);
  size_t at = 0;
  for (size_t i = 0; i < n;) {
    uint32_t code = 0;
    size_t k = sx_utf8_next(&code, text + i, n - i);
    const bool invalid = k == 0;
    if (invalid) k = 1;
    if (invalid) {
      memcpy(copy + at, "\xEF\xBF\xBD", 3);
      at += 3;
    } else if (!unwanted(code) && !(code == ' ' && !at)) {
      memcpy(copy + at, text + i, k);
      at += k;
    } else if (at && copy[at - 1] != ' ') {
      copy[at++] = ' ';
    }
    i += k;
  }
  copy[at] = '\0';
  *out = copy;
  return SX_OK;
}

static sx_status clean_all(const char *const **labels, size_t n, sx_arena *arena, sx_error *err) {
  const char **copy = sx_arena_alloc(arena, n + 1, sizeof *copy);
  if (!copy) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) SX_TRY(clean(&copy[i], *labels ? (*labels)[i] : "", arena, err));
  *labels = copy;
  return SX_OK;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static sx_status number_text(const char **out, const sx_chart *chart, double low, double high, bool bare,
                             bool with_sign, sx_arena *arena, sx_error *err) {
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "");
  sx_draw__put(&text, &chart->numbers, low, -1, bare, with_sign);
  if (!isnan(high)) {
    sx_buf_add(&text, " – ");
    sx_draw__put(&text, &chart->numbers, high, -1, bare, false);
  }
  *out = text.failed ? NULL : sx_arena_strdup(arena, text.data);
  sx_buf_clear(&text);
  return *out ? SX_OK : sx_error_memory(err);
}

static sx_status fill_cell(sx_chart_cell *c, const sx_chart *chart, size_t i, sx_arena *arena, sx_error *err) {
  const bool step = chart->type == SX_CHART_WATERFALL && !(chart->whole && chart->whole[i / chart->n_series]);
  const bool usable = c->present && fabs(c->value) < MOST_VALUE; /* NaN is not */
  if (!usable) c->value = (double)NAN;
  if (fabs(c->value) < LEAST_VALUE) c->value = 0;
  if (!usable || !(fabs(c->low) < MOST_VALUE && fabs(c->high) < MOST_VALUE)) c->low = c->high = (double)NAN;
  if (!usable) c->interval_text = NULL;
  if (!c->text) SX_TRY(number_text(&c->text, chart, c->value, (double)NAN, !chart->numbers.percent, step, arena, err));
  if (!c->interval_text && isfinite(c->low))
    SX_TRY(number_text(&c->interval_text, chart, c->low, c->high, true, false, arena, err));
  SX_TRY(clean(&c->text, c->text, arena, err));
  return c->interval_text ? clean(&c->interval_text, c->interval_text, arena, err) : SX_OK;
}

/* A number is never cut: one that is too long wants another unit. */
static sx_status check_length(const char *text, double share, double width, sx_error *err) {
  if (!text || sx_draw__text_width_of(text, SX_CHART_TEXT) <= share * width) return SX_OK;
  return sx_error_set(err, SX_E_LIMIT, NULL, "the number '%.60s' is too long for a chart: choose a larger unit", text);
}

static sx_status fill_cells(sx_chart *chart, double width, sx_arena *arena, sx_error *err) {
  const size_t n = chart->n_categories * chart->n_series;
  const bool listed = chart->type == SX_CHART_SHARES && chart->n_series == 1 && chart->interval;
  sx_chart_cell *cells = sx_arena_alloc(arena, n + 1, sizeof *cells);
  if (!cells) return sx_error_memory(err);
  memcpy(cells, chart->cells, n * sizeof *cells);
  chart->cells = cells;
  for (size_t i = 0; i < n; i++) {
    SX_TRY(fill_cell(&cells[i], chart, i, arena, err));
    if (!cells[i].present) continue;
    SX_TRY(check_length(cells[i].text, 0.35, width, err));
    if (listed) SX_TRY(check_length(cells[i].interval_text, 0.4, width, err));
  }
  return check_length(chart->centre_text, 0.95, width, err);
}

/* ---- shape ------------------------------------------------------------------------------------------------------- */

static sx_status check_sizes(const sx_chart *chart, sx_error *err) {
  const char *name = sx_chart_type_name(chart->type);
  if (chart->type >= SX_CHART_TYPES) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the type of the chart is none");
  if (!chart->n_categories || !chart->n_series)
    return sx_error_set(err, SX_E_DATA, NULL, "a chart (%s) without rows: there is nothing to draw", name);
  if (chart->n_categories > MOST_CATEGORIES)
    return sx_error_set(err, SX_E_LIMIT, NULL, "%zu rows are too many for a chart (%d): take some, or a table",
                        chart->n_categories, (int)MOST_CATEGORIES);
  if (chart->n_series > (chart->type == SX_CHART_SLOPES ? MOST_SLOPES : MOST_SERIES))
    return sx_error_set(err, SX_E_LIMIT, NULL, "%zu series are too many for a chart (%s): take some, or a table",
                        chart->n_series, name);
  return SX_OK;
}

static sx_status check_provinces(const sx_chart *chart, sx_error *err) {
  for (size_t i = 0; i < chart->n_categories; i++) {
    const sx_province *p = sx_draw__province(chart, i);
    if (!p)
      return sx_error_set(err, SX_E_DATA, NULL,
                          "'%s' is none of the 31 provinces: a tile wants a name, a code or the letters of GB/T 2260",
                          chart->categories[i]);
    for (size_t k = 0; k < i; k++) {
      if (sx_draw__province(chart, k) == p)
        return sx_error_set(err, SX_E_DATA, NULL, "the province %s comes twice: a tile has one value", p->name_en);
    }
  }
  return SX_OK;
}

static sx_status check_shape(const sx_chart *chart, sx_error *err) {
  const size_t n = chart->n_series;
  const bool single = chart->type == SX_CHART_WATERFALL || chart->type == SX_CHART_TILES;
  if (single && n != 1)
    return sx_error_set(err, SX_E_DATA, NULL, "a chart of the type %s has one series, not %zu",
                        sx_chart_type_name(chart->type), n);
  if (chart->type == SX_CHART_SLOPES && (chart->n_categories < 2 || chart->n_categories > MOST_PERIODS))
    return sx_error_set(err, SX_E_DATA, NULL, "slopes lead between two to %d periods, not %zu", (int)MOST_PERIODS,
                        chart->n_categories);
  const size_t below = sx_draw__below(chart);
  if (chart->type == SX_CHART_LIKERT && (below < 1 || below > MOST_OPINIONS || 2 * below > n || n - 2 * below > 1))
    return sx_error_set(
        err, SX_E_DATA, NULL,
        "%zu answers, %zu of them below the middle: a chart of opinions has one to three on either side "
        "and at most one between (put answers together)",
        n, below);
  return chart->type == SX_CHART_TILES ? check_provinces(chart, err) : SX_OK;
}

sx_status sx_chart_check(const sx_chart *chart, sx_error *err) {
  if (!chart) return sx_error_set(err, SX_E_ARGUMENT, NULL, "no chart");
  SX_TRY(check_sizes(chart, err));
  return check_shape(chart, err);
}

size_t sx_draw__below(const sx_chart *chart) {
  return chart->n_below ? chart->n_below : chart->n_series / 2;
}

const sx_province *sx_draw__province(const sx_chart *chart, size_t category) {
  const char *code = chart->codes ? chart->codes[category] : NULL;
  const sx_province *p = code && code[0] ? sx_province_find(code) : NULL;
  return p ? p : sx_province_find(chart->categories[category]);
}

sx_status sx_draw__prepare(sx_chart *out, const sx_chart *chart, sx_arena *arena, double width, sx_error *err) {
  SX_TRY(check_sizes(chart, err));
  if (!(width >= LEAST_WIDTH))
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "a chart is at least %d wide", (int)LEAST_WIDTH);
  *out = *chart;
  SX_TRY(clean_all(&out->categories, out->n_categories, arena, err));
  SX_TRY(clean_all(&out->series, out->n_series, arena, err));
  if (out->groups) SX_TRY(clean_all(&out->groups, out->n_categories, arena, err));
  if (!isfinite(out->centre)) out->centre = 0;
  SX_TRY(check_shape(out, err));
  return fill_cells(out, width, arena, err);
}
