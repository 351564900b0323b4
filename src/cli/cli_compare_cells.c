/* cli_compare_cells.c: the estimates that are compared, of one wave or of two. */
#include <math.h>
#include <string.h>

#include "cli_compare.h"

static const char *const of_names[] = {"mean", "total", "prop", "ratio", "count", "quantile"};

bool cmp_read_of(cmp_of *out, const char *text, size_t n) {
  for (size_t k = 0; k < sizeof of_names / sizeof *of_names; k++) {
    if (strlen(of_names[k]) != n || memcmp(of_names[k], text, n) != 0) continue;
    *out = (cmp_of)k;
    return true;
  }
  return false;
}

const char *cmp_statistic(const cmp_what *what, sx_arena *arena) {
  char text[SX_DOUBLE_TEXT_MAX];
  if (what->of != CMP_QUANTILE) return of_names[what->of];
  sx_text_from_double(text, what->prob);
  return sx_arena_printf(arena, "quantile_%s", text);
}

/* A column, and whether it is a condition: an expression whose values are 0 and 1. */
static sx_status column_of(const sx_column **out, bool *logical, compare *c, size_t k, const char *text,
                           sx_error *err) {
  cli_job *j = &c->job[k];
  SX_TRY(cli_job_column(out, logical, j, text, err));
  for (size_t i = c->n_columns[k]; i < sx_table_columns(j->table); i++)
    if (sx_table_get(j->table, i) == *out) *logical = (*out)->type == SX_INTEGER;
  return SX_OK;
}

static bool is_coded(const sx_column *column) {
  return column->type == SX_CATEGORY || column->type == SX_TEXT;
}

static sx_status columns_of(sx_est_request *r, cmp_what *what, compare *c, size_t k, sx_error *err) {
  bool logical = false, second = false;
  if (what->of == CMP_COUNT) return SX_OK;
  SX_TRY(column_of(&r->y, &logical, c, k, k == 1 && what->later ? what->later : what->y, err));
  if (what->of == CMP_RATIO) SX_TRY(column_of(&r->x, &second, c, k, what->x, err));
  if (what->of == CMP_DEFAULT) what->of = logical || is_coded(r->y) ? CMP_PROP : CMP_MEAN;
  r->prop_of_one = what->of == CMP_PROP && logical;
  const sx_column *text = r->x && is_coded(r->x) ? r->x : is_coded(r->y) ? r->y : NULL;
  if (what->of != CMP_PROP && text)
    return sx_error_set(err, SX_E_ARGUMENT, c->job[k].args->words[0], "%s is %s, not a number: use --of prop",
                        text->name, sx_type_name(text->type));
  return SX_OK;
}

/* The job's domain and the condition of the call. */
static sx_status mask_of(uint8_t **out, const cmp_what *what, const cli_job *j, sx_error *err) {
  sx_expr *expr = NULL;
  const size_t rows = sx_table_rows(j->table);
  *out = NULL;
  if (!what->on) return SX_OK;
  uint8_t *mask = sx_mem_alloc(&j->app->ctx, rows, 1);
  if (!mask) return sx_error_memory(err);
  sx_status status = sx_expr_parse(&expr, &j->app->ctx, what->on, err);
  if (status == SX_OK) status = sx_expr_test(mask, expr, j->table, err);
  sx_expr_free(expr);
  if (status != SX_OK) {
    sx_error_add_where(err, "%s", what->on);
    sx_mem_free(&j->app->ctx, mask);
    return status;
  }
  for (size_t i = 0; i < rows; i++) mask[i] = mask[i] == 1 && (!j->where || j->where[i] == 1);
  *out = mask;
  return SX_OK;
}

static sx_status run(sx_est_set **out, cmp_what *what, compare *c, size_t k, sx_error *err) {
  static const sx_stat stats[] = {SX_STAT_MEAN, SX_STAT_TOTAL, SX_STAT_PROP, SX_STAT_RATIO, SX_STAT_COUNT};
  cli_job *j = &c->job[k];
  uint8_t *mask = NULL;
  sx_est_request r = {.by = what->grouped ? j->groups : NULL};
  SX_TRY(columns_of(&r, what, c, k, err));
  SX_TRY(mask_of(&mask, what, j, err));
  r.where = mask ? mask : j->where;
  sx_status status = SX_OK;
  if (what->of == CMP_QUANTILE) {
    const sx_quantile_request q = {r.y, &what->prob, 1, r.where, r.by};
    sx_quantile_options o = SX_QUANTILE_OPTIONS_INIT;
    o.ci_level = j->options.ci_level;
    o.df = j->options.df;
    status = sx_estimate_quantile(out, j->design, &q, &o, err);
  } else {
    r.stat = stats[what->of];
    status = sx_estimate_run(out, j->design, &r, &j->options, err);
  }
  sx_mem_free(&j->app->ctx, mask);
  return status;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b) {
  return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_cell(const cmp_cell *a, const cmp_cell *b) {
  if (a->n_keys != b->n_keys || !same_text(a->level, b->level)) return false;
  for (size_t i = 0; i < a->n_keys; i++)
    if (strcmp(a->key[i], b->key[i]) != 0) return false;
  return true;
}

static sx_status name_cell(cmp_cell *cell, const cmp_what *what, const cli_job *j, const sx_est_set *set,
                           const sx_est_row *row, sx_arena *arena, sx_error *err) {
  const sx_groups *g = what->grouped ? j->groups : NULL;
  cell->n_keys = g ? g->n_keys : 0;
  cell->key = sx_arena_alloc(arena, cell->n_keys + 1, sizeof *cell->key);
  cell->label = sx_arena_alloc(arena, cell->n_keys + 1, sizeof *cell->label);
  if (!cell->key || !cell->label) return sx_error_memory(err);
  for (size_t i = 0; i < cell->n_keys; i++) {
    const size_t level = (size_t)g->key_level[row->group * g->n_keys + i];
    cell->key[i] = g->level_text[i][level];
    cell->label[i] = g->level_label[i][level];
  }
  cell->level = NULL;
  if (what->of != CMP_PROP || row->level < 0) return SX_OK;
  cell->level = sx_arena_strdup(arena, set->level_text[row->level]);
  return cell->level ? SX_OK : sx_error_memory(err);
}

/* The estimate of a row, or a missing one with its reason. */
static sx_status est_of(sx_est **out, const sx_est_row *row, const sx_ctx *ctx, sx_error *err) {
  if (row->est) {
    *out = sx_est_ref(row->est);
    return SX_OK;
  }
  return sx_est_missing(out, ctx, row->na == SX_NA_NONE ? SX_NA_OPERAND : row->na, err);
}

/* Adds the estimates of wave k to the cells; those of a later wave meet those of the first by their names. */
static sx_status add_wave(cmp_cells *cells, const cmp_what *what, compare *c, size_t k, const sx_est_set *set,
                          sx_error *err) {
  for (size_t i = 0; i < set->n_rows; i++) {
    cmp_cell cell = {.n_keys = 0};
    size_t at = 0;
    SX_TRY(name_cell(&cell, what, &c->job[k], set, &set->rows[i], c->job[0].arena, err));
    if (k == 0)
      at = cells->n;
    else
      while (at < cells->n && !same_cell(&cells->items[at], &cell)) at++;
    if (at == cells->n) cells->items[cells->n++] = cell;
    cells->items[at].row[k] = set->rows[i];
    cells->items[at].row[k].est = NULL;
    SX_TRY(est_of(&cells->items[at].side[k], &set->rows[i], &c->job[0].app->ctx, err));
  }
  return SX_OK;
}

static sx_status finish(cmp_cells *cells, compare *c, sx_error *err) {
  for (size_t i = 0; i < cells->n; i++) {
    cmp_cell *cell = &cells->items[i];
    for (size_t k = 0; k < (c->waves ? 2U : 1U); k++) {
      if (cell->side[k]) continue;
      sx_est_row *row = &cell->row[k];
      *row = (sx_est_row){.level = -1, .na = SX_NA_EMPTY_DOMAIN};
      row->estimate = row->se = row->low = row->high = row->df = row->n_eff = row->deff = row->cv = (double)NAN;
      row->ci_level = c->job[0].options.ci_level;
      SX_TRY(sx_est_missing(&cell->side[k], &c->job[0].app->ctx, SX_NA_EMPTY_DOMAIN, err));
    }
    if (c->waves) {
      SX_TRY(sx_est_change(&cell->est, c->link, cell->side[0], cell->side[1], SX_CHANGE_DIFFERENCE, err));
    } else {
      cell->est = sx_est_ref(cell->side[0]);
    }
  }
  return SX_OK;
}

sx_status cmp_estimate(cmp_cells *out, cmp_what *what, compare *c, sx_error *err) {
  sx_est_set *set[2] = {NULL, NULL};
  cmp_cells cells = {NULL, 0};
  sx_status status = SX_OK;
  SX_TRY_GOTO(status, run(&set[0], what, c, 0, err), done);
  if (c->waves) SX_TRY_GOTO(status, run(&set[1], what, c, 1, err), done);
  cells.items = sx_arena_zalloc(c->job[0].arena, set[0]->n_rows + (set[1] ? set[1]->n_rows : 0), sizeof *cells.items);
  if (!cells.items) {
    status = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < 2; k++)
    if (set[k]) SX_TRY_GOTO(status, add_wave(&cells, what, c, k, set[k], err), done);
  SX_TRY_GOTO(status, finish(&cells, c, err), done);
  *out = cells;
  cells.n = 0;
done:
  cmp_cells_clear(&cells);
  sx_est_set_free(set[0]);
  sx_est_set_free(set[1]);
  return status;
}

void cmp_cells_clear(cmp_cells *cells) {
  for (size_t i = 0; i < cells->n; i++) {
    sx_est_free(cells->items[i].est);
    sx_est_free(cells->items[i].side[0]);
    sx_est_free(cells->items[i].side[1]);
  }
  cells->n = 0;
}
