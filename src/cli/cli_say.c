/* cli_say.c: messages on stderr, the language, the context of a run. */
#include "cli.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What was noted: one thing is told once, however often the work comes upon it (the check and the run both read a file). Work goes on in threads. */
struct cli_said {
  pthread_mutex_t lock;
  char **lines;
  size_t n, cap;
};

/* Whether it is the first time. A list that cannot grow tells it again. */
static bool is_new(struct cli_said *said, const char *line) {
  void *lines = said->lines;
  for (size_t i = 0; i < said->n; i++)
    if (strcmp(said->lines[i], line) == 0) return false;
  if (!sx_mem_grow(NULL, &lines, &said->cap, said->n + 1, sizeof *said->lines)) return true;
  said->lines = lines;
  said->lines[said->n] = sx_mem_strdup(NULL, line);
  said->n += said->lines[said->n] != NULL;
  return true;
}

static void on_note(void *data, sx_severity severity, const char *where, const char *message) {
  cli_app *app = data;
  const char *kind = severity == SX_SEV_WARNING ? cli_text(app, "warning", "警告") : cli_text(app, "note", "提示");
  const bool placed = where && *where;
  sx_buf line;
  if (cli_progress_quiet(app)) return;
  sx_buf_init(&line, NULL);
  sx_buf_printf(&line, "%s: %s%s%s", kind, placed ? where : "", placed ? ": " : "", message);
  pthread_mutex_lock(&app->said->lock);
  if (!line.data || is_new(app->said, line.data)) {
    cli_progress_end(app);
    fprintf(stderr, "%s\n", line.data ? line.data : message);
  }
  pthread_mutex_unlock(&app->said->lock);
  sx_buf_clear(&line);
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
  bool quiet = false;
  for (int i = 1; i < argc; i++) quiet |= strcmp(argv[i], "--quiet") == 0;
  app->said = calloc(1, sizeof *app->said);
  if (!app->said || pthread_mutex_init(&app->said->lock, NULL) != 0) return SX_E_MEMORY;
  if (!cli_progress_begin(app, quiet)) return SX_E_MEMORY;
  app->ctx.data = app;
  app->ctx.note = on_note;
  return SX_OK;
}

void cli_app_clear(cli_app *app) {
  if (app->said) {
    for (size_t i = 0; i < app->said->n; i++) sx_mem_free(NULL, app->said->lines[i]);
    sx_mem_free(NULL, app->said->lines);
    (void)pthread_mutex_destroy(&app->said->lock);
    free(app->said);
    app->said = NULL;
  }
  free(app->progress);
  app->progress = NULL;
}

const char *cli_text(const cli_app *app, const char *en, const char *zh) {
  return app->chinese && zh ? zh : en;
}

SX_PRINTF(2, 0) static void say(const cli_app *app, const char *fmt, va_list args) {
  cli_progress_end(app);
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
  if (cli_progress_quiet(app)) return;
  va_list args;
  va_start(args, fmt);
  say(app, fmt, args);
  va_end(args);
}

int cli_usage(const cli_app *app, const char *fmt, ...) {
  cli_progress_end(app);
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
