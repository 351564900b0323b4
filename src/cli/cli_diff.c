/* cli_diff.c: two runs side by side: which numbers differ, and why. */
#include <math.h>
#include <string.h>

#include "cli_store.h"
#include "shuxiao/store_diff.h"

static const cli_option diff_options[] = {
    {"runs", "A,B", "two runs of the store by number (the newest two)", "库中两次运行的编号（默认最近两次）"},
    {"tolerance", "X", "relative difference that does not count (1e-12)", "不计的相对差异（1e-12）"},
    {"indicator", "ID,...", "only rows of these", "只列这些指标"},
    {"values", NULL, "only rows whose estimate differs, or that one run has alone",
     "只列估计值不同、或仅一次运行才有的行"},
    {"limit", "N", "rows shown in a table, the largest changes in standard errors first (40; 0: all)",
     "表中列出的行数，按标准误倍数由大到小（40；0 为全部）"},
};

typedef struct diffing {
  cli_app *app;
  const cli_args *args;
  sx_arena *arena;
  sx_store *first, *second; /* the same where one file is given */
  int64_t runs[2];
  sx_diff *diff;
  sx_diff_row **shown;
  size_t n_shown, n_wanted;
  double limit;
} diffing;

/* ---- which runs ---------------------------------------------------------------------------------------------------------- */

typedef struct newest {
  int64_t last, before;
} newest;

static sx_status take_id(void *data, const sx_store_run *run, sx_error *err) {
  newest *n = data;
  (void)err;
  n->before = n->last;
  n->last = run->id;
  return SX_OK;
}

static sx_status runs_of_one(diffing *d, sx_error *err) {
  const char *text = cli_value(d->args, "runs");
  const char *const *parts = NULL;
  size_t n = 0;
  newest found = {0, 0};
  if (text) {
    SX_TRY(cli_split(&parts, &n, d->arena, text, ',', err));
    if (n != 2 || !sx_text_to_int64(&d->runs[0], parts[0], strlen(parts[0])) ||
        !sx_text_to_int64(&d->runs[1], parts[1], strlen(parts[1])))
      return sx_error_set(err, SX_E_ARGUMENT, "--runs", "'%s' is not two numbers of runs, as in 3,4", text);
    return SX_OK;
  }
  SX_TRY(sx_store_each_run(d->first, take_id, &found, err));
  if (!found.before)
    return sx_error_set(err, SX_E_DATA, d->args->words[0],
                        "the store has %s finished run, and nothing to compare it with: give a second store",
                        found.last ? "one" : "no");
  d->runs[0] = found.before;
  d->runs[1] = found.last;
  return SX_OK;
}

static sx_status open_runs(diffing *d, sx_error *err) {
  const cli_args *args = d->args;
  sx_store_run run;
  SX_TRY(cli_store_open(&d->first, d->app, args->words[0], SX_STORE_READ, err));
  if (args->n_words == 1) {
    d->second = d->first;
    return runs_of_one(d, err);
  }
  if (cli_value(args, "runs"))
    return sx_error_set(err, SX_E_ARGUMENT, "--runs", "is for one store; of two the newest run of each is taken");
  SX_TRY(cli_store_open(&d->second, d->app, args->words[1], SX_STORE_READ, err));
  SX_TRY(sx_store_latest(&run, d->first, err));
  d->runs[0] = run.id;
  SX_TRY(sx_store_latest(&run, d->second, err));
  d->runs[1] = run.id;
  return SX_OK;
}

/* ---- which rows ------------------------------------------------------------------------------------------------------------- */

static const sx_store_row *row_of(const sx_diff_row *row) {
  return row->after ? row->after : row->before;
}

static sx_status check_names(const diffing *d, const char *const *names, size_t n, sx_error *err) {
  for (size_t k = 0; k < n; k++) {
    bool found = false;
    for (size_t i = 0; i < d->diff->n_rows && !found; i++)
      found = strcmp(row_of(&d->diff->rows[i])->indicator, names[k]) == 0;
    sx_store_indicator indicator;
    if (!found) SX_TRY(sx_store_get_indicator(&found, &indicator, d->second, d->runs[1], names[k], err));
    if (!found) SX_TRY(sx_store_get_indicator(&found, &indicator, d->first, d->runs[0], names[k], err));
    if (!found) return sx_error_set(err, SX_E_ARGUMENT, "--indicator", "neither run has '%s'", names[k]);
  }
  return SX_OK;
}

/* Changes by size in standard errors; what has no such size (added, removed, marks) after them, in order. */
static bool goes_before(const sx_diff_row *a, const sx_diff_row *b) {
  const double x = isnan(a->moved) ? -1 : fabs(a->moved), y = isnan(b->moved) ? -1 : fabs(b->moved);
  return x > y;
}

static sx_status choose(diffing *d, sx_error *err) {
  const char *text = cli_value(d->args, "indicator");
  const char *const *names = NULL;
  size_t n = 0;
  d->shown = sx_arena_alloc(d->arena, d->diff->n_rows + 1, sizeof *d->shown);
  if (!d->shown) return sx_error_memory(err);
  if (text) SX_TRY(cli_split(&names, &n, d->arena, text, ',', err));
  SX_TRY(check_names(d, names, n, err));
  for (size_t i = 0; i < d->diff->n_rows; i++) {
    sx_diff_row *row = &d->diff->rows[i];
    bool wanted = !text;
    for (size_t k = 0; k < n && !wanted; k++) wanted = strcmp(row_of(row)->indicator, names[k]) == 0;
    if (cli_flag(d->args, "values") && (row->kind == SX_DIFF_ERROR || row->kind == SX_DIFF_MARK)) wanted = false;
    if (wanted) d->shown[d->n_wanted++] = row;
  }
  d->n_shown = d->n_wanted;
  if (cli_is_machine(d->app) || d->limit <= 0 || (double)d->n_wanted <= d->limit) return SX_OK;
  for (size_t i = 0; i < (size_t)d->limit; i++) { /* the largest first: a selection, as few are wanted */
    size_t best = i;
    for (size_t j = i + 1; j < d->n_wanted; j++)
      if (goes_before(d->shown[j], d->shown[best])) best = j;
    sx_diff_row *row = d->shown[best];
    memmove(d->shown + i + 1, d->shown + i, (best - i) * sizeof *d->shown);
    d->shown[i] = row;
  }
  d->n_shown = (size_t)d->limit;
  return SX_OK;
}

/* ---- what is printed ------------------------------------------------------------------------------------------------------------ */

static const char *area_zh(sx_diff_area area) {
  static const char *const names[] = {"数据", "权数", "抽样设计", "定义", "方法"};
  return names[area];
}

static const char *area_text(const cli_app *app, sx_diff_area area) {
  return app->chinese ? area_zh(area) : sx_diff_area_name(area);
}

/* "data, weights": areas of the causes, each once. */
static const char *causes_text(const diffing *d, const sx_diff_row *row, bool machine) {
  const char *text = "";
  bool met[SX_DIFF_METHOD + 1] = {false};
  for (size_t i = 0; text && i < row->n_causes; i++) {
    const sx_diff_area area = d->diff->causes[row->causes[i]].area;
    if (met[area]) continue;
    met[area] = true;
    text = sx_arena_printf(d->arena, "%s%s%s", text, *text ? ", " : "",
                           machine ? sx_diff_area_name(area) : area_text(d->app, area));
  }
  return text;
}

static const char *steps_text(const diffing *d, const sx_diff_row *row) {
  const char *text = "";
  for (size_t i = 0; text && i < row->n_causes; i++)
    text = sx_arena_printf(d->arena, "%s%s%s", text, *text ? " " : "", d->diff->causes[row->causes[i]].step);
  return text;
}

static const char *domain_text(const diffing *d, const sx_store_row *row) {
  const char *text = "";
  for (size_t i = 0; text && i < row->n_terms; i++)
    text = sx_arena_printf(d->arena, "%s%s%s=%s", text, i ? "*" : "", row->terms[i].variable, row->terms[i].level);
  return text && *text ? text : "total";
}

static sx_status print_rows(diffing *d, sx_error *err) {
  static const char *const heads[] = {"kind",   "wave",  "indicator", "statistic", "domain",
                                      "before", "after", "change",    "moved.se",  "causes"};
  const bool machine = cli_is_machine(d->app);
  cli_grid grid;
  cli_grid_init(&grid, d->arena, machine ? 13 : 10);
  for (size_t i = 0; i < 9; i++) cli_grid_add(&grid, heads[i]);
  if (machine) cli_grid_add(&grid, "std.error.before");
  if (machine) cli_grid_add(&grid, "std.error.after");
  cli_grid_add(&grid, heads[9]);
  if (machine) cli_grid_add(&grid, "steps");
  for (size_t i = 0; i < d->n_shown; i++) {
    const sx_diff_row *row = d->shown[i];
    const sx_store_row *name = row_of(row);
    const int digits = machine ? 17 : 7;
    cli_grid_add(&grid, sx_diff_kind_name(row->kind));
    cli_grid_add(&grid, name->wave);
    cli_grid_add(&grid, name->indicator);
    cli_grid_add(&grid, name->statistic);
    cli_grid_add(&grid, domain_text(d, name));
    cli_grid_add_number(&grid, row->before ? row->before->estimate : (double)NAN, digits);
    cli_grid_add_number(&grid, row->after ? row->after->estimate : (double)NAN, digits);
    cli_grid_add_number(&grid, row->change, machine ? 17 : 4);
    cli_grid_add_number(&grid, row->moved, machine ? 17 : 3);
    if (machine) cli_grid_add_number(&grid, row->before ? row->before->se : (double)NAN, 17);
    if (machine) cli_grid_add_number(&grid, row->after ? row->after->se : (double)NAN, 17);
    cli_grid_add(&grid, causes_text(d, row, machine));
    if (machine) cli_grid_add(&grid, steps_text(d, row));
  }
  return cli_grid_print(&grid, stdout, d->app->format, err);
}

static void print_run(const diffing *d, const char *word, const sx_store_run *run) {
  printf("%s %lld: %s%s%s, %s, %s %s\n", word, (long long)run->id, run->study, run->wave ? " " : "",
         run->wave ? run->wave : "", run->finished ? run->finished : "", cli_text(d->app, "program", "程序"),
         run->version ? run->version : "");
}

static void print_inputs(const diffing *d) {
  for (size_t i = 0; i < d->diff->n_inputs; i++) {
    const sx_diff_input *in = &d->diff->inputs[i];
    const char *what = !in->sha256_before ? cli_text(d->app, "read by the second run alone", "仅后一次运行读取")
                       : !in->sha256_after ? cli_text(d->app, "read by the first run alone", "仅前一次运行读取")
                                           : cli_text(d->app, "changed", "内容不同");
    printf("  %s: %s\n", in->path, what);
  }
}

static bool alike(const sx_diff_cause *a, const sx_diff_cause *b) {
  return a->area == b->area && strcmp(a->details, b->details) == 0;
}

static size_t rows_of(const diffing *d, size_t cause) {
  size_t rows = 0;
  for (size_t i = 0; i < d->diff->n_rows; i++) {
    const sx_diff_row *row = &d->diff->rows[i];
    bool met = false;
    for (size_t k = 0; k < row->n_causes && !met; k++)
      met = alike(&d->diff->causes[row->causes[k]], &d->diff->causes[cause]);
    rows += met;
  }
  return rows;
}

/* Steps that changed in the same way stand together, at the first of them. */
static void print_cause(const diffing *d, size_t cause) {
  const sx_diff_cause *all = d->diff->causes, *c = &all[cause];
  size_t steps = 0;
  for (size_t i = 0; i < cause; i++)
    if (alike(&all[i], c)) return;
  printf("  %s:", area_text(d->app, c->area));
  for (size_t i = cause; i < d->diff->n_causes; i++) {
    if (!alike(&all[i], c)) continue;
    if (steps < 4) printf(" %s", all[i].step);
    steps++;
  }
  if (steps > 4) printf(" … %zu %s", steps, cli_text(d->app, "steps", "个步骤"));
  const size_t rows = rows_of(d, cause);
  if (rows)
    printf(" (%zu %s)\n", rows, cli_text(d->app, rows == 1 ? "row" : "rows", "行"));
  else
    printf(" %s\n", cli_text(d->app, "(no number differs by it)", "（没有数字因此不同）"));
  for (const char *at = c->details; *at;) {
    const char *end = strchr(at, '\n');
    const size_t n = end ? (size_t)(end - at) : strlen(at);
    printf("      %.*s\n", (int)n, at);
    at += n + (end != NULL);
  }
}

static void print_head(const diffing *d) {
  const cli_app *app = d->app;
  print_run(d, cli_text(app, "before: run", "前：运行"), &d->diff->before);
  print_run(d, cli_text(app, "after:  run", "后：运行"), &d->diff->after);
  if (d->diff->n_inputs) printf("%s\n", cli_text(app, "files", "文件"));
  print_inputs(d);
  if (d->diff->n_causes) printf("%s\n", cli_text(app, "what is different", "不同之处"));
  for (size_t i = 0; i < d->diff->n_causes; i++) print_cause(d, i);
  if (!d->diff->explained)
    printf("%s\n",
           cli_text(
               app,
               "why is not known: the runs are of different studies, or older than the record of what numbers rest on",
               "原因不详：两次运行属于不同研究，或早于程序开始记录各数字所依据的步骤"));
  size_t kinds[SX_DIFF_REMOVED + 1] = {0};
  for (size_t i = 0; i < d->diff->n_rows; i++) kinds[d->diff->rows[i].kind]++;
  const char *const words[] = {cli_text(app, "same", "相同"),
                               cli_text(app, "differ in the estimate", "估计值不同"),
                               cli_text(app, "only in their error", "仅误差不同"),
                               cli_text(app, "only in marks", "仅标记不同"),
                               cli_text(app, "added", "新增"),
                               cli_text(app, "removed", "减少")};
  printf("%s: %zu %s", cli_text(app, "rows", "行数"), d->diff->n_same, words[0]);
  for (size_t k = 0; k <= SX_DIFF_REMOVED; k++) printf(", %zu %s", kinds[k], words[k + 1]);
  printf("\n");
}

static sx_status run_all(diffing *d, sx_error *err) {
  double tolerance = 1e-12;
  d->limit = 40;
  SX_TRY(sx_arena_new(&d->arena, &d->app->ctx, err));
  if (!cli_number(&tolerance, d->app, d->args, "tolerance") || !(tolerance >= 0))
    return sx_error_set(err, SX_E_ARGUMENT, "--tolerance", "give a number of at least 0");
  if (!cli_number(&d->limit, d->app, d->args, "limit"))
    return sx_error_set(err, SX_E_ARGUMENT, "--limit", "give a number of rows");
  SX_TRY(open_runs(d, err));
  SX_TRY(sx_store_diff(&d->diff, d->first, d->runs[0], d->second, d->runs[1], tolerance, err));
  SX_TRY(choose(d, err));
  if (!cli_is_machine(d->app)) print_head(d);
  if (d->n_shown || cli_is_machine(d->app)) SX_TRY(print_rows(d, err));
  if (d->n_shown < d->n_wanted)
    cli_say(d->app, "%zu / %zu: %s", d->n_shown, d->n_wanted,
            cli_text(d->app, "rows shown; --limit 0 shows all", "已列出的行；--limit 0 列出全部"));
  return SX_OK;
}

static int run_diff(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  diffing d = {.app = app, .args = args};
  const sx_status status = run_all(&d, &err);
  sx_diff_free(d.diff);
  if (d.second != d.first) sx_store_close(d.second);
  sx_store_close(d.first);
  sx_arena_free(d.arena);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_diff_command = {
    .name = "diff",
    .synopsis = "RESULTS.db [RESULTS.db] [options]",
    .summary_en = "what changed between two runs, and why",
    .summary_zh = "两次运行之间哪些数字变了，为什么",
    .detail_en =
        "Of one store its newest two runs are compared (or --runs A,B), of two stores the newest run of each. A\n"
        "folder stands for the results.db in it. Every number that differs is listed with its change, also in\n"
        "standard errors, and with what it rests on that is different: data, weights, design, definition or\n"
        "method, down to the line of the study file.",
    .detail_zh = "给出一个库时比较其最近两次运行（或 --runs A,B），给出两个库时比较各自最近一次。\n"
                 "可用目录代替其中的 results.db。列出每个不同的数字及其变化（也以标准误计），\n"
                 "并指出其所依据的哪一部分不同：数据、权数、抽样设计、定义或方法，具体到研究文件中的行。",
    .example = "shuxiao diff earlier studies/digital-consumption-2025h1/out",
    .options = diff_options,
    .n_options = sizeof diff_options / sizeof *diff_options,
    .min_words = 1,
    .max_words = 2,
    .run = run_diff};
