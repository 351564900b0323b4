/* cli_design.h: reading a file and its survey design from the options that several commands share. */
#ifndef SX_CLI_DESIGN_H
#define SX_CLI_DESIGN_H

#include "cli.h"
#include "shuxiao/design.h"
#include "shuxiao/io.h"

#define CLI_DESIGN_OPTIONS                                                                                             \
  {"weights", "W|none", "weight variable; 'none' is the only way to an unweighted estimate",                           \
   "权数变量；none 是不加权的唯一写法"},                                                                               \
      {"strata", "A", "stratum variable", "层变量"},                                                                   \
      {"cluster", "B,C", "cluster variables, first stage first", "群变量，第一阶段在前"},                              \
      {"nest", NULL, "cluster numbers start again in every stratum", "群号在各层内分别编号"},                          \
      {"fpc", "D", "population size of the stratum in PSUs, or sampling fraction", "层内初级单元总数，或抽样比"},      \
      {"lonely", "POLICY", "strata of one PSU: fail, remove, certainty, adjust, average (fail)",                       \
       "单 PSU 层的处理（默认 fail）"},                                                                                \
      {"repweights", "'w[1-80]'", "replicate weights: names or a pattern", "复制权数：变量名或模式"},                  \
      {"reptype", "TYPE", "BRR, Fay, JK1, JKn, bootstrap, SDR, other", "复制方法"},                                    \
      {"rho", "R", "Fay's coefficient", "Fay 系数"},                                                                   \
      {"scale", "S", "scale of the replicate variance (the type's own)", "复制方差的尺度（默认随方法）"},              \
      {"rscales", "a,b,...", "a factor per replicate (the type's own)", "各复制的系数（默认随方法）"},                 \
      {"mse", NULL, "centre replicates at the full-sample estimate", "以全样本估计为中心"},                            \
      {"missing", "a,b", "texts that stand for missing in delimited files", "分隔文件中表示缺失的文本"}, {             \
    "encoding", "NAME", "encoding of the file (detected)", "文件编码（默认自动识别）"                      \
  }

sx_status cli_read_table(sx_table **out, cli_app *app, const cli_args *args, const char *path, sx_error *err);
/* Stops with the guesses where no weights are given. */
sx_status cli_read_design(sx_design **out, cli_app *app, const cli_args *args, const sx_table *table, const char *path,
                          sx_arena *arena, sx_error *err);

#endif
