/* Medians of scales between columns, and items of a grid at each level of their scale, against R survey (banner_scale.R): the interpolated median of each
 * column; each p, by a level just above it, which gives the letter or arrow, and one just below, which does not. */
#include "banner_help.h"
#include "reference/ref_csv.h"

static size_t n_cells, n_letters, n_arrows, n_items;

static void check_median(const sx_design *d, const sx_table *t, const char *rows, const char *a, const char *b,
                         double x, double p) {
  char columns[16];
  const bool rest = strcmp(b, "rest") == 0, value = strcmp(b, ".") == 0;
  snprintf(columns, sizeof columns, "%.*s", (int)strcspn(a, "="), a);
  if (value) {
    sx_banner_book *book = bh_medians(d, t, rows, columns, SX_BANNER_WITHIN_SPAN, 0.05);
    CHECK_NEAR(bh_median(book, a)->interpolated, x, 1e-11);
    sx_banner_book_free(book);
  } else {
    bh_median_p(d, t, rows, columns, a, b, x, p);
  }
  n_cells += value;
  n_arrows += rest;
  n_letters += !rest && !value;
}

static const sx_banner_row *item_of(const sx_banner_book *book, const char *key) {
  const sx_banner_row *row = bh_row(&book->table[0], SX_BANNER_ROW_PCT, key);
  if (!row) eh_die(key);
  return row;
}

/* x: the share of item a less that of b at the level. */
static void check_grid(const sx_design *d, const sx_table *t, const char *level, const char *a, const char *b, double x,
                       double p) {
  for (int above = 0; above < 2; above++) {
    sx_banner_book *book =
        bh_medians(d, t, "grid(q1 q2 q3 q4)", "total", SX_BANNER_WITHIN_SPAN, bh_level(p, above == 1));
    const size_t c = bh_col(book->table[0].columns, level);
    const sx_banner_row *one = item_of(book, a), *two = item_of(book, b);
    CHECK_NEAR(one->cell[c].value - two->cell[c].value, x, 1e-12);
    const bool found =
        x > 0 ? strstr(one->cell[c].letters, two->letter) != NULL : strstr(two->cell[c].letters, one->letter) != NULL;
    if (found != (above == 1)) SXT_FAIL("level %s, %s, %s: p is not %.12g", level, a, b, p);
    sx_banner_book_free(book);
  }
  n_items++;
}

static void test_scales(void) {
  sx_table *t = ref_table("tests/reference/banner_data.csv");
  char *text = ref_read_text("tests/reference/banner_scale_expected.tsv");
  REQUIRE(t && text);
  sx_design *d = NULL;
  char now[16] = "";
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    char what[16], name[16], rows[16], a[16], b[16];
    double x, p;
    if (*line == '#') continue;
    REQUIRE(sscanf(line, "%15s %15s %15s %15s %15s %lf %lf", what, name, rows, a, b, &x, &p) == 7);
    if (strcmp(name, now) != 0) {
      sx_design_free(d);
      d = bh_named_design(t, name);
      memcpy(now, name, sizeof now);
    }
    if (strcmp(what, "median") == 0)
      check_median(d, t, rows, a, b, x, p);
    else
      check_grid(d, t, rows, a, b, x, p);
  }
  CHECK(n_cells == 90 && n_letters == 105 && n_arrows == 90 && n_items == 80);
  sx_design_free(d);
  sx_table_free(t);
  free(text);
}

SXT_MAIN(SXT_CASE(test_scales))
