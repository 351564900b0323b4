/* cli_synth.c: synthetic interviews from a declared model. */
#include "cli.h"

#include <string.h>

#include "shuxiao/synth.h"

static const cli_option synth_options[] = {
    {"n", "N", "interviews to make (30000)", "访问数（30000）"},
    {"wave", "ID", "a wave that the model declares under 'waves'", "模型在 waves 下声明的某一期"},
    {"panel", "SEED", "persons of an earlier sample with this seed are interviewed again",
     "再次访问以此种子生成的上一期样本中的人"},
    {"panel-n", "N", "interviews of the earlier sample (as -n)", "上一期的访问数（默认同 -n）"},
    {"share", "P", "share of each stratum that is interviewed again (0.5)", "各层中再次访问者的比例（0.5）"},
    {"stay", "P", "chance that an answer keeps its draw (0.5)", "回答沿用上一期随机数的概率（0.5）"},
    {"output", "FILE", "where to, by its extension .sav .zsav .dta .csv .csv.gz (interviews.sav)",
     "输出文件，按扩展名 .sav .zsav .dta .csv .csv.gz 定格式（默认 interviews.sav）"},
};

static bool share_of(double *out, const cli_args *args, const char *option) {
  const char *text = cli_value(args, option);
  *out = 0.5;
  return !text || (sx_text_to_double(out, text, strlen(text)) && *out >= 0 && *out <= 1);
}

/* The earlier sample; true where the options are right. */
static bool read_panel(cli_app *app, sx_synth_panel *panel, const cli_args *args, int64_t n) {
  const char *seed = cli_value(args, "panel"), *count = cli_value(args, "panel-n");
  int64_t number = 0;
  if (!seed) {
    static const char *const rest[] = {"panel-n", "share", "stay"};
    for (size_t i = 0; i < 3; i++)
      if (cli_value(args, rest[i])) return cli_usage(app, "--%s goes with --panel SEED", rest[i]), false;
    return true;
  }
  if (!sx_text_to_int64(&number, seed, strlen(seed)) || number < 0)
    return cli_usage(app, "--panel: '%s' is not a seed", seed), false;
  if (count && (!sx_text_to_int64(&n, count, strlen(count)) || n < 1))
    return cli_usage(app, "--panel-n: '%s' is not a number of interviews", count), false;
  *panel = (sx_synth_panel){.seed = (uint64_t)number, .n = (size_t)n};
  if (!share_of(&panel->share, args, "share")) return cli_usage(app, "--share is between 0 and 1"), false;
  if (!share_of(&panel->stay, args, "stay")) return cli_usage(app, "--stay is between 0 and 1"), false;
  return true;
}

static int run_synth(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_synth_model *model = NULL;
  const char *path = cli_value(args, "output"), *count = cli_value(args, "n");
  int64_t n = 30000;
  if (!path) path = "interviews.sav";
  if (count && (!sx_text_to_int64(&n, count, strlen(count)) || n < 1))
    return cli_usage(app, "-n: '%s' is not a number of interviews", count);
  sx_synth_sample sample = {.n = (size_t)n, .seed = app->ctx.seed};
  if (!read_panel(app, &sample.panel, args, n)) return CLI_USAGE;
  sx_status status = sx_synth_load_wave(&model, &app->ctx, args->words[0], cli_value(args, "wave"), &err);
  if (status == SX_OK) status = sx_synth_write(model, &sample, path, &err);
  sx_synth_free(model);
  cli_progress_end(app);
  if (status != SX_OK) return cli_fail(app, &err);
  cli_note(app, "%s: %lld %s", path, (long long)n, cli_text(app, "synthetic interviews", "条合成访问"));
  return CLI_OK;
}

const cli_command cli_synth_command = {
    .name = "synth",
    .synopsis = "MODEL.yaml [-n N] [--seed N] [--wave ID] [--panel SEED] [-o FILE]",
    .summary_en = "synthetic interviews from a declared model",
    .summary_zh = "按声明的模型生成合成访问数据",
    .detail_en =
        "The same seed gives the same file on every x86-64 machine and with any number of threads. The file "
        "says in its own\n"
        "metadata that it is synthetic. With --panel a part of each stratum are persons of an earlier sample, with\n"
        "their number in 'id' kept: two waves that overlap.",
    .detail_zh = "同一种子在任何 x86-64 机器上、用任何线程数都得到同样的文件。\n"
                 "文件在自身的元数据中注明为合成数据。用 --panel 时，每层有一部分人来自上一期样本，\n"
                 "编号不变：由此得到部分重叠的两期。",
    .example = "shuxiao synth studies/digital-consumption-2025h1/model.yaml -n 30000 --seed 1 -o interviews.sav",
    .options = synth_options,
    .n_options = sizeof synth_options / sizeof *synth_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_synth};
