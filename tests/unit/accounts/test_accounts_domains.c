/* One tree in several domains: what stands in for what the sample does not allow, flags, and what is refused. */
#include "accounts_help.h"

enum { DOMAINS = 4, LEAVES = 2 };

static sx_est *missing(ah_pool *p) {
  sx_est *est = NULL;
  if (sx_est_missing(&est, NULL, SX_NA_EMPTY_DOMAIN, NULL) != SX_OK) abort();
  return ah_keep(p, est);
}

typedef struct sample {
  ah_pool pool;
  sx_account *tree;
  sx_account_cell cells[DOMAINS * LEAVES];
  sx_account_domain_request request;
} sample;

static const char *const leaves[] = {"games", "goods"}, *const names[] = {"A", "B", "C", "D"};

/* A: all well. B: games of 5 interviews. C: games without a value, a model's spend. D: goods with a cv of 0.5, a model's total. */
static void sample_init(sample *s) {
  memset(s, 0, sizeof *s);
  ah_pool *p = &s->pool;
  const sx_account_leaf any = {.total = ah_figure(p, 1, 0)};
  CHECK_OK(sx_account_new(&s->tree, NULL, err));
  CHECK_OK(sx_account_add(s->tree, "total", NULL, NULL, 0, NULL, err));
  const char *const narrow[] = {"narrow"};
  CHECK_OK(sx_account_add(s->tree, "games", "total", narrow, 1, &any, err));
  CHECK_OK(sx_account_add(s->tree, "goods", "total", NULL, 0, &any, err));
  CHECK_OK(sx_account_adjust(s->tree, "cover", "games", SX_ACCOUNT_COVERAGE, ah_figure(p, 0.5, 0), err));
  CHECK_OK(sx_account_set_period(s->tree, "total", ah_figure(p, 2, 0), NULL, err));
  for (size_t d = 0; d < DOMAINS; d++) {
    sx_account_cell *games = &s->cells[d * LEAVES], *goods = games + 1;
    games->direct = (sx_account_leaf){
        .population = ah_figure(p, 100, 0), .penetration = ah_figure(p, 0.5, 0.02), .spend = ah_figure(p, 4, 0.4)};
    goods->direct.total = ah_figure(p, 1000, d == 3 ? 500 : 50);
    games->n = d == 1 ? 5 : 400;
    goods->n = SIZE_MAX;
  }
  s->cells[2 * LEAVES].direct.spend = missing(p);
  s->cells[2 * LEAVES].model.spend = ah_figure(p, 3, 1);
  s->cells[3 * LEAVES + 1].model.total = ah_figure(p, 900, 90);
  s->request = (sx_account_domain_request){leaves, LEAVES, names, DOMAINS, s->cells, NULL};
}

static void sample_clear(sample *s) {
  sx_account_free(s->tree);
  ah_clear(&s->pool);
}

#define FLAGS(d, id, scope, measure) ah_row(r->domains[d].result, id, scope, SX_ACCOUNT_##measure)->flags

static void stand_ins(void) {
  sample s;
  sx_account_domains *r = NULL;
  sample_init(&s);
  REQUIRE_OK(sx_account_compute_domains(&r, s.tree, &s.request, NULL, err));
  CHECK_INT(r->n, DOMAINS);
  CHECK_STR(r->domains[2].name, "C");
  /* games 200 x 2 / 0.5 = 800; goods 2000 */
  CHECK_NEAR(ah_value(r->domains[0].result, "total", SX_ACCOUNT_LEVEL), 2800.0, 1e-14);
  CHECK_NEAR(ah_value(r->domains[1].result, "total", SX_ACCOUNT_LEVEL), 2800.0, 1e-14);
  CHECK_NEAR(ah_value(r->domains[2].result, "total", SX_ACCOUNT_LEVEL), 2600.0, 1e-14);
  CHECK_NEAR(ah_value(r->domains[3].result, "total", SX_ACCOUNT_LEVEL), 2600.0, 1e-14);
  CHECK_NEAR(sx_est_variance(ah_row(r->domains[3].result, "goods", NULL, SX_ACCOUNT_LEVEL)->est), 180.0 * 180, 1e-13);
  static const sx_account_reason reason[DOMAINS][LEAVES] = {{SX_ACCOUNT_REASON_NONE, SX_ACCOUNT_REASON_NONE},
                                                            {SX_ACCOUNT_REASON_FEW, SX_ACCOUNT_REASON_NONE},
                                                            {SX_ACCOUNT_REASON_MISSING, SX_ACCOUNT_REASON_NONE},
                                                            {SX_ACCOUNT_REASON_NONE, SX_ACCOUNT_REASON_CV}};
  for (size_t d = 0; d < DOMAINS; d++)
    for (size_t k = 0; k < LEAVES; k++) CHECK_INT(r->domains[d].leaves[k].reason, reason[d][k]);
  CHECK(!r->domains[1].leaves[0].model && r->domains[2].leaves[0].model && r->domains[3].leaves[1].model);
  CHECK_NEAR(r->domains[3].leaves[1].direct_cv, 0.5, 1e-15);
  CHECK(isnan(r->domains[2].leaves[0].direct));
  CHECK_INT(FLAGS(0, "total", NULL, LEVEL), 0);
  CHECK_INT(FLAGS(1, "games", NULL, LEVEL), SX_ACCOUNT_WEAK);
  CHECK_INT(FLAGS(1, "cover", NULL, LEVEL), SX_ACCOUNT_WEAK);
  CHECK_INT(FLAGS(1, "total", NULL, LEVEL), SX_ACCOUNT_WEAK);
  CHECK_INT(FLAGS(1, "goods", NULL, LEVEL), 0);
  CHECK_INT(FLAGS(1, "goods", NULL, SHARE_OF_TOTAL), SX_ACCOUNT_WEAK); /* the whole is weak */
  CHECK_INT(FLAGS(2, "games", "narrow", LEVEL), SX_ACCOUNT_MODEL_BASED);
  CHECK_INT(FLAGS(3, "total", NULL, LEVEL), SX_ACCOUNT_MODEL_BASED);
  CHECK_INT(FLAGS(3, "total", "narrow", LEVEL), 0); /* goods are not in it */
  CHECK_STR(sx_account_reason_name(SX_ACCOUNT_REASON_CV), "cv");
  sx_account_domains_free(r);
  sample_clear(&s);
}

static void options(void) {
  sample s;
  sx_account_domains *r = NULL;
  sx_account_domain_options o = SX_ACCOUNT_DOMAIN_OPTIONS_INIT;
  sample_init(&s);
  s.cells[2 * LEAVES].model.spend = NULL; /* nothing stands in: missing, and so is the total */
  o.min_n = 5;
  o.max_cv = (double)NAN;
  const sx_est *benchmarks[DOMAINS] = {ah_figure(&s.pool, 28000, 0), NULL, NULL, NULL};
  s.request.benchmarks = benchmarks;
  REQUIRE_OK(sx_account_compute_domains(&r, s.tree, &s.request, &o, err));
  CHECK_NEAR(ah_value(r->domains[0].result, "total", SX_ACCOUNT_SHARE_OF_BENCHMARK), 0.1, 1e-14);
  CHECK(!ah_row(r->domains[1].result, "total", NULL, SX_ACCOUNT_SHARE_OF_BENCHMARK));
  CHECK_INT(FLAGS(1, "total", NULL, LEVEL), 0);
  CHECK_INT(FLAGS(2, "total", NULL, LEVEL), SX_ACCOUNT_WEAK | SX_ACCOUNT_NO_VALUE);
  CHECK_INT(sx_est_na(ah_row(r->domains[2].result, "total", NULL, SX_ACCOUNT_LEVEL)->est), SX_NA_EMPTY_DOMAIN);
  CHECK_INT(FLAGS(3, "total", NULL, LEVEL), 0);
  sx_account_domains_free(r);
  r = NULL;
  o.prefer_model = true;
  REQUIRE_OK(sx_account_compute_domains(&r, s.tree, &s.request, &o, err));
  CHECK_INT(FLAGS(3, "total", NULL, LEVEL), SX_ACCOUNT_MODEL_BASED);
  CHECK_INT(r->domains[3].leaves[1].reason, SX_ACCOUNT_REASON_NONE);
  /* the gap between two domains, by node */
  sx_account_changes *gap = NULL;
  s.cells[3 * LEAVES + 1].model.total = NULL;
  CHECK_OK(sx_account_contributions(&gap, r->domains[0].account, r->domains[3].account, NULL, err));
  CHECK_NEAR(sx_est_value(ah_change(gap, "total", SX_ACCOUNT_DIFFERENCE)), -200.0, 1e-13);
  sx_account_changes_free(gap);
  sx_account_domains_free(r);
  sample_clear(&s);
}

static void refusals(void) {
  sample s;
  sx_account_domains *r = NULL;
  sample_init(&s);
  const char *const wrong[] = {"games", "total"};
  s.request.leaf_ids = wrong;
  CHECK_FAILS(sx_account_compute_domains(&r, s.tree, &s.request, NULL, err), SX_E_DATA, "total", "no leaf 'total'");
  s.request.leaf_ids = leaves;
  s.cells[LEAVES].direct.spend = NULL;
  CHECK_FAILS(sx_account_compute_domains(&r, s.tree, &s.request, NULL, err), SX_E_ARGUMENT, "B: games",
              "spend is missing");
  s.request.n_domains = 0;
  CHECK_FAILS(sx_account_compute_domains(&r, s.tree, &s.request, NULL, err), SX_E_ARGUMENT, "", "a cell for each");
  s.request.n_domains = 1;
  CHECK_OK(sx_account_adjust(s.tree, "taken", "total", SX_ACCOUNT_AMOUNT, ah_figure(&s.pool, 1, 0), err));
  CHECK_FAILS(sx_account_compute_domains(&r, s.tree, &s.request, NULL, err), SX_E_DATA, "taken", "declare a share");
  CHECK(!r);
  sample_clear(&s);
}

SXT_MAIN(SXT_CASE(stand_ins), SXT_CASE(options), SXT_CASE(refusals))
