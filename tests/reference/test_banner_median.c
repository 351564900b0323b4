/* Medians of columns against R survey (banner_median.R): each with its error; and each p, by a level just above it, which gives the letter or arrow, and
 * one just below, which does not. */
#include "banner_help.h"
#include "reference/ref_csv.h"

static size_t n_cells, n_letters, n_arrows;

static void test_medians(void) {
  sx_table *t = ref_table("tests/reference/banner_data.csv");
  char *text = ref_read_text("tests/reference/banner_median_expected.tsv");
  REQUIRE(t && text);
  sx_design *d = NULL;
  char now[16] = "";
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char name[16], a[16], b[16];
    double x, y;
    if (*line == '#') continue;
    REQUIRE(sscanf(line, "%15s %15s %15s %lf %lf", name, a, b, &x, &y) == 5);
    if (strcmp(name, now) != 0) {
      sx_design_free(d);
      d = bh_named_design(t, name);
      memcpy(now, name, sizeof now);
    }
    if (strcmp(b, ".") != 0) {
      const bool rest = strcmp(b, "rest") == 0;
      bh_median_p(d, t, "amount", "sex + age", a, b, 0, y);
      n_arrows += rest;
      n_letters += !rest;
      continue;
    }
    sx_banner_book *book = bh_medians(d, t, "amount", "sex + age", SX_BANNER_WITHIN_SPAN, 0.05);
    CHECK_NEAR(bh_median(book, a)->value, x, 1e-12);
    CHECK_NEAR(bh_median(book, a)->se, y, 1e-9);
    sx_banner_book_free(book);
    n_cells++;
  }
  CHECK(n_cells == 18 && n_letters == 21 && n_arrows == 18);
  sx_design_free(d);
  sx_table_free(t);
  free(text);
}

/* The letters of a scale of few values compare interpolated medians, and the table says so; arrows against the same data are none. */
static void test_others(void) {
  sx_table *t = ref_table("tests/reference/banner_data.csv");
  sx_design *d = bh_named_design(t, "cluster");
  sx_banner_request r = SX_BANNER_REQUEST_INIT;
  r.rows = "q3 amount";
  r.columns = "total + age";
  r.stats = "median";
  r.sig.compare = SX_BANNER_WITHIN_SPAN | SX_BANNER_PREVIOUS_WAVE;
  r.sig.min_base = 0;
  const sx_banner_wave same = {t, d, NULL, NULL, 0};
  sx_banner_book *book = bh_run(d, t, &r, &same);
  const sx_banner_row *scale = bh_row(&book->table[0], SX_BANNER_MEDIAN, "median"),
                      *amount = bh_row(&book->table[1], SX_BANNER_MEDIAN, "median");
  REQUIRE(scale && amount);
  CHECK(scale->tested && amount->tested);
  CHECK_STR(amount->cell[4].letters, "ABc"); /* ages 1, 2, 3 */
  for (size_t c = 0; c < 5; c++) {
    CHECK(isfinite(scale->cell[c].interpolated) && isnan(amount->cell[c].interpolated));
    CHECK(fabs(scale->cell[c].interpolated - scale->cell[c].value) <= 0.5); /* within the level */
    CHECK_INT(scale->cell[c].versus_wave, 0);
    CHECK_INT(amount->cell[c].versus_wave, 0);
  }
  bool said = false;
  for (size_t k = 0; k < book->table[0].n_notes; k++)
    said = said || strcmp(book->table[0].note[k].en,
                          "Medians of scales: letters and arrows compare medians interpolated within their level") == 0;
  CHECK(said && book->table[1].n_notes == 0);
  sx_banner_book_free(book);
  /* an earlier wave of half the amounts, and of a scale two levels lower: every median is significantly larger now */
  sx_table *before = ref_table("tests/reference/banner_data.csv");
  sx_column *y = (sx_column *)(uintptr_t)sx_table_find(before, "amount");
  for (size_t i = 0; i < y->n; i++) {
    if (y->type == SX_NUMBER) y->data.f64[i] *= 0.4;
    if (y->type == SX_INTEGER) y->data.i64[i] = y->data.i64[i] * 2 / 5;
  }
  sx_column *q = (sx_column *)(uintptr_t)sx_table_find(before, "q3");
  for (size_t i = 0; i < q->n; i++) {
    if (q->type == SX_NUMBER) q->data.f64[i] -= 2;
    if (q->type == SX_INTEGER) q->data.i64[i] -= 2;
  }
  sx_design *d0 = bh_named_design(before, "cluster");
  const sx_banner_wave earlier = {before, d0, NULL, NULL, 0};
  book = bh_run(d, t, &r, &earlier);
  amount = bh_row(&book->table[1], SX_BANNER_MEDIAN, "median");
  scale = bh_row(&book->table[0], SX_BANNER_MEDIAN, "median");
  for (size_t c = 0; c < 5; c++) CHECK_INT(amount->cell[c].versus_wave, 1);
  for (size_t c = 0; c < 5; c++) CHECK_INT(scale->cell[c].versus_wave, 1);
  sx_banner_book_free(book);
  sx_design_free(d0);
  sx_table_free(before);
  sx_design_free(d);
  sx_table_free(t);
}

SXT_MAIN(SXT_CASE(test_medians), SXT_CASE(test_others))
