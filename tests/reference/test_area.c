/* The Fay-Herriot model on the milk data of 43 areas: against base R (tests/reference/area.R, dense and independent) to 1e-9, and
 * against the numbers that R's sae 1.3 prints for it (eblupFH, mseFH; also in the tests of samplics and the pages of saens), whose
 * iteration stops at 1e-4. */
#include "est_help.h"
#include "reference/ref_csv.h"
#include "shuxiao/estimate_area.h"

enum { AREAS = 43 };
typedef struct milk {
  double direct[AREAS], variance[AREAS], x[AREAS * 3];
} milk;

static void read_milk(milk *m) {
  sx_table *t = ref_table("tests/cli/data/milk.csv");
  REQUIRE(t && sx_table_rows(t) == AREAS);
  const double *est = sx_table_find(t, "est")->data.f64, *se = sx_table_find(t, "se")->data.f64,
               *major = sx_table_find(t, "major")->data.f64;
  for (size_t i = 0; i < AREAS; i++) {
    m->direct[i] = est[i];
    m->variance[i] = se[i] * se[i];
    for (size_t k = 0; k < 3; k++) m->x[3 * i + k] = major[i] == (double)k + 2;
  }
  sx_table_free(t);
}

static sx_area_fit *fit_of(const milk *m, sx_area_method method) {
  sx_area_request r = SX_AREA_REQUEST_INIT;
  r.n = AREAS;
  r.direct = m->direct;
  r.variance = m->variance;
  r.n_covariates = 3;
  r.covariates = m->x;
  r.method = method;
  sx_area_fit *fit = NULL;
  CHECK_OK(sx_estimate_area(&fit, NULL, &r, err));
  if (!fit) exit(1);
  return fit;
}

static double quantity(const sx_area_fit *f, const char *name, size_t i) {
  if (strcmp(name, "sigma2") == 0) return f->sigma2;
  if (strcmp(name, "loglik") == 0) return f->log_likelihood;
  if (strcmp(name, "beta") == 0) return f->beta[i - 1];
  if (strcmp(name, "beta.se") == 0) return f->beta_se[i - 1];
  return strcmp(name, "mse") == 0 ? f->rows[i - 1].mse : f->rows[i - 1].eblup;
}

static void test_base_r(void) {
  milk m;
  read_milk(&m);
  sx_area_fit *fit[4];
  for (int k = 0; k < 4; k++) fit[k] = fit_of(&m, (sx_area_method)k);
  char *text = ref_read_text("tests/reference/area.csv"), *f[4];
  REQUIRE(text != NULL);
  size_t rows = 0;
  for (char *at = text; *at;) {
    sx_area_method method = SX_AREA_REML;
    if (ref_split(f, 4, &at) != 4 || strcmp(f[0], "method") == 0) continue;
    REQUIRE_OK(sx_area_method_parse(&method, f[0], err));
    const int before = sxt_failures;
    CHECK_NEAR(quantity(fit[method], f[1], f[2][0] ? strtoul(f[2], NULL, 10) : 0), strtod(f[3], NULL), 1e-9);
    if (sxt_failures != before) fprintf(stderr, "  in %s %s %s\n", f[0], f[1], f[2]);
    rows++;
  }
  CHECK_INT(rows, 4 * (2 + 8 + 2 * AREAS));
  free(text);
  for (int k = 0; k < 4; k++) sx_area_free(fit[k]);
}

typedef struct printed {
  sx_area_method method;
  double beta[4], se[4];   /* 0: not printed */
  double eblup[5], mse[5]; /* areas 1, 2, 7, 22, 43 */
} printed;

static void test_sae(void) {
  static const size_t at[] = {0, 1, 6, 21, 42};
  static const printed list[] = {
      {SX_AREA_REML,
       {0.9681890, 0.1327801, 0.2269462, -0.2413011},
       {0.06936208, 0.10300072, 0.09232981, 0.08161707},
       {1.0219703, 1.0476018, 1.0584523, 1.1923057, 0.6810870},
       {0.013460220, 0.005372876, 0.015926137, 0.017243977, 0.009903626}},
      {SX_AREA_ML,
       {0.9677986, 0.1278756, 0.2266909, -0.2425804},
       {0.06590747, 0.09840939, 0.08813973, 0.07753875},
       {1.0161733, 1.0436968, 1.0474786, 1.1921598, 0.6840976},
       {0.013579953, 0.005512868, 0.015934511, 0.017193729, 0.010037140}},
      {SX_AREA_FH,
       {0, 0, 0, 0},
       {0, 0, 0, 0},
       {1.017975, 1.044963, 1.050856, 1.192212, 0.683160},
       {0.012757016, 0.005314467, 0.014867662, 0.015890240, 0.009484220}},
  };
  milk m;
  read_milk(&m);
  for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
    sx_area_fit *f = fit_of(&m, list[k].method);
    for (size_t j = 0; j < 4 && list[k].beta[0] != 0; j++) {
      CHECK_NEAR(f->beta[j], list[k].beta[j], 5e-6);
      CHECK_NEAR(f->beta_se[j], list[k].se[j], 5e-6);
    }
    for (size_t j = 0; j < 5; j++) {
      CHECK_NEAR(f->rows[at[j]].eblup, list[k].eblup[j], 5e-6);
      CHECK_NEAR(f->rows[at[j]].mse, list[k].mse[j], 5e-5);
    }
    if (list[k].method == SX_AREA_REML) {
      CHECK_NEAR(f->sigma2, 0.01855022, 1e-5);
      CHECK_NEAR(f->log_likelihood, 12.67748, 1e-6); /* sae: AIC -15.35496 */
    }
    sx_area_free(f);
  }
}

SXT_MAIN(SXT_CASE(test_base_r), SXT_CASE(test_sae))
