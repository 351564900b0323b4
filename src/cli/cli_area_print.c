/* cli_area_print.c: the areas as a table with what each estimate is made of, or as rows of the store's columns. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli_area.h"

/* The row of one area and statistic. se, low, high NaN: none. */
static sx_status add_row(area_call *c, size_t i, const char *statistic, double estimate, double se, sx_error *err) {
  cli_job *j = &c->job;
  sx_store_term *term = sx_arena_zalloc(j->arena, 1, sizeof *term);
  if (!term) return sx_error_memory(err);
  const bool model = strcmp(statistic, "eblup") == 0;
  const sx_area_row *area = &c->fit->rows[i];
  sx_est_row row = {.group = 0, .level = -1, .estimate = estimate, .se = se, .ci_level = j->options.ci_level};
  row.df = row.n_eff = row.deff = row.cv = row.low = row.high = (double)NAN;
  if (!isnan(se) && estimate != 0) row.cv = se / fabs(estimate);
  if (model) {
    row.low = area->low;
    row.high = area->high;
  }
  sx_groups *groups = j->groups;
  j->groups = NULL; /* the term is the area's, not a group's */
  const sx_status st = cli_job_row(j, c->what, statistic, &row, err);
  j->groups = groups;
  SX_TRY(st);
  term->variable = c->key;
  term->level = c->name[i];
  term->level_label.en = c->label[i];
  sx_store_row *out = &j->rows[j->n_rows - 1];
  out->terms = term;
  out->n_terms = 1;
  out->n = isnan(c->cases[i]) ? -1 : (int64_t)c->cases[i];
  if (strcmp(statistic, "direct") == 0)
    out->method = c->direct_method;
  else
    out->quality = isnan(area->direct) ? "model-based, no direct estimate" : "model-based";
  if (isnan(estimate)) out->na_reason = "no direct estimate with an error";
  return SX_OK;
}

static sx_status print_rows(area_call *c, sx_error *err) {
  for (size_t i = 0; i < c->n; i++) {
    const sx_area_row *r = &c->fit->rows[i];
    SX_TRY(add_row(c, i, "eblup", r->estimate, sqrt(r->mse), err));
    SX_TRY(add_row(c, i, "direct", r->direct, r->direct_se, err));
    SX_TRY(add_row(c, i, "synthetic", r->synthetic, (double)NAN, err));
    SX_TRY(add_row(c, i, "gamma", r->gamma, (double)NAN, err));
  }
  return cli_print_rows(c->job.app, c->job.rows, c->job.n_rows, err);
}

static void add_number(cli_grid *grid, double value, int digits) {
  if (isnan(value))
    cli_grid_add(grid, "");
  else
    cli_grid_add_number(grid, value, digits);
}

static sx_status print_grid(area_call *c, sx_error *err) {
  static const char *const heads[] = {"n", "direct", "se", "gamma", "synthetic", "eblup", "rmse", "low", "high", ""};
  enum { HEADS = sizeof heads / sizeof *heads };
  cli_grid grid;
  cli_grid_init(&grid, c->job.arena, HEADS + 1);
  cli_grid_add(&grid, c->key);
  for (size_t k = 0; k < HEADS; k++) cli_grid_add(&grid, heads[k]);
  for (size_t i = 0; i < c->n; i++) {
    const sx_area_row *r = &c->fit->rows[i];
    const bool same = strcmp(c->name[i], c->label[i]) == 0;
    const char *both = same ? c->name[i] : sx_arena_printf(c->job.arena, "%s %s", c->name[i], c->label[i]);
    cli_grid_add(&grid, both ? both : c->name[i]);
    if (isnan(c->cases[i]))
      cli_grid_add(&grid, "");
    else
      cli_grid_add_count(&grid, c->cases[i]);
    add_number(&grid, r->direct, 7);
    add_number(&grid, r->direct_se, 5);
    cli_grid_add_number(&grid, r->gamma, 3);
    cli_grid_add_number(&grid, r->synthetic, 7);
    cli_grid_add_number(&grid, r->estimate, 7);
    cli_grid_add_number(&grid, sqrt(r->mse), 5);
    cli_grid_add_number(&grid, r->low, 7);
    cli_grid_add_number(&grid, r->high, 7);
    cli_grid_add(&grid, isnan(r->direct) ? cli_text(c->job.app, "synthetic", "纯模型") : "");
  }
  return cli_grid_print(&grid, stdout, c->job.app->format, err);
}

static void say_model(const area_call *c) {
  const cli_app *app = c->job.app;
  const sx_area_fit *f = c->fit;
  printf("\n%s: %s %.6g (se %.3g)\n", cli_text(app, "Model-based (Fay-Herriot)", "基于模型（Fay-Herriot）"),
         cli_text(app, "variance between areas", "地区间方差"), f->sigma2, f->sigma2_se);
  for (size_t k = 0; k < f->n_coefficients; k++) {
    const size_t offset = c->request.no_intercept ? 0 : 1;
    printf("  %s %.6g (se %.3g)\n", k < offset ? "(intercept)" : c->covariate_name[k - offset], f->beta[k],
           f->beta_se[k]);
  }
  if (!isnan(f->adjustment))
    printf("%s %.6g\n",
           c->request.benchmark == SX_AREA_RATIO
               ? cli_text(app, "Benchmarked: eblup is multiplied by", "已调整：各估计乘以")
               : cli_text(app, "Benchmarked: eblup is raised by", "已调整：各估计加上"),
           f->adjustment);
  if (f->sigma2 == 0)
    printf("%s\n", cli_text(app, "No variance between areas was found: every estimate is the regression's.",
                            "未发现地区间方差：所有估计均为回归值。"));
}

sx_status cli_area_print(area_call *c, sx_error *err) {
  cli_job *j = &c->job;
  c->direct_method = j->method;
  j->method = sx_arena_printf(j->arena, "%s%smodel-based: Fay-Herriot, %s, variance between areas %.6g%s", j->method,
                              *j->method ? "; " : "", sx_area_method_name(c->request.method), c->fit->sigma2,
                              isnan(c->fit->adjustment) ? "" : ", benchmarked");
  if (j->method && cli_flag(j->args, "smooth"))
    j->method = sx_arena_printf(j->arena, "%s, sampling variances smoothed", j->method);
  if (!j->method) return sx_error_memory(err);
  cli_progress_end(j->app);
  if (cli_is_machine(j->app)) return print_rows(c, err);
  if (c->of_survey) cli_job_head(j);
  SX_TRY(print_grid(c, err));
  say_model(c);
  return SX_OK;
}
