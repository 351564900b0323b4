/* test_estimate_late.c: an estimate whose carrier is written out late has the bits of one that has it at once: value, error, carrier, what is
 * computed from it, also after its operands are gone and when several threads read it first. */
#include "est_help.h"

enum { ROWS = 2500, OPERANDS = 3, READERS = 64 };

static const char *const names[] = {"a", "b", "c"};

static void same_bits(double a, double b) {
  CHECK(memcmp(&a, &b, sizeof a) == 0);
}

static void same(const sx_est *a, const sx_est *b) {
  void *pa = NULL, *pb = NULL;
  size_t na = 0, nb = 0;
  same_bits(sx_est_value(a), sx_est_value(b));
  same_bits(sx_est_variance(a), sx_est_variance(b));
  same_bits(sx_est_df(a), sx_est_df(b));
  REQUIRE_OK(sx_est_pack(&pa, &na, NULL, a, err));
  REQUIRE_OK(sx_est_pack(&pb, &nb, NULL, b, err));
  CHECK(na == nb && memcmp(pa, pb, na) == 0);
  sx_mem_free(NULL, pa);
  sx_mem_free(NULL, pb);
}

typedef struct reader {
  const sx_est *late;
  double cov[READERS];
} reader;

static sx_status read_one(void *data, size_t k, sx_error *err) {
  reader *r = data;
  (void)err;
  r->cov[k] = sx_est_cov(r->late, r->late);
  return SX_OK;
}

/* Operands written out, all but the last. */
static void operands(sx_est **out, const sx_design *d, const sx_table *t) {
  static const char *const of[] = {"y", "x", "u"};
  for (size_t k = 0; k < OPERANDS; k++) {
    sx_est *mean = eh_one(d, SX_STAT_MEAN, sx_table_find(t, of[k]), NULL, NULL);
    REQUIRE_OK(sx_est_expand(&out[k], mean, err));
    sx_est_free(mean);
  }
}

/* Many at once: the bits of each pair alone, on carriers written out and in terms. */
static void check_covariances(const sx_design *d, const sx_table *t, const sx_est *const *written) {
  const sx_est *e[2 * OPERANDS];
  sx_est *own[OPERANDS];
  double v[4 * OPERANDS * OPERANDS];
  for (size_t k = 0; k < OPERANDS; k++) {
    own[k] = eh_one(d, SX_STAT_TOTAL, sx_table_find(t, k == 0 ? "y" : k == 1 ? "x" : "u"), NULL, NULL);
    e[k] = written[k];
    e[OPERANDS + k] = own[k];
  }
  REQUIRE_OK(sx_est_covariances(v, NULL, e, 2 * OPERANDS, err));
  for (size_t j = 0; j < 2 * OPERANDS; j++)
    for (size_t i = 0; i <= j; i++) same_bits(v[i + 2 * OPERANDS * j], sx_est_cov(e[i], e[j]));
  for (size_t k = 0; k < OPERANDS; k++) sx_est_free(own[k]);
}

static void check_design(const sx_table *t, const sx_design_spec *spec) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.n_threads = 4;
  sx_design *d = eh_design(&ctx, t, spec);
  sx_est *v[OPERANDS] = {NULL}, *now = NULL, *late = NULL, *sum = NULL, *late_sum = NULL, *on_now = NULL,
         *on_late = NULL;
  sx_expr *formula = NULL;
  operands(v, d, t);
  const sx_est *const values[] = {v[0], v[1], v[2]};
  const double coef[] = {1, -0.5, 3};
  check_covariances(d, t, values);
  REQUIRE_OK(sx_expr_parse(&formula, NULL, "a * b / c + b", err));
  REQUIRE_OK(sx_est_formula(&now, &ctx, formula, names, values, 3, err));
  REQUIRE_OK(sx_est_formula_late(&late, &ctx, formula, names, values, 3, err));
  REQUIRE_OK(sx_est_linear(&sum, &ctx, coef, values, 3, err));
  REQUIRE_OK(sx_est_linear_late(&late_sum, &ctx, coef, values, 3, err));
  same_bits(sx_est_variance(now), sx_est_variance(late));
  for (size_t k = 0; k < OPERANDS; k++) sx_est_free(v[k]); /* the late ones hold them */
  const sx_est *const of_now[] = {now, sum, now}, *const of_late[] = {late, late_sum, now};
  REQUIRE_OK(sx_est_formula(&on_now, &ctx, formula, names, of_now, 3, err));
  REQUIRE_OK(sx_est_formula_late(&on_late, &ctx, formula, names, of_late, 3, err));
  reader r = {on_late, {0}};
  REQUIRE_OK(sx_parallel_for(&ctx, READERS, read_one, &r, err));
  for (size_t k = 0; k < READERS; k++) same_bits(r.cov[k], sx_est_cov(on_now, on_now));
  same_bits(sx_est_cov(late, sum), sx_est_cov(now, late_sum));
  same(now, late);
  same(sum, late_sum);
  same(on_now, on_late);
  CHECK(sx_est_independent(now, late) == sx_est_independent(now, sum));
  sx_est_free(now);
  sx_est_free(late);
  sx_est_free(sum);
  sx_est_free(late_sum);
  sx_est_free(on_now);
  sx_est_free(on_late);
  sx_expr_free(formula);
  sx_design_free(d);
}

/* The same estimate asked for twice over is the same, one of other cases, another number or written out is not known to be. */
static void test_same(void) {
  sx_table *t = eh_sample(ROWS, 7, 300);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  sx_design *d = eh_design(NULL, t, &s);
  sx_est *y = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "y"), NULL, NULL),
         *x = eh_one(d, SX_STAT_MEAN, sx_table_find(t, "x"), NULL, NULL);
  sx_est *of[4] = {NULL}, *whole = NULL, *outside[2] = {NULL, NULL};
  const sx_est *const one[] = {y}, *const two[] = {y, x};
  const double twice[] = {2, 2}, more[] = {2, 3};
  REQUIRE_OK(sx_est_linear(&of[0], NULL, twice, one, 1, err));
  REQUIRE_OK(sx_est_linear(&of[1], NULL, twice, one, 1, err));
  REQUIRE_OK(sx_est_linear(&of[2], NULL, twice, two, 2, err));
  REQUIRE_OK(sx_est_linear(&of[3], NULL, more, two, 2, err));
  REQUIRE_OK(sx_est_expand(&whole, of[0], err));
  for (size_t k = 0; k < 2; k++) REQUIRE_OK(sx_est_outside(&outside[k], NULL, 5, 1, 9, err));
  CHECK(sx_est_same(of[0], of[1]) && sx_est_same(y, y) && sx_est_same(NULL, NULL));
  CHECK(!sx_est_same(of[0], y) && !sx_est_same(y, x) && !sx_est_same(y, NULL));
  CHECK(!sx_est_same(of[2], of[3]) && !sx_est_same(of[0], whole));
  CHECK(sx_est_same(outside[0], outside[0]) && !sx_est_same(outside[0], outside[1])); /* two figures that are equal */
  same_bits(sx_est_cov(whole, of[2]), sx_est_cov(of[1], of[2]));
  for (size_t k = 0; k < 4; k++) sx_est_free(of[k]);
  for (size_t k = 0; k < 2; k++) sx_est_free(outside[k]);
  sx_est_free(whole);
  sx_est_free(y);
  sx_est_free(x);
  sx_design_free(d);
  sx_table_free(t);
}

static void test_designs(void) {
  static const char *const psu[] = {"psu"};
  sx_table *t = eh_sample(ROWS, 7, 300), *few = eh_sample(ROWS, 5, 60);
  sx_column *lonely = eh_number(t, "h4", NULL);
  for (size_t i = 0; i < ROWS; i++) lonely->data.f64[i] = i == 0 ? 9 : (double)(i % 4);
  sx_design_spec s = SX_DESIGN_SPEC_INIT;
  s.weights = "w";
  s.strata = "h";
  check_design(t, &s);
  s.clusters = psu;
  s.n_clusters = 1;
  check_design(t, &s);
  check_design(few, &s); /* short carriers */
  s.fpc = "N";
  check_design(t, &s);
  sx_design_spec one = SX_DESIGN_SPEC_INIT;
  one.weights = "w";
  one.strata = "h4";
  one.lonely = SX_LONELY_ADJUST;
  check_design(t, &one);
  one.lonely = SX_LONELY_AVERAGE;
  check_design(t, &one);
  sx_table_free(t);
  sx_table_free(few);
}

SXT_MAIN(SXT_CASE(test_designs), SXT_CASE(test_same))
