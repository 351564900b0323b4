/* cli_run.c: run and check: the main job. */
#include "cli_audit.h"

#include <string.h>

static const cli_option run_options[] = {
    {"out", "DIR", "where the outputs go (out/ beside the study)", "输出目录（默认在研究文件旁的 out/）"},
    {"data", "DIR", "where the study's outside data are (the study's `root`)", "外部数据所在目录（即研究文件的 root）"},
    {"to", "FORMATS",
     "what to hand on: html,xlsx,banner,docx,pdf,csv,sdmx,json-stat,px,ddi,zip or all (the study's `outputs`)",
     "产出的格式：html、xlsx、banner、docx、pdf、csv、sdmx、json-stat、px、ddi、zip 或 all（默认按研究文件的 "
     "outputs）"},
    {"style", "STYLE", "house style of numbers: cn, uk, iso, or \"uk minus=hyphen\" (the study's `style`)",
     "数字的体例：cn、uk、iso，或 \"uk minus=hyphen\"（默认按研究文件的 style）"},
    {"explain", NULL, "print the plan, with what would be reused and why; run nothing",
     "打印计划及可复用的步骤，不运行"},
    {"force", NULL, "recompute everything", "全部重新计算"},
};
static const cli_option check_options[] = {
    {"data", "DIR", "where the study's outside data are (the study's `root`)", "外部数据所在目录（即研究文件的 root）"},
};

/* Shares of the time of the bundled study from nothing, all formats, on one thread. */
static const cli_stage stages[] = {
    {"generating", "generating interviews", "生成访问数据", 0.10},
    {"reading", "reading data", "读取数据", 0.02},
    {"weighting", "weighting", "加权", 0.02},
    {"estimating", "estimating", "估计", 0.18},
    {"accounts", "accounts and formulas", "核算与公式", 0.26},
    {"changes", "changes between waves", "各期变化", 0.16},
    {"disclosure", "disclosure control", "披露控制", 0.02},
    {"tables", "tables and figures", "表与图", 0.02},
    {"writing", "writing the outputs", "写出各种格式", 0.18},
    {"auditing", "auditing the report", "审核报告", 0.04},
};

static void say_problems(const cli_app *app, const sx_problems *problems) {
  for (size_t i = 0; i < problems->n; i++) {
    const sx_problem *p = &problems->items[i];
    cli_say(app, "%s: %s: %s", p->warning ? cli_text(app, "warning", "警告") : cli_text(app, "error", "错误"), p->where,
            p->message);
  }
}

/* Every problem is said; an error that is not among them (a file that cannot be read) is said once more. */
static int load(sx_study **study, cli_app *app, const cli_args *args, const sx_load_options *options) {
  sx_error err = SX_ERROR_INIT;
  sx_problems problems = {.ctx = app->ctx};
  const sx_status status = sx_study_load_with(study, &app->ctx, args->words[0], options, &problems, &err);
  cli_progress_end(app);
  say_problems(app, &problems);
  bool said = false;
  for (size_t i = 0; i < problems.n; i++) said |= !problems.items[i].warning;
  sx_problems_clear(&problems);
  if (status == SX_OK) return CLI_OK;
  if (!said) return cli_fail(app, &err);
  return CLI_USAGE;
}

static int explain(cli_app *app, const sx_study *study, const sx_run_options *options) {
  sx_error err = SX_ERROR_INIT;
  char *text = NULL;
  if (sx_study_explain(&text, study, options, &err) != SX_OK) return cli_fail(app, &err);
  fputs(text, stdout);
  sx_mem_free(&app->ctx, text);
  return CLI_OK;
}

/* Which files are those of the run before, and which were written. */
static void print_files(const cli_app *app, const sx_run_result *result) {
  const size_t written = result->n_files - result->n_files_kept;
  if (!result->n_files) return;
  printf(app->chinese ? "文件：         保留 %zu 个（内容来源未变且磁盘上完好），写出 %zu 个"
                      : "files:            %zu kept (made from the same, unaltered on the disk), %zu written",
         result->n_files_kept, written);
  if (written && result->n_files_kept) printf(": %s", result->files_written);
  putchar('\n');
  if (result->files_removed && *result->files_removed)
    printf("%s %s\n",
           cli_text(app, "no longer made:   the study makes these files no longer, they are removed:",
                    "不再生成：     研究不再生成以下文件，已删除："),
           result->files_removed);
  if (!result->files_stale || !*result->files_stale) return;
  printf("%s %s\n", cli_text(app, "of earlier runs: ", "早先运行的文件："), result->files_stale);
  puts(cli_text(app, "                  these files are not of this run: remove them, or make them anew with --to",
                "              以上文件不属于本次运行：请删除，或用 --to 重新生成"));
}

static void print_result(const cli_app *app, const sx_run_result *result) {
  if (result->skipped) {
    printf("%s: %s\n", cli_text(app, "skipped", "跳过"), result->skipped);
    return;
  }
  size_t reused = 0;
  double seconds = 0.0;
  for (size_t i = 0; i < result->n_steps; i++) {
    reused += result->steps[i].reused;
    seconds += result->steps[i].seconds;
  }
  printf("%s %lld: %zu %s, %zu %s, %.2f s\n", cli_text(app, "run", "运行"), (long long)result->run, result->n_steps,
         cli_text(app, "steps", "步"), reused, cli_text(app, "reused", "步复用"), seconds);
  if (result->report_zh) printf("%s %s\n", cli_text(app, "report (Chinese):", "报告（中文）："), result->report_zh);
  if (result->report_en) printf("%s %s\n", cli_text(app, "report (English):", "报告（英文）："), result->report_en);
  if (result->report_both) printf("%s %s\n", cli_text(app, "report (both):   ", "报告（中英）："), result->report_both);
  printf("%s %s\n", cli_text(app, "results:         ", "结果库：      "), result->store_path);
  print_files(app, result);
}

/* What must not be published was put aside: the numbers are told first, then where to look. */
static void say_refused(const cli_app *app, const sx_run_result *result) {
  cli_say(app, "%s",
          cli_text(app, "nothing is published: the files and results.db are as they were",
                   "没有发布：已公布的文件和结果库保持原样"));
  if (result->refused_lost)
    cli_say(app, "%s%s", cli_text(app, "what this run made could not be put aside: ", "本次运行的产出未能另存："),
            result->refused_lost);
  else
    cli_say(app, "%s%s", cli_text(app, "what this run made, to look at: ", "本次运行的产出（供查看）："),
            result->refused);
}

/* Whether the numbers are the results' is the gate. */
static int audit_result(cli_app *app, const sx_run_result *result) {
  const char *const pages[] = {result->report_zh, result->report_en, result->report_both};
  if (!result->skipped) sx_ctx_progress(&app->ctx, "auditing", 0, 0);
  if (result->refused && !result->traces) return CLI_GATE;
  return result->skipped ? CLI_OK : cli_audit_run(app, result->store_path, pages, 3, result->files, result->traces);
}

/* What a run that did not fail has come to. */
static int say_outcome(cli_app *app, const sx_run_result *result) {
  int code = CLI_GATE;
  if (result->n_open_results) {
    cli_say(app,
            app->chinese ? "保密：有 %zu 个敏感结果可由将公布的数字推出；什么都没有写出，已公布的文件和结果库保持原样"
                         : "disclosure: %zu sensitive results follow from what would be published; nothing is written, "
                           "the files and results.db are as they were",
            result->n_open_results);
  } else {
    app->ctx.cancelled = NULL; /* published, or refused: to be interrupted now would say that nothing had happened */
    if (!result->refused) print_result(app, result);
    code = audit_result(app, result);
  }
  if (result->n_failed_rules) {
    cli_say(
        app,
        app->chinese
            ? "数据校验：%zu 条错误级规则未通过，见附录或 shuxiao validate；请修正数据，或将其 severity 改为 warning"
            : "checks of the data: %zu rules of severity error do not hold (annex rules, shuxiao "
              "validate); mend the data, or make them warnings (severity)",
        result->n_failed_rules);
    code = code == CLI_OK ? CLI_GATE : code;
  }
  if (result->refused) say_refused(app, result);
  return code;
}

static int run_study(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  options.out_dir = cli_value(args, "out");
  options.force = cli_flag(args, "force");
  options.audit = true;
  options.outputs = cli_value(args, "to");
  cli_progress_stages(app, stages, sizeof stages / sizeof *stages);
  const sx_load_options how = {.version = 1,
                               .data_dir = cli_value(args, "data"),
                               .style = cli_value(args, "style"),
                               .again = !options.force,
                               .out_dir = options.out_dir};
  int code = load(&study, app, args, &how);
  if (code == CLI_OK && cli_flag(args, "explain")) {
    code = explain(app, study, &options);
  } else if (code == CLI_OK) {
    const sx_status status = sx_study_run(&result, study, &options, &err);
    cli_progress_end(app);
    code = status == SX_OK ? say_outcome(app, result) : cli_fail(app, &err);
  }
  sx_run_result_free(result);
  sx_study_free(study);
  return code;
}

static int run_check(cli_app *app, const cli_args *args) {
  sx_study *study = NULL;
  const sx_load_options how = {.version = 1, .data_dir = cli_value(args, "data")};
  const int code = load(&study, app, args, &how);
  if (code == CLI_OK) printf("%s: %s\n", args->words[0], cli_text(app, "no errors", "没有错误"));
  sx_study_free(study);
  return code;
}

const cli_command cli_run_command = {
    .name = "run",
    .synopsis = "STUDY.yaml [options]",
    .summary_en = "the main job: a study file to a finished report",
    .summary_zh = "主要工作：从研究文件到成稿报告",
    .detail_en =
        "The study is checked whole before anything runs. What has not changed since the last run is reused,\n"
        "by content and never by file time. Results go to results.db, the report to report.zh.html and "
        "report.en.html\n"
        "(and report.zh-en.html where the study asks for both side by side).\n"
        "Then every number of the report is traced to its result (shuxiao audit): exit 3 where one differs or "
        "is typed,\nor a rule of the data does not hold; nothing is published then, and what was made lies in the "
        "outputs' folder refused.",
    .detail_zh =
        "先检查整个研究文件，然后才运行。上次运行以来没有变化的部分直接复用，\n"
        "依据是内容，而不是文件时间。结果写入 results.db，报告写入 report.zh.html 和 report.en.html"
        "（要求两种语言并排时另有 report.zh-en.html）。\n"
        "最后把报告中的每个数字追溯到其结果（shuxiao audit）：有不一致或手写的数字，或数据规则不成立时，退出码为 "
        "3，\n不作发布，产出另存于输出目录下的 refused。",
    .example = "shuxiao run studies/digital-consumption-2025h1/study.yaml",
    .options = run_options,
    .n_options = sizeof run_options / sizeof *run_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_study};

const cli_command cli_check_command = {
    .name = "check",
    .synopsis = "STUDY.yaml [options]",
    .summary_en = "the whole study checked, nothing run",
    .summary_zh = "检查整个研究文件，不运行",
    .detail_en = "Every problem is printed with its line and column and, for a misspelt word, the nearest known one.",
    .detail_zh = "每个问题都给出行和列；拼错的词给出最接近的已知词。",
    .example = "shuxiao check studies/digital-consumption-2025h1/study.yaml",
    .options = check_options,
    .n_options = sizeof check_options / sizeof *check_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_check};
