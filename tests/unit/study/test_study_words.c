/* Words: unweighted results are called unweighted, and levels in Chinese are named as they are, in formulas and in the narrative. */
#include <math.h>

#include "study/study_adjust.h"
#include "study/study_names.h"
#include "tiny_run.h"

#define RAKING                                                                                                         \
  "weighting:\n  - rake:\n      - {by: [region], totals: {file: pop.csv, value: people}}\n"                            \
  "      - {by: [sex], totals: {m: 2900, f: 3100}}\n"

static size_t count(const char *text, const char *word) {
  size_t n = 0;
  for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word)) n++;
  return n;
}

/* Cover and annex begin the design with these words; the rows' method is `method`. */
static void says(const char *en_words, const char *zh_words, const char *method) {
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  char *en = tiny_report("en"), *zh = tiny_report("zh");
  REQUIRE(en && zh);
  char *data[] = {strstr(en, "<script"), strstr(zh, "<script")}; /* what the panel shows is not counted */
  for (size_t i = 0; i < 2; i++) {
    if (data[i]) *data[i] = '\0';
  }
  CHECK_INT(count(en, en_words), 2);
  CHECK_INT(count(zh, zh_words), 2);
  CHECK_STR(tiny_find(result->run, "users", "total", "total").method, method);
  CHECK_STR(tiny_find(result->run, "user_share", "formula", "total").method, method);
  CHECK_STR(tiny_find(result->run, "money/all", "level", "total").method, method);
  free(en);
  free(zh);
  sx_run_result_free(result);
  tiny_remove();
}

static void unweighted(void) {
  tiny_copy("words");
  tiny_replace("study.yaml", RAKING, "");
  tiny_replace("study.yaml", "weights: weight", "weights: none");
  says(">unweighted: 48 cases", "未加权：48 个观测", "unweighted, linearisation");
}

static void equal_weights(void) {
  tiny_copy("words");
  tiny_replace("study.yaml", "weights: weight", "weights: none");
  says(">equal base weights: 48 cases", "基础权数相等：48 个观测", "linearisation");
}

static void weighted(void) {
  tiny_copy("words");
  says(">48 cases", ">48 个观测", "linearisation");
}

static void chinese_levels(void) {
  tiny_copy("words");
  tiny_replace("study.yaml", "  double_k:",
               "  h: {cut: age, breaks: [60], labels: [{zh: 华东, en: 华东}, {zh: 华西, en: 华西}]}\n  double_k:");
  tiny_replace("study.yaml", "  region: {label", "  by_h: {label: {zh: 大区, en: Part}, by: h}\n  region: {label");
  tiny_replace("study.yaml", "  twice: {",
               "  mx: {label: {zh: 均值, en: Mean}, mean: age, by: [by_h]}\n"
               "  across: {label: {zh: 比, en: Across}, formula: \"`mx.by_h:华东` / mx\"}\n"
               "  twice: {");
  tiny_replace("narrative/zh.md", "{{ users.total | plain 0 }}", "{{ mx.by_h:华东 | plain 1 }}");
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  const double east = tiny_find(result->run, "mx", "mean", "by_h:华东").estimate;
  const double all = tiny_find(result->run, "mx", "mean", "total").estimate;
  CHECK(east > 0 && east < all);
  CHECK_NEAR(tiny_find(result->run, "across", "formula", "total").estimate, east / all, 1e-12);
  char number[40], *zh = tiny_report("zh");
  snprintf(number, sizeof number, ">%.1f</span> 人，使用率", east);
  CHECK(zh && strstr(zh, number));
  free(zh);
  sx_run_result_free(result);
  tiny_remove();
}

/* A row of a table of the page, from its first cell on, without tags: cells joined by bars. */
static void row_text(char out[400], const char *page, const char *first) {
  const char *at = strstr(page, first);
  size_t n = 0;
  bool tag = false;
  *out = '\0';
  for (; at && *at && strncmp(at, "</tr>", 5) != 0 && n < 398; at++) {
    if (strncmp(at, "</td>", 5) == 0) out[n++] = '|';
    tag = *at == '<' || (tag && *at != '>');
    if (!tag && *at != '>' && *at != '\n') out[n++] = *at;
  }
  out[n] = '\0';
}

/* Cases and sums of base weights, counted here from the file, beside the totals that the margins give. */
static void composition(void) {
  tiny_copy("words");
  tiny_replace("study.yaml", "annex: [assumptions,", "annex: [definitions, assumptions,");
  sx_run_result *result = tiny_run();
  REQUIRE(result != NULL);
  char *en = tiny_report("en"), *zh = tiny_report("zh"), line[200], row[400], want[200];
  REQUIRE(en && zh);
  FILE *file = fopen("tests/unit/study/data/people.csv", "r");
  REQUIRE(file && fgets(line, sizeof line, file));
  double men = 0, all = 0;
  int n_men = 0, n_all = 0;
  while (fgets(line, sizeof line, file)) {
    double weight = 0;
    char sex = 0;
    REQUIRE(sscanf(line, "%*[^,],%*[^,],%*[^,],%lf,%c", &weight, &sex) == 2);
    all += weight, n_all++;
    if (sex == 'm') men += weight, n_men++;
  }
  (void)fclose(file);
  snprintf(want, sizeof want, "sex: m|%d|%d,%03d|2,900|%.3f|", n_men, (int)round(men) / 1000, (int)round(men) % 1000,
           2900 / round(men));
  row_text(row, en, "sex: m<");
  CHECK_STR(row, want);
  snprintf(want, sizeof want, "All cases|%d|%d,%03d|6,000|%.3f|", n_all, (int)round(all) / 1000, (int)round(all) % 1000,
           6000 / round(all));
  row_text(row, en, "All cases<");
  CHECK_STR(row, want);
  row_text(row, zh, "地区：北<"); /* the words of the study's group; pop.csv has the total */
  CHECK(strstr(row, "|3,100|") != NULL);
  /* definitions: conditions of groups, factors by their labels, amounts as they stand */
  row_text(row, en, "Old</td>");
  CHECK_STR(row, "Old|older == 1|");
  row_text(row, en, "Phone</td><td>People");
  CHECK_STR(row, "Phone|People|Rate of use|Spending per user|A1|");
  row_text(row, zh, "其余</td><td><code");
  CHECK_STR(row, "其余|users * 10|||A2|");
  free(en);
  free(zh);
  sx_run_result_free(result);
  tiny_remove();
}

/* Numbers beside a text have no exponent, whatever their size. */
static void figures(void) {
  static const struct {
    double value;
    int figures;
    const char *zh, *en;
  } cases[] = {{265547.2, 4, "265,547", "265,547"},
               {2768.77, 4, "2769", "2,769"},
               {0.90823, 4, "0.9082", "0.9082"},
               {4.1628, 4, "4.163", "4.163"},
               {52612.3, 3, "52,612", "52,612"},
               {8.0812, 3, "8.08", "8.08"},
               {1, 3, "1", "1"},
               {3.1e-15, 3, "0", "0"},
               {0.00012345, 3, "0.000123", "0.000123"},
               {-12.5, 3, "-12.5", "-12.5"},
               {999.96, 4, "1000", "1000"},
               {0, 3, "0", "0"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    sx_buf zh, en;
    sx_buf_init(&zh, NULL);
    sx_buf_init(&en, NULL);
    study__put_figures(&zh, cases[i].value, cases[i].figures, true);
    study__put_figures(&en, cases[i].value, cases[i].figures, false);
    CHECK_STR(zh.data ? zh.data : "", cases[i].zh);
    CHECK_STR(en.data ? en.data : "", cases[i].en);
    sx_buf_clear(&zh);
    sx_buf_clear(&en);
  }
}

/* What raking left of its totals: a rounding residue is told as one. */
static void fit(void) {
  const char *residue[] = {"5", "3.11e-15", "cell", "2768.77", "265547", "0.908233", "4.16283", "1.4759", "0"};
  const char *missed[] = {"50", "0.0123", "cell", "1", "2", "0.5", "3", "1.2", "4"};
  sx_buf zh, en;
  sx_buf_init(&zh, NULL);
  sx_buf_init(&en, NULL);
  study__fit_words(&zh, &en, residue);
  CHECK_STR(en.data,
            "5 iterations, largest relative miss below 0.0001%; weights 2,769 to 265,547, factors 0.9082 to 4.163, "
            "0 at a bound; Kish design effect 1.4759");
  CHECK(strstr(zh.data, "最大相对偏差 不足 0.0001%；") != NULL);
  sx_buf_reset(&zh);
  sx_buf_reset(&en);
  study__fit_words(&zh, &en, missed);
  CHECK(strstr(en.data, "largest relative miss 1.2300%; weights 1 to 2, factors 0.5 to 3, 4 at a bound") != NULL);
  sx_buf_clear(&zh);
  sx_buf_clear(&en);
}

SXT_MAIN(SXT_CASE(figures), SXT_CASE(fit), SXT_CASE(chinese_levels), SXT_CASE(composition), SXT_CASE(unweighted),
         SXT_CASE(equal_weights), SXT_CASE(weighted))
