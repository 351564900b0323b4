/* Accounts: closed forms on outside figures, additivity in value and carrier, scopes, and what is refused. */
#include "shuxiao/accounts.h"

#include "sxt.h"

static sx_est *figure(double value, double se) {
  sx_est *est = NULL;
  if (sx_est_outside(&est, NULL, value, se, (double)INFINITY, NULL) != SX_OK) SXT_FAIL("figure");
  return est;
}

static const sx_account_row *find(const sx_account_result *result, const char *id, const char *scope,
                                  sx_account_measure measure) {
  for (size_t i = 0; i < result->n_rows; i++) {
    const sx_account_row *row = &result->rows[i];
    const bool same_scope = scope ? row->scope && strcmp(row->scope, scope) == 0 : !row->scope;
    if (same_scope && row->measure == measure && strcmp(row->id, id) == 0) return row;
  }
  return NULL;
}

#define VALUE(id, scope, measure) sx_est_value(find(result, id, scope, measure)->est)
#define SE(id, scope, measure)    sx_est_se(find(result, id, scope, measure)->est)

/* total = goods + content; content = games + video. games: 500 people x 0.4 x 20 yuan = 4000. */
typedef struct sample {
  sx_est *n, *p, *s, *video, *goods, *benchmark;
  sx_account *account;
} sample;

static void sample_init(sample *x) {
  const char *const narrow[] = {"narrow", "broad"}, *const broad[] = {"broad"};
  *x = (sample){figure(500, 10), figure(0.4, 0.02), figure(20, 1), figure(1000, 50),
                figure(5000, 0), figure(40000, 0),  NULL};
  const sx_account_leaf games = {.population = x->n, .penetration = x->p, .spend = x->s};
  const sx_account_leaf video = {.total = x->video}, goods = {.total = x->goods};
  CHECK_OK(sx_account_new(&x->account, NULL, err));
  CHECK_OK(sx_account_add(x->account, "total", NULL, NULL, 0, NULL, err));
  CHECK_OK(sx_account_add(x->account, "goods", "total", broad, 1, &goods, err));
  CHECK_OK(sx_account_add(x->account, "content", "total", narrow, 2, NULL, err));
  CHECK_OK(sx_account_add(x->account, "games", "content", NULL, 0, &games, err));
  CHECK_OK(sx_account_add(x->account, "video", "content", NULL, 0, &video, err));
}

static void sample_clear(sample *x) {
  sx_account_free(x->account);
  sx_est_free(x->n);
  sx_est_free(x->p);
  sx_est_free(x->s);
  sx_est_free(x->video);
  sx_est_free(x->goods);
  sx_est_free(x->benchmark);
}

/* Independent factors, first order: V(nps) = (ps)^2 V(n) + (ns)^2 V(p) + (np)^2 V(s). */
static void levels_and_errors(void) {
  sample x;
  sample_init(&x);
  sx_account_result *result = NULL;
  REQUIRE_OK(sx_account_compute(&result, x.account, NULL, err));
  const double v_games = 8.0 * 8.0 * 100.0 + 10000.0 * 10000.0 * 0.0004 + 200.0 * 200.0 * 1.0;
  CHECK_NEAR(VALUE("games", NULL, SX_ACCOUNT_LEVEL), 4000.0, 1e-14);
  CHECK_NEAR(SE("games", NULL, SX_ACCOUNT_LEVEL), sqrt(v_games), 1e-13);
  CHECK_NEAR(VALUE("content", NULL, SX_ACCOUNT_LEVEL), 5000.0, 1e-14);
  CHECK_NEAR(SE("content", NULL, SX_ACCOUNT_LEVEL), sqrt(v_games + 2500.0), 1e-13);
  CHECK_NEAR(VALUE("total", NULL, SX_ACCOUNT_LEVEL), 10000.0, 1e-14);
  CHECK_NEAR(SE("total", NULL, SX_ACCOUNT_LEVEL), sqrt(v_games + 2500.0), 1e-13);
  CHECK(!find(result, "total", NULL, SX_ACCOUNT_SHARE_OF_PARENT));
  CHECK(!find(result, "total", NULL, SX_ACCOUNT_SHARE_OF_BENCHMARK));
  sx_account_result_free(result);
  sample_clear(&x);
}

/* share q = g/(g+v): V(q) = (v^2 V(g) + g^2 V(v)) / (g+v)^4. A share of a benchmark without error scales the level's. */
static void shares(void) {
  sample x;
  sample_init(&x);
  sx_account_result *result = NULL;
  REQUIRE_OK(sx_account_compute(&result, x.account, x.benchmark, err));
  const double g = 4000, v = 1000, vg = 86400, vv = 2500;
  CHECK_NEAR(VALUE("games", NULL, SX_ACCOUNT_SHARE_OF_PARENT), 0.8, 1e-14);
  CHECK_NEAR(SE("games", NULL, SX_ACCOUNT_SHARE_OF_PARENT), sqrt(v * v * vg + g * g * vv) / pow(g + v, 2), 1e-12);
  CHECK_NEAR(VALUE("games", NULL, SX_ACCOUNT_SHARE_OF_TOTAL), 0.4, 1e-14);
  CHECK_NEAR(VALUE("total", NULL, SX_ACCOUNT_SHARE_OF_BENCHMARK), 0.25, 1e-14);
  CHECK_NEAR(SE("total", NULL, SX_ACCOUNT_SHARE_OF_BENCHMARK), sqrt(vg + vv) / 40000.0, 1e-13);
  const double together =
      VALUE("games", NULL, SX_ACCOUNT_SHARE_OF_PARENT) + VALUE("video", NULL, SX_ACCOUNT_SHARE_OF_PARENT);
  CHECK_NEAR(together, 1.0, 1e-14);
  /* two shares that add to one have the same error, and covariance minus the variance */
  const sx_est *a = find(result, "games", NULL, SX_ACCOUNT_SHARE_OF_PARENT)->est;
  const sx_est *b = find(result, "video", NULL, SX_ACCOUNT_SHARE_OF_PARENT)->est;
  CHECK_NEAR(sx_est_cov(a, b), -sx_est_variance(a), 1e-10);
  sx_account_result_free(result);
  sample_clear(&x);
}

static void scopes(void) {
  sample x;
  sample_init(&x);
  sx_account_result *result = NULL;
  REQUIRE_OK(sx_account_compute(&result, x.account, NULL, err));
  CHECK_NEAR(VALUE("total", "narrow", SX_ACCOUNT_LEVEL), 5000.0, 1e-14);
  CHECK_NEAR(VALUE("total", "broad", SX_ACCOUNT_LEVEL), 10000.0, 1e-14);
  CHECK(!find(result, "goods", "narrow", SX_ACCOUNT_LEVEL));
  CHECK_NEAR(VALUE("games", "narrow", SX_ACCOUNT_SHARE_OF_TOTAL), 0.8, 1e-14);
  sx_account_result_free(result);
  sample_clear(&x);
}

static void refusals(void) {
  sample x;
  sample_init(&x);
  sx_account *a = x.account;
  const sx_account_leaf leaf = {.total = x.video}, half = {.population = x.n, .total = x.video},
                        partial = {.population = x.n};
  const char *const goods_codes[] = {"D1", "D2"}, *const clash[] = {"D9", "D2"}, *const odd[] = {"odd"};
  CHECK_FAILS(sx_account_add(a, "games", "content", NULL, 0, &leaf, err), SX_E_DATA, "games", "occurs twice");
  CHECK_FAILS(sx_account_add(a, "other", NULL, NULL, 0, &leaf, err), SX_E_DATA, "other", "second root");
  CHECK_FAILS(sx_account_add(a, "other", "nowhere", NULL, 0, &leaf, err), SX_E_DATA, "other",
              "unknown parent 'nowhere'");
  CHECK_FAILS(sx_account_add(a, "other", "games", NULL, 0, &leaf, err), SX_E_DATA, "other", "is a leaf");
  CHECK_FAILS(sx_account_add(a, "other", "total", NULL, 0, &half, err), SX_E_ARGUMENT, "other", "all three");
  CHECK_FAILS(sx_account_add(a, "other", "total", NULL, 0, &partial, err), SX_E_ARGUMENT, "other", "all three");
  CHECK_OK(sx_account_set_codes(a, "goods", goods_codes, 2, err));
  CHECK_FAILS(sx_account_set_codes(a, "games", clash, 2, err), SX_E_DATA, "games", "overlaps 'goods'");
  CHECK_FAILS(sx_account_set_codes(a, "content", clash, 1, err), SX_E_DATA, "content", "only a leaf");
  CHECK_FAILS(sx_account_set_codes(a, "nobody", clash, 1, err), SX_E_DATA, "nobody", "no node");
  sx_account_result *result = NULL;
  CHECK_OK(sx_account_add(a, "services", "total", NULL, 0, NULL, err));
  CHECK_FAILS(sx_account_compute(&result, a, NULL, err), SX_E_DATA, "services", "no children");
  CHECK_OK(sx_account_add(a, "takeaway", "services", odd, 1, &leaf, err));
  CHECK_FAILS(sx_account_compute(&result, a, NULL, err), SX_E_DATA, "", "not nested");
  CHECK(result == NULL);
  sample_clear(&x);
}

SXT_MAIN(SXT_CASE(levels_and_errors), SXT_CASE(shares), SXT_CASE(scopes), SXT_CASE(refusals))
