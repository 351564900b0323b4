/* test_study_balance.c: the section `balance` of the tiny study: closed forms of its rows, what is used again, what is refused. */
#include "tiny_run.h"

#define SECTION                                                                                                        \
  "balance:\n"                                                                                                         \
  "  agreed:\n"                                                                                                        \
  "    label: {zh: 平衡, en: Balanced}\n"                                                                            \
  "    unit: 人\n"                                                                                                    \
  "    figures:\n"                                                                                                     \
  "      total: {value: users, label: {zh: 用户, en: All users}}\n"                                                  \
  "      part: {value: users, by: age}\n"                                                                              \
  "      known: users_known\n"                                                                                         \
  "    identities:\n"                                                                                                  \
  "      - {id: parts, sum: total, of: [part], why: {zh: 各年龄合计, en: the ages add up}}\n"                     \
  "      - {id: outside, formula: total == known}\n"

static void with_balance(const char *name, const char *section) {
  tiny_copy(name);
  tiny_replace("study.yaml", "benchmarks:\n", "benchmarks:\n  users_known: {value: 4000, se: 150, unit: 人}\n");
  tiny_replace("study.yaml", "published: {file", section);
  char path[600];
  tiny_path(path, "study.yaml");
  char *text = tiny_read(path), *at = text ? strstr(text, ": published.csv}") : NULL;
  if (at && strstr(text, "published: {file") == NULL) { /* put back what the section took the place of */
    char *again = calloc(1, strlen(text) + 40);
    memcpy(again, text, (size_t)(at - text));
    strcat(again, "published: {file");
    strcat(again, at);
    tiny_write("study.yaml", again);
    free(again);
  }
  free(text);
}

/* One outside figure against the survey's total: both weighed by 1/variance, the parts by their covariance with the total. */
static void closed_form(void) {
  with_balance("balance", SECTION);
  tiny_replace(
      "study.yaml", "tables:\n",
      "tables:\n  - {id: tb, title: {zh: 平衡, en: Balance}, note: {zh: 说明。, en: A note.}, balance: agreed}\n");
  tiny_replace("narrative/en.md", "\n",
               "\n\nMoved {{ agreed/total.total.moved_se | plain 2 }}, p {{ agreed/all.total.p | plain 3 }}, "
               "old {{ agreed/part.age:old | plain 0 }}, all ({{ agreed/total.total | plain 0 }}).\n");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  const tiny_row x = tiny_find(result->run, "users", "total", "total");
  const tiny_row before = tiny_find(result->run, "agreed/total", "before", "total");
  const tiny_row y = tiny_find(result->run, "agreed/total", "balanced", "total");
  const tiny_row k = tiny_find(result->run, "agreed/known", "balanced", "total");
  const double v = x.se * x.se, u = 150.0 * 150.0;
  CHECK_NEAR(before.estimate, x.estimate, 1e-14);
  CHECK_NEAR(before.se, x.se, 1e-12);
  CHECK_NEAR(y.estimate, (x.estimate / v + 4000 / u) / (1 / v + 1 / u), 1e-12);
  CHECK_NEAR(y.se, sqrt(1 / (1 / v + 1 / u)), 1e-9);
  CHECK_NEAR(k.estimate, y.estimate, 1e-12);
  CHECK_NEAR(k.se, y.se, 1e-9);
  CHECK_NEAR(tiny_find(result->run, "agreed/total", "moved_se", "total").estimate, (y.estimate - x.estimate) / x.se,
             1e-9);
  CHECK_NEAR(tiny_find(result->run, "agreed/all", "chi_square", "total").estimate, pow(4000 - x.estimate, 2) / (v + u),
             1e-9);
  CHECK_NEAR(tiny_find(result->run, "agreed/total", "standardised", "total").estimate,
             (4000 - x.estimate) / sqrt(v + u), 1e-9);
  const char *const levels[] = {"age:young", "age:middle", "age:old"};
  double sum = 0;
  for (size_t i = 0; i < 3; i++) {
    const tiny_row part = tiny_find(result->run, "agreed/part", "balanced", levels[i]);
    CHECK(part.se > 0 && part.se <= tiny_find(result->run, "agreed/part", "before", levels[i]).se);
    sum += part.estimate;
  }
  CHECK_NEAR(sum, y.estimate, 1e-12);
  char *report = tiny_report("en");
  CHECK(report && strstr(report, "Standardised adjustment") && strstr(report, "A note. Imbalances: X²(1) = "));
  CHECK(report && strstr(report, "All users"));
  char shown[64]; /* a figure bound by its name alone is the balanced one */
  (void)snprintf(shown, sizeof shown, ">%d,%03d<", (int)y.estimate / 1000, (int)(y.estimate + 0.5) % 1000);
  CHECK(fabs(y.estimate - x.estimate) > 1);
  const char *at = report ? strstr(report, ", all (") : NULL;
  CHECK(at && strstr(at, shown) && strstr(at, shown) < at + 700);
  free(report);
  sx_run_result_free(result);
  /* nothing changed: used again; another error of the benchmark: the balance is computed again, the indicator not */
  result = tiny_run();
  for (size_t i = 0; result && i < result->n_steps; i++) CHECK(result->steps[i].reused);
  sx_run_result_free(result);
  tiny_replace("study.yaml", "se: 150", "se: 300");
  result = tiny_run();
  for (size_t i = 0; result && i < result->n_steps; i++) {
    if (strcmp(result->steps[i].id, "balance:agreed") == 0) CHECK(!result->steps[i].reused);
    if (strcmp(result->steps[i].id, "indicator:users") == 0) CHECK(result->steps[i].reused);
  }
  CHECK(result && tiny_find(result->run, "agreed/total", "balanced", "total").se > y.se);
  sx_run_result_free(result);
  tiny_remove();
}

/* Nodes of an account, with a bound, by the relative distance; a fixed figure. */
static void accounts(void) {
  with_balance("balance-account",
               "balance:\n"
               "  money_agreed:\n"
               "    distance: relative\n"
               "    format: \"万元 2\"\n"
               "    figures:\n"
               "      phone: {value: \"`money/phone`\", upper: 1e12}\n"
               "      rest: \"`money/rest`\"\n"
               "      given: {value: \"`money/all` * 0 + 400000\", unit: 元}\n"
               "    identities: [{id: parts, sum: given, of: [phone, rest]}]\n"
               "  tight:\n"
               "    figures: {a: {value: \"`money/phone`\", lower: 390000}, b: {value: \"`money/rest`\", lower: 1}}\n"
               "    identities: [{id: whole, formula: a + b == 400000}]\n");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  const double phone = tiny_find(result->run, "money_agreed/phone", "balanced", "total").estimate;
  const double rest = tiny_find(result->run, "money_agreed/rest", "balanced", "total").estimate;
  CHECK_NEAR(phone + rest, 400000, 1e-9);
  CHECK(phone > 0 && rest > 0);
  CHECK_NEAR(tiny_find(result->run, "money_agreed/phone", "before", "total").estimate,
             tiny_find(result->run, "money/phone", "level", "total").estimate, 1e-12);
  CHECK(tiny_find(result->run, "money_agreed/given", "balanced", "total").se < 1e-3);
  CHECK_NEAR(tiny_find(result->run, "tight/a", "balanced", "total").estimate +
                 tiny_find(result->run, "tight/b", "balanced", "total").estimate,
             400000, 1e-9);
  CHECK(tiny_find(result->run, "tight/a", "balanced", "total").estimate >= 390000 - 1e-6);
  CHECK(strstr(tiny_find(result->run, "tight/a", "balanced", "total").quality, "at bound"));
  CHECK_NEAR(tiny_find(result->run, "tight/a", "at_bound", "total").estimate, 390000, 1e-12);
  sx_run_result_free(result);
  tiny_remove();
}

/* An account that was computed before anything named its nodes is computed again, with their carriers. */
static void named_later(void) {
  tiny_copy("balance-later");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  sx_run_result_free(result);
  tiny_replace("study.yaml",
               "  twice:", "  fresh: {label: {zh: 新, en: Fresh}, formula: \"`money/all` * 2\"}\n  twice:");
  result = tiny_run();
  REQUIRE(result);
  CHECK_NEAR(tiny_find(result->run, "fresh", "formula", "total").estimate,
             2 * tiny_find(result->run, "money/all", "level", "total").estimate, 1e-12);
  sx_run_result_free(result);
  tiny_replace("study.yaml", "published: {file",
               "balance:\n  m: {figures: {a: \"`money/phone`\", b: \"`money/rest`\"}, identities: [{id: w, formula: a "
               "+ b == 400000}]}\n"
               "published: {file");
  result = tiny_run();
  REQUIRE(result);
  CHECK_NEAR(tiny_find(result->run, "m/a", "balanced", "total").estimate +
                 tiny_find(result->run, "m/b", "balanced", "total").estimate,
             400000, 1e-9);
  sx_run_result_free(result);
  tiny_remove();
}

/* A figure without a value: the others cannot be balanced, and say why. */
static void missing(void) {
  with_balance("balance-missing", SECTION);
  tiny_replace("study.yaml", "benchmarks:\n  users_known: {value: 4000, se: 150, unit: 人}",
               "benchmarks:\n  users_known: {value: 4000, se: 150, unit: 人}\n  zero: {value: 0, unit: 人}");
  tiny_replace("study.yaml", "known: users_known", "known: {value: users_known / zero, unit: 人}");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  const tiny_row y = tiny_find(result->run, "agreed/total", "balanced", "total");
  CHECK(isnan(y.estimate));
  CHECK(strlen(y.reason) > 0);
  CHECK(!isnan(tiny_find(result->run, "agreed/total", "before", "total").estimate));
  CHECK(isnan(tiny_find(result->run, "agreed/all", "p", "total").estimate));
  sx_run_result_free(result);
  tiny_remove();
}

static void refused(const char *name, const char *old, const char *with, const char *message) {
  with_balance(name, SECTION);
  tiny_replace("study.yaml", old, with);
  char path[600];
  tiny_path(path, "study.yaml");
  sx_study *study = NULL;
  sx_problems problems = {.items = NULL};
  sx_error err = SX_ERROR_INIT;
  const sx_status status = sx_study_load(&study, NULL, path, &problems, &err);
  bool found = false;
  for (size_t i = 0; i < problems.n; i++)
    found = found || (strstr(problems.items[i].message, message) && strstr(problems.items[i].where, "study.yaml:"));
  if (status == SX_OK || !found) {
    SXT_FAIL("%s: status %d, no '%s' among %zu problems", name, (int)status, message, problems.n);
    for (size_t i = 0; i < problems.n; i++)
      fprintf(stderr, "  %s: %s\n", problems.items[i].where, problems.items[i].message);
  }
  sx_problems_clear(&problems);
  sx_study_free(study);
  tiny_remove();
}

static void refusals(void) {
  refused("b1", "of: [part]", "of: [parts]", "there is no figure 'parts': did you mean 'part'");
  refused("b9", "of: [part]", "of: [part, part]", "names 'part' twice");
  refused("b2", "total == known", "total == known * total", "not linear");
  refused("b3", "total == known", "total = known", "one ==");
  refused("b4", "{value: users, by: age}", "{value: users, by: ages}", "unknown group 'ages'");
  refused("b5", "known: users_known", "known: user_known", "unknown indicator or benchmark 'user_known'");
  refused("b6", "known: users_known", "known: spend", "mixes units: 'total' is in 人, 'known' in 元");
  refused("b7", "known: users_known", "known: {value: users_known, lower: 9, upper: 1}", "hold no number: 9 to 1");
  refused("b8", "    identities:", "    identity:", "identit");
  refused("b9", "      known: users_known", "      all: users_known", "name the figure otherwise");
  refused("b10", "  agreed:", "  money:", "'money' is an account already");
  refused("b11", "id: outside", "id: parts", "the identity 'parts' stands twice");
  refused("b12", "tables:\n", "tables:\n  - {id: tb, title: {zh: a, en: a}, balance: agree}\n",
          "unknown balance 'agree', did you mean 'agreed'?");
  refused("b13", "{ref: users.total}", "{ref: agreed/totl.total}", "the balance 'agreed' has no figure 'totl'");
  refused("b14", "{ref: users.total}", "{ref: agreed/part.total}", "is a figure per level: name one");
  refused("b15", "{ref: users.total}", "{ref: agreed/total.total.moved}", "no statistic 'moved'");
  refused("b16", "label: {zh: 平衡, en: Balanced}", "distance: relativ", "did you mean 'relative'");
}

/* What only the numbers show ends the run, at its place. */
static bool tight;
static void run_fails(const char *name, const char *old, const char *with, const char *where, const char *message) {
  with_balance(name, SECTION);
  tiny_replace("study.yaml", old, with);
  if (tight) tiny_replace("study.yaml", "known: users_known", "known: {value: users_known, upper: 4500}");
  sx_study *study = tiny_load(NULL);
  sx_run_result *result = NULL;
  sx_error err = SX_ERROR_INIT;
  REQUIRE(study);
  const sx_status status = sx_study_run(&result, study, NULL, &err);
  if (status != SX_E_DATA || !strstr(err.where, where) || !strstr(err.message, message))
    SXT_FAIL("%s: status %d, '%s': %s", name, (int)status, err.where, err.message);
  sx_study_free(study);
  sx_run_result_free(result);
  tiny_remove();
}

static void contradictions(void) {
  run_fails("c1", "      - {id: outside, formula: total == known}\n",
            "      - {id: outside, formula: total == known}\n      - {id: more, formula: total == known + 5}\n",
            "identity ", "contradicts");
  tight = true;
  run_fails("c2", "{value: users, label", "{value: users, lower: 5000, label", "figure ", "the bounds cannot hold");
}

/* Balanced figures in formulas, with their joint covariance: the parts less the total is 0 with the error 0, though each has one. */
static void operands(void) {
  with_balance("balance-operands", SECTION);
  tiny_replace("study.yaml", "  twice:",
               "  young_part: {label: {zh: 青, en: Young}, formula: \"`agreed/part.age:young` / `agreed/total`\", "
               "format: \"% 1\"}\n"
               "  nothing: {label: {zh: 零, en: Nothing}, formula: \"`agreed/part` - `agreed/total`\", unit: 人}\n"
               "  same: {label: {zh: 同, en: Same}, formula: \"`agreed/total` - `agreed/known`\", unit: 人}\n"
               "  moved: {label: {zh: 移, en: Moved}, formula: \"`agreed/part` / users\", by: [age]}\n  twice:");
  tiny_replace(
      "study.yaml", "published: {file",
      "  again:\n    figures: {b: {value: \"`agreed/total`\", unit: 人}, c: {value: users_known, held: true}}\n"
      "    identities: [{id: w, formula: b == c}]\npublished: {file");
  tiny_replace("study.yaml", "accounts:\n",
               "accounts:\n  of_balanced:\n    label: {zh: 衡, en: Balanced}\n    unit: 元\n    format: \"元 0\"\n    "
               "nodes: [{id: t, label: 总}, {id: g, parent: t, "
               "label: 货, population: \"`agreed/total`\", penetration: 0.5, spend: spend}]\n");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  const tiny_row total = tiny_find(result->run, "agreed/total", "balanced", "total"),
                 young = tiny_find(result->run, "agreed/part", "balanced", "age:young"),
                 part = tiny_find(result->run, "young_part", "formula", "total"),
                 nothing = tiny_find(result->run, "nothing", "formula", "total"),
                 same = tiny_find(result->run, "same", "formula", "total"),
                 spend = tiny_find(result->run, "spend", "mean", "total"),
                 level = tiny_find(result->run, "of_balanced/t", "level", "total"),
                 users = tiny_find(result->run, "users", "total", "age:young");
  CHECK_NEAR(part.estimate, young.estimate / total.estimate, 1e-12);
  CHECK(fabs(nothing.estimate) < 1e-8 && nothing.se < 1e-8 * total.se);
  CHECK(fabs(same.estimate) < 1e-8 && same.se < 1e-8 * total.se && total.se > 1);
  CHECK_NEAR(tiny_find(result->run, "moved", "formula", "age:young").estimate, young.estimate / users.estimate, 1e-12);
  CHECK_NEAR(level.estimate, 0.5 * total.estimate * spend.estimate, 1e-12);
  CHECK(level.se > 0);
  /* a balance of balanced figures; what is held stays, and its error is that of what is brought to it: known itself moved nothing */
  const tiny_row b = tiny_find(result->run, "again/b", "balanced", "total"),
                 c = tiny_find(result->run, "again/c", "balanced", "total");
  CHECK(c.estimate == 4000 && fabs(c.se - 150) < 1e-9 && fabs(b.estimate - 4000) < 1e-8);
  CHECK_NEAR(b.se, 150, 1e-9);
  /* the imbalance total - known as it is has the variance V = v + u - 2 cov, cov = u v/(u + v) = its own variance: u - w */
  const double w = total.se * total.se, v = 150.0 * 150.0 - w;
  CHECK_NEAR(tiny_find(result->run, "again/all", "chi_square", "total").estimate, pow(total.estimate - 4000, 2) / v,
             1e-6);
  sx_run_result_free(result);
  /* another word of one of them: what rests on reused balances takes their carriers from the store */
  tiny_replace("study.yaml", "`agreed/part.age:young` / `agreed/total`\"",
               "2 * `agreed/part.age:young` / `agreed/total`\"");
  tiny_replace("study.yaml", "`agreed/part` / users", "2 * `agreed/part` / users");
  result = tiny_run();
  REQUIRE(result);
  CHECK_NEAR(tiny_find(result->run, "young_part", "formula", "total").estimate, 2 * part.estimate, 1e-12);
  CHECK_NEAR(tiny_find(result->run, "young_part", "formula", "total").se, 2 * part.se, 1e-9);
  for (size_t i = 0; i < result->n_steps; i++)
    if (strncmp(result->steps[i].id, "balance:", 8) == 0) CHECK(result->steps[i].reused);
  sx_run_result_free(result);
  tiny_remove();
}

/* Figures held against a benchmark, in each level: y = x + V_j (g - sum)/(sum V), closed form for independent ages. */
static void held_and_each(void) {
  with_balance("balance-held", "balance:\n"
                               "  h:\n"
                               "    unit: 人\n"
                               "    figures:\n"
                               "      known: {value: users_known, held: true}\n"
                               "      part: {value: users, by: age}\n"
                               "      twice: {value: 2 * users, by: age, unit: 人}\n"
                               "    identities:\n"
                               "      - {id: sum, sum: known, of: [part]}\n"
                               "      - {id: double, each: true, formula: twice == 2 * part}\n");
  tiny_replace("study.yaml", "tables:\n",
               "tables:\n  - {id: tb, title: {zh: 平衡, en: Levels}, balance: h, by: age}\n");
  sx_run_result *result = tiny_run();
  REQUIRE(result);
  static const char *const levels[] = {"age:young", "age:middle", "age:old"};
  const tiny_row users = tiny_find(result->run, "users", "total", "total");
  double sum = 0, before = 0;
  for (size_t i = 0; i < 3; i++) {
    const tiny_row y = tiny_find(result->run, "h/part", "balanced", levels[i]),
                   z = tiny_find(result->run, "h/twice", "balanced", levels[i]);
    sum += y.estimate;
    before += tiny_find(result->run, "h/part", "before", levels[i]).estimate;
    CHECK_NEAR(z.estimate, 2 * y.estimate, 1e-12);
    CHECK_NEAR(z.se, 2 * y.se, 1e-9);
  }
  CHECK_NEAR(sum, 4000, 1e-12);
  CHECK_NEAR(before, users.estimate, 1e-12);
  CHECK(tiny_find(result->run, "h/known", "moved_se", "total").estimate == 0);
  /* the imbalance is known - users: 150² + V(users); the identities of the levels hold by themselves and have no part in it */
  CHECK_NEAR(tiny_find(result->run, "h/all", "chi_square", "total").estimate,
             pow(4000 - users.estimate, 2) / (150.0 * 150.0 + users.se * users.se), 1e-9);
  char *report = tiny_report("en");
  CHECK(report && strstr(report, "part: moved (SE)") && strstr(report, "twice: moved (SE)"));
  free(report);
  sx_run_result_free(result);
  tiny_replace("narrative/en.md", "A tiny study", "The tiny study"); /* tables are written without the data */
  result = tiny_run();
  REQUIRE(result);
  sx_run_result_free(result);
  report = tiny_report("en");
  CHECK(report && strstr(report, "part: moved (SE)") && strstr(report, "The tiny study") && strstr(report, ">young<"));
  free(report);
  tiny_remove();
}

static void refused_operands(void) {
  static const char twice[] = "formula: 2 * penetration";
  refused("o1", twice, "formula: \"`agreed/totl`\"", "the balance 'agreed' has no figure 'totl'");
  refused("o2", twice, "formula: \"`agreed/total.total.moved_se`\"",
          "a formula takes a balanced figure itself, not its 'moved_se'");
  refused("o3", twice, "by: [old], formula: \"`agreed/part`\"",
          "'agreed/part' is not made for the groups of this formula");
  refused("o4", twice, "formula: \"`agreed/total.old`\"",
          "the balanced figure 'agreed/total' is not made for that group");
  refused("o5", "known: users_known", "known: {value: \"`agreed/total`\", unit: 人}",
          "formulas in a circle: agreed -> agreed");
  refused("o6", "known: users_known", "known: {value: users_known, held: true, lower: 3}",
          "the figure 'known' is held: bounds have nothing to hold");
  refused("o7", "id: outside, formula: total == known", "id: outside, each: true, formula: total == known",
          "holds in each level: all its figures are 'by' one group");
  refused("o8", "tables:\n", "tables:\n  - {id: tb, title: {zh: a, en: a}, balance: agreed, by: region}\n",
          "the balance 'agreed' has no figures by the levels of 'region'");
  refused("o9", "part: {value: users, by: age}", "part: {value: \"`money/all`\", by: age}",
          "the account 'money' is not made for the levels of 'part'");
}

SXT_MAIN(SXT_CASE(closed_form), SXT_CASE(accounts), SXT_CASE(named_later), SXT_CASE(missing), SXT_CASE(refusals),
         SXT_CASE(contradictions), SXT_CASE(operands), SXT_CASE(held_and_each), SXT_CASE(refused_operands))
