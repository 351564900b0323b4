/* estimate_standard.c: direct standardisation. With shares s_c of the standard population's cells,
 *
 *   theta_d = sum_c s_c theta_{d,c}
 *
 * over the crossing of domains and cells, a linear formula over estimates: the same as post-stratifying the weights within every
 * domain to the standard, which is how R's svystandardize does it. Keyfitz (1968), Introduction to the Mathematics of Population,
 * sec. 1.2; Korn & Graubard (1999), Analysis of Health Surveys, sec. 3.4. docs/methods/standardisation.md. */
#include <stdio.h>
#include <string.h>

#include "estimate_priv.h"
#include "shuxiao/estimate_mean.h"

/* ---- shares by the names of levels ------------------------------------------------------------------------------------ */

/* Length of the level of key k in a name at `at`: to the next '/', or to the end for the last key. */
static size_t piece(const sx_groups *g, const char *at, size_t k) {
  const char *slash = k + 1 < g->n_keys ? strchr(at, '/') : NULL;
  return slash ? (size_t)(slash - at) : strlen(at);
}

static bool is_text(const char *text, const char *at, size_t n) {
  return strncmp(text, at, n) == 0 && text[n] == '\0';
}

static bool is_level(const sx_groups *g, size_t k, size_t level, const char *at, size_t n) {
  return is_text(g->level_text[k][level], at, n) || is_text(g->level_label[k][level], at, n);
}

/* Every level of the name must occur, whatever the crossing. */
static sx_status check_name(const sx_groups *g, const char *name, sx_error *err) {
  const char *at = name;
  for (size_t k = 0; k < g->n_keys; k++) {
    const size_t n = piece(g, at, k);
    bool known = false;
    for (size_t v = 0; v < g->n_levels[k] && !known; v++) known = is_level(g, k, v, at, n);
    if (k + 1 < g->n_keys && at[n] == '\0')
      return sx_error_set(err, SX_E_ARGUMENT, "standard", "'%s': a cell of %zu variables is level/level", name,
                          g->n_keys);
    if (!known) {
      char word[80];
      (void)snprintf(word, sizeof word, "%.*s", n < 79 ? (int)n : 79, at);
      const char *near = sx_text_nearest(word, (const char *const *)g->level_text[k], g->n_levels[k]);
      return sx_error_set(err, SX_E_ARGUMENT, "standard", "no case has the level '%s' of %s%s%s%s", word,
                          g->key_name[k], near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    at += n + (at[n] == '/');
  }
  return SX_OK;
}

static size_t find_cell(const sx_groups *g, const char *name) {
  for (size_t c = 0; c < g->n_groups; c++) {
    const char *at = name;
    bool same = true;
    for (size_t k = 0; k < g->n_keys && same; k++) {
      const size_t n = piece(g, at, k);
      same = is_level(g, k, (size_t)g->key_level[c * g->n_keys + k], at, n);
      at += n + (at[n] == '/');
    }
    if (same) return c;
  }
  return SIZE_MAX;
}

sx_status sx_estimate_standard_shares(sx_standard *standard, double *share, const char *const *names,
                                      const double *given, size_t n, sx_error *err) {
  const sx_groups *cells = standard->cells;
  double missing = 0;
  for (size_t c = 0; c < cells->n_groups; c++) share[c] = (double)NAN;
  for (size_t i = 0; i < n; i++) {
    if (!(given[i] >= 0) || !isfinite(given[i]))
      return sx_error_set(err, SX_E_ARGUMENT, "standard", "the share of '%s' is %g: it must be 0 or more", names[i],
                          given[i]);
    SX_TRY(check_name(cells, names[i], err));
    const size_t c = find_cell(cells, names[i]);
    if (c == SIZE_MAX) {
      missing += given[i];
      continue;
    }
    if (!isnan(share[c])) return sx_error_set(err, SX_E_ARGUMENT, "standard", "'%s' has a share already", names[i]);
    share[c] = given[i];
  }
  for (size_t c = 0; c < cells->n_groups; c++) {
    if (!isnan(share[c])) continue;
    const char *first = cells->level_text[0][cells->key_level[c * cells->n_keys]];
    return sx_error_set(err, SX_E_ARGUMENT, "standard",
                        "'%s' of %s%s has no share: give one, 0 where it is not in the standard", first,
                        cells->key_name[0], cells->n_keys > 1 ? " with one of its crossings" : "");
  }
  standard->share = share;
  standard->missing = missing;
  return SX_OK;
}

/* ---- the estimates ------------------------------------------------------------------------------------------------------ */

typedef struct standard_run {
  const sx_design *design;
  const sx_est_request *request;
  const sx_standard *standard;
  const sx_est_options *options;
  size_t n_domains, n_cells, n_levels;
  double *share;    /* [n_cells], sums to 1 */
  sx_groups cross;  /* domain * n_cells + cell */
  sx_est_set *each; /* of every domain and cell */
  sx_est_set *set;
} standard_run;

static sx_status check(const standard_run *s, sx_error *err) {
  const sx_standard *st = s->standard;
  const size_t rows = sx_design_rows(s->design);
  const sx_stat stat = s->request->stat;
  if (stat != SX_STAT_MEAN && stat != SX_STAT_PROP && stat != SX_STAT_RATIO)
    return sx_error_set(err, SX_E_ARGUMENT, NULL, "a %s is not standardised: means, proportions and ratios are",
                        sx_stat_name(stat));
  if (!st->cells || st->cells->n_groups == 0)
    return sx_error_set(err, SX_E_ARGUMENT, "standard", "it has no cell with a case");
  if (st->cells->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "standard", "the cells have %zu cases, the design %zu", st->cells->n_rows,
                        rows);
  if (s->request->by && s->request->by->n_rows != rows)
    return sx_error_set(err, SX_E_ARGUMENT, "by", "the groups have %zu cases, the design %zu", s->request->by->n_rows,
                        rows);
  if (!(s->options->ci_level > 0 && s->options->ci_level < 1))
    return sx_error_set(err, SX_E_ARGUMENT, "ci_level", "the level is %g: it lies between 0 and 1",
                        s->options->ci_level);
  return SX_OK;
}

static sx_status find_shares(standard_run *s, sx_error *err) {
  const sx_standard *st = s->standard;
  double sum = 0;
  s->share = sx_mem_alloc(sx_design_ctx(s->design), s->n_cells, sizeof *s->share);
  if (!s->share) return sx_error_memory(err);
  for (size_t c = 0; c < s->n_cells; c++) {
    if (!(st->share[c] >= 0) || !isfinite(st->share[c]))
      return sx_error_set(err, SX_E_ARGUMENT, "standard", "the share of cell %zu is %g: it must be 0 or more", c + 1,
                          st->share[c]);
    sum += st->share[c];
  }
  if (!(sum > 0) || !isfinite(sum)) return sx_error_set(err, SX_E_ARGUMENT, "standard", "the shares sum to %g", sum);
  for (size_t c = 0; c < s->n_cells; c++) s->share[c] = st->share[c] / sum;
  return SX_OK;
}

static sx_status cross(standard_run *s, sx_error *err) {
  const sx_groups *by = s->request->by, *cells = s->standard->cells;
  size_t n = 0;
  if (!sx_size_mul(&n, s->n_domains, s->n_cells) || n > INT32_MAX)
    return sx_error_set(err, SX_E_LIMIT, "standard", "%zu domains of %zu cells are too many", s->n_domains, s->n_cells);
  s->cross.n_rows = cells->n_rows;
  s->cross.n_groups = n;
  s->cross.group = sx_mem_alloc(sx_design_ctx(s->design), cells->n_rows, sizeof *s->cross.group);
  if (!s->cross.group) return sx_error_memory(err);
  for (size_t i = 0; i < cells->n_rows; i++) {
    const int32_t g = by ? by->group[i] : 0, c = cells->group[i];
    s->cross.group[i] = g < 0 || c < 0 ? -1 : (int32_t)((size_t)g * s->n_cells + (size_t)c);
  }
  return SX_OK;
}

/* The estimate of domain g and level v, or why there is none. */
static sx_status combine(sx_est **out, size_t *n, const standard_run *s, size_t g, size_t v, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(s->design);
  sx_status st = SX_OK;
  size_t k = 0;
  bool empty = s->standard->missing > 0, answered = false, inside = false;
  const sx_est **values = sx_mem_alloc(ctx, s->n_cells, sizeof *values);
  double *share = sx_mem_alloc(ctx, s->n_cells, sizeof *share);
  if (!values || !share) {
    st = sx_error_memory(err);
    goto done;
  }
  *n = 0;
  sx_na na = SX_NA_NONE;
  for (size_t c = 0; c < s->n_cells; c++) {
    const sx_est_row *row = &s->each->rows[(g * s->n_cells + c) * s->n_levels + v];
    *n += row->n;
    answered = answered || row->n > 0;
    inside = inside || row->na != SX_NA_EMPTY_DOMAIN;
    if (s->share[c] == 0) continue;
    if (row->n == 0) empty = true;
    if (!row->est && row->n > 0) na = row->na;
    values[k] = row->est;
    share[k++] = s->share[c];
  }
  if (!answered)
    na = inside ? SX_NA_ALL_MISSING : SX_NA_EMPTY_DOMAIN;
  else if (empty)
    na = SX_NA_EMPTY_CELL;
  st = na == SX_NA_NONE ? sx_est_linear(out, ctx, share, values, k, err) : sx_est_missing(out, ctx, na, err);
  if (st == SX_OK && na == SX_NA_NONE) sx_est_need_errors(*out, values, k);
done:
  sx_mem_free(ctx, (void *)values);
  sx_mem_free(ctx, share);
  return st;
}

static sx_status one_row(standard_run *s, size_t g, size_t v, bool by_level, sx_error *err) {
  sx_est_row *row = &s->set->rows[g * s->n_levels + v];
  sx_est *est = NULL;
  size_t n = 0;
  SX_TRY(combine(&est, &n, s, g, v, err));
  est_t cache = {0, 0, 0};
  *row =
      (sx_est_row){.group = g, .level = by_level ? (int32_t)v : -1, .estimate = sx_est_value(est), .n = n, .est = est};
  row->df = sx_est_df(est);
  row->na = sx_est_na(est);
  row->n_eff = row->deff = (double)NAN;
  sx_estimate__interval(row, sx_est_variance(est), s->request->stat == SX_STAT_PROP, s->options, &cache);
  if (isnan(row->estimate)) { /* as in any row: a missing value has no carrier */
    row->df = (double)NAN;
    row->est = NULL;
    sx_est_free(est);
  }
  return SX_OK;
}

static sx_status run_standard(standard_run *s, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(s->design);
  SX_TRY(find_shares(s, err));
  SX_TRY(cross(s, err));
  sx_est_request ask = *s->request;
  ask.by = &s->cross;
  SX_TRY(sx_estimate_run(&s->each, s->design, &ask, s->options, err));
  s->n_levels = s->each->n_rows / s->cross.n_groups;
  s->set = sx_mem_zalloc(ctx, 1, sizeof *s->set);
  if (!s->set) return sx_error_memory(err);
  s->set->ctx = *ctx;
  s->set->rows = sx_mem_zalloc(ctx, s->n_domains * s->n_levels, sizeof *s->set->rows);
  if (!s->set->rows) return sx_error_memory(err);
  s->set->n_rows = s->n_domains * s->n_levels;
  const bool by_level = s->each->level_text != NULL;
  for (size_t g = 0; g < s->n_domains; g++)
    for (size_t v = 0; v < s->n_levels; v++) SX_TRY(one_row(s, g, v, by_level, err));
  s->set->level_text = s->each->level_text;
  s->set->level_label = s->each->level_label;
  s->set->n_levels = s->each->n_levels;
  s->each->level_text = s->each->level_label = NULL;
  s->each->n_levels = 0;
  return SX_OK;
}

sx_status sx_estimate_standardized(sx_est_set **out, const sx_design *design, const sx_est_request *request,
                                   const sx_standard *standard, const sx_est_options *options, sx_error *err) {
  const sx_est_options plain = SX_EST_OPTIONS_INIT;
  const sx_ctx *ctx = sx_design_ctx(design);
  standard_run s;
  memset(&s, 0, sizeof s);
  s.design = design;
  s.request = request;
  s.standard = standard;
  s.options = options ? options : &plain;
  SX_TRY(check(&s, err));
  s.n_domains = request->by ? request->by->n_groups : 1;
  s.n_cells = standard->cells->n_groups;
  const sx_status st = run_standard(&s, err);
  if (st == SX_OK) {
    *out = s.set;
    s.set = NULL;
  }
  sx_mem_free(ctx, s.share);
  sx_mem_free(ctx, s.cross.group);
  sx_est_set_free(s.each);
  sx_est_set_free(s.set);
  return st;
}
