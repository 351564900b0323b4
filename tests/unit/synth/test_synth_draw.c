/* Drawing: the same bits whatever the threads and batches, routing, refusals, and rates and totals over large samples against
 * the model's own truth and against closed forms. */
#include "synth_fixture.h"

static sx_synth_model *load(int n_threads) {
  sx_ctx ctx = SX_CTX_INIT;
  sx_error err = SX_ERROR_INIT;
  sx_synth_model *m = NULL;
  ctx.n_threads = n_threads;
  fixture_files(fixture_body);
  if (sx_synth_load(&m, &ctx, fixture_path("model.yaml"), &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  return m;
}

static sx_table *sample(size_t n, uint64_t seed, int n_threads) {
  sx_error err = SX_ERROR_INIT;
  sx_table *t = NULL;
  sx_synth_model *m = load(n_threads);
  if (sx_synth_generate(&t, m, &(sx_synth_sample){.n = n, .seed = seed}, &err) != SX_OK) {
    fprintf(stderr, "%s: %s\n", err.where, err.message);
    exit(1);
  }
  sx_synth_free(m);
  return t;
}

static const sx_column *col(const sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  if (!c) {
    fprintf(stderr, "no column %s\n", name);
    exit(1);
  }
  return c;
}

static double at(const sx_table *t, const char *name, size_t i) {
  return sx_column_number(col(t, name), i);
}

static bool same_cell(const sx_column *a, size_t i, const sx_column *b, size_t j) {
  if ((a->miss ? a->miss[i] : 0) != (b->miss ? b->miss[j] : 0)) return false;
  if (a->type == SX_TEXT) return a->data.code[i] == b->data.code[j];
  return memcmp(&a->data.i64[i], &b->data.i64[j], 8) == 0 || (a->miss && a->miss[i] == SX_MISS_SYSTEM);
}

static bool same(const sx_table *a, const sx_table *b) {
  if (sx_table_rows(a) != sx_table_rows(b) || sx_table_columns(a) != sx_table_columns(b)) return false;
  for (size_t k = 0; k < sx_table_columns(a); k++)
    for (size_t i = 0; i < sx_table_rows(a); i++)
      if (!same_cell(sx_table_get(a, k), i, sx_table_get(b, k), i)) return false;
  return true;
}

static void the_bits_do_not_depend_on_threads(void) {
  sx_table *one = sample(20001, 5, 1), *two = sample(20001, 5, 2), *eight = sample(20001, 5, 8),
           *other = sample(20001, 6, 1);
  CHECK(same(one, two));
  CHECK(same(one, eight));
  CHECK(!same(one, other));
  sx_table_free(one);
  sx_table_free(two);
  sx_table_free(eight);
  sx_table_free(other);
}

static void a_file_holds_the_rows_of_the_table(void) {
  const sx_ctx ctx = SX_CTX_INIT;
  sx_table *t = sample(150000, 5, 2), *back = NULL;
  sx_synth_model *m = load(2);
  REQUIRE_OK(sx_synth_write(m, &(sx_synth_sample){.n = 150000, .seed = 5}, fixture_path("out.csv"),
                            err)); /* several chunks of many batches */
  REQUIRE_OK(sx_io_read(&back, &ctx, fixture_path("out.csv"), NULL, err));
  CHECK_INT(sx_table_rows(back), 150000);
  static const char *const names[] = {"id", "phones", "weight", "day", "pays", "spent", "mood", "band"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    const sx_column *a = col(t, names[k]), *b = col(back, names[k]);
    size_t wrong = 0;
    for (size_t i = 0; i < 150000; i++) { /* CSV keeps the code of a declared missing and not the class */
      const bool lost = a->miss && a->miss[i] == SX_MISS_SYSTEM;
      const double x = a->type == SX_NUMBER ? a->data.f64[i] : (double)a->data.i64[i];
      const double y = b->type == SX_NUMBER ? b->data.f64[i] : (double)b->data.i64[i];
      wrong += lost ? !sx_column_missing(b, i) : sx_column_missing(b, i) || x != y;
    }
    if (wrong) SXT_FAIL("%s differs in %zu rows", names[k], wrong);
  }
  sx_table_free(t);
  sx_table_free(back);
  sx_synth_free(m);
}

/* A variable's draws hang on its name alone: taking another one out changes nothing else. */
static void other_variables_do_not_disturb(void) {
  const sx_ctx ctx = SX_CTX_INIT;
  static char body[8192];
  sx_table *whole = sample(5000, 5, 1), *part = NULL;
  sx_synth_model *m = NULL;
  const char *cut = strstr(fixture_body, "  - {name: visitor"), *rest = strstr(cut, "  - {name: gamer");
  snprintf(body, sizeof body, "%.*s%s", (int)(cut - fixture_body), fixture_body, rest);
  fixture_files(body);
  REQUIRE_OK(sx_synth_load(&m, &ctx, fixture_path("model.yaml"), err));
  REQUIRE_OK(sx_synth_generate(&part, m, &(sx_synth_sample){.n = 5000, .seed = 5}, err));
  CHECK(sx_table_find(part, "visitor") == NULL);
  for (size_t k = 0; k < sx_table_columns(part); k++) {
    const sx_column *a = sx_table_get(part, k), *b = col(whole, a->name);
    size_t wrong = 0;
    for (size_t i = 0; i < 5000; i++) wrong += !same_cell(a, i, b, i);
    if (wrong) SXT_FAIL("%s changed in %zu rows", a->name, wrong);
  }
  sx_table_free(whole);
  sx_table_free(part);
  sx_synth_free(m);
}

static void strata_get_their_sizes(void) {
  sx_table *t = sample(1000, 1, 1); /* sqrt(10000) : sqrt(1000) = 100 : 31.6; minimum 100 does not bind */
  size_t n1 = 0;
  for (size_t i = 0; i < 1000; i++) n1 += at(t, "region", i) == 1;
  CHECK_INT(n1, 760);
  CHECK_NEAR(at(t, "weight", 0) * at(t, "phones", 0), 10000.0 / 760, 1e-15);
  CHECK_NEAR(at(t, "weight", 999) * at(t, "phones", 999), 1000.0 / 240, 1e-15);
  sx_table_free(t);
  t = sample(300, 1, 1); /* 228 : 72 is below the minimum of 100 */
  n1 = 0;
  for (size_t i = 0; i < 300; i++) n1 += at(t, "region", i) == 1;
  CHECK_INT(n1, 200);
  sx_table_free(t);
  t = sample(101, 1, 1); /* the minimum is cut to what n allows */
  n1 = 0;
  for (size_t i = 0; i < 101; i++) n1 += at(t, "region", i) == 1;
  CHECK_INT(n1, 51);
  sx_table_free(t);
}

static void routing(void) {
  sx_table *t = sample(20000, 9, 2);
  size_t wrong = 0, covered = 0, refused = 0, payers = 0, tagged = 0, bands = 0;
  for (size_t i = 0; i < 20000; i++) {
    const bool user = at(t, "user", i) == 1, buyer = at(t, "buyer", i) == 1, gamer = at(t, "gamer", i) == 1;
    wrong += sx_column_missing(col(t, "buyer"), i) == user;                           /* asked of users only */
    wrong += sx_column_missing(col(t, "pays"), i) == gamer;                           /* of gamers */
    wrong += at(t, "pays", i) == 1 && !buyer;                                         /* who must buy */
    wrong += gamer && !buyer && at(t, "pays", i) != 0;                                /* else 0, not missing */
    if (user) wrong += buyer != (at(t, "item_a", i) == 1 || at(t, "item_b", i) == 1); /* cover */
    covered += buyer;
    if (buyer) wrong += at(t, "other", i) != 1 && at(t, "pays", i) != 1; /* ensure */
    if (user) wrong += (at(t, "neither", i) == 1) != (!buyer && !gamer);
    if (user && !buyer) wrong += at(t, "kind", i) == 1;
    if (buyer) wrong += at(t, "kind", i) != 1;
    const sx_column *amt = col(t, "amt");
    payers += at(t, "pays", i) == 1;
    if (amt->miss[i] == SX_MISS_USER) {
      refused++;
      tagged += amt->data.f64[i] == -8;
      wrong += amt->data.f64[i] != -9 && amt->data.f64[i] != -8;
      wrong += at(t, "pays", i) != 1;
      bands += !sx_column_missing(col(t, "band"), i);
    } else if (at(t, "pays", i) == 1) {
      wrong += !(at(t, "amt", i) > 0) || (at(t, "amt_over100", i) == 1) != (at(t, "amt", i) > 100);
      wrong += at(t, "band", i) != 1 + (at(t, "amt", i) > 100);
    } else if (gamer) {
      wrong += at(t, "amt", i) != 0 || at(t, "band", i) != 0;
    }
    wrong += at(t, "day", i) < 20240 || at(t, "day", i) > 20269; /* 2025-06-01 .. 30 */
    wrong += at(t, "age", i) != 2024 - at(t, "birth_year", i);
  }
  CHECK_INT(wrong, 0);
  CHECK(covered > 5000);
  CHECK(fabs((double)refused / (double)payers - 0.2) < 0.03);
  CHECK(fabs((double)tagged / (double)refused - 0.25) < 0.08);
  CHECK(fabs((double)bands / (double)refused - 0.5) < 0.1);
  sx_table_free(t);
}

/* ---- rates and totals ---- */

typedef struct tally {
  double w, wx, wwxx, ww, wwx;
} tally;
static void add(tally *s, double w, double x) {
  s->w += w;
  s->wx += w * x;
  s->ww += w * w;
  s->wwx += w * w * x;
  s->wwxx += w * w * x * x;
}
/* z of the weighted mean against `want`, with-replacement, one stratum. */
static double z_of(const tally *s, double want) {
  const double m = s->wx / s->w;
  return (m - want) / sqrt((s->wwxx - 2 * m * s->wwx + m * m * s->ww) / (s->w * s->w));
}
/* Corrects the response factor of the fixture: weight of women / 1.5. */
static double weight(const sx_table *t, size_t i) {
  return at(t, "weight", i) /
         (strcmp(sx_dict_get(col(t, "sex")->dict, col(t, "sex")->data.code[i], NULL), "female") == 0 ? 1.5 : 1);
}

static void rates_by_cell_are_those_declared(void) {
  enum { N = 400000 };
  static const struct {
    const char *name, *base;
    double rate[4]; /* cells: young male, young female, old male, old female */
  } v[] = {{"user", NULL, {0.9, 0.8, 0.4, 0.5}},       {"buyer", "user", {0.7, 0.75, 0.5, 0.4}},
           {"visitor", "user", {0.6, 0.6, 0.6, 0.6}},  {"gamer", "user", {0.5, 0.5, 0.5, 0.5}},
           {"pays", "gamer", {0.5, 0.4, 0.2, 0.3}},    {"item_a", "user", {0.3, 0.3, 0.3, 0.25}},
           {"item_b", "user", {0.45, 0.5, 0.3, 0.35}}, {"amt_over100", "gamer", {0.2, 0.15, 0.05, 0.1}},
           {"other", "buyer", {0.9, 0.9, 0.9, 0.9}}};
  sx_table *t = sample(N, 3, 2);
  const sx_column *sex = col(t, "sex");
  double worst = 0;
  for (size_t k = 0; k < sizeof v / sizeof *v; k++) {
    tally s[4] = {{0}};
    const sx_column *c = col(t, v[k].name), *b = v[k].base ? col(t, v[k].base) : NULL;
    for (size_t i = 0; i < N; i++) {
      const size_t cell =
          (at(t, "age", i) >= 60 ? 2U : 0U) + (sx_dict_get(sex->dict, sex->data.code[i], NULL)[0] == 'f' ? 1U : 0U);
      if (!b || sx_column_number(b, i) == 1)
        add(&s[cell], 1, sx_column_number(c, i)); /* within a cell all have one response */
    }
    for (size_t cell = 0; cell < 4; cell++) {
      const double z = z_of(&s[cell], v[k].rate[cell]);
      if (fabs(z) > 4) SXT_FAIL("%s in cell %zu: z = %.2f", v[k].name, cell, z);
      if (fabs(z) > worst) worst = fabs(z);
    }
  }
  CHECK(worst > 0.5); /* a test that is always near zero tests nothing */
  sx_table_free(t);
}

/* The two that share a draw are nested; their dependence with a third follows the bivariate normal law:
 * P(buyer and gamer) for correlation 0.6 * 0.5 = 0.3, by Drezner & Wesolowsky's integral in long double. */
static double both(double p, double q, double r) {
  const double h = -sx_exact_norm_quantile(p), k = -sx_exact_norm_quantile(q);
  double sum = 0;
  enum { M = 20000 };
  for (int i = 0; i < M; i++) {
    const double a = r * (i + 0.5) / M;
    sum += exp(-(h * h + k * k - 2 * a * h * k) / (2 * (1 - a * a))) / sqrt(1 - a * a);
  }
  return p * q + sum * r / M / (2 * acos(-1.0));
}

static void dependence_is_that_of_one_factor(void) {
  enum { N = 400000 };
  sx_table *t = sample(N, 4, 2);
  const sx_column *sex = col(t, "sex");
  tally s = {0}, nested = {0};
  for (size_t i = 0; i < N; i++) {
    if (at(t, "user", i) != 1 || at(t, "age", i) >= 60 || sx_dict_get(sex->dict, sex->data.code[i], NULL)[0] != 'm')
      continue;
    add(&s, 1, at(t, "buyer", i) == 1 && at(t, "gamer", i) == 1);
    add(&nested, 1, at(t, "visitor", i) == 1 && at(t, "buyer", i) != 1); /* 0.6 < 0.7: never */
  }
  CHECK(fabs(z_of(&s, both(0.7, 0.5, 0.3))) < 4);
  CHECK(fabs(z_of(&s, 0.35)) > 10); /* independence is rejected */
  CHECK(nested.wx == 0);
  sx_table_free(t);
}

static void weighted_totals_are_those_of_the_model(void) {
  enum { N = 400000 };
  static const char *const names[] = {"user", "buyer", "pays", "other", "amt", "spent", "bracketed"};
  sx_table *t = sample(N, 8, 2);
  sx_synth_model *m = load(1);
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    double truth = 0;
    const bool amount = strcmp(names[k], "amt") == 0;
    tally s = {0};
    REQUIRE_OK(sx_synth_truth(&truth, m, names[k], NULL, NULL, err));
    for (size_t i = 0; i < N; i++) { /* refusals fall at random among payers: a fifth */
      const double x = at(t, names[k], i), scale = amount ? 1 / 0.8 : 1;
      add(&s, weight(t, i), x == x ? x * scale : 0);
    }
    const double z = z_of(&s, truth / 11000);
    if (fabs(z) > 4) SXT_FAIL("%s: z = %.2f against %g", names[k], z, truth);
  }
  double x = 0;
  REQUIRE_OK(sx_synth_truth(&x, m, "amt", NULL, NULL, err));
  CHECK_NEAR(x, 400000, 1e-9);
  REQUIRE_OK(sx_synth_truth(&x, m, "spent", NULL, NULL, err));
  CHECK_NEAR(x, 250000, 1e-12);
  REQUIRE_OK(sx_synth_truth(&x, m, "user", NULL, NULL, err));
  CHECK_NEAR(x, 4300 * 0.9 + 3200 * 0.8 + 1100 * 0.4 + 2400 * 0.5, 1e-14);
  REQUIRE_OK(sx_synth_truth(&x, m, "buyer", "age_class", "old", err));
  CHECK_NEAR(x, 1100 * 0.4 * 0.5 + 2400 * 0.5 * 0.4, 1e-12);
  CHECK_FAILS(sx_synth_truth(&x, m, "byer", NULL, NULL, err), SX_E_ARGUMENT, "model.yaml", "no variable 'byer'");
  CHECK_FAILS(sx_synth_truth(&x, m, "user", "sex", "man", err), SX_E_ARGUMENT, "model.yaml", "no sex 'man'");
  CHECK_FAILS(sx_synth_truth(&x, m, "neither", NULL, NULL, err), SX_E_ARGUMENT, "model.yaml", "no probability");
  sx_table_free(t);
  sx_synth_free(m);
}

/* log spent - log mean + sigma^2/2 over sigma is standard normal, up to rounding: its variance and the multipliers' ratio. */
static void amounts_follow_their_law(void) {
  enum { N = 400000 };
  sx_table *t = sample(N, 2, 2);
  const sx_column *sex = col(t, "sex");
  double n[2] = {0}, sum[2] = {0}, square[2] = {0}, coarse = 0, big = 0;
  for (size_t i = 0; i < N; i++) {
    const double x = at(t, "spent", i);
    if (!(x > 0) || at(t, "age", i) >= 60) continue;
    const int f = sx_dict_get(sex->dict, sex->data.code[i], NULL)[0] == 'f';
    n[f]++;
    sum[f] += log(x);
    square[f] += log(x) * log(x);
    if (x >= 50 && x < 200) {
      big++;
      coarse += fmod(x, 10) == 0;
    }
  }
  for (int f = 0; f < 2; f++) CHECK_NEAR(square[f] / n[f] - pow(sum[f] / n[f], 2), 0.64, 0.02);
  CHECK_NEAR(sum[0] / n[0] - sum[1] / n[1], log(2), 0.02);
  CHECK(fabs(coarse / big - (0.7 + 0.3 * 0.1)) < 0.02); /* 70 % rounded to tens, a tenth of the rest is by chance */
  sx_table_free(t);
}

static void the_file_says_that_it_is_synthetic(void) {
  const sx_ctx ctx = SX_CTX_INIT;
  sx_synth_model *m = load(1);
  sx_table *t = NULL;
  REQUIRE_OK(sx_synth_write(m, &(sx_synth_sample){.n = 500, .seed = 77}, fixture_path("out.sav"), err));
  REQUIRE_OK(sx_io_read(&t, &ctx, fixture_path("out.sav"), NULL, err));
  const char *title = sx_table_meta(t, "title"), *notes = sx_table_meta(t, "notes"),
             *synthetic = sx_table_meta(t, "synthetic");
  char all[4096];
  snprintf(all, sizeof all, "%s|%s|%s", title ? title : "", notes ? notes : "", synthetic ? synthetic : "");
  CHECK(strstr(all, "small; seed 77") != NULL);
  CHECK(strstr(all, "SYNTHETIC") != NULL || synthetic != NULL);
  const sx_column *user = col(t, "user");
  CHECK_STR(user->label, "User");
  CHECK_STR(sx_column_value_label(user, 1), "Yes");
  const sx_mrset *set = sx_table_find_mrset(t, "items");
  if (!set) set = sx_table_find_mrset(t, "$items");
  REQUIRE(set != NULL);
  CHECK_INT(set->n_variables, 2);
  CHECK_INT(col(t, "mood")->n_ranges, 1);
  sx_table_free(t);
  sx_synth_free(m);
}

static void assumptions_and_inputs_are_listed(void) {
  sx_synth_model *m = load(1);
  const char *name = NULL;
  REQUIRE(sx_synth_assumptions(m) == 2);
  CHECK_STR(sx_synth_assumption(m, 0, &name), "assumed");
  CHECK_STR(name, "general");
  CHECK_STR(sx_synth_assumption_in(m, 1, "zh", &name), "假的");
  CHECK_STR(name, "visitor");
  CHECK(sx_synth_assumption(m, 2, &name) == NULL);
  REQUIRE(sx_synth_inputs(m) == 4);
  CHECK(strstr(sx_synth_input(m, 0), "model.yaml") != NULL);
  CHECK(strstr(sx_synth_input(m, 1), "pop.csv") != NULL);
  CHECK(sx_synth_input(m, 4) == NULL);
  sx_synth_free(m);
}

static void calls_that_cannot_be_met(void) {
  sx_synth_model *m = load(1);
  sx_table *t = NULL;
  CHECK_FAILS(sx_synth_generate(&t, m, &(sx_synth_sample){.n = 1, .seed = 1}, err), SX_E_ARGUMENT, "model.yaml",
              "too few for 2 strata");
  CHECK_FAILS(sx_synth_generate(NULL, m, &(sx_synth_sample){.n = 10, .seed = 1}, err), SX_E_ARGUMENT, "", "needed");
  CHECK_FAILS(sx_synth_generate(&t, NULL, &(sx_synth_sample){.n = 10, .seed = 1}, err), SX_E_ARGUMENT, "", "needed");
  CHECK_FAILS(sx_synth_write(m, &(sx_synth_sample){.n = 500, .seed = 1}, "/nonexistent/x.csv", err), SX_E_IO, "", "");
  CHECK(t == NULL);
  CHECK_INT(sx_synth_assumptions(NULL), 0);
  CHECK_INT(sx_synth_inputs(NULL), 0);
  sx_synth_free(m);
  sx_synth_free(NULL);
  fixture_clean();
}

SXT_MAIN(SXT_CASE(the_bits_do_not_depend_on_threads), SXT_CASE(a_file_holds_the_rows_of_the_table),
         SXT_CASE(other_variables_do_not_disturb), SXT_CASE(strata_get_their_sizes), SXT_CASE(routing),
         SXT_CASE(rates_by_cell_are_those_declared), SXT_CASE(dependence_is_that_of_one_factor),
         SXT_CASE(weighted_totals_are_those_of_the_model), SXT_CASE(amounts_follow_their_law),
         SXT_CASE(the_file_says_that_it_is_synthetic), SXT_CASE(assumptions_and_inputs_are_listed),
         SXT_CASE(calls_that_cannot_be_met))
