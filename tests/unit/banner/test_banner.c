/* test_banner.c: the grammar, the rows, closed forms, the legend, what is refused. */
#include "banner_help.h"
#include "shuxiao/io.h"

static const sx_ctx ctx = SX_CTX_INIT;

typedef struct small {
  sx_table *t;
  sx_design *d;
} small;

static small small_new(void) {
  eh_state = 42;
  small s = {bh_survey(240, 4, 5, false), NULL};
  s.d = bh_design(&ctx, s.t, 0);
  return s;
}

static void small_free(small *s) {
  sx_design_free(s->d);
  sx_table_free(s->t);
}

static sx_status ask(sx_banner_book **out, const small *s, const char *rows, const char *columns, sx_error *err) {
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = rows;
  r.columns = columns;
  return sx_banner_run(out, s->d, s->t, &r, NULL, err);
}

static void is_columns(const small *s, const char *columns, const char *want) {
  sx_banner_book *book = NULL;
  char got[1024] = "";
  REQUIRE_OK(ask(&book, s, "q1", columns, err));
  for (size_t c = 0; c < book->columns->n_columns; c++) {
    const sx_banner_column *k = &book->columns->column[c];
    const size_t at = strlen(got);
    snprintf(got + at, sizeof got - at, "%s%zu:%s:%s", c ? " " : "", k->span, k->key, k->letter);
  }
  CHECK_STR(got, want);
  sx_banner_book_free(book);
}

static void test_columns(void) {
  small s = small_new();
  is_columns(&s, "total", "0:total:");
  is_columns(&s, "total+sex", "0:total: 1:sex=1:A 1:sex=2:B");
  is_columns(&s, " sex > `g` ", "0:sex=1,g=0:A 0:sex=1,g=1:B 0:sex=1,g=2:C 1:sex=2,g=0:A 1:sex=2,g=1:B 1:sex=2,g=2:C");
  is_columns(&s, "sex > (total + g)",
             "0:sex=1,total: 1:sex=1,g=0:A 1:sex=1,g=1:B 1:sex=1,g=2:C 2:sex=2,total: "
             "3:sex=2,g=0:A 3:sex=2,g=1:B 3:sex=2,g=2:C");
  is_columns(&s, "(sex + total) > g",
             "0:sex=1,g=0:A 0:sex=1,g=1:B 0:sex=1,g=2:C 1:sex=2,g=0:A 1:sex=2,g=1:B "
             "1:sex=2,g=2:C 2:g=0:A 2:g=1:B 2:g=2:C");
  is_columns(&s, "$m", "0:$m=m1:A 0:$m=m2:B 0:$m=m3:C 0:$m=m4:D");
  is_columns(&s, "m", "0:m=m1:A 0:m=m2:B 0:m=m3:C 0:m=m4:D"); /* the set without its sign */
  small_free(&s);
}

/* Levels of a text stand in the order of the numbers that they begin with, or of their labels. */
static void test_order_of_texts(void) {
  static const char *const age[] = {"30-39", "100+", "6-9", "30-39", "40", "6-9", "100+", "40"};
  static const char *const size[] = {"big", "small", "mid", "big", "small", "mid", "big", "mid"};
  sx_table *t = eh_table(NULL, 8);
  eh_text(t, "age", SX_TEXT, age);
  eh_text(t, "size", SX_TEXT, size);
  eh_text(t, "plain", SX_TEXT, size);
  static const char *const order[] = {"small", "mid", "big"};
  for (size_t k = 0; k < 3; k++)
    REQUIRE_OK(sx_column_add_label(NULL, bh_column(t, "size"), 0, order[k], 0, order[k], err));
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.unweighted = true;
  small s = {t, eh_design(NULL, t, &spec)};
  sx_banner_book *book = NULL;
  REQUIRE_OK(ask(&book, &s, "age", "age + size + plain", err));
  static const char *const want[] = {"age=6-9",  "age=30-39", "age=40",    "age=100+",    "size=small",
                                     "size=mid", "size=big",  "plain=big", "plain=small", "plain=mid"};
  REQUIRE(book->columns->n_columns == 10);
  for (size_t k = 0; k < 10; k++) CHECK_STR(book->columns->column[k].key, want[k]);
  CHECK_NEAR(bh_row(&book->table[0], SX_BANNER_COL_PCT, "6-9")->cell[0].value, 1, 0);
  CHECK_NEAR(bh_row(&book->table[0], SX_BANNER_COL_PCT, "6-9")->cell[1].value, 0, 0);
  sx_banner_book_free(book);
  small_free(&s);
}

/* Heads make a tree: every head holds the columns of its children. */
static void test_heads(void) {
  small s = small_new();
  sx_banner_book *book = NULL;
  REQUIRE_OK(ask(&book, &s, "q1", "total + sex > g", err));
  const sx_banner_columns *c = book->columns;
  CHECK_INT(c->n_columns, 7);
  CHECK_INT(c->depth, 4);
  for (size_t k = 0; k < c->n_heads; k++) {
    size_t n = 0;
    for (size_t j = 0; j < c->n_heads; j++)
      if (c->head[j].parent == k) {
        CHECK_INT(c->head[j].depth, c->head[k].depth + 1);
        n += c->head[j].n;
      }
    if (n) CHECK_INT(n, c->head[k].n);
  }
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_banner_column_text(&text, c, 1, false);
  CHECK_STR(text.data, "sex / Men / g / 0 (A)");
  sx_buf_reset(&text);
  sx_banner_column_text(&text, c, 0, true);
  CHECK_STR(text.data, "合计");
  sx_buf_clear(&text);
  sx_banner_book_free(book);
  small_free(&s);
}

static void is_rows(const small *s, const char *rows, const char *want) {
  sx_banner_book *book = NULL;
  char got[1024] = "";
  REQUIRE_OK(ask(&book, s, rows, "total", err));
  for (size_t k = 0; k < book->n_tables; k++) {
    const size_t at = strlen(got);
    snprintf(got + at, sizeof got - at, "%s%s/%zu", k ? " " : "", book->table[k].id, book->table[k].n_rows);
  }
  CHECK_STR(got, want);
  sx_banner_book_free(book);
}

static void test_rows(void) {
  small s = small_new();
  is_rows(&s, "q1", "q1/6"); /* two bases, four levels */
  is_rows(&s, "q1-q3,amount", "q1/6 q2/5 q3/7 amount/3");
  is_rows(&s, "q?", "q1/6 q2/5 q3/7");
  is_rows(&s, "m*", "m1/4 m2/4 m3/4 m4/4");
  is_rows(&s, "$m m set:m", "$m/6 $m#2/6 $m#3/6");
  is_rows(&s, "sex-q2", "sex/4 age/6 q2/5"); /* the order of the file */
  is_rows(&s, "grid(m*) mean(q3 amount) top2(q3)", "grid(m*)/6 mean(q3 amount)/4 top2(q3)/3");
  is_rows(&s, "q1{Both: [1, 'East|West'], Rest: [3]}", "q1/8");
  small_free(&s);
}

/* Codes that are not whole and have labels are levels of a scale; one without a label makes it an amount. */
static void test_half_codes(void) {
  small s = small_new();
  sx_banner_book *book = NULL;
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  double *half = eh_number(s.t, "half", NULL)->data.f64, *other = eh_number(s.t, "other", NULL)->data.f64;
  for (size_t i = 0; i < 240; i++) other[i] = half[i] = 1 + 0.5 * (double)(i % 3);
  bh_label(s.t, "half", 1, "low");
  bh_label(s.t, "half", 1.5, "low to middle");
  bh_label(s.t, "half", 2, "middle");
  bh_label(s.t, "other", 1, "low");
  bh_label(s.t, "other", 2, "middle");
  is_rows(&s, "half other", "half/5 other/3");
  r.rows = "half";
  r.columns = "total";
  r.stats = "col_pct, top2";
  book = bh_run(s.d, s.t, &r, NULL);
  const double low = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->cell[0].value,
               top = bh_row(&book->table[0], SX_BANNER_COL_PCT, "top2")->cell[0].value;
  CHECK_NEAR(bh_row(&book->table[0], SX_BANNER_COL_PCT, "1.5")->cell[0].value +
                 bh_row(&book->table[0], SX_BANNER_COL_PCT, "2")->cell[0].value,
             top, 1e-12);
  CHECK_NEAR(low + top, 1, 1e-12);
  sx_banner_book_free(book);
  small_free(&s);
}

static void test_ranges(void) {
  sx_table *t = eh_table(NULL, 8);
  static const char *const names[] = {"q1", "q10", "q2", "q3", "q1-q3", "q03", "other"};
  for (size_t k = 0; k < 7; k++) {
    double *x = eh_number(t, names[k], NULL)->data.f64;
    for (size_t i = 0; i < 8; i++) x[i] = (double)(i % 2);
  }
  double *w = eh_number(t, "w", NULL)->data.f64;
  for (size_t i = 0; i < 8; i++) w[i] = 1;
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.weights = "w";
  small s = {t, eh_design(NULL, t, &spec)};
  sx_banner_book *book = NULL;
  is_rows(&s, "q1-q3", "q1-q3/4"); /* a variable of that name comes first */
  is_rows(&s, "q2-q10", "q10/4 q2/4 q3/4 q03/4");
  CHECK_FAILS(ask(&book, &s, "q3-q2", "total", err), SX_E_ARGUMENT, "rows", "from the first to the last");
  CHECK_FAILS(ask(&book, &s, "other-q1", "total", err), SX_E_ARGUMENT, "rows", "from the first to the last");
  CHECK_FAILS(ask(&book, &s, "q1-q40", "total", err), SX_E_ARGUMENT, "rows", "'q40'");
  small_free(&s);
}

/* An unweighted simple random sample of 40: shares by hand, p(1-p)/(n-1), and the difference of two halves. */
static void test_by_hand(void) {
  sx_table *t = eh_table(NULL, 40);
  double *y = eh_number(t, "y", NULL)->data.f64, *x = eh_number(t, "x", NULL)->data.f64;
  for (size_t i = 0; i < 40; i++) {
    x[i] = i < 20 ? 1 : 2;
    y[i] = i < 15 || (i >= 20 && i < 25) ? 1 : 2; /* 15 of 20, 5 of 20 */
  }
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.unweighted = true;
  sx_design *d = eh_design(NULL, t, &spec);
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "y";
  r.columns = "total + x";
  r.stats = "col_pct, row_pct, total_pct, count, cases, n_eff";
  REQUIRE_OK(sx_banner_sig_parse(&r.sig, "spss, min_base=5, compare=within_span+versus_rest", err));
  sx_banner_book *book = bh_run(d, t, &r, NULL);
  const sx_banner_table *b = &book->table[0];
  const sx_banner_row *col = bh_row(b, SX_BANNER_COL_PCT, "1"), *row = bh_row(b, SX_BANNER_ROW_PCT, "1");
  const sx_banner_row *all = bh_row(b, SX_BANNER_TOTAL_PCT, "1"), *count = bh_row(b, SX_BANNER_COUNT, "1");
  const sx_banner_row *cases = bh_row(b, SX_BANNER_CASES, "1"), *base = bh_row(b, SX_BANNER_BASE_CASES, "n_unw");
  const sx_banner_row *eff = bh_row(b, SX_BANNER_BASE_EFFECTIVE, "n_eff");
  REQUIRE(col && row && all && count && cases && base && eff);
  CHECK_NEAR(col->cell[0].value, 0.5, 1e-15);
  CHECK_NEAR(col->cell[0].se, sqrt(0.25 / 39), 1e-13);
  CHECK_NEAR(col->cell[1].value, 0.75, 1e-15);
  /* a domain of a simple random sample: sum of squares of residuals over n_d^2, times n/(n-1) */
  CHECK_NEAR(col->cell[1].se, sqrt(40.0 / 39 * 20 * 0.75 * 0.25 / 400), 1e-13);
  CHECK_NEAR(col->cell[2].value, 0.25, 1e-15);
  CHECK_NEAR(row->cell[1].value, 0.75, 1e-15);
  CHECK_NEAR(all->cell[2].value, 0.125, 1e-15);
  CHECK_NEAR(count->cell[1].value, 15, 1e-15);
  CHECK_NEAR(cases->cell[2].value, 5, 0);
  CHECK_NEAR(base->cell[1].value, 20, 0);
  CHECK_NEAR(eff->cell[0].value, 40, 1e-13);
  CHECK_NEAR(col->cell[0].df, 39, 0);
  CHECK_STR(col->cell[1].letters, "B");
  CHECK_STR(col->cell[2].letters, "");
  CHECK_STR(bh_row(b, SX_BANNER_COL_PCT, "2")->cell[2].letters, "A");
  CHECK_INT(col->cell[1].versus_rest, 1);
  CHECK_INT(col->cell[2].versus_rest, -1);
  CHECK_INT(col->cell[0].versus_rest, 0);
  sx_banner_book_free(book);
  sx_design_free(d);
  sx_table_free(t);
}

/* 0% and 100% are not tested, nor small bases; both are marked. */
static void test_edges(void) {
  sx_table *t = eh_table(NULL, 90);
  double *y = eh_number(t, "y", NULL)->data.f64, *x = eh_number(t, "x", NULL)->data.f64;
  for (size_t i = 0; i < 90; i++) {
    x[i] = i < 40 ? 1 : i < 80 ? 2 : 3;
    y[i] = i < 40 ? 1 : 1 + (double)(i % 3);
  }
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.unweighted = true;
  small s = {t, eh_design(NULL, t, &spec)};
  sx_banner_book *book = NULL;
  REQUIRE_OK(ask(&book, &s, "y", "x", err));
  const sx_banner_row *one = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1");
  const sx_banner_row *base = bh_row(&book->table[0], SX_BANNER_BASE_CASES, "n_unw");
  REQUIRE(one && base);
  CHECK_INT(one->cell[0].flags, SX_BANNER_NOT_TESTED); /* 100% */
  CHECK_NEAR(one->cell[0].se, 0, 0);
  CHECK_INT(one->cell[1].flags, 0);
  CHECK_INT(one->cell[2].flags, SX_BANNER_NOT_TESTED | SX_BANNER_SMALL_BASE); /* ten cases */
  CHECK_INT(base->cell[2].flags, SX_BANNER_SMALL_BASE);
  CHECK_INT(base->cell[1].flags, 0);
  CHECK_STR(one->cell[1].letters, "");
  sx_buf text;
  sx_buf_init(&text, NULL);
  sx_banner_cell_text(&text, book, one, &one->cell[0]);
  CHECK_STR(text.data, "100.0% -");
  sx_buf_reset(&text);
  sx_banner_cell_text(&text, book, base, &base->cell[2]);
  CHECK_STR(text.data, "10 *");
  sx_buf_clear(&text);
  sx_banner_book_free(book);
  small_free(&s);
}

/* Beyond Z: AA; letters of two are kept apart. */
static void test_many_letters(void) {
  sx_table *t = eh_table(NULL, 60 * 40);
  double *y = eh_number(t, "y", NULL)->data.f64, *x = eh_number(t, "x", NULL)->data.f64;
  for (size_t i = 0; i < 60 * 40; i++) {
    x[i] = (double)(i % 60);
    y[i] = x[i] == 0 ? (double)(i / 60 % 10 > 0) : (double)(i / 60 % 10 > 7); /* the first column towers */
  }
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.unweighted = true;
  small s = {t, eh_design(NULL, t, &spec)};
  sx_banner_book *book = NULL;
  REQUIRE_OK(ask(&book, &s, "y", "x", err));
  CHECK_STR(book->columns->column[25].letter, "Z");
  CHECK_STR(book->columns->column[26].letter, "AA");
  CHECK_STR(book->columns->column[52].letter, "BA");
  const char *letters = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->cell[0].letters;
  CHECK(strncmp(letters, "BCDEFGHIJKLMNOPQRSTUVWXYZ AA AB", 31) == 0);
  sx_banner_book_free(book);
  small_free(&s);
}

/* 500 columns are tabulated; more than the limit are refused. */
static void test_wide(void) {
  enum { WIDE = 500, TIMES = 4 };
  sx_table *t = eh_table(NULL, WIDE * TIMES);
  double *x = eh_number(t, "x", NULL)->data.f64, *y = eh_number(t, "y", NULL)->data.f64;
  double *z = eh_number(t, "z", NULL)->data.f64;
  for (size_t i = 0; i < WIDE * TIMES; i++) {
    x[i] = (double)(i % WIDE);
    y[i] = (double)(i / WIDE % 2);
    z[i] = (double)(i % 3);
  }
  sx_design_spec spec = SX_DESIGN_SPEC_INIT;
  spec.unweighted = true;
  small s = {t, eh_design(NULL, t, &spec)};
  sx_banner_book *book = NULL;
  REQUIRE_OK(ask(&book, &s, "y", "x", err));
  CHECK_INT(book->columns->n_columns, WIDE);
  CHECK_STR(book->columns->column[WIDE - 1].letter, "SF");
  CHECK_INT(bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->cell[7].flags,
            SX_BANNER_NOT_TESTED | SX_BANNER_SMALL_BASE);
  sx_banner_book_free(book);
  CHECK_FAILS(ask(&book, &s, "y", "x > z", err), SX_E_LIMIT, "columns", "more than 1000 columns");
  small_free(&s);
}

/* A column all of whose cases are in one PSU: a value without an error, not tested. */
static void test_one_psu(void) {
  small s = small_new();
  double *one = eh_number(s.t, "one", NULL)->data.f64;
  const double *psu = bh_column(s.t, "psu")->data.f64;
  for (size_t i = 0; i < 240; i++) one[i] = psu[i] == 3 ? 1 : 2;
  sx_banner_book *book = NULL;
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q2 amount";
  r.columns = "one";
  r.sig.min_base = 2;
  book = bh_run(s.d, s.t, &r, NULL);
  const sx_banner_cell *cell = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->cell;
  CHECK(isfinite(cell[0].value) && isnan(cell[0].se));
  CHECK_INT(cell[0].na, SX_NA_TOO_FEW_PSU);
  CHECK_INT(cell[0].flags, SX_BANNER_NOT_TESTED);
  CHECK(isfinite(cell[1].se));
  CHECK_STR(cell[1].letters, "");
  const sx_banner_cell *mean = bh_row(&book->table[1], SX_BANNER_MEAN, "mean")->cell;
  CHECK(isfinite(mean[0].value) && isnan(mean[0].se) && mean[0].flags == SX_BANNER_NOT_TESTED);
  sx_banner_book_free(book);
  small_free(&s);
}

static void test_empty(void) {
  small s = small_new();
  double *gone = eh_number(s.t, "gone", NULL)->data.f64;
  sx_column *c = bh_column(s.t, "gone");
  for (size_t i = 0; i < 240; i++)
    if (sx_column_set_missing(NULL, c, i, SX_MISS_SYSTEM, NULL) != SX_OK) eh_die("lose");
  (void)gone;
  sx_banner_book *book = NULL;
  CHECK_FAILS(ask(&book, &s, "gone", "total", err), SX_E_DATA, "gone", "no case has an answer");
  CHECK_FAILS(ask(&book, &s, "q1", "total + gone", err), SX_E_DATA, "columns: gone", "makes no columns");
  REQUIRE_OK(ask(&book, &s, "q1 gone", "total + sex", err)); /* among others its table says so */
  CHECK_INT(book->table[1].n_cases, 0);
  CHECK_INT(book->table[1].n_notes, 1);
  CHECK_STR(book->table[1].note[0].en, "No case has an answer");
  sx_banner_book_free(book);
  /* a filter that leaves a column without cases: it stays, without values */
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q1 $m amount grid(q2 q3)";
  r.columns = "total + sex";
  r.where = "sex == 1";
  book = bh_run(s.d, s.t, &r, NULL);
  const sx_banner_cell *cell = bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->cell;
  CHECK(isfinite(cell[1].value) && isnan(cell[2].value));
  CHECK_INT(cell[2].na, SX_NA_EMPTY_DOMAIN);
  CHECK_NEAR(bh_row(&book->table[0], SX_BANNER_BASE_CASES, "n_unw")->cell[2].value, 0, 0);
  CHECK_STR(book->table[0].base.en, "Base: those who answered, if sex == 1");
  sx_banner_book_free(book);
  r.where = "x > 100";
  r.rows = "q1";
  CHECK_FAILS(sx_banner_run(&book, s.d, s.t, &r, NULL, err), SX_E_DATA, "q1", "no case has an answer where x > 100");
  r.keep_empty = true;
  book = bh_run(s.d, s.t, &r, NULL);
  CHECK_INT(book->table[0].n_cases, 0);
  CHECK_STR(book->table[0].note[0].en, "No case has an answer");
  sx_banner_book_free(book);
  small_free(&s);
}

static void test_refused(void) {
  small s = small_new();
  sx_banner_book *book = NULL;
  CHECK_FAILS(ask(&book, &s, "q1x", "total", err), SX_E_ARGUMENT, "rows", "q1");
  CHECK_FAILS(ask(&book, &s, "q1", "total + sexx", err), SX_E_ARGUMENT, "columns", "sex");
  CHECK_FAILS(ask(&book, &s, "", "total", err), SX_E_ARGUMENT, "rows", "no question is named");
  CHECK_FAILS(ask(&book, &s, "z*", "total", err), SX_E_ARGUMENT, "rows", "no variable fits 'z*'");
  CHECK_FAILS(ask(&book, &s, "grip(q1)", "total", err), SX_E_ARGUMENT, "rows", "did you mean grid?");
  CHECK_FAILS(ask(&book, &s, "grid(q1", "total", err), SX_E_PARSE, "rows: column 8", "')' is wanted");
  CHECK_FAILS(ask(&book, &s, "grid()", "total", err), SX_E_PARSE, "rows: column 6", "a variable is wanted");
  CHECK_FAILS(ask(&book, &s, "q1{A: [1]", "total", err), SX_E_PARSE, "rows: column 3", "no '}'");
  CHECK_FAILS(ask(&book, &s, "q1{A: [9]}", "total", err), SX_E_ARGUMENT, "q1", "the net 'A' names the level '9'");
  CHECK_FAILS(ask(&book, &s, "q1", "total +", err), SX_E_PARSE, "columns: column 8", "a variable, a set or 'total'");
  CHECK_FAILS(ask(&book, &s, "q1", "(sex", err), SX_E_PARSE, "columns: column 5", "')'");
  CHECK_FAILS(ask(&book, &s, "q1", "sex)", err), SX_E_PARSE, "columns: column 4", "no parenthesis is open");
  CHECK_FAILS(ask(&book, &s, "q1", "sex g", err), SX_E_PARSE, "columns: column 5", "'+' or '>'");
  CHECK_FAILS(ask(&book, &s, "q1", "`sex", err), SX_E_PARSE, "columns: column 2", "closing");
  char deep[80];
  memset(deep, '(', sizeof deep - 1);
  deep[sizeof deep - 1] = '\0';
  CHECK_FAILS(ask(&book, &s, "q1", deep, err), SX_E_PARSE, "columns", "nested too deeply");
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q1-q3 $m";
  r.columns = "total + sex > (age + $m)";
  REQUIRE_OK(sx_banner_check(s.t, &r, err));
  r.columns = "total + sex > (age + $n)";
  CHECK_FAILS(sx_banner_check(s.t, &r, err), SX_E_ARGUMENT, "columns", "'$n'");
  r.columns = "total +";
  CHECK_FAILS(sx_banner_check(s.t, &r, err), SX_E_PARSE, "columns: column 8", "is wanted");
  r.columns = NULL;
  r.rows = "q9";
  CHECK_FAILS(sx_banner_check(s.t, &r, err), SX_E_ARGUMENT, "rows", "'q9'");
  r.rows = "q1";
  r.stats = "col_pct, maen";
  CHECK_FAILS(sx_banner_run(&book, s.d, s.t, &r, NULL, err), SX_E_ARGUMENT, "stats", "did you mean mean?");
  r.stats = NULL;
  r.where = "nosuch > 1";
  CHECK_FAILS(sx_banner_run(&book, s.d, s.t, &r, NULL, err), SX_E_ARGUMENT, "where", "nosuch");
  r.where = NULL;
  const char *level[] = {"77"};
  const sx_banner_net net = {"N", level, 1};
  r.nets = &net;
  r.n_nets = 1;
  CHECK_FAILS(sx_banner_run(&book, s.d, s.t, &r, NULL, err), SX_E_ARGUMENT, "net",
              "no question has all levels of the net 'N'");
  sx_table *other = bh_survey(30, 2, 3, false);
  r.n_nets = 0;
  CHECK_FAILS(sx_banner_run(&book, s.d, other, &r, NULL, err), SX_E_ARGUMENT, "",
              "the table has 30 cases, the design 240");
  sx_table_free(other);
  small_free(&s);
}

static void test_sig(void) {
  sx_banner_sig g = SX_BANNER_SIG_INIT;
  REQUIRE_OK(sx_banner_sig_parse(&g, "displayr", err));
  CHECK_STR(g.profile, "displayr");
  CHECK_INT(g.adjust, SX_ADJUST_P_BH);
  CHECK_NEAR(g.upper, 0.001, 0);
  CHECK_NEAR(g.lower, 0.05, 0);
  REQUIRE_OK(sx_banner_sig_parse(&g, "waves, level=0.1, min_base=50", err));
  CHECK_INT(g.compare, SX_BANNER_PREVIOUS_WAVE);
  CHECK_NEAR(g.arrow, 0.1, 0);
  CHECK_INT(g.min_base, 50);
  REQUIRE_OK(sx_banner_sig_parse(&g, "spss, compare=within_span+versus_rest, adjust=holm", err));
  CHECK_INT(g.compare, SX_BANNER_WITHIN_SPAN | SX_BANNER_VERSUS_REST);
  CHECK_FAILS(sx_banner_sig_parse(&g, "spsss", err), SX_E_ARGUMENT, "profile", "did you mean spss?");
  CHECK_FAILS(sx_banner_sig_parse(&g, "spss, upper=2", err), SX_E_ARGUMENT, "upper", "'2' is not a level");
  CHECK_FAILS(sx_banner_sig_parse(&g, "upper=0.1,lower=0.05", err), SX_E_ARGUMENT, "lower",
              "small letters at 0.05 and capitals at 0.1");
  CHECK_FAILS(sx_banner_sig_parse(&g, "spss, upper=0.1", err), SX_E_ARGUMENT, "lower", "lower=0 has no small letters");
  CHECK_OK(sx_banner_sig_parse(&g, "upper=0.1,lower=0", err));
  CHECK_OK(sx_banner_sig_parse(&g, "lower=0.2,upper=0.1", err));
  CHECK_FAILS(sx_banner_sig_parse(&g, "spss, min_base=-1", err), SX_E_ARGUMENT, "min_base", "'-1'");
  CHECK_FAILS(sx_banner_sig_parse(&g, "spss, adjust=sidak", err), SX_E_ARGUMENT, "adjust", "sidak");
  CHECK_FAILS(sx_banner_sig_parse(&g, "compare=within", err), SX_E_ARGUMENT, "compare", "'within'");
  CHECK_FAILS(sx_banner_sig_parse(&g, "ajust=holm", err), SX_E_ARGUMENT, "sig", "did you mean adjust?");
}

/* Every member says that its column is small; nobody in a cell is 0 people; members are called by the numbers of their names too; shares of yes and no. */
static void test_set_cells(void) {
  small s = small_new();
  sx_banner_book *book = NULL;
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "$m{First: [1, 2], Named: [m1, m2]}, m1, share(m1 m2 q1)";
  r.columns = "total + (m1 > m2)";
  r.stats = "col_pct, count, cases";
  r.sig.min_base = 1000;
  REQUIRE_OK(sx_banner_run(&book, s.d, s.t, &r, NULL, err));
  const sx_banner_table *t = &book->table[0];
  size_t members = 0, empty = 0;
  const sx_banner_row *nets[2] = {NULL, NULL};
  for (size_t i = 0; i < t->n_rows; i++) {
    const sx_banner_row *row = &t->row[i];
    members += row->kind == SX_BANNER_ROW_MEMBER;
    if (row->kind == SX_BANNER_ROW_NET && row->measure == SX_BANNER_COL_PCT) nets[strcmp(row->key, "Named") == 0] = row;
    for (size_t c = 0; c < t->columns->n_columns; c++) {
      CHECK(row->cell[c].flags & SX_BANNER_SMALL_BASE);
      if (row->measure != SX_BANNER_COUNT || t->row[i + 1].cell[c].value != 0) continue;
      CHECK(row->cell[c].value == 0 && row->cell[c].se == 0 && row->cell[c].na == SX_NA_NONE);
      empty++;
    }
  }
  CHECK_INT(members, 4 * 3);
  CHECK(empty > 0); /* m1 among those without it */
  REQUIRE(nets[0] && nets[1]);
  for (size_t c = 0; c < t->columns->n_columns; c++) CHECK_NEAR(nets[0]->cell[c].value, nets[1]->cell[c].value, 0);
  const sx_banner_row *yes = bh_row(&book->table[1], SX_BANNER_COL_PCT, "1");
  const sx_banner_row *share = bh_row(&book->table[2], SX_BANNER_COL_PCT, "m1");
  REQUIRE(yes && share && !bh_row(&book->table[2], SX_BANNER_COL_PCT, "q1"));
  CHECK_NEAR(share->cell[0].value, yes->cell[0].value, 0);
  CHECK_NEAR(share->cell[0].se, yes->cell[0].se, 0);
  CHECK(strstr(book->table[2].note[0].en, "no share"));
  sx_banner_book_free(book);
  r.rows = "$m{Ninth: [9]}";
  CHECK_FAILS(sx_banner_run(&book, s.d, s.t, &r, NULL, err), SX_E_ARGUMENT, "m", "names the level '9'");
  small_free(&s);
}

static void test_nets(void) {
  sx_arena *arena = NULL;
  sx_banner_net *net = NULL;
  size_t n = 0;
  REQUIRE_OK(sx_arena_new(&arena, NULL, err));
  REQUIRE_OK(sx_banner_nets_parse(&net, &n, arena, " {常用: [1, 2], 'a, b': [\"x: y\"] } ", err));
  REQUIRE(n == 2);
  CHECK_STR(net[0].name, "常用");
  CHECK_INT(net[0].n_levels, 2);
  CHECK_STR(net[0].level[1], "2");
  CHECK_STR(net[1].name, "a, b");
  CHECK_STR(net[1].level[0], "x: y");
  CHECK_FAILS(sx_banner_nets_parse(&net, &n, arena, "{A: 1}", err), SX_E_PARSE, "net: column 5", "'['");
  CHECK_FAILS(sx_banner_nets_parse(&net, &n, arena, "{A: [1}", err), SX_E_PARSE, "net: column 7", "',' or ']'");
  CHECK_FAILS(sx_banner_nets_parse(&net, &n, arena, "{A: [1]", err), SX_E_PARSE, "net: column 8", "',' or '}'");
  CHECK_FAILS(sx_banner_nets_parse(&net, &n, arena, "A", err), SX_E_PARSE, "net: column 1", "'{'");
  CHECK_FAILS(sx_banner_nets_parse(&net, &n, arena, "{A: ['1]}", err), SX_E_PARSE, "net", "quotation mark");
  sx_arena_free(arena);
}

/* The legend says what the request did. */
static void test_legend(void) {
  small s = small_new();
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q1";
  r.columns = "sex";
  sx_banner_book *book = bh_run(s.d, s.t, &r, NULL);
  CHECK(strstr(book->legend.en,
               "capital p<0.05, small p<0.1; p adjusted by Bonferroni over the pairs of one row and span"));
  CHECK(strstr(book->legend.zh, "大写 p<0.05，小写 p<0.1；Bonferroni 校正"));
  CHECK(strstr(book->legend.en, "unweighted base below 30, not tested"));
  CHECK(!strstr(book->legend.en, "↑"));
  sx_banner_book_free(book);
  REQUIRE_OK(sx_banner_sig_parse(&r.sig, "none, compare=versus_rest, min_base=0", err));
  book = bh_run(s.d, s.t, &r, NULL);
  CHECK(strstr(book->legend.en, "↑↓: significantly above or below everyone outside the column (p<0.05; not adjusted"));
  CHECK(!strstr(book->legend.en, "A letter") && !strstr(book->legend.en, "unweighted base below"));
  sx_banner_book_free(book);
  REQUIRE_OK(sx_banner_sig_parse(&r.sig, "none, min_base=0", err));
  book = bh_run(s.d, s.t, &r, NULL);
  CHECK_STR(book->legend.en, "");
  CHECK(!bh_row(&book->table[0], SX_BANNER_COL_PCT, "1")->tested);
  sx_banner_book_free(book);
  small_free(&s);
}

/* Labels with markup and formulas come through: escaped in Markdown, whole in JSON and CSV. */
static void test_writers(void) {
  small s = small_new();
  sx_banner_book *book = NULL;
  REQUIRE_OK(ask(&book, &s, "q1 grid(q2 q3)", "total + sex", err));
  sx_buf out;
  sx_buf_init(&out, NULL);
  REQUIRE_OK(sx_banner_markdown(&out, book, false, err));
  CHECK(strstr(out.data, "East\\|West") && strstr(out.data, "\\<b\\>Centre"));
  CHECK(strstr(out.data, "sex / Men (A)") && strstr(out.data, "A letter:"));
  sx_buf_reset(&out);
  REQUIRE_OK(sx_banner_json(&out, book, err));
  sx_doc *doc = NULL;
  REQUIRE_OK(sx_doc_parse_json(&doc, NULL, "book", out.data, out.n, err));
  const sx_node *tables = sx_node_get(sx_doc_root(doc), "tables");
  CHECK(tables && tables->n == 2);
  sx_doc_free(doc);
  sx_buf_reset(&out);
  REQUIRE_OK(sx_banner_csv(&out, book, false, err));
  size_t lines = 0, want = 1;
  for (const char *c = out.data; *c; c++) lines += *c == '\n';
  for (size_t k = 0; k < book->n_tables; k++) want += book->table[k].n_rows * book->table[k].columns->n_columns;
  CHECK_INT(lines, want);
  sx_buf_clear(&out);
  sx_banner_book_free(book);
  small_free(&s);
}

/* Each item against each by the algebra of estimates, adjusted by hand over the pairs of a level. */
static void grid_by_hand(const small *s) {
  static const char *const names[] = {"q1", "q2", "q3"};
  static const double minus[] = {1, -1};
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "grid(q1 q2 q3)";
  sx_banner_book *book = bh_run(s->d, s->t, &r, NULL);
  const sx_banner_table *t = &book->table[0];
  sx_column *y = eh_number(s->t, "one", NULL);
  for (size_t c = 0; c < t->columns->n_columns; c++) {
    sx_est_set *set[3];
    uint8_t where[240];
    const double level = strtod(t->columns->column[c].key, NULL);
    double p[3];
    size_t m = 0, tested = 0;
    for (size_t k = 0; k < 3; k++) {
      const double *x = bh_column(s->t, names[k])->data.f64;
      for (size_t i = 0; i < y->n; i++) {
        y->data.f64[i] = x[i] == level;
        where[i] = (uint8_t)(isnan(x[i]) ? 0 : 1);
      }
      const sx_est_request share = {SX_STAT_PROP, y, NULL, true, where, NULL};
      set[k] = eh_ask(s->d, &share);
      CHECK_NEAR(set[k]->rows[0].estimate, bh_row(t, SX_BANNER_ROW_PCT, names[k])->cell[c].value, 1e-12);
    }
    for (size_t a = 0; a < 3; a++)
      for (size_t b = a + 1; b < 3; b++, m++) {
        const sx_est *const both[] = {set[a]->rows[0].est, set[b]->rows[0].est};
        const double va = sx_est_value(both[0]), vb = sx_est_value(both[1]);
        sx_est *diff = NULL;
        p[m] = (double)NAN;
        if (va <= 0 || va >= 1 || vb <= 0 || vb >= 1) continue;
        REQUIRE_OK(sx_est_linear(&diff, &ctx, minus, both, 2, err));
        p[m] = 2 * sx_num_t_cdf(-fabs(sx_est_value(diff)) / sx_est_se(diff), sx_est_df(diff));
        sx_est_free(diff);
        tested++;
      }
    m = 0;
    for (size_t a = 0; a < 3; a++)
      for (size_t b = a + 1; b < 3; b++, m++) {
        const double va = set[a]->rows[0].estimate, vb = set[b]->rows[0].estimate, q = p[m] * (double)tested;
        const char *has = bh_row(t, SX_BANNER_ROW_PCT, names[va > vb ? a : b])->cell[c].letters;
        const size_t other = va > vb ? b : a;
        CHECK((strchr(has, "ABC"[other]) != NULL) == (q < 0.05));
        CHECK((strchr(has, "abc"[other]) != NULL) == (q >= 0.05 && q < 0.10));
      }
    for (size_t k = 0; k < 3; k++) sx_est_set_free(set[k]);
  }
  /* the letters stand at the labels, and in the columns of CSV that are for them */
  sx_buf out;
  sx_buf_init(&out, NULL);
  REQUIRE_OK(sx_banner_markdown(&out, book, false, err));
  CHECK(strstr(out.data, "| q2 (B) |") &&
        strstr(out.data, "In a grid by its scale the letters are those of the items"));
  sx_buf_reset(&out);
  REQUIRE_OK(sx_banner_csv(&out, book, false, err));
  CHECK(strstr(out.data, "grid(q1 q2 q3),q2,q2,item,row_pct,1,North,B,"));
  sx_buf_reset(&out);
  REQUIRE_OK(sx_banner_json(&out, book, err));
  CHECK(strstr(out.data, "\"letter\":\"C\",\n    \"cells\""));
  sx_buf_clear(&out);
  sx_banner_book_free(book);
}

/* One item has nothing to be compared with; below the minimum none has. */
static void grid_alone(const small *s) {
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "grid(q1)";
  sx_banner_book *book = bh_run(s->d, s->t, &r, NULL);
  const sx_banner_row *row = bh_row(&book->table[0], SX_BANNER_ROW_PCT, "q1");
  CHECK(!row->tested && !strstr(book->legend.en, "letter"));
  CHECK_STR(row->letter, "");
  sx_banner_book_free(book);
  r.rows = "grid(q1 q3)";
  r.sig.min_base = 235; /* q1 has 240 answers, q3 fewer */
  book = bh_run(s->d, s->t, &r, NULL);
  row = bh_row(&book->table[0], SX_BANNER_ROW_PCT, "q3");
  CHECK(row->cell[0].flags & SX_BANNER_NOT_TESTED && row->cell[0].flags & SX_BANNER_SMALL_BASE);
  row = bh_row(&book->table[0], SX_BANNER_ROW_PCT, "q1");
  CHECK(!(row->cell[0].flags & SX_BANNER_NOT_TESTED));
  for (size_t c = 0; c < 5; c++) CHECK_STR(row->cell[c].letters, "");
  sx_banner_book_free(book);
}

/* A grid: items by the levels of one scale, each row's shares sum to 1. */
static void test_grid(void) {
  small s = small_new();
  sx_banner_book *book = NULL;
  REQUIRE_OK(ask(&book, &s, "grid(q1 q3)", "total + sex", err));
  const sx_banner_table *t = &book->table[0];
  CHECK_INT(t->columns->n_columns, 5); /* 1..4 of q1, and 5 of q3 */
  CHECK_STR(t->columns->column[4].key, "5");
  for (size_t r = 0; r < t->n_rows; r++) {
    if (t->row[r].kind != SX_BANNER_ROW_ITEM) continue;
    double sum = 0;
    for (size_t c = 0; c < 5; c++) sum += t->row[r].cell[c].value;
    CHECK_NEAR(sum, 1, 1e-12);
  }
  CHECK_NEAR(bh_row(t, SX_BANNER_ROW_PCT, "q1")->cell[4].value, 0, 0);
  CHECK(t->n_notes == 1 && strstr(t->note[0].en, "q3: unweighted base"));
  /* the items have letters: q1, which has no level 5, is in no comparison there */
  const sx_banner_row *q1 = bh_row(t, SX_BANNER_ROW_PCT, "q1"), *q3 = bh_row(t, SX_BANNER_ROW_PCT, "q3");
  CHECK_STR(q1->letter, "A");
  CHECK_STR(q3->letter, "B");
  CHECK_STR(t->row[0].letter, "");
  CHECK(q1->tested && q3->tested && q1->cell[4].flags & SX_BANNER_NOT_TESTED);
  CHECK_STR(q3->cell[4].letters, "");
  CHECK(strstr(book->legend.en, "the pairs of items at one level") && strstr(book->legend.zh, "同一档的各对项目"));
  CHECK(!strstr(book->legend.en, "span")); /* no table by the banner */
  sx_banner_book_free(book);
  grid_by_hand(&s);
  grid_alone(&s);
  small_free(&s);
}

/* Interpolated medians by hand: six cases of weight 1 with 0 0 1 1 1 5, and six with 5 5 5 5 1 0; the scale is 0, 1, 5 and the labelled 9. */
static void test_scale(void) {
  static const double y[] = {0, 0, 1, 1, 1, 5, 5, 5, 5, 5, 1, 0};
  sx_table *t = bh_survey(12, 2, 2, false);
  double *q = eh_number(t, "q", NULL)->data.f64, *sex = bh_column(t, "sex")->data.f64, *w = bh_column(t, "w")->data.f64;
  for (size_t i = 0; i < 12; i++) {
    q[i] = y[i];
    sex[i] = i < 6 ? 1 : 2;
    w[i] = 1;
  }
  static const double levels[] = {0, 1, 5, 9};
  for (size_t k = 0; k < 4; k++) bh_label(t, "q", levels[k], k < 3 ? "said" : "never said");
  sx_design *d = bh_design(&ctx, t, 3);
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q";
  r.columns = "total + sex";
  r.stats = "median";
  r.sig.min_base = 0;
  sx_banner_book *book = bh_run(d, t, &r, NULL);
  const sx_banner_row *row = bh_row(&book->table[0], SX_BANNER_MEDIAN, "median");
  REQUIRE(row);
  /* men: below 1 are 2 of 6, at it 3; the level reaches from 0.5 to 3. Women: below 5 are 2, at it 4; from 3 to 7. */
  CHECK_NEAR(row->cell[1].value, 1, 0);
  CHECK_NEAR(row->cell[1].interpolated, 0.5 + 2.5 * (0.5 - 2.0 / 6) / (3.0 / 6), 1e-12);
  CHECK_NEAR(row->cell[2].value, 5, 0);
  CHECK_NEAR(row->cell[2].interpolated, 3 + 4 * (0.5 - 2.0 / 6) / (4.0 / 6), 1e-12);
  CHECK(row->tested && !(row->cell[1].flags & SX_BANNER_NOT_TESTED));
  sx_banner_book_free(book);
  /* all of a column at one level: no error, not tested */
  for (size_t i = 0; i < 6; i++) q[i] = 1;
  book = bh_run(d, t, &r, NULL);
  row = bh_row(&book->table[0], SX_BANNER_MEDIAN, "median");
  CHECK_NEAR(row->cell[1].interpolated, 0.5 + 2.5 * 0.5, 1e-12);
  CHECK_STR(row->cell[2].letters, "");
  CHECK(row->cell[1].flags & SX_BANNER_NOT_TESTED);
  sx_banner_book_free(book);
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_columns), SXT_CASE(test_order_of_texts), SXT_CASE(test_heads), SXT_CASE(test_rows),
         SXT_CASE(test_half_codes), SXT_CASE(test_ranges), SXT_CASE(test_by_hand), SXT_CASE(test_edges),
         SXT_CASE(test_many_letters), SXT_CASE(test_wide), SXT_CASE(test_one_psu), SXT_CASE(test_empty),
         SXT_CASE(test_refused), SXT_CASE(test_sig), SXT_CASE(test_nets), SXT_CASE(test_set_cells),
         SXT_CASE(test_legend), SXT_CASE(test_writers), SXT_CASE(test_grid), SXT_CASE(test_scale))
