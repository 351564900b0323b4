/* study_account_areas.c: small areas for the leaves of an account: the level per head of every level of a group by the model of Fay and
 * Herriot, made a level again. docs/methods/small-areas.md.
 *
 *   y_d = L_d / n_d    level of the leaf by its own interviews over the area's population n_d (`per`, taken as known)
 *   y_d = x_d' beta + u_d + e_d,   V(e_d) the variance of y_d in the survey,   estimate n_d (gamma_d y_d + (1 - gamma_d) x_d' beta)
 *
 * An area enters with its own y_d where this has an error and a third of the interviews that are asked of a leaf: variances from
 * fewer are too rough to be taken as known. The others get x_d' beta. Where the model cannot be fitted nothing stands in. */
#include <math.h>
#include <string.h>

#include "shuxiao/estimate_area.h"
#include "study_account.h"
#include "study_data.h"
#include "study_names.h"

enum { SHARE_OF_MIN_N = 3 };

typedef struct areas {
  const st_account_run *w;
  const st_where *wheres;
  size_t *at; /* [n] indices of the areas among wheres */
  size_t n;
  const char **names; /* [n] */
  double *per;        /* [n] */
  double *x;          /* [n * columns] */
  double *direct, *variance;
  st_leaf *leaf;                /* [n] of the leaf at hand */
  st_shared_population *shared; /* [wheres] */
} areas;

static sx_status find_areas(areas *m, size_t n, sx_error *err) {
  const st_run *r = m->w->r;
  const st_group *g = &r->s->groups[m->w->a->area.group];
  sx_arena *arena = r->arena;
  m->at = sx_arena_alloc(arena, n, sizeof *m->at);
  m->names = sx_arena_alloc(arena, n, sizeof *m->names);
  m->per = sx_arena_alloc(arena, n, sizeof *m->per);
  m->direct = sx_arena_alloc(arena, n, sizeof *m->direct);
  m->variance = sx_arena_alloc(arena, n, sizeof *m->variance);
  m->leaf = sx_arena_zalloc(arena, n, sizeof *m->leaf);
  m->x = sx_arena_alloc(arena, n * (m->w->a->area.columns.n + 1), sizeof *m->x);
  if (!m->at || !m->names || !m->per || !m->direct || !m->variance || !m->leaf || !m->x) return sx_error_memory(err);
  for (size_t i = 0; i < n; i++) {
    if (m->wheres[i].n != 1 || strcmp(m->wheres[i].terms[0].variable, g->id) != 0) continue;
    m->names[m->n] = m->wheres[i].terms[0].level;
    m->at[m->n++] = i;
  }
  return SX_OK;
}

static sx_status populations(areas *m, sx_error *err) {
  for (size_t i = 0; i < m->n; i++) {
    sx_est *est = NULL;
    SX_TRY(study__formula_value(&est, m->w->r, &m->w->a->area.per, m->wheres[m->at[i]].name, err));
    m->per[i] = sx_est_value(est);
    sx_est_free(est);
    if (!(m->per[i] > 0))
      return sx_error_set(err, SX_E_DATA, m->names[i], "the population of the area '%s' is not above 0", m->names[i]);
  }
  return SX_OK;
}

static sx_status covariates(areas *m, sx_error *err) {
  const st_area *area = &m->w->a->area;
  sx_table *table = NULL;
  if (area->from == ST_NONE) return SX_OK;
  SX_TRY(study__read_table(&table, m->w->r->s, area->from, NULL, 0, 0, err));
  sx_status status = SX_OK;
  const sx_column *key = NULL, *column = NULL;
  SX_TRY_GOTO(status, sx_table_need(&key, table, area->key, err), done);
  for (size_t i = 0; i < m->n; i++) {
    size_t row = 0;
    const size_t rows = sx_table_rows(table);
    for (; row < rows; row++) {
      const char *text = study__cell_text(key, row, m->w->r->arena);
      if (!text) {
        status = sx_error_memory(err);
        goto done;
      }
      if (strcmp(text, m->names[i]) == 0) break;
    }
    if (row == rows) {
      status = sx_error_set(err, SX_E_DATA, m->names[i], "the table '%s' has no row for '%s'",
                            m->w->r->s->tables[area->from].id, m->names[i]);
      goto done;
    }
    for (size_t c = 0; c < area->columns.n; c++) {
      SX_TRY_GOTO(status, sx_table_need(&column, table, area->columns.items[c], err), done);
      m->x[i * area->columns.n + c] = sx_column_number(column, row);
    }
  }
done:
  sx_table_free(table);
  return status;
}

/* Level per head of a leaf in an area; NaN where it does not enter the model. */
static sx_status direct_of(double *value, double *variance, const areas *m, const st_leaf *leaf, double per,
                           sx_error *err) {
  const sx_account_leaf *l = &leaf->leaf;
  *value = *variance = (double)NAN;
  if (l->ratio || leaf->n == SIZE_MAX || leaf->n * SHARE_OF_MIN_N < m->w->a->min_n) return SX_OK;
  sx_est *level = NULL;
  if (l->total) {
    level = sx_est_ref(l->total);
  } else {
    const char *const names[] = {"a", "b", "c"};
    const sx_est *const values[] = {l->population, l->penetration, l->spend};
    sx_expr *product = NULL;
    SX_TRY(sx_expr_parse(&product, &m->w->r->ctx, "a * b * c", err));
    const sx_status status = sx_est_formula(&level, &m->w->r->ctx, product, names, values, 3, err);
    sx_expr_free(product);
    if (status != SX_OK) return status;
  }
  const double y = sx_est_value(level) / per, v = sx_est_variance(level) / (per * per);
  if (isfinite(y) && sx_est_df(level) >= 1 && v > 0 && isfinite(v)) *value = y, *variance = v;
  sx_est_free(level);
  return SX_OK;
}

/* A task: of the run it takes its memory alone. */
static sx_status measure_area(void *data, size_t i, sx_error *err) {
  const areas *m = data;
  SX_TRY(study__share_population(&m->leaf[i], &m->shared[m->at[i]], err));
  SX_TRY(study__leaf_finish(&m->leaf[i], &m->w->r->ctx, err));
  SX_TRY(direct_of(&m->direct[i], &m->variance[i], m, &m->leaf[i], m->per[i], err));
  study__leaf_clear(&m->leaf[i]);
  return SX_OK;
}

/* What the leaf is in every area by its own interviews: looked up in order, its carriers made side by side. */
static sx_status measure_areas(areas *m, size_t node, sx_error *err) {
  sx_status status = SX_OK;
  size_t n = 0;
  for (; n < m->n && status == SX_OK; n++)
    status = study__leaf_find(&m->leaf[n], m->w->r, m->w->a, &m->w->a->nodes[node], m->wheres[m->at[n]].name, err);
  if (status == SX_OK) status = sx_parallel_for(&m->w->r->ctx, n, measure_area, m, err);
  for (size_t i = 0; i < n; i++) study__leaf_clear(&m->leaf[i]);
  return status;
}

static sx_status fit_leaf(sx_est **model, areas *m, size_t leaf, size_t node, size_t n_leaves, sx_error *err) {
  const st_area *area = &m->w->a->area;
  SX_TRY(measure_areas(m, node, err));
  sx_area_request request = SX_AREA_REQUEST_INIT;
  request.n = m->n;
  request.direct = m->direct;
  request.variance = m->variance;
  request.n_covariates = area->columns.n;
  request.covariates = m->x;
  request.names = m->names;
  request.covariate_names = area->columns.items;
  request.method = (sx_area_method)area->method;
  sx_area_fit *fit = NULL;
  sx_error own = SX_ERROR_INIT;
  sx_status status = sx_estimate_area(&fit, &m->w->r->ctx, &request, &own);
  if (status == SX_E_DATA || status == SX_E_NUMERIC)
    return SX_OK; /* too few areas, or no solution: nothing stands in */
  if (status != SX_OK) {
    if (err) *err = own;
    return status;
  }
  for (size_t i = 0; i < m->n && status == SX_OK; i++) {
    const sx_area_row *row = &fit->rows[i];
    if (!(row->mse > 0) || !isfinite(row->estimate) || row->estimate < 0) continue;
    status = sx_est_outside(&model[m->at[i] * n_leaves + leaf], &m->w->r->ctx, row->estimate * m->per[i],
                            sqrt(row->mse) * m->per[i], (double)INFINITY, err);
  }
  sx_area_free(fit);
  return status;
}

/* Whether another leaf takes its spend: a model would stand in for the level alone and leave that leaf without. */
static bool lends_spend(const st_account *a, const st_node *n) {
  for (size_t i = 0; i < a->n_nodes; i++) {
    const st_node *other = &a->nodes[i];
    if (other->ratio_to && other->ratio_base == SX_ACCOUNT_OF_SPEND && strcmp(other->ratio_to, n->id) == 0) return true;
  }
  return false;
}

sx_status study__account_areas(sx_est **model, st_shared_population *shared, const st_account_run *w,
                               const st_where *wheres, size_t n, const size_t *leaves, size_t n_leaves, sx_error *err) {
  areas m = {.w = w, .wheres = wheres, .shared = shared};
  SX_TRY(find_areas(&m, n, err));
  if (m.n == 0) return SX_OK;
  SX_TRY(populations(&m, err));
  sx_status status = covariates(&m, err);
  for (size_t k = 0; k < n_leaves && status == SX_OK; k++) {
    if (lends_spend(w->a, &w->a->nodes[leaves[k]])) continue; /* nothing stands in: it is marked weak */
    status = fit_leaf(model, &m, k, leaves[k], n_leaves, err);
  }
  if (status != SX_OK) study__add_place(err, w->r->s, w->a->area.node);
  return status;
}
