/* Small areas: closed forms of the balanced model, areas without a direct estimate, benchmarking, scales of covariates, the mean squared
 * error against simulation, what is refused. The milk data are in tests/reference/test_area.c. */
#include "est_help.h"
#include "shuxiao/estimate_area.h"

static sx_area_fit *fit_of(const sx_area_request *r) {
  sx_area_fit *fit = NULL;
  sx_error err = SX_ERROR_INIT;
  if (sx_estimate_area(&fit, NULL, r, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return fit;
}

static const sx_area_method all_methods[] = {SX_AREA_REML, SX_AREA_ML, SX_AREA_FH, SX_AREA_PR};

/* Equal variances psi: A = SS/(m - p) - psi (REML, FH, PR) or SS/m - psi (ML), SS of the plain regression; beta is the plain one. Here
 * y on x = -2..2 with slope 1 and residuals 1, -2, 0, 2, -1 (times 3): SS = 90. */
static void test_balanced(void) {
  static const double x[] = {-2, -1, 0, 1, 2}, e[] = {3, -6, 0, 6, -3};
  double y[5], psi[5];
  for (size_t i = 0; i < 5; i++) {
    y[i] = 10 + x[i] + e[i];
    psi[i] = 4;
  }
  /* e is orthogonal to 1 and nearly to x: sum x e = -6 + 6 + 0 + 6 - 6 = 0 */
  for (size_t k = 0; k < 4; k++) {
    sx_area_request r = SX_AREA_REQUEST_INIT;
    r.n = 5;
    r.direct = y;
    r.variance = psi;
    r.n_covariates = 1;
    r.covariates = x;
    r.method = all_methods[k];
    sx_area_fit *f = fit_of(&r);
    const double a = r.method == SX_AREA_ML ? 90.0 / 5 - 4 : 90.0 / 3 - 4, v = a + 4, b = 4 / v;
    CHECK_NEAR(f->sigma2, a, 1e-11);
    CHECK_NEAR(f->beta[0], 10, 1e-13);
    CHECK_NEAR(f->beta[1], 1, 1e-12);
    CHECK_NEAR(f->beta_se[0], sqrt(v / 5), 1e-11);
    CHECK_NEAR(f->beta_se[1], sqrt(v / 10), 1e-11);
    CHECK_NEAR(f->sigma2_se, sqrt(2 * v * v / 5), 1e-11);
    for (size_t i = 0; i < 5; i++) {
      const sx_area_row *row = &f->rows[i];
      const double spread = v * (0.2 + x[i] * x[i] / 10);
      CHECK_NEAR(row->gamma, 1 - b, 1e-11);
      CHECK_NEAR(row->eblup, 10 + x[i] + (1 - b) * e[i], 1e-11);
      CHECK_NEAR(row->g1, 4 * a / v, 1e-11);
      CHECK_NEAR(row->g2, b * b * spread, 1e-11);
      CHECK_NEAR(row->g3, b * b / v * 2 * v * v / 5, 1e-11);
      /* the bias of ML: -p v/m; of the moment equation 0 here */
      const double bias = r.method == SX_AREA_ML ? -2 * v / 5 : 0;
      CHECK_NEAR(row->mse, row->g1 + row->g2 + 2 * row->g3 - bias * b * b, 1e-11);
      CHECK_NEAR(row->high - row->low, 2 * 1.959963984540054 * sqrt(row->mse), 1e-11);
      CHECK_NEAR(row->estimate, row->eblup, 0);
    }
    sx_area_free(f);
  }
}

/* Direct estimates that vary less than their errors: nothing between areas, every estimate is synthetic. */
static void test_boundary(void) {
  static const double y[] = {5, 5.1, 4.9, 5, 5.05}, psi[] = {4, 5, 4, 6, 4};
  for (size_t k = 0; k < 4; k++) {
    sx_area_request r = SX_AREA_REQUEST_INIT;
    r.n = 5;
    r.direct = y;
    r.variance = psi;
    r.method = all_methods[k];
    sx_area_fit *f = fit_of(&r);
    CHECK_NEAR(f->sigma2, 0, 0);
    for (size_t i = 0; i < 5; i++) {
      CHECK_NEAR(f->rows[i].gamma, 0, 0);
      CHECK_NEAR(f->rows[i].eblup, f->beta[0], 1e-15);
      CHECK(f->rows[i].mse > 0);
    }
    sx_area_free(f);
  }
}

enum { M = 12 };
typedef struct case12 {
  double y[M], psi[M], x[2 * M];
} case12;

static void fill(case12 *c) {
  eh_state = 19;
  for (size_t i = 0; i < M; i++) {
    c->x[2 * i] = eh_uniform();
    c->x[2 * i + 1] = (double)(i % 4);
    c->psi[i] = 0.2 + eh_uniform();
    c->y[i] = 3 + 2 * c->x[2 * i] - c->x[2 * i + 1] + 1.5 * sx_num_norm_quantile(eh_uniform());
  }
}

static sx_area_request request_of(const case12 *c) {
  sx_area_request r = SX_AREA_REQUEST_INIT;
  r.n = M;
  r.direct = c->y;
  r.variance = c->psi;
  r.n_covariates = 2;
  r.covariates = c->x;
  return r;
}

/* An area without a direct estimate changes nothing for the others and has x'b with A + x'Qx. */
static void test_synthetic(void) {
  case12 c;
  fill(&c);
  sx_area_request r = request_of(&c);
  r.n = M - 1;
  sx_area_fit *without = fit_of(&r);
  c.y[M - 1] = (double)NAN;
  c.psi[M - 1] = (double)NAN;
  r = request_of(&c);
  sx_area_fit *with = fit_of(&r);
  CHECK_INT(with->n_direct, M - 1);
  for (size_t i = 0; i + 1 < M; i++) {
    CHECK_NEAR(with->rows[i].eblup, without->rows[i].eblup, 1e-13);
    CHECK_NEAR(with->rows[i].mse, without->rows[i].mse, 1e-13);
  }
  const sx_area_row *row = &with->rows[M - 1];
  const double *b = with->beta, *x = c.x + 2 * (M - 1);
  CHECK_NEAR(row->eblup, b[0] + b[1] * x[0] + b[2] * x[1], 1e-12);
  CHECK_NEAR(row->mse, with->sigma2 + row->g2, 1e-13);
  CHECK(isnan(row->direct) && isnan(row->direct_se) && row->gamma == 0 && row->g2 > 0);
  /* the limit of a direct estimate that knows nothing */
  c.y[M - 1] = 0;
  c.psi[M - 1] = 1e12;
  sx_area_fit *vague = fit_of(&r);
  CHECK_NEAR(vague->rows[M - 1].eblup, row->eblup, 1e-9);
  CHECK_NEAR(vague->sigma2, with->sigma2, 1e-9);
  sx_area_free(with);
  sx_area_free(without);
  sx_area_free(vague);
}

/* Covariates in other units and places, areas in another order: the same estimates. */
static void test_invariance(void) {
  case12 c, moved;
  fill(&c);
  sx_area_request r = request_of(&c), s = request_of(&moved);
  for (size_t i = 0; i < M; i++) {
    const size_t to = (i * 5) % M;
    moved.y[to] = c.y[i];
    moved.psi[to] = c.psi[i];
    moved.x[2 * to] = 2e9 + 1e6 * c.x[2 * i];
    moved.x[2 * to + 1] = 1e-7 * c.x[2 * i + 1];
  }
  sx_area_fit *f = fit_of(&r), *g = fit_of(&s);
  CHECK_NEAR(g->sigma2, f->sigma2, 1e-9);
  CHECK_NEAR(g->beta[1] * 1e6, f->beta[1], 1e-8);
  CHECK_NEAR(g->beta_se[2] * 1e-7, f->beta_se[2], 1e-9);
  for (size_t i = 0; i < M; i++) {
    CHECK_NEAR(g->rows[(i * 5) % M].eblup, f->rows[i].eblup, 1e-9);
    CHECK_NEAR(g->rows[(i * 5) % M].mse, f->rows[i].mse, 1e-9);
  }
  sx_area_free(f);
  sx_area_free(g);
  /* the intercept given as a covariate */
  double x[3 * M];
  for (size_t i = 0; i < M; i++) {
    x[3 * i] = 1;
    x[3 * i + 1] = c.x[2 * i];
    x[3 * i + 2] = c.x[2 * i + 1];
  }
  f = fit_of(&r);
  r.covariates = x;
  r.n_covariates = 3;
  r.no_intercept = true;
  g = fit_of(&r);
  for (size_t j = 0; j < 3; j++) {
    CHECK_NEAR(g->beta[j], f->beta[j], 1e-10);
    CHECK_NEAR(g->beta_se[j], f->beta_se[j], 1e-10);
  }
  sx_area_free(f);
  sx_area_free(g);
}

static void test_benchmark(void) {
  case12 c;
  fill(&c);
  double share[M], ratio = 0, difference = 0;
  for (size_t i = 0; i < M; i++) share[i] = 1 + (double)i;
  sx_area_request r = request_of(&c);
  sx_area_fit *plain = fit_of(&r);
  CHECK(isnan(plain->adjustment));
  r.share = share;
  r.total = 100;
  r.benchmark = SX_AREA_RATIO;
  sx_area_fit *f = fit_of(&r);
  r.benchmark = SX_AREA_DIFFERENCE;
  sx_area_fit *g = fit_of(&r);
  for (size_t i = 0; i < M; i++) {
    ratio += share[i] * f->rows[i].estimate;
    difference += share[i] * g->rows[i].estimate;
    CHECK_NEAR(f->rows[i].estimate / plain->rows[i].eblup, f->adjustment, 1e-12);
    CHECK_NEAR(g->rows[i].estimate - plain->rows[i].eblup, g->adjustment, 1e-9);
    CHECK_NEAR(f->rows[i].eblup, plain->rows[i].eblup, 0);
  }
  CHECK_NEAR(ratio, 100, 1e-12);
  CHECK_NEAR(difference, 100, 1e-12);
  sx_area_free(plain);
  sx_area_free(f);
  sx_area_free(g);
}

/* 3,000 draws of the model with 30 areas: the mean of the estimated mean squared errors against the mean of the squared errors, over
 * all areas. g1 + g2 alone, which takes A as known, falls short. */
static void test_mse_simulated(void) {
  enum { AREAS = 30, DRAWS = 3000 };
  double x[AREAS], psi[AREAS], y[AREAS], theta[AREAS];
  for (size_t i = 0; i < AREAS; i++) {
    x[i] = (double)i / AREAS;
    psi[i] = 0.6 + 0.4 * (double)(i % 4);
  }
  for (size_t k = 0; k < 4; k++) {
    double error = 0, stated = 0, naive = 0;
    eh_state = 2024;
    for (int draw = 0; draw < DRAWS; draw++) {
      for (size_t i = 0; i < AREAS; i++) {
        theta[i] = 5 + 2 * x[i] + sx_num_norm_quantile(eh_uniform());
        y[i] = theta[i] + sqrt(psi[i]) * sx_num_norm_quantile(eh_uniform());
      }
      sx_area_request r = SX_AREA_REQUEST_INIT;
      r.n = AREAS;
      r.direct = y;
      r.variance = psi;
      r.n_covariates = 1;
      r.covariates = x;
      r.method = all_methods[k];
      sx_area_fit *f = fit_of(&r);
      for (size_t i = 0; i < AREAS; i++) {
        const double miss = f->rows[i].eblup - theta[i];
        error += miss * miss;
        stated += f->rows[i].mse;
        naive += f->rows[i].g1 + f->rows[i].g2;
      }
      sx_area_free(f);
    }
    CHECK_NEAR(stated / error, 1, 0.04);
    CHECK(naive / error < 0.93);
  }
}

static void test_refusals(void) {
  static const char *const names[M] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
  static const char *const covariates[] = {"income", "age"};
  case12 c;
  fill(&c);
  sx_area_request r = request_of(&c);
  r.names = names;
  r.covariate_names = covariates;
  sx_area_fit *f = NULL;
  c.psi[3] = 0;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &r, err), SX_E_DATA, "d", "sampling variance is 0");
  c.psi[3] = 1;
  c.x[9] = (double)NAN;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &r, err), SX_E_DATA, "e", "age is missing");
  c.x[9] = 1;
  c.y[2] = (double)INFINITY;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &r, err), SX_E_DATA, "c", "not finite");
  c.y[2] = 1;
  case12 same = c;
  for (size_t i = 0; i < M; i++) same.x[2 * i + 1] = 3 * same.x[2 * i] - 1;
  sx_area_request s = r;
  s.covariates = same.x;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_DATA, "", "combination of the other");
  for (size_t i = 0; i < M; i++) same.x[2 * i + 1] = 0.1;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_DATA, "age", "or constant");
  s = r;
  s.n = 3;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_DATA, "", "3 areas have a direct estimate");
  s.n = 0;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_ARGUMENT, "", "needs areas");
  s = r;
  s.method = (sx_area_method)9;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_ARGUMENT, "", "unknown method");
  s = r;
  s.ci_level = 1;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_ARGUMENT, "ci_level", "between 0 and 1");
  s = r;
  s.benchmark = SX_AREA_RATIO;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_ARGUMENT, "benchmark", "share of every area");
  double share[M] = {1, 1, -1};
  s.share = share;
  s.total = 5;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_DATA, "c", "0 or above");
  memset(share, 0, sizeof share);
  s.benchmark = SX_AREA_DIFFERENCE;
  CHECK_FAILS(sx_estimate_area(&f, NULL, &s, err), SX_E_DATA, "benchmark", "cannot be adjusted");
  sx_area_method m = SX_AREA_REML;
  CHECK_FAILS(sx_area_method_parse(&m, "mcmc", err), SX_E_ARGUMENT, "", "reml, ml, fh or pr");
  CHECK(f == NULL);
}

SXT_MAIN(SXT_CASE(test_balanced), SXT_CASE(test_boundary), SXT_CASE(test_synthetic), SXT_CASE(test_invariance),
         SXT_CASE(test_benchmark), SXT_CASE(test_mse_simulated), SXT_CASE(test_refusals))
