/* The writer of workbooks: what Excel forbids is made fit, what it would take for a formula is text, the same calls give the same bytes. */
#include "publish/publish_book.h"
#include "sxt.h"

static const char *const hard[] = {
    "=cmd|'/c calc'!A1", "+1+1",    "-2+3", "@SUM(A1)", "a\001b\ttab\x7f", "_x0041_ is no A", "<&>\"'",
    "\xED\xA0\x80 bad",  "数字消费"};
enum { N_HARD = sizeof hard / sizeof *hard };

static void fill(pub_book *book, sx_arena *arena) {
  static char label[201 * 3 + 1];
  for (size_t i = 0; i < 200; i++) memcpy(label + 3 * i, "长", 3);
  const size_t a = sx_publish__sheet(book, "values"), b = sx_publish__sheet(book, "VALUES"),
               c = sx_publish__sheet(book, "[a]:b*c?d/e\\f with a name that is far too long for Excel");
  CHECK_STR(sx_publish__sheet_name(book, a), "values");
  CHECK_STR(sx_publish__sheet_name(book, b), "VALUES~2");
  CHECK_STR(sx_publish__sheet_name(book, c), "_a__b_c_d_e_f with a name that ");
  const size_t d = sx_publish__sheet(book, "'[a]:b*c?d/e\\f with a name that is far too long for Excel");
  CHECK_STR(sx_publish__sheet_name(book, d), "__a__b_c_d_e_f with a name that");
  const size_t e = sx_publish__sheet(book, "_a__b_c_d_e_f with a name that IS LONG");
  CHECK_STR(sx_publish__sheet_name(book, e), "_a__b_c_d_e_f with a name tha~2");
  for (size_t i = 0; i < N_HARD; i++) sx_publish__cell_text(book, a, i, 0, hard[i], NULL);
  sx_publish__cell_text(book, a, N_HARD, 0, label, NULL);
  const char *heads[500];
  for (size_t i = 0; i < 500; i++) heads[i] = i == 2 ? label : i == 3 ? "=head" : "column";
  REQUIRE(sx_publish__unique_heads(heads, 500, arena));
  sx_publish__table(book, b, 0, 0, 2, heads, 500, "A1", NULL);
  const pub_style percent = {.number = "0.0%"};
  for (size_t i = 0; i < 500; i++) {
    sx_publish__cell_number(book, b, 1, i, 0.001 * (double)i, &percent);
    sx_publish__cell_number(book, b, 2, i, -0.5, &percent);
  }
  CHECK_STR(sx_publish__define(book, "users.age:20-29", b, 1, 1), "users_age_20_29");
  CHECK_STR(sx_publish__define(book, "USERS.age*20-29", b, 2, 1), "USERS_age_20_29_2");
  CHECK_STR(sx_publish__define(book, "R1C1", b, 2, 2), "_R1C1");
  CHECK_STR(sx_publish__define(book, "AB12", b, 2, 2), "_AB12");
  CHECK_STR(sx_publish__define(book, "占比", b, 2, 2), "u5360u6BD4");
  sx_publish__cell_formula(book, a, 20, 1, "=users_age_20_29*2", 0.002, NULL, &percent);
  sx_publish__cell_merged(book, c, 0, 0, 4, "=merged", NULL);
  sx_publish__cell_link(book, c, 1, 0, "to values", b, NULL);
  const pub_series series = {.name = "=s", .values = {b, 1, 1, 2}, .plus = {b, 1, 3, 2}, .minus = {b, 1, 3, 2}};
  const pub_chart chart = {PUB_CHART_BARS, "=title",    "%", "0%", "words & <words>", {b, 1, 0, 2}, &series, 1, false,
                           false,          (double)NAN, 0,   0};
  sx_publish__chart(book, c, 3, 0, &chart);
}

static void make(sx_buf *out) {
  pub_book *book = NULL;
  sx_arena *arena = NULL;
  REQUIRE_OK(sx_arena_new(&arena, NULL, err));
  REQUIRE_OK(sx_publish__book_new(&book, NULL, "title", "author", err));
  fill(book, arena);
  CHECK_OK(sx_publish__book_finish(out, book, err));
  sx_publish__book_free(book);
  sx_arena_free(arena);
}

static void test_book(void) {
  sx_buf one, two;
  sx_buf_init(&one, NULL);
  sx_buf_init(&two, NULL);
  make(&one);
  make(&two);
  REQUIRE(one.n > 1000 && one.n == two.n);
  CHECK(memcmp(one.data, two.data, one.n) == 0);
  if (getenv("SX_KEEP")) CHECK_OK(sx_file_write(NULL, getenv("SX_KEEP"), one.data, one.n, err));
  sx_buf_clear(&one);
  sx_buf_clear(&two);
}

static void test_limits(void) {
  pub_book *book = NULL;
  sx_buf out;
  sx_buf_init(&out, NULL);
  REQUIRE_OK(sx_publish__book_new(&book, NULL, NULL, NULL, err));
  CHECK_FAILS(sx_publish__book_finish(&out, book, err), SX_E_INTERNAL, "workbook", "without a sheet");
  sx_publish__book_free(book);
  REQUIRE_OK(sx_publish__book_new(&book, NULL, "", "", err));
  const size_t s = sx_publish__sheet(book, "");
  CHECK_STR(sx_publish__sheet_name(book, s), "sheet");
  sx_publish__cell_text(book, s, 0, PUB_COLUMNS_MAX, "x", NULL);
  CHECK_FAILS(sx_publish__book_finish(&out, book, err), SX_E_LIMIT, "sheet", "16,384");
  sx_publish__book_free(book);
  REQUIRE_OK(sx_publish__book_new(&book, NULL, "", "", err));
  sx_publish__cell_number(book, sx_publish__sheet(book, "a"), 0, 0, (double)NAN, NULL);
  CHECK_FAILS(sx_publish__book_finish(&out, book, err), SX_E_INTERNAL, "a", "not finite");
  sx_publish__book_free(book);
  sx_buf_clear(&out);
}

SXT_MAIN(SXT_CASE(test_book), SXT_CASE(test_limits))
