/* cli_new.c: a study to start from. */
#include "cli.h"

static const cli_option new_options[] = {
    {"from", "FILE", "the data file that the study is to be about", "研究所用的数据文件"},
};

static int run_new(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  const char *dir = args->words[0];
  if (sx_study_new(&app->ctx, dir, cli_value(args, "from"), &err) != SX_OK) {
    if (err.status == SX_E_PARSE) err.status = SX_E_DATA; /* the data file is damaged: a failure, not usage */
    return cli_fail(app, &err);
  }
  printf("%s/study.yaml\n", dir);
  cli_note(app, "%s",
           cli_text(app, "Look through the lines marked '# confirm', then:", "请核对标有“# confirm”的各行，然后："));
  cli_note(app, "  shuxiao check %s/study.yaml\n  shuxiao run %s/study.yaml", dir, dir);
  return CLI_OK;
}

const cli_command cli_new_command = {
    .name = "new",
    .synopsis = "DIR [--from FILE]",
    .summary_en = "a commented study to start from, its guesses marked '# confirm'",
    .summary_zh = "生成带注释的研究文件，猜测处标“# confirm”",
    .detail_en =
        "Looks at the variables of FILE and writes DIR/study.yaml and DIR/narrative/: design variables are guessed "
        "from names,\n"
        "labels and values, indicators proposed from what the variables look like. Nothing existing is overwritten.",
    .detail_zh = "查看 FILE 中的变量，写出 DIR/study.yaml 和 DIR/narrative/：设计变量由变量名、标签和取值猜测，\n"
                 "指标按变量的类型拟定。已有的文件不会被覆盖。",
    .example = "shuxiao new my-study --from my-survey.sav",
    .options = new_options,
    .n_options = 1,
    .min_words = 1,
    .max_words = 1,
    .run = run_new};
