/* Estimates under replicates in a file large enough to be passed in parts by the threads, beside plain loops over the weights. */
#include "est_help.h"

enum { ROWS = 130000, REPS = 18, GROUPS = 3 };

static sx_table *table;
static uint8_t *where;

static sx_design *design_of(int threads, bool clusters) {
  static const char *const psu[] = {"psu"};
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = threads;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = psu;
  s.n_clusters = clusters;
  sx_design *d = eh_design(&ctx, table, &s), *reps = NULL;
  const sx_make_spec spec = {1, SX_MAKE_BOOTSTRAP, REPS, 0, false};
  if (sx_design_make_replicates(&reps, d, &spec, NULL) != SX_OK) eh_die("make replicates");
  sx_design_free(d);
  return reps;
}

/* A ratio of weighted sums under weights w by group, and n: what is y/x over the base where both are there. */
static void loops(double *value, double *n, const double *w, const sx_column *y, const sx_column *x, bool total) {
  const double *g = sx_table_find(table, "g")->data.f64;
  long double top[GROUPS] = {0}, bottom[GROUPS] = {0};
  for (size_t k = 0; k < GROUPS; k++) n[k] = 0;
  for (size_t i = 0; i < ROWS; i++) {
    const size_t k = (size_t)g[i];
    if (!where[i] || sx_column_missing(y, i) || (x && sx_column_missing(x, i))) continue;
    top[k] += (long double)w[i] * (long double)sx_column_number(y, i);
    bottom[k] += (long double)w[i] * (x ? (long double)sx_column_number(x, i) : 1);
    n[k] += w[i] != 0;
  }
  for (size_t k = 0; k < GROUPS; k++) value[k] = (double)(total ? top[k] : top[k] / bottom[k]);
}

static void check(const sx_design *d, const sx_design *one, const sx_groups *by, sx_stat stat, const char *y_name,
                  const char *x_name) {
  const sx_column *y = sx_table_find(table, y_name), *x = x_name ? sx_table_find(table, x_name) : NULL;
  const sx_est_request request = {stat, y, x, false, where, by};
  sx_est_set *set = eh_ask(d, &request), *single = eh_ask(one, &request);
  double value[GROUPS], n[GROUPS], none[GROUPS], z[REPS][GROUPS], *w = malloc(ROWS * sizeof *w);
  REQUIRE(w && set->n_rows == GROUPS);
  loops(value, n, sx_design_weights(d), y, x, stat == SX_STAT_TOTAL);
  for (size_t r = 0; r < REPS; r++) {
    sx_design_replicate(w, d, r);
    loops(z[r], none, w, y, x, stat == SX_STAT_TOTAL);
  }
  const double *full = sx_design_weights(d), *g = sx_table_find(table, "g")->data.f64;
  for (size_t i = 0; i < GROUPS; i++) {
    const size_t k = (size_t)strtoul(by->level_text[0][by->key_level[i]], NULL, 10);
    const sx_est_row *row = &set->rows[i];
    double mean = 0, v = 0, sum_w = 0, square = 0, bottom = 0;
    for (size_t r = 0; r < REPS; r++) mean += z[r][k] / REPS;
    for (size_t r = 0; r < REPS; r++) v += (z[r][k] - mean) * (z[r][k] - mean);
    CHECK_NEAR(row->estimate, value[k], 1e-13);
    CHECK_INT(row->n, (long long)n[k]);
    CHECK_NEAR(row->se, sqrt(sx_design_rep_scale(d) * v), 1e-10);
    for (size_t j = 0; j < ROWS; j++) { /* simple random sampling with replacement */
      if ((size_t)g[j] != k || !where[j] || sx_column_missing(y, j) || (x && sx_column_missing(x, j))) continue;
      const double xj = x ? sx_column_number(x, j) : 1;
      const double e = sx_column_number(y, j) - (stat == SX_STAT_TOTAL ? 0 : value[k]) * xj;
      sum_w += full[j];
      bottom += full[j] * xj;
      square += full[j] * e * e;
    }
    if (stat != SX_STAT_TOTAL)
      CHECK_NEAR(row->deff, row->se * row->se / (sum_w * square / (bottom * bottom) / (n[k] - 1)), 1e-9);
    /* the same bits with one thread */
    CHECK(row->estimate == single->rows[i].estimate && row->se == single->rows[i].se &&
          row->deff == single->rows[i].deff);
  }
  free(w);
  sx_est_set_free(set);
  sx_est_set_free(single);
}

static void test_parts(void) {
  eh_state = 21;
  table = eh_sample(ROWS, 6, 15);
  where = malloc(ROWS);
  sx_column *y = eh_number(table, "few", NULL), *x = eh_number(table, "gaps", NULL);
  const double *a = sx_table_find(table, "y")->data.f64;
  double *w = sx_table_find(table, "w")->data.f64;
  REQUIRE(where);
  for (size_t i = 0; i < ROWS; i++) {
    where[i] = i % 7 != 3;
    y->data.f64[i] = (double)eh_below(5);
    x->data.f64[i] = a[i] + 1;
    if (i % 50 == 0) w[i] = 0;
    if (eh_uniform() < 0.02) REQUIRE_OK(sx_column_set_missing(NULL, y, i, SX_MISS_SYSTEM, err));
    if (eh_uniform() < 0.02) REQUIRE_OK(sx_column_set_missing(NULL, x, i, SX_MISS_SYSTEM, err));
  }
  static const char *const g[] = {"g"};
  sx_groups *by = NULL;
  REQUIRE_OK(sx_groups_new(&by, table, g, 1, err));
  for (int clusters = 0; clusters < 2; clusters++) {
    sx_design *d = design_of(4, clusters), *one = design_of(1, clusters);
    check(d, one, by, SX_STAT_MEAN, "gaps", NULL);
    check(d, one, by, SX_STAT_TOTAL, "gaps", NULL);
    check(d, one, by, SX_STAT_MEAN, "few", NULL);
    check(d, one, by, SX_STAT_RATIO, "gaps", "x");
    sx_design_free(d);
    sx_design_free(one);
  }
  sx_groups_free(by);
  free(where);
  sx_table_free(table);
}

SXT_MAIN(SXT_CASE(test_parts))
