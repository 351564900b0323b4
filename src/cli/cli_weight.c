/* cli_weight.c: rakes or post-stratifies and writes the file with its new weights. */
#include <math.h>
#include <string.h>

#include "cli_design.h"
#include "shuxiao/weighting.h"

static const cli_option weight_options[] = {
    CLI_DESIGN_OPTIONS,
    {"rake", "'sex: male=690, female=670'", "a margin; give one --rake for each", "一个边际；可多次给出"},
    {"poststratify", "'sex,age: male 60+=120, ...'", "post-strata, crossed variables joined by commas",
     "事后分层，交叉变量以逗号相连"},
    {"bounds", "L,U", "least and largest adjustment factor", "调整系数的下限和上限"},
    {"tolerance", "T", "largest relative miss of a margin (1e-12)", "边际的最大相对偏差（1e-12）"},
    {"name", "W", "name of the new weight variable (weight_raked)", "新权数变量名（weight_raked）"},
    {"output", "FILE", "where to (required)", "输出文件（必需）"},
};

enum { MAX_MARGINS = 64 };

/* "a,b: x y=1, z w=2": variables before the colon, then cells; the levels of a crossing are separated by '/' or blanks. */
static sx_status parse_cell(const char *const **levels, double *total, sx_arena *arena, const char *text,
                            size_t n_variables, sx_error *err) {
  const char *equals = strrchr(text, '=');
  if (!equals || !sx_text_to_double(total, equals + 1, strlen(equals + 1))) {
    return sx_error_set(err, SX_E_ARGUMENT, text, "a cell is LEVEL=TOTAL");
  }
  char *names = sx_arena_strndup(arena, text, (size_t)(equals - text));
  if (!names) return sx_error_memory(err);
  for (size_t n = strlen(names); n > 0 && names[n - 1] == ' '; n--) names[n - 1] = '\0';
  if (n_variables == 1) {
    const char **one = sx_arena_alloc(arena, 1, sizeof *one);
    if (!one) return sx_error_memory(err);
    one[0] = names;
    *levels = one;
    return SX_OK;
  }
  size_t n = 0;
  SX_TRY(cli_split(levels, &n, arena, names, strchr(names, '/') ? '/' : ' ', err));
  if (n != n_variables) {
    return sx_error_set(err, SX_E_ARGUMENT, text, "%zu levels for %zu variables: write them as level/level=TOTAL", n,
                        n_variables);
  }
  return SX_OK;
}

static sx_status parse_margin(sx_target *out, sx_arena *arena, const char *text, sx_error *err) {
  const char *colon = strchr(text, ':');
  if (!colon) return sx_error_set(err, SX_E_ARGUMENT, text, "a margin is 'VARIABLE: LEVEL=TOTAL, LEVEL=TOTAL, ...'");
  char *variables = sx_arena_strndup(arena, text, (size_t)(colon - text));
  if (!variables) return sx_error_memory(err);
  SX_TRY(cli_split(&out->variables, &out->n_variables, arena, variables, ',', err));
  const char *const *cells = NULL;
  SX_TRY(cli_split(&cells, &out->n_cells, arena, colon + 1, ',', err));
  const char *const **levels = sx_arena_alloc(arena, out->n_cells, sizeof *levels);
  double *totals = sx_arena_alloc(arena, out->n_cells, sizeof *totals);
  if (!levels || !totals) return sx_error_memory(err);
  for (size_t c = 0; c < out->n_cells; c++)
    SX_TRY(parse_cell(&levels[c], &totals[c], arena, cells[c], out->n_variables, err));
  out->levels = (const char *const *const *)levels;
  out->totals = totals;
  out->name = variables;
  return SX_OK;
}

static sx_status read_margins(sx_target *out, size_t *n, sx_arena *arena, const cli_args *args, const char *option,
                              sx_error *err) {
  *n = 0;
  for (size_t i = 0; i < args->n_given; i++) {
    if (strcmp(args->given[i]->name, option) != 0) continue;
    if (*n == MAX_MARGINS) return sx_error_set(err, SX_E_LIMIT, option, "at most %d margins", MAX_MARGINS);
    out[*n] = (sx_target){.n_cells = 0};
    SX_TRY(parse_margin(&out[(*n)++], arena, args->values[i], err));
  }
  return SX_OK;
}

static sx_status read_rake_options(sx_rake_options *options, sx_arena *arena, const cli_app *app, const cli_args *args,
                                   sx_error *err) {
  const char *bounds = cli_value(args, "bounds");
  if (!cli_number(&options->tolerance, app, args, "tolerance"))
    return sx_error_set(err, SX_E_ARGUMENT, "--tolerance", "give a number");
  if (!bounds) return SX_OK;
  const char *const *sides = NULL;
  size_t n = 0;
  SX_TRY(cli_split(&sides, &n, arena, bounds, ',', err));
  if (n != 2 || !sx_text_to_double(&options->lower, sides[0], strlen(sides[0])) ||
      !sx_text_to_double(&options->upper, sides[1], strlen(sides[1]))) {
    return sx_error_set(err, SX_E_ARGUMENT, "--bounds", "give two numbers: 0.2,5");
  }
  return SX_OK;
}

static sx_status adjust(sx_design **out, sx_weight_report *report, const sx_design *design, const sx_table *table,
                        sx_arena *arena, const cli_app *app, const cli_args *args, sx_error *err) {
  sx_target targets[MAX_MARGINS];
  size_t n_rake = 0, n_post = 0;
  sx_rake_options options = SX_RAKE_OPTIONS_INIT;
  SX_TRY(read_rake_options(&options, arena, app, args, err));
  SX_TRY(read_margins(targets, &n_post, arena, args, "poststratify", err));
  if (n_post == 1) return sx_weighting_poststratify(out, design, table, &targets[0], report, err);
  if (n_post > 1)
    return sx_error_set(err, SX_E_ARGUMENT, "--poststratify", "one crossing only: use --rake for several margins");
  SX_TRY(read_margins(targets, &n_rake, arena, args, "rake", err));
  if (n_rake == 0) return sx_error_set(err, SX_E_ARGUMENT, "", "nothing to weight to: give --rake or --poststratify");
  return sx_weighting_rake(out, design, table, targets, n_rake, &options, report, err);
}

static sx_status add_weights(sx_table *table, const sx_design *design, const char *name, sx_error *err) {
  sx_column *column = NULL;
  SX_TRY(sx_table_add(&column, table, name, SX_NUMBER, err));
  memcpy(column->data.f64, sx_design_weights(design), column->n * sizeof(double));
  return sx_column_set_label(sx_table_ctx(table), column, sx_design_describe(design), err);
}

static void say_report(const cli_app *app, const sx_weight_report *r) {
  cli_say(app, "%zu %s; %s %.3g (%s)", r->iterations, cli_text(app, "iterations", "次迭代"),
          cli_text(app, "largest relative miss", "最大相对偏差"), r->worst, r->worst_cell);
  cli_say(app, "%s %.6g .. %.6g; %s %.4g .. %.4g%s; Kish deff %.4g", cli_text(app, "weights", "权数"), r->min_weight,
          r->max_weight, cli_text(app, "factors", "调整系数"), r->min_factor, r->max_factor,
          r->n_at_bound ? " (some at a bound)" : "", r->kish_deff);
}

static int run_weight(cli_app *app, const cli_args *args) {
  sx_error err = SX_ERROR_INIT;
  sx_arena *arena = NULL;
  sx_table *table = NULL;
  sx_design *design = NULL, *weighted = NULL;
  sx_weight_report report = {.iterations = 0};
  const char *path = args->words[0], *output = cli_value(args, "output"), *name = cli_value(args, "name");
  if (!output) return cli_usage(app, "weight needs --output FILE");
  sx_status status = sx_arena_new(&arena, &app->ctx, &err);
  if (status == SX_OK) status = cli_read_table(&table, app, args, path, &err);
  if (status == SX_OK) status = cli_read_design(&design, app, args, table, path, arena, &err);
  if (status == SX_OK) status = adjust(&weighted, &report, design, table, arena, app, args, &err);
  if (status == SX_OK) status = add_weights(table, weighted, name ? name : "weight_raked", &err);
  if (status == SX_OK) status = sx_io_write(table, output, &err);
  cli_progress_end(app);
  if (status == SX_OK) say_report(app, &report);
  sx_design_free(weighted);
  sx_design_free(design);
  sx_table_free(table);
  sx_arena_free(arena);
  return status == SX_OK ? CLI_OK : cli_fail(app, &err);
}

const cli_command cli_weight_command = {
    .name = "weight",
    .synopsis = "FILE --rake '...' --output OUT [options]",
    .summary_en = "rake or post-stratify, and write the weights",
    .summary_zh = "耙平（迭代比例拟合）或事后分层，并写出权数",
    .detail_en =
        "Each margin names its variable and the population total of every level. Margins must agree in their grand "
        "total,\n"
        "and every level of the population must be in the sample; otherwise the error names what does not fit.",
    .example =
        "shuxiao weight interviews.sav --weights base_weight --rake 'sex: male=690, female=654' --output weighted.sav",
    .options = weight_options,
    .n_options = sizeof weight_options / sizeof *weight_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_weight};
