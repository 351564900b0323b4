/* Accounts of a study: what the words do to the numbers, by hand from other rows of the same run; what is refused, with its place. */
#include "tiny.h"
#include "tiny_run.h"

/* Line 42 of the tiny study labels the account, 48 is the node phone, 50 the node rest. */
static const char phone[] = "spend: spend, scope: narrow, codes: [A1]}";
static const char rest[] = "total: users * 10, scope: wide, codes: [A2]}";
static const char label[] = "    label: {zh: 支出, en: Spending}\n    unit: 元";

static void with_words(const char *of_account, const char *of_phone, const char *of_rest) {
  char text[1200];
  tiny_copy("account");
  (void)snprintf(text, sizeof text, "%s\n%s", label, of_account);
  if (*of_account) tiny_replace("study.yaml", label, text);
  (void)snprintf(text, sizeof text, "spend: spend, scope: narrow, codes: [A1]%s}", of_phone);
  tiny_replace("study.yaml", phone, text);
  (void)snprintf(text, sizeof text, "total: users * 10, scope: wide, codes: [A2]%s}", of_rest);
  tiny_replace("study.yaml", rest, text);
}

static tiny_row at(const sx_run_result *run, const char *node, const char *statistic, const char *domain) {
  char id[100];
  (void)snprintf(id, sizeof id, "money/%s", node);
  return tiny_find(run->run, id, statistic, domain);
}

static double value(const sx_run_result *run, const char *node, const char *statistic, const char *domain) {
  return at(run, node, statistic, domain).estimate;
}

static void adjustments(void) {
  with_words("    factor: {value: 2, se: 0.1, what: annual, why: asked for half a year}\n"
             "    price_index: {value: 1.25, base: last year}",
             ", coverage: {share: 0.8, se: 0.02, why: not all are reached}",
             ", overlap: {share: 0.1, why: in both}, double: {amount: 1000, se: 10, id: fee, why: fees}");
  sx_run_result *run = tiny_run();
  REQUIRE(run != NULL);
  const tiny_row spend = tiny_find(run->run, "spend", "mean", "total"),
                 rate = tiny_find(run->run, "rate", "prop", "total");
  const tiny_row users = tiny_find(run->run, "users", "total", "total");
  const double asked = 6000 * rate.estimate * spend.estimate, own = 2 * asked, covered = own / 0.8;
  CHECK_NEAR(value(run, "phone", "level_before", "total"), own, 1e-10);
  CHECK_NEAR(value(run, "phone", "level", "total"), covered, 1e-10);
  CHECK_NEAR(value(run, "phone_coverage", "level", "total"), covered - own, 1e-10);
  CHECK_NEAR(value(run, "phone", "level_measured", "total"), covered / 2, 1e-10);
  CHECK_NEAR(value(run, "phone", "level_constant", "total"), covered / 1.25, 1e-10);
  CHECK_NEAR(value(run, "phone", "price_effect", "total"), covered - covered / 1.25, 1e-10);
  const double before = 2 * 10 * users.estimate, after = before * 0.9 - 1000;
  CHECK_NEAR(value(run, "rest", "level", "total"), after, 1e-10);
  CHECK_NEAR(value(run, "rest_overlap", "level", "total"), -0.1 * before, 1e-10);
  CHECK_NEAR(value(run, "fee", "level", "total"), -1000, 1e-10);
  CHECK_NEAR(at(run, "fee", "level", "total").se, 10, 1e-9);
  CHECK_NEAR(value(run, "all", "level", "total"), covered + after, 1e-10);
  CHECK_NEAR(value(run, "all", "level", "scope:narrow"), covered, 1e-10);
  /* independent errors of a product, with their own product, which is above 1% here: a mark says so */
  const tiny_row amount = at(run, "rest_overlap", "level", "total");
  const double u = users.se / users.estimate, f = 0.1 / 2;
  CHECK_NEAR(amount.se / fabs(amount.estimate), sqrt(u * u + f * f + u * u * f * f), 1e-9);
  char *page = tiny_report("en");
  REQUIRE(page != NULL);
  CHECK(strstr(page, "not all are reached") != NULL); /* the annex gives the reason */
  CHECK(strstr(page, "asked for half a year") != NULL);
  free(page);
  sx_run_result_free(run);
  tiny_remove();
}

static void ratios(void) {
  tiny_copy("account");
  tiny_replace(
      "study.yaml", rest,
      "population: people, penetration: 1 - rate, spend: {ratio: share, of: phone}, scope: wide, codes: [A2]}\n"
      "      - {id: gifts, parent: all, total: {ratio: 0.25, of: phone}, scope: wide}");
  tiny_replace("study.yaml", "  population: {value: 10000,",
               "  share: {value: 0.5, se: 0.1}\n  population: {value: 10000,");
  sx_run_result *run = tiny_run();
  REQUIRE(run != NULL);
  const double spend = tiny_find(run->run, "spend", "mean", "total").estimate;
  const tiny_row rate = tiny_find(run->run, "rate", "prop", "total");
  CHECK_NEAR(value(run, "rest", "level", "total"), 6000 * (1 - rate.estimate) * 0.5 * spend, 1e-10);
  CHECK_NEAR(value(run, "gifts", "level", "total"), 0.25 * value(run, "phone", "level", "total"), 1e-12);
  CHECK_NEAR(at(run, "gifts", "level", "total").se, 0.25 * at(run, "phone", "level", "total").se, 1e-12);
  CHECK(at(run, "rest", "level", "total").se / value(run, "rest", "level", "total") >
        0.2); /* that of the ratio is 20% */
  sx_run_result_free(run);
  tiny_remove();
}

/* Amounts asked in bands: the mean of a fit is the spend of a leaf. */
static void banded(void) {
  tiny_copy("account");
  tiny_replace("study.yaml", "spend: spend, scope: narrow", "spend: in_bands, scope: narrow");
  tiny_replace("study.yaml", "derived:\n",
               "derived:\n  band: {cut: spend, breaks: [100, 200, 300, 400], labels: [a, b, c, d, e]}\n");
  tiny_replace("study.yaml", "indicators:\n",
               "indicators:\n  in_bands: {banded: {of: band, bands: {a: 0..100, b: 100..200, c: 200..300, d: 300..400, "
               "e: 400..}, "
               "fit: lognormal, give: [mean]}, base: user == 1}\n");
  sx_run_result *run = tiny_run();
  REQUIRE(run != NULL);
  const tiny_row mean = tiny_find(run->run, "in_bands", "mean", "total"), level = at(run, "phone", "level", "total");
  CHECK_NEAR(level.estimate, 6000 * tiny_find(run->run, "rate", "prop", "total").estimate * mean.estimate, 1e-10);
  CHECK(level.se / level.estimate >= 0.5 * mean.se / mean.estimate);
  sx_run_result_free(run);
  tiny_remove();
}

static const char in_groups[] =
    "    domains: [old, young, region]\n    min_n: 2\n"
    "    compare:\n      - {from: young, to: old, decompose: [population, penetration, spend]}\n"
    "      - {from: total, to: \"region:north\"}\n    sensitivity: true";

static void groups(void) {
  with_words(in_groups, "", "");
  sx_run_result *run = tiny_run();
  REQUIRE(run != NULL);
  double n[2], p[2], s[2], gap = 0;
  static const char *const domains[] = {"young:1", "old:1"};
  for (size_t k = 0; k < 2; k++) {
    n[k] = tiny_find(run->run, "people", "count", domains[k]).estimate;
    p[k] = tiny_find(run->run, "rate", "prop", domains[k]).estimate;
    s[k] = tiny_find(run->run, "spend", "mean", domains[k]).estimate;
    CHECK_NEAR(value(run, "phone", "level", domains[k]), n[k] * p[k] * s[k], 1e-10);
  }
  /* the whole is the sum of exclusive groups, where each person is in one */
  CHECK_NEAR(value(run, "rest", "level", "region:north") + value(run, "rest", "level", "region:south"),
             value(run, "rest", "level", "total"), 1e-10);
  /* Das Gupta's three factors by hand */
  const double a = p[0] * s[0], b = p[1] * s[1], c = p[0] * s[1], d = p[1] * s[0];
  CHECK_NEAR(value(run, "phone", "effect_population_young", "old:1"), (n[1] - n[0]) * ((a + b) / 3 + (c + d) / 6),
             1e-9);
  static const char *const effects[] = {"effect_population_young", "effect_penetration_young", "effect_spend_young",
                                        "effect_level_young"};
  for (size_t k = 0; k < 4; k++) gap += value(run, "all", effects[k], "old:1");
  CHECK_NEAR(gap, value(run, "all", "gap_young", "old:1"), 1e-12);
  CHECK_NEAR(gap, value(run, "all", "level", "old:1") - value(run, "all", "level", "young:1"), 1e-12);
  CHECK_NEAR(value(run, "rest", "gap", "region:north"),
             value(run, "rest", "level", "region:north") - value(run, "rest", "level", "total"), 1e-12);
  /* what the total hangs on: the elasticity of a factor of one leaf is the leaf's share */
  CHECK_NEAR(value(run, "all", "elasticity", "input:spend"), value(run, "phone", "share_of_total", "total"), 1e-9);
  CHECK_NEAR(value(run, "all", "high_tenth", "input:spend"),
             value(run, "all", "level", "total") + 0.1 * value(run, "phone", "level", "total"), 1e-9);
  CHECK(strncmp(at(run, "all", "elasticity", "input:spend").method, "sensitivity", 11) == 0);
  CHECK_NEAR(value(run, "all", "elasticity", "input:rest_total"), value(run, "rest", "share_of_total", "total"), 1e-9);
  sx_run_result_free(run);
  /* a run of nothing new computes nothing; another group makes the account and what it rests on */
  sx_run_result *again = tiny_run();
  REQUIRE(again != NULL);
  for (size_t i = 0; i < again->n_steps; i++) CHECK(again->steps[i].reused);
  sx_run_result_free(again);
  tiny_replace("study.yaml", "domains: [old, young, region]", "domains: [old, young, age, region]");
  again = tiny_run();
  REQUIRE(again != NULL);
  CHECK_NEAR(value(again, "phone", "level", "age:young"), n[0] * p[0] * s[0], 1e-10);
  sx_run_result_free(again);
  tiny_remove();
}

/* A benchmark in a group is its own figure; where it has none there is no share of it. */
static void benchmarks(void) {
  with_words("    domains: [old, young]\n    min_n: 2", "", "");
  tiny_replace("study.yaml", "population: {value: 10000, se: 100,",
               "population: {value: 10000, se: 100, by: {old: {value: 2000, se: 20}},");
  sx_run_result *run = tiny_run();
  REQUIRE(run != NULL);
  CHECK_NEAR(value(run, "all", "share_of_benchmark", "old:1"), value(run, "all", "level", "old:1") / (500.0 * 2000),
             1e-12);
  sx_run_result_free(run);
  tiny_remove();
}

static const char twice[] = "twice: {label: {zh: 两倍, en: Twice}, formula: 2 * penetration}";

/* A formula in groups takes the account in each of them, and the figure of the whole only where it says so. */
static void formulas_in_groups(void) {
  with_words("    domains: [old, region]", "", "");
  tiny_replace("study.yaml", twice,
               "twice: {formula: \"2 * each\", by: [\"region:north\"]}\n"
               "  each: {formula: \"`money/phone` / people\", by: [old, region]}\n"
               "  of_all: {formula: \"people / population.total\", by: [old]}\n"
               "  of_whole: {formula: \"`money/phone` / `money/phone.total`\", by: [old]}");
  for (int again = 0; again < 2;
       again++) { /* the second time the account stands and the formulas are made anew from its carriers */
    if (again) tiny_replace("study.yaml", "`money/phone` / people", "`money/phone` / people / 1");
    sx_run_result *run = tiny_run();
    REQUIRE(run != NULL);
    static const char *const domains[] = {"total", "old:1", "region:north", "region:south"};
    for (size_t i = 0; i < 4; i++) {
      const double people = tiny_find(run->run, "people", "count", domains[i]).estimate;
      const tiny_row each = tiny_find(run->run, "each", "formula", domains[i]);
      CHECK_NEAR(each.estimate, value(run, "phone", "level", domains[i]) / people, 1e-12);
      CHECK(each.se > 0);
    }
    CHECK_NEAR(tiny_find(run->run, "twice", "formula", "region:north").estimate,
               2 * tiny_find(run->run, "each", "formula", "region:north").estimate, 1e-12);
    CHECK_NEAR(tiny_find(run->run, "of_all", "formula", "old:1").estimate,
               tiny_find(run->run, "people", "count", "old:1").estimate / 10000, 1e-12);
    CHECK_NEAR(tiny_find(run->run, "of_whole", "formula", "old:1").estimate,
               value(run, "phone", "level", "old:1") / value(run, "phone", "level", "total"), 1e-12);
    sx_run_result_free(run);
  }
  tiny_remove();
}

/* The tiny study with these lines in the place of the indicator "twice" is refused with the words. */
static void refused_formula(const char *of_account, const char *lines, const char *message) {
  char path[600];
  sx_study *study = NULL;
  sx_problems problems = {.n = 0};
  sx_error err = SX_ERROR_INIT;
  with_words(of_account, "", "");
  tiny_replace("study.yaml", twice, lines);
  tiny_path(path, "study.yaml");
  CHECK(sx_study_load(&study, NULL, path, &problems, &err) == SX_E_PARSE);
  bool found = false;
  for (size_t i = 0; i < problems.n; i++) found = found || strcmp(problems.items[i].message, message) == 0;
  if (!found) SXT_FAIL("nothing says '%s' but '%s'", message, problems.n ? problems.items[0].message : "");
  sx_problems_clear(&problems);
  sx_study_free(study);
  tiny_remove();
}

static void refused_formulas(void) {
  refused_formula(
      "    domains: [old]", "each: {formula: \"`money/phone` / people\", by: [region]}",
      "'each' is made in the group 'region', where 'money/phone' has no value: the account is not made there (its "
      "'domains'); give it one, or write 'money/phone.total' where the figure of the whole is meant");
  refused_formula(
      "", "each: {formula: users / population, by: [old]}",
      "'each' is made in the group 'old', where 'population' has no value: the benchmark has no value there (its "
      "'by'); give it one, or write 'population.total' where the figure of the whole is meant");
  /* a formula that another needs in a group is made there too */
  refused_formula(
      "", "each: {formula: penetration / people, by: [old]}",
      "'penetration' is made in the group 'old', where 'population' has no value: the benchmark has no value there "
      "(its 'by'); give it one, or write 'population.total' where the figure of the whole is meant");
  refused_formula("", "each: {formula: users / population.old}",
                  "the benchmark 'population' has no value for that group: add it to its 'by'");
  refused_formula("", "each: {formula: users / population.total.se}",
                  "'population.total.se': an operand is a benchmark in a domain, not one of its fields");
}

/* Some level of a group has no figure: told when the levels are known, never made with the whole's. */
static void level_without_figure(void) {
  with_words("", "", "");
  tiny_replace("study.yaml", "population: {value: 10000, se: 100,",
               "population: {value: 10000, se: 100, by: {\"region:north\": 6000},");
  tiny_replace("study.yaml", twice, "each: {formula: people / population, by: [region]}");
  sx_study *study = tiny_load(NULL);
  sx_run_result *run = NULL;
  sx_error err = SX_ERROR_INIT;
  REQUIRE(study != NULL);
  CHECK(sx_study_run(&run, study, NULL, &err) == SX_E_DATA);
  CHECK(strstr(err.where, "each") != NULL);
  CHECK_STR(err.message, "the benchmark 'population' has no value for the group 'region:south': give it 'by: "
                         "{\"region:south\": ...}', or write population.total where the figure of the whole is meant");
  sx_run_result_free(run);
  sx_study_free(study);
  tiny_remove();
}

/* The study with a fault must be refused, at the place and with the words; other problems may follow from it. */
static void refused(const char *of_account, const char *of_phone, const char *of_rest, const char *where,
                    const char *message) {
  char path[600];
  sx_study *study = NULL;
  sx_problems problems = {.n = 0};
  sx_error err = SX_ERROR_INIT;
  with_words(of_account, of_phone, of_rest);
  tiny_path(path, "study.yaml");
  const sx_status status = sx_study_load(&study, NULL, path, &problems, &err);
  bool found = false;
  for (size_t i = 0; i < problems.n; i++)
    found = found || (strstr(problems.items[i].where, where) && strstr(problems.items[i].message, message));
  if (status != SX_E_PARSE || !found) {
    SXT_FAIL("status %d, no problem at '%s' saying '%s'", (int)status, where, message);
    for (size_t i = 0; i < problems.n; i++)
      fprintf(stderr, "    %s: %s\n", problems.items[i].where, problems.items[i].message);
  }
  sx_problems_clear(&problems);
  sx_study_free(study);
  tiny_remove();
}

static void faults(void) {
  refused("", ", coverage: {shar: 0.9}", "", "study.yaml:48:", "unknown key 'shar': did you mean 'share'?");
  refused("", ", coverage: {share: 1.2, why: x}", "", "study.yaml:48:", "above 0 and at most 1, not 1.2");
  refused("", ", coverage: {share: rate, se: 0.1, why: x}", "", "study.yaml:48:", "a formula brings its own error");
  refused("", ", overlap: {share: 1, why: x}", "", "study.yaml:48:", "at least 0 and below 1, not 1");
  refused("", ", factor: {value: 0}", "", "study.yaml:48:", "a factor is above 0");
  refused("", ", factor: {value: 2, what: anual}", "", "study.yaml:48:", "did you mean 'annual'?");
  refused("", ", price_index: {value: -1}", "", "study.yaml:48:", "a price index is above 0");
  refused("", ", coverge: {share: 0.9}", "", "study.yaml:48:", "unknown key 'coverge': did you mean 'coverage'?");
  refused("    domain: [old]", "", "", "study.yaml:44:5", "unknown key 'domain': did you mean 'domains'?");
  refused("    domains: [odl]", "", "", "study.yaml:44:", "unknown group 'odl', did you mean 'old'?");
  refused("    compare: {from: young, to: old}", "", "", "study.yaml:44:21", "add it to its 'domains'");
  refused("    domains: [old, young]\n    compare: {from: young, to: old, decompose: [populaton]}", "", "",
          "study.yaml:45:", "unknown effect 'populaton', did you mean 'population'?");
  refused("    sensitivity: [al]", "", "", "study.yaml:44:", "has no node 'al', did you mean 'all'?");
  refused("    domains: [old]", "", ", double: {amount: 5, why: x}", "study.yaml:", "declare a share");
  refused("    area: {group: region, per: people}", "", "", "study.yaml:44:", "among the account's 'domains'");
}

/* Trees that are none, benchmarks that are not there, ratios in a ring. */
static void trees(void) {
  static const struct {
    const char *old, *with, *where, *message;
  } cases[] = {
      {"{id: all, label", "{id: all, parent: phone, label", "study.yaml:4", "is its own ancestor"},
      {"      - {id: rest,",
       "      - {id: sub, parent: all}\n      - {id: phone, parent: sub, total: users}\n      - {id: rest,",
       "study.yaml:48:9", "is a child of 'sub' and of 'all'"},
      {"benchmark: income", "benchmark: incom", "study.yaml:45:16", "did you mean 'income'?"},
      {"population: people, penetration", "population: peple, penetration",
       "study.yaml:48:", "unknown indicator or benchmark 'peple'"},
      {"total: users * 10", "total: {ratio: 0.5, of: nothing}", "study.yaml:50:", "nothing"},
      {"spend: spend, scope", "spend: {ratio: 0.5, of: phone}, scope", "study.yaml:48:", "phone"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char path[600];
    sx_study *study = NULL;
    sx_problems problems = {.n = 0};
    sx_error err = SX_ERROR_INIT;
    tiny_copy("account");
    tiny_replace("study.yaml", cases[i].old, cases[i].with);
    tiny_path(path, "study.yaml");
    const sx_status status = sx_study_load(&study, NULL, path, &problems, &err);
    bool found = false;
    for (size_t k = 0; k < problems.n; k++)
      found = found ||
              (strstr(problems.items[k].where, cases[i].where) && strstr(problems.items[k].message, cases[i].message));
    if (status != SX_E_PARSE || !found) {
      SXT_FAIL("case %zu: status %d", i, (int)status);
      for (size_t k = 0; k < problems.n; k++)
        fprintf(stderr, "    %s: %s\n", problems.items[k].where, problems.items[k].message);
    }
    sx_problems_clear(&problems);
    sx_study_free(study);
    tiny_remove();
  }
  /* a population from a benchmark that says nothing of the group */
  tiny_copy("account");
  tiny_replace("study.yaml", label, "    label: {zh: 支出, en: Spending}\n    domains: [old]\n    unit: 元");
  tiny_replace("study.yaml", "population: people, penetration", "population: population, penetration");
  char path[600];
  sx_study *study = NULL;
  sx_problems problems = {.n = 0};
  sx_error err = SX_ERROR_INIT;
  tiny_path(path, "study.yaml");
  CHECK(sx_study_load(&study, NULL, path, &problems, &err) == SX_E_PARSE);
  REQUIRE(problems.n == 1);
  CHECK(strstr(problems.items[0].where, "study.yaml:49:") != NULL);
  CHECK_STR(problems.items[0].message,
            "the benchmark 'population' has no value for the group 'old': give it 'by: {old: ...}'");
  sx_problems_clear(&problems);
  sx_study_free(study);
  tiny_remove();
}

/* A benchmark whose groups do not come to its whole: a warning, a note at the shares, every outside figure in the annex. */
static void apart(void) {
  static const struct {
    const char *population, *head, *where, *message; /* NULL: nothing to tell */
  } cases[] = {
      {"by: {\"region:north\": 6000, \"region:south\": 4000}", "by: {\"region:north\": 600, \"region:south\": 430}",
       "study.yaml:47:16",
       "the benchmark of the account 'money': the groups region:north, region:south come to 5320000, 6.4 % more than "
       "the "
       "whole, which is 5000000"},
      {"by: {\"region:north\": 6000, \"region:south\": 4000}", "by: {\"region:north\": 540, \"region:south\": 430}",
       "study.yaml:47:16", "come to 4960000, 0.8 % less than the whole"},
      {"by: {\"region:north\": 6000, \"region:south\": 4000}", "by: {\"region:north\": 560, \"region:south\": 410}",
       NULL, NULL},
      {"by: {\"region:north\": 8000, \"region:south\": 6000}", "by: {}", "study.yaml:23:",
       "the benchmark 'population': the groups region:north, region:south come to 14000, 40.0 % more than the whole"},
      {"by: {\"region:north\": 5000, \"region:south\": 4000}", "by: {}",
       "study.yaml:23:", "10.0 % less than the whole"},
      {"by: {\"region:north\": 5000, young: 4000}", "by: {}", NULL, NULL}, /* they part nothing */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[400];
    sx_problems problems = {.n = 0};
    tiny_copy("apart");
    (void)snprintf(text, sizeof text,
                   "population: {value: 10000, se: 100, unit: 人, %s}\n  head: {value: 500, unit: 元, %s}",
                   cases[i].population, cases[i].head);
    tiny_replace("study.yaml", "population: {value: 10000, se: 100, unit: 人}", text);
    tiny_replace("study.yaml", "formula: population * 500", "formula: population * head");
    tiny_replace("study.yaml", label, "    label: {zh: 支出, en: Spending}\n    domains: [region]\n    unit: 元");
    tiny_replace("study.yaml", "benchmark: income", "benchmark: income # of outside figures alone");
    sx_study *study = tiny_load(&problems);
    size_t told = 0;
    for (size_t k = 0; k < problems.n; k++) {
      told += strstr(problems.items[k].message, "than the whole") != NULL;
      if (!cases[i].where || !strstr(problems.items[k].message, "than the whole")) continue;
      CHECK(problems.items[k].warning);
      if (!strstr(problems.items[k].where, cases[i].where) || !strstr(problems.items[k].message, cases[i].message))
        SXT_FAIL("case %zu: %s: %s", i, problems.items[k].where, problems.items[k].message);
    }
    if (told != (cases[i].where != NULL)) SXT_FAIL("case %zu: told %zu times", i, told);
    sx_problems_clear(&problems);
    sx_study_free(study);
    if (i > 0) tiny_remove();
    if (i > 0) continue;
    tiny_replace("study.yaml", "  - {id: t3,",
                 "  - {id: t5, title: {zh: 组, en: Groups}, account: money, domains: [total, region], "
                 "measures: [share_of_benchmark], note: {zh: 说明。, en: Said.}}\n  - {id: t3,");
    sx_run_result *run = tiny_run();
    REQUIRE(run != NULL);
    CHECK_NEAR(value(run, "all", "share_of_benchmark", "region:north"),
               value(run, "all", "level", "region:north") / (6000.0 * 600), 1e-10);
    char *en = tiny_report("en"), *zh = tiny_report("zh");
    REQUIRE(en != NULL && zh != NULL);
    CHECK(strstr(en,
                 "Said. Too few interviews, and nothing stands in: North Rest, North Phone, South Rest, South Phone. "
                 "Shares of the benchmark in groups are of the groups&#39; own totals, which together are 6.4% "
                 "more than that of the whole: they do not average to its share. Standard errors in parentheses.") !=
          NULL);
    CHECK(strstr(zh, "。各群体占对照总额的比重以各自的总额为分母，这些总额之和比总体多6.4%") != NULL);
    CHECK(strstr(en, ">600<") != NULL && strstr(en, ">430<") != NULL && strstr(zh, ">430<") != NULL);
    free(en);
    free(zh);
    sx_run_result_free(run);
    tiny_remove();
  }
}

SXT_MAIN(SXT_CASE(adjustments), SXT_CASE(ratios), SXT_CASE(banded), SXT_CASE(groups), SXT_CASE(benchmarks),
         SXT_CASE(formulas_in_groups), SXT_CASE(refused_formulas), SXT_CASE(level_without_figure), SXT_CASE(faults),
         SXT_CASE(trees), SXT_CASE(apart))
