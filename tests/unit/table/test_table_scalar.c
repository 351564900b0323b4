/* Formulas over named numbers: values, gradients against closed forms and finite differences, what has no answer. */
#include "shuxiao/table.h"
#include "sxt.h"

static const char *const NAMES[] = {"x", "y", "users.z"};

static sx_status scalar(double *out, double *gradient, const char *text, const double *value, sx_error *err) {
  sx_expr *e = NULL;
  sx_status st = sx_expr_parse(&e, NULL, text, err);
  if (st == SX_OK) st = sx_expr_scalar(out, gradient, e, NAMES, value, 3, err);
  sx_expr_free(e);
  return st;
}

static void closed_forms(void) {
  const double x = 1.7, y = -0.6, z = 2.25, v[] = {x, y, z};
  const struct {
    const char *text;
    double value, dx, dy, dz;
  } cases[] = {
      {"x", x, 1, 0, 0},
      {"3", 3, 0, 0, 0},
      {"x + y - users.z", x + y - z, 1, 1, -1},
      {"x * y", x * y, y, x, 0},
      {"x / users.z", x / z, 1 / z, 0, -x / (z * z)},
      {"-x ^ 2", -x * x, -2 * x, 0, 0},
      {"y ^ 3", y * y * y, 0, 3 * y * y, 0},
      {"y ^ 0", 1, 0, 0, 0},
      {"x ^ users.z", pow(x, z), z * pow(x, z - 1), 0, pow(x, z) * log(x)},
      {"2 ^ y", pow(2, y), 0, pow(2, y) * log(2), 0},
      {"sqrt(x * users.z)", sqrt(x * z), 0.5 * sqrt(z / x), 0, 0.5 * sqrt(x / z)},
      {"exp(x * y)", exp(x * y), y * exp(x * y), x * exp(x * y), 0},
      {"log(x / users.z)", log(x / z), 1 / x, 0, -1 / z},
      {"min(x, y, users.z)", y, 0, 1, 0},
      {"max(x, y, users.z)", z, 0, 0, 1},
      {"max(x, x)", x, 1, 0, 0},
      {"abs(y) + abs(x)", x - y, 1, -1, 0},
      {"abs(x - x)", 0, 0, 0, 0},
      {"x * x * x", x * x * x, 3 * x * x, 0, 0},
      {"x / x", 1, 0, 0, 0},
      {"(x - y) / (x + y)", (x - y) / (x + y), 2 * y / ((x + y) * (x + y)), -2 * x / ((x + y) * (x + y)), 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double out = 0, g[3] = {9, 9, 9};
    REQUIRE_OK(scalar(&out, g, cases[i].text, v, err));
    const int before = sxt_failures;
    CHECK_NEAR(out, cases[i].value, 1e-14);
    CHECK_NEAR(g[0], cases[i].dx, 1e-14);
    CHECK_NEAR(g[1], cases[i].dy, 1e-14);
    CHECK_NEAR(g[2], cases[i].dz, 1e-14);
    if (sxt_failures != before) fprintf(stderr, "  in %s\n", cases[i].text);
  }
}

/* Central differences: the error of the difference is O(h^2) plus rounding over h. */
static void finite_differences(void) {
  static const char *const formulas[] = {
      "x / (y + users.z) - exp(-x) * log(y) / 3",
      "sqrt(x ^ 2 + y ^ 2) * users.z ^ x / max(x, y)",
      "(x * y + x * users.z + 3) / (x + y * 2 + users.z) ^ 1.5 - min(x * y, users.z)",
      "log(exp(x) + exp(y)) - abs(x - y * users.z)",
  };
  const double v[] = {1.3, 2.1, 0.7};
  for (size_t f = 0; f < sizeof formulas / sizeof *formulas; f++) {
    double out = 0, g[3];
    REQUIRE_OK(scalar(&out, g, formulas[f], v, err));
    for (int k = 0; k < 3; k++) {
      const double h = 1e-5;
      double up[3] = {v[0], v[1], v[2]}, down[3] = {v[0], v[1], v[2]}, a = 0, b = 0;
      up[k] += h;
      down[k] -= h;
      REQUIRE_OK(scalar(&a, NULL, formulas[f], up, err));
      REQUIRE_OK(scalar(&b, NULL, formulas[f], down, err));
      CHECK(fabs(g[k] - (a - b) / (2 * h)) < 1e-8 * (1 + fabs(g[k])));
    }
  }
}

static void long_sum(void) {
  enum { TERMS = 600 };
  sx_buf text;
  sx_buf_init(&text, NULL);
  char *names[TERMS];
  double value[TERMS], gradient[TERMS], out = 0, want = 0;
  for (int i = 0; i < TERMS; i++) {
    names[i] = malloc(16);
    REQUIRE(names[i]);
    (void)snprintf(names[i], 16, "n%d", i);
    value[i] = i + 1;
    want += 2 * value[i];
    sx_buf_printf(&text, "%s2 * n%d", i ? " + " : "", i);
  }
  sx_expr *e = NULL;
  REQUIRE_OK(sx_expr_parse(&e, NULL, text.data, err));
  REQUIRE_OK(sx_expr_scalar(&out, gradient, e, (const char *const *)names, value, TERMS, err));
  CHECK(out == want);
  for (int i = 0; i < TERMS; i++) CHECK(gradient[i] == 2);
  for (int i = 0; i < TERMS; i++) free(names[i]);
  sx_expr_free(e);
  sx_buf_clear(&text);
}

static void no_answer(void) {
  const double v[] = {0, -1, (double)NAN};
  static const char *const gone[] = {"1 / x",   "log(x)",     "log(y)",      "sqrt(y)",     "users.z + 1",
                                     "y ^ 0.5", "exp(1 / x)", "users.z ^ 0", "1 ^ users.z", "1e300 * 1e300 + x"};
  for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
    double out = 0, g[3] = {0, 0, 0};
    REQUIRE_OK(scalar(&out, g, gone[i], v, err));
    if (!isnan(out) || !isnan(g[0]) || !isnan(g[2])) SXT_FAIL("%s is %g", gone[i], out);
  }
  double out = 1, g[3];
  REQUIRE_OK(scalar(&out, g, "sqrt(x)", v, err)); /* a value without a derivative */
  CHECK(out == 0 && isnan(g[0]) && g[1] == 0);
}

static void refusals(void) {
  const double v[] = {1, 2, 3};
  double out = 7;
  CHECK_FAILS(scalar(&out, NULL, "x + users.zz", v, err), SX_E_ARGUMENT, "column 5", "did you mean 'users.z'");
  CHECK_FAILS(scalar(&out, NULL, "x + 人口", v, err), SX_E_ARGUMENT, "column 5", "nothing called '人口'");
  CHECK_FAILS(scalar(&out, NULL, "if(x, 1, 2)", v, err), SX_E_ARGUMENT, "column 1", "'if' has no place");
  CHECK_FAILS(scalar(&out, NULL, "1 + (x > 1)", v, err), SX_E_ARGUMENT, "column 8", "'>' has no place");
  CHECK_FAILS(scalar(&out, NULL, "x + 'a'", v, err), SX_E_ARGUMENT, "column 5", "a text has no place");
  CHECK_FAILS(scalar(NULL, NULL, "x", v, err), SX_E_ARGUMENT, "", "NULL");
  CHECK(out == 7);
}

SXT_MAIN(SXT_CASE(closed_forms), SXT_CASE(finite_differences), SXT_CASE(long_sum), SXT_CASE(no_answer),
         SXT_CASE(refusals))
