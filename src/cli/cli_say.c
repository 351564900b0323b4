/* cli_say.c: messages and progress on stderr, the language, the context of a run. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct cli_progress {
  struct timespec start;
  char stage[96];
  bool drawn, quiet;
};

/* A bar appears only where work has taken this long, and is redrawn no more often than every tenth of a second. */
static const double show_after_seconds = 1.0;

static double seconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

static void clear_line(struct cli_progress *p) {
  if (p->drawn) fputs("\r\033[K", stderr);
  p->drawn = false;
}

static void on_progress(void *data, const char *stage, uint64_t done, uint64_t total) {
  cli_app *app = data;
  struct cli_progress *p = app->progress;
  if (!p || p->quiet || !app->terminal) return;
  if (strncmp(p->stage, stage, sizeof p->stage - 1) != 0) {
    snprintf(p->stage, sizeof p->stage, "%s", stage);
    clock_gettime(CLOCK_MONOTONIC, &p->start);
    clear_line(p);
  }
  const double seconds = seconds_since(&p->start);
  if (seconds < show_after_seconds) return;
  if (total == 0) {
    fprintf(stderr, "\r\033[K%s  %llu  %.0f s", stage, (unsigned long long)done, seconds);
  } else {
    const double share = (double)done / (double)total;
    const int filled = (int)(share * 30.0);
    const double left = share > 0 ? seconds / share - seconds : 0;
    fprintf(stderr, "\r\033[K%s  [%.*s%.*s] %3.0f%%  %.0f s left", stage, filled, "##############################",
            30 - filled, "..............................", 100.0 * share, left);
  }
  p->drawn = true;
}

static void on_note(void *data, sx_severity severity, const char *where, const char *message) {
  cli_app *app = data;
  if (app->progress && app->progress->quiet) return;
  if (app->progress) clear_line(app->progress);
  const char *kind = severity == SX_SEV_WARNING ? cli_text(app, "warning", "警告") : cli_text(app, "note", "提示");
  fprintf(stderr, "%s: %s%s%s\n", kind, where ? where : "", where && *where ? ": " : "", message);
}

static const char *raw_value(int argc, char **argv, const char *name) {
  const size_t n = strlen(name);
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], name) == 0 && i + 1 < argc) return argv[i + 1];
    if (strncmp(argv[i], name, n) == 0 && argv[i][n] == '=') return argv[i] + n + 1;
  }
  return NULL;
}

static bool wants_chinese(const char *lang) {
  if (lang) return strcmp(lang, "zh") == 0;
  const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  for (size_t i = 0; i < 3; i++) {
    const char *value = getenv(variables[i]);
    if (value && *value) return strncmp(value, "zh", 2) == 0;
  }
  return false;
}

static const char *pick_format(const char *format) {
  static const char *const known[] = {"table", "csv", "json", "md"};
  for (size_t i = 0; i < 4; i++) {
    if (strcmp(format, known[i]) == 0) return known[i];
  }
  return NULL;
}

/* The common options are looked up before the command is known, since its messages already depend on them. */
sx_status cli_app_init(cli_app *app, int argc, char **argv) {
  *app = (cli_app){.ctx = SX_CTX_INIT, .format = "table"};
  app->chinese = wants_chinese(raw_value(argc, argv, "--lang"));
  app->terminal = isatty(STDERR_FILENO) != 0;
  const char *format = raw_value(argc, argv, "--format");
  if (format && !(app->format = pick_format(format))) {
    cli_usage(app, "--format: '%s' is not one of table, csv, json, md", format);
    return SX_E_ARGUMENT;
  }
  int64_t number = 0;
  const char *threads = raw_value(argc, argv, "--threads");
  if (threads) {
    if (!sx_text_to_int64(&number, threads, strlen(threads)) || number < 1 || number > 1024) {
      cli_usage(app, "--threads: '%s' is not a number of threads (1 to 1024)", threads);
      return SX_E_ARGUMENT;
    }
    app->ctx.n_threads = (int)number;
  }
  const char *seed = raw_value(argc, argv, "--seed");
  if (seed) {
    if (!sx_text_to_int64(&number, seed, strlen(seed)) || number < 0) {
      cli_usage(app, "--seed: '%s' is not a whole number", seed);
      return SX_E_ARGUMENT;
    }
    app->ctx.seed = (uint64_t)number;
  }
  app->progress = calloc(1, sizeof *app->progress);
  if (!app->progress) return SX_E_MEMORY;
  for (int i = 1; i < argc; i++) app->progress->quiet |= strcmp(argv[i], "--quiet") == 0;
  app->ctx.data = app;
  app->ctx.progress = on_progress;
  app->ctx.note = on_note;
  return SX_OK;
}

void cli_app_clear(cli_app *app) {
  free(app->progress);
  app->progress = NULL;
}

void cli_progress_end(cli_app *app) {
  if (app->progress) clear_line(app->progress);
}

const char *cli_text(const cli_app *app, const char *en, const char *zh) {
  return app->chinese && zh ? zh : en;
}

static void say(const cli_app *app, const char *fmt, va_list args) {
  if (app->progress) clear_line(app->progress);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
}

void cli_say(const cli_app *app, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  say(app, fmt, args);
  va_end(args);
}

void cli_note(const cli_app *app, const char *fmt, ...) {
  if (app->progress && app->progress->quiet) return;
  va_list args;
  va_start(args, fmt);
  say(app, fmt, args);
  va_end(args);
}

int cli_usage(const cli_app *app, const char *fmt, ...) {
  if (app->progress) clear_line(app->progress);
  va_list args;
  va_start(args, fmt);
  fputs("shuxiao: ", stderr);
  vfprintf(stderr, fmt, args);
  va_end(args);
  fputc('\n', stderr);
  return CLI_USAGE;
}

int cli_fail(const cli_app *app, const sx_error *err) {
  cli_say(app, "shuxiao: %s%s%s", err->where, *err->where ? ": " : "",
          *err->message ? err->message : sx_status_text(err->status));
  switch (err->status) {
  case SX_OK:
    return CLI_OK;
  case SX_E_ARGUMENT:
  case SX_E_PARSE:
    return CLI_USAGE;
  case SX_E_CANCELLED:
    return CLI_INTERRUPTED;
  case SX_E_INTERNAL:
    return CLI_INTERNAL;
  case SX_E_MEMORY:
  case SX_E_DATA:
  case SX_E_IO:
  case SX_E_NUMERIC:
  case SX_E_LIMIT:
  case SX_E_SUPPORT:
    return CLI_FAILED;
  }
  return CLI_INTERNAL;
}
