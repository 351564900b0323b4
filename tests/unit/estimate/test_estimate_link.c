/* test_estimate_link.c: two waves linked by their units: against a slow dense regression, closed forms and identities. */
#include "est_help.h"

#include "shuxiao/estimate_change.h"

/* Two waves of one pool of PSUs (column pool), strata h in the first and k in the second, ids of persons. */
typedef struct pair {
  sx_table *table[2];
  sx_design *design[2];
  sx_link *link;
} pair;

typedef struct plan {
  size_t rows, strata, psus;
  bool same_strata, clusters, everywhere, apart, fpc, raked;
} plan;

static bool in_wave(const plan *p, size_t psu, size_t k) {
  if (p->everywhere) return true;
  if (p->apart) return psu % 2 == k;
  return k == 0 ? psu % 5 != 1 : psu % 7 > 1;
}

/* Every level of margin a gets a total a little off the weights'. */
static sx_design *rake(sx_design *d, const sx_table *t) {
  static const char *const variables[] = {"a"};
  static const char *const levels[3][1] = {{"0"}, {"1"}, {"2"}};
  const char *const *const cells[] = {levels[0], levels[1], levels[2]};
  double totals[3] = {0, 0, 0};
  const sx_column *a = sx_table_find(t, "a");
  for (size_t i = 0; i < a->n; i++) totals[(size_t)a->data.f64[i]] += sx_design_weights(d)[i];
  for (size_t c = 0; c < 3; c++) totals[c] *= 1.1 + 0.1 * (double)c;
  const sx_target target = {variables, 1, cells, totals, 3, "a"};
  sx_design *out = NULL;
  if (sx_weighting_rake(&out, d, t, &target, 1, NULL, NULL, NULL) != SX_OK) eh_die("rake");
  sx_design_free(d);
  return out;
}

static sx_design *wave_design(const plan *p, const sx_table *t, size_t k) {
  const char *cluster = "psu";
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = k == 0 || p->same_strata ? "h" : "k";
  s.clusters = &cluster;
  s.n_clusters = p->clusters ? 1 : 0;
  s.fpc = p->fpc ? "N" : NULL;
  sx_design *d = eh_design(NULL, t, &s);
  return p->raked ? rake(d, t) : d;
}

static void columns_of(sx_table *t, const plan *p) {
  const sx_column *psu = sx_table_find(t, "psu");
  double *k = eh_number(t, "k", NULL)->data.f64, *id = eh_number(t, "id", NULL)->data.f64;
  for (size_t i = 0; i < psu->n; i++) {
    const size_t unit = (size_t)psu->data.f64[i];
    k[i] = (double)(unit / p->strata % 2); /* other strata than h, PSUs of several h in each */
    id[i] = (double)(1000 + 3 * i);
  }
}

static pair make(const plan *p) {
  pair x = {{NULL, NULL}, {NULL, NULL}, NULL};
  sx_table *pool = eh_sample(p->rows, p->strata, p->psus);
  columns_of(pool, p);
  const sx_column *psu = sx_table_find(pool, "psu");
  uint8_t *keep = malloc(p->rows);
  sx_link_side side[2];
  const sx_column *id[2];
  for (size_t k = 0; k < 2; k++) {
    for (size_t i = 0; keep && i < p->rows; i++) keep[i] = in_wave(p, (size_t)psu->data.f64[i], k);
    if (!keep || sx_table_select(&x.table[k], pool, keep, NULL) != SX_OK) eh_die("select");
    sx_column *y = eh_number(x.table[k], "now", NULL);
    const sx_column *old = sx_table_find(x.table[k], "y");
    for (size_t i = 0; i < y->n; i++)
      y->data.f64[i] = k == 0 ? old->data.f64[i] : 1.2 * old->data.f64[i] + 2 * eh_uniform();
    x.design[k] = wave_design(p, x.table[k], k);
    id[k] = sx_table_find(x.table[k], "id");
    side[k] = (sx_link_side){x.design[k], &id[k], 1};
  }
  sx_error err = SX_ERROR_INIT;
  if (sx_link_new(&x.link, &side[0], &side[1], NULL, &err) != SX_OK) eh_die(err.message);
  free(keep);
  sx_table_free(pool);
  return x;
}

static void clear(pair *x) {
  sx_link_free(x->link);
  for (size_t k = 0; k < 2; k++) {
    sx_design_free(x->design[k]);
    sx_table_free(x->table[k]);
  }
}

static sx_est *ask(const pair *x, size_t k, sx_stat stat, const uint8_t *where) {
  return eh_one(x->design[k], stat, sx_table_find(x->table[k], "now"), NULL, where);
}

/* ---- the slow twin: a dense regression on indicators of strata and their products ------------------------------------------- */

/* The carrier of a mean or total by its definition. */
static double *totals_by_psu(const pair *x, size_t k, sx_stat stat, double value, const uint8_t *where) {
  const sx_design *d = x->design[k];
  const size_t n = sx_design_rows(d);
  const double *y = sx_table_find(x->table[k], "now")->data.f64, *w = sx_design_weights(d);
  double *u = calloc(n, sizeof *u), *scratch = calloc(sx_design_scratch_length(d), sizeof *scratch);
  double *z = calloc(sx_design_psus(d), sizeof *z), size = 0;
  if (!u || !scratch || !z) eh_die("allocate");
  for (size_t i = 0; i < n; i++)
    if (!where || where[i] == 1) size += w[i];
  for (size_t i = 0; i < n; i++) {
    if (where && where[i] != 1) continue;
    u[i] = stat == SX_STAT_TOTAL ? y[i] : (y[i] - value) / size;
  }
  sx_design_carry(z, d, u, scratch);
  free(u);
  free(scratch);
  return z;
}

/* A union of PSUs: the id of the pool, stratum and total in each wave, or -1. */
typedef struct unit {
  double psu, z[2];
  int stratum[2];
} unit;

static size_t union_of(unit *units, const pair *x, double *const z[2]) {
  size_t n = 0;
  for (size_t k = 0; k < 2; k++) {
    const sx_column *psu = sx_table_find(x->table[k], "psu");
    const int32_t *at = sx_design_psu_of_row(x->design[k]);
    const size_t *start = sx_design_stratum_start(x->design[k]);
    for (size_t i = 0; i < psu->n; i++) {
      size_t j = 0;
      while (j < n && units[j].psu != psu->data.f64[i]) j++;
      if (j == n) units[n++] = (unit){psu->data.f64[i], {0, 0}, {-1, -1}};
      int h = 0;
      while (start[h + 1] <= (size_t)at[i]) h++;
      units[j].stratum[k] = h;
      units[j].z[k] = z[k][at[i]];
    }
  }
  return n;
}

/* Residual of y by Gram-Schmidt, twice over, against the columns of q; the column is added, normed, where it is not a combination. */
static void orthogonalise(double *y, const double *q, size_t n, size_t n_q) {
  for (int twice = 0; twice < 2; twice++)
    for (size_t j = 0; j < n_q; j++) {
      double s = 0;
      for (size_t i = 0; i < n; i++) s += q[j * n + i] * y[i];
      for (size_t i = 0; i < n; i++) y[i] -= s * q[j * n + i];
    }
}

static double twin_rho(const pair *x, double *const z[2]) {
  const size_t most = sx_design_psus(x->design[0]) + sx_design_psus(x->design[1]);
  unit *units = calloc(most, sizeof *units);
  if (!units) eh_die("allocate");
  const size_t n = union_of(units, x, z), h1 = sx_design_strata(x->design[0]), h2 = sx_design_strata(x->design[1]);
  double *q = calloc(n * (h1 + h2 + h1 * h2), sizeof *q), *r[2] = {calloc(n, sizeof **r), calloc(n, sizeof **r)};
  if (!q || !r[0] || !r[1]) eh_die("allocate");
  size_t n_q = 0;
  for (size_t c = 0; c < h1 + h2 + h1 * h2; c++) {
    double *col = q + n_q * n, norm = 0;
    for (size_t i = 0; i < n; i++) {
      const bool a = units[i].stratum[0] == (int)(c < h1 ? c : (c - h1 - h2) / h2);
      const bool b = units[i].stratum[1] == (int)(c < h1 + h2 ? c - h1 : (c - h1 - h2) % h2);
      col[i] = c < h1 ? a : c < h1 + h2 ? b : a && b;
    }
    orthogonalise(col, q, n, n_q);
    for (size_t i = 0; i < n; i++) norm += col[i] * col[i];
    if (norm < 1e-12) continue;
    for (size_t i = 0; i < n; i++) col[i] /= sqrt(norm);
    n_q++;
  }
  double s[3] = {0, 0, 0};
  for (size_t k = 0; k < 2; k++) {
    for (size_t i = 0; i < n; i++) r[k][i] = units[i].z[k];
    orthogonalise(r[k], q, n, n_q);
  }
  for (size_t i = 0; i < n; i++) {
    s[0] += r[0][i] * r[0][i];
    s[1] += r[0][i] * r[1][i];
    s[2] += r[1][i] * r[1][i];
  }
  free(units);
  free(q);
  free(r[0]);
  free(r[1]);
  return s[1] / sqrt(s[0] * s[2]);
}

static void check_twin(const pair *x, sx_stat stat, uint8_t *const where[2]) {
  sx_est *e[2], *change = NULL;
  double *z[2];
  for (size_t k = 0; k < 2; k++) {
    e[k] = ask(x, k, stat, where[k]);
    z[k] = totals_by_psu(x, k, stat, sx_est_value(e[k]), where[k]);
  }
  sx_link_cov c;
  const double rho = twin_rho(x, z), v1 = sx_est_variance(e[0]), v2 = sx_est_variance(e[1]);
  REQUIRE_OK(sx_link_covariance(&c, x->link, e[0], e[1], err));
  REQUIRE_OK(sx_est_change(&change, x->link, e[0], e[1], SX_CHANGE_DIFFERENCE, err));
  CHECK_NEAR(c.rho, rho, 1e-9);
  CHECK_NEAR(c.cov, rho * sqrt(v1 * v2), 1e-9);
  CHECK_NEAR(sx_est_variance(change), v1 + v2 - 2 * rho * sqrt(v1 * v2), 1e-9);
  CHECK_NEAR(sx_est_value(change), sx_est_value(e[1]) - sx_est_value(e[0]), 1e-14);
  const double least = fmin(sx_est_df(e[0]), sx_est_df(e[1]));
  CHECK(sx_est_df(change) >= least && sx_est_df(change) <= sx_est_df(e[0]) + sx_est_df(e[1]));
  for (size_t k = 0; k < 2; k++) {
    sx_est_free(e[k]);
    free(z[k]);
  }
  sx_est_free(change);
}

static void test_twin(void) {
  for (uint64_t seed = 1; seed <= 12; seed++) {
    eh_state = seed;
    const plan p = {.rows = seed % 2 ? 230 : 90,
                    .strata = 2 + seed % 3,
                    .psus = 11 + seed % 4,
                    .same_strata = seed % 4 == 1,
                    .clusters = true,
                    .fpc = seed % 3 == 0 && seed % 4 == 1,
                    .raked = seed % 2 == 0};
    pair x = make(&p);
    CHECK_INT(sx_link_overlap(x.link), SX_OVERLAP_PARTIAL);
    uint8_t *none[2] = {NULL, NULL}, *domain[2];
    for (size_t k = 0; k < 2; k++) { /* a planned domain: a stratum of the pool */
      const sx_column *h = sx_table_find(x.table[k], "h");
      domain[k] = malloc(h->n);
      for (size_t i = 0; domain[k] && i < h->n; i++) domain[k][i] = h->data.f64[i] == 1;
    }
    check_twin(&x, SX_STAT_MEAN, none);
    check_twin(&x, SX_STAT_TOTAL, none);
    check_twin(&x, SX_STAT_MEAN, domain);
    free(domain[0]);
    free(domain[1]);
    clear(&x);
  }
}

/* Carriers of many PSUs are kept in another form. */
static void test_long_carriers(void) {
  eh_state = 5;
  const plan p = {.rows = 1500, .strata = 3, .psus = 500, .raked = true};
  pair x = make(&p);
  uint8_t *none[2] = {NULL, NULL};
  CHECK_INT(sx_link_overlap(x.link), SX_OVERLAP_PARTIAL);
  check_twin(&x, SX_STAT_TOTAL, none);
  clear(&x);
}

/* ---- the ends of the scale -------------------------------------------------------------------------------------------------- */

static void test_no_overlap(void) {
  eh_state = 21;
  const plan p = {.rows = 160, .strata = 3, .psus = 10, .same_strata = true, .clusters = true, .apart = true};
  pair x = make(&p);
  sx_est *a = ask(&x, 0, SX_STAT_MEAN, NULL), *b = ask(&x, 1, SX_STAT_MEAN, NULL), *change = NULL;
  sx_link_cov c;
  CHECK_INT(sx_link_overlap(x.link), SX_OVERLAP_NONE);
  CHECK_INT(sx_link_units(x.link), 0);
  REQUIRE_OK(sx_est_change(&change, x.link, a, b, SX_CHANGE_DIFFERENCE, err));
  REQUIRE_OK(sx_link_covariance(&c, x.link, a, b, err));
  const double va = sx_est_variance(a), vb = sx_est_variance(b);
  CHECK_NEAR(sx_est_variance(change), va + vb, 1e-15);
  CHECK_NEAR(c.rho, 0, 0);
  CHECK_NEAR(sx_est_df(change), pow(va + vb, 2) / (va * va / sx_est_df(a) + vb * vb / sx_est_df(b)), 1e-12);
  sx_est_free(a);
  sx_est_free(b);
  sx_est_free(change);
  clear(&x);
}

/* Every unit in both waves, strata of unequal size, fpc, calibration: the paired variance, that is of the differences. */
static void test_full_overlap(void) {
  for (int raked = 0; raked < 2; raked++) {
    eh_state = 33;
    const plan p = {.rows = 157,
                    .strata = 3,
                    .psus = 13,
                    .same_strata = true,
                    .clusters = true,
                    .everywhere = true,
                    .fpc = true,
                    .raked = raked};
    pair x = make(&p);
    CHECK_INT(sx_link_overlap(x.link), SX_OVERLAP_FULL);
    CHECK_INT(sx_link_psus(x.link), 39);
    sx_column *d = eh_number(x.table[0], "d", NULL);
    for (size_t i = 0; i < d->n; i++)
      d->data.f64[i] = sx_table_find(x.table[1], "now")->data.f64[i] - sx_table_find(x.table[0], "now")->data.f64[i];
    sx_est *paired = eh_one(x.design[0], SX_STAT_MEAN, d, NULL, NULL);
    sx_est *a = ask(&x, 0, SX_STAT_MEAN, NULL), *b = ask(&x, 1, SX_STAT_MEAN, NULL), *change = NULL;
    REQUIRE_OK(sx_est_change(&change, x.link, a, b, SX_CHANGE_DIFFERENCE, err));
    CHECK_NEAR(sx_est_value(change), sx_est_value(paired), 1e-12);
    CHECK_NEAR(sx_est_variance(change), sx_est_variance(paired), 1e-12);
    CHECK_NEAR(sx_est_df(change), sx_est_df(paired), 0);
    sx_est_free(paired);
    sx_est_free(a);
    sx_est_free(b);
    sx_est_free(change);
    clear(&x);
  }
}

/* Fixed PSUs, new persons, the second file in another order: the ids are the PSUs'. A stack of both waves is right then. */
static void test_fixed_psus(void) {
  eh_state = 77;
  sx_table *one = eh_sample(120, 3, 8), *two = eh_sample(150, 3, 8), *back = NULL, *stack = NULL;
  const char *psu = "psu";
  uint8_t keep[270];
  memset(keep, 1, sizeof keep);
  REQUIRE_OK(sx_table_new(&back, NULL, 150, err)); /* two, last row first */
  for (size_t c = 0; c < sx_table_columns(two); c++) {
    const sx_column *from = sx_table_get(two, c);
    double *to = eh_number(back, from->name, NULL)->data.f64;
    for (size_t i = 0; i < 150; i++) to[i] = from->data.f64[149 - i];
  }
  double *wave = eh_number(one, "wave", NULL)->data.f64;
  wave[0] = 0;
  wave = eh_number(back, "wave", NULL)->data.f64;
  for (size_t i = 0; i < 150; i++) wave[i] = 1;
  REQUIRE_OK(sx_table_select(&stack, one, keep, err));
  REQUIRE_OK(sx_table_append(stack, back, err));
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = &psu;
  s.n_clusters = 1;
  sx_design *a = eh_design(NULL, one, &s), *b = eh_design(NULL, back, &s), *both = eh_design(NULL, stack, &s);
  const sx_column *ids[2] = {sx_table_find(one, "psu"), sx_table_find(back, "psu")};
  const sx_link_side side[] = {{a, &ids[0], 1}, {b, &ids[1], 1}};
  sx_link *link = NULL;
  REQUIRE_OK(sx_link_new(&link, &side[0], &side[1], NULL, err));
  CHECK_INT(sx_link_overlap(link), SX_OVERLAP_FULL);
  CHECK_INT(sx_link_units(link), 24);
  sx_est *e1 = eh_one(a, SX_STAT_RATIO, sx_table_find(one, "y"), sx_table_find(one, "x"), NULL);
  sx_est *e2 = eh_one(b, SX_STAT_RATIO, sx_table_find(back, "y"), sx_table_find(back, "x"), NULL);
  uint8_t in[2][270];
  for (size_t i = 0; i < 270; i++) in[0][i] = !(in[1][i] = sx_table_find(stack, "wave")->data.f64[i] == 1);
  sx_est *s1 = eh_one(both, SX_STAT_RATIO, sx_table_find(stack, "y"), sx_table_find(stack, "x"), in[0]);
  sx_est *s2 = eh_one(both, SX_STAT_RATIO, sx_table_find(stack, "y"), sx_table_find(stack, "x"), in[1]);
  for (int k = 0; k < 3; k++) {
    sx_est *change = NULL, *stacked = NULL;
    REQUIRE_OK(sx_est_change(&change, link, e1, e2, (sx_change)k, err));
    REQUIRE_OK(sx_est_change(&stacked, NULL, s1, s2, (sx_change)k, err));
    CHECK_NEAR(sx_est_value(change), sx_est_value(stacked), 1e-11);
    CHECK_NEAR(sx_est_variance(change), sx_est_variance(stacked), 1e-11);
    CHECK_NEAR(sx_est_df(change), sx_est_df(stacked), 0);
    sx_est_free(change);
    sx_est_free(stacked);
  }
  sx_est *const all[] = {e1, e2, s1, s2};
  for (size_t k = 0; k < 4; k++) sx_est_free(all[k]);
  sx_link_free(link);
  sx_design_free(a);
  sx_design_free(b);
  sx_design_free(both);
  sx_table_free(one);
  sx_table_free(two);
  sx_table_free(back);
  sx_table_free(stack);
}

/* ---- formulas over both waves ------------------------------------------------------------------------------------------------ */

static sx_est *formula(const char *text, const char *const *names, const sx_est *const *values, size_t n) {
  sx_expr *expr = NULL;
  sx_est *e = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_expr_parse(&expr, NULL, text, &err) != SX_OK) eh_die(err.message);
  if (sx_est_formula(&e, NULL, expr, names, values, n, &err) != SX_OK) eh_die(err.message);
  sx_expr_free(expr);
  return e;
}

static void test_formulas(void) {
  eh_state = 55;
  const plan p = {.rows = 200, .strata = 3, .psus = 12, .clusters = true};
  pair x = make(&p);
  uint8_t *in[2];
  for (size_t k = 0; k < 2; k++) {
    const sx_column *u = sx_table_find(x.table[k], "u");
    in[k] = malloc(u->n);
    for (size_t i = 0; in[k] && i < u->n; i++) in[k][i] = u->data.f64[i] == 1;
  }
  sx_est *a = ask(&x, 0, SX_STAT_MEAN, NULL), *b = ask(&x, 1, SX_STAT_MEAN, NULL), *b_linked = NULL;
  sx_est *sub_a = ask(&x, 0, SX_STAT_MEAN, in[0]), *sub_b = ask(&x, 1, SX_STAT_MEAN, in[1]);
  sx_est *all = NULL, *sub = NULL;
  REQUIRE_OK(sx_link_est(&b_linked, x.link, b, err));
  CHECK_NEAR(sx_est_variance(b_linked), sx_est_variance(b), 1e-15);
  CHECK_NEAR(sx_est_cov(a, b), 0, 0); /* not linked */
  const double va = sx_est_variance(a), vb = sx_est_variance(b), cov = sx_est_cov(a, b_linked);
  CHECK_NEAR(sx_est_cov(b_linked, a), cov, 1e-15);
  CHECK(cov > 0.1 * sqrt(va * vb)); /* the waves do go together */
  const char *const names[] = {"a", "b"};
  const sx_est *const values[] = {a, b_linked};
  sx_est *sum = formula("3 * a + 2 * b", names, values, 2), *ratio = formula("b / a", names, values, 2);
  sx_est *r2 = NULL, *again = formula("a / b + b", names, (const sx_est *[]){a, b_linked}, 2);
  CHECK_NEAR(sx_est_variance(sum), 9 * va + 4 * vb + 12 * cov, 1e-12);
  REQUIRE_OK(sx_est_change(&r2, x.link, a, b, SX_CHANGE_RATIO, err));
  CHECK_NEAR(sx_est_variance(ratio), sx_est_variance(r2), 1e-14);
  const double ga = 1 / sx_est_value(b), gb = 1 - sx_est_value(a) / pow(sx_est_value(b), 2);
  CHECK_NEAR(sx_est_variance(again), ga * ga * va + gb * gb * vb + 2 * ga * gb * cov, 1e-12);
  /* a change is an estimate like any: a difference of changes, its error from the two carriers */
  REQUIRE_OK(sx_est_change(&all, x.link, a, b, SX_CHANGE_DIFFERENCE, err));
  REQUIRE_OK(sx_est_change(&sub, x.link, sub_a, sub_b, SX_CHANGE_DIFFERENCE, err));
  sx_est *dd = formula("a - b", names, (const sx_est *[]){sub, all}, 2);
  sx_est *d1 = formula("a - b", names, (const sx_est *[]){sub_a, a}, 2);
  sx_est *d2 = formula("a - b", names, (const sx_est *[]){sub_b, b}, 2), *dd2 = NULL;
  REQUIRE_OK(sx_est_change(&dd2, x.link, d1, d2, SX_CHANGE_DIFFERENCE, err));
  CHECK_NEAR(sx_est_value(dd), sx_est_value(dd2), 1e-12);
  CHECK_NEAR(sx_est_variance(dd), sx_est_variance(dd2), 1e-11);
  CHECK_NEAR(sx_est_cov(all, all), sx_est_variance(all), 1e-12);
  /* an outside figure and the waves: Satterthwaite over the figure and both waves together */
  sx_est *figure = NULL;
  REQUIRE_OK(sx_est_outside(&figure, NULL, 1, sqrt(sx_est_variance(all)), 7, err));
  sx_est *with = formula("a + b", names, (const sx_est *[]){all, figure}, 2);
  const double v = sx_est_variance(all);
  CHECK_NEAR(sx_est_variance(with), 2 * v, 1e-14);
  CHECK_NEAR(sx_est_df(with), 4 * v * v / (v * v / sx_est_df(all) + v * v / 7), 1e-12);
  void *bytes = NULL;
  size_t n = 0;
  CHECK_FAILS(sx_est_pack(&bytes, &n, NULL, all, err), SX_E_SUPPORT, "carrier", "two waves");
  sx_est *const made[] = {a, b, b_linked, sub_a, sub_b, all, sub, sum, ratio, again, r2, dd, d1, d2, dd2, figure, with};
  for (size_t k = 0; k < sizeof made / sizeof *made; k++) sx_est_free(made[k]);
  free(in[0]);
  free(in[1]);
  clear(&x);
}

/* Two stages of fpc: rho is that of the totals by PSU, the variances those of the stages. */
static void test_stages(void) {
  static const char *const fpcs[] = {"N", "M"};
  eh_state = 17;
  const plan p = {.rows = 260, .strata = 3, .psus = 10, .same_strata = true, .clusters = true, .fpc = true};
  pair x = make(&p);
  sx_design *d[2];
  sx_link_side side[2];
  sx_est *plain[2], *staged[2];
  const sx_column *id[2];
  sx_link *link = NULL;
  sx_link_cov a, b;
  for (size_t k = 0; k < 2; k++) {
    double *m = eh_number(x.table[k], "M", NULL)->data.f64;
    for (size_t i = 0; i < sx_table_rows(x.table[k]); i++) m[i] = 60;
    const char *cluster = "psu";
    sx_design_spec s = SX_DESIGN_SPEC_INIT;
    s.weights = "w";
    s.strata = "h";
    s.clusters = &cluster;
    s.n_clusters = 1;
    s.fpcs = fpcs;
    s.n_fpcs = 2;
    d[k] = eh_design(NULL, x.table[k], &s);
    id[k] = sx_table_find(x.table[k], "id");
    side[k] = (sx_link_side){d[k], &id[k], 1};
    plain[k] = ask(&x, k, SX_STAT_MEAN, NULL);
    staged[k] = eh_one(d[k], SX_STAT_MEAN, sx_table_find(x.table[k], "now"), NULL, NULL);
    CHECK(sx_design_carrier_length(d[k]) > sx_design_psus(d[k]));
  }
  REQUIRE_OK(sx_link_new(&link, &side[0], &side[1], NULL, err));
  CHECK_INT(sx_link_overlap(link), SX_OVERLAP_PARTIAL);
  REQUIRE_OK(sx_link_covariance(&a, x.link, plain[0], plain[1], err));
  REQUIRE_OK(sx_link_covariance(&b, link, staged[0], staged[1], err));
  CHECK_NEAR(b.rho, a.rho, 1e-11);
  CHECK(b.v_first > a.v_first && b.v_second > a.v_second);
  CHECK_NEAR(b.cov, a.rho * sqrt(b.v_first * b.v_second), 1e-11);
  for (size_t k = 0; k < 2; k++) {
    sx_est_free(plain[k]);
    sx_est_free(staged[k]);
    sx_design_free(d[k]);
  }
  sx_link_free(link);
  clear(&x);
}

/* Three waves, each pair linked: the variance of a formula is the quadratic form of their covariances. */
static void test_three_waves(void) {
  eh_state = 91;
  const plan p = {.rows = 240, .strata = 2, .psus = 15, .same_strata = true, .clusters = true};
  pair x = make(&p);
  uint8_t keep[240];
  sx_table *third = NULL;
  const sx_column *psu = sx_table_find(x.table[1], "psu"), *id[3] = {NULL, NULL, NULL};
  for (size_t i = 0; i < psu->n; i++) keep[i] = (size_t)psu->data.f64[i] % 3 > 0;
  REQUIRE_OK(sx_table_select(&third, x.table[1], keep, err));
  sx_design *d[3] = {x.design[0], x.design[1], wave_design(&p, third, 0)};
  sx_link_side side[3];
  sx_link *l13 = NULL, *l23 = NULL;
  for (size_t k = 0; k < 3; k++) {
    id[k] = sx_table_find(k < 2 ? x.table[k] : third, "id");
    side[k] = (sx_link_side){d[k], &id[k], 1};
  }
  REQUIRE_OK(sx_link_new(&l13, &side[0], &side[2], NULL, err));
  REQUIRE_OK(sx_link_new(&l23, &side[1], &side[2], NULL, err));
  sx_est *a = ask(&x, 0, SX_STAT_MEAN, NULL), *b = ask(&x, 1, SX_STAT_MEAN, NULL);
  sx_est *c = eh_one(d[2], SX_STAT_MEAN, sx_table_find(third, "now"), NULL, NULL), *b1 = NULL, *c1 = NULL, *c2 = NULL;
  REQUIRE_OK(sx_link_est(&b1, x.link, b, err));
  REQUIRE_OK(sx_link_est(&c1, l13, c, err));
  REQUIRE_OK(sx_link_est(&c2, l23, c1, err));
  const sx_est *const values[] = {a, b1, c2};
  const char *const names[] = {"a", "b", "c"};
  sx_est *f = formula("a - 2 * b + c", names, values, 3);
  const double cab = sx_est_cov(a, b1), cac = sx_est_cov(a, c2), cbc = sx_est_cov(b1, c2);
  CHECK(cab != 0 && cac != 0 && cbc != 0);
  const double v = sx_est_variance(a) + 4 * sx_est_variance(b) + sx_est_variance(c) - 4 * cab + 2 * cac - 4 * cbc;
  CHECK_NEAR(sx_est_variance(f), v, 1e-11);
  CHECK_NEAR(sx_est_df(f), fmin(sx_est_df(a), fmin(sx_est_df(b), sx_est_df(c))), 0);
  sx_est *wrong = NULL;
  CHECK_FAILS(sx_est_change(&wrong, x.link, b, a, SX_CHANGE_DIFFERENCE, err), SX_E_ARGUMENT, "", "the other way round");
  sx_est *const all[] = {a, b, c, b1, c1, c2, f};
  for (size_t k = 0; k < 7; k++) sx_est_free(all[k]);
  sx_link_free(l13);
  sx_link_free(l23);
  sx_design_free(d[2]);
  sx_table_free(third);
  clear(&x);
}

static void test_missing(void) {
  eh_state = 56;
  const plan p = {.rows = 100, .strata = 2, .psus = 9, .clusters = true};
  pair x = make(&p);
  sx_est *a = ask(&x, 0, SX_STAT_MEAN, NULL), *none = NULL, *change = NULL, *zero = NULL;
  sx_link_cov c;
  REQUIRE_OK(sx_est_missing(&none, NULL, SX_NA_EMPTY_DOMAIN, err));
  REQUIRE_OK(sx_est_change(&change, x.link, a, none, SX_CHANGE_DIFFERENCE, err));
  CHECK(isnan(sx_est_value(change)));
  CHECK_INT(sx_est_na(change), SX_NA_EMPTY_DOMAIN);
  REQUIRE_OK(sx_link_covariance(&c, x.link, a, none, err));
  CHECK(isnan(c.cov) && isnan(c.rho));
  sx_est_free(change);
  REQUIRE_OK(sx_est_constant(&zero, NULL, 0, err));
  REQUIRE_OK(sx_est_change(&change, x.link, zero, a, SX_CHANGE_RATIO, err));
  CHECK_INT(sx_est_na(change), SX_NA_ZERO_DENOMINATOR);
  CHECK_FAILS(sx_est_change(&change, x.link, a, a, (sx_change)9, err), SX_E_ARGUMENT, "kind", "no kind of change");
  sx_est_free(change);
  sx_est_free(a);
  sx_est_free(none);
  sx_est_free(zero);
  clear(&x);
}

static void same_bits(double a, double b) {
  CHECK(memcmp(&a, &b, sizeof a) == 0);
}

/* A formula over both waves whose carrier is written late: the bits of one that has it at once, alone and as an operand, on carriers written out and
 * on those in terms. */
static void test_late(void) {
  static const char *const names[] = {"a", "b"};
  const double sign[] = {1, -1};
  for (int form = 0; form < 4; form++) {
    eh_state = 5;
    const plan p = {.rows = 1500, .strata = 3, .psus = 500, .raked = form & 1, .clusters = form == 2};
    pair x = make(&p);
    sx_est *v[2], *linked = NULL, *now[3], *late[3];
    for (size_t k = 0; k < 2; k++) {
      sx_est *mean = ask(&x, k, SX_STAT_MEAN, NULL);
      v[k] = sx_est_ref(mean);
      if (form < 3) {
        sx_est_free(v[k]);
        REQUIRE_OK(sx_est_expand(&v[k], mean, err));
      }
      sx_est_free(mean);
    }
    REQUIRE_OK(sx_link_est(&linked, x.link, v[1], err));
    const sx_est *const values[] = {linked, v[0]};
    sx_expr *ratio = NULL;
    REQUIRE_OK(sx_expr_parse(&ratio, NULL, "100 * a / b - a", err));
    REQUIRE_OK(sx_est_linear(&now[0], NULL, sign, values, 2, err));
    REQUIRE_OK(sx_est_linear_late(&late[0], NULL, sign, values, 2, err));
    REQUIRE_OK(sx_est_formula(&now[1], NULL, ratio, names, values, 2, err));
    REQUIRE_OK(sx_est_formula_late(&late[1], NULL, ratio, names, values, 2, err));
    const sx_est *const of_now[] = {now[0], now[1]}, *const of_late[] = {late[0], late[1]};
    REQUIRE_OK(sx_est_formula(&now[2], NULL, ratio, names, of_now, 2, err));
    REQUIRE_OK(sx_est_formula_late(&late[2], NULL, ratio, names, of_late, 2, err));
    for (size_t k = 0; k < 3; k++) {
      CHECK(sx_est_variance(now[k]) > 0);
      same_bits(sx_est_variance(late[k]), sx_est_variance(now[k]));
      same_bits(sx_est_df(late[k]), sx_est_df(now[k]));
      for (size_t j = 0; j < 3; j++) same_bits(sx_est_cov(late[k], late[j]), sx_est_cov(now[k], now[j]));
    }
    for (size_t k = 0; k < 3; k++) {
      sx_est_free(now[k]);
      sx_est_free(late[k]);
    }
    sx_expr_free(ratio);
    sx_est_free(linked);
    for (size_t k = 0; k < 2; k++) sx_est_free(v[k]);
    clear(&x);
  }
}

SXT_MAIN(SXT_CASE(test_twin), SXT_CASE(test_long_carriers), SXT_CASE(test_no_overlap), SXT_CASE(test_full_overlap),
         SXT_CASE(test_fixed_psus), SXT_CASE(test_formulas), SXT_CASE(test_stages), SXT_CASE(test_three_waves),
         SXT_CASE(test_missing), SXT_CASE(test_late))
