/* Plans as workbooks: what sheets become, the places of what is wrong, and that a study gives the same results both ways. */
#include <stdio.h>

#include "plan_book_help.h"
#include "shuxiao/io_book.h"
#include "tiny.h"

static char path[600];

static void write_book(const char *text) {
  sx_buf book;
  sx_buf_init(&book, NULL);
  CHECK_OK(plan_book(&book, text, err));
  tiny_path(path, "plan.xlsx");
  CHECK_OK(sx_file_write(NULL, path, book.data, book.n, err));
  sx_buf_clear(&book);
}

static void becomes(const char *sheets, const char *yaml) {
  sx_buf out;
  sx_buf_init(&out, NULL);
  write_book(sheets);
  CHECK_OK(sx_study_plan_yaml(&out, NULL, path, err));
  CHECK_STR(out.data, yaml);
  sx_buf_clear(&out);
}

/* The first problem, or any of them. */
static void refused(const char *sheets, const char *where, const char *message) {
  sx_study *study = NULL;
  sx_problems problems = SX_PROBLEMS_INIT;
  sx_error err = SX_ERROR_INIT;
  bool found = false;
  write_book(sheets);
  const sx_status status = sx_study_load(&study, NULL, path, &problems, &err);
  CHECK(status == SX_E_PARSE || status == SX_E_DATA);
  for (size_t i = 0; i < problems.n; i++)
    found = found || (strstr(problems.items[i].where, where) && strstr(problems.items[i].message, message));
  if (!found) {
    SXT_FAIL("no problem '%s: %s' among %zu", where, message, problems.n);
    for (size_t i = 0; i < problems.n; i++)
      fprintf(stderr, "  %s: %s\n", problems.items[i].where, problems.items[i].message);
  }
  sx_problems_clear(&problems);
  sx_study_free(study);
}

/* ---- what sheets become ------------------------------------------------------------------------------------------------- */

static void english(void) {
  tiny_copy("plan-english");
  becomes("=study\n# an instruction|and another\nKey|Value|#mine\nstudy|s1|x\ntitle.zh|标题\ntitle.en|A: title\n"
          "data.p.file|p.csv\nweight|w\nstratum|st\nlanguages|zh, en\nlevel|0.9\nkey[1].ref|users\nkey[2].ref|rate\n"
          "design.lonely|remove\n\"quality\".min_n|30\n"
          "=variables\nvariable|label zh|Label (EN)|type|missing|formula|breaks|labels\n"
          "q1|性别|Sex|number|98, 97..99\nold|老|Old|||age >= 60\ncut|||||age|30, 60|a; b; c\n"
          "=values\nvariable|code|label.zh|label.en|missing\nq1|1|男|male\n|2|女|female\n\nq3|9||refused|yes\n"
          "q2|'01||one\n"
          "=groups\nid|by|where\nsex|q1\nolder||old == 1\n"
          "=margins\nvariable|category|total\nsex|m|10\n|f|20.5\nregion; sex|north, m|5\n"
          "=indicators\nid|kind|variable / 变量|formula|domains|gap|unit|decimals|format|label.en\n"
          "users|count|||sex, older|older||0|\nrate|prop|user == 1||sex|||1|\nspend|mean|x||||元|2|\n"
          "per|ratio|a, b|||||1|万元\nf|||users / rate\nq|quantile|{of: x, probs: [0.25, '0.5']}||||||plain 1|#1\n"
          "=tables\nid|title|indicators|domains|statistics|rows|columns|banner\n"
          "t1|true|users, rate|total、sex|estimate；se\nt2|[x]|||col_pct, se|q1|total + sex\n"
          "t3|2024||||[{label: a}]|[{format: plain 0}]\n"
          "=figures\nid|type|title|interval|x.y\nf1|bars|T|TRUE|z\n",
          "study: s1\n"
          "title:\n"
          "  zh: 标题\n"
          "  en: \"A: title\"\n"
          "data:\n"
          "  p:\n"
          "    file: p.csv\n"
          "    variables:\n"
          "      q1:\n"
          "        label:\n"
          "          zh: 性别\n"
          "          en: Sex\n"
          "        type: number\n"
          "        missing: [98, 97..99]\n"
          "        values:\n"
          "          1:\n"
          "            zh: 男\n"
          "            en: male\n"
          "          2:\n"
          "            zh: 女\n"
          "            en: female\n"
          "      q3:\n"
          "        missing:\n"
          "          - 9\n"
          "        values:\n"
          "          9:\n"
          "            en: refused\n"
          "      q2:\n"
          "        values:\n"
          "          01:\n"
          "            en: one\n"
          "design:\n"
          "  weights: w\n"
          "  strata: st\n"
          "  lonely: remove\n"
          "languages: [zh, en]\n"
          "level: 0.9\n"
          "key:\n"
          "  - ref: users\n"
          "  - ref: rate\n"
          "quality:\n"
          "  min_n: 30\n"
          "derived:\n"
          "  old:\n"
          "    value: age >= 60\n"
          "    label:\n"
          "      zh: 老\n"
          "      en: Old\n"
          "  cut:\n"
          "    cut: age\n"
          "    breaks: [30, 60]\n"
          "    labels: [a, b, c]\n"
          "groups:\n"
          "  sex:\n"
          "    by: q1\n"
          "  older:\n"
          "    where: old == 1\n"
          "weighting:\n"
          "  - rake:\n"
          "      - by: sex\n"
          "        totals:\n"
          "          m: 10\n"
          "          f: 20.5\n"
          "      - by: [region, sex]\n"
          "        totals:\n"
          "          \"north, m\": 5\n"
          "indicators:\n"
          "  users:\n"
          "    by: [sex, older]\n"
          "    gap: older\n"
          "    count: true\n"
          "    format: plain 0\n"
          "  rate:\n"
          "    by: sex\n"
          "    prop: user == 1\n"
          "    format: \"% 1\"\n"
          "  spend:\n"
          "    unit: 元\n"
          "    mean: x\n"
          "    format: 元 2\n"
          "  per:\n"
          "    ratio: [a, b]\n"
          "    format: 万元 1\n"
          "  f:\n"
          "    formula: users / rate\n"
          "  q:\n"
          "    format: plain 1\n"
          "    label:\n"
          "      en: \"#1\"\n"
          "    quantile: {of: x, probs: [0.25, \"0.5\"]}\n"
          "tables:\n"
          "  - id: t1\n"
          "    title: \"true\"\n"
          "    indicators: [users, rate]\n"
          "    domains: [total, sex]\n"
          "    show: [estimate, se]\n"
          "  - id: t2\n"
          "    title: \"[x]\"\n"
          "    stats: [col_pct, se]\n"
          "    rows: q1\n"
          "    cols: total + sex\n"
          "  - id: t3\n"
          "    title: 2024\n"
          "    rows: [{label: a}]\n"
          "    columns: [{format: plain 0}]\n"
          "figures:\n"
          "  - id: f1\n"
          "    type: bars\n"
          "    title: T\n"
          "    interval: true\n"
          "    x:\n"
          "      \"y\": z\n");
  tiny_remove();
}

static void chinese(void) {
  tiny_copy("plan-chinese");
  becomes(
      "=说明\nx\n=研究\n键|值\n研究编号|s2\n标题|题\n英文标题|T\n数据文件|p.csv\n权重|w\n层|st\n群|psu\n语言|zh、en\n"
      "=变量\n变量|标签|英文标签|推导公式\nold|老年|Old|age >= 60\n"
      "=指标\n编号|种类|变量或公式|基数|分组|小数位|标签（中文）|英文标签\nr|占比|user == 1|age > "
      "5|total，sex|1|率|Rate\n"
      "=表\n编号|标题|指标|分组|统计量\nt|表|r|total|estimate\n=图\n编号|图型|标题|指标\nf|bars|图|r\n=#mine\na\n",
      "study: s2\ntitle:\n  zh: 题\n  en: T\ndata:\n  survey:\n    file: p.csv\ndesign:\n  weights: w\n  strata: st\n"
      "  clusters: psu\nlanguages: [zh, en]\nderived:\n  old:\n    value: age >= 60\n    label:\n      zh: 老年\n"
      "      en: Old\nindicators:\n  r:\n    base: age > 5\n    by: [total, sex]\n    label:\n      zh: 率\n      en: "
      "Rate\n    prop: user == 1\n    format: \"% 1\"\ntables:\n  - id: t\n    title:\n      zh: 表\n    indicators: "
      "r\n"
      "    domains: total\n    show: estimate\nfigures:\n  - id: f\n    type: bars\n    title:\n      zh: 图\n"
      "    indicators: r\n");
  tiny_remove();
}

/* ---- what is wrong, and where --------------------------------------------------------------------------------------------- */

#define HEAD                                                                                                           \
  "=study\nkey|value\nstudy|s\ndata.people.file|people.csv\nweight|weight\nstratum|stratum\npsu|psu\nlanguages|en\n"

static void places(void) {
  tiny_copy("plan-places");
  /* problems of the check name the cell, those of an expression the character in it */
  refused(HEAD "=indicators\nid|kind|variable|base\nn|count\nr|prop|user == 1|agee > 5\n",
          "plan.xlsx: sheet indicators, row 3, column base (D3), character 1", "'agee'");
  refused(HEAD "=indicators\nid|kind|variable|by\nr|prop|user == 1|\nq|prop|(user == |\n",
          "sheet indicators, row 3, column variable (C3), character", "");
  refused(HEAD "=indicators\nid|kind|variable|bsae\nr|prop|user|age > 5\ns|prop|user|age > 6\n",
          "sheet indicators, row 1, column bsae (D1)", "unknown key 'bsae': did you mean 'base'?");
  refused(HEAD "\n\n=indicators\n# note\n\nid|kind|variable\n\nr|prep|user\n",
          "sheet indicators, row 5, column kind (B5)", "unknown key 'prep': did you mean 'prop'?");
  refused(HEAD "wighting|1\n=indicators\nid|kind|variable\nr|prop|user\n", "sheet study, row 8, column key (A8)",
          "unknown key 'wighting': did you mean 'weighting'?");
  refused(HEAD "level|2\n=indicators\nid|kind|variable\nr|prop|user\n", "sheet study, row 8, column value (B8)", "");
  refused(HEAD "=tables\nid|title|indicators|domains\nt|T|nosuch|total\n",
          "sheet tables, row 2, column indicators (C2)", "nosuch");
  /* those of the workbook itself, each told */
  refused(HEAD "=indicatrs\nid|kind\n", "plan.xlsx: sheet indicatrs", "did you mean 'indicators'?");
  refused(HEAD "=指标\n编号|种类\na|count\n=indicators\nid|kind\nb|count\n", "sheet indicators",
          "the sheet '指标' is the same");
  refused(HEAD "=indicators\nid|kind\na|count\na|count\n", "sheet indicators, row 3, column id (A3)",
          "'a' stands twice, first in row 2");
  refused(HEAD "=indicators\nid|kind\n|count\n", "sheet indicators, row 2, column kind (B2)", "row 2 has no 'id'");
  refused(HEAD "=indicators\nid|kind\na|count|5\n", "sheet indicators, row 2, column C2", "the column has no heading");
  refused(HEAD "=indicators\nid|kind|编号\na|count|5\n", "sheet indicators, row 1, column 编号 (C1)",
          "two columns are called so: 'id' and '编号'");
  refused(HEAD "=indicators\nid|variable\na|x\n", "sheet indicators, row 2, column variable (B2)",
          "The column kind is empty");
  refused(HEAD "=indicators\nid|kind|variable|decimals|format\na|mean|spend|1|plain 2\n", "column decimals (D2)",
          "has its decimals already");
  refused(HEAD "=indicators\nid|kind|variable\na|quantile|{of: spend, probs: [0.5}\n", "column variable (C2)",
          "what stands in brackets does not end well");
  refused(HEAD "date|2025\ndate|2026\n", "sheet study, row 9, column value (B9)", "'date' stands twice, first at");
  refused(HEAD "data.people|x\n", "sheet study, row 8, column value (B8)", "stands twice");
  refused(HEAD "study.zh|x\n", "sheet study, row 8, column key (A8)", "'zh' is a part of something that has a value");
  refused(HEAD "key[7].ref|x\n", "sheet study, row 8, column key (A8)", "is no path of keys");
  refused(HEAD "a..b|x\n", "sheet study, row 8, column key (A8)", "is no path of keys");
  refused(HEAD "=values\nvariable|code|label.en\n|1|x\n", "sheet values, row 2, column code (B2)", "has no 'variable'");
  refused(HEAD "=values\nvariable|code|label.en\nusr|1|x\n", "sheet values", "usr");
  refused(HEAD "=variables\nvariable|missing\nuser|x\n", "sheet variables, row 2, column missing (B2)",
          "the code 'x' is no number");
  refused(HEAD "=variables\nvariable|type\nuser|nmber\n", "sheet variables, row 2, column type (B2)",
          "did you mean 'number'?");
  refused("=indicators\nid|kind\na|count\n", "plan.xlsx", "the study has no name");
  tiny_write("plan.xlsx", "PK\003\004 no archive at all");
  sx_study *study = NULL;
  CHECK_FAILS(sx_study_load(&study, NULL, path, NULL, err), SX_E_SUPPORT, "plan.xlsx", "no workbook");
  CHECK(!sx_study_is_plan(NULL, path) && !sx_study_is_plan(NULL, "nosuch.xlsx") && !sx_study_is_plan(NULL, NULL));
  write_book("=data\na|b\n1|2\n");
  CHECK(!sx_study_is_plan(NULL, path));
  write_book("=研究\n键|值\n");
  CHECK(sx_study_is_plan(NULL, path));
  tiny_remove();
}

/* ---- the same results ------------------------------------------------------------------------------------------------------- */

static char *rows_of(const char *file, const char *out) {
  char full[600], folder[600];
  sx_study *study = NULL;
  sx_run_result *result = NULL;
  sx_run_options options = SX_RUN_OPTIONS_INIT;
  tiny_path(full, file);
  tiny_path(folder, out);
  options.out_dir = folder;
  options.outputs = "csv,xlsx,html,sdmx,json-stat,px";
  CHECK_OK(sx_study_load(&study, NULL, full, NULL, err));
  if (study) CHECK_OK(sx_study_run(&result, study, &options, err));
  sx_run_result_free(result);
  sx_study_free(study);
  snprintf(full, sizeof full, "%s/tiny.csv", folder);
  return tiny_read(full);
}

static void convert(const char *from, const char *to, sx_lang lang) {
  char a[600], b[600];
  sx_buf out;
  sx_buf_init(&out, NULL);
  tiny_path(a, from);
  tiny_path(b, to);
  CHECK_OK(strstr(to, ".xlsx") ? sx_study_plan_book(&out, NULL, a, lang, err) : sx_study_plan_yaml(&out, NULL, a, err));
  CHECK_OK(sx_file_write(NULL, b, out.data, out.n, err));
  sx_buf_clear(&out);
}

static void check_same(const char *one, const char *other) {
  char *a = NULL, *b = NULL;
  size_t n_a = 0, n_b = 0;
  char path_a[600], path_b[600];
  tiny_path(path_a, one);
  tiny_path(path_b, other);
  CHECK_OK(sx_file_read(&a, &n_a, NULL, path_a, err));
  CHECK_OK(sx_file_read(&b, &n_b, NULL, path_b, err));
  if (!a || !b || n_a != n_b || memcmp(a, b, n_a) != 0) SXT_FAIL("%s is not %s", one, other);
  sx_mem_free(NULL, a);
  sx_mem_free(NULL, b);
}

/* The tiny study with all that a data file may be told about, as YAML, as a workbook in both languages, and back. */
static void round_trip(void) {
  static const char *const outputs[] = {"tiny_tables.zh.xlsx", "tiny_tables.en.xlsx", "tiny.sdmx.csv",
                                        "tiny.jsonstat.en.json"};
  tiny_copy("plan-round");
  tiny_replace(
      "study.yaml", "people: {file: people.csv, missing: [\"NA\"]}",
      "people: {file: people.csv, missing: [\"NA\"], variables: {sex: {label: {zh: 性别, en: Sex}, values: {m: "
      "{zh: 男, en: male}, f: {zh: 女, en: female}}}, spend: {missing: [-9, -8..-7], type: number}}}");
  tiny_replace("study.yaml", "  users: {label",
               "  sexes: {label: {zh: 性别, en: Sexes}, shares: sex}\n  users: {label");
  tiny_replace("study.yaml", "tables:", "tables:\n  - {id: t0, title: T, indicators: [sexes], domains: [total]}");
  convert("study.yaml", "plan.xlsx", SX_LANG_EN);
  convert("study.yaml", "planzh.xlsx", SX_LANG_ZH);
  convert("plan.xlsx", "back.yaml", SX_LANG_EN);
  convert("planzh.xlsx", "backzh.yaml", SX_LANG_EN);
  convert("back.yaml", "again.xlsx", SX_LANG_EN);
  convert("again.xlsx", "again.yaml", SX_LANG_EN);
  check_same("back.yaml", "backzh.yaml");
  check_same("back.yaml", "again.yaml");
  char *a = rows_of("study.yaml", "a"), *b = rows_of("plan.xlsx", "b"), *c = rows_of("backzh.yaml", "c");
  CHECK(a && strstr(a, "prop_m") && strlen(a) > 1000);
  CHECK_STR(b, a);
  CHECK_STR(c, a);
  for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
    char one[100], other[100];
    snprintf(one, sizeof one, "a/%s", outputs[i]);
    snprintf(other, sizeof other, "b/%s", outputs[i]);
    check_same(one, other);
  }
  char page[700];
  snprintf(page, sizeof page, "%s/b/report.en.html", tiny_dir);
  char *html = tiny_read(page);
  CHECK(html && strstr(html, "female") && strstr(html, "plan.xlsx"));
  snprintf(page, sizeof page, "%s/b/report.zh.html", tiny_dir);
  char *zh = tiny_read(page);
  CHECK(zh && strstr(zh, "女"));
  free(html);
  free(zh);
  free(a);
  free(b);
  free(c);
  tiny_remove();
}

/* The template is a plan whose only fault is that nothing is filled in. */
static void template(void) {
  tiny_copy("plan-template");
  for (int lang = 0; lang < 2; lang++) {
    sx_buf out, again;
    sx_study *study = NULL;
    sx_buf_init(&out, NULL);
    sx_buf_init(&again, NULL);
    tiny_path(path, "plan.xlsx");
    CHECK_OK(sx_study_plan_book(&out, NULL, NULL, (sx_lang)lang, err));
    CHECK_OK(sx_study_plan_book(&again, NULL, NULL, (sx_lang)lang, err));
    CHECK(out.n == again.n && memcmp(out.data, again.data, out.n) == 0);
    CHECK_OK(sx_file_write(NULL, path, out.data, out.n, err));
    CHECK_FAILS(sx_study_load(&study, NULL, path, NULL, err), SX_E_PARSE,
                lang == SX_LANG_ZH ? "sheet 研究, row 8" : "sheet study, row 8", "there is no file");
    sx_buf_clear(&out);
    sx_buf_clear(&again);
  }
  tiny_remove();
}

/* Cells as they stand in the workbook. */
static void cells(void) {
  sx_buf out;
  sx_book *book = NULL;
  sx_buf_init(&out, NULL);
  CHECK_OK(plan_book(&out, "=a\nx||0.07\n\n'01|1e-12\n=b\ny\\nz\n", err));
  CHECK_OK(sx_book_parse(&book, NULL, "f", out.data, out.n, false, err));
  if (book && book->n == 2 && book->sheets[0].n == 4) {
    const sx_book_cell *c = book->sheets[0].cells;
    CHECK_STR(book->sheets[0].name, "a");
    CHECK_STR(c[0].text, "x");
    CHECK(c[1].row == 1 && c[1].column == 3 && c[1].kind == SX_CELL_NUMBER);
    CHECK_STR(c[1].text, "0.07");
    CHECK(c[2].row == 3 && c[2].kind == SX_CELL_TEXT);
    CHECK_STR(c[2].text, "01");
    CHECK_STR(c[3].text, "1e-12");
    CHECK_STR(book->sheets[1].cells[0].text, "y\nz");
  } else {
    SXT_FAIL("the cells are not all there");
  }
  sx_book_free(book);
  char name[SX_BOOK_CELL_NAME];
  sx_book_cell_name(name, 14, 28);
  CHECK_STR(name, "AB14");
  book = NULL;
  CHECK_FAILS(sx_book_parse(&book, NULL, "f", "a,b\n", 4, false, err), SX_E_SUPPORT, "f", "save it as .xlsx");
  sx_buf_clear(&out);
}

SXT_MAIN(SXT_CASE(english), SXT_CASE(chinese), SXT_CASE(places), SXT_CASE(round_trip), SXT_CASE(template),
         SXT_CASE(cells))
