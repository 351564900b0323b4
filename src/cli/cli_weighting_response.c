/* cli_weighting_response.c: base weights, two frames, unknown eligibility and nonresponse from options. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "cli_weighting.h"
#include "shuxiao/weighting_frame.h"
#include "shuxiao/weighting_response.h"

/* ---- base weights and frames: what the design is made from ------------------------------------------------------ */

/* "VAR" or "VAR<=4". */
static sx_status read_count(const char **name, double *most, sx_arena *arena, const cli_args *args, const char *option,
                            sx_error *err) {
  const char *text = cli_value(args, option);
  if (!text) return SX_OK;
  const char *cut = strstr(text, "<=");
  if (cut && !sx_text_to_double(most, cut + 2, strlen(cut + 2)))
    return sx_error_set(err, SX_E_ARGUMENT, option, "'%s' is not VARIABLE or VARIABLE<=LARGEST", text);
  size_t n = cut ? (size_t)(cut - text) : strlen(text);
  while (n > 0 && text[n - 1] == ' ') n--;
  *name = sx_arena_strndup(arena, text, n);
  return *name ? SX_OK : sx_error_memory(err);
}

/* A name that the table does not have: "base_weight", "base_weight_2", ... */
static const char *free_name(const sx_table *table, const char *wanted, sx_arena *arena) {
  const char *name = wanted;
  for (int k = 2; name && sx_table_find(table, name); k++) name = sx_arena_printf(arena, "%s_%d", wanted, k);
  return name;
}

static sx_status base_weights(const char **out, sx_table *table, sx_arena *arena, const cli_args *args, sx_error *err) {
  sx_base_spec spec = SX_BASE_SPEC_INIT;
  const char *prob = cli_value(args, "base-prob");
  if (!prob && !cli_value(args, "persons") && !cli_value(args, "lines")) return SX_OK;
  if (cli_value(args, "weights") || cli_value(args, "prob"))
    return sx_error_set(err, SX_E_ARGUMENT, "--base-prob",
                        "base weights are made from probabilities or given by --weights, not both");
  if (prob) SX_TRY(cli_split(&spec.prob, &spec.n_prob, arena, prob, ',', err));
  SX_TRY(read_count(&spec.persons, &spec.max_persons, arena, args, "persons", err));
  SX_TRY(read_count(&spec.lines, &spec.max_lines, arena, args, "lines", err));
  const char *name = free_name(table, "base_weight", arena);
  double *w = sx_arena_alloc(arena, sx_table_rows(table), sizeof *w);
  sx_column *column = NULL;
  if (!name || !w) return sx_error_memory(err);
  SX_TRY(sx_weighting_base(w, table, &spec, err));
  SX_TRY(sx_table_add(&column, table, name, SX_NUMBER, err));
  memcpy(column->data.f64, w, column->n * sizeof *w);
  *out = name;
  return sx_column_set_label(sx_table_ctx(table), column, "base weight", err);
}

/* Strata within frames: a column of "frame/stratum". */
static sx_status frame_strata(const char **out, sx_table *table, sx_arena *arena, const cli_args *args, sx_error *err) {
  const char *frame = cli_value(args, "frame"), *strata = cli_value(args, "strata");
  if (!frame) {
    static const char *const needs[] = {"overlap", "composition"};
    for (size_t k = 0; k < 2; k++)
      if (cli_value(args, needs[k])) return sx_error_set(err, SX_E_ARGUMENT, "", "--%s belongs to --frame", needs[k]);
    return SX_OK;
  }
  if (!strata || cli_value(args, "repweights")) {
    *out = strata ? strata : frame;
    return SX_OK;
  }
  const char *const keys[] = {frame, strata};
  const char *name = free_name(table, "frame_stratum", arena);
  sx_groups *g = NULL;
  sx_column *column = NULL;
  if (!name) return sx_error_memory(err);
  SX_TRY(sx_groups_new(&g, table, keys, 2, err));
  sx_status status = sx_table_add(&column, table, name, SX_INTEGER, err);
  for (size_t i = 0; status == SX_OK && i < column->n; i++) {
    column->data.i64[i] = g->group[i];
    if (g->group[i] < 0) status = sx_column_set_missing(sx_table_ctx(table), column, i, SX_MISS_SYSTEM, err);
  }
  sx_groups_free(g);
  *out = name;
  return status;
}

sx_status cli_weighting_base(cli_base *out, sx_table *table, sx_arena *arena, const cli_args *args, sx_error *err) {
  *out = (cli_base){NULL, cli_value(args, "strata"), NULL};
  SX_TRY(base_weights(&out->weights, table, arena, args, err));
  SX_TRY(frame_strata(&out->strata, table, arena, args, err));
  if (out->strata && cli_value(args, "strata") && strcmp(out->strata, cli_value(args, "strata")) != 0)
    out->scratch = out->strata;
  return SX_OK;
}

static sx_status composition(sx_frame_spec *spec, const cli_args *args, sx_error *err) {
  const char *text = cli_value(args, "composition");
  if (!text || strcasecmp(text, "effective") == 0) {
    spec->method = SX_COMPOSITION_EFFECTIVE;
    return SX_OK;
  }
  if (strncasecmp(text, "single:", 7) == 0) {
    spec->method = SX_COMPOSITION_SINGLE_FRAME;
    spec->other = text + 7;
    return SX_OK;
  }
  if (sx_text_to_double(&spec->lambda, text, strlen(text))) return SX_OK;
  return sx_error_set(err, SX_E_ARGUMENT, "--composition",
                      "'%s' is not effective, a lambda such as 0.5, or single:OTHER_WEIGHT", text);
}

sx_status cli_weighting_frames(sx_design **out, const sx_design *design, const sx_table *table, const cli_app *app,
                               const cli_args *args, sx_error *err) {
  sx_frame_spec spec = SX_FRAME_SPEC_INIT;
  sx_frame_report r;
  spec.frame = cli_value(args, "frame");
  spec.overlap = cli_value(args, "overlap");
  if (!spec.overlap) return sx_error_set(err, SX_E_ARGUMENT, "--frame", "say with --overlap which cases both cover");
  SX_TRY(composition(&spec, args, err));
  SX_TRY(sx_weighting_frames(out, design, table, &spec, &r, err));
  char lambda[48] = "";
  if (!isnan(r.lambda))
    (void)snprintf(lambda, sizeof lambda, "lambda %.4g; ", r.lambda); /* the single frame has none */
  cli_note(app, "%s: %zu + %zu / %zu + %zu; %s%s %.6g / %.6g",
           cli_text(app, "cases of one frame and of both, by frame", "各框独有与重叠样本"), r.n_only[0], r.n_overlap[0],
           r.n_only[1], r.n_overlap[1], lambda, cli_text(app, "the overlap by frame", "各框估计的重叠总体"),
           r.overlap_total[0], r.overlap_total[1]);
  return SX_OK;
}

/* ---- what became of the cases ----------------------------------------------------------------------------------------- */

/* "complete=1.1 1; refusal=2": codes separated by blanks, dispositions by semicolons. */
static sx_status read_codes(sx_disposition_code **out, size_t *n, sx_arena *arena, const char *text, sx_error *err) {
  const char *const *parts = NULL;
  size_t n_parts = 0, n_names = 0;
  const char *const *names = sx_disposition_names(&n_names);
  SX_TRY(cli_split(&parts, &n_parts, arena, text, ';', err));
  sx_disposition_code *codes = sx_arena_alloc(arena, strlen(text) + 1, sizeof *codes);
  if (!codes) return sx_error_memory(err);
  *n = 0;
  for (size_t p = 0; p < n_parts; p++) {
    const char *equals = strchr(parts[p], '=');
    if (!parts[p][0]) continue;
    size_t length = equals ? (size_t)(equals - parts[p]) : strlen(parts[p]), k = 0;
    while (length > 0 && parts[p][length - 1] == ' ') length--;
    while (k < n_names && (strlen(names[k]) != length || strncmp(names[k], parts[p], length) != 0)) k++;
    if (!equals || k == n_names) {
      char name[64];
      (void)snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), parts[p]);
      const char *near = sx_text_nearest(name, names, n_names);
      return sx_error_set(err, SX_E_ARGUMENT, "--codes",
                          "'%s' is not DISPOSITION=CODES, of complete, partial, refusal, noncontact, other, "
                          "unknown_household, unknown_other, ineligible%s%s%s",
                          name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    const char *const *items = NULL;
    size_t n_items = 0;
    SX_TRY(cli_split(&items, &n_items, arena, equals + 1, ' ', err));
    for (size_t i = 0; i < n_items; i++)
      if (items[i][0]) codes[(*n)++] = (sx_disposition_code){(sx_disposition)k, items[i]};
  }
  *out = codes;
  return SX_OK;
}

sx_status cli_dispositions(uint8_t **out, const sx_table *table, sx_arena *arena, const cli_args *args, sx_error *err) {
  const char *name = cli_value(args, "disposition"), *text = cli_value(args, "codes");
  const sx_column *column = NULL;
  sx_disposition_code *codes = NULL;
  size_t n = 0;
  if (!name)
    return sx_error_set(err, SX_E_ARGUMENT, "", "give the variable of the final dispositions with --disposition");
  SX_TRY(sx_table_need(&column, table, name, err));
  if (text) SX_TRY(read_codes(&codes, &n, arena, text, err));
  uint8_t *d = sx_arena_alloc(arena, sx_table_rows(table), 1);
  if (!d) return sx_error_memory(err);
  SX_TRY(sx_disposition_read(d, column, codes, n, err));
  *out = d;
  return SX_OK;
}

static sx_status condition(uint8_t *out, const sx_table *table, const char *option, const char *text, sx_error *err) {
  sx_expr *expr = NULL;
  sx_status status = sx_expr_parse(&expr, sx_table_ctx(table), text, err);
  if (status == SX_OK) status = sx_expr_test(out, expr, table, err);
  sx_expr_free(expr);
  if (status != SX_OK) sx_error_add_where(err, "--%s", option);
  return status;
}

/* --respondent EXPR (1 responded), --eligible EXPR (missing: not known). */
static sx_status by_conditions(uint8_t *status, const sx_table *table, sx_arena *arena, const cli_args *args,
                               sx_error *err) {
  const size_t n = sx_table_rows(table);
  const char *eligible = cli_value(args, "eligible");
  uint8_t *may = sx_arena_alloc(arena, n, 1);
  if (!may) return sx_error_memory(err);
  SX_TRY(condition(status, table, "respondent", cli_value(args, "respondent"), err));
  if (eligible) SX_TRY(condition(may, table, "eligible", eligible, err));
  for (size_t i = 0; i < n; i++) {
    const unsigned m = eligible ? may[i] : 1;
    status[i] = status[i] == 1 && m == 1 ? SX_RESPONSE_RESPONDENT
                : m == 2                 ? SX_RESPONSE_UNKNOWN
                : m == 0                 ? SX_RESPONSE_INELIGIBLE
                                         : SX_RESPONSE_NONRESPONDENT;
  }
  return SX_OK;
}

sx_status cli_weighting_status(uint8_t **out, const sx_table *table, sx_arena *arena, const cli_args *args,
                               sx_error *err) {
  const size_t n = sx_table_rows(table);
  const bool disposition = cli_value(args, "disposition") != NULL, respondent = cli_value(args, "respondent") != NULL;
  if (disposition == respondent)
    return sx_error_set(err, SX_E_ARGUMENT, "",
                        "say who responded: --disposition VARIABLE, or --respondent EXPR (and --eligible EXPR)");
  if (disposition) {
    SX_TRY(cli_dispositions(out, table, arena, args, err));
    sx_response_status(*out, n, false);
    return SX_OK;
  }
  uint8_t *status = sx_arena_alloc(arena, n, 1);
  if (!status) return sx_error_memory(err);
  SX_TRY(by_conditions(status, table, arena, args, err));
  *out = status;
  return SX_OK;
}

/* ---- the adjustments ---------------------------------------------------------------------------------------------------- */

static sx_status count_of(size_t *out, const cli_app *app, const cli_args *args, const char *name, sx_error *err) {
  double x = (double)*out;
  if (!cli_number(&x, app, args, name) || !(x >= 0) || x > 1e9 || x != floor(x))
    return sx_error_set(err, SX_E_ARGUMENT, name, "give a whole number");
  *out = (size_t)x;
  return SX_OK;
}

/* The names behind "classes:" or "propensity:"; none for "all". */
static sx_status names_of(const char *const **names, size_t *n, sx_arena *arena, const char *text, sx_error *err) {
  *n = 0;
  *names = NULL;
  while (*text == ' ') text++;
  if (!*text || strcmp(text, "all") == 0) return SX_OK;
  return cli_split(names, n, arena, text, ',', err);
}

static sx_status class_options(sx_class_options *o, sx_arena *arena, const cli_app *app, const cli_args *args,
                               const char *text, sx_error *err) {
  SX_TRY(names_of(&o->variables, &o->n_variables, arena, text, err));
  SX_TRY(count_of(&o->min_respondents, app, args, "min-respondents", err));
  if (!cli_number(&o->max_factor, app, args, "max-factor"))
    return sx_error_set(err, SX_E_ARGUMENT, "--max-factor", "give a number above 1");
  return SX_OK;
}

static void say(const cli_app *app, const char *what, const sx_response_report *r) {
  cli_note(app, "%s: %zu %s %zu%s; %zu %s%s; %s %.4g .. %.4g", what, r->n_respondents,
           cli_text(app, "cases take up the weight of", "个样本承接"), r->n_nonrespondents,
           cli_text(app, "", " 个样本的权数"), r->n_parameters ? r->n_parameters : r->n_classes,
           r->n_parameters ? cli_text(app, "parameters", "个参数") : cli_text(app, "classes", "个调整类"),
           r->n_merged ? cli_text(app, " after merging", "（有合并）") : "", cli_text(app, "factors", "调整系数"),
           r->min_factor, r->max_factor);
}

sx_status cli_weighting_eligibility(sx_design **out, const sx_design *design, const sx_table *table,
                                    const uint8_t *status, sx_arena *arena, const cli_app *app, const cli_args *args,
                                    sx_error *err) {
  const char *text = cli_value(args, "eligibility");
  sx_class_options o = SX_CLASS_OPTIONS_INIT;
  sx_response_report r;
  if (strncmp(text, "classes:", 8) == 0) text += 8;
  SX_TRY(class_options(&o, arena, app, args, text, err));
  SX_TRY(sx_weighting_eligibility(out, design, table, status, &o, &r, err));
  say(app, cli_text(app, "eligibility", "合格性"), &r);
  return SX_OK;
}

static sx_status by_propensity(sx_design **out, sx_response_report *r, const sx_design *design, const sx_table *table,
                               const uint8_t *status, sx_arena *arena, const cli_app *app, const cli_args *args,
                               const char *text, sx_error *err) {
  sx_propensity_options o = SX_PROPENSITY_OPTIONS_INIT;
  SX_TRY(names_of(&o.covariates, &o.n_covariates, arena, text, err));
  if (cli_value(args, "factor"))
    SX_TRY(cli_split(&o.factors, &o.n_factors, arena, cli_value(args, "factor"), ',', err));
  SX_TRY(count_of(&o.strata, app, args, "propensity-strata", err));
  if (!cli_number(&o.max_factor, app, args, "max-factor"))
    return sx_error_set(err, SX_E_ARGUMENT, "--max-factor", "give a number above 1");
  return sx_weighting_propensity(out, design, table, status, &o, r, err);
}

sx_status cli_weighting_nonresponse(sx_design **out, const sx_design *design, const sx_table *table,
                                    const uint8_t *status, sx_arena *arena, const cli_app *app, const cli_args *args,
                                    sx_error *err) {
  const char *text = cli_value(args, "nonresponse");
  sx_response_report r;
  if (strncmp(text, "propensity:", 11) == 0) {
    SX_TRY(by_propensity(out, &r, design, table, status, arena, app, args, text + 11, err));
  } else if (strncmp(text, "classes:", 8) == 0) {
    sx_class_options o = SX_CLASS_OPTIONS_INIT;
    SX_TRY(class_options(&o, arena, app, args, text + 8, err));
    SX_TRY(sx_weighting_nonresponse(out, design, table, status, &o, &r, err));
  } else {
    return sx_error_set(err, SX_E_ARGUMENT, "--nonresponse", "'%s' is not classes:VARIABLES or propensity:VARIABLES",
                        text);
  }
  say(app, cli_text(app, "nonresponse", "无回答"), &r);
  return SX_OK;
}
