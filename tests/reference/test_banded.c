/* test_banded.c: means from banded amounts beside R: banded_expected.csv, made by banded.R (R 4.2.2, survey 4.1.1, survival 3.5.3,
 * GB2 2.1.1, VGAM 1.1.7) from banded_data.csv. */
#include "ref_csv.h"
#include "shuxiao/estimate_banded.h"
#include "sxt.h"

static sx_table *data, *want;
static sx_bands *bands;

static const sx_column *col(const sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  if (!c) {
    fprintf(stderr, "no column %s\n", name);
    exit(1);
  }
  return c;
}

static const char *text_at(const sx_column *c, size_t row) {
  return sx_dict_get(c->dict, c->data.code[row], NULL);
}

static void load(void) {
  sx_error err = SX_ERROR_INIT;
  if (data) return;
  data = ref_table("tests/reference/banded_data.csv");
  want = ref_table("tests/reference/banded_expected.csv");
  if (!data || !want ||
      sx_bands_parse(&bands, NULL,
                     "1=0, 2=0..100, 3=100..200, 4=200..500, 5=500..1000, 6=1000..2000, 7=2000..5000, 8=5000..",
                     &err) != SX_OK) {
    fprintf(stderr, "the data cannot be read: %s\n", err.message);
    exit(1);
  }
}

static sx_design *design_of(bool plain) {
  sx_design *d = NULL;
  sx_error err = SX_ERROR_INIT;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  const char *psu = "psu";
  spec.unweighted = plain;
  if (!plain) {
    spec.weights = "w";
    spec.strata = "h";
    spec.clusters = &psu;
    spec.n_clusters = 1;
  }
  if (sx_design_new(&d, NULL, data, &spec, &err) != SX_OK) {
    fprintf(stderr, "%s\n", err.message);
    exit(1);
  }
  return d;
}

static const double probs[] = {0.25, 0.5, 0.9};

static sx_banded_result *fit(const sx_design *d, sx_banded_fit which, bool exact, size_t tail, const sx_groups *by) {
  sx_banded_result *result = NULL;
  sx_error err = SX_ERROR_INIT;
  sx_banded_request r = SX_BANDED_REQUEST_INIT;
  r.codes = col(data, "band");
  r.bands = bands;
  r.exact = exact ? col(data, "exact") : NULL;
  r.fit = which;
  r.probs = probs;
  r.n_probs = 3;
  r.tail_bands = tail;
  r.by = by;
  if (sx_estimate_banded(&result, d, &r, NULL, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return result;
}

static double of_test(const sx_banded_domain *d, const char *what) {
  return strcmp(what, "chisq") == 0    ? d->chisq
         : strcmp(what, "scale") == 0  ? d->scale
         : strcmp(what, "df1") == 0    ? d->df1
         : strcmp(what, "pvalue") == 0 ? d->p
                                       : d->loglik;
}

/* Every row of the case; the number of them. Misfits are small differences of shares: absolute. */
static size_t agree(const char *id, const sx_banded_result *got, size_t domain, double factor, double tol) {
  size_t n = 0;
  for (size_t i = 0; i < sx_table_rows(want); i++) {
    const char *statistic = text_at(col(want, "statistic"), i);
    if (strcmp(text_at(col(want, "case"), i), id) != 0) continue;
    const double value = sx_column_number(col(want, "value"), i), se = sx_column_number(col(want, "se"), i) * factor;
    const size_t at = sx_banded_find(got, statistic);
    n++;
    if (at == SIZE_MAX) {
      const double v = of_test(&got->domain[domain], statistic);
      if (!(fabs(v - value) <= 10 * tol * fabs(value))) SXT_FAIL("%s %s: %.12g, not %.12g", id, statistic, v, value);
      continue;
    }
    const sx_est_row *row = &got->set->rows[domain * got->set->n_levels + at];
    const bool misfit = strncmp(statistic, "misfit", 6) == 0;
    if (!(fabs(row->estimate - value) <= (misfit ? 0.01 * tol : tol * fabs(value))))
      SXT_FAIL("%s %s: %.12g, not %.12g", id, statistic, row->estimate, value);
    if (!isnan(se) && !(fabs(row->se - se) <= 10 * tol * se))
      SXT_FAIL("%s %s: standard error %.12g, not %.12g", id, statistic, row->se, se);
  }
  return n;
}

static void check_fit(const char *id, sx_banded_fit which, bool exact, size_t tail, double tol, size_t rows) {
  load();
  sx_design *d = design_of(false);
  sx_banded_result *got = fit(d, which, exact, tail, NULL);
  CHECK_INT(agree(id, got, 0, 1, tol), rows);
  sx_banded_result_free(got);
  sx_design_free(d);
}

static void test_lognormal(void) {
  check_fit("lognormal", SX_BANDED_LOGNORMAL, false, 2, 1e-8, 22);
  check_fit("svymle", SX_BANDED_LOGNORMAL, false, 2, 1e-6, 2); /* its Hessian is a numerical one */
  check_fit("survreg", SX_BANDED_LOGNORMAL, false, 2, 1e-10, 2);
}

static void test_beta(void) {
  check_fit("gb2", SX_BANDED_GB2, false, 2, 1e-6, 25);
  check_fit("singh-maddala", SX_BANDED_SINGH_MADDALA, false, 2, 1e-7, 24);
  check_fit("dagum", SX_BANDED_DAGUM, false, 2, 1e-7, 24);
  check_fit("fisk", SX_BANDED_FISK, false, 2, 1e-8, 23);
}

static void test_exact(void) {
  check_fit("lognormal-exact", SX_BANDED_LOGNORMAL, true, 2, 1e-8, 11);
  check_fit("gb2-exact", SX_BANDED_GB2, true, 2, 1e-6, 14);
}

static void test_midpoints(void) {
  check_fit("pareto", SX_BANDED_PARETO, false, 2, 1e-10, 2);
  check_fit("rpme", SX_BANDED_RPME, false, 2, 1e-10, 1);
  check_fit("midpoint", SX_BANDED_MIDPOINT, false, 2, 1e-10, 1);
  check_fit("pareto-4", SX_BANDED_PARETO, false, 4, 1e-9, 1);
}

/* The comparison rows beside a fit are the methods' own estimates. */
static void test_compare(void) {
  load();
  sx_design *d = design_of(false);
  sx_banded_result *fitted = fit(d, SX_BANDED_LOGNORMAL, false, 2, NULL),
                   *rpme = fit(d, SX_BANDED_RPME, false, 2, NULL);
  const size_t at = sx_banded_find(fitted, "mean_rpme");
  REQUIRE(at != SIZE_MAX);
  CHECK_NEAR(fitted->set->rows[at].estimate, rpme->set->rows[0].estimate, 1e-14);
  CHECK_NEAR(fitted->set->rows[at].se, rpme->set->rows[0].se, 1e-14);
  sx_banded_result_free(fitted);
  sx_banded_result_free(rpme);
  sx_design_free(d);
}

static void test_domain(void) {
  load();
  const char *by = "g";
  sx_groups *g = NULL;
  REQUIRE_OK(sx_groups_new(&g, data, &by, 1, err));
  sx_design *d = design_of(false);
  sx_banded_result *got = fit(d, SX_BANDED_LOGNORMAL, false, 2, g);
  CHECK_INT(g->n_groups, 2);
  const size_t a = strcmp(g->level_text[0][g->key_level[0]], "a") == 0 ? 0 : 1;
  CHECK_INT(agree("lognormal-a", got, a, 1, 1e-8), 11);
  sx_banded_result_free(got);
  sx_groups_free(g);
  sx_design_free(d);
}

/* Unweighted, every case its own PSU, known amounts and two open intervals: survreg's robust error up to n/(n - 1). */
static void test_survreg(void) {
  load();
  sx_design *d = design_of(true);
  sx_banded_result *got = NULL;
  sx_banded_request r = SX_BANDED_REQUEST_INIT;
  r.lower = col(data, "tail_lower");
  r.upper = col(data, "tail_upper");
  REQUIRE_OK(sx_estimate_banded(&got, d, &r, NULL, err));
  CHECK_INT(got->n_bands, 0);
  CHECK_INT(agree("survreg-plain", got, 0, sqrt(480.0 / 479), 1e-9), 2);
  sx_banded_result_free(got);
  sx_design_free(d);
}

/* The limits in columns are the bands again. */
static void test_limits(void) {
  load();
  sx_design *d = design_of(false);
  sx_banded_result *got = NULL, *coded = fit(d, SX_BANDED_GB2, false, 2, NULL);
  sx_banded_request r = SX_BANDED_REQUEST_INIT;
  r.lower = col(data, "lower");
  r.upper = col(data, "upper");
  r.fit = SX_BANDED_GB2;
  r.probs = probs;
  r.n_probs = 3;
  REQUIRE_OK(sx_estimate_banded(&got, d, &r, NULL, err));
  CHECK_INT(got->n_bands, 7);
  REQUIRE(got->set->n_rows == coded->set->n_rows);
  for (size_t k = 0; k < got->set->n_rows; k++) {
    CHECK_NEAR(got->set->rows[k].estimate, coded->set->rows[k].estimate, 1e-12);
    CHECK_NEAR(got->set->rows[k].se, coded->set->rows[k].se, 1e-9);
  }
  CHECK_STR(got->band[6].code, "5000..");
  sx_banded_result_free(got);
  sx_banded_result_free(coded);
  sx_design_free(d);
}

SXT_MAIN(SXT_CASE(test_lognormal), SXT_CASE(test_beta), SXT_CASE(test_exact), SXT_CASE(test_midpoints),
         SXT_CASE(test_compare), SXT_CASE(test_domain), SXT_CASE(test_survreg), SXT_CASE(test_limits))
