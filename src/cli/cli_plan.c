/* cli_plan.c: a study's plan from an Excel workbook to a study file and back, and the template. */
#include <string.h>

#include "cli.h"

static const cli_option plan_options[] = {
    {"template", NULL, "an empty plan with instructions, in the place of FILE", "生成带说明的空白方案（不用 FILE）"},
    {"output", "FILE", "where to: .xlsx or .yaml; a YAML goes to stdout where left out",
     "输出文件：.xlsx 或 .yaml；YAML 省略时写到标准输出"},
};

static bool is_book(const char *path) {
  const size_t n = strlen(path);
  return n > 5 && (strcmp(path + n - 5, ".xlsx") == 0 || strcmp(path + n - 5, ".xlsm") == 0);
}

static int run_plan(cli_app *app, const cli_args *args) {
  const char *from = args->n_words ? args->words[0] : NULL, *to = cli_value(args, "output");
  const bool template = cli_flag(args, "template"), to_book = template || (from && !is_book(from));
  if (template == (from != NULL))
    return cli_usage(app, "give a plan or a study file: shuxiao plan plan.xlsx -o study.yaml; or --template alone");
  if (to_book && (!to || !is_book(to))) return cli_usage(app, "--output: the plan is a workbook: name a .xlsx");
  if (!to_book && to && is_book(to)) return cli_usage(app, "--output: '%s' is a workbook already", from);
  sx_error err = SX_ERROR_INIT;
  sx_buf out;
  sx_buf_init(&out, &app->ctx);
  sx_status status = to_book ? sx_study_plan_book(&out, &app->ctx, from, app->chinese ? SX_LANG_ZH : SX_LANG_EN, &err)
                             : sx_study_plan_yaml(&out, &app->ctx, from, &err);
  if (status == SX_OK && to)
    status = sx_file_write(&app->ctx, to, out.data ? out.data : "", out.n, &err);
  else if (status == SX_OK && out.n)
    fwrite(out.data, 1, out.n, stdout);
  sx_buf_clear(&out);
  if (status != SX_OK) return cli_fail(app, &err);
  if (to) cli_note(app, "%s", to);
  return CLI_OK;
}

const cli_command cli_plan_command = {
    .name = "plan",
    .synopsis = "FILE [-o FILE]",
    .summary_en = "a study's plan as an Excel workbook: to a study file, from one, or a template",
    .summary_zh = "研究方案的 Excel 工作簿：转成研究文件、由研究文件生成、或空白模板",
    .detail_en = "A workbook with the sheets study, variables, values, indicators, tables ... stands wherever a study "
                 "file does:\n"
                 "shuxiao run plan.xlsx. This command makes one (--template, or from a study file) and turns one into "
                 "YAML.\n"
                 "docs/plan-workbook.md says what the sheets hold; --lang says what they are called.",
    .detail_zh = "含有研究、变量、取值、指标、表等工作表的工作簿可用在任何需要研究文件的地方：shuxiao run plan.xlsx。\n"
                 "本命令生成这样的工作簿（--template，或由研究文件），也把它转成 YAML。\n"
                 "各表内容见 docs/plan-workbook.md；--lang 决定工作表和列名的语言。",
    .example = "shuxiao plan --template -o plan.xlsx",
    .options = plan_options,
    .n_options = sizeof plan_options / sizeof *plan_options,
    .min_words = 0,
    .max_words = 1,
    .run = run_plan};
