/* test_study_waves.c: what the shell tests of waves do not reach: labelled codes of .sav files, categories without a case, ten waves, the places of
 * faults in files of published figures. */
#include "shuxiao/io.h"
#include "tiny_run.h"

static const char head[] = "study: w\nwave: 2025-S1\nlanguages: [en]\n";

/* 40 cases: code of sex 1 and 2 with these labels, y, an amount. */
static void write_wave(const char *file, const char *one, const char *two, int shift) {
  char path[600];
  sx_table *t = NULL;
  sx_error err = SX_ERROR_INIT;
  static const char *const names[] = {"id", "w", "sex", "y", "spend"};
  sx_column *c[5];
  if (sx_table_new(&t, NULL, 40, &err) != SX_OK) abort();
  for (size_t k = 0; k < 5; k++)
    if (sx_table_add(&c[k], t, names[k], SX_NUMBER, &err) != SX_OK) abort();
  for (size_t i = 0; i < 40; i++) {
    c[0]->data.f64[i] = (double)(i + 1 + 10 * (size_t)shift);
    c[1]->data.f64[i] = 5;
    c[2]->data.f64[i] = 1 + (double)(i % 2);
    c[3]->data.f64[i] = (double)((i * 7 + (size_t)shift) % 3 == 0 || (i % 2 && i % 5 == 0));
    c[4]->data.f64[i] = (double)(20 + (i * 13 + (size_t)shift) % 17);
  }
  if (sx_column_add_label(NULL, c[2], 1, NULL, 0, one, &err) != SX_OK ||
      sx_column_add_label(NULL, c[2], 2, NULL, 0, two, &err) != SX_OK)
    abort();
  tiny_path(path, file);
  if (sx_io_write(t, path, &err) != SX_OK) SXT_FAIL("%s: %s", err.where, err.message);
  sx_table_free(t);
}

static void write_study(const char *series) {
  char text[6000];
  snprintf(
      text, sizeof text,
      "%sdata: {p: {file: now.sav}}\ndesign: {weights: w}\ngroups: {sex: {by: sex}, men: {where: sex == \"man\"}}\n"
      "indicators: {rate: {prop: y == 1, by: [sex, men]}, spend: {mean: spend}}\n"
      "waves: {unit: id, changes: all, series: [%s]}\n",
      head, series);
  tiny_write("study.yaml", text);
}

/* The study is refused; some problem has this place and these words. */
static void refused(const char *where, const char *words) {
  char path[600];
  sx_study *study = NULL;
  sx_problems problems = SX_PROBLEMS_INIT;
  sx_error err = SX_ERROR_INIT;
  tiny_path(path, "study.yaml");
  CHECK_INT(sx_study_load(&study, NULL, path, &problems, &err), SX_E_PARSE);
  bool found = false;
  for (size_t i = 0; i < problems.n; i++) {
    const sx_problem *p = &problems.items[i];
    found = found || (!p->warning && strstr(p->where, where) && strstr(p->message, words));
  }
  if (!found)
    for (size_t i = 0; i < problems.n; i++) SXT_FAIL("%s: %s", problems.items[i].where, problems.items[i].message);
  CHECK(found);
  sx_problems_clear(&problems);
  sx_study_free(study);
}

static void test_labels(void) {
  tiny_copy("labels");
  write_wave("now.sav", "man", "woman", 1);
  write_wave("was.sav", "man", "woman", 0);
  write_study("{wave: 2024-S2, data: {p: {file: was.sav}}}");
  sx_run_result *r = tiny_run();
  const tiny_row all = tiny_find(r->run, "rate", "change", "total"), men = tiny_find(r->run, "rate", "change", "men:1"),
                 one = tiny_find(r->run, "rate", "change", "sex:1");
  CHECK(isfinite(all.estimate) && all.se > 0);
  CHECK(men.estimate == one.estimate); /* a group by its label is the group of its code */
  CHECK(strstr(all.method, "30 units in both") != NULL);
  const tiny_row was_one = tiny_find(r->run, "rate", "prop", "sex:1*wave:2024-S2"),
                 was_two = tiny_find(r->run, "rate", "prop", "sex:2*wave:2024-S2");
  sx_run_result_free(r);
  write_wave("was.sav", "male", "woman", 0); /* the same code with another label */
  refused("study.yaml:8:", "wave 2024-S2: 'sex' calls 1 'male', 2025-S1 calls it 'man'");
  write_study("{wave: 2024-S2, data: {p: {file: was.sav}}, map: {sex: {codes: {male: man, woman: woman}}}}");
  r = tiny_run();
  const tiny_row mapped = tiny_find(r->run, "rate", "change", "men:1");
  CHECK(mapped.estimate == men.estimate && mapped.se == men.se);
  sx_run_result_free(r);
  write_study("{wave: 2024-S2, data: {p: {file: was.sav}}, map: {sex: {codes: {1: 2, 2: 1}}}}"); /* exchanged */
  r = tiny_run();
  const tiny_row two = tiny_find(r->run, "rate", "prop", "sex:2*wave:2024-S2");
  CHECK(two.estimate == was_one.estimate && two.estimate != was_two.estimate);
  sx_run_result_free(r);
  write_study("{wave: 2024-S2, data: {p: {file: was.sav}}, map: {sex: {codes: {1: boy, 2: woman}}}}");
  refused("study.yaml:8:", "'boy' is no category of 'sex' in the study");
  write_study("{wave: 2024-S2, data: {p: {file: was.sav}}, map: {sex: {codes: {1: man}}}}");
  refused("study.yaml:8:", "the category '2' (woman) of 'sex' has no common category");
  write_study("{wave: 2024-S2, data: {p: {file: was.sav}}, map: {sex: {absent: true}}}");
  refused("study.yaml:8:", "the wave has the variable 'sex': it is not absent");
  write_study("{wave: 2024-S2, data: {p: {file: was.sav}}, map: {sex: y}}");
  refused("study.yaml:8:", "the wave has a variable 'sex' of its own");
  write_study("{wave: 2024-S2, data: {p: {file: was.sav}}, map: {sex: {from: sexx, codes: {1: 1, 2: 2}}}}");
  refused("study.yaml:8:", "sexx");
  tiny_remove();
}

/* Variables that only a banner table with arrows names: by a list, a pattern, in its columns, its condition; without arrows, or across a break,
 * their codes are nobody's concern. */
static void test_banner_labels(void) {
  static const char *const tables[] = {"rows: [sex], cols: total", "rows: [\"se*\"], cols: total",
                                       "rows: [y], cols: total + sex", "rows: [y], cols: $std",
                                       "rows: [y], cols: total, where: sex == 1"};
  static const char *const series[] = {"", ", map: {sex: {same: true}}", ", map: {sex: {codes: {1: 2, 2: 1}}}",
                                       ", breaks: [{variables: [sex], why: {zh: a, en: a}}]"};
  char text[3000];
  tiny_copy("banner_labels");
  write_wave("now.sav", "man", "woman", 1);
  write_wave("was.sav", "woman", "man", 0);
  for (size_t k = 0; k < sizeof tables / sizeof *tables; k++)
    for (size_t v = 0; v < 4; v++)
      for (int arrows = 0; arrows < 2; arrows++) {
        snprintf(text, sizeof text,
                 "%sdata: {p: {file: now.sav}}\ndesign: {weights: w}\nindicators: {spend: {mean: spend}}\n"
                 "banner: {std: total + sex}\ntables: [{id: b, %s, sig: %s}]\n"
                 "waves: {unit: id, changes: all, series: [{wave: 2024-S2, data: {p: {file: was.sav}}%s}]}\n",
                 head, tables[k], arrows ? "waves" : "spss", series[v]);
        tiny_write("study.yaml", text);
        if (arrows && v == 0) {
          refused("study.yaml:9:", "wave 2024-S2: 'sex' calls 1 'woman', 2025-S1 calls it 'man': map it under 'map'");
          continue;
        }
        sx_problems problems = SX_PROBLEMS_INIT;
        sx_study *study = tiny_load(&problems);
        CHECK_INT(problems.n, 0);
        sx_problems_clear(&problems);
        sx_study_free(study);
        sx_run_result_free(tiny_run());
      }
  tiny_remove();
}

/* The arrows of a banner table and the p of changes have adjustments of their own: its legend says so, in the words of the study's. */
static void test_two_adjustments(void) {
  static const struct {
    const char *sig, *adjust, *want;
  } cases[] = {
      {"waves", "holm", "p values of changes in other tables are adjusted by Holm over all changes of the study: the"},
      {"waves", "bh", "adjusted by Benjamini-Hochberg over all changes of the study"},
      {"\"waves, adjust=holm\"", "none",
       "p values of changes in other tables are not adjusted for the number of tests"},
      {"waves", "none", NULL},
      {"spss", "holm", NULL}};
  char text[3000], path[600];
  tiny_copy("adjustments");
  write_wave("now.sav", "man", "woman", 1);
  write_wave("was.sav", "man", "woman", 0);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    snprintf(text, sizeof text,
             "%sdata: {p: {file: now.sav}}\ndesign: {weights: w}\nindicators: {spend: {mean: spend}}\n"
             "tables: [{id: b, rows: [y], cols: total, sig: %s}, {id: t, indicators: [spend], show: [change, p]}]\n"
             "waves: {unit: id, changes: all, significance: {adjust: %s}, series: [{wave: 2024-S2, data: {p: {file: "
             "was.sav}}}]}\n",
             head, cases[k].sig, cases[k].adjust);
    tiny_write("study.yaml", text);
    sx_run_result_free(tiny_run());
    tiny_path(path, "out/report.en.html");
    char *page = NULL;
    size_t n = 0;
    REQUIRE_OK(sx_file_read(&page, &n, NULL, path, err));
    const char *said = strstr(page, "changes in other tables are");
    if (cases[k].want ? !strstr(page, cases[k].want) : said != NULL)
      SXT_FAIL("%s, %s: %.200s", cases[k].sig, cases[k].adjust, said ? said : "nothing");
    if (strcmp(cases[k].adjust, "bh") == 0) CHECK(!strstr(page, "Bonferroni over"));
    sx_mem_free(NULL, page);
  }
  tiny_remove();
}

/* A change over ten waves is from the ninth, and from a year before; every wave has its rows. */
static void test_ten_waves(void) {
  char series[3000] = "";
  static const char *const names[] = {"2020-S2", "2021-S1", "2021-S2", "2022-S1", "2022-S2",
                                      "2023-S1", "2023-S2", "2024-S1", "2024-S2"};
  tiny_copy("ten");
  write_wave("now.sav", "man", "woman", 9);
  for (size_t i = 0; i < 9; i++) {
    char file[40], line[200];
    snprintf(file, sizeof file, "w%zu.sav", i);
    write_wave(file, "man", "woman", (int)i);
    snprintf(line, sizeof line, "%s{wave: %s, data: {p: {file: %s}}}", i ? ", " : "", names[i], file);
    strcat(series, line);
  }
  write_study(series);
  sx_run_result *r = tiny_run();
  const tiny_row now = tiny_find(r->run, "spend", "mean", "total");
  for (size_t i = 0; i < 9; i++) {
    char domain[40];
    snprintf(domain, sizeof domain, "wave:%s", names[i]);
    const tiny_row was = tiny_find(r->run, "spend", "mean", domain);
    CHECK(was.se > 0);
    if (i == 8) CHECK_NEAR(tiny_find(r->run, "spend", "change", "total").estimate, now.estimate - was.estimate, 1e-12);
    if (i == 7) CHECK_NEAR(tiny_find(r->run, "spend", "yoy", "total").estimate, now.estimate - was.estimate, 1e-12);
  }
  sx_run_result_free(r);
  r = tiny_run();
  for (size_t i = 0; i < r->n_steps; i++) CHECK(r->steps[i].reused);
  sx_run_result_free(r);
  write_wave("w4.sav", "man", "woman", 20); /* a wave that nothing is compared with */
  r = tiny_run();
  size_t computed = 0;
  for (size_t i = 0; i < r->n_steps; i++) {
    if (r->steps[i].reused) continue;
    computed++;
    CHECK(strncmp(r->steps[i].id, "2022-S2/", 8) == 0 || strcmp(r->steps[i].id, "report") == 0 ||
          strcmp(r->steps[i].id, "document") == 0);
  }
  CHECK(computed >= 4);
  sx_run_result_free(r);
  tiny_remove();
}

/* Categories of texts, and one that the wave has no case of. */
static void test_texts(void) {
  tiny_copy("texts");
  char text[2000];
  snprintf(text, sizeof text,
           "%sdata: {p: {file: now.csv}}\ndesign: {weights: w}\ngroups: {r: {by: r}}\n"
           "indicators: {rate: {prop: y == 1, by: [r]}}\n"
           "waves: {changes: all, series: [{wave: 2024-S2, data: {p: {file: was.csv}}}]}\n",
           head);
  tiny_write("study.yaml", text);
  tiny_write("now.csv", "w,r,y\n1,a,1\n1,a,0\n1,b,1\n1,b,0\n");
  tiny_write("was.csv", "w,r,y\n1,a,1\n1,a,0\n1,c,1\n1,c,0\n");
  refused("study.yaml:8:", "'r' has the category 'c', which 2025-S1 has not (there: a, b)");
  tiny_write("was.csv", "w,r,y\n1,a,1\n1,a,0\n1,a,1\n1,a,0\n"); /* none of b: told, not refused */
  sx_problems problems = SX_PROBLEMS_INIT;
  sx_study *study = tiny_load(&problems);
  CHECK_INT(problems.n, 1);
  CHECK(problems.n == 1 && problems.items[0].warning &&
        strstr(problems.items[0].message, "no case in the category 'b'"));
  sx_problems_clear(&problems);
  sx_study_free(study);
  sx_run_result *r = tiny_run();
  const tiny_row missing = tiny_find(r->run, "rate", "change", "r:b");
  CHECK(isnan(missing.estimate) && missing.reason[0]);
  sx_run_result_free(r);
  tiny_remove();
}

static void test_known_figures(void) {
  tiny_copy("known");
  write_wave("now.sav", "man", "woman", 1);
  write_study("{wave: 2024-S2, published: {file: known.csv}}");
  tiny_write("known.csv", "reference,value,unit,se\nrate.total,30.5,%,0.5\n,7,,\nspend.total,abc,,\n");
  refused("known.csv: row 4", "value is a number, not 'abc'");
  tiny_write("known.csv", "reference,value,unit\nrate.total,30.5,%\nrates.total,30.5,%\n");
  refused("known.csv: row 3", "unknown indicator 'rates', did you mean 'rate'");
  tiny_write("known.csv", "reference,value,unit\nrate.total.change,3,pp\n");
  refused("known.csv: row 2", "a level, a share or a gap");
  tiny_write("known.csv", "ref,value\nrate.total,30.5\n");
  refused("study.yaml:8:", "'known.csv' has no column 'reference'");
  tiny_write("known.csv", "reference,value,unit,se\nrate.total,30.5,%,0.5\nrate.men,31,%,\n");
  sx_run_result *r = tiny_run();
  const tiny_row now = tiny_find(r->run, "rate", "prop", "total"),
                 change = tiny_find(r->run, "rate", "change", "total"),
                 men = tiny_find(r->run, "rate", "change", "men:1");
  CHECK_NEAR(change.estimate, now.estimate - 0.305, 1e-12);
  CHECK_NEAR(change.se, hypot(now.se, 0.005), 1e-12);
  CHECK(strcmp(change.quality, "") == 0 && strstr(men.quality, "earlier figure without error"));
  CHECK(isnan(tiny_find(r->run, "rate", "p_change", "men:1").estimate));
  CHECK(tiny_find(r->run, "rate", "p_change", "total").estimate >= 0);
  sx_run_result_free(r);
  tiny_remove();
}

/* Names of all rows in their order, and the main statistics. */
static sx_status take_name(void *data, const sx_store_row *row, sx_error *err) {
  sx_buf *out = data;
  (void)err;
  sx_buf_printf(out, "%s.%s", row->indicator, row->statistic);
  for (size_t i = 0; i < row->n_terms; i++) sx_buf_printf(out, " %s=%s", row->terms[i].variable, row->terms[i].level);
  sx_buf_printf(out, " %.17g\n", row->estimate);
  return SX_OK;
}

static void run_and_list(sx_buf *out, bool *taken_over) {
  static const char *const mains[][2] = {
      {"rate", "prop"}, {"spend", "mean"}, {"people", "count"}, {"money/all", "level"}, {"money/part", "level"}};
  char path[600];
  sx_store *store = NULL;
  sx_store_row row;
  bool found = false;
  sx_run_result *r = tiny_run();
  REQUIRE(r != NULL);
  *taken_over = false;
  for (size_t i = 0; i < r->n_steps; i++)
    *taken_over = *taken_over || (r->steps[i].reused && strcmp(r->steps[i].id, "change:spend") == 0);
  tiny_path(path, "out/results.db");
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_READ, err));
  for (size_t i = 0; i < sizeof mains / sizeof *mains; i++) {
    REQUIRE_OK(sx_store_find(&found, &row, store, r->run, mains[i][0], NULL, NULL, 0, err));
    REQUIRE(found);
    CHECK_STR(row.statistic, mains[i][1]);
  }
  sx_buf_reset(out);
  CHECK_OK(sx_store_each_row(store, r->run, NULL, take_name, out, err));
  CHECK_OK(sx_buf_status(out, err));
  sx_store_close(store);
  sx_run_result_free(r);
}

/* An account in groups that changed has its indicators computed anew; their changes are taken over. Rows and main statistics are those of a run from nothing,
 * whatever ran before. */
static void test_history(void) {
  static const char text[] = "data: {p: {file: now.sav}}\ndesign: {weights: w}\ngroups: {sex: {by: sex}}\n"
                             "indicators: {people: {count: y >= 0, by: [sex]}, rate: {prop: y == 1, by: [sex]}, spend: "
                             "{mean: spend, by: [sex]}}\n"
                             "accounts:\n  money:\n    nodes:\n      - {id: all}\n"
                             "      - {id: part, parent: all, population: people, penetration: rate, spend: spend}\n"
                             "    domains: [sex]\n    min_n: 2\n"
                             "waves: {unit: id, changes: all, series: [{wave: 2024-S2, data: {p: {file: was.sav}}}]}\n";
  char study[2000];
  sx_buf before, after;
  bool taken_over = false;
  sx_buf_init(&before, NULL);
  sx_buf_init(&after, NULL);
  snprintf(study, sizeof study, "%s%s", head, text);
  tiny_copy("history");
  write_wave("now.sav", "man", "woman", 1);
  write_wave("was.sav", "man", "woman", 0);
  tiny_write("study.yaml", study);
  run_and_list(&before, &taken_over);
  tiny_replace("study.yaml", "min_n: 2", "min_n: 3");
  run_and_list(&after, &taken_over);
  CHECK(taken_over);
  CHECK_STR(after.data, before.data);
  tiny_replace("study.yaml", "min_n: 3", "min_n: 2");
  run_and_list(&after, &taken_over);
  CHECK(taken_over);
  CHECK_STR(after.data, before.data);
  sx_buf_clear(&before);
  sx_buf_clear(&after);
  tiny_remove();
}

/* A group that is hidden in the wave of a year before takes the change from there with it, not that from the wave before, nor gaps of the present. */
static void test_hidden_wave(void) {
  static const struct {
    const char *statistic;
    bool hidden;
  } rows[] = {{"mean", false}, {"gap", false},      {"change", false}, {"p_change", false}, {"change_gap", false},
              {"yoy", true},   {"yoy_ratio", true}, {"yoy_gap", true}, {"p_yoy", true}};
  char path[600], study[2000];
  sx_store *store = NULL;
  sx_store_row row;
  snprintf(study, sizeof study,
           "%sdata: {p: {file: now.sav}}\ndesign: {weights: w}\ndisclosure: {min_n: 6}\n"
           "groups: {high: {where: id > 35}}\n"
           "indicators: {spend: {mean: spend, by: [high], gap: [high]}}\n"
           "waves: {changes: all, series: [{wave: 2024-S1, data: {p: {file: w0.sav}}}, "
           "{wave: 2024-S2, data: {p: {file: w1.sav}}}]}\n",
           head);
  tiny_copy("hidden");
  write_wave("w0.sav", "man", "woman", 0); /* five above 35 */
  write_wave("w1.sav", "man", "woman", 1);
  write_wave("now.sav", "man", "woman", 2);
  tiny_write("study.yaml", study);
  sx_run_result *r = tiny_run();
  REQUIRE(r != NULL);
  tiny_path(path, "out/results.db");
  REQUIRE_OK(sx_store_open(&store, NULL, path, SX_STORE_READ, err));
  REQUIRE_OK(sx_store_hide_run(store, -1, err));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const sx_store_term term = {.variable = "high", .level = "1"};
    bool found = false;
    REQUIRE_OK(sx_store_find(&found, &row, store, r->run, "spend", rows[i].statistic, &term, 1, err));
    if (!found || rows[i].hidden != (row.na_reason && strcmp(row.na_reason, "suppressed") == 0))
      SXT_FAIL("%s: %s", rows[i].statistic, !found ? "no row" : row.na_reason ? row.na_reason : "shown");
  }
  sx_store_close(store);
  sx_run_result_free(r);
  tiny_remove();
}

SXT_MAIN(SXT_CASE(test_history), SXT_CASE(test_hidden_wave), SXT_CASE(test_labels), SXT_CASE(test_banner_labels),
         SXT_CASE(test_two_adjustments), SXT_CASE(test_ten_waves), SXT_CASE(test_texts), SXT_CASE(test_known_figures))
