/* cli_design.h: reading a file and its survey design from the options that several commands share. */
#ifndef SX_CLI_DESIGN_H
#define SX_CLI_DESIGN_H

#include "cli.h"
#include "shuxiao/design.h"
#include "shuxiao/io.h"

/* How a file of data is read. */
#define CLI_READ_OPTIONS                                                                                               \
  {"encoding", "NAME", "encoding of the file (detected)", "文件编码（默认自动识别）"},                                 \
      {"sheet", "NAME", "sheet of a workbook (the first that is shown)", "工作簿中的工作表（默认第一个可见的表）"},    \
      {"format-in", "NAME", "format of the file (recognised): wjx, sss, csv, xlsx, sav, ...",                          \
       "文件格式（默认自动识别）：wjx、sss、csv、xlsx、sav 等"},                                                       \
      {"labels-from", "FILE", "the same answers exported as texts, which label the codes (format wjx)",                \
       "同一问卷按选项文本导出的文件，为编码提供标签（wjx 格式）"},                                                    \
  {                                                                                                                    \
    "data-file", "FILE", "data of a Triple-S definition (named in it, or beside it)",                                  \
        "Triple-S 定义所对应的数据文件（默认由定义给出，或同名）"                               \
  }

/* Their names, and that of the option beside them that declares missing values: for lists of options. */
#define CLI_READ_NAMES "missing", "encoding", "sheet", "format-in", "labels-from", "data-file"

#define CLI_DESIGN_OPTIONS                                                                                             \
  {"design", "FILE.yaml", "the design and weighting as the sections 'design', 'weighting' of a study file say",        \
   "研究文件格式的 design、weighting 部分：代替下列设计选项"},                                                         \
      {"weights", "W|none", "weight variable; 'none' is the only way to an unweighted estimate",                       \
       "权数变量；none 是不加权的唯一写法"},                                                                           \
      {"strata", "A,B", "stratum variables, first stage first; '-' for a stage without",                               \
       "层变量，第一阶段在前；- 表示该阶段无层"},                                                                      \
      {"cluster", "B,C", "cluster variables, first stage first", "群变量，第一阶段在前"},                              \
      {"nest", NULL, "cluster numbers start again in every stratum", "群号在各层内分别编号"},                          \
      {"fpc", "D,E", "per stage: units in the population, or sampling fraction", "各阶段的总体单元数或抽样比"},        \
      {"pps", "METHOD", "unequal probabilities without replacement: brewer, overton, hr, ht, yg, poisson",             \
       "不等概率不放回抽样的方差方法：brewer、overton、hr、ht、yg、poisson"},                                          \
      {"prob", "P", "inclusion probability of the PSU (with --pps); weights are its inverse",                          \
       "初级单元的入样概率（与 --pps 同用）；权数为其倒数"},                                                           \
      {"joint", "FILE", "matrix of joint probabilities for ht and yg, CSV without a head",                             \
       "ht 与 yg 的联合入样概率矩阵，无表头的 CSV 文件"},                                                              \
      {"psum", "S", "sum of squared probabilities over the population, for hr (estimated)",                            \
       "hr 所用的总体入样概率平方和（默认由样本估计）"},                                                               \
      {"make-reps", "TYPE", "make replicates: jk1, jkn, brr, fay, bootstrap, raowu, preston, sdr",                     \
       "生成复制权数：jk1、jkn、brr、fay、bootstrap、raowu、preston、sdr"},                                            \
      {"replicates", "R", "how many replicates to make (the method's own)", "复制个数（默认随方法）"},                 \
      {"lonely", "POLICY", "strata of one PSU: fail, remove, certainty, adjust, average (fail)",                       \
       "单 PSU 层的处理：fail、remove、certainty、adjust、average（默认 fail）"},                                      \
      {"repweights", "'w[1-80]'", "replicate weights: names or a pattern", "复制权数：变量名或模式"},                  \
      {"reptype", "TYPE", "BRR, Fay, JK1, JKn, bootstrap, SDR, other",                                                 \
       "复制方法：BRR、Fay、JK1、JKn、bootstrap、SDR、other"},                                                         \
      {"rep-factors", NULL, "the replicate columns are factors on the weight, not weights",                            \
       "复制列是乘在权数上的系数，而非完整权数"},                                                                      \
      {"rep-missing", "zero", "a missing replicate weight is 0 (half-sample files)",                                   \
       "缺失的复制权数按 0 计（半样本文件）"},                                                                         \
      {"rho", "R", "Fay's coefficient", "Fay 系数"},                                                                   \
      {"scale", "S", "scale of the replicate variance (the type's own)", "复制方差的尺度（默认随方法）"},              \
      {"rscales", "a,b,...", "a factor per replicate (the type's own)", "各复制的系数（默认随方法）"},                 \
      {"mse", NULL, "centre replicates at the full-sample estimate", "以全样本估计为中心"},                            \
      {"base-prob", "P1,P2", "in place of --weights: inclusion probabilities, stage by stage",                         \
       "代替 --weights：各阶段入样概率"},                                                                              \
      {"persons", "VAR|'VAR<=4'", "eligible persons in the household, of whom one is asked",                           \
       "户内合格人数（抽一人）"},                                                                                      \
      {"lines", "VAR|'VAR<=4'", "telephone lines or listings by which the case can be drawn", "电话线路数或名录重数"}, \
      {"frame", "VAR", "two overlapping frames in one file; strata are within frames",                                 \
       "同一文件中两个重叠的抽样框；层在各框之内"},                                                                    \
      {"overlap", "VAR", "with --frame: 1 where the other frame covers the case too",                                  \
       "与 --frame 同用：另一框也覆盖的样本为 1"},                                                                     \
      {"composition", "effective|LAMBDA|single:W", "with --frame: factor of the overlap (effective)",                  \
       "与 --frame 同用：重叠部分的组合系数（默认 effective）"},                                                       \
      {"phase2", "CONDITION", "two phases: the cases of the second; the other design options are the first's",         \
       "两相抽样：第二相的样本；其余设计选项属第一相"},                                                                \
      {"phase2-strata", "X,Y", "with --phase2: its strata, known for every case",                                      \
       "与 --phase2 同用：第二相的层，第一相全部样本已知"},                                                            \
      {"phase2-fpc", "F", "with --phase2: cases of the first phase in the stratum, or fraction (counted)",             \
       "与 --phase2 同用：层内第一相样本数，或抽样比（默认按样本计数）"},                                              \
      {"phase2-prob", "P", "with --phase2: probability of each case, drawn independently",                             \
       "与 --phase2 同用：各样本独立抽取的概率"},                                                                      \
      {"phase2-method", "full|approx", "with --phase2: joint probabilities of every pair (full)",                      \
       "与 --phase2 同用：方差按每对样本的联合概率（full，默认）或近似（approx）"},                                    \
      {"missing", "a,b", "texts that stand for missing in delimited files", "分隔文件中表示缺失的文本"},               \
      CLI_READ_OPTIONS

sx_status cli_read_table(sx_table **out, cli_app *app, const cli_args *args, const char *path, sx_error *err);
const char *cli_synthetic(const sx_table *table); /* how the data were made up, or NULL */
/* Stops with the guesses where no weights are given. With --design the file's derived variables are added to the table. */
sx_status cli_read_design(sx_design **out, cli_app *app, const cli_args *args, sx_table *table, const char *path,
                          sx_arena *arena, sx_error *err);

/* cli_study.c: FILE may be a study (.yaml, .yml): then its data, derived variables, design and weighting are used. Options that
 * describe a design contradict it: SX_E_ARGUMENT. */
bool cli_is_study(const char *path);
sx_status cli_read_study(sx_table **table, sx_design **design, cli_app *app, const cli_args *args, const char *path,
                         sx_error *err);

/* --design FILE: the `design`, `weighting` and `derived` of a study file on this table; options that describe a design contradict
 * it. */
sx_status cli_read_design_file(sx_design **out, const cli_args *args, sx_table *table, const char *path, sx_error *err);

/* cli_twophase.c: the design of --phase2; *out is left alone where it is not given. */
sx_status cli_read_twophase(sx_design **out, cli_app *app, const cli_args *args, const sx_table *table, sx_arena *arena,
                            sx_error *err);

/* cli_sampling.c: --fpc, --pps, --prob, --joint, --psum into the specification; --make-reps on the design. */
sx_status cli_read_sampling(sx_design_spec *spec, const cli_app *app, const cli_args *args, sx_arena *arena,
                            sx_error *err);
/* Warns where cases drawn with unequal probabilities have weights that are not proportional to their inverse. */
void cli_check_probabilities(const cli_app *app, const sx_table *table, const sx_design_spec *spec);
sx_status cli_make_replicates(sx_design **design, const cli_app *app, const cli_args *args, sx_error *err);

#endif
