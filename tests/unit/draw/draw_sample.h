/* draw_sample.h: a chart of every kind with made-up numbers, in both languages: what the gallery of docs/charts.md shows. */
#ifndef DRAW_SAMPLE_H
#define DRAW_SAMPLE_H

#include "shuxiao/draw_chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct sample_text {
  const char *zh, *en;
} sample_text;

enum { SAMPLE_MOST = 31, SAMPLE_CELLS = 120 };

typedef struct sample {
  sx_chart chart;
  const char *categories[SAMPLE_MOST], *series[SAMPLE_MOST], *groups[SAMPLE_MOST], *codes[SAMPLE_MOST];
  bool whole[SAMPLE_MOST];
  sx_chart_cell cells[SAMPLE_CELLS];
  char centre[40];
  const char *title;
} sample;

static const sample_text sample_uses[] = {{"网络购物", "Online shopping"}, {"在线视频", "Online video"},
                                          {"网约车", "Ride hailing"},      {"外卖", "Food delivery"},
                                          {"在线教育", "Online courses"},  {"在线医疗", "Online consultations"}};
static const sample_text sample_waves[] = {
    {"2023 下半年", "2023 H2"}, {"2024 上半年", "2024 H1"}, {"2024 下半年", "2024 H2"}, {"2025 上半年", "2025 H1"}};
static const sample_text sample_ages[] = {{"19 岁以下", "Under 20"}, {"20–29 岁", "20–29"},
                                          {"30–39 岁", "30–39"},     {"40–49 岁", "40–49"},
                                          {"50–59 岁", "50–59"},     {"60 岁以上", "60 and over"}};
static const sample_text sample_opinions[] = {{"很不信任", "No trust at all"},
                                              {"不太信任", "Little trust"},
                                              {"一般", "Neither"},
                                              {"比较信任", "Some trust"},
                                              {"非常信任", "Full trust"}};
static const sample_text sample_trust[] = {{"平台对个人信息的保护", "Platforms' protection of personal data"},
                                           {"直播间的商品说明", "What is said of goods in live streams"},
                                           {"商品评价", "Reviews"},
                                           {"移动支付的安全", "Safety of mobile payment"}};
static const sample_text sample_residence[] = {{"城镇", "Urban"}, {"农村", "Rural"}};
static const sample_text sample_goods[] = {
    {"商品", "Goods"}, {"餐饮", "Meals"}, {"出行", "Travel"}, {"文娱", "Leisure"}};
static const sample_text sample_steps[] = {{"2024 上半年", "2024 H1"},
                                           {"用户增加", "More users"},
                                           {"商品消费增加", "More spent on goods"},
                                           {"旅行消费减少", "Less spent on travel"},
                                           {"服务消费增加", "More spent on services"},
                                           {"2025 上半年", "2025 H1"}};
static const sample_text sample_inputs[] = {{"渗透率", "Share of users"},
                                            {"人均消费", "Spend per head"},
                                            {"人口", "Population"},
                                            {"单位消费占比", "Share of spending by firms"}};
static const sample_text sample_sides[] = {{"取下限", "Lower end"}, {"取上限", "Upper end"}};

static inline const char *sample_word(const sample_text *text, sx_lang lang) {
  return lang == SX_LANG_ZH ? text->zh : text->en;
}

static inline void sample_labels(const char **out, const sample_text *texts, size_t n, sx_lang lang) {
  for (size_t i = 0; i < n; i++) out[i] = sample_word(&texts[i], lang);
}

/* Values with intervals of a half width that falls with nothing in particular. */
static inline void sample_values(sample *s, const double *values, size_t n, double half) {
  for (size_t i = 0; i < n; i++) {
    const double h = half * (0.7 + 0.6 * (double)(i * 7 % 5) / 5);
    s->cells[i] = (sx_chart_cell){.present = true, .value = values[i], .low = values[i] - h, .high = values[i] + h};
  }
}

static inline void sample_shape(sample *s, const sample_text *categories, size_t n, const sample_text *series, size_t m,
                                const double *values, double half) {
  const sx_lang lang = s->chart.lang;
  static const sample_text none[] = {{"", ""}};
  sample_labels(s->categories, categories, n, lang);
  sample_labels(s->series, series ? series : none, m, lang);
  s->chart.n_categories = n;
  s->chart.n_series = m;
  sample_values(s, values, n * m, half);
}

static inline void sample_tiles(sample *s) {
  for (size_t i = 0; i < SX_PROVINCES; i++) {
    const sx_province *p = sx_province_get(i);
    const double v = 0.52 + 0.004 * (p->column * 9 + (double)((i * 37) % 23));
    s->categories[i] = s->chart.lang == SX_LANG_ZH ? p->name_zh : p->name_en;
    s->codes[i] = p->letters;
    s->cells[i] = (sx_chart_cell){.present = true, .value = v, .low = v - 0.021, .high = v + 0.021};
  }
  s->series[0] = "";
  s->cells[25].value = s->cells[25].low = s->cells[25].high = (double)NAN;
  s->chart.codes = s->codes;
  s->chart.n_categories = SX_PROVINCES - 1; /* the last has no interviews */
  s->chart.n_series = 1;
}

/* Everything points into s, which stays where it is. */
static inline void sample_chart(sample *s, sx_chart_type type, sx_lang lang) {
  static const double bars[] = {0.872, 0.813, 0.402, 0.561, 0.288, 0.193};
  static const double grouped[] = {0.912, 0.781, 0.853, 0.731, 0.481, 0.244, 0.624, 0.428, 0.334, 0.197, 0.231, 0.118};
  static const double lines[] = {0.801, 0.512, 0.823, 0.534, 0.851, 0.549, 0.872, 0.561};
  static const double shares[] = {0.462, 0.213, 0.142, 0.101, 0.082};
  static const double fall[] = {5.12e12, 1.9e11, 3.1e11, -1.4e11, 2.2e11, 5.7e12};
  static const double tornado[] = {0.412, 0.473, 0.421, 0.462, 0.439, 0.445, 0.448, 0.436};
  static const double stacked[] = {1820, 640, 410, 330, 1210, 380, 190, 250};
  static const double likert[] = {0.062, 0.184, 0.351, 0.302, 0.101, 0.143, 0.294, 0.312, 0.201, 0.05,
                                  0.041, 0.122, 0.412, 0.334, 0.091, 0.022, 0.078, 0.211, 0.443, 0.246};
  static const double slopes[] = {0.801, 0.772, 0.331, 0.512, 0.244, 0.201, 0.872, 0.813, 0.402, 0.561, 0.288, 0.193};
  static const double heat[] = {0.81, 0.93, 0.41, 0.62, 0.91, 0.92, 0.58, 0.74, 0.88, 0.87, 0.49, 0.61,
                                0.79, 0.78, 0.31, 0.42, 0.61, 0.66, 0.19, 0.24, 0.38, 0.49, 0.08, 0.12};
  static const sample_text parts[] = {{"商品", "Goods"},
                                      {"餐饮外卖", "Meals delivered"},
                                      {"交通出行", "Transport"},
                                      {"文化娱乐", "Culture and leisure"},
                                      {"其他", "Other"}};
  const bool zh = lang == SX_LANG_ZH;
  *s = (sample){.chart = {.type = type, .lang = lang, .interval = true, .ci_level = 0.95}};
  sx_chart *c = &s->chart;
  c->categories = s->categories;
  c->series = s->series;
  c->cells = s->cells;
  c->numbers = (sx_chart_numbers){.shift = 2, .decimals = 1, .percent = true, .unit = "%"};
  switch (type) {
  case SX_CHART_BARS:
    sample_shape(s, sample_uses, 6, NULL, 1, bars, 0.012);
    s->title = zh ? "各类数字消费的用户占比" : "Share of adults who use each service";
    break;
  case SX_CHART_GROUPED:
    sample_shape(s, sample_uses, 6, sample_residence, 2, grouped, 0.016);
    s->title = zh ? "城乡用户占比" : "Share of users, urban and rural";
    break;
  case SX_CHART_SHARES:
    sample_shape(s, parts, 5, NULL, 1, shares, 0.012);
    s->title = zh ? "数字消费的构成" : "What digital spending is made of";
    break;
  case SX_CHART_DOTS:
    sample_shape(s, sample_uses, 6, sample_residence, 2, grouped, 0.03);
    for (size_t i = 0; i < 6; i++)
      s->groups[i] = i < 2 ? (zh ? "内容与购物" : "Goods and media") : (zh ? "生活服务" : "Services");
    c->groups = s->groups;
    s->title = zh ? "城乡用户占比与区间" : "Share of users with intervals, urban and rural";
    break;
  case SX_CHART_LINES:
    sample_shape(s, sample_waves, 4, sample_uses, 2, lines, 0.012);
    s->series[1] = zh ? "外卖" : "Food delivery";
    s->title = zh ? "用户占比的变化" : "Share of users over four waves";
    break;
  case SX_CHART_WATERFALL:
    sample_shape(s, sample_steps, 6, NULL, 1, fall, 6e10);
    s->whole[0] = s->whole[5] = true;
    c->whole = s->whole;
    c->numbers = (sx_chart_numbers){.shift = zh ? -12 : -12, .decimals = 2, .unit = zh ? "万亿元" : " trillion yuan"};
    s->title = zh ? "数字消费额变化的来源" : "Where the change of digital spending comes from";
    break;
  case SX_CHART_TORNADO:
    sample_shape(s, sample_inputs, 4, sample_sides, 2, tornado, 0);
    c->interval = false;
    c->has_centre = true;
    c->centre = 0.442;
    (void)snprintf(s->centre, sizeof s->centre, zh ? "基准 44.2%%" : "As estimated: 44.2%%");
    c->centre_text = s->centre;
    s->title = zh ? "数字消费占比取决于什么" : "What the digital share hangs on";
    break;
  case SX_CHART_STACKED:
    sample_shape(s, sample_residence, 2, sample_goods, 4, stacked, 45);
    c->numbers = (sx_chart_numbers){.shift = 0, .decimals = 0, .unit = zh ? "元" : " yuan"};
    s->title = zh ? "人均数字消费（元）" : "Digital spending per head (yuan)";
    break;
  case SX_CHART_LIKERT:
    sample_shape(s, sample_trust, 4, sample_opinions, 5, likert, 0.012);
    s->title = zh ? "消费者的信任" : "What consumers trust";
    break;
  case SX_CHART_SLOPES:
    sample_shape(s, sample_waves + 2, 2, sample_uses, 6, slopes, 0.014);
    s->title = zh ? "两期用户占比" : "Share of users in two waves";
    break;
  case SX_CHART_HEAT:
    sample_shape(s, sample_ages, 6, sample_uses, 4, heat, 0.02);
    s->title = zh ? "各年龄组的用户占比" : "Share of users by age";
    break;
  case SX_CHART_TILES:
    sample_tiles(s);
    s->title = zh ? "各省份网络购物用户占比" : "Share of online shoppers by province";
    break;
  case SX_CHART_TYPES:
    break;
  }
}

#endif
