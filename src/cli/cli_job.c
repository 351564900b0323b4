/* cli_job.c: what the commands that estimate from a file have in common. */
#include "cli_job.h"

#include <math.h>
#include <string.h>

sx_status cli_job_options(cli_job *j, sx_error *err) {
  j->options = (sx_est_options)SX_EST_OPTIONS_INIT;
  double level = 0.95, df = (double)NAN;
  if (!cli_number(&level, j->app, j->args, "level") || !cli_number(&df, j->app, j->args, "df")) {
    return sx_error_set(err, SX_E_ARGUMENT, "", "give --level and --df as numbers");
  }
  if (!(level > 0.0 && level < 1.0))
    return sx_error_set(err, SX_E_ARGUMENT, "--level", "%g is not between 0 and 1", level);
  if (!isnan(df) && !(df > 0.0))
    return sx_error_set(err, SX_E_ARGUMENT, "--df", "%g is no number of degrees of freedom: it is above 0", df);
  j->options.ci_level = level;
  j->options.df = df;
  return SX_OK;
}

static sx_status read_domain(cli_job *j, sx_error *err) {
  const char *by = cli_value(j->args, "by"), *where = cli_value(j->args, "where");
  if (by) {
    const char *const *names = NULL;
    size_t n = 0;
    SX_TRY(cli_split(&names, &n, j->arena, by, ',', err));
    SX_TRY(sx_groups_new(&j->groups, j->table, names, n, err));
    if (j->groups->n_groups == 0)
      return sx_error_set(err, SX_E_DATA, "--by",
                          n == 1 ? "%s is missing in every case: there are no groups"
                                 : "no case has a value of every variable of %s: there are no groups",
                          by);
  }
  if (where) {
    sx_expr *expr = NULL;
    sx_status status = sx_expr_parse(&expr, &j->app->ctx, where, err);
    if (status == SX_OK) {
      j->where = sx_mem_alloc(&j->app->ctx, sx_table_rows(j->table), 1);
      status = j->where ? sx_expr_test(j->where, expr, j->table, err) : sx_error_memory(err);
    }
    sx_expr_free(expr);
    if (status != SX_OK) sx_error_add_where(err, "--where");
    return status;
  }
  return SX_OK;
}

sx_status cli_job_column(const sx_column **out, bool *logical, cli_job *j, const char *text, sx_error *err) {
  *logical = false;
  *out = sx_table_find(j->table, text);
  if (*out) return SX_OK;
  sx_expr *expr = NULL;
  sx_column *column = NULL;
  sx_status status = sx_expr_parse(&expr, &j->app->ctx, text, err);
  if (status == SX_OK)
    status = sx_expr_eval(&column, expr, j->table, text, err);
  else
    sx_error_add_where(err, "%s", text);
  sx_expr_free(expr);
  SX_TRY(status);
  *logical = column->type == SX_INTEGER;
  status = sx_table_take(j->table, column, err);
  if (status != SX_OK) {
    sx_column_free(&j->app->ctx, column);
    return status;
  }
  *out = sx_table_find(j->table, text);
  return SX_OK;
}

static sx_status set_terms(sx_store_row *row, const cli_job *j, size_t group, sx_error *err) {
  if (!j->groups) return SX_OK;
  const size_t n = j->groups->n_keys;
  sx_store_term *terms = sx_arena_zalloc(j->arena, n, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  for (size_t k = 0; k < n; k++) {
    const size_t level = (size_t)j->groups->key_level[group * n + k];
    terms[k].variable = j->groups->key_name[k];
    terms[k].level = j->groups->level_text[k][level];
    terms[k].level_label.en = j->groups->level_label[k][level];
  }
  row->terms = terms;
  row->n_terms = n;
  return SX_OK;
}

sx_store_row cli_job_fields(const char *indicator, const char *statistic, const sx_est_row *from, const char *method) {
  sx_store_row row = {.wave = "",
                      .indicator = indicator,
                      .statistic = statistic,
                      .estimate = from->estimate,
                      .se = from->se,
                      .low = from->low,
                      .high = from->high,
                      .ci_level = from->ci_level,
                      .df = from->df,
                      .n = (int64_t)from->n,
                      .n_eff = from->n_eff,
                      .deff = from->deff,
                      .cv = from->cv,
                      .unit = "",
                      .quality = "",
                      .na_reason = sx_na_text(from->na),
                      .method = method};
  if (!*row.na_reason && !isfinite(from->estimate))
    row.na_reason = "the values or weights are too large for a finite result";
  return row;
}

sx_status cli_job_row(cli_job *j, const char *indicator, const char *statistic, const sx_est_row *from, sx_error *err) {
  if (!sx_mem_grow(&j->app->ctx, (void **)&j->rows, &j->cap_rows, j->n_rows + 1, sizeof *j->rows))
    return sx_error_memory(err);
  sx_store_row row = cli_job_fields(indicator, statistic, from, j->method);
  SX_TRY(set_terms(&row, j, from->group, err));
  j->rows[j->n_rows++] = row;
  return SX_OK;
}

static sx_status weight_and_domains(cli_job *j, sx_error *err) {
  cli_weighting_report report;
  SX_TRY(cli_weighting_apply(&j->design, &report, j->table, j->arena, j->app, j->args, err));
  cli_weighting_say(j->app, &report, false);
  j->method = sx_design_describe(j->design);
  if (cli_synthetic(j->table)) j->method = sx_arena_printf(j->arena, "synthetic data; %s", j->method);
  if (!j->method) return sx_error_memory(err);
  return read_domain(j, err);
}

sx_status cli_job_open_table(cli_job *j, const char *path, sx_error *err) {
  if (!j->arena) SX_TRY(sx_arena_new(&j->arena, &j->app->ctx, err));
  SX_TRY(cli_job_options(j, err));
  SX_TRY(cli_read_design(&j->design, j->app, j->args, j->table, path, j->arena, err));
  return weight_and_domains(j, err);
}

sx_status cli_job_open(cli_job *j, sx_error *err) {
  SX_TRY(sx_arena_new(&j->arena, &j->app->ctx, err));
  SX_TRY(cli_job_options(j, err));
  if (cli_is_study(j->args->words[0])) {
    SX_TRY(cli_read_study(&j->table, &j->design, j->app, j->args, j->args->words[0], err));
  } else {
    SX_TRY(cli_read_table(&j->table, j->app, j->args, j->args->words[0], err));
    SX_TRY(cli_read_design(&j->design, j->app, j->args, j->table, j->args->words[0], j->arena, err));
  }
  return weight_and_domains(j, err);
}

sx_status cli_job_names(const char *const **names, size_t *n, cli_job *j, const char *word, sx_error *err) {
  return cli_split(names, n, j->arena, word, strpbrk(word, "()\"'`") == NULL ? ',' : '\n', err);
}

void cli_job_head(const cli_job *j) {
  const char *synthetic = cli_synthetic(j->table), *said = synthetic ? cli_clean(j->arena, synthetic, 0) : NULL;
  if (cli_is_machine(j->app)) return;
  if (synthetic) printf("%s: %s\n\n", cli_text(j->app, "SYNTHETIC DATA", "合成数据"), said ? said : "");
  if (strcmp(j->app->format, "table") == 0) printf("%s\n\n", sx_design_describe(j->design));
}

sx_status cli_job_print(cli_job *j, sx_error *err) {
  cli_progress_end(j->app);
  cli_job_head(j);
  return cli_print_rows(j->app, j->rows, j->n_rows, err);
}

void cli_job_clear(cli_job *j) {
  sx_mem_free(&j->app->ctx, j->rows);
  sx_mem_free(&j->app->ctx, j->where);
  sx_groups_free(j->groups);
  sx_design_free(j->design);
  sx_table_free(j->table);
  sx_arena_free(j->arena);
}

sx_status cli_job_probs(double **out, size_t *n, const cli_job *j, const char *otherwise, sx_error *err) {
  const char *text = cli_value(j->args, "probs");
  const char *const *pieces = NULL;
  SX_TRY(cli_split(&pieces, n, j->arena, text ? text : otherwise, ',', err));
  double *probs = sx_arena_alloc(j->arena, *n, sizeof *probs);
  if (!probs) return sx_error_memory(err);
  for (size_t k = 0; k < *n; k++)
    if (!sx_text_to_double(&probs[k], pieces[k], strlen(pieces[k])) || !(probs[k] >= 0 && probs[k] <= 1))
      return sx_error_set(err, SX_E_ARGUMENT, "--probs", "'%s' is not a number between 0 and 1", pieces[k]);
  *out = probs;
  return SX_OK;
}
