/* Two waves: persons interviewed again, and what a model says of another wave. */
#include <math.h>

#include "synth_fixture.h"

enum { N = 40000, M = 30000 };

static const char waves[] =
    "waves:\n"
    "  before:\n"
    "    title: {zh: 上一期, en: Before}\n"
    "    rates: before.csv\n"
    "    assumptions: [{name: earlier, zh: 更早, en: earlier}]\n"
    "    variables:\n"
    "      - {name: day, type: date, stay: 0, uniform: [2024-12-01, 2024-12-31]}\n"
    "      - {name: spent, amount: {of: other, total: 200000, sigma: 0.8, multiplier: spend}}\n";
static const char earlier_rates[] = "age_class,sex,user,buyer,pays,items_a,items_b,over100\n"
                                    "young,male,0.8,0.7,0.5,0.3,0.45,0.2\nyoung,female,0.7,0.75,0.4,0.3,0.5,0.15\n"
                                    "old,male,0.3,0.5,0.2,0.3,0.3,0.05\nold,female,0.4,0.4,0.3,0.25,0.35,0.1\n";

static sx_synth_model *load(const char *wave, const char *more) {
  static char body[16384];
  sx_error err = SX_ERROR_INIT;
  sx_synth_model *m = NULL;
  snprintf(body, sizeof body, "%s%s", fixture_body, more);
  fixture_files(body);
  fixture_write("before.csv", earlier_rates);
  if (sx_synth_load_wave(&m, NULL, fixture_path("model.yaml"), wave, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return m;
}

static sx_table *draw(const sx_synth_model *m, size_t n, uint64_t seed, sx_synth_panel panel) {
  sx_error err = SX_ERROR_INIT;
  sx_table *t = NULL;
  if (sx_synth_generate(&t, m, &(sx_synth_sample){n, seed, panel}, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return t;
}

static bool cells_agree(const sx_table *a, size_t i, const sx_table *b, size_t j, const char *name) {
  const sx_column *x = sx_table_find(a, name), *y = sx_table_find(b, name);
  const bool gone = sx_column_missing(x, i), absent = sx_column_missing(y, j);
  if (gone || absent) return gone == absent;
  if (x->type == SX_TEXT) return x->data.code[i] == y->data.code[j];
  return sx_column_number(x, i) == sx_column_number(y, j);
}

static size_t id_of(const sx_table *t, size_t i) {
  return (size_t)sx_column_number(sx_table_find(t, "id"), i);
}

/* Row of `first` that row i of `second` was, SIZE_MAX for a new person. */
static size_t was(const sx_table *second, size_t i) {
  const size_t id = id_of(second, i);
  return id <= M ? id - 1 : SIZE_MAX;
}

static void the_same_people_come_back(void) {
  static const char *const own[] = {"region", "sex", "birth_year", "age_class", "phones"};
  sx_synth_model *m = load(NULL, "");
  sx_table *first = draw(m, M, 3, (sx_synth_panel){0}), *second = draw(m, N, 4, (sx_synth_panel){3, M, 0.3, 0.5});
  size_t again[2] = {0}, rows[2] = {0};
  uint8_t *seen = calloc(M + N + 1, 1);
  REQUIRE(seen != NULL);
  for (size_t i = 0; i < N; i++) {
    const size_t old = was(second, i), region = (size_t)sx_column_number(sx_table_find(second, "region"), i) - 1;
    CHECK(!seen[id_of(second, i)]);
    seen[id_of(second, i)] = 1;
    rows[region]++;
    if (old == SIZE_MAX) continue;
    again[region]++;
    CHECK_INT(id_of(first, old), id_of(second, i));
    for (size_t k = 0; k < sizeof own / sizeof *own; k++) CHECK(cells_agree(first, old, second, i, own[k]));
  }
  for (size_t h = 0; h < 2; h++) CHECK_INT(again[h], (size_t)(0.3 * (double)rows[h] + 0.5));
  free(seen);
  sx_table_free(first);
  sx_table_free(second);
  sx_synth_free(m);
}

/* Share of the panel whose cell is the same in both waves. */
static double agreement(const sx_table *first, const sx_table *second, const char *name) {
  double n = 0, same = 0;
  for (size_t i = 0; i < sx_table_rows(second); i++) {
    const size_t old = was(second, i);
    if (old == SIZE_MAX) continue;
    n++;
    same += cells_agree(first, old, second, i, name);
  }
  return same / n;
}

static void answers_stay_as_often_as_asked(void) {
  sx_synth_model *m = load(NULL, "");
  sx_table *first = draw(m, M, 3, (sx_synth_panel){0});
  const double stays[] = {0, 0.5, 1};
  for (size_t k = 0; k < 3; k++) {
    sx_table *second = draw(m, M, 4, (sx_synth_panel){3, M, 1, stays[k]});
    /* a day of thirty: the kept ones, and a thirtieth of the others; four standard errors are 0.012 */
    CHECK(fabs(agreement(first, second, "day") - stays[k] - (1 - stays[k]) / 30) < 0.012);
    if (stays[k] == 1)
      for (size_t c = 0; c < sx_table_columns(first); c++) {
        const char *name = sx_table_get(first, c)->name;
        CHECK_NEAR(agreement(first, second, name), 1, 0);
      }
    sx_table_free(second);
  }
  sx_table_free(first);
  sx_synth_free(m);
}

/* Women answer half as often again as men: weighed back, each region to its people. */
static double weighted(const sx_table *t, const char *name) {
  static const double people[2] = {10000, 1000};
  double sum[2] = {0}, n[2] = {0};
  const sx_column *x = sx_table_find(t, name), *w = sx_table_find(t, "weight"), *sex = sx_table_find(t, "sex");
  for (size_t i = 0; i < sx_table_rows(t); i++) {
    const size_t region = (size_t)sx_column_number(sx_table_find(t, "region"), i) - 1;
    const bool female = sx_dict_get(sex->dict, sex->data.code[i], NULL)[0] == 'f';
    const double weight = sx_column_number(w, i) / (female ? 1.5 : 1);
    n[region] += weight;
    if (!sx_column_missing(x, i)) sum[region] += weight * sx_column_number(x, i);
  }
  return sum[0] / n[0] * people[0] + sum[1] / n[1] * people[1];
}

/* Keeping draws leaves each wave a sample of its own model; totals within four standard errors, found by linearisation at
 * about 0.3 % for users and 1 % for amounts. */
static void each_wave_has_its_own_totals(void) {
  sx_synth_model *now = load(NULL, waves), *then = load("before", waves);
  sx_table *second = draw(now, N, 4, (sx_synth_panel){3, M, 0.7, 0.8}), *first = draw(then, M, 3, (sx_synth_panel){0});
  double user[2] = {0}, spent[2] = {0};
  REQUIRE_OK(sx_synth_truth(&user[0], then, "user", NULL, NULL, err));
  REQUIRE_OK(sx_synth_truth(&user[1], now, "user", NULL, NULL, err));
  REQUIRE_OK(sx_synth_truth(&spent[0], then, "spent", NULL, NULL, err));
  REQUIRE_OK(sx_synth_truth(&spent[1], now, "spent", NULL, NULL, err));
  CHECK_NEAR(spent[0], 200000, 1e-3);
  CHECK_NEAR(spent[1], 250000, 1e-3);
  CHECK_NEAR(user[1] - user[0], 0.1 * 11000, 1e-6); /* every rate is a tenth lower */
  CHECK_NEAR(weighted(first, "user") / user[0], 1, 0.015);
  CHECK_NEAR(weighted(second, "user") / user[1], 1, 0.015);
  CHECK_NEAR(weighted(first, "spent") / spent[0], 1, 0.05);
  CHECK_NEAR(weighted(second, "spent") / spent[1], 1, 0.05);
  CHECK(strstr(sx_table_meta(first, "synthetic"), "small, before; seed 3") != NULL);
  CHECK_STR(sx_table_meta(first, "title"), "Before");
  CHECK_INT(sx_synth_assumptions(then), sx_synth_assumptions(now) + 1);
  /* `stay: 0` of the variable: whatever the panel says, its draw is new */
  sx_table *again = draw(then, M, 5, (sx_synth_panel){3, M, 1, 1});
  CHECK(fabs(agreement(first, again, "day") - 1.0 / 31) < 0.005);
  CHECK_NEAR(agreement(first, again, "area"), 1, 0);
  sx_table_free(again);
  sx_table_free(first);
  sx_table_free(second);
  sx_synth_free(now);
  sx_synth_free(then);
}

static void samples_that_cannot_be(void) {
  sx_synth_model *m = load(NULL, waves), *none = NULL;
  sx_table *t = NULL;
  const sx_synth_sample bad[] = {{100, 4, {3, 100, 1.5, 0.5}},
                                 {100, 4, {3, 100, 0.5, (double)NAN}},
                                 {100, 4, {3, 1, 0.5, 0.5}},
                                 {100, 4, {4, 100, 0.5, 0.5}}};
  static const char *const says[] = {"share and stay", "share and stay", "no panel for 2 strata", "sample's own"};
  for (size_t i = 0; i < 4; i++)
    CHECK_FAILS(sx_synth_generate(&t, m, &bad[i], err), SX_E_ARGUMENT, "model.yaml", says[i]);
  CHECK(t == NULL);
  sx_synth_free(m);
  CHECK_FAILS(sx_synth_load_wave(&none, NULL, fixture_path("model.yaml"), "after", err), SX_E_PARSE,
              "model.yaml:", "declares no wave 'after'");
  static char body[16384];
  snprintf(body, sizeof body, "%swaves: {before: {variables: [{name: nobody, flag: 0.5}]}}\n", fixture_body);
  fixture_files(body);
  CHECK_FAILS(sx_synth_load_wave(&none, NULL, fixture_path("model.yaml"), "before", err), SX_E_PARSE,
              "model.yaml:", "no variable 'nobody'");
  snprintf(body, sizeof body, "%swaves: {before: {rate: x.csv}}\n", fixture_body);
  fixture_files(body);
  CHECK_FAILS(sx_synth_load(&none, NULL, fixture_path("model.yaml"), err), SX_E_PARSE, "model.yaml:", "rate");
  CHECK(none == NULL);
  (void)unlink(fixture_path("before.csv"));
  fixture_clean();
}

SXT_MAIN(SXT_CASE(the_same_people_come_back), SXT_CASE(answers_stay_as_often_as_asked),
         SXT_CASE(each_wave_has_its_own_totals), SXT_CASE(samples_that_cannot_be))
