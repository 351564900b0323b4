/* Words of charts, provinces, charts from rows, labels that are cleaned, line breaks, what is refused. */
#include "draw/draw_chart_priv.h"
#include "sxt.h"
#include "unit/draw/draw_sample.h"

static void words_are(const sx_chart *chart, const char *want) {
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_chart_text(&text, chart);
  CHECK_STR(text.data, want);
  sx_buf_clear(&text);
}

static void words(void) {
  static const char *const en[] = {"Urban", "Rural"}, *const zh[] = {"城镇", "农村"}, *const none[] = {""};
  const sx_chart_cell cells[] = {{.present = true, .value = 0.285, .low = 0.2701, .high = 0.2999},
                                 {.present = true, .value = (double)NAN, .low = (double)NAN, .high = (double)NAN}};
  sx_chart chart = {.type = SX_CHART_BARS,
                    .lang = SX_LANG_EN,
                    .categories = en,
                    .series = none,
                    .n_categories = 2,
                    .n_series = 1,
                    .cells = cells,
                    .interval = true,
                    .ci_level = 0.95,
                    .numbers = {.shift = 2, .decimals = 1, .percent = true, .unit = "%"}};
  words_are(&chart, "Bar chart. Urban: 28.5% (95% interval 27.0 to 30.0); Rural: —");
  chart.lang = SX_LANG_ZH;
  chart.categories = zh;
  chart.notice = "合成数据";
  words_are(&chart, "条形图。合成数据。城镇：28.5%（95% 区间 27.0至30.0）；农村：—");
  chart.ci_level = 0.9;
  chart.type = SX_CHART_TORNADO;
  chart.has_centre = true;
  chart.centre = 0.3;
  chart.notice = NULL;
  words_are(&chart, "龙卷风图。基准 30.0%。城镇：28.5%（90% 区间 27.0至30.0）；农村：—");
}

static void many_words(void) {
  enum { N = 200 };
  static sx_chart_cell cells[N];
  static const char *names[N], *const none[] = {""};
  static char text[N][8];
  for (int i = 0; i < N; i++) {
    (void)snprintf(text[i], sizeof text[i], "r%d", i);
    names[i] = text[i];
    cells[i] = (sx_chart_cell){.present = true, .value = (i * 37) % N, .low = (double)NAN, .high = (double)NAN};
  }
  const sx_chart chart = {.type = SX_CHART_DOTS,
                          .lang = SX_LANG_EN,
                          .categories = names,
                          .series = none,
                          .n_categories = N,
                          .n_series = 1,
                          .cells = cells};
  words_are(&chart, "Dot plot with intervals. 200 values. The least: r0: 0; The greatest: r27: 199");
}

static void find(const char *text, const char *letters) {
  const sx_province *p = sx_province_find(text);
  if (!p || strcmp(p->letters, letters) != 0) SXT_FAIL("'%s' is %s, not %s", text, p ? p->letters : "none", letters);
}

static void provinces(void) {
  bool taken[8][8] = {{false}};
  for (size_t i = 0; i < SX_PROVINCES; i++) {
    const sx_province *p = sx_province_get(i);
    char code[8];
    REQUIRE(p && p->column >= 0 && p->column < 7 && p->row >= 0 && p->row < 8);
    CHECK(!taken[p->row][p->column]);
    taken[p->row][p->column] = true;
    (void)snprintf(code, sizeof code, "%d0000", p->code);
    find(code, p->letters);
    find(p->letters, p->letters);
    find(p->character, p->letters);
    find(p->name_zh, p->letters);
    find(p->name_en, p->letters);
    if (i) CHECK(p->code > sx_province_get(i - 1)->code);
  }
  CHECK(!sx_province_get(SX_PROVINCES));
  find("北京市", "BJ");
  find("广西壮族自治区", "GX");
  find("内蒙古自治区", "NM");
  find("guangdong province", "GD");
  find("Xizang", "XZ");
  find("sn", "SN"); /* 陕西 and 山西: both Shaanxi and Shanxi by sound */
  find("Shanxi", "SX");
  static const char *const wrong[] = {"", "Shanghai!", "北", "110101", "99", "台", "Guangdon", "上海滩"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK(!sx_province_find(wrong[i]));
  CHECK(!sx_province_find(NULL));
}

/* Neighbours on the ground that a grid of squares can hold apart: tiles at most this far from each other. */
static void neighbours(void) {
  static const char *const pairs[][2] = {{"BJ", "TJ"}, {"BJ", "HE"}, {"JS", "SH"}, {"JS", "ZJ"}, {"GD", "GX"},
                                         {"GD", "HI"}, {"GD", "HN"}, {"FJ", "JX"}, {"SC", "CQ"}, {"YN", "GZ"},
                                         {"XJ", "XZ"}, {"XJ", "GS"}, {"HL", "JL"}, {"JL", "LN"}, {"SN", "NX"},
                                         {"SN", "HA"}, {"AH", "JS"}, {"HB", "HN"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    const sx_province *a = sx_province_find(pairs[i][0]), *b = sx_province_find(pairs[i][1]);
    REQUIRE(a && b);
    const int far = abs(a->column - b->column) + abs(a->row - b->row);
    if (far > 2) SXT_FAIL("%s and %s are %d tiles apart", a->letters, b->letters, far);
  }
}

static void from_rows(void) {
  sx_arena *arena = NULL;
  sx_chart chart = {.type = SX_CHART_GROUPED, .interval = true};
  const sx_chart_row rows[] = {{"a", "g", "s1", NULL, 1, 0.5, 1.5, NULL},
                               {"a", "g", "s2", NULL, 2, 1.5, 2.5, NULL},
                               {"b", "g", "s2", NULL, 4, 3, 5, NULL},
                               {"a", "h", "s1", NULL, 7, 6, 8, "seven"}};
  REQUIRE_OK(sx_arena_new(&arena, NULL, err));
  CHECK_OK(sx_chart_from_rows(&chart, arena, rows, 4, err));
  CHECK_INT(chart.n_categories, 3);
  CHECK_INT(chart.n_series, 2);
  CHECK_STR(chart.categories[2], "a");
  CHECK_STR(chart.groups[2], "h");
  CHECK_NEAR(sx_chart_at(&chart, 0, 1)->value, 2, 0);
  CHECK(!sx_chart_at(&chart, 1, 0)->present);
  CHECK_NEAR(sx_chart_at(&chart, 1, 1)->high, 5, 0);
  CHECK_STR(sx_chart_at(&chart, 2, 0)->text, "seven");
  sx_drawing *d = NULL;
  CHECK_OK(sx_chart_draw(&d, NULL, &chart, 720, err));
  sx_drawing_free(d);
  const sx_chart_row twice[] = {rows[0], rows[1], rows[0]};
  CHECK_FAILS(sx_chart_from_rows(&chart, arena, twice, 3, err), SX_E_DATA, "",
              "row 3 has the place of an earlier one: 'a', s1");
  CHECK_OK(sx_chart_from_rows(&chart, arena, NULL, 0, err));
  CHECK_FAILS(sx_chart_draw(&d, NULL, &chart, 720, err), SX_E_DATA, "", "without rows");
  sx_arena_free(arena);
}

static void refused(void) {
  sample s;
  sx_drawing *d = NULL;
  sample_chart(&s, SX_CHART_BARS, SX_LANG_EN);
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 100, err), SX_E_ARGUMENT, "", "at least 240 wide");
  s.chart.n_categories = 1001;
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 720, err), SX_E_LIMIT, "", "1001 rows are too many");
  s.chart.n_categories = 2;
  s.chart.n_series = 25;
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 720, err), SX_E_LIMIT, "", "25 series are too many");
  s.chart.n_series = 2;
  s.chart.type = SX_CHART_WATERFALL;
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 720, err), SX_E_DATA, "", "waterfall has one series, not 2");
  sample_chart(&s, SX_CHART_TILES, SX_LANG_EN);
  s.codes[3] = s.codes[4];
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 720, err), SX_E_DATA, "", "Inner Mongolia comes twice");
  s.codes[3] = "";
  s.categories[3] = "Atlantis";
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 720, err), SX_E_DATA, "", "'Atlantis' is none of the 31 provinces");
  sample_chart(&s, SX_CHART_LIKERT, SX_LANG_EN);
  s.chart.n_below = 1;
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 720, err), SX_E_DATA, "", "at most one between");
  sample_chart(&s, SX_CHART_SLOPES, SX_LANG_EN);
  s.chart.n_categories = 1;
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 720, err), SX_E_DATA, "", "two to 6 periods, not 1");
  sample_chart(&s, SX_CHART_BARS, SX_LANG_EN);
  s.cells[0].text = "123,456,789,012,345,678,901,234,567,890,123,456,789";
  CHECK_FAILS(sx_chart_draw(&d, NULL, &s.chart, 720, err), SX_E_LIMIT, "", "choose a larger unit");
  CHECK(!d);
}

/* What a drawing shows of a label, and how it stands in SVG. */
static void labels(void) {
  static const char *const names[] = {"a\x01\x02"
                                      "b\tc",
                                      "x\xff"
                                      "y",
                                      "<b>&\"'</b>",
                                      "\xE2\x80\xAE"
                                      "abc\xE2\x80\x8F"};
  static const char *const want[] = {">a b c<", ">x\xEF\xBF\xBDy<", ">&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;<", ">abc<"};
  static const char *const none[] = {""};
  sx_chart_cell cells[4];
  for (size_t i = 0; i < 4; i++)
    cells[i] = (sx_chart_cell){.present = true, .value = 1, .low = (double)NAN, .high = (double)NAN};
  const sx_chart chart = {
      .type = SX_CHART_BARS, .categories = names, .series = none, .n_categories = 4, .n_series = 1, .cells = cells};
  sx_drawing *d = NULL;
  sx_buf svg;
  sx_buf_init(&svg, NULL);
  REQUIRE_OK(sx_chart_draw(&d, NULL, &chart, 720, err));
  CHECK_OK(sx_drawing_svg(&svg, d, NULL, err));
  for (size_t i = 0; i < 4; i++) {
    if (!strstr(svg.data, want[i])) SXT_FAIL("no %s in the SVG", want[i]);
  }
  sx_buf_clear(&svg);
  sx_drawing_free(d);
}

/* Every line of text that is broken at every width: no closing mark begins a line, no opening one ends it. */
static void line_breaks(void) {
  static const char text[] =
      "数字消费（含“预售”、直播等），2025年上半年增长12.5%。其中：网络购物——占“六成”……《报告》指出，￥1,200以上";
  static const char *const no_start[] = {"，", "。", "、", "：", "；", "！", "？", "）", "”", "》", "…", "%"};
  static const char *const no_end[] = {"（", "“", "《", "￥"};
  for (double width = 60; width < 400; width += 3) {
    sx_draw_lines lines;
    sx_draw_wrap(&lines, text, 14, width, SX_DRAW_LINES);
    for (size_t i = 0; i < lines.n; i++) {
      for (size_t k = 0; i && k < sizeof no_start / sizeof *no_start; k++) {
        if (strncmp(lines.start[i], no_start[k], strlen(no_start[k])) == 0)
          SXT_FAIL("width %.0f: line %zu begins with %s", width, i, no_start[k]);
      }
      for (size_t k = 0; i + 1 < lines.n && k < sizeof no_end / sizeof *no_end; k++) {
        const size_t n = strlen(no_end[k]);
        if (lines.length[i] >= n && memcmp(lines.start[i] + lines.length[i] - n, no_end[k], n) == 0)
          SXT_FAIL("width %.0f: line %zu ends with %s", width, i, no_end[k]);
      }
      if (i && strncmp(lines.start[i], "—占", strlen("—占")) == 0) SXT_FAIL("width %.0f: a dash is broken", width);
    }
  }
}

SXT_MAIN(SXT_CASE(words), SXT_CASE(many_words), SXT_CASE(provinces), SXT_CASE(neighbours), SXT_CASE(from_rows),
         SXT_CASE(refused), SXT_CASE(labels), SXT_CASE(line_breaks))
