/* estimate_test.c: tests of tables under a design. With cell shares p (k cells, K = (R-1)(C-1)), their covariance V, n cases:
 *
 *   X^2   = n sum (p - p_r p_c)^2/(p_r p_c)
 *   Delta = (C' D^-1 C/n)^-1 (C' D^-1 V D^-1 C),  D = diag p, C a basis of what is orthogonal to rows and columns
 *   F     = X^2/tr Delta on d0 = (tr Delta)^2/tr Delta^2 and d0 df;     Chisq: X^2/(tr Delta/K) on K
 *   Wald  = Y' V_Y^-1 Y/K on K and df, Y = N_rc - N_r N_c/N of the cells off the first row and column; adjusted: times
 *           (df-K+1)/df on K and df-K+1
 *   saddlepoint: P(sum lambda_i chi^2_1 > X^2 chi^2_d2/d2), d2 = d0 df, lambda the eigenvalues of Delta
 *
 * Goodness of fit: X^2 = sum (T - pi N)^2/(pi N), V that of (T - pi N)/sqrt(pi N): X^2/scale on df, scale = tr V^2/tr V, df =
 * (tr V)^2/tr V^2. Rao & Scott (1981) JASA 76:221-230, (1984) Ann. Stat. 12:46-60; Koch, Freeman & Freeman (1975); Thomas & Rao
 * (1987) JASA 82:630-636. docs/methods/tests-of-tables.md. */
#include "estimate_test_priv.h"

#include <string.h>

static const char *const test_names[] = {"F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint"};

const char *sx_test_name(sx_test_stat stat) {
  return (unsigned)stat < sizeof test_names / sizeof *test_names ? test_names[stat] : "unknown";
}

sx_status sx_test_parse(sx_test_stat *out, const char *text, sx_error *err) {
  for (size_t k = 0; k < sizeof test_names / sizeof *test_names; k++)
    if (strcmp(test_names[k], text) == 0) {
      *out = (sx_test_stat)k;
      return SX_OK;
    }
  return sx_error_set(err, SX_E_ARGUMENT, NULL, "'%s' is not a test: F, Chisq, Wald, adjWald, lincom or saddlepoint",
                      text);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

void sx_estimate__cells_clear(est_cells *c) {
  sx_mem_free(&c->ctx, c->group);
  sx_mem_free(&c->ctx, c->total);
  sx_mem_free(&c->ctx, c->z);
}

/* Totals of the cells and their carriers, [k][length]. group [rows]: cell or -1. */
sx_status sx_estimate__cells_totals(est_cells *c, const sx_design *design, const sx_est_options *o, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t length = sx_design_carrier_length(design), k = c->k;
  sx_groups groups, whole;
  memset(&groups, 0, sizeof groups);
  groups.n_rows = c->rows;
  groups.n_groups = k;
  groups.group = c->group;
  whole = groups;
  whole.n_groups = 1;
  sx_status st = SX_OK;
  size_t size = 0;
  sx_est_set *set = NULL, *all = NULL;
  int32_t *one = sx_mem_alloc(ctx, c->rows, sizeof *one);
  c->total = sx_mem_zalloc(ctx, k, sizeof *c->total);
  c->z = sx_size_mul(&size, k, length) ? sx_mem_zalloc(ctx, size, sizeof *c->z) : NULL;
  if (!one || !c->total || !c->z) {
    st = sx_error_memory(err);
    goto done;
  }
  c->length = length;
  for (size_t i = 0; i < c->rows; i++) one[i] = c->group[i] < 0 ? -1 : 0;
  whole.group = one;
  const sx_est_request r = {SX_STAT_COUNT, NULL, NULL, false, NULL, &groups},
                       w = {SX_STAT_COUNT, NULL, NULL, false, NULL, &whole};
  SX_TRY_GOTO(st, sx_estimate_run(&set, design, &r, NULL, err), done);
  SX_TRY_GOTO(st, sx_estimate_run(&all, design, &w, NULL, err), done);
  for (size_t j = 0; j < k; j++) {
    const sx_est *e = set->rows[j].est;
    if (!e) continue;
    c->total[j] = e->value;
    SX_TRY_GOTO(st, sx_estimate__add_carrier(c->z + j * length, &e->parts[0], 1, err), done);
  }
  c->n = all->rows[0].n;
  c->population = all->rows[0].est ? all->rows[0].estimate : 0;
  c->df = o && !isnan(o->df) ? o->df : all->rows[0].df;
done:
  sx_mem_free(ctx, one);
  sx_est_set_free(set);
  sx_est_set_free(all);
  return st;
}

/* v [k*k]: the covariances of rows of z about `centre` [k]. */
void sx_estimate__cells_cov(double *v, const sx_design *design, const double *z, const double *centre, size_t k) {
  const size_t length = sx_design_carrier_length(design);
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j <= i; j++)
      v[i + j * k] = v[j + i * k] = sx_design_cov(design, z + i * length, z + j * length, centre[i], centre[j]);
}

/* to[level]: index among the levels that have a case with a weight; the number of those. */
static size_t keep_levels(int32_t *to, size_t n_levels, const int32_t *level, const int32_t *other,
                          const uint8_t *where, const double *w, size_t rows) {
  size_t kept = 0;
  for (size_t k = 0; k < n_levels; k++) to[k] = -1;
  for (size_t i = 0; i < rows; i++)
    if ((!where || where[i] == 1) && level[i] >= 0 && other[i] >= 0 && w[i] > 0) to[level[i]] = 0;
  for (size_t k = 0; k < n_levels; k++)
    if (to[k] >= 0) to[k] = (int32_t)kept++;
  return kept;
}

/* Cells of the table, columns running slowest: cell = row + R col. */
static sx_status make_cells(est_cells *c, size_t *n_rows, size_t *n_cols, const sx_design *design, const sx_column *row,
                            const sx_column *col, const uint8_t *where, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  const size_t rows = sx_design_rows(design);
  const sx_column *const of[] = {row, col};
  int32_t *level[2] = {NULL, NULL}, *to[2] = {NULL, NULL};
  char **text[2] = {NULL, NULL}, **label[2] = {NULL, NULL};
  size_t n[2] = {0, 0}, kept[2] = {0, 0};
  sx_status st = SX_OK;
  c->group = sx_mem_alloc(ctx, rows, sizeof *c->group);
  for (size_t s = 0; s < 2; s++) {
    level[s] = sx_mem_alloc(ctx, rows, sizeof *level[s]);
    if (!level[s] || !c->group) {
      st = sx_error_memory(err);
      goto done;
    }
    SX_TRY_GOTO(st, sx_estimate__levels(level[s], &n[s], &text[s], &label[s], ctx, of[s], err), done);
    to[s] = sx_mem_alloc(ctx, n[s], sizeof *to[s]);
    if (!to[s]) {
      st = sx_error_memory(err);
      goto done;
    }
  }
  const double *w = sx_design_weights(design);
  for (size_t s = 0; s < 2; s++) kept[s] = keep_levels(to[s], n[s], level[s], level[1 - s], where, w, rows);
  for (size_t i = 0; i < rows; i++) {
    const bool in = (!where || where[i] == 1) && level[0][i] >= 0 && level[1][i] >= 0;
    const int32_t a = in ? to[0][level[0][i]] : -1, b = in ? to[1][level[1][i]] : -1;
    c->group[i] = a < 0 || b < 0 ? -1 : a + (int32_t)kept[0] * b;
  }
  c->rows = rows;
  c->k = kept[0] * kept[1];
  *n_rows = kept[0];
  *n_cols = kept[1];
done:
  for (size_t s = 0; s < 2; s++) {
    sx_mem_free(ctx, level[s]);
    sx_mem_free(ctx, to[s]);
    sx_estimate__free_texts(ctx, text[s], n[s]);
    sx_estimate__free_texts(ctx, label[s], n[s]);
  }
  return st;
}

/* ---- statistics of a table ------------------------------------------------------------------------------------------ */

typedef struct table_test {
  const sx_design *design;
  est_cells cells;
  size_t r, c, m;    /* rows, columns, (r-1)(c-1) */
  double *row, *col; /* margins of the totals */
  double *z, *v, *centre;
  double *basis; /* [k*m] */
  double *num, *den, *lambda;
} table_test;

static void margins(table_test *t) {
  for (size_t j = 0; j < t->c; j++)
    for (size_t i = 0; i < t->r; i++) {
      t->row[i] += t->cells.total[i + t->r * j];
      t->col[j] += t->cells.total[i + t->r * j];
    }
}

static double pearson(const table_test *t) {
  const double all = t->cells.population;
  double x = 0;
  for (size_t j = 0; j < t->c; j++)
    for (size_t i = 0; i < t->r; i++) {
      const double want = t->row[i] * t->col[j] / (all * all), e = t->cells.total[i + t->r * j] / all - want;
      x += e * e / want;
    }
  return (double)t->cells.n * x;
}

/* Carriers of the shares into z: linearised, or the share under every replicate. */
static void share_carriers(table_test *t) {
  const est_cells *c = &t->cells;
  const bool reps = sx_design_replicates(t->design) > 0;
  for (size_t k = 0; k < c->k; k++) t->centre[k] = c->total[k] / c->population;
  for (size_t l = 0; l < c->length; l++) {
    double all = 0;
    for (size_t k = 0; k < c->k; k++) all += c->z[k * c->length + l];
    for (size_t k = 0; k < c->k; k++) {
      const double z = c->z[k * c->length + l];
      t->z[k * c->length + l] = reps ? z / all : (z - t->centre[k] * all) / c->population;
    }
  }
}

/* num = C' D^-1 V D^-1 C and den = C' D^-1 C/n. */
static void rao_scott_forms(table_test *t) {
  const size_t k = t->cells.k, m = t->m;
  double *c = t->basis;
  for (size_t a = 0; a + 1 < t->r; a++)
    for (size_t b = 0; b + 1 < t->c; b++)
      for (size_t j = 0; j < t->c; j++)
        for (size_t i = 0; i < t->r; i++)
          c[i + t->r * j + k * (a + (t->r - 1) * b)] =
              ((i == a) - 1.0 / (double)t->r) * ((j == b) - 1.0 / (double)t->c);
  for (size_t q = 0; q < m; q++)
    for (size_t s = 0; s < m; s++) {
      double num = 0, den = 0;
      for (size_t i = 0; i < k; i++) {
        const double pi = t->centre[i];
        if (pi == 0) continue;
        den += c[i + k * q] * c[i + k * s] / pi;
        double inner = 0;
        for (size_t j = 0; j < k; j++)
          if (t->centre[j] != 0) inner += t->v[i + j * k] / t->centre[j] * c[j + k * s];
        num += c[i + k * q] / pi * inner;
      }
      t->num[q + s * m] = num;
      t->den[q + s * m] = den / (double)t->cells.n;
    }
}

static void rao_scott(sx_test_result *out, table_test *t, sx_test_stat stat) {
  const size_t m = t->m;
  share_carriers(t);
  sx_estimate__cells_cov(t->v, t->design, t->z, t->centre, t->cells.k);
  rao_scott_forms(t);
  const double df = t->cells.df;
  if (!sx_estimate__generalised(t->lambda, t->num, t->den, m) || !(df >= 1)) {
    out->na = SX_NA_TOO_FEW_PSU;
    return;
  }
  double trace = 0, square = 0;
  for (size_t i = 0; i < m; i++) {
    trace += t->lambda[i];
    square += t->lambda[i] * t->lambda[i];
  }
  const double d0 = trace * trace / square;
  if (!(trace > 0)) {
    out->na = SX_NA_TOO_FEW_PSU;
    return;
  }
  out->statistic = out->pearson;
  out->df1 = (double)m;
  out->df2 = (double)INFINITY;
  if (stat == SX_TEST_F) {
    out->statistic = out->pearson / trace;
    out->df1 = d0;
    out->df2 = d0 * df;
    out->p = sx_num_f_upper(out->statistic, out->df1, out->df2);
  } else if (stat == SX_TEST_CHISQ) {
    out->scale = trace / (double)m;
    out->p = sx_num_chisq_upper(out->statistic / out->scale, out->df1);
  } else {
    out->df2 = d0 * df;
    out->p = sx_estimate__saddlepoint(out->statistic, t->lambda, m, out->df2);
  }
}

static void wald(sx_test_result *out, table_test *t, sx_test_stat stat) {
  const est_cells *c = &t->cells;
  const size_t m = t->m, length = c->length;
  const double all = c->population;
  for (size_t b = 1; b < t->c; b++)
    for (size_t a = 1; a < t->r; a++) {
      const size_t q = (a - 1) + (t->r - 1) * (b - 1);
      t->centre[q] = c->total[a + t->r * b] - t->row[a] * t->col[b] / all;
      double *z = t->z + q * length;
      memset(z, 0, length * sizeof *z);
      for (size_t k = 0; k < c->k; k++) {
        const size_t i = k % t->r, j = k / t->r;
        const double slope = (i == a && j == b) - (i == a ? t->col[b] / all : 0) - (j == b ? t->row[a] / all : 0) +
                             t->row[a] * t->col[b] / (all * all);
        for (size_t l = 0; l < length; l++) z[l] += slope * c->z[k * length + l];
      }
    }
  sx_estimate__cells_cov(t->num, t->design, t->z, t->centre, m);
  const double df = c->df;
  const bool adjusted = stat == SX_TEST_ADJWALD;
  double form = 0;
  out->df1 = (double)m;
  out->df2 = adjusted ? df - (double)m + 1 : df;
  if (!(out->df2 >= 1) || !sx_estimate__quadratic(&form, t->num, t->centre, t->lambda, m)) {
    out->na = SX_NA_TOO_FEW_PSU;
    return;
  }
  out->statistic = form / (double)m * (adjusted ? out->df2 / df : 1);
  out->p = sx_num_f_upper(out->statistic, out->df1, out->df2);
}

static sx_status table_space(table_test *t, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(t->design);
  const size_t k = t->cells.k, m = t->m;
  size_t z = 0, v = 0;
  if (!sx_size_mul(&z, k, t->cells.length) || !sx_size_mul(&v, k, k)) return sx_error_memory(err);
  t->row = sx_mem_zalloc(ctx, t->r, sizeof(double));
  t->col = sx_mem_zalloc(ctx, t->c, sizeof(double));
  t->z = sx_mem_alloc(ctx, z, sizeof(double));
  t->v = sx_mem_alloc(ctx, v, sizeof(double));
  t->centre = sx_mem_alloc(ctx, k, sizeof(double));
  t->basis = sx_mem_alloc(ctx, k * m, sizeof(double));
  t->num = sx_mem_alloc(ctx, m * m, sizeof(double));
  t->den = sx_mem_alloc(ctx, m * m, sizeof(double));
  t->lambda = sx_mem_alloc(ctx, m, sizeof(double));
  return t->row && t->col && t->z && t->v && t->centre && t->basis && t->num && t->den && t->lambda
             ? SX_OK
             : sx_error_memory(err);
}

static void blank(sx_test_result *out) {
  memset(out, 0, sizeof *out);
  out->statistic = out->df1 = out->df2 = out->scale = out->p = out->pearson = (double)NAN;
}

static sx_status check_discrete(const sx_column *c, size_t rows, sx_error *err) {
  if (!c) return sx_error_set(err, SX_E_ARGUMENT, NULL, "the test needs a variable");
  if (c->n != rows)
    return sx_error_set(err, SX_E_ARGUMENT, c->name, "the variable has %zu cases, the design %zu", c->n, rows);
  return SX_OK;
}

sx_status sx_estimate_independence(sx_test_result *out, const sx_design *design, const sx_column *row,
                                   const sx_column *col, const uint8_t *where, sx_test_stat stat,
                                   const sx_est_options *options, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  sx_status st = SX_OK;
  table_test t;
  memset(&t, 0, sizeof t);
  SX_TRY(check_discrete(row, sx_design_rows(design), err));
  SX_TRY(check_discrete(col, sx_design_rows(design), err));
  t.design = design;
  t.cells.ctx = *ctx;
  sx_test_result result;
  blank(&result);
  SX_TRY_GOTO(st, make_cells(&t.cells, &t.r, &t.c, design, row, col, where, err), done);
  if (t.r < 2 || t.c < 2) {
    const sx_column *flat = t.r < 2 ? row : col;
    st = sx_error_set(err, SX_E_DATA, flat->name, "%s in the table: there is nothing to test",
                      t.r && t.c ? "one category" : "no case");
    goto done;
  }
  t.m = (t.r - 1) * (t.c - 1);
  SX_TRY_GOTO(st, sx_estimate__cells_totals(&t.cells, design, options, err), done);
  SX_TRY_GOTO(st, table_space(&t, err), done);
  margins(&t);
  result.n = t.cells.n;
  result.n_rows = t.r;
  result.n_cols = t.c;
  result.pearson = pearson(&t);
  if (stat == SX_TEST_WALD || stat == SX_TEST_ADJWALD)
    wald(&result, &t, stat);
  else
    rao_scott(&result, &t, stat);
  *out = result;
done:
  sx_estimate__cells_clear(&t.cells);
  double *const all[] = {t.row, t.col, t.z, t.v, t.centre, t.basis, t.num, t.den, t.lambda};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) sx_mem_free(ctx, all[i]);
  return st;
}

/* ---- goodness of fit --------------------------------------------------------------------------------------------- */

/* group[i]: the given level of each case. */
static sx_status match_levels(int32_t *group, const sx_design *design, const sx_column *y, const sx_given_shares *given,
                              const uint8_t *where, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  char **text = NULL, **label = NULL;
  size_t n = 0;
  sx_status st = SX_OK;
  int32_t *to = NULL;
  SX_TRY(sx_estimate__levels(group, &n, &text, &label, ctx, y, err));
  to = sx_mem_alloc(ctx, n, sizeof *to);
  if (!to) {
    st = sx_error_memory(err);
    goto done;
  }
  for (size_t k = 0; k < n; k++) {
    to[k] = -1;
    for (size_t j = 0; j < given->n; j++)
      if (strcmp(given->level[j], text[k]) == 0 || strcmp(given->level[j], label[k]) == 0) to[k] = (int32_t)j;
  }
  for (size_t i = 0; i < y->n; i++) {
    const int32_t level = group[i];
    if (level < 0) continue;
    group[i] = where && where[i] != 1 ? -1 : to[level];
    if (group[i] < 0 && !(where && where[i] != 1)) {
      st = sx_error_set(err, SX_E_ARGUMENT, y->name, "the level '%s' occurs but has no given share", text[level]);
      goto done;
    }
  }
done:
  sx_mem_free(ctx, to);
  sx_estimate__free_texts(ctx, text, n);
  sx_estimate__free_texts(ctx, label, n);
  return st;
}

static sx_status check_given(double *sum, const sx_given_shares *given, sx_error *err) {
  *sum = 0;
  for (size_t j = 0; j < given->n; j++) {
    if (!(given->share[j] > 0 && isfinite(given->share[j])))
      return sx_error_set(err, SX_E_ARGUMENT, given->level[j], "the share %g is not above 0", given->share[j]);
    *sum += given->share[j];
  }
  if (given->n < 2) return sx_error_set(err, SX_E_ARGUMENT, NULL, "give the shares of at least two levels");
  return SX_OK;
}

sx_status sx_estimate_goodness(sx_test_result *out, const sx_design *design, const sx_column *y,
                               const sx_given_shares *given, const uint8_t *where, sx_error *err) {
  const sx_ctx *ctx = sx_design_ctx(design);
  sx_status st = SX_OK;
  double sum = 0, *v = NULL, *z = NULL, *centre = NULL;
  SX_TRY(check_discrete(y, sx_design_rows(design), err));
  SX_TRY(check_given(&sum, given, err));
  est_cells c;
  memset(&c, 0, sizeof c);
  c.ctx = *ctx;
  c.rows = y->n;
  c.k = given->n;
  sx_test_result result;
  blank(&result);
  c.group = sx_mem_alloc(ctx, c.rows, sizeof *c.group);
  if (!c.group) return sx_error_memory(err);
  SX_TRY_GOTO(st, match_levels(c.group, design, y, given, where, err), done);
  SX_TRY_GOTO(st, sx_estimate__cells_totals(&c, design, NULL, err), done);
  z = sx_mem_zalloc(ctx, c.k * c.length, sizeof *z);
  v = sx_mem_alloc(ctx, c.k * c.k, sizeof *v);
  centre = sx_mem_zalloc(ctx, c.k, sizeof *centre);
  if (!z || !v || !centre) {
    st = sx_error_memory(err);
    goto done;
  }
  result.n = c.n;
  result.n_rows = c.k;
  result.n_cols = 1;
  if (c.n == 0) {
    result.na = SX_NA_EMPTY_DOMAIN;
    *out = result;
    goto done;
  }
  result.pearson = 0;
  for (size_t k = 0; k < c.k; k++) {
    const double share = given->share[k] / sum, want = share * c.population, miss = c.total[k] - want,
                 slope = -share / sqrt(want) - miss / (2 * want * sqrt(want)) * share;
    result.pearson += miss * miss / want;
    for (size_t l = 0; l < c.length; l++) {
      double all = 0;
      for (size_t j = 0; j < c.k; j++) all += c.z[j * c.length + l];
      z[k * c.length + l] = c.z[k * c.length + l] / sqrt(want) + slope * all;
    }
    centre[k] = c.total[k] / sqrt(want) + slope * c.population;
  }
  sx_estimate__cells_cov(v, design, z, centre, c.k);
  double trace = 0, square = 0;
  for (size_t k = 0; k < c.k; k++) trace += v[k + k * c.k];
  for (size_t k = 0; k < c.k * c.k; k++) square += v[k] * v[k];
  if (!(trace > 0) || !(c.df >= 1)) {
    result.na = SX_NA_TOO_FEW_PSU;
  } else {
    result.statistic = result.pearson;
    result.scale = square / trace;
    result.df1 = trace * trace / square;
    result.df2 = (double)INFINITY;
    result.p = sx_num_chisq_upper(result.statistic / result.scale, result.df1);
  }
  *out = result;
done:
  sx_estimate__cells_clear(&c);
  sx_mem_free(ctx, z);
  sx_mem_free(ctx, v);
  sx_mem_free(ctx, centre);
  return st;
}
