/* Invariants of estimates on random designs, and the slow obvious version of every variance beside the engine's. */
#include "est_help.h"

/* ---- the slow version: plain loops over strata and PSUs, normal equations by Gauss-Jordan ---------------------- */

enum { MAX_X = 8 };

/* Residual of u from the d-weighted regression on X [rows][p], p <= MAX_X, dependent columns skipped. */
static void slow_residual(double *u, double (*x)[MAX_X], size_t p, const double *d, size_t rows) {
  double a[MAX_X][MAX_X + 1] = {{0}};
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < p; j++) {
      for (size_t k = 0; k < p; k++) a[j][k] += d[i] * x[i][j] * x[i][k];
      a[j][p] += d[i] * x[i][j] * u[i];
    }
  int used[MAX_X] = {0};
  for (size_t c = 0; c < p; c++) {
    if (fabs(a[c][c]) < 1e-8) continue; /* spanned by the columns before it */
    used[c] = 1;
    const double pivot = a[c][c];
    for (size_t k = 0; k <= p; k++) a[c][k] /= pivot;
    for (size_t r = 0; r < p; r++) {
      if (r == c) continue;
      const double by = a[r][c];
      for (size_t k = 0; k <= p; k++) a[r][k] -= by * a[c][k];
    }
  }
  for (size_t i = 0; i < rows; i++)
    for (size_t c = 0; c < p; c++)
      if (used[c]) u[i] -= a[c][p] * x[i][c];
}

/* sum_h (1-f) n/(n-1) sum (z - zbar)^2, found by scanning all rows for every PSU. */
static double slow_variance(const double *z, const double *h, const double *psu, const double *fpc, size_t rows) {
  double v = 0;
  for (size_t i = 0; i < rows; i++) {
    int first = 1;
    for (size_t j = 0; j < i && first; j++) first = h[j] != h[i];
    if (!first) continue;
    double totals[2000], n = 0, mean = 0, ss = 0;
    for (size_t k = i; k < rows; k++) {
      if (h[k] != h[i]) continue;
      int lead = 1;
      for (size_t j = 0; j < k && lead; j++) lead = psu[j] != psu[k];
      if (!lead) continue;
      double total = 0;
      for (size_t j = k; j < rows; j++) total += psu[j] == psu[k] ? z[j] : 0;
      totals[(size_t)n++] = total;
      mean += total;
    }
    mean /= n;
    for (size_t k = 0; k < (size_t)n; k++) ss += (totals[k] - mean) * (totals[k] - mean);
    v += (fpc ? 1 - n / fpc[i] : 1) * n / (n - 1) * ss;
  }
  return v;
}

typedef struct world {
  sx_table *t;
  sx_design *base, *d;
  size_t rows;
  bool raked, fpc;
} world;

static sx_design *rake_ab(const sx_table *t, const sx_design *d, double scale) {
  static const char *const a[] = {"a"}, *const b[] = {"b"};
  static const char *const v[4][1] = {{"0"}, {"1"}, {"2"}, {"3"}};
  static const char *const *const levels[4] = {v[0], v[1], v[2], v[3]};
  double ta[] = {300, 500, 200}, tb[] = {100, 250, 250, 400};
  for (size_t k = 0; k < 3; k++) ta[k] *= scale;
  for (size_t k = 0; k < 4; k++) tb[k] *= scale;
  const sx_target targets[] = {{a, 1, levels, ta, 3, NULL}, {b, 1, levels, tb, 4, NULL}};
  sx_design *out = NULL;
  CHECK_OK(sx_weighting_rake(&out, d, t, targets, 2, NULL, NULL, err));
  return out;
}

static world make(uint64_t seed) {
  eh_state = seed;
  world w;
  const size_t strata = 1 + eh_below(5), per = 2 + eh_below(12);
  w.rows = strata * per + eh_below(150);
  w.t = eh_sample(w.rows, strata, per);
  w.raked = seed % 2;
  w.fpc = seed % 3 == 0;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  const char *psu = "psu";
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu;
  s.n_clusters = 1;
  if (w.fpc) s.fpc = "N";
  w.base = eh_design(NULL, w.t, &s);
  bool complete = true; /* every margin category occurs */
  for (size_t k = 0; k < 7; k++) {
    const double *m = sx_table_find(w.t, k < 3 ? "a" : "b")->data.f64;
    bool seen = false;
    for (size_t i = 0; i < w.rows && !seen; i++) seen = m[i] == (double)(k < 3 ? k : k - 3);
    complete = complete && seen;
  }
  w.raked = w.raked && complete && w.rows > 60;
  w.d = w.raked ? rake_ab(w.t, w.base, 1) : sx_design_ref(w.base);
  return w;
}
static void unmake(world *w) {
  sx_design_free(w->base);
  sx_design_free(w->d);
  sx_table_free(w->t);
}

static double slow_of(const world *w, double *u) {
  const double *new_w = sx_design_weights(w->d), *old_w = sx_design_weights(w->base);
  if (w->raked) {
    double(*x)[MAX_X] = calloc(w->rows, sizeof *x);
    for (size_t i = 0; i < w->rows; i++) {
      x[i][(size_t)sx_table_find(w->t, "a")->data.f64[i]] = 1;
      x[i][3 + (size_t)sx_table_find(w->t, "b")->data.f64[i]] = 1;
    }
    slow_residual(u, x, 7, old_w, w->rows);
    free(x);
  }
  for (size_t i = 0; i < w->rows; i++) u[i] *= new_w[i];
  return slow_variance(u, sx_table_find(w->t, "h")->data.f64, sx_table_find(w->t, "psu")->data.f64,
                       w->fpc ? sx_table_find(w->t, "N")->data.f64 : NULL, w->rows);
}

static void test_slow_twin(void) {
  for (uint64_t seed = 1; seed <= 60; seed++) {
    world w = make(seed);
    const double *y = sx_table_find(w.t, "y")->data.f64, *x = sx_table_find(w.t, "x")->data.f64;
    const double *g = sx_table_find(w.t, "g")->data.f64, *wt = sx_design_weights(w.d);
    const char *by = "g";
    sx_groups *groups = NULL;
    REQUIRE_OK(sx_groups_new(&groups, w.t, &by, 1, err));
    double *u = malloc(w.rows * sizeof *u);
    const sx_stat stats[] = {SX_STAT_TOTAL, SX_STAT_MEAN, SX_STAT_RATIO, SX_STAT_COUNT, SX_STAT_PROP};
    for (size_t s = 0; s < 5; s++) {
      const char *of = stats[s] == SX_STAT_PROP ? "u" : "y";
      sx_est_set *set = eh_ask(w.d, &(sx_est_request){stats[s], sx_table_find(w.t, of), sx_table_find(w.t, "x"),
                                                      stats[s] == SX_STAT_PROP, NULL, groups});
      for (size_t k = 0; k < set->n_rows; k++) {
        const double level = atof(groups->level_text[0][groups->key_level[k]]);
        const double *v = stats[s] == SX_STAT_PROP ? sx_table_find(w.t, "u")->data.f64 : y;
        double n = 0, sy = 0, sx = 0;
        for (size_t i = 0; i < w.rows; i++) {
          if (g[i] != level) continue;
          n += wt[i];
          sy += wt[i] * v[i];
          sx += wt[i] * x[i];
        }
        double value = 0;
        for (size_t i = 0; i < w.rows; i++) {
          const double in = g[i] == level ? 1 : 0;
          switch (stats[s]) {
          case SX_STAT_TOTAL:
            value = sy;
            u[i] = in * v[i];
            break;
          case SX_STAT_COUNT:
            value = n;
            u[i] = in;
            break;
          case SX_STAT_RATIO:
            value = sy / sx;
            u[i] = in * (v[i] - value * x[i]) / sx;
            break;
          case SX_STAT_MEAN:
          case SX_STAT_PROP:
            value = sy / n;
            u[i] = in * (v[i] - value) / n;
            break;
          }
        }
        const double variance = slow_of(&w, u);
        CHECK_NEAR(set->rows[k].estimate, value, 1e-12);
        CHECK_NEAR(sx_est_variance(set->rows[k].est), variance, 1e-9);
      }
      sx_est_set_free(set);
    }
    free(u);
    sx_groups_free(groups);
    unmake(&w);
  }
}

/* The compact form of long carriers, the expanded form and sx_design_carry are one number. */
static void test_forms_agree(void) {
  eh_state = 77;
  sx_table *t = eh_sample(2500, 7, 300);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  sx_design *base = eh_design(NULL, t, &s), *raked = rake_ab(t, base, 7), *twice = NULL;
  REQUIRE(sx_design_carrier_length(raked) == 2500);
  const double one[] = {4, 6}, *g = sx_table_find(t, "u")->data.f64;
  int32_t cell[2500];
  double w[2500], had[2] = {0};
  for (size_t i = 0; i < 2500; i++) had[cell[i] = (int32_t)g[i]] += sx_design_weights(raked)[i];
  for (size_t i = 0; i < 2500; i++) w[i] = sx_design_weights(raked)[i] * one[cell[i]] / had[cell[i]];
  const sx_margin margin = {"u", 2, cell, one};
  REQUIRE_OK(sx_design_reweight(&twice, raked, w, NULL, &margin, 1, "again", err)); /* a second calibration on top */
  const sx_design *designs[] = {base, raked, twice};
  for (size_t k = 0; k < 3; k++) {
    const sx_design *d = designs[k];
    const double *y = sx_table_find(t, "y")->data.f64, *wt = sx_design_weights(d);
    double n = 0, sy = 0, u[2500], *z = malloc(2500 * sizeof *z),
           *scratch = malloc(sx_design_scratch_length(d) * sizeof *z);
    for (size_t i = 0; i < 2500; i++) {
      n += wt[i];
      sy += wt[i] * y[i];
    }
    for (size_t i = 0; i < 2500; i++) u[i] = (y[i] - sy / n) / n;
    sx_design_carry(z, d, u, scratch);
    sx_est *m = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL);
    CHECK_NEAR(sx_est_variance(m), sx_design_cov(d, z, z, 0, 0), 1e-11);
    CHECK_NEAR(sx_est_variance(m), sx_est_cov(m, m), 1e-12);
    sx_est_free(m);
    free(z);
    free(scratch);
  }
  /* after the second calibration its cells are known exactly, the first ones no longer */
  uint8_t in[2500];
  for (size_t i = 0; i < 2500; i++) in[i] = cell[i] == 1;
  sx_est *known = eh_one(twice, SX_STAT_COUNT, NULL, NULL, in);
  CHECK_NEAR(sx_est_value(known), 6, 1e-12);
  CHECK(sx_est_se(known) < 1e-12);
  sx_est_free(known);
  sx_design_free(base);
  sx_design_free(raked);
  sx_design_free(twice);
  sx_table_free(t);
}

static void test_domains_add_up(void) {
  for (uint64_t seed = 1; seed <= 20; seed++) {
    world w = make(seed);
    const char *by[] = {"g", "a"};
    sx_groups *groups = NULL;
    REQUIRE_OK(sx_groups_new(&groups, w.t, by, 2, err));
    const sx_column *y = sx_table_find(w.t, "y");
    sx_est_set *parts = eh_ask(w.d, &(sx_est_request){SX_STAT_TOTAL, y, NULL, false, NULL, groups});
    sx_est *whole = eh_one(w.d, SX_STAT_TOTAL, y, NULL, NULL), *sum = NULL;
    const sx_est *list[16];
    REQUIRE(parts->n_rows <= 16);
    double n = 0;
    for (size_t k = 0; k < parts->n_rows; k++) {
      list[k] = parts->rows[k].est;
      n += (double)parts->rows[k].n;
    }
    REQUIRE_OK(sx_est_linear(&sum, NULL, NULL, list, parts->n_rows, err));
    CHECK_NEAR(sx_est_value(sum), sx_est_value(whole), 1e-13);
    CHECK_NEAR(sx_est_se(sum), sx_est_se(whole), 1e-10);
    CHECK_NEAR(sx_est_df(sum), sx_est_df(whole), 0);
    CHECK_NEAR(n, (double)w.rows, 0);
    sx_est_set *shares = eh_ask(w.d, &(sx_est_request){SX_STAT_PROP, sx_table_find(w.t, "g"), NULL, false, NULL, NULL});
    double p = 0;
    for (size_t k = 0; k < shares->n_rows; k++) p += shares->rows[k].estimate;
    CHECK_NEAR(p, 1, 1e-14);
    sx_est_set_free(shares);
    sx_est_set_free(parts);
    sx_est_free(whole);
    sx_est_free(sum);
    sx_groups_free(groups);
    unmake(&w);
  }
}

/* Weights times c: means, ratios, shares and their errors stay; totals and theirs are multiplied. */
static void test_scale(void) {
  eh_state = 4;
  sx_table *t = eh_sample(300, 5, 12);
  double *w2 = eh_number(t, "w2", NULL)->data.f64;
  for (size_t i = 0; i < 300; i++) w2[i] = 1024 * sx_table_find(t, "w")->data.f64[i]; /* exact in binary */
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.strata = "h";
  s.weights = "w";
  sx_design *a = eh_design(NULL, t, &s);
  s.weights = "w2";
  sx_design *b = eh_design(NULL, t, &s);
  const sx_stat stats[] = {SX_STAT_TOTAL, SX_STAT_MEAN, SX_STAT_RATIO};
  for (size_t k = 0; k < 3; k++) {
    const double by = stats[k] == SX_STAT_TOTAL ? 1024 : 1;
    sx_est *ea = eh_one(a, stats[k], sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
    sx_est *eb = eh_one(b, stats[k], sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
    CHECK_NEAR(sx_est_value(eb), by * sx_est_value(ea), 0);
    CHECK_NEAR(sx_est_se(eb), by * sx_est_se(ea), 0);
    sx_est_free(ea);
    sx_est_free(eb);
  }
  sx_design_free(a);
  sx_design_free(b);
  sx_table_free(t);
}

/* All numbers of a set of requests on a raked design of the table, with so many threads. */
static size_t numbers(double *out, const sx_table *t, int threads) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = threads;
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  sx_design *base = eh_design(&ctx, t, &s), *d = rake_ab(t, base, 5);
  const char *by[] = {"g", "a"};
  sx_groups *groups = NULL;
  CHECK_OK(sx_groups_new(&groups, t, by, 2, err));
  const sx_column *y = sx_table_find(t, "y"), *x = sx_table_find(t, "x"), *u = sx_table_find(t, "u"),
                  *b = sx_table_find(t, "b");
  const sx_est_request r[] = {
      {SX_STAT_TOTAL, y, NULL, false, NULL, groups},  {SX_STAT_MEAN, u, NULL, false, NULL, groups},
      {SX_STAT_RATIO, y, x, false, NULL, groups},     {SX_STAT_PROP, b, NULL, false, NULL, groups},
      {SX_STAT_COUNT, NULL, NULL, false, NULL, NULL}, {SX_STAT_MEAN, y, NULL, false, NULL, NULL}};
  enum { N = sizeof r / sizeof *r };
  sx_est_set *sets[N];
  CHECK_OK(sx_estimate_run_many(sets, d, r, N, NULL, err));
  size_t n = 0;
  for (size_t k = 0; k < N; k++) {
    for (size_t i = 0; i < sets[k]->n_rows; i++) {
      const sx_est_row *row = &sets[k]->rows[i];
      const double v[] = {row->estimate, row->se, row->low, row->high, row->df, row->deff};
      memcpy(out + n, v, sizeof v);
      n += 6;
    }
    sx_est_set_free(sets[k]);
  }
  sx_groups_free(groups);
  sx_design_free(base);
  sx_design_free(d);
  return n;
}

static void test_threads(void) {
  eh_state = 21;
  sx_table *t = eh_sample(3000, 8, 40);
  static double one[4000], two[4000], eight[4000];
  const size_t n = numbers(one, t, 1);
  CHECK(n > 300);
  CHECK_INT(numbers(two, t, 2), n);
  CHECK_INT(numbers(eight, t, 8), n);
  CHECK(memcmp(one, two, n * sizeof *one) == 0);
  CHECK(memcmp(one, eight, n * sizeof *one) == 0);
  sx_table_free(t);
}

/* Any order of rows gives the same answers to 1e-12. */
static void test_permutation(void) {
  eh_state = 22;
  const size_t rows = 3000;
  sx_table *t = eh_sample(rows, 8, 40);
  static double first[4000], other[4000];
  const size_t n = numbers(first, t, 1);
  for (size_t round = 0; round < 3; round++) {
    sx_table *p = eh_table(NULL, rows);
    size_t *at = malloc(rows * sizeof *at);
    for (size_t i = 0; i < rows; i++) at[i] = i;
    for (size_t i = rows - 1; i > 0; i--) {
      const size_t j = eh_below(i + 1), keep = at[i];
      at[i] = at[j];
      at[j] = keep;
    }
    for (size_t c = 0; c < sx_table_columns(t); c++) {
      const sx_column *from = sx_table_get(t, c);
      double *to = eh_number(p, from->name, NULL)->data.f64;
      for (size_t i = 0; i < rows; i++) to[i] = from->data.f64[at[i]];
    }
    CHECK_INT(numbers(other, p, 1), n);
    for (size_t k = 0; k < n; k++) {
      const double estimate = first[k / 6 * 6];
      if (k % 6 == 1 && fabs(first[k]) < 1e-9 * fabs(estimate)) { /* a raked total is known: its error is rounding */
        CHECK(fabs(other[k]) < 1e-9 * fabs(estimate));
        continue;
      }
      if (!isnan(first[k])) CHECK_NEAR(other[k], first[k], 1e-12);
      CHECK(isnan(first[k]) == isnan(other[k]));
    }
    free(at);
    sx_table_free(p);
  }
  sx_table_free(t);
}

/* Delete-one-PSU jackknife of a smooth statistic is close to its linearised variance, and equal for a total. */
static void test_jackknife_near_linear(void) {
  eh_state = 9;
  enum { H = 4, PER = 15, R = H * PER };
  sx_table *t = eh_sample(600, H, PER);
  static char names[R][24];
  const char *list[R];
  double rscales[R];
  const double *w = sx_table_find(t, "w")->data.f64, *h = sx_table_find(t, "h")->data.f64,
               *psu = sx_table_find(t, "psu")->data.f64;
  for (size_t r = 0; r < R; r++) {
    snprintf(names[r], sizeof names[r], "r%zu", r);
    list[r] = names[r];
    double *v = eh_number(t, names[r], NULL)->data.f64;
    for (size_t i = 0; i < 600; i++)
      v[i] = psu[i] == (double)r ? 0 : h[i] == (double)(r % H) ? w[i] * PER / (PER - 1.0) : w[i];
    rscales[r] = (PER - 1.0) / PER;
  }
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  const char *cluster = "psu";
  s.weights = "w";
  s.strata = "h";
  s.clusters = &cluster;
  s.n_clusters = 1;
  sx_design *lin = eh_design(NULL, t, &s);
  s = (sx_design_spec)SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.repweights = list;
  s.n_repweights = R;
  s.rep_type = SX_REP_JKN;
  s.rscales = rscales;
  s.mse = true;
  sx_design *jk = eh_design(NULL, t, &s);
  const sx_stat stats[] = {SX_STAT_TOTAL, SX_STAT_MEAN, SX_STAT_RATIO};
  const double within[] = {1e-10, 0.05, 0.05};
  for (size_t k = 0; k < 3; k++) {
    sx_est *a = eh_one(lin, stats[k], sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
    sx_est *b = eh_one(jk, stats[k], sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
    CHECK_NEAR(sx_est_value(b), sx_est_value(a), 1e-14);
    CHECK_NEAR(sx_est_se(b), sx_est_se(a), within[k]);
    sx_est_free(a);
    sx_est_free(b);
  }
  CHECK_NEAR(sx_design_df(jk), sx_design_df(lin), 0); /* rank - 1 of the weights is PSUs - strata */
  sx_design_free(lin);
  sx_design_free(jk);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_slow_twin), SXT_CASE(test_forms_agree), SXT_CASE(test_domains_add_up), SXT_CASE(test_scale),
         SXT_CASE(test_threads), SXT_CASE(test_permutation), SXT_CASE(test_jackknife_near_linear))
