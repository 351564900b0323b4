/* cli_main.c: finds the command and runs it. */
#include "cli.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static const cli_command *const commands[] = {
    &cli_run_command,    &cli_check_command,    &cli_new_command,     &cli_plan_command,       &cli_describe_command,
    &cli_mean_command,   &cli_total_command,    &cli_prop_command,    &cli_ratio_command,      &cli_quantile_command,
    &cli_banded_command, &cli_tab_command,      &cli_moment_command,  &cli_inequality_command, &cli_poverty_command,
    &cli_area_command,   &cli_compare_command,  &cli_weight_command,  &cli_response_command,   &cli_convert_command,
    &cli_synth_command,  &cli_audit_command,    &cli_diff_command,    &cli_revisions_command,  &cli_balance_command,
    &cli_ras_command,    &cli_validate_command, &cli_protect_command, &cli_refill_command,     &cli_doctor_command,
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

/* Ctrl-C asks the library to stop at its next block of work; a second one ends the program at once. */
static volatile sig_atomic_t interrupted;
static void on_interrupt(int signal_number) {
  if (interrupted) _exit(128 + signal_number);
  interrupted = 1;
}
static bool is_cancelled(void *data) {
  (void)data;
  return interrupted != 0;
}

static void overview(const cli_app *app) {
  printf("%s\n\n", cli_text(app, "shuxiao: survey estimates with their errors, from interviews to the finished report",
                            "shuxiao（数消）：从访问数据到成稿报告，每个估计都带误差"));
  printf("%s\n\n", cli_text(app, "usage: shuxiao COMMAND [arguments]", "用法：shuxiao 命令 [参数]"));
  for (size_t i = 0; i < N_COMMANDS; i++) {
    printf("  %-10s %s\n", commands[i]->name, cli_text(app, commands[i]->summary_en, commands[i]->summary_zh));
  }
  printf("\n%s\n",
         cli_text(app, "shuxiao COMMAND --help tells more of each.", "shuxiao 命令 --help 给出该命令的说明。"));
}

static const cli_command *find_command(const char *name) {
  for (size_t i = 0; i < N_COMMANDS; i++) {
    if (strcmp(commands[i]->name, name) == 0) return commands[i];
  }
  return NULL;
}

static int unknown_command(const cli_app *app, const char *name) {
  const char *names[N_COMMANDS];
  for (size_t i = 0; i < N_COMMANDS; i++) names[i] = commands[i]->name;
  const char *near = sx_text_nearest(name, names, N_COMMANDS);
  return cli_usage(app, near ? "unknown command '%s': did you mean '%s'?" : "unknown command '%s': see shuxiao --help",
                   name, near);
}

/* help COMMAND; help --man [COMMAND]: its manual page; help --commands: their names, a line each. */
static int help(const cli_app *app, int argc, char **argv) {
  bool man = false, names = false;
  const char *word = NULL;
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--man") == 0) {
      man = true;
    } else if (strcmp(argv[i], "--commands") == 0) {
      names = true;
    } else if (strncmp(argv[i], "--lang", 6) == 0) {
      i += argv[i][6] == '\0'; /* read already */
    } else if (!word) {
      word = argv[i];
    }
  }
  const cli_command *command = word ? find_command(word) : NULL;
  if (word && !command) return unknown_command(app, word);
  for (size_t i = 0; names && i < N_COMMANDS; i++) puts(commands[i]->name);
  if (names) return CLI_OK;
  if (man && command) {
    cli_man(app, command);
  } else if (man) {
    cli_man_overview(app, commands, N_COMMANDS);
  } else if (command) {
    cli_help(app, command);
  } else {
    overview(app);
  }
  return CLI_OK;
}

static int run_command(cli_app *app, int argc, char **argv) {
  if (argc < 2) {
    overview(app);
    return CLI_USAGE;
  }
  if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
    return help(app, argc, argv);
  if (strcmp(argv[1], "--version") == 0) {
    printf("shuxiao %s\n", sx_version());
    return CLI_OK;
  }
  const cli_command *command = find_command(argv[1]);
  if (!command) return unknown_command(app, argv[1]);
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      cli_help(app, command);
      return CLI_OK;
    }
  }
  cli_args args = {.n_words = 0};
  const int usage = cli_parse(&args, app, command, argc - 2, argv + 2);
  return usage == CLI_OK ? command->run(app, &args) : usage;
}

/* A run takes and gives back vectors over all cases thousands of times: kept by the process, they need not be cleared by the system anew. */
static void keep_memory(void) {
#ifdef __GLIBC__
  (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
  (void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
  (void)mallopt(M_TOP_PAD, 16 << 20);
#endif
}

int main(int argc, char **argv) {
  keep_memory();
  struct sigaction action = {.sa_handler = on_interrupt};
  sigaction(SIGINT, &action, NULL);
  cli_app app;
  if (cli_app_init(&app, argc, argv) != SX_OK) return CLI_USAGE;
  app.ctx.cancelled = is_cancelled;
  int code = run_command(&app, argc, argv);
  cli_progress_end(&app);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    cli_say(&app, "shuxiao: stdout: the output could not be written");
    if (code == CLI_OK) code = CLI_FAILED;
  }
  cli_app_clear(&app);
  return code;
}
