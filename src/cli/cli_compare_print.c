/* cli_compare_print.c: the lines of `shuxiao compare`: their numbers, their tests, their table. */
#include <math.h>
#include <string.h>

#include "cli_compare.h"

static sx_status terms_of(sx_store_row *row, const cmp_mark *m, const compare *c, sx_error *err) {
  if (m->n_keys == 0) return SX_OK;
  sx_store_term *terms = sx_arena_zalloc(c->job[0].arena, m->n_keys, sizeof *terms);
  if (!terms) return sx_error_memory(err);
  for (size_t i = 0; i < m->n_keys; i++) {
    terms[i].variable = c->job[0].groups->key_name[i];
    terms[i].level = m->key[i];
    terms[i].level_label.en = m->label[i];
  }
  row->terms = terms;
  row->n_terms = m->n_keys;
  return SX_OK;
}

sx_status cmp_add(compare *c, const cmp_mark *m, const sx_est *est, const sx_est_row *row, sx_error *err) {
  const cli_job *j = &c->job[0];
  sx_est_row made = {.level = -1};
  if (!sx_mem_grow(&j->app->ctx, (void **)&c->lines, &c->cap_lines, c->n_lines + 1, sizeof *c->lines))
    return sx_error_memory(err);
  cmp_line *line = &c->lines[c->n_lines];
  *line = (cmp_line){.p = (double)NAN, .p_adjusted = (double)NAN, .rho = m->rho};
  if (!row) {
    SX_TRY(sx_est_describe(&made, est, false, &j->options, err));
    sx_est_free(made.est);
    line->p = isnan(m->null) ? (double)NAN : sx_est_p(est, m->null, j->options.df);
    line->p_adjusted = line->p;
  }
  const sx_est_row *from = row ? row : &made;
  line->row = cli_job_fields(m->indicator, m->statistic, from, c->method);
  if (m->wave) line->row.wave = m->wave;
  if (m->unit) line->row.unit = m->unit;
  if (!row) { /* of more than one base */
    line->row.n = -1;
    line->row.n_eff = line->row.deff = (double)NAN;
  }
  SX_TRY(terms_of(&line->row, m, c, err));
  c->n_lines++;
  return SX_OK;
}

/* Adjusts the lines of one statistic from `from` on; p and at have room for all. */
static sx_status adjust_family(compare *c, size_t from, double *p, size_t *at, sx_error *err) {
  const char *statistic = c->lines[from].row.statistic;
  size_t n = 0;
  for (size_t i = from; i < c->n_lines; i++) {
    if (strcmp(c->lines[i].row.statistic, statistic) != 0) continue;
    at[n] = i;
    p[n++] = c->lines[i].p;
  }
  SX_TRY(sx_p_adjust(p, n, c->adjust, &c->job[0].app->ctx, err));
  for (size_t i = 0; i < n; i++) c->lines[at[i]].p_adjusted = p[i];
  return SX_OK;
}

sx_status cmp_adjust(compare *c, size_t from, sx_error *err) {
  const sx_ctx *ctx = &c->job[0].app->ctx;
  const size_t n = c->n_lines - from;
  sx_status status = SX_OK;
  double *p = sx_mem_alloc(ctx, n, sizeof *p);
  size_t *at = sx_mem_alloc(ctx, n, sizeof *at);
  if (!p || !at) status = sx_error_memory(err);
  for (size_t i = from; i < c->n_lines && status == SX_OK; i++) {
    bool before = false;
    for (size_t k = from; k < i && !before; k++)
      before = strcmp(c->lines[k].row.statistic, c->lines[i].row.statistic) == 0;
    if (!before) status = adjust_family(c, i, p, at, err);
  }
  sx_mem_free(ctx, p);
  sx_mem_free(ctx, at);
  return status;
}

/* ---- for machines: the store's columns, the tests as rows of their own ---------------------------------------------- */

static sx_status add_number(sx_store_row *to, const sx_store_row *of, const char *statistic, double value) {
  if (!statistic) return SX_E_MEMORY;
  *to = *of;
  to->statistic = statistic;
  to->estimate = value;
  to->se = to->low = to->high = to->ci_level = to->n_eff = to->deff = to->cv = (double)NAN;
  to->unit = to->na_reason = "";
  return SX_OK;
}

static sx_status print_records(compare *c, sx_error *err) {
  sx_arena *arena = c->job[0].arena;
  sx_store_row *rows = sx_arena_alloc(arena, 4 * c->n_lines + 1, sizeof *rows);
  size_t n = 0;
  if (!rows) return sx_error_memory(err);
  for (size_t i = 0; i < c->n_lines; i++) {
    const cmp_line *line = &c->lines[i];
    const char *name = line->row.statistic;
    rows[n++] = line->row;
    sx_status status = SX_OK;
    if (!isnan(line->rho)) status = add_number(&rows[n++], &line->row, "correlation", line->rho);
    if (status == SX_OK && !isnan(line->p))
      status = add_number(&rows[n++], &line->row, sx_arena_printf(arena, "%s_p", name), line->p);
    if (status == SX_OK && !isnan(line->p) && c->adjust != SX_ADJUST_P_NONE)
      status = add_number(&rows[n++], &line->row, sx_arena_printf(arena, "%s_p_%s", name, sx_adjust_p_name(c->adjust)),
                          line->p_adjusted);
    if (status != SX_OK) return sx_error_memory(err);
  }
  return cli_print_rows(c->job[0].app, rows, n, err);
}

/* ---- for eyes ------------------------------------------------------------------------------------------------------- */

typedef struct columns {
  const sx_groups *groups;
  bool waves, n, p, adjusted, rho, unit;
} columns;

static columns columns_of(const compare *c) {
  columns k = {c->job[0].groups, c->waves, false, false, false, false, false};
  bool terms = false;
  for (size_t i = 0; i < c->n_lines; i++) {
    const cmp_line *line = &c->lines[i];
    k.n = k.n || line->row.n >= 0;
    k.p = k.p || !isnan(line->p);
    k.rho = k.rho || !isnan(line->rho);
    k.unit = k.unit || *line->row.unit;
    terms = terms || line->row.n_terms > 0;
  }
  k.adjusted = k.p && c->adjust != SX_ADJUST_P_NONE;
  if (!terms) k.groups = NULL;
  return k;
}

static void add_head(cli_grid *grid, const compare *c, const columns *k) {
  if (k->waves) cli_grid_add(grid, "wave");
  cli_grid_add(grid, "indicator");
  for (size_t t = 0; k->groups && t < k->groups->n_keys; t++) cli_grid_add(grid, k->groups->key_name[t]);
  static const char *const heads[] = {"statistic", "estimate", "std.error", "conf.low", "conf.high", "df"};
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) cli_grid_add(grid, heads[i]);
  if (k->unit) cli_grid_add(grid, "unit");
  if (k->n) cli_grid_add(grid, "n");
  if (k->p) cli_grid_add(grid, "p");
  if (k->adjusted) cli_grid_add(grid, sx_arena_printf(grid->arena, "p (%s)", sx_adjust_p_name(c->adjust)));
  if (k->rho) cli_grid_add(grid, "correlation");
}

static void add_optional(cli_grid *grid, double value, int digits) {
  if (isnan(value))
    cli_grid_add(grid, "");
  else
    cli_grid_add_number(grid, value, digits);
}

static void add_line(cli_grid *grid, const cmp_line *line, const columns *k) {
  const sx_store_row *row = &line->row;
  if (k->waves) cli_grid_add(grid, row->wave);
  cli_grid_add(grid, row->indicator);
  for (size_t t = 0; k->groups && t < k->groups->n_keys; t++)
    cli_grid_add(grid, t < row->n_terms ? row->terms[t].level_label.en : "");
  cli_grid_add(grid, row->statistic);
  cli_grid_add_number(grid, row->estimate, 7);
  cli_grid_add_number(grid, row->se, 5);
  cli_grid_add_number(grid, row->low, 7);
  cli_grid_add_number(grid, row->high, 7);
  cli_grid_add_number(grid, row->df, 4);
  if (k->unit) cli_grid_add(grid, row->unit);
  if (k->n) {
    if (row->n < 0)
      cli_grid_add(grid, "");
    else
      cli_grid_add_count(grid, (double)row->n);
  }
  if (k->p) add_optional(grid, line->p, 4);
  if (k->adjusted) add_optional(grid, line->p_adjusted, 4);
  if (k->rho) add_optional(grid, line->rho, 4);
}

static void say_waves(const compare *c) {
  const cli_app *app = c->job[0].app;
  if (!c->waves || strcmp(app->format, "table") != 0) return;
  for (size_t k = 0; k < 2; k++)
    printf("%s: %s\n", cli_clean(c->job[0].arena, c->wave[k], 0), sx_design_describe(c->job[k].design));
  printf("%s: %zu; %s\n\n", cli_text(app, "units in both", "两期共有单元"), sx_link_units(c->link),
         sx_overlap_name(sx_link_overlap(c->link)));
}

sx_status cmp_print(compare *c, sx_error *err) {
  cli_app *app = c->job[0].app;
  cli_progress_end(app);
  if (cli_is_machine(app)) return print_records(c, err);
  if (c->waves)
    say_waves(c);
  else
    cli_job_head(&c->job[0]);
  const columns k = columns_of(c);
  cli_grid grid;
  const size_t n_terms = k.groups ? k.groups->n_keys : 0;
  cli_grid_init(&grid, c->job[0].arena, 7 + n_terms + k.waves + k.unit + k.n + k.p + k.adjusted + k.rho);
  add_head(&grid, c, &k);
  for (size_t i = 0; i < c->n_lines; i++) add_line(&grid, &c->lines[i], &k);
  SX_TRY(cli_grid_print(&grid, stdout, app->format, err));
  for (size_t i = 0; i < c->n_lines; i++) {
    const sx_store_row *row = &c->lines[i].row;
    if (*row->na_reason) printf("  %s %s: %s\n", row->indicator, row->statistic, row->na_reason);
  }
  return SX_OK;
}
