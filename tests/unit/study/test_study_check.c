/* What the check of a study finds: every fault has its own message and place, and all of them are told. */
#include "tiny.h"

static sx_problems problems;

/* The study with one replacement must be refused, with a problem whose place and message contain the texts. */
static void expect(const char *file, const char *old, const char *with, const char *where, const char *message) {
  tiny_copy("check");
  tiny_replace(file, old, with);
  char path[600];
  tiny_path(path, "study.yaml");
  sx_study *study = NULL;
  sx_error err = SX_ERROR_INIT;
  const sx_status status = sx_study_load(&study, NULL, path, &problems, &err);
  if (status != SX_E_PARSE) SXT_FAIL("'%s' for '%s': status %d (%s)", with, old, (int)status, err.message);
  bool found = false;
  for (size_t i = 0; i < problems.n; i++) {
    found = found || (strstr(problems.items[i].where, where) && strstr(problems.items[i].message, message));
  }
  if (!found) {
    SXT_FAIL("'%s' for '%s': no problem at '%s' saying '%s'; there are %zu:", with, old, where, message, problems.n);
    for (size_t i = 0; i < problems.n; i++) {
      fprintf(stderr, "    %s: %s\n", problems.items[i].where, problems.items[i].message);
    }
  }
  CHECK(strcmp(err.message, problems.n ? problems.items[0].message : "") == 0);
  if (problems.n != 1) SXT_FAIL("'%s' for '%s': %zu problems instead of one", with, old, problems.n);
  sx_problems_clear(&problems);
  sx_study_free(study);
  tiny_remove();
}

static void is_clean(void) {
  tiny_copy("check");
  char path[600];
  tiny_path(path, "study.yaml");
  sx_study *study = NULL;
  REQUIRE_OK(sx_study_load(&study, NULL, path, &problems, err));
  CHECK_INT(problems.n, 0);
  CHECK(sx_study_skipped(study) == NULL);
  sx_study_free(study);
  tiny_remove();
}

static void unknown_words(void) {
  expect("study.yaml", "strata: stratum", "srata: stratum", "study.yaml:17:27",
         "unknown key 'srata': did you mean 'strata'?");
  expect("study.yaml", "by: [old, age], format", "by: [odl, age], format", "study.yaml:30:66",
         "unknown group 'odl', did you mean 'old'?");
  expect("study.yaml", "by: [old, age], format", "by: [old, \"age:\"], format", "study.yaml:30:71",
         "the group 'age' has no level ''");
  expect("study.yaml", "formula: 2 * penetration", "formula: 2 * penetratoin", "study.yaml:38:52",
         "unknown indicator or benchmark 'penetratoin', did you mean 'penetration'?");
  expect("study.yaml", "parent: all, label: {zh: 手机", "parent: al, label: {zh: 手机", "study.yaml:48:29",
         "unknown parent 'al', did you mean 'all'?");
  expect("study.yaml", "scope: narrow", "scope: narow",
         "study.yaml:48:", "unknown scope 'narow', did you mean 'narrow'?");
  expect("study.yaml", "{ref: users.total}", "{ref: user.total}",
         "study.yaml:59:", "unknown indicator 'user', did you mean 'users'?");
  expect("study.yaml", "type: bars", "type: bras", "study.yaml:61:", "did you mean 'bars'?");
  expect("study.yaml", "annex: [assumptions", "annex: [asumptions", "study.yaml:64:9", "did you mean 'assumptions'?");
}

static void expressions(void) {
  /* the place is the one inside the expression: 'wher' is the whole value, 'aeg' stands 1 column into it */
  expect("study.yaml", "where: older == 1", "where: odler == 1", "study.yaml:25:43", "odler");
  expect("study.yaml", "older: age >= 60", "older: aeg >= 60", "study.yaml:13:10", "did you mean");
  expect("study.yaml", "older: age >= 60", "older: age >= ", "study.yaml:13:", "");
  expect("study.yaml", "prop: user == 1", "prop: \"user == 1 andd sex == 'm'\"", "study.yaml:32:", "");
  expect("study.yaml", "where: age < 30", "where: sex == \"male\"", "study.yaml:26:", "male");
  expect("study.yaml", "mean: spend,", "trimmed: region,", "study.yaml:33:", "not a number");
  expect("study.yaml", "prop: user == 1", "prop: region", "study.yaml:32:", "prop needs a condition");
}

static void structure(void) {
  expect("study.yaml", "spend_k: spend / 1000", "spend_k: double_k / 2", "study.yaml:1",
         "derived variables in a circle: spend_k -> double_k -> spend_k");
  expect("study.yaml", "formula: users / population", "formula: twice / population", "study.yaml:3",
         "formulas in a circle: penetration -> twice -> penetration");
  expect("study.yaml", "codes: [A2]", "codes: [A1]", "study.yaml:48:9", "'A1', which would be counted twice");
  expect("study.yaml", "weights: weight", "weights: wieght", "study.yaml:17:19", "did you mean 'weight'");
  expect("study.yaml", "weights: weight, ", "", "study.yaml:17:9", "names no weights");
  expect("study.yaml", "file: people.csv", "file: poeple.csv", "study.yaml:8:18", "there is no file");
  expect("extra.csv", "A1,0", "A2,0", "study.yaml:11:5", "stands twice in the joined table");
  expect("study.yaml", "file: pop.csv", "file: popp.csv", "study.yaml:20:", "there is no file");
  expect("study.yaml", "value: people}", "value: poeple}", "study.yaml:19:5", "did you mean 'people'");
  expect("study.yaml", "format: \"万元 2\"", "format: \"万人 2\"", "study.yaml:44:13", "does not print the unit '元'");
  expect("study.yaml", "gap: [old], format", "gap: [total], format", "study.yaml:37:", "name a group");
  expect("study.yaml", "en: middle", "en: young", "study.yaml:14:68", "the label 'young' stands twice");
  expect("study.yaml", "{zh: 中年, en: middle}", "{}", "study.yaml:14:68", "an empty label");
  expect("study.yaml", "breaks: [30, 60]", "breaks: [60, 30]", "study.yaml:14:", "breaks grow");
  expect("study.yaml", "breaks: [30, 60]", "breaks: [30]", "study.yaml:14:", "1 breaks make 2 classes");
  expect("study.yaml", "population: people, penetration: rate, spend: spend", "population: people, spend: spend",
         "study.yaml:48:9", "all three");
}

static void margins(void) {
  expect("study.yaml", "totals: {m: 2900, f: 3100}", "totals: {m: 2900, fe: 3100}", "study.yaml:21:39",
         "the variable 'sex' has no level 'fe', did you mean 'f'?");
  expect("study.yaml", "totals: {m: 2900, f: 3100}", "totals: {m: 2900, f: 3200}", "study.yaml:21:29",
         "the margins disagree in total: 'region' sums to 6000, 'sex' to 6100");
  expect("pop.csv", "north,3100", "north,3200", "study.yaml:21:29", "'region' sums to 6100, 'sex' to 6000");
  expect("study.yaml", "totals: {file: pop.csv, value: people}", "totals: {north: 3100, suoth: 2900}",
         "study.yaml:20:46", "the variable 'region' has no level 'suoth', did you mean 'south'?");
  expect("extra.csv", "A1,0", "A2,0", "study.yaml:11:5", "extra.csv: the key psu = A2 stands twice");
}

/* Warnings do not refuse the study. */
static void leaf_without_scope(void) {
  tiny_copy("check");
  tiny_replace("study.yaml", "total: users * 10, scope: wide", "total: users * 10");
  char path[600];
  tiny_path(path, "study.yaml");
  sx_study *study = NULL;
  REQUIRE_OK(sx_study_load(&study, NULL, path, &problems, err));
  CHECK_INT(problems.n, 1);
  if (problems.n == 1) {
    CHECK(problems.items[0].warning);
    CHECK(strstr(problems.items[0].where, "study.yaml:50:9") != NULL);
    CHECK(strstr(problems.items[0].message, "the leaf 'rest' names no scope") != NULL);
  }
  sx_study_free(study);
  study = NULL;
  /* from the branch above it has one */
  sx_problems_clear(&problems);
  tiny_replace("study.yaml", "{id: all, label: {zh: 全部, en: All}}",
               "{id: all, label: {zh: 全部, en: All}, scope: wide}");
  REQUIRE_OK(sx_study_load(&study, NULL, path, &problems, err));
  CHECK_INT(problems.n, 0);
  sx_study_free(study);
  sx_problems_clear(&problems);
  tiny_remove();
}

static void texts(void) {
  expect("narrative/en.md", "users.total", "usrs.total", "narrative/en.md:3:", "did you mean 'users'?");
  expect("narrative/zh.md", "rate.old.gap", "rate.young.gap", "narrative/zh.md:3:", "has no gap for that group");
  expect("narrative/en.md", "{{figure ages}}", "a [@box no] {{box title=b id=yes}}c{{end}} [@box yes]",
         "narrative/en.md:5:3", "there is no numbered box 'no'");
  expect("study.yaml", "narrative: {zh", "style: uk minus=no\nnarrative: {zh", "study.yaml:63:8",
         "unknown minus 'no': one of sign, hyphen");
  expect("study.yaml", "narrative: {zh", "macros: {if: {zh: a}}\nnarrative: {zh", "study.yaml:63:10",
         "a macro cannot be called 'if'");
  expect("study.yaml", "narrative: {zh", "macros: {m: {params: {a: b}}}\nnarrative: {zh", "study.yaml:63:13",
         "a macro needs a text");
  expect("study.yaml", "narrative: {zh", "macros: {m: {zh: \"{{table t1}}\"}}\nnarrative: {zh", "study.yaml:63:18",
         "stands in the text itself");
  expect("narrative/en.md", "{{figure ages}}", "a {{level_and_change users}}", "narrative/en.md:5:3",
         "{{level_and_change}} wants a format");
  expect("narrative/en.md", "{{figure ages}}", "a {{value usrs | plain 0}}", "narrative/en.md:5:3", "usrs");
  expect("narrative/en.md", "{{figure ages}}", "a {{rank users usrs}}", "narrative/en.md:5:3", "usrs");
  expect("narrative/en.md", "{{figure ages}}", "{{box title=b}}", "narrative/en.md:5:1", "{{box}} has no {{end}}");
  expect("narrative/en.md", "{{figure ages}}", "{{figure age}}", "narrative/en.md:5:1", "there is no figure 'age'");
  expect("narrative/en.md", "{{figure ages}}", "{{figure ages}}\n\nb\n\n{{figure ages}}", "narrative/en.md:9:1",
         "figure 'ages' is placed a second time: refer to it with [@figure ages]");
  expect("published.csv", "users.total", "users.young", "published.csv: row 2 P1", "not estimated by 'young'");
  expect("published.csv", "design-fact", "design-fakt", "published.csv: row 5 P4", "did you mean 'design-fact'?");
  expect("published.csv", "P2,", "P1,", "published.csv: row 3 P1", "stands twice");
  expect("published.csv", "design-fact,设计规定,Set by the design", ",,", "published.csv: row 5 P4",
         "neither a reference");
}

/* A footnote that is used by a macro, in code, or by nobody: one line for the last. */
static void notes(void) {
  tiny_copy("check");
  tiny_replace("study.yaml", "narrative: {zh",
               "macros: {m: {zh: \"a[^by_macro]\", en: \"a[^by_macro]\"}}\nnarrative: {zh");
  tiny_replace(
      "narrative/en.md", "{{figure ages}}",
      "{{figure ages}}\n\nb[^used] {{m}}\n\n[^used]: U.\n[^by_macro]: M.\n[^nobody]: N.\n\n```\n[^code]: C.\n```\n");
  char path[600];
  tiny_path(path, "study.yaml");
  sx_study *study = NULL;
  REQUIRE_OK(sx_study_load(&study, NULL, path, &problems, err));
  CHECK_INT(problems.n, 1);
  CHECK(problems.items[0].warning && strstr(problems.items[0].where, "narrative/en.md:11:1"));
  CHECK_STR(problems.items[0].message, "the footnote [^nobody] is never referred to and is left out");
  sx_problems_clear(&problems);
  sx_study_free(study);
  tiny_remove();
}

/* Three faults in three places are three problems. */
static void all_of_them(void) {
  tiny_copy("check");
  tiny_replace("study.yaml", "weights: weight", "weights: wieght");
  tiny_replace("study.yaml", "mean: spend,", "maen: spend,");
  tiny_replace("narrative/en.md", "users.total", "usrs.total");
  char path[600];
  tiny_path(path, "study.yaml");
  sx_study *study = NULL;
  CHECK_FAILS(sx_study_load(&study, NULL, path, &problems, err), SX_E_PARSE, "study.yaml", "");
  CHECK(study == NULL);
  CHECK(problems.n >= 4); /* the unknown key and the indicator without a kind */
  sx_problems_clear(&problems);
  tiny_remove();
}

static void absent(void) {
  tiny_copy("check");
  char path[600];
  tiny_path(path, "study.yaml");
  tiny_replace("study.yaml", "study: tiny", "study: tiny\nrequires: nowhere");
  sx_study *study = NULL;
  REQUIRE_OK(sx_study_load(&study, NULL, path, &problems, err));
  CHECK(sx_study_skipped(study) && strstr(sx_study_skipped(study), "data not present: "));
  sx_run_result *result = NULL;
  REQUIRE_OK(sx_study_run(&result, study, NULL, err));
  CHECK(result->skipped != NULL && result->n_steps == 0);
  sx_run_result_free(result);
  sx_study_free(study);
  study = NULL;
  /* --data stands in for it */
  const sx_load_options options = {.version = 1, .data_dir = tiny_dir};
  REQUIRE_OK(sx_study_load_with(&study, NULL, path, &options, NULL, err));
  CHECK(sx_study_skipped(study) == NULL);
  sx_study_free(study);
  CHECK_FAILS(sx_study_load(&study, NULL, "no/such/study.yaml", NULL, err), SX_E_IO, "no/such", "");
  tiny_remove();
}

/* A drawing prints all its numbers in the unit of the first: others would be wrong by it. */
static void one_scale(void) {
  const char *bars = "type: bars, indicators: [rate], domains: [age]";
  expect("study.yaml", bars, "type: grouped, indicators: [rate, spend], domains: [total]", "study.yaml:61:76",
         "the figure 'ages' has one scale, and 'rate' is in per cent while 'spend' is in 元: make two figures of them, "
         "or a "
         "table");
  expect("study.yaml", bars, "type: dots, indicators: [spend, rate], domains: [total]", "study.yaml:61:74",
         "'spend' is in 元 while 'rate' is in per cent");
  expect("study.yaml", bars, "type: heat, indicators: [people, spend], domains: [total]", "study.yaml:61:75",
         "'people' is in 人 while 'spend' is in 元");
  expect("study.yaml", bars, "type: stacked, format: plain 0, indicators: [people, spend], domains: [total]",
         "study.yaml:61:", "'people' is in 人 while 'spend' is in 元");
  expect("study.yaml", bars, "type: bars, indicators: [rate, spend_k], domains: [total]",
         "study.yaml:61:", "'rate' is in per cent while 'spend_k' is a number without a unit");
  expect("study.yaml", bars, "type: heat, indicators: [rate], domains: [age], centre: spend.total",
         "study.yaml:61:", "'rate' is in per cent while 'spend.total' is in 元");
  /* the form in full */
  expect("study.yaml", bars, "type: bars, series: [x], categories: [a, b], cells: [[rate.total], [users.total]]",
         "study.yaml:61:", "'rate.total' is in per cent while 'users.total' is in 人");
  expect("study.yaml", bars, "type: bars, series: [x], categories: [a, b], cells: [[rate.old], [rate.old.gap]]",
         "study.yaml:61:", "'rate.old' is in per cent while 'rate.old.gap' is in percentage points");
  expect("study.yaml", bars,
         "type: bars, format: \"% 1\", series: [x], categories: [a, b], cells: [[rate.total], [rate.total.n]]",
         "study.yaml:61:", "'rate.total.n' is in cases");
  expect("study.yaml", bars,
         "type: bars, format: \"% 1\", series: [x], categories: [a, b], cells: [[rate.total], [spend.total]]",
         "study.yaml:61:", "it is in 元, not in per cent");
}

/* Levels are no steps, and no effects of inputs. */
static void shapes(void) {
  const char *bars = "type: bars, indicators: [rate], domains: [age]";
  expect("study.yaml", bars, "type: waterfall, indicators: [rate], domains: [age]",
         "study.yaml:61:", "a waterfall has steps that add up, and indicators are levels");
  expect("study.yaml", bars, "type: tornado, indicators: [rate], domains: [age]",
         "study.yaml:61:", "a tornado shows what one result becomes as its inputs move");
}

/* Shares with formulas printed in per cent, and amounts of one unit, have one scale. */
static void one_scale_kept(void) {
  static const char *const with[] = {
      "type: dots, indicators: [rate, penetration, user_share], domains: [total]",
      "type: dots, indicators: [users, people], domains: [total]",
      "type: dots, format: \"% 1\", indicators: [rate, twice], domains: [total]",
      "type: bars, series: [x], categories: [a, b], cells: [[spend.total], [income.total]]"};
  for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
    char path[600];
    tiny_copy("check");
    tiny_replace("study.yaml", "type: bars, indicators: [rate], domains: [age]", with[i]);
    tiny_path(path, "study.yaml");
    sx_study *study = NULL;
    const sx_status status = sx_study_load(&study, NULL, path, &problems, NULL);
    if (status != SX_OK || problems.n) SXT_FAIL("%s: %s", with[i], problems.n ? problems.items[0].message : "");
    sx_study_free(study);
    sx_problems_clear(&problems);
    tiny_remove();
  }
}

SXT_MAIN(SXT_CASE(one_scale), SXT_CASE(one_scale_kept), SXT_CASE(shapes), SXT_CASE(is_clean), SXT_CASE(unknown_words),
         SXT_CASE(expressions), SXT_CASE(structure), SXT_CASE(texts), SXT_CASE(notes), SXT_CASE(margins),
         SXT_CASE(leaf_without_scope), SXT_CASE(all_of_them), SXT_CASE(absent))
