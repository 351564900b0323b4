/* cli_synth.c: synthetic interviews from a declared model. */
#include "cli.h"

#include <string.h>

#include "shuxiao/synth.h"

static const cli_option synth_options[] = {
    {"n", "N", "interviews to make (30000)", "访问数（30000）"},
    {"output", "FILE", "where to, by its extension .sav .zsav .dta .csv .csv.gz (interviews.sav)",
     "输出文件，按扩展名 .sav .zsav .dta .csv .csv.gz 定格式（默认 interviews.sav）"},
};

static int run_synth(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_synth_model *model = NULL;
  const char *path = cli_value(args, "output"), *count = cli_value(args, "n");
  int64_t n = 30000;
  if (!path) path = "interviews.sav";
  if (count && (!sx_text_to_int64(&n, count, strlen(count)) || n < 1))
    return cli_usage(app, "-n: '%s' is not a number of interviews", count);
  sx_status status = sx_synth_load(&model, &app->ctx, args->words[0], &err);
  if (status == SX_OK) status = sx_synth_write(model, (size_t)n, app->ctx.seed, path, &err);
  sx_synth_free(model);
  cli_progress_end(app);
  if (status != SX_OK) return cli_fail(app, &err);
  cli_say(app, "%s: %lld %s", path, (long long)n, cli_text(app, "synthetic interviews", "条合成访问"));
  return CLI_OK;
}

const cli_command cli_synth_command = {
    .name = "synth",
    .synopsis = "MODEL.yaml [-n N] [--seed N] [-o FILE]",
    .summary_en = "synthetic interviews from a declared model",
    .summary_zh = "按声明的模型生成合成访问数据",
    .detail_en = "The same seed gives the same file on every x86-64 machine and with any number of threads. The file "
                 "says in its own\n"
                 "metadata that it is synthetic.",
    .detail_zh = "同一种子在任何 x86-64 机器上、用任何线程数都得到同样的文件。\n"
                 "文件在自身的元数据中注明为合成数据。",
    .example = "shuxiao synth studies/digital-consumption-2025h1/model.yaml -n 30000 --seed 1 -o interviews.sav",
    .options = synth_options,
    .n_options = sizeof synth_options / sizeof *synth_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_synth};
