/* Designs with an fpc at every stage: agreement with the recursion written out, published results, weights from the
 * fractions, bad input. */
#include "est_help.h"

/* A nested sample: h, psu within h, ssu within psu, cases within ssu; w, y, x, N1, N2, N3 counts. */
static sx_table *nested(size_t strata, bool lonely) {
  enum { MAX = 4000 };
  static double h[MAX], p[MAX], q[MAX], w[MAX], y[MAX], x[MAX], n1[MAX], n2[MAX], n3[MAX], g[MAX];
  size_t n = 0, psu = 0, ssu = 0;
  for (size_t s = 0; s < strata; s++) {
    const size_t psus = 2 + eh_below(4);
    for (size_t i = 0; i < psus; i++, psu++) {
      const size_t ssus = (lonely ? 1 : 2) + eh_below(3);
      const double of = (double)(ssus + eh_below(5));
      for (size_t j = 0; j < ssus; j++, ssu++) {
        const size_t cases = 2 + eh_below(3);
        const double all = (double)(cases + eh_below(4));
        for (size_t c = 0; c < cases; c++, n++) {
          h[n] = (double)s;
          p[n] = (double)psu;
          q[n] = (double)ssu;
          n1[n] = (double)psus + 3 + (double)s;
          n2[n] = of;
          n3[n] = all;
          w[n] = n1[n] / (double)psus * of / (double)ssus * all / (double)cases;
          x[n] = 1 + eh_uniform();
          y[n] = 5 * eh_uniform() + (double)(psu % 3) + (double)(ssu % 2);
          g[n] = (double)eh_below(3);
        }
      }
    }
  }
  sx_table *t = eh_table(NULL, n);
  double *const at[] = {h, p, q, w, y, x, n1, n2, n3, g};
  static const char *const names[] = {"h", "p", "q", "w", "y", "x", "N1", "N2", "N3", "g"};
  for (size_t k = 0; k < 10; k++) {
    double *out = eh_number(t, names[k], NULL)->data.f64;
    for (size_t i = 0; i < n; i++) out[n - 1 - i] = at[k][i]; /* not in the order of the units */
  }
  return t;
}

static const char *const clusters[] = {"p", "q"}, *const fpcs[] = {"N1", "N2", "N3"};

static sx_design_spec staged(size_t stages) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  s.clusters = clusters;
  s.n_clusters = stages == 3 ? 2 : stages == 2 ? 2 : 1;
  s.fpcs = fpcs;
  s.n_fpcs = stages;
  return s;
}

static double at(const sx_table *t, const char *name, size_t row) {
  return sx_column_number(sx_table_find(t, name), row);
}

/* The slow obvious twin: V over the units called `names[stage]` among the rows of `in`, then within each of them. */
static double recursion(const sx_table *t, const double *z, const uint8_t *in, size_t stage, size_t stages,
                        sx_lonely lonely) {
  static const char *const names[] = {"p", "q"};
  const size_t n = sx_table_rows(t);
  double *total = calloc(n, sizeof *total), *unit = calloc(n, sizeof *unit), mean = 0, v = 0, of = 0;
  size_t units = 0;
  for (size_t i = 0; i < n; i++) {
    if (!in[i]) continue;
    const double id = stage < 2 ? at(t, names[stage], i) : (double)i;
    size_t k = 0;
    while (k < units && unit[k] != id) k++;
    if (k == units) unit[units++] = id;
    total[k] += z[i];
    of = at(t, fpcs[stage], i);
  }
  const double f = (double)units / of;
  for (size_t k = 0; k < units; k++) mean += total[k] / (double)units;
  for (size_t k = 0; k < units && units > 1; k++)
    v += (1 - f) * (double)units / (double)(units - 1) * (total[k] - mean) * (total[k] - mean);
  for (size_t k = 0; k < units && stage + 1 < stages; k++) {
    uint8_t *within = malloc(n);
    for (size_t i = 0; i < n; i++) within[i] = in[i] && (stage < 2 ? at(t, names[stage], i) : (double)i) == unit[k];
    v += f * recursion(t, z, within, stage + 1, stages, lonely);
    free(within);
  }
  free(total);
  free(unit);
  return v;
}

static double slow(const sx_table *t, const double *z, size_t stages, sx_lonely lonely, size_t strata) {
  double v = 0;
  uint8_t *in = malloc(sx_table_rows(t));
  for (size_t h = 0; h < strata; h++) {
    for (size_t i = 0; i < sx_table_rows(t); i++) in[i] = at(t, "h", i) == (double)h;
    v += recursion(t, z, in, 0, stages, lonely);
  }
  free(in);
  return v;
}

static void test_recursion(void) {
  for (size_t trial = 0; trial < 12; trial++) {
    const size_t strata = 1 + trial % 4, stages = 2 + trial % 2;
    const bool lonely = trial >= 6;
    sx_table *t = nested(strata, lonely);
    const size_t n = sx_table_rows(t);
    sx_design_spec s = staged(stages);
    s.lonely = lonely ? SX_LONELY_REMOVE : SX_LONELY_FAIL;
    sx_design *d = eh_design(NULL, t, &s);
    double *z = malloc(n * sizeof *z), *zr = malloc(n * sizeof *zr), ty = 0, tx = 0;
    for (size_t i = 0; i < n; i++) {
      z[i] = at(t, "w", i) * at(t, "y", i);
      ty += z[i];
      tx += at(t, "w", i) * at(t, "x", i);
    }
    for (size_t i = 0; i < n; i++) zr[i] = at(t, "w", i) * (at(t, "y", i) - ty / tx * at(t, "x", i)) / tx;
    sx_est *total = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
    sx_est *ratio = eh_one(d, SX_STAT_RATIO, sx_table_find(t, "y"), sx_table_find(t, "x"), NULL);
    CHECK_NEAR(sx_est_variance(total), slow(t, z, stages, s.lonely, strata), 1e-11);
    CHECK_NEAR(sx_est_variance(ratio), slow(t, zr, stages, s.lonely, strata), 1e-10);
    /* a domain keeps the whole design; groups take the bulk path where the carrier is long */
    const char *by = "g";
    sx_groups *g = NULL;
    REQUIRE_OK(sx_groups_new(&g, t, &by, 1, err));
    const sx_est_request r = {SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, false, NULL, g};
    sx_est_set *set = eh_ask(d, &r);
    for (size_t k = 0; k < set->n_rows; k++) {
      if (set->rows[k].na != SX_NA_NONE) { /* a domain within one PSU */
        CHECK(strata == 1 || lonely);
        continue;
      }
      for (size_t i = 0; i < n; i++) z[i] = g->group[i] == (int32_t)k ? at(t, "w", i) * at(t, "y", i) : 0;
      CHECK_NEAR(set->rows[k].se * set->rows[k].se, slow(t, z, stages, s.lonely, strata), 1e-10);
    }
    sx_est_set_free(set);
    sx_groups_free(g);
    /* weights from the fractions are those of the file */
    s.weights = NULL;
    sx_design *own = NULL;
    REQUIRE_OK(sx_design_new(&own, NULL, t, &s, err));
    if (stages == 3)
      for (size_t i = 0; i < n; i++) CHECK_NEAR(sx_design_weights(own)[i], at(t, "w", i), 1e-13);
    CHECK(sx_design_fingerprint(own) == sx_design_fingerprint(d));
    free(z);
    free(zr);
    sx_est_free(total);
    sx_est_free(ratio);
    sx_design_free(own);
    sx_design_free(d);
    sx_table_free(t);
  }
}

/* Two PSUs of four, two units of each of three and two: by hand. */
static sx_table *small(void) {
  sx_table *t = eh_table(NULL, 4);
  eh_number(t, "p", (const double[]){1, 1, 2, 2});
  eh_number(t, "q", (const double[]){1, 2, 1, 2});
  eh_number(t, "y", (const double[]){1, 3, 2, 6});
  eh_number(t, "N1", (const double[]){4, 4, 4, 4});
  eh_number(t, "N2", (const double[]){3, 3, 2, 2});
  eh_number(t, "N3", (const double[]){1, 1, 1, 1});
  return t;
}

static sx_design_spec small_spec(void) {
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.clusters = clusters;
  s.n_clusters = 2;
  s.fpcs = fpcs;
  s.n_fpcs = 2;
  return s;
}

static void test_by_hand(void) {
  sx_table *t = small();
  const sx_design_spec s = small_spec();
  sx_design *d = eh_design(NULL, t, &s);
  /* w = 3 3 2 2, z = 3 9 4 12; PSU totals 12, 16; V1 = (1 - 1/2) 2 (4 + 4) = 8;
   * within PSU 1 (f 2/3): 1/3 * 2 * (9 + 9) = 12, times 1/2; PSU 2 is complete */
  CHECK_NEAR(sx_design_weights(d)[0], 3, 1e-15);
  CHECK_NEAR(sx_design_weights(d)[3], 2, 1e-15);
  CHECK_STR(sx_design_describe(d), "unstratified, 2 PSUs, 4 cases, finite population correction at 2 stages");
  CHECK_INT(sx_design_carrier_length(d), 4);
  CHECK_INT(sx_design_psus(d), 2);
  CHECK_NEAR(sx_design_df(d), 1, 0);
  sx_est *e = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_value(e), 28, 1e-15);
  CHECK_NEAR(sx_est_variance(e), 14, 1e-14);
  sx_est_free(e);
  sx_design_free(d);
  sx_table_free(t);
}

/* PSUs taken whole (f = 1) and strata within them: the design is that of elements in the crossed strata. Preston's bootstrap
 * finds the same variance. */
static void test_strata_of_a_later_stage(void) {
  enum { ROWS = 96 };
  static const char *const psu[] = {"p"}, *const both[] = {"N1", "N2"}, *const later[] = {"s"}, *const only[] = {"N2"};
  eh_state = 90;
  sx_table *t = eh_table(NULL, ROWS);
  double *p = eh_number(t, "p", NULL)->data.f64, *s = eh_number(t, "s", NULL)->data.f64,
         *y = eh_number(t, "y", NULL)->data.f64, *n1 = eh_number(t, "N1", NULL)->data.f64,
         *n2 = eh_number(t, "N2", NULL)->data.f64, *cell = eh_number(t, "cell", NULL)->data.f64,
         *w = eh_number(t, "w", NULL)->data.f64;
  for (size_t i = 0; i < ROWS; i++) {
    p[i] = (double)(i % 4);
    s[i] = (double)(i / 4 % 3 == 0); /* 8 cases of one stratum, 16 of the other in every PSU */
    cell[i] = 2 * p[i] + s[i];
    n1[i] = 4;
    n2[i] = s[i] == 1 ? 20 + p[i] : 50;
    w[i] = n2[i] / (s[i] == 1 ? 8 : 16);
    y[i] = 10 * s[i] + p[i] + 4 * eh_uniform();
  }
  sx_design_spec spec = SX_DESIGN_SPEC_INIT, flat = SX_DESIGN_SPEC_INIT;
  spec.clusters = psu;
  spec.n_clusters = 1;
  spec.fpcs = both;
  spec.n_fpcs = 2;
  spec.later_strata = later;
  spec.n_later_strata = 1;
  flat.weights = "w";
  flat.strata = "cell";
  flat.fpcs = only;
  flat.n_fpcs = 1;
  sx_design *staged_one = eh_design(NULL, t, &spec), *flat_one = eh_design(NULL, t, &flat), *boot = NULL;
  sx_est *a = eh_one(staged_one, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL),
         *b = eh_one(flat_one, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_value(a), sx_est_value(b), 1e-14); /* weights from the fractions of both stages */
  CHECK_NEAR(sx_est_se(a), sx_est_se(b), 1e-13);
  sx_make_spec make = SX_MAKE_SPEC_INIT;
  make.method = SX_MAKE_PRESTON;
  make.n_reps = 3000;
  REQUIRE_OK(sx_design_make_replicates(&boot, staged_one, &make, err));
  sx_est *c = eh_one(boot, SX_STAT_TOTAL, sx_table_find(t, "y"), NULL, NULL);
  CHECK_NEAR(sx_est_se(c), sx_est_se(a), 0.05); /* its own error is 1.3% */
  spec.n_fpcs = 1;                              /* strata without an fpc of their stage */
  sx_design *bad = NULL;
  CHECK_FAILS(sx_design_new(&bad, NULL, t, &spec, err), SX_E_ARGUMENT, "", "fpc");
  spec.weights = "w";
  CHECK_FAILS(sx_design_new(&bad, NULL, t, &spec, err), SX_E_ARGUMENT, "strata",
              "strata are given for 2 stages, an fpc for 1");
  sx_est_free(a);
  sx_est_free(b);
  sx_est_free(c);
  sx_design_free(staged_one);
  sx_design_free(flat_one);
  sx_design_free(boot);
  sx_table_free(t);
}

static void refuse(sx_table *t, const sx_design_spec *s, sx_status code, const char *where, const char *message) {
  sx_design *d = NULL;
  CHECK_FAILS(sx_design_new(&d, NULL, t, s, err), code, where, message);
  sx_design_free(d);
}

static void test_refused(void) {
  sx_table *t = small();
  sx_design_spec s = small_spec();
  double *n2 = sx_table_get(t, 4)->data.f64;
  n2[3] = 3;
  refuse(t, &s, SX_E_DATA, "N2: case 4", "the fpc of stage 2 varies within a unit of stage 1: 2 and 3");
  n2[2] = n2[3] = 1;
  refuse(t, &s, SX_E_DATA, "N2: case 3", "2 units of stage 2 are in the sample within one of stage 1, its fpc says 1");
  n2[2] = 0;
  refuse(t, &s, SX_E_DATA, "N2: case 3", "missing or not above 0");
  n2[2] = n2[3] = 2;
  s.n_fpcs = 3;
  s.n_clusters = 1;
  refuse(t, &s, SX_E_ARGUMENT, "fpc", "3 stages have an fpc, 1 have clusters");
  s.n_fpcs = 1;
  s.n_clusters = 2;
  refuse(t, &s, SX_E_ARGUMENT, "fpc", "1 stages have an fpc, 2 have clusters"); /* no weights to fall back on */
  s = small_spec();
  s.fpc = "N1";
  refuse(t, &s, SX_E_ARGUMENT, "fpc", "given twice");
  /* a single unit at stage 2 that was not taken for sure */
  eh_number(t, "one", (const double[]){1, 1, 2, 3});
  static const char *const other[] = {"p", "one"};
  s = small_spec();
  s.clusters = other;
  refuse(t, &s, SX_E_DATA, "N2", "1 units of stage 1 hold a single unit of stage 2");
  s.lonely = SX_LONELY_AVERAGE;
  sx_design *d = NULL;
  REQUIRE_OK(sx_design_new(&d, NULL, t, &s, err));
  sx_design_free(d);
  eh_text(t, "text", SX_TEXT, (const char *const[]){"a", "a", "a", "a"});
  static const char *const bad[] = {"N1", "text"};
  s = small_spec();
  s.fpcs = bad;
  refuse(t, &s, SX_E_ARGUMENT, "text", "a number is needed");
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_recursion), SXT_CASE(test_by_hand), SXT_CASE(test_strata_of_a_later_stage),
         SXT_CASE(test_refused))
