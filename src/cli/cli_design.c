/* cli_design.c: from options to a table and a design. */
#include "cli_weighting.h"

#include <math.h>
#include <string.h>
#include <strings.h>

sx_status cli_read_table(sx_table **out, cli_app *app, const cli_args *args, const char *path, sx_error *err) {
  sx_arena *arena = NULL;
  SX_TRY(sx_arena_new(&arena, &app->ctx, err));
  sx_read_options options = SX_READ_OPTIONS_INIT;
  options.encoding = cli_value(args, "encoding");
  options.sheet = cli_value(args, "sheet");
  options.format = cli_value(args, "format-in");
  if (args->n_words && path == args->words[0]) { /* these belong to the command's own file, not to an earlier wave */
    options.labels_from = cli_value(args, "labels-from");
    options.data_file = cli_value(args, "data-file");
  }
  const char *missing = cli_value(args, "missing");
  sx_status status = SX_OK;
  if (missing) status = cli_split(&options.missing, &options.n_missing, arena, missing, ',', err);
  if (status == SX_OK) status = sx_io_read(out, &app->ctx, path, &options, err);
  /* A damaged data file is a failure (exit 1); a text that the user typed wrongly is usage (exit 2). */
  if (status == SX_E_PARSE) err->status = status = SX_E_DATA;
  sx_arena_free(arena);
  return status;
}

const char *cli_synthetic(const sx_table *table) {
  const char *synthetic = sx_table_meta(table, "synthetic");
  return synthetic && *synthetic ? synthetic : NULL;
}

static bool first_of_role(const sx_guess *guesses, size_t i) {
  size_t k = 0;
  while (strcmp(guesses[k].role, guesses[i].role) != 0) k++;
  return k == i;
}

/* The guesses as options that may be typed so: one of each role, what else it may be in brackets. */
static sx_status no_weights(const sx_table *table, const char *path, sx_error *err) {
  sx_guess guesses[8];
  const size_t n = sx_study_guess_design(guesses, 8, table);
  sx_buf list;
  sx_buf_init(&list, NULL);
  for (size_t i = 0; i < n; i++) {
    if (!first_of_role(guesses, i)) continue;
    const char *quote = guesses[i].pattern[0] ? "'" : "", *end = "";
    sx_buf_printf(&list, "%s--%s %s%s%s", i ? " " : "; perhaps ", guesses[i].role, quote, sx_guess_text(&guesses[i]),
                  quote);
    for (size_t k = i + 1; k < n; k++) {
      if (strcmp(guesses[k].role, guesses[i].role) != 0) continue;
      sx_buf_printf(&list, "%s%s", *end ? ", " : " (or ", sx_guess_text(&guesses[k]));
      end = ")";
    }
    sx_buf_add(&list, end);
  }
  sx_status status = sx_buf_status(&list, err);
  if (status == SX_OK)
    status = sx_error_set(err, SX_E_ARGUMENT, path,
                          "no weights given: name them with --weights, or say --weights none%s", n ? list.data : "");
  sx_buf_clear(&list);
  return status;
}

enum { MAX_RANGE = 100000 };

/* "w[1-80]" or "WTREP[01-44]" stands for a run of names, its zeros kept; anything else for itself. */
static sx_status expand_pattern(const char ***names, size_t *n, size_t *cap, sx_arena *arena, const char *pattern,
                                sx_error *err) {
  sx_name_range range = {.first = 0, .last = 0};
  const bool many = sx_name_range_parse(&range, pattern) && range.last - range.first < MAX_RANGE;
  if (strchr(pattern, '[') && !many)
    return sx_error_set(err, SX_E_ARGUMENT, "--repweights", "'%s' is not a pattern like w[1-80]", pattern);
  if (!many) range.first = range.last = 0;
  for (int64_t i = range.first; i <= range.last; i++) {
    if (*n == *cap) {
      const size_t wider = *cap ? 2 * *cap : 64;
      const char **grown = sx_arena_alloc(arena, wider, sizeof *grown);
      if (!grown) return sx_error_memory(err);
      if (*n > 0) memcpy(grown, *names, *n * sizeof *grown);
      *names = grown;
      *cap = wider;
    }
    const char *name = many ? sx_name_range_at(&range, i, arena) : pattern;
    if (!name) return sx_error_memory(err);
    (*names)[(*n)++] = name;
  }
  return SX_OK;
}

static sx_status read_reptype(sx_rep_type *out, const char *text, sx_error *err) {
  size_t n = 0;
  const char *const *names = sx_rep_type_names(&n);
  for (size_t i = SX_REP_NONE + 1; text && i < n; i++) {
    if (strcasecmp(text, names[i]) == 0) {
      *out = (sx_rep_type)i;
      return SX_OK;
    }
  }
  return sx_error_set(err, SX_E_ARGUMENT, "--reptype",
                      "name the method of the replicates: BRR, Fay, JK1, JKn, bootstrap, SDR or other");
}

static sx_status read_lonely(sx_lonely *out, const char *text, sx_error *err) {
  size_t n = 0;
  const char *const *names = sx_lonely_names(&n);
  for (size_t i = 0; i < n; i++) {
    if (strcmp(text, names[i]) == 0) {
      *out = (sx_lonely)i;
      return SX_OK;
    }
  }
  return sx_error_set(err, SX_E_ARGUMENT, "--lonely", "'%s' is not one of fail, remove, certainty, adjust, average",
                      text);
}

/* Replicate weights that are read carry the design: what else is said of it would be passed over. */
static sx_status check_beside_replicates(const cli_args *args, sx_error *err) {
  static const char *const names[] = {"strata", "cluster", "nest", "fpc",       "lonely",    "pps",
                                      "prob",   "joint",   "psum", "make-reps", "replicates"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    if (cli_flag(args, names[k]))
      return sx_error_set(err, SX_E_ARGUMENT, "--repweights", "replicate weights carry the design: leave --%s out",
                          names[k]);
  return SX_OK;
}

/* An option that nothing would listen to is a mistake, not a wish. */
static sx_status check_replicate_options(const cli_args *args, sx_error *err) {
  static const char *const names[] = {"reptype", "scale", "rscales", "rep-factors", "rep-missing", "rho", "mse"};
  if (cli_value(args, "repweights")) return check_beside_replicates(args, err);
  const bool made = cli_value(args, "make-reps") != NULL;
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    const bool for_made = k >= 5;
    if (!cli_flag(args, names[k]) || (made && for_made)) continue;
    return sx_error_set(err, SX_E_ARGUMENT, "", "--%s belongs to --repweights%s", names[k],
                        for_made ? " or --make-reps" : "");
  }
  return SX_OK;
}

static sx_status read_replicates(sx_design_spec *spec, cli_app *app, const cli_args *args, sx_arena *arena,
                                 sx_error *err) {
  const char *const *patterns = NULL;
  size_t n_patterns = 0, n = 0, cap = 0;
  const char **names = NULL;
  SX_TRY(cli_split(&patterns, &n_patterns, arena, cli_value(args, "repweights"), ',', err));
  for (size_t i = 0; i < n_patterns; i++) SX_TRY(expand_pattern(&names, &n, &cap, arena, patterns[i], err));
  spec->repweights = names;
  spec->n_repweights = n;
  spec->mse = cli_flag(args, "mse");
  SX_TRY(read_reptype(&spec->rep_type, cli_value(args, "reptype"), err));
  if (!cli_number(&spec->rho, app, args, "rho") || !cli_number(&spec->scale, app, args, "scale")) {
    return sx_error_set(err, SX_E_ARGUMENT, "", "give --rho and --scale as numbers");
  }
  if (spec->rep_type == SX_REP_FAY && !cli_value(args, "rho"))
    return sx_error_set(err, SX_E_ARGUMENT, "--rho", "Fay's method needs its coefficient, as in --rho 0.3");
  if (spec->rep_type != SX_REP_FAY && cli_value(args, "rho"))
    return sx_error_set(err, SX_E_ARGUMENT, "--rho", "the coefficient belongs to Fay's method: --reptype Fay");
  const char *gaps = cli_value(args, "rep-missing");
  if (gaps && strcmp(gaps, "zero") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--rep-missing", "'%s' is not zero", gaps);
  spec->rep_missing_zero = gaps != NULL;
  spec->combined = !cli_flag(args, "rep-factors");
  const char *rscales = cli_value(args, "rscales");
  if (!rscales) return SX_OK;
  const char *const *texts = NULL;
  size_t n_texts = 0;
  SX_TRY(cli_split(&texts, &n_texts, arena, rscales, ',', err));
  double *values = sx_arena_alloc(arena, n_texts, sizeof *values);
  if (!values) return sx_error_memory(err);
  for (size_t i = 0; i < n_texts; i++) {
    if (!sx_text_to_double(&values[i], texts[i], strlen(texts[i]))) {
      return sx_error_set(err, SX_E_ARGUMENT, "--rscales", "'%s' is not a number", texts[i]);
    }
  }
  if (n_texts != n) return sx_error_set(err, SX_E_ARGUMENT, "--rscales", "%zu factors for %zu replicates", n_texts, n);
  spec->rscales = values;
  return SX_OK;
}

/* The first stage's, then those of the later stages; "-" for a stage that has none. */
static sx_status read_strata(sx_design_spec *spec, const char *words, sx_arena *arena, sx_error *err) {
  if (!words) return SX_OK;
  const char *const *names = NULL;
  size_t n = 0;
  SX_TRY(cli_split(&names, &n, arena, words, ',', err));
  const char **later = sx_arena_alloc(arena, n, sizeof *later);
  if (!later) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) later[k] = strcmp(names[k], "-") == 0 ? NULL : names[k];
  spec->strata = n ? later[0] : NULL;
  spec->later_strata = n > 1 ? later + 1 : NULL;
  spec->n_later_strata = n > 1 ? n - 1 : 0;
  return SX_OK;
}

sx_status cli_read_design(sx_design **out, cli_app *app, const cli_args *args, sx_table *table, const char *path,
                          sx_arena *arena, sx_error *err) {
  if (cli_value(args, "design")) return cli_read_design_file(out, args, table, cli_value(args, "design"), err);
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  const char *weights = cli_value(args, "weights");
  SX_TRY(check_replicate_options(args, err));
  sx_design *phases = NULL;
  const sx_status two = cli_read_twophase(&phases, app, args, table, arena, err);
  if (two != SX_OK) sx_error_add_where(err, "%s", path);
  if (two != SX_OK || phases) {
    if (phases) *out = phases;
    return two;
  }
  cli_base base = {NULL, NULL, NULL};
  SX_TRY(cli_weighting_base(&base, table, arena, args, err));
  if (base.weights) weights = base.weights;
  if (!weights && !cli_value(args, "fpc") && !cli_value(args, "prob")) return no_weights(table, path, err);
  spec.unweighted = weights && strcmp(weights, "none") == 0;
  spec.weights = spec.unweighted ? NULL : weights;
  SX_TRY(read_strata(&spec, base.strata, arena, err));
  SX_TRY(cli_read_sampling(&spec, app, args, arena, err));
  spec.nest = cli_flag(args, "nest");
  if (spec.nest && (!cli_value(args, "strata") || !cli_value(args, "cluster")))
    return sx_error_set(err, SX_E_ARGUMENT, "--nest", "it belongs to --cluster within --strata: give both, or neither");
  const char *clusters = cli_value(args, "cluster"), *lonely = cli_value(args, "lonely");
  if (clusters) SX_TRY(cli_split(&spec.clusters, &spec.n_clusters, arena, clusters, ',', err));
  if (lonely) SX_TRY(read_lonely(&spec.lonely, lonely, err));
  if (cli_value(args, "repweights")) SX_TRY(read_replicates(&spec, app, args, arena, err));
  sx_design *design = NULL;
  sx_status status = sx_design_new(&design, &app->ctx, table, &spec, err);
  if (status == SX_OK) cli_check_probabilities(app, table, &spec);
  if (status == SX_OK) status = cli_make_replicates(&design, app, args, err);
  if (status == SX_OK && base.scratch) status = sx_table_drop(table, base.scratch, err);
  if (status == SX_OK) {
    *out = design;
    return SX_OK;
  }
  sx_design_free(design);
  sx_error_add_where(err, "%s", path);
  return status;
}
