/* cli_weighting.c: margins and totals from options, and the adjustment that they ask for. */
#include "cli_weighting.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "shuxiao/weighting_response.h"

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

static sx_status read_pair(double *low, double *high, sx_arena *arena, const cli_args *args, const char *option,
                           const char *example, sx_error *err) {
  const char *text = cli_value(args, option);
  const char *const *sides = NULL;
  size_t n = 0;
  if (!text) return SX_OK;
  SX_TRY(cli_split(&sides, &n, arena, text, ',', err));
  if (n == 2 && sx_text_to_double(low, sides[0], strlen(sides[0])) &&
      sx_text_to_double(high, sides[1], strlen(sides[1])))
    return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, option, "'%s' is not two numbers as in --%s %s", text, option, example);
}

/* ---- totals of --calibrate --------------------------------------------------------------------------------- */

/* A copy without blanks at its ends. */
static char *trimmed_copy(sx_arena *arena, const char *text, size_t n) {
  while (n > 0 && *text == ' ') text++, n--;
  while (n > 0 && text[n - 1] == ' ') n--;
  return sx_arena_strndup(arena, text, n);
}

static bool number_in(double *out, const char *text, size_t n) {
  while (n > 0 && *text == ' ') text++, n--;
  while (n > 0 && text[n - 1] == ' ') n--;
  return sx_text_to_double(out, text, n);
}

/* "TOTAL", "TOTAL~SLACK", "TOTAL±SE" or "TOTAL+-SE". */
static bool parse_total(sx_control *c, double *se, const char *text) {
  static const char *const signs[] = {"~", "±", "+-"};
  for (size_t k = 0; k < 3; k++) {
    const char *sign = strstr(text, signs[k]);
    if (!sign) continue;
    const char *behind = sign + strlen(signs[k]);
    return number_in(&c->total, text, (size_t)(sign - text)) &&
           number_in(k == 0 ? &c->slack : se, behind, strlen(behind)) && *se >= 0;
  }
  return number_in(&c->total, text, strlen(text));
}

/* "stype=H*api99": levels and at most one amount, joined by '*'. */
static sx_status parse_terms(sx_control *c, sx_arena *arena, const char *text, sx_error *err) {
  const char *const *parts = NULL;
  size_t n = 0;
  if (strcasecmp(text, "(intercept)") == 0 || strcmp(text, "1") == 0) return SX_OK;
  SX_TRY(cli_split(&parts, &n, arena, text, '*', err));
  const char **factors = sx_arena_alloc(arena, n, sizeof *factors), **levels = sx_arena_alloc(arena, n, sizeof *levels);
  if (!factors || !levels) return sx_error_memory(err);
  for (size_t p = 0; p < n; p++) {
    const char *equals = strchr(parts[p], '=');
    if (!equals && c->variable)
      return sx_error_set(err, SX_E_ARGUMENT, text, "a total is of one amount at most: '%s' or '%s'", c->variable,
                          parts[p]);
    char *name = trimmed_copy(arena, parts[p], equals ? (size_t)(equals - parts[p]) : strlen(parts[p]));
    char *level = equals ? trimmed_copy(arena, equals + 1, strlen(equals + 1)) : NULL;
    if (!name || (equals && !level)) return sx_error_memory(err);
    if (!name[0]) return sx_error_set(err, SX_E_ARGUMENT, text, "a variable's name is missing");
    if (!equals) {
      c->variable = name;
      continue;
    }
    factors[c->n_factors] = name;
    levels[c->n_factors++] = level;
  }
  c->factors = factors;
  c->levels = levels;
  return SX_OK;
}

/* "(intercept)=6194", "stype=H: 755", "api99=3914069": the total stands after the last colon, or the last equals sign. */
static sx_status parse_control(sx_control *out, double *se, sx_arena *arena, const char *text, sx_error *err) {
  sx_control c = {NULL, NULL, 0, NULL, 0, 0};
  const char *at = strrchr(text, ':');
  if (!at || !parse_total(&c, se, at + 1)) at = strrchr(text, '=');
  if (!at || at == text || !parse_total(&c, se, at + 1))
    return sx_error_set(err, SX_E_ARGUMENT, text,
                        "a total is VARIABLE=TOTAL for an amount, VARIABLE=LEVEL: TOTAL for a category, or "
                        "(intercept)=TOTAL; TOTAL~SLACK is soft, TOTAL±SE an estimate");
  char *left = trimmed_copy(arena, text, (size_t)(at - text));
  if (!left) return sx_error_memory(err);
  SX_TRY(parse_terms(&c, arena, left, err));
  *out = c;
  return SX_OK;
}

static sx_status read_controls(sx_control **out, double **se, size_t *n, sx_arena *arena, const cli_args *args,
                               sx_error *err) {
  sx_control *all = NULL;
  double *errors = NULL;
  *n = 0;
  for (size_t i = 0; i < args->n_given; i++) {
    if (strcmp(args->given[i]->name, "totals") != 0) continue;
    const char *const *items = NULL;
    size_t n_items = 0;
    SX_TRY(cli_split(&items, &n_items, arena, args->values[i], ',', err));
    sx_control *more = sx_arena_alloc(arena, *n + n_items, sizeof *more);
    double *wider = sx_arena_zalloc(arena, *n + n_items, sizeof *wider);
    if (!more || !wider) return sx_error_memory(err);
    if (*n > 0) memcpy(more, all, *n * sizeof *more);
    if (*n > 0) memcpy(wider, errors, *n * sizeof *wider);
    all = more;
    errors = wider;
    for (size_t k = 0; k < n_items; k++)
      if (items[k][0]) {
        SX_TRY(parse_control(&all[*n], &errors[*n], arena, items[k], err));
        ++*n;
      }
  }
  *out = all;
  *se = errors;
  if (*n == 0) return sx_error_set(err, SX_E_ARGUMENT, "--calibrate", "give the totals with --totals");
  return SX_OK;
}

static sx_status read_method(sx_calibrate_options *o, sx_arena *arena, const cli_app *app, const cli_args *args,
                             sx_error *err) {
  const char *method = cli_value(args, "calibrate");
  const bool truncated = strcmp(method, "truncated") == 0;
  if (strcmp(method, "raking") == 0)
    o->distance = SX_DISTANCE_RAKING;
  else if (strcmp(method, "logit") == 0)
    o->distance = SX_DISTANCE_LOGIT;
  else if (strcmp(method, "linear") != 0 && !truncated)
    return sx_error_set(err, SX_E_ARGUMENT, "--calibrate", "'%s' is not linear, raking, logit or truncated", method);
  if ((truncated || o->distance == SX_DISTANCE_LOGIT) && !cli_value(args, "bounds"))
    return sx_error_set(err, SX_E_ARGUMENT, "--calibrate", "%s needs --bounds L,U, as in --bounds 0.5,2", method);
  o->q = cli_value(args, "q");
  o->aggregate = cli_value(args, "aggregate");
  if (!cli_number(&o->tolerance, app, args, "tolerance"))
    return sx_error_set(err, SX_E_ARGUMENT, "--tolerance", "give a number");
  return read_pair(&o->lower, &o->upper, arena, args, "bounds", "0.5,2", err);
}

/* ---- the adjustment ------------------------------------------------------------------------------------------- */

/* --totals-from STUDY: every item of --totals is a count, level or amount without a number; both come from the other sample. */
static sx_status totals_from(sx_control **out, size_t *n, double **cov, double *df, const char *path, sx_arena *arena,
                             const cli_app *app, const cli_args *args, sx_error *err) {
  sx_control *all = NULL;
  sx_table *table = NULL;
  sx_design *design = NULL;
  const cli_args none = {.n_words = 0};
  cli_app own = *app;
  const char *text = cli_value(args, "totals");
  const char *const *items = NULL;
  size_t size = 0;
  if (!text) return sx_error_set(err, SX_E_ARGUMENT, "--totals-from", "say with --totals which");
  if (!cli_is_study(path))
    return sx_error_set(err, SX_E_ARGUMENT, "--totals-from", "'%s' is not a study (.yaml) of the other sample", path);
  SX_TRY(cli_split(&items, n, arena, text, ',', err));
  all = sx_arena_zalloc(arena, *n, sizeof *all);
  double *total = sx_arena_zalloc(arena, *n, sizeof *total);
  *cov = sx_size_mul(&size, *n, *n) ? sx_arena_zalloc(arena, size, sizeof **cov) : NULL;
  if (!all || !total || !*cov) return sx_error_memory(err);
  for (size_t k = 0; k < *n; k++) SX_TRY(parse_terms(&all[k], arena, items[k], err));
  SX_TRY(cli_read_study(&table, &design, &own, &none, path, err));
  sx_status status = sx_weighting_estimate_totals(total, *cov, design, table, all, *n, err);
  if (status == SX_OK) *df = sx_design_df(design);
  if (status != SX_OK) sx_error_add_where(err, "%s", path);
  for (size_t k = 0; status == SX_OK && k < *n; k++) all[k].total = total[k];
  *out = all;
  sx_design_free(design);
  sx_table_free(table);
  return status;
}

/* Independent totals with standard errors. */
static sx_status calibrate_estimated(sx_design **out, cli_weighting_report *report, const sx_design *design,
                                     const sx_table *table, const sx_control *controls, const double *se, size_t n,
                                     const sx_calibrate_options *o, sx_arena *arena, const cli_app *app,
                                     const cli_args *args, sx_error *err) {
  double df = (double)INFINITY, *cov = sx_arena_zalloc(arena, n * n, sizeof *cov);
  if (!cov) return sx_error_memory(err);
  if (!cli_number(&df, app, args, "totals-df")) return sx_error_set(err, SX_E_ARGUMENT, "--totals-df", "give a number");
  for (size_t k = 0; k < n; k++) cov[k * n + k] = se[k] * se[k];
  return sx_weighting_calibrate_estimated(out, design, table, controls, n, cov, df, o, &report->calibrated, err);
}

static sx_status calibrate(sx_design **out, cli_weighting_report *report, const sx_design *design,
                           const sx_table *table, sx_arena *arena, const cli_app *app, const cli_args *args,
                           sx_error *err) {
  sx_calibrate_options o = SX_CALIBRATE_OPTIONS_INIT;
  sx_control *controls = NULL;
  size_t n = 0;
  double *se = NULL;
  bool errors = false;
  SX_TRY(read_method(&o, arena, app, args, err));
  const char *from = cli_value(args, "totals-from");
  if (from) {
    double *cov = NULL, df = (double)INFINITY;
    SX_TRY(totals_from(&controls, &n, &cov, &df, from, arena, app, args, err));
    if (!cli_number(&df, app, args, "totals-df"))
      return sx_error_set(err, SX_E_ARGUMENT, "--totals-df", "give a number");
    return sx_weighting_calibrate_estimated(out, design, table, controls, n, cov, df, &o, &report->calibrated, err);
  }
  SX_TRY(read_controls(&controls, &se, &n, arena, args, err));
  for (size_t k = 0; k < n; k++) errors = errors || se[k] > 0;
  if (errors) return calibrate_estimated(out, report, design, table, controls, se, n, &o, arena, app, args, err);
  return sx_weighting_calibrate(out, design, table, controls, n, &o, &report->calibrated, err);
}

static sx_status rake(sx_design **out, cli_weighting_report *report, const sx_design *design, const sx_table *table,
                      sx_arena *arena, const cli_app *app, const cli_args *args, sx_error *err) {
  sx_target targets[MAX_MARGINS];
  size_t n = 0;
  sx_weight_report *r = &report->calibrated.weights;
  if (cli_value(args, "poststratify")) {
    SX_TRY(read_margins(targets, &n, arena, args, "poststratify", err));
    if (n == 1) return sx_weighting_poststratify(out, design, table, &targets[0], r, err);
    return sx_error_set(err, SX_E_ARGUMENT, "--poststratify", "one crossing only: use --rake for several margins");
  }
  sx_rake_options o = SX_RAKE_OPTIONS_INIT;
  SX_TRY(read_pair(&o.lower, &o.upper, arena, args, "bounds", "0.2,5", err));
  if (!cli_number(&o.tolerance, app, args, "tolerance"))
    return sx_error_set(err, SX_E_ARGUMENT, "--tolerance", "give a number");
  SX_TRY(read_margins(targets, &n, arena, args, "rake", err));
  return sx_weighting_rake(out, design, table, targets, n, &o, r, err);
}

static sx_status check_options(const cli_args *args, sx_error *err) {
  const bool calibrates = cli_value(args, "calibrate") != NULL, rakes = cli_value(args, "rake") != NULL,
             post = cli_value(args, "poststratify") != NULL;
  if (calibrates + rakes + post > 1)
    return sx_error_set(err, SX_E_ARGUMENT, "",
                        "--rake, --poststratify and --calibrate exclude one another: --calibrate takes every total");
  static const char *const needs[] = {"totals", "aggregate", "q", "totals-df", "totals-from"};
  for (size_t k = 0; k < 5 && !calibrates; k++)
    if (cli_value(args, needs[k]))
      return sx_error_set(err, SX_E_ARGUMENT, needs[k], "--%s belongs to --calibrate", needs[k]);
  if (cli_value(args, "bounds") && !calibrates && !rakes)
    return sx_error_set(err, SX_E_ARGUMENT, "--bounds", "it belongs to --rake or --calibrate");
  if (cli_value(args, "tolerance") && !calibrates && !rakes)
    return sx_error_set(err, SX_E_ARGUMENT, "--tolerance", "it belongs to --rake or --calibrate");
  return SX_OK;
}

static bool takes(const cli_args *args, const char *option) {
  for (size_t k = 0; args->command && k < args->command->n_options; k++)
    if (strcmp(args->command->options[k].name, option) == 0) return true;
  return false;
}

/* A name among others: in "a, b" or "a/b", not in "ab". */
static bool names_it(const char *text, const char *name) {
  static const char ends[] = " ,:;/()+-*<>=!'\"`&|~";
  const size_t n = strlen(name);
  for (const char *at = text; n > 0 && at && (at = strstr(at, name)); at++)
    if ((at == text || strchr(ends, at[-1])) && strchr(ends, at[n]))
      return true; /* at[n] may be the end, which strchr finds */
  return false;
}

/* --factor says something of a variable that is estimated, or a covariate of the propensity. */
static sx_status check_factors(const sx_table *table, sx_arena *arena, const cli_args *args, sx_error *err) {
  const char *text = cli_value(args, "factor"), *nonresponse = cli_value(args, "nonresponse");
  const char *const *names = NULL;
  size_t n = 0;
  if (!text || !takes(args, "nonresponse") || takes(args, "covariates")) return SX_OK;
  SX_TRY(cli_split(&names, &n, arena, text, ',', err));
  for (size_t k = 0; k < n; k++) {
    char *name = trimmed_copy(arena, names[k], strlen(names[k]));
    if (!name) return sx_error_memory(err);
    const sx_column *column = NULL;
    const sx_status there = sx_table_need(&column, table, name, err);
    if (there != SX_OK) sx_error_add_where(err, "--factor");
    SX_TRY(there);
    bool used = nonresponse && names_it(nonresponse, name);
    for (size_t w = 1; w < args->n_words; w++) used = used || names_it(args->words[w], name);
    if (!used)
      return sx_error_set(err, SX_E_ARGUMENT, "--factor",
                          "%s is neither estimated nor a variable of --nonresponse: leave it out", name);
  }
  return SX_OK;
}

static sx_status check_response(const cli_args *args, sx_error *err) {
  const char *nonresponse = cli_value(args, "nonresponse");
  const bool adjusts = nonresponse || cli_value(args, "eligibility");
  const bool propensity = nonresponse && strncmp(nonresponse, "propensity:", 11) == 0;
  static const char *const needs[] = {"respondent", "eligible", "min-respondents", "max-factor", "propensity-strata"};
  for (size_t k = 0; k < sizeof needs / sizeof *needs && !adjusts; k++)
    if (cli_value(args, needs[k]))
      return sx_error_set(err, SX_E_ARGUMENT, "", "--%s belongs to --nonresponse or --eligibility", needs[k]);
  if (cli_value(args, "codes") && !cli_value(args, "disposition"))
    return sx_error_set(err, SX_E_ARGUMENT, "", "--codes belongs to --disposition");
  if (cli_value(args, "disposition") && !adjusts && takes(args, "nonresponse"))
    return sx_error_set(err, SX_E_ARGUMENT, "--disposition",
                        "alone it leaves the nonrespondents in: add --nonresponse classes:VARIABLES (or classes:all) "
                        "or --eligibility, or leave them out with --where");
  if (cli_value(args, "eligible") && !cli_value(args, "respondent"))
    return sx_error_set(err, SX_E_ARGUMENT, "", "--eligible belongs to --respondent");
  if (cli_value(args, "propensity-strata") && !propensity)
    return sx_error_set(err, SX_E_ARGUMENT, "", "--propensity-strata belongs to --nonresponse propensity:VARIABLES");
  if (cli_value(args, "min-respondents") && propensity && !cli_value(args, "eligibility"))
    return sx_error_set(err, SX_E_ARGUMENT, "",
                        "--min-respondents belongs to classes: --nonresponse classes:VARIABLES or --eligibility");
  return SX_OK;
}

static void add_step(cli_weighting_report *report, const char *name, const sx_design *design, const sx_design *before) {
  const double *w = sx_design_weights(design), *old = before ? sx_design_weights(before) : w;
  const size_t n = sx_design_rows(design);
  cli_weighting_step s = {name, 0, 0, 0, (double)INFINITY, -(double)INFINITY, sx_weighting_kish_deff(w, n)};
  for (size_t i = 0; i < n; i++) {
    s.sum += w[i];
    s.n_changed += w[i] != old[i];
    if (w[i] == 0) continue;
    s.n_cases++;
    s.min = fmin(s.min, w[i]);
    s.max = fmax(s.max, w[i]);
  }
  if (report->n_steps < CLI_MAX_STEPS) report->steps[report->n_steps++] = s;
}

/* *design becomes the adjusted one. */
static void take(sx_design **design, sx_design *adjusted, cli_weighting_report *report, const char *name) {
  add_step(report, name, adjusted, *design);
  sx_design_free(*design);
  *design = adjusted;
}

static sx_status respond(sx_design **design, cli_weighting_report *report, const sx_table *table, sx_arena *arena,
                         const cli_app *app, const cli_args *args, sx_error *err) {
  sx_design *adjusted = NULL;
  uint8_t *status = NULL;
  if (cli_value(args, "eligibility") || cli_value(args, "nonresponse"))
    SX_TRY(cli_weighting_status(&status, table, arena, args, err));
  if (cli_value(args, "eligibility")) {
    SX_TRY(cli_weighting_eligibility(&adjusted, *design, table, status, arena, app, args, err));
    take(design, adjusted, report, "eligibility");
  }
  if (cli_value(args, "nonresponse")) {
    SX_TRY(cli_weighting_nonresponse(&adjusted, *design, table, status, arena, app, args, err));
    take(design, adjusted, report, "nonresponse");
  }
  if (cli_value(args, "frame")) {
    SX_TRY(cli_weighting_frames(&adjusted, *design, table, app, args, err));
    take(design, adjusted, report, "frames");
  }
  return SX_OK;
}

sx_status cli_weighting_apply(sx_design **design, cli_weighting_report *report, const sx_table *table, sx_arena *arena,
                              const cli_app *app, const cli_args *args, sx_error *err) {
  sx_design *adjusted = NULL;
  memset(report, 0, sizeof *report);
  SX_TRY(check_options(args, err));
  SX_TRY(check_response(args, err));
  SX_TRY(check_factors(table, arena, args, err));
  add_step(report, "weights", *design, NULL);
  SX_TRY(respond(design, report, table, arena, app, args, err));
  const bool calibrates = cli_value(args, "calibrate") != NULL;
  report->adjusted = calibrates || cli_value(args, "rake") || cli_value(args, "poststratify");
  if (report->adjusted) {
    SX_TRY(calibrates ? calibrate(&adjusted, report, *design, table, arena, app, args, err)
                      : rake(&adjusted, report, *design, table, arena, app, args, err));
    take(design, adjusted, report, calibrates ? "calibrate" : cli_value(args, "rake") ? "rake" : "poststratify");
  }
  report->trimmed = cli_value(args, "trim") != NULL;
  if (!report->trimmed) return SX_OK;
  double low = 0, high = (double)INFINITY;
  SX_TRY(read_pair(&low, &high, arena, args, "trim", "0.3,3", err));
  SX_TRY(sx_weighting_trim(&adjusted, *design, low, high, true, &report->n_trimmed, err));
  take(design, adjusted, report, "trim");
  return SX_OK;
}

sx_status cli_weighting_print(const cli_app *app, const cli_weighting_report *report, sx_arena *arena, sx_error *err) {
  static const char *const heads[] = {"step", "cases", "sum", "min", "max", "kish_deff", "changed"};
  cli_grid grid;
  cli_grid_init(&grid, arena, sizeof heads / sizeof *heads);
  grid.machine = cli_is_machine(app);
  const int digits = grid.machine ? 17 : 7;
  for (size_t k = 0; k < sizeof heads / sizeof *heads; k++) cli_grid_add(&grid, heads[k]);
  for (size_t k = 0; k < report->n_steps; k++) {
    const cli_weighting_step *s = &report->steps[k];
    cli_grid_add(&grid, s->name);
    cli_grid_add_count(&grid, (double)s->n_cases);
    cli_grid_add_number(&grid, s->sum, grid.machine ? 17 : 10);
    cli_grid_add_number(&grid, s->min, digits);
    cli_grid_add_number(&grid, s->max, digits);
    cli_grid_add_number(&grid, s->kish_deff, grid.machine ? 17 : 5);
    cli_grid_add_count(&grid, (double)s->n_changed);
  }
  return cli_grid_print(&grid, stdout, app->format, err);
}

void cli_weighting_say(const cli_app *app, const cli_weighting_report *report, bool all) {
  const sx_calibrate_report *c = &report->calibrated;
  const sx_weight_report *r = &c->weights;
  if (all && report->adjusted) {
    cli_note(app, "%zu %s; %s %.3g (%s)", r->iterations, cli_text(app, "iterations", "次迭代"),
             cli_text(app, "largest relative miss", "最大相对偏差"), r->worst, r->worst_cell);
    cli_note(app, "%s %.6g .. %.6g; %s %.4g .. %.4g%s; Kish deff %.4g", cli_text(app, "weights", "权数"), r->min_weight,
             r->max_weight, cli_text(app, "factors", "调整系数"), r->min_factor, r->max_factor,
             r->n_at_bound ? " (some at a bound)" : "", r->kish_deff);
  }
  if (c->n_dropped)
    cli_note(app, "%s: %s", cli_text(app, "totals that the others imply", "可由其他总量推出的总量"), c->dropped);
  if (c->n_negative)
    cli_note(app, "%zu %s", c->n_negative,
             cli_text(app, "weights are negative: --bounds, raking or logit avoid them",
                      "个权数为负：可用 --bounds、raking 或 logit 避免"));
  if (report->trimmed)
    cli_note(app, "%zu %s", report->n_trimmed, cli_text(app, "weights were trimmed", "个权数被截尾"));
}
