/* Geometry of the drawings: no text on a text, none outside the drawing, for every type, both widths, short and very long labels, negative,
 * missing and extreme values. Text widths and line breaking. */
#include "draw/draw_chart_priv.h"
#include "sxt.h"

enum { MAX_CATEGORIES = 12, MAX_SERIES = 5 };

static const char *const short_labels[] = {"网络视频", "Live",   "网络音乐", "Games", "AI",   "购物",
                                           "外卖",     "Travel", "医疗",     "教育",  "办公", "其他"};
static const char long_zh[] =
    "网络游戏（包括手机游戏、个人电脑游戏、主机游戏以及各类小程序中的即点即玩游戏，不含线下桌面游戏与体育竞技类项目，也"
    "不含以教学为目的的模拟软件；在过去六个月中至少使用过一次的受访者计为使用者，“偶尔使用”亦计在内）";
static const char long_en[] =
    "Online games on mobile phones, personal computers and consoles and the instant games inside other applications, "
    "without "
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and board games";

static void check_boxes(const sx_drawing *d, const char *what) {
  size_t a, b;
  CHECK(d->height > 20 && d->height < 20000);
  if (!sx_drawing_collision(d, 0.5, &a, &b)) return;
  const sx_draw_item *p = &d->items[a], *q = &d->items[b];
  if (a == b)
    SXT_FAIL("%s: '%s' (%.0f,%.0f)-(%.0f,%.0f) leaves %.0f x %.0f", what, p->text, p->box.x0, p->box.y0, p->box.x1,
             p->box.y1, d->width, d->height);
  else
    SXT_FAIL("%s: '%s' and '%s' collide at (%.0f,%.0f)", what, p->text, q->text, q->box.x0, q->box.y0);
}

static size_t count_texts(const sx_drawing *d) {
  size_t n = 0;
  for (size_t i = 0; i < d->n_items; i++) n += d->items[i].kind == SX_DRAW_TEXT;
  return n;
}

/* Values of a kind: 0 shares, 1 with negatives and missing, 2 large amounts. */
static double value_of(int kind, size_t i) {
  const double u = (double)((i * 2654435761u + 12345) % 1000u) / 1000;
  if (kind == 1) return i % 5 == 4 ? (double)NAN : (u - 0.5) * 0.8;
  return kind == 2 ? 1e9 * (0.1 + 300 * u) : 0.02 + 0.97 * u;
}

static void draw(sx_chart_type type, size_t n, size_t m, int kind, bool long_labels, double width) {
  sx_chart_cell cells[MAX_CATEGORIES * MAX_SERIES];
  const char *categories[MAX_CATEGORIES], *series[MAX_SERIES];
  sx_chart chart = {.type = type,
                    .lang = width > 500 ? SX_LANG_ZH : SX_LANG_EN,
                    .categories = categories,
                    .series = series,
                    .n_categories = n,
                    .n_series = m,
                    .cells = cells,
                    .interval = true};
  static const sx_chart_numbers numbers[] = {{.shift = 2, .decimals = 1, .percent = true, .unit = "%"},
                                             {.shift = 2, .decimals = 1, .unit = " points"},
                                             {.shift = -8, .decimals = 2, .unit = "亿元"}};
  chart.numbers = numbers[kind];
  for (size_t i = 0; i < n; i++)
    categories[i] = long_labels && i % 3 == 1 ? (i % 2 ? long_zh : long_en) : short_labels[i];
  for (size_t s = 0; s < m; s++) series[s] = long_labels && s == 1 ? long_zh : short_labels[s + 4];
  for (size_t i = 0; i < n * m; i++) {
    const double v = value_of(kind, i);
    cells[i] = (sx_chart_cell){.present = true, .value = v, .low = v - fabs(v) * 0.1, .high = v + fabs(v) * 0.1};
  }
  const bool whole[MAX_CATEGORIES] = {n > 1, [MAX_CATEGORIES - 1] = true}; /* a waterfall begins with a level */
  if (kind != 1) chart.whole = whole;
  if (m > 1) { /* a tornado around what lies between, with its number above */
    chart.centre = kind == 2 ? 1.5e11 : 0.4;
    chart.centre_text = "As estimated: 0.400";
  }
  char what[120];
  (void)snprintf(what, sizeof what, "type %d, %zu x %zu, values %d, %s labels, width %.0f", (int)type, n, m, kind,
                 long_labels ? "long" : "short", width);
  sx_drawing *d = NULL;
  REQUIRE_OK(sx_chart_draw(&d, NULL, &chart, width, err));
  check_boxes(d, what);
  if (type != SX_CHART_LINES) CHECK(count_texts(d) >= n);
  sx_drawing_free(d);
}

static void no_collisions(void) {
  static const size_t sizes[][2] = {{1, 1}, {3, 1}, {12, 1}, {4, 3}, {6, 5}, {12, 5}};
  for (int type = 0; type < SX_CHART_TYPES; type++) {
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
      const size_t n = sizes[k][0], m = sizes[k][1];
      if (type == SX_CHART_TILES || (type == SX_CHART_WATERFALL && m > 1) || (type == SX_CHART_LIKERT && m < 2) ||
          (type == SX_CHART_SLOPES && (n < 2 || n > 6)))
        continue; /* shapes that they have not */
      for (int kind = 0; kind < 3; kind++) {
        for (int wide = 0; wide < 2; wide++) {
          for (int lengthy = 0; lengthy < 2; lengthy++) {
            draw((sx_chart_type)type, sizes[k][0], sizes[k][1], kind, lengthy, wide ? 720 : 358);
          }
        }
      }
    }
  }
}

static bool find_bars(const sx_draw_item **out, const sx_drawing *d, size_t n, size_t skip) {
  size_t found = 0;
  for (size_t i = 0; i < d->n_items && found < n; i++) {
    if (d->items[i].kind != SX_DRAW_RECT) continue;
    if (skip)
      skip--;
    else
      out[found++] = &d->items[i];
  }
  return found == n;
}

/* A level, two steps, a level. */
static sx_chart waterfall(sx_chart_cell cells[4], const double values[4]) {
  static const char *const names[] = {"a", "b", "c", "d"};
  static const char *const one[] = {""};
  static const bool whole[] = {true, false, false, true};
  for (size_t i = 0; i < 4; i++)
    cells[i] = (sx_chart_cell){true, values[i], (double)NAN, (double)NAN, "1", NULL, NULL, NULL};
  return (sx_chart){.type = SX_CHART_WATERFALL,
                    .categories = names,
                    .series = one,
                    .n_categories = 4,
                    .n_series = 1,
                    .cells = cells,
                    .whole = whole};
}

/* Where the bars of a waterfall stand: each from the end of the one before, levels from 0. */
static void waterfall_bars(void) {
  const double values[] = {100, 30, -50, 80};
  sx_chart_cell cells[4];
  const sx_chart chart = waterfall(cells, values);
  sx_drawing *d = NULL;
  REQUIRE_OK(sx_chart_draw(&d, NULL, &chart, 720, err));
  const sx_draw_item *bar[4] = {NULL};
  double x[4] = {0}, width[4] = {0};
  REQUIRE(find_bars(bar, d, 4, 0));
  for (size_t i = 0; i < 4; i++) x[i] = bar[i]->x, width[i] = bar[i]->width;
  const double unit = width[0] / 100;
  CHECK_NEAR(x[1], x[0] + 100 * unit, 0.02);
  CHECK_NEAR(width[1], 30 * unit, 0.02);
  CHECK_NEAR(x[2], x[0] + 80 * unit, 0.02); /* down from 130 to 80 */
  CHECK_NEAR(width[2], 50 * unit, 0.02);
  CHECK_NEAR(x[3], x[0], 0.02);
  CHECK_NEAR(width[3], 80 * unit, 0.02);
  CHECK(bar[1]->style.fill == sx_ink_series(0) && bar[2]->style.fill == sx_ink_series(1));
  sx_drawing_free(d);
}

/* Steps that levels dwarf: the axis begins near them, the levels at its start with a mark, and words say so. Steps that do not: at zero. */
static void waterfall_break(void) {
  const double values[] = {1000, 30, -50, 980};
  sx_chart_cell cells[4];
  sx_chart chart = waterfall(cells, values);
  chart.lang = SX_LANG_EN;
  sx_drawing *d = NULL;
  CHECK_NEAR(sx_chart_axis_start(&chart), 980 - 0.5 * 50, 1e-9);
  REQUIRE_OK(sx_chart_draw(&d, NULL, &chart, 720, err));
  const sx_draw_item *bar[4] = {NULL};
  REQUIRE(find_bars(bar, d, 4, 0));
  const double start = bar[0]->x, unit = bar[1]->width / 30; /* up from 1000 to 1030 */
  CHECK_NEAR(bar[3]->x, start, 0.02);
  CHECK_NEAR(bar[1]->x, start + bar[0]->width, 0.02);
  CHECK_NEAR(bar[0]->width - bar[3]->width, 20 * unit, 0.05);
  CHECK(bar[0]->width < 60 * unit); /* not 1000 */
  size_t said = 0, marks = 0;
  for (size_t i = 0; i < d->n_items; i++) {
    if (d->items[i].kind == SX_DRAW_TEXT && strstr(d->items[i].text, "does not begin at zero")) said++;
    marks += d->items[i].n_points == 4 && d->items[i].style.fill == SX_INK_PAPER;
  }
  CHECK_INT(said, 1);
  CHECK_INT(marks, 2); /* on the two levels */
  sx_drawing_free(d);
  cells[1].value = 600; /* now the steps are as large as the levels */
  CHECK(sx_chart_axis_start(&chart) == 0);
  cells[1].value = 30;
  chart.whole = NULL; /* steps alone begin at zero */
  CHECK(sx_chart_axis_start(&chart) == 0);
}

/* Parts of a scale go from dark to light, what stands beside it is grey; without a scale they have the colours of series. */
static void ordered_parts(void) {
  sx_chart chart = {.type = SX_CHART_STACKED, .n_series = 5, .n_ordered = 4};
  for (size_t s = 1; s < 4; s++)
    CHECK(sx_ink_lightness(sx_chart_part_ink(&chart, s)) > sx_ink_lightness(sx_chart_part_ink(&chart, s - 1)) + 8);
  CHECK(sx_chart_part_ink(&chart, 4) == sx_ink_series(6));
  chart.n_ordered = 0;
  CHECK(sx_chart_part_ink(&chart, 1) == sx_ink_series(1));
  chart.type = SX_CHART_LIKERT;
  CHECK(sx_chart_part_ink(&chart, 0) == SX_INK_SCALE_0 && sx_chart_part_ink(&chart, 2) == SX_INK_SCALE_0 + 3);
}

/* Colours come again from the ninth series on; with pattern, shape or dash no two of 32 are the same, in print neither. */
static void series_differ(void) {
  enum { N = 32 };
  sx_drawing *d = NULL;
  CHECK_OK(sx_drawing_new(&d, NULL, 200, err));
  for (size_t s = 0; s < N; s++) sx_draw_marker(d, 50, 50, 5, s);
  for (size_t s = 0; s < N; s++) {
    const sx_draw_style a = sx_draw_series_style(s);
    CHECK(a.fill == sx_ink_series(s) && (s < SX_INK_SERIES_COUNT) == (a.hatch == SX_HATCH_NONE));
    for (size_t t = s + SX_INK_SERIES_COUNT; t < N; t += SX_INK_SERIES_COUNT) {
      const sx_draw_item *m = &d->items[s], *other = &d->items[t];
      CHECK(sx_draw_series_style(t).hatch != a.hatch);
      CHECK(sx_draw_series_dash(t) != sx_draw_series_dash(s));
      CHECK(m->kind != other->kind || m->n_points != other->n_points || m->points[1].x != other->points[1].x);
    }
  }
  sx_drawing_free(d);
}

/* A tornado's bars begin at the centre; the lower end of an input has its colour wherever it lies. */
static void tornado_bars(void) {
  static const char *const names[] = {"up", "down"};
  static const char *const sides[] = {"low", "high"};
  const double values[] = {90, 110, 105, 95};
  sx_chart_cell cells[4];
  for (size_t i = 0; i < 4; i++)
    cells[i] = (sx_chart_cell){true, values[i], (double)NAN, (double)NAN, "1", NULL, NULL, NULL};
  sx_chart chart = {.type = SX_CHART_TORNADO, .categories = names, .series = sides, .n_categories = 2, .n_series = 2};
  chart.cells = cells;
  chart.centre = 100;
  chart.centre_text = "100";
  sx_drawing *d = NULL;
  REQUIRE_OK(sx_chart_draw(&d, NULL, &chart, 720, err));
  const sx_draw_item *bar[4] = {NULL};
  double x[4], width[4];
  bool orange[4];
  REQUIRE(find_bars(bar, d, 4, 2)); /* past the two swatches of the legend */
  for (size_t i = 0; i < 4; i++) {
    x[i] = bar[i]->x;
    width[i] = bar[i]->width;
    orange[i] = bar[i]->style.fill == sx_ink_series(1);
  }
  CHECK_NEAR(x[0] + width[0], x[1], 0.02); /* both meet at the centre */
  CHECK_NEAR(width[0], width[1], 0.02);
  CHECK_NEAR(x[2], x[1], 0.02);
  CHECK_NEAR(width[2], width[1] / 2, 0.02);
  CHECK_NEAR(x[3] + width[3], x[1], 0.02);
  CHECK(orange[0] && !orange[1] && orange[2] && !orange[3]);
  sx_drawing_free(d);
}

static void widths(void) {
  CHECK_NEAR(sx_draw_text_width("网络", 6, 10), 20, 1e-12);
  CHECK(sx_draw_text_width("iiii", 4, 10) < sx_draw_text_width("MMMM", 4, 10));
  CHECK_NEAR(sx_draw_text_width("e\xCC\x81", 3, 10), sx_draw_text_width("e", 1, 10), 1e-12); /* combining */
  CHECK_NEAR(sx_draw_text_width("", 0, 10), 0, 0);
}

static void wrapped(const char *text, double width, const char *want) {
  sx_draw_lines lines;
  char got[600] = "";
  sx_draw_wrap(&lines, text, 10, width, 24);
  for (size_t i = 0; i < lines.n; i++) {
    (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", i ? "/" : "", (int)lines.length[i],
                   lines.start[i]);
    CHECK(sx_draw_text_width(lines.start[i], lines.length[i], 10) <= width + 1e-9);
  }
  CHECK_STR(got, want);
}

static void wrapping(void) {
  wrapped("网络视频音乐", 40, "网络视频/音乐");
  wrapped("网络视频，音乐", 40, "网络视/频，音乐"); /* no comma at a line's start */
  wrapped("网络（视频）", 35, "网络/（视/频）");    /* no bracket at a line's end or start */
  wrapped("online games here", 70, "online games/here");
  wrapped("abcdefghij", 30, "abcde/fghij"); /* a word too long for a line is cut */
  wrapped("", 30, "");
  sx_draw_lines lines;
  sx_draw_wrap(&lines, long_zh, 14, 100, 3);
  CHECK_INT(lines.n, 3);
  CHECK(lines.shortened);
  CHECK(lines.width <= 100 + 1e-9);
}

static void scales(void) {
  sx_draw_scale s;
  const sx_chart_numbers spec = {.shift = 2, .decimals = 1, .percent = true};
  sx_draw__scale(&s, 0, 0.93, &spec, 5);
  CHECK_NEAR(s.step, 0.2, 1e-12);
  CHECK_NEAR(s.hi, 1, 1e-12);
  CHECK_INT(s.decimals, 0);
  sx_draw__scale(&s, 0.82, 0.853, &spec, 5);
  CHECK(s.lo <= 0.82 + 1e-9 && s.hi >= 0.853 && s.lo > 0.8);
  sx_draw__scale(&s, 5, 5, &spec, 5); /* no extent */
  CHECK(s.hi > s.lo);
}

SXT_MAIN(SXT_CASE(no_collisions), SXT_CASE(waterfall_bars), SXT_CASE(waterfall_break), SXT_CASE(ordered_parts),
         SXT_CASE(series_differ), SXT_CASE(tornado_bars), SXT_CASE(widths), SXT_CASE(wrapping), SXT_CASE(scales))
