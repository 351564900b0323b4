/* cli_estimate_plain.c: the estimate of a variable, an expression or a ratio, of every level of a category, of another kind, or
 * standardised. */
#include <math.h>
#include <string.h>

#include "cli_estimate.h"

sx_status cli_list(const char *const **out, size_t *n, sx_arena *arena, const char *text, sx_error *err) {
  SX_TRY(cli_split(out, n, arena, text, strchr(text, ';') ? ';' : ',', err));
  const char **trimmed = sx_arena_alloc(arena, *n, sizeof *trimmed);
  if (!trimmed) return sx_error_memory(err);
  for (size_t i = 0; i < *n; i++) {
    size_t length = strlen((*out)[i]);
    while (length > 0 && (*out)[i][length - 1] == ' ') length--;
    trimmed[i] = sx_arena_strndup(arena, (*out)[i], length);
    if (!trimmed[i]) return sx_error_memory(err);
  }
  *out = trimmed;
  return SX_OK;
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

static sx_status read_tails(cli_wishes *w, cli_job *j, sx_error *err) {
  const char *tails = cli_value(j->args, "tails");
  const char *const *pieces = NULL;
  size_t n = 0;
  if (!tails) return SX_OK;
  if (!w->has_mean || (w->mean.kind != SX_MEAN_TRIMMED && w->mean.kind != SX_MEAN_WINSORISED))
    return sx_error_set(err, SX_E_ARGUMENT, "--tails", "it belongs to --kind trimmed or winsorised");
  SX_TRY(cli_split(&pieces, &n, j->arena, tails, ',', err));
  const char *last = pieces[n - 1]; /* one number is for both */
  if (n > 2 || !sx_text_to_double(&w->mean.lower, pieces[0], strlen(pieces[0])) ||
      !sx_text_to_double(&w->mean.upper, last, strlen(last)))
    return sx_error_set(err, SX_E_ARGUMENT, "--tails", "'%s' is not two shares as in 0.05,0.05", tails);
  return SX_OK;
}

sx_status cli_plain_wishes(cli_wishes *w, cli_job *j, sx_error *err) {
  const char *kind = cli_value(j->args, "kind"), *deff = cli_value(j->args, "deff");
  w->mean = (sx_mean_spec)SX_MEAN_SPEC_INIT;
  if (kind && strcmp(kind, "arithmetic") != 0) {
    const sx_status status = sx_mean_parse(&w->mean.kind, kind, err);
    if (status != SX_OK) sx_error_add_where(err, "--kind");
    SX_TRY(status);
    w->has_mean = true;
  }
  SX_TRY(read_tails(w, j, err));
  if (deff && strcmp(deff, "replace") != 0 && strcmp(deff, "wor") != 0)
    return sx_error_set(err, SX_E_ARGUMENT, "--deff", "'%s' is not replace or wor", deff);
  w->finite_deff = deff && strcmp(deff, "wor") == 0;
  if (!cli_value(j->args, "standardize") && !cli_value(j->args, "standard")) return SX_OK;
  if (w->has_mean)
    return sx_error_set(err, SX_E_ARGUMENT, "--standardize", "it takes the arithmetic mean: leave --kind out");
  w->has_standard = true;
  return cli_read_standard(&w->standard, &w->cells, j, err);
}

static bool is_factor(const cli_job *j, const char *name) {
  for (size_t i = 0; i < j->args->n_given; i++) {
    if (strcmp(j->args->given[i]->name, "factor") != 0) continue;
    const size_t n = strlen(name);
    for (const char *at = j->args->values[i]; *at;) {
      at += strspn(at, ", ");
      const size_t length = strcspn(at, ",");
      size_t end = length;
      while (end > 0 && at[end - 1] == ' ') end--;
      if (end == n && memcmp(at, name, n) == 0) return true;
      at += length;
    }
  }
  return false;
}

/* ---- estimates ---------------------------------------------------------------------------------------------------- */

const char *cli_tail_mark(const cli_job *j, double share) {
  if (!(share > SX_TAIL_HEAVY)) return "";
  return sx_arena_printf(j->arena, "heavy tail: top 1%% hold %.0f%%", 100 * share);
}

static sx_status run_plain(sx_est_set **out, const cli_quantity *q, const cli_job *j, const sx_groups *by,
                           sx_error *err) {
  sx_est_request request = q->request;
  sx_est_set *set = NULL;
  request.by = by;
  if (q->mean)
    SX_TRY(sx_estimate_mean(&set, j->design, q->mean, &request, &j->options, err));
  else if (q->standard)
    SX_TRY(sx_estimate_standardized(&set, j->design, &request, q->standard, &j->options, err));
  else
    SX_TRY(sx_estimate_run(&set, j->design, &request, &j->options, err));
  const sx_status status = q->finite_deff ? sx_estimate_deff_wor(set, j->design, &request, err) : SX_OK;
  if (status == SX_OK)
    *out = set;
  else
    sx_est_set_free(set);
  return status;
}

static sx_status run_levels(sx_est_set **out, const cli_quantity *q, const cli_job *j, const sx_groups *by,
                            sx_error *err) {
  return sx_estimate_level_totals(out, j->design, q->levels, q->request.where, by, &j->options, q->finite_deff, err);
}

/* Names the first case whose text is no number, so that a stray word in a column of amounts is found. */
static sx_status not_a_number(const cli_job *j, const char *name, const sx_column *column, sx_error *err) {
  for (size_t i = 0; i < column->n; i++) {
    size_t n = 0;
    double value = 0.0;
    if (sx_column_missing(column, i) || column->data.code[i] < 0) continue;
    const char *text = sx_dict_get(column->dict, column->data.code[i], &n);
    if (sx_text_to_double(&value, text, n)) continue;
    return sx_error_set(err, SX_E_ARGUMENT, j->args->words[0],
                        "%s: case %zu holds '%.40s', not a number: correct it, name it with --missing, or use 'shuxiao "
                        "prop' for shares (--factor %s says that it is a category)",
                        name, i + 1, text, name);
  }
  return sx_error_set(err, SX_E_ARGUMENT, j->args->words[0],
                      "%s is %s, not a number: use 'shuxiao prop' for its shares, or --factor %s", name,
                      sx_type_name(column->type), name);
}

static sx_status as_category(cli_quantity *q, const cli_wishes *w, cli_job *j, const char *text, sx_error *err) {
  if (w->has_mean)
    return sx_error_set(err, SX_E_ARGUMENT, "--kind", "%s is a category (--factor): it has no %s mean", text,
                        sx_mean_name(w->mean.kind));
  q->named_levels = true;
  if (j->stat == SX_STAT_MEAN) { /* the means of its levels are shares */
    q->request.stat = SX_STAT_PROP;
    return SX_OK;
  }
  sx_groups *levels = NULL;
  SX_TRY(sx_groups_new(&levels, j->table, &text, 1, err));
  q->levels = levels;
  q->run = run_levels;
  return SX_OK;
}

sx_status cli_plain_quantity(cli_quantity *q, const cli_wishes *w, cli_job *j, const char *text, sx_error *err) {
  sx_est_request request = {.stat = j->stat, .where = j->where, .by = NULL};
  bool logical = false;
  if (j->stat == SX_STAT_RATIO) {
    const char *const *sides = NULL;
    size_t n = 0;
    SX_TRY(cli_split(&sides, &n, j->arena, text, '/', err));
    if (n != 2) return sx_error_set(err, SX_E_ARGUMENT, text, "a ratio is NUMERATOR/DENOMINATOR, two variables");
    SX_TRY(cli_job_column(&request.y, &logical, j, sides[0], err));
    SX_TRY(cli_job_column(&request.x, &logical, j, sides[1], err));
  } else {
    SX_TRY(cli_job_column(&request.y, &logical, j, text, err));
    request.prop_of_one = j->stat == SX_STAT_PROP && logical;
  }
  q->name = text;
  q->statistic = w->has_mean ? sx_mean_name(w->mean.kind) : sx_stat_name(j->stat);
  if (w->has_standard) q->statistic = sx_arena_printf(j->arena, "standardized_%s", q->statistic);
  if (!q->statistic) return sx_error_memory(err);
  q->run = run_plain;
  q->request = request;
  q->mean = w->has_mean ? &w->mean : NULL;
  q->standard = w->has_standard ? &w->standard : NULL;
  q->finite_deff = w->finite_deff && !w->has_standard;
  q->named_levels = j->stat == SX_STAT_PROP;
  const bool total = j->stat == SX_STAT_TOTAL || j->stat == SX_STAT_MEAN;
  const bool text_or_category = request.y->type == SX_CATEGORY || request.y->type == SX_TEXT;
  if (total && (is_factor(j, text) || (text_or_category && !w->has_mean && !sx_column_mostly_numbers(request.y))))
    return as_category(q, w, j, text, err);
  if (j->stat != SX_STAT_PROP && text_or_category) return not_a_number(j, text, request.y, err);
  q->watch_tail = total && !w->has_mean && !w->has_standard;
  return SX_OK;
}
