/* test_study_kinds.c: other means, standardised rates, sets, rankings, boxes and the mark of heavy tails in a study. Numbers: sums by
 * hand, those of tests/cli/test_kinds.sh on the same cases. */
#include "shuxiao/io.h"
#include "tiny_run.h"

static const double none = (double)NAN;

static sx_column *number(sx_table *t, const char *name, const double *values) {
  sx_column *c = NULL;
  if (sx_table_add(&c, t, name, SX_NUMBER, NULL) != SX_OK) exit(1);
  for (size_t i = 0; i < c->n; i++) {
    c->data.f64[i] = values[i];
    if (isnan(values[i]) && sx_column_set_missing(NULL, c, i, SX_MISS_SYSTEM, NULL) != SX_OK) exit(1);
  }
  return c;
}

static void folder(const char *name, const char *yaml) {
  const char *build = getenv("SX_BUILD");
  char command[900];
  snprintf(tiny_dir, sizeof tiny_dir, "%s/kinds-%s-%d", build ? build : "/tmp", name, (int)getpid());
  snprintf(command, sizeof command, "rm -rf '%s'; mkdir -p '%s'", tiny_dir, tiny_dir);
  if (system(command) != 0) SXT_FAIL("cannot make %s", tiny_dir);
  tiny_write("study.yaml", yaml);
}

/* Six cases in two strata with a set of three dichotomies, as an SPSS file. */
static void six(void) {
  static const double w[] = {1, 2, 3, 1, 2, 3}, h[] = {1, 1, 1, 2, 2, 2}, y[] = {5, 4, 7, 2, 8, 1};
  static const double a[] = {1, 1, 0, 0, 1, none}, b[] = {0, 1, 1, 0, none, none}, c[] = {0, 1, 0, 2, none, none};
  static const double r1[] = {1, 2, none, none, 1, 2}, r2[] = {2, 1, 1, none, 3, 1}, r3[] = {3, none, 2, none, 2, 3};
  static const double sat[] = {5, 4, 3, 2, 1, 5};
  char path[600];
  sx_table *t = NULL;
  if (sx_table_new(&t, NULL, 6, NULL) != SX_OK) exit(1);
  number(t, "w", w);
  number(t, "h", h);
  number(t, "y", y);
  REQUIRE_OK(sx_column_set_label(NULL, number(t, "a", a), "Apples", err));
  number(t, "b", b);
  number(t, "c", c);
  number(t, "r1", r1);
  number(t, "r2", r2);
  number(t, "r3", r3);
  number(t, "sat", sat);
  char *members[] = {(char[]){"a"}, (char[]){"b"}, (char[]){"c"}};
  const sx_mrset set = {.name = (char[]){"$fruit"},
                        .label = (char[]){""},
                        .dichotomous = true,
                        .counted = 1,
                        .variables = members,
                        .n_variables = 3};
  REQUIRE_OK(sx_table_add_mrset(t, &set, err));
  char *firsts[] = {(char[]){"r1"}, (char[]){"r2"}};
  const sx_mrset places = {.name = (char[]){"$places"}, .label = (char[]){""}, .variables = firsts, .n_variables = 2};
  REQUIRE_OK(sx_table_add_mrset(t, &places, err));
  tiny_path(path, "six.sav");
  REQUIRE_OK(sx_io_write(t, path, err));
  sx_table_free(t);
}

#define HEAD                                                                                                           \
  "study: six\ntitle: Six\nlanguages: [en, zh]\ndata: {six: {file: six.sav}}\n"                                        \
  "design: {weights: w, strata: h}\ngroups:\n  h: {by: h}\nindicators:\n"

static void near(const sx_run_result *result, const char *indicator, const char *statistic, const char *domain,
                 double want) {
  const tiny_row row = tiny_find(result->run, indicator, statistic, domain);
  const int before = sxt_failures;
  CHECK_NEAR(row.estimate, want, 1e-12);
  CHECK(row.se >= 0);
  if (sxt_failures > before) fprintf(stderr, "in %s %s %s\n", indicator, statistic, domain);
}

/* A value, and why it has no error. */
static void without_error(const sx_run_result *result, const char *indicator, const char *statistic, const char *domain,
                          double want) {
  const tiny_row row = tiny_find(result->run, indicator, statistic, domain);
  CHECK_NEAR(row.estimate, want, 1e-12);
  CHECK(isnan(row.se));
  CHECK_STR(row.reason, "too few sampling units for an error");
}

static void test_numbers(void) {
  folder("numbers", HEAD "  g: {geometric: y, by: h, gap: \"h:1\"}\n"
                         "  h: {harmonic: y * 1}\n"
                         "  t: {trimmed: {of: y, tails: 0.08333333333333333}}\n"
                         "  t5: {trimmed: y}\n"
                         "  v: {winsorised: {of: y, tails: [0.25, 0]}}\n"
                         "  f: {share_of_set: $fruit, by: h}\n"
                         "  fa: {share_of_set: {of: $fruit, share: answers}}\n"
                         "  fv: {share_of_set: {of: $fruit, among: valid}}\n"
                         "  fb: {share_of_set: {of: $fruit, among: all}, base: w < 3}\n"
                         "  rm: {rank: {items: [r1, r2, r3]}}\n"
                         "  rf: {rank: {items: [r1, r2, r3], score: first}}\n"
                         "  rt: {rank: {items: [r1, r2, r3], score: top, top: 2}}\n"
                         "  rb: {rank: {items: [r1, r2, r3], score: borda}}\n"
                         "  b: {box: sat}\n"
                         "  n: {box: {of: sat, score: net}}\n"
                         "  n1: {box: {of: sat, score: net, top: [5], bottom: [1]}, by: h}\n"
                         "  apples: {formula: \"`f.total.a` - `f.total.c`\"}\n");
  six();
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  near(result, "g", "geometric", "total", 3.511285742519304);
  near(result, "g", "geometric", "h:1", exp((log(5) + 2 * log(4) + 3 * log(7)) / 6));
  near(result, "g", "gap", "h:1", exp((log(5) + 2 * log(4) + 3 * log(7)) / 6) - 3.511285742519304);
  near(result, "h", "harmonic", "total", 2.459736456808199);
  near(result, "t", "trimmed", "total", 4.6);
  near(result, "v", "winsorised", "total", 4.833333333333333);
  near(result, "f", "a", "total", 5 / 8.0);
  near(result, "f", "c", "total", 2 / 8.0);
  near(result, "f", "b", "h:1", 5 / 6.0);
  near(result, "fa", "a", "total", 5 / 12.0);
  near(result, "fv", "a", "total", 5 / 9.0);
  near(result, "fb", "a", "total", 5 / 6.0);
  near(result, "rm", "r1", "total", 13 / 8.0);
  near(result, "rf", "r1", "total", 3 / 11.0);
  near(result, "rt", "r1", "total", 8 / 11.0);
  near(result, "rb", "r2", "total", 28 / 11.0);
  near(result, "b", "box", "total", 0.5);
  near(result, "n", "box", "total", 0.25);
  near(result, "n1", "box", "total", 2 / 12.0);
  near(result, "apples", "formula", "total", 3 / 8.0);
  sx_run_result_free(result);
  tiny_remove();
}

static const char ages[] = "w,g,age,sex,y,u\n1,A,young,f,5,1\n2,A,young,m,4,0\n3,A,old,f,7,1\n1,A,old,m,2,0\n"
                           "2,B,young,f,8,1\n3,B,young,m,1,0\n2,B,old,f,6,1\n1,B,middle,m,3,1\n";
#define AGES                                                                                                           \
  "study: ages\ntitle: Ages\nlanguages: [en]\ndata: {p: {file: ages.csv}}\ndesign: {weights: w}\n"                     \
  "groups:\n  g: {by: g}\nindicators:\n"

static void test_standardized(void) {
  folder("ages", AGES
         "  m: {standardized: {mean: y, cells: age, standard: {young: 70, old: 30, middle: 0}}, by: g, gap: \"g:A\"}\n"
         "  e: {standardized: {mean: y, cells: age, standard: {young: 1, old: 1, middle: 1}}, by: g}\n"
         "  p: {standardized: {prop: u == 1, cells: [age, sex], standard: {young/f: 1, young/m: 1, old/f: 1, old/m: 1, "
         "middle/m: 0}}, where: g == \"A\"}\n"
         "  r: {standardized: {ratio: [y, w], cells: age, standard: {young: 1, old: 1, middle: 0}}, by: g}\n"
         "  half: {formula: e / 2}\n");
  tiny_write("ages.csv", ages);
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  near(result, "m", "standardized", "g:A", 0.7 * 13 / 3 + 0.3 * 23 / 4);
  without_error(result, "m", "standardized", "g:B", 0.7 * 19 / 5 + 0.3 * 6); /* one old case */
  without_error(result, "p", "standardized", "total", 0.5);                  /* cells of one case */
  near(result, "r", "standardized", "g:A", 0.5 * 13 / 5 + 0.5 * 23 / 10);
  CHECK_STR(tiny_find(result->run, "e", "standardized", "g:A").reason, "no answer in a cell of the standard");
  without_error(result, "e", "standardized", "g:B", (19 / 5.0 + 6 + 3) / 3);
  sx_run_result_free(result);
  tiny_remove();
}

/* Of a group of one case: its gap, and a formula that names it beside the whole, hold the error of the other side alone. */
static void test_one_case(void) {
  folder("one", "study: ages\ntitle: Ages\nlanguages: [en]\ndata: {p: {file: ages.csv}}\ndesign: {weights: w}\n"
                "groups:\n  age: {by: age}\nindicators:\n"
                "  y: {mean: y, by: age, gap: [\"age:middle\", \"age:old\", {of: \"age:old\", to: \"age:middle\"}]}\n"
                "  d: {formula: \"2 * `y.age:middle` - y.total\"}\n"
                "  o: {formula: \"`y.age:old` - y.total\"}\n");
  tiny_write("ages.csv", ages);
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  const double all = (5 + 8 + 21 + 2 + 16 + 3 + 12 + 3) / 15.0, old = (21 + 2 + 12) / 6.0;
  without_error(result, "y", "mean", "age:middle", 3);
  without_error(result, "y", "gap", "age:middle", 3 - all);
  without_error(result, "y", "gap_age:middle", "age:old", old - 3);
  near(result, "y", "gap", "age:old", old - all);
  without_error(result, "d", "formula", "total", 6 - all);
  near(result, "o", "formula", "total", old - all);
  sx_run_result_free(result);
  tiny_remove();
}

/* One case of 300 holds what the others do not: means and totals say so, shares and counts do not. */
static void test_tail(void) {
  folder("tail", "study: tail\ntitle: Tail\nlanguages: [en]\ndata: {p: {file: tail.csv}}\ndesign: {weights: w}\n"
                 "groups:\n  g: {by: g}\nindicators:\n  y: {total: y, by: g}\n  m: {mean: y}\n  u: {total: u}\n  c: "
                 "{count: y > 5}\n");
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_buf_add(&text, "w,y,u,g\n");
  for (int i = 1; i <= 300; i++)
    sx_buf_printf(&text, "1,%d,%d,%d\n", i == 7 ? 1000 : i == 8 || i == 9 ? 500 : 10, i == 7, i > 150);
  tiny_write("tail.csv", text.data);
  sx_buf_clear(&text);
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  CHECK_STR(tiny_find(result->run, "y", "total", "total").quality, "heavy tail: top 1% hold 40%");
  CHECK_STR(tiny_find(result->run, "y", "total", "g:0").quality, "cv>0.3;heavy tail: top 1% hold 36%");
  CHECK_STR(tiny_find(result->run, "y", "total", "g:1").quality, "");
  CHECK(strstr(tiny_find(result->run, "m", "mean", "total").quality, "heavy tail") != NULL);
  CHECK(strstr(tiny_find(result->run, "u", "total", "total").quality, "heavy") == NULL);
  CHECK_STR(tiny_find(result->run, "c", "count", "total").quality, "");
  sx_run_result_free(result);
  tiny_remove();
}

/* The first problem that the study has. */
static void refuses(const char *indicator, const char *message) {
  char yaml[1200];
  sx_problems problems;
  memset(&problems, 0, sizeof problems);
  snprintf(yaml, sizeof yaml, HEAD "  x: {%s}\n", indicator);
  folder("bad", yaml);
  six();
  sx_study *study = NULL;
  sx_error err = SX_ERROR_INIT;
  char path[600];
  tiny_path(path, "study.yaml");
  const sx_status st = sx_study_load(&study, NULL, path, &problems, &err);
  bool found = false;
  for (size_t i = 0; i < problems.n; i++) found = found || strstr(problems.items[i].message, message);
  if (st == SX_OK && !problems.n) SXT_FAIL("%s: accepted", indicator);
  if (!found)
    SXT_FAIL("%s: no '%s' but '%s'", indicator, message, problems.n ? problems.items[0].message : err.message);
  sx_problems_clear(&problems);
  sx_study_free(study);
  tiny_remove();
}

static void test_bad(void) {
  refuses("trimmed: {of: y, tails: [0.6, 0.4]}", "together below 1");
  refuses("trimmed: {of: y, tial: 0.1}", "unknown key 'tial'");
  refuses("geometric: yy", "yy");
  refuses("share_of_set: $frut", "did you mean '$fruit'");
  refuses("share_of_set: {of: $fruit, share: people}", "people");
  refuses("share_of_set: $places", "'r2' has no levels that are known before its data are read: list them");
  refuses("share_of_set: {of: $places, members: [1, 2, 1]}", "the level '1' is listed twice");
  refuses("share_of_set: {of: $places, members: 3}", "the levels are a list");
  refuses("share_of_set: {of: $fruit, members: [a]}", "members are of sets of categories");
  refuses("share_of_set: {of: $fruit, counted: 2}", "says itself what counts");
  refuses("share_of_set: {of: [a, b], counted: yes!}", "'yes!' is not a number, and a holds numbers");
  refuses("share_of_set: [a, z]", "'z'");
  refuses("share_of_set: [a, a + b]", "'a + b' is no variable");
  refuses("share_of_set: \"multi(a,)\"", "a set is made of variables");
  refuses("share_of_set: {share: answers}", "needs its set");
  refuses("rank: {places: [r1, r2]}", "list the items, as 'items: [tea, milk]'");
  refuses("rank: {places: [r1, r2], items: [1, 2], score: top, top: 3}", "N from 1 to 2");
  refuses("box: {of: sat, score: top0}", "is no score of a scale");
  refuses("box: {of: sat, score: netto}", "is no score of a scale");
  refuses("box: {of: sat, score: top3, top: [5]}", "says how many levels");
  refuses("box: {of: sat, score: nps, bottom: [1]}", "nps is the net of 9, 10 and 0 to 6");
  refuses("rank: [r1, r2]", "rank");
  refuses("rank: {items: [r1, r2], score: top}", "'score: top' needs 'top: N'");
  refuses("rank: {items: [r1, r2], score: top, top: 3}", "N from 1 to 2");
  refuses("box: {of: sat, top: 5}", "list of levels");
  refuses("standardized: {mean: y, standard: {1: 1, 2: 1}}", "cells");
  refuses("standardized: {mean: y, cells: h}", "standard population");
  refuses("standardized: {mean: y, cells: h + 1, standard: {1: 1}}", "cells are variables");
  refuses("standardized: {mean: y, prop: w > 1, cells: h, standard: {1: 1}}", "one of 'mean: X'");
  refuses("standardized: {mean: y, cells: h, standard: {1: -1}}", "0 or more");
}

static const char drinks[] = "w,h,a,b,p1,p2,drink,also,nps\n"
                             "1,1,1,0,tea,milk,tea,milk,9\n2,1,1,1,milk,tea,milk,,10\n3,1,0,1,milk,wine,tea,tea,7\n"
                             "1,2,0,0,,,,,0\n2,2,1,,tea,wine,wine,tea,6\n3,2,,,milk,tea,milk,wine,8\n";
#define DRINKS                                                                                                         \
  "study: drinks\ntitle: Drinks\nlanguages: [en]\ndata: {p: {file: drinks.csv}}\n"                                     \
  "design: {weights: w, strata: h}\ngroups:\n  h: {by: h}\nindicators:\n"

/* Sets and rankings whose members are levels: the numbers of tests/cli/test_kinds.sh, and sums by hand. Weight of those who drink
 * anything: 11 of 12; tea 1 + 3 + 2, milk 1 + 2 + 3, wine 2 + 3, 17 answers. */
static void test_categories(void) {
  folder("categories", DRINKS "  d: {share_of_set: [drink, also], by: h, gap: \"h:1\"}\n"
                              "  da: {share_of_set: {of: [drink, also], share: answers, members: [wine, milk, tea]}}\n"
                              "  db: {share_of_set: {of: \"multi(drink, also)\", among: all}}\n"
                              "  dc: {share_of_set: {of: [drink, also], counted: tea, among: all}}\n"
                              "  m: {share_of_set: \"multi(`a`, b)\"}\n"
                              "  m0: {share_of_set: {of: \"multi(a, b)\", counted: 0}}\n"
                              "  r: {rank: {places: [p1, p2], score: first}}\n"
                              "  rm: {rank: {places: [p1, p2], items: [wine, tea, milk]}}\n"
                              "  rb: {rank: {places: [p1, p2], score: borda}}\n"
                              "  n: {box: {of: nps, score: nps}}\n"
                              "  n2: {box: {of: nps, score: nps}, where: nps > 6}\n"
                              "  t3: {box: {of: nps, score: top3}}\n"
                              "  more: {formula: \"`d.total.prop_tea` - `d.total.prop_wine`\"}\n");
  tiny_write("drinks.csv", drinks);
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  near(result, "d", "prop_tea", "total", 6 / 11.0);
  near(result, "d", "prop_milk", "total", 6 / 11.0);
  near(result, "d", "prop_wine", "total", 5 / 11.0);
  near(result, "d", "prop_tea", "h:1", 4 / 6.0);
  near(result, "d", "gap", "h:1", 4 / 6.0 - 6 / 11.0);
  near(result, "d", "gap_prop_wine", "h:1", -5 / 11.0);
  near(result, "da", "prop_tea", "total", 6 / 17.0);
  near(result, "da", "prop_wine", "total", 5 / 17.0);
  near(result, "db", "prop_tea", "total", 6 / 12.0);
  near(result, "dc", "drink", "total", 4 / 12.0);
  near(result, "dc", "also", "total", 5 / 12.0);
  near(result, "m", "a", "total", 5 / 8.0);
  near(result, "m", "b", "total", 5 / 8.0);
  near(result, "m0", "b", "total", 2 / 5.0);
  near(result, "r", "rank_tea", "total", 3 / 11.0);
  near(result, "r", "rank_milk", "total", 8 / 11.0);
  near(result, "r", "rank_wine", "total", 0);
  near(result, "rm", "rank_tea", "total", (3 + 2 * 5) / 8.0);
  CHECK_NEAR(tiny_find(result->run, "rm", "rank_wine", "total").estimate, 2, 1e-12);
  near(result, "rb", "rank_milk", "total", (2 * 8 + 1) / 11.0);
  near(result, "n", "box", "total", 0); /* 1 x 9, 2 x 10; 1 x 0, 2 x 6 */
  near(result, "n2", "box", "total", 3 / 9.0);
  near(result, "t3", "box", "total", 6 / 12.0);
  near(result, "more", "formula", "total", 1 / 11.0);
  sx_run_result_free(result);
  tiny_remove();
}

/* Members that are labelled values: the labels are what a table calls them; those that no case has are no rows. */
static void test_labelled_members(void) {
  static const double w[] = {1, 2, 3, 1}, x[] = {1, 2, 1, 2}, y[] = {2, 2, none, 1};
  char path[600];
  sx_table *t = NULL;
  folder("labelled", "study: four\ntitle: Four\nlanguages: [en]\ndata: {p: {file: four.sav}}\ndesign: {weights: w}\n"
                     "indicators:\n  s: {share_of_set: $two}\n  r: {rank: {places: [x, y], score: first}}\n"
                     "tables:\n  - {id: t, title: T, indicators: [s], show: [estimate]}\n");
  REQUIRE_OK(sx_table_new(&t, NULL, 4, err));
  number(t, "w", w);
  sx_column *const column[] = {number(t, "x", x), number(t, "y", y)};
  for (size_t k = 0; k < 2; k++) {
    REQUIRE_OK(sx_column_add_label(NULL, column[k], 1, NULL, 0, "Tea", err));
    REQUIRE_OK(sx_column_add_label(NULL, column[k], 2, NULL, 0, "Milk", err));
    REQUIRE_OK(sx_column_add_label(NULL, column[k], 3, NULL, 0, "Wine", err));
  }
  char *variables[] = {(char[]){"x"}, (char[]){"y"}};
  const sx_mrset set = {.name = (char[]){"$two"}, .label = (char[]){""}, .variables = variables, .n_variables = 2};
  REQUIRE_OK(sx_table_add_mrset(t, &set, err));
  tiny_path(path, "four.sav");
  REQUIRE_OK(sx_io_write(t, path, err));
  sx_table_free(t);
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  near(result, "s", "prop_1", "total", 5 / 7.0);
  near(result, "s", "prop_2", "total", 4 / 7.0);
  near(result, "r", "rank_1", "total", 4 / 7.0);
  tiny_path(path, "out/report.en.html");
  char *page = tiny_read(path);
  CHECK(page && strstr(page, "Tea") && strstr(page, "Milk"));
  free(page);
  sx_run_result_free(result);
  tiny_remove();
}

/* What only the data can say ends the run with the indicator's line. */
static void test_run_errors(void) {
  folder("values", HEAD "  x: {geometric: c}\n");
  six();
  sx_study *study = tiny_load(NULL);
  sx_run_result *result = NULL;
  CHECK_FAILS(sx_study_run(&result, study, NULL, err), SX_E_DATA, "c: case 1", "geometric mean needs values above 0");
  sx_study_free(study);
  tiny_remove();
  folder("level", HEAD "  x: {standardized: {mean: y, cells: h, standard: {1: 1, 3: 1}}}\n");
  six();
  study = tiny_load(NULL);
  CHECK_FAILS(sx_study_run(&result, study, NULL, err), SX_E_ARGUMENT, "standard", "no case has the level '3' of h");
  sx_study_free(study);
  tiny_remove();
  static const char *const listed[] = {"share_of_set: {of: [drink, also], members: [tea, milk]}",
                                       "rank: {places: [p1, p2], items: [tea, milk]}", "box: {of: w, score: nps}"};
  static const char *const messages[] = {"the value 'wine' is no member that is known", "the value 'wine' is no item",
                                         "nps: no case of w is above 6"};
  for (size_t k = 0; k < 3; k++) {
    char yaml[900];
    snprintf(yaml, sizeof yaml, DRINKS "  x: {%s}\n", listed[k]);
    folder("unlisted", yaml);
    tiny_write("drinks.csv", drinks);
    study = tiny_load(NULL);
    CHECK_FAILS(sx_study_run(&result, study, NULL, err), SX_E_DATA, "study.yaml:9", messages[k]);
    sx_study_free(study);
    tiny_remove();
  }
}

SXT_MAIN(SXT_CASE(test_numbers), SXT_CASE(test_standardized), SXT_CASE(test_one_case), SXT_CASE(test_tail),
         SXT_CASE(test_categories), SXT_CASE(test_labelled_members), SXT_CASE(test_bad), SXT_CASE(test_run_errors))
