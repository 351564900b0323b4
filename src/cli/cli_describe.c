/* cli_describe.c: what is in a file: variables, labels, missing, distributions, and guesses of the design. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli_design.h"

static const cli_option describe_options[] = {
    {"variables", "a,b", "these variables only", "只看这些变量"},
    {"levels", "N", "levels shown per variable (6)", "每个变量列出的类别数（6）"},
    {"missing", "a,b", "texts that stand for missing in delimited files", "分隔文件中表示缺失的文本"},
    CLI_READ_OPTIONS,
};

static const char *const kinds[] = {"variable", "type", "label", "valid", "system", "user", "tagged", "distribution"};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

typedef struct level_count {
  double value;
  size_t n;
  const char *text;
} level_count;

static int by_value(const void *a, const void *b) {
  const level_count *x = a, *y = b;
  return (x->value > y->value) - (x->value < y->value);
}
static int by_count(const void *a, const void *b) {
  const level_count *x = a, *y = b;
  if (x->n != y->n) return x->n < y->n ? 1 : -1;
  return by_value(a, b);
}

/* Runs of equal values of sorted x[n] as counts in place; the number of distinct values. */
static size_t count_runs(level_count *x, size_t n) {
  size_t used = 0;
  for (size_t i = 0; i < n; i++) {
    if (used > 0 && x[used - 1].value == x[i].value) {
      x[used - 1].n++;
    } else {
      x[used++] = (level_count){.value = x[i].value, .n = 1};
    }
  }
  return used;
}

static bool has_dict(const sx_column *column) {
  return column->type == SX_CATEGORY || column->type == SX_TEXT;
}

static const char *level_name(sx_arena *arena, const sx_column *column, double value) {
  if (has_dict(column)) return sx_dict_get(column->dict, (int32_t)value, NULL);
  char text[SX_DOUBLE_TEXT_MAX];
  if (column->type == SX_DATE) {
    sx_date_text(text, (int64_t)value);
  } else if (column->type == SX_PERIOD) {
    sx_period_text(text, (int64_t)value);
  } else {
    sx_text_from_double(text, value);
  }
  const char *label = sx_column_value_label(column, value);
  return label ? sx_arena_printf(arena, "%s %s", text, label) : sx_arena_strdup(arena, text);
}

static const char *levels_text(sx_arena *arena, const sx_column *column, level_count *levels, size_t n, size_t n_valid,
                               size_t show) {
  qsort(levels, n, sizeof *levels, by_count);
  const char *text = "";
  for (size_t i = 0; i < n && i < show; i++) {
    const char *name = level_name(arena, column, levels[i].value);
    text = sx_arena_printf(arena, "%s%s%s %.1f%%", text, i ? ", " : "", name ? name : "",
                           100.0 * (double)levels[i].n / (double)n_valid);
    if (!text) return NULL;
  }
  return n > show ? sx_arena_printf(arena, "%s, ... (%zu levels)", text, n) : text;
}

static const char *moments_text(sx_arena *arena, const level_count *sorted, size_t n) {
  double sum = 0.0, squares = 0.0;
  for (size_t i = 0; i < n; i++) sum += sorted[i].value;
  const double mean = sum / (double)n;
  for (size_t i = 0; i < n; i++) squares += (sorted[i].value - mean) * (sorted[i].value - mean);
  const double sd = n > 1 ? sqrt(squares / (double)(n - 1)) : (double)NAN;
  const double median = n % 2 ? sorted[n / 2].value : 0.5 * (sorted[n / 2 - 1].value + sorted[n / 2].value);
  return sx_arena_printf(arena, "min %.6g, median %.6g, mean %.6g, max %.6g, sd %.4g", sorted[0].value, median, mean,
                         sorted[n - 1].value, sd);
}

/* Unweighted: a description of the file, not an estimate. */
static const char *distribution(sx_arena *arena, const sx_ctx *ctx, const sx_column *column, size_t show) {
  level_count *values = sx_mem_alloc(ctx, column->n, sizeof *values);
  if (!values) return NULL;
  size_t n = 0;
  for (size_t i = 0; i < column->n; i++) {
    if (sx_column_missing(column, i) || (has_dict(column) && column->data.code[i] < 0)) continue;
    values[n++] = (level_count){.value = has_dict(column) ? (double)column->data.code[i] : sx_column_number(column, i)};
  }
  const char *text = "";
  if (n > 0) {
    qsort(values, n, sizeof *values, by_value);
    const bool numeric = column->type == SX_NUMBER || column->type == SX_INTEGER;
    const char *moments = numeric ? moments_text(arena, values, n) : "";
    const size_t distinct = count_runs(values, n);
    /* codes with labels are listed; an amount that has labels only for its missing codes is not */
    const bool discrete = !numeric || distinct <= show || distinct <= column->n_labels;
    text = discrete ? levels_text(arena, column, values, distinct, n, show) : moments;
  }
  sx_mem_free(ctx, values);
  return text;
}

static void count_missing(const sx_column *column, double counts[4]) {
  memset(counts, 0, 4 * sizeof *counts);
  for (size_t i = 0; i < column->n; i++) {
    const uint8_t class = column->miss ? column->miss[i] : SX_MISS_NONE;
    counts[class > SX_MISS_USER ? 3 : class]++;
  }
}

static sx_status add_variable(cli_grid *grid, const sx_ctx *ctx, const sx_column *column, size_t show, sx_error *err) {
  double counts[4];
  count_missing(column, counts);
  cli_grid_add(grid, column->name);
  cli_grid_add(grid, sx_type_name(column->type));
  cli_grid_add(grid, column->label);
  for (size_t k = 0; k < 4; k++) cli_grid_add_count(grid, counts[k]);
  const char *text = distribution(grid->arena, ctx, column, show);
  if (!text) return sx_error_memory(err);
  cli_grid_add(grid, text);
  return SX_OK;
}

static void print_head(const cli_app *app, const sx_table *table, const char *path, sx_arena *arena) {
  printf("%s: %zu %s, %zu %s\n", path, sx_table_rows(table), cli_text(app, "rows", "行"), sx_table_columns(table),
         cli_text(app, "variables", "个变量"));
  const char *synthetic = sx_table_meta(table, "synthetic");
  const char *said = synthetic ? cli_clean(arena, synthetic, 0) : NULL;
  if (said) printf("%s: %s\n", cli_text(app, "SYNTHETIC DATA", "合成数据"), said);
  for (size_t i = 0; i < sx_table_mrsets(table); i++) {
    const sx_mrset *set = sx_table_mrset(table, i);
    const char *label = cli_clean(arena, set->label, 0);
    printf("%s %s%s: %s (%zu %s)\n", cli_text(app, "multiple-response set", "多选题组"), *set->name == '$' ? "" : "$",
           set->name, label ? label : "", set->n_variables, cli_text(app, "variables", "个变量"));
  }
  printf("\n");
}

static void print_guesses(const cli_app *app, const sx_table *table) {
  sx_guess guesses[12];
  const size_t n = sx_study_guess_design(guesses, 12, table);
  if (n == 0) return;
  printf("\n%s\n", cli_text(app, "Perhaps (guesses, used by nothing until you say so):",
                            "可能是（仅为猜测，未经确认不会使用）："));
  for (size_t i = 0; i < n; i++) {
    const char *quote = guesses[i].pattern[0] ? "'" : "";
    printf("  --%s %s%s%s  (%s)\n", guesses[i].role, quote, sx_guess_text(&guesses[i]), quote, guesses[i].reason);
  }
}

static sx_status describe(cli_app *app, const cli_args *args, const sx_table *table, sx_arena *arena, sx_error *err) {
  double show = 6;
  if (!cli_number(&show, app, args, "levels") || !(show >= 1 && show <= 1000)) {
    return sx_error_set(err, SX_E_ARGUMENT, "--levels", "give a number from 1 to 1000");
  }
  const char *const *names = NULL;
  size_t n_names = 0;
  const char *only = cli_value(args, "variables");
  if (only) SX_TRY(cli_split(&names, &n_names, arena, only, ',', err));
  cli_grid grid;
  cli_grid_init(&grid, arena, N_KINDS);
  static const size_t max_cols[N_KINDS] = {40, 0, 40, 0, 0, 0, 0, 100};
  const bool machine = cli_is_machine(app);
  grid.machine = machine;
  grid.max_cols = max_cols;
  for (size_t k = 0; k < N_KINDS; k++) cli_grid_add(&grid, kinds[k]);
  const size_t n = only ? n_names : sx_table_columns(table);
  for (size_t i = 0; i < n; i++) {
    const sx_column *column = NULL;
    if (only) {
      SX_TRY(sx_table_need(&column, table, names[i], err));
    } else {
      column = sx_table_get(table, i);
    }
    SX_TRY(add_variable(&grid, &app->ctx, column, (size_t)show, err));
    sx_ctx_progress(&app->ctx, "describing", i + 1, n);
  }
  cli_progress_end(app);
  if (!machine) print_head(app, table, args->words[0], arena);
  SX_TRY(cli_grid_print(&grid, stdout, app->format, err));
  if (!machine) print_guesses(app, table);
  return SX_OK;
}

static int run_describe(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_arena *arena = NULL;
  sx_table *table = NULL;
  sx_status status = sx_arena_new(&arena, &app->ctx, &err);
  if (status == SX_OK) status = cli_read_table(&table, app, args, args->words[0], &err);
  if (status == SX_OK) status = describe(app, args, table, arena, &err);
  sx_table_free(table);
  sx_arena_free(arena);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_describe_command = {
    .name = "describe",
    .synopsis = "FILE [options]",
    .summary_en = "variables, labels, missing, distributions; guesses of the design",
    .summary_zh = "变量、标签、缺失、分布，以及对抽样设计的猜测",
    .detail_en = "Reads .csv .tsv (also .gz), .xlsx .xls, .sav .zsav .por, .dta, .sas7bdat .xpt, Triple-S (.sss .xml) "
                 "and\nexports of answers by wjx.cn. Counts are unweighted: they describe the file.\n"
                 "system, user and tagged are the three kinds of missing, kept apart.",
    .detail_zh =
        "可读 .csv、.tsv（可加 .gz）、.xlsx、.xls、.sav、.zsav、.por、.dta、.sas7bdat、.xpt、Triple-S（.sss、.xml）\n"
        "和问卷星导出的答卷。计数不加权，只描述文件本身。\n"
        "system、user、tagged 是三类缺失（系统缺失、用户定义缺失、带标记的缺失），分别统计。",
    .example = "shuxiao describe studies/digital-consumption-2025h1/interviews.sav --variables residence,genai",
    .options = describe_options,
    .n_options = sizeof describe_options / sizeof *describe_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_describe};
