/* Geometry of the drawings: no text on a text, none outside the drawing, for every type, both widths, short and very long labels, negative,
 * missing and extreme values. Text widths and line breaking. */
#include "report/report_chart.h"
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

static void check_boxes(const sx_svg *svg, const char *what) {
  CHECK(!svg->failed);
  CHECK(svg->height > 20 && svg->height < 20000);
  for (size_t i = 0; i < svg->n_texts; i++) {
    const sx_svg_box *a = &svg->texts[i];
    if (a->x0 < -0.5 || a->x1 > svg->width + 0.5 || a->y0 < -0.5 || a->y1 > svg->height + 0.5) {
      SXT_FAIL("%s: text %zu (%.0f,%.0f)-(%.0f,%.0f) leaves %.0f x %.0f", what, i, a->x0, a->y0, a->x1, a->y1,
               svg->width, svg->height);
    }
    for (size_t k = i + 1; k < svg->n_texts; k++) {
      const sx_svg_box *b = &svg->texts[k];
      if (a->x0 < b->x1 - 0.5 && b->x0 < a->x1 - 0.5 && a->y0 < b->y1 - 0.5 && b->y0 < a->y1 - 0.5) {
        SXT_FAIL("%s: texts %zu and %zu collide at (%.0f,%.0f)", what, i, k, b->x0, b->y0);
      }
    }
  }
}

/* Values of a kind: 0 shares, 1 with negatives and missing, 2 large amounts. */
static double value_of(int kind, size_t i) {
  const double u = (double)((i * 2654435761u + 12345) % 1000u) / 1000;
  if (kind == 1) return i % 5 == 4 ? (double)NAN : (u - 0.5) * 0.8;
  return kind == 2 ? 1e9 * (0.1 + 300 * u) : 0.02 + 0.97 * u;
}

static void draw(sx_chart_type type, size_t n, size_t m, int kind, bool long_labels, double width) {
  static char texts[MAX_CATEGORIES * MAX_SERIES][64], ranges[MAX_CATEGORIES * MAX_SERIES][80];
  sx_chart_cell cells[MAX_CATEGORIES * MAX_SERIES];
  const char *categories[MAX_CATEGORIES], *series[MAX_SERIES];
  sx_format format;
  sx_chart chart = {.type = type,
                    .categories = categories,
                    .series = series,
                    .n_categories = n,
                    .n_series = m,
                    .cells = cells,
                    .interval = true};
  const char *unit = kind == 2 ? "亿元 2" : kind == 1 ? "pp 1" : "% 1";
  REQUIRE_OK(sx_report__format_parse(&format, unit, strlen(unit), err));
  sx_report__format_spec(&chart.spec, &format, 3e11, width > 500 ? SX_LANG_ZH : SX_LANG_EN);
  for (size_t i = 0; i < n; i++)
    categories[i] = long_labels && i % 3 == 1 ? (i % 2 ? long_zh : long_en) : short_labels[i];
  for (size_t s = 0; s < m; s++) series[s] = long_labels && s == 1 ? long_zh : short_labels[s + 4];
  for (size_t i = 0; i < n * m; i++) {
    const double v = value_of(kind, i);
    sx_buf text;
    sx_buf_init(&text, NULL);
    cells[i] = (sx_chart_cell){.present = true,
                               .value = v,
                               .low = v - fabs(v) * 0.1,
                               .high = v + fabs(v) * 0.1,
                               .text = texts[i],
                               .interval_text = ranges[i]};
    sx_report__format_value(&text, v, &chart.spec, kind != 0);
    (void)snprintf(texts[i], sizeof texts[i], "%s", text.data);
    (void)snprintf(ranges[i], sizeof ranges[i], "%s – %s", texts[i], texts[i]);
    sx_buf_clear(&text);
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
  sx_svg svg;
  sx_svg__init(&svg, NULL, width);
  sx_chart__draw(&svg, &chart);
  check_boxes(&svg, what);
  if (n && type != SX_CHART_LINES) CHECK(svg.n_texts >= n);
  sx_svg__clear(&svg);
}

static void no_collisions(void) {
  static const size_t sizes[][2] = {{1, 1}, {3, 1}, {12, 1}, {4, 3}, {6, 5}, {12, 5}};
  for (int type = 0; type < SX_CHART_TYPES; type++) {
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
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

/* Where the bars of a waterfall stand: each from the end of the one before, levels from 0. */
static void waterfall_bars(void) {
  static const char *const names[] = {"a", "b", "c", "d"};
  static const char *const one[] = {""};
  const double values[] = {100, 30, -50, 80};
  const bool whole[] = {true, false, false, true};
  sx_chart_cell cells[4];
  for (size_t i = 0; i < 4; i++)
    cells[i] = (sx_chart_cell){true, values[i], (double)NAN, (double)NAN, "1", NULL, NULL, NULL};
  sx_chart chart = {.type = SX_CHART_WATERFALL, .categories = names, .series = one, .n_categories = 4, .n_series = 1};
  chart.cells = cells;
  chart.whole = whole;
  sx_format f;
  REQUIRE_OK(sx_report__format_parse(&f, "plain 0", 7, err));
  sx_report__format_spec(&chart.spec, &f, 100, SX_LANG_EN);
  sx_svg svg;
  sx_svg__init(&svg, NULL, 720);
  sx_chart__draw(&svg, &chart);
  REQUIRE(!svg.failed);
  double x[4] = {0}, width[4] = {0}, unit;
  const char *at = svg.body.data;
  for (size_t i = 0; i < 4; i++) {
    at = strstr(at, "<rect x=\"");
    REQUIRE(at != NULL);
    x[i] = strtod(at + 9, NULL);
    width[i] = strtod(strstr(at, " width=\"") + 8, NULL);
    at++;
  }
  unit = width[0] / 100;
  CHECK_NEAR(x[1], x[0] + 100 * unit, 0.02);
  CHECK_NEAR(width[1], 30 * unit, 0.02);
  CHECK_NEAR(x[2], x[0] + 80 * unit, 0.02); /* down from 130 to 80 */
  CHECK_NEAR(width[2], 50 * unit, 0.02);
  CHECK_NEAR(x[3], x[0], 0.02);
  CHECK_NEAR(width[3], 80 * unit, 0.02);
  CHECK(strstr(svg.body.data, sx_svg__colour(0)) && strstr(svg.body.data, sx_svg__colour(1)));
  sx_svg__clear(&svg);
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
  sx_format f;
  REQUIRE_OK(sx_report__format_parse(&f, "plain 0", 7, err));
  sx_report__format_spec(&chart.spec, &f, 100, SX_LANG_EN);
  sx_svg svg;
  sx_svg__init(&svg, NULL, 720);
  sx_chart__draw(&svg, &chart);
  REQUIRE(!svg.failed);
  const char *at = strstr(svg.body.data, "rx=\"2\""); /* past the two swatches of the legend */
  REQUIRE(at != NULL);
  at = strstr(at + 1, "rx=\"2\"");
  REQUIRE(at != NULL);
  double x[4], width[4];
  bool orange[4];
  for (size_t i = 0; i < 4; i++) {
    at = strstr(at, "<rect x=\"");
    REQUIRE(at != NULL);
    x[i] = strtod(at + 9, NULL);
    width[i] = strtod(strstr(at, " width=\"") + 8, NULL);
    orange[i] = strncmp(strstr(at, "fill=\"") + 6, sx_svg__colour(1), 7) == 0;
    at++;
  }
  CHECK_NEAR(x[0] + width[0], x[1], 0.02); /* both meet at the centre */
  CHECK_NEAR(width[0], width[1], 0.02);
  CHECK_NEAR(x[2], x[1], 0.02);
  CHECK_NEAR(width[2], width[1] / 2, 0.02);
  CHECK_NEAR(x[3] + width[3], x[1], 0.02);
  CHECK(orange[0] && !orange[1] && orange[2] && !orange[3]);
  sx_svg__clear(&svg);
}

static void widths(void) {
  CHECK_NEAR(sx_svg__text_width("网络", 6, 10), 20, 1e-12);
  CHECK(sx_svg__text_width("iiii", 4, 10) < sx_svg__text_width("MMMM", 4, 10));
  CHECK_NEAR(sx_svg__text_width("e\xCC\x81", 3, 10), sx_svg__text_width("e", 1, 10), 1e-12); /* combining */
  CHECK_NEAR(sx_svg__text_width("", 0, 10), 0, 0);
}

static void wrapped(const char *text, double width, const char *want) {
  sx_svg_lines lines;
  char got[600] = "";
  sx_svg__wrap(&lines, text, 10, width, 24);
  for (size_t i = 0; i < lines.n; i++) {
    (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", i ? "/" : "", (int)lines.length[i],
                   lines.start[i]);
    CHECK(sx_svg__text_width(lines.start[i], lines.length[i], 10) <= width + 1e-9);
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
  sx_svg_lines lines;
  sx_svg__wrap(&lines, long_zh, 14, 100, 3);
  CHECK_INT(lines.n, 3);
  CHECK(lines.shortened);
  CHECK(lines.width <= 100 + 1e-9);
}

static void scales(void) {
  sx_scale s;
  sx_format f;
  sx_spec spec;
  REQUIRE_OK(sx_report__format_parse(&f, "% 1", 3, err));
  sx_report__format_spec(&spec, &f, 1, SX_LANG_EN);
  sx_chart__scale(&s, 0, 0.93, &spec, 5);
  CHECK_NEAR(s.step, 0.2, 1e-12);
  CHECK_NEAR(s.hi, 1, 1e-12);
  CHECK_INT(s.decimals, 0);
  sx_chart__scale(&s, 0.82, 0.853, &spec, 5);
  CHECK(s.lo <= 0.82 + 1e-9 && s.hi >= 0.853 && s.lo > 0.8);
  sx_chart__scale(&s, 5, 5, &spec, 5); /* no extent */
  CHECK(s.hi > s.lo);
}

SXT_MAIN(SXT_CASE(no_collisions), SXT_CASE(waterfall_bars), SXT_CASE(tornado_bars), SXT_CASE(widths),
         SXT_CASE(wrapping), SXT_CASE(scales))
