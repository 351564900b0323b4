/* cli_man.c: the manual pages, written from the same tables as --help: one source for what a command takes. */
#include <ctype.h>
#include <string.h>

#include "cli.h"

/* Text of a line: what roff would take for a request or an escape is shielded, hyphens stay hyphens. */
static void put_text(const char *text, bool at_start) {
  for (const char *c = text; *c; c++) {
    if (at_start && (*c == '.' || *c == '\'')) fputs("\\&", stdout);
    at_start = *c == '\n';
    if (*c == '\\') {
      fputs("\\e", stdout);
    } else if (*c == '-') {
      fputs("\\-", stdout);
    } else if (*c == '`') {
      fputs("\\(ga", stdout);
    } else if (*c == '^') {
      fputs("\\(ha", stdout);
    } else if (*c == '~') {
      fputs("\\(ti", stdout);
    } else if (*c == '\'') {
      fputs("\\(aq", stdout);
    } else {
      putchar(*c);
    }
  }
}

/* Lines are filled; an empty one begins a paragraph, one that begins with a blank stays a line. */
static void put_paragraphs(const char *text) {
  bool fresh = true;
  for (const char *at = text; *at;) {
    const char *end = strchr(at, '\n');
    const size_t n = end ? (size_t)(end - at) : strlen(at);
    char line[1024];
    snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), at);
    if (n == 0) {
      if (!fresh) puts(".PP");
      fresh = true;
    } else {
      if (!fresh && line[0] == ' ') puts(".br");
      put_text(line + strspn(line, " "), true);
      putchar('\n');
      fresh = false;
    }
    at += n + (end != NULL);
  }
}

static void section(const cli_app *app, const char *en, const char *zh) {
  printf(".SH \"%s\"\n", cli_text(app, en, zh));
}

static void put_head(const cli_app *app, const char *name, const char *summary) {
  char upper[80] = "SHUXIAO";
  if (name) {
    snprintf(upper, sizeof upper, "SHUXIAO\\-%s", name);
    for (char *c = upper; *c; c++) *c = (char)toupper((unsigned char)*c);
  }
  printf(".\\\" %s\n.TH \"%s\" \"1\" \"\" \"Shuxiao %s\" \"%s\"\n",
         "Written by shuxiao help --man from its own tables.", upper, sx_version(), cli_text(app, "Shuxiao", "数消"));
  if (app->chinese) puts(".ad l\n.nh"); /* blanks are too few to stretch */
  section(app, "NAME", "名称");
  printf("shuxiao%s%s \\- ", name ? "\\-" : "", name ? name : "");
  put_text(summary, false);
  putchar('\n');
}

static void put_option(const cli_app *app, const cli_option *option) {
  printf(".TP\n\\fB\\-\\-");
  put_text(option->name, false);
  fputs("\\fR", stdout);
  if (option->value) {
    fputs(" \\fI", stdout);
    put_text(option->value, false);
    fputs("\\fR", stdout);
  }
  putchar('\n');
  put_text(cli_text(app, option->help_en, option->help_zh), true);
  putchar('\n');
}

static void put_status(const cli_app *app) {
  static const struct {
    int code;
    const char *en, *zh;
  } codes[] = {
      {CLI_OK, "all is well", "正常"},
      {CLI_FAILED, "the data, the statistics or a file failed", "数据、统计或读写失败"},
      {CLI_USAGE, "the command line or the study file is wrong; nothing was run", "用法或研究文件有误，未运行"},
      {CLI_GATE, "the outputs are complete, but a publication gate failed", "输出完整，但发布检查未通过"},
      {CLI_INTERNAL, "an internal error", "内部错误"},
      {CLI_INTERRUPTED, "interrupted", "被中断"}};
  section(app, "EXIT STATUS", "退出码");
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    printf(".TP\n%d\n%s\n", codes[i].code, cli_text(app, codes[i].en, codes[i].zh));
}

void cli_man(const cli_app *app, const cli_command *command) {
  put_head(app, command->name, cli_text(app, command->summary_en, command->summary_zh));
  section(app, "SYNOPSIS", "用法");
  fputs("\\fBshuxiao ", stdout);
  put_text(command->name, false);
  fputs("\\fR ", stdout);
  char synopsis[CLI_SYNOPSIS_MAX];
  cli_synopsis(synopsis, app, command);
  put_text(synopsis, false);
  putchar('\n');
  if (command->detail_en) {
    section(app, "DESCRIPTION", "说明");
    put_paragraphs(cli_text(app, command->detail_en, command->detail_zh));
  }
  section(app, "OPTIONS", "选项");
  for (size_t i = 0; i < command->n_options; i++) put_option(app, &command->options[i]);
  for (size_t i = 0; i < cli_n_common_options; i++) put_option(app, &cli_common_options[i]);
  if (command->example) {
    section(app, "EXAMPLE", "例");
    puts(".EX");
    put_text(command->example, true);
    puts("\n.EE");
  }
  put_status(app);
  section(app, "SEE ALSO", "另见");
  puts("\\fBshuxiao\\fR(1)");
}

void cli_man_overview(const cli_app *app, const cli_command *const *commands, size_t n) {
  put_head(app, NULL,
           cli_text(app, "survey estimates with their errors, from interviews to the finished report",
                    "从访问数据到成稿报告，每个估计都带误差"));
  section(app, "SYNOPSIS", "用法");
  printf("\\fBshuxiao\\fR \\fI%s\\fR [%s]\n", cli_text(app, "COMMAND", "命令"), cli_text(app, "arguments", "参数"));
  section(app, "COMMANDS", "命令");
  for (size_t i = 0; i < n; i++) {
    fputs(".TP\n\\fBshuxiao\\-", stdout);
    put_text(commands[i]->name, false);
    puts("\\fR(1)");
    put_text(cli_text(app, commands[i]->summary_en, commands[i]->summary_zh), true);
    putchar('\n');
  }
  section(app, "ENVIRONMENT", "环境变量");
  puts(".TP\nLC_ALL, LC_MESSAGES, LANG");
  puts(cli_text(
      app, "the language of messages, unless \\fB\\-\\-lang\\fR says it: Chinese where it begins with zh, else English",
      "提示信息的语言（\\fB\\-\\-lang\\fR 优先）：以 zh 开头为中文，否则为英文"));
  put_status(app);
}
