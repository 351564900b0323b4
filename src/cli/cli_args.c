/* cli_args.c: options and their help. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const cli_option cli_common_options[] = {
    {"format", "table|csv|json|md", "form of the results (table)", "结果的格式（默认 table）"},
    {"lang", "zh|en", "language of messages (from LANG)", "提示信息的语言（默认随 LANG）"},
    {"threads", "N", "threads (one per core)", "线程数（默认每核一个）"},
    {"seed", "N", "seed of everything random", "随机数种子"},
    {"quiet", NULL, "no progress and no notes", "不显示进度和提示"},
    {"help", NULL, "this help", "显示本说明"},
};
const size_t cli_n_common_options = sizeof cli_common_options / sizeof *cli_common_options;

static const cli_option *find_option(const cli_command *command, const char *name, size_t n) {
  for (size_t i = 0; i < command->n_options; i++) {
    if (strlen(command->options[i].name) == n && memcmp(command->options[i].name, name, n) == 0)
      return &command->options[i];
  }
  for (size_t i = 0; i < cli_n_common_options; i++) {
    if (strlen(cli_common_options[i].name) == n && memcmp(cli_common_options[i].name, name, n) == 0)
      return &cli_common_options[i];
  }
  return NULL;
}

static int unknown_option(const cli_app *app, const cli_command *command, const char *word) {
  const char *names[CLI_MAX_WORDS];
  size_t n = 0;
  for (size_t i = 0; i < command->n_options && n < CLI_MAX_WORDS; i++) names[n++] = command->options[i].name;
  for (size_t i = 0; i < cli_n_common_options && n < CLI_MAX_WORDS; i++) names[n++] = cli_common_options[i].name;
  const char *near = sx_text_nearest(word + 2, names, n);
  if (near) return cli_usage(app, "%s has no option '%s': did you mean --%s?", command->name, word, near);
  return cli_usage(app, "%s has no option '%s': see shuxiao %s --help", command->name, word, command->name);
}

/* One wish, said twice, contradicts itself; lists may be given in pieces. */
static int check_again(const cli_args *out, const cli_app *app, const cli_option *option) {
  static const char *const pieces[] = {"rake", "poststratify", "totals", "contrast"};
  if (!option->value || !cli_value(out, option->name)) return CLI_OK;
  for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++)
    if (strcmp(option->name, pieces[k]) == 0) return CLI_OK;
  return cli_usage(app, "--%s is given twice: %s", option->name,
                   cli_text(app, "once only, several values in one list", "只能给出一次，多个值写在同一列表中"));
}

/* One "--name value", "--name=value" or "--flag" at argv[*i]. */
static int take_option(cli_args *out, const cli_app *app, const cli_command *command, int argc, char **argv, int *i) {
  const char *word = argv[*i];
  const char *equals = strchr(word, '=');
  const size_t n = equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;
  const cli_option *option = find_option(command, word + 2, n);
  if (!option) return unknown_option(app, command, word);
  const char *value = NULL;
  if (option->value && equals) {
    value = equals + 1;
  } else if (option->value) {
    if (*i + 1 >= argc) return cli_usage(app, "--%s needs a value: --%s %s", option->name, option->name, option->value);
    value = argv[++*i];
  } else if (equals) {
    return cli_usage(app, "--%s takes no value", option->name);
  }
  const int again = check_again(out, app, option);
  if (again != CLI_OK) return again;
  if (out->n_given == CLI_MAX_WORDS) return cli_usage(app, "too many options");
  out->given[out->n_given] = option;
  out->values[out->n_given++] = value;
  return CLI_OK;
}

static bool is_file(struct stat *out, const char *path) {
  return stat(path, out) == 0 && S_ISREG(out->st_mode);
}

/* What is written with -o may be none of the files that are read, under whatever name: they are data. */
static int check_output(const cli_args *args, const cli_app *app) {
  const char *output = cli_value(args, "output");
  struct stat to, from;
  if (!output || !is_file(&to, output)) return CLI_OK;
  for (size_t i = 0; i < args->n_words + args->n_given; i++) {
    const cli_option *option = i < args->n_words ? NULL : args->given[i - args->n_words];
    if (option && (!option->value || !strstr(option->value, "FILE") || strcmp(option->name, "output") == 0)) continue;
    const char *input = option ? args->values[i - args->n_words] : args->words[i];
    if (is_file(&from, input) && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
      return cli_usage(app, "%s: %s", output,
                       cli_text(app, "it is read by this command and would be overwritten: name another file with -o",
                                "本命令要读取该文件，写入会将其覆盖：请用 -o 指定另一个文件"));
  }
  return CLI_OK;
}

sx_status cli_make_folder(const cli_app *app, const char *path, sx_error *err) {
  struct stat info;
  char *copy = sx_mem_strdup(&app->ctx, path);
  sx_status status = copy ? SX_OK : sx_error_memory(err);
  for (char *at = copy; status == SX_OK && *at;) {
    do at++;
    while (*at && *at != '/');
    const char kept = *at;
    *at = '\0';
    if (mkdir(copy, 0777) != 0 && !(stat(copy, &info) == 0 && S_ISDIR(info.st_mode)))
      status = sx_error_set(err, SX_E_IO, copy, "the folder cannot be made: %s", strerror(errno));
    *at = kept;
  }
  sx_mem_free(&app->ctx, copy);
  return status;
}

/* The folder of what is written with -o is made before the work, which is lost where it cannot be. */
static int make_folder_of(const cli_args *args, const cli_app *app) {
  const char *output = cli_value(args, "output"), *slash = output ? strrchr(output, '/') : NULL;
  sx_error err = SX_ERROR_INIT;
  if (!slash || slash == output) return CLI_OK;
  char *folder = sx_mem_strndup(&app->ctx, output, (size_t)(slash - output));
  const sx_status status = folder ? cli_make_folder(app, folder, &err) : sx_error_memory(&err);
  sx_mem_free(&app->ctx, folder);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

int cli_parse(cli_args *out, const cli_app *app, const cli_command *command, int argc, char **argv) {
  bool only_words = false;
  out->command = command;
  char output_option[] = "--output", n_option[] = "--n";
  for (int i = 0; i < argc; i++) {
    if (!only_words && strcmp(argv[i], "--") == 0) {
      only_words = true;
    } else if (!only_words && strncmp(argv[i], "--", 2) == 0) {
      const int code = take_option(out, app, command, argc, argv, &i);
      if (code != CLI_OK) return code;
    } else if (!only_words && (strcmp(argv[i], "-o") == 0 || strcmp(argv[i], "-n") == 0)) {
      char *const spelled = argv[i][1] == 'o' ? output_option : n_option;
      argv[i] = spelled;
      const int code = take_option(out, app, command, argc, argv, &i);
      if (code != CLI_OK) return code;
    } else if (out->n_words == CLI_MAX_WORDS) {
      return cli_usage(app, "too many arguments");
    } else {
      out->words[out->n_words++] = argv[i];
    }
  }
  if (out->n_words < command->min_words || out->n_words > command->max_words) {
    return cli_usage(app, "usage: shuxiao %s %s", command->name, command->synopsis);
  }
  const int code = check_output(out, app);
  return code == CLI_OK ? make_folder_of(out, app) : code;
}

const char *cli_value(const cli_args *args, const char *name) {
  for (size_t i = args->n_given; i-- > 0;) {
    if (strcmp(args->given[i]->name, name) == 0) return args->values[i];
  }
  return NULL;
}

bool cli_flag(const cli_args *args, const char *name) {
  for (size_t i = 0; i < args->n_given; i++) {
    if (strcmp(args->given[i]->name, name) == 0) return true;
  }
  return false;
}

bool cli_number(double *out, const cli_app *app, const cli_args *args, const char *name) {
  const char *text = cli_value(args, name);
  if (!text) return true;
  if (sx_text_to_double(out, text, strlen(text))) return true;
  cli_usage(app, "--%s: '%s' is not a number", name, text);
  return false;
}

sx_status cli_split(const char *const **out, size_t *n, sx_arena *arena, const char *text, char separator,
                    sx_error *err) {
  size_t count = 1;
  for (const char *c = text; *c; c++) count += *c == separator;
  char *copy = sx_arena_strdup(arena, text);
  const char **pieces = sx_arena_alloc(arena, count, sizeof *pieces);
  if (!copy || !pieces) return sx_error_memory(err);
  for (size_t i = 0; i < count; i++) {
    char *end = strchr(copy, separator);
    if (end) *end = '\0';
    while (*copy == ' ') copy++;
    pieces[i] = copy;
    if (end) copy = end + 1;
  }
  *out = pieces;
  *n = count;
  return SX_OK;
}

static void print_option(const cli_app *app, const cli_option *option) {
  char head[64];
  snprintf(head, sizeof head, "--%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
  const char *help = cli_text(app, option->help_en, option->help_zh);
  if (strlen(head) > 26) {
    printf("  %s\n  %-26s %s\n", head, "", help);
  } else {
    printf("  %-26s %s\n", head, help);
  }
}

void cli_synopsis(char out[CLI_SYNOPSIS_MAX], const cli_app *app, const cli_command *command) {
  static const char word[] = "[options]";
  const char *at = strstr(command->synopsis, word);
  if (at) {
    snprintf(out, CLI_SYNOPSIS_MAX, "%.*s%s%s", (int)(at - command->synopsis), command->synopsis,
             cli_text(app, word, "[选项]"), at + sizeof word - 1);
  } else {
    snprintf(out, CLI_SYNOPSIS_MAX, "%s", command->synopsis);
  }
}

void cli_help(const cli_app *app, const cli_command *command) {
  char synopsis[CLI_SYNOPSIS_MAX];
  cli_synopsis(synopsis, app, command);
  printf("shuxiao %s %s\n\n%s\n", command->name, synopsis, cli_text(app, command->summary_en, command->summary_zh));
  if (command->detail_en) printf("\n%s\n", cli_text(app, command->detail_en, command->detail_zh));
  printf("\n");
  for (size_t i = 0; i < command->n_options; i++) print_option(app, &command->options[i]);
  for (size_t i = 0; i < cli_n_common_options; i++) print_option(app, &cli_common_options[i]);
  if (command->example) printf("\n%s\n  %s\n", cli_text(app, "Example:", "例："), command->example);
  printf(
      "\n%s\n",
      cli_text(app,
               "Exit: 0 ok, 1 failed, 2 usage or study file, 3 a publication gate failed, 4 internal, 130 interrupted.",
               "退出码：0 正常，1 失败，2 用法或研究文件有误，3 发布检查未通过，4 内部错误，130 被中断。"));
}
