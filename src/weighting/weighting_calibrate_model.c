/* weighting_calibrate_model.c: population totals of categories and amounts as columns over the rows of a sample.
 *
 * Controls that count the levels of one crossing form one margin: a row is in one column at most, so a row costs one
 * addition per margin instead of one per column. An amount, or anything averaged over a household, is a margin of one
 * column with a value per row. Equal weights within a household: x is replaced by the household's mean, so that u = q x'l
 * and with it g are the same for its members: Lemaitre & Dufour (1987) Survey Methodology 13:199-207. */
#include <stdio.h>
#include <string.h>

#include "weighting_priv.h"

enum { MAX_FACTORS = 4, MAX_CONTROLS = 5000 };

const char *sx_weighting__control_name(char out[256], const sx_control *c) {
  if (c->n_factors == 0 && !c->variable) {
    (void)snprintf(out, 256, "(intercept)");
    return out;
  }
  size_t used = 0;
  out[0] = '\0';
  for (size_t f = 0; f < c->n_factors && used < 200; f++) {
    const int n = snprintf(out + used, 256 - used, "%s%.*s=%.*s", f ? "*" : "",
                           (int)sx_utf8_cut(c->factors[f], strlen(c->factors[f]), 60), c->factors[f],
                           (int)sx_utf8_cut(c->levels[f], strlen(c->levels[f]), 60), c->levels[f]);
    used += n > 0 ? (size_t)n : 0;
  }
  if (c->variable && used < 200)
    (void)snprintf(out + used, 256 - used, "%s%.*s", c->n_factors ? "*" : "",
                   (int)sx_utf8_cut(c->variable, strlen(c->variable), 60), c->variable);
  return out;
}

static sx_status check_controls(const sx_control *controls, size_t n, sx_error *err) {
  char name[256];
  if (n == 0) return sx_error_set(err, SX_E_ARGUMENT, "totals", "at least one total is needed");
  if (n > MAX_CONTROLS)
    return sx_error_set(err, SX_E_LIMIT, "totals", "%zu totals are more than %d", n, (int)MAX_CONTROLS);
  for (size_t k = 0; k < n; k++) {
    const sx_control *c = &controls[k];
    if (c->n_factors > MAX_FACTORS)
      return sx_error_set(err, SX_E_ARGUMENT, "totals", "a total crosses at most %d variables, not %zu",
                          (int)MAX_FACTORS, c->n_factors);
    sx_weighting__control_name(name, c);
    if (!isfinite(c->total)) return sx_error_set(err, SX_E_DATA, name, "the total is %g: it must be finite", c->total);
    if (!(c->slack >= 0) || !isfinite(c->slack))
      return sx_error_set(err, SX_E_ARGUMENT, name, "the slack is %g: it must be 0 or more", c->slack);
  }
  return SX_OK;
}

static bool same_text(const char *a, const char *b) {
  return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_crossing(const sx_control *a, const sx_control *b) {
  if (a->n_factors != b->n_factors || !same_text(a->variable, b->variable)) return false;
  for (size_t f = 0; f < a->n_factors; f++)
    if (strcmp(a->factors[f], b->factors[f]) != 0) return false;
  return true;
}

/* Which controls share a margin, and that none is given twice; with `twice` one that is stands in a margin of its own. */
static sx_status group_controls(wt_model *m, bool alone, bool twice, sx_error *err) {
  for (size_t k = 0; k < m->n_controls; k++) {
    const sx_control *c = &m->controls[k];
    size_t like = k;
    bool again = false;
    for (size_t j = 0; j < k && !again; j++) {
      if (!same_crossing(c, &m->controls[j])) continue;
      bool same = true;
      for (size_t f = 0; f < c->n_factors; f++) same = same && strcmp(c->levels[f], m->controls[j].levels[f]) == 0;
      again = same && twice;
      if (same && !twice) {
        char name[256];
        return sx_error_set(err, SX_E_DATA, sx_weighting__control_name(name, c), "the total is given twice");
      }
      if (like == k) like = j;
    }
    const size_t at = like == k || alone || again ? m->n_margins++ : m->margin_of[like];
    m->margin_of[k] = at;
    m->within[k] = m->cells[at]++;
  }
  return SX_OK;
}

/* ---- factors --------------------------------------------------------------------------------------------- */

/* Groupings of the single variables that the controls name, made once each. */
typedef struct factor_cache {
  const char **names;
  sx_groups **groups;
  size_t n;
} factor_cache;

static sx_status factor_groups(const sx_groups **out, factor_cache *cache, const sx_table *table, const char *name,
                               sx_error *err) {
  for (size_t k = 0; k < cache->n; k++)
    if (strcmp(cache->names[k], name) == 0) {
      *out = cache->groups[k];
      return SX_OK;
    }
  SX_TRY(sx_groups_new(&cache->groups[cache->n], table, &name, 1, err));
  cache->names[cache->n] = name;
  *out = cache->groups[cache->n++];
  return SX_OK;
}

static sx_status missing_value(const char *variable, size_t row, sx_error *err) {
  char where[SX_ERROR_WHERE_MAX];
  (void)snprintf(where, sizeof where, "%.100s: case %zu", variable, row + 1);
  return sx_error_set(err, SX_E_DATA, where, "a variable with a total is missing or not finite: impute it first");
}

/* The rows of a control into its margin's column. */
static sx_status place_control(wt_model *m, size_t k, factor_cache *cache, const sx_table *table, sx_error *err) {
  const sx_control *c = &m->controls[k];
  int32_t *col = m->col + m->margin_of[k] * m->n_rows;
  const sx_groups *g[MAX_FACTORS];
  int64_t level[MAX_FACTORS];
  for (size_t f = 0; f < c->n_factors; f++) {
    SX_TRY(factor_groups(&g[f], cache, table, c->factors[f], err));
    level[f] = sx_weighting__find_level(g[f], 0, c->levels[f]);
  }
  for (size_t i = 0; i < m->n_rows; i++) {
    if (!m->part[i]) continue;
    bool in = true;
    for (size_t f = 0; f < c->n_factors; f++) {
      const int32_t group = g[f]->group[i];
      if (group < 0) return missing_value(c->factors[f], i, err);
      in = in && level[f] == g[f]->key_level[group];
    }
    if (in) col[i] = (int32_t)k;
  }
  return SX_OK;
}

static sx_status place_values(wt_model *m, size_t k, const sx_table *table, sx_error *err) {
  const sx_control *c = &m->controls[k];
  const size_t at = m->margin_of[k];
  if (!c->variable || m->value[at]) return SX_OK;
  const sx_column *column = NULL;
  SX_TRY(sx_table_need(&column, table, c->variable, err));
  if (column->type != SX_NUMBER && column->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, c->variable,
                        "it is %s, not a number: give the totals of its levels as %s=LEVEL", sx_type_name(column->type),
                        c->variable);
  m->value[at] = sx_mem_zalloc(m->ctx, m->n_rows, sizeof(double));
  if (!m->value[at]) return sx_error_memory(err);
  for (size_t i = 0; i < m->n_rows; i++) {
    if (!m->part[i]) continue;
    const double x = sx_column_missing(column, i) ? (double)NAN : sx_column_number(column, i);
    if (!isfinite(x)) return missing_value(c->variable, i, err);
    m->value[at][i] = x;
  }
  return SX_OK;
}

/* ---- households ------------------------------------------------------------------------------------------- */

static sx_status read_units(wt_model *m, size_t *n_units, const sx_table *table, const char *name, sx_error *err) {
  sx_groups *g = NULL;
  SX_TRY(sx_groups_new(&g, table, &name, 1, err));
  sx_status st = SX_OK;
  *n_units = g->n_groups;
  m->unit = sx_mem_alloc(m->ctx, m->n_rows, sizeof *m->unit);
  if (!m->unit) st = sx_error_memory(err);
  for (size_t i = 0; st == SX_OK && i < m->n_rows; i++) {
    m->unit[i] = g->group[i];
    if (m->part[i] && g->group[i] < 0) st = missing_value(name, i, err);
  }
  sx_groups_free(g);
  return st;
}

/* Every margin's values become means over the unit; every row that takes part is then in the margin's one column. */
static sx_status average_units(wt_model *m, size_t n_units, sx_error *err) {
  sx_status st = SX_OK;
  double *sum = sx_mem_alloc(m->ctx, n_units, sizeof *sum), *count = sx_mem_zalloc(m->ctx, n_units, sizeof *count);
  if (!sum || !count) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t i = 0; i < m->n_rows; i++)
    if (m->part[i]) count[m->unit[i]]++;
  for (size_t k = 0; k < m->n_controls; k++) {
    const size_t at = m->margin_of[k];
    int32_t *col = m->col + at * m->n_rows;
    if (m->controls[k].n_factors == 0 && !m->controls[k].variable) continue; /* the mean of 1 is 1 */
    memset(sum, 0, n_units * sizeof *sum);
    for (size_t i = 0; i < m->n_rows; i++)
      if (col[i] >= 0) sum[m->unit[i]] += sx_weighting__x(m, at, i);
    if (!m->value[at]) m->value[at] = sx_mem_zalloc(m->ctx, m->n_rows, sizeof(double));
    if (!m->value[at]) {
      st = sx_error_memory(err);
      goto done;
    }
    for (size_t i = 0; i < m->n_rows; i++) {
      if (!m->part[i]) continue;
      col[i] = (int32_t)k;
      m->value[at][i] = sum[m->unit[i]] / count[m->unit[i]];
    }
  }
done:
  sx_mem_free(m->ctx, sum);
  sx_mem_free(m->ctx, count);
  return st;
}

sx_status sx_weighting__check_units(const wt_model *m, const double *d, const char *who, sx_error *err) {
  if (!m->unit) return SX_OK;
  sx_status st = SX_OK;
  int32_t most = -1;
  for (size_t i = 0; i < m->n_rows; i++)
    if (m->part[i] && m->unit[i] > most) most = m->unit[i];
  double *first = sx_mem_alloc(m->ctx, (size_t)(most + 1), sizeof *first);
  if (!first) return sx_error_memory(err);
  for (int32_t u = 0; u <= most; u++) first[u] = -1;
  for (size_t i = 0; i < m->n_rows; i++) {
    if (!m->part[i]) continue;
    double *w = &first[m->unit[i]];
    if (*w < 0) *w = d[i];
    if (fabs(*w - d[i]) <= 1e-9 * fabs(*w)) continue;
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "%s%scase %zu", who, who[0] ? ": " : "", i + 1);
    st = sx_error_set(err, SX_E_DATA, where,
                      "its weight is %.15g, that of another case of its unit %.15g: equal weights within a unit need "
                      "equal weights to begin with",
                      d[i], *w);
    break;
  }
  sx_mem_free(m->ctx, first);
  return st;
}

/* ---- the rest --------------------------------------------------------------------------------------------- */

static sx_status read_q(wt_model *m, const sx_table *table, const char *name, sx_error *err) {
  const sx_column *column = NULL;
  SX_TRY(sx_table_need(&column, table, name, err));
  if (column->type != SX_NUMBER && column->type != SX_INTEGER)
    return sx_error_set(err, SX_E_ARGUMENT, name, "q is %s, not a number", sx_type_name(column->type));
  m->q = sx_mem_alloc(m->ctx, m->n_rows, sizeof *m->q);
  if (!m->q) return sx_error_memory(err);
  for (size_t i = 0; i < m->n_rows; i++) {
    m->q[i] = sx_column_missing(column, i) ? (double)NAN : sx_column_number(column, i);
    if (!m->part[i]) m->q[i] = 1;
    if (m->q[i] > 0 && isfinite(m->q[i])) continue;
    char where[SX_ERROR_WHERE_MAX];
    (void)snprintf(where, sizeof where, "%.100s: case %zu", name, i + 1);
    return sx_error_set(err, SX_E_DATA, where, "q is %g: it must be finite and above 0", m->q[i]);
  }
  return SX_OK;
}

/* A total of 0 of something that is never negative, with weights that cannot be either: those cases get the weight 0. */
static void exclude_zero_totals(wt_model *m) {
  for (size_t k = 0; k < m->n_controls; k++) {
    if (m->controls[k].total != 0 || m->controls[k].slack > 0) continue;
    const int32_t *col = m->col + m->margin_of[k] * m->n_rows;
    bool negative = false;
    for (size_t i = 0; i < m->n_rows; i++)
      negative = negative || (col[i] == (int32_t)k && sx_weighting__x(m, m->margin_of[k], i) < 0);
    for (size_t i = 0; i < m->n_rows && !negative; i++)
      if (col[i] == (int32_t)k && sx_weighting__x(m, m->margin_of[k], i) > 0) m->part[i] = 0;
  }
  for (size_t a = 0; a < m->n_margins; a++)
    for (size_t i = 0; i < m->n_rows; i++)
      if (!m->part[i]) m->col[a * m->n_rows + i] = -1;
}

/* Values divided by their root mean square over the design. */
static void scale_values(wt_model *m, const double *d) {
  for (size_t a = 0; a < m->n_margins; a++) {
    m->scale[a] = 1;
    if (!m->value[a]) continue;
    double sum = 0, sum_d = 0;
    for (size_t i = 0; i < m->n_rows; i++) {
      if (m->col[a * m->n_rows + i] < 0) continue;
      sum += d[i] * m->value[a][i] * m->value[a][i];
      sum_d += d[i];
    }
    if (!(sum > 0)) continue;
    m->scale[a] = sqrt(sum / sum_d);
    for (size_t i = 0; i < m->n_rows; i++) m->value[a][i] /= m->scale[a];
  }
}

static sx_status alloc_model(wt_model *m, sx_error *err) {
  const size_t n = m->n_controls;
  m->margin_of = sx_mem_alloc(m->ctx, n, sizeof *m->margin_of);
  m->within = sx_mem_alloc(m->ctx, n, sizeof *m->within);
  m->cells = sx_mem_zalloc(m->ctx, n, sizeof *m->cells);
  m->scale = sx_mem_alloc(m->ctx, n, sizeof *m->scale);
  m->value = sx_mem_zalloc(m->ctx, n, sizeof *m->value);
  m->part = sx_mem_alloc(m->ctx, m->n_rows, 1);
  if (!m->margin_of || !m->within || !m->cells || !m->scale || !m->value || !m->part) return sx_error_memory(err);
  return SX_OK;
}

static sx_status alloc_columns(wt_model *m, sx_error *err) {
  size_t size = 0;
  m->col = sx_size_mul(&size, m->n_margins, m->n_rows) ? sx_mem_alloc(m->ctx, size, sizeof *m->col) : NULL;
  if (!m->col) return sx_error_memory(err);
  for (size_t i = 0; i < size; i++) m->col[i] = -1;
  return SX_OK;
}

static sx_status fill_model(wt_model *m, factor_cache *cache, const sx_table *table, const sx_calibrate_options *o,
                            const double *d, sx_error *err) {
  size_t n_units = 0;
  for (size_t k = 0; k < m->n_controls; k++) SX_TRY(place_control(m, k, cache, table, err));
  for (size_t k = 0; k < m->n_controls; k++) SX_TRY(place_values(m, k, table, err));
  if (o->q) SX_TRY(read_q(m, table, o->q, err));
  if (o->aggregate) {
    SX_TRY(read_units(m, &n_units, table, o->aggregate, err));
    SX_TRY(sx_weighting__check_units(m, d, "", err));
    SX_TRY(average_units(m, n_units, err));
  }
  if (o->distance != SX_DISTANCE_LINEAR || o->lower >= 0)
    if (!(o->lower > 0)) exclude_zero_totals(m);
  scale_values(m, d);
  return SX_OK;
}

sx_status sx_weighting__model(wt_model *out, const sx_ctx *ctx, const sx_table *table, const sx_control *controls,
                              size_t n_controls, const sx_calibrate_options *options, const double *d, bool twice,
                              sx_error *err) {
  SX_TRY(check_controls(controls, n_controls, err));
  wt_model m;
  memset(&m, 0, sizeof m);
  m.ctx = ctx;
  m.controls = controls;
  m.n_rows = sx_table_rows(table);
  m.n_controls = n_controls;
  sx_status st = SX_OK;
  size_t most = 0;
  for (size_t k = 0; k < n_controls; k++) most += controls[k].n_factors;
  factor_cache cache = {sx_mem_alloc(ctx, most + 1, sizeof(const char *)),
                        sx_mem_zalloc(ctx, most + 1, sizeof(sx_groups *)), 0};
  if (!cache.names || !cache.groups) {
    st = sx_error_memory(err);
    goto done;
  }
  SX_TRY_GOTO(st, alloc_model(&m, err), done);
  for (size_t i = 0; i < m.n_rows; i++) m.part[i] = d[i] > 0;
  SX_TRY_GOTO(st, group_controls(&m, options->aggregate != NULL, twice, err), done);
  SX_TRY_GOTO(st, alloc_columns(&m, err), done);
  SX_TRY_GOTO(st, fill_model(&m, &cache, table, options, d, err), done);
  *out = m;
  memset(&m, 0, sizeof m);
  m.ctx = ctx;
done:
  for (size_t k = 0; k < cache.n; k++) sx_groups_free(cache.groups[k]);
  sx_mem_free(ctx, cache.names);
  sx_mem_free(ctx, cache.groups);
  sx_weighting__model_clear(&m);
  return st;
}

void sx_weighting__model_clear(wt_model *m) {
  for (size_t a = 0; m->value && a < m->n_controls; a++) sx_mem_free(m->ctx, m->value[a]);
  sx_mem_free(m->ctx, m->value);
  sx_mem_free(m->ctx, m->col);
  sx_mem_free(m->ctx, m->scale);
  sx_mem_free(m->ctx, m->margin_of);
  sx_mem_free(m->ctx, m->within);
  sx_mem_free(m->ctx, m->cells);
  sx_mem_free(m->ctx, m->q);
  sx_mem_free(m->ctx, m->unit);
  sx_mem_free(m->ctx, m->part);
}
