/* cli_revisions.c: what later publications made of a number. */
#include <math.h>
#include <string.h>

#include "cli_store.h"
#include "shuxiao/store_diff.h"

static const cli_option revisions_options[] = {
    {"publish", "LABEL", "make the newest run known as a publication by this name, and stop",
     "把最近一次运行以此名登记为一次发布，然后结束"},
    {"run", "N", "with --publish: this run", "与 --publish 合用：登记这次运行"},
    {"statistic", "NAME", "of each indicator this one (its main one)", "各指标的这一统计量（默认其主要统计量）"},
    {"domains", NULL, "groups too, not the total alone", "不仅总体，也列各群体"},
    {"changed", NULL, "only what was revised", "只列修订过的"},
};

static sx_status publish(sx_store *store, const cli_args *args, const cli_app *app, sx_error *err) {
  const char *label = cli_value(args, "publish"), *number = cli_value(args, "run");
  sx_store_run run = {.id = 0};
  if (args->n_words > 1)
    return sx_error_set(err, SX_E_ARGUMENT, "--publish", "is of a run, not of the indicator '%s'", args->words[1]);
  if (!number) SX_TRY(sx_store_latest(&run, store, err));
  if (number && !sx_text_to_int64(&run.id, number, strlen(number)))
    return sx_error_set(err, SX_E_ARGUMENT, "--run", "'%s' is not a number of a run", number);
  SX_TRY(sx_store_publish(store, run.id, label, err));
  cli_say(app, "%s %lld: %s", cli_text(app, "published: run", "已登记为发布：运行"), (long long)run.id, label);
  return SX_OK;
}

static const char *vintage_name(sx_arena *arena, const sx_vintage *v) {
  return v->label ? v->label : sx_arena_printf(arena, "run %lld", (long long)v->run);
}

static sx_status print_triangle(const cli_app *app, const sx_revisions *r, sx_arena *arena, sx_error *err) {
  cli_grid grid;
  const int digits = cli_is_machine(app) ? 17 : 7;
  cli_grid_init(&grid, arena, r->n_vintages + 6);
  static const char *const heads[] = {"indicator", "statistic", "domain", "wave"};
  for (size_t i = 0; i < 4; i++) cli_grid_add(&grid, heads[i]);
  for (size_t v = 0; v < r->n_vintages; v++) cli_grid_add(&grid, vintage_name(arena, &r->vintages[v]));
  cli_grid_add(&grid, "revision");
  cli_grid_add(&grid, "in.se");
  for (size_t i = 0; i < r->n_rows; i++) {
    const sx_revision_row *row = &r->rows[i];
    cli_grid_add(&grid, row->indicator);
    cli_grid_add(&grid, row->statistic);
    cli_grid_add(&grid, *row->domain ? row->domain : "total");
    cli_grid_add(&grid, row->wave);
    for (size_t v = 0; v < r->n_vintages; v++) cli_grid_add_number(&grid, row->value[v], digits);
    cli_grid_add_number(&grid, row->revision, cli_is_machine(app) ? 17 : 4);
    cli_grid_add_number(&grid, row->in_se, cli_is_machine(app) ? 17 : 3);
  }
  return cli_grid_print(&grid, stdout, app->format, err);
}

static sx_status print_summaries(const cli_app *app, const sx_revisions *r, sx_arena *arena, sx_error *err) {
  static const char *const heads[] = {"indicator",     "statistic",        "n",      "mean",
                                      "mean.absolute", "root.mean.square", "largest"};
  cli_grid grid;
  cli_grid_init(&grid, arena, 7);
  for (size_t i = 0; i < 7; i++) cli_grid_add(&grid, heads[i]);
  for (size_t i = 0; i < r->n_summaries; i++) {
    const sx_revision_summary *s = &r->summaries[i];
    const double values[] = {s->mean, s->mean_absolute, s->root_mean_square, s->largest};
    cli_grid_add(&grid, s->indicator);
    cli_grid_add(&grid, s->statistic);
    cli_grid_add_count(&grid, (double)s->n);
    for (size_t k = 0; k < 4; k++) cli_grid_add_number(&grid, values[k], 4);
  }
  printf("\n%s\n", cli_text(app, "Revisions from the first to the last publication", "自首次至末次发布的修订"));
  return cli_grid_print(&grid, stdout, app->format, err);
}

static sx_status show(sx_store *store, const cli_args *args, const cli_app *app, sx_error *err) {
  const sx_revision_options options = {args->words + 1, args->n_words - 1, cli_value(args, "statistic"),
                                       cli_flag(args, "domains"), cli_flag(args, "changed")};
  sx_revisions *r = NULL;
  sx_arena *arena = NULL;
  sx_status status = SX_OK;
  if (cli_value(args, "run")) return sx_error_set(err, SX_E_ARGUMENT, "--run", "goes with --publish");
  SX_TRY(sx_arena_new(&arena, &app->ctx, err));
  SX_TRY_GOTO(status, sx_store_revisions(&r, store, &options, err), done);
  if (r->n_vintages == 1)
    cli_say(app, "%s",
            cli_text(app, "there is one publication so far: nothing is revised", "至今只有一次发布，尚无修订"));
  SX_TRY_GOTO(status, print_triangle(app, r, arena, err), done);
  if (!cli_is_machine(app) && r->n_vintages > 1 && r->n_summaries)
    SX_TRY_GOTO(status, print_summaries(app, r, arena, err), done);
done:
  sx_revisions_free(r);
  sx_arena_free(arena);
  return status;
}

static int run_revisions(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_store *store = NULL;
  const bool writing = cli_value(args, "publish") != NULL;
  sx_status status = cli_store_open(&store, app, args->words[0], writing ? SX_STORE_WRITE : SX_STORE_READ, &err);
  if (status == SX_OK) status = writing ? publish(store, args, app, &err) : show(store, args, app, &err);
  sx_store_close(store);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_revisions_command = {
    .name = "revisions",
    .synopsis = "RESULTS.db [INDICATOR ...] [options]",
    .summary_en = "what later publications made of each number",
    .summary_zh = "各数字在历次发布中的修订",
    .detail_en =
        "A store keeps the numbers of every run. A row of the triangle is one quantity of one wave, a column a\n"
        "publication; runs are publications once they are named by --publish, and until one is, every run counts.\n"
        "Below: of the revisions from first to last their mean, mean absolute size, root mean square and largest.",
    .detail_zh = "库中保留每次运行的数字。表中一行为某期的一个量，一列为一次发布；用 --publish 命名的运行为发布，\n"
                 "尚无命名时每次运行都算一次发布。表下列出自首次至末次发布的修订：平均、平均绝对值、均方根与最大者。",
    .example = "shuxiao revisions studies/digital-consumption-2025h1/out consumers consumer_rate",
    .options = revisions_options,
    .n_options = sizeof revisions_options / sizeof *revisions_options,
    .min_words = 1,
    .max_words = CLI_MAX_WORDS,
    .run = run_revisions};
