/* Exports of answers by survey platforms: the made-up survey of wjx/make.py by codes and by texts, as workbook and CSV, alone and as a pair,
 * against its plain table; headers and cells of each form; every kind of mismatch of a pair. */
#include "same_table.h"
#include "shuxiao/io.h"
#include "sxt.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DIR "tests/unit/io/wjx/"
#define SYS "序号,提交答卷时间,所用时间,"

static sx_status read_pair(sx_table **out, const char *path, const char *labels, sx_error *err) {
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.labels_from = labels;
  return sx_io_read(out, NULL, path, &o, err);
}

static sx_status memory(sx_table **out, const char *text, const sx_read_options *options, sx_error *err) {
  return sx_io_read_memory(out, NULL, "m.csv", text, strlen(text), options, err);
}

/* "a", a number, "-" where missing by system, "!a" where declared. */
static const char *shown(const sx_table *t, const char *name, size_t row) {
  static char text[128];
  const sx_column *c = sx_table_find(t, name);
  if (!c) return "no column";
  const int miss = c->miss ? c->miss[row] : 0;
  if (miss == SX_MISS_SYSTEM) return "-";
  const char *mark = miss ? "!" : "";
  if (c->dict)
    (void)snprintf(text, sizeof text, "%s%s", mark, sx_dict_get(c->dict, c->data.code[row], NULL));
  else
    (void)snprintf(text, sizeof text, "%s%.10g", mark,
                   c->type == SX_NUMBER ? c->data.f64[row] : (double)c->data.i64[row]);
  return text;
}

static void column_is(const sx_table *t, const char *name, const char *const *want) {
  for (size_t r = 0; r < sx_table_rows(t); r++)
    if (strcmp(shown(t, name, r), want[r]) != 0)
      SXT_FAIL("%s, case %zu: '%s', not '%s'", name, r + 1, shown(t, name, r), want[r]);
}
#define COLUMN(t, name, ...) column_is(t, name, (const char *const[]){__VA_ARGS__})

static const char *label_of(const sx_table *t, const char *name) {
  const sx_column *c = sx_table_find(t, name);
  return c ? c->label : "no column";
}

/* ---- the survey ------------------------------------------------------------------------------------------------------- */

/* All four files, and both ways of the pair: the numbers are those of the plain table. */
static void numbers(void) {
  static const struct {
    const char *path, *labels;
  } files[] = {{DIR "codes.csv", NULL},
               {DIR "codes.xlsx", NULL},
               {DIR "codes.xlsx", DIR "texts.xlsx"},
               {DIR "texts.csv", DIR "codes.csv"},
               {DIR "codes.csv", DIR "texts.xlsx"}};
  sx_table *plain = NULL;
  REQUIRE_OK(sx_io_read(&plain, NULL, DIR "plain.csv", NULL, err));
  for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
    sx_table *t = NULL;
    REQUIRE_OK(read_pair(&t, files[f].path, files[f].labels, err));
    for (size_t i = 0; i < sx_table_columns(plain); i++) {
      const sx_column *want = sx_table_get(plain, i), *got = sx_table_find(t, want->name);
      REQUIRE(got && got->type == SX_INTEGER);
      for (size_t r = 0; r < want->n; r++) {
        CHECK_INT(sx_column_missing(got, r), sx_column_missing(want, r));
        if (!sx_column_missing(want, r)) CHECK_INT(got->data.i64[r], want->data.i64[r]);
      }
    }
    sx_table_free(t);
  }
  sx_table_free(plain);
}

static void codes_alone(void) {
  sx_table *csv = NULL, *book = NULL;
  REQUIRE_OK(sx_io_read(&csv, NULL, DIR "codes.csv", NULL, err));
  REQUIRE_OK(sx_io_read(&book, NULL, DIR "codes.xlsx", NULL, err));
  same_table(csv, book);
  CHECK_STR(label_of(csv, "q1"), "您的性别是");
  CHECK_STR(label_of(csv, "q4_3"), "拼多多");
  CHECK_STR(label_of(csv, "q4_4"), "其他(请注明)");
  CHECK_STR(label_of(csv, "q5_1"), "请按重要性排序：价格");
  CHECK_STR(label_of(csv, "q6_2"), "您对下列方面的满意程度：售后(退换)");
  CHECK_INT(sx_table_mrsets(csv), 1);
  const sx_mrset *set = sx_table_find_mrset(csv, "$q4");
  REQUIRE(set && set->dichotomous && set->counted == 1 && set->n_variables == 4);
  CHECK_STR(set->label, "您用过哪些购物平台(多选)");
  CHECK_STR(set->variables[3], "q4_4");
  COLUMN(csv, "q4_1", "1", "1", "0", "!-3", "1", "0", "0", "!-3", "1", "1");
  COLUMN(csv, "q4_4_text", "-", "-", "抖音商城", "-", "-", "唯品会", "-", "-", "-", "小红书");
  COLUMN(csv, "q3_text", "-", "-", "现金", "支票", "-", "-", "-", "-", "-", "-");
  COLUMN(csv, "q5_3", "3", "3", "1", "!-3", "2", "2", "3", "!-3", "1", "!-2");
  COLUMN(csv, "q7", "快一点", "!(空)", "便宜，再便宜", "!(空)", "没有", "!(空)", "!(空)", "无", "!(空)", "界面太乱");
  COLUMN(csv, "duration", "100", "107", "114", "121", "128", "135", "142", "149", "156", "163");
  const sx_column *q4 = sx_table_find(csv, "q4_2"), *day = sx_table_find(csv, "submit_date"),
                  *time = sx_table_find(csv, "submit_time");
  REQUIRE(q4->n_ranges == 2 && q4->ranges[0].lo == -3 && q4->ranges[1].lo == -2);
  CHECK_STR(sx_column_value_label(q4, -3), "跳过");
  CHECK_STR(sx_column_value_label(q4, -2), "空");
  int64_t first = 0;
  REQUIRE(day && day->type == SX_DATE && sx_date_parse(&first, "2025-06-01", 10));
  CHECK_INT(day->data.i64[9], first + 9);
  REQUIRE(time && time->type == SX_NUMBER); /* 2025-06-01 09:00:30 since 1582-10-14 */
  CHECK(time->data.f64[0] == (double)(first + 141428) * 86400 + 9 * 3600 + 30);
  CHECK_STR(time->format, "DATETIME20");
  sx_table_free(csv);
  sx_table_free(book);
}

static void pair(void) {
  sx_table *a = NULL, *b = NULL;
  REQUIRE_OK(read_pair(&a, DIR "codes.xlsx", DIR "texts.csv", err));
  REQUIRE_OK(read_pair(&b, DIR "texts.xlsx", DIR "codes.csv", err));
  same_table(a, b);
  const sx_column *sex = sx_table_find(a, "q1"), *age = sx_table_find(a, "q2"), *pay = sx_table_find(a, "q3"),
                  *grid = sx_table_find(a, "q6_1");
  CHECK_STR(sx_column_value_label(sex, 2), "女");
  CHECK_STR(sx_column_value_label(pay, 3), "其他");
  CHECK_STR(sx_column_value_label(grid, 5), "很满意");
  CHECK_STR(sx_column_value_label(grid, 1), "很不满意");
  CHECK_INT(age->n_labels, 2); /* those of -3 and -2 */
  COLUMN(a, "q3_text", "-", "-", "现金", "支票", "-", "-", "-", "-", "-", "-");
  sx_table_free(a);
  sx_table_free(b);
}

static void texts_alone(void) {
  sx_table *t = NULL, *book = NULL;
  REQUIRE_OK(sx_io_read(&t, NULL, DIR "texts.csv", NULL, err));
  REQUIRE_OK(sx_io_read(&book, NULL, DIR "texts.xlsx", NULL, err));
  same_table(t, book);
  COLUMN(t, "q1", "男", "女", "女", "男", "男", "女", "男", "女", "女", "男");
  COLUMN(t, "q3", "微信支付", "银行卡", "其他", "其他", "微信支付", "微信支付", "银行卡", "微信支付", "微信支付",
         "银行卡");
  COLUMN(t, "q4_4", "0", "0", "1", "!-3", "0", "1", "0", "!-3", "0", "1");
  COLUMN(t, "q5_3", "3", "3", "1", "!-3", "2", "2", "3", "!-3", "1", "!-2");
  CHECK_STR(label_of(t, "q4_2"), "京东"); /* second to occur */
  REQUIRE(sx_table_find_mrset(t, "$q4") != NULL);
  CHECK_STR(label_of(t, "q4_4_text"), "其他(请注明)");
  sx_table_free(t);
  sx_table_free(book);
}

/* ---- options ---------------------------------------------------------------------------------------------------------- */

static void options(void) {
  static const char *const wanted[] = {"q4_1", "q1"}, *const unknown[] = {"q9"}, *const text[] = {"q3"},
                           *const missing[] = {"4"};
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_table *t = NULL;
  o.columns = wanted;
  o.n_columns = 2;
  REQUIRE_OK(sx_io_read(&t, NULL, DIR "codes.xlsx", &o, err));
  REQUIRE(sx_table_columns(t) == 2 && sx_table_find(t, "q1") && sx_table_find(t, "q4_1"));
  CHECK_INT(sx_table_find_mrset(t, "$q4")->n_variables, 1);
  sx_table_free(t);
  o.columns = unknown;
  o.n_columns = 1;
  CHECK_FAILS(sx_io_read(&t, NULL, DIR "codes.xlsx", &o, err), SX_E_DATA, "codes.xlsx: Sheet1", "no column 'q9'");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.as_text = text;
  o.n_as_text = 1;
  REQUIRE_OK(sx_io_read(&t, NULL, DIR "codes.xlsx", &o, err));
  CHECK_STR(shown(t, "q3", 2), "3〖现金〗");
  sx_table_free(t);
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.missing = missing;
  o.n_missing = 1;
  REQUIRE_OK(sx_io_read(&t, NULL, DIR "codes.csv", &o, err));
  CHECK_STR(shown(t, "q6_1", 0), "!4");
  sx_table_free(t);
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
  o.format = "csv"; /* as it stands */
  REQUIRE_OK(sx_io_read(&t, NULL, DIR "codes.csv", &o, err));
  REQUIRE(sx_table_find(t, "1、您的性别是") && !sx_table_find(t, "q1"));
  sx_table_free(t);
  o.format = "xlsx";
  REQUIRE_OK(sx_io_read(&t, NULL, DIR "codes.xlsx", &o, err));
  REQUIRE(sx_table_find(t, "1、您的性别是") != NULL);
  sx_table_free(t);
  o.labels_from = DIR "texts.csv";
  CHECK_FAILS(sx_io_read(&t, NULL, DIR "codes.xlsx", &o, err), SX_E_ARGUMENT, "codes.xlsx", "format wjx, not of xlsx");
  o = (sx_read_options)SX_READ_OPTIONS_INIT;
}

static void batches(void) {
  sx_reader *reader = NULL;
  sx_table *t = NULL;
  REQUIRE_OK(sx_reader_open(&reader, NULL, DIR "codes.csv", NULL, err));
  REQUIRE_OK(sx_reader_next(&t, reader, 3, err));
  REQUIRE(t && sx_table_rows(t) == 3 && sx_table_find(t, "q4_1") && sx_table_find_mrset(t, "$q4"));
  sx_table_free(t);
  sx_reader_close(reader);
}

/* ---- headers and cells ------------------------------------------------------------------------------------------------ */

static void headers(void) {
  sx_table *t = NULL;
  REQUIRE_OK(memory(&t,
                    SYS "第1题(微信),第1题(微博(旧)),2（A）,2（B）,Q3.多少,4：路上—去程,4：路上—回程,备注\n"
                        "1,2025-01-02 03:04,1分5秒,1,0,0,1,2.5,3,4,x\n"
                        "2,2025年1月3日,0:02:05,0,1,1,0,7,-2,1,\n",
                    NULL, err));
  CHECK_STR(label_of(t, "q1_2"), "微博(旧)");
  CHECK_STR(label_of(t, "q2_1"), "A");
  CHECK_STR(label_of(t, "q3"), "多少");
  CHECK_STR(label_of(t, "q4_2"), "路上：回程");
  COLUMN(t, "duration", "65", "125");
  COLUMN(t, "q3", "2.5", "7");
  COLUMN(t, "q4_1", "3", "!-2");
  COLUMN(t, "备注", "x", "-");
  REQUIRE(sx_table_find_mrset(t, "$q1") && sx_table_find_mrset(t, "$q2") && !sx_table_find_mrset(t, "$q4"));
  sx_table_free(t);
  /* "1.5" numbers no question, a year does none either, and a single bracket is part of its question */
  REQUIRE_OK(memory(&t, SYS "1、收入(万元),1.5倍\n1,2025/1/2 3:04:05,9秒,3,4\n", NULL, err));
  CHECK_STR(label_of(t, "q1"), "收入(万元)");
  REQUIRE(sx_table_find(t, "1.5倍") != NULL);
  sx_table_free(t);
}

static void several_codes(void) {
  sx_table *t = NULL;
  REQUIRE_OK(
      memory(&t, SYS "1、哪些,2、排序,3、网址\n1,2025/1/2 3:04:05,9秒,1┋3,2→1→3,a;b\n2,,,3,3→1,c\n3,,,(跳过),-3,(空)\n",
             NULL, err));
  COLUMN(t, "q1_1", "1", "0", "!-3");
  COLUMN(t, "q1_3", "1", "1", "!-3");
  REQUIRE(!sx_table_find(t, "q1_2")); /* nobody chose it: the export does not know it */
  COLUMN(t, "q2_2", "1", "!-2", "!-3");
  COLUMN(t, "q2_3", "3", "1", "!-3");
  COLUMN(t, "q3", "a;b", "c", "!(空)");
  COLUMN(t, "duration", "9", "-", "-");
  sx_table_free(t);
  REQUIRE_OK(memory(&t, SYS "1、哪些\n1,2025/1/2 3:04:05,9秒,1;3\n2,,,2\n", NULL, err));
  COLUMN(t, "q1_3", "1", "0");
  COLUMN(t, "q1_2", "0", "1");
  sx_table_free(t);
  /* rows of a grid with several choices are a set each */
  REQUIRE_OK(memory(&t, SYS "1、用途—家,1、用途—公司\n1,2025/1/2 3:04:05,9秒,看┋听,看\n2,,,听,看┋写\n", NULL, err));
  REQUIRE(sx_table_find_mrset(t, "$q1_1") && sx_table_find_mrset(t, "$q1_2"));
  CHECK_STR(sx_table_find_mrset(t, "$q1_2")->label, "用途：公司");
  COLUMN(t, "q1_2_2", "0", "1");
  sx_table_free(t);
}

static void odd_times(void) {
  sx_table *t = NULL;
  REQUIRE_OK(memory(&t, SYS "1、a\n1,2025/13/2 3:04:05,很久,1\n2,2025/1/2 3:04:05,5秒,2\n", NULL, err));
  COLUMN(t, "submit_time", "2025/13/2 3:04:05", "2025/1/2 3:04:05"); /* with a warning, as it stands */
  COLUMN(t, "duration", "很久", "5秒");
  sx_table_free(t);
}

static void not_one(void) {
  sx_table *t = NULL;
  REQUIRE_OK(memory(&t, SYS "年龄\n1,2025/1/2 3:04:05,9秒,3\n", NULL, err)); /* no numbered question */
  REQUIRE(sx_table_find(t, "所用时间") != NULL);
  sx_table_free(t);
  sx_read_options o = SX_READ_OPTIONS_INIT;
  o.format = "wjx";
  CHECK_FAILS(memory(&t, SYS "年龄\n1,,9秒,3\n", &o, err), SX_E_DATA, "m.csv", "no column is a numbered question");
  CHECK_FAILS(memory(&t, SYS "1、a,2、b,1、c\n1,2025/1/2 3:04:05,9秒,3,4,5\n", NULL, err), SX_E_DATA, "m.csv",
              "question 1 stands in two places, again at '1、c'");
  REQUIRE_OK(memory(&t, "1、a,2、b\n1,2\n", &o, err)); /* asked for, without columns of the system */
  COLUMN(t, "q2", "2");
  sx_table_free(t);
}

/* ---- what does not belong together ------------------------------------------------------------------------------------- */

static void file(const char *path, const char *text) {
  FILE *f = fopen(path, "wb");
  REQUIRE(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void pair_fails(const char *codes, const char *texts, const char *where, const char *message) {
  char a[64], b[64];
  sx_table *t = NULL;
  (void)snprintf(a, sizeof a, "/tmp/sx_wjx_a_%ld.csv", (long)getpid());
  (void)snprintf(b, sizeof b, "/tmp/sx_wjx_b_%ld.csv", (long)getpid());
  file(a, codes);
  file(b, texts);
  CHECK_FAILS(read_pair(&t, a, b, err), SX_E_DATA, where, message);
  (void)remove(a);
  (void)remove(b);
}

static void mismatches(void) {
#define CODES SYS "1、性别,2、哪些(茶),2、哪些(咖啡)\n"
#define TEXTS SYS "1、性别,2、哪些\n"
#define R1    "1,2025/1/2 3:04:05,9秒,"
#define R2    "2,2025/1/2 4:04:05,9秒,"
  pair_fails(CODES R1 "1,1,0\n" R2 "2,1,1\n", TEXTS R1 "男,茶\n", "wjx_b", "1 cases, and 2 in");
  pair_fails(CODES R1 "1,1,0\n" R2 "2,1,1\n", TEXTS R2 "女,茶┋咖啡\n" R1 "男,茶\n", "case 1 (row 2), column '序号'",
             "'1' here and '2' in");
  pair_fails(CODES R1 "1,1,0\n" R2 "1,1,1\n", TEXTS R1 "男,茶\n" R2 "女,茶┋咖啡\n", "case 2 (row 3), column '1、性别'",
             "code 1 is '女'");
  pair_fails(CODES R1 "1,1,0\n" R2 "-3,1,1\n", TEXTS R1 "男,茶\n" R2 "女,茶┋咖啡\n", "case 2 (row 3), column '1、性别'",
             "'-3' here and '女' in");
  pair_fails(CODES R1 "1,1,0\n" R2 "2,1,1\n", TEXTS R1 "男,茶\n" R2 "女,茶\n", "case 2 (row 3), column '2、哪些",
             "2 answers here and 1 in");
  pair_fails(CODES R1 "1,1,0\n" R2 "2,1,1\n", TEXTS R1 "男,咖啡\n" R2 "女,茶┋咖啡\n",
             "case 1 (row 2), column '2、哪些(茶)'", "the option was chosen, and in");
  pair_fails(CODES R1 "1,1,0\n" R2 "2,1,1\n", TEXTS R1 "男,茶\n" R2 "女,茶┋咖啡┋酒\n",
             "case 2 (row 3), column '2、哪些", "2 answers here and 3 in");
  pair_fails(CODES R1 "1,1,0\n" R2 "2,1,1\n", TEXTS R1 "男,(空)\n" R2 "女,茶┋咖啡\n",
             "case 1 (row 2), column '2、哪些(", "here and '(空)' in");
  pair_fails(CODES R1 "1,1,0\n" R2 "2,0,1\n", SYS "1、性别\n" R1 "男\n" R2 "女\n", "wjx_b", "no question 2, which");
  pair_fails(CODES R1 "1,1,0\n" R2 "2,0,1\n", SYS "1、年龄,2、哪些\n" R1 "3,茶\n" R2 "4,咖啡\n", "wjx_a",
             "question 1 is '性别' here and '年龄' in");
  pair_fails(SYS "1、话\n" R1 "甲\n" R2 "乙\n", SYS "1、话\n" R1 "甲\n" R2 "丙\n", "case 2 (row 3), column '1、话'",
             "'乙' here and '丙' in");
  sx_table *t = NULL;
  CHECK_FAILS(read_pair(&t, DIR "codes.csv", DIR "none.csv", err), SX_E_IO, "none.csv", "");
  CHECK_FAILS(read_pair(&t, DIR "codes.csv", DIR "plain.csv", err), SX_E_DATA, "plain.csv", "numbered question");
}

/* ---- answers that cannot be ------------------------------------------------------------------------------------------- */

static void hear(void *data, sx_severity severity, const char *where, const char *message) {
  char *said = data;
  const size_t n = strlen(said);
  (void)where;
  if (severity == SX_SEV_WARNING) (void)snprintf(said + n, 1000 - n, "%s\n", message);
}

static void read_heard(sx_table **t, char said[1000], const char *text) {
  sx_ctx ctx = SX_CTX_INIT;
  ctx.note = hear;
  ctx.data = said;
  said[0] = '\0';
  REQUIRE_OK(sx_io_read_memory(t, &ctx, "m.csv", text, strlen(text), NULL, err));
}

static void odd_answers(void) {
  char text[4000] = SYS "1、顺序,2、哪些\n", said[1000];
  sx_table *t = NULL;
  for (int i = 1; i <= 12; i++) {
    char line[200];
    (void)snprintf(line, sizeof line, "%d,2025/1/2 3:04:05,9秒,%s,%s\n", i == 9 ? 3 : i,
                   i == 5  ? "价格→价格"
                   : i % 2 ? "价格→质量"
                           : "质量→价格",
                   i == 7 ? "淘宝┋淘宝" : "淘宝┋京东");
    strcat(text, line);
  }
  read_heard(&t, said, text);
  COLUMN(t, "q1_1", "1", "2", "1", "2", "-", "2", "1", "2", "1", "2", "1", "2"); /* the order is kept */
  COLUMN(t, "q2_1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1");
  CHECK(strstr(said, "case 9: '3' in '序号' is the number of case 3 too (1 such case)") != NULL);
  CHECK(strstr(said, "case 5: '价格→价格' in '1、顺序' names an option twice, so that it is no order: the answer is "
                     "missing (1 case)") != NULL);
  CHECK(strstr(said, "case 7: '淘宝┋淘宝' in '2、哪些' names an option twice: it is counted once (1 case)") != NULL);
  sx_table_free(t);
  read_heard(&t, said, SYS "1、顺序\n1,,9秒,甲→乙\n2,,9秒,甲→甲\n"); /* half of them */
  COLUMN(t, "q1", "甲→乙", "甲→甲");
  CHECK(strstr(said, "case 2: '甲→甲' in '1、顺序' names an option twice, as do 1 answers: the column stays text") !=
        NULL);
  sx_table_free(t);
  read_heard(&t, said, SYS "1、话\n1,,9秒,甲→甲\n2,,9秒,乙\n3,,9秒,丙\n"); /* a text with an arrow */
  CHECK_STR(said, "");
  sx_table_free(t);
}

/* Labels from an export that has none. */
static void no_labels(void) {
  char said[1000] = "";
  sx_ctx ctx = SX_CTX_INIT;
  sx_read_options o = SX_READ_OPTIONS_INIT;
  sx_table *t = NULL;
  ctx.note = hear;
  ctx.data = said;
  o.labels_from = DIR "codes.xlsx";
  REQUIRE_OK(sx_io_read(&t, &ctx, DIR "codes.csv", &o, err));
  CHECK(strstr(said, "no text for any code") != NULL && strstr(said, "按选项文本") != NULL);
  sx_table_free(t);
  said[0] = '\0';
  o.labels_from = DIR "texts.xlsx";
  REQUIRE_OK(sx_io_read(&t, &ctx, DIR "codes.csv", &o, err));
  CHECK_STR(said, "");
  sx_table_free(t);
}

/* A mark within 〖...〗 is of the text beside its option. */
static void marks_in_texts(void) {
  sx_table *t = NULL;
  REQUIRE_OK(memory(&t,
                    SYS
                    "1、哪些,2、哪个\n1,2025/1/2 3:04:05,9秒,微信┋其他〖现金┋卡〗,其他〖甲┋乙→丙〗\n2,,,微信,支付宝\n"
                    "3,,,其他〖a〖b┋c〗d〗┋微信,支付宝\n4,,,其他〖卡┋微信,其他〖甲〗\n",
                    NULL, err));
  COLUMN(t, "q1_1", "1", "1", "1", "1");
  COLUMN(t, "q1_2", "1", "0", "1", "0");
  CHECK_STR(shown(t, "q1_2_text", 0), "现金┋卡");
  CHECK_STR(shown(t, "q1_2_text", 2), "a〖b┋c〗d");
  COLUMN(t, "q1_3", "0", "0", "0", "1"); /* one that does not end is a text like any other */
  CHECK(!sx_table_find(t, "q1_4"));
  CHECK(!sx_table_find_mrset(t, "$q2") && sx_table_find(t, "q2")); /* one choice, with a text */
  CHECK_STR(shown(t, "q2_text", 0), "甲┋乙→丙");
  CHECK_STR(shown(t, "q2", 0), "其他");
  sx_table_free(t);
  REQUIRE_OK(memory(&t,
                    SYS "1、哪些,2、哪个\n1,2025/1/2 3:04:05,9秒,1;3〖现金;微信〗,3〖a;b〗\n2,,,2;3〖卡〗,1\n3,,,1,2\n",
                    NULL, err));
  COLUMN(t, "q1_1", "1", "0", "1");
  COLUMN(t, "q1_2", "0", "1", "0");
  COLUMN(t, "q1_3", "1", "1", "0");
  COLUMN(t, "q1_3_text", "现金;微信", "卡", "-");
  COLUMN(t, "q2", "3", "1", "2");
  COLUMN(t, "q2_text", "a;b", "-", "-");
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(numbers), SXT_CASE(codes_alone), SXT_CASE(pair), SXT_CASE(texts_alone), SXT_CASE(options),
         SXT_CASE(batches), SXT_CASE(headers), SXT_CASE(several_codes), SXT_CASE(odd_times), SXT_CASE(not_one),
         SXT_CASE(mismatches), SXT_CASE(odd_answers), SXT_CASE(no_labels), SXT_CASE(marks_in_texts))
