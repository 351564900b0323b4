/* cli_balance.c: figures adjusted so that identities hold. */
#include <math.h>
#include <string.h>

#include "cli_balance.h"

static const cli_option balance_options[] = {
    {"covariance", "FILE", "covariances of the figures: a square matrix without a head, in their order; se is not read",
     "各数字的协方差：无表头方阵，次序同数字文件；此时不读 se"},
    {"correlations", "FILE", "CSV with figure, with, correlation: pairs that are not listed have none",
     "CSV，列为 figure、with、correlation；未列出的成对相关为 0"},
    {"distance", "absolute|relative", "relative: of the logarithms; positive figures stay positive (absolute)",
     "relative 按对数调整，正数保持为正（默认 absolute）"},
    {"checks", NULL, "the identities instead: how far each was off, in its own error",
     "改为列出各恒等式：调整前的差额及其标准误"},
};

/* ---- the figures ---------------------------------------------------------------------------------------------------- */

static const char *const figure_head[] = {"figure", "before", "se", "after", "new.se", "moved.se", "standardised"};
static const char *const machine_head[] = {"label", "unit", "unbounded", "se.at.bounds", "chi.square", "df", "p"};

static void figure_numbers(cli_grid *g, const sx_balance_row *row, bool machine) {
  const int more = machine ? 17 : 9, less = machine ? 17 : 5, few = machine ? 17 : 3;
  cli_grid_add_number(g, row->before, more);
  cli_grid_add_number(g, row->se_before, less);
  cli_grid_add_number(g, row->after, more);
  cli_grid_add_number(g, row->se_after, less);
  cli_grid_add_number(g, row->moved_se, few);
  cli_grid_add_number(g, row->standardised, few);
}

static sx_status print_figures(balance_call *c, sx_error *err) {
  const sx_balance_result *r = c->result;
  const bool machine = cli_is_machine(c->app);
  const size_t n_head = sizeof figure_head / sizeof *figure_head, n_more = sizeof machine_head / sizeof *machine_head;
  cli_grid g;
  cli_grid_init(&g, c->arena, n_head + 1 + (machine ? n_more : 1));
  g.machine = machine;
  for (size_t i = 0; i < n_head; i++) cli_grid_add(&g, figure_head[i]);
  cli_grid_add(&g, "at");
  for (size_t i = 0; machine && i < n_more; i++) cli_grid_add(&g, machine_head[i]);
  if (!machine) cli_grid_add(&g, "label");
  for (size_t i = 0; i < r->n_rows; i++) {
    const sx_balance_row *row = &r->rows[i];
    cli_grid_add(&g, row->id);
    figure_numbers(&g, row, machine);
    cli_grid_add(&g, row->at == SX_BALANCE_FREE && !machine ? "" : sx_balance_at_name(row->at));
    cli_grid_add(&g, c->label[i]);
    if (!machine) continue;
    cli_grid_add(&g, c->unit[i]);
    cli_grid_add_number(&g, row->unbounded, 17);
    cli_grid_add_number(&g, row->se_at_bounds, 17);
    cli_grid_add_number(&g, r->chi_square, 17);
    cli_grid_add_count(&g, (double)r->df);
    cli_grid_add_number(&g, r->p, 17);
  }
  return cli_grid_print(&g, stdout, c->app->format, err);
}

/* ---- the identities --------------------------------------------------------------------------------------------------- */

static sx_status print_checks(balance_call *c, sx_error *err) {
  const sx_balance_result *r = c->result;
  const bool machine = cli_is_machine(c->app);
  static const char *const head[] = {"identity", "off.by", "se", "z", "left", "note"};
  cli_grid g;
  cli_grid_init(&g, c->arena, sizeof head / sizeof *head);
  g.machine = machine;
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) cli_grid_add(&g, head[i]);
  for (size_t k = 0; k < r->n_checks; k++) {
    const sx_balance_check *check = &r->checks[k];
    cli_grid_add(&g, check->id);
    cli_grid_add_number(&g, check->imbalance, machine ? 17 : 9);
    cli_grid_add_number(&g, check->se, machine ? 17 : 5);
    cli_grid_add_number(&g, check->z, machine ? 17 : 3);
    cli_grid_add_number(&g, check->after, machine ? 17 : 3);
    cli_grid_add(&g, check->redundant ? cli_text(c->app, "follows from the others", "可由其他恒等式推出") : "");
  }
  return cli_grid_print(&g, stdout, c->app->format, err);
}

/* ---- around them -------------------------------------------------------------------------------------------------------- */

static void print_head(const balance_call *c) {
  const sx_balance_result *r = c->result;
  if (r->df == 0) {
    printf("%s\n\n",
           cli_text(c->app, "the identities hold already: nothing was to be adjusted", "各恒等式已经成立，无须调整"));
    return;
  }
  printf(c->app->chinese ? "失衡的卡方 %.4g，自由度 %zu，p %.3g"
                         : "chi-square of the imbalances %.4g on %zu df, p %.3g",
         r->chi_square, r->df, r->p);
  printf("\n\n");
}

/* The largest standardised adjustment, where it is large; figures that share it cannot be told apart. */
static void print_suspects(const balance_call *c) {
  const sx_balance_result *r = c->result;
  double largest = 0;
  size_t n = 0;
  for (size_t i = 0; i < r->n_rows; i++) largest = fmax(largest, fabs(r->rows[i].standardised));
  if (!(largest > 2.5)) return;
  printf("\n");
  for (size_t i = 0; i < r->n_rows; i++) {
    if (!(fabs(r->rows[i].standardised) > largest * (1 - 1e-9))) continue;
    printf("%s%s", n ? cli_text(c->app, ", ", "、") : "", r->rows[i].id);
    n++;
  }
  if (n == 1)
    printf(c->app->chinese ? "：调整量是其标准误的 %.2g 倍，为各数字之首，应首先核查"
                           : ": its adjustment is %.2g times the standard error of the adjustment, the largest: look "
                             "for an error there first",
           largest);
  else
    printf(c->app->chinese ? "：调整量都是其标准误的 %.2g 倍，恒等式分不出其中哪一个有误"
                           : ": their adjustments are all %.2g times the standard error of the adjustment: the "
                             "identities cannot tell which of them is wrong",
           largest);
  printf("\n");
}

static void print_notes(const balance_call *c) {
  const sx_balance_result *r = c->result;
  print_suspects(c);
  if (r->n_active == 0) return;
  printf("\n");
  printf(
      c->app->chinese
          ? "%zu 个数字位于界上：new.se 只计恒等式，不因界而变小；以界为已知时的标准误见 csv、json 的 se.at.bounds"
          : "%zu at a bound: new.se is that of the identities alone, which bounds do not lower; given the bounds it is "
            "se.at.bounds (csv, json)",
      r->n_active);
  printf("\n");
}

static sx_status run_call(balance_call *c, sx_error *err) {
  const char *distance = cli_value(c->args, "distance");
  sx_balance_request q = SX_BALANCE_REQUEST_INIT;
  if (distance && strcmp(distance, "relative") == 0)
    q.distance = SX_BALANCE_RELATIVE;
  else if (distance && strcmp(distance, "absolute") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--distance", "'%s' is not absolute or relative", distance);
  SX_TRY(sx_arena_new(&c->arena, &c->app->ctx, err));
  SX_TRY(cli_balance_read(c, err));
  q.figures = c->figures;
  q.n_figures = c->n;
  q.covariance = c->covariance;
  q.identities = c->identities;
  q.n_identities = c->n_ids;
  const sx_status status = sx_account_balance(&c->result, &c->app->ctx, &q, err);
  if (status != SX_OK) {
    if (err) cli_balance_place(c, err);
    return status;
  }
  const bool table = strcmp(c->app->format, "table") == 0;
  if (table) print_head(c);
  SX_TRY(cli_flag(c->args, "checks") ? print_checks(c, err) : print_figures(c, err));
  if (table && !cli_flag(c->args, "checks")) print_notes(c);
  return SX_OK;
}

static int run_balance(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  balance_call c = {.app = app, .args = args};
  const sx_status status = run_call(&c, &err);
  sx_balance_result_free(c.result);
  for (size_t k = 0; c.terms && k < c.n_ids; k++) sx_mem_free(&app->ctx, c.terms[k]);
  sx_doc_free(c.doc);
  sx_arena_free(c.arena);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_balance_command = {
    .name = "balance",
    .synopsis = "FIGURES.csv IDENTITIES.yaml [options]",
    .summary_en = "figures with errors adjusted so that they add up, by generalised least squares",
    .summary_zh = "平衡：用广义最小二乘调整带误差的数字，使恒等式成立",
    .detail_en = "FIGURES.csv has a row per figure: id, value, se, and where wanted lower, upper, label, unit. A "
                 "figure with the\n"
                 "se 0 is fixed. IDENTITIES.yaml is a list of {id, sum: total, of: [part, part]} or {id, formula: \"a "
                 "== b + 2 * c\"}.\n"
                 "Every figure moves by what its error, and its covariances, make the likeliest; the errors shrink "
                 "accordingly.\n"
                 "moved.se is the move in the figure's own standard errors; standardised is the move over the standard "
                 "error of\n"
                 "the move: a large one points to a wrong figure. The chi-square tests whether the imbalances are as "
                 "small as the\n"
                 "errors promise. Identities that contradict each other, or bounds that cannot hold, are named.\n"
                 "docs/methods/balancing.md has the formulas.",
    .detail_zh =
        "FIGURES.csv 每行一个数字：id、value、se，需要时加 lower、upper、label、unit。se 为 0 的数字固定不动。\n"
        "IDENTITIES.yaml 列出恒等式：{id, sum: total, of: [part, part]} 或 {id, formula: \"a == b + 2 * c\"}。\n"
        "各数字按其误差（及协方差）分担差额，误差随之变小。moved.se 为移动量与原标准误之比；standardised 为移动量\n"
        "与移动量标准误之比，数值大者可能有误。卡方检验失衡是否在误差允许之内。相互矛盾的恒等式、无法满足的界\n"
        "会被指名。公式见 docs/methods/balancing.md。",
    .example = "shuxiao balance examples/balance/figures.csv examples/balance/identities.yaml",
    .options = balance_options,
    .n_options = sizeof balance_options / sizeof *balance_options,
    .min_words = 2,
    .max_words = 2,
    .run = run_balance};
