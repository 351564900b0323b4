/* cli_banner.h: the tables of `tab --rows ... --cols ...`. */
#ifndef SX_CLI_BANNER_H
#define SX_CLI_BANNER_H

#include "cli.h"

/* Options of `tab` that belong to banner tables. */
#define CLI_BANNER_OPTIONS                                                                                              \
  {"rows", "LIST", "banner tables: questions (q1, q1-q40, q5_*, $set, grid(q7_*), mean(...), top2(...))",               \
   "横幅表的行：题目（q1、q1-q40、q5_*、$多选题组、grid(q7_*)、mean(...)、top2(...)）"},                                \
      {"cols", "EXPR", "their columns: 'total + sex + (urban > age3)' (total)",                                         \
       "列：'total + sex + (urban > age3)'（默认 total）"},                                                             \
      {"stats", "LIST", "col_pct, row_pct, total_pct, count, cases, se, n_eff, mean, median, top2, bottom2 (col_pct)",  \
       "统计量：col_pct、row_pct、total_pct、count、cases、se、n_eff、mean、median、top2、bottom2（默认 col_pct）"},    \
      {"net", "'{A: [1, 2]}'", "levels taken together", "合并项：若干取值合为一行"},                                    \
      {"sig", "PROFILE,WORD=VALUE",                                                                                     \
       "spss, displayr, waves, none; adjust=, upper=, lower=, min_base=, compare= (spss)",                              \
       "显著性：spss、displayr、waves、none；可加 adjust=、upper=、lower=、min_base=、compare=（默认 spss）"},          \
      {"quality", "WORD=VALUE",                                                                                         \
       "mark cells of low reliability: default, or min_n=, max_cv=, min_df=, min_n_eff=, standard=nchs",                \
       "标记可靠性较低的单元格：default，或 min_n=、max_cv=、min_df=、min_n_eff=、standard=nchs"},                      \
      {"previous", "FILE", "the earlier wave, for arrows", "上一期的数据文件，用于箭头"},                               \
      {"unit", "ID", "with --previous: what names a unit in both waves (else the waves are independent)",               \
       "与 --previous 同用：两期共用的单元编号（否则视两期为独立样本）"},                                               \
  {                                                                                                                     \
    "output", "FILE", "the book: .xlsx, .csv, .json or .md (-o)", "写出文件：.xlsx、.csv、.json 或 .md（-o）" \
  }

int cli_run_banner(cli_app *app, const cli_args *args);

#endif
