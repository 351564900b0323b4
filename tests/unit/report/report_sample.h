/* report_sample.h: a store with every kind of block and every kind of figure, in Chinese and English, for the tests of the report. The
 * numbers are made up. */
#ifndef REPORT_SAMPLE_H
#define REPORT_SAMPLE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shuxiao/io.h"
#include "shuxiao/report.h"

typedef struct sample_row {
  const char *indicator, *statistic;
  const char *terms[2][2]; /* variable, level */
  double estimate, se;
  long n;
  const char *reason;
} sample_row;

#define SAMPLE_NONE                                                                                                    \
  {                                                                                                                    \
    {NULL, NULL}, {                                                                                                    \
      NULL, NULL                                                                                                       \
    }                                                                                                                  \
  }
#define SAMPLE_ONE(v, l)                                                                                               \
  {                                                                                                                    \
    {v, l}, {                                                                                                          \
      NULL, NULL                                                                                                       \
    }                                                                                                                  \
  }

static const sample_row sample_rows[] = {
    {"users", "total", SAMPLE_NONE, 958123456, 2345678, 30000, NULL},
    {"users", "total", SAMPLE_ONE("z", "1"), 261500000, 1800000, 8121, NULL},
    {"spend/total", "level", SAMPLE_NONE, 9.368e12, 8.4e10, 24112, NULL},
    {"spend/total", "share_of_benchmark", SAMPLE_NONE, 0.46532, 0.0042, 24112, NULL},
    {"spend/goods", "level", SAMPLE_NONE, 6.021e12, 6.1e10, 22010, NULL},
    {"spend/content", "level", SAMPLE_NONE, 0.781e12, 1.9e10, 20455, NULL},
    {"spend/service", "level", SAMPLE_NONE, 2.566e12, 3.9e10, 21340, NULL},
    {"user_rate", "prop", SAMPLE_NONE, 0.8507, 0.0021, 30000, NULL},
    {"user_rate", "prop", SAMPLE_ONE("z", "1"), 0.9512, 0.0024, 8121, NULL},
    {"user_rate", "gap", SAMPLE_ONE("z", "1"), 0.1005, 0.0027, 8121, NULL},
    {"user_rate", "prop", SAMPLE_ONE("old", "1"), 0.6120, 0.0081, 3120, NULL},
    {"user_rate", "gap", SAMPLE_ONE("old", "1"), -0.2387, 0.0079, 3120, NULL},
    {"user_rate", "prop", SAMPLE_ONE("rural", "1"), 0.7612, 0.0046, 9034, NULL},
    {"user_rate", "gap", SAMPLE_ONE("rural", "1"), -0.0895, 0.0044, 9034, NULL},
    {"user_rate", "prop", SAMPLE_ONE("island", "1"), (double)NAN, (double)NAN, 0, "empty domain"},
    {"use_video", "prop", SAMPLE_NONE, 0.9534, 0.0013, 30000, NULL},
    {"use_video", "prop", SAMPLE_ONE("z", "1"), 0.9821, 0.0016, 8121, NULL},
    {"use_video", "prop", SAMPLE_ONE("old", "1"), 0.8810, 0.0060, 3120, NULL},
    {"use_music", "prop", SAMPLE_NONE, 0.6652, 0.0028, 30000, NULL},
    {"use_music", "prop", SAMPLE_ONE("z", "1"), 0.8230, 0.0043, 8121, NULL},
    {"use_music", "prop", SAMPLE_ONE("old", "1"), 0.3904, 0.0090, 3120, NULL},
    {"use_game", "prop", SAMPLE_NONE, 0.5190, 0.0030, 30000, NULL},
    {"use_game", "prop", SAMPLE_ONE("z", "1"), 0.7712, 0.0048, 8121, NULL},
    {"use_game", "prop", SAMPLE_ONE("old", "1"), 0.1893, 0.0071, 3120, NULL},
    {"use_live", "prop", SAMPLE_NONE, 0.7401, 0.0026, 30000, NULL},
    {"use_live", "prop", SAMPLE_ONE("z", "1"), 0.7950, 0.0046, 8121, NULL},
    {"use_live", "prop", SAMPLE_ONE("old", "1"), 0.5410, 0.0091, 3120, NULL},
    {"mean_games", "mean", SAMPLE_NONE, 412.3, 9.8, 15570, NULL},
    {"mean_games", "mean", SAMPLE_ONE("z", "1"), 633.1, 21.4, 6263, NULL},
    {"mean_games", "mean", SAMPLE_ONE("old", "1"), 187.4, 31.2, 590, NULL},
    {"wave_rate", "prop", SAMPLE_ONE("wave", "2023-S1"), 0.792, 0.004, 20000, NULL},
    {"wave_rate", "prop", SAMPLE_ONE("wave", "2023-S2"), 0.811, 0.004, 20000, NULL},
    {"wave_rate", "prop", SAMPLE_ONE("wave", "2024-S1"), 0.826, 0.0035, 25000, NULL},
    {"wave_rate", "prop", SAMPLE_ONE("wave", "2024-S2"), 0.841, 0.0035, 25000, NULL},
    {"wave_rate", "prop", SAMPLE_ONE("wave", "2025-S1"), 0.8507, 0.0021, 30000, NULL},
    {"wave_rural", "prop", SAMPLE_ONE("wave", "2023-S1"), 0.654, 0.009, 6000, NULL},
    {"wave_rural", "prop", SAMPLE_ONE("wave", "2023-S2"), 0.691, 0.008, 6100, NULL},
    {"wave_rural", "prop", SAMPLE_ONE("wave", "2024-S1"), 0.718, 0.007, 7400, NULL},
    {"wave_rural", "prop", SAMPLE_ONE("wave", "2024-S2"), 0.744, 0.006, 7500, NULL},
    {"wave_rural", "prop", SAMPLE_ONE("wave", "2025-S1"), 0.7612, 0.0046, 9034, NULL},
    {"wave_urban", "prop", SAMPLE_ONE("wave", "2023-S1"), 0.851, 0.004, 14000, NULL},
    {"wave_urban", "prop", SAMPLE_ONE("wave", "2023-S2"), 0.862, 0.004, 13900, NULL},
    {"wave_urban", "prop", SAMPLE_ONE("wave", "2024-S1"), 0.871, 0.003, 17600, NULL},
    {"wave_urban", "prop", SAMPLE_ONE("wave", "2024-S2"), 0.880, 0.003, 17500, NULL},
    {"wave_urban", "prop", SAMPLE_ONE("wave", "2025-S1"), 0.8874, 0.0022, 20966, NULL},
};

static const char sample_document[] =
    "{\"title\":{\"zh\":\"数字消费样本报告\",\"en\":\"A sample report on digital consumption\"},"
    "\"subtitle\":{\"zh\":\"规模、群体与场景：所有图表类型一览\",\"en\":\"Scale, groups and scenes: every kind of "
    "figure and "
    "table\"},"
    "\"publisher\":{\"zh\":\"数消 · 样本研究\",\"en\":\"Shuxiao · sample study\"},"
    "\"date\":{\"zh\":\"2025 年 12 月\",\"en\":\"December 2025\"},\"languages\":[\"zh\",\"en\"],"
    "\"synthetic\":{\"zh\":\"本报告的访谈数据由程序按声明的模型生成，用于检验软件，不反映真实世界。\",\"en\":\"The "
    "interviews behind this report were "
    "generated from a declared model to test the software. They say nothing about the world.\"},"
    "\"design\":{\"zh\":\"分层随机电话调查，31 个省，30,000 人；权数按性别、年龄与城乡校准。区间为 95% "
    "置信区间。\",\"en\":\"Stratified random telephone survey, 31 "
    "provinces, 30,000 people; weights raked to sex, age and residence. Intervals are 95% confidence intervals.\"},"
    "\"key\":[{\"label\":{\"zh\":\"数字消费用户\",\"en\":\"Digital "
    "consumers\"},\"ref\":\"users.total\",\"format\":\"亿人 2\"},"
    "{\"label\":{\"zh\":\"数字消费额\",\"en\":\"Digital "
    "consumption\"},\"ref\":\"spend/total.total\",\"format\":\"万亿元 2\"},"
    "{\"label\":{\"zh\":\"占居民消费支出\",\"en\":\"Share of household "
    "spending\"},\"ref\":\"spend/total.total.share_of_benchmark\",\"format\":\"% "
    "1\"},"
    "{\"label\":{\"zh\":\"Z世代使用率\",\"en\":\"Use among Gen Z\"},\"ref\":\"user_rate.z\",\"format\":\"% 1\"}],"
    "\"provenance\":[{\"label\":{\"zh\":\"合成模型\",\"en\":\"Synthetic model\"},\"text\":\"model.yaml, seed 1\"}]}";

/* The narratives as C strings with \n; turned into JSON below. */
static const char sample_zh[] =
    "# 数字消费的规模\n\n"
    "2025年上半年[^1]，我国数字消费用户达 {{users.total | 亿人 2}}，数字消费额达 {{spend/total.total | 万亿元 "
    "2}}，占居民消费支出总额的\n"
    "{{spend/total.total.share_of_benchmark | % 1}}。三类消费的构成见[@figure parts]，**“Z世代”**的使用率比总体高\n"
    "{{user_rate.z.gap | pp 1 sign:none}}（{{user_rate.z.gap.low | pp 1 sign:none}} 至 {{user_rate.z.gap.high | pp 1 "
    "sign:none}}）。\n\n"
    "{{figure parts}}\n\n"
    "## 三类消费\n\n商品消费额最大，为 {{spend/goods.total | 万亿元 2}}；服务消费次之；内容消费额为 "
    "{{spend/content.total | 亿元 0}}。\n\n"
    "> **专栏：怎样读区间。** 区间给出了抽样误差的范围：以同样方法重复调查，约 95% 的区间会包含总体真值。\n\n"
    "{{box title=\"口径\" kind=method id=how}}\n用户按 {{users.total.n | plain 0}} 份样本推算，见[@box "
    "how]。\n{{end}}\n\n"
    "# 群体\n\n不同群体的使用率差异明显，见[@figure groups]与[@table rates]。岛屿居民的使用率为 {{user_rate.island | % "
    "1}}。\n\n"
    "{{table rates}}\n\n## 各类应用\n\n{{figure apps}}\n\n{{figure groups}}\n\n{{figure gaps}}\n\n"
    "## 支出\n\n- 全体：{{mean_games.total | 元 0}}\n- “Z世代”：{{mean_games.z | 元 0}}\n- 老年群体：{{mean_games.old "
    "| 元 0}}，样本较少[^2]\n\n"
    "{{figure means}}\n\n# 变化\n\n{{figure waves}}\n\n"
    "[^1]: 数据截至 2025 年 6 月，样本量 {{users.total.n | plain 0}}。\n[^2]: 样本少于 1,000 人的估计应谨慎使用。\n";
static const char sample_en[] =
    "# The scale of digital consumption\n\n"
    "In the first half of 2025[^1] there were {{users.total | 亿人 2}} who bought or paid online. They spent "
    "{{spend/total.total | "
    "trillion yuan 2}},\n{{spend/total.total.share_of_benchmark | % 1}} of all household spending. [@figure parts] "
    "shows what it is made "
    "of. The rate of use among **Gen Z** lies {{user_rate.z.gap | pp 1 sign:none}} above that of everyone.\n\n"
    "{{figure parts}}\n\n## Three kinds of spending\n\nGoods lead with {{spend/goods.total | trillion yuan 2}}; "
    "services follow; "
    "content stands at {{spend/content.total | billion yuan 0}}.\n\n"
    "> **Box: how to read an interval.** Were the survey repeated in the same way, about 95% of such intervals would "
    "hold the true "
    "value.\n\n"
    "{{box title=\"What is counted\" kind=method id=how}}\nUsers are projected from {{users.total.n | plain 0}} "
    "interviews, see [@box "
    "how].\n{{end}}\n\n"
    "# Groups\n\nRates differ widely between groups, see [@figure groups] and [@table rates]. Among islanders the rate "
    "is {{user_rate.island "
    "| % 1}}.\n\n{{table rates}}\n\n## Kinds of use\n\n{{figure apps}}\n\n{{figure groups}}\n\n{{figure gaps}}\n\n"
    "## Spending\n\n- Everyone: {{mean_games.total | yuan 0}}\n- Gen Z: {{mean_games.z | yuan 0}}\n- Older people: "
    "{{mean_games.old | yuan "
    "0}}, on few cases[^2]\n\n{{figure means}}\n\n# Change\n\n{{figure waves}}\n\n"
    "[^1]: Data up to June 2025, {{users.total.n | plain 0}} interviews.\n[^2]: Estimates on fewer than 1,000 cases "
    "call for care.\n";

#define L(zh, en) "{\"label\":{\"zh\":\"" zh "\",\"en\":\"" en "\"}}"
#define T(zh, en) "\"title\":{\"zh\":\"" zh "\",\"en\":\"" en "\"}"
#define SAMPLE_SOURCE                                                                                                  \
  ",\"source\":{\"zh\":\"样本电话调查，2025 年上半年。\",\"en\":\"Sample telephone survey, first half of 2025.\"}"

typedef struct sample_block {
  const char *kind, *id, *json;
} sample_block;
static const sample_block sample_blocks[] = {
    {"figure", "parts",
     "{\"id\":\"parts\",\"type\":\"shares\"," T("数字消费额的构成", "What digital consumption is made of") SAMPLE_SOURCE
     ",\"format\":\"万亿元 2\",\"series\":[" L("数字消费额", "Digital consumption") "],\"categories\":[" L(
         "数字商品消费",
         "Digital goods") "," L("数字服务消费",
                                "Digital services") "," L("数字内容消费",
                                                          "Digital content") "],\"cells\":[[\"spend/"
                                                                             "goods.total\"],[\"spend/"
                                                                             "service.total\"],["
                                                                             "\"spend/"
                                                                             "content.total\"]],\"interval\":"
                                                                             "true}"},
    {"figure", "apps",
     "{\"id\":\"apps\",\"type\":\"bars\"," T("各类数字文化娱乐应用的使用率",
                                             "Use of kinds of digital culture and entertainment") SAMPLE_SOURCE
     ",\"note\":{\"zh\":\"以网民为基数。\",\"en\":\"Base: internet users.\"},\"format\":\"% "
     "1\",\"series\":[" L("全体", "All") "],\"categories\":[" L(
         "网络视频（含短视频）",
         "Online "
         "video, "
         "short "
         "video "
         "include"
         "d") "," L("网络直播",
                    "Live streaming") "," L("网络音乐",
                                            "Online music") "," L("网络游戏（包括手机游戏、个人电脑游戏、主"
                                                                  "机游戏以及各类小程序中的即点即玩游戏，不"
                                                                  "含线下桌面游戏与体育竞技类项目，也不含以"
                                                                  "教学为目的的模拟软件；在过去六个月中至少"
                                                                  "使用过一次的受访者计为使用者）",
                                                                  "Online games: on mobile phones, personal "
                                                                  "computers and consoles and the instant "
                                                                  "games inside other applications, without "
                                                                  "board games played at a table, sports, "
                                                                  "and simulation software that is meant "
                                                                  "for teaching; at least once in six "
                                                                  "months") "],\"cells\":[[\"use_video."
                                                                            "total\"],[\"use_live.total\"],["
                                                                            "\"use_music.total\"],[\"use_"
                                                                            "game.total\"]],\"interval\":"
                                                                            "true}"},
    {"figure", "groups",
     "{\"id\":\"groups\",\"type\":\"grouped\"," T("不同群体的应用使用率", "Use by group") SAMPLE_SOURCE
     ",\"format\":\"% 1\",\"series\":[" L("全体", "All") "," L("Z世代", "Gen Z") "," L(
         "老年群体",
         "O"
         "l"
         "d"
         "e"
         "r"
         " "
         "p"
         "e"
         "o"
         "p"
         "l"
         "e") "],\"categories\":[" L("网络视频",
                                     "Online video") "," L("网络直播",
                                                           "Live streaming") "," L("网络音乐",
                                                                                   "Online music") "," L("网络游戏",
                                                                                                         "Online "
                                                                                                         "games") "],"
                                                                                                                  "\"ce"
                                                                                                                  "lls"
                                                                                                                  "\":["
                                                                                                                  "[\"u"
                                                                                                                  "se_"
                                                                                                                  "vide"
                                                                                                                  "o."
                                                                                                                  "tota"
                                                                                                                  "l\","
                                                                                                                  "\"us"
                                                                                                                  "e_"
                                                                                                                  "vide"
                                                                                                                  "o."
                                                                                                                  "z\","
                                                                                                                  "\"us"
                                                                                                                  "e_"
                                                                                                                  "vide"
                                                                                                                  "o."
                                                                                                                  "old"
                                                                                                                  "\"],"
                                                                                                                  "[\"u"
                                                                                                                  "se_"
                                                                                                                  "live"
                                                                                                                  ".tot"
                                                                                                                  "al\""
                                                                                                                  ","
                                                                                                                  "\"us"
                                                                                                                  "e_"
                                                                                                                  "live"
                                                                                                                  ".z\""
                                                                                                                  ",\"u"
                                                                                                                  "se_"
                                                                                                                  "live"
                                                                                                                  ".old"
                                                                                                                  "\"],"
                                                                                                                  "[\"u"
                                                                                                                  "se_"
                                                                                                                  "musi"
                                                                                                                  "c."
                                                                                                                  "tota"
                                                                                                                  "l\","
                                                                                                                  "\"us"
                                                                                                                  "e_"
                                                                                                                  "musi"
                                                                                                                  "c."
                                                                                                                  "z\","
                                                                                                                  "\"us"
                                                                                                                  "e_"
                                                                                                                  "musi"
                                                                                                                  "c."
                                                                                                                  "old"
                                                                                                                  "\"],"
                                                                                                                  "["
                                                                                                                  "\"us"
                                                                                                                  "e_"
                                                                                                                  "game"
                                                                                                                  ".tot"
                                                                                                                  "al\""
                                                                                                                  ","
                                                                                                                  "\"us"
                                                                                                                  "e_"
                                                                                                                  "game"
                                                                                                                  ".z\""
                                                                                                                  ",\"u"
                                                                                                                  "se_"
                                                                                                                  "game"
                                                                                                                  ".old"
                                                                                                                  "\"]]"
                                                                                                                  ","
                                                                                                                  "\"in"
                                                                                                                  "terv"
                                                                                                                  "al\""
                                                                                                                  ":tru"
                                                                                                                  "e}"},
    {"figure", "gaps",
     "{\"id\":\"gaps\",\"type\":\"bars\"," T("各群体使用率与总体之差", "Rate of use: each group minus everyone")
         SAMPLE_SOURCE
     ",\"format\":\"pp 1\",\"series\":[" L("差", "Gap") "],\"categories\":[" L("Z世代", "Gen Z") "," L(
         "农村居民",
         "Rural residents") "," L("老年群体",
                                  "Older people") "],\"cells\":[[\"user_rate.z.gap\"],[\"user_rate.rural.gap\"],["
                                                  "\"user_rate.old.gap\"]],\"interval\":true}"},
    {"figure", "means",
     "{\"id\":\"means\",\"type\":\"dots\"," T("网络游戏人均支出", "Mean spending on online games") SAMPLE_SOURCE
     ",\"format\":\"元 0\",\"series\":[" L("均值", "Mean") "],\"categories\":[" L("全体", "All") "," L(
         "Z世代", "Gen Z") "," L("老年群体", "Older people") "],\"cells\":[[\"mean_games.total\"],[\"mean_games."
                                                             "z\"],[\"mean_games.old\"]],\"interval\":true}"},
    {"figure", "waves",
     "{\"id\":\"waves\",\"type\":\"lines\"," T("数字消费使用率的变化", "Digital consumers among internet users")
         SAMPLE_SOURCE
     ",\"format\":\"% 1\",\"series\":[" L("全体", "All") "," L("城镇", "Urban") "," L(
         "农村",
         "Ru"
         "ra"
         "l") "],\"categories\":[" L("2023上",
                                     "2023 H1") "," L("2023下",
                                                      "2023 H2") "," L("2024上",
                                                                       "2024 H1") "," L("2024下",
                                                                                        "2024 H2") "," L("2025上",
                                                                                                         "2025 H1") "],"
                                                                                                                    "\""
                                                                                                                    "ce"
                                                                                                                    "ll"
                                                                                                                    "s"
                                                                                                                    "\""
                                                                                                                    ":["
                                                                                                                    "["
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_"
                                                                                                                    "ra"
                                                                                                                    "te"
                                                                                                                    ".w"
                                                                                                                    "av"
                                                                                                                    "e:"
                                                                                                                    "20"
                                                                                                                    "23"
                                                                                                                    "-S"
                                                                                                                    "1"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_u"
                                                                                                                    "rb"
                                                                                                                    "an"
                                                                                                                    ".w"
                                                                                                                    "av"
                                                                                                                    "e:"
                                                                                                                    "20"
                                                                                                                    "23"
                                                                                                                    "-S"
                                                                                                                    "1"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_"
                                                                                                                    "ru"
                                                                                                                    "ra"
                                                                                                                    "l."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":2"
                                                                                                                    "02"
                                                                                                                    "3-"
                                                                                                                    "S1"
                                                                                                                    "\""
                                                                                                                    "],"
                                                                                                                    "["
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_r"
                                                                                                                    "at"
                                                                                                                    "e."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":"
                                                                                                                    "20"
                                                                                                                    "23"
                                                                                                                    "-S"
                                                                                                                    "2"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_"
                                                                                                                    "ur"
                                                                                                                    "ba"
                                                                                                                    "n."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":2"
                                                                                                                    "02"
                                                                                                                    "3-"
                                                                                                                    "S2"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_r"
                                                                                                                    "ur"
                                                                                                                    "al"
                                                                                                                    ".w"
                                                                                                                    "av"
                                                                                                                    "e:"
                                                                                                                    "20"
                                                                                                                    "23"
                                                                                                                    "-S"
                                                                                                                    "2"
                                                                                                                    "\""
                                                                                                                    "],"
                                                                                                                    "["
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_"
                                                                                                                    "ra"
                                                                                                                    "te"
                                                                                                                    ".w"
                                                                                                                    "av"
                                                                                                                    "e:"
                                                                                                                    "20"
                                                                                                                    "24"
                                                                                                                    "-S"
                                                                                                                    "1"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_u"
                                                                                                                    "rb"
                                                                                                                    "an"
                                                                                                                    ".w"
                                                                                                                    "av"
                                                                                                                    "e:"
                                                                                                                    "20"
                                                                                                                    "24"
                                                                                                                    "-S"
                                                                                                                    "1"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_"
                                                                                                                    "ru"
                                                                                                                    "ra"
                                                                                                                    "l."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":2"
                                                                                                                    "02"
                                                                                                                    "4-"
                                                                                                                    "S1"
                                                                                                                    "\""
                                                                                                                    "],"
                                                                                                                    "["
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_r"
                                                                                                                    "at"
                                                                                                                    "e."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":2"
                                                                                                                    "02"
                                                                                                                    "4-"
                                                                                                                    "S2"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_u"
                                                                                                                    "rb"
                                                                                                                    "an"
                                                                                                                    "."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":2"
                                                                                                                    "02"
                                                                                                                    "4-"
                                                                                                                    "S2"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_"
                                                                                                                    "ru"
                                                                                                                    "ra"
                                                                                                                    "l."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":2"
                                                                                                                    "02"
                                                                                                                    "4-"
                                                                                                                    "S2"
                                                                                                                    "\""
                                                                                                                    "],"
                                                                                                                    "["
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_r"
                                                                                                                    "at"
                                                                                                                    "e."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":"
                                                                                                                    "20"
                                                                                                                    "25"
                                                                                                                    "-S"
                                                                                                                    "1"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_"
                                                                                                                    "ur"
                                                                                                                    "ba"
                                                                                                                    "n."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":2"
                                                                                                                    "02"
                                                                                                                    "5-"
                                                                                                                    "S1"
                                                                                                                    "\""
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    "_"
                                                                                                                    "ru"
                                                                                                                    "ra"
                                                                                                                    "l."
                                                                                                                    "wa"
                                                                                                                    "ve"
                                                                                                                    ":2"
                                                                                                                    "02"
                                                                                                                    "5-"
                                                                                                                    "S1"
                                                                                                                    "\""
                                                                                                                    "]]"
                                                                                                                    ","
                                                                                                                    "\""
                                                                                                                    "in"
                                                                                                                    "te"
                                                                                                                    "rv"
                                                                                                                    "al"
                                                                                                                    "\""
                                                                                                                    ":t"
                                                                                                                    "ru"
                                                                                                                    "e"
                                                                                                                    "}"},
    {"table", "rates",
     "{\"id\":\"rates\"," T("数字消费用户规模与使用率", "Digital consumers and rates of use") SAMPLE_SOURCE
     ",\"bases\":true,\"errors\":true,\"columns\":[{\"label\":{\"zh\":\"使用率\",\"en\":\"Rate of "
     "use\"},\"format\":\"% 1\"},{\"label\":{\"zh\":\"与总体之差\",\"en\":\"Gap to "
     "all\"},\"format\":\"pp 1\"}],\"rows\":[{\"label\":{\"zh\":\"全体网民\",\"en\":\"All internet "
     "users\"},\"cells\":[{\"ref\":\"user_rate.total\"},null]},{\"label\":{\"zh\":\"按群体\",\"en\":"
     "\"By group\"}},{\"label\":{\"zh\":\"Z世代\",\"en\":\"Gen "
     "Z\"},\"indent\":1,\"cells\":[{\"ref\":\"user_rate.z\"},{\"ref\":\"user_rate.z.gap\"}]},{\"label\":{\"zh\":"
     "\"老年群体\",\"en\":\"Older "
     "people\"},\"indent\":1,\"cells\":[{\"ref\":\"user_rate.old\"},{\"ref\":\"user_rate.old.gap\"}]},{\"label\":{"
     "\"zh\":\"农村居民\",\"en\":\"Rural "
     "residents\"},\"indent\":1,\"cells\":[{\"ref\":\"user_rate.rural\"},{\"ref\":\"user_rate.rural.gap\"}]},{"
     "\"label\":{\"zh\":\"岛屿居民\",\"en\":\"Islanders\"},\"indent\":1,\"cells\":[{"
     "\"ref\":\"user_rate.island\"},null]}]}"},
    {"table", "wide",
     "{\"id\":\"wide\"," T(
         "各类应用的使用率与公布数",
         "Rates of use beside printed figures") ",\"note\":{\"zh\":\"公布数为虚构。\",\"en\":\"The printed figures "
                                                "are "
                                                "invented.\"},\"bases\":true,\"errors\":true,\"columns\":[{"
                                                "\"label\":{\"zh\":\"全体\",\"en\":\"All\"},\"format\":\"% "
                                                "1\"},{\"label\":{\"zh\":"
                                                "\"Z世代\",\"en\":\"Gen Z\"},\"format\":\"% "
                                                "1\"},{\"label\":{\"zh\":\"老年群体\",\"en\":\"Older "
                                                "people\"},\"format\":\"% "
                                                "1\"},{\"label\":{\"zh\":\"公布数\",\"en\":\"Printed\"},\"format\":"
                                                "\"plain 1\"},{\"label\":{\"zh\":"
                                                "\"判断\",\"en\":\"Verdict\"}}],\"rows\":[{\"label\":{\"zh\":"
                                                "\"网络视频\",\"en\":\"Online "
                                                "video\"},\"cells\":[\"use_video.total\",\"use_video.z\",\"use_"
                                                "video.old\",{\"value\":95.3},{\"text\":{\"zh\":\"一致\",\"en\":"
                                                "\"agrees\"}}]},{\"label\":{\"zh\":\"网络游戏\",\"en\":\"Online "
                                                "games\"},\"cells\":[\"use_game.total\",\"use_game.z\",\"use_game."
                                                "old\",{\"value\":52.4},{\"text\":{\"zh\":\"**不一致**"
                                                "，需要前一期数据\",\"en\":\"**differs**: "
                                                "needs the previous wave\"}}]}]}"},
    {"table", "none", "{\"id\":\"none\"," T("空表", "An empty table") ",\"columns\":[{\"label\":\"x\"}],\"rows\":[]}"},
};
#undef L
#undef T

static sx_status sample_put_text(sx_store *store, int64_t order, const char *kind, const char *zh, const char *en,
                                 sx_error *err) {
  sx_buf json;
  sx_buf_init(&json, NULL);
  sx_buf_add(&json, "{\"file\":{\"zh\":\"narrative/zh.md\",\"en\":\"narrative/en.md\"},\"md\":{\"zh\":");
  sx_json_string(&json, zh);
  sx_buf_add(&json, ",\"en\":");
  sx_json_string(&json, en);
  sx_buf_add(&json, "}}");
  sx_status status = sx_buf_status(&json, err);
  if (status == SX_OK) status = sx_store_put_block(store, order, kind, "text", json.data, err);
  sx_buf_clear(&json);
  return status;
}

static sx_status sample_put_rows(sx_store *store, sx_error *err) {
  for (size_t i = 0; i < sizeof sample_rows / sizeof *sample_rows; i++) {
    const sample_row *r = &sample_rows[i];
    sx_store_term terms[2];
    size_t n = 0;
    for (; n < 2 && r->terms[n][0]; n++)
      terms[n] = (sx_store_term){r->terms[n][0], r->terms[n][1], {NULL, NULL}, {NULL, NULL}};
    const sx_store_row row = {.indicator = r->indicator,
                              .statistic = r->statistic,
                              .terms = terms,
                              .n_terms = n,
                              .estimate = r->estimate,
                              .se = r->se,
                              .low = r->estimate - 1.96 * r->se,
                              .high = r->estimate + 1.96 * r->se,
                              .ci_level = 0.95,
                              .df = 900,
                              .n = r->n,
                              .n_eff = (double)r->n / 1.4,
                              .deff = 1.4,
                              .cv = r->se / r->estimate,
                              .na_reason = r->reason};
    SX_TRY(sx_store_put_row(NULL, store, NULL, &row, err));
  }
  return SX_OK;
}

/* Opens a new store at path with one finished run. zh and en NULL: the sample narratives. */
static sx_status sample_store(sx_store **out, int64_t *run, const sx_ctx *ctx, const char *path, const char *zh,
                              const char *en, sx_error *err) {
  static const sx_store_run info = {
      .study = "sample", .wave = "2025-S1", .title_zh = "样本", .title_en = "Sample", .version = "0"};
  static const sx_store_input input = {"data/interviews.sav",
                                       "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 12345678};
  (void)remove(path);
  SX_TRY(sx_store_open(out, ctx, path, SX_STORE_WRITE, err));
  SX_TRY(sx_store_begin(run, *out, &info, &input, 1, err));
  SX_TRY(sample_put_rows(*out, err));
  SX_TRY(sx_store_put_block(*out, 0, "document", "document", sample_document, err));
  SX_TRY(sample_put_text(*out, 1, "text", zh ? zh : sample_zh, en ? en : sample_en, err));
  for (size_t i = 0; i < sizeof sample_blocks / sizeof *sample_blocks; i++) {
    SX_TRY(sx_store_put_block(*out, (int64_t)i + 2, sample_blocks[i].kind, sample_blocks[i].id, sample_blocks[i].json,
                              err));
  }
  SX_TRY(sample_put_text(*out, 90, "annex", "# 假设\n\n未作假设。\n", "# Assumptions\n\nNone were made.\n", err));
  return sx_store_finish(*out, err);
}

static const char *sample_path(char *out, size_t cap, const char *name) {
  const char *dir = getenv("SX_BUILD");
  (void)snprintf(out, cap, "%s/%s.%ld.sqlite", dir ? dir : "/tmp", name, (long)getpid());
  return out;
}

#endif
