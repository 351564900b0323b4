/* report_words.h: every word that a report prints of its own accord, in Chinese and English, in one table. A word needed
 * somewhere is a line here. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "shuxiao/report.h"

#define SX_WORD_LIST(X)                                                                                                \
  X(FIGURE, "图", "Figure")                                                                                            \
  X(TABLE, "表", "Table")                                                                                              \
  X(BOX, "专栏", "Box")                                                                                                \
  X(BOX_POLICY, "政策", "Policy")                                                                                      \
  X(BOX_METHOD, "方法", "Method")                                                                                      \
  X(BOX_CASE, "案例", "Case")                                                                                          \
  X(CONTENTS, "目录", "Contents")                                                                                      \
  X(FIGURES, "图目录", "Figures")                                                                                      \
  X(TABLES, "表目录", "Tables")                                                                                        \
  X(BOXES, "专栏目录", "Boxes")                                                                                        \
  X(NOTE, "注：", "Note: ")                                                                                            \
  X(SOURCE, "资料来源：", "Source: ")                                                                                  \
  X(NOTES, "注释", "Notes")                                                                                            \
  X(BACK, "返回正文", "Back to the text")                                                                              \
  X(ANNEX, "附录", "Annex")                                                                                            \
  X(PROVENANCE, "数据与复现", "Data and reproduction")                                                                 \
  X(INPUTS, "本报告所用文件", "Files that this report rests on")                                                       \
  X(FILE, "文件", "File")                                                                                              \
  X(PLAN, SX_STORE_PLAN_ZH, SX_STORE_PLAN_EN)                                                                          \
  X(BYTES, "字节", "Bytes")                                                                                            \
  X(PROGRAM, "程序", "Program")                                                                                        \
  X(SAME_INPUTS, "由同样的文件、研究设定和程序版本可逐位重现本报告的全部数字。",                                       \
    "The same files, study and program version give every number of this report again, bit by bit.")                   \
  X(DESIGN, "调查设计", "Survey design")                                                                               \
  X(DATE, "日期", "Date")                                                                                              \
  X(SYNTHETIC, "合成数据", "Synthetic data")                                                                           \
  X(ESTIMATE, "估计值", "Estimate")                                                                                    \
  X(SE, "标准误", "Standard error")                                                                                    \
  X(SE_SHORT, "标准误", "s.e.")                                                                                        \
  X(INTERVAL, "%s% 置信区间", "%s% confidence interval")                                                               \
  X(INTERVAL_SHORT, "%s% 区间", "%s% interval")                                                                        \
  X(BASE, "样本量", "Base (n)")                                                                                        \
  X(N, "样本量", "n")                                                                                                  \
  X(TO, "至", " to ")                                                                                                  \
  X(COLON, "：", ": ")                                                                                                 \
  X(SEMICOLON, "；", "; ")                                                                                             \
  X(STOP, "。", ". ")                                                                                                  \
  X(OPEN, "（", " (")                                                                                                  \
  X(CLOSE, "）", ")")                                                                                                  \
  X(DATA, "查看数据", "Show the data")                                                                                 \
  X(UNIT, "单位：", "Unit: ")                                                                                          \
  X(LIST_NOTE, "灰色数字为 %s% 置信区间。", "Grey numbers are %s% confidence intervals.")                              \
  X(SMALL_NOTE, "小字为 %s% 置信区间，无处可印的见数据。",                                                             \
    "Small numbers are %s% confidence intervals; those without room are with the data.")                               \
  X(ITEM, "项目", "Item")                                                                                              \
  X(VALUE, "数值", "Value")                                                                                            \
  X(SHARE, "占比", "Share")                                                                                            \
  X(EMPTY_TABLE, "（本表无数据行）", "(this table has no rows)")                                                       \
  X(EMPTY_FIGURE, "（本图无数据）", "(this figure has no data)")                                                       \
  X(NO_VALUE, "无法估计", "cannot be estimated")                                                                       \
  X(ACROSS_BREAK, "跨越序列中断，不作显著性判断", "across a break of the series, not tested")                          \
  X(MODEL_BASED, "含小域模型的估计", "holds a small-area estimate")                                                    \
  X(SUPPRESSED, "为避免识别个体而不公布", "not published, so that no one can be recognised")                           \
  X(SUPPRESSED_SHORT, "[c]：为避免识别个体而不公布。", "[c]: not published, so that no one can be recognised.")        \
  X(MISSING_SHORT, "[x]：无法获得或未能估计。", "[x]: not available.")                                                 \
  X(INAPPLICABLE_SHORT, "[z]：不适用。", "[z]: does not apply.")                                                       \
  X(SUPPRESSED_NOTE, "×：为避免识别个体而不公布。", "×: not published, so that no one can be recognised.")             \
  X(NO_ERROR_NOTE, "没有误差的数字：误差会泄露未公布的数字，故不公布。",                                               \
    "Numbers without an error: it would tell a number that is not published.")                                         \
  X(ONE_SIDED, "基期数字没有误差", "the earlier figure has no error")                                                  \
  X(OUTSIDE, "外部公布数", "printed outside figure")                                                                   \
  X(INTERVAL_BELOW, "估计值之下为其 %s% 置信区间。", "Below each estimate: its %s% confidence interval.")              \
  X(ERRORS_NOTE, "括号内为标准误。", "Standard errors in parentheses.")                                                \
  X(SE_NOTE, "", "s.e.: standard error. ")                                                                             \
  X(BASES_NOTE, "n 为未加权样本量。", "n: cases, unweighted.")                                                         \
  X(WHISKER_NOTE, "线段为 %s% 置信区间。", "Lines are %s% confidence intervals.")                                      \
  X(BAND_NOTE, "色带为 %s% 置信区间。", "Bands are %s% confidence intervals.")                                         \
  X(CENTRE, "基准 ", "As estimated: ")                                                                                 \
  X(UP_LEVEL, "增加", "rose by ")                                                                                      \
  X(UP_SHARE, "提高", "rose by ")                                                                                      \
  X(UP_GROWTH, "增长", "grew by ")                                                                                     \
  X(DOWN_LEVEL, "减少", "fell by ")                                                                                    \
  X(DOWN_SHARE, "下降", "fell by ")                                                                                    \
  X(CHANGED_BY, "变动", "changed by ")                                                                                 \
  X(LITTLE_CHANGED, "基本持平", "was little changed")                                                                  \
  X(ROSE, "上升", "rose")                                                                                              \
  X(FELL, "下降", "fell")                                                                                              \
  X(UNCHANGED, "持平", "was unchanged")                                                                                \
  X(NO_RANK, "有结果缺失或未公布，不能排序", "no order can be told, as a result is missing or not published")          \
  X(SIGNIFICANT, "显著", "significant")                                                                                \
  X(NOT_SIGNIFICANT, "不显著", "not significant")                                                                      \
  X(NOT_TESTED, "未作检验", "not tested")                                                                              \
  X(TEST_WITHHELD, "检验结果未公布", "test not published")                                                             \
  X(OTHERS, "总体", "everyone")                                                                                        \
  X(LIST_COMMA, "、", ", ")                                                                                            \
  X(LIST_AND, "和", " and ")                                                                                           \
  X(RANK_FIRST, "居首，为", " leads, at ")                                                                             \
  X(RANK_TOP, "位列前%s，分别为", " are the first %s, at ")                                                            \
  X(PARTS, "其中，", "of which ")                                                                                      \
  X(PARTS_COMMA, "，", ", ")                                                                                           \
  X(PARTS_IS, "", " ")                                                                                                 \
  X(PARTS_IS_OF_DIGIT, "为", " ")                                                                                      \
  X(PARTS_SHARE, "（占", " (")                                                                                         \
  X(PANEL_CLOSE, "关闭", "Close")                                                                                      \
  X(PANEL_BACK, "返回", "Back")                                                                                        \
  X(PANEL_QUESTION, "问题", "Question")                                                                                \
  X(PANEL_OF, "测量内容", "What is measured")                                                                          \
  X(PANEL_TERMS, "公式各项", "Terms of the formula")                                                                   \
  X(PANEL_WHERE, "范围", "Cases")                                                                                      \
  X(PANEL_GROUP, "群体定义", "Group")                                                                                  \
  X(PANEL_ESTIMATE, "估计值（全部精度）", "Estimate in full precision")                                                \
  X(PANEL_N, "样本量（未加权）", "Base n (unweighted)")                                                                \
  X(PANEL_N_EFF, "有效样本量", "Effective n")                                                                          \
  X(PANEL_DEFF, "设计效应", "Design effect")                                                                           \
  X(PANEL_DF, "自由度", "Degrees of freedom")                                                                          \
  X(PANEL_QUALITY, "质量标记", "Marks of quality")                                                                     \
  X(PANEL_VARIABLES, "变量", "Variables")                                                                              \
  X(PANEL_FILES, "数据文件", "Data")                                                                                   \
  X(PANEL_RUN, "运行", "Run")                                                                                          \
  X(PANEL_INPUTS, "输入指纹 (SHA-256)", "Fingerprint of the inputs (SHA-256)")                                         \
  X(PANEL_POINTS, "个百分点", "percentage points")                                                                     \
  X(PANEL_DEFINITIONS, "指标与口径定义", "Definitions")                                                                \
  X(WHAT_FORMULA, "公式", "Formula")                                                                                   \
  X(WHAT_BASE, "基数", "Base")                                                                                         \
  X(WHAT_METHOD, "方法", "Method")                                                                                     \
  X(WHAT_STEP, "步骤", "Step")                                                                                         \
  X(WHAT_RESULT, "结果", "Result")                                                                                     \
  X(OTHER_LANGUAGE, "English", "中文")                                                                                 \
  X(SKIP, "跳到正文", "Skip to the text")                                                                              \
  X(PUBLISHED_BY, "由 Shuxiao %s 生成", "Made with Shuxiao %s")

typedef enum sx_word {
#define SX_WORD_ENUM(name, zh, en) W_##name,
  SX_WORD_LIST(SX_WORD_ENUM)
#undef SX_WORD_ENUM
      W_COUNT
} sx_word;

const char *sx_report__word(sx_lang lang, sx_word word);
/* Verbs of change that stand in for ours: `name` is the Chinese or the English one of a row ("扩大", "widen"). False: no such verb; *nearest
 * the one that it may mean, or NULL. */
bool sx_report__verb(const char *out[2], sx_lang lang, const char *name, const char **nearest); /* up, down */
/* A reason of the store ("empty domain") in the report's language; an unknown one as it is. */
const char *sx_report__reason(sx_lang lang, const char *reason);

#endif
