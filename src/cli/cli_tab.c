/* cli_tab.c: a table of one or two variables with its shares, their errors and the design-based test; with --by one in every group. */
#include <math.h>
#include <string.h>

#include "cli_banner.h"
#include "cli_job.h"

static const cli_option tab_options[] = {
    CLI_BANNER_OPTIONS,
    CLI_DESIGN_OPTIONS,
    CLI_WEIGHTING_OPTIONS,
    CLI_DOMAIN_OPTIONS,
    {"share", "row|column|total|count",
     "what the cells are: shares of their row, column or the whole, or population (row)",
     "单元格：row 行占比、column 列占比、total 总体占比，或 count 人数（默认 row）"},
    {"test", "NAME", "F, Chisq, Wald, adjWald, lincom, saddlepoint, none (F)",
     "检验方法：F、Chisq、Wald、adjWald、lincom、saddlepoint、none（默认 F）"},
    {"expect", "'A=1, B=2'", "with one variable: test its shares against these", "单变量时：与给定占比比较的检验"},
    {"level", "P", "confidence level (0.95)", "置信水平（0.95）"},
    {"df", "N", "degrees of freedom (those of the table's cases)", "自由度（默认按表内样本计）"},
    {"ci", "METHOD", "wald, logit, xlogit, wilson, beta, asin, likelihood (logit)",
     "占比的区间方法：wald、logit、xlogit、wilson、beta、asin、likelihood（默认 logit）"},
};

typedef struct tab {
  cli_job job;
  const char *name[2];
  const sx_column *column[2];
  sx_groups *side[2];
  size_t n[2]; /* levels of each side; n[1] is 1 with one variable */
  const char *share;
  size_t group;     /* of --by */
  uint8_t *where;   /* [rows] of the domain and the group */
  uint8_t *mask;    /* [rows] in the table: answers to both too */
  size_t n_in;      /* cases in the table */
  sx_na nothing;    /* why there are none */
  sx_column *index; /* what the shares are of */
  sx_est_set *set;
  const sx_est_row **cell; /* [n0*n1], row by row; NULL where empty */
} tab;

/* ---- the cells -------------------------------------------------------------------------------------------------- */

static sx_status make_sides(tab *t, sx_error *err) {
  cli_job *j = &t->job;
  const size_t rows = sx_table_rows(j->table), sides = j->args->n_words - 1;
  t->mask = sx_mem_alloc(&j->app->ctx, rows, 1);
  t->where = sx_mem_alloc(&j->app->ctx, rows, 1);
  if (!t->mask || !t->where) return sx_error_memory(err);
  t->n[1] = 1;
  for (size_t s = 0; s < sides; s++) {
    bool logical = false;
    t->name[s] = j->args->words[1 + s];
    SX_TRY(cli_job_column(&t->column[s], &logical, j, t->name[s], err));
    SX_TRY(sx_groups_new(&t->side[s], j->table, &t->name[s], 1, err));
    t->n[s] = t->side[s]->n_groups;
  }
  return SX_OK;
}

static void choose_group(tab *t, size_t group) {
  const cli_job *j = &t->job;
  t->group = group;
  t->n_in = 0;
  t->nothing = SX_NA_EMPTY_DOMAIN;
  for (size_t i = 0; i < sx_table_rows(j->table); i++) {
    t->where[i] = (!j->where || j->where[i] == 1) && (!j->groups || j->groups->group[i] == (int32_t)group);
    t->mask[i] = t->where[i] && t->side[0]->group[i] >= 0 && (!t->side[1] || t->side[1]->group[i] >= 0);
    t->n_in += t->mask[i];
    if (t->where[i]) t->nothing = SX_NA_ALL_MISSING;
  }
}

static void clear_group(tab *t) {
  sx_est_set_free(t->set);
  if (t->index) sx_column_free(&t->job.app->ctx, t->index);
  t->set = NULL;
  t->index = NULL;
}

/* Row i's place: the cell, or its row or column alone. */
static int64_t place_of(const tab *t, size_t i, bool row, bool col) {
  const int64_t r = row ? t->side[0]->group[i] : 0, c = col && t->side[1] ? t->side[1]->group[i] : 0;
  return row && col ? r * (int64_t)t->n[1] + c : row ? r : c;
}

static sx_status make_index(tab *t, bool row, bool col, sx_error *err) {
  const cli_job *j = &t->job;
  const size_t rows = sx_table_rows(j->table);
  SX_TRY(sx_column_new(&t->index, &j->app->ctx, t->name[0], SX_INTEGER, rows, err));
  for (size_t i = 0; i < rows; i++) {
    if (t->mask[i])
      t->index->data.i64[i] = place_of(t, i, row, col);
    else
      SX_TRY(sx_column_set_missing(&j->app->ctx, t->index, i, SX_MISS_SYSTEM, err));
  }
  return SX_OK;
}

static sx_status find_cells(tab *t, sx_error *err) {
  cli_job *j = &t->job;
  const char *share = t->share;
  const bool one = !t->side[1], by_row = strcmp(share, "row") == 0 && !one,
             by_col = strcmp(share, "column") == 0 && !one;
  const bool count = strcmp(share, "count") == 0;
  t->cell = sx_arena_zalloc(j->arena, t->n[0] * t->n[1], sizeof *t->cell);
  if (!t->cell) return sx_error_memory(err);
  SX_TRY(make_index(t, !by_row, !by_col, err));
  sx_groups cells; /* for the counts: by place */
  memset(&cells, 0, sizeof cells);
  sx_est_request request = {SX_STAT_PROP, t->index, NULL,
                            false,        t->mask,  by_row ? t->side[0] : by_col ? t->side[1] : NULL};
  if (count) {
    cells.n_rows = sx_table_rows(j->table);
    cells.n_groups = t->n[0] * t->n[1];
    cells.group = sx_mem_alloc(&j->app->ctx, cells.n_rows, sizeof *cells.group);
    if (!cells.group) return sx_error_memory(err);
    for (size_t i = 0; i < cells.n_rows; i++) cells.group[i] = t->mask[i] ? (int32_t)t->index->data.i64[i] : -1;
    request = (sx_est_request){SX_STAT_COUNT, NULL, NULL, false, t->mask, &cells};
  }
  const sx_status status = sx_estimate_run(&t->set, j->design, &request, &j->options, err);
  sx_mem_free(&j->app->ctx, cells.group);
  SX_TRY(status);
  for (size_t i = 0; i < t->set->n_rows; i++) {
    const sx_est_row *row = &t->set->rows[i];
    int64_t level = 0;
    if (!count) (void)sx_text_to_int64(&level, t->set->level_text[row->level], strlen(t->set->level_text[row->level]));
    const size_t at = (size_t)level;
    t->cell[count ? row->group : by_row ? row->group * t->n[1] + at : by_col ? at * t->n[1] + row->group : at] = row;
  }
  return SX_OK;
}

static const char *level_of(const tab *t, size_t side, size_t group, bool label) {
  const sx_groups *g = t->side[side];
  const size_t level = (size_t)g->key_level[group];
  return label ? g->level_label[0][level] : g->level_text[0][level];
}

/* ---- the test --------------------------------------------------------------------------------------------------- */

static sx_status read_shares(sx_given_shares *out, const tab *t, const char *text, sx_error *err) {
  const char *const *pieces = NULL;
  SX_TRY(cli_split(&pieces, &out->n, t->job.arena, text, ',', err));
  const char **level = sx_arena_alloc(t->job.arena, out->n, sizeof *level);
  double *share = sx_arena_alloc(t->job.arena, out->n, sizeof *share);
  if (!level || !share) return sx_error_memory(err);
  for (size_t k = 0; k < out->n; k++) {
    const char *equals = strrchr(pieces[k], '=');
    size_t n = equals ? (size_t)(equals - pieces[k]) : 0;
    while (n > 0 && pieces[k][n - 1] == ' ') n--;
    const char *number = equals ? equals + 1 + strspn(equals + 1, " ") : "";
    size_t digits = strlen(number);
    while (digits > 0 && number[digits - 1] == ' ') digits--;
    if (n == 0 || !sx_text_to_double(&share[k], number, digits))
      return sx_error_set(err, SX_E_ARGUMENT, "--expect", "'%s' is not LEVEL=SHARE", pieces[k]);
    level[k] = sx_arena_strndup(t->job.arena, pieces[k], n);
    if (!level[k]) return sx_error_memory(err);
  }
  out->level = level;
  out->share = share;
  return SX_OK;
}

/* *done false where no test is asked for or possible; then *why may say why. */
static sx_status run_test(sx_test_result *out, sx_test_stat *stat, bool *done, sx_error *why, const tab *t,
                          sx_error *err) {
  const cli_job *j = &t->job;
  const char *test = cli_value(j->args, "test"), *expected = cli_value(j->args, "expect");
  sx_status status = SX_OK;
  *done = false;
  if (expected && t->side[1])
    return sx_error_set(err, SX_E_ARGUMENT, "--expect", "it compares the shares of one variable: give one");
  if (test && strcmp(test, "none") == 0) return SX_OK;
  *stat = SX_TEST_F;
  if (test) status = sx_test_parse(stat, test, err);
  if (status != SX_OK) sx_error_add_where(err, "--test");
  SX_TRY(status);
  if (t->side[1]) {
    status = sx_estimate_independence(out, j->design, t->column[0], t->column[1], t->where, *stat, &j->options, why);
    if (status == SX_E_DATA) return SX_OK; /* a table of one row is still a table */
  } else if (expected) {
    sx_given_shares given = {NULL, NULL, 0};
    SX_TRY(read_shares(&given, t, expected, err));
    status = sx_estimate_goodness(out, j->design, t->column[0], &given, t->where, why);
    if (status == SX_E_DATA && j->groups) return SX_OK;
  } else {
    return SX_OK;
  }
  if (status != SX_OK && err) *err = *why;
  *done = status == SX_OK;
  return status;
}

static void say_test(const tab *t, const sx_test_result *r, sx_test_stat stat) {
  const bool chinese = t->job.app->chinese;
  if (r->na != SX_NA_NONE) {
    printf("\n%s: %s\n", chinese ? "检验" : "Test", sx_na_text(r->na));
  } else if (!t->side[1]) {
    printf("\n%s: X2 = %.5g, scale %.5g, df %.5g, p = %.4g, n = %zu\n", chinese ? "拟合优度" : "Goodness of fit",
           r->statistic, r->scale, r->df1, r->p, r->n);
  } else if (isinf(r->df2)) {
    printf("\n%s (%s): X2 = %.5g, df %.5g, p = %.4g, n = %zu\n", chinese ? "独立性检验" : "Independence",
           sx_test_name(stat), r->statistic, r->df1, r->p, r->n);
  } else {
    printf("\n%s (%s): %s = %.5g, df %.5g, %.5g, p = %.4g, n = %zu\n", chinese ? "独立性检验" : "Independence",
           sx_test_name(stat), stat >= SX_TEST_LINCOM ? "X2" : "F", r->statistic, r->df1, r->df2, r->p, r->n);
  }
}

/* ---- output ----------------------------------------------------------------------------------------------------- */

static void add_cell(cli_grid *grid, const sx_est_row *row, bool count) {
  char text[64] = ".";
  const double se = !row ? (double)NAN : fabs(row->se) < 1e-12 * fabs(row->estimate) ? 0 : row->se;
  if (row && !isnan(row->estimate) && count)
    snprintf(text, sizeof text, isnan(row->se) ? "%.6g" : "%.6g (%.3g)", row->estimate, se);
  else if (row && !isnan(row->estimate))
    snprintf(text, sizeof text, isnan(row->se) ? "%.1f%%" : "%.1f%% (%.1f)", 100 * row->estimate, 100 * se);
  else if (!row)
    snprintf(text, sizeof text, "0");
  cli_grid_add(grid, text);
}

static sx_status print_grid(const tab *t, bool count, sx_error *err) {
  const cli_app *app = t->job.app;
  cli_grid grid;
  cli_grid_init(&grid, t->job.arena, t->n[1] + 1);
  cli_grid_add(&grid, t->side[1] ? sx_arena_printf(t->job.arena, "%s \\ %s", t->name[0], t->name[1]) : t->name[0]);
  for (size_t c = 0; c < t->n[1]; c++)
    cli_grid_add(&grid, t->side[1] ? level_of(t, 1, c, true) : count ? "population (se)" : "share (se)");
  for (size_t r = 0; r < t->n[0]; r++) {
    cli_grid_add(&grid, level_of(t, 0, r, true));
    for (size_t c = 0; c < t->n[1]; c++) add_cell(&grid, t->cell[r * t->n[1] + c], count);
  }
  return cli_grid_print(&grid, stdout, app->format, err);
}

/* A result row of a cell with its terms, or of the test without; both after the terms of the group. */
static sx_status add_record(tab *t, const char *statistic, const sx_est_row *row, size_t cell, sx_error *err) {
  cli_job *j = &t->job;
  const size_t sides = t->side[1] ? 2 : 1;
  const char *indicator =
      sides == 2 ? sx_arena_printf(j->arena, "%s*%s", t->name[0], t->name[1]) : sx_arena_strdup(j->arena, t->name[0]);
  const size_t n_keys = j->groups ? j->groups->n_keys : 0;
  sx_store_term *terms = sx_arena_zalloc(j->arena, n_keys + 2, sizeof *terms);
  if (!indicator || !terms) return sx_error_memory(err);
  sx_est_row of_group = *row;
  of_group.group = t->group;
  SX_TRY(cli_job_row(j, indicator, statistic, &of_group, err));
  if (cell == SIZE_MAX) return SX_OK;
  for (size_t k = 0; k < n_keys; k++) terms[k] = j->rows[j->n_rows - 1].terms[k];
  const size_t at[] = {cell / t->n[1], cell % t->n[1]};
  for (size_t s = 0; s < sides; s++) {
    terms[n_keys + s].variable = t->name[s];
    terms[n_keys + s].level = level_of(t, s, at[s], false);
    terms[n_keys + s].level_label.en = level_of(t, s, at[s], true);
  }
  j->rows[j->n_rows - 1].terms = terms;
  j->rows[j->n_rows - 1].n_terms = n_keys + sides;
  return SX_OK;
}

static sx_status add_records(tab *t, const sx_test_result *r, sx_test_stat stat, bool done, sx_error *err) {
  const char *name = strcmp(t->share, "count") == 0 ? "count" : sx_arena_printf(t->job.arena, "%s_share", t->share);
  sx_est_row row = {.level = -1, .estimate = (double)NAN, .na = t->nothing};
  row.se = row.low = row.high = row.ci_level = row.df = row.n_eff = row.deff = row.cv = (double)NAN;
  if (!name) return sx_error_memory(err);
  if (t->n_in == 0) return add_record(t, name, &row, SIZE_MAX, err);
  for (size_t k = 0; k < t->n[0] * t->n[1]; k++)
    if (t->cell[k]) SX_TRY(add_record(t, name, t->cell[k], k, err));
  if (done) {
    row.estimate = r->statistic;
    row.n = r->n;
    row.na = r->na;
    row.df = r->df1;
    const char *test = t->side[1] ? sx_arena_printf(t->job.arena, "test_%s", sx_test_name(stat)) : "test_goodness";
    if (!test) return sx_error_memory(err);
    SX_TRY(add_record(t, test, &row, SIZE_MAX, err));
    row.estimate = r->p;
    row.df = r->df2;
    SX_TRY(add_record(t, "test_p", &row, SIZE_MAX, err));
  }
  return SX_OK;
}

/* "region = North, sex = f", above its table. */
static void say_group(const tab *t) {
  const sx_groups *g = t->job.groups;
  if (!g) return;
  if (t->group > 0) printf("\n");
  for (size_t k = 0; k < g->n_keys; k++) {
    const char *label = cli_clean(t->job.arena, g->level_label[k][g->key_level[t->group * g->n_keys + k]], 0);
    printf("%s%s = %s", k ? ", " : "", g->key_name[k], label ? label : "");
  }
  printf("\n\n");
}

/* The table of one group: records to print at the end, or a grid at once. */
static sx_status one_table(tab *t, size_t group, sx_error *err) {
  cli_job *j = &t->job;
  sx_test_result result = {.na = SX_NA_NONE};
  sx_test_stat stat = SX_TEST_F;
  bool done = false;
  sx_error why = SX_ERROR_INIT;
  choose_group(t, group);
  if (t->n_in > 0) {
    SX_TRY(find_cells(t, err));
    SX_TRY(run_test(&result, &stat, &done, &why, t, err));
  }
  cli_progress_end(j->app);
  if (cli_is_machine(j->app)) return add_records(t, &result, stat, done, err);
  if (group == 0) cli_job_head(j);
  say_group(t);
  if (t->n_in == 0) {
    printf("%s%s%s: %s\n", t->name[0], t->side[1] ? " \\ " : "", t->side[1] ? t->name[1] : "", sx_na_text(t->nothing));
    return SX_OK;
  }
  SX_TRY(print_grid(t, strcmp(t->share, "count") == 0, err));
  if (done) say_test(t, &result, stat);
  if (!done && why.message[0]) printf("\n%s: %s\n", why.where, why.message);
  return SX_OK;
}

static sx_status read_options(tab *t, sx_error *err) {
  static const char *const shares[] = {"row", "column", "total", "count"};
  cli_job *j = &t->job;
  const char *ci = cli_value(j->args, "ci");
  bool known = false;
  t->share = cli_value(j->args, "share");
  if (!t->share) t->share = "row";
  for (size_t k = 0; k < 4; k++) known = known || strcmp(t->share, shares[k]) == 0;
  if (!known) return sx_error_set(err, SX_E_ARGUMENT, "--share", "'%s' is not row, column, total or count", t->share);
  if (!ci) return SX_OK;
  const sx_status status = sx_ci_parse(&j->options.ci, ci, err);
  if (status != SX_OK) sx_error_add_where(err, "--ci");
  return status;
}

static sx_status run_job(tab *t, sx_error *err) {
  cli_job *j = &t->job;
  SX_TRY(cli_job_open(j, err));
  SX_TRY(read_options(t, err));
  SX_TRY(make_sides(t, err));
  if (!t->side[1] && strcmp(t->share, "count") != 0) t->share = "total";
  for (size_t g = 0; g < (j->groups ? j->groups->n_groups : 1); g++) {
    const sx_status status = one_table(t, g, err);
    clear_group(t);
    SX_TRY(status);
  }
  return cli_is_machine(j->app) ? cli_print_rows(j->app, j->rows, j->n_rows, err) : SX_OK;
}

static int run_tab(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  static const char *const of_banner[] = {"cols", "stats", "net", "sig", "quality", "previous", "unit", "output"};
  if (cli_value(args, "rows")) return cli_run_banner(app, args);
  for (size_t k = 0; k < sizeof of_banner / sizeof *of_banner; k++)
    if (cli_value(args, of_banner[k]))
      return cli_usage(app, "--%s: %s", of_banner[k],
                       cli_text(app, "it belongs to banner tables: name their questions with --rows",
                                "该选项用于横幅表：请用 --rows 给出题目"));
  if (args->n_words < 2) return cli_usage(app, "usage: shuxiao tab %s", cli_tab_command.synopsis);
  tab t = {.job = {.app = app, .args = args}};
  const sx_status status = run_job(&t, &err);
  sx_groups_free(t.side[0]);
  sx_groups_free(t.side[1]);
  sx_mem_free(&app->ctx, t.mask);
  sx_mem_free(&app->ctx, t.where);
  cli_job_clear(&t.job);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_tab_command = {
    .name = "tab",
    .synopsis = "FILE ROW [COL] | FILE --rows LIST [options]",
    .summary_en = "a table of shares with its test, or banner tables of many questions with letters",
    .summary_zh = "交叉表：占比、误差与检验；或多题横幅表及显著性字母",
    .detail_en =
        "Cells are shares with their standard errors in points; cases without an answer to either are left out.\n"
        "The test is Rao and Scott's second-order F; --expect tests one variable's shares against given ones.\n"
        "--format csv gives a row per cell and two for the test: the statistic (df: the first) and its p (df:\n"
        "the second). --by X,Y makes a table with its test in every combination of their levels.\n\n"
        "With --rows: a table for every question by the same columns, '+' beside and '>' within, with bases and with\n"
        "letters from tests on the sampling design: docs/banner.md. -o writes the book. One table:\n"
        "  shuxiao tab interviews.sav residence digital_consumer --weights base_weight --strata province",
    .detail_zh = "单元格为占比及其标准误（百分点）；任一变量没有回答的样本不计入。\n"
                 "检验为 Rao-Scott 二阶校正的 F 检验；--expect 检验单个变量的占比是否等于给定值。\n"
                 "--format csv 每个单元格一行，检验占两行：统计量（df 为第一自由度）与 p 值（df 为第二自由度）。\n"
                 "--by X,Y 按其水平的每个组合各列一表，各作检验。\n\n"
                 "给出 --rows 时：每题一表，列相同，“+”并列、“>”嵌套，列出基数，字母来自考虑抽样设计的检验，\n"
                 "见 docs/banner.md；-o 写出全部表格。单张交叉表：\n"
                 "  shuxiao tab interviews.sav residence digital_consumer --weights base_weight --strata province",
    .example =
        "shuxiao tab interviews.sav --rows 'digital_consumer $channels' --cols 'total + sex + residence' --weights "
        "base_weight --strata province",
    .options = tab_options,
    .n_options = sizeof tab_options / sizeof *tab_options,
    .min_words = 1,
    .max_words = 3,
    .run = run_tab};
