/* cli.h: what the commands of the program share.
 *
 * To add a command:
 *   1. write src/cli/cli_<name>.c with `const cli_command cli_<name>_command = {...};`
 *   2. declare it below and add it to the list in cli_main.c
 * Help, option checking and the command list follow from that struct. Commands use public headers only. */
#ifndef SX_CLI_H
#define SX_CLI_H

#include <stdio.h>

#include "shuxiao/study.h"

/* Exit codes, the same in every command. */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_GATE = 3, CLI_INTERNAL = 4, CLI_INTERRUPTED = 130 };

typedef struct cli_option {
  const char *name;  /* without dashes */
  const char *value; /* placeholder in the help ("FILE"), NULL for a flag */
  const char *help_en, *help_zh;
} cli_option;

enum { CLI_MAX_WORDS = 256 };

/* The parsed command line; texts are borrowed from argv. */
typedef struct cli_args {
  const struct cli_command *command; /* whose options they are; NULL where a command made them up */
  const char *words[CLI_MAX_WORDS];  /* positional */
  size_t n_words;
  const cli_option *given[CLI_MAX_WORDS];
  const char *values[CLI_MAX_WORDS]; /* NULL for a flag */
  size_t n_given;
} cli_args;

typedef struct cli_app {
  sx_ctx ctx;
  bool chinese;       /* messages; --lang, else LC_ALL, LC_MESSAGES, LANG */
  bool terminal;      /* stderr is one: progress may be drawn */
  const char *format; /* table csv json md */
  struct cli_progress *progress;
  struct cli_said *said; /* notes so far (cli_say.c) */
} cli_app;

typedef struct cli_command {
  const char *name, *synopsis; /* "FILE [options]" */
  const char *summary_en, *summary_zh;
  const char *detail_en, *detail_zh; /* paragraphs for --help and the manual page, both or neither */
  const char *example;               /* a line that works on the bundled study; may be NULL */
  const cli_option *options;
  size_t n_options;
  size_t min_words, max_words;
  int (*run)(cli_app *app, const cli_args *args);
} cli_command;

extern const cli_command cli_run_command, cli_check_command, cli_new_command, cli_doctor_command, cli_describe_command,
    cli_convert_command, cli_synth_command, cli_mean_command, cli_total_command, cli_prop_command, cli_ratio_command,
    cli_quantile_command, cli_banded_command, cli_tab_command, cli_compare_command, cli_weight_command,
    cli_response_command, cli_inequality_command, cli_moment_command, cli_poverty_command, cli_area_command,
    cli_protect_command, cli_refill_command, cli_validate_command, cli_audit_command, cli_diff_command,
    cli_plan_command, cli_revisions_command, cli_balance_command, cli_ras_command;

/* ---- arguments (cli_args.c) ---- */
extern const cli_option cli_common_options[]; /* --help --lang --threads --seed --format --quiet */
extern const size_t cli_n_common_options;
int cli_parse(cli_args *out, const cli_app *app, const cli_command *command, int argc,
              char **argv);                                    /* CLI_OK or CLI_USAGE, said on stderr */
const char *cli_value(const cli_args *args, const char *name); /* the last one given, or NULL */
/* A folder that is written to, and those above it, where they are not there yet. */
sx_status cli_make_folder(const cli_app *app, const char *path, sx_error *err);
bool cli_flag(const cli_args *args, const char *name);
/* Splits "a,b,c" into borrowed pieces of a copy held by the arena. */
sx_status cli_split(const char *const **out, size_t *n, sx_arena *arena, const char *text, char separator,
                    sx_error *err);
bool cli_number(double *out, const cli_app *app, const cli_args *args,
                const char *name); /* false, said on stderr, when not a number; *out untouched when absent */
void cli_help(const cli_app *app, const cli_command *command);
enum { CLI_SYNOPSIS_MAX = 160 };
void cli_synopsis(char out[CLI_SYNOPSIS_MAX], const cli_app *app, const cli_command *command); /* in the language */
/* A manual page in roff, on stdout (cli_man.c). */
void cli_man(const cli_app *app, const cli_command *command);
void cli_man_overview(const cli_app *app, const cli_command *const *commands, size_t n);

/* ---- messages (cli_say.c) ---- */
const char *cli_text(const cli_app *app, const char *en, const char *zh);
void cli_say(const cli_app *app, const char *fmt, ...) SX_PRINTF(2, 3);  /* a line on stderr */
void cli_note(const cli_app *app, const char *fmt, ...) SX_PRINTF(2, 3); /* the same, but with --quiet nothing */
int cli_fail(const cli_app *app, const sx_error *err); /* prints the error; the exit code of its status */
int cli_usage(const cli_app *app, const char *fmt, ...) SX_PRINTF(2, 3);
sx_status cli_app_init(cli_app *app, int argc, char **argv);
void cli_app_clear(cli_app *app);

/* ---- progress on stderr (cli_progress.c) ---- */
/* A stage of a command's work: by how its name begins in the library, and what share of the time it takes where all of them are needed. */
typedef struct cli_stage {
  const char *begins, *en, *zh; /* en NULL: the library's own words; they may then have names of files in them */
  double share;
} cli_stage;
bool cli_progress_begin(cli_app *app, bool quiet); /* false: out of memory */
/* The stages of the command in their order; until then each is on its own. Several in turn may be one stage: then `en` stands in the first. */
void cli_progress_stages(cli_app *app, const cli_stage *stages, size_t n);
void cli_progress_end(const cli_app *app); /* clears a drawn line */
bool cli_progress_quiet(const cli_app *app);

/* ---- tables on stdout (cli_print.c) ---- */
typedef struct cli_grid {
  sx_arena *arena;
  const char **cells;
  bool *numbers;          /* per cell: a number, which JSON does not quote */
  bool machine;           /* csv or json: counts without separators. Set before the first cell */
  const size_t *max_cols; /* [n_cols] display columns of a cell in table form, 0: any; NULL: any everywhere */
  size_t n_cols, n_rows, cap;
  bool failed;
} cli_grid;
void cli_grid_init(cli_grid *grid, sx_arena *arena, size_t n_cols);
void cli_grid_add(cli_grid *grid, const char *text); /* cells row by row; the first row is the head */
void cli_grid_add_number(cli_grid *grid, double value, int significant);
void cli_grid_add_count(cli_grid *grid, double value); /* whole; thousands separated but for a machine */
/* text without line ends and control characters (as \\n, \\x1b), cut to max display columns (0: any) with an ellipsis; the arena's. */
const char *cli_clean(sx_arena *arena, const char *text, size_t max);
bool cli_is_machine(const cli_app *app); /* --format csv or json */
/* A result in a file that people open: no text of the data is computed by a spreadsheet (sx_csv_for_spreadsheet). Standard output, which programs
 * read, has texts as they are. */
sx_status cli_write_csv(const sx_ctx *ctx, const char *path, const sx_buf *csv, sx_error *err) SX_NODISCARD;
sx_status cli_grid_print(const cli_grid *grid, FILE *to, const char *format,
                         sx_error *err); /* "table" aligned by display width, "md", "csv", "json" */
/* Result rows in the asked format: csv by sx_store_rows_csv, json, md, or table. */
sx_status cli_print_rows(const cli_app *app, const sx_store_row *rows, size_t n, sx_error *err);

#endif
