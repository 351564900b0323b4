/* weighting_margin.c: named population totals onto the rows of a sample, with everything that can be wrong with them. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

enum { MAX_VARIABLES = 4, MAX_CROSSING = 50000000 };

const char *sx_weighting__margin_name(char out[256], const sx_target *target) {
  if (target->name) {
    (void)snprintf(out, 256, "%.*s", (int)sx_utf8_cut(target->name, strlen(target->name), 255), target->name);
    return out;
  }
  size_t used = 0;
  out[0] = '\0';
  for (size_t v = 0; v < target->n_variables && used < 200; v++) {
    const int n = snprintf(out + used, 256 - used, "%s%s", v ? " x " : "", target->variables[v]);
    used += n > 0 ? (size_t)n : 0;
  }
  return out;
}

static void levels_text(char *out, size_t size, const char *const *levels, size_t n) {
  size_t used = 0;
  out[0] = '\0';
  for (size_t v = 0; v < n && used + 8 < size; v++) {
    const size_t room = size - used - 6;
    const int k = snprintf(out + used, size - used, "%s'%.*s'", v ? ", " : "",
                           (int)sx_utf8_cut(levels[v], strlen(levels[v]), room), levels[v]);
    used += k > 0 ? (size_t)k : 0;
  }
}

void sx_weighting__cell_name(char out[256], const wt_problem *p, size_t cell) {
  size_t m = 0;
  while (m + 1 < p->n_margins && cell >= p->first[m + 1]) m++;
  char margin[256], levels[160];
  levels_text(levels, sizeof levels, p->targets[m].levels[cell - p->first[m]], p->targets[m].n_variables);
  (void)snprintf(out, 256, "%.80s: %.160s", sx_weighting__margin_name(margin, &p->targets[m]), levels);
}

static sx_status check_target(const sx_target *t, sx_error *err) {
  char name[256], levels[200];
  sx_weighting__margin_name(name, t);
  if (t->n_variables == 0 || t->n_variables > MAX_VARIABLES)
    return sx_error_set(err, SX_E_ARGUMENT, name, "a margin crosses 1 to %d variables, not %zu", (int)MAX_VARIABLES,
                        t->n_variables);
  if (t->n_cells == 0 || t->n_cells > INT32_MAX / 2)
    return sx_error_set(err, SX_E_ARGUMENT, name, "the margin has %zu cells", t->n_cells);
  double sum = 0;
  for (size_t c = 0; c < t->n_cells; c++) {
    sum += t->totals[c];
    if (t->totals[c] >= 0 && isfinite(t->totals[c])) continue;
    levels_text(levels, sizeof levels, t->levels[c], t->n_variables);
    return sx_error_set(err, SX_E_DATA, name, "the total of %s is %g: it must be finite and 0 or more", levels,
                        t->totals[c]);
  }
  if (!(sum > 0)) return sx_error_set(err, SX_E_DATA, name, "the totals of the margin sum to 0");
  return SX_OK;
}

int64_t sx_weighting__find_level(const sx_groups *g, size_t key, const char *text) {
  for (size_t l = 0; l < g->n_levels[key]; l++)
    if (strcmp(g->level_text[key][l], text) == 0) return (int64_t)l;
  for (size_t l = 0; l < g->n_levels[key]; l++)
    if (strcmp(g->level_label[key][l], text) == 0) return (int64_t)l;
  return -1;
}

/* at[crossing of levels] = cell, or -1. Cells whose level the sample lacks are left out: the count of cases says so. */
static sx_status place_cells(int32_t *at, const sx_groups *g, const sx_target *t, sx_error *err) {
  char name[256], levels[200];
  for (size_t c = 0; c < t->n_cells; c++) {
    size_t code = 0;
    bool known = true;
    for (size_t k = 0; k < t->n_variables && known; k++) {
      const int64_t l = sx_weighting__find_level(g, k, t->levels[c][k]);
      known = l >= 0;
      code = code * g->n_levels[k] + (size_t)(l < 0 ? 0 : l);
    }
    if (!known) continue;
    if (at[code] >= 0) {
      levels_text(levels, sizeof levels, t->levels[c], t->n_variables);
      return sx_error_set(err, SX_E_DATA, sx_weighting__margin_name(name, t), "the category %s is given twice", levels);
    }
    at[code] = (int32_t)c;
  }
  return SX_OK;
}

static sx_status row_error(const sx_groups *g, const sx_target *t, size_t row, sx_error *err) {
  char name[256], where[SX_ERROR_WHERE_MAX], text[200];
  (void)snprintf(where, sizeof where, "%s: case %zu", sx_weighting__margin_name(name, t), row + 1);
  if (g->group[row] < 0)
    return sx_error_set(err, SX_E_DATA, where,
                        "a variable of the margin is missing: impute it, or give those cases a category of their own");
  const int32_t *level = g->key_level + (size_t)g->group[row] * g->n_keys;
  const char *levels[MAX_VARIABLES];
  for (size_t k = 0; k < t->n_variables; k++) levels[k] = g->level_text[k][level[k]];
  levels_text(text, sizeof text, levels, t->n_variables);
  return sx_error_set(err, SX_E_DATA, where, "the category %s of the sample has no total in the margin", text);
}

/* Rows to cells by their groups. */
typedef struct matching {
  wt_problem *p;
  const double *d;
  const sx_groups *g;
  const sx_target *t;
  const int32_t *cell_of; /* [groups] or -1 */
  int32_t *cell;          /* [rows] */
  uint8_t *seen;          /* [pieces][cells of the margin] */
} matching;

static sx_status match_piece(void *data, size_t piece, sx_error *err) {
  const matching *job = data;
  const size_t from = piece * WT_PIECE_ROWS, end = sx_piece_end(job->p->n_rows, WT_PIECE_ROWS, piece);
  const int32_t *group = job->g->group;
  uint8_t *seen = job->seen + piece * job->t->n_cells;
  for (size_t i = from; i < end; i++) {
    int32_t cell = -1;
    if (job->d[i] > 0) {
      cell = group[i] < 0 ? -1 : job->cell_of[group[i]];
      if (cell < 0) return row_error(job->g, job->t, i, err);
      seen[cell] = 1;
    }
    job->cell[i] = cell;
  }
  return SX_OK;
}

/* at[crossing of levels] -> the cell of each group that occurs. */
static void cells_of_groups(int32_t *cell_of, const int32_t *at, const sx_groups *g) {
  for (size_t j = 0; j < g->n_groups; j++) {
    const int32_t *level = g->key_level + j * g->n_keys;
    size_t code = 0;
    for (size_t k = 0; k < g->n_keys; k++) code = code * g->n_levels[k] + (size_t)level[k];
    cell_of[j] = at[code];
  }
}

/* seen [cells of all margins]: some row of weight above 0 is in the cell. */
static sx_status match_rows(wt_problem *p, size_t m, const sx_groups *g, const double *d, uint8_t *seen,
                            sx_error *err) {
  const sx_target *t = &p->targets[m];
  const size_t pieces = sx_piece_count(p->n_rows, WT_PIECE_ROWS);
  const sx_ctx quiet = sx_ctx_quiet(p->ctx);
  sx_status st = SX_OK;
  size_t crossing = 1, places = 0;
  for (size_t k = 0; k < g->n_keys; k++)
    if (!sx_size_mul(&crossing, crossing, g->n_levels[k]) || crossing > MAX_CROSSING)
      return sx_error_set(err, SX_E_LIMIT, t->name, "the margin crosses too many levels");
  int32_t *at = sx_mem_alloc(p->ctx, crossing, sizeof *at);
  int32_t *cell_of = sx_mem_alloc(p->ctx, g->n_groups, sizeof *cell_of);
  uint8_t *marks = sx_size_mul(&places, pieces, t->n_cells) ? sx_mem_zalloc(p->ctx, places, 1) : NULL;
  if (!at || !cell_of || !marks) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < crossing; k++) at[k] = -1;
  SX_TRY_GOTO(st, place_cells(at, g, t, err), done);
  cells_of_groups(cell_of, at, g);
  matching job = {p, d, g, t, cell_of, p->cell + m * p->n_rows, marks};
  SX_TRY_GOTO(st, sx_parallel_for(&quiet, pieces, match_piece, &job, err), done);
  for (size_t k = 0; k < pieces; k++)
    for (size_t c = 0; c < t->n_cells; c++) seen[p->first[m] + c] |= marks[k * t->n_cells + c];
done:
  sx_mem_free(p->ctx, at);
  sx_mem_free(p->ctx, cell_of);
  sx_mem_free(p->ctx, marks);
  return st;
}

static sx_status match_margin(wt_problem *p, size_t m, const sx_table *table, const double *d, uint8_t *seen,
                              sx_error *err) {
  const sx_target *t = &p->targets[m];
  sx_groups *g = NULL;
  SX_TRY(sx_groups_new(&g, table, t->variables, t->n_variables, err));
  const sx_status st = match_rows(p, m, g, d, seen, err);
  sx_groups_free(g);
  return st;
}

/* Cases in a cell whose target is 0 take no part; false where there are none. */
static bool exclude(wt_problem *p) {
  bool some = false;
  for (size_t m = 0; m < p->n_margins; m++) {
    bool any = false;
    for (size_t c = 0; c < p->targets[m].n_cells; c++) any = any || p->targets[m].totals[c] == 0;
    some = some || any;
    for (size_t i = 0; any && i < p->n_rows; i++) {
      const int32_t cell = p->cell[m * p->n_rows + i];
      if (cell >= 0 && p->targets[m].totals[cell] == 0) p->excluded[i] = 1;
    }
  }
  for (size_t i = 0; some && i < p->n_rows; i++)
    for (size_t m = 0; m < p->n_margins && p->excluded[i]; m++) p->cell[m * p->n_rows + i] = -1;
  return some;
}

/* The cells that are left with a case. */
static void see_again(uint8_t *seen, const wt_problem *p) {
  memset(seen, 0, p->n_cells);
  for (size_t m = 0; m < p->n_margins; m++)
    for (size_t i = 0; i < p->n_rows; i++) {
      const int32_t cell = p->cell[m * p->n_rows + i];
      if (cell >= 0) seen[p->first[m] + (size_t)cell] = 1;
    }
}

/* Every cell with a total above 0 needs a case. */
static sx_status check_present(const wt_problem *p, const uint8_t *seen, sx_error *err) {
  for (size_t c = 0; c < p->n_cells; c++) {
    if (seen[c] || p->total[c] == 0) continue;
    char name[256];
    sx_weighting__cell_name(name, p, c);
    return sx_error_set(err, SX_E_DATA, name,
                        "the category has a population of %.15g and no case in the sample: merge it with another",
                        p->total[c]);
  }
  return SX_OK;
}

/* One grand total for all margins: the first margin's. */
static sx_status agree_totals(wt_problem *p, double tolerance, sx_error *err) {
  double first = 0;
  for (size_t m = 0; m < p->n_margins; m++) {
    const sx_target *t = &p->targets[m];
    const double sum = sx_num_sum(t->totals, t->n_cells);
    if (m == 0) first = sum;
    if (fabs(sum / first - 1) > tolerance) {
      char a[256], b[256];
      return sx_error_set(err, SX_E_DATA, sx_weighting__margin_name(b, t),
                          "the margins disagree in total: '%.100s' sums to %.15g, '%.100s' to %.15g",
                          sx_weighting__margin_name(a, &p->targets[0]), first, b, sum);
    }
    for (size_t c = 0; c < t->n_cells; c++) p->total[p->first[m] + c] = t->totals[c] * (first / sum);
  }
  return SX_OK;
}

sx_status sx_weighting__problem(wt_problem *out, const sx_ctx *ctx, const sx_table *table, const sx_target *targets,
                                size_t n_targets, const double *d, double total_tolerance, sx_error *err) {
  sx_status st = SX_OK;
  wt_problem p = {ctx, targets, sx_table_rows(table), n_targets, 0, NULL, NULL, NULL, NULL};
  size_t size = 0;
  uint8_t *seen = NULL;
  if (n_targets == 0) return sx_error_set(err, SX_E_ARGUMENT, NULL, "at least one margin is needed");
  p.first = sx_mem_zalloc(ctx, n_targets + 1, sizeof *p.first);
  p.cell = sx_size_mul(&size, n_targets, p.n_rows) ? sx_mem_alloc(ctx, size, sizeof *p.cell) : NULL;
  p.excluded = sx_mem_zalloc(ctx, p.n_rows, 1);
  if (!p.first || !p.cell || !p.excluded) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t m = 0; m < n_targets; m++) {
    SX_TRY_GOTO(st, check_target(&targets[m], err), done);
    p.n_cells += targets[m].n_cells;
    p.first[m + 1] = p.n_cells;
  }
  p.total = sx_mem_alloc(ctx, p.n_cells, sizeof *p.total);
  seen = sx_mem_zalloc(ctx, p.n_cells, 1);
  if (!p.total || !seen) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, agree_totals(&p, total_tolerance, err), done);
  for (size_t m = 0; m < n_targets; m++) SX_TRY_GOTO(st, match_margin(&p, m, table, d, seen, err), done);
  if (exclude(&p)) see_again(seen, &p);
  SX_TRY_GOTO(st, check_present(&p, seen, err), done);
  *out = p;
  p = (wt_problem){ctx, NULL, 0, 0, 0, NULL, NULL, NULL, NULL};
done:
  sx_mem_free(ctx, seen);
  sx_weighting__problem_clear(&p);
  return st;
}

void sx_weighting__problem_clear(wt_problem *p) {
  sx_mem_free(p->ctx, p->first);
  sx_mem_free(p->ctx, p->cell);
  sx_mem_free(p->ctx, p->total);
  sx_mem_free(p->ctx, p->excluded);
}
