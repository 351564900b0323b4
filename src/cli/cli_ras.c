/* cli_ras.c: a table fitted to margins. */
#include <math.h>
#include <string.h>

#include "cli_balance.h"

static const cli_option ras_options[] = {
    {"rows", "T,T|FILE", "totals of the rows: numbers in the order of the table, or a CSV of names and totals",
     "各行合计：按表中次序列出，或两列 CSV（名称、合计）"},
    {"cols", "T,T|FILE", "totals of the columns, the same", "各列合计，写法相同"},
    {"value", "VAR", "the table has a row per cell, its value in this column (any number of dimensions)",
     "表为每格一行时的数值列（维数不限）"},
    {"margins", "FILE,FILE", "with --value: a CSV per margin: some of the table's columns, and the total",
     "与 --value 同用：每个边际一个 CSV，含表中若干列和合计"},
    {"tolerance", "T", "largest relative miss of a total (1e-10)", "合计的最大相对偏差（默认 1e-10）"},
};

static int digits(const ras_call *c) {
  return cli_is_machine(c->app) ? 17 : 7;
}

/* As it came in: rows by columns. */
static sx_status print_wide(ras_call *c, sx_error *err) {
  cli_grid g;
  cli_grid_init(&g, c->arena, c->dims[1] + 1);
  g.machine = cli_is_machine(c->app);
  cli_grid_add(&g, sx_table_get(c->file, 0)->name);
  for (size_t j = 0; j < c->dims[1]; j++) cli_grid_add(&g, c->labels[1][j]);
  for (size_t i = 0; i < c->dims[0]; i++) {
    cli_grid_add(&g, c->labels[0][i]);
    for (size_t j = 0; j < c->dims[1]; j++) cli_grid_add_number(&g, c->result->table[i * c->dims[1] + j], digits(c));
  }
  return cli_grid_print(&g, stdout, c->app->format, err);
}

/* A row per cell of the file: its levels, the value before, the fitted one, the factor between them. */
static sx_status print_long(ras_call *c, sx_error *err) {
  static const char *const head[] = {"before", "fitted", "factor"};
  const size_t rows = sx_table_rows(c->file);
  size_t *cell = sx_arena_zalloc(c->arena, rows ? rows : 1, sizeof *cell);
  if (!cell) return sx_error_memory(err);
  for (size_t i = 0; i < c->n; i++)
    if (c->row_of[i] != SIZE_MAX) cell[c->row_of[i]] = i;
  cli_grid g;
  cli_grid_init(&g, c->arena, c->n_dims + 3);
  g.machine = cli_is_machine(c->app);
  for (size_t d = 0; d < c->n_dims; d++) cli_grid_add(&g, c->dim_names[d]);
  for (size_t k = 0; k < 3; k++) cli_grid_add(&g, head[k]);
  for (size_t i = 0; i < rows; i++) {
    for (size_t d = 0; d < c->n_dims; d++) {
      const char *text = cli_cell_text(sx_table_find(c->file, c->dim_names[d]), i, c->arena);
      if (!text) return sx_error_memory(err);
      cli_grid_add(&g, text);
    }
    const double before = c->table[cell[i]], fitted = c->result->table[cell[i]];
    cli_grid_add_number(&g, before, digits(c));
    cli_grid_add_number(&g, fitted, digits(c));
    cli_grid_add_number(&g, before == 0 ? (double)NAN : fitted / before, digits(c));
  }
  return cli_grid_print(&g, stdout, c->app->format, err);
}

static void print_head(const ras_call *c) {
  const sx_ras_result *r = c->result;
  printf(c->app->chinese ? "迭代 %zu 次，合计的最大相对偏差 %.1g；各格倍数 %.4g 至 %.4g\n\n"
                         : "fitted in %zu iterations, largest relative miss of a total %.1g; factors %.4g to %.4g\n\n",
         r->iterations, r->worst, r->smallest, r->largest);
}

static void print_notes(const ras_call *c) {
  const sx_ras_result *r = c->result;
  const sx_ctx *ctx = &c->app->ctx;
  if (r->n_forced)
    sx_ctx_note(ctx, SX_SEV_NOTE, c->args->words[0],
                c->app->chinese
                    ? "零的位置使 %zu 个格子在任何符合合计的表中都为 0，首个是 %s、%s"
                    : "%zu cells are 0 in every table with these totals, because of the zeros; the first is %s, %s",
                r->n_forced, c->labels[0][r->first_forced / c->dims[1]], c->labels[1][r->first_forced % c->dims[1]]);
  sx_ctx_note(ctx, SX_SEV_NOTE, c->args->words[0], "%s",
              cli_text(c->app, "fitted tables have no standard errors; where the entries have one, use shuxiao balance",
                       "拟合表不含标准误；各格有误差时请用 shuxiao balance"));
}

static sx_status run_call(ras_call *c, sx_error *err) {
  sx_ras_request q = SX_RAS_REQUEST_INIT;
  if (!cli_number(&q.tolerance, c->app, c->args, "tolerance"))
    return sx_error_set(err, SX_E_ARGUMENT, "--tolerance", "give a number");
  SX_TRY(sx_arena_new(&c->arena, &c->app->ctx, err));
  SX_TRY(cli_ras_read(c, err));
  q.n_dims = c->n_dims;
  q.dims = c->dims;
  q.dim_names = c->dim_names;
  q.labels = (const char *const *const *)c->labels;
  q.table = c->table;
  q.margins = c->margins;
  q.n_margins = c->n_margins;
  const sx_status status = sx_account_ras(&c->result, &c->app->ctx, &q, err);
  if (status != SX_OK) {
    sx_error_add_where(err, "%s", c->args->words[0]);
    return status;
  }
  if (strcmp(c->app->format, "table") == 0) print_head(c);
  SX_TRY(c->wide ? print_wide(c, err) : print_long(c, err));
  print_notes(c);
  return SX_OK;
}

static int run_ras(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  ras_call c = {.app = app, .args = args};
  const sx_status status = run_call(&c, &err);
  sx_ras_result_free(c.result);
  sx_table_free(c.file);
  sx_arena_free(c.arena);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_ras_command = {
    .name = "ras",
    .synopsis = "TABLE.csv --rows TOTALS --cols TOTALS | --value VAR --margins FILES",
    .summary_en = "a table fitted to given margins (RAS, iterative proportional fitting)",
    .summary_zh = "按给定合计拟合表格（RAS、迭代比例拟合）",
    .detail_en = "Every cell is multiplied by a factor of its row and one of its column so that the totals hold; zeros "
                 "stay zeros.\n"
                 "Entries below 0 are divided by the factors (generalised RAS). With --value the file has a row per "
                 "cell and any\n"
                 "number of dimensions, and a margin may be over several of them. Totals that disagree, rows without a "
                 "cell, and\n"
                 "zeros that leave a set of rows too few columns are named with the amount that is missing.\n"
                 "docs/methods/balancing.md has the formulas.",
    .detail_zh =
        "每格乘以所在行和所在列的倍数，使合计成立；零保持为零，负数改为除以倍数（广义 RAS）。给 --value 时文件每格\n"
        "一行，维数不限，一个边际可跨若干维。合计不一致、某行无格可用、零的位置使若干行容不下其合计，都会指名并\n"
        "给出差额。公式见 docs/methods/balancing.md。",
    .example = "shuxiao ras examples/balance/table.csv --rows 5200,3000,1170 --cols 7150,2220",
    .options = ras_options,
    .n_options = sizeof ras_options / sizeof *ras_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_ras};
