/* draw_words.c: what a chart shows, in words made from its data, in Chinese and English: for who cannot see it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw_chart_priv.h"

static const struct {
  const char *name, *zh, *en;
} types[SX_CHART_TYPES] = {
    [SX_CHART_BARS] = {"bars", "条形图", "Bar chart"},
    [SX_CHART_GROUPED] = {"grouped", "分组条形图", "Grouped bar chart"},
    [SX_CHART_SHARES] = {"shares", "构成图", "Stacked bar"},
    [SX_CHART_DOTS] = {"dots", "点区间图", "Dot plot with intervals"},
    [SX_CHART_LINES] = {"lines", "折线图", "Line chart"},
    [SX_CHART_WATERFALL] = {"waterfall", "瀑布图", "Waterfall chart"},
    [SX_CHART_TORNADO] = {"tornado", "龙卷风图", "Tornado chart"},
    [SX_CHART_STACKED] = {"stacked", "堆积条形图", "Stacked bar chart"},
    [SX_CHART_LIKERT] = {"likert", "态度量表图", "Diverging stacked bar chart"},
    [SX_CHART_SLOPES] = {"slopes", "斜率图", "Slope chart"},
    [SX_CHART_HEAT] = {"heat", "热力表", "Heat table"},
    [SX_CHART_TILES] = {"tiles", "省份方格图", "Tile grid of provinces"},
};

typedef enum word { COLON, SEMICOLON, COMMA, STOP, OPEN, CLOSE, TO, CENTRE, INTERVAL, MANY, LEAST, MOST, WORDS } word;
static const char *const words[WORDS][2] = {
    [COLON] = {"：", ": "},
    [SEMICOLON] = {"；", "; "},
    [COMMA] = {"，", ", "},
    [STOP] = {"。", ". "},
    [OPEN] = {"（", " ("},
    [CLOSE] = {"）", ")"},
    [TO] = {"至", " to "},
    [CENTRE] = {"基准 ", "As estimated: "},
    [INTERVAL] = {"区间", "interval"},
    [MANY] = {"个数值", " values"},
    [LEAST] = {"最小：", "The least: "},
    [MOST] = {"最大：", "The greatest: "},
};

const char *sx_chart_type_name(sx_chart_type type) {
  return type < SX_CHART_TYPES ? types[type].name : "";
}

const char *sx_chart_type_word(sx_chart_type type, sx_lang lang) {
  return type >= SX_CHART_TYPES ? "" : lang == SX_LANG_ZH ? types[type].zh : types[type].en;
}

bool sx_chart_type_find(sx_chart_type *out, const char *name) {
  for (size_t i = 0; i < SX_CHART_TYPES; i++) {
    if (strcmp(name, types[i].name) != 0) continue;
    *out = (sx_chart_type)i;
    return true;
  }
  return false;
}

static void say(sx_buf *out, const sx_chart *chart, word w) {
  sx_buf_add(out, words[w][chart->lang == SX_LANG_ZH ? 0 : 1]);
}

/* " (95% interval 5.90 to 6.14)" */
static void say_interval(sx_buf *out, const sx_chart *chart, const sx_chart_cell *c) {
  say(out, chart, OPEN);
  if (chart->ci_level > 0) {
    const sx_chart_numbers percent = {.shift = 2};
    char text[SX_DOUBLE_TEXT_MAX];
    sx_buf level;
    sx_buf_init(&level, out->ctx);
    sx_draw__put(&level, &percent, chart->ci_level, 4, true, false);
    double value = 0;
    if (level.failed || !sx_text_to_double(&value, level.data, level.n)) out->failed = true;
    sx_buf_clear(&level);
    sx_buf_add_n(out, text, sx_text_from_double(text, value));
    sx_buf_add(out, "% ");
  }
  say(out, chart, INTERVAL);
  sx_buf_add_char(out, ' ');
  sx_draw__put(out, &chart->numbers, c->low, -1, true, false);
  say(out, chart, TO);
  sx_draw__put(out, &chart->numbers, c->high, -1, true, false);
  say(out, chart, CLOSE);
}

static void say_cell(sx_buf *out, const sx_chart *chart, size_t i) {
  const size_t category = i / chart->n_series, s = i % chart->n_series;
  const sx_chart_cell *c = &chart->cells[i];
  const bool step = chart->type == SX_CHART_WATERFALL && !(chart->whole && chart->whole[category]);
  if (chart->groups && chart->groups[category][0]) {
    sx_buf_add(out, chart->groups[category]);
    say(out, chart, COMMA);
  }
  sx_buf_add(out, chart->categories[category]);
  if (chart->series[s][0] && chart->n_series > 1) {
    say(out, chart, COMMA);
    sx_buf_add(out, chart->series[s]);
  }
  say(out, chart, COLON);
  if (isnan(c->value) && c->text)
    sx_buf_add(out, c->text); /* why it is missing is in its sign */
  else
    sx_draw__put(out, &chart->numbers, c->value, -1, false, step);
  if (sx_draw__has_interval(chart, c)) say_interval(out, chart, c);
}

/* Where the values are too many to be listened to. */
static void say_extremes(sx_buf *out, const sx_chart *chart, size_t n_present) {
  const size_t n = chart->n_categories * chart->n_series;
  size_t least = n, most = n;
  for (size_t i = 0; i < n; i++) {
    if (!chart->cells[i].present || !isfinite(chart->cells[i].value)) continue;
    if (least == n || chart->cells[i].value < chart->cells[least].value) least = i;
    if (most == n || chart->cells[i].value > chart->cells[most].value) most = i;
  }
  sx_buf_printf(out, "%zu", n_present);
  say(out, chart, MANY);
  if (least == n) return;
  say(out, chart, STOP);
  say(out, chart, LEAST);
  say_cell(out, chart, least);
  say(out, chart, SEMICOLON);
  say(out, chart, MOST);
  say_cell(out, chart, most);
}

void sx_chart_text(sx_buf *out, const sx_chart *chart) {
  enum { LISTED = 150 };
  const size_t n = chart->n_categories * chart->n_series;
  size_t n_present = 0;
  sx_buf_add(out, sx_chart_type_word(chart->type, chart->lang));
  say(out, chart, STOP);
  if (chart->notice) {
    sx_buf_add(out, chart->notice);
    say(out, chart, STOP);
  }
  if (chart->type == SX_CHART_TORNADO && chart->has_centre) {
    say(out, chart, CENTRE);
    sx_draw__put(out, &chart->numbers, chart->centre, -1, false, false);
    say(out, chart, STOP);
  }
  for (size_t i = 0; i < n; i++) n_present += chart->cells[i].present;
  if (n_present > LISTED) {
    say_extremes(out, chart, n_present);
    return;
  }
  bool first = true;
  for (size_t i = 0; i < n; i++) {
    if (!chart->cells[i].present) continue;
    if (!first) say(out, chart, SEMICOLON);
    first = false;
    say_cell(out, chart, i);
  }
}
